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
from sandbox.seats import seat as seats
from sandbox.serving import doors, transcript
from sandbox.serving.doors import DoorNote, End
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
        seats.may_go_on(platform.seats, signed_in(platform, door.user), door.seat)
    except SandboxError:
        return False
    return True


def record_ended(platform: Platform, places: Places) -> None:
    """Put the end of each ended door on record, once: how much it showed, its transcript's digest."""
    ends = {(end.seat, end.pid): end for end in doors.left(places)}
    for end in ends.values():
        if _noted(platform, end):
            doors.taken(places, end)
        else:
            LOG.warning("%s is not open any more: the end of its last run is not on record yet", end.seat)
    for door in doors.noted(places):
        if not door.alive and (door.seat, door.pid) not in ends:
            _killed(platform, places, door)


def _noted(platform: Platform, end: End) -> bool:
    return seats.note_end(
        platform.seats, end.seat, lines=end.lines, digest=end.digest, shown_bytes=end.shown_bytes
    )


def _killed(platform: Platform, places: Places, door: DoorNote) -> None:
    """Put the end of a door on record that could not say goodbye: from its transcript and its count."""
    head = transcript.read_head(places.cells / f"{door.seat}.jsonl")
    shown = _shown(places.meters / f"{door.seat}.json", platform.seats.bounds.day_bytes)
    if _noted(platform, End(door.seat, door.pid, lines=head.lines, digest=head.digest, shown_bytes=shown)):
        LOG.warning("the door of %s was killed", door.seat)
    doors.forget(places, door)


def _shown(count: Path, unknown: int) -> int:
    """Return how many bytes a killed run had shown when last counted; all it might if that cannot be read."""
    try:
        found = json.loads(count.read_text(encoding="utf-8"))["run"]
    except FileNotFoundError:
        return 0
    except (OSError, ValueError, KeyError, TypeError):
        return unknown
    return found if isinstance(found, int) and found >= 0 else unknown
