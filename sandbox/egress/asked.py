"""What a seat's request brings: its files as a submission has them, and whether another is left today.

Called when a request is taken in, first or in a later round. Decides nothing about content.
"""

from __future__ import annotations

from sandbox.egress.desk import GateDesk
from sandbox.kernel.actors import Actor
from sandbox.kernel.decision import Answer, Refusal, decide
from sandbox.kernel.errors import Attempt, RefusedError
from sandbox.kernel.message import say
from sandbox.kernel.policy import AccessPolicy
from sandbox.kernel.review_records import Submission, SubmittedFile
from sandbox.kernel.seat_records import Seat
from sandbox.people.directory import CHINA
from sandbox.seats import outbox


def requests_left(desk: GateDesk, actor: Actor, seat: Seat, policy: AccessPolicy) -> None:
    """Raise `RefusedError` when the seat has handed in as much today as its agreement allows.

    What was handed in anew in a later round counts like what was handed in first.
    """
    most, now = policy.quotas.day_submissions, desk.directory.clock().astimezone(CHINA)
    began = now.replace(hour=0, minute=0, second=0, microsecond=0)
    store = desk.directory.store
    found = store.find(Submission, linked=("seat", seat.id)) if most else ()
    anew = sum(
        len(store.facts(record=one.id, verb="submission:resubmit", since=began))
        for one in found
        if one.record.past
    )
    if not most or sum(one.created_at >= began for one in found) + anew < most:
        return
    sentence = say("协议约定一天最多提交 {most} 次出域申请，今天已用完：明天再提交", most=most)
    decision = decide([Answer("submission-budget", Refusal("submission-budget", "第十七条", sentence))])
    attempt = Attempt("submission:submit", seat.id, actor.account, actor.organisation)
    raise RefusedError(decision, attempt=attempt)


def something_new(actor: Actor, before: Submission, files: tuple[SubmittedFile, ...], policy: str) -> None:
    """Raise `RefusedError` for what the gate refused and comes again as it was, under the same policy.

    A refusal is no matter for votes: a new file ends it, or a new version of the agreement, to which both
    parties put their names. Records have no way round: the gate finds them under any policy.
    """
    if before.state != "refused" or policy != before.policy:
        return
    was = {(one.digest, one.claim, one.supporting) for one in before.files}
    if {(one.digest, one.claim, one.supporting) for one in files} != was:
        return
    sentence = say("闸口已拒绝的文件不能原样再提交：请提交新的文件，或在协议变更由双方签署之后再提交")
    decision = decide([Answer("nothing-new", Refusal("nothing-new", "第十九条", sentence))])
    attempt = Attempt("submission:resubmit", before.id, actor.account, actor.organisation)
    raise RefusedError(decision, attempt=attempt)


def products(request: outbox.Request) -> tuple[SubmittedFile, ...]:
    """Return the products, each with the digest of its claim; a claim is no product of its own."""
    digests = {one.name: one.sha256 for one in request.files}
    claims = {one.claim for one in request.files if one.claim}
    return tuple(
        SubmittedFile(
            name=one.name,
            digest=one.sha256,
            size=one.bytes,
            claim=digests[one.claim] if one.claim else "",
            supporting=one.supporting,
        )
        for one in request.files
        if one.name not in claims
    )
