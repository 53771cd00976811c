"""Re-identification risk of masked rows: how many units share every visible combination.

Counted are distinct persons, firms or households, never rows; id 0 means "no subject" and
counts as nobody, and where there are several kinds of unit the smallest count decides.
Levels and the overall risk R follow GB/T 42460-2023. It measures; suppressing is `run`'s.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sandbox.kernel.entities import IdentifierClass

FORMULA = "GB/T 42460-2023; R = 1 if any class is below the floor; mean over classes; version 1"
FLOORS = (3, 5, 10, 20)
ACCEPTABLE = 0.05
Units = Mapping[str, np.ndarray]


class Sharing(Enum):
    """How the result is shared, with the smallest class that sharing allows."""

    PUBLIC = 20  # 完全公开共享
    CONTROLLED = 5  # 受控公开共享
    ENCLAVE = 3  # 领地公开共享


@dataclass(frozen=True, slots=True)
class Risk:
    """What the risk classes look like; `below` maps a floor to (classes, rows) under it.

    `overall` is R and `level` 1 to 4 of GB/T 42460-2023; `units` names what was counted
    ("rows" where no unit is known).
    """

    rows: int
    classes: int
    units: tuple[str, ...]
    unique_rows: int
    smallest_class: int
    below: Mapping[int, tuple[int, int]]
    prosecutor: float
    marketer: float
    overall: float
    level: int
    formula: str = FORMULA

    @property
    def unique_share(self) -> float:
        """Return the share of rows that stand for at most one unit."""
        return self.unique_rows / self.rows if self.rows else 0.0

    def as_mapping(self) -> dict[str, object]:
        """Return the figures as plain values for a manifest."""
        return {
            "rows": self.rows,
            "classes": self.classes,
            "units": list(self.units),
            "unique_rows": self.unique_rows,
            "unique_share": round(self.unique_share, 6),
            "smallest_class": self.smallest_class,
            "below": {str(at): {"classes": pair[0], "rows": pair[1]} for at, pair in self.below.items()},
            "prosecutor": round(self.prosecutor, 6),
            "marketer": round(self.marketer, 6),
            "R": round(self.overall, 6),
            "level": self.level,
            "formula": self.formula,
        }


class ClassCoder:
    """Collects the rows' combinations batch by batch; exact, four bytes a row and column."""

    def __init__(self, columns: Sequence[str]) -> None:
        self._columns = tuple(columns)
        self._codes: list[list[np.ndarray]] = [[] for _ in columns]
        self._seen: list[dict[str | None, int]] = [{} for _ in columns]
        self._rows = 0

    def add(self, batch: pa.RecordBatch | pa.Table) -> None:
        """Take in the next rows; the columns are looked up by name."""
        self._rows += batch.num_rows
        for at, name in enumerate(self._columns):
            column = batch.column(name)
            cells = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
            coded = pc.dictionary_encode(cells, null_encoding="encode")
            seen = self._seen[at]
            known = [seen.setdefault(value, len(seen)) for value in coded.dictionary.to_pylist()]
            table = np.array(known or [0], dtype=np.int32)
            self._codes[at].append(table[coded.indices.to_numpy(zero_copy_only=False)])

    def ids(self) -> np.ndarray:
        """Return one dense class number (uint32, from 0) per row, in order of the rows."""
        ids = np.zeros(self._rows, dtype=np.uint32)
        for seen, codes in zip(self._seen, self._codes, strict=True):
            if codes:
                ids = dense(
                    ids.astype(np.uint64) * max(len(seen), 1) + np.concatenate(codes).astype(np.uint64)
                )
        return ids

    def distinct(self, column: str) -> int:
        """Return how many values (null among them) the column has shown."""
        return len(self._seen[self._columns.index(column)])

    def values(self, column: str) -> list[str | None]:
        """Return the column's values in the order in which they were first seen."""
        return list(self._seen[self._columns.index(column)])

    def merged(self, column: str, values: Sequence[str | None]) -> ClassCoder:
        """Return a coder in which the column's values, in order of `values()`, are replaced by those."""
        other = ClassCoder(self._columns)
        other._rows, other._codes, other._seen = self._rows, list(self._codes), list(self._seen)
        at = self._columns.index(column)
        names: dict[str | None, int] = {}
        table = np.array([names.setdefault(value, len(names)) for value in values] or [0], dtype=np.int32)
        other._codes[at] = [table[codes] for codes in self._codes[at]]
        other._seen[at] = names
        return other


