"""The three standard streams of a running sandbox: fed, drained and bounded.

Outputs are pipes, never files, so that nothing inside can reopen a host file through them.
What exceeds the bound is read and dropped: the command is not blocked by its own flood.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import subprocess
import time
from collections.abc import Callable
from typing import IO

CHUNK = 65536
LONGEST_WAIT = 3600.0
OUTPUTS = ("stdout", "stderr")
Sink = Callable[[str, bytes], None]
"""Called with "stdout" or "stderr" and the bytes that just arrived, up to the output's bound."""


class Pipes:
    """Moves bytes between a process and memory without blocking on either."""

    def __init__(
        self, process: subprocess.Popen[bytes], *, stdin: bytes, bound: int, sink: Sink | None
    ) -> None:
        self._kept: dict[str, list[bytes]] = {name: [] for name in OUTPUTS}
        self._room = dict.fromkeys(OUTPUTS, bound)
        self._input = memoryview(stdin)
        self._sink = sink
        self._stdin = process.stdin
        self._selector = selectors.DefaultSelector()
        self.truncated = False
        self._watch(process.stdout, selectors.EVENT_READ, "stdout")
        self._watch(process.stderr, selectors.EVENT_READ, "stderr")
        if stdin:
            self._watch(process.stdin, selectors.EVENT_WRITE, "stdin")
        elif self._stdin is not None:
            self._stdin.close()

    def kept(self, name: str) -> bytes:
        """Return what one output stream printed, up to the bound."""
        return b"".join(self._kept[name])

    def drain(self, deadline: float) -> bool:
        """Move bytes until both outputs are closed; False when the deadline (monotonic) came first."""
        while any(key.data != "stdin" for key in self._selector.get_map().values()):
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            for key, _ in self._selector.select(min(left, LONGEST_WAIT)):
                self._move(key)
        return True

    def close(self) -> None:
        """Let go of the selector; the process's own streams are its owner's to close."""
        self._selector.close()

    def _move(self, key: selectors.SelectorKey) -> None:
        if key.data == "stdin":
            self._feed(key)
            return
        chunk = os.read(key.fd, CHUNK)
        if not chunk:
            self._selector.unregister(key.fileobj)
            return
        taken = chunk[: self._room[key.data]]
        self._room[key.data] -= len(taken)
        self.truncated |= len(taken) < len(chunk)
        if taken:
            self._kept[key.data].append(taken)
            if self._sink is not None:
                self._sink(key.data, taken)

    def _feed(self, key: selectors.SelectorKey) -> None:
        try:
            with contextlib.suppress(BlockingIOError):
                self._input = self._input[os.write(key.fd, self._input[:CHUNK]) :]
        except BrokenPipeError:
            self._input = self._input[:0]
        if not self._input:
            self._selector.unregister(key.fileobj)
            if self._stdin is not None:
                self._stdin.close()

    def _watch(self, stream: IO[bytes] | None, events: int, name: str) -> None:
        if stream is not None:
            os.set_blocking(stream.fileno(), False)
            self._selector.register(stream, events, name)
