"""The compiled search against the plain one: it finds as much at least, the same where values are rare."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.fingerprint import evidence, scan
from sandbox.fingerprint import match as room
from sandbox.fingerprint.canonical import canonical_array
from sandbox.fingerprint.cells import hash_columns, hash_forms
from sandbox.fingerprint.index import RecordIndex
from sandbox.fingerprint.match import match
from tests.attacks.test_fingerprint import as_table, make_visits

KEY = b"k" * 16
CELLS = st.one_of(
    st.text(max_size=12),
    st.text(alphabet="0123456789.-/ :T年月日号ABe+,万元", max_size=20),
    st.sampled_from(
        ["8613812345678", "0086 13812345678", "无", "N/A", "null", "-0.00", "2024-13-01", "x" * 300]
    ),
    st.dates().map(lambda day: f"{day:%Y/%m/%d}"),
    st.datetimes().map(lambda at: f"{at:%Y-%m-%d %H:%M:%S}"),
    st.decimals(allow_nan=False, allow_infinity=False, places=2).map(str),
    st.none(),
)


@settings(deadline=None, max_examples=150)
@given(st.lists(CELLS, min_size=1, max_size=30))
def test_the_compiled_hash_is_that_of_the_canonical_form(cells):
    column = pa.array(cells, pa.string())
    fast = hash_columns([column], KEY, compiled=True)[0]
    np.testing.assert_array_equal(fast, hash_forms(canonical_array(column), KEY))


def test_slices_chunks_and_dictionaries_hash_alike():
    column = pa.array(["王伟", "", None, "１２", "2024/01/05", "52.10"] * 50)
    whole = hash_forms(canonical_array(column), KEY)
    chunked = pa.chunked_array(
        [column[:7], column[7:9].cast(pa.large_string()).cast(pa.string()), column[9:]]
    )
    for shape in (column.dictionary_encode(), chunked, column.cast(pa.large_string())):
        np.testing.assert_array_equal(hash_columns([shape], KEY, compiled=True)[0], whole)
    np.testing.assert_array_equal(hash_columns([column[5:70]], KEY, compiled=True)[0], whole[5:70])


@settings(deadline=None, max_examples=40)
@given(
    seed=st.integers(0, 2**32 - 1),
    sizes=st.lists(st.integers(3, 40), min_size=4, max_size=8),
    spoiled=st.floats(0, 0.5),
    rare=st.sampled_from([2, 8, 64]),
)
def test_the_compiled_search_finds_all_that_the_plain_one_finds(seed, sizes, spoiled, rare):
    rng = np.random.default_rng(seed)
    cells = [[f"值{n}" if n else "" for n in rng.integers(0, size, 300)] for size in sizes]
    table = pa.table({f"c{place}": pa.array(one, pa.string()) for place, one in enumerate(cells)})
    units = rng.integers(0, 200, 300).astype(np.uint32)
    rows = rng.integers(0, 300, 80)
    copy = pa.table(
        {
            f"d{place}": pa.array(
                [f"值{rng.integers(40)}" if rng.random() < spoiled else cells[place][row] for row in rows]
            )
            for place in rng.permutation(len(cells))
        }
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evidence, "_RARE", rare)
        patch.setattr(scan, "RARE", rare)
        patch.setattr("sandbox.fingerprint.build.RARE", rare)
        index = RecordIndex.build([("raw", table)], key=KEY, units=units)
        read = room._hash_table(index, copy, False)
        search = evidence.Search(9.0, 40.0, evidence.Budget(10**9))
        plain = room._match_block(index, read, 0, search)
        fast = room._all_linked(index, read, room._scanned(index, read, search))[0]
    assert np.array_equal(plain.links, fast.links)
    found = dict(zip(fast.scored.rows.tolist(), fast.scored.bits.tolist(), strict=True))
    for row, bits in zip(plain.scored.rows.tolist(), plain.scored.bits.tolist(), strict=True):
        assert found[row] >= bits
    if rare == 64:  # no value of so small a source is common but by the plain search's own lights
        for name in ("rows", "records", "bits", "share", "crowd", "columns"):
            assert np.array_equal(getattr(plain.scored, name), getattr(fast.scored, name)), name


def test_a_search_cut_short_says_so(monkeypatch):
    visits = as_table(make_visits())
    index = RecordIndex.build([("raw", visits)], key=KEY)
    monkeypatch.setattr(room, "_PAIRS", 3)
    monkeypatch.setattr(room, "_PAIRS_A_ROW", 0)
    strangers = pa.table(
        {name: pa.array(np.roll(visits[name], place)) for place, name in enumerate(visits.column_names)}
    )
    assert not match(index, strangers.slice(0, 500), compiled=True).complete


@pytest.mark.parametrize(
    "columns",
    [
        None,
        ["name", "visit", "street"],
        ["visit", "diag", "amount"],
        ["birth", "visit", "hospital", "amount"],
    ],
)
def test_visits_are_found_by_either_search(columns):
    visits = as_table(make_visits())
    index = RecordIndex.build([("raw", visits)], key=KEY)
    part = visits.slice(100, 3000)
    part = part.select(columns) if columns else part
    plain, fast = match(index, part, compiled=False), match(index, part, compiled=True)
    assert set(plain.rows.tolist()) <= set(fast.rows.tolist())
    assert fast.complete
    assert fast.columns == plain.columns
    shared = np.isin(fast.rows, plain.rows)
    assert (fast.records[shared] == plain.records).mean() > 0.99
    scan.prepare()


@given(st.lists(st.integers(-(2**62), 2**62), max_size=200))
def test_numbers_sorted_in_place_are_sorted(numbers):
    from sandbox.fingerprint.record_kernels import _sort

    held = np.array([*numbers, 7, -7], np.int64)
    _sort(held, len(numbers))
    assert held.tolist() == [*sorted(numbers), 7, -7]


def test_a_column_of_more_values_than_a_mark_tells_is_looked_up_alike():
    rng = np.random.default_rng(3)
    rows = 90_000
    source = pa.table(
        {
            "id": pa.array([f"ID{n:07}" for n in rng.permutation(rows)]),
            "name": pa.array([f"名{n}" for n in rng.integers(0, 10**6, rows)]),
            "amount": pa.array([f"{n / 100:.2f}" for n in rng.integers(100, 10**6, rows)]),
        }
    )
    index = RecordIndex.build([("raw", source)], key=KEY)
    assert not index.small[:3].any()
    strangers = pa.array([f"ID{n:07}" for n in range(rows, rows + 300)])
    part = source.slice(500, 300).append_column("other", strangers)
    read = room._hash_table(index, part, False)
    search = evidence.Search(17.5, 40.0, evidence.Budget(10**9))
    plain = room._match_block(index, read, 0, search)
    fast = room._all_linked(index, read, room._scanned(index, read, search))[0]
    assert np.array_equal(plain.links, fast.links)
    assert len(fast.scored.rows) == 300
    for name in ("rows", "records", "bits", "share", "crowd", "columns"):
        assert np.array_equal(getattr(plain.scored, name), getattr(fast.scored, name)), name


def test_pairs_asked_for_leave_out_no_row_that_a_record_explains():
    """Rows of a source of many columns and readings, some of them changed, are all looked at."""
    from sandbox.fingerprint.glance_kernels import glanced

    rng = np.random.default_rng(7)
    sizes = (4000, 3000, 900, 300, 60, 2000, 12, 5000, 700)
    cells = [[f"值{n}" for n in rng.integers(0, size, 5000)] for size in sizes]
    table = pa.table({f"c{place}": pa.array(one, pa.string()) for place, one in enumerate(cells)})
    index = RecordIndex.build([("raw", table)], key=KEY)
    strangers = pa.table({name: column.take(pa.array(rng.permutation(5000))) for name, column in
                          zip(table.column_names, table.columns, strict=True)})  # fmt: skip
    t, floor = scan.laid_out(index), 46.0

    def looked_at(candidate):
        hashes, places, _ = scan._grid(room._listed(room._hash_table(index, candidate, True)))
        out = np.empty(2048, np.int64)
        return out[: glanced(t, hashes[:, :2048], places, floor, out)].tolist()

    assert looked_at(table) == list(range(2048))
    assert looked_at(table.select(["c7", "c0", "c5", "c1"])) == list(range(2048))
    assert len(looked_at(strangers)) < 1024


def test_a_large_index_is_laid_out_once_enough_was_asked_of_it(monkeypatch):
    table = pa.table({"a": [f"值{n}" for n in range(400)], "b": [f"{n:05d}" for n in range(400)]})
    index = RecordIndex.build([("raw", table)], key=KEY)
    monkeypatch.setattr(scan, "compile_from", lambda: 10)
    monkeypatch.setattr(scan, "_ASKED_PAYS", 5)
    assert scan.pays(index, 10)
    monkeypatch.setattr(scan, "_LARGE", 400)
    other = RecordIndex.build([("raw", table)], key=KEY)
    assert [scan.pays(other, cells) for cells in (9, 40, 40)] == [False, False, True]
