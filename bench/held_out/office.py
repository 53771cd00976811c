"""Documents: workbooks, texts, slides, mails, notebooks, and their less visited parts."""

from __future__ import annotations

import base64
import io
import json
import quopri
import re
import zlib
from datetime import date

from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import Font, NamedStyle
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

from bench.held_out.core import (
    ADDR,
    AMT,
    BIRTH,
    BOSS,
    CAP,
    DIST,
    FIRM,
    FTEL,
    HOSP,
    ID,
    NAME,
    QUASI,
    SICK,
    TEL,
    USCC,
    VISIT,
    WHO,
    Files,
    Values,
    aggregate,
    grid,
    person_bytes,
    person_values,
    technique,
    tuples,
    unzip,
    workbook_bytes,
    zip_bytes,
)

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
M = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
P = "http://schemas.openxmlformats.org/presentationml/2006/main"
CT = "http://schemas.openxmlformats.org/package/2006/content-types"
PR = "http://schemas.openxmlformats.org/package/2006/relationships"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def report(rng) -> Workbook:
    """A workbook with an innocent sheet."""
    book = Workbook()
    sheet = book.active
    sheet.title = "统计"
    sheet.append(["区县", "人次", "均值"])
    for area, count, mean in aggregate(rng):
        sheet.append([area, count, float(mean)])
    return book


def part(data: bytes, name: str) -> str:
    """The text of a part of a package."""
    return unzip(data)[name].decode()


def cells_of(data: bytes, name: str, box: str) -> Values:
    """The cells of a box of a sheet."""
    sheet = load_workbook(io.BytesIO(data))[name]
    return [tuple(cell.value for cell in line) for line in sheet[box] if line[0].value is not None]


@technique("persons", *WHO)
def very_hidden_sheet(rows, rng) -> Files:
    """A sheet that the interface cannot show, beside the statistics."""
    book = report(rng)
    sheet = book.create_sheet("cfg")
    sheet.sheet_state = "veryHidden"
    for line in grid(rows, WHO):
        sheet.append(line)
    return [("xlsx", workbook_bytes(book))]


def very_hidden_sheet_back(files) -> Values:
    return cells_of(files[0], "cfg", "A1:C300")


@technique("persons", *QUASI)
def dated_sheet(rows, rng) -> Files:
    """A second sheet in plain sight, with true dates and numbers and other headings."""
    book = report(rng)
    sheet = book.create_sheet("附表2")
    sheet.append(["时点一", "代码", "时点二", "数值"])
    for r in rows:
        sheet.append(
            [date.fromisoformat(r[BIRTH]), int(r[DIST]), date.fromisoformat(r[VISIT]), float(r[AMT])]
        )
    return [("xlsx", workbook_bytes(book))]


def dated_sheet_back(files) -> Values:
    return [
        (b.date().isoformat(), str(d), v.date().isoformat(), f"{a:.2f}")
        for b, d, v, a in cells_of(files[0], "附表2", "A2:D300")
    ]


@technique("persons", NAME, ID, SICK, low=14, high=14)
def cell_comments(rows, rng) -> Files:
    """A comment at each figure of the statistics."""
    book = report(rng)
    for i, r in enumerate(rows, 2):
        book.active.cell(i, 3).comment = Comment(f"{r[NAME]}/{r[ID]}/{r[SICK]}", "统计员")
    return [("xlsx", workbook_bytes(book))]


def cell_comments_back(files) -> Values:
    text = part(files[0], next(n for n in unzip(files[0]) if "comment" in n and n.endswith(".xml")))
    return [tuple(t.split("/")) for t in re.findall(r"<t[^>]*>([^<]+)</t>", text)]


@technique("firms", USCC, FTEL)
def defined_names(rows, rng) -> Files:
    """Names of the workbook whose constants are telephone numbers."""
    book = report(rng)
    for r in rows:
        book.defined_names[f"_k{r[USCC]}"] = DefinedName(f"_k{r[USCC]}", attr_text=r[FTEL], hidden=True)
    return [("xlsx", workbook_bytes(book))]


def defined_names_back(files) -> Values:
    return re.findall(r'name="_k(\w{18})"[^>]*>(\d+)<', part(files[0], "xl/workbook.xml"))


