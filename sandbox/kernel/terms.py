"""What a service agreement may agree on besides data, users and term: hours, quotas, joins, forms.

Values that check themselves at birth; an empty list or a zero restricts nothing further than the
platform's own bounds do, except the joins: what is not listed may not be joined. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sandbox.kernel.boundary import OutputForm

_TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00")
LEAST_REVIEWERS = 2
"""第十九条 as the platform reads it: never fewer than two persons."""
MOST_REVIEWERS = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """When seats may be used, in China's time: days 1 (Monday) to 7, from `start` until before `end`."""

    days: tuple[int, ...]
    start: str
    end: str

    def __post_init__(self) -> None:
        if (
            not self.days
            or sorted(set(self.days)) != list(self.days)
            or not set(self.days) <= set(range(1, 8))
        ):
            raise ValueError("days are 1 to 7, each once, in order")
        if not _TIME.fullmatch(self.start) or not _TIME.fullmatch(self.end) or self.start >= self.end:
            raise ValueError("hours run from an earlier to a later time of one day")

    def holds(self, moment: datetime) -> bool:
        """Return whether a moment of China's time lies within."""
        return moment.isoweekday() in self.days and self.start <= moment.strftime("%H:%M") < self.end

    def __str__(self) -> str:
        """Return the hours as they are written on the command line: `1,2,3,4,5 08:00-20:00`."""
        return f"{','.join(map(str, self.days))} {self.start}-{self.end}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotas:
    """How much one seat may show and run: bytes a run and a day, seconds a run, runs and requests a day.

    A zero leaves the platform's own bound; no quota widens it.
    """

    run_bytes: int = 0
    day_bytes: int = 0
    run_seconds: int = 0
    day_runs: int = 0
    day_submissions: int = 0

    def __post_init__(self) -> None:
        figures = (self.run_bytes, self.day_bytes, self.run_seconds, self.day_runs, self.day_submissions)
        if min(figures) < 0:
            raise ValueError("a quota is not below zero")


NO_QUOTAS = Quotas()
"""The platform's own bounds alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """Two datasets, by id and in order, that may be used together in one result (关联分析)."""

    first: str
    second: str

    def __post_init__(self) -> None:
        if not self.first or not self.first < self.second:
            raise ValueError("a join names two datasets in order")


def join_of(one: str, other: str) -> Join:
    """Return the join of two datasets, whichever is named first."""
    first, second = sorted((one, other))
    return Join(first=first, second=second)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowRange:
    """Which rows an item may have: values of one column from `start` to `end`, or a list."""

    column: str
    start: str = ""
    end: str = ""
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowing:
    """An item that an agreement takes less of than was approved: these columns, and rows within these ranges.

    Without columns it takes all of them; the ranges come on top of the item's own.
    """

    item: str
    columns: tuple[str, ...] = ()
    rows: tuple[RowRange, ...] = ()

    def __post_init__(self) -> None:
        if not self.item or not (self.columns or self.rows):
            raise ValueError("a narrowing takes something away")
        if any(not (one.column and (one.start or one.end or one.values)) for one in self.rows):
            raise ValueError("a range bounds something")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """A signature of the platform under a text: algorithm, key and signature in hexadecimal."""

    algorithm: str
    name: str
    public: str
    signature: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Everything the parties agree on beyond items, users, seats and term."""

    hours: tuple[Hours, ...] = ()
    quotas: Quotas = NO_QUOTAS
    joins: tuple[Join, ...] = ()
    outputs: tuple[OutputForm, ...] = ()
    narrowings: tuple[Narrowing, ...] = ()
    reviewers: int = LEAST_REVIEWERS

    def __post_init__(self) -> None:
        if not LEAST_REVIEWERS <= self.reviewers <= MOST_REVIEWERS:
            raise ValueError("two to nine reviewers")
        if len(set(self.joins)) != len(self.joins) or len(set(self.outputs)) != len(self.outputs):
            raise ValueError("an entry stands twice")


PLAIN = Terms()
"""What an agreement has that says nothing of all this."""


def open_at(hours: Iterable[Hours], moment: datetime) -> bool:
    """Return whether seats may be used at the moment; without hours, always."""
    every = tuple(hours)
    return not every or any(one.holds(moment) for one in every)
