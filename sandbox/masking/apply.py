"""Masks one batch: rows of strings in, masked rows of strings out, and what happened to them.

Pure and row-wise: order and size of batches change nothing. A cell its technique cannot
read is nulled and counted, or its row is reported for quarantine, as the policy says; it
is never left as it was. `run` calls it for whole tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sandbox.fingerprint.canonical import canonical_array
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import Message, say
from sandbox.masking.cells import null_where, truth
from sandbox.masking.leak import Needles, hits
from sandbox.masking.plan import BoundColumn, Plan
from sandbox.masking.policy import OnUnhandled
from sandbox.masking.techniques import Drop, Keep, RedactText, Token
from sandbox.masking.text import redact

SENTINEL_LENGTH = 16
"""Only cells up to this many characters are asked whether they spell "nothing"."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of a column's cells; counts only, never a value."""

    changed: int = 0
    null: int = 0
    sentinel: int = 0
    unhandled: int = 0
    leaked: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(getattr(self, at.name) + getattr(other, at.name) for at in fields(self)))


@dataclass(frozen=True, slots=True)
class RowFault:
    """A row of the batch (from 0) that goes to quarantine, and why."""

    row: int
    column: str
    reason: Message


@dataclass(frozen=True, slots=True)
class Masked:
    """The masked batch, rows aligned with the input; faulty rows are to be left out by the caller."""

    batch: pa.RecordBatch
    counts: Mapping[str, Counts]
    faults: tuple[RowFault, ...]


@dataclass(frozen=True, slots=True)
class _Column:
    """One column on its way: raw text, masked text, and which cells were nothing or unreadable."""

    raw: pa.Array
    masked: pa.Array
    sentinel: np.ndarray
    unhandled: np.ndarray
    canonical: pa.Array | None = None


def apply(plan: Plan, batch: pa.RecordBatch) -> Masked:
    """Return the masked batch; InputError if the columns differ or the policy says stop."""
    if batch.schema.names != [bound.policy.name for bound in plan.columns]:
        raise InputError(say("数据的列与脱敏计划不一致，请重新生成脱敏计划"))
    done = {
        bound.policy.name: _mask(bound, _strings(batch.column(at)), plan.table.sentinels)
        for at, bound in enumerate(plan.columns)
    }
    needles = Needles(
        direct={name: _needle(plan, done[name]) for name in plan.direct},
        addresses={name: _needle(plan, done[name]) for name in plan.addresses},
        canonical={name: column.canonical for name, column in done.items() if column.canonical is not None},
    )
    masked = {name: done[name].masked for name in plan.schema.names}
    leaked = _remove_own(plan, masked, needles)
    faults = _faults(plan, done)
    counts = {name: _count(column, masked.get(name), leaked.get(name)) for name, column in done.items()}
    out = pa.RecordBatch.from_arrays([masked[name] for name in plan.schema.names], schema=plan.schema)
    return Masked(out, counts, faults)


def _strings(cells: pa.Array) -> pa.Array:
    """Return the cells as plain strings, empty ones as null; refuse anything that is not text."""
    if pa.types.is_dictionary(cells.type):
        cells = cells.dictionary_decode()
    if pa.types.is_null(cells.type):
        return cells.cast(pa.string())
    if not (pa.types.is_string(cells.type) or pa.types.is_large_string(cells.type)):
        raise InputError(say("脱敏只接受文本列，请按文本读入数据"))
    if pa.types.is_large_string(cells.type):
        cells = cells.cast(pa.string())
    return null_where(cells, truth(pc.equal(pc.utf8_length(cells), 0)))


def _mask(bound: BoundColumn, raw: pa.Array, listed: tuple[str, ...]) -> _Column:
    technique = bound.policy.technique
    nothing = np.zeros(len(raw), dtype=bool)
    if isinstance(technique, Drop):
        return _Column(raw, raw, nothing, nothing)
    if isinstance(technique, Token):
        return _tokens(bound, raw, listed)
    sentinel = _sentinels(raw, listed, listed_only=isinstance(technique, Keep))
    cells = null_where(raw, sentinel)
    masked = bound.transform(cells)
    lost = truth(pc.is_valid(cells)) & ~truth(pc.is_valid(masked))
    return _Column(raw, masked, sentinel, lost)


