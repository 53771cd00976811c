"""The single rules of agreements in force, landings and seats (第九条, 第十二条, 第十六条, 第十七条)."""

from __future__ import annotations

from sandbox.kernel.actors import Actor
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.dataset_records import LandingOrder
from sandbox.kernel.extents import unheld
from sandbox.kernel.message import Message, say
from sandbox.kernel.policy import out_of_hours
from sandbox.kernel.records import OrganisationRole
from sandbox.kernel.review_records import Submission
from sandbox.kernel.rules import MISSING, Rule
from sandbox.kernel.seat_records import Seat, Undertaking
from sandbox.kernel.situation import Situation


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
SEAT_PARTY = Rule("seat-party", "第十二条", _seat_party)
UNDERTAKEN = Rule("undertaken", "第十六条", _undertaken)
SEAT_STANDS = Rule("seat-stands", "第十七条", _seat_stands)
OWN_UNDERTAKING = Rule("own-undertaking", "第十六条", _own_undertaking)
