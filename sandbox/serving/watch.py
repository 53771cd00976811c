"""Running seats, held against the rules of this moment; ended ones, put on record.

A seat that may be used no longer (suspended, agreement over, role taken away, account closed)
loses its door within seconds. Called by the worker.
"""

from __future__ import annotations

import json
import logging
import os
import signal
from contextlib import suppress
from pathlib import Path

from sandbox.app import Platform
from sandbox.kernel.errors import SandboxError
from sandbox.kernel.lifecycle import step
from sandbox.kernel.permits import may
from sandbox.seats import seat as seats
from sandbox.serving import doors, transcript
from sandbox.serving.doors import DoorNote
from sandbox.serving.places import Places
from sandbox.serving.signed import signed_in

LOG = logging.getLogger("worker")


def close_unlawful(platform: Platform, places: Places) -> None:
    """End every door whose seat its user may not use now."""
    for door in doors.noted(places):
        if door.alive and not lawful(platform, door):
            LOG.warning("%s may be used no longer and is closed", door.seat)
            with suppress(ProcessLookupError):
                os.kill(door.pid, signal.SIGTERM)


def lawful(platform: Platform, door: DoorNote) -> bool:
    """Return whether the rules allow the seat's run now; what cannot be asked is not allowed."""
    try:
        actor = signed_in(platform, door.user)
        seat = seats.named(platform.seats, door.seat)
        return bool(may(actor, step("seat:run"), seats.situation_of(platform.seats, actor, seat)))
    except SandboxError:
        return False


def record_ended(platform: Platform, places: Places) -> None:
    """Put the digest of each ended seat's transcript on record."""
    for path in sorted(places.doors.glob("*.ended")):
        _record(platform, path)
    for door in doors.noted(places):
        if not door.alive:
            _killed(platform, places, door)


def _record(platform: Platform, path: Path) -> None:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        seat, lines, digest = str(told["seat"]), int(told["lines"]), str(told["digest"])
    except (OSError, ValueError, KeyError, TypeError):
        return
    if not seats.note_end(platform.seats, seat, lines=lines, digest=digest):
        LOG.warning("%s is not open any more: its transcript's digest waits for its next run", seat)
        return
    path.unlink(missing_ok=True)


def _killed(platform: Platform, places: Places, door: DoorNote) -> None:
    """Put the end of a door on record that could not say goodbye; the digest is found in its transcript."""
    if not (places.doors / f"{door.seat}.ended").exists():
        found = transcript.read_head(places.cells / f"{door.seat}.jsonl")
        seats.note_end(platform.seats, door.seat, lines=found.lines, digest=found.digest)
    doors.forget(places, door)
