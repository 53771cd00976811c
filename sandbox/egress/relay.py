"""Data services by a sample of their answers: a product that is a function must not pass its source through.

The relay detector joins the requests with the source on whatever they share and looks at what comes back:
requests that pick out a few subjects, answers that are a single subject's value or record, keys that stand
for one subject each. It says nothing of how the service is built; people look at the sample. Pure; called by
`specified`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sandbox.egress.content import Document, Issue, Service, Sheet
from sandbox.egress.expressions import Kind
from sandbox.egress.kinds import column_kind
from sandbox.egress.nearness import Floats, Whole
from sandbox.egress.origin import Source
from sandbox.egress.synthetic import case_of, copies, rows_of
from sandbox.egress.units import Ids, smallest_units
from sandbox.fingerprint.canonical import canonical_array
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import say

_KEYS = frozenset({"service", "subject", "inputs", "rows"})
_ALIKE = 0.8
"""From which share of its different values in a source's column a column of the sample is that one."""
_APART = 0.95
"""From which share of different values a column is a key of single subjects."""
_DATE = r"^\d{4}[-/.年]"
_TURNS = (1, 7, 19)
"""By how many rows answers are turned to see how often they fit a stranger's request."""


def read_service(document: Mapping[str, Document]) -> tuple[Service, Sheet]:
    """Return what a document says of its service, and the sample; InputError for another form."""
    table, subject, named = (document.get(name) for name in ("service", "subject", "inputs"))
    inputs = list(named) if isinstance(named, Sequence) and not isinstance(named, str) else [None]
    if set(document) != _KEYS or not all(isinstance(word, str) for word in (table, subject, *inputs)):
        raise InputError(say("数据服务的样本须正好有 service（来源的表名）、subject、inputs 和 rows 四项"))
    sheet = rows_of(document["rows"])
    asks = tuple(str(one) for one in inputs)
    if not set(asks) < set(sheet.table.column_names) or not asks or len(set(asks)) != len(asks):
        raise InputError(say("inputs 须是 rows 的一列或几列，其余各列是服务的回答"))
    return Service(str(table), str(subject), asks), sheet


@dataclass(frozen=True, slots=True)
class _Sample:
    """A sample beside its source: which of its columns are columns of the source, and who is counted."""

    rows: pa.Table
    inputs: tuple[str, ...]
    known: Mapping[str, str]
    source: Source
    units: Mapping[str, Ids]

    @property
    def outputs(self) -> tuple[str, ...]:
        """Return the columns that answer."""
        return tuple(name for name in self.rows.column_names if name not in self.inputs)


def relayed(rows: pa.Table, order: Service, source: Source, units: Mapping[str, Ids]) -> list[Issue]:
    """Return what speaks against a service by its sample; `units` count, the subject's among them."""
    known = {name: like for name in rows.column_names if (like := _like(name, rows.column(name), source))}
    sample = _Sample(rows, order.inputs, known, source, units)
    return [*_keys(sample, order.subject), *_groups(sample), *_records(sample, order), *_rare(sample)]


def _like(name: str, column: pa.ChunkedArray, source: Source) -> str:
    """Return the column of the source that a column of the sample is: by its values, its own name first."""
    cells = pc.unique(canonical_array(pc.cast(column, pa.string())))
    cells = cells.filter(pc.not_equal(cells, "")).drop_null()
    names = sorted(source.table.column_names, key=lambda one: one != name)
    for other in names if len(cells) else ():
        held = pc.unique(canonical_array(pc.cast(source.table.column(other), pa.string())))
        share = (pc.sum(pc.is_in(cells, value_set=held)).as_py() or 0) / len(cells)
        if share >= _ALIKE and (other == name or len(cells) > 1):
            return str(other)
    return ""


def _keys(sample: _Sample, subject: str) -> Iterator[Issue]:
    """Yield an issue for a request by something that names one subject: the source's, or the author's own."""
    naming = sample.source.identifiers | {subject}
    for name in sample.inputs:
        if name in naming or sample.known.get(name) in naming:
            yield Issue("lookup", where=name, evidence=say("按 {name} 查询，它能识别个人或企业", name=name))
        elif name not in sample.known and _single(sample.rows.column(name)):
            yield Issue(
                "lookup", where=name, evidence=say("{name} 每个取值只出现一次，像逐个对象的编号", name=name)
            )


def _single(column: pa.ChunkedArray) -> bool:
    """Return whether a column numbers or names its rows one by one: no figures with decimals, no dates."""
    cells = pc.cast(column, pa.string()).drop_null()
    if len(pc.unique(cells)) < _APART * max(len(column), 1):
        return False
    if column_kind(cells) is Kind.NUMBER:
        return (
            not pc.any(pc.match_substring(cells, ".")).as_py()
            and int(pc.min(pc.utf8_length(cells)).as_py()) > 4
        )
    return not pc.all(pc.match_substring_regex(cells, _DATE)).as_py()


