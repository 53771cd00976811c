"""Canary rows look like the rows they stand among, and name the seat from a part of the file."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sandbox.fingerprint.canary import FEWEST_ROWS, Ground, ground, how_many, rows_of
from sandbox.fingerprint.columns import Columns
from sandbox.fingerprint.overlay import Overlay, member, mixed, overlay_of, pool_of, unpack

KEY = b"k" * 32
B32 = np.array(list("abcdefghijklmnopqrstuvwxyz234567"))


def snapshot(rows: int = 20_000, seed: int = 1) -> pa.Table:
    """Return a masked table: three token columns, an amount, four ordinary columns of which two are one."""
    rng = np.random.default_rng(seed)
    tokens = [["".join(one) for one in B32[rng.integers(0, 32, (rows, 16))]] for _ in range(2)]
    persons = np.array(["".join(one) for one in B32[rng.integers(0, 32, (rows // 3, 16))]])
    tokens.append(persons[rng.integers(0, rows // 3, rows)].tolist())
    amount = [f"{one:.2f}" for one in rng.lognormal(7, 1, rows)]
    places = rng.integers(0, 31, rows)
    kinds, years = rng.integers(0, 6, rows), rng.integers(0, 9, rows)
    plain = [[f"区{one}" for one in places], [f"码{one:03}" for one in places]]
    plain += [[f"类{one}" for one in kinds], [f"年{one}" for one in years]]
    return pa.table(dict(zip("abcdefgh", [*tokens, amount, *plain], strict=True)))


def grounded(table: pa.Table, **given: object) -> Ground:
    """Return the ground of a table that has one."""
    found = ground(Columns.of(table), place="env/visits/1", **given)
    assert found is not None
    return found


def overlaid(found: Ground, seat: str) -> Overlay:
    """Return the overlay of a seat with the pool that is called pool."""
    return overlay_of(found, key=KEY, pool=pool_of(found, key=KEY, pool="pool"), seat=seat)


def test_small_snapshots_have_none_and_large_ones_few() -> None:
    assert how_many(FEWEST_ROWS - 1) == 0
    assert [how_many(n) for n in (5_000, 50_000, 10_000_000)] == [10, 100, 400]
    assert ground(Columns.of(snapshot(990)), place="p") is None


def test_they_are_the_same_again_and_of_each_seat_its_own() -> None:
    table = snapshot()
    one, again, other = (overlaid(grounded(table), seat) for seat in ("1", "1", "2"))
    assert one.pack() == again.pack()
    assert unpack(one.pack()).pack() == one.pack()
    mine, theirs = (one.heads < 0), (other.heads < 0)
    assert one.rows.num_rows == other.rows.num_rows
    for name in "abc":
        own = set(one.taken(mine).rows[name].to_pylist())
        assert own.isdisjoint(other.taken(theirs).rows[name].to_pylist())
        assert set(one.rows[name].to_pylist()).isdisjoint(table[name].to_pylist())
        assert all(len(token) == 16 and set(token) <= set(B32) for token in own)


def test_two_seats_have_half_of_their_pool_in_common_at_the_same_places() -> None:
    table = grounded(snapshot(200_000))
    one, other = (overlaid(table, seat) for seat in ("1", "2"))
    shared = set(one.heads[one.heads >= 0]) & set(other.heads[other.heads >= 0])
    assert 0.3 < len(shared) / (table.heads / 2) < 0.7
    for head in shared:
        assert np.array_equal(one.places[one.heads == head], other.places[other.heads == head])
    assert {int(head) // 2 for head in member(KEY, "1", table.heads)} == set(range(table.heads // 2))


def test_no_cell_and_no_pair_of_ordinary_cells_gives_a_canary_away() -> None:
    table = snapshot()
    held = overlaid(grounded(table), "1")
    for one in "efgh"[1:]:
        assert set(held.rows[one].to_pylist()) <= set(table[one].to_pylist())
        for other in "fgh":
            pairs = set(zip(table[one].to_pylist(), table[other].to_pylist(), strict=True))
            assert set(zip(held.rows[one].to_pylist(), held.rows[other].to_pylist(), strict=True)) <= pairs
    real, mine = (pc.cast(each["d"], pa.float64()).to_numpy() for each in (table, held.rows))
    low, high = np.quantile(real, [0.001, 0.999])
    assert np.mean((mine >= low) & (mine <= high)) > 0.9


def test_a_subject_has_as_many_rows_as_real_ones_have() -> None:
    table = snapshot()
    each = table.num_rows / pc.count_distinct(table["c"]).as_py()
    held = overlaid(grounded(table), "1").rows
    assert held.num_rows / pc.count_distinct(held["c"]).as_py() == round(each)
    assert pc.count_distinct(held["a"]).as_py() == held.num_rows


def test_columns_of_one_label_get_the_same_tokens_in_both_snapshots() -> None:
    visits, firms = snapshot(), snapshot(9_000, seed=3).select(["a", "f", "g"])
    one = grounded(visits, labels={"a": "person"})
    other = ground(Columns.of(firms), place="env/firms/1", labels={"a": "person"}, most_heads=one.heads)
    assert other is not None
    both = [rows_of(each, key=KEY, owner="seat", heads=each.heads)["a"].to_pylist() for each in (one, other)]
    few = min(len(each) for each in both)
    assert both[0][:few] == both[1][:few]


def test_mixing_puts_every_row_in_and_keeps_the_order_of_the_real_ones(tmp_path) -> None:
    import pyarrow.parquet as pq

    table = snapshot(6_000)
    parts = [tmp_path / f"part-{n}.parquet" for n in range(3)]
    for n, path in enumerate(parts):
        pq.write_table(table.slice(n * 2_000, 2_000), path)
    held = overlaid(grounded(table), "1")
    whole = pa.Table.from_batches(list(mixed(parts, held, rows=6_000)))
    canary = pc.is_in(whole["a"], value_set=held.rows["a"].combine_chunks())
    assert whole.filter(pc.invert(canary)).equals(table)
    assert sorted(whole.filter(canary)["a"].to_pylist()) == sorted(held.rows["a"].to_pylist())


def test_the_pool_holds_what_every_seat_has_of_it() -> None:
    table = grounded(snapshot())
    pool = pool_of(table, key=KEY, pool="pool")
    held = overlaid(table, "1")
    assert set(held.taken(held.heads >= 0).rows["a"].to_pylist()) <= set(pool.rows["a"].to_pylist())
    assert pool.rows.num_rows == table.heads * table.head_rows
