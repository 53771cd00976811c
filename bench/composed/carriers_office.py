"""Carriers in workbooks, text documents and presentations."""

from __future__ import annotations

import random
import re
from xml.sax.saxutils import escape

from bench.composed.carriers import between, carrier, cells_or_lines, from_cells
from bench.composed.kinds import Around, marked, pieces, unmarked
from bench.composed.office import (
    KIND,
    PROPERTIES,
    SHEET,
    TYPES,
    column,
    describe,
    document,
    paragraph,
    part,
    slides,
    word_table,
    workbook,
)
from bench.eighth_a.honest import Table

Sheets = dict[str, Table]


def company_sheet(company: Around) -> Sheets:
    """The sheet that stands in the foreground."""
    return {"汇总": company.table or [["统计汇总"]]}


def sheet_named(data: bytes) -> tuple[str, Table]:
    """The name and the cells of the last sheet."""
    name, number = re.findall('<sheet name="([^"]*)" sheetId="([0-9]+)"', part(data, "xl/workbook.xml"))[-1]
    rows = re.findall("<row .*?</row>", part(data, f"xl/worksheets/sheet{number}.xml"), re.DOTALL)
    return name, [between(row, '<t xml:space="preserve">', "</t>") for row in rows]


def visible(data: bytes, company: Around, _: random.Random) -> bytes:
    """The last sheet, in sight."""
    name, rows = cells_or_lines(data)
    return workbook({**({} if company.alone else company_sheet(company)), name: rows}).written()


def hidden(data: bytes, company: Around, _: random.Random) -> bytes:
    """The last sheet, out of sight."""
    name, rows = cells_or_lines(data)
    return workbook({**company_sheet(company), name: rows}, hidden=name).written()


def sheet_back(data: bytes) -> bytes:
    """What the last sheet holds."""
    return from_cells(*sheet_named(data))


def comments(data: bytes, company: Around, _: random.Random) -> bytes:
    """Comments on cells of the first sheet."""
    package = workbook(company_sheet(company))
    texts = pieces(data.decode(), 900)
    body = "".join(
        f'<comment ref="{column(i % 4)}{i // 4 + 1}" authorId="0"><text><r><t xml:space="preserve">'
        f"{escape(text)}</t></r></text></comment>"
        for i, text in enumerate(texts)
    )
    package.add(
        "xl/worksheets/sheet1.xml",
        "xl/comments1.xml",
        f"{KIND}spreadsheetml.comments+xml",
        "comments",
        f'<comments xmlns="{SHEET}"><authors><author>stat</author></authors>'
        f"<commentList>{body}</commentList></comments>",
    )
    return package.written()


def comments_back(data: bytes) -> bytes:
    """The comments in their order."""
    return "".join(between(part(data, "xl/comments1.xml"), '<t xml:space="preserve">', "</t>")).encode()


def names(data: bytes, company: Around, _: random.Random) -> bytes:
    """Defined names whose values are texts."""
    texts = [text.replace('"', '""') for text in pieces(data.decode(), 200)]
    defined = [
        f'<definedName name="_p{i:04d}">"{escape(text)}"</definedName>' for i, text in enumerate(texts)
    ]
    return workbook(company_sheet(company), names="".join(defined)).written()


def names_back(data: bytes) -> bytes:
    """The texts in the order of the names."""
    texts = between(part(data, "xl/workbook.xml"), '<definedName name="_p[0-9]+">"', '"</definedName>')
    return "".join(text.replace('""', '"') for text in texts).encode()


def properties(data: bytes, company: Around, _: random.Random) -> bytes:
    """Custom properties of a workbook."""
    package = workbook(company_sheet(company))
    body = "".join(
        f'<property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="{i}" name="field{i}">'
        f"<vt:lpwstr>{escape(text)}</vt:lpwstr></property>"
        for i, text in enumerate(pieces(data.decode(), 2000), 2)
    )
    package.add(
        "",
        "docProps/custom.xml",
        f"{KIND}custom-properties+xml",
        "custom-properties",
        f'<Properties xmlns="{PROPERTIES}" xmlns:vt="{TYPES}">{body}</Properties>',
    )
    return package.written()


def properties_back(data: bytes) -> bytes:
    """The properties in their order."""
    return "".join(between(part(data, "docProps/custom.xml"), "<vt:lpwstr>", "</vt:lpwstr>")).encode()


def cache(data: bytes, company: Around, _: random.Random) -> bytes:
    """The cached cells of another workbook that a link refers to."""
    name, rows = cells_or_lines(data)
    lines = "".join(
        f'<row r="{r}">'
        + "".join(f'<cell r="{column(c)}{r}" t="str"><v>{escape(v)}</v></cell>' for c, v in enumerate(row))
        + "</row>"
        for r, row in enumerate(rows, 1)
    )
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    link = (
        f'<externalLink xmlns="{SHEET}"><externalBook xmlns:r="{relations}" r:id="rId1">'
        f'<sheetNames><sheetName val="{name}"/></sheetNames><sheetDataSet><sheetData sheetId="0">'
        f"{lines}</sheetData></sheetDataSet></externalBook></externalLink>"
    )
    return workbook(company_sheet(company), link=link).written()


def cache_back(data: bytes) -> bytes:
    """The cells of the link."""
    text = part(data, "xl/externalLinks/externalLink1.xml")
    rows = re.findall("<row .*?</row>", text, re.DOTALL)
    return from_cells(between(text, '<sheetName val="', '"')[0], [between(r, "<v>", "</v>") for r in rows])


