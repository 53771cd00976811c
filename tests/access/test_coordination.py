"""After a refusal: the authority returns the item or upholds it; it never approves in another's place."""

from __future__ import annotations

import pytest

from sandbox.access import application as applications
from sandbox.access import coordination, review
from sandbox.kernel.application_records import Coordination, Item
from sandbox.kernel.errors import InputError, RefusedError
from tests.access.hall import Hall, hall


@pytest.fixture
def town(tmp_path) -> Hall:
    return hall(tmp_path)


def refused(town: Hall) -> tuple[Item, str]:
    (item,) = town.pushed()
    review.refuse(town.desk, town.actors["yang"], item.id, reason="用途不明")
    (case,) = coordination.of_item(town.desk, item.id)
    return item, case.id


def test_a_returned_item_runs_a_whole_new_term(town: Hall) -> None:
    item, case = refused(town)
    town.pass_days(9)
    again = coordination.hand_back(town.desk, town.actors["luo"], case, outcome="补充用途后重新审核")
    assert (again.state, again.round, again.pushed_on) == ("pushed", 2, town.today)
    assert again.due_on > item.due_on
    assert again.extensions == ()
    assert review.approve(town.desk, town.actors["yang"], item.id).state == "approved"


def test_a_refusal_upheld_is_final(town: Hall) -> None:
    item, case = refused(town)
    with pytest.raises(InputError):
        coordination.uphold(town.desk, town.actors["luo"], case, outcome=" ")
    assert coordination.uphold(town.desk, town.actors["luo"], case, outcome="维持").state == "closed"
    with pytest.raises(RefusedError):
        coordination.hand_back(town.desk, town.actors["luo"], case, outcome="再议")
    with pytest.raises(RefusedError):
        review.approve(town.desk, town.actors["yang"], item.id)


def test_who_judged_before_does_not_coordinate(town: Hall) -> None:
    _, case = refused(town)
    for who in ("chen", "yang", "lin", "zhang"):  # chen made the preliminary review
        with pytest.raises(RefusedError):
            coordination.hand_back(town.desk, town.actors[who], case, outcome="x")
    (item,) = town.pushed("legal-persons")
    review.refuse(town.desk, town.actors["luo"], item.id, reason="不")
    (own,) = coordination.of_item(town.desk, item.id)
    with pytest.raises(RefusedError, match="同一个人"):
        coordination.hand_back(town.desk, town.actors["luo"], own.id, outcome="x")
    assert coordination.hand_back(town.desk, town.actors["wu"], own.id, outcome="x").state == "pushed"


def test_a_refusal_of_the_second_round_opens_a_second_case(town: Hall) -> None:
    item, case = refused(town)
    coordination.hand_back(town.desk, town.actors["luo"], case, outcome="再审")
    review.refuse(town.desk, town.actors["yang"], item.id, reason="仍不明")
    assert [one.record.state for one in coordination.of_item(town.desk, item.id)] == ["returned", "open"]


def test_withdrawing_the_application_drops_everything_that_waits(town: Hall) -> None:
    item, case = refused(town)
    other = town.pushed("firms", "clinics")
    review.approve(town.desk, town.actors["tang"], other[1].id)
    for application in (item.application, other[0].application):
        with pytest.raises(RefusedError):
            applications.withdraw(town.desk, town.actors["song"], application)
        applications.withdraw(town.desk, town.actors["xu"], application)
    assert {one.record.state for one in town.store.find(Item)} == {"withdrawn"}
    assert town.store.load(Coordination, case).record.state == "dropped"
