"""`sandbox apply …` for what is written before it is judged: drafts, papers, answers, what the portal sent.

Holds no rule: reads what was written down, calls the access room, shows what came of it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from sandbox.cli.frame import Session, command
from sandbox.kernel.application_records import Application
from sandbox.kernel.message import say

_Application = Annotated[str, typer.Argument(help="申请 · application")]
_Form = Annotated[Path, typer.Argument(help="申请表（TOML 或 JSON）· the form")]
_Papers = Annotated[list[Path] | None, typer.Option("--attach", help="附件，可重复 · a paper, repeatable")]


def register(apply: typer.Typer) -> None:
    """Add the commands to the group."""
    command(apply, "draft", person=True)(draft)
    command(apply, "revise", person=True)(revise)
    command(apply, "attach", person=True)(attach)
    command(apply, "hand-in", person=True)(hand_in)
    command(apply, "answer", person=True)(answer)
    command(apply, "import", person=True)(bring_in)
    command(apply, "paper", person=True)(paper)


def draft(session: Session, form: _Form) -> None:
    """存为草稿，只有本单位看得到 · keep a draft that only the own organisation sees."""
    from sandbox.access import drafts
    from sandbox.access.form import application_of, read_file

    actor, access = session.actor(), session.platform.access
    document = {"regime": session.platform.settings.regime, **read_file(form)}
    _show(session, drafts.draft(access, actor, application_of(access, actor, document)))


def revise(session: Session, application: _Application, form: _Form) -> None:
    """改写草稿 · rewrite a draft."""
    from sandbox.access import drafts
    from sandbox.access.form import application_of, read_file

    actor, access = session.actor(), session.platform.access
    document = {"regime": session.platform.settings.regime, **read_file(form)}
    _show(session, drafts.revise(access, actor, application, application_of(access, actor, document)))


def attach(
    session: Session,
    application: _Application,
    papers: Annotated[list[Path], typer.Argument(help="附件文件 · papers", metavar="FILE…")],
) -> None:
    """给草稿附上材料，按摘要留存 · add papers to a draft, kept by digest."""
    from sandbox.access import drafts

    _show(session, drafts.attach(session.platform.access, session.actor(), application, papers))


def hand_in(session: Session, application: _Application) -> None:
    """提交草稿 · hand a draft in."""
    from sandbox.access import drafts

    access, actor = session.platform.access, session.actor()
    made = drafts.hand_in(access, actor, application)
    warn(session, made.regime)
    _show(session, made)


def answer(session: Session, application: _Application, form: _Form, papers: _Papers = None) -> None:
    """按补正通知重新提交 · answer the notice of what was missing."""
    from sandbox.access import drafts
    from sandbox.access.form import application_of, read_file

    actor, access = session.actor(), session.platform.access
    document = {"regime": session.platform.settings.regime, **read_file(form)}
    asked = application_of(access, actor, document)
    _show(session, drafts.answer(access, actor, application, asked, papers=papers or ()))


def bring_in(
    session: Session, file: Annotated[Path, typer.Argument(help="门户导出的 JSON · JSON of the portal")]
) -> int:
    """导入门户的申请，保留门户编号；逐项说明结果 · bring in the portal's applications, one by one."""
    from sandbox.access import portal

    access, actor = session.platform.access, session.actor()
    made = portal.bring_in(access, actor, portal.read_portal(file), regime=session.platform.settings.regime)

    def view(_: Console) -> None:
        rows = [(one.place, one.number, one.application, one.problem or "") for one in made]
        columns = (say("序号"), say("门户编号"), say("申请"), say("未导入的原因"))
        session.table(say("门户申请"), columns, rows)

    session.show({"imported": made}, view)
    return 0 if all(one.problem is None for one in made) else 2


def paper(
    session: Session,
    application: _Application,
    digest: Annotated[str, typer.Argument(help="附件的 SHA-256 · digest of the paper")],
    out: Annotated[Path, typer.Option(help="写到这个文件 · file to write")],
) -> None:
    """取出一份附件核看，摘要不符则不给 · take a paper out, only if it matches its digest."""
    from sandbox.access import attachments

    data = attachments.read(session.platform.access, session.actor(), application, digest)
    with out.open("xb") as stream:
        stream.write(data)
    session.show({"path": out, "size": len(data)})


def warn(session: Session, regime: str) -> None:
    """Say on stderr that a regime has lapsed, if it has."""
    told = session.platform.access.warning(regime)
    if told is not None:
        session.say(told)


def _show(session: Session, made: Application) -> None:
    session.show(made, lambda console: console.print(made.id, markup=False))
