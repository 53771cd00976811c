"""`sandbox discover` and `sandbox mask`: what is sensitive in files, and files made safe.

No agreement and no catalogue are needed; the steward's desk for landings is `land`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer
from rich.console import Console

from sandbox.cli.frame import Session, command
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import say

if TYPE_CHECKING:
    from sandbox.discovery.text import Span

Advance: TypeAlias = Callable[[int], None]


def register(root: typer.Typer) -> None:
    """Add the two commands."""
    command(root, "discover")(discover)
    command(root, "mask")(mask)


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of a text file that holds something sensitive."""

    number: int
    text: str
    spans: tuple[Span, ...]


def discover(
    session: Session,
    files: Annotated[list[Path], typer.Argument(help="数据文件 · data files", metavar="FILE…")],
    text: Annotated[bool, typer.Option("--text", help="文件每行是一段文字 · each line is one text")] = False,
    sheet: Annotated[str | None, typer.Option(help="工作表 · sheet of a workbook")] = None,
) -> None:
    """哪些列（或文字中的哪些片段）是敏感的 · which columns, or spans of texts, are sensitive."""
    if text:
        _discover_texts(session, files)
        return
    with session.progress(say("识别敏感信息")) as advance:
        found = [_columns_of(path, sheet, advance) for path in files]

    def view(_: Console) -> None:
        for one in found:
            _show_columns(session, one)

    session.show({"files": found}, view)


def _columns_of(path: Path, sheet: str | None, advance: Advance) -> dict[str, Any]:
    from sandbox.discovery.columns import propose
    from sandbox.files.readers import open_table

    with open_table(path, name=str(path), sheet=sheet) as source:

        def batches() -> Iterator[Any]:
            for _, batch in source.batches():
                advance(batch.num_rows)
                yield batch

        proposals = propose(batches())
        if not proposals:
            raise InputError(say("{name} 没有一行可以读取，请检查文件", name=str(path)))
        shown = ("name", "type", "rate", "sensitive", "level", "technique", "identifier", "evidence")
        return {
            "path": str(path),
            "rows": source.rows_read,
            "bad_rows": source.bad_count,
            "columns": [{name: getattr(one, name) for name in shown} for one in proposals],
        }


def _show_columns(session: Session, found: dict[str, Any]) -> None:
    title = say("{path}：{rows} 行", path=found["path"], rows=f"{found['rows']:,}")
    if found["bad_rows"]:
        title = say("{title}，其中 {bad} 行无法读取", title=title, bad=f"{found['bad_rows']:,}")
    rows = [
        (
            one["name"],
            one["type"].value if one["type"] else "",
            f"{one['rate'] * 100:.1f}%" if one["type"] or one["sensitive"] else "",
            one["sensitive"],
            one["level"],
            one["technique"],
        )
        for one in found["columns"]
    ]
    columns = (say("列"), say("类型"), say("占比"), say("敏感"), say("级别"), say("建议方式"))
    session.table(title, columns, rows)
    session.out.print(session.text(say("依据")), style="bold", markup=False)
    for one in found["columns"]:
        evidence = "；".join(session.text(message) for message in one["evidence"])
        session.out.print(f"  {one['name']}：{evidence}", markup=False)
    session.out.print()


def _discover_texts(session: Session, files: list[Path]) -> None:
    with session.progress(say("识别敏感信息")) as advance:
        found = {str(path): list(_lines_of(path, advance)) for path in files}

    def view(_: Console) -> None:
        columns = (say("行"), say("起"), say("止"), say("类型"), say("把握"), say("内容"))
        for path, lines in found.items():
            rows = [
                (line.number, one.start, one.end, one.type.value, one.score, line.text[one.start : one.end])
                for line in lines
                for one in line.spans
            ]
            session.table(say("{path}", path=path), columns, rows)

    shown = [
        {"path": path, "lines": [{"line": line.number, "spans": line.spans} for line in lines]}
        for path, lines in found.items()
    ]
    session.show({"files": shown}, view)


def _lines_of(path: Path, advance: Advance) -> Iterator[_Line]:
    from sandbox.discovery.text import spans
    from sandbox.files.opening import open_regular

    with open_regular(path) as source:
        for number, raw in enumerate(source, start=1):
            try:
                text = raw.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
            except UnicodeDecodeError:
                message = say("{name} 第 {line} 行不是 UTF-8，请先转换编码", name=str(path), line=number)
                raise InputError(message) from None
            advance(1)
            if found := spans(text):
                yield _Line(number, text, found)


def mask(
    session: Session,
    source: Annotated[str, typer.Argument(help="文件、文件夹或数据库地址 · file, folder or database URL")],
    out: Annotated[Path, typer.Option(help="结果文件夹，须是新的或空的 · new or empty folder")],
    policy: Annotated[Path | None, typer.Option(help="脱敏策略 TOML · masking policy")] = None,
    table: Annotated[str | None, typer.Option(help="数据库中的表 · table of the database")] = None,
    sheet: Annotated[str | None, typer.Option(help="工作表 · sheet of a workbook")] = None,
) -> None:
    """脱敏成 Parquet 和清单，每一行都有交代 · mask into Parquet, with every row accounted for."""
    from sandbox.cli.masked import check_apart, mask_all, mask_key, new_folder, planned
    from sandbox.cli.sources import tables_of
    from sandbox.masking.policy_file import read_policy_file

    chosen = read_policy_file(policy) if policy is not None else None
    named = tables_of(source, table=table, sheet=sheet)
    check_apart(out, session.named_home)
    with new_folder(out) as folder:
        with session.progress(say("识别敏感信息")):
            plans = [planned(one, chosen) for one in named]
        key, notes = mask_key(session)
        with session.progress(say("脱敏")) as advance:
            manifest = mask_all(plans, key, folder, progress=advance)
    if chosen is None:
        notes.append(say("没有给出 --policy：按自动识别的结果拟定策略，写在 manifest.json 里，请人工核对"))
    for note in notes:
        session.say(note)
    _show_masked(session, out, manifest)


def _show_masked(session: Session, out: Path, manifest: dict[str, Any]) -> None:
    def view(console: Console) -> None:
        for one in manifest["tables"]:
            rows = [
                (c["name"], c["technique"], c["class"], c["changed"], c["null"], c["unhandled"], c["leaked"])
                for c in one["columns"]
            ]
            columns = (
                say("列"),
                say("脱敏方式"),
                say("标识符类别"),
                say("已改"),
                say("空值"),
                say("无法处理"),
                say("夹带已清除"),
            )
            session.table(say("{name}", name=one["source"]), columns, rows)
            risk = one["risk"]["after"]
            line = say(
                "风险：等价类 {classes} 个，最小 {smallest}，唯一行 {unique}",
                classes=risk["classes"],
                smallest=risk["smallest_class"],
                unique=risk["unique_rows"],
            )
            console.print(session.text(line), markup=False)
        rows = manifest["rows"]
        account = say(
            "读入 {read} 行 = 输出 {out} + 隔离 {bad} + 抑制 {small}；结果在 {path}",
            read=rows["in"],
            out=rows["out"],
            bad=rows["quarantined"],
            small=rows["suppressed"],
            path=str(out),
        )
        console.print(session.text(account), markup=False)

    session.show({"out": str(out), **manifest}, view)
