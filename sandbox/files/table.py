"""What reading a table yields: its shape, its limits, its bad rows and the running count.

Values only; nothing here opens or parses. Every reader of this room fills a `Tally`, so
that rows read = rows good + rows bad holds in one place for every format.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from sandbox.files.types import FileType
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import Message, say

MAX_BAD_KEPT = 10_000
RAW_KEPT = 4_096


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """Caps of one read: file bytes, data rows, columns, bytes of one cell, rows a batch.

    `first_column` names a first column that has no name of its own; without it such a table is refused.
    """

    max_bytes: int = 16 << 30
    max_rows: int = 500_000_000
    max_columns: int = 2_000
    max_cell_bytes: int = 1 << 20
    batch_rows: int = 65_536
    first_column: str | None = None

    def __post_init__(self) -> None:
        if min(self.max_bytes, self.max_rows, self.max_columns, self.max_cell_bytes, self.batch_rows) < 1:
            raise InputError(say("读取上限必须是正整数。"))


@dataclass(frozen=True, slots=True)
class BadRow:
    """One record that was not passed on: `row` is its 1-based number among the data records.

    `line` is the physical line (or sheet row) on which it starts, None where there are no
    lines; `raw` is its text as found, at most `RAW_KEPT` characters.
    """

    row: int
    line: int | None
    reason: Message
    raw: str


@dataclass(frozen=True, slots=True)
class TableShape:
    """What the table is: true type, encoding and delimiter for text, sheet for workbooks."""

    type: FileType
    encoding: str | None
    delimiter: str | None
    columns: tuple[str, ...]
    sheet: str | None


@dataclass(slots=True)
class Tally:
    """Running account of one read; `on_bad` hears of every bad row, `bad` keeps the first ones."""

    name: str
    limits: ReadLimits
    on_bad: Callable[[BadRow], None] | None = None
    rows_read: int = 0
    bad_count: int = 0
    bad: list[BadRow] = field(default_factory=list)

    def reject(self, row: BadRow) -> None:
        """Record one bad row (which the caller has already numbered by `number`)."""
        self.bad_count += 1
        if len(self.bad) < MAX_BAD_KEPT:
            self.bad.append(row)
        if self.on_bad is not None:
            self.on_bad(row)

    def number(self, records: int = 1) -> int:
        """Return the number of the first of `records` new records; InputError beyond `max_rows`."""
        first = self.rows_read + 1
        self.rows_read += records
        if self.rows_read > self.limits.max_rows:
            raise InputError(
                say(
                    "{name} 超过 {limit} 行的上限，请拆分后再提交。",
                    name=self.name,
                    limit=self.limits.max_rows,
                )
            )
        return first

    @property
    def good_count(self) -> int:
        """Return the records passed on."""
        return self.rows_read - self.bad_count


def kept(raw: str) -> str:
    """Return `raw` cut to what a bad row keeps."""
    return raw if len(raw) <= RAW_KEPT else raw[:RAW_KEPT] + "…"


def checked_columns(names: Sequence[str | None], *, name: str, limits: ReadLimits) -> tuple[str, ...]:
    """Return the column names, trimmed; InputError for none, too many, an empty or a repeated one."""
    columns = tuple((label or "").strip().strip("\ufeff") for label in names)
    if len(columns) > 1 and not columns[0] and limits.first_column is not None:
        columns = (limits.first_column, *columns[1:])
    if not columns or not any(columns):
        raise InputError(say("{name} 的表头是空的，请补上列名。", name=name))
    if len(columns) > limits.max_columns:
        raise InputError(
            say(
                "{name} 有 {n} 列，超过上限 {limit} 列。", name=name, n=len(columns), limit=limits.max_columns
            )
        )
    seen: dict[str, int] = {}
    for place, label in enumerate(columns, start=1):
        if not label:
            raise InputError(say("{name} 第 {n} 列没有列名，请补全表头。", name=name, n=place))
        if "\x00" in label or "\ufffd" in label:
            raise InputError(say("{name} 第 {n} 列的列名无法识读，请检查文件编码。", name=name, n=place))
        if label in seen:
            raise InputError(
                say(
                    "{name} 第 {a} 列与第 {b} 列同名“{label}”，请改名。",
                    name=name,
                    a=seen[label],
                    b=place,
                    label=label,
                )
            )
        seen[label] = place
    return columns


def no_rows(name: str) -> InputError:
    """Return the error for a table that has a header and nothing below it."""
    return InputError(say("{name} 只有表头，没有数据行，请检查导出是否完整。", name=name))


Batch: TypeAlias = "tuple[pa.Array, pa.RecordBatch]"


@dataclass(frozen=True, slots=True)
class Opened:
    """A table whose header has been read: its shape and its rows, still to be drawn, once."""

    shape: TableShape
    rows: Iterator[Batch]


def string_batch(columns: Sequence[str], cells: Sequence[pa.Array]) -> pa.RecordBatch:
    """Return a batch of string columns from equally long arrays; empty strings become null."""
    arrays = [pc.if_else(pc.equal(cell, ""), pa.scalar(None, pa.string()), cell) for cell in cells]
    schema = pa.schema([(column, pa.string()) for column in columns])
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def row_batch(
    columns: Sequence[str], rows: Sequence[tuple[int, Sequence[str | None]]]
) -> tuple[pa.Array, pa.RecordBatch]:
    """Return numbers and batch of `rows` given as (record number, cells); for small inputs."""
    numbers = pa.array([number for number, _ in rows], pa.int64())
    cells = [pa.array([row[place] for _, row in rows], pa.string()) for place in range(len(columns))]
    return numbers, string_batch(columns, cells)
