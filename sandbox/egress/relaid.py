"""Tables laid out so that a record is in no row: marks under headings, signs downwards, parts of a date.

A table that is nearly all noughts says by its headings what each row is, or what meets where; a column of
single signs, read downwards, is one number; year, month and day in columns of their own are one date; a
resident number of fifteen places had two more. Each is laid out again as rows and searched. Pure; called by
`sightings`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from itertools import chain, islice

import pyarrow as pa

from sandbox.egress.channels import named
from sandbox.egress.content import Content
from sandbox.egress.identities import spelled
from sandbox.egress.recognise import Recognised, recognise_views
from sandbox.egress.streams import LEAST_ROWS, Column
from sandbox.egress.views import View
from sandbox.fingerprint.index import RecordIndex

MAX_CELLS = 120_000
MAX_TABLES = 8
MAX_ROWS = 5_000
MAX_TEXT = 1 << 18
_FEWEST_MARKS = 4
_NOUGHTS = frozenset({"", "0", "0.0", "0.00", "FALSE", "false", "False", "-", "否", "无"})
_ONES = frozenset({"1", "1.0", "TRUE", "true", "True", "是", "有", "x", "X", "√", "✓", "●"})
_EMPTY = 0.6
_ROW_MARKS = 16
_PREFIX = re.compile(r"^([^\W\d_]+)[_=:. /-]+(?=.)|^([^\W\d_]+)(?=\d)")
_PARTS = re.compile(r"[|/;,，；、\s_&]+")
_OLD = re.compile(r"(?<!\d)([1-8]\d{5})(\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3})(?!\d)")
_YEARS = range(1900, 2100)
_STACKS = 4
_HIGH = 8
_MOST_PARTS = 12
_OF_ONE_KIND = 0.95
_LONG = 9
_DAY = re.compile(r"(?:19|20)\d\d(?:[-/.年]\d{1,2}[-/.月]\d{1,2}日?|[01]\d[0-3]\d)")
_FIGURE = re.compile(r"-?\d{1,18}(?:\.\d{1,8})?")


def relaid(
    contents: Sequence[Content], tables: Sequence[pa.Table], indexes: Sequence[RecordIndex]
) -> Recognised:
    """Return the records that the tables and texts show once they are laid out as rows."""
    views: list[View] = []
    columns = list(_old_numbers(contents))
    for table in tables[:MAX_TABLES]:
        if 0 < table.num_rows * table.num_columns <= MAX_CELLS and table.num_rows <= MAX_ROWS:
            rows = [column.cast(pa.string()).to_pylist() for column in table.columns]
            cells = [[(cell or "").strip() for cell in column] for column in rows]
            views += _marked(table.column_names, cells)
            views += _dated(cells)
            views += _one_above_another(cells)
            columns += _downwards(cells)
    seen = recognise_views(views, indexes) if views else Recognised()
    return seen or (named(columns, (), indexes) if columns else seen)


def _marked(names: Sequence[str], columns: Sequence[Sequence[str]]) -> Iterator[View]:
    """Yield what the headings over marks say, row by row, and cell by cell beside what the row is called."""
    marks = [place for place, column in enumerate(columns) if _sparse(column)]
    if len(marks) < _FEWEST_MARKS:
        return
    labels = [place for place in range(len(columns)) if place not in set(marks)]
    by_row: list[list[str]] = []
    by_cell: list[list[str]] = []
    for row in zip(*columns, strict=True):
        held = [place for place in marks if row[place] not in _NOUGHTS]
        own = [row[place] for place in labels if row[place]]
        said = [_bare(names[place]) for place in held]
        by_row.append([*_split(own), *(part for _, part in said), *_joined(said)])
        for place in held:
            worth = [] if row[place] in _ONES else [row[place]]
            by_cell.append(_split([*own, names[place], *worth]))
    if max(map(len, by_row)) <= _ROW_MARKS + len(labels):
        yield View("marks", by_row, aligned=False)
    if labels and by_cell and len(by_cell) <= MAX_ROWS:
        yield View("crossed", by_cell, aligned=False)


def _sparse(column: Sequence[str]) -> bool:
    noughts = sum(cell in _NOUGHTS for cell in column)
    return _EMPTY * len(column) <= noughts < len(column) or _binary(column)


def _binary(column: Sequence[str]) -> bool:
    held = set(column)
    return len(held) == 2 and len(held & _NOUGHTS) == 1 and len(held & _ONES) == 1


def _bare(heading: str) -> tuple[str, str]:
    """Return what a heading begins with, such as the name of the variable, and the rest."""
    found = _PREFIX.match(heading)
    return (found.group(1) or found.group(2), heading[found.end() :]) if found else ("", heading)


def _split(cells: Sequence[str]) -> list[str]:
    """Return the cells and their parts."""
    return list(dict.fromkeys(part for cell in cells for part in _PARTS.split(cell) if part))


def _joined(said: Sequence[tuple[str, str]]) -> list[str]:
    """Return the dates that years, months and days under headings of their own make."""
    numbers = [int(part) for _, part in said if part.isdecimal() and len(part) <= 4]
    found = []
    for place, year in enumerate(numbers):
        if year in _YEARS:
            others = [one for at, one in enumerate(numbers) if at != place and 1 <= one <= 31]
            pairs = [(a, b) for at, a in enumerate(others) for b in others[:at] + others[at + 1 :]]
            found += [_date(year, month, day) for month, day in pairs if month <= 12]
    return list(dict.fromkeys(found))[:4]


def _date(year: int, month: int, day: int) -> str:
    return f"{year}-{month:02d}-{day:02d}"


def _dated(columns: Sequence[Sequence[str]]) -> Iterator[View]:
    """Yield the rows with a date in place of the three columns that are its year, month and day."""
    numbers = [[int(cell) if cell.isdecimal() and len(cell) <= 4 else -1 for cell in one] for one in columns]
    years = [at for at, one in enumerate(numbers) if all(value in _YEARS for value in one)]
    months = [at for at, one in enumerate(numbers) if all(1 <= value <= 12 for value in one)]
    days = [at for at, one in enumerate(numbers) if all(1 <= value <= 31 for value in one)]
    for year in years[:2]:
        for at in [at for at, one in enumerate(numbers) if at != year and _days_of_years(one)][:2]:
            days_of = map(_of_year, numbers[year], numbers[at])
            left = [one for place, one in enumerate(columns) if place not in (year, at)]
            rows = [[date, *rest] for date, rest in zip(days_of, zip(*left, strict=True), strict=False)]
            if rows:
                yield View("day of the year", rows, aligned=False)
        for month in months[:3]:
            for day in [at for at in days if at != month][:3]:
                dates = map(_date, numbers[year], numbers[month], numbers[day])
                left = [one for at, one in enumerate(columns) if at not in (year, month, day)]
                rows = [[date, *rest] for date, rest in zip(dates, zip(*left, strict=True), strict=False)]
                if rows:
                    yield View("dated", rows, aligned=False)


def _one_above_another(columns: Sequence[Sequence[str]]) -> Iterator[View]:
    """Yield the equal parts of a column side by side, where each is of one kind and not all of the same."""
    for cells in columns[:_STACKS]:
        kinds = [_kind(cell) for cell in cells] if len(cells) >= 2 * _HIGH else []
        for count in range(2, min(_MOST_PARTS, len(kinds) // _HIGH) + 1):
            high = len(kinds) // count
            parts = [kinds[at : at + high] for at in range(0, count * high, high)]
            told = [max(set(part), key=part.count) for part in parts]
            alike = all(part.count(one) >= _OF_ONE_KIND * high for part, one in zip(parts, told, strict=True))
            if count * high == len(kinds) and alike and len(set(told)) > 1:
                rows = list(zip(*(cells[at : at + high] for at in range(0, len(cells), high)), strict=True))
                yield View("one above another", rows, aligned=False)


def _kind(cell: str) -> str:
    """Return what kind of value a cell is: a day, a long number by its places, a figure, anything else."""
    if _DAY.fullmatch(cell):
        return "day"
    if _FIGURE.fullmatch(cell):
        return str(len(cell)) if len(cell) > _LONG and cell.isdigit() else "figure"
    return "text" if cell else ""


def _days_of_years(numbers: Sequence[int]) -> bool:
    """Return whether numbers may be days of a year: none above 366, some above 31."""
    return all(1 <= one <= 366 for one in numbers) and max(numbers) > 31


def _of_year(year: int, day: int) -> str:
    return (dt.date(year, 1, 1) + dt.timedelta(days=day - 1)).isoformat()


def _downwards(columns: Sequence[Sequence[str]]) -> Iterator[Column]:
    """Yield the numbers that columns of single signs spell from top to bottom, and rows across."""
    for name, lines in (("downwards", columns), ("across", list(zip(*columns, strict=True)))):
        signs = [line for line in lines if 10 <= len(line) <= 40 and all(len(cell) <= 1 for cell in line)]
        if len(signs) >= LEAST_ROWS:
            spelled_out = ["".join(line) for line in signs]
            yield Column(name, tuple(spelled_out))
            yield Column(f"{name}, turned", tuple(one[::-1] for one in spelled_out))


def _old_numbers(contents: Sequence[Content]) -> Iterator[Column]:
    """Yield numbers of fifteen places as those of eighteen that they were before, of either century."""
    texts = chain.from_iterable(content.texts[:10_000] for content in contents)
    found = []
    room = MAX_TEXT
    for text in texts:
        found += _OLD.findall(text[:room])
        room -= len(text)
        if room <= 0 or len(found) >= 64:
            break
    if len(found) >= LEAST_ROWS:
        for century in ("19", "20"):
            numbers = [int(front + century + back) for front, back in islice(found, 64)]
            yield Column(f"fifteen places, {century}", spelled(numbers))
