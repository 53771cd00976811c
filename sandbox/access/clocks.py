"""Clocks of review: started by the regime, counted by the calendar, listed for the people concerned.

The day after the start is day 1. Reminders go by the earliest day, escalation by the latest; overdue
is never consent. `nightly` runs them; nothing here decides on an application.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import islice
from typing import TypeAlias, cast

from sandbox.access.desk import AccessDesk
from sandbox.catalog.reading import of_authority, registered
from sandbox.kernel.actors import Actor, Role
from sandbox.kernel.application_records import Application, Clock, Consultation, Coordination, Item
from sandbox.kernel.dataset_records import Dataset
from sandbox.kernel.workdays import Calendar, due
from sandbox.people.directory import Directory
from sandbox.store.changes import Stored
from sandbox.store.lists import Order, Sieve

Timed: TypeAlias = Application | Item | Consultation | Coordination

_ONE_DAY = timedelta(days=1)
_REVIEWERS = frozenset({Role.PROVIDER_REVIEWER, Role.AUTHORITY_OFFICER})


def start(desk: AccessDesk, *, days: int, region: str) -> Clock:
    """Return a clock of `days` working days that starts today: tomorrow is its first day."""
    today = desk.directory.today()
    blank = Clock(started_on=today, days=days, region=region, due=today, earliest=today, latest=today)
    return counted(blank, desk.calendar(region))


def counted(clock: Clock, calendar: Calendar) -> Clock:
    """Return the clock with its days counted anew by the calendar."""
    term = due(clock.started_on, clock.days, calendar, extension=clock.extension)
    return replace(
        clock, due=term.due, earliest=term.earliest, latest=term.latest, provisional=term.provisional
    )


def of_item(desk: AccessDesk, item: Item) -> Clock:
    """Return the clock of an item; counted from the push for one that an earlier version made without."""
    if item.clock is not None:
        return item.clock
    application = desk.directory.store.load(Application, item.application).record
    blank = Clock(
        started_on=item.pushed_on,
        days=desk.regime(application.regime).deadline("provider-review"),
        region=desk.directory.organisation(item.reviewer).region,
        due=item.due_on,
        earliest=item.due_on,
        latest=item.due_on,
    )
    return counted(blank, desk.calendar(blank.region))


def days_left(today: date, last: date, calendar: Calendar) -> int:
    """Return the working days after today up to the last; below zero once it has passed."""
    first, end = min(today, last), max(today, last)
    count = sum(calendar.is_workday(first + step * _ONE_DAY) for step in range(1, (end - first).days + 1))
    return count if last >= today else -max(count, 1)


@dataclass(frozen=True, slots=True)
class OpenClock:
    """A running term: what for, on which record, who must act, and how long there is.

    `standing` is running, soon, due or overdue; `staffed` is false where nobody of the
    organisation holds a role that could act, so that a deputy must be named.
    """

    what: str
    record: str
    application: str
    title: str
    organisation: str
    clock: Clock
    days_left: int
    standing: str
    staffed: bool


@dataclass(frozen=True, slots=True)
class Running:
    """An open record with its clock, whoever must act, and who else is concerned."""

    what: str
    stored: Stored[Application] | Stored[Item] | Stored[Consultation] | Stored[Coordination]
    clock: Clock
    application: str
    title: str
    organisation: str
    concerned: frozenset[str]


def running(desk: AccessDesk) -> Iterator[Running]:
    """Yield every running clock of the home."""
    for cls, states in OPEN:
        yield from of_records(desk, desk.directory.store.find(cls, states=states))


OPEN: tuple[tuple[type[Timed], tuple[str, ...]], ...] = (
    (Application, ("submitted", "returned")),
    (Item, ("pushed",)),
    (Consultation, ("asked",)),
    (Coordination, ("open",)),
)
"""The records on which a term may run, and the states in which it does."""


def of_records(desk: AccessDesk, found: Iterable[Stored[Timed]]) -> Iterator[Running]:
    """Yield the clocks that run on these records; what they need besides is read together."""
    authority, titles = desk.directory.authority().id, _Titles(desk)
    items: list[Stored[Item]] = []
    asked: list[Stored[Consultation]] = []
    cases: list[Stored[Coordination]] = []
    for stored in found:
        if isinstance(stored.record, Application):
            yield from _of_application(cast("Stored[Application]", stored), authority)
        elif isinstance(stored.record, Item):
            items.append(cast("Stored[Item]", stored))
        elif isinstance(stored.record, Consultation):
            asked.append(cast("Stored[Consultation]", stored))
        else:
            cases.append(cast("Stored[Coordination]", stored))
    yield from _of_items(desk, items, titles, authority)
    wanted = [*(one.record.item for one in asked), *(one.record.item for one in cases)]
    about = desk.directory.store.lists.every(Item, wanted) if wanted else {}
    yield from _of_consultations(asked, about, titles)
    yield from _of_coordinations(cases, about, titles, authority)


def _of_application(stored: Stored[Application], authority: str) -> Iterator[Running]:
    one, concerned = stored.record, frozenset({stored.record.organisation, authority})
    if one.state == "submitted" and one.clock is not None:
        yield Running("preliminary-review", stored, one.clock, one.id, one.scenario, authority, concerned)
    if one.state == "returned" and one.supplement is not None and one.supplement.answer_by is not None:
        until = one.supplement.answer_by
        yield Running("supplement", stored, until, one.id, one.scenario, one.organisation, concerned)


def _of_items(
    desk: AccessDesk, items: Iterable[Stored[Item]], title: Callable[[str], str], authority: str
) -> Iterator[Running]:
    for stored in items:
        one = stored.record
        if one.state == "pushed":
            clock = of_item(desk, one)
            concerned = frozenset({one.organisation, one.reviewer, authority})
            about = title(one.dataset)
            yield Running("provider-review", stored, clock, one.application, about, one.reviewer, concerned)


def _of_consultations(
    asked: Iterable[Stored[Consultation]], items: Mapping[str, Stored[Item]], title: Callable[[str], str]
) -> Iterator[Running]:
    for stored in asked:
        one, item = stored.record, items.get(stored.record.item)
        if item is not None and item.record.state == "pushed":
            concerned = frozenset({one.organisation, one.asked_by, item.record.organisation})
            yield Running(
                "consultation",
                stored,
                one.clock,
                item.record.application,
                title(item.record.dataset),
                one.organisation,
                concerned,
            )


def _of_coordinations(
    cases: Iterable[Stored[Coordination]],
    items: Mapping[str, Stored[Item]],
    title: Callable[[str], str],
    authority: str,
) -> Iterator[Running]:
    for stored in cases:
        one, item = stored.record, items.get(stored.record.item)
        if item is not None:
            concerned = frozenset({one.organisation, one.reviewer, authority})
            yield Running(
                "coordination",
                stored,
                one.clock,
                item.record.application,
                title(item.record.dataset),
                authority,
                concerned,
            )


class _Titles:
    """Titles of datasets, each looked up once."""

    def __init__(self, desk: AccessDesk) -> None:
        self._desk, self._known = desk, {}  # type: tuple[AccessDesk, dict[str, str]]

    def __call__(self, dataset: str) -> str:
        if dataset not in self._known:
            self._known[dataset] = self._desk.directory.store.load(Dataset, dataset).record.title
        return self._known[dataset]


class Calendars:
    """Calendars by region, each built once."""

    def __init__(self, desk: AccessDesk) -> None:
        self._desk, self._known = desk, {}  # type: tuple[AccessDesk, dict[str, Calendar]]

    def __call__(self, region: str) -> Calendar:
        if region not in self._known:
            self._known[region] = self._desk.calendar(region)
        return self._known[region]


STANDINGS = ("overdue", "due", "soon", "running")
"""How a clock may stand, from the most urgent."""
_PROVISIONAL = timedelta(days=10)
"""So far may a day that is due lie from the expected one, while a holiday's days are not published."""


