"""`sandbox organisation attach|decide|standing`: papers of a body, and what it may be under 第三条.

Part of the group that `accounts` adds. Holds no rule.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from sandbox.cli.catalogue import file_digest
from sandbox.cli.frame import Session, command
from sandbox.cli.rules import day
from sandbox.kernel.eligibility import Applicant
from sandbox.kernel.message import say
from sandbox.kernel.records import Attachment, Ruling
from sandbox.people import organisations

_Body = Annotated[str, typer.Argument(help="单位编号、统一社会信用代码或全称 · id, code or name")]


def register(group: typer.Typer) -> None:
    """Add the commands to the group of organisations."""
    command(group, "attach", person=True)(attach)
    command(group, "decide", person=True)(decide)
    command(group, "standing")(standing)


def attach(
    session: Session, body: _Body, file: Annotated[Path, typer.Argument(help="证明材料 · the paper")]
) -> None:
    """提交证明材料，只记摘要 · hand in a paper, kept by its digest."""
    actor, directory = session.actor(), session.platform.directory
    paper = Attachment(
        name=file.name,
        digest=file_digest(file),
        size=file.stat().st_size,
        type=file.suffix.lstrip(".").lower(),
    )
    made = organisations.attach(directory, actor, directory.organisation_named(body).id, paper)
    session.show(made, lambda console: console.print(paper.digest, markup=False))


def decide(
    session: Session,
    body: _Body,
    role: Annotated[Applicant, typer.Option(help="认定的角色 · the role")],
    reason: Annotated[str, typer.Option(help="理由 · reason")],
    evidence: Annotated[list[str], typer.Option(help="证明材料的摘要 · digest of a paper")],
    refuse: Annotated[bool, typer.Option("--refuse", help="认定不具备资格 · not eligible")] = False,
    until: Annotated[str | None, typer.Option(help="有效期 YYYY-MM-DD · last day")] = None,
) -> None:
    """办法未明确时，由主管部门具名人员认定资格 · decide what the measure leaves open."""
    actor, directory = session.actor(), session.platform.directory
    ruling = Ruling(
        role=role.value,
        eligible=not refuse,
        reason=reason,
        evidence=tuple(evidence),
        decided_by=actor.account,
        decided_on=directory.today(),
        until=day(until) if until else None,
    )
    made = organisations.decide(directory, actor, directory.organisation_named(body).id, ruling)
    session.show(made, lambda console: console.print(f"{made.id} {made.name}", markup=False))


def standing(session: Session, body: _Body) -> None:
    """单位能担任哪些角色、依据哪一条、谁认定的 · which roles a body may hold, and why."""
    from sandbox.access.eligibility import eligibility_of, finding_of

    directory = session.platform.directory
    held = directory.organisation_named(body)
    today = directory.today()
    found = []
    for role in Applicant:
        reason = finding_of(held, role).reasons[0]
        outcome = "eligible" if eligibility_of(held, role, today=today) else finding_of(held, role).outcome
        found.append({"role": role, "outcome": outcome, "article": reason.article, "text": reason.message})

    def view(_: Console) -> None:
        rows = [(one["role"], one["outcome"], one["article"], one["text"]) for one in found]
        session.table(say("资格"), (say("角色"), say("结果"), say("条款"), say("说明")), rows)

    session.show({"organisation": held.id, "roles": found, "decisions": held.rulings}, view)
