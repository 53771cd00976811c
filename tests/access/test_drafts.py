"""Drafts, hand-in, one notice of what is missing, and the answer to it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sandbox.access import application as applications
from sandbox.access import drafts, reading
from sandbox.kernel.application_records import Application
from sandbox.kernel.errors import ConflictError, InputError, RefusedError
from tests.access.hall import Hall, hall


@pytest.fixture
def town(tmp_path) -> Hall:
    return hall(tmp_path)


def codes(error) -> set[str]:
    return {one.code for one in error.value.decision.refusals}


def test_a_draft_may_be_incomplete_and_is_seen_by_its_own_house_alone(town: Hall) -> None:
    made = drafts.draft(town.desk, town.actors["lin"], town.written(scenario="", requests=[]))
    assert (made.state, made.clock) == ("draft", None)
    assert [one.id for one in reading.applications(town.desk, town.actors["xu"])] == [made.id]
    for nobody in ("chen", "yang", "zhang", "song"):
        assert reading.applications(town.desk, town.actors[nobody]) == ()
        with pytest.raises(RefusedError):
            reading.application(town.desk, town.actors[nobody], made.id)
    with pytest.raises(RefusedError) as refused:
        drafts.hand_in(town.desk, town.actors["lin"], made.id)
    assert "five-elements" in codes(refused)


def test_a_draft_is_revised_handed_in_and_then_stands(town: Hall) -> None:
    desk, lin = town.desk, town.actors["lin"]
    made = drafts.draft(desk, lin, town.written(scope=""))
    revised = drafts.revise(desk, town.actors["xu"], made.id, town.written(who="xu", scope="两处"))
    assert (revised.scope, revised.applicant) == ("两处", lin.account)
    with pytest.raises((InputError, RefusedError)):
        drafts.revise(desk, town.actors["song"], made.id, town.written(who="song"))
    handed = drafts.hand_in(desk, lin, made.id)
    assert handed.state == "submitted"
    assert handed.clock is not None
    assert handed.clock.days == desk.regime(handed.regime).deadline("preliminary-review")
    assert handed.regime_digest == desk.regime(handed.regime).digest
    with pytest.raises(RefusedError) as refused:
        drafts.revise(desk, lin, made.id, town.written())
    assert codes(refused) == {"state"}


def test_what_only_the_platform_writes_cannot_be_brought_along(town: Hall) -> None:
    forged = replace(
        town.written(), override_confirmed_by="account-000001", supplements=0, regime_digest="x", id=""
    )
    made = applications.submit(town.desk, town.actors["lin"], forged)
    assert made.override_confirmed_by == ""
    assert made.regime_digest == town.desk.regime(made.regime).digest


def test_what_is_missing_is_told_once_and_completely(town: Hall) -> None:
    desk, lin, chen = town.desk, town.actors["lin"], town.actors["chen"]
    made = town.submit()
    with pytest.raises(InputError):
        applications.supplement(desk, chen, made.id, points=())
    with pytest.raises(RefusedError):
        applications.supplement(desk, lin, made.id, points=("x",))
    told = applications.supplement(desk, chen, made.id, points=("缺安全方案", "缺联系人"))
    assert told.state == "returned"
    assert told.supplement is not None
    assert told.supplement.points == ("缺安全方案", "缺联系人")
    with pytest.raises(RefusedError):
        applications.accept(desk, chen, made.id, findings="好")
    town.pass_days(3)
    answered = drafts.answer(desk, town.actors["xu"], made.id, town.written(contact="林"))
    assert (answered.state, answered.contact, answered.applicant) == ("submitted", "林", lin.account)
    assert answered.clock is not None
    assert answered.clock.started_on == town.today
    with pytest.raises(RefusedError) as refused:
        applications.supplement(desk, chen, made.id, points=("再来一次",))
    assert codes(refused) == {"supplement-once"}


def test_what_nobody_answers_is_judged_as_it_lies_and_not_before_its_term_is_over(town: Hall) -> None:
    made = town.submit()
    told = applications.supplement(town.desk, town.actors["chen"], made.id, points=("缺安全方案",))
    assert told.supplement is not None
    assert told.supplement.answer_by is not None
    town.go_to(told.supplement.answer_by.latest)
    with pytest.raises(RefusedError, match="尚未届满") as refused:
        applications.reject(town.desk, town.actors["chen"], made.id, findings="未补正")
    assert codes(refused) == {"answer-overdue"}
    town.pass_days(1)
    with pytest.raises(RefusedError) as refused:
        applications.accept(town.desk, town.actors["chen"], made.id, findings="好")
    assert "state" in codes(refused)
    ended = applications.reject(town.desk, town.actors["chen"], made.id, findings="未按期补正")
    assert ended.state == "rejected"


def test_an_answer_cannot_slip_out_of_the_lapsed_regimes_override(town: Hall) -> None:
    made = town.submit(regime="zunyi-2022", regime_override="衔接")
    applications.supplement(town.desk, town.actors["chen"], made.id, points=("缺",))
    answered = drafts.answer(
        town.desk, town.actors["lin"], made.id, town.written(regime="national-2025", regime_override="")
    )
    assert (answered.regime, answered.regime_override) == ("zunyi-2022", "衔接")
    with pytest.raises(InputError, match="有效期"):
        applications.accept(town.desk, town.actors["chen"], made.id, findings="好")
    accepted = applications.accept(
        town.desk, town.actors["chen"], made.id, findings="好", confirm_override=True
    )
    assert accepted.override_confirmed_by == town.actors["chen"].account


def test_an_answer_is_only_for_what_was_sent_back(town: Hall) -> None:
    made = town.submit()
    draft = drafts.draft(town.desk, town.actors["lin"], town.written())
    for one in (made.id, draft.id):
        with pytest.raises(RefusedError) as refused:
            drafts.answer(town.desk, town.actors["lin"], one, town.written())
        assert "state" in codes(refused)


def test_two_at_once_get_one_clear_conflict(town: Hall, monkeypatch) -> None:
    made = town.submit()
    load, seen = town.store.load, []

    def meanwhile(kind, identifier):
        """A colleague accepts between the other's reading and writing."""
        found = load(kind, identifier)
        if kind is Application and not seen:
            seen.append(1)
            monkeypatch.setattr(town.store, "load", load)
            applications.accept(town.desk, town.actors["luo"], made.id, findings="好")
        return found

    monkeypatch.setattr(town.store, "load", meanwhile)
    with pytest.raises(ConflictError) as conflict:
        applications.reject(town.desk, town.actors["chen"], made.id, findings="不好")
    assert len(str(conflict.value).splitlines()) == 1
    assert load(Application, made.id).record.state == "accepted"


