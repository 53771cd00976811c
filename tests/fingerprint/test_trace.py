"""A leaked file names the seat it came from, or two that laid their files together, and else nobody."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from sandbox.fingerprint.overlay import overlay_of, pool_of
from sandbox.fingerprint.trace import Held, trace
from tests.fingerprint.test_canary import KEY, grounded, snapshot

SEATS = tuple(f"seat-{n}" for n in range(6))


@pytest.fixture(scope="module")
def world() -> tuple[pa.Table, list[Held]]:
    """Return a snapshot and what the gate holds of six seats on it."""
    table = snapshot(100_000).drop("c")
    found = grounded(table)
    pool = pool_of(found, key=KEY, pool="p")
    held = [Held("p", "v1", pool)]
    held += [Held("p", "v1", overlay_of(found, key=KEY, pool=pool, seat=seat), seat) for seat in SEATS]
    return table, held


def seen(world: tuple[pa.Table, list[Held]], seat: str) -> pa.Table:
    """Return what a seat sees of the snapshot, in some order."""
    table, held = world
    return pa.concat_tables([table, next(one.overlay.rows for one in held if one.seat == seat)])


def names(table: pa.Table, held: list[Held]) -> list[str]:
    return [one.owner for one in trace([table], held).seats if one.named]


@pytest.mark.parametrize(("kept", "least"), [(0.5, 6), (0.1, 6), (0.05, 5)])
def test_the_seat_is_named_after_rows_and_half_of_the_columns_were_deleted_and_no_other(world, kept, least):
    rng, right = np.random.default_rng(2), 0
    for seat in SEATS:
        whole = seen(world, seat)
        rows = rng.permutation(whole.num_rows)[: int(kept * whole.num_rows)]
        columns = ["a", *rng.permutation(list("bdefgh"))[:3].tolist()]
        found = names(whole.select(columns).take(rows), world[1])
        assert found in ([], [seat])
        right += found == [seat]
    assert right >= least


def test_two_files_laid_together_name_both(world):
    one, other = (seen(world, seat) for seat in SEATS[:2])
    rng = np.random.default_rng(3)
    mixed = pa.concat_tables([each.take(rng.permutation(each.num_rows)[:20_000]) for each in (one, other)])
    assert sorted(names(mixed, world[1])) == [*SEATS[:2]]


def test_what_two_seats_have_in_common_names_both_when_all_that_differs_is_taken_out(world):
    one, other = (seen(world, seat) for seat in SEATS[:2])
    common = one.filter(pc.is_in(one["a"], value_set=other["a"].combine_chunks()))
    found = trace([common], world[1])
    assert sorted(one.owner for one in found.seats if one.named) == [*SEATS[:2]]
    assert found.pools[0].named


def test_files_of_other_origin_name_nobody(world):
    assert trace([world[0]], world[1]).seats == ()  # the snapshot as it lies in the pool
    for seed in range(10, 20):
        assert not names(snapshot(5_000, seed), world[1])


def test_one_row_copied_many_times_is_one_row(world):
    row = next(one.overlay.rows for one in world[1] if one.seat == SEATS[0]).slice(150, 1)
    (found,) = trace([pa.concat_tables([row] * 50)], world[1]).seats
    assert (found.owner, found.rows) == (SEATS[0], 1)
