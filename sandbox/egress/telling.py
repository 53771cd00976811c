"""What the author is told: rule, article and remedy of each file, public comments, and where it stands.

Never counts, rows or which data matched. Written into the seat's read-only state as well, so that
a notebook can show it. Decides nothing.
"""

from __future__ import annotations

from sandbox.egress import comments, judgements
from sandbox.egress.desk import GateDesk
from sandbox.kernel.findings import Judgement, Verdict
from sandbox.kernel.message import Message, say
from sandbox.kernel.review_records import Release, Submission, SubmittedFile
from sandbox.kernel.seat_records import Seat
from sandbox.seats import workspace


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
        "round": submission.round,
        "comments": [
            {
                "by_author": one.record.account == submission.author,
                "round": one.record.round,
                "file": one.record.file,
                "text": one.record.text,
            }
            for one in comments.read_by_author(desk, submission)
        ],
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
        "supporting": file.supporting,
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
    if file.supporting:
        return say("佐证文件：只供审查人阅读，不放行")
    if file.approved is not None:
        return say("审查同意") if file.approved else say("审查未同意")
    if file.verdict is None:
        return say("等待闸口检查")
    if file.verdict is Verdict.REFUSE:
        return say("闸口拒绝：请更正后提交新的文件")
    return say("已证实安全，等待审查") if file.verdict is Verdict.RELEASE else say("等待审查")
