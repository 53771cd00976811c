"""The one door to tables: opens CSV, TSV, Excel, JSON, NDJSON and Parquet as string columns.

Decides by content which reader applies and hands out batches with record numbers; the bad
rows and the account are complete when the batches are exhausted. Judges nothing about what
the cells mean. Used by landing, discovery, masking and the egress gate.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import lzma
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, cast

import pyarrow as pa

from sandbox.files.delimited import open_delimited
from sandbox.files.excel import open_workbook
from sandbox.files.jsonrows import open_json
from sandbox.files.opening import open_regular
from sandbox.files.parquet import open_parquet
from sandbox.files.table import BadRow, Batch, Opened, ReadLimits, TableShape, Tally
from sandbox.files.types import HEAD_BYTES, FileType, sniff, sniff_file
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import say

__all__ = ["BadRow", "ReadLimits", "TableShape", "TableSource", "open_table", "read_table"]

DEFAULT_LIMITS = ReadLimits()
_TEXTS = (FileType.CSV, FileType.TSV, FileType.TEXT)
_JSONS = (FileType.JSON, FileType.NDJSON)
_BROKEN = (EOFError, OSError, zlib.error, lzma.LZMAError)


class TableSource:
    """A table opened for one pass; a context manager that closes what it opened itself."""

    def __init__(self, opened: Opened, tally: Tally, resources: contextlib.ExitStack) -> None:
        self.shape = opened.shape
        self._rows: Iterator[Batch] | None = opened.rows
        self._tally = tally
        self._resources = resources

    def batches(self) -> Iterator[Batch]:
        """Yield (int64 record numbers, batch of string columns) in file order; once only.

        InputError when the rest of the file turns out unreadable; what was yielded before
        must then be thrown away.
        """
        rows, self._rows = self._rows, None
        if rows is None:
            raise InputError(say("{name} 只能读取一遍，请重新打开。", name=self._tally.name))
        try:
            yield from rows
        except _BROKEN as error:
            raise _broken(self._tally.name) from error

    @property
    def bad(self) -> list[BadRow]:
        """Return the first bad rows (at most `table.MAX_BAD_KEPT`); `bad_count` counts all."""
        return self._tally.bad

    @property
    def bad_count(self) -> int:
        """Return how many records were not passed on."""
        return self._tally.bad_count

    @property
    def rows_read(self) -> int:
        """Return how many records were seen so far, good and bad."""
        return self._tally.rows_read

    def close(self) -> None:
        """Close the file if this source opened it."""
        self._resources.close()

    def __enter__(self) -> TableSource:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_table(
    source: Path | BinaryIO,
    *,
    name: str,
    limits: ReadLimits = DEFAULT_LIMITS,
    sheet: str | None = None,
    encoding: str | None = None,
    on_bad: Callable[[BadRow], None] | None = None,
) -> TableSource:
    """Return the table in `source`, a path or a seekable binary file, with its header read.

    `name` is what messages call it. `on_bad` hears every bad row as it is met, also those
    beyond the list that is kept. A gzip file around delimited text or JSON is seen through.
    Raises InputError if it is no table, and what `open_regular` raises for a path.
    """
    tally = Tally(name, limits, on_bad)
    with contextlib.ExitStack() as stack:
        stream = _stream(source, stack, limits)
        try:
            opened = _opened(stream, stack, tally=tally, sheet=sheet, encoding=encoding)
        except _BROKEN as error:
            raise _broken(name) from error
        return TableSource(opened, tally, stack.pop_all())


def read_table(
    source: Path | BinaryIO,
    *,
    name: str,
    limits: ReadLimits = DEFAULT_LIMITS,
    sheet: str | None = None,
    encoding: str | None = None,
) -> tuple[pa.Table, tuple[BadRow, ...]]:
    """Return all good rows as one table, and the bad rows; for things that fit in memory.

    InputError as `open_table`, and for rows that unfold to more bytes than a file may have: a value that
    stands in a Parquet file once may be said a million times.
    """
    with open_table(source, name=name, limits=limits, sheet=sheet, encoding=encoding) as table:
        batches = []
        size = 0
        for _, batch in table.batches():
            size += batch.nbytes
            if size > limits.max_bytes:
                raise InputError(
                    say("{name} 解开后超过上限 {limit} 字节，请拆分。", name=name, limit=limits.max_bytes)
                )
            batches.append(batch)
        schema = pa.schema([(column, pa.string()) for column in table.shape.columns])
        return pa.Table.from_batches(batches, schema=schema), tuple(table.bad)


def _stream(source: Path | BinaryIO, stack: contextlib.ExitStack, limits: ReadLimits) -> BinaryIO:
    if isinstance(source, Path):
        return stack.enter_context(open_regular(source, max_bytes=limits.max_bytes))
    if isinstance(source, io.RawIOBase):
        # A raw stream (a sealed file, say) may answer with less than was asked for.
        buffered = io.BufferedReader(source, buffer_size=1 << 16)
        stack.callback(buffered.detach)
        return buffered
    return source


def _opened(
    stream: BinaryIO, stack: contextlib.ExitStack, *, tally: Tally, sheet: str | None, encoding: str | None
) -> Opened:
    size = stream.seek(0, io.SEEK_END)
    if size > tally.limits.max_bytes:
        raise InputError(
            say("{name} 有 {size} 字节，超过上限 {limit} 字节，请拆分。", name=tally.name, size=size,
                limit=tally.limits.max_bytes)
        )  # fmt: skip
    kind = sniff_file(stream)
    if kind is FileType.GZIP:
        stream = cast(BinaryIO, stack.enter_context(gzip.GzipFile(fileobj=stream, mode="rb")))
        kind = _packed_kind(stream, name=tally.name)
    if kind in _TEXTS:
        return open_delimited(stream, kind=kind, tally=tally, encoding=encoding)
    if kind in _JSONS:
        return open_json(stream, kind=kind, tally=tally)
    if kind in (FileType.XLSX, FileType.XLS):
        return open_workbook(stream, kind=kind, tally=tally, sheet=sheet)
    if kind is FileType.PARQUET:
        return open_parquet(stream, tally=tally)
    if kind is FileType.EMPTY:
        raise InputError(say("{name} 是空文件，请检查导出是否完整。", name=tally.name))
    raise InputError(
        say(
            "{name} 的内容是 {kind}，不是可读的表格，请提交 CSV、Excel、JSON 或 Parquet。",
            name=tally.name,
            kind=kind.value,
        )
    )


def _packed_kind(stream: BinaryIO, *, name: str) -> FileType:
    head = stream.read(HEAD_BYTES)
    stream.seek(0)
    kind = sniff(head, size=len(head) + (len(head) == HEAD_BYTES))
    if kind in (*_TEXTS, *_JSONS, FileType.EMPTY):
        return kind
    raise InputError(say("{name} 压缩包内是 {kind}，请先解压再提交。", name=name, kind=kind.value))


def _broken(name: str) -> InputError:
    return InputError(say("{name} 已损坏或不完整，无法读到末尾，请重新导出。", name=name))
