"""Walks 7z archives (7zFormat.txt of the LZMA SDK) by py7zr, into memory and within the allowance.

Every byte must belong to the header, the packed streams or the directory. Links, encryption and repeated
names are problems. Called by `unwrap` only, which holds the limits.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from sandbox.files import inflate
from sandbox.files.archives import check_name
from sandbox.files.wrapping import ProblemCode, Unwrapping, harmless
from sandbox.kernel.message import say

if TYPE_CHECKING:
    from py7zr.py7zr import ArchiveFile

_HEAD = 32
_CORE = (
    *inflate.BROKEN, LookupError, ArithmeticError, AttributeError, TypeError, AssertionError, struct.error,
    NotImplementedError, RuntimeError, MemoryError,
)  # fmt: skip
"""What a reader of a hostile directory falls over, beside its own errors: all of it means damaged."""


def walk_7z(data: bytes, path: str, state: Unwrapping) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a 7z archive that can be read."""
    import py7zr  # only where such a file is met: it is large
    from py7zr.exceptions import ArchiveError, UnsupportedCompressionMethodError
    from py7zr.io import BytesIOFactory

    try:
        with py7zr.SevenZipFile(io.BytesIO(data)) as archive:
            if archive.needs_password():
                state.problem(path, ProblemCode.ENCRYPTED, say("压缩包已加密，无法检查。"))
                return
            listed = list(archive.files)
            made = BytesIOFactory(limit=_allowed(listed, len(data), state))
            if not _frame(data, listed, path, state):
                return
            archive.extract(factory=made)
    except UnsupportedCompressionMethodError:
        state.problem(path, ProblemCode.UNSUPPORTED, say("7z 用了不支持的压缩方法，请改用 zip 或 gzip。"))
        return
    except (ArchiveError, *_CORE):
        state.problem(path, ProblemCode.DAMAGED, say("压缩数据损坏或不完整。"))
        return
    for name, held in made.products.items():
        held.seek(0)
        yield harmless(name), bytes(held.read())


def _allowed(listed: Sequence[ArchiveFile], packed: int, state: Unwrapping) -> int:
    """Return how many bytes the members may have in all, taken from the allowance."""
    sizes = sum(int(one.uncompressed or 0) for one in listed)
    if sizes > inflate.FREE_BYTES and sizes > state.limits.max_ratio * packed:
        raise inflate.BombError
    state.allowance.spend(sizes)
    return sizes + 1


def _frame(data: bytes, listed: Sequence[ArchiveFile], path: str, state: Unwrapping) -> bool:
    """Note what is wrong with the directory; false when the members cannot be told apart or are too many."""
    end = _HEAD + int.from_bytes(data[12:20], "little") + int.from_bytes(data[20:28], "little")
    if end < len(data):
        state.problem(path, ProblemCode.TRAILING, say("压缩数据结束之后还有 {n} 字节。", n=len(data) - end))
    for one in listed:
        if not state.admit(path):
            return False
        inside = f"{path}!{harmless(one.filename)}"
        check_name(one.filename, inside, state)
        if one.is_directory:
            state.folders.append(inside)
        if one.is_symlink or one.is_junction or one.is_socket:
            state.problem(inside, ProblemCode.LINK, say("压缩包内有链接或特殊文件。"))
            return False
    if len({one.filename for one in listed}) != len(listed):
        state.problem(path, ProblemCode.DUPLICATE, say("压缩包内有同名文件。"))
        return False
    return True
