"""Decision trees asked for by a specification: grown by the gate on the snapshot, written by it as JSON.

Nothing that a developer trained is read. Looks at who stands in each leaf: distinct units of every kind,
whose figures make up its mean, whether all are of one class; at degrees of freedom, at categories of a few,
and whether the tree tells members from others. Pure; called by `specified`, which sends all to people.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sandbox.egress.cells import attributed
from sandbox.egress.content import Document, Issue, Tree
from sandbox.egress.expressions import Kind
from sandbox.egress.fitting import MAX_CATEGORIES, MAX_FEATURES, SIGNIFICANT, area
from sandbox.egress.kinds import column_kind
from sandbox.egress.origin import Source
from sandbox.egress.tree_growth import (
    Feature,
    Floats,
    Growth,
    Node,
    Target,
    Whole,
    cuts_of,
    grow,
    leaves_of,
)
from sandbox.egress.units import Ids, shares, smallest_units
from sandbox.kernel.errors import InputError
from sandbox.kernel.grades import Thresholds
from sandbox.kernel.message import say

MAX_DEPTH = 6
MAX_CLASSES = 10
FORMAT = "decision-tree/1"
_KEYS = frozenset({"model", "table", "subject", "target", "features", "depth", "leaf", "seed"})
_SAMPLE = 200_000
_SHARE = 0.05
"""To how much the share of a class in a leaf is rounded."""


@dataclass(frozen=True, slots=True)
class Grown:
    """What the gate grew: the document that may leave, and what speaks against it."""

    document: bytes
    issues: tuple[Issue, ...]
    leaves: Whole | None = None
    """The leaf in which every row of the source ends, -1 for a row that it is not grown over."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The rows that a tree is grown over: its columns, what it predicts, units row for row.

    `present` says which rows of the source they are.
    """

    features: tuple[Feature, ...]
    target: Target
    classes: tuple[str, ...]
    units: Mapping[str, Ids]
    present: NDArray[np.bool_]

    @property
    def rows(self) -> int:
        """Return the number of rows."""
        return len(self.target.values)


@dataclass(frozen=True, slots=True)
class Shown:
    """A tree, in which node each row ends, and what is left unsaid of few or said roughly."""

    nodes: Sequence[Node]
    ends: Whole
    limits: Thresholds


def read_tree(document: Mapping[str, Document]) -> Tree:
    """Return the tree that a document asks for; InputError for other keys, bounds or repeated columns."""
    if set(document) != _KEYS:
        raise InputError(
            say("树模型的说明须正好有 model、table、subject、target、features、depth、leaf、seed 八项")
        )
    listed, names = document["features"], [document[name] for name in ("table", "subject", "target")]
    words = [*names, *(listed if isinstance(listed, Sequence) and not isinstance(listed, str) else [])]
    if not 3 < len(words) <= 3 + MAX_FEATURES or not all(isinstance(word, str) for word in words):
        raise InputError(say("模型的 features 须是 1 到 {most} 个列名", most=MAX_FEATURES))
    table, subject, target, *columns = (str(word) for word in words)
    if len({target, *columns}) != len(columns) + 1:
        raise InputError(say("模型的 target 和 features 不能有重复的列"))
    depth, leaf, seed = (_whole(document[name]) for name in ("depth", "leaf", "seed"))
    if not 1 <= depth <= MAX_DEPTH or leaf < 1 or seed < 0:
        raise InputError(say("depth 须是 1 到 {most}，leaf 和 seed 须是整数", most=MAX_DEPTH))
    return Tree(table, subject, target, tuple(columns), depth, leaf, seed)


def _whole(value: Document) -> int:
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else -1


def plant(tree: Tree, source: Source, units: Mapping[str, Ids]) -> Grown:
    """Return the tree grown over the source; `units` count, the subject's among them.

    Raises InputError for unknown or identifying columns, a target of too many classes, or where no split
    leaves enough units on both sides.
    """
    limits = source.thresholds
    if tree.leaf < limits.smallest:
        return Grown(b"", (Issue("tree-leaf", evidence=say("所要的叶子 {leaf} 个对象", leaf=tree.leaf)),))
    kept, rare = kept_rows(tree, source, units)
    whole = int(smallest_units(np.zeros(kept.rows, np.int64), kept.units, 1)[0])
    if rare or whole < 2 * tree.leaf:
        few = () if rare else (Issue("freedom", evidence=say("统计对象减去参数后少于阈值")),)
        return Grown(b"", (*rare, *few))
    growth = _growth(tree, kept)
    nodes = grow(growth, np.arange(kept.rows))
    if len(nodes) == 1:
        raise InputError(
            say("没有一种分法既有解释力、又使两侧都有足够的统计对象，请换变量、减小 leaf 或合并类别")
        )
    ends = leaves_of(nodes, growth.features, kept.rows)
    held = [*freedom(nodes, whole, limits), *leaf_issues(kept, nodes, ends, limits, tree.leaf)]
    held += told_apart(growth, limits)
    leaves = np.full(kept.present.size, -1, np.int64)
    leaves[kept.present] = ends
    document = spelled(tree, kept, growth.features, Shown(nodes, ends, limits))
    return Grown(written(document), tuple(held), leaves)


def _growth(tree: Tree, kept: Kept) -> Growth:
    """Return how to grow: the author's seed settles only in which order equal splits are looked at."""
    order = np.random.default_rng(tree.seed).permutation(len(kept.features))
    features = tuple(kept.features[int(place)] for place in order)
    return Growth(features, kept.target, kept.units, tree.depth, tree.leaf)


