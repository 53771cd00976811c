"""The bytes that are hashed and signed, fixed for ever: others must be able to recompute them."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.store.facts import Header, attached, commitment, record_digest
from sandbox.store.log import hasher
from sandbox.store.witness import Checkpoint
from sandbox.vault.digests import HashName

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "log.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", VECTORS["fact"], ids=lambda case: case["hash"])
def test_leaf_and_commitment_are_as_published(case):
    digest = hasher(HashName(case["hash"]))
    header = Header.of_json(case["header"])
    assert header.to_json() == case["header"]
    assert header.signing_input().decode() == case["signing_input"]
    assert header.leaf(digest).hex() == case["leaf"]
    salt = bytes.fromhex(case["salt"])
    assert commitment(digest, salt, case["payload"]).hex() == case["header"]["payload_commitment"]


def test_the_leaf_is_plain_sha256_over_plain_json():
    case = next(case for case in VECTORS["fact"] if case["hash"] == "sha256")
    text = json.dumps(case["header"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert hashlib.sha256(b"\x00" + text.encode()).hexdigest() == case["leaf"]
    salted = bytes.fromhex(case["salt"]) + case["payload"].encode()
    assert hashlib.sha256(salted).hexdigest() == case["header"]["payload_commitment"]


@pytest.mark.parametrize("case", VECTORS["checkpoint"], ids=lambda case: str(case["size"]))
def test_checkpoint_texts_are_as_published(case):
    found = Checkpoint.parse(case["text"])
    assert (found.origin, found.size, found.root.hex(), found.at) == (
        case["origin"],
        case["size"],
        case["root"],
        case["at"],
    )


def test_every_field_changes_the_leaf():
    digest = hasher(HashName.SHA256)
    header = Header.of_json(VECTORS["fact"][0]["header"])
    seen = {header.leaf(digest)}
    for name in Header.__dataclass_fields__:
        value = getattr(header, name)
        changed = {int: lambda v: v + 1, str: lambda v: v + "x", bytes: lambda v: v + b"x"}[type(value)](
            value
        )
        seen.add(replace(header, **{name: changed}).leaf(digest))
    seen.add(replace(header, signature=None).leaf(digest))
    assert len(seen) == len(Header.__dataclass_fields__) + 2


def test_a_records_digest_covers_columns_links_and_secrets():
    digest = hasher(HashName.SHA256)
    row = dict.fromkeys(
        ("id", "kind", "state", "organisation", "environment", "body", "created_at", "updated_at"), "x"
    )
    row["version"] = 1

    def of(salt=b"s", links=(("of", "a"),), secrets=None, **change) -> bytes:
        hung = attached(digest, salt, list(links), secrets or {"totp": b"1"})
        return record_digest(digest, salt, {**row, **change}, hung)

    others = [
        of(salt=b"t"),
        of(links=()),
        of(links=(("of", "b"),)),
        of(secrets={"totp": b"2"}),
        of(secrets={"code": b"1"}),
        *(of(**{name: "y"}) for name in row),
    ]
    assert len({of(), *others}) == len(others) + 1
    assert of(links=(("of", "a"), ("by", "b"))) == of(links=(("by", "b"), ("of", "a")))
