"""Reviewed templates (审定模板, 第十九条): whose signatures make one, who may end it, what may leave by it.

An instance leaves without a new vote only while everything that was signed still holds: the digest, the
lawful set of signatures, policy, term, number, recipient, values, inputs. One doubt and it goes to the
ordinary review. Pure.
"""

from __future__ import annotations

from datetime import date

from sandbox.kernel.actors import Actor
from sandbox.kernel.catalogue_rules import excluded
from sandbox.kernel.message import Message, say
from sandbox.kernel.records import Organisation, OrganisationRole
from sandbox.kernel.review_records import Capacity
from sandbox.kernel.review_rules import capacity_of, lawful
from sandbox.kernel.rules import MISSING, Rule
from sandbox.kernel.situation import Situation
from sandbox.kernel.template_records import (
    Instance,
    Parameter,
    ParameterKind,
    Template,
    TemplateLook,
    TemplateSignature,
    terms_digest,
)

MOST_INSTANCES, MOST_VALUES, MOST_PARAMETERS, MOST_DECIMALS = 1000, 400, 12, 6
LEAST_SHARE = 5
"""Of a hundred instances at least so many are looked at afterwards."""


def _terms_whole(_: Actor, now: Situation) -> Message | None:
    """A template says everything that is to be signed, within what its agreement allows."""
    one, access = now.template, now.access
    if one is None or access is None:
        return MISSING
    if one.digest != terms_digest(one):
        return say("模板的条款与登记的摘要不符")
    if not (one.title.strip() and one.sql.strip() and one.plan and one.columns and one.datasets):
        return say("模板须写明名称、SQL 和输出列")
    if one.recipient != one.organisation or one.organisation != access.organisation:
        return say("模板产品只能由协议的开发利用者领取")
    if not (access.term_from <= one.term_from <= one.term_to <= access.term_to):
        return say("模板的期限须在授权服务协议的期限之内")
    return _numbers(one)


def _numbers(one: Template) -> Message | None:
    if not 1 <= one.number <= MOST_INSTANCES:
        return say("模板的次数须在 1 到 {most} 之间", most=MOST_INSTANCES)
    if not LEAST_SHARE <= one.share <= 100:
        return say("抽查比例须在 {least}% 到 100% 之间", least=LEAST_SHARE)
    if not 0 <= one.decimals <= MOST_DECIMALS or len(one.parameters) > MOST_PARAMETERS:
        return say(
            "小数位数不超过 {most} 位，参数不超过 {parameters} 个",
            most=MOST_DECIMALS,
            parameters=MOST_PARAMETERS,
        )
    if len({each.name for each in one.parameters}) != len(one.parameters):
        return say("模板的参数有重名")
    return next((found for each in one.parameters if (found := parameter_fault(each)) is not None), None)


def parameter_fault(one: Parameter) -> Message | None:
    """Return why a parameter allows no lawful value, or None: a closed list, or a range with both ends."""
    listed, ranged = bool(one.values), bool(one.low or one.high)
    if listed == ranged or len(one.values) > MOST_VALUES or len(set(one.values)) != len(one.values):
        return say("参数 {name} 须写明一个不重复的取值清单，或一个上下限", name=one.name)
    if ranged and (one.kind is ParameterKind.TEXT or not (one.low and one.high)):
        return say("参数 {name} 的上下限须是数字或日期，并且两端都写明", name=one.name)
    if any(
        _ordered(one.kind, value) is None for value in (*one.values, *((one.low, one.high) if ranged else ()))
    ):
        return say("参数 {name} 的取值写法不对：数字写成 12 或 12.5，日期写成 2026-01-31", name=one.name)
    if ranged and not (_ordered(one.kind, one.low) or 0) <= (_ordered(one.kind, one.high) or 0):
        return say("参数 {name} 的下限高于上限", name=one.name)
    return None


def value_allowed(one: Parameter, value: str) -> bool:
    """Return whether a value is in the parameter's list or range; a spelling that is not plain is not."""
    place = _ordered(one.kind, value)
    if place is None:
        return False
    if one.values:
        return any(_ordered(one.kind, each) == place for each in one.values) and (
            one.kind is not ParameterKind.TEXT or value in one.values
        )
    low, high = _ordered(one.kind, one.low), _ordered(one.kind, one.high)
    return low is not None and high is not None and low <= place <= high


