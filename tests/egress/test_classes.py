"""Classes of product against language-neutral vectors, and against plain Python beside them."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from sandbox.egress.codebook import _codes, _round
from sandbox.egress.nearness import columns_of, copied
from sandbox.egress.relay import _held
from sandbox.egress.synthetic import bounds_of, first_half
from sandbox.egress.tree_growth import Feature, Growth, Target, grow

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "classes.json").read_text(encoding="utf-8"))


def cases(name: str) -> Any:
    return pytest.mark.parametrize(
        "case", VECTORS[name], ids=lambda case: json.dumps(case, ensure_ascii=False)[:60]
    )


def ids(case: dict[str, Any]) -> dict[str, Any]:
    return {"person": np.asarray(case["subjects"], np.uint32)}


def figures(values: list[float | None]) -> Any:
    return np.asarray([math.nan if value is None else value for value in values], np.float64)


@cases("halves")
def test_halves(case: dict[str, Any]) -> None:
    first, other = first_half(pa.chunked_array([[case["subject"]]]))
    assert (bool(first[0]), bool(other[0])) == (case["first"], not case["first"])


def ends_by_hand(case: dict[str, Any]) -> list[float | None]:
    pairs = [pair for pair in zip(case["values"], case["subjects"], strict=True) if pair[0] is not None]
    found: list[float | None] = []
    for order in (sorted(pairs, key=lambda pair: pair[0]), sorted(pairs, key=lambda pair: -pair[0])):
        seen: set[int] = set()
        end = None
        for value, who in order:
            seen |= {who} - {0}
            if len(seen) >= case["smallest"]:
                end = value
                break
        found.append(end)
    return found


@cases("ends")
def test_ends(case: dict[str, Any]) -> None:
    got = [
        None if math.isnan(end) else end
        for end in bounds_of(figures(case["values"]), ids(case), case["smallest"])
    ]
    assert got == [case["low"], case["high"]] == ends_by_hand(case)


@cases("rounded")
def test_rounded(case: dict[str, Any]) -> None:
    assert (_round(case["value"], -1), _round(case["value"], 1)) == (case["down"], case["up"])
    assert float(case["down"]) <= case["value"] <= float(case["up"])


@cases("listed")
def test_listed(case: dict[str, Any]) -> None:
    column = pa.chunked_array([pa.array(case["values"], pa.string())])
    step = case["smallest"]
    got = [[value, held // step * step] for value, held in _codes(column, ids(case), step)]
    held = defaultdict(set)
    for value, who in zip(case["values"], case["subjects"], strict=True):
        if value is not None:
            held[value] |= {who} - {0}
    by_hand = sorted([value, len(some) // step * step] for value, some in held.items() if len(some) >= step)
    assert got == case["listed"] == by_hand


@cases("splits")
def test_splits(case: dict[str, Any]) -> None:
    bins = np.asarray(case["bins"], np.int64)
    feature = Feature("x", bins, np.arange(int(bins.max()), dtype=np.float64) + 0.5)
    nodes = grow(
        Growth((feature,), Target(figures(case["values"])), ids(case), 1, case["leaf"]), np.arange(len(bins))
    )
    assert (list(nodes[0].left) if len(nodes) > 1 else None) == case["left"] == split_by_hand(case)


def split_by_hand(case: dict[str, Any]) -> list[int] | None:
    rows = list(zip(case["values"], case["bins"], case["subjects"], strict=True))

    def spread(some: list[Any]) -> float:
        mean = sum(value for value, _, _ in some) / len(some)
        return sum((value - mean) ** 2 for value, _, _ in some)

    best, left = 1e-3 * spread(rows), None
    for cut in range(max(case["bins"])):
        sides = [row for row in rows if row[1] <= cut], [row for row in rows if row[1] > cut]
        gain = spread(rows) - sum(map(spread, sides))
        if min(len({who for _, _, who in side} - {0}) for side in sides) >= case["leaf"] and gain > best:
            best, left = gain, list(range(cut + 1))
    return left


@cases("near")
def test_near(case: dict[str, Any]) -> None:
    names = list(case["row"])
    filler = {"区县": "丙", "金额": "1", "日": "2020-01-01"}  # so that each column is seen for what it holds
    source = [*(dict(zip(names, row, strict=True)) for row in case["source"]), filler]
    schema = pa.schema([(name, pa.string()) for name in names])
    columns = columns_of(
        pa.Table.from_pylist([case["row"]], schema), pa.Table.from_pylist(source, schema), names
    )
    units = {"person": np.asarray([*case["subjects"], 99], np.uint32)}
    assert copied(columns, units, case["smallest"]).tolist() == [case["near"]]


@cases("relayed")
def test_relayed(case: dict[str, Any]) -> None:
    here, there = np.asarray(case["groups"], np.int64), np.asarray(case["of"], np.int64)
    got = _held(figures(case["answers"]), here, figures(case["values"]), there).tolist()
    known = {
        (group, value) for group, value in zip(case["of"], case["values"], strict=True) if value is not None
    }
    by_hand = [pair in known for pair in zip(case["groups"], case["answers"], strict=True)]
    assert got == case["held"] == by_hand
