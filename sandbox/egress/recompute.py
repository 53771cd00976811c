"""A checked claim run by the gate: the cells it gives, and who stands behind each of them.

The engine (a locked in-memory DuckDB) evaluates only row-wise expressions that the gate wrote
itself; grouping, counting units and contributions is done here with numpy. Returns facts, no
verdict: `cells` judges them. Memory and time are limited; running out raises InputError.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sandbox.egress.claims import CheckedClaim, Item
from sandbox.egress.coding import Coded, cells_of, coded, coded_few, spread
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
from sandbox.egress.units import MANY_ROWS, Sets, distinct_per_set, rows_per_set
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import say
from sandbox.pool.duck import locked_connection

if TYPE_CHECKING:
    import pandas as pd

MAX_CELLS = 200_000
_PLAIN = r"^-?(0|[1-9]\d{0,14})(\.\d{1,12})?$"
_THREADS = 2
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
        by_value = _by_values(engine, plan, table)
        rows = _evaluate(engine, plan, table, by_value)
        sets, keys = _cells(rows, by_value, plan, present)
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
    texts = column.drop_null()
    if len(texts) == 0:
        return Kind.TEXT
    if len(texts) >= MANY_ROWS:
        return Kind.NUMBER if all(_plain(chunk) for chunk in texts.chunks) else Kind.TEXT
    plain = pc.match_substring_regex(pc.unique(texts), _PLAIN)
    return Kind.NUMBER if pc.all(plain).as_py() else Kind.TEXT


def _plain(texts: pa.Array) -> bool:
    """Return whether every text of an array without nulls is a plain number, by the compiled loop."""
    from sandbox.egress import unit_kernels

    whole = texts.cast(pa.large_string())
    _, offsets, data = whole.buffers()
    if not len(whole):
        return True
    octets = np.frombuffer(data, np.uint8) if data is not None else np.zeros(0, np.uint8)
    return bool(unit_kernels.all_plain(np.frombuffer(offsets, np.int64), octets, whole.offset, len(whole)))


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


def _by_values(engine: duckdb.DuckDBPyConnection, plan: _Plan, table: pa.Table) -> dict[str, Coded]:
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
            results[name] = _on_values(engine, values, plan.names.columns[found[0]], wanted[name][1])
    return results


def _on_values(engine: duckdb.DuckDBPyConnection, column: Coded, written: str, sql: str) -> Coded:
    """Return what `sql` says of every value of a column, spread over the rows."""
    name = re.search(r'"(c\d+)"', written)
    values = pa.table({name.group(1) if name else "c": column.values, "r": np.arange(len(column.values))})
    engine.register("d", values)
    query = f"SELECT {sql} AS x FROM d ORDER BY r"
    check_bound(engine, query)
    found = engine.execute(query).to_arrow_table().column("x")
    engine.unregister("d")
    return spread(column, found)


def _evaluate(
    engine: duckdb.DuckDBPyConnection, plan: _Plan, table: pa.Table, by_value: Mapping[str, Coded]
) -> pa.Table:
    selected = plan.row_wise(by_value)
    if not selected:
        return pa.table({"r": pa.array(np.arange(table.num_rows))})
    engine.register("t", plan.arrow(table))
    sql = f"SELECT {', '.join(['r', *selected])} FROM t"
    check_bound(engine, sql)
    result = engine.execute(sql).to_arrow_table()
    order = result.column("r").to_numpy()
    if not np.array_equal(order, np.arange(table.num_rows)):
        result = result.take(pa.array(np.argsort(order)))
    return result


def _cells(
    rows: pa.Table, by_value: Mapping[str, Coded], plan: _Plan, present: NDArray[np.bool_] | None
) -> tuple[Sets, pd.DataFrame]:
    """Return the cell number of every row (-1: dropped) and the keys of the cells."""
    import pandas as pd  # only where a claim is recomputed: it is large, and most processes never do

    kept = _kept(rows, by_value, present)
    names = [f"k{index}" for index in range(len(plan.claim.keys))]
    if not names:
        return np.where(kept, 0, -1).astype(np.int64), pd.DataFrame(index=range(1))
    keys = [by_value[name] if name in by_value else coded(rows.column(name)) for name in names]
    sets, first = cells_of(keys, kept)
    if first.size > MAX_CELLS:
        raise InputError(say("声明无法由闸口核算：分组过多，请用更粗的分组"))
    chosen = {
        name: key.values.take(pa.array(key.codes[first])) for name, key in zip(names, keys, strict=True)
    }
    return sets, pa.table(chosen).to_pandas()


def _kept(
    rows: pa.Table, by_value: Mapping[str, Coded], present: NDArray[np.bool_] | None
) -> NDArray[np.bool_]:
    kept = np.ones(rows.num_rows, dtype=bool)
    if "w" in by_value:
        kept = by_value["w"].values.to_numpy(zero_copy_only=False).astype(bool)[by_value["w"].codes]
    elif "w" in rows.column_names:
        kept = rows.column("w").to_numpy(zero_copy_only=False).astype(bool)
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
