"""Synthetic data handed in as such: held by the gate against the source, refused when any test fails.

Real people are the measure: how near one half of the subjects lies to the other is how near an honest table
may lie to either (Platzer and Reutterer 2021: distance to the closest record, nearest-neighbour ratio, a
held-out half). Also whether members are told from the held-out half, combinations and ends that a few have,
and whether it resembles the source at all: what does not may carry anything. Pure; called by `specified`.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sandbox.egress.content import Document, Issue, Sheet, Synthetic
from sandbox.egress.documents import sheets_of
from sandbox.egress.fitting import SIGNIFICANT, area
from sandbox.egress.nearness import (
    Column,
    Floats,
    Space,
    Whole,
    coded,
    columns_of,
    copied,
    nearest,
    space_of,
)
from sandbox.egress.origin import Source
from sandbox.egress.units import Ids, smallest_units
from sandbox.kernel.errors import InputError
from sandbox.kernel.grades import Thresholds
from sandbox.kernel.message import say

LEAST_ROWS, MOST_ROWS = 50, 200_000
LEAST_COLUMNS = 2
_KEYS = frozenset({"synthetic", "subject", "rows"})
_SAMPLE, _HELD = 1_000, 10_000
_WIDE = 4_000_000
_TAILS = (0.05, 0.25)


def read_synthetic(document: Mapping[str, Document]) -> tuple[Synthetic, Sheet]:
    """Return what a document says of its synthetic rows, and the rows; InputError for another form."""
    table, subject = document.get("synthetic"), document.get("subject")
    if set(document) != _KEYS or not isinstance(table, str) or not isinstance(subject, str):
        raise InputError(say("合成数据须有 synthetic（来源的表名）、subject 和 rows 三项，不多也不少"))
    return Synthetic(table, subject), rows_of(document["rows"])


def rows_of(rows: Document) -> Sheet:
    """Return the rows of a document as a table of text cells; InputError unless they are plain."""
    sheets = sheets_of(rows)
    if isinstance(rows, Mapping) or len(sheets) != 1 or not sheets[0].plain:
        raise InputError(say("rows 须是一张普通的表：每行的列都相同"))
    if not LEAST_ROWS <= sheets[0].table.num_rows <= MOST_ROWS:
        raise InputError(say("rows 须有 {least} 到 {most} 行", least=LEAST_ROWS, most=MOST_ROWS))
    return sheets[0]


def first_half(subjects: pa.ChunkedArray) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which rows belong to the half of the subjects to learn from, and which to the other.

    By the first digit of the MD5 of the subject as the seat sees it, so that a seat can tell as well.
    """
    coded = subjects.combine_chunks().dictionary_encode()
    digests = [
        hashlib.md5(str(one).encode(), usedforsecurity=False).digest() for one in coded.dictionary.to_pylist()
    ]
    low = np.asarray([digest[0] < 128 for digest in digests] or [False])
    places = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    known = places >= 0
    return known & low[places], known & ~low[places]


@dataclass(frozen=True, slots=True)
class Case:
    """The columns of a synthetic table beside the source's, and the rows of both halves of the source."""

    columns: tuple[Column, ...]
    units: Mapping[str, Ids]
    train: Whole
    held: Whole
    limits: Thresholds
    seed: int

    @property
    def count(self) -> int:
        """Return the number of synthetic rows."""
        return len(self.columns[0].here)

    def some(self, rows: Whole, most: int) -> Whole:
        """Return at most so many of some rows, drawn by the content of the table."""
        if len(rows) <= most:
            return rows
        return np.sort(np.random.default_rng(self.seed).choice(rows, most, replace=False))

    def of(self, rows: Whole) -> dict[str, Ids]:
        """Return the units of some rows of the source."""
        return {kind: ids[rows] for kind, ids in self.units.items()}


def examine(rows: pa.Table, order: Synthetic, source: Source, units: Mapping[str, Ids]) -> list[Issue]:
    """Return what speaks against a synthetic table; `units` count, the subject's among them.

    Raises InputError for columns that the source does not have or that name somebody, and for cells that are
    no figures or dates where the source's are.
    """
    case = case_of(rows, order.subject, source, units)
    whole = int(smallest_units(np.zeros(source.table.num_rows, np.int64), units, 1)[0])
    if whole < 4 * source.thresholds.smallest or not len(case.train) or not len(case.held):
        return [Issue("freedom", evidence=say("来源的统计对象太少，无法检验合成数据"))]
    space = space_of(case.columns)
    found = [*copies(case, "near-record"), *_near(case, space), *_members(case, space)]
    return [*found, *_rare(case), *_ends(case), *_covers(case)]


