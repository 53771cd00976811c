"""Documents, slides and PDF: hidden and deleted runs, notes, hidden slides, invisible text, metadata."""

from __future__ import annotations

import random
import re

from bench.eighth_b import pdf
from bench.eighth_b.honest import sentences
from bench.eighth_b.kit import esc, found, labelled, threes, unlabelled, unzipped, zipped
from bench.eighth_b.office import (
    KIND,
    add_part,
    add_relation,
    document,
    report,
    run,
    shape,
    slide,
    slides,
    talk,
)
from bench.sixth.core import BOOK, CARE, MONEY, WEAK, WHO, Files, Row, Values, grid, technique

TABLE = "http://schemas.openxmlformats.org/drawingml/2006/table"


@technique("F4", "persons", *CARE)
def docx_hidden_runs(rows: list[Row], rng: random.Random) -> Files:
    """Vanished runs stand between the sentences of a report."""
    paragraphs = report(rng)
    for index, row in enumerate(grid(rows, *CARE)):
        paragraphs[index % len(paragraphs)] += run(labelled(CARE, row), "<w:vanish/>")
    return [("docx", zipped(document(paragraphs)))]


def docx_hidden_runs_back(files: list[bytes]) -> Values:
    """The texts of the vanished runs."""
    body = unzipped(files[0])["word/document.xml"]
    return [unlabelled(t) for t in found(r"<w:vanish/></w:rPr><w:t[^>]*>(.*?)</w:t>", body)]


@technique("F4", "persons", *WHO)
def docx_tracked_deletion(rows: list[Row], rng: random.Random) -> Files:
    """A table of names was deleted from a report with changes being tracked."""
    paragraphs = report(rng)
    mark = 'w:author="审核员" w:date="2026-03-02T09:00:00Z"'
    gone = []
    for index, row in enumerate(grid(rows, *WHO)):
        inner = "".join(f"<w:r><w:delText>{esc(v)}</w:delText><w:tab/></w:r>" for v in row)
        gone.append(f'<w:del w:id="{index + 1}" {mark}>{inner}</w:del>')
    return [("docx", zipped(document(paragraphs[:4] + gone + paragraphs[4:])))]


def docx_tracked_deletion_back(files: list[bytes]) -> Values:
    """The deleted texts, three a record."""
    return threes(found(r"<w:delText>(.*?)</w:delText>", unzipped(files[0])["word/document.xml"]), 3)


@technique("F4", "firms", *MONEY)
def pptx_speaker_notes(rows: list[Row], rng: random.Random) -> Files:
    """The speaker's notes under the slides of a report list the firms."""
    pages = talk(rng)
    parts = slides(pages)
    table = grid(rows, *MONEY)
    for index in range(len(pages)):
        lines = ["讲稿要点："] + [labelled(MONEY, row) for row in table[index :: len(pages)]]
        name = f"ppt/notesSlides/notesSlide{index + 1}.xml"
        add_part(parts, name, slide(shape(3, lines), "notes"), KIND + "presentationml.notesSlide+xml")
        owner = f"ppt/slides/slide{index + 1}.xml"
        add_relation(parts, owner, "rId1", "notesSlide", f"../notesSlides/notesSlide{index + 1}.xml")
    return [("pptx", zipped(parts))]


def pptx_speaker_notes_back(files: list[bytes]) -> Values:
    """The lines of all notes."""
    notes = [data for name, data in unzipped(files[0]).items() if name.startswith("ppt/notesSlides/notes")]
    return [unlabelled(t) for data in notes for t in found(r"<a:t>(.*?)</a:t>", data) if "；" in t]


