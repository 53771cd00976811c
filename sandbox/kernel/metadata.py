"""The core metadata of a catalogue entry as a value: what the compilation guide asks a department to state.

Closed sets are enums here; lists that a regime may change (bases for not opening, formats, data types)
are in `regulation`. None means not stated: an entry may be registered with gaps, and shows them.
Decides nothing; the rules on it are in `catalogue_rules`. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Media(StrEnum):
    """What the data is made of (第三条: text, image, audio, video and what else a machine reads)."""

    TABLE = "table"  # 表格
    TEXT = "text"  # 文本
    IMAGE = "image"  # 图像
    AUDIO = "audio"  # 音频
    VIDEO = "video"  # 视频


class Origin(StrEnum):
    """Whose data it is by nature (第三条, 第五条)."""

    GOVERNMENT = "government"  # 政府数据
    PUBLIC_UTILITY = "public-utility"  # 公用企事业单位数据
    SOCIAL = "social"  # 社会数据


class Sharing(StrEnum):
    """共享类型 among departments."""

    UNCONDITIONAL = "unconditional"  # 无条件共享
    CONDITIONAL = "conditional"  # 有条件共享
    NONE = "none"  # 不予共享


class Opening(StrEnum):
    """开放属性 towards society (第六条)."""

    OPEN = "open"  # 开放
    AFTER_MASKING = "after-masking"  # 脱敏后开放
    NOT_OPEN = "not-open"  # 不予开放


class Cycle(StrEnum):
    """更新周期."""

    REAL_TIME = "real-time"  # 实时
    DAY = "day"  # 每日
    WEEK = "week"  # 每周
    MONTH = "month"  # 每月
    QUARTER = "quarter"  # 每季度
    YEAR = "year"  # 每年
    IRREGULAR = "irregular"  # 不定期


class Exclusion(StrEnum):
    """Why data is no data of the measure in the form it has (第三条)."""

    STATE_SECRET = "state-secret"  # 国家秘密
    PUBLIC_SECURITY = "public-security"  # 公共安全
    TRADE_SECRET = "trade-secret"  # 商业秘密
    PERSONAL_PRIVACY = "personal-privacy"  # 个人隐私
    OTHER_LAW = "other-law"  # 法律法规另有规定


@dataclass(frozen=True, slots=True, kw_only=True)
class InformationItem:
    """信息项 as the catalogue lists it, before anybody classed it; `data_type` is a letter of the guide."""

    name: str
    data_type: str = ""
    length: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    """Core metadata beside name, code, provider and grade, which the entry itself holds.

    `opening_basis` is a code of the closed list; `regions` are six-digit codes; `rows` is the
    provider's estimate, 0 if not stated.
    """

    abstract: str = ""
    keywords: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    items: tuple[InformationItem, ...] = ()
    sharing: Sharing | None = None
    sharing_condition: str = ""
    sharing_mode: str = ""
    opening: Opening | None = None
    opening_condition: str = ""
    opening_basis: str = ""
    cycle: Cycle | None = None
    issued: date | None = None
    related: tuple[str, ...] = ()
    start: date | None = None
    end: date | None = None
    regions: tuple[str, ...] = ()
    rows: int = 0

    def __post_init__(self) -> None:
        if self.start is not None and self.end is not None and self.end < self.start:
            raise ValueError("the time covered ends before it begins")
        if self.rows < 0:
            raise ValueError("a number of rows is not below zero")

    @property
    def gaps(self) -> tuple[str, ...]:
        """Return the names of what the guide asks for and the entry does not state."""
        asked = ("abstract", "formats", "items", "sharing", "opening", "cycle", "issued")
        return tuple(name for name in asked if not getattr(self, name))


UNSTATED = Core()
"""Nothing stated yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clearance:
    """A flag lifted from one landed version, with what proves it: manifest, policy, classes."""

    flag: Exclusion
    manifest: str
    policy: str
    smallest_class: int
    floor: int


_CODE = re.compile(r"(\d)(\d{2})(\d{3})([0-9A-Z]*)/([0-9A-Z]+)", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceCode:
    """政务信息资源代码: class 1 digit, item 2, catalogue 3, detail of any length, "/", sequence."""

    category: str
    item: str
    catalogue: str
    detail: str
    sequence: str

    @classmethod
    def parse(cls, text: str) -> ResourceCode | None:
        """Return the parts of a code, or None where it is not written by the guide."""
        found = _CODE.fullmatch(text)
        if found is None:
            return None
        category, item, catalogue, detail, sequence = found.groups()
        return cls(category=category, item=item, catalogue=catalogue, detail=detail, sequence=sequence)
