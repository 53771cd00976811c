"""The compiled tests of numbers that name somebody tell what the plain ones tell."""

from __future__ import annotations

import numpy as np
import pytest

from sandbox.egress import identities, identity_kernels
from sandbox.kernel.identifiers import USCC_ALPHABET, USCC_REGISTERS

ALPHABETS = (USCC_ALPHABET, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def codes(rng: np.random.Generator) -> list[float]:
    """Return registers and figures as numbers in either base, with or without the last place."""
    found = []
    for alphabet in ALPHABETS:
        for length in (17, 18):
            for register in sorted(USCC_REGISTERS):
                rest = "".join(rng.choice(list(alphabet), length - 8))
                number = 0
                for sign in f"{register}{rng.integers(10**6):06d}{rest}":
                    number = number * len(alphabet) + alphabet.index(sign)
                found.append(float(number))
    return found


def people(rng: np.random.Generator) -> list[float]:
    """Return numbers of residents, days beyond the calendar among them, with and without the check digit."""
    areas, years = rng.integers(10**5, 10**6, 4000), rng.integers(1880, 2040, 4000)
    months, days = rng.integers(0, 14, 4000), rng.integers(0, 41, 4000)
    born = (((areas * 10**4 + years) * 100 + months) * 100 + days) * 1000
    return [*born.astype(float), *(born * 10.0), *((areas * 100 + years % 100) * 10.0**7 + months * 1e5)]


@pytest.mark.parametrize("name", ["may_be", "exact", "namable"])
def test_loops_tell_what_is_told_plainly(name: str) -> None:
    rng = np.random.default_rng(5)
    edges = [0.0, -1.0, 1.3e10, 2e10, 8.613e12, 8.62e12, 1e14, 1e17, 1e18, np.nan, np.inf]
    numbers = np.array([*edges, *10 ** (rng.random(20_000) * 29), *people(rng), *codes(rng)])
    told = np.empty(numbers.size, np.bool_)
    how = {"may_be": identity_kernels.MAY_BE, "exact": identity_kernels.EXACT}
    identity_kernels.told(numbers, how.get(name, identity_kernels.NAMABLE), identities.marks(), told)
    plainly = getattr(identities, f"_{name}")(numbers)
    assert (told == plainly).all()
    assert 0 < plainly.sum() < numbers.size


def test_what_is_asked_keeps_its_shape() -> None:
    numbers = np.linspace(1e10, 3e10, 4096).reshape(64, 64)[:, ::2]
    assert (identities.exact(numbers) == (numbers >= 1.3e10) & (numbers < 2e10)).all()
