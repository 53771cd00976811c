"""`sandbox egress trace`: whose data a leaked file holds, and the reports there were.

For officers of the authority and security reviewers, with their own credential; exits 0 when a seat is
named and 10 when none is. What is found, and that it was asked, is `egress.tracing`'s matter.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from sandbox.cli.frame import Session, command, stated
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.dataset_records import Dataset
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import Message, say
from sandbox.kernel.records import Account, Organisation
from sandbox.kernel.trace_records import Suspect, Trace, TraceOutcome

NAMED, NOBODY = 0, 10
OUTCOMES = {
    TraceOutcome.SEATS: say("点出了席位"),
    TraceOutcome.AGREEMENT: say("只认得出协议，点不出席位"),
    TraceOutcome.NOBODY: say("点不出任何席位"),
}


def join(egress: typer.Typer) -> None:
    """Add the commands."""
    command(egress, "trace", person=True)(trace)
    command(egress, "traces", person=True)(traces)


def trace(
    session: Session,
    file: Annotated[Path, typer.Argument(help="外面发现的文件 · the file that turned up", metavar="FILE")],
) -> int:
    """外泄文件溯源：出自哪个席位（仅安全审查员和经办人）· which seat a leaked file came from."""
    from sandbox.egress import tracing
    from sandbox.egress.options import Options
    from sandbox.files.opening import open_regular

    platform, actor = session.platform, session.actor()
    if not file.is_file():
        raise InputError(say("{path} 不存在或不是普通文件", path=str(file)))
    with open_regular(file, max_bytes=Options().max_bytes) as source:
        data = source.read()
    with session.progress(say("在隔离进程中溯源")):
        found = tracing.trace(platform.gate, actor, name=file.name, data=data)
    session.show(document(session, found), lambda console: _view(session, console, found))
    return NAMED if found.suspects else NOBODY


def traces(session: Session) -> None:
    """历次溯源报告（仅安全审查员和经办人）· the reports there were."""
    from sandbox.egress import tracing

    found = tracing.visible(session.platform.gate, session.actor())

    def view(_: Console) -> None:
        rows = [(one.id, one.name, one.digest[:16], len(one.suspects), stated(one)) for one in found]
        columns = (say("溯源报告"), say("文件"), say("摘要"), say("点出席位"), say("状态"))
        session.table(say("溯源报告"), columns, rows)

    session.show({"reports": [document(session, one) for one in found]}, view)


def _suspect(session: Session, one: Suspect) -> dict[str, Any]:
    """Return a seat that a leak may come from: whose it is, by how much, which data."""
    store = session.platform.store
    return {
        "seat": one.seat,
        "name": one.name,
        "developer": store.load(Account, one.developer).record.name,
        "account": one.developer,
        "organisation": one.organisation,
        "organisation_name": store.load(Organisation, one.organisation).record.name,
        "agreement": one.agreement,
        "bits": one.bits,
        "chance": 2.0**-one.bits,
        "rows": one.rows,
        "data": [
            {
                "dataset": part.dataset,
                "code": store.load(Dataset, part.dataset).record.code,
                "snapshots": list(part.snapshots),
                "versions": list(part.versions),
                "rows": part.rows,
            }
            for part in one.data
        ],
    }


def document(session: Session, found: Trace) -> dict[str, Any]:
    """Return a report as the command line shows it in JSON."""
    return {
        "report": found.id,
        "file": found.name,
        "sha256": found.digest,
        "asked_at": found.asked_at,
        "outcome": str(found.outcome),
        "threshold_bits": found.threshold,
        "cells": found.cells,
        "marks": found.marks,
        "seats": [_suspect(session, one) for one in found.suspects],
        "agreements": [
            {
                "agreement": one.agreement,
                "organisation": session.platform.store.load(
                    ServiceAgreement, one.agreement
                ).record.organisation,
                "bits": one.bits,
                "rows": one.rows,
            }
            for one in found.agreements
        ],
    }


def _view(session: Session, console: Console, found: Trace) -> None:
    store = session.platform.store
    console.print(session.text(OUTCOMES[found.outcome]), style="bold", markup=False)
    rows = [
        (
            one.name,
            store.load(Account, one.developer).record.name,
            store.load(Organisation, one.organisation).record.name,
            one.agreement,
            "、".join(
                f"{store.load(Dataset, part.dataset).record.code} v{','.join(map(str, part.versions))}"
                for part in one.data
            ),
            one.rows,
            one.bits,
        )
        for one in found.suspects
    ]
    if rows:
        names = (
            say("席位"), say("开发人员"), say("单位"), say("协议"), say("数据版本"),
            say("诱饵记录"), say("证据（比特）"),
        )  # fmt: skip
        session.table(say("出自"), names, rows)
    for one in found.agreements:
        line = say("文件里有协议 {id} 的数据（{bits} 比特）", id=one.agreement, bits=one.bits)
        console.print(session.text(line), markup=False)
    console.print(session.text(chance_of(found)), markup=False)
    console.print(session.text(say("报告 {id}，已记入日志", id=found.id)), style="dim", markup=False)


def chance_of(found: Trace) -> Message:
    """Return in one sentence what the answer is worth."""
    return say(
        "比对了 {cells} 个单元格和 {marks} 个标记；达到 {bits} 比特才点名："
        "无关的文件被误点的机会不到百万分之一",
        cells=found.cells,
        marks=found.marks,
        bits=found.threshold,
    )
