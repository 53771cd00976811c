"""Opens files that outsiders put there: regular files only, never through a link.

Decides whether a path may be read at all. A FIFO would block for ever, a device has no
end, a symbolic link leads elsewhere: all are refused before a byte is read. Used by every
room that opens a file that it did not write itself. Says nothing of the content.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

from sandbox.kernel.errors import InputError, NotFoundError, SandboxError
from sandbox.kernel.message import say

DEFAULT_MAX_BYTES = 64 << 30


def open_regular(path: Path, *, max_bytes: int = DEFAULT_MAX_BYTES) -> BinaryIO:
    """Return `path` opened for reading, positioned at 0; the caller closes it.

    Raises NotFoundError when nothing is there and InputError for anything that is no regular
    file, is a symbolic link, is larger than `max_bytes`, or may not be read. The kind is
    checked before and after opening, so that a swap in between is refused too.
    """
    _check(path, _before(path), max_bytes)
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    except OSError as error:
        raise _unopened(path, error) from error
    try:
        _check(path, os.fstat(descriptor), max_bytes)
    except InputError:
        os.close(descriptor)
        raise
    return os.fdopen(descriptor, "rb")


def _before(path: Path) -> os.stat_result:
    try:
        return os.lstat(path)
    except (OSError, ValueError) as error:
        raise _unopened(path, error) from error


def _unopened(path: Path, error: OSError | ValueError) -> SandboxError:
    code = error.errno if isinstance(error, OSError) else errno.EINVAL
    if code in (errno.ENOENT, errno.ENOTDIR):
        return NotFoundError(say("没有找到文件 {path}，请检查路径。", path=str(path)))
    if code == errno.ELOOP:
        return InputError(say("{path} 是符号链接，不予读取，请直接给出文件本身。", path=str(path)))
    return InputError(say("文件 {path} 无法打开，请检查其名称和读取权限。", path=repr(str(path))))


def _check(path: Path, seen: os.stat_result, max_bytes: int) -> None:
    name = str(path)
    if stat.S_ISLNK(seen.st_mode):
        raise InputError(say("{path} 是符号链接，不予读取，请直接给出文件本身。", path=name))
    if stat.S_ISDIR(seen.st_mode):
        raise InputError(say("{path} 是文件夹而不是文件，请给出其中的文件。", path=name))
    if not stat.S_ISREG(seen.st_mode):
        raise InputError(say("{path} 不是普通文件（管道、设备或套接字），不予读取。", path=name))
    if seen.st_size > max_bytes:
        raise InputError(
            say(
                "{path} 有 {size} 字节，超过上限 {limit} 字节，请拆分。",
                path=name,
                size=seen.st_size,
                limit=max_bytes,
            )
        )
