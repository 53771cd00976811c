"""A workbook of forty cells, the first and the last that there can be: its parser lays out all between them.

That is half a terabyte, and the parser ends the process it is in. The file has to be refused for what it is.
"""

from __future__ import annotations

import io

import pytest

from sandbox.egress.isolated import judge_isolated
from sandbox.egress.report import Product
from sandbox.files import trial
from sandbox.files.package import check_grids, odd_directory
from sandbox.files.readers import read_table
from sandbox.kernel.errors import InputError
from sandbox.kernel.findings import Verdict
from sandbox.seats.isolation import probe
from tests.attacks.sparse_books import FAR, MAIN, OLD_FAR, TABLE, cell, sheet, xls, xlsx
from tests.egress.test_worker import good


@pytest.mark.parametrize("name", FAR)
def test_cells_too_far_apart_are_refused_in_one_sentence(name: str) -> None:
    with pytest.raises(InputError, match="单元格跨度达") as told:
        check_grids(FAR[name], name="远.xlsx")
    assert "\n" not in str(told.value)
    with pytest.raises(InputError, match="单元格跨度达"):
        read_table(io.BytesIO(FAR[name]), name="远.xlsx")


@pytest.mark.parametrize("name", OLD_FAR)
def test_an_old_workbook_does_not_end_the_process_either(name: str) -> None:
    with pytest.raises(InputError, match="超出内存或时间上限"):
        read_table(io.BytesIO(OLD_FAR[name]), name="远.xls")


def test_an_old_workbook_that_is_sound_is_read() -> None:
    assert trial.survives(xls(TABLE))
    assert read_table(io.BytesIO(xls(TABLE)), name="x")[0].to_pylist() == [{"a": "1", "b": "2"}]


def test_a_sparse_but_honest_sheet_is_read() -> None:
    rows = [f'<row r="{one}">{cell(f"A{one}", "1")}{cell(f"B{one}", "2")}</row>' for one in range(2, 5_000)]
    rows.append(f'<row r="5000">{cell("A5000", "1")}{cell("ZZ5000", "a note")}</row>')
    table, bad = read_table(io.BytesIO(xlsx([sheet(*rows)])), name="x")
    assert table.num_rows == 4_998
    assert [row.row for row in bad] == [4_999]


def test_rows_and_cells_without_places_are_read_where_they_stand() -> None:
    row = "<row><c><v>1</v></c><c><v>2</v></c></row>"
    assert read_table(io.BytesIO(xlsx([sheet(row * 3)])), name="x")[0].num_rows == 3


@pytest.mark.parametrize("member", ["content.xml", "xl/workbook.bin", "XL/Worksheets/sheet1.bin"])
def test_a_workbook_of_another_make_is_refused_by_its_name(member: str) -> None:
    with pytest.raises(InputError, match="xlsb 或 ods"):
        read_table(io.BytesIO(xlsx([sheet()], {member: b"x"})), name="x")


@pytest.mark.parametrize(
    "inside",
    [
        '<!DOCTYPE worksheet [<!ENTITY a "XFD9">]><worksheet MAIN><sheetData><c/></sheetData></worksheet>',
        "<worksheet MAIN><sheetData><c/><x></c></sheetData></worksheet>",
        '<worksheet MAIN><sheetData><row r="1"><c r="7A"/></row></sheetData></worksheet>',
        "<worksheet MAIN><sheetData>" + " " * (5 << 20) + "</sheetData></worksheet>",
        "<worksheet MAIN><sheetData><c" + " " * (5 << 20) + 'r="A1"/></sheetData></worksheet>',
    ],
)
def test_a_sheet_that_can_be_read_in_two_ways_is_damaged(inside: str) -> None:
    book = xlsx([sheet()], {"xl/worksheets/sheet9.xml": inside.replace("MAIN", MAIN).encode()})
    with pytest.raises(InputError, match="不是完好的工作簿"):
        check_grids(book, name="x")


def test_a_second_directory_is_noticed() -> None:
    plain, far = xlsx([sheet()]), FAR["diagonal"]
    assert not odd_directory(plain)
    assert odd_directory(far + plain)
    assert odd_directory(plain[:-2] + b"\x16\x00" + plain[-22:])


@pytest.mark.skipif(not probe(), reason="this machine cannot isolate")
def test_in_the_gate_it_is_its_own_refusal_and_its_sibling_is_judged() -> None:
    products = [Product(f"{at}.xlsx", data) for at, data in enumerate(FAR.values())]
    judged = judge_isolated([*products, good()], []).judgement.files
    alone = judge_isolated([good()], []).judgement.files
    assert judged[-1].verdict is alone[0].verdict
    for file in judged[:-1]:
        assert file.verdict is Verdict.REFUSE
        assert any("单元格跨度达" in str(found.evidence) for found in file.findings), file
