"""Reviewed templates (第十九条): one in force, of which one instance was had, and one that was revoked.

Authority and provider have signed the terms once; nobody votes on an instance, the gate computes and writes
it, and somebody has to look at it afterwards. The developer tries a value that was never signed, and is
refused.
"""

from __future__ import annotations

from datetime import timedelta

from sandbox.demo.egress import DEVELOPER, PROVIDER, RISKS, SECURITY
from sandbox.demo.journey import Journey
from sandbox.egress import template_orders, templates
from sandbox.kernel.errors import RefusedError, StateError
from sandbox.kernel.message import say
from sandbox.kernel.template_records import Parameter, ParameterKind, Template

_UNIT = "统一社会信用代码"
_SQL = (
    'SELECT {by}, count(DISTINCT "统一社会信用代码") AS 企业数\nFROM source\nWHERE {by} <> $不含\n'
    'GROUP BY {by}\nHAVING count(DISTINCT "统一社会信用代码") >= 20'
)
_LISTED = ("无", "不详")


def fill(journey: Journey) -> None:
    """Leave a template in force, all signed, and one that its provider has revoked."""
    journey.tell.chapter(say("审定模板：条款签署一次，与之一致的产品由闸口写出，不再逐次投票（第十九条）"))
    gate = journey.troupe.platform.gate
    standing = _signed(journey, str(say("各地区企业数")), by="行政区划")
    journey.tell.done(
        say(
            "模板 {id} 生效：主管部门和数据提供部门签署同一摘要 {digest}",
            id=standing.id,
            digest=standing.digest[:12],
        )
    )
    _take(journey, standing)
    _try_another_value(journey, standing)
    ended = _signed(journey, str(say("各类型企业数")), by="企业类型")
    reason = str(say("企业类型的口径有调整，另行拟定"))
    templates.revoke(gate, journey.actor(PROVIDER), ended.id, reason=reason)
    journey.tell.done(say("模板 {id} 由数据提供部门撤销，即刻生效", id=ended.id))


def _signed(journey: Journey, title: str, *, by: str) -> Template:
    """Return a template that its developer drafted and both sides signed."""
    gate, developer = journey.troupe.platform.gate, journey.actor(DEVELOPER)
    today = gate.directory.today()
    wanted = templates.Wanted(
        title=title,
        sql=_SQL.format(by=by),
        subject=_UNIT,
        parameters=(Parameter(name="不含", kind=ParameterKind.TEXT, values=_LISTED),),
        decimals=0,
        form="csv",
        number=12,
        term_from=today,
        term_to=today + timedelta(days=90),
        share=100,
    )
    made = templates.draft(gate, developer, journey.agreements["market-map"].id, wanted)
    templates.assess(gate, developer, made.id, RISKS)
    made = templates.propose(gate, developer, made.id)
    for who in (SECURITY, PROVIDER):
        made = templates.sign(gate, journey.actor(who), made.id, digest=made.digest)
    return made


def _take(journey: Journey, standing: Template) -> None:
    """Have one instance: it leaves at once, and its look waits."""
    gate = journey.troupe.platform.gate
    made = template_orders.ask(gate, journey.actor(DEVELOPER), standing.id, {"不含": _LISTED[0]})
    if made.state != "released":
        raise StateError(say("按模板取的产品没有放行：{id} {state}", id=made.id, state=made.state))
    journey.tell.done(say("开发利用者按模板取了一份，闸口写出即放行，事后须抽查：{id}", id=made.id))


def _try_another_value(journey: Journey, standing: Template) -> None:
    gate, what = journey.troupe.platform.gate, say("试图按模板取一个没有审定过的取值")
    try:
        template_orders.ask(gate, journey.actor(DEVELOPER), standing.id, {"不含": "红花岗区"})
    except RefusedError as error:
        journey.troupe.platform.note_refusal(error)
        journey.tell.refused(what, error)
        return
    raise StateError(say("本应被拒绝的一步没有被拒绝：{what}", what=what))