def case_of(rows: pa.Table, subject: str, source: Source, units: Mapping[str, Ids]) -> Case:
    names = rows.column_names
    if strange := [name for name in names if name not in source.table.column_names]:
        raise InputError(say("合成数据的列 {name} 不在来源 {table} 里", name=strange[0], table=source.name))
    if source.identifiers & set(names) or subject in names or len(names) < LEAST_COLUMNS:
        raise InputError(say("合成数据须有至少两列，且不能有能识别个人或企业的列"))
    train, held = first_half(source.table.column(subject))
    digest = hashlib.sha256(repr(rows.to_pydict()).encode()).digest()
    return Case(
        columns_of(rows, source.table, names), units, np.flatnonzero(train), np.flatnonzero(held),
        source.thresholds, int.from_bytes(digest[:8], "big"),
    )  # fmt: skip


def copies(case: Case, check: str) -> Iterator[Issue]:
    """Yield an issue when more rows than chance explains are near copies, whole or in all columns but one."""
    columns = case.columns
    parts = [columns]
    if len(columns) > 3:
        parts += [tuple(one for one in columns if one is not left) for left in columns]
    for part in parts:
        count = chance = 0.0
        for base, other in ((case.train, case.held), (case.held, case.train)):
            against = [replace(one, there=one.there[base]) for one in part]
            count += float(copied(against, case.of(base), case.limits.smallest).sum())
            drawn = case.some(other, _HELD)
            real = [replace(one, here=one.there[drawn], there=one.there[base]) for one in part]
            # what real people give by chance is known only within its own error
            same = float(copied(real, case.of(base), case.limits.smallest).sum())
            chance += (same + math.sqrt(same) + 1) * case.count / len(drawn)
        if count > 1.25 * chance + 3 * math.sqrt(chance) + 3:
            evidence = say(
                "{count} 行是少数对象的近似复制，按机会至多 {chance} 行", count=int(count), chance=int(chance)
            )
            yield Issue(check, evidence=evidence)
            return


def _near(case: Case, space: Space) -> Iterator[Issue]:
    """Yield an issue when more rows lie very near to a half than the other half's people do."""
    own = case.some(np.arange(case.count), _SAMPLE)
    for base, other in ((case.train, case.held), (case.held, case.train)):
        near, real = case.some(base, _HELD), case.some(other, _SAMPLE)
        there = [one[near] for one in space.there]
        if len(near) < 2:
            return
        first = nearest([one[own] for one in space.here], there, space.ordered)
        usual = nearest([one[real] for one in space.there], there, space.ordered)
        for mine, theirs, name in ((first[0], usual[0], "DCR"), (_ratio(first), _ratio(usual), "NNDR")):
            excess = _excess(mine, theirs, case.limits.near_excess)
            if excess > 0:
                evidence = say("{name}：过近的行比来源两半之间多 {excess}", name=name, excess=f"{excess:.0%}")
                yield Issue("near-record", evidence=evidence)
                return


def _ratio(distances: tuple[Floats, Floats]) -> Floats:
    first, second = distances
    return np.where(second > 0, first / np.where(second > 0, second, 1), 1.0)


def _excess(mine: Floats, theirs: Floats, allowed: float) -> float:
    """Return by how much the share of small values exceeds that of real people; 0 within the allowance."""
    most = 0.0
    for tail in _TAILS:
        edge = float(np.quantile(theirs, tail))
        real, share = float((theirs <= edge).mean()), float((mine <= edge).mean())
        error = 3 * math.sqrt(real * (1 - real) * (1 / len(mine) + 1 / len(theirs)))
        most = max(most, share - real if share - real > allowed + error else 0.0)
    return most


def _members(case: Case, space: Space) -> Iterator[Issue]:
    """Yield an issue when one half of the subjects is told from the other by its distance to the table."""
    own = case.some(np.arange(case.count), _HELD)
    there = [one[own] for one in space.here]
    lost = [
        nearest([one[case.some(rows, _SAMPLE)] for one in space.there], there, space.ordered)[0]
        for rows in (case.train, case.held)
    ]
    chance = area(lost[0], lost[1])
    if abs(chance - 0.5) > case.limits.advantage:
        evidence = say("由合成数据的距离认出成员的机会是 {area}", area=f"{max(chance, 1 - chance):.2f}")
        yield Issue("membership", evidence=evidence)


def _rare(case: Case) -> Iterator[Issue]:
    """Yield an issue for a value, or a pair of values, that fewer units than the threshold have."""
    kinds = [column for column in case.columns if not column.ordered]
    for size in (1, 2):
        for part in combinations(kinds, size):
            here, there = _joined(part)
            held = smallest_units(there, case.units, int(max(here.max(), there.max())) + 1)
            if (
                (held[here] < case.limits.smallest) & (np.bincount(there, minlength=len(held))[here] > 0)
            ).any():
                names = "、".join(one.name for one in part)
                yield Issue(
                    "rare-combination", where=names, evidence=say("{names} 的取值只有少数对象有", names=names)
                )
                return
    if len(kinds) > 2 and _whole_excess(case, kinds) > 0:
        yield Issue("rare-combination", evidence=say("各列取值合起来，与少数对象相同的行多于机会所致"))


