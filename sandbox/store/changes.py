"""What goes through the opener and what comes back: changes, links, effects, stored records.

Values only; the opener checks them. Called by every room that writes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from sandbox.kernel.lifecycle import Step
from sandbox.kernel.records import Record
from sandbox.store.canonical import Json

ANNOUNCED = "step.announced"
"""The kind of the effect that the store posts by itself for the steps that its settings announce."""

R = TypeVar("R", bound=Record)
R_co = TypeVar("R_co", bound=Record, covariant=True)


@dataclass(frozen=True, slots=True)
class Link:
    """From the record being written to another, in a role ("agreement", "input"); never removed."""

    role: str
    to_id: str


@dataclass(frozen=True, slots=True)
class Change:
    """One step on one record.

    `expected` is the version that the caller read; None for a creation. `note` goes into the
    fact and nowhere else. `links` are added to those the record has. `secrets` replace those
    of the same names; only their digests enter the log. `names` are such as only one record may
    ever hold ("login:chen"); a second holder is a conflict, whoever asks at the same moment.
    """

    step: Step
    record: Record
    expected: int | None = None
    note: Mapping[str, Json] = field(default_factory=dict)
    links: tuple[Link, ...] = ()
    secrets: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Effect:
    """Something to do outside the database once the write stands; at least once, in order.

    An empty `record_id` means the record of the first change.
    """

    kind: str
    payload: Mapping[str, Json] = field(default_factory=dict)
    record_id: str = ""


@dataclass(frozen=True, slots=True)
class Stored(Generic[R_co]):
    """A record as it stands, with the version to hand back when changing it."""

    record: R_co
    version: int
    created_at: datetime
    updated_at: datetime

    @property
    def id(self) -> str:
        """The record's id."""
        return self.record.id
