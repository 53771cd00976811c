"""What unwrapping reports: parts, problems, limits, the running state, and harmless names.

Values only. Nothing is opened here; `unwrap` decides what to open and `archives` how.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum

from sandbox.files import inflate
from sandbox.files.types import FileType
from sandbox.kernel.message import Message, say


class ProblemCode(StrEnum):
    """What can be wrong with a wrapping; stable codes."""

    TOO_DEEP = "too-deep"
    TOO_LARGE = "too-large"
    TOO_MANY = "too-many"
    ENCRYPTED = "encrypted"
    LINK = "link"
    NAME = "name"
    DUPLICATE = "duplicate"
    TRAILING = "trailing"
    PREPENDED = "prepended"
    GAP = "gap"
    MISMATCH = "mismatch"
    NOTE = "note"
    DAMAGED = "damaged"
    UNSUPPORTED = "unsupported"
    POLYGLOT = "polyglot"


@dataclass(frozen=True, slots=True)
class Part:
    """A file that is no archive: `path` like "a.zip!b/c.json", `depth` 0 for the file itself."""

    path: str
    data: bytes
    type: FileType
    depth: int


@dataclass(frozen=True, slots=True)
class Problem:
    """Something about the wrapping that nobody may overlook."""

    path: str
    code: ProblemCode
    reason: Message


@dataclass(frozen=True, slots=True)
class UnwrapLimits:
    """Caps: nesting, unfolded to packed size, unfolded bytes in all, members in all."""

    max_depth: int = 4
    max_ratio: int = 200
    max_total: int = 1 << 30
    max_parts: int = 2_000


@dataclass(frozen=True, slots=True)
class Unwrapped:
    """All parts in archive order and all problems; complete only when there are no problems.

    `folders` are the paths of members that hold nothing but may say something by their names.
    """

    parts: tuple[Part, ...]
    problems: tuple[Problem, ...]
    folders: tuple[str, ...] = ()


@dataclass(slots=True)
class Unwrapping:
    """The state of one unwrapping; the archive modules report through it."""

    limits: UnwrapLimits
    allowance: inflate.Allowance
    parts: list[Part] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    members: int = 0

    def problem(self, path: str, code: ProblemCode, reason: Message) -> None:
        """Note a problem at `path`."""
        self.problems.append(Problem(path, code, reason))

    def admit(self, path: str) -> bool:
        """Count one more member; False, with a problem noted once, beyond the cap."""
        self.members += 1
        if self.members == self.limits.max_parts + 1:
            limit = self.limits.max_parts
            self.problem(path, ProblemCode.TOO_MANY, say("文件数超过 {limit} 个，其余未打开。", limit=limit))
        return self.members <= self.limits.max_parts


def harmless(name: str) -> str:
    """Return `name` as a relative path without `..`, control, format or separator characters."""
    parts = [part for part in unicodedata.normalize("NFC", name).replace("\\", "/").split("/") if part]
    clean = ["_" if part == ".." else _clean(part) for part in parts if part != "."]
    return "/".join(clean)[:1_024] or "_"


def _clean(part: str) -> str:
    bad = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
    return "".join("_" if unicodedata.category(mark) in bad or mark in "!:" else mark for mark in part)[:255]
