"""Writers of office packages and of PDF whose bytes depend on their content only."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from xml.sax.saxutils import escape

from bench.eighth_a.honest import Table, zipped
from bench.ninth_b.kit import attr

HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
OPEN = "http://schemas.openxmlformats.org"
RELS = f"{OPEN}/officeDocument/2006/relationships"
KIND = "application/vnd.openxmlformats-officedocument"
SHEET = f'xmlns="{OPEN}/spreadsheetml/2006/main" xmlns:r="{RELS}"'
WORD = (
    f'xmlns:w="{OPEN}/wordprocessingml/2006/main" xmlns:r="{RELS}" '
    f'xmlns:wp="{OPEN}/drawingml/2006/wordprocessingDrawing" xmlns:a="{OPEN}/drawingml/2006/main"'
)
SHOW = f'xmlns:p="{OPEN}/presentationml/2006/main" xmlns:a="{OPEN}/drawingml/2006/main" xmlns:r="{RELS}"'
DEFAULTS = {
    "rels": "application/vnd.openxmlformats-package.relationships+xml",
    "xml": "application/xml",
    "png": "image/png",
    "bin": f"{KIND}.oleObject",
    "xlsx": f"{KIND}.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a package: where it lies, what it is, and which part links to it."""

    path: str
    data: str | bytes
    kind: str = ""
    link: str = ""
    owner: str = ""


def relations(parts: list[Part]) -> str:
    """The relationships to some parts, numbered from 1."""
    items = "".join(
        f'<Relationship Id="rId{i}" Type="{part.link if ":" in part.link else f"{RELS}/{part.link}"}" '
        f'Target="/{part.path}"/>'
        for i, part in enumerate(parts, 1)
    )
    return f'{HEAD}<Relationships xmlns="{OPEN}/package/2006/relationships">{items}</Relationships>'


def package(parts: list[Part]) -> bytes:
    """An office package of its parts."""
    types = "".join(f'<Default Extension="{key}" ContentType="{kind}"/>' for key, kind in DEFAULTS.items())
    types += "".join(
        f'<Override PartName="/{part.path}" ContentType="{part.kind}"/>' for part in parts if part.kind
    )
    members = [
        ("[Content_Types].xml", f'{HEAD}<Types xmlns="{OPEN}/package/2006/content-types">{types}</Types>')
    ]
    for owner in sorted({part.owner for part in parts if part.link}):
        folder, _, name = owner.rpartition("/")
        path = f"{folder}/_rels/{name}.rels" if owner else "_rels/.rels"
        members.append((path, relations([p for p in parts if p.link and p.owner == owner])))
    done = [(name, text.encode()) for name, text in members]
    for part in parts:
        done.append((part.path, part.data if isinstance(part.data, bytes) else (HEAD + part.data).encode()))
    return zipped(done)


def core(title: str, extra: str = "") -> Part:
    """The core properties of a document."""
    text = (
        f'<cp:coreProperties xmlns:cp="{OPEN}/package/2006/metadata/core-properties" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{escape(title)}</dc:title>'
        f"<dc:creator>统计科</dc:creator>{extra}</cp:coreProperties>"
    )
    kind = "application/vnd.openxmlformats-package.core-properties+xml"
    return Part(
        "docProps/core.xml", text, kind, f"{OPEN}/package/2006/relationships/metadata/core-properties"
    )


def custom(properties: list[tuple[str, str, str]]) -> Part:
    """The custom properties: name, type and value of each."""
    items = "".join(
        f'<property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="{i}" name={attr(name)}>'
        f"<vt:{kind}>{escape(value)}</vt:{kind}></property>"
        for i, (name, kind, value) in enumerate(properties, 2)
    )
    text = (
        f'<Properties xmlns="{OPEN}/officeDocument/2006/custom-properties" '
        f'xmlns:vt="{OPEN}/officeDocument/2006/docPropsVTypes">{items}</Properties>'
    )
    return Part("docProps/custom.xml", text, f"{KIND}.custom-properties+xml", "custom-properties")


