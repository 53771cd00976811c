"""SipHash against its published vectors, and the vectorised form against the plain one."""

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.fingerprint.siphash import LONG, keyed_hash, plain_hash, siphash

KEY = bytes(range(16))
# The first outputs of the reference implementation's table: input is 00, 01, … under key 00 … 0f.
REFERENCE_2_4 = [
    "310e0edd47db6f72", "fd67dc93c539f874", "5a4fa9d909806c0d", "2d7efbd796666785", "b7877127e09427cf",
    "8da699cd64557618", "cee3fe586e46c9cb", "37d1018bf50002ab", "6224939a79f5f593", "b0e4a90bdf82009e",
]  # fmt: skip


@pytest.mark.parametrize("length", range(len(REFERENCE_2_4)))
def test_the_published_vectors(length):
    found = siphash(bytes(range(length)), KEY, compress=2, finish=4)
    assert found.to_bytes(8, "little").hex() == REFERENCE_2_4[length]


def test_the_vector_of_the_paper():
    assert siphash(bytes(range(15)), KEY, compress=2, finish=4) == 0xA129CA6149BE45E5


def test_one_three_as_other_implementations_compute_it():
    assert siphash(b"", KEY).to_bytes(8, "little").hex() == "dcc40f055801acab"


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(st.none(), st.text(max_size=40)), max_size=30), st.binary(min_size=16, max_size=16))
def test_the_fast_form_equals_the_plain_one(cells, key):
    expected = [plain_hash(cell, key) for cell in cells]
    for kind in (pa.string(), pa.large_string()):
        assert keyed_hash(pa.array(cells, kind), key).tolist() == expected
        padded = pa.array(["before", None, *cells, "after"], kind)
        assert keyed_hash(padded.slice(2, len(cells)), key).tolist() == expected


def test_every_length_around_the_word_and_the_long_limit():
    cells = ["x" * n for n in [*range(40), LONG - 1, LONG, LONG + 1, 5000]]
    assert keyed_hash(pa.array(cells), KEY).tolist() == [plain_hash(cell, KEY) for cell in cells]


def test_more_than_one_block_chunks_and_nulls_only():
    cells = [f"{n}号" * (n % 5) for n in range(40_000)]
    hashes = keyed_hash(pa.chunked_array([cells[:7], cells[7:]]), KEY)
    for n in (0, 1, 6, 7, 16_383, 16_384, 39_999):
        assert int(hashes[n]) == plain_hash(cells[n], KEY)
    assert keyed_hash(pa.array([None, None], pa.string()), KEY).tolist() == [0, 0]
    assert keyed_hash(pa.array([], pa.string()), KEY).tolist() == []


def test_a_key_of_another_length_is_refused():
    with pytest.raises(ValueError, match="16"):
        keyed_hash(pa.array(["a"]), b"short")
