"""A request's story: from the application to the recall, as the log tells it and the rules allow it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sandbox.egress import release
from sandbox.kernel.actors import Role
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.errors import RefusedError
from sandbox.kernel.lifecycle import step
from sandbox.kernel.records import RefusedAttempt
from sandbox.kernel.review_records import Release
from sandbox.store.verify import verify
from tests.journeys.homes import DEVELOPER, MARKET, SECURITY, Desk, Home, released, told

__all__ = ["released", "told"]

STORY = (
    "application:submit",
    "application:accept",
    "item:push",
    "item:approve",
    "service-agreement:draft",
    "service-agreement:accept",
    "service-agreement:sign",
    "landing-order:order",
    "snapshot:publish",
    "landing-order:land",
    "seat:provision",
    "seat:open",
    "seat:run",
    "submission:submit",
    "submission:judge",
    "review:cast",
    "review:cast",
    "submission:approve",
    "release:issue",
    "submission:release",
    "release:collect",
    "release:recall",
)


def concerned(desk: Desk) -> set[str]:
    """Return every record that belongs to the first agreement's story."""
    store = desk.platform.store
    found = {MARKET, store.load(ServiceAgreement, MARKET).record.application}
    for _ in range(4):
        found |= {other for one in set(found) for _, other in store.links_to(one)}
    unrelated = {
        "operating-agreement",
        "environment",
        "dataset",
        "delivery",
        "masking-policy",
        "organisation",
    }
    return {one for one in found if one.rpartition("-")[0] not in unrelated}


def test_the_log_tells_the_story_in_order_and_everybody_had_the_role(released: Home) -> None:
    with released.open() as desk:
        (made,) = (one.record for one in desk.platform.store.find(Release))
        release.recall(desk.platform.gate, desk.actor(SECURITY), made.id, reason="口径有误")
        mine = concerned(desk)
        facts = [fact for fact in desk.platform.store.facts() if fact.record_id in mine]
        told_ = iter(fact.verb for fact in facts)
        missing = [verb for verb in STORY if verb not in told_]
        assert missing == []
        roles = {account: desk.platform.directory.roles_of(account) for account in {f.actor for f in facts}}
        for fact in facts:
            row = step(fact.verb)
            if row.by_system:
                assert fact.actor == "system", fact.verb
            else:
                assert not roles[fact.actor].isdisjoint(row.roles), fact.verb
        judging = [fact for fact in facts if fact.verb in ("review:cast", "release:issue", "item:approve")]
        assert all(fact.signature for fact in judging)


def test_author_and_judges_are_different_people(released: Home) -> None:
    with released.open() as desk:
        store, person = desk.platform.store, desk.platform.directory.person_of_account
        by_verb: dict[str, set[str]] = {}
        for fact in store.facts():
            if fact.actor != "system":
                by_verb.setdefault(fact.verb, set()).add(person(fact.actor))
        assert len(by_verb["review:cast"]) == 2
        assert by_verb["review:cast"].isdisjoint(by_verb["submission:submit"] | by_verb["seat:provision"])
        assert by_verb["application:accept"].isdisjoint(by_verb["application:submit"])
        operators = {
            one
            for one in desk.tokens
            if Role.OPERATOR in desk.platform.directory.roles_of(desk.actor(one).account)
        }
        assert not {person(desk.actor(one).account) for one in operators} & by_verb["review:cast"]


def test_what_was_refused_is_on_record_with_every_rule(released: Home) -> None:
    with released.open() as desk:
        noted = [one.record for one in desk.platform.store.find(RefusedAttempt)]
        tried = {one.attempted for one in noted}
        assert {"review:cast", "submission:release", "seat:open", "seat:run"} <= tried
        assert all(one.rules and len(one.rules) == len(one.reasons) for one in noted)
        own_vote = next(
            one
            for one in noted
            if one.account == desk.actor(DEVELOPER).account and one.attempted == "review:cast"
        )
        assert "never-the-author" in own_vote.rules


def test_recall_ends_the_story_and_the_log_still_holds(released: Home, tmp_path: Path) -> None:
    with released.open() as desk:
        gate = desk.platform.gate
        (made,) = (one.record for one in desk.platform.store.find(Release))
        release.recall(gate, desk.actor(SECURITY), made.id, reason="口径有误")
        with pytest.raises(RefusedError):
            release.hand_out(gate, desk.actor(DEVELOPER), made.id, tmp_path / "again")
        assert release.holders(gate, made.id) == (desk.actor(DEVELOPER).account,)
        desk.platform.checkpoint()
        report = verify(desk.platform.store, key=desk.platform.public_key, witness=desk.platform.witnesses[0])
        assert report, report.problems
        assert report.signatures > 100


def test_the_story_was_told_with_its_refusals(told: Path) -> None:
    events = json.loads((told / "story.json").read_text(encoding="utf-8"))
    refused = [one["text"] for one in events if one["kind"] == "refused"]
    assert len(refused) >= 10
    assert all("条" in text for text in refused)
    assert len([one for one in events if one["kind"] == "chapter"]) >= 6
