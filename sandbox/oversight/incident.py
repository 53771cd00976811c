"""The incident switch (第十六条、第十七条): stop at once, recall, freeze evidence, report, close.

One transaction suspends everything of an agreement, a seat, a developer or a dataset and
recalls its releases; each step asks its own rule. Running seats lose their doors by the
rules they are held against. What is resumed afterwards is resumed step by step, by the authority.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from sandbox.access.versions import standing, versions
from sandbox.catalog.reading import of_authority, require_reader
from sandbox.kernel.actors import Actor, Role
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.dataset_records import Dataset, Snapshot
from sandbox.kernel.errors import ConflictError, InputError
from sandbox.kernel.lifecycle import step
from sandbox.kernel.message import say
from sandbox.kernel.oversight_records import Incident
from sandbox.kernel.permits import require
from sandbox.kernel.records import Organisation, OrganisationRole, Record
from sandbox.kernel.review_records import Release, Submission
from sandbox.kernel.seat_records import Seat
from sandbox.kernel.words import checked
from sandbox.oversight.desk import OversightDesk
from sandbox.oversight.duties import agreements_with
from sandbox.people.directory import with_record
from sandbox.store.canonical import Json
from sandbox.store.changes import Change, Effect, Link, Stored
from sandbox.store.lists import Order, Sieve

R = TypeVar("R", bound=Record)
STOPPED = "incident.stopped"
"""The effect after which the log is signed at once."""
_TRIES = 5
_REPORT = "incident-report"
_LIVE_SEATS = frozenset({"provisioned", "open", "closed"})
_WATCHERS = frozenset({Role.AUTHORITY_OFFICER, Role.SECURITY_REVIEWER, Role.SUPERVISOR})


@dataclass(frozen=True, slots=True)
class Reach:
    """What an incident takes: what is stopped by which step, and the releases recalled."""

    suspended: tuple[tuple[str, Stored[Record]], ...]
    releases: tuple[Stored[Release], ...]


def open_incident(
    desk: OversightDesk,
    actor: Actor,
    target: str,
    *,
    title: str,
    reason: str,
    known_at: datetime | None = None,
) -> Incident:
    """Return the incident; everything of the target is then stopped and its releases are recalled.

    `target` is the id of a service agreement, a seat, a developer or a dataset. The clock of the report
    runs from `known_at`, now unless told. Raises `InputError` for another target, `RefusedError`.
    """
    if not checked(title, where="title") or not checked(reason, where="reason"):
        raise InputError(say("登记安全事件须写明名称和情况"))
    now = desk.directory.clock()
    known = known_at or now
    if known > now:
        raise InputError(say("发现时间不能晚于现在"))
    for _ in range(_TRIES):
        try:
            return _open(desk, actor, target, title=title.strip(), reason=reason.strip(), known=known)
        except ConflictError:
            continue  # a run that just ended changed its seat: look again and stop what stands now
    raise ConflictError(say("他人正在改动同一批记录，事件没有登记：请立即重试"))


def _open(
    desk: OversightDesk, actor: Actor, target: str, *, title: str, reason: str, known: datetime
) -> Incident:
    reach = reach_of(desk, target)
    made = Incident(
        state="open",
        organisation=actor.organisation,
        target=target,
        title=title,
        reason=reason,
        known_at=known,
        report_due=known + report_term(desk),
        opened_by=actor.account,
        stopped=tuple(stored.record.id for _, stored in reach.suspended),
        recalled=tuple(stored.record.id for stored in reach.releases),
    )
    base = desk.directory.situation(actor)
    require(actor, step("incident:open"), with_record(base, record=made))
    links = (Link("target", target), *(Link("stopped", one) for one in made.stopped))
    changes = [Change(step("incident:open"), made, links=links, note={"reason": reason})]
    note: dict[str, Json] = {"reason": reason, "incident": title}
    for verb, stored in reach.suspended:
        changes.append(_stop(desk, actor, verb, stored, note))
    for one in reach.releases:
        require(actor, step("release:recall"), with_record(base, record=one.record))
        recalled = replace(one.record, state="recalled", reason=reason)
        changes.append(Change(step("release:recall"), recalled, expected=one.version, note=note))
    done = desk.directory.store.write(actor, *changes, outbox=(Effect(STOPPED),))
    kept: Incident = done[0].record
    return kept


def _stop(
    desk: OversightDesk, actor: Actor, verb: str, stored: Stored[Record], note: dict[str, Json]
) -> Change:
    """Return the change that stops one thing, after its own rule was asked."""
    record = stored.record
    agreement = record if isinstance(record, ServiceAgreement) else None
    if isinstance(record, Seat):
        agreement = standing(desk.directory, record.agreement)
    situation = with_record(desk.directory.situation(actor), record=record, agreement=agreement)
    require(actor, step(verb), situation)
    return Change(step(verb), replace(record, state=step(verb).target), expected=stored.version, note=note)


def report_term(desk: OversightDesk) -> timedelta:
    """Return how long there is until the report, by the regime in force."""
    return timedelta(minutes=desk.in_force.rule(_REPORT).number)


def reach_of(desk: OversightDesk, target: str) -> Reach:
    """Return what stopping the target takes, as things stand now."""
    kind = target.rpartition("-")[0]
    if kind not in _REACHES:
        raise InputError(say("安全事件针对协议、席位、开发利用者或数据集，{id} 不是其中之一", id=target))
    return _REACHES[kind](desk, target)


def _agreement(desk: OversightDesk, target: str) -> Reach:
    store, now = desk.directory.store, standing(desk.directory, target)
    return _of_agreements(desk, tuple(store.load(ServiceAgreement, each) for each in versions(now)))


def _seat(desk: OversightDesk, target: str) -> Reach:
    store = desk.directory.store
    seat = store.load(Seat, target)
    live = [("seat:suspend", seat)] if seat.record.state in _LIVE_SEATS else []
    return Reach(_plain(live), tuple(_released(desk, lambda one: one.seat == target)))


def _developer(desk: OversightDesk, target: str) -> Reach:
    store = desk.directory.store
    body = store.load(Organisation, target)
    if OrganisationRole.DEVELOPER not in body.record.roles:
        raise InputError(say("{name} 不是数据开发利用者", name=body.record.name))
    inner = _of_agreements(desk, store.find(ServiceAgreement, organisation=target))
    own = [("organisation:suspend", body)] if body.record.state == "registered" else []
    return Reach((*_plain(own), *inner.suspended), inner.releases)


def _dataset(desk: OversightDesk, target: str) -> Reach:
    store = desk.directory.store
    entry = store.load(Dataset, target)
    held = [store.load(ServiceAgreement, one.id) for one in agreements_with(desk, target)]
    inner = _of_agreements(desk, tuple(held))
    snapshots = {one.record.id for one in store.find(Snapshot) if one.record.dataset == target}
    made = tuple(_released(desk, lambda one: not snapshots.isdisjoint(one.snapshots)))
    own = [("dataset:suspend", entry)] if entry.record.state == "classified" else []
    return Reach((*_plain(own), *inner.suspended), made)


def _of_agreements(desk: OversightDesk, agreements: tuple[Stored[ServiceAgreement], ...]) -> Reach:
    """Return the agreements in force, their live seats, and every release made under any of them."""
    store = desk.directory.store
    found: list[tuple[str, Stored[Record]]] = []
    for agreement in agreements:
        if agreement.record.state == "active":
            found += _plain([("service-agreement:suspend", agreement)])
        seats = store.find(Seat, linked=("agreement", agreement.record.id))
        found += _plain([("seat:suspend", one) for one in seats if one.record.state in _LIVE_SEATS])
    ids = {one.record.id for one in agreements}
    return Reach(tuple(found), tuple(_released(desk, lambda one: one.agreement in ids)))


def _plain(found: list[tuple[str, Stored[R]]]) -> tuple[tuple[str, Stored[Record]], ...]:
    return tuple(
        (verb, Stored(one.record, one.version, one.created_at, one.updated_at)) for verb, one in found
    )


def _released(desk: OversightDesk, fits: Callable[[Submission], bool]) -> Iterator[Stored[Release]]:
    store = desk.directory.store
    for stored in store.find(Release, state="issued"):
        if fits(store.load(Submission, stored.record.submission).record):
            yield stored


_REACHES: dict[str, Callable[[OversightDesk, str], Reach]] = {
    ServiceAgreement.KIND: _agreement,
    Seat.KIND: _seat,
    Organisation.KIND: _developer,
    Dataset.KIND: _dataset,
}


def close(desk: OversightDesk, actor: Actor, identifier: str, *, conclusion: str) -> Incident:
    """Return the incident, closed by another officer than the one who opened it, after its report."""
    if not checked(conclusion, where="conclusion"):
        raise InputError(say("办结安全事件须写明处理结论"))
    stored = desk.directory.store.load(Incident, identifier)
    opener = desk.directory.person_of_account(stored.record.opened_by)
    base = desk.directory.situation(actor)
    situation = with_record(base, record=stored.record, acted=frozenset({opener}))
    require(actor, step("incident:close"), situation)
    changed = replace(stored.record, state="closed", conclusion=conclusion.strip())
    note: dict[str, Json] = {"conclusion": conclusion.strip()}
    desk.directory.store.write(
        actor, Change(step("incident:close"), changed, expected=stored.version, note=note)
    )
    return changed


def reinstate_dataset(desk: OversightDesk, actor: Actor, dataset: str, *, reason: str) -> Dataset:
    """Return a stopped dataset, usable again by the authority's word."""
    if not reason.strip():
        raise InputError(say("恢复数据集须写明理由"))
    stored = desk.directory.store.load(Dataset, dataset)
    situation = with_record(desk.directory.situation(actor), record=stored.record)
    require(actor, step("dataset:reinstate"), situation)
    changed = replace(stored.record, state="classified")
    note: dict[str, Json] = {"reason": reason.strip()}
    change = Change(step("dataset:reinstate"), changed, expected=stored.version, note=note)
    desk.directory.store.write(actor, change)
    return changed


