"""The pass over many pairs leaves out only pairs that score below the floor."""

import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.fingerprint import evidence, sift
from sandbox.fingerprint.evidence import Budget, Search, score_rows
from sandbox.fingerprint.index import RecordIndex
from tests.fingerprint.test_evidence import KEY, hits_of


@settings(deadline=None, max_examples=25)
@given(
    seed=st.integers(0, 2**32 - 1),
    sizes=st.lists(st.integers(3, 40), min_size=3, max_size=6),
    floor=st.floats(2, 12),
)
def test_what_is_left_out_scores_below_the_floor(seed, sizes, floor):
    rng = np.random.default_rng(seed)
    cells = [[f"值{n}" if n else "" for n in rng.integers(0, size, 120)] for size in sizes]
    cells.append([f"第{n}号住宅小区" for n in rng.integers(0, 60, 120)])
    index = RecordIndex.build([("raw", pa.table({f"c{n}": one for n, one in enumerate(cells)}))], key=KEY)
    rows = rng.integers(0, 120, 40)
    copy = [[f"值{rng.integers(40)}" if rng.random() < 0.3 else one[row] for row in rows] for one in cells]
    hits, filled = hits_of(index, copy)
    found = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sift, "_compiled", lambda: sift.sift)
        for limit in (0, 1 << 40):
            patch.setattr(evidence, "COMPILE_FROM_PAIRS", limit)
            found.append(
                score_rows(index, hits, filled=filled, search=Search(floor, math.inf, Budget(10**9)))
            )
    for name in ("rows", "records", "bits", "share", "crowd", "columns"):
        assert np.array_equal(getattr(found[0], name), getattr(found[1], name)), name


def test_the_compiled_pass_is_the_plain_one():
    rng = np.random.default_rng(2)
    cells = [[f"值{n}" for n in rng.integers(0, size, 300)] for size in (20, 30, 90)]
    index = RecordIndex.build([("raw", pa.table({f"c{n}": one for n, one in enumerate(cells)}))], key=KEY)
    hits, _ = hits_of(index, cells)
    bits = evidence.column_bits(index, hits)
    chosen = hits.slots[0][1]
    wanted = (np.arange(300), chosen, np.full(300, -1))
    fast = sift.promising(index, hits.slots, bits, wanted=wanted, floor=9.0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sift, "_compiled", lambda: sift.sift)
        plain = sift.promising(index, hits.slots, bits, wanted=wanted, floor=9.0)
    assert np.array_equal(fast, plain)
    assert 0 < len(fast) < len(evidence._expand(index, *wanted[:2]))
    sift.prepare()
