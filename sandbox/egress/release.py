"""Release: exactly the approved digests leave, with a signed receipt, and can be recalled.

The receipt is frozen by its own digest before the one transaction that releases, so that a
crash leaves either no release or a whole one. Handing out checks every digest again and shows all or nothing.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from sandbox.egress import court, judgements, rounds
from sandbox.egress.bundle import bundle, plain_name
from sandbox.egress.desk import GateDesk
from sandbox.egress.receipt import VOTING, keys_of, receipt_body
from sandbox.egress.review import review_situation
from sandbox.kernel.actors import Actor
from sandbox.kernel.decision import Answer, Refusal, decide
from sandbox.kernel.errors import Attempt, InputError, RefusedError, TamperedError
from sandbox.kernel.findings import Outcome, Verdict
from sandbox.kernel.lifecycle import step
from sandbox.kernel.message import Message, say
from sandbox.kernel.permits import require
from sandbox.kernel.records import Account
from sandbox.kernel.review_records import Release, ReleasedFile, Review, Submission, SubmittedFile
from sandbox.kernel.review_rules import counted
from sandbox.people.directory import with_record
from sandbox.pool.disk import storage_errors
from sandbox.store.canonical import canonical
from sandbox.store.changes import Change, Effect, Link, Stored
from sandbox.store.proofs import signed_by, stands
from sandbox.vault import signer as signing


@dataclass(frozen=True, slots=True)
class HandedOut:
    """What was written where."""

    folder: Path
    files: tuple[str, ...]


def release(desk: GateDesk, actor: Actor, submission_id: str) -> Release:
    """Return the release of every approved file of the submission; refused with all reasons.

    Raises `TamperedError` when a vote or a file is not what was signed or approved.
    """
    store = desk.directory.store
    stored = store.load(Submission, submission_id)
    submission = stored.record
    situation = review_situation(desk, actor, submission)
    require(actor, step("submission:release"), situation)
    _check_signed(desk, situation.reviews)
    _check_judged(desk, submission)
    for one in (submission, situation.assessment):
        if one is not None and not stands(store, one.id):
            raise TamperedError(say("记录 {id} 与日志里登记的不一致：不得据此放行", id=one.id))
    fresh = court.again(desk, submission)
    if fresh is not None:
        rounds.reopen(desk, stored, fresh)
        sentence = say("放行前再次核对台账：与其后放行或同意的产品相减会露出个别对象，已退回审查")
        decision = decide([Answer("ledger", Refusal("ledger", "第十九条", sentence))])
        attempt = Attempt("submission:release", submission.id, actor.account, actor.organisation)
        raise RefusedError(decision, attempt=attempt)
    files = tuple(released_file(desk, one) for one in submission.files if one.approved)
    receipt = desk.frozen.put(_receipt(desk, submission, counted(situation), files))
    made = Release(
        state="issued",
        organisation=submission.organisation,
        environment=submission.environment,
        submission=submission.id,
        agreement=submission.agreement,
        files=files,
        receipt=receipt,
        issued_at=desk.directory.clock(),
        policy=situation.access.digest if situation.access is not None else "",
    )
    require(actor, step("release:issue"), with_record(situation, record=made))
    ended = replace(submission, state="released")
    released = Change(step("submission:release"), ended, expected=stored.version)
    links = (Link("submission", submission.id), Link("agreement", submission.agreement))
    note = {"receipt": receipt, "digests": [one.released for one in files]}
    issued = Change(step("release:issue"), made, links=links, note=note)
    effect = Effect("release.issued", {"receipt": receipt})
    kept: Release = store.write(actor, issued, released, outbox=(effect,))[0].record
    return kept


def _check_judged(desk: GateDesk, submission: Submission) -> None:
    """Raise `TamperedError` unless the gate judged exactly these bytes, every check with its receipt."""
    judged = {(one.path, one.digest): one for one in judgements.load(desk, submission.judgement).files}
    for file in submission.files:
        if not file.approved:
            continue
        one = judged.get((file.name, file.digest))
        whole = one is not None and bool(one.receipts)
        if (
            one is None
            or not whole
            or one.verdict is Verdict.REFUSE
            or one.rewritten_digest != file.rewritten
        ):
            raise TamperedError(say("{name} 没有闸口对这份内容的完整结论：不得放行", name=file.name))
        if any(each.outcome is Outcome.UNABLE or each.subject != file.digest for each in one.receipts):
            raise TamperedError(say("{name} 有检查没有回执：不得放行", name=file.name))


def _check_signed(desk: GateDesk, reviews: tuple[Review, ...]) -> None:
    """Raise `TamperedError` unless every vote still is what its voter signed; nobody else can write one.

    The last fact about a vote is what counts: a vote turned back to an earlier one has no signature.
    """
    store = desk.directory.store
    for one in reviews:
        voter = store.load(Account, one.voter).record
        genuine = one.person == voter.person and one.organisation == voter.organisation
        last = store.facts(record=one.id, newest_first=True, limit=1)
        verb = last[0].verb if last and last[0].verb in VOTING else "review:cast"
        proven = (
            signed_by(store, one.id, verb=verb, account=voter.id, public_key=key)
            for key in keys_of(desk, voter)
        )
        if not genuine or not any(proven):
            raise TamperedError(say("投票 {id} 没有投票人本人的有效签名：不得据此放行", id=one.id))


def released_file(desk: GateDesk, file: SubmittedFile) -> ReleasedFile:
    """Return a file as a release names it; `TamperedError` when its bytes are not what was approved."""
    data = desk.frozen.get(file.rewritten)
    return ReleasedFile(name=file.name, submitted=file.digest, released=file.rewritten, size=len(data))


def _receipt(
    desk: GateDesk,
    submission: Submission,
    reviews: tuple[Review, ...],
    files: tuple[ReleasedFile, ...],
) -> bytes:
    return sealed(desk, receipt_body(desk, submission, reviews, files))


def sealed(desk: GateDesk, body: dict[str, Any]) -> bytes:
    """Return the body of a receipt with the platform's signature under it, as the file that is handed out."""
    signature = desk.signer.sign(canonical(body).encode())
    document = {"body": body, "signature": signature.hex(), "public_key": desk.signer.public.hex()}
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True).encode()


