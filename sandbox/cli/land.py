"""`sandbox land …`: the provider's desk: register, receive, class, confirm, order, land."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from sandbox.catalog.entries import by_code
from sandbox.cli.frame import Session, command
from sandbox.ingest import batch, publish
from sandbox.kernel.message import say
from sandbox.kernel.records import Dataset, Delivery

land = typer.Typer(help="编目、交付与落地 · catalogue, delivery, landing", no_args_is_help=True)


def register(root: typer.Typer) -> None:
    """Add the group."""
    root.add_typer(land, name="land")


@command(land, "list")
def list_datasets(session: Session) -> None:
    """数据目录 · the catalogue."""
    found = [stored.record for stored in session.platform.store.find(Dataset)]

    def view(_: Console) -> None:
        rows = [(one.code, one.title, int(one.grading.grade), len(one.columns), one.state) for one in found]
        columns = (say("代码"), say("名称"), say("级别"), say("信息项"), say("状态"))
        session.table(say("数据目录"), columns, rows)

    session.show({"datasets": found}, view)


@command(land, "receive", person=True)
def receive(
    session: Session,
    dataset: Annotated[str, typer.Argument(help="数据集代码 · dataset code")],
    file: Annotated[Path, typer.Argument(help="交付文件 · the file")],
    rows: Annotated[int | None, typer.Option(help="申报行数 · declared rows")] = None,
) -> None:
    """收取交付批次进隔离区并核对行数 · receive a delivery into quarantine and reconcile it."""
    actor = session.actor()
    with session.progress(say("收取并核对")) as advance:
        delivery = batch.receive(
            session.platform.ingest, actor, dataset, file, declared_rows=rows, progress=advance
        )

    def view(_: Console) -> None:
        _show_delivery(session, delivery)

    session.show(delivery, view)


def _show_delivery(session: Session, delivery: Delivery) -> None:
    columns = (say("批次"), say("申报"), say("实收"), say("合格"), say("隔离"), say("状态"))
    row = (
        delivery.id,
        delivery.declared_rows or 0,
        delivery.counted_rows,
        delivery.good_rows,
        delivery.bad_rows,
        delivery.state,
    )
    session.table(say("交付批次"), columns, [row])


@command(land, "order", person=True)
def order(
    session: Session,
    agreement: Annotated[str, typer.Argument(help="授权服务协议 · service agreement")],
    dataset: Annotated[str, typer.Argument(help="数据集代码 · dataset code")],
    delivery: Annotated[str, typer.Argument(help="交付批次 · delivery")],
) -> None:
    """开落地单 · order a landing."""
    made = publish.order(
        session.platform.ingest, session.actor(), agreement=agreement, dataset=dataset, delivery=delivery
    )
    session.show(made, lambda console: console.print(made.id, markup=False))


@command(land, "run")
def run(
    session: Session, landing_order: Annotated[str, typer.Argument(help="落地单 · landing order")]
) -> None:
    """执行落地单：脱敏、量风险、发布快照 · carry out a landing order."""
    with session.progress(say("脱敏落地")) as advance:
        snapshot = publish.land(session.platform.ingest, landing_order, progress=advance)
    session.show(snapshot, lambda console: console.print(snapshot.series, markup=False))


@command(land, "show")
def show(session: Session, dataset: Annotated[str, typer.Argument(help="数据集代码 · dataset code")]) -> None:
    """数据集的信息项、分级与脱敏方式 · columns, grade and masking of a dataset."""
    found = by_code(session.platform.directory, dataset).record

    def view(_: Console) -> None:
        rows = [
            (one.name, one.type.value if one.type else "", one.identifier.value, one.level, one.technique)
            for one in found.columns
        ]
        columns = (say("信息项"), say("类型"), say("标识符类别"), say("级别"), say("脱敏方式"))
        session.table(say("{title}", title=found.title), columns, rows)

    session.show(found, view)
