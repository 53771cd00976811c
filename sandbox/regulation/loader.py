"""Reads regimes strictly from TOML: the two that ship, or an operator's own for a new measure.

Refuses unknown keys, rules without an article or with one that the measure does not have,
and gaps in the thresholds; the first fault is told in one sentence. Decides no case.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from enum import StrEnum
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

from sandbox.kernel.errors import InputError, NotFoundError
from sandbox.kernel.grades import Grade, Thresholds
from sandbox.kernel.message import Message, say
from sandbox.regulation.regime import Basis, Purpose, Regime, Rule, RuleKind, ThresholdRule

__all__ = ["Regime", "article_number", "load", "regime", "regimes", "with_own"]

_FILES = ("zunyi-2022.toml", "national-2025.toml")
_NUMERALS = "一二三四五六七八九"
_ARTICLE = re.compile(r"第([一二三四五六七八九十]{1,3})条")
_Choice = TypeVar("_Choice", bound=StrEnum)


@cache
def regimes() -> tuple[Regime, ...]:
    """Return the regimes that ship with the platform, the earliest first."""
    folder = resources.files("sandbox.regulation")
    found = tuple(load(folder.joinpath(name).read_text("utf-8"), name=name) for name in _FILES)
    known = {one.id for one in found}
    for one in found:
        if one.successor and one.successor not in known:
            raise _fault(one.id, say("没有名为 {name} 的制度版本", name=one.successor))
    return tuple(sorted(found, key=lambda one: one.effective_from))


def regime(identifier: str) -> Regime:
    """Return the regime of that id; `NotFoundError` if there is none."""
    for one in regimes():
        if one.id == identifier:
            return one
    raise NotFoundError(say("没有名为 {name} 的制度版本", name=identifier))


def with_own(folder: Path) -> tuple[Regime, ...]:
    """Return the regimes shipped and those in a home's folder, the earliest first.

    An own file of a shipped id takes its place, and may change the platform's settings there, never
    what is law or standard. `InputError` names the file that cannot be used: no rule is guessed.
    """
    known = {one.id: one for one in regimes()}
    for path in sorted(folder.glob("*.toml")) if folder.is_dir() else []:
        try:
            made = load(path.read_text(encoding="utf-8"), name=path.name)
        except (OSError, UnicodeDecodeError):
            raise InputError(say("读不了制度文件 {name}：请检查权限和编码", name=path.name)) from None
        if made.id in known:
            _check_law(known[made.id], made, name=path.name)
        _check_whole(made, name=path.name)
        known[made.id] = made
    return tuple(sorted(known.values(), key=lambda one: one.effective_from))


def _check_law(shipped: Regime, made: Regime, *, name: str) -> None:
    """Raise InputError where an own file changes what is no setting, or calls a setting law."""
    own = {rule.code: rule for rule in made.rules}
    changed = [rule.code for rule in shipped.rules if not _kept(rule, own.get(rule.code))]
    if changed or made.effective_from != shipped.effective_from or made.valid_to != shipped.valid_to:
        raise InputError(
            say(
                "制度文件 {name} 与随附的 {id} 不一致：法规和标准规定的 {codes} 不能改，只能改本平台设置",
                name=name,
                id=shipped.id,
                codes="、".join(changed) or "effective_from / valid_to",
            )
        )


def _check_whole(made: Regime, *, name: str) -> None:
    """Raise InputError where a rule that every measure is asked for is not there, or is of another kind."""
    own = {rule.code: (rule.kind, rule.unit) for rule in made.rules}
    first, *others = ({rule.code: (rule.kind, rule.unit) for rule in one.rules} for one in regimes())
    asked = {code: kind for code, kind in first.items() if all(one.get(code) == kind for one in others)}
    if wrong := [code for code, kind in asked.items() if own.get(code) != kind]:
        raise _fault(name, say("缺少规则 {codes}，或其类别、单位不同", codes="、".join(wrong)))


def _kept(rule: Rule, own: Rule | None) -> bool:
    """Return whether an own file leaves a rule as it is, up to its words; of a setting the basis alone."""
    if rule.basis is Basis.PROPOSAL:
        return own is None or own.basis is Basis.PROPOSAL
    return own is not None and replace(own, text=rule.text) == rule


def load(text: str, *, name: str) -> Regime:
    """Return the regime written in `text`; `InputError` naming the file and the first fault."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise _fault(name, say("不是有效的 TOML：{detail}", detail=str(fault))) from fault
    try:
        return _regime(raw, digest=hashlib.sha256(text.encode()).hexdigest())
    except InputError as fault:
        raise _fault(name, fault.message) from fault


def _fault(name: str, problem: Message) -> InputError:
    return InputError(say("制度文件 {name} 有误（{problem}），请改正后重新加载", name=name, problem=problem))


def _regime(raw: Mapping[str, Any], *, digest: str) -> Regime:
    _keys(raw, required={"regime", "rule", "threshold"}, where="TOML")
    head = _table(raw["regime"], where="regime")
    required = {"id", "title", "issuer", "effective_from", "valid_to", "articles"}
    _keys(head, required=required, optional={"successor"}, where="regime")
    title = _text(head, "title")
    made = Regime(
        id=_text(head, "id"),
        title=title,
        issuer=_text(head, "issuer"),
        effective_from=_day(head, "effective_from"),
        valid_to=_day(head, "valid_to"),
        successor=_text(head, "successor") if "successor" in head else "",
        rules=tuple(_rule(row, title=title) for row in _rows(raw["rule"], where="rule")),
        limits=tuple(one for row in _rows(raw["threshold"], where="threshold") for one in _limits(row)),
        digest=digest,
    )
    _check(made, articles=_whole(head, "articles"))
    return made


