"""A command that goes on in its sandbox while its starter does other things, until it ends or is stopped.

The sandbox dies with the thread that started it, so that thread stays here and follows it to
its end. Used by the door of a seat; decides nothing about who may start one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from sandbox.kernel.errors import SandboxError
from sandbox.seats import isolation
from sandbox.seats.pipes import Sink
from sandbox.seats.spec import Completed, Sandbox

OUTPUT_KEPT = 64 * 1024


class Running:
    """One command in one sandbox; `ended` is called from its own thread when it is over."""

    def __init__(
        self,
        sandbox: Sandbox,
        command: Sequence[str],
        *,
        sink: Sink | None = None,
        ended: Callable[[], None] | None = None,
    ) -> None:
        self._sandbox, self._command, self._sink, self._ended = sandbox, command, sink, ended
        self._thread = threading.Thread(target=self._follow, name="sandbox", daemon=True)
        self._settled, self._kill = threading.Event(), _nothing
        self.completed: Completed | None = None
        self.error: SandboxError | None = None

    def start(self) -> None:
        """Start the command and return once it runs; `IsolationError` if it cannot be isolated."""
        self._thread.start()
        self._settled.wait()
        if self.error is not None:
            raise self.error

    @property
    def alive(self) -> bool:
        """Return whether the command still runs."""
        return self._thread.is_alive()

    def stop(self, seconds: float) -> bool:
        """Kill the whole tree and return whether nothing of it was left after `seconds`."""
        self._kill()
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _follow(self) -> None:
        try:
            self.completed = isolation.run(
                self._sandbox,
                self._command,
                output_bytes=OUTPUT_KEPT,
                sink=self._sink,
                started=self._release,
            )
        except SandboxError as error:
            self.error = error
        finally:
            self._settled.set()
            if self._ended is not None:
                self._ended()

    def _release(self, kill: Callable[[], None]) -> None:
        self._kill = kill
        self._settled.set()


def _nothing() -> None:
    """Stand in for killing what was never started."""
