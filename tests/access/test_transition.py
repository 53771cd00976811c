"""What runs under which regime, and a regime that lapses while things are under way (第二十二条)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from sandbox.access import agreement as agreements
from sandbox.access import application as applications
from sandbox.access import review
from sandbox.access.transition import transition
from sandbox.kernel.actors import Role
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.application_records import Application
from sandbox.kernel.errors import InputError, RefusedError
from tests.access.hall import LAPSED, Hall, add_person, hall


@pytest.fixture
def town(tmp_path) -> Hall:
    return hall(tmp_path)


def agreed(town: Hall, **changes) -> ServiceAgreement:
    """Return an agreement in force on an application with these changes."""
    (item,) = town.pushed(**changes)
    review.approve(town.desk, town.actors["yang"], item.id)
    asked = town.store.load(Application, item.application).record
    drafted = agreements.draft(
        town.desk,
        town.actors["zhang"],
        ServiceAgreement(
            state="drafted",
            organisation=asked.organisation,
            operator=town.ids["operator"],
            environment=asked.environment,
            application=asked.id,
            items=(item.id,),
            scenario=asked.scenario,
            term_from=asked.term_from,
            term_to=asked.term_to,
            users=(town.actors["lin"].account,),
            seats=1,
            key_id="",
        ),
    )
    agreements.accept(town.desk, town.actors["lin"], drafted.id)
    return agreements.sign(town.desk, town.actors["zhang"], drafted.id)


def test_the_report_lists_running_agreements_under_a_lapsed_regime(town: Hall) -> None:
    old = agreed(town, regime=LAPSED, regime_override="存量衔接")
    new = agreed(town)
    waiting = town.submit(regime=LAPSED, regime_override="存量衔接")
    found = transition(town.desk, town.actors["chen"])
    assert {one.id: (one.lapsed, one.override) for one in found.agreements} == {
        old.id: (True, "存量衔接"),
        new.id: (False, ""),
    }
    assert next(one for one in found.agreements if one.id == old.id).confirmed_by == "chen"
    assert next(one for one in found.applications if one.id == waiting.id).lapsed
    assert [one.id for one in found.regimes] == [LAPSED, "national-2025"]
    agreements.terminate(town.desk, town.actors["zhang"], old.id, reason="到期不续")
    assert [one.id for one in transition(town.desk, town.actors["chen"]).agreements] == [new.id]


def test_the_report_is_for_the_authority_and_supervisors(town: Hall) -> None:
    for who in ("yang", "lin", "zhang", "song"):
        with pytest.raises(RefusedError):
            transition(town.desk, town.actors[who])
    watcher = add_person(town, "xie", "health", Role.SUPERVISOR)
    assert transition(town.desk, watcher).day == town.today


def test_an_application_keeps_the_days_of_the_regime_it_was_opened_under(town: Hall) -> None:
    (before,) = town.pushed()
    short = town.desk.regimes["national-2025"]
    rules = tuple(replace(one, value=5) if one.code == "provider-review" else one for one in short.rules)
    town.desk.regimes["national-2025"] = replace(short, rules=rules, digest="other")
    (after,) = town.pushed()
    assert before.clock is not None
    assert after.clock is not None
    assert (before.clock.days, after.clock.days) == (15, 5)
    assert town.item(before.id).due_on == before.due_on
    report = {one.id: one.changed for one in transition(town.desk, town.actors["chen"]).applications}
    assert report == {before.application: True, after.application: False}


def test_a_regime_that_lapses_between_draft_and_hand_in_asks_for_its_reason(tmp_path) -> None:
    from sandbox.access import drafts

    town = hall(tmp_path, today=date(2030, 2, 26))
    made = drafts.draft(town.desk, town.actors["lin"], town.written())
    opened = town.submit()
    town.go_to(date(2030, 3, 1))
    with pytest.raises(RefusedError, match="有效期"):
        drafts.hand_in(town.desk, town.actors["lin"], made.id)
    assert applications.accept(town.desk, town.actors["chen"], opened.id, findings="好").state == "accepted"
    drafts.revise(town.desk, town.actors["lin"], made.id, town.written(regime_override="衔接期"))
    assert drafts.hand_in(town.desk, town.actors["lin"], made.id).state == "submitted"


def test_a_lapsed_regime_is_warned_of_and_confirmed_by_name(town: Hall) -> None:
    assert "2024-12-12" in str(town.desk.warning(LAPSED))
    assert town.desk.warning("national-2025") is None
    with pytest.raises(RefusedError, match="有效期"):
        town.submit(regime=LAPSED)
    made = town.submit(regime=LAPSED, regime_override="存量衔接")
    with pytest.raises(InputError, match="确认"):
        applications.accept(town.desk, town.actors["chen"], made.id, findings="好")


def test_an_agreement_stays_within_the_reviews_conditions(town: Hall) -> None:
    from sandbox.kernel.boundary import Boundary

    (item,) = town.pushed()
    review.approve(town.desk, town.actors["yang"], item.id, boundary=Boundary(longest_term_days=90))
    asked = town.store.load(Application, item.application).record
    wanted = ServiceAgreement(
        state="drafted",
        organisation=asked.organisation,
        operator=town.ids["operator"],
        environment=asked.environment,
        application=asked.id,
        items=(item.id,),
        scenario=asked.scenario,
        term_from=asked.term_from,
        term_to=asked.term_to,
        users=(town.actors["lin"].account,),
        seats=1,
        key_id="",
    )
    with pytest.raises(RefusedError, match="超过审核条件的 90 天"):
        agreements.draft(town.desk, town.actors["zhang"], wanted)


def test_no_withdrawal_under_a_standing_agreement(town: Hall) -> None:
    made = agreed(town)
    with pytest.raises(InputError, match="先终止协议"):
        applications.withdraw(town.desk, town.actors["lin"], made.application)
