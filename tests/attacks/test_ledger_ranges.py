"""Ranges that overlap without nesting, split by other tables: sums of up to four cells, by brute force."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sandbox.egress.combining import TooMany, cells_of, small_sums
from sandbox.egress.differencing import Published, exposures, search
from sandbox.egress.units import rows_per_set, smallest_units


def units(rows: int) -> dict[str, np.ndarray]:
    return {"person": np.arange(1, rows + 1, dtype=np.uint32)}


def covering(owner: str, low: int, high: int, *, rows: int) -> Published:
    sets = np.full(rows, -1, dtype=np.int64)
    sets[low:high] = 0
    return Published(owner, sets)


def split(owner: str, step: int, *, rows: int) -> Published:
    """Return a table that splits everything, so that no group of rows shares all its cells with many."""
    return Published(owner, (np.arange(rows) % step).astype(np.int64))


@pytest.mark.parametrize(
    ("ranges", "rows"),
    [
        (((0, 60), (56, 100), (0, 100)), 4),  # A + B - C
        (((0, 100), (0, 50), (54, 100)), 4),  # A - B - C
        (((0, 60), (60, 100), (3, 97)), 6),  # A + B - C, C inside both
        (((0, 40), (36, 80), (76, 120), (0, 120)), 8),  # A + B + C - D
        (((0, 50), (50, 100), (0, 30), (33, 100)), 3),  # A + B - C - D
    ],
)
def test_ranges_beside_a_table_that_splits_what_they_give(ranges, rows: int) -> None:
    size = 120
    old = [covering(f"r{place}", *one, rows=size) for place, one in enumerate(ranges[:-1])]
    new = covering("new", *ranges[-1], rows=size)
    families = [split("by", 3, rows=size), *old, new]
    found = exposures(families, units(size), smallest=10, new=frozenset({"new"}))
    assert any((one.rows, one.units) == (rows, rows) and "new" in one.owners for one in found)
    assert all(one.owners == tuple(sorted(one.owners)) for one in found)


def test_without_the_new_one_nothing_is_told_again() -> None:
    families = [
        covering("a", 0, 60, rows=120),
        covering("b", 56, 100, rows=120),
        covering("c", 0, 100, rows=120),
    ]
    same = Published("new", families[2].sets)
    assert not [
        one
        for one in search([*families, same], units(120), smallest=10, new=frozenset({"new"})).found
        if "new" in one.owners and set(one.owners) != {"a", "b", "c", "new"}
    ]


def oracle(families: list[Published], people: dict[str, np.ndarray], smallest: int) -> set[tuple[int, int]]:
    """Return rows and units of every small set that up to four cells sum to, a new one among them.

    A set with a whole cell in it is left out: that cell is of a few by itself, its own rule finds it. So is
    one that old cells give without the new: where a new cell equals an old one the two cancel, and nothing
    is told that was not before.
    """
    cells = [
        (family.owner, (family.sets == cell).astype(int))
        for family in families for cell in range(family.count) if (family.sets == cell).any()
    ]  # fmt: skip
    told, before = {}, set()
    for many in (2, 3, 4):
        for chosen in combinations(cells, many):
            for signs in product((1, -1), repeat=many):
                total = sum(sign * line for sign, (_, line) in zip(signs, chosen, strict=True))
                if total.min() < 0 or total.max() != 1 or any((line <= total).all() for _, line in cells):
                    continue
                if any(owner == "new" for owner, _ in chosen):
                    told[total.tobytes()] = total
                else:
                    before.add(total.tobytes())
    sets = [total for key, total in told.items() if key not in before]
    few = [int(smallest_units(np.where(total > 0, 0, -1), people, 1)[0]) for total in sets]
    return {(int(total.sum()), one) for total, one in zip(sets, few, strict=True) if one < smallest}


ROWS = 14
SPANS = st.tuples(st.integers(0, ROWS - 1), st.integers(1, ROWS)).map(
    lambda one: (one[0], min(ROWS, sum(one)))
)


@settings(max_examples=40, deadline=None)
@example([(0, 1), (0, 7), (6, 14), (0, 6)], [1] * ROWS)
@given(st.lists(SPANS, min_size=3, max_size=5), st.lists(st.integers(1, 6), min_size=ROWS, max_size=ROWS))
def test_the_search_finds_all_that_brute_force_finds(spans, people: list[int]) -> None:
    families = [covering(f"r{place}", *one, rows=ROWS) for place, one in enumerate(spans[:-1])]
    families.append(Published("new", np.where(np.arange(ROWS) < spans[-1][1], 0, 1).astype(np.int64)))
    ids = {"person": np.asarray(people, np.uint32)}
    found = {(one.rows, one.units) for one in exposures(families, ids, smallest=3, new=frozenset({"new"}))}
    assert oracle(families, ids, 3) <= found


def test_what_is_found_is_kept_where_there_is_too_much_to_look_at() -> None:
    rows = 9_000
    whole, less = covering("old", 0, rows, rows=rows), covering("new", 0, rows - 4, rows=rows)
    padding = [Published("new", (np.arange(rows) + shift) // 3) for shift in (0, 1)]
    searched = search([whole, less, *padding], units(rows), smallest=10, new=frozenset({"new"}))
    assert not searched.whole
    assert any((one.rows, one.owners) == (4, ("new", "old")) for one in searched.found)


def test_too_many_cells_are_said() -> None:
    rows = 8_000
    sets = np.arange(rows) // 2
    with pytest.raises(TooMany):
        cells_of([sets], sets, rows_per_set(sets, rows // 2))


def test_two_thousand_cells_are_searched() -> None:
    rows = 40_000
    old, new = np.arange(rows) // 40, (np.arange(rows) + 20) // 40
    searched = search(
        [Published("old", old), Published("new", new)], units(rows), smallest=10, new=frozenset({"new"})
    )
    assert searched.whole
    atoms = np.arange(rows) // 20
    cells = cells_of([old, new], atoms, rows_per_set(atoms, rows // 20))
    assert small_sums(cells, np.zeros(cells.rows.size, bool), most=9) == ()
