"""Ways to get a product out without the votes: forged records, changed files, changed judgements."""

from __future__ import annotations

import json

import pytest

from sandbox.egress import audience, release, review, telling
from sandbox.egress.bundle import RESERVED, plain_name
from sandbox.kernel.errors import RefusedError, StorageError, TamperedError
from sandbox.kernel.message import say
from sandbox.kernel.review_records import Examination, FileVote, Release, Review, Submission
from sandbox.store import tables
from sandbox.store.verify import verify
from tests.journeys.forge import database, forge
from tests.journeys.homes import (
    DEVELOPER,
    OFFICER,
    PROVIDER,
    SECURITY,
    Desk,
    Home,
    judged,
    released,
    told,
)

__all__ = ["judged", "released", "told"]


def vote(desk: Desk, who: str, *, approve: bool = True) -> Submission:
    """Cast a vote on the submission in review."""
    waiting = desk.submission("in-review")
    given = tuple(FileVote(digest=one.rewritten, approve=approve) for one in waiting.files)
    return review.cast(desk.platform.gate, desk.actor(who), waiting.id, given)


def refused_by_log(desk: Desk) -> bool:
    """Return whether the log no longer holds."""
    return not verify(desk.platform.store, key=desk.platform.public_key, witness=desk.platform.witnesses[0])


def test_a_refused_file_marked_as_approved_does_not_leave(judged: Home) -> None:
    with judged.open() as desk:
        found = desk.submission("refused")
        forge(judged.path, found.id, '"approved":null', '"approved":true')
        forge(judged.path, found.id, '"state":"refused"', '"state":"approved"', state="approved")
        with pytest.raises(RefusedError, match="不一致"):
            release.release(desk.platform.gate, desk.actor(SECURITY), found.id)
        assert refused_by_log(desk)


def test_a_digest_swapped_after_the_votes_does_not_leave(judged: Home) -> None:
    with judged.open() as desk:
        vote(desk, SECURITY)
        found = vote(desk, PROVIDER)
        other = desk.platform.gate.frozen.put("地区,人数\n红花岗区,3\n".encode())
        forge(judged.path, found.id, found.files[0].rewritten, other)
        with pytest.raises(RefusedError, match="不一致"):
            release.release(desk.platform.gate, desk.actor(SECURITY), found.id)
        assert desk.platform.store.find(Release) == ()


def test_a_no_turned_into_a_yes_has_no_signature(judged: Home) -> None:
    with judged.open() as desk:
        vote(desk, SECURITY)
        found = vote(desk, PROVIDER, approve=False)
        found = review.conclude(desk.platform.gate, desk.actor(SECURITY), found.id)
        assert found.state == "rejected"
        no = next(one.record for one in desk.platform.store.find(Review) if not one.record.votes[0].approve)
        forge(judged.path, no.id, '"approve":false', '"approve":true')
        forge(judged.path, found.id, '"approved":false', '"approved":true')
        forge(judged.path, found.id, '"state":"rejected"', '"state":"approved"', state="approved")
        with pytest.raises(TamperedError, match=no.id):
            release.release(desk.platform.gate, desk.actor(SECURITY), found.id)
        assert desk.platform.store.find(Release) == ()


def test_a_vote_invented_in_the_database_has_no_signature(judged: Home) -> None:
    with judged.open() as desk:
        vote(desk, SECURITY)
        found = desk.submission("in-review")
        (cast,) = desk.platform.store.find(Review)
        provider = desk.actor(PROVIDER)
        with database(judged.path) as connection:
            columns = tables.record.columns.keys()
            row = connection.execute(
                f"SELECT {', '.join(columns)} FROM record WHERE id = ?", (cast.record.id,)
            ).fetchone()
            invented = dict(zip(columns, row, strict=True))
            body = json.loads(invented["body"])
            body |= {"id": "review-900001", "capacity": "provider", "organisation": provider.organisation}
            body |= {"voter": provider.account, "person": provider.person}
            text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
            invented |= {"id": "review-900001", "organisation": provider.organisation, "body": text}
            marks = ",".join("?" * len(columns))
            connection.execute(
                f"INSERT INTO record ({', '.join(columns)}) VALUES ({marks})", tuple(invented.values())
            )
            for role, to_id in (("submission", found.id), ("voter", provider.account)):
                connection.execute(
                    "INSERT INTO link (from_id, role, to_id) VALUES (?, ?, ?)", ("review-900001", role, to_id)
                )
        assert review.settle(desk.platform.gate, found.id).state == "approved"
        with pytest.raises(TamperedError, match="review-900001"):
            release.release(desk.platform.gate, desk.actor(SECURITY), found.id)
        assert desk.platform.store.find(Release) == ()


