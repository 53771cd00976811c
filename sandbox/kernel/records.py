"""What every record is, and the records of who is who: organisations, accounts, grants, environments.

A record is what stands; the facts in the log are how it came to stand. `id` is empty until
the store gives one; `state` is a state of `lifecycle`. Records hold references by id and
never values of data columns. `organisation` is whose record it is, `environment` where it
lives: the store indexes both, and cities and counties see nothing of each other by them.
The other kinds stand beside, by what they are about (`…_records`); `kinds` lists them all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar

from sandbox.kernel.actors import Role
from sandbox.kernel.terms import Seal


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The head that all records share."""

    KIND: ClassVar[str] = ""
    id: str = ""
    state: str


class OrganisationRole(StrEnum):
    """What an organisation is under the measure (第三条, 第四条)."""

    AUTHORITY = "authority"  # 大数据主管部门
    PROVIDER = "provider"  # 数据提供部门
    OPERATOR = "operator"  # 数据运营商
    DEVELOPER = "developer"  # 数据开发利用者
    THIRD_PARTY_REVIEWER = "third-party-reviewer"  # 具备资质的第三方
    SUPERVISOR = "supervisor"  # 网信、公安等监管部门
    PURCHASER = "purchaser"  # 数据产品和服务购买方


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """A named person's decision where 第三条 leaves open whether a body may hold a role.

    `evidence` are digests of papers of the organisation that the decision rests on.
    """

    role: str
    eligible: bool
    reason: str
    evidence: tuple[str, ...]
    decided_by: str
    decided_on: date
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation(Record):
    """A department, firm or body, with its code and its roles."""

    KIND: ClassVar[str] = "organisation"
    name: str
    uscc: str
    kind: str
    roles: tuple[OrganisationRole, ...]
    region: str
    qualified_until: date | None = None
    fiscally_funded: bool = False
    evidence: tuple[Attachment, ...] = ()
    rulings: tuple[Ruling, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Account(Record):
    """One person's account in one organisation; `person` is a keyed digest of the identity."""

    KIND: ClassVar[str] = "account"
    organisation: str
    name: str
    display_name: str
    person: str
    public_key: str = ""
    duties: tuple[Role, ...] = ()
    signed_out: tuple[str, ...] = ()
    """Digests of the browser sessions that ended last: what was signed in by them is no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant(Record):
    """One role of one account: proposed by the own organisation, countersigned if it judges."""

    KIND: ClassVar[str] = "grant"
    organisation: str
    account: str
    role: Role
    proposed_by: str
    founding: bool = False
    deputy_for: str = ""
    start: date | None = None
    until: date | None = None

    def runs(self, day: date) -> bool:
        """Return whether the grant counts on the day: a deputy's only within its term."""
        return (self.start is None or self.start <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatingAgreement(Record):
    """开发利用协议 between the authority and an operator for one environment (第十一条).

    `document` is the digest of the text that was signed, `seals` the platform's signatures under it.
    """

    KIND: ClassVar[str] = "operating-agreement"
    organisation: str
    authority: str
    environment_code: str
    scope: str
    term_from: date
    term_to: date
    document: str = ""
    seals: tuple[Seal, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment(Record):
    """安全可信开发利用环境 of the city or a county (第三条, 第十一条)."""

    KIND: ClassVar[str] = "environment"
    organisation: str
    code: str
    name: str
    region: str
    agreement: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A paper of an application by the digest of its bytes; `pages` is 0 where it has none."""

    name: str
    digest: str
    size: int
    type: str
    pages: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Home(Record):
    """The installation itself: when it was founded, whether it is a demonstration."""

    KIND: ClassVar[str] = "home"
    name: str
    demo: bool
    format: int
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedAttempt(Record):
    """An attempt that the rules refused: who, which step, on what, by which rules."""

    KIND: ClassVar[str] = "refused-attempt"
    organisation: str
    account: str
    attempted: str
    subject: str
    rules: tuple[str, ...]
    reasons: tuple[str, ...]
