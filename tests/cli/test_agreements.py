"""`sandbox agree policy|print|replay|amend…` and `sandbox transfer …` as staff type them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sandbox.egress.permitted import bounds_of
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.boundary import OutputForm
from sandbox.kernel.dataset_records import Dataset
from sandbox.kernel.errors import IsolationError, RefusedError
from sandbox.kernel.message import say
from sandbox.oversight import replay as replays
from sandbox.seats import seat as seats
from tests.cli.test_desks import typed
from tests.journeys.homes import (
    CODE,
    DEVELOPER,
    MARKET,
    OFFICER,
    OPERATOR,
    OTHER_DEVELOPER,
    Home,
    released,
    told,
)

pytestmark = pytest.mark.usefixtures("forked_gate")

__all__ = ["released", "told", "typed"]


def test_a_policy_is_shown_and_printed(released: Home, typed, tmp_path: Path) -> None:
    status, data, _ = typed(released, DEVELOPER, "agree", "policy", MARKET)
    assert status == 0
    assert len(data["digest"]) == 64
    (part,) = data["policy"]["datasets"]
    assert part["code"] == CODE
    status, text, _ = typed(released, DEVELOPER, "agree", "policy", MARKET, as_json=False)
    assert status == 0
    assert data["digest"] in text
    assert typed(released, OTHER_DEVELOPER, "agree", "policy", MARKET)[0] == 3
    for suffix, head in ((".html", b"<!doctype html>"), (".pdf", b"%PDF-")):
        file = tmp_path / f"协议{suffix}"
        status, made, _ = typed(released, DEVELOPER, "agree", "print", MARKET, "--to", str(file))
        assert status == 0
        assert file.read_bytes().startswith(head)
        assert made["signed"] is True
        assert {one["algorithm"] for one in made["signatures"]} == {"Ed25519"}
        assert [one["algorithm"] for one in made["seals"]] == ["Ed25519"]
        assert typed(released, DEVELOPER, "agree", "print", MARKET, "--to", str(file))[0] == 2
    assert typed(released, DEVELOPER, "agree", "print", MARKET, "--to", str(tmp_path / "a.docx"))[0] == 2
    nowhere = str(tmp_path / "no" / "a.pdf")
    assert typed(released, DEVELOPER, "agree", "print", MARKET, "--to", nowhere)[0] == 2
    assert typed(released, OTHER_DEVELOPER, "agree", "print", MARKET, "--to", str(tmp_path / "b.pdf"))[0] == 3
    operating = str(tmp_path / "c.pdf")
    command = ("agree", "print", "operating-agreement-000001", "--to", operating)
    assert typed(released, OFFICER, *command)[0] == 0


def test_another_policy_is_tried(released: Home, typed, tmp_path: Path) -> None:
    stricter = ("--set", "datasets.thresholds.smallest=100000")
    status, data, _ = typed(released, OFFICER, "agree", "replay", MARKET, *stricter)
    assert status == 0
    assert data["differing"] >= 1
    assert data["policy"] != data["trial"]
    _, shown, _ = typed(released, OFFICER, "agree", "policy", MARKET)
    shown["policy"]["reviewers"] = 4
    file = tmp_path / "policy.json"
    file.write_text(json.dumps(shown), encoding="utf-8")
    status, text, _ = typed(
        released, OFFICER, "agree", "replay", MARKET, "--policy", str(file), as_json=False
    )
    assert status == 0
    assert "/4" in text
    assert typed(released, DEVELOPER, "agree", "replay", MARKET)[0] == 3
    assert typed(released, OFFICER, "agree", "replay", MARKET, "--set", "x")[0] == 2
    file.write_text("[", encoding="utf-8")
    assert typed(released, OFFICER, "agree", "replay", MARKET, "--policy", str(file))[0] == 2


def test_a_trial_that_stopped_goes_on(released: Home, typed, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was judged before the stop is kept and not judged again; another person's is not gone on with."""
    command = ("agree", "replay", MARKET, "--set", "datasets.thresholds.smallest=99")
    status, begun, _ = typed(released, OFFICER, *command, "--no-wait")
    assert (status, begun["submissions"]) == (0, [])
    whole, judged, again = begun["waiting"], [], replays.again
    assert whole > 1

    def stopping(desk, past, trial):
        if judged:
            raise IsolationError(say("x"))
        judged.append(past.stored.record.id)
        return again(desk, past, trial)

    monkeypatch.setattr(replays, "again", stopping)
    assert typed(released, OFFICER, *command)[0] == 7
    monkeypatch.setattr(
        replays, "again", lambda *given: judged.append(given[1].stored.record.id) or again(*given)
    )
    status, data, said = typed(released, OFFICER, *command)
    assert (status, data["waiting"], len(data["submissions"])) == (0, 0, whole)
    assert sorted(judged) == sorted(one["submission"] for one in data["submissions"])  # each once
    assert f"还有 {whole - 1} 项" in said
    _, other, _ = typed(released, OPERATOR, *command, "--no-wait")
    assert other["waiting"] == whole


