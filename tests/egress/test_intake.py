"""Submissions: frozen once, on record once, judged on the frozen bytes; the author learns rule and remedy."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from sandbox.access import agreement as agreements
from sandbox.egress import intake, release, telling
from sandbox.kernel.dataset_records import Snapshot
from sandbox.kernel.errors import RefusedError, TamperedError
from sandbox.kernel.findings import Verdict
from sandbox.kernel.records import RefusedAttempt
from sandbox.kernel.review_records import Submission
from sandbox.kernel.seat_records import Seat
from sandbox.seats import seat as seats
from sandbox.seats import workspace
from tests.journeys.homes import (
    DEVELOPER,
    MARKET,
    OPERATOR,
    OTHER_DEVELOPER,
    SECURITY,
    Desk,
    Home,
    hand_in,
    judged,
    told,
)

pytestmark = pytest.mark.usefixtures("forked_gate")

__all__ = ["judged", "told"]

TEXT = {"a.txt": "两句话。没有记录。".encode()}


def the_seat(desk: Desk) -> Seat:
    """Return the seat named demo."""
    return seats.named(desk.platform.seats, "demo")


def collect(desk: Desk, refused: list[RefusedError] | None = None) -> intake.Intake:
    """Look into the seat's outbox once."""
    heard = refused if refused is not None else []
    return intake.collect(desk.platform.gate, the_seat(desk).id, refused=heard.append)


def state_of(desk: Desk) -> list[dict]:
    """Return what the seat reads of its submissions."""
    folder = workspace.folders(desk.platform.layout.seats, the_seat(desk).id).state
    return json.loads((folder / workspace.STATE_FILE).read_text(encoding="utf-8"))["submissions"]


def test_looking_twice_makes_one_submission_and_the_outbox_is_empty(judged: Home) -> None:
    with judged.open() as desk:
        folder = hand_in(judged, desk, the_seat(desk).id, TEXT)
        (one,) = collect(desk).submissions
        assert (one.state, one.author) == ("frozen", the_seat(desk).user)
        assert not folder.exists()
        assert collect(desk).submissions == ()
        hand_in(judged, desk, the_seat(desk).id, TEXT)
        assert collect(desk).submissions == ()


def test_changing_the_outbox_after_the_freeze_changes_nothing(judged: Home, monkeypatch) -> None:
    with judged.open() as desk:
        monkeypatch.setattr("sandbox.seats.outbox.acknowledge", lambda *_: None)
        folder = hand_in(judged, desk, the_seat(desk).id, TEXT)
        (one,) = collect(desk).submissions
        (folder / "files" / "a.txt").write_bytes(b"something else")
        assert desk.platform.gate.frozen.get(one.files[0].digest) == TEXT["a.txt"]
        assert collect(desk).submissions == ()
        after = intake.judge(desk.platform.gate, one.id)
        assert after.files[0].digest == one.files[0].digest


def test_frozen_bytes_that_changed_are_neither_judged_nor_released(judged: Home) -> None:
    with judged.open() as desk:
        gate = desk.platform.gate
        hand_in(judged, desk, the_seat(desk).id, TEXT)
        (one,) = collect(desk).submissions
        path = gate.frozen.path(one.files[0].digest)
        path.chmod(0o600)
        path.write_bytes(b"other")
        with pytest.raises(TamperedError, match="不符"):
            intake.judge(gate, one.id)
        assert desk.platform.store.load(Submission, one.id).record.state == "frozen"
        path.unlink()
        with pytest.raises(Exception, match="没有这个摘要的文件"):
            intake.judge(gate, one.id)
        assert desk.platform.store.load(Submission, one.id).record.state == "frozen"


def test_after_the_term_nothing_is_taken_and_the_author_is_told_why(judged: Home) -> None:
    with judged.open() as desk:
        hand_in(judged, desk, the_seat(desk).id, TEXT)
        known, developer = len(desk.platform.store.find(Submission)), desk.actor(DEVELOPER)
    with judged.open(days=400) as later:
        refused: list[RefusedError] = []
        found = collect(later, refused)
        assert found.submissions == ()
        assert len(later.platform.store.find(Submission)) == known
        assert {one.code for one in refused[0].decision.refusals} == {"agreement-in-force"}
        later.platform.note_refusal(refused[0])
        noted = later.platform.store.find(RefusedAttempt)[-1].record
        assert (noted.attempted, noted.rules) == ("submission:submit", ("agreement-in-force",))
        assert "使用期限" in state_of(later)[-1]["message"]
        with pytest.raises(RefusedError, match="使用期限"):
            seats.run(later.platform.seats, developer, "demo", ["true"])


