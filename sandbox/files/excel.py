"""Reads one sheet of an xlsx or xls workbook as strings.

Decides which sheet, how a cell is written as text, and which rows are damaged: a workbook
keeps 15 digits of a number, so an identifier stored as a number has already lost its end and
is never repaired. Refuses bombs before the parser sees them. Called by `readers` only.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, BinaryIO

import python_calamine as calamine

from sandbox.files import trial
from sandbox.files.package import checked_package, damaged, odd_directory
from sandbox.files.table import (
    BadRow,
    Batch,
    Opened,
    TableShape,
    Tally,
    checked_columns,
    kept,
    no_rows,
    row_batch,
)
from sandbox.files.types import FileType
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import Message, say

MAX_FILE_BYTES = 512 << 20
DAMAGED_FROM = 10**14
_FORMULA = say("含有公式错误值（如 #N/A），单元格没有可用的内容。")
_DAMAGED = say("证件号等长数字以数字格式存储，已失真（15 位及以上），请改为文本格式重新导出。")


def open_workbook(source: BinaryIO, *, kind: FileType, tally: Tally, sheet: str | None = None) -> Opened:
    """Return shape and rows of one sheet: the named one, or the only one that is not empty.

    InputError: too large, a bomb, encrypted, damaged, no such sheet, several to choose from,
    or no usable header in the first row.
    """
    source.seek(0)
    data = source.read(MAX_FILE_BYTES + 1)
    if len(data) > MAX_FILE_BYTES:
        raise InputError(say("{name} 超过工作簿上限 512 MB，请另存为 CSV 再提交。", name=tally.name))
    errors = checked_package(data, name=tally.name) if kind is FileType.XLSX else {}
    if (kind is FileType.XLS or odd_directory(data)) and not trial.survives(data):
        raise InputError(
            say("{name} 已损坏，或读取它要超出内存或时间上限，请另存为 xlsx 或 CSV 再提交。", name=tally.name)
        )
    title, rows = _parsed(data, tally=tally, sheet=sheet)
    _, header = next(rows, (0, []))
    columns = checked_columns(
        _trimmed([_plain(cell) for cell in header]), name=tally.name, limits=tally.limits
    )
    shape = TableShape(kind, None, None, columns, title)
    first = next(rows, None)
    if first is None:
        raise no_rows(tally.name)
    return Opened(shape, _rows(first, rows, columns=columns, errors=errors.get(title, set()), tally=tally))


def _parsed(data: bytes, *, tally: Tally, sheet: str | None) -> tuple[str, Iterator[tuple[int, list[Any]]]]:
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        chosen = _chosen(book, name=tally.name, sheet=sheet)
        return chosen.name, _numbered(chosen)
    except calamine.PasswordError as error:
        raise InputError(say("{name} 已加密，请去掉密码后重新提交。", name=tally.name)) from error
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise damaged(tally.name) from error
    except BaseException as error:
        # The parser is compiled code: its panic is no Exception, and is a damaged file to us.
        if type(error).__name__ != "PanicException":
            raise
        raise damaged(tally.name) from error


def _chosen(book: Any, *, name: str, sheet: str | None) -> Any:
    titles = list(book.sheet_names)
    if sheet is not None:
        if sheet not in titles:
            raise InputError(
                say(
                    "{name} 没有工作表“{sheet}”，现有：{titles}。",
                    name=name,
                    sheet=sheet,
                    titles="、".join(titles),
                )
            )
        return book.get_sheet_by_name(sheet)
    filled: list[str] = []
    chosen = None
    for title in titles:
        found = _sheet(book, title)
        if found is not None:
            filled.append(title)
            chosen = found  # one at a time: all of them together are more than may be held
    if chosen is None:
        raise InputError(say("{name} 的所有工作表都是空的，请检查导出是否完整。", name=name))
    if len(filled) > 1:
        listed = "、".join(filled)
        raise InputError(say("{name} 有多个工作表（{titles}），请指明读取哪一个。", name=name, titles=listed))
    return chosen


def _sheet(book: Any, title: str) -> Any | None:
    try:
        found = book.get_sheet_by_name(title)
    except calamine.WorksheetNotFound:
        # A chart has a title and no cells.
        return None
    return found if found.height else None


def _numbered(sheet: Any) -> Iterator[tuple[int, list[Any]]]:
    """Sheet rows that are not empty, with their 1-based number in the sheet."""
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        if any(cell != "" for cell in cells):
            yield number, cells


def _rows(
    first: tuple[int, list[Any]],
    rest: Iterator[tuple[int, list[Any]]],
    *,
    columns: Sequence[str],
    errors: set[int],
    tally: Tally,
) -> Iterator[Batch]:
    good: list[tuple[int, list[str | None]]] = []
    pending: tuple[int, list[Any]] | None = first
    while pending is not None:
        line, cells = pending
        number = tally.number()
        texts, reason = _written(cells, width=len(columns), limit=tally.limits.max_cell_bytes)
        if line in errors:
            reason = _FORMULA
        if reason is None:
            good.append((number, texts))
        else:
            tally.reject(BadRow(number, line, reason, kept("\t".join(map(str, cells)))))
        if len(good) >= tally.limits.batch_rows:
            yield row_batch(columns, good)
            good = []
        pending = next(rest, None)
    if good:
        yield row_batch(columns, good)


def _written(cells: list[Any], *, width: int, limit: int) -> tuple[list[str | None], Message | None]:
    """The texts of one row, padded to `width`, and the first fault in it."""
    if any(cell != "" for cell in cells[width:]):
        return [], say("表头之外还有单元格有内容，应有 {want} 列。", want=width)
    texts: list[str | None] = []
    for cell in cells[:width]:
        fault = None
        if type(cell) is str:
            fault = _text_fault(cell, limit) if len(cell) * 4 > limit or "\x00" in cell else None
            texts.append(cell)
        else:
            if type(cell) is float or type(cell) is int:
                fault = _number_fault(cell)
            texts.append(None if fault else _plain(cell))
        if fault is not None:
            return [], fault
    return texts + [None] * (width - len(texts)), None


def _number_fault(cell: float) -> Message | None:
    if cell != cell or abs(cell) == float("inf"):
        return say("含有无效的数值。")
    # A fraction cannot be an identifier: means and rates have 15 digits and are sound.
    return _DAMAGED if abs(cell) >= DAMAGED_FROM and cell == int(cell) else None


def _text_fault(cell: str, limit: int) -> Message | None:
    if len(cell) * 4 > limit and len(cell.encode()) > limit:
        return say("有单元格超过 {limit} 字节。", limit=limit)
    return say("含有空字符（NUL），内容已损坏。") if "\x00" in cell else None


def _plain(cell: Any) -> str | None:
    """Return a cell as the text a reader of the sheet would type, dates in ISO 8601."""
    if isinstance(cell, str):
        return cell or None
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, (int, float)):
        return _number(cell)
    if isinstance(cell, dt.datetime):
        day_only = cell.time() == dt.time(0)
        return cell.date().isoformat() if day_only else cell.isoformat(sep=" ")
    if isinstance(cell, (dt.date, dt.time)):
        return cell.isoformat()
    return _span(cell) if isinstance(cell, dt.timedelta) else str(cell)


def _number(cell: float) -> str:
    if cell == int(cell):
        return str(int(cell))
    # A workbook shows and keeps 15 digits; the 16th and 17th of the double are noise.
    text = format(cell, ".15g")
    return format(Decimal(text), "f") if "e" in text else text


def _span(cell: dt.timedelta) -> str:
    seconds = round(cell.total_seconds())
    sign, seconds = ("-" if seconds < 0 else ""), abs(seconds)
    return f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _trimmed(names: list[str | None]) -> list[str | None]:
    while names and not (names[-1] or "").strip():
        names.pop()
    return names
