"""Article → control → test: the one source of the pages of articles and bans, read strictly.

A row names the rules and steps that carry it and the tests that prove it, or the issue that
will. Shown by the command line and in the reference; whether the names exist, tests ask.
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

_REQUIRED = {"article", "text", "control"}
_LISTS = ("rules", "steps", "tests")
_OPTIONAL = {"ban", "pending", *_LISTS}


@dataclass(frozen=True, slots=True)
class Control:
    """One row; `ban` is empty unless it is a ban of 第十七条."""

    article: str
    ban: str
    text: str
    control: str
    rules: tuple[str, ...]
    steps: tuple[str, ...]
    tests: tuple[str, ...]
    pending: str


@cache
def controls() -> tuple[Control, ...]:
    """Return every row in the order of the articles."""
    return read(files("sandbox.oversight").joinpath("controls.toml").read_text(encoding="utf-8"))


def read(text: str) -> tuple[Control, ...]:
    """Return the rows of a table; `InputError` for a row with an empty, missing or unknown cell."""
    return tuple(_row(row) for row in tomllib.loads(text).get("control", ()))


def _row(row: Mapping[str, Any]) -> Control:
    named = str(row.get("ban") or row.get("article"))
    if not _REQUIRED <= row.keys() <= _REQUIRED | _OPTIONAL or not all(row.values()):
        raise InputError(say("条款表 {row} 有空格、缺项或不认识的列", row=named))
    if not row.get("tests") and not row.get("pending"):
        raise InputError(say("条款表 {row} 没有测试，也没有写明由哪项议题补上", row=named))
    lists = {name: tuple(str(one) for one in row.get(name, ())) for name in _LISTS}
    return Control(
        article=str(row["article"]),
        ban=str(row.get("ban", "")),
        text=str(row["text"]),
        control=str(row["control"]),
        pending=str(row.get("pending", "")),
        **lists,
    )
