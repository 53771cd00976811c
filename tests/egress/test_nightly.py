"""The nightly round of reviews: reminded by the earliest day, escalated after the latest, custody let go."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sandbox.egress import custody, docket, nightly, review, service
from sandbox.kernel.oversight_records import Notice
from sandbox.kernel.review_records import Custody, FileVote, Submission
from sandbox.kernel.workdays import due
from sandbox.people import accounts
from sandbox.regulation.loader import regime
from tests.journeys.homes import OFFICER, PROVIDER, SECURITY, Desk, Home, judged, told

__all__ = ["judged", "told"]
THIRD = "wu.siqi"


def told_of(desk: Desk, template: str) -> set[str]:
    """Return the accounts that a notice of that kind was posted to."""
    desk.platform.settle()
    return {one.record.account for one in desk.platform.store.find(Notice) if one.record.template == template}


def test_the_term_is_the_regimes_of_the_application(judged: Home) -> None:
    with judged.open() as desk:
        gate, made = desk.platform.gate, desk.submission("in-review")
        assert made.clock is not None
        days = gate.regimes[service.policy_for(gate, made).regime].rule(service.TERM).number
        term = due(made.clock.started_on, days, gate.calendar(made.clock.region))
        assert (made.clock.days, made.clock.due) == (days, term.due)
        (line,) = docket.docket(gate, desk.actor(SECURITY))
        assert line.days_left == days


def test_a_homes_own_regime_sets_the_numbers_and_what_it_lacks_is_ours(judged: Home) -> None:
    with judged.open() as desk:
        gate, made = desk.platform.gate, desk.submission("in-review")
        name = service.policy_for(gate, made).regime
        ours = regime(name)
        fewer = replace(ours.rule(service.REFUSALS), value=2)
        kept = tuple(one for one in ours.rules if one.code not in (service.REFUSALS, service.TERM))
        own = replace(gate, regimes={**gate.regimes, name: replace(ours, rules=(*kept, fewer))})
        assert service.setting(own, made, service.REFUSALS) == 2
        assert service.setting(own, made, service.TERM) == ours.rule(service.TERM).number
        assert service.setting(gate, made, service.REFUSALS) == 3


def test_reviewers_are_reminded_once_and_officers_hear_when_it_is_overdue(judged: Home) -> None:
    with judged.open() as desk:
        made, people = desk.submission("in-review"), {one: desk.actor(one) for one in (SECURITY, PROVIDER)}
        assert made.clock is not None
        assert nightly.run(desk.platform.gate).reminded == []
        earliest, latest = made.clock.earliest, made.clock.latest
        today = desk.platform.gate.directory.today()
    with judged.open(days=(earliest - today).days) as desk:
        done = nightly.run(desk.platform.gate)
        assert (done.reminded, done.escalated) == ([made.id], [])
        assert nightly.run(desk.platform.gate).reminded == []
        assert {one.account for one in people.values()} <= told_of(desk, "submission:remind")
    with judged.open(days=(latest - today).days + 1) as desk:
        gate = desk.platform.gate
        custody.take(gate, people[SECURITY], made.id)
        done = nightly.run(gate)
        assert (done.reminded, done.escalated) == ([], [made.id])
        assert nightly.run(gate).escalated == []
        assert desk.actor(OFFICER).account in told_of(desk, "submission:escalate")
        (fact,) = desk.platform.store.facts(record=made.id, verb="submission:escalate")
        assert desk.platform.store.payload(fact.seq)["note"]["held_by"] == [people[SECURITY].account]
        still = gate.directory.store.load(Submission, made.id).record
        assert (still.state, [one.approved for one in still.files]) == ("in-review", [None])


def test_custody_that_went_stale_is_let_go(judged: Home) -> None:
    with judged.open() as desk:
        gate, made = desk.platform.gate, desk.submission("in-review")
        held = custody.take(gate, desk.actor(SECURITY), made.id)
        minutes = service.setting(gate, made, service.CUSTODY)
        assert held.until - gate.directory.clock() <= timedelta(minutes=minutes)
        assert nightly.lapse(gate) == []
    with judged.open(days=1) as desk:
        gate = desk.platform.gate
        assert custody.holders(gate, made) == ()  # at once, whether or not the round came by
        assert nightly.lapse(gate) == [held.id]
        assert nightly.lapse(gate) == []
        custody.take(gate, desk.actor(THIRD), made.id)


def test_custody_ends_with_its_round_and_with_its_holder(judged: Home) -> None:
    with judged.open() as desk:
        gate, made, store = desk.platform.gate, desk.submission("in-review"), desk.platform.store
        security, third = desk.actor(SECURITY), desk.actor(THIRD)
        held = custody.take(gate, third, made.id)
        accounts.suspend(gate.directory, desk.actor(OFFICER), THIRD)
        assert nightly.lapse(gate) == [held.id]
        held = custody.take(gate, security, made.id)
        vote = tuple(FileVote(digest=one.rewritten, approve=True) for one in made.files)
        for who in (security, desk.actor(PROVIDER)):
            review.cast(gate, who, made.id, vote)
        assert nightly.lapse(gate) == [held.id]
        assert {one.record.state for one in store.find(Custody)} == {"lapsed"}