def seen(desk: OversightDesk, actor: Actor) -> Sieve:
    """Return the sieve of every incident, for the authority and supervisors; `RefusedError` for others."""
    _look(desk, actor, Incident(
        state="open", organisation="", target="", title="", reason="",
        known_at=desk.directory.clock(), report_due=desk.directory.clock(), opened_by="",
    ))  # fmt: skip
    return Sieve()


def incidents(desk: OversightDesk, actor: Actor) -> tuple[Incident, ...]:
    """Return every incident, for the authority and supervisors."""
    found = desk.directory.store.lists.cut(Incident, seen(desk, actor), limit=None, order=Order.OLDEST)
    return tuple(one.record for one in found)


def incident(desk: OversightDesk, actor: Actor, identifier: str) -> Stored[Incident]:
    """Return one incident, for the authority and supervisors."""
    stored = desk.directory.store.load(Incident, identifier)
    _look(desk, actor, stored.record)
    return stored


def may_look(desk: OversightDesk, actor: Actor) -> bool:
    """Return whether the list of incidents opens to somebody: who watches in the authority or supervises."""
    inside = of_authority(desk.directory, actor) or actor.has(Role.SUPERVISOR)
    return inside and actor.has(*_WATCHERS)


def _look(desk: OversightDesk, actor: Actor, record: Incident) -> None:
    parties = {actor.organisation} if actor.has(Role.SUPERVISOR) else set()
    require_reader(desk.directory, actor, record, organisations=parties, roles=_WATCHERS)
