"""Whole numbers as the identifiers that they may stand for: telephones, resident numbers, credit codes.

A resident number may be written without its check digit, a credit code as a number of base 31 or 36. A cheap
test of size comes first; what passes is spelled as people write it, so that a record index can be asked.
Proves nothing. Pure; called by `radix`, `spoken` and `pieces`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sandbox.kernel.identifiers import (
    USCC_ALPHABET,
    USCC_REGISTERS,
    is_uscc,
    resident_id_check_digit,
    uscc_check_digit,
)

MOST = 0.5
"""Share of the numbers of one reading that must look like identifiers."""
_ALNUM = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_RESIDENT = re.compile(r"[1-8]\d{5}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}")
_RANGES = tuple(
    (first * base**places, (first + 1) * base**places)
    for base, places in ((31, 16), (31, 17), (36, 16), (36, 17))
    for first in (1, 5, 9)
)
_LARGEST = 10**18


def may_be(numbers: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which numbers are in a range of numbers that name somebody."""
    fine = ((numbers >= 1.3e10) & (numbers < 2e10)) | ((numbers >= 1e14) & (numbers < 1e18))
    fine |= (numbers >= 8.613e12) & (numbers < 8.62e12)
    large = numbers >= _LARGEST
    if large.any():
        for low, high in _RANGES:
            fine |= large & (numbers >= float(low)) & (numbers < float(high))
    return np.asarray(fine)


def exact(numbers: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return the same, but for numbers that only an account may be: those are too many to be guessed at."""
    days = np.mod(np.floor(numbers / 1e3), 1e4)
    years = np.floor(np.mod(numbers, 1e11) / 1e7)
    dated = (days >= 101) & (days < 1232) & (years >= 1900) & (years < 2030)
    return np.asarray(may_be(numbers) & ((numbers < 1e14) | (numbers >= _LARGEST) | dated))


def namable(numbers: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which of the numbers that `may_be` tells have a month and a day where such a number has them.

    No less than what a reading asks of them once they are spelled, so that others need not be spelled.
    """
    fine = may_be(numbers)
    dated = np.floor(np.mod(numbers, 1e7) / 1e3)
    dated = (dated < 2000) & (np.mod(dated, 100) < 40)
    century = np.floor(np.mod(numbers, 1e11) / 1e9)
    fine &= (
        (numbers < 1e14)
        | (numbers >= 1e17)
        | _within(numbers, 3e15, 7e15)
        | (
            dated
            & (
                _within(numbers, 1e14, 9e14)
                | (_within(numbers, 1e16, 9e16) & ((century == 19) | (century == 20)))
            )
        )
    )
    return np.asarray(fine)


def _within(numbers: NDArray[np.float64], low: float, high: float) -> NDArray[np.bool_]:
    return np.asarray((numbers >= low) & (numbers < high))


def spelled(numbers: Sequence[int]) -> tuple[str, ...]:
    """Return how each number is written as an identifier, its digits where it is none."""
    return tuple(map(_spelled, numbers))


def _spelled(number: int) -> str:
    if number < _LARGEST:
        text = str(number)
        return text + resident_id_check_digit(text) if _RESIDENT.fullmatch(text) else text
    return _code(number) or str(number)


def _heads(alphabet: str) -> frozenset[int]:
    """Return the numbers that the first two places of a credit code are in an alphabet."""
    return frozenset(
        alphabet.index(one[0]) * len(alphabet) + alphabet.index(one[1]) for one in USCC_REGISTERS
    )


_BEGUN = tuple(
    (alphabet, len(alphabet) ** 15, len(alphabet) ** 16, _heads(alphabet))
    for alphabet in (USCC_ALPHABET, _ALNUM)
)
"""Of each alphabet what the second place of seventeen and of eighteen is worth, and the first two places."""


def _code(number: int) -> str:
    """Return the credit code that a number is in base 31 or 36, with or without its last place."""
    for alphabet, short, full, heads in _BEGUN:
        if number // short not in heads and number // full not in heads:
            continue
        text, left = "", number
        while left and len(text) <= 18:
            left, place = divmod(left, len(alphabet))
            text = alphabet[place] + text
        if text[:2] in USCC_REGISTERS and text[2:8].isdigit():
            whole = text + uscc_check_digit(text) if len(text) == 17 and _plain(text) else text
            if is_uscc(whole, inner=False):
                return whole
    return ""


def _plain(text: str) -> bool:
    return all(sign in USCC_ALPHABET for sign in text)


def mostly(fine: NDArray[Any]) -> bool:
    """Return whether most of the rows of a reading look like identifiers."""
    return bool(fine.size and fine.mean() >= MOST)
