"""The search for a row's record: what it leaves out for speed could not have been found."""

import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.fingerprint import evidence
from sandbox.fingerprint.canonical import canonical_array
from sandbox.fingerprint.evidence import Budget, Hits, Search, score_rows
from sandbox.fingerprint.index import RecordIndex
from sandbox.fingerprint.siphash import keyed_hash

KEY = b"k" * 16


def hits_of(index: RecordIndex, columns: list[list[str]]) -> tuple[Hits, np.ndarray]:
    hashes = [keyed_hash(canonical_array(pa.array(cells, pa.string())), KEY) for cells in columns]
    hashes = [
        np.where([cell == "" for cell in cells], np.uint64(0), one)
        for cells, one in zip(columns, hashes, strict=True)
    ]
    return Hits.find(index, list(enumerate(hashes))), np.sum([one != 0 for one in hashes], axis=0)


@settings(deadline=None, max_examples=60)
@given(
    seed=st.integers(0, 2**32 - 1),
    sizes=st.lists(st.integers(4, 40), min_size=4, max_size=8),
    spoiled=st.floats(0, 0.5),
    rare=st.integers(1, 20),
)
def test_the_sift_leaves_out_no_record(seed, sizes, spoiled, rare):
    rng = np.random.default_rng(seed)
    # Columns share a vocabulary, so that values are found in several of them; "" is an empty cell.
    cells = [[f"值{n}" if n else "" for n in rng.integers(0, size, 300)] for size in sizes]
    index = RecordIndex.build(
        [("raw", pa.table({f"c{place}": column for place, column in enumerate(cells)}))], key=KEY
    )
    rows = rng.integers(0, 300, 80)
    copy = [
        [f"值{rng.integers(40)}" if rng.random() < spoiled else column[row] for row in rows]
        for column in cells
    ]
    hits, filled = hits_of(index, [copy[place] for place in rng.permutation(len(copy))])
    found = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evidence, "_RARE", rare)
        patch.setattr(evidence, "_BATCH", 500)
        for _ in range(2):
            search = Search(math.log2(300) + 1, math.inf, Budget(10**9))
            found.append(score_rows(index, hits, filled=filled, search=search))
            patch.setattr(evidence, "_needed", lambda _i, hits, *_rest: np.full(hits.rows, -1, np.int64))
    sifted, plain = found
    for name in ("rows", "records", "bits", "share", "crowd", "columns"):
        assert np.array_equal(getattr(sifted, name), getattr(plain, name)), name
