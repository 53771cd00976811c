"""Tables in the files of statistics packages: Stata, SPSS, SAS, MATLAB. Read for the search alone.

Stata, SPSS and SAS through ReadStat, MATLAB by hand: levels 4 and 5, arrays of numbers and of characters,
cells and structures. Such a file is refused whatever is in it. Rows, columns and depth are bounded; what
cannot be read gives nothing, and a reader that breaks takes the file's own process with it. Called by
`carving`.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sandbox.egress.unpressed import MAX_OUT

MAX_ROWS = 50_000
MAX_COLUMNS = 500
MAX_DEPTH = 8
Grid = tuple[str, list[str], Sequence[Sequence[Any]]]
"""A table: its name, the names of its columns, their values."""
_NUMBERS = {
    1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8",
    16: "u1", 17: "u2",
}  # fmt: skip
_CELL, _STRUCT, _CHARS = 1, 2, 4
_MATRIX, _COMPRESSED = 14, 15
_HEAD = 128
_LEVEL_FOUR = ("f8", "f4", "i4", "i2", "u2", "u1")


def reader_of(data: bytes) -> str:
    """Return the name of ReadStat's function for the bytes, or an empty text."""
    if data.startswith(b"<stata_dta>") or (data[:1] and 105 <= data[0] <= 115 and data[1:4] in (
        b"\x01\x01\x00", b"\x02\x01\x00"
    )):  # fmt: skip
        return "read_dta"
    if data.startswith((b"$FL2", b"$FL3")):
        return "read_sav"
    if b"SPSSPORT" in data[:512]:
        return "read_por"
    if data.startswith(b"HEADER RECORD*******LIB"):
        return "read_xport"
    return "read_sas7bdat" if data[12:16] == b"\xc2\xea\x81\x60" and not any(data[:12]) else ""


def packaged(data: bytes) -> Iterator[Grid]:
    """Yield the table of a file of Stata, SPSS or SAS; ValueError for what ReadStat refuses."""
    import pyreadstat

    read = getattr(pyreadstat, reader_of(data))
    try:
        columns, _ = read(io.BytesIO(data), output_format="dict", row_limit=MAX_ROWS)
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, UnicodeError) as error:
        raise ValueError("not read") from error
    names = list(columns)[:MAX_COLUMNS]
    yield "", names, [_plain(columns[name]) for name in names]


def _plain(column: Any) -> list[Any]:
    """Return the values of a column, those that are missing as None."""
    values = column.tolist() if hasattr(column, "tolist") else list(column)
    return [None if value is None or value != value or value == "" else value for value in values]


def is_matrices(data: bytes) -> bool:
    """Return whether bytes begin as a file of MATLAB does, of level 5 or of level 4."""
    if data[126:128] in (b"IM", b"MI") and data[:6] == b"MATLAB":
        return True
    if len(data) < 20:
        return False
    kind, rows, columns, imaginary, name = struct.unpack("<5I", data[:20])
    plain = kind < 60 and kind % 10 < 3 and imaginary < 2
    return bool(plain and 0 < name < 64 and 0 < rows * columns < len(data))


def matrices(data: bytes) -> Iterator[Grid]:
    """Yield every array of a file of MATLAB that holds numbers or characters."""
    if data[126:128] not in (b"IM", b"MI"):
        yield from _level_four(data)
        return
    order = "<" if data[126:128] == b"IM" else ">"
    yield from _elements(data[_HEAD:], order, 0)


