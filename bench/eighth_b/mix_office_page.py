"""Office files with pictures and pages in them, and the other way round."""

from __future__ import annotations

import base64
import io
import json
import random
import re
import zlib

import numpy as np
from openpyxl import load_workbook

from bench.eighth_b import pdf
from bench.eighth_b.honest import page, sentences, svg_chart
from bench.eighth_b.kit import (
    csv_rows,
    csv_text,
    esc,
    found,
    json_text,
    labelled,
    threes,
    unlabelled,
    unzipped,
    zipped,
)
from bench.eighth_b.office import (
    DRAW,
    OFFICE,
    XML,
    add_part,
    add_relation,
    document,
    report,
    run,
    saved,
    slides,
    talk,
    workbook,
    xlsx,
)
from bench.eighth_b.pictures import chart, hide, jpeg, jpeg_segments, png, png_chunks, seek
from bench.sixth.core import BOOK, CARE, MONEY, WEAK, WHO, Files, Row, Values, grid, technique

DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def picture(key: str) -> str:
    """The markup of a picture in a document."""
    space = f"{DRAWING}/picture"
    inner = f'<pic:blipFill><a:blip r:embed="{key}"/></pic:blipFill><pic:spPr/>'
    name = '<pic:nvPicPr><pic:cNvPr id="1" name="图1"/><pic:cNvPicPr/></pic:nvPicPr>'
    graphic = f'<a:graphicData uri="{space}"><pic:pic xmlns:pic="{space}">{name}{inner}</pic:pic>'
    size = f'<wp:inline xmlns:wp="{DRAWING}/wordprocessingDrawing"><wp:extent cx="4572000" cy="3048000"/>'
    frame = f'<a:graphic xmlns:a="{DRAW}">{graphic}</a:graphicData></a:graphic>'
    return f'<w:r><w:drawing>{size}<wp:docPr id="1" name="图1"/>{frame}</wp:inline></w:drawing></w:r>'


@technique("F4+F5", "persons", *WHO)
def docx_picture_text(rows: list[Row], rng: random.Random) -> Files:
    """The chart in a report has a compressed text chunk with the records."""
    text = "\n".join(labelled(WHO, row) for row in grid(rows, *WHO)).encode()
    parts = document([*report(rng), picture("rId5")])
    chunk = (b"iTXt", b"Comment\0\1\0\0\0" + zlib.compress(text))
    parts["word/media/image1.png"] = png(chart(rng), [chunk])
    add_relation(parts, "word/document.xml", "rId5", "image", "media/image1.png")
    return [("docx", zipped(parts))]


def docx_picture_text_back(files: list[bytes]) -> Values:
    """The lines in the chunk of the picture."""
    chunks = dict(png_chunks(unzipped(files[0])["word/media/image1.png"])[0])
    text = zlib.decompress(chunks[b"iTXt"].removeprefix(b"Comment\0\1\0\0\0")).decode()
    return [unlabelled(line) for line in text.split("\n")]


@technique("F4+F5", "firms", *MONEY)
def xlsx_picture_tail(rows: list[Row], rng: random.Random) -> Files:
    """The photograph on an aggregate's sheet goes on after its end with a CSV."""
    parts = saved(workbook(rng)[0])
    data = jpeg(rng) + csv_text(grid(rows, *MONEY)).encode()
    add_part(parts, "xl/media/image1.jpeg", data, "image/jpeg")
    spaces = f'xmlns:xdr="{DRAWING}/spreadsheetDrawing" xmlns:a="{DRAW}" xmlns:r="{OFFICE}"'
    name = '<xdr:nvPicPr><xdr:cNvPr id="2" name="图1"/><xdr:cNvPicPr/></xdr:nvPicPr>'
    fill = '<xdr:blipFill><a:blip r:embed="rId1"/></xdr:blipFill><xdr:spPr/>'
    place = '<xdr:pos x="3000000" y="200000"/><xdr:ext cx="3000000" cy="2000000"/>'
    inner = f"{place}<xdr:pic>{name}{fill}</xdr:pic><xdr:clientData/>"
    anchor = f"<xdr:absoluteAnchor>{inner}</xdr:absoluteAnchor>"
    kind = "application/vnd.openxmlformats-officedocument.drawing+xml"
    add_part(parts, "xl/drawings/drawing1.xml", f"{XML}<xdr:wsDr {spaces}>{anchor}</xdr:wsDr>", kind)
    add_relation(parts, "xl/drawings/drawing1.xml", "rId1", "image", "../media/image1.jpeg")
    add_relation(parts, "xl/worksheets/sheet1.xml", "rId1", "drawing", "../drawings/drawing1.xml")
    entry = f'<drawing xmlns:r="{OFFICE}" r:id="rId1"/></worksheet>'.encode()
    parts["xl/worksheets/sheet1.xml"] = parts["xl/worksheets/sheet1.xml"].replace(b"</worksheet>", entry)
    return [("xlsx", zipped(parts))]


def xlsx_picture_tail_back(files: list[bytes]) -> Values:
    """The CSV after the end of the photograph."""
    return csv_rows(jpeg_segments(unzipped(files[0])["xl/media/image1.jpeg"])[1].decode())


