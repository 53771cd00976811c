"""Parquet: every value written exactly, nested columns refused."""

import datetime as dt
import io
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sandbox.files.readers import ReadLimits, open_table, read_table
from sandbox.kernel.errors import InputError


def file_of(table, **options):
    out = io.BytesIO()
    pq.write_table(table, out, **options)
    return io.BytesIO(out.getvalue())


@pytest.mark.parametrize(
    ("values", "kind", "texts"),
    [
        (["007", "", None], pa.string(), ["007", None, None]),
        (["007", "", None], pa.large_string(), ["007", None, None]),
        (["a", "b", "a"], pa.dictionary(pa.int32(), pa.string()), ["a", "b", "a"]),
        ([1, -2, None], pa.int64(), ["1", "-2", None]),
        ([2**63, 1, 0], pa.uint64(), [str(2**63), "1", "0"]),
        ([1.0, 0.1, float("nan")], pa.float64(), ["1", "0.1", None]),
        ([1.5, 0.1, None], pa.float32(), ["1.5", "0.1", None]),
        ([Decimal("1.10"), Decimal("0.00"), None], pa.decimal128(38, 2), ["1.10", "0.00", None]),
        ([Decimal("1E-9"), Decimal("0"), None], pa.decimal128(20, 9), ["0.000000001", "0.000000000", None]),
        ([dt.date(2024, 2, 9), None, None], pa.date32(), ["2024-02-09", None, None]),
        (
            [dt.datetime(2024, 2, 9, 1, 2, 3), None, None],
            pa.timestamp("ms"),
            ["2024-02-09 01:02:03", None, None],
        ),
        (
            [dt.datetime(2024, 2, 9, 1, 2, 3, 5), None, None],
            pa.timestamp("us"),
            ["2024-02-09 01:02:03.000005", None, None],
        ),
        ([dt.time(1, 2, 3), None, None], pa.time64("us"), ["01:02:03", None, None]),
        ([True, False, None], pa.bool_(), ["true", "false", None]),
        ([None, None, None], pa.null(), [None, None, None]),
    ],
)
def test_values_are_written_exactly(values, kind, texts):
    table, bad = read_table(file_of(pa.table({"a": pa.array(values, kind)})), name="x")
    assert table["a"].to_pylist() == texts
    assert table.schema.types == [pa.string()]
    assert not bad


def test_floats_beyond_exact_integers_and_nuls_make_bad_rows():
    table = pa.table({"a": [1.0, 520302199001011234.0, 3.0, float("inf")], "b": ["x", "y", "\x00", "z"]})
    with open_table(file_of(table), name="x", limits=ReadLimits(batch_rows=2)) as source:
        good = [number for numbers, _ in source.batches() for number in numbers.to_pylist()]
        assert good == [1]
        assert [row.row for row in source.bad] == [2, 3, 4]
        assert "失真" in str(source.bad[0].reason)


@pytest.mark.parametrize(
    "table",
    [
        pa.table({"a": [[1]]}),
        pa.table({"a": [{"b": 1}]}),
        pa.table({"a": [b"x"]}),
        pa.table({"a": pa.array([], pa.string())}),
        pa.table([["x"], ["y"]], names=["a", "a"]),
        pa.table([["x"]], names=[""]),
    ],
)
def test_other_tables_are_refused(table):
    with pytest.raises(InputError):
        read_table(file_of(table), name="x")


def test_flipped_bytes_are_an_input_error():
    data = file_of(pa.table({"a": ["张三", "李四"] * 50, "b": list(range(100))})).getvalue()
    for spot in range(4, len(data), 53):
        hurt = bytearray(data)
        hurt[spot] ^= 0x5A
        try:
            read_table(io.BytesIO(bytes(hurt)), name="x")
        except InputError:
            continue


def test_long_repeated_values_do_not_unfold_at_once(monkeypatch):
    monkeypatch.setattr("sandbox.files.parquet.PIECE_BYTES", 10_000)
    data = file_of(pa.table({"a": ["x" * 1000] * 100}))
    with open_table(data, name="x") as source:
        sizes = [batch.num_rows for _, batch in source.batches()]
        assert max(sizes) <= 10
        assert sum(sizes) == source.rows_read == 100


def test_a_long_value_said_often_does_not_unfold_without_an_end():
    said = pa.DictionaryArray.from_arrays(pa.array([0] * 20_000, pa.int32()), pa.array(["x" * 10_000]))
    held = file_of(pa.table({"a": said}))
    assert len(held.getvalue()) < 100_000
    with pytest.raises(InputError, match="解开后超过上限"):
        read_table(held, name="x", limits=ReadLimits(max_bytes=50_000_000))
