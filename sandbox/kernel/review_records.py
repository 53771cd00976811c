"""Records of the gate: submission, review, risk assessment, release (第十八条, 第十九条)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from sandbox.kernel.application_records import Clock
from sandbox.kernel.findings import Verdict
from sandbox.kernel.records import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmittedFile:
    """One frozen file of a submission and, once judged, what the gate said of it.

    A `supporting` file is for the reviewers' eyes: it has a `reading` and never a rewriting, so it
    cannot be voted on and cannot leave. `ledger` is the digest of what the ledger of releases keeps of it.
    """

    name: str
    digest: str
    size: int
    claim: str = ""
    verdict: Verdict | None = None
    rewritten: str = ""
    approved: bool | None = None
    supporting: bool = False
    reading: str = ""
    ledger: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRound:
    """An earlier round of a submission: the files as they then stood, and the gate's judgement."""

    round: int
    files: tuple[SubmittedFile, ...]
    judgement: str = ""


class Phase(StrEnum):
    """How far the votes of a round are: blind, or on the table because they differ (第十九条)."""

    INDEPENDENT = "independent"
    CONSOLIDATING = "consolidating"
    CONCLUDED = "concluded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission(Record):
    """出域申请: files frozen by digest, made on named snapshots, for review in rounds.

    Votes count in the `round` they were cast in; `past` are the earlier ones. `records_found` are the
    moments at which the gate found source records in it. `assessed` says that it may leave only with a
    risk assessment (第十八条); those made before that was asked have it false. A `sample` is a planted
    leak that measures the reviewers: it never leaves. `template` is the reviewed template that it left
    by, without a vote; `ordered` the one by which the gate wrote its files, from the snapshots alone.
    """

    KIND: ClassVar[str] = "submission"
    organisation: str
    environment: str
    agreement: str
    seat: str
    author: str
    title: str
    files: tuple[SubmittedFile, ...]
    snapshots: tuple[str, ...]
    judgement: str = ""
    request: str = ""
    commissioned: tuple[str, ...] = ()
    policy: str = ""
    round: int = 1
    phase: Phase = Phase.INDEPENDENT
    past: tuple[PastRound, ...] = ()
    clock: Clock | None = None
    records_found: tuple[datetime, ...] = ()
    assessed: bool = False
    sample: str = ""
    template: str = ""
    ordered: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileVote:
    """One reviewer's vote on one rewritten file, bound to its digest."""

    digest: str
    approve: bool
    comment: str = ""


class Capacity(StrEnum):
    """In which capacity a review is given (第十九条)."""

    AUTHORITY = "authority"
    PROVIDER = "provider"
    THIRD_PARTY = "third-party"


class Standing(StrEnum):
    """How a vote came about: blind, changed or upheld on the table, or the third one on a conflict."""

    BLIND = "blind"
    REVISED = "revised"
    THIRD = "third"


@dataclass(frozen=True, slots=True, kw_only=True)
class Review(Record):
    """One person's votes in one round of one submission; blind until all are in."""

    KIND: ClassVar[str] = "review"
    organisation: str
    environment: str
    submission: str
    voter: str
    person: str
    capacity: Capacity
    votes: tuple[FileVote, ...]
    round: int = 1
    standing: Standing = Standing.BLIND


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment(Record):
    """审查留言 on one round of a submission: for the reviewers alone, or `public` to the author as well."""

    KIND: ClassVar[str] = "comment"
    organisation: str
    environment: str
    submission: str
    round: int
    account: str
    text: str
    public: bool = False
    file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Custody(Record):
    """认领: one person of an organisation has taken a round of a submission in hand until a moment."""

    KIND: ClassVar[str] = "custody"
    organisation: str
    environment: str
    submission: str
    round: int
    account: str
    until: datetime


class RiskKind(StrEnum):
    """The five risks that 第十八条 names."""

    POLICY = "policy"  # 政策风险
    COMPLIANCE = "compliance"  # 合规性风险
    LEGAL = "legal"  # 法律风险
    OPERATIONAL = "operational"  # 操作风险
    MARKET = "market"  # 市场风险


class RiskLevel(StrEnum):
    """How grave a risk is as its owner sees it."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """One of the five: what was found, how grave it is, what is done about it."""

    kind: RiskKind
    level: RiskLevel
    finding: str
    control: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment(Record):
    """风险评估 of a product before it leaves (第十八条), or the fact that earlier ones are `exempt`.

    One that is filed with a reviewed template holds for all its instances: it names the template and
    the digest of its terms, and no submission.
    """

    KIND: ClassVar[str] = "assessment"
    organisation: str
    environment: str
    submission: str
    round: int
    account: str
    risks: tuple[Risk, ...] = ()
    exempt: tuple[str, ...] = ()
    template: str = ""
    terms: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasedFile:
    """One product that left: the digest submitted and the digest handed out."""

    name: str
    submitted: str
    released: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Release(Record):
    """出域: exactly the approved digests, with a signed receipt; recallable."""

    KIND: ClassVar[str] = "release"
    organisation: str
    environment: str
    submission: str
    agreement: str
    files: tuple[ReleasedFile, ...]
    receipt: str
    issued_at: datetime
    reason: str = ""
    policy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination(Record):
    """A look at what only reviewers see of a submission: its evidence, or the products to be voted on."""

    KIND: ClassVar[str] = "examination"
    organisation: str
    account: str
    submission: str
    looked_at: str
