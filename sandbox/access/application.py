"""Applications: a developer asks, the authority makes the preliminary review (第七条, 第八条).

An application keeps the regime it was opened under, and that regime's days. Under a lapsed one it
needs a reason given by a named person; the fact records both. Items are reviewed in `review`.
"""

from __future__ import annotations

from dataclasses import replace

from sandbox.access import clocks, transfer
from sandbox.access.desk import AccessDesk
from sandbox.access.eligibility import eligibility_of
from sandbox.kernel.actors import Actor
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.application_records import (
    Application,
    Coordination,
    Item,
    ItemRequest,
    Preliminary,
    Supplement,
)
from sandbox.kernel.dataset_records import Dataset
from sandbox.kernel.errors import InputError
from sandbox.kernel.lifecycle import step
from sandbox.kernel.message import say
from sandbox.kernel.permits import require
from sandbox.kernel.situation import Situation
from sandbox.kernel.words import check_record, needed
from sandbox.people.directory import with_record
from sandbox.regulation.calendars import regions
from sandbox.store.canonical import Json
from sandbox.store.changes import Change, Link, Stored

_WRITTEN_BY = ("application:draft", "application:submit", "application:hand-in", "application:import")


def submit(desk: AccessDesk, actor: Actor, application: Application) -> Application:
    """Return the application as submitted; refused with every reason at once."""
    return take_in(desk, actor, application, "application:submit")


def fresh(application: Application) -> Application:
    """Return the application with nothing that only the platform or the authority writes."""
    return replace(
        application,
        clock=None,
        regime_digest="",
        override_confirmed_by="",
        supplement=None,
        supplements=0,
        preliminary=None,
    )


def take_in(desk: AccessDesk, actor: Actor, application: Application, name: str) -> Application:
    """Return the application as submitted by that step: by its applicant, or brought in from the portal."""
    require(actor, step(name), situation_of(desk, actor, application))
    check_requests(desk, application)
    return create(desk, actor, started(desk, fresh(application)), name)


def started(desk: AccessDesk, application: Application) -> Application:
    """Return the application with its regime's file named and the clock of the preliminary review started."""
    regime = desk.regime(application.regime)
    days, region = regime.deadline("preliminary-review"), desk.directory.authority().region
    clock = clocks.start(desk, days=days, region=region)
    return replace(application, clock=clock, regime_digest=regime.digest)


def create(desk: AccessDesk, actor: Actor, application: Application, name: str) -> Application:
    """Return the application as written by a step that makes it; a portal number is held once for ever."""
    check_record(application)
    number = application.portal_number.strip()
    change = Change(
        step(name),
        application,
        links=links_of(application),
        note={"regime": application.regime, "override": application.regime_override},
        names=(f"portal:{number}",) if number else (),
    )
    kept: Application = desk.directory.store.write(actor, change)[0].record
    return kept


def links_of(application: Application) -> tuple[Link, ...]:
    """Return the links to every dataset that is asked for."""
    return tuple(Link("dataset", one) for one in dict.fromkeys(r.dataset for r in application.requests))


def check_requests(desk: AccessDesk, application: Application) -> None:
    """Raise `InputError` for a request that does not fit its dataset."""
    asked = [(one.dataset, one.rows, one.extent) for one in application.requests]
    if len(set(asked)) != len(asked):
        raise InputError(say("申请里有两项需求要的是同一数据集的同一范围：请合并为一项"))
    for request in application.requests:
        _check_request(desk, application, request)


def _check_request(desk: AccessDesk, application: Application, request: ItemRequest) -> None:
    dataset = desk.directory.store.load(Dataset, request.dataset).record
    if dataset.environment != application.environment:
        _check_transferred(desk, application, request, dataset)
    wanted = {*request.columns, *(one.column for one in request.rows)}
    wanted |= {one.column for one in request.reasons}
    unknown = sorted(wanted - {column.name for column in dataset.columns})
    if unknown:
        raise InputError(
            say("数据集 {code} 没有信息项 {name}：请按目录填写", code=dataset.code, name=unknown[0])
        )
    if any(not (one.start.strip() or one.end.strip() or one.values) for one in request.rows):
        raise InputError(say("数据集 {code} 的行范围没有写明起止或取值", code=dataset.code))
    _check_extent(dataset.code, request)


def _check_transferred(
    desk: AccessDesk, application: Application, request: ItemRequest, dataset: Dataset
) -> None:
    """Another environment's dataset is asked for only under a transfer in force (第十一条)."""
    found = transfer.in_force(desk.directory, dataset, application.environment)
    if found is None:
        raise InputError(say("数据集 {code} 不在所申请的环境里", code=dataset.code))
    if not set(request.columns) <= set(found.columns) or application.term_to > found.until:
        raise InputError(say("数据集 {code} 的信息项或期限超出了跨环境转移的范围", code=dataset.code))


def _check_extent(code: str, request: ItemRequest) -> None:
    extent = request.extent
    if extent.start is not None and extent.end is not None and extent.end < extent.start:
        raise InputError(say("数据集 {code} 的时间范围结束早于开始", code=code))
    if foreign := [one for one in extent.regions if one not in regions()]:
        raise InputError(
            say("数据集 {code} 的空间范围 {region} 不是本市的行政区划代码", code=code, region=foreign[0])
        )


