"""Sandboxes started ahead: each waits on a socket for one piece of work, does it, and ends.

Decides when one is started, given away and ended; what runs in it and what it is handed is the caller's.
Nothing is shared between two but what is mounted read-only: each has namespaces, a memory bound and a
scratch of its own, is handed one piece of work and is never handed another. A sandbox dies with the thread
that started it, so one thread keeps them all; they end with the process, however that ends.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import select
import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sandbox.seats.launch import Launch
from sandbox.seats.spec import Completed, Sandbox

if TYPE_CHECKING:
    from _typeshed import HasFileno

READY, TAKEN = b"ready", b"taken"
"""What one inside says: that it can be given its work, and that it has all of it."""
IDLE_SECONDS = 4 * 3600.0
JOIN_SECONDS = 10.0
FIRST_SECONDS = 8.0
"""How long one that was started ahead is waited for until it is ready, and to take what it is handed.

A fresh one takes a second: who waits longer for one that may be stuck is better off with that.
"""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is started: the sandbox, the command (told its socket by a last argument), the state of its code.

    A spare is given away only for the recipe it was made by: other bounds, mounts or code are another one.
    """

    sandbox: Sandbox
    command: tuple[str, ...]
    state: bytes = b""


class Waiting:
    """One sandbox that waits for its work; a context at whose end nothing of it is left."""

    def __init__(self, recipe: Recipe) -> None:
        """Start it; IsolationError if it cannot be set up. Dies with the calling thread."""
        self.recipe = recipe
        self._door, inside = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with inside:
            descriptor = inside.fileno()
            inherit = (*recipe.sandbox.inherit, descriptor)
            self._launch = Launch(
                replace(recipe.sandbox, inherit=inherit), (*recipe.command, str(descriptor))
            )
            try:
                self._launch.__enter__()
            except BaseException:
                self._door.close()
                raise
        self.since = time.monotonic()
        self._ready = False

    def __enter__(self) -> Waiting:
        return self

    def __exit__(self, *_: object) -> None:
        self._door.close()
        self._launch.__exit__()

    def ready(self, seconds: float) -> bool:
        """Return whether it says so within the time, and has not said anything else, nor ended."""
        self._ready = self._ready or self._hears(READY, seconds)
        process, _ = self._launch.started_parts()
        ends: list[HasFileno] = [self._door, *filter(None, [process.stdout])]
        return self._ready and not select.select(ends, [], [], 0)[0]

    def hand_over(self, words: bytes, descriptors: Sequence[int], *, seconds: float) -> bool:
        """Give it its work; return whether it has taken all of it. To be asked once."""
        if not self.ready(seconds):
            return False
        try:
            socket.send_fds(self._door, [words], list(descriptors))
        except OSError:
            return False
        return self._hears(TAKEN, seconds)

    def finish(self, seconds: float, *, output_bytes: int) -> Completed:
        """Follow it to its end, at most for so long from now, and return what came of it."""
        return self._launch.complete(bound=output_bytes, until=time.monotonic() + seconds)

    def _hears(self, word: bytes, seconds: float) -> bool:
        self._door.settimeout(max(seconds, 0.001))
        with contextlib.suppress(OSError):
            return self._door.recv(len(word) + 1) == word
        return False


class Spares:
    """A few sandboxes that wait, all by one recipe; refilled by a thread of its own until closed.

    The next one is started when the work that took the last has ended, or `pause` seconds after it began:
    the processors are the work's first. Without `refilled` there is no next one.
    """

    def __init__(
        self, count: int = 1, *, refilled: bool = True, idle_seconds: float = IDLE_SECONDS, pause: float = 1.0
    ) -> None:
        self._count, self._refilled, self._idle, self._pause = count, refilled, idle_seconds, pause
        self._recipe: Recipe | None = None
        self._held: list[Waiting] = []
        self._starting = self._closed = False
        self._not_before = 0.0
        self._changed = threading.Condition()
        self._keeper: threading.Thread | None = None
        self._owner = os.getpid()
        atexit.register(self.close)

    def expect(self, recipe: Recipe) -> None:
        """Have spares of this recipe from now on, and of no other; returns at once."""
        with self._changed:
            if self._closed or self._count < 1 or os.getpid() != self._owner:
                return
            self._recipe, self._not_before = recipe, 0.0
            if self._keeper is None:
                self._keeper = threading.Thread(target=self._keep, name="spares", daemon=True)
                self._keeper.start()
            self._changed.notify_all()

    def take(self, recipe: Recipe) -> Waiting | None:
        """Return a spare of the recipe, the caller's from now on; None where there is none.

        One that is just being started is waited for. Call `expect` when its work has ended.
        """
        if os.getpid() != self._owner:
            return None
        with self._changed:
            self._changed.wait_for(lambda: self._of(recipe) or not self._coming(recipe), FIRST_SECONDS)
            for spare in self._of(recipe):
                self._held.remove(spare)
                self._count -= 0 if self._refilled else 1
                self._not_before = time.monotonic() + self._pause
                self._changed.notify_all()  # whoever keeps them has one to start, later
                return spare
        return None

    def close(self) -> None:
        """End all of them, for good."""
        if os.getpid() != self._owner:  # a fork: they are its parent's
            return
        atexit.unregister(self.close)
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if self._keeper is not None:
            self._keeper.join(JOIN_SECONDS)

    def waiting(self) -> int:
        """Return how many can be taken now."""
        with self._changed:
            return len(self._of(self._recipe))

    def _keep(self) -> None:
        """Start and end them until closed: the life of the keeping thread."""
        while True:
            with self._changed:
                ended = self._surplus()
                begin = None if self._closed or ended else self._due()
                if begin is None and not ended:
                    if self._closed:
                        return
                    self._changed.wait(self._patience())
                    continue
                self._starting = begin is not None
            for spare in ended:
                with contextlib.suppress(Exception):
                    spare.__exit__()
            if begin is not None:
                self._start(begin)

    def _surplus(self) -> list[Waiting]:
        """Take out and return those to be ended: of another recipe, too old, or all when closed."""
        late = time.monotonic() - self._idle
        over = [one for one in self._held if self._closed or one.recipe != self._recipe or one.since <= late]
        if any(one.since <= late for one in over):
            self._recipe = None  # nobody asked for so long: until somebody does again
        self._held = [one for one in self._held if one not in over]
        return over

    def _of(self, recipe: Recipe | None) -> list[Waiting]:
        return [one for one in self._held if one.recipe == recipe]

    def _coming(self, recipe: Recipe) -> bool:
        """Return whether one of the recipe is being started, or will be at once."""
        return recipe == self._recipe and (self._starting or self._due() is not None)

    def _due(self) -> Recipe | None:
        """Return the recipe of one to be started now."""
        full = len(self._of(self._recipe)) >= self._count or time.monotonic() < self._not_before
        return None if full or self._closed else self._recipe

    def _patience(self) -> float | None:
        """Return for how long nothing is to be done if nobody calls; None for ever."""
        now = time.monotonic()
        ends = [one.since + self._idle - now for one in self._held]
        begins = (
            [self._not_before - now] if self._recipe is not None and len(self._held) < self._count else []
        )
        return max(min([*ends, *begins]), 0.0) if ends or begins else None

    def _start(self, recipe: Recipe) -> None:
        """Start one and hold it; where that fails, wait until somebody expects one again."""
        spare = None
        with contextlib.suppress(Exception):  # whatever it is, the thread lives on and nobody waits for it
            spare = Waiting(recipe)
        with self._changed:
            self._starting = False
            if spare is None:
                self._recipe = None
            else:
                self._held.append(spare)
            self._changed.notify_all()
