"""A decision tree grown over bins in which enough units stand: the places of cuts, the search, the leaves.

CART (Breiman, Friedman, Olshen and Stone, 1984) with two bounds of our own: a cut lies between the middles of
two groups of units, rounded, and so is nobody's value; and each side of a split keeps so many distinct units
of every kind, which rows do not tell. Pure numpy; called by `trees`, which judges what has grown.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sandbox.egress.units import Ids, distinct_per_set, smallest_units

MAX_BINS = 32
LEAST_GAIN = 1e-3
"""Share of the whole spread that a split must take away to be worth a cut."""

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Feature:
    """One column: the bin of every row, and the cuts between bins or the category of each bin."""

    name: str
    bins: Whole
    cuts: Floats
    categories: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """Return the number of bins."""
        return len(self.categories) or len(self.cuts) + 1


@dataclass(frozen=True, slots=True)
class Node:
    """A split by the bins that go left, or a leaf (feature -1)."""

    feature: int = -1
    left: tuple[int, ...] = ()
    yes: int = -1
    no: int = -1


@dataclass(frozen=True, slots=True)
class Target:
    """What is predicted, row by row: figures, or codes of classes."""

    values: Floats
    classes: int = 0

    def sums(self, sets: Whole, rows: Whole, count: int) -> Floats:
        """Return per set the sum of the figures, or how many rows each class has; (count, 1 or classes)."""
        if not self.classes:
            figures = np.bincount(sets, weights=self.values[rows], minlength=count)
            return figures.astype(np.float64)[:, None]
        pairs = sets * self.classes + self.values[rows].astype(np.int64)
        whole = np.bincount(pairs, minlength=count * self.classes)
        return whole.reshape(count, self.classes).astype(np.float64)


@dataclass(frozen=True, slots=True)
class Growth:
    """How a tree is to grow: the columns in the order in which ties are broken, depth, least units."""

    features: tuple[Feature, ...]
    target: Target
    units: Mapping[str, Ids]
    depth: int
    leaf: int


def cuts_of(values: Floats, units: Mapping[str, Ids], smallest: int) -> Floats:
    """Return cuts through figures such that between any two neighbours stand `smallest` units of each kind.

    A cut is the middle of two bins' medians, rounded to a quarter of their distance or less: nobody's own
    figure, and the same for every tree over the same data.
    """
    whole = int(smallest_units(np.zeros(len(values), np.int64), units, 1)[0])
    number = min(MAX_BINS, whole // (2 * smallest))
    if number < 2:
        return np.zeros(0)
    edges = np.unique(np.quantile(values, np.linspace(0, 1, number + 1)[1:-1], method="higher"))
    kept = _merged(edges, values, units, smallest)
    bins = np.searchsorted(kept, values, side="right")
    middles = [float(np.median(values[bins == place])) for place in range(len(kept) + 1)]
    between = np.unique([_between(low, high) for low, high in pairwise(middles)])
    return _merged(between, values, units, smallest)


def _between(low: float, high: float) -> float:
    """Return a round figure about halfway between two."""
    gap = high - low
    if gap <= 0:
        return low
    step = 10.0 ** math.floor(math.log10(gap / 4))
    return round((low + high) / 2 / step) * step


def _merged(edges: Floats, values: Floats, units: Mapping[str, Ids], smallest: int) -> Floats:
    """Return the edges left when every bin with too few units has joined a neighbour."""
    bins = np.searchsorted(edges, values, side="right").astype(np.int64)
    held = smallest_units(bins, units, len(edges) + 1)
    kept: list[float] = []
    most = 0
    for place, edge in enumerate(edges):
        most = max(most, int(held[place]))  # of a union at least as many stand as of its largest part
        if most >= smallest:
            kept.append(float(edge))
            most = 0
    if kept and max(most, int(held[-1])) < smallest:
        kept.pop()
    return np.asarray(kept)


def grow(growth: Growth, rows: Whole) -> tuple[Node, ...]:
    """Return the tree grown over some rows, node by node; the root is the first."""
    nodes: list[Node] = [Node()]
    waiting = [(0, rows, 0)]
    least = LEAST_GAIN * _spread(growth.target, rows)
    while waiting:
        place, held, depth = waiting.pop(0)
        found = _best(growth, held, least) if depth < growth.depth else None
        if found is None:
            continue
        number, left = found
        goes = np.isin(growth.features[number].bins[held], left)
        nodes[place] = Node(number, left, len(nodes), len(nodes) + 1)
        waiting += [(len(nodes), held[goes], depth + 1), (len(nodes) + 1, held[~goes], depth + 1)]
        nodes += [Node(), Node()]
    return tuple(nodes)


def _spread(target: Target, rows: Whole) -> float:
    """Return the sum of squares about the mean; of classes, Gini's times the number of rows."""
    sums = target.sums(np.zeros(len(rows), np.int64), rows, 1)[0]
    squares = float(len(rows)) if target.classes else float((target.values[rows] ** 2).sum())
    return squares - float((sums**2).sum()) / max(len(rows), 1)


