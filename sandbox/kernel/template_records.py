"""审定模板: what is signed once so that its instances leave without a new vote (第十九条), as frozen values.

A template's terms are everything that the signers are asked about; their digest is what they sign.
What changes afterwards (its state, how many instances have left) is no part of the terms. Pure values;
`template_rules` decides about them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from typing import ClassVar

from sandbox.kernel.policy import digest_of, plain
from sandbox.kernel.records import Record
from sandbox.kernel.review_records import Capacity


class ParameterKind(StrEnum):
    """What the values of a parameter are, and so how they are written into the plan."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One named slot of the plan: a closed list of values, or for numbers and dates a range."""

    name: str
    kind: ParameterKind
    values: tuple[str, ...] = ()
    low: str = ""
    high: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateLimits:
    """The limits of one dataset that every cell of an instance must keep, as they were signed."""

    dataset: str
    smallest: int
    largest_share: float
    two_largest_share: float
    p_percent: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Template(Record):
    """审定模板 of one agreement: the plan with its slots, what it shows, to whom, how often, how long.

    `plan` is the digest of the bound plan, `plan_text` the plan itself; `policy` the digest of the access
    policy that it was signed under; `share` is how many of a hundred instances are looked at afterwards.
    `digest` is that of the terms; `used` counts the instances that have left.
    """

    KIND: ClassVar[str] = "template"
    organisation: str
    environment: str
    agreement: str
    author: str
    title: str
    sql: str
    subject: str
    plan: str
    plan_text: str
    columns: tuple[str, ...]
    decimals: int
    form: str
    datasets: tuple[str, ...]
    limits: tuple[TemplateLimits, ...]
    parameters: tuple[Parameter, ...]
    recipient: str
    number: int
    term_from: date
    term_to: date
    share: int
    policy: str
    digest: str = ""
    commissioned: tuple[str, ...] = ()
    used: int = 0
    reason: str = ""


_MOVES = frozenset({"id", "state", "digest", "commissioned", "used", "reason"})
"""What is no part of the terms: it is not signed, and may change while the template stands."""


def terms_of(template: Template) -> dict[str, object]:
    """Return the terms by name as JSON: everything that is signed and nothing else."""
    return {
        one.name: plain(getattr(template, one.name)) for one in fields(template) if one.name not in _MOVES
    }


def terms_digest(template: Template) -> str:
    """Return the SHA-256 of the canonical text of the terms, in hexadecimal."""
    return digest_of(terms_text(template))


def terms_text(template: Template) -> str:
    """Return the terms as canonical text: the very thing that a signature is under."""
    return json.dumps(
        terms_of(template), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateSignature(Record):
    """One person's signature under the digest of a template's terms, for one side (第十九条)."""

    KIND: ClassVar[str] = "template-signature"
    organisation: str
    environment: str
    template: str
    account: str
    person: str
    capacity: Capacity
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateLook(Record):
    """抽查 of one instance that has left: drawn by a key that the developer does not have, due by a day."""

    KIND: ClassVar[str] = "template-look"
    organisation: str
    environment: str
    template: str
    submission: str
    due: date
    account: str = ""
    person: str = ""
    reason: str = ""
    escalated_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """A product that is to leave by a template, as the gate found it: never what its author says of it.

    `plan` is the digest of the claim's bound plan with the template's slots for the values found in them;
    `written` says that the bytes are those which the gate makes of the claim itself.
    """

    plan: str
    values: tuple[tuple[str, str], ...]
    recipient: str
    agreement: str
    policy: str
    proven: bool
    written: bool
