"""The single rules that permissions are made of, each with its code and article.

A rule answers for one actor in one situation: None when it has nothing against it, or the
sentence that refuses. Rules know nothing of steps; `permits` says which rules a step asks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sandbox.kernel.actors import JUDGING_ROLES, STRONG_PROOFS, Actor, Proof, Role
from sandbox.kernel.extents import unheld
from sandbox.kernel.message import Message, say
from sandbox.kernel.policy import out_of_hours
from sandbox.kernel.records import (
    Account,
    Application,
    Duty,
    Grant,
    Item,
    ItemRequest,
    LandingOrder,
    Notice,
    OperatingAgreement,
    Organisation,
    OrganisationRole,
    Responsibility,
    Seat,
    ServiceAgreement,
    Submission,
    Subscription,
    Undertaking,
)
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


def _enrolment(actor: Actor, now: Situation) -> Message | None:
    if actor.proof is not Proof.ENROLMENT or not isinstance(now.record, Account):
        return say("启用账户需要一次性启用码")
    return None if now.record.id == actor.account else say("启用码不属于这个账户")


def _own_account(actor: Actor, now: Situation) -> Message | None:
    if isinstance(now.record, Account) and now.record.id == actor.account:
        return None
    return say("只能办理自己的账户")


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


def _account_in_reach(actor: Actor, now: Situation) -> Message | None:
    """Own organisation always; another's only as an officer of the authority."""
    account = now.record
    if not isinstance(account, Account):
        return MISSING
    if account.organisation == actor.organisation:
        return None
    officer = now.own is not None and OrganisationRole.AUTHORITY in now.own.roles
    if officer and actor.has(Role.AUTHORITY_OFFICER):
        return None
    return say("只能办理本单位人员的账户")


def _first_account(actor: Actor, now: Situation) -> Message | None:
    """In another organisation the authority invites nobody but the first account officer."""
    if isinstance(now.record, Account) and now.record.organisation == actor.organisation:
        return None
    if Role.ORGANISATION_OFFICER in now.granted:
        return say("该单位已有账户管理员：其他人员由该单位自己邀请")
    return None


def _reset_of_judge(actor: Actor, now: Situation) -> Message | None:
    if not now.granted.isdisjoint(JUDGING_ROLES) and actor.account == getattr(now.record, "id", ""):
        return say("担任审查职责的账户不能由本人重置")
    return None


def _grant_own(actor: Actor, now: Situation) -> Message | None:
    if not isinstance(now.record, Grant) or now.account is None:
        return MISSING
    if now.account.organisation != actor.organisation:
        return say("角色只能由本人所在单位授予")
    return None


def _grant_fits(_: Actor, now: Situation) -> Message | None:
    if not isinstance(now.record, Grant) or now.own is None:
        return MISSING
    if now.record.role in JUDGING_ROLES and OrganisationRole.OPERATOR in now.own.roles:
        return say("数据运营商不得授予审查类角色")
    if now.record.role in JUDGING_ROLES and OrganisationRole.DEVELOPER in now.own.roles:
        return say("数据开发利用者不得授予审查类角色")
    return None


def _grant_judging(_: Actor, now: Situation) -> Message | None:
    if isinstance(now.record, Grant) and now.record.role in JUDGING_ROLES:
        return None
    return say("非审查类角色由本单位确认，不需要会签")


def _grant_plain(_: Actor, now: Situation) -> Message | None:
    if isinstance(now.record, Grant) and now.record.role not in JUDGING_ROLES:
        return None
    return say("审查类角色须由大数据主管部门会签")


def _not_self_granted(actor: Actor, now: Situation) -> Message | None:
    if not isinstance(now.record, Grant):
        return MISSING
    if actor.account in (now.record.proposed_by, now.record.account) or actor.person in now.acted:
        return say("提名人和被提名人不得会签")
    return None


def _first_officer(actor: Actor, now: Situation) -> Message | None:
    if now.account is None or now.account.person == actor.person:
        return say("不得任命本人名下的另一个账户")
    if not isinstance(now.record, Grant) or now.record.role is not Role.ORGANISATION_OFFICER:
        return say("主管部门只能任命各单位的首任账户管理员，其余角色由本单位授予")
    return say("该单位已有账户管理员") if Role.ORGANISATION_OFFICER in now.granted else None


def _founding(_: Actor, now: Situation) -> Message | None:
    if isinstance(now.record, Grant) and now.record.founding:
        return None
    return say("只有建立平台时的两名首任经办人免于会签")


def _no_second_authority(_: Actor, now: Situation) -> Message | None:
    """The authority is the one that the home was founded with: nobody registers himself a second."""
    if not isinstance(now.record, Organisation):
        return MISSING
    if OrganisationRole.AUTHORITY in now.record.roles:
        return say("大数据主管部门在建立平台时确定，不能再登记一个")
    return None


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


