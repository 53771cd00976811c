"""One door for every format; the formats agree on one table."""

import gzip
import io
import json
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sandbox.files.readers import open_table, read_table
from sandbox.files.types import FileType
from sandbox.kernel.errors import InputError

ROWS = [{"姓名": "张三", "证件号": "520302199001011234"}, {"姓名": "𠮷田", "证件号": None}]
ENTERPRISES = Path(__file__).parents[3] / "shared/data/zunyi-enterprises.csv.gz"


def as_csv(name="utf-8"):
    return ("姓名,证件号\n" + "".join(f"{row['姓名']},{row['证件号'] or ''}\n" for row in ROWS)).encode(name)


def as_workbook():
    book = openpyxl.Workbook()
    book.active.append(list(ROWS[0]))
    for row in ROWS:
        book.active.append(list(row.values()))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_parquet():
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(ROWS), out)
    return out.getvalue()


FORMS = {
    "csv": as_csv(),
    "gb18030": as_csv("gb18030"),
    "utf-16": as_csv("utf-16"),
    "csv.gz": gzip.compress(as_csv()),
    "json": json.dumps(ROWS).encode(),
    "json.gz": gzip.compress(json.dumps({"data": ROWS}).encode()),
    "ndjson": "\n".join(json.dumps(row, ensure_ascii=False) for row in ROWS).encode(),
    "xlsx": as_workbook(),
    "parquet": as_parquet(),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_format_yields_the_same_strings(form, tmp_path):
    path = tmp_path / "misleading.txt"
    path.write_bytes(FORMS[form])
    for source in (path, io.BytesIO(FORMS[form])):
        table, bad = read_table(source, name=form)
        assert table.to_pylist() == ROWS
        assert set(table.schema.types) == {pa.string()}
        assert not bad


@pytest.mark.parametrize("form", FORMS)
def test_a_file_cut_short_is_an_input_error_or_bad_rows_and_never_another_error(form):
    data = FORMS[form]
    for cut in range(0, len(data), max(1, len(data) // 25)):
        try:
            table, _ = read_table(io.BytesIO(data[:cut]), name=form)
        except InputError:
            continue
        assert table.num_rows <= len(ROWS)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"<!DOCTYPE html><table>", FileType.HTML),
        (b"%PDF-1.4\n", FileType.PDF),
        (b"\x80\x04\x95.", FileType.PICKLE),
    ],
)
def test_other_content_is_refused_by_its_true_type(data, kind):
    with pytest.raises(InputError, match=kind.value):
        open_table(io.BytesIO(data), name="x.csv")


def test_gzip_around_something_else_is_refused():
    with pytest.raises(InputError, match="parquet"):
        open_table(io.BytesIO(gzip.compress(as_parquet())), name="x")


@pytest.mark.skipif(not ENTERPRISES.exists(), reason="real data is not in the repository")
def test_the_register_of_enterprises_reconciles():
    with open_table(ENTERPRISES, name="zunyi") as source:
        good = sum(batch.num_rows for _, batch in source.batches())
        assert (good, source.rows_read, source.bad_count) == (10_069, 10_069, 0)


class Drip(io.RawIOBase):
    """A raw stream that answers with at most seven bytes."""

    def __init__(self, data):
        self.inner = io.BytesIO(data)

    def readable(self):
        return True

    def seekable(self):
        return True

    def seek(self, offset, whence=0):
        return self.inner.seek(offset, whence)

    def readinto(self, buffer):
        return self.inner.readinto(memoryview(buffer)[:7])


@pytest.mark.parametrize("form", FORMS)
def test_a_raw_stream_with_short_answers_is_read_whole_and_left_open(form):
    source = Drip(FORMS[form])
    table, bad = read_table(source, name=form)
    assert table.to_pylist() == ROWS
    assert not bad
    assert not source.closed
