"""Rows read off the screen: what a seat shows is bounded, counted and on record."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from datetime import datetime

import pytest

from sandbox.access import agreement as contracts
from sandbox.kernel.errors import RefusedError
from sandbox.kernel.seat_records import Seat
from sandbox.seats import seat as seats
from sandbox.seats.seat import OutputBounds
from tests.journeys.homes import DEVELOPER, MARKET, OPERATOR, Desk, Home, judged, told

__all__ = ["judged", "told"]


def room_with(desk: Desk, **bounds: float) -> seats.SeatDesk:
    """Return the seats' desk with bounds small enough to reach, counted from now."""
    used = seats.shown_since(desk.platform.seats, seat_id(desk), desk.platform.clock())
    assert used == 0
    return replace(desk.platform.seats, bounds=OutputBounds(**bounds))


def today(desk: Desk) -> datetime:
    """Return the moment at which this day began."""
    return desk.platform.clock().replace(hour=0, minute=0, second=0)


def seat_id(desk: Desk) -> str:
    """Return the id of the demo seat."""
    return next(one.record.id for one in desk.platform.store.find(Seat) if one.record.name == "demo")


def test_a_flood_is_cut_and_the_day_ends(judged: Home) -> None:
    with judged.open(days=2) as desk:  # what the story itself ran is of another day
        room = room_with(desk, run_bytes=4_000, day_bytes=6_000)
        flood = ["python", "-c", "print('x' * 100_000)"]
        done = seats.run(room, desk.actor(DEVELOPER), "demo", flood)
        assert done.truncated
        assert 0 < len(done.stdout) <= 2_000
        while seats.shown_since(room, seat_id(desk), today(desk)) < 5_751:
            seats.run(room, desk.actor(DEVELOPER), "demo", flood)
        with pytest.raises(RefusedError) as refused:
            seats.run(room, desk.actor(DEVELOPER), "demo", flood)
        assert [one.code for one in refused.value.decision.refusals] == ["output-budget"]
        assert seats.shown_since(room, seat_id(desk), today(desk)) <= 6_000
        with pytest.raises(RefusedError):
            seats.run(room, desk.actor(DEVELOPER), "demo", ["true"])


def test_every_run_says_how_much_it_showed(judged: Home) -> None:
    with judged.open() as desk:
        store = desk.platform.store
        seats.run(desk.platform.seats, desk.actor(DEVELOPER), "demo", ["echo", "hello"])
        fact = store.facts(record=seat_id(desk), verb="seat:finish")[-1]
        note = store.payload(fact.seq)["note"]
        assert (note["status"], note["shown_bytes"], note["truncated"]) == (0, len("hello\n"), False)


def test_a_run_without_an_end_counts_as_all_it_might_show(judged: Home) -> None:
    with judged.open(days=2) as desk:
        room = room_with(desk, run_bytes=4_000, day_bytes=6_000)
        seats.begin(room, desk.actor(DEVELOPER), "demo", ["true"])
        assert seats.shown_since(room, seat_id(desk), today(desk)) == 4_000
        seats.begin(room, desk.actor(DEVELOPER), "demo", ["true"])
        with pytest.raises(RefusedError, match="输出已用完"):
            seats.run(room, desk.actor(DEVELOPER), "demo", ["true"])


def test_a_run_ends_when_its_seat_is_suspended(judged: Home) -> None:
    with judged.open() as desk:
        room = desk.platform.seats
        suspend = threading.Timer(
            1.0, lambda: seats.suspend(room, desk.actor(OPERATOR), "demo", reason="核查")
        )
        suspend.start()
        began = time.monotonic()
        with pytest.raises(RefusedError):
            seats.run(room, desk.actor(DEVELOPER), "demo", ["sleep", "120"], seconds=120)
        suspend.join()
        assert time.monotonic() - began < 60  # it was not its own end


def test_a_run_ends_when_its_agreement_is_terminated(judged: Home) -> None:
    with judged.open() as desk:
        room, access = desk.platform.seats, desk.platform.access
        end = threading.Timer(
            1.0, lambda: contracts.suspend(access, desk.actor(OPERATOR), MARKET, reason="核查")
        )
        end.start()
        with pytest.raises(RefusedError, match="已暂停"):
            seats.run(room, desk.actor(DEVELOPER), "demo", ["sleep", "120"], seconds=120)
        end.join()


def test_a_run_has_an_end(judged: Home) -> None:
    with judged.open(days=2) as desk:
        room = room_with(desk, seconds=1.0)
        done = seats.run(room, desk.actor(DEVELOPER), "demo", ["sleep", "600"], seconds=9_999)
        assert done.timed_out