def _agreement_party(actor: Actor, now: Situation) -> Message | None:
    one = now.record
    if not isinstance(one, ServiceAgreement):
        return MISSING
    if actor.organisation in (one.operator, one.organisation):
        return None
    if now.own is not None and OrganisationRole.AUTHORITY in now.own.roles:
        return None
    return say("本单位不是协议的当事方")


def _agreement_operator(actor: Actor, now: Situation) -> Message | None:
    if not isinstance(now.record, ServiceAgreement):
        return MISSING
    if now.environment is None or now.environment.organisation != now.record.operator:
        return say("协议的运营商不是这个开发利用环境的运营商")
    return None if now.record.operator == actor.organisation else say("协议由数据运营商拟订和签署")


def _agreement_in_force(_: Actor, now: Situation) -> Message | None:
    if now.agreement is None:
        return say("没有授权服务协议")
    if now.agreement.state != "active":
        return say("授权服务协议未生效、已暂停或已终止")
    if now.access is None or now.access.agreement != now.agreement.id:
        return MISSING
    return None if now.access.in_term(now.today) else say("不在授权服务协议的使用期限之内")


def _within_hours(_: Actor, now: Situation) -> Message | None:
    """Seats are used at the hours agreed upon; without any, at all hours."""
    if now.access is None or now.moment is None:
        return MISSING
    return None if now.access.open_at(now.moment) else out_of_hours(now.access)


def _seat_party(actor: Actor, now: Situation) -> Message | None:
    seat, agreement = now.record, now.agreement
    if not isinstance(seat, Seat) or agreement is None:
        return MISSING
    if seat.user == actor.account or agreement.operator == actor.organisation:
        return None
    if now.own is not None and OrganisationRole.AUTHORITY in now.own.roles:
        return None
    return say("席位由本人、运营商或主管部门办理")


def _agreement_stands(_: Actor, now: Situation) -> Message | None:
    """What was made in time may leave after the term; not under a suspended or ended agreement."""
    if now.agreement is None:
        return MISSING
    if now.agreement.state in ("active", "expired"):
        return None
    return say("授权服务协议已暂停或已终止：其产品不得放行")


def _named_user(actor: Actor, now: Situation) -> Message | None:
    seat = now.record if isinstance(now.record, Seat) else now.seat
    if seat is None or now.access is None:
        return MISSING
    if seat.user != actor.account:
        return say("席位属于另一名用户：席位一人一席，不得借用")
    return None if actor.account in now.access.users else say("本人不在授权服务协议的用户名单上")


def _seat_user_listed(_: Actor, now: Situation) -> Message | None:
    if not isinstance(now.record, Seat) or now.access is None:
        return MISSING
    if now.record.user not in now.access.users:
        return say("席位用户不在授权服务协议的用户名单上")
    return None if now.seats_taken < now.access.seats else say("协议约定的席位数已用完")


def _seat_operator(actor: Actor, now: Situation) -> Message | None:
    if now.agreement is None:
        return MISSING
    return None if now.agreement.operator == actor.organisation else say("席位由协议的数据运营商开通")


def _interactive(_: Actor, now: Situation) -> Message | None:
    if not now.snapshots:
        return say("协议还没有任何落地的数据")
    blocked = [one for one in now.snapshots if not one.interactive]
    if not blocked:
        return None
    return say(
        "数据 {code} 不得在交互席位中打开：{reason}", code=blocked[0].dataset, reason=blocked[0].reason
    )


def _isolated(_: Actor, now: Situation) -> Message | None:
    if now.isolation is None:
        return MISSING
    return None if now.isolation else now.isolation.summary()


def _seat_open(_: Actor, now: Situation) -> Message | None:
    if now.seat is None:
        return MISSING
    return None if now.seat.state in ("open", "closed", "provisioned") else say("席位已暂停或到期")


def _author(actor: Actor, now: Situation) -> Message | None:
    if not isinstance(now.record, Submission):
        return MISSING
    own = now.record.author == actor.account and not now.record.sample
    return None if own else say("只有提交人本人可以办理")


def _order_fits(_: Actor, now: Situation) -> Message | None:
    order, item = now.order, (now.items[0] if len(now.items) == 1 else None)
    agreed = now.agreement
    if order is None or item is None or agreed is None or now.access is None:
        return MISSING
    part = now.access.part(order.dataset)
    listed = part is not None and agreed.id == order.agreement and item.id in part.items
    if part is None or not listed or item.state != "approved" or item.dataset != order.dataset:
        return say("落地单没有对应的已批准需求")
    if not set(order.columns) <= set(part.columns):
        return say("落地单的信息项超出了批准的范围")
    return _ready(order, now)


