"""Records of oversight: duties and who holds them, incidents, notices and who is told of them (第十六条)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from sandbox.kernel.records import Record


class Duty(StrEnum):
    """The three sides of security of a dataset (第十六条)."""

    SUPERVISE = "supervise"  # 数据监管
    PROVIDE = "provide"  # 数据提供
    USE = "use"  # 数据使用


@dataclass(frozen=True, slots=True, kw_only=True)
class Responsibility(Record):
    """责任分工: one named person of one side for one dataset; `organisation` owns the dataset (第十六条)."""

    KIND: ClassVar[str] = "responsibility"
    organisation: str
    environment: str
    dataset: str
    duty: Duty
    holder: str
    account: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident(Record):
    """安全事件: what was stopped and recalled at once, frozen as evidence, reported (第十六、十七条)."""

    KIND: ClassVar[str] = "incident"
    organisation: str
    target: str
    title: str
    reason: str
    known_at: datetime
    report_due: datetime
    opened_by: str
    stopped: tuple[str, ...] = ()
    recalled: tuple[str, ...] = ()
    evidence: str = ""
    report: str = ""
    conclusion: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice(Record):
    """通知 in one account's inbox: which template, with which values, about which record."""

    KIND: ClassVar[str] = "notice"
    organisation: str
    account: str
    template: str
    subject: str
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription(Record):
    """通知订阅: where an account's notices go besides the console, or an organisation's own system."""

    KIND: ClassVar[str] = "subscription"
    organisation: str
    account: str
    channel: str
    address: str
    language: str = "zh"