def letters(column: int) -> str:
    """The letters of a column, the first being 0."""
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def cell(place: str, value: str) -> str:
    """A cell with a number or with a text in line."""
    if value.replace(".", "", 1).isdecimal() and len(value) < 15 and value.isascii():
        return f'<c r="{place}"><v>{value}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'


def sheet(rows: Table, before: str = "", after: str = "") -> str:
    """A worksheet of a table."""
    lines = "".join(
        f'<row r="{y}">' + "".join(cell(f"{letters(x)}{y}", v) for x, v in enumerate(row)) + "</row>"
        for y, row in enumerate(rows, 1)
    )
    return f"<worksheet {SHEET}>{before}<sheetData>{lines}</sheetData>{after}</worksheet>"


def xlsx(sheets: list[tuple[str, str, str]], *others: Part, names: str = "") -> bytes:
    """A workbook: name, state and text of each sheet, further parts and defined names."""
    book = "xl/workbook.xml"
    listed = "".join(
        f'<sheet name={attr(name)} sheetId="{i}"{f" state={attr(state)}" if state else ""} r:id="rId{i}"/>'
        for i, (name, state, _) in enumerate(sheets, 1)
    )
    defined = f"<definedNames>{names}</definedNames>" if names else ""
    parts = [
        Part(
            book,
            f"<workbook {SHEET}><sheets>{listed}</sheets>{defined}</workbook>",
            f"{KIND}.spreadsheetml.sheet.main+xml",
            "officeDocument",
        )
    ]
    for i, (_, _, text) in enumerate(sheets, 1):
        kind = f"{KIND}.spreadsheetml.worksheet+xml"
        parts.append(Part(f"xl/worksheets/sheet{i}.xml", text, kind, "worksheet", book))
    return package([*parts, *others])


def para(text: str, more: str = "") -> str:
    """A paragraph of a document in Word."""
    return f'<w:p><w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r>{more}</w:p>'


def word_table(rows: Table) -> str:
    """A table of a document in Word."""
    lines = "".join("<w:tr>" + "".join(f"<w:tc>{para(v)}</w:tc>" for v in row) + "</w:tr>" for row in rows)
    return f"<w:tbl>{lines}</w:tbl>"


def docx(body: str, *others: Part) -> bytes:
    """A document in Word."""
    text = f"<w:document {WORD}><w:body>{body}</w:body></w:document>"
    main = Part("word/document.xml", text, f"{KIND}.wordprocessingml.document.main+xml", "officeDocument")
    return package([main, *others])


def word_part(name: str, tag: str, items: str) -> Part:
    """A part beside a document in Word, as footnotes or comments."""
    text = f"<w:{tag} {WORD}>{items}</w:{tag}>"
    return Part(f"word/{name}.xml", text, f"{KIND}.wordprocessingml.{name}+xml", name, "word/document.xml")


def shape(number: int, text: str, x: int = 0, y: int = 0) -> str:
    """A text box of a slide."""
    lines = "".join(f"<a:p><a:r><a:t>{escape(line)}</a:t></a:r></a:p>" for line in text.split("\n"))
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="{number}" name="文本框 {number}"/><p:cNvSpPr/><p:nvPr/></p:nvSpPr>'
        f'<p:spPr><a:xfrm><a:off x="{x}" y="{y}"/><a:ext cx="8000000" cy="600000"/></a:xfrm></p:spPr>'
        f"<p:txBody><a:bodyPr/>{lines}</p:txBody></p:sp>"
    )


def frame(rows: Table, x: int, y: int) -> str:
    """A table of a slide."""
    lines = "".join(
        '<a:tr h="300000">'
        + "".join(
            f"<a:tc><a:txBody><a:bodyPr/><a:p><a:r><a:t>{escape(v)}</a:t></a:r></a:p></a:txBody></a:tc>"
            for v in row
        )
        + "</a:tr>"
        for row in rows
    )
    return (
        '<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id="20" name="表格"/><p:cNvGraphicFramePr/><p:nvPr/>'
        f'</p:nvGraphicFramePr><p:xfrm><a:off x="{x}" y="{y}"/><a:ext cx="6000000" cy="900000"/></p:xfrm>'
        f'<a:graphic><a:graphicData uri="{OPEN}/drawingml/2006/table"><a:tbl>{lines}</a:tbl>'
        "</a:graphicData></a:graphic></p:graphicFrame>"
    )


