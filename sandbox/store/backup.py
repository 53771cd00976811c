"""Copies a home while it runs, and restores the copy into an empty place, on record.

A backup holds the database and the parts of the home that the caller names, each file with
its digest; keys are never in it. A restoration appends a fact that names the last
checkpoint a witness has and goes on under a new name, so that `verify` reports what was
lost. The database in a backup is always one SQLite file, wherever the home has its own, and is restored
to either kind. Called by `sandbox backup` and `sandbox restore`.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any, cast

from sqlalchemy import Engine, update

from sandbox.kernel.actors import Actor
from sandbox.kernel.errors import (
    ConflictError,
    InputError,
    StateError,
    StorageError,
    TamperedError,
)
from sandbox.kernel.message import say
from sandbox.store import facts, tables, transfer
from sandbox.store.canonical import Json, canonical, instant
from sandbox.store.db import open_engine, reading, writing
from sandbox.store.home import open_home
from sandbox.store.log import Entropy, StoreSettings, hasher, load_frontier
from sandbox.store.opener import Store
from sandbox.store.witness import Checkpoint, read_folder
from sandbox.vault.files import sync_directory
from sandbox.vault.signer import PublicKey

FORM = "sandbox-backup-1"
MANIFEST = "backup.json"
FILE_NAME = "records.db"
"""What the database is called in the backup of a home that has it on a server."""
_CONTENT = "home"
_BLOCK = 1 << 20
_KEY_FILES = (".wrapped", ".destroyed")


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup holds; sizes in bytes."""

    path: Path
    origin: str
    facts: int
    root: str
    at: str
    database: str
    files: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Restored:
    """A restored home: how many facts came back, and up to where a witness saw the log."""

    facts: int
    witnessed: int | None
    origin: str

    @property
    def lost(self) -> int:
        """How many facts are proven lost."""
        return max(0, (self.witnessed or 0) - self.facts)


def backup(
    store: Store, target: Path, *, home: Path, parts: Sequence[str] = (), keys: Sequence[Path] = ()
) -> Backup:
    """Copy the database and the named parts (files or folders, relative to the home) into a new folder.

    The database is one consistent state; parts are copied after it, so all that it names is
    there. Raises `ConflictError` for a folder with something in it, `StateError` where a part
    holds keys, `StorageError` when the disk fails; a failed backup has no manifest.
    """
    database = _database(store)
    _check_parts(home, target, parts, keys)
    _claim(target)
    content = target / _CONTENT
    name = FILE_NAME if database is None else database.resolve().relative_to(home.resolve()).as_posix()
    try:
        copy = content / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        size, root = _copy_database(database, copy, store)
        listed = [_entry(content, copy)]
        for part in parts:
            listed += _copy_part(home, content, home / part)
        head: dict[str, Json] = {
            "form": FORM,
            "origin": store.settings.origin,
            "facts": size,
            "root": root,
            "at": instant(store.clock()),
            "database": name,
            "files": listed,
        }
        _write(target / MANIFEST, canonical(head).encode())
    except (OSError, sqlite3.Error) as error:
        raise StorageError(say("备份没有完成：请检查目标磁盘的空间和权限后换一个目录重做")) from error
    return _summary(target, head)


def read_backup(source: Path) -> Backup:
    """Return what a backup says it holds; `InputError` if the folder is none."""
    return _summary(source, _manifest(source))


def check_backup(source: Path) -> Backup:
    """Return the backup once every file has the digest on its list; `TamperedError` otherwise."""
    head = _manifest(source)
    content = source / _CONTENT
    for entry in head["files"]:
        path = content / _inside(entry["path"])
        if path.is_symlink() or not path.is_file() or _entry(content, path) != entry:
            raise TamperedError(say("备份中的文件 {path} 缺失或被改动：不能用它恢复", path=entry["path"]))
    return _summary(source, head)


