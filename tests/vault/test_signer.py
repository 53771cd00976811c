"""Signatures by the RFC's vectors and notes by the published form."""

import json
from pathlib import Path

import pytest

from sandbox.kernel.errors import StateError, TamperedError
from sandbox.vault.signer import PublicKey, Signer, open_note, verify

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "vault.json").read_text())


@pytest.mark.parametrize("case", VECTORS["ed25519"], ids=lambda case: case["source"])
def test_signatures_match_rfc_8032(case):
    signer = Signer(bytes.fromhex(case["seed"]))
    message = bytes.fromhex(case["message"])
    assert signer.public.hex() == case["public"]
    assert signer.sign(message).hex() == case["signature"]
    assert verify(signer.public, message, bytes.fromhex(case["signature"]))
    assert not verify(signer.public, message + b"x", bytes.fromhex(case["signature"]))


@pytest.mark.parametrize("case", VECTORS["note"], ids=lambda case: case["source"])
def test_a_published_note_opens(case):
    key = PublicKey.parse(case["verifier"])
    assert open_note(case["note"], key) == case["text"]


def test_a_note_opens_with_its_own_key_only():
    signer = Signer(bytes(32), name="data.example/log")
    note = signer.sign_note("data.example/log\n3\nabc=\n")
    key = PublicKey.parse(signer.verifier)
    assert key.public == signer.public
    assert open_note(note, key) == "data.example/log\n3\nabc=\n"
    stranger = Signer(bytes([1]) * 32, name="data.example/log")
    both = note + stranger.sign_note("data.example/log\n3\nabc=\n").partition("\n\n")[2]
    assert open_note(both, PublicKey.parse(stranger.verifier)) == "data.example/log\n3\nabc=\n"
    with pytest.raises(TamperedError):
        open_note(note, PublicKey.parse(stranger.verifier))


@pytest.mark.parametrize("change", [("3", "4"), ("— ", "- "), ("abc=", "abd="), ("\n\n", "\n")])
def test_one_changed_place_spoils_the_note(change):
    signer = Signer(bytes(32))
    note = signer.sign_note("origin\n3\nabc=\n").replace(*change, 1)
    with pytest.raises(TamperedError):
        open_note(note, PublicKey.parse(signer.verifier))


@pytest.mark.parametrize("line", ["", "name", "name+00000000+AAAA", "name+zz+%%%", "+a+b"])
def test_a_broken_verifier_line_is_said_so(line):
    with pytest.raises(StateError):
        PublicKey.parse(line)


def test_what_cannot_be_a_note_is_refused():
    with pytest.raises(StateError):
        Signer(bytes(32)).sign_note("no end")
    with pytest.raises(StateError):
        Signer(bytes(32)).sign_note("a\n\nb\n")
    with pytest.raises(StateError):
        Signer(bytes(31))
    with pytest.raises(StateError):
        Signer(bytes(32), name="two words")
