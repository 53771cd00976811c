"""Submissions: what a seat asked to send out is frozen, put on record, and judged by the gate.

The platform acts for the seat's named user and for nothing but this. The snapshots that were
mounted are recorded with the files, so that the gate recomputes on exactly those. What the
author may know of the outcome is written back into the seat's read-only state.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from sandbox.access.policy import policy_of
from sandbox.access.versions import standing
from sandbox.egress import court, judgements
from sandbox.egress.desk import GateDesk
from sandbox.egress.judge import WORDS, Judged
from sandbox.egress.spotting import spot_text
from sandbox.kernel.actors import SYSTEM, Actor
from sandbox.kernel.decision import Answer, Refusal, decide
from sandbox.kernel.errors import Attempt, RefusedError
from sandbox.kernel.findings import Judgement, Verdict
from sandbox.kernel.lifecycle import step
from sandbox.kernel.message import Message, say
from sandbox.kernel.permits import require
from sandbox.kernel.policy import AccessPolicy
from sandbox.kernel.records import Release, Seat, Submission, SubmittedFile
from sandbox.people import accounts
from sandbox.people.directory import CHINA, with_record
from sandbox.seats import outbox, workspace
from sandbox.store.canonical import Json
from sandbox.store.changes import Change, Link

HIDDEN_TITLE = "（标题已隐去）"
"""Stands for a title in which the gate found data: titles are read outside before anybody voted."""


@dataclass(frozen=True, slots=True)
class Intake:
    """What one look into an outbox brought: submissions made, and requests that were not taken."""

    submissions: tuple[Submission, ...]
    declined: tuple[tuple[str, Message], ...]


def collect(desk: GateDesk, seat_id: str, *, refused: Callable[[RefusedError], None]) -> Intake:
    """Freeze and record every request of the seat's outbox; `refused` hears of what the rules refuse.

    A request that is on record already is only taken out of the outbox: collecting twice is harmless.
    """
    seat = desk.directory.store.load(Seat, seat_id).record
    places = workspace.folders(desk.seats_root, seat.id)
    actor = accounts.for_seat(desk.directory, seat.user)
    found = outbox.collect(places.outbox, desk.frozen.root, owner=seat.host_uid)
    declined = [(one.id, one.message) for one in found.declined]
    made: list[Submission] = []
    known = {one.request for one in submissions_of(desk, seat.id)}
    for request in found.requests:
        if request.id not in known:
            if spot_text(f"{request.title}\n{request.purpose}", where=WORDS):
                declined.append((request.id, say("标题或用途中有证件、信用代码或电话号码：请去掉后重新提交")))
                outbox.acknowledge(places.outbox, request.id)
                continue
            try:
                made.append(_submit(desk, actor, seat, request))
            except RefusedError as error:
                refused(error)
                declined.append((request.id, error.decision.summary()))
        outbox.acknowledge(places.outbox, request.id)
    publish(desk, seat, declined=tuple(declined))
    return Intake(tuple(made), tuple(declined))


def _submit(desk: GateDesk, actor: Actor, seat: Seat, request: outbox.Request) -> Submission:
    store = desk.directory.store
    agreement = standing(desk.directory, seat.agreement)
    policy = policy_of(desk.directory, agreement)
    submission = Submission(
        state="frozen",
        organisation=seat.organisation,
        environment=seat.environment,
        agreement=agreement.id,
        seat=seat.id,
        author=seat.user,
        title=request.title,
        files=_products(request),
        snapshots=seat.mounted,
        request=request.id,
        policy=policy.digest,
    )
    situation = with_record(
        desk.directory.situation(actor), record=submission, seat=seat, agreement=agreement, access=policy
    )
    require(actor, step("submission:submit"), situation)
    _requests_left(desk, actor, seat, policy)
    links = (
        Link("seat", seat.id),
        Link("agreement", agreement.id),
        *(Link("snapshot", one) for one in seat.mounted),
    )
    note = {"purpose": request.purpose, "digests": [one.sha256 for one in request.files]}
    change = Change(step("submission:submit"), submission, links=links, note=note)
    kept: Submission = store.write(actor, change)[0].record
    return kept


def _requests_left(desk: GateDesk, actor: Actor, seat: Seat, policy: AccessPolicy) -> None:
    """Raise `RefusedError` when the seat has handed in as much today as its agreement allows."""
    most, now = policy.quotas.day_submissions, desk.directory.clock().astimezone(CHINA)
    began = now.replace(hour=0, minute=0, second=0, microsecond=0)
    found = desk.directory.store.find(Submission, linked=("seat", seat.id)) if most else ()
    if sum(one.created_at >= began for one in found) < most or not most:
        return
    sentence = say("协议约定一天最多提交 {most} 次出域申请，今天已用完：明天再提交", most=most)
    decision = decide([Answer("submission-budget", Refusal("submission-budget", "第十七条", sentence))])
    attempt = Attempt("submission:submit", seat.id, actor.account, actor.organisation)
    raise RefusedError(decision, attempt=attempt)


def _products(request: outbox.Request) -> tuple[SubmittedFile, ...]:
    """Return the products, each with the digest of its claim; a claim is no product of its own."""
    digests = {one.name: one.sha256 for one in request.files}
    claims = {one.claim for one in request.files if one.claim}
    return tuple(
        SubmittedFile(
            name=one.name, digest=one.sha256, size=one.bytes, claim=digests[one.claim] if one.claim else ""
        )
        for one in request.files
        if one.name not in claims
    )


def judge(desk: GateDesk, submission_id: str) -> Submission:
    """Return the submission after the gate judged it: in review, or refused.

    A gate that cannot run leaves the submission frozen and raises; nothing is let through.
    """
    stored = desk.directory.store.load(Submission, submission_id)
    submission = stored.record
    judged = court.judge(desk, submission)
    digest = judgements.keep(desk, judged.judgement)
    for data in judged.rewritings.values():
        desk.frozen.put(data)
    files = tuple(_judged(one, judged) for one in submission.files)
    votable = any(one.rewritten for one in files)
    name = "submission:judge" if votable else "submission:refuse"
    situation = with_record(desk.directory.situation(SYSTEM), record=submission)
    require(SYSTEM, step(name), situation)
    title = HIDDEN_TITLE if _title_shows(judged) else submission.title
    changed = replace(submission, state=step(name).target, files=files, judgement=digest, title=title)
    verdicts: dict[str, Json] = {one.name: str(one.verdict) for one in files}
    note: dict[str, Json] = {"judgement": digest, "verdicts": verdicts, "policy": submission.policy}
    change = Change(step(name), changed, expected=stored.version, note=note)
    kept: Submission = desk.directory.store.write(SYSTEM, change)[0].record
    publish(desk, desk.directory.store.load(Seat, submission.seat).record)
    return kept


def _title_shows(judged: Judged) -> bool:
    """Return whether the gate found data in the words around every file: the title is what they share."""
    found = [
        any(one.where == WORDS and one.verdict is Verdict.REFUSE for one in file.findings)
        for file in judged.judgement.files
    ]
    return bool(found) and all(found)


def withdraw(desk: GateDesk, actor: Actor, submission_id: str) -> Submission:
    """Return the submission, taken back by its author before anything was decided."""
    stored = desk.directory.store.load(Submission, submission_id)
    situation = with_record(desk.directory.situation(actor), record=stored.record)
    require(actor, step("submission:withdraw"), situation)
    changed = replace(stored.record, state="withdrawn")
    change = Change(step("submission:withdraw"), changed, expected=stored.version)
    desk.directory.store.write(actor, change)
    publish(desk, desk.directory.store.load(Seat, changed.seat).record)
    return changed


def _judged(file: SubmittedFile, judged: Judged) -> SubmittedFile:
    """Return the file with its verdict; what is refused or was not rewritten can never be voted on."""
    found = next((one for one in judged.judgement.files if one.path == file.name), None)
    if found is None or found.digest != file.digest or found.verdict is Verdict.REFUSE:
        return replace(file, verdict=Verdict.REFUSE, rewritten="")
    digest = found.rewritten_digest or ""
    if digest not in judged.rewritings:
        return replace(file, verdict=Verdict.REFUSE, rewritten="")
    return replace(file, verdict=found.verdict, rewritten=digest)


def submissions_of(desk: GateDesk, seat_id: str) -> tuple[Submission, ...]:
    """Return every submission of the seat, oldest first."""
    found = desk.directory.store.find(Submission, linked=("seat", seat_id))
    return tuple(stored.record for stored in found)


def publish(desk: GateDesk, seat: Seat, *, declined: tuple[tuple[str, Message], ...] = ()) -> None:
    """Write what the author may know of his submissions into the seat's state."""
    entries = [author_view(desk, one) for one in submissions_of(desk, seat.id)]
    places = workspace.folders(desk.seats_root, seat.id)
    if not places.state.is_dir():
        return
    told = {identifier: str(message) for identifier, message in declined}
    refusals = workspace.declined_before(places.state) | told
    entries += [
        {"request": identifier, "state": "declined", "message": message}
        for identifier, message in refusals.items()
    ]
    workspace.publish_state(places.state, {"submissions": entries})


