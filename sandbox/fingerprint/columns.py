"""A table column by column, and what kind of evidence a column is: identifier, date, amount or text.
Also what it implies, and what derives from it.

Works on canonical forms and on the index's codes; knows no names and no meaning beyond shape. The
index asks it while building. A column that is wrongly called plain only loses sensitivity.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sandbox.fingerprint.buffers import distinct

Codes: TypeAlias = np.ndarray[Any, np.dtype[np.uint32]]
Integers: TypeAlias = np.ndarray[Any, np.dtype[np.int64]]

_DAY: Final = r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_DATE: Final = f"^{_DAY}(?:\\d{{6}})?$"
_AMOUNT: Final = r"^-?\d{1,15}(?:\.\d+)?$"
# A number of a person or firm, or a phone: at least eleven characters, six digits among them.
_NUMBER: Final = r"^(?:[A-Z]*[0-9]){6}[0-9A-Z]*$"
_TOKEN: Final = r"^[0-9A-Z]*[0-9][0-9A-Z]*$"
_TOKEN_LENGTH: Final = 16
_SHORTEST: Final = 11
_MOSTLY: Final = 0.8
REPEATS: Final = 16
"""Rows per value above which a number is a code of a group; units above which a value is a label of one."""
_LABEL_ROWS: Final = 16
_LABEL_UNITS: Final = 4
_ENOUGH: Final = 32  # rows from which a dependence is believed
_FUNCTION: Final = 0.98
SAMPLE_ROWS: Final = 8192
"""Rows, evenly spaced, by which a column is known."""


@dataclass(frozen=True, slots=True)
class Columns:
    """A table read a column at a time, so that a large one never lies in memory whole."""

    names: tuple[str, ...]
    rows: int
    read: Callable[[str], pa.ChunkedArray]

    @classmethod
    def of(cls, table: pa.Table) -> Columns:
        """Return the columns of a table at hand."""
        return cls(tuple(table.column_names), table.num_rows, table.column)

    def only(self, names: Sequence[str]) -> pa.Table:
        """Return those of the named columns that are there, as a table."""
        there = [name for name in dict.fromkeys(names) if name in self.names]
        return pa.table([self.read(name) for name in there], names=there)

    @classmethod
    def of_parts(cls, parts: Sequence[Path], rows: int) -> Columns:
        """Return the columns of a table of so many rows that lies in Parquet parts, as text."""

        def read(name: str) -> pa.ChunkedArray:
            found = [pq.read_table(path, columns=[name], use_threads=False) for path in parts]
            return pa.concat_tables(found).column(0).cast(pa.string())

        return cls(tuple(pq.read_schema(parts[0]).names), rows, read)


@dataclass(frozen=True, slots=True)
class ColumnTraits:
    """`strong` text tells records apart by itself; `identifier` proves a record with one cell.

    `named` says that the caller called it an identifier, whatever it looks like.
    """

    named: bool
    identifier: bool
    date: bool
    amount: bool
    strong: bool
    distinct: int = 0
    filled: int = 0

    def weakened(self) -> ColumnTraits:
        """Traits of what is derived from such a column."""
        return replace(self, named=False, identifier=False, strong=False)

    def counted(self, *, distinct: int, filled: int) -> ColumnTraits:
        """The same with the counts known; too many rows per value end a claim to be an identifier."""
        repeats = filled / max(distinct, 1)
        return replace(
            self,
            identifier=self.named or (self.identifier and repeats <= REPEATS),
            strong=self.strong and repeats <= 2,
            distinct=distinct,
            filled=filled,
        )

    def as_list(self) -> list[bool | int]:
        """Plain values in the order of the fields."""
        return [self.named, self.identifier, self.date, self.amount, self.strong, self.distinct, self.filled]


def picked(cells: pa.ChunkedArray | pa.Array, rows: Integers) -> pa.Array:
    """Return the cells of some rows, in ascending order, without putting the chunks together."""
    parts, start = [pa.array([], pa.large_string())], 0
    for chunk in cells.chunks if isinstance(cells, pa.ChunkedArray) else [cells]:
        low, high = np.searchsorted(rows, [start, start + len(chunk)])
        if high > low:
            parts.append(chunk.take(pa.array(rows[low:high] - start)).cast(pa.large_string()))
        start += len(chunk)
    return pa.concat_arrays(parts)


def traits_of(forms: pa.Array, *, identifier: bool) -> ColumnTraits:
    """Traits of a column of canonical forms; `SAMPLE_ROWS` evenly spaced ones tell enough."""
    step = max(len(forms) // SAMPLE_ROWS, 1)
    sample = forms.take(pa.array(np.arange(0, len(forms), step))) if step > 1 else forms
    sample = sample.filter(pc.not_equal(sample, ""))
    if not len(sample):
        return ColumnTraits(identifier, identifier, date=False, amount=False, strong=False)
    date = _share(sample, _DATE) >= _MOSTLY
    amount = not date and _share(sample, _AMOUNT) >= _MOSTLY
    numbered = not date and _numbered(sample)
    text = pc.mean(pc.utf8_length(sample)).as_py() >= 5
    return ColumnTraits(
        identifier, identifier or numbered, date, amount and not numbered, text and not date and not amount
    )


def _share(sample: pa.Array, pattern: str) -> float:
    return float(pc.mean(pc.cast(pc.match_substring_regex(sample, pattern), pa.int8())).as_py())


def _numbered(sample: pa.Array) -> bool:
    """Numbers of persons, firms or phones, or tokens, which all have one length."""
    length = pc.utf8_length(sample).to_numpy(zero_copy_only=False)
    if (length >= _SHORTEST).mean() >= _MOSTLY and _share(sample, _NUMBER) >= _MOSTLY:
        return True
    usual = int(np.bincount(length).argmax())
    even = usual >= _TOKEN_LENGTH and (length == usual).mean() >= _MOSTLY
    return bool(even) and _share(sample, _TOKEN) >= _MOSTLY


def derived_forms(forms: pa.Array, traits: ColumnTraits) -> list[tuple[str, pa.Array]]:
    """Coarser spellings under which a value may leave: day, month and year; whole and two-digit amounts."""
    if traits.date:
        real = pc.match_substring_regex(forms, _DATE)
        cuts = [("年月", 6), ("年", 4)]
        if pc.any(pc.greater(pc.binary_length(forms), 8)).as_py():
            cuts.insert(0, ("日", 8))
        return [(name, _blank_unless(real, pc.utf8_slice_codeunits(forms, 0, stop))) for name, stop in cuts]
    if traits.amount:
        return _rounded(forms)
    return []


def _blank_unless(mask: pa.Array, forms: pa.Array) -> pa.Array:
    return pc.if_else(mask, forms, pa.scalar("", pa.large_string()))


def _rounded(forms: pa.Array) -> list[tuple[str, pa.Array]]:
    """Amounts to whole units (where some have decimals) and to two digits (where some have more)."""
    real = pc.match_substring_regex(forms, _AMOUNT)
    numbers = pc.if_else(real, forms, pa.scalar(None, pa.large_string())).cast(pa.float64())
    value = numbers.to_numpy(zero_copy_only=False)
    out: list[tuple[str, pa.Array]] = []
    if pc.any(pc.match_substring(forms, ".")).as_py():
        out.append(("取整", _spelled(np.rint(value))))
    size = np.floor(np.log10(np.maximum(np.abs(np.nan_to_num(value)), 1)))
    unit = 10.0 ** np.maximum(size - 1, 0)
    if bool((unit > 1).any()):
        out.append(("两位", _spelled(np.rint(value / unit) * unit)))
    return out


def _spelled(value: np.ndarray[Any, np.dtype[np.float64]]) -> pa.Array:
    whole = pa.array(np.nan_to_num(value).astype(np.int64), mask=np.isnan(value))
    return pc.fill_null(whole.cast(pa.large_string()), "")


def contained_pairs(samples: list[list[str]]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """[a, b] is true where the value of b stands inside the value of a in at least nine rows of ten.

    Each sample begins with a mark of its table; columns of different tables are not compared.
    """
    size = len(samples)
    out = np.zeros((size, size), np.bool_)
    for a, outer in enumerate(samples):
        for b, inner in enumerate(samples):
            if a != b and outer[0] == inner[0] and len(outer) == len(inner):
                out[a, b] = _contains(outer[1:], inner[1:])
    return out


def _contains(outer: list[str], inner: list[str]) -> bool:
    pairs = [(o, i) for o, i in zip(outer, inner, strict=True) if o and len(i) >= 2]
    return len(pairs) >= 5 and sum(i in o for o, i in pairs) >= 0.9 * len(pairs)


def implied_pairs(codes: Codes, units: Codes | None = None) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """[a, b] is true where a label a fixes b in 98 rows of 100, as a street does its district.

    A label is held by four units or more on average; where units are unknown, by sixteen rows. What one
    person alone holds is no label: two matches on such values are two facts about one record. `codes`
    number the values of each column, 0 for none, in some ten thousand rows.
    """
    size, _ = codes.shape
    out = np.zeros((size, size), np.bool_)
    sample = codes.astype(np.int64)
    known = None if units is None or not len(units) else units.astype(np.int64)
    for a in range(size):
        if _is_label(sample[a], known):
            for b in range(size):
                out[a, b] = a != b and _fixes(sample[a], sample[b])
    return out


def _is_label(column: Integers, units: Integers | None) -> bool:
    filled = column > 0
    values = len(distinct(column[filled]))
    if not values:
        return False
    if units is None:
        return bool(filled.sum() >= _LABEL_ROWS * values)
    held = filled & (units > 0)
    return len(distinct(column[held] << 32 | units[held])) >= _LABEL_UNITS * values


def _fixes(label: Integers, other: Integers) -> bool:
    both = (label > 0) & (other > 0)
    if both.sum() < _ENOUGH:
        return False
    pairs, count = np.unique(label[both] << 32 | other[both], return_counts=True)
    label_of = pairs >> 32
    firsts = np.flatnonzero(np.r_[True, label_of[1:] != label_of[:-1]])
    return bool(np.maximum.reduceat(count, firsts).sum() >= _FUNCTION * both.sum())
