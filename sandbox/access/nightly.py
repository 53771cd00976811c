"""The nightly round: clocks counted anew, reminders, escalations, and the alarm for a missing calendar.

Each clock is written on its own by the platform itself; one that somebody acted on meanwhile is left for
the next night. A term already met is never reopened: only open records are looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sandbox.access.clocks import Calendars, Running, counted, days_left, running
from sandbox.access.desk import AccessDesk
from sandbox.kernel.actors import SYSTEM
from sandbox.kernel.errors import ConflictError, SandboxError
from sandbox.kernel.lifecycle import step
from sandbox.kernel.message import Message
from sandbox.kernel.permits import require
from sandbox.kernel.records import Application, Clock, Item
from sandbox.kernel.situation import Situation
from sandbox.kernel.workdays import Calendar
from sandbox.store.canonical import Json
from sandbox.store.changes import Change

ALARM_FROM = (11, 1)
"""From this day on next year's calendar is missed: the notice comes early in November as a rule."""

FAR_DAYS = 60
"""A clock that ends later than this needs no look at its regime."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A clock that could not be counted, and why; the others ran."""

    record: str
    reason: Message


@dataclass(frozen=True, slots=True)
class Round:
    """What one round did, by record id; `missing_year` is the year whose notice is not on record."""

    seen: int
    recounted: tuple[str, ...]
    reminded: tuple[str, ...]
    escalated: tuple[str, ...]
    faults: tuple[Fault, ...]
    missing_year: int | None


def run(desk: AccessDesk, *, recount_only: bool = False) -> Round:
    """Return what the round did; safe to run as often as one likes."""
    calendars, done, faults, seen = Calendars(desk), _Done(), [], 0
    for one in tuple(running(desk)):
        seen += 1
        try:
            _one(desk, one, calendars(one.clock.region), done, recount_only)
        except ConflictError:
            continue  # somebody acted just now: the next round counts what then stands
        except SandboxError as error:
            faults.append(Fault(one.stored.id, error.message))
    today = desk.directory.today()
    return Round(
        seen=seen,
        recounted=tuple(done.recounted),
        reminded=tuple(done.reminded),
        escalated=tuple(done.escalated),
        faults=tuple(faults),
        missing_year=missing_year(calendars(desk.region), today),
    )


def missing_year(calendar: Calendar, today: date) -> int | None:
    """Return this year or, late in it, the next if the calendar has no notice for it."""
    if today.year not in calendar.published:
        return today.year
    late = (today.month, today.day) >= ALARM_FROM
    return today.year + 1 if late and today.year + 1 not in calendar.published else None


class _Done:
    def __init__(self) -> None:
        self.recounted: list[str] = []
        self.reminded: list[str] = []
        self.escalated: list[str] = []


def _one(desk: AccessDesk, one: Running, calendar: Calendar, done: _Done, recount_only: bool) -> None:
    if one.what == "supplement":
        return  # the applicant's own term: shown to him, nothing follows from it
    today = desk.directory.today()
    fresh = counted(one.clock, calendar)
    version = one.stored.version
    if fresh != one.clock:
        if fresh.latest >= today:
            fresh = replace(fresh, escalated_on=None)
        version = _write(desk, one, fresh, "recount", version, _difference(one.clock, fresh))
        done.recounted.append(one.stored.id)
    if recount_only:
        return
    if fresh.escalated_on is None and today > fresh.latest:
        fresh = replace(fresh, escalated_on=today)
        _write(desk, one, fresh, "escalate", version, {"latest": fresh.latest.isoformat()})
        done.escalated.append(one.stored.id)
    elif _near(desk, one, fresh, calendar):
        fresh = replace(fresh, reminded_on=today)
        _write(desk, one, fresh, "remind", version, {"earliest": fresh.earliest.isoformat()})
        done.reminded.append(one.stored.id)


def _near(desk: AccessDesk, one: Running, clock: Clock, calendar: Calendar) -> bool:
    """Return whether the reminder is due: not given yet, and the earliest day within the regime's lead."""
    today = desk.directory.today()
    if clock.reminded_on is not None or today > clock.latest or (clock.earliest - today).days > FAR_DAYS:
        return False
    application = desk.directory.store.load(Application, one.application).record
    lead = desk.regime(application.regime).deadline("reminder-lead")
    return days_left(today, clock.earliest, calendar) <= lead


def _difference(old: Clock, new: Clock) -> dict[str, Json]:
    return {
        "old": old.due.isoformat(),
        "new": new.due.isoformat(),
        "earliest": new.earliest.isoformat(),
        "latest": new.latest.isoformat(),
        "provisional": new.provisional,
    }


def _write(
    desk: AccessDesk, one: Running, clock: Clock, verb: str, version: int, note: Mapping[str, Json]
) -> int:
    """Write the clock by the platform's own step; return the record's new version."""
    record = one.stored.record
    row = step(f"{record.KIND}:{verb}")
    require(SYSTEM, row, Situation(today=desk.directory.today(), record=record))
    changes: dict[str, Any] = {"clock": clock}
    if isinstance(record, Item):
        changes["due_on"] = clock.due
    told: dict[str, Json] = {**note, "organisation": one.organisation, "concerned": sorted(one.concerned)}
    change = Change(row, replace(record, **changes), expected=version, note=told)
    return desk.directory.store.write(SYSTEM, change)[0].version
