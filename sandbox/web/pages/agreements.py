"""Agreements and environments in the browser: from what was approved to what is signed."""

from __future__ import annotations

from datetime import timedelta

from starlette.responses import Response

from sandbox.access import agreement as agreements
from sandbox.access import lists, reading
from sandbox.access.versions import versions
from sandbox.app import Platform
from sandbox.egress import audience
from sandbox.kernel.actors import Actor
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.application_records import Item
from sandbox.kernel.dataset_records import Dataset
from sandbox.kernel.records import Environment, OperatingAgreement
from sandbox.kernel.review_records import Submission
from sandbox.kernel.seat_records import Seat
from sandbox.oversight import replay as replays
from sandbox.seats import seat as seats
from sandbox.web.actions import Action, Call, Field, Options, reason_field
from sandbox.web.language import word
from sandbox.web.pages import pager
from sandbox.web.pages.agreeing import DRAFT
from sandbox.web.pages.amendments import AMEND
from sandbox.web.pages.seating import PROVISION
from sandbox.web.session import Outcome
from sandbox.web.visitor import Visitor

_YEARS = 3


def _draft_operating(call: Call) -> Outcome:
    directory = call.platform.directory
    first = call.form.day("term_from", directory.today())
    asked = OperatingAgreement(
        state="drafted",
        organisation=call.actor.organisation,
        authority=directory.authority().id,
        environment_code=call.form.one("environment_code"),
        scope=call.form.one("scope"),
        term_from=first,
        term_to=call.form.day("term_to", first + timedelta(days=365 * _YEARS)),
    )
    made = agreements.draft_operating(call.platform.access, call.actor, asked)
    return Outcome("/console/agreements", word("开发利用协议 {id} 已拟订，等待主管部门签署", id=made.id))


def _sign_operating(call: Call) -> Outcome:
    agreements.sign_operating(call.platform.access, call.actor, call.id)
    return Outcome("/console/agreements", word("开发利用协议生效，可以建立环境"))


def _establish(call: Call) -> Outcome:
    store = call.platform.store
    signed = store.load(OperatingAgreement, call.form.one("agreement")).record
    place = Environment(
        state="established",
        organisation=signed.organisation,
        code=signed.environment_code,
        name=call.form.one("name"),
        region=signed.environment_code,
        agreement=signed.id,
    )
    made = agreements.establish(call.platform.access, call.actor, place)
    return Outcome("/console/agreements", word("环境 {name} 已建立", name=made.name))


def _on_agreement(call: Call) -> str:
    return f"/console/service-agreements/{call.id}"


def _accept(call: Call) -> Outcome:
    agreements.accept(call.platform.access, call.actor, call.id)
    return Outcome(_on_agreement(call), word("协议已接受，等待运营商签署"))


def _sign(call: Call) -> Outcome:
    agreements.sign(call.platform.access, call.actor, call.id)
    return Outcome(_on_agreement(call), word("协议生效，可以开通席位"))


def _suspend(call: Call) -> Outcome:
    agreements.suspend(call.platform.access, call.actor, call.id, reason=call.form.one("reason"))
    return Outcome(_on_agreement(call), word("协议已暂停，席位不再开放"))


def _terminate(call: Call) -> Outcome:
    agreements.terminate(call.platform.access, call.actor, call.id, reason=call.form.one("reason"))
    return Outcome(_on_agreement(call), word("协议已终止"))


def _resume(call: Call) -> Outcome:
    agreements.resume(call.platform.access, call.actor, call.id, reason=call.form.one("reason"))
    return Outcome(_on_agreement(call), word("协议恢复生效"))


def _terminate_operating(call: Call) -> Outcome:
    agreements.terminate_operating(call.platform.access, call.actor, call.id, reason=call.form.one("reason"))
    return Outcome("/console/agreements", word("开发利用协议已终止"))


def _close_environment(call: Call) -> Outcome:
    agreements.close_environment(call.platform.access, call.actor, call.id, reason=call.form.one("reason"))
    return Outcome("/console/agreements", word("环境已关闭"))


def _operating(platform: Platform, _: Actor) -> Options:
    found = platform.store.find(OperatingAgreement, state="active")
    return tuple((one.record.id, f"{one.record.environment_code} {one.record.scope[:24]}") for one in found)


