"""The seam of signatures: both algorithms live, the standard's own vector, and nothing else believed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.kernel.errors import StateError
from sandbox.vault.signer import Signer
from sandbox.vault.signers import Signs, Sm2Signer, key_id, seal, sealed, verify_sm2

VECTOR = json.loads((Path(__file__).parents[1] / "vectors" / "sm2.json").read_text(encoding="utf-8"))


def fixed(bits: int) -> int:
    return int(VECTOR["nonce"], 16)


def counted() -> Callable[[int], int]:
    state = [1 << 200]

    def give(bits: int) -> int:
        state[0] += 7919
        return state[0] % (1 << bits)

    return give


def keys() -> tuple[Signs, Signs]:
    return Signer(b"\7" * 32, name="city"), Sm2Signer(b"\7" * 32, random=counted(), name="city")


def test_the_vector_of_the_standard() -> None:
    key = Sm2Signer(bytes.fromhex(VECTOR["secret"]), random=fixed)
    message, public = VECTOR["message"].encode(), bytes.fromhex(VECTOR["public"])
    assert key.public == public
    assert key.sign(message).hex() == VECTOR["signature"]
    assert verify_sm2(public, message, bytes.fromhex(VECTOR["signature"]))


@pytest.mark.parametrize("place", [0, 31, 32, 63])
def test_a_bit_more_or_less_is_no_signature(place: int) -> None:
    public, good = bytes.fromhex(VECTOR["public"]), bytearray.fromhex(VECTOR["signature"])
    good[place] ^= 1
    assert not verify_sm2(public, VECTOR["message"].encode(), bytes(good))
    assert not verify_sm2(public, VECTOR["message"].encode(), bytes.fromhex(VECTOR["signature"])[:-1])
    assert not verify_sm2(public, b"another", bytes.fromhex(VECTOR["signature"]))


@pytest.mark.parametrize("public", [b"", b"\4" * 65, b"\0" * 65, b"\4" + b"\0" * 64, b"x" * 64])
def test_a_key_that_is_no_point_verifies_nothing(public: bytes) -> None:
    assert not verify_sm2(public, b"m", bytes.fromhex(VECTOR["signature"]))
    assert not verify_sm2(bytes.fromhex(VECTOR["public"]), b"m", bytes(64))


def test_seals_of_both_kinds_hold_and_do_not_pass_for_each_other() -> None:
    for key, other in (keys(), keys()[::-1]):
        made = seal(key, b"text")
        assert made.algorithm == key.algorithm
        assert sealed(made, b"text")
        assert not sealed(made, b"text ")
        for wrong in (
            replace(made, algorithm=other.algorithm),
            replace(made, algorithm="none"),
            replace(made, public=other.public.hex()),
            replace(made, signature="zz"),
            replace(made, signature=""),
        ):
            assert not sealed(wrong, b"text")


def test_keys_have_short_names_and_bad_secrets_are_refused() -> None:
    first, second = keys()
    assert len({key_id(one.algorithm, one.public) for one in (first, second)}) == 2
    for secret in (b"", bytes(32), b"\1" * 31):
        with pytest.raises(StateError):
            Sm2Signer(secret, random=fixed)
    assert "7" not in repr(second)
