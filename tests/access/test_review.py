"""Items under review: their clock, the one extension, boundary conditions, who decides and who never does."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from sandbox.access import application as applications
from sandbox.access import boundaries, clocks, consultation, coordination, reading, review
from sandbox.kernel.application_records import Application, Consultation, Coordination, Extension, Item
from sandbox.kernel.boundary import Boundary, OutputForm
from sandbox.kernel.errors import ConflictError, InputError, RefusedError
from tests.access.hall import BODIES, COLUMNS, Hall, hall


@pytest.fixture
def town(tmp_path) -> Hall:
    return hall(tmp_path)


def codes(error) -> set[str]:
    return {one.code for one in error.value.decision.refusals}


def extension(town: Hall, **changes) -> Extension:
    given = {"days": 15, "leader": "赵局长", "document": "批〔2026〕1号", "reason": "数据量大"}
    return replace(
        review.told_today(town.desk, **{key: changes.pop(key, value) for key, value in given.items()}),
        **changes,
    )


VECTORS = [
    ("2026-01-28", "2026-02-25", "2026-03-17"),
    ("2026-02-02", "2026-02-28", "2026-03-20"),
    ("2026-04-20", "2026-05-13", "2026-06-03"),
    ("2026-09-14", "2026-10-10", "2026-10-30"),
    ("2026-09-21", "2026-10-19", "2026-11-09"),
    ("2026-11-23", "2026-12-14", None),
    ("2026-12-10", "2026-12-31", None),
    ("2026-12-11", None, None),
]
"""Push, last of 15 working days, last of 30; None where next year's notice decides."""


@pytest.mark.parametrize(("pushed", "first", "second"), VECTORS)
def test_the_clock_of_a_review_and_of_its_extension(tmp_path, pushed, first, second) -> None:
    town = hall(tmp_path, today=date.fromisoformat(pushed))
    (item,) = town.pushed()
    assert item.clock is not None
    assert (item.pushed_on, item.due_on) == (town.today, item.clock.due)
    if first is None:
        assert item.clock.provisional
        assert item.clock.earliest < item.clock.latest
    else:
        assert item.clock.due == date.fromisoformat(first)
    longer = review.extend(town.desk, town.actors["yang"], item.id, extension(town))
    assert longer.clock is not None
    assert longer.due_on == longer.clock.due > item.due_on
    if second is None:
        assert longer.clock.provisional
    else:
        assert longer.due_on == date.fromisoformat(second)


@pytest.mark.parametrize("days", [0, -1, 16, 100])
def test_an_extension_beyond_fifteen_working_days_is_refused(town: Hall, days) -> None:
    (item,) = town.pushed()
    with pytest.raises(RefusedError, match="1 至 15"):
        review.extend(town.desk, town.actors["yang"], item.id, extension(town, days=days))


def test_one_extension_only(town: Hall) -> None:
    (item,) = town.pushed()
    review.extend(town.desk, town.actors["yang"], item.id, extension(town, days=5))
    with pytest.raises(RefusedError, match="不得再次延长"):
        review.extend(town.desk, town.actors["yang"], item.id, extension(town, days=5))


@pytest.mark.parametrize("field", ["leader", "document", "reason"])
def test_no_extension_without_the_leaders_approval(town: Hall, field) -> None:
    (item,) = town.pushed()
    with pytest.raises(RefusedError) as refused:
        review.extend(town.desk, town.actors["yang"], item.id, extension(town, **{field: " "}))
    assert codes(refused) == {"extension"}


def test_nobody_approves_his_own_extension(town: Hall) -> None:
    (item,) = town.pushed()
    with pytest.raises(InputError, match="不能自己批准"):
        review.extend(town.desk, town.actors["yang"], item.id, extension(town, leader=" yang"))


