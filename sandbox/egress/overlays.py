"""Canary overlays of seats: made once for a seat and a snapshot, sealed, and mixed into the seat's own copy.

The snapshot in the pool stays one and unchanged. Every part is written anew for the seat, because a part,
a size or an order that only one seat has would tell where canaries are. What a seat was shown is found again
by its id and the snapshot's. `app` hands `maker` to the seats; the gate reads overlays when it judges.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from sandbox.access.versions import versions
from sandbox.egress import grounds
from sandbox.egress.canary_safe import POOL, Safe, safe_of
from sandbox.egress.desk import GateDesk
from sandbox.fingerprint.overlay import Overlay, mixed, overlay_of, pool_of, unpack
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.dataset_records import Snapshot
from sandbox.kernel.seat_records import Seat
from sandbox.masking.parts import PartWriter
from sandbox.pool.versions import MANIFEST
from sandbox.seats import copies


def maker(desk: GateDesk) -> copies.Maker:
    """Return what makes the copy of a snapshot for a seat."""
    return partial(shown, desk)


def shown(desk: GateDesk, seat: Seat, snapshot: Snapshot, place: Path) -> copies.Copy | None:
    """Return the seat's copy of a snapshot with its canaries in it; None where it has none."""
    overlay = made(desk, seat, snapshot)
    if overlay is None:
        return None
    if not place.is_dir():
        copies.write(place, partial(_fill, desk, snapshot, overlay))
    return copies.Copy(place, snapshot.rows + overlay.rows.num_rows)


def made(desk: GateDesk, seat: Seat, snapshot: Snapshot) -> Overlay | None:
    """Return the overlay of a seat in a snapshot, drawn and sealed on first use; None where it has none."""
    kept = of_seat(desk, seat.id, snapshot.id)
    if kept is not None:
        return kept
    safe = safe_of(desk)
    ground = grounds.ground_of(desk, safe, snapshot)
    if ground is None:
        return None
    pool = pool_of_snapshot(safe, snapshot.id)
    if pool is None:
        pool = pool_of(ground, key=safe.key, pool=pool_name(desk, snapshot))
        safe.keep(snapshot.id, POOL, pool.pack())
    safe.keep(snapshot.id, seat.id, overlay_of(ground, key=safe.key, pool=pool, seat=seat.id).pack())
    return of_seat(desk, seat.id, snapshot.id)


def of_seat(desk: GateDesk, seat: str, snapshot: str) -> Overlay | None:
    """Return the overlay that a seat was shown in a snapshot; None where it was shown the pool's own."""
    data = safe_of(desk).read(snapshot, seat)
    return None if data is None else unpack(data)


def pool_of_snapshot(safe: Safe, snapshot: str) -> Overlay | None:
    """Return all rows that the seats on a snapshot share."""
    data = safe.read(snapshot, POOL)
    return None if data is None else unpack(data)


def pool_name(desk: GateDesk, snapshot: Snapshot) -> str:
    """Return whose pool it is: the first version of the agreement that the data was landed under."""
    agreement = desk.directory.store.load(ServiceAgreement, snapshot.agreement).record
    return versions(agreement)[0]


def _fill(desk: GateDesk, snapshot: Snapshot, overlay: Overlay, folder: Path) -> None:
    version = desk.pool.version(snapshot.series, snapshot.version)
    schema: pa.Schema = pq.read_schema(version.parquet_files[0])
    with PartWriter(folder, schema) as writer:
        for batch in mixed(version.parquet_files, overlay, rows=version.rows):
            writer.add(batch)
        writer.close()
    (folder / MANIFEST).write_bytes(b"{}\n")  # the seat's own description is laid over it
