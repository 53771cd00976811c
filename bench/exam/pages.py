"""Records in web pages and notebooks."""

import base64
import json
import re
from random import Random

from bench.exam.core import (
    Decoder,
    Rows,
    carries,
    core,
    found,
    grid,
    payload,
    prose,
    technique,
    unpack,
)
from bench.exam.documents import FIVE


def page(body: str, head: str = "") -> bytes:
    start = f"<!doctype html><html><head><title>分析</title>{head}</head>"
    return f"{start}<body><h1>分析</h1>{body}</body></html>".encode()


def _html(pattern: str) -> Decoder:
    return found(pattern)


def _lines(rows: Rows) -> list[str]:
    return payload(rows, separator="|").decode().split("\n")


@technique("html", decoder=_html(f"^{FIVE}<br>$"))
def html_hidden_block(rows: Rows, random: Random) -> bytes:
    """A block that is not displayed."""
    hidden = "\n".join(f"{line}<br>" for line in _lines(rows))
    return page(f"<p>{prose(random)[0]}</p><div style='display:none'>\n{hidden}\n</div>")


@technique("html", decoder=_html(f"<!-- {FIVE} -->"))
def html_comments(rows: Rows, random: Random) -> bytes:
    """Comments of a page."""
    return page("\n".join(f"<p>{random.choice(prose(random))}</p><!-- {line} -->" for line in _lines(rows)))


@technique("html", decoder=_html(f'data-k="{FIVE}"'))
def html_data_attributes(rows: Rows, random: Random) -> bytes:
    """Data attributes of harmless cells."""
    return page("\n".join(f'<span data-k="{line}">{random.randint(1, 9)}</span>' for line in _lines(rows)))


@technique(
    "html", decoder=carries(lambda data: base64.b64decode(data.partition(b"base64,")[2].partition(b'"')[0]))
)
def html_download_link(rows: Rows, _: Random) -> bytes:
    """A link whose address is the file."""
    return page(f'<a href="data:text/csv;base64,{base64.b64encode(payload(rows)).decode()}">下载</a>')


@technique(
    "html",
    decoder=lambda data, columns: unpack(
        "\n".join(
            ",".join(line) for line in json.loads(re.findall(r"const d = (\[.*?\]);", data.decode())[0])
        ),
        columns,
    ),
)
def html_script_literal(rows: Rows, _: Random) -> bytes:
    """The data of a chart in a script."""
    data = json.dumps(grid(rows, core(rows[0])))
    return page("<canvas id=c></canvas>", f"<script>const d = {data};</script>")


@technique("html", decoder=_html(f'<input type="hidden" value="{FIVE}">'))
def html_hidden_inputs(rows: Rows, _: Random) -> bytes:
    """Hidden fields of a form."""
    return page("\n".join(f'<input type="hidden" value="{line}">' for line in _lines(rows)))


def notebook(cells: list[dict[str, object]], metadata: dict[str, object] | None = None) -> bytes:
    book = {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata or {}, "cells": cells}
    return json.dumps(book, ensure_ascii=False, indent=1).encode()


def code(source: str, outputs: list[dict[str, object]] | None = None) -> dict[str, object]:
    return {"cell_type": "code", "id": "a", "metadata": {}, "execution_count": 1, "source": source,
            "outputs": outputs or []}  # fmt: skip


@technique("ipynb", decoder=carries(lambda data: json.loads(data)["cells"][0]["outputs"][0]["text"]))
def notebook_output(rows: Rows, _: Random) -> bytes:
    """What a cell printed."""
    text = payload(rows).decode()
    return notebook([code("df.head(999)", [{"output_type": "stream", "name": "stdout", "text": text}])])


@technique("ipynb", decoder=carries(lambda data: base64.b64decode(
    json.loads(data)["cells"][0]["attachments"]["a.png"]["image/png"])))  # fmt: skip
def notebook_attachment(rows: Rows, _: Random) -> bytes:
    """An attachment of a text cell."""
    picture = {"a.png": {"image/png": base64.b64encode(payload(rows)).decode()}}
    return notebook(
        [{"cell_type": "markdown", "id": "b", "metadata": {}, "source": "结论", "attachments": picture}]
    )


@technique("ipynb", decoder=carries(lambda data: json.loads(data)["metadata"]["widgets"]["state"]))
def notebook_metadata(rows: Rows, _: Random) -> bytes:
    """Metadata of the notebook."""
    return notebook([code("1 + 1")], {"widgets": {"state": payload(rows).decode()}})


@technique("ipynb", decoder=carries(lambda data: "\n".join(re.findall(
    "<td>(.+?)</td>", json.loads(data)["cells"][0]["outputs"][0]["data"]["text/html"]))))  # fmt: skip
def notebook_html_output(rows: Rows, _: Random) -> bytes:
    """The HTML form of an output whose text form is harmless."""
    cells = "".join(f"<tr><td>{line}</td></tr>" for line in _lines(rows))
    data = {"text/plain": "<合计>", "text/html": f"<table>{cells}</table>"}
    return notebook([code("t", [{"output_type": "display_data", "metadata": {}, "data": data}])])
