"""Votes: cast blind, bound to digests, settled when all who must judge have judged (第十九条).

A reviewer sees the evidence, never another's vote before all are in. Where the votes then differ
they lie on the table: each may revise his own, a third voter may decide, the authority may conclude.
Settling is the platform's own step; a vote counts in its own round alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sandbox.access.versions import standing, versions
from sandbox.egress.court import policy_for, within_reach
from sandbox.egress.desk import GateDesk
from sandbox.kernel.actors import SYSTEM, Actor
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.dataset_records import Dataset, Snapshot
from sandbox.kernel.errors import NotFoundError
from sandbox.kernel.lifecycle import step
from sandbox.kernel.message import say
from sandbox.kernel.permits import require
from sandbox.kernel.review_records import (
    Assessment,
    Capacity,
    Comment,
    Custody,
    FileVote,
    Phase,
    Review,
    Standing,
    Submission,
)
from sandbox.kernel.review_rules import approved_digests, capacity_of, conflicts, counted, quorum
from sandbox.kernel.seat_records import Seat, Stoppage
from sandbox.kernel.situation import Situation
from sandbox.people.directory import with_record
from sandbox.store.canonical import Json
from sandbox.store.changes import Change, Link, Stored


@dataclass(frozen=True, slots=True)
class Ballot:
    """What a person may see of the votes: the own ones, and all once they are settled."""

    cast: int
    visible: tuple[Review, ...]


def cast(
    desk: GateDesk,
    actor: Actor,
    submission_id: str,
    votes: tuple[FileVote, ...],
    *,
    capacity: Capacity | None = None,
) -> Submission:
    """Return the submission after the vote, settled if this was the last one needed.

    `capacity` is chosen by the law where the organisation has only one; where it is authority
    and provider at once, the second person votes as provider.
    """
    store = desk.directory.store
    submission = store.load(Submission, submission_id).record
    situation = review_situation(desk, actor, submission)
    review = Review(
        state="cast",
        organisation=actor.organisation,
        environment=submission.environment,
        submission=submission.id,
        voter=actor.account,
        person=actor.person,
        capacity=capacity or _capacity(actor, situation),
        votes=votes,
        round=submission.round,
        standing=Standing.BLIND if submission.phase is Phase.INDEPENDENT else Standing.THIRD,
    )
    require(actor, step("review:cast"), with_record(situation, record=review))
    links = (Link("submission", submission.id), Link("voter", actor.account))
    note: dict[str, Json] = {
        "digests": [vote.digest for vote in votes],
        "judgement": submission.judgement,
        "round": submission.round,
    }
    place = submission.id if submission.round == 1 else f"{submission.id}:{submission.round}"
    names = (f"vote:{place}:{actor.person}",)
    store.write(actor, Change(step("review:cast"), review, links=links, note=note, names=names))
    return settle(desk, submission.id)


def revise(desk: GateDesk, actor: Actor, submission_id: str, votes: tuple[FileVote, ...]) -> Submission:
    """Return the submission after a voter changed or upheld his vote on the table, settled if it may be."""
    store = desk.directory.store
    submission = store.load(Submission, submission_id).record
    situation = review_situation(desk, actor, submission)
    own = [one for one in situation.reviews if one.voter == actor.account]
    if not own:
        raise NotFoundError(say("本人在本轮还没有投票"))
    stored = store.load(Review, own[0].id)
    standing = Standing.THIRD if stored.record.standing is Standing.THIRD else Standing.REVISED
    changed = replace(stored.record, votes=votes, standing=standing)
    require(actor, step("review:revise"), with_record(situation, record=changed))
    note: dict[str, Json] = {"digests": [vote.digest for vote in votes], "round": submission.round}
    store.write(actor, Change(step("review:revise"), changed, expected=stored.version, note=note))
    return settle(desk, submission.id)


def conclude(desk: GateDesk, actor: Actor, submission_id: str) -> Submission:
    """Return the submission, settled by the votes as they stand: what they differ on is not approved."""
    stored = desk.directory.store.load(Submission, submission_id)
    require(actor, step("submission:conclude"), review_situation(desk, actor, stored.record))
    changed = replace(stored.record, phase=Phase.CONCLUDED)
    desk.directory.store.write(actor, Change(step("submission:conclude"), changed, expected=stored.version))
    return settle(desk, submission_id)


def _capacity(actor: Actor, situation: Situation) -> Capacity:
    capacity = capacity_of(situation.own, situation) if situation.own is not None else None
    if capacity is None:
        return Capacity.PROVIDER
    first = any(r.capacity is Capacity.AUTHORITY for r in counted(situation))
    if capacity is Capacity.AUTHORITY and first and actor.organisation in situation.providers:
        return Capacity.PROVIDER
    return capacity


def commission(desk: GateDesk, actor: Actor, submission_id: str, body: str) -> Submission:
    """Return the submission with a third party commissioned to review it (第十九条)."""
    stored = desk.directory.store.load(Submission, submission_id)
    third = desk.directory.organisation_named(body)
    situation = with_record(review_situation(desk, actor, stored.record), other=third)
    require(actor, step("submission:commission"), situation)
    commissioned = tuple(sorted({*stored.record.commissioned, third.id}))
    changed = replace(stored.record, commissioned=commissioned)
    change = Change(
        step("submission:commission"),
        changed,
        expected=stored.version,
        links=(Link("commissioned", third.id),),
        note={"third_party": third.id},
    )
    kept: Submission = desk.directory.store.write(actor, change)[0].record
    return kept


def settle(desk: GateDesk, submission_id: str) -> Submission:
    """Return the submission as the votes leave it: decided, on the table, or as it stands."""
    stored = desk.directory.store.load(Submission, submission_id)
    submission = stored.record
    situation = review_situation(desk, SYSTEM, submission)
    if submission.state != "in-review" or not quorum(situation):
        return submission
    if submission.sample:
        return _settled(desk, stored, situation, "submission:expose")
    if conflicts(situation) and submission.phase is not Phase.CONCLUDED:
        if submission.phase is Phase.CONSOLIDATING:
            return submission
        return _settled(desk, stored, situation, "submission:consolidate", phase=Phase.CONSOLIDATING)
    approved = approved_digests(situation)
    files = tuple(
        replace(one, approved=not one.supporting and bool(one.rewritten) and one.rewritten in approved)
        for one in submission.files
    )
    name = "submission:approve" if approved else "submission:reject"
    note: dict[str, Json] = {"approved": sorted(approved)}
    return _settled(desk, stored, situation, name, note=note, files=files)


def expose(desk: GateDesk, submission_id: str) -> Submission:
    """Return a planted sample that a reviewer sent back, shown for what it is: it was seen through."""
    stored = desk.directory.store.load(Submission, submission_id)
    situation = review_situation(desk, SYSTEM, stored.record)
    return _settled(desk, stored, situation, "submission:expose")


def _settled(
    desk: GateDesk,
    stored: Stored[Submission],
    situation: Situation,
    name: str,
    *,
    note: Mapping[str, Json] | None = None,
    **fields: object,
) -> Submission:
    require(SYSTEM, step(name), situation)
    changed = replace(stored.record, state=step(name).target, **fields)  # type: ignore[arg-type]
    told: dict[str, Json] = {**(note or {}), "reviews": [review.id for review in counted(situation)]}
    change = Change(step(name), changed, expected=stored.version, note=told)
    kept: Submission = desk.directory.store.write(SYSTEM, change)[0].record
    return kept


def ballot(desk: GateDesk, actor: Actor, submission_id: str) -> Ballot:
    """Return how many votes are in this round and those of it that the actor may see."""
    submission = desk.directory.store.load(Submission, submission_id).record
    reviews = votes_of(desk, submission)
    if submission.state != "in-review" or submission.phase is not Phase.INDEPENDENT:
        return Ballot(len(reviews), reviews)
    return Ballot(len(reviews), tuple(one for one in reviews if one.voter == actor.account))


def votes_of(desk: GateDesk, submission: Submission) -> tuple[Review, ...]:
    """Return the votes of the submission's present round, in the order of casting."""
    return tuple(one for one in reviews_of(desk, submission.id) if one.round == submission.round)


