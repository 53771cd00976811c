"""Looks over an xlsx package before its parser may: bombs, far cells, formulas, error cells.

Decides whether the parser is safe to run and what it would silently lose: it reads a formula
without a stored result, and an error value, as an empty cell. Follows ECMA-376 (SpreadsheetML)
as far as cell attributes go; it does not interpret the sheets. Called by `excel` only.
"""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Iterator

import numpy as np

from sandbox.files import inflate
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import say

MAX_UNFOLDED_BYTES = 4 << 30
MAX_RATIO = 300
# The parser lays the cells out as one full grid, whatever lies between them.
MAX_GRID_CELLS = 40_000_000
_BOOK_BYTES = 4 << 20
_OVERLAP = 4_096
_REFERENCE_BYTES = 10
_REFERENCE = re.compile(rb"\sr\s*=\s*[\"']\$?([A-Z]{0,3})\$?([0-9]{1,7})[\"']")
_ERROR_CELL = re.compile(rb"<(?:\w+:)?c(?=\s)[^>]*?\st\s*=\s*[\"']e[\"'][^>]*>")
# A formula without a stored result; an empty text result (t="str") is legitimate.
_UNCOMPUTED = re.compile(
    rb"<(?:\w+:)?c(?=[\s>])(?![^>]*\st\s*=\s*[\"']str)[^>]*>\s*<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)"
    rb"\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)


def checked_package(data: bytes, *, name: str) -> dict[str, set[int]]:
    """Return, by sheet title, the 1-based rows that hold an error value.

    InputError for a bomb, an encrypted or damaged package, a grid too wide, a formula that
    was never computed. Every member is unfolded once, in steps, and counted; nothing is kept.
    """
    allowance = inflate.Allowance(MAX_UNFOLDED_BYTES, MAX_RATIO, expired=lambda: False)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            rows = {
                member.filename: _check_member(data, member, allowance=allowance, name=name)
                for member in package.infolist()
            }
            return _by_title(package, rows)
    except inflate.BombError as error:
        raise InputError(say("{name} 解开后过大，疑似压缩炸弹，不予读取。", name=name)) from error
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, *inflate.BROKEN) as error:
        raise damaged(name) from error


def damaged(name: str) -> InputError:
    """Return the error for a workbook that is not whole."""
    return InputError(say("{name} 不是完好的工作簿，请重新导出。", name=name))


def _check_member(
    data: bytes, member: zipfile.ZipInfo, *, allowance: inflate.Allowance, name: str
) -> set[int]:
    if member.flag_bits & 1:
        raise InputError(say("{name} 已加密，请去掉密码后重新提交。", name=name))
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise damaged(name)
    widest = tallest = 0
    tail = b""
    errors: set[int] = set()
    for piece in _pieces(data, member, allowance):
        if not tail and piece[:2] in (b"\xff\xfe", b"\xfe\xff"):
            # Markup in UTF-16 would pass by the patterns below.
            raise damaged(name)
        text = tail + piece
        cut = text.rfind(b">") + 1 or len(text)
        text, tail = text[:cut], text[max(0, cut - _OVERLAP) :]
        if b"<f" in text or b":f" in text:
            _check_formulas(text, name=name)
        if b'"e"' in text or b"'e'" in text:
            errors |= _error_rows(text, name=name)
        row, column = _extent(text)
        widest, tallest = max(widest, column), max(tallest, row)
    if widest * tallest > MAX_GRID_CELLS:
        raise InputError(
            say(
                "{name} 的单元格跨度达 {rows} 行 × {columns} 列，超过上限，请删去远处的杂散单元格。",
                name=name,
                rows=tallest,
                columns=widest,
            )
        )
    return errors


def _check_formulas(text: bytes, *, name: str) -> None:
    if _UNCOMPUTED.search(text):
        raise InputError(say("{name} 有公式没有保存计算结果，请用表格软件打开、保存后重新提交。", name=name))


def _error_rows(text: bytes, *, name: str) -> set[int]:
    rows = set()
    for cell in _ERROR_CELL.findall(text):
        place = _REFERENCE.search(cell)
        if place is None:
            raise damaged(name)
        rows.add(int(place[2]))
    return rows


def _pieces(data: bytes, member: zipfile.ZipInfo, allowance: inflate.Allowance) -> Iterator[bytes]:
    head = data[member.header_offset : member.header_offset + 30]
    start = (
        member.header_offset
        + 30
        + int.from_bytes(head[26:28], "little")
        + int.from_bytes(head[28:30], "little")
    )
    packed = data[start : start + member.compress_size]
    if member.compress_type == zipfile.ZIP_DEFLATED:
        yield from inflate.stream(packed, inflate.raw_decoder(), allowance=allowance)
        return
    allowance.spend(len(packed))
    yield packed


