"""Numbers of invented persons and firms, well formed by the same rules that check real ones.

Codes and IDs are unique within one call. Called by the generators of firms, visits and
the cast; the check digits themselves come from the kernel.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from sandbox.kernel.identifiers import org_code_check_digit, resident_id_check_digit, uscc_check_digit

_LETTERS = np.array(list("0123456789ABCDEFGHJKLMNPQRTUWXY"))
_MOBILE_PREFIXES = np.array(
    [*range(130, 140), *range(150, 154), 155, 157, 158, 159, 177, *range(180, 190), 189, 198, 199]
)


def uscc(register: str, region: str, body: str) -> str:
    """Return the 18 places of a unified social credit code (GB 32100-2015).

    `register` is two characters, `region` six digits, `body` the first eight of the
    organisation code (GB 11714-1997); both check digits are appended.
    """
    first17 = f"{register}{region}{body}{org_code_check_digit(body)}"
    return first17 + uscc_check_digit(first17)


def draw_usccs(
    rng: np.random.Generator, *, registers: Sequence[str], regions: Sequence[str], years: np.ndarray
) -> list[str]:
    """Return unique codes: digits for firms founded before October 2015, then the MA6 range."""
    count = len(registers)
    old = [f"{number:08d}" for number in rng.choice(99_999_999, size=count, replace=False).tolist()]
    serials = rng.choice(31**5, size=count, replace=False)
    places = _LETTERS[serials[:, None] // 31 ** np.arange(5) % 31]
    new = ["MA6" + "".join(letters) for letters in places.tolist()]
    return [
        uscc(registers[row], regions[row], new[row] if years[row] >= 2016 else old[row])
        for row in range(count)
    ]


def draw_resident_ids(
    rng: np.random.Generator, *, regions: Sequence[str], births: Sequence[date], male: np.ndarray
) -> list[str]:
    """Return unique 18-place resident IDs (GB 11643-1999) that agree with birth date and sex."""
    sequences = rng.integers(0, 500, size=len(regions))
    taken: set[str] = set()
    found = []
    for region, birth, man, start in zip(regions, births, male, sequences.tolist(), strict=True):
        step = 0
        while (first17 := _first17(region, birth, (start + step) % 500 * 2 + int(man))) in taken:
            step += 1
        taken.add(first17)
        found.append(first17 + resident_id_check_digit(first17))
    return found


def _first17(region: str, birth: date, sequence: int) -> str:
    return f"{region}{birth:%Y%m%d}{sequence:03d}"


def draw_mobiles(rng: np.random.Generator, count: int) -> list[str]:
    """Return unique mobile numbers of eleven digits."""
    tails = rng.choice(100_000_000, size=count, replace=False)
    prefixes = _MOBILE_PREFIXES[rng.integers(len(_MOBILE_PREFIXES), size=count)]
    return [f"{prefix}{tail:08d}" for prefix, tail in zip(prefixes, tails.tolist(), strict=True)]


def draw_landlines(rng: np.random.Generator, count: int) -> list[str]:
    """Return fixed-line numbers of Zunyi (0851 followed by eight digits)."""
    return [f"0851-{number}" for number in rng.integers(27_000_000, 28_999_999, size=count).tolist()]


def wrong_check_digit(number: str) -> str:
    """Return the number with its last place changed to another digit."""
    return number[:-1] + ("0" if number[-1] != "0" else "1")
