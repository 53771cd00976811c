"""Each rule of a review asked by itself, where no other rule would stop the same thing (第十九条).

Most of these are held twice on the way of a vote; here each must hold alone.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from sandbox.kernel import review_rules as v
from sandbox.kernel import round_rules as o
from sandbox.kernel.actors import SYSTEM, Role
from sandbox.kernel.policy import AccessPolicy
from sandbox.kernel.records import Account
from sandbox.kernel.review_records import Capacity, Comment, Custody, FileVote, Phase, Standing
from sandbox.kernel.rules import MISSING, NOT_OPERATOR
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

NOW = datetime(2024, 6, 3, 9, tzinfo=UTC)
DEPARTMENT = organisation("dept", ROLES.PROVIDER)
BODY = organisation("authority", ROLES.AUTHORITY)
LAB = organisation("lab", ROLES.THIRD_PARTY_REVIEWER, qualified_until=TODAY)
JUDGE = actor(Role.PROVIDER_REVIEWER, org="dept", account="judge", person="judge-person")
YES = (review(AUTHORITY, "authority", "a"), review(PROVIDER, "dept", "b"))


def now(**fields: object) -> Situation:
    """Return a situation in which a department's reviewer may judge one file."""
    base = {
        "own": DEPARTMENT,
        "submission": submission(commissioned=("lab",)),
        "record": review(PROVIDER, "dept", "judge-person"),
        "providers": frozenset({"dept"}),
        "moment": NOW,
        "custodies": (),
    }
    return Situation(today=TODAY, **(base | fields))  # type: ignore[arg-type]


# --- who never judges -----------------------------------------------------------------------


def test_a_judge_of_another_body_who_did_nothing_before_is_not_the_author() -> None:
    assert v.NEVER_THE_AUTHOR.check(JUDGE, now(acted=frozenset({"somebody"}))) is None


@pytest.mark.parametrize(
    ("who", "fields"),
    [
        (replace(JUDGE, account="author"), {}),  # his account, moved to another body
        (replace(JUDGE, organisation="firm"), {}),  # his colleague
        (
            JUDGE,
            {"acted": frozenset({"judge-person"})},
        ),  # of the project, or the operator's, by another account
    ],
    ids=["author", "same organisation", "project member"],
)
def test_each_reason_alone_keeps_a_person_from_judging(who, fields) -> None:
    assert v.NEVER_THE_AUTHOR.check(who, now(**fields)) not in (None, MISSING)


@pytest.mark.parametrize("absent", ["submission", "own"])
def test_who_judges_cannot_be_told_without_the_facts(absent: str) -> None:
    assert v.NEVER_THE_AUTHOR.check(JUDGE, now(**{absent: None})) is MISSING


def test_the_operators_staff_never_judge_whatever_else_their_body_is() -> None:
    operator = organisation("dept", ROLES.PROVIDER, ROLES.OPERATOR)
    assert NOT_OPERATOR.check(JUDGE, now()) is None
    assert NOT_OPERATOR.check(JUDGE, now(own=operator)) not in (None, MISSING)
    assert NOT_OPERATOR.check(JUDGE, now(own=None)) is MISSING
    assert NOT_OPERATOR.check(JUDGE, now(own=BODY)) is MISSING  # facts about somebody else


# --- in which capacity ----------------------------------------------------------------------


def test_a_capacity_follows_from_the_body_and_the_inputs() -> None:
    assert v.capacity_of(BODY, now()) is Capacity.AUTHORITY
    assert v.capacity_of(DEPARTMENT, now()) is Capacity.PROVIDER
    assert v.capacity_of(LAB, now()) is Capacity.THIRD_PARTY
    assert v.capacity_of(organisation("water", ROLES.PROVIDER), now()) is None


