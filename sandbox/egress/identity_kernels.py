"""What `identities` asks of each number, compiled: whether it lies where the numbers that name somebody do.

Asked of millions of guesses a file, nearly all of which fall at the first comparison. Every test has its
plain counterpart in `identities`, which few numbers take and which the tests hold these against. Called by
that alone.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sandbox.files.loops import compiled
from sandbox.fingerprint.pair_kernels import borrowing

MAY_BE, EXACT, NAMABLE = 0, 1, 2
_LARGEST = 1e18


class Marks(NamedTuple):
    """What tells credit codes in base 31 and in base 36: tables of `identities`, the first for base 31."""

    worths: Any  # what the first place of seventeen is worth in either base
    leads: Any  # whether a number is the front of a code, ...
    leads_of_more: Any
    registers: Any  # ... and whether one is its first two places
    registers_of_more: Any
    places: Any  # [base, length of a code] what its first seven places are worth
    blur: float


@compiled(_nrt=False)
def told(numbers, how, marks, out):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Write which numbers, a flat vector, pass the test that `how` names."""
    for at in range(numbers.size):
        one = numbers[at]
        if one >= _LARGEST:
            fine = one >= marks.worths[0] and _leading(one, marks.worths[0], marks.leads)
            fine = fine or (one >= marks.worths[1] and _leading(one, marks.worths[1], marks.leads_of_more))
            if fine and how == NAMABLE:
                fine = _registered(one, 31, marks.registers, marks.places[0], marks.blur)
                fine = fine or _registered(one, 36, marks.registers_of_more, marks.places[1], marks.blur)
        elif one >= 1e14:
            fine = how == MAY_BE or (how == EXACT and _born(one)) or (how == NAMABLE and _dated(one))
        else:
            fine = (one >= 1.3e10 and one < 2e10) or (one >= 8.613e12 and one < 8.62e12)
        out[at] = fine


@borrowing
def _leading(one, worth, known):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    return known[int(min(one / worth, known.size - 1.0))]


@borrowing
def _born(one):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    days = np.floor(one / 1e3) % 1e4
    years = np.floor((one % 1e11) / 1e7)
    return days >= 101 and days < 1232 and years >= 1900 and years < 2030


@borrowing
def _dated(one):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    if one >= 1e17 or (one >= 3e15 and one < 7e15):
        return True
    dated = np.floor((one % 1e7) / 1e3)
    if dated >= 2000 or dated % 100 >= 40:
        return False
    century = np.floor((one % 1e11) / 1e9)
    return one < 9e14 or (one >= 1e16 and one < 9e16 and (century == 19 or century == 20))


@borrowing
def _registered(one, base, known, places, blur):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    for worth in places:
        front = one / worth
        if front >= base**7:
            front = 0.0
        first, last = int(front * (1 - blur)), int(front * (1 + blur))
        if _headed(first, base, known) or (first != last and _headed(last, base, known)):
            return True
    return False


@borrowing
def _headed(front, base, known):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    head = front // base**5
    if not known[min(head, known.size - 1)]:
        return False
    front -= head * base**5
    for _ in range(5):
        rest = front // base
        if front - rest * base >= 10:
            return False
        front = rest
    return True


def prepare(marks: Marks) -> None:
    """Compile now for what is handed over: a process that keeps no machine code finds it beside this."""
    told(np.zeros(2), NAMABLE, marks, np.zeros(2, np.bool_))
