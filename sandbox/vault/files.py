"""How the vault writes small secret files: private, whole and fsynced, or not at all.

Decides nothing about keys. Called by `keys` and by those who lay down key files.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from sandbox.kernel.errors import StateError, StorageError
from sandbox.kernel.message import say

PRIVATE = 0o600


def sync_directory(directory: Path) -> None:
    """Make the names in a directory survive a power loss."""
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_new(path: Path, data: bytes, *, mode: int = PRIVATE) -> None:
    """Write a file that must not exist yet, private by default, fsynced with its directory.

    Raises `FileExistsError` if the name is taken and `StorageError` if the disk fails;
    a half-written file never gets the name.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    try:
        _write(draft, data, mode=mode)
        _name(draft, path)
    except FileExistsError:
        raise
    except OSError as error:
        raise _failed(path, error) from error
    finally:
        draft.unlink(missing_ok=True)
    sync_directory(path.parent)


def replace(path: Path, data: bytes) -> None:
    """Write a file, mode 0600, in the place of the one that bears the name; fsynced."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    try:
        _write(draft, data)
        draft.replace(path)
    except OSError as error:
        raise _failed(path, error) from error
    finally:
        draft.unlink(missing_ok=True)
    sync_directory(path.parent)


def erase(path: Path) -> None:
    """Overwrite a file with zeros, then remove its name; both fsynced."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_NOFOLLOW)
        try:
            os.write(handle, bytes(os.fstat(handle).st_size))
            os.fsync(handle)
        finally:
            os.close(handle)
        path.unlink()
    except OSError as error:
        raise _failed(path, error) from error
    sync_directory(path.parent)


def read_private(path: Path, *, size: int) -> bytes:
    """Return the `size` bytes of a secret file that nobody but its owner may read.

    Raises `StateError` if the file is absent, a link, open to others or of another length.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError as error:
        raise StateError(
            say("读不到密钥文件 {path}：请检查它是否存在、是否为普通文件", path=str(path))
        ) from error
    with os.fdopen(handle, "rb") as file:
        mode = os.fstat(file.fileno()).st_mode
        data = file.read(size + 1)
    if not stat.S_ISREG(mode) or stat.S_IMODE(mode) & 0o077:
        raise StateError(say("密钥文件 {path} 可被他人读取：请先执行 chmod 600", path=str(path)))
    if len(data) != size:
        raise StateError(
            say("密钥文件 {path} 应为 {size} 字节：请换用正确的密钥文件", path=str(path), size=size)
        )
    return data


def _name(draft: Path, path: Path) -> None:
    try:
        os.link(draft, path)
    except OSError as error:
        # Shares without hard links: the check and the renaming are two steps there.
        if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.ENOSYS) or os.path.lexists(path):
            raise
        draft.rename(path)


def _write(path: Path, data: bytes, *, mode: int = PRIVATE) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _failed(path: Path, error: OSError) -> StorageError:
    reason = error.strerror or type(error).__name__
    return StorageError(
        say("写不了文件 {path}（{reason}）：请检查磁盘空间和权限后重试", path=str(path), reason=reason)
    )
