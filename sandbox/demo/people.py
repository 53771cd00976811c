"""The people of the demonstration: everybody enrolled through the ordinary verbs, tokens at hand.

The demo keeps its accounts in a file of its home so that a reader can act as anybody. This
is why a demo home says everywhere that it is one; a production home has no such file.
"""

from __future__ import annotations

import json
from pathlib import Path

from sandbox.app import Platform
from sandbox.founding import Founding, Officer, found
from sandbox.kernel.actors import JUDGING_ROLES, Actor, Role
from sandbox.kernel.message import say
from sandbox.kernel.records import Organisation, OrganisationRole
from sandbox.municipality.cast import Cast, CastPerson
from sandbox.people import accounts, grants, organisations
from sandbox.people.secrets import readable

ACCOUNTS_FILE = "demo-accounts.json"
TOKENS = "demo-tokens"


class Troupe:
    """The opened demo home, its cast, and a token for everybody."""

    def __init__(self, platform: Platform, cast: Cast) -> None:
        self.platform, self.cast = platform, cast
        self.organisations: dict[str, str] = {}
        self.accounts: dict[str, str] = {}
        self._secrets: dict[str, dict[str, str]] = {}

    def actor(self, account: str) -> Actor:
        """Return the person, recognised by token as everybody is."""
        return self.platform.by_token(self._secrets[account]["token"])

    def enrol(self, person: CastPerson, code: str) -> None:
        """Set password and second factor from the one-time code, then issue a token."""
        platform = self.platform
        password = f"Demo-{readable(platform.entropy(8))}"
        enrolled = accounts.enrol(platform.directory, code, password=password)
        token = accounts.first_token(platform.directory, enrolled, password=password, label="demo")
        self.accounts[person.account] = enrolled.account.id
        self._secrets[person.account] = {
            "account": enrolled.account.id,
            "name": person.name,
            "organisation": self.cast.organisation(person.organisation).name,
            "roles": "、".join(role.value for role in person.roles),
            "password": password,
            "totp_secret": enrolled.totp_secret,
            "token": token,
        }

    def save(self) -> Path:
        """Write the accounts of the demo into its home, and each one's token as a file of its own."""
        path = self.platform.layout.root / ACCOUNTS_FILE
        document = {"demo": str(say("演示账户：只用于演示环境")), "accounts": self._secrets}
        path.write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")
        path.chmod(0o600)
        tokens = self.platform.layout.root / TOKENS
        tokens.mkdir(mode=0o700)
        for name, secret in self._secrets.items():
            (tokens / name).write_text(secret["token"] + "\n", encoding="utf-8")
            (tokens / name).chmod(0o600)
        return path


def found_demo(home: Path, cast: Cast) -> Troupe:
    """Return the troupe of a new demo home: the two first officers enrolled."""
    officers = _first_officers(cast)
    authority = cast.organisation(officers[0].organisation)
    founding = Founding(
        name="zunyi-demo",
        authority=authority.name,
        authority_uscc=authority.uscc,
        region=authority.region,
        officers=(_officer(officers[0]), _officer(officers[1])),
        keys=home / "demo-keys",
        demo=True,
    )
    platform, codes = found(home, founding)
    troupe = Troupe(platform, cast)
    troupe.organisations[authority.key] = platform.directory.authority().id
    for person, code in zip(officers, codes, strict=True):
        troupe.enrol(person, code)
    return troupe


def _first_officers(cast: Cast) -> tuple[CastPerson, CastPerson]:
    both = [one for one in cast.people if Role.AUTHORITY_OFFICER in one.roles]
    return both[0], both[1]


def _officer(person: CastPerson) -> Officer:
    return Officer(person.account, person.name, person.resident_id)


def gather(troupe: Troupe) -> int:
    """Register every organisation and enrol everybody with the roles of the cast; return how many."""
    first, second = (troupe.actor(one.account) for one in _first_officers(troupe.cast))
    for body in troupe.cast.organisations:
        if OrganisationRole.AUTHORITY not in body.roles:
            made = organisations.register(
                troupe.platform.directory,
                first,
                Organisation(
                    state="registered",
                    name=body.name,
                    uscc=body.uscc,
                    kind=body.kind,
                    roles=body.roles,
                    region=body.region,
                    qualified_until=body.qualified_until,
                ),
            )
            troupe.organisations[body.key] = made.id
            _staff(troupe, body.key, first, second)
    _authority_staff(troupe, first, second)
    return len(troupe.accounts)


def _staff(troupe: Troupe, key: str, first: Actor, second: Actor) -> None:
    people = [one for one in troupe.cast.people if one.organisation == key]
    leader = next(one for one in people if Role.ORGANISATION_OFFICER in one.roles)
    _invite(troupe, first, leader)
    grants.appoint(troupe.platform.directory, first, troupe.accounts[leader.account])
    officer = troupe.actor(leader.account)
    for person in people:
        if person is not leader:
            _invite(troupe, officer, person)
        _grant(troupe, officer, second, person)


def _authority_staff(troupe: Troupe, first: Actor, second: Actor) -> None:
    authority = next(one.key for one in troupe.cast.organisations if OrganisationRole.AUTHORITY in one.roles)
    for person in troupe.cast.people:
        if person.organisation == authority and person.account not in troupe.accounts:
            _invite(troupe, first, person)
            _grant(troupe, first, second, person)


def _invite(troupe: Troupe, actor: Actor, person: CastPerson) -> None:
    _, code = accounts.invite(
        troupe.platform.directory,
        actor,
        organisation=troupe.organisations[person.organisation],
        name=person.account,
        display_name=person.name,
        identity=person.resident_id,
    )
    troupe.enrol(person, code)


def _grant(troupe: Troupe, officer: Actor, countersigner: Actor, person: CastPerson) -> None:
    directory = troupe.platform.directory
    for role in person.roles:
        if role is Role.ORGANISATION_OFFICER:
            continue
        grant = grants.propose(directory, officer, account=troupe.accounts[person.account], role=role)
        if role in JUDGING_ROLES:
            grants.countersign(directory, countersigner, grant.id)
