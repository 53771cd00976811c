"""Records of seats: the seat, undertakings, what was stopped (第十二条, 第十六条, 第十七条)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sandbox.kernel.records import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat(Record):
    """开发席位 of one service agreement for one named user; `mounted` are the snapshots of its last run."""

    KIND: ClassVar[str] = "seat"
    organisation: str
    environment: str
    agreement: str
    user: str
    name: str
    host_uid: int = 0
    mounted: tuple[str, ...] = ()
    policy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stoppage(Record):
    """暂停提交 of a seat whose products were source records too often, until it is lifted (第十七条).

    `times` within `days` was too often, by the regime of its agreement.
    """

    KIND: ClassVar[str] = "stoppage"
    organisation: str
    environment: str
    seat: str
    submissions: tuple[str, ...]
    reason: str = ""
    times: int = 3
    days: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Undertaking(Record):
    """承诺书 of one user for one service agreement: which version of the text, by its digest (第十六条)."""

    KIND: ClassVar[str] = "undertaking"
    organisation: str
    environment: str
    account: str
    agreement: str
    version: int
    text: str
