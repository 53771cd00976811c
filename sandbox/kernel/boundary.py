"""Development-use boundary conditions (开发利用边界条件) as a value, and where a demand breaks them.

A provider sets them on a dataset, a reviewer narrows them for one item, and never widens. An empty
list restricts nothing; a zero sets no limit. Who may set them is asked in `permits`. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from sandbox.kernel.errors import InputError
from sandbox.kernel.message import Message, say

LONGEST_TEXT = 120
"""Characters of one entry of a list: entries are names and codes, not prose."""


class OutputForm(StrEnum):
    """In which form results may leave (第八条 leaves the forms to the parties: our list)."""

    AGGREGATE = "aggregate"  # 汇总表
    REPORT = "report"  # 分析报告
    CHART = "chart"  # 可视化
    INDEX = "index"  # 指数、评分
    MODEL = "model"  # 算法模型
    VERIFICATION = "verification"  # 核验结果
    SERVICE = "service"  # 数据服务
    SYNTHETIC = "synthetic"  # 合成数据


@dataclass(frozen=True, slots=True, kw_only=True)
class Boundary:
    """What may be done with a dataset or an item; checked at birth.

    `joins_banned` names datasets by id that must not be used together with this one, `regions`
    are six-digit codes, `environments` the codes of environments.
    """

    allowed_scenarios: tuple[str, ...] = ()
    forbidden_scenarios: tuple[str, ...] = ()
    outputs: tuple[OutputForm, ...] = ()
    minimum_aggregation: int = 0
    most_columns: int = 0
    longest_term_days: int = 0
    joins_banned: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if min(self.minimum_aggregation, self.most_columns, self.longest_term_days) < 0:
            raise ValueError("a limit is not below zero")
        for words in (
            self.allowed_scenarios,
            self.forbidden_scenarios,
            self.joins_banned,
            self.regions,
            self.environments,
        ):
            if any(not one.strip() or len(one) > LONGEST_TEXT for one in words):
                raise ValueError("an entry is empty or too long")


UNBOUND = Boundary()
"""No condition at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What one item asks, as far as boundary conditions speak of it."""

    scenarios: tuple[str, ...]
    outputs: tuple[OutputForm, ...]
    columns: int
    term_days: int
    together_with: tuple[str, ...]
    regions: tuple[str, ...]
    environment: str


def breaches(boundary: Boundary, demand: Demand) -> tuple[Message, ...]:
    """Return every way in which the demand breaks the boundary; silence breaks an allow-list."""
    found = [*_scenario(boundary, demand), *_shape(boundary, demand), *_place(boundary, demand)]
    return tuple(found)


def _scenario(boundary: Boundary, demand: Demand) -> Iterable[Message]:
    asked = set(demand.scenarios)
    if banned := asked & set(boundary.forbidden_scenarios):
        yield say("边界条件禁止场景“{names}”", names="、".join(sorted(banned)))
    if boundary.allowed_scenarios:
        if not asked:
            yield say("边界条件只允许列明的场景，而申请没有写明场景类别")
        elif outside := asked - set(boundary.allowed_scenarios):
            yield say("场景“{names}”不在边界条件允许之列", names="、".join(sorted(outside)))
    if boundary.outputs:
        if not demand.outputs:
            yield say("边界条件只允许列明的产出形式，而申请没有写明产出形式")
        elif extra := {one.value for one in demand.outputs} - {one.value for one in boundary.outputs}:
            yield say("产出形式 {names} 不在边界条件允许之列", names="、".join(sorted(extra)))


def _shape(boundary: Boundary, demand: Demand) -> Iterable[Message]:
    if boundary.most_columns and demand.columns > boundary.most_columns:
        yield say(
            "所要信息项 {count} 个，超过边界条件的 {most} 个",
            count=demand.columns,
            most=boundary.most_columns,
        )
    if boundary.longest_term_days and demand.term_days > boundary.longest_term_days:
        yield say(
            "使用期限 {days} 天，超过边界条件的 {most} 天",
            days=demand.term_days,
            most=boundary.longest_term_days,
        )


def _place(boundary: Boundary, demand: Demand) -> Iterable[Message]:
    if together := set(demand.together_with) & set(boundary.joins_banned):
        yield say("边界条件禁止与数据集 {names} 关联使用", names="、".join(sorted(together)))
    if boundary.environments and demand.environment not in boundary.environments:
        yield say("边界条件不允许在环境 {name} 中使用", name=demand.environment or "—")
    if boundary.regions:
        if not demand.regions:
            yield say("边界条件限定了地域，而申请没有写明空间范围")
        elif outside := [one for one in demand.regions if one not in boundary.regions]:
            yield say("地域 {names} 不在边界条件之内", names="、".join(sorted(outside)))


def narrowed(first: Boundary, second: Boundary) -> Boundary:
    """Return what both allow: the stricter of the two in everything.

    Raises `InputError` where two allow-lists leave nothing in common: that would allow everything.
    """
    return Boundary(
        allowed_scenarios=_common(first.allowed_scenarios, second.allowed_scenarios),
        forbidden_scenarios=_either(first.forbidden_scenarios, second.forbidden_scenarios),
        outputs=tuple(OutputForm(one) for one in _common(first.outputs, second.outputs)),
        minimum_aggregation=max(first.minimum_aggregation, second.minimum_aggregation),
        most_columns=_least(first.most_columns, second.most_columns),
        longest_term_days=_least(first.longest_term_days, second.longest_term_days),
        joins_banned=_either(first.joins_banned, second.joins_banned),
        regions=_common(first.regions, second.regions),
        environments=_common(first.environments, second.environments),
    )


def _common(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    if not first or not second:
        return first or second
    both = tuple(one for one in first if one in second)
    if not both:
        raise InputError(say("追加的边界条件与数据集原有的没有交集：请改为不同意，或调整条件"))
    return both


def _either(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))


def _least(first: int, second: int) -> int:
    return min(one for one in (first, second) if one) if first or second else 0
