"""Columns without what was added below their last place: days without the hour, sums without parts of a cent.

An hour within a day hides no day, nor noise smaller than a cent a sum, be they written as text, as seconds or
as days of a sheet. All columns of a table are settled at once, for two that are disguised alike show nothing
one by one. Pure, linear; called by `sightings`, which has the tables searched.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta

import pyarrow as pa

MAX_TABLES = 8
MAX_CELLS = 120_000
_LEAST = 5
_MOSTLY = 0.95
_CLOCK = re.compile(r"((?:19|20)\d\d)[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?[T ]\s?\d{1,2}[:时]?\d\d.*")
_WHOLE = re.compile(r"-?\d{7,19}")
_FINE = re.compile(r"-?\d{1,13}\.\d{3,17}")
_DAY = 86_400
_UNITS = (1, 10**3, 10**6, 10**9)
"""How many units of each clock are a second."""
_FIRST, _LAST = date(1915, 1, 1), date(2040, 1, 1)
_EPOCH, _SHEET = date(1970, 1, 1), date(1899, 12, 30)
_SHORTEST = 60
"""Days over which days of a column must be spread at least."""

Way = Callable[[str], str]


def settled(tables: Sequence[pa.Table]) -> list[pa.Table]:
    """Return the tables of which a column was settled, all columns of each."""
    return [found for table in tables[:MAX_TABLES] for found in _of(table)]


def _of(table: pa.Table) -> Iterator[pa.Table]:
    if table.num_rows < _LEAST or not 0 < table.num_rows * table.num_columns <= MAX_CELLS:
        return
    columns, changed = [], False
    for column in table.columns:
        cells = [(cell or "").strip() for cell in column.cast(pa.string()).to_pylist()]
        way = _way(cells)
        changed |= way is not None
        columns.append(cells if way is None else list(map(way, cells)))
    if changed:
        names = [f"{at}" for at in range(len(columns))]
        yield pa.table([pa.array(cells, pa.string()) for cells in columns], names=names)


def _way(cells: Sequence[str]) -> Way | None:
    """Return how the cells of a column are settled; None where there is nothing below their last place."""
    filled = [cell for cell in cells if cell]
    for pattern, ways in _WAYS:
        if len(filled) >= _LEAST and sum(map(bool, map(pattern.fullmatch, filled))) >= _MOSTLY * len(filled):
            return next((way for way in ways if _sensible(filled, way)), None)
    return None


def _sensible(cells: Sequence[str], way: Way) -> bool:
    """Return whether nearly all cells are days of now in some variety, or sums."""
    told = [way(cell) for cell in cells]
    if way is _cents:
        return len(set(told)) > len(told) // 2
    days = [date.fromisoformat(one) for one in told if one]
    return len(days) >= _MOSTLY * len(told) and (max(days) - min(days)).days >= _SHORTEST


def _cut(cell: str) -> str:
    found = _CLOCK.fullmatch(cell)
    return _written(found) if found else ""


def _written(found: re.Match[str]) -> str:
    try:
        return date(int(found[1]), int(found[2]), int(found[3])).isoformat()
    except ValueError:
        return ""


def _since(first: date, units: float) -> Way:
    """Return the way from a number of units of a day since a first one to the day."""

    def way(cell: str) -> str:
        try:
            day = first + timedelta(int(float(cell) // units))
        except (ValueError, OverflowError):
            return ""
        return day.isoformat() if _FIRST <= day < _LAST else ""

    return way


def _cents(cell: str) -> str:
    try:
        return f"{float(cell):.2f}"
    except ValueError:
        return cell


_CLOCKS: tuple[Way, ...] = tuple(_since(_EPOCH, _DAY * unit) for unit in _UNITS)
_WAYS: tuple[tuple[re.Pattern[str], tuple[Way, ...]], ...] = (
    (_CLOCK, (_cut,)),
    (_WHOLE, _CLOCKS),
    (_FINE, (_since(_SHEET, 1.0), _CLOCKS[0], _cents)),
)
