"""What a column's name and comment say it holds, in Chinese, pinyin (whole or initials) and English.

Ordered rules, the refusals first (a type of certificate is no certificate number, a creation time
no birth date). A hint is never the verdict: `columns` weighs it against the content. `weak` hints
are initials that mean several things and count only if the content agrees.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from sandbox.discovery.heading_words import CHINESE, LATIN, WEAK, Role
from sandbox.kernel.entities import EntityType as T


@dataclass(frozen=True, slots=True)
class Hint:
    """What a name says: a type or a role; `rule` is the word that said so."""

    type: T | None
    role: Role | None
    rule: str
    weak: bool = False


_CHINESE_RULES = tuple((re.compile(pattern, re.IGNORECASE), verdict) for pattern, verdict in CHINESE)
_LATIN_RULES = tuple((re.compile(pattern), verdict) for pattern, verdict in LATIN)
_PREFIX = re.compile(r"^(?:t|f|c|v|s|n|str|col|fld|field|src|dim|ods|dwd|tb)_", re.ASCII)


def _snake(name: str) -> str:
    plain = unicodedata.normalize("NFKC", name).strip()
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", plain)
    return re.sub(r"[^0-9a-z]+", "_", parted.lower()).strip("_")


def _hint(verdict: T | Role, rule: str, *, weak: bool = False) -> Hint:
    if isinstance(verdict, T):
        return Hint(verdict, None, rule, weak)
    return Hint(None, verdict, rule, weak)


def _chinese(text: str) -> Hint | None:
    for pattern, verdict in _CHINESE_RULES:
        found = pattern.search(text)
        if found is not None:
            return _hint(verdict, found.group(), weak=text in {"名称", "法人", "账号", "卡号", "证号"})
    return None


def _latin(snake: str) -> Hint | None:
    for name in dict.fromkeys((snake, _PREFIX.sub("", snake), snake.replace("_", ""))):
        for pattern, verdict in _LATIN_RULES:
            if pattern.fullmatch(name) is not None:
                return _hint(verdict, name, weak=name in WEAK)
    return None


def _latin_tail(snake: str) -> Hint | None:
    """Read a compound name by its last words: `psn_cert_no`, `ryxx_xm`."""
    parts = snake.split("_")
    for start in range(1, len(parts)):
        found = _latin("_".join(parts[start:]))
        if found is not None:
            return Hint(found.type, found.role, found.rule, weak=True)
    return None


def read_heading(name: str, comment: str = "") -> Hint | None:
    """Return what a column's comment, else its name, says it holds; None if they say nothing."""
    for text in (comment, name):
        plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
        if re.search(r"[\u4e00-\u9fff]", plain):
            found = _chinese(plain)
            if found is not None:
                return found
    snake = _snake(name)
    return (_latin(snake) or _latin_tail(snake)) if snake else None


def is_telling(name: str, comment: str = "") -> bool:
    """Return whether a name means something to a reader, unlike `CAC002`, `f5` or `列3`."""
    if comment.strip():
        return True
    snake = _snake(name)
    if re.search(r"[\u4e00-\u9fff]", name):
        return re.fullmatch(r"(?:列|字段|栏|第)\s*[0-9一二三四五六七八九十]*\s*(?:列|栏)?", name) is None
    return (
        re.fullmatch(r"(?:[a-z]{1,4}_?\d{1,6}|col(?:umn)?_?\d*|field_?\d*|unnamed_?\d*|[a-z]?\d*)", snake)
        is None
    )