def withdraw(desk: AccessDesk, actor: Actor, identifier: str) -> Application:
    """Return the application as withdrawn by its own organisation, and with it everything not yet agreed.

    Raises `InputError` while a service agreement stands on it: that is ended first.
    """
    store = desk.directory.store
    stored = store.load(Application, identifier)
    require(actor, step("application:withdraw"), situation_of(desk, actor, stored.record))
    agreed = store.find(ServiceAgreement, linked=("application", identifier))
    if any(one.record.state not in ("terminated", "expired") for one in agreed):
        raise InputError(say("申请 {id} 已有授权服务协议：请先终止协议", id=identifier))
    changes = [
        Change(
            step("application:withdraw"), replace(stored.record, state="withdrawn"), expected=stored.version
        )
    ]
    items = store.find(Item, states=("pushed", "refused", "approved"), linked=("application", identifier))
    for item in items:
        changes += _withdrawn(desk, actor, item)
    store.write(actor, *changes)
    return replace(stored.record, state="withdrawn")


def _withdrawn(desk: AccessDesk, actor: Actor, item: Stored[Item]) -> list[Change]:
    """Return the changes that withdraw an item and drop its case before the authority."""
    situation = with_record(desk.directory.situation(actor), record=item.record)
    require(actor, step("item:withdraw"), situation)
    changes = [Change(step("item:withdraw"), replace(item.record, state="withdrawn"), expected=item.version)]
    for case in desk.directory.store.find(Coordination, state="open", linked=("item", item.id)):
        require(actor, step("coordination:drop"), with_record(situation, record=case.record))
        dropped = replace(case.record, state="dropped")
        changes.append(Change(step("coordination:drop"), dropped, expected=case.version))
    return changes


def supplement(desk: AccessDesk, actor: Actor, identifier: str, *, points: tuple[str, ...]) -> Application:
    """Return the application as sent back with everything that is missing, told once (补正一次性告知)."""
    told = tuple(needed(one, where="points") for one in points)
    if not told:
        raise InputError(say("补正通知须一次列明全部需要补正的内容"))
    stored = desk.directory.store.load(Application, identifier)
    require(actor, step("application:supplement"), situation_of(desk, actor, stored.record))
    regime = desk.regime(stored.record.regime)
    until = clocks.start(
        desk, days=regime.deadline("supplement-answer"), region=desk.directory.authority().region
    )
    changed = replace(
        stored.record,
        state="returned",
        supplement=Supplement(points=told, told_on=desk.directory.today(), answer_by=until),
        supplements=stored.record.supplements + 1,
    )
    note: dict[str, Json] = {"points": list(told), "answer-by": until.due.isoformat()}
    change = Change(step("application:supplement"), changed, expected=stored.version, note=note)
    desk.directory.store.write(actor, change)
    return changed


def accept(
    desk: AccessDesk,
    actor: Actor,
    identifier: str,
    *,
    findings: str,
    qualification: str = "",
    confirm_override: bool = False,
) -> Application:
    """Return the application as passed by the preliminary review: demand and qualification both.

    `qualification` is the second finding's own words; without it `findings` speak of both. One that was
    opened under a lapsed regime needs the officer's own word for that as well.
    """
    found = Preliminary(
        demand=True, qualification=True, on_demand=findings, on_qualification=qualification or findings
    )
    return _judge(desk, actor, identifier, "application:accept", found, confirmed=confirm_override)


def reject(
    desk: AccessDesk,
    actor: Actor,
    identifier: str,
    *,
    findings: str,
    demand: bool | None = False,
    qualification: bool | None = None,
) -> Application:
    """Return the application as rejected, with the reason on record; None is a finding not stated."""
    if demand is not False and qualification is not False:
        raise InputError(say("初审不予通过，须写明需求或资质能力哪一项不通过"))
    found = Preliminary(demand=demand, qualification=qualification, on_demand=findings)
    return _judge(desk, actor, identifier, "application:reject", found, confirmed=True)


def _judge(
    desk: AccessDesk, actor: Actor, identifier: str, name: str, found: Preliminary, *, confirmed: bool
) -> Application:
    if not found.on_demand.strip():
        raise InputError(say("初审须写明对需求和资质能力的意见"))
    check_record(found)
    stored = desk.directory.store.load(Application, identifier)
    situation = with_record(situation_of(desk, actor, stored.record), preliminary=found)
    require(actor, step(name), situation)
    overridden = bool(stored.record.regime_override.strip())
    if overridden and not confirmed:
        raise InputError(say("申请依据的办法已过有效期：接受前须确认其开启理由"))
    changed = replace(stored.record, state=step(name).target, preliminary=found)
    if overridden and name == "application:accept":
        changed = replace(changed, override_confirmed_by=actor.account)
    note: dict[str, Json] = {
        "findings": found.on_demand,
        "demand": found.demand,
        "qualification": found.qualification,
        "on-qualification": found.on_qualification,
    }
    desk.directory.store.write(actor, Change(step(name), changed, expected=stored.version, note=note))
    return changed


def situation_of(desk: AccessDesk, actor: Actor, application: Application) -> Situation:
    """Return what the rules ask about an application."""
    regime, today = desk.regime(application.regime), desk.directory.today()
    applicant = desk.directory.organisation(application.organisation)
    return with_record(
        desk.directory.situation(actor),
        record=application,
        application=application,
        other=applicant,
        eligibility=eligibility_of(applicant, "developer", today=today),
        regime_lapsed=not regime.in_force(today),
        regime_ahead=regime.ahead(today),
        longest_term_days=regime.longest_term_days,
        supplements_allowed=regime.count("supplement-notices"),
        each_field_justified=regime.duty("field-reasons"),
        acted=_persons(desk, application.id, *_WRITTEN_BY)
        | desk.directory.persons_of(application.organisation),
    )


def _persons(desk: AccessDesk, record: str, *tags: str) -> frozenset[str]:
    """Return the persons who took one of the steps on the record, whatever account they used."""
    if not record:
        return frozenset()
    facts = desk.directory.store.facts(record=record)
    return frozenset(desk.directory.person_of_account(fact.actor) for fact in facts if fact.verb in tags)