def kept_rows(tree: Tree, source: Source, units: Mapping[str, Ids]) -> tuple[Kept, tuple[Issue, ...]]:
    """Return the rows that a tree uses, and what speaks against its columns; InputError as `plant`."""
    named = (tree.target, *tree.features)
    for name in (*named, tree.subject):
        if name not in source.table.column_names:
            raise InputError(say("表 {table} 没有列 {name}", table=source.name, name=name))
    if source.identifiers & set(named) or tree.subject in named:
        raise InputError(say("能识别个人或企业的列不能作变量，请改用其他列"))
    present = np.ones(source.table.num_rows, np.bool_)
    for name in named:
        present &= pc.is_valid(source.table.column(name)).to_numpy(zero_copy_only=False)
    features = [_feature(source.table.column(name), name, units, source.thresholds) for name in tree.features]
    target, classes = _target(source.table.column(tree.target).filter(pa.array(present)), tree.target)
    counted = {kind: ids[present] for kind, ids in units.items()}
    kept = Kept(
        tuple(replace(one, bins=one.bins[present]) for one in features), target, classes, counted, present
    )
    columns = [(one.name, one.bins, len(one.categories)) for one in kept.features if one.categories]
    columns += [(tree.target, target.values.astype(np.int64), len(classes))] if classes else []
    rare = []
    for name, codes, count in columns:
        held = smallest_units(codes, counted, count)
        if (
            int(held[np.bincount(codes, minlength=count) > 0].min(initial=1 << 30))
            < source.thresholds.smallest
        ):
            evidence = say("列 {name} 有类别的对象少于阈值", name=name)
            rare.append(Issue("small-group", where=name, evidence=evidence))
    return kept, tuple(rare)


def _feature(column: pa.ChunkedArray, name: str, units: Mapping[str, Ids], limits: Thresholds) -> Feature:
    """Return a column in bins, over all of its rows: the same bins whatever else is asked for."""
    if column_kind(column) is Kind.NUMBER:
        values = pc.cast(column, pa.float64()).to_numpy(zero_copy_only=False)
        known = np.isfinite(values)
        cuts = cuts_of(values[known], {kind: ids[known] for kind, ids in units.items()}, limits.smallest)
        return Feature(name, np.searchsorted(cuts, values, side="right").astype(np.int64), cuts)
    codes, names = _coded(column, name, MAX_CATEGORIES)
    return Feature(name, codes, np.zeros(0), names)


def _target(column: pa.ChunkedArray, name: str) -> tuple[Target, tuple[str, ...]]:
    """Return what is predicted: classes where the column holds a few values, else figures."""
    if column_kind(column) is Kind.NUMBER and len(pc.unique(column)) > MAX_CLASSES:
        return Target(pc.cast(column, pa.float64()).to_numpy(zero_copy_only=False)), ()
    codes, names = _coded(column, name, MAX_CLASSES)
    return Target(codes.astype(np.float64), len(names)), names


