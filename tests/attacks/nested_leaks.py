# ruff: noqa: E501 - a builder reads best as it is written
"""Files in files: packages in papers, arrays in pages, databases in pictures, pictures in tables, cut or whole.

Every builder takes records and makes a file; given those of strangers it makes the same carrier of nobody's.
Mostly days and amounts are hidden, which only a reader of the inner file puts into rows.
"""

from __future__ import annotations

import base64
import bz2
import gzip
import html
import io
import json
import lzma
import random
import sqlite3
import struct
import zipfile
import zlib
from collections.abc import Callable, Sequence
from datetime import date
from urllib.parse import quote

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from openpyxl import Workbook
from PIL import Image, ImageDraw

from tests.attacks.carrier_leaks import HONEST, tarred, zipped

Records = Sequence[dict[str, str]]
Hide = Callable[[Records], bytes]
LEAKS: dict[str, tuple[str, Hide]] = {}
"""By name: the extension of the file, the builder; all take records of persons."""
DAYS = ("出生日期", "就诊日期", "金额")
_SHEET = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def leak(extension: str) -> Callable[[Hide], Hide]:
    def keep(hide: Hide) -> Hide:
        LEAKS[hide.__name__] = (extension, hide)
        return hide

    return keep


def grid(rows: Records) -> list[list[str]]:
    return [[row[name] for name in DAYS] for row in rows]


def told(rows: Records) -> bytes:
    return json.dumps(grid(rows)).encode()


def cut(data: bytes, parts: int) -> list[bytes]:
    step = len(data) // parts + 1
    return [data[at : at + step] for at in range(0, len(data), step)]


def serial(day: str, zero: date = date(1899, 12, 30)) -> int:
    return (date.fromisoformat(day) - zero).days


def book(rows: Records) -> bytes:
    made, out = Workbook(), io.BytesIO()
    sheet = made.create_sheet("明细")
    for row in grid(rows):
        sheet.append(row)
    sheet.sheet_state = "hidden"
    made.save(out)
    return out.getvalue()


def with_parts(parts: dict[str, str]) -> bytes:
    made, out = Workbook(), io.BytesIO()
    made.save(out)
    with zipfile.ZipFile(out, "a") as package:
        for name, text in parts.items():
            package.writestr(name, text)
    return out.getvalue()


def columns(rows: Records) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table({name: [row[name] for row in rows] for name in DAYS}), out)
    return out.getvalue()


def cells(*blobs: bytes) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table({"批次": list(range(len(blobs))), "附件": pa.array(blobs, pa.binary())}), out)
    return out.getvalue()


def stream(rows: Records) -> bytes:
    days = [pa.array([date.fromisoformat(row[name]) for row in rows]) for name in DAYS[:2]]
    table = pa.table(
        [*days, pa.array([round(float(row["金额"]) * 100) for row in rows])], names=["a", "b", "c"]
    )
    out = io.BytesIO()
    with pa.ipc.new_stream(out, table.schema) as writer:
        writer.write_table(table)
    return out.getvalue()


def arrays(rows: Records) -> bytes:
    out = io.BytesIO()
    days = np.array([[serial(row[name]) for name in DAYS[:2]] for row in rows])
    np.savez_compressed(out, a=days, b=np.array([float(row["金额"]) for row in rows]))
    return out.getvalue()


def database(rows: Records) -> bytes:
    base = sqlite3.connect(":memory:")
    base.execute("CREATE TABLE t(a, b, c)")
    base.executemany("INSERT INTO t VALUES(?, ?, ?)", grid(rows))
    base.commit()
    return bytes(base.serialize())


def chart() -> NDArray[np.uint8]:
    image = Image.new("RGB", (320, 200), (255, 255, 255))
    draw = ImageDraw.Draw(image)
    for place in range(12):
        draw.rectangle((12 + place * 25, 190 - 13 * place, 30 + place * 25, 190), fill=(68, 114, 196))
    return np.array(image, np.uint8)


def hidden(pixels: NDArray[np.uint8], data: bytes) -> NDArray[np.uint8]:
    bits = np.unpackbits(np.frombuffer(struct.pack(">I", len(data)) + data, np.uint8))
    flat = pixels.reshape(-1).copy()
    flat[: len(bits)] = flat[: len(bits)] & 254 | bits
    return flat.reshape(pixels.shape)


