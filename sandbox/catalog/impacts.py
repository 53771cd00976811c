"""个人信息保护影响评估 (PIPL 55, 56): filed by the department before personal data goes to an outside firm.

Three things are assessed: lawful and necessary, effect and risk, whether the measures are fit. Filed for one
reviewed item, withdrawn while nothing landed on it. Whether one is asked for is a rule (see `permits`).
The department, the authority and supervisors see them: who wants the data does not.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sandbox.catalog.entries import is_personal
from sandbox.catalog.reading import of_authority, registered, require_reader
from sandbox.kernel.actors import Actor, Role
from sandbox.kernel.application_records import ImpactAssessment, Item
from sandbox.kernel.dataset_records import Dataset
from sandbox.kernel.errors import InputError
from sandbox.kernel.lifecycle import step
from sandbox.kernel.message import say
from sandbox.kernel.permits import require
from sandbox.kernel.records import OrganisationRole
from sandbox.people.directory import Directory, with_record
from sandbox.store.changes import Change, Effect, Link
from sandbox.store.lists import Sieve

LONGEST = 4_000
"""Characters of one part of an assessment."""
ASKED = "asked:impact"
"""The notice that a department gets when an item of its data asks for an assessment."""
LIVE = ("pushed", "approved")
"""States of an item whose data may yet be landed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessed:
    """What is assessed (PIPL 56): lawfulness and necessity, effect and risk, measures and their fitness."""

    lawfulness: str
    impact: str
    measures: str


def asked_of(dataset: Dataset, columns: tuple[str, ...]) -> bool:
    """Return whether giving these columns to somebody outside asks for an assessment.

    Rows about persons or households do, whatever the columns: de-identified is personal still. Of other
    data only the columns that natural persons alone have do.
    """
    return is_personal(tuple(one for one in dataset.columns if one.name in columns), dataset.units)


def file(directory: Directory, actor: Actor, item: str, found: Assessed) -> ImpactAssessment:
    """Return the assessment, on record; the item must be of a dataset of the actor's own department."""
    parts = (found.lawfulness.strip(), found.impact.strip(), found.measures.strip())
    if not all(parts):
        raise InputError(
            say("影响评估须写明合法正当必要、影响与风险、保护措施三项（个人信息保护法第五十六条）")
        )
    if any(len(part) > LONGEST for part in parts):
        raise InputError(say("影响评估每项不超过 {most} 字", most=LONGEST))
    about = directory.store.load(Item, item).record
    dataset = directory.store.load(Dataset, about.dataset).record
    made = ImpactAssessment(
        state="filed",
        organisation=dataset.organisation,
        environment=about.environment,
        dataset=dataset.id,
        item=about.id,
        account=actor.account,
        lawfulness=parts[0],
        impact=parts[1],
        measures=parts[2],
    )
    require(actor, step("impact-assessment:file"), with_record(directory.situation(actor), record=made))
    links = (Link("item", about.id), Link("dataset", dataset.id))
    kept: ImpactAssessment = directory.store.write(
        actor, Change(step("impact-assessment:file"), made, links=links)
    )[0].record
    return kept


def withdraw(directory: Directory, actor: Actor, identifier: str, *, reason: str) -> ImpactAssessment:
    """Return the assessment withdrawn: nothing more is ordered on it; what was stays on record."""
    if not reason.strip():
        raise InputError(say("撤回影响评估须写明理由"))
    stored = directory.store.load(ImpactAssessment, identifier)
    situation = with_record(directory.situation(actor), record=stored.record)
    require(actor, step("impact-assessment:withdraw"), situation)
    changed = replace(stored.record, state="withdrawn")
    note = {"reason": reason.strip()}
    directory.store.write(
        actor, Change(step("impact-assessment:withdraw"), changed, expected=stored.version, note=note)
    )
    return changed


def of_item(directory: Directory, item: str) -> tuple[ImpactAssessment, ...]:
    """Return every assessment ever filed for an item, the earliest first."""
    return tuple(one.record for one in directory.store.find(ImpactAssessment, linked=("item", item)))


def shown(directory: Directory, actor: Actor, item: str) -> tuple[ImpactAssessment, ...]:
    """Return the assessments of an item for its department, the authority and supervisors."""
    about = directory.store.load(Item, item).record
    dataset = directory.store.load(Dataset, about.dataset).record
    if not _supervises(directory, actor):
        require_reader(directory, actor, about, organisations=(dataset.organisation,))
    return of_item(directory, item)


def asking(item: Item, dataset: Dataset) -> Effect:
    """Return the notice to the stewards of the department whose data the item asks for."""
    payload = {"template": ASKED, "organisation": dataset.organisation, "role": Role.STEWARD.value}
    return Effect("notice.wanted", payload, item.id)


def may_look(directory: Directory, actor: Actor) -> bool:
    """Return whether the list has anything for the actor: departments, the authority, supervisors."""
    return items(directory, actor) is not None


def filed(directory: Directory, actor: Actor) -> Sieve | None:
    """Return the sieve of the assessments that the actor may see; None where that is none at all."""
    if _watches(directory, actor):
        return Sieve()
    return Sieve(organisation=actor.organisation) if _provides(directory, actor) else None


def items(directory: Directory, actor: Actor) -> Sieve | None:
    """Return the sieve of the items on whose data the actor may see assessments; None for none at all."""
    if _watches(directory, actor):
        return Sieve()
    own = ("dataset", Dataset.KIND, Sieve(organisation=actor.organisation))
    return Sieve(linking=(own,)) if _provides(directory, actor) else None


def _supervises(directory: Directory, actor: Actor) -> bool:
    return actor.has(Role.SUPERVISOR) and registered(directory, actor)


def _watches(directory: Directory, actor: Actor) -> bool:
    inside = registered(directory, actor) and of_authority(directory, actor)
    return inside or _supervises(directory, actor)


def _provides(directory: Directory, actor: Actor) -> bool:
    own = directory.organisation(actor.organisation)
    return own.state == "registered" and OrganisationRole.PROVIDER in own.roles
