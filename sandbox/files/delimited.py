"""Reads CSV and TSV as strings, block by block, with every record accounted for.

Decides the delimiter, the header and which records are good; the good ones become Arrow
columns, the others bad rows with number, line and reason. Nothing is repaired and no type
is guessed. Called by `readers` only.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from sandbox.files import records
from sandbox.files.encoding import Block, blocks, guess, named, undecodable
from sandbox.files.records import Found
from sandbox.files.table import BadRow, Batch, Opened, TableShape, Tally, checked_columns, kept, no_rows
from sandbox.files.types import FileType
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import Message, say

DELIMITERS = (",", "\t", ";", "|")
UNDECODABLE, NUL_BYTE = 20, 21
SAMPLE_BYTES = 1 << 16
SAMPLE_ROWS = 50
EARLY_ROWS = 1_000


@dataclass(slots=True)
class _Cursor:
    """Where the read stands: text not yet settled, its fault offsets, the physical line."""

    data: bytes
    faults: tuple[int, ...]
    last: bool
    at: int = 0
    line: int = 1
    undecodable: int = field(default=0)

    def feed(self, block: Block) -> None:
        """Append the next block behind what is still unsettled."""
        kept_bytes = len(self.data) - self.at
        old = tuple(spot - self.at for spot in self.faults if spot >= self.at)
        self.faults = old + tuple(spot + kept_bytes for spot in block.faults)
        self.data = self.data[self.at :] + block.data
        self.at, self.last = 0, block.last


def open_delimited(source: BinaryIO, *, kind: FileType, tally: Tally, encoding: str | None = None) -> Opened:
    """Return shape and rows of the delimited text in `source` (seekable, left open).

    InputError: nothing in it, no usable header, header only, an encoding that most lines
    contradict, limits exceeded.
    """
    name = tally.name
    chosen = named(encoding, name=name) if encoding else guess(source, name=name)
    stream = blocks(source, encoding=chosen, name=name, max_bytes=tally.limits.max_bytes)
    first = next(stream)
    cursor = _Cursor(first.data, first.faults, first.last)
    if not first.data.strip():
        raise InputError(say("{name} 是空文件，请检查导出是否完整。", name=name))
    mark = _delimiter(first.data, kind=kind)
    columns = _header(cursor, mark=mark, tally=tally)
    if first.last and not cursor.data[cursor.at :].strip(b"\r\n"):
        raise no_rows(name)
    real = FileType.TSV if mark == "\t" else FileType.CSV
    shape = TableShape(real, chosen, mark, columns, None)
    return Opened(shape, _rows(cursor, stream, shape=shape, tally=tally))


def _delimiter(data: bytes, *, kind: FileType) -> str:
    sample = data[:SAMPLE_BYTES]
    order = ("\t", ",", ";", "|") if kind is FileType.TSV else DELIMITERS
    return max(order, key=lambda mark: _agreement(sample, mark))


def _agreement(sample: bytes, mark: str) -> tuple[float, int]:
    """How well `mark` splits the sample: share of records as wide as the first, and that width."""
    found = records.find(
        sample, 0, line=1, delimiter=ord(mark), columns=0, final=True, cell_limit=SAMPLE_BYTES,
        most=1 + SAMPLE_ROWS,
    )  # fmt: skip
    width = int(found.cells[0]) if len(found.cells) else 0
    if width < 2:
        return 0.0, 0
    body = found.cells[1 : 1 + SAMPLE_ROWS]
    return (float(np.mean(body == width)) if len(body) else 1.0) + 0.01, width


def _header(cursor: _Cursor, *, mark: str, tally: Tally) -> tuple[str, ...]:
    found = records.find(
        cursor.data, 0, line=1, delimiter=ord(mark), columns=0, final=True,
        cell_limit=tally.limits.max_cell_bytes, most=1,
    )  # fmt: skip
    start, stop, status = int(found.starts[0]), int(found.stops[0]), int(found.status[0])
    if status != records.GOOD:
        raise InputError(
            say(
                "{name} 第 {line} 行（表头）引号不配对，请更正后重新提交。",
                name=tally.name,
                line=int(found.lines[0]),
            )
        )
    text = cursor.data[start:stop].decode()
    if any(start <= spot < stop for spot in cursor.faults):
        raise InputError(say("{name} 的表头无法解码，请另存为 UTF-8 或 GB18030。", name=tally.name))
    names = next(csv.reader(io.StringIO(text, newline=""), delimiter=mark))
    cursor.at = stop
    # The line end behind the header is read as a blank line; the count starts on its line.
    cursor.line = int(found.lines[0]) + len(re.findall("\r\n|\r|\n", text))
    return checked_columns(names, name=tally.name, limits=tally.limits)


def _rows(cursor: _Cursor, stream: Iterator[Block], *, shape: TableShape, tally: Tally) -> Iterator[Batch]:
    mark, width = ord(shape.delimiter or ","), len(shape.columns)
    while True:
        found = records.find(
            cursor.data, cursor.at, line=cursor.line, delimiter=mark, columns=width, final=cursor.last,
            cell_limit=tally.limits.max_cell_bytes,
        )  # fmt: skip
        moved = found.resume > cursor.at
        if len(found.starts):
            yield from _settled(cursor, found, shape=shape, tally=tally)
        cursor.at, cursor.line = found.resume, found.line
        if moved and cursor.at < len(cursor.data):
            continue
        if cursor.last:
            break
        cursor.feed(next(stream))
    if tally.rows_read == 0:
        raise no_rows(tally.name)
    _check_readable(cursor, shape=shape, tally=tally, least=1)


def _settled(cursor: _Cursor, found: Found, *, shape: TableShape, tally: Tally) -> Iterator[Batch]:
    status = _with_faults(cursor, found)
    first = tally.number(len(status))
    numbers = np.arange(first, first + len(status), dtype=np.int64)
    good = status == records.GOOD
    for place in np.flatnonzero(~good):
        _reject(cursor, found, int(place), int(status[place]), int(numbers[place]), shape=shape, tally=tally)
    _check_readable(cursor, shape=shape, tally=tally, least=EARLY_ROWS)
    count = int(good.sum())
    if not count:
        return
    batch = _parsed(
        _joined(cursor.data, found, good), count, shape=shape, tally=tally, line=int(found.lines[0])
    )
    kept_numbers = pa.array(numbers[good])
    for at in range(0, count, tally.limits.batch_rows):
        size = tally.limits.batch_rows
        yield kept_numbers.slice(at, size), batch.slice(at, size)


def _with_faults(cursor: _Cursor, found: Found) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Statuses with the records marked that hold a NUL or a line that did not decode."""
    status = found.status.copy()
    low, high = int(found.starts[0]), int(found.stops[-1])
    nuls = cursor.data.find(b"\0", low, high) >= 0
    spots = [(spot, UNDECODABLE) for spot in cursor.faults if low <= spot < high]
    if nuls:
        view = np.frombuffer(cursor.data, dtype=np.uint8)[low:high]
        spots += [(int(spot) + low, NUL_BYTE) for spot in np.flatnonzero(view == 0)]
    if spots:
        places = np.searchsorted(found.starts, [spot for spot, _ in spots], side="right") - 1
        status[places] = [code for _, code in spots]
    return status


