"""Does a product show records of a source? Every reading against every source's index.

Names the records by their number, and the rows of the product for the reviewers. A search that
was cut short by its work limit is told apart from a clean one. Pure; called by `judge` for
single files and by `together` for files side by side.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from sandbox.egress.content import Content
from sandbox.egress.views import View, views_of
from sandbox.fingerprint.index import RecordIndex
from sandbox.fingerprint.match import Match, match

_ALIKE = 0.7
_ROWS = "rows "
_Shown: TypeAlias = tuple[View, int, Match]


@dataclass(frozen=True, slots=True)
class Recognised:
    """What the readings of one product show.

    `records` are (source number, record) pairs: those of the plain tables if they show any, else of
    the reading that shows most. `where` is the rows in the file or the reading's name, `named`
    whether an identifier alone proved one, `wholly` whether several values together did, `complete`
    whether all was looked at, `rows` those that `where` says, by every source together.
    """

    records: frozenset[tuple[int, int]] = frozenset()
    where: str = ""
    named: bool = False
    wholly: bool = False
    complete: bool = True
    rows: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.records)

    def with_more(self, other: Recognised) -> Recognised:
        """Return both together; the sources of the other are numbered apart.

        Rows of the other are told among those of this one: a gap would say which rows are canaries.
        """
        if not other:
            return replace(self, complete=self.complete and other.complete)
        apart = frozenset((-1 - number, record) for number, record in other.records)
        where, rows = self.where or other.where, self.rows or other.rows
        if self.rows and other.rows and _sheet(self.where) == _sheet(other.where):
            rows = self.rows | other.rows
            where = _sheet(self.where) + ranges(rows)
        return Recognised(
            self.records | apart,
            where,
            self.named or other.named,
            self.wholly or other.wholly,
            self.complete and other.complete,
            rows,
        )


def recognise(contents: Sequence[Content], indexes: Sequence[RecordIndex]) -> Recognised:
    """Return the source records that any reading of the contents shows."""
    views = [view for content in contents for view in views_of(content)]
    return recognise_views(views, indexes)


def recognise_views(
    views: Sequence[View], indexes: Sequence[RecordIndex], *, clean: Sequence[View] = ()
) -> Recognised:
    """Return the source records that any of the views shows, in any of the indexes.

    `clean` are those of them that show none even by themselves, where less evidence would do: they are
    not asked again. Nor is a view that stands twice; but every one counts as a reading that was tried.
    """
    penalty = math.log2(max(len(views), 1))
    shown: list[_Shown] = []
    complete = True
    known = {id(view) for view in clean}
    for number, index in enumerate(indexes):
        found: dict[int, Match] = {}
        for view in views:
            if id(view) in known:
                continue
            if id(view) not in found:
                found[id(view)] = match(index, view.rows, penalty=penalty)
            seen = found[id(view)]
            complete &= seen.complete
            if seen and (view.least == 1 or len(np.unique(seen.records)) >= view.least):
                shown.append((view, number, seen))
    if not shown:
        return Recognised(complete=complete)
    best, records = _best(shown)
    named = any(seen.identifiers > 0 for _, _, seen in shown)
    wholly = any(bool(seen.whole.any()) for _, _, seen in shown)
    where, rows = _where(best)
    return Recognised(frozenset(records), where, named, wholly, complete, rows)


def _best(shown: Sequence[_Shown]) -> tuple[Sequence[_Shown], set[tuple[int, int]]]:
    """Return the readings to report and their records: the plain tables, unless another shows far more.

    Readings that overlap show some records twice, once as a neighbour's: of those that show about
    as many, the one with the fewest is the truest.
    """
    groups: dict[str, list[_Shown]] = {}
    for part in shown:
        groups.setdefault("" if part[0].aligned else part[0].name, []).append(part)
    found = {name: (_counted(parts), parts) for name, parts in groups.items()}
    wholly = {
        name: len(
            {(number, record) for _, number, seen in parts for record in seen.records[seen.whole].tolist()}
        )
        for name, parts in groups.items()
    }
    if "" in found:
        wholly[""] = len(found[""][0])
    most = max(wholly.values())
    alike = [name for name in found if wholly[name] >= _ALIKE * most]
    records, parts = found["" if "" in alike else min(alike, key=lambda name: len(found[name][0]))]
    return parts, records


def _counted(shown: Sequence[_Shown]) -> set[tuple[int, int]]:
    """Return (source, record) of every row shown; a cell alone counts only in a row that shows none wholly.

    The name of a person may also be that of a director: it is one record that such a cell shows.
    """
    best: dict[tuple[str, int], list[tuple[int, int]]] = {}
    for wholly in (True, False):
        for view, number, seen in shown:
            rows = np.flatnonzero(seen.whole == wholly)
            for row, record in zip(seen.rows[rows].tolist(), seen.records[rows].tolist(), strict=True):
                held = best.setdefault((view.name, row), [])
                if wholly or not held:
                    held.append((number, record))
    return {pair for pairs in best.values() for pair in pairs}


def _where(shown: Sequence[_Shown]) -> tuple[str, frozenset[int]]:
    """Return where the first of the readings lies, and the rows that any source makes it show."""
    view = shown[0][0]
    if not view.aligned:
        return view.name, frozenset()
    rows = frozenset(row + 2 for one, _, seen in shown if one.name == view.name for row in seen.rows.tolist())
    return view.name.removesuffix("rows") + _ROWS + ranges(rows), rows


def _sheet(where: str) -> str:
    """Return what stands before the numbers of rows: the sheet, if the file has several."""
    return where[: where.rfind(_ROWS) + len(_ROWS)]


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
