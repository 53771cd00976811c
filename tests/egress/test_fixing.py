# ruff: noqa: E501 - one table a line reads best
"""The remedy: what `fix` writes is proven, and what it hides cannot be worked out from the margins."""

from __future__ import annotations

import csv
import io

import numpy as np
import pandas as pd
import pytest

from sandbox.egress.claims import read_claim
from sandbox.egress.fixing import TOTAL, fix, fix_by_rounding, safe_cells
from sandbox.egress.judge import judge
from sandbox.egress.proof import run_claim
from sandbox.egress.report import Product
from sandbox.egress.rowwise import Budget
from sandbox.egress.units import smallest_units
from sandbox.kernel.errors import InputError
from sandbox.kernel.findings import Verdict
from tests.egress.clinic import claim, source

MONEY = "CAST(金额 AS DOUBLE)"
CAPPED = f"WHERE {MONEY} < 100000"
TABLES = [
    "SELECT 区县, count(*) AS n FROM visits GROUP BY 区县",
    "SELECT 区县, count(DISTINCT 证件号) AS n FROM visits GROUP BY 区县",
    "SELECT 区县, 病种, count(*) AS n FROM visits GROUP BY 区县, 病种",
    "SELECT 区县, 性别, count(*) AS n FROM visits GROUP BY 区县, 性别",
    "SELECT 病种, 性别, count(*) AS n FROM visits GROUP BY 病种, 性别",
    "SELECT month(CAST(就诊日期 AS DATE)) AS 月, count(*) AS n FROM visits GROUP BY 1",
    "SELECT month(CAST(就诊日期 AS DATE)) AS 月, 区县, count(*) AS n FROM visits GROUP BY 1, 区县",
    "SELECT month(CAST(就诊日期 AS DATE)) AS 月, 病种, count(*) AS n FROM visits GROUP BY 1, 病种",
    f"SELECT 区县, sum({MONEY}) AS s FROM visits GROUP BY 区县",
    f"SELECT 病种, sum({MONEY}) AS s FROM visits GROUP BY 病种",
    f"SELECT 病种, avg({MONEY}) AS s FROM visits GROUP BY 病种",
    f"SELECT 区县, 病种, sum({MONEY}) AS s FROM visits {CAPPED} GROUP BY 区县, 病种",
    f"SELECT 区县, round(avg({MONEY}), 1) AS s FROM visits {CAPPED} GROUP BY 区县",
    f"SELECT 区县, 病种, count(*) AS n, sum({MONEY}) AS s FROM visits GROUP BY 区县, 病种",
    f"SELECT 区县, stddev_samp({MONEY}) AS s FROM visits {CAPPED} GROUP BY 区县",
    f"SELECT 区县, round(median({MONEY}), -2) AS m FROM visits GROUP BY 区县",
    "SELECT 区县, avg(CASE WHEN 性别 = '男' THEN 1.0 ELSE 0 END) AS s FROM visits GROUP BY 区县",
    "SELECT 病种, count(*) AS n, count(DISTINCT 证件号) AS m FROM visits GROUP BY 病种",
    "SELECT 区县, 病种, 性别, count(*) AS n FROM visits GROUP BY 区县, 病种, 性别",
    "SELECT quarter(CAST(就诊日期 AS DATE)) AS 季, 区县, 性别, count(*) AS n FROM visits GROUP BY 1, 区县, 性别",
    "SELECT left(就诊日期, 7) AS 月, 病种, 性别, count(*) AS n FROM visits GROUP BY 1, 病种, 性别",
    "SELECT 区县, count(*) AS n FROM visits WHERE 病种 = '病种1' GROUP BY 区县",
]  # fmt: skip


@pytest.mark.parametrize("sql", TABLES)
def test_what_is_written_is_proven(sql: str) -> None:
    try:
        fixed = fix(claim(sql), [source()])
    except InputError:
        return  # counted below: nearly all can be mended
    judgement = judge([Product("p.csv", fixed.data, claim=claim(sql))], [source()]).judgement
    assert judgement.verdict is Verdict.RELEASE, [one.rule for one in judgement.files[0].findings]
    assert len(list(csv.reader(io.StringIO(fixed.data.decode("utf-8-sig"))))) == fixed.rows + 1


def test_at_least_twenty_tables_are_mended() -> None:
    mended = 0
    for sql in TABLES:
        try:
            mended += fix(claim(sql), [source()]).rows > 0
        except InputError:
            continue
    assert mended >= 20


