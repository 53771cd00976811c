"""A release bundle as it was received: a folder or an archive, read without trusting a single name in it.

Opens nothing outside, follows no link, unpacks nothing to disk; says what is there, not whether it is
genuine. Called by `bundle_check`.
"""

from __future__ import annotations

import io
import stat
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO

from sandbox.egress.bundle import pack_one
from sandbox.kernel.errors import InputError, TamperedError
from sandbox.kernel.message import say

MANY, LONG = 10_000, 64 << 20
"""How many files a bundle may have, and how many bytes of one that is read at once."""
_CHUNK = 1 << 20
_TORN = (
    zipfile.BadZipFile,
    ValueError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
    struct.error,
    zlib.error,
)
"""What reading an archive that is torn or hostile ends in."""
_REPACKED = say("压缩包不是平台打的那一个（重新打过包，或夹带了内容）：请解压到空目录，核验那个目录")
_BROKEN = say("压缩包不完整或已损坏：请重新领取")


@dataclass(frozen=True, slots=True)
class Received:
    """The files of a bundle by name, each with its size and a way to open it."""

    openers: Mapping[str, tuple[int, Callable[[], IO[bytes]]]]

    def read(self, name: str) -> bytes:
        """Return a small file whole; `TamperedError` if it is not there or too long for what it should be."""
        if name not in self.openers:
            raise TamperedError(say("放行包里缺少 {name}", name=name))
        size, opened = self.openers[name]
        if size > LONG:
            raise TamperedError(say("放行包里的 {name} 大得不像它应有的样子", name=name))
        with opened() as stream:
            return stream.read(LONG)

    def digest(self, name: str) -> str:
        """Return the SHA-256 of a file in hexadecimal."""
        state = sha256()
        with self.openers[name][1]() as stream:
            while chunk := stream.read(_CHUNK):
                state.update(chunk)
        return state.hexdigest()


@contextmanager
def received(source: Path) -> Iterator[Received]:
    """Yield the files of a folder or archive.

    Raises `InputError` if there is nothing to read at the path, `TamperedError` for what no bundle
    has: a link, a folder in it, a name that leads elsewhere, an archive that is torn or packed anew.
    """
    try:
        mode = source.stat().st_mode
        if stat.S_ISDIR(mode):
            yield _folder(source)
        elif stat.S_ISREG(mode):
            with source.open("rb") as stream:
                yield _archive(stream)
        else:
            raise InputError(say("{path} 不是放行包：应是文件夹或 zip 文件", path=str(source)))
    except OSError:
        raise InputError(say("读不到文件 {path}：请检查路径", path=str(source))) from None


def shown(name: str) -> str:
    """Return a name as it may be shown on a terminal: what does not print is spelled out."""
    return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in name)


def _folder(folder: Path) -> Received:
    found: dict[str, tuple[int, Callable[[], IO[bytes]]]] = {}
    for path in sorted(folder.iterdir()):
        about = path.lstat()
        if not stat.S_ISREG(about.st_mode):
            raise TamperedError(
                say("放行包里的 {name} 不是普通文件：放行包里没有链接和子目录", name=path.name)
            )
        found[path.name] = (about.st_size, lambda path=path: path.open("rb"))  # type: ignore[misc]
        if len(found) > MANY:
            raise TamperedError(say("放行包里的文件多得不像放行包"))
    return Received(found)


def _archive(stream: IO[bytes]) -> Received:
    try:
        archive = zipfile.ZipFile(stream)
        entries = archive.infolist()
        _check_entries(entries, stream.seek(0, io.SEEK_END))
        _check_packing(archive, entries, stream)
    except _TORN:
        raise TamperedError(_BROKEN) from None
    return Received(
        {one.filename: (one.file_size, lambda one=one: archive.open(one)) for one in entries}  # type: ignore[misc]
    )


def _check_entries(entries: list[zipfile.ZipInfo], size: int) -> None:
    """Refuse names that lead elsewhere, twins, links, and what would unpack to more than is there."""
    names = [one.filename for one in entries]
    if len(names) > MANY or sum(one.file_size for one in entries) > size:
        raise TamperedError(say("压缩包展开后比它本身还大：不是平台打的包，不要解压"))
    for one in entries:
        plain = one.orig_filename == one.filename and not set(one.filename) & {"/", "\\", "\0", ":"}
        if not plain or one.filename in ("", ".", ".."):
            raise TamperedError(
                say("压缩包里的 {name} 会写到别的目录：不要解压", name=shown(one.orig_filename))
            )
        if stat.S_ISLNK(one.external_attr >> 16):
            raise TamperedError(say("压缩包里的 {name} 是链接：不要解压", name=shown(one.filename)))
    if len(set(names)) != len(names):
        twin = next(name for place, name in enumerate(names) if name in names[:place])
        raise TamperedError(say("压缩包里有两个 {name}：不知道该信哪一个", name=shown(twin)))


def _check_packing(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], stream: IO[bytes]) -> None:
    """Refuse an archive that is not, byte by byte, what the platform packs: nothing hides between files."""
    if any(one.compress_type != zipfile.ZIP_STORED or one.flag_bits & 1 for one in entries):
        raise TamperedError(_REPACKED)
    with tempfile.TemporaryFile() as again:
        with zipfile.ZipFile(again, "w", zipfile.ZIP_STORED) as packed:
            for one in sorted(entries, key=lambda entry: entry.filename):
                with archive.open(one) as source:
                    pack_one(packed, one.filename, source)
        again.seek(0)
        stream.seek(0)
        while True:
            ours, theirs = again.read(_CHUNK), stream.read(_CHUNK)
            if ours != theirs:
                raise TamperedError(_REPACKED)
            if not ours:
                return
