"""Decision trees that are handed in: walked again by the gate, and written from its own cuts.

A split must be the best there is by the rows, as CART takes it (Breiman et al. 1984), and a leaf must say
what its rows say: else the tree does not follow from the data, and its choices may spell a message. What
leaves has the cuts of `tree_growth`, nobody's value, and figures of the gate. Pure; called by `handed`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sandbox.egress.content import Branches, Handed, Issue, Tree
from sandbox.egress.graphing import Split, tree_graph
from sandbox.egress.origin import Source
from sandbox.egress.tree_growth import Floats, Growth, Node, Whole, leaves_of
from sandbox.egress.trees import (
    MAX_DEPTH,
    Kept,
    Shown,
    freedom,
    kept_rows,
    leaf_issues,
    spelled,
    told_apart,
    written,
)
from sandbox.egress.units import Ids, smallest_units
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import say

NEAR = 1e-4
"""How far a gain may lie below the best one, as a share of it; a leaf's figure off, of the whole spread."""
_HALF = 0.5
_ALIKE = np.float32(1e-7)
"""Values nearer than this are no two values to scikit-learn."""
_NOISE = 1e-12


@dataclass(frozen=True, slots=True)
class Replanted:
    """What the gate made of a tree: JSON and ONNX that may leave, and what speaks against them."""

    document: bytes = b""
    graph: bytes = b""
    issues: tuple[Issue, ...] = ()
    leaves: Whole | None = None


@dataclass(frozen=True, slots=True)
class _Input:
    """One column of what a model takes: a feature by its place, and the category that it marks."""

    feature: int
    category: int = -1


@dataclass(slots=True)
class _Walk:
    """A tree over its rows: the inputs' values as the file's library holds them, and where rows end."""

    tree: Branches
    kept: Kept
    inputs: tuple[_Input, ...]
    values: Sequence[NDArray[np.float32]]
    least: int = 1
    ends: Whole = field(default_factory=lambda: np.zeros(0, np.int64))


def replant(
    handed: Handed, tree: Branches, source: Source, units: Mapping[str, Ids], seen: Source
) -> Replanted:
    """Return the tree written anew over the source, and whether the file's own follows from `seen`.

    Raises InputError for unknown columns, other inputs or classes than the specification's, or where no split
    is left that enough units stand on both sides of.
    """
    limits = source.thresholds
    asked = Tree(
        handed.table, handed.subject, handed.target, handed.features, MAX_DEPTH, limits.smallest, seed=0
    )
    kept, rare = kept_rows(asked, source, units)
    if rare:
        return Replanted(issues=rare)
    walk = _walk(handed, tree, kept, source)
    whole = int(smallest_units(np.zeros(kept.rows, np.int64), kept.units, 1)[0])
    held = [*_few(walk, limits.smallest), *_unlike(walk if seen is source else _as_seen(walk, handed, seen))]
    if held:
        return Replanted(issues=tuple(held))
    nodes, splits = _rewritten(walk, limits.smallest)
    if len(nodes) == 1:
        raise InputError(say("按闸口的切分点重写后不剩有足够统计对象的切分，请减小深度、加大叶子"))
    ends = leaves_of(nodes, kept.features, kept.rows)
    held += [*freedom(nodes, whole, limits), *leaf_issues(kept, nodes, ends, limits, limits.smallest)]
    held += told_apart(Growth(kept.features, kept.target, kept.units, _depth(tree), limits.smallest), limits)
    document = spelled(asked, kept, kept.features, Shown(nodes, ends, limits))
    order = _ordered(walk, source)
    document["inputs"] = [_called(kept, walk.inputs[place]) for place in order]
    splits = [replace(one, input=order.index(one.input)) for one in splits]
    graph = tree_graph(_leaved(document, splits, kept.classes), len(walk.inputs), kept.classes)
    leaves = np.full(kept.present.size, -1, np.int64)
    leaves[kept.present] = ends
    return Replanted(written(document), graph, tuple(held), leaves)


def _ordered(walk: _Walk, source: Source) -> list[int]:
    """Return the inputs in the order of the table's columns: which the author named first tells nothing."""
    columns = [walk.kept.features[one.feature].name for one in walk.inputs]
    names = source.table.column_names
    return sorted(range(len(columns)), key=lambda place: (names.index(columns[place]), place))


def _called(kept: Kept, one: _Input) -> str:
    feature = kept.features[one.feature]
    return feature.name if one.category < 0 else f"{feature.name}={feature.categories[one.category]}"


def _depth(tree: Branches) -> int:
    depths, waiting = [0], [(0, 0)]
    while waiting:
        place, depth = waiting.pop()
        depths.append(depth)
        node = tree.nodes[place]
        waiting += [(node.yes, depth + 1), (node.no, depth + 1)] if node.input >= 0 else []
    return max(depths)


