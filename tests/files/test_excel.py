"""Workbooks: strings as a reader of the sheet sees them, damaged numbers quarantined."""

import datetime as dt
import io

import openpyxl
import pytest

from sandbox.files.readers import ReadLimits, open_table, read_table
from sandbox.kernel.errors import InputError


def saved(*sheets, edit=lambda book: None):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    edit(book)
    out = io.BytesIO()
    book.save(out)
    return io.BytesIO(out.getvalue())


def test_cells_are_written_as_they_show():
    row = [
        "007",
        7,
        7.0,
        1.5,
        0.1 + 0.2,
        1e-7,
        True,
        dt.date(2024, 2, 9),
        dt.datetime(2024, 2, 9, 8, 5),
        dt.time(8, 5),
        dt.timedelta(hours=30),
        None,
    ]
    table, bad = read_table(saved(("甲", [[f"c{n}" for n in range(len(row))], row])), name="x")
    assert not bad
    assert list(table.to_pylist()[0].values()) == [
        "007",
        "7",
        "7",
        "1.5",
        "0.3",
        "0.0000001",
        "TRUE",
        "2024-02-09",
        "2024-02-09 08:05:00",
        "08:05:00",
        "30:00:00",
        None,
    ]


def test_identifiers_kept_as_numbers_make_their_row_bad_and_leave_the_others():
    rows = [
        ["证件号", "名"],
        ["520302199001011234", "甲"],
        [520302199001011234, "乙"],
        [123456789012345, "丙"],
        [12345678901234, "丁"],
        [13900000000, "戊"],
        [33.333333333333336, "己"],
    ]
    table, bad = read_table(saved(("甲", rows)), name="x")
    assert [(row.row, row.line) for row in bad] == [(2, 3), (3, 4)]
    assert "失真" in str(bad[0].reason)
    assert table["证件号"].to_pylist() == [
        "520302199001011234",
        "12345678901234",
        "13900000000",
        "33.3333333333333",
    ]


def test_ragged_and_blank_rows():
    rows = [["a", "b"], ["1"], [None, None], ["2", "3", "4"], ["5", "6"]]
    with open_table(saved(("甲", rows)), name="x", limits=ReadLimits(batch_rows=1)) as source:
        batches = list(source.batches())
        assert [number for numbers, _ in batches for number in numbers.to_pylist()] == [1, 3]
        assert [(row.row, row.line) for row in source.bad] == [(2, 4)]
        assert source.rows_read == 3


def test_the_sheet_is_named_or_the_only_one_filled():
    one = [["a"], ["1"]]
    assert read_table(saved(("空", []), ("甲", one)), name="x")[0].to_pylist() == [{"a": "1"}]
    two = saved(("甲", one), ("乙", [["b"], ["2"]]))
    with pytest.raises(InputError, match="甲、乙"):
        read_table(two, name="x")
    with open_table(two, name="x", sheet="乙") as source:
        assert (source.shape.columns, source.shape.sheet) == (("b",), "乙")
    with pytest.raises(InputError, match="没有工作表"):
        read_table(two, name="x", sheet="丙")


def test_a_hidden_sheet_that_holds_cells_is_not_passed_over():
    def hide(book):
        book["乙"].sheet_state = "veryHidden"

    with pytest.raises(InputError, match="多个工作表"):
        read_table(saved(("甲", [["a"], ["1"]]), ("乙", [["b"], ["2"]]), edit=hide), name="x")


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "空的"),
        ([["a", "b"]], "没有数据行"),
        ([["a", None, "c"], ["1", "2", "3"]], "第 2 列没有列名"),
        ([["a", "a"], ["1", "2"]], "同名"),
        ([["a", "b"], ["=1+1", "2"]], "公式"),
    ],
)
def test_unusable_sheets_are_refused(rows, words):
    with pytest.raises(InputError, match=words):
        read_table(saved(("甲", rows)), name="x")


def test_a_damaged_workbook_is_an_input_error():
    data = bytearray(saved(("甲", [["a"], ["1"]])).getvalue())
    for spot in range(0, len(data), 97):
        hurt = bytearray(data)
        hurt[spot] ^= 0xFF
        try:
            table, _ = read_table(io.BytesIO(bytes(hurt)), name="x")
        except InputError:
            continue
        assert table.num_rows == 1


def test_error_values_and_far_cells_are_not_read_as_empty():
    rows = [["a", "b"], ["1", "#N/A"], ["2", "x"], ["#DIV/0!", "y"]]
    table, bad = read_table(saved(("甲&乙", rows)), name="x")
    assert table["a"].to_pylist() == ["2"]
    assert [row.row for row in bad] == [1, 3]
    two = saved(("甲", [["a", "b"], ["1", "2"]]), ("乙", rows))
    assert not read_table(two, name="x", sheet="甲")[1]

    def far(book):
        book["甲"]["XFD1048576"] = "x"

    with pytest.raises(InputError, match="跨度"):
        read_table(saved(("甲", rows), edit=far), name="x")
