"""Sealed canary overlays that have outlived their seat: which they are, and their removal.

An overlay names the seat that a leaked file came from, so it is kept as long as the record that the seat
ended; a product still under way keeps it longer, since the gate compares with it. What the seats on a
snapshot share goes with the last of them, once the record that it was withdrawn may go too. Called when
retention removes what is due.
"""

from __future__ import annotations

from datetime import datetime

from sandbox.egress.canary_safe import safe_of
from sandbox.egress.desk import GateDesk
from sandbox.kernel.dataset_records import Snapshot
from sandbox.kernel.errors import NotFoundError
from sandbox.kernel.review_records import Submission
from sandbox.kernel.seat_records import Seat
from sandbox.store.canonical import instant

Kept = tuple[str, str]
"""A snapshot, and the name that something is kept under."""
_UNDER_WAY = ("frozen", "in-review", "returned", "approved")


def outlived(desk: GateDesk, *, now: datetime) -> tuple[Kept, ...]:
    """Return what of canaries no rule keeps any longer; what is of no known seat stays."""
    safe, found = safe_of(desk), []
    seats: dict[str, bool] = {}
    for snapshot in safe.snapshots():
        names = safe.names(snapshot)
        own = [one for one in names if one.startswith("seat-")]
        for name in own:
            if name not in seats:
                seats[name] = _over(desk, name, now=now)
        gone = [one for one in own if seats[one]]
        found += [(snapshot, one) for one in gone]
        if len(gone) == len(own) and _withdrawn(desk, snapshot, now=now):
            found += [(snapshot, one) for one in names if one not in own]
    return tuple(found)


def forget(desk: GateDesk, those: tuple[Kept, ...]) -> None:
    """Remove sealed overlays; begun again after a stop it goes on."""
    safe = safe_of(desk)
    for snapshot, name in those:
        safe.forget(snapshot, name)


def _over(desk: GateDesk, seat: str, *, now: datetime) -> bool:
    store = desk.directory.store
    try:
        found = store.load(Seat, seat).record
    except NotFoundError:
        return False
    if found.state != "expired" or _any_open(desk, seat):
        return False
    return _may_go(desk, seat, "seat:expire", now=now)


def _any_open(desk: GateDesk, seat: str) -> bool:
    made = desk.directory.store.find(Submission, linked=("seat", seat))
    return any(one.record.state in _UNDER_WAY for one in made)


def _withdrawn(desk: GateDesk, snapshot: str, *, now: datetime) -> bool:
    try:
        found = desk.directory.store.load(Snapshot, snapshot).record
    except NotFoundError:
        return False
    return found.state == "withdrawn" and _may_go(desk, snapshot, "snapshot:withdraw", now=now)


def _may_go(desk: GateDesk, record: str, verb: str, *, now: datetime) -> bool:
    """Return whether the term of the fact that something ended is over; False where there is none."""
    facts = desk.directory.store.facts(record=record, verb=verb)
    return bool(facts) and facts[-1].keep_until <= instant(now)