@pytest.mark.parametrize(
    ("own", "ballot", "providers", "fits"),
    [
        (BODY, AUTHORITY, {"dept"}, True),
        (BODY, PROVIDER, {"dept"}, False),
        (BODY, PROVIDER, {"dept", "authority"}, True),  # authority and provider at once
        (DEPARTMENT, PROVIDER, {"dept"}, True),
        (DEPARTMENT, AUTHORITY, {"dept"}, False),
        (DEPARTMENT, THIRD, {"dept"}, False),
        (DEPARTMENT, PROVIDER, {"water"}, False),
        (LAB, THIRD, {"dept"}, True),
        (LAB, PROVIDER, {"dept"}, False),
        (LAB, AUTHORITY, {"dept"}, False),
    ],
)
def test_a_vote_is_cast_in_a_capacity_that_its_body_has(own, ballot, providers, fits: bool) -> None:
    voter = replace(JUDGE, organisation=own.id)
    asked = now(own=own, record=review(ballot, own.id, "judge-person"), providers=frozenset(providers))
    assert (v.IN_CAPACITY.check(voter, asked) is None) is fits


def test_a_capacity_is_not_told_without_a_vote_and_a_body() -> None:
    assert v.IN_CAPACITY.check(JUDGE, now(record=submission())) is MISSING
    assert v.IN_CAPACITY.check(JUDGE, now(own=None)) is MISSING


@pytest.mark.parametrize("who", ["in-capacity", "may-judge"])
@pytest.mark.parametrize(
    "fields",
    [
        {"submission": submission(commissioned=())},
        {"submission": submission(commissioned=("other",))},
        {"own": replace(LAB, qualified_until=None)},
        {"own": replace(LAB, qualified_until=date(2024, 6, 2))},
    ],
    ids=["nobody commissioned it", "another was", "no qualification", "lapsed yesterday"],
)
def test_a_third_party_judges_what_it_was_commissioned_for_while_qualified(who: str, fields) -> None:
    rule = {"in-capacity": v.IN_CAPACITY, "may-judge": o.MAY_JUDGE}[who]
    third = {"own": LAB, "record": review(THIRD, "lab", "judge-person")}
    assert rule.check(replace(JUDGE, organisation="lab"), now(**third)) is None  # to the last day
    assert rule.check(replace(JUDGE, organisation="lab"), now(**(third | fields))) not in (None, MISSING)


def test_nobody_is_commissioned_for_what_is_not_there() -> None:
    assert v.commissioned(LAB, now()) is None
    assert v.commissioned(LAB, now(submission=None)) is not None


def test_the_steps_around_a_vote_are_of_those_who_may_judge() -> None:
    assert o.MAY_JUDGE.check(JUDGE, now()) is None
    assert o.MAY_JUDGE.check(replace(JUDGE, organisation="authority"), now(own=BODY)) is None
    water = organisation("water", ROLES.PROVIDER)
    assert o.MAY_JUDGE.check(replace(JUDGE, organisation="water"), now(own=water)) not in (None, MISSING)
    for fields in ({"own": None}, {"submission": None}, {"own": BODY}):
        assert o.MAY_JUDGE.check(JUDGE, now(**fields)) is MISSING


# --- one vote, on what is in review, on exactly its digests -----------------------------------


def test_one_person_has_one_vote_by_whatever_account() -> None:
    assert v.ONE_VOTE.check(JUDGE, now(reviews=YES)) is None
    before = replace(review(AUTHORITY, "authority", "judge-person"), voter="another-account")
    assert v.ONE_VOTE.check(JUDGE, now(reviews=(before,))) is not None


@pytest.mark.parametrize("state", ["frozen", "refused", "returned", "approved", "rejected", "released"])
def test_nothing_but_what_is_in_review_is_voted_on(state: str) -> None:
    assert v.IN_REVIEW.check(JUDGE, now()) is None
    assert v.IN_REVIEW.check(JUDGE, now(submission=submission(state=state))) not in (None, MISSING)
    assert v.IN_REVIEW.check(JUDGE, now(submission=None)) is MISSING
    assert "闸口已拒绝" in str(v.IN_REVIEW.check(JUDGE, now(submission=submission(state="refused"))))


