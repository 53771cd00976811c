"""Making a home: its folders, its keys, its log, and the first two officers of the authority.

A production home has no demo account and no password, keeps its keys elsewhere, and hands
out two one-time enrolment codes; those two are the only grants without a countersignature.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sandbox.app import KEK_FILE, PEOPLE_KEY, SEED_FILE, Layout, Platform, now, open_platform
from sandbox.kernel.actors import SYSTEM, Role
from sandbox.kernel.errors import ConflictError, InputError, SandboxError, StorageError
from sandbox.kernel.identifiers import full_resident_id, is_region, is_resident_id, is_uscc
from sandbox.kernel.lifecycle import step
from sandbox.kernel.message import say
from sandbox.kernel.records import Home, Organisation, OrganisationRole
from sandbox.people import accounts, grants, organisations
from sandbox.settings import FILE_NAME
from sandbox.store import home as store_home
from sandbox.store.changes import Change
from sandbox.store.db import check_address, open_engine
from sandbox.store.log import StoreSettings
from sandbox.vault.digests import HashName
from sandbox.vault.keys import make_kek
from sandbox.vault.seeds import make_seed

_NAME = re.compile(r"[\w.-]{1,64}")
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
    database: str = ""

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise InputError(
                say("平台名称 {name} 只能用文字、数字、点、横线和下划线，至多 64 个", name=self.name)
            )
        if not self.authority.strip():
            raise InputError(say("单位须有名称"))
        if not is_uscc(self.authority_uscc):
            raise InputError(say("统一社会信用代码 {code} 不正确：请核对", code=self.authority_uscc))
        if self.hash not in set(HashName):
            raise InputError(say("摘要算法 {name} 不认识：请用 sha256 或 sm3", name=self.hash))
        if not is_region(self.region):
            raise InputError(say("行政区划代码 {code} 不正确：请核对 6 位代码", code=self.region))
        check_address(self.database)
        for officer in self.officers:
            _check_officer(officer)
        first, second = self.officers
        if first.name == second.name or _number(first) == _number(second):
            raise InputError(say("两名首任经办人须是两个不同的人"))


def _check_officer(officer: Officer) -> None:
    if not officer.name.strip() or not officer.display_name.strip():
        raise InputError(say("账户须有登录名和姓名"))
    if not is_resident_id(_number(officer)):
        raise InputError(say("居民身份证号不正确：请核对 18 位号码和校验位"))


def _number(officer: Officer) -> str:
    return full_resident_id(officer.identity) or officer.identity


def found(
    home: Path,
    founding: Founding,
    *,
    clock: Callable[[], datetime] = now,
    entropy: Callable[[int], bytes] = os.urandom,
) -> tuple[Platform, tuple[str, str]]:
    """Return the new platform and the two enrolment codes, in the order of the officers.

    Raises `InputError` if the home is not empty or the keys would lie inside it, `ConflictError`
    if there are keys already. What fails half-way leaves neither home nor keys behind.
    """
    _check_places(home, founding)
    try:
        return _make(home, founding, clock, entropy)
    except (SandboxError, OSError) as error:
        _undo(home, founding, keys=not isinstance(error, ConflictError))
        if isinstance(error, OSError):
            raise StorageError(say("建不了主目录 {path}：请检查权限和磁盘", path=str(home))) from error
        raise


def _make(
    home: Path, founding: Founding, clock: Callable[[], datetime], entropy: Callable[[int], bytes]
) -> tuple[Platform, tuple[str, str]]:
    _lay_out(home, founding, entropy)
    settings = StoreSettings(origin=founding.name, hash=HashName(founding.hash))
    engine = open_engine(founding.database or Layout(home).database)
    try:
        store_home.create(engine, clock=clock, entropy=entropy, settings=settings)
    finally:
        engine.dispose()
    platform = open_platform(home, clock=clock, entropy=entropy)
    platform.vault.create(PEOPLE_KEY)
    codes = _people(platform, founding)
    platform.checkpoint()
    return platform, codes


def _undo(home: Path, founding: Founding, *, keys: bool) -> None:
    """Remove what a failed founding laid down; `keys` unless they may be another's."""
    shutil.rmtree(home, ignore_errors=True)
    for name in (KEK_FILE, SEED_FILE) if keys else ():
        (founding.keys / name).unlink(missing_ok=True)


def _check_places(home: Path, founding: Founding) -> None:
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        raise InputError(say("{path} 不是空目录：主目录须建在空目录里", path=str(home)))
    for name in (KEK_FILE, SEED_FILE):
        if (founding.keys / name).exists():
            path = str(founding.keys / name)
            raise ConflictError(say("密钥文件 {path} 已存在：不会覆盖，请换一个位置", path=path))
    inside = founding.keys.resolve().is_relative_to(home.resolve())
    if inside and not founding.demo:
        raise InputError(say("密钥目录不能在主目录之内：拿到主目录的人不应同时拿到密钥"))
    if any(path.resolve().is_relative_to(home.resolve()) for path in founding.witnesses):
        raise InputError(say("见证目录不能在主目录之内：改得了主目录的人也就改得了见证"))


def _lay_out(home: Path, founding: Founding, entropy: Callable[[int], bytes]) -> None:
    layout = Layout(home)
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    home.chmod(0o700)
    folders = (layout.keys, layout.quarantine, layout.sidecars, layout.judgements, layout.frozen)
    for folder in (layout.sidecars.parent, *folders, founding.keys):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for folder in (layout.pool, layout.seats):
        folder.mkdir(mode=0o711, parents=True, exist_ok=True)
    kek, seed = founding.keys / KEK_FILE, founding.keys / SEED_FILE
    make_kek(kek, entropy=entropy)
    make_seed(seed, entropy=entropy)
    for name in (home / FILE_NAME, *(() if founding.database else (layout.database,))):
        name.touch(mode=0o600)  # a home that is copied elsewhere keeps its own modes
    (home / FILE_NAME).write_text(_settings_text(founding, kek.resolve(), seed.resolve()), encoding="utf-8")


def _settings_text(founding: Founding, kek: Path, seed: Path) -> str:
    quoted = ", ".join(_quote(str(path.resolve())) for path in founding.witnesses)
    lines = [
        f"name = {_quote(founding.name)}",
        f"demo = {str(founding.demo).lower()}",
        f"format = {store_home.FORMAT}",
        f"kek_file = {_quote(str(kek))}",
        f"checkpoint_key_file = {_quote(str(seed))}",
        f"witnesses = [{quoted}]",
        f"hash = {_quote(founding.hash)}",
        f"region = {_quote(founding.region)}",
        *([f"database_url = {_quote(founding.database)}"] if founding.database else []),
    ]
    return "\n".join(lines) + "\n"


def _quote(text: str) -> str:
    """Return the text as a string of TOML."""
    return json.dumps(text, ensure_ascii=False)


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
    changes = (
        Change(step("home:found"), home),
        Change(step("organisation:register"), authority, names=(f"uscc:{authority.uscc}",)),
    )
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
