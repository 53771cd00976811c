"""Distinct units and shares, against a plain Python oracle."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.egress.units import distinct_per_set, shares, smallest_units

ROWS = st.lists(
    st.tuples(st.integers(-1, 4), st.integers(0, 6), st.floats(-1e6, 1e6) | st.just(float("nan"))),
    max_size=60,
)


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_distinct_units_of_each_set(rows: list[tuple[int, int, float]]) -> None:
    sets = np.array([row[0] for row in rows], dtype=np.int64)
    ids = np.array([row[1] for row in rows], dtype=np.uint32)
    plain = [len({unit for cell, unit, _ in rows if cell == wanted and unit != 0}) for wanted in range(5)]
    assert distinct_per_set(sets, ids, 5).tolist() == plain
    assert smallest_units(sets, {"a": ids, "b": np.ones_like(ids)}, 5).tolist() == [
        min(count, 1 if any(cell == wanted for cell, _, _ in rows) else 0)
        for wanted, count in enumerate(plain)
    ]


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_shares_of_each_set(rows: list[tuple[int, int, float]]) -> None:
    sets = np.array([row[0] for row in rows], dtype=np.int64)
    ids = np.array([row[1] for row in rows], dtype=np.uint32)
    found = shares(sets, ids, np.array([row[2] for row in rows], dtype=np.float64), 5)
    for wanted in range(5):
        totals: dict[int, float] = defaultdict(float)
        for cell, unit, amount in rows:
            if cell == wanted and amount == amount:
                totals[unit] += abs(amount)
        ranked = [*sorted(totals.values(), reverse=True), 0.0, 0.0]
        assert np.isclose(found.total[wanted], sum(totals.values()))
        assert np.isclose(found.largest[wanted], ranked[0])
        assert np.isclose(found.second[wanted], ranked[1])


def test_no_kind_of_unit_means_nobody_is_protected() -> None:
    assert smallest_units(np.zeros(5, dtype=np.int64), {}, 1).tolist() == [0]
