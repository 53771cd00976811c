"""`sandbox notice …`: the inbox, and where notices go besides it."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from sandbox.cli.frame import Session, command
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import say
from sandbox.locale.words import state_of

notice = typer.Typer(help="通知 · notices", no_args_is_help=True)

_Language = Annotated[str, typer.Option("--language", help="通知的语言 zh 或 en · language of the notices")]


def register(root: typer.Typer) -> None:
    """Add the group."""
    root.add_typer(notice, name="notice")


@notice.callback()
def _group() -> None:
    """通知 · notices."""


@command(notice, "list", person=True)
def list_notices(
    session: Session,
    unread: Annotated[bool, typer.Option("--unread", help="只列未读 · only unread")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="最多条数 · at most")] = 50,
) -> None:
    """本人的通知，最近的在前 · one's own notices, the latest first."""
    from sandbox.oversight import notices

    found = notices.inbox(session.platform.oversight, session.actor(), unread=unread, limit=limit)

    def view(_: Console) -> None:
        rows = [(one.id, one.at[:16], state_of("notice", one.state)[0], one.title, one.body) for one in found]
        columns = (say("通知"), say("时间"), say("状态"), say("标题"), say("内容"))
        session.table(say("通知"), columns, rows)

    session.show({"notices": found}, view)


@command(notice, "read", person=True)
def read(
    session: Session,
    identifier: Annotated[str, typer.Argument(metavar="NOTICE", help="通知编号，或 all · a notice, or all")],
) -> None:
    """读一条通知 · read a notice, or mark all as read."""
    from sandbox.oversight import notices

    actor, desk = session.actor(), session.platform.oversight
    if identifier == "all":
        count = notices.read_all(desk, actor)
        line = say("{count} 条通知已读", count=count)
        session.show({"read": count}, lambda console: console.print(session.text(line), markup=False))
        return
    found = notices.read(desk, actor, identifier)

    def view(console: Console) -> None:
        console.print(session.text(found.title), markup=False, style="bold")
        console.print(session.text(found.body), markup=False)

    session.show(found, view)


@command(notice, "subscribe", person=True)
def subscribe(
    session: Session,
    mail: Annotated[str, typer.Option(help="邮件地址：本人的通知也发邮件 · also by mail")] = "",
    webhook: Annotated[str, typer.Option(help="回调地址：本单位的通知发给自己的系统 · to a system")] = "",
    language: _Language = "zh",
) -> None:
    """通知除控制台外还发往何处 · where notices go besides the console."""
    from sandbox.oversight import subscriptions

    if bool(mail) == bool(webhook):
        raise InputError(say("请用 --mail 或 --webhook 写明一个去处"))
    actor, desk = session.actor(), session.platform.oversight
    if mail:
        made = subscriptions.subscribe_mail(desk, actor, mail, language=language)
        session.show(made, lambda console: console.print(made.id, markup=False))
        return
    made, secret = subscriptions.subscribe_webhook(desk, actor, webhook, language=language)
    line = say("{id} 的签名密钥（只显示这一次）：{secret}", id=made.id, secret=secret)
    session.show(
        {"subscription": made, "secret": secret},
        lambda console: console.print(session.text(line), markup=False),
    )


@command(notice, "unsubscribe", person=True)
def unsubscribe(
    session: Session, subscription: Annotated[str, typer.Argument(help="订阅编号 · subscription")]
) -> None:
    """取消订阅 · cancel."""
    from sandbox.oversight import subscriptions

    made = subscriptions.cancel(session.platform.oversight, session.actor(), subscription)
    session.show(made, lambda console: console.print(made.id, markup=False))


@command(notice, "subscriptions", person=True)
def list_subscriptions(session: Session) -> None:
    """本人和本单位系统的订阅 · one's subscriptions and those of one's organisation's systems."""
    from sandbox.oversight import subscriptions

    found = subscriptions.own(session.platform.oversight, session.actor())

    def view(_: Console) -> None:
        rows = [(one.id, one.channel, one.address, one.language) for one in found]
        session.table(say("订阅"), (say("订阅"), say("方式"), say("地址"), say("语言")), rows)

    session.show({"subscriptions": found}, view)


@command(notice, "send")
def send(session: Session) -> None:
    """发出待发的邮件和回调（平台服务自己会做）· send what waits; the running platform does so by itself."""
    from sandbox.oversight.dispatch import Dispatcher

    platform = session.platform
    platform.settle()
    done = Dispatcher(platform.oversight).round()
    problems = [error.message for _, error in done.failed]
    line = say("发出 {sent} 条，失败 {failed} 条", sent=done.sent, failed=len(done.failed))

    def view(console: Console) -> None:
        console.print(session.text(line), markup=False)
        for one in problems:
            console.print(session.text(one), markup=False)

    session.show(
        {"sent": done.sent, "dropped": done.dropped, "failed": len(done.failed), "problems": problems}, view
    )