def slide(tag: str, shapes: str) -> str:
    """A slide, a layout or a master with its shapes."""
    return f"<p:{tag} {SHOW}><p:cSld><p:spTree>{shapes}</p:spTree></p:cSld></p:{tag}>"


def pptx(slides: list[str], *others: Part, layout: str = "") -> bytes:
    """A presentation of slides, with one layout and one master."""
    main, base = "ppt/presentation.xml", f"{KIND}.presentationml"
    listed = "".join(f'<p:sldId id="{255 + i}" r:id="rId{i}"/>' for i in range(1, len(slides) + 1))
    text = f"<p:presentation {SHOW}><p:sldIdLst>{listed}</p:sldIdLst></p:presentation>"
    parts = [Part(main, text, f"{base}.presentation.main+xml", "officeDocument")]
    for i, shapes in enumerate(slides, 1):
        path = f"ppt/slides/slide{i}.xml"
        parts.append(Part(path, slide("sld", shapes), f"{base}.slide+xml", "slide", main))
    master, sheet_path = "ppt/slideMasters/slideMaster1.xml", "ppt/slideLayouts/slideLayout1.xml"
    parts.append(
        Part(master, slide("sldMaster", shape(2, "标题")), f"{base}.slideMaster+xml", "slideMaster", main)
    )
    drawn = slide("sldLayout", layout or shape(2, "正文"))
    parts.append(Part(sheet_path, drawn, f"{base}.slideLayout+xml", "slideLayout", master))
    return package([*parts, *others])


def string(text: str) -> str:
    """A text string of PDF."""
    return f"<{(chr(0xFEFF) + text).encode('utf-16-be').hex().upper()}>"


def strings(data: bytes, key: str) -> list[str]:
    """The text strings of PDF after a key, in their order."""
    parts = data.decode("latin-1").split(f"/{key} <FEFF")[1:]
    return [bytes.fromhex(part.partition(">")[0]).decode("utf-16-be") for part in parts]


def stream(data: bytes, head: str = "") -> bytes:
    """A compressed stream of PDF."""
    packed = zlib.compress(data, 9)
    return (
        f"<<{head} /Filter /FlateDecode /Length {len(packed)}>>\nstream\n".encode() + packed + b"\nendstream"
    )


def streams(data: bytes, mark: bytes) -> list[bytes]:
    """The content of the compressed streams whose dictionary holds a mark."""
    found = []
    for part in data.split(b"endobj"):
        head, _, rest = part.partition(b"\nstream\n")
        if rest and mark in head:
            found.append(zlib.decompress(rest.rpartition(b"\nendstream")[0]))
    return found


def pdf(lines: list[str], extras: list[bytes], catalog: str = "", page: str = "", info: str = "") -> bytes:
    """One page of text; `extras` are the objects from number 8 on."""
    shown = "BT /F1 11 Tf 50 780 Td 16 TL\n"
    shown += "".join(f"<{line.encode('utf-16-be').hex()}> Tj T*\n" for line in lines) + "ET"
    objects = [
        f"<</Type /Catalog /Pages 2 0 R {catalog}>>".encode(),
        b"<</Type /Pages /Kids [3 0 R] /Count 1>>",
        "<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        f"/Resources <</Font <</F1 5 0 R>>>> {page}>>".encode(),
        stream(shown.encode()),
        (
            b"<</Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H "
            b"/DescendantFonts [6 0 R]>>"
        ),
        (
            b"<</Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo "
            b"<</Registry (Adobe) /Ordering (GB1) /Supplement 2>>>>"
        ),
        f"<</Producer {string('统计平台')} {info}>>".encode(),
        *extras,
    ]
    out, places = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", []
    for number, item in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + item + b"\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    size = len(objects) + 1
    tail = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<</Size {size} /Root 1 0 R /Info 7 0 R>>\n"
    return out + f"{tail}startxref\n{len(out)}\n%%EOF\n".encode()
