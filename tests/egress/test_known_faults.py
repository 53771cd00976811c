"""Faults that reviews of outputs have had elsewhere, each as a test that they are not had here.

`docs/reference/review-faults.md` lists them beside our rule; the last test holds that each named test exists.
"""

from __future__ import annotations

import re
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from sandbox.demo.egress import RISKS
from sandbox.egress import assessment, audience, comments, court, intake, release, review, rounds
from sandbox.kernel.actors import Role
from sandbox.kernel.errors import ConflictError, RefusedError
from sandbox.kernel.findings import Verdict
from sandbox.kernel.review_records import Capacity, FileVote, Phase, Release, Review, Standing, Submission
from sandbox.kernel.review_rules import approved_digests, quorum
from sandbox.kernel.seat_records import Seat
from tests.egress.test_orders import verdict
from tests.journeys.homes import (
    DEVELOPER,
    OFFICER,
    PROVIDER,
    SECURITY,
    Desk,
    Home,
    hand_in,
    judged,
    told,
)

pytestmark = pytest.mark.usefixtures("forked_gate")

__all__ = ["judged", "told"]
ROOT, THIRD = Path(__file__).parents[2], "wu.siqi"
TABLE = ROOT / "docs" / "reference" / "review-faults.md"
TWO = {"a.csv": b"good a\n" * 80, "b.csv": b"good b\n"}


@pytest.fixture
def gate_by_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the first bytes of a file decide what the gate says of it."""
    monkeypatch.setattr(court, "judge", verdict)


def waiting(home: Home, desk: Desk, files: dict[str, bytes], *, request: str = "0request-1") -> Submission:
    """Hand files in and bring them before the reviewers, their risks assessed."""
    gate = desk.platform.gate
    seat = next(one.record for one in desk.platform.store.find(Seat) if one.record.name == "demo")
    hand_in(home, desk, seat.id, files, request=request)
    (made,) = intake.collect(gate, seat.id, refused=pytest.fail).submissions
    made = intake.judge(gate, made.id)
    assessment.file(gate, desk.actor(DEVELOPER), made.id, RISKS)
    return made


def ballot(made: Submission, **answers: bool) -> tuple[FileVote, ...]:
    """Return a vote on every file; yes unless told otherwise by the file's first letter."""
    return tuple(
        FileVote(digest=one.rewritten, approve=answers.get(one.name[0], True))
        for one in made.files
        if one.rewritten
    )


def cast(desk: Desk, made: Submission, who: str, **answers: bool) -> Submission:
    """Cast a person's vote."""
    return review.cast(desk.platform.gate, desk.actor(who), made.id, ballot(made, **answers))


def refusals(error: pytest.ExceptionInfo[RefusedError]) -> set[str]:
    return {one.code for one in error.value.decision.refusals}


def test_whoever_holds_both_roles_cannot_approve_his_own(judged: Home) -> None:
    with judged.open() as desk:
        gate, made, author = desk.platform.gate, desk.submission("in-review"), desk.actor(DEVELOPER)
        both = replace(author, roles=frozenset({*author.roles, Role.SECURITY_REVIEWER}))
        other_account = replace(desk.actor(SECURITY), person=author.person)
        for actor in (both, other_account):
            with pytest.raises(RefusedError) as refused:
                review.cast(gate, actor, made.id, ballot(made))
            assert "never-the-author" in refusals(refused)


def test_a_vote_stops_counting_when_its_voter_joins_the_project(judged: Home) -> None:
    with judged.open() as desk:
        gate, made = desk.platform.gate, desk.submission("in-review")
        cast(desk, made, SECURITY)
        situation = review.review_situation(gate, desk.actor(PROVIDER), made)
        (vote,), (provider,) = situation.reviews, situation.providers
        second = replace(
            vote, id="x", capacity=Capacity.PROVIDER, organisation=provider, person="q", voter="v"
        )
        both = replace(situation, reviews=(vote, second))
        assert quorum(both)
        assert approved_digests(both)
        joined = replace(both, acted=both.acted | {vote.person})
        assert not quorum(joined)
        assert not approved_digests(joined)