def reviews_of(desk: GateDesk, submission_id: str) -> tuple[Review, ...]:
    """Return every vote ever cast on the submission, whatever its round, in the order of casting."""
    found = desk.directory.store.find(Review, linked=("submission", submission_id))
    return tuple(stored.record for stored in found)


def providers_of(desk: GateDesk, submission: Submission) -> frozenset[str]:
    """Return the organisations that provided the inputs: whatever the seat may have read."""
    store = desk.directory.store
    datasets = {store.load(Snapshot, one).record.dataset for one in submission.snapshots}
    if submission.snapshots:
        datasets |= {one.dataset for one in within_reach(desk, submission)}
    return frozenset(store.load(Dataset, dataset).record.organisation for dataset in datasets)


def review_situation(desk: GateDesk, actor: Actor, submission: Submission) -> Situation:
    """Return everything the rules ask about judging this submission."""
    agreement = standing(desk.directory, submission.agreement)
    store, about = desk.directory.store, ("submission", submission.id)
    return with_record(
        desk.directory.situation(actor),
        record=submission,
        submission=submission,
        agreement=agreement,
        access=policy_for(desk, submission),
        seat=store.load(Seat, submission.seat).record,
        reviews=votes_of(desk, submission),
        comments=tuple(one.record for one in store.find(Comment, linked=about)),
        custodies=tuple(one.record for one in store.find(Custody, linked=about)),
        stoppages=tuple(one.record for one in store.find(Stoppage, linked=("seat", submission.seat))),
        assessment=assessment_of(desk, submission),
        providers=providers_of(desk, submission),
        acted=_barred(desk, submission, agreement),
    )


def assessment_of(desk: GateDesk, submission: Submission) -> Assessment | None:
    """Return the risk assessment that stands for the submission; for an earlier one, what exempts it."""
    store = desk.directory.store
    if submission.template:
        once = store.find(Assessment, state="filed", linked=("template", submission.template))
        return once[-1].record if once else None
    filed = store.find(Assessment, state="filed", linked=("submission", submission.id))
    if filed or submission.assessed:
        return filed[-1].record if filed else None
    exempt = store.find(Assessment, state="exempt", limit=1)
    return exempt[0].record if exempt else None


def _barred(desk: GateDesk, submission: Submission, agreement: ServiceAgreement) -> frozenset[str]:
    """Return the persons who never judge it: of the author's organisation, the operator, the project."""
    directory = desk.directory
    named = {user for each in versions(agreement) for user in _users(desk, each)}
    project = frozenset(directory.person_of_account(one) for one in {*named, submission.author})
    return project | directory.persons_of(submission.organisation) | directory.persons_of(agreement.operator)


def _users(desk: GateDesk, agreement: str) -> tuple[str, ...]:
    return desk.directory.store.load(ServiceAgreement, agreement).record.users


def found(desk: GateDesk, submission_id: str) -> Stored[Submission]:
    """Return the submission; `NotFoundError` if there is none."""
    return desk.directory.store.load(Submission, submission_id)
