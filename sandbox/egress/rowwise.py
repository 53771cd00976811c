"""The row-wise part of a claim: what its conditions, keys and arguments say of every row of the table.

The engine (a locked in-memory DuckDB) evaluates only expressions that the gate wrote itself. What needs one
column of few values is computed on those values alone. Groups and judges nothing; called by `recompute`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sandbox.egress.claims import CheckedClaim
from sandbox.egress.coding import Coded, coded_few, spread
from sandbox.egress.expressions import (
    POSITIONS,
    SPREADS,
    Aggregate,
    Expression,
    Kind,
    Names,
    columns_of,
    emit,
    walk,
)
from sandbox.egress.fence import check_bound
from sandbox.egress.kinds import column_kind
from sandbox.egress.measures import condition_of
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import say
from sandbox.pool.duck import locked_connection

_THREADS = 2
_MEASURES = frozenset({"sum", "avg"}) | POSITIONS | SPREADS


@dataclass(frozen=True, slots=True)
class Budget:
    """What one claim may use: engine memory, threads, seconds."""

    memory: str = "1GB"
    threads: int = 2
    seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class Rows:
    """What the expressions of a claim say of every row: by row in `table`, or by value in `by_value`."""

    table: pa.Table
    by_value: Mapping[str, Coded]

    @property
    def count(self) -> int:
        """Return the number of rows."""
        return int(self.table.num_rows)

    def first(self, many: int) -> Rows:
        """Return the same of the first rows alone."""
        codes = {name: Coded(one.codes[:many], one.values) for name, one in self.by_value.items()}
        return Rows(self.table.slice(0, many), codes)


@dataclass(frozen=True, slots=True)
class RowPlan:
    """The row-wise query: which columns it needs and what it selects."""

    names: Names
    raw_names: Names
    aggregates: tuple[Aggregate, ...]
    claim: CheckedClaim
    amounts: Mapping[str, NDArray[np.float64]]

    @classmethod
    def of(cls, claim: CheckedClaim, table: pa.Table, amounts: Mapping[str, NDArray[np.float64]]) -> RowPlan:
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
        columns = {self.place(name): table.column(name) for name in self.names.columns}
        for name, values in self.amounts.items():
            columns[self.raw_names.columns[name].strip('"')] = pa.array(values, from_pandas=True)
        columns["r"] = pa.array(np.arange(table.num_rows, dtype=np.int64))
        return pa.table(columns)

    def place(self, name: str) -> str:
        """Return what a column of the source is called in the engine."""
        return f"c{list(self.names.columns).index(name)}"

    def row_wise(self, by_value: Mapping[str, Coded]) -> list[str]:
        """Return what is selected row by row: all that is not by_value by values already."""
        selected = []
        if self.claim.where is not None and "w" not in by_value:
            selected.append(f"{self.condition()} AS w")
        for index, key in enumerate(self.claim.keys):
            if f"k{index}" not in by_value:
                selected.append(f"{self.key(key)} AS k{index}")
        for index, aggregate in enumerate(self.aggregates):
            selected += _aggregate_sql(aggregate, index, self.names, self.raw_names)
        return selected

    def condition(self) -> str:
        """Return WHERE as the engine reads it; nothing known is no."""
        where = self.claim.where
        return "TRUE" if where is None else f"COALESCE({emit(where, self.names, Kind.TRUTH)}, FALSE)"

    def key(self, key: Expression) -> str:
        """Return a key as the engine reads it, as text."""
        return f"CAST({emit(key, self.names)} AS VARCHAR)"


def _only_figures(aggregates: Sequence[Aggregate], kinds: Mapping[str, Kind]) -> None:
    placed = [one.argument for one in aggregates if one.function in POSITIONS and one.argument is not None]
    for argument in placed:
        if any(kinds[name] is not Kind.NUMBER for name in columns_of(argument)):
            raise InputError(say("声明无法由闸口核算：最小、最大和分位数只能取数值列"))


def _aggregate_sql(aggregate: Aggregate, index: int, names: Names, raw: Names) -> list[str]:
    """Return for one aggregate: does the row count in it, its value, the raw amount behind it if another."""
    condition, argument = aggregate.condition, aggregate.argument
    tests = [] if condition is None else [f"COALESCE({emit(condition, names, Kind.TRUTH)}, FALSE)"]
    flags = [f"{tests[0]} AS f{index}"] if tests else []
    inner = condition_of(argument)
    if inner is not None:
        member = f"COALESCE({emit(inner, names, Kind.TRUTH)}, FALSE)"
        parts = [f"{' AND '.join([*tests, member])} AS m{index}"]
    else:
        parts = []
    if argument is not None and aggregate.function in _MEASURES:
        value, behind = emit(argument, names, Kind.NUMBER), emit(argument, raw, Kind.NUMBER)
        parts.append(f"{value} AS v{index}")
        parts += [f"{behind} AS s{index}"] if behind != value else []
    elif argument is not None:
        parts.append(f"{emit(argument, names)} AS v{index}")
    return [*flags, *parts]


def _written(column: pa.ChunkedArray, name: str, kind: Kind) -> str:
    """Return how a column is read in the engine: numbers that arrive as text are read as numbers."""
    text = pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
    return f"TRY_CAST({name} AS DOUBLE)" if kind is Kind.NUMBER and text else name


@contextmanager
def engine_of(budget: Budget) -> Iterator[duckdb.DuckDBPyConnection]:
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


def _by_values(engine: duckdb.DuckDBPyConnection, plan: RowPlan, table: pa.Table) -> dict[str, Coded]:
    """Return WHERE and keys that need one column of few values, computed on those values alone."""
    wanted = {f"k{index}": (key, plan.key(key)) for index, key in enumerate(plan.claim.keys)}
    if plan.claim.where is not None:
        wanted["w"] = (plan.claim.where, plan.condition())
    columns = {name: sorted(columns_of(part)) for name, (part, _) in wanted.items()}
    single = sorted({found[0] for found in columns.values() if len(found) == 1})
    with ThreadPoolExecutor(_THREADS) as both:
        encoded = dict(zip(single, both.map(lambda name: coded_few(table.column(name)), single), strict=True))
    results = {}
    for name, found in columns.items():
        values = encoded.get(found[0]) if len(found) == 1 else None
        if values is not None:
            results[name] = _on_values(engine, values, plan.place(found[0]), wanted[name][1])
    return results


def _on_values(engine: duckdb.DuckDBPyConnection, column: Coded, place: str, sql: str) -> Coded:
    """Return what `sql` says of every value of the column called `place`, spread over the rows."""
    values = pa.table({place: column.values, "r": np.arange(len(column.values))})
    engine.register("d", values)
    query = f"SELECT {sql} AS x FROM d ORDER BY r"
    check_bound(engine, query)
    found = engine.execute(query).to_arrow_table().column("x")
    engine.unregister("d")
    return spread(column, found)


def evaluate(engine: duckdb.DuckDBPyConnection, plan: RowPlan, table: pa.Table) -> Rows:
    """Return what the plan's expressions say of every row of the table, in its order."""
    by_value = _by_values(engine, plan, table)
    selected = plan.row_wise(by_value)
    if not selected:
        return Rows(pa.table({"r": pa.array(np.arange(table.num_rows))}), by_value)
    engine.register("t", plan.arrow(table))
    sql = f"SELECT {', '.join(['r', *selected])} FROM t"
    check_bound(engine, sql)
    result = engine.execute(sql).to_arrow_table()
    order = result.column("r").to_numpy()
    if not np.array_equal(order, np.arange(table.num_rows)):
        result = result.take(pa.array(np.argsort(order)))
    return Rows(result, by_value)
