"""`sandbox land …`: the provider's desk: register, receive, propose, class, confirm, accept.

Orders and landings are in `landing`. Holds no rule; every verb is a use case of a room.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from sandbox.cli import landing
from sandbox.cli.frame import Session, command, stated
from sandbox.kernel.actors import Role
from sandbox.kernel.dataset_records import Dataset, Delivery, MaskingPolicy
from sandbox.kernel.errors import InputError
from sandbox.kernel.grades import Grade, Grading, NationalLevel, ProvincialLevel
from sandbox.kernel.message import say

if TYPE_CHECKING:
    from sandbox.ingest.proposals import Proposal

land = typer.Typer(help="编目、交付与落地 · catalogue, delivery, landing", no_args_is_help=True)

_Code = Annotated[str, typer.Argument(help="数据集代码 · dataset code")]
_Batch = Annotated[str, typer.Argument(help="交付批次 · delivery")]


def register(root: typer.Typer) -> None:
    """Add the group."""
    root.add_typer(land, name="land")
    landing.register(land)


@command(land, "list")
def list_datasets(session: Session) -> None:
    """数据目录 · the catalogue."""
    found = [stored.record for stored in session.platform.store.find(Dataset)]

    def view(_: Console) -> None:
        rows = [(one.code, one.title, int(one.grading.grade), len(one.columns), stated(one)) for one in found]
        columns = (say("代码"), say("名称"), say("级别"), say("信息项"), say("状态"))
        session.table(say("数据目录"), columns, rows)

    session.show({"datasets": found}, view)


@command(land, "show")
def show(session: Session, dataset: _Code) -> None:
    """数据集的信息项、分级、统计单位与脱敏方式 · columns, grade, units and masking of a dataset."""
    from sandbox.catalog.entries import by_code

    found = by_code(session.platform.directory, dataset).record
    policies = session.platform.store.find(MaskingPolicy, linked=("dataset", found.id))
    data = {
        "dataset": found,
        "policies": [
            {"id": one.record.id, "version": one.record.version, "state": one.record.state}
            for one in policies
        ],
    }

    def view(_: Console) -> None:
        rows = [
            (one.name, one.type.value if one.type else "", one.identifier.value, one.level, one.technique)
            for one in found.columns
        ]
        columns = (say("信息项"), say("类型"), say("标识符类别"), say("级别"), say("脱敏方式"))
        session.table(say("{title}", title=found.title), columns, rows)
        units = [(one.kind, "、".join(one.columns)) for one in found.units]
        session.table(say("统计单位"), (say("单位"), say("信息项")), units)
        versions = [(one.record.id, one.record.version, stated(one.record)) for one in policies]
        session.table(say("脱敏策略"), (say("策略"), say("版本"), say("状态")), versions)

    session.show(data, view)


@command(land, "register", person=True)
def register_dataset(
    session: Session,
    code: _Code,
    title: Annotated[str, typer.Option(help="名称 · title")],
    environment: Annotated[str, typer.Option(help="开发利用环境代码 · environment")],
    grade: Annotated[int, typer.Option(min=1, max=4, help="国家一般数据级别 1–4 · grade")],
    provincial: Annotated[str, typer.Option(help="public | internal | secret")] = "internal",
    national: Annotated[str, typer.Option(help="general | important | core")] = "general",
    resource_code: Annotated[str, typer.Option(help="政务信息资源代码 · resource code")] = "",
    library: Annotated[str, typer.Option(help="department | base | theme")] = "department",
    special_regime: Annotated[str, typer.Option(help="行业规则包 · sector, e.g. health")] = "",
) -> None:
    """登记数据集 · register a dataset in the catalogue."""
    from sandbox.access.form import environment_of
    from sandbox.catalog import entries

    actor, platform = session.actor(), session.platform
    try:
        grading = Grading(ProvincialLevel(provincial), NationalLevel(national), Grade(grade))
    except ValueError:
        raise InputError(
            say("provincial 只能是 public、internal、secret；national 只能是 general、important、core")
        ) from None
    dataset = Dataset(
        state="registered",
        organisation=actor.organisation,
        environment=environment_of(platform.access, environment).id,
        code=code,
        resource_code=resource_code,
        title=title,
        grading=grading,
        library=library,
        special_regime=special_regime,
    )
    made = entries.register(platform.directory, actor, dataset)
    session.show(made, lambda console: console.print(made.id, markup=False))


@command(land, "receive", person=True)
def receive(
    session: Session,
    dataset: _Code,
    file: Annotated[Path, typer.Argument(help="交付文件 · the file")],
    rows: Annotated[int | None, typer.Option(help="申报行数 · declared rows")] = None,
) -> None:
    """收取交付批次进隔离区并核对行数 · receive a delivery into quarantine and reconcile it."""
    from sandbox.ingest import batch

    actor = session.actor()
    with session.progress(say("收取并核对"), rows) as advance:
        delivery = batch.receive(
            session.platform.ingest, actor, dataset, file, declared_rows=rows, progress=advance
        )
    session.show(delivery, lambda _: _show_deliveries(session, [delivery]))


@command(land, "deliveries", person=True)
def deliveries(
    session: Session, dataset: Annotated[str | None, typer.Option(help="只看这个数据集 · one dataset")] = None
) -> None:
    """本单位的交付批次 · the deliveries of one's own organisation."""
    from sandbox.catalog.entries import by_code
    from sandbox.catalog.reading import is_party

    actor, platform = session.actor(), session.platform
    only = by_code(platform.directory, dataset).record.id if dataset else None
    found = [
        one.record
        for one in platform.store.find(Delivery, linked=("dataset", only) if only else None)
        if is_party(platform.directory, actor, (one.record.organisation,))
    ]
    session.show({"deliveries": found}, lambda _: _show_deliveries(session, found))


