"""`sandbox incident …`: the switch that stops everything of one target, its evidence, report and end."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from sandbox.cli.frame import Session, command, stated
from sandbox.cli.oversight import moment
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import say
from sandbox.kernel.oversight_records import Incident

incident = typer.Typer(help="安全事件：即时停止、召回、冻结证据、报告 · incidents", no_args_is_help=True)

_Id = Annotated[str, typer.Argument(metavar="INCIDENT", help="事件编号 · incident")]
_Out = Annotated[Path | None, typer.Option("--out", help="写到文件：.html 供打印，其余为 Markdown · file")]


def register(root: typer.Typer) -> None:
    """Add the group."""
    root.add_typer(incident, name="incident")


@command(incident, "open", person=True)
def open_incident(
    session: Session,
    target: Annotated[str, typer.Argument(help="协议、席位、开发利用者或数据集的编号 · what is stopped")],
    title: Annotated[str, typer.Option(help="事件名称 · name")],
    reason: Annotated[str, typer.Option(help="情况 · what happened")],
    known: Annotated[str, typer.Option("--known-at", help="发现时间，空为现在 · when known")] = "",
) -> None:
    """登记安全事件：即时停止、召回并冻结证据 · stop at once, recall, freeze evidence."""
    from sandbox.oversight import evidence
    from sandbox.oversight import incident as room

    actor, desk = session.actor(), session.platform.oversight
    when = moment(known) if known else None
    made = room.open_incident(desk, actor, target, title=title, reason=reason, known_at=when)
    made = evidence.freeze(desk, actor, made.id)
    session.show(made, lambda console: _told(session, console, made))


@command(incident, "freeze", person=True)
def freeze(session: Session, identifier: _Id) -> None:
    """再次冻结证据 · freeze the evidence as it stands now."""
    from sandbox.oversight import evidence

    made = evidence.freeze(session.platform.oversight, session.actor(), identifier)
    session.show(made, lambda console: _told(session, console, made))


@command(incident, "draft", person=True)
def draft(session: Session, identifier: _Id, out: _Out = None) -> None:
    """按日志起草报告，不提交 · draft the report from the facts."""
    from sandbox.oversight import reporting

    paper = reporting.draft(session.platform.oversight, session.actor(), identifier)
    text = paper.html() if out is not None and out.suffix == ".html" else paper.markdown()
    _write(out, text)
    session.show(
        {"incident": identifier, "markdown": paper.markdown(), "file": None if out is None else str(out)},
        lambda console: console.print(text if out is None else str(out), markup=False),
    )


@command(incident, "report", person=True)
def report(
    session: Session,
    identifier: _Id,
    cause: Annotated[str, typer.Option(help="原因 · cause")],
    harm: Annotated[str, typer.Option(help="可能造成的危害 · possible harm")],
    advice: Annotated[str, typer.Option(help="个人可以采取的措施 · what people can do")],
    contact: Annotated[str, typer.Option(help="联系方式 · contact")],
    out: _Out = None,
) -> None:
    """形成事件报告并冻结 · the report, frozen by its digest."""
    from sandbox.oversight import reporting

    findings = reporting.Findings(cause=cause, harm=harm, advice=advice, contact=contact)
    made = reporting.report(session.platform.oversight, session.actor(), identifier, findings)
    _write(out, made.paper.html() if out is not None and out.suffix == ".html" else made.paper.markdown())
    session.show(made.incident, lambda console: _told(session, console, made.incident))


@command(incident, "close", person=True)
def close(
    session: Session,
    identifier: _Id,
    conclusion: Annotated[str, typer.Option(help="处理结论 · conclusion")],
) -> None:
    """由另一名经办人办结 · closed by another officer."""
    from sandbox.oversight import incident as room

    made = room.close(session.platform.oversight, session.actor(), identifier, conclusion=conclusion)
    session.show(made, lambda console: _told(session, console, made))


@command(incident, "reinstate", person=True)
def reinstate(
    session: Session,
    dataset: Annotated[str, typer.Argument(help="停止的数据集编号 · dataset")],
    reason: Annotated[str, typer.Option(help="理由 · reason")],
) -> None:
    """恢复停止的数据集 · a stopped dataset is usable again."""
    from sandbox.oversight import incident as room

    made = room.reinstate_dataset(session.platform.oversight, session.actor(), dataset, reason=reason)
    session.show(made, lambda console: console.print(made.id, markup=False))


@command(incident, "list", person=True)
def list_incidents(session: Session) -> None:
    """安全事件 · incidents."""
    from sandbox.oversight import incident as room

    found = room.incidents(session.platform.oversight, session.actor())

    def view(_: Console) -> None:
        rows = [
            (one.id, one.title, one.target, one.report_due.isoformat()[:16], stated(one)) for one in found
        ]
        columns = (say("事件"), say("名称"), say("针对"), say("报告期限"), say("状态"))
        session.table(say("安全事件"), columns, rows)

    session.show({"incidents": found}, view)


@command(incident, "show", person=True)
def show(session: Session, identifier: _Id) -> None:
    """一件安全事件 · one incident."""
    from sandbox.oversight import incident as room

    found = room.incident(session.platform.oversight, session.actor(), identifier).record
    session.show(found, lambda console: _told(session, console, found))


@command(incident, "evidence", person=True)
def evidence_file(session: Session, identifier: _Id, out: Annotated[Path, typer.Option("--out")]) -> None:
    """取出冻结的证据 · the frozen evidence, checked by its digest."""
    from sandbox.oversight import incident as room

    desk = session.platform.oversight
    found = room.incident(desk, session.actor(), identifier).record
    if not found.evidence:
        raise InputError(say("证据尚未冻结：sandbox incident freeze {id}", id=identifier))
    data = desk.evidence.get(found.evidence)
    _write(out, data.decode())
    line = say("证据 {digest} 已写到 {path}", digest=found.evidence, path=str(out))
    session.show(
        {"file": str(out), "sha256": found.evidence},
        lambda console: console.print(session.text(line), markup=False),
    )


def _write(out: Path | None, text: str) -> None:
    if out is None:
        return
    try:
        with out.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except OSError:
        raise InputError(say("写不了 {path}：文件已存在或目录不可写", path=str(out))) from None


def _told(session: Session, console: Console, made: Incident) -> None:
    line = say(
        "{id} {state}：停止 {stopped} 项，召回 {recalled} 项，报告期限 {due}",
        id=made.id,
        state=stated(made),
        stopped=len(made.stopped),
        recalled=len(made.recalled),
        due=made.report_due.isoformat()[:16],
    )
    console.print(session.text(line), markup=False)
