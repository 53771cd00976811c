"""Office files written by hand, so that their bytes depend on their content only."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from bench.composed.carriers import attribute
from bench.eighth_a.honest import Table, zipped

HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACK = "http://schemas.openxmlformats.org/package/2006"
KIND = "application/vnd.openxmlformats-officedocument."
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
SLIDE = "http://schemas.openxmlformats.org/presentationml/2006/main"
DRAW = "http://schemas.openxmlformats.org/drawingml/2006/main"
PROPERTIES = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"
CORE = f"{PACK}/metadata/core-properties"


@dataclass(slots=True)
class Package:
    """The parts of an office file, their types and the relations between them."""

    parts: dict[str, str] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    relations: dict[str, list[str]] = field(default_factory=dict)

    def add(self, owner: str, path: str, kind: str, relation: str, body: str) -> str:
        """Add a part that an owner refers to; returns the number of the relation."""
        self.parts[path] = body
        self.types[path] = kind
        return self.refer(owner, relation if "://" in relation else f"{RELATION}/{relation}", f"/{path}")

    def refer(self, owner: str, relation: str, target: str, mode: str = "") -> str:
        """Add a relation to a part that is there."""
        folder, _, name = owner.rpartition("/")
        place = f"{folder}/_rels/{name}.rels" if owner else "_rels/.rels"
        known = self.relations.setdefault(place, [])
        number = f"rId{len(known) + 1}"
        known.append(f'<Relationship Id="{number}" Type="{relation}" Target={attribute(target)}{mode}/>')
        return number

    def written(self) -> bytes:
        """The file."""
        overrides = "".join(
            f'<Override PartName="/{path}" ContentType="{kind}"/>' for path, kind in self.types.items()
        )
        types = f'<Types xmlns="{PACK}/content-types"><Default Extension="rels" ContentType='
        types += '"application/vnd.openxmlformats-package.relationships+xml"/>'
        members = {"[Content_Types].xml": f"{types}{overrides}</Types>"}
        for place, lines in self.relations.items():
            members[place] = f'<Relationships xmlns="{PACK}/relationships">{"".join(lines)}</Relationships>'
        return zipped([(p, (HEAD + text).encode()) for p, text in {**members, **self.parts}.items()])


def part(data: bytes, path: str) -> str:
    """A part of an office file as text; empty if it is not there."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(path).decode() if path in archive.namelist() else ""


