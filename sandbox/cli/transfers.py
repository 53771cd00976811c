"""`sandbox transfer …`: a dataset into another environment, agreed to by both sides, owner and authority."""

from __future__ import annotations

from typing import Annotated

import typer

from sandbox.cli.frame import Session, command, stated
from sandbox.cli.rules import day
from sandbox.kernel.agreement_records import Transfer
from sandbox.kernel.message import say

transfer = typer.Typer(help="跨环境转移 · transfers between environments", no_args_is_help=True)

_Transfer = Annotated[str, typer.Argument(help="跨环境转移 · transfer")]
_Reason = Annotated[str, typer.Option(help="理由 · reason")]


def register(root: typer.Typer) -> None:
    """Add the group."""
    root.add_typer(transfer, name="transfer")


@command(transfer, "propose", person=True)
def propose(
    session: Session,
    dataset: Annotated[str, typer.Argument(help="数据集代码或编号 · dataset")],
    to: Annotated[str, typer.Option(help="转入环境的代码 · code of the target environment")],
    column: Annotated[list[str], typer.Option(help="信息项，可重复 · columns")],
    purpose: Annotated[str, typer.Option(help="用途 · purpose")],
    until: Annotated[str, typer.Option(help="截止日期 · last day")],
) -> None:
    """转入环境的运营商提出 · the target environment's operator proposes."""
    from sandbox.access import transfer as transfers
    from sandbox.access.form import environment_of

    access = session.platform.access
    proposal = transfers.Proposal(
        dataset=dataset,
        target=environment_of(access, to).id,
        columns=tuple(column),
        purpose=purpose,
        until=day(until),
    )
    _show(session, transfers.propose(access.directory, session.actor(), proposal))


@command(transfer, "release", person=True)
def release(session: Session, identifier: _Transfer) -> None:
    """数据所在环境的运营商同意转出 · the source environment's operator agrees."""
    from sandbox.access import transfer as transfers

    _show(session, transfers.release(session.platform.directory, session.actor(), identifier))


@command(transfer, "consent", person=True)
def consent(session: Session, identifier: _Transfer) -> None:
    """数据提供部门同意 · the department that owns the data consents."""
    from sandbox.access import transfer as transfers

    _show(session, transfers.consent(session.platform.directory, session.actor(), identifier))


@command(transfer, "confirm", person=True)
def confirm(session: Session, identifier: _Transfer) -> None:
    """主管部门确认生效 · the authority confirms."""
    from sandbox.access import transfer as transfers

    _show(session, transfers.confirm(session.platform.directory, session.actor(), identifier))


@command(transfer, "decline", person=True)
def decline(session: Session, identifier: _Transfer, reason: _Reason) -> None:
    """任何一方谢绝 · one of the sides declines."""
    from sandbox.access import transfer as transfers

    _show(session, transfers.decline(session.platform.directory, session.actor(), identifier, reason=reason))


@command(transfer, "revoke", person=True)
def revoke(session: Session, identifier: _Transfer, reason: _Reason) -> None:
    """撤销生效的转移：不再落地，已落地的不再挂载 · revoke a transfer in force."""
    from sandbox.access import transfer as transfers

    _show(session, transfers.revoke(session.platform.directory, session.actor(), identifier, reason=reason))


@command(transfer, "list", person=True)
def list_transfers(session: Session) -> None:
    """看得到的跨环境转移 · the transfers that one may see."""
    from sandbox.access import transfer as transfers

    found = transfers.visible(session.platform.directory, session.actor())
    session.show({"transfers": found}, lambda _: _table(session, found))


def _show(session: Session, made: Transfer) -> None:
    session.show(made, lambda _: _table(session, (made,)))


def _table(session: Session, found: tuple[Transfer, ...]) -> None:
    rows = [
        (
            one.id,
            one.dataset,
            one.environment,
            one.target,
            "、".join(one.columns),
            f"{one.until}",
            stated(one),
        )
        for one in found
    ]
    columns = (
        say("转移"), say("数据集"), say("所在环境"), say("转入环境"), say("信息项"), say("截止"), say("状态"),
    )  # fmt: skip
    session.table(say("跨环境转移"), columns, rows)