def _table(value: Any, *, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise InputError(say("{where} 应为表", where=where))
    return value


def _rows(value: Any, *, where: str) -> list[Mapping[str, Any]]:
    if not isinstance(value, list):
        raise InputError(say("{where} 应为表的列表", where=where))
    return [_table(row, where=where) for row in value]


def _keys(
    row: Mapping[str, Any], *, required: set[str], where: str, optional: set[str] | None = None
) -> None:
    if missing := required - row.keys():
        raise InputError(say("{where} 缺少 {keys}", where=where, keys="、".join(sorted(missing))))
    if unknown := row.keys() - required - (optional or set()):
        raise InputError(say("{where} 有不认识的 {keys}", where=where, keys="、".join(sorted(unknown))))


def _text(row: Mapping[str, Any], key: str) -> str:
    value = row[key]
    if not isinstance(value, str) or not value.strip():
        raise InputError(say("{key} 应为文字", key=key))
    return value


def _day(row: Mapping[str, Any], key: str) -> date:
    if type(value := row[key]) is not date:
        raise InputError(say("{key} 应为日期", key=key))
    return value


def _whole(row: Mapping[str, Any], key: str) -> int:
    if type(value := row[key]) is not int:
        raise InputError(say("{key} 应为整数", key=key))
    return value


def _member(choices: type[_Choice], row: Mapping[str, Any], key: str) -> _Choice:
    """Return the member of a closed list that a key names."""
    try:
        return choices(row[key])
    except ValueError:
        raise InputError(say("{key} 不能是 {value}", key=key, value=str(row[key]))) from None


def _rule(row: Mapping[str, Any], *, title: str) -> Rule:
    required = {"code", "kind", "value", "article", "basis", "text"}
    _keys(row, required=required, optional={"unit", "instrument"}, where=str(row.get("code", "rule")))
    return Rule(
        code=_text(row, "code"),
        kind=_member(RuleKind, row, "kind"),
        value=row["value"],
        unit=_text(row, "unit") if "unit" in row else "",
        article=_text(row, "article"),
        instrument=_text(row, "instrument") if "instrument" in row else title,
        basis=_member(Basis, row, "basis"),
        text=_text(row, "text"),
    )


_LIMITS = ("smallest", "largest_share", "two_largest_share", "p_percent", "drip_products")
_WHOLE = ("smallest", "drip_products")
_TESTS = ("advantage", "near_excess", "coverage_gap")
"""Bounds of the tests of models and synthetic data: where a regime is silent, the gate's own hold."""


def _limits(row: Mapping[str, Any]) -> tuple[ThresholdRule, ...]:
    required = {"purpose", "grades", "article", "basis", "text", *_LIMITS}
    _keys(row, required=required, optional=set(_TESTS), where="threshold")
    try:
        thresholds = Thresholds(
            **{key: row[key] for key in (*_LIMITS, *_TESTS) if key in row}
            | {key: _whole(row, key) for key in _WHOLE}
        )
        grades = tuple(Grade(grade) for grade in row["grades"])
    except (ValueError, TypeError):
        raise InputError(say("阈值或级别超出范围")) from None
    return tuple(
        ThresholdRule(
            purpose=_member(Purpose, row, "purpose"),
            grade=grade,
            thresholds=thresholds,
            article=_text(row, "article"),
            basis=_member(Basis, row, "basis"),
            text=_text(row, "text"),
        )
        for grade in grades
    )


def _check(made: Regime, *, articles: int) -> None:
    """Raise InputError where the parts do not make a whole."""
    if made.valid_to < made.effective_from:
        raise InputError(say("失效日期早于施行日期"))
    codes = [rule.code for rule in made.rules]
    if twice := {code for code in codes if codes.count(code) > 1}:
        raise InputError(say("规则代码重复：{codes}", codes="、".join(sorted(twice))))
    own = [(rule.code, rule.article) for rule in made.rules if rule.instrument == made.title]
    for code, article in [*own, *((limit.purpose.value, limit.article) for limit in made.limits)]:
        if not 1 <= article_number(article) <= articles:
            raise InputError(say("规则 {code} 引用的 {article} 不在本文件中", code=code, article=article))
    cells = sorted((limit.purpose.value, limit.grade) for limit in made.limits)
    if cells != sorted((purpose.value, grade) for purpose in Purpose for grade in Grade):
        raise InputError(say("每个用途的每个级别都应恰有一组阈值"))


def article_number(article: str) -> int:
    """Return the number of an article written as 第…条 (1 to 99), or 0 if it is not written so."""
    match = _ARTICLE.fullmatch(article)
    if match is None:
        return 0
    tens, ten, ones = match[1].rpartition("十")
    if len(tens) > 1 or len(ones) > 1 or "十" in tens + ones:
        return 0
    head = (_NUMERALS.index(tens) + 1 if tens else 1) if ten else 0
    return head * 10 + (_NUMERALS.index(ones) + 1 if ones else 0)
