"""Sector rule packs: which sectors of 第二十条 the platform has rules for.

Read by `app`; a dataset of a sector without a pack is refused by the rule `sector-ruled`.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from sandbox.kernel.errors import InputError
from sandbox.kernel.message import say

_FIELDS = {"code", "title", "article", "instrument", "smallest_class", "text"}
_MORE = {"industry"}


@dataclass(frozen=True, slots=True)
class Sector:
    """One pack: its code, the article, the standard it follows, the smallest class it allows.

    `industry` holds words in the names of the bodies that are the industry's own authorities.
    """

    code: str
    title: str
    article: str
    instrument: str
    smallest_class: int
    text: str
    industry: tuple[str, ...] = ()


@cache
def sectors() -> tuple[Sector, ...]:
    """Return every pack; `InputError` for one with an unknown or missing field."""
    raw = tomllib.loads(files("sandbox.regulation").joinpath("sectors.toml").read_text(encoding="utf-8"))
    found = []
    for row in raw["sector"]:
        if set(row) - _MORE != _FIELDS or not row["article"]:
            raise InputError(say("行业规则包 {code} 缺少字段或条款", code=str(row.get("code"))))
        found.append(Sector(**{**row, "industry": tuple(row.get("industry", ()))}))
    return tuple(found)
