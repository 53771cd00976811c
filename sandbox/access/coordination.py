"""协调处理: after a refusal the authority returns the item to its reviewer or upholds it (第八条).

The authority does not approve in a department's place: data is authorised by who provides it (第三条).
A returned item runs a whole new term. Who refused or made the preliminary review does not coordinate.
"""

from __future__ import annotations

from dataclasses import replace

from sandbox.access import clocks
from sandbox.access.desk import AccessDesk
from sandbox.kernel.actors import Actor
from sandbox.kernel.application_records import Application, Coordination, Item
from sandbox.kernel.lifecycle import step
from sandbox.kernel.permits import require
from sandbox.kernel.situation import Situation
from sandbox.kernel.words import needed
from sandbox.people.directory import with_record
from sandbox.store.changes import Change, Link, Stored


def opened(desk: AccessDesk, actor: Actor, item: Item, *, refusal: str) -> Change:
    """Return the change that opens the case of an item being refused; the caller writes both together."""
    application = desk.directory.store.load(Application, item.application).record
    days = desk.regime(application.regime).deadline("coordination")
    record = Coordination(
        state="open",
        organisation=item.organisation,
        environment=item.environment,
        item=item.id,
        reviewer=item.reviewer,
        refusal=refusal,
        clock=clocks.start(desk, days=days, region=desk.directory.authority().region),
    )
    require(actor, step("coordination:open"), with_record(desk.directory.situation(actor), record=record))
    return Change(step("coordination:open"), record, links=(Link("item", item.id),))


def hand_back(desk: AccessDesk, actor: Actor, identifier: str, *, outcome: str) -> Item:
    """Return the item, under review again on what was agreed, with a new term."""
    return _settle(desk, actor, identifier, ("coordination:return", "item:reopen"), outcome)


def uphold(desk: AccessDesk, actor: Actor, identifier: str, *, outcome: str) -> Item:
    """Return the item as refused for good."""
    return _settle(desk, actor, identifier, ("coordination:uphold", "item:close"), outcome)


def _settle(desk: AccessDesk, actor: Actor, identifier: str, names: tuple[str, str], outcome: str) -> Item:
    words, store = needed(outcome, where="outcome"), desk.directory.store
    case = store.load(Coordination, identifier)
    item = store.load(Item, case.record.item)
    situation = _situation(desk, actor, case.record, item.record)
    require(actor, step(names[0]), with_record(situation, record=case.record))
    require(
        actor,
        step(names[1]),
        with_record(situation, record=item.record, unstaffed=_unstaffed(desk, item.record)),
    )
    settled = replace(case.record, state=step(names[0]).target, outcome=words)
    changed = replace(item.record, state=step(names[1]).target)
    if changed.state == "pushed":
        changed = _again(desk, changed)
    store.write(
        actor,
        Change(step(names[0]), settled, expected=case.version, note={"outcome": words}),
        Change(step(names[1]), changed, expected=item.version, note={"case": identifier, "outcome": words}),
    )
    return changed


def _unstaffed(desk: AccessDesk, item: Item) -> tuple[str, ...]:
    reviewer = desk.directory.organisation(item.reviewer)
    return () if clocks.Staffed(desk.directory)(reviewer.id) else (reviewer.name,)


def _again(desk: AccessDesk, item: Item) -> Item:
    """Return the item for another round: pushed today, its own extension unused."""
    application = desk.directory.store.load(Application, item.application).record
    days = desk.regime(application.regime).deadline("provider-review")
    region = desk.directory.organisation(item.reviewer).region
    clock = clocks.start(desk, days=days, region=region)
    return replace(
        item,
        pushed_on=clock.started_on,
        due_on=clock.due,
        clock=clock,
        extensions=(),
        conditions="",
        round=item.round + 1,
    )


def _situation(desk: AccessDesk, actor: Actor, case: Coordination, item: Item) -> Situation:
    directory = desk.directory
    facts = [*directory.store.facts(record=item.id), *directory.store.facts(record=item.application)]
    judged = {one.actor for one in facts if one.verb in ("item:refuse", "application:accept")}
    return with_record(
        directory.situation(actor),
        coordination=case,
        items=(item,),
        acted=frozenset(directory.person_of_account(one) for one in judged)
        | directory.persons_of(item.organisation),
    )


def of_item(desk: AccessDesk, item: str) -> tuple[Stored[Coordination], ...]:
    """Return every case about an item, the earliest first."""
    return desk.directory.store.find(Coordination, linked=("item", item))
