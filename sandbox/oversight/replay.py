"""What a changed policy would have decided on the past submissions of an agreement (试算).

Judges the frozen files again on the snapshots they were made on, in the gate's own isolation, and
counts admission and votes from the facts. Read-only: the one thing it writes is that somebody looked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sandbox.access.policy import policy_of
from sandbox.catalog.reading import require_reader
from sandbox.egress import court, judgements
from sandbox.egress.desk import GateDesk
from sandbox.egress.review import reviews_of
from sandbox.kernel.actors import SYSTEM, Actor, Role
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.errors import NotFoundError, RefusedError, SandboxError, StorageError, TamperedError
from sandbox.kernel.findings import FileJudgement, Judgement, Verdict
from sandbox.kernel.lifecycle import step
from sandbox.kernel.message import Message, say
from sandbox.kernel.permits import require
from sandbox.kernel.policy import AccessPolicy, out_of_hours
from sandbox.kernel.review_records import Examination, Submission
from sandbox.people.directory import CHINA, with_record
from sandbox.store.changes import Change, Link, Stored

_UNDECIDED = frozenset({"frozen", "in-review", "returned"})
ROLES = frozenset({Role.AUTHORITY_OFFICER, Role.SECURITY_REVIEWER, Role.PROVIDER_REVIEWER, Role.OPERATOR})


@dataclass(frozen=True, slots=True)
class ReplayedFile:
    """One file: the verdict on record and the one under the changed policy, with the rules that are new.

    `reasons` are what those rules say, `lifted` what was said before and would not be. `after` is None where
    the file could not be judged again, and `why` says why.
    """

    name: str
    before: Verdict | None
    after: Verdict | None
    rules: tuple[str, ...] = ()
    why: Message | None = None
    reasons: tuple[Message, ...] = ()
    lifted: tuple[Message, ...] = ()

    @property
    def differs(self) -> bool:
        """Return whether the changed policy decides otherwise."""
        return self.before is not self.after


@dataclass(frozen=True, slots=True)
class Replayed:
    """One submission: whether it would have been taken in, its files, and the votes it had and would need."""

    submission: str
    state: str
    at: datetime
    policy: str
    refused: tuple[Message, ...]
    files: tuple[ReplayedFile, ...]
    votes: int
    votes_needed: int

    @property
    def differs(self) -> bool:
        """Return whether the changed policy decides otherwise anywhere."""
        short = self.votes < self.votes_needed and self.state in ("approved", "released")
        return bool(self.refused) or short or any(one.differs for one in self.files)


@dataclass(frozen=True, slots=True)
class Replay:
    """The whole answer: both digests, and the submissions, oldest first."""

    agreement: str
    policy: str
    trial: str
    submissions: tuple[Replayed, ...]


@dataclass(frozen=True, slots=True)
class Past:
    """A submission of the past; `number` counts those of its seat on its day."""

    stored: Stored[Submission]
    number: int


def require_looker(desk: GateDesk, actor: Actor, agreement: ServiceAgreement) -> None:
    """Raise `RefusedError` unless the actor may try policies: operator, providers, authority."""
    policy = policy_of(desk.directory, agreement)
    parties = {agreement.operator, *(one.provider for one in policy.datasets)}
    require_reader(desk.directory, actor, agreement, organisations=parties, roles=ROLES)


def may_look(desk: GateDesk, actor: Actor, agreement: ServiceAgreement) -> bool:
    """Return whether the actor may try policies; nothing is put on record."""
    try:
        require_looker(desk, actor, agreement)
    except RefusedError:
        return False
    return True


def replay(desk: GateDesk, actor: Actor, agreement_id: str, trial: AccessPolicy, *, standing: str) -> Replay:
    """Return what the policy on trial would have decided; puts on record that the actor looked.

    `standing` is the digest of the policy in force. Raises `RefusedError` for somebody who is neither the
    operator nor a reviewer, `IsolationError` where the gate cannot judge.
    """
    agreement = begun(desk, actor, agreement_id, trial)
    answers = tuple(again(desk, one, trial) for one in past_of(desk, agreement))
    return Replay(agreement.id, standing, trial.digest, answers)


def begun(desk: GateDesk, actor: Actor, agreement_id: str, trial: AccessPolicy) -> ServiceAgreement:
    """Return the agreement for somebody who may try policies on it; puts on record that he does."""
    agreement = desk.directory.store.load(ServiceAgreement, agreement_id).record
    require_looker(desk, actor, agreement)
    _note(desk, actor, agreement, trial)
    return agreement


def past_of(desk: GateDesk, agreement: ServiceAgreement) -> tuple[Past, ...]:
    """Return every submission of the agreement and its earlier versions that is decided, oldest first.

    What is under review is not shown to anybody here: a planted sample would be the one that is missing.
    """
    found = [
        one
        for version in (*agreement.lineage, agreement.id)
        for one in desk.directory.store.find(Submission, linked=("agreement", version))
        if not one.record.sample
    ]
    days: dict[tuple[str, str], int] = {}
    past: dict[str, Past] = {}
    for one in sorted(found, key=lambda one: (one.created_at, one.record.id)):
        place = one.record.seat, one.created_at.astimezone(CHINA).date().isoformat()
        if one.record.id not in past:  # one resubmitted under a later version is linked with both
            days[place] = days.get(place, 0) + 1
            past[one.record.id] = Past(one, days[place])
    return tuple(one for one in past.values() if one.stored.record.state not in _UNDECIDED)


def _note(desk: GateDesk, actor: Actor, agreement: ServiceAgreement, trial: AccessPolicy) -> None:
    record = Examination(
        state="recorded",
        organisation=actor.organisation,
        account=actor.account,
        submission=agreement.id,
        looked_at=f"replay:{trial.digest}",
    )
    situation = with_record(desk.directory.situation(SYSTEM), record=record)
    require(SYSTEM, step("examination:record"), situation)
    links = (Link("agreement", agreement.id), Link("reader", actor.account))
    desk.directory.store.write(SYSTEM, Change(step("examination:record"), record, links=links))


def again(desk: GateDesk, past: Past, trial: AccessPolicy) -> Replayed:
    """Return what the policy on trial would have decided on one submission."""
    stored, submission = past.stored, past.stored.record
    return Replayed(
        submission=submission.id,
        state=submission.state,
        at=stored.created_at,
        policy=submission.policy,
        refused=tuple(_admission(desk, stored, trial, past.number)),
        files=tuple(_files(desk, submission, trial)),
        votes=len({one.person for one in reviews_of(desk, submission.id)}),
        # What a reviewed template lets leave needs no votes, and the template ends with the policy it is of.
        votes_needed=0 if submission.template and submission.policy == trial.digest else trial.reviewers,
    )


def _admission(
    desk: GateDesk, stored: Stored[Submission], trial: AccessPolicy, number: int
) -> Iterator[Message]:
    """Yield why the submission would not have been taken in; `number` counts the seat's of that day."""
    submission, at = stored.record, stored.created_at.astimezone(CHINA)
    if not trial.in_term(at.date()):
        yield say("不在授权服务协议的使用期限之内")
    if not trial.open_at(at):
        yield out_of_hours(trial)
    if submission.author not in trial.users:
        yield say("本人不在授权服务协议的用户名单上")
    most = trial.quotas.day_submissions
    if most and number > most:
        yield say("协议约定一天最多提交 {most} 次出域申请，今天已用完：明天再提交", most=most)
    snapshots = court.within_reach(desk, submission)
    if any(trial.part(one.dataset) is None for one in snapshots):
        yield say("所用的数据集不在试算的策略之内")


