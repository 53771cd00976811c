"""The columns of a small table as figures, and what else its figures may stand for.

Amounts and days as they are; running totals taken apart, steps added up, two columns added, subtracted and
multiplied, logarithms and roots undone. Each figure comes with how far off its spelling may be. Pure; called
by `restated`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sandbox.egress.lattice import Figures
from sandbox.fingerprint.canonical import canonical_array

MAX_COLUMNS = 8
_MOSTLY = 0.8
_DIGITS = 15
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
    return [*plain, *found, *_along(plain), *_undone(plain), *_together(plain)]


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
