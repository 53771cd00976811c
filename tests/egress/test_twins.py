"""Cells that hold nearly the same rows are found, however they are numbered."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.egress.differencing import Published
from sandbox.egress.twins import twins


def published(sets: np.ndarray, owner: str) -> Published:
    return Published(owner=owner, sets=np.asarray(sets, np.int64))


@pytest.mark.parametrize("turned", [False, True])
def test_a_cell_is_not_hidden_behind_another_that_shares_its_twin(turned: bool) -> None:
    """One person moved to a group of newcomers and one came: two lie between the old cell and the new."""
    rows = 115
    old, new = np.full(rows, -1), np.full(rows, -1)
    old[:100] = 0
    new[:99], new[100] = 0, 0
    new[99], new[101:] = 1, 1
    if turned:
        new = np.where(new >= 0, 1 - new, -1)
    units = {"person": np.arange(1, rows + 1, dtype=np.uint32)}
    (found,) = twins([published(new, "new")], [published(old, "old")], units, smallest=10)
    assert (found.rows, found.units, found.owners) == (2, 2, ("new", "old"))


CELLS = st.lists(
    st.tuples(st.integers(-1, 3), st.integers(-1, 3), st.integers(0, 12)), min_size=1, max_size=60
)


@settings(max_examples=200, deadline=None)
@given(CELLS, st.integers(2, 6))
def test_every_pair_that_shares_rows_is_held_against_each_other(
    cells: list[tuple[int, int, int]], smallest: int
) -> None:
    new, old, who = (np.asarray(column) for column in zip(*cells, strict=True))
    expected = set()
    for one, other in product(range(4), range(4)):
        mine, theirs = set(np.flatnonzero(new == one)), set(np.flatnonzero(old == other))
        between = mine ^ theirs
        held = len({who[row] for row in between} - {0})
        if mine & theirs and between and held < smallest:
            expected.add((len(between), held))
    found = twins(
        [published(new, "new")], [published(old, "old")], {"person": who.astype(np.uint32)}, smallest=smallest
    )
    assert {(one.rows, one.units) for one in found} == expected
