# ruff: noqa: E501 - a case reads best on one line
"""Disguises by carrier: what documents, pictures, models and databases hold beside what they show."""

from __future__ import annotations

import base64
import datetime
import io
import json
import sqlite3
import struct
import tempfile
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.orc as orc
import pyarrow.parquet as pq
from openpyxl import Workbook
from openpyxl.worksheet.datavalidation import DataValidation
from PIL import Image

from bench.egress.world import Payload, technique
from tests.attacks.exam_leaks import png

HONEST = [["区县", "人数"], ["汇川区", 360], ["播州区", 320], ["桐梓县", 160]]
NAMES = "CT_Types=1"


def book(change) -> bytes:
    made = Workbook()
    for row in HONEST:
        made.active.append(row)
    change(made)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def packed(files: dict[str, bytes | str], base: bytes | None = None) -> bytes:
    """Return a package with further members, or a new one."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        if base is not None:
            with zipfile.ZipFile(io.BytesIO(base)) as old:
                for name in old.namelist():
                    new.writestr(name, old.read(name))
        for name, data in files.items():
            new.writestr(name, data)
    return out.getvalue()


def plain_book() -> bytes:
    return book(lambda _: None)


def paragraphs(p: Payload, tag: str) -> str:
    return "".join(f"<{tag}>{line}</{tag}>" for line in p.lines.splitlines())


@technique("xlsx")
def custom_properties(p: Payload) -> bytes:
    rows = "".join(
        f'<property name="p{n}"><vt:lpwstr>{line}</vt:lpwstr></property>'
        for n, line in enumerate(p.lines.splitlines())
    )
    return packed({"docProps/custom.xml": f'<Properties xmlns:vt="v">{rows}</Properties>'}, plain_book())


@technique("xlsx")
def pivot_cache(p: Payload) -> bytes:
    rows = "".join("<r>" + "".join(f'<s v="{v}"/>' for v in row.values()) + "</r>" for row in p.rows)
    return packed(
        {"xl/pivotCache/pivotCacheRecords1.xml": f"<pivotCacheRecords>{rows}</pivotCacheRecords>"},
        plain_book(),
    )


@technique("xlsx")
def chart_cache(p: Payload) -> bytes:
    points = "".join(
        f'<c:pt idx="{n}"><c:v>{line}</c:v></c:pt>' for n, line in enumerate(p.lines.splitlines())
    )
    return packed(
        {"xl/charts/chart1.xml": f'<c:chart xmlns:c="c"><c:strCache>{points}</c:strCache></c:chart>'},
        plain_book(),
    )


@technique("xlsx")
def external_link_cache(p: Payload) -> bytes:
    cells = "".join(f"<cell><v>{line}</v></cell>" for line in p.lines.splitlines())
    return packed(
        {"xl/externalLinks/externalLink1.xml": f"<externalLink>{cells}</externalLink>"}, plain_book()
    )


@technique("xlsx")
def headers_and_footers(p: Payload) -> bytes:
    def change(made: Workbook) -> None:
        made.active.oddFooter.left.text = " ".join(p.rows[0].values())
        made.active.oddHeader.left.text = " ".join(p.rows[1].values())

    return book(change)  # fmt: skip


@technique("xlsx")
def validation_lists(p: Payload) -> bytes:
    def change(made: Workbook) -> None:
        for n, row in enumerate(p.few(8)):
            made.active.add_data_validation(
                DataValidation(type="list", formula1='"' + ",".join(row.values()) + '"', sqref=f"D{n + 1}")
            )

    return book(change)  # fmt: skip


@technique("xlsx")
def rows_out_of_sight(p: Payload) -> bytes:
    def change(made: Workbook) -> None:
        for row in p.rows:
            made.active.append(list(row.values()))
            made.active.row_dimensions[made.active.max_row].hidden = True

    return book(change)  # fmt: skip


@technique("xlsx")
def white_letters(p: Payload) -> bytes:
    def change(made: Workbook) -> None:
        from openpyxl.styles import Font

        for n, row in enumerate(p.rows, 30):
            for m, cell in enumerate(row.values(), 8):
                made.active.cell(n, m, cell).font = Font(color="FFFFFF")

    return book(change)  # fmt: skip


@technique("xlsx")
def strings_never_shown(p: Payload) -> bytes:
    strings = "".join(f"<si><t>{line}</t></si>" for line in p.lines.splitlines())
    return packed({"xl/sharedStrings.xml": f"<sst>{strings}</sst>"}, plain_book())


@technique("docx")
def comments_of_a_document(p: Payload) -> bytes:
    return packed({"[Content_Types].xml": "<Types/>", "word/document.xml": "<w:document><w:p><w:t>结论</w:t></w:p></w:document>",
                   "word/comments.xml": f"<w:comments>{paragraphs(p, 'w:p')}</w:comments>"})  # fmt: skip


@technique("docx")
def hidden_runs_of_a_document(p: Payload) -> bytes:
    runs = "".join(
        f"<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>{line}</w:t></w:r></w:p>" for line in p.lines.splitlines()
    )
    return packed(
        {"[Content_Types].xml": "<Types/>", "word/document.xml": f"<w:document>{runs}</w:document>"}
    )


@technique("docx")
def custom_part_of_a_document(p: Payload) -> bytes:
    return packed(
        {
            "[Content_Types].xml": "<Types/>",
            "word/document.xml": "<w:document/>",
            "customXml/item1.xml": f"<d>{paragraphs(p, 'r')}</d>",
        }
    )


@technique("pptx")
def notes_of_slides(p: Payload) -> bytes:
    return packed(
        {
            "[Content_Types].xml": "<Types/>",
            "ppt/presentation.xml": "<p/>",
            "ppt/notesSlides/notesSlide1.xml": f"<p:notes>{paragraphs(p, 'a:p')}</p:notes>",
        }
    )


@technique("ods")
def open_spreadsheet(p: Payload) -> bytes:
    rows = "".join(
        "<table:table-row>"
        + "".join(f"<table:table-cell><text:p>{v}</text:p></table:table-cell>" for v in row.values())
        + "</table:table-row>"
        for row in p.rows
    )
    return packed(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": f"<office:document-content>{rows}</office:document-content>",
        }
    )


def report(change) -> bytes:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    out = io.BytesIO()
    canvas = Canvas(out, invariant=1)
    canvas.setFont("STSong-Light", 8)
    change(canvas)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


@technique("pdf")
def printed_pages(p: Payload) -> bytes:
    def change(canvas) -> None:
        for n, line in enumerate(p.lines.splitlines()):
            canvas.drawString(30, 800 - 12 * n, line)

    return report(change)  # fmt: skip


@technique("pdf")
def subject_of_a_report(p: Payload) -> bytes:
    return report(lambda canvas: (canvas.setSubject(p.lines), canvas.drawString(30, 800, "汇川区 360")))


@technique("pdf")
def attachment_of_a_report(p: Payload) -> bytes:
    data = zlib.compress(p.csv.encode())
    extra = b"\n90 0 obj<</Type/EmbeddedFile/Filter/FlateDecode/Length %d>>stream\n%s\nendstream endobj\n" % (
        len(data),
        data,
    )
    made = report(lambda canvas: canvas.drawString(30, 800, "360"))
    at = made.rindex(b"xref")
    return made[:at] + extra + made[at:]


@technique("png")
def international_text_of_a_picture(p: Payload) -> bytes:
    return png((b"iTXt", b"Comment\0\1\0\0\0" + zlib.compress(p.lines.encode())))


@technique("png")
def private_chunk_of_a_picture(p: Payload) -> bytes:
    return png((b"prVt", p.lines.encode()))


@technique("png")
def palette_of_a_picture(p: Payload) -> bytes:
    data = p.lines.encode()[:768]
    data += bytes(768 - len(data))
    image = Image.frombytes("P", (8, 8), bytes(64))
    image.putpalette(data)
    out = io.BytesIO()
    image.save(out, "png")
    return out.getvalue()


@technique("png")
def colours_of_a_picture(p: Payload) -> bytes:
    data = p.csv.encode()
    data += bytes(-len(data) % 96)
    out = io.BytesIO()
    Image.frombytes("RGB", (32, len(data) // 96), data).save(out, "png")
    return out.getvalue()


@technique("png")
def low_bits_of_colours(p: Payload) -> bytes:
    bits = np.unpackbits(np.frombuffer(p.csv.encode(), np.uint8))
    side = int(np.ceil(np.sqrt(len(bits) / 3)))
    pixels = np.full(side * side * 3, 200, np.uint8)
    pixels[: len(bits)] += bits
    out = io.BytesIO()
    Image.fromarray(pixels.reshape(side, side, 3)).save(out, "png")
    return out.getvalue()


@technique("png")
def transparency_of_a_picture(p: Payload) -> bytes:
    data = np.frombuffer(p.csv.encode(), np.uint8)
    side = int(np.ceil(np.sqrt(len(data))))
    pixels = np.full((side * side, 4), 250, np.uint8)
    pixels[: len(data), 3] = data
    out = io.BytesIO()
    Image.fromarray(pixels.reshape(side, side, 4), "RGBA").save(out, "png")
    return out.getvalue()


def photograph() -> Image.Image:
    return Image.fromarray(np.linspace(0, 255, 4800).astype(np.uint8).reshape(40, 40, 3))


@technique("jpg")
def exif_of_a_photograph(p: Payload) -> bytes:
    image = photograph()
    exif = Image.Exif()
    exif[0x010E] = p.lines
    out = io.BytesIO()
    image.save(out, "jpeg", exif=exif)
    return out.getvalue()


@technique("jpg")
def behind_a_photograph(p: Payload) -> bytes:
    out = io.BytesIO()
    photograph().save(out, "jpeg")
    return out.getvalue() + p.csv.encode()


@technique("gif")
def comment_of_an_animation(p: Payload) -> bytes:
    out = io.BytesIO()
    photograph().convert("P").save(out, "gif", comment=p.lines.encode()[:250])
    return out.getvalue()


@technique("bmp")
def pixels_of_a_bitmap(p: Payload) -> bytes:
    data = p.csv.encode()
    data += bytes(-len(data) % 96)
    out = io.BytesIO()
    Image.frombytes("RGB", (32, len(data) // 96), data).save(out, "bmp")
    return out.getvalue()


@technique("png", recoverable=False)
def letters_drawn(p: Payload) -> bytes:
    import matplotlib.pyplot as plt

    figure = plt.figure(figsize=(6, 4))
    for n, line in enumerate(p.lines.splitlines()[:20]):
        figure.text(0, 1 - n / 20, "".join(c for c in line if c.isascii()), fontsize=6)
    out = io.BytesIO()
    figure.savefig(out, format="png", metadata={"Software": None})
    plt.close(figure)
    return out.getvalue()


@technique("png", recoverable=False)
def square_code(p: Payload) -> bytes:
    import segno

    out = io.BytesIO()
    segno.make("\n".join(p.lines.splitlines()[:6])).save(out, kind="png", scale=4)
    return out.getvalue()


@technique("svg")
def description_of_a_drawing(p: Payload) -> str:
    return f'<svg xmlns="http://www.w3.org/2000/svg"><desc>{p.lines}</desc><rect width="9" height="9"/></svg>'


@technique("svg")
def attributes_of_a_drawing(p: Payload) -> str:
    marks = "".join(f'<rect data-r="{line}" width="9" height="9"/>' for line in p.lines.splitlines())
    return f'<svg xmlns="http://www.w3.org/2000/svg">{marks}</svg>'


@technique("html")
def data_of_a_live_chart(p: Payload) -> str:
    return f'<html><body><div id="vis"></div><script>vegaEmbed("#vis", {{"data": {{"values": {json.dumps(p.rows)}}}}})</script></body></html>'


@technique("html")
def unseen_fields_of_a_page(p: Payload) -> str:
    return (
        "<html><body><p>360</p>"
        + "".join(f'<input type="hidden" value="{line}">' for line in p.lines.splitlines())
        + "</body></html>"
    )


@technique("html")
def cells_cut_by_marks(p: Payload) -> str:
    rows = "".join(
        "<tr>" + "".join("<td>" + "".join(f"<b>{c}</b>" for c in v) + "</td>" for v in row.values()) + "</tr>"
        for row in p.rows
    )
    return f"<html><body><table>{rows}</table></body></html>"


def notebook(cells: list[dict[str, object]], metadata: dict[str, object] | None = None) -> str:
    return json.dumps(
        {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata or {}, "cells": cells}, ensure_ascii=False
    )


def code(outputs: list[dict[str, object]], source: str = "df") -> dict[str, object]:
    return {"cell_type": "code", "source": source, "metadata": {}, "execution_count": 1, "outputs": outputs}


@technique("ipynb")
def attachments_of_a_notebook(p: Payload) -> str:
    data = base64.b64encode(p.csv.encode()).decode()
    return notebook(
        [
            {
                "cell_type": "markdown",
                "source": "结论",
                "metadata": {},
                "attachments": {"a.csv": {"text/csv": data}},
            }
        ]
    )


@technique("ipynb")
def widget_state_of_a_notebook(p: Payload) -> str:
    state = {"m": {"model_name": "HTMLModel", "state": {"value": pd.DataFrame(p.rows).to_html()}}}
    return notebook([code([])], {"widgets": {"application/vnd.jupyter.widget-state+json": {"state": state}}})


@technique("ipynb")
def picture_of_a_notebook(p: Payload) -> str:
    data = base64.b64encode(png((b"tEXt", b"Comment\0" + p.lines.encode()))).decode()
    return notebook([code([{"output_type": "display_data", "metadata": {}, "data": {"image/png": data}}])])


@technique("ipynb")
def frame_of_a_notebook(p: Payload) -> str:
    frame = pd.DataFrame(p.rows)
    data = {"text/html": frame.to_html(), "text/plain": frame.to_string()}
    return notebook(
        [code([{"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": data}])]
    )


@technique("ipynb")
def source_of_a_notebook(p: Payload) -> str:
    return notebook([code([], "# 备份\nDATA = '''\n" + p.lines + "\n'''")])


@technique("parquet")
def key_of_a_column(p: Payload) -> bytes:
    field = pa.field("n", pa.int64(), metadata={b"note": p.lines.encode()})
    out = io.BytesIO()
    pq.write_table(pa.table({"n": [1, 2]}, schema=pa.schema([field])), out)
    return out.getvalue()


@technique("parquet")
def gap_before_a_footer(p: Payload) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table({"区县": ["汇川区", "播州区"], "n": [360, 320]}), out)
    made = out.getvalue()
    size = int.from_bytes(made[-8:-4], "little")
    return made[: -8 - size] + p.lines.encode() + made[-8 - size :]


@technique("parquet")
def dictionary_never_used(p: Payload) -> bytes:
    values = ["汇川区", *[",".join(row.values()) for row in p.rows]]
    column = pa.DictionaryArray.from_arrays(pa.array([0, 0, 0], pa.int32()), pa.array(values))
    out = io.BytesIO()
    pq.write_table(pa.table({"区县": column}), out, compression="none")
    return out.getvalue()


@technique("feather")
def feather_file(p: Payload) -> bytes:
    out = io.BytesIO()
    feather.write_feather(pa.table(p.columns), out, compression="lz4")
    return out.getvalue()


@technique("orc")
def orc_file(p: Payload) -> bytes:
    out = io.BytesIO()
    orc.write_table(pa.table(p.columns), out)
    return out.getvalue()


@technique("db")
def deleted_rows_of_a_database(p: Payload) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "d.db"
        base = sqlite3.connect(path)
        base.execute("PRAGMA secure_delete = OFF")
        base.execute("CREATE TABLE t (line TEXT)")
        base.executemany("INSERT INTO t VALUES (?)", [(line,) for line in p.lines.splitlines()])
        base.commit()
        base.execute("DELETE FROM t")
        base.commit()
        base.close()
        return path.read_bytes()


@technique("sqlite")
def database_of_wide_rows(p: Payload) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "d.db"
        base = sqlite3.connect(path)
        pd.DataFrame(p.rows).to_sql("x", base, index=False)
        base.close()
        return path.read_bytes()


@technique("sql")
def copy_of_a_database(p: Payload) -> str:
    return "COPY t FROM stdin;\n" + "\n".join("\t".join(row.values()) for row in p.rows) + "\n\\.\n"


@technique("npz")
def arrays_of_objects(p: Payload) -> bytes:
    out = io.BytesIO()
    np.savez_compressed(out, **{f"a{n}": np.array(cells) for n, cells in enumerate(p.columns.values())})
    return out.getvalue()


@technique("safetensors")
def tensor_of_letters(p: Payload) -> bytes:
    data = p.csv.encode()
    head = json.dumps({"w": {"dtype": "U8", "shape": [len(data)], "data_offsets": [0, len(data)]}}).encode()
    return struct.pack("<Q", len(head)) + head + data


@technique("safetensors")
def tensor_of_code_points(p: Payload) -> bytes:
    data = np.array([ord(c) for c in p.csv], "<f4").tobytes()
    head = json.dumps(
        {"w": {"dtype": "F32", "shape": [len(data) // 4], "data_offsets": [0, len(data)]}}
    ).encode()
    return struct.pack("<Q", len(head)) + head + data


def message(number: int, data: bytes) -> bytes:
    """Return a length-delimited field of a protocol buffer."""
    size, out = len(data), bytes([number << 3 | 2])
    while size >= 0x80:
        out += bytes([size & 0x7F | 0x80])
        size >>= 7
    return out + bytes([size]) + data


@technique("onnx")
def initializer_of_a_network(p: Payload) -> bytes:
    tensor = b"\x08\x10\x10\x02" + message(8, b"w") + message(9, p.csv.encode())
    return b"\x08\x08" + message(2, b"skl2onnx") + message(7, message(2, b"g") + message(5, tensor))


@technique("onnx")
def properties_of_a_network(p: Payload) -> bytes:
    pairs = b"".join(
        message(14, message(1, b"k") + message(2, line.encode())) for line in p.lines.splitlines()
    )
    return b"\x08\x08" + message(2, b"skl2onnx") + pairs


@technique("dta")
def statistics_package(p: Payload) -> bytes:
    frame = pd.DataFrame({f"v{n}": cells for n, cells in enumerate(p.columns.values())})
    out = io.BytesIO()
    frame.to_stata(out, write_index=False, version=118, time_stamp=datetime.datetime(2026, 1, 1))  # noqa: DTZ001
    return out.getvalue()


@technique("dbf")
def dbase_file(p: Payload) -> bytes:
    cells = [[v.encode("gb18030")[:40].ljust(40) for v in row.values()] for row in p.rows]
    fields = b"".join(
        f"F{n}".encode().ljust(11, b"\0") + b"C" + bytes(4) + b"\x28" + bytes(15)
        for n in range(len(cells[0]))
    )
    head = (
        b"\x03\x7a\x01\x01"
        + struct.pack("<IHH", len(cells), 33 + len(fields), 1 + 40 * len(cells[0]))
        + bytes(20)
    )
    return head + fields + b"\r" + b"".join(b" " + b"".join(row) for row in cells) + b"\x1a"


@technique("msgpack")
def message_pack(p: Payload) -> bytes:
    def text(value: str) -> bytes:
        data = value.encode()
        return b"\xda" + struct.pack(">H", len(data)) + data

    return b"\xdc" + struct.pack(">H", len(p.rows)) + b"".join(
        b"\x8f"[:0] + b"\xde" + struct.pack(">H", len(row)) + b"".join(text(k) + text(v) for k, v in row.items()) for row in p.rows
    )  # fmt: skip


@technique("rtf")
def rich_text(p: Payload) -> str:
    body = "\\par ".join(
        "".join(c if c.isascii() else f"\\u{ord(c)}?" for c in line) for line in p.lines.splitlines()
    )
    return "{\\rtf1\\ansi " + body + "}"


@technique("ics")
def calendar(p: Payload) -> str:
    return (
        "BEGIN:VCALENDAR\n"
        + "".join(f"BEGIN:VEVENT\nSUMMARY:{';'.join(row.values())}\nEND:VEVENT\n" for row in p.rows)
        + "END:VCALENDAR\n"
    )


@technique("kml")
def places_of_a_map(p: Payload) -> str:
    return (
        "<kml>"
        + "".join(
            "<Placemark>"
            + "".join(f'<Data name="d{n}"><value>{v}</value></Data>' for n, v in enumerate(row.values()))
            + "</Placemark>"
            for row in p.rows
        )
        + "</kml>"
    )


@technique("dot")
def nodes_of_a_graph(p: Payload) -> str:
    return (
        "digraph {\n"
        + "".join(f'  n{n} [label="{"|".join(row.values())}"];\n' for n, row in enumerate(p.rows))
        + "}\n"
    )


@technique("py")
def tuples_in_code(p: Payload) -> str:
    return "ROWS = [\n" + "".join(f"    {tuple(row.values())!r},\n" for row in p.rows) + "]\n"


@technique("R")
def dput_in_code(p: Payload) -> str:
    return (
        "d <- structure(list("
        + ", ".join(
            f"v{n} = c({', '.join(json.dumps(v, ensure_ascii=False) for v in cells)})"
            for n, cells in enumerate(p.columns.values())
        )
        + "))\n"
    )


@technique("wav", recoverable=False)
def samples_of_a_sound(p: Payload) -> bytes:
    data = np.frombuffer(p.csv.encode(), np.uint8).astype("<i2") * 7
    return (
        b"RIFF"
        + struct.pack("<I", 36 + data.nbytes)
        + b"WAVEfmt "
        + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 16000, 2, 16)
        + b"data"
        + struct.pack("<I", data.nbytes)
        + data.tobytes()
    )
