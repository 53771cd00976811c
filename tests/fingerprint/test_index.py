"""The record index: what it holds, how it is kept, and what it says of its columns."""

import io

import numpy as np
import pyarrow as pa
import pytest

from sandbox.fingerprint.arrays import read_arrays, write_arrays
from sandbox.fingerprint.canonical import canonical
from sandbox.fingerprint.index import RecordIndex
from sandbox.fingerprint.match import match
from sandbox.fingerprint.siphash import plain_hash, siphash
from sandbox.kernel.errors import InputError, StateError, TamperedError

KEY = b"k" * 16
ROWS = 300
FIELDS = ("hashes", "masks", "base", "start", "rows", "marks", "small", "partner", "implies", "units")


def table(**columns: list[str | None]) -> pa.Table:
    return pa.table({name: pa.array(cells, pa.string()) for name, cells in columns.items()})


@pytest.fixture
def firms() -> pa.Table:
    return table(
        name=[f"遵义第{n}有限公司" for n in range(ROWS)],
        code=[f"91520300MA{n:08}" for n in range(ROWS)],
        day=[f"2019-{1 + n % 12:02}-{1 + n % 28:02}" for n in range(ROWS)],
        street=[f"红花岗区第{n % 10}街道" if n % 10 < 5 else f"汇川区第{n % 10}街道" for n in range(ROWS)],
        district=["红花岗区" if n % 10 < 5 else "汇川区" for n in range(ROWS)],
        amount=[None if n % 7 == 0 else f"{n * 13.7:.2f}" for n in range(ROWS)],
    )


@pytest.fixture
def index(firms) -> RecordIndex:
    return RecordIndex.build([("raw", firms)], key=KEY)


def test_every_cell_is_found_again_with_its_rows(index, firms):
    names = [column.name for column in index.columns]
    for name in firms.column_names:
        place = names.index(name)
        cells = [canonical(cell) if cell else "" for cell in firms[name].to_pylist()]
        for row in (0, 1, 7, 150, ROWS - 1):
            if not cells[row]:
                assert index.marks[row, place] == 0
                continue
            entries = index.lookup(place, np.array([plain_hash(cells[row], KEY)], np.uint64))
            assert index.column_of(entries) == place
            assert index.marks[row, place] == entries[0] - index.base[place] + 1
            held = index.rows[index.start[entries[0]] : index.start[entries[0] + 1]]
            alike = [n for n, cell in enumerate(cells) if cell == cells[row]]
            assert sorted(held.tolist()) == alike
            every = np.arange(ROWS)
            assert np.flatnonzero(index.holds(np.full(ROWS, entries[0]), every)).tolist() == alike


def test_lookup_finds_held_values_and_no_strangers(index):
    wanted = np.array(
        [plain_hash("遵义第7有限公司", KEY), 0, 12345, plain_hash("汇川区", KEY), 2**64 - 1], np.uint64
    )
    place = {column.name: n for n, column in enumerate(index.columns)}
    assert (index.lookup(place["name"], wanted) >= 0).tolist() == [True, False, False, False, False]
    assert (index.lookup(place["district"], wanted) >= 0).tolist() == [False, False, False, True, False]
    assert int(index.hashes[index.lookup(place["name"], wanted)[0]]) == int(wanted[0])


def test_columns_are_known_by_their_shape(index):
    traits = {column.name: column.traits for column in index.columns}
    assert traits["code"].identifier
    assert not any(traits[name].identifier for name in ("name", "day", "street", "amount"))
    assert traits["name"].strong
    assert traits["day"].date
    assert traits["amount"].amount
    assert {"day·年月", "day·年", "amount·取整", "amount·两位"} <= set(traits)


def test_what_follows_from_what(index):
    place = {column.name: n for n, column in enumerate(index.columns)}

    def follows(known: str, told: str) -> bool:
        return bool(index.implies[place[known], place[told]])

    assert follows("day", "day·年月")
    assert follows("day·年月", "day·年")
    assert follows("street", "district")
    assert follows("amount", "amount·取整")
    assert not follows("district", "street")
    assert not follows("name", "street")  # a name is no label: street and name are two facts


def test_a_masked_table_of_the_same_length_describes_the_same_records(firms):
    masked = table(code=[f"t{n * 7919:019x}" for n in range(ROWS)], district=firms["district"].to_pylist())
    index = RecordIndex.build([("raw", firms), ("masked", masked)], key=KEY)
    assert index.records == ROWS
    kept = [(column.name, column.origin) for column in index.columns if not column.virtual]
    assert ("code", "masked") in kept
    assert ("district", "masked") not in kept  # unchanged: once is enough
    other = RecordIndex.build([("raw", firms), ("raw", firms.slice(0, 10))], key=KEY)
    assert other.records == ROWS + 10


def test_save_and_load_give_the_same_index_and_never_the_key(index):
    stream = io.BytesIO()
    index.save(stream)
    assert KEY not in stream.getvalue()
    assert "红花岗区".encode() not in stream.getvalue()
    stream.seek(0)
    again = RecordIndex.load(stream, key=KEY)
    assert again.columns == index.columns
    for name in FIELDS:
        np.testing.assert_array_equal(getattr(again, name), getattr(index, name), err_msg=name)


def test_another_key_and_a_broken_stream_are_refused(index):
    stream = io.BytesIO()
    index.save(stream)
    data = stream.getvalue()
    with pytest.raises(StateError):
        RecordIndex.load(io.BytesIO(data), key=b"x" * 16)
    for broken in (b"", data[:5], data[:200], data[:-1], b"x" + data[1:]):
        with pytest.raises(TamperedError):
            RecordIndex.load(io.BytesIO(broken), key=KEY)


