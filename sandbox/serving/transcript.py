"""What was run in a seat and what was shown of it: one line each, every line sealed by the next.

A line holds the digest of the line before; the last digest goes into the platform's log when
the seat stops, so that nothing can be taken out or changed afterwards. Written by `door`.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sandbox.kernel.errors import TamperedError
from sandbox.kernel.message import say

FIRST = "0" * 64
TEXT_KEPT = 64 * 1024
"""Characters of one output that are kept word for word; of the rest the digest alone."""


@dataclass(frozen=True, slots=True)
class Head:
    """How many lines a transcript has, and the digest of the last."""

    lines: int
    digest: str


class Transcript:
    """The open transcript of one seat; the file is only ever added to."""

    def __init__(self, path: Path, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        mend(path)
        found = read_head(path)
        self._lines, self._digest = found.lines, found.digest
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._file = os.fdopen(descriptor, "ab", buffering=0)

    @property
    def head(self) -> Head:
        """Return where the transcript stands."""
        return Head(self._lines, self._digest)

    def code(self, message: str, source: str) -> None:
        """Record a cell that the person ran."""
        self._append({"kind": "code", "message": message, "source": source})

    def asked(self, message: str, kind: str, content: bytes) -> None:
        """Record what the person asked of the kernel by other means than a cell: the debugger, a widget."""
        text = content[:TEXT_KEPT].decode("utf-8", "replace")
        self._append({"kind": kind, "message": message, "text": text, **_about(content)})

    def shown(self, cell: str, kind: str, content: bytes, *, withheld: str = "") -> None:
        """Record what came out of a cell, and why it was withheld, if it was."""
        text = content[:TEXT_KEPT].decode("utf-8", "replace")
        self._append({"kind": kind, "message": cell, "text": text, "withheld": withheld, **_about(content)})

    def close(self) -> None:
        """Make what was written last and let go."""
        os.fsync(self._file.fileno())
        self._file.close()

    def _append(self, entry: Mapping[str, object]) -> None:
        body = {"at": self._clock().isoformat(), "before": self._digest, **entry}
        line = json.dumps(body, ensure_ascii=False, sort_keys=True).encode("utf-8", "backslashreplace")
        self._file.write(line + b"\n")
        self._lines, self._digest = self._lines + 1, hashlib.sha256(line).hexdigest()


def _about(content: bytes) -> dict[str, object]:
    return {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def mend(path: Path) -> None:
    """Take off a last line that a killed door left half-written."""
    if not path.exists():
        return
    with path.open("rb+") as stream:
        content = stream.read()
        whole = content.rfind(b"\n") + 1
        if whole != len(content):
            stream.truncate(whole)


def read_head(path: Path) -> Head:
    """Return the head of a transcript, every link checked; `TamperedError` where one is broken."""
    lines, digest = 0, FIRST
    if path.exists():
        with path.open("rb") as stream:
            for line in stream:
                digest = _next(line, digest, lines + 1)
                lines += 1
    return Head(lines, digest)


def _next(line: bytes, before: str, number: int) -> str:
    broken = TamperedError(say("席位的运行记录第 {line} 行与前一行不符：记录被改动过", line=number))
    try:
        found = json.loads(line)
        linked = found["before"] == before
    except (ValueError, KeyError, TypeError):
        raise broken from None
    if not linked or not line.endswith(b"\n"):
        raise broken
    return hashlib.sha256(line[:-1]).hexdigest()