def _coded(column: pa.ChunkedArray, name: str, most: int) -> tuple[Whole, tuple[str, ...]]:
    text = pc.cast(column, pa.string())
    names = sorted(pc.unique(text).drop_null().to_pylist())
    if not 2 <= len(names) <= most:
        raise InputError(say("列 {name} 须有 2 到 {most} 个类别，请先合并", name=name, most=most))
    codes = pc.fill_null(pc.index_in(text, value_set=pa.array(names, pa.string())), 0)
    return codes.to_numpy(zero_copy_only=False).astype(np.int64), tuple(names)


def freedom(nodes: Sequence[Node], whole: int, limits: Thresholds) -> Iterator[Issue]:
    """Yield an issue unless units exceed what the tree chose (a column and a cut a split, a value a leaf)."""
    splits = sum(node.feature >= 0 for node in nodes)
    if whole - 2 * splits - (len(nodes) - splits) < limits.smallest:
        yield Issue("freedom", evidence=say("统计对象减去参数后少于阈值"))


def leaf_issues(
    kept: Kept, nodes: Sequence[Node], ends: Whole, limits: Thresholds, leaf: int
) -> Iterator[Issue]:
    """Yield what is wrong with who stands in the leaves."""
    count = len(nodes)
    used = np.bincount(ends, minlength=count) > 0
    if int(smallest_units(ends, kept.units, count)[used].min()) < leaf:
        yield Issue("small-group", evidence=say("有叶子的对象少于阈值"))
    if kept.target.classes:
        sums = kept.target.sums(ends, np.arange(kept.rows), count)[used]
        pure = (sums == 0).sum(axis=1) == kept.target.classes - 1
    else:
        low, high = np.full(count, np.inf), np.full(count, -np.inf)
        np.minimum.at(low, ends, kept.target.values)
        np.maximum.at(high, ends, kept.target.values)
        pure = (low == high)[used]
    if pure.any():
        yield Issue("class-disclosure", evidence=say("{cells} 个叶子全部属于同一类", cells=int(pure.sum())))
    if not kept.target.classes and _dominated(kept, ends, count, limits):
        yield Issue("dominance", evidence=say("有叶子的平均主要来自一两个对象"))


def _dominated(kept: Kept, ends: Whole, count: int, limits: Thresholds) -> bool:
    for ids in attributed(kept.units):
        part = shares(ends, ids, kept.target.values, count)
        two, some = part.largest + part.second, part.total > 0
        bad = (part.largest >= limits.largest_share * part.total) | (
            two >= limits.two_largest_share * part.total
        )
        bad |= part.total - two < limits.p_percent * part.largest
        if (bad & some).any():
            return True
    return False


