"""The part of a delivery that an item was approved for: its rows, read through the seal.

Rows outside the approved ranges are counted, not masked. A range compares canonical forms,
so that a date in another layout is not let in or out by its spelling, and numbers by their
value; a row whose value cannot be compared is outside.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sandbox.files.readers import BadRow, ReadLimits, TableShape, TableSource
from sandbox.files.table import Opened, Tally
from sandbox.fingerprint.canonical import canonical, canonical_array
from sandbox.fingerprint.siphash import keyed_hash
from sandbox.ingest.batch import open_raw
from sandbox.ingest.desk import IngestDesk
from sandbox.ingest.stash import Stash
from sandbox.kernel.dataset_records import Delivery
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import say
from sandbox.kernel.terms import RowRange

_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,9})?")
"""What float64 compares exactly enough; longer digit strings are codes and compare as text."""
_DAY = len("20240131")
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Scoped:
    """Good rows within the approved ranges, with their record numbers, and the count of the rest."""

    name: str
    shape: TableShape
    numbers: pa.Array
    rows: Stash
    delivered: int
    outside: int
    bad: tuple[BadRow, ...] = field(default=())
    bad_count: int = 0

    def opened(self) -> TableSource:
        """Return the rows as a source that masking reads; bad rows are accounted for in it."""
        tally = Tally(self.name, ReadLimits())
        tally.bad.extend(self.bad)
        tally.bad_count = self.bad_count
        tally.rows_read = self.rows.rows + self.bad_count
        return TableSource(Opened(self.shape, self._batches()), tally, contextlib.ExitStack())

    def shuffled(self, key: bytes) -> Scoped:
        """Return the rows in an order that only the key's holder can tell.

        A register that is public is often at hand in the delivery's order; masked rows in that
        order could be laid beside it line by line. The key has 16 bytes.
        """
        order = _order(self.numbers, key)
        return replace(self, numbers=self.numbers.take(order), rows=self.rows.ordered(order.to_numpy()))

    def _batches(self) -> Iterator[tuple[pa.Array, pa.RecordBatch]]:
        start = 0
        for batch in self.rows.batches():
            yield self.numbers.slice(start, batch.num_rows), batch
            start += batch.num_rows


def read_scoped(
    desk: IngestDesk,
    delivery: Delivery,
    rows: tuple[RowRange, ...],
    progress: Progress | None,
    *,
    order: bytes | None = None,
) -> Scoped:
    """Return the approved rows of a delivery; `InputError` if a range names no column of it.

    With the key `order` they come as `shuffled` gives them. They lie on disk, sealed.
    """
    numbers: list[pa.Array] = []
    with open_raw(desk, delivery) as source:
        _check(rows, source.shape.columns)
        stash = Stash(desk.quarantine, source.shape.columns)
        for found, batch in source.batches():
            inside = pa.array(_inside(batch, rows))
            numbers.append(found.filter(inside))
            stash.add(batch.filter(inside) if rows else batch)
            if progress is not None:
                progress(batch.num_rows)
        good = source.rows_read - source.bad_count
        scoped = Scoped(
            name=delivery.file_name,
            shape=source.shape,
            numbers=pa.concat_arrays(numbers) if numbers else pa.array([], pa.int64()),
            rows=stash,
            delivered=source.rows_read,
            outside=good - stash.rows,
            bad=tuple(source.bad),
            bad_count=source.bad_count,
        )
    return scoped if order is None else scoped.shuffled(order)


def _order(numbers: pa.Array, key: bytes) -> pa.Array:
    """Return the places of the rows in the order that the key gives."""
    return pa.array(np.argsort(keyed_hash(pc.cast(numbers, pa.string()), key), kind="stable"))


def _check(rows: tuple[RowRange, ...], columns: tuple[str, ...]) -> None:
    for one in rows:
        if one.column not in columns:
            raise InputError(say("批准的范围所用的信息项 {name} 不在交付的文件里", name=one.column))
        check_range(one)


def check_range(one: RowRange) -> None:
    """Raise `InputError` for a range that bounds nothing: it would let every row in."""
    bounds = [canonical(bound) for bound in (one.start, one.end) if bound]
    if not bounds and not one.values:
        raise InputError(say("信息项 {name} 的范围没有写明起止或取值", name=one.column))
    if "" in bounds:
        raise InputError(say("信息项 {name} 的范围起止不是可比较的值", name=one.column))


def _inside(batch: pa.RecordBatch, rows: tuple[RowRange, ...]) -> np.ndarray:
    inside = np.ones(batch.num_rows, dtype=bool)
    for one in rows:
        forms = canonical_array(batch.column(one.column))
        inside &= _within(forms, one)
    return inside


def _within(forms: pa.Array, one: RowRange) -> np.ndarray:
    known = pc.not_equal(forms, "")
    if one.values:
        wanted = pa.array(sorted({canonical(value) for value in one.values}), forms.type)
        known = pc.and_(known, pc.is_in(forms, value_set=wanted))
    inside: np.ndarray = np.asarray(known.to_numpy(zero_copy_only=False), dtype=bool)
    start, end = canonical(one.start), canonical(one.end)
    if any(_is_day(bound) for bound in (start, end)):
        forms = _days(forms)
    if all(_NUMBER.fullmatch(bound) for bound in (start, end) if bound):
        inside &= _between_numbers(forms, start, end)
        return inside
    if start:
        inside &= pc.greater_equal(forms, start).to_numpy(zero_copy_only=False).astype(bool)
    if end:
        inside &= pc.less_equal(forms, end).to_numpy(zero_copy_only=False).astype(bool)
    return inside


def _is_day(bound: str) -> bool:
    try:
        date(int(bound[:4]), int(bound[4:6]), int(bound[6:]))
    except ValueError:
        return False
    return len(bound) == _DAY


def _days(forms: pa.Array) -> pa.Array:
    """Return days, without their time of day; null for what is no day: a year is not between two days."""
    days = pc.match_substring_regex(forms, "^(?:[0-9]{8}|[0-9]{12}|[0-9]{14})$")
    return pc.if_else(days, pc.utf8_slice_codeunits(forms, 0, _DAY), None)


def _between_numbers(forms: pa.Array, start: str, end: str) -> np.ndarray:
    """Return which forms are numbers between the bounds; as text, 9 would lie beyond 10."""
    if not start and not end:
        return np.ones(len(forms), dtype=bool)
    number = pc.match_substring_regex(forms, f"^(?:{_NUMBER.pattern})$")
    values = pc.if_else(number, forms, None).cast(pa.float64()).to_numpy(zero_copy_only=False)
    inside: np.ndarray = ~np.isnan(values)
    if start:
        inside &= values >= float(start)
    if end:
        inside &= values <= float(end)
    return inside
