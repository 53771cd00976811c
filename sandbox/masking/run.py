"""Masks a whole table: batches in, Parquet parts and a manifest out, every row accounted for.

Reads the source once. Rows in classes below the floor are suppressed, and a table that
loses too many is refused (a proposed policy is made coarser and tried again instead). The
same key, policy and rows give identical bytes. Used by `sandbox mask` and by landings,
which own the directory, publish it, and align their sidecar by `kept`.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pyarrow as pa

from sandbox.files.readers import TableSource
from sandbox.fingerprint.sidecar import UnitColumns, dense_units
from sandbox.kernel.entities import IdentifierClass
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import say
from sandbox.masking.coarsen import coarser
from sandbox.masking.manifest import Outcome, describe
from sandbox.masking.parts import Part, PartWriter, Spool
from sandbox.masking.plan import Plan, make_plan
from sandbox.masking.policy import Policy, TablePolicy, replace_columns
from sandbox.masking.risk import Risk, Units, dense, measure, small_rows
from sandbox.masking.tally import MaskedRows, PassTally, mask_rows
from sandbox.masking.techniques import Drop, Keep
from sandbox.vault.keys import DataKey

Progress: TypeAlias = Callable[[int], None]
Subjects: TypeAlias = "Units | Sequence[UnitColumns] | None"
Numbered: TypeAlias = tuple[pa.Array, pa.RecordBatch]
MAX_TRIES = 4
MAX_WORKERS = 4
GATHER_ROWS = 32_768


@dataclass(frozen=True, slots=True)
class MaskJob:
    """What to mask: the policy, the table's name in it, the key, and the directory for the parts."""

    policy: Policy
    table: str
    key: DataKey
    out: Path


@dataclass(frozen=True, slots=True)
class MaskResult:
    """The outcome: `kept` has one bool per good row of the source, in order; `records` their numbers.

    `policy` is the one carried out (coarser than the job's where that was only proposed).
    """

    manifest: Mapping[str, object]
    policy: Policy
    parts: tuple[Part, ...]
    kept: np.ndarray
    suppressed: np.ndarray
    records: np.ndarray


class _TooFine(Exception):
    """A proposed policy that has to be tried again with this table instead."""

    def __init__(self, table: TablePolicy) -> None:
        super().__init__(table.name)
        self.table = table


def mask_source(
    open_source: Callable[[], TableSource],
    job: MaskJob,
    *,
    units: Subjects = None,
    progress: Progress | None = None,
) -> MaskResult:
    """Write the masked parts into `job.out` and return what was done.

    `units` are unit ids per good row (0 = no subject), or the columns that hold the units,
    or None: then the policy's subject. Raises InputError (policy and data disagree, a domain
    too small for tokens, too many rows to suppress, unreadable source) and StorageError.
    """
    for _ in range(MAX_TRIES):
        try:
            return _attempt(open_source, job, units, progress)
        except _TooFine as fine:
            job = replace(job, policy=_with_table(job.policy, fine.table))
    raise InputError(say("自动建议的脱敏策略无法满足 k 的要求，请由数据管理员编写策略"))


def _with_table(policy: Policy, table: TablePolicy) -> Policy:
    return replace(policy, tables=tuple(table if old.name == table.name else old for old in policy.tables))


def _attempt(
    open_source: Callable[[], TableSource], job: MaskJob, units: Subjects, progress: Progress | None
) -> MaskResult:
    table = job.policy.table(job.table)
    with open_source() as source:
        plan = make_plan(job.policy, table, columns=source.shape.columns, key=job.key)
        wanted = _unit_columns(table, units)
        tally = PassTally(plan, unit_columns=[name for unit in wanted for name in unit.columns])
        with Spool(job.out / ".spool", plan.schema) as spool:
            for records, batch, done in _masked(plan, _gathered(source.batches(), GATHER_ROWS)):
                spool.add(tally.take(records, batch, done))
                if progress is not None:
                    progress(batch.num_rows)
            subjects = _subjects(units, wanted, tally)
            _check_domains(job.policy, table, tally)
            suppressed = _suppressed(job.policy, plan, tally, subjects)
            kept = ~tally.faulty() & ~suppressed
            parts = _write(job.out, plan, spool, kept)
        outcome = Outcome(parts, suppressed, *_risks(tally, subjects, kept))
        manifest = describe(job.policy, tally, source, key_id=job.key.id, outcome=outcome)
    return MaskResult(manifest, job.policy, parts, kept, suppressed, tally.records())


