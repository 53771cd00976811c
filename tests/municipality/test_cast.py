"""The cast can play the journey: every desk is staffed, every code is well formed, nobody is two people."""

from sandbox.kernel.actors import Role
from sandbox.kernel.eligibility import eligibility
from sandbox.kernel.identifiers import is_resident_id, is_uscc
from sandbox.kernel.records import OrganisationRole
from sandbox.municipality.cast import cast

CAST = cast()


def test_codes_and_ids_are_valid_and_distinct() -> None:
    codes = [organisation.uscc for organisation in CAST.organisations]
    assert all(map(is_uscc, codes))
    assert len(set(codes)) == len(codes)
    ids = [person.resident_id for person in CAST.people]
    assert all(map(is_resident_id, ids))
    assert len(set(ids)) == len(ids)
    assert all(number.startswith("520300") for number in ids)


def test_two_environments_and_every_dataset_has_a_provider_in_one() -> None:
    regions = {environment.code: environment.region for environment in CAST.environments}
    assert set(regions) == {"520300", "520328"}
    for dataset in CAST.datasets:
        provider = CAST.organisation(dataset.provider)
        assert OrganisationRole.PROVIDER in provider.roles
        assert provider.region == regions[dataset.environment]


def test_every_desk_is_staffed() -> None:
    for dataset in CAST.datasets:
        for role in (Role.STEWARD, Role.PROVIDER_REVIEWER, Role.ORGANISATION_OFFICER):
            assert CAST.with_role(dataset.provider, role)
    assert len(CAST.with_role("bigdata", Role.SECURITY_REVIEWER)) == 2
    assert len(CAST.with_role("bigdata", Role.AUTHORITY_OFFICER)) == 2
    assert len(CAST.with_role("qianshu", Role.DEVELOPER)) == 2
    assert CAST.with_role("operator", Role.OPERATOR)
    assert CAST.with_role("cyberspace", Role.SUPERVISOR)
    assert CAST.organisation("hengzhun").qualified_until is not None


def test_accounts_are_distinct_and_belong_to_the_cast() -> None:
    accounts = [person.account for person in CAST.people]
    assert len(set(accounts)) == len(accounts)
    assert {person.organisation for person in CAST.people} <= {one.key for one in CAST.organisations}
    assert CAST.person("lin.xiaoyu").organisation == "qianshu"


def test_health_is_grade_four_and_opens_no_interactive_seat() -> None:
    assert CAST.dataset("companies").grading.interactive
    for key in ("visits", "meitan-visits"):
        assert CAST.dataset(key).grading.landable
        assert not CAST.dataset(key).grading.interactive
        assert CAST.dataset(key).special_regime == "health"


def test_organisations_may_hold_the_roles_they_play() -> None:
    for organisation in CAST.organisations:
        for role in {OrganisationRole.DEVELOPER, OrganisationRole.OPERATOR} & set(organisation.roles):
            assert eligibility(role.value, organisation.uscc, kind=organisation.kind)
    assert not eligibility("developer", CAST.organisation("bigdata").uscc, kind="机关")


def test_who_supervises_does_nothing_else_and_no_account_officer_supervises() -> None:
    """Supervision changes nothing (第四条): nobody holds it beside a role that acts."""
    for person in CAST.people:
        assert Role.SUPERVISOR not in person.roles or person.roles == (Role.SUPERVISOR,), person.name
    (officer,) = CAST.with_role("cyberspace", Role.ORGANISATION_OFFICER)
    assert officer not in CAST.with_role("cyberspace", Role.SUPERVISOR)
