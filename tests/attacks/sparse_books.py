"""Workbooks of a few cells that lie as far apart as can be, in every way that a parser takes a place."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Sequence

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_LINKS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384


def xlsx(sheets: Sequence[str], more: dict[str, bytes] | None = None) -> bytes:
    """Return a workbook of these sheets, each given as what its `worksheet` holds."""
    numbers = range(1, len(sheets) + 1)
    named = "".join(f'<sheet name="s{one}" sheetId="{one}" r:id="r{one}"/>' for one in numbers)
    links = "".join(
        f'<Relationship Id="r{one}" Type="{_RELATED}/worksheet" Target="worksheets/sheet{one}.xml"/>'
        for one in numbers
    )
    members = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": f'{_LINKS}<Relationship Id="r1" Type="{_RELATED}/officeDocument"'
        ' Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook {MAIN} xmlns:r="{_RELATED}"><sheets>{named}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f"{_LINKS}{links}</Relationships>",
        **{
            f"xl/worksheets/sheet{one}.xml": f"<worksheet {MAIN}>{sheet}</worksheet>"
            for one, sheet in zip(numbers, sheets, strict=True)
        },
        **(more or {}),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in members.items():
            package.writestr(name, content)
    return out.getvalue()


def cell(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def sheet(*rows: str, before: str = "") -> str:
    first = f'<row r="1">{cell("A1", "a")}{cell("B1", "b")}</row>'
    return f"{before}<sheetData>{first}{''.join(rows)}</sheetData>"


def diagonal(count: int = 40) -> str:
    """Return rows whose one cell each lies further down and to the right, to the last corner."""
    rows = []
    for one in range(1, count + 1):
        row, column = LAST_ROW * one // count, LAST_COLUMN * one // count
        letters = ""
        while column:
            column, letter = divmod(column - 1, 26)
            letters = chr(65 + letter) + letters
        rows.append(f'<row r="{row}">{cell(f"{letters}{row}", "x")}</row>')
    return "".join(rows)


FAR = {
    "diagonal": xlsx([sheet(diagonal())]),
    "dimension that lies": xlsx([sheet(diagonal(), before='<dimension ref="A1:B2"/>')]),
    "cells without a place": xlsx([sheet(f'<row r="{LAST_ROW}">{"<c><v>1</v></c>" * LAST_COLUMN}</row>')]),
    "hidden ends of rows": xlsx(
        [sheet(f'<row r="{LAST_ROW}">{"<c><v>1</v></c><!--</row>-->" * LAST_COLUMN}</row>')]
    ),
    "rows without a place": xlsx(
        [sheet("<row></row>" * 9_000, f"<row>{'<c/>' * (LAST_COLUMN - 1)}<c><v>1</v></c></row>")]
    ),
    "small letters": xlsx([sheet('<row r="9"><c r="xfd1048576"><v>1</v></c></row>')]),
    "leading noughts": xlsx([sheet('<row r="9"><c r="XFD00000000001048576"><v>1</v></c></row>')]),
    "beyond the last row": xlsx([sheet('<row r="9"><c r="A4294967290"><v>1</v></c></row>')]),
    "a tag that seems to end": xlsx([sheet('<row r="9"><c s=">" r="XFD1048576"><v>1</v></c></row>')]),
    "single quotes": xlsx([sheet("<row r='9'><c\nr\n=\n'XFD1048576'><v>1</v></c></row>")]),
    "a prefix": xlsx([sheet('<row r="9"><x:c xmlns:x="x" r="XFD1048576"><v>1</v></x:c></row>')]),
    "many sheets": xlsx([sheet(f'<row r="390000">{cell("CV390000", "x")}</row>')] * 30),
}


# --- the older format ------------------------------------------------------------------------


def record(kind: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def label(row: int, column: int, text: str) -> bytes:
    return record(0x204, struct.pack("<HHHHB", row, column, 0, len(text), 0) + text.encode("ascii"))


def xls(*sheets: bytes) -> bytes:
    """Return a workbook of sheets given as their records, after MS-XLS and MS-CFB."""
    begin, end = record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0)), record(0xA)
    at = len(begin) + 14 * len(sheets) + len(end)
    places, bodies = b"", b""
    for number, body in enumerate(sheets):
        named = struct.pack("<IBBBB2s", at + len(bodies), 0, 0, 2, 0, b"%02d" % number)
        places += record(0x85, named)
        bodies += begin + body + end
    return _filed(begin + places + end + bodies)


def _filed(stream: bytes) -> bytes:
    sectors = max(8, -(-len(stream) // 512))
    table = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, sectors + 2), 0xFFFFFFFE]
    head = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
    head += bytes(6) + struct.pack("<9I", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    head += struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)
    fat = struct.pack("<128I", *table, *[0xFFFFFFFF] * (128 - len(table)))
    entries = _entry("Root Entry", 5, 0xFFFFFFFE, 0, child=1) + _entry("Workbook", 2, 2, sectors * 512)
    return head + fat + entries + bytes(256) + stream.ljust(sectors * 512, b"\0")


def _entry(name: str, kind: int, start: int, size: int, *, child: int = 0xFFFFFFFF) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    links = struct.pack("<HBBIII", len(text), kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child)
    return text.ljust(64, b"\0") + links + bytes(36) + struct.pack("<IQ", start, size)


TABLE = label(0, 0, "a") + label(0, 1, "b") + label(1, 0, "1") + label(1, 1, "2")
OLD_FAR = {
    "a far cell": xls(TABLE + label(65_535, 65_535, "x")),
    "a dimension that lies": xls(record(0x200, struct.pack("<IIHHH", 0, 0xFFFFFFFE, 0, 0xFFFF, 0)) + TABLE),
    "many sheets": xls(*[TABLE + label(65_535, 255, "x")] * 60),
}
