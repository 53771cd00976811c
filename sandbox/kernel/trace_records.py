"""溯源报告: whose data a leaked file holds, as it was found and by whom it was asked. Pure values.

A report names seats only where the evidence leaves a chance that can be stated; it holds no value of the
file, only its digest. A seat or agreement that is not named is not accused by its absence.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from sandbox.kernel.records import Record


class TraceOutcome(StrEnum):
    """What a trace comes to: seats named, only the agreement, or nobody."""

    SEATS = "seats"
    AGREEMENT = "agreement"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedData:
    """Of which data canaries were found: the dataset, the snapshots that have them, how many rows."""

    dataset: str
    snapshots: tuple[str, ...]
    versions: tuple[int, ...]
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """One seat that is named, and whose it is; `bits` above chance, rounded down."""

    seat: str
    name: str
    developer: str
    organisation: str
    agreement: str
    bits: int
    rows: int
    data: tuple[TracedData, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedAgreement:
    """One agreement whose data the file holds, whoever it was that took them out."""

    agreement: str
    bits: int
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace(Record):
    """溯源报告 of one file by its digest: who was named, and what nobody's file would have shown.

    `cells` were compared with `marks`; from `threshold` bits above chance on a seat is named.
    """

    KIND: ClassVar[str] = "trace"
    organisation: str
    account: str
    name: str
    digest: str
    size: int
    asked_at: datetime
    outcome: TraceOutcome
    suspects: tuple[Suspect, ...] = ()
    agreements: tuple[TracedAgreement, ...] = ()
    cells: int = 0
    marks: int = 0
    threshold: int = 20
