"""个人信息保护影响评估 (PIPL 55, 56): filed by the department before personal data goes to an outside firm.

Three things are assessed: lawful and necessary, effect and risk, whether the measures are fit. Filed for one
reviewed item, withdrawn while nothing landed on it. Whether one is asked for is a rule (see `permits`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sandbox.catalog.entries import is_personal
from sandbox.catalog.reading import require_reader
from sandbox.kernel.actors import Actor
from sandbox.kernel.errors import InputError
from sandbox.kernel.lifecycle import step
from sandbox.kernel.message import say
from sandbox.kernel.permits import require
from sandbox.kernel.records import Dataset, ImpactAssessment, Item
from sandbox.people.directory import Directory, with_record
from sandbox.store.changes import Change, Link

LONGEST = 4_000
"""Characters of one part of an assessment."""


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
    """Return the assessments of an item for its department and the authority; others are refused."""
    about = directory.store.load(Item, item).record
    dataset = directory.store.load(Dataset, about.dataset).record
    require_reader(directory, actor, about, organisations=(dataset.organisation,))
    return of_item(directory, item)
