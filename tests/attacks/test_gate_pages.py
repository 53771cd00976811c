"""Pages, drawings and notebooks that carry more than is seen: what leaves bears nothing that runs."""

from __future__ import annotations

import json
import re

import pytest

from sandbox.egress.judge import judge
from sandbox.egress.report import Product
from sandbox.kernel.findings import Verdict
from tests.egress.clinic import source

_SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="90" height="60"{at}>{body}<rect x="1" y="1" width="20" height="30" fill="#336699"/></svg>'  # noqa: E501
_PAGE = "<!doctype html><html><head><title>t</title>{head}</head><body{at}><h1>统计</h1>{body}<table><tr><th>病种</th><th>人数</th></tr><tr><td>甲</td><td>400</td></tr></table></body></html>"  # noqa: E501

SVG = {
    "plain": {},
    "script": {"body": "<script>fetch('http://x')</script>"},
    "event": {"at": ' onload="alert(1)"'},
    "foreign object": {"body": "<foreignObject><iframe src='http://x'/></foreignObject>"},
    "outside picture": {"body": '<image xlink:href="http://x/a.png" width="5" height="5"/>'},
    "script address": {"body": '<a xlink:href="javascript:alert(1)"><text x="1" y="9">甲</text></a>'},
    "style with address": {"body": "<style>rect{fill:url(http://x)}</style>"},
    "animation": {"body": '<set attributeName="href" to="javascript:alert(1)"/>'},
    "use outside": {"body": '<use href="http://x#a"/>'},
}
PAGE = {
    "plain": {},
    "script": {"body": "<script>fetch('http://x')</script>"},
    "torn script": {"body": "<scr<script>ipt>alert(1)</scr</script>ipt>"},
    "event": {"at": " onload=alert(1)"},
    "frame": {"body": "<iframe srcdoc='<script>1</script>'></iframe>"},
    "picture": {"body": "<img src=x onerror=alert(1)>"},
    "refresh": {"head": "<meta http-equiv=refresh content='0;url=http://x'>"},
    "base": {"head": "<base href='http://x/'>"},
    "style": {"head": "<style>@import url(http://x);</style>"},
    "link": {"body": "<a href='javascript:alert(1)'>甲</a>"},
    "form": {"body": "<form action='http://x'><input name=a></form>"},
    "drawing": {"body": "<svg><script>alert(1)</script></svg>"},
}
RUNS = re.compile(
    rb"<\s*(script|iframe|object|embed|foreignobject|meta[^>]*refresh|base|link|form|set|animate|use|image)\b"
    rb"|\son[a-z]+\s*=|javascript:|url\s*\(\s*['\"]?http|(href|src)\s*=\s*['\"]?(http|//)|@import",
    re.IGNORECASE,
)


def left(data: bytes, path: str) -> tuple[Verdict, bytes | None]:
    found = judge([Product(path, data)], [source()])
    return found.judgement.files[0].verdict, next(iter(found.rewritings.values()), None)


@pytest.mark.parametrize("name", sorted(SVG))
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_drawing_is_drawn_anew_without_what_runs(name: str, encoding: str) -> None:
    text = _SVG.format(**{"at": "", "body": "", **SVG[name]})
    verdict, written = left(text.encode(encoding), "p.svg")
    assert verdict is not Verdict.RELEASE
    assert written is None or not RUNS.search(written)
    if (name, encoding) == ("plain", "utf-8"):
        assert written is not None
        assert b"rect" in written


@pytest.mark.parametrize("name", sorted(PAGE))
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_page_is_written_anew_without_what_runs(name: str, encoding: str) -> None:
    text = _PAGE.format(**{"at": "", "body": "", "head": "", **PAGE[name]})
    verdict, written = left(text.encode(encoding), "p.html")
    assert verdict is not Verdict.RELEASE
    assert written is None or not RUNS.search(written)
    if (name, encoding) == ("plain", "utf-8"):
        assert written is not None
        assert b"400" in written


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be"])
def test_entities_are_not_opened(encoding: str) -> None:
    inner = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 9 if n else "甲" * 99}">' for n in range(9))
    bomb = f'<?xml version="1.0"?><!DOCTYPE svg [{inner}<!ENTITY f SYSTEM "file:///etc/hostname">]>'
    drawing = bomb + _SVG.format(at="", body="<text>&a8;&f;</text>")
    verdict, written = left(drawing.encode(encoding), "p.svg")
    assert verdict is Verdict.REFUSE
    assert written is None


def test_a_notebook_loses_widgets_attachments_and_running_outputs() -> None:
    outputs = [
        {"output_type": "display_data", "metadata": {}, "data": {
            "text/html": "<img src=x onerror=alert(1)><table><tr><td>甲</td></tr></table>",
            "application/javascript": "alert(1)", "text/plain": "甲",
            "application/vnd.jupyter.widget-view+json": {"model_id": "1"},
        }},
    ]  # fmt: skip
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": "# 统计 <script>alert(1)</script>",
         "attachments": {"a.png": {"image/png": "AAAA"}}},
        {"cell_type": "code", "metadata": {"secret": "520302"}, "source": "1+1", "execution_count": 1,
         "outputs": outputs},
    ]  # fmt: skip
    book = {"nbformat": 4, "nbformat_minor": 5, "metadata": {"widgets": {"state": {"a": 1}}}, "cells": cells}
    verdict, written = left(json.dumps(book, ensure_ascii=False).encode(), "p.ipynb")
    assert verdict is not Verdict.RELEASE
    for trace in (b"onerror", b"application/javascript", b"widget", b"AAAA", b"secret"):
        assert written is None or trace not in written
