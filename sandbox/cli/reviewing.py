"""`sandbox review …` beyond yes and no: supplement, extension, consultation, coordination, boundary.

Holds no rule: reads what was written down, calls the access room, shows what came of it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from sandbox.cli.frame import Session, command, stated
from sandbox.kernel.application_records import Consultation, Item
from sandbox.kernel.message import say

_Application = Annotated[str, typer.Argument(help="申请 · application")]
_Item = Annotated[str, typer.Argument(help="需求 · item")]
_Case = Annotated[str, typer.Argument(help="协调事项 · coordination case")]
_Asked = Annotated[str, typer.Argument(help="征求意见编号 · consultation")]
_Outcome = Annotated[str, typer.Option(help="协调结果 · outcome")]


def register(review: typer.Typer) -> None:
    """Add the commands to the group."""
    command(review, "supplement", person=True)(supplement)
    command(review, "extend", person=True)(extend)
    command(review, "consult", person=True)(consult)
    command(review, "opinion", person=True)(opinion)
    command(review, "withdraw-consultation", person=True)(withdraw_consultation)
    command(review, "cases", person=True)(cases)
    command(review, "hand-back", person=True)(hand_back)
    command(review, "uphold", person=True)(uphold)
    command(review, "boundary", person=True)(boundary)


def supplement(
    session: Session,
    application: _Application,
    points: Annotated[list[str], typer.Option("--point", help="须补正的一点，可重复 · what is missing")],
) -> None:
    """一次性告知须补正的全部内容 · tell everything that is missing, once."""
    from sandbox.access import application as applications

    made = applications.supplement(
        session.platform.access, session.actor(), application, points=tuple(points)
    )
    session.show(made, lambda console: console.print(f"{made.id} {session.text(stated(made))}", markup=False))


def extend(
    session: Session,
    item: _Item,
    days: Annotated[int, typer.Option(help="延长的工作日数 · working days")],
    leader: Annotated[str, typer.Option(help="同意延长的主要领导 · principal leader")],
    document: Annotated[str, typer.Option(help="批准文件的文号或摘要 · the approval's document")],
    reason: Annotated[str, typer.Option(help="理由 · reason")],
    approved: Annotated[str, typer.Option(help="同意的日期，空则今日 · day of approval")] = "",
    notified: Annotated[str, typer.Option(help="告知主管部门的日期，空则今日 · day of the notice")] = "",
) -> None:
    """延长审核期限：一次，主要领导同意并在期限内告知 · extend once, approved and told in time."""
    from dataclasses import replace

    from sandbox.access import review as item_review
    from sandbox.cli.rules import day

    access, actor = session.platform.access, session.actor()
    asked = item_review.told_today(access, days=days, leader=leader, document=document, reason=reason)
    if notified:
        asked = replace(asked, notified_on=day(notified))
    if approved:
        asked = replace(asked, approved_on=day(approved))
    _item(session, item_review.extend(access, actor, item, asked))


def consult(
    session: Session,
    item: _Item,
    body: Annotated[str, typer.Option(help="行业主管部门：编号、代码或全称 · the industry authority")],
    question: Annotated[str, typer.Option(help="征求意见的事项 · the question")],
) -> None:
    """征求行业主管部门意见；答复之前不能同意 · ask an industry authority; no approval before."""
    from sandbox.access import consultation

    access, actor = session.platform.access, session.actor()
    _consultation(session, consultation.ask(access, actor, item, body=body, question=question))


def opinion(
    session: Session,
    asked: _Asked,
    opinion: Annotated[str, typer.Option(help="意见 · the opinion")],
    objects: Annotated[bool, typer.Option("--objects", help="有不同意见 · objects")] = False,
) -> None:
    """答复征求意见 · answer a consultation."""
    from sandbox.access import consultation

    access, actor = session.platform.access, session.actor()
    _consultation(session, consultation.answer(access, actor, asked, opinion=opinion, objects=objects))


def withdraw_consultation(session: Session, asked: _Asked) -> None:
    """撤回征求意见 · take a consultation back."""
    from sandbox.access import consultation

    _consultation(session, consultation.withdraw(session.platform.access, session.actor(), asked))


def cases(session: Session) -> None:
    """征求意见与协调事项 · consultations and coordination cases that one may see."""
    from sandbox.access import reading

    access, actor = session.platform.access, session.actor()
    asked, coordinated = reading.consultations(access, actor), reading.coordinations(access, actor)

    def view(_: Console) -> None:
        _asked(session, asked)
        rows = [(one.id, one.item, one.refusal, str(one.clock.due), stated(one)) for one in coordinated]
        columns = (say("事项"), say("需求"), say("不同意的理由"), say("期限"), say("状态"))
        session.table(say("协调处理"), columns, rows)

    session.show({"consultations": asked, "coordinations": coordinated}, view)


def hand_back(session: Session, case: _Case, outcome: _Outcome) -> None:
    """协调后交回审核单位重新审核，期限重新起算 · return the item to its reviewer with a new term."""
    from sandbox.access import coordination

    _item(session, coordination.hand_back(session.platform.access, session.actor(), case, outcome=outcome))


def uphold(session: Session, case: _Case, outcome: _Outcome) -> None:
    """协调后维持不同意 · uphold the refusal."""
    from sandbox.access import coordination

    _item(session, coordination.uphold(session.platform.access, session.actor(), case, outcome=outcome))


def boundary(
    session: Session,
    dataset: Annotated[str, typer.Argument(help="数据集代码 · dataset code")],
    file: Annotated[Path | None, typer.Argument(help="边界条件（TOML 或 JSON）· the conditions")] = None,
) -> None:
    """看或设定数据集的开发利用边界条件 · show or set a dataset's boundary conditions."""
    from sandbox.access import boundaries
    from sandbox.access.form import read_file
    from sandbox.catalog.entries import by_code

    access = session.platform.access
    if file is None:
        session.show(by_code(access.directory, dataset).record.boundary)
        return
    wanted = boundaries.boundary_of(access, read_file(file))
    session.show(boundaries.set_boundary(access, session.actor(), dataset, wanted).boundary)


def _item(session: Session, made: Item) -> None:
    session.show(
        made,
        lambda console: console.print(f"{made.id} {session.text(stated(made))} {made.due_on}", markup=False),
    )


def _consultation(session: Session, made: Consultation) -> None:
    session.show(made, lambda _: _asked(session, (made,)))


def _asked(session: Session, found: tuple[Consultation, ...]) -> None:
    rows = [
        (one.id, one.item, one.organisation, str(one.clock.due), one.opinion, stated(one)) for one in found
    ]
    columns = (say("编号"), say("需求"), say("征求的单位"), say("期限"), say("意见"), say("状态"))
    session.table(say("征求意见"), columns, rows)
