"""Models fitted by the gate: the figures are those of least squares, and nobody stands behind one alone."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.egress.content import Model
from sandbox.egress.fitting import MAX_CATEGORIES, Fitted, fit, read_model
from sandbox.egress.judge import judge
from sandbox.egress.options import Options
from sandbox.egress.origin import Source
from sandbox.egress.permitted import Bounds
from sandbox.egress.report import Product
from sandbox.kernel.boundary import OutputForm
from sandbox.kernel.errors import InputError
from sandbox.kernel.findings import FileJudgement, Verdict
from tests.egress.clinic import source, visits

ASKED = {
    "model": "linear",
    "table": "visits",
    "subject": "证件号",
    "target": "金额",
    "features": ["性别", "病种"],
}
WITHOUT = 8
"""The person of this number pays most of all; without him the amounts are ordinary."""


def seen(
    asked: dict[str, object] | None = None, *, bounds: Bounds | None = None
) -> tuple[FileJudgement, bytes]:
    data = json.dumps(asked or ASKED, ensure_ascii=False).encode()
    judged = judge([Product("m.json", data)], [source()], Options(bounds=bounds))
    return judged.judgement.files[0], b"".join(judged.rewritings.values())


def rules(file: FileJudgement) -> set[str]:
    return {found.rule for found in file.findings}


def written(value: object) -> str:
    return f"{value:.6f}" if isinstance(value, float) else str(value)


def made(
    units: int, per: int = 2, *, seed: int = 1, **columns: np.ndarray
) -> tuple[Source, dict[str, np.ndarray]]:
    """Return a source of so many units with a figure y = 3 + 2x and noise, and the units."""
    chance = np.random.default_rng(seed)
    rows = units * per
    x = chance.normal(50, 10, rows)
    held = {"x": x, "y": 3 + 2 * x + chance.normal(0, 1, rows), **columns}
    ids = np.repeat(np.arange(1, units + 1), per).astype(np.uint32)
    table = pa.table({"who": [f"u{one}" for one in ids], **{
        name: pa.array(map(written, column.tolist()), pa.string()) for name, column in held.items()
    }})  # fmt: skip
    return Source("t", table, {"person": ids}, None), {"person": ids}


def fitted(held: tuple[Source, dict[str, np.ndarray]], *features: str, target: str = "y") -> Fitted:
    return fit(Model("t", "who", target, features), *held)


def checks(result: Fitted) -> set[str]:
    return {issue.check for issue in result.issues}


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1 << 30), st.integers(60, 300))
def test_the_figures_are_those_of_least_squares(seed: int, units: int) -> None:
    chance = np.random.default_rng(seed)
    kind = chance.choice(["甲", "乙", "丙"], units * 2)
    held = made(units, seed=seed, kind=kind, z=chance.normal(0, 1e6, units * 2))
    result = fitted(held, "x", "z", "kind")
    table = held[0].table
    x, z, y = (np.asarray(table.column(name).to_pylist(), float) for name in "xzy")
    names = sorted(set(kind))
    design = np.column_stack([np.ones(len(x)), x, z, *(kind == name for name in names[1:])])
    beta, *_ = np.linalg.lstsq(design, y, rcond=None)
    variance = ((y - design @ beta) ** 2).sum() / (len(y) - design.shape[1])
    errors = np.sqrt(np.diag(np.linalg.inv(design.T @ design)) * variance)
    told = result.table.to_pydict()
    assert told["变量"][1:5] == ["x", "z", *(f"kind={name}" for name in names[1:])]
    assert np.allclose(np.asarray(told["系数"][:5], float), beta, rtol=2e-3, atol=1e-9)
    assert np.allclose(np.asarray(told["标准误"][:5], float), errors, rtol=2e-3)
    assert told["系数"][-1] == str(units * 2 // 10 * 10)


def test_a_model_of_many_people_is_fitted_and_looked_at() -> None:
    assert checks(fitted(made(200), "x")) == set()
    held = replace(source(), table=visits().filter(pa.array([row % 600 != 7 for row in range(1500)])))
    kept = np.asarray([row % 600 != 7 for row in range(1500)])
    units = {kind: ids[kept] for kind, ids in held.units.items()}
    result = fit(read_model(ASKED), replace(held, units=units), units)
    assert checks(result) == set()
    assert result.table.num_rows == 1 + 1 + 5 + 2


def test_one_person_who_pays_most_of_all_does_not_set_a_coefficient() -> None:
    chance = np.random.default_rng(4)
    far = chance.normal(0, 1, 400)
    far[:2] = 500.0
    assert "dominance" in checks(fitted(made(200, far=far), "x", "far"))


def test_too_few_people_or_a_variable_for_a_few_is_held() -> None:
    assert checks(fitted(made(11), "x")) == {"freedom"}
    flag = np.zeros(400)
    flag[:6] = 1
    assert "small-group" in checks(fitted(made(200, flag=flag), "x", "flag"))
    kind = np.array(["甲"] * 6 + ["乙"] * 394)
    assert "small-group" in checks(fitted(made(200, kind=kind), "x", "kind"))


def test_a_fit_that_knows_its_members_is_held() -> None:
    chance = np.random.default_rng(9)
    noise = {f"n{one}": chance.normal(0, 1, 120) for one in range(20)}
    held = made(60, y2=chance.normal(0, 1, 120), **noise)
    assert "model" in checks(fitted(held, *noise, target="y2"))


@pytest.mark.parametrize("features", [("who",), ("x", "twice"), ("many",), ("one",), ("nowhere",)])
def test_what_cannot_be_fitted_is_told(features: tuple[str, ...]) -> None:
    held = made(200)
    x = np.asarray(held[0].table.column("x").to_pylist(), float)
    table = held[0].table
    for name, values in {
        "twice": [f"{2 * value:.6f}" for value in x], "one": ["甲"] * 400,
        "many": [f"k{row % (MAX_CATEGORIES + 1)}" for row in range(400)],
    }.items():  # fmt: skip
        table = table.append_column(name, pa.array(values, pa.string()))
    with pytest.raises(InputError):
        fitted((replace(held[0], table=table), held[1]), *features)


@pytest.mark.parametrize("more", [
    {"model": "forest"}, {"note": "x"}, {"features": []}, {"features": "性别"}, {"features": ["性别"] * 2},
    {"features": ["金额"]}, {"features": [1]}, {"table": 3}, {"features": [f"c{one}" for one in range(21)]},
])  # fmt: skip
def test_a_specification_of_another_form_is_refused(more: dict[str, object]) -> None:
    file, written = seen(ASKED | more)
    assert file.verdict is Verdict.REFUSE
    assert written == b""


@pytest.mark.parametrize("more", [
    {"features": ["证件号"]}, {"features": ["姓名"]}, {"table": "others"}, {"subject": "无"},
    {"target": "区县"},
])  # fmt: skip
def test_the_gate_fits_no_names_and_no_strange_tables(more: dict[str, object]) -> None:
    file, written = seen(ASKED | more)
    assert file.verdict is Verdict.REFUSE
    assert written == b""


def test_what_leaves_is_the_gates_own_table_and_people_look_at_it() -> None:
    file, written = seen(ASKED | {"target": "金额", "features": ["性别"]})
    assert "G26" in rules(file)
    if file.verdict is Verdict.REVIEW:
        assert written.decode().splitlines()[0] == "变量,系数,标准误"
    assert "G21" in rules(seen(bounds=Bounds(outputs=(OutputForm.AGGREGATE,)))[0])
    assert "G21" not in rules(seen(bounds=Bounds(outputs=(OutputForm.MODEL,)))[0])
