"""Office files with data and code in them, and the other way round."""

from __future__ import annotations

import base64
import io
import json
import random
import re
import sqlite3

import pyarrow as pa
import pyarrow.parquet as pq
from openpyxl import load_workbook
from openpyxl.comments import Comment

from bench.eighth_b import pdf
from bench.eighth_b.f6_columns import database, parquet
from bench.eighth_b.honest import notebook, sentences
from bench.eighth_b.kit import esc, found, json_text, threes, unzipped, zipped
from bench.eighth_b.office import (
    XML,
    add_part,
    add_relation,
    blank,
    document,
    report,
    run,
    saved,
    shape,
    slide,
    slides,
    workbook,
    xlsx,
)
from bench.sixth.core import BOOK, CARE, MONEY, WEAK, WHO, Files, Row, Values, grid, technique

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CUSTOM = "http://schemas.openxmlformats.org/officeDocument/2006/customXml"


@technique("F4+F6", "firms", *BOOK)
def xlsx_sql_comments(rows: list[Row], rng: random.Random) -> Files:
    """The comments on an aggregate's headings are scripts of insert statements."""
    book, sheet = workbook(rng)
    table = grid(rows, *BOOK)
    for index, place in enumerate(("A1", "B1", "C1")):
        lines = ["INSERT INTO ent VALUES ('" + "', '".join(row) + "');" for row in table[index::3]]
        sheet[place].comment = Comment("-- 口径说明\n" + "\n".join(lines), "数据组")
    return [("xlsx", xlsx(book))]


def xlsx_sql_comments_back(files: list[bytes]) -> Values:
    """The values of the statements."""
    sheet = next(iter(load_workbook(io.BytesIO(files[0]))))
    text = "\n".join(sheet[place].comment.text for place in ("A1", "B1", "C1"))
    return [tuple(hit) for hit in re.findall(r"\('(.*?)', '(.*?)', '(.*?)'\)", text)]


@technique("F4+F6", "persons", *CARE)
def docx_embedded_parquet(rows: list[Row], rng: random.Random) -> Files:
    """The object embedded in a report is a Parquet table."""
    table = pa.table({f"c{i}": [row[c] for row in rows] for i, c in enumerate(CARE)})
    drawn = '<w:r><w:object><o:OLEObject xmlns:o="urn:schemas-microsoft-com:office:office" Type="Embed" '
    drawn += 'ProgID="Package" ShapeID="s1" DrawAspect="Icon" ObjectID="_1" r:id="rId8"/></w:object></w:r>'
    parts = document([*report(rng), drawn])
    parts["word/embeddings/oleObject1.bin"] = parquet(table)
    add_relation(parts, "word/document.xml", "rId8", "oleObject", "embeddings/oleObject1.bin")
    return [("docx", zipped(parts))]


def docx_embedded_parquet_back(files: list[bytes]) -> Values:
    """The rows of the embedded table."""
    table = pq.read_table(io.BytesIO(unzipped(files[0])["word/embeddings/oleObject1.bin"]))
    return list(zip(*table.to_pydict().values(), strict=True))


@technique("F4+F6", "persons", *WHO)
def pptx_tag_jsonl(rows: list[Row], _rng: random.Random) -> Files:
    """A tag of a presentation, as add-ins leave them, is JSON lines."""
    text = "\n".join(json_text(dict(zip("nit", row, strict=True))) for row in grid(rows, *WHO))
    value = esc(text).replace("\n", "&#10;")
    parts = slides([slide(shape(2, ["封面"]))])
    space = "http://schemas.openxmlformats.org/presentationml/2006/main"
    body = f'{XML}<p:tagLst xmlns:p="{space}"><p:tag name="THINKCELL" val="{value}"/></p:tagLst>'
    kind = "application/vnd.openxmlformats-officedocument.presentationml.tags+xml"
    add_part(parts, "ppt/tags/tag1.xml", body, kind)
    add_relation(parts, "ppt/presentation.xml", "rId70", "tags", "tags/tag1.xml")
    return [("pptx", zipped(parts))]


def pptx_tag_jsonl_back(files: list[bytes]) -> Values:
    """The lines of the tag."""
    text = found(r'val="(.*?)"', unzipped(files[0])["ppt/tags/tag1.xml"])[0]
    return [tuple(json.loads(line).values()) for line in text.split("\n")]


@technique("F4+F6", "persons", *WHO)
def pdf_attached_sqlite(rows: list[Row], rng: random.Random) -> Files:
    """The database attached to a PDF report has one table more than its aggregate."""
    base = database(rng)
    base.execute("CREATE TABLE detail(n TEXT, i TEXT, t INTEGER)")
    base.executemany("INSERT INTO detail VALUES(?,?,?)", grid(rows, *WHO))
    base.commit()
    paper = pdf.Pdf()
    paper.page(pdf.lines(sentences(rng)))
    paper.attach("summary.db", base.serialize())
    return [("pdf", paper.built())]


