"""Review of items: pushed to each provider, answered within the regime's term (第八条).

Items of base and theme libraries are reviewed by the authority itself. The person who made the
preliminary review reviews no item of the same application; a refusal opens a case at the authority.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date

from sandbox.access import clocks, consultation, coordination
from sandbox.access.desk import AccessDesk
from sandbox.catalog import impacts
from sandbox.catalog.reading import require_reader
from sandbox.kernel.actors import Actor
from sandbox.kernel.application_records import Application, Extension, Item, ItemRequest
from sandbox.kernel.boundary import UNBOUND, Boundary, narrowed
from sandbox.kernel.dataset_records import Dataset
from sandbox.kernel.errors import InputError
from sandbox.kernel.lifecycle import step
from sandbox.kernel.message import say
from sandbox.kernel.permits import require
from sandbox.kernel.records import Account, Environment, Organisation
from sandbox.kernel.situation import Situation
from sandbox.kernel.words import check_record, checked
from sandbox.people.directory import with_record
from sandbox.store.canonical import Json
from sandbox.store.changes import Change, Effect, Link

_AUTHORITY_LIBRARIES = ("base", "theme")
_BEFORE = frozenset({"item:push", "item:reopen", "consultation:answer"})
"""Steps besides those on the application whose persons do not review the item themselves."""


def push(desk: AccessDesk, actor: Actor, application_id: str) -> tuple[Item, ...]:
    """Return one item for every dataset asked for, each with its reviewer and its due day.

    What was pushed is not pushed again: a refusal stands, and is answered by a new application.
    All of them are pushed together or none.
    """
    store = desk.directory.store
    application = store.load(Application, application_id).record
    pushed = {_asked(one.record) for one in store.find(Item, linked=("application", application.id))}
    left = [request for request in application.requests if _asked(request) not in pushed]
    if not left:
        raise InputError(say("申请 {id} 的需求已经推送过", id=application.id))
    unstaffed = _unstaffed(desk, left)
    changes = [_push(desk, actor, application, request, unstaffed) for request in left]
    numbered = [replace(one, record=replace(one.record, id=store.new_id(Item.KIND))) for one in changes]
    done = store.write(actor, *numbered, outbox=_asking(desk, numbered))
    return tuple(stored.record for stored in done)


def _asking(desk: AccessDesk, changes: list[Change]) -> tuple[Effect, ...]:
    """Return the notices to the departments that are asked for an impact assessment (PIPL 55)."""
    asked = [one.record for one in changes if isinstance(one.record, Item) and one.record.impact_asked]
    return tuple(impacts.asking(one, desk.directory.store.load(Dataset, one.dataset).record) for one in asked)


def _asked(one: Item | ItemRequest) -> tuple[object, ...]:
    return one.dataset, one.rows, one.extent


def _reviewer(desk: AccessDesk, request: ItemRequest) -> Organisation:
    """Return who reviews a dataset: its department, or the authority for the base and theme libraries."""
    dataset = desk.directory.store.load(Dataset, request.dataset).record
    if dataset.library in _AUTHORITY_LIBRARIES:
        return desk.directory.authority()
    return desk.directory.organisation(dataset.organisation)


def _unstaffed(desk: AccessDesk, left: list[ItemRequest]) -> tuple[str, ...]:
    """Return the names of the reviewing bodies in which nobody may review today, deputies included."""
    bodies = {one.id: one.name for one in (_reviewer(desk, request) for request in left)}
    staffed = clocks.Staffed(desk.directory)
    return tuple(name for body, name in bodies.items() if not staffed(body))


def _push(
    desk: AccessDesk,
    actor: Actor,
    application: Application,
    request: ItemRequest,
    unstaffed: tuple[str, ...],
) -> Change:
    dataset = desk.directory.store.load(Dataset, request.dataset).record
    reviewer = _reviewer(desk, request)
    days = desk.regime(application.regime).deadline("provider-review")
    clock = clocks.start(desk, days=days, region=reviewer.region)
    item = Item(
        state="pushed",
        organisation=application.organisation,
        environment=application.environment,
        application=application.id,
        dataset=dataset.id,
        reviewer=reviewer.id,
        columns=request.columns,
        rows=request.rows,
        justification=request.justification,
        reasons=request.reasons,
        extent=request.extent,
        impact_asked=impacts.asked_of(dataset, request.columns),
        pushed_on=clock.started_on,
        due_on=clock.due,
        clock=clock,
    )
    situation = with_record(
        desk.directory.situation(actor),
        record=item,
        application=application,
        dataset=dataset,
        unstaffed=unstaffed,
    )
    require(actor, step("item:push"), situation)
    links = (Link("application", application.id), Link("dataset", dataset.id))
    note: dict[str, Json] = {
        "due": clock.due.isoformat(),
        "provisional": clock.provisional,
        "reviewer": reviewer.id,
    }
    return Change(step("item:push"), item, links=links, note=note, names=(_name(application, request),))


def _name(application: Application, request: ItemRequest) -> str:
    """Return the name that only one pushed item of a request may ever hold."""
    digest = hashlib.sha256(repr(_asked(request)).encode()).hexdigest()
    return f"item:{application.id}:{digest[:16]}"


def approve(
    desk: AccessDesk,
    actor: Actor,
    identifier: str,
    *,
    conditions: str = "",
    boundary: Boundary = UNBOUND,
    columns: tuple[str, ...] = (),
) -> Item:
    """Return the item as approved by its reviewer, with conditions in words and as boundary conditions.

    What stands on the item afterwards is the strictest of the dataset's boundary, the limits of its grade
    and what the reviewer adds. `columns` approves a part of the columns; none named means all.
    """
    checked(conditions, where="conditions")
    check_record(boundary)
    store = desk.directory.store
    stored = store.load(Item, identifier)
    part = columns or stored.record.columns
    if outside := [one for one in part if one not in stored.record.columns]:
        raise InputError(say("需求里没有信息项 {name}：只能同意申请过的", name=outside[0]))
    asked = replace(stored.record, columns=part)
    situation = _situation(desk, actor, asked)
    require(actor, step("item:approve"), situation)
    objected = any(one.objects for one in situation.consultations or ())
    if objected and not conditions.strip():
        raise InputError(say("行业主管部门有不同意见：同意须写明如何采纳或不采纳的理由"))
    changed = replace(
        asked, state="approved", conditions=conditions, boundary=_bound(desk, situation, boundary)
    )
    note: dict[str, Json] = {"words": conditions, "columns": list(part)}
    store.write(actor, Change(step("item:approve"), changed, expected=stored.version, note=note))
    return changed


def _bound(desk: AccessDesk, situation: Situation, added: Boundary) -> Boundary:
    """Return the dataset's boundary, its grade's smallest group and what the reviewer adds, together."""
    dataset, application = situation.dataset, situation.application
    if dataset is None or application is None:
        return added
    smallest = desk.regime(application.regime).thresholds(dataset.grading.grade).smallest
    return narrowed(narrowed(dataset.boundary, Boundary(minimum_aggregation=smallest)), added)


def refuse(desk: AccessDesk, actor: Actor, identifier: str, *, reason: str) -> Item:
    """Return the item as refused; a case at the authority is opened in the same breath."""
    if not checked(reason, where="reason"):
        raise InputError(say("审核不通过须写明理由"))
    store = desk.directory.store
    stored = store.load(Item, identifier)
    require(actor, step("item:refuse"), _situation(desk, actor, stored.record))
    case = coordination.opened(desk, actor, stored.record, refusal=reason)
    changed = replace(stored.record, state="refused", conditions=reason)
    change = Change(step("item:refuse"), changed, expected=stored.version, note={"words": reason})
    store.write(actor, change, case)
    return changed


def shown(desk: AccessDesk, actor: Actor, identifier: str) -> Item:
    """Return one item; only applicant, reviewer, provider, operator and authority look, or `RefusedError`."""
    found = desk.directory.store.load(Item, identifier).record
    operator = desk.directory.store.load(Environment, found.environment).record.organisation
    provider = desk.directory.store.load(Dataset, found.dataset).record.organisation
    parties = (found.organisation, found.reviewer, provider, operator)
    require_reader(desk.directory, actor, found, organisations=parties)
    return found


def extend(desk: AccessDesk, actor: Actor, identifier: str, asked: Extension) -> Item:
    """Return the item with its longer term: once, with the leader's approval and the notice in time."""
    check_record(asked)
    store = desk.directory.store
    if asked.leader.strip() == store.load(Account, actor.account).record.display_name:
        raise InputError(say("延长期限由主要领导同意，审核人不能自己批准"))
    stored = store.load(Item, identifier)
    regime = desk.regime(store.load(Application, stored.record.application).record.regime)
    situation = with_record(
        _situation(desk, actor, stored.record),
        extension=asked,
        extension_days=regime.deadline("review-extension"),
        extensions_allowed=regime.count("review-extensions"),
    )
    require(actor, step("item:extend"), situation)
    changed = _longer(desk, stored.record, asked)
    note: dict[str, Json] = {
        "days": asked.days,
        "leader": asked.leader,
        "document": asked.document,
        "notified": asked.notified_on.isoformat(),
        "due": changed.due_on.isoformat(),
    }
    store.write(actor, Change(step("item:extend"), changed, expected=stored.version, note=note))
    return changed


