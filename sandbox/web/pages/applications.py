"""One application in the browser with all that happened to it, and its preliminary review (第八条).

Writing it lies in `drafting`, its items in `reviewing`, the list of all in `listing`.
"""

from __future__ import annotations

import json
from typing import Any

from starlette.responses import Response

from sandbox.access import application as applications
from sandbox.access import portal, reading
from sandbox.access import review as item_review
from sandbox.access.eligibility import eligibility_of
from sandbox.app import Platform
from sandbox.catalog.reading import of_authority
from sandbox.kernel.actors import Actor
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.application_records import Application, Item, ItemRequest
from sandbox.kernel.dataset_records import Dataset
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import Message
from sandbox.kernel.records import Environment
from sandbox.regulation.calendars import regions
from sandbox.web import timeline
from sandbox.web.actions import Action, Call, Field, Options
from sandbox.web.language import word
from sandbox.web.pages import agreeing, asking, drafting
from sandbox.web.session import Outcome
from sandbox.web.visitor import Visitor


def _on(call: Call) -> str:
    return f"/console/applications/{call.id}"


def _accept(call: Call) -> Outcome:
    form = call.form
    applications.accept(
        call.platform.access,
        call.actor,
        call.id,
        findings=form.one("findings"),
        qualification=form.one("qualification"),
        confirm_override=form.one("confirm_override") == "yes",
    )
    return Outcome(_on(call), word("初审通过，请推送给数据提供部门审核"))


def _reject(call: Call) -> Outcome:
    failed = set(call.form.many("fails") or ("demand",))
    applications.reject(
        call.platform.access,
        call.actor,
        call.id,
        findings=call.form.one("findings"),
        demand=False if "demand" in failed else None,
        qualification=False if "qualification" in failed else None,
    )
    return Outcome(_on(call), word("初审未通过，理由已记录"))


def _supplement(call: Call) -> Outcome:
    points = tuple(one.strip() for one in call.form.one("points").splitlines() if one.strip())
    applications.supplement(call.platform.access, call.actor, call.id, points=points)
    return Outcome(_on(call), word("补正要求已一次性告知，申请退回申请人补正"))


def _withdraw(call: Call) -> Outcome:
    applications.withdraw(call.platform.access, call.actor, call.id)
    return Outcome(_on(call), word("申请已撤回"))


def _push(call: Call) -> Outcome:
    made = item_review.push(call.platform.access, call.actor, call.id)
    return Outcome(_on(call), word("已推送 {n} 项需求，审核期限已起算", n=len(made)))


def _import(call: Call) -> Outcome:
    entries: list[Any] = [json.loads(one) for one in call.form.many("applications")]
    for path in call.files:
        entries += portal.read_portal(path)
    if not entries:
        raise InputError(word("请选择门户导出的文件"))
    access = call.platform.access
    made = portal.bring_in(access, call.actor, entries, regime=call.platform.settings.regime)
    taken = sum(1 for one in made if one.problem is None)
    once = tuple((_became(one), one.number or "—") for one in made)
    told = word(
        "共 {n} 项，导入 {taken} 项，未导入 {left} 项", n=len(made), taken=taken, left=len(made) - taken
    )
    return Outcome("/console/applications", told, once, template="imported.html")


def _became(one: portal.Brought) -> Message:
    if one.problem is None:
        return word("第 {place} 项：已导入，编号 {id}", place=one.place, id=one.application)
    return word("第 {place} 项：{problem}", place=one.place, problem=one.problem)


def _lapsed(_: Platform, __: Actor) -> Options:
    return (("yes", word("我确认申请写明的开启理由成立")),)


def _failing(_: Platform, __: Actor) -> Options:
    return (("demand", word("需求不通过")), ("qualification", word("资质能力不通过")))