def test_a_vote_is_bound_to_the_rewritten_digests_of_what_may_leave() -> None:
    two = submission(files=("d1", "d2"))
    beside = replace(two.files[1], supporting=True)
    unwritten = replace(two.files[1], rewritten="")
    fits = [
        v.VOTES_FIT.check(JUDGE, now(submission=replace(two, files=files))) is None
        for files in (two.files, two.files[:1], (two.files[0], beside), (two.files[0], unwritten))
    ]
    assert fits == [False, True, True, True]
    for yes in ((), ("d1", "d1"), ("s-d1",), ("d2",)):
        ballot = review(PROVIDER, "dept", "judge-person", yes=yes)
        assert v.VOTES_FIT.check(JUDGE, now(record=ballot)) not in (None, MISSING)
    assert v.VOTES_FIT.check(JUDGE, now(record=submission())) is MISSING
    assert v.VOTES_FIT.check(JUDGE, now(submission=None)) is MISSING


# --- what counts, and when it carries -------------------------------------------------------


def test_the_lawful_two_carry() -> None:
    assert v.approved_digests(now(reviews=YES)) == {"d1"}
    assert v.quorum(now(reviews=YES))


@pytest.mark.parametrize(
    ("vote", "acted"),
    [
        (YES[1], {"b"}),
        (replace(YES[1], organisation="firm"), set()),
        (replace(YES[1], voter="author"), set()),
        (replace(YES[1], submission="submission-2"), set()),
        (replace(YES[1], round=2), set()),
    ],
    ids=["person of the project", "author's organisation", "author", "another submission", "another round"],
)
def test_a_vote_that_should_not_count_counts_for_nothing(vote, acted) -> None:
    """Also one that was lawful when it was cast: who has come to the author's firm since has no say."""
    providers = frozenset({vote.organisation})
    asked = now(reviews=(YES[0], vote), acted=frozenset(acted), providers=providers)
    assert v.counted(asked) == (YES[0],)
    assert v.approved_digests(asked) == frozenset()
    assert not v.quorum(asked)


def test_without_a_submission_its_inputs_or_for_a_sample_nothing_is_approved() -> None:
    assert v.counted(now(reviews=YES, submission=None)) == ()
    for fields in ({"submission": None}, {"providers": frozenset()}):
        assert v.approved_digests(now(reviews=YES, **fields)) == frozenset()
    sample = replace(submission(), sample="leak")
    assert v.approved_digests(now(reviews=YES, submission=sample)) == frozenset()


@pytest.mark.parametrize(
    ("reviews", "providers", "carries"),
    [
        (YES, {"dept"}, True),
        (YES, {"dept", "health"}, False),
        ((YES[0], review(AUTHORITY, "authority", "c")), {"dept"}, False),
        ((YES[1], review(PROVIDER, "dept", "c")), {"dept"}, False),
        ((YES[0], replace(YES[1], person="a")), {"dept"}, False),
        ((review(THIRD, "lab", "t"), YES[0]), {"dept"}, True),
        ((review(THIRD, "lab", "t"), YES[1]), {"dept"}, True),
        ((review(THIRD, "lab", "t"), YES[1]), {"dept", "health"}, True),  # qualified, with one of them
        ((review(THIRD, "lab", "t"), review(THIRD, "lab", "u")), {"dept"}, False),
        ((review(THIRD, "lab", "b"), YES[1]), {"dept"}, False),  # one person in two capacities
    ],
)
def test_whose_votes_the_law_asks_for(reviews, providers, carries: bool) -> None:
    asked = now(reviews=reviews, providers=frozenset(providers))
    assert v.lawful(reviews, asked) is carries
    assert v.quorum(asked) is carries


def test_two_of_the_authority_are_not_its_provider_where_both_are_one_body() -> None:
    asked = now(reviews=(YES[0], review(AUTHORITY, "authority", "c")), providers=frozenset({"authority"}))
    assert not v.quorum(asked)
    assert v.approved_digests(asked) == frozenset()


