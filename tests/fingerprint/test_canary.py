"""Canary rows look like the rows they stand among, and name the seat from a part of the file."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from sandbox.fingerprint.canary import FEWEST_ROWS, canaries, how_many
from sandbox.fingerprint.trace import evidence, marks_of

KEY = b"k" * 32
B32 = np.array(list("abcdefghijklmnopqrstuvwxyz234567"))


def snapshot(rows: int = 20_000, seed: int = 1) -> pa.Table:
    """Return a masked table: three token columns, an amount, four ordinary columns."""
    rng = np.random.default_rng(seed)
    tokens = [["".join(one) for one in B32[rng.integers(0, 32, (rows, 16))]] for _ in range(3)]
    amount = [f"{one:.2f}" for one in rng.lognormal(7, 1, rows)]
    plain = [[f"{name}{one}" for one in rng.integers(0, size, rows)] for name, size in
             (("区", 14), ("类", 6), ("病", 31), ("年", 9))]  # fmt: skip
    return pa.table(dict(zip("abcdefgh", [*tokens, amount, *plain], strict=True)))


def test_small_snapshots_have_none_and_large_ones_few() -> None:
    assert how_many(FEWEST_ROWS - 1) == 0
    assert [how_many(n) for n in (5_000, 50_000, 10_000_000)] == [10, 100, 200]
    assert canaries(snapshot(1_000), key=KEY, seat="seat-1") is None


def test_they_are_the_same_again_and_of_each_seat_its_own() -> None:
    table = snapshot()
    one, again, other = (canaries(table, key=KEY, seat=seat) for seat in ("seat-1", "seat-1", "seat-2"))
    assert one is not None
    assert again is not None
    assert other is not None
    assert one.table == again.table
    for name in one.bits:
        mine, real = set(one.table[name].to_pylist()), set(table[name].to_pylist())
        assert mine.isdisjoint(real)
        if name in "abc":
            assert mine.isdisjoint(other.table[name].to_pylist())
            assert all(len(token) == 16 and set(token) <= set(B32) for token in mine)
    for name in set(table.column_names) - one.bits.keys():
        assert set(one.table[name].to_pylist()) <= set(table[name].to_pylist())


def test_the_seat_is_named_from_a_tenth_of_the_rows_and_half_of_the_columns_and_no_other() -> None:
    table, rng = snapshot(), np.random.default_rng(2)
    owned = [canaries(table, key=KEY, seat=f"seat-{n}") for n in range(5)]
    marks = [mark for n, one in enumerate(owned) if one for mark in marks_of(n, one.table, one.bits)]
    named = 0
    for trial in range(20):
        owner = trial % 5
        held = owned[owner]
        assert held is not None
        whole = pa.concat_tables([table, held.table])
        rows = rng.permutation(whole.num_rows)[: whole.num_rows // 10]
        leaked = whole.take(rows).select([whole.column_names[i] for i in rng.permutation(8)[:4]])
        found = [one.owner for one in evidence([leaked], marks) if one.named]
        assert found in ([], [owner])
        named += found == [owner]
    assert named >= 15
    for seed in range(10, 20):
        assert not any(one.named for one in evidence([snapshot(5_000, seed)], marks))
