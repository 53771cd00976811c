"""Looks over an xlsx package before its parser may: bombs, far cells, formulas, error cells.

Decides whether the parser is safe to run and what it would silently lose: it reads a formula
without a stored result, and an error value, as an empty cell. Follows ECMA-376 (SpreadsheetML)
as far as cell attributes go; it does not interpret the sheets. Called by `excel` only.
"""

from __future__ import annotations

import contextlib
import html
import io
import re
import zipfile
from collections.abc import Iterator

from sandbox.files import inflate, spans
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import say

MAX_UNFOLDED_BYTES = 4 << 30
MAX_RATIO = 300
MAX_GRID_CELLS = 40_000_000
"""Of all sheets together. The parser lays cells out as one full grid, 32 bytes a cell, whatever lies
between them: 1.3 GB at most, which leaves room for what they hold in the 2 GB that a file may cost. A million
rows may be 38 columns wide, a note in column ZZ may stand beside 56,000 rows."""
_BOOK_BYTES = 4 << 20
_END, _END_BYTES = b"PK\x05\x06", 22
_END_64 = b"PK\x06\x07"
_OTHER_BOOK = re.compile(r"xl/workbook\.bin|xl/worksheets/[^/]*\.bin|content\.xml", re.IGNORECASE)
"""What the parser would take for a workbook of another make; their cells nothing here has looked at."""
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
    rows: dict[str, set[int]] = {}
    with _opened(data, name=name) as package:
        grids = _Grids(data, name)
        for member in package.infolist():
            errors: set[int] = set()
            for text in grids.texts(member):
                if b"<f" in text or b":f" in text:
                    _check_formulas(text, name=name)
                if b'"e"' in text or b"'e'" in text:
                    errors |= _error_rows(text, name=name)
            rows[member.filename] = rows.get(member.filename, set()) | errors
        return _by_title(package, rows)


def check_grids(data: bytes, *, name: str) -> None:
    """Raise InputError for a workbook that its parser could not hold, or could not be trusted with.

    As `checked_package`, without a look at what the cells say.
    """
    with _opened(data, name=name) as package:
        grids = _Grids(data, name)
        for member in package.infolist():
            for _ in grids.texts(member):
                pass


@contextlib.contextmanager
def _opened(data: bytes, *, name: str) -> Iterator[zipfile.ZipFile]:
    """Yield the package; what goes wrong with it in the block becomes one InputError."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            if any(_OTHER_BOOK.fullmatch(member) for member in package.namelist()):
                raise InputError(say("{name} 是 xlsb 或 ods 工作簿，请另存为 xlsx 后重新提交。", name=name))
            yield package
    except inflate.BombError as error:
        raise InputError(say("{name} 解开后过大，疑似压缩炸弹，不予读取。", name=name)) from error
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, *inflate.BROKEN) as error:
        raise damaged(name) from error
    except spans.OddSheetError as error:
        raise damaged(name) from error


def damaged(name: str) -> InputError:
    """Return the error for a workbook that is not whole."""
    return InputError(say("{name} 不是完好的工作簿，请重新导出。", name=name))


class _Grids:
    """The members of a package, unfolded one after the other within one allowance, and their grids summed."""

    def __init__(self, data: bytes, name: str) -> None:
        self._data, self._name = data, name
        self._allowance = _allowance()
        self._cells = 0

    def texts(self, member: zipfile.ZipInfo) -> Iterator[bytes]:
        """Yield a member's texts, each ending in a whole tag; InputError if its cells lie too far apart."""
        if member.flag_bits & 1:
            raise InputError(say("{name} 已加密，请去掉密码后重新提交。", name=self._name))
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise damaged(self._name)
        places = spans.Places()
        for text in _whole_tags(_pieces(self._data, member, self._allowance), name=self._name):
            places.look(text)
            yield text
        if places.sheet and places.endless:
            raise damaged(self._name)
        if places.sheet:
            rows, columns = places.rows, places.columns
            if not places.plain:
                rows, columns = spans.parsed_extent(_pieces(self._data, member, _allowance()))
            self._spend(rows, columns)

    def _spend(self, rows: int, columns: int) -> None:
        self._cells += rows * columns
        if self._cells > MAX_GRID_CELLS:
            raise InputError(
                say(
                    "{name} 的单元格跨度达 {rows} 行 × {columns} 列，超过上限，请删去远处的杂散单元格。",
                    name=self._name,
                    rows=rows,
                    columns=columns,
                )
            )


def odd_directory(data: bytes) -> bool:
    """Return whether two readers of the package may take different members from it.

    They agree where there is one directory, at the place it names, with nothing behind it.
    """
    end = len(data) - _END_BYTES
    size, offset = (int.from_bytes(data[end + at : end + at + 4], "little") for at in (12, 16))
    alone = data.count(_END) == 1 and _END_64 not in data
    return not (alone and data.startswith(_END, end) and size + offset == end)


def _allowance() -> inflate.Allowance:
    return inflate.Allowance(MAX_UNFOLDED_BYTES, MAX_RATIO, expired=lambda: False)


def _whole_tags(pieces: Iterator[bytes], *, name: str) -> Iterator[bytes]:
    """Yield texts that end with a tag's end, each beginning with some of the last one."""
    tail = b""
    for piece in pieces:
        if not tail and piece[:2] in (b"\xff\xfe", b"\xfe\xff"):
            # Markup in UTF-16 would pass by the patterns below.
            raise damaged(name)
        text = tail + piece
        cut = text.rfind(b">") + 1
        if not cut or len(text) - cut > spans.MAX_TAG:
            # No tag is as long as that; what is no markup at all ends nowhere, and is not piled up.
            cut = len(text)
        yield text[:cut]
        tail = text[max(0, cut - spans.OVERLAP) :]


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
