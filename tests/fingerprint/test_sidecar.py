"""The sidecar: unit numbers, amounts, and a whole round trip."""

import io

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sandbox.fingerprint.columns import Columns
from sandbox.fingerprint.index import RecordIndex
from sandbox.fingerprint.match import match
from sandbox.fingerprint.sidecar import Sidecar, UnitColumns, amounts, dense_units, row_words
from sandbox.kernel.errors import InputError, StateError, TamperedError

KEY = b"k" * 16


def table(**columns: list[str | None]) -> pa.Table:
    return pa.table({name: pa.array(cells, pa.string()) for name, cells in columns.items()})


def test_units_are_dense_and_nobody_is_zero():
    people = table(
        id=[
            "520302199001011234",
            "５２０３０２１９９００１０１１２３４",
            None,
            "N/A",
            "000000000000000000",
            "52030219900101123X",
            "无",
            "匿名",
        ]
    )
    found = dense_units(people, [UnitColumns("person", ("id",), sentinels=("匿名",))])
    assert found["person"].tolist() == [1, 1, 0, 0, 0, 2, 0, 0]
    assert found["person"].dtype == np.uint32


def test_a_unit_of_several_columns_needs_them_all():
    people = table(
        name=["王伟", "王伟", "王 伟", "李娜", None],
        birth=["1990-01-01", "1990/1/1", None, "19900101", "1990-01-01"],
    )
    found = dense_units(people, [UnitColumns("person", ("name", "birth"))])
    assert found["person"].tolist() == [1, 1, 0, 2, 0]
    assert dense_units(table(id=["1", "11", "0", "999999"]), [UnitColumns("firm", ("id",))])[
        "firm"
    ].tolist() == [1, 2, 0, 0]
    glued = table(a=["xy", "x"], b=["z", "yz"])
    assert dense_units(glued, [UnitColumns("firm", ("a", "b"))])["firm"].tolist() == [1, 2]


def test_a_unit_column_must_be_there():
    with pytest.raises(InputError, match="身份证"):
        dense_units(table(a=["x"]), [UnitColumns("person", ("身份证",))])
    with pytest.raises(InputError):
        dense_units(table(a=["x"]), [UnitColumns("person", ())])


def test_amounts_are_columns_of_numbers_and_nothing_else():
    found = amounts(
        table(
            capital=["35(万元)", "24,500(万元)", "N/A", "551万人民币"] * 5,
            fee=["12.50", "7", "", "-3"] * 5,
            day=["2019-01-05", "20190106", "2019/1/7", "2019-01-08"] * 5,
            id=["520302199001011234", "520302199001011235", "520302199001011236", "520302199001011237"] * 5,
            name=["王伟", "1", "李娜", "张敏"] * 5,
        )
    )
    assert sorted(found) == ["capital", "fee"]
    np.testing.assert_array_equal(found["capital"][:4], [350_000, 245_000_000, np.nan, 5_510_000])
    np.testing.assert_array_equal(found["fee"][:4], [12.5, 7, np.nan, -3])


class Streams(dict):
    """Named streams in memory; closing one for writing keeps its bytes."""

    def writer(self, name):
        streams = self

        class Kept(io.BytesIO):
            def close(self):
                streams[name] = self.getvalue()
                super().close()

        return Kept()

    def reader(self, name):
        return io.BytesIO(self[name])


@pytest.fixture
def kept():
    rows = 200
    raw = table(
        id=[f"52030219900101{n:04}" for n in range(rows)],
        name=[f"王{chr(0x4E00 + n)}" for n in range(rows)],
        fee=[f"{n * 1.37:.2f}" for n in range(rows)],
    )
    masked = table(id=[f"T{n * 7919:020}" for n in range(rows)], fee=raw["fee"].to_pylist())
    streams = Streams()
    units = [UnitColumns("person", ("id",))]
    Sidecar.write(streams.writer, Columns.of(raw), Columns.of(masked), units=units, key=KEY)
    return raw, masked, streams


def test_round_trip(kept):
    raw, masked, streams = kept
    assert len(streams) == 2
    side = Sidecar.load(streams.reader, key=KEY)
    assert side.rows == 200
    assert side.units["person"].tolist() == list(range(1, 201))
    np.testing.assert_allclose(side.amounts["fee"][3], 4.11)
    for candidate, origin in ((raw, "raw"), (masked, "masked")):
        found = match(side.index, candidate)
        assert (len(found.rows), found.units) == (200, 200)
        assert origin in found.origins


def test_a_damaged_sidecar_is_refused(kept):
    _, _, streams = kept
    with pytest.raises(StateError):
        Sidecar.load(streams.reader, key=b"x" * 16)
    rows = streams["rows.bin"]
    streams["rows.bin"] = rows[:-8]
    with pytest.raises(TamperedError):
        Sidecar.load(streams.reader, key=KEY)
    streams["rows.bin"] = rows.replace(b'"rows": 200', b'"rows": 199')
    with pytest.raises(TamperedError):
        Sidecar.load(streams.reader, key=KEY)


def test_twins_of_different_length_are_refused():
    with pytest.raises(InputError):
        Sidecar.write(
            Streams().writer, Columns.of(table(a=["x"])), Columns.of(table(a=["x", "y"])), units=[], key=KEY
        )


def landed(raw, masked, units):
    streams = Streams()
    Sidecar.write(streams.writer, Columns.of(raw), masked, units=units, key=KEY)
    return Sidecar.load(streams.reader, key=KEY)


def test_masked_rows_read_from_their_parts_make_the_same_index(tmp_path):
    raw = table(
        id=[f"52030219900101{n:04}" for n in range(600)], day=[f"2024-01-{n % 28 + 1:02}" for n in range(600)]
    )
    masked = table(id=[f"t{n:039}" for n in range(600)], day=[f"2024-{n % 12 + 1:02}" for n in range(600)])
    units = [UnitColumns("person", ("id",))]
    whole = landed(raw, Columns.of(masked), units)
    paths = []
    for at in range(0, 600, 250):
        paths.append(tmp_path / f"{at}.parquet")
        pq.write_table(masked.slice(at, 250), paths[-1])
    parts = landed(raw, Columns.of_parts(paths, 600), units)
    plain = RecordIndex.build(
        [("raw", raw), ("masked", masked)], key=KEY, units=np.arange(1, 601, dtype=np.uint32)
    )
    for name in ("hashes", "start", "rows", "marks", "implies", "units"):
        assert np.array_equal(getattr(whole.index, name), getattr(parts.index, name)), name
        assert np.array_equal(getattr(whole.index, name), getattr(plain, name)), name
    empty = landed(raw.slice(0, 0), Columns.of(masked.slice(0, 0)), units)
    assert empty.rows == 0


def test_words_of_rows_tell_an_empty_cell_from_none():
    said = table(a=["无", None, "", "x", "x"], b=["1", "1", "1", "1", "2"])
    words = row_words(said, KEY)
    assert words[0] == words[2]  # both say that there is nothing
    assert len(set(words.tolist())) == 4
    turned = row_words(said.select(["b", "a"]), KEY)
    assert np.array_equal(words, turned)
