"""A checked claim run by the gate: the cells it gives, and who stands behind each of them.

The engine (a locked in-memory DuckDB) evaluates only row-wise expressions that the gate wrote
itself; grouping, counting units and contributions is done here with numpy. Returns facts, no
verdict: `cells` judges them. Memory and time are limited; running out raises InputError.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sandbox.egress.claims import CheckedClaim, Item
from sandbox.egress.expressions import (
    POSITIONS,
    SPREADS,
    Aggregate,
    Column,
    Expression,
    Kind,
    Names,
    columns_of,
    emit,
    walk,
)
from sandbox.egress.fence import check_bound
from sandbox.egress.measures import condition_of
from sandbox.egress.summaries import summarised
from sandbox.egress.units import Sets, distinct_per_set
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import say
from sandbox.pool.duck import locked_connection

if TYPE_CHECKING:
    import pandas as pd

MAX_CELLS = 200_000
_MEASURES = frozenset({"sum", "avg"}) | POSITIONS | SPREADS


@dataclass(frozen=True, slots=True)
class Budget:
    """What one claim may use: engine memory, threads, seconds."""

    memory: str = "1GB"
    threads: int = 2
    seconds: float = 60.0


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

    `keys` has one column of text or null per key and one row per cell; `shown` says which
    cells HAVING lets through; `sets` numbers the cell of every source row (-1: dropped by WHERE).
    """

    claim: CheckedClaim
    keys: pd.DataFrame
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
    limits = budget or Budget()
    plan = _Plan.of(claim, table, amounts or {})
    with _engine(limits) as engine:
        rows = _evaluate(engine, plan, table)
        sets, keys = _cells(rows, len(claim.keys), present)
        measures = {
            aggregate: _measure(aggregate, index, rows, sets, len(keys))
            for index, aggregate in enumerate(plan.aggregates)
        }
        shown = _having(engine, claim.having, measures, len(keys))
        figures = _figures(engine, claim.figures, measures, len(keys))
    return Recomputed(claim=claim, keys=keys, shown=shown, sets=sets, measures=measures, figures=figures)


@dataclass(frozen=True, slots=True)
class _Plan:
    """The row-wise query: which columns it needs and what it selects."""

    names: Names
    raw_names: Names
    aggregates: tuple[Aggregate, ...]
    claim: CheckedClaim
    amounts: Mapping[str, NDArray[np.float64]]

    @classmethod
    def of(cls, claim: CheckedClaim, table: pa.Table, amounts: Mapping[str, NDArray[np.float64]]) -> _Plan:
        aggregates = list(claim.aggregates)
        if claim.having is not None:
            aggregates += [part for part in walk(claim.having) if isinstance(part, Aggregate)]
        parts: list[Expression | None] = [claim.where, *claim.keys, *aggregates]
        used = sorted(set().union(*(columns_of(part) for part in parts if part is not None)))
        kinds = {name: column_kind(table.column(name)) for name in used}
        _only_figures(aggregates, kinds)
        written = {
            name: _written(table.column(name), f'"c{index}"', kinds[name]) for index, name in enumerate(used)
        }
        raw = {name: f'"a{index}"' for index, name in enumerate(used) if name in amounts}
        return cls(
            names=Names(written, kinds, {}),
            raw_names=Names({**written, **raw}, {**kinds, **dict.fromkeys(raw, Kind.NUMBER)}, {}),
            aggregates=tuple(dict.fromkeys(aggregates)),
            claim=claim,
            amounts={name: amounts[name] for name in raw},
        )

    def arrow(self, table: pa.Table) -> pa.Table:
        """Return the source's columns under the plan's names, with raw amounts beside them."""
        columns = {f"c{index}": table.column(name) for index, name in enumerate(self.names.columns)}
        for name, values in self.amounts.items():
            columns[self.raw_names.columns[name].strip('"')] = pa.array(values, from_pandas=True)
        columns["r"] = pa.array(np.arange(table.num_rows, dtype=np.int64))
        return pa.table(columns)

    def sql(self) -> str:
        """Return the row-wise query over the table `t`."""
        where = "TRUE" if self.claim.where is None else emit(self.claim.where, self.names, Kind.TRUTH)
        selected = ["r", f"COALESCE({where}, FALSE) AS w"]
        for index, key in enumerate(self.claim.keys):
            selected.append(f"CAST({emit(key, self.names)} AS VARCHAR) AS k{index}")
        for index, aggregate in enumerate(self.aggregates):
            selected += _aggregate_sql(aggregate, index, self.names, self.raw_names)
        return f"SELECT {', '.join(selected)} FROM t"


def _only_figures(aggregates: Sequence[Aggregate], kinds: Mapping[str, Kind]) -> None:
    placed = [one.argument for one in aggregates if one.function in POSITIONS and one.argument is not None]
    for argument in placed:
        if any(kinds[name] is not Kind.NUMBER for name in columns_of(argument)):
            raise InputError(say("声明无法由闸口核算：最小、最大和分位数只能取数值列"))


def _aggregate_sql(aggregate: Aggregate, index: int, names: Names, raw: Names) -> list[str]:
    """Return for one aggregate: does the row count in it, its value, the raw amount behind it."""
    condition, argument = aggregate.condition, aggregate.argument
    tests = [] if condition is None else [f"COALESCE({emit(condition, names, Kind.TRUTH)}, FALSE)"]
    inner = condition_of(argument)
    if inner is not None:
        member = f"COALESCE({emit(inner, names, Kind.TRUTH)}, FALSE)"
        parts = [f"{' AND '.join([*tests, member])} AS m{index}"]
    else:
        parts = []
    if argument is None:
        parts.append(f"1 AS v{index}")
    elif aggregate.function in _MEASURES:
        parts.append(f"{emit(argument, names, Kind.NUMBER)} AS v{index}")
        parts.append(f"{emit(argument, raw, Kind.NUMBER)} AS s{index}")
    else:
        parts.append(f"{emit(argument, names)} AS v{index}")
    return [f"{' AND '.join(tests) or 'TRUE'} AS f{index}", *parts]


