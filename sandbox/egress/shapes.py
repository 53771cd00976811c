"""What kind of statistics a table without proof shows, told by its headings, and what that kind risks.

Extremes, quantiles, spreads, ratios, regressions, survival tables, zero cells, and suppressed cells that
margins give back. Headings are words, so an answer here never releases anything: it says what people must
look at, and refuses where the figures themselves say enough. Pure; called by `tables`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sandbox.egress.content import Issue
from sandbox.egress.margins import given_back
from sandbox.egress.origin import Source
from sandbox.egress.shape_words import (
    AT_RISK,
    COEFFICIENT,
    COUNT,
    ENDS,
    EVENTS,
    FREEDOM,
    INTERCEPT,
    MEASURE,
    MODEL_WORDS,
    QUANTILE,
    RATIO,
    SAMPLE,
    SPREAD,
    SURVIVAL,
    TIME,
)
from sandbox.egress.units import smallest_units
from sandbox.fingerprint.canonical import canonical, canonical_array
from sandbox.kernel.findings import Verdict
from sandbox.kernel.grades import Thresholds
from sandbox.kernel.message import say

Figures = NDArray[np.float64]
MAX_ROWS = 5_000
_NUMBER = re.compile(r"[+-]?\d{1,15}(?:,\d{3})*(?:\.\d+)?(?:[eE][+-]?\d{1,3})?\s*%?", re.ASCII)
_LABEL = re.compile(r"[^\[\]()=:_.]+")
_FIGURES = 0.6
_STATED = (MEASURE, ENDS, QUANTILE, SPREAD, RATIO, COEFFICIENT)
"""Headings of figures that are no counts; others are categories of a cross table, or its totals."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A table taken apart: headings, labels (texts) and figures by column; nan where a cell is no figure."""

    names: tuple[str, ...]
    cells: tuple[tuple[str | None, ...], ...]
    figures: tuple[Figures, ...]
    limits: Thresholds
    sources: Sequence[Source] = field(default=())

    def numeric(self) -> list[int]:
        """Return the columns that hold figures."""
        return [
            place for place, values in enumerate(self.figures)
            if values.size and np.isfinite(values).mean() >= _FIGURES
        ]  # fmt: skip

    def headed(self, pattern: re.Pattern[str]) -> list[int]:
        """Return the columns of figures with such a heading."""
        return [place for place in self.numeric() if pattern.search(self.names[place])]

    def whole(self, place: int) -> bool:
        """Return whether a column holds whole numbers only, none of them negative."""
        values = self.figures[place][np.isfinite(self.figures[place])]
        return bool(values.size) and bool(np.all((values >= 0) & (values == np.round(values))))

    def few(self, values: Figures) -> NDArray[np.bool_]:
        """Return which figures, taken as counts, are above zero and below the threshold."""
        return np.asarray((values > 0) & (values < self.limits.smallest))


def shape_of(table: pa.Table, limits: Thresholds, sources: Sequence[Source]) -> Shape:
    """Return the table taken apart, its first rows only where it is long."""
    cells = tuple(tuple(column.slice(0, MAX_ROWS).to_pylist()) for column in table.columns)
    figures = tuple(np.asarray([_figure(cell) for cell in column]) for column in cells)
    return Shape(tuple(str(name) for name in table.column_names), cells, figures, limits, sources)


def _figure(cell: str | None) -> float:
    text = (cell or "").strip()
    if not _NUMBER.fullmatch(text):
        return float("nan")
    return float(text.replace(",", "").rstrip("% "))


def shape_issues(table: pa.Table, limits: Thresholds, sources: Sequence[Source]) -> Iterator[Issue]:
    """Yield what the kind of statistics in a table speaks against it; nothing for plain counts and sums."""
    shape = shape_of(table, limits, sources)
    for rule in RULES:
        yield from rule(shape)


