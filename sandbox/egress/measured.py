"""The columns of a small table as figures, and what else its figures may stand for.

Amounts and days as they are; running totals taken apart, steps added up, two columns added, subtracted and
multiplied, logarithms and roots undone. Each figure comes with how far off its spelling may be. Pure; called
by `restated`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, islice

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sandbox.egress.lattice import Figures
from sandbox.fingerprint.canonical import canonical_array

MAX_COLUMNS = 8
MAX_KNOWN = 1 << 15
"""Figures that are read once: the columns of a table are asked for in several readings of it."""
MAX_LABELS = 3
MAX_TOTALS = 4
_MOSTLY = 0.8
_DIGITS = 15
_LEAST_STEPS = 3
"""Rows of a label, in the mean, below which nothing runs on within it."""
_NUMBER = re.compile(r"([+-]?\d{1,18}(?:,\d{3})*)(?:\.(\d{1,30}))?(?:[eE]([+-]?[012]?\d))?\s*(%?)", re.ASCII)
_DAY = r"^(1[89]|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$"


@dataclass(frozen=True, slots=True)
class Measured:
    """Figures by row (nan: none) with the error of each; `days` for days since 1970-01-01.

    `plain` for a column as it stands, which may be in any measure; `decimals` as it is written.
    """

    name: str
    figures: Figures
    errors: Figures
    decimals: int
    days: bool = False
    plain: bool = False

    def different(self) -> Figures:
        """Return the different figures, sorted."""
        return np.unique(self.figures[np.isfinite(self.figures)])


def measured(table: pa.Table) -> list[Measured]:
    """Return the columns of figures and days of a table, and what is worked out from them."""
    plain: list[Measured] = []
    found: list[Measured] = []
    for name, column in zip(table.column_names, table.columns, strict=True):
        days = days_of(column)
        if days is not None:
            found.append(Measured(name, days, np.zeros(len(days)), 0, days=True))
        else:
            plain += [one for one in (figures_of(str(name), column), *_bases(str(name), column)) if one]
    plain = plain[:MAX_COLUMNS]
    groups = list(islice(_labels(table), MAX_LABELS))
    by_label = [one for codes in groups for one in _by_label(plain[:MAX_TOTALS], codes)]
    return [*plain, *found, *_along(plain), *by_label, *_undone(plain), *_together(plain)]


def figures_of(name: str, column: pa.ChunkedArray) -> Measured | None:
    """Return a column of figures, the errors half a unit of the last decimal written; None if it is none."""
    parsed = [figure(cell) for cell in column.to_pylist()]
    known = sum(one is not None for one in parsed)
    if known < _MOSTLY * max(len(parsed), 1):
        return None
    nothing = (float("nan"), float("nan"), 0)
    figures, errors, decimals = zip(*(one or nothing for one in parsed), strict=True)
    return Measured(name, np.asarray(figures), np.asarray(errors), max(decimals), plain=True)


def _bases(name: str, column: pa.ChunkedArray) -> Iterator[Measured]:
    """Yield a column as whole numbers in other bases, where all its cells are written alike."""
    cells = [(cell or "").strip().lower().removeprefix("0x") for cell in column.to_pylist()]
    for base, spelled in _BASES.items():
        if cells and all(spelled.fullmatch(cell) for cell in cells):
            figures = np.asarray([float(int(cell, base)) for cell in cells])
            yield Measured(f"{name}: base {base}", figures, np.zeros(len(cells)), 0, plain=True)


_BASES = {
    2: re.compile(r"[01]{16,52}"), 8: re.compile(r"[0-7]{6,17}"), 16: re.compile(r"[0-9a-f]{5,13}"),
    36: re.compile(r"[0-9a-z]{5,10}"),
}  # fmt: skip


@lru_cache(maxsize=MAX_KNOWN)
def figure(cell: str | None) -> tuple[float, float, int] | None:
    found = _NUMBER.fullmatch((cell or "").strip())
    if not found:
        return None
    digits, decimals, power, share = found.groups()
    value = float(f"{digits.replace(',', '')}.{decimals or 0}e{power or 0}")
    places = len(decimals or "") - int(power or 0) + (2 if share else 0)
    value = value / 100 if share else value
    return value, max(0.5 * 10.0**-places, abs(value) * 10.0**-_DIGITS), max(places, 0)


def days_of(column: pa.ChunkedArray) -> Figures | None:
    """Return a column of days as days since 1970-01-01, nan where there is none; None if it holds no days."""
    if pa.types.is_temporal(column.type):
        column = pc.strftime(column, format="%Y-%m-%d")
    head = column.drop_null().slice(0, 50)
    if not len(head) or not _days_share(canonical_array(head.cast(pa.string()))) >= _MOSTLY:
        return None
    known = canonical_array(column.cast(pa.string()))
    is_day = pc.fill_null(pc.match_substring_regex(known, _DAY), fill_value=False)
    compact = pc.if_else(is_day, known, pa.scalar(None, known.type))
    parsed = pc.strptime(compact.cast(pa.string()), format="%Y%m%d", unit="s", error_is_null=True)
    seconds = pc.cast(pc.cast(parsed, pa.int64()), pa.float64())
    return np.asarray(seconds.to_numpy(zero_copy_only=False) / 86_400.0, dtype=np.float64)


def _days_share(known: pa.Array | pa.ChunkedArray) -> float:
    return float(pc.mean(pc.cast(pc.match_substring_regex(known, _DAY), pa.float64())).as_py() or 0.0)


def _along(columns: Sequence[Measured]) -> Iterator[Measured]:
    """Yield what running totals and steps come from: neighbours subtracted, rows added up."""
    for one in columns:
        if np.isfinite(one.figures).all() and len(one.figures) > 1:
            steps, total = np.abs(np.diff(one.figures)), np.cumsum(one.figures)
            yield Measured(f"{one.name}: steps", steps, _exact(steps), one.decimals)
            yield Measured(f"{one.name}: total", total, _exact(total), one.decimals, plain=True)
            if one.decimals:
                yield from _chained(one)


def _chained(one: Measured) -> Iterator[Measured]:
    """Yield what means, products and sums of logarithms that run on come from."""
    counted = np.arange(len(one.figures)) + 1.0
    means = np.abs(np.diff(one.figures * counted, prepend=0.0))
    yield Measured(f"{one.name}: mean so far", means, one.errors * 2 * counted, one.decimals)
    with np.errstate(all="ignore"):
        ratios = one.figures[1:] / one.figures[:-1]
        off = np.abs(ratios) * (one.errors[1:] / one.figures[1:] + one.errors[:-1] / one.figures[:-1])
        yield Measured(f"{one.name}: ratios", np.abs(ratios), np.abs(off), one.decimals)
        grown = np.exp(np.abs(np.diff(one.figures)))
        off = grown * (one.errors[1:] + one.errors[:-1])
        yield Measured(f"{one.name}: steps of logarithms", grown, off, one.decimals)


def _labels(table: pa.Table) -> Iterator[NDArray[np.int64]]:
    """Yield the columns whose cells stand for a few groups each, as numbers of the groups."""
    for column in table.columns:
        codes = pc.dictionary_encode(column.combine_chunks().cast(pa.string()))
        if 2 <= len(codes.dictionary) <= table.num_rows // _LEAST_STEPS and not codes.null_count:
            yield codes.indices.to_numpy().astype(np.int64)


def _by_label(columns: Sequence[Measured], codes: NDArray[np.int64]) -> Iterator[Measured]:
    """Yield what totals and means that run on within each label come from: in any order totals only grow."""
    for one in columns:
        if not np.isfinite(one.figures).all():
            continue
        for name, figures, order in (
            ("total", one.figures, np.lexsort((one.figures, codes))),
            ("mean", one.figures * _counted(codes), np.argsort(codes, kind="stable")),
        ):
            run, group = figures[order], codes[order]
            first = np.diff(group, prepend=-1) != 0
            steps = np.where(first, run, np.diff(run, prepend=0.0))
            errors = np.abs(run) * 10.0**-_DIGITS
            if name == "mean":
                errors = one.errors[order] * 2 * _counted(codes)[order]
            yield Measured(f"{one.name}: {name} by label", np.abs(steps), errors, one.decimals)
            if name == "total":
                yield Measured(
                    f"{one.name}: balance by label", np.abs(steps[~first]), errors[~first], one.decimals
                )


def _counted(codes: NDArray[np.int64]) -> Figures:
    """Return which of its label each row is, from one."""
    order = np.argsort(codes, kind="stable")
    group = codes[order]
    starts = np.flatnonzero(np.diff(group, prepend=-1) != 0)
    places = np.arange(len(codes)) - np.repeat(starts, np.diff(starts, append=len(codes)))
    counted = np.empty(len(codes))
    counted[order] = places + 1.0
    return counted


def _exact(figures: Figures) -> Figures:
    """Return the errors of figures that were added from others as they are written."""
    return np.asarray(np.abs(figures) * 10.0**-_DIGITS)


def _undone(columns: Sequence[Measured]) -> Iterator[Measured]:
    """Yield the figures before a logarithm, root or reciprocal was taken of them."""
    for one in columns:
        if one.decimals == 0:
            continue
        for name, undo in _UNDO.items():
            with np.errstate(all="ignore"):
                figures = undo(one.figures)
                errors = np.abs(undo(one.figures + one.errors) - figures) + np.abs(figures) * 10.0**-_DIGITS
            yield Measured(f"{one.name}: {name}", figures, errors, one.decimals)


_UNDO: Mapping[str, Callable[[Figures], Figures]] = {
    "exp": np.exp, "expm1": np.expm1, "10^": lambda one: np.power(10.0, one), "2^": np.exp2,
    "square": np.square, "root": np.sqrt, "reciprocal": np.reciprocal, "cube": lambda one: one**3,
    "decibel": lambda one: np.power(10.0, one / 10), "level": lambda one: np.power(10.0, one / 20),
    "10^-": lambda one: np.power(10.0, -one), "magnitude": lambda one: np.power(10.0, one / -2.5),
    "exp-": lambda one: np.exp(-one), "cents": lambda one: np.exp2(one / 1200),
}  # fmt: skip


def _together(columns: Sequence[Measured]) -> Iterator[Measured]:
    """Yield two columns added, subtracted, their halves and their product."""
    for one, other in combinations(columns, 2):
        label = f"{one.name}, {other.name}"
        decimals = max(one.decimals, other.decimals)
        added, less = one.figures + other.figures, one.figures - other.figures
        for name, figures in (("sum", added), ("difference", less)):
            whole, half = np.abs(figures), np.abs(figures) / 2
            yield Measured(f"{label}: {name}", whole, _exact(whole), decimals)
            yield Measured(f"{label}: half {name}", half, _exact(half), decimals + 1)
        product = one.figures * other.figures
        errors = np.abs(one.figures) * other.errors + np.abs(other.figures) * one.errors
        yield Measured(f"{label}: product", product, errors, decimals)
