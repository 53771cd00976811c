"""Family i: notebooks: outputs, attachments, states of widgets, metadata."""

from __future__ import annotations

import base64
import json
import random
import zlib
from typing import Any

from bench.fifth.core import (
    AMT,
    BIRTH,
    BOOK,
    CARE,
    FIRM,
    FTEL,
    ID,
    NAME,
    TEL,
    USCC,
    VISIT,
    WHO,
    Files,
    Row,
    Values,
    chunks,
    found,
    grid,
    packed,
    technique,
    text,
    unpacked,
    untext,
)
from bench.fifth.cover import paragraphs, sentence

Cell = dict[str, Any]


def code(source: str, *outputs: Cell, number: int = 1, **more: Any) -> Cell:
    """A code cell."""
    return {
        "cell_type": "code",
        "execution_count": number,
        "metadata": {},
        "source": source,
        "outputs": list(outputs),
        **more,
    }


def told(source: str, **more: Any) -> Cell:
    """A cell of text."""
    return {"cell_type": "markdown", "metadata": {}, "source": source, **more}


def printed(value: str) -> Cell:
    """What a cell has printed."""
    return {"output_type": "stream", "name": "stdout", "text": value.splitlines(keepends=True)}


def shown(**data: Any) -> Cell:
    """What a cell has displayed, by kind; underscores stand for slashes."""
    return {
        "output_type": "display_data",
        "metadata": {},
        "data": {k.replace("_", "/", 1): v for k, v in data.items()},
    }


def notebook(rng: random.Random, *cells: Cell, **metadata: Any) -> Files:
    """A notebook with an honest beginning and end."""
    start = [told("# 医保结算分析\n" + paragraphs(rng, 1)[0]), code("import pandas as pd")]
    end = [told("## 小结\n" + sentence(rng))]
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    whole = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {**kernel, **metadata},
        "cells": [*start, *cells, *end],
    }
    return [("ipynb", json.dumps(whole, ensure_ascii=False, indent=1).encode())]


def cells(data: bytes) -> list[Cell]:
    """The cells between beginning and end."""
    return list(json.loads(data)["cells"][2:-1])


@technique("i", "persons", *CARE)
def printed_frame(rows: list[Row], rng: random.Random) -> Files:
    """A printed table, as a data frame shows itself."""
    lines = "\n".join(f"{i:<4d}{n:>6} {b} {v} {a:>10}" for i, (n, b, v, a) in enumerate(grid(rows, *CARE)))
    return notebook(rng, code("print(df)", printed(f"       x0  x1  x2  x3\n{lines}\n")))


def printed_frame_back(files: list[bytes]) -> Values:
    """The printed cells."""
    lines = cells(files[0])[0]["outputs"][0]["text"][1:]
    return [tuple(line.split()[1:]) for line in lines]


@technique("i", "persons", NAME, ID)
def html_of_frame(rows: list[Row], rng: random.Random) -> Files:
    """The table of a displayed frame in HTML, while the text says only its shape."""
    lines = "".join(
        f"<tr><th>{i}</th><td>{n}</td><td>{z}</td></tr>" for i, (n, z) in enumerate(grid(rows, NAME, ID))
    )
    return notebook(
        rng,
        code("df", shown(text_plain=f"[{len(rows)} rows x 2 columns]", text_html=f"<table>{lines}</table>")),
    )


def html_of_frame_back(files: list[bytes]) -> Values:
    """The cells of the table."""
    body = cells(files[0])[0]["outputs"][0]["data"]["text/html"]
    return found("<td>(.*?)</td><td>(.*?)</td>", body)


@technique("i", "persons", *WHO)
def attached_image(rows: list[Row], rng: random.Random) -> Files:
    """An attachment of a text cell, called a picture."""
    body = base64.b64encode(zlib.compress(text(rows, *WHO).encode())).decode()
    return notebook(rng, told("![流程](attachment:flow.png)", attachments={"flow.png": {"image/png": body}}))


def attached_image_back(files: list[bytes]) -> Values:
    """The attachment unpacked."""
    body = cells(files[0])[0]["attachments"]["flow.png"]["image/png"]
    return untext(zlib.decompress(base64.b64decode(body)).decode())


@technique("i", "firms", *BOOK)
def widget_state(rows: list[Row], rng: random.Random) -> Files:
    """The choices of a drop-down list in the stored state of widgets."""
    state = {"_options_labels": text(rows, *BOOK, sep=" · ").split("\n"), "index": 0, "description": "地区"}
    model = {"model_name": "DropdownModel", "model_module": "@jupyter-widgets/controls", "state": state}
    kept = {"application/vnd.jupyter.widget-state+json": {"version_major": 2, "state": {"a1": model}}}
    return notebook(rng, code("widgets.Dropdown()"), widgets=kept)


