"""Transfers between environments (跨环境转移): proposed by one side, released by the other, then consented.

The raw data stays where it is; what a transfer allows is that applications of the target environment ask
for the dataset and that it is masked, with their agreement's key, into that environment. Until a day.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from sandbox.catalog.entries import by_code
from sandbox.catalog.reading import is_party
from sandbox.kernel.actors import SYSTEM, Actor
from sandbox.kernel.agreement_records import Transfer
from sandbox.kernel.dataset_records import Dataset
from sandbox.kernel.errors import InputError
from sandbox.kernel.lifecycle import step
from sandbox.kernel.message import say
from sandbox.kernel.permits import require
from sandbox.kernel.records import Environment
from sandbox.kernel.situation import Situation
from sandbox.kernel.words import checked
from sandbox.people.directory import Directory, with_record
from sandbox.store.changes import Change, Link

IN_FORCE = "in-force"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What the target's operator proposes: dataset by code or id, columns, why, and until when."""

    dataset: str
    target: str
    columns: tuple[str, ...]
    purpose: str
    until: date


def propose(directory: Directory, actor: Actor, asked: Proposal) -> Transfer:
    """Return the transfer as the operator of the target environment proposes it."""
    if not checked(asked.purpose, where="purpose"):
        raise InputError(say("跨环境转移须写明用途"))
    dataset = by_code(directory, asked.dataset).record
    made = Transfer(
        state="proposed",
        organisation=dataset.organisation,
        environment=dataset.environment,
        target=asked.target,
        dataset=dataset.id,
        columns=tuple(dict.fromkeys(asked.columns)),
        purpose=asked.purpose,
        until=asked.until,
        proposed_by=actor.organisation,
    )
    require(actor, step("transfer:propose"), _situation(directory, actor, made))
    links = (Link("dataset", made.dataset), Link("target", made.target), Link("source", made.environment))
    note = {"purpose": asked.purpose, "columns": list(made.columns)}
    change = Change(step("transfer:propose"), made, links=links, note=note)
    kept: Transfer = directory.store.write(actor, change)[0].record
    return kept


def release(directory: Directory, actor: Actor, identifier: str) -> Transfer:
    """Return the transfer as released by the operator of the environment where the data is."""
    return _move(directory, actor, identifier, "transfer:release")


def consent(directory: Directory, actor: Actor, identifier: str) -> Transfer:
    """Return the transfer with the consent of the department that owns the data."""
    return _move(directory, actor, identifier, "transfer:consent")


def confirm(directory: Directory, actor: Actor, identifier: str) -> Transfer:
    """Return the transfer in force, confirmed by the authority."""
    return _move(directory, actor, identifier, "transfer:confirm")


def decline(directory: Directory, actor: Actor, identifier: str, *, reason: str) -> Transfer:
    """Return the transfer, declined by one of those who would have to agree."""
    return _move(directory, actor, identifier, "transfer:decline", _said(reason))


def revoke(directory: Directory, actor: Actor, identifier: str, *, reason: str) -> Transfer:
    """Return the transfer, revoked: nothing lands under it any more, and what landed is mounted no more."""
    return _move(directory, actor, identifier, "transfer:revoke", _said(reason))


def expire_due(directory: Directory) -> tuple[Transfer, ...]:
    """Return the transfers whose last day has passed, now marked as expired."""
    today = directory.today()
    over = [one for one in directory.store.find(Transfer, state=IN_FORCE) if one.record.until < today]
    return tuple(_move(directory, SYSTEM, one.record.id, "transfer:expire") for one in over)


def in_force(directory: Directory, dataset: Dataset, target: str) -> Transfer | None:
    """Return the transfer that lets the dataset into an environment today, the latest of several."""
    found = directory.store.find(Transfer, state=IN_FORCE, linked=("dataset", dataset.id))
    today = directory.today()
    fitting = [one.record for one in found if one.record.target == target and one.record.until >= today]
    return fitting[-1] if fitting else None


def visible(directory: Directory, actor: Actor) -> tuple[Transfer, ...]:
    """Return the transfers that the actor's organisation is a side of; all for the authority."""
    every = (stored.record for stored in directory.store.find(Transfer))
    return tuple(one for one in every if is_party(directory, actor, _sides(directory, one)))


def _sides(directory: Directory, one: Transfer) -> tuple[str, ...]:
    source = directory.store.load(Environment, one.environment).record
    return one.organisation, one.proposed_by, source.organisation


def _said(reason: str) -> str:
    if not checked(reason, where="reason"):
        raise InputError(say("谢绝或撤销须写明理由"))
    return reason


def _move(directory: Directory, actor: Actor, identifier: str, name: str, reason: str = "") -> Transfer:
    stored = directory.store.load(Transfer, identifier)
    require(actor, step(name), _situation(directory, actor, stored.record))
    changed = replace(stored.record, state=step(name).target, reason=reason)
    change = Change(step(name), changed, expected=stored.version, note={"reason": reason})
    kept: Transfer = directory.store.write(actor, change)[0].record
    return kept


def _situation(directory: Directory, actor: Actor, one: Transfer) -> Situation:
    store = directory.store
    facts = store.facts(record=one.id) if one.id else ()
    return with_record(
        directory.situation(actor),
        record=one,
        dataset=store.load(Dataset, one.dataset).record,
        environment=store.load(Environment, one.environment).record,
        target=store.load(Environment, one.target).record,
        acted=frozenset(directory.person_of_account(fact.actor) for fact in facts) - {"system"},
    )
