"""Review of items: pushed to each provider, answered within fifteen working days (第八条).

Items of base and theme libraries are reviewed by the authority itself. The person who made
the preliminary review reviews no item of the same application.
"""

from __future__ import annotations

from dataclasses import replace

from sandbox.access.desk import AccessDesk
from sandbox.kernel.actors import Actor
from sandbox.kernel.errors import InputError
from sandbox.kernel.lifecycle import step
from sandbox.kernel.message import say
from sandbox.kernel.permits import require
from sandbox.kernel.records import Application, Dataset, Environment, Item, ItemRequest
from sandbox.kernel.workdays import due
from sandbox.people.directory import with_record
from sandbox.store.canonical import Json
from sandbox.store.changes import Change, Link

_AUTHORITY_LIBRARIES = ("base", "theme")


def push(desk: AccessDesk, actor: Actor, application_id: str) -> tuple[Item, ...]:
    """Return one item for every dataset asked for, each with its reviewer and its due day.

    What was pushed is not pushed again: a refusal stands, and is answered by a new application.
    """
    store = desk.directory.store
    application = store.load(Application, application_id).record
    pushed = {_asked(one.record) for one in store.find(Item, linked=("application", application.id))}
    left = [request for request in application.requests if _asked(request) not in pushed]
    if not left:
        raise InputError(say("申请 {id} 的需求已经推送过", id=application.id))
    return tuple(_push(desk, actor, application, request) for request in left)


def _asked(one: Item | ItemRequest) -> tuple[object, ...]:
    return one.dataset, one.columns, one.rows


def _push(desk: AccessDesk, actor: Actor, application: Application, request: ItemRequest) -> Item:
    dataset = desk.directory.store.load(Dataset, request.dataset).record
    today = desk.directory.today()
    term = due(today, desk.regime(application.regime).deadline("provider-review"), desk.calendar)
    by_authority = dataset.library in _AUTHORITY_LIBRARIES
    item = Item(
        state="pushed",
        organisation=application.organisation,
        environment=application.environment,
        application=application.id,
        dataset=dataset.id,
        reviewer=desk.directory.authority().id if by_authority else dataset.organisation,
        columns=request.columns,
        rows=request.rows,
        justification=request.justification,
        pushed_on=today,
        due_on=term.due,
    )
    situation = with_record(
        desk.directory.situation(actor), record=item, application=application, dataset=dataset
    )
    require(actor, step("item:push"), situation)
    links = (Link("application", application.id), Link("dataset", dataset.id))
    note: dict[str, Json] = {"due": term.due.isoformat(), "provisional": term.provisional}
    change = Change(step("item:push"), item, links=links, note=note)
    kept: Item = desk.directory.store.write(actor, change)[0].record
    return kept


def approve(desk: AccessDesk, actor: Actor, identifier: str, *, conditions: str = "") -> Item:
    """Return the item as approved by its reviewer, with the boundary conditions in words."""
    return _answer(desk, actor, identifier, "item:approve", conditions)


def refuse(desk: AccessDesk, actor: Actor, identifier: str, *, reason: str) -> Item:
    """Return the item as refused; the authority coordinates what follows."""
    if not reason.strip():
        raise InputError(say("审核不通过须写明理由"))
    return _answer(desk, actor, identifier, "item:refuse", reason)


def _answer(desk: AccessDesk, actor: Actor, identifier: str, name: str, words: str) -> Item:
    store = desk.directory.store
    stored = store.load(Item, identifier)
    earlier = store.facts(record=stored.record.application)
    operator = store.load(Environment, stored.record.environment).record.organisation
    judged = [fact.actor for fact in earlier if fact.verb.startswith("application:")]
    situation = with_record(
        desk.directory.situation(actor),
        record=stored.record,
        acted=frozenset(desk.directory.person_of_account(account) for account in judged)
        | desk.directory.persons_of(stored.record.organisation)
        | desk.directory.persons_of(operator),
    )
    require(actor, step(name), situation)
    changed = replace(stored.record, state=step(name).target, conditions=words)
    store.write(actor, Change(step(name), changed, expected=stored.version, note={"words": words}))
    return changed
