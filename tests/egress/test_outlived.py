"""Sealed canary overlays go with the record of their seat's end, and not a day before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sandbox.access import agreement as contracts
from sandbox.egress import intake, outlived, overlays
from sandbox.egress.canary_safe import POOL, safe_of
from sandbox.kernel.review_records import Submission
from sandbox.kernel.seat_records import Seat
from sandbox.seats import seat as seats
from tests.journeys.homes import Home, judged, told

__all__ = ["judged", "told"]
LONG = timedelta(days=366 * 60)


def ended(home: Home) -> datetime:
    """End every seat of the home, long after the term of its agreement; return when."""
    with home.open(days=3_000) as desk:
        assert contracts.expire_due(desk.platform.access)
        assert seats.expire_due(desk.platform.seats)
        return datetime.now(UTC) + timedelta(days=3_000)


def test_an_overlay_is_kept_as_long_as_the_record_of_its_seats_end(judged: Home) -> None:
    with judged.open() as desk:
        gate, made = desk.platform.gate, desk.submission("in-review")
        (snapshot,) = made.snapshots
        kept = safe_of(gate).names(snapshot)
        assert {made.seat, POOL} <= set(kept)
        assert outlived.outlived(gate, now=datetime.now(UTC) + LONG) == ()  # the seat stands
    when = ended(judged)
    with judged.open() as desk:
        gate = desk.platform.gate
        (fact,) = desk.platform.store.facts(record=made.seat, verb="seat:expire")
        assert outlived.outlived(gate, now=when + LONG) == ()  # a product of it is still under way
        open_now = desk.platform.store.find(Submission, linked=("seat", made.seat))
        assert {one.record.state for one in open_now} & {"in-review"}
    with judged.open() as desk:
        intake.withdraw(gate := desk.platform.gate, desk.actor("lin.xiaoyu"), made.id)
        until = datetime.fromisoformat(fact.keep_until)
        assert outlived.outlived(gate, now=until - timedelta(days=1)) == ()
        due = outlived.outlived(gate, now=until + timedelta(days=1))
        assert due == ((snapshot, made.seat),)  # what others share stays while the snapshot is published
        outlived.forget(gate, due)
        outlived.forget(gate, due)  # begun again
        assert overlays.of_seat(gate, made.seat, snapshot) is None
        assert set(safe_of(gate).names(snapshot)) == set(kept) - {made.seat}
        assert desk.platform.store.load(Seat, made.seat).record.state == "expired"
