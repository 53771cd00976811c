"""The deliveries of the demonstration: which extract goes out in which form, by which department.

Firms as GB18030 CSV, the city's visits as UTF-8 CSV with BOM, the county's as a workbook.
Called by the demo and by the journeys' tests; the truth of each is in the result.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow.compute as pc

from sandbox.municipality.cast import cast
from sandbox.municipality.companies import companies
from sandbox.municipality.extract import Extract
from sandbox.municipality.health import visits
from sandbox.municipality.writers import Damage, Delivered, Form, write_delivery

SEED = 5203


@dataclass(frozen=True, slots=True)
class Size:
    """How much is made: firms, visits and persons."""

    firms: int = 10_000
    visits: int = 60_000
    persons: int = 20_000


FULL, SMALL = Size(), Size(firms=1_200, visits=3_000, persons=1_000)
"""The whole municipality, and one for quick tests."""


def extracts(*, seed: int = SEED, size: Size = FULL) -> Mapping[str, Extract]:
    """Return the extract of each dataset by the key of the cast; the county's is part of the city's."""
    city = visits(seed, count=size.visits, persons=size.persons)
    county = pc.starts_with(city.table["医疗机构"], "湄潭县")
    rows = [row for row, here in enumerate(county.to_pylist()) if here]
    return {
        "companies": companies(seed, count=size.firms),
        "visits": city,
        "meitan-visits": city.select(rows, title=cast().dataset("meitan-visits").title),
    }


def deliver(
    folder: Path, *, seed: int = SEED, size: Size = FULL, damage: Damage | None = None
) -> Mapping[str, Delivered]:
    """Write every delivery with its note into `folder` (which exists); return them by dataset key."""
    people = cast()
    forms = {
        "companies": ("市场主体登记信息.csv", Form.GB18030_CSV),
        "visits": ("就诊结算明细.csv", Form.UTF8_CSV),
        "meitan-visits": ("湄潭县就诊结算明细.xlsx", Form.XLSX),
    }
    written = {}
    for key, extract in extracts(seed=seed, size=size).items():
        name, form = forms[key]
        provider = people.organisation(people.dataset(key).provider)
        written[key] = write_delivery(
            extract, folder / name, form=form, provider_uscc=provider.uscc, seed=seed, damage=damage
        )
    return written