def _best(growth: Growth, rows: Whole, least: float) -> tuple[int, tuple[int, ...]] | None:
    """Return the column and the bins that go left in the best split, or None when none is worth it."""
    packed = [np.unique(ids[rows], return_inverse=True) for ids in growth.units.values()]
    best, most = None, least
    for number, feature in enumerate(growth.features):
        found = _split(growth, feature, rows, packed)
        if found is not None and found[0] > most:
            most, best = found[0], (number, found[1])
    return best


def _split(
    growth: Growth, feature: Feature, rows: Whole, packed: Sequence[tuple[Ids, Whole]]
) -> tuple[float, tuple[int, ...]] | None:
    bins, count = feature.bins[rows], feature.count
    if count < 2:
        return None
    sizes = np.bincount(bins, minlength=count).astype(np.float64)
    sums = growth.target.sums(bins, rows, count)
    order = np.arange(count)
    if feature.categories:
        first = sums[:, int(sums.sum(axis=0).argmax())]
        order = np.argsort(np.where(sizes > 0, first / np.maximum(sizes, 1), np.inf), kind="stable")
    rank = np.empty(count, np.int64)
    rank[order] = np.arange(count)
    left, size = np.cumsum(sums[order], axis=0)[:-1], np.cumsum(sizes[order])[:-1]
    right, rest = sums.sum(axis=0) - left, sizes.sum() - size
    with np.errstate(divide="ignore", invalid="ignore"):
        gain = (left**2).sum(axis=1) / size + (right**2).sum(axis=1) / rest
    gain -= float((sums.sum(axis=0) ** 2).sum()) / len(rows)
    allowed = _enough(rank[bins], count, packed, growth.leaf)
    if not allowed.any():
        return None
    place = int(np.where(allowed, gain, -np.inf).argmax())
    return float(gain[place]), tuple(sorted(int(one) for one in order[: place + 1]))


def _enough(ranks: Whole, count: int, packed: Sequence[tuple[Ids, Whole]], leaf: int) -> NDArray[np.bool_]:
    """Return after which ranks a cut leaves `leaf` distinct units of every kind on both sides."""
    allowed = np.ones(count - 1, np.bool_)
    for ids, inverse in packed:
        lowest, highest = np.full(len(ids), count), np.full(len(ids), -1)
        np.minimum.at(lowest, inverse, ranks)
        np.maximum.at(highest, inverse, ranks)
        known = ids != 0
        left = np.cumsum(np.bincount(lowest[known], minlength=count))[:-1]
        right = known.sum() - np.cumsum(np.bincount(highest[known], minlength=count))[:-1]
        allowed &= (left >= leaf) & (right >= leaf)
    return allowed


def leaves_of(nodes: Sequence[Node], features: Sequence[Feature], rows: int) -> Whole:
    """Return for each row the number of the node in which it ends."""
    place = np.zeros(rows, np.int64)
    for number, node in enumerate(nodes):
        if node.feature < 0:
            continue
        here = place == number
        goes = np.isin(features[node.feature].bins, node.left)
        place[here & goes], place[here & ~goes] = node.yes, node.no
    return place


def units_in(leaves: Whole, units: Mapping[str, Ids], count: int) -> dict[str, Whole]:
    """Return per kind how many distinct units stand in each node."""
    return {kind: distinct_per_set(leaves, ids, count) for kind, ids in units.items()}
