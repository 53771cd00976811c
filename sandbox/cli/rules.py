"""`sandbox clock due` and `sandbox eligibility`: the review desk's calculators, no home needed."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer
from rich.console import Console

from sandbox.cli import clocks
from sandbox.cli.frame import Session, command
from sandbox.kernel.eligibility import eligibility
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import say
from sandbox.kernel.workdays import due
from sandbox.regulation.calendars import calendar_for

clock = typer.Typer(help="期限 · clocks", no_args_is_help=True)


def register(root: typer.Typer) -> None:
    """Add the group and the command."""
    clocks.register(clock)
    root.add_typer(clock, name="clock")
    command(root, "eligibility")(eligibility_command)


@command(clock, "due")
def clock_due(
    session: Session,
    pushed: Annotated[str, typer.Option(help="推送日期 YYYY-MM-DD · day of the push")],
    days: Annotated[int, typer.Option(help="工作日数 · working days")],
    extension: Annotated[int, typer.Option(help="延长的工作日数 · extension in working days")] = 0,
    region: Annotated[str, typer.Option(help="行政区划代码 · region code")] = "520300",
) -> None:
    """期限的最后一日 · the last day of a term that starts after the push."""
    found = due(day(pushed), days, calendar_for(region), extension=extension)
    data = {
        "due": found.due,
        "provisional": found.provisional,
        "earliest": found.earliest,
        "latest": found.latest,
        "region": region,
    }

    def view(console: Console) -> None:
        console.print(session.text(say("期限至 {day}", day=found.due.isoformat())), markup=False)
        if found.provisional:
            window = say(
                "暂定：该年放假通知尚未公布，最早 {earliest}，最晚 {latest}",
                earliest=found.earliest.isoformat(),
                latest=found.latest.isoformat(),
            )
            console.print(session.text(window), markup=False)

    session.show(data, view)


def eligibility_command(
    session: Session,
    role: Annotated[str, typer.Option(help="developer | purchaser | operator")],
    uscc: Annotated[str, typer.Option(help="统一社会信用代码 · unified social credit code")],
    kind: Annotated[str | None, typer.Option(help="单位类别 · kind of organisation")] = None,
    fiscally_funded: Annotated[
        bool, typer.Option("--fiscally-funded", help="由财政拨款保障的群团组织 · funded by public money")
    ] = False,
) -> None:
    """单位能否担任某一角色、依据哪一条 · may this organisation hold that role, and by which article."""
    found = eligibility(role, uscc, kind=kind, fiscally_funded=fiscally_funded)
    words = {"eligible": say("符合"), "ineligible": say("不符合"), "manual": say("须人工认定")}
    data = {
        "outcome": found.outcome,
        "reasons": [{"code": one.code, "article": one.article, "text": one.message} for one in found.reasons],
    }

    def view(console: Console) -> None:
        console.print(session.text(words[found.outcome.value]), markup=False)
        for one in found.reasons:
            console.print(f"  {session.text(one.message)}（{one.article}）", markup=False)

    session.show(data, view)


def day(text: str) -> date:
    """Return the day written as YYYY-MM-DD; `InputError` otherwise."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise InputError(say("日期 {text} 应写成 YYYY-MM-DD", text=text)) from None
