"""The single rules of who is who: enrolment, accounts, grants, duties (第四条, 第十六条, 第十九条)."""

from __future__ import annotations

from sandbox.kernel.actors import JUDGING_ROLES, Actor, Proof, Role
from sandbox.kernel.message import Message, say
from sandbox.kernel.oversight_records import Duty, Notice, Responsibility, Subscription
from sandbox.kernel.records import Account, Grant, Organisation, OrganisationRole
from sandbox.kernel.rules import MISSING, Rule
from sandbox.kernel.situation import Situation


def _enrolment(actor: Actor, now: Situation) -> Message | None:
    if actor.proof is not Proof.ENROLMENT or not isinstance(now.record, Account):
        return say("启用账户需要一次性启用码")
    return None if now.record.id == actor.account else say("启用码不属于这个账户")


def _own_account(actor: Actor, now: Situation) -> Message | None:
    if isinstance(now.record, Account) and now.record.id == actor.account:
        return None
    return say("只能办理自己的账户")


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


ENROLMENT = Rule("enrolment", "第四条", _enrolment)
OWN_ACCOUNT = Rule("own-account", "第十六条", _own_account)
ACCOUNT_IN_REACH = Rule("account-in-reach", "第四条", _account_in_reach)
RESET_OF_JUDGE = Rule("reset-of-judge", "第十六条", _reset_of_judge)
GRANT_OWN = Rule("grant-own", "第四条", _grant_own)
GRANT_FITS = Rule("grant-fits", "第十九条", _grant_fits)
GRANT_JUDGING = Rule("grant-judging", "第十九条", _grant_judging)
GRANT_PLAIN = Rule("grant-plain", "第十九条", _grant_plain)
NOT_SELF_GRANTED = Rule("not-self-granted", "第十九条", _not_self_granted)
FOUNDING = Rule("founding", "第四条", _founding)
NO_SECOND_AUTHORITY = Rule("no-second-authority", "第四条", _no_second_authority)
FIRST_OFFICER = Rule("first-officer", "第四条", _first_officer)
FIRST_ACCOUNT = Rule("first-account", "第四条", _first_account)
DUTY_FITS = Rule("duty-fits", "第十六条", _duty_fits)
OWN_INBOX = Rule("own-inbox", "第十六条", _own_inbox)
OWN_SUBSCRIPTION = Rule("own-subscription", "第十六条", _own_subscription)
