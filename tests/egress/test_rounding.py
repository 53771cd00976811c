"""Controlled rounding: additive, within a base, multiples kept, unbiased; intervals against brute force."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from sandbox.egress.rounding import MAX_CELLS, Rounded, rounded, widths

TABLES = st.tuples(st.integers(1, 6), st.integers(1, 6)).flatmap(
    lambda shape: arrays.arrays(np.int64, shape, elements=st.integers(0, 40))
)


@settings(max_examples=60, deadline=None)
@given(TABLES, st.sampled_from([3, 5, 10]), st.binary(min_size=1, max_size=8))
def test_every_figure_and_margin_is_a_multiple_within_the_base_and_adds_up(
    table, base: int, key: bytes
) -> None:
    made = rounded(table, base, key=key)
    pairs = [
        (table, made.inside), (table.sum(axis=1), made.lines), (table.sum(axis=0), made.columns),
        (table.sum(), made.inside.sum()),
    ]  # fmt: skip
    for true, shown in pairs:
        assert np.all(shown % base == 0)
        assert np.all(np.abs(shown - true) < base)
        assert np.all(np.where(true % base == 0, shown == true, True))  # multiples stay, zeros among them
    assert made.inside.min() >= 0
    assert np.array_equal(made.inside, rounded(table, base, key=key).inside)


def test_it_is_right_on_the_average() -> None:
    table = np.array([[3, 7, 12], [1, 0, 9], [14, 2, 5]])
    every = [rounded(table, 5, key=bytes([one % 256, one // 256])).inside for one in range(600)]
    assert np.all(np.abs(np.mean(every, axis=0) - table) < 0.5)


def test_what_cannot_be_rounded_is_said() -> None:
    for table, base in ((np.array([[1]]), 1), (np.array([[-1]]), 5), (np.ones((MAX_CELLS + 1, 1), int), 5)):
        with pytest.raises(ValueError):
            rounded(table, base, key=b"k")


def brute(made: Rounded, base: int, *, most: int) -> np.ndarray:
    """Return the widths of all cells, over every table that the published figures allow."""
    shape = made.inside.shape
    ranges = [range(max(0, one - base + 1), min(most, one + base - 1) + 1) for one in made.inside.ravel()]
    every = np.array([
        one for one in product(*ranges)
        if np.all(np.abs(np.reshape(one, shape).sum(axis=1) - made.lines) < base)
        and np.all(np.abs(np.reshape(one, shape).sum(axis=0) - made.columns) < base)
        and abs(sum(one) - made.inside.sum()) < base
    ])  # fmt: skip
    return (every.max(axis=0) - every.min(axis=0)).reshape(shape)


@settings(max_examples=15, deadline=None)
@given(arrays.arrays(np.int64, (2, 2), elements=st.integers(0, 7)), st.binary(min_size=1, max_size=4))
def test_the_audit_is_what_brute_force_says(table, key: bytes) -> None:
    made = rounded(table, 3, key=key)
    told = widths(table, made, 3, np.ones(table.shape, bool), enough=99)
    assert np.array_equal(told, brute(made, 3, most=99))
