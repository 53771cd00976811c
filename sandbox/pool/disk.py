"""Writes that survive a power cut, and the one place where an operating-system error becomes a sentence.

Decides which `OSError` is the disk's fault. Knows nothing of snapshots; the pool, and any room
that fills a stage, calls it.
"""

from __future__ import annotations

import errno
import hashlib
import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.kernel.errors import StorageError
from sandbox.kernel.message import say

if TYPE_CHECKING:
    from collections.abc import Iterator

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_BLOCK = 1 << 20


@contextmanager
def storage_errors() -> Iterator[None]:
    """Turn every `OSError` raised inside into a `StorageError`; a full disk says so."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StorageError(
                say("磁盘空间不足，本次写入已放弃，此前的版本完好；请清理空间后重试")
            ) from error
        reason = error.strerror or str(error)
        raise StorageError(
            say("磁盘读写失败（{reason}），此前的版本完好；请检查存储后重试", reason=reason)
        ) from error


def fsync_path(path: Path) -> None:
    """Flush a file or a directory to the device; raises `OSError`."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_durably(path: Path, data: bytes) -> None:
    """Replace `path` by `data` in one step: whole old or whole new content, also after a power cut."""
    fresh = path.with_name(f".{path.name}.new")
    with fresh.open("wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(path)
    fsync_path(path.parent)


def sha256_file(path: Path) -> str:
    """SHA-256 of a regular file as 64 hex digits, read in bounded memory; links are not followed."""
    digest = hashlib.sha256()
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    with os.fdopen(descriptor, "rb") as source:
        while block := source.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
