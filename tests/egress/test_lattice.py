"""The commonest of many differences is counted as sorting all of them would; a lost vote is told ahead."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from sandbox.egress.lattice import hits, may_lie, shift


@pytest.mark.parametrize("reach", [300, 20_000, 10**6, 10**12])
def test_the_shift_is_the_least_of_those_that_most_vote_for(reach: int) -> None:
    """Dense figures are counted by their distance, wide ones by what they end in: the answer is the same."""
    for seed in range(20):
        order = np.random.default_rng(seed)
        asked = np.unique(order.integers(0, reach, 20))
        shown = np.unique(np.concatenate([order.integers(-reach, reach, 200), asked[: seed % 6] + 7]))
        best = (0, 0, False)
        for turned in (False, True):
            votes = Counter(int(one) - int(-few if turned else few) for one in shown for few in asked)
            by, most = min(votes.items(), key=lambda pair: (-pair[1], pair[0]))
            best = max(best, (most, -by, turned), key=lambda one: one[0])
        found = shift(asked, shown, pairs=1 << 20)
        assert found is not None
        assert (found.votes, -found.by, found.turned) == best


@pytest.mark.parametrize("reach", [40, 300, 20_000])
def test_no_shift_lays_more_on_the_shown_than_is_said_may_lie_there(reach: int) -> None:
    """Held against every shift of two sets, either way round; figures that are the same count each."""
    told = 0
    for seed in range(40):
        order = np.random.default_rng(seed)
        asked = np.sort(order.integers(0, int(order.integers(20, reach)), 16 + seed % 5))
        shown = np.unique(order.integers(0, reach, 60))
        best = 0
        for signed in (asked, -asked):
            for by in {int(to) - int(one) for to in shown for one in signed}:
                best = max(best, int(hits(np.sort(signed + by), shown).sum()))
        assert may_lie(asked, shown, best)
        assert may_lie(asked, shown, best - 0.5)
        told += not may_lie(asked, shown, 0.8 * len(asked))
    assert told or reach < 300


def test_the_same_figures_may_lie_where_they_are() -> None:
    """However far apart: nothing lies further apart than it does itself."""
    values = np.unique(np.random.default_rng(0).integers(0, 10**12, 50))
    assert may_lie(values, values + 5, len(values))
    assert not may_lie(values, values[:40], 41)
    assert not may_lie(values, np.arange(10**4) * 10**3, 12)