def _files(desk: GateDesk, submission: Submission, trial: AccessPolicy) -> Iterator[ReplayedFile]:
    if not submission.judgement:
        for one in submission.files:
            yield ReplayedFile(one.name, None, None, why=say("闸口还没有作出结论"))
        return
    try:
        judged = court.judge(desk, submission, policy=trial).judgement
    except (NotFoundError, StorageError, TamperedError) as error:
        for one in submission.files:
            yield ReplayedFile(one.name, one.verdict, None, why=error.message)
        return
    known = _rules(_recorded(desk, submission))
    now = _rules(judged)
    for one, file in zip(submission.files, judged.files, strict=True):
        hit, was = now[file.path], known.get(file.path, {})
        new = tuple(sorted(hit.keys() - was.keys()))
        yield ReplayedFile(
            one.name,
            one.verdict,
            _verdict(file),
            new,
            reasons=tuple(hit[rule] for rule in new),
            lifted=tuple(was[rule] for rule in sorted(was.keys() - hit.keys())),
        )


def _verdict(file: FileJudgement) -> Verdict:
    """Return what intake makes of a judgement: what was not written anew is refused."""
    return file.verdict if file.rewritten_digest else Verdict.REFUSE


def _recorded(desk: GateDesk, submission: Submission) -> Judgement | None:
    try:
        return judgements.load(desk, submission.judgement) if submission.judgement else None
    except SandboxError:
        return None  # purged or damaged: the verdicts in the record remain, every rule counts as new


def _rules(judgement: Judgement | None) -> dict[str, dict[str, Message]]:
    """Return by file the rules that were hit, each with what its author may read of it."""
    if judgement is None:
        return {}
    return {
        file.path: {
            one.rule: one.message
            for one in (
                *(one for one in judgement.set_findings if file.path in one.paths),
                *file.findings,
            )
        }
        for file in judgement.files
    }
