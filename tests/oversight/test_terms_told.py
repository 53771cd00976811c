"""Whatever the nightly round writes of a term is told to those who must act and those who wait (第八条)."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from sandbox.access import application as applications
from sandbox.access import consultation, coordination, drafts, review
from sandbox.kernel.application_records import Application, Consultation, Coordination, Item
from sandbox.kernel.lifecycle import STEPS
from sandbox.kernel.oversight_records import Notice
from sandbox.kernel.records import Record
from sandbox.oversight import deadline
from sandbox.oversight.audience import listeners
from sandbox.oversight.desk import OversightDesk
from sandbox.oversight.templates import template
from tests.access.hall import BODIES, REGIME, Hall, hall

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


def room(town: Hall) -> OversightDesk:
    return OversightDesk(
        directory=town.desk.directory, regimes=town.desk.regimes, regime=REGIME,
        evidence=None, home_name="某市", demo=True,
    )  # fmt: skip


def heard(town: Hall, made: tuple[Notice, ...]) -> list[tuple[str, str]]:
    """Return what was told to whom, by name."""
    name = {account: key for key, account in town.ids.items()}
    return sorted((one.template, name[one.account]) for one in made)


def test_an_applicant_is_reminded_of_what_is_missing_and_both_sides_hear_when_it_did_not_come(
    town: Hall,
) -> None:
    made, desk = town.submit(), room(town)
    told_ = applications.supplement(town.desk, town.actors["chen"], made.id, points=("缺",))
    assert told_.supplement is not None
    assert told_.supplement.answer_by is not None
    until = told_.supplement.answer_by.due
    said = []
    while town.today <= until + timedelta(days=2):
        for _ in range(2):  # the round may run as often as one likes
            said += [(town.today, one) for one in deadline.answers(desk, town.desk)]
        town.pass_days(1)
    days = [day for day, _ in said]
    assert heard(town, tuple(one for _, one in said)) == sorted(
        [("clock:supplement", "lin"), ("clock:supplement-overdue", "lin")]
        + [("clock:supplement-overdue", one) for one in OFFICERS]
    )
    assert days[0] < until < days[-1]
    assert len(set(days)) == 2


def test_nobody_is_reminded_of_what_was_answered(town: Hall) -> None:
    made = town.submit()
    applications.supplement(town.desk, town.actors["chen"], made.id, points=("缺",))
    drafts.answer(town.desk, town.actors["lin"], made.id, town.written())
    town.pass_days(60)
    assert deadline.answers(room(town), town.desk) == ()


def test_a_missing_calendar_is_told_to_the_authority_once_a_month(tmp_path: Path) -> None:
    town = hall(tmp_path, today=date(2026, 10, 31))
    desk = room(town)
    assert deadline.calendar(desk, town.desk) == ()
    town.pass_days(1)
    assert heard(town, deadline.calendar(desk, town.desk)) == [
        ("clock:calendar", one) for one in sorted(OFFICERS)
    ]
    town.pass_days(20)
    assert deadline.calendar(desk, town.desk) == ()
    town.pass_days(10)
    assert len(deadline.calendar(desk, town.desk)) == len(OFFICERS)