def restore(
    source: Path,
    home: Path,
    *,
    actor: Actor,
    key: PublicKey,
    clock: Callable[[], datetime],
    entropy: Entropy,
    witnesses: Sequence[Path] = (),
    database: Engine | None = None,
) -> Restored:
    """Restore a backup into an empty place and put the restoration on record.

    With `database` the records go there and the file is left out of the home, which appears whole or
    not at all. Raises `ConflictError` if there is something, `TamperedError` for a backup that is not
    as it was made, `StorageError` when the disk fails.
    """
    found = check_backup(source)
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        raise ConflictError(say("{path} 不是空目录：只能恢复到空的主目录", path=str(home)))
    kept = _kept(witnesses, key)
    stage = home.with_name(f".{home.name}.restoring")
    try:
        shutil.rmtree(stage, ignore_errors=True)
        stage.mkdir(parents=True, mode=0o700)
        for entry in _manifest(source)["files"]:
            _copy_file(source / _CONTENT, stage, source / _CONTENT / _inside(entry["path"]))
        file = stage / _inside(found.database)
        restored = _record(file, found, kept, actor, clock=clock, entropy=entropy)
        if database is not None:
            _to_server(file, database)
        stage.rename(home)
        sync_directory(home.parent)
    except OSError as error:
        raise StorageError(say("恢复没有完成：请检查磁盘空间和权限后重试")) from error
    finally:
        shutil.rmtree(stage, ignore_errors=True)
    return restored


def _to_server(file: Path, database: Engine) -> None:
    engine = open_engine(file)
    try:
        transfer.copy(engine, database)
    finally:
        engine.dispose()
    for name in (file.name, f"{file.name}-wal", f"{file.name}-shm"):
        file.with_name(name).unlink(missing_ok=True)


def _record(
    database: Path,
    found: Backup,
    kept: dict[str, Checkpoint],
    actor: Actor,
    *,
    clock: Callable[[], datetime],
    entropy: Entropy,
) -> Restored:
    """Append the fact of the restoration, under a new name of the log, and return it in short."""
    engine = open_engine(database)
    try:
        store = open_home(engine, clock=clock, entropy=entropy, settings=StoreSettings(origin=found.origin))
        names = _names(store)
        last = kept.get(names[-1])
        origin = _new_name(names[0], {*names, *kept})
        with writing(engine) as connection:
            size = load_frontier(connection, hasher(store.settings.hash)).size
            abandoned: dict[str, Json] = {name: one.size for name, one in kept.items() if name not in names}
            note: dict[str, Json] = {
                "origin": origin,
                "backup_size": size,
                "backup_at": found.at,
                "witnessed": None if last is None else {"size": last.size, "root": last.root.hex()},
                "abandoned": abandoned,
            }
            place = tables.meta.c.name == "origin"
            connection.execute(update(tables.meta).where(place).values(value=origin))
            store.append_about_log(connection, actor, facts.RESTORE, note)
    finally:
        engine.dispose()
    sizes = [one.size for one in (last, *(kept[name] for name in abandoned)) if one is not None]
    return Restored(facts=size, witnessed=max(sizes, default=None), origin=origin)


def _names(store: Store) -> list[str]:
    """Return the names that the log bore, first to last."""
    found = []
    for header in store.facts(record=facts.LOG):
        if header.verb in (facts.BEGIN, facts.RESTORE):
            note = cast("dict[str, Any]", (store.payload(header.seq) or {}).get("note", {}))
            found.append(str(note["origin"]))
    return found


def _new_name(first: str, taken: set[str]) -> str:
    number = 1
    while f"{first}/restored-{number}" in taken:
        number += 1
    return f"{first}/restored-{number}"


def _kept(witnesses: Sequence[Path], key: PublicKey) -> dict[str, Checkpoint]:
    """Return the largest checkpoint that any witness has of each log that the key signed."""
    found: dict[str, Checkpoint] = {}
    for folder in witnesses:
        for kept in read_folder(folder, key):
            one = kept.checkpoint
            if one is not None and (one.origin not in found or one.size > found[one.origin].size):
                found[one.origin] = one
    return found


def _database(store: Store) -> Path | None:
    """Return the file of the database; None if it lies on a server."""
    if store.engine.dialect.name != "sqlite":
        return None
    return Path(cast("str", store.engine.url.database))