def formula(data: bytes, company: Around, _: random.Random) -> bytes:
    """The cached results of formulas on the first sheet."""
    package, texts = workbook(company_sheet(company)), pieces(data.decode(), 1000)
    cells = "".join(
        f'<row r="{r}"><c r="Z{r}" t="str"><f>T(N{r})</f><v>{escape(text)}</v></c></row>'
        for r, text in enumerate(texts, 200)
    )
    path = "xl/worksheets/sheet1.xml"
    package.parts[path] = package.parts[path].replace("</sheetData>", f"{cells}</sheetData>")
    return package.written()


def formula_back(data: bytes) -> bytes:
    """The results in their order."""
    return "".join(between(part(data, "xl/worksheets/sheet1.xml"), "</f><v>", "</v>")).encode()


def word_text(data: bytes, company: Around, _: random.Random) -> bytes:
    """Paragraphs."""
    return document("".join(map(paragraph, marked(data.decode().split("\n"), company)))).written()


def word_lines(xml: str) -> list[str]:
    """The paragraphs of a part."""
    return between(xml, '<w:t xml:space="preserve">', "</w:t>")


def word_text_back(data: bytes) -> bytes:
    """The paragraphs between the marks."""
    return "\n".join(unmarked(word_lines(part(data, "word/document.xml")))).encode()


def word_cells(data: bytes, company: Around, _: random.Random) -> bytes:
    """The last table of a document."""
    name, rows = cells_or_lines(data)
    body = "".join(map(paragraph, company.lines))
    if company.table:
        body += word_table(company.table, "汇总") + paragraph("附表")
    return document(body + word_table(rows, name)).written()


def word_cells_back(data: bytes) -> bytes:
    """The cells of the last table."""
    name, body = re.findall(
        '<w:tblCaption w:val="([^"]*)"/></w:tblPr>(.*?)</w:tbl>', part(data, "word/document.xml"), re.DOTALL
    )[-1]
    return from_cells(name, [word_lines(row) for row in re.findall("<w:tr>.*?</w:tr>", body, re.DOTALL)])


def word_comments(data: bytes, company: Around, _: random.Random) -> bytes:
    """A comment of several paragraphs."""
    body = "".join(map(paragraph, company.lines or ["统计说明"]))
    inner = "".join(map(paragraph, data.decode().split("\n")))
    return document(body, f'<w:comment w:id="0" w:author="stat" w:initials="s">{inner}</w:comment>').written()


def word_comments_back(data: bytes) -> bytes:
    """The paragraphs of the comment."""
    return "\n".join(word_lines(part(data, "word/comments.xml"))).encode()


def word_metadata(data: bytes, company: Around, _: random.Random) -> bytes:
    """The description of a document."""
    package = document("".join(map(paragraph, company.lines or ["统计说明"])))
    return describe(package, data.decode()).written()


def word_metadata_back(data: bytes) -> bytes:
    """The description."""
    return between(part(data, "docProps/core.xml"), "<dc:description>", "</dc:description>")[0].encode()


def paged(lines: list[str], count: int) -> list[list[str]]:
    """Lines by pages."""
    return [lines[i : i + count] for i in range(0, len(lines), count)]


def slide_text(data: bytes, company: Around, _: random.Random) -> bytes:
    """The text of slides."""
    return slides(paged(marked(data.decode().split("\n"), company), 18), [])


def slide_notes(data: bytes, company: Around, _: random.Random) -> bytes:
    """The notes of slides."""
    notes = paged(data.decode().split("\n"), 25)
    pages = paged(company.lines or ["统计说明"], 6)
    return slides(pages + [["（续）"]] * (len(notes) - len(pages)), notes)


def deck(data: bytes, place: str) -> list[str]:
    """The lines of the slides or of the notes."""
    lines: list[str] = []
    number = 1
    while text := part(data, f"ppt/{place}{number}.xml"):
        lines += between(text, "<a:t>", "</a:t>")
        number += 1
    return lines


def slide_text_back(data: bytes) -> bytes:
    """The lines between the marks."""
    return "\n".join(unmarked(deck(data, "slides/slide"))).encode()


def slide_notes_back(data: bytes) -> bytes:
    """The lines of the notes."""
    return "\n".join(deck(data, "notesSlides/notesSlide")).encode()


carrier("xlsx_sheet", "office", "xlsx", visible, sheet_back)
carrier("xlsx_hidden", "office", "xlsx", hidden, sheet_back)
carrier("xlsx_comments", "office", "xlsx", comments, comments_back)
carrier("xlsx_names", "office", "xlsx", names, names_back)
carrier("xlsx_properties", "office", "xlsx", properties, properties_back)
carrier("xlsx_link_cache", "office", "xlsx", cache, cache_back)
carrier("xlsx_formula_cache", "office", "xlsx", formula, formula_back)
carrier("docx_text", "office", "docx", word_text, word_text_back)
carrier("docx_table", "office", "docx", word_cells, word_cells_back)
carrier("docx_comments", "office", "docx", word_comments, word_comments_back)
carrier("docx_metadata", "office", "docx", word_metadata, word_metadata_back)
carrier("pptx_text", "office", "pptx", slide_text, slide_text_back)
carrier("pptx_notes", "office", "pptx", slide_notes, slide_notes_back)
