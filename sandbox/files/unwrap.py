"""Takes archives and compressed streams apart, in memory, within limits.

Decides what is inside a file and what about its wrapping is suspect: every byte that is no
part of a member, every name that points elsewhere, everything that could not be opened is
a `Problem`, never passed over. Names are made harmless; nothing touches the disk. The
caller judges: the gate refuses on any problem.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sandbox.files import inflate
from sandbox.files.archives import walk_bzip2, walk_gzip, walk_tar, walk_xz, walk_zip, walk_zstd
from sandbox.files.seven import walk_7z
from sandbox.files.types import FileType, also, sniff
from sandbox.files.wrapping import Part, Problem, ProblemCode, UnwrapLimits, Unwrapped, Unwrapping, harmless
from sandbox.kernel.message import say

__all__ = ["Part", "Problem", "ProblemCode", "UnwrapLimits", "Unwrapped", "harmless", "unwrap"]

# An archive is a sequence of (harmless name, bytes); the walker notes what is wrong with it.
Walker = Callable[[bytes, str, Unwrapping], Iterator[tuple[str, bytes]]]
_WALKERS: dict[FileType, Walker] = {
    FileType.ZIP: walk_zip,
    FileType.TAR: walk_tar,
    FileType.GZIP: walk_gzip,
    FileType.BZIP2: walk_bzip2,
    FileType.XZ: walk_xz,
    FileType.ZSTD: walk_zstd,
    FileType.SEVEN: walk_7z,
}
DEFAULT_LIMITS = UnwrapLimits()


def unwrap(
    data: bytes,
    *,
    name: str,
    limits: UnwrapLimits = DEFAULT_LIMITS,
    expired: Callable[[], bool] = lambda: False,
) -> Unwrapped:
    """Return every file inside `data` (or `data` itself when it is no archive), and all problems.

    `expired` is asked at every MiB and brings in the caller's clock. Raises nothing for bad
    input: what cannot be opened is a problem. Office documents are parts, not archives.
    """
    allowance = inflate.Allowance(limits.max_total, limits.max_ratio, expired)
    state = Unwrapping(limits, allowance)
    path = harmless(name)
    try:
        _open(data, path, 0, state)
    except inflate.BombError:
        reason = say("解开后过大、压缩比过高或耗时过长，其余未打开。")
        state.problem(path, ProblemCode.TOO_LARGE, reason)
    return Unwrapped(tuple(state.parts), tuple(state.problems), tuple(state.folders))


def _open(data: bytes, path: str, depth: int, state: Unwrapping) -> None:
    kind = sniff(data, size=len(data))
    walker = _WALKERS.get(kind)
    if walker is None:
        state.parts.append(Part(path, data, kind, depth))
        others = also(data)
        if others:
            reason = say("内容是 {kind}，同时也能作为 {others} 打开。", kind=kind, others="、".join(others))
            state.problem(path, ProblemCode.POLYGLOT, reason)
        return
    if depth >= state.limits.max_depth:
        state.problem(path, ProblemCode.TOO_DEEP, say("压缩包嵌套超过 {n} 层。", n=state.limits.max_depth))
        return
    seen: set[str] = set()
    for inner, content in walker(data, path, state):
        inside = f"{path}!{inner}"
        if inner.casefold() in seen:
            state.problem(inside, ProblemCode.DUPLICATE, say("压缩包内有同名文件。"))
        seen.add(inner.casefold())
        _open(content, inside, depth + 1, state)
