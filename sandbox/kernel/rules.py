"""The single rules that permissions are made of, each with its code and article.

A rule answers for one actor in one situation: None when it has nothing against it, or the
sentence that refuses. Rules know nothing of steps; `permits` says which rules a step asks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sandbox.kernel.actors import STRONG_PROOFS, Actor, Proof
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.application_records import Application, Item, ItemRequest
from sandbox.kernel.message import Message, say
from sandbox.kernel.records import OperatingAgreement, OrganisationRole
from sandbox.kernel.situation import Situation

MISSING = say("判断这一条所需的资料不全，按不允许处理")


@dataclass(frozen=True, slots=True)
class Rule:
    """A code that is never reused, the article it rests on, and the question itself."""

    code: str
    article: str
    check: Callable[[Actor, Situation], Message | None]


def _credential(actor: Actor, _: Situation) -> Message | None:
    if actor.proof in STRONG_PROOFS or actor.proof is Proof.SESSION:
        return None
    return say("这一步需要本人凭证：请用口令加动态码，或个人令牌")


def _password(actor: Actor, _: Situation) -> Message | None:
    """A token makes no further tokens: a stolen one would otherwise renew itself for ever."""
    if actor.proof is Proof.PASSWORD_TOTP:
        return None
    return say("签发令牌须用口令加动态码，令牌不能签发令牌")


def _system(actor: Actor, _: Situation) -> Message | None:
    return None if actor.proof is Proof.SYSTEM else say("这一步只由平台自己执行")


def _seat_or_credential(actor: Actor, now: Situation) -> Message | None:
    return None if actor.proof is Proof.SEAT else _credential(actor, now)


def _own_record(actor: Actor, now: Situation) -> Message | None:
    owner = getattr(now.record, "organisation", None)
    if owner is None:
        return MISSING
    return None if owner == actor.organisation else say("这项记录属于别的单位，只能由该单位办理")


def _not_operator(actor: Actor, now: Situation) -> Message | None:
    if now.own is None or now.own.id != actor.organisation:
        return MISSING
    if OrganisationRole.OPERATOR in now.own.roles:
        return say("数据运营商的人员不得办理这一步")
    return None


def _organisation_is(role: OrganisationRole) -> Callable[[Actor, Situation], Message | None]:
    def check(actor: Actor, now: Situation) -> Message | None:
        if now.own is None or now.own.id != actor.organisation:
            return MISSING
        return None if role in now.own.roles else say("本单位不具备办理这一步的身份")

    return check


def _different_person(actor: Actor, now: Situation) -> Message | None:
    return say("同一个人不得办理前后两步") if actor.person in now.acted else None


def _own_or_authority(actor: Actor, now: Situation) -> Message | None:
    if now.own is not None and OrganisationRole.AUTHORITY in now.own.roles:
        return None
    return _own_record(actor, now)


def _own_authority(actor: Actor, now: Situation) -> Message | None:
    one = now.record
    if not isinstance(one, OperatingAgreement):
        return MISSING
    return None if one.authority == actor.organisation else say("开发利用协议由协议写明的主管部门签署")


def _applicant(actor: Actor, now: Situation) -> Message | None:
    if not isinstance(now.record, Application):
        return MISSING
    return None if now.record.applicant == actor.account else say("申请由申请人本人提交")


def _operating_in_force(_: Actor, now: Situation) -> Message | None:
    agreement = now.operating
    if agreement is None:
        return say("没有开发利用协议：请先由主管部门与运营商签订")
    if agreement.state != "active" or not agreement.term_from <= now.today <= agreement.term_to:
        return say("开发利用协议未生效或已到期")
    return None


def _environment_open(_: Actor, now: Situation) -> Message | None:
    if now.environment is None or now.environment.state != "established":
        return say("开发利用环境没有建立或已关闭")
    return None


def _landable(_: Actor, now: Situation) -> Message | None:
    if now.dataset is None:
        return MISSING
    return None if now.dataset.grading.landable else say("涉密、重要或核心数据不得进入开发利用")


def _sector_ruled(_: Actor, now: Situation) -> Message | None:
    """第二十条: data of such a sector follows the sector's own rules, so these must be at hand."""
    if now.dataset is None:
        return MISSING
    if not now.dataset.special_regime or now.dataset.special_regime in now.sectors:
        return None
    return say("该行业数据没有行业规则包，不得进入开发利用")


def _classified(_: Actor, now: Situation) -> Message | None:
    if now.dataset is None:
        return MISSING
    if now.dataset.state != "classified" or not now.dataset.columns:
        return say("数据集还没有由数据管理员确认分类")
    return None


def _five_elements(_: Actor, now: Situation) -> Message | None:
    one = now.record
    if not isinstance(one, Application):
        return MISSING
    named = (one.requests, one.scenario.strip(), one.scope.strip(), one.security_controls.strip())
    if all(named) and all(r.columns and _justified(r, now) for r in one.requests):
        return None
    return say("申请须写明来源、场景、使用范围、使用期限和安全管控，逐项说明理由")


