"""Keeping a home: backup while it runs, keys apart, restoration on record, upgrade, audit.

Acts for whoever runs the machine, as the platform itself, and leaves a fact each time.
Data and keys never go into one backup. Called by `sandbox backup`, `backup-keys`,
`restore`, `upgrade` and `audit verify`. Decides nothing about what is in the home.
"""

from __future__ import annotations

import json
import os
import shutil
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sandbox.app import (
    KEK_FILE,
    SEED_FILE,
    Layout,
    Platform,
    check_format,
    now,
    open_platform,
    settings_of,
    store_settings,
    stored_format,
)
from sandbox.egress import ledger
from sandbox.kernel.actors import SYSTEM
from sandbox.kernel.errors import ConflictError, InputError, SandboxError, StateError, StorageError
from sandbox.kernel.lifecycle import step
from sandbox.kernel.message import say
from sandbox.kernel.records import Home
from sandbox.seats.archive import pack_seats, unpack_seats
from sandbox.settings import FILE_NAME, Settings
from sandbox.store import backup as store_backup
from sandbox.store import home as store_home
from sandbox.store import transfer
from sandbox.store.backup import Backup, Restored
from sandbox.store.canonical import Json
from sandbox.store.changes import Change
from sandbox.store.db import check_address, open_engine, tend
from sandbox.store.report import Loss, Problem, Report
from sandbox.store.verify import verify
from sandbox.vault import files
from sandbox.vault.keys import KEY_BYTES
from sandbox.vault.seeds import read_seed
from sandbox.vault.signer import SEED_BYTES, PublicKey, Signer

WRAPPED = "wrapped"
LEFT = "records.left.db"
"""What the SQLite file is called once the records were moved to a server."""
_KEY_SUFFIXES = (".wrapped", ".destroyed")


