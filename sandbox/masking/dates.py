"""Cuts dates in the layouts cities deliver down to month, quarter, year, five years or decade.

Read are year-month-day with `-`, `/`, `.` or 年月日, eight digits, each with or without a
time of day. Day-first layouts are ambiguous and therefore unreadable. A cell that is no
date of the calendar becomes null and is reported; nothing is rounded into validity.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sandbox.masking.techniques import DateUnit

EARLIEST, LATEST = 1800, 2200
_LAYOUT = (
    r"^(?P<y>[0-9]{4})"
    r"(?:[-/.年](?P<m>[0-9]{1,2})(?:[-/.月](?P<d>[0-9]{1,2})日?|月?)|年"
    r"|(?P<cm>[0-9]{2})(?P<cd>[0-9]{2}))?"
    r"(?:[T ]*[0-9]{1,2}[:时][0-9]{1,2}(?:[:分][0-9]{1,2}(?:\.[0-9]+)?秒?|分)?"
    r"(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?$"
)
_ORACLE = re.compile(_LAYOUT)
_YEARS = {DateUnit.YEAR: 1, DateUnit.FIVE_YEARS: 5, DateUnit.DECADE: 10}
_WITHIN_YEAR = (DateUnit.QUARTER, DateUnit.MONTH)
_DAYS = np.array([0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


def truncate(cells: pa.Array, unit: DateUnit) -> pa.Array:
    """Return `2010-2019`, `2019`, `2019Q2` or `2019-05` for every cell; null where it is no date."""
    text = pc.utf8_upper(pc.utf8_trim_whitespace(pc.utf8_normalize(cells, "NFKC")))
    fields = pc.extract_regex(text, pattern=_LAYOUT)
    year = _numbers(pc.struct_field(fields, "y"))
    month = np.maximum(_numbers(pc.struct_field(fields, "m")), _numbers(pc.struct_field(fields, "cm")))
    day = np.maximum(_numbers(pc.struct_field(fields, "d")), _numbers(pc.struct_field(fields, "cd")))
    # A missing part reads as -1; a part given as 00 stays 0 and is refused below.
    valid = (year >= EARLIEST) & (year <= LATEST) & (month != 0) & (month <= 12) & (day != 0)
    valid &= day <= np.where(month > 0, _days_of(year, month), -1)
    if unit in _WITHIN_YEAR:
        valid &= month > 0
    return _spell(year, month, unit, valid)


def truncate_one(cell: str, unit: DateUnit) -> str | None:
    """Return what `truncate` gives for one cell: the plain form, kept as its oracle."""
    found = _ORACLE.match(unicodedata.normalize("NFKC", cell).strip().upper())
    if found is None:
        return None
    year = int(found["y"])
    month, day = found["m"] or found["cm"], found["d"] or found["cd"]
    if not EARLIEST <= year <= LATEST or (month is None and unit in _WITHIN_YEAR):
        return None
    try:
        date(year, int(month or 1), int(day or 1))
    except ValueError:
        return None
    if unit is DateUnit.QUARTER:
        return f"{year:04d}Q{(int(month) + 2) // 3}"
    if unit is DateUnit.MONTH:
        return f"{year:04d}-{int(month):02d}"
    return _years(year, _YEARS[unit])


def _years(year: int, count: int) -> str:
    first = year - year % count
    return f"{first:04d}" if count == 1 else f"{first:04d}-{first + count - 1:04d}"


def _numbers(texts: pa.Array) -> np.ndarray:
    """Return the digits as int32, -1 where the layout lacks the part or nothing matched."""
    present = pc.greater(pc.utf8_length(texts), 0)
    numbers = pc.if_else(present, texts, pa.scalar("-1", texts.type)).cast(pa.int32())
    found: np.ndarray = numbers.fill_null(-1).to_numpy(zero_copy_only=False)
    return found


def _days_of(year: np.ndarray, month: np.ndarray) -> np.ndarray:
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    days = _DAYS[np.clip(month, 0, 12)]
    return np.where((month == 2) & ~leap, 28, days)


def _spell(year: np.ndarray, month: np.ndarray, unit: DateUnit, valid: np.ndarray) -> pa.Array:
    first = EARLIEST * 12
    slot = np.where(valid, year * 12 + np.maximum(month, 1) - 1 - first, 0)
    if unit is DateUnit.MONTH:
        names = [f"{at // 12:04d}-{at % 12 + 1:02d}" for at in range(first, LATEST * 12 + 12)]
    elif unit is DateUnit.QUARTER:
        names = [f"{at // 4:04d}Q{at % 4 + 1}" for at in range(EARLIEST * 4, LATEST * 4 + 4)]
        slot = slot // 3
    else:
        names = [_years(at, _YEARS[unit]) for at in range(EARLIEST, LATEST + 1)]
        slot = slot // 12
    return pa.array(names, pa.string()).take(pa.array(slot, pa.int32(), mask=~valid))