def test_the_extension_is_told_on_or_before_the_due_day(town: Hall) -> None:
    (item,), (late,) = town.pushed(), town.pushed()
    tomorrow = town.today + timedelta(days=1)
    for wrong in (
        {"notified_on": tomorrow},
        {"approved_on": town.today - timedelta(days=1)},
        {"approved_on": town.today, "notified_on": town.today - timedelta(days=1)},
    ):
        with pytest.raises(RefusedError):
            review.extend(town.desk, town.actors["yang"], item.id, extension(town, **wrong))
    town.go_to(item.due_on)
    assert review.extend(town.desk, town.actors["yang"], item.id, extension(town)).due_on > item.due_on
    town.pass_days(1)
    with pytest.raises(RefusedError, match="已届满"):
        review.extend(
            town.desk,
            town.actors["yang"],
            late.id,
            extension(town, approved_on=late.due_on, notified_on=late.due_on),
        )


def test_base_libraries_never_come_before_a_department(town: Hall) -> None:
    (item,) = town.pushed("legal-persons")
    assert item.reviewer == town.ids["authority"]
    assert reading.items(town.desk, town.actors["yang"]) == ()
    with pytest.raises(RefusedError) as refused:
        review.approve(town.desk, town.actors["yang"], item.id)
    assert "item-reviewer" in codes(refused)
    with pytest.raises(RefusedError) as refused:
        review.approve(town.desk, town.actors["chen"], item.id)
    assert codes(refused) == {"different-person"}
    assert review.approve(town.desk, town.actors["luo"], item.id).state == "approved"


def test_every_provider_gets_its_own_item_and_nobody_anothers(town: Hall) -> None:
    items = town.pushed("firms", "clinics", "legal-persons")
    assert [one.reviewer for one in items] == [town.ids[key] for key in ("market", "health", "authority")]
    assert {one.dataset for one in reading.items(town.desk, town.actors["tang"])} == {town.ids["clinics"]}
    with pytest.raises(InputError, match="已经推送过"):
        review.push(town.desk, town.actors["luo"], items[0].application)


def test_two_pushes_at_once_make_one_set_of_items(town: Hall, monkeypatch) -> None:
    made = town.submit()
    applications.accept(town.desk, town.actors["chen"], made.id, findings="好")
    find = town.store.find
    blind = lambda kind, **given: () if kind is Item else find(kind, **given)  # noqa: E731
    review.push(town.desk, town.actors["chen"], made.id)
    monkeypatch.setattr(town.store, "find", blind)
    with pytest.raises(ConflictError):
        review.push(town.desk, town.actors["luo"], made.id)
    monkeypatch.undo()
    assert len(reading.items_of(town.desk, made.id)) == 1


def test_no_second_step_for_the_same_person_under_another_account(town: Hall) -> None:
    from sandbox.kernel.actors import Role
    from tests.access.hall import add_person

    (item,) = town.pushed()
    double = add_person(town, "chen-again", "market", Role.PROVIDER_REVIEWER, person="p-chen")
    party = add_person(town, "lin-again", "market", Role.PROVIDER_REVIEWER, person="p-lin")
    for who in (double, party):
        for decide in (review.approve, lambda *a: review.refuse(*a, reason="不")):
            with pytest.raises(RefusedError) as refused:
                decide(town.desk, who, item.id)
            assert codes(refused) == {"different-person"}


def test_who_pushed_or_handed_back_does_not_decide_on_the_authoritys_own_library(town: Hall) -> None:
    made = town.submit(requests=[{"dataset": "legal-persons", "columns": ["行业"], "justification": "分组"}])
    applications.accept(town.desk, town.actors["chen"], made.id, findings="好")
    (item,) = review.push(town.desk, town.actors["luo"], made.id)
    for decide in (review.approve, lambda *a: review.refuse(*a, reason="不")):
        with pytest.raises(RefusedError) as refused:
            decide(town.desk, town.actors["luo"], item.id)
        assert codes(refused) == {"different-person"}
    review.refuse(town.desk, town.actors["wu"], item.id, reason="不")
    (case,) = coordination.of_item(town.desk, item.id)
    coordination.hand_back(town.desk, town.actors["luo"], case.id, outcome="再审")
    with pytest.raises(RefusedError) as refused:
        review.approve(town.desk, town.actors["luo"], item.id)
    assert codes(refused) == {"different-person"}
    assert review.approve(town.desk, town.actors["wu"], item.id).state == "approved"