def _ordered(kind: ParameterKind, value: str) -> float | None:
    """Return where a value lies in the order of its kind, texts at one place; None for another spelling."""
    if kind is ParameterKind.TEXT:
        return 0.0 if value and value.isprintable() else None
    if kind is ParameterKind.DATE:
        try:
            return float(date.fromisoformat(value).toordinal()) if len(value) == 10 else None
        except ValueError:
            return None
    plain = value.isascii() and value.replace(".", "", 1).isdigit() and len(value) <= 18
    return float(value) if plain and not value.startswith(".") and not value.endswith(".") else None


def _never_the_proposer(actor: Actor, now: Situation) -> Message | None:
    """The developer's people and the operator's never sign or look, whatever account they use."""
    one = now.template
    if one is None or now.own is None:
        return MISSING
    if actor.account == one.author or actor.organisation == one.organisation:
        return say("模板提出人及其所在单位的人员不得签署或抽查")
    if actor.person in now.acted:
        return say("提出单位和运营商的人员换用其他账户也不得签署或抽查")
    return None


def _signs_in_capacity(actor: Actor, now: Situation) -> Message | None:
    one = now.record
    if not isinstance(one, TemplateSignature) or now.own is None:
        return MISSING
    if (one.account, one.person, one.organisation) != (actor.account, actor.person, actor.organisation):
        return say("签署只能由本人办理")
    capacity = capacity_of(now.own, now)
    allowed = {capacity}
    if capacity is Capacity.AUTHORITY and actor.organisation in now.providers:
        allowed.add(Capacity.PROVIDER)
    if capacity is None or one.capacity not in allowed:
        return say("本单位既不是主管部门、也不是所用数据的提供部门或受托第三方")
    return _qualified(now.own, now) if one.capacity is Capacity.THIRD_PARTY else None


def _qualified(body: Organisation, now: Situation) -> Message | None:
    if now.template is None or body.id not in now.template.commissioned:
        return say("第三方没有受主管部门委托审查这个模板")
    if body.qualified_until is None or body.qualified_until < now.today:
        return say("第三方的资质不存在或已过期")
    return None


def _one_signature(actor: Actor, now: Situation) -> Message | None:
    if now.signatures is None:
        return MISSING
    if any(one.person == actor.person for one in now.signatures):
        return say("一人一签：本人已经签署过这个模板")
    return None


def _signs_these_terms(_: Actor, now: Situation) -> Message | None:
    """What is signed is the digest of the terms as they lie there, and nothing that anybody says of them."""
    one, signed = now.template, now.record
    if one is None or not isinstance(signed, TemplateSignature):
        return MISSING
    if one.state != "signing":
        return say("模板不在签署之中")
    if signed.template != one.id or signed.digest != one.digest or one.digest != terms_digest(one):
        return say("签署的摘要与模板的条款不符：请重新打开模板核对后再签")
    return None


def _signed_lawfully(_: Actor, now: Situation) -> Message | None:
    """The authority with every input's provider, or a commissioned third party with one of them."""
    one = now.template
    if one is None or now.signatures is None:
        return MISSING
    held = [each for each in now.signatures if each.template == one.id and each.digest == one.digest]
    if one.digest != terms_digest(one) or len(held) != len(now.signatures):
        return say("模板的签名与条款的摘要不符：不得据此放行")
    if not now.providers or not lawful(held, now):
        return say("模板还没有主管部门和每个数据提供部门（或受托第三方与其一）的签名")
    return None


def _may_end(actor: Actor, now: Situation) -> Message | None:
    """Any side that signed may end it at once, and so may the authority."""
    if now.template is None or now.signatures is None or now.own is None:
        return MISSING
    sides = {one.organisation for one in now.signatures}
    if actor.organisation in sides or OrganisationRole.AUTHORITY in now.own.roles:
        return None
    return None if actor.organisation in now.providers else say("只有签署方和主管部门可以停用或撤销模板")


def _reasoned(_: Actor, now: Situation) -> Message | None:
    if now.template is None:
        return MISSING
    return None if now.template.reason.strip() else say("停用、撤销或不同意模板须写明理由")


def _in_force(_: Actor, now: Situation) -> Message | None:
    one = now.template
    if one is None:
        return MISSING
    if one.state == "suspended":
        return say("模板已停用，不能恢复：请由签署人撤销，再另拟一份送签")
    if one.state != "in-force":
        return say("模板还没有生效，或已撤销、用完、到期：请另拟一份送签")
    if not one.term_from <= now.today <= one.term_to:
        return say("不在模板的期限之内")
    return None if one.used < one.number else say("模板的次数已经用完")