def _longer(desk: AccessDesk, item: Item, asked: Extension) -> Item:
    running = clocks.of_item(desk, item)
    again = replace(running, extension=running.extension + asked.days, reminded_on=None)
    clock = clocks.counted(again, desk.calendar(again.region))
    return replace(item, clock=clock, due_on=clock.due, extensions=(*item.extensions, asked))


def told_today(desk: AccessDesk, *, days: int, leader: str, document: str, reason: str) -> Extension:
    """Return an extension approved and told to the authority today, by being recorded here."""
    today: date = desk.directory.today()
    return Extension(
        days=days, leader=leader, document=document, approved_on=today, notified_on=today, reason=reason
    )


def _situation(desk: AccessDesk, actor: Actor, item: Item) -> Situation:
    directory, store = desk.directory, desk.directory.store
    application = store.load(Application, item.application).record
    dataset = store.load(Dataset, item.dataset).record
    environment = store.load(Environment, item.environment).record
    consulted = consultation.of_item(desk, item.id)
    facts = [*store.facts(record=item.application), *store.facts(record=item.id)]
    for one in consulted:
        facts += store.facts(record=one.id)
    judged = {fact.actor for fact in facts if fact.verb.startswith("application:") or fact.verb in _BEFORE}
    return with_record(
        directory.situation(actor),
        record=item,
        application=application,
        dataset=dataset,
        environment=environment,
        consultations=consulted,
        must_consult=consultation.must_consult(desk, application, item, dataset),
        industry=consultation.industry_of(desk, dataset, consulted),
        acted=frozenset(directory.person_of_account(account) for account in judged - {"system"})
        | directory.persons_of(item.organisation)
        | directory.persons_of(environment.organisation),
    )
