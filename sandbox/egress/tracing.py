"""溯源: who leaked it. A file that turned up outside is held against the canaries of every seat.

Only the authority's officers and security reviewers ask, with their own credential, and every answer is a
fact. A seat is named where a file of other origin would show as much once in a million; below that nobody is,
and the answer says so. The file is read in the gate's isolated process and not kept; its digest is.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256

from sandbox.catalog.reading import of_authority, require_reader
from sandbox.egress.canary_safe import POOL, safe_of
from sandbox.egress.desk import GateDesk
from sandbox.egress.isolated import answered
from sandbox.egress.overlays import pool_name
from sandbox.egress.report import Product
from sandbox.egress.spotting import spot_text
from sandbox.egress.wire import Json, mapping, number, sequence, text, unpack
from sandbox.fingerprint.trace import ENOUGH
from sandbox.kernel.actors import Actor, Role
from sandbox.kernel.dataset_records import Snapshot
from sandbox.kernel.errors import InputError
from sandbox.kernel.lifecycle import step
from sandbox.kernel.message import say
from sandbox.kernel.permits import require
from sandbox.kernel.seat_records import Seat
from sandbox.kernel.trace_records import (
    Suspect,
    Trace,
    TracedAgreement,
    TracedData,
    TraceOutcome,
)
from sandbox.people.directory import with_record
from sandbox.store.canonical import Json as Value
from sandbox.store.changes import Change

ROLES = frozenset({Role.SECURITY_REVIEWER, Role.AUTHORITY_OFFICER})
HIDDEN_NAME = "（文件名已隐去）"
_NAME = 120


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the process is asked to compare with: who has what, and which snapshots have the very same."""

    entries: tuple[dict[str, str], ...]
    streams: tuple[bytes, ...]
    same: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class _Owner:
    """What the process found of one seat or pool, as far as it could be checked."""

    name: str
    bits: float
    rows: int
    snapshots: Mapping[str, int]


def trace(desk: GateDesk, actor: Actor, *, name: str, data: bytes) -> Trace:
    """Return whom the file names, put on record; `InputError` for one that cannot be read at all.

    Raises `RefusedError` for whoever may not ask, `IsolationError` where the gate cannot read it.
    """
    made = _blank(desk, actor, name, data)
    require(actor, step("trace:report"), with_record(desk.directory.situation(actor), record=made))
    asked = _asked(desk)
    answer = _answer(desk, Product(name, data), asked)
    found = _found(desk, made, answer, asked)
    note: dict[str, Value] = {
        "digest": found.digest,
        "outcome": str(found.outcome),
        "seats": [one.seat for one in found.suspects],
    }
    kept: Trace = desk.directory.store.write(actor, Change(step("trace:report"), found, note=note))[0].record
    return kept


def _blank(desk: GateDesk, actor: Actor, name: str, data: bytes) -> Trace:
    return Trace(
        state="reported",
        organisation=actor.organisation,
        account=actor.account,
        name=HIDDEN_NAME if spot_text(name, where="name") else name[:_NAME],
        digest=sha256(data).hexdigest(),
        size=len(data),
        asked_at=desk.directory.clock(),
        outcome=TraceOutcome.NOBODY,
    )


def visible(desk: GateDesk, actor: Actor) -> tuple[Trace, ...]:
    """Return every report, the newest first, for those who may ask for one; `RefusedError` for others."""
    require_reader(desk.directory, actor, _blank(desk, actor, "", b""), organisations=(), roles=ROLES)
    return tuple(one.record for one in reversed(desk.directory.store.find(Trace)))


def may_look(desk: GateDesk, actor: Actor) -> bool:
    """Return whether the actor may be shown reports at all."""
    return of_authority(desk.directory, actor) and actor.has(*ROLES)


def listed(desk: GateDesk, actor: Actor) -> tuple[Trace, ...]:
    """Return the reports that the actor may see: all, or none."""
    return visible(desk, actor) if may_look(desk, actor) else ()


def report(desk: GateDesk, actor: Actor, identifier: str) -> Trace:
    """Return one report."""
    found = desk.directory.store.load(Trace, identifier).record
    require_reader(desk.directory, actor, found, organisations=(), roles=ROLES)
    return found


