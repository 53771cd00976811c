"""A checked claim run by the gate: the cells it gives, and who stands behind each of them.

The engine says what expressions say of every row (`rowwise`); grouping, counting units and contributions is
done here with numpy. Returns facts, no verdict: `cells` judges them. Memory and time are limited; running out
raises InputError.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sandbox.egress.claims import CheckedClaim, Item
from sandbox.egress.coding import Coded, cells_of, coded
from sandbox.egress.expressions import Aggregate, Column, Expression, Kind, Names, emit
from sandbox.egress.fence import check_bound
from sandbox.egress.rowwise import Budget, RowPlan, Rows, engine_of, evaluate
from sandbox.egress.summaries import summarised
from sandbox.egress.units import Sets, distinct_per_set, rows_per_set
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import say

MAX_CELLS = 200_000


@dataclass(frozen=True, slots=True)
class Measured:
    """One aggregate over all cells: its values, and the rows and amounts behind them.

    `sets` numbers the cell of every row that counts in it (-1: none); `amounts` are the values
    summed before rounding (nan: none), with raw amounts where the source knows them; None for counts.
    """

    aggregate: Aggregate
    values: NDArray[np.float64]
    sets: Sets
    amounts: NDArray[np.float64] | None

    def rounded(self) -> NDArray[np.float64]:
        """Return the values as the SQL shows them, rounded where it says so."""
        digits = self.aggregate.digits
        return self.values if digits is None else np.round(self.values, digits)


@dataclass(frozen=True, slots=True)
class Recomputed:
    """The claim's true result: per cell its keys, and per aggregate its values.

    `keys` has per key its text or null in every cell; `shown` says which
    cells HAVING lets through; `sets` numbers the cell of every source row (-1: dropped by WHERE).
    """

    claim: CheckedClaim
    keys: Mapping[str, Coded]
    shown: NDArray[np.bool_]
    sets: Sets
    measures: Mapping[Aggregate, Measured]
    figures: Mapping[Expression, NDArray[np.float64]] = field(default_factory=dict)

    def values(self, item: Item) -> NDArray[np.float64]:
        """Return what an item that is no key shows in every cell, before an aggregate's own rounding."""
        if item.aggregate is not None:
            return self.measures[item.aggregate].values
        return self.figures[item.figure] if item.figure is not None else np.zeros(0)

    def rounded(self, item: Item) -> NDArray[np.float64]:
        """Return what an item that is no key shows in every cell, as the SQL shows it."""
        return self.values(item) if item.aggregate is None else self.measures[item.aggregate].rounded()

    @property
    def count(self) -> int:
        """Return the number of cells, HAVING aside."""
        return int(self.shown.size)


def recompute(
    claim: CheckedClaim,
    table: pa.Table,
    *,
    amounts: Mapping[str, NDArray[np.float64]] | None = None,
    budget: Budget | None = None,
    present: NDArray[np.bool_] | None = None,
) -> Recomputed:
    """Return the claim's cells over `table`; `amounts` are raw values of columns, row for row.

    `present` says which rows the tables joined leave in at all; None for every row.

    Raises InputError when a column cannot be read as the claim needs or the budget runs out.
    """
    plan = RowPlan.of(claim, table, amounts or {})
    with engine_of(budget or Budget()) as engine:
        return _told(engine, plan, evaluate(engine, plan, table), present)


def recompute_both(
    claim: CheckedClaim,
    table: pa.Table,
    own: int,
    *,
    amounts: Mapping[str, NDArray[np.float64]],
    budget: Budget | None = None,
) -> tuple[Recomputed, Recomputed]:
    """Return the claim's cells over `table`, and over its first `own` rows alone.

    The expressions are evaluated once. Raises InputError as `recompute` does.
    """
    plan = RowPlan.of(claim, table, amounts)
    with engine_of(budget or Budget()) as engine:
        rows = evaluate(engine, plan, table)
        return _told(engine, plan, rows, None), _told(engine, plan, rows.first(own), None)


def _told(
    engine: duckdb.DuckDBPyConnection, plan: RowPlan, rows: Rows, present: NDArray[np.bool_] | None
) -> Recomputed:
    """Return the cells of rows that are evaluated."""
    claim = plan.claim
    sets, keys, count = _cells(rows, plan, present)
    measures = {
        aggregate: _measure(aggregate, index, rows.table, sets, count)
        for index, aggregate in enumerate(plan.aggregates)
    }
    shown = _having(engine, claim.having, measures, count)
    figures = _figures(engine, claim.figures, measures, count)
    return Recomputed(claim=claim, keys=keys, shown=shown, sets=sets, measures=measures, figures=figures)


def _cells(
    rows: Rows, plan: RowPlan, present: NDArray[np.bool_] | None
) -> tuple[Sets, Mapping[str, Coded], int]:
    """Return the cell number of every row (-1: dropped), the keys of the cells and how many there are."""
    kept, by_value = _kept(rows, present), rows.by_value
    names = [f"k{index}" for index in range(len(plan.claim.keys))]
    if not names:
        return np.where(kept, 0, -1).astype(np.int64), {}, 1
    keys = [by_value[name] if name in by_value else coded(rows.table.column(name)) for name in names]
    sets, first = cells_of(keys, kept)
    if first.size > MAX_CELLS:
        raise InputError(say("声明无法由闸口核算：分组过多，请用更粗的分组"))
    chosen = {name: Coded(key.codes[first], key.values) for name, key in zip(names, keys, strict=True)}
    return sets, chosen, int(first.size)