def bounds(values: np.ndarray, hidden: np.ndarray, lines: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Return how narrowly an attacker knows each cell who knows every line's total: plain propagation."""
    low = np.where(hidden, 0.0, values)
    high = np.where(hidden, values.sum(), values)
    for _ in range(200):
        before = (low.copy(), high.copy())
        for line in lines:
            total = values[line].sum()
            high[line] = np.minimum(high[line], total - (low[line].sum() - low[line]))
            low[line] = np.maximum(low[line], total - (high[line].sum() - high[line]))
        if np.array_equal(before[0], low) and np.array_equal(before[1], high):
            break
    return low, high


@pytest.mark.parametrize("sql", [sql for sql in TABLES if sql.count("count(*)") == 1 and "GROUP BY" in sql])
def test_an_auditor_who_knows_every_margin_does_not_learn_what_is_hidden(sql: str) -> None:
    at, truth, units = run_claim(read_claim(claim(sql)), [source()], budget=Budget())
    try:
        shown = safe_cells(truth, units, at.thresholds)
    except InputError:
        return
    hidden = truth.shown & ~shown
    keys = list(truth.keys)
    if len(keys) < 2 or not hidden.any():
        return
    held = smallest_units(truth.sets, units, truth.count)
    values = np.bincount(truth.sets[truth.sets >= 0], minlength=truth.count).astype(float)
    lines = []
    for name in keys:
        rest = pd.DataFrame({key: truth.keys[key].texts() for key in keys if key != name})
        groups = rest.groupby(list(rest.columns), dropna=False).indices
        lines += [np.asarray(places) for places in groups.values()]
    behind = [smallest_units(np.where(np.isin(truth.sets, line), 0, -1), units, 1)[0] for line in lines]
    most = at.thresholds.smallest  # a total of fewer, or of a lone cell, is that cell and never shown
    wide = [line for line, count in zip(lines, behind, strict=True) if count >= most and line.size > 1]
    low, high = bounds(values, hidden, wide)
    unsafe = hidden & (held < at.thresholds.smallest)
    assert np.all((high - low)[unsafe] >= values[unsafe])  # at least as wide as what it hides


COUNTS = [sql for sql in TABLES if "count(*) AS n FROM visits GROUP BY" in sql and sql.count(",") <= 2]


@pytest.mark.parametrize("sql", COUNTS)
def test_what_is_rounded_adds_up_shows_no_few_and_goes_to_people(sql: str) -> None:
    try:
        made = fix_by_rounding(claim(sql), [source()], base=10)
    except InputError:
        return  # counted below: it says to suppress instead
    rows = list(csv.DictReader(io.StringIO(made.data.decode("utf-8-sig"))))
    keys = list(rows[0])[:-1]
    inner = [row for row in rows if TOTAL not in (row[key] for key in keys)]
    assert all(int(row["n"]) % 10 == 0 for row in rows)
    assert min(int(row["n"]) for row in inner) >= 10
    for row in rows:
        mine = [one for one in inner if all(row[key] in (TOTAL, one[key]) for key in keys)]
        assert sum(int(one["n"]) for one in mine) == int(row["n"])
    assert made.data == fix_by_rounding(claim(sql), [source()], base=10).data  # asked again, the same again
    judgement = judge([Product("p.csv", made.data)], [source()]).judgement
    assert judgement.verdict is Verdict.REVIEW


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("SELECT 区县, 病种, 性别, count(*) AS n FROM visits GROUP BY 区县, 病种, 性别", "分组列"),
        ("SELECT 区县, sum(CAST(金额 AS DOUBLE)) AS s FROM visits GROUP BY 区县", "分组列"),
        ("SELECT 病种, count(DISTINCT 证件号) AS n FROM visits GROUP BY 病种", "去重"),
    ],
)
def test_what_cannot_be_rounded_is_said_and_sent_to_suppression(sql: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        fix_by_rounding(claim(sql), [source()], base=10)


def test_most_tables_of_counts_can_be_rounded() -> None:
    made = 0
    for sql in COUNTS:
        try:
            made += fix_by_rounding(claim(sql), [source()], base=10).rows > 0
        except InputError:
            continue
    assert made >= len(COUNTS) - 2


def test_a_base_below_the_threshold_hides_nothing() -> None:
    with pytest.raises(InputError, match="阈值"):
        fix_by_rounding(claim(COUNTS[0]), [source()], base=5)


def test_labels_stand_under_their_own_heading_however_the_claim_groups() -> None:
    asked = "SELECT 区县, 性别, count(*) AS n FROM visits GROUP BY 性别, 区县"
    rows = list(csv.DictReader(io.StringIO(fix_by_rounding(claim(asked), [source()], base=10).data.decode())))
    assert {one["性别"] for one in rows} == {"男", "女", TOTAL}
    assert {one["区县"] for one in rows} >= {"汇川区", "仁怀市", TOTAL}
    hidden = "SELECT 区县, count(*) AS n FROM visits GROUP BY 区县, 性别"
    with pytest.raises(InputError):
        fix_by_rounding(claim(hidden), [source()], base=10)