def test_the_two_findings_are_apart(town: Hall) -> None:
    desk, chen = town.desk, town.actors["chen"]
    made = town.submit()
    with pytest.raises(InputError, match="哪一项"):
        applications.reject(desk, chen, made.id, findings="不", demand=True, qualification=True)
    found = applications.reject(desk, chen, made.id, findings="资质不符", demand=True, qualification=False)
    assert found.preliminary is not None
    assert (found.preliminary.demand, found.preliminary.qualification) == (True, False)
    other = applications.accept(desk, chen, town.submit().id, findings="需求明确", qualification="资质齐全")
    assert other.preliminary is not None
    assert other.preliminary.on_qualification == "资质齐全"


def test_a_government_department_is_refused_at_intake(town: Hall) -> None:
    with pytest.raises(RefusedError) as refused:
        town.submit(who="qian")
    assert "eligible" in codes(refused)


def test_sharing_between_departments_is_shown_its_own_channel(town: Hall) -> None:
    with pytest.raises(InputError, match="共享"):
        town.written(activity="share")


def test_a_measure_not_yet_in_force_carries_no_application(town: Hall) -> None:
    from datetime import date

    regime = town.desk.regimes["national-2025"]
    ahead = replace(regime, effective_from=date(2027, 1, 1))
    town.desk.regimes["national-2025"] = ahead  # type: ignore[index]
    with pytest.raises(RefusedError, match="尚未施行"):
        town.submit(regime_override="理由")
