"""The second half of `sandbox land …`: order, run, resume, snapshots, manifest."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from sandbox.cli.frame import Session, command, stated
from sandbox.kernel.dataset_records import LandingOrder, Snapshot
from sandbox.kernel.errors import SandboxError
from sandbox.kernel.message import say


def register(land: typer.Typer) -> None:
    """Add the commands to the group."""
    command(land, "order", person=True)(order)
    command(land, "orders", person=True)(orders)
    command(land, "run")(run)
    command(land, "reopen", person=True)(reopen)
    command(land, "resume")(resume)
    command(land, "snapshots", person=True)(snapshots)
    command(land, "manifest", person=True)(manifest)
    command(land, "withdraw", person=True)(withdraw)


def order(
    session: Session,
    agreement: Annotated[str, typer.Argument(help="授权服务协议 · service agreement")],
    dataset: Annotated[str, typer.Argument(help="数据集代码 · dataset code")],
    delivery: Annotated[str, typer.Argument(help="交付批次 · delivery")],
) -> None:
    """开落地单 · order a landing."""
    from sandbox.ingest import publish

    actor = session.actor()
    made = publish.order(
        session.platform.ingest, actor, agreement=agreement, dataset=dataset, delivery=delivery
    )
    session.show(made, lambda console: console.print(made.id, markup=False))


def orders(session: Session) -> None:
    """本单位的落地单 · the landing orders of one's own organisation."""
    from sandbox.catalog.reading import is_party

    actor, platform = session.actor(), session.platform
    found = [
        one.record
        for one in platform.store.find(LandingOrder)
        if is_party(platform.directory, actor, (one.record.organisation,))
    ]

    def view(_: Console) -> None:
        rows = [(one.id, one.agreement, one.dataset, one.delivery, stated(one), one.reason) for one in found]
        columns = (say("落地单"), say("协议"), say("数据集"), say("批次"), say("状态"), say("原因"))
        session.table(say("落地单"), columns, rows)

    session.show({"orders": found}, view)


def run(
    session: Session, landing_order: Annotated[str, typer.Argument(help="落地单 · landing order")]
) -> None:
    """执行落地单：脱敏、量风险、发布快照 · carry out a landing order."""
    from sandbox.ingest import publish

    with session.progress(say("脱敏落地")) as advance:
        snapshot = publish.land(session.platform.ingest, landing_order, progress=advance)
    session.show(snapshot, lambda _: _show(session, [snapshot]))


def reopen(
    session: Session, landing_order: Annotated[str, typer.Argument(help="停下的落地单 · a stopped order")]
) -> None:
    """更正后重开停下的落地单 · order a stopped landing again under the policy in force."""
    from sandbox.ingest import publish

    made = publish.reopen(session.platform.ingest, session.actor(), landing_order)
    session.show(made, lambda console: console.print(made.id, markup=False))


def resume(session: Session) -> int:
    """清理中断的收取与落地，并接着办完 · clean up what was killed and finish it."""
    from sandbox.ingest import publish

    failed: list[tuple[str, SandboxError]] = []
    with session.progress(say("清理并续办")):
        done = publish.resume(
            session.platform.ingest, failed=lambda record, error: failed.append((record, error))
        )
    for record, error in failed:
        session.say(say("{id} 没有办完：{reason}", id=record, reason=error.message))
    data = {
        "snapshots": done,
        "failed": [{"id": record, "reason": error.message} for record, error in failed],
    }
    session.show(data, lambda _: _show(session, list(done)))
    return 1 if failed else 0


def snapshots(session: Session) -> None:
    """本单位数据的快照 · the snapshots of one's own data."""
    from sandbox.catalog.reading import is_party

    actor, platform = session.actor(), session.platform
    found = [
        one.record
        for one in platform.store.find(Snapshot)
        if is_party(platform.directory, actor, (one.record.organisation,))
    ]
    session.show({"snapshots": found}, lambda _: _show(session, found))


def manifest(session: Session, snapshot: Annotated[str, typer.Argument(help="快照 · snapshot")]) -> None:
    """快照的清单：摘要、结构、每一行的去向、风险 · hashes, schema, where every row went, risk."""
    from sandbox.catalog.reading import require_reader

    actor, platform = session.actor(), session.platform
    found = platform.store.load(Snapshot, snapshot).record
    require_reader(platform.directory, actor, found, organisations=(found.organisation,))
    held = platform.pool.version(found.series, found.version)
    with session.progress(say("核对快照")):
        held.verify(digest=found.manifest_digest)
    data = {"snapshot": found, "manifest": held.manifest}

    def view(_: Console) -> None:
        rows = [(key, value) for key, value in held.manifest["rows"].items()]
        session.table(say("每一行的去向（摘要已核对）"), (say("去向"), say("行数")), rows)
        parts = [(one.name, one.rows, one.bytes, one.sha256) for one in held.parts]
        columns = (say("文件"), say("行数"), say("字节"), say("摘要"))
        session.table(say("文件"), columns, parts)

    session.show(data, view)


def withdraw(
    session: Session,
    snapshot: Annotated[str, typer.Argument(help="快照 · snapshot")],
    reason: Annotated[str, typer.Option(help="理由 · reason")],
) -> None:
    """撤回快照：席位不再挂载 · withdraw a snapshot."""
    from sandbox.ingest import publish

    made = publish.withdraw(session.platform.ingest, session.actor(), snapshot, reason=reason)
    session.show(made, lambda _: _show(session, [made]))


def _show(session: Session, found: list[Snapshot]) -> None:
    rows = [
        (
            one.id,
            one.agreement,
            one.dataset,
            one.version,
            one.rows,
            one.smallest_class,
            one.interactive,
            stated(one),
        )
        for one in found
    ]
    columns = (
        say("快照"),
        say("协议"),
        say("数据集"),
        say("版本"),
        say("行数"),
        say("最小等价类"),
        say("可交互"),
        say("状态"),
    )
    session.table(say("快照"), columns, rows)
