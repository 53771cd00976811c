"""第八条: two findings, each provider, boundary conditions, the industry, the clock, coordination."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from sandbox.access import application as applications
from sandbox.access import boundaries, clocks, consultation, coordination, holidays, nightly, review
from sandbox.kernel.actors import Role
from sandbox.kernel.boundary import Boundary, OutputForm
from sandbox.kernel.errors import RefusedError
from sandbox.people import grants
from sandbox.people.grants import Term
from tests.access.hall import BODIES, COLUMNS, Hall, add_person, hall


def asked(town: Hall, *datasets: str) -> str:
    requests = [{"dataset": one, "columns": list(COLUMNS[:2]), "justification": "分组"} for one in datasets]
    return town.submit(requests=requests, outputs=["aggregate"], scenario_kinds=["统计"]).id


def test_one_demand_for_three_departments(tmp_path: Path) -> None:
    """Each decides on its own part; the authority on the base library; all in time."""
    town = hall(tmp_path)
    desk, people = town.desk, town.actors
    own = Boundary(allowed_scenarios=("统计",), outputs=(OutputForm.AGGREGATE,), minimum_aggregation=20)
    boundaries.set_boundary(desk, people["zhao"], "firms", own)
    made = asked(town, "firms", "relief", "legal-persons")
    with pytest.raises(RefusedError):
        review.push(desk, people["chen"], made)
    applications.accept(desk, people["chen"], made, findings="需求明确", qualification="资质齐全")
    firms, relief, base = review.push(desk, people["chen"], made)
    assert [one.reviewer for one in (firms, relief, base)] == [
        town.ids[key] for key in ("market", "welfare", "authority")
    ]
    kept = review.approve(desk, people["yang"], firms.id, conditions="只出区县汇总表")
    assert (kept.boundary.minimum_aggregation, kept.boundary.outputs) == (20, (OutputForm.AGGREGATE,))
    with pytest.raises(RefusedError, match="行业"):
        review.approve(desk, people["mu"], relief.id)
    letter = consultation.ask(desk, people["mu"], relief.id, body=BODIES["health"][0], question="是否妥当？")
    consultation.answer(desk, people["tang"], letter.id, opinion="妥当", objects=False)
    assert review.approve(desk, people["mu"], relief.id).state == "approved"
    with pytest.raises(RefusedError, match="同一个人"):
        review.approve(desk, people["chen"], base.id)
    assert review.approve(desk, people["luo"], base.id).state == "approved"
    assert clocks.open_clocks(desk, people["chen"]) == ()


def test_a_review_over_the_turn_of_the_year(tmp_path: Path) -> None:
    """Provisional until the notice comes, extended, reminded, recounted, escalated, decided by a person."""
    town = hall(tmp_path, today=date(2026, 12, 11))
    desk, people = town.desk, town.actors
    (item,) = town.pushed()
    assert item.clock is not None
    assert item.clock.provisional
    assert nightly.run(desk).missing_year == 2027
    longer = review.extend(
        desk,
        people["yang"],
        item.id,
        review.told_today(desk, days=10, leader="赵局长", document="批〔2026〕3号", reason="数据量大"),
    )
    assert longer.clock is not None
    town.go_to(date(2026, 12, 20))
    notice = {
        "document": "国办发明电〔2026〕0号",
        "year": 2027,
        "rest": ["2027-01-01..2027-01-03", "2027-02-05..2027-02-12", "2027-10-01..2027-10-07"],
        "work": ["2027-01-30"],
    }
    done = holidays.record(desk, people["chen"], holidays.notice_of(people["chen"], notice))
    assert done.recount.recounted == (item.id,)
    settled = town.item(item.id)
    assert settled.clock is not None
    assert not settled.clock.provisional
    assert longer.clock.earliest <= settled.due_on <= longer.clock.latest
    town.go_to(settled.due_on - timedelta(days=3))
    assert nightly.run(desk).reminded == (item.id,)
    town.go_to(settled.due_on + timedelta(days=1))
    assert nightly.run(desk).escalated == (item.id,)
    (shown,) = clocks.open_clocks(desk, people["chen"])
    assert (shown.standing, shown.days_left) == ("overdue", -1)
    assert review.approve(desk, people["yang"], item.id).state == "approved"


def test_a_refusal_is_coordinated(tmp_path: Path) -> None:
    town = hall(tmp_path)
    desk, people = town.desk, town.actors
    (item,) = town.pushed()
    review.refuse(desk, people["yang"], item.id, reason="范围过宽")
    (case,) = coordination.of_item(desk, item.id)
    with pytest.raises(RefusedError):
        coordination.hand_back(desk, people["chen"], case.id, outcome="缩小范围")
    coordination.hand_back(desk, people["luo"], case.id, outcome="缩小到一个信息项后重新审核")
    kept = review.approve(desk, people["yang"], item.id, columns=COLUMNS[:1])
    assert (kept.columns, kept.round) == (COLUMNS[:1], 2)


def test_leave_blocks_nothing(tmp_path: Path) -> None:
    """The only reviewer is away: a named deputy of the same department decides within the term."""
    from dataclasses import replace

    town = hall(tmp_path)
    (item,) = town.pushed()
    add_person(town, "sun", "market", Role.ORGANISATION_OFFICER)
    add_person(town, "deputy", "market")
    made = grants.depute(
        town.desk.directory,
        town.actors["sun"],
        account=town.ids["deputy"],
        role=Role.PROVIDER_REVIEWER,
        deputy_for=town.ids["yang"],
        term=Term(town.today, town.today + timedelta(days=14)),
    )
    grants.countersign(town.desk.directory, town.actors["luo"], made.id)
    deputy = replace(town.actors["deputy"], roles=town.desk.directory.roles_of(town.ids["deputy"]))
    assert review.approve(town.desk, deputy, item.id).state == "approved"
