"""Files made to hurt the reader: bombs, traps, disguises, and quotes that swallow rows."""

import builtins
import gzip
import io
import os
import struct
import zipfile
import zlib

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sandbox.files import records
from sandbox.files.readers import ReadLimits, open_table, read_table
from sandbox.files.unwrap import ProblemCode, UnwrapLimits, unwrap
from sandbox.kernel.errors import InputError


def workbook(rows=(("a",), ("1",))):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_member(data, name, content):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            if member.filename != name:
                new.writestr(member, old.read(member))
        new.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize("place", ["fifo", "link", "folder", "loop"])
def test_a_path_that_is_no_file_never_blocks_or_leads_away(tmp_path, place):
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "real").write_bytes(b"a,b\n1,2\n")
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "folder").mkdir()
    with pytest.raises(InputError):
        open_table(tmp_path / place, name=place)


def test_a_sparse_file_of_a_terabyte_is_refused_by_its_size(tmp_path):
    with (tmp_path / "a.csv").open("wb") as sparse:
        sparse.write(b"a,b\n")
        sparse.truncate(1 << 40)
    with pytest.raises(InputError, match="超过上限"):
        open_table(tmp_path / "a.csv", name="a.csv")


def test_a_workbook_bomb_is_refused_before_it_is_parsed(monkeypatch):
    monkeypatch.setattr("python_calamine.CalamineWorkbook.from_filelike", None, raising=False)
    bomb = with_member(workbook(), "xl/media/x", b"\0" * (40 << 20))
    with pytest.raises(InputError, match="压缩炸弹"):
        open_table(io.BytesIO(bomb), name="x")


def test_a_workbook_member_that_lies_about_its_size_is_a_bomb_all_the_same():
    bomb = bytearray(with_member(workbook(), "xl/media/x", b"\0" * (40 << 20)))
    entry = bomb.rfind(b"PK\x01\x02")
    struct.pack_into("<I", bomb, entry + 24, 10)
    with pytest.raises(InputError):
        open_table(io.BytesIO(bytes(bomb)), name="x")


def test_one_far_cell_does_not_make_a_grid_of_billions():
    sheet = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b"<row r='1'><c r='A1' t='inlineStr'><is><t>a</t></is></c></row>"
        b"<row r='1048576'><c r='XFD1048576'><v>1</v></c></row></sheetData></worksheet>"
    )
    with pytest.raises(InputError, match="跨度"):
        open_table(io.BytesIO(with_member(workbook(), "xl/worksheets/sheet1.xml", sheet)), name="x")


def test_a_gzip_bomb_around_a_table_stops_at_the_limit():
    bomb = gzip.compress(b"a,b\n" + b"1,2\n" * (4 << 20))
    with pytest.raises(InputError, match="上限"):
        read_table(io.BytesIO(bomb), name="x", limits=ReadLimits(max_bytes=8 << 20))


def test_overlapping_members_are_noticed():
    kernel = zlib.compress(b"a,b\n1,2\n" * 100)[2:-4]
    name = b"a"
    local = b"PK\x03\x04" + struct.pack(
        "<HHHHHIIIHH", 20, 0, 8, 0, 33, zlib.crc32(b"a,b\n1,2\n" * 100), len(kernel), 800, 1, 0
    )
    entries = [
        b"PK\x01\x02"
        + struct.pack(
            "<HHHHHHIIIHHHHHII",
            20,
            20,
            0,
            8,
            0,
            33,
            zlib.crc32(b"a,b\n1,2\n" * 100),
            len(kernel),
            800,
            1,
            0,
            0,
            0,
            0,
            0,
            0,
        )
        + name
        for _ in range(50)
    ]
    body = local + name + kernel
    directory = b"".join(entries)
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 50, 50, len(directory), len(body), 0)
    found = unwrap(body + directory + end, name="x.zip")
    assert {problem.code for problem in found.problems} >= {ProblemCode.GAP, ProblemCode.DUPLICATE}


