"""kill -9 between every two writes of a settling vote, a release, a handing out, recalls: all or nothing.

Every durable operation of the act is counted first; then a child of its own is killed before each of them (a
few of them every day, two dozen in the long suite, all of them when that is run in full), and what is left in
the home is examined.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from sandbox.egress import looks, nightly, release, review
from sandbox.kernel.errors import RefusedError
from sandbox.kernel.review_records import FileVote, Release, Review, Submission
from sandbox.store.verify import verify
from tests.attacks.test_templates import ask, in_force
from tests.journeys.crash import crash, crash_each
from tests.journeys.homes import DEVELOPER, PROVIDER, SECURITY, Desk, Home, judged, keep, released, told
from tests.journeys.test_kills import moments
from tests.lengths import length

__all__ = ["judged", "released", "told"]
pytestmark = pytest.mark.usefixtures("forked_gate")
EVERYDAY, EVERY = 3, length(24, 10_000)
COUNTS = pytest.mark.parametrize(
    "count", [EVERYDAY, pytest.param(EVERY, marks=[pytest.mark.long, pytest.mark.timeout(3600)])]
)


def holds(desk: Desk) -> None:
    """Check that the log verifies, with its signatures."""
    report = verify(desk.platform.store, key=desk.platform.public_key, witness=desk.platform.witnesses[0])
    assert report, report.problems


def killed(prepared: Home, place: Path, count: int, what: str, *rest: str) -> list[Home]:
    """Return a copy of the home for each moment, after a child was killed there."""
    first = place / "counted"
    first.mkdir(parents=True, mode=0o711)
    keep(prepared.path, first / "home")
    given = [one.replace("{home}", str(first)) for one in rest]
    total = crash(first / "home", what, 0, *given)
    assert total > 1
    homes = []
    for at in moments(total, count):
        folder = place / f"killed-{at}"
        folder.mkdir(mode=0o711)
        keep(prepared.path, folder / "home")
        homes.append((folder / "home", at))
    assert set(crash_each(homes, what, *rest)) == {-1}
    return [Home(home) for home, _ in homes]


def approve(desk: Desk, *people: str) -> Submission:
    """Let people vote for everything that waits."""
    made = desk.submission("in-review")
    votes = tuple(FileVote(digest=one.rewritten, approve=True) for one in made.files)
    for who in people:
        made = review.cast(desk.platform.gate, desk.actor(who), made.id, votes)
    return made


@COUNTS
def test_a_killed_vote_that_settles(judged: Home, tmp_path: Path, count: int) -> None:
    with judged.open() as desk:
        made = approve(desk, SECURITY)
    for home in killed(judged, tmp_path, count, "vote", made.id, judged.token(PROVIDER)):
        with home.open() as desk:
            holds(desk)
            gate, store = desk.platform.gate, desk.platform.store
            votes = store.find(Review, linked=("submission", made.id))
            state = store.load(Submission, made.id).record.state
            assert (len(votes), state) in ((1, "in-review"), (2, "in-review"), (2, "approved"))
            assert store.find(Release) == ()
            if len(votes) == 1:
                approve(desk, PROVIDER)
            elif (
                state == "in-review"
            ):  # the vote is on record, settling was cut short: the next round settles
                assert nightly.resume(gate) == [made.id]
            assert nightly.resume(gate) == []
            (one,) = store.load(Submission, made.id).record.files
            assert one.approved
            assert release.release(gate, desk.actor(SECURITY), made.id).state == "issued"
            holds(desk)
        shutil.rmtree(home.path.parent)


@COUNTS
def test_a_killed_release(judged: Home, tmp_path: Path, count: int) -> None:
    with judged.open() as desk:
        made = approve(desk, SECURITY, PROVIDER)
    for home in killed(judged, tmp_path, count, "release", made.id, judged.token(SECURITY)):
        with home.open() as desk:
            holds(desk)
            gate, store = desk.platform.gate, desk.platform.store
            found, state = store.find(Release), store.load(Submission, made.id).record.state
            assert (len(found), state) in ((0, "approved"), (1, "released"))
            if not found:
                release.release(gate, desk.actor(SECURITY), made.id)
            with pytest.raises(RefusedError):  # once and no second time
                release.release(gate, desk.actor(SECURITY), made.id)
            (one,) = store.find(Release)
            assert len(store.facts(record=made.id, verb="submission:release")) == 1
            body = release.verify_receipt(gate.frozen.get(one.record.receipt), public_key=gate.signer.public)
            assert [each["released_sha256"] for each in body["files"]] == [
                each.released for each in one.record.files
            ]
            release.hand_out(gate, desk.actor(DEVELOPER), one.id, home.path.parent / "out")
            holds(desk)
        shutil.rmtree(home.path.parent)


@COUNTS
def test_a_killed_handing_out_shows_all_or_nothing(released: Home, tmp_path: Path, count: int) -> None:
    with released.open() as desk:
        (made,) = desk.platform.store.find(Release)
        collected = len(desk.platform.store.facts(record=made.id, verb="release:collect"))
    token = released.token(DEVELOPER)
    for home in killed(released, tmp_path, count, "collect", made.id, token, "{home}/out"):
        out = home.path.parent / "out"
        with home.open() as desk:
            holds(desk)
            facts = len(desk.platform.store.facts(record=made.id, verb="release:collect"))
            seen = {one.name for one in out.iterdir()} if out.is_dir() else set()
            assert not seen or facts == collected + 1  # nothing is seen that is not on record
            assert not seen or {"receipt.json", *(one.name for one in made.record.files)} <= seen
            if not seen:
                release.hand_out(desk.platform.gate, desk.actor(DEVELOPER), made.id, out)
            body = json.loads((out / "receipt.json").read_text(encoding="utf-8"))["body"]
            assert set(map(str, release.verify_products(body, out).values())) == {"与放行的一致"}
            assert not [one for one in home.path.parent.iterdir() if one.name.endswith("-partial")]
            holds(desk)
        shutil.rmtree(home.path.parent)


@COUNTS
def test_a_killed_recall(released: Home, tmp_path: Path, count: int) -> None:
    with released.open() as desk:
        (made,) = desk.platform.store.find(Release)
    for home in killed(released, tmp_path, count, "recall", made.id, released.token(SECURITY)):
        with home.open() as desk:
            holds(desk)
            gate, store = desk.platform.gate, desk.platform.store
            state = store.load(Release, made.id).record.state
            assert state in ("issued", "recalled")
            assert len(store.facts(record=made.id, verb="release:recall")) == (state == "recalled")
            if state == "issued":
                release.recall(gate, desk.actor(SECURITY), made.id, reason="数据有误")
            with pytest.raises(RefusedError):
                release.hand_out(gate, desk.actor(DEVELOPER), made.id, home.path.parent / "out")
            assert release.holders(gate, made.id)
            holds(desk)
        shutil.rmtree(home.path.parent)


@COUNTS
def test_a_killed_recall_of_instances(judged: Home, tmp_path: Path, count: int) -> None:
    with judged.open() as desk:
        template = in_force(desk)
        for value in ("无", "不详"):
            ask(desk, template, value)
        made = {one.id for one in looks.releases_of(desk.platform.gate, template.id)}
        assert len(made) == 2
    for home in killed(judged, tmp_path, count, "recall-instances", template.id, judged.token(SECURITY)):
        with home.open() as desk:
            holds(desk)
            gate, store = desk.platform.gate, desk.platform.store
            states = [one.state for one in looks.releases_of(gate, template.id)]
            assert states in (["issued"] * 2, ["recalled"] * 2)  # never one of them alone
            facts = [fact for one in made for fact in store.facts(record=one, verb="release:recall")]
            assert len(facts) == states.count("recalled")
            again = looks.recall_instances(gate, desk.actor(SECURITY), template.id, reason="口径不同")
            assert {one.id for one in again} == (made if states[0] == "issued" else set())
            for one in sorted(made):
                with pytest.raises(RefusedError):
                    release.hand_out(gate, desk.actor(DEVELOPER), one, home.path.parent / "out")
            holds(desk)
        shutil.rmtree(home.path.parent)
