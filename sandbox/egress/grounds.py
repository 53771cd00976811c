"""What the canaries of a snapshot are drawn from, decided once per version and the same for all its seats.

While most rows of an earlier version still stand in a later one, canaries stay as they are: what came or
went alone would give them away. Tokens that most rows share with another dataset of the agreement get
canaries that can be joined there too, the smaller dataset first; where that one has none, its tokens are
left as they are. Called by `overlays`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sandbox.egress.canary_safe import Safe
from sandbox.egress.desk import GateDesk
from sandbox.fingerprint.canary import Ground, ground, how_many
from sandbox.fingerprint.columns import Columns
from sandbox.fingerprint.overlay import BATCH_ROWS
from sandbox.kernel.dataset_records import Dataset, Snapshot
from sandbox.pool.snapshot import Snapshot as Version
from sandbox.seats.seat import current_snapshots

_LOOKED_AT = 1_000
_MOST = 0.5


@dataclass(frozen=True, slots=True)
class Spec:
    """How a version's canaries are drawn: from which version, with which tokens in common with others.

    `labels` names the tokens of every marked column; `joined` are those of them that stand elsewhere too.
    `heads` is 0 where the version has no canaries at all.
    """

    base: str
    heads: int = 0
    labels: Mapping[str, str] = field(default_factory=dict)
    joined: Mapping[str, str] = field(default_factory=dict)
    unmarked: tuple[str, ...] = ()
    most_heads: int | None = None


def ground_of(desk: GateDesk, safe: Safe, snapshot: Snapshot) -> Ground | None:
    """Return what the canaries of a snapshot are drawn from; None where it has none."""
    spec = spec_of(desk, safe, snapshot)
    return _ground(desk, desk.directory.store.load(Snapshot, spec.base).record, spec) if spec.heads else None


def spec_of(desk: GateDesk, safe: Safe, snapshot: Snapshot) -> Spec:
    """Return how the canaries of a snapshot are drawn, decided on first use, those of smaller ones before."""
    found = _kept(safe, snapshot)
    if found is not None:
        return found
    others = [one for one in current_snapshots(desk.directory, snapshot.agreement) if _first(one, snapshot)]
    smaller = [(one, spec_of(desk, safe, one)) for one in sorted(others, key=_order)]
    made = _decided(desk, safe, snapshot, smaller)
    safe.keep(snapshot.id, "spec", json.dumps(asdict(made), ensure_ascii=False, sort_keys=True).encode())
    return _kept(safe, snapshot) or made


def _order(snapshot: Snapshot) -> tuple[int, str]:
    return snapshot.rows, snapshot.series


def _first(one: Snapshot, other: Snapshot) -> bool:
    return one.series != other.series and _order(one) < _order(other)


def _kept(safe: Safe, snapshot: Snapshot) -> Spec | None:
    data = safe.read(snapshot.id, "spec")
    if data is None:
        return None
    document = json.loads(data)
    return Spec(**{**document, "unmarked": tuple(document["unmarked"])})


def _decided(
    desk: GateDesk, safe: Safe, snapshot: Snapshot, smaller: Sequence[tuple[Snapshot, Spec]]
) -> Spec:
    earlier = _earlier(desk, safe, snapshot)
    if earlier is not None:
        return earlier
    if not how_many(snapshot.rows):
        return Spec(snapshot.id)
    joined: dict[str, str] = {}
    unmarked: list[str] = []
    most: int | None = None
    for other, spec in smaller:
        for mine, theirs in _same(desk, snapshot, other):
            here, there = _shares(_version(desk, snapshot), mine, _version(desk, other), theirs)
            if max(here, there) < _MOST:
                continue
            if theirs in spec.labels:
                joined.setdefault(mine, spec.labels[theirs])
                most = min(most or spec.heads, spec.heads) if here >= _MOST else most
            elif here >= _MOST:
                unmarked.append(mine)
    spec = Spec(snapshot.id, 0, {}, joined, tuple(sorted(set(unmarked))), most)
    found = _ground(desk, snapshot, spec)
    if found is None:
        return spec
    labels = {
        name: joined.get(name, f"{snapshot.series}/{name}")
        for name, one in found.marked.items()
        if one.kind == "text"
    }
    return Spec(snapshot.id, found.heads, labels, joined, spec.unmarked, most)


def _ground(desk: GateDesk, base: Snapshot, spec: Spec) -> Ground | None:
    version = _version(desk, base)
    return ground(
        Columns.of_parts(version.parquet_files, version.rows),
        place=base.series,
        labels=spec.joined,
        unmarked=spec.unmarked,
        most_heads=spec.most_heads,
    )


def _version(desk: GateDesk, snapshot: Snapshot) -> Version:
    return desk.pool.version(snapshot.series, snapshot.version)


def _earlier(desk: GateDesk, safe: Safe, snapshot: Snapshot) -> Spec | None:
    """Return how an earlier version's were drawn while most of its rows still stand in this one."""
    every = desk.directory.store.find(Snapshot, linked=("dataset", snapshot.dataset))
    before = [
        one.record
        for one in every
        if one.record.series == snapshot.series and one.record.version < snapshot.version
    ]
    for one in sorted(before, key=lambda each: -each.version):
        spec = _kept(safe, one)
        if spec is None or one.state != "published":
            continue
        base = desk.directory.store.load(Snapshot, spec.base).record
        if base.state == "published" and _persists(_version(desk, base), _version(desk, snapshot)):
            return spec
        return None
    return None