def _instance_fits(_: Actor, now: Situation) -> Message | None:
    """The product is the plan that was signed, with allowed values, made by the gate, for whom it was."""
    one, found = now.template, now.instance
    if one is None or found is None or now.access is None:
        return MISSING
    if found.plan != one.plan:
        return say("产品的 SQL 与审定模板不一致：按新产品审查")
    if (found.recipient, found.agreement) != (one.recipient, one.agreement):
        return say("领取单位或协议与审定模板不一致")
    if found.policy != one.policy or now.access.digest != one.policy:
        return say("访问策略在签署之后有变化：模板须重新签署")
    return _values_fit(one, found) or _made_by_the_gate(found)


def _values_fit(one: Template, found: Instance) -> Message | None:
    given = dict(found.values)
    if set(given) != {each.name for each in one.parameters}:
        return say("参数须与模板的参数一一对应")
    for each in one.parameters:
        if not value_allowed(each, given[each.name]):
            return say("参数 {name} 的取值不在审定的范围内", name=each.name)
    return None


def _made_by_the_gate(found: Instance) -> Message | None:
    if not found.proven:
        return say("闸口没有证明这一产品安全：按新产品审查")
    return None if found.written else say("产品的内容不是闸口按审定的格式和取整写出的：按新产品审查")


def _inputs_stand(_: Actor, now: Situation) -> Message | None:
    one = now.template
    if one is None or not now.inputs or not now.snapshots:
        return MISSING
    if {each.id for each in now.inputs} != set(one.datasets):
        return say("产品所用的数据集与审定模板不一致")
    gone = [each for each in now.inputs if each.state in ("withdrawn", "suspended")]
    if gone or any(each.state != "published" for each in now.snapshots):
        return say("模板所用的数据已被提供部门撤回或暂停")
    return next((why for each in now.inputs if (why := excluded(each)) is not None), None)


def _no_incident(_: Actor, now: Situation) -> Message | None:
    """While an incident about any of it is being looked into, everything goes to people."""
    one = now.template
    if one is None or now.incidents is None or now.seat is None:
        return MISSING
    concerned = {one.agreement, one.organisation, now.seat.id, *one.datasets}
    if any(concerned & {each.target, *each.stopped} for each in now.incidents if each.state != "closed"):
        return say("有关的安全事件尚未办结：模板暂不使用")
    return None


def _may_look(actor: Actor, now: Situation) -> Message | None:
    one = now.record
    if not isinstance(one, TemplateLook) or now.own is None or now.template is None:
        return MISSING
    capacity = capacity_of(now.own, now)
    if capacity is None:
        return say("本单位既不是主管部门、也不是所用数据的提供部门或受托第三方")
    if one.account != actor.account or one.person != actor.person:
        return say("抽查结果只能由抽查人本人填写")
    return _qualified(now.own, now) if capacity is Capacity.THIRD_PARTY else None


def _told_why(_: Actor, now: Situation) -> Message | None:
    if not isinstance(now.record, TemplateLook):
        return MISSING
    return None if now.record.reason.strip() else say("抽查不合格须写明理由")


def _over(_: Actor, now: Situation) -> Message | None:
    if now.template is None:
        return MISSING
    return None if now.today > now.template.term_to else say("模板还没有到期")


TERMS_WHOLE = Rule("terms-whole", "第十九条", _terms_whole)
NEVER_THE_PROPOSER = Rule("never-the-proposer", "第十九条", _never_the_proposer)
SIGNS_IN_CAPACITY = Rule("signs-in-capacity", "第十九条", _signs_in_capacity)
ONE_SIGNATURE = Rule("one-signature", "第十九条", _one_signature)
SIGNS_THESE_TERMS = Rule("signs-these-terms", "第十九条", _signs_these_terms)
SIGNED_LAWFULLY = Rule("signed-lawfully", "第十九条", _signed_lawfully)
MAY_END = Rule("may-end", "第十九条", _may_end)
REASONED = Rule("reasoned", "第十九条", _reasoned)
TEMPLATE_IN_FORCE = Rule("template-in-force", "第十九条", _in_force)
INSTANCE_FITS = Rule("instance-fits", "第十九条", _instance_fits)
INPUTS_STAND = Rule("inputs-stand", "第十七条", _inputs_stand)
NO_INCIDENT = Rule("no-incident", "第十六条", _no_incident)
MAY_LOOK = Rule("may-look", "第十九条", _may_look)
TOLD_WHY = Rule("told-why", "第十九条", _told_why)
TEMPLATE_OVER = Rule("template-over", "第十九条", _over)