def test_one_approver_is_not_enough_and_the_gates_verdict_is_no_vote(judged: Home) -> None:
    with judged.open() as desk:
        made = desk.submission("in-review")
        assert {one.verdict for one in made.files} == {Verdict.RELEASE}  # proven, and still
        made = cast(desk, made, SECURITY)
        assert made.state == "in-review"
        with pytest.raises(RefusedError):
            release.release(desk.platform.gate, desk.actor(SECURITY), made.id)


def test_an_administrator_has_no_vote(judged: Home) -> None:
    with judged.open() as desk:
        made = desk.submission("in-review")
        for who in (OFFICER, "luo.zhengyan"):
            with pytest.raises(RefusedError) as refused:
                cast(desk, made, who)
            assert "role" in refusals(refused)


@pytest.mark.usefixtures("gate_by_bytes")
def test_the_gates_doubt_does_not_overrule_the_people(judged: Home) -> None:
    with judged.open() as desk:
        made = waiting(judged, desk, TWO)
        assert {one.verdict for one in made.files} == {Verdict.REVIEW}
        cast(desk, made, SECURITY)
        assert cast(desk, made, PROVIDER).state == "approved"


@pytest.mark.usefixtures("gate_by_bytes")
def test_whoever_reviewed_the_first_round_reviews_the_second(judged: Home) -> None:
    with judged.open() as desk:
        gate, made = desk.platform.gate, waiting(judged, desk, TWO)
        cast(desk, made, SECURITY, a=False)
        rounds.send_back(gate, desk.actor(PROVIDER), made.id, comment="请合并小组")
        rounds.resubmit(gate, desk.actor(DEVELOPER), made.id, keep=("a.csv", "b.csv"), answer="已改")
        made = intake.judge(gate, made.id)
        cast(desk, made, SECURITY)  # once more, and the earlier no counts no more
        assert cast(desk, made, PROVIDER).state == "approved"


@pytest.mark.usefixtures("gate_by_bytes")
def test_an_old_yes_does_not_carry_a_new_file(judged: Home) -> None:
    with judged.open() as desk:
        gate, made = desk.platform.gate, waiting(judged, desk, TWO)
        cast(desk, made, SECURITY)
        rounds.send_back(gate, desk.actor(PROVIDER), made.id, comment="请合并小组")
        rounds.resubmit(gate, desk.actor(DEVELOPER), made.id, keep=("a.csv", "b.csv"), answer="已改")
        made = intake.judge(gate, made.id)
        assert cast(desk, made, PROVIDER).state == "in-review"
        assert len(review.reviews_of(gate, made.id)) == 2


@pytest.mark.usefixtures("gate_by_bytes")
def test_a_rejected_file_leaves_by_no_path_and_holds_no_other_back(judged: Home, tmp_path: Path) -> None:
    with judged.open() as desk:
        gate, made = desk.platform.gate, waiting(judged, desk, TWO)
        cast(desk, made, SECURITY)
        made = cast(desk, made, PROVIDER, b=False)
        made = review.conclude(gate, desk.actor(SECURITY), made.id)
        assert [one.approved for one in made.files] == [True, False]
        issued = release.release(gate, desk.actor(SECURITY), made.id)
        assert [one.name for one in issued.files] == ["a.csv"]
        handed = release.hand_out(gate, desk.actor(DEVELOPER), issued.id, tmp_path / "out")
        assert "b.csv" not in handed.files
        refused = TWO["b.csv"] + b"\n"
        assert all(one.read_bytes() != refused for one in (tmp_path / "out").iterdir())


@pytest.mark.usefixtures("gate_by_bytes")
def test_nothing_approved_releases_nothing_instead_of_everything(judged: Home) -> None:
    with judged.open() as desk:
        gate, made = desk.platform.gate, waiting(judged, desk, TWO)
        cast(desk, made, SECURITY, a=False, b=False)
        made = cast(desk, made, PROVIDER, a=False, b=False)
        assert made.state == "rejected"
        with pytest.raises(RefusedError):
            release.release(gate, desk.actor(SECURITY), made.id)
        assert desk.platform.store.find(Release) == ()


