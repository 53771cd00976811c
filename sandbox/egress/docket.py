"""The reviewers' queue: what waits, how risky the gate finds it, how long there is, who has it in hand.

What is overdue stands first, then the riskiest, then what is due soonest. A list to work from: who
may vote is asked when he votes. The score is a sum of named parts, shown beside it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sandbox.egress import custody, judgements, lists, service
from sandbox.egress.audience import Audience, audience_of
from sandbox.egress.desk import GateDesk
from sandbox.egress.review import votes_of
from sandbox.kernel.actors import Actor
from sandbox.kernel.errors import SandboxError
from sandbox.kernel.findings import FindingKind, Verdict
from sandbox.kernel.review_records import Custody, Phase, Submission
from sandbox.store.changes import Stored
from sandbox.store.lists import Order, Sieve

WEIGHTS = {
    FindingKind.SOURCE_RECORD: 60,
    FindingKind.CANARY: 60,
    FindingKind.ROW_LEVEL: 50,
    FindingKind.IDENTIFIER: 40,
    FindingKind.DIFFERENCING: 35,
    FindingKind.SMALL_GROUP: 30,
    FindingKind.DOMINANCE: 25,
    FindingKind.MODEL: 25,
    FindingKind.OPAQUE: 20,
    FindingKind.HIDDEN_CONTENT: 20,
    FindingKind.CLAIM_MISMATCH: 20,
}
"""How much a finding that people must judge adds to the risk; any other kind adds `OTHER`."""
OTHER, REFUSED_BESIDE, RECORDS_BEFORE, MANY_FILES, UNREADABLE = 10, 15, 20, 5, 100


@dataclass(frozen=True, slots=True)
class Reason:
    """A part of the risk: a kind of finding or one of our own codes, how often, how heavy."""

    code: str
    count: int
    weight: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the queue. `part` is vote, revise, third or voted: what is the actor's to do."""

    submission: Submission
    made: datetime
    risk: int
    why: tuple[Reason, ...]
    days_left: int | None
    part: str
    held: Custody | None
    cast: int


def docket(desk: GateDesk, actor: Actor, *, most: int | None = None, offset: int = 0) -> tuple[Entry, ...]:
    """Return what is in review and the actor may review, in the order in which to take it up.

    With `most`, of so many that are due the soonest, after the first `offset` of them.
    """
    sieve, cut = waiting(desk, actor), desk.directory.store.lists.cut
    if sieve is None:
        return ()
    due = cut(Submission, sieve, limit=most, offset=offset, order=Order.DUE)
    lists.ahead(desk, [stored.record for stored in due])
    desk.directory.store.ahead_linked(Submission, "seat", {stored.record.seat for stored in due})
    found = [
        _entry(desk, actor, stored)
        for stored in due
        if audience_of(desk, actor, stored.record) is Audience.REVIEWER
    ]
    return tuple(sorted(found, key=_order))


def waiting(desk: GateDesk, actor: Actor) -> Sieve | None:
    """Return the sieve of what is in review and may be before the actor, or None."""
    seen = lists.submissions(desk, actor)
    return None if seen is None else replace(seen, states=("in-review",))


def _order(one: Entry) -> tuple[bool, bool, int, int, str]:
    left = one.days_left if one.days_left is not None else 999
    return (one.part == "voted", left >= 0, -one.risk, left, one.submission.id)


def _entry(desk: GateDesk, actor: Actor, stored: Stored[Submission]) -> Entry:
    submission = stored.record
    risk, why = weighed(desk, submission)
    votes = votes_of(desk, submission)
    held = [one.record for one in custody.holders(desk, submission)]
    own = next((one for one in held if one.organisation == actor.organisation), None)
    left = service.days_left(desk, submission.clock) if submission.clock is not None else None
    mine = any(one.person == actor.person for one in votes)
    open_conflict = submission.phase is Phase.CONSOLIDATING
    part = ("revise" if open_conflict else "voted") if mine else ("third" if open_conflict else "vote")
    return Entry(submission, stored.updated_at, risk, why, left, part, own, len(votes))


def weighed(desk: GateDesk, submission: Submission) -> tuple[int, tuple[Reason, ...]]:
    """Return how risky the gate finds the submission, and the parts of the sum, the heaviest first."""
    kinds: dict[FindingKind, int] = {}
    try:
        judgement = judgements.load(desk, submission.judgement)
    except SandboxError:
        return UNREADABLE, (Reason("judgement-unreadable", 1, UNREADABLE),)
    for one in (*(found for file in judgement.files for found in file.findings), *judgement.set_findings):
        if one.verdict is Verdict.REVIEW:
            kinds[one.kind] = kinds.get(one.kind, 0) + 1
    parts = [Reason(kind.value, count, WEIGHTS.get(kind, OTHER)) for kind, count in kinds.items()]
    refused = sum(one.verdict is Verdict.REFUSE for one in submission.files)
    before, files = _records_before(desk, submission), len(submission.files)
    parts += [
        Reason(code, count, weight)
        for code, count, weight in (
            ("refused-beside", refused, REFUSED_BESIDE if refused else 0),
            ("records-before", before, RECORDS_BEFORE * before),
            ("files-many", files, MANY_FILES if files > 1 else 0),
        )
        if weight
    ]
    parts.sort(key=lambda one: -one.weight)
    return sum(one.weight for one in parts), tuple(parts)


def _records_before(desk: GateDesk, submission: Submission) -> int:
    recent = timedelta(days=service.setting(desk, submission, service.REFUSAL_DAYS))
    since = desk.directory.clock() - recent
    found = desk.directory.store.find(Submission, linked=("seat", submission.seat))
    return sum(moment > since for one in found for moment in one.record.records_found)