def open_clocks(
    desk: AccessDesk, actor: Actor, *, limit: int | None = None, standing: str = ""
) -> tuple[OpenClock, ...]:
    """Return the running clocks that concern the actor's organisation; all for the authority.

    With a limit only so many of each kind are read, the nearest to their due day; with a standing those
    that stand so.
    """
    if not registered(desk.directory, actor):
        return ()
    everything = of_authority(desk.directory, actor)
    some = running(desk) if limit is None else of_records(desk, _nearest(desk, actor, limit, standing))
    found = [one for one in some if everything or actor.organisation in one.concerned]
    found.sort(key=lambda one: (one.clock.due, one.stored.id))
    calendars, staffed, left = Calendars(desk), Staffed(desk.directory), _Left(desk.directory.today())
    shown = (_shown(desk, one, left(one.clock, calendars), staffed) for one in found)
    return tuple(islice((one for one in shown if standing in ("", one.standing)), limit))


def how_many(desk: AccessDesk, actor: Actor) -> int:
    """Return how many records the actor's organisation has or reviews on which a term runs."""
    if not registered(desk.directory, actor):
        return 0
    lists = desk.directory.store.lists
    sums = (sum(lists.counted(cls, sieve).values()) for cls, sieve in _concerning(desk, actor, ""))
    return sum(sums)