def column(number: int) -> str:
    """The letters of a column, counted from nought."""
    return (column(number // 26 - 1) if number >= 26 else "") + chr(65 + number % 26)


def sheet_data(rows: Table) -> str:
    """Rows as cells with their text inside."""
    lines = []
    for r, row in enumerate(rows, 1):
        cells = "".join(
            f'<c r="{column(c)}{r}" t="inlineStr"><is><t xml:space="preserve">{escape(v)}</t></is></c>'
            for c, v in enumerate(row)
        )
        lines.append(f'<row r="{r}">{cells}</row>')
    return f"<sheetData>{''.join(lines)}</sheetData>"


def workbook(sheets: dict[str, Table], hidden: str = "", names: str = "", link: str = "") -> Package:
    """A workbook of sheets, one of them hidden perhaps, with defined names and a link's cache."""
    package, owner = Package(), "xl/workbook.xml"
    package.add("", owner, f"{KIND}spreadsheetml.sheet.main+xml", "officeDocument", "")
    listed = ""
    for number, (name, rows) in enumerate(sheets.items(), 1):
        body = f'<worksheet xmlns="{SHEET}">{sheet_data(rows)}</worksheet>'
        kind = f"{KIND}spreadsheetml.worksheet+xml"
        relation = package.add(owner, f"xl/worksheets/sheet{number}.xml", kind, "worksheet", body)
        state = ' state="hidden"' if name == hidden else ""
        listed += f'<sheet name={attribute(name)} sheetId="{number}"{state} r:id="{relation}"/>'
    external = ""
    if link:
        path = "xl/externalLinks/externalLink1.xml"
        relation = package.add(owner, path, f"{KIND}spreadsheetml.externalLink+xml", "externalLink", link)
        package.refer(path, f"{RELATION}/externalLinkPath", "明细.xlsx", ' TargetMode="External"')
        external = f'<externalReferences><externalReference r:id="{relation}"/></externalReferences>'
    defined = f"<definedNames>{names}</definedNames>" if names else ""
    package.parts[owner] = (
        f'<workbook xmlns="{SHEET}" xmlns:r="{RELATION}"><sheets>{listed}</sheets>'
        f"{external}{defined}</workbook>"
    )
    return package


def paragraph(line: str) -> str:
    """A paragraph of a text document."""
    return f'<w:p><w:r><w:t xml:space="preserve">{escape(line)}</w:t></w:r></w:p>'


def word_table(rows: Table, caption: str) -> str:
    """A table of a text document."""
    body = "".join(
        "<w:tr>" + "".join(f"<w:tc>{paragraph(v)}</w:tc>" for v in row) + "</w:tr>" for row in rows
    )
    return f'<w:tbl><w:tblPr><w:tblCaption w:val="{caption}"/></w:tblPr>{body}</w:tbl>'


def document(body: str, comments: str = "") -> Package:
    """A text document, with comments perhaps."""
    package, owner, mark = Package(), "word/document.xml", ""
    package.add("", owner, f"{KIND}wordprocessingml.document.main+xml", "officeDocument", "")
    if comments:
        kind = f"{KIND}wordprocessingml.comments+xml"
        package.add(
            owner,
            "word/comments.xml",
            kind,
            "comments",
            f'<w:comments xmlns:w="{WORD}">{comments}</w:comments>',
        )
        mark = '<w:p><w:r><w:commentReference w:id="0"/></w:r></w:p>'
    package.parts[owner] = (
        f'<w:document xmlns:w="{WORD}"><w:body>{body}{mark}<w:sectPr/></w:body></w:document>'
    )
    return package


def describe(package: Package, description: str) -> Package:
    """Put a description into the core properties."""
    body = (
        f'<cp:coreProperties xmlns:cp="{CORE}" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>统计材料</dc:title><dc:description>{escape(description)}</dc:description>"
        "</cp:coreProperties>"
    )
    kind = "application/vnd.openxmlformats-package.core-properties+xml"
    package.add("", "docProps/core.xml", kind, f"{PACK}/relationships/metadata/core-properties", body)
    return package


def shape(lines: list[str], number: int, kind: str) -> str:
    """A box of text on a slide or a page of notes."""
    text = "".join(f"<a:p><a:r><a:t>{escape(line)}</a:t></a:r></a:p>" for line in lines)
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="{number}" name="{kind} {number}"/><p:cNvSpPr/><p:nvPr/></p:nvSpPr>'
        f"<p:spPr/><p:txBody><a:bodyPr/>{text}</p:txBody></p:sp>"
    )


def tree(root: str, boxes: str) -> str:
    """A slide, layout, master or page of notes with boxes."""
    group = '<p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>'
    space = f'xmlns:p="{SLIDE}" xmlns:a="{DRAW}" xmlns:r="{RELATION}"'
    return f"<p:{root} {space}><p:cSld><p:spTree>{group}{boxes}</p:spTree></p:cSld></p:{root}>"


def slides(pages: list[list[str]], notes: list[list[str]]) -> bytes:
    """A presentation with the lines of each page and of its notes."""
    package, owner = Package(), "ppt/presentation.xml"
    package.add("", owner, f"{KIND}presentationml.presentation.main+xml", "officeDocument", "")
    listed, layout = "", "ppt/slideLayouts/slideLayout1.xml"
    for number, lines in enumerate(pages, 1):
        path, kind = f"ppt/slides/slide{number}.xml", f"{KIND}presentationml.slide+xml"
        relation = package.add(owner, path, kind, "slide", tree("sld", shape(lines, 2, "Text")))
        package.refer(path, f"{RELATION}/slideLayout", f"/{layout}")
        listed += f'<p:sldId id="{255 + number}" r:id="{relation}"/>'
        if number <= len(notes):
            body = tree("notes", shape(notes[number - 1], 2, "Notes"))
            kind = f"{KIND}presentationml.notesSlide+xml"
            package.add(path, f"ppt/notesSlides/notesSlide{number}.xml", kind, "notesSlide", body)
    kind, master = f"{KIND}presentationml.slideMaster+xml", "ppt/slideMasters/slideMaster1.xml"
    relation = package.add(owner, master, kind, "slideMaster", tree("sldMaster", ""))
    package.add(master, layout, f"{KIND}presentationml.slideLayout+xml", "slideLayout", tree("sldLayout", ""))
    package.parts[owner] = (
        f'<p:presentation xmlns:p="{SLIDE}" xmlns:r="{RELATION}"><p:sldMasterIdLst>'
        f'<p:sldMasterId id="2147483648" r:id="{relation}"/></p:sldMasterIdLst>'
        f'<p:sldIdLst>{listed}</p:sldIdLst><p:sldSz cx="9144000" cy="6858000"/></p:presentation>'
    )
    return package.written()
