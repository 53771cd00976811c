"""The deliveries of the demonstration: which extract goes out in which form, by which department.

Firms as GB18030 CSV, the city's visits as UTF-8 CSV with BOM, the county's as a workbook, its water
meters as Parquet.
Called by the demo and by the journeys' tests; the truth of each is in the result.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow.compute as pc

from sandbox.municipality.allowance import allowances
from sandbox.municipality.cast import cast
from sandbox.municipality.companies import companies
from sandbox.municipality.extract import Extract
from sandbox.municipality.health import visits
from sandbox.municipality.parcels import parcels
from sandbox.municipality.water import readings
from sandbox.municipality.writers import Damage, Delivered, Form, write_delivery

SEED = 5203


@dataclass(frozen=True, slots=True)
class Size:
    """How much is made: firms, visits and persons, households on allowance, water readings, parcel rows."""

    firms: int = 10_000
    visits: int = 60_000
    persons: int = 20_000
    households: int = 5_000
    readings: int = 100_000
    parcels: int = 6_000


FULL, SMALL = (
    Size(),
    Size(firms=1_200, visits=3_000, persons=1_000, households=200, readings=1_000, parcels=300),
)
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
        "allowances": allowances(seed, count=size.households),
        "water": readings(seed, count=size.readings),
        "parcels": parcels(seed, count=size.parcels),
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
        "allowances": ("城乡低保家庭信息.csv", Form.UTF8_CSV),
        "water": ("分区计量水表抄表记录.parquet", Form.PARQUET),
        "parcels": ("快递网点日收派件量.csv", Form.UTF8_CSV),
    }
    written = {}
    for key, extract in extracts(seed=seed, size=size).items():
        name, form = forms[key]
        provider = people.organisation(people.dataset(key).provider)
        written[key] = write_delivery(
            extract, folder / name, form=form, provider_uscc=provider.uscc, seed=seed, damage=damage
        )
    return written