def told_apart(growth: Growth, limits: Thresholds) -> Iterator[Issue]:
    """Yield an issue when trees over half of the units tell them from the other half by their losses.

    Membership inference by loss (Yeom et al. 2018) with shadow trees (Shokri et al. 2017), each half in
    turn; the halves are the gate's own. The chance is the area under the ROC curve.
    """
    ids = next(iter(growth.units.values()))
    half = halves(ids)
    if not half.any() or half.all():
        return
    most = 0.0
    for inside in (half, ~half):
        lost = _losses(growth, inside)
        step = max(1, len(lost) // _SAMPLE)
        most = max(most, area(lost[inside][::step], lost[~inside][::step]))
    if most > 0.5 + limits.advantage:
        yield Issue("membership", evidence=say("由预测误差认出成员的机会是 {area}", area=f"{most:.2f}"))


def halves(ids: Ids) -> NDArray[np.bool_]:
    """Return which rows belong to the first half of the units, by a fixed mixing of their numbers."""
    mixed = (ids.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    return np.asarray((mixed >> np.uint64(40)) & np.uint64(1), np.bool_)


def _losses(growth: Growth, inside: NDArray[np.bool_]) -> Floats:
    """Return every row's loss under the tree that is grown over the rows inside."""
    rows = np.flatnonzero(inside)
    nodes = grow(growth, rows)
    ends = leaves_of(nodes, growth.features, len(inside))
    sums = growth.target.sums(ends[rows], rows, len(nodes))
    sizes = np.bincount(ends[rows], minlength=len(nodes)).astype(np.float64)
    means = sums / np.maximum(sizes, 1)[:, None]
    values = growth.target.values
    if growth.target.classes:
        return np.asarray(1 - means[ends, values.astype(np.int64)], np.float64)
    return np.asarray(np.abs(values - means[ends, 0]), np.float64)


def spelled(tree: Tree, kept: Kept, features: Sequence[Feature], shown: Shown) -> dict[str, object]:
    """Return the tree as the gate's own JSON has it: round cuts, rounded values, subjects in whole tens."""
    nodes, ends = shown.nodes, shown.ends
    rows, count = np.arange(kept.rows), len(nodes)
    held = smallest_units(ends, kept.units, count)
    sums = kept.target.sums(ends, rows, count)
    sizes = np.maximum(np.bincount(ends, minlength=count), 1)
    steps = steps_of(kept, ends, sizes, shown.limits)
    lines: list[dict[str, object]] = []
    for number, node in enumerate(nodes):
        if node.feature >= 0:
            lines.append({"id": number, **_test(features[node.feature], node)})
            continue
        leaf: dict[str, object] = {"id": number, "subjects": int(held[number]) // 10 * 10}
        if kept.classes:
            leaf |= _classes(kept, ends == number, shown.limits.smallest)
        else:
            mean, step = sums[number, 0] / sizes[number], steps[number]
            leaf["value"] = float(f"{round(mean / step) * step if step > 0 else mean:.{SIGNIFICANT}g}")
        lines.append(leaf)
    whole = int(smallest_units(np.zeros(kept.rows, np.int64), kept.units, 1)[0])
    return {
        "format": FORMAT, "table": tree.table, "target": tree.target,
        "predicts": "class" if kept.classes else "figure", "subjects": whole // 10 * 10, "nodes": lines,
    }  # fmt: skip


def written(document: Mapping[str, object]) -> bytes:
    """Return a document as the bytes that may leave."""
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def steps_of(kept: Kept, ends: Whole, sizes: Whole, limits: Thresholds) -> Floats:
    """Return to what the mean of each leaf is rounded, so that trees say little by subtraction.

    Who takes one leaf of two trees from another, and knows its rows, still knows nobody's figure better than
    by the p% of the largest contribution in it: half a step times the rows is as much or more.
    """
    largest = np.zeros(len(sizes))
    for ids in attributed(kept.units):
        largest = np.maximum(largest, shares(ends, ids, kept.target.values, len(sizes)).largest)
    wanted = 2 * limits.p_percent * largest / sizes
    power = 10.0 ** np.floor(np.log10(np.where(wanted > 0, wanted, 1)))
    factor = np.select([wanted <= power, wanted <= 2 * power, wanted <= 5 * power], [1, 2, 5], 10)
    return np.asarray(np.where(wanted > 0, factor * power, 0), np.float64)


def _test(feature: Feature, node: Node) -> dict[str, object]:
    """Return a split in words: below a round figure, or one of some categories."""
    step: dict[str, object] = {"column": feature.name}
    if feature.categories:
        step["in"] = [feature.categories[place] for place in node.left]
    else:
        step["below"] = float(f"{feature.cuts[max(node.left)]:.{SIGNIFICANT}g}")
    return step | {"yes": node.yes, "no": node.no}


def _classes(kept: Kept, here: NDArray[np.bool_], least: int) -> dict[str, object]:
    """Return a leaf's commonest class, and rounded shares of the classes that many units in it have."""
    codes = kept.target.values[here].astype(np.int64)
    units = {kind: ids[here] for kind, ids in kept.units.items()}
    held = smallest_units(codes, units, len(kept.classes))
    part = np.bincount(codes, minlength=len(kept.classes)) / max(len(codes), 1)
    shown = {
        name: round(round(float(part[place]) / _SHARE) * _SHARE, 2)
        for place, name in enumerate(kept.classes)
        if held[place] >= least
    }
    return {"class": kept.classes[int(part.argmax())], "shares": shown}
