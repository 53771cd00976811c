"""Does a product show records of a source? Every reading against every source's index.

Names the records by their number, and the rows of the product for the reviewers. A search that
was cut short by its work limit is told apart from a clean one. Pure; called by `judge` for
single files and by `together` for files side by side.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from sandbox.egress.content import Content
from sandbox.egress.views import View, views_of
from sandbox.fingerprint.index import RecordIndex
from sandbox.fingerprint.match import Match, match


@dataclass(frozen=True, slots=True)
class Recognised:
    """What the readings of one product show.

    `records` are (source number, record) pairs: those of the plain tables if they show any, else of
    the reading that shows most. `where` is the rows in the file or the reading's name, `named`
    whether an identifier alone proved one, `complete` whether all was looked at.
    """

    records: frozenset[tuple[int, int]] = frozenset()
    where: str = ""
    named: bool = False
    complete: bool = True

    def __bool__(self) -> bool:
        return bool(self.records)


def recognise(contents: Sequence[Content], indexes: Sequence[RecordIndex]) -> Recognised:
    """Return the source records that any reading of the contents shows."""
    views = [view for content in contents for view in views_of(content)]
    return recognise_views(views, indexes)


def recognise_views(views: Sequence[View], indexes: Sequence[RecordIndex]) -> Recognised:
    """Return the source records that any of the views shows, in any of the indexes."""
    penalty = math.log2(max(len(views), 1))
    shown: list[tuple[View, int, Match]] = []
    complete = True
    for number, index in enumerate(indexes):
        for view in views:
            seen = match(index, view.rows, penalty=penalty)
            complete &= seen.complete
            if seen:
                shown.append((view, number, seen))
    if not shown:
        return Recognised(complete=complete)
    best = [part for part in shown if part[0].aligned] or [
        max(shown, key=lambda part: part[2].distinct_records)
    ]
    records = {(number, int(record)) for _, number, seen in best for record in np.unique(seen.records)}
    named = any(seen.identifiers > 0 for _, _, seen in shown)
    return Recognised(frozenset(records), _where(best[0][0], best[0][2]), named, complete)


def _where(view: View, seen: Match) -> str:
    if not view.aligned:
        return view.name
    prefix = view.name.removesuffix("rows")
    return f"{prefix}rows {ranges(int(row) + 2 for row in seen.rows)}"


def ranges(numbers: Iterable[int], *, limit: int = 12) -> str:
    """Return row numbers as ranges: 2-38, 40; the header is row 1."""
    parts: list[list[int]] = []
    for number in sorted(set(numbers)):
        if parts and number == parts[-1][1] + 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    shown = [f"{low}-{high}" if high > low else f"{low}" for low, high in parts[:limit]]
    return ", ".join(shown) + (" …" if len(parts) > limit else "")
