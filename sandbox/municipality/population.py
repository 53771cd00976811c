"""The invented people of the health extract: households with shared addresses, ages, names, IDs.

Every ID agrees with its birth date and sex and has a valid check digit. Makes people
only; what they fall ill with is decided by the generator of visits.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from sandbox.municipality.names import PEOPLES, draw_names, draw_peoples, draw_surnames
from sandbox.municipality.numbers import draw_mobiles, draw_resident_ids
from sandbox.municipality.places import COUNTIES, draw_addresses, draw_counties

_ELSEWHERE = ("520321", "520102", "522121", "520502", "500110", "510525")
"""Counties outside today's Zunyi where some were registered; 520321 and 522121 are abolished ones."""


@dataclass(frozen=True, slots=True)
class Population:
    """One entry for each person; `counties` are positions in `places.COUNTIES`."""

    household: np.ndarray
    counties: np.ndarray
    ages: np.ndarray
    male: np.ndarray
    births: list[date]
    names: list[str]
    ids: list[str]
    phones: list[str]
    addresses: list[str]
    peoples: list[str]


def draw_population(rng: np.random.Generator, *, count: int, today: date) -> Population:
    """Return `count` persons living at `today` in households of one to seven."""
    household, rank = _draw_households(rng, count)
    homes = int(household[-1]) + 1
    home_county = draw_counties(rng, homes)
    ages, male = _draw_ages(rng, household, rank)
    offsets = (ages * 365.25 + rng.random(count) * 365).astype(int)
    births = [today - timedelta(days=int(days) + 1) for days in offsets]
    counties = home_county[household]
    minority = np.array([county.minority for county in COUNTIES])[home_county]
    home_people = draw_peoples(rng, minority)
    peoples = np.where(
        rng.random(count) < 0.92, home_people[household], draw_peoples(rng, minority[household])
    )
    names = _draw_household_names(
        rng, household=household, rank=rank, peoples=peoples, male=male, births=births
    )
    addresses = draw_addresses(rng, home_county)
    return Population(
        household=household,
        counties=counties,
        ages=np.array([_full_years(birth, today) for birth in births]),
        male=male,
        births=births,
        names=names,
        ids=draw_resident_ids(rng, regions=_draw_regions(rng, counties), births=births, male=male),
        phones=_draw_family_phones(rng, household, ages),
        addresses=[addresses[home] for home in household],
        peoples=[PEOPLES[people] for people in peoples],
    )


def _full_years(birth: date, today: date) -> int:
    return today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))


def _draw_households(rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return each person's household and rank in it: 0 head, 1 spouse, 2 elder, 3 and more children."""
    sizes = rng.choice(np.arange(1, 8), size=count, p=(0.22, 0.25, 0.2, 0.17, 0.1, 0.04, 0.02))
    household = np.repeat(np.arange(count), sizes)[:count]
    first = np.r_[0, np.flatnonzero(np.diff(household)) + 1]
    rank = np.arange(count) - np.repeat(first, np.diff(np.r_[first, count]))
    return household, rank


def _draw_ages(
    rng: np.random.Generator, household: np.ndarray, rank: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return ages and sexes: spouses of like age, elders a generation older, children younger."""
    count = len(rank)
    heads = 24 + rng.beta(1.6, 1.9, size=int(household[-1]) + 1) * 62
    head = heads[household]
    head_male = rng.random(len(heads)) < 0.7
    ages = head + np.where(rank == 1, rng.normal(-2, 3, size=count), 0)
    elder = (rank == 2) & (head < 58) & (rng.random(count) < 0.3)
    ages = np.where(elder, head + rng.normal(26, 3, size=count), ages)
    child = (rank >= 2) & ~elder
    ages = np.where(child, head - 25 - rng.gamma(3, 2, size=count), ages)
    ages = np.where(ages < 0, rng.random(count) * 6, ages)
    male = np.where(
        rank == 0, head_male[household], np.where(rank == 1, ~head_male[household], rng.random(count) < 0.52)
    )
    return np.clip(ages, 0, 103), male


def _draw_household_names(
    rng: np.random.Generator,
    *,
    household: np.ndarray,
    rank: np.ndarray,
    peoples: np.ndarray,
    male: np.ndarray,
    births: list[date],
) -> list[str]:
    """Return names; children and elders bear the surname of the head more often than not."""
    own = draw_surnames(rng, peoples)
    head_of = np.r_[0, np.flatnonzero(np.diff(household)) + 1]
    shares = (rank != 1) & (rng.random(len(rank)) < 0.9)
    surnames = [own[head_of[household[row]]] if shares[row] else own[row] for row in range(len(own))]
    years = np.array([birth.year for birth in births])
    return draw_names(rng, surnames=surnames, peoples=peoples, male=male, born=years)


def _draw_regions(rng: np.random.Generator, counties: np.ndarray) -> list[str]:
    """Return the region of first registration: mostly the home county, sometimes another or elsewhere."""
    kind, other = rng.random(len(counties)), draw_counties(rng, len(counties))
    elsewhere = rng.integers(len(_ELSEWHERE), size=len(counties))
    return [
        COUNTIES[counties[row]].code
        if part < 0.86
        else COUNTIES[other[row]].code
        if part < 0.95
        else _ELSEWHERE[elsewhere[row]]
        for row, part in enumerate(kind.tolist())
    ]


def _draw_family_phones(rng: np.random.Generator, household: np.ndarray, ages: np.ndarray) -> list[str]:
    """Return mobiles; children and the very old leave the number of the head of their household."""
    mobiles = draw_mobiles(rng, len(ages))
    head_of = np.r_[0, np.flatnonzero(np.diff(household)) + 1]
    borrowed = (ages < 14) | ((ages > 76) & (rng.random(len(ages)) < 0.6))
    return [mobiles[head_of[household[row]]] if borrowed[row] else mobiles[row] for row in range(len(ages))]
