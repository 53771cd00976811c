"""`sandbox agree …`: operating agreement, environment, service agreement from draft to its end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated

import typer
from rich.console import Console

from sandbox.cli import policies
from sandbox.cli.frame import Session, command, stated
from sandbox.cli.rules import day
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.application_records import Application, Item
from sandbox.kernel.dataset_records import Dataset
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import say
from sandbox.kernel.records import Environment, OperatingAgreement
from sandbox.kernel.seat_records import Seat
from sandbox.kernel.terms import Terms

agree = typer.Typer(help="协议与环境 · agreements and environments", no_args_is_help=True)

_Agreement = Annotated[str, typer.Argument(help="授权服务协议 · service agreement")]
_Reason = Annotated[str, typer.Option(help="理由 · reason")]
_YEARS = 3


def register(root: typer.Typer) -> None:
    """Add the group."""
    policies.register(agree)
    root.add_typer(agree, name="agree")


@command(agree, "operating-draft", person=True)
def operating_draft(
    session: Session,
    environment: Annotated[str, typer.Argument(help="环境代码 · environment code")],
    scope: Annotated[str, typer.Option(help="运营范围 · scope")],
    start: Annotated[str, typer.Option("--from", help="开始日期，空为今天 · first day")] = "",
    end: Annotated[str, typer.Option("--to", help="结束日期，空为三年 · last day")] = "",
) -> None:
    """运营商拟订开发利用协议 · the operator drafts an operating agreement."""
    from sandbox.access import agreement as contracts

    actor, access = session.actor(), session.platform.access
    first = day(start) if start else access.directory.today()
    made = contracts.draft_operating(
        access,
        actor,
        OperatingAgreement(
            state="drafted",
            organisation=actor.organisation,
            authority=access.directory.authority().id,
            environment_code=environment,
            scope=scope,
            term_from=first,
            term_to=day(end) if end else first + timedelta(days=365 * _YEARS),
        ),
    )
    session.show(made, lambda _: _operating(session, (made,)))


@command(agree, "operating-sign", person=True)
def operating_sign(
    session: Session, agreement: Annotated[str, typer.Argument(help="开发利用协议 · operating agreement")]
) -> None:
    """主管部门签署开发利用协议 · the authority signs it."""
    from sandbox.access import agreement as contracts

    made = contracts.sign_operating(session.platform.access, session.actor(), agreement)
    session.show(made, lambda _: _operating(session, (made,)))


@command(agree, "environment", person=True)
def environment(
    session: Session,
    agreement: Annotated[str, typer.Argument(help="开发利用协议 · operating agreement")],
    name: Annotated[str, typer.Option(help="环境名称 · name")],
    region: Annotated[str, typer.Option(help="行政区划代码，空为环境代码 · region code")] = "",
) -> None:
    """按生效的开发利用协议建立环境 · establish the environment of an operating agreement."""
    from sandbox.access import agreement as contracts

    actor, access = session.actor(), session.platform.access
    signed = access.directory.store.load(OperatingAgreement, agreement).record
    made = contracts.establish(
        access,
        actor,
        Environment(
            state="established",
            organisation=signed.organisation,
            code=signed.environment_code,
            name=name,
            region=region or signed.environment_code,
            agreement=signed.id,
        ),
    )
    session.show(made, lambda console: console.print(made.id, markup=False))


@command(agree, "draft", person=True)
def draft(
    session: Session,
    application: Annotated[str, typer.Argument(help="已批准的申请 · application")],
    user: Annotated[list[str], typer.Option(help="席位用户的登录名，可重复 · named users")],
    item: Annotated[list[str] | None, typer.Option(help="列入的需求，空为全部已批准的 · items")] = None,
    seats: Annotated[int, typer.Option(min=1, help="席位数 · seats")] = 1,
    start: Annotated[str, typer.Option("--from", help="开始日期，空为申请的 · first day")] = "",
    end: Annotated[str, typer.Option("--to", help="结束日期，空为申请的 · last day")] = "",
    hours: Annotated[
        list[str] | None, typer.Option(help="使用时段，如“1-5 08:00-20:00”，可重复，空为不限 · hours")
    ] = None,
    join: Annotated[
        list[str] | None,
        typer.Option(help="许可关联的两个数据集“甲+乙”，可重复 · datasets that may be joined"),
    ] = None,
    output: Annotated[
        list[str] | None, typer.Option(help="产出形式，可重复，空为不限 · output forms")
    ] = None,
    rows: Annotated[
        list[str] | None,
        typer.Option(help="行范围“数据集:信息项=起..止”或“…=值|值”，可重复 · ranges of rows"),
    ] = None,
    quota: Annotated[list[str] | None, typer.Option(help="额度，如 day_runs=20，可重复 · quotas")] = None,
    reviewers: Annotated[int, typer.Option(min=2, max=9, help="每件产品的审查人数 · reviewers needed")] = 2,
) -> None:
    """运营商按批准的需求拟订授权服务协议 · draft a service agreement."""
    from sandbox.access import agreement as contracts
    from sandbox.access.terms import forms_of, hours_of, join_named, narrowings_of, quotas_of

    actor, access = session.actor(), session.platform.access
    asked, listed = _asked(session, application, item or ())
    store = access.directory.store
    ids = {store.load(Dataset, one.dataset).record.code: one.dataset for one in listed}
    by_code = {code: [one.id for one in listed if one.dataset == dataset] for code, dataset in ids.items()}
    made = contracts.draft(
        access,
        actor,
        ServiceAgreement(
            state="drafted",
            organisation=asked.organisation,
            operator=actor.organisation,
            environment=asked.environment,
            application=asked.id,
            items=tuple(one.id for one in listed),
            scenario=asked.scenario,
            term_from=_day_or(start, asked.term_from),
            term_to=_day_or(end, asked.term_to),
            users=tuple(access.directory.account_named(name).id for name in user),
            seats=seats,
            key_id="",
            terms=Terms(
                hours=tuple(hours_of(one) for one in hours or ()),
                quotas=quotas_of(quota or ()),
                joins=tuple(join_named(one, ids) for one in join or ()),
                outputs=forms_of(output or ()),
                narrowings=narrowings_of(rows or (), by_code),
                reviewers=reviewers,
            ),
        ),
    )
    session.show(made, lambda _: _agreements(session, (made,)))


def _asked(session: Session, application: str, items: Sequence[str]) -> tuple[Application, list[Item]]:
    """Return an application with the items that are named, or with all that are approved."""
    store = session.platform.store
    asked = store.load(Application, application).record
    approved = store.find(Item, state="approved", linked=("application", asked.id))
    wanted = items or [one.record.id for one in approved]
    if not wanted:
        raise InputError(say("申请 {id} 还没有批准的需求", id=asked.id))
    return asked, [store.load(Item, one).record for one in wanted]


def _day_or(text: str, otherwise: date) -> date:
    return day(text) if text else otherwise


@command(agree, "accept", person=True)
def accept(session: Session, agreement: _Agreement) -> None:
    """开发利用者同意协议 · the developer accepts."""
    from sandbox.access import agreement as contracts

    _done(session, contracts.accept(session.platform.access, session.actor(), agreement))


@command(agree, "sign", person=True)
def sign(session: Session, agreement: _Agreement) -> None:
    """运营商签署协议，协议的脱敏密钥随之产生 · the operator signs; the masking key is born."""
    from sandbox.access import agreement as contracts

    _done(session, contracts.sign(session.platform.access, session.actor(), agreement))


@command(agree, "suspend", person=True)
def suspend(session: Session, agreement: _Agreement, reason: _Reason) -> None:
    """暂停协议：席位随即不能使用 · suspend an agreement."""
    from sandbox.access import agreement as contracts

    _done(session, contracts.suspend(session.platform.access, session.actor(), agreement, reason=reason))


@command(agree, "terminate", person=True)
def terminate(session: Session, agreement: _Agreement, reason: _Reason) -> None:
    """提前终止协议 · end an agreement before its term."""
    from sandbox.access import agreement as contracts

    _done(session, contracts.terminate(session.platform.access, session.actor(), agreement, reason=reason))


@command(agree, "resume", person=True)
def resume(session: Session, agreement: _Agreement, reason: _Reason) -> None:
    """主管部门恢复暂停的协议 · the authority puts a suspended agreement in force again."""
    from sandbox.access import agreement as contracts

    _done(session, contracts.resume(session.platform.access, session.actor(), agreement, reason=reason))


@command(agree, "operating-terminate", person=True)
def operating_terminate(
    session: Session,
    agreement: Annotated[str, typer.Argument(help="开发利用协议 · operating agreement")],
    reason: _Reason,
) -> None:
    """主管部门终止开发利用协议 · the authority ends an operating agreement."""
    from sandbox.access import agreement as contracts

    actor, access = session.actor(), session.platform.access
    made = contracts.terminate_operating(access, actor, agreement, reason=reason)
    session.show(made, lambda _: _operating(session, (made,)))


@command(agree, "environment-close", person=True)
def environment_close(
    session: Session,
    environment: Annotated[str, typer.Argument(help="环境代码 · environment code")],
    reason: _Reason,
) -> None:
    """主管部门关闭开发利用环境 · the authority closes an environment."""
    from sandbox.access import agreement as contracts
    from sandbox.access.form import environment_of

    actor, access = session.actor(), session.platform.access
    held = environment_of(access, environment)
    made = contracts.close_environment(access, actor, held.id, reason=reason)
    session.show(made, lambda console: console.print(made.id, markup=False))


@command(agree, "expire")
def expire(session: Session) -> None:
    """把期限已过的协议和它们的席位记为到期 · mark agreements whose term has passed, and their seats."""
    from sandbox.access import agreement as contracts
    from sandbox.seats import seat as seats

    made = contracts.expire_due(session.platform.access)
    ended = seats.expire_due(session.platform.seats)

    def view(_: Console) -> None:
        _agreements(session, made)
        rows = [(one.id, one.name, one.agreement, stated(one)) for one in ended]
        session.table(say("席位"), (say("席位"), say("名称"), say("协议"), say("状态")), rows)

    session.show({"expired": made, "seats": ended}, view)


@command(agree, "list", person=True)
def list_agreements(session: Session) -> None:
    """看得到的协议 · the agreements that one may see."""
    from sandbox.access import reading

    actor, access = session.actor(), session.platform.access
    environments = tuple(one.record for one in access.directory.store.find(Environment))
    operating, service = reading.operating(access, actor), reading.agreements(access, actor)

    def view(_: Console) -> None:
        rows = [(one.code, one.name, stated(one)) for one in environments]
        session.table(say("开发利用环境"), (say("代码"), say("名称"), say("状态")), rows)
        _operating(session, operating)
        _agreements(session, service)

    session.show({"environments": environments, "operating": operating, "agreements": service}, view)


@command(agree, "show", person=True)
def show(session: Session, agreement: _Agreement) -> None:
    """一份授权服务协议、其需求与席位 · one service agreement, its items and seats."""
    from sandbox.access import reading

    access = session.platform.access
    store = access.directory.store
    found = reading.agreement(access, session.actor(), agreement)
    items = [store.load(Item, one).record for one in found.items]
    seats = [one.record for one in store.find(Seat, linked=("agreement", found.id))]

    def view(_: Console) -> None:
        _agreements(session, (found,))
        rows = [(one.id, one.dataset, "、".join(one.columns), one.conditions) for one in items]
        session.table(say("列入的需求"), (say("需求"), say("数据集"), say("信息项"), say("条件")), rows)
        taken = [(one.id, one.name, one.user, stated(one)) for one in seats]
        session.table(say("席位"), (say("席位"), say("名称"), say("用户"), say("状态")), taken)

    session.show({"agreement": found, "items": items, "seats": seats}, view)


def _done(session: Session, made: ServiceAgreement) -> None:
    session.show(made, lambda _: _agreements(session, (made,)))


def _operating(session: Session, found: tuple[OperatingAgreement, ...]) -> None:
    rows = [(one.id, one.environment_code, f"{one.term_from} – {one.term_to}", stated(one)) for one in found]
    session.table(say("开发利用协议"), (say("协议"), say("环境"), say("期限"), say("状态")), rows)


def _agreements(session: Session, found: tuple[ServiceAgreement, ...]) -> None:
    rows = [
        (one.id, one.scenario, f"{one.term_from} – {one.term_to}", len(one.users), one.seats, stated(one))
        for one in found
    ]
    columns = (say("协议"), say("场景"), say("期限"), say("用户"), say("席位"), say("状态"))
    session.table(say("授权服务协议"), columns, rows)
