"""The compiled loops that tell a key add up what the plain ones add up."""

from __future__ import annotations

import numpy as np

from sandbox.egress import adjacency, ciphers, key_kernels


def test_columns_are_transformed_as_they_are_plainly() -> None:
    rows = np.random.default_rng(1).integers(0, 900, (256, 37)).astype(np.float64)
    turned = rows.copy()
    key_kernels.summed(turned)
    assert np.array_equal(turned, ciphers._summed(rows))
    assert np.array_equal(ciphers._transformed(rows.reshape(256, 37, 1))[..., 0], turned)


def test_signs_that_follow_each_other_are_weighed_as_they_are_plainly() -> None:
    rng = np.random.default_rng(2)
    first, second = rng.integers(0, 256, (2, 400))
    lefts, rights, counts = rng.integers(0, 256, 7), rng.integers(0, 256, 5), rng.integers(1, 9, 400)
    told = np.empty((7, 5))
    key_kernels.followed(adjacency._pairs(), lefts, rights, first, second, counts.astype(np.float64), told)
    under = (first ^ lefts[:, None])[:, None, :], (second ^ rights[:, None])[None, :, :]
    assert np.array_equal(told, adjacency._pairs()[under] @ counts.astype(np.float64))