def _whole_excess(case: Case, kinds: Sequence[Column]) -> float:
    """Return how much oftener than real people the rows share all categories with a few of the source."""
    here, there = _joined(kinds)
    width = int(max(here.max(), there.max())) + 1

    def small(base: Whole, rows: Whole) -> Floats:
        held = smallest_units(there[base], case.of(base), width)
        some = np.bincount(there[base], minlength=width) > 0
        return -(some & (held < case.limits.smallest))[rows].astype(np.float64)

    mine, real = small(case.train, here), small(case.train, there[case.held])
    share, usual = float(-mine.mean()), float(-real.mean())
    error = 3 * math.sqrt(usual * (1 - usual) * (1 / len(mine) + 1 / len(real)))
    return max(0.0, share - usual - case.limits.near_excess - error)


def _joined(part: Sequence[Column]) -> tuple[Whole, Whole]:
    """Return one number for the values of some categories together; what is unknown has its own."""
    here, there = coded(part, len(part[0].here), len(part[0].there))
    most = int(max(here.max(), there.max()))
    if most > _WIDE:
        _, whole = np.unique(np.concatenate([here, there]), return_inverse=True)
        return whole[: len(here)], whole[len(here) :]
    return np.where(here < 0, most + 1, here), there


def _ends(case: Case) -> Iterator[Issue]:
    """Yield an issue for figures beyond those that as many units as the threshold exceed."""
    for column in case.columns:
        if column.ordered:
            low, high = bounds_of(column.there, case.units, case.limits.smallest)
            if (column.here < low).any() or (column.here > high).any():
                evidence = say("{names} 的数值超出多数对象的范围", names=column.name)
                yield Issue("rare-combination", where=column.name, evidence=evidence)


def bounds_of(values: Floats, units: Mapping[str, Ids], smallest: int) -> tuple[float, float]:
    """Return the lowest and highest figures at or beyond which at least `smallest` units of each kind lie."""
    known = np.flatnonzero(np.isfinite(values))
    order = known[np.argsort(values[known], kind="stable")]
    ends = []
    for rows in (order, order[::-1]):
        place = -1
        for ids in units.values():
            _, firsts = np.unique(ids[rows], return_index=True)
            firsts = np.sort(firsts[ids[rows][firsts] != 0])
            place = max(place, int(firsts[smallest - 1]) if len(firsts) >= smallest else len(rows))
        ends.append(float(values[rows[place]]) if 0 <= place < len(rows) else math.nan)
    return ends[0], ends[1]


def _covers(case: Case) -> Iterator[Issue]:
    """Yield an issue for a column whose values are not the source's, or not distributed nearly like them."""
    for column in case.columns:
        gap = _gap(column)
        if gap > case.limits.coverage_gap or (not column.ordered and (column.here < 0).any()):
            evidence = say("{names} 的分布与来源相差 {gap}", names=column.name, gap=f"{gap:.0%}")
            yield Issue("coverage", where=column.name, evidence=evidence)


def _gap(column: Column) -> float:
    """Return the total variation between categories, or the Kolmogorov-Smirnov distance of ordered values."""
    if not column.ordered:
        size = int(max(column.here.max(), column.there.max())) + 2
        shares = [
            np.bincount(side.astype(np.int64) + 1, minlength=size) / len(side)
            for side in (column.here, column.there)
        ]
        return float(np.abs(shares[0] - shares[1]).sum() / 2)
    sides = [np.sort(side[np.isfinite(side)]) for side in (column.here, column.there)]
    empty = abs(len(sides[0]) / len(column.here) - len(sides[1]) / len(column.there))
    if not len(sides[0]) or not len(sides[1]):
        return 1.0 if len(sides[0]) != len(sides[1]) else 0.0
    places = np.concatenate(sides)
    below = [np.searchsorted(side, places, side="right") / len(side) for side in sides]
    return max(float(np.abs(below[0] - below[1]).max()), empty)


def cut_rows(rows: pa.Table, source: pa.Table) -> pa.Table:
    """Return synthetic rows as they may leave: figures to four digits, in the order of their values."""
    columns = []
    for column in columns_of(rows, source, rows.column_names):
        if column.ordered and not column.dates:
            cells = [
                None if math.isnan(value) else f"{value:.{SIGNIFICANT}g}" for value in column.here.tolist()
            ]
            columns.append(pa.array(map(_plain, cells), pa.string()))
        else:
            columns.append(rows.column(column.name).cast(pa.string()))
    table = pa.Table.from_arrays(columns, names=rows.column_names)
    return table.sort_by([(name, "ascending") for name in table.column_names])


def _plain(cell: str | None) -> str | None:
    return (
        cell
        if cell is None or "e" not in cell
        else f"{float(cell):.15g}"
        if abs(float(cell)) < 1e15
        else cell
    )
