"""The invented sources of the corpora, and the registry in which techniques are entered.

A technique turns rows of a source into files that carry them in a disguise. Nothing here is real.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from tests.attacks.exam_source import Row, firms, masked, persons, to_csv

Files = Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Payload:
    """What one leaking file carries: rows of a source, and the chance that its maker may use."""

    rows: list[Row]
    chance: random.Random

    @property
    def csv(self) -> str:
        """Return the rows as CSV with a header."""
        return to_csv(self.rows)

    @property
    def lines(self) -> str:
        """Return the rows without a header, cells joined by commas."""
        return "\n".join(",".join(row.values()) for row in self.rows)

    @property
    def columns(self) -> dict[str, list[str]]:
        """Return the rows by column."""
        return {name: [row[name] for row in self.rows] for name in self.rows[0]}

    def few(self, count: int) -> list[Row]:
        """Return the first rows."""
        return self.rows[:count]


@dataclass(frozen=True, slots=True)
class Technique:
    """A disguise: its name, its maker, whether a reader without a secret could get the records back."""

    name: str
    make: Callable[[Payload], Files]
    recoverable: bool


TECHNIQUES: list[Technique] = []


def technique(suffix: str, *, recoverable: bool = True) -> Callable[[Callable[[Payload], object]], object]:
    """Enter the maker of one file (text or bytes) or of several (a mapping) under its own name."""

    def enter(make: Callable[[Payload], object]) -> object:
        name = getattr(make, "__name__", "")

        def files(payload: Payload) -> Files:
            made = make(payload)
            if isinstance(made, Mapping):
                return made
            return {f"{name}.{suffix}": made.encode() if isinstance(made, str) else bytes(made)}  # type: ignore[call-overload]

        TECHNIQUES.append(Technique(name, files, recoverable))
        return make

    return enter


@cache
def tables() -> dict[str, list[Row]]:
    """Return the sources by name: visits of residents, firms, and the visits as a seat sees them."""
    people = persons()
    return {"居民": people, "企业": firms(), "脱敏": masked(people)}


def payload(name: str, number: int) -> Payload:
    """Return the rows for the n-th file of a technique; the source takes turns, the rows are drawn."""
    chance = random.Random(f"{name}/{number}")
    source = ("居民", "企业", "脱敏", "居民")[number % 4]
    rows = chance.sample(tables()[source], chance.randint(12, 30))
    return Payload(rows, chance)
