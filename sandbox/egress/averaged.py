"""Tables of one form in several files, cell by cell as their middle: it tells what changing noise hides.

Whoever releases the same table again and again with other noise, or in halves that add up, has released the
table. Means, medians, sums and middles of the range of figures and of days are laid out as tables of their
own. Pure; called by `together`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa

from sandbox.egress.lattice import FEWEST, Figures
from sandbox.egress.measured import days_of, figures_of

MAX_ROWS = 5_000
MAX_FORMS = 4
_FEWEST_FILES = 2
_MOST_FILES = 60
_VARIED = 0.5

_MIDDLES: Mapping[str, Callable[[Figures], Figures]] = {
    "mean": lambda one: np.asarray(one.mean(axis=0)),
    "median": lambda one: np.asarray(np.median(one, axis=0)),
    "sum": lambda one: np.asarray(one.sum(axis=0)),
    "middle": lambda one: np.asarray((one.min(axis=0) + one.max(axis=0)) / 2),
}


def averaged(tables: Mapping[str, pa.Table]) -> Iterator[tuple[tuple[str, ...], pa.Table]]:
    """Yield the paths of tables of one form and what their cells come to together, a table for each way."""
    forms: dict[tuple[int, int], list[str]] = {}
    for path, table in tables.items():
        if FEWEST <= table.num_rows <= MAX_ROWS:
            forms.setdefault((table.num_rows, table.num_columns), []).append(path)
    for paths in list(forms.values())[:MAX_FORMS]:
        if _FEWEST_FILES <= len(paths) <= _MOST_FILES:
            for table in _together([tables[path] for path in paths]):
                yield tuple(paths), table


def _together(tables: Sequence[pa.Table]) -> Iterator[pa.Table]:
    columns = [_column(str(tables[0].column_names[at]), [one.column(at) for one in tables])
               for at in range(tables[0].num_columns)]  # fmt: skip
    if not any(column is not None and not isinstance(column, pa.ChunkedArray) for column in columns):
        return
    for kind in _MIDDLES if len(tables) > _FEWEST_FILES else ("mean", "sum"):
        laid = {}
        for at, column in enumerate(columns):
            if isinstance(column, pa.ChunkedArray):
                laid[f"c{at}"] = column
            elif column is not None and kind in column:
                laid[f"c{at}"] = column[kind]
        yield pa.table(laid)


def _column(name: str, parts: Sequence[pa.ChunkedArray]) -> pa.ChunkedArray | dict[str, pa.Array] | None:
    """Return a column that all tables share as it is, or one whose figures differ by its middles."""
    if all(one.equals(parts[0]) for one in parts[1:]):
        return parts[0]
    days = [days_of(one) for one in parts]
    if all(one is not None for one in days):
        held = np.stack([one for one in days if one is not None])
        kinds = () if np.isnan(held).any() else ("mean", "median", "middle")
        return {kind: _dated(held, kind) for kind in kinds}
    figures = [figures_of(name, one) for one in parts]
    if any(one is None for one in figures):
        return None
    held = np.stack([one.figures for one in figures if one is not None])
    if np.isnan(held).any() or (held.std(axis=0) > 0).mean() < _VARIED:
        return None
    places = max(one.decimals for one in figures if one is not None)
    return {
        kind: pa.array([f"{one:.{places}f}" for one in middle(held).tolist()], pa.string())
        for kind, middle in _MIDDLES.items()
    }


def _dated(held: Figures, kind: str) -> pa.Array:
    days = np.floor(_MIDDLES[kind](held) + 0.5).astype("datetime64[D]")
    return pa.array([str(one) for one in days], pa.string())
