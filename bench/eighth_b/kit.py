"""Small tools of the techniques: zip archives, tables as text, labelled lines."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Sequence

Parts = dict[str, bytes]


def zipped(parts: Parts) -> bytes:
    """A zip archive of the parts whose bytes depend on nothing else."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            info = zipfile.ZipInfo(name, (2026, 3, 2, 9, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return out.getvalue()


def unzipped(data: bytes) -> Parts:
    """The parts of a zip archive."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def csv_text(table: Iterable[Sequence[str]]) -> str:
    """A table as CSV without a heading."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(table)
    return out.getvalue()


def csv_rows(text: str) -> list[tuple[str, ...]]:
    """The rows of a CSV text without a heading."""
    return [tuple(row) for row in csv.reader(io.StringIO(text)) if row]


def json_text(value: object) -> str:
    """A value as compact JSON in its own characters."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def packed(table: list[list[str]]) -> bytes:
    """A table as compressed JSON."""
    return zlib.compress(json_text(table).encode(), 9)


def unpacked(data: bytes) -> list[tuple[str, ...]]:
    """The table in compressed JSON."""
    return [tuple(row) for row in json.loads(zlib.decompress(data))]


def labelled(columns: Sequence[str], values: Sequence[str]) -> str:
    """A record as a sentence of labels and values."""
    return "；".join(f"{c}：{v}" for c, v in zip(columns, values, strict=True))


def unlabelled(text: str) -> tuple[str, ...]:
    """The values of a record that was written as labels and values."""
    return tuple(part.partition("：")[2] for part in text.split("；"))


def esc(text: str) -> str:
    """A text for XML and HTML, quotes included."""
    return html.escape(text)


def found(pattern: str, text: str | bytes) -> list[str]:
    """What the only group of a pattern finds in marked-up text, entities resolved."""
    if isinstance(text, bytes):
        text = text.decode()
    return [html.unescape(hit) for hit in re.findall(pattern, text, re.DOTALL)]


def threes(values: Sequence[str], width: int) -> list[tuple[str, ...]]:
    """A flat sequence of values cut into records of one width."""
    return [tuple(values[i : i + width]) for i in range(0, len(values), width)]


def number(text: str) -> str:
    """A sum of money as the sources write it."""
    return f"{float(text):.2f}"
