"""The corpus of leaks: every technique some times, in a tuning half and a held-out half, with its digest.

The techniques of the gate's examination (`tests/attacks/exam_leaks`) belong to the tuning half: they
were looked at while the gate was built. Those written here are divided by the digest of their names.
"""

from __future__ import annotations

import datetime
import hashlib
import random
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from unittest.mock import patch

from bench.egress import corpus_codes, corpus_files, corpus_tables  # noqa: F401 - they enter techniques
from bench.egress.world import TECHNIQUES, Files, payload, tables
from tests.attacks.exam_leaks import LEAKS, World

TUNING, HELD_OUT = "tuning", "held-out"
FILES_HERE, FILES_EXAM = 3, 1


@dataclass(frozen=True, slots=True)
class Leak:
    """One set of files that carries records: its technique, which file of it, its half."""

    technique: str
    number: int
    half: str
    recoverable: bool
    files: Files


class _Still(datetime.datetime):
    """A clock that stands, so that packages are written alike every time."""

    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> _Still:
        return cls(2026, 1, 1, tzinfo=tz)


_FROM_FILE = zipfile.ZipInfo.from_file


def _undated(*args: object, **named: object) -> zipfile.ZipInfo:
    made = _FROM_FILE(*args, **named)  # type: ignore[arg-type]
    made.date_time = (2026, 1, 1, 0, 0, 0)
    return made


@contextmanager
def still_clock() -> Iterator[None]:
    """Let packers see one moment only."""
    moment = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC).timestamp()
    with (
        patch("time.time", lambda: moment),
        patch("openpyxl.writer.excel.datetime.datetime", _Still),
        patch("openpyxl.packaging.core.datetime.datetime", _Still),
        patch("zipfile.ZipInfo.from_file", _undated),
    ):
        yield


def half_of(name: str) -> str:
    """Return the half of a technique that was written here."""
    return HELD_OUT if hashlib.sha256(f"half/{name}".encode()).digest()[0] % 2 else TUNING


def leaks(half: str | None = None) -> Iterator[Leak]:
    """Yield the corpus, or one half of it, always the same."""
    rows = tables()
    world = World(rows["居民"], rows["企业"], rows["脱敏"])
    if half != HELD_OUT:
        for one in LEAKS:
            for number in range(FILES_EXAM):
                with still_clock():
                    made = one.make(world, random.Random(f"bench/{one.name}/{number}"))
                yield Leak(f"exam:{one.name}", number, TUNING, one.recoverable, made)
    for each in TECHNIQUES:
        if half in (None, half_of(each.name)):
            for number in range(FILES_HERE):
                with still_clock():
                    made = each.make(payload(each.name, number))
                yield Leak(each.name, number, half_of(each.name), each.recoverable, made)


def digest(half: str) -> str:
    """Return the SHA-256 of the half's manifest: technique, file name and SHA-256 of every file in order."""
    lines = [
        f"{one.technique}/{one.number} {name} {hashlib.sha256(data).hexdigest()}"
        for one in leaks(half)
        for name, data in sorted(one.files.items())
    ]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
