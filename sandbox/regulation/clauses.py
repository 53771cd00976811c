"""The standing clauses of agreements: their words, the article each rests on, and their version.

Read by `access.document`, which puts them behind what the parties agree on. Decides nothing.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from sandbox.kernel.errors import InputError
from sandbox.kernel.message import say

KINDS = ("service", "operating")


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause; `basis` says whether it restates the measure (law) or is our text (proposal)."""

    kind: str
    title: str
    article: str
    basis: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Clauses:
    """One version of all clauses."""

    version: int
    clauses: tuple[Clause, ...]

    def of(self, kind: str) -> tuple[Clause, ...]:
        """Return the clauses of one kind of agreement, in order."""
        return tuple(one for one in self.clauses if one.kind == kind)


@cache
def clauses() -> Clauses:
    """Return the version in force."""
    return read(files("sandbox.regulation").joinpath("agreements.toml").read_text(encoding="utf-8"))


def read(text: str) -> Clauses:
    """Return the clauses written in TOML; `InputError` for one with a missing, unknown or empty field."""
    raw = tomllib.loads(text)
    try:
        made = tuple(Clause(**{**one, "paragraphs": tuple(one["paragraphs"])}) for one in raw["clause"])
        version = raw["version"]
    except (KeyError, TypeError):
        raise InputError(say("协议条款文件缺少字段")) from None
    whole = all(
        all((one.title, one.article, one.basis, one.paragraphs)) and one.kind in KINDS for one in made
    )
    if not whole or type(version) is not int or version < 1:
        raise InputError(say("协议条款文件有空的字段，或版本不是从 1 起的整数"))
    return Clauses(version, made)