def widget_state_back(files: list[bytes]) -> Values:
    """The labels."""
    kept = json.loads(files[0])["metadata"]["widgets"]["application/vnd.jupyter.widget-state+json"]
    return [tuple(v.split(" · ")) for v in kept["state"]["a1"]["state"]["_options_labels"]]


@technique("i", "persons", NAME, TEL)
def cell_metadata(rows: list[Row], rng: random.Random) -> Files:
    """Tags and notes of cells."""
    return notebook(
        rng,
        *(
            told(
                sentence(rng),
                metadata={"tags": [n, t[:4] + "-" + t[4:]], "slideshow": {"slide_type": "skip"}},
            )
            for n, t in grid(rows, NAME, TEL)
        ),
    )


def cell_metadata_back(files: list[bytes]) -> Values:
    """The tags."""
    tags = [c["metadata"]["tags"] for c in cells(files[0])]
    return [(n, t.replace("-", "")) for n, t in tags]


@technique("i", "persons", ID, TEL)
def traceback_values(rows: list[Row], rng: random.Random) -> Files:
    """An error whose trace shows the values of variables."""
    lines = [
        f"\u001b[0;32m     {i} key\u001b[0m = {z!r}, cb = {t!r}"
        for i, (z, t) in enumerate(grid(rows, ID, TEL))
    ]
    error = {"output_type": "error", "ename": "KeyError", "evalue": "未找到", "traceback": lines}
    return notebook(rng, code("load(df)", error))


def traceback_values_back(files: list[bytes]) -> Values:
    """The trace's values."""
    lines = "\n".join(cells(files[0])[0]["outputs"][0]["traceback"])
    return found(r"= '(\w{18})', cb = '(\d{11})'", lines)


@technique("i", "persons", TEL, low=20)
def execution_counts(rows: list[Row], rng: random.Random) -> Files:
    """The numbers of runs beside cells: two a record."""
    listed = []
    for r in rows:
        listed += [
            code("df.describe()", number=int(r[TEL][:6])),
            code("df.plot()", number=int("1" + r[TEL][6:])),
        ]
    return notebook(rng, *listed)


def execution_counts_back(files: list[bytes]) -> Values:
    """The numbers in pairs."""
    counts = [str(c["execution_count"]) for c in cells(files[0])]
    return [(a + b[1:],) for a, b in zip(counts[::2], counts[1::2], strict=True)]


@technique("i", "persons", BIRTH, VISIT, AMT, low=20)
def plot_data(rows: list[Row], rng: random.Random) -> Files:
    """The data of an interactive chart, as its library stores it."""
    trace = {
        "type": "scatter",
        "x": [r[VISIT] for r in rows],
        "y": [float(r[AMT]) for r in rows],
        "text": [r[BIRTH] for r in rows],
    }
    plot = {"application/vnd.plotly.v1+json": {"data": [trace], "layout": {"title": "费用走势"}}}
    return notebook(rng, code("fig.show()", {"output_type": "display_data", "metadata": {}, "data": plot}))


def plot_data_back(files: list[bytes]) -> Values:
    """The arrays of the trace."""
    trace = cells(files[0])[0]["outputs"][0]["data"]["application/vnd.plotly.v1+json"]["data"][0]
    return [(b, v, f"{a:.2f}") for b, v, a in zip(trace["text"], trace["x"], trace["y"], strict=True)]


@technique("i", "firms", USCC)
def cell_names(rows: list[Row], rng: random.Random) -> Files:
    """The names of cells, which programs give by chance: they are packed codes."""
    return notebook(rng, *(told(sentence(rng), id=packed([r], USCC).hex()) for r in rows))


def cell_names_back(files: list[bytes]) -> Values:
    """The names read as bytes."""
    return unpacked(b"".join(bytes.fromhex(c["id"]) for c in cells(files[0])), USCC)


@technique("i", "firms", FIRM, FTEL)
def picture_in_output(rows: list[Row], rng: random.Random) -> Files:
    """A chart among the outputs with a text chunk."""
    from PIL.PngImagePlugin import PngInfo

    from bench.fifth.cover import chart, png

    info = PngInfo()
    info.add_text("src", base64.b32encode(text(rows, FIRM, FTEL).encode()).decode())
    body = base64.b64encode(png(chart(rng), pnginfo=info)).decode()
    return notebook(rng, code("plt.show()", shown(image_png=chunks(body, 76))))


def picture_in_output_back(files: list[bytes]) -> Values:
    """The chunk of the picture."""
    body = base64.b64decode("".join(cells(files[0])[0]["outputs"][0]["data"]["image/png"]))
    start = body.index(b"src\0") + 4
    size = int.from_bytes(body[start - 12 : start - 8], "big")
    return untext(base64.b32decode(body[start : start + size - 4]).decode())