@pytest.mark.parametrize("verb", ["suspend", "terminate"])
def test_a_stopped_agreement_stops_its_seat_and_its_outbox(judged: Home, verb: str) -> None:
    with judged.open() as desk:
        hand_in(judged, desk, the_seat(desk).id, TEXT)
        getattr(agreements, verb)(desk.platform.access, desk.actor(OPERATOR), MARKET, reason="测试")
        refused: list[RefusedError] = []
        assert collect(desk, refused).submissions == ()
        assert len(refused) == 1
        with pytest.raises(RefusedError):
            seats.run(desk.platform.seats, desk.actor(DEVELOPER), "demo", ["true"])


def test_a_suspended_seat_hands_nothing_in(judged: Home) -> None:
    with judged.open() as desk:
        hand_in(judged, desk, the_seat(desk).id, TEXT)
        seats.suspend(desk.platform.seats, desk.actor(OPERATOR), "demo", reason="测试")
        assert collect(desk, []).submissions == ()


def test_the_seat_of_another_user_is_refused(judged: Home) -> None:
    with judged.open() as desk:
        for who in (OTHER_DEVELOPER, "xu.zhizhong", OPERATOR, SECURITY):
            with pytest.raises(RefusedError) as refused:
                seats.run(desk.platform.seats, desk.actor(who), "demo", ["true"])
            assert "named-user" in {one.code for one in refused.value.decision.refusals}


def test_links_and_strangers_files_are_declined_whole(judged: Home) -> None:
    with judged.open() as desk:
        folder = hand_in(judged, desk, the_seat(desk).id, {**TEXT, "b.txt": b"b"}, request="0request-link")
        (folder / "files" / "b.txt").unlink()
        (folder / "files" / "b.txt").symlink_to("/etc/passwd")
        other = hand_in(judged, desk, the_seat(desk).id, TEXT, request="0request-owner")
        if os.geteuid() == 0:
            os.chown(other / "files" / "a.txt", 12345, 12345)
        found = collect(desk)
        expected = {"0request-link"} | ({"0request-owner"} if os.geteuid() == 0 else set())
        assert {name for name, _ in found.declined} == expected
        assert {one["request"] for one in state_of(desk) if one["state"] == "declined"} == expected


def test_the_author_learns_rule_and_remedy_and_nothing_that_measures(judged: Home) -> None:
    with judged.open() as desk:
        view = telling.author_view(desk.platform.gate, desk.submission("refused"))
        (file,) = view["files"]
        kinds = {one["kind"] for one in file["findings"]}
        assert "source-record" in kinds
        told_ = json.dumps(view, ensure_ascii=False, default=str)
        for word in ("records", "where", "evidence", "masked", "raw", "脱敏后", "原始"):
            assert word not in told_
        assert all(one["article"] and str(one["remedy"]) for one in file["findings"])


def test_what_is_judged_is_not_judged_again_and_not_releasable(judged: Home) -> None:
    with judged.open() as desk:
        gate, refused_one = desk.platform.gate, desk.submission("refused")
        assert [one.verdict for one in refused_one.files] == [Verdict.REFUSE]
        with pytest.raises(RefusedError):
            release.release(gate, desk.actor(SECURITY), refused_one.id)


def retitle(folder: Path, title: str, purpose: str = "") -> None:
    """Change what a request says of itself."""
    document = json.loads((folder / "request.json").read_text(encoding="utf-8"))
    document |= {"title": title, "purpose": purpose}
    (folder / "request.json").write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")


@pytest.mark.parametrize("place", ["title", "purpose"])
def test_a_number_in_the_title_or_purpose_makes_no_submission(judged: Home, place: str) -> None:
    with judged.open() as desk:
        folder = hand_in(judged, desk, the_seat(desk).id, TEXT)
        said = {"title": "统计", "purpose": "", place: "联系 13800138000"}
        retitle(folder, **said)
        before = len(telling.submissions_of(desk.platform.gate, the_seat(desk).id))
        found = collect(desk)
        assert found.submissions == ()
        assert len(telling.submissions_of(desk.platform.gate, the_seat(desk).id)) == before
        (refusal,) = [one for one in state_of(desk) if one["state"] == "declined"]
        assert "标题" in refusal["message"]
        assert "13800138000" not in json.dumps(state_of(desk), ensure_ascii=False)
        assert not folder.exists()


def test_a_record_in_the_title_is_refused_and_the_title_hidden(judged: Home) -> None:
    with judged.open() as desk:
        folder = hand_in(judged, desk, the_seat(desk).id, TEXT)
        snapshot = desk.platform.store.load(Snapshot, the_seat(desk).mounted[0]).record
        parts = desk.platform.pool.version(snapshot.series, snapshot.version).parquet_files
        row = pq.read_table(parts[0]).slice(3, 1).to_pylist()[0]
        retitle(folder, " ".join(str(cell) for cell in row.values() if cell)[:190])
        (one,) = collect(desk).submissions
        after = intake.judge(desk.platform.gate, one.id)
        assert after.files[0].verdict is Verdict.REFUSE
        assert after.title == intake.HIDDEN_TITLE