def _walk(handed: Handed, tree: Branches, kept: Kept, source: Source) -> _Walk:
    """Return the tree with every row in its leaf; InputError for other inputs, classes or depth."""
    inputs = []
    for place, column in enumerate(kept.features):
        if column.categories:
            inputs += [_Input(place, at) for at in range(0 if handed.every else 1, len(column.categories))]
        else:
            inputs.append(_Input(place))
    names = "、".join(_called(kept, one) for one in inputs)
    if max(one.input for one in tree.nodes) >= len(inputs):
        raise InputError(say("模型有更多变量，按说明应有：{names}", names=names))
    if tuple(tree.classes) != kept.classes:
        raise InputError(
            say("模型的类别须是 target 的取值，按文字排序：{names}", names="、".join(kept.classes))
        )
    if _depth(tree) > MAX_DEPTH:
        raise InputError(say("决策树的深度不得超过 {most}", most=MAX_DEPTH))
    values = []
    for one in inputs:
        feature = kept.features[one.feature]
        if one.category >= 0:
            values.append((feature.bins == one.category).astype(np.float32))
            continue
        held = source.table.column(feature.name).filter(pa.array(kept.present))
        values.append(pc.cast(held, pa.float64()).to_numpy(zero_copy_only=False).astype(np.float32))
    walk = _Walk(tree, kept, tuple(inputs), values)
    walk.ends = _ends(walk)
    sizes = np.bincount(walk.ends, minlength=len(tree.nodes))
    walk.least = max(1, int(min(sizes[place] for place, one in enumerate(tree.nodes) if one.input < 0)))
    return walk


def _as_seen(walk: _Walk, handed: Handed, seen: Source) -> _Walk:
    """Return the walk over the rows that the seat saw; InputError where canaries have other categories."""
    asked = Tree(handed.table, handed.subject, handed.target, handed.features, MAX_DEPTH, 1, seed=0)
    rows = np.arange(1, seen.table.num_rows + 1, dtype=np.uint32)
    kept = kept_rows(asked, seen, {"row": rows})[0]
    other = _walk(handed, walk.tree, kept, seen)
    if [_called(kept, one) for one in other.inputs] != [_called(walk.kept, one) for one in walk.inputs]:
        raise InputError(say("列的类别须是快照里有的，请合并只有个别记录的类别"))
    return other


def _ends(walk: _Walk) -> Whole:
    ends = np.zeros(walk.kept.rows, np.int64)
    for place in _downwards(walk.tree):
        node = walk.tree.nodes[place]
        here = ends == place
        goes = walk.values[node.input] <= np.float64(node.upto)
        ends[here & goes], ends[here & ~goes] = node.yes, node.no
    return ends


def _downwards(tree: Branches) -> Iterator[int]:
    """Yield the splits, each before what is below it."""
    waiting = [0]
    while waiting:
        place = waiting.pop(0)
        node = tree.nodes[place]
        if node.input >= 0:
            yield place
            waiting += [node.yes, node.no]


def _few(walk: _Walk, smallest: int) -> Iterator[Issue]:
    """Yield an issue when a leaf of the file has too few units of some kind, none included."""
    held = smallest_units(walk.ends, walk.kept.units, len(walk.tree.nodes))
    leaves = [place for place, node in enumerate(walk.tree.nodes) if node.input < 0]
    if min(int(held[place]) for place in leaves) < smallest:
        yield Issue("small-group", evidence=say("模型文件有叶子的对象少于阈值"))


def _unlike(walk: _Walk) -> Iterator[Issue]:
    """Yield issues for leaves that say something else than their rows, and splits that are not the best."""
    kept, rows = walk.kept, np.arange(walk.kept.rows)
    sums = kept.target.sums(walk.ends, rows, len(walk.tree.nodes))
    sizes = np.maximum(np.bincount(walk.ends, minlength=len(walk.tree.nodes)), 1)
    spread = 1.0 if kept.classes else float(np.ptp(kept.target.values))
    for place, node in enumerate(walk.tree.nodes):
        told = np.asarray(node.values)
        whole = told.sum() if kept.classes else 1.0
        true = sums[place] / sizes[place]
        if node.input < 0 and (whole <= 0 or np.abs(told / whole - true).max() > NEAR * spread):
            yield Issue("model-numbers", evidence=say("有叶子的数值与落入叶子的记录不符"))
            break
    if not any(_best(walk, entropy=entropy) for entropy in ((False, True) if kept.classes else (False,))):
        yield Issue("model-numbers", evidence=say("有切分不是全部数据上的最优切分"))


def _best(walk: _Walk, *, entropy: bool) -> bool:
    """Return whether every split gains as much as the best one would, by variance or Gini, or by entropy."""
    held: dict[int, Whole] = {0: np.arange(walk.kept.rows)}
    for place in _downwards(walk.tree):
        node, rows = walk.tree.nodes[place], held.pop(place)
        goes = walk.values[node.input][rows] <= np.float64(node.upto)
        held[node.yes], held[node.no] = rows[goes], rows[~goes]
        own = _worth(walk, [rows[goes], rows[~goes]], entropy=entropy)
        most, none = _most(walk, rows, entropy=entropy), _worth(walk, [rows], entropy=entropy)
        if own < most - NEAR * (most - none) - _NOISE * abs(most):
            return False
    return True


