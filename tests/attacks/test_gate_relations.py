# ruff: noqa: E501 - one statement a line
"""Claims over WITH, subqueries, lookups and ranks: what is sound is proven, what hides somebody never is."""

from __future__ import annotations

import csv
import io

import duckdb
import pyarrow as pa
import pytest

from sandbox.egress.judge import judge
from sandbox.egress.options import Options
from sandbox.egress.origin import Source
from sandbox.egress.permitted import Bounds
from sandbox.egress.report import Product
from sandbox.fingerprint.index import RecordIndex
from sandbox.fingerprint.sidecar import UnitColumns, dense_units
from sandbox.kernel.findings import Verdict
from tests.egress.clinic import KEY, claim, csv_of, source, visits

SOME_ID = visits().column("证件号")[40].as_py()


def _second(name: str, table: pa.Table, unit: str) -> Source:
    return Source(
        name=name,
        table=table,
        units=dense_units(table, [UnitColumns("firm", (unit,))]),
        index=RecordIndex.build([("raw", table)], key=KEY, identifiers=(unit,)),
        identifiers=frozenset({unit}),
    )


def payers() -> pa.Table:
    """One row for each person: a plan of one of three, and an employer of its own."""
    ids = visits().column("证件号").unique().to_pylist()
    return pa.table(
        {
            "证件号": pa.array(ids),
            "险种": pa.array([f"险种{place % 3}" for place in range(len(ids))]),
            "单位": pa.array([f"9152{place:014d}" for place in range(len(ids))]),
        }
    )


def twice() -> pa.Table:
    """Two rows for each district: a lookup would count everybody twice."""
    names = ["红花岗区", "汇川区", "播州区", "仁怀市"] * 2
    return pa.table({"区县": pa.array(names), "类": pa.array([f"类{n}" for n in range(8)]), "码": pa.array([f"C{n:017d}" for n in range(8)])})  # fmt: skip


def sources() -> list[Source]:
    return [source(), _second("payers", payers(), "单位"), _second("twice", twice(), "码")]


def verdict(sql: str, options: Options | None = None) -> tuple[Verdict, set[str]]:
    engine = duckdb.connect()
    for name, table in (("visits", visits()), ("payers", payers()), ("twice", twice())):
        engine.register(name, table)
    try:
        data = csv_of(engine.execute(sql).to_arrow_table())
    except (duckdb.Error, pa.ArrowException):
        data = "区县,n\n红花岗区,372\n".encode()
    judged = judge([Product("p.csv", data, claim=claim(sql))], sources(), options).judgement
    return judged.verdict, {found.rule for found in judged.files[0].findings}


