"""第二十条: data of health, water and the like goes by the rules of its sector as well, or not at all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.access import consultation, review
from sandbox.catalog import entries
from sandbox.kernel.dataset_records import Column, Dataset, Snapshot
from sandbox.kernel.grades import Grade, Grading, NationalLevel, ProvincialLevel
from sandbox.kernel.metadata import Origin
from sandbox.regulation.sectors import sectors
from sandbox.seats import seat as seats
from tests.access.hall import BODIES, COLUMNS, Hall, hall
from tests.journeys.homes import CHRONIC, DEVELOPER, OPERATOR, Home, landed, told
from tests.journeys.refusals import refused

__all__ = ["landed", "told"]


@pytest.fixture
def town(tmp_path: Path) -> Hall:
    return hall(tmp_path)


def utility(town: Hall, sector: str) -> Dataset:
    """Return an entry of a public utility's sector as its steward writes it."""
    held = town.store.load(Dataset, town.ids["firms"]).record
    plain = Grading(ProvincialLevel.INTERNAL, NationalLevel.GENERAL, Grade.L2)
    return replace(
        held, id="", state="registered", code=f"of-{sector}", title=sector, special_regime=sector,
        origin=Origin.PUBLIC_UTILITY, grading=plain, columns=(),
    )  # fmt: skip


def test_without_its_sectors_rules_nothing_of_it_is_developed(town: Hall) -> None:
    directory, zhao = town.desk.directory, town.actors["zhao"]
    known = {one.code for one in sectors()}
    assert {"health", "water"} <= known
    assert all(one.article == "第二十条" and one.instrument and one.smallest_class >= 3 for one in sectors())
    for sector in ("education", "power", "gas", "heat", "environment", "transport"):
        assert sector not in known
        assert refused(entries.register, directory, zhao, utility(town, sector)) == {
            "sector-ruled": "第二十条"
        }
    held = town.store.load(Dataset, town.ids["firms"]).record
    moved = replace(held, special_regime="power")  # nor does an entry slip in by a later word
    assert entries.describe(directory, zhao, held.id, moved).special_regime == ""


def test_with_them_the_sectors_own_authority_is_heard(town: Hall) -> None:
    """Health data of another department is approved only after the health authority has answered."""
    desk, people = town.desk, town.actors
    made = entries.register(desk.directory, people["zhao"], utility(town, "health"))
    columns = tuple(Column(name=one) for one in COLUMNS)
    entries.classify(desk.directory, people["zhao"], made.id, columns=columns, units=())
    (item,) = town.pushed("of-health")
    assert refused(review.approve, desk, people["yang"], item.id) == {"consulted": "第八条"}
    letter = consultation.ask(desk, people["yang"], item.id, body=BODIES["health"][0], question="是否妥当？")
    assert refused(review.approve, desk, people["yang"], item.id) == {"consulted": "第八条"}
    consultation.answer(desk, people["tang"], letter.id, opinion="妥当", objects=False)
    assert review.approve(desk, people["yang"], item.id).state == "approved"


def test_health_data_lands_in_groups_of_five_and_opens_in_no_seat(landed: Home) -> None:
    with landed.open() as desk:
        (snapshot,) = (
            one.record for one in desk.platform.store.find(Snapshot, linked=("agreement", CHRONIC))
        )
        health = next(one for one in sectors() if one.code == "health")
        assert snapshot.smallest_class >= health.smallest_class
        assert not snapshot.interactive
        seat = seats.provision(
            desk.platform.seats, desk.actor(OPERATOR), agreement=CHRONIC, user=DEVELOPER, name="health"
        )
        found = refused(seats.open_seat, desk.platform.seats, desk.actor(DEVELOPER), seat.id)
        assert found["interactive"] == "第六条"
