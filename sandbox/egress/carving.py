"""Tables and texts in containers that cannot leave: databases, Arrow, ORC, NumPy arrays, tensors, PDF.

Evidence only: such files are refused or go to people without these bytes, and what is in them is searched so
that records are called by their name. Nothing is unpickled, no view or trigger of a database runs, every
read is bounded. What cannot be read gives nothing here. Called by `reading`.
"""

from __future__ import annotations

import io
import json
import sqlite3
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.orc as orc
from numpy.typing import NDArray

from sandbox.egress.content import Sheet
from sandbox.egress.documents import sheets_of, unique_names
from sandbox.egress.statistical import is_matrices, matrices, packaged, reader_of
from sandbox.egress.tagged import document_of, is_tagged
from sandbox.files.arrays import array_of
from sandbox.files.members import head_of

MAX_ROWS = 50_000
MAX_TABLES = 50
MAX_BLOBS = 200
MAX_VALUES = 2_000_000
MAX_WIDTH = 64
_MAX_HEAD = 1 << 24
_STEPS = 20_000_000
_NPY = b"\x93NUMPY"
_TYPES = {
    "U8": "u1", "I8": "i1", "I16": "<i2", "U16": "<u2", "I32": "<i4", "U32": "<u4", "I64": "<i8",
    "U64": "<u8", "F16": "<f2", "F32": "<f4", "F64": "<f8", "BOOL": "u1",
}  # fmt: skip


def carved(data: bytes) -> tuple[Sheet, ...]:
    """Return the tables that a container of a known kind holds, as text cells; empty for any other."""
    for fits, carve in _CARVERS:
        if fits(data):
            try:
                return tuple(carve(data))[:MAX_TABLES]
            except (pa.ArrowException, sqlite3.Error, ValueError, OSError, KeyError, struct.error, TypeError,
                    RecursionError, zipfile.BadZipFile, zlib.error, MemoryError, OverflowError):  # fmt: skip
                return ()
    return ()


def blobs_of(data: bytes) -> Iterator[bytes]:
    """Yield the cells of bytes of a database."""
    if not data.startswith(b"SQLite format 3\0"):
        return
    with suppress(sqlite3.Error, ValueError, MemoryError), sqlite3.connect(":memory:") as base:
        _settled(base, data)
        for name in _tables(base):
            for row in base.execute(f'SELECT * FROM "{name}" LIMIT {MAX_BLOBS}').fetchall():
                yield from (bytes(cell) for cell in row if isinstance(cell, bytes))


def _sheet(name: str, names: Sequence[str], columns: Sequence[Sequence[object]]) -> Sheet:
    arrays = [
        pa.array([None if cell is None else _cell(cell) for cell in column], pa.string())
        for column in columns
    ]
    return Sheet(name, pa.Table.from_arrays(arrays, names=unique_names(list(names))), plain=False)