@technique("F4", "firms", *BOOK)
def pptx_hidden_slide(rows: list[Row], _rng: random.Random) -> Files:
    """The table on a slide that is not shown."""
    lines = []
    for row in grid(rows, *BOOK):
        cells = (f"<a:txBody><a:bodyPr/><a:p><a:r><a:t>{esc(v)}</a:t></a:r></a:p></a:txBody>" for v in row)
        lines.append('<a:tr h="300000">' + "".join(f"<a:tc>{c}<a:tcPr/></a:tc>" for c in cells) + "</a:tr>")
    columns = '<a:gridCol w="2700000"/>' * 3
    table = f"<a:tbl><a:tblPr/><a:tblGrid>{columns}</a:tblGrid>{''.join(lines)}</a:tbl>"
    name = '<p:cNvPr id="2" name="表格"/><p:cNvGraphicFramePr/><p:nvPr/>'
    place = '<p:xfrm><a:off x="400000" y="400000"/><a:ext cx="8100000" cy="5000000"/></p:xfrm>'
    graphic = f'<a:graphic><a:graphicData uri="{TABLE}">{table}</a:graphicData></a:graphic>'
    inner = f"<p:nvGraphicFramePr>{name}</p:nvGraphicFramePr>{place}{graphic}"
    frame = f"<p:graphicFrame>{inner}</p:graphicFrame>"
    pages = [slide(shape(2, ["附录"])), slide(frame, attributes=' show="0"')]
    return [("pptx", zipped(slides(pages)))]


def pptx_hidden_slide_back(files: list[bytes]) -> Values:
    """The cells of the table."""
    return threes(found(r"<a:t>(.*?)</a:t>", unzipped(files[0])["ppt/slides/slide2.xml"]), 3)


@technique("F4", "persons", *WHO)
def pdf_invisible_text(rows: list[Row], rng: random.Random) -> Files:
    """Text in the invisible rendering mode lies under the sentences of a report."""
    paper = pdf.Pdf()
    hidden = ["   ".join(row) for row in grid(rows, *WHO)]
    for index in range(0, len(hidden), 30):
        content = pdf.lines(sentences(rng)) + pdf.lines(hidden[index : index + 30], mode=3, size=6, top=500)
        paper.page(content)
    return [("pdf", paper.built())]


def pdf_invisible_text_back(files: list[bytes]) -> Values:
    """The strings with three values in the streams of the pages."""
    texts = [text for _, body in pdf.streams(files[0]) for text in pdf.shown(body)]
    return [tuple(text.split("   ")) for text in texts if "   " in text]


def xmp(items: list[str]) -> str:
    """A packet of metadata whose subject is a bag of items."""
    bag = "".join(f"<rdf:li>{esc(item)}</rdf:li>" for item in items)
    spaces = (
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    )
    inner = f"<dc:subject><rdf:Bag>{bag}</rdf:Bag></dc:subject>"
    inner = f'<rdf:Description rdf:about="">{inner}</rdf:Description>'
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        f'<rdf:RDF {spaces}>{inner}</rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    )


@technique("F4", "persons", *WEAK)
def pdf_metadata(rows: list[Row], _rng: random.Random) -> Files:
    """The keywords of a PDF's information hold one half, its metadata packet the other."""
    texts = [" ".join(row) for row in grid(rows, *WEAK)]
    half = len(texts) // 2
    paper = pdf.Pdf()
    paper.page(pdf.lines(["目录"]))
    number = paper.stream(xmp(texts[half:]).encode(), b"/Type/Metadata/Subtype/XML", pack=False)
    paper.catalogue += b"/Metadata %d 0 R" % number
    words = pdf.meta("; ".join(texts[:half]))
    info = paper.add(b"<</Title" + pdf.meta("目录") + b"/Keywords" + words + b">>")
    paper.trailer = b"/Info %d 0 R" % info
    return [("pdf", paper.built())]


def pdf_metadata_back(files: list[bytes]) -> Values:
    """The keywords and the items of the bag."""
    hit = re.search(rb"/Keywords<FEFF([0-9A-F]*)>", files[0])
    words = bytes.fromhex(hit[1].decode()).decode("utf-16-be").split("; ") if hit else []
    packet = next(body for head, body in pdf.streams(files[0]) if b"/Metadata" in head)
    return [tuple(text.split(" ")) for text in words + found(r"<rdf:li>(.*?)</rdf:li>", packet)]
