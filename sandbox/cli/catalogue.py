"""`sandbox dataset …`: the catalogue as a whole: search, import of a sheet, export, description, consents.

Registering and classing one entry is in `land`. Holds no rule; every verb is a use case of a room.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from sandbox.cli.frame import Session, command, stated
from sandbox.cli.rules import day
from sandbox.kernel.dataset_records import Consent, Dataset
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import say
from sandbox.kernel.metadata import Cycle, Exclusion, Media, Opening, Origin, Sharing

if TYPE_CHECKING:
    from sandbox.catalog.importing import Plan

dataset = typer.Typer(help="数据目录 · the catalogue", no_args_is_help=True)

_Code = Annotated[str, typer.Argument(help="数据集代码 · dataset code")]
_Sheet = Annotated[Path, typer.Argument(help="目录表（xlsx 或 csv）· the catalogue sheet")]
_Environment = Annotated[str, typer.Option(help="开发利用环境代码 · environment")]
_Tab = Annotated[str | None, typer.Option("--sheet", help="工作表名 · which sheet of the workbook")]


def register(root: typer.Typer) -> None:
    """Add the group."""
    root.add_typer(dataset, name="dataset")


@command(dataset, "search")
def search(
    session: Session,
    words: Annotated[
        list[str] | None, typer.Argument(help="检索词，都须出现 · every word must occur")
    ] = None,
    grade: Annotated[list[str] | None, typer.Option(help="L1–L4")] = None,
    kind: Annotated[list[Media] | None, typer.Option(help="数据形态 · what it is made of")] = None,
    organisation: Annotated[
        list[str] | None, typer.Option(help="单位编号、代码或全称 · id, code or name of the body")
    ] = None,
    environment: Annotated[list[str] | None, typer.Option(help="环境编号 · environment id")] = None,
    opening: Annotated[list[Opening] | None, typer.Option(help="开放属性 · open attribute")] = None,
    library: Annotated[list[str] | None, typer.Option(help="department | base | theme")] = None,
    origin: Annotated[list[Origin] | None, typer.Option(help="数据来源 · origin")] = None,
    sector: Annotated[list[str] | None, typer.Option(help="行业 · sector")] = None,
    state: Annotated[list[str] | None, typer.Option(help="状态 · state")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="最多几条 · at most")] = 20,
    offset: Annotated[int, typer.Option(min=0, help="从第几条起 · skip")] = 0,
) -> None:
    """检索目录，并按级别、形态、单位等计数 · search the catalogue, with counts of every facet."""
    from sandbox.catalog.search import Finder

    platform = session.platform
    bodies = [platform.directory.organisation_named(one).id for one in organisation or ()]
    given: dict[str, list[str]] = {
        "grade": [one.upper() for one in grade or ()],
        "media": [one.value for one in kind or ()],
        "organisation": bodies,
        "environment": environment or [],
        "opening": [one.value for one in opening or ()],
        "library": library or [],
        "origin": [one.value for one in origin or ()],
        "sector": sector or [],
        "state": state or [],
    }
    wanted = {name: values for name, values in given.items() if values}
    index = Finder(platform.store).index()
    hits = index.search(" ".join(words or ()), wanted=wanted, offset=offset, limit=limit)
    found = [platform.store.load(Dataset, one).record for one in hits.ids]
    data = {"total": hits.total, "datasets": found, "facets": {k: dict(v) for k, v in hits.facets.items()}}

    def view(console: Console) -> None:
        _show_found(session, found)
        console.print(session.text(say("共 {count} 条", count=hits.total)), markup=False)

    session.show(data, view)


def _show_found(session: Session, found: list[Dataset]) -> None:
    rows = [
        (one.code, one.title, f"L{int(one.grading.grade)}", one.media.value, _opening(one), stated(one))
        for one in found
    ]
    columns = (say("代码"), say("名称"), say("级别"), say("形态"), say("开放属性"), say("状态"))
    session.table(say("数据目录"), columns, rows)


def _opening(one: Dataset) -> str:
    return one.core.opening.value if one.core.opening is not None else ""


@command(dataset, "findings", person=True)
def findings(session: Session, file: _Sheet, environment: _Environment, sheet: _Tab = None) -> int:
    """试导入：目录表逐行的问题，什么也不登记；有错误时退出码为 10 · a dry run."""
    made = _plan(session, file, environment, sheet)
    _show_plan(session, made)
    return 0 if made.clean else 10


@command(dataset, "import", person=True)
def import_sheet(
    session: Session,
    file: _Sheet,
    environment: _Environment,
    sheet: _Tab = None,
    only_good: Annotated[
        bool, typer.Option("--only-good", help="只登记没有错误的行 · leave rows with errors out")
    ] = False,
) -> int:
    """导入本单位的目录表；有错误时一行也不登记，退出码为 10 · import; nothing while a row has an error."""
    from sandbox.catalog import importing

    made = _plan(session, file, environment, sheet)
    if not made.clean and not only_good:
        _show_plan(session, made)
        session.say(say("目录表还有错误，一行也没有登记：请改正，或只导入没有错误的行"))
        return 10
    kept = importing.apply(session.platform.directory, session.actor(), made, only_good=only_good)
    data = {"registered": kept, "findings": made.findings}
    done = say("已登记 {count} 个数据集", count=len(kept))
    session.show(data, lambda console: console.print(session.text(done), markup=False))
    return 0


def _plan(session: Session, file: Path, environment: str, sheet: str | None) -> Plan:
    from sandbox.access.form import environment_of
    from sandbox.catalog import importing
    from sandbox.catalog.sheet import read_sheet

    platform, actor = session.platform, session.actor()
    own = platform.directory.organisation(actor.organisation)
    place = environment_of(platform.access, environment).id
    return importing.plan(platform.directory, own, read_sheet(file, sheet=sheet), environment=place)


_SEVERITIES = {"error": say("错误"), "warning": say("可以以后补")}


def _show_plan(session: Session, made: Plan) -> None:
    from sandbox.catalog.sheet import heading_of

    data = {
        "sheet": made.sheet.name,
        "sha256": made.sheet.digest,
        "rows": len(made.sheet.rows),
        "ready": len(made.planned),
        "findings": made.findings,
    }

    def view(console: Console) -> None:
        rows = [
            (one.row, heading_of(one.column), _SEVERITIES[one.severity.value], one.code, one.message)
            for one in made.findings
        ]
        columns = (say("行"), say("列"), say("程度"), say("问题代码"), say("说明"))
        session.table(say("目录表的问题"), columns, rows)
        line = say("{rows} 行，其中 {ready} 行可以登记", rows=len(made.sheet.rows), ready=len(made.planned))
        console.print(session.text(line), markup=False)

    session.show(data, view)


@command(dataset, "export")
def export(
    session: Session,
    form: Annotated[str, typer.Option("--format", help="turtle | json-ld")] = "turtle",
    out: Annotated[Path | None, typer.Option(help="写到文件；不写则输出到屏幕 · write to a file")] = None,
    environment: Annotated[str, typer.Option(help="只导出这个环境 · one environment")] = "",
    base: Annotated[str, typer.Option(help="地址的开头 · what every address begins with")] = "",
) -> None:
    """把目录导出成 DCAT-AP · export the catalogue as DCAT-AP."""
    from sandbox.access.form import environment_of
    from sandbox.catalog import dcat

    platform = session.platform
    try:
        syntax = dcat.Syntax(form)
    except ValueError:
        raise InputError(say("格式只能是 turtle 或 json-ld")) from None
    place = environment_of(platform.access, environment).id if environment else None
    whole = dcat.whole(
        platform.directory,
        title=session.text(say("遵义市政府数据资源目录")),
        description=session.text(say("可申请开发利用的数据资源：在席位内使用，不提供下载")),
        environment=place,
    )
    text = dcat.write(whole, syntax=syntax, base=base or dcat.BASE)
    if out is None:
        typer.echo(text)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError:
        raise InputError(say("写不了 {path}：请检查路径和权限", path=str(out))) from None
    done = say("已导出 {count} 个数据集到 {path}", count=len(whole.datasets), path=str(out))
    data = {"path": str(out), "datasets": len(whole.datasets)}
    session.show(data, lambda console: console.print(session.text(done), markup=False))


@command(dataset, "describe", person=True)
def describe(
    session: Session,
    code: _Code,
    abstract: Annotated[str | None, typer.Option(help="摘要 · abstract")] = None,
    keyword: Annotated[list[str] | None, typer.Option(help="关键词 · keyword")] = None,
    file_format: Annotated[list[str] | None, typer.Option("--format", help="格式 · format")] = None,
    kind: Annotated[Media | None, typer.Option(help="数据形态 · what it is made of")] = None,
    origin: Annotated[Origin | None, typer.Option(help="数据来源 · origin")] = None,
    sharing: Annotated[Sharing | None, typer.Option(help="共享类型 · sharing")] = None,
    sharing_condition: Annotated[str | None, typer.Option(help="共享条件 · condition")] = None,
    opening: Annotated[Opening | None, typer.Option(help="开放属性 · open attribute")] = None,
    basis: Annotated[str | None, typer.Option(help="不予开放的依据 · why it is not opened")] = None,
    cycle: Annotated[Cycle | None, typer.Option(help="更新周期 · update cycle")] = None,
    issued: Annotated[str | None, typer.Option(help="发布日期 YYYY-MM-DD · issued")] = None,
    exclusion: Annotated[list[Exclusion] | None, typer.Option(help="限制标识 · exclusion flag")] = None,
    delivered_by: Annotated[
        list[str] | None, typer.Option(help="由哪个运营机构交付的产品构成 · whose products are in it")
    ] = None,
) -> None:
    """补充或更正目录的核心元数据；没写的不变 · state or correct core metadata."""
    from sandbox.catalog import entries

    actor, directory = session.actor(), session.platform.directory
    held = entries.by_code(directory, code).record
    given: dict[str, Any] = {
        "abstract": abstract,
        "keywords": tuple(keyword) if keyword else None,
        "formats": tuple(file_format) if file_format else None,
        "sharing": sharing,
        "sharing_condition": sharing_condition,
        "opening": opening,
        "opening_basis": basis,
        "cycle": cycle,
        "issued": day(issued) if issued else None,
    }
    core = replace(held.core, **{name: value for name, value in given.items() if value is not None})
    bodies = [directory.organisation_named(one).id for one in delivered_by or ()]
    changed = replace(
        held,
        core=core,
        media=kind or held.media,
        origin=origin or held.origin,
        exclusions=tuple(exclusion) if exclusion else held.exclusions,
        delivered_by=tuple(bodies) or held.delivered_by,
    )
    made = entries.describe(directory, actor, held.id, changed)
    session.show(made, lambda _: _show_found(session, [made]))


@command(dataset, "consent", person=True)
def consent(
    session: Session,
    code: _Code,
    document: Annotated[Path, typer.Option(help="授权书文件，只记摘要 · the paper, kept by digest")],
    purpose: Annotated[list[str], typer.Option(help="同意的用途 · what for")],
    until: Annotated[str, typer.Option(help="到哪一天 YYYY-MM-DD · last day")],
) -> None:
    """社会数据的持有单位出具授权书 · a contributor consents to the use of its data."""
    from sandbox.catalog import consents, entries

    actor, directory = session.actor(), session.platform.directory
    held = entries.by_code(directory, code).record
    made = consents.give(
        directory,
        actor,
        Consent(
            state="in-force",
            organisation=actor.organisation,
            environment=held.environment,
            dataset=held.id,
            document=file_digest(document),
            purposes=tuple(purpose),
            until=day(until),
        ),
    )
    session.show(made, lambda console: console.print(made.id, markup=False))


@command(dataset, "impact", person=True)
def impact(
    session: Session,
    item: Annotated[str, typer.Argument(help="需求编号 · id of the reviewed item")],
    lawfulness: Annotated[str, typer.Option(help="目的、方式是否合法、正当、必要 · lawful and necessary")],
    effect: Annotated[str, typer.Option(help="对个人权益的影响和安全风险 · effect and risk")],
    measures: Annotated[str, typer.Option(help="保护措施是否合法、有效、与风险相适应 · measures")],
) -> None:
    """提供部门提交个人信息保护影响评估 · file the impact assessment that landing personal data asks for."""
    from sandbox.catalog import impacts

    found = impacts.Assessed(lawfulness=lawfulness, impact=effect, measures=measures)
    made = impacts.file(session.platform.directory, session.actor(), item, found)
    session.show(made, lambda console: console.print(made.id, markup=False))


@command(dataset, "withdraw-impact", person=True)
def withdraw_impact(
    session: Session,
    identifier: Annotated[str, typer.Argument(help="影响评估编号 · id of the assessment")],
    reason: Annotated[str, typer.Option(help="理由 · reason")],
) -> None:
    """撤回影响评估：不再据此开出落地单 · withdraw an impact assessment."""
    from sandbox.catalog import impacts

    made = impacts.withdraw(session.platform.directory, session.actor(), identifier, reason=reason)
    session.show(made, lambda console: console.print(f"{made.id} {session.text(stated(made))}", markup=False))


@command(dataset, "withdraw-consent", person=True)
def withdraw_consent(
    session: Session,
    identifier: Annotated[str, typer.Argument(help="授权书编号 · id of the consent")],
    reason: Annotated[str, typer.Option(help="理由 · reason")],
) -> None:
    """撤回授权书：已落地的数据随即退出席位 · withdraw a consent."""
    from sandbox.catalog import consents

    made = consents.withdraw(session.platform.directory, session.actor(), identifier, reason=reason)
    session.show(made, lambda console: console.print(f"{made.id} {session.text(stated(made))}", markup=False))


@command(dataset, "withdraw", person=True)
def withdraw(
    session: Session,
    code: Annotated[str, typer.Argument(help="数据集代码或编号 · dataset")],
) -> None:
    """撤销编目：不再落地，席位里也不再挂载 · withdraw an entry: it lands and is mounted no more."""
    from sandbox.catalog import entries

    directory, actor = session.platform.directory, session.actor()
    made = entries.withdraw(directory, actor, entries.by_code(directory, code).record.id)
    session.show(made, lambda console: console.print(f"{made.id} {session.text(stated(made))}", markup=False))


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file; `InputError` if it cannot be read."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        raise InputError(say("读不到文件 {path}：请检查路径", path=str(path))) from None