def _tokens(bound: BoundColumn, raw: pa.Array, listed: tuple[str, ...]) -> _Column:
    """Mask a token column; a cell whose canonical form is empty spells "nothing", however long it is."""
    canonical = canonical_array(raw)
    if listed:
        named = pc.is_in(canonical, canonical_array(pa.array(listed, pa.string())))
        canonical = pc.if_else(named, pa.scalar("", canonical.type), canonical)
    sentinel = truth(pc.equal(pc.binary_length(canonical), 0)) & truth(pc.is_valid(raw))
    return _Column(raw, bound.transform(canonical), sentinel, np.zeros(len(raw), dtype=bool), canonical)


def _sentinels(cells: pa.Array, listed: tuple[str, ...], *, listed_only: bool) -> np.ndarray:
    """Return which cells spell "nothing": by canonical form, or as the policy lists it for the table."""
    trimmed = pc.utf8_trim_whitespace(cells)
    found = truth(pc.is_in(trimmed, pa.array(listed, pa.string())))
    if listed_only:
        return found
    names = canonical_array(pa.array(listed, pa.string()))
    # No usual spelling of "nothing" is long or holds a digit, so most cells need no second look.
    candidate = truth(pc.less_equal(pc.utf8_length(trimmed), SENTINEL_LENGTH))
    if not any(character.isnumeric() for name in listed for character in name):
        candidate &= ~truth(pc.match_substring_regex(trimmed, r"\pN"))
    rows = np.flatnonzero(candidate)
    if len(rows):
        spelled = canonical_array(trimmed.take(pa.array(rows)))
        found[rows] |= truth(pc.equal(pc.binary_length(spelled), 0)) | truth(pc.is_in(spelled, names))
    return found


def _needle(plan: Plan, column: _Column) -> pa.Array:
    """Return the raw cells with what spells "nothing" nulled: it names nobody."""
    if column.masked is not column.raw:
        return null_where(column.raw, column.sentinel)
    return null_where(column.raw, _sentinels(column.raw, plan.table.sentinels, listed_only=False))


def _remove_own(plan: Plan, masked: dict[str, pa.Array], needles: Needles) -> dict[str, np.ndarray]:
    """Null, in place, every cell that shows an identifier of its row; return where."""
    texts = {bound.policy.name: bound.policy.technique for bound in plan.columns}
    shown: dict[str, pa.Array] = {}
    rewritten: dict[str, np.ndarray] = {}
    for name, cells in masked.items():
        technique = texts[name]
        if isinstance(technique, RedactText):
            masked[name], rewritten[name] = redact(cells, needles, label=technique.label)
        if not isinstance(technique, Token):
            shown[name] = masked[name]
    leaked = hits(shown, needles)
    for name, hit in leaked.items():
        if hit.any():
            masked[name] = null_where(masked[name], hit)
    return {name: hit | rewritten.get(name, False) for name, hit in leaked.items()}


def _faults(plan: Plan, done: Mapping[str, _Column]) -> tuple[RowFault, ...]:
    if plan.on_unhandled is OnUnhandled.NULL:
        return ()
    faults: dict[int, RowFault] = {}
    for name, column in done.items():
        reason = say("“{column}”的值无法按规定的技术脱敏", column=name)
        if plan.on_unhandled is OnUnhandled.STOP and column.unhandled.any():
            raise InputError(
                say(
                    "“{column}”有 {count} 个值无法按规定的技术脱敏，策略要求停止；请更正数据或改用别的技术",
                    column=name,
                    count=int(column.unhandled.sum()),
                )
            )
        for row in np.flatnonzero(column.unhandled):
            faults.setdefault(int(row), RowFault(int(row), name, reason))
    return tuple(faults[row] for row in sorted(faults))


def _count(column: _Column, masked: pa.Array | None, leaked: np.ndarray | None) -> Counts:
    valid = truth(pc.is_valid(column.raw))
    same = np.zeros(len(valid), dtype=bool) if masked is None else truth(pc.equal(column.raw, masked))
    return Counts(
        changed=int((valid & ~same & ~column.sentinel & ~column.unhandled).sum()),
        null=int((~valid).sum()),
        sentinel=int(column.sentinel.sum()),
        unhandled=int(column.unhandled.sum()),
        leaked=0 if leaked is None else int(leaked.sum()),
    )
