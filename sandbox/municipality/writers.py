"""Deliveries as cities make them: an extract written as a file, with unreadable rows among the good.

Every unreadable row is known (record number and why), the note declares the rows, and the
same extract, form, damage and seed give the same bytes. Called by the demo and by tests.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
from openpyxl import Workbook

from sandbox.municipality.extract import Extract

_MADE = datetime(2024, 11, 1, 9, 0, 0, tzinfo=UTC)
_ID = re.compile(r"\d{18}", re.ASCII)


class Form(StrEnum):
    """How the file is written."""

    GB18030_CSV = "gb18030-csv"
    UTF8_CSV = "utf8-bom-csv"
    XLSX = "xlsx"
    PARQUET = "parquet"


class Fault(StrEnum):
    """Why a row cannot be read as it was meant."""

    SHORT_ROW = "short-row"
    LONG_ROW = "long-row"
    BROKEN_QUOTE = "broken-quote"
    UNDECODABLE = "undecodable"
    ID_AS_NUMBER = "id-as-number"


@dataclass(frozen=True, slots=True)
class Damage:
    """How many rows of each fault; those that a form cannot have are left out by the writer."""

    short: int = 3
    long: int = 2
    broken_quote: int = 1
    undecodable: int = 2
    id_as_number: int = 3

    def of(self, form: Form) -> tuple[Fault, ...]:
        """Return one fault for each row to be damaged in a file of this form; Parquet cannot have any."""
        if form is Form.PARQUET:
            return ()
        if form is Form.XLSX:
            return (Fault.LONG_ROW,) * self.long + (Fault.ID_AS_NUMBER,) * self.id_as_number
        return (
            (Fault.SHORT_ROW,) * self.short
            + (Fault.LONG_ROW,) * self.long
            + (Fault.BROKEN_QUOTE,) * self.broken_quote
            + (Fault.UNDECODABLE,) * self.undecodable
        )


UNHARMED = Damage(short=0, long=0, broken_quote=0, undecodable=0, id_as_number=0)


@dataclass(frozen=True, slots=True)
class BadRecord:
    """An unreadable record: its number in the file (from 1, header not counted) and the fault."""

    record: int
    fault: Fault


@dataclass(frozen=True, slots=True)
class Note:
    """The delivery note that travels with the file; `declared_rows` is what the department says."""

    dataset: str
    provider_uscc: str
    file: str
    form: Form
    declared_rows: int
    bytes: int
    sha256: str
    columns: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Delivered:
    """A written delivery and the truth about it; `records` = `good` + `len(bad)`."""

    path: Path
    note_path: Path
    note: Note
    records: int
    bad: tuple[BadRecord, ...]

    @property
    def good(self) -> int:
        """Return how many records a strict reader must accept."""
        return self.records - len(self.bad)


def write_delivery(
    extract: Extract,
    path: Path,
    *,
    form: Form,
    provider_uscc: str = "",
    seed: int = 0,
    damage: Damage | None = None,
) -> Delivered:
    """Write the extract and, beside it, its note (`<name>.note.json`); return both with the truth."""
    rows = [
        list(row) for row in zip(*(extract.table[name].to_pylist() for name in _names(extract)), strict=True)
    ]
    bad = _choose(rows, (damage or Damage()).of(form), seed=seed)
    content = _content(extract, rows, bad, form=form)
    path.write_bytes(content)
    note = Note(
        dataset=extract.title,
        provider_uscc=provider_uscc,
        file=path.name,
        form=form,
        declared_rows=len(rows),
        bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        columns=tuple((name, extract.comments.get(name, "")) for name in _names(extract)),
    )
    note_path = path.with_name(path.name + ".note.json")
    note_path.write_text(json.dumps(asdict(note), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return Delivered(path=path, note_path=note_path, note=note, records=len(rows), bad=bad)


def _content(extract: Extract, rows: Sequence[list[str]], bad: Sequence[BadRecord], *, form: Form) -> bytes:
    if form is Form.PARQUET:
        return _parquet(extract)
    return _xlsx(extract, rows, bad) if form is Form.XLSX else _csv(extract, rows, bad, form=form)


def _parquet(extract: Extract) -> bytes:
    """Return the table with its own types; the same bytes every time."""
    table = extract.table
    for name, kind in extract.types.items():
        table = table.set_column(table.column_names.index(name), name, pc.cast(table[name], kind))
    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    return buffer.getvalue()


def _names(extract: Extract) -> list[str]:
    return list(extract.table.column_names)


def _choose(rows: Sequence[Sequence[str]], faults: Sequence[Fault], *, seed: int) -> tuple[BadRecord, ...]:
    """Return distinct records for the faults, in file order; never the first or the last record.

    An ID can only be spoilt as a number where a cell is one of eighteen digits.
    """
    rng = np.random.default_rng([seed, 0xBAD])
    drawn = [int(row) for row in rng.permutation(len(rows)) if 0 < row < len(rows) - 1]
    numeric = iter([row for row in drawn if any(_ID.fullmatch(cell) for cell in rows[row])])
    taken: dict[int, Fault] = {}
    for fault in sorted(faults, key=lambda fault: fault is not Fault.ID_AS_NUMBER):
        source = numeric if fault is Fault.ID_AS_NUMBER else iter(drawn)
        row = next((row for row in source if row not in taken), None)
        if row is None:
            raise ValueError("too few rows for this damage")
        taken[row] = fault
    return tuple(BadRecord(row + 1, taken[row]) for row in sorted(taken))


class _Lines(list[str]):
    """Takes what `csv.writer` writes: one line for each row."""

    def write(self, line: str) -> None:
        self.append(line)


def _csv(extract: Extract, rows: Sequence[list[str]], bad: Sequence[BadRecord], *, form: Form) -> bytes:
    encoding = "gb18030" if form is Form.GB18030_CSV else "utf-8"
    lines = _Lines()
    writer = csv.writer(lines, lineterminator="\r\n")
    writer.writerow(_names(extract))
    writer.writerows(rows)
    encoded = [line.encode(encoding) for line in lines]
    for record in bad:
        encoded[record.record] = _damaged(rows[record.record - 1], record.fault, encoding=encoding)
    mark = b"" if form is Form.GB18030_CSV else b"\xef\xbb\xbf"
    return mark + b"".join(encoded)


def _damaged(row: list[str], fault: Fault, *, encoding: str) -> bytes:
    """Return the line of one damaged record, with its line end."""
    lines = _Lines()
    writer = csv.writer(lines, lineterminator="\r\n")
    if fault is Fault.SHORT_ROW:
        writer.writerow(row[:-2])
    elif fault is Fault.LONG_ROW:
        writer.writerow([*row, "补录", "1"])
    else:
        writer.writerow(row)
    line = lines[0].encode(encoding)
    if fault is Fault.UNDECODABLE:
        start = line.index(b",") + 1
        return line[:start] + b"\xff\xff" + line[start:]
    if fault is Fault.BROKEN_QUOTE:
        plain = [cell.replace('"', "").replace(",", "，") for cell in row]
        plain[1] = '"' + plain[1]
        return (",".join(plain) + "\r\n").encode(encoding)
    return line


def _xlsx(extract: Extract, rows: Sequence[list[str]], bad: Sequence[BadRecord]) -> bytes:
    """Return a workbook of one sheet, all text but the spoilt IDs; the same bytes every time."""
    faults = {record.record: record.fault for record in bad}
    book = Workbook(write_only=True)
    sheet = book.create_sheet("数据")
    sheet.append(_names(extract))
    for record, row in enumerate(rows, start=1):
        fault = faults.get(record)
        if fault is Fault.LONG_ROW:
            sheet.append([*row, "补录"])
        elif fault is Fault.ID_AS_NUMBER:
            sheet.append([float(cell) if _ID.fullmatch(cell) else cell for cell in row])
        else:
            sheet.append(row)
    book.properties.created = _MADE.replace(tzinfo=None)
    buffer = io.BytesIO()
    book.save(buffer)
    return _without_clock(buffer)


def _without_clock(buffer: io.BytesIO) -> bytes:
    """Return the workbook with the times of its making replaced by a fixed one."""
    fixed = io.BytesIO()
    stamp = f"{_MADE:%Y-%m-%dT%H:%M:%SZ}".encode()
    with zipfile.ZipFile(buffer) as made, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as out:
        for name in made.namelist():
            content = made.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stamp, content)
            member = zipfile.ZipInfo(name, date_time=_MADE.timetuple()[:6])
            member.compress_type = zipfile.ZIP_DEFLATED
            out.writestr(member, content)
    return fixed.getvalue()