def _level_four(data: bytes) -> Iterator[Grid]:
    place = 0
    while place + 20 <= len(data):
        kind, rows, columns, imaginary, length = struct.unpack("<5I", data[place : place + 20])
        if kind >= 60 or kind // 10 % 10 >= len(_LEVEL_FOUR):
            return
        name = data[place + 20 : place + 20 + length].rstrip(b"\0").decode("utf-8", errors="replace")
        place += 20 + length
        number = np.dtype("<" + _LEVEL_FOUR[kind // 10 % 10])
        size = rows * columns * number.itemsize
        values = np.frombuffer(data[place : place + size], number).reshape(rows, columns, order="F")
        place += size * (1 + imaginary)
        yield _grid(name, values, text=kind % 10 == 1)


def _elements(data: bytes, order: str, depth: int) -> Iterator[Grid]:
    for kind, body in _parts(data, order):
        if kind == _COMPRESSED and depth < MAX_DEPTH:
            yield from _elements(zlib.decompressobj().decompress(body, MAX_OUT), order, depth + 1)
        elif kind == _MATRIX and depth < MAX_DEPTH:
            yield from _array(body, order, depth)


def _parts(data: bytes, order: str) -> Iterator[tuple[int, bytes]]:
    """Yield the elements of a run of bytes: their kind and content (MAT-File Format, level 5)."""
    place = 0
    while place + 8 <= len(data):
        kind, size = struct.unpack(f"{order}II", data[place : place + 8])
        if kind >> 16:  # a small one: both in four bytes, and the content in the next four
            yield kind & 0xFFFF, data[place + 4 : place + 4 + min(kind >> 16, 4)]
            place += 8
            continue
        yield kind, data[place + 8 : place + 8 + size]
        place += 8 + size + (0 if kind == _COMPRESSED else -size % 8)


def _array(body: bytes, order: str, depth: int) -> Iterator[Grid]:
    parts = list(_parts(body, order))
    if len(parts) < 3:
        return
    kind = struct.unpack(f"{order}I", parts[0][1][:4])[0] & 0xFF
    shape = np.frombuffer(parts[1][1], f"{order}i4").tolist()
    name = parts[2][1].decode("utf-8", errors="replace")
    if kind in (_CELL, _STRUCT):
        held = [
            one for part, inner in parts[3:] if part == _MATRIX for one in _array(inner, order, depth + 1)
        ]
        yield from held if depth < MAX_DEPTH else ()
        yield from _together(name, held, shape)
        return
    number = _NUMBERS.get(parts[3][0]) if len(parts) > 3 else None
    if number is not None and all(one >= 0 for one in shape):
        raw = parts[3][1]
        if kind == _CHARS and parts[3][0] == 16:
            raw, number = (
                raw.decode("utf-8", errors="replace").encode(f"utf-16-{'l' if order == '<' else 'b'}e"),
                "u2",
            )
        width = np.dtype(number).itemsize
        values = np.frombuffer(raw[: len(raw) // width * width], order + number)
        rows = max(shape[0], 1)
        if values.size and values.size % rows == 0:
            yield _grid(name, values.reshape(rows, -1, order="F"), text=kind == _CHARS)


def _together(name: str, held: Sequence[Grid], shape: Sequence[int]) -> Iterator[Grid]:
    """Yield the single values of a cell array as one table of its shape."""
    single = [columns[0][0] for _, _, columns in held if len(columns) == 1 and len(columns[0]) == 1]
    rows = shape[0] if shape else 0
    if rows and len(single) == len(held) and len(single) % rows == 0 and single:
        columns = [single[start : start + rows] for start in range(0, len(single), rows)]
        yield name, [f"c{place}" for place in range(len(columns))][:MAX_COLUMNS], columns[:MAX_COLUMNS]


def _grid(name: str, values: NDArray[Any], *, text: bool) -> Grid:
    if text:
        codes = values.astype(np.int64)
        lines = [
            "".join(chr(one) for one in row if 0 < one < 0xD800 or 0xDFFF < one < 0x10000) for row in codes
        ]
        return name, ["text"], [[line.strip() for line in lines[:MAX_ROWS]]]
    wide = values if values.shape[1] <= MAX_COLUMNS else values.T
    cut = wide[:MAX_ROWS, :MAX_COLUMNS]
    return name, [f"c{place}" for place in range(cut.shape[1])], [column.tolist() for column in cut.T]
