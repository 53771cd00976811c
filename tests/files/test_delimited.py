"""CSV and TSV: equal to the standard library on good rows, every other record accounted for."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.files import encoding, records
from sandbox.files.readers import ReadLimits, open_table, read_table
from sandbox.kernel.errors import InputError


def rows_of(data, **options):
    with open_table(io.BytesIO(data), name="x.csv", **options) as source:
        numbers, rows = [], []
        for found, batch in source.batches():
            numbers += found.to_pylist()
            rows += [tuple(row.values()) for row in batch.to_pylist()]
        assert source.rows_read == len(rows) + source.bad_count
        taken = sorted(numbers + [row.row for row in source.bad])
        assert taken == list(range(1, source.rows_read + 1))
        return dict(zip(numbers, rows, strict=True)), source


cell = st.text(alphabet='ab张𠮷,"; \t', max_size=6) | st.text(alphabet='a张\n"', max_size=6)


@given(
    rows=st.lists(st.tuples(cell, cell, cell) | st.tuples(cell, cell), min_size=1, max_size=12),
    name=st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]),
    end=st.sampled_from(["\n", "\r\n"]),
    chunk=st.sampled_from([16, 1 << 20]),
)
@settings(max_examples=200, deadline=None)
def test_the_reader_equals_the_standard_library(rows, name, end, chunk):
    out = io.StringIO()
    csv.writer(out, lineterminator=end).writerows([("甲", "乙", "丙"), *rows])
    expected = list(csv.reader(io.StringIO(out.getvalue(), newline="")))[1:]
    before, encoding.CHUNK_BYTES = encoding.CHUNK_BYTES, chunk
    try:
        good, source = rows_of(out.getvalue().encode(name))
    finally:
        encoding.CHUNK_BYTES = before
    assert source.shape.columns == ("甲", "乙", "丙")
    assert source.rows_read == len(expected)
    for number, row in enumerate(expected, start=1):
        assert (number in good) == (len(row) == 3)
        if len(row) == 3:
            assert good[number] == tuple(text or None for text in row)


def test_record_numbers_stay_right_over_blocks_and_bad_rows(monkeypatch):
    monkeypatch.setattr(encoding, "CHUNK_BYTES", 1000)
    monkeypatch.setattr(records, "CAPACITY", 7)
    lines = [f"{n},b,c" if n % 10 else f"{n},b" for n in range(1, 2001)]
    good, source = rows_of(("a,b,c\n" + "\n".join(lines)).encode(), limits=ReadLimits(batch_rows=3))
    assert all(row[0] == str(number) for number, row in good.items())
    assert [(bad.row, bad.line, bad.raw) for bad in source.bad] == [
        (n, n + 1, f"{n},b") for n in range(10, 2001, 10)
    ]


def test_leading_zeros_long_ids_spaces_and_bom_inside_stay_as_they_are():
    good, _ = rows_of("a,b\n007,520302199001011234\n 1 ,\ufeffx\nNULL,N/A\n".encode())
    assert list(good.values()) == [("007", "520302199001011234"), (" 1 ", "\ufeffx"), ("NULL", "N/A")]
    first, _ = rows_of("a,b\n\ufeffx,1\n".encode())
    assert first[1] == ("\ufeffx", "1")


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(mark):
    good, source = rows_of(f"姓名{mark}备注\n张三{mark}a b\n李四{mark}\n".encode())
    assert source.shape.delimiter == mark
    assert good[1] == ("张三", "a b")


def test_one_column_without_a_delimiter_is_a_table():
    good, source = rows_of('代码\n520302\n""\n520303\n'.encode())
    assert source.shape.columns == ("代码",)
    assert list(good.values()) == [("520302",), (None,), ("520303",)]


def test_undecodable_bytes_cost_their_own_record_only():
    data = "姓名,年龄\n".encode("gb18030") + "张三,3\n".encode("gb18030") * 5
    data += b"\x81,4\n" + "李四,5\n".encode("gb18030")
    good, source = rows_of(data)
    assert [(bad.row, bad.line) for bad in source.bad] == [(6, 7)]
    assert "GB18030" in str(source.bad[0].reason)
    assert good[7] == ("李四", "5")


def test_a_file_in_another_encoding_is_refused_with_the_encoding_tried():
    data = "姓名,年龄\n张三李,3\n".encode("gb18030")
    with pytest.raises(InputError, match="表头"):
        rows_of(data, encoding="utf-8")
    with pytest.raises(InputError, match="UTF-8"):
        rows_of(b"name,age\n" + "张三李,3\n".encode("gb18030") * 3, encoding="utf-8")


def test_a_nul_makes_a_bad_row():
    good, source = rows_of(b"a,b\n" + b"1,2\n" * 30 + b"1,\x002\n3,4\n")
    assert [bad.row for bad in source.bad] == [31]
    assert good[32] == ("3", "4")
    assert rows_of(b"a,b\n1,\x00\n3,4\n")[0] == {2: ("3", "4")}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "空文件"),
        (b"\xef\xbb\xbf", "空文件"),
        (b"\n\n\r\n", "空文件"),
        (b"a,b\n", "没有数据行"),
        (b"a,b\n\n\r\n", "没有数据行"),
        (b"a,,c\n1,2,3\n", "第 2 列没有列名"),
        (b"a,b,a\n1,2,3\n", "同名"),
        (b'a,"b\n1,2\n3,4\n', "表头"),
        (b"a,b,c,d,e\n1,2,3,4,5\n", "上限 4 列"),
        (b"a,b\n" + b"1,2\n" * 5001, "5000 行的上限"),
        (b"a,b\n" + b"1,2,3\n" * 1500, "没有一行与表头相符"),
    ],
)
def test_what_is_no_table_is_refused_in_one_sentence(data, words):
    with pytest.raises(InputError, match=words) as caught:
        rows_of(data, limits=ReadLimits(max_columns=4, max_rows=5000))
    assert str(caught.value).count("。") == 1


def test_an_unclosed_quote_swallows_nothing_and_is_named():
    lines = ["编号,姓名,备注"] + [f"{n},张{n},好" for n in range(1, 3001)]
    lines[1500] = '1500,"张,好'
    good, source = rows_of("\n".join(lines).encode())
    assert [(bad.row, bad.line) for bad in source.bad] == [(1500, 1501)]
    assert len(good) == 2999
    assert good[1501] == ("1501", "张1501", "好")


def test_bad_rows_beyond_the_list_are_still_counted_and_heard(monkeypatch):
    monkeypatch.setattr("sandbox.files.table.MAX_BAD_KEPT", 2)
    heard = []
    data = b"a,b\n1,2\n" + b"1\n" * 5
    with open_table(io.BytesIO(data), name="x", on_bad=heard.append) as source:
        list(source.batches())
        assert (len(source.bad), source.bad_count, len(heard)) == (2, 5, 5)
        with pytest.raises(InputError, match="一遍"):
            list(source.batches())


def test_read_table_gives_table_and_bad_rows(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b\n1,2\n3\n")
    table, bad = read_table(path, name="a.csv")
    assert table.to_pylist() == [{"a": "1", "b": "2"}]
    assert len(bad) == 1
