"""Consents of contributors of social data (第五条): given by the body's own officer, and withdrawn.

Without one in force the data lands for nobody and lies in no seat. What a consent covers is by the
digest of its text. Whether one holds is asked by `permits`; `seats` and `ingest` look it up here.
"""

from __future__ import annotations

from dataclasses import replace

from sandbox.kernel.actors import Actor
from sandbox.kernel.catalogue_rules import stands
from sandbox.kernel.dataset_records import Consent, Dataset
from sandbox.kernel.errors import InputError
from sandbox.kernel.lifecycle import step
from sandbox.kernel.message import say
from sandbox.kernel.metadata import Origin
from sandbox.kernel.permits import require
from sandbox.kernel.situation import Situation
from sandbox.people.directory import Directory, with_record
from sandbox.store.changes import Change, Link


def give(directory: Directory, actor: Actor, consent: Consent) -> Consent:
    """Return the consent, in force, with its giver's signature; its dataset must be the body's own."""
    dataset = directory.store.load(Dataset, consent.dataset).record
    made = replace(consent, organisation=actor.organisation, environment=dataset.environment)
    situation = with_record(directory.situation(actor), record=made, dataset=dataset)
    require(actor, step("consent:give"), situation)
    change = Change(step("consent:give"), made, links=(Link("dataset", dataset.id),))
    kept: Consent = directory.store.write(actor, change)[0].record
    return kept


def withdraw(directory: Directory, actor: Actor, identifier: str, *, reason: str) -> Consent:
    """Return the consent withdrawn: what landed under it is in no seat any more."""
    if not reason.strip():
        raise InputError(say("撤回授权书须写明理由"))
    stored = directory.store.load(Consent, identifier)
    situation = with_record(directory.situation(actor), record=stored.record)
    require(actor, step("consent:withdraw"), situation)
    changed = replace(stored.record, state="withdrawn", reason=reason)
    change = Change(step("consent:withdraw"), changed, expected=stored.version, note={"reason": reason})
    directory.store.write(actor, change)
    return changed


def of_dataset(directory: Directory, dataset: Dataset) -> tuple[Consent, ...]:
    """Return every consent ever given for the dataset; none is asked for unless it is social data."""
    if dataset.origin is not Origin.SOCIAL:
        return ()
    found = directory.store.find(Consent, linked=("dataset", dataset.id))
    return tuple(one.record for one in found)


def in_force(directory: Directory, dataset: Dataset) -> Consent | None:
    """Return a consent that holds today, or None."""
    now = Situation(today=directory.today())
    return next((one for one in of_dataset(directory, dataset) if stands(one, dataset, now)), None)


def usable(directory: Directory, dataset: Dataset) -> bool:
    """Return whether the data may be used as far as consent goes: it is not social, or one holds."""
    return dataset.origin is not Origin.SOCIAL or in_force(directory, dataset) is not None
