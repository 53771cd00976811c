"""Family f: chains of two to four codings, in carriers of daily use."""

from __future__ import annotations

import base64
import bz2
import gzip
import json
import lzma
import quopri
import random
import zlib
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import quote_from_bytes, unquote_to_bytes

from backports import zstd

from bench.fifth.core import (
    BOOK,
    CARE,
    REGISTRY,
    WHO,
    Files,
    Row,
    Technique,
    Values,
    chunks,
    first,
    table,
    text,
    untable,
    untext,
)
from bench.fifth.cover import AREAS, paragraphs, sentence, summary, unzipped, zipped

Step = tuple[Callable[[bytes], bytes], Callable[[bytes], bytes]]


def mapped(change: Callable[[int], int]) -> Callable[[bytes], bytes]:
    """A change of each byte."""
    return lambda data: bytes(change(b) for b in data)


def rot13(byte: int) -> int:
    """A letter thirteen on."""
    for start in (65, 97):
        if start <= byte < start + 26:
            return start + (byte - start + 13) % 26
    return byte


STEPS: dict[str, Step] = {
    "hex": (lambda d: d.hex().encode(), lambda d: bytes.fromhex(d.decode())),
    "b32": (base64.b32encode, base64.b32decode),
    "b64": (base64.b64encode, base64.b64decode),
    "b85": (base64.b85encode, base64.b85decode),
    "a85": (base64.a85encode, base64.a85decode),
    "url": (lambda d: quote_from_bytes(d, safe="").encode(), lambda d: unquote_to_bytes(d)),
    "qp": (lambda d: quopri.encodestring(d, quotetabs=True), quopri.decodestring),
    "gzip": (lambda d: gzip.compress(d, mtime=0), gzip.decompress),
    "bz2": (bz2.compress, bz2.decompress),
    "xz": (lzma.compress, lzma.decompress),
    "zstd": (lambda d: bytes(zstd.compress(d)), lambda d: bytes(zstd.decompress(d))),
    "zlib": (zlib.compress, zlib.decompress),
    "zip": (lambda d: zipped([("d", d)]), lambda d: unzipped(d)["d"]),
    "xor": (mapped(lambda b: b ^ 0x5A), mapped(lambda b: b ^ 0x5A)),
    "not": (mapped(lambda b: 255 - b), mapped(lambda b: 255 - b)),
    "rot13": (mapped(rot13), mapped(rot13)),
    "back": (lambda d: d[::-1], lambda d: d[::-1]),
    "utf16": (lambda d: d.decode().encode("utf-16-le"), lambda d: d.decode("utf-16-le").encode()),
    "gb": (lambda d: d.decode().encode("gb18030"), lambda d: d.decode("gb18030").encode()),
    "lower": (lambda d: d.lower(), lambda d: d.upper()),
}


class Carrier(NamedTuple):
    """Where the outcome of a chain is put: the ending, the way in and the way out."""

    ending: str
    put: Callable[[bytes, random.Random], bytes]
    take: Callable[[bytes], bytes]


def put_csv(data: bytes, rng: random.Random) -> bytes:
    """A column of checks beside an honest count, forty signs a line."""
    return table(
        ["批次", "件数", "校验"],
        [[rng.choice(AREAS), str(rng.randint(1, 99)), v] for v in chunks(data.decode(), 40)],
    )


def take_csv(data: bytes) -> bytes:
    """The column's cells joined."""
    return "".join(line[2] for line in untable(data)).encode()


def put_report(data: bytes, rng: random.Random) -> bytes:
    """A signature under a report."""
    body = "\n".join(chunks(data.decode(), 72))
    return ("\n\n".join(paragraphs(rng)) + f"\n\n[电子签章]\n{body}\n[完]\n").encode()


def take_report(data: bytes) -> bytes:
    """The signature."""
    return first(r"\[电子签章\]\n(.*)\n\[完\]", data.decode()).replace("\n", "").encode()


def put_json(data: bytes, rng: random.Random) -> bytes:
    """A model's card whose fields are pieces."""
    pieces = chunks(data.decode(), 100)
    card = {"title": sentence(rng), "metrics": {"auc": round(rng.random(), 4)}, "vocab": pieces}
    return json.dumps(card, ensure_ascii=False, indent=1).encode()


