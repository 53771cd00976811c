"""Numbers that identify somebody, found in cells and texts by shape and check digit.

Candidates come from one vectorised pattern; each distinct candidate is then checked by the
kernel's own rules. A shape that chance produces often (bank cards by Luhn) must pass in more
than chance's share before it counts. Pure; called by `judge` for products and claim files.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from sandbox.kernel import identifiers

MAX_CANDIDATES = 200_000
LEAST_DIGITS = 8
MOST_SIGNS = 19
"""Signs of the longest number that any rule knows, or knows as a rival."""
_DIGIT = r"\p{Nd}"
_BARE = r"^[0-9A-Za-z]{8,40}$"
_EIGHTEEN = re.compile(r"(?<!\d)\d{17}[0-9X](?!\d)")


@dataclass(frozen=True, slots=True)
class Spotted:
    """One kind of number found: how many distinct ones, and the first place."""

    kind: str
    count: int
    where: str


@dataclass(frozen=True, slots=True)
class _Rule:
    """A shape, its check, which numbers compete with it, and the share of those that chance passes.

    `figures` is the share among the figures of a numeric column, where an amount of the right
    length can look like a telephone number.
    """

    kind: str
    shape: re.Pattern[str]
    accepts: Callable[[str], bool]
    rivals: re.Pattern[str]
    chance: float
    figures: float


_RULES = (
    _Rule(
        "CN_RESIDENT_ID",
        re.compile(r"\d{17}[0-9X]"),
        identifiers.is_resident_id,
        re.compile(r"\d{17}[0-9X]"),
        0.0,
        0.01,
    ),
    _Rule(
        "CN_USCC",
        re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}"),
        identifiers.is_uscc,
        re.compile(r"[0-9A-Z]{18}"),
        0.0,
        0.0,
    ),
    _Rule(
        "CN_MOBILE",
        re.compile(r"(?:86)?1[3-9]\d{9}"),
        identifiers.is_mobile,
        re.compile(r"\d{9,13}"),
        0.0,
        0.25,
    ),
    _Rule(
        "BANK_CARD", re.compile(r"\d{16,19}"), identifiers.is_bank_card, re.compile(r"\d{14,19}"), 0.1, 0.1
    ),
)
_FIGURE = r"^-?\d+(\.\d+)?$"


def spot_cells(columns: Sequence[tuple[str, pa.ChunkedArray]]) -> tuple[Spotted, ...]:
    """Return the identifiers in the cells of a table (string columns), by column."""
    found: list[Spotted] = []
    for name, column in columns:
        texts = pc.unique(column).drop_null()
        if not len(texts):
            continue
        long = texts.filter(pc.greater_equal(pc.utf8_length(texts), LEAST_DIGITS))
        wanted = long.filter(pc.greater_equal(pc.count_substring_regex(long, _DIGIT), LEAST_DIGITS))
        bare = pc.match_substring_regex(wanted, _BARE)
        plain = pc.ascii_upper(wanted.filter(bare))
        plain = plain.filter(pc.less_equal(pc.utf8_length(plain), MOST_SIGNS))
        mixed = wanted.filter(pc.invert(bare)).slice(0, MAX_CANDIDATES).to_pylist()
        tokens = {token for text in mixed for token in _tokens(str(text))}
        if len(plain) or tokens:
            figures = (pc.sum(pc.match_substring_regex(texts, _FIGURE)).as_py() or 0) >= 0.8 * len(texts)
            found += _judged(plain, tokens, where=name, figures=figures)
    return tuple(found)


def spot_text(text: str, *, where: str) -> tuple[Spotted, ...]:
    """Return the identifiers in a running text."""
    return tuple(_judged(pa.array([], pa.string()), _tokens(text), where=where, figures=False))


def _judged(plain: pa.Array, tokens: set[str], *, where: str, figures: bool) -> list[Spotted]:
    """Apply every rule to bare cells (an array) and to tokens cut from the others."""
    found: list[Spotted] = []
    taken: set[str] = set()
    for rule in _RULES:
        shaped = (
            plain.filter(pc.match_substring_regex(plain, f"^(?:{rule.shape.pattern})$"))
            if len(plain)
            else plain
        )
        candidates = {*shaped.to_pylist(), *(token for token in tokens if rule.shape.fullmatch(token))}
        accepted = {token for token in candidates - taken if rule.accepts(token)}
        taken |= accepted
        passed = len(accepted)
        if not passed:
            continue
        chance = rule.figures if figures else rule.chance
        rivals = sum(rule.rivals.fullmatch(token) is not None for token in tokens)
        if len(plain):
            rivals += pc.sum(pc.match_substring_regex(plain, f"^(?:{rule.rivals.pattern})$")).as_py() or 0
        if passed > 3 * chance * rivals:
            found.append(Spotted(rule.kind, passed, where))
    return found


_RUN = re.compile(r"(?<![0-9A-Z])(?<!\d\.)[0-9A-Z]{9,22}(?![0-9A-Z]|\.\d)")
_LONG = re.compile(r"(?<!\.)[0-9]{17}[0-9X][0-9]{11,200}X?")
_JOINED = re.compile(r"(?<![0-9A-Z])(?<!\d\.)[0-9A-Z]{3,8}(?:[ \-‐-―]{1,2}[0-9A-Z]{2,12}){1,5}(?![0-9A-Z])")


def _tokens(text: str) -> set[str]:
    """Return the candidate numbers of a text: runs as written, and runs with joints closed.

    A decimal point or a further character beside a run makes it part of something else.
    """
    plain = unicodedata.normalize("NFKC", text).upper()
    found = {match.group() for match in _RUN.finditer(plain)}
    found |= {re.sub(r"[^0-9A-Z]", "", match.group()) for match in _JOINED.finditer(plain)}
    found |= {match.group() for match in _EIGHTEEN.finditer(plain)}
    for match in _LONG.finditer(plain):
        run = match.group()
        found |= {run[:18], run[-18:], run[18:29], run[-11:]}  # numbers without a separator between them
    return found