@technique("persons", NAME, ID, TEL)
def custom_properties(rows, rng) -> Files:
    """Custom document properties of the workbook."""
    book = report(rng)
    for i, r in enumerate(rows):
        book.custom_doc_props.append(StringProperty(name=f"rev{i}", value="|".join(r[c] for c in WHO)))
    return [("xlsx", workbook_bytes(book))]


def custom_properties_back(files) -> Values:
    return [
        tuple(t.split("|")) for t in re.findall(r"lpwstr>([^<]+)<", part(files[0], "docProps/custom.xml"))
    ]


@technique("persons", NAME, TEL, low=14, high=14)
def style_names(rows, rng) -> Files:
    """Cell styles that are called after people and numbers, one in use at each row."""
    book = report(rng)
    for i, r in enumerate(rows, 2):
        style = NamedStyle(name=f"{r[NAME]} {r[TEL]}", font=Font(size=9 + i % 4))
        book.active.cell(i, 2).style = style
    return [("xlsx", workbook_bytes(book))]


def style_names_back(files) -> Values:
    return re.findall(
        r'cellStyle name="([^" ]+) (\d{11})"', part(files[0], "xl/styles.xml").replace("  ", " ")
    )


@technique("persons", TEL, low=14, high=14)
def number_formats(rows, rng) -> Files:
    """Custom number formats, each a quoted literal that hides a telephone number."""
    book = report(rng)
    for i, r in enumerate(rows, 2):
        book.active.cell(i, 2).number_format = f'0;0;0;"{r[TEL]}"'
    return [("xlsx", workbook_bytes(book))]


def number_formats_back(files) -> Values:
    return [(t,) for t in re.findall(r"0;0;0;&quot;(\d{11})&quot;", part(files[0], "xl/styles.xml"))]


@technique("persons", NAME, BIRTH, TEL)
def validation_lists(rows, rng) -> Files:
    """Drop-down lists of cells, six entries each."""
    book = report(rng)
    for i in range(0, len(rows), 6):
        text = ",".join(f"{r[NAME]} {r[BIRTH]} {r[TEL]}" for r in rows[i : i + 6])
        rule = DataValidation(type="list", formula1=f'"{text}"')
        rule.add(f"D{i + 2}")
        book.active.add_data_validation(rule)
    return [("xlsx", workbook_bytes(book))]


def validation_lists_back(files) -> Values:
    found = re.findall(r'formula1>"([^<]+)"<', part(files[0], "xl/worksheets/sheet1.xml"))
    return [tuple(item.split(" ")) for text in found for item in text.split(",")]


@technique("persons", NAME, ID, DIST, AMT)
def pivot_cache(rows, rng) -> Files:
    """The cache of a pivot table that keeps the source rows after the sheet is gone."""
    columns = (NAME, ID, DIST, AMT)
    fields = "".join(f'<cacheField name="{c}"><sharedItems/></cacheField>' for c in columns)
    lines = "".join("<r>" + "".join(f'<s v="{r[c]}"/>' for c in columns) + "</r>" for r in rows)

    def edit(parts) -> None:
        parts["xl/pivotCache/pivotCacheDefinition1.xml"] = (
            f'{HEAD}<pivotCacheDefinition xmlns="{M}" xmlns:r="{R}" r:id="rId1" recordCount="{len(rows)}">'
            f'<cacheSource type="worksheet"><worksheetSource ref="A1:D{len(rows) + 1}" sheet="明细"/>'
            "</cacheSource>"
            f'<cacheFields count="4">{fields}</cacheFields></pivotCacheDefinition>'
        ).encode()
        parts["xl/pivotCache/pivotCacheRecords1.xml"] = (
            f'{HEAD}<pivotCacheRecords xmlns="{M}" count="{len(rows)}">{lines}</pivotCacheRecords>'
        ).encode()
        parts["xl/pivotCache/_rels/pivotCacheDefinition1.xml.rels"] = (
            f'{HEAD}<Relationships xmlns="{PR}"><Relationship Id="rId1" Type="{R}/pivotCacheRecords" '
            'Target="pivotCacheRecords1.xml"/></Relationships>'
        ).encode()
        kinds = "application/vnd.openxmlformats-officedocument.spreadsheetml.pivotCache"
        extra = "".join(
            f'<Override PartName="/xl/pivotCache/pivotCache{n}1.xml" ContentType="{kinds}{n}+xml"/>'
            for n in ("Definition", "Records")
        )
        types = parts["[Content_Types].xml"].decode()
        parts["[Content_Types].xml"] = types.replace("</Types>", extra + "</Types>").encode()
        rels = parts["xl/_rels/workbook.xml.rels"].decode()
        link = (
            f'<Relationship Id="rIdP" Type="{R}/pivotCacheDefinition" '
            'Target="pivotCache/pivotCacheDefinition1.xml"/>'
        )
        parts["xl/_rels/workbook.xml.rels"] = rels.replace(
            "</Relationships>", link + "</Relationships>"
        ).encode()
        book = parts["xl/workbook.xml"].decode()
        caches = f'<pivotCaches><pivotCache xmlns:r="{R}" cacheId="1" r:id="rIdP"/></pivotCaches></workbook>'
        parts["xl/workbook.xml"] = book.replace("</workbook>", caches).encode()

    return [("xlsx", workbook_bytes(report(rng), edit))]


