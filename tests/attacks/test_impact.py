"""Personal data goes to a firm only with its department's impact assessment (PIPL 55, 56; 第十八条)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.catalog import impacts
from sandbox.ingest import publish
from sandbox.kernel.actors import Proof
from sandbox.kernel.application_records import Item
from sandbox.kernel.errors import InputError, RefusedError
from sandbox.kernel.lifecycle import step
from sandbox.kernel.permits import may
from tests.access.hall import Hall, hall
from tests.journeys.homes import CHRONIC, HEALTH_STEWARD, Home, released, told
from tests.journeys.refusals import refused
from tests.kernel.test_matrix import IMPACT, actor, lawful

__all__ = ["released", "told"]
FOUND = impacts.Assessed(lawfulness="依法、必要", impact="小组可能指向个人", measures="专席、脱敏、审查")
ORDER = {"agreement": CHRONIC, "dataset": "health-settlement", "delivery": "delivery-000002"}


@pytest.fixture
def town(tmp_path: Path) -> Hall:
    return hall(tmp_path)


@pytest.mark.parametrize(
    ("found", "passes"),
    [
        ((IMPACT,), True),
        ((), False),
        (None, False),
        ((replace(IMPACT, state="withdrawn"),), False),
        ((replace(IMPACT, item="another"),), False),
        ((replace(IMPACT, state="withdrawn"), IMPACT), True),
    ],
)
def test_an_order_waits_for_the_assessment_of_its_own_item(found, passes) -> None:
    row = step("landing-order:order")
    side, now = lawful(row)
    who = actor(side, row.roles, Proof.TOKEN)
    asked = replace(now, items=(replace(now.items[0], impact_asked=True),), impacts=found)
    decision = may(who, row, asked)
    assert bool(decision) is passes
    assert passes or {one.code: one.article for one in decision.refusals} == {"impact-assessed": "第十八条"}
    assert may(who, row, replace(now, impacts=found))  # pushed before it was asked: exempt


def test_nobody_but_the_department_assesses(town: Hall) -> None:
    """Neither who wants the data nor who runs the environment writes what should hold them back."""
    (item,) = town.pushed()
    directory = town.desk.directory
    for who in ("lin", "zhang", "chen", "mu"):
        assert refused(impacts.file, directory, town.actors[who], item.id, FOUND)
    made = impacts.file(directory, town.actors["zhao"], item.id, FOUND)
    assert (made.state, made.organisation, made.item) == ("filed", town.ids["market"], item.id)
    for who in ("lin", "zhang", "chen", "mu"):
        assert refused(impacts.withdraw, directory, town.actors[who], made.id, reason="不要了")
    assert impacts.withdraw(directory, town.actors["yang"], made.id, reason="重写").state == "withdrawn"
    with pytest.raises(RefusedError):
        impacts.shown(directory, town.actors["lin"], item.id)


@pytest.mark.parametrize("part", ["lawfulness", "impact", "measures"])
def test_each_of_the_three_parts_is_needed(town: Hall, part: str) -> None:
    (item,) = town.pushed()
    for text in ("", "  \n", "字" * (impacts.LONGEST + 1)):
        with pytest.raises(InputError):
            impacts.file(town.desk.directory, town.actors["zhao"], item.id, replace(FOUND, **{part: text}))


def test_a_withdrawn_assessment_stops_the_next_landing(released: Home) -> None:
    with released.open() as desk:
        platform, steward = desk.platform, desk.actor(HEALTH_STEWARD)
        item = next(one.record for one in platform.store.find(Item) if one.record.dataset == "dataset-000002")
        assert item.impact_asked
        (held,) = impacts.of_item(platform.directory, item.id)
        assert publish.order(platform.ingest, steward, **ORDER).state == "ordered"
        impacts.withdraw(platform.directory, steward, held.id, reason="措施已改变")
        assert refused(publish.order, platform.ingest, steward, **ORDER) == {"impact-assessed": "第十八条"}
        impacts.file(platform.directory, steward, item.id, FOUND)
        assert publish.order(platform.ingest, steward, **ORDER).state == "ordered"
