"""What a department's system holds: a table of strings and the known flaws in its values.

A flaw is a cell that is readable and still wrong or odd; the row arrives. What makes a
row unreadable is done later, by the writers. Tests reconcile against both lists.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice

import numpy as np
import pyarrow as pa


class Flaw(StrEnum):
    """How a readable cell is wrong or odd."""

    SENTINEL = "sentinel"  # N/A、无、不详
    EMPTY = "empty"
    FULL_WIDTH = "full-width"
    AMOUNT_WITH_UNIT = "amount-with-unit"
    DATE_LAYOUT = "date-layout"
    LOWER_CASE = "lower-case"
    SEPARATORS = "separators"
    DUPLICATE = "duplicate"
    WRONG_CHECK_DIGIT = "wrong-check-digit"
    FUTURE_DATE = "future-date"
    OWN_IDENTITY = "own-identity"  # free text that names its own row


@dataclass(frozen=True, slots=True)
class FlawedCell:
    """One flawed cell; `row` counts from 0 in the extract's table. A duplicate's column is empty."""

    row: int
    column: str
    flaw: Flaw


@dataclass(frozen=True, slots=True)
class Extract:
    """A dataset as its department would export it; every column is `pa.string()`.

    `types` are what a typed file (Parquet) keeps of columns that are no text.
    """

    title: str
    table: pa.Table
    flaws: tuple[FlawedCell, ...]
    comments: Mapping[str, str] = field(default_factory=dict)
    types: Mapping[str, pa.DataType] = field(default_factory=dict)

    def rows_with(self, *flaws: Flaw) -> frozenset[int]:
        """Return the rows (from 0) that hold at least one of the flaws."""
        return frozenset(cell.row for cell in self.flaws if cell.flaw in flaws)

    def select(self, rows: Sequence[int], *, title: str) -> Extract:
        """Return the extract of some rows (from 0, in the order given) with their flaws."""
        place = {row: position for position, row in enumerate(rows)}
        kept = [
            FlawedCell(place[cell.row], cell.column, cell.flaw) for cell in self.flaws if cell.row in place
        ]
        return Extract(title=title, table=self.table.take(rows), flaws=tuple(kept), comments=self.comments)


class Spoiler:
    """Spoils cells of columns held as lists of strings, and remembers every one."""

    def __init__(self, rng: np.random.Generator, columns: dict[str, list[str]]) -> None:
        self._rng = rng
        self._columns = columns
        self._count = len(next(iter(columns.values())))
        self._touched: set[tuple[int, str]] = set()
        self.flaws: list[FlawedCell] = []

    def rows(self, share: float, *, column: str, clean: tuple[str, ...] = (), least: int = 1) -> list[int]:
        """Return `share` of all rows, at least `least`, whose cells in `column` and `clean` are untouched."""
        wanted = max(least, round(share * self._count))
        drawn = self._rng.permutation(self._count).tolist()
        columns = (column, *clean)
        free = (row for row in drawn if self._touched.isdisjoint((row, name) for name in columns))
        return list(islice(free, wanted))

    def put(self, row: int, column: str, value: str, flaw: Flaw) -> None:
        """Replace one cell and note the flaw."""
        self._columns[column][row] = value
        self._touched.add((row, column))
        self.flaws.append(FlawedCell(row, column, flaw))

    def sentinels(self, column: str, share: float, spellings: tuple[str, ...]) -> None:
        """Replace `share` of a column by spellings of nothing; the empty one counts as empty."""
        for row in self.rows(share, column=column):
            value = spellings[int(self._rng.integers(len(spellings)))]
            self.put(row, column, value, Flaw.SENTINEL if value else Flaw.EMPTY)


_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


def full_width(text: str) -> str:
    """Return the text with its ASCII characters in full-width form."""
    return text.translate(_WIDE)