def _concerning(desk: AccessDesk, actor: Actor, standing: str) -> Iterator[tuple[type[Timed], Sieve]]:
    """Yield for every kind and state what is to be read of it; days bound what may stand so."""
    own, (since, until) = actor.organisation, _days(desk.directory.today(), standing)
    everything = of_authority(desk.directory, actor)
    for cls, states in OPEN:
        ways = [Sieve(organisation=own), Sieve(partner=own)]
        if cls is Consultation:
            ways.append(Sieve(linking=(("item", Item.KIND, Sieve(organisation=own)),)))
        for state in states:
            for way in [Sieve()] if everything else ways:
                yield cls, replace(way, states=(state,), due_from=since, due_until=until)


def _days(today: date, standing: str) -> tuple[str | None, str | None]:
    """Return between which due days a clock lies that stands so."""
    if standing == "overdue":
        return None, (today - _ONE_DAY).isoformat()
    if standing == "due":
        return (today - _PROVISIONAL).isoformat(), (today + _PROVISIONAL).isoformat()
    return (today.isoformat(), None) if standing else (None, None)


def _nearest(desk: AccessDesk, actor: Actor, limit: int, standing: str) -> Iterator[Stored[Timed]]:
    """Yield of every kind and state as many records as may be shown, the nearest to their due day."""
    seen: set[str] = set()
    for cls, sieve in _concerning(desk, actor, standing):
        for stored in desk.directory.store.lists.cut(cls, sieve, limit=limit, order=Order.DUE):
            if stored.id not in seen:
                seen.add(stored.id)
                yield stored


class _Left:
    """Working days that are left until a day, each counted once."""

    def __init__(self, today: date) -> None:
        self._today, self._known = today, {}  # type: tuple[date, dict[tuple[str, date], int]]

    def __call__(self, clock: Clock, calendars: Calendars) -> int:
        key = (clock.region, clock.due)
        if key not in self._known:
            self._known[key] = days_left(self._today, clock.due, calendars(clock.region))
        return self._known[key]


def open_on(
    desk: AccessDesk,
    application: Stored[Application],
    *,
    items: Iterable[Stored[Item]],
    consultations: Iterable[Stored[Consultation]],
    cases: Iterable[Stored[Coordination]],
) -> tuple[OpenClock, ...]:
    """Return the clocks that run on one application and these parts of it, for who may see it.

    The caller has asked whether the application may be seen; a consulted body sees its own by `open_clocks`.
    """
    authority, titles = desk.directory.authority().id, _Titles(desk)
    parts = {stored.id: stored for stored in items}
    found = [*_of_application(application, authority), *_of_items(desk, parts.values(), titles, authority)]
    asked = (one for one in consultations if one.record.state == "asked")
    found += _of_consultations(asked, parts, titles)
    found += _of_coordinations((one for one in cases if one.record.state == "open"), parts, titles, authority)
    calendars, staffed, left = Calendars(desk), Staffed(desk.directory), _Left(desk.directory.today())
    shown = (_shown(desk, one, left(one.clock, calendars), staffed) for one in found)
    return tuple(sorted(shown, key=lambda one: (one.clock.due, one.record)))


def _shown(desk: AccessDesk, one: Running, left: int, staffed: Callable[[str], bool]) -> OpenClock:
    today = desk.directory.today()
    needs_reviewer = one.what != "supplement"
    return OpenClock(
        what=one.what,
        record=one.stored.id,
        application=one.application,
        title=one.title,
        organisation=one.organisation,
        clock=one.clock,
        days_left=left,
        standing=standing(one.clock, today),
        staffed=not needs_reviewer or staffed(one.organisation),
    )


def standing(clock: Clock, today: date) -> str:
    """Return how a clock stands: overdue only after the latest day, due from the earliest on."""
    if today > clock.latest:
        return "overdue"
    if today >= clock.earliest:
        return "due"
    return "soon" if clock.reminded_on is not None else "running"


class Staffed:
    """Whether an organisation has somebody who could act today, deputies included.

    A name on paper is nobody: the account must have been enrolled and stand, and so must its organisation.
    """

    def __init__(self, directory: Directory) -> None:
        self._directory, self._known = directory, {}  # type: tuple[Directory, dict[str, bool]]

    def __call__(self, organisation: str) -> bool:
        if organisation not in self._known:
            stands = self._directory.organisation(organisation).state == "registered"
            self._known[organisation] = stands and self._directory.has_active(organisation, _REVIEWERS)
        return self._known[organisation]
