"""Risk assessment of a product before it leaves: the five risks of 第十八条, by whoever brings it to market.

Filed by the author's organisation or the operator of the agreement; a release asks for one. What was
handed in before the platform asked is exempt by one fact on record, that names them all.
"""

from __future__ import annotations

from dataclasses import replace

from sandbox.egress.desk import GateDesk
from sandbox.egress.review import assessment_of, review_situation
from sandbox.kernel.actors import SYSTEM, Actor
from sandbox.kernel.errors import ConflictError
from sandbox.kernel.lifecycle import step
from sandbox.kernel.permits import require
from sandbox.kernel.review_records import Assessment, Risk, Submission
from sandbox.people.directory import with_record
from sandbox.store.changes import Change, Link


def file(desk: GateDesk, actor: Actor, submission_id: str, risks: tuple[Risk, ...]) -> Assessment:
    """Return the assessment, put on record; the last one filed for a submission stands."""
    store = desk.directory.store
    submission = store.load(Submission, submission_id).record
    made = Assessment(
        state="filed",
        organisation=actor.organisation,
        environment=submission.environment,
        submission=submission.id,
        round=submission.round,
        account=actor.account,
        risks=tuple(replace(one, finding=one.finding.strip(), control=one.control.strip()) for one in risks),
    )
    situation = review_situation(desk, actor, submission)
    require(actor, step("assessment:file"), with_record(situation, record=made))
    links = (Link("submission", submission.id), Link("agreement", submission.agreement))
    kept: Assessment = store.write(actor, Change(step("assessment:file"), made, links=links))[0].record
    return kept


def withdraw(desk: GateDesk, actor: Actor, assessment_id: str) -> Assessment:
    """Return the assessment, taken back by whoever filed it; after the release it stands."""
    store = desk.directory.store
    stored = store.load(Assessment, assessment_id)
    submission = store.load(Submission, stored.record.submission).record
    situation = with_record(review_situation(desk, actor, submission), record=stored.record)
    require(actor, step("assessment:withdraw"), situation)
    changed = replace(stored.record, state="withdrawn")
    store.write(actor, Change(step("assessment:withdraw"), changed, expected=stored.version))
    return changed


def standing(desk: GateDesk, submission: Submission) -> Assessment | None:
    """Return the assessment that stands for the submission, or what exempts it; None where it still lacks."""
    found = assessment_of(desk, submission)
    if found is None or (found.state == "exempt" and submission.id not in found.exempt):
        return None
    return found


def last_of(desk: GateDesk, submission: Submission) -> Assessment | None:
    """Return the last assessment of the same agreement, for a form to begin with."""
    linked = ("agreement", submission.agreement)
    found = desk.directory.store.find(Assessment, state="filed", linked=linked)
    return found[-1].record if found else None


def exempt_earlier(desk: GateDesk) -> Assessment | None:
    """Put on record, once in a home's life, which submissions were handed in before this was asked.

    A home whose oldest submission is of this version has none, and nothing is written.
    """
    store = desk.directory.store
    oldest = store.find(Submission, limit=1)
    if not oldest or oldest[0].record.assessed or store.find(Assessment, state="exempt", limit=1):
        return None
    earlier = tuple(one.id for one in store.find(Submission) if not one.record.assessed)
    made = Assessment(
        state="exempt",
        organisation=desk.directory.authority().id,
        environment="",
        submission="",
        round=0,
        account=SYSTEM.account,
        exempt=earlier,
    )
    require(SYSTEM, step("assessment:exempt"), with_record(desk.directory.situation(SYSTEM), record=made))
    change = Change(step("assessment:exempt"), made, names=("assessment:exempt",))
    try:
        kept: Assessment = store.write(SYSTEM, change)[0].record
    except ConflictError:
        return None  # another process was first
    return kept