def _worth(walk: _Walk, sides: Sequence[Whole], *, entropy: bool) -> float:
    """Return how good a split into these sides is; larger is better."""
    sums = np.stack([_target(walk, rows).sum(axis=0) for rows in sides])
    sizes = np.asarray([max(len(rows), 1) for rows in sides], np.float64)
    return float(_sums_worth(sums, sizes, entropy=entropy).sum())


def _target(walk: _Walk, rows: Whole) -> Floats:
    target = walk.kept.target
    if target.classes:
        return np.eye(target.classes)[target.values[rows].astype(np.int64)]
    return np.asarray(target.values[rows] - target.values.mean())[:, None]


def _sums_worth(sums: Floats, sizes: Floats, *, entropy: bool) -> Floats:
    if not entropy:
        return np.asarray((sums**2).sum(axis=1) / sizes)
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = np.where(sums > 0, sums * np.log(sums / sizes[:, None]), 0)
    return np.asarray(parts.sum(axis=1))


def _most(walk: _Walk, rows: Whole, *, entropy: bool) -> float:
    """Return the worth of the best split of some rows that leaves enough of them on both sides."""
    told, most = _target(walk, rows), -np.inf
    for values in walk.values:
        order = np.argsort(values[rows], kind="stable")
        held = values[rows][order]
        sums = np.cumsum(told[order], axis=0)
        at = np.flatnonzero(held[1:] > held[:-1] + _ALIKE)
        at = at[(at + 1 >= walk.least) & (len(rows) - at - 1 >= walk.least)]
        if not len(at):
            continue
        left, size = sums[at], (at + 1).astype(np.float64)
        worth = _sums_worth(left, size, entropy=entropy)
        worth = worth + _sums_worth(sums[-1] - left, len(rows) - size, entropy=entropy)
        most = max(most, float(worth.max()))
    return most


def _rewritten(walk: _Walk, smallest: int) -> tuple[tuple[Node, ...], list[Split]]:
    """Return the tree over the gate's own cuts; a split that leaves too few units on a side is a leaf."""
    nodes: list[Node] = [Node()]
    splits: list[Split] = [Split()]
    waiting = [(0, 0, np.arange(walk.kept.rows))]
    while waiting:
        place, was, rows = waiting.pop(0)
        branch = walk.tree.nodes[was]
        cut = _cut(walk, branch.input, branch.upto) if branch.input >= 0 else None
        if cut is None:
            continue
        goes = np.isin(walk.kept.features[cut[0].feature].bins[rows], cut[1].left)
        sides = (rows[goes], rows[~goes])
        if any(_units(walk, side) < smallest for side in sides):
            continue
        yes, no = len(nodes), len(nodes) + 1
        nodes[place] = Node(cut[1].feature, cut[1].left, yes, no)
        splits[place] = Split(cut[2].input, cut[2].at, cut[2].below, yes, no)
        nodes += [Node(), Node()]
        splits += [Split(), Split()]
        waiting += [(yes, branch.yes, sides[0]), (no, branch.no, sides[1])]
    return tuple(nodes), splits


def _units(walk: _Walk, rows: Whole) -> int:
    units = {kind: ids[rows] for kind, ids in walk.kept.units.items()}
    return int(smallest_units(np.zeros(len(rows), np.int64), units, 1)[0])


def _cut(walk: _Walk, place: int, upto: float) -> tuple[_Input, Node, Split] | None:
    """Return the gate's cut that parts the rows most like the file's; None where it has none."""
    one = walk.inputs[place]
    feature = walk.kept.features[one.feature]
    if one.category >= 0:
        if not 0 <= upto < 1:
            return None
        others = tuple(at for at in range(len(feature.categories)) if at != one.category)
        return one, Node(one.feature, others), Split(place, _HALF)
    if not len(feature.cuts):
        return None
    below = np.cumsum(np.bincount(feature.bins, minlength=feature.count))[:-1]
    wanted = int((walk.values[place] <= np.float64(upto)).sum())
    at = int(np.abs(below - wanted).argmin())
    return one, Node(one.feature, tuple(range(at + 1))), Split(place, float(feature.cuts[at]), below=True)


def _leaved(document: Mapping[str, object], splits: Sequence[Split], classes: tuple[str, ...]) -> list[Split]:
    """Return the splits with what the document says of leaves and cuts: both files say the same."""
    lines = document["nodes"]
    found: list[Split] = []
    for split, line in zip(splits, lines if isinstance(lines, list) else [], strict=True):
        if "column" in line:
            at = float(line.get("below", split.at))
            found.append(Split(split.input, at, split.below, split.yes, split.no))
        elif classes:
            shares = line["shares"]
            found.append(Split(values=tuple(float(shares.get(name, 0)) for name in classes)))
        else:
            found.append(Split(values=(float(line["value"]),)))
    return found