@technique("F4+F5", "firms", *BOOK)
def pptx_svg_descriptions(rows: list[Row], rng: random.Random) -> Files:
    """The vector chart on a slide describes the firms in elements that are not drawn."""
    texts = "".join(f"<desc>{esc(json_text(row))}</desc>" for row in grid(rows, *BOOK))
    parts = slides(talk(rng))
    parts["ppt/media/image1.svg"] = svg_chart(rng, f"<defs><g>{texts}</g></defs>")
    add_relation(parts, "ppt/slides/slide2.xml", "rId7", "image", "../media/image1.svg")
    pic = '<p:pic><p:nvPicPr><p:cNvPr id="9" name="图"/><p:cNvPicPr/><p:nvPr/></p:nvPicPr>'
    pic += '<p:blipFill><a:blip r:embed="rId7"/></p:blipFill><p:spPr/></p:pic></p:spTree>'
    name = "ppt/slides/slide2.xml"
    parts[name] = parts[name].replace(b"</p:spTree>", pic.encode())
    return [("pptx", zipped(parts))]


def pptx_svg_descriptions_back(files: list[bytes]) -> Values:
    """The descriptions in the vector chart."""
    texts = found(r"<desc>(.*?)</desc>", unzipped(files[0])["ppt/media/image1.svg"])
    return [tuple(json.loads(text)) for text in texts]


@technique("F4+F5", "persons", *CARE)
def pdf_image_bits(rows: list[Row], rng: random.Random) -> Files:
    """The lowest bits of the chart in a PDF report are a CSV."""
    pixels = hide(chart(rng), csv_text(grid(rows, *CARE)).encode())
    paper = pdf.Pdf()
    entries = b"/Type/XObject/Subtype/Image/Width 480/Height 320/BitsPerComponent 8/ColorSpace/DeviceRGB"
    number = paper.stream(pixels.tobytes(), entries)
    content = pdf.lines(sentences(rng)) + b"q 400 0 0 266 80 200 cm /Im1 Do Q\n"
    paper.page(content, resources=b"/XObject<</Im1 %d 0 R>>" % number)
    return [("pdf", paper.built())]


def pdf_image_bits_back(files: list[bytes]) -> Values:
    """The CSV in the lowest bits of the picture."""
    data = next(body for head, body in pdf.streams(files[0]) if b"/Subtype/Image" in head)
    return csv_rows(seek(np.frombuffer(data, np.uint8)).decode())


@technique("F4+F5", "persons", *WEAK)
def pdf_attached_page(rows: list[Row], rng: random.Random) -> Files:
    """A page attached to a PDF has a hidden input a value."""
    inputs = "\n".join(
        f'<input type="hidden" name="f{i}[]" value="{esc(v)}">'
        for row in grid(rows, *WEAK)
        for i, v in enumerate(row)
    )
    paper = pdf.Pdf()
    paper.page(pdf.lines(["附件说明", f"附件为{rng.randint(2, 9)}月的办理表单。"]))
    paper.attach("form.html", f'<!DOCTYPE html><meta charset="utf-8"><form>{inputs}</form>'.encode())
    return [("pdf", paper.built())]


def pdf_attached_page_back(files: list[bytes]) -> Values:
    """The values of the hidden inputs."""
    return threes(found(r'value="(.*?)"', pdf.attachment(files[0])), 3)


@technique("F4+F5", "persons", *WHO)
def html_workbook_link(rows: list[Row], rng: random.Random) -> Files:
    """The download link of a report is a data URI of a workbook with a hidden sheet."""
    book, _ = workbook(rng)
    sheet = book.create_sheet("基础数据")
    sheet.sheet_state = "hidden"
    for row in grid(rows, *WHO):
        sheet.append(row)
    text = base64.b64encode(xlsx(book)).decode()
    link = f'<a download="summary.xlsx" href="data:{XLSX};base64,{text}">下载汇总表</a>'
    return [("html", page(rng, link))]


def html_workbook_link_back(files: list[bytes]) -> Values:
    """The hidden sheet of the linked workbook."""
    hit = re.search(rb";base64,([A-Za-z0-9+/=]+)\"", files[0])
    book = load_workbook(io.BytesIO(base64.b64decode(hit[1]))) if hit else None
    lines = book["基础数据"].iter_rows(values_only=True) if book else ()
    return [tuple(str(v) for v in row) for row in lines]


@technique("F4+F5", "persons", *CARE)
def png_document_tail(rows: list[Row], rng: random.Random) -> Files:
    """A whole document with a paragraph a value follows the end of a chart."""
    parts = document([run(value + "\u3000") for row in grid(rows, *CARE) for value in row])
    return [("png", png(chart(rng)) + zipped(parts))]


def png_document_tail_back(files: list[bytes]) -> Values:
    """The paragraphs of the document after the picture."""
    body = unzipped(png_chunks(files[0])[1])["word/document.xml"]
    return threes([text.rstrip("\u3000") for text in found(r"<w:t [^>]*>(.*?)</w:t>", body)], 4)
