"""Custody: a reviewer takes a round in hand for some hours, so that colleagues do not do it twice.

It binds the own organisation only and nobody once the votes lie on the table. When its hours are over it is
anybody's again, at once; `nightly` puts that on record. Two who take at the same moment: one is told.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sandbox.egress import service
from sandbox.egress.desk import GateDesk
from sandbox.egress.review import review_situation
from sandbox.kernel.actors import Actor
from sandbox.kernel.errors import NotFoundError
from sandbox.kernel.lifecycle import step
from sandbox.kernel.message import say
from sandbox.kernel.permits import require
from sandbox.kernel.review_records import Custody, Submission
from sandbox.people.directory import with_record
from sandbox.store.changes import Change, Link, Stored


def take(desk: GateDesk, actor: Actor, submission_id: str) -> Custody:
    """Return the custody of the present round; refused while a colleague has it."""
    store = desk.directory.store
    submission = store.load(Submission, submission_id).record
    minutes = service.setting(desk, submission, service.CUSTODY)
    custody = Custody(
        state="held",
        organisation=actor.organisation,
        environment=submission.environment,
        submission=submission.id,
        round=submission.round,
        account=actor.account,
        until=desk.directory.clock() + timedelta(minutes=minutes),
    )
    situation = review_situation(desk, actor, submission)
    require(actor, step("custody:take"), with_record(situation, record=custody))
    number = sum(one.organisation == actor.organisation for one in situation.custodies or ())
    names = (f"custody:{submission.id}:{actor.organisation}:{number}",)
    links = (Link("submission", submission.id), Link("holder", actor.account))
    kept: Custody = store.write(actor, Change(step("custody:take"), custody, links=links, names=names))[
        0
    ].record
    return kept


def give_back(desk: GateDesk, actor: Actor, submission_id: str) -> Custody:
    """Return the custody that the actor held, given back before its time."""
    store = desk.directory.store
    held = [
        one
        for one in store.find(Custody, state="held", linked=("submission", submission_id))
        if one.record.account == actor.account and one.record.until > desk.directory.clock()
    ]
    if not held:
        raise NotFoundError(say("本人没有认领这项审查"))
    changed = replace(held[-1].record, state="given-back")
    situation = with_record(desk.directory.situation(actor), record=held[-1].record)
    require(actor, step("custody:give-back"), situation)
    store.write(actor, Change(step("custody:give-back"), changed, expected=held[-1].version))
    return changed


def holders(desk: GateDesk, submission: Submission) -> tuple[Stored[Custody], ...]:
    """Return who holds the present round now, at most one of each organisation."""
    now = desk.directory.clock()
    found = desk.directory.store.find(Custody, state="held", linked=("submission", submission.id))
    return tuple(one for one in found if one.record.round == submission.round and one.record.until > now)
