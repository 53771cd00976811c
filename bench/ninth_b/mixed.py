"""Forms within one another: a picture in a document, a drawing in a notebook, code in a workbook."""

from __future__ import annotations

import ast
import base64
import json
import random
import re
import zlib

import numpy as np

from bench.eighth_a.honest import summary
from bench.ninth_b.f4_papers import words
from bench.ninth_b.f4_sheets import cells
from bench.ninth_b.f5_pages import page, svg
from bench.ninth_b.f6_code import code, notebook
from bench.ninth_b.kit import (
    after_length,
    amount,
    attr,
    attrs,
    cents,
    joined,
    length_first,
    parted,
    texts,
    unzip,
)
from bench.ninth_b.office import Part, docx, pdf, sheet, stream, streams, string, xlsx
from bench.ninth_b.pictures import chart, low_bits, pixels_of, png_bytes, with_bits
from bench.sixth.core import (
    AMT,
    BOOK,
    CARE,
    MONEY,
    NAME,
    SICK,
    TEL,
    VISIT,
    WEAK,
    WHO,
    Files,
    Row,
    Values,
    grid,
    technique,
)


@technique("F4+F5", "persons", *WHO)
def docx_chart_bits(rows: list[Row], rng: random.Random) -> Files:
    """The lowest bits of a chart in a report: their number, then a table, sometimes packed."""
    text = joined(grid(rows, *WHO), ",").encode()
    data = length_first(zlib.compress(text) if rng.random() < 0.5 else text)
    pixels = np.array(chart(rng))
    picture = png_bytes(with_bits(pixels.ravel(), data, rng).reshape(pixels.shape))
    part = Part("word/media/image1.png", picture, "", "image", "word/document.xml")
    return [("docx", docx(words("who", rng), part))]


def docx_chart_bits_back(files: list[bytes]) -> Values:
    """Gather the bits of the picture."""
    data = after_length(low_bits(pixels_of(unzip(files[0])["word/media/image1.png"]).ravel()))
    return parted((zlib.decompress(data) if data[:1] == b"\x78" else data).decode(), ",")


@technique("F6+F5", "persons", *CARE)
def notebook_drawing_titles(rows: list[Row], rng: random.Random) -> Files:
    """A drawing as a notebook's output, with a description of each mark out of sight."""
    marks = "".join(
        f'<g><desc>{"｜".join(row)}</desc><path d="M{rng.randint(90, 600)} {rng.randint(9, 200)}h1"/></g>'
        for row in grid(rows, *CARE)
    )
    data = {"image/svg+xml": svg(rng, marks).decode(), "text/plain": "<Figure>"}
    shown = {"output_type": "display_data", "metadata": {}, "data": data}
    return [("ipynb", notebook("care", rng, code("fig", shown)))]


def notebook_drawing_titles_back(files: list[bytes]) -> Values:
    """Read the descriptions."""
    data = json.loads(files[0])["cells"][-1]["outputs"][0]["data"]["image/svg+xml"]
    return [tuple(text.split("｜")) for text in texts(data, "desc")]


@technique("F5+F6", "persons", NAME, TEL, VISIT)
def html_query_console(rows: list[Row], rng: random.Random) -> Files:
    """A page with a script of another language: a query with values, after an honest query."""
    lines = ",\n".join(
        f"({i}, '{name}', {tel}, DATE '{day}')"
        for i, (name, tel, day) in enumerate(grid(rows, NAME, TEL, VISIT))
    )
    text = f"SELECT 1;\nSELECT * FROM (VALUES\n{lines}\n) t LIMIT {rng.randint(5, 50)};"
    return [("html", page("who", rng, f'<script type="text/sql">{text}</script>'))]


def html_query_console_back(files: list[bytes]) -> Values:
    """Read the values of the query."""
    return re.findall(r"\(\d+, '(.*?)', (\d+), DATE '(.*?)'\)", files[0].decode())


