"""The sidecar: what the gate knows of a snapshot and no seat ever sees.

For every row of the snapshot it holds the dense number of its person, firm or household, the amounts before
masking, and the record index; and keyed words by which rows and units are known again in other versions.
Written once at landing beside the pool, through streams the caller seals; which columns are units is the
catalogue's decision.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Any, BinaryIO, Final, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sandbox.fingerprint.arrays import read_arrays, write_arrays
from sandbox.fingerprint.build import IndexBuilder
from sandbox.fingerprint.canonical import amount_array, canonical, canonical_array
from sandbox.fingerprint.columns import traits_of
from sandbox.fingerprint.index import RecordIndex
from sandbox.fingerprint.siphash import Words, keyed_hash, siphash
from sandbox.kernel.errors import InputError, TamperedError
from sandbox.kernel.message import say

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

Ids: TypeAlias = np.ndarray[Any, np.dtype[np.uint32]]
Amounts: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]

_ROWS_FILE: Final = "rows.bin"
_INDEX_FILE: Final = "index.bin"
_NUMERIC: Final = 0.8
# 0000…, 1111…: typed to get past a required field; one such number is never one person.
_FILLER: Final = "^(?:0+|" + "|".join(f"{character}{{6,}}" for character in "123456789X") + ")$"


@dataclass(frozen=True, slots=True)
class UnitColumns:
    """Columns that together identify one unit of `kind` ("person", "firm", "household").

    `sentinels` are further values that mean nobody, in any spelling.
    """

    kind: str
    columns: tuple[str, ...]
    sentinels: tuple[str, ...] = ()


def dense_units(table: pa.Table, units: Sequence[UnitColumns]) -> dict[str, Ids]:
    """Return per kind a dense uint32 number for every row, from 1 in order of appearance.

    0 stands for a null, sentinel or filler subject: it identifies nobody and counts as no unit.
    Equal canonical values have equal numbers. Raises `InputError` for a column that is not there.
    """
    out: dict[str, Ids] = {}
    for unit in units:
        missing = [name for name in unit.columns if name not in table.column_names]
        if missing or not unit.columns:
            raise InputError(
                say("统计单位所用的列 {name} 不在数据中，请修改目录", name="、".join(missing) or "（空）")
            )
        out[unit.kind] = _numbered(table, unit)
    return out


def unit_words(table: pa.Table, units: Sequence[UnitColumns], key: bytes) -> dict[str, Words]:
    """Return per kind a keyed word for every dense number of `dense_units`, 0 for nobody.

    The same subject has the same word in every version and under every agreement: the key is the gate's.
    """
    found = {}
    for unit in units:
        names = subjects_of(table, unit).dictionary_encode().dictionary
        found[unit.kind] = np.append(np.zeros(1, np.uint64), keyed_hash(names, key))
    return found


def row_words(table: pa.Table, key: bytes) -> Words:
    """Return a keyed word for every row: equal for rows that say the same, in any order of columns."""
    words = np.zeros(table.num_rows, np.uint64)
    for name in table.column_names:
        coded = table.column(name).combine_chunks().dictionary_encode()
        known = keyed_hash(canonical_array(coded.dictionary), key)
        place = pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False)
        cells = np.append(known, np.uint64(0))[place] ^ np.uint64(siphash(name.encode(), key))
        words += _mixed(cells)
    return words


def _mixed(words: Words) -> Words:
    """Return words spread anew, so that their sum tells what was summed (the finish of MurmurHash3)."""
    words = (words ^ (words >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    words = (words ^ (words >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    return np.asarray(words ^ (words >> np.uint64(33)))


def _numbered(table: pa.Table, unit: UnitColumns) -> Ids:
    numbers = subjects_of(table, unit).dictionary_encode().indices.cast(pa.int64())
    return np.asarray(pc.fill_null(pc.add(numbers, 1), 0).to_numpy(zero_copy_only=False).astype(np.uint32))


def subjects_of(table: pa.Table, unit: UnitColumns) -> pa.Array:
    """Return the canonical subject of every row, null for nobody."""
    nobody = pa.array(sorted({canonical(word) for word in unit.sentinels} | {""}), pa.large_string())
    parts, known = [], pa.array(np.ones(table.num_rows, np.bool_))
    for name in unit.columns:
        forms = canonical_array(table.column(name))
        void = pc.or_(pc.is_in(forms, value_set=nobody), pc.match_substring_regex(forms, _FILLER))
        known = pc.and_(known, pc.invert(void))
        parts.append(forms)
    subject = pc.binary_join_element_wise(*parts, pa.scalar("\x1f", pa.large_string()))
    return pc.if_else(known, subject, pa.scalar(None, pa.large_string()))


def amounts(table: pa.Table) -> dict[str, Amounts]:
    """Values of every column that is mostly numeric, in its base unit; NaN where a cell is no number.

    Dates and long numbers that identify somebody are no amounts.
    """
    out: dict[str, Amounts] = {}
    for name in table.column_names:
        column = table.column(name)
        forms = canonical_array(column)
        traits = traits_of(forms, identifier=False)
        if traits.date or traits.identifier:
            continue
        filled = int(pc.sum(pc.not_equal(forms, "")).as_py() or 0)
        if not filled or not traits.amount:
            continue
        values = amount_array(column)
        if np.isfinite(values).sum() >= _NUMERIC * filled:
            out[name] = values
    return out


@dataclass(frozen=True, slots=True, eq=False)
class Sidecar:
    """Rows in the order of the snapshot: units by kind, amounts by raw column name, and the index.

    `names` holds a word for every dense number of a kind, `words` one for every row; both are empty in
    sidecars from before they were kept.
    """

    rows: int
    units: Mapping[str, Ids]
    amounts: Mapping[str, Amounts]
    index: RecordIndex
    names: Mapping[str, Words] = field(default_factory=dict)
    words: Words = field(default_factory=lambda: np.zeros(0, np.uint64))

    @classmethod
    def build(
        cls,
        raw: pa.Table,
        masked: pa.Table | Iterable[pa.Table],
        *,
        units: Sequence[UnitColumns],
        key: bytes,
        identifiers: Collection[str] = (),
    ) -> Sidecar:
        """Build from the raw rows that landed and their masked twins, in the same order and number.

        The masked ones may come part by part, so that they need not be held.
        """
        parts = [masked] if isinstance(masked, pa.Table) else masked
        builder = _fed(raw, iter(parts), IndexBuilder(key, identifiers))
        numbers = dense_units(raw, units)
        index = builder.finish(finest(numbers))
        names, words = unit_words(raw, units, key), row_words(raw, key)
        return cls(raw.num_rows, numbers, amounts(raw), index, names, words)

    def save(self, open_binary: Callable[[str], BinaryIO]) -> None:
        """Write two streams by name; the caller opens them, sealed, and they are closed here."""
        arrays: dict[str, np.ndarray[Any, Any]] = {f"unit/{kind}": ids for kind, ids in self.units.items()}
        arrays |= {f"amount/{name}": values for name, values in self.amounts.items()}
        arrays |= {f"name/{kind}": words for kind, words in self.names.items()}
        arrays |= {"row": self.words} if self.words.size else {}
        with open_binary(_ROWS_FILE) as out:
            write_arrays(out, arrays, note={"format": 1, "rows": self.rows})
        with open_binary(_INDEX_FILE) as out:
            self.index.save(out, with_units=finest(self.units) is None)

    @classmethod
    def load(cls, open_binary: Callable[[str], BinaryIO], *, key: bytes) -> Sidecar:
        """Read back what `save` wrote; `TamperedError` if it is not whole, `StateError` for another key."""
        with open_binary(_ROWS_FILE) as source:
            arrays, note = read_arrays(source)
        units = _under("unit/", arrays)
        with open_binary(_INDEX_FILE) as source:
            index = RecordIndex.load(source, key=key, units=finest(units))
        rows = int(note.get("rows", -1))
        names = _under("name/", arrays)
        whole = [array for name, array in arrays.items() if not name.startswith("name/")]
        if index.records != rows or any(len(array) != rows for array in whole) or not _fit(units, names):
            raise TamperedError(say("旁档各部分的行数不一致，请重新落地该数据集"))
        words = arrays.get("row", np.zeros(0, np.uint64))
        return cls(rows, units, _under("amount/", arrays), index, names, words)


def _fed(raw: pa.Table, masked: Iterator[pa.Table], builder: IndexBuilder) -> IndexBuilder:
    """Return the builder with the rows of both; the first parts of both are the same records.

    By those the builder sees which column tells what of which other.
    """
    first = next(masked, raw.slice(0, 0))
    step = max(first.num_rows, 1)
    builder.begin("raw", raw.column_names)
    for start in range(0, max(raw.num_rows, 1), step):
        builder.add(raw.slice(start, step))
    builder.begin("masked", first.column_names)
    rows = 0
    for part in chain([first], masked):
        rows += part.num_rows
        builder.add(part)
    if raw.num_rows != rows:
        raise InputError(say("脱敏前后的行数不一致，无法建立旁档，请重新落地"))
    return builder


def load_names(source: BinaryIO) -> tuple[Words, dict[str, Ids], dict[str, Words]]:
    """Return the words of rows, the units and their words from the first stream alone; empty ones if old."""
    arrays, _ = read_arrays(source)
    units, names = _under("unit/", arrays), _under("name/", arrays)
    if not _fit(units, names):
        raise TamperedError(say("旁档各部分的行数不一致，请重新落地该数据集"))
    return arrays.get("row", np.zeros(0, np.uint64)), units, names


def _fit(units: Mapping[str, Ids], names: Mapping[str, Words]) -> bool:
    """Return whether every number of a kind has its word."""
    return all(kind in units and int(units[kind].max(initial=0)) < len(names[kind]) for kind in names)


def finest(numbers: Mapping[str, Ids]) -> Ids | None:
    """The units a match is counted in: persons where there are any, else firms, else the first kind."""
    for kind in ("person", "firm", *numbers):
        if kind in numbers:
            return numbers[kind]
    return None


def _under(prefix: str, arrays: Mapping[str, np.ndarray[Any, Any]]) -> dict[str, np.ndarray[Any, Any]]:
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
