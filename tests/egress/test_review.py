"""Votes: who may cast them, once, blind, on exactly the rewritten digests; one no is a no (第十九条)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sandbox.egress import review
from sandbox.kernel.errors import RefusedError
from sandbox.kernel.review_records import Capacity, FileVote, Phase, Review, Submission
from tests.journeys.homes import (
    COLLEAGUE,
    DEVELOPER,
    OFFICER,
    OPERATOR,
    PROVIDER,
    SECURITY,
    Desk,
    Home,
    judged,
    told,
)

__all__ = ["judged", "told"]

THIRD = "gao.heng"


def votes(submission: Submission, *, approve: bool = True) -> tuple[FileVote, ...]:
    """Return a vote on every file that can be voted on."""
    return tuple(FileVote(digest=one.rewritten, approve=approve) for one in submission.files if one.rewritten)


def cast(desk: Desk, who: str, *, approve: bool = True) -> Submission:
    """Cast a person's votes on the submission in review."""
    waiting = desk.submission("in-review")
    return review.cast(desk.platform.gate, desk.actor(who), waiting.id, votes(waiting, approve=approve))


def codes(error: pytest.ExceptionInfo[RefusedError]) -> set[str]:
    """Return the codes of all refusals."""
    return {one.code for one in error.value.decision.refusals}


@pytest.mark.parametrize(
    ("who", "reasons"),
    [
        (DEVELOPER, {"role", "never-the-author", "in-capacity"}),
        (COLLEAGUE, {"role", "never-the-author", "in-capacity"}),
        (OPERATOR, {"role", "never-the-author", "not-operator", "in-capacity"}),
        ("shen.zhiyuan", {"in-capacity"}),
        ("linghu.ping", {"in-capacity"}),
        (OFFICER, {"role"}),
        ("xie.mingjian", {"role", "in-capacity"}),
    ],
)
def test_who_may_not_judge_is_told_every_reason(judged: Home, who: str, reasons: set[str]) -> None:
    with judged.open() as desk:
        with pytest.raises(RefusedError) as refused:
            cast(desk, who)
        assert codes(refused) == reasons
        assert refused.value.attempt.step == "review:cast"
        assert desk.platform.store.find(Review) == ()


def test_votes_are_blind_until_all_are_in(judged: Home) -> None:
    with judged.open() as desk:
        gate, waiting = desk.platform.gate, desk.submission("in-review")
        assert cast(desk, SECURITY).state == "in-review"
        seen = {who: review.ballot(gate, desk.actor(who), waiting.id) for who in (SECURITY, PROVIDER)}
        assert [len(seen[who].visible) for who in (SECURITY, PROVIDER)] == [1, 0]
        assert [seen[who].cast for who in (SECURITY, PROVIDER)] == [1, 1]
        with pytest.raises(RefusedError) as refused:
            cast(desk, SECURITY)
        assert codes(refused) == {"one-vote"}
        after = cast(desk, PROVIDER)
        assert (after.state, [one.approved for one in after.files]) == ("approved", [True])
        assert len(review.ballot(gate, desk.actor(DEVELOPER), waiting.id).visible) == 2


@pytest.mark.parametrize("no", [SECURITY, PROVIDER])
def test_one_no_is_a_no(judged: Home, no: str) -> None:
    with judged.open() as desk:
        for who in (SECURITY, PROVIDER):
            after = cast(desk, who, approve=who != no)
        assert (after.state, after.phase) == ("in-review", Phase.CONSOLIDATING)
        gate = desk.platform.gate
        after = review.conclude(gate, desk.actor(SECURITY), after.id)
        assert (after.state, [one.approved for one in after.files]) == ("rejected", [False])


def test_two_of_the_authority_are_not_the_provider(judged: Home) -> None:
    with judged.open() as desk:
        cast(desk, SECURITY)
        assert cast(desk, "wu.siqi").state == "in-review"
        assert cast(desk, PROVIDER).state == "approved"


def test_a_commissioned_third_party_with_one_of_them(judged: Home) -> None:
    with judged.open() as desk:
        gate, waiting, officer = desk.platform.gate, desk.submission("in-review"), desk.actor(OFFICER)
        third = desk.actor(THIRD).organisation
        with pytest.raises(RefusedError) as refused:
            cast(desk, THIRD)
        assert codes(refused) == {"in-capacity"}
        with pytest.raises(RefusedError) as refused:
            review.commission(gate, desk.actor(SECURITY), waiting.id, third)
        assert codes(refused) == {"role"}
        assert review.commission(gate, officer, waiting.id, third).commissioned == (third,)
        assert cast(desk, THIRD).state == "in-review"
        assert cast(desk, PROVIDER).state == "approved"


def test_a_third_party_whose_qualification_ended(judged: Home) -> None:
    with judged.open() as desk:
        third = desk.actor(THIRD)
    with judged.open(days=1400) as later:
        waiting = later.submission("in-review")
        with pytest.raises(RefusedError) as refused:
            review.cast(later.platform.gate, third, waiting.id, votes(waiting))
        assert codes(refused) == {"in-capacity"}


def test_a_capacity_cannot_be_chosen_against_the_law(judged: Home) -> None:
    with judged.open() as desk:
        gate, waiting = desk.platform.gate, desk.submission("in-review")
        for who, capacity in (
            (SECURITY, Capacity.PROVIDER),
            (PROVIDER, Capacity.AUTHORITY),
            (THIRD, Capacity.AUTHORITY),
        ):
            with pytest.raises(RefusedError) as refused:
                review.cast(gate, desk.actor(who), waiting.id, votes(waiting), capacity=capacity)
            assert codes(refused) == {"in-capacity"}


def test_votes_fit_exactly_the_rewritten_digests(judged: Home) -> None:
    with judged.open() as desk:
        gate, waiting, actor = desk.platform.gate, desk.submission("in-review"), desk.actor(SECURITY)
        (right,) = votes(waiting)
        submitted = replace(right, digest=waiting.files[0].digest)
        wrong = [(), (right, right), (submitted,), (right, submitted), (replace(right, digest="0" * 64),)]
        if submitted.digest == right.digest:
            wrong.remove((submitted,))
        for given in wrong:
            with pytest.raises(RefusedError) as refused:
                review.cast(gate, actor, waiting.id, given)
            assert codes(refused) == {"votes-fit"}


def test_what_the_gate_refused_cannot_be_voted_on(judged: Home) -> None:
    with judged.open() as desk:
        gate, refused_one = desk.platform.gate, desk.submission("refused")
        assert votes(refused_one) == ()
        for given in ((), (FileVote(digest=refused_one.files[0].digest, approve=True),)):
            with pytest.raises(RefusedError) as refused:
                review.cast(gate, desk.actor(SECURITY), refused_one.id, given)
            assert "in-review" in codes(refused)


def test_a_seats_credential_casts_no_vote(judged: Home) -> None:
    from sandbox.kernel.actors import Proof

    with judged.open() as desk:
        waiting, reviewer = desk.submission("in-review"), desk.actor(SECURITY)
        for proof in (Proof.SEAT, Proof.NONE, Proof.ENROLMENT):
            with pytest.raises(RefusedError) as refused:
                review.cast(desk.platform.gate, replace(reviewer, proof=proof), waiting.id, votes(waiting))
            assert "credential" in codes(refused)
