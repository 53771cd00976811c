"""The release bundle as its receivers see it: folder, terminal, another reader."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from sandbox.cli.main import main
from sandbox.egress import release
from sandbox.egress.bundle_check import verify_bundle
from sandbox.egress.crate import METADATA
from sandbox.egress.desk import GateDesk
from sandbox.egress.receipt import receipt_body
from sandbox.kernel.review_records import Release, Submission
from tests.egress.test_release import approved
from tests.journeys.homes import DEVELOPER, SECURITY, Home, judged, released, told

NOW = datetime(2026, 12, 1, tzinfo=UTC)
__all__ = ["judged", "released", "told"]


@pytest.fixture
def typed(monkeypatch, capfd):
    """Return a function that types a command in a home or without one: status, JSON, stderr."""

    def call(home: Home | None, *words: str):
        for name in ("SANDBOX_HOME", "SANDBOX_TOKEN"):
            monkeypatch.delenv(name, raising=False)
        capfd.readouterr()
        status = main([*words, "--json", *(("--home", str(home.path)) if home is not None else ())])
        out, err = capfd.readouterr()
        return status, json.loads(out) if out.strip() else None, err

    return call


def handed_out(home: Home, place: Path) -> tuple[Release, str]:
    """Hand the one release out into a folder; return it and the platform's public key."""
    with home.open() as desk:
        (made,) = (one.record for one in desk.platform.store.find(Release))
        release.hand_out(desk.platform.gate, desk.actor(DEVELOPER), made.id, place)
        return made, desk.platform.signer.public.hex()


def test_the_receipt_names_policy_agreement_assessment_and_who_voted_when(released: Home) -> None:
    with released.open() as desk:
        (made,) = (one.record for one in desk.platform.store.find(Release))
        body = json.loads(desk.platform.gate.frozen.get(made.receipt))["body"]
    assert body["access_policy"]["agreement"] == body["agreement"]
    assert len(body["access_policy_sha256"]) == len(body["assessment"]["sha256"]) == 64
    assert body["recipient"]
    for vote in body["votes"]:
        assert vote["decision"] == "approve"
        assert vote["at"] < body["issued_at"].replace("+00:00", "Z")
        assert len(vote["public_key"]) == 64


def test_the_terminal_verifies_without_a_home(released: Home, tmp_path: Path, typed) -> None:
    made, key = handed_out(released, tmp_path / "out")
    status, found, _ = typed(None, "egress", "verify", str(tmp_path / "out"), "--key", key)
    assert status == 0
    assert found["valid"]
    assert found["release"] == made.id
    assert [one["check"] for one in found["checks"]][:2] == ["seal", "files"]
    (tmp_path / "out" / "summary.csv").write_bytes(b"x")
    status, found, _ = typed(None, "egress", "verify", str(tmp_path / "out"))
    assert (status, found["valid"], found["key_given"]) == (1, False, False)
    assert typed(None, "egress", "verify", str(tmp_path / "none"))[0] == 2
    assert typed(None, "egress", "verify", str(tmp_path / "out"), "--key", "zz")[0] == 2


def test_a_recall_list_from_the_terminal_ends_a_bundle(released: Home, tmp_path: Path, typed) -> None:
    made, key = handed_out(released, tmp_path / "out")
    given = ("egress", "verify", str(tmp_path / "out"), "--key", key, "--recalls")
    assert typed(released, "egress", "recalls", "--out", str(tmp_path / "before.json"))[0] == 0
    assert typed(None, *given, str(tmp_path / "before.json"))[0] == 0
    with released.open() as desk:
        release.recall(desk.platform.gate, desk.actor(SECURITY), made.id, reason="数据有误")
    assert typed(released, "egress", "recalls", "--out", str(tmp_path / "after.json"))[0] == 0
    status, found, _ = typed(None, *given, str(tmp_path / "after.json"))
    assert status == 1
    assert "召回" in found["checks"][-1]["message"]


def test_a_release_made_before_bundles_is_handed_out_as_one(judged: Home, tmp_path, monkeypatch) -> None:
    """An older receipt tells neither keys nor moments of the votes: that is left out, the rest holds."""

    def before(gate: GateDesk, submission: Submission, *rest: Any) -> dict[str, Any]:
        body = receipt_body(gate, submission, *rest)
        for vote in body["votes"]:
            for name in ("account", "public_key", "decision", "at"):
                vote.pop(name)
        for name in ("recipient", "assessment", "access_policy", "round", "agreement_text_sha256"):
            body.pop(name)
        return body

    monkeypatch.setattr(release, "receipt_body", before)
    with judged.open() as desk:
        found = approved(desk)
        made = release.release(desk.platform.gate, desk.actor(SECURITY), found.id)
        release.hand_out(desk.platform.gate, desk.actor(DEVELOPER), made.id, tmp_path / "out")
        verified = verify_bundle(tmp_path / "out", key=desk.platform.signer.public, now=NOW)
    assert verified, [str(one.message) for one in verified.lines]


def test_it_describes_itself_as_a_research_object(released: Home, tmp_path: Path) -> None:
    handed_out(released, tmp_path / "out")
    graph = json.loads((tmp_path / "out" / METADATA).read_text(encoding="utf-8"))["@graph"]
    by_id = {one["@id"]: one for one in graph}
    assert len(by_id) == len(graph)
    assert by_id[METADATA]["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.1"}
    named = {part["@id"] for part in by_id["./"]["hasPart"]}
    assert named == {path.name for path in (tmp_path / "out").iterdir()} - {METADATA}
    referred = {part["@id"] for one in graph for part in one.values() if isinstance(part, dict)}
    assert referred <= by_id.keys() | {"https://w3id.org/ro/crate/1.1"}


def test_the_reader_of_others_opens_it(released: Home, tmp_path: Path) -> None:
    """The library of the RO-Crate community reads what we write."""
    rocrate = pytest.importorskip("rocrate.rocrate")
    handed_out(released, tmp_path / "out")
    crate = rocrate.ROCrate(tmp_path / "out")
    assert {one.id for one in crate.get_entities() if one.type == "File"} >= {"summary.csv", "receipt.json"}
    assert crate.root_dataset["identifier"] == "release-000001"
    assert verify_bundle(tmp_path / "out", now=NOW)
