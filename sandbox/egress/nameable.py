"""Which of many numbers look like telephones or identity numbers, if a good share of all does.

A test of size and of the places of a date comes first, over all of them at once; what passes is spelled as
people write it. Proves nothing. Pure; called by `numerals` and `laid_out`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sandbox.egress.identities import spelled
from sandbox.kernel.identifiers import PROVINCES, USCC_REGISTERS, is_uscc

FEW = 5
_SHARE = 0.4
_LARGE = 10**18
_CODES = (6e23, 1.2e28)
"""Between these are the numbers that the credit codes of any register are in base 31 or 36."""
_REGISTERS, _PROVINCES = (
    np.isin(np.arange(100), [int(one) for one in kind if one.isdigit()])
    for kind in (USCC_REGISTERS, PROVINCES | {"10"})
)
_PHONE = re.compile(r"1[3-9]\d{9}")
_RESIDENT = re.compile(r"[1-8]\d{5}(?:19|20)\d{2}[01]\d[0-3]\d{4}\d")


def telling(numbers: Sequence[int]) -> list[str]:
    """Return the numbers that look like telephones or identity numbers, if a good share of all does."""
    least = _least(len(numbers))
    sized = [one for one in numbers if one >= 10**16 or 13 * 10**9 <= one < 2 * 10**10]
    if len(sized) < least:
        return []
    low = np.array([one % _LARGE for one in sized], np.int64)
    fine = likely(np.array(sized, np.float64), low)
    if np.count_nonzero(fine) < least:
        return []
    seen = [one for one in spelled([sized[at] for at in np.flatnonzero(fine)]) if _naming(one)]
    return seen if len(seen) >= least else []


def may_tell(numbers: NDArray[np.float64], low: NDArray[Any], count: int) -> bool:
    """Return whether `count` numbers, these among them, could be telling: False is sure."""
    return int(np.count_nonzero(likely(numbers, low))) >= _least(count)


def likely(numbers: NDArray[np.float64], low: NDArray[Any]) -> NDArray[np.bool_]:
    """Return which numbers may name somebody, no less than those that do once they are spelled.

    `numbers` are rounded; `low` is exact for those below 10**18. A resident number has a year and a month,
    with its check digit or without; a number of eighteen digits may be a credit code of figures alone.
    """
    low = np.where(numbers < 1.01e18, low, 0)
    few = (low >= 13 * 10**9) & (low < 2 * 10**10) & (numbers < 1e11)
    short = (numbers >= 0.99e16) & (numbers < 1.01e17) & _dated(low // 10**5, 13)
    long = (numbers >= 0.99e17) & (numbers < 1.01e18)
    long &= _dated(low // 10**6, 20) | (_REGISTERS[low // 10**16 % 100] & _PROVINCES[low // 10**14 % 100])
    code = (numbers >= _CODES[0]) & (numbers < _CODES[1])
    return np.asarray(few | short | long | code)


def _dated(months: NDArray[Any], end: int) -> NDArray[np.bool_]:
    """Return whether numbers end with a year of a birth and a month below an end."""
    years = months // 100 % 10**4
    return np.asarray((years >= 1900) & (years < 2100) & (months % 100 < end))


def _least(count: int) -> float:
    return max(FEW, _SHARE * count)


def _naming(text: str) -> bool:
    return bool(_PHONE.fullmatch(text) or _RESIDENT.fullmatch(text)) or is_uscc(text, inner=False)
