"""The sidecar: what the gate knows of a snapshot and no seat ever sees.

For every row of the snapshot it holds the dense number of its person, firm or household, the amounts before
masking, and the record index; and keyed words by which rows and units are known again in other versions.
Written once at landing beside the pool, through streams the caller seals; which columns are units is the
catalogue's decision.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO, Final, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sandbox.fingerprint.arrays import read_arrays, write_arrays
from sandbox.fingerprint.build import IndexBuilder
from sandbox.fingerprint.canonical import amount_array, canonical, canonical_array
from sandbox.fingerprint.cells import hash_columns, side_by_side
from sandbox.fingerprint.columns import SAMPLE_ROWS, picked, traits_of
from sandbox.fingerprint.index import RecordIndex
from sandbox.fingerprint.postings import group
from sandbox.fingerprint.shelf import IndexShelf
from sandbox.fingerprint.siphash import Words, keyed_hash, plain_hash, siphash
from sandbox.kernel.errors import InputError, TamperedError
from sandbox.kernel.message import say

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from sandbox.fingerprint.columns import Columns

Ids: TypeAlias = np.ndarray[Any, np.dtype[np.uint32]]
Amounts: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]

_ROWS_FILE: Final = "rows.bin"
_INDEX_FILE: Final = "index.bin"
_NUMERIC: Final = 0.8
_PIECE: Final = 1 << 17
_ALIKE: Final = bytes(16)  # no secret: these words never leave the numbering
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
    Equal canonical values have equal numbers, told by 64 bits of a hash: of ten million subjects two are one
    in three cases of a million. Raises `InputError` for a column that is not there.
    """
    out: dict[str, Ids] = {}
    for unit in units:
        missing = [name for name in unit.columns if name not in table.column_names]
        if missing or not unit.columns:
            raise InputError(
                say("统计单位所用的列 {name} 不在数据中，请修改目录", name="、".join(missing) or "（空）")
            )
        out[unit.kind] = _named(_subject_words(table, unit, _ALIKE))[0]
    return out


def unit_words(table: pa.Table, units: Sequence[UnitColumns], key: bytes) -> dict[str, Words]:
    """Return per kind a keyed word for every dense number of `dense_units`, 0 for nobody.

    The same subject has the same word in every version and under every agreement: the key is the gate's.
    """
    return {unit.kind: _named(_subject_words(table, unit, key))[1] for unit in units}


def row_words(table: pa.Table, key: bytes) -> Words:
    """Return a keyed word for every row: equal for rows that say the same, in any order of columns."""
    words = np.zeros(table.num_rows, np.uint64)
    for name in table.column_names:
        cells = table.column(name)
        words += _cell_words(name, cells, hash_columns([cells], key)[0], key)
    return words


def _cell_words(name: str, cells: pa.ChunkedArray, hashes: Words, key: bytes) -> Words:
    """Return what each cell adds to the word of its row, by its hash; nothing said is no empty cell."""
    nothing = (hashes == 0) & cells.is_valid().to_numpy()
    words = np.where(nothing, np.uint64(plain_hash("", key)), hashes)
    words ^= np.uint64(siphash(name.encode(), key))
    return _mixed(words)


