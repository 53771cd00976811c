"""A small home at hand: two officers of the authority enrolled, a department and an operator registered.

Founded once a run, as a demo home with the cheapest password cost, and copied for every test.
"""

import atexit
import shutil
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from sandbox.app import Platform, open_platform
from sandbox.founding import Founding, Officer, found
from sandbox.kernel.actors import Actor, Role
from sandbox.kernel.identifiers import resident_id_check_digit
from sandbox.kernel.records import Organisation, OrganisationRole
from sandbox.municipality.numbers import uscc
from sandbox.people import accounts, grants, organisations
from sandbox.people.secrets import totp_code
from tests import database

PASSWORD = "Correct-Horse-1"
AUTHORITY_USCC = uscc("11", "520300", "00718520")
DEPARTMENT_USCC = uscc("11", "520300", "00718521")
OPERATOR_USCC = uscc("91", "520300", "00718522")


def identity(number: int) -> str:
    """Return a well-formed resident ID that belongs to nobody."""
    first17 = f"52030019800101{number:03d}"
    return first17 + resident_id_check_digit(first17)


def founding(home: Path, keys: Path, **fields) -> Founding:
    """Return what a home of the tests is made from."""
    given = {
        "name": "zunyi-test",
        "authority": "某市大数据局",
        "authority_uscc": AUTHORITY_USCC,
        "region": "520300",
        "officers": (Officer("chen", "陈一", identity(1)), Officer("luo", "罗二", identity(2))),
        "keys": keys,
    }
    return Founding(**(given | fields))


YESTERDAY = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
"""When the small home was founded: lately, so that its tokens are good by the real clock too."""


@dataclass
class Clock:
    """A clock that stands until it is moved."""

    now: datetime = YESTERDAY

    def __call__(self) -> datetime:
        return self.now

    def move(self, **span: int) -> None:
        self.now += timedelta(**span)


@dataclass
class Town:
    """The opened home, its clock, and what everybody needs to sign in."""

    platform: Platform
    clock: Clock
    totp: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def directory(self):
        return self.platform.directory

    def code(self, name: str) -> str:
        """Return the code that the person's device shows now."""
        return totp_code(self.totp[name], moment=int(self.clock().timestamp()))

    def sign_in(self, name: str, **given: str) -> Actor:
        """Sign in, by default rightly; a wrong password or code may be given."""
        return self.platform.sign_in(name, **({"password": PASSWORD, "code": self.code(name)} | given))

    def actor(self, name: str) -> Actor:
        return self.platform.by_token(self.tokens[name])

    def enrol(self, code: str, name: str) -> str:
        """Enrol with the usual password and keep device and token; return the account's id."""
        enrolled = accounts.enrol(self.directory, code, password=PASSWORD)
        self.totp[name] = enrolled.totp_secret
        self.tokens[name] = accounts.first_token(self.directory, enrolled, password=PASSWORD, label="test")
        return enrolled.account.id

    def join(self, by: str, organisation: str, name: str, number: int) -> str:
        """Invite and enrol a person; return the account's id."""
        body = self.directory.organisation_named(organisation).id
        _, code = accounts.invite(
            self.directory,
            self.actor(by),
            organisation=body,
            name=name,
            display_name=name,
            identity=identity(number),
        )
        return self.enrol(code, name)

    def role(self, by: str, name: str, role: Role, *, countersigned_by: str | None = None):
        account = self.directory.account_named(name).id
        grant = grants.propose(self.directory, self.actor(by), account=account, role=role)
        if countersigned_by is None:
            return grant
        return grants.countersign(self.directory, self.actor(countersigned_by), grant.id)


@cache
def _founded() -> tuple[Path, dict[str, str], dict[str, str]]:
    folder = Path(tempfile.mkdtemp(prefix="town-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    home, clock = folder / "home", Clock()
    platform, codes = found(home, founding(home, home / "keys-of-test", demo=True), clock=clock)
    cheapen(home)
    platform.close()
    town = Town(open_platform(home, clock=clock), clock)
    for code, name in zip(codes, ("chen", "luo"), strict=True):
        town.enrol(code, name)
    for name, code, role in (
        ("某市卫健委", DEPARTMENT_USCC, OrganisationRole.PROVIDER),
        ("某市数据运营公司", OPERATOR_USCC, OrganisationRole.OPERATOR),
    ):
        body = Organisation(
            state="registered", name=name, uscc=code, kind="机关", roles=(role,), region="520300"
        )
        organisations.register(town.directory, town.actor("chen"), body)
    for body, name, number in (("某市卫健委", "liu", 11), ("某市数据运营公司", "zhang", 21)):
        account = town.join("chen", body, name, number)
        grants.appoint(town.directory, town.actor("chen"), account)
    town.platform.close()
    return folder, town.totp, town.tokens


def cheapen(home: Path) -> None:
    """Let a demo home of the tests use the cheapest password cost."""
    path = home / "home.toml"
    path.write_text(path.read_text("utf-8") + 'password_cost = "trial"\n', encoding="utf-8")


def copy_home(folder: Path) -> tuple[Path, dict[str, str], dict[str, str]]:
    """Copy the small home into a folder; return its path, the devices and the tokens."""
    template, totp, tokens = _founded()
    home = folder / "home"
    shutil.copytree(template / "home", home)
    path = home / "home.toml"
    path.write_text(path.read_text("utf-8").replace(str(template), str(folder)), encoding="utf-8")
    database.part_home(home)
    return home, dict(totp), dict(tokens)


def town(folder: Path) -> Town:
    """Return the small home, opened, with a clock that stands five minutes after its founding."""
    home, totp, tokens = copy_home(folder)
    clock = Clock()
    clock.move(minutes=5)
    return Town(open_platform(home, clock=clock), clock, totp, tokens)