@dataclass(frozen=True, slots=True)
class Audit:
    """An audit of a home against each of its witnesses, and of the ledger of releases on its disk.

    `ledger` is None where the home does not open, so that the sealed ledger was not looked at.
    """

    reports: tuple[tuple[Path | None, Report], ...]
    ledger: tuple[Problem, ...] | None = ()

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything found, each once."""
        found = (one for _, report in self.reports for one in report.problems)
        return tuple(dict.fromkeys((*found, *(self.ledger or ()))))

    @property
    def losses(self) -> tuple[Loss, ...]:
        """Every gap that a restoration explains, each once."""
        return tuple(dict.fromkeys(one for _, report in self.reports for one in report.losses))

    def __bool__(self) -> bool:
        return all(report for _, report in self.reports) and not self.ledger


def audit(home: Path, *, witness: Path | None = None) -> Audit:
    """Return what an audit finds, against `witness` or else every witness of the settings.

    Writes nothing, and a damaged home can be audited: the ledger of releases, which is sealed, is
    looked at only where the home still opens. Raises `StateError` for no home or no checkpoint key,
    `InputError` for a witness folder that is not there.
    """
    settings = settings_of(home)
    layout = Layout(home)
    witnesses = (witness,) if witness is not None else settings.witnesses or (layout.witness,)
    key = _public_key(settings, settings.checkpoint_key_file)
    place = settings.database_url or layout.database
    return Audit(tuple((one, verify(place, key=key, witness=one)) for one in witnesses), _ledger(home))


def _ledger(home: Path) -> tuple[Problem, ...] | None:
    """Return what is missing or another in the ledger of releases; None for a home that does not open."""
    try:
        platform = open_platform(home)
    except SandboxError:
        return None  # the log can be verified without the master key, the ledger cannot: both are told
    try:
        return tuple(Problem("ledger", where, message) for where, message in ledger.damaged(platform.gate))
    finally:
        platform.store.engine.dispose()  # no `close`: what it settles and signs an audit leaves as it is


def backup(platform: Platform, target: Path) -> Backup:
    """Return the backup of a running home in a new folder: database, settings and files, no key.

    Raises `InputError` for a target inside the home, `ConflictError` for one that is not empty.
    """
    layout = platform.layout
    if target.resolve().is_relative_to(layout.root.resolve()):
        raise InputError(say("备份目录不能放在主目录之内：请换一块盘"))
    trees = (
        layout.quarantine,
        layout.pool,
        layout.root / "gate",
        layout.frozen,
        layout.attachments,
        layout.regimes,
    )
    parts = (FILE_NAME, *(path.name for path in trees if path.is_dir()))
    keys = [layout.keys, *(one for one in _key_files(platform.settings) if one is not None)]
    made = store_backup.backup(platform.store, target, home=layout.root, parts=parts, keys=keys)
    seats = pack_seats(layout.seats, target)
    note: dict[str, Json] = {"facts": made.facts, "root": made.root, "files": made.files, "seats": seats}
    _about_home(platform, "home:backup", note=note)
    return replace(made, files=made.files + seats)


def backup_keys(platform: Platform, target: Path) -> int:
    """Copy the wrapped data keys, the master key and the checkpoint key; return how many files.

    Never into the home or beside a backup of data. Raises `ConflictError` if there is something.
    """
    layout = platform.layout
    near = (target.resolve(), *target.resolve().parents)
    if any((folder / store_backup.MANIFEST).exists() for folder in near) or layout.root.resolve() in near:
        raise InputError(say("密钥备份不能放在主目录或数据备份里：请放到另一处保管"))
    try:
        if target.exists() and (not target.is_dir() or any(target.iterdir())):
            raise ConflictError(say("备份目录 {path} 里已有内容：请换一个空目录", path=str(target)))
        (target / WRAPPED).mkdir(parents=True, mode=0o700, exist_ok=True)
        target.chmod(0o700)
        kek, seed = _key_files(platform.settings)
        if kek is not None and seed is not None:
            files.write_new(target / KEK_FILE, files.read_private(kek, size=KEY_BYTES))
            files.write_new(target / SEED_FILE, files.read_private(seed, size=SEED_BYTES))
        count = _copy_wrapped(layout.keys, target / WRAPPED)
    except OSError as error:
        raise StorageError(say("建不了备份目录 {path}：请检查权限和磁盘空间", path=str(target))) from error
    _about_home(platform, "home:backup", note={"keys": count})
    return count + 2


def restore(
    source: Path,
    home: Path,
    *,
    keys: Path,
    witnesses: Sequence[Path] = (),
    database: str = "",
    clock: Callable[[], datetime] = now,
    entropy: Callable[[int], bytes] = os.urandom,
) -> Restored:
    """Return the restored home in short; a fact in it names the last checkpoint that a witness has.

    `keys` is a backup of keys; it becomes the place of the master key and the checkpoint key,
    so it must lie outside a production home. Without `witnesses` those of the settings are asked.
    The records go to the home's own SQLite file, or to the empty database at the address `database`.
    """
    check_address(database)
    settings = settings_of(source / "home")
    if not settings.demo and keys.resolve().is_relative_to(home.resolve()):
        raise InputError(say("密钥目录不能在主目录之内：拿到主目录的人不应同时拿到密钥"))
    if not (keys / WRAPPED).is_dir():
        raise InputError(say("{path} 不是密钥备份：请指明 sandbox backup-keys 所备份的目录", path=str(keys)))
    asked = tuple(witnesses) or settings.witnesses
    key = _public_key(settings, keys / SEED_FILE)
    files.read_private(keys / KEK_FILE, size=KEY_BYTES)
    engine = open_engine(database) if database else None
    try:
        restored = store_backup.restore(
            source,
            home,
            actor=SYSTEM,
            key=key,
            clock=clock,
            entropy=entropy,
            witnesses=asked,
            database=engine,
        )
    finally:
        if engine is not None:
            engine.dispose()
    try:
        _set(home, database_url=database)
        _furnish(source, home, keys, asked)
        _settle(home, restored, clock, entropy)
    except (SandboxError, OSError) as error:
        shutil.rmtree(home, ignore_errors=True)  # it was empty before: all or nothing
        if isinstance(error, OSError):
            raise StorageError(say("恢复没有完成：请检查磁盘空间和权限后重试")) from error
        raise
    return restored


def _furnish(source: Path, home: Path, keys: Path, witnesses: Sequence[Path]) -> None:
    """Put back what the store knows nothing of: wrapped keys, seats, empty folders, the settings."""
    layout = Layout(home)
    layout.keys.mkdir(mode=0o700, exist_ok=True)
    _copy_wrapped(keys / WRAPPED, layout.keys)
    unpack_seats(source, layout.seats)
    _point_to(home, keys, witnesses)
    for folder in (layout.quarantine, layout.sidecars, layout.judgements, layout.frozen):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for folder in (layout.pool, layout.seats):
        folder.mkdir(mode=0o711, parents=True, exist_ok=True)


def _settle(
    home: Path, restored: Restored, clock: Callable[[], datetime], entropy: Callable[[int], bytes]
) -> None:
    """Open the restored home once: that it opens with these keys is part of the restoration."""
    upgrade(home, clock=clock, entropy=entropy)
    platform = open_platform(home, clock=clock, entropy=entropy)
    note: dict[str, Json] = {"facts": restored.facts, "witnessed": restored.witnessed, "lost": restored.lost}
    _ = platform.directory
    _about_home(platform, "home:restore", note=note)
    platform.close()


@dataclass(frozen=True, slots=True)
class Moved:
    """Where the records lie now; the address is empty for the home's own SQLite file."""

    facts: int
    database: str


