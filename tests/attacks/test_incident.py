"""After the switch: running code dies, nothing leaves, holders are known, nobody undoes it alone."""

from __future__ import annotations

import threading

import pytest

from sandbox.access import agreement as contracts
from sandbox.egress import release, review
from sandbox.kernel.errors import RefusedError
from sandbox.kernel.review_records import FileVote, Release
from sandbox.oversight import evidence, incident
from sandbox.seats import seat as seats
from tests.journeys.homes import (
    DEVELOPER,
    MARKET,
    OFFICER,
    OPERATOR,
    PROVIDER,
    SECURITY,
    Home,
    judged,
    released,
    told,
)

__all__ = ["judged", "released", "told"]


def throw(desk, target):
    room = desk.platform.oversight
    return incident.open_incident(room, desk.actor(OFFICER), target, title="异常", reason="通报")


def approve(desk):
    """Let both reviewers approve what is in review; return it."""
    waiting = desk.submission("in-review")
    votes = tuple(FileVote(digest=one.rewritten, approve=True) for one in waiting.files if one.rewritten)
    for who in (SECURITY, PROVIDER):
        review.cast(desk.platform.gate, desk.actor(who), waiting.id, votes)
    return waiting


LATER = [pytest.param(one, marks=pytest.mark.long) for one in ("seat", "developer")]


@pytest.mark.parametrize("target", ["agreement", "dataset", *LATER])
def test_nothing_runs_leaves_or_is_collected_once_the_switch_is_thrown(judged: Home, target: str) -> None:
    with judged.open() as desk:
        platform = desk.platform
        waiting = approve(desk)
        targets = {
            "agreement": MARKET,
            "seat": waiting.seat,
            "developer": waiting.organisation,
            "dataset": "dataset-000001",
        }
        switch = threading.Timer(0.3, lambda: throw(desk, targets[target]))
        switch.start()
        with pytest.raises(RefusedError):
            seats.run(platform.seats, desk.actor(DEVELOPER), "demo", ["sleep", "120"], seconds=120)
        switch.join()
        for attempt in (
            lambda: seats.open_seat(platform.seats, desk.actor(DEVELOPER), "demo"),
            lambda: seats.run(platform.seats, desk.actor(DEVELOPER), "demo", ["true"]),
            lambda: release.release(platform.gate, desk.actor(SECURITY), waiting.id),
            lambda: release.release(platform.gate, desk.actor(OFFICER), waiting.id),
            lambda: contracts.resume(platform.access, desk.actor(OPERATOR), MARKET, reason="x"),
            lambda: seats.reinstate(platform.seats, desk.actor(OPERATOR), "demo", reason="x"),
        ):
            with pytest.raises(RefusedError):
                attempt()
        assert platform.store.find(Release) == ()


def test_what_was_released_is_handed_out_no_more_and_its_holders_are_known(released: Home, tmp_path) -> None:
    with released.open() as desk:
        made = throw(desk, MARKET)
        (gone,) = made.recalled
        with pytest.raises(RefusedError):
            release.hand_out(desk.platform.gate, desk.actor(DEVELOPER), gone, tmp_path / "again")
        holder = desk.platform.directory.account_named(DEVELOPER).id
        assert release.holders(desk.platform.gate, gone) == (holder,)


def test_frozen_evidence_that_was_changed_is_found(released: Home) -> None:
    from sandbox.kernel.errors import TamperedError

    with released.open() as desk:
        room = desk.platform.oversight
        made = throw(desk, MARKET)
        digest = evidence.freeze(room, desk.actor(OFFICER), made.id).evidence
        path = room.evidence.path(digest)
        path.chmod(0o600)
        path.write_bytes(path.read_bytes().replace(b"seat:run", b"seat:xun"))
        with pytest.raises(TamperedError):
            room.evidence.get(digest)