def _extent(text: bytes) -> tuple[int, int]:
    """The largest row and column that a reference in `text` names."""
    plain = text.count(b'<c r="') == text.count(b"<c") - text.count(b"<col") and b":c" not in text
    if plain and text.endswith(b">"):
        return _plain_extent(text)
    found = _REFERENCE.findall(text)
    if not found:
        return 0, 0
    letters, numbers = zip(*found, strict=True)
    return max(map(int, set(numbers))), max(map(_column_number, set(letters)))


def _plain_extent(text: bytes) -> tuple[int, int]:
    """As `_extent`, for cells all written `<c r="…`, as every common program does."""
    marks = np.frombuffer(text, dtype=np.uint8)
    spots = np.flatnonzero(marks[:-5] == ord("<")) if len(marks) > 5 else np.empty(0, dtype=np.int64)
    for offset, mark in enumerate(b'c r="', start=1):
        spots = spots[marks[spots + offset] == mark]
    rows = np.zeros(len(spots), dtype=np.int64)
    columns = np.zeros(len(spots), dtype=np.int64)
    for offset in range(6, 6 + _REFERENCE_BYTES):
        found = marks[np.minimum(spots + offset, len(marks) - 1)].astype(np.int64)
        letter = (found >= ord("A")) & (found <= ord("Z")) & (rows == 0)
        digit = (found >= ord("0")) & (found <= ord("9"))
        columns = np.where(letter, columns * 26 + found - 64, columns)
        rows = np.where(digit, rows * 10 + found - 48, rows)
        # A reference that has ended looks at the last byte from then on, which is a ">".
        spots = np.where(letter | digit, spots, len(marks))
    return int(rows.max(initial=0)), int(columns.max(initial=0))


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _by_title(package: zipfile.ZipFile, rows: dict[str, set[int]]) -> dict[str, set[int]]:
    if not any(rows.values()):
        return {}
    book = _small(package, "xl/workbook.xml")
    links = _small(package, "xl/_rels/workbook.xml.rels")
    targets = {}
    for tag in re.findall(r"<(?:\w+:)?Relationship\s[^>]*>", links):
        target = _attribute(tag, "Target").lstrip("/")
        targets[_attribute(tag, "Id")] = target if target.startswith("xl/") else f"xl/{target}"
    titled = {}
    everywhere = set().union(*rows.values())
    for tag in re.findall(r"<(?:\w+:)?sheet\s[^>]*>", book):
        # A sheet that cannot be traced to its member is given the error rows of all.
        titled[_attribute(tag, "name")] = rows.get(targets.get(_attribute(tag, r"\w+:id"), ""), everywhere)
    return titled


def _small(package: zipfile.ZipFile, member: str) -> str:
    if package.getinfo(member).file_size > _BOOK_BYTES:
        raise zipfile.BadZipFile
    return package.read(member).decode("utf-8")


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf"\s{name}\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", tag)
    return html.unescape(found[1] if found[1] is not None else found[2]) if found else ""


_MERGED = re.compile(
    rb"<(?:\w+:)?mergeCell\s[^>]*?ref\s*=\s*[\"']([A-Z]{1,3}[0-9]{1,7}:[A-Z]{1,3}[0-9]{1,7})[\"']"
)
_FIRST_ROW = re.compile(r"[A-Z]{1,3}([0-9]{1,7})")
MAX_MERGED = 1_000
MAX_MERGED_BYTES = 256 << 20


def merged_cells(data: bytes, *, name: str) -> tuple[tuple[str, int], ...]:
    """Return the merged areas of all sheets ("A2:A5" and its first row), at most `MAX_MERGED`.

    `data` has passed `checked_package`. InputError for a package that is not whole.
    """
    found: list[tuple[str, int]] = []
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            for member in package.infolist():
                if member.filename.startswith("xl/worksheets/") and len(found) < MAX_MERGED:
                    if member.file_size > MAX_MERGED_BYTES:
                        raise InputError(say("{name} 的工作表过大，请拆分后重新提交。", name=name))
                    areas = _MERGED.findall(package.read(member))
                    found += [(area.decode(), _first_row(area.decode())) for area in areas]
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, *inflate.BROKEN) as error:
        raise damaged(name) from error
    return tuple(found[:MAX_MERGED])


def _first_row(area: str) -> int:
    match = _FIRST_ROW.match(area)
    return int(match[1]) if match is not None else 0
