"""Whole numbers as the identifiers that they may stand for: telephones, resident numbers, credit codes.

A resident number may be written without its check digit, a credit code as a number of base 31 or 36. A cheap
test of size comes first; what passes is spelled as people write it, so that a record index can be asked.
Proves nothing. Pure; called by `radix`, `spoken` and `pieces`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from sandbox.kernel.identifiers import (
    USCC_ALPHABET,
    USCC_REGISTERS,
    is_uscc,
    resident_id_check_digit,
    uscc_check_digit,
)

if TYPE_CHECKING:
    from sandbox.egress.identity_kernels import Marks

MOST = 0.5
"""Share of the numbers of one reading that must look like identifiers."""
_ALNUM = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_RESIDENT = re.compile(r"[1-8]\d{5}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}")
_FIRST = (1, 5, 9)
"""The first places that a credit code has nearly always."""
_LEADING = tuple(
    (
        float(base**16),
        np.array([place in _FIRST or place // base in _FIRST for place in range(10 * base + 1)]),
    )
    for base in (31, 36)
)
"""What the first place of seventeen is worth in a base, and whether a number is the front of a code."""
_LARGEST = 10**18
_BLUR = 1e-13
"""Share of a number that is unsure where a hundred digits were added up as fractions."""
_OLD = re.compile(r"[1-8]\d{5}\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}")
_PHONE = (13 * 10**9, 2 * 10**10)
_FEW, _MANY = 16, 1 << 10
"""Numbers from which a test is asked of the compiled loop where it is loaded, and for which it is."""
_NAMED = 0.6
_FEWEST = 5


def may_be(numbers: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which numbers are in a range of numbers that name somebody."""
    return _told(numbers, 0, _may_be)


