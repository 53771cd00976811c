"""A job as the worker reads it: sources and their sidecars, the ledger's tables, options, products.

What is not as it was described is refused; nothing is judged here. `worker` is the only caller.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from sandbox.egress.claims import Claim
from sandbox.egress.handover import Handed
from sandbox.egress.kept import Kept, Standing
from sandbox.egress.kept import unpack as unpack_cells
from sandbox.egress.numbering import Numbered
from sandbox.egress.options import Options
from sandbox.egress.origin import Source
from sandbox.egress.overlaid import index_of
from sandbox.egress.permitted import Bounds
from sandbox.egress.report import Product
from sandbox.egress.sources import SourceTable, build_sources, read_source
from sandbox.egress.wire import (
    Json,
    mapping,
    message_in,
    number,
    sequence,
    text,
)
from sandbox.fingerprint.index import RecordIndex
from sandbox.fingerprint.overlay import unpack as unpack_overlay
from sandbox.fingerprint.sidecar import Sidecar, load_names
from sandbox.kernel.boundary import OutputForm
from sandbox.kernel.errors import InputError
from sandbox.kernel.grades import Thresholds
from sandbox.kernel.message import say

_SHARES = (
    "largest_share", "two_largest_share", "p_percent", "advantage", "near_excess", "coverage_gap",
)  # fmt: skip


def load_sources(described: Json, handed: Handed) -> tuple[Source, ...]:
    """Return the sources of a job: files to be inspected against, or snapshots with their sidecars."""
    if described["kind"] == "files":
        raw = [_file(mapping(entry), handed) for entry in sequence(described["raw"])]
        masked = [_file(mapping(entry), handed) for entry in sequence(described["masked"])]
        return build_sources(raw, masked, key=secrets.token_bytes(16), backing=handed.backing)
    return tuple(_snapshot(mapping(entry), handed) for entry in sequence(described["snapshots"]))


def _file(entry: Json, handed: Handed) -> SourceTable:
    place, name = entry["at"], text(entry["name"])
    if isinstance(place, str):
        return read_source(Path(place), name, handed.backing)
    return read_source(handed.opened(place), name)


def _part(place: object, handed: Handed) -> pa.Table:
    if not isinstance(place, str):
        return pq.read_table(pa.BufferReader(handed.held(place)))
    if handed.backing is None:
        return pq.read_table(place)
    with pq.ParquetFile(place) as part:
        return handed.backing.table(part.schema_arrow, part.iter_batches())


def _snapshot(entry: Json, handed: Handed) -> Source:
    streams = mapping(entry["streams"])

    def open_stream(name: str) -> BinaryIO:
        if name not in streams:
            raise InputError(say("旁档不完整，请重新落地该数据集"))
        return handed.opened(streams[name])

    key = bytes.fromhex(text(entry["key"]))
    sidecar = Sidecar.load(open_stream, key=key)
    parts = [_part(place, handed) for place in sequence(entry["parts"])]
    table = pa.concat_tables(parts)
    if table.num_rows != sidecar.rows:
        raise InputError(say("快照与旁档的行数不一致，请重新落地该数据集"))
    named = frozenset(text(name) for name in sequence(entry["identifiers"]))
    packed = None if "overlay" not in streams else handed.read(streams["overlay"])
    overlay, canaries = _overlay(packed, table, key, sorted(named))
    return Source(
        name=text(entry["name"]),
        table=table,
        units=sidecar.units,
        index=sidecar.index,
        identifiers=named,
        thresholds=thresholds_in(mapping(entry["thresholds"])),
        amounts={name: values for name, values in sidecar.amounts.items() if name in table.column_names},
        aliases=tuple(text(alias) for alias in sequence(entry["aliases"])),
        snapshot=text(entry["snapshot"]),
        numbered=Numbered(sidecar.words, sidecar.units, sidecar.names),
        overlay=overlay,
        canaries=canaries,
        subjects={name: text(kind) for name, kind in mapping(entry["subjects"]).items()},
    )


def _overlay(
    packed: bytes | None, table: pa.Table, key: bytes, identifiers: Sequence[str]
) -> tuple[pa.Table | None, RecordIndex | None]:
    """Return the canary rows that the seat saw in the table, and an index of them; None for none."""
    if packed is None:
        return None, None
    rows = unpack_overlay(packed).rows
    return rows, index_of(rows, table, key=key, identifiers=identifiers)


def kept_in(described: Json, handed: Handed) -> tuple[Kept, ...]:
    """Return the tables of the ledger; the rows of other versions with the words that tell them."""
    if "ledger" not in described:
        return ()
    ledger = mapping(described["ledger"])
    versions = {
        snapshot: Numbered(*load_names(handed.opened(place)))
        for snapshot, place in mapping(ledger["versions"]).items()
    }
    return tuple(_table(mapping(entry), versions, handed) for entry in sequence(ledger["entries"]))


def _table(entry: Json, versions: Mapping[str, Numbered], handed: Handed) -> Kept:
    parts = unpack_cells(handed.read(entry["stream"]))
    claim = None if entry["claim"] is None else Claim(*(text(one) for one in sequence(entry["claim"])))
    snapshot = text(entry["snapshot"])
    return Kept(
        owner=text(entry["owner"]),
        table=text(entry["table"]),
        snapshot=snapshot,
        standing=Standing(text(entry["standing"])),
        parts=parts,
        numbered=versions.get(snapshot),
        claim=claim,
    )


def thresholds_in(entry: Json) -> Thresholds:
    """Return thresholds from JSON; ValueError outside their range."""
    smallest = number(entry["smallest"])
    shares = [value for name in _SHARES if isinstance(value := entry[name], int | float)]
    named = dict(zip(_SHARES, (float(value) for value in shares), strict=True))
    return Thresholds(smallest=smallest or 0, drip_products=number(entry["drip_products"]) or 0, **named)


def options_in(entry: Json) -> Options:
    """Return the options of a job."""
    canaries = frozenset(text(value) for value in sequence(entry["canaries"]))
    return Options(
        max_bytes=number(entry["max_bytes"]) or 0,
        canaries=canaries,
        earlier=_claims_in(entry["earlier"]),
        declined=_claims_in(entry["declined"]),
        unread=tuple(text(owner) for owner in sequence(entry["unread"])),
        handed_in=number(entry["handed_in"]) or 0,
        words=text(entry["words"]),
        bounds=_bounds_in(entry["bounds"]),
    )


def _claims_in(entry: object) -> tuple[tuple[str, Claim], ...]:
    return tuple(
        (text(owner), Claim(text(sql), text(subject)))
        for owner, sql, subject in (sequence(part) for part in sequence(entry))
    )


def _bounds_in(entry: object) -> Bounds | None:
    if entry is None:
        return None
    document = mapping(entry)
    apart = (sequence(pair) for pair in sequence(document["apart"]))
    return Bounds(
        tuple(OutputForm(text(one)) for one in sequence(document["outputs"])),
        tuple((text(one), text(other)) for one, other in apart),
    )


def product_in(entry: Json, handed: Handed) -> Product:
    claim = entry["claim"]
    return Product(
        path=text(entry["path"]),
        data=handed.read(entry["data"]),
        claim=None if claim is None else handed.read(claim),
        problem=message_in(entry["problem"]),
    )
