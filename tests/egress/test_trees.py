"""Trees grown by the gate: nobody is alone in a leaf, no cut is anybody's, the split is the best there is."""

from __future__ import annotations

import json
from collections import defaultdict

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.egress.content import Tree
from sandbox.egress.origin import Source
from sandbox.egress.tree_growth import Feature, Growth, Target, cuts_of, grow, leaves_of
from sandbox.egress.trees import plant, read_tree
from sandbox.egress.units import smallest_units
from sandbox.kernel.errors import InputError

SMALLEST = 10


def made(units: int, per: int, seed: int) -> tuple[Source, dict[str, np.ndarray]]:
    """Return units that belong to firms, a figure, a kind, and a target that follows from both."""
    chance = np.random.default_rng(seed)
    rows = units * per
    people = np.repeat(np.arange(1, units + 1), per).astype(np.uint32)
    firms = (people % max(units // 3, 1) + 1).astype(np.uint32)
    x, kind = chance.lognormal(3, 1, rows), chance.choice(["甲", "乙", "丙"], rows)
    y = 100 + 5 * (x > 20) + 3 * (kind == "甲") + chance.normal(0, 2, rows)
    table = pa.table({
        "who": [f"u{one}" for one in people], "x": [f"{one:.4f}" for one in x], "kind": kind.tolist(),
        "y": [f"{one:.4f}" for one in y],
    })  # fmt: skip
    ids = {"person": people, "firm": firms}
    return Source("t", table, ids, None), ids


def asked(**more: object) -> Tree:
    told: dict[str, object] = {
        "model": "tree", "table": "t", "subject": "who", "target": "y", "features": ["x", "kind"],
        "depth": "4", "leaf": "15", "seed": "3",
    }  # fmt: skip
    return read_tree(told | more)  # type: ignore[arg-type]


def goes(row: dict[str, str], nodes: list[dict[str, object]]) -> int:
    """Return the leaf of a row, read from the document in plain Python."""
    node = nodes[0]
    while "column" in node:
        cell = row[str(node["column"])]
        left = cell in node["in"] if "in" in node else float(cell) < float(str(node["below"]))  # type: ignore[operator]
        node = nodes[int(str(node["yes" if left else "no"]))]
    return int(str(node["id"]))


def rough(value: float, figures: list[float], firms: list[int]) -> bool:
    """Return whether a mean is so rough that its rows give no firm's sum to a tenth of the largest."""
    sums: dict[int, float] = defaultdict(float)
    for figure, firm in zip(figures, firms, strict=True):
        sums[firm] += abs(figure)
    wanted = 0.2 * max(sums.values()) / len(figures)
    step = next(
        one * 10.0**power for power in range(-9, 15) for one in (1, 2, 5) if one * 10.0**power >= wanted
    )
    mean = sum(figures) / len(figures)
    return abs(value / step - round(value / step)) < 1e-6 and abs(value - mean) <= step / 2 + 1e-9


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1 << 30), st.integers(90, 240), st.integers(1, 4))
def test_in_every_leaf_stand_as_many_of_every_kind_as_were_asked(seed: int, units: int, per: int) -> None:
    source, ids = made(units, per, seed)
    try:
        grown = plant(asked(), source, ids)
    except InputError:
        return
    document = json.loads(grown.document) if grown.document else {"nodes": [{"id": 0}]}
    held: dict[int, list[set[int]]] = defaultdict(lambda: [set(), set()])
    for place, row in enumerate(source.table.to_pylist()):
        leaf = held[goes(row, document["nodes"])]
        leaf[0].add(int(ids["person"][place]))
        leaf[1].add(int(ids["firm"][place]))
    assert not any(issue.check == "small-group" for issue in grown.issues)
    if len(document["nodes"]) > 1:
        assert min(len(one) for leaf in held.values() for one in leaf) >= 15
        assert {node["id"] for node in document["nodes"] if "column" not in node} == set(held)
        rows = source.table.to_pylist()
        for node in document["nodes"]:
            if "value" in node:
                here = [place for place, row in enumerate(rows) if goes(row, document["nodes"]) == node["id"]]
                assert rough(
                    node["value"],
                    [float(rows[place]["y"]) for place in here],
                    [ids["firm"][place] for place in here],
                )
        for number, leaf in held.items():
            assert document["nodes"][number]["subjects"] == min(map(len, leaf)) // 10 * 10


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1 << 30), st.integers(1, 400))
def test_between_two_cuts_stand_enough_and_no_cut_is_a_figure(seed: int, units: int) -> None:
    chance = np.random.default_rng(seed)
    values = chance.choice([chance.lognormal(8, 2, units), chance.integers(0, 5, units).astype(float)])
    ids = {"person": np.arange(1, units + 1, dtype=np.uint32)}
    cuts = cuts_of(values, ids, SMALLEST)
    bins = np.searchsorted(cuts, values, side="right").astype(np.int64)
    assert len(cuts) == 0 or int(smallest_units(bins, ids, len(cuts) + 1).min()) >= SMALLEST
    assert all(len(f"{cut:.12g}".strip("0").replace(".", "")) <= 8 for cut in cuts)


def best_by_hand(values: np.ndarray, bins: np.ndarray, leaf: int) -> float:
    """Return the sum of squares that the best allowed cut takes away, every cut tried in plain Python."""
    whole = sum((one - values.mean()) ** 2 for one in values)
    best = 0.0
    for cut in range(int(bins.max())):
        sides = values[bins <= cut], values[bins > cut]
        if min(map(len, sides)) >= leaf:
            best = max(best, whole - sum(float(((side - side.mean()) ** 2).sum()) for side in sides))
    return best


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1 << 30), st.integers(20, 80))
def test_the_split_is_the_best_that_leaves_enough(seed: int, rows: int) -> None:
    chance = np.random.default_rng(seed)
    bins, values = chance.integers(0, 6, rows), chance.normal(0, 5, rows)
    feature = Feature("x", bins, np.arange(5, dtype=np.float64) + 0.5)
    units = {"person": np.arange(1, rows + 1, dtype=np.uint32)}
    growth = Growth((feature,), Target(values), units, 1, 5)
    nodes = grow(growth, np.arange(rows))
    wanted = best_by_hand(values, bins, 5)
    spread = float(((values - values.mean()) ** 2).sum())
    if len(nodes) == 1:
        assert wanted <= 1e-3 * spread + 1e-9
        return
    ends = leaves_of(nodes, (feature,), rows)
    got = spread - sum(
        float(((side - side.mean()) ** 2).sum()) for side in (values[ends == 1], values[ends == 2])
    )
    assert got == pytest.approx(wanted)


def test_the_seed_settles_ties_and_nothing_else() -> None:
    source, ids = made(120, 2, 5)
    documents = {plant(asked(seed=str(seed)), source, ids).document for seed in range(4)}
    assert len(documents) == 1


def test_a_tree_that_nothing_splits_is_told() -> None:
    source, ids = made(120, 1, 5)
    with pytest.raises(InputError):
        plant(asked(features=["kind"], leaf="60"), source, {"person": ids["person"]})
    assert {one.check for one in plant(asked(leaf="100"), source, ids).issues} == {"freedom"}


@pytest.mark.parametrize(
    "more",
    [
        {"depth": "0"},
        {"depth": "1.5"},
        {"leaf": "-3"},
        {"seed": "x"},
        {"features": "x"},
        {"features": ["x", "x"]},
    ],
)
def test_a_specification_of_another_form_is_no_tree(more: dict[str, object]) -> None:
    with pytest.raises(InputError):
        asked(**more)
