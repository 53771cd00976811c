"""What an Excel file may carry besides visible cells: an allow-list of its parts, sheet by sheet.

Looks at the package's members and their XML; the cells themselves are read by `files`. Hidden
sheets, rows and columns, comments, unused strings, document properties, formulas, macros and
links are issues. Pure; called by `reading`.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence

from sandbox.egress.content import Issue
from sandbox.files.members import head_of
from sandbox.kernel.message import say

MAX_UNPACKED = 512 << 20
_KNOWN = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|docProps/(app|core)\.xml|xl/(workbook|styles|sharedStrings|metadata)\.xml"
    r"|xl/_rels/workbook\.xml\.rels|xl/theme/theme\d+\.xml|xl/worksheets/sheet\d+\.xml|xl/calcChain\.xml"
)
_ACTIVE = re.compile(
    r"vbaProject|externalLink|activeX|macrosheet|dialogsheet|embeddings|connections|queryTable|oleObject",
    re.I,
)
_SHEET = re.compile(r"xl/worksheets/sheet\d+\.xml")
_PROPERTY = re.compile(
    rb"<(?:dc:|cp:|)(title|subject|description|keywords|category|contentStatus|identifier|language|Company|Manager|HyperlinkBase)"
    rb"(?:\s[^>]*)?>([^<]+)<"
)
_STRING = re.compile(rb"<(?:\w+:)?si\b")
_STRING_USE = re.compile(rb"<(?:\w+:)?c\b[^>]*\bt=[\"']s[\"'][^>]*>\s*<(?:\w+:)?v>(\d+)<")
_UNSEEN_PARTS = re.compile(
    rb"<(?:\w+:)?(?:legacyDrawing|drawing|picture|extLst|customSheetViews|headerFooter|dataValidations"
    rb"|conditionalFormatting)\b"
)
_MARKS: tuple[tuple[str, re.Pattern[bytes]], ...] = (
    ("hidden-content", re.compile(rb"<(?:\w+:)?(?:row|col)\b[^>]*\bhidden=[\"'](?:1|true)[\"']")),
    ("hidden-content", _UNSEEN_PARTS),
    ("active-content", re.compile(rb"<(?:\w+:)?(?:f|hyperlink|oleObjects|controls)\b")),
)  # fmt: skip


def workbook_issues(data: bytes) -> tuple[Issue, ...]:
    """Return what the workbook carries beyond plain visible cells; malformed if it is no package."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            return tuple(dict.fromkeys(_issues(package)))
    except (zipfile.BadZipFile, zlib.error, ValueError, OSError, NotImplementedError, RuntimeError, EOFError):
        return (Issue("readable", evidence=say("Excel 文件不完整")),)


def _book_issues(data: bytes) -> Iterator[Issue]:
    if re.search(rb"\bstate=[\"'](?:hidden|veryHidden)[\"']", data):
        yield Issue("hidden-content", where="sheet", evidence=say("有隐藏的工作表"))
    if re.search(rb"<(?:\w+:)?definedName\b", data):
        yield Issue("hidden-content", where="definedName", evidence=say("有定义的名称"))


def _issues(package: zipfile.ZipFile) -> Iterator[Issue]:
    members = package.infolist()
    if sum(member.file_size for member in members) > MAX_UNPACKED or len(members) > 2000:
        yield Issue("size")
        return
    names = [member.filename for member in members]
    if len(set(names)) != len(names) or package.comment or any(member.comment for member in members):
        yield Issue("hidden-content", evidence=say("压缩包中有重名成员、注释或附加数据"))
    yield from _member_issues(names)
    uses: set[int] = set()
    for member in members:
        if _KNOWN.fullmatch(member.filename):
            yield from _part_issues(member.filename, head_of(package, member, MAX_UNPACKED), uses)
    if "xl/sharedStrings.xml" in names:
        count = len(_STRING.findall(head_of(package, package.getinfo("xl/sharedStrings.xml"), MAX_UNPACKED)))
        if count > len(uses):
            yield Issue("hidden-content", where="sharedStrings", evidence=say("工作簿中有没有显示的文字"))


def _member_issues(names: Sequence[str]) -> Iterator[Issue]:
    for name in names:
        if _ACTIVE.search(name):
            yield Issue("active-content", where=name)
        elif not _KNOWN.fullmatch(name):
            yield Issue("hidden-content", where=name, evidence=say("工作簿中有单元格以外的部件"))


def _part_issues(name: str, data: bytes, uses: set[int]) -> Iterator[Issue]:
    if b"<!--" in data or b"<!DOCTYPE" in data or b"<!ENTITY" in data or b"<?mso" in data:
        yield Issue("hidden-content", where=name, evidence=say("部件中有注释或实体"))
    if name == "xl/workbook.xml":
        yield from _book_issues(data)
    if name.startswith("docProps/"):
        for match in _PROPERTY.finditer(data):
            yield Issue(
                "hidden-content", where=match.group(1).decode("ascii"), evidence=say("文档属性中有文字")
            )
    if _SHEET.fullmatch(name):
        uses.update(int(match) for match in _STRING_USE.findall(data))
        for check, mark in _MARKS:
            if mark.search(data):
                yield Issue(check, where=name)
