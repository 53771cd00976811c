"""Does a product say what its claim gives? Row by row, against the gate's own result.

Keys must be equal in canonical spelling, counts exact, sums and averages equal up to float
noise or to honest rounding. Rows may be missing (suppression; the cells left out are judged as
a remainder), never added, changed or repeated. Pure; called by `judge`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sandbox.egress.claims import CheckedClaim, Item
from sandbox.egress.recompute import Recomputed
from sandbox.kernel.message import Message, say

RELATIVE_TOLERANCE = 1e-9
MAX_DECIMALS = 12
_NUMBER = re.compile(r"[+-]?\d{1,20}(?:\.(\d{1,20}))?(?:[eE][+-]?\d{1,3})?", re.ASCII)
_MIDNIGHT = re.compile(r"(\d{4}-\d{2}-\d{2})[ T]00:00:00(?:\.0+)?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_PLAIN = re.compile(r"[+-]?\d{1,15}(?:\.\d+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The outcome: which cells the product shows, in the product's row order, or the mismatch.

    `cells[i]` is the cell of product row i. `decimals` are the decimals shown per item.
    """

    cells: NDArray[np.int64]
    decimals: tuple[int, ...]
    mismatch: Message | None = None
    where: str = ""

    def published(self, count: int) -> NDArray[np.bool_]:
        """Return for each of `count` cells whether the product shows it."""
        shown = np.zeros(count, dtype=bool)
        shown[self.cells] = True
        return shown


def compare(columns: Sequence[str], rows: Sequence[Sequence[str | None]], truth: Recomputed) -> Comparison:
    """Return how a product table (text cells, null for empty) relates to the recomputed claim."""
    order = _order(columns, truth.claim)
    if order is None:
        return _differs(say("产品的列与声明输出的列不一致"), "header")
    known = {key: cell for cell, key in enumerate(keys_of(truth)) if truth.shown[cell]}
    known = {**{_in_milliseconds(key): cell for key, cell in known.items()}, **known}
    items = truth.claim.items
    keys = [index for index, item in enumerate(items) if item.key is not None]
    cells: list[int] = []
    seen: set[int] = set()
    for number, row in enumerate(rows, start=1):
        key = tuple(canonical_key(row[order[index]]) for index in keys)
        cell = known.get(key)
        if cell is None or cell in seen:
            return _differs(say("产品中有声明算不出的行，或重复的行"), f"row {number}")
        if not all(_equal(row[order[index]], item, truth, cell) for index, item in enumerate(items)):
            return _differs(say("产品中的数值与闸口按声明重算的不一致"), f"row {number}")
        seen.add(cell)
        cells.append(cell)
    decimals = tuple(max((_decimals(row[place]) for row in rows), default=0) for place in order)
    return Comparison(cells=np.asarray(cells, dtype=np.int64), decimals=decimals)


def _differs(message: Message, where: str) -> Comparison:
    return Comparison(cells=np.zeros(0, dtype=np.int64), decimals=(), mismatch=message, where=where)


def _order(columns: Sequence[str], claim: CheckedClaim) -> list[int] | None:
    """Return for each item of the claim its column in the product, or None."""
    if len(columns) != len(claim.items) or len(set(columns)) != len(columns):
        return None
    if set(columns) == {item.name for item in claim.items}:
        return [list(columns).index(item.name) for item in claim.items]
    by_place = all(
        not item.named or item.name.casefold() == name.casefold()
        for item, name in zip(claim.items, columns, strict=True)
    )
    return list(range(len(columns))) if by_place else None


def keys_of(truth: Recomputed) -> list[tuple[str | None, ...]]:
    """Return the canonical key of every cell, in the order of the claim's key items."""
    places = [item.key for item in truth.claim.items if item.key is not None]
    if not places:
        return [()]
    texts = [[canonical_key(value) for value in truth.keys[f"k{place}"].texts()] for place in places]
    return list(zip(*texts, strict=True))


def _in_milliseconds(key: tuple[str | None, ...]) -> tuple[str | None, ...]:
    """Return a key with its dates as milliseconds since 1970, the way data frames write them in JSON."""
    return tuple(_milliseconds(part) if part and _DAY.fullmatch(part) else part for part in key)


def _milliseconds(day: str) -> str:
    try:
        midnight = dt.datetime.fromisoformat(day).replace(tzinfo=dt.UTC)
    except ValueError:  # the 30th of February is a text like any other
        return day
    return repr(midnight.timestamp() * 1000)


def canonical_key(cell: str | None) -> str | None:
    """Return one spelling for keys that are written differently by different tools.

    1 and 1.0, true and True, a date and the same date at midnight are equal; empty is null.
    """
    if cell is None or cell == "":
        return None
    if _PLAIN.fullmatch(cell):
        return repr(float(cell))
    midnight = _MIDNIGHT.fullmatch(cell)
    if midnight:
        return midnight.group(1)
    return cell.lower() if cell in ("True", "False", "TRUE", "FALSE") else cell


def _equal(cell: str | None, item: Item, truth: Recomputed, index: int) -> bool:
    """Return whether a product cell shows the item's true value; key cells were compared before."""
    aggregate = item.aggregate
    if item.key is not None:
        return True
    value = float(truth.values(item)[index])
    if cell is None or cell == "":
        return bool(np.isnan(value))
    if np.isnan(value) or not _NUMBER.fullmatch(cell):
        return False
    shown = float(cell)
    if aggregate is not None and aggregate.function in ("count", "count_distinct"):
        return shown == value
    digits = None if aggregate is None else aggregate.digits
    decimals = _decimals(cell) if digits is None else min(_decimals(cell), digits)
    rounding = 0.5 * 10.0**-decimals * (1 + 1e-6) if "e" not in cell.lower() else 0.0
    return abs(shown - value) <= max(rounding, RELATIVE_TOLERANCE * abs(value))


def _decimals(cell: str | None) -> int:
    match = _NUMBER.fullmatch(cell or "")
    return min(len(match.group(1) or ""), MAX_DECIMALS) if match else 0
