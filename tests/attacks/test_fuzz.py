"""Files broken at random, into the gate and the delivery room: no crash, no release, no lost row."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import random
import tarfile
import zipfile
from collections.abc import Callable

import openpyxl
import py7zr
import pyarrow.parquet as pq
import pytest
from backports import zstd
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from sandbox.egress.judge import judge
from sandbox.egress.report import Product
from sandbox.files.readers import ReadLimits, open_table
from sandbox.kernel.errors import InputError
from sandbox.kernel.findings import Verdict
from tests.egress.clinic import csv_of, source, visits
from tests.egress.examples import BY_KIND, plotted
from tests.egress.test_carving import CONTAINERS, tensors
from tests.lengths import length

pytestmark = [pytest.mark.long, pytest.mark.timeout(2400)]
ROWS = visits().slice(100, 30)
CHANCE = 20261126


def workbook() -> bytes:
    book = openpyxl.Workbook()
    for row in ROWS.to_pylist():
        book.active.append(list(row.values()))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def parquet() -> bytes:
    out = io.BytesIO()
    pq.write_table(ROWS, out)
    return out.getvalue()


def packed(name: str, data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return out.getvalue()


def tarred(name: str, data: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        member = tarfile.TarInfo(name)
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))
    return out.getvalue()


def notebook() -> bytes:
    cell = {"cell_type": "code", "source": "x", "metadata": {}, "execution_count": 1, "outputs": [
        {"output_type": "stream", "name": "stdout", "text": csv_of(ROWS).decode()}]}  # fmt: skip
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def office(folder: str, part: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(f"{folder}/{part}.xml", f"<p><t>{csv_of(ROWS).decode()}</t></p>")
    return out.getvalue()


def page() -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out)
    for place, line in enumerate(csv_of(ROWS.select(["结算号", "金额"])).decode().splitlines()):
        canvas.drawString(50, 800 - 14 * place, line)
    canvas.save()
    return out.getvalue()


def picture() -> bytes:
    out = io.BytesIO()
    image = Image.new("RGB", (60, 40), (250, 250, 250))
    image.putpixel((3, 3), (0, 0, 0))
    image.save(out, "PNG")
    return out.getvalue()


def seven() -> bytes:
    out = io.BytesIO()
    with py7zr.SevenZipFile(out, "w") as archive:
        archive.writestr(csv_of(ROWS), "p.csv")
    return out.getvalue()


CSV = csv_of(ROWS)
SEEDS: dict[str, bytes] = {
    "p.csv": CSV,
    "gb.csv": CSV.decode().encode("gb18030"),
    "utf16.csv": CSV.decode().encode("utf-16"),
    "p.json": json.dumps(ROWS.to_pylist(), ensure_ascii=False).encode(),
    "p.ndjson": "\n".join(json.dumps(row, ensure_ascii=False) for row in ROWS.to_pylist()).encode(),
    "p.xlsx": workbook(),
    "p.parquet": parquet(),
    "p.zip": packed("p.csv", CSV),
    "zip.zip": packed("p.zip", packed("p.csv", CSV)),
    "p.tar.gz": tarred("p.csv", CSV),
    "p.csv.gz": gzip.compress(CSV),
    "p.csv.bz2": bz2.compress(CSV),
    "p.csv.xz": lzma.compress(CSV),
    "p.ipynb": notebook(),
    "p.svg": b'<svg xmlns="http://www.w3.org/2000/svg"><text>' + CSV + b"</text></svg>",
    "p.html": b"<html><body><pre>" + CSV + b"</pre></body></html>",
    "p.7z": seven(),
    "p.csv.zst": zstd.compress(CSV),
    "p.docx": office("word", "document"),
    "p.pptx": office("ppt", "slides/slide1"),
    "p.pdf": page(),
    "p.png": picture(),
    "p.safetensors": tensors({"note": CSV.decode()}),
    "chart.json": plotted(BY_KIND)[0].data,
    **{f"p.{name.replace(' ', '.')}": make() for name, make in CONTAINERS.items()},
}


def flip(data: bytearray, chance: random.Random) -> bytearray:
    for _ in range(chance.randint(1, 12)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    return data


def cut(data: bytearray, chance: random.Random) -> bytearray:
    return data[: chance.randrange(1, len(data))]


def double(data: bytearray, chance: random.Random) -> bytearray:
    start, end = sorted(chance.randrange(len(data)) for _ in range(2))
    return data[:end] + data[start:]


def drop(data: bytearray, chance: random.Random) -> bytearray:
    start, end = sorted(chance.randrange(len(data)) for _ in range(2))
    return data[:start] + data[end:] or data


def splice(data: bytearray, chance: random.Random) -> bytearray:
    other = SEEDS[chance.choice(sorted(SEEDS))]
    return data[: chance.randrange(len(data))] + other[chance.randrange(len(other)) :]


RIGHT_TO_LEFT = chr(0x202E).encode()
PIECES = (
    b"\0" * 9, b'"', b"\r\n", b"=cmd|'/c'!A1", RIGHT_TO_LEFT, b"<!ENTITY x 'y'>", b"[" * 500, b"NaN,",
    b"\xff" * 8, b"\x7f\xff\xff\xff",
)  # fmt: skip


def insert(data: bytearray, chance: random.Random) -> bytearray:
    at = chance.randrange(len(data))
    piece = chance.choice(PIECES)
    return data[:at] + piece + data[at:]


Break = Callable[[bytearray, random.Random], bytearray]
BREAKS: tuple[Break, ...] = (
    flip,
    cut,
    double,
    drop,
    splice,
    insert,
)


def broken(count: int, seed: int) -> list[tuple[str, bytes]]:
    """Return so many broken files, the same every time."""
    chance, made = random.Random(seed), []
    for number in range(count):
        name = sorted(SEEDS)[number % len(SEEDS)]
        data = bytearray(SEEDS[name])
        for _ in range(chance.randint(1, 3)):
            data = chance.choice(BREAKS)(data, chance)
        made.append((name, bytes(data)))
    return made


def test_no_broken_file_crashes_the_gate_or_is_released() -> None:
    held, leaked = source(), []
    for number, (name, data) in enumerate(broken(length(340, 20_000), CHANCE)):
        file = judge([Product(name, data)], [held]).judgement.files[0]
        if file.verdict is Verdict.RELEASE:
            leaked.append((number, name, data[:80]))
        else:
            assert file.findings, (number, name)
    assert leaked == []


def test_no_broken_delivery_crashes_the_reader_or_loses_a_row() -> None:
    refused = read = 0
    for number, (name, data) in enumerate(broken(length(1_200, 20_000), CHANCE + 1)):
        try:
            with open_table(io.BytesIO(data), name=name, limits=ReadLimits()) as table:
                good = sum(batch.num_rows for _, batch in table.batches())
                assert table.rows_read == good + table.bad_count, (number, name)
                read += 1
        except InputError:
            refused += 1
    assert refused > 100
    assert read > 100
