"""One file on its way through the gate: the frozen product, and what has been found out about it.

Values without rules. `judge` fills a report step by step; `worker` carries it from the process
that read the file to the one that settles the set.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from sandbox.egress.checks import check
from sandbox.egress.content import Content, Issue
from sandbox.egress.proof import Proof
from sandbox.egress.rewrite import Rewriting
from sandbox.egress.roundings import Rounding
from sandbox.egress.units import Sets
from sandbox.kernel.findings import Finding, Outcome
from sandbox.kernel.message import Message


@dataclass(frozen=True, slots=True)
class Product:
    """One file as it was frozen: its path, its bytes, its claim file; or why it could not be read."""

    path: str
    data: bytes
    claim: bytes | None = None
    problem: Message | None = None
    digest: str = field(init=False, repr=False)
    """SHA-256 of the bytes, in hexadecimal."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "digest", hashlib.sha256(self.data).hexdigest())


@dataclass(frozen=True, slots=True)
class Modelled:
    """What a model was fitted over: a table, and columns that its rows have values in, the target first.

    `leaves` is the leaf of a tree in which every row of the table ends, -1 for none; None for a linear model,
    whose groups are the categories of its variables.
    """

    table: str
    columns: tuple[str, ...]
    leaves: Sets | None = None


@dataclass(slots=True)
class FileReport:
    """What is known of one file while it is being judged.

    `contents` are what is searched; `own` those of them that the file openly holds, which alone are
    compared with a claim and written anew. `made` is what the gate makes of a specification or a rounding,
    `modelled` what a model was fitted over. `details` is what the receipt of a check says as well.
    `parts` are the bytes of the file, unpacked, and of an archive as well; `loose` those inside of them that
    no reader knows. `column` tells that its records
    show in a column as a whole alone, so that the rest of their rows may stand in another file.
    """

    product: Product
    parts: list[bytes] = field(default_factory=list)
    loose: list[bytes] = field(default_factory=list)
    contents: list[Content] = field(default_factory=list)
    own: tuple[Content, ...] = ()
    findings: list[Finding] = field(default_factory=list)
    ran: dict[str, Outcome] = field(default_factory=dict)
    details: dict[str, str] = field(default_factory=dict)
    archive: bool = False
    column: bool = False
    words: str = ""
    proof: Proof | None = None
    made: Rewriting | None = None
    rounding: Rounding | None = None
    modelled: Modelled | None = None
    rewriting: Rewriting | None = None

    def ran_all(self, names: Sequence[str], outcome: Outcome = Outcome.PASS) -> None:
        """Note that checks ran; a finding of a check turns its receipt to `fail` at the end."""
        for name in names:
            self.ran.setdefault(name, outcome)

    def has(self, name: str) -> bool:
        """Return whether the check of that name has a finding."""
        return any(found.rule == check(name).code for found in self.findings)

    def add(self, issue: Issue, *, prefix: str = "", records: int | None = None) -> None:
        """Turn an issue into a finding of its check."""
        where = f"{prefix}{issue.where}" if prefix or issue.where else ""
        found = check(issue.check).finding(
            where=where, evidence=issue.evidence, records=records, verdict=issue.verdict
        )
        if found not in self.findings:
            self.findings.append(found)
