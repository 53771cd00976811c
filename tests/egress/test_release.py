"""Release: exactly the approved digests, once, with a receipt that proves it; recall ends handing out."""

from __future__ import annotations

import json
from hashlib import sha256

import pytest

from sandbox.egress import release, review
from sandbox.egress.bundle import RESERVED
from sandbox.kernel.errors import InputError, RefusedError, TamperedError
from sandbox.kernel.review_records import FileVote, Release, Submission
from tests.journeys.homes import (
    DEVELOPER,
    OFFICER,
    OPERATOR,
    OTHER_DEVELOPER,
    PROVIDER,
    SECURITY,
    Desk,
    Home,
    judged,
    released,
    told,
)

__all__ = ["judged", "released", "told"]


def approved(desk: Desk) -> Submission:
    """Return the submission in review after both lawful votes."""
    waiting = desk.submission("in-review")
    given = tuple(FileVote(digest=one.rewritten, approve=True) for one in waiting.files)
    for who in (SECURITY, PROVIDER):
        review.cast(desk.platform.gate, desk.actor(who), waiting.id, given)
    return desk.platform.store.load(Submission, waiting.id).record


def the_release(desk: Desk) -> Release:
    """Return the one release of the story."""
    (found,) = desk.platform.store.find(Release)
    return found.record


@pytest.mark.parametrize("after", [0, 1])
def test_nothing_leaves_before_all_have_voted(judged: Home, after: int) -> None:
    with judged.open() as desk:
        gate, waiting = desk.platform.gate, desk.submission("in-review")
        given = tuple(FileVote(digest=one.rewritten, approve=True) for one in waiting.files)
        for who in (SECURITY, PROVIDER)[:after]:
            review.cast(gate, desk.actor(who), waiting.id, given)
        for who in (SECURITY, OFFICER):
            with pytest.raises(RefusedError, match="in-review"):
                release.release(gate, desk.actor(who), waiting.id)
        assert desk.platform.store.find(Release) == ()


@pytest.mark.parametrize("who", [DEVELOPER, OPERATOR, PROVIDER, "gao.heng", "xie.mingjian"])
def test_only_the_authority_releases(judged: Home, who: str) -> None:
    with judged.open() as desk:
        found = approved(desk)
        with pytest.raises(RefusedError):
            release.release(desk.platform.gate, desk.actor(who), found.id)
        assert desk.platform.store.find(Release) == ()


def test_it_is_released_once_and_what_leaves_is_what_was_approved(judged: Home, tmp_path) -> None:
    with judged.open() as desk:
        gate, found = desk.platform.gate, approved(desk)
        made = release.release(gate, desk.actor(OFFICER), found.id)
        with pytest.raises(RefusedError):
            release.release(gate, desk.actor(OFFICER), found.id)
        handed = release.hand_out(gate, desk.actor(DEVELOPER), made.id, tmp_path / "out")
        assert set(handed.files) == {"summary.csv", *RESERVED}
        data = (tmp_path / "out" / "summary.csv").read_bytes()
        assert sha256(data).hexdigest() == found.files[0].rewritten == made.files[0].released
        with pytest.raises(InputError, match="换一个目录"):
            release.hand_out(gate, desk.actor(DEVELOPER), made.id, tmp_path / "out")
        for who in (OTHER_DEVELOPER, OPERATOR, SECURITY):
            with pytest.raises(RefusedError):
                release.hand_out(gate, desk.actor(who), made.id, tmp_path / who)
            assert not (tmp_path / who).exists()
        assert release.holders(gate, made.id) == (desk.actor(DEVELOPER).account,)


def test_a_recalled_release_is_handed_out_no_more(released: Home, tmp_path) -> None:
    with released.open() as desk:
        gate, made = desk.platform.gate, the_release(desk)
        with pytest.raises(InputError, match="理由"):
            release.recall(gate, desk.actor(SECURITY), made.id, reason=" ")
        for who in (DEVELOPER, OPERATOR, PROVIDER):
            with pytest.raises(RefusedError):
                release.recall(gate, desk.actor(who), made.id, reason="不行")
        assert release.recall(gate, desk.actor(SECURITY), made.id, reason="数据有误").state == "recalled"
        with pytest.raises(RefusedError, match="recalled"):
            release.hand_out(gate, desk.actor(DEVELOPER), made.id, tmp_path / "out")
        with pytest.raises(RefusedError):
            release.recall(gate, desk.actor(SECURITY), made.id, reason="再来")
        assert release.holders(gate, made.id)


def test_a_receipt_proves_what_left_and_who_agreed(released: Home, tmp_path) -> None:
    with released.open() as desk:
        gate, made = desk.platform.gate, the_release(desk)
        data = gate.frozen.get(made.receipt)
        body = release.verify_receipt(data, public_key=desk.platform.signer.public)
        assert {vote["capacity"] for vote in body["votes"]} == {"authority", "provider"}
        assert body["files"][0]["released_sha256"] == made.files[0].released
        assert body["files"][0]["submitted_sha256"] == made.files[0].submitted
        assert body["checks"]
        assert body["demo"] is True


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d["body"]["files"][0].update(released_sha256="0" * 64),
        lambda d: d["body"]["votes"].pop(),
        lambda d: d["body"].update(demo=False),
        lambda d: d.update(signature="00" * 64),
        lambda d: d.update(public_key="00" * 32),
    ],
)
def test_a_changed_receipt_is_found(released: Home, change) -> None:
    with released.open() as desk:
        document = json.loads(desk.platform.gate.frozen.get(the_release(desk).receipt))
        public = desk.platform.signer.public
    change(document)
    with pytest.raises(TamperedError):
        release.verify_receipt(json.dumps(document).encode(), public_key=public)


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"[]", b"\xff", b'{"body": 1, "signature": 2, "public_key": 3}']
)
def test_what_is_no_receipt_is_said_so(data: bytes) -> None:
    with pytest.raises(InputError, match="不是出域回执"):
        release.verify_receipt(data)


def test_products_beside_a_receipt_are_held_against_it(released: Home, tmp_path) -> None:
    with released.open() as desk:
        made = the_release(desk)
        body = json.loads(desk.platform.gate.frozen.get(made.receipt))["body"]
        product = desk.platform.gate.frozen.get(made.files[0].released)
    assert "没有核对" in str(release.verify_products(body, tmp_path)["summary.csv"])
    (tmp_path / "summary.csv").write_bytes(product)
    assert "一致" in str(release.verify_products(body, tmp_path)["summary.csv"])
    (tmp_path / "summary.csv").write_bytes(product + b" ")
    with pytest.raises(TamperedError):
        release.verify_products(body, tmp_path)