def test_an_agreement_that_asks_for_three_persons_gets_three() -> None:
    access = AccessPolicy.__new__(AccessPolicy)
    object.__setattr__(access, "reviewers", 3)
    third = (*YES, review(PROVIDER, "dept", "c"))
    for many, enough in ((YES, False), (third, True)):
        assert v.lawful(many, now(access=access)) is enough
        assert v.quorum(now(reviews=many, access=access)) is enough


def test_two_answers_for_the_same_bytes_are_a_no() -> None:
    both = replace(YES[1], votes=(FileVote(digest="d1", approve=True), FileVote(digest="d1", approve=False)))
    none = replace(YES[1], votes=())
    for vote in (both, none):
        assert v.approved_digests(now(reviews=(YES[0], vote))) == frozenset()


# --- a conflict and the third voter ---------------------------------------------------------

NO = review(PROVIDER, "dept", "n", yes=(), no=("d1",))
NO_OF_ALL = review(AUTHORITY, "authority", "m", yes=(), no=("d1",))
OPEN = replace(submission(), phase=Phase.CONSOLIDATING)


def third(capacity=PROVIDER, org="dept", person="t"):
    return replace(review(capacity, org, person), standing=Standing.THIRD)


def test_votes_that_differ_are_a_conflict_until_a_third_has_spoken() -> None:
    assert v.conflicts(now(reviews=YES)) == frozenset()
    assert v.conflicts(now(reviews=(YES[0], NO))) == {"d1"}
    assert v.conflicts(now(reviews=(replace(NO, person="m"), NO))) == frozenset()
    assert v.conflicts(now(reviews=(YES[0], NO, third()))) == frozenset()
    assert v.conflicts(now(reviews=(YES[0], NO), submission=None)) == frozenset()


@pytest.mark.parametrize(
    ("reviews", "at", "carries"),
    [
        ((YES[0], NO, third()), OPEN, True),
        ((YES[0], NO, third()), submission(), False),  # still blind
        ((YES[0], NO, YES[1]), OPEN, False),  # nobody was asked as the third
        ((YES[0], NO, replace(NO, person="m"), third()), OPEN, False),  # as many against as for
        ((YES[0], NO, third(AUTHORITY, "authority")), OPEN, False),  # against the whole department
        ((YES[0], NO, replace(third(), votes=NO.votes)), OPEN, False),  # the third says no
        (
            (review(THIRD, "lab", "l"), YES[1], NO_OF_ALL, third()),
            OPEN,
            False,
        ),  # lawful, but for the authority
    ],
    ids=["third decides", "blind", "no third", "a tie", "against its own", "third against", "against a body"],
)
def test_a_third_voter_decides_on_the_table_alone(reviews, at, carries: bool) -> None:
    asked = now(reviews=reviews, submission=at)
    assert bool(v.approved_digests(asked)) is carries
    if carries:
        assert v.approved_digests(replace(asked, submission=None)) == frozenset()


def test_consolidation_begins_by_a_conflict_of_all_and_is_where_votes_are_changed() -> None:
    assert o.DIFFERS.check(SYSTEM, now(reviews=(YES[0], NO))) is None
    assert o.DIFFERS.check(SYSTEM, now(reviews=YES)) is not None
    two = (YES[0], replace(NO, capacity=AUTHORITY, organisation="authority"))
    assert o.DIFFERS.check(SYSTEM, now(reviews=two)) is not None  # the provider has not spoken
    assert o.CONSOLIDATING.check(JUDGE, now(submission=OPEN)) is None
    for phase in (Phase.INDEPENDENT, Phase.CONCLUDED):
        assert o.CONSOLIDATING.check(JUDGE, now(submission=replace(OPEN, phase=phase))) not in (None, MISSING)
    assert o.CONSOLIDATING.check(JUDGE, now(submission=None)) is MISSING


def test_a_vote_is_changed_by_its_voter_in_its_round_alone() -> None:
    own = replace(YES[1], voter="judge")
    assert o.OWN_VOTE.check(JUDGE, now(record=own)) is None
    for other in (YES[1], replace(own, submission="submission-2"), replace(own, round=2)):
        assert o.OWN_VOTE.check(JUDGE, now(record=other)) not in (None, MISSING)
    for fields in ({"record": submission()}, {"record": own, "submission": None}):
        assert o.OWN_VOTE.check(JUDGE, now(**fields)) is MISSING