def dense(values: np.ndarray) -> np.ndarray:
    """Return the values numbered from 0 without gaps."""
    numbered: np.ndarray = np.unique(values, return_inverse=True)[1].astype(np.uint32)
    return numbered


def class_ids(table: pa.Table, quasi: Sequence[str]) -> np.ndarray:
    """Return the class number of every row of the table; no column at all makes one class."""
    coder = ClassCoder(quasi)
    coder.add(table)
    return coder.ids()


def class_sizes(ids: np.ndarray, units: Units | None = None) -> np.ndarray:
    """Return for every class how many distinct units it holds, the smallest of all kinds."""
    classes = int(ids.max()) + 1 if len(ids) else 0
    if not units:
        return np.bincount(ids, minlength=classes)
    sizes: np.ndarray = np.minimum.reduce([_distinct(ids, found, classes) for found in units.values()])
    return sizes


def small_rows(ids: np.ndarray, units: Units | None = None, *, floor: int) -> np.ndarray:
    """Return which rows lie in a class of fewer than `floor` units."""
    if not len(ids):
        return np.zeros(0, dtype=bool)
    small: np.ndarray = class_sizes(ids, units)[ids] < floor
    return small


def measure(
    ids: np.ndarray,
    units: Units | None = None,
    *,
    holds: Collection[IdentifierClass] = (IdentifierClass.QUASI,),
    sharing: Sharing = Sharing.ENCLAVE,
    context: float = 1.0,
) -> Risk:
    """Return the risk of rows in those classes.

    `holds` names the classes of identifiers that are in the result, `context` is the
    probability of an attempt (1 for public release whatever is passed).
    """
    sizes = class_sizes(ids, units)
    rows_of = np.bincount(ids, minlength=len(sizes))
    theta = 1.0 / np.maximum(sizes, 1)
    overall = _overall(sizes, theta, sharing=sharing, context=context)
    return Risk(
        rows=len(ids),
        classes=len(sizes),
        units=tuple(units) if units else ("rows",),
        unique_rows=int(rows_of[sizes <= 1].sum()),
        smallest_class=int(sizes.min()) if len(sizes) else 0,
        below={at: (int((sizes < at).sum()), int(rows_of[sizes < at].sum())) for at in FLOORS},
        prosecutor=float(theta.max()) if len(theta) else 0.0,
        marketer=float((rows_of * theta).sum() / len(ids)) if len(ids) else 0.0,
        overall=overall,
        level=_level(overall, holds),
    )


def _distinct(ids: np.ndarray, subjects: np.ndarray, classes: int) -> np.ndarray:
    present = subjects > 0
    pairs = np.unique(ids[present].astype(np.uint64) << np.uint64(32) | subjects[present].astype(np.uint64))
    sizes: np.ndarray = np.bincount((pairs >> np.uint64(32)).astype(np.int64), minlength=classes)
    return sizes


def _overall(sizes: np.ndarray, theta: np.ndarray, *, sharing: Sharing, context: float) -> float:
    if not len(sizes):
        return 0.0
    if int(sizes.min()) < sharing.value:
        return 1.0
    return float(theta.max()) if sharing is Sharing.PUBLIC else float(theta.mean()) * context


def _level(overall: float, holds: Collection[IdentifierClass]) -> int:
    if IdentifierClass.DIRECT in holds:
        return 1
    if IdentifierClass.QUASI not in holds:
        return 4
    return 3 if overall < ACCEPTABLE else 2
