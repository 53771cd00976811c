"""What the egress gate says of a file: verdict, findings, and a receipt for every check.

An author sees a finding's `message`, `rule`, `article` and `remedy`; `records`, `where`
and `evidence` are for reviewers and for `inspect`. A check that did not run has no
receipt, and a file without all its receipts is never better than `refuse`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sandbox.kernel.message import Message


class Verdict(StrEnum):
    """Worst wins: `release` proven safe, `review` a person decides, `refuse` no vote possible."""

    RELEASE = "release"
    REVIEW = "review"
    REFUSE = "refuse"

    @property
    def rank(self) -> int:
        """Return 0 for release, 1 for review, 2 for refuse."""
        return (Verdict.RELEASE, Verdict.REVIEW, Verdict.REFUSE).index(self)


def worst(*verdicts: Verdict) -> Verdict:
    """Return the worst of the verdicts; none at all is a refusal."""
    return max(verdicts, key=lambda verdict: verdict.rank, default=Verdict.REFUSE)


class FindingKind(StrEnum):
    """The closed list of kinds in the command line's contract."""

    SOURCE_RECORD = "source-record"
    IDENTIFIER = "identifier"
    SMALL_GROUP = "small-group"
    DOMINANCE = "dominance"
    DIFFERENCING = "differencing"
    ROW_LEVEL = "row-level"
    MODEL = "model"
    OPAQUE = "opaque"
    HIDDEN_CONTENT = "hidden-content"
    ACTIVE_CONTENT = "active-content"
    MALFORMED = "malformed"
    TOO_LARGE = "too-large"
    UNVERIFIED = "unverified"
    CLAIM_MISMATCH = "claim-mismatch"
    NOT_AGREED = "not-agreed"  # only where an agreement is at hand
    CANARY = "canary"


class Outcome(StrEnum):
    """What became of one check; `unable` blocks."""

    PASS = "pass"
    FAIL = "fail"
    UNABLE = "unable"
    NOT_APPLICABLE = "not-applicable"


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof that a check ran: its code and version, on which digest, with what outcome."""

    check: str
    outcome: Outcome
    subject: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing the gate noticed in one file (or, with `paths`, across files).

    `rule` is the stable code of the check, `article` what it rests on, `message` and
    `remedy` what the author may read. `records` counts source records found, or None.
    """

    kind: FindingKind
    verdict: Verdict
    rule: str
    article: str
    message: Message
    remedy: Message
    records: int | None = None
    where: str = ""
    evidence: Message | None = None
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FileJudgement:
    """The gate's judgement of one file, by the digest it was frozen under."""

    path: str
    digest: str
    verdict: Verdict
    findings: tuple[Finding, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    rewritten: str | None = None
    rewritten_digest: str | None = None
    proof: str | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """The gate's judgement of a set of files, with what shows only across them.

    `beside` names the products of the ledger that it was made beside, each with its bytes; `untied` the
    earlier ones of the same data that no subtraction can be computed with, by what reviewers call them.
    """

    files: tuple[FileJudgement, ...]
    set_findings: tuple[Finding, ...] = ()
    beside: tuple[str, ...] = ()
    untied: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """Return the worst verdict of all files; of no file, refuse."""
        return worst(*(file.verdict for file in self.files))
