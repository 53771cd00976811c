"""Planted leaks measure the reviewers, leave by no path, and nobody can tell them apart before."""

from __future__ import annotations

import json

import pytest

from sandbox.egress import (
    assessment,
    audience,
    comments,
    docket,
    intake,
    judgements,
    nightly,
    quality,
    release,
    review,
    rounds,
    samples,
    telling,
)
from sandbox.egress import lists as gate_lists
from sandbox.egress.checks import PER_FILE
from sandbox.kernel.errors import RefusedError, SandboxError
from sandbox.kernel.oversight_records import Notice
from sandbox.kernel.review_records import Assessment, FileVote, Release, Submission
from sandbox.kernel.seat_records import Seat
from sandbox.oversight import notices
from sandbox.seats import workspace
from sandbox.web.api import plain
from sandbox.web.api_lists import LISTS
from tests.journeys.forge import forge
from tests.journeys.homes import DEVELOPER, OFFICER, PROVIDER, SECURITY, Home, judged, told

pytestmark = pytest.mark.usefixtures("forked_gate")

__all__ = ["judged", "told"]


@pytest.mark.parametrize("kind", samples.KINDS)
def test_a_planted_leak_is_voted_on_and_never_leaves(judged: Home, kind: str) -> None:
    with judged.open() as desk:
        gate, security = desk.platform.gate, desk.actor(SECURITY)
        made = samples.plant(gate, desk.actor(OFFICER), "demo", kind)
        assert audience.rewritten(gate, security, made.id)
        assert audience.audience_of(gate, desk.actor(DEVELOPER), made) is None
        assert made.id in {one.submission.id for one in docket.docket(gate, security)}
        votes = tuple(FileVote(digest=one.rewritten, approve=True) for one in made.files if one.rewritten)
        for who in (SECURITY, PROVIDER):
            made = review.cast(gate, desk.actor(who), made.id, votes)
        assert made.state == "exposed"
        with pytest.raises(SandboxError):
            release.release(gate, security, made.id)
        forge(judged.path, made.id, '"state":"exposed"', '"state":"approved"', state="approved")
        forge(judged.path, made.id, '"approved":null', '"approved":true')
        with pytest.raises(SandboxError):
            release.release(gate, security, made.id)
        forge(judged.path, made.id, f'"sample":"{kind}"', '"sample":""')
        with pytest.raises(SandboxError):
            release.release(gate, security, made.id)
        assert desk.platform.store.find(Release) == ()


def test_what_reviewers_missed_is_told_to_the_authority_alone(judged: Home) -> None:
    with judged.open() as desk:
        gate = desk.platform.gate
        made = samples.plant(gate, desk.actor(OFFICER), "demo", next(iter(samples.KINDS)))
        votes = tuple(FileVote(digest=one.rewritten, approve=True) for one in made.files if one.rewritten)
        for who in (SECURITY, PROVIDER):
            review.cast(gate, desk.actor(who), made.id, votes)
        found = quality.measured(gate, desk.actor(OFFICER))
        assert (found.planted, found.exposed, found.caught) == (1, 1, 0)
        for who in (SECURITY, PROVIDER, DEVELOPER):
            with pytest.raises(RefusedError):
                quality.measured(gate, desk.actor(who))


def shapes(value: object) -> object:
    """Return what a JSON value looks like, without what it says: a sample must look like its neighbour."""
    if isinstance(value, dict):
        return {name: shapes(one) for name, one in value.items()}
    if isinstance(value, list):
        return [shapes(value[0])] if value else "list"
    return type(value).__name__


def test_a_reviewer_cannot_tell_a_sample_by_list_view_facts_or_notices(judged: Home) -> None:
    with judged.open() as desk:
        gate, store, security = desk.platform.gate, desk.platform.store, desk.actor(SECURITY)
        real = desk.submission("in-review")
        made = samples.plant(gate, desk.actor(OFFICER), "demo", "small-group")
        for who in (SECURITY, PROVIDER):
            page = LISTS["submissions"].page(desk.platform, desk.actor(who), "", 50)
            assert {one.id for one in page.entries} >= {made.id, real.id}
        listed = LISTS["submissions"].page(desk.platform, security, "", 50).entries
        shown = {one["id"]: one for one in plain(list(listed), "zh")}
        assert {one["sample"] for one in shown.values()} == {""}
        assert shapes(shown[made.id]) == shapes(shown[real.id])
        views = [plain(audience.shown(gate, security, one.id), "zh") for one in (made, real)]
        assert set(views[0]) == set(views[1])
        assert "sample" not in json.dumps(views[0])
        assert all(one.digest != one.rewritten for one in made.files)
        versions = {store.load(Submission, one.id).version for one in (made, real)}
        assert len(versions) == 1
        desk.platform.settle()
        told_of = {
            one.record.subject
            for one in store.find(Notice, linked=("account", security.account))
            if one.record.template == "submission:judge"
        }
        assert {made.id, real.id} <= told_of
        assert not [one for one in store.find(Notice) if one.record.template.endswith((":plant", ":expose"))]
        receipts = {
            one.id: {row["check"] for row in judgements.receipts_of(gate, one.judgement)}
            for one in (made, real)
        }
        assert receipts[made.id] == receipts[real.id]
        assert len(receipts[made.id]) == len(PER_FILE)
        facts = [samples.as_handed_in(one, made) for one in store.facts(record=made.id)]
        assert [one.verb for one in facts] == ["submission:submit", "submission:judge"]
        assert facts[0].actor == real.author
        assert facts[0].at < facts[1].at


