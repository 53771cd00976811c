"""The nightly round of reviews: terms counted anew, reminders, escalation, custody that went stale.

Those who may vote are reminded by the earliest day, the authority's officers hear of it after the latest;
overdue is never consent. A review that somebody acted on meanwhile is left to the next night.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from sandbox.access import clocks
from sandbox.egress import custody, ledger, looks, service, templates
from sandbox.egress.desk import GateDesk
from sandbox.egress.review import expose, review_situation, settle, votes_of
from sandbox.kernel.actors import SYSTEM
from sandbox.kernel.application_records import Clock
from sandbox.kernel.errors import ConflictError, SandboxError
from sandbox.kernel.lifecycle import step
from sandbox.kernel.message import Message
from sandbox.kernel.permits import may, require
from sandbox.kernel.records import Account
from sandbox.kernel.review_records import Custody, Submission
from sandbox.people.directory import with_record
from sandbox.store.canonical import Json
from sandbox.store.changes import Change, Stored

FEWEST = 2
"""Votes below which nothing can be settled, whatever the agreement says."""


@dataclass(slots=True)
class Reviews:
    """What one round did, by record id; `faults` are reviews that could not be counted, and why."""

    seen: int = 0
    recounted: list[str] = field(default_factory=list)
    reminded: list[str] = field(default_factory=list)
    escalated: list[str] = field(default_factory=list)
    lapsed: list[str] = field(default_factory=list)
    faults: list[tuple[str, Message]] = field(default_factory=list)


def run(desk: GateDesk) -> Reviews:
    """Return what the round did; safe to run as often as one likes."""
    done = Reviews(lapsed=lapse(desk))
    templates.expire(desk)
    done.escalated += [one.id for one in looks.escalate(desk)]
    for stored in desk.directory.store.find(Submission, state="in-review"):
        done.seen += 1
        try:
            _tend(desk, stored, done)
        except ConflictError:
            continue  # somebody acted on it just now
        except SandboxError as error:
            done.faults.append((stored.id, error.message))
    done.faults += ledger.damaged(desk)
    return done


def resume(desk: GateDesk) -> list[str]:
    """Return the submissions settled now: all had voted, and the process ended before it said so."""
    settled = []
    for stored in desk.directory.store.find(Submission, state="returned"):
        if stored.record.sample:  # sent back, and the process ended before it was shown for what it is
            expose(desk, stored.id)
            settled.append(stored.id)
    for stored in desk.directory.store.find(Submission, state="in-review"):
        if len(votes_of(desk, stored.record)) < FEWEST:
            continue
        try:
            after = settle(desk, stored.id)
        except ConflictError:
            continue  # another process settles it just now
        if (after.state, after.phase) != (stored.record.state, stored.record.phase):
            settled.append(stored.id)
    return settled


def _tend(desk: GateDesk, stored: Stored[Submission], done: Reviews) -> None:
    clock, today = stored.record.clock, desk.directory.today()
    if clock is None:
        return  # judged before reviews had a term
    changes: list[Change] = []
    fresh = clocks.counted(clock, desk.calendar(clock.region))
    if fresh != clock:
        fresh = replace(fresh, escalated_on=None) if fresh.latest >= today else fresh
        changes.append(_change(desk, stored, fresh, "recount", len(changes)))
        done.recounted.append(stored.id)
    if today > fresh.latest and fresh.escalated_on is None:
        fresh = replace(fresh, escalated_on=today)
        changes.append(_change(desk, stored, fresh, "escalate", len(changes)))
        done.escalated.append(stored.id)
    elif _near(desk, stored.record, fresh):
        fresh = replace(fresh, reminded_on=today)
        changes.append(_change(desk, stored, fresh, "remind", len(changes)))
        done.reminded.append(stored.id)
    if changes:
        desk.directory.store.write(SYSTEM, *changes)


def _near(desk: GateDesk, submission: Submission, clock: Clock) -> bool:
    """Return whether the reminder is due: not given yet, and the earliest day within the regime's lead."""
    today = desk.directory.today()
    if clock.reminded_on is not None or today > clock.latest:
        return False
    left = clocks.days_left(today, clock.earliest, desk.calendar(clock.region))
    return left <= service.setting(desk, submission, service.LEAD)


def _change(desk: GateDesk, stored: Stored[Submission], clock: Clock, verb: str, before: int) -> Change:
    row, submission = step(f"submission:{verb}"), stored.record
    require(SYSTEM, row, with_record(desk.directory.situation(SYSTEM), record=submission))
    held: list[Json] = [one.record.account for one in custody.holders(desk, submission)]
    note: dict[str, Json] = {
        "due": clock.due.isoformat(),
        "earliest": clock.earliest.isoformat(),
        "latest": clock.latest.isoformat(),
        "held_by": held,
    }
    changed = replace(submission, clock=clock)
    return Change(row, changed, expected=stored.version + before, note=note)


def lapse(desk: GateDesk) -> list[str]:
    """Return the custodies that were let go: by their hour, with their round, or without an able holder."""
    store, gone = desk.directory.store, []
    for stored in store.find(Custody, state="held"):
        one = stored.record
        submission = store.load(Submission, one.submission).record
        situation = with_record(
            review_situation(desk, SYSTEM, submission),
            record=one,
            account=store.load(Account, one.account).record,
            granted=desk.directory.roles_of(one.account),
        )
        if not may(SYSTEM, step("custody:lapse"), situation):
            continue
        try:
            store.write(
                SYSTEM,
                Change(step("custody:lapse"), replace(one, state="lapsed"), expected=stored.version),
            )
        except ConflictError:
            continue  # given back just now
        gone.append(stored.id)
    return gone