def png(pixels: NDArray[np.uint8], *chunks: tuple[bytes, bytes]) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    data = out.getvalue()
    more = b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    )
    return data[:33] + more + data[33:]


def jpeg(*segments: tuple[int, bytes]) -> bytes:
    out = io.BytesIO()
    Image.fromarray(chart()).save(out, "JPEG")
    more = b"".join(
        b"\xff" + bytes([kind]) + struct.pack(">H", len(body) + 2) + body for kind, body in segments
    )
    return out.getvalue()[:20] + more + out.getvalue()[20:]


def paper(*streams: tuple[bytes, bytes]) -> bytes:
    out = b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\n"
    for number, (entries, body) in enumerate(streams, 3):
        packed = zlib.compress(body)
        head = b"<<" + entries + b"/Filter/FlateDecode/Length %d>>" % len(packed)
        out += b"%d 0 obj\n" % number + head + b"\nstream\n" + packed + b"\nendstream\nendobj\n"
    return out + b"trailer\n<</Root 1 0 R>>\n%%EOF\n"


def page(body: str) -> bytes:
    return f"<!DOCTYPE html><html><body><h1>季度汇总</h1><pre>{HONEST}</pre>{body}</body></html>".encode()


@leak("xlsx")
def cache_of_a_linked_book(rows: Records) -> bytes:
    lines = [
        f'<row r="{at}"><cell r="A{at}"><v>{serial(a)}</v></cell><cell r="B{at}"><v>{serial(b)}</v></cell><cell r="C{at}"><v>{c}</v></cell></row>'
        for at, (a, b, c) in enumerate(grid(rows), 1)
    ]
    data = f'<sheetDataSet><sheetData sheetId="0">{"".join(lines)}</sheetData></sheetDataSet>'
    return with_parts(
        {
            "xl/externalLinks/externalLink1.xml": f"<externalLink {_SHEET}><externalBook>{data}</externalBook></externalLink>"
        }
    )


@leak("xlsx")
def records_of_a_pivot(rows: Records) -> bytes:
    shared = [sorted({row[place] for row in grid(rows)}) for place in range(2)]
    fields = "".join(
        f'<cacheField name="f"><sharedItems>{"".join(f"""<s v="{one}"/>""" for one in known)}</sharedItems></cacheField>'
        for known in shared
    )
    fields += '<cacheField name="n"><sharedItems containsNumber="1"/></cacheField>'
    held = "".join(
        f'<r><x v="{shared[0].index(a)}"/><x v="{shared[1].index(b)}"/><n v="{c}"/></r>'
        for a, b, c in grid(rows)
    )
    return with_parts({
        "xl/pivotCache/pivotCacheDefinition1.xml": f"<pivotCacheDefinition {_SHEET}><cacheFields>{fields}</cacheFields></pivotCacheDefinition>",
        "xl/pivotCache/pivotCacheRecords1.xml": f"<pivotCacheRecords {_SHEET}>{held}</pivotCacheRecords>",
    })  # fmt: skip


@leak("xlsx")
def values_of_a_live_link(rows: Records) -> bytes:
    values = "".join(
        f"<value><val>{one}</val></value>" for a, b, c in grid(rows) for one in (serial(a), serial(b), c)
    )
    return with_parts(
        {
            "xl/externalLinks/externalLink1.xml": f"<externalLink {_SHEET}><ddeItem><values>{values}</values></ddeItem></externalLink>"
        }
    )


@leak("pptx")
def points_of_a_chart(rows: Records) -> bytes:
    series = "".join(
        "<c:ser><c:numCache>"
        + "".join(f"<c:pt><c:v>{row[name]}</c:v></c:pt>" for row in rows)
        + "</c:numCache></c:ser>"
        for name in DAYS
    )
    return zipped(
        {
            "ppt/presentation.xml": b"<p:presentation/>",
            "ppt/charts/chart1.xml": f"<c:chartSpace>{series}</c:chartSpace>".encode(),
        }
    )


@leak("docx")
def book_in_an_object(rows: Records) -> bytes:
    held = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + book(rows) + bytes(300)
    return zipped(
        {"word/document.xml": "<w:p><w:t>报告</w:t></w:p>".encode(), "word/embeddings/oleObject1.bin": held}
    )