def _justified(request: ItemRequest, now: Situation) -> bool:
    """Every column has its own reason, or where the regime lets it, shares the request's."""
    own = {one.column for one in request.reasons if one.reason.strip()}
    shared = bool(request.justification.strip()) and not now.each_field_justified
    return shared or own >= set(request.columns)


def _term(_: Actor, now: Situation) -> Message | None:
    one = now.record
    if not isinstance(one, Application | ServiceAgreement):
        return MISSING
    return term_fault(one, now)


def term_fault(one: Application | ServiceAgreement | OperatingAgreement, now: Situation) -> Message | None:
    """Return what is wrong with a term of use: turned round, over, or longer than the regime lets it be."""
    if not now.longest_term_days:
        return MISSING
    if one.term_to < one.term_from or one.term_to < now.today:
        return say("使用期限的结束日期早于开始日期或已经过去")
    if (one.term_to - one.term_from).days > now.longest_term_days:
        return say("使用期限超过本办法适用的最长期限")
    return None


def _regime(_: Actor, now: Situation) -> Message | None:
    one = now.record
    if not isinstance(one, Application):
        return MISSING
    if now.regime_ahead:
        return say("所依据的办法尚未施行，不能据以提出申请")
    if now.regime_lapsed and not one.regime_override.strip():
        return say("所依据的办法已过有效期：须由具名人员写明理由后方可开启")
    return None


def _eligible(_: Actor, now: Situation) -> Message | None:
    if now.eligibility is None:
        return MISSING
    return None if now.eligibility else now.eligibility.summary()


def _item_reviewer(actor: Actor, now: Situation) -> Message | None:
    if not isinstance(now.record, Item):
        return MISSING
    if now.record.reviewer == actor.organisation:
        return None
    return say("这项需求不由本单位审核")


def _application_accepted(_: Actor, now: Situation) -> Message | None:
    if now.application is None or now.application.state != "accepted":
        return say("申请尚未通过初审")
    return None


def _items_approved(_: Actor, now: Situation) -> Message | None:
    if not now.items:
        return say("协议没有列入任何已批准的需求")
    if any(item.state != "approved" for item in now.items):
        return say("协议列入了尚未批准的需求")
    return None


def _no_open_incident(_: Actor, now: Situation) -> Message | None:
    """While something is being looked into, nothing that could prove it is removed."""
    if now.incidents is None:
        return MISSING
    return say("有安全事件尚未办结：办结之前不得清理日志") if now.incidents else None


CREDENTIAL = Rule("credential", "第十六条", _credential)
PASSWORD = Rule("password", "第十六条", _password)
SYSTEM_ONLY = Rule("system-only", "第十六条", _system)
SEAT_OR_CREDENTIAL = Rule("seat-or-credential", "第十六条", _seat_or_credential)
OWN_RECORD = Rule("own-record", "第六条", _own_record)
NOT_OPERATOR = Rule("not-operator", "第十九条", _not_operator)
IS_AUTHORITY = Rule("is-authority", "第四条", _organisation_is(OrganisationRole.AUTHORITY))
IS_PROVIDER = Rule("is-provider", "第三条", _organisation_is(OrganisationRole.PROVIDER))
IS_OPERATOR = Rule("is-operator", "第十一条", _organisation_is(OrganisationRole.OPERATOR))
IS_DEVELOPER = Rule("is-developer", "第三条", _organisation_is(OrganisationRole.DEVELOPER))
DIFFERENT_PERSON = Rule("different-person", "第八条", _different_person)
OPERATING_IN_FORCE = Rule("operating-in-force", "第十一条", _operating_in_force)
ENVIRONMENT_OPEN = Rule("environment-open", "第十一条", _environment_open)
LANDABLE = Rule("landable", "第六条", _landable)
SECTOR_RULED = Rule("sector-ruled", "第二十条", _sector_ruled)
CLASSIFIED = Rule("classified", "第五条", _classified)
FIVE_ELEMENTS = Rule("five-elements", "第七条", _five_elements)
TERM = Rule("term", "第七条", _term)
REGIME = Rule("regime", "第二十二条", _regime)
ELIGIBLE = Rule("eligible", "第三条", _eligible)
ITEM_REVIEWER = Rule("item-reviewer", "第八条", _item_reviewer)
APPLICATION_ACCEPTED = Rule("application-accepted", "第八条", _application_accepted)
ITEMS_APPROVED = Rule("items-approved", "第十二条", _items_approved)
OWN_OR_AUTHORITY = Rule("own-or-authority", "第九条", _own_or_authority)
OWN_AUTHORITY = Rule("own-authority", "第十一条", _own_authority)
APPLICANT = Rule("applicant", "第七条", _applicant)
NO_OPEN_INCIDENT = Rule("no-open-incident", "第十六条", _no_open_incident)