def test_the_author_whose_seat_it_borrows_meets_no_sample(judged: Home) -> None:
    with judged.open() as desk:
        gate, store, author = desk.platform.gate, desk.platform.store, desk.actor(DEVELOPER)
        made = samples.plant(gate, desk.actor(OFFICER), "demo", "dominance")
        risks = store.find(Assessment, state="filed")[0].record.risks
        attempts = (
            lambda: intake.withdraw(gate, author, made.id),
            lambda: comments.post(gate, author, made.id, "这是什么"),
            lambda: assessment.file(gate, author, made.id, risks),
            lambda: rounds.resubmit(gate, author, made.id, keep=(made.files[0].name,), answer="改了"),
            lambda: audience.shown(gate, author, made.id),
            lambda: audience.rewritten(gate, author, made.id),
        )
        for attempt in attempts:
            with pytest.raises(RefusedError):
                attempt()
        listed = LISTS["submissions"].page(desk.platform, author, "", 50).entries
        assert made.id not in {one.id for one in listed}
        assert gate_lists.states(gate, author) == sorted({one.state for one in listed})
        assert made.id not in {one.subject for one in notices.inbox(desk.platform.oversight, author)}
        seat = store.load(Seat, made.seat).record
        telling.publish(gate, seat)
        assert made.id not in {one.id for one in telling.submissions_of(gate, seat.id)}
        made = rounds.send_back(gate, desk.actor(SECURITY), made.id, comment="含单个企业的数字")
        assert made.state == "exposed"
        desk.platform.settle()
        subjects = {one.record.subject for one in store.find(Notice, linked=("account", author.account))}
        assert made.id not in subjects
        found = quality.measured(gate, desk.actor(OFFICER))
        assert (found.planted, found.exposed, found.caught) == (1, 1, 1)
        reader = found.readers[desk.actor(SECURITY).account]
        assert (reader.samples, reader.missed) == (1, 0)
        assert "exposed" not in gate_lists.states(gate, author)


def test_a_planting_cut_short_is_taken_up_and_still_leaves_by_no_path(judged: Home, monkeypatch) -> None:
    with judged.open() as desk:
        gate = desk.platform.gate
        with monkeypatch.context() as patched:
            patched.setattr(samples, "admit", lambda _, name: name)
            name = samples.plant(gate, desk.actor(OFFICER), "demo", "row-level")
        assert gate.directory.store.load(Submission, name).record.state == "frozen"
        made = intake.judge(gate, name)
        assert (made.state, made.sample) == ("in-review", "row-level")
        with pytest.raises(SandboxError):
            gate.frozen.get(made.files[0].rewritten)


def test_a_sample_sent_back_is_shown_for_what_it_is_even_after_a_crash(judged: Home, monkeypatch) -> None:
    with judged.open() as desk:
        gate = desk.platform.gate
        made = samples.plant(gate, desk.actor(OFFICER), "demo", "dominance")
        with monkeypatch.context() as patched:
            patched.setattr(rounds, "expose", lambda _, name: name)
            rounds.send_back(gate, desk.actor(SECURITY), made.id, comment="含单个企业的数字")
        assert nightly.resume(gate) == [made.id]
        assert gate.directory.store.load(Submission, made.id).record.state == "exposed"


def test_what_is_handed_out_and_the_seats_state_never_hold_a_samples_digest(judged: Home) -> None:
    with judged.open() as desk:
        gate = desk.platform.gate
        made = samples.plant(gate, desk.actor(OFFICER), "demo", "row-level")
        digests = {made.files[0].digest, made.files[0].rewritten}
        frozen = {path.name for path in gate.frozen.root.rglob("*") if path.is_file()}
        assert digests.isdisjoint(frozen)
        told_ = json.dumps(
            [telling.author_view(gate, one) for one in telling.submissions_of(gate, made.seat)]
        )
        assert not any(one in told_ for one in digests)
        state = workspace.folders(gate.seats_root, made.seat).state
        published = "".join(one.read_text(encoding="utf-8") for one in state.rglob("*.json"))
        assert made.id not in published
