"""Reviewed templates in the browser: what is signed, line by line with its digest, and the steps around it.

The form that signs carries the digest of the page that was read. Who may do what, the use cases say; a
template is drafted at the terminal, from a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from sandbox.app import Platform
from sandbox.egress import looks, template_form, template_orders, template_sheet, templates
from sandbox.egress.desk import GateDesk
from sandbox.kernel.actors import Actor
from sandbox.kernel.errors import InputError
from sandbox.kernel.review_records import Capacity
from sandbox.kernel.template_records import Template, TemplateLook
from sandbox.locale import words
from sandbox.store.lists import Sieve
from sandbox.web.actions import Action, Call, Field, Options, reason_field
from sandbox.web.language import word
from sandbox.web.pages import pager
from sandbox.web.pages.submissions import third_parties
from sandbox.web.session import Outcome
from sandbox.web.visitor import Visitor

PLURAL = "templates"
VALUE = "value:"
"""Before the name of a parameter: the field of the page in which its value is chosen."""


def path(template: str) -> str:
    """Return the page of a template."""
    return f"/console/{PLURAL}/{template}"


def _sign(call: Call) -> Outcome:
    chosen = call.form.one("capacity")
    try:
        capacity = Capacity(chosen) if chosen else None
    except ValueError:
        raise InputError(word("签署身份只能从列出的里面选")) from None
    gate, digest = call.platform.gate, call.form.one("digest")
    after = templates.sign(gate, call.actor, call.id, digest=digest, capacity=capacity)
    if after.state == "in-force":
        return Outcome(path(call.id), word("已签署；各方签齐，模板生效"))
    return Outcome(path(call.id), word("已签署，等待其余各方签署"))


def _refuse(call: Call) -> Outcome:
    templates.refuse(call.platform.gate, call.actor, call.id, reason=call.form.one("reason"))
    return Outcome(path(call.id), word("已记下不同意和理由，模板就此了结"))


def _suspend(call: Call) -> Outcome:
    templates.suspend(call.platform.gate, call.actor, call.id, reason=call.form.one("reason"))
    return Outcome(path(call.id), word("模板已停用：即刻起不再据此放行"))


def _revoke(call: Call) -> Outcome:
    templates.revoke(call.platform.gate, call.actor, call.id, reason=call.form.one("reason"))
    return Outcome(path(call.id), word("模板已撤销：即刻起不再据此放行"))


def _withdraw(call: Call) -> Outcome:
    templates.withdraw(call.platform.gate, call.actor, call.id)
    return Outcome(path(call.id), word("模板已撤回"))


def _commission(call: Call) -> Outcome:
    templates.commission(call.platform.gate, call.actor, call.id, call.form.one("body"))
    return Outcome(path(call.id), word("已委托第三方审查这个模板"))


def _use(call: Call) -> Outcome:
    made = template_orders.ask(call.platform.gate, call.actor, call.id, values_in(call.form.values))
    said = {
        "released": word("闸口写出的产品已按审定模板放行，可以领取"),
        "in-review": word("闸口写出的产品须由审查人看过：已转入审查"),
    }
    return Outcome(f"/console/submissions/{made.id}", said.get(made.state, word("闸口没有放行这份产品")))


def values_in(given: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Return the values of the parameters: a field each on the page, a line each from programs."""
    values = {name[len(VALUE) :]: one[0].strip() for name, one in given.items() if name.startswith(VALUE)}
    for line in "\n".join(given.get("values", ())).splitlines():
        name, sign, value = line.partition("=")
        if line.strip() and not sign:
            raise InputError(word("取值一行一个，写成 参数=取值"))
        if line.strip():
            values[name.strip()] = value.strip()
    return values


