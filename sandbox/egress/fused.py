"""Codes that are several fields without marks between them: days of any count, and figures of any length.

Where the same places of nearly all codes are a day, compact, of the year, or by the serial of a sheet, days
are cut out, and what stands between them is a figure, perhaps in hundredths. Cut from the front, from the
back and at full days first; what else its row holds stays beside. Codes in several columns are one column,
for a grid of them says in its headings alone what is whose. Knows no records. Bounded; pure; called by
`disguises` and `arrangements`, which have the tables searched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sandbox.egress.content import Content
from sandbox.egress.slots import Frame

LEAST_ROWS = 8
MAX_ROWS = 4_000
MAX_COLUMNS = 40
MAX_TABLES = 6
MAX_CELLS = 120_000
_OTHERS = 4
_FEWEST = 9
_MOST = 48
_MOSTLY = 0.97
_UNEVEN = 5
"""Places by which codes of one column may differ in length."""
_CODE = re.compile(r"[A-Za-z#_-]{0,8}([0-9]{9,48})[A-Za-z]{0,3}")
_ZERO = date(1899, 12, 30)
_SERIALS = (9_000, 47_500)
_YEARS = (1900, 2040)

Digits: TypeAlias = NDArray[np.int64]
Fields: TypeAlias = tuple[tuple[int, str], ...]
"""Where days begin in a code, and how each is written."""


def unfused(contents: Sequence[Content], every: Sequence[Frame]) -> list[pa.Table]:
    """Return the columns of codes in tables and in lines of one frame, cut into their fields."""
    return list(islice((table for rows in _rows(contents, every) for table in _of_rows(rows)), MAX_TABLES))


def _rows(contents: Sequence[Content], every: Sequence[Frame]) -> Iterator[list[list[str]]]:
    """Yield the columns of tables and of lines of one frame of which the first row has a code."""
    room = MAX_CELLS
    for one in every[:MAX_COLUMNS]:
        if any(map(_CODE.fullmatch, one.rows[0])):
            yield [list(column) for column in zip(*one.rows[:MAX_ROWS], strict=True)]
    for content in contents[:50]:
        for table in [sheet.table for sheet in content.sheets[:20]]:
            cut = table.slice(0, MAX_ROWS).select(range(min(table.num_columns, MAX_COLUMNS)))
            heads = [column[0].as_py() or "" for column in cut.columns] if cut.num_rows else []
            room -= cut.num_rows * cut.num_columns
            coded = [bool(_CODE.fullmatch(head.strip())) for head in heads]
            if room > 0 and any(coded) and cut.num_rows * sum(coded) >= LEAST_ROWS:
                columns = [[cell or "" for cell in column.to_pylist()] for column in cut.columns]
                yield from [columns] if cut.num_rows >= LEAST_ROWS else []
                yield from [_as_one(columns, coded)] if sum(coded) > 1 else []


def _as_one(columns: Sequence[Sequence[str]], coded: Sequence[bool]) -> list[list[str]]:
    """Return the codes of several columns as one column, and beside it what the first other column says."""
    keys = next((column for column, code in zip(columns, coded, strict=True) if not code), columns[0])
    cells = [
        (cell, key)
        for column in (column for column, code in zip(columns, coded, strict=True) if code)
        for cell, key in zip(column, keys, strict=True)
        if cell
    ]
    return [list(one) for one in zip(*cells, strict=True)]


@dataclass(frozen=True, slots=True)
class _Codes:
    """Codes: as many figures of each as all have, the rows they stand in, and what is before or behind."""

    digits: Digits
    rows: Sequence[int]
    ahead: Sequence[str]
    behind: Sequence[str]


def _of_rows(columns: Sequence[Sequence[str]]) -> Iterator[pa.Table]:
    for place, cells in enumerate(columns[:MAX_COLUMNS]):
        for codes in _codes(cells):
            others = [one for at, one in enumerate(columns) if at != place and len(set(one)) > 1][:_OTHERS]
            for fields in dict.fromkeys(_tilings(codes.digits)):
                held = _cut(codes, fields)
                held |= {f"o{at}": [one[row] for row in codes.rows] for at, one in enumerate(others)}
                yield pa.table({name: pa.array(column, pa.string()) for name, column in held.items()})


def _codes(cells: Sequence[str]) -> Iterator[_Codes]:
    """Yield the codes of a column: of one length, else from the front on and from the back; none for others.

    A figure among the fields makes codes longer or shorter by some places.
    """
    if len(cells) < LEAST_ROWS or not _CODE.fullmatch(cells[0].strip()):
        return
    found = [match[1] if (match := _CODE.fullmatch(cell.strip())) else "" for cell in cells]
    if sum(map(bool, found)) < max(LEAST_ROWS, _MOSTLY * len(cells)) or 2 * len(set(found)) < len(cells):
        return
    sizes = sorted(map(len, filter(None, found)))
    least, most = sizes[int(len(sizes) * (1 - _MOSTLY))], sizes[int((len(sizes) - 1) * _MOSTLY)]
    if most - least > _UNEVEN or not _FEWEST <= least <= most <= _MOST:
        return
    rows = [row for row, run in enumerate(found) if least <= len(run) <= most]
    runs = [found[row] for row in rows]
    none = [""] * len(runs)
    yield _Codes(_figures([run[:least] for run in runs]), rows, none, [run[least:] for run in runs])
    if least < most:
        ends = [len(run) - least for run in runs]
        pairs = list(zip(runs, ends, strict=True))
        yield _Codes(
            _figures([run[end:] for run, end in pairs]), rows, [run[:end] for run, end in pairs], none
        )


def _figures(runs: Sequence[str]) -> Digits:
    return np.frombuffer("".join(runs).encode(), np.uint8).reshape(len(runs), -1).astype(np.int64) - 48


def _tilings(digits: Digits) -> Iterator[Fields]:
    """Yield the days of codes: as they come from the front, from the back, and full ones before others."""
    size = digits.shape[1]
    held = [
        (at, kind)
        for at in range(size)
        for kind, width in _WIDTHS.items()
        if at + width <= size and _fits(digits, at, kind)
    ]
    full = sorted(held, key=lambda one: (-_WIDTHS[one[1]], one[0]))
    for order in (full, held, sorted(held, key=lambda one: -(one[0] + _WIDTHS[one[1]]))):
        free = np.ones(size, np.bool_)
        chosen = []
        for at, kind in order:
            if free[at : at + _WIDTHS[kind]].all():
                free[at : at + _WIDTHS[kind]] = False
                chosen.append((at, kind))
        if chosen:
            yield tuple(sorted(chosen))


def _fits(digits: Digits, at: int, kind: str) -> bool:
    """Return whether nearly all codes have a day of one kind at a place, and not the same."""
    missing, size = 0, min(len(digits), _PROBED)
    for row in range(size):
        missing += _day(digits[row, at : at + _WIDTHS[kind]], kind) is None
        if missing > (1 - _MOSTLY) * size:
            return False
    return len(np.unique(digits[:, at : at + _WIDTHS[kind]], axis=0)) >= LEAST_ROWS // 2


_PROBED = 200
_WIDTHS: Mapping[str, int] = {"ymd": 8, "dmy": 8, "mdy": 8, "yj": 7, "short": 6, "serial": 5}


def _day(figures: Digits, kind: str) -> date | None:
    """Return the day that figures are, None for none."""
    run = "".join(map(str, figures.tolist()))
    try:
        if kind == "serial":
            return _ZERO + timedelta(int(run)) if _SERIALS[0] <= int(run) <= _SERIALS[1] else None
        if kind == "yj":
            first, number = date(int(run[:4]), 1, 1), int(run[4:])
            return first + timedelta(number - 1) if _of_now(first.year) and 1 <= number <= 366 else None
        if kind == "short":
            century = 1900 if int(run[:2]) > _YEARS[1] % 100 else 2000
            return date(century + int(run[:2]), int(run[2:4]), int(run[4:]))
        year, month, day = {
            "ymd": (run[:4], run[4:6], run[6:]),
            "dmy": (run[4:], run[2:4], run[:2]),
            "mdy": (run[4:], run[:2], run[2:4]),
        }[kind]
        return date(int(year), int(month), int(day)) if _of_now(int(year)) else None
    except ValueError:
        return None


def _of_now(year: int) -> bool:
    return _YEARS[0] <= year < _YEARS[1]


def _cut(codes: _Codes, fields: Fields) -> dict[str, list[str | None]]:
    """Return the days of the codes, and the figures between them as they are and in hundredths."""
    found: dict[str, list[str | None]] = {}
    digits, last = codes.digits, 0
    for at, kind in (*fields, (digits.shape[1], "")):
        more = codes.ahead if not last else codes.behind if not kind else ()
        if at > last or any(more):
            told = ["".join(map(str, row)) for row in digits[:, last:at].tolist()]
            if any(more):
                pairs = zip(told, more, strict=True)
                told = [other + run if not last else run + other for run, other in pairs]
            runs = [int(one or "0") for one in told]
            found[f"n{last}"] = [str(one) for one in runs]
            if max(map(len, told)) >= 3:
                found[f"h{last}"] = [f"{one // 100}.{one % 100:02d}" for one in runs]
        if kind:
            last = at + _WIDTHS[kind]
            days = [_day(row, kind) for row in digits[:, at:last]]
            found[f"d{at}"] = [day.isoformat() if day else None for day in days]
    return found