def test_an_amendment_takes_over(released: Home, typed) -> None:
    status, made, err = typed(released, OPERATOR, "agree", "amend", MARKET, "--seats", "3")
    assert status == 0, err
    assert typed(released, OPERATOR, "agree", "sign", made["id"])[0] == 3
    assert typed(released, DEVELOPER, "agree", "accept", made["id"])[0] == 0
    assert typed(released, OPERATOR, "agree", "sign", made["id"])[0] == 0
    with released.open() as desk:
        store = desk.platform.store
        old, new = (store.load(ServiceAgreement, one).record for one in (MARKET, made["id"]))
        assert (old.state, new.state, new.key_id) == ("superseded", "active", old.key_id)
        seat = seats.named(desk.platform.seats, "demo")
        situation = seats.situation_of(desk.platform.seats, desk.actor(DEVELOPER), seat)
        assert situation.access.agreement == new.id
        assert len(situation.snapshots) == 1
        seats.may_go_on(desk.platform.seats, desk.actor(DEVELOPER), "demo")
    ask = ("agree", "amend-ask", MARKET, "--to", f"{new.term_to.replace(year=new.term_to.year + 1)}")
    status, asked, err = typed(released, DEVELOPER, *ask, "--reason", "延期")
    assert status == 0, err
    assert asked["amends"] == new.id
    assert typed(released, DEVELOPER, "agree", "amend-ask", MARKET, "--add", "x", "--reason", "y")[0] == 2


@pytest.mark.parametrize("who", [OFFICER, DEVELOPER])
def test_only_the_operator_proposes_a_transfer(released: Home, typed, who: str) -> None:
    words = ("transfer", "propose", CODE, "--to", "520328", "--column", "行政区划", "--purpose", "统计")
    assert typed(released, who, *words, "--until", "2099-12-31")[0] == 3


def test_a_transfer_needs_other_hands(released: Home, typed) -> None:
    with released.open() as desk:
        entry = next(one.record for one in desk.platform.store.find(Dataset) if one.record.code == CODE)
    words = ("transfer", "propose", CODE, "--to", "520328", "--column", entry.columns[0].name)
    status, made, err = typed(released, OPERATOR, *words, "--purpose", "统计", "--until", "2099-12-31")
    assert status == 0, err
    assert typed(released, OPERATOR, "transfer", "release", made["id"])[0] == 3
    assert typed(released, OFFICER, "transfer", "confirm", made["id"])[0] == 3
    status, listed, _ = typed(released, OFFICER, "transfer", "list")
    assert [one["id"] for one in listed["transfers"]] == [made["id"]]
    assert typed(released, DEVELOPER, "transfer", "list")[1] == {"transfers": []}
    assert typed(released, OFFICER, "transfer", "decline", made["id"], "--reason", "不妥")[0] == 0


def test_every_term_is_amended_and_read_where_it_is_used(released: Home, typed) -> None:
    words = ("--hours", "6 03:00-03:01", "--rows", f"{CODE}:行政区划=520302", "--quota", "run_bytes=4096")
    words += ("--reviewers", "3", "--output", "aggregate", "--output", "chart", "--seats", "2")
    status, made, err = typed(released, OPERATOR, "agree", "amend", MARKET, *words)
    assert status == 0, err
    assert typed(released, DEVELOPER, "agree", "accept", made["id"])[0] == 0
    assert typed(released, OPERATOR, "agree", "sign", made["id"])[0] == 0
    with released.open() as desk:
        seat = seats.named(desk.platform.seats, "demo")
        situation = seats.situation_of(desk.platform.seats, desk.actor(DEVELOPER), seat)
        assert situation.access.reviewers == 3
        assert bounds_of(situation.access).outputs == (OutputForm.AGGREGATE, OutputForm.CHART)
        assert seats.bounds_of(desk.platform.seats, seat).run_bytes == 4096
        assert situation.snapshots == ()  # landed with other rows: mounted no more
        with pytest.raises(RefusedError) as error:
            seats.may_go_on(desk.platform.seats, desk.actor(DEVELOPER), "demo")
        assert "within-hours" in {one.code for one in error.value.decision.refusals}
    undo = ("--hours", "none", "--rows", "none", "--output", "none", "--quota", "run_bytes=0")
    status, back, err = typed(released, OPERATOR, "agree", "amend", MARKET, *undo)
    assert status == 0, err
    assert (back["terms"]["hours"], back["terms"]["narrowings"], back["terms"]["outputs"]) == ([], [], [])
    assert back["terms"]["reviewers"] == 3
    for wrong in (
        ("--hours", "x"),
        ("--rows", "x"),
        ("--join", f"{CODE}+x"),
        ("--reviewers", "1"),
        ("--quota", "x=1"),
    ):
        assert typed(released, OPERATOR, "agree", "amend", MARKET, *wrong)[0] == 2, wrong
