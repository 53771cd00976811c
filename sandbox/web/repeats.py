"""Calls that may be sent twice: the outcome of each by its key, kept for a day and over a restart.

A call is noted before it is taken. If the platform dies in between, nobody knows what came of it: the
repetition is refused, never taken twice. What is told only once is kept in memory alone.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import BaseModel, Field

from sandbox.kernel.errors import ConflictError
from sandbox.web.language import word

REMEMBERED = timedelta(hours=24)
MOST_AT_HAND = 2_000


class Done(BaseModel):
    """What a step brought: where its record is shown, a sentence, and what is told only once."""

    location: str
    message: str
    once: dict[str, str] = Field(default_factory=dict)


class Repeats:
    """The outcomes of calls, in a folder of the home."""

    def __init__(self, folder: Path, clock: Callable[[], datetime]) -> None:
        self._folder, self._clock = folder, clock
        self._lock = threading.Lock()
        self._running: set[str] = set()
        self._at_hand: OrderedDict[str, Done] = OrderedDict()

    def claim(self, account: str, path: str, key: str) -> Done | None:
        """Return the outcome of an earlier call; `ConflictError` while it runs or when nobody knows it."""
        name = _name(account, path, key)
        with self._lock:
            if name in self._running:
                raise ConflictError(word("同一个幂等键的调用还在办理：请稍候再试"))
            if name in self._at_hand:
                return self._at_hand[name]
            self._sweep()
            place = self._folder / name
            if place.exists():
                return _read(place)
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            place.write_text("", encoding="utf-8")
            self._running.add(name)
        return None

    def settle(self, account: str, path: str, key: str, done: Done | None) -> None:
        """Keep the outcome, or let the key be used again after a failure."""
        name = _name(account, path, key)
        place = self._folder / name
        with self._lock:
            self._running.discard(name)
            if done is None:
                place.unlink(missing_ok=True)
                return
            self._at_hand[name] = done
            while len(self._at_hand) > MOST_AT_HAND:
                self._at_hand.popitem(last=False)
            fresh = place.with_suffix(".new")
            fresh.write_text(json.dumps(done.model_dump(exclude={"once"})), encoding="utf-8")
            fresh.replace(place)

    def _sweep(self) -> None:
        limit = (self._clock() - REMEMBERED).timestamp()
        for one in self._folder.glob("*"):
            with suppress(FileNotFoundError):
                if one.stat().st_mtime < limit:
                    one.unlink()
                    self._at_hand.pop(one.name, None)


def _read(place: Path) -> Done:
    kept = place.read_text(encoding="utf-8")
    if not kept:
        raise ConflictError(word("上次用这个幂等键的调用中断了，结果不明：请先查看记录，再换一个键"))
    return Done.model_validate_json(kept)


def _name(account: str, path: str, key: str) -> str:
    return hashlib.sha256("\n".join((account, path, key)).encode()).hexdigest()
