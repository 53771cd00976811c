"""Carriers: what they are, the list of them, and how text becomes cells or lines in them."""

from __future__ import annotations

import csv
import html
import random
import re
from collections.abc import Callable
from dataclasses import dataclass

from bench.composed.kinds import Around
from bench.eighth_a.honest import Table
from bench.eighth_a.tables import csv_rows, csv_text

Load = Callable[[bytes, Around, random.Random], bytes]
Unload = Callable[[bytes], bytes]
CELLS, LINES = "明细", "文本"


@dataclass(frozen=True, slots=True)
class Carrier:
    """A place in a file and how to find it again; `binary` if it takes any bytes."""

    name: str
    family: str
    extension: str
    encode: Load
    decode: Unload
    binary: bool


CARRIERS: dict[str, Carrier] = {}


def carrier(
    name: str, family: str, extension: str, encode: Load, decode: Unload, binary: bool = False
) -> None:
    """Put a carrier on the list."""
    CARRIERS[name] = Carrier(name, family, extension, encode, decode, binary)


def cells_or_lines(data: bytes) -> tuple[str, Table]:
    """The cells of comma-separated text, or else its lines, long ones in several cells."""
    text = data.decode()
    try:
        rows = csv_rows(text)
    except csv.Error:
        rows = []
    if len(rows) > 1 and {len(row) for row in rows} == {max(2, len(rows[0]))} and csv_text(rows) == text:
        return CELLS, rows
    lines = text.split("\n")
    return LINES, [[line[i : i + 30000] for i in range(0, len(line), 30000)] or [""] for line in lines]


def from_cells(mode: str, rows: Table) -> bytes:
    """The text of such cells."""
    return (csv_text(rows) if mode == CELLS else "\n".join("".join(row) for row in rows)).encode()


def attribute(text: str) -> str:
    """A text as the value of an attribute, in quotes."""
    safe = html.escape(text).replace("\n", "&#10;").replace("\t", "&#9;")
    return f'"{safe}"'


def between(text: str, start: str, end: str) -> list[str]:
    """The unescaped texts between two marks, which are regular expressions."""
    return [html.unescape(found) for found in re.findall(f"{start}(.*?){end}", text, re.DOTALL)]