def _show_deliveries(session: Session, found: list[Delivery]) -> None:
    columns = (say("批次"), say("文件"), say("申报"), say("实收"), say("合格"), say("隔离"), say("状态"))
    rows = [
        (
            one.id,
            one.file_name,
            one.declared_rows if one.declared_rows is not None else "—",
            one.counted_rows,
            one.good_rows,
            one.bad_rows,
            stated(one),
        )
        for one in found
    ]
    session.table(say("交付批次"), columns, rows)


def _own_delivery(session: Session, identifier: str) -> Delivery:
    """Return the delivery for its provider's steward; what is in it is nobody else's to see."""
    from sandbox.catalog.reading import require_reader

    actor, platform = session.actor(), session.platform
    found = platform.store.load(Delivery, identifier).record
    require_reader(
        platform.directory,
        actor,
        found,
        organisations=(found.organisation,),
        roles=frozenset({Role.STEWARD}),
        authority=False,
    )
    return found


@command(land, "bad-rows", person=True)
def bad_rows(
    session: Session,
    delivery: _Batch,
    limit: Annotated[int, typer.Option(min=1, help="最多几行 · at most")] = 20,
) -> None:
    """隔离区里的行：行号、原因、原文（仅本单位数据管理员）· quarantined rows with their reasons."""
    from sandbox.ingest import batch

    found = batch.bad_rows(session.platform.ingest, _own_delivery(session, delivery), limit=limit)

    def view(_: Console) -> None:
        rows = [(one.row, one.line if one.line is not None else "—", one.reason, one.raw) for one in found]
        session.table(say("隔离的行"), (say("记录"), say("行"), say("原因"), say("原文")), rows)

    session.show({"delivery": delivery, "rows": found}, view)


