"""Records that are written in a picture: people read them at a glance, so the gate must.

The letters are drawn, no byte of them stands in the file. So in an office package and in a notebook.
Charts with titles, axes and counts hold nobody.
"""

from __future__ import annotations

import base64
import io
import json
import random
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
import openpyxl
import openpyxl.drawing.image
import pytest
from PIL import Image, ImageDraw, ImageFont

from sandbox.app import FONT
from sandbox.egress.judge import judge
from sandbox.egress.optical import Written, lettered, rows_of
from sandbox.egress.report import Product
from sandbox.kernel.findings import FindingKind, Verdict
from tests.attacks.exam_room import sources, world

mpl.use("Agg")


def people() -> list[tuple[str, ...]]:
    wanted = ("姓名", "身份证号", "出生日期", "金额")
    return [tuple(row[name] for name in wanted) for row in world().persons[40:52]]


def drawn(rows: Sequence[Sequence[str]], *, size: int = 18, dark: bool = False) -> Image.Image:
    paper, ink = ("#1e1e1e", "#dddddd") if dark else ("white", "black")
    image = Image.new("RGB", (44 * size, int(1.7 * size * (len(rows) + 1))), paper)
    pen, font = ImageDraw.Draw(image), ImageFont.truetype(str(FONT), size)
    for number, row in enumerate(rows):
        for place, cell in enumerate(row):
            pen.text((size + place * 11 * size, (0.5 + 1.7 * number) * size), cell, fill=ink, font=font)
    return image


def png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=70)
    return out.getvalue()


def tilted(image: Image.Image) -> bytes:
    return jpeg(image.rotate(2, expand=True, fillcolor="white"))


def workbook(image: Image.Image) -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["区县", "人次"])
    book.active.append(["甲区", 4100])
    book.active.add_image(openpyxl.drawing.image.Image(io.BytesIO(png(image))), "D2")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def scan(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PDF", resolution=110)
    return out.getvalue()


def printed(rows: Sequence[Sequence[str]]) -> bytes:
    """A page whose letters are numbers of a font, as printing makes them."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(TTFont("exam", str(FONT)))
    out = io.BytesIO()
    page = Canvas(out)
    page.setFont("exam", 11)
    for number, row in enumerate(rows):
        for place, cell in enumerate(row):
            page.drawString(40 + place * 130, 780 - number * 18, cell)
    page.save()
    return out.getvalue()


def notebook(image: Image.Image) -> bytes:
    data = {"image/png": base64.b64encode(png(image)).decode()}
    shown = {"output_type": "display_data", "metadata": {}, "data": data}
    cell = {"cell_type": "code", "metadata": {}, "source": "show()", "execution_count": 1, "outputs": [shown]}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def figure(rows: Sequence[Sequence[str]]) -> bytes:
    from matplotlib import font_manager, pyplot

    font_manager.fontManager.addfont(str(FONT))
    with mpl.rc_context({"font.family": font_manager.FontProperties(fname=str(FONT)).get_name()}):
        drawing, axes = pyplot.subplots(figsize=(8, 4))
        axes.axis("off")
        axes.table(cellText=[list(row) for row in rows], loc="center")
        out = io.BytesIO()
        drawing.savefig(out, dpi=110)
        pyplot.close(drawing)
    return out.getvalue()


PICTURES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "a table": ("t.png", lambda: png(drawn(people()))),
    "small letters": ("t.png", lambda: png(drawn(people(), size=14))),
    "a dark screen": ("t.png", lambda: png(drawn(people(), dark=True))),
    "a JPEG": ("t.jpg", lambda: jpeg(drawn(people()))),
    "laid askew": ("t.jpg", lambda: tilted(drawn(people()))),
    "a figure's table": ("t.png", lambda: figure(people())),
    "prose": ("t.png", lambda: png(drawn([[f"{one[0]}，证号 {one[1]}，{one[3]} 元"] for one in people()]))),
    "in a workbook": ("t.xlsx", lambda: workbook(drawn(people()))),
    "a scan": ("t.pdf", lambda: scan(drawn(people()))),
    "a printed page": ("t.pdf", lambda: printed(people())),
    "in a notebook": ("t.ipynb", lambda: notebook(drawn(people()))),
}


@pytest.mark.parametrize("name", PICTURES)
def test_records_written_in_a_picture_are_recognised(name: str) -> None:
    path, make = PICTURES[name]
    judged = judge([Product(path, make())], sources()).judgement
    kinds = {finding.kind for file in judged.files for finding in file.findings}
    assert judged.verdict is Verdict.REFUSE
    assert FindingKind.SOURCE_RECORD in kinds


def chart() -> bytes:
    from matplotlib import pyplot

    chance = random.Random(5)
    drawing, axes = pyplot.subplots(figsize=(8, 4))
    bars = axes.bar([f"D{number}" for number in range(12)], [chance.randrange(200, 9000) for _ in range(12)])
    axes.bar_label(bars)
    axes.set_title("Visits 2024-01 to 2024-12")
    out = io.BytesIO()
    drawing.savefig(out, dpi=110)
    pyplot.close(drawing)
    return out.getvalue()


def counts() -> bytes:
    chance = random.Random(6)
    rows = [("区县", "月份", "人次", "次均费用")]
    rows += [
        (f"{one}区", "2024-05", str(chance.randrange(300, 9000)), f"{chance.random() * 900:.1f}")
        for one in "甲乙丙丁戊"
    ]
    return png(drawn(rows))


def noise() -> bytes:
    return png(Image.fromarray(np.random.default_rng(3).integers(0, 255, (120, 160, 3), np.uint8)))


@pytest.mark.skipif(shutil.which("chromium") is None, reason="a browser prints the page")
def test_a_page_printed_by_a_browser_is_read_by_its_fonts(tmp_path: Path) -> None:
    rows = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in people())
    (tmp_path / "a.html").write_text(f"<meta charset=utf-8><table>{rows}</table>", encoding="utf-8")
    printer = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--print-to-pdf={tmp_path}/a.pdf"]
    subprocess.run([*printer, f"file://{tmp_path}/a.html"], check=True, capture_output=True, timeout=120)
    data = (tmp_path / "a.pdf").read_bytes()
    judged = judge([Product("a.pdf", data)], sources()).judgement
    kinds = {finding.kind for file in judged.files for finding in file.findings}
    assert FindingKind.SOURCE_RECORD in kinds


@pytest.mark.parametrize("make", [chart, counts, noise])
def test_a_picture_of_nobody_holds_no_record(make: Callable[[], bytes]) -> None:
    judged = judge([Product("t.png", make())], sources()).judgement
    kinds = {finding.kind for file in judged.files for finding in file.findings}
    assert not kinds & {FindingKind.SOURCE_RECORD, FindingKind.IDENTIFIER}


def test_what_stands_side_by_side_is_a_row() -> None:
    read = [
        Written(31, 90, 12, "丁"),
        Written(10, 80, 12, "乙"),
        Written(12, 5, 12, "甲"),
        Written(30, 4, 12, "丙"),
    ]
    assert rows_of(read) == [["甲", "乙"], ["丙", "丁"]]


def test_blank_and_noisy_pictures_are_not_read() -> None:
    blank = np.full((200, 300), 255, np.uint8)
    noisy = np.random.default_rng(3).integers(0, 255, (200, 300)).astype(np.uint8)
    inked = blank.copy()
    inked[20:40, 20:200:3] = 0
    assert [lettered(one) for one in (blank, noisy, inked)] == [False, False, True]
