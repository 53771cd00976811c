"""How well reviewing works: what planted samples were let through, agreement, minutes, false alarms.

From votes, looks and judgements on record; for the authority's officers only, and about samples only
once their votes are in. A measure of the house, not of a person's right to vote. Decides nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations

from sandbox.catalog.reading import require_reader
from sandbox.egress import judgements
from sandbox.egress.desk import GateDesk
from sandbox.egress.review import reviews_of
from sandbox.kernel.actors import Actor, Role
from sandbox.kernel.errors import SandboxError
from sandbox.kernel.findings import Verdict
from sandbox.kernel.review_records import Examination, Review, Standing, Submission
from sandbox.store.changes import Stored
from sandbox.store.codec import decode
from sandbox.store.lists import Sieve

OFFICERS = frozenset({Role.AUTHORITY_OFFICER})
LATEST = 200
"""The newest submissions that are counted, and as many samples of which all know."""
LONGEST_LOOK = 240.0
"""Minutes from the first look to the vote that count as reading; a longer pause was something else."""


@dataclass(slots=True)
class Reader:
    """One reviewer: samples seen and let through, pairs of votes and those alike, minutes and files."""

    account: str
    votes: int = 0
    samples: int = 0
    missed: int = 0
    pairs: int = 0
    alike: int = 0
    minutes: float = 0.0
    files: int = 0

    @property
    def miss_rate(self) -> float | None:
        """Return the share of samples that he approved; None before he had any."""
        return self.missed / self.samples if self.samples else None

    @property
    def agreement(self) -> float | None:
        """Return the share of file votes on which another blind voter said the same."""
        return self.alike / self.pairs if self.pairs else None

    @property
    def minutes_per_file(self) -> float | None:
        """Return minutes from the first look to the vote, for each file voted on."""
        return self.minutes / self.files if self.files else None


@dataclass(slots=True)
class RuleCount:
    """One rule of the gate: files it sent to people, and those of them that people let leave."""

    rule: str
    sent: int = 0
    approved: int = 0

    @property
    def false_alarms(self) -> float:
        """Return the share of what it sent to people that they found harmless."""
        return self.approved / self.sent if self.sent else 0.0


@dataclass(slots=True)
class Quality:
    """The measures. `planted` are samples, `exposed` those whose votes are in; `counted` are the submissions
    that were looked at, of `every` that there are.
    """

    readers: dict[str, Reader] = field(default_factory=dict)
    rules: dict[str, RuleCount] = field(default_factory=dict)
    planted: int = 0
    exposed: int = 0
    caught: int = 0
    counted: int = 0
    every: int = 0


def measured(desk: GateDesk, actor: Actor) -> Quality:
    """Return the measures; `RefusedError` for everybody but an officer of the authority."""
    body = desk.directory.authority()
    require_reader(desk.directory, actor, body, organisations={body.id}, roles=OFFICERS, authority=False)
    latest = _latest(desk)
    every = sum(desk.directory.store.lists.counted(Submission, Sieve()).values())
    found = Quality(counted=len(latest), every=every)
    for stored in latest:
        submission, votes = stored.record, reviews_of(desk, stored.id)
        _times(desk, found, stored, votes)
        _agreement(found, _as_cast(desk, votes))
        if submission.sample:
            _sample(found, submission, votes, _sent_back(desk, submission))
        else:
            _rules(desk, found, submission)
    return found


def _latest(desk: GateDesk) -> tuple[Stored[Submission], ...]:
    """Return the newest submissions, and the newest samples whose votes are in."""
    store = desk.directory.store
    newest = store.lists.cut(Submission, Sieve(), limit=LATEST)
    exposed = store.lists.cut(Submission, Sieve(states=("exposed",)), limit=LATEST)
    every = {one.id: one for one in (*newest, *exposed)}
    store.ahead_linked(Review, "submission", every)
    store.ahead_linked(Examination, "submission", every)
    return tuple(every.values())


def _reader(found: Quality, account: str) -> Reader:
    return found.readers.setdefault(account, Reader(account))


def _sent_back(desk: GateDesk, submission: Submission) -> frozenset[str]:
    """Return who sent a sample back: he saw through it without a vote."""
    facts = desk.directory.store.facts(record=submission.id, verb="submission:return")
    return frozenset(one.actor for one in facts)


def _sample(
    found: Quality, submission: Submission, votes: Iterable[Review], sent_back: frozenset[str] = frozenset()
) -> None:
    found.planted += 1
    if submission.state != "exposed":
        return  # who still has to vote must not learn of it
    found.exposed += 1
    missed = False
    for one in votes:
        reader = _reader(found, one.voter)
        reader.samples += 1
        let_through = any(vote.approve for vote in one.votes)
        reader.missed += let_through
        missed = missed or let_through
    for account in sent_back - {one.voter for one in votes}:
        _reader(found, account).samples += 1
    found.caught += not missed


def _as_cast(desk: GateDesk, votes: Iterable[Review]) -> tuple[Review, ...]:
    """Return the votes as they were first cast: one revised on the table hides the blind one."""
    return tuple(_first(desk, one) if one.standing is Standing.REVISED else one for one in votes)


def _first(desk: GateDesk, vote: Review) -> Review:
    store = desk.directory.store
    for fact in store.facts(record=vote.id, verb="review:cast", limit=1):
        body = (store.payload(fact.seq) or {}).get("record")
        if isinstance(body, dict):
            return decode(Review, body)
    return vote  # purged: what is left says nothing of the first look


def _agreement(found: Quality, votes: Iterable[Review]) -> None:
    """Compare blind votes pair by pair, file by file; a revised one says nothing of the first look."""
    rounds: dict[int, list[Review]] = defaultdict(list)
    for one in votes:
        reader = _reader(found, one.voter)
        reader.votes += 1
        if one.standing is Standing.BLIND:
            rounds[one.round].append(one)
    for blind in rounds.values():
        for first, second in combinations(blind, 2):
            said = {vote.digest: vote.approve for vote in second.votes}
            shared = [vote for vote in first.votes if vote.digest in said]
            alike = sum(vote.approve == said[vote.digest] for vote in shared)
            for one in (first, second):
                reader = _reader(found, one.voter)
                reader.pairs += len(shared)
                reader.alike += alike


def _times(desk: GateDesk, found: Quality, stored: Stored[Submission], votes: Iterable[Review]) -> None:
    looks: dict[str, list[datetime]] = defaultdict(list)
    for look in desk.directory.store.find(Examination, linked=("submission", stored.id)):
        looks[look.record.account].append(look.created_at)
    cast_at: dict[tuple[str, int], datetime] = {}
    for vote in desk.directory.store.find(Review, linked=("submission", stored.id)):
        cast_at[vote.record.voter, vote.record.round] = vote.created_at
    for one in votes:
        at = cast_at[one.voter, one.round]
        earlier = max(
            (moment for (who, n), moment in cast_at.items() if who == one.voter and n < one.round),
            default=None,
        )
        seen = [look for look in looks[one.voter] if look <= at and (earlier is None or look > earlier)]
        if not seen or not one.votes:
            continue
        reader = _reader(found, one.voter)
        reader.minutes += min((at - min(seen)).total_seconds() / 60, LONGEST_LOOK)
        reader.files += len(one.votes)


def _rules(desk: GateDesk, found: Quality, submission: Submission) -> None:
    decided = {one.name: one.approved for one in submission.files if one.approved is not None}
    if not decided or not submission.judgement:
        return
    try:
        judgement = judgements.load(desk, submission.judgement)
    except SandboxError:
        return  # purged or damaged: nothing can be said of it
    for file in judgement.files:
        for rule in {one.rule for one in file.findings if one.verdict is Verdict.REVIEW}:
            if file.path in decided:
                count = found.rules.setdefault(rule, RuleCount(rule))
                count.sent += 1
                count.approved += bool(decided[file.path])
