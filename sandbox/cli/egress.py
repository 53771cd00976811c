"""`sandbox egress …`: what wants to leave: submissions, votes, releases, receipts.

Who is shown what is decided by `egress.audience`. The judge needs no credential and tells
no evidence; everything that a person does needs the person's own.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from sandbox.cli import fixes, reviews, traces
from sandbox.cli.frame import Session, command, stated, verdict_name
from sandbox.cli.seats import author_lines
from sandbox.kernel.errors import InputError, NotFoundError, SandboxError
from sandbox.kernel.message import Message, say
from sandbox.kernel.review_records import Capacity, FileVote, Release, Submission
from sandbox.kernel.seat_records import Seat
from sandbox.locale.words import state_of

egress = typer.Typer(help="出域闸口、审查与放行 · egress gate, review, release", no_args_is_help=True)

_Submission = Annotated[str, typer.Argument(help="出域申请 · submission")]
_Release = Annotated[str, typer.Argument(help="放行 · release")]


def register(root: typer.Typer) -> None:
    """Add the group."""
    reviews.join(egress)
    fixes.join(egress)
    traces.join(egress)
    root.add_typer(egress, name="egress")


@command(egress, "list", person=True)
def list_submissions(session: Session) -> None:
    """看得到的出域申请与放行 · the submissions and releases that one may see."""
    from sandbox.egress import audience

    actor, platform = session.actor(), session.platform
    found = audience.visible(platform.gate, actor)
    releases = [
        stored.record
        for one in found
        for stored in platform.store.find(Release, linked=("submission", one.id))
    ]
    entries = [
        {"id": one.id, "title": one.title, "state": one.state, "files": len(one.files)} for one in found
    ]

    def view(_: Console) -> None:
        rows = [(one.id, one.title, len(one.files), stated(one)) for one in found]
        session.table(say("出域申请"), (say("申请"), say("标题"), say("文件"), say("状态")), rows)
        out = [(one.id, one.submission, len(one.files), stated(one)) for one in releases]
        session.table(say("放行"), (say("放行"), say("申请"), say("文件"), say("状态")), out)

    session.show({"submissions": entries, "releases": releases}, view)


@command(egress, "show", person=True)
def show(
    session: Session,
    submission: _Submission,
    out: Annotated[
        Path | None, typer.Option(help="把闸口重写的产品写到这个目录供审阅（仅审查人）· products to read")
    ] = None,
) -> None:
    """一项出域申请：作者见规则与改法，审查人见证据 · rule and remedy, or for reviewers the evidence."""
    from sandbox.egress import audience

    actor, platform = session.actor(), session.platform
    data = audience.shown(platform.gate, actor, submission)
    if out is not None:
        _write_all(out, audience.rewritten(platform.gate, actor, submission))

    def view(console: Console) -> None:
        if data["audience"] is audience.Audience.AUTHOR:
            for line in author_lines(data):
                console.print(session.text(line), markup=False)
        else:
            _show_evidence(session, console, data)

    session.show(data, view)


def _write_all(folder: Path, files: dict[str, bytes]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            with (folder / Path(name).name).open("xb") as stream:
                stream.write(data)
    except FileExistsError:
        raise InputError(say("{path} 里已有同名文件：请换一个目录", path=str(folder))) from None
    except OSError:
        raise InputError(say("写不了 {path}：请检查路径和权限", path=str(folder))) from None


def _show_evidence(session: Session, console: Console, data: dict[str, Any]) -> None:
    head = say(
        "出域申请 {id}《{title}》：{state}",
        id=data["submission"],
        title=data["title"],
        state=state_of("submission", data["state"])[0],
    )
    console.print(session.text(head), markup=False)
    files = [
        (one["name"], verdict_name(one["verdict"]), one["rewritten"][:16], one["approved"])
        for one in data["files"]
    ]
    session.table(say("文件"), (say("文件"), say("结论"), say("重写摘要"), say("审查")), files)
    every = [(one["name"], found) for one in data["files"] for found in one["findings"]]
    every += [("、".join(found["paths"]), found) for found in data["set_findings"]]
    rows = [
        (name, found["kind"].value, found["records"], found["where"], found["message"], found["evidence"])
        for name, found in every
    ]
    columns = (say("文件"), say("种类"), say("记录数"), say("位置"), say("发现"), say("证据"))
    session.table(say("发现"), columns, rows)
    console.print(session.text(say("已投票 {count} 人", count=data["votes_cast"])), markup=False)


@command(egress, "judge")
def judge(
    session: Session,
    submission: Annotated[str | None, typer.Argument(help="空为全部待检查的 · all if none")] = None,
) -> int:
    """收取各席位的申请并由闸口检查 · take in what seats ask for and let the gate judge it."""
    from sandbox.egress import intake

    platform = session.platform
    declined = [] if submission else _collect_all(session)
    waiting = (
        [submission]
        if submission
        else [one.record.id for one in platform.store.find(Submission, state="frozen")]
    )
    judged, failed = [], []
    with session.progress(say("闸口检查"), len(waiting)) as advance:
        for one in waiting:
            try:
                judged.append(intake.judge(platform.gate, one))
            except SandboxError as error:
                if submission:
                    raise
                failed.append((one, error.message))
            advance(1)
    for one, reason in (*declined, *failed):
        session.say(say("{id} 没有办完：{reason}", id=one, reason=reason))
    data = {
        "submissions": [{"id": one.id, "state": one.state} for one in judged],
        "declined": [{"request": one, "message": reason} for one, reason in declined],
        "failed": [{"id": one, "message": reason} for one, reason in failed],
    }

    def view(_: Console) -> None:
        rows = [(one.id, one.title, stated(one)) for one in judged]
        session.table(say("已检查的出域申请"), (say("申请"), say("标题"), say("状态")), rows)

    session.show(data, view)
    return 1 if failed else 0


def _collect_all(session: Session) -> list[tuple[str, Message]]:
    """Take in the outbox of every seat that was ever opened; return what was declined."""
    from sandbox.egress import intake
    from sandbox.seats import workspace

    platform = session.platform
    declined: list[tuple[str, Message]] = []
    for stored in platform.store.find(Seat):
        if workspace.folders(platform.gate.seats_root, stored.record.id).outbox.is_dir():
            taken = intake.collect(platform.gate, stored.record.id, refused=platform.note_refusal)
            declined += taken.declined
    return declined


@command(egress, "withdraw", person=True)
def withdraw(session: Session, submission: _Submission) -> None:
    """作者撤回出域申请 · the author takes a submission back."""
    from sandbox.egress import intake

    made = intake.withdraw(session.platform.gate, session.actor(), submission)
    done = say("申请 {id} 已撤回", id=made.id)
    data = {"id": made.id, "state": made.state}
    session.show(data, lambda console: console.print(session.text(done), markup=False))


@command(egress, "commission", person=True)
def commission(
    session: Session,
    submission: _Submission,
    body: Annotated[str, typer.Argument(help="第三方机构：编号、名称或信用代码 · third party")],
) -> None:
    """委托第三方审查一项申请 · commission a third party to review it."""
    from sandbox.egress import review

    actor = session.actor()
    after = review.commission(session.platform.gate, actor, submission, body)
    done = say("已委托 {body} 审查申请 {id}", body=body, id=after.id)
    data = {"submission": after.id, "commissioned": after.commissioned}
    session.show(data, lambda console: console.print(session.text(done), markup=False))


@command(egress, "vote", person=True)
def vote(
    session: Session,
    submission: _Submission,
    approve: Annotated[list[str] | None, typer.Option(help="同意的文件，可重复 · approve this file")] = None,
    reject: Annotated[list[str] | None, typer.Option(help="不同意的文件，可重复 · reject this file")] = None,
    every: Annotated[bool, typer.Option("--all", help="同意其余全部文件 · approve all the rest")] = False,
    comment: Annotated[str, typer.Option(help="意见 · comment")] = "",
    capacity: Annotated[
        str, typer.Option(help="authority | provider | third-party；空为自动 · as what")
    ] = "",
) -> None:
    """对每个文件投票，互不可见，一人一票 · vote on every file, blind, one person one vote."""
    from sandbox.egress import review

    actor, gate = session.actor(), session.platform.gate
    found = review.found(gate, submission).record
    votes = votes_of(found, set(approve or ()), set(reject or ()), every=every, comment=comment)
    after = review.cast(gate, actor, submission, votes, capacity=_capacity(capacity))
    done = say("已投票；申请 {id} 的状态：{state}", id=after.id, state=stated(after))
    data = {"submission": after.id, "state": after.state, "votes": votes}
    session.show(data, lambda console: console.print(session.text(done), markup=False))


def votes_of(
    found: Submission, approve: set[str], reject: set[str], *, every: bool, comment: str
) -> tuple[FileVote, ...]:
    """Return one vote for each file that can be voted on; a file left out is a mistake, never a yes."""
    votable = {one.name: one.rewritten for one in found.files if one.rewritten and not one.supporting}
    unknown = sorted((approve | reject) - votable.keys())
    if unknown:
        raise NotFoundError(say("申请里没有可以投票的文件 {name}", name=unknown[0]))
    if approve & reject:
        raise InputError(say("文件 {name} 不能既同意又不同意", name=min(approve & reject)))
    left = sorted(votable.keys() - approve - reject)
    if left and not every:
        raise InputError(say("还没有对文件 {name} 表态：用 --approve、--reject 或 --all", name=left[0]))
    return tuple(
        FileVote(digest=digest, approve=name not in reject, comment=comment)
        for name, digest in votable.items()
    )


def _capacity(text: str) -> Capacity | None:
    try:
        return Capacity(text) if text else None
    except ValueError:
        raise InputError(say("投票身份只能是 authority、provider 或 third-party")) from None


@command(egress, "release", person=True)
def release(session: Session, submission: _Submission) -> None:
    """放行审查同意的文件并签发回执 · release what was approved, with a signed receipt."""
    from sandbox.egress import release as releases

    actor, platform = session.actor(), session.platform
    made = releases.release(platform.gate, actor, submission)
    platform.checkpoint()
    _releases(session, made)


@command(egress, "collect", person=True)
def collect(
    session: Session,
    release: _Release,
    out: Annotated[Path, typer.Option(help="写到这个目录 · folder")],
) -> None:
    """领取放行的产品和回执 · collect released products and the receipt."""
    from sandbox.egress import release as releases

    handed = releases.hand_out(session.platform.gate, session.actor(), release, out)
    done = say("已领取到 {path}：{files}", path=str(handed.folder), files="、".join(handed.files))
    session.show(handed, lambda console: console.print(session.text(done), markup=False))


@command(egress, "recall", person=True)
def recall(
    session: Session, release: _Release, reason: Annotated[str, typer.Option(help="理由 · reason")]
) -> None:
    """召回：不再发放，已领取的人记录在案 · recall a release."""
    from sandbox.egress import release as releases

    _releases(session, releases.recall(session.platform.gate, session.actor(), release, reason=reason))


@command(egress, "holders", person=True)
def holders(session: Session, release: _Release) -> None:
    """谁已经领取 · who has collected a release."""
    from sandbox.egress import release as releases

    platform, actor = session.platform, session.actor()
    _readable(session, release, actor)
    found = [platform.directory.account_named(one) for one in releases.holders(platform.gate, release)]
    data = [
        {"account": one.name, "name": one.display_name, "organisation": one.organisation} for one in found
    ]

    def view(_: Console) -> None:
        rows = [(one.name, one.display_name, one.organisation) for one in found]
        session.table(say("已领取的人"), (say("账户"), say("姓名"), say("单位")), rows)

    session.show({"release": release, "holders": data}, view)


@command(egress, "receipt", person=True)
def receipt(
    session: Session,
    release: _Release,
    out: Annotated[Path | None, typer.Option(help="写到这个文件 · file")] = None,
) -> None:
    """一次放行的签名回执 · the signed receipt of a release."""
    import json

    platform, actor = session.platform, session.actor()
    data = platform.gate.frozen.get(_readable(session, release, actor).receipt)
    if out is not None:
        _write_all(out.parent, {out.name: data})
    session.show(json.loads(data))


def _readable(session: Session, identifier: str, actor: Any) -> Release:
    """Return the release for its own organisation, the providers and the authority."""
    from sandbox.catalog.reading import require_reader
    from sandbox.egress import review

    platform = session.platform
    found = platform.store.load(Release, identifier).record
    submission = review.found(platform.gate, found.submission).record
    parties = {found.organisation, *review.providers_of(platform.gate, submission)}
    require_reader(platform.directory, actor, found, organisations=parties)
    return found


@command(egress, "verify-receipt")
def verify_receipt(
    session: Session,
    file: Annotated[Path, typer.Argument(help="回执文件 · the receipt")],
    key: Annotated[str, typer.Option(help="平台公钥（十六进制）；空则用主目录的 · public key")] = "",
) -> None:
    """核验回执的签名；同目录的产品一并核对摘要 · verify a receipt, and the products beside it."""
    from sandbox.egress import release as releases

    body = releases.verify_receipt(_read(file), public_key=_key(session, key))
    products = releases.verify_products(body, file.parent)
    done = say("回执有效：申请 {id}，{count} 个文件", id=body["submission"], count=len(body["files"]))

    def view(console: Console) -> None:
        console.print(session.text(done), markup=False)
        session.table(say("产品"), (say("文件"), say("核对")), sorted(products.items()))

    session.show({"valid": True, "body": body, "products": products}, view)


@command(egress, "verify")
def verify(
    session: Session,
    bundle: Annotated[Path, typer.Argument(help="放行包：文件夹或 zip · release bundle, folder or zip")],
    key: Annotated[
        str, typer.Option(help="平台公布的公钥或存有它的文件；空则用主目录的 · the published key")
    ] = "",
    recalls: Annotated[
        Path | None, typer.Option(help="较新的召回清单 · a newer list of recalled releases")
    ] = None,
) -> int:
    """离线核验放行包，成立退出 0，否则 1 · verify a release bundle offline: 0 holds, 1 not."""
    from sandbox import app
    from sandbox.egress import bundle_check

    known = bundle_check.public_key(key) if key else None
    if known is None and session.named_home is not None:
        known = session.platform.signer.public
    listed = _read(recalls) if recalls is not None else None
    found = bundle_check.verify_bundle(bundle, key=known, recalls=listed, now=app.now())
    last = say("放行包成立") if found else say("放行包不成立：不要使用")
    if found.outlived:
        last = say("没有查出改动，但已不能证明放行包成立：请用清理前领取的放行包核验")

    def view(console: Console) -> None:
        for one in found.lines:
            console.print(("✓ " if one.holds else "✗ ") + session.text(one.message), markup=False)
        console.print(session.text(last), markup=False)

    data = {
        "valid": bool(found),
        "release": found.release,
        "keys": found.keys,
        "key_given": not found.pinned,
        "checks": found.lines,
    }
    session.show(data, view)
    return 0 if found else 1


@command(egress, "recalls")
def recalls(
    session: Session,
    out: Annotated[Path, typer.Option(help="写到这个新文件 · a new file")],
) -> None:
    """签发召回清单，供离线核验放行包 · sign the list of recalled releases, for offline verification."""
    from sandbox.egress import bundle as bundles

    _write_all(out.parent, {out.name: bundles.recall_list(session.platform.gate)})
    done = say("召回清单已写到 {path}", path=str(out))
    session.show({"file": str(out)}, lambda console: console.print(session.text(done), markup=False))


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        raise InputError(say("读不到文件 {path}：请检查路径", path=str(file))) from None


def _key(session: Session, key: str) -> bytes | None:
    if key:
        try:
            return bytes.fromhex(key)
        except ValueError:
            raise InputError(say("公钥须是十六进制文字")) from None
    if session.named_home is not None:
        return session.platform.signer.public
    session.say(say("没有给出平台公钥：只能证明回执没有被改动，不能证明是谁签发的"))
    return None


def _releases(session: Session, made: Release) -> None:
    def view(_: Console) -> None:
        rows = [(made.id, one.name, one.size, one.released[:16], stated(made)) for one in made.files]
        columns = (say("放行"), say("文件"), say("字节"), say("摘要"), say("状态"))
        session.table(say("放行"), columns, rows)

    session.show(made, view)