def _extent_held(_: Actor, now: Situation) -> Message | None:
    part = now.access.part(now.order.dataset) if now.access is not None and now.order is not None else None
    if part is None or now.dataset is None or not now.region_names:
        return MISSING
    return unheld(part, now.dataset.core, now.region_names)


def _ready(order: LandingOrder, now: Situation) -> Message | None:
    if now.delivery is None or now.policy is None:
        return MISSING
    if now.delivery.state != "accepted" or now.delivery.dataset != order.dataset:
        return say("交付批次没有通过核对")
    if now.policy.state != "confirmed" or now.policy.dataset != order.dataset:
        return say("脱敏策略没有由数据管理员确认")
    return None


def _undertaken(_: Actor, now: Situation) -> Message | None:
    """The person whose seat it is has signed the text in force, for this agreement."""
    seat = now.record if isinstance(now.record, Seat) else now.seat
    if seat is None or not now.undertaking_version:
        return MISSING
    signed = now.undertaking
    standing = now.agreement
    versions = (seat.agreement, *((*standing.lineage, standing.id) if standing is not None else ()))
    fits = signed is not None and signed.account == seat.user and signed.agreement in versions
    if signed is None or not fits or signed.state != "signed":
        return say(
            "进入席位之前须签署数据安全承诺书："
            "请在控制台首页打开“签署承诺书”，读完全文后签署（协议 {agreement}）",
            agreement=seat.agreement,
        )
    if signed.version == now.undertaking_version:
        return None
    return say(
        "承诺书已更新为第 {version} 版："
        "请在控制台首页打开“签署承诺书”，读完全文后重新签署（协议 {agreement}）",
        version=now.undertaking_version,
        agreement=seat.agreement,
    )


def _seat_stands(_: Actor, now: Situation) -> Message | None:
    """What was made in a seat that is suspended does not leave while it is looked into."""
    if now.seat is None:
        return MISSING
    return say("产品出自已暂停的席位：查明之前不得放行") if now.seat.state == "suspended" else None


def _own_undertaking(actor: Actor, now: Situation) -> Message | None:
    one = now.record
    if not isinstance(one, Undertaking) or now.agreement is None or not now.undertaking_version:
        return MISSING
    if now.access is None:
        return MISSING
    if one.account != actor.account or one.agreement != now.agreement.id:
        return say("承诺书由本人签署，不能代签")
    if actor.account not in now.access.users:
        return say("本人不在授权服务协议的用户名单上")
    if one.version != now.undertaking_version:
        return say("承诺书须按现行版本签署")
    return None


_DUTY_SIDES = {
    Duty.SUPERVISE: frozenset({OrganisationRole.AUTHORITY, OrganisationRole.SUPERVISOR}),
    Duty.PROVIDE: frozenset({OrganisationRole.PROVIDER, OrganisationRole.AUTHORITY}),
    Duty.USE: frozenset({OrganisationRole.OPERATOR, OrganisationRole.DEVELOPER}),
}


def _duty_fits(actor: Actor, now: Situation) -> Message | None:
    """Each side's duty lies with a body of that side; who is no authority names only his own people."""
    one, holder = now.record, now.other
    if not isinstance(one, Responsibility) or holder is None or now.account is None:
        return MISSING
    if now.account.id != one.account or now.account.organisation != holder.id or holder.id != one.holder:
        return say("责任人须是责任单位的人员")
    if now.account.state != "active" or holder.state != "registered":
        return say("责任人或责任单位已停用：请另行指定")
    if _DUTY_SIDES[one.duty].isdisjoint(holder.roles):
        return say("这一方的责任不能由该单位承担")
    officer = now.own is not None and OrganisationRole.AUTHORITY in now.own.roles
    if not officer and (one.duty is not Duty.PROVIDE or holder.id != actor.organisation):
        return say("数据提供部门只指定本部门的责任人，其余由主管部门指定")
    return None


def _no_open_incident(_: Actor, now: Situation) -> Message | None:
    """While something is being looked into, nothing that could prove it is removed."""
    if now.incidents is None:
        return MISSING
    return say("有安全事件尚未办结：办结之前不得清理日志") if now.incidents else None


def _own_inbox(actor: Actor, now: Situation) -> Message | None:
    if isinstance(now.record, Notice) and now.record.account == actor.account:
        return None
    return say("只能办理本人收件箱里的通知")


