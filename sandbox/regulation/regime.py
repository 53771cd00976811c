"""A regime as a value: the rules of one measure, each with its article, and what rooms ask of it.

Holds no number of its own and reads no file; the loader builds it. A rule without an article
cannot exist. Rooms record the regime's id with what they decide under it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sandbox.kernel.errors import InputError, NotFoundError
from sandbox.kernel.grades import Grade, Thresholds
from sandbox.kernel.message import say


class Basis(StrEnum):
    """Where a value comes from."""

    LAW = "law"  # the measure itself, or the law named as instrument
    STANDARD = "standard"
    PROPOSAL = "proposal"  # our setting under that article


class RuleKind(StrEnum):
    """What a rule fixes."""

    DEADLINE = "deadline"
    COUNT = "count"
    TERM = "term"
    RETENTION = "retention"
    RETENTION_AFTER_TERM = "retention-after-term"
    FLOOR = "floor"
    ROLE = "role"
    DUTY = "duty"


class Purpose(StrEnum):
    """What statistics are judged for."""

    EGRESS = "egress"  # 出域: to the developer, under agreement
    PUBLIC = "public"  # to society


_UNITS: Mapping[RuleKind, frozenset[str]] = {
    RuleKind.DEADLINE: frozenset({"working-days", "days", "months", "minutes"}),
    RuleKind.COUNT: frozenset({"times", "pages", "megabytes"}),
    RuleKind.TERM: frozenset({"years"}),
    RuleKind.RETENTION: frozenset({"months", "years"}),
    RuleKind.RETENTION_AFTER_TERM: frozenset({"months", "years"}),
    RuleKind.FLOOR: frozenset({"units"}),
    RuleKind.ROLE: frozenset({""}),
    RuleKind.DUTY: frozenset({""}),
}
_VALUES: Mapping[RuleKind, type] = {RuleKind.ROLE: str, RuleKind.DUTY: bool}
"""The type of a rule's value; whole numbers of at least 1 unless named here."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its value and unit, the article and instrument it rests on, a sentence in Chinese."""

    code: str
    kind: RuleKind
    value: int | str | bool
    unit: str
    article: str
    instrument: str
    basis: Basis
    text: str

    def __post_init__(self) -> None:
        if not (self.code and self.article.strip() and self.instrument and self.text):
            raise InputError(say("规则 {code} 缺少代码、条款、文件或说明", code=self.code))
        if self.unit not in _UNITS[self.kind]:
            raise InputError(say("规则 {code} 的单位 {unit} 与类别不符", code=self.code, unit=self.unit))
        if type(self.value) is not _VALUES.get(self.kind, int):
            raise InputError(say("规则 {code} 的值类型不对", code=self.code))
        if self.kind not in _VALUES and int(self.value) < 1:
            raise InputError(say("规则 {code} 的值应不小于 1", code=self.code))

    @property
    def number(self) -> int:
        """Return the value of a rule that is a number; ValueError for a role or a duty."""
        if self.kind in _VALUES:
            raise ValueError(f"{self.code} is not a number")
        return int(self.value)


@dataclass(frozen=True, slots=True)
class ThresholdRule:
    """The disclosure limits for one purpose and grade, with what they rest on."""

    purpose: Purpose
    grade: Grade
    thresholds: Thresholds
    article: str
    basis: Basis
    text: str


@dataclass(frozen=True, slots=True)
class Regime:
    """A measure as the platform applies it; `valid_to` is its last day in force, `digest` names the file."""

    id: str
    title: str
    issuer: str
    effective_from: date
    valid_to: date
    successor: str
    rules: tuple[Rule, ...]
    limits: tuple[ThresholdRule, ...]
    digest: str

    def in_force(self, day: date) -> bool:
        """Return whether the measure is in force on the day."""
        return self.effective_from <= day <= self.valid_to

    def ahead(self, day: date) -> bool:
        """Return whether the measure is not in force yet on the day."""
        return day < self.effective_from

    @property
    def lapsed_on(self) -> date:
        """Return the first day on which the measure is no longer in force."""
        return self.valid_to + timedelta(days=1)

    def rule(self, code: str) -> Rule:
        """Return the rule of that code; `NotFoundError` if the regime has none."""
        for rule in self.rules:
            if rule.code == code:
                return rule
        raise NotFoundError(say("{regime}没有名为 {code} 的规则", regime=self.title, code=code))

    def deadline(self, code: str) -> int:
        """Return a deadline in working days; `NotFoundError` if it is none or is kept in another unit."""
        rule = self.rule(code)
        if rule.kind is not RuleKind.DEADLINE or rule.unit != "working-days":
            raise NotFoundError(
                say("{regime}的规则 {code} 不是以工作日计的期限", regime=self.title, code=code)
            )
        return rule.number

    def count(self, code: str) -> int:
        """Return how many: of times, pages or megabytes; `NotFoundError` if the rule is none."""
        rule = self.rule(code)
        if rule.kind is not RuleKind.COUNT:
            raise NotFoundError(say("{regime}的规则 {code} 不是数量", regime=self.title, code=code))
        return rule.number

    def floor(self, code: str) -> int:
        """Return the smallest class in units: `landing`, `landing-legal`, `controlled`, `public`…"""
        return self.rule(f"{code}-floor").number

    def role_name(self, code: str) -> str:
        """Return what the measure calls a role."""
        return str(self.rule(code).value)

    def duty(self, code: str) -> bool:
        """Return whether a duty or permission holds."""
        return self.rule(code).value is True

    def threshold_rule(self, grade: Grade, purpose: Purpose = Purpose.EGRESS) -> ThresholdRule:
        """Return the limits for a grade and purpose with their article; every regime has them all."""
        return next(one for one in self.limits if one.grade is grade and one.purpose is purpose)

    def thresholds(self, grade: Grade, purpose: Purpose = Purpose.EGRESS) -> Thresholds:
        """Return the disclosure limits for data of that grade."""
        return self.threshold_rule(grade, purpose).thresholds

    @property
    def longest_term_days(self) -> int:
        """Return the longest term of use in calendar days, leap days included."""
        years = self.rule("agreement-term").number
        return years * 365 + years // 4
