"""Who may judge a product, and when the votes carry it (第十九条)."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from sandbox.kernel.actors import SYSTEM, Role
from sandbox.kernel.lifecycle import step
from sandbox.kernel.permits import may
from sandbox.kernel.review_records import Capacity, Phase, Standing
from sandbox.kernel.review_rules import SOME_APPROVED, approved_digests, quorum
from sandbox.kernel.situation import Situation
from tests.kernel.people import (
    AUTHORITY,
    PROVIDER,
    ROLES,
    THIRD,
    TODAY,
    actor,
    organisation,
    review,
    submission,
)

CAST = step("review:cast")


def situation(*reviews, providers=("dept",), **fields):
    return Situation(
        today=TODAY,
        moment=datetime(2024, 6, 3, 9, tzinfo=UTC),
        custodies=(),
        submission=fields.pop("submission", submission(commissioned=("lab",))),
        reviews=reviews,
        providers=frozenset(providers),
        **fields,
    )


def judge(voter, own, ballot, **fields):
    """Return the codes that refuse the vote."""
    now = replace(situation(**fields), own=own, record=ballot, acted=frozenset({"author-person"}))
    return {refusal.code for refusal in may(voter, CAST, now).refusals}


def authority():
    return organisation("authority", ROLES.AUTHORITY)


def department():
    return organisation("dept", ROLES.PROVIDER)


def test_authority_and_provider_together_carry():
    now = situation(review(AUTHORITY, "authority", "a"), review(PROVIDER, "dept", "b"))
    assert quorum(now)
    assert approved_digests(now) == {"d1"}


@pytest.mark.parametrize(
    "reviews",
    [
        (),
        (review(AUTHORITY, "authority", "a"),),
        (review(PROVIDER, "dept", "b"),),
        (review(AUTHORITY, "authority", "a"), review(AUTHORITY, "authority", "c")),
        (review(PROVIDER, "dept", "b"), review(PROVIDER, "dept", "c")),
        (review(THIRD, "lab", "t"), review(THIRD, "lab", "u")),
        (review(AUTHORITY, "authority", "same"), review(PROVIDER, "dept", "same")),
    ],
    ids=[
        "none",
        "authority alone",
        "provider alone",
        "two of the authority",
        "two of the provider",
        "third party alone",
        "one person twice",
    ],
)
def test_less_does_not_carry(reviews):
    assert not approved_digests(situation(*reviews))


def test_every_providers_vote_is_needed():
    pair = (review(AUTHORITY, "authority", "a"), review(PROVIDER, "dept", "b"))
    assert not quorum(situation(*pair, providers=("dept", "health")))
    full = (*pair, review(PROVIDER, "health", "c"))
    assert approved_digests(situation(*full, providers=("dept", "health"))) == {"d1"}


def test_a_third_party_stands_with_one_of_them():
    now = situation(review(THIRD, "lab", "t"), review(PROVIDER, "dept", "b"))
    assert quorum(now)
    assert approved_digests(now) == {"d1"}


def test_two_persons_of_one_organisation_that_is_both():
    pair = (review(AUTHORITY, "authority", "a"), review(PROVIDER, "authority", "b"))
    assert approved_digests(situation(*pair, providers=("authority",))) == {"d1"}


def test_one_no_is_a_no_for_that_file_alone():
    both = submission(files=("d1", "d2"))
    now = situation(
        review(AUTHORITY, "authority", "a", yes=("d1", "d2")),
        review(PROVIDER, "dept", "b", yes=("d2",), no=("d1",)),
        submission=both,
    )
    assert quorum(now)
    assert approved_digests(now) == {"d2"}


def test_without_known_inputs_nothing_carries():
    now = situation(review(AUTHORITY, "authority", "a"), review(PROVIDER, "dept", "b"), providers=())
    assert not approved_digests(now)


def test_a_lawful_vote_passes():
    ballot = review(AUTHORITY, "authority", "p")
    assert judge(actor(Role.SECURITY_REVIEWER, org="authority", person="p"), authority(), ballot) == set()


@pytest.mark.parametrize(
    ("voter", "own", "code"),
    [
        (actor(Role.PROVIDER_REVIEWER, org="firm"), organisation("firm", ROLES.PROVIDER), "never-the-author"),
        (actor(Role.PROVIDER_REVIEWER, org="dept", account="author"), department(), "never-the-author"),
        (actor(Role.PROVIDER_REVIEWER, org="dept", person="author-person"), department(), "never-the-author"),
        (
            actor(Role.SECURITY_REVIEWER, org="op"),
            organisation("op", ROLES.OPERATOR, ROLES.PROVIDER),
            "not-operator",
        ),
        (actor(Role.PROVIDER_REVIEWER, org="water"), organisation("water", ROLES.PROVIDER), "in-capacity"),
        (actor(Role.DEVELOPER, org="dept"), department(), "role"),
    ],
    ids=[
        "own firm",
        "own account",
        "own person, other account",
        "operator",
        "uninvolved department",
        "no role",
    ],
)
def test_those_who_never_judge(voter, own, code):
    assert code in judge(voter, own, review(PROVIDER, own.id, voter.person))


def test_second_vote_of_one_person():
    voter = actor(Role.PROVIDER_REVIEWER, org="dept", person="b")
    now = replace(
        situation(review(AUTHORITY, "authority", "b")), own=department(), record=review(PROVIDER, "dept", "b")
    )
    assert "one-vote" in {refusal.code for refusal in may(voter, CAST, now).refusals}


@pytest.mark.parametrize("until", [None, date(2024, 6, 2)])
def test_third_party_without_a_valid_qualification(until):
    lab = organisation("lab", ROLES.THIRD_PARTY_REVIEWER, qualified_until=until)
    assert "in-capacity" in judge(actor(Role.SECURITY_REVIEWER, org="lab"), lab, review(THIRD, "lab", "t"))


def test_third_party_with_a_valid_qualification():
    lab = organisation("lab", ROLES.THIRD_PARTY_REVIEWER, qualified_until=TODAY)
    assert judge(actor(Role.SECURITY_REVIEWER, org="lab"), lab, review(THIRD, "lab", "t")) == set()


def test_third_party_that_nobody_commissioned():
    lab = organisation("lab", ROLES.THIRD_PARTY_REVIEWER, qualified_until=TODAY)
    for commissioned in ((), ("other-lab",)):
        codes = judge(
            actor(Role.SECURITY_REVIEWER, org="lab"),
            lab,
            review(THIRD, "lab", "t"),
            submission=submission(commissioned=commissioned),
        )
        assert codes == {"in-capacity"}


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        (organisation("lab", ROLES.THIRD_PARTY_REVIEWER, qualified_until=TODAY), set()),
        (
            organisation("lab", ROLES.THIRD_PARTY_REVIEWER, qualified_until=date(2024, 6, 2)),
            {"commissionable"},
        ),
        (organisation("lab", ROLES.THIRD_PARTY_REVIEWER), {"commissionable"}),
        (organisation("lab", ROLES.DEVELOPER, qualified_until=TODAY), {"commissionable"}),
        (
            organisation("lab", ROLES.THIRD_PARTY_REVIEWER, qualified_until=TODAY, state="suspended"),
            {"commissionable"},
        ),
        (None, {"commissionable"}),
    ],
    ids=["qualified", "lapsed", "no qualification", "no reviewer", "suspended", "nobody"],
)
def test_who_may_be_commissioned(body, codes):
    officer = actor(Role.AUTHORITY_OFFICER, org="authority", person="p")
    now = replace(situation(), own=authority(), record=submission(), other=body)
    found = {refusal.code for refusal in may(officer, step("submission:commission"), now).refusals}
    assert found == codes


@pytest.mark.parametrize("yes", [(), ("d1", "d2"), ("other",), ("d1", "d1")])
def test_votes_name_exactly_the_rewritten_digests(yes):
    voter = actor(Role.PROVIDER_REVIEWER, org="dept")
    assert "votes-fit" in judge(voter, department(), review(PROVIDER, "dept", "b", yes=yes))


@pytest.mark.parametrize("state", ["frozen", "refused", "approved", "released", "withdrawn", "rejected"])
def test_only_what_is_in_review_is_voted_on(state):
    voter = actor(Role.PROVIDER_REVIEWER, org="dept")
    codes = judge(voter, department(), review(PROVIDER, "dept", "b"), submission=submission(state=state))
    assert "in-review" in codes


def test_capacity_cannot_be_chosen_at_will():
    voter = actor(Role.PROVIDER_REVIEWER, org="dept")
    assert "in-capacity" in judge(voter, department(), review(Capacity.AUTHORITY, "dept", "b"))


def test_votes_of_an_old_round_carry_nothing_in_the_next():
    old = (review(AUTHORITY, "authority", "a"), review(PROVIDER, "dept", "b"))
    again = replace(submission(commissioned=("lab",)), round=2)
    assert approved_digests(situation(*old)) == {"d1"}
    assert approved_digests(situation(*old, submission=again)) == frozenset()
    anew = tuple(replace(one, round=2) for one in old)
    assert approved_digests(situation(*anew, submission=again)) == {"d1"}


def _with_a_third(phase, *, against="dept"):
    """A yes of the authority and one of the department, a no, and a third voter's yes on the table."""
    third = replace(review(PROVIDER, "dept", "c"), standing=Standing.THIRD)
    no = review(PROVIDER, against, "n", yes=(), no=("d1",))
    at = replace(submission(commissioned=("lab",)), phase=phase)
    return situation(review(AUTHORITY, "authority", "a"), no, third, submission=at)


def test_a_third_voter_outvotes_one_person_on_the_table_and_no_whole_organisation():
    assert approved_digests(_with_a_third(Phase.CONSOLIDATING)) == {"d1"}
    assert approved_digests(_with_a_third(Phase.INDEPENDENT)) == frozenset()
    whole = _with_a_third(Phase.CONSOLIDATING, against="other")
    assert approved_digests(replace(whole, providers=frozenset({"dept"}))) == frozenset()


def test_nothing_is_approved_where_nobody_approved_anything():
    no = (
        review(AUTHORITY, "authority", "a", yes=(), no=("d1",)),
        review(PROVIDER, "dept", "b", yes=(), no=("d1",)),
    )
    assert SOME_APPROVED.check(SYSTEM, situation(*no)) is not None
    yes = situation(review(AUTHORITY, "authority", "a"), review(PROVIDER, "dept", "b"))
    assert SOME_APPROVED.check(SYSTEM, yes) is None
