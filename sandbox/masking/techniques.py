"""The closed list of masking techniques and what each may be told.

Each technique is a value that checks its parameters at birth; the transforms themselves
live in their own files and are bound by `plan`. The family is the one DB52/T 1126-2016
gives it and goes into the evidence of every landing. Read by `policy`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from itertools import pairwise
from typing import Any, ClassVar, TypeAlias

from sandbox.kernel.errors import InputError
from sandbox.kernel.message import say

MIN_TOKEN_BITS = 80
MAX_TOKEN_BITS = 250
MIN_HIDDEN = 6
"""A partial mask hides at least this many characters: ten to the sixth possible numbers."""


class Family(StrEnum):
    """Families of DB52/T 1126-2016; a kept column belongs to none."""

    PERTURB = "扰乱"
    GENERALISE = "泛化"
    SUPPRESS = "抑制"
    LOSSY = "有损"
    NONE = "原样"


class DateUnit(StrEnum):
    """What a date is cut down to."""

    DECADE = "decade"
    FIVE_YEARS = "five_years"
    YEAR = "year"
    QUARTER = "quarter"
    MONTH = "month"


class RegionLevel(StrEnum):
    """What an address or a division code is cut down to."""

    PROVINCE = "province"
    CITY = "city"
    DISTRICT = "district"


@dataclass(frozen=True, slots=True)
class Token:
    """A keyed pseudonym: equal exactly where canonical values are equal, inside one group."""

    name: ClassVar[str] = "token"
    family: ClassVar[Family] = Family.PERTURB
    group: str = ""
    bits: int = MIN_TOKEN_BITS
    allow_small: bool = False
    reason: str = ""

    def __post_init__(self) -> None:
        if not MIN_TOKEN_BITS <= self.bits <= MAX_TOKEN_BITS:
            raise InputError(
                say("令牌位数须在 {low} 到 {high} 之间，请修改 bits", low=MIN_TOKEN_BITS, high=MAX_TOKEN_BITS)
            )
        if self.allow_small and not self.reason.strip():
            raise InputError(say("允许对取值很少的列生成令牌（allow_small）须写明理由 reason"))


@dataclass(frozen=True, slots=True)
class Drop:
    """The column does not leave at all."""

    name: ClassVar[str] = "drop"
    family: ClassVar[Family] = Family.LOSSY


@dataclass(frozen=True, slots=True)
class DateTrunc:
    """A date cut down to its month, quarter, year, five years or decade."""

    name: ClassVar[str] = "date_trunc"
    family: ClassVar[Family] = Family.GENERALISE
    unit: DateUnit = DateUnit.MONTH


@dataclass(frozen=True, slots=True)
class Band:
    """A number or amount replaced by the half-open interval it lies in."""

    name: ClassVar[str] = "band"
    family: ClassVar[Family] = Family.GENERALISE
    cuts: tuple[float, ...] = ()
    unit: str = ""
    source_unit: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "cuts", tuple(float(cut) for cut in self.cuts))  # 10 and 10.0: one policy
        finite = all(math.isfinite(cut) for cut in self.cuts)
        rising = all(low < high for low, high in pairwise(self.cuts))
        if not self.cuts or not finite or not rising:
            raise InputError(say("分档 cuts 须至少有一个数并逐个增大"))


@dataclass(frozen=True, slots=True)
class Round:
    """A number or amount rounded to a few significant digits, in the named unit."""

    name: ClassVar[str] = "round"
    family: ClassVar[Family] = Family.GENERALISE
    digits: int = 2
    unit: str = ""
    source_unit: str = ""

    def __post_init__(self) -> None:
        if not 1 <= self.digits <= 3:
            raise InputError(say("取整只能保留 1 到 3 位有效数字，请修改 digits"))


@dataclass(frozen=True, slots=True)
class Region:
    """An address or division code cut down to an administrative division."""

    name: ClassVar[str] = "region"
    family: ClassVar[Family] = Family.GENERALISE
    level: RegionLevel = RegionLevel.DISTRICT


@dataclass(frozen=True, slots=True)
class Lookup:
    """A value replaced through an explicit table; what the table lacks becomes `other` or null."""

    name: ClassVar[str] = "map"
    family: ClassVar[Family] = Family.GENERALISE
    values: tuple[tuple[str, str], ...] = ()
    other: str = ""

    def __post_init__(self) -> None:
        if not self.values:
            raise InputError(say("对照表 values 不能为空"))


@dataclass(frozen=True, slots=True)
class KeepChars:
    """The first and last characters stay, the rest becomes `*`.

    Keeping more than `MIN_HIDDEN` characters needs the column's known `length`, so that
    what stays hidden is never fewer than `MIN_HIDDEN`; a shorter cell becomes null.
    """

    name: ClassVar[str] = "keep_chars"
    family: ClassVar[Family] = Family.SUPPRESS
    first: int = 0
    last: int = 0
    length: int = 0

    def __post_init__(self) -> None:
        kept = self.first + self.last
        if self.first < 0 or self.last < 0 or kept == 0:
            raise InputError(say("部分遮盖须保留至少一个字符，first 和 last 不能为负"))
        hidden = self.length - kept if self.length else MIN_HIDDEN
        if hidden < MIN_HIDDEN or (not self.length and kept > MIN_HIDDEN):
            raise InputError(
                say(
                    "保留 {kept} 个字符遮住得太少，须至少遮住 {hidden} 个：请减小 first、last 或写明 length",
                    kept=kept,
                    hidden=MIN_HIDDEN,
                )
            )


@dataclass(frozen=True, slots=True)
class RedactText:
    """Free text without the row's own identifiers and without what discovery finds in it."""

    name: ClassVar[str] = "redact_text"
    family: ClassVar[Family] = Family.SUPPRESS
    label: str = "［略］"


