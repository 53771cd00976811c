"""第五条: data registered by class and grade before anything else; firms' own data under their consent."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from sandbox.access import application as applications
from sandbox.access import review
from sandbox.catalog import consents, entries
from sandbox.ingest import publish
from sandbox.kernel.dataset_records import Column, Dataset, Delivery
from sandbox.kernel.errors import InputError
from sandbox.kernel.grades import Grade, Grading, NationalLevel, ProvincialLevel, joined
from sandbox.kernel.metadata import Origin
from sandbox.seats.seat import current_snapshots
from tests.access.hall import COLUMNS, Hall, hall
from tests.journeys.homes import CODE, Home, landed, told
from tests.journeys.refusals import refused

__all__ = ["landed", "told"]
PARCELS, CONTRIBUTOR, CONTRIBUTOR_STEWARD, STEWARD = (
    "parcel-counts", "tong.daren", "ma.shunfeng", "zhao.qinghe",
)  # fmt: skip


@pytest.fixture
def town(tmp_path: Path) -> Hall:
    return hall(tmp_path)


def grading(grade: Grade, national: NationalLevel = NationalLevel.GENERAL) -> Grading:
    return Grading(ProvincialLevel.INTERNAL, national, grade)


def test_nothing_is_developed_before_it_is_classed_and_graded(town: Hall) -> None:
    directory, zhao, chen = town.desk.directory, town.actors["zhao"], town.actors["chen"]
    held = town.store.load(Dataset, town.ids["firms"]).record
    fresh = replace(held, id="", state="registered", code="fresh", columns=(), resource_code="")
    for secret in (NationalLevel.CORE, NationalLevel.IMPORTANT):
        wrong = replace(fresh, grading=grading(Grade.L2, secret))
        assert refused(entries.register, directory, zhao, wrong) == {"landable": "第六条"}
    made = entries.register(directory, zhao, replace(fresh, grading=grading(Grade.L2)))
    with pytest.raises(InputError, match="没有信息项"):
        town.submit(requests=[{"dataset": "fresh", "columns": ["行业"], "justification": "分组"}])
    classes = tuple(Column(name=one, level=2) for one in COLUMNS)
    too_high = (replace(classes[0], level=3), *classes[1:])
    with pytest.raises(InputError, match="就高从严"):
        entries.classify(directory, zhao, made.id, columns=too_high, units=())
    for who in ("tang", "lin", "zhang"):  # neither another department nor who would use it
        entry = lambda who=who: entries.classify(  # noqa: E731
            directory, town.actors[who], made.id, columns=classes, units=()
        )
        assert "role" in refused(entry)
    entries.classify(directory, zhao, made.id, columns=classes, units=())
    asked = town.submit(requests=[{"dataset": "fresh", "columns": ["行业"], "justification": "分组"}])
    applications.accept(town.desk, chen, asked.id, findings="好")
    assert [one.dataset for one in review.push(town.desk, chen, asked.id)] == [made.id]


def test_what_is_joined_bears_the_highest_grade(town: Hall) -> None:
    directory, zhao = town.desk.directory, town.actors["zhao"]
    firms, relief = (town.store.load(Dataset, town.ids[one]).record for one in ("firms", "relief"))
    both = joined([firms.grading, relief.grading])
    assert both.grade is max(firms.grading.grade, relief.grading.grade)
    pool = replace(
        firms, id="", state="registered", code="pool", columns=(), derived_from=(firms.id, relief.id)
    )
    assert refused(entries.register, directory, zhao, pool) == {"inherits": "第五条"}
    assert entries.register(directory, zhao, replace(pool, grading=both)).grading == both
    alone = replace(pool, code="alone", derived_from=(firms.id,))
    assert entries.register(directory, zhao, alone).grading == firms.grading
    social = replace(alone, code="social", origin=Origin.SOCIAL)
    assert refused(entries.register, directory, zhao, social) == {"origin-fits": "第五条"}


def test_a_firms_own_data_comes_with_its_consent_and_goes_with_it(landed: Home) -> None:
    with landed.open() as desk:
        directory, ingest = desk.platform.directory, desk.platform.ingest
        giver, steward = desk.actor(CONTRIBUTOR), desk.actor(CONTRIBUTOR_STEWARD)
        held = entries.by_code(directory, PARCELS).record
        consent = consents.in_force(directory, held)
        assert consent is not None
        (agreed,) = {one.record.agreement for one in desk.platform.store.find(publish.Snapshot)
                     if one.record.dataset == held.id}  # fmt: skip
        batch = next(
            one.record for one in desk.platform.store.find(Delivery) if one.record.dataset == held.id
        )
        order = {"agreement": agreed, "dataset": PARCELS, "delivery": batch.id}
        (before,) = current_snapshots(directory, agreed)
        assert before.consent == consent.id
        consents.withdraw(directory, giver, consent.id, reason="合作终止")
        assert current_snapshots(directory, agreed) == ()
        assert refused(publish.order, ingest, steward, **order) == {"consented": "第五条"}
        fresh = replace(consent, id="", state="in-force", until=directory.today() + timedelta(days=30))
        assert "role" in refused(consents.give, directory, desk.actor(STEWARD), fresh)
        government = entries.by_code(directory, CODE).record
        foreign = replace(fresh, dataset=government.id)
        assert {"consent-fits": "第五条"}.items() <= refused(consents.give, directory, giver, foreign).items()
        given = consents.give(directory, giver, fresh)
        after = publish.land(ingest, publish.order(ingest, steward, **order).id)
        assert (after.consent, after.version) == (given.id, before.version + 1)
        assert current_snapshots(directory, agreed) == (after,)
