"""Stoppages: a seat whose products were source records too often hands in nothing more.

How often within how many days is the regime's. The gate counts and stops in the same write that refuses; a
reviewer of the authority looks into it and lifts the stop, with a reason. What was found before the last
lifting does not count again.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sandbox.egress.desk import GateDesk
from sandbox.egress.service import REFUSAL_DAYS, REFUSALS, setting
from sandbox.kernel.actors import SYSTEM, Actor
from sandbox.kernel.findings import Finding, FindingKind, Judgement, Verdict
from sandbox.kernel.lifecycle import step
from sandbox.kernel.permits import require
from sandbox.kernel.review_records import Submission
from sandbox.kernel.seat_records import Stoppage
from sandbox.people.directory import with_record
from sandbox.store.changes import Change, Link

RECORDS = frozenset({FindingKind.SOURCE_RECORD, FindingKind.ROW_LEVEL, FindingKind.CANARY})
"""The findings that have no override: what was handed in are records, in whatever disguise."""


def is_records(judgement: Judgement) -> bool:
    """Return whether anything of the judgement was refused as source records."""
    every: list[Finding] = [one for file in judgement.files for one in file.findings]
    every += judgement.set_findings
    return any(one.kind in RECORDS and one.verdict is Verdict.REFUSE for one in every)


def imposed(desk: GateDesk, submission: Submission) -> tuple[Change, ...]:
    """Return the stop of the submission's seat if its last judgement is once too often; else nothing."""
    store = desk.directory.store
    stops = store.find(Stoppage, linked=("seat", submission.seat))
    if any(one.record.state == "in-force" for one in stops):
        return ()
    since = max(
        (one.updated_at for one in stops), default=datetime.min.replace(tzinfo=desk.directory.clock().tzinfo)
    )
    days, times = (setting(desk, submission, code) for code in (REFUSAL_DAYS, REFUSALS))
    since = max(since, desk.directory.clock() - timedelta(days=days))
    others = [
        one.record
        for one in store.find(Submission, linked=("seat", submission.seat))
        if one.id != submission.id
    ]
    found = {one.id: sum(moment > since for moment in one.records_found) for one in (*others, submission)}
    if sum(found.values()) < times:
        return ()
    stop = Stoppage(
        state="in-force",
        organisation=submission.organisation,
        environment=submission.environment,
        seat=submission.seat,
        submissions=tuple(sorted(name for name, count in found.items() if count)),
        times=times,
        days=days,
    )
    require(SYSTEM, step("stoppage:impose"), with_record(desk.directory.situation(SYSTEM), record=stop))
    return (Change(step("stoppage:impose"), stop, links=(Link("seat", submission.seat),)),)


def lift(desk: GateDesk, actor: Actor, stoppage_id: str, *, reason: str) -> Stoppage:
    """Return the stoppage, lifted by a reviewer of the authority who says why."""
    store = desk.directory.store
    stored = store.load(Stoppage, stoppage_id)
    asked = replace(stored.record, reason=reason.strip())
    require(actor, step("stoppage:lift"), with_record(desk.directory.situation(actor), record=asked))
    changed = replace(asked, state="lifted")
    store.write(
        actor, Change(step("stoppage:lift"), changed, expected=stored.version, note={"reason": reason})
    )
    return changed
