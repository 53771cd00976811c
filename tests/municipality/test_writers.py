"""Deliveries: bytes that repeat, rows that add up, and every unreadable record where the truth says."""

import csv
import hashlib
import io
import json
from collections import Counter
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from sandbox.municipality.companies import companies
from sandbox.municipality.extract import Extract
from sandbox.municipality.health import visits
from sandbox.municipality.writers import UNHARMED, Damage, Fault, Form, write_delivery

WIDTH = 14


@pytest.fixture(scope="module")
def health() -> Extract:
    return visits(2, count=400, persons=150)


@pytest.mark.parametrize("form", list(Form))
def test_the_same_seed_gives_the_same_bytes(health: Extract, tmp_path: Path, form: Form) -> None:
    first = write_delivery(health, tmp_path / "a", form=form, seed=9)
    second = write_delivery(health, tmp_path / "b", form=form, seed=9)
    assert first.path.read_bytes() == second.path.read_bytes()
    assert first.bad == second.bad


@pytest.mark.parametrize(("form", "encoding"), [(Form.GB18030_CSV, "gb18030"), (Form.UTF8_CSV, "utf-8-sig")])
def test_an_unharmed_csv_reads_back_whole(health: Extract, tmp_path: Path, form: Form, encoding: str) -> None:
    done = write_delivery(health, tmp_path / "a.csv", form=form, damage=UNHARMED)
    names, *rows = csv.reader(io.StringIO(done.path.read_bytes().decode(encoding), newline=""))
    assert names == health.table.column_names
    assert rows == [list(row.values()) for row in health.table.to_pylist()]
    assert done.bad == ()
    assert done.good == done.note.declared_rows == len(rows)


def test_note_describes_the_file(health: Extract, tmp_path: Path) -> None:
    done = write_delivery(health, tmp_path / "a.csv", form=Form.UTF8_CSV, provider_uscc="X" * 18)
    note = json.loads(done.note_path.read_text("utf-8"))
    content = done.path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert note["sha256"] == hashlib.sha256(content).hexdigest()
    assert note["bytes"] == len(content)
    assert note["declared_rows"] == done.records == 400
    assert dict(note["columns"])["居民身份证号"]


@pytest.mark.parametrize(("form", "encoding"), [(Form.GB18030_CSV, "gb18030"), (Form.UTF8_CSV, "utf-8")])
def test_damaged_lines_of_a_csv_are_damaged_as_told(
    health: Extract, tmp_path: Path, form: Form, encoding: str
) -> None:
    done = write_delivery(health, tmp_path / "a.csv", form=form, damage=Damage(broken_quote=2))
    lines = done.path.read_bytes().splitlines()
    faults = {record.record: record.fault for record in done.bad}
    assert Counter(faults.values()) == Counter(Damage(broken_quote=2).of(form))
    assert len(lines) == done.records + 1
    assert done.good == done.records - 9
    for number, line in enumerate(lines):
        assert _fault(line, encoding) == faults.get(number), number


def _fault(line: bytes, encoding: str) -> Fault | None:
    try:
        text = line.decode(encoding)
    except UnicodeDecodeError:
        return Fault.UNDECODABLE
    if text.count('"') % 2:
        return Fault.BROKEN_QUOTE
    width = len(next(csv.reader([text])))
    return Fault.SHORT_ROW if width < WIDTH else Fault.LONG_ROW if width > WIDTH else None


def test_a_workbook_holds_ids_as_numbers_only_where_told(health: Extract, tmp_path: Path) -> None:
    done = write_delivery(health, tmp_path / "a.xlsx", form=Form.XLSX)
    book = CalamineWorkbook.from_filelike(io.BytesIO(done.path.read_bytes()))
    rows = book.get_sheet_by_index(0).to_python()[1:]
    numbers = {
        row for row, cells in enumerate(rows, start=1) if any(isinstance(cell, float) for cell in cells)
    }
    longer = {row for row, cells in enumerate(rows, start=1) if any(cells[WIDTH:])}
    assert numbers == {record.record for record in done.bad if record.fault is Fault.ID_AS_NUMBER}
    assert longer == {record.record for record in done.bad if record.fault is Fault.LONG_ROW}
    assert len(numbers) == 3
    assert len(longer) == 2


def test_more_damage_than_rows_is_refused(health: Extract, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="too few rows"):
        write_delivery(health, tmp_path / "a.csv", form=Form.UTF8_CSV, damage=Damage(short=500))


def test_firms_with_codes_of_digits_only_can_be_spoilt_as_numbers(tmp_path: Path) -> None:
    done = write_delivery(companies(1, count=1_000), tmp_path / "a.xlsx", form=Form.XLSX)
    assert sum(record.fault is Fault.ID_AS_NUMBER for record in done.bad) == 3
