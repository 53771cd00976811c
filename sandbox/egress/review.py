"""Votes: cast blind, bound to digests, settled when all who must judge have judged (第十九条).

A reviewer sees the evidence, never another's vote before all are in. Settling is the
platform's own step: a file is approved only if everybody approved exactly its digest.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sandbox.access.versions import standing
from sandbox.egress.court import policy_for, within_reach
from sandbox.egress.desk import GateDesk
from sandbox.kernel.actors import SYSTEM, Actor
from sandbox.kernel.lifecycle import step
from sandbox.kernel.permits import require
from sandbox.kernel.records import (
    Capacity,
    Dataset,
    FileVote,
    Review,
    Seat,
    ServiceAgreement,
    Snapshot,
    Submission,
)
from sandbox.kernel.review_rules import approved_digests, capacity_of, quorum
from sandbox.kernel.situation import Situation
from sandbox.people.directory import with_record
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
    )
    require(actor, step("review:cast"), with_record(situation, record=review))
    links = (Link("submission", submission.id), Link("voter", actor.account))
    note = {"digests": [vote.digest for vote in votes], "judgement": submission.judgement}
    names = (f"vote:{submission.id}:{actor.person}",)
    store.write(actor, Change(step("review:cast"), review, links=links, note=note, names=names))
    return settle(desk, submission.id)


def _capacity(actor: Actor, situation: Situation) -> Capacity:
    capacity = capacity_of(situation.own, situation) if situation.own is not None else None
    if capacity is None:
        return Capacity.PROVIDER
    first = any(r.capacity is Capacity.AUTHORITY for r in situation.reviews)
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
    """Return the submission, approved or rejected if all votes are in, else as it stands."""
    stored = desk.directory.store.load(Submission, submission_id)
    submission = stored.record
    situation = review_situation(desk, SYSTEM, submission)
    if submission.state != "in-review" or not quorum(situation):
        return submission
    approved = approved_digests(situation)
    name = "submission:approve" if approved else "submission:reject"
    require(SYSTEM, step(name), situation)
    files = tuple(
        replace(one, approved=bool(one.rewritten) and one.rewritten in approved) for one in submission.files
    )
    changed = replace(submission, state=step(name).target, files=files)
    note = {"approved": sorted(approved), "reviews": [review.id for review in situation.reviews]}
    change = Change(step(name), changed, expected=stored.version, note=note)
    kept: Submission = desk.directory.store.write(SYSTEM, change)[0].record
    return kept


def ballot(desk: GateDesk, actor: Actor, submission_id: str) -> Ballot:
    """Return how many votes are in and those that the actor may see."""
    submission = desk.directory.store.load(Submission, submission_id).record
    reviews = reviews_of(desk, submission_id)
    if submission.state != "in-review":
        return Ballot(len(reviews), reviews)
    return Ballot(len(reviews), tuple(one for one in reviews if one.voter == actor.account))


def reviews_of(desk: GateDesk, submission_id: str) -> tuple[Review, ...]:
    """Return every vote cast on the submission, in the order of casting."""
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
    return with_record(
        desk.directory.situation(actor),
        record=submission,
        submission=submission,
        agreement=agreement,
        access=policy_for(desk, submission),
        seat=desk.directory.store.load(Seat, submission.seat).record,
        reviews=reviews_of(desk, submission.id),
        providers=providers_of(desk, submission),
        acted=_barred(desk, submission, agreement),
    )


def _barred(desk: GateDesk, submission: Submission, agreement: ServiceAgreement) -> frozenset[str]:
    """Return the persons who never judge it: of the author's organisation and of the operator."""
    directory = desk.directory
    return directory.persons_of(submission.organisation) | directory.persons_of(agreement.operator)


def found(desk: GateDesk, submission_id: str) -> Stored[Submission]:
    """Return the submission; `NotFoundError` if there is none."""
    return desk.directory.store.load(Submission, submission_id)
