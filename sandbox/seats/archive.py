"""The folders of seats as one archive file, for backups of a running home.

What lies in a seat was made by its user, and may change while it is read: files are read
without following links, to the length they had, and pipes, sockets, devices and links that
lead out are left behind. Owners and modes are kept where the platform runs as root. Called
by the keeping of homes; knows nothing of backups but the folder it writes into.
"""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import stat
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from sandbox.kernel.errors import StorageError, TamperedError
from sandbox.kernel.message import say

ARCHIVE, NOTE = "seats.tar", "seats.json"
_LEFT_OUT = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENXIO, errno.EACCES)


class _Exactly(io.RawIOBase):
    """A file read to exactly `size` bytes, filled up with zeros if it shrank meanwhile."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        super().__init__()
        self._file, self._left = file, size

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, never more than are left."""
        wanted = self._left if size < 0 else min(size, self._left)
        data = self._file.read(wanted).ljust(wanted, b"\0")
        self._left -= len(data)
        return data


def pack_seats(seats: Path, target: Path) -> int:
    """Write the archive of a folder of seats and its note into `target`; return how many files it holds.

    Raises `StorageError` when the disk fails.
    """
    count = 0
    path = target / ARCHIVE
    try:
        with path.open("xb") as out:
            path.chmod(0o600)
            with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
                for one in _walk(seats) if seats.is_dir() else ():
                    count += _add(archive, one, one.relative_to(seats).as_posix())
            out.flush()
            os.fsync(out.fileno())
        note = {"files": count, "sha256": _digest(path)}
        (target / NOTE).write_text(json.dumps(note, sort_keys=True), encoding="utf-8")
    except OSError as error:
        raise StorageError(say("备份没有完成：请检查目标磁盘的空间和权限后换一个目录重做")) from error
    return count


def unpack_seats(source: Path, seats: Path) -> int:
    """Lay the archived seats down under `seats`; return how many files.

    Raises `TamperedError` if the archive is missing or not the one that its note describes.
    """
    path = source / ARCHIVE
    try:
        note = json.loads((source / NOTE).read_text(encoding="utf-8"))
        if note["sha256"] != _digest(path):
            raise ValueError(path)
        seats.mkdir(mode=0o711, parents=True, exist_ok=True)
        with tarfile.open(path, mode="r:") as archive:
            archive.extractall(seats, filter=_inside)  # noqa: S202  the filter lets nothing lead out
    except (OSError, ValueError, KeyError, TypeError, tarfile.TarError) as error:
        name = str(path.name)
        raise TamperedError(say("备份中的文件 {path} 缺失或被改动：不能用它恢复", path=name)) from error
    return int(note["files"])


def _walk(seats: Path) -> Iterator[Path]:
    for folder, names, files in os.walk(seats):
        names.sort()
        for name in (*names, *sorted(files)):
            yield Path(folder, name)


def _add(archive: tarfile.TarFile, path: Path, name: str) -> int:
    """Add one entry; return 1 if it was a file.

    What vanished or became a link meanwhile, or what its owner closed to us, is left out: nobody
    in a seat may keep a home from being backed up.
    """
    try:
        found = path.lstat()
        member = _member(name, found)
        if stat.S_ISREG(found.st_mode):
            return _add_file(archive, path, name)
        if stat.S_ISDIR(found.st_mode):
            member.type = tarfile.DIRTYPE
            archive.addfile(member)
        elif stat.S_ISLNK(found.st_mode):
            member.type, member.linkname = tarfile.SYMTYPE, str(path.readlink())
            if _stays_inside(name, member.linkname):
                archive.addfile(member)
    except OSError as error:
        if error.errno not in _LEFT_OUT:
            raise
    return 0


def _add_file(archive: tarfile.TarFile, path: Path, name: str) -> int:
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(handle, "rb") as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            return 0
        member = _member(name, found)
        member.size = found.st_size
        archive.addfile(member, _Exactly(file, found.st_size))
    return 1


def _member(name: str, found: os.stat_result) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.mode, member.mtime = stat.S_IMODE(found.st_mode) & 0o777, int(found.st_mtime)
    member.uid, member.gid = found.st_uid, found.st_gid
    return member


def _stays_inside(name: str, link: str) -> bool:
    """Return whether a link leads to somewhere within the same seat."""
    if link.startswith("/"):
        return False
    where = os.path.normpath(os.path.join(os.path.dirname(name), link))  # noqa: PTH118, PTH120  plain text
    return where.split("/")[0] == name.split("/")[0]


def _inside(member: tarfile.TarInfo, folder: str) -> tarfile.TarInfo | None:
    try:
        checked = tarfile.data_filter(member, folder)
    except tarfile.FilterError:
        return None
    mode = member.mode & 0o777
    if os.geteuid() != 0:
        return checked.replace(mode=mode, deep=False)
    return checked.replace(mode=mode, uid=member.uid, gid=member.gid, uname="", gname="", deep=False)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
