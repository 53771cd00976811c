"""Second readings of a candidate column whose spelling is ambiguous, and tokens of a line of text.

A day/month order that cannot be told, a date as milliseconds or as a spreadsheet's serial number: each
gives one more column of canonical forms beside the plain one. Only `match.py` calls it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sandbox.fingerprint.canonical import canonical_array

if TYPE_CHECKING:
    from collections.abc import Sequence

_YEAR_LAST: Final = r"^\s*\d{1,2}[-/.]\d{1,2}[-/.][12]\d{3}\s*$"
# Midnight is a multiple of 86,400 seconds: the zeros tell such a number from a phone.
_MILLIS: Final = r"^-?\d{3,8}00000$"
_SECONDS: Final = r"^-?\d{5,8}00$"
_SERIAL: Final = r"^[2-6]\d{4}$"
_UNITS: Final = {_MILLIS: 1, _SECONDS: 1000, _SERIAL: 86_400_000}
_MOSTLY: Final = 0.8
_SAMPLE: Final = 512
_SERIAL_ZERO: Final = 25_569  # serial number of 1970-01-01
_QUOTED: Final = re.compile(r'"((?:[^"\\]|\\.){1,400})"')
_FIELDS: Final = re.compile(r"[\t|,;，；、：=\"'{}\[\]<>]+|: ")
_RUNS: Final = re.compile(r"\d[\d.,/-]*\d[Xx]?|\d|[^\W\d_]+")
_ONE: Final = re.compile(r"\d[\d.,/-]{0,16}\d|\d|[^\W\d_]+")
"""A field that is one value, however it is read."""
_LONG: Final = re.compile(r"\d{19,400}[Xx]?")
_NEAR: Final = 32
_SHORT: Final = 32
_KNOWN: Final = 1 << 15
"""Fields that are read once, of so many signs at most."""
_LENGTHS: Final = (18, 11)  # numbers of persons and firms, telephone numbers
_ENDS: Final = re.compile(r"(?<=[}\]])[\s,;]+")
_ESCAPED: Final = re.compile(r"\\u([0-9a-fA-F]{4})")


def kinds_of(columns: Sequence[pa.Array | pa.ChunkedArray]) -> list[tuple[str, ...]]:
    """Return which other readings most of the first cells of each column allow, each by its pattern.

    All columns are asked together: a table of very many short ones takes no longer than one long one.
    """
    raw, owner = _together([column[: _SAMPLE * 4] for column in columns])
    days = _shares(raw, owner[raw.is_valid().to_numpy(zero_copy_only=False)], len(columns), (_YEAR_LAST,))
    raw, owner = _together([column[:_SAMPLE] for column in columns])
    forms = canonical_array(raw)
    filled = pc.not_equal(forms, "")
    forms, owner = forms.filter(filled), owner[filled.to_numpy(zero_copy_only=False)]
    units = _shares(forms, owner, len(columns), tuple(_UNITS))
    return [
        tuple(pattern for pattern, shares in (days | units).items() if shares[place] >= _MOSTLY)
        for place in range(len(columns))
    ]


def _together(
    columns: Sequence[pa.Array | pa.ChunkedArray],
) -> tuple[pa.Array, np.ndarray[Any, np.dtype[np.int64]]]:
    """Return the cells of all columns, one below the other, and of which column each is."""
    parts = [column.chunks if isinstance(column, pa.ChunkedArray) else [column] for column in columns]
    cells = [part.cast(pa.large_string()) for each in parts for part in each]
    owner = np.repeat(np.arange(len(columns)), [len(column) for column in columns])
    return pa.concat_arrays(cells) if cells else pa.array([], pa.large_string()), owner


def _shares(
    cells: pa.Array, owner: np.ndarray[Any, np.dtype[np.int64]], columns: int, patterns: Sequence[str]
) -> dict[str, np.ndarray[Any, np.dtype[np.float64]]]:
    """Return by pattern the share of the cells of each column, nulls apart, that are written so."""
    cells = cells.drop_null()
    number = np.maximum(np.bincount(owner, minlength=columns), 1)
    found = {one: pc.match_substring_regex(cells, one).to_numpy(zero_copy_only=False) for one in patterns}
    return {one: np.bincount(owner, held, minlength=columns) / number for one, held in found.items()}


def read_as(cells: pa.Array | pa.ChunkedArray, kind: str) -> pa.Array:
    """Return the canonical forms of the cells under one of the readings that `kinds_of` names."""
    forms = canonical_array(cells)
    if kind in _UNITS:
        return _dates(forms, kind, _UNITS[kind])
    parts = [pc.utf8_slice_codeunits(forms, *cut) for cut in ((0, 4), (6, 8), (4, 6))]
    return pc.binary_join_element_wise(*parts, pa.scalar("", pa.large_string()))


def _dates(forms: pa.Array, pattern: str, unit: int) -> pa.Array:
    """Canonical dates of numbers counted in `unit` milliseconds; "" for what is no such number."""
    real = pc.match_substring_regex(forms, pattern)
    numbers = pc.if_else(real, forms, pa.scalar("0", pa.large_string())).cast(pa.int64())
    if pattern == _SERIAL:
        numbers = pc.subtract(numbers, _SERIAL_ZERO)
    stamps: np.ndarray[Any, Any] = (numbers.to_numpy(zero_copy_only=False) * unit).astype("datetime64[ms]")
    text = pa.array(np.datetime_as_string(stamps, unit="s"), pa.large_string())
    compact = pc.replace_substring_regex(text, r"T000000$|[-T:]", "")
    compact = pc.replace_substring_regex(compact, r"^(\d{8})000000$", r"\1")
    return pc.if_else(real, compact, pa.scalar("", pa.large_string()))


def segments(text: str) -> list[tuple[int, str]]:
    """Pieces of a text that may hold a record, with their 0-based line: lines, cut again after } and ]."""
    plain = _ESCAPED.sub(lambda found: _unescaped(found[1]), text)
    return [(number, piece) for number, line in enumerate(plain.splitlines()) for piece in _ENDS.split(line)]


def _unescaped(code: str) -> str:
    character = chr(int(code, 16))
    return "" if "\ud800" <= character <= "\udfff" or character in "\r\n" else character


def tokens(line: str) -> list[str]:
    """Values of one line of text: quoted strings, fields between separators, words, figures beside words.

    A value is not repeated within a few dozen others; further on, in a line of many records, it is.
    """
    found: list[str] = _QUOTED.findall(line) if '"' in line else []
    for field in _FIELDS.split(line):
        found += _values(field) if len(field) <= _SHORT else _parted(field)
    if len(found) <= _NEAR:  # near each other, all of them
        return list(dict.fromkeys(found))
    out: list[str] = []
    last: dict[str, int] = {}
    number = 0
    for token in found:
        if number - last.get(token, -_NEAR) >= _NEAR:
            last[token] = number
            number += 1
            out.append(token)
    return out


@lru_cache(maxsize=_KNOWN)
def _values(field: str) -> tuple[str, ...]:
    """Return the values of a short field: lines repeat their labels, days and places."""
    return _parted(field)


def _parted(field: str) -> tuple[str, ...]:
    if _ONE.fullmatch(field):
        return (field,)
    words = field.split()
    if not words:
        return ()
    return (*((field.strip(),) if len(words) > 1 else ()), *words, *_run_together(field))


def _run_together(field: str) -> list[str]:
    """Values that a field holds without a separator: figures beside words, numbers beside numbers.

    A run of figures too long for one number is cut from both of its ends.
    """
    runs = _RUNS.findall(field)
    found = runs if len(runs) > 1 else []
    for run in _LONG.findall(field) if len(field) > _LENGTHS[0] else ():
        for length in _LENGTHS:
            found += [run[:length], run[-length:], run[length : length + _LENGTHS[0]]]
    return found


def windows(lines: Sequence[Sequence[str]], *, width: int) -> list[tuple[int, list[str]]]:
    """Token rows of at most `width` tokens, overlapping by half, each with the number of its line."""
    half = width // 2
    return [
        (number, list(dict.fromkeys(line[start : start + width])))
        for number, line in enumerate(lines)
        for start in range(0, max(len(line) - half, 1), half)
    ]
