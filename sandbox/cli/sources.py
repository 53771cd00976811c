"""What `sandbox mask` reads: a file, a folder of files, or one table of a database.

Turns the words of the command into named tables that can be opened again and again, each time
from the start and in the same order. Skips nothing in silence: what cannot be read stops the run.
"""

from __future__ import annotations

import contextlib
import datetime
import decimal
import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import ColumnElement, Engine, MetaData, String, Table, cast, create_engine, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, NoSuchTableError, SQLAlchemyError

from sandbox.files.readers import ReadLimits, TableSource, open_table
from sandbox.files.table import BadRow, Batch, Opened, TableShape, Tally, checked_columns, kept, row_batch
from sandbox.files.types import FileType
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import say

LIMITS = ReadLimits()
DATABASE_BATCH = 16_384
LOSSY = 1e15
"""From here on a floating-point number may have lost digits."""
_DRIVERS = {"postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}


@dataclass(frozen=True, slots=True)
class Named:
    """One table of the source: its name in policy and output, and how to open it."""

    name: str
    shown: str
    open: Callable[[], TableSource]


def tables_of(source: str, *, table: str | None, sheet: str | None) -> tuple[Named, ...]:
    """Return the tables of a file, folder or database URL; InputError for none or two of one name."""
    if "://" in source:
        if not table:
            raise InputError(say("来源是数据库，请用 --table 指明要脱敏的表"))
        return (_database(source, table),)
    if table:
        raise InputError(say("--table 只用于数据库地址，文件来源不需要"))
    path = Path(source)
    if path.is_dir() and not path.is_symlink():
        return _folder(path, sheet)
    return (_file(path, sheet),)


def stem(name: str) -> str:
    """Return a file's name without its suffixes: `a.csv.gz` is `a`, `2024.1月.csv` is `2024.1月`."""
    for suffix in (".gz", ".csv", ".tsv", ".txt", ".json", ".ndjson", ".jsonl", ".xlsx", ".xls", ".parquet"):
        if name.lower().endswith(suffix) and len(name) > len(suffix):
            name = name[: -len(suffix)]
    return name


def _file(path: Path, sheet: str | None) -> Named:
    def opened() -> TableSource:
        return open_table(path, name=str(path), sheet=sheet)

    return Named(stem(path.name), path.name, opened)


def _folder(folder: Path, sheet: str | None) -> tuple[Named, ...]:
    entries = sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    if not entries:
        raise InputError(say("文件夹 {path} 是空的，没有可脱敏的文件", path=str(folder)))
    for entry in entries:
        if entry.is_dir():
            raise InputError(
                say("文件夹 {path} 里还有文件夹 {name}，请移开或单独脱敏", path=str(folder), name=entry.name)
            )
    found = tuple(_file(entry, sheet) for entry in entries)
    seen: dict[str, str] = {}
    for one in found:
        if one.name in seen:
            raise InputError(say("{a} 与 {b} 会写到同一处，请先改名", a=seen[one.name], b=one.shown))
        seen[one.name] = one.shown
    return found


def _database(text: str, name: str) -> Named:
    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as error:
        raise InputError(
            say("数据库地址写法不对，应如 postgresql://用户@主机/库 或 sqlite:///文件")
        ) from error
    url = url.set(drivername=_DRIVERS.get(url.drivername, url.drivername))

    def opened() -> TableSource:
        return _open_database(url, name)

    return Named(name.replace("/", "_").rpartition(".")[2] or name, name, opened)


def _engine(url: URL) -> Engine:
    if url.get_backend_name() == "sqlite":
        path = Path(url.database or "")
        if not path.is_file():
            raise InputError(say("没有找到数据库文件 {path}，请检查地址", path=str(path)))
        # Read-only: a mere look must neither create nor change a database.
        return create_engine(
            "sqlite://",
            creator=lambda: sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True),
        )
    try:
        return create_engine(url)
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        message = say("没有安装 {driver} 的驱动程序，读不了这个数据库", driver=url.drivername)
        raise InputError(message) from error


def _open_database(url: URL, name: str) -> TableSource:
    """Return one table of a database, read by a server cursor in the order of its primary key."""
    resources = contextlib.ExitStack()
    with resources:
        try:
            engine = _engine(url)
            resources.callback(engine.dispose)
            table = _reflect(engine, name)
            connection = resources.enter_context(engine.connect())
            order: list[ColumnElement[Any]] = list(table.primary_key.columns)
            order = order or [cast(column, String) for column in table.columns]
            result = connection.execution_options(stream_results=True, yield_per=DATABASE_BATCH).execute(
                select(table).order_by(*order)
            )
        except (SQLAlchemyError, sqlite3.Error) as error:
            raise _unreadable(name) from error
        tally = Tally(name, LIMITS)
        columns = checked_columns(list(result.keys()), name=name, limits=LIMITS)
        shape = TableShape(FileType.SQLITE, None, None, columns, None)
        return TableSource(Opened(shape, _rows(result, columns, tally)), tally, resources.pop_all())


def _reflect(engine: Engine, name: str) -> Table:
    schema, _, bare = name.rpartition(".")
    try:
        return Table(bare, MetaData(), schema=schema or None, autoload_with=engine)
    except NoSuchTableError:
        if not schema:
            raise InputError(say("数据库里没有表 {name}，请检查 --table", name=name)) from None
    try:
        return Table(name, MetaData(), autoload_with=engine)
    except NoSuchTableError:
        raise InputError(say("数据库里没有表 {name}，请检查 --table", name=name)) from None


def _rows(result: Any, columns: Sequence[str], tally: Tally) -> Iterator[Batch]:
    try:
        for partition in result.partitions():
            good: list[tuple[int, list[str | None]]] = []
            for row in partition:
                number = tally.number()
                try:
                    good.append((number, [_text(value, tally.limits.max_cell_bytes) for value in row]))
                except InputError as error:
                    tally.reject(BadRow(number, None, error.message, kept(str(tuple(row)))))
            if good:
                yield row_batch(columns, good)
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise _unreadable(tally.name) from error


def _text(value: object, limit: int) -> str | None:
    """Return a database value as text; InputError for one that no text can stand for."""
    if value is None:
        return None
    text = value if isinstance(value, str) else _written(value)
    if len(text.encode("utf-8", "surrogatepass")) > limit or "\x00" in text:
        raise InputError(say("单元格过长或含有空字符"))
    return text


def _written(value: object) -> str:
    """Return a value that is no text, whole numbers without `.0` and dates in ISO form."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if value.is_integer() and abs(value) >= LOSSY:
            raise InputError(say("长数字以浮点数存储，已失真"))
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, bytes | bytearray | memoryview):
        raise InputError(say("单元格是二进制内容，无法按文本脱敏"))
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    return str(value)


def _unreadable(name: str) -> InputError:
    return InputError(say("读不了数据库表 {name}，请检查地址、账号、权限和数据内容", name=name))
