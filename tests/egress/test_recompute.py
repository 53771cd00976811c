# ruff: noqa: E501, PT018 - statements and cases read best on one line
"""Recomputed claims against plain Python over the same rows."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pyarrow as pa
import pytest

from sandbox.egress.claims import Claim, check_claim
from sandbox.egress.expressions import Kind
from sandbox.egress.kinds import column_kind
from sandbox.egress.recompute import Recomputed, recompute
from sandbox.egress.rowwise import Budget
from sandbox.kernel.errors import InputError
from tests.egress.clinic import source, visits

ROWS = visits().to_pylist()


def run(sql: str, **options: object) -> Recomputed:
    claim = check_claim(Claim(sql, "证件号"), {"visits": source().scope()})
    return recompute(claim, visits(), **options)  # type: ignore[arg-type]


def rows_of(truth: Recomputed) -> list[tuple[object, ...]]:
    """Return the keys of every cell."""
    return list(zip(*(key.texts() for key in truth.keys.values()), strict=True)) or [()] * truth.count


def cells(truth: Recomputed, place: int) -> dict[tuple[object, ...], float]:
    values = truth.measures[truth.claim.aggregates[place]].rounded()
    return {tuple(row): float(value) for row, value in zip(rows_of(truth), values, strict=True)}


def test_counts_distinct_sums_and_means() -> None:
    truth = run(
        "SELECT 区县, 性别, count(*) AS n, count(DISTINCT 证件号) AS p, sum(金额) AS s, round(avg(金额), 1) AS m "
        "FROM visits GROUP BY 区县, 性别"
    )
    groups: dict[tuple[object, ...], list[dict[str, str]]] = defaultdict(list)
    for row in ROWS:
        groups[row["区县"], row["性别"]].append(row)
    assert cells(truth, 0) == {key: len(rows) for key, rows in groups.items()}
    assert cells(truth, 1) == {key: len({row["证件号"] for row in rows}) for key, rows in groups.items()}
    sums = {key: sum(float(row["金额"]) for row in rows) for key, rows in groups.items()}
    assert cells(truth, 2) == pytest.approx(sums)
    assert cells(truth, 3) == pytest.approx(
        {key: round(sums[key] / len(rows), 1) for key, rows in groups.items()}
    )


def test_dates_conditions_and_having() -> None:
    truth = run(
        "SELECT quarter(CAST(就诊日期 AS DATE)) AS q, count(*) FILTER (WHERE 性别 = '男') AS m, count(*) AS n "
        "FROM visits WHERE 病种 IN ('病种1', '病种2') GROUP BY q HAVING n > 100"
    )
    groups: dict[tuple[object, ...], list[dict[str, str]]] = defaultdict(list)
    for row in ROWS:
        if row["病种"] in ("病种1", "病种2"):
            groups[(str((int(row["就诊日期"][5:7]) + 2) // 3),)].append(row)
    assert cells(truth, 0) == {key: sum(row["性别"] == "男" for row in rows) for key, rows in groups.items()}
    shown = {tuple(row) for row, keep in zip(rows_of(truth), truth.shown, strict=True) if keep}
    assert shown == {key for key, rows in groups.items() if len(rows) > 100}
    dropped = np.array([row["病种"] not in ("病种1", "病种2") for row in ROWS])
    assert np.array_equal(truth.sets == -1, dropped)


def test_no_groups_is_one_cell() -> None:
    truth = run("SELECT count(*) AS n FROM visits")
    assert truth.count == 1 and truth.measures[truth.claim.aggregates[0]].values.tolist() == [len(ROWS)]


def test_raw_amounts_stand_behind_masked_columns() -> None:
    raw = np.arange(len(ROWS), dtype=np.float64)
    truth = run("SELECT sum(金额 * 2) AS s FROM visits", amounts={"金额": raw})
    measure = truth.measures[truth.claim.aggregates[0]]
    assert measure.amounts is not None and np.array_equal(measure.amounts, raw * 2)
    assert measure.values[0] == pytest.approx(2 * sum(float(row["金额"]) for row in ROWS))


def test_too_many_groups_or_no_time_is_an_input_error() -> None:
    with pytest.raises(InputError):
        run("SELECT 区县, count(*) AS n FROM visits GROUP BY 区县", budget=Budget(memory="1KB"))


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["1", "2.5", None], Kind.NUMBER),
        (["01", "2"], Kind.TEXT),
        (["520302199001011234", "1"], Kind.TEXT),
        (["甲"], Kind.TEXT),
        ([None], Kind.TEXT),
        (["-3", "0"], Kind.NUMBER),
    ],
)
def test_codes_stay_text(values: list[str | None], kind: Kind) -> None:
    assert column_kind(pa.chunked_array([pa.array(values, pa.string())])) is kind