def _check_parts(home: Path, target: Path, parts: Sequence[str], keys: Sequence[Path]) -> None:
    inside = home.resolve()
    for part in parts:
        path = (home / part).resolve()
        if not path.is_relative_to(inside) or path == inside or not path.exists():
            raise InputError(say("主目录里没有 {part}：请核对要备份的部分", part=part))
        if any(path.is_relative_to(key.resolve()) or key.resolve().is_relative_to(path) for key in keys):
            raise StateError(say("{part} 里有密钥：备份不含密钥，请把密钥另行备份", part=part))
        if target.resolve().is_relative_to(path):
            raise InputError(say("备份目录不能放在要备份的 {part} 里面", part=part))


def _claim(target: Path) -> None:
    try:
        target.mkdir(parents=True, exist_ok=True, mode=0o700)
        if any(target.iterdir()):
            raise ConflictError(say("备份目录 {path} 里已有内容：请换一个空目录", path=str(target)))
    except OSError as error:
        raise StorageError(say("建不了备份目录 {path}：请检查权限和磁盘空间", path=str(target))) from error


def _copy_database(database: Path | None, copy: Path, store: Store) -> tuple[int, str]:
    """Copy one consistent state without stopping writers; return its number of facts and root."""
    copy.touch(mode=0o600, exist_ok=False)
    if database is None:
        return _copy_from_server(store, copy)
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
        target.execute("PRAGMA journal_mode = DELETE")
    _sync(copy)
    engine = open_engine(copy)
    try:
        with reading(engine) as connection:
            frontier = load_frontier(connection, hasher(store.settings.hash))
    finally:
        engine.dispose()
    with closing(sqlite3.connect(copy)) as target:
        target.execute("PRAGMA journal_mode = DELETE")  # opening it made it a WAL file: keep it one file
    _sync(copy)
    return frontier.size, frontier.root().hex()


def _copy_from_server(store: Store, copy: Path) -> tuple[int, str]:
    engine = open_engine(copy)
    try:
        done = transfer.copy(store.engine, engine)
    finally:
        engine.dispose()
    with closing(sqlite3.connect(copy)) as target:
        target.execute("PRAGMA journal_mode = DELETE")
    _sync(copy)
    return done


def _copy_part(home: Path, content: Path, path: Path) -> list[dict[str, Json]]:
    found = []
    for one in _walk(path):
        try:
            found.append(_copy_file(home, content, one))
        except FileNotFoundError:
            continue  # swept away meanwhile (the draft of a landing): nothing names it
    return found


def _walk(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    for folder, names, files in os.walk(path):
        names.sort()
        for name in sorted(files):
            yield Path(folder, name)


def _copy_file(base: Path, target: Path, path: Path) -> dict[str, Json]:
    """Copy one plain file, fsynced, and return its entry; keys and links are refused."""
    name = path.relative_to(base)
    if path.suffix in _KEY_FILES or path.is_symlink():
        raise StateError(say("{path} 是密钥或链接：不能放进备份", path=name.as_posix()))
    copy = target / name
    copy.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    shutil.copyfile(path, copy)
    shutil.copymode(path, copy)
    _sync(copy)
    return _entry(target, copy)


def _entry(base: Path, path: Path) -> dict[str, Json]:
    state = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            state.update(block)
        size = file.tell()
    return {"path": path.relative_to(base).as_posix(), "size": size, "sha256": state.hexdigest()}


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _write(path: Path, data: bytes) -> None:
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    sync_directory(path.parent)


def _inside(name: object) -> str:
    """Return a listed path if it stays inside; `TamperedError` otherwise."""
    path = PurePosixPath(str(name))
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise TamperedError(say("备份清单里的路径 {path} 不合规：不能用它恢复", path=str(name)))
    return str(path)


def _manifest(source: Path) -> dict[str, Any]:
    try:
        head = json.loads((source / MANIFEST).read_text(encoding="utf-8"))
        if head["form"] != FORM:
            raise ValueError(head["form"])
        _summary(source, head)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(say("{path} 不是完整的备份：缺少清单或清单读不懂", path=str(source))) from error
    return cast("dict[str, Any]", head)


def _summary(path: Path, head: dict[str, Any]) -> Backup:
    return Backup(
        path=path,
        origin=str(head["origin"]),
        facts=int(head["facts"]),
        root=str(head["root"]),
        at=str(head["at"]),
        database=str(head["database"]),
        files=len(head["files"]),
        bytes=sum(int(entry["size"]) for entry in head["files"]),
    )