@pytest.mark.usefixtures("gate_by_bytes")
def test_a_return_wipes_neither_votes_nor_comments(judged: Home) -> None:
    with judged.open() as desk:
        gate, made = desk.platform.gate, waiting(judged, desk, TWO)
        cast(desk, made, SECURITY)
        comments.post(gate, desk.actor(SECURITY), made.id, "私下看法")
        rounds.send_back(gate, desk.actor(PROVIDER), made.id, comment="请合并小组")
        (vote,) = desk.platform.store.find(Review, linked=("submission", made.id))
        assert (vote.record.round, vote.record.standing) == (1, Standing.BLIND)
        said = {one.record.text for one in comments.thread(gate, made)}
        assert {"私下看法", "请合并小组"} <= said


@pytest.mark.usefixtures("gate_by_bytes")
def test_a_third_voter_does_not_outvote_a_whole_body(judged: Home) -> None:
    with judged.open() as desk:
        made = waiting(judged, desk, TWO)
        cast(desk, made, SECURITY)
        made = cast(desk, made, PROVIDER, a=False)
        assert made.phase is Phase.CONSOLIDATING
        made = cast(desk, made, THIRD)
        assert {one.name: one.approved for one in made.files} == {"a.csv": False, "b.csv": True}


@pytest.mark.usefixtures("gate_by_bytes")
def test_nobody_reads_a_vote_before_all_are_in(judged: Home) -> None:
    with judged.open() as desk:
        gate, made = desk.platform.gate, waiting(judged, desk, TWO)
        cast(desk, made, SECURITY, a=False)
        for who in (DEVELOPER, OFFICER, PROVIDER, THIRD, "xu.zhizhong"):
            assert review.ballot(gate, desk.actor(who), made.id).visible == ()


@pytest.mark.usefixtures("gate_by_bytes")
def test_a_reviewer_reads_the_whole_file_and_not_its_first_rows(judged: Home) -> None:
    with judged.open() as desk:
        made = waiting(judged, desk, TWO)
        read = audience.rewritten(desk.platform.gate, desk.actor(SECURITY), made.id)
        assert read["a.csv"] == TWO["a.csv"] + b"\n"
        assert sha256(read["a.csv"]).hexdigest() == made.files[0].rewritten


@pytest.mark.usefixtures("gate_by_bytes")
def test_an_author_has_as_many_requests_under_way_as_he_likes(judged: Home) -> None:
    with judged.open() as desk:
        first = waiting(judged, desk, TWO)
        second = waiting(judged, desk, {"c.csv": b"good c\n"}, request="0request-2")
        cast(desk, second, SECURITY)
        assert cast(desk, second, PROVIDER).state == "approved"
        assert desk.platform.store.load(Submission, first.id).record.state == "in-review"


@pytest.mark.usefixtures("gate_by_bytes")
def test_two_files_of_the_same_bytes_with_two_answers_are_a_no(judged: Home) -> None:
    with judged.open() as desk:
        made = waiting(judged, desk, {"a.csv": b"good\n", "b.csv": b"good\n"})
        cast(desk, made, SECURITY)
        made = cast(desk, made, PROVIDER, b=False)
        assert (made.state, made.phase) == ("in-review", Phase.CONSOLIDATING)
        made = review.conclude(desk.platform.gate, desk.actor(SECURITY), made.id)
        assert made.state == "rejected"


def test_a_double_click_casts_one_vote_and_releases_once(judged: Home) -> None:
    with judged.open() as desk:
        gate, made = desk.platform.gate, desk.submission("in-review")
        cast(desk, made, SECURITY)
        with pytest.raises((RefusedError, ConflictError)):
            cast(desk, made, SECURITY)
        cast(desk, made, PROVIDER)
        release.release(gate, desk.actor(OFFICER), made.id)
        with pytest.raises((RefusedError, ConflictError)):
            release.release(gate, desk.actor(OFFICER), made.id)
        assert len(desk.platform.store.find(Release)) == 1


def test_every_fault_of_the_table_has_its_test() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TABLE.read_text(encoding="utf-8"))
    assert len(named) >= 25
    for path, name in named:
        text = (ROOT / path).read_text(encoding="utf-8")
        assert re.search(rf"^def {name}\b", text, re.MULTILINE), f"{path}::{name}"
    own = re.findall(r"^def (test_\w+)", Path(__file__).read_text(encoding="utf-8"), re.MULTILINE)
    assert {one for one in own if one != "test_every_fault_of_the_table_has_its_test"} <= {
        name for _, name in named
    }
