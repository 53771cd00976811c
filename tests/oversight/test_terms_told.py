"""Whatever the nightly round writes of a term is told to those who must act and those who wait (第八条)."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.access import consultation, coordination, review
from sandbox.kernel.lifecycle import STEPS
from sandbox.kernel.records import Application, Consultation, Coordination, Item, Record
from sandbox.oversight.audience import listeners
from sandbox.oversight.templates import template
from tests.access.hall import BODIES, Hall, hall

OFFICERS = {"chen", "luo", "wu"}


@pytest.fixture
def town(tmp_path: Path) -> Hall:
    return hall(tmp_path)


def told(town: Hall, code: str, record: Record) -> set[str]:
    """Return who hears of a step on a record, by name."""
    known = template(code)
    assert known is not None, code
    return {one.name for one in listeners(town.desk.directory, known.audience, record)}


@pytest.mark.parametrize("kind", [Application, Item, Consultation, Coordination], ids=lambda one: one.KIND)
def test_no_reminder_escalation_or_new_day_is_written_for_nobody(kind: type[Record]) -> None:
    verbs = {row.verb for row in STEPS if row.kind == kind.KIND}
    assert verbs >= {"remind", "escalate", "recount"}
    for verb in ("remind", "escalate", "recount"):
        assert template(f"{kind.KIND}:{verb}") is not None, verb


def test_a_reminder_reaches_who_must_act_and_an_escalation_the_authority(town: Hall) -> None:
    made = town.store.load(Application, town.submit().id).record
    (item,) = town.pushed("relief")
    asked = consultation.ask(
        town.desk, town.actors["mu"], item.id, body=BODIES["health"][0], question="可否？"
    )
    (other,) = town.pushed()
    review.refuse(town.desk, town.actors["yang"], other.id, reason="不")
    (case,) = (one.record for one in coordination.of_item(town.desk, other.id))
    assert told(town, "application:remind", made) == OFFICERS
    assert told(town, "item:remind", item) == {"mu"}
    assert told(town, "consultation:remind", asked) == {"tang"}
    assert told(town, "coordination:remind", case) == OFFICERS
    for code, record in (
        ("application:escalate", made), ("item:escalate", item), ("coordination:escalate", case),
    ):  # fmt: skip
        assert told(town, code, record) >= OFFICERS, code
    assert told(town, "consultation:escalate", asked) == OFFICERS | {"mu"}


def test_a_new_day_is_told_to_both_sides(town: Hall) -> None:
    made = town.store.load(Application, town.submit().id).record
    (item,) = town.pushed("relief")
    asked = consultation.ask(
        town.desk, town.actors["mu"], item.id, body=BODIES["health"][0], question="可否？"
    )
    (other,) = town.pushed()
    review.refuse(town.desk, town.actors["yang"], other.id, reason="不")
    (case,) = (one.record for one in coordination.of_item(town.desk, other.id))
    assert told(town, "application:recount", made) == OFFICERS | {"lin"}
    assert told(town, "item:recount", item) == OFFICERS | {"lin", "mu"}
    assert told(town, "item:extend", item) == OFFICERS | {"lin", "mu"}
    assert told(town, "consultation:recount", asked) == OFFICERS | {"mu", "tang"}
    assert told(town, "coordination:recount", case) == OFFICERS | {"lin", "yang"}
