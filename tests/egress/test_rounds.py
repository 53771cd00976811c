"""A review in rounds: returned and handed in again, disagreed on, revised; and the seat that is stopped."""

from __future__ import annotations

import pytest

from sandbox.egress import assessment, comments, custody, intake, release, review, rounds
from sandbox.kernel.errors import RefusedError
from sandbox.kernel.review_records import Assessment, FileVote, Phase, Submission
from sandbox.kernel.seat_records import Stoppage
from tests.journeys.homes import DEVELOPER, PROVIDER, SECURITY, Home, hand_in, judged, told

pytestmark = pytest.mark.usefixtures("forked_gate")

__all__ = ["judged", "told"]
THIRD = "wu.siqi"


def votes(made: Submission, *, approve: bool = True) -> tuple[FileVote, ...]:
    return tuple(FileVote(digest=one.rewritten, approve=approve) for one in made.files if one.rewritten)


def test_returned_handed_in_again_disagreed_on_and_released(judged: Home) -> None:
    with judged.open() as desk:
        gate, made = desk.platform.gate, desk.submission("in-review")
        security, provider, author = (desk.actor(one) for one in (SECURITY, PROVIDER, DEVELOPER))
        custody.take(gate, security, made.id)
        with pytest.raises(RefusedError):  # another of the authority holds it
            review.cast(gate, desk.actor(THIRD), made.id, votes(made))
        review.cast(gate, security, made.id, votes(made))
        with pytest.raises(RefusedError):  # nothing to answer was said
            rounds.send_back(gate, provider, made.id)
        comments.post(gate, security, made.id, "私下", public=False)
        assert comments.read_by_reviewer(gate, provider, made) == ()
        made = rounds.send_back(gate, provider, made.id, comment="请合并小组")
        assert made.state == "returned"
        assert [one.record.text for one in comments.read_by_author(gate, made)] == ["请合并小组"]
        kept = (made.files[0].name,)
        with pytest.raises(RefusedError):  # without an answer
            rounds.resubmit(gate, author, made.id, keep=kept)
        made = rounds.resubmit(gate, author, made.id, keep=kept, answer="已改")
        assert (made.state, made.round) == ("frozen", 2)
        made = intake.judge(gate, made.id)
        assert made.state == "in-review"
        assert review.ballot(gate, security, made.id).cast == 0  # the first round's vote is over
        review.cast(gate, security, made.id, votes(made, approve=False))
        made = review.cast(gate, provider, made.id, votes(made))
        assert made.phase is Phase.CONSOLIDATING
        made = review.cast(gate, desk.actor(THIRD), made.id, votes(made))
        assert made.state == "approved"


def test_a_release_needs_the_assessment_of_the_five_risks(judged: Home) -> None:
    with judged.open() as desk:
        gate, made = desk.platform.gate, desk.submission("in-review")
        for who in (SECURITY, PROVIDER):
            made = review.cast(gate, desk.actor(who), made.id, votes(made))
        assert made.state == "approved"
        filed = desk.platform.store.find(Assessment, state="filed")[0].record
        assessment.withdraw(gate, desk.actor(DEVELOPER), filed.id)
        with pytest.raises(RefusedError, match="风险评估"):
            release.release(gate, desk.actor(SECURITY), made.id)
        assessment.file(gate, desk.actor(DEVELOPER), made.id, filed.risks)
        assert release.release(gate, desk.actor(SECURITY), made.id).state == "issued"


def test_a_vote_is_revised_when_the_votes_lie_open(judged: Home) -> None:
    with judged.open() as desk:
        gate, made = desk.platform.gate, desk.submission("in-review")
        review.cast(gate, desk.actor(SECURITY), made.id, votes(made, approve=False))
        with pytest.raises(RefusedError):  # still blind
            review.revise(gate, desk.actor(SECURITY), made.id, votes(made))
        review.cast(gate, desk.actor(PROVIDER), made.id, votes(made))
        made = review.revise(gate, desk.actor(SECURITY), made.id, votes(made))
        assert made.state == "approved"


def test_three_refusals_for_records_stop_the_seat(judged: Home) -> None:
    with judged.open() as desk:
        gate, first = desk.platform.gate, desk.submission("refused")
        data = gate.frozen.get(first.files[0].digest)
        for number in range(2):
            hand_in(judged, desk, first.seat, {"x.csv": data}, request=f"0request-{number}")
            (made,) = intake.collect(gate, first.seat, refused=desk.platform.note_refusal).submissions
            assert intake.judge(gate, made.id).state == "refused"
        assert len(desk.platform.store.find(Stoppage, state="in-force")) == 1
        hand_in(judged, desk, first.seat, {"y.txt": b"a"}, request="0request-9")
        assert not intake.collect(gate, first.seat, refused=desk.platform.note_refusal).submissions
