"""The closed lists of the catalogue from TOML: class digits, bases for not opening, data types, formats.

Refuses a list with a missing or unknown field, or a line that does not say what it rests on.
Read by `catalog`; decides nothing.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from sandbox.kernel.errors import InputError
from sandbox.kernel.message import say
from sandbox.kernel.metadata import Media

_BASES = frozenset({"law", "standard", "proposal"})
_FIELDS = {
    "class": {"digit", "library", "title", "reviewer", "article", "basis"},
    "not_open": {"code", "title", "article", "instrument", "basis"},
    "data_type": {"code", "title", "basis"},
    "format": {"code", "title", "media", "type", "basis"},
}


@dataclass(frozen=True, slots=True)
class Category:
    """What the first digit of a resource code says: the library, and who reviews demands on it (第八条)."""

    digit: str
    library: str
    title: str
    reviewer: str
    article: str
    basis: str


@dataclass(frozen=True, slots=True)
class Ground:
    """A basis for not opening."""

    code: str
    title: str
    article: str
    instrument: str
    basis: str


@dataclass(frozen=True, slots=True)
class Format:
    """A file format: for which media, and its media type (IANA)."""

    code: str
    title: str
    media: tuple[Media, ...]
    type: str
    basis: str


@dataclass(frozen=True, slots=True)
class Lists:
    """Every closed list, by code."""

    categories: Mapping[str, Category]
    grounds: Mapping[str, Ground]
    data_types: Mapping[str, str]
    formats: Mapping[str, Format]


@cache
def lists() -> Lists:
    """Return the lists that ship with the platform."""
    return read(files("sandbox.regulation").joinpath("catalogue.toml").read_text(encoding="utf-8"))


def read(text: str) -> Lists:
    """Return the lists written in TOML; `InputError` for a fault."""
    raw = tomllib.loads(text)
    if set(raw) != set(_FIELDS):
        raise InputError(say("目录代码表应恰有 {names} 四张表", names="、".join(_FIELDS)))
    for name, fields in _FIELDS.items():
        for row in raw[name]:
            _check(name, row, fields)
    return Lists(
        categories={row["digit"]: Category(**row) for row in raw["class"]},
        grounds={row["code"]: Ground(**row) for row in raw["not_open"]},
        data_types={row["code"]: row["title"] for row in raw["data_type"]},
        formats={row["code"]: _format(row) for row in raw["format"]},
    )


def _check(name: str, row: Mapping[str, Any], fields: set[str]) -> None:
    if set(row) != fields or not all(row.values()) or row["basis"] not in _BASES:
        raise InputError(say("目录代码表 {name} 有一行缺少字段、多出字段或没有依据", name=name))


def _format(row: Mapping[str, Any]) -> Format:
    try:
        return Format(**{**row, "media": tuple(Media(one) for one in row["media"])})
    except ValueError:
        raise InputError(say("目录代码表里格式 {code} 的数据形态不认识", code=str(row["code"]))) from None