# --- decisions ------------------------------------------------------------------------------


def test_a_decision_waits_for_all_but_of_a_sample_that_was_sent_back() -> None:
    assert v.DECIDED.check(SYSTEM, now(reviews=YES)) is None
    assert v.DECIDED.check(SYSTEM, now(reviews=YES[:1])) is not None
    sample = replace(submission(state="returned"), sample="leak")
    assert v.DECIDED.check(SYSTEM, now(submission=sample)) is None
    for other in (replace(sample, state="in-review"), replace(sample, sample=""), None):
        assert v.DECIDED.check(SYSTEM, now(submission=other)) is not None


def test_what_leaves_is_marked_and_is_what_was_approved() -> None:
    one = submission()
    marked = replace(one, files=(replace(one.files[0], approved=True),))
    assert v.EXACTLY_APPROVED.check(SYSTEM, now(reviews=YES, submission=marked)) is None
    other = replace(marked.files[0], rewritten="d2")
    for wrong in (one, replace(marked, files=(*marked.files, other)), replace(marked, sample="leak")):
        assert v.EXACTLY_APPROVED.check(SYSTEM, now(reviews=YES, submission=wrong)) not in (None, MISSING)
    assert v.EXACTLY_APPROVED.check(SYSTEM, now(reviews=YES, submission=None)) is MISSING
    said = str(v.EXACTLY_APPROVED.check(SYSTEM, now(reviews=YES, submission=replace(marked, sample="leak"))))
    assert "样品" in said


# --- who has a round in hand ----------------------------------------------------------------


def held(**fields: object) -> Custody:
    """Return that a colleague has the round in hand for an hour."""
    base = {
        "id": "custody-1", "state": "held", "organisation": "dept", "environment": "env",
        "submission": "submission-1", "round": 1, "account": "colleague", "until": NOW + timedelta(hours=1),
    }  # fmt: skip
    return Custody(**(base | fields))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("custody", "at", "free"),
    [
        (held(), submission(), False),
        (held(account="judge"), submission(), True),
        (held(state="given-back"), submission(), True),
        (held(organisation="authority"), submission(), True),
        (held(round=2), submission(), True),
        (held(until=NOW), submission(), True),
        (held(), OPEN, True),
    ],
    ids=["a colleague", "himself", "given back", "another body", "another round", "over", "on the table"],
)
def test_what_a_colleague_has_in_hand_is_left_to_him(custody, at, free: bool) -> None:
    assert (o.NOT_HELD.check(JUDGE, now(custodies=(custody,), submission=at)) is None) is free


@pytest.mark.parametrize("absent", ["custodies", "moment", "submission"])
def test_who_holds_a_round_is_not_guessed(absent: str) -> None:
    assert o.NOT_HELD.check(JUDGE, now(**{absent: None})) is MISSING


def test_a_claim_is_for_oneself_and_for_the_present_round() -> None:
    own = held(account="judge")
    assert o.CUSTODY_FITS.check(JUDGE, now(record=own)) is None
    for wrong in (
        held(),
        replace(own, organisation="authority"),
        replace(own, submission="submission-2"),
        replace(own, round=2),
    ):
        assert o.CUSTODY_FITS.check(JUDGE, now(record=wrong)) not in (None, MISSING)
    for fields in ({"record": submission()}, {"submission": None}, {"moment": None}):
        assert o.CUSTODY_FITS.check(JUDGE, now(**({"record": own} | fields))) is MISSING


def test_a_claim_is_given_back_by_its_holder() -> None:
    assert o.OWN_CUSTODY.check(JUDGE, now(record=held(account="judge"))) is None
    assert o.OWN_CUSTODY.check(JUDGE, now(record=held())) is not None
    assert o.OWN_CUSTODY.check(JUDGE, now(record=submission())) is not None


