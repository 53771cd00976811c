"""Nobody waits for a department in which nobody may review, however it lost its last reviewer (第四条)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from sandbox.access import application as applications
from sandbox.access import coordination, review
from sandbox.egress.frozen import FrozenStore
from sandbox.kernel.actors import SYSTEM, Role
from sandbox.kernel.application_records import Item
from sandbox.kernel.lifecycle import step
from sandbox.kernel.oversight_records import Notice
from sandbox.kernel.records import Account, Grant, Organisation
from sandbox.oversight import staffing
from sandbox.oversight.desk import OversightDesk
from sandbox.people import grants
from sandbox.store.changes import Change
from tests.access.hall import MONDAY, REGIME, Hall, add_person, hall
from tests.journeys.refusals import refused


@pytest.fixture
def town(tmp_path: Path) -> Hall:
    made = hall(tmp_path)
    add_person(made, "tian", "market", Role.ORGANISATION_OFFICER)
    return made


def move(town: Hall, kind: type, key: str, verb: str, state: str) -> None:
    """Take a step of the platform on a record laid down by key."""
    stored = town.store.load(kind, town.ids[key])
    row = step(f"{kind.KIND}:{verb}")
    town.store.write(SYSTEM, Change(row, replace(stored.record, state=state), expected=stored.version))


LOSSES = {
    "the role is taken back": lambda town: move(town, Grant, "grant-yang", "revoke", "revoked"),
    "the account is suspended": lambda town: move(town, Account, "yang", "suspend", "suspended"),
    "the account is reset and never enrolled": lambda town: move(town, Account, "yang", "reset", "invited"),
    "the body is suspended": lambda town: move(town, Organisation, "market", "suspend", "suspended"),
}


def accepted(town: Hall, *datasets: str) -> str:
    asked = [{"dataset": one, "columns": ["行业"], "justification": "分组"} for one in datasets]
    made = town.submit(requests=asked)
    applications.accept(town.desk, town.actors["chen"], made.id, findings="好")
    return made.id


@pytest.mark.parametrize("loss", LOSSES)
def test_a_push_to_nobody_is_refused_whole(town: Hall, loss: str) -> None:
    """Also the part of the demand that goes to another department, so that one thing is mended first."""
    LOSSES[loss](town)
    made = accepted(town, "clinics", "firms")
    push = (review.push, town.desk, town.actors["chen"], made)
    assert refused(*push) == {"reviewers-named": "第四条"}
    assert town.store.find(Item, linked=("application", made)) == ()


def test_roles_that_do_not_review_are_nobody(town: Hall) -> None:
    LOSSES["the role is taken back"](town)
    assert town.desk.directory.roles_within(town.ids["market"]) == {Role.STEWARD, Role.ORGANISATION_OFFICER}
    assert refused(review.push, town.desk, town.actors["chen"], accepted(town, "firms"))


def test_a_name_that_was_never_enrolled_is_nobody(town: Hall) -> None:
    LOSSES["the role is taken back"](town)
    add_person(town, "ghost", "market", Role.PROVIDER_REVIEWER)
    made = accepted(town, "firms")
    stored = town.store.load(Account, town.ids["ghost"])
    invited = replace(stored.record, state="invited")
    town.store.write(SYSTEM, Change(step("account:reset"), invited, expected=stored.version))
    assert refused(review.push, town.desk, town.actors["chen"], made)
    town.store.write(
        SYSTEM, Change(step("account:enrol"), replace(invited, state="active"), expected=stored.version + 1)
    )
    assert len(review.push(town.desk, town.actors["chen"], made)) == 1


def test_a_deputy_counts_within_the_term_only(town: Hall) -> None:
    directory, chen = town.desk.directory, town.actors["chen"]
    add_person(town, "deputy", "market")
    term = grants.Term(MONDAY + timedelta(days=1), MONDAY + timedelta(days=3))
    made = grants.depute(
        directory,
        town.actors["tian"],
        account=town.ids["deputy"],
        role=Role.PROVIDER_REVIEWER,
        deputy_for=town.ids["yang"],
        term=term,
    )
    grants.countersign(directory, chen, made.id)
    move(town, Account, "yang", "suspend", "suspended")
    first, second = accepted(town, "firms"), accepted(town, "firms")
    assert refused(review.push, town.desk, chen, first)
    town.pass_days(1)
    assert review.push(town.desk, chen, first)
    town.pass_days(3)
    assert refused(review.push, town.desk, chen, second)


def test_guessing_at_a_password_stops_no_department(town: Hall) -> None:
    move(town, Account, "yang", "lock", "locked")
    assert review.push(town.desk, town.actors["chen"], accepted(town, "firms"))


def test_the_base_library_waits_for_no_department(town: Hall) -> None:
    """Its reviewer is the authority, whoever is missing at the provider."""
    LOSSES["the role is taken back"](town)
    (item,) = review.push(town.desk, town.actors["chen"], accepted(town, "legal-persons"))
    assert item.reviewer == town.ids["authority"]


def test_coordination_hands_nothing_back_to_nobody(town: Hall) -> None:
    (item,) = town.pushed()
    review.refuse(town.desk, town.actors["yang"], item.id, reason="不")
    (case,) = coordination.of_item(town.desk, item.id)
    LOSSES["the role is taken back"](town)
    given = {"identifier": case.id, "outcome": "再审"}
    asked = (coordination.hand_back, town.desk, town.actors["luo"])
    assert refused(*asked, **given) == {"reviewers-named": "第四条"}
    assert town.item(item.id).state == "refused"


def test_who_loses_the_last_reviewer_meanwhile_is_reported_daily(town: Hall, tmp_path: Path) -> None:
    """The review goes on running; authority and department hear of it until somebody is named."""
    regimes = town.desk.regimes
    frozen = FrozenStore(tmp_path / "evidence")
    room = OversightDesk(town.desk.directory, regimes, REGIME, frozen, "hall", True)
    town.pushed("firms")
    town.pushed("clinics")
    assert (staffing.unstaffed(room), staffing.warn(room)) == ((), ())
    LOSSES["the role is taken back"](town)
    ((body, count),) = staffing.unstaffed(room)
    assert (body.id, count) == (town.ids["market"], 1)
    told = {one.account for one in staffing.warn(room)}
    assert told == {town.ids[one] for one in ("chen", "luo", "wu", "tian")}
    assert staffing.warn(room) == ()
    town.pass_days(1)
    assert len(staffing.warn(room)) == 4
    add_person(town, "new", "market", Role.PROVIDER_REVIEWER)
    town.pass_days(1)
    assert staffing.warn(room) == ()
    assert {stored.record.subject for stored in town.store.find(Notice)} == {town.ids["market"]}