def _own_subscription(actor: Actor, now: Situation) -> Message | None:
    """One's own mail; an organisation's system only by its account officer."""
    one = now.record
    if not isinstance(one, Subscription):
        return MISSING
    if one.organisation != actor.organisation:
        return say("只能办理本单位的通知订阅")
    if one.channel == "mail" and one.account == actor.account:
        return None
    if one.channel == "webhook" and actor.has(Role.ORGANISATION_OFFICER):
        return None
    return say("邮件订阅由本人办理，系统回调由本单位账户管理员办理")


CREDENTIAL = Rule("credential", "第十六条", _credential)
PASSWORD = Rule("password", "第十六条", _password)
SYSTEM_ONLY = Rule("system-only", "第十六条", _system)
SEAT_OR_CREDENTIAL = Rule("seat-or-credential", "第十六条", _seat_or_credential)
ENROLMENT = Rule("enrolment", "第四条", _enrolment)
OWN_ACCOUNT = Rule("own-account", "第十六条", _own_account)
OWN_RECORD = Rule("own-record", "第六条", _own_record)
NOT_OPERATOR = Rule("not-operator", "第十九条", _not_operator)
IS_AUTHORITY = Rule("is-authority", "第四条", _organisation_is(OrganisationRole.AUTHORITY))
IS_PROVIDER = Rule("is-provider", "第三条", _organisation_is(OrganisationRole.PROVIDER))
IS_OPERATOR = Rule("is-operator", "第十一条", _organisation_is(OrganisationRole.OPERATOR))
IS_DEVELOPER = Rule("is-developer", "第三条", _organisation_is(OrganisationRole.DEVELOPER))
DIFFERENT_PERSON = Rule("different-person", "第八条", _different_person)
ACCOUNT_IN_REACH = Rule("account-in-reach", "第四条", _account_in_reach)
RESET_OF_JUDGE = Rule("reset-of-judge", "第十六条", _reset_of_judge)
GRANT_OWN = Rule("grant-own", "第四条", _grant_own)
GRANT_FITS = Rule("grant-fits", "第十九条", _grant_fits)
GRANT_JUDGING = Rule("grant-judging", "第十九条", _grant_judging)
GRANT_PLAIN = Rule("grant-plain", "第十九条", _grant_plain)
NOT_SELF_GRANTED = Rule("not-self-granted", "第十九条", _not_self_granted)
FOUNDING = Rule("founding", "第四条", _founding)
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
AGREEMENT_PARTY = Rule("agreement-party", "第十二条", _agreement_party)
AGREEMENT_OPERATOR = Rule("agreement-operator", "第十二条", _agreement_operator)
AGREEMENT_IN_FORCE = Rule("agreement-in-force", "第十七条", _agreement_in_force)
WITHIN_HOURS = Rule("within-hours", "第十七条", _within_hours)
AGREEMENT_STANDS = Rule("agreement-stands", "第十七条", _agreement_stands)
NAMED_USER = Rule("named-user", "第十七条", _named_user)
SEAT_USER_LISTED = Rule("seat-user-listed", "第十二条", _seat_user_listed)
SEAT_OPERATOR = Rule("seat-operator", "第十二条", _seat_operator)
INTERACTIVE = Rule("interactive", "第六条", _interactive)
ISOLATED = Rule("isolated", "第十七条", _isolated)
SEAT_OPEN = Rule("seat-open", "第十七条", _seat_open)
AUTHOR = Rule("author", "第十七条", _author)
ORDER_FITS = Rule("order-fits", "第九条", _order_fits)
EXTENT_HELD = Rule("extent-held", "第九条", _extent_held)
NO_SECOND_AUTHORITY = Rule("no-second-authority", "第四条", _no_second_authority)
OWN_OR_AUTHORITY = Rule("own-or-authority", "第九条", _own_or_authority)
OWN_AUTHORITY = Rule("own-authority", "第十一条", _own_authority)
APPLICANT = Rule("applicant", "第七条", _applicant)
SEAT_PARTY = Rule("seat-party", "第十二条", _seat_party)
FIRST_OFFICER = Rule("first-officer", "第四条", _first_officer)
FIRST_ACCOUNT = Rule("first-account", "第四条", _first_account)
UNDERTAKEN = Rule("undertaken", "第十六条", _undertaken)
SEAT_STANDS = Rule("seat-stands", "第十七条", _seat_stands)
OWN_UNDERTAKING = Rule("own-undertaking", "第十六条", _own_undertaking)
DUTY_FITS = Rule("duty-fits", "第十六条", _duty_fits)
NO_OPEN_INCIDENT = Rule("no-open-incident", "第十六条", _no_open_incident)
OWN_INBOX = Rule("own-inbox", "第十六条", _own_inbox)
OWN_SUBSCRIPTION = Rule("own-subscription", "第十六条", _own_subscription)