def exact(numbers: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return the same, but for numbers that only an account may be: those are too many to be guessed at."""
    return _told(numbers, 1, _exact)


def namable(numbers: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which of the numbers that `may_be` tells have the form of one that names somebody.

    That is a month and a day where it has them, figures behind the register of a credit code. No less than
    what a reading asks of them once they are spelled, so that others need not be spelled.
    """
    return _told(numbers, 2, _namable)


def _told(
    numbers: NDArray[np.float64], how: int, plainly: Callable[[NDArray[np.float64]], NDArray[np.bool_]]
) -> NDArray[np.bool_]:
    """Return what a test tells: of many numbers by its compiled loop, where that is at hand."""
    loop = _loop() if numbers.size >= (_FEW if _loop.cache_info().currsize else _MANY) else None
    if loop is None:
        return plainly(numbers)
    out = np.empty(numbers.shape, np.bool_)
    loop(np.ascontiguousarray(numbers, np.float64).reshape(-1), how, marks(), out.reshape(-1))
    return out


@cache
def _loop() -> Callable[..., None] | None:
    """Return the compiled tests if they lie compiled: compiling takes longer than any file."""
    from sandbox.egress import identity_kernels  # the compiler is slow to load
    from sandbox.files.loops import NotKept, only_kept

    with suppress(NotKept), only_kept():
        identity_kernels.prepare(marks())
        return cast(Callable[..., None], identity_kernels.told)
    return None


@cache
def marks() -> Marks:
    """Return what tells credit codes, for the compiled tests."""
    from sandbox.egress.identity_kernels import Marks

    (worth, leads), (more, leads_of_more) = _LEADING
    (_, registers), (_, registers_of_more) = _KNOWN
    places = np.array([[float(base) ** (length - 7) for length in (17, 18)] for base, _ in _KNOWN])
    worths = np.array([worth, more])
    return Marks(worths, leads, leads_of_more, registers, registers_of_more, places, _BLUR)


def _may_be(numbers: NDArray[np.float64]) -> NDArray[np.bool_]:
    fine = ((numbers >= 1.3e10) & (numbers < 2e10)) | ((numbers >= 1e14) & (numbers < _LARGEST))
    fine |= (numbers >= 8.613e12) & (numbers < 8.62e12)
    _where(numbers >= _LARGEST, numbers, fine, _in_ranges)
    return np.asarray(fine)


def _exact(numbers: NDArray[np.float64]) -> NDArray[np.bool_]:
    fine = _may_be(numbers)
    _where(fine & (numbers >= 1e14) & (numbers < _LARGEST), numbers, fine, _born)
    return fine


def _namable(numbers: NDArray[np.float64]) -> NDArray[np.bool_]:
    fine = _may_be(numbers)
    _where(fine & (numbers >= 1e14) & (numbers < 1e17), numbers, fine, _dated)
    _where(fine & (numbers >= _LARGEST), numbers, fine, _registered)
    return fine


def _where(
    asked: NDArray[np.bool_], numbers: NDArray[np.float64], fine: NDArray[np.bool_],
    told: Callable[[NDArray[np.float64]], NDArray[np.bool_]],
) -> None:  # fmt: skip
    """Write what is told of the numbers that are asked about, mostly few of many."""
    if asked.any():
        fine[asked] = told(numbers[asked])


def _in_ranges(numbers: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which numbers begin as a credit code in base 31 or 36 does."""
    fine = np.zeros(numbers.shape, np.bool_)
    if numbers.max() >= _LEADING[0][0]:
        for worth, known in _LEADING:
            fine |= known[np.minimum(numbers / worth, len(known) - 1).astype(np.int64)]
    return fine


def _born(numbers: NDArray[np.float64]) -> NDArray[np.bool_]:
    days = np.mod(np.floor(numbers / 1e3), 1e4)
    years = np.floor(np.mod(numbers, 1e11) / 1e7)
    return np.asarray((days >= 101) & (days < 1232) & (years >= 1900) & (years < 2030))


def _dated(numbers: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which numbers of fifteen to seventeen figures have a day in them, or are an account's."""
    dated = np.floor(np.mod(numbers, 1e7) / 1e3)
    dated = (dated < 2000) & (np.mod(dated, 100) < 40)
    century = np.floor(np.mod(numbers, 1e11) / 1e9)
    long = _within(numbers, 1e16, 9e16) & ((century == 19) | (century == 20))
    return np.asarray(_within(numbers, 3e15, 7e15) | (dated & (_within(numbers, 1e14, 9e14) | long)))


def _registered(numbers: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which numbers are a register and figures in their first seven places in base 31 or 36.

    Such a number is known but for the sixteenth of its figures: both that it may be are asked.
    """
    fine = np.zeros(numbers.shape, np.bool_)
    for base, known in _KNOWN:
        for places in (17, 18):
            front = numbers / float(base) ** (places - 7)
            front[front >= base**7] = 0
            first, last = ((front * near).astype(np.int64) for near in (1 - _BLUR, 1 + _BLUR))
            fine |= _headed(first, base, known)
            unsure = first != last
            if unsure.any():
                fine[unsure] |= _headed(last[unsure], base, known)
    return fine


def _headed(fronts: NDArray[np.int64], base: int, known: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which numbers of seven places are a register and five figures."""
    heads = fronts // base**5
    fine = known[np.minimum(heads, len(known) - 1)]
    if fine.any():
        fronts = fronts - heads * base**5
        for _ in range(5):
            rest = fronts // base
            fine &= fronts - rest * base < 10
            fronts = rest
    return np.asarray(fine)


def _within(numbers: NDArray[np.float64], low: float, high: float) -> NDArray[np.bool_]:
    return np.asarray((numbers >= low) & (numbers < high))


def spelled(numbers: Sequence[int]) -> tuple[str, ...]:
    """Return how each number is written as an identifier, its digits where it is none."""
    return tuple(map(_spelled, numbers))


def whole(texts: Iterable[str]) -> tuple[str, ...]:
    """Return numbers as they are written, resident numbers with their check digit where it was left out."""
    return tuple(
        text + resident_id_check_digit(text) if _RESIDENT.fullmatch(text) else text for text in texts
    )


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
_KNOWN = tuple(
    (len(alphabet), np.array([two in heads for two in range(len(alphabet) ** 2 + 1)]))
    for alphabet, _, _, heads in _BEGUN
)
"""Of each alphabet its base and whether a number is the first two places of a code."""


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


def named_mostly(values: Sequence[int]) -> bool:
    """Return whether most numbers lie where identifiers do and differ."""
    if len(values) < _FEWEST or len(set(values)) < _FEWEST:
        return False
    wrong = int((1 - _NAMED) * len(values))
    if max(values) < _PHONE[0]:
        return False
    for one in values:
        wrong -= not _identifies(one)
        if wrong < 0:
            return False
    return True


def _identifies(number: int) -> bool:
    if number < _PHONE[0]:
        return False
    if number < _PHONE[1] or 8613 * 10**9 <= number < 8620 * 10**9:
        return True
    if number >= 10**18:
        return number < 10**28 and spelled([number])[0] != str(number)
    text = str(number)
    if len(text) == 18:
        return _RESIDENT.fullmatch(text[:17]) is not None and resident_id_check_digit(text[:17]) == text[17]
    return (_RESIDENT if len(text) == 17 else _OLD).fullmatch(text) is not None
