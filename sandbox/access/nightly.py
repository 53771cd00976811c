"""The nightly round: clocks counted anew, reminders, escalations, and the alarm for a missing calendar.

Each clock is written on its own by the platform itself; one that somebody acted on meanwhile is left for
the next night. A term already met is never reopened: only open records are looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, cast

from sandbox.access.clocks import OPEN, Calendars, Running, Timed, counted, days_left, of_records
from sandbox.access.desk import AccessDesk
from sandbox.kernel.actors import SYSTEM
from sandbox.kernel.application_records import Application, Clock, Item
from sandbox.kernel.errors import ConflictError, SandboxError
from sandbox.kernel.lifecycle import step
from sandbox.kernel.message import Message
from sandbox.kernel.permits import require
from sandbox.kernel.situation import Situation
from sandbox.kernel.workdays import Calendar
from sandbox.store.canonical import Json
from sandbox.store.changes import Change
from sandbox.store.codec import decode
from sandbox.store.db import tend

ALARM_FROM = (11, 1)
"""From this day on next year's calendar is missed: the notice comes early in November as a rule."""

TOGETHER = 1_000
"""Clocks that are written in one transaction."""
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


@dataclass(frozen=True, slots=True)
class _Step:
    """What is to be written of one record, in order."""

    record: str
    changes: tuple[Change, ...]


def run(desk: AccessDesk, *, recount_only: bool = False) -> Round:
    """Return what the round did; safe to run as often as one likes."""
    calendars, seen, written = Calendars(desk), 0, []
    faults: list[Fault] = []
    look = _Look(desk, calendars, recount_only=recount_only)
    for cls, states in OPEN:
        fields = ("clock", "supplement") if cls is Application else ("clock",)
        clocks = desk.directory.store.lists.glance(cls, fields, states=states)
        seen += len(clocks)
        wanted = sorted(id for id, state, told in clocks if look.wants(state, *told))
        for place in range(0, len(wanted), TOGETHER):
            steps = []
            for one in _loaded(desk, cls, wanted[place : place + TOGETHER]):
                try:
                    changes = _changes(desk, one, calendars(one.clock.region), recount_only=recount_only)
                except SandboxError as error:
                    faults.append(Fault(one.stored.id, error.message))
                    continue
                steps += [_Step(one.stored.id, changes)] if changes else []
            written += _write(desk, steps)
    if not recount_only:
        tend(desk.directory.store.engine)
    return Round(
        seen=seen,
        recounted=_taken(written, "recount", "recount-answer"),
        reminded=_taken(written, "remind"),
        escalated=_taken(written, "escalate"),
        faults=tuple(faults),
        missing_year=missing_year(calendars(desk.region), desk.directory.today()),
    )


def _loaded(desk: AccessDesk, cls: type[Timed], ids: Sequence[str]) -> tuple[Running, ...]:
    """Return the clocks of these records as they stand now."""
    return tuple(of_records(desk, desk.directory.store.lists.every(cls, ids).values()))


class _Look:
    """Whether a clock needs to be looked at closely tonight; equal clocks are judged once.

    A hundred thousand clocks have few different terms between them, and on most nights nothing is to be done.
    """

    def __init__(self, desk: AccessDesk, calendars: Calendars, *, recount_only: bool) -> None:
        self._today, self._calendars = desk.directory.today(), calendars
        self._lead = max(regime.deadline("reminder-lead") for regime in desk.regimes.values())
        self._recount_only = recount_only
        self._known: dict[tuple[tuple[str, object], ...], bool] = {}

    def wants(
        self, state: str, clock: dict[str, Any] | None, supplement: dict[str, Any] | None = None
    ) -> bool:
        """Return whether the record must be read: its clock changes, ends, or cannot be judged here.

        Of what was sent back only the applicant's own term runs, where one was set, and only its days change.
        """
        if state == "returned":
            clock = (supplement or {}).get("answer_by")
            return clock is not None and self._kept(clock, asked=True)
        return clock is None or self._kept(clock, asked=False)

    def _kept(self, clock: dict[str, Any], *, asked: bool) -> bool:
        key = (("asked", asked), *clock.items())
        if key not in self._known:
            self._known[key] = self._judge(cast("Json", clock), asked=asked)
        return self._known[key]

    def _judge(self, found: Json, *, asked: bool) -> bool:
        try:
            clock = cast("Clock", decode(cast("Any", Clock), found))
            calendar = self._calendars(clock.region)
            fresh = counted(clock, calendar)
        except SandboxError:
            return True  # the close look says what is wrong with it
        if fresh != clock or asked:
            return fresh != clock
        if self._recount_only or self._today > clock.latest:
            return not self._recount_only and clock.escalated_on is None
        if clock.reminded_on is not None or (clock.earliest - self._today).days > FAR_DAYS:
            return False
        return days_left(self._today, clock.earliest, calendar) <= self._lead


