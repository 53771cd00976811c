"""What happened to an application, and which terms run on it: its own facts and those of its parts, in order.

Reads; decides nothing. Items, consultations and cases are looked up by their links.
"""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.access import clocks
from sandbox.access.clocks import OpenClock
from sandbox.app import Platform
from sandbox.kernel.application_records import Application, Consultation, Coordination, Item
from sandbox.kernel.message import Message
from sandbox.store.changes import Stored
from sandbox.web.language import word

WHATS = {
    "preliminary-review": word("初审期限"),
    "provider-review": word("部门审核期限"),
    "consultation": word("征求意见期限"),
    "coordination": word("协调处理期限"),
    "supplement": word("补正期限"),
}
STANDINGS = {
    "running": (word("进行中"), "wait"),
    "soon": (word("临近届满"), "heed"),
    "due": (word("届满在即"), "heed"),
    "overdue": (word("已逾期"), "stop"),
}


@dataclass(frozen=True, slots=True)
class Parts:
    """An application's items with their consultations and cases, each as it is stored."""

    items: tuple[Stored[Item], ...]
    consultations: tuple[Stored[Consultation], ...]
    cases: tuple[Stored[Coordination], ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One fact: what was done, about which dataset, by whom, when."""

    seq: int
    verb: str
    about: str
    actor: str
    organisation: str
    at: str
    signed: bool


def parts_of(platform: Platform, application: str) -> Parts:
    """Return what an application was divided into, and what was asked and settled about it."""
    store = platform.store
    items = store.find(Item, linked=("application", application))
    asked = [one for item in items for one in store.find(Consultation, linked=("item", item.id))]
    cases = [one for item in items for one in store.find(Coordination, linked=("item", item.id))]
    return Parts(items, tuple(asked), tuple(cases))


def lines(platform: Platform, application: str, parts: Parts) -> tuple[Line, ...]:
    """Return every fact of the application and its parts, the earliest first."""
    datasets = {item.id: item.record.dataset for item in parts.items}
    about = {application: "", **datasets}
    about |= {one.id: datasets[one.record.item] for one in parts.consultations}
    about |= {one.id: datasets[one.record.item] for one in parts.cases}
    found = [
        Line(fact.seq, fact.verb, dataset, fact.actor, fact.organisation, fact.at, bool(fact.signature))
        for record, dataset in about.items()
        for fact in platform.store.facts(record=record)
    ]
    return tuple(sorted(found, key=lambda one: one.seq))


def lines_of_item(platform: Platform, item: str, parts: Parts) -> tuple[Line, ...]:
    """Return the facts of one item, of what was asked about it and of its cases."""
    mine = Parts(
        tuple(one for one in parts.items if one.id == item),
        tuple(one for one in parts.consultations if one.record.item == item),
        tuple(one for one in parts.cases if one.record.item == item),
    )
    return lines(platform, mine.items[0].record.application, mine)


def running(platform: Platform, application: Stored[Application], parts: Parts) -> tuple[OpenClock, ...]:
    """Return the terms that run on the application, the nearest first."""
    return clocks.open_on(
        platform.access,
        application,
        items=parts.items,
        consultations=parts.consultations,
        cases=parts.cases,
    )


def what(clock: OpenClock) -> Message:
    """Return what a term is for."""
    return WHATS[clock.what]