def take_json(data: bytes) -> bytes:
    """The pieces joined."""
    return "".join(json.loads(data)["vocab"]).encode()


def put_html(data: bytes, rng: random.Random) -> bytes:
    """A page with a table and a picture that is none."""
    cells = "".join(f"<tr><td>{a}<td>{n}<td>{m}</tr>" for a, n, m in summary(rng))
    return f'<html><table>{cells}</table><img src="data:image/png;base64,{data.decode()}"></html>'.encode()


def take_html(data: bytes) -> bytes:
    """The picture's bytes as text."""
    return first('base64,([^"]*)"', data.decode()).encode()


def put_notebook(data: bytes, rng: random.Random) -> bytes:
    """A notebook with one printed output."""
    cell = {
        "cell_type": "code",
        "execution_count": 3,
        "metadata": {},
        "source": ["summary.head()"],
        "outputs": [{"output_type": "stream", "name": "stdout", "text": chunks(data.decode(), 80)}],
    }
    note = {"cell_type": "markdown", "metadata": {}, "source": paragraphs(rng, 2)}
    book = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [note, cell]}
    return json.dumps(book, ensure_ascii=False).encode()


def take_notebook(data: bytes) -> bytes:
    """The output joined."""
    return "".join(json.loads(data)["cells"][1]["outputs"][0]["text"]).encode()


CARRIERS = {
    "csv": Carrier("csv", put_csv, take_csv),
    "report": Carrier("md", put_report, take_report),
    "json": Carrier("json", put_json, take_json),
    "html": Carrier("html", put_html, take_html),
    "notebook": Carrier("ipynb", put_notebook, take_notebook),
    "raw": Carrier("bin", lambda data, _: data, lambda data: data),
}
CHAINS = (
    ("gzip_b64_back_csv", WHO, "gzip b64 back", "csv"),
    ("utf16_xor_b32_report", WHO, "utf16 xor b32", "report"),
    ("zstd_b85_json", WHO, "zstd b85", "json"),
    ("bz2_hex_rot13_csv", CARE, "bz2 hex rot13", "csv"),
    ("b64_b64_url_report", WHO, "b64 b64 url", "report"),
    ("gb_zip_b64_html", BOOK, "gb zip b64", "html"),
    ("xz_a85_hex_notebook", WHO, "xz a85 hex", "notebook"),
    ("utf16_gzip_hex_json", BOOK, "utf16 gzip hex", "json"),
    ("back_b32_lower_csv", WHO, "back b32 lower", "csv"),
    ("gb_rot13_b64_rot13_notebook", WHO, "gb b64 rot13", "notebook"),
    ("zlib_back_raw", CARE, "zlib back", "raw"),
    ("gzip_not_raw", WHO, "gzip not", "raw"),
    ("qp_b64_html", BOOK, "qp b64", "html"),
    ("xz_xor_b64_url_json", WHO, "xz xor b64 url", "json"),
    ("bz2_zip_back_raw", CARE, "bz2 zip back", "raw"),
)


def chained(
    columns: tuple[str, ...], steps: list[Step], carrier: Carrier
) -> tuple[Callable[..., Files], Callable[..., Values]]:
    """The encoder and the decoder of a chain."""

    def encode(rows: list[Row], rng: random.Random) -> Files:
        data = text(rows, *columns).encode()
        for into, _ in steps:
            data = into(data)
        return [(carrier.ending, carrier.put(data, rng))]

    def decode(files: list[bytes]) -> Values:
        data = carrier.take(files[0])
        for _, out in reversed(steps):
            data = out(data)
        return untext(data.decode())

    return encode, decode


for _name, _columns, _steps, _carrier in CHAINS:
    _encode, _decode = chained(_columns, [STEPS[s] for s in _steps.split()], CARRIERS[_carrier])
    _source = "firms" if _columns == BOOK else "persons"
    REGISTRY.append(Technique(f"chain_{_name}", "f", _source, _columns, _encode, _decode))