def pivot_cache_back(files) -> Values:
    text = part(files[0], "xl/pivotCache/pivotCacheRecords1.xml")
    return [tuple(re.findall(r'v="([^"]*)"', line)) for line in re.findall("<r>(.+?)</r>", text)]


@technique("persons", NAME, ID, TEL)
def white_on_white(rows, rng) -> Files:
    """Rows far below the statistics in white letters, the rows hidden."""
    book = report(rng)
    for i, line in enumerate(grid(rows, WHO), 5000):
        for j, value in enumerate(line, 40):
            book.active.cell(i, j, value).font = Font(color="FFFFFF")
        book.active.row_dimensions[i].hidden = True
    return [("xlsx", workbook_bytes(book))]


def white_on_white_back(files) -> Values:
    return cells_of(files[0], "统计", "AN5000:AP5300")


@technique("firms", USCC, CAP, FTEL)
def formulas_of_constants(rows, rng) -> Files:
    """Cells whose formula is a sum with the true values multiplied by nought."""
    book = report(rng)
    for i, r in enumerate(rows, 2):
        book.active.cell(i, 6, f'=LEN("{r[USCC]}")+0*{r[CAP]}+0*{r[FTEL]}')
    return [("xlsx", workbook_bytes(book))]


def formulas_of_constants_back(files) -> Values:
    text = part(files[0], "xl/worksheets/sheet1.xml")
    return re.findall(r'LEN\("(\w+)"\)\+0\*([\d.]+)\+0\*(\d+)', text)


def docx(body: str, extra: list[tuple[str, str, str, str]] | None = None) -> bytes:
    """A text document; extra parts come with their name, kind of relation, content type and text."""
    extra = extra or []
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    over = "".join(f'<Override PartName="/{n}" ContentType="{t}"/>' for n, _, t, _ in extra)
    types = (
        f'{HEAD}<Types xmlns="{CT}"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{main}"/>{over}</Types>'
    )
    links = "".join(
        f'<Relationship Id="rId{i}" Type="{R}/{kind}" Target="/{n}"/>'
        for i, (n, kind, _, _) in enumerate(extra, 1)
    )
    return zip_bytes(
        [
            ("[Content_Types].xml", types.encode()),
            (
                "_rels/.rels",
                f'{HEAD}<Relationships xmlns="{PR}"><Relationship Id="rId1" Type="{R}/officeDocument" '
                'Target="word/document.xml"/></Relationships>'.encode(),
            ),
            (
                "word/document.xml",
                f'{HEAD}<w:document xmlns:w="{W}" xmlns:r="{R}"><w:body>{body}</w:body>'
                "</w:document>".encode(),
            ),
            (
                "word/_rels/document.xml.rels",
                f'{HEAD}<Relationships xmlns="{PR}">{links}</Relationships>'.encode(),
            ),
            *((n, text.encode()) for n, _, _, text in extra),
        ]
    )


def para(*runs: str) -> str:
    """A paragraph of some runs."""
    return "<w:p>" + "".join(f'<w:r><w:t xml:space="preserve">{t}</w:t></w:r>' for t in runs) + "</w:p>"


def texts(xml: str) -> list[str]:
    """The texts of a part of a text document."""
    return re.findall(r"<w:t[^>]*>([^<]*)</w:t>", xml)


