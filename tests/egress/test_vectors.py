"""Rules G23 to G33 against language-neutral vectors, and against their plain-Python oracles."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.egress.checks import CHECKS
from sandbox.egress.differencing import Published, exposures
from sandbox.egress.expressions import Aggregate, Column
from sandbox.egress.judge import judge
from sandbox.egress.margins import given_back
from sandbox.egress.options import Options
from sandbox.egress.permitted import _strangers
from sandbox.egress.positions import at_the_edge, few_degrees, thinly_held
from sandbox.egress.recompute import Measured
from sandbox.egress.shapes import shape_issues
from sandbox.egress.summaries import summarised
from sandbox.kernel.grades import Thresholds
from sandbox.kernel.policy import AccessPolicy, DatasetTerms
from tests.egress import oracles
from tests.egress.clinic import claim, source
from tests.egress.examples import BY_KIND, proven

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "statistics.json").read_text(encoding="utf-8"))
CASES = VECTORS["cases"]
LIMITS = Thresholds(**VECTORS["parameters"])
SHAPES = {
    "G26": "regression",
    "G27": "survival",
    "G28": "ratio-base",
    "G29": "zero-cells",
    "G33": "subtraction",
}
ORACLES = {
    "G26": oracles.regression, "G27": oracles.survival, "G28": oracles.baseless, "G29": oracles.zeros,
    "G33": lambda table: oracles.given_back(table, LIMITS.smallest),
}  # fmt: skip


def cases(*rules: str) -> list[Any]:
    return [pytest.param(one, id=f"{one['rule']} {one['why']}") for one in CASES if one["rule"] in rules]


def test_every_rule_has_a_case_it_finds_and_one_it_leaves() -> None:
    told = {(one["rule"], bool(one["found"])) for one in CASES}
    assert told == {(f"G{number}", found) for number in range(23, 34) for found in (True, False)}


def test_every_parameter_of_the_rules_is_one_of_the_access_policy() -> None:
    known = {field.name for part in (Thresholds, DatasetTerms, AccessPolicy) for field in fields(part)}
    rules = [one for one in CHECKS if "G23" <= one.code <= "G33" and one.parameter]
    assert len(rules) >= 10
    assert {name.strip() for one in rules for name in one.parameter.split(",")} <= known


# --- rows: ends, quantiles, freedom ----------------------------------------------------------


def measured(
    rows: list[tuple[int, int, float]], function: str, place: float, digits: int | None
) -> tuple[Measured, dict[str, np.ndarray], int]:
    sets = np.asarray([cell for cell, _, _ in rows], dtype=np.int64)
    values = np.asarray([value for _, _, value in rows], dtype=np.float64)
    place = {"min": 0.0, "max": 1.0}.get(function, place)
    aggregate = Aggregate(function, Column("v"), digits=digits, place=place)
    count = int(sets.max(initial=-1)) + 1
    shown = summarised(aggregate, values, sets, count)
    units = {"person": np.asarray([who for _, who, _ in rows], dtype=np.uint32)}
    return Measured(aggregate, shown, sets, values), units, count


def held(one: dict[str, Any], limits: Thresholds) -> tuple[list[int], list[int]]:
    """Return what the fast code and the oracle say of a case of rows."""
    rows = [tuple(row) for row in one["rows"]]
    function, place, digits = one.get("function", "max"), one.get("place") or 0.0, one.get("digits")
    measure, units, count = measured(rows, function, place, digits)
    if one["rule"] == "G24":
        fast = few_degrees(measure.sets, count, units, limits)
        return fast.tolist(), oracles.unfree(rows, limits.smallest)
    if one["rule"] == "G23" and function.startswith("quantile"):
        fast = at_the_edge(measure, measure.sets, count, units, limits)
        return fast.tolist(), oracles.edge(rows, function, place, limits.smallest)
    fast = thinly_held(measure, measure.sets, count, units, limits)
    return fast.tolist(), oracles.thin(rows, function, place, digits, limits.smallest)


@pytest.mark.parametrize("one", cases("G23", "G24", "G25"))
def test_positions_and_freedom(one: dict[str, Any]) -> None:
    assert held(one, LIMITS) == (one["found"], one["found"])


ROWS = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 8), st.integers(0, 6).map(float)), min_size=1, max_size=40
)


@settings(max_examples=120, deadline=None)
@given(
    ROWS, st.sampled_from(["min", "max", "quantile_cont", "quantile_disc"]),
    st.sampled_from([0.25, 0.5, 0.9]), st.sampled_from([None, 0, -1]),
    st.sampled_from(["G23", "G24", "G25"]), st.integers(2, 5),
)  # fmt: skip
def test_positions_and_freedom_agree_with_the_oracle(rows, function, place, digits, rule, smallest) -> None:
    one = {"rule": rule, "rows": rows, "function": function, "place": place, "digits": digits}
    fast, plain = held(one, Thresholds(smallest=smallest))
    assert fast == plain


# --- tables without a claim ------------------------------------------------------------------


def told(table: oracles.Table) -> set[str]:
    names, rows = table
    columns = [pa.array([row[place] for row in rows], pa.string()) for place in range(len(names))]
    return {issue.check for issue in shape_issues(pa.table(columns, names=names), LIMITS, ())}


@pytest.mark.parametrize("one", cases(*SHAPES))
def test_tables(one: dict[str, Any]) -> None:
    table = (one["table"]["columns"], one["table"]["rows"])
    assert (SHAPES[one["rule"]] in told(table), ORACLES[one["rule"]](table)) == (one["found"], one["found"])


HEADINGS = {
    "G26": ["变量", "系数", "标准误", "人数"], "G27": ["在险人数", "事件数", "病例数", "time", "survival"],
    "G28": ["患病率", "死亡率", "人数", "户数"], "G29": ["男", "女", "平均金额", "人数"],
}  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(st.data(), st.sampled_from(sorted(HEADINGS)))
def test_headings_agree_with_the_oracle(data: st.DataObject, rule: str) -> None:
    names = data.draw(st.lists(st.sampled_from(HEADINGS[rule]), min_size=2, max_size=3, unique=True))
    if rule in ("G26", "G27") and {"变量", "系数"} & set(names) == {"变量"}:
        names = [*names, "系数"][-3:]
    cell = st.sampled_from(["0", "5", "40", "41"] if rule == "G29" else ["5", "40", "41"])
    rows = [["甲", *data.draw(st.lists(cell, min_size=len(names), max_size=len(names)))] for _ in range(3)]
    table = (["病种", *names], rows)
    assert (SHAPES[rule] in told(table)) == ORACLES[rule](table)


GRIDS = st.lists(st.lists(st.integers(0, 9), min_size=2, max_size=3), min_size=2, max_size=4).filter(
    lambda grid: len({len(row) for row in grid}) == 1
)


@settings(max_examples=120, deadline=None)
@given(GRIDS, st.data())
def test_what_totals_give_back_agrees_with_the_oracle(grid: list[list[int]], data: st.DataObject) -> None:
    full = [[*row, sum(row)] for row in grid]
    full.append([sum(column) for column in zip(*full, strict=True)])
    names = [*[f"c{place}" for place in range(len(grid[0]))], "合计"]
    labels = [*[f"r{place}" for place in range(len(grid))], "合计"]
    places = [(i, j) for i in range(len(full)) for j in range(len(names))]
    holes = data.draw(st.sets(st.sampled_from(places), max_size=6))
    seen = np.asarray(full, dtype=np.float64)
    for hole in holes:
        seen[hole] = np.nan
    back = given_back(seen, labels, names)
    cells = [[None if np.isnan(value) else str(int(value)) for value in row] for row in seen]
    fast = any(0 < round(value) < LIMITS.smallest for _, _, value in back)
    table = (["组", *names], [[label, *row] for label, row in zip(labels, cells, strict=True)])
    assert fast == oracles.given_back(table, LIMITS.smallest)
    assert all(value == full[i][j] for i, j, value in back)


# --- claims, the ledger, drip ----------------------------------------------------------------


@pytest.mark.parametrize("one", cases("G30"))
def test_datasets(one: dict[str, Any]) -> None:
    found = _strangers(claim(one["sql"]), [source()])
    assert (list(found), oracles.strangers(one["sql"], one["datasets"])) == (one["found"], one["found"])


def published(one: dict[str, Any]) -> tuple[list[Published], dict[str, np.ndarray]]:
    families = [Published(owner, np.asarray(sets, dtype=np.int64)) for owner, sets in one["published"]]
    return families, {"person": np.asarray(one["units"], dtype=np.uint32)}


@pytest.mark.parametrize("one", cases("G31"))
def test_sets(one: dict[str, Any]) -> None:
    families, units = published(one)
    fast = bool(exposures(families, units, smallest=LIMITS.smallest))
    assert (fast, oracles.subtracted(one["published"], one["units"], LIMITS.smallest)) == (one["found"],) * 2


@settings(max_examples=120, deadline=None)
@given(st.integers(8, 24).flatmap(lambda n: st.tuples(
    st.lists(st.integers(1, 12), min_size=n, max_size=n),
    st.lists(st.lists(st.integers(-1, 1), min_size=n, max_size=n), min_size=2, max_size=3),
)))  # fmt: skip
def test_whatever_the_oracle_subtracts_is_found(drawn: tuple[list[int], list[list[int]]]) -> None:
    units, sets = drawn
    one = {"published": [[f"p{place}", part] for place, part in enumerate(sets)], "units": units}
    families, ids = published(one)
    if oracles.subtracted(one["published"], units, LIMITS.smallest):
        assert exposures(families, ids, smallest=LIMITS.smallest)


@pytest.mark.parametrize("one", cases("G32"))
def test_drips(one: dict[str, Any]) -> None:
    tight = replace(source(), thresholds=Thresholds(drip_products=LIMITS.drip_products))
    products = [replace(proven(BY_KIND)[0], path=f"{place}.csv") for place in range(one["products"])]
    judgement = judge(products, [tight], Options(handed_in=one["earlier"])).judgement
    fast = any(found.rule == "G32" for found in judgement.set_findings)
    assert (fast, oracles.drips(one["earlier"], one["products"], LIMITS.drip_products)) == (one["found"],) * 2
