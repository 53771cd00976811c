"""Who is shown what of a submission: the author the rule and remedy, the reviewers the evidence.

The author never learns counts, rows or which data matched. A reviewer sees evidence and, until
all have voted, no vote but his own. Everybody else is refused. Each look of a reviewer is a fact
before it is a look. Decides nothing about votes.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import partial

from sandbox.catalog.reading import of_authority, registered, require_reader
from sandbox.egress import comments, judgements, samples
from sandbox.egress.desk import GateDesk
from sandbox.egress.review import ballot, review_situation
from sandbox.egress.telling import author_view
from sandbox.kernel.actors import SYSTEM, Actor, Role
from sandbox.kernel.findings import FileJudgement, Finding
from sandbox.kernel.lifecycle import step
from sandbox.kernel.records import OrganisationRole
from sandbox.kernel.review_records import Comment, Examination, Submission, SubmittedFile
from sandbox.kernel.review_rules import capacity_of
from sandbox.kernel.round_rules import REVIEWING
from sandbox.store.changes import Change, Link, Stored


class Audience(StrEnum):
    """As what a person looks at a submission."""

    AUTHOR = "author"
    REVIEWER = "reviewer"
    OFFICER = "officer"  # of the authority: releases and recalls, sees outcomes and no evidence


def audience_of(desk: GateDesk, actor: Actor, submission: Submission) -> Audience | None:
    """Return as what the actor may look at the submission, or None."""
    if not registered(desk.directory, actor):
        return None
    if actor.account == submission.author:
        return None if submission.sample else Audience.AUTHOR
    situation = review_situation(desk, actor, submission)
    own = situation.own
    if own is None or actor.organisation == submission.organisation or actor.person in situation.acted:
        return None
    if OrganisationRole.OPERATOR in own.roles or capacity_of(own, situation) is None:
        return None
    if actor.has(*REVIEWING):
        return Audience.REVIEWER
    officer = of_authority(desk.directory, actor) and actor.has(Role.AUTHORITY_OFFICER)
    return Audience.OFFICER if officer else None


def visible(desk: GateDesk, actor: Actor) -> tuple[Submission, ...]:
    """Return the submissions that the actor may look at, oldest first."""
    every = (stored.record for stored in desk.directory.store.find(Submission))
    return tuple(one for one in every if audience_of(desk, actor, one) is not None)


def shown(desk: GateDesk, actor: Actor, submission_id: str) -> dict[str, object]:
    """Return what this person may see of the submission; `RefusedError` for everybody else."""
    submission = desk.directory.store.load(Submission, submission_id).record
    audience = audience_of(desk, actor, submission)
    if audience is None:
        require_reader(desk.directory, actor, submission, organisations=(), authority=False)
    if audience is Audience.AUTHOR:
        return {"audience": audience, **author_view(desk, submission)}
    if audience is Audience.REVIEWER:
        _look(desk, actor, submission, "evidence")
    return _reviewer_view(desk, actor, submission, evidence=audience is Audience.REVIEWER)


def _comment(one: Stored[Comment]) -> dict[str, object]:
    held = one.record
    return {
        "comment": one.id,
        "account": held.account,
        "round": held.round,
        "file": held.file,
        "public": held.public,
        "text": held.text,
        "at": one.created_at,
    }


def _file(one: SubmittedFile, judged: Mapping[str, FileJudgement]) -> dict[str, object]:
    """Return a file as reviewers see it; findings and receipts only where its judgement is shown."""
    found = judged.get(one.name)
    return {
        "name": one.name,
        "submitted": one.digest,
        "rewritten": one.rewritten,
        "supporting": one.supporting,
        "verdict": one.verdict,
        "approved": one.approved,
        "proof": found.proof if found is not None else None,
        "findings": [_finding(each) for each in _of(judged, one.name)],
        "receipts": [
            {"check": each.check, "outcome": each.outcome}
            for each in (found.receipts if found is not None else ())
        ],
    }


def _reviewer_view(
    desk: GateDesk, actor: Actor, submission: Submission, *, evidence: bool
) -> dict[str, object]:
    judged: dict[str, FileJudgement] = {}
    shared: tuple[Finding, ...] = ()
    untied: tuple[str, ...] = ()
    if submission.judgement and evidence:
        judgement = judgements.load(desk, submission.judgement)
        judged = {one.path: one for one in judgement.files}
        shared = judgement.set_findings
        untied = judgement.untied
    votes = ballot(desk, actor, submission.id)
    said = comments.read_by_reviewer(desk, actor, submission) if evidence else ()
    return {
        "audience": Audience.REVIEWER if evidence else Audience.OFFICER,
        "submission": submission.id,
        "title": submission.title,
        "state": submission.state,
        "agreement": submission.agreement,
        "round": submission.round,
        "phase": submission.phase,
        "due": submission.clock.due if submission.clock is not None else None,
        "comments": [_comment(one) for one in said],
        "files": [_file(one, judged) for one in submission.files],
        "set_findings": [_finding(found) for found in shared],
        "untied": list(untied),
        "votes_cast": votes.cast,
        "votes": votes.visible,
    }


def _of(judged: Mapping[str, FileJudgement], name: str) -> tuple[Finding, ...]:
    return judged[name].findings if name in judged else ()


def _finding(one: Finding) -> dict[str, object]:
    """Return a finding with its evidence; the gate redacts evidence before it is kept."""
    return {
        "kind": one.kind,
        "verdict": one.verdict,
        "rule": one.rule,
        "article": one.article,
        "message": one.message,
        "remedy": one.remedy,
        "records": one.records,
        "where": one.where,
        "evidence": one.evidence,
        "paths": one.paths,
    }


def rewritten(desk: GateDesk, actor: Actor, submission_id: str) -> dict[str, bytes]:
    """Return the gate's rewritings by file name, for a reviewer to read; supporting files among them."""
    submission = desk.directory.store.load(Submission, submission_id).record
    if audience_of(desk, actor, submission) is not Audience.REVIEWER:
        require_reader(desk.directory, actor, submission, organisations=(), authority=False)
    _look(desk, actor, submission, "products")
    read = {one.name: one.rewritten or one.reading for one in submission.files}
    kept = partial(samples.get, desk) if submission.sample else desk.frozen.get
    return {name: kept(digest) for name, digest in read.items() if digest}


def _look(desk: GateDesk, actor: Actor, submission: Submission, looked_at: str) -> None:
    """Put on record who looks at what; without the fact there is no look."""
    record = Examination(
        state="recorded",
        organisation=actor.organisation,
        account=actor.account,
        submission=submission.id,
        looked_at=looked_at,
    )
    links = (Link("submission", submission.id), Link("reader", actor.account))
    desk.directory.store.write(SYSTEM, Change(step("examination:record"), record, links=links))