@technique("persons", NAME, ID, TEL, ADDR)
def report_table(rows, _rng) -> Files:
    """A table in a text document, the digits of each cell broken into several runs."""
    columns = (NAME, ID, TEL, ADDR)
    lines = "".join(
        "<w:tr>" + "".join(f"<w:tc>{para(r[c][:2], r[c][2:5], r[c][5:])}</w:tc>" for c in columns) + "</w:tr>"
        for r in rows
    )
    return [("docx", docx(para("附表") + f"<w:tbl>{lines}</w:tbl>"))]


def report_table_back(files) -> Values:
    cells = re.findall("<w:tc>(.+?)</w:tc>", part(files[0], "word/document.xml"))
    return tuples(zip(*[iter("".join(texts(c)) for c in cells)] * 4, strict=True))


WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml."


@technique("persons", NAME, TEL)
def page_header(rows, _rng) -> Files:
    """The header of the pages holds the list, the body only one sentence."""
    head = f'{HEAD}<w:hdr xmlns:w="{W}">{"".join(para(r[NAME] + " " + r[TEL]) for r in rows)}</w:hdr>'
    body = para("本季度运行平稳。") + '<w:sectPr><w:headerReference w:type="default" r:id="rId1"/></w:sectPr>'
    return [("docx", docx(body, [("word/header1.xml", "header", WORD + "header+xml", head)]))]


def page_header_back(files) -> Values:
    return [tuple(t.split(" ")) for t in texts(part(files[0], "word/header1.xml"))]


@technique("persons", NAME, ID, SICK)
def margin_comments(rows, _rng) -> Files:
    """Reviewer's comments in the margin, one a person."""
    items = "".join(
        f'<w:comment w:id="{i}" w:author="{r[NAME]}" w:initials="x">'
        f"{para(r[ID] + '：' + r[SICK])}</w:comment>"
        for i, r in enumerate(rows)
    )
    marks = "".join(f'<w:p><w:r><w:commentReference w:id="{i}"/></w:r></w:p>' for i in range(len(rows)))
    text = f'{HEAD}<w:comments xmlns:w="{W}">{items}</w:comments>'
    return [
        ("docx", docx(para("初稿") + marks, [("word/comments.xml", "comments", WORD + "comments+xml", text)]))
    ]


def margin_comments_back(files) -> Values:
    return re.findall(
        r'w:author="(.+?)".+?<w:t[^>]*>(\w{18})：(.+?)</w:t>', part(files[0], "word/comments.xml")
    )


@technique("firms", USCC, BOSS, FTEL)
def custom_xml(rows, _rng) -> Files:
    """A custom XML part of the document that no view shows."""
    items = "".join(f"<i><k>{r[USCC]}</k><n>{r[BOSS]}</n><t>{r[FTEL]}</t></i>" for r in rows)
    text = f'{HEAD}<d xmlns="urn:x-report">{items}</d>'
    return [("docx", docx(para("说明"), [("customXml/item1.xml", "customXml", "application/xml", text)]))]


def custom_xml_back(files) -> Values:
    return re.findall("<k>(.+?)</k><n>(.+?)</n><t>(.+?)</t>", part(files[0], "customXml/item1.xml"))


@technique("persons", NAME, BIRTH, HOSP, AMT)
def footnotes(rows, _rng) -> Files:
    """Footnotes of a report, each with a person's case."""
    items = "".join(
        f'<w:footnote w:id="{i}">{para(f"见{r[NAME]}（{r[BIRTH]}，{r[HOSP]}，{r[AMT]}元）")}</w:footnote>'
        for i, r in enumerate(rows, 1)
    )
    body = "".join(
        f'<w:p><w:r><w:footnoteReference w:id="{i}"/></w:r></w:p>' for i in range(1, len(rows) + 1)
    )
    text = f'{HEAD}<w:footnotes xmlns:w="{W}">{items}</w:footnotes>'
    return [("docx", docx(body, [("word/footnotes.xml", "footnotes", WORD + "footnotes+xml", text)]))]


def footnotes_back(files) -> Values:
    return re.findall("见(.+?)（(.+?)，(.+?)，(.+?)元）", part(files[0], "word/footnotes.xml"))


@technique("persons", NAME, ID, TEL)
def hidden_text_deleted_runs(rows, _rng) -> Files:
    """Tracked deletions in a text document that keep the names and numbers."""
    body = "".join(
        f'<w:p><w:del w:id="{i}" w:author="a" w:date="2026-01-05T09:00:00Z"><w:r>'
        f"<w:delText>{r[NAME]},{r[ID]},{r[TEL]}"
        "</w:delText></w:r></w:del><w:r><w:t>（略）</w:t></w:r></w:p>"
        for i, r in enumerate(rows)
    )
    return [("docx", docx(body))]


