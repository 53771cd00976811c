"""Rounds of a submission: sent back with what to mend, handed in anew inside the same request.

A new round has no votes: those cast before stay on record and count no more. What may come anew is
frozen first, judged again by the gate and voted on by its own digest. Decides nothing about votes.
"""

from __future__ import annotations

from dataclasses import replace

from sandbox.access.policy import policy_of
from sandbox.access.versions import standing
from sandbox.egress import asked, comments, judgements, service, telling
from sandbox.egress.desk import GateDesk
from sandbox.egress.review import expose, review_situation
from sandbox.kernel.actors import SYSTEM, Actor
from sandbox.kernel.errors import InputError, NotFoundError
from sandbox.kernel.findings import Judgement, Verdict
from sandbox.kernel.lifecycle import step
from sandbox.kernel.message import say
from sandbox.kernel.permits import require
from sandbox.kernel.review_records import Comment, PastRound, Phase, Submission, SubmittedFile
from sandbox.kernel.seat_records import Seat
from sandbox.people.directory import with_record
from sandbox.seats import outbox
from sandbox.store.canonical import Json
from sandbox.store.changes import Change, Link, Stored


def send_back(desk: GateDesk, actor: Actor, submission_id: str, *, comment: str = "") -> Submission:
    """Return the submission, returned to its author; a public comment of this round tells what to mend.

    `comment` is put on record as such in the same write. The votes of the round end with it.
    """
    store = desk.directory.store
    stored = store.load(Submission, submission_id)
    situation = review_situation(desk, actor, stored.record)
    said: tuple[Change, ...] = ()
    if comment.strip():
        said = (comments.written(desk, actor, stored.record, comment, public=True),)
        situation = with_record(situation, comments=(*situation.comments, said[0].record))
    require(actor, step("submission:return"), situation)
    changed = replace(stored.record, state="returned")
    change = Change(
        step("submission:return"), changed, expected=stored.version, note={"round": changed.round}
    )
    store.write(actor, change, *said)
    if changed.sample:
        return expose(desk, submission_id)
    telling.publish(desk, store.load(Seat, changed.seat).record)
    return changed


def reopen(desk: GateDesk, stored: Stored[Submission], judgement: Judgement) -> Submission:
    """Return the submission, back with its reviewers: what it gives together with others was found since.

    A new round, in which all vote anew; a file that the gate now refuses can be voted on no more.
    """
    submission = stored.record
    require(SYSTEM, step("submission:reopen"), review_situation(desk, SYSTEM, submission))
    found = {one.path: one for one in judgement.files}
    files = tuple(_reopened(one, found[one.name].verdict) for one in submission.files)
    past = PastRound(round=submission.round, files=submission.files, judgement=submission.judgement)
    changed = replace(
        submission,
        state="in-review",
        files=files,
        judgement=judgements.keep(desk, judgement),
        round=submission.round + 1,
        phase=Phase.INDEPENDENT,
        past=(*submission.past, past),
        clock=service.started(desk, submission),
    )
    note: dict[str, Json] = {"round": changed.round, "judgement": changed.judgement}
    change = Change(step("submission:reopen"), changed, expected=stored.version, note=note)
    kept: Submission = desk.directory.store.write(SYSTEM, change)[0].record
    telling.publish(desk, desk.directory.store.load(Seat, submission.seat).record)
    return kept


def _reopened(file: SubmittedFile, verdict: Verdict) -> SubmittedFile:
    if file.supporting:
        return replace(file, verdict=verdict)
    rewritten = "" if verdict is Verdict.REFUSE else file.rewritten
    return replace(file, verdict=verdict, rewritten=rewritten, approved=None)