_TERM = (
    Field("term_from", word("开始日期"), "date", required=False),
    Field("term_to", word("结束日期"), "date", required=False),
)
DRAFT_OPERATING = Action(
    "operating-agreement:draft",
    "operating-agreements",
    word("拟订开发利用协议"),
    _draft_operating,
    fields=(
        Field("environment_code", word("环境代码"), help=word("如行政区划代码 520300")),
        Field("scope", word("运营范围"), "area"),
        *_TERM,
    ),
)
SIGN_OPERATING = Action(
    "operating-agreement:sign",
    "operating-agreements",
    word("签署"),
    _sign_operating,
    record=OperatingAgreement,
)
ESTABLISH = Action(
    "environment:establish",
    "environments",
    word("建立环境"),
    _establish,
    fields=(
        Field("agreement", word("开发利用协议"), "choice", choices=_operating),
        Field("name", word("环境名称")),
    ),
)
ACCEPT = Action(
    "service-agreement:accept", "service-agreements", word("接受协议"), _accept, record=ServiceAgreement
)
SIGN = Action("service-agreement:sign", "service-agreements", word("签署"), _sign, record=ServiceAgreement)
SUSPEND = Action(
    "service-agreement:suspend",
    "service-agreements",
    word("暂停"),
    _suspend,
    record=ServiceAgreement,
    fields=(reason_field(),),
    grave=True,
)
TERMINATE = Action(
    "service-agreement:terminate",
    "service-agreements",
    word("终止"),
    _terminate,
    record=ServiceAgreement,
    fields=(reason_field(),),
    grave=True,
)
RESUME = Action(
    "service-agreement:resume",
    "service-agreements",
    word("恢复"),
    _resume,
    record=ServiceAgreement,
    fields=(reason_field(),),
)
TERMINATE_OPERATING = Action(
    "operating-agreement:terminate",
    "operating-agreements",
    word("终止"),
    _terminate_operating,
    record=OperatingAgreement,
    fields=(reason_field(),),
    grave=True,
)
CLOSE_ENVIRONMENT = Action(
    "environment:close",
    "environments",
    word("关闭环境"),
    _close_environment,
    record=Environment,
    fields=(reason_field(),),
    grave=True,
)
ACTIONS = (
    DRAFT_OPERATING,
    SIGN_OPERATING,
    ESTABLISH,
    ACCEPT,
    SIGN,
    SUSPEND,
    RESUME,
    TERMINATE,
    TERMINATE_OPERATING,
    CLOSE_ENVIRONMENT,
)


def listing(visitor: Visitor) -> Response:
    """Return agreements, environments and seats that the person may see."""
    access, store, actor = visitor.platform.access, visitor.platform.store, visitor.actor
    part = pager.part(visitor, ServiceAgreement, lists.agreements(access, actor))
    return visitor.page(
        "agreements.html",
        agreements=part.records,
        part=part,
        operating=reading.operating(access, actor)[::-1],
        versions={one.record.id: one.version for one in store.find(OperatingAgreement)},
        environments=store.find(Environment),
        seats=pager.part(visitor, Seat, lists.seats(access, actor)).records,
        draft=DRAFT,
        draft_operating=DRAFT_OPERATING,
        operating_actions=(SIGN_OPERATING, TERMINATE_OPERATING),
        close=CLOSE_ENVIRONMENT,
        establish=ESTABLISH,
    )


def _submitted(visitor: Visitor, agreement: str) -> int:
    """Return how many submissions there were; a sample counts only for who has it before him as one."""
    found = visitor.platform.store.find(Submission, linked=("agreement", agreement))
    return sum(
        not one.record.sample
        or audience.audience_of(visitor.platform.gate, visitor.actor, one.record) is not None
        for one in found
    )


def agreement_page(visitor: Visitor, identifier: str) -> Response:
    """Return one service agreement: parties, term, what it covers, its seats and their use."""
    platform, store = visitor.platform, visitor.platform.store
    found = reading.agreement(platform.access, visitor.actor, identifier)
    items = [store.load(Item, one).record for one in found.items]
    return visitor.page(
        "agreement.html",
        agreement=found,
        version=store.load(ServiceAgreement, identifier).version,
        items=items,
        datasets={one.dataset: store.load(Dataset, one.dataset).record for one in items},
        environment=store.load(Environment, found.environment).record,
        seats=[
            one.record for each in versions(found) for one in store.find(Seat, linked=("agreement", each))
        ],
        snapshots=seats.current_snapshots(platform.directory, identifier),
        submissions=_submitted(visitor, identifier),
        facts=store.facts(record=identifier),
        may_try=replays.may_look(platform.gate, visitor.actor, found),
        actions=(ACCEPT, SIGN, SUSPEND, RESUME, TERMINATE),
        provision=PROVISION,
        amend=AMEND,
    )