def _ends(shape: Shape) -> Iterator[Issue]:
    for place in shape.headed(ENDS):
        told = _told(shape, shape.figures[place])
        verdict = Verdict.REFUSE if told else Verdict.REVIEW
        evidence = say("与来源列 {column} 的个别数值相同", column=told) if told else None
        yield Issue("extremes", where=shape.names[place], evidence=evidence, verdict=verdict)


def _quantiles(shape: Shape) -> Iterator[Issue]:
    for place in shape.headed(QUANTILE):
        told = _told(shape, shape.figures[place])
        evidence = say("与来源列 {column} 的个别数值相同", column=told) if told else None
        yield Issue("quantile", where=shape.names[place], evidence=evidence)


def _told(shape: Shape, values: Figures) -> str:
    """Return the source column in which nearly all of the values stand, most of them held by few units."""
    wanted = np.unique(values[np.isfinite(values)])
    for source in shape.sources if 0 < wanted.size <= MAX_ROWS else ():
        for name, amounts in source.figures().items():
            place = np.clip(np.searchsorted(wanted, amounts), 0, wanted.size - 1)
            sets = np.where(wanted[place] == amounts, place, -1).astype(np.int64)
            held = smallest_units(sets, source.units, wanted.size)
            seen = np.bincount(sets[sets >= 0], minlength=wanted.size) > 0
            if seen.mean() >= 0.9 and (held < shape.limits.smallest)[seen].mean() >= 0.5:
                return name
    return ""


def _spreads(shape: Shape) -> Iterator[Issue]:
    """A spread beside a count that leaves too few degrees of freedom."""
    counts = [place for place in shape.headed(COUNT) if shape.whole(place)]
    for place in shape.headed(SPREAD):
        low = [other for other in counts if np.any(shape.figures[other] - 1 < shape.limits.smallest)]
        if low:
            yield Issue("freedom", where=shape.names[place], evidence=say("样本数减一低于阈值"))


def _ratios(shape: Shape) -> Iterator[Issue]:
    """Ratios without their bases, of all or nothing, or of a few by what stands beside them."""
    counts = [place for place in shape.headed(COUNT) if shape.whole(place)]
    for place in shape.headed(RATIO):
        if place in counts:
            continue
        values = shape.figures[place]
        whole = 100.0 if np.nanmax(values) > 1.5 else 1.0
        if not counts:
            yield Issue("ratio-base", where=shape.names[place])
        if np.any((values == 0) | (values == whole)):
            yield Issue("class-disclosure", where=shape.names[place], evidence=say("比例为 0 或 100%"))
        for other in counts:
            inside = np.round(shape.figures[other] * values / whole)
            if np.any(shape.few(inside) | shape.few(shape.figures[other] - inside)):
                yield Issue(
                    "small-counts", where=shape.names[place], evidence=say("由比例可算出小于阈值的计数")
                )
                break


def _regression(shape: Shape) -> Iterator[Issue]:
    """A table of coefficients: people look at it; a variable that stands for a few is refused."""
    labels = _labels(shape)
    head = bool(shape.headed(COEFFICIENT)) and (
        any(MODEL_WORDS.search(name) for name in shape.names)
        or any(INTERCEPT.fullmatch(one) for one in labels)
    )
    if not head:
        return
    yield Issue("regression")
    for label in labels:
        few = _few_behind(shape, label)
        if few:
            evidence = say("变量只对应来源列 {column} 的少数对象", column=few)
            yield Issue("regression", where="dummy", evidence=evidence, verdict=Verdict.REFUSE)
            break
    yield from _degrees(shape, labels)


def _degrees(shape: Shape, labels: Sequence[str]) -> Iterator[Issue]:
    """Yield an issue where the table itself states too few degrees of freedom."""
    freedom = [*_stated(shape, FREEDOM), *(size - len(labels) for size in _stated(shape, SAMPLE))]
    if any(value < shape.limits.smallest for value in freedom):
        yield Issue("freedom", evidence=say("自由度低于阈值"))