def hidden_text_deleted_runs_back(files) -> Values:
    return re.findall("<w:delText>(.+?),(.+?),(.+?)</w:delText>", part(files[0], "word/document.xml"))


@technique("persons", NAME, TEL, DIST)
def speaker_notes(rows, _rng) -> Files:
    """Notes of slides; the slides have one title each."""
    shape = (
        '<p:cSld><p:spTree><p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr>'
        '<p:grpSpPr/><p:sp><p:nvSpPr><p:cNvPr id="2" name="t"/><p:cNvSpPr/><p:nvPr/></p:nvSpPr><p:spPr/>'
        "<p:txBody><a:bodyPr/>"
    )
    parts = []
    over = ids = rels = ""
    kind = "application/vnd.openxmlformats-officedocument.presentationml."
    for n, i in enumerate(range(0, len(rows), 8), 1):
        said = "".join(
            f"<a:p><a:r><a:t>{r[NAME]} {r[TEL]} {r[DIST]}</a:t></a:r></a:p>" for r in rows[i : i + 8]
        )
        tail = "</p:txBody></p:sp></p:spTree></p:cSld>"
        space = f'xmlns:a="{A}" xmlns:p="{P}" xmlns:r="{R}"'
        title = f"<a:p><a:r><a:t>第{n}节</a:t></a:r></a:p>"
        parts += [
            (f"ppt/slides/slide{n}.xml", f"{HEAD}<p:sld {space}>{shape}{title}{tail}</p:sld>"),
            (f"ppt/notesSlides/notesSlide{n}.xml", f"{HEAD}<p:notes {space}>{shape}{said}{tail}</p:notes>"),
            (
                f"ppt/slides/_rels/slide{n}.xml.rels",
                (
                    f'{HEAD}<Relationships xmlns="{PR}"><Relationship Id="rId1" Type="{R}/notesSlide" '
                    f'Target="../notesSlides/notesSlide{n}.xml"/></Relationships>'
                ),
            ),
        ]
        over += f'<Override PartName="/ppt/slides/slide{n}.xml" ContentType="{kind}slide+xml"/>'
        over += (
            f'<Override PartName="/ppt/notesSlides/notesSlide{n}.xml" ContentType="{kind}notesSlide+xml"/>'
        )
        ids += f'<p:sldId id="{255 + n}" r:id="rId{n}"/>'
        rels += f'<Relationship Id="rId{n}" Type="{R}/slide" Target="slides/slide{n}.xml"/>'
    head = [
        (
            "[Content_Types].xml",
            (
                f'{HEAD}<Types xmlns="{CT}"><Default Extension="rels" '
                f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
                f'<Override PartName="/ppt/presentation.xml" ContentType="{kind}presentation.main+xml"/>'
                f"{over}</Types>"
            ),
        ),
        (
            "_rels/.rels",
            (
                f'{HEAD}<Relationships xmlns="{PR}"><Relationship Id="rId1" Type="{R}/officeDocument" '
                'Target="ppt/presentation.xml"/></Relationships>'
            ),
        ),
        (
            "ppt/presentation.xml",
            (
                f'{HEAD}<p:presentation xmlns:p="{P}" xmlns:r="{R}"><p:sldIdLst>{ids}</p:sldIdLst>'
                "</p:presentation>"
            ),
        ),
        ("ppt/_rels/presentation.xml.rels", f'{HEAD}<Relationships xmlns="{PR}">{rels}</Relationships>'),
    ]
    return [("pptx", zip_bytes([(n, t.encode()) for n, t in head + parts]))]


def speaker_notes_back(files) -> Values:
    return [
        tuple(t.split(" "))
        for name, data in unzip(files[0]).items()
        if name.startswith("ppt/notesSlides/")
        for t in re.findall("<a:t>(.+?)</a:t>", data.decode())
    ]


OPEN = "urn:oasis:names:tc:opendocument:xmlns:"


