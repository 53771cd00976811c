"""What the techniques of this examination share: its own registry and a few small helpers."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Callable

from bench.held_out.core import (
    AMT,
    BIRTH,
    CAP,
    DIST,
    FOUND,
    FTEL,
    ID,
    INCOME,
    TEL,
    USCC,
    VISIT,
    Files,
    Row,
    Technique,
    Values,
    cents,
    day,
    day_text,
    id_number,
    id_text,
    money,
    uscc_number,
    uscc_text,
)

REGISTRY: list[Technique] = []
SIZES = {ID: 8, USCC: 11, TEL: 5, FTEL: 5, BIRTH: 3, VISIT: 3, FOUND: 3, DIST: 3, AMT: 4, CAP: 4, INCOME: 4}


def technique(source: str, *columns: str, low: int = 20, high: int = 60) -> Callable:
    """Register an encoder; its decoder is the function of the same module called `<name>_back`."""

    def register(function: Callable[..., Files]) -> Callable[..., Files]:
        REGISTRY.append(Technique(function.__name__, source, columns, function, low, high))
        return function

    return register


def number_of(value: str, column: str) -> int:
    """The whole number behind a value of a numeric column."""
    if column == ID:
        return id_number(value)
    if column == USCC:
        return uscc_number(value)
    if column in (BIRTH, VISIT, FOUND):
        return day(value)
    return cents(value) if column in (AMT, CAP, INCOME) else int(value)


def text_of(number: int, column: str) -> str:
    """The value of a numeric column behind a whole number."""
    if column == ID:
        return id_text(number)
    if column == USCC:
        return uscc_text(number)
    if column in (BIRTH, VISIT, FOUND):
        return day_text(number)
    return money(number) if column in (AMT, CAP, INCOME) else str(number)


def numbers(rows: list[Row], *columns: str) -> list[list[int]]:
    """The whole numbers behind some columns."""
    return [[number_of(row[c], c) for c in columns] for row in rows]


def texts(lines, *columns: str) -> Values:
    """The values behind lines of whole numbers."""
    return [tuple(text_of(n, c) for n, c in zip(line, columns, strict=True)) for line in lines]


def dense(rows: list[Row], *columns: str) -> bytes:
    """Some numeric columns in as few whole bytes as they need, row after row."""
    return b"".join(number_of(row[c], c).to_bytes(SIZES[c], "big") for row in rows for c in columns)


def undense(data: bytes, *columns: str) -> Values:
    """The values of dense bytes."""
    out, place = [], 0
    while place < len(data):
        line = []
        for c in columns:
            line.append(text_of(int.from_bytes(data[place : place + SIZES[c]], "big"), c))
            place += SIZES[c]
        out.append(tuple(line))
    return out


def plain(extension: str, text: str) -> Files:
    """One text file."""
    return [(extension, text.encode())]


def lines_of(files: list[bytes]) -> list[str]:
    """The lines of the first file."""
    return files[0].decode().split("\n")


def b64(data: bytes) -> str:
    """Base64 as text."""
    return base64.b64encode(data).decode()


def gz(data: bytes) -> bytes:
    """GZIP without a time."""
    return gzip.compress(data, 9, mtime=0)


def chunked(items, size: int) -> list:
    """A sequence in pieces of a size."""
    return [items[i : i + size] for i in range(0, len(items), size)]