def _persists(old: Version, new: Version) -> bool:
    """Return whether most rows of the old version stand in the new one, cell by cell."""
    names = pq.read_schema(old.parquet_files[0]).names
    if names != pq.read_schema(new.parquet_files[0]).names or not old.rows:
        return False
    first = next(_batches(old, names))
    some = first.take(pa.array(np.arange(min(_LOOKED_AT, first.num_rows))))
    wanted = pc.unique(_lines(some))
    return _met(wanted, (_lines(batch) for batch in _batches(new, names))) >= _MOST


def _batches(version: Version, names: Sequence[str]) -> Iterator[pa.RecordBatch]:
    for path in version.parquet_files:
        with pq.ParquetFile(path) as file:
            yield from file.iter_batches(batch_size=BATCH_ROWS, columns=list(names), use_threads=False)


def _lines(batch: pa.RecordBatch) -> pa.Array:
    cells = [pc.fill_null(pc.cast(column, pa.string()), "\x00") for column in batch.columns]
    return pc.binary_join_element_wise(*cells, "\x1f")


def _met(wanted: pa.Array, batches: Iterator[pa.Array]) -> float:
    """Return which share of the values is met anywhere in the batches."""
    met = np.zeros(len(wanted), dtype=bool)
    for batch in batches:
        places = pc.index_in(batch, value_set=wanted).drop_null().to_numpy()
        met[places] = True
        if met.mean() >= _MOST:
            break
    return float(met.mean()) if len(wanted) else 0.0


def _same(desk: GateDesk, one: Snapshot, other: Snapshot) -> list[tuple[str, str]]:
    """Return the columns of both that may hold the same tokens: of one kind of unit, or of one name."""
    mine, theirs = (_named(desk, each) for each in (one, other))
    return [(a, b) for a, meant in mine.items() for b, also in theirs.items() if meant == also or a == b]


def _named(desk: GateDesk, snapshot: Snapshot) -> dict[str, str]:
    dataset = desk.directory.store.load(Dataset, snapshot.dataset).record
    kinds = {unit.columns[0]: f"unit {unit.kind}" for unit in dataset.units if len(unit.columns) == 1}
    landed = pq.read_schema(_version(desk, snapshot).parquet_files[0]).names
    return {name: kinds.get(name, name) for name in landed}


def _shares(one: Version, mine: str, other: Version, theirs: str) -> tuple[float, float]:
    """Return which share of the first column's values stands in the second, and the other way round."""
    read: Callable[[Version, str], Iterator[pa.Array]] = lambda version, name: (  # noqa: E731
        batch.column(0) for batch in _batches(version, [name])
    )
    some = [
        pc.unique(next(read(version, name)).drop_null()) for version, name in ((one, mine), (other, theirs))
    ]
    if any(len(values) < _LOOKED_AT // 2 for values in some):
        return 0.0, 0.0  # of so few values none is a token of one subject
    first, second = (values.slice(0, _LOOKED_AT) for values in some)
    return _met(first, read(other, theirs)), _met(second, read(one, mine))