def test_a_rewriting_changed_on_disk_does_not_leave(judged: Home) -> None:
    with judged.open() as desk:
        gate = desk.platform.gate
        vote(desk, SECURITY)
        found = vote(desk, PROVIDER)
        path = gate.frozen.path(found.files[0].rewritten)
        path.chmod(0o600)
        path.write_bytes(path.read_bytes() + b"\n")
        with pytest.raises(TamperedError):
            audience.rewritten(gate, desk.actor(SECURITY), found.id)
        with pytest.raises(TamperedError):
            release.release(gate, desk.actor(SECURITY), found.id)
        assert desk.platform.store.load(Submission, found.id).record.state == "approved"


def test_a_released_file_changed_on_disk_is_not_handed_out(released: Home, tmp_path) -> None:
    with released.open() as desk:
        gate = desk.platform.gate
        (made,) = (one.record for one in desk.platform.store.find(Release))
        path = gate.frozen.path(made.files[0].released)
        path.chmod(0o600)
        path.write_bytes(b"x")
        with pytest.raises(TamperedError):
            release.hand_out(gate, desk.actor(DEVELOPER), made.id, tmp_path / "out")
        assert not list(tmp_path.glob("out/*"))


def test_a_changed_or_swapped_judgement_is_not_shown(judged: Home) -> None:
    with judged.open() as desk:
        gate = desk.platform.gate
        refused, waiting = desk.submission("refused"), desk.submission("in-review")
        path = gate.judgements / f"{refused.judgement}.sealed"
        path.write_bytes((gate.judgements / f"{waiting.judgement}.sealed").read_bytes())
        with pytest.raises(TamperedError):
            telling.author_view(gate, refused)
        data = bytearray((gate.judgements / f"{waiting.judgement}.sealed").read_bytes())
        data[-20] ^= 1
        path.write_bytes(bytes(data))
        with pytest.raises(TamperedError):
            audience.shown(gate, desk.actor(SECURITY), refused.id)


def test_a_product_named_to_leave_the_folder_stays_in_it(released: Home, tmp_path) -> None:
    assert plain_name("../../etc/passwd") == plain_name("..\\etc\\passwd") == "passwd"
    assert {plain_name(one) for one in ("..", "", *RESERVED)} == {"product.bin"}


def test_every_look_of_a_reviewer_is_on_record_and_of_nobody_else(judged: Home) -> None:
    with judged.open() as desk:
        gate, store = desk.platform.gate, desk.platform.store
        waiting = desk.submission("in-review")
        audience.shown(gate, desk.actor(SECURITY), waiting.id)
        audience.rewritten(gate, desk.actor(PROVIDER), waiting.id)
        audience.shown(gate, desk.actor(DEVELOPER), waiting.id)  # the author sees no evidence
        audience.shown(gate, desk.actor(OFFICER), waiting.id)  # nor does the officer who releases
        with pytest.raises(RefusedError):
            audience.rewritten(gate, desk.actor(OFFICER), waiting.id)
        looks = [one.record for one in store.find(Examination, linked=("submission", waiting.id))]
        assert [(one.account, one.looked_at) for one in looks] == [
            (desk.actor(SECURITY).account, "evidence"),
            (desk.actor(PROVIDER).account, "products"),
        ]


def test_what_cannot_be_put_on_record_is_not_shown(judged: Home, monkeypatch) -> None:
    with judged.open() as desk:
        gate, waiting, reviewer = desk.platform.gate, desk.submission("in-review"), desk.actor(SECURITY)

        def full(*_: object, **__: object) -> None:
            raise StorageError(say("磁盘已满"))

        monkeypatch.setattr(type(gate.directory.store), "write", full)
        for look in (audience.shown, audience.rewritten):
            with pytest.raises(StorageError):
                look(gate, reviewer, waiting.id)
