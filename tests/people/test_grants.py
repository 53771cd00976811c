"""Roles: who proposes, who countersigns, what counts before and after."""

import pytest

from sandbox.kernel.actors import Role
from sandbox.kernel.errors import RefusedError
from sandbox.kernel.records import Grant
from sandbox.people import grants


def codes_of(refused) -> set[str]:
    return {one.code for one in refused.value.decision.refusals}


@pytest.fixture
def nurse(place):
    return place.join("liu", "某市卫健委", "nurse", 12)


def test_a_judging_role_has_no_effect_until_it_is_countersigned(place, nurse):
    grant = place.role("liu", "nurse", Role.PROVIDER_REVIEWER)
    assert grant.state == "proposed"
    assert place.actor("nurse").roles == frozenset()
    grants.countersign(place.directory, place.actor("luo"), grant.id)
    assert place.actor("nurse").roles == {Role.PROVIDER_REVIEWER}


def test_a_plain_role_is_in_force_at_once(place):
    place.join("zhang", "某市数据运营公司", "worker", 22)
    assert place.role("zhang", "worker", Role.OPERATOR).state == "in-force"
    assert place.actor("worker").roles == {Role.OPERATOR}


def test_only_an_officer_of_the_authority_countersigns(place, nurse):
    grant = place.role("liu", "nurse", Role.STEWARD)
    with pytest.raises(RefusedError) as refused:
        grants.countersign(place.directory, place.actor("liu"), grant.id)
    assert {"role", "is-authority", "not-self-granted"} <= codes_of(refused)


def test_proposer_and_grantee_do_not_countersign(place):
    grant = place.role("chen", "luo", Role.SECURITY_REVIEWER)
    for name in ("chen", "luo"):
        with pytest.raises(RefusedError) as refused:
            grants.countersign(place.directory, place.actor(name), grant.id)
        assert "not-self-granted" in codes_of(refused)
    assert Role.SECURITY_REVIEWER not in place.actor("luo").roles


@pytest.mark.parametrize(
    "role", [Role.AUTHORITY_OFFICER, Role.SECURITY_REVIEWER, Role.PROVIDER_REVIEWER, Role.STEWARD]
)
def test_the_officer_of_an_operator_grants_no_judging_role(place, role):
    place.join("zhang", "某市数据运营公司", "worker", 22)
    with pytest.raises(RefusedError) as refused:
        place.role("zhang", "worker", role)
    assert codes_of(refused) == {"grant-fits"}
    assert place.directory.store.find(Grant, state="proposed") == ()


def test_nobody_grants_in_another_organisation(place, nurse):
    for by in ("zhang", "chen"):
        with pytest.raises(RefusedError) as refused:
            place.role(by, "nurse", Role.DEVELOPER)
        assert "grant-own" in codes_of(refused)


def test_a_first_officer_is_appointed_once(place, nurse):
    with pytest.raises(RefusedError) as refused:
        grants.appoint(place.directory, place.actor("chen"), nurse)
    assert codes_of(refused) == {"first-officer"}
    with pytest.raises(RefusedError) as refused:
        grants.appoint(place.directory, place.actor("liu"), nurse)
    assert {"role", "is-authority"} <= codes_of(refused)


def test_a_declined_grant_stays_without_effect(place, nurse):
    grant = place.role("liu", "nurse", Role.STEWARD)
    assert grants.decline(place.directory, place.actor("chen"), grant.id).state == "declined"
    with pytest.raises(RefusedError) as refused:
        grants.countersign(place.directory, place.actor("luo"), grant.id)
    assert "state" in codes_of(refused)
    assert place.actor("nurse").roles == frozenset()


def test_a_revoked_role_is_gone_at_the_next_use(place, nurse):
    grant = place.role("liu", "nurse", Role.STEWARD, countersigned_by="luo")
    assert place.actor("nurse").roles == {Role.STEWARD}
    grants.revoke(place.directory, place.actor("liu"), grant.id)
    assert place.actor("nurse").roles == frozenset()


def test_the_persons_behind_proposer_and_grantee_are_told_to_the_rules(place):
    grant = place.role("chen", "luo", Role.SECURITY_REVIEWER)
    person = place.directory.account_named("luo")
    now = grants._situation(place.directory, place.actor("chen"), grant, person)
    assert now.acted == {place.actor("chen").person, person.person}


def test_every_step_on_a_role_is_signed_by_its_person(place, nurse):
    place.role("liu", "nurse", Role.STEWARD, countersigned_by="luo")
    found = [
        one
        for one in place.directory.store.facts()
        if one.verb.startswith("grant:") and one.actor != "system"
    ]
    assert len(found) >= 4
    assert all(one.signature for one in found)
