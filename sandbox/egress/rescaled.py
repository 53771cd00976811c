"""Figures as they were before a stated factor, mean or total, or before a moving window was laid over them.

A score beside its mean and deviation, a share beside its total, an index beside its base say every amount; so
does a moving average whose first windows are short. Every figure that a file states apart from its columns is
tried; what comes out is kept where it is round to the hundredth, as data are and chance is not. Decides
nothing about records. Pure; called by `sightings`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice, permutations

import numpy as np
import pyarrow as pa

from sandbox.egress.lattice import FEWEST, Figures
from sandbox.egress.measured import Measured, figures_of

MAX_TEXT = 1 << 18
MAX_TABLES = 6
MAX_COLUMNS = 6
MAX_STATED = 8
MAX_FOUND = 6
MAX_ROWS = 2_000
_WINDOWS = range(2, 13)
_ROUND = 0.95
_TIGHT = 0.42
_BITS = 16.0
_REMARK = re.compile(r"^[^\S\n]*(?:[#%;*!>]|//|--).*$", re.MULTILINE)
_LINE = re.compile(r"^.*[^\W\d_].*$", re.MULTILINE)
_REAL = re.compile(r"(?<![\w.])\d{1,12}(?:\.\d{1,12})?(?![\w.]*\d)", re.ASCII)
_NAMED = re.compile(r"\"[^\"\n]{1,40}\"\s*:\s*\"?(\d{1,12}(?:\.\d{1,12})?)\"?\s*[,}\n]")


def rescaled(texts: Sequence[str], tables: Sequence[pa.Table]) -> list[pa.Table]:
    """Return tables of one column for every way back whose figures come out round."""
    columns = list(islice(_columns(tables), MAX_COLUMNS))
    if not columns:
        return []
    stated = _stated(texts)
    found = (one for column in columns for one in (*_unscaled(column, stated), *_unsmoothed(column)))
    return [_table(name, figures) for name, figures in islice(found, MAX_FOUND)]


def _columns(tables: Sequence[pa.Table]) -> Iterator[Measured]:
    """Yield the columns of figures that are no amounts as they stand: with more than two decimals."""
    for table in tables[:MAX_TABLES]:
        for name, column in zip(table.column_names, table.columns, strict=True):
            one = figures_of(str(name), column.slice(0, MAX_ROWS))
            if one is not None and one.decimals > 2 and np.isfinite(one.figures).sum() >= FEWEST:
                yield one


def _stated(texts: Sequence[str]) -> list[float]:
    """Return the figures that stand in headings, remarks and under names of their own, each once."""
    found: dict[float, None] = {}
    for text in texts:
        head = text[:MAX_TEXT]
        worded = _LINE.findall(head)[:MAX_ROWS]
        lines = [*_REMARK.findall(head)[:20], *worded[:3], *worded[-3:]]
        told = [one for line in lines for one in _REAL.findall(line)[:4]]
        for one in [*_NAMED.findall(head)[:100], *told]:
            if len(one.replace(".", "").strip("0")) > 2 and float(one):
                found[float(one)] = None
    return list(found)[:MAX_STATED]


def _unscaled(one: Measured, stated: Sequence[float]) -> Iterator[tuple[str, Figures]]:
    for factor in stated:
        for name, scale in (("times", factor), ("by", 1 / factor)):
            values, errors = one.figures * scale, one.errors * scale
            moves = [0.0, *(move for move in stated if move != factor)]
            for move in moves if errors[0] * 100 <= _TIGHT else ():
                for moved in (values + move, (one.figures + move) * scale, (one.figures - move) * scale):
                    if _is_round(moved, errors):
                        yield f"{one.name} {name} {factor:g}", moved
    for move, scale in permutations(stated, 2) if len(stated) <= MAX_STATED // 2 else ():
        moved = move - one.figures * scale
        if _is_round(moved, one.errors * scale):
            yield f"{move:g} less {one.name}", moved


def _unsmoothed(one: Measured) -> Iterator[tuple[str, Figures]]:
    """Yield the figures under a moving mean, whose first windows are short or count nought before."""
    for size in _WINDOWS:
        errors = one.errors * size
        if errors[0] * 100 > _TIGHT:
            return
        for name, parts in (("mean", np.minimum(np.arange(len(one.figures)) + 1, size)), ("part", size)):
            totals = one.figures * parts
            if not _is_round(totals, errors):
                continue
            totals = np.round(totals, 2)
            values = np.zeros(len(totals))
            for row, total in enumerate(totals.tolist()):
                before = values[max(row - size + 1, 0) : row].sum()
                values[row] = round(total - before, 2)
            yield f"{one.name} {name} of {size}", values


def _is_round(values: Figures, errors: Figures) -> bool:
    """Return whether nearly all values are round to the hundredth, as far as they are known, and differ."""
    hundreds = np.abs(values[:64]) * 100
    slack = np.clip(errors[:64] * 110, 1e-3, _TIGHT)
    known = np.isfinite(hundreds)
    near = np.abs(hundreds - np.round(hundreds)) <= slack
    told = -np.log2(2 * slack[known]).sum()
    varied = len(np.unique(np.round(values[:64], 2))) > FEWEST // 2
    return bool(near[known].mean() >= _ROUND and told >= _BITS and varied)


def _table(name: str, figures: Figures) -> pa.Table:
    cells = [f"{abs(one):.2f}" if np.isfinite(one) else None for one in figures.tolist()]
    return pa.table({name: pa.array(cells, pa.string())})