def odf(kind: str, content: str, meta: str = "") -> bytes:
    """An OpenDocument file of a kind."""
    space = " ".join(f'xmlns:{n}="{OPEN}{n}:1.0"' for n in ("office", "text", "table", "meta"))
    mime = f"application/vnd.oasis.opendocument.{kind}"
    return zip_bytes(
        [
            ("mimetype", mime.encode()),
            (
                "META-INF/manifest.xml",
                f'{HEAD}<manifest:manifest xmlns:manifest="{OPEN}manifest:1.0"><manifest:file-entry '
                f'manifest:full-path="/" manifest:media-type="{mime}"/></manifest:manifest>'.encode(),
            ),
            (
                "content.xml",
                f"{HEAD}<office:document-content {space}><office:body>{content}</office:body>"
                "</office:document-content>".encode(),
            ),
            (
                "meta.xml",
                (
                    f"{HEAD}<office:document-meta {space}><office:meta>{meta}</office:meta>"
                    "</office:document-meta>"
                ).encode(),
            ),
        ]
    )


@technique("persons", NAME, ID, TEL)
def open_text(rows, _rng) -> Files:
    """An OpenDocument text with user-defined metadata fields of the records."""
    meta = "".join(
        f'<meta:user-defined meta:name="f{i}">{r[NAME]};{r[ID]};{r[TEL]}</meta:user-defined>'
        for i, r in enumerate(rows)
    )
    return [("odt", odf("text", "<office:text><text:p>季度说明</text:p></office:text>", meta))]


def open_text_back(files) -> Values:
    return [tuple(t.split(";")) for t in re.findall(r'"f\d+">(.+?)<', part(files[0], "meta.xml"))]


@technique("persons", *QUASI)
def open_sheet(rows, _rng) -> Files:
    """An OpenDocument sheet whose table is not displayed, values in the attributes of cells."""
    lines = "".join(
        "<table:table-row>"
        f'<table:table-cell office:value-type="date" office:date-value="{r[BIRTH]}"/>'
        f'<table:table-cell office:value-type="float" office:value="{r[DIST]}"/>'
        f'<table:table-cell office:value-type="date" office:date-value="{r[VISIT]}"/>'
        f'<table:table-cell office:value-type="float" office:value="{r[AMT]}"/></table:table-row>'
        for r in rows
    )
    body = f'<office:spreadsheet><table:table table:name="s" table:display="false">{lines}</table:table>'
    return [("ods", odf("spreadsheet", body + "</office:spreadsheet>"))]


def open_sheet_back(files) -> Values:
    found = re.findall(r'office:(?:date-)?value="([^"]+)"', part(files[0], "content.xml"))
    return tuples(zip(*[iter(found)] * 4, strict=True))


def pdf(objects: list[bytes], root: int = 1, info: int = 0) -> bytes:
    """A PDF file of numbered objects."""
    out, places = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", []
    for i, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % i + body + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % p for p in places)
    tail = b" /Info %d 0 R" % info if info else b""
    return out + b"trailer\n<< /Size %d /Root %d 0 R%s >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        root,
        tail,
        start,
    )


def stream(data: bytes, extra: bytes = b"") -> bytes:
    """A compressed stream object."""
    body = zlib.compress(data)
    return b"<< /Length %d /Filter /FlateDecode%s >>\nstream\n%s\nendstream" % (len(body), extra, body)


FONT = [
    (
        b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H "
        b"/DescendantFonts [6 0 R] >>"
    ),
    (
        b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo "
        b"<< /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> /DW 1000 /FontDescriptor 7 0 R >>"
    ),
    (
        b"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [0 -200 1000 900] "
        b"/ItalicAngle 0 /Ascent 900 /Descent -200 /CapHeight 800 /StemV 80 >>"
    ),
]


def page(lines: list[str]) -> list[bytes]:
    """The objects of one page with lines of text."""
    body = (
        "BT /F1 9 Tf 12 TL 40 810 Td "
        + " ".join(f"<{t.encode('utf-16-be').hex()}> Tj T*" for t in lines)
        + " ET"
    )
    return [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
            b"/Resources << /Font << /F1 5 0 R >> >> >>"
        ),
        stream(body.encode()),
        *FONT,
    ]


def streams(data: bytes) -> list[bytes]:
    """The contents of the compressed streams of a PDF file."""
    found = re.finditer(rb"/Length (\d+) [^\n]*>>\nstream\n", data)
    return [zlib.decompress(data[m.end() : m.end() + int(m[1])]) for m in found]