def _mixed(words: Words) -> Words:
    """Return words spread anew, so that their sum tells what was summed (the finish of MurmurHash3)."""
    words = (words ^ (words >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    words = (words ^ (words >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    return np.asarray(words ^ (words >> np.uint64(33)))


def _subject_words(table: pa.Table, unit: UnitColumns, key: bytes) -> Words:
    """Return a keyed word for the subject of every row, 0 for nobody; piece by piece, which spares memory."""
    pieces = [table.slice(start, _PIECE) for start in range(0, table.num_rows, _PIECE)]
    found = side_by_side(lambda piece: keyed_hash(subjects_of(piece, unit), key), pieces)
    return np.concatenate([np.empty(0, np.uint64), *found])


def _named(words: Words) -> tuple[Ids, Words]:
    """Return a dense number for every word, from 1 as they appear and 0 for 0, and each number's word."""
    held = group(words)
    order = np.argsort(held.rows[held.start[:-1]], kind="stable")
    number = np.empty(len(order), np.uint32)
    number[order] = np.arange(1, len(order) + 1, dtype=np.uint32)
    ids = np.zeros(len(words), np.uint32)
    ids[held.rows] = np.repeat(number, np.diff(held.start))
    return ids, np.append(np.zeros(1, np.uint64), held.hashes[order])


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
    found = {
        name: _amounts(table.column(name), filled=int(np.count_nonzero(hashes)))
        for name, hashes in zip(table.column_names, hash_columns(table.columns, _ALIKE), strict=True)
    }
    return {name: values for name, values in found.items() if values is not None}


def _amounts(column: pa.ChunkedArray, *, filled: int) -> Amounts | None:
    step = max(len(column) // SAMPLE_ROWS, 1)
    traits = traits_of(canonical_array(picked(column, np.arange(0, len(column), step))), identifier=False)
    if traits.date or traits.identifier or not traits.amount:
        return None
    pieces = [column.slice(start, _PIECE) for start in range(0, len(column), _PIECE)]
    values = np.concatenate(side_by_side(amount_array, pieces))
    return values if np.isfinite(values).sum() >= _NUMERIC * filled else None


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
    def write(
        cls,
        open_binary: Callable[[str], BinaryIO],
        raw: Columns,
        masked: Columns,
        *,
        units: Sequence[UnitColumns],
        key: bytes,
        identifiers: Collection[str] = (),
    ) -> None:
        """Write two streams by name, made from the raw rows that landed and their masked twins in that order.

        The caller opens them, sealed, and they are closed here. Columns are done one after another, so that
        little is held beside the raw rows. Raises `InputError` for twins of another number.
        """
        if masked.rows != raw.rows:
            raise InputError(say("脱敏前后的行数不一致，无法建立旁档，请重新落地"))
        subjects = [name for unit in units for name in unit.columns]
        numbers = dense_units(raw.only(subjects), units)
        with open_binary(_INDEX_FILE) as out:
            shelf = IndexShelf(out, key=key, records=raw.rows)
            builder = IndexBuilder(key, records=raw.rows, keep=shelf.add, identifiers=identifiers)
            words, values = _indexed(builder, raw, masked, key)
            counted = finest(numbers)
            shelf.close(builder.implied(counted), np.empty(0, np.uint32) if counted is None else None)
        arrays: dict[str, np.ndarray[Any, Any]] = {f"unit/{kind}": ids for kind, ids in numbers.items()}
        arrays |= {f"amount/{name}": found for name, found in values.items()}
        known = unit_words(raw.only(subjects), units, key)
        arrays |= {f"name/{kind}": words_of for kind, words_of in known.items()}
        with open_binary(_ROWS_FILE) as out:
            write_arrays(
                out, arrays | ({"row": words} if words.size else {}), note={"format": 1, "rows": raw.rows}
            )

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


def _indexed(
    builder: IndexBuilder, raw: Columns, masked: Columns, key: bytes
) -> tuple[Words, dict[str, Amounts]]:
    """Hand all columns to the builder; return the words of the rows and the amounts, made on the way."""
    words = np.zeros(raw.rows, np.uint64)
    values: dict[str, Amounts] = {}
    builder.begin("raw", raw.rows)
    for name in raw.names:
        found = _added(builder, name, raw.read(name), key, words)
        values |= {} if found is None else {name: found}
        pa.default_memory_pool().release_unused()
    builder.begin("masked", masked.rows)
    for name in masked.names:
        builder.add(name, masked.read(name))
        pa.default_memory_pool().release_unused()
    return words, values


def _added(
    builder: IndexBuilder, name: str, cells: pa.ChunkedArray, key: bytes, words: Words
) -> Amounts | None:
    """Hand a raw column to the builder, add to the words of the rows, return its amounts if it has any.

    The column ends with the call: with the next one beside it two would be in memory.
    """
    hashes = builder.add(name, cells)
    words += _cell_words(name, cells, hashes, key)
    return _amounts(cells, filled=int(np.count_nonzero(hashes)))


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
