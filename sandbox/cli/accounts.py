"""`sandbox account …`, `grant …`, `organisation …`: who may act here, and in which roles.

Every change needs the credential of a person whose role covers it; lists need none.
"""

from __future__ import annotations

import os
from typing import Annotated

import typer
from rich.console import Console

from sandbox.cli import eligibility
from sandbox.cli.frame import Session, called, command, stated
from sandbox.cli.rules import day
from sandbox.kernel.actors import Role
from sandbox.kernel.message import say
from sandbox.kernel.records import Account, Grant, Organisation, OrganisationRole
from sandbox.locale.words import state_of
from sandbox.people import accounts, grants, organisations

account = typer.Typer(help="账户、口令与令牌 · accounts, passwords, tokens", no_args_is_help=True)
grant = typer.Typer(help="角色的提名与会签 · roles, proposed and countersigned", no_args_is_help=True)
organisation = typer.Typer(help="单位登记 · the registry of organisations", no_args_is_help=True)

_Login = Annotated[str, typer.Argument(help="登录名 · login name")]
_Grant = Annotated[str, typer.Argument(help="角色记录编号 · id of the grant")]
_Body = Annotated[str, typer.Argument(help="单位编号、统一社会信用代码或全称 · id, code or name")]


def register(root: typer.Typer) -> None:
    """Add the groups."""
    for name, group in (("account", account), ("grant", grant), ("organisation", organisation)):
        root.add_typer(group, name=name)
    eligibility.register(organisation)


@command(account, "list")
def list_accounts(session: Session) -> None:
    """全部账户及其角色 · every account with its roles."""
    directory = session.platform.directory
    found = [
        {
            "id": one.record.id,
            "login": one.record.name,
            "name": one.record.display_name,
            "organisation": directory.organisation(one.record.organisation).name,
            "roles": sorted(role.value for role in directory.roles_of(one.record.id)),
            "state": one.record.state,
        }
        for one in directory.store.find(Account)
    ]

    def view(_: Console) -> None:
        columns = (say("登录名"), say("姓名"), say("单位"), say("角色"), say("状态"))
        rows = [
            (
                one["login"],
                one["name"],
                one["organisation"],
                called(*one["roles"]),
                state_of("account", str(one["state"]))[0],
            )
            for one in found
        ]
        session.table(say("账户"), columns, rows)

    session.show({"accounts": found}, view)


@command(account, "invite", person=True)
def invite(
    session: Session,
    body: Annotated[
        str, typer.Option("--organisation", help="单位编号、代码或全称 · id, code or name of the body")
    ],
    login_name: Annotated[str, typer.Option("--login", help="登录名 · login name")],
    name: Annotated[str, typer.Option(help="姓名 · name")],
    identity: Annotated[
        str | None,
        typer.Option(help="身份证号，不写则提示输入；只留其密文摘要 · resident ID, asked if absent"),
    ] = None,
) -> None:
    """邀请本单位人员，得到一次性启用码 · invite a person and get the one-time code."""
    actor = session.actor()
    directory = session.platform.directory
    number = identity or typer.prompt(session.text(say("身份证号")), err=True)
    made, code = accounts.invite(
        directory,
        actor,
        organisation=directory.organisation_named(body).id,
        name=login_name,
        display_name=name,
        identity=number,
    )
    _show_code(session, made, code)


def _show_code(session: Session, made: Account, code: str) -> None:
    def view(console: Console) -> None:
        console.print(
            session.text(say("{login} 的一次性启用码（七天内有效）：", login=made.name)), markup=False
        )
        console.print(code, markup=False)
        console.print(session.text(say("请当面交给本人，由本人执行 sandbox account enrol")), markup=False)

    session.show({"account": made.id, "login": made.name, "code": code}, view)


@command(account, "enrol")
def enrol(
    session: Session, code: Annotated[str, typer.Argument(help="一次性启用码 · the one-time code")]
) -> None:
    """凭一次性启用码设定口令和动态码 · set password and second factor by the one-time code.

    口令由 SANDBOX_PASSWORD 给出或当场输入两遍 · the password comes from SANDBOX_PASSWORD or is asked twice.
    """
    directory = session.platform.directory
    password = os.environ.get("SANDBOX_PASSWORD") or typer.prompt(
        session.text(say("新口令")), hide_input=True, confirmation_prompt=True, err=True
    )
    done = accounts.enrol(directory, code, password=password)
    data = {
        "account": done.account.id,
        "login": done.account.name,
        "totp_secret": done.totp_secret,
        "totp_address": done.totp_address,
    }

    def view(console: Console) -> None:
        console.print(session.text(say("账户 {login} 已启用", login=done.account.name)), markup=False)
        line = say("动态码密钥（只显示这一次，录入身份验证器）：{secret}", secret=done.totp_secret)
        console.print(session.text(line), markup=False)
        console.print(done.totp_address, markup=False)

    session.show(data, view)


