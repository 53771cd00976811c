"""征求意见: who reviews an item asks an industry authority; no approval before the answer (第八条).

The review's own clock runs on meanwhile. An objection does not decide: the reviewer does, and says why.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sandbox.access import clocks
from sandbox.access.desk import AccessDesk
from sandbox.catalog.reading import require_reader
from sandbox.kernel.actors import Actor
from sandbox.kernel.application_records import Application, Consultation, Item
from sandbox.kernel.dataset_records import Dataset
from sandbox.kernel.lifecycle import step
from sandbox.kernel.permits import require
from sandbox.kernel.records import Environment, Organisation
from sandbox.kernel.situation import Situation
from sandbox.kernel.words import needed
from sandbox.people.directory import with_record
from sandbox.regulation.sectors import sectors
from sandbox.store.changes import Change, Link

_DEPARTMENTS = "11"
"""The register of government departments in a credit code (GB 32100-2015)."""


def ask(desk: AccessDesk, actor: Actor, item: str, *, body: str, question: str) -> Consultation:
    """Return the consultation of that organisation (id, code or name) about an item under review."""
    store = desk.directory.store
    stored = store.load(Item, item)
    asked = desk.directory.organisation_named(body)
    application = store.load(Application, stored.record.application).record
    days = desk.regime(application.regime).deadline("consultation")
    record = Consultation(
        state="asked",
        organisation=asked.id,
        environment=stored.record.environment,
        item=stored.id,
        asked_by=actor.organisation,
        question=needed(question, where="question"),
        clock=clocks.start(desk, days=days, region=asked.region),
    )
    require(actor, step("consultation:ask"), _situation(desk, actor, record, stored.record))
    change = Change(
        step("consultation:ask"),
        record,
        links=(Link("item", stored.id),),
        note={"body": asked.id, "due": record.clock.due.isoformat()},
    )
    kept: Consultation = store.write(actor, change)[0].record
    return kept


def answer(desk: AccessDesk, actor: Actor, identifier: str, *, opinion: str, objects: bool) -> Consultation:
    """Return the consultation as answered by the body that was asked."""
    return _move(
        desk,
        actor,
        identifier,
        "consultation:answer",
        {"opinion": needed(opinion, where="opinion"), "objects": objects},
    )


def withdraw(desk: AccessDesk, actor: Actor, identifier: str) -> Consultation:
    """Return the consultation as taken back by who asked; an industry that must be asked still must."""
    return _move(desk, actor, identifier, "consultation:withdraw", {})


def shown(desk: AccessDesk, actor: Actor, identifier: str) -> tuple[Consultation, Item]:
    """Return a consultation and what it is about; `RefusedError` for who neither asked nor was asked."""
    store = desk.directory.store
    found = store.load(Consultation, identifier).record
    parties = (found.organisation, found.asked_by)
    require_reader(desk.directory, actor, found, organisations=parties)
    return found, store.load(Item, found.item).record


def _move(
    desk: AccessDesk, actor: Actor, identifier: str, name: str, fields: dict[str, str | bool]
) -> Consultation:
    store = desk.directory.store
    stored = store.load(Consultation, identifier)
    item = store.load(Item, stored.record.item).record
    require(actor, step(name), _situation(desk, actor, stored.record, item))
    changed = replace(stored.record, state=step(name).target, **fields)  # type: ignore[arg-type]
    change = Change(step(name), changed, expected=stored.version, note=dict(fields))
    store.write(actor, change)
    return changed


def _situation(desk: AccessDesk, actor: Actor, record: Consultation, item: Item) -> Situation:
    """Who applied or operates gives no opinion; nor does who asked for it or made the preliminary review."""
    directory = desk.directory
    operator = directory.store.load(Environment, item.environment).record.organisation
    facts = [*directory.store.facts(record=record.id)] if record.id else []
    facts += directory.store.facts(record=item.application)
    taken = {one.actor for one in facts if one.verb in ("consultation:ask", "application:accept")}
    return with_record(
        directory.situation(actor),
        record=record,
        items=(item,),
        acted=frozenset(directory.person_of_account(one) for one in taken)
        | directory.persons_of(item.organisation)
        | directory.persons_of(operator),
    )


def must_consult(desk: AccessDesk, application: Application, item: Item, dataset: Dataset) -> bool:
    """Return whether an industry must be asked: data of a sector whose authority the reviewer is not."""
    if not desk.regime(application.regime).duty("sector-consultation") or not dataset.special_regime:
        return False
    words = _industry(dataset)
    return not words or not _authority_of(desk.directory.organisation(item.reviewer), words)


def industry_of(desk: AccessDesk, dataset: Dataset, asked: Iterable[Consultation]) -> frozenset[str]:
    """Return which of the bodies asked are the authority of the dataset's industry, by id.

    Where the sector's pack names none, any department counts.
    """
    words = _industry(dataset) or ("",)
    bodies = (desk.directory.organisation(one.organisation) for one in asked)
    return frozenset(one.id for one in bodies if _authority_of(one, words))


def _industry(dataset: Dataset) -> tuple[str, ...]:
    """Return the words in the names of the authorities of the dataset's industry."""
    pack = next((one for one in sectors() if one.code == dataset.special_regime), None)
    return pack.industry if pack is not None else ()


def _authority_of(body: Organisation, words: tuple[str, ...]) -> bool:
    """Return whether a department, by its register, bears one of the words: a utility is no authority."""
    return body.uscc.startswith(_DEPARTMENTS) and any(word in body.name for word in words)


def of_item(desk: AccessDesk, item: str) -> tuple[Consultation, ...]:
    """Return every consultation about an item, in the order they were asked."""
    found = desk.directory.store.find(Consultation, linked=("item", item))
    return tuple(one.record for one in found)
