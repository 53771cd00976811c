"""The notes of running doors: which process serves which seat, told from its starting time.

A process number alone may be another's by now; number and starting time together are not.
Written by the spawner, read by the supervisor and the worker.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from sandbox.serving.places import Places, write_whole


@dataclass(frozen=True, slots=True)
class DoorNote:
    """One door: its seat's id, the login name of the user, the process and when it started (clock ticks)."""

    seat: str
    user: str
    pid: int
    started: int

    @property
    def alive(self) -> bool:
        """Return whether that very process still runs."""
        return alive(self.pid, self.started)


@dataclass(frozen=True, slots=True)
class End:
    """What a door leaves behind: its transcript's lines and last digest, and how many bytes it showed."""

    seat: str
    pid: int
    lines: int
    digest: str
    shown_bytes: int


def leave(places: Places, end: End) -> None:
    """Write what an ended door leaves to be put on record."""
    write_whole(places.doors / f"{end.seat}.ended", json.dumps(asdict(end)).encode())


def left(places: Places) -> Iterator[End]:
    """Yield what ended doors left that is not on record yet."""
    for path in sorted(places.doors.glob("*.ended")):
        with suppress(OSError, ValueError, TypeError):
            yield End(**json.loads(path.read_text(encoding="utf-8")))


def taken(places: Places, end: End) -> None:
    """Take away what was left, and the door's note, now that it is on record."""
    (places.doors / f"{end.seat}.ended").unlink(missing_ok=True)
    for door in noted(places):
        if (door.seat, door.pid) == (end.seat, end.pid):
            forget(places, door)


def note(places: Places, door: DoorNote) -> None:
    """Write a door's note."""
    write_whole(places.doors / f"{door.seat}.json", json.dumps(asdict(door)).encode())


def noted(places: Places) -> Iterator[DoorNote]:
    """Yield every door that was started and whose note was not taken away."""
    for path in sorted(places.doors.glob("*.json")):
        with suppress(OSError, ValueError, TypeError):
            yield DoorNote(**json.loads(path.read_text(encoding="utf-8")))


def forget(places: Places, door: DoorNote) -> None:
    """Take a note away."""
    (places.doors / f"{door.seat}.json").unlink(missing_ok=True)


def started(pid: int) -> int:
    """Return when the process started, in clock ticks since the machine did; 0 if there is none."""
    fields = _fields(pid)
    return int(fields[19]) if fields else 0


def alive(pid: int, start: int) -> bool:
    """Return whether the process of that number is the one that started then, and no mere remnant."""
    fields = _fields(pid)
    return bool(fields) and int(fields[19]) == start and fields[0] not in ("Z", "X")


def _fields(pid: int) -> list[str]:
    """Return the fields of the process's status after its name, state first."""
    try:
        text = Path("/proc", str(pid), "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    return text.rpartition(")")[2].split()