def resubmit(
    desk: GateDesk, actor: Actor, submission_id: str, *, answer: str = "", keep: tuple[str, ...] = ()
) -> Submission:
    """Return the submission, handed in anew with the files kept: the others are taken out of it."""
    stored = desk.directory.store.load(Submission, submission_id)
    known = {one.name for one in stored.record.files}
    if unknown := sorted(set(keep) - known):
        raise NotFoundError(say("申请里没有文件 {name}", name=unknown[0]))
    files = tuple(one for one in stored.record.files if one.name in keep)
    if not any(not one.supporting for one in files):
        raise InputError(say("至少保留一个要放行的文件；全部不要的请撤回申请"))
    return anew(desk, actor, stored, files, answer=answer)


def resubmit_from_seat(desk: GateDesk, actor: Actor, seat: Seat, request: outbox.Request) -> Submission:
    """Return the submission that the seat's request goes on with, now with the request's files.

    Raises `InputError` for a submission that is not this seat's.
    """
    try:
        stored = desk.directory.store.load(Submission, request.submission)
    except NotFoundError:
        stored = None
    if stored is None or stored.record.seat != seat.id or stored.record.sample:
        raise InputError(say("没有本席位的出域申请 {id}：请核对编号", id=request.submission[:40]))
    files = asked.products(request)
    mounted = tuple(dict.fromkeys((*stored.record.snapshots, *seat.mounted)))
    changed = replace(stored, record=replace(stored.record, snapshots=mounted))
    return anew(desk, actor, changed, files, answer=request.answer, request=request.id)


def anew(
    desk: GateDesk,
    actor: Actor,
    stored: Stored[Submission],
    files: tuple[SubmittedFile, ...],
    *,
    answer: str,
    request: str = "",
) -> Submission:
    """Return the submission in a new round with other files, frozen; `RefusedError` with every reason.

    An `answer` to what reviewers said is put on record as a comment of the author's.
    """
    store, submission = desk.directory.store, stored.record
    seat = store.load(Seat, submission.seat).record
    agreement = standing(desk.directory, submission.agreement)
    policy = policy_of(desk.directory, agreement)
    said: tuple[Change, ...] = ()
    if answer.strip() and submission.state == "returned":
        said = (comments.written(desk, actor, submission, answer, public=True),)
    require_anew(desk, actor, submission, said=said)
    asked.something_new(actor, submission, files, policy.digest)
    asked.requests_left(desk, actor, seat, policy)
    past = PastRound(round=submission.round, files=submission.files, judgement=submission.judgement)
    changed = replace(
        submission,
        state="frozen",
        files=tuple(_fresh(one) for one in files),
        judgement="",
        agreement=agreement.id,
        policy=policy.digest,
        request=request or submission.request,
        round=submission.round + 1,
        phase=Phase.INDEPENDENT,
        past=(*submission.past, past),
        clock=None,
    )
    links = (
        Link("agreement", agreement.id),
        *(Link("snapshot", one) for one in changed.snapshots),
    )
    note: dict[str, Json] = {"round": changed.round, "digests": [one.digest for one in changed.files]}
    change = Change(step("submission:resubmit"), changed, expected=stored.version, links=links, note=note)
    kept: Submission = store.write(actor, change, *said)[0].record
    telling.publish(desk, seat)
    return kept


def require_anew(
    desk: GateDesk, actor: Actor, submission: Submission, *, said: tuple[Change, ...] = ()
) -> None:
    """Raise `RefusedError` with every reason for which the actor may not hand the submission in anew."""
    situation = review_situation(desk, actor, submission)
    agreement = standing(desk.directory, submission.agreement)
    about = with_record(
        situation,
        comments=(*situation.comments, *(one.record for one in said if isinstance(one.record, Comment))),
        seat=desk.directory.store.load(Seat, submission.seat).record,
        agreement=agreement,
        access=policy_of(desk.directory, agreement),
    )
    require(actor, step("submission:resubmit"), about)


def _fresh(file: SubmittedFile) -> SubmittedFile:
    return replace(file, verdict=None, rewritten="", reading="", approved=None, ledger="")
