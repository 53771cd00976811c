"""Organisations, accounts, roles with their countersignature, and one's own tokens, in the browser."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from starlette.responses import Response

from sandbox.app import Platform
from sandbox.catalog.reading import of_authority, registered
from sandbox.kernel.actors import JUDGING_ROLES, Actor, Role
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import Message
from sandbox.kernel.records import Account, Grant, Organisation, OrganisationRole
from sandbox.locale import words
from sandbox.people import accounts, grants, organisations
from sandbox.store.lists import Sieve, Words
from sandbox.web.actions import Action, Call, Field, Options
from sandbox.web.language import word
from sandbox.web.pages import pager
from sandbox.web.pages.deputies import DEPUTE
from sandbox.web.pages.enrolment import link
from sandbox.web.session import Outcome
from sandbox.web.visitor import Visitor

HERE = "/console/accounts"
_LINK = word("邀请链接（七天内有效，只能用一次，请交给本人）")
_CODE = word("其中的启用码，供命令行使用")


def _invitation(code: str) -> tuple[tuple[Message, str], ...]:
    return (_LINK, link(code)), (_CODE, code)


def _invite(call: Call) -> Outcome:
    form, directory = call.form, call.platform.directory
    made, code = accounts.invite(
        directory,
        call.actor,
        organisation=form.one("organisation", call.actor.organisation),
        name=form.one("login"),
        display_name=form.one("name"),
        identity=form.one("identity"),
    )
    return Outcome(HERE, word("已邀请 {name}", name=made.display_name), once=_invitation(code))


def _reset(call: Call) -> Outcome:
    made, code = accounts.reset(call.platform.directory, call.actor, _login(call))
    return Outcome(
        HERE, word("{name} 的凭证已作废，须重新启用", name=made.display_name), once=_invitation(code)
    )


def _login(call: Call) -> str:
    return call.platform.directory.account_named(call.id).name


def _unlock(call: Call) -> Outcome:
    made = accounts.unlock(call.platform.directory, call.actor, _login(call))
    return Outcome(HERE, word("账户 {name} 已解锁", name=made.name))


def _suspend(call: Call) -> Outcome:
    made = accounts.suspend(call.platform.directory, call.actor, _login(call))
    return Outcome(HERE, word("账户 {name} 已停用", name=made.name))


def _issue(call: Call) -> Outcome:
    days = call.form.number("days", accounts.TOKEN_DAYS) or 0
    scope = call.form.one("scope").replace("，", " ").replace(",", " ").split()
    made = accounts.issue_token(
        call.platform.directory, call.actor, label=call.form.one("label"), days=days, scope=scope
    )
    shown = word("个人令牌（只显示这一次，请存放在本人可读的文件里）")
    return Outcome("/console/me", word("令牌已签发"), once=((shown, made),))


def _revoke_token(call: Call) -> Outcome:
    accounts.revoke_token(call.platform.directory, call.actor, call.form.one("token"))
    return Outcome("/console/me", word("令牌已撤销，立即失效"))


def _propose(call: Call) -> Outcome:
    directory = call.platform.directory
    account = directory.account_named(call.form.one("account")).id
    made = grants.propose(directory, call.actor, account=account, role=_role(call.form.one("role")))
    told = word("已提名，等待主管部门会签") if made.role in JUDGING_ROLES else word("角色已生效")
    return Outcome(HERE, told)


def _role(value: str) -> Role:
    try:
        return Role(value)
    except ValueError:
        raise InputError(word("没有这个角色：请从列表中选择")) from None


def _countersign(call: Call) -> Outcome:
    grants.countersign(call.platform.directory, call.actor, call.id)
    return Outcome(HERE, word("已会签，角色生效"))


def _decline(call: Call) -> Outcome:
    grants.decline(call.platform.directory, call.actor, call.id)
    return Outcome(HERE, word("已不予会签"))


def _revoke(call: Call) -> Outcome:
    grants.revoke(call.platform.directory, call.actor, call.id)
    return Outcome(HERE, word("角色已撤销，立即失效"))


def _appoint(call: Call) -> Outcome:
    directory = call.platform.directory
    grants.appoint(directory, call.actor, directory.account_named(call.form.one("account")).id)
    return Outcome(HERE, word("首任账户管理员已任命"))


def _register(call: Call) -> Outcome:
    form = call.form
    try:
        roles = tuple(OrganisationRole(one) for one in form.many("roles"))
    except ValueError:
        raise InputError(word("没有这种单位身份：请从列表中选择")) from None
    until: date | None = form.day("qualified_until") if form.one("qualified_until") else None
    body = Organisation(
        state="registered",
        name=form.one("name"),
        uscc=form.one("uscc").upper(),
        kind=form.one("kind"),
        roles=roles,
        region=form.one("region", call.platform.settings.region),
        qualified_until=until,
    )
    made = organisations.register(call.platform.directory, call.actor, body)
    return Outcome(HERE, word("单位 {name} 已登记", name=made.name))


def _suspend_body(call: Call) -> Outcome:
    made = organisations.suspend(call.platform.directory, call.actor, call.id)
    return Outcome(HERE, word("单位 {name} 的登记已暂停", name=made.name))


def _reinstate_body(call: Call) -> Outcome:
    made = organisations.reinstate(call.platform.directory, call.actor, call.id)
    return Outcome(HERE, word("单位 {name} 的登记已恢复", name=made.name))


def _own_people(platform: Platform, actor: Actor) -> Options:
    found = platform.store.find(Account, organisation=actor.organisation)
    return tuple((one.record.name, f"{one.record.display_name} {one.record.name}") for one in found)


def _all_people(platform: Platform, _: Actor) -> Options:
    found = platform.store.find(Account)
    return tuple((one.record.name, f"{one.record.display_name} {one.record.name}") for one in found)


def _roles(_: Platform, __: Actor) -> Options:
    return tuple((one.value, words.term(one.value)) for one in Role)


def _bodies(platform: Platform, actor: Actor) -> Options:
    found = [one.record for one in platform.store.find(Organisation)]
    own = [one for one in found if one.id == actor.organisation]
    rest = [one for one in found if one.id != actor.organisation]
    shown = [*own, *rest] if of_authority(platform.directory, actor) else own
    return tuple((one.id, one.name) for one in shown)


def _body_roles(_: Platform, __: Actor) -> Options:
    return tuple((one.value, words.term(one.value)) for one in OrganisationRole)


INVITE = Action(
    "account:invite",
    "accounts",
    word("邀请人员"),
    _invite,
    fields=(
        Field("organisation", word("单位"), "choice", choices=_bodies),
        Field("login", word("登录名")),
        Field("name", word("姓名")),
        Field("identity", word("居民身份证号"), "identity", help=word("只留密文摘要，用来认出同一个人")),
    ),
)
RESET = Action(
    "account:reset",
    "accounts",
    word("重置凭证"),
    _reset,
    grave=True,
    hint=word("口令、动态码、令牌和审查类角色全部作废"),
)
UNLOCK = Action("account:unlock", "accounts", word("解锁"), _unlock)
SUSPEND = Action("account:suspend", "accounts", word("停用"), _suspend, grave=True, hint=word("不可恢复"))
ISSUE = Action(
    "account:issue-token",
    "accounts",
    word("签发个人令牌"),
    _issue,
    fields=(
        Field("label", word("用途")),
        Field("days", word("有效天数"), "number", default=str(accounts.TOKEN_DAYS)),
        Field(
            "scope",
            word("范围"),
            required=False,
            help=word("只能查看写 read；只办某几步写步骤名，如 application:submit；空着就是本人能办的一切"),
        ),
    ),
)
REVOKE_TOKEN = Action(
    "account:revoke-token",
    "accounts",
    word("撤销令牌"),
    _revoke_token,
    fields=(Field("token", word("令牌名称"), "hidden"),),
)
PROPOSE = Action(
    "grant:propose",
    "grants",
    word("提名角色"),
    _propose,
    fields=(
        Field("account", word("人员"), "choice", choices=_own_people),
        Field("role", word("角色"), "choice", choices=_roles),
    ),
    hint=word("审查类角色须由主管部门会签后生效"),
)
COUNTERSIGN = Action("grant:countersign", "grants", word("会签"), _countersign, record=Grant)
DECLINE = Action("grant:decline", "grants", word("不予会签"), _decline, record=Grant, grave=True)
REVOKE = Action("grant:revoke", "grants", word("撤销"), _revoke, record=Grant, grave=True)
APPOINT = Action(
    "grant:appoint",
    "grants",
    word("任命首任账户管理员"),
    _appoint,
    fields=(Field("account", word("人员"), "choice", choices=_all_people),),
)
REGISTER = Action(
    "organisation:register",
    "organisations",
    word("登记单位"),
    _register,
    fields=(
        Field("name", word("单位全称")),
        Field("uscc", word("统一社会信用代码")),
        Field("kind", word("单位类别")),
        Field("roles", word("单位身份"), "checks", choices=_body_roles),
        Field("region", word("行政区划代码"), default="520300"),
        Field("qualified_until", word("第三方资质有效期"), "date", required=False),
    ),
)
SUSPEND_BODY = Action(
    "organisation:suspend", "organisations", word("暂停登记"), _suspend_body, record=Organisation, grave=True
)
REINSTATE_BODY = Action(
    "organisation:reinstate", "organisations", word("恢复登记"), _reinstate_body, record=Organisation
)
ACTIONS = (
    INVITE,
    RESET,
    UNLOCK,
    SUSPEND,
    ISSUE,
    REVOKE_TOKEN,
    PROPOSE,
    COUNTERSIGN,
    DECLINE,
    REVOKE,
    APPOINT,
    REGISTER,
    SUSPEND_BODY,
    REINSTATE_BODY,
)


def listing(visitor: Visitor) -> Response:
    """Return the accounts and grants of the own organisation, of all for the authority, the newest first."""
    platform, actor = visitor.platform, visitor.actor
    everybody = of_authority(platform.directory, actor) or actor.has(Role.SUPERVISOR)
    own = Sieve(organisation=None if everybody else actor.organisation)
    query = visitor.request.query_params.get("q", "").strip()[:200]
    sought = Words(query, organisations=visitor.named(Organisation, query)) if query else None
    seen = everybody or registered(platform.directory, actor)
    part = pager.part(visitor, Account, replace(own, words=sought) if seen else None)
    held = platform.store.lists.hanging(Grant, "account", [one.id for one in part.found])
    settled = replace(own, states=("declined", "in-force", "revoked"))
    bodies = Sieve(words=Words(query) if query else None)
    return visitor.page(
        "accounts.html",
        people=part.records,
        part=part,
        held={
            id: [one.record.role.value for one in found if one.record.state == "in-force"]
            for id, found in held.items()
        },
        waiting=pager.part(visitor, Grant, replace(own, states=("proposed",)), name="waiting"),
        grants=pager.part(visitor, Grant, settled, name="grants"),
        bodies=pager.part(visitor, Organisation, bodies if everybody else None, name="bodies"),
        query=query,
        person_actions=(UNLOCK, RESET, SUSPEND),
        invite=INVITE,
        propose=PROPOSE,
        depute=DEPUTE,
        countersign=COUNTERSIGN,
        decline=DECLINE,
        revoke=REVOKE,
        appoint=APPOINT,
        register=REGISTER,
        suspend_body=SUSPEND_BODY,
        reinstate_body=REINSTATE_BODY,
    )


def me(visitor: Visitor) -> Response:
    """Return one's own account: roles, tokens, and whether a fresh credential is held."""
    platform, actor = visitor.platform, visitor.actor
    account = platform.store.load(Account, actor.account).record
    return visitor.page(
        "me.html",
        account=account,
        tokens=accounts.tokens_of(platform.directory, actor.account)[::-1],
        issue=ISSUE,
        revoke_token=REVOKE_TOKEN,
        facts=platform.store.facts(actor=actor.account, newest_first=True, limit=20),
    )
