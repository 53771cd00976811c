"""Office packages: a workbook with an aggregate, small documents and slides, parts and their relations."""

from __future__ import annotations

import io
import random
import re
from typing import cast

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from bench.eighth_b.honest import HEAD, aggregate, sentences
from bench.eighth_b.kit import Parts, esc, unzipped, zipped

XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
DRAW = "http://schemas.openxmlformats.org/drawingml/2006/main"
SLIDE = "http://schemas.openxmlformats.org/presentationml/2006/main"
KIND = "application/vnd.openxmlformats-officedocument."


def workbook(rng: random.Random) -> tuple[Workbook, Worksheet]:
    """A workbook with the aggregate on its only sheet."""
    book = Workbook()
    sheet = cast(Worksheet, book.active)
    sheet.title = "汇总"
    sheet.append(HEAD)
    for name, count, share in aggregate(rng):
        sheet.append([name, int(count), share])
    return book, sheet


def blank() -> Workbook:
    """A workbook with an empty sheet."""
    book = Workbook()
    cast(Worksheet, book.active).title = "封面"
    return book


def saved(book: Workbook) -> Parts:
    """The parts of a workbook, the moment of saving taken out."""
    out = io.BytesIO()
    book.save(out)
    parts = unzipped(out.getvalue())
    core = parts["docProps/core.xml"].decode()
    parts["docProps/core.xml"] = re.sub(r"\d{4}-\d\d-\d\dT[\d:]+Z", "2026-03-02T09:00:00Z", core).encode()
    return parts


def xlsx(book: Workbook) -> bytes:
    """The bytes of a workbook."""
    return zipped(saved(book))


def add_part(parts: Parts, name: str, data: bytes | str, kind: str) -> None:
    """Put a part with its content type into a package."""
    parts[name] = data.encode() if isinstance(data, str) else data
    entry = f'<Override PartName="/{name}" ContentType="{kind}"/></Types>'
    types = parts["[Content_Types].xml"].decode()
    parts["[Content_Types].xml"] = types.replace("</Types>", entry).encode()


def add_relation(parts: Parts, owner: str, key: str, kind: str, target: str) -> None:
    """Relate a part of a package to another."""
    folder, _, base = owner.rpartition("/")
    name = f"{folder}/_rels/{base}.rels" if folder else f"_rels/{base}.rels"
    text = parts.get(name, relations([]).encode()).decode()
    entry = f'<Relationship Id="{key}" Type="{OFFICE}/{kind}" Target="{target}"/>'
    parts[name] = text.replace("</Relationships>", entry + "</Relationships>").encode()


def relations(items: list[tuple[str, str, str]]) -> str:
    """A relations part of ids, kinds and targets."""
    entries = "".join(f'<Relationship Id="{i}" Type="{OFFICE}/{k}" Target="{t}"/>' for i, k, t in items)
    return f'{XML}<Relationships xmlns="{PACKAGE}/relationships">{entries}</Relationships>'


def types(overrides: list[tuple[str, str]]) -> bytes:
    """The content types of a package."""
    defaults = "".join(
        f'<Default Extension="{e}" ContentType="{k}"/>'
        for e, k in (
            ("rels", "application/vnd.openxmlformats-package.relationships+xml"),
            ("xml", "application/xml"),
            ("png", "image/png"),
            ("svg", "image/svg+xml"),
            ("bin", KIND + "oleObject"),
        )
    )
    entries = "".join(f'<Override PartName="/{n}" ContentType="{k}"/>' for n, k in overrides)
    return f'{XML}<Types xmlns="{PACKAGE}/content-types">{defaults}{entries}</Types>'.encode()


def run(text: str, properties: str = "") -> str:
    """A run of text in a document."""
    style = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{style}<w:t xml:space="preserve">{esc(text)}</w:t></w:r>'


def document(paragraphs: list[str]) -> Parts:
    """A document of the inner markup of its paragraphs."""
    body = "".join(f"<w:p>{inner}</w:p>" for inner in paragraphs)
    start = f'{XML}<w:document xmlns:w="{WORD}" xmlns:r="{OFFICE}"><w:body>'
    main = "word/document.xml"
    return {
        "[Content_Types].xml": types([(main, KIND + "wordprocessingml.document.main+xml")]),
        "_rels/.rels": relations([("rId1", "officeDocument", main)]).encode(),
        main: f"{start}{body}<w:sectPr/></w:body></w:document>".encode(),
    }


def report(rng: random.Random) -> list[str]:
    """The inner markup of the paragraphs of a report."""
    return [run(line) for line in sentences(rng)]


def shape(key: int, lines: list[str]) -> str:
    """A text box on a slide."""
    text = "".join(f"<a:p><a:r><a:t>{esc(line)}</a:t></a:r></a:p>" for line in lines)
    name = f'<p:nvSpPr><p:cNvPr id="{key}" name="文本 {key}"/><p:cNvSpPr/><p:nvPr/></p:nvSpPr>'
    return f"<p:sp>{name}<p:spPr/><p:txBody><a:bodyPr/>{text}</p:txBody></p:sp>"


def slide(inner: str, root: str = "sld", attributes: str = "") -> str:
    """A slide, or the notes of one, of the markup of its shapes."""
    spaces = f'xmlns:p="{SLIDE}" xmlns:a="{DRAW}" xmlns:r="{OFFICE}"'
    tree = f'<p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>{inner}'
    return f"{XML}<p:{root} {spaces}{attributes}><p:cSld><p:spTree>{tree}</p:spTree></p:cSld></p:{root}>"


def slides(pages: list[str]) -> Parts:
    """A presentation of whole slides."""
    names = [f"ppt/slides/slide{i}.xml" for i in range(1, len(pages) + 1)]
    ids = "".join(f'<p:sldId id="{255 + i}" r:id="rId{i}"/>' for i in range(1, len(pages) + 1))
    spaces = f'xmlns:p="{SLIDE}" xmlns:r="{OFFICE}"'
    size = '<p:sldSz cx="9144000" cy="6858000"/><p:notesSz cx="6858000" cy="9144000"/>'
    main = "ppt/presentation.xml"
    kinds = [(main, KIND + "presentationml.presentation.main+xml")]
    kinds += [(name, KIND + "presentationml.slide+xml") for name in names]
    links = [(f"rId{i}", "slide", name.removeprefix("ppt/")) for i, name in enumerate(names, 1)]
    parts = {
        "[Content_Types].xml": types(kinds),
        "_rels/.rels": relations([("rId1", "officeDocument", main)]).encode(),
        main: f"{XML}<p:presentation {spaces}><p:sldIdLst>{ids}</p:sldIdLst>{size}</p:presentation>".encode(),
        "ppt/_rels/presentation.xml.rels": relations(links).encode(),
    }
    return parts | {name: text.encode() for name, text in zip(names, pages, strict=True)}


def talk(rng: random.Random) -> list[str]:
    """The slides of a report, some sentences each."""
    lines = sentences(rng)
    return [slide(shape(2, [lines[0]])), slide(shape(2, lines[1:5])), slide(shape(2, lines[5:]))]
