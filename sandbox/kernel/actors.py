"""Who acts, for which organisation, in which roles, and how the person proved it.

An actor is built only by `people` from a presented credential, by a seat's platform for
its named user, or for the system's own steps. Rules read it; they never look behind it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """The roles a person may hold; the first group is granted and countersigned."""

    AUTHORITY_OFFICER = "authority-officer"  # 大数据主管部门经办人
    SECURITY_REVIEWER = "security-reviewer"  # 安全审查员
    PROVIDER_REVIEWER = "provider-reviewer"  # 数据提供部门审核员
    STEWARD = "steward"  # 数据管理员
    OPERATOR = "operator"  # 运营人员
    DEVELOPER = "developer"  # 数据开发人员
    SUPERVISOR = "supervisor"  # 监督员
    ORGANISATION_OFFICER = "organisation-officer"  # 本单位账户管理员


JUDGING_ROLES = frozenset(
    {Role.AUTHORITY_OFFICER, Role.SECURITY_REVIEWER, Role.PROVIDER_REVIEWER, Role.STEWARD}
)
"""Roles that decide on others' requests: granted by the own organisation, countersigned by the authority."""


class Proof(StrEnum):
    """How the person was recognised."""

    NONE = "none"  # access to the files only: identity of nobody
    PASSWORD_TOTP = "password-totp"
    TOKEN = "token"
    SESSION = "session"  # signed in through the Hub: enough for what judges nobody
    ENROLMENT = "enrolment"  # a one-time code, for setting the first password only
    SEAT = "seat"  # the platform acting for a seat's named user: creates submissions only
    SYSTEM = "system"  # the platform's own clocks, gate and landings


STRONG_PROOFS = frozenset({Proof.PASSWORD_TOTP, Proof.TOKEN})


@dataclass(frozen=True, slots=True)
class Actor:
    """A person (or the system) in the moment of acting.

    `person` is the digest of the natural person's identity: two accounts of one person are
    one voter. `sign` signs with the person's own key, `unlock` hands the key out to wrap it
    under another credential; both are absent when nothing that opens the key was presented.
    `scope` bounds a token to steps or whole kinds; None is unbounded.
    """

    account: str
    person: str
    organisation: str
    roles: frozenset[Role] = frozenset()
    proof: Proof = Proof.NONE
    sign: Callable[[bytes], bytes] | None = field(default=None, compare=False, repr=False)
    unlock: Callable[[], bytes] | None = field(default=None, compare=False, repr=False)
    scope: frozenset[str] | None = None

    def within(self, step_name: str) -> bool:
        """Return whether what was presented reaches to a step (`kind:verb`); looking needs no reach."""
        return self.scope is None or not self.scope.isdisjoint((step_name, step_name.partition(":")[0]))

    def has(self, *roles: Role) -> bool:
        """Return whether the actor holds at least one of the roles."""
        return not self.roles.isdisjoint(roles)


SYSTEM = Actor(account="system", person="system", organisation="platform", proof=Proof.SYSTEM)
"""The platform itself: judges files, runs landings, watches clocks; never votes."""