def test_a_claim_lapses_with_its_hour_its_round_and_its_holder() -> None:
    holder = Account.__new__(Account)
    object.__setattr__(holder, "state", "active")
    gone = Account.__new__(Account)
    object.__setattr__(gone, "state", "suspended")
    can = {"account": holder, "granted": frozenset({Role.PROVIDER_REVIEWER}), "record": held()}
    assert o.CUSTODY_OVER.check(SYSTEM, now(**can)) not in (None, MISSING)
    for over in (
        {"record": held(until=NOW)},
        {"submission": submission(state="approved")},
        {"submission": replace(submission(), round=2)},
        {"account": gone},
        {"granted": frozenset({Role.DEVELOPER})},
    ):
        assert o.CUSTODY_OVER.check(SYSTEM, now(**(can | over))) is None
    for absent in ({"record": submission()}, {"submission": None}, {"moment": None}, {"account": None}):
        assert o.CUSTODY_OVER.check(SYSTEM, now(**(can | absent))) is MISSING


# --- what is said ---------------------------------------------------------------------------


def said(**fields: object) -> Comment:
    """Return a private comment of the judge."""
    base = {
        "id": "comment-1", "state": "posted", "organisation": "dept", "environment": "env",
        "submission": "submission-1", "round": 1, "account": "judge", "text": "请合并", "public": False,
    }  # fmt: skip
    return Comment(**(base | fields))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("who", "comment", "fields", "fits"),
    [
        (JUDGE, said(), {}, True),
        (JUDGE, said(account="another"), {}, False),
        (JUDGE, said(round=2), {}, False),
        (JUDGE, said(submission="submission-2"), {}, False),
        (JUDGE, said(text=" "), {}, False),
        (JUDGE, said(text="字" * (o.MOST_COMMENT + 1)), {}, False),
        (JUDGE, said(file="d1.csv"), {}, True),
        (JUDGE, said(file="no.csv"), {}, False),
        (JUDGE, said(), {"submission": submission(state="returned")}, False),
        (JUDGE, said(), {"acted": frozenset({"judge-person"})}, False),
        (replace(JUDGE, organisation="firm"), said(), {"own": organisation("firm", ROLES.AUTHORITY)}, False),
        (replace(JUDGE, organisation="water"), said(), {"own": organisation("water")}, False),
        (replace(JUDGE, account="author"), said(account="author", public=True), {}, True),
        (replace(JUDGE, account="author"), said(account="author"), {}, False),
        (
            replace(JUDGE, account="author"),
            said(account="author", public=True),
            {"submission": submission(state="approved")},
            False,
        ),
    ],
)
def test_a_comment_is_of_those_who_judge_or_openly_of_the_author(who, comment, fields, fits: bool) -> None:
    assert (o.COMMENT_FITS.check(who, now(record=comment, **fields)) is None) is fits


def test_a_comment_is_not_told_without_the_facts() -> None:
    for rule in (o.COMMENT_FITS, o.OWN_COMMENT):
        assert rule.check(JUDGE, now(record=submission())) is MISSING
        assert rule.check(JUDGE, now(record=said(), submission=None)) is MISSING


def test_whoever_a_sample_is_planted_under_does_not_write_as_its_author() -> None:
    sample = replace(submission(author="judge"), sample="leak", state="returned")
    asked = now(record=said(public=True), submission=sample)
    assert o.COMMENT_FITS.check(JUDGE, asked) is not None
    assert o.COMMENT_FITS.check(JUDGE, now(record=said(text="字" * o.MOST_COMMENT))) is None


@pytest.mark.parametrize(
    ("comment", "at", "may"),
    [
        (said(), submission(), True),
        (said(account="another"), submission(), False),
        (said(public=True), submission(), True),
        (said(public=True), submission(state="returned"), False),
        (said(public=True), replace(submission(), round=2), False),
        (said(), replace(submission(), round=2), True),
    ],
)
def test_a_comment_is_taken_back_by_its_writer_until_the_other_side_has_read_it(comment, at, may) -> None:
    assert (o.OWN_COMMENT.check(JUDGE, now(record=comment, submission=at)) is None) is may