def _groups(sample: _Sample) -> Iterator[Issue]:
    """Yield an issue when a request picks out a few subjects, or answers are values of those it picks."""
    asked = [name for name in sample.inputs if name in sample.known]
    if not asked:
        return
    here, there = _joined(sample, asked)
    count = int(max(here.max(), there.max(initial=0))) + 1
    held = smallest_units(there, sample.units, count)
    some = np.bincount(there, minlength=count) > 0
    picked = some[here] & (held[here] < sample.source.thresholds.smallest)
    if picked.any():
        evidence = say("{count} 个请求只对应少数对象", count=int(picked.sum()))
        yield Issue("lookup", where="、".join(asked), evidence=evidence)
    for name in sample.outputs:
        if column_kind(sample.rows.column(name)) is Kind.NUMBER:
            yield from _passed(sample, name, here, there)


def _joined(sample: _Sample, names: Sequence[str]) -> tuple[Whole, Whole]:
    """Return one number for what is asked for, on both sides: the same for the same canonical values."""
    here, there = np.zeros(sample.rows.num_rows, np.int64), np.zeros(sample.source.table.num_rows, np.int64)
    for name in names:
        sides = [sample.rows.column(name), sample.source.table.column(sample.known[name])]
        cells = [canonical_array(pc.cast(side, pa.string())) for side in sides]
        words = pc.unique(pa.chunked_array([*map(_whole, cells)]))
        places = [
            pc.fill_null(pc.index_in(_whole(side), value_set=words), -1).to_numpy(zero_copy_only=False)
            for side in cells
        ]
        stacked = np.concatenate([here, there]) * (len(words) + 1) + np.concatenate(places) + 1
        _, whole = np.unique(stacked, return_inverse=True)
        here, there = whole[: len(here)], whole[len(here) :]
    return here.astype(np.int64), there.astype(np.int64)


def _whole(cells: pa.Array | pa.ChunkedArray) -> pa.Array:
    array = cells.combine_chunks() if isinstance(cells, pa.ChunkedArray) else cells
    return array.cast(pa.large_string())


def _passed(sample: _Sample, name: str, here: Whole, there: Whole) -> Iterator[Issue]:
    """Yield an issue when answers are single values of the group asked for, oftener than of a stranger's."""
    answers = pc.cast(sample.rows.column(name), pa.float64()).to_numpy(zero_copy_only=False)
    for other, values in sample.source.figures().items():
        if other not in sample.source.table.column_names:
            continue
        fits = _held(answers, here, values, there)
        strange = [_held(np.roll(answers, turn), here, values, there) for turn in _TURNS]
        # an answer that a stranger's request would have got as well is nobody's own
        chance = float(np.mean([one.sum() for one in strange]))
        if fits.sum() >= 5 and fits.sum() > 2 * chance + 3:
            evidence = say("{count} 个回答正是来源列 {name} 的单个数值", count=int(fits.sum()), name=other)
            yield Issue("relay", where=name, evidence=evidence)
            return


def _held(answers: Floats, here: Whole, values: Floats, there: Whole) -> NDArray[np.bool_]:
    """Return which answers are a value that some row of their group has."""
    finite = np.isfinite(values)
    _, codes = np.unique(np.concatenate([values[finite], answers]), return_inverse=True)
    size = int(codes.max(initial=0)) + 1
    pairs, wanted = there[finite] * size + codes[: finite.sum()], here * size + codes[finite.sum() :]
    return np.asarray(np.isin(wanted, np.unique(pairs)) & np.isfinite(answers))


def _records(sample: _Sample, order: Service) -> Iterator[Issue]:
    """Yield an issue when rows are near copies of single subjects in the columns that they share."""
    shared = {name: like for name, like in sample.known.items() if like not in sample.source.identifiers}
    named = {like: name for name, like in reversed(shared.items()) if like != order.subject}
    if len(named) < 2 or not set(named.values()) & set(sample.outputs):
        return
    rows = pa.table({like: sample.rows.column(name) for like, name in named.items()})
    try:
        case = case_of(rows, order.subject, sample.source, sample.units)
    except InputError:
        return  # what is no figure where the source has figures is no copy of it
    yield from copies(case, "relay")


def _rare(sample: _Sample) -> Iterator[Issue]:
    """Yield an issue when a text that only a few subjects have is among the answers."""
    for name in sample.outputs:
        like = sample.known.get(name, "")
        if not like or column_kind(sample.source.table.column(like)) is not Kind.TEXT:
            continue
        coded = _whole(
            canonical_array(pc.cast(sample.source.table.column(like), pa.string()))
        ).dictionary_encode()
        sets = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        held = smallest_units(sets, sample.units, max(len(coded.dictionary), 1))[: len(coded.dictionary)]
        rare = coded.dictionary.filter(pa.array(held < sample.source.thresholds.smallest))
        cells = _whole(canonical_array(pc.cast(sample.rows.column(name), pa.string())))
        if pc.any(pc.is_in(cells, value_set=rare), min_count=0).as_py():
            yield Issue(
                "relay", where=name, evidence=say("回答中有来源列 {name} 里只有少数对象有的取值", name=like)
            )