@command(account, "token", person=True)
def token(
    session: Session,
    label: Annotated[str, typer.Option(help="用途 · what it is for")] = "cli",
    days: Annotated[int, typer.Option(help="有效天数 · days until it expires")] = accounts.TOKEN_DAYS,
    scope: Annotated[
        list[str] | None,
        typer.Option(
            help="只能办理哪些：read、记录种类、种类:步骤，可多次 · steps or kinds it is bounded to"
        ),
    ] = None,
) -> None:
    """签发本人令牌，只显示一次 · issue a personal token, shown once."""
    actor = session.actor()
    made = accounts.issue_token(session.platform.directory, actor, label=label, days=days, scope=scope or ())
    data = {"token": made, "name": made.split(".")[2], "label": label, "days": days, "scope": scope or []}
    session.show(data, lambda console: console.print(made, markup=False))


@command(account, "tokens", person=True)
def tokens(session: Session) -> None:
    """本人的令牌：名称、用途、期限 · one's own tokens by name, use and term."""
    actor = session.actor()
    found = accounts.tokens_of(session.platform.directory, actor.account)

    def view(_: Console) -> None:
        rows = [(one.name, one.label, " ".join(one.scope), one.expires, one.revoked) for one in found]
        heads = (say("名称"), say("用途"), say("范围"), say("有效期至"), say("已撤销"))
        session.table(say("个人令牌"), heads, rows)

    session.show({"tokens": found}, view)


@command(account, "revoke-token", person=True)
def revoke_token(
    session: Session, name: Annotated[str, typer.Argument(help="令牌名称 · name of the token")]
) -> None:
    """撤销本人的令牌，立即失效 · revoke one's own token at once."""
    accounts.revoke_token(session.platform.directory, session.actor(), name)
    _done(session, {"token": name, "revoked": True}, name)


@command(account, "reset", person=True)
def reset(session: Session, login_name: _Login) -> None:
    """重置本单位人员的凭证：口令、动态码、令牌和审查类角色全部作废 · void credentials and judging roles."""
    made, code = accounts.reset(session.platform.directory, session.actor(), login_name)
    _show_code(session, made, code)


@command(account, "unlock", person=True)
def unlock(session: Session, login_name: _Login) -> None:
    """解锁本单位人员的账户 · unlock an account of one's own organisation."""
    made = accounts.unlock(session.platform.directory, session.actor(), login_name)
    _done(session, made, f"{made.name} {session.text(stated(made))}")


@command(account, "suspend", person=True)
def suspend(session: Session, login_name: _Login) -> None:
    """停用账户，不可恢复 · suspend an account, for good."""
    made = accounts.suspend(session.platform.directory, session.actor(), login_name)
    _done(session, made, f"{made.name} {session.text(stated(made))}")


@command(grant, "list")
def list_grants(
    session: Session,
    login_name: Annotated[str | None, typer.Option("--account", help="登录名 · login name")] = None,
    state: Annotated[str | None, typer.Option(help="proposed | in-force | declined | revoked")] = None,
) -> None:
    """角色记录 · grants."""
    directory = session.platform.directory
    linked = None if login_name is None else ("account", directory.account_named(login_name).id)
    found = [one.record for one in directory.store.find(Grant, state=state, linked=linked)]

    def view(_: Console) -> None:
        names = {one.record.id: one.record.name for one in directory.store.find(Account)}
        rows = [
            (
                one.id,
                names[one.account],
                called(one.role.value),
                names.get(one.proposed_by, one.proposed_by),
                stated(one),
            )
            for one in found
        ]
        columns = (say("编号"), say("账户"), say("角色"), say("提名人"), say("状态"))
        session.table(say("角色记录"), columns, rows)

    session.show({"grants": found}, view)


@command(grant, "propose", person=True)
def propose(
    session: Session, login_name: _Login, role: Annotated[Role, typer.Argument(help="角色 · role")]
) -> None:
    """提名本单位人员；审查类角色待主管部门会签 · propose a role; judging roles await the authority."""
    actor, directory = session.actor(), session.platform.directory
    made = grants.propose(directory, actor, account=directory.account_named(login_name).id, role=role)
    _show_grant(session, made)