def _taken(written: Sequence[_Step], *verbs: str) -> tuple[str, ...]:
    return tuple(one.record for one in written if any(change.step.verb in verbs for change in one.changes))


def _write(desk: AccessDesk, steps: Sequence[_Step]) -> list[_Step]:
    """Return the steps that were written: together, or in ever smaller parts where somebody acted just now.

    What somebody acted on meanwhile is left to the next round, which counts what then stands.
    """
    if not steps:
        return []
    try:
        desk.directory.store.write(SYSTEM, *(change for one in steps for change in one.changes))
    except ConflictError:
        if len(steps) == 1:
            return []
        half = len(steps) // 2
        return [*_write(desk, steps[:half]), *_write(desk, steps[half:])]
    return list(steps)


def missing_year(calendar: Calendar, today: date) -> int | None:
    """Return this year or, late in it, the next if the calendar has no notice for it."""
    if today.year not in calendar.published:
        return today.year
    late = (today.month, today.day) >= ALARM_FROM
    return today.year + 1 if late and today.year + 1 not in calendar.published else None


def _changes(desk: AccessDesk, one: Running, calendar: Calendar, *, recount_only: bool) -> tuple[Change, ...]:
    """Return what is to be written of one clock tonight; of the applicant's own term only its days."""
    today, fresh, found = desk.directory.today(), counted(one.clock, calendar), _Writing(desk, one)
    if one.what == "supplement":
        if fresh != one.clock:
            found.add(fresh, "recount-answer", _difference(one.clock, fresh))
        return tuple(found.changes)
    if fresh != one.clock:
        if fresh.latest >= today:
            fresh = replace(fresh, escalated_on=None)
        found.add(fresh, "recount", _difference(one.clock, fresh))
    if not recount_only and fresh.escalated_on is None and today > fresh.latest:
        fresh = replace(fresh, escalated_on=today)
        found.add(fresh, "escalate", {"latest": fresh.latest.isoformat()})
    elif not recount_only and _near(desk, one, fresh, calendar):
        fresh = replace(fresh, reminded_on=today)
        found.add(fresh, "remind", {"earliest": fresh.earliest.isoformat()})
    return tuple(found.changes)


def _near(desk: AccessDesk, one: Running, clock: Clock, calendar: Calendar) -> bool:
    """Return whether the reminder is due: not given yet, and the earliest day within the regime's lead.

    The application is only looked up where any regime would remind: most clocks are far from their end.
    """
    today = desk.directory.today()
    if clock.reminded_on is not None or today > clock.latest or (clock.earliest - today).days > FAR_DAYS:
        return False
    left = days_left(today, clock.earliest, calendar)
    if left > max(regime.deadline("reminder-lead") for regime in desk.regimes.values()):
        return False
    application = desk.directory.store.load(Application, one.application).record
    return left <= desk.regime(application.regime).deadline("reminder-lead")


def _difference(old: Clock, new: Clock) -> dict[str, Json]:
    return {
        "old": old.due.isoformat(),
        "new": new.due.isoformat(),
        "earliest": new.earliest.isoformat(),
        "latest": new.latest.isoformat(),
        "provisional": new.provisional,
    }


class _Writing:
    """The platform's own steps on one record, each on the version that the one before leaves."""

    def __init__(self, desk: AccessDesk, one: Running) -> None:
        self._one, self._today = one, desk.directory.today()
        self.changes: list[Change] = []

    def add(self, clock: Clock, verb: str, note: Mapping[str, Json]) -> None:
        one, record = self._one, self._one.stored.record
        row = step(f"{record.KIND}:{verb}")
        require(SYSTEM, row, Situation(today=self._today, record=record))
        changes: dict[str, Any] = {"clock": clock}
        if one.what == "supplement" and isinstance(record, Application) and record.supplement is not None:
            changes = {"supplement": replace(record.supplement, answer_by=clock)}
        if isinstance(record, Item):
            changes["due_on"] = clock.due
        told: dict[str, Json] = {**note, "organisation": one.organisation, "concerned": sorted(one.concerned)}
        expected = one.stored.version + len(self.changes)
        self.changes.append(Change(row, replace(record, **changes), expected=expected, note=told))