@dataclass(frozen=True, slots=True)
class Keep:
    """The column stays as it is, for a reason that is on record."""

    name: ClassVar[str] = "keep"
    family: ClassVar[Family] = Family.NONE
    reason: str = ""

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise InputError(say("原样保留须写明理由 reason"))


Technique: TypeAlias = (
    "Token | Drop | DateTrunc | Band | Round | Region | Lookup | KeepChars | RedactText | Keep"
)

TECHNIQUES: tuple[type[Technique], ...] = (
    Token, Drop, DateTrunc, Band, Round, Region, Lookup, KeepChars, RedactText, Keep,
)  # fmt: skip
_BY_NAME: dict[str, type[Technique]] = {technique.name: technique for technique in TECHNIQUES}
_ENUMS: Mapping[tuple[str, str], type[StrEnum]] = {
    ("date_trunc", "unit"): DateUnit,
    ("region", "level"): RegionLevel,
}


def build(name: str, parameters: Mapping[str, object]) -> Technique:
    """Return the technique of that name with those parameters; InputError names what is wrong."""
    found = _BY_NAME.get(name)
    if found is None:
        raise InputError(
            say("没有名为“{name}”的脱敏技术，可用：{known}", name=name, known="、".join(_BY_NAME))
        )
    known = {field.name: field.default for field in fields(found)}
    for parameter in parameters:
        if parameter not in known:
            raise InputError(say("技术“{name}”没有参数“{parameter}”", name=name, parameter=parameter))
    values: dict[str, Any] = {key: _typed(name, key, value, known[key]) for key, value in parameters.items()}
    return found(**values)


def parameters(technique: Technique) -> dict[str, object]:
    """Return the technique's parameters as plain values, in the order of their definition."""
    return {key: _plain(value) for key, value in asdict(technique).items()}


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value.value if isinstance(value, StrEnum) else value


def _typed(technique: str, key: str, value: object, default: object) -> object:
    """Return the value in the type of the parameter, or refuse it."""
    enum = _ENUMS.get((technique, key))
    if enum is not None and value in [member.value for member in enum]:
        return enum(value)
    if enum is None and (typed := _plain_type(value, default)) is not None:
        return typed
    raise InputError(say("参数“{key}”的值不对，请对照策略格式修改", key=key))


def _plain_type(value: object, default: object) -> object | None:
    if isinstance(default, tuple):
        return _sequence(value)
    return value if type(value) is type(default) else None


def _sequence(value: object) -> object | None:
    if isinstance(value, Mapping):
        pairs = tuple((key, item) for key, item in value.items() if isinstance(item, str))
        return pairs if len(pairs) == len(value) else None
    if isinstance(value, (list, tuple)) and all(type(item) in (int, float) for item in value):
        return tuple(float(item) for item in value)
    return None
