"""The undertaking (承诺书) in force: its version, its words, and the digest that a signature names.

A changed text has a higher version, and whoever signed the earlier one signs again. Read by
`seats` (has he signed?) and `oversight` (show it, sign it). Decides nothing.
"""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from sandbox.kernel.errors import InputError
from sandbox.kernel.message import say

_FIELDS = {"version", "title", "article", "basis", "text"}


@dataclass(frozen=True, slots=True)
class UndertakingText:
    """One version of the words; `digest` is the SHA-256 of them in UTF-8."""

    version: int
    title: str
    article: str
    basis: str
    text: str

    @property
    def digest(self) -> str:
        """The digest that a signed undertaking names."""
        return hashlib.sha256(self.text.encode()).hexdigest()


@cache
def undertaking() -> UndertakingText:
    """Return the version in force."""
    source = files("sandbox.regulation").joinpath("undertaking.toml")
    return read(source.read_text(encoding="utf-8"))


def read(text: str) -> UndertakingText:
    """Return the undertaking written in TOML; `InputError` for one with a missing, unknown or empty field."""
    raw = tomllib.loads(text)
    whole = set(raw) == _FIELDS and all(raw.values())
    if not whole or type(raw["version"]) is not int or raw["version"] < 1:
        raise InputError(say("承诺书文件缺少字段，或版本不是从 1 起的整数"))
    return UndertakingText(**{**raw, "text": raw["text"].strip()})
