"""Roles: proposed by the person's own organisation, countersigned if they judge.

The only grants without a countersignature are those of the two first officers, made while
the home is founded, and the first account officer of each organisation; both on record.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from sandbox.kernel.actors import JUDGING_ROLES, SYSTEM, Actor, Role
from sandbox.kernel.lifecycle import Step, step
from sandbox.kernel.permits import require
from sandbox.kernel.records import Account, Grant, Organisation, OrganisationRole
from sandbox.kernel.situation import Situation
from sandbox.people.directory import Directory, with_record
from sandbox.store.changes import Change, Link, Stored


@dataclass(frozen=True, slots=True)
class Term:
    """The days of a deputy, first and last included."""

    start: date
    until: date


def propose(directory: Directory, actor: Actor, *, account: str, role: Role) -> Grant:
    """Return the grant: in force at once if the role judges nobody, else awaiting a countersignature."""
    person = directory.store.load(Account, account).record
    grant = _grant(actor.account, person, role, state="proposed")
    require(actor, step("grant:propose"), _situation(directory, actor, grant, person))
    stored = _create(directory, actor, step("grant:propose"), grant)
    if role in JUDGING_ROLES:
        return stored.record
    return _move(directory, actor, stored.record.id, "grant:confirm", "in-force")


def depute(
    directory: Directory, actor: Actor, *, account: str, role: Role, deputy_for: str, term: Term
) -> Grant:
    """Return the grant of a named deputy for a term: a colleague of who holds the role, never a party.

    Countersigned like the role itself where it judges; counts only on the days of its term.
    """
    person = directory.store.load(Account, account).record
    principal = directory.store.load(Account, deputy_for).record
    grant = replace(
        _grant(actor.account, person, role, state="proposed"),
        deputy_for=principal.id,
        start=term.start,
        until=term.until,
    )
    require(actor, step("grant:propose"), _situation(directory, actor, grant, person))
    stored = _create(directory, actor, step("grant:propose"), grant)
    if role in JUDGING_ROLES:
        return stored.record
    return _move(directory, actor, stored.record.id, "grant:confirm", "in-force")


def countersign(directory: Directory, actor: Actor, grant: str) -> Grant:
    """Return the grant in force; only an officer of the authority who is no party to it may.

    The natural persons behind proposer and grantee count: a second account of theirs is no second person.
    """
    return _move(directory, actor, grant, "grant:countersign", "in-force")


def decline(directory: Directory, actor: Actor, grant: str) -> Grant:
    """Return the grant declined by the authority."""
    return _move(directory, actor, grant, "grant:decline", "declined")


def revoke(directory: Directory, actor: Actor, grant: str) -> Grant:
    """Return the grant revoked by the own organisation; it takes effect at the next use."""
    return _move(directory, actor, grant, "grant:revoke", "revoked")


def appoint(directory: Directory, actor: Actor, account: str) -> Grant:
    """Return the first account officer of an organisation, appointed by the authority."""
    person = directory.store.load(Account, account).record
    grant = _grant(actor.account, person, Role.ORGANISATION_OFFICER, state="in-force")
    taken = directory.roles_within(person.organisation)
    situation = with_record(_situation(directory, actor, grant, person), granted=taken)
    require(actor, step("grant:appoint"), situation)
    return _create(directory, actor, step("grant:appoint"), grant).record


def found(directory: Directory, account: str, role: Role) -> Grant:
    """Return a founding grant; used only while the home is made."""
    person = directory.store.load(Account, account).record
    grant = replace(_grant("system", person, role, state="in-force"), founding=True)
    require(SYSTEM, step("grant:found"), Situation(today=directory.today(), record=grant))
    return _create(directory, SYSTEM, step("grant:found"), grant).record


def to_revoke(
    directory: Directory, actor: Actor, person: Account, roles: frozenset[Role]
) -> tuple[Change, ...]:
    """Return the changes that revoke the person's open grants of these roles; the caller writes them.

    For steps on an account that must take its grants along in the same transaction.
    """
    found = directory.store.find(Grant, states=("proposed", "in-force"), linked=("account", person.id))
    changes = []
    for stored in found:
        if stored.record.role in roles:
            require(actor, step("grant:revoke"), _situation(directory, actor, stored.record, person))
            revoked = replace(stored.record, state="revoked")
            changes.append(Change(step("grant:revoke"), revoked, expected=stored.version))
    return tuple(changes)


def _grant(proposer: str, person: Account, role: Role, *, state: str) -> Grant:
    return Grant(
        state=state, organisation=person.organisation, account=person.id, role=role, proposed_by=proposer
    )


def _situation(directory: Directory, actor: Actor, grant: Grant, person: Account) -> Situation:
    parties = frozenset({directory.person_of_account(grant.proposed_by), person.person})
    parties |= _behind(directory, grant.proposed_by)
    situation = with_record(directory.situation(actor), record=grant, account=person, acted=parties)
    return _with_principal(directory, situation, grant) if grant.deputy_for else situation


def _with_principal(directory: Directory, situation: Situation, grant: Grant) -> Situation:
    """Return the situation with who is stood in for, and every person on the side of those who are judged."""
    sides = {OrganisationRole.DEVELOPER, OrganisationRole.OPERATOR}
    judged = [one.record for one in directory.store.find(Organisation) if sides & set(one.record.roles)]
    held = directory.store.find(Grant, state="in-force", linked=("account", grant.deputy_for))
    return with_record(
        situation,
        principal=directory.store.load(Account, grant.deputy_for).record,
        principal_roles=frozenset(one.record.role for one in held if not one.record.deputy_for),
        deputy_days=directory.deputy_days,
        parties=frozenset(person for one in judged for person in directory.persons_of(one.id)),
    )


def _behind(directory: Directory, proposer: str) -> frozenset[str]:
    """Return the persons who made the proposer an account officer, and those who made them one.

    Whoever sets up the officer that proposes is no second person to countersign.
    """
    persons: set[str] = set()
    seen: set[str] = set()
    waiting = {proposer} - {SYSTEM.account}
    while waiting:
        account = waiting.pop()
        seen.add(account)
        for stored in directory.store.find(Grant, linked=("account", account)):
            grant = stored.record
            if grant.role is Role.ORGANISATION_OFFICER and not grant.founding:
                persons.add(directory.person_of_account(grant.proposed_by))
                waiting |= {grant.proposed_by} - seen - {SYSTEM.account}
    return frozenset(persons)


def _create(directory: Directory, actor: Actor, row: Step, grant: Grant) -> Stored[Grant]:
    change = Change(row, grant, links=(Link("account", grant.account),))
    return directory.store.write(actor, change)[0]


def _move(directory: Directory, actor: Actor, identifier: str, name: str, state: str) -> Grant:
    stored = directory.store.load(Grant, identifier)
    person = directory.store.load(Account, stored.record.account).record
    require(actor, step(name), _situation(directory, actor, stored.record, person))
    change = Change(step(name), replace(stored.record, state=state), expected=stored.version)
    directory.store.write(actor, change)
    return replace(stored.record, state=state)