ACCEPT = Action(
    "application:accept",
    "applications",
    word("初审通过"),
    _accept,
    record=Application,
    fields=(
        Field("findings", word("对需求的意见"), "area"),
        Field(
            "qualification",
            word("对资质能力的意见"),
            "area",
            required=False,
            help=word("两项结论都通过才能受理；空着时以上一栏为两项的意见"),
        ),
        Field(
            "confirm_override",
            word("依据的办法已过有效期"),
            "checks",
            required=False,
            choices=_lapsed,
            help=word("只有依据已失效办法开启的申请才须确认"),
        ),
    ),
)
REJECT = Action(
    "application:reject",
    "applications",
    word("初审不通过"),
    _reject,
    record=Application,
    fields=(
        Field("fails", word("哪一项不通过"), "checks", required=False, choices=_failing),
        Field("findings", word("对需求和资质能力的意见"), "area"),
    ),
    grave=True,
)
SUPPLEMENT = Action(
    "application:supplement",
    "applications",
    word("要求补正"),
    _supplement,
    record=Application,
    fields=(
        Field(
            "points",
            word("须补正的全部内容"),
            "area",
            help=word("每行一点。补正只能告知一次，请一次写全"),
        ),
    ),
)
WITHDRAW = Action(
    "application:withdraw", "applications", word("撤回申请"), _withdraw, record=Application, grave=True
)
PUSH = Action(
    "item:push",
    "applications",
    word("推送给数据提供部门"),
    _push,
    record=Application,
    extra_states=frozenset({"accepted"}),
    hint=word("每个数据集一项需求，审核期限按工作日起算"),
)
IMPORT = Action(
    "application:import",
    "applications",
    word("导入门户的申请"),
    _import,
    fields=(Field("applications", word("门户导出的申请"), "objects", required=False),),
    hint=word("门户编号只用一次；一项有误不影响其余，逐项说明结果"),
    template="importing.html",
    look=lambda visitor, _, __: {"fresh": visitor.signed_in.fresh(visitor.now) is not None},
    files=True,
)
ACTIONS = (ACCEPT, REJECT, SUPPLEMENT, WITHDRAW, PUSH, IMPORT)


def page(visitor: Visitor, identifier: str) -> Response:
    """Return one application: what is asked, of whom, which terms run, and everything that happened."""
    access, store = visitor.platform.access, visitor.platform.store
    found = reading.application(access, visitor.actor, identifier)
    stored = store.load(Application, identifier)
    parts = timeline.parts_of(visitor.platform, identifier)
    asked = [
        (
            request,
            store.load(Dataset, request.dataset).record,
            _item_of(request, parts),
            {one.column: one.reason for one in request.reasons},
        )
        for request in found.requests
    ]
    agreed = [one.record for one in store.find(ServiceAgreement, linked=("application", identifier))]
    return visitor.page(
        "application.html",
        application=found,
        version=stored.version,
        asked=asked,
        regions=regions(),
        environment=store.load(Environment, found.environment).record,
        regime=access.regime(found.regime),
        lines=timeline.lines(visitor.platform, identifier, parts),
        clocks=timeline.running(visitor.platform, stored, parts),
        whats=timeline.WHATS,
        standings=timeline.STANDINGS,
        acts=_acts(visitor, found, pushed=bool(parts.items)),
        attach=drafting.ATTACH,
        own=found.organisation == visitor.actor.organisation,
        eligibility=_eligibility(visitor, found),
        draft=agreeing.DRAFT,
        agreeable=_agreeable(visitor, parts, agreed),
        agreements=agreed,
        whole=asking.shows_whole(found),
    )


def _item_of(request: ItemRequest, parts: timeline.Parts) -> Item | None:
    """Return the item that this request became, if it was pushed."""
    same = (request.dataset, request.rows, request.extent)
    return next(
        (
            one.record
            for one in parts.items
            if (one.record.dataset, one.record.rows, one.record.extent) == same
        ),
        None,
    )


_OWN = (drafting.HAND_IN, drafting.ANSWER, drafting.REVISE, WITHDRAW)
_FORMS = (drafting.REVISE, drafting.ANSWER)


def _acts(visitor: Visitor, found: Application, *, pushed: bool) -> list[tuple[Action, bool]]:
    """Return what is offered, and whether it has a page of its own."""
    mine = found.organisation == visitor.actor.organisation
    judging = (ACCEPT, SUPPLEMENT, REJECT, *(() if pushed else (PUSH,)))
    offered = [*(_OWN if mine else ()), *judging]
    return [(one, one in _FORMS) for one in offered if one.offered(visitor.actor, found.state)]


def _eligibility(visitor: Visitor, found: Application) -> object:
    """Return what the registry says of the applicant, for who makes the preliminary review."""
    directory = visitor.platform.directory
    if found.state != "submitted" or not of_authority(directory, visitor.actor):
        return None
    applicant = directory.organisation(found.organisation)
    return eligibility_of(applicant, "developer", today=visitor.today)


def _agreeable(visitor: Visitor, parts: timeline.Parts, agreed: list[ServiceAgreement]) -> bool:
    """Return whether the operator may draft the service agreement now: all decided, something approved."""
    states = {one.record.state for one in parts.items}
    decided = bool(states) and states <= {"approved", "closed", "withdrawn"} and "approved" in states
    return decided and not agreed and agreeing.DRAFT.offered(visitor.actor)
