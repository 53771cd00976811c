from __future__ import annotations

import base64
import hmac

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.masking import prf
from sandbox.masking.policy import Algorithm

NAMES = {Algorithm.INTL: "sha256", Algorithm.SM: "sm3"}


def compiled(monkeypatch, values, key, algorithm):
    monkeypatch.setattr(prf, "COMPILED_FROM", 0)
    return prf.digest_all(values, key, algorithm=algorithm)


@pytest.mark.parametrize("algorithm", list(Algorithm))
@pytest.mark.parametrize("fast", [False, True])
def test_digests_equal_the_hmac_module_at_every_length(monkeypatch, algorithm, fast):
    monkeypatch.setattr(prf, "COMPILED_FROM", 0 if fast else 10**9)
    texts = ["ａ" * (n // 3) + "x" * (n % 3) for n in [*range(260), 1000, 4096]]
    for key in (b"k" * 32, b"", b"long" * 40):
        for kind in (pa.string(), pa.large_string()):
            found = prf.digest_all(pa.array(texts, kind), key, algorithm=algorithm)
            expected = [hmac.digest(key, text.encode(), NAMES[algorithm]) for text in texts]
            assert [bytes(row) for row in found] == expected


def test_rfc_4231_and_gb_t_32905_examples(monkeypatch):
    found = compiled(monkeypatch, pa.array(["Hi There"]), b"\x0b" * 20, Algorithm.INTL)
    assert bytes(found[0]).hex() == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
    from sandbox.masking import prf_kernels as kernels

    state = kernels.START_SM3.copy()
    block = np.frombuffer(b"abc\x80" + bytes(51) + (24).to_bytes(9, "big"), dtype=">u4").astype(np.uint32)
    kernels.compress_sm3(state, block, np.empty(68, np.uint32))
    assert state.astype(">u4").tobytes().hex().startswith("66c7f0f462eeedd9d1f2d46bdc10e4e2")


def test_slices_of_arrays_are_read_from_their_own_offset(monkeypatch):
    whole = pa.array(["zero", "one", "two", "three", "", "five"], pa.large_string())
    part = whole.slice(2, 3)
    found = compiled(monkeypatch, part, b"k", Algorithm.INTL)
    assert [bytes(row) for row in found] == [hmac.digest(b"k", t, "sha256") for t in (b"two", b"three", b"")]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.binary(min_size=32, max_size=32), max_size=20), st.integers(16, 50))
def test_spelling_is_rfc_4648_base_32(digests, letters):
    array = np.frombuffer(b"".join(digests), dtype=np.uint8).reshape(len(digests), 32)
    expected = [base64.b32encode(digest).decode().lower()[:letters] for digest in digests]
    assert prf.spell(array, letters).to_pylist() == expected


def test_tokens_are_long_enough_and_absent_where_there_is_nothing():
    found = prf.tokens(pa.array(["a", "", None, "a"]), b"k", bits=80, algorithm=Algorithm.INTL).to_pylist()
    assert found[0] == found[3]
    assert found[1] is None
    assert found[2] is None
    assert len(found[0]) == 16
    assert len(prf.tokens(pa.array(["a"]), b"k", bits=81, algorithm=Algorithm.SM)[0].as_py()) == 17
