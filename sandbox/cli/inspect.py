"""`sandbox inspect`: what the egress gate thinks of files, with no agreement set up.

Reads products and options, shows the judgement; the judging is the gate's, in isolation.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from sandbox.cli.frame import Session, command
from sandbox.kernel.findings import Finding, Outcome, Verdict
from sandbox.kernel.message import Message, say

if TYPE_CHECKING:
    from sandbox.kernel.findings import FileJudgement, Judgement

_WORDS = {Verdict.RELEASE: say("可放行"), Verdict.REVIEW: say("须人审"), Verdict.REFUSE: say("拒绝")}
_OUTCOMES = {
    Outcome.PASS: say("通过"),
    Outcome.FAIL: say("有发现"),
    Outcome.UNABLE: say("没有做成"),
    Outcome.NOT_APPLICABLE: say("不适用"),
}
_STYLES = {Verdict.RELEASE: "bold green", Verdict.REVIEW: "bold yellow", Verdict.REFUSE: "bold red"}


def register(root: typer.Typer) -> None:
    """Add the command."""
    command(root, "inspect")(inspect)


def inspect(
    session: Session,
    products: Annotated[list[Path], typer.Argument(help="产品文件 · product files", metavar="PRODUCT…")],
    source: Annotated[list[Path], typer.Option(help="数据来源，可重复 · source file, repeatable")],
    masked: Annotated[
        list[Path] | None, typer.Option(help="来源的脱敏表，可重复 · masked table, repeatable")
    ] = None,
) -> int:
    """出域闸口单独检查文件 · the egress gate on its own."""
    _start(source, masked or ())
    from sandbox.egress.inspect import exit_status, to_json
    from sandbox.egress.inspect import inspect as judge

    with session.progress(say("在隔离进程中检查")):
        judged = judge(products, source, masked or ())
    judgement = judged.judgement
    session.show(to_json(judgement, show=session.text), lambda console: _view(session, console, judgement))
    return exit_status(judgement)


def _start(source: Sequence[Path], masked: Sequence[Path]) -> None:
    """Have the gate's process started while this one loads what it needs and reads the files."""
    from sandbox.egress.handover import copied
    from sandbox.egress.process import GateLimits, keep_spares
    from sandbox.seats.spares import Spares

    if copied((*source, *masked)):
        keep_spares(Spares(refilled=False), GateLimits())


def _view(session: Session, console: Console, judgement: Judgement) -> None:
    for file in judgement.files:
        console.print(session.text(_WORDS[file.verdict]), style=_STYLES[file.verdict], end="  ", markup=False)
        console.print(file.path, markup=False)
        for found in file.findings:
            _show_finding(session, console, found)
        _show_receipts(session, console, file)
    if judgement.set_findings:
        console.print(session.text(say("几个文件合起来看")), style="bold", markup=False)
    for found in judgement.set_findings:
        _show_finding(session, console, found)
        console.print("      " + "、".join(found.paths), markup=False)
    counts = [sum(file.verdict is verdict for file in judgement.files) for verdict in Verdict]
    total = say(
        "共 {files} 个文件：可放行 {release}，须人审 {review}，拒绝 {refuse}",
        files=len(judgement.files),
        release=counts[0],
        review=counts[1],
        refuse=counts[2],
    )
    console.print(session.text(total), markup=False)


def _show_receipts(session: Session, console: Console, file: FileJudgement) -> None:
    """Tell how many checks ran on the file, and name those that found something or could not run."""
    ran = [one for one in file.receipts if one.outcome is not Outcome.UNABLE]
    line = say("检查回执 {ran}/{all}", ran=len(ran), all=len(file.receipts))
    told = [session.text(line)]
    for outcome, words in _OUTCOMES.items():
        codes = [one.check for one in file.receipts if one.outcome is outcome]
        if codes:
            told.append(f"{session.text(words)} {' '.join(codes)}")
    console.print("  " + " · ".join(told), style="dim", markup=False)


def _show_finding(session: Session, console: Console, found: Finding) -> None:
    place = f"  [{found.where}]" if found.where else ""
    records = say("{records} 条源记录", records=found.records) if found.records is not None else None
    line = f"  {found.rule} {found.kind.value}：{session.text(found.message)}{place}"
    console.print(line, style=_STYLES[found.verdict].removeprefix("bold "), markup=False)
    details: list[Message | None] = [records, found.evidence, say("办法：{remedy}", remedy=found.remedy)]
    for detail in details:
        if detail is not None:
            console.print("      " + session.text(detail), markup=False)
    if found.article:
        console.print("      " + session.text(say("依据：{article}", article=found.article)), markup=False)
