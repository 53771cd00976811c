"""`sandbox apply …` and `sandbox review …`: a demand for data, and who answers it; `agree` is beside.

Holds no rule: reads what was written down, calls the access room, shows what came of it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from sandbox.cli import agreements, applications, reviewing, templates, transfers
from sandbox.cli.frame import Session, command, stated
from sandbox.kernel.application_records import Application, Item
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import say

apply = typer.Typer(help="数据需求申请 · applications for data", no_args_is_help=True)
review = typer.Typer(help="初审与部门审核 · preliminary and provider review", no_args_is_help=True)

_Application = Annotated[str, typer.Argument(help="申请 · application")]
_Item = Annotated[str, typer.Argument(help="需求 · item")]


def register(root: typer.Typer) -> None:
    """Add the groups."""
    applications.register(apply)
    reviewing.register(review)
    templates.register(review)
    root.add_typer(apply, name="apply")
    root.add_typer(review, name="review")
    agreements.register(root)
    transfers.register(root)


@command(apply, "submit", person=True)
def submit(
    session: Session,
    file: Annotated[Path | None, typer.Argument(help="申请表（TOML 或 JSON）· the form")] = None,
    environment: Annotated[str, typer.Option(help="环境代码 · environment")] = "",
    regime: Annotated[str, typer.Option(help="制度版本；空则按平台设置 · regime")] = "",
    override: Annotated[str, typer.Option(help="按已失效办法开启的理由 · why a lapsed regime")] = "",
    scenario: Annotated[str, typer.Option(help="应用场景 · scenario")] = "",
    scope: Annotated[str, typer.Option(help="使用范围 · scope of use")] = "",
    start: Annotated[str, typer.Option("--from", help="开始日期 YYYY-MM-DD · first day")] = "",
    end: Annotated[str, typer.Option("--to", help="结束日期 YYYY-MM-DD · last day")] = "",
    security: Annotated[str, typer.Option(help="安全管控措施 · security controls")] = "",
    dataset: Annotated[str, typer.Option(help="数据集代码 · dataset code")] = "",
    columns: Annotated[str, typer.Option(help="信息项，逗号分隔 · columns")] = "",
    why: Annotated[str, typer.Option(help="需要这些信息项的理由 · justification")] = "",
) -> None:
    """提交数据需求申请（表格文件，或用选项写明）· submit an application."""
    from sandbox.access import application as asking
    from sandbox.access.form import application_of, read_file

    document: dict[str, Any] = dict(read_file(file)) if file is not None else {}
    given = {
        "environment": environment,
        "regime": regime,
        "regime_override": override,
        "scenario": scenario,
        "scope": scope,
        "term_from": start,
        "term_to": end,
        "security_controls": security,
    }
    document |= {key: value for key, value in given.items() if value}
    if dataset:
        names = [one.strip() for one in columns.replace("，", ",").split(",") if one.strip()]
        document["requests"] = [{"dataset": dataset, "columns": names, "justification": why}]
    if not document:
        raise InputError(say("请给出申请表文件，或用选项写明申请的内容"))
    actor, platform = session.actor(), session.platform
    document.setdefault("regime", platform.settings.regime)
    applications.warn(session, str(document["regime"]))
    made = asking.submit(platform.access, actor, application_of(platform.access, actor, document))
    session.show(made, lambda console: console.print(made.id, markup=False))


@command(apply, "withdraw", person=True)
def withdraw(session: Session, application: _Application) -> None:
    """撤回本单位的申请 · withdraw an application."""
    from sandbox.access import application as asking

    _show_application(session, asking.withdraw(session.platform.access, session.actor(), application))


@command(apply, "list", person=True)
def list_applications(session: Session) -> None:
    """看得到的申请 · the applications that one may see."""
    from sandbox.access import reading

    found = reading.applications(session.platform.access, session.actor())
    session.show({"applications": found}, lambda _: _applications(session, found))


@command(apply, "show", person=True)
def show_application(session: Session, application: _Application) -> None:
    """一项申请及其各项需求 · one application and its items."""
    from sandbox.access import reading

    access = session.platform.access
    found = reading.application(access, session.actor(), application)
    items = reading.items_of(access, found.id)

    def view(_: Console) -> None:
        _applications(session, (found,))
        requests = [(one.dataset, "、".join(one.columns), one.justification) for one in found.requests]
        session.table(say("申请的信息项"), (say("数据集"), say("信息项"), say("理由")), requests)
        _items(session, items)

    session.show({"application": found, "items": items}, view)


@command(review, "list", person=True)
def list_items(session: Session) -> None:
    """待审与已审的需求，连同期限 · items to review and reviewed, with their last day."""
    from sandbox.access import reading

    found = reading.items(session.platform.access, session.actor())
    session.show({"items": found}, lambda _: _items(session, found))


@command(review, "accept", person=True)
def accept(
    session: Session,
    application: _Application,
    findings: Annotated[str, typer.Option(help="对需求（和资质能力）的意见 · findings")],
    qualification: Annotated[str, typer.Option(help="对资质能力的意见，另写时用 · on qualification")] = "",
    confirm_override: Annotated[
        bool,
        typer.Option("--confirm-override", help="确认依据已失效办法开启的理由 · confirm a lapsed regime"),
    ] = False,
) -> None:
    """初审通过 · pass the preliminary review."""
    from sandbox.access import application as asking

    accepted = asking.accept(
        session.platform.access,
        session.actor(),
        application,
        findings=findings,
        qualification=qualification,
        confirm_override=confirm_override,
    )
    _show_application(session, accepted)


@command(review, "reject", person=True)
def reject(
    session: Session,
    application: _Application,
    findings: Annotated[str, typer.Option(help="不予通过的意见 · findings")],
    fails: Annotated[
        str, typer.Option(help="哪一项不通过：demand | qualification | both · which finding fails")
    ] = "demand",
) -> None:
    """初审不予通过 · reject in the preliminary review."""
    from sandbox.access import application as asking

    found = {"demand": (False, None), "qualification": (None, False), "both": (False, False)}
    if fails not in found:
        raise InputError(say("哪一项不通过只能写 demand、qualification 或 both"))
    demand, qualification = found[fails]
    made = asking.reject(
        session.platform.access,
        session.actor(),
        application,
        findings=findings,
        demand=demand,
        qualification=qualification,
    )
    _show_application(session, made)


@command(review, "push", person=True)
def push(session: Session, application: _Application) -> None:
    """推送给各数据提供部门审核 · push the items to their providers."""
    from sandbox.access import review as item_review

    made = item_review.push(session.platform.access, session.actor(), application)
    session.show({"items": made}, lambda _: _items(session, made))


@command(review, "approve", person=True)
def approve(
    session: Session,
    item: _Item,
    conditions: Annotated[str, typer.Option(help="使用边界与条件 · conditions")] = "",
    boundary: Annotated[
        Path | None, typer.Option(help="追加的边界条件（TOML 或 JSON）· further boundary conditions")
    ] = None,
    columns: Annotated[str, typer.Option(help="只同意这些信息项，逗号分隔 · approve only these")] = "",
) -> None:
    """部门审核同意，可附条件 · approve an item, with conditions."""
    from sandbox.access import boundaries
    from sandbox.access import review as item_review
    from sandbox.access.form import read_file
    from sandbox.kernel.boundary import UNBOUND

    access = session.platform.access
    added = boundaries.boundary_of(access, read_file(boundary)) if boundary is not None else UNBOUND
    part = tuple(one.strip() for one in columns.replace("，", ",").split(",") if one.strip())
    made = item_review.approve(
        access, session.actor(), item, conditions=conditions, boundary=added, columns=part
    )
    session.show(made, lambda _: _items(session, (made,)))


@command(review, "refuse", person=True)
def refuse(session: Session, item: _Item, reason: Annotated[str, typer.Option(help="理由 · reason")]) -> None:
    """部门审核不同意 · refuse an item."""
    from sandbox.access import review as item_review

    made = item_review.refuse(session.platform.access, session.actor(), item, reason=reason)
    session.show(made, lambda _: _items(session, (made,)))


def _show_application(session: Session, made: Application) -> None:
    session.show(made, lambda _: _applications(session, (made,)))


def _applications(session: Session, found: tuple[Application, ...]) -> None:
    rows = [
        (one.id, one.scenario, one.regime, f"{one.term_from} – {one.term_to}", len(one.requests), stated(one))
        for one in found
    ]
    columns = (say("申请"), say("场景"), say("制度"), say("期限"), say("数据集"), say("状态"))
    session.table(say("数据需求申请"), columns, rows)


def _items(session: Session, found: tuple[Item, ...]) -> None:
    rows = [
        (one.id, one.application, one.dataset, "、".join(one.columns), str(one.due_on), stated(one))
        for one in found
    ]
    columns = (say("需求"), say("申请"), say("数据集"), say("信息项"), say("审核期限"), say("状态"))
    session.table(say("需求审核"), columns, rows)
