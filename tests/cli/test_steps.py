"""Every step of a person is a command, or a part of one that is named here with it."""

from __future__ import annotations

import json

import pytest
import typer

from sandbox.cli.main import application, main
from sandbox.demo.egress import RISKS
from sandbox.egress import assessment
from sandbox.kernel.lifecycle import STEPS
from tests.journeys.homes import CODE, DEVELOPER, SECURITY, STEWARD, Home, judged, landed, told

__all__ = ["judged", "landed", "told"]
COMMANDS = {
    "home": {"purge": "audit purge"},
    "organisation": {
        one: f"organisation {one}" for one in ("register", "suspend", "reinstate", "attach", "decide")
    },
    "account": {one: f"account {one}" for one in ("invite", "reset", "unlock", "suspend", "revoke-token")}
    | {"issue-token": "account token"},
    "grant": {one: f"grant {one}" for one in ("propose", "appoint", "countersign", "decline", "revoke")}
    | {"confirm": "grant propose"},
    "operating-agreement": {one: f"agree operating-{one}" for one in ("draft", "sign", "terminate")},
    "environment": {"establish": "agree environment", "close": "agree environment-close"},
    "dataset": {
        "register": "land register", "classify": "land classify", "describe": "dataset describe",
        "amend": "dataset describe", "withdraw": "dataset withdraw", "suspend": "incident open",
        "reinstate": "incident reinstate", "bound": "review boundary",
    },
    "consent": {"give": "dataset consent", "withdraw": "dataset withdraw-consent"},
    "impact-assessment": {"file": "dataset impact", "withdraw": "dataset withdraw-impact"},
    "delivery": {one: f"land {one}" for one in ("receive", "accept", "refuse")},
    "masking-policy": {"draft": "land policy", "confirm": "land confirm", "supersede": "land confirm"},
    "application": {
        one: f"apply {one}"
        for one in ("draft", "revise", "hand-in", "submit", "import", "answer", "withdraw")
    }
    | {one: f"review {one}" for one in ("supplement", "accept", "reject")},
    "item": {one: f"review {one}" for one in ("push", "approve", "refuse", "extend")}
    | {"reopen": "review hand-back", "close": "review uphold", "withdraw": "apply withdraw"},
    "consultation": {
        "ask": "review consult", "answer": "review opinion", "withdraw": "review withdraw-consultation",
    },
    "coordination": {
        "open": "review refuse", "return": "review hand-back", "uphold": "review uphold",
        "drop": "apply withdraw",
    },
    "calendar-notice": {"record": "clock record", "revoke": "clock revoke"},
    "service-agreement": {
        one: f"agree {one}" for one in ("draft", "amend", "accept", "sign", "suspend", "resume", "terminate")
    }
    | {"supersede": "agree sign"},
    "transfer": {
        one: f"transfer {one}" for one in ("propose", "release", "consent", "confirm", "decline", "revoke")
    },
    "landing-order": {"order": "land order", "resume": "land reopen"},
    "snapshot": {"withdraw": "land withdraw"},
    "seat": {
        one: f"seat {one}" for one in ("provision", "open", "run", "close", "suspend", "reinstate")
    },
    "submission": {
        one: f"egress {one}"
        for one in ("withdraw", "commission", "conclude", "return", "resubmit", "plant", "release")
    }
    | {"submit": "seat run"},
    "review": {"cast": "egress vote", "revise": "egress revise"},
    "comment": {"post": "egress comment", "withdraw": "egress withdraw-comment"},
    "custody": {"take": "egress claim", "give-back": "egress claim"},
    "stoppage": {"lift": "egress reopen"},
    "assessment": {"file": "egress assess", "withdraw": "egress withdraw-assessment"},
    "template": {
        one: f"review template {one}"
        for one in ("draft", "withdraw", "commission", "refuse", "suspend", "revoke")
    }
    | {"propose": "review template draft"},
    "template-signature": {"give": "review template sign"},
    "template-look": {"pass": "review template look", "fail": "review template look"},
    "release": {"issue": "egress release", "collect": "egress collect", "recall": "egress recall"},
    "responsibility": {one: f"oversight {one}" for one in ("assign", "relieve")},
    "undertaking": {"sign": "oversight sign"},
    "incident": {one: f"incident {one}" for one in ("open", "freeze", "report", "close")},
    "trace": {"report": "egress trace"},
    "notice": {"read": "notice read"},
    "subscription": {"add": "notice subscribe", "cancel": "notice unsubscribe"},
}  # fmt: skip
"""By kind and verb, the command that takes the step; several steps may be one command's."""


def paths(command: object, path: str = "") -> set[str]:
    """Return the path of every command."""
    inner = getattr(command, "commands", None)
    if inner is None:
        return {path.strip()}
    return set().union(*(paths(one, f"{path} {name}") for name, one in inner.items()))


def test_every_step_of_a_person_has_its_command() -> None:
    told_ = {f"{kind}:{verb}" for kind, verbs in COMMANDS.items() for verb in verbs}
    assert told_ == {row.name for row in STEPS if not row.by_system}
    named = {command for verbs in COMMANDS.values() for command in verbs.values()}
    assert named <= paths(typer.main.get_command(application()))


def test_an_entry_is_withdrawn_by_command(landed: Home, capsys: pytest.CaptureFixture[str]) -> None:
    person = ["--home", str(landed.path), "--token-file", str(landed.path / "demo-tokens" / STEWARD)]
    assert main(["dataset", "withdraw", CODE, *person, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["state"] == "withdrawn"
    assert main(["dataset", "withdraw", CODE, *person, "--json"]) != 0


def test_a_comment_is_taken_back_by_command(judged: Home, capsys: pytest.CaptureFixture[str]) -> None:
    person = ["--home", str(judged.path), "--token-file", str(judged.path / "demo-tokens" / SECURITY)]
    with judged.open() as desk:
        waiting = desk.submission("in-review").id
    assert main(["egress", "comment", waiting, "先放一放", *person, "--json"]) == 0
    made = json.loads(capsys.readouterr().out)["id"]
    assert main(["egress", "withdraw-comment", made, *person, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["state"] == "withdrawn"


def test_a_risk_assessment_is_taken_back_by_command(judged: Home, capsys: pytest.CaptureFixture[str]) -> None:
    person = ["--home", str(judged.path), "--token-file", str(judged.path / "demo-tokens" / DEVELOPER)]
    with judged.open() as desk:
        waiting = desk.submission("in-review").id
        filed = assessment.file(desk.platform.gate, desk.actor(DEVELOPER), waiting, RISKS)
    assert main(["egress", "withdraw-assessment", filed.id, *person, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["state"] == "withdrawn"
