"""Asks again and again whether a run may go on, and kills it at the first no.

What cannot be asked is a no. Called by `seat.run`; the door of a seat is watched by the worker.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from sandbox.kernel.errors import SandboxError

SECONDS = 2.0


class Vigil:
    """A watch over one run: `begin` takes the way to kill it, `ended_by` holds why it was killed."""

    def __init__(self, ask: Callable[[], None], *, seconds: float = SECONDS) -> None:
        self._ask, self._seconds = ask, seconds
        self._over = threading.Event()
        self._thread: threading.Thread | None = None
        self.ended_by: SandboxError | None = None

    def __enter__(self) -> Self:
        """Return the watch; it begins with the run."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        """End the watch with the run."""
        self._over.set()
        if self._thread is not None:
            self._thread.join()

    def begin(self, kill: Callable[[], None]) -> None:
        """Watch from now on; `kill` ends the run."""
        self._thread = threading.Thread(target=self._watch, args=(kill,), name="vigil", daemon=True)
        self._thread.start()

    def _watch(self, kill: Callable[[], None]) -> None:
        while not self._over.wait(self._seconds):
            try:
                self._ask()
            except SandboxError as error:
                self.ended_by = error
                kill()
                return