@command(land, "propose", person=True)
def propose(
    session: Session,
    delivery: _Batch,
    out: Annotated[Path | None, typer.Option(help="写成可修改的分类表（TOML）· write the form")] = None,
) -> None:
    """自动识别给出的分类、统计单位与脱敏建议及其依据 · discovery's proposal with its evidence."""
    from sandbox.ingest.form import write_form
    from sandbox.ingest.proposals import propose_for

    found, platform = _own_delivery(session, delivery), session.platform
    dataset = platform.store.load(Dataset, found.dataset).record
    with session.progress(say("识别信息项")):
        proposal = propose_for(
            platform.ingest, found, dataset, comments={one.name: one.comment for one in dataset.columns}
        )
    if out is not None:
        _write_new(out, write_form(proposal, dataset))
        session.say(say("分类表已写到 {path}：修改后用 sandbox land classify 提交", path=str(out)))
    data = {"dataset": dataset.code, "columns": proposal.proposals, "units": proposal.units}
    session.show(data, lambda _: _show_proposal(session, proposal))


def _write_new(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        raise InputError(say("{path} 已存在：请换一个文件名", path=str(path))) from None
    except OSError:
        raise InputError(say("写不了 {path}：请检查路径和权限", path=str(path))) from None


def _show_proposal(session: Session, proposal: Proposal) -> None:
    rows = [
        (
            one.name,
            one.type.value if one.type else "",
            f"{one.rate:.0%}",
            one.level,
            one.technique,
            "；".join(session.text(reason) for reason in one.evidence),
        )
        for one in proposal.proposals
    ]
    columns = (say("信息项"), say("类型"), say("命中率"), say("级别"), say("建议"), say("依据"))
    session.table(say("自动识别的建议（以数据管理员确认为准）"), columns, rows)


@command(land, "classify", person=True)
def classify(
    session: Session, form: Annotated[Path, typer.Argument(help="分类表（TOML）· the edited form")]
) -> None:
    """按分类表确认信息项与统计单位 · confirm columns and units from the form."""
    from sandbox.catalog import entries
    from sandbox.ingest.form import read_form_file

    read, actor, directory = read_form_file(form), session.actor(), session.platform.directory
    dataset = entries.by_code(directory, read.dataset).record
    made = entries.classify(directory, actor, dataset.id, columns=read.columns, units=read.units)
    done = say("{title}：已确认 {count} 个信息项", title=made.title, count=len(made.columns))
    session.show(made, lambda console: console.print(session.text(done), markup=False))


@command(land, "policy", person=True)
def policy(
    session: Session, form: Annotated[Path, typer.Argument(help="分类表（TOML）· the edited form")]
) -> None:
    """按分类表拟订脱敏策略 · draft the masking policy from the form."""
    from sandbox.catalog import entries
    from sandbox.ingest.form import read_form_file
    from sandbox.masking import versions
    from sandbox.masking.policy_file import write_policy

    read, actor, directory = read_form_file(form), session.actor(), session.platform.directory
    dataset = entries.by_code(directory, read.dataset).record
    made = versions.draft(directory, actor, dataset, write_policy(read.policy))
    session.show(made, lambda console: console.print(made.id, markup=False))


@command(land, "confirm", person=True)
def confirm(
    session: Session, policy: Annotated[str, typer.Argument(help="脱敏策略 · masking policy")]
) -> None:
    """确认脱敏策略，旧版随之停用 · confirm a masking policy."""
    from sandbox.masking import versions

    made = versions.confirm(session.platform.directory, session.actor(), policy)
    done = say("脱敏策略第 {version} 版生效", version=made.version)
    session.show(made, lambda console: console.print(session.text(done), markup=False))


@command(land, "accept", person=True)
def accept(
    session: Session,
    delivery: _Batch,
    explain: Annotated[str, typer.Option(help="对不上时的说明 · why counts differ")] = "",
) -> None:
    """核对无误，接收交付批次 · accept a delivery."""
    from sandbox.ingest import batch

    made = batch.accept(session.platform.ingest, session.actor(), delivery, explanation=explain)
    session.show(made, lambda _: _show_deliveries(session, [made]))


@command(land, "refuse", person=True)
def refuse(
    session: Session, delivery: _Batch, reason: Annotated[str, typer.Option(help="理由 · reason")]
) -> None:
    """退回交付批次 · refuse a delivery."""
    from sandbox.ingest import batch

    made = batch.refuse(session.platform.ingest, session.actor(), delivery, reason=reason)
    session.show(made, lambda _: _show_deliveries(session, [made]))