def _asked(desk: GateDesk) -> _Asked:
    """Return all overlays that were ever made; the same in several versions only once."""
    safe, store = safe_of(desk), desk.directory.store
    entries: dict[tuple[str, str], dict[str, str]] = {}
    streams: dict[tuple[str, str], bytes] = {}
    same: dict[str, list[str]] = defaultdict(list)
    for identifier in safe.snapshots():
        snapshot = store.load(Snapshot, identifier).record
        for name in safe.names(identifier):
            if name != POOL and not name.startswith(f"{Seat.KIND}-"):
                continue
            data = safe.read(identifier, name) or b""
            place = name, sha256(data).hexdigest()
            seat = "" if name == POOL else name
            first = entries.setdefault(
                place, {"pool": pool_name(desk, snapshot), "snapshot": identifier, "seat": seat}
            )
            streams.setdefault(place, data)
            same[f"{first['snapshot']}/{seat}"].append(identifier)
    every = {place: tuple(found) for place, found in same.items()}
    return _Asked(tuple(entries.values()), tuple(streams.values()), every)


def _answer(desk: GateDesk, product: Product, asked: _Asked) -> Json:
    """Return what the process says; an answer that cannot be read is a file that cannot be."""
    frame = answered(
        (), {"trace": list(asked.entries)}, limits=desk.limits, product=product, streams=asked.streams
    )
    unread = InputError(say("这个文件读不出来，无法溯源：请确认文件完整，加密的先解密"))
    try:
        header, _ = unpack(frame)
        told = mapping(header["trace"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise unread from None
    if not number(told["read"]):
        raise unread
    return told


def _found(desk: GateDesk, made: Trace, told: Json, asked: _Asked) -> Trace:
    seats = {entry["seat"] for entry in asked.entries} - {""}
    pools = {entry["pool"] for entry in asked.entries}
    suspects = [one for one in _owners(told["seats"]) if one.name in seats and one.bits >= ENOUGH]
    groups = [one for one in _owners(told["pools"]) if one.name in pools and one.bits >= ENOUGH]
    outcome = TraceOutcome.AGREEMENT if groups else TraceOutcome.NOBODY
    return replace(
        made,
        outcome=TraceOutcome.SEATS if suspects else outcome,
        suspects=tuple(_suspect(desk, one, asked) for one in suspects),
        agreements=tuple(
            TracedAgreement(agreement=one.name, bits=math.floor(one.bits), rows=one.rows) for one in groups
        ),
        cells=number(told["cells"]) or 0,
        marks=number(told["marks"]) or 0,
        threshold=round(ENOUGH),
    )


def _owners(told: object) -> list[_Owner]:
    found = []
    for owner, bits, rows, snapshots in (sequence(one) for one in sequence(told)):
        counted = {place: number(count) or 0 for place, count in mapping(snapshots).items()}
        worth = float(bits) if isinstance(bits, int | float) else 0.0
        found.append(_Owner(text(owner), worth, number(rows) or 0, counted))
    return found


def _suspect(desk: GateDesk, one: _Owner, asked: _Asked) -> Suspect:
    seat = desk.directory.store.load(Seat, one.name).record
    return Suspect(
        seat=seat.id,
        name=seat.name,
        developer=seat.user,
        organisation=seat.organisation,
        agreement=seat.agreement,
        bits=math.floor(one.bits),
        rows=one.rows,
        data=tuple(_data(desk, one, asked)),
    )


def _data(desk: GateDesk, one: _Owner, asked: _Asked) -> list[TracedData]:
    """Return which datasets the rows are of, with every version that has them and was shown to the seat."""
    rows: dict[str, int] = defaultdict(int)
    versions: dict[str, dict[str, int]] = defaultdict(dict)
    for place, count in one.snapshots.items():
        if not count:
            continue
        for identifier in asked.same.get(f"{place}/{one.name}", (place,)):
            snapshot = desk.directory.store.load(Snapshot, identifier).record
            versions[snapshot.dataset][identifier] = snapshot.version
            rows[snapshot.dataset] = max(rows[snapshot.dataset], count)
    return [
        TracedData(
            dataset=dataset,
            snapshots=tuple(sorted(found, key=lambda each, held=found: held[each])),  # type: ignore[misc]
            versions=tuple(sorted(found.values())),
            rows=rows[dataset],
        )
        for dataset, found in sorted(versions.items())
    ]