@command(grant, "depute", person=True)
def depute(
    session: Session,
    login_name: _Login,
    role: Annotated[Role, typer.Argument(help="角色 · role")],
    deputy_for: Annotated[str, typer.Option("--for", help="被代理人的登录名 · whom for")],
    start: Annotated[str, typer.Option("--from", help="首日 YYYY-MM-DD · first day")],
    until: Annotated[str, typer.Option("--until", help="末日 YYYY-MM-DD · last day")],
) -> None:
    """提名具名代理人，限期代行职责 · name a deputy for a term."""
    from sandbox.cli.rules import day

    actor, directory = session.actor(), session.platform.directory
    made = grants.depute(
        directory,
        actor,
        account=directory.account_named(login_name).id,
        role=role,
        deputy_for=directory.account_named(deputy_for).id,
        term=grants.Term(day(start), day(until)),
    )
    _show_grant(session, made)


@command(grant, "countersign", person=True)
def countersign(session: Session, identifier: _Grant) -> None:
    """会签审查类角色，提名人和被提名人不得会签 · countersign a judging role."""
    _show_grant(session, grants.countersign(session.platform.directory, session.actor(), identifier))


@command(grant, "decline", person=True)
def decline(session: Session, identifier: _Grant) -> None:
    """不予会签 · decline to countersign."""
    _show_grant(session, grants.decline(session.platform.directory, session.actor(), identifier))


@command(grant, "revoke", person=True)
def revoke(session: Session, identifier: _Grant) -> None:
    """撤销本单位人员的角色 · revoke a role."""
    _show_grant(session, grants.revoke(session.platform.directory, session.actor(), identifier))


@command(grant, "appoint", person=True)
def appoint(session: Session, login_name: _Login) -> None:
    """主管部门任命某单位的首任账户管理员 · appoint the first account officer of an organisation."""
    actor, directory = session.actor(), session.platform.directory
    _show_grant(session, grants.appoint(directory, actor, directory.account_named(login_name).id))


@command(organisation, "list")
def list_organisations(session: Session) -> None:
    """登记的单位 · registered organisations."""
    found = [one.record for one in session.platform.store.find(Organisation)]

    def view(_: Console) -> None:
        rows = [
            (one.id, one.name, one.uscc, one.kind, called(*(role.value for role in one.roles)), stated(one))
            for one in found
        ]
        columns = (say("编号"), say("名称"), say("代码"), say("类别"), say("身份"), say("状态"))
        session.table(say("单位"), columns, rows)

    session.show({"organisations": found}, view)


@command(organisation, "register", person=True)
def register_organisation(
    session: Session,
    name: Annotated[str, typer.Option(help="全称 · full name")],
    uscc: Annotated[str, typer.Option(help="统一社会信用代码 · code")],
    kind: Annotated[str, typer.Option(help="单位类别 · kind")],
    role: Annotated[list[OrganisationRole], typer.Option(help="身份，可写多次 · what it is, repeatable")],
    region: Annotated[str, typer.Option(help="行政区划代码 · region code")] = "520300",
    qualified_until: Annotated[
        str | None, typer.Option(help="第三方资质有效期 YYYY-MM-DD · qualified until")
    ] = None,
) -> None:
    """登记单位（主管部门）· register an organisation."""
    body = Organisation(
        state="registered",
        name=name,
        uscc=uscc.strip().upper(),
        kind=kind,
        roles=tuple(dict.fromkeys(role)),
        region=region,
        qualified_until=None if qualified_until is None else day(qualified_until),
    )
    made = organisations.register(session.platform.directory, session.actor(), body)
    _done(session, made, f"{made.id} {made.name}")


@command(organisation, "suspend", person=True)
def suspend_organisation(session: Session, body: _Body) -> None:
    """暂停单位的登记 · suspend an organisation."""
    actor, directory = session.actor(), session.platform.directory
    made = organisations.suspend(directory, actor, directory.organisation_named(body).id)
    _done(session, made, f"{made.name} {session.text(stated(made))}")


@command(organisation, "reinstate", person=True)
def reinstate_organisation(session: Session, body: _Body) -> None:
    """恢复单位的登记 · reinstate an organisation."""
    actor, directory = session.actor(), session.platform.directory
    made = organisations.reinstate(directory, actor, directory.organisation_named(body).id)
    _done(session, made, f"{made.name} {session.text(stated(made))}")


def _show_grant(session: Session, made: Grant) -> None:
    _done(session, made, f"{made.id} {session.text(called(made.role.value))} {session.text(stated(made))}")


def _done(session: Session, data: object, line: str) -> None:
    session.show(data, lambda console: console.print(line, markup=False))
