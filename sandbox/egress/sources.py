"""Sources without a catalogue: tables from files, units and identifiers proposed from their content.

Used by `inspect` only; in the platform the catalogue and the sidecar say what is proposed here.
When no column is recognised as naming a person or firm, every column that looks like a key
counts as a unit, and the smallest count decides. Raises InputError for an unreadable source.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from sandbox.discovery.columns import propose, propose_units
from sandbox.egress.backing import Backing
from sandbox.egress.expressions import Kind
from sandbox.egress.kinds import column_kind
from sandbox.egress.origin import Source
from sandbox.files.readers import ReadLimits, open_table
from sandbox.fingerprint.buffers import distinct
from sandbox.fingerprint.cells import hash_columns
from sandbox.fingerprint.index import RecordIndex
from sandbox.fingerprint.sidecar import UnitColumns, dense_units, finest
from sandbox.kernel.entities import EntityType, IdentifierClass
from sandbox.kernel.errors import InputError
from sandbox.kernel.grades import Thresholds
from sandbox.kernel.message import say

LIMITS = ReadLimits()
KEY_SHARE = 0.02
"""From which share of distinct values in its rows a text column may be a key."""
LONG = 1 << 21
"""Rows above which a part of them is proposed for, and different values are told by their hashes."""


@dataclass(frozen=True, slots=True)
class SourceTable:
    """A source as it was read: the stem of its file and its rows."""

    stem: str
    table: pa.Table


def read_source(file: Path | BinaryIO, name: str = "", backing: Backing | None = None) -> SourceTable:
    """Return the table of a source file, named where it is a stream; InputError when it is no readable table.

    One of which more rows are broken than not is none either. With a backing its cells lie there.
    """
    name = file.name if isinstance(file, Path) else name
    with open_table(file, name=name, limits=LIMITS) as opened:
        schema = pa.schema([(column, pa.string()) for column in opened.shape.columns])
        batches = (batch for _, batch in opened.batches())
        table = laid_in(schema, batches, backing)
        bad = opened.bad
    if len(bad) > table.num_rows:
        raise InputError(say("数据来源 {name} 大部分行无法读取，请先修好再检查", name=name))
    return SourceTable(_stem(name), table)


def laid_in(schema: pa.Schema, batches: Iterable[pa.RecordBatch], backing: Backing | None) -> pa.Table:
    """Return batches as a table, in memory or in the backing."""
    if backing is None:
        return pa.Table.from_batches(list(batches), schema=schema)
    return backing.table(schema, batches)


def _stem(name: str) -> str:
    """Return the name up to its first suffix: zunyi.csv.gz is `zunyi`."""
    stem = name
    while Path(stem).suffix and len(Path(stem).suffix) <= 8:
        stem = Path(stem).stem
    return stem or name


def build_sources(
    raw: Sequence[SourceTable],
    masked: Sequence[SourceTable],
    *,
    key: bytes,
    thresholds: Thresholds | None = None,
    backing: Backing | None = None,
) -> tuple[Source, ...]:
    """Return the sources with units, identifiers and fingerprints of raw and masked rows.

    A masked table belongs to the source with as many rows, in order; any other to the first. With a backing
    the fingerprints lie there.
    """
    stems = [source.stem for source in raw]
    if len(set(stems)) != len(stems):
        raise InputError(say("两个数据来源的文件名相同，请改名后再检查"))
    waiting = list(masked)
    found = []
    for place, source in enumerate(raw):
        twins = [other for other in waiting if other.table.num_rows == source.table.num_rows][:1]
        waiting = [other for other in waiting if other not in twins]
        rest = waiting if place == len(raw) - 1 else []
        made = _build(source, [*twins, *rest], key=key, thresholds=thresholds or Thresholds())
        found.append(made if backing is None or made.index is None else _laid_in(made, made.index, backing))
    return tuple(found)


def _laid_in(source: Source, index: RecordIndex, backing: Backing) -> Source:
    """Return the source with what is large of its index in the backing."""
    held = replace(
        index,
        hashes=backing.array(index.hashes),
        start=backing.array(index.start),
        rows=backing.array(index.rows),
        marks=backing.array(index.marks),
    )
    return replace(source, index=held)


def _build(
    source: SourceTable, masked: Sequence[SourceTable], *, key: bytes, thresholds: Thresholds
) -> Source:
    proposals = propose(_sampled(source.table))
    units = tuple(propose_units(proposals))
    named = {name for unit in units for name in unit.columns}
    direct = {proposal.name for proposal in proposals if proposal.identifier is IdentifierClass.DIRECT}
    places = {proposal.name for proposal in proposals if proposal.type is EntityType.ORGANIZATION}
    named |= {name for name in direct if name not in places or not units or _singles_out(source.table, name)}
    ids = dense_units(source.table, units or _keys(source.table))
    tables = [("raw", source.table), *(("masked", other.table) for other in masked)]
    return Source(
        name=source.stem,
        table=source.table,
        units=ids,
        index=RecordIndex.build(
            tables, key=key, units=finest(ids) if units else None, identifiers=tuple(sorted(named))
        ),
        identifiers=frozenset(named),
        thresholds=thresholds,
    )


def _singles_out(table: pa.Table, name: str) -> bool:
    """Return whether an organisation's column names units rather than a few places they have in common."""
    column = table.column(name).drop_null()
    return len(pc.unique(column)) >= KEY_SHARE * max(len(column), 1)


def _keys(table: pa.Table) -> tuple[UnitColumns, ...]:
    """Return the columns that look like keys: texts or whole numbers that seldom repeat, no dates."""
    found = []
    for name in table.column_names:
        column = table.column(name).drop_null()
        if not len(column):
            continue
        different = _different(column) / len(column)
        if different < KEY_SHARE or pc.any(pc.match_substring_regex(column, r"\.\d")).as_py():
            continue
        dates = pc.all(pc.match_substring_regex(column, r"^\d{4}[-/.年]\d{1,2}")).as_py()
        whole = column_kind(column) is Kind.NUMBER
        if not dates and (not whole or different >= 0.2):
            found.append(UnitColumns(f"key:{name}", (name,)))
    return tuple(found)


def _sampled(table: pa.Table) -> pa.Table | list[pa.RecordBatch]:
    """Return the table; of a long one every so-many-th batch, which tells as much of its columns."""
    if table.num_rows <= LONG:
        return table
    return table.to_batches(max_chunksize=1 << 16)[:: -(-table.num_rows // LONG)]


def _different(column: pa.ChunkedArray) -> int:
    """Return how many different values a column has; of a long one by hashes, which take less memory."""
    if len(column) <= LONG:
        return len(pc.unique(column))
    return len(distinct(hash_columns([column], bytes(16))[0]))