def _kept(rows: Rows, present: NDArray[np.bool_] | None) -> NDArray[np.bool_]:
    kept = np.ones(rows.count, dtype=bool)
    if "w" in rows.by_value:
        known = rows.by_value["w"]
        kept = known.values.to_numpy(zero_copy_only=False).astype(bool)[known.codes]
    elif "w" in rows.table.column_names:
        kept = rows.table.column("w").to_numpy(zero_copy_only=False).astype(bool)
    return np.asarray(kept if present is None else kept & present, dtype=bool)


def _measure(aggregate: Aggregate, index: int, rows: pa.Table, cells: Sets, count: int) -> Measured:
    present = _counting(rows, index)
    sets = cells if present is None else np.where(present, cells, -1)
    if aggregate.function == "count":
        return Measured(aggregate, rows_per_set(sets, count).astype(np.float64), sets, None)
    column = rows.column(f"v{index}")
    if aggregate.function == "count_distinct":
        return Measured(aggregate, _distinct(column, sets, count), sets, None)
    values = pc.cast(column, pa.float64()).to_numpy(zero_copy_only=False)
    inside = sets >= 0
    whole = bool(inside.all())
    results = summarised(
        aggregate, values if whole else values[inside], sets if whole else sets[inside], count
    )
    members = sets
    if f"m{index}" in rows.column_names:
        members = np.where(rows.column(f"m{index}").to_numpy(zero_copy_only=False).astype(bool), sets, -1)
    raw = values
    if f"s{index}" in rows.column_names:
        raw = pc.cast(rows.column(f"s{index}"), pa.float64()).to_numpy(zero_copy_only=False)
    return Measured(aggregate, results, members, raw if whole else np.where(inside, raw, np.nan))


def _counting(rows: pa.Table, index: int) -> NDArray[np.bool_] | None:
    """Return which rows count in an aggregate, their cell aside; None for every row."""
    present = None
    if f"f{index}" in rows.column_names:
        present = rows.column(f"f{index}").to_numpy(zero_copy_only=False).astype(bool)
    if f"v{index}" in rows.column_names and rows.column(f"v{index}").null_count:
        valid = pc.is_valid(rows.column(f"v{index}")).to_numpy(zero_copy_only=False)
        present = valid if present is None else present & valid
    return present


def _distinct(column: pa.ChunkedArray, sets: Sets, count: int) -> NDArray[np.float64]:
    known = coded(column)
    none = np.asarray(known.values.is_null().to_numpy(zero_copy_only=False), dtype=bool)
    numbers = np.where(none, 0, np.arange(1, len(known.values) + 1))
    ids = numbers[known.codes] if none.any() else known.codes.astype(np.int64) + 1
    return distinct_per_set(sets, ids, count).astype(np.float64)


def _having(
    engine: duckdb.DuckDBPyConnection,
    having: Expression | None,
    measures: Mapping[Aggregate, Measured],
    count: int,
) -> NDArray[np.bool_]:
    if having is None:
        return np.ones(count, dtype=bool)
    names = _register(engine, measures, count)
    sql = f"SELECT COALESCE({emit(having, names, Kind.TRUTH)}, FALSE) AS h FROM g ORDER BY r"
    check_bound(engine, sql)
    return np.asarray(
        engine.execute(sql).to_arrow_table().column("h").to_numpy(zero_copy_only=False), dtype=bool
    )


def _figures(
    engine: duckdb.DuckDBPyConnection,
    figures: Sequence[Expression],
    measures: Mapping[Aggregate, Measured],
    count: int,
) -> dict[Expression, NDArray[np.float64]]:
    """Return the value of every figure in every cell, nan where it has none."""
    if not figures:
        return {}
    names = _register(engine, measures, count)
    selected = [f"CAST({emit(part, names, Kind.NUMBER)} AS DOUBLE)" for part in figures]
    sql = f"SELECT {', '.join(selected)} FROM g ORDER BY r"
    check_bound(engine, sql)
    result = engine.execute(sql).to_arrow_table()
    return {
        part: column.to_numpy(zero_copy_only=False)
        for part, column in zip(figures, result.columns, strict=True)
    }


def _register(engine: duckdb.DuckDBPyConnection, measures: Mapping[Aggregate, Measured], count: int) -> Names:
    """Give the engine the aggregates of every cell as the table `g`, and return how they are written."""
    columns = {
        f"g{index}": pa.array(part.rounded(), from_pandas=True)
        for index, part in enumerate(measures.values())
    }
    columns["r"] = pa.array(np.arange(count))
    engine.register("g", pa.table(columns))
    return Names({}, {}, {aggregate: f'"g{index}"' for index, aggregate in enumerate(measures)})


def key_columns(claim: CheckedClaim) -> Sequence[str]:
    """Return the source columns that are shown as they are, as keys of the claim."""
    return [key.name for key in claim.keys if isinstance(key, Column)]
