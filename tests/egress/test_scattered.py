"""Numbers that stand in a regular step are found in the steps in which counting all of them finds them."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from sandbox.egress.scattered import _LEAST_SHARE, MAX_STEP, _steps


def _plainly(places: NDArray[np.int64], size: int, least: int) -> list[tuple[int, int]]:
    found = []
    for step in range(least, min(MAX_STEP, size // 5) + 1):
        rows = size // step
        for start in range(step):
            held = np.isin(np.arange(rows) * step + start, places).sum()
            if held / rows >= _LEAST_SHARE:
                found.append((step, start))
    return found[:4]


@pytest.mark.parametrize("seed", range(12))
def test_no_step_is_skipped_that_serves(seed: int) -> None:
    """Rows of one length with some missing, and noise between them."""
    order = np.random.default_rng(seed)
    size, step = int(order.integers(40, 1_500)), int(order.integers(5, 60))
    rows = np.arange(order.integers(0, step), size, step)
    rows = rows[order.random(rows.size) < order.choice([0.55, 0.65, 0.9])]
    places = np.unique(np.concatenate([rows, order.integers(0, size, int(order.integers(5, 30)))]))
    assert list(_steps(places.astype(np.int64), size, 5)) == _plainly(places, size, 5)