def _written(column: pa.ChunkedArray, name: str, kind: Kind) -> str:
    """Return how a column is read in the engine: numbers that arrive as text are read as numbers."""
    text = pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
    return f"TRY_CAST({name} AS DOUBLE)" if kind is Kind.NUMBER and text else name


def column_kind(column: pa.ChunkedArray) -> Kind:
    """Return what a column holds; a text column counts as numbers when every cell is a plain number.

    Codes with leading zeros or more than 15 digits stay text.
    """
    kind = column.type
    if pa.types.is_boolean(kind):
        return Kind.TRUTH
    if pa.types.is_temporal(kind):
        return Kind.DATE
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return Kind.NUMBER
    texts = pc.unique(column).drop_null()
    if len(texts) == 0:
        return Kind.TEXT
    plain = pc.match_substring_regex(texts, r"^-?(0|[1-9]\d{0,14})(\.\d{1,12})?$")
    return Kind.NUMBER if pc.all(plain).as_py() else Kind.TEXT


@contextmanager
def _engine(budget: Budget) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a locked engine that is interrupted when the time is over."""
    connection = locked_connection(memory=budget.memory, threads=budget.threads)
    timer = threading.Timer(budget.seconds, connection.interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield connection
    except (duckdb.Error, MemoryError) as error:
        raise InputError(say("声明无法由闸口核算：语句不能在这张表上计算，或超出时间和内存限制")) from error
    finally:
        timer.cancel()
        connection.close()


def _evaluate(engine: duckdb.DuckDBPyConnection, plan: _Plan, table: pa.Table) -> pa.Table:
    engine.register("t", plan.arrow(table))
    check_bound(engine, plan.sql())
    result = engine.execute(plan.sql()).to_arrow_table()
    order = result.column("r").to_numpy()
    if not np.array_equal(order, np.arange(table.num_rows)):
        result = result.take(pa.array(np.argsort(order)))
    return result


def _cells(rows: pa.Table, keys: int, present: NDArray[np.bool_] | None) -> tuple[Sets, pd.DataFrame]:
    """Return the cell number of every row (-1: dropped) and the keys of the cells."""
    import pandas as pd  # only where a claim is recomputed: it is large, and most processes never do

    kept = rows.column("w").to_numpy(zero_copy_only=False).astype(bool)
    kept = kept if present is None else kept & present
    code = np.zeros(rows.num_rows, dtype=np.int64)
    for index in range(keys):
        codes, values = pd.factorize(rows.column(f"k{index}").to_pandas(), use_na_sentinel=False)
        code = code * (len(values) + 1) + codes
        code = pd.factorize(code)[0].astype(np.int64)
    sets = np.where(kept, code, -1)
    first = np.full(int(code.max(initial=-1)) + 1, -1, dtype=np.int64)
    rows_kept = np.flatnonzero(kept)[::-1]
    first[code[rows_kept]] = rows_kept  # the last written stays: the first row of each cell
    used = np.flatnonzero(first >= 0)
    first = first[used]
    if used.size > MAX_CELLS:
        raise InputError(say("声明无法由闸口核算：分组过多，请用更粗的分组"))
    renumber = np.full(int(code.max(initial=-1)) + 2, -1, dtype=np.int64)
    renumber[used] = np.arange(used.size)
    chosen = rows.select([f"k{index}" for index in range(keys)]).take(pa.array(first))
    frame = chosen.to_pandas() if keys else pd.DataFrame(index=range(1))
    if not keys:
        return np.where(kept, 0, -1).astype(np.int64), frame
    return renumber[sets], frame


def _measure(aggregate: Aggregate, index: int, rows: pa.Table, cells: Sets, count: int) -> Measured:
    flags = rows.column(f"f{index}").to_numpy(zero_copy_only=False).astype(bool)
    column = rows.column(f"v{index}")
    present = flags & pc.is_valid(column).to_numpy(zero_copy_only=False) & (cells >= 0)
    sets = np.where(present, cells, -1)
    numbers = np.bincount(sets[present], minlength=count).astype(np.float64)
    if aggregate.function == "count":
        return Measured(aggregate, numbers, sets, None)
    if aggregate.function == "count_distinct":
        return Measured(aggregate, _distinct(column, sets, count), sets, None)
    values = pc.cast(column, pa.float64()).to_numpy(zero_copy_only=False)
    results = summarised(aggregate, values[present], sets[present], count)
    members = sets
    if f"m{index}" in rows.column_names:
        members = np.where(rows.column(f"m{index}").to_numpy(zero_copy_only=False).astype(bool), sets, -1)
    raw = pc.cast(rows.column(f"s{index}"), pa.float64()).to_numpy(zero_copy_only=False)
    return Measured(aggregate, results, members, np.where(present, raw, np.nan))


def _distinct(column: pa.ChunkedArray, sets: Sets, count: int) -> NDArray[np.float64]:
    import pandas as pd

    codes = pd.factorize(column.to_pandas())[0].astype(np.int64) + 1
    return distinct_per_set(sets, codes, count).astype(np.float64)


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
