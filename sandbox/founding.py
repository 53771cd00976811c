"""Making a home: its folders, its keys, its log, and the first two officers of the authority.

A production home has no demo account and no password, keeps its keys elsewhere, and hands
out two one-time enrolment codes; those two are the only grants without a countersignature.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sandbox.app import Layout, Platform, now, open_platform
from sandbox.kernel.actors import SYSTEM, Role
from sandbox.kernel.errors import InputError, StorageError
from sandbox.kernel.lifecycle import step
from sandbox.kernel.message import say
from sandbox.kernel.records import Home, Organisation, OrganisationRole
from sandbox.people import accounts, grants, organisations
from sandbox.settings import FILE_NAME
from sandbox.store import home as store_home
from sandbox.store.changes import Change
from sandbox.store.db import open_engine
from sandbox.store.log import StoreSettings
from sandbox.vault.digests import HashName
from sandbox.vault.keys import make_kek
from sandbox.vault.seeds import make_seed

_FOUNDING_ROLES = (Role.AUTHORITY_OFFICER, Role.ORGANISATION_OFFICER)


@dataclass(frozen=True, slots=True)
class Officer:
    """One of the two first officers: login name, name, resident ID number."""

    name: str
    display_name: str
    identity: str


@dataclass(frozen=True, slots=True)
class Founding:
    """What a new home is made from."""

    name: str
    authority: str
    authority_uscc: str
    region: str
    officers: tuple[Officer, Officer]
    keys: Path
    witnesses: tuple[Path, ...] = ()
    hash: str = "sha256"
    demo: bool = False

    def __post_init__(self) -> None:
        first, second = self.officers
        if first.name == second.name or first.identity == second.identity:
            raise InputError(say("两名首任经办人须是两个不同的人"))


def found(
    home: Path,
    founding: Founding,
    *,
    clock: Callable[[], datetime] = now,
    entropy: Callable[[int], bytes] = os.urandom,
) -> tuple[Platform, tuple[str, str]]:
    """Return the new platform and the two enrolment codes, in the order of the officers.

    Raises `InputError` if the home is not empty or the keys would lie inside it.
    """
    _check_places(home, founding)
    try:
        _lay_out(home, founding, entropy)
    except OSError as error:
        raise StorageError(say("建不了主目录 {path}：请检查权限和磁盘", path=str(home))) from error
    settings = StoreSettings(origin=founding.name, hash=HashName(founding.hash))
    engine = open_engine(Layout(home).database)
    store_home.create(engine, clock=clock, entropy=entropy, settings=settings)
    engine.dispose()
    platform = open_platform(home, clock=clock, entropy=entropy)
    codes = _people(platform, founding)
    platform.checkpoint()
    return platform, codes


def _check_places(home: Path, founding: Founding) -> None:
    if home.exists() and any(home.iterdir()):
        raise InputError(say("{path} 不是空目录：主目录须建在空目录里", path=str(home)))
    inside = founding.keys.resolve().is_relative_to(home.resolve())
    if inside and not founding.demo:
        raise InputError(say("密钥目录不能在主目录之内：拿到主目录的人不应同时拿到密钥"))


def _lay_out(home: Path, founding: Founding, entropy: Callable[[int], bytes]) -> None:
    layout = Layout(home)
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    home.chmod(0o700)
    folders = (layout.keys, layout.quarantine, layout.sidecars, layout.judgements, layout.frozen)
    for folder in (*folders, founding.keys):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for folder in (layout.pool, layout.seats):
        folder.mkdir(mode=0o711, parents=True, exist_ok=True)
    kek, seed = founding.keys / "kek", founding.keys / "checkpoint-key"
    make_kek(kek, entropy=entropy)
    make_seed(seed, entropy=entropy)
    (home / FILE_NAME).write_text(_settings_text(founding, kek.resolve(), seed.resolve()), encoding="utf-8")


def _settings_text(founding: Founding, kek: Path, seed: Path) -> str:
    quoted = ", ".join(f'"{path.resolve()}"' for path in founding.witnesses)
    lines = [
        f'name = "{founding.name}"',
        f"demo = {str(founding.demo).lower()}",
        f"format = {store_home.FORMAT}",
        f'kek_file = "{kek}"',
        f'checkpoint_key_file = "{seed}"',
        f"witnesses = [{quoted}]",
        f'hash = "{founding.hash}"',
        f'region = "{founding.region}"',
    ]
    return "\n".join(lines) + "\n"


def _people(platform: Platform, founding: Founding) -> tuple[str, str]:
    directory = platform.directory
    home = Home(state="in-service", name=founding.name, demo=founding.demo, format=store_home.FORMAT)
    authority = Organisation(
        state="registered",
        name=founding.authority,
        uscc=founding.authority_uscc,
        kind="机关",
        roles=(OrganisationRole.AUTHORITY,),
        region=founding.region,
    )
    organisations.checked(directory, authority)
    changes = (Change(step("home:found"), home), Change(step("organisation:register"), authority))
    made = platform.store.write(SYSTEM, *changes)[1].record
    codes = [_officer(platform, made.id, officer) for officer in founding.officers]
    return codes[0], codes[1]


def _officer(platform: Platform, organisation: str, officer: Officer) -> str:
    account, code = accounts.found_officer(
        platform.directory,
        organisation=organisation,
        name=officer.name,
        display_name=officer.display_name,
        identity=officer.identity,
    )
    for role in _FOUNDING_ROLES:
        grants.found(platform.directory, account.id, role)
    return code