def move(
    home: Path,
    database: str,
    *,
    clock: Callable[[], datetime] = now,
    entropy: Callable[[int], bytes] = os.urandom,
) -> Moved:
    """Move the records of a home to an empty database, or back to its own file where none is named.

    Keys, files and the name of the log stay; the database that was left takes no more writes and is kept.
    Killed half-way, run it again. Raises `ConflictError` for a target with something in it,
    `StateError` if the records are there already or an environment variable would overrule the choice.
    """
    check_address(database)
    layout, settings = Layout(home), settings_of(home)
    kept = tomllib.loads((home / FILE_NAME).read_text(encoding="utf-8")).get("database_url", "")
    if settings.database_url != kept:
        raise StateError(say("环境变量 SANDBOX_DATABASE_URL 指着另一个数据库：请先取消它再迁移"))
    if settings.database_url == database:
        raise StateError(say("记录已经在这个数据库里，无须迁移"))
    source, target = open_engine(kept or layout.database), open_engine(database or layout.database)
    try:
        check_format(*(sorted((settings.format, stored_format(source)))))
        if not database:
            layout.database.touch(mode=0o600)
        facts, _ = transfer.leave(source, target)
    finally:
        source.dispose()
        target.dispose()
    _set(home, database_url=database)
    if not kept:
        layout.database.replace(layout.database.with_name(LEFT))
    platform = open_platform(home, clock=clock, entropy=entropy)
    _about_home(platform, "home:move", note={"facts": facts, "server": bool(database)})
    tend(platform.store.engine)
    platform.close()
    return Moved(facts, database)


@dataclass(frozen=True, slots=True)
class Upgraded:
    """From which format to which a home was brought; equal if there was nothing to do."""

    found: int
    format: int


def upgrade(
    home: Path,
    *,
    clock: Callable[[], datetime] = now,
    entropy: Callable[[int], bytes] = os.urandom,
) -> Upgraded:
    """Bring a home of an earlier format to this one, on record; killed half-way, run it again.

    Raises `StateError` for a home of a later format.
    """
    settings = settings_of(home)
    engine = open_engine(settings.database_url or Layout(home).database)
    found = min(settings.format, stored_format(engine))
    check_format(store_home.FORMAT, max(settings.format, stored_format(engine)))
    if found == store_home.FORMAT:
        engine.dispose()
        return Upgraded(found, found)
    store = store_home.open_home(engine, clock=clock, entropy=entropy, settings=store_settings(settings))
    platform = Platform(Layout(home), settings, store, clock=clock, entropy=entropy)
    _about_home(platform, "home:upgrade", note={"from": found}, format=store_home.FORMAT)
    _set(home, format=store_home.FORMAT)
    tend(store.engine)
    platform.close()
    return Upgraded(found, store_home.FORMAT)


def _about_home(
    platform: Platform, verb: str, *, note: Mapping[str, Json], format: int | None = None
) -> None:
    stored = platform.store.find(Home)[0]
    record = stored.record if format is None else replace(stored.record, format=format)
    change = Change(step(verb), record, expected=stored.version, note=note)
    platform.store.write(SYSTEM, change)


def _public_key(settings: Settings, seed: Path | None) -> PublicKey:
    if seed is None:
        raise StateError(say("没有设置检查点签名私钥（checkpoint_key_file）"))
    signer = Signer(read_seed(seed), name=settings.name)
    return PublicKey(name=signer.name, public=signer.public)


def _key_files(settings: Settings) -> tuple[Path | None, Path | None]:
    return settings.kek_file, settings.checkpoint_key_file


def _copy_wrapped(source: Path, target: Path) -> int:
    found = sorted(path for path in source.iterdir() if path.suffix in _KEY_SUFFIXES)
    for path in found:
        files.write_new(target / path.name, path.read_bytes())
    return len(found)


def _point_to(home: Path, keys: Path, witnesses: Sequence[Path]) -> None:
    _set(
        home,
        kek_file=str((keys / KEK_FILE).resolve()),
        checkpoint_key_file=str((keys / SEED_FILE).resolve()),
        witnesses=[str(path.resolve()) for path in witnesses],
    )


def _set(home: Path, **changed: str | int | list[str]) -> None:
    """Write values into the home's settings file, whole or not at all."""
    path = home / FILE_NAME
    values = tomllib.loads(path.read_text(encoding="utf-8")) | changed
    text = "".join(f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in values.items())
    files.replace(path, text.encode())