def _cell(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e18:
        return str(int(value))
    return str(value).encode("utf-8", "replace").decode("utf-8")  # an array may hold halves of characters


def _database(data: bytes) -> Iterator[Sheet]:
    """Yield the tables of an SQLite file, opened in memory with everything that runs by itself off."""
    with sqlite3.connect(":memory:") as base:
        _settled(base, data)
        for quoted in _tables(base):
            try:  # the numbers of rows are shown by nobody, and may be anything
                read = base.execute(f'SELECT rowid, * FROM "{quoted}" LIMIT {MAX_ROWS}')
            except sqlite3.OperationalError:  # a table without them
                read = base.execute(f'SELECT * FROM "{quoted}" LIMIT {MAX_ROWS}')
            names = [column[0] for column in read.description]
            rows = read.fetchall()
            if rows:
                yield _sheet(quoted, names, list(zip(*rows, strict=True)))


def _settled(base: sqlite3.Connection, data: bytes) -> None:
    """Open a foreign database within bounds, with nothing in it that runs by itself."""
    base.set_progress_handler(_Steps(), 10_000)
    base.deserialize(data)
    base.execute("PRAGMA trusted_schema = OFF")
    base.text_factory = lambda raw: raw.decode("utf-8", errors="replace")


def _tables(base: sqlite3.Connection) -> list[str]:
    """Return the names of the tables that are none of an extension, to stand in quotes."""
    kinds = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
    return [str(name).replace('"', '""') for (name,) in base.execute(kinds).fetchmany(MAX_TABLES)]


class _Steps:
    """Stops a query after so many steps of the database's machine."""

    def __init__(self) -> None:
        self.left = _STEPS

    def __call__(self) -> bool:
        self.left -= 10_000
        return self.left < 0


def _arrow(data: bytes) -> Iterator[Sheet]:
    yield _of_table(pa.ipc.open_file(pa.py_buffer(data)).read_all())


def _stream(data: bytes) -> Iterator[Sheet]:
    yield _of_table(pa.ipc.open_stream(pa.py_buffer(data)).read_all())


def _orc(data: bytes) -> Iterator[Sheet]:
    yield _of_table(orc.ORCFile(io.BytesIO(data)).read())


def _of_table(table: pa.Table) -> Sheet:
    cut = table.slice(0, MAX_ROWS)
    cut.validate(full=True)  # lengths and offsets of a foreign file are followed only once they are checked
    return _sheet("", cut.column_names, [column.to_pylist() for column in cut.columns])


def _array(data: bytes) -> Iterator[Sheet]:
    yield from _of_values("", array_of(data))


def _arrays(data: bytes) -> Iterator[Sheet]:
    """Yield every array of an npz by itself, and all of one length side by side."""
    held: dict[str, NDArray[np.generic]] = {}
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        for member in package.infolist()[:MAX_TABLES]:
            head = head_of(package, member, _MAX_HEAD)
            if head.startswith(_NPY):
                held[member.filename] = array_of(head)
    yield from _side_by_side(held)
    for name, values in held.items():
        yield from _of_values(name, values)


def _side_by_side(held: Mapping[str, NDArray[np.generic]]) -> Iterator[Sheet]:
    """Yield the arrays that are as long as others as the columns of one table."""
    for length in {len(one) for one in held.values() if one.ndim in (1, 2)}:
        same = {name: one for name, one in held.items() if one.ndim in (1, 2) and len(one) == length}
        grids = [
            (name, one.reshape(length, -1)[:MAX_ROWS, :MAX_WIDTH]) for name, one in same.items() if one.size
        ]
        names = [f"{name} {place}" for name, grid in grids for place in range(grid.shape[1])]
        columns = [column.tolist() for _, grid in grids for column in grid.T]
        if (
            len(same) > 1
            and 0 < len(columns) <= 4 * MAX_WIDTH
            and all(grid.dtype.kind in "biufUSM" for _, grid in grids)
        ):
            yield _sheet("", names, columns)


def _of_values(name: str, values: NDArray[np.generic]) -> Iterator[Sheet]:
    """Yield an array as a table, or as the text that whole numbers of a long array spell."""
    if values.dtype.names:
        held: Any = values
        fields = list(values.dtype.names)
        yield _sheet(name, fields, [held[one][:MAX_ROWS].tolist() for one in fields])
        return
    if values.dtype.kind not in "biufUS" or not 0 < values.size <= MAX_VALUES:
        return
    grid = values.reshape(-1, values.shape[-1]) if values.ndim > 1 else values.reshape(-1, 1)
    if grid.shape[1] <= 500:
        yield _sheet(
            name,
            [f"c{place}" for place in range(grid.shape[1])],
            [column.tolist() for column in grid[:MAX_ROWS].T],
        )
    text = spelled(values.reshape(-1)) if values.dtype.kind in "iuf" else ""
    if text:
        lines = [line for line in text.splitlines() if line.strip()]
        yield _sheet(name, ["text"], [lines])


def spelled(values: NDArray[np.generic]) -> str:
    """Return the text that numbers spell as bytes or as characters, or an empty text."""
    numbers = values[: 1 << 20].astype(np.float64)
    if not np.isfinite(numbers).all() or (numbers != np.floor(numbers)).any() or not len(numbers):
        return ""
    low, high = numbers.min(), numbers.max()
    if low >= 0 and high < 256:
        text = numbers.astype(np.uint8).tobytes().decode("utf-8", errors="replace")
    elif low >= 0 and high < 0x110000:
        text = "".join(chr(int(one)) if not 0xD800 <= one < 0xE000 else "\ufffd" for one in numbers)
    else:
        return ""
    fine = sum(letter.isprintable() or letter in "\r\n\t" for letter in text) - 2 * text.count("\ufffd")
    return text if fine >= 0.9 * len(text) else ""


def _tensors(data: bytes) -> Iterator[Sheet]:
    """Yield the tensors of a safetensors file and what its notes say."""
    (size,) = struct.unpack("<Q", data[:8])
    head = json.loads(data[8 : 8 + size])
    notes = head.pop("__metadata__", {})
    if notes:
        yield _sheet(
            "notes", ["note"], [[line for note in notes.values() for line in str(note).splitlines()]]
        )
    for name, entry in list(head.items())[:MAX_TABLES]:
        kind = _TYPES.get(entry["dtype"])
        start, end = entry["data_offsets"]
        if kind is not None:
            values = np.frombuffer(data[8 + size + start : 8 + size + end], kind)
            yield from _of_values(str(name), values.reshape(entry["shape"]))


def samples_of(data: bytes) -> Iterator[bytes]:
    """Yield the tensors of single bytes in a safetensors file as arrays: pictures lie in such."""
    if not is_tensors(data):
        return
    (size,) = struct.unpack("<Q", data[:8])
    for entry in list(json.loads(data[8 : 8 + size]).values())[:MAX_TABLES]:
        if isinstance(entry, dict) and entry.get("dtype") in ("U8", "I8"):
            start, end = entry["data_offsets"]
            held, out = np.frombuffer(data[8 + size + start : 8 + size + end], np.uint8), io.BytesIO()
            np.save(out, held.reshape(entry["shape"]))
            yield out.getvalue()


def _tagged(data: bytes) -> Iterator[Sheet]:
    yield from (replace(sheet, plain=False) for sheet in sheets_of(document_of(data)))


def _packaged(data: bytes) -> Iterator[Sheet]:
    yield from (_sheet(name, names, columns) for name, names, columns in packaged(data) if names)


def _matrices(data: bytes) -> Iterator[Sheet]:
    yield from (_sheet(name, names, columns) for name, names, columns in matrices(data) if names)


def is_tensors(data: bytes) -> bool:
    """Return whether the bytes are laid out as safetensors: a length, then that much JSON."""
    if len(data) < 10 or data[8:9] != b"{":
        return False
    (size,) = struct.unpack("<Q", data[:8])
    return bool(2 <= size <= min(len(data) - 8, _MAX_HEAD)) and data[8 + size - 1 : 8 + size] in (b"}", b" ")


def _is_arrays(data: bytes) -> bool:
    return data.startswith(b"PK\x03\x04") and b".npy" in data[:200]


_CARVERS: tuple[tuple[Callable[[bytes], bool], Callable[[bytes], Iterator[Sheet]]], ...] = (
    (lambda data: data.startswith(b"SQLite format 3\0"), _database),
    (lambda data: data.startswith(b"ARROW1"), _arrow),
    (lambda data: data.startswith(b"\xff\xff\xff\xff") and len(data) > 64, _stream),
    (lambda data: data.startswith(b"ORC"), _orc),
    (lambda data: data.startswith(_NPY), _array),
    (_is_arrays, _arrays),
    (is_tensors, _tensors),
    (is_tagged, _tagged),
    (lambda data: bool(reader_of(data)), _packaged),
    (is_matrices, _matrices),
)
