"""Matching against a plain oracle, and the edges: small sources, crowds, dependence, budgets."""

import math

import numpy as np
import pyarrow as pa
import pytest

from sandbox.fingerprint import match as room
from sandbox.fingerprint.evidence import Budget
from sandbox.fingerprint.index import RecordIndex
from sandbox.fingerprint.match import match, match_text

KEY = b"k" * 16


def table(**columns: list[str | None]) -> pa.Table:
    return pa.table({name: pa.array(cells, pa.string()) for name, cells in columns.items()})


@pytest.fixture(scope="module")
def source() -> pa.Table:
    rng = np.random.default_rng(5)
    pick = {
        name: rng.integers(0, size, 2000) for name, size in (("a", 900), ("b", 40), ("c", 400), ("d", 12))
    }
    return table(**{name: [f"{name}值{n}" for n in numbers] for name, numbers in pick.items()})


@pytest.fixture(scope="module")
def index(source) -> RecordIndex:
    return RecordIndex.build([("raw", source)], key=KEY)


def plain_best(source: pa.Table, row: dict[str, str]) -> float:
    """Bits of the record that agrees best: the definition, one record at a time."""
    records = source.to_pylist()
    worth = {
        name: math.log2(len(records) / sum(record[name] == cell for record in records))
        for name, cell in row.items()
        if any(record[name] == cell for record in records)
    }
    return max(sum(bits for name, bits in worth.items() if record[name] == row[name]) for record in records)


def test_the_bits_of_a_match_are_those_of_the_definition(index, source):
    for number in (0, 3, 1999):
        row = source.slice(number, 1)
        found = match(index, row)
        assert found.rows.tolist() == [0]
        assert found.bits == pytest.approx(plain_best(source, row.to_pylist()[0]), abs=0.01)
        assert source.slice(int(found.records[0]), 1).to_pylist() == row.to_pylist()


def test_columns_are_linked_whatever_their_names_and_order(index, source):
    renamed = source.select(["c", "a", "d", "b"]).rename_columns(["1", "2", "3", "4"])
    found = match(index, renamed)
    assert len(found.rows) == 2000
    assert dict(found.columns) == {0: "c", 1: "a", 2: "d", 3: "b"}
    assert found.origins == {"raw"}


def test_values_of_a_record_in_one_cell_count_once(index, source):
    record = source.slice(9, 1).to_pylist()[0]
    assert not match(index, [[record["a"]] * 4])
    assert match(index, [list(record.values())])


def test_rare_values_of_others_do_not_hide_a_record(index, source):
    record = list(source.slice(9, 1).to_pylist()[0].values())
    strangers = [source["a"][n].as_py() for n in range(100, 130)]
    found = match(index, [[*strangers, *record]])
    assert 9 not in found.records or found.rows.tolist() == [0]
    found = match(index, [[*record, "噪声", "1", "2"]])
    assert found.records.tolist() == [9]


def test_a_small_source_is_recognised_as_a_whole():
    small = table(**{name: [f"{name}号{n}" for n in range(12)] for name in "xyz"})
    index = RecordIndex.build([("raw", small)], key=KEY)
    assert len(match(index, small).rows) == 12
    assert not match(index, small.select(["x"]))


def test_a_row_that_many_units_explain_is_a_group():
    many = table(**{name: [f"{name}{n // 8}组" for n in range(4000)] for name in "xyz"})
    groups = table(**{name: [f"{name}{n}组" for n in range(500)] for name in "xyz"})
    by_rows = RecordIndex.build([("raw", many)], key=KEY)
    assert not match(by_rows, groups)
    assert len(match(by_rows, groups, crowd=9).rows) == 500
    units = (np.arange(4000) // 8 + 1).astype(np.uint32)  # the eight rows of a group are one person
    found = match(RecordIndex.build([("raw", many)], key=KEY, units=units), groups)
    assert (len(found.rows), found.units) == (500, 500)


def test_a_search_cut_short_says_so(index, source, monkeypatch):
    monkeypatch.setattr(room, "_PAIRS", 3)
    monkeypatch.setattr(room, "_PAIRS_A_ROW", 0)
    found = match(index, source.append_column("noise", pa.array([f"a值{n % 900}" for n in range(2000)])))
    assert not found.complete


def test_the_budget_serves_the_cheapest_first():
    budget = Budget(10)
    assert budget.take(np.array([7, 2, 3])).tolist() == [False, True, True]
    assert budget.spent
    assert budget.left == 5


@pytest.mark.parametrize(
    "candidate", [[], [[]], [["", None]], table(a=[]), table(a=[None, "N/A"]), pa.table({})]
)
def test_nothing_to_look_at(index, candidate):
    found = match(index, candidate)
    assert not found
    assert found.complete


def test_an_empty_source_matches_nothing():
    index = RecordIndex.build([("raw", table(a=[None], b=[""]))], key=KEY)
    assert not match(index, table(a=["x"], b=["y"]))
    assert not match_text(index, "x,y\n1,2")


def test_text_points_at_the_lines(index, source):
    lines = ["说明", *(",".join(row.values()) for row in source.slice(5, 3).to_pylist()), "完"]
    found = match_text(index, "\n".join(lines))
    assert set(found.records.tolist()) == {5, 6, 7}
    assert set(found.rows.tolist()) <= {0, 1, 2, 3}


def test_a_table_that_comes_batch_by_batch_is_matched_like_a_whole_one():
    """What is hashed while it is read is recognised alike, second readings of a column too."""
    source = table(
        name=[f"遵义第{n}有限公司" for n in range(900)],
        day=[f"2019-{1 + n % 12:02}-{13 + n % 16:02}" for n in range(900)],
        amount=[f"{n * 13.7:.2f}" for n in range(900)],
    )
    index = RecordIndex.build([("raw", source)], key=KEY)
    turned = [f"{13 + n % 16:02}/{1 + n % 12:02}/2019" for n in range(100, 700)]
    copy = source.slice(100, 600).set_column(1, "day", pa.array(turned))
    whole = match(index, copy)
    found = match(index, iter(copy.to_batches(max_chunksize=70)))
    assert found.rows.tolist() == whole.rows.tolist() == list(range(600))
    assert found.records.tolist() == whole.records.tolist()
    assert (found.columns, found.bits) == (whole.columns, whole.bits)
    assert not match(index, iter(()))


def test_rows_are_picked_part_by_part_as_from_the_whole(monkeypatch):
    monkeypatch.setattr(room, "_PART_ROWS", 100)
    mask = np.random.default_rng(1).random(1000) < 0.3
    wanted = np.arange(0, int(mask.sum()), 7)
    assert room._true_places(mask, wanted).tolist() == np.flatnonzero(mask)[wanted].tolist()