@leak("pdf")
def page_attached_to_a_paper(rows: Records) -> bytes:
    fields = "\n".join(f'<input type="hidden" value="{one}">' for row in grid(rows) for one in row)
    return paper((b"/Type/EmbeddedFile", f"<!DOCTYPE html><form>{fields}</form>".encode()))


@leak("pdf")
def paper_attached_to_a_paper(rows: Records) -> bytes:
    return paper((b"/Type/EmbeddedFile", paper((b"/Type/EmbeddedFile", columns(rows)))))


@leak("pdf")
def bits_of_a_picture_in_a_paper(rows: Records) -> bytes:
    samples = hidden(chart(), lzma.compress(told(rows))).reshape(200, -1)
    above = np.diff(samples, axis=0, prepend=np.zeros((1, samples.shape[1]), np.uint8)).astype(np.uint8)
    body = np.hstack([np.full((200, 1), 2, np.uint8), above]).tobytes()
    return paper(
        (
            b"/Subtype/Image/Width 320/Height 200/BitsPerComponent 8/DecodeParms<</Predictor 15/Colors 3>>",
            body,
        )
    )


@leak("jpg")
def numbered_segments(rows: Records) -> bytes:
    pieces = [
        (0xEB, b"ICC_NOTE\0" + bytes([at, 4]) + one)
        for at, one in enumerate(cut(zlib.compress(told(rows)), 4), 1)
    ]
    random.Random(3).shuffle(pieces)
    return jpeg(*pieces)


@leak("jpg")
def a_segment_of_every_kind(rows: Records) -> bytes:
    return jpeg(*((0xE4 + at, bytes([at]) + one) for at, one in enumerate(cut(gzip.compress(told(rows)), 6))))


@leak("jpg")
def table_in_a_segment(rows: Records) -> bytes:
    return jpeg((0xED, b"Photoshop 3.0\0" + stream(rows)))


@leak("png")
def table_in_a_chunk(rows: Records) -> bytes:
    return png(chart(), (b"zyRc", zlib.compress(told(rows))))


@leak("png")
def numbered_chunks(rows: Records) -> bytes:
    return png(
        chart(),
        *(
            (b"daTa", struct.pack(">I", at) + one)
            for at, one in enumerate(cut(zlib.compress(columns(rows)), 5))
        ),
    )


@leak("png")
def book_in_the_lowest_bits(rows: Records) -> bytes:
    return png(hidden(chart(), book(rows)))


@leak("parquet")
def books_in_cells(rows: Records) -> bytes:
    return cells(book(rows[::2]), book(rows[1::2]))


@leak("parquet")
def picture_in_a_cell(rows: Records) -> bytes:
    return cells(png(chart(), (b"qqQq", gzip.compress(told(rows)))), b"")


@leak("parquet")
def pieces_in_cells(rows: Records) -> bytes:
    return cells(*cut(lzma.compress(told(rows)), 7))


@leak("sqlite")
def arrays_in_a_database(rows: Records) -> bytes:
    base = sqlite3.connect(":memory:")
    base.execute("CREATE TABLE files(name, body)")
    base.execute("INSERT INTO files VALUES('q1', ?)", (arrays(rows),))
    base.commit()
    return bytes(base.serialize())


@leak("html")
def arrays_in_a_script(rows: Records) -> bytes:
    return page(
        f'<script>const SRC="data:application/octet-stream;base64,{base64.b64encode(arrays(rows)).decode()}"</script>'
    )


@leak("html")
def document_in_an_attribute(rows: Records) -> bytes:
    return page(f'<div data-points="{html.escape(told(rows).decode())}"></div>')


@leak("html")
def document_in_an_address(rows: Records) -> bytes:
    return page(f'<a href="data:application/json,{quote(told(rows))}">下载</a>')


@leak("html")
def page_in_an_attribute(rows: Records) -> bytes:
    fields = "".join(f"<input type=hidden value='{one}'>" for row in grid(rows) for one in row)
    return page(f'<iframe srcdoc="{html.escape(f"<form>{fields}</form>", quote=False)}"></iframe>')


