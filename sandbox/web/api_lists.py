"""What programs can list: each list holds what the person may see and nothing else, a page at a time.

A page is cut by the database, so that it costs what it shows; only short lists are made whole. Entries
come in the order of making, facts the newest first. Holds no rule: who sees what is said below.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from sandbox.access import lists
from sandbox.app import Platform
from sandbox.catalog import impacts
from sandbox.egress import audience, samples, template_form, tracing
from sandbox.egress import lists as gate_lists
from sandbox.kernel.actors import Actor
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.application_records import Application, ImpactAssessment, Item
from sandbox.kernel.dataset_records import Dataset, Delivery, LandingOrder
from sandbox.kernel.errors import InputError, NotFoundError
from sandbox.kernel.oversight_records import Incident, Notice
from sandbox.kernel.records import Grant, OperatingAgreement, Record
from sandbox.kernel.review_records import Release, Submission
from sandbox.kernel.seat_records import Seat, Undertaking
from sandbox.kernel.template_records import Template
from sandbox.oversight import incident, notices
from sandbox.store.canonical import instant
from sandbox.store.changes import Stored
from sandbox.store.lists import Order, Sieve
from sandbox.store.reads import Search
from sandbox.web import waiting
from sandbox.web.language import word
from sandbox.web.pages import templates
from sandbox.web.pages.audit import require_log_reader

USUAL, MOST = 100, 200
"""Entries of a page where nobody asked for another number, and at most."""
BESIDES, TOGETHER = 50, 50
"""Records that are looked at for one page besides its own where each has to be asked about, so that it may
be short; and those that are looked at together."""
Sifting = Callable[[Platform, Actor], Sieve | None]
Fits = Callable[[Platform, Actor, Any], bool]
Ahead = Callable[[Platform, Sequence[Any]], None]
Showing = Callable[[Stored[Any]], object]


@dataclass(frozen=True, slots=True)
class Page:
    """Entries of a list; how many there are, where that is known; after which one the next page begins."""

    entries: Sequence[object]
    total: int | None = None
    after: str = ""


@dataclass(frozen=True, slots=True)
class List:
    """How a page of a list is made, and how one entry is found where entries have pages of their own."""

    page: Callable[[Platform, Actor, str, int], Page]
    one: Callable[[Platform, Actor, str], object] | None = None


def _missing(after: str) -> NotFoundError:
    return NotFoundError(word("列表里没有 {id}：请从头再取", id=after[:80]))


def _unknown(identifier: str) -> NotFoundError:
    return NotFoundError(word("没有编号为 {id} 的记录，或它不属于本单位", id=identifier[:80]))


def _record(stored: Stored[Any]) -> object:
    return stored.record


def cut(cls: type[Record], sifting: Sifting, *, show: Showing = _record) -> List:
    """Return the list of the records of a kind that pass a sieve."""

    def page(platform: Platform, actor: Actor, after: str, limit: int) -> Page:
        sieve = sifting(platform, actor)
        if sieve is None:
            return Page((), 0)
        table = platform.store.lists
        total = sum(table.counted(cls, sieve).values())
        found = table.cut(cls, _from(platform, cls, sieve, after), limit=limit + 1, order=Order.OLDEST)
        last = found[limit - 1].id if len(found) > limit else ""
        return Page([show(one) for one in found[:limit]], total, last)

    def one(platform: Platform, actor: Actor, identifier: str) -> object:
        sieve = sifting(platform, actor)
        found = _only(platform, cls, sieve, identifier)
        if found is None:
            raise _unknown(identifier)
        return show(found)

    return List(page, one)


def _disguised(stored: Stored[Any]) -> object:
    return samples.disguised(stored.record)


def asked(cls: type[Record], sifting: Sifting, fits: Fits, ahead: Ahead, *, show: Showing = _record) -> List:
    """Return the list of the records that pass a sieve and of which each has to be asked about besides.

    How many there are is not known without asking about all: no page says so.
    """

    def page(platform: Platform, actor: Actor, after: str, limit: int) -> Page:
        sieve = sifting(platform, actor)
        if sieve is None:
            return Page(())
        begun = _from(platform, cls, sieve, after)
        most = limit + BESIDES
        found = platform.store.lists.cut(cls, begun, limit=most, order=Order.OLDEST)
        seen = list(islice(_fitting(platform, actor, found, fits, ahead), limit + 1))
        last = ""
        if len(seen) > limit:
            last = seen[limit - 1].id
        elif len(found) == most:
            last = found[-1].id
        return Page([show(one) for one in seen[:limit]], None, last)

    def one(platform: Platform, actor: Actor, identifier: str) -> object:
        found = _only(platform, cls, sifting(platform, actor), identifier)
        if found is None or not fits(platform, actor, found.record):
            raise _unknown(identifier)
        return show(found)

    return List(page, one)


def _from(platform: Platform, cls: type[Record], sieve: Sieve, after: str) -> Sieve:
    """Return the sieve of what was made after that entry; `NotFoundError` if it is not of the list."""
    if not after:
        return sieve
    last = _only(platform, cls, sieve, after)
    if last is None:
        raise _missing(after)
    return replace(sieve, after=(instant(last.created_at), last.id))


def _only(platform: Platform, cls: type[Record], sieve: Sieve | None, identifier: str) -> Stored[Any] | None:
    if sieve is None:
        return None
    return next(iter(platform.store.lists.cut(cls, replace(sieve, only=identifier), limit=1)), None)


def _fitting(
    platform: Platform, actor: Actor, found: Sequence[Stored[Any]], fits: Fits, ahead: Ahead
) -> Iterator[Stored[Any]]:
    for place in range(0, len(found), TOGETHER):
        some = found[place : place + TOGETHER]
        ahead(platform, [one.record for one in some])
        yield from (one for one in some if fits(platform, actor, one.record))


def whole(lister: Callable[[Platform, Actor], Sequence[Any]], *, named: bool = True) -> List:
    """Return a short list, made whole each time; entries that are not `named` have no number."""

    def page(platform: Platform, actor: Actor, after: str, limit: int) -> Page:
        every = lister(platform, actor)
        numbers = [one.id for one in every] if named else [""] * len(every)
        if after and after not in numbers:
            raise _missing(after)
        first = numbers.index(after) + 1 if after else 0
        last = numbers[first + limit - 1] if first + limit < len(numbers) else ""
        return Page(every[first : first + limit], len(numbers), last)

    def one(platform: Platform, actor: Actor, identifier: str) -> object:
        found = next((one for one in lister(platform, actor) if one.id == identifier), None)
        if found is None:
            raise _unknown(identifier)
        return found

    return List(page, one if named else None)


def _facts(platform: Platform, actor: Actor, after: str, limit: int) -> Page:
    """Return facts, the newest first; `after` is the number of the fact that the next one is older than."""
    require_log_reader(platform, actor)
    if after and not (after.isascii() and after.isdecimal() and len(after) < 16):
        raise InputError(word("日志按序号续取：after 应是上一页最后一条的序号"))
    before = int(after) if after else None
    found = platform.store.search(Search(before=before), limit=limit)
    last = str(found[-1].seq) if found and found[-1].seq else ""
    return Page([one.to_json() for one in found], platform.store.count_facts(Search())[0], last)


def _owned(platform: Platform, actor: Actor) -> Sieve | None:
    return lists.owned(platform.directory, actor)


def _notices(_: Platform, actor: Actor) -> Sieve:
    return Sieve(linked=("account", actor.account))


def _deputies(platform: Platform, actor: Actor) -> Sieve | None:
    """Return the sieve of the deputies named in the actor's organisation, of all bodies for the authority."""
    sieve = lists.owned(platform.directory, actor)
    return None if sieve is None else replace(sieve, partnered=True)