def _masked(plan: Plan, batches: Iterator[Numbered]) -> Iterator[tuple[pa.Array, pa.RecordBatch, MaskedRows]]:
    """Yield the batches with their masked rows, in order; several are masked at a time."""
    workers = min(len(os.sched_getaffinity(0)), MAX_WORKERS)
    waiting: deque[tuple[pa.Array, pa.RecordBatch, Future[MaskedRows]]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        for records, batch in batches:
            waiting.append((records, batch, pool.submit(mask_rows, plan, batch)))
            if len(waiting) > workers:
                first, rows, done = waiting.popleft()
                yield first, rows, done.result()
        for first, rows, done in waiting:
            yield first, rows, done.result()


def _gathered(batches: Iterator[Numbered], rows: int) -> Iterator[Numbered]:
    """Yield the same rows in batches of at least `rows`: kernels like large ones."""
    waiting: list[Numbered] = []
    for pair in batches:
        waiting.append(pair)
        if sum(len(records) for records, _ in waiting) >= rows:
            yield _one(waiting)
            waiting = []
    if waiting:
        yield _one(waiting)


def _one(pairs: list[Numbered]) -> Numbered:
    return pa.concat_arrays([records for records, _ in pairs]), pa.concat_batches(
        [batch for _, batch in pairs]
    )


def _unit_columns(table: TablePolicy, units: Subjects) -> tuple[UnitColumns, ...]:
    if isinstance(units, Mapping):
        return ()
    if units is not None:
        return tuple(units)
    return (UnitColumns("subject", table.subject, table.sentinels),) if table.subject else ()


def _subjects(units: Subjects, wanted: Sequence[UnitColumns], tally: PassTally) -> Units | None:
    """Return the unit ids per good row; InputError if given ids do not fit the rows."""
    if isinstance(units, Mapping):
        if any(len(found) != tally.rows for found in units.values()):
            raise InputError(say("统计单位编号与数据行数不一致，请重新生成旁档"))
        return units or None
    return dense_units(tally.unit_table(), wanted) if wanted else None


def _check_domains(policy: Policy, table: TablePolicy, tally: PassTally) -> None:
    """Refuse tokens over so few values that their frequencies give them away."""
    small = tally.small_domains()
    if not small:
        return
    if policy.proposed:
        dropped = {name: replace(table.column(name), technique=Drop()) for name in small}
        raise _TooFine(replace_columns(table, dropped))
    raise InputError(
        say(
            "“{columns}”取值太少，令牌会从频次被猜出；请改用 drop、map，或写明 allow_small = true 及理由",
            columns="、".join(small),
        )
    )


def _suppressed(policy: Policy, plan: Plan, tally: PassTally, subjects: Units | None) -> np.ndarray:
    """Return which good rows are suppressed; refuse (or try coarser) beyond the policy's share."""
    table, faulty = plan.table, tally.faulty()
    none = np.zeros(tally.rows, dtype=bool)
    if table.floor == 0 or not plan.quasi or not tally.rows:
        return none
    present = _only(subjects, ~faulty)
    small = none.copy()
    small[~faulty] = small_rows(tally.coder.ids()[~faulty], present, floor=table.floor)
    share = float(small.sum()) / max(int((~faulty).sum()), 1)
    if share <= table.max_suppressed:
        return small
    if policy.proposed:
        raise _TooFine(coarser(table, tally.coder, subjects))
    raise InputError(
        say(
            "k = {k} 须抑制 {share}% 的行，超过允许的 {limit}%；请把准标识列泛化得更粗或调整 max_suppressed",
            k=table.floor,
            share=f"{share * 100:.2f}",
            limit=f"{table.max_suppressed * 100:.2f}",
        )
    )


def _risks(tally: PassTally, subjects: Units | None, kept: np.ndarray) -> tuple[Risk, Risk]:
    """Return the risk of the raw rows and of the masked rows that are kept."""
    columns = tally.plan.table.columns
    raw = {column.identifier for column in columns}
    # A direct identifier is in the result only where the policy keeps it (level 1 of GB/T 42460-2023).
    shown = {column.identifier for column in columns if isinstance(column.technique, Keep)}
    masked = (shown & {IdentifierClass.DIRECT}) | ({IdentifierClass.QUASI} if tally.plan.quasi else set())
    before = measure(tally.raw_ids(), subjects, holds=raw)
    return before, measure(dense(tally.coder.ids()[kept]), _only(subjects, kept), holds=masked)


def _only(units: Units | None, rows: np.ndarray) -> Units | None:
    return {kind: found[rows] for kind, found in units.items()} if units else None


def _write(out: Path, plan: Plan, spool: Spool, kept: np.ndarray) -> tuple[Part, ...]:
    with PartWriter(out, plan.schema) as writer:
        for batch in spool.rows(kept):
            writer.add(batch)
        return writer.close()
