"""Ends a test process in which a test outstays its time: it says where each thread stands, and dies.

The time of a test is a signal to its own thread. It does not reach what waits in a library, comes once, and
is taken back as soon as a test has failed, so that what is cleaned up after that would have no bound at all.
"""

from __future__ import annotations

import faulthandler
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

TIMES, GRACE = 2, 60.0
_SAID = [2]
"""Where it is said: the words of a test itself are kept back, and lost when its process dies."""
_NOW: list[pytest.Item] = []


def begin() -> None:
    """Note where this process speaks; to be called while nothing that it says is kept back."""
    _SAID.append(os.dup(2))


def watch(item: pytest.Item) -> None:
    """Give this process twice the time of the test and a minute from now, and then an end."""
    _NOW[:] = [item]
    faulthandler.dump_traceback_later(TIMES * allowed(item) + GRACE, exit=True, file=_SAID[-1])


def leave() -> None:
    """Watch no longer."""
    faulthandler.cancel_dump_traceback_later()
    _NOW.clear()


@contextmanager
def beside(seconds: float) -> Iterator[None]:
    """Let what every test process waits for take so long, and none of the test's own time."""
    left, _ = signal.setitimer(signal.ITIMER_REAL, 0)
    faulthandler.dump_traceback_later(seconds, exit=True, file=_SAID[-1])
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
        for item in tuple(_NOW):
            watch(item)
        signal.setitimer(signal.ITIMER_REAL, left)


def allowed(item: pytest.Item) -> float:
    """Return the seconds that a test may take: its own, or those of every test."""
    own = item.get_closest_marker("timeout")
    return float(own.args[0] if own is not None and own.args else item.config.getini("timeout"))
