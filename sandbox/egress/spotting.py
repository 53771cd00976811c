"""Numbers that identify somebody, found in cells and texts by shape and check digit.

Candidates come from one vectorised pattern; each distinct candidate is then checked by the
kernel's own rules. A shape that chance produces often (bank cards by Luhn) must pass in more
than chance's share before it counts. Pure; called by `judge` for products and claim files.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from sandbox.kernel import identifiers

MAX_CANDIDATES = 200_000
_SHAPE = r"[0-9０-９A-Za-zＡ-Ｚａ-ｚ][0-9０-９A-Za-zＡ-Ｚａ-ｚ \-‐-―－　]{9,40}"
_TOKEN = re.compile(r"[0-9A-Z]+")
_LONG_NUMBER = re.compile(r"\d{11,19}")


@dataclass(frozen=True, slots=True)
class Spotted:
    """One kind of number found: how many distinct ones, and the first place."""

    kind: str
    count: int
    where: str


@dataclass(frozen=True, slots=True)
class _Rule:
    """A shape, its check, and the share of random candidates that pass by chance."""

    kind: str
    shape: re.Pattern[str]
    accepts: Callable[[str], bool]
    chance: float


_RULES = (
    _Rule("CN_RESIDENT_ID", re.compile(r"\d{17}[0-9X]"), identifiers.is_resident_id, 0.0),
    _Rule("CN_USCC", re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}"), identifiers.is_uscc, 0.0),
    _Rule("CN_MOBILE", re.compile(r"(?:86)?1[3-9]\d{9}"), identifiers.is_mobile, 0.0),
    _Rule("BANK_CARD", re.compile(r"\d{16,19}"), identifiers.is_bank_card, 0.1),
)


def spot_cells(columns: Sequence[tuple[str, pa.ChunkedArray]]) -> tuple[Spotted, ...]:
    """Return the identifiers in the cells of a table (string columns), by column."""
    found: list[Spotted] = []
    for name, column in columns:
        texts = pc.unique(column).drop_null()
        wanted = texts.filter(pc.match_substring_regex(texts, _SHAPE)) if len(texts) else texts
        found += _spot((str(text) for text in wanted.slice(0, MAX_CANDIDATES).to_pylist()), where=name)
    return tuple(found)


def spot_text(text: str, *, where: str) -> tuple[Spotted, ...]:
    """Return the identifiers in a running text."""
    return tuple(_spot((text,), where=where))


def _spot(texts: Iterable[str], *, where: str) -> list[Spotted]:
    tokens: set[str] = set()
    for text in texts:
        tokens.update(_tokens(text))
        if len(tokens) > MAX_CANDIDATES:
            break
    found = []
    for rule in _RULES:
        shaped = [token for token in tokens if rule.shape.fullmatch(token)]
        passed = [token for token in shaped if rule.accepts(token)]
        if len(passed) > max(3 * rule.chance * len(shaped), 0) and passed:
            found.append(Spotted(rule.kind, len(passed), where))
    return found


def _tokens(text: str) -> set[str]:
    """Return the candidate numbers of a text: runs as written, and runs with joints closed.

    A decimal point or a digit next to a run makes it part of another number.
    """
    plain = unicodedata.normalize("NFKC", text).upper()
    found: set[str] = set()
    for match in re.finditer(r"(?<![0-9A-Z.])[0-9A-Z]{11,22}(?![0-9A-Z]|\.\d)", plain):
        found.add(match.group())
    for match in re.finditer(r"(?<![0-9A-Z.])[0-9A-Z]{3,8}(?:[ \-‐-―]{1,2}[0-9A-Z]{2,12}){1,5}(?![0-9A-Z])", plain):
        found.add(re.sub(r"[^0-9A-Z]", "", match.group()))
    for match in _LONG_NUMBER.finditer(plain):
        if len(match.group()) == 18:
            found.add(match.group())
    return found
