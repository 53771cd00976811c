"""Named deputies: a colleague, a term, never a party; leave blocks nothing (第八条)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from sandbox.access import review
from sandbox.kernel.actors import Role
from sandbox.kernel.errors import RefusedError
from sandbox.people import grants
from sandbox.people.grants import Term
from tests.access.hall import Hall, add_person, hall


@pytest.fixture
def town(tmp_path) -> Hall:
    made = hall(tmp_path)
    add_person(made, "sun", "market", Role.ORGANISATION_OFFICER)
    add_person(made, "deputy", "market")
    return made


def depute(town: Hall, account: str = "deputy", principal: str = "yang", role=Role.PROVIDER_REVIEWER, **term):
    given = {"start": town.today, "until": town.today + timedelta(days=20)} | term
    return grants.depute(
        town.desk.directory,
        town.actors["sun"],
        account=town.ids[account],
        role=role,
        deputy_for=town.ids[principal],
        term=Term(**given),
    )


def now(town: Hall, name: str):
    """Return the person as he would sign in today."""
    return replace(town.actors[name], roles=town.desk.directory.roles_of(town.ids[name]))


def test_a_deputy_acts_within_the_term_and_not_a_day_longer(town: Hall) -> None:
    (item,), (other,) = town.pushed(), town.pushed()
    made = depute(town, start=town.today + timedelta(days=1), until=town.today + timedelta(days=3))
    assert made.state == "proposed"
    grants.countersign(town.desk.directory, town.actors["chen"], made.id)
    assert now(town, "deputy").roles == frozenset()
    town.pass_days(1)
    assert now(town, "deputy").roles == {Role.PROVIDER_REVIEWER}
    assert review.approve(town.desk, now(town, "deputy"), item.id).state == "approved"
    town.pass_days(3)
    assert now(town, "deputy").roles == frozenset()
    with pytest.raises(RefusedError):
        review.approve(town.desk, now(town, "deputy"), other.id)


def test_a_term_has_two_ends_and_a_limit(town: Hall) -> None:
    today = town.today
    for start, until in (
        (today, today + timedelta(days=60)),
        (today, today - timedelta(days=1)),
        (today - timedelta(days=9), today - timedelta(days=1)),
    ):
        with pytest.raises(RefusedError) as refused:
            depute(town, start=start, until=until)
        assert {one.code for one in refused.value.decision.refusals} == {"deputy-fits"}
    assert depute(town, until=today + timedelta(days=59)).until == today + timedelta(days=59)


def test_a_deputy_is_a_colleague_of_one_who_holds_the_role(town: Hall) -> None:
    add_person(town, "yang-again", "market", person="p-yang")
    for account, principal, role in (
        ("tang", "yang", Role.PROVIDER_REVIEWER),
        ("deputy", "tang", Role.PROVIDER_REVIEWER),
        ("deputy", "yang", Role.STEWARD),
        ("yang-again", "yang", Role.PROVIDER_REVIEWER),
        ("yang", "yang", Role.PROVIDER_REVIEWER),
    ):
        with pytest.raises(RefusedError):
            depute(town, account, principal, role)


def test_a_party_is_never_a_deputy(town: Hall) -> None:
    add_person(town, "moonlight", "market", person="p-lin")
    add_person(town, "sideline", "market", person="p-zhang")
    for account in ("moonlight", "sideline"):
        with pytest.raises(RefusedError, match="不得代理审查"):
            depute(town, account)


def test_a_deputy_has_no_deputy(town: Hall) -> None:
    made = depute(town)
    grants.countersign(town.desk.directory, town.actors["chen"], made.id)
    add_person(town, "third", "market")
    with pytest.raises(RefusedError, match="没有担任"):
        depute(town, "third", "deputy")