def _visible(platform: Platform, actor: Actor, submission: Submission) -> bool:
    return audience.audience_of(platform.gate, actor, submission) is not None


def _released(platform: Platform, actor: Actor) -> Sieve | None:
    seen = gate_lists.submissions(platform.gate, actor)
    return None if seen is None else Sieve(linking=(("submission", Submission.KIND, seen),))


def _submissions_ahead(platform: Platform, some: Sequence[Submission]) -> None:
    gate_lists.ahead(platform.gate, some)


def _releases_ahead(platform: Platform, some: Sequence[Release]) -> None:
    store = platform.store
    store.ahead(Submission, (one.submission for one in some))
    gate_lists.ahead(platform.gate, [store.load(Submission, one.submission).record for one in some])


def _collectable(platform: Platform, actor: Actor, release: Release) -> bool:
    return _visible(platform, actor, platform.store.load(Submission, release.submission).record)


LISTS: dict[str, List] = {
    "waiting": whole(waiting.for_me, named=False),
    "datasets": cut(Dataset, lambda _, __: Sieve()),
    "applications": cut(Application, lambda platform, actor: lists.applications(platform.access, actor)),
    "items": cut(Item, lambda platform, actor: lists.items(platform.access, actor)),
    "operating-agreements": cut(
        OperatingAgreement, lambda platform, actor: lists.operating(platform.access, actor)
    ),
    "service-agreements": cut(
        ServiceAgreement, lambda platform, actor: lists.agreements(platform.access, actor)
    ),
    "seats": cut(Seat, lambda platform, actor: lists.seats(platform.access, actor)),
    "deliveries": cut(Delivery, _owned),
    "landing-orders": cut(LandingOrder, _owned),
    "submissions": asked(
        Submission,
        lambda platform, actor: gate_lists.submissions(platform.gate, actor),
        _visible,
        _submissions_ahead,
        show=_disguised,
    ),
    "templates": asked(
        Template,
        lambda _, __: Sieve(),
        lambda platform, actor, one: template_form.party(platform.gate, actor, one),
        lambda _, __: None,
    ),
    "template-looks": whole(templates.looks_seen),
    "releases": asked(Release, _released, _collectable, _releases_ahead),
    "grants": cut(Grant, _owned),
    "deputies": cut(Grant, _deputies),
    "notices": cut(Notice, _notices, show=notices.shown),
    "incidents": cut(Incident, lambda platform, actor: incident.seen(platform.oversight, actor)),
    "impact-assessments": cut(
        ImpactAssessment, lambda platform, actor: impacts.filed(platform.directory, actor)
    ),
    "traces": whole(lambda platform, actor: tracing.listed(platform.gate, actor)),
    "undertakings": cut(Undertaking, lambda platform, actor: lists.undertakings(platform.access, actor)),
    "facts": List(_facts),
}
"""What can be listed; each list holds what the person may see and nothing else."""