PROVABLE = [
    "WITH v AS (SELECT 病种, 证件号 AS 人 FROM visits WHERE 性别 = '女') SELECT 病种, count(DISTINCT 人) AS n FROM v GROUP BY 病种",
    "WITH a AS (SELECT * FROM visits), b AS (SELECT 性别, 病种 AS k FROM a) SELECT k, count(*) AS n FROM b GROUP BY k",
    "SELECT k, count(*) AS n FROM (SELECT upper(病种) AS k FROM visits) AS q GROUP BY k",
    "SELECT p.险种, count(*) AS n FROM visits v JOIN payers p ON v.证件号 = p.证件号 GROUP BY p.险种",
    "SELECT 险种, 性别, count(DISTINCT v.证件号) AS n FROM visits v LEFT JOIN payers p ON v.证件号 = p.证件号 GROUP BY ALL",
    "SELECT 险种, count(*) AS n FROM visits JOIN payers USING (证件号) GROUP BY 险种",
    "SELECT 病种, round(stddev(CAST(金额 AS DOUBLE)), 1) AS s FROM visits WHERE 区县 IN ('红花岗区', '播州区') GROUP BY 病种",
    "SELECT 病种, round(median(CAST(金额 AS DOUBLE)), -3) AS m FROM visits WHERE 区县 IN ('红花岗区', '播州区') GROUP BY 病种",
]
HOSTILE = [
    "WITH v AS (SELECT 证件号 AS k FROM visits) SELECT k, count(*) AS n FROM v GROUP BY k",
    "WITH v AS (SELECT substr(证件号, 1, 12) AS k FROM visits) SELECT k, count(*) AS n FROM v GROUP BY k",
    f"WITH v AS (SELECT * FROM visits WHERE 证件号 <> '{SOME_ID}') SELECT 病种, count(*) AS n FROM v GROUP BY 病种",
    "WITH v AS (SELECT * FROM visits), w AS (SELECT 姓名 FROM visits) SELECT 病种, count(*) AS n FROM v GROUP BY 病种",
    "WITH v AS (SELECT DISTINCT 病种, 区县 FROM visits) SELECT 病种, count(*) AS n FROM v GROUP BY 病种",
    "WITH v AS (SELECT * FROM visits LIMIT 900) SELECT 病种, count(*) AS n FROM v GROUP BY 病种",
    "WITH v AS (SELECT 病种, max(金额) AS m FROM visits GROUP BY 病种) SELECT m, count(*) AS n FROM v GROUP BY m",
    "WITH RECURSIVE v AS (SELECT 病种 FROM visits UNION SELECT 病种 FROM v) SELECT 病种, count(*) AS n FROM v GROUP BY 病种",
    "WITH visits AS (SELECT * FROM payers) SELECT 险种, count(*) AS n FROM visits GROUP BY 险种",
    "SELECT k, count(*) AS n FROM (SELECT 证件号 || 'x' AS k FROM visits) GROUP BY k",
    "SELECT k, count(*) AS n FROM (SELECT 区县 AS k FROM visits) GROUP BY k",
    "SELECT k, count(*) AS n FROM (SELECT row_number() OVER () AS k FROM visits) GROUP BY k",
    "SELECT p.单位, count(*) AS n FROM visits v JOIN payers p ON v.证件号 = p.证件号 GROUP BY p.单位",
    f"SELECT 病种, count(*) AS n FROM visits v JOIN payers p ON v.证件号 = p.证件号 AND p.单位 <> '{payers().column('单位')[3].as_py()}' GROUP BY 病种",
    "SELECT 病种, count(*) AS n FROM visits v JOIN payers p ON v.证件号 < p.证件号 GROUP BY 病种",
    "SELECT a.病种, count(*) AS n FROM visits a JOIN visits b ON a.证件号 = b.证件号 GROUP BY a.病种",
    "SELECT t.类, count(*) AS n FROM visits v JOIN twice t ON v.区县 = t.区县 GROUP BY t.类",
    "SELECT 病种, count(*) AS n FROM visits v CROSS JOIN payers p GROUP BY 病种",
    "SELECT 病种, count(*) AS n FROM visits v RIGHT JOIN payers p ON v.证件号 = p.证件号 GROUP BY 病种",
    "SELECT 病种, count(*) AS n FROM visits v SEMI JOIN payers p ON v.证件号 = p.证件号 GROUP BY 病种",
    "SELECT 病种, count(*) AS n FROM visits v, payers p WHERE v.证件号 = p.证件号 GROUP BY 病种",
    "SELECT 病种, count(*) AS n FROM visits v JOIN (SELECT * FROM payers) p ON v.证件号 = p.证件号 GROUP BY 病种",
    "SELECT 病种, count(*) AS n FROM visits v NATURAL JOIN payers p GROUP BY 病种",
    "SELECT 病种, max(CAST(金额 AS DOUBLE)) AS m FROM visits GROUP BY 病种",
    "SELECT 病种, min(证件号) AS m FROM visits GROUP BY 病种",
    "SELECT 病种, median(CAST(金额 AS DOUBLE)) AS m FROM visits GROUP BY 病种",
    "SELECT 病种, quantile_cont(CAST(金额 AS DOUBLE), 0.999) AS m FROM visits GROUP BY 病种",
    "SELECT 病种, round(max(CAST(金额 AS DOUBLE)), 0) AS m FROM visits GROUP BY 病种",
    "SELECT 病种, count(*) AS n FROM visits GROUP BY 病种 HAVING max(CAST(金额 AS DOUBLE)) > 1000000",
    "SELECT 性别, stddev(CAST(金额 AS DOUBLE)) AS s FROM visits GROUP BY 性别",
    "SELECT 病种, var_pop(CAST(金额 AS DOUBLE)) AS s FROM visits WHERE 区县 = '赤水市' GROUP BY 病种",
]


@pytest.mark.parametrize("sql", PROVABLE)
def test_sound_claims_are_proven(sql: str) -> None:
    assert verdict(sql)[0] is Verdict.RELEASE, verdict(sql)


@pytest.mark.parametrize("sql", HOSTILE)
def test_hostile_claims_are_never_proven(sql: str) -> None:
    assert verdict(sql)[0] is not Verdict.RELEASE


def test_tables_that_may_not_meet_are_refused() -> None:
    bounds = Options(bounds=Bounds(apart=(("payers", "visits"),)))
    assert verdict(PROVABLE[3], bounds)[0] is Verdict.REFUSE
    assert "G22" in verdict(PROVABLE[3], bounds)[1]


def test_a_dataset_outside_the_agreement_is_refused_as_not_agreed() -> None:
    found, rules = verdict(
        "SELECT 区县, count(*) AS n FROM tax_records GROUP BY 区县", Options(bounds=Bounds())
    )
    assert found is Verdict.REFUSE
    assert "G30" in rules
    assert "G30" not in verdict(PROVABLE[0], Options(bounds=Bounds()))[1]


def test_the_figures_are_those_of_the_engine() -> None:
    rows = list(csv.reader(io.StringIO(csv_of(duckdb.connect().register("v", visits()).execute(  # plain oracle
        "SELECT 病种, quantile_cont(CAST(金额 AS DOUBLE), 0.37), quantile_disc(CAST(金额 AS DOUBLE), 0.37), "
        "stddev(CAST(金额 AS DOUBLE)), var_pop(CAST(金额 AS DOUBLE)) FROM v GROUP BY 病种 ORDER BY 1").to_arrow_table()).decode())))  # fmt: skip
    from sandbox.egress.claims import Claim
    from sandbox.egress.proof import run_claim
    from sandbox.egress.rowwise import Budget

    sql = (
        "SELECT 病种, quantile_cont(CAST(金额 AS DOUBLE), 0.37) AS a, quantile_disc(CAST(金额 AS DOUBLE), 0.37) AS b, "
        "stddev(CAST(金额 AS DOUBLE)) AS c, var_pop(CAST(金额 AS DOUBLE)) AS d FROM visits GROUP BY 病种"
    )
    truth = run_claim(Claim(sql, "证件号"), [source()], budget=Budget())[1]
    for row in rows[1:]:
        cell = truth.keys["k0"].texts().index(row[0])
        for item, shown in zip(truth.claim.items[1:], row[1:], strict=True):
            assert truth.values(item)[cell] == pytest.approx(float(shown), rel=1e-9)