@technique("persons", NAME, ID, TEL)
def pdf_page_text(rows, _rng) -> Files:
    """The text of a page in a printed report."""
    return [("pdf", pdf(page(["  ".join(r[c] for c in WHO) for r in rows])))]


def pdf_page_text_back(files) -> Values:
    found = re.findall(rb"<([0-9a-f]+)> Tj", streams(files[0])[0])
    return [tuple(bytes.fromhex(t.decode()).decode("utf-16-be").split("  ")) for t in found]


@technique("persons", NAME, TEL)
def pdf_keywords(rows, _rng) -> Files:
    """The keywords of the document information."""
    text = "; ".join(f"{r[NAME]} {r[TEL]}" for r in rows)
    objects = [
        *page(["年度统计公报"]),
        b"<< /Title (report) /Keywords <feff" + text.encode("utf-16-be").hex().encode() + b"> >>",
    ]
    return [("pdf", pdf(objects, info=8))]


def pdf_keywords_back(files) -> Values:
    text = bytes.fromhex(re.search(rb"/Keywords <feff([0-9a-f]+)>", files[0])[1].decode()).decode("utf-16-be")
    return [tuple(t.split(" ")) for t in text.split("; ")]


@technique("firms", USCC, FIRM, FTEL)
def pdf_attachment(rows, _rng) -> Files:
    """A table attached to a PDF file."""
    objects = page(["名录汇总"])
    objects[0] = b"<< /Type /Catalog /Pages 2 0 R /Names << /EmbeddedFiles << /Names [(a.csv) 8 0 R] >> >> >>"
    objects += [
        b"<< /Type /Filespec /F (a.csv) /EF << /F 9 0 R >> >>",
        stream(person_bytes(rows, (USCC, FIRM, FTEL)), b" /Type /EmbeddedFile"),
    ]
    return [("pdf", pdf(objects))]


def pdf_attachment_back(files) -> Values:
    return person_values(streams(files[0])[1])


@technique("persons", NAME, BIRTH, DIST, TEL)
def mail_with_attachment(rows, _rng) -> Files:
    """A mail: an HTML part in quoted-printable and the table in base 64."""
    data = base64.encodebytes(person_bytes(rows, (NAME, BIRTH, DIST, TEL))).decode()
    body = quopri.encodestring("<p>请查收附件。</p>".encode()).decode()
    text = (
        "From: a@example.cn\nTo: b@example.cn\nSubject: =?utf-8?B?5ZGo5oql?=\n"
        "Date: Mon, 05 Jan 2026 09:00:00 +0800\n"
        'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b1"\n\n--b1\n'
        "Content-Type: text/html; charset=utf-8\n"
        f"Content-Transfer-Encoding: quoted-printable\n\n{body}\n--b1\nContent-Type: text/csv\n"
        f'Content-Disposition: attachment; filename="week.csv"\n'
        f"Content-Transfer-Encoding: base64\n\n{data}--b1--\n"
    )
    return [("eml", text.encode())]


def mail_with_attachment_back(files) -> Values:
    return person_values(base64.b64decode(re.search(rb"base64\n\n([^-]+)--b1", files[0])[1]))


@technique("persons", NAME, SICK, TEL)
def rich_text(rows, _rng) -> Files:
    """Rich text with every Chinese character as a numbered escape."""
    lines = "".join(
        "".join(f"\\u{ord(c)}?" if ord(c) > 127 else c for c in f"{r[NAME]},{r[SICK]},{r[TEL]}") + "\\par\n"
        for r in rows
    )
    return [("rtf", ("{\\rtf1\\ansi\\deff0{\\fonttbl{\\f0 SimSun;}}\n" + lines + "}").encode())]


def rich_text_back(files) -> Values:
    found = re.findall(r"(?m)^(\\u.+)\\par$", files[0].decode())
    return [tuple(re.sub(r"\\u(\d+)\?", lambda m: chr(int(m[1])), t).split(",")) for t in found]


def notebook(cells: list[dict], meta: dict | None = None) -> bytes:
    """A notebook of some cells."""
    tree = {
        "cells": cells,
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}} | (meta or {}),
        "nbformat": 4,
        "nbformat_minor": 4,
    }
    return json.dumps(tree, ensure_ascii=False, indent=1).encode()


def code_cell(source: str, outputs: list | None = None) -> dict:
    """A code cell."""
    return {
        "cell_type": "code",
        "execution_count": 1,
        "metadata": {},
        "source": source,
        "outputs": outputs or [],
    }


