"""Pictures and pages with data and code in them, and the other way round."""

from __future__ import annotations

import base64
import io
import json
import random
import re
import sqlite3
import zlib

import numpy as np
import pyarrow as pa
import yaml

from bench.eighth_b.f6_arrays import npy, safetensor, safetensors, weights
from bench.eighth_b.honest import aggregate, code_cell, notebook, page, svg_chart, table_html
from bench.eighth_b.kit import csv_rows, csv_text, found, packed, unpacked, unzipped, zipped
from bench.eighth_b.pictures import chart, hide, jpeg, jpeg_segments, png, png_chunks, png_pixels, seek
from bench.sixth.core import BOOK, CARE, MONEY, WEAK, WHO, Files, Row, Values, grid, technique


@technique("F5+F6", "persons", *WHO)
def notebook_chart_bits(rows: list[Row], rng: random.Random) -> Files:
    """The lowest bits of the chart in a notebook's output are a CSV."""
    picture = png(hide(chart(rng), csv_text(grid(rows, *WHO)).encode()))
    data = {"image/png": base64.b64encode(picture).decode(), "text/plain": "<Figure size 480x320>"}
    output: dict[str, object] = {"output_type": "display_data", "metadata": {}, "data": data}
    return [("ipynb", notebook(rng, [code_cell("ax = summary.plot.bar()", [output])]))]


def notebook_chart_bits_back(files: list[bytes]) -> Values:
    """The CSV in the lowest bits of the output."""
    text = json.loads(files[0])["cells"][2]["outputs"][0]["data"]["image/png"]
    return csv_rows(seek(png_pixels(base64.b64decode(text))).decode())


@technique("F5+F6", "persons", *CARE)
def notebook_html_comments(rows: list[Row], rng: random.Random) -> Files:
    """The table of a notebook's output has comments between its rows."""
    text = table_html(rng)
    marks = text.split("\n")
    for index, row in enumerate(grid(rows, *CARE)):
        marks[index % len(marks)] += f"<!-- {' '.join(row)} -->"
    data = {"text/html": [line + "\n" for line in marks], "text/plain": "[14 rows x 3 columns]"}
    output: dict[str, object] = {"output_type": "execute_result", "execution_count": 2, "data": data}
    output["metadata"] = {}
    return [("ipynb", notebook(rng, [code_cell("summary", [output])]))]


def notebook_html_comments_back(files: list[bytes]) -> Values:
    """The comments of the output."""
    lines = json.loads(files[0])["cells"][2]["outputs"][0]["data"]["text/html"]
    return [tuple(text.split(" ")) for text in found(r"<!-- (.*?) -->", "".join(lines))]


@technique("F5+F6", "firms", *MONEY)
def html_script_npz(rows: list[Row], rng: random.Random) -> Files:
    """The script of a report has its arrays in a data URI, one of texts and one of sums."""
    names = np.array([row[MONEY[0]] for row in rows])
    sums = np.array([[float(v) for v in row] for row in grid(rows, *MONEY[1:])])
    totals = np.array([int(row[1]) for row in aggregate(rng)])
    parts = {"t.npy": npy(totals), "x.npy": npy(names), "y.npy": npy(sums)}
    text = base64.b64encode(zipped(parts)).decode()
    script = f'<script>const SRC="data:application/octet-stream;base64,{text}";</script>'
    return [("html", page(rng, script))]


def html_script_npz_back(files: list[bytes]) -> Values:
    """The arrays in the data URI."""
    parts = unzipped(base64.b64decode(found(r';base64,(.*?)"', files[0])[0]))
    names, sums = (np.load(io.BytesIO(parts[name])) for name in ("x.npy", "y.npy"))
    return [(str(n), f"{a:.2f}", f"{b:.2f}") for n, (a, b) in zip(names, sums.tolist(), strict=True)]


@technique("F5+F6", "firms", *BOOK)
def png_chunk_sqlite(rows: list[Row], rng: random.Random) -> Files:
    """A private chunk of a picture is a compressed database."""
    base = sqlite3.connect(":memory:")
    base.execute("CREATE TABLE kv(k TEXT PRIMARY KEY, v TEXT, w TEXT)")
    base.executemany("INSERT INTO kv VALUES(?,?,?)", [(b, a, c) for a, b, c in grid(rows, *BOOK)])
    base.commit()
    return [("png", png(chart(rng), [(b"maPS", zlib.compress(base.serialize()))]))]


def png_chunk_sqlite_back(files: list[bytes]) -> Values:
    """The rows of the database in the chunk."""
    base = sqlite3.connect(":memory:")
    base.deserialize(zlib.decompress(dict(png_chunks(files[0])[0])[b"maPS"]))
    return [tuple(row) for row in base.execute("SELECT v, k, w FROM kv")]


@technique("F5+F6", "persons", *WHO)
def svg_cdata_yaml(rows: list[Row], rng: random.Random) -> Files:
    """The metadata of a vector chart are a YAML document as character data."""
    people = [dict(zip(("name", "idno", "tel"), row, strict=True)) for row in grid(rows, *WHO)]
    text = yaml.safe_dump({"generator": "plot 3.1", "series": people}, allow_unicode=True, sort_keys=False)
    return [("svg", svg_chart(rng, f"<metadata><![CDATA[\n{text}]]></metadata>"))]


def svg_cdata_yaml_back(files: list[bytes]) -> Values:
    """The entries of the document."""
    hit = re.search(r"<!\[CDATA\[\n(.*?)\]\]>", files[0].decode(), re.DOTALL)
    return [tuple(item.values()) for item in yaml.safe_load(hit[1])["series"]] if hit else []


@technique("F5+F6", "persons", *WEAK)
def jpeg_arrow_segment(rows: list[Row], rng: random.Random) -> Files:
    """An application segment of a picture is an Arrow stream with days as dates and sums as cents."""
    days = [pa.array(np.array([row[c] for row in rows], "datetime64[D]")) for c in WEAK[:2]]
    cents = pa.array([int(row[WEAK[2]].replace(".", "")) for row in rows], pa.int64())
    out = io.BytesIO()
    table = pa.table([*days, cents], names=["d0", "d1", "c"])
    with pa.ipc.new_stream(out, table.schema) as writer:
        writer.write_table(table)
    return [("jpg", jpeg(rng, [(0xED, b"Photoshop 3.0\0" + out.getvalue())]))]


def jpeg_arrow_segment_back(files: list[bytes]) -> Values:
    """The table of the stream in the segment."""
    data = next(data for marker, data in jpeg_segments(files[0])[0] if marker == 0xED)
    table = pa.ipc.open_stream(io.BytesIO(data.removeprefix(b"Photoshop 3.0\0"))).read_all()
    lines = table.to_pylist()
    return [(str(x["d0"]), str(x["d1"]), f"{x['c'] // 100}.{x['c'] % 100:02d}") for x in lines]


@technique("F5+F6", "persons", *CARE)
def safetensors_image_bits(rows: list[Row], rng: random.Random) -> Files:
    """The sample picture stored beside a model's weights has a compressed table in its lowest bits."""
    picture = hide(chart(rng), packed(grid(rows, *CARE)))
    return [("safetensors", safetensors({"conv.weight": weights(rng, 16, 9), "sample.image": picture}))]


def safetensors_image_bits_back(files: list[bytes]) -> Values:
    """The table in the lowest bits of the sample picture."""
    return unpacked(seek(np.asarray(safetensor(files[0], "sample.image"), np.uint8)))
