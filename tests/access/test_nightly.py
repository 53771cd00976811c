"""The nightly round: recount, reminders, escalation, the missing calendar; and the list of open clocks."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from sandbox.access import application as applications
from sandbox.access import clocks, consultation, coordination, holidays, nightly, review
from sandbox.kernel.application_records import Application, CalendarNotice, Item
from sandbox.kernel.errors import ConflictError, InputError, RefusedError
from tests.access.hall import BODIES, Hall, hall

SPRING = tuple(date(2027, 2, 5) + timedelta(days=one) for one in range(8))
NOTICE = {
    "document": "国办发明电〔2026〕0号",
    "year": 2027,
    "rest": ["2027-01-01..2027-01-03", "2027-02-05..2027-02-12", "2027-10-01..2027-10-07"],
    "work": ["2026-12-26", "2027-02-14"],
}


@pytest.fixture
def town(tmp_path) -> Hall:
    return hall(tmp_path)


def late(tmp_path) -> Hall:
    return hall(tmp_path, today=date(2026, 12, 10))


def test_every_open_clock_is_seen_by_the_people_concerned_with_its_days(town: Hall) -> None:
    waiting = town.submit()
    (item,) = town.pushed("relief")
    consultation.ask(town.desk, town.actors["mu"], item.id, body=BODIES["health"][0], question="？")
    (other,) = town.pushed()
    review.refuse(town.desk, town.actors["yang"], other.id, reason="不")
    seen = {who: [one.what for one in clocks.open_clocks(town.desk, town.actors[who])] for who in town.actors}
    everything = {"preliminary-review", "provider-review", "consultation", "coordination"}
    assert set(seen["chen"]) == set(seen["lin"]) == everything
    assert set(seen["mu"]) == {"provider-review", "consultation"}
    assert seen["tang"] == ["consultation"]
    assert seen["yang"] == ["coordination"]
    assert seen["song"] == seen["zhang"] == []
    first = next(one for one in clocks.open_clocks(town.desk, town.actors["lin"]) if one.record == waiting.id)
    assert (first.days_left, first.standing, first.staffed) == (5, "running", True)


def test_reminders_come_before_the_due_day_and_escalation_after_it(town: Hall) -> None:
    (item,) = town.pushed()
    told, raised = [], []
    while not raised:
        done = nightly.run(town.desk)
        told += [(town.today, one) for one in done.reminded]
        raised += [(town.today, one) for one in done.escalated]
        town.pass_days(1)
    assert [one for _, one in told] == [item.id]
    assert told[0][0] < item.due_on
    assert raised == [(item.due_on + timedelta(days=1), item.id)]
    assert nightly.run(town.desk).escalated == ()
    assert town.item(item.id).state == "pushed"  # overdue is never consent
    assert review.approve(town.desk, town.actors["yang"], item.id).state == "approved"


def test_a_second_round_the_same_night_writes_nothing(town: Hall) -> None:
    town.pushed()
    town.pass_days(30)
    nightly.run(town.desk)
    before = len(town.store.facts())
    again = nightly.run(town.desk)
    assert (again.recounted, again.reminded, again.escalated) == ((), (), ())
    assert len(town.store.facts()) == before


def test_the_notice_settles_what_was_provisional_and_says_what_changed(tmp_path) -> None:
    town = late(tmp_path)
    (item,) = town.pushed()
    (done,) = town.pushed("clinics")
    assert item.clock is not None
    assert item.clock.provisional
    decided = review.approve(town.desk, town.actors["tang"], done.id)
    made = holidays.record(town.desk, town.actors["chen"], holidays.notice_of(town.actors["chen"], NOTICE))
    assert item.id in made.recount.recounted
    fresh = town.item(item.id)
    assert fresh.clock is not None
    assert not fresh.clock.provisional
    assert item.clock.earliest <= fresh.due_on <= item.clock.latest
    assert fresh.due_on == date(2026, 12, 30)
    assert town.item(done.id) == decided  # a term already met is not reopened
    (fact,) = town.store.facts(verb="item:recount")
    note = town.store.payload(fact.seq)["note"]
    assert (note["old"], note["new"]) == (item.due_on.isoformat(), fresh.due_on.isoformat())
    assert set(note["concerned"]) == {town.ids[key] for key in ("firm", "market", "authority")}


def test_the_notice_moves_the_applicants_own_term_in_the_record(tmp_path) -> None:
    """Who may reject what nobody answered reads the record: no term of days that are over lets him."""
    town = late(tmp_path)
    made = town.submit()
    told = applications.supplement(town.desk, town.actors["chen"], made.id, points=("缺安全方案",))
    assert told.supplement is not None
    old = told.supplement.answer_by
    assert old is not None
    assert old.provisional
    before = town.store.load(Application, made.id).record
    assert nightly.run(town.desk).recounted == ()
    kept = holidays.record(town.desk, town.actors["chen"], holidays.notice_of(town.actors["chen"], NOTICE))
    assert made.id in kept.recount.recounted
    after = town.store.load(Application, made.id).record
    assert after.supplement is not None
    fresh = after.supplement.answer_by
    assert fresh is not None
    assert not fresh.provisional
    assert old.earliest <= fresh.due <= old.latest
    assert (after.state, after.clock, after.supplement.points) == (
        "returned",
        before.clock,
        told.supplement.points,
    )
    (fact,) = town.store.facts(verb="application:recount-answer")
    assert town.store.payload(fact.seq)["note"]["new"] == fresh.due.isoformat()
    assert nightly.run(town.desk).recounted == ()


def test_a_notice_taken_back_makes_it_provisional_again(tmp_path) -> None:
    town = late(tmp_path)
    (item,) = town.pushed()
    made = holidays.record(town.desk, town.actors["chen"], holidays.notice_of(town.actors["chen"], NOTICE))
    holidays.revoke(town.desk, town.actors["luo"], made.notice.id, reason="录错")
    assert town.item(item.id).clock == item.clock
    with pytest.raises(RefusedError):
        holidays.revoke(town.desk, town.actors["luo"], made.notice.id, reason="再撤")


def test_emergency_days_move_running_clocks(town: Hall) -> None:
    (item,) = town.pushed()
    extra = {"document": "紧急通知〔2026〕1号", "rest": ["2026-03-09..2026-03-10"]}
    holidays.record(town.desk, town.actors["chen"], holidays.notice_of(town.actors["chen"], extra))
    assert town.item(item.id).due_on == item.due_on + timedelta(days=2)


def test_a_countys_holiday_is_its_own(town: Hall) -> None:
    county = {"document": "道府发〔2026〕1号", "region": "520325", "rest": ["2026-03-09"]}
    holidays.record(town.desk, town.actors["chen"], holidays.notice_of(town.actors["chen"], county))
    day = date(2026, 3, 9)
    assert not town.desk.calendar("520325").is_workday(day)
    assert town.desk.calendar("520326").is_workday(day)
    assert town.desk.calendar("520300").is_workday(day)


@pytest.mark.parametrize(
    "wrong",
    [
        {"document": ""},
        {"document": "a", "rest": []},
        {"document": "a", "rest": ["2026-03-09"], "work": ["2026-03-09"]},
        {"document": "a", "rest": ["九日"]},
        {"document": "a", "rest": ["2026-03-09..2026-03-01"]},
        {"document": "a", "rest": ["2026-01-01..2027-01-01"]},
        {"document": "a", "rest": "2026-03-09"},
        {"document": "a", "rest": ["2026-03-09"], "region": "110000"},
        {"document": "a", "rest": ["2027-01-01"], "region": "520325", "year": 2027},
        {"document": "a", "rest": [], "work": ["2027-01-09"], "year": 2027},
        {"document": "a", "rest": ["2025-01-01"], "year": 2027},
        {"document": "a", "rest": ["2027-01-01"], "work": ["2027-01-04"], "year": 2027},
        {"document": "a", "rest": ["2027-01-01"], "year": "2027"},
        {"document": "a\u202eb", "rest": ["2027-01-01"]},
        {"document": "a", "wish": 1},
    ],
    ids=str,
)
def test_an_unfit_notice_is_one_sentence_and_changes_nothing(town: Hall, wrong) -> None:
    with pytest.raises(InputError) as error:
        holidays.record(town.desk, town.actors["chen"], holidays.notice_of(town.actors["chen"], wrong))
    assert len(str(error.value).splitlines()) == 1
    assert town.store.find(CalendarNotice) == ()


def test_a_document_is_recorded_once_and_by_the_authority(town: Hall) -> None:
    good = holidays.notice_of(town.actors["chen"], {"document": "a", "rest": ["2026-03-09"]})
    for who in ("yang", "lin", "zhang"):
        with pytest.raises(RefusedError):
            holidays.record(town.desk, town.actors[who], good)
    holidays.record(town.desk, town.actors["chen"], good)
    with pytest.raises(ConflictError):
        holidays.record(town.desk, town.actors["luo"], good)


@pytest.mark.parametrize(
    ("day", "missing"), [(date(2026, 10, 31), None), (date(2026, 11, 1), 2027), (date(2027, 1, 4), 2027)]
)
def test_the_missing_year_is_called_for_from_november_on(tmp_path, day, missing) -> None:
    town = hall(tmp_path, today=day)
    assert nightly.run(town.desk).missing_year == missing
    if missing:
        holidays.record(town.desk, town.actors["chen"], holidays.notice_of(town.actors["chen"], NOTICE))
        assert nightly.run(town.desk).missing_year is None


def test_nothing_crashes_in_an_unpublished_year(tmp_path) -> None:
    town = hall(tmp_path, today=date(2031, 5, 6))
    (item,) = town.pushed(regime="national-2025", regime_override="期满衔接")
    assert item.clock is not None
    assert item.clock.provisional
    assert nightly.run(town.desk).faults == ()
    town.go_to(item.clock.latest)
    assert nightly.run(town.desk).escalated == ()
    town.pass_days(1)
    assert item.id in nightly.run(town.desk).escalated


def test_one_clock_that_cannot_be_counted_costs_the_others_nothing(town: Hall) -> None:
    from dataclasses import replace

    from sandbox.kernel.actors import SYSTEM
    from sandbox.kernel.lifecycle import step
    from sandbox.store.changes import Change

    (bad,), (good,) = town.pushed(), town.pushed()
    stored = town.store.load(Item, bad.id)
    assert stored.record.clock is not None
    far = replace(stored.record.clock, days=5000)
    town.store.write(
        SYSTEM, Change(step("item:recount"), replace(stored.record, clock=far), expected=stored.version)
    )
    town.pass_days(40)
    done = nightly.run(town.desk)
    assert [one.record for one in done.faults] == [bad.id]
    assert good.id in done.escalated


def test_somebody_who_acts_meanwhile_is_left_alone(town: Hall, monkeypatch) -> None:
    (item,) = town.pushed()
    town.pass_days(40)
    running = tuple(clocks.running(town.desk))
    look = nightly._loaded

    def late(desk, cls, ids):
        review.approve(town.desk, town.actors["yang"], item.id)
        monkeypatch.setattr(nightly, "_loaded", look)
        return running

    monkeypatch.setattr(nightly, "_loaded", late)
    assert nightly.run(town.desk).escalated == ()
    assert town.item(item.id).state == "approved"


def test_a_term_nobody_could_act_on_is_marked(town: Hall) -> None:
    from dataclasses import replace

    from sandbox.kernel.actors import SYSTEM
    from sandbox.kernel.lifecycle import step
    from sandbox.kernel.records import Grant
    from sandbox.store.changes import Change

    town.pushed()
    stored = town.store.load(Grant, town.ids["grant-yang"])
    town.store.write(
        SYSTEM, Change(step("grant:revoke"), replace(stored.record, state="revoked"), expected=stored.version)
    )
    (shown,) = clocks.open_clocks(town.desk, town.actors["chen"])
    assert not shown.staffed


def test_supplement_and_second_round_have_their_clocks(town: Hall) -> None:
    made = town.submit()
    applications.supplement(town.desk, town.actors["chen"], made.id, points=("缺",))
    (item,) = town.pushed()
    review.refuse(town.desk, town.actors["yang"], item.id, reason="不")
    (case,) = coordination.of_item(town.desk, item.id)
    what = {one.what for one in clocks.open_clocks(town.desk, town.actors["lin"])}
    assert what == {"supplement", "coordination"}
    coordination.hand_back(town.desk, town.actors["luo"], case.id, outcome="再审")
    what = {one.what for one in clocks.open_clocks(town.desk, town.actors["yang"])}
    assert what == {"provider-review"}
