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
from sandbox.egress import (
    asked,
    court,
    instances,
    judgements,
    ledger,
    rounds,
    samples,
    service,
    stoppage,
    telling,
)
from sandbox.egress.desk import GateDesk
from sandbox.egress.judge import WORDS
from sandbox.egress.options import Judged
from sandbox.egress.spotting import spot_text
from sandbox.kernel.actors import SYSTEM, Actor
from sandbox.kernel.errors import ConflictError, InputError, RefusedError
from sandbox.kernel.findings import Verdict
from sandbox.kernel.lifecycle import step
from sandbox.kernel.message import Message, say
from sandbox.kernel.permits import require
from sandbox.kernel.review_records import Submission, SubmittedFile
from sandbox.kernel.seat_records import Seat, Stoppage
from sandbox.people import accounts
from sandbox.people.directory import with_record
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
    known = {one.request for one in telling.submissions_of(desk, seat.id)}
    for request in found.requests:
        if request.id not in known:
            words = f"{request.title}\n{request.purpose}\n{request.answer}"
            if spot_text(words, where=WORDS):
                declined.append((request.id, say("标题或用途中有证件、信用代码或电话号码：请去掉后重新提交")))
                outbox.acknowledge(places.outbox, request.id)
                continue
            try:
                made.append(_taken(desk, actor, seat, request))
            except RefusedError as error:
                refused(error)
                declined.append((request.id, error.decision.summary()))
            except InputError as error:
                declined.append((request.id, error.message))
        outbox.acknowledge(places.outbox, request.id)
    telling.publish(desk, seat, declined=tuple(declined))
    return Intake(tuple(made), tuple(declined))


def _taken(desk: GateDesk, actor: Actor, seat: Seat, request: outbox.Request) -> Submission:
    if request.submission:
        return rounds.resubmit_from_seat(desk, actor, seat, request)
    return _submit(desk, actor, seat, request)


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
        files=asked.products(request),
        snapshots=seat.mounted,
        request=request.id,
        policy=policy.digest,
        assessed=True,
    )
    stops = store.find(Stoppage, linked=("seat", seat.id))
    situation = with_record(
        desk.directory.situation(actor),
        record=submission,
        seat=seat,
        agreement=agreement,
        access=policy,
        stoppages=tuple(one.record for one in stops),
    )
    require(actor, step("submission:submit"), situation)
    asked.requests_left(desk, actor, seat, policy)
    links = (
        Link("seat", seat.id),
        Link("agreement", agreement.id),
        *(Link("snapshot", one) for one in seat.mounted),
    )
    note = {"purpose": request.purpose, "digests": [one.sha256 for one in request.files]}
    change = Change(step("submission:submit"), submission, links=links, note=note)
    kept: Submission = store.write(actor, change)[0].record
    return kept


def judge(desk: GateDesk, submission_id: str) -> Submission:
    """Return the submission after the gate judged it: in review, or refused.

    Where another process judged it at the same time and was first, what that one wrote holds and is returned.
    A gate that cannot run leaves the submission frozen and raises; nothing is let through.
    """
    try:
        return _judge(desk, submission_id)
    except ConflictError:
        stands: Submission = desk.directory.store.load(Submission, submission_id).record
        if stands.state == "frozen":
            raise  # nobody judged it: something else of it was changed
    instances.leave(desk, submission_id)  # the first may not have come so far
    return desk.directory.store.load(Submission, submission_id).record


def _judge(desk: GateDesk, submission_id: str) -> Submission:
    stored = desk.directory.store.load(Submission, submission_id)
    submission = stored.record
    if submission.sample:
        return samples.admit(desk, submission_id)
    judged = court.judge(desk, submission)
    digest = judgements.keep(desk, judged.judgement)
    entries = ledger.keep(desk, submission, judged)
    for data in judged.rewritings.values():
        desk.frozen.put(data)
    files = tuple(replace(_judged(one, judged), ledger=entries.get(one.name, "")) for one in submission.files)
    votable = any(one.rewritten for one in files)
    name = "submission:judge" if votable else "submission:refuse"
    situation = with_record(desk.directory.situation(SYSTEM), record=submission)
    require(SYSTEM, step(name), situation)
    title = HIDDEN_TITLE if _title_shows(judged) else submission.title
    changed = replace(submission, state=step(name).target, files=files, judgement=digest, title=title)
    stops: tuple[Change, ...] = ()
    if votable:
        changed = replace(changed, clock=service.started(desk, submission))
    if stoppage.is_records(judged.judgement):
        moments = (*submission.records_found, desk.directory.clock())
        changed = replace(changed, records_found=moments)
        stops = stoppage.imposed(desk, changed)
    verdicts: dict[str, Json] = {one.name: str(one.verdict) for one in files}
    note: dict[str, Json] = {"judgement": digest, "verdicts": verdicts, "policy": submission.policy}
    change = Change(step(name), changed, expected=stored.version, note=note)
    kept: Submission = desk.directory.store.write(SYSTEM, change, *stops)[0].record
    telling.publish(desk, desk.directory.store.load(Seat, submission.seat).record)
    if instances.leave(desk, kept.id).release is not None:
        return desk.directory.store.load(Submission, kept.id).record
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
    telling.publish(desk, desk.directory.store.load(Seat, changed.seat).record)
    return changed


def _judged(file: SubmittedFile, judged: Judged) -> SubmittedFile:
    """Return the file with its verdict; what is refused or was not rewritten can never be voted on."""
    found = next((one for one in judged.judgement.files if one.path == file.name), None)
    if found is None or found.digest != file.digest or found.verdict is Verdict.REFUSE:
        return replace(file, verdict=Verdict.REFUSE, rewritten="")
    digest = found.rewritten_digest or ""
    if digest not in judged.rewritings:
        return replace(file, verdict=Verdict.REFUSE, rewritten="")
    if file.supporting:
        return replace(file, verdict=found.verdict, reading=digest)
    return replace(file, verdict=found.verdict, rewritten=digest)
