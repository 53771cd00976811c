"""One item as its reviewer sees it, and every step on it: yes, no, longer, asking an industry, coordination.

Beside the demand stand the boundary conditions in words and where it breaks them. Who was consulted has a
page with the question and what it is about, and nothing else of the application (第八条).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from starlette.responses import RedirectResponse, Response

from sandbox.access import consultation, coordination
from sandbox.access import review as item_review
from sandbox.app import Platform
from sandbox.catalog.reading import is_party
from sandbox.kernel.actors import Actor
from sandbox.kernel.application_records import Application, Consultation, Coordination, ImpactAssessment, Item
from sandbox.kernel.application_rules import demand_of
from sandbox.kernel.boundary import breaches
from sandbox.kernel.dataset_records import Dataset
from sandbox.kernel.message import Message, Value
from sandbox.kernel.records import Environment, Organisation, OrganisationRole
from sandbox.regulation.calendars import regions
from sandbox.web import timeline
from sandbox.web.actions import Action, Call, Field, Options, reason_field
from sandbox.web.language import word
from sandbox.web.options import PREFIX
from sandbox.web.pages import bounding
from sandbox.web.pages.cataloguing import ASSESS, WITHDRAW_IMPACT
from sandbox.web.session import Outcome
from sandbox.web.visitor import Visitor


def _on_item(identifier: str) -> str:
    return f"/console/items/{identifier}"


def _approve(call: Call) -> Outcome:
    item = item_review.approve(
        call.platform.access,
        call.actor,
        call.id,
        conditions=call.form.one("conditions"),
        boundary=bounding.boundary_in(call.platform, call.form),
        columns=call.form.many("columns"),
    )
    return Outcome(_on_item(item.id), word("需求已同意"))


def _refuse(call: Call) -> Outcome:
    item = item_review.refuse(call.platform.access, call.actor, call.id, reason=call.form.one("reason"))
    return Outcome(_on_item(item.id), word("需求未同意，理由已记录；主管部门已立项协调"))


def _extend(call: Call) -> Outcome:
    form, today = call.form, call.platform.directory.today()
    asked = item_review.told_today(
        call.platform.access,
        days=form.number("days", 0) or 0,
        leader=form.one("leader"),
        document=form.one("document"),
        reason=form.one("reason"),
    )
    asked = replace(
        asked, approved_on=form.day("approved_on", today), notified_on=form.day("notified_on", today)
    )
    item = item_review.extend(call.platform.access, call.actor, call.id, asked)
    return Outcome(_on_item(item.id), word("审核期限已延长，届满日为 {day}", day=item.due_on.isoformat()))


def _ask(call: Call) -> Outcome:
    form = call.form
    consultation.ask(
        call.platform.access, call.actor, call.id, body=form.one("body"), question=form.one("question")
    )
    return Outcome(f"{_on_item(call.id)}#opinions", word("已征求意见，答复之前不能同意"))


def _answer(call: Call) -> Outcome:
    form = call.form
    made = consultation.answer(
        call.platform.access,
        call.actor,
        call.id,
        opinion=form.one("opinion"),
        objects=form.one("objects") == "yes",
    )
    return Outcome(f"/console/consultations/{made.id}", word("意见已答复"))


def _take_back(call: Call) -> Outcome:
    made = consultation.withdraw(call.platform.access, call.actor, call.id)
    return Outcome(f"{_on_item(made.item)}#opinions", word("征求意见已撤回"))


def _return(call: Call) -> Outcome:
    access, outcome = call.platform.access, call.form.one("outcome")
    item = coordination.hand_back(access, call.actor, call.id, outcome=outcome)
    return Outcome(_on_item(item.id), word("已退回重审，审核期限重新起算"))


def _uphold(call: Call) -> Outcome:
    access, outcome = call.platform.access, call.form.one("outcome")
    item = coordination.uphold(access, call.actor, call.id, outcome=outcome)
    return Outcome(_on_item(item.id), word("已维持不同意的结论，这项需求到此为止"))


def _bodies(platform: Platform, actor: Actor) -> Options:
    """Return the departments that can be asked: not the own one."""
    found = platform.store.find(Organisation, state="registered")
    able = {OrganisationRole.PROVIDER, OrganisationRole.AUTHORITY}
    return tuple(
        (one.id, one.record.name)
        for one in found
        if able & set(one.record.roles) and one.id != actor.organisation
    )


def _objections(_: Platform, __: Actor) -> Options:
    return (("", word("没有不同意见")), ("yes", word("有不同意见")))


def _approving(visitor: Visitor, identifier: str, typed: Mapping[str, tuple[str, ...]]) -> Mapping[str, Any]:
    """Return the form of an approval filled with every column that was asked for."""
    item = item_review.shown(visitor.platform.access, visitor.actor, identifier)
    dataset = _dataset(visitor, item)
    comments = {one.name: one.comment for one in dataset.columns}
    shown = {
        "columns": tuple((one, comments.get(one, "")) for one in item.columns),
        "first": APPROVE.fields[:2],
        "bounds": bounding.FIELDS,
        "kept": bounding.in_words(visitor, dataset.boundary),
        "about": dataset.title,
    }
    return shown if "who" in typed else {**shown, "typed": {"columns": item.columns}}


def _dataset(visitor: Visitor, item: Item) -> Dataset:
    return visitor.platform.store.load(Dataset, item.dataset).record


_CONDITIONS = Field(
    "conditions",
    word("同意的条件或意见"),
    "area",
    required=False,
    help=word("行业主管部门有不同意见时，须写明如何采纳或不采纳的理由"),
)
APPROVE = Action(
    "item:approve",
    "items",
    word("同意"),
    _approve,
    record=Item,
    fields=(
        Field("columns", word("同意的信息项"), "checks", required=False),
        _CONDITIONS,
        *bounding.FIELDS,
    ),
    hint=word("下面的边界条件只会收紧数据集原有的，与数据级别的下限一起写进协议"),
    template="bounding.html",
    look=_approving,
)
REFUSE = Action(
    "item:refuse",
    "items",
    word("不同意"),
    _refuse,
    record=Item,
    fields=(reason_field(),),
    grave=True,
)
EXTEND = Action(
    "item:extend",
    "items",
    word("延长审核期限"),
    _extend,
    record=Item,
    fields=(
        Field("days", word("延长的工作日数"), "number"),
        Field("leader", word("同意延长的主要领导"), help=word("审核人不能自己批准")),
        Field("document", word("批准文件的文号")),
        Field("reason", word("延长的理由"), "area"),
        Field("approved_on", word("同意的日期"), "date", required=False, help=word("空着即今日")),
        Field("notified_on", word("告知主管部门的日期"), "date", required=False, help=word("空着即今日")),
    ),
    hint=word("只能延长一次，须在届满前经主要领导同意并告知主管部门"),
)
ASK = Action(
    "consultation:ask",
    "items",
    word("征求行业主管部门意见"),
    _ask,
    verb="consult",
    record=Item,
    fields=(
        Field("body", word("征求的单位"), "choice", choices=_bodies),
        Field("question", word("征求意见的事项"), "area"),
    ),
    extra_states=frozenset({"pushed"}),
    hint=word("审核期限照常进行；答复之前不能同意"),
)
ANSWER = Action(
    "consultation:answer",
    "consultations",
    word("答复意见"),
    _answer,
    record=Consultation,
    fields=(
        Field("objects", word("结论"), "choice", required=False, choices=_objections),
        Field("opinion", word("意见"), "area"),
    ),
)
TAKE_BACK = Action(
    "consultation:withdraw",
    "consultations",
    word("撤回征求意见"),
    _take_back,
    record=Consultation,
    grave=True,
    hint=word("涉及行业管理的数据，撤回后仍须征求意见才能同意"),
)
_OUTCOME = Field("outcome", word("协调结果"), "area", help=word("写进日志，当事各方看得到"))
RETURN = Action(
    "coordination:return",
    "coordinations",
    word("退回重审"),
    _return,
    record=Coordination,
    fields=(_OUTCOME,),
    hint=word("由原审核单位重新审核，期限重新起算"),
)
UPHOLD = Action(
    "coordination:uphold",
    "coordinations",
    word("维持不同意"),
    _uphold,
    record=Coordination,
    fields=(_OUTCOME,),
    grave=True,
)
ACTIONS = (APPROVE, REFUSE, EXTEND, ASK, ANSWER, TAKE_BACK, RETURN, UPHOLD)


def page(visitor: Visitor, identifier: str) -> Response:
    """Return one item: what is asked and why, the conditions, the terms, opinions, cases, what happened."""
    platform, store = visitor.platform, visitor.platform.store
    item = item_review.shown(platform.access, visitor.actor, identifier)
    asked = store.load(Application, item.application)
    dataset = _dataset(visitor, item)
    place = store.load(Environment, item.environment).record
    parts = timeline.parts_of(platform, item.application)
    mine = item.reviewer == visitor.actor.organisation
    demand = demand_of(asked.record, item, place)
    running = timeline.running(platform, asked, parts)
    regime = platform.access.regime(asked.record.regime)
    return visitor.page(
        "item.html",
        item=item,
        version=store.load(Item, identifier).version,
        application=asked.record,
        dataset=dataset,
        columns={one.name: one for one in dataset.columns},
        reasons={one.column: one.reason for one in item.reasons},
        regions=regions(),
        bounds=bounding.in_words(visitor, dataset.boundary),
        kept=bounding.in_words(visitor, item.boundary),
        breaches=[_named(visitor, one) for one in breaches(dataset.boundary, demand)],
        smallest=regime.thresholds(dataset.grading.grade).smallest,
        opinions=[one for one in parts.consultations if one.record.item == identifier],
        cases=[one for one in parts.cases if one.record.item == identifier],
        clocks=[one for one in running if _about(one.record, identifier, parts)],
        whats=timeline.WHATS,
        standings=timeline.STANDINGS,
        lines=timeline.lines_of_item(platform, identifier, parts),
        approve=APPROVE if mine and APPROVE.offered(visitor.actor, item.state) else None,
        acts=[one for one in (EXTEND, ASK, REFUSE) if mine and one.offered(visitor.actor, item.state)],
        take_back=TAKE_BACK if mine else None,
        impacts=_impacts(visitor, item, dataset),
        assess=ASSESS if visitor.actor.organisation == dataset.organisation else None,
        withdraw_impact=WITHDRAW_IMPACT,
        settle=(RETURN, UPHOLD),
    )


def _impacts(visitor: Visitor, item: Item, dataset: Dataset) -> list[tuple[ImpactAssessment, int]] | None:
    """Return the assessments of an item with their versions, for its department and the authority."""
    directory = visitor.platform.directory
    if not is_party(directory, visitor.actor, (dataset.organisation,)):
        return None
    found = directory.store.find(ImpactAssessment, linked=("item", item.id))
    return [(one.record, one.version) for one in found]


def _about(record: str, item: str, parts: timeline.Parts) -> bool:
    asked = {one.id for one in parts.consultations if one.record.item == item}
    return record in asked | {item} | {one.id for one in parts.cases if one.record.item == item}


def _named(visitor: Visitor, found: Message) -> Message:
    """Return the sentence with places and datasets by their names in place of their codes."""
    values = tuple((name, _name(visitor, value)) for name, value in found.values)
    return Message(found.template, values)


def _name(visitor: Visitor, value: Value) -> Value:
    if not isinstance(value, str):
        return value
    known = regions()
    return "、".join(
        visitor.title_of(one) if one.startswith("dataset-") else known.get(one, one)
        for one in value.split("、")
    )


def consultation_page(visitor: Visitor, identifier: str) -> Response:
    """Return what an industry authority is asked, and about which data; its answer once given."""
    platform, store = visitor.platform, visitor.platform.store
    found, item = consultation.shown(platform.access, visitor.actor, identifier)
    dataset = _dataset(visitor, item)
    asked = store.load(Application, item.application).record
    return visitor.page(
        "consultation.html",
        consultation=found,
        version=store.load(Consultation, identifier).version,
        item=item,
        application=asked,
        dataset=dataset,
        reasons={one.column: one.reason for one in item.reasons},
        regions=regions(),
        bounds=bounding.in_words(visitor, dataset.boundary),
        facts=store.facts(record=identifier),
        answer=ANSWER if found.organisation == visitor.actor.organisation else None,
        take_back=TAKE_BACK if found.asked_by == visitor.actor.organisation else None,
        open=item.state == "pushed",
    )


def case(visitor: Visitor, identifier: str) -> Response:
    """Return the way to the item that a case is about."""
    found = visitor.platform.store.load(Coordination, identifier).record
    item_review.shown(visitor.platform.access, visitor.actor, found.item)
    return RedirectResponse(f"{PREFIX}/items/{found.item}#cases", status_code=303)