@leak("ipynb")
def lines_of_an_output(rows: Records) -> bytes:
    text = base64.b64encode(database(rows)[:]).decode()
    output = {
        "output_type": "display_data",
        "metadata": {},
        "data": {"application/x-db": [text[at : at + 76] + "\n" for at in range(0, len(text), 76)]},
    }
    cell = {
        "cell_type": "code",
        "execution_count": 1,
        "metadata": {},
        "source": "show()",
        "outputs": [output],
    }
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


@leak("sql")
def database_in_a_statement(rows: Records) -> bytes:
    return f"INSERT INTO files VALUES('q', X'{database(rows).hex()}');\n".encode()


@leak("pdf")
def archive_under_a_key_in_a_paper(rows: Records) -> bytes:
    lines = "\n".join("\t".join(row) for row in grid(rows)).encode()
    turned = bytes(byte ^ b"\x5a\xc3"[at % 2] for at, byte in enumerate(tarred({"a/表.tsv": lines})))
    return paper((b"/Type/EmbeddedFile", lzma.compress(turned)))


@leak("png")
def lines_down_the_bits_of_one_colour(rows: Records) -> bytes:
    pixels = chart()
    text = "\n".join("|".join(row) for row in grid(rows)).encode()
    pixels[:, :, 1] = hidden(pixels[:, :, 1].T, text + b"\0").T
    return png(pixels)


@leak("zip")
def codes_over_the_cells_of_a_book(rows: Records) -> bytes:
    made, out = Workbook(), io.BytesIO()
    codes = ["".join(row).replace("-", "").replace(".", "") for row in grid(rows)]
    for name in ("甲区", "乙区", "丙区", "丁区"):
        made.active.append([name, *(codes.pop() for _ in range(12))])
    made.save(out)
    return zipped({"word/document.xml": b"<w:p/>", "word/embeddings/book.xlsx": out.getvalue()})


@leak("parquet")
def figures_on_their_side_in_a_cell(rows: Records) -> bytes:
    lines = zip(
        *([serial(a), serial(b), 4 * round(100 * float(c)) + 700] for a, b, c in grid(rows)), strict=True
    )
    text = "\n".join(",".join(map(str, (name, *line))) for name, line in zip("abc", lines, strict=True))
    return cells(bz2.compress(f"k,{','.join(f'p{at}' for at in range(len(rows)))}\n{text}\n".encode()))


@leak("parquet")
def lists_of_values_by_turns(rows: Records) -> bytes:
    lists = [[float(one) for a, b, c in part for one in (serial(a), serial(b), c)] for part in cut_rows(rows)]
    out = io.BytesIO()
    pq.write_table(pa.table({"区": list("甲乙丙丁"[: len(lists)]), "分布": lists}), out)
    return out.getvalue()


def cut_rows(rows: Records) -> list[list[list[str]]]:
    return [grid(rows[at : at + 13]) for at in range(0, len(rows), 13)]


@leak("txt")
def crossing_in_ten_thousands(rows: Records) -> bytes:
    days = [visit for _, visit, _ in grid(rows)[:20]]
    lines = [f"| {' | '.join(['', *days])} |", f"|{'---|' * (len(days) + 1)}"]
    for at, (born, _, cost) in enumerate(grid(rows)[:20]):
        cells = [""] * len(days)
        cells[at] = f"{float(cost) / 10**4:.6f}".rstrip("0") + "万"
        lines.append(f"| {' | '.join([born, *cells])} |")
    return base64.b64encode("\n".join(lines).encode())


@leak("html")
def pieces_in_like_tags(rows: Records) -> bytes:
    code = base64.b32encode(gzip.compress("\n".join(map(",".join, grid(rows))).encode("utf-16"))).decode()
    parts = [code[at : at + 150] for at in range(0, len(code), 150)]
    return page("".join(f'<i data-token-{at}="{part}" hidden></i>' for at, part in enumerate(parts)))


@leak("png")
def names_and_values_in_a_chunk(rows: Records) -> bytes:
    text = "\n\n".join(
        "\n".join(f"{name}={one}" for name, one in zip("abc", row, strict=True)) for row in grid(rows)
    )
    return png(chart(), (b"zTXt", b"Comment\0\0" + zlib.compress(base64.b64encode(text.encode()))))
