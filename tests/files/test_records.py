"""The record scanner: plain Python and compiled code agree, and a lost quote swallows nothing."""

import csv
import io

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sandbox.files import records

DOUBT = records.DOUBTFUL


def scan(text, columns=3, limit=1000, delimiter=","):
    data = text.encode()
    found = records.find(
        data, 0, line=1, delimiter=ord(delimiter), columns=columns, final=True, cell_limit=limit
    )
    spans = zip(found.starts, found.stops, found.status, found.lines, strict=True)
    return [(data[a:b].decode(), int(status), int(line)) for a, b, status, line in spans]


def test_each_kind_of_line_end_ends_a_record_and_blank_lines_are_none():
    assert [row[0] for row in scan("1,2,3\r\n4,5,6\n\r\n\n7,8,9\r1,1,1")] == [
        "1,2,3",
        "4,5,6",
        "7,8,9",
        "1,1,1",
    ]
    assert [row[2] for row in scan("1,2,3\r\n4,5,6\n\r\n\n7,8,9\r1,1,1")] == [1, 2, 5, 6]


def test_a_quote_lost_on_one_line_costs_that_line_alone():
    text = '1,"张三,男\n2,李四,女\n3,"王五",女\n4,赵六,男\n'
    assert [(row[1], row[2]) for row in scan(text)] == [(records.UNCLOSED, 1), (0, 2), (0, 3), (0, 4)]


def test_a_quote_that_is_never_closed_is_found_at_the_end_and_by_length():
    tail = "".join(f"{n},b,c\n" for n in range(500))
    for limit in (100, 100_000):
        rows = scan('0,"a,c\n' + tail, limit=limit)
        assert rows[0][1] == records.UNCLOSED
        assert len(rows) == 501
        assert {row[1] for row in rows[1:]} == {records.GOOD}


@pytest.mark.parametrize(
    "text",
    [
        '1,"张三,男\n2,李四",女\n',
        '1,"张三,男\n5,王五,女\n2,李四",女\n',
        '"张三,男,1\n李四",女,2\n',
        '1,男,"张三\n2,男,李四"\n',
    ],
)
def test_whole_rows_inside_a_closed_cell_are_quarantined_line_by_line(text):
    rows = scan(text + "9,9,9\n")
    assert [row[1] for row in rows] == [DOUBT] * text.count("\n") + [records.GOOD]
    assert [row[2] for row in rows] == list(range(1, len(rows) + 1))


@pytest.mark.parametrize(
    "text",
    ['1,"a\nb",2\n', '"a,b","x\ny","c,d"\n', '1,2,"first, line\nsecond\n\nthird"\n', '"a""b\r\nc",,""\n'],
)
def test_honest_cells_of_several_lines_are_one_good_record(text):
    assert [row[1] for row in scan(text)] == [records.GOOD]


def test_faults_of_a_single_record():
    assert scan('1,"a"b,2\n')[0][1] == records.AFTER_QUOTE
    assert scan('1,李四",2\n')[0][1] == records.ODD_QUOTES
    assert scan('1,他说"好",2\n')[0][1] == records.GOOD
    assert scan("1,2\n")[0][1] == records.WRONG_COUNT
    assert scan("1," + "x" * 50 + ",2\n", limit=49)[0][1] == records.LONG_CELL


alphabet = st.text(alphabet='ab,"\n\r;', max_size=60)


@given(alphabet, st.integers(0, 4), st.sampled_from([5, 1000]))
@settings(max_examples=300, deadline=None)
def test_compiled_and_plain_scanner_agree_on_any_text(text, columns, limit):
    plain = scan(text, columns, limit)
    before, records.COMPILE_FROM_BYTES = records.COMPILE_FROM_BYTES, 0
    try:
        assert scan(text, columns, limit) == plain
    finally:
        records.COMPILE_FROM_BYTES = before


@given(alphabet, st.integers(0, 60), st.integers(1, 3))
@example(';;;;;;;,"";\r\n;', 12, 1)  # between the two signs of a line end, behind a torn quote
@settings(max_examples=300, deadline=None)
def test_cutting_the_text_changes_nothing(text, cut, columns):
    whole = [(row[0], row[1], row[2]) for row in scan(text, columns, 20)]
    data, out, at, line = text.encode(), [], 0, 1
    for final, end in ((False, min(cut, len(data))), (True, len(data))):
        found = records.find(
            data[:end], at, line=line, delimiter=44, columns=columns, final=final, cell_limit=20
        )
        spans = zip(found.starts, found.stops, found.status, found.lines, strict=True)
        out += [(data[a:b].decode(), int(status), int(row)) for a, b, status, row in spans]
        at, line = found.resume, found.line
    assert out == whole


@given(alphabet)
@settings(max_examples=300, deadline=None)
def test_no_text_outside_line_ends_belongs_to_no_record(text):
    taken = "".join(row[0] for row in scan(text, 2, 20))
    bare = text.replace("\n", "").replace("\r", "")
    assert taken.replace("\n", "").replace("\r", "") == bare


@given(
    st.lists(st.lists(st.text(alphabet='ab,"; ', max_size=5), min_size=3, max_size=3), min_size=1, max_size=9)
)
@settings(max_examples=200, deadline=None)
def test_what_the_standard_writer_writes_is_good_and_read_alike(rows):
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    found = scan(out.getvalue())
    assert [status for _, status, _ in found] == [records.GOOD] * len(rows)
    assert [next(csv.reader([text])) for text, _, _ in found] == rows


def test_without_a_place_for_machine_code_it_is_compiled_for_the_process(monkeypatch):
    from sandbox.files import loops  # the compiler is slow to load

    real, asked = loops.njit, []

    def njit(**options):
        asked.append(options.get("cache", False))
        if options.get("cache"):
            raise RuntimeError("no locator available")
        return real(**options)

    monkeypatch.setattr(loops, "njit", njit)
    monkeypatch.setattr(records, "COMPILE_FROM_BYTES", 0)
    records._compiled.cache_clear()
    try:
        assert scan("1,2,3\n")[0][1] == records.GOOD
    finally:
        records._compiled.cache_clear()
    assert asked == [True, False]
