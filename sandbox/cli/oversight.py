"""`sandbox oversight …`: duties and undertakings, the provider account, the bans with their controls."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console

from sandbox.cli.frame import Session, command
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import say
from sandbox.kernel.oversight_records import Duty

oversight = typer.Typer(help="监督：责任、承诺、使用计量 · duties, undertakings, use", no_args_is_help=True)

_Dataset = Annotated[str, typer.Argument(help="数据集代码或编号 · dataset")]
_Reason = Annotated[str, typer.Option(help="理由 · reason")]


def register(root: typer.Typer) -> None:
    """Add the group."""
    root.add_typer(oversight, name="oversight")


def moment(text: str) -> datetime:
    """Return a date or moment that was typed; dates begin at midnight in China."""
    from sandbox.people.directory import CHINA

    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise InputError(say("时间 {text} 应写成 YYYY-MM-DD 或 ISO 8601 时刻", text=text)) from None
    return (found if found.tzinfo is not None else found.replace(tzinfo=CHINA)).astimezone(UTC)


@command(oversight, "duties", person=True)
def duties(session: Session, dataset: _Dataset) -> None:
    """一个数据集监管、提供、使用三方的责任人 · who answers for a dataset, on each side."""
    from sandbox.oversight import duties as room

    found = room.matrix(session.platform.oversight, session.actor(), dataset)

    def view(console: Console) -> None:
        rows = [(one.duty, one.organisation, one.person, one.record) for one in found.rows]
        session.table(say("责任分工"), (say("责任"), say("单位"), say("责任人"), say("依据")), rows)
        for duty in found.missing:
            console.print(session.text(say("尚未指定：{duty}", duty=duty.value)), markup=False)

    session.show({"dataset": found.dataset, "rows": found.rows, "missing": found.missing}, view)


@command(oversight, "assign", person=True)
def assign(
    session: Session,
    dataset: _Dataset,
    duty: Annotated[Duty, typer.Argument(help="supervise 监管、provide 提供、use 使用 · the side")],
    person: Annotated[str, typer.Argument(help="责任人的登录名 · the named person")],
) -> None:
    """指定责任人 · name a person for one side of a dataset."""
    from sandbox.oversight import duties as room

    made = room.assign(
        session.platform.oversight, session.actor(), dataset=dataset, duty=duty, account=person
    )
    session.show(made, lambda console: console.print(made.id, markup=False))


@command(oversight, "relieve", person=True)
def relieve(
    session: Session,
    responsibility: Annotated[str, typer.Argument(help="责任分工编号 · assignment")],
    reason: _Reason,
) -> None:
    """解除责任 · end an assignment."""
    from sandbox.oversight import duties as room

    made = room.relieve(session.platform.oversight, session.actor(), responsibility, reason=reason)
    session.show(made, lambda console: console.print(made.id, markup=False))


@command(oversight, "undertaking")
def undertaking(session: Session) -> None:
    """承诺书现行文本 · the undertaking in force."""
    from sandbox.regulation.undertakings import undertaking as current

    words = current()
    data = {"version": words.version, "title": words.title, "digest": words.digest, "text": words.text}

    def view(console: Console) -> None:
        title = say("{title} 第 {version} 版", title=words.title, version=words.version)
        console.print(session.text(title), markup=False)
        console.print(words.text, markup=False)

    session.show(data, view)


@command(oversight, "sign", person=True)
def sign(
    session: Session, agreement: Annotated[str, typer.Argument(help="授权服务协议 · service agreement")]
) -> None:
    """签署承诺书：进入席位之前由本人签署 · sign the undertaking before entering a seat."""
    from sandbox.oversight import duties as room

    made = room.sign(session.platform.oversight, session.actor(), agreement)
    line = say("承诺书第 {version} 版已签署（{id}）", version=made.version, id=made.id)
    session.show(made, lambda console: console.print(session.text(line), markup=False))


@command(oversight, "signed", person=True)
def signed(session: Session) -> None:
    """本人签署过的承诺书，和还须签署的协议 · what one has signed, and has still to sign."""
    from sandbox.oversight import duties as room

    actor, desk = session.actor(), session.platform.oversight
    done = room.signed_by(desk, actor.account)
    every = [one.record for one in desk.directory.store.find(ServiceAgreement)]
    waiting = room.unsigned(desk, every, actor.account)

    def view(console: Console) -> None:
        rows = [(one.id, one.agreement, one.version) for one in done]
        session.table(say("承诺书"), (say("承诺书"), say("协议"), say("版本")), rows)
        for one in waiting:
            console.print(session.text(say("还须签署：{agreement}", agreement=one)), markup=False)

    session.show({"signed": done, "waiting": waiting}, view)


@command(oversight, "use", person=True)
def use(
    session: Session,
    provider: Annotated[str, typer.Option(help="提供部门，空为本单位或全部 · department")] = "",
    since: Annotated[str, typer.Option(help="起始日期或时刻 · from when")] = "",
    until: Annotated[str, typer.Option(help="截止日期或时刻（不含）· until")] = "",
    rows: Annotated[bool, typer.Option("--rows", help="逐条列出，附日志序号 · row by row")] = False,
) -> None:
    """提供部门账户：数据被使用的数量（第十条）· a department's account: how much its data was used."""
    from sandbox.oversight import use as books

    actor, desk = session.actor(), session.platform.oversight
    body = desk.directory.organisation_named(provider).id if provider else None
    found = books.account(
        desk,
        actor,
        provider=body,
        since=moment(since) if since else None,
        until=moment(until) if until else None,
    )
    sums = books.totals(found)
    names = {one: desk.directory.organisation(one).name for one in {row.provider for row in sums}}

    def view(_: Console) -> None:
        heads = (say("提供部门"), say("数据集"), say("计量"), say("数量"))
        lines = [(names[one.provider], one.dataset, one.metric.value, one.quantity) for one in sums]
        session.table(say("提供部门账户"), heads, lines)
        if rows:
            more = [
                (one.seq, one.at, one.dataset, one.agreement, one.metric.value, one.quantity) for one in found
            ]
            columns = (say("序号"), say("时间"), say("数据集"), say("协议"), say("计量"), say("数量"))
            session.table(say("明细"), columns, more)

    session.show({"totals": sums, "names": names, **({"rows": found} if rows else {})}, view)


@command(oversight, "bans")
def bans(session: Session) -> None:
    """第十七条各项禁止、控制与测试 · the bans of article 17, each with control and test."""
    from sandbox.oversight.controls import controls

    found = [one for one in controls() if one.ban]

    def view(_: Console) -> None:
        rows = [(one.ban, one.text, one.control, "、".join(one.tests) or one.pending) for one in found]
        session.table(say("第十七条的禁止"), (say("项"), say("禁止"), say("控制"), say("测试")), rows)

    session.show({"bans": found}, view)