@technique("persons", NAME, ID, BIRTH, AMT)
def notebook_output(rows, _rng) -> Files:
    """The output of df.head(60) left in a notebook, as text and as HTML."""
    lines = [f"{i:<4}{r[NAME]}  {r[ID]}  {r[BIRTH]}  {r[AMT]}" for i, r in enumerate(rows)]
    data = {"text/plain": "\n".join(lines), "text/html": f"<table>{len(rows)} rows × 4 columns</table>"}
    out = {"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": data}
    return [("ipynb", notebook([code_cell("df.groupby('区').size()"), code_cell("df.head(60)", [out])]))]


def notebook_output_back(files) -> Values:
    cell = json.loads(files[0])["cells"][1]
    return [tuple(t.split()[1:]) for t in cell["outputs"][0]["data"]["text/plain"].split("\n")]


@technique("persons", NAME, TEL, SICK)
def notebook_attachment(rows, _rng) -> Files:
    """An attachment of a text cell that is called a picture."""
    data = base64.b64encode(person_bytes(rows, (NAME, TEL, SICK))).decode()
    cell = {
        "cell_type": "markdown",
        "metadata": {},
        "source": "![图](attachment:fig.png)",
        "attachments": {"fig.png": {"image/png": data}},
    }
    return [("ipynb", notebook([cell]))]


def notebook_attachment_back(files) -> Values:
    cell = json.loads(files[0])["cells"][0]
    return person_values(base64.b64decode(cell["attachments"]["fig.png"]["image/png"]))


@technique("persons", NAME, ID, DIST)
def notebook_widgets(rows, _rng) -> Files:
    """The saved state of a drop-down widget with the people as its options."""
    state = {
        f"{i:032x}": {
            "model_module": "@jupyter-widgets/controls",
            "model_name": "DropdownModel",
            "state": {"_options_labels": [f"{r[NAME]}|{r[ID]}|{r[DIST]}" for r in rows[i::4]], "index": 0},
        }
        for i in range(4)
    }
    meta = {"widgets": {"application/vnd.jupyter.widget-state+json": {"version_major": 2, "state": state}}}
    return [("ipynb", notebook([code_cell("display(w)")], meta))]


def notebook_widgets_back(files) -> Values:
    widgets = json.loads(files[0])["metadata"]["widgets"]["application/vnd.jupyter.widget-state+json"][
        "state"
    ]
    return [tuple(t.split("|")) for w in widgets.values() for t in w["state"]["_options_labels"]]


@technique("firms", FIRM, BOSS, FTEL)
def contact_cards(rows, _rng) -> Files:
    """A file of electronic business cards."""
    cards = [
        f"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{r[BOSS]}\r\nORG:{r[FIRM]}\r\nTEL;TYPE=CELL:+86-{r[FTEL][:3]}-{r[FTEL][3:7]}-"
        f"{r[FTEL][7:]}\r\nEND:VCARD\r\n"
        for r in rows
    ]
    return [("vcf", "".join(cards).encode())]


def contact_cards_back(files) -> Values:
    found = re.findall(r"FN:(.+?)\r\nORG:(.+?)\r\nTEL;TYPE=CELL:\+86-(.+?)\r\n", files[0].decode())
    return [(firm, boss, tel.replace("-", "")) for boss, firm, tel in found]


@technique("persons", NAME, HOSP, VISIT, TEL)
def calendar(rows, _rng) -> Files:
    """A calendar with a visit for each person."""
    events = [
        f"BEGIN:VEVENT\r\nUID:{r[TEL]}@cal\r\nDTSTART;VALUE=DATE:{r[VISIT].replace('-', '')}\r\n"
        f"SUMMARY:{r[NAME]}复诊\r\nLOCATION:{r[HOSP]}\r\nEND:VEVENT\r\n"
        for r in rows
    ]
    return [("ics", ("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + "".join(events) + "END:VCALENDAR\r\n").encode())]


def calendar_back(files) -> Values:
    found = re.findall(
        r"UID:(\d+)@.+?DATE:(\d+)\r\nSUMMARY:(.+?)复诊\r\nLOCATION:(.+?)\r\n", files[0].decode(), re.DOTALL
    )
    return [(n, h, f"{d[:4]}-{d[4:6]}-{d[6:]}", t) for t, d, n, h in found]