def author_view(desk: GateDesk, submission: Submission) -> dict[str, object]:
    """Return rule, article and remedy for each file; never counts, rows or which data matched."""
    judgement = judgements.load(desk, submission.judgement) if submission.judgement else None
    releases = desk.directory.store.find(Release, linked=("submission", submission.id))
    return {
        "submission": submission.id,
        "request": submission.request,
        "title": submission.title,
        "state": submission.state,
        "releases": [stored.record.id for stored in releases],
        "files": [_author_file(one, judgement) for one in submission.files],
    }


def _author_file(file: SubmittedFile, judgement: Judgement | None) -> dict[str, object]:
    found = None
    if judgement is not None:
        found = next((one for one in judgement.files if one.path == file.name), None)
    shared = judgement.set_findings if judgement is not None else ()
    own = [*(found.findings if found else ()), *(one for one in shared if file.name in one.paths)]
    seen = {(one.rule, one.article, str(one.message), str(one.remedy)): one.kind.value for one in own}
    return {
        "name": file.name,
        "outcome": str(_outcome(file)),
        "verdict": file.verdict.value if file.verdict else None,
        "approved": file.approved,
        "messages": [f"{message}（{article}）{remedy}" for (_, article, message, remedy) in seen],
        "findings": [
            {"kind": kind, "rule": rule, "article": article, "message": message, "remedy": remedy}
            for (rule, article, message, remedy), kind in seen.items()
        ],
    }


def _outcome(file: SubmittedFile) -> Message:
    if file.approved is not None:
        return say("审查同意") if file.approved else say("审查未同意")
    if file.verdict is None:
        return say("等待闸口检查")
    if file.verdict is Verdict.REFUSE:
        return say("闸口拒绝：请更正后提交新的文件")
    return say("已证实安全，等待审查") if file.verdict is Verdict.RELEASE else say("等待审查")
