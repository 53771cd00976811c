"""How sensitive data is, what may be opened in which zone, and the disclosure thresholds.

Two axes: the province's three levels (DB52/T 1123-2016) and the nation's (GB/T 43697-2024)
with four grades of general data. Numbers come from `regulation`; this file holds the shape.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum


class ProvincialLevel(StrEnum):
    """DB52/T 1123-2016."""

    PUBLIC = "public"  # 公开
    INTERNAL = "internal"  # 内部
    SECRET = "secret"  # 涉密


class NationalLevel(StrEnum):
    """GB/T 43697-2024."""

    GENERAL = "general"  # 一般数据
    IMPORTANT = "important"  # 重要数据
    CORE = "core"  # 核心数据


class Grade(IntEnum):
    """The four grades of general data; the higher, the more sensitive."""

    L1 = 1
    L2 = 2
    L3 = 3
    L4 = 4


class Zone(StrEnum):
    """Where data is used: an interactive seat, or a reviewed job without a person at it."""

    DEVELOPMENT = "development"  # 开发区
    RUN = "run"  # 运行区


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Disclosure limits behind every released cell.

    `smallest` distinct units of every kind, the largest unit's share below `largest_share`,
    the two largest together below `two_largest_share`, and the p% rule at `p_percent`. Beyond
    `drip_products` products of one dataset, what a seat hands in is looked at as a whole. A test of
    membership may tell members from others by `advantage` above one half; `near_excess` is by how much more
    of a synthetic table than of real people may lie near to somebody, and `coverage_gap` how far its
    columns may lie from the source's.
    """

    smallest: int = 10
    largest_share: float = 0.5
    two_largest_share: float = 0.9
    p_percent: float = 0.1
    drip_products: int = 30
    advantage: float = 0.1
    near_excess: float = 0.05
    coverage_gap: float = 0.35

    def __post_init__(self) -> None:
        if self.drip_products < 1 or self.smallest < 2 or not 0 < self.largest_share <= 1:
            raise ValueError("thresholds out of range")
        if not 0 < self.two_largest_share <= 1 or not 0 <= self.p_percent < 1:
            raise ValueError("thresholds out of range")
        if not (0 <= self.advantage < 0.5 and 0 <= self.near_excess < 1 and 0 <= self.coverage_gap < 1):
            raise ValueError("thresholds out of range")


@dataclass(frozen=True, slots=True)
class Grading:
    """A dataset's grade on both axes."""

    provincial: ProvincialLevel
    national: NationalLevel
    grade: Grade

    def covers(self, other: Grading) -> bool:
        """Return whether this grading is at least as high as the other on every axis."""
        return joined((self, other)) == self

    @property
    def landable(self) -> bool:
        """Return whether data of this grading may land at all (第六条: never secret or core)."""
        return self.provincial is not ProvincialLevel.SECRET and self.national is NationalLevel.GENERAL

    @property
    def interactive(self) -> bool:
        """Return whether an interactive seat may open it: grades 1 to 3 only."""
        return self.landable and self.grade <= Grade.L3


def joined(gradings: Sequence[Grading]) -> Grading:
    """Return the grading of what is made of several inputs: the highest on every axis (就高从严).

    `gradings` holds at least one; a new assessment may later grade the result by itself.
    """
    return Grading(
        max((one.provincial for one in gradings), key=list(ProvincialLevel).index),
        max((one.national for one in gradings), key=list(NationalLevel).index),
        max(one.grade for one in gradings),
    )