def test_who_judged_the_demand_does_not_lengthen_the_review(town: Hall) -> None:
    (item,) = town.pushed("legal-persons")
    with pytest.raises(RefusedError) as refused:
        review.extend(town.desk, town.actors["chen"], item.id, extension(town))
    assert codes(refused) == {"different-person"}
    assert review.extend(town.desk, town.actors["luo"], item.id, extension(town)).extensions


def test_approval_of_a_part_binds_the_item_to_that_part(town: Hall) -> None:
    (item,) = town.pushed()
    with pytest.raises(InputError, match="只能同意申请过的"):
        review.approve(town.desk, town.actors["yang"], item.id, columns=(COLUMNS[2],))
    part = review.approve(town.desk, town.actors["yang"], item.id, columns=COLUMNS[:1], conditions="只出区划")
    assert part.columns == COLUMNS[:1]
    with pytest.raises(InputError, match="已经推送过"):
        review.push(town.desk, town.actors["luo"], item.application)


def test_what_stands_on_an_item_is_the_strictest_of_dataset_grade_and_reviewer(town: Hall) -> None:
    own = Boundary(
        minimum_aggregation=5, longest_term_days=400, outputs=(OutputForm.AGGREGATE, OutputForm.INDEX)
    )
    boundaries.set_boundary(town.desk, town.actors["zhao"], "firms", own)
    (item,) = town.pushed(outputs=["aggregate"])
    added = Boundary(
        longest_term_days=360, outputs=(OutputForm.AGGREGATE,), joins_banned=(town.ids["clinics"],)
    )
    kept = review.approve(town.desk, town.actors["yang"], item.id, boundary=added).boundary
    assert kept.minimum_aggregation == 10  # the regime's for grade 3
    assert (kept.longest_term_days, kept.outputs) == (360, (OutputForm.AGGREGATE,))
    assert kept.joins_banned == (town.ids["clinics"],)


@pytest.mark.parametrize(
    ("boundary", "asked", "words"),
    [
        ({"forbidden_scenarios": ["营销"]}, {"scenario_kinds": ["营销"]}, "禁止场景"),
        ({"allowed_scenarios": ["统计"]}, {"scenario_kinds": ["信贷"]}, "不在边界条件允许之列"),
        ({"allowed_scenarios": ["统计"]}, {}, "没有写明场景类别"),
        ({"outputs": ["aggregate"]}, {"outputs": ["model"]}, "产出形式 model"),
        ({"outputs": ["aggregate"]}, {}, "没有写明产出形式"),
        ({"most_columns": 1}, {}, "超过边界条件的 1 个"),
        ({"longest_term_days": 30}, {}, "超过边界条件的 30 天"),
        ({"environments": ["520328"]}, {}, "不允许在环境 520300"),
        ({"regions": ["520302"]}, {}, "没有写明空间范围"),
    ],
)
def test_a_demand_beyond_the_datasets_boundary_is_not_approved(town: Hall, boundary, asked, words) -> None:
    wanted = boundaries.boundary_of(town.desk, boundary)
    boundaries.set_boundary(town.desk, town.actors["zhao"], "firms", wanted)
    (item,) = town.pushed(**asked)
    with pytest.raises(RefusedError, match=words) as refused:
        review.approve(town.desk, town.actors["yang"], item.id)
    assert codes(refused) == {"within-boundary"}
    assert review.refuse(town.desk, town.actors["yang"], item.id, reason="超出边界").state == "refused"


