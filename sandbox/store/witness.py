"""Checkpoints as signed notes (C2SP tlog-checkpoint), and the folder of a witness that keeps them.

A witness may be another organisation's folder. Nothing in it is ever overwritten, and it
takes no checkpoint that is smaller than, or does not continue, the last it has. Pure of
databases. Called by the checkpoints and by the offline verifier.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sandbox.kernel.errors import InputError, StorageError, TamperedError
from sandbox.kernel.message import say
from sandbox.store.canonical import moment_of
from sandbox.store.merkle import Digest, consistent
from sandbox.vault.files import write_new
from sandbox.vault.signer import PublicKey, open_note

SUFFIX = ".checkpoint"
_TIME = "time "
_LIMIT = 64 * 1024
_READABLE = 0o644

Proof = Callable[[int, int], Sequence[bytes]]
"""From (old size, new size) to the consistency proof of RFC 6962."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What the log was at one moment."""

    origin: str
    size: int
    root: bytes
    at: str

    def text(self) -> str:
        """Return the text that is signed."""
        root = base64.b64encode(self.root).decode()
        return f"{self.origin}\n{self.size}\n{root}\n{_TIME}{self.at}\n"

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Return the checkpoint of a text; `TamperedError` if it is not exactly one."""
        try:
            origin, size, root, time, end = text.split("\n")
            found = cls(
                origin=origin,
                size=int(size),
                root=base64.b64decode(root, validate=True),
                at=time.removeprefix(_TIME),
            )
            moment_of(found.at)
        except (ValueError, binascii.Error) as error:
            raise _unreadable() from error
        if found.text() != text or end or len(found.root) != hashlib.sha256().digest_size:
            raise _unreadable()
        return found


@dataclass(frozen=True, slots=True)
class Kept:
    """A file of a witness: its place, and its checkpoint if the key signed it."""

    path: Path
    note: str
    checkpoint: Checkpoint | None


def slug(origin: str) -> str:
    """Return the folder name of a log: readable, and different for different names."""
    mark = hashlib.sha256(origin.encode()).hexdigest()[:8]
    return f"{re.sub(r'[^A-Za-z0-9._-]+', '-', origin).strip('.-') or 'log'}-{mark}"


def read_note(note: str, key: PublicKey) -> Checkpoint:
    """Return the checkpoint of a note that the key signed; `TamperedError` otherwise."""
    return Checkpoint.parse(open_note(note, key))


def read_folder(folder: Path, key: PublicKey) -> tuple[Kept, ...]:
    """Return every checkpoint file under a witness folder, by log and size.

    Raises `InputError` if there is no such folder.
    """
    if not folder.is_dir():
        raise InputError(say("没有见证目录 {path}：请核对路径或挂载", path=str(folder)))
    found = [_read(path, key) for path in sorted(folder.glob(f"*/*{SUFFIX}"))]
    return tuple(sorted(found, key=lambda kept: (kept.path.parent.name, kept.path.name)))


def _read(path: Path, key: PublicKey) -> Kept:
    try:
        with path.open("rb") as file:
            note = file.read(_LIMIT).decode("utf-8", "replace")
        checkpoint = read_note(note, key)
    except (OSError, TamperedError):
        return Kept(path=path, note="", checkpoint=None)
    named = path.parent.name == slug(checkpoint.origin) and path.name == f"{checkpoint.size}{SUFFIX}"
    return Kept(path=path, note=note, checkpoint=checkpoint if named else None)


def last_kept(folder: Path, origin: str, key: PublicKey) -> Checkpoint | None:
    """Return the largest checkpoint of a log in a witness folder; `TamperedError` if it is not ours."""
    sizes = {path.stem: path for path in (folder / slug(origin)).glob(f"*{SUFFIX}") if path.stem.isdecimal()}
    if not sizes:
        return None
    path = sizes[
        max(sizes, key=int)
    ]  # only the largest is opened: there may be one for every minute of years
    checkpoint = _read(path, key).checkpoint
    if checkpoint is None:
        raise TamperedError(say("见证文件 {path} 被改动或不是本平台签署：请联系见证方", path=str(path)))
    return checkpoint


def hand_over(
    folder: Path, note: str, checkpoint: Checkpoint, *, key: PublicKey, digest: Digest, proof: Proof
) -> None:
    """Lay a signed checkpoint into a witness folder, fsynced; a repetition does nothing.

    Raises `TamperedError` if the witness already has a larger one or one that this does not
    continue, `StorageError` if the folder cannot be written.
    """
    last = last_kept(folder, checkpoint.origin, key)
    if last is not None:
        _refuse_fork(last, checkpoint, digest=digest, proof=proof)
    if last is not None and last.size == checkpoint.size:
        return
    place = folder / slug(checkpoint.origin)
    try:
        place.mkdir(parents=True, exist_ok=True)
        write_new(place / f"{checkpoint.size}{SUFFIX}", note.encode(), mode=_READABLE)
    except FileExistsError:
        return  # another process laid the same size down meanwhile; the next audit compares it
    except OSError as error:
        raise StorageError(
            say("写不了见证目录 {path}：请检查它是否已挂载、是否可写", path=str(folder))
        ) from error


def _refuse_fork(last: Checkpoint, new: Checkpoint, *, digest: Digest, proof: Proof) -> None:
    if last.size > new.size:
        raise TamperedError(
            say(
                "见证方已有第 {last} 条的检查点，日志却只有 {size} 条：日志被截断或回退，请立即核查",
                last=last.size,
                size=new.size,
            )
        )
    path = proof(last.size, new.size)
    if not consistent(digest, (last.size, last.root), (new.size, new.root), path):
        raise TamperedError(
            say("日志与见证方第 {last} 条的检查点接不上：历史被改写，请立即核查", last=last.size)
        )


def _unreadable() -> TamperedError:
    return TamperedError(say("检查点的内容读不懂：可能被改动"))
