"""What a table without proof looks like: records, small counts, or plainly nothing.

Heuristics for products that no claim covers; each answer sends the file to people, none
releases it. Pure, vectorised over the table's columns; called by `judge`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from sandbox.egress.content import Issue
from sandbox.egress.origin import Source
from sandbox.egress.shapes import shape_issues
from sandbox.kernel.grades import Thresholds

_COUNT_NAME = re.compile(
    r"(人|户|企业|家|笔|次|件|例|记录|样本|就诊|患者)?(数|数量|人次|总数|计数|频数)$|^(n|cnt|count|num|freq|size|total|rows)$"
    r"|count|^n_|_n$|_cnt$", re.IGNORECASE
)  # fmt: skip
_INTEGER = r"^\d{1,9}(\.0+)?$"
_FIGURE = r"^-?\d+(\.\d+)?([eE][+-]?\d+)?$"


@dataclass(frozen=True, slots=True)
class RowLevelLimits:
    """From how many rows, or distinct long texts, a table counts as records."""

    rows: int = 5_000
    distinct_rows: int = 20
    distinct_share: float = 0.9
    text_length: float = 6.0


def table_issues(
    table: pa.Table,
    thresholds: Thresholds,
    limits: RowLevelLimits | None = None,
    sources: Sequence[Source] = (),
) -> tuple[Issue, ...]:
    """Return what speaks against a table that nothing proves; empty for an unremarkable one.

    With `sources`, figures are held against their columns: one person's value is one wherever it stands.
    """
    found = []
    reason = row_level(table, limits or RowLevelLimits())
    if reason:
        found.append(Issue("row-level", where=reason))
    small = [
        name for name in table.column_names if _small_counts(name, table.column(name), thresholds.smallest)
    ]
    if small:
        found.append(Issue("small-counts", where=", ".join(small[:5])))
    if table.num_rows and reason != "rows":
        found += shape_issues(table, thresholds, sources)
    return tuple(dict.fromkeys(found))


def row_level(table: pa.Table, limits: RowLevelLimits) -> str:
    """Return why the table looks like records (column or "rows"), or an empty text."""
    if table.num_rows > limits.rows:
        return "rows"
    if table.num_rows < limits.distinct_rows:
        return ""
    figures = 0
    for name, column in zip(table.column_names, table.columns, strict=True):
        texts = column.drop_null()
        if not len(texts):
            continue
        if _share(texts, _FIGURE) >= 0.9:
            figures += 1
        elif _distinct(texts) >= limits.distinct_share and _length(texts) >= limits.text_length:
            return str(name)
    return "" if figures else "columns"


def _share(texts: pa.ChunkedArray, pattern: str) -> float:
    return float(pc.mean(pc.cast(pc.match_substring_regex(texts, pattern), pa.float64())).as_py())


def _distinct(texts: pa.ChunkedArray) -> float:
    return len(pc.unique(texts)) / len(texts)


def _length(texts: pa.ChunkedArray) -> float:
    return float(pc.mean(pc.utf8_length(texts)).as_py())


def _small_counts(name: str, column: pa.ChunkedArray, smallest: int) -> bool:
    """Return whether a column that is named or shaped like counts shows one from 1 to smallest - 1."""
    texts = column.drop_null()
    if not len(texts) or _COUNT_NAME.search(name) is None or _share(texts, _INTEGER) < 0.9:
        return False
    numbers = pc.cast(texts.filter(pc.match_substring_regex(texts, _INTEGER)), pa.float64())
    low = pc.and_(pc.greater(numbers, 0), pc.less(numbers, smallest))
    return bool(pc.any(low).as_py())


def carries_nothing(tables: Sequence[pa.Table], known_columns: frozenset[str]) -> bool:
    """Return whether tables hold no rows and no header beyond column names of the sources."""
    return all(table.num_rows == 0 and set(table.column_names) <= known_columns for table in tables)
