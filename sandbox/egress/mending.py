"""A refused submission mended by the gate in one call: its tables without what would disclose somebody.

The gate computes each refused table from its claim, in isolation, judges it beside the ledger, and hands it
in as the next round of the same request: what earlier products undo is not handed in. Nobody is handed a byte
of it: it is judged again and looked at by people like any product. Called by the desks.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath

from sandbox.egress import court, judgements, rounds
from sandbox.egress.desk import GateDesk
from sandbox.egress.isolated import answered
from sandbox.egress.remedy import NOTHING
from sandbox.egress.wire import message_in, sequence, unpack
from sandbox.kernel.actors import Actor
from sandbox.kernel.dataset_records import Snapshot
from sandbox.kernel.errors import InputError, IsolationError
from sandbox.kernel.findings import FindingKind, Verdict
from sandbox.kernel.message import Message, say
from sandbox.kernel.review_records import Submission, SubmittedFile

MENDABLE = frozenset({FindingKind.SMALL_GROUP, FindingKind.DOMINANCE, FindingKind.DIFFERENCING})
"""What leaving rows out can mend; records, identifiers and a product unlike its claim it cannot."""


def mendable(desk: GateDesk, submission: Submission) -> tuple[SubmittedFile, ...]:
    """Return the refused files of a submission that the gate can try to mend; none in any other state."""
    if submission.state != "refused" or submission.sample or not submission.judgement:
        return ()
    told = {one.path: one for one in judgements.load(desk, submission.judgement).files}
    found = []
    for file in submission.files:
        grave = {one.kind for one in told[file.name].findings if one.verdict is Verdict.REFUSE}
        if file.claim and not file.supporting and grave and grave <= MENDABLE:
            found.append(file)
    return tuple(found)


def mend(desk: GateDesk, actor: Actor, submission_id: str) -> Submission:
    """Return the submission, frozen in its next round with the mended files alone; the others are left out.

    Raises `InputError` where there is none to mend or nothing of them is safe, `RefusedError` for whoever
    may not hand it in anew.
    """
    stored = desk.directory.store.load(Submission, submission_id)
    rounds.require_anew(desk, actor, stored.record)
    files = mendable(desk, stored.record)
    if not files:
        raise InputError(say("申请里没有闸口能改好的文件：请按改法更正后在席位里重新提交"))
    made = _computed(desk, stored.record, files)
    mended = tuple(
        _frozen(desk, file, data) for file, data in zip(files, made, strict=True) if isinstance(data, bytes)
    )
    if not mended:
        raise InputError(next(one for one in made if isinstance(one, Message)))
    beside = tuple(one for one in stored.record.files if one.supporting)
    return rounds.anew(desk, actor, stored, (*_standing(desk, stored.record, mended), *beside), answer="")


def _standing(
    desk: GateDesk, submission: Submission, mended: tuple[SubmittedFile, ...]
) -> tuple[SubmittedFile, ...]:
    """Return the mended files that the gate does not refuse beside the ledger; InputError for none left."""
    judged = court.judge(desk, replace(submission, files=mended)).judgement
    fine = {one.path for one in judged.files if one.verdict is not Verdict.REFUSE}
    left = tuple(one for one in mended if one.name in fine)
    if left:
        return left
    undone = any(one.rule in court.LEDGER and one.verdict is Verdict.REFUSE for one in judged.set_findings)
    if undone:
        raise InputError(
            say(
                "隐去之后单独看是安全的，但与此前的产品相减仍会露出个别对象：请改变分组或条件，与此前的产品保持一致"
            )
        )
    raise InputError(NOTHING)


def _computed(
    desk: GateDesk, submission: Submission, files: tuple[SubmittedFile, ...]
) -> tuple[bytes | Message, ...]:
    snapshots = [desk.directory.store.load(Snapshot, one).record for one in submission.snapshots]
    policy = court.policy_for(desk, submission)
    sources = court.sources_of(desk, policy, snapshots, seat=submission.seat)
    claims = [desk.frozen.get(one.claim).decode() for one in files]
    frame = answered(sources, {"remedies": claims}, limits=desk.limits)
    try:
        header, blobs = unpack(frame)
        if "source_error" in header:
            raise InputError(message_in(header["source_error"]) or say("数据来源无法读取，请检查文件后重试"))
        answers = [message_in(one) for one in sequence(header["remedies"])]
        return tuple(data if why is None else why for why, data in zip(answers, blobs, strict=True))
    except (ValueError, KeyError, TypeError):
        raise IsolationError(say("闸口的隔离进程没有给出可读的结果，请重试")) from None


def _frozen(desk: GateDesk, file: SubmittedFile, data: bytes) -> SubmittedFile:
    name = PurePosixPath(file.name).with_suffix(".csv").as_posix()
    return replace(file, name=name, digest=desk.frozen.put(data), size=len(data))
