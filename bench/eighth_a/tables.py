"""Tables as text, and the small services that the encoders and decoders share."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from bench.eighth_a.honest import Table


def csv_text(rows: Table, separator: str = ",") -> str:
    """A table as comma-separated text, quoted where it must be."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=separator, lineterminator="\n").writerows(rows)
    return buffer.getvalue()


def csv_rows(text: str, separator: str = ",") -> Table:
    """The rows of a comma-separated text, empty lines left out."""
    return [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator) if row]


def blocks(text: str) -> list[str]:
    """The parts of a text between empty lines."""
    return [part for part in text.strip("\n").split("\n\n") if part.strip()]


def json_bytes(value: object, indent: int | None = 1) -> bytes:
    """A document in JSON, Chinese as it is."""
    return json.dumps(value, ensure_ascii=False, indent=indent).encode()


def json_value(data: bytes) -> Any:
    """What a document in JSON holds."""
    return json.loads(data)


def pipe_rows(text: str) -> Table:
    """The rows of a Markdown table, its head and rule left out."""
    rows = [line.strip().strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


def transposed(rows: Table) -> Table:
    """A table with rows and columns exchanged."""
    return [list(column) for column in zip(*rows, strict=True)]