def pdf_attached_sqlite_back(files: list[bytes]) -> Values:
    """The rows of the further table."""
    base = sqlite3.connect(":memory:")
    base.deserialize(pdf.attachment(files[0]))
    return [(name, key, str(phone)) for name, key, phone in base.execute("SELECT n, i, t FROM detail")]


@technique("F4+F6", "firms", *MONEY)
def xlsx_custom_xml(rows: list[Row], rng: random.Random) -> Files:
    """A custom XML item of a workbook is a data set with attributes and character data."""
    parts = saved(blank())
    items = "".join(
        f'<item reg="{cap}"><name><![CDATA[{name}]]></name><rev>{income}</rev></item>'
        for name, cap, income in grid(rows, *MONEY)
    )
    add_part(parts, "customXml/item1.xml", f'{XML}<ds xmlns="urn:zy:ds">{items}</ds>', "application/xml")
    key = f"{{{rng.getrandbits(32):08X}-0000-4000-8000-000000000001}}"
    props = f'{XML}<ds:datastoreItem ds:itemID="{key}" xmlns:ds="{CUSTOM}"/>'
    kind = "application/vnd.openxmlformats-officedocument.customXmlProperties+xml"
    add_part(parts, "customXml/itemProps1.xml", props, kind)
    add_relation(parts, "customXml/item1.xml", "rId1", "customXmlProps", "itemProps1.xml")
    add_relation(parts, "xl/workbook.xml", "rId92", "customXml", "../customXml/item1.xml")
    return [("xlsx", zipped(parts))]


def xlsx_custom_xml_back(files: list[bytes]) -> Values:
    """The items of the data set."""
    pattern = r'reg="(.*?)"><name><!\[CDATA\[(.*?)\]\]></name><rev>(.*?)</rev>'
    hits = re.findall(pattern, unzipped(files[0])["customXml/item1.xml"].decode())
    return [(name, cap, income) for cap, name, income in hits]


@technique("F4+F6", "persons", *WEAK)
def parquet_workbook_cells(rows: list[Row], _rng: random.Random) -> Files:
    """The binary column of a Parquet table holds workbooks, each with a part of the records."""
    table = grid(rows, *WEAK)
    blobs = []
    for index in range(3):
        book = blank()
        sheet = book.create_sheet("原始")
        for row in table[index::3]:
            sheet.append(row)
        blobs.append(xlsx(book))
    columns = {"批次": ["01", "02", "03"], "附件": pa.array(blobs, pa.binary())}
    return [("parquet", parquet(pa.table(columns)))]


def parquet_workbook_cells_back(files: list[bytes]) -> Values:
    """The further sheets of the workbooks."""
    blobs = pq.read_table(io.BytesIO(files[0])).column("附件").to_pylist()
    sheets = [load_workbook(io.BytesIO(blob))["原始"] for blob in blobs]
    return [tuple(str(v) for v in row) for sheet in sheets for row in sheet.iter_rows(values_only=True)]


@technique("F4+F6", "firms", *BOOK)
def notebook_workbook_attachment(rows: list[Row], rng: random.Random) -> Files:
    """A text cell of a report has a workbook attached, the sheet of which is the table."""
    book, sheet = workbook(rng)
    for place, row in enumerate(grid(rows, *BOOK), 30):
        for column, value in zip("HIJ", row, strict=True):
            sheet[f"{column}{place}"] = value
    for column in "HIJ":
        sheet.column_dimensions[column].hidden = True
    data = {XLSX: base64.b64encode(xlsx(book)).decode()}
    cell: dict[str, object] = {"cell_type": "markdown", "metadata": {}, "attachments": {"q1.xlsx": data}}
    cell["source"] = "[汇总表](attachment:q1.xlsx)"
    return [("ipynb", notebook(rng, [cell]))]


def notebook_workbook_attachment_back(files: list[bytes]) -> Values:
    """The hidden columns of the attached workbook."""
    text = json.loads(files[0])["cells"][2]["attachments"]["q1.xlsx"][XLSX]
    sheet = next(iter(load_workbook(io.BytesIO(base64.b64decode(text)))))
    return [tuple(str(v) for v in r) for r in sheet.iter_rows(min_row=30, min_col=8, values_only=True)]


@technique("F4+F6", "persons", *CARE)
def sqlite_document_blobs(rows: list[Row], _rng: random.Random) -> Files:
    """The documents that a database stores are the records as paragraphs."""
    base = sqlite3.connect(":memory:")
    base.execute("CREATE TABLE files(name TEXT, body BLOB)")
    table = grid(rows, *CARE)
    for index in range(4):
        parts = document([run(value) for row in table[index::4] for value in row])
        base.execute("INSERT INTO files VALUES(?,?)", (f"memo{index}.docx", zipped(parts)))
    base.commit()
    return [("db", base.serialize())]


def sqlite_document_blobs_back(files: list[bytes]) -> Values:
    """The paragraphs of the stored documents."""
    base = sqlite3.connect(":memory:")
    base.deserialize(files[0])
    bodies = [unzipped(blob)["word/document.xml"] for (blob,) in base.execute("SELECT body FROM files")]
    return [record for body in bodies for record in threes(found(r"<w:t [^>]*>(.*?)</w:t>", body), 4)]