def _asked(_: Any, __: str, typed: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    """Show the values again as they were chosen on the page of the template."""
    lines = [f"{name[len(VALUE) :]}={one[0]}" for name, one in typed.items() if name.startswith(VALUE)]
    return {"typed": {**typed, "values": ("\n".join(lines),)}} if lines else {}


def _pass(call: Call) -> Outcome:
    made = looks.passed(call.platform.gate, call.actor, call.id, reason=call.form.one("reason"))
    return Outcome(path(made.template), word("抽查合格，已记下"))


def _fail(call: Call) -> Outcome:
    gate, reason = call.platform.gate, call.form.one("reason")
    recall = call.form.one("recall") == "recall"
    made = looks.failed(gate, call.actor, call.id, reason=reason, recall=recall)
    if not recall:
        return Outcome(path(made.look.template), word("抽查不合格：模板已停用"))
    said = word("抽查不合格：模板已停用，召回 {n} 份产品", n=len(made.recalled))
    return Outcome(path(made.look.template), said)


def _capacities(_: Platform, __: Actor) -> Options:
    return (("", word("按本单位的身份")), *((one.value, words.term(one.value)) for one in Capacity))


def _recalls(_: Platform, __: Actor) -> Options:
    return (("", word("暂不召回")), ("recall", word("召回按这个模板放行的全部产品（限主管部门）")))


SIGN = Action(
    "template-signature:give",
    PLURAL,
    word("签署模板"),
    _sign,
    verb="sign",
    record=Template,
    fields=(
        Field("digest", word("所看条款的摘要"), "hidden"),
        Field("capacity", word("签署身份"), "choice", required=False, choices=_capacities),
    ),
    hint=word("签署的是模板全部条款的摘要；各方签齐之后，与之一致的产品不再逐次投票"),
    extra_states=frozenset({"signing"}),
)
REFUSE = Action(
    "template:refuse",
    PLURAL,
    word("不同意"),
    _refuse,
    record=Template,
    fields=(reason_field(),),
    grave=True,
    hint=word("模板就此了结；开发利用者可以另拟一份"),
)
SUSPEND = Action(
    "template:suspend",
    PLURAL,
    word("停用模板"),
    _suspend,
    record=Template,
    fields=(reason_field(),),
    hint=word("即刻生效；停用之后只能撤销，要再用须重新拟定、重新签署"),
    grave=True,
)
REVOKE = Action(
    "template:revoke",
    PLURAL,
    word("撤销模板"),
    _revoke,
    record=Template,
    fields=(reason_field(),),
    hint=word("即刻生效，不能恢复；已放行的产品要收回，另行召回"),
    grave=True,
)
WITHDRAW = Action("template:withdraw", PLURAL, word("撤回模板"), _withdraw, record=Template, grave=True)
COMMISSION = Action(
    "template:commission",
    PLURAL,
    word("委托第三方审查"),
    _commission,
    record=Template,
    fields=(Field("body", word("第三方机构"), "choice", choices=third_parties),),
    hint=word("第三方与主管部门或一个数据提供部门同签，模板也能生效；资质须在有效期内"),
)
USE = Action(
    "submission:submit",
    PLURAL,
    word("按模板取一份产品"),
    _use,
    verb="use",
    fields=(
        Field("values", word("参数取值"), "area", required=False, help=word("一行一个，写成 参数=取值")),
    ),
    look=_asked,
    hint=word("产品由闸口在现在的快照上算出并写出；与审定的一致就放行，否则转入审查"),
    extra_states=frozenset({"in-force"}),
)
PASS = Action(
    "template-look:pass",
    "template-looks",
    word("合格"),
    _pass,
    record=TemplateLook,
    fields=(Field("reason", word("说明"), "area", required=False),),
)
FAIL = Action(
    "template-look:fail",
    "template-looks",
    word("不合格"),
    _fail,
    record=TemplateLook,
    fields=(
        reason_field(),
        Field("recall", word("已放行的产品"), "choice", required=False, choices=_recalls),
    ),
    grave=True,
    hint=word("模板随即停用"),
)
ACTIONS = (SIGN, REFUSE, SUSPEND, REVOKE, WITHDRAW, COMMISSION, USE, PASS, FAIL)


def seen(platform: Platform, actor: Actor) -> tuple[Template, ...]:
    """Return the templates that the person may look at."""
    return template_form.visible(platform.gate, actor)


def looks_seen(platform: Platform, actor: Actor) -> tuple[TemplateLook, ...]:
    """Return the looks that the person may know of: the developer's people of none."""
    others = (one for one in seen(platform, actor) if one.organisation != actor.organisation)
    return tuple(each for one in others for each in looks.looks_of(platform.gate, one.id))


def listing(visitor: Visitor) -> Response:
    """Return a page of the templates, newest first, with what of all of them waits."""
    gate, actor = visitor.platform.gate, visitor.actor
    part, after = pager.older(
        visitor,
        Template,
        Sieve(),
        lambda one: template_form.party(gate, actor, one),
        ahead=lambda _: None,
    )
    found = [one.record for one in part]
    due = [one for one in looks_seen(visitor.platform, visitor.actor) if one.state == "due"]
    late = {one.id for one in looks.overdue(visitor.platform.gate)}
    return visitor.page("reviewed.html", found=found, after=after, due=due, late=late)


def one(visitor: Visitor, identifier: str) -> Response:
    """Return exactly what is signed with its digest, who has signed, what left by it, and the steps."""
    gate, actor = visitor.platform.gate, visitor.actor
    data = template_form.shown(gate, actor, identifier)
    stored = templates.found(gate, identifier)
    signed = any(one.person == actor.person for one in templates.signatures_of(gate, identifier))
    own = actor.organisation == stored.record.organisation
    return visitor.page(
        "reviewed_one.html",
        template=stored.record,
        version=stored.version,
        lines=template_sheet.sheet(gate, stored.record),
        shown=data,
        own=own,
        sign=None if signed or own else SIGN,
        use=USE if own and actor.account == stored.record.author else None,
        mine=(WITHDRAW,) if actor.account == stored.record.author else (),
        ends=() if own else (COMMISSION, REFUSE, SUSPEND, REVOKE),
        versions=_look_versions(gate, data),
        endings=(PASS, FAIL),
    )


def _look_versions(gate: GateDesk, data: Mapping[str, Any]) -> dict[str, int]:
    return {one["id"]: looks.found(gate, one["id"]).version for one in data.get("looks", ())}
