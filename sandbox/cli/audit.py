"""`sandbox audit …`: the log verified, searched, exported, and its checkpoints."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from sandbox.catalog.reading import require_reader
from sandbox.cli.frame import Session, command
from sandbox.kernel.actors import Role
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import say
from sandbox.kernel.records import Account, Home
from sandbox.kernel.review_records import Review, Submission
from sandbox.locale.words import step_name
from sandbox.people.directory import CHINA
from sandbox.store import checkpoints
from sandbox.store.facts import Header
from sandbox.store.verify import export

if TYPE_CHECKING:
    from sandbox.keeping import Audit

audit = typer.Typer(help="日志核验 · the log and its proof", no_args_is_help=True)

TAMPERED = 6


def register(root: typer.Typer) -> None:
    """Add the group."""
    root.add_typer(audit, name="audit")


@audit.callback()
def _group() -> None:
    """日志核验 · the log and its proof.

    离线核验不需要主目录和数据库 · offline, with neither home nor database:

    sandbox audit export 日志文件, 然后 then python -m sandbox.store.verifier 日志文件 见证目录 公钥
    """


_NO_LEDGER = say("放行台账没有核对：主目录打不开，请带上主密钥再核验一次")


@command(audit, "verify")
def verify_log(
    session: Session,
    witness: Annotated[
        Path | None, typer.Option(help="见证目录；不写则用设置里的全部 · folder of a witness")
    ] = None,
) -> int:
    """核验日志、记录和检查点：完整退出 0，被改动退出 6；恢复造成的丢失另行列出 · 0 whole, 6 tampered.

    离线核验 · offline: sandbox audit export LOG; python -m sandbox.store.verifier LOG WITNESS PUBKEY
    """
    from sandbox.keeping import audit as examine

    found = examine(session.home_path, witness=witness)
    session.show(_audited(found), lambda console: _print(session, found, console))
    return 0 if found else TAMPERED


def _audited(found: Audit) -> dict[str, object]:
    """Return what an audit found as the command line shows it in JSON."""
    first = found.reports[0][1]
    return {
        "ok": bool(found),
        "whole": bool(found) and not found.losses,
        "origin": first.origin,
        "facts": first.facts,
        "root": first.root,
        "checkpoints": first.checkpoints,
        "signatures": first.signatures,
        "purged": first.purged,
        "problem_count": max(report.problem_count for _, report in found.reports),
        "problems": found.problems,
        "ledger_checked": found.ledger is not None,
        "losses": [
            {"first": one.first, "last": one.last, "restored_at": one.restored_at, "message": one.message}
            for one in found.losses
        ],
        "witnesses": [
            {"path": str(path), "checkpoints": report.witnessed, "last": report.last_witnessed}
            for path, report in found.reports
        ],
    }


def _print(session: Session, found: Audit, console: Console) -> None:
    """Print what an audit found: the log, its witnesses, losses, problems."""
    first = found.reports[0][1]
    line = say(
        "日志 {origin}：{facts} 条，检查点 {own} 个，本人签名 {signatures} 个",
        origin=first.origin,
        facts=first.facts,
        own=first.checkpoints,
        signatures=first.signatures,
    )
    console.print(session.text(line), markup=False)
    for path, report in found.reports:
        seen = say("见证 {path}：检查点 {count} 个", path=str(path), count=report.witnessed or 0)
        console.print(session.text(seen), markup=False)
    for loss in found.losses:
        console.print("! " + session.text(loss.message), markup=False, style="yellow")
    if found.ledger is None:
        console.print("! " + session.text(_NO_LEDGER), markup=False, style="yellow")
    for problem in found.problems:
        text = f"✗ {problem.where}: {session.text(problem.message)}"
        console.print(text, markup=False, style="red")
    console.print(session.text(say("核对通过") if found else say("核对未通过")), markup=False)


@command(audit, "facts", person=True)
def facts(
    session: Session,
    record: Annotated[str | None, typer.Option(help="记录编号 · id of a record")] = None,
    actor: Annotated[str | None, typer.Option(help="登录名或账户编号 · who")] = None,
    verb: Annotated[str | None, typer.Option(help="步骤，如 review:cast · step")] = None,
    since: Annotated[str | None, typer.Option(help="起始日期或时刻（ISO 8601）· from when")] = None,
    limit: Annotated[int, typer.Option(min=1, help="最多条数，取最近的 · at most, the latest")] = 50,
) -> None:
    """查日志 · search the log."""
    _reader(session)
    store = session.platform.store
    names = {one.record.id: one.record.name for one in store.find(Account)}
    ids = {name: identifier for identifier, name in names.items()}
    found = store.facts(
        record=record,
        actor=None if actor is None else ids.get(actor, actor),
        verb=verb,
        since=None if since is None else _moment(since),
        limit=limit,
        newest_first=True,
    )[::-1]

    def view(_: Console) -> None:
        rows = [
            (
                str(one.seq),
                _shown(one.at),
                names.get(one.actor, one.actor),
                step_name(one.verb),
                one.record_id,
            )
            for one in found
        ]
        columns = (say("序号"), say("时间（北京）"), say("经手人"), say("步骤"), say("记录"))
        session.table(say("日志"), columns, rows)

    session.show({"facts": [_fact(one, names) for one in found]}, view)


def _reader(session: Session) -> None:
    """The log is read by the authority and by supervisors, each with the own credential."""
    actor, directory = session.actor(), session.platform.directory
    require_reader(
        directory,
        actor,
        Home(state="in-service", name="", demo=False, format=0),
        organisations=[actor.organisation],
        roles=frozenset({Role.AUTHORITY_OFFICER, Role.SUPERVISOR}),
    )


def _blind(session: Session) -> frozenset[str]:
    """Return the votes that are still blind: those on submissions in review."""
    store = session.platform.store
    waiting = store.find(Submission, state="in-review")
    return frozenset(
        vote.record.id for one in waiting for vote in store.find(Review, linked=("submission", one.record.id))
    )


def _fact(one: Header, names: dict[str, str]) -> dict[str, object]:
    return {
        "seq": one.seq,
        "at": one.at,
        "actor": one.actor,
        "login": names.get(one.actor),
        "organisation": one.organisation,
        "verb": one.verb,
        "record": one.record_id,
        "version": one.record_version,
        "signed": one.signature is not None,
    }


def _shown(instant: str) -> str:
    """Return an instant of the log as people here read it."""
    return datetime.fromisoformat(instant).astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise InputError(say("时间 {text} 应写成 YYYY-MM-DD 或 ISO 8601 时刻", text=text)) from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=CHINA)


@command(audit, "show", person=True)
def show(session: Session, seq: Annotated[int, typer.Argument(help="日志序号 · number of the fact")]) -> None:
    """一条日志的全文 · one fact in full."""
    _reader(session)
    store = session.platform.store
    payload = store.payload(seq)
    header = store.fact(seq)
    if header.record_id in _blind(session):
        raise InputError(say("这是一张还没有揭晓的票：审查到齐之后才能查看"))
    session.show({"fact": header.to_json(), "payload": payload, "purged": payload is None})


@command(audit, "checkpoint")
def checkpoint(session: Session) -> None:
    """立即签署检查点并交给见证方 · sign a checkpoint now and hand it to the witnesses."""
    platform = session.platform
    platform.checkpoint()
    last = checkpoints.last_checkpoint(platform.store)
    size = 0 if last is None else last[0]
    data = {
        "size": size,
        "at": None if last is None else last[1],
        "witnesses": [str(path) for path in platform.witnesses],
        "verifier": platform.signer.verifier,
    }
    sentence = say(
        "检查点覆盖 {size} 条日志，已交 {count} 个见证目录", size=size, count=len(platform.witnesses)
    )
    session.show(data, lambda console: console.print(session.text(sentence), markup=False))


@command(audit, "export", person=True)
def export_log(
    session: Session,
    file: Annotated[Path, typer.Argument(help="导出文件，不得已存在 · a new file")],
    payloads: Annotated[
        bool, typer.Option("--payloads/--no-payloads", help="是否带内容（含姓名）· with the contents")
    ] = True,
) -> None:
    """导出日志供离线核验 · export the log for an auditor without the database."""
    _reader(session)
    platform = session.platform
    count = export(platform.store, file, payloads=payloads, withheld=_blind(session))
    verifier = platform.signer.verifier
    hint = say(
        "离线核验：python -m sandbox.store.verifier {file} 见证目录 {key}", file=str(file), key=verifier
    )

    def view(console: Console) -> None:
        console.print(session.text(say("已导出 {count} 条日志", count=count)), markup=False)
        console.print(session.text(hint), markup=False)

    session.show({"file": str(file), "facts": count, "verifier": verifier}, view)


@command(audit, "purge", person=True)
def purge(
    session: Session,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="只看会清理什么 · only say what would go")
    ] = False,
) -> None:
    """清理保存期满的日志内容；摘要和树不动，清理本身记入日志 · remove what outlived its retention."""
    from sandbox.oversight import retention

    platform = session.platform
    found = retention.purge(platform.oversight, platform.gate, session.actor(), dry_run=dry_run)
    done = bool(found.count) and not dry_run
    data = {"count": found.count, "steps": dict(found.by_step), "spans": found.spans, "purged": done}
    data["overlays"] = found.overlays
    line = (
        say("已清理 {count} 条日志的内容", count=found.count)
        if done
        else say("保存期满、可以清理的有 {count} 条", count=found.count)
    )

    def view(console: Console) -> None:
        console.print(session.text(line), markup=False)
        session.table(say("按步骤"), (say("步骤"), say("条数")), found.by_step)
        if found.overlays:
            kept = say("已结束席位的诱饵记录 {count} 份期满", count=found.overlays)
            console.print(session.text(kept), markup=False)

    session.show(data, view)