def test_a_banned_join_is_seen_within_one_application(town: Hall) -> None:
    ban = boundaries.boundary_of(town.desk, {"joins_banned": ["clinics"]})
    boundaries.set_boundary(town.desk, town.actors["zhao"], "firms", ban)
    together = town.pushed("firms", "clinics")
    with pytest.raises(RefusedError, match="关联使用"):
        review.approve(town.desk, town.actors["yang"], together[0].id)
    (alone,) = town.pushed("firms")
    assert review.approve(town.desk, town.actors["yang"], alone.id).state == "approved"


def test_a_boundary_is_the_departments_own_to_set(town: Hall) -> None:
    for who in ("tang", "chen", "lin", "zhang"):
        with pytest.raises(RefusedError):
            boundaries.set_boundary(town.desk, town.actors[who], "firms", Boundary(most_columns=1))
    for wrong in ({"wish": 1}, {"most_columns": "1"}, {"outputs": ["anything"]}, {"most_columns": -1},
                  {"regions": [" "]}, {"joins_banned": ["none"]}):  # fmt: skip
        with pytest.raises(InputError):
            boundaries.boundary_of(town.desk, wrong)


def test_a_refusal_opens_a_case_at_once(town: Hall) -> None:
    (item,) = town.pushed()
    with pytest.raises(InputError, match="理由"):
        review.refuse(town.desk, town.actors["yang"], item.id, reason=" ")
    review.refuse(town.desk, town.actors["yang"], item.id, reason="用途不明")
    (case,) = town.store.find(Coordination)
    assert (case.record.state, case.record.item, case.record.refusal) == ("open", item.id, "用途不明")
    opened, refused = (town.store.facts(verb=name)[0] for name in ("coordination:open", "item:refuse"))
    assert opened.seq == refused.seq + 1


def test_an_item_of_an_earlier_version_is_counted_from_its_push(town: Hall) -> None:
    from sandbox.access import clocks
    from sandbox.kernel.actors import SYSTEM
    from sandbox.kernel.lifecycle import step
    from sandbox.store.changes import Change

    (item,) = town.pushed()
    stored = town.store.load(Item, item.id)
    bare = replace(stored.record, clock=None)
    town.store.write(SYSTEM, Change(step("item:recount"), bare, expected=stored.version))
    (shown,) = clocks.open_clocks(town.desk, town.actors["yang"])
    assert shown.clock.due == item.due_on
    assert review.extend(town.desk, town.actors["yang"], item.id, extension(town)).due_on > item.due_on


def test_an_item_is_shown_to_its_parties_alone(town: Hall) -> None:
    (item,) = town.pushed()
    for who in ("lin", "xu", "yang", "zhang", "luo"):
        assert review.shown(town.desk, town.actors[who], item.id) == town.item(item.id)
    for who in ("song", "mu", "tang"):
        with pytest.raises(RefusedError):
            review.shown(town.desk, town.actors[who], item.id)


def test_the_terms_of_one_application_are_those_of_the_whole_list(town: Hall) -> None:
    items = town.pushed("firms", "relief")
    town.pushed("clinics", scenario="别的场景")
    asked = consultation.ask(
        town.desk, town.actors["mu"], items[1].id, body=BODIES["health"][0], question="？"
    )
    refused = review.refuse(town.desk, town.actors["yang"], items[0].id, reason="不宜")
    store, application = town.store, items[0].application
    mine = clocks.open_on(
        town.desk,
        store.load(Application, application),
        items=store.find(Item, linked=("application", application)),
        consultations=store.find(Consultation, linked=("item", items[1].id)),
        cases=store.find(Coordination, linked=("item", refused.id)),
    )
    every = clocks.open_clocks(town.desk, town.actors["luo"])
    assert [one for one in every if one.application == application] == list(mine)
    assert {one.what for one in mine} == {"provider-review", "consultation", "coordination"}
    assert asked.id in {one.record for one in mine}
