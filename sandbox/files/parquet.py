"""Reads Parquet as strings, batch by batch.

Decides how each typed value is written: integers and decimals exactly, dates in ISO 8601,
floats in the shortest form that reads back the same. Nested columns are refused. Metadata
is not read at all. Called by `readers` only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sandbox.files.table import (
    BadRow,
    Batch,
    Opened,
    TableShape,
    Tally,
    checked_columns,
    no_rows,
    string_batch,
)
from sandbox.files.types import FileType
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import Message, say

PIECE_BYTES = 256 << 20
EXACT_FLOAT = float(1 << 53)
_LOST = say("浮点数超出可精确表示的整数范围，证件号等长数字已失真，请改为文本类型。")
_NUL = say("含有空字符（NUL），内容已损坏。")


def open_parquet(source: BinaryIO, *, tally: Tally) -> Opened:
    """Return shape and rows of the Parquet file in `source` (seekable, left open).

    InputError: damaged, encrypted, nested or unsupported column types, no rows, limits.
    """
    source.seek(0)
    try:
        file = pq.ParquetFile(source)
        schema = file.schema_arrow
        columns = checked_columns(schema.names, name=tally.name, limits=tally.limits)
        _check_types(schema, tally.name)
        if file.metadata.num_rows == 0:
            raise no_rows(tally.name)
        texts = [name for name, kind in zip(schema.names, schema.types, strict=True) if _is_text(kind)]
        # Dictionaries stay folded: one long value repeated a million times must not unfold at once.
        file = pq.ParquetFile(source, read_dictionary=texts)
    except (pa.ArrowException, OSError) as error:
        raise _damaged(tally.name) from error
    shape = TableShape(FileType.PARQUET, None, None, columns, None)
    return Opened(shape, _rows(file, columns=columns, tally=tally))


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _check_types(schema: pa.Schema, name: str) -> None:
    for field in schema:
        kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
        simple = (
            _is_text(kind)
            or pa.types.is_integer(kind)
            or pa.types.is_floating(kind)
            or pa.types.is_decimal(kind)
            or pa.types.is_date(kind)
            or pa.types.is_timestamp(kind)
            or pa.types.is_time(kind)
            or pa.types.is_boolean(kind)
            or pa.types.is_null(kind)
        )
        if not simple:
            raise InputError(
                say(
                    "{name} 的列“{column}”是 {kind} 类型，只接受单个值的列。",
                    name=name,
                    column=field.name[:100],
                    kind=str(field.type)[:100],
                )
            )


def _rows(file: Any, *, columns: Sequence[str], tally: Tally) -> Iterator[Batch]:
    try:
        for batch in file.iter_batches(batch_size=tally.limits.batch_rows, use_threads=False):
            batch.validate(full=True)
            for piece in _bounded(batch):
                first = tally.number(piece.num_rows)
                made = _piece(piece, first, columns=columns, tally=tally)
                if made is not None:
                    yield made
    except (pa.ArrowException, OSError) as error:
        raise _damaged(tally.name) from error


def _bounded(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    if batch.num_rows <= 1 or sum(map(_unfolded_bytes, batch.columns)) <= PIECE_BYTES:
        yield batch
        return
    half = batch.num_rows // 2
    yield from _bounded(batch.slice(0, half))
    yield from _bounded(batch.slice(half))


def _unfolded_bytes(cells: pa.Array) -> int:
    if not pa.types.is_dictionary(cells.type) or not _is_text(cells.type.value_type):
        return len(cells) * 32
    lengths = pc.binary_length(cells.dictionary.cast(pa.large_string()))
    return int(pc.sum(pc.cast(lengths.take(cells.indices), pa.int64())).as_py() or 0)


def _piece(piece: pa.RecordBatch, first: int, *, columns: Sequence[str], tally: Tally) -> Batch | None:
    faults: dict[int, Message] = {}
    cells = [_written(column, faults, limit=tally.limits.max_cell_bytes) for column in piece.columns]
    numbers = np.arange(first, first + piece.num_rows, dtype=np.int64)
    batch = string_batch(columns, cells)
    for place in sorted(faults):
        raw = "\t".join("" if cell[place].as_py() is None else cell[place].as_py()[:200] for cell in cells)
        tally.reject(BadRow(int(numbers[place]), None, faults[place], raw[:4_096]))
    if not faults:
        return pa.array(numbers), batch
    good = np.ones(len(numbers), dtype=bool)
    good[list(faults)] = False
    if not good.any():
        return None
    return pa.array(numbers[good]), batch.filter(pa.array(good))


def _written(cells: pa.Array, faults: dict[int, Message], *, limit: int) -> pa.Array:
    if pa.types.is_dictionary(cells.type):
        cells = cells.dictionary_decode()
    kind = cells.type
    if pa.types.is_floating(kind):
        return _floats(cells, faults)
    if pa.types.is_decimal(kind):
        return pa.array(
            [None if cell is None else format(cell, "f") for cell in _decimals(cells)], pa.string()
        )
    text = cells.cast(pa.string())
    if pa.types.is_timestamp(kind) or pa.types.is_time(kind):
        # A fraction of nothing but zeros is the unit of storage, not part of the value.
        return pc.replace_substring_regex(text, r"\.0+($|Z|[+-])", r"\1")
    if _is_text(kind):
        _mark(faults, pc.match_substring(text, "\x00"), _NUL)
        _mark(
            faults, pc.greater(pc.binary_length(text), limit), say("有单元格超过 {limit} 字节。", limit=limit)
        )
    return text


def _decimals(cells: pa.Array) -> list[Decimal | None]:
    return list(cells.to_pylist())


def _floats(cells: pa.Array, faults: dict[int, Message]) -> pa.Array:
    values = cells.cast(pa.float64()) if cells.type != pa.float64() else cells
    _mark(faults, pc.is_inf(values), say("含有无效的数值。"))
    finite = pc.if_else(pc.is_finite(values), values, None)
    _mark(faults, pc.greater_equal(pc.abs(finite), EXACT_FLOAT), _LOST)
    shown = cells if cells.type != pa.float16() else values
    text = pc.if_else(pc.is_finite(values), shown.cast(pa.string()), pa.scalar(None, pa.string()))
    return pc.replace_substring_regex(text, r"^(-?[0-9]+)\.0$", r"\1")


def _mark(faults: dict[int, Message], hits: pa.Array, reason: Message) -> None:
    for place in np.flatnonzero(hits.fill_null(False).to_numpy(zero_copy_only=False)):
        faults.setdefault(int(place), reason)


def _damaged(name: str) -> InputError:
    return InputError(say("{name} 不是完好的 Parquet 文件，请重新导出。", name=name))