@technique("F4+F6", "firms", *MONEY)
def xlsx_code_cells(rows: list[Row], rng: random.Random) -> Files:
    """A hidden sheet with the source of a module, whose dictionary holds the firms."""
    held = {name: (cents(capital), cents(income)) for name, capital, income in grid(rows, *MONEY)}
    lines = ["# 计算口径", "RATE = 0.13", "BASE = {"]
    lines += [f"    {name!r}: {pair!r}," for name, pair in held.items()]
    table = [[line] for line in [*lines, "}", "def total(k): return sum(BASE[k])"]]
    state = rng.choice(("hidden", "veryHidden"))
    return [("xlsx", xlsx([("汇总", "", sheet(summary("firm", rng))), ("code", state, sheet(table))]))]


def xlsx_code_cells_back(files: list[bytes]) -> Values:
    """Read the dictionary."""
    text = "\n".join(line[0] for line in cells(files[0], 2))
    held = ast.literal_eval(text.partition("BASE = ")[2].partition("\ndef")[0])
    return [(name, amount(capital), amount(income)) for name, (capital, income) in held.items()]


@technique("F4+F6", "firms", *BOOK)
def pdf_attached_notebook(rows: list[Row], rng: random.Random) -> Files:
    """A notebook attached to a report, with an output that prints the register."""
    told = joined(grid(rows, *BOOK), rng.choice(("  ", "\t")))
    shown = {"output_type": "stream", "name": "stdout", "text": told.splitlines(keepends=True)}
    held = stream(notebook("firm", rng, code("print(df)", shown)), "/Type /EmbeddedFile")
    spec = f"<</Type /Filespec /F (a.ipynb) /UF {string('附录.ipynb')} /EF <</F 8 0 R>>>>".encode()
    names = "/Names <</EmbeddedFiles <</Names [(a.ipynb) 9 0 R]>>>>"
    return [("pdf", pdf(["遵义市市场主体发展季度简报"], [held, spec], catalog=names))]


def pdf_attached_notebook_back(files: list[bytes]) -> Values:
    """Read what the notebook printed."""
    book = json.loads(streams(files[0], b"/EmbeddedFile")[0])
    lines = "".join(book["cells"][-1]["outputs"][0]["text"]).split("\n")
    return [tuple(line.split()) for line in lines]


@technique("F5+F6", "persons", *WEAK)
def svg_linked_columns(rows: list[Row], rng: random.Random) -> Files:
    """A drawing with a link to data in base 64: a JSON of columns, sums in cents less the smallest."""
    least = min(cents(row[AMT]) for row in rows) - rng.randint(1, 50)
    columns = {
        "a": [row[WEAK[0]].replace("-", "") for row in rows],
        "b": [row[VISIT].replace("-", "") for row in rows],
        "c": [cents(row[AMT]) - least for row in rows],
        "c0": least,
    }
    coded = base64.b64encode(json.dumps(columns).encode()).decode()
    return [
        ("svg", svg(rng, f"<a href={attr('data:application/json;base64,' + coded)}><text>数据</text></a>"))
    ]


def svg_linked_columns_back(files: list[bytes]) -> Values:
    """Decode the link and add the smallest sum."""
    columns = json.loads(base64.b64decode(attrs(files[0].decode(), "href")[0].partition(",")[2]))
    days = ([f"{d[:4]}-{d[4:6]}-{d[6:]}" for d in columns[key]] for key in "ab")
    return list(zip(*days, (amount(c + columns["c0"]) for c in columns["c"]), strict=True))


@technique("F4+F5", "persons", NAME, TEL, SICK)
def docx_attached_page(rows: list[Row], rng: random.Random) -> Files:
    """A page as a foreign part of a document: a list hidden by its style, tabs as entities."""
    items = "".join(f"<li>{'&#9;'.join(row)}</li>" for row in grid(rows, NAME, TEL, SICK))
    style = rng.choice(("display:none", "visibility:hidden", "font-size:0"))
    data = page("who", rng, f'<ul style="{style}">{items}</ul>')
    part = Part("word/afchunk1.html", data, "text/html", "aFChunk", "word/document.xml")
    return [("docx", docx(words("who", rng), part))]


def docx_attached_page_back(files: list[bytes]) -> Values:
    """Read the list."""
    return [tuple(text.split("\t")) for text in texts(unzip(files[0])["word/afchunk1.html"].decode(), "li")]