def _stated(shape: Shape, pattern: re.Pattern[str]) -> list[float]:
    """Return the figures that stand under a heading or beside a label of that pattern."""
    found = [value for place in shape.headed(pattern) for value in shape.figures[place][:50]]
    for row in range(len(shape.cells[0]) if shape.cells else 0):
        if any(column[row] and pattern.search(str(column[row])) for column in shape.cells):
            found += [values[row] for values in shape.figures]
    return [float(value) for value in found if np.isfinite(value)]


def _labels(shape: Shape) -> list[str]:
    numeric = set(shape.numeric())
    texts = [column for place, column in enumerate(shape.cells) if place not in numeric]
    return [cell.strip() for cell in texts[0] if cell] if texts else []


def _few_behind(shape: Shape, label: str) -> str:
    """Return the source column of which the label names a value that few units have."""
    parts = {canonical(part) for part in _LABEL.findall(label)} - {""}
    for source in shape.sources:
        for name in source.table.column_names:
            if canonical(name) not in parts and not any(name in part for part in (label,)):
                continue
            rest = pa.array(sorted(parts - {canonical(name), "c", "t"}), pa.string())
            known = canonical_array(source.table.column(name))
            hit = np.isin(np.asarray(known.to_numpy(zero_copy_only=False), dtype=object), rest.to_pylist())
            held = int(smallest_units(np.where(hit, 0, -1).astype(np.int64), source.units, 1)[0])
            if hit.any() and held < shape.limits.smallest:
                return str(name)
    return ""


def _survival(shape: Shape) -> Iterator[Issue]:
    """A life table or curve: steps with few events or few at risk show single fates."""
    risk, share = shape.headed(AT_RISK), shape.headed(SURVIVAL)
    timed = any(TIME.search(name) for name in shape.names)
    if not risk and not (share and timed):
        return
    few = [place for place in (*risk, *shape.headed(EVENTS)) if np.any(shape.few(shape.figures[place]))]
    evidence = say("有时点的事件或在险对象少于阈值") if few else None
    yield Issue("survival", evidence=evidence, verdict=Verdict.REFUSE if few else None)


def _counts(shape: Shape) -> Iterator[Issue]:
    """Cross tables: counts under headings that are categories; small ones and zeros."""
    numeric = shape.numeric()
    text = len(shape.names) > len(numeric)
    stated = any(one.search(shape.names[place]) for place in numeric for one in _STATED)
    crossed = text and not stated and len(numeric) >= 2 and all(shape.whole(place) for place in numeric)
    places = numeric if crossed else [one for one in shape.headed(COUNT) if shape.whole(one)]
    if any(np.any(shape.few(shape.figures[place])) for place in places):
        yield Issue("small-counts", where="、".join(shape.names[place] for place in places[:3]))
    if any(np.any(shape.figures[place] == 0) for place in places):
        yield Issue("zero-cells")


def _subtracted(shape: Shape) -> Iterator[Issue]:
    """Suppressed cells that the totals of the same table give back."""
    numeric = [
        place for place, values in enumerate(shape.figures)
        if values.size and np.isfinite(values).any() and np.isfinite(values).mean() >= 0.2
    ]  # fmt: skip
    if len(numeric) < 1 or not shape.cells or len(shape.cells[0]) < 2:
        return
    grid = np.column_stack([shape.figures[place] for place in numeric])
    names = [shape.names[place] for place in numeric]
    texts = [column for place, column in enumerate(shape.cells) if place not in numeric]
    labels = [" ".join(str(column[row] or "") for column in texts) for row in range(grid.shape[0])]
    back = given_back(grid, labels, names)
    values = np.asarray([value for _, _, value in back])
    if values.size and np.any(shape.few(np.round(values))):
        evidence = say("{cells} 格隐去的数可由合计减出", cells=len(back))
        yield Issue("subtraction", evidence=evidence)


Rule = Callable[[Shape], Iterator[Issue]]
RULES: tuple[Rule, ...] = (
    _ends, _quantiles, _spreads, _ratios, _regression, _survival, _counts, _subtracted,
)  # fmt: skip
