"""Applications: a developer asks, the authority makes the preliminary review (第七条, 第八条).

An application keeps the regime it was opened under. Under a lapsed one it needs a reason
given by a named person; the fact records both. Items are reviewed in `review`.
"""

from __future__ import annotations

from dataclasses import replace

from sandbox.access.desk import AccessDesk
from sandbox.access.eligibility import eligibility_of
from sandbox.kernel.actors import Actor
from sandbox.kernel.errors import InputError
from sandbox.kernel.lifecycle import step
from sandbox.kernel.message import say
from sandbox.kernel.permits import require
from sandbox.kernel.records import Application, Dataset, ItemRequest
from sandbox.kernel.situation import Situation
from sandbox.people.directory import with_record
from sandbox.store.changes import Change, Link


def submit(desk: AccessDesk, actor: Actor, application: Application) -> Application:
    """Return the application as submitted; refused with every reason at once."""
    situation = _situation(desk, actor, application)
    require(actor, step("application:submit"), situation)
    for request in application.requests:
        _check_request(desk, application, request)
    links = tuple(Link("dataset", request.dataset) for request in application.requests)
    note = {"regime": application.regime, "override": application.regime_override}
    change = Change(step("application:submit"), application, links=links, note=note)
    kept: Application = desk.directory.store.write(actor, change)[0].record
    return kept


def _check_request(desk: AccessDesk, application: Application, request: ItemRequest) -> None:
    dataset = desk.directory.store.load(Dataset, request.dataset).record
    if dataset.environment != application.environment:
        raise InputError(say("数据集 {code} 不在所申请的环境里", code=dataset.code))
    wanted = {*request.columns, *(one.column for one in request.rows)}
    unknown = sorted(wanted - {column.name for column in dataset.columns})
    if unknown:
        raise InputError(
            say("数据集 {code} 没有信息项 {name}：请按目录填写", code=dataset.code, name=unknown[0])
        )
    if any(not (one.start.strip() or one.end.strip() or one.values) for one in request.rows):
        raise InputError(say("数据集 {code} 的行范围没有写明起止或取值", code=dataset.code))


def accept(
    desk: AccessDesk, actor: Actor, identifier: str, *, findings: str, confirm_override: bool = False
) -> Application:
    """Return the application as passed by the preliminary review: demand and qualification both.

    One that was opened under a lapsed regime needs the officer's own word for that as well.
    """
    return _judge(desk, actor, identifier, "application:accept", findings, confirmed=confirm_override)


def reject(desk: AccessDesk, actor: Actor, identifier: str, *, findings: str) -> Application:
    """Return the application as rejected, with the reason on record."""
    return _judge(desk, actor, identifier, "application:reject", findings, confirmed=True)


def _judge(
    desk: AccessDesk, actor: Actor, identifier: str, name: str, findings: str, *, confirmed: bool
) -> Application:
    if not findings.strip():
        raise InputError(say("初审须写明对需求和资质能力的意见"))
    stored = desk.directory.store.load(Application, identifier)
    require(actor, step(name), _situation(desk, actor, stored.record))
    if stored.record.regime_override.strip() and not confirmed:
        raise InputError(say("申请依据的办法已过有效期：接受前须确认其开启理由"))
    changed = replace(stored.record, state=step(name).target)
    change = Change(step(name), changed, expected=stored.version, note={"findings": findings})
    desk.directory.store.write(actor, change)
    return changed


def withdraw(desk: AccessDesk, actor: Actor, identifier: str) -> Application:
    """Return the application as withdrawn by its own organisation."""
    stored = desk.directory.store.load(Application, identifier)
    require(actor, step("application:withdraw"), _situation(desk, actor, stored.record))
    changed = replace(stored.record, state="withdrawn")
    desk.directory.store.write(actor, Change(step("application:withdraw"), changed, expected=stored.version))
    return changed


def _situation(desk: AccessDesk, actor: Actor, application: Application) -> Situation:
    regime = desk.regime(application.regime)
    applicant = desk.directory.organisation(application.organisation)
    return with_record(
        desk.directory.situation(actor),
        record=application,
        application=application,
        other=applicant,
        eligibility=eligibility_of(applicant, "developer"),
        regime_lapsed=not regime.in_force(desk.directory.today()),
        longest_term_days=regime.longest_term_days,
        acted=_persons(desk, application.id, "application:submit")
        | desk.directory.persons_of(application.organisation),
    )


def _persons(desk: AccessDesk, record: str, *tags: str) -> frozenset[str]:
    """Return the persons who took one of the steps on the record, whatever account they used."""
    if not record:
        return frozenset()
    facts = desk.directory.store.facts(record=record)
    return frozenset(desk.directory.person_of_account(fact.actor) for fact in facts if fact.verb in tags)