def verify_receipt(data: bytes, *, public_key: bytes | None = None) -> dict[str, Any]:
    """Return the body of a receipt whose signature holds; `TamperedError` otherwise.

    `public_key` is the platform's published key; without it only the receipt's own is used,
    which proves that nothing was changed, not who signed.
    """
    try:
        document = json.loads(data)
        body, signature = document["body"], bytes.fromhex(document["signature"])
        own = bytes.fromhex(document["public_key"])
    except (ValueError, KeyError, TypeError):
        raise InputError(say("这不是出域回执")) from None
    key = public_key if public_key is not None else own
    if key != own or not signing.verify(key, canonical(body).encode(), signature):
        raise TamperedError(say("回执签名不正确：内容被改动或不是本平台签发"))
    return dict(body)


def verify_products(body: dict[str, Any], folder: Path) -> dict[str, Message]:
    """Return for each file of a receipt whether it lies in the folder, unchanged.

    Raises `TamperedError` for a file that is there and is not what was released.
    """
    found: dict[str, Message] = {}
    for one in body.get("files", ()):
        path = folder / plain_name(str(one["name"]))
        if not path.is_file():
            found[one["name"]] = say("不在回执旁边，没有核对")
            continue
        if sha256(path.read_bytes()).hexdigest() != one["released_sha256"]:
            raise TamperedError(say("产品 {name} 与回执的摘要不符：不是放行的那一份", name=one["name"]))
        found[one["name"]] = say("与放行的一致")
    return found


def hand_out(desk: GateDesk, actor: Actor, release_id: str, folder: Path) -> HandedOut:
    """Write the release bundle, products and what proves them, into a folder and put that on record.

    Raises `RefusedError` after a recall, `InputError` if a file would be overwritten.
    """
    store = desk.directory.store
    stored = store.load(Release, release_id)
    require(
        actor, step("release:collect"), with_record(desk.directory.situation(actor), record=stored.record)
    )
    contents = bundle(desk, stored.record)
    with storage_errors():
        folder.mkdir(parents=True, exist_ok=True)
    taken = [name for name in contents if (folder / name).exists()]
    if taken:
        raise InputError(say("{path} 里已有 {name}：请换一个目录", path=str(folder), name=taken[0]))
    change = Change(step("release:collect"), stored.record, expected=stored.version)
    staged = folder.with_name(f".{folder.name}-partial") if folder.name else folder / ".partial"
    with storage_errors():
        try:
            _stage(staged, contents)
            store.write(actor, change)
            _put_in_place(staged, folder)
        finally:
            shutil.rmtree(staged, ignore_errors=True)
    return HandedOut(folder, tuple(contents))


def _stage(staged: Path, contents: Mapping[str, bytes]) -> None:
    """Write every file beside the folder, whole and on disk, before anything is said or seen of it."""
    if staged.is_dir() and not staged.is_symlink():
        shutil.rmtree(staged)  # left by a handing out that was cut short
    staged.mkdir()
    for name, data in contents.items():
        with (staged / name).open("xb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())


def _put_in_place(staged: Path, folder: Path) -> None:
    """Show the files: all at once in a new or empty folder, one by one beside what lies there already."""
    try:
        staged.rename(folder)  # over an empty folder alone
    except OSError:
        for one in sorted(staged.iterdir()):
            os.link(one, folder / one.name)  # never through a link, never over a file


def recall(desk: GateDesk, actor: Actor, release_id: str, *, reason: str) -> Release:
    """Return the release, recalled: it is handed out no more, and who has it already is on record."""
    stored = desk.directory.store.load(Release, release_id)
    change = recalling(desk, actor, stored, reason=reason)
    kept: Release = desk.directory.store.write(actor, change)[0].record
    return kept


def recalling(desk: GateDesk, actor: Actor, stored: Stored[Release], *, reason: str) -> Change:
    """Return the change that recalls a release, for whoever recalls several in one write."""
    if not reason.strip():
        raise InputError(say("召回须写明理由"))
    require(actor, step("release:recall"), with_record(desk.directory.situation(actor), record=stored.record))
    changed = replace(stored.record, state="recalled", reason=reason)
    return Change(step("release:recall"), changed, expected=stored.version, note={"reason": reason})


def holders(desk: GateDesk, release_id: str) -> tuple[str, ...]:
    """Return the accounts that have collected the release, from the facts."""
    facts = desk.directory.store.facts(record=release_id, verb="release:collect")
    return tuple(dict.fromkeys(fact.actor for fact in facts))