def first_format(index: RecordIndex) -> io.BytesIO:
    """The index as the first format kept it: entries of all columns in the order of their hashes."""
    column = index.column_of(np.arange(len(index.hashes)))
    order = np.argsort(index.hashes, kind="stable")
    arrays = {
        "hashes": index.hashes[order],
        "column": column[order].astype(np.uint16),
        "count": np.diff(index.start)[order].astype(np.uint32),
        "start": index.start[:-1][order],
        "rows": index.rows,
        "codes": np.zeros((len(index.columns), index.records), np.uint32),
        "implies": index.implies,
        "units": index.units,
    }
    columns = [[c.name, c.origin, c.virtual, *c.traits.as_list()] for c in index.columns]
    check = f"{siphash(b'record index key', KEY):016x}"
    out = io.BytesIO()
    note = {"format": 1, "records": index.records, "columns": columns, "check": check}
    write_arrays(out, arrays, note=note)
    out.seek(0)
    return out


def test_an_index_of_the_first_format_still_opens(index, firms):
    again = RecordIndex.load(first_format(index), key=KEY)
    for name in FIELDS:
        np.testing.assert_array_equal(getattr(again, name), getattr(index, name), err_msg=name)
    assert len(match(again, firms).rows) == ROWS


def second_format(index: RecordIndex) -> io.BytesIO:
    """The index as the second format kept it: all columns in one stream of arrays."""
    stream, out = io.BytesIO(), io.BytesIO()
    index.save(stream)
    stream.seek(0)
    _, note = read_arrays(stream)
    arrays = {}
    for place in range(len(index.columns)):
        arrays |= {f"{place}/{name}": array for name, array in read_arrays(stream)[0].items()}
    arrays |= read_arrays(stream)[0]
    columns = [[c.name, c.origin, c.virtual, *c.traits.as_list()] for c in index.columns]
    write_arrays(out, arrays, note=note | {"format": 2, "columns": columns})
    out.seek(0)
    return out


def test_an_index_of_the_second_format_still_opens(index, firms):
    again = RecordIndex.load(second_format(index), key=KEY)
    assert again.columns == index.columns
    for name in FIELDS:
        np.testing.assert_array_equal(getattr(again, name), getattr(index, name), err_msg=name)
    assert len(match(again, firms).rows) == ROWS


def test_an_index_that_lacks_a_column_is_refused(index):
    stream = io.BytesIO()
    index.save(stream)
    parts = stream.getvalue().split(b"zyarrays1\n")
    for missing in (2, len(parts) - 1):
        data = b"zyarrays1\n".join(part for place, part in enumerate(parts) if place != missing)
        with pytest.raises(TamperedError):
            RecordIndex.load(io.BytesIO(data), key=KEY)


def test_a_large_column_is_kept_in_few_bytes():
    rows = 70_000
    large = table(
        token=[f"T{n * 7919:020}" for n in range(rows)],
        name=[f"甲{n % 69_000}乙" for n in range(rows)],
        kind=[f"第{n % 9}类" for n in range(rows)],
        one=["贵州"] * rows,
    )
    index = RecordIndex.build([("raw", large)], key=KEY)
    assert index.small.tolist() == [False, False, True, True]
    stream = io.BytesIO()
    index.save(stream)
    assert len(stream.getvalue()) < 17 * rows
    stream.seek(0)
    again = RecordIndex.load(stream, key=KEY)
    for name in FIELDS:
        np.testing.assert_array_equal(getattr(again, name), getattr(index, name), err_msg=name)
    found = match(again, large.slice(5, 40))
    assert found.rows.tolist() == list(range(40))
    assert found.records.tolist() == list(range(5, 45))


def test_odd_sources():
    with pytest.raises(InputError):
        RecordIndex.build([], key=KEY)
    with pytest.raises(InputError):
        RecordIndex.build([("raw", table(a=["x"]))], key=KEY, units=np.zeros(2, np.uint32))
    empty = RecordIndex.build([("raw", table(a=[], b=[]))], key=KEY)
    assert empty.records == 0
    assert empty.lookup(0, np.array([5], np.uint64)).tolist() == [-1]
    nulls = RecordIndex.build([("raw", table(a=[None, "N/A", ""]))], key=KEY)
    assert (nulls.records, len(nulls.hashes)) == (3, 0)
    stream = io.BytesIO()
    nulls.save(stream)
    stream.seek(0)
    assert RecordIndex.load(stream, key=KEY).records == 3


def test_what_one_person_alone_holds_is_no_label():
    """Twenty visits a person: the name fixes the street, and is still a second fact about the person."""
    people = [n // 20 for n in range(2000)]
    visits = table(name=[f"姓名{n}" for n in people], street=[f"街道{n * 7}" for n in people])
    units = np.array(people, np.uint32) + 1
    assert not RecordIndex.build([("raw", visits)], key=KEY, units=units).implies.any()


def test_labels_of_a_small_source_are_known_by_their_units():
    codes = table(code=[f"J{n % 30:03}" for n in range(240)], word=[f"诊断{n % 30}" for n in range(240)])
    units = np.arange(1, 241, dtype=np.uint32)
    assert RecordIndex.build([("raw", codes)], key=KEY, units=units).implies[0, 1]


def test_the_key_is_in_no_description(index):
    assert "kkkk" not in repr(index)
