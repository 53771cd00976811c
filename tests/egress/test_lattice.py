"""The commonest of many differences, found by counting, is the one that sorting all of them finds."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from sandbox.egress.lattice import shift


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