def _reject(
    cursor: _Cursor, found: Found, place: int, status: int, number: int, *, shape: TableShape, tally: Tally
) -> None:
    cursor.undecodable += status == UNDECODABLE
    raw = cursor.data[int(found.starts[place]) : int(found.stops[place])][: 1 << 15].decode(
        "utf-8", "replace"
    )
    reason = _reason(status, cells=int(found.cells[place]), shape=shape, limit=tally.limits.max_cell_bytes)
    tally.reject(BadRow(number, int(found.lines[place]), reason, kept(raw)))


def _reason(status: int, *, cells: int, shape: TableShape, limit: int) -> Message:
    if status == records.WRONG_COUNT:
        return say("应有 {want} 列，实有 {got} 列。", want=len(shape.columns), got=cells)
    if status == UNDECODABLE:
        return say("含有不能按 {encoding} 解码的字节。", encoding=(shape.encoding or "").upper())
    if status == records.LONG_CELL:
        return say("有单元格超过 {limit} 字节。", limit=limit)
    return _PLAIN_REASONS[status]


_PLAIN_REASONS = {
    NUL_BYTE: say("含有空字符（NUL），内容已损坏。"),
    records.AFTER_QUOTE: say("右引号之后还有内容，引号不配对。"),
    records.UNCLOSED: say("引号在本行打开而没有正确闭合。"),
    records.DOUBTFUL: say("引号跨行，其中像是完整的数据行，无法确定起止。"),
    records.ODD_QUOTES: say("单元格中的引号不成对。"),
}


def _check_readable(cursor: _Cursor, *, shape: TableShape, tally: Tally, least: int) -> None:
    if tally.rows_read < least:
        return
    if cursor.undecodable * 2 > tally.rows_read:
        raise undecodable(tally.name, shape.encoding or "utf-8")
    if least == EARLY_ROWS and tally.good_count == 0:
        raise InputError(
            say(
                "{name} 的前 {n} 行没有一行与表头相符，请确认第一行就是表头。",
                name=tally.name,
                n=tally.rows_read,
            )
        )


def _joined(data: bytes, found: Found, good: np.ndarray[Any, np.dtype[np.bool_]]) -> bytes:
    """The text of the good records, line ends between them, one blank line in front.

    The blank line keeps the parser from taking a leading U+FEFF for a byte order mark.
    """
    edges = np.flatnonzero(np.diff(np.concatenate(([0], good.astype(np.int8), [0]))))
    runs = edges.reshape(-1, 2)
    view = memoryview(data)
    return b"\n" + b"\n".join(view[int(found.starts[a]) : int(found.stops[b - 1])] for a, b in runs)


def _parsed(text: bytes, count: int, *, shape: TableShape, tally: Tally, line: int) -> pa.RecordBatch:
    names = list(shape.columns)
    parse = pacsv.ParseOptions(delimiter=shape.delimiter, newlines_in_values=True, ignore_empty_lines=True)
    convert = pacsv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()), null_values=[""], strings_can_be_null=True,
        check_utf8=False,
    )  # fmt: skip
    read = pacsv.ReadOptions(column_names=names, use_threads=False, block_size=len(text) + 64)
    try:
        table = pacsv.read_csv(pa.BufferReader(text), read, parse, convert).combine_chunks()
    except pa.ArrowInvalid as error:
        raise _disagreement(tally.name, line) from error
    if table.num_rows != count:
        raise _disagreement(tally.name, line)
    return table.to_batches()[0]


def _disagreement(name: str, line: int) -> InputError:
    # Two parsers that differ about one text mean that neither may be trusted with it.
    return InputError(say("{name} 自第 {line} 行起的内容无法确定地解析，请检查引号。", name=name, line=line))