def test_a_zip_that_holds_itself_many_times_stops():
    data = b"a,b\n1,2\n"
    for _ in range(3):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for place in range(16):
                archive.writestr(f"{place}", data)
        data = out.getvalue()
    found = unwrap(data, name="x", limits=UnwrapLimits(max_parts=100))
    assert found.problems[0].code is ProblemCode.TOO_MANY
    assert len(found.parts) <= 100


def test_unwrapping_never_opens_a_file(monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError(args)

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("../../etc/cron.d/x", b"a,b\n1,2\n")
    monkeypatch.setattr(builtins, "open", refuse)
    monkeypatch.setattr(os, "open", refuse)
    monkeypatch.setattr(os, "mkdir", refuse)
    found = unwrap(out.getvalue(), name="x.zip")
    assert [part.path for part in found.parts] == ["x.zip!_/_/etc/cron.d/x"]
    assert [problem.code for problem in found.problems] == [ProblemCode.NAME]


@pytest.mark.parametrize("lost", [2, 5_000, 9_999])
def test_a_lost_quote_anywhere_costs_one_row_of_ten_thousand(lost):
    lines = ["编号,姓名,地址,日期"] + [f'{n},张{n},"汇川区,{n}号",2024-01-01' for n in range(1, 10_001)]
    lines[lost] = f'{lost},张{lost},"汇川区,2024-01-01'
    with open_table(io.BytesIO("\r\n".join(lines).encode("gb18030")), name="x") as source:
        good = sum(batch.num_rows for _, batch in source.batches())
    assert (good, source.rows_read) == (9_999, 10_000)
    assert [(bad.row, bad.line) for bad in source.bad] == [(lost, lost + 1)]


def test_many_lost_quotes_cost_no_more_than_linear_work(monkeypatch):
    asked = 0
    plain = records._quoted_end

    def counted(text, i, end, final, limit):
        nonlocal asked
        close = plain(text, i, end, final, limit)
        asked += (close if close > 0 else min(end, i + limit)) - i
        return close

    monkeypatch.setattr(records, "_quoted_end", counted)
    monkeypatch.setattr(records, "COMPILE_FROM_BYTES", 1 << 30)
    data = b"a,b\n" + b'1,"x\n' * 5_000 + b"1,2\n" * 5_000
    with open_table(io.BytesIO(data), name="x", limits=ReadLimits(max_cell_bytes=1_000)) as source:
        list(source.batches())
    assert source.rows_read == source.bad_count + 5_000
    assert asked < 4 * len(data)


def test_a_table_under_another_name_is_judged_by_its_bytes(tmp_path):
    (tmp_path / "a.csv").write_bytes(workbook((("a", "b"), ("1", "2"))))
    assert read_table(tmp_path / "a.csv", name="a.csv")[0].to_pylist() == [{"a": "1", "b": "2"}]
    (tmp_path / "b.xlsx").write_bytes(b"<html><script>x</script>")
    with pytest.raises(InputError, match="html"):
        open_table(tmp_path / "b.xlsx", name="b.xlsx")


def test_json_as_deep_as_the_file_is_refused():
    for text in (b'{"a":' * 100_000, b'[{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}]"):
        with pytest.raises(InputError):
            read_table(io.BytesIO(text), name="x")


def test_metadata_of_parquet_is_not_passed_on():
    out = io.BytesIO()
    table = pa.table({"a": ["x"]}).replace_schema_metadata({"secret": "520302199001011234"})
    pq.write_table(table, out)
    assert read_table(io.BytesIO(out.getvalue()), name="x")[0].schema.metadata is None


def test_no_bytes_at_all_make_a_reader_fail_otherwise_than_by_its_own_errors():
    heads = [
        b"",
        b"\xef\xbb\xbf",
        b"PK\x03\x04",
        b"PAR1",
        b"\x1f\x8b\x08\x00",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"[",
        b"{",
        b"\xff\xfe",
        b'a,"b\n',
    ]
    for head in heads:
        for tail in (
            b"",
            b"\x00" * 600,
            b"\xff" * 600,
            b"a,b\n" * 9,
            bytes(range(256)) * 3,
            b"PAR1",
            b'"' * 99,
        ):
            try:
                read_table(io.BytesIO(head + tail), name="x")
            except InputError:
                continue
