# ruff: noqa: E501 - a case reads best on one line
"""Columns of amounts and days handed out in another measure: a few dozen prove who is meant, statistics do not."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import math

import numpy as np
import pyarrow as pa
import pytest

from sandbox.egress.judge import judge
from sandbox.egress.origin import Source
from sandbox.egress.report import Product
from sandbox.egress.restated import restated
from sandbox.fingerprint.index import RecordIndex
from sandbox.fingerprint.sidecar import UnitColumns, dense_units
from sandbox.kernel.findings import FindingKind, Verdict
from tests.egress.clinic import KEY

PEOPLE = 3_000
EPOCH = dt.date(1970, 1, 1)


def _people() -> pa.Table:
    order = np.random.default_rng(20260101)
    days = order.integers(-10_000, 15_000, PEOPLE)
    return pa.table(
        {
            "证件号": [f"52030219{n:010d}" for n in range(PEOPLE)],
            "出生日期": [(EPOCH + dt.timedelta(days=int(day))).isoformat() for day in days],
            "区县": [f"5203{code:02d}" for code in order.integers(2, 16, PEOPLE)],
            "病种": [f"病种{kind}" for kind in order.integers(0, 6, PEOPLE)],
            "金额": [f"{amount:.2f}" for amount in order.lognormal(8, 1, PEOPLE)],
        }
    )


TABLE = _people()
ROWS = np.random.default_rng(7).choice(PEOPLE, 40, replace=False)
SOME = TABLE.take(ROWS)
AMOUNTS = np.asarray([float(cell) for cell in SOME.column("金额").to_pylist()])
DAYS = np.asarray(
    [(dt.date.fromisoformat(cell) - EPOCH).days for cell in SOME.column("出生日期").to_pylist()]
)
EVERY = np.asarray([float(cell) for cell in TABLE.column("金额").to_pylist()])


@pytest.fixture(scope="module")
def source() -> Source:
    return Source(
        name="people",
        table=TABLE,
        units=dense_units(TABLE, [UnitColumns("person", ("证件号",))]),
        index=RecordIndex.build([("raw", TABLE)], key=KEY, identifiers=("证件号",)),
        identifiers=frozenset({"证件号"}),
    )


def _csv(**columns: object) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))  # type: ignore[call-overload]
    return out.getvalue().encode()


def _running(kind: str) -> bytes:
    """Totals, balances or means that run on within five wards, the rows of totals in no order."""
    wards = [f"病区{place % 5}" for place in range(len(AMOUNTS))]
    kept: dict[str, list[float]] = {}
    rows = []
    for ward, amount in zip(wards, AMOUNTS, strict=True):
        held = kept.setdefault(ward, [])
        held.append(float(amount))
        told = {"total": sum(held), "balance": 900_000 - sum(held), "mean": sum(held) / len(held)}[kind]
        rows.append((ward, f"{told:.7f}" if kind == "mean" else f"{told:.2f}"))
    if kind != "mean":
        rows = [rows[place] for place in np.random.default_rng(14).permutation(len(rows))]
    return _csv(病区=[ward for ward, _ in rows], 值=[cell for _, cell in rows])


def _z(values: np.ndarray) -> list[float]:
    return [float(one) for one in (values - values.mean()) / values.std()]


def _tree(values: list[float]) -> bytes:
    def grown(part: list[float]) -> dict:
        if len(part) == 1:
            return {"leaf": "病种1", "support": 80}
        half = len(part) // 2
        return {
            "threshold": (part[half] - 0.005) / 10,
            "left": grown(part[:half]),
            "right": grown(part[half:]),
        }

    return json.dumps({"tree": grown(values)}, ensure_ascii=False).encode()


LEAKS = {
    "amounts alone": _csv(值=[f"{one:.2f}" for one in AMOUNTS]),
    "days since a day of one's own": _csv(n=[int(day) + 12_345 for day in DAYS]),
    "days until": _csv(n=[99_999 - int(day) for day in DAYS]),
    "half days": _csv(n=[2 * int(day) + 7 for day in DAYS]),
    "milliseconds": _csv(t=[int(day) * 86_400_000 for day in DAYS]),
    "another currency": _csv(usd=[f"{one * 0.1371:.6f}" for one in AMOUNTS]),
    "thousandths with a fee": _csv(k=[f"{one / 1000 + 3:.5f}" for one in AMOUNTS]),
    "what is left of a million": _csv(left=[f"{1_000_000 - one:.2f}" for one in AMOUNTS]),
    "natural logarithm": _csv(x=[f"{math.log(one):.11f}" for one in AMOUNTS]),
    "binary logarithm": _csv(x=[f"{math.log2(one):.11f}" for one in AMOUNTS]),
    "square root": _csv(x=[f"{math.sqrt(one):.9f}" for one in AMOUNTS]),
    "reciprocal": _csv(x=[f"{1 / one:.14f}" for one in AMOUNTS]),
    "standard scores": json.dumps({"z": _z(AMOUNTS)}).encode(),
    "between least and most": json.dumps({"s": [float(one) for one in (AMOUNTS - AMOUNTS.min()) / np.ptp(AMOUNTS)]}).encode(),
    "a total that runs on": _csv(累计=[f"{one:.2f}" for one in np.cumsum(AMOUNTS)]),
    "totals that run on by ward, in no order": _running("total"),
    "balances by ward, in no order": _running("balance"),
    "means that run on by ward": _running("mean"),
    "a mean that runs on": _csv(均值=[f"{one:.8f}" for one in np.cumsum(AMOUNTS) / np.arange(1, 41)]),
    "logarithms of a product that runs on": _csv(x=[f"{one:.12f}" for one in np.cumsum(np.log(AMOUNTS))]),
    "steps of steps after two amounts": _csv(
        x=[f"{one:.2f}" for one in [*AMOUNTS[:2], *np.diff(AMOUNTS, n=2)]]
    ),
    "changes from row to row": _csv(变动=[f"{one:.2f}" for one in np.diff(AMOUNTS, prepend=0.0)]),
    "parts of a stated total": _csv(占比=[f"{one / AMOUNTS.sum():.12%}" for one in AMOUNTS]),
    "forecast and what it missed": _csv(
        预测=[f"{3_000 + 10 * place:.2f}" for place in range(40)],
        误差=[f"{one - 3_000 - 10 * place:.2f}" for place, one in enumerate(AMOUNTS)],
    ),
    "sums and differences of pairs": _csv(
        和=[f"{a + b:.2f}" for a, b in zip(AMOUNTS[::2], AMOUNTS[1::2], strict=True)],
        差=[f"{a - b:.2f}" for a, b in zip(AMOUNTS[::2], AMOUNTS[1::2], strict=True)],
    ),
    "decibels": _csv(x=[f"{10 * math.log10(one):.11f}" for one in AMOUNTS]),
    "magnitudes": _csv(x=[f"{-2.5 * math.log10(one):.12f}" for one in AMOUNTS]),
    "ounces with few decimals": _csv(x=[f"{one / 6.4:.5f}" for one in np.sort(AMOUNTS)[:24]]),
    "thresholds of a tree": _tree(sorted(float(one) for one in AMOUNTS)),
    "edges of classes": json.dumps({"edges": sorted(round(float(one) * 100) - 1_300 for one in AMOUNTS), "n": [80] * 39}).encode(),
    "lines of a report": "\n".join(f"第{n}组 均值约 {one:.2f} 元，人数 {n + 60}" for n, one in enumerate(AMOUNTS)).encode(),
    "lengths and angles": _csv(
        r=[f"{math.hypot(one, day):.9f}" for one, day in zip(AMOUNTS, DAYS, strict=True)],
        phi=[f"{math.degrees(math.atan2(day, one)):.12f}" for one, day in zip(AMOUNTS, DAYS, strict=True)],
    ),
    "means beside geometric means": _csv(
        m=[f"{(a + b) / 2:.3f}" for a, b in zip(AMOUNTS[::2], AMOUNTS[1::2], strict=True)],
        g=[f"{math.sqrt(a * b):.9f}" for a, b in zip(AMOUNTS[::2], AMOUNTS[1::2], strict=True)],
    ),
    "a geometric mean and a quotient": _csv(
        g=[f"{math.sqrt(a * b):.9f}" for a, b in zip(AMOUNTS[::2], AMOUNTS[1::2], strict=True)],
        q=[f"{a / b:.14f}" for a, b in zip(AMOUNTS[::2], AMOUNTS[1::2], strict=True)],
    ),
    "the coefficients of equations": _csv(
        p=[f"{a + b:.2f}" for a, b in zip(AMOUNTS[::2], AMOUNTS[1::2], strict=True)],
        q=[f"{a * b:.4f}" for a, b in zip(AMOUNTS[::2], AMOUNTS[1::2], strict=True)],
    ),
    "turned by an eighth": _csv(
        u=[f"{(a + b) / math.sqrt(2):.9f}" for a, b in zip(AMOUNTS[::2], AMOUNTS[1::2], strict=True)],
        w=[f"{(a - b) / math.sqrt(2):.9f}" for a, b in zip(AMOUNTS[::2], AMOUNTS[1::2], strict=True)],
    ),
    "price and number": _csv(单价=[f"{one / 4:.4f}" for one in AMOUNTS], 数量=[4] * 40),
}  # fmt: skip


@pytest.mark.parametrize("name", LEAKS)
def test_a_column_in_another_measure_is_named_a_record(name, source):
    data = LEAKS[name]
    ending = "json" if data.startswith(b"{") else "txt" if name.startswith("lines") else "csv"
    product = Product(f"a.{ending}", data)
    (file,) = judge([product], [source]).judgement.files
    assert file.verdict is Verdict.REFUSE
    records = [found for found in file.findings if found.kind is FindingKind.SOURCE_RECORD]
    assert [found for found in records if found.records >= 12]


def test_totals_of_two_files_that_differ_by_a_person_each_are_named(source):
    base = np.random.default_rng(1).uniform(400_000, 900_000, 40).round(2)
    keys = [f"G{place:03d}" for place in range(40)]
    with_one = _csv(格=keys, 合计=[f"{one:.2f}" for one in base + AMOUNTS])
    without = _csv(格=keys, 合计=[f"{one:.2f}" for one in base])
    judged = judge([Product("a.csv", with_one), Product("b.csv", without)], [source]).judgement
    assert any(found.kind is FindingKind.SOURCE_RECORD for found in judged.set_findings)
    assert all(file.verdict is not Verdict.RELEASE for file in judged.files)


def test_a_total_and_the_totals_without_each_person_are_named(source):
    whole = 7_000_000.0
    files = [Product("all.csv", _csv(项=["合计"], 值=[f"{whole:.2f}"]))]
    files += [
        Product(f"l{place}.csv", _csv(项=["合计"], 值=[f"{whole - one:.2f}"]))
        for place, one in enumerate(AMOUNTS[:13])
    ]
    judged = judge(files, [source]).judgement
    assert any(found.kind is FindingKind.SOURCE_RECORD for found in judged.set_findings)


def _by(column: str, function) -> list[tuple[str, str]]:
    labels = np.asarray(TABLE.column(column).to_pylist())
    return [(one, f"{function(EVERY[labels == one]):.2f}") for one in sorted(set(labels))]


def _months() -> list[str]:
    return [cell[:7] for cell in TABLE.column("出生日期").to_pylist()]


HONEST = {
    "medians by district": _csv(区县=[a for a, _ in _by("区县", np.median)], 中位数=[b for _, b in _by("区县", np.median)]),
    "upper quartiles by district": _csv(
        区县=[a for a, _ in _by("区县", np.median)],
        Q3=[f"{np.quantile(EVERY[np.asarray(TABLE.column('区县').to_pylist()) == a], 0.75, method='lower'):.2f}" for a, _ in _by("区县", np.median)],
    ),
    "percentiles": _csv(分位=[f"P{p}" for p in range(1, 100)], 金额=[f"{np.quantile(EVERY, p / 100, method='nearest'):.2f}" for p in range(1, 100)]),
    "ventiles without a label": _csv(金额=[f"{np.quantile(EVERY, p / 10):.2f}" for p in range(11)]),
    "means by district and illness": _csv(均值=[f"{one:.2f}" for one in np.random.default_rng(3).normal(4_000, 200, 84)]),
    "a calendar of counts": _csv(
        日期=[(dt.date(2024, 1, 1) + dt.timedelta(days=n)).isoformat() for n in range(366)],
        人次=[int(n) for n in np.random.default_rng(4).poisson(80, 366)],
    ),
    "births by day of the year": _csv(
        日期=[(dt.date(1980, 1, 1) + dt.timedelta(days=n)).isoformat() for n in range(300)],
        人数=[int(n) for n in np.random.default_rng(5).poisson(60, 300)],
    ),
    "numbered rows": _csv(序号=list(range(1, 61)), 人数=[int(n) for n in np.random.default_rng(6).poisson(300, 60)]),
    "classes of amounts": _csv(下限=[500 * n for n in range(40)], 人数=[int(3_000 * math.exp(-n / 8)) + 10 for n in range(40)]),
    "years": _csv(年份=list(range(1960, 2011)), 人数=[int(n) for n in np.random.default_rng(8).poisson(60, 51)]),
    "a matrix of correlations": _csv(**{f"c{n}": [f"{one:.4f}" for one in np.random.default_rng(n).uniform(-1, 1, 20)] for n in range(6)}),
    "sums by ward and month": _csv(
        病区=[f"病区{n % 5}" for n in range(60)],
        月=[f"2024-{n // 5 + 1:02d}" for n in range(60)],
        合计=[f"{one:.2f}" for one in np.random.default_rng(15).lognormal(10, 1, 60)],
    ),
    "totals of the year so far by ward": _csv(
        病区=[f"病区{n // 12}" for n in range(60)],
        累计=[f"{one:.2f}" for one in np.cumsum(np.random.default_rng(16).lognormal(9, 1, (5, 12)), axis=1).ravel()],
    ),
    "means, deviations and rates": _csv(
        均值=[f"{one:.6f}" for one in np.random.default_rng(11).normal(4_000, 400, 60)],
        标准差=[f"{one:.6f}" for one in np.random.default_rng(12).uniform(100, 900, 60)],
        率=[f"{one:.6f}" for one in np.random.default_rng(13).uniform(0, 1, 60)],
    ),
    "rates": _csv(率=[f"{one:.2%}" for one in np.random.default_rng(9).uniform(0, 1, 50)]),
    "medians of a chart": json.dumps(
        {"data": [{"区县": a, "中位数": float(b)} for a, b in _by("区县", np.median)], "mark": "bar"}, ensure_ascii=False
    ).encode(),
    "medians in lines": "\n".join(f"{a} 的中位数为 {b} 元" for a, b in _by("区县", np.median)).encode(),
    "percentiles as two lists": json.dumps(
        {"p": list(range(1, 100)), "金额": [float(np.quantile(EVERY, p / 100, method="nearest")) for p in range(1, 100)]}
    ).encode(),
    "importances of a model": json.dumps({"gain": [float(one) for one in np.random.default_rng(10).dirichlet([1] * 30)]}).encode(),
    "a forecast": _csv(t=list(range(48)), y=[f"{3_000 + 500 * math.sin(n / 4):.2f}" for n in range(48)]),
}  # fmt: skip


@pytest.mark.parametrize("name", HONEST)
def test_statistics_are_no_records(name, source):
    data = HONEST[name]
    ending = "json" if data.startswith(b"{") else "txt" if name.endswith("lines") else "csv"
    (file,) = judge([Product(f"a.{ending}", data)], [source]).judgement.files
    assert not [found for found in file.findings if found.kind is FindingKind.SOURCE_RECORD]


def test_days_that_nearly_everybody_could_have_prove_nothing():
    """Where most days of a year have a patient, any list of days lies among those of one patient each."""
    order = np.random.default_rng(5)
    first = np.datetime64("2024-01-01")
    days = order.choice(366, 330, replace=False)
    often, seldom = days[:143], days[143:]
    cells = [str(first + int(day)) for day in [*np.repeat(often, 8), *np.repeat(seldom, 2)]]
    visits = pa.table({"就诊日期": cells, "证件号": [f"{number:018d}" for number in range(len(cells))]})
    dense = Source("visits", visits, dense_units(visits, [UnitColumns("person", ("证件号",))]), None)
    drawn = pa.table({"就诊日期": list(order.choice(cells, 800))})
    assert restated([drawn], [dense]) is None
    few = visits.slice(143 * 8).take(pa.array(np.arange(0, 374, 8)))
    sparse = Source("visits", few, dense_units(few, [UnitColumns("person", ("证件号",))]), None)
    assert restated([few.select(["就诊日期"])], [sparse]) is not None
