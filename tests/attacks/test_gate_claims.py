# ruff: noqa: E501 - one hostile statement a line
"""Hostile claims: none of them may ever be proven, whatever the product beside them says."""

from __future__ import annotations

import json

import duckdb
import pyarrow as pa
import pytest

from sandbox.egress.judge import judge
from sandbox.egress.report import Product
from sandbox.kernel.findings import Verdict
from tests.egress.clinic import claim, csv_of, source, visits

SOME_ID = visits().column("证件号")[40].as_py()
SOME_NAME = visits().column("姓名")[40].as_py()

HOSTILE = {
    "id packed into a sum": "SELECT 区县, sum(('0x' || substr(证件号, 2, 8))::bigint) AS s FROM visits GROUP BY 区县",
    "id as a number": "SELECT 区县, sum(CAST(证件号 AS BIGINT)) AS s FROM visits GROUP BY 区县",
    "id as a try_cast": "SELECT 区县, avg(TRY_CAST(substr(证件号, 1, 17) AS DOUBLE)) AS s FROM visits GROUP BY 区县",
    "count of one id by filter": f"SELECT 区县, count(*) FILTER (WHERE 证件号 = '{SOME_ID}') AS n FROM visits GROUP BY 区县",
    "where on an id": f"SELECT 区县, count(*) AS n FROM visits WHERE 证件号 <> '{SOME_ID}' GROUP BY 区县",
    "where on a name": f"SELECT 区县, count(*) AS n FROM visits WHERE 姓名 <> '{SOME_NAME}' GROUP BY 区县",
    "case on an id": f"SELECT CASE WHEN 证件号 = '{SOME_ID}' THEN '甲' ELSE '乙' END AS k, count(*) AS n FROM visits GROUP BY 1",
    "alias of an id": "SELECT 证件号 AS 区县, count(*) AS n FROM visits GROUP BY 证件号",
    "alias of an id by number": "SELECT 证件号 AS k, count(*) AS n FROM visits GROUP BY 1",
    "alias of an id by all": "SELECT 证件号 AS k, count(*) AS n FROM visits GROUP BY ALL",
    "quoted id": 'SELECT "证件号" AS k, count(*) AS n FROM visits GROUP BY k',
    "qualified id": "SELECT v.证件号 AS k, count(*) AS n FROM visits AS v GROUP BY v.证件号",
    "id hidden in having": "SELECT 区县, count(*) AS n FROM visits GROUP BY 区县 HAVING max(证件号) > '5'",
    "id hidden in order": "SELECT 区县, count(*) AS n FROM visits GROUP BY 区县 ORDER BY min(证件号)",
    "case alias of an id used in where": "SELECT upper(证件号) AS k, count(*) AS n FROM visits WHERE k > '5' GROUP BY k",
    "min": "SELECT 区县, min(金额) AS n FROM visits GROUP BY 区县",
    "max": "SELECT 区县, max(金额) AS n FROM visits GROUP BY 区县",
    "max inside case": "SELECT 区县, sum(CASE WHEN 金额 = (SELECT max(金额) FROM visits) THEN 1 ELSE 0 END) AS n FROM visits GROUP BY 区县",
    "any_value": "SELECT 区县, any_value(姓名) AS n FROM visits GROUP BY 区县",
    "first": "SELECT 区县, first(金额) AS n FROM visits GROUP BY 区县",
    "mode": "SELECT 区县, mode(姓名) AS n FROM visits GROUP BY 区县",
    "median": "SELECT 区县, median(金额) AS n FROM visits GROUP BY 区县",
    "quantile": "SELECT 区县, quantile_cont(金额, 0.99) AS n FROM visits GROUP BY 区县",
    "arg_max": "SELECT 区县, arg_max(姓名, 金额) AS n FROM visits GROUP BY 区县",
    "string_agg": "SELECT 区县, string_agg(姓名, ',') AS n FROM visits GROUP BY 区县",
    "list": "SELECT 区县, list(姓名) AS n FROM visits GROUP BY 区县",
    "array_agg": "SELECT 区县, array_agg(姓名) AS n FROM visits GROUP BY 区县",
    "histogram": "SELECT 区县, histogram(姓名) AS n FROM visits GROUP BY 区县",
    "bit_xor": "SELECT 区县, bit_xor(CAST(金额 AS BIGINT)) AS n FROM visits GROUP BY 区县",
    "product": "SELECT 区县, product(金额) AS n FROM visits GROUP BY 区县",
    "stddev": "SELECT 区县, stddev(金额) AS n FROM visits GROUP BY 区县",
    "lambda": "SELECT 区县, sum(list_sum(list_transform([1], x -> x))) AS n FROM visits GROUP BY 区县",
    "window": "SELECT 区县, count(*) OVER (PARTITION BY 区县) AS n FROM visits",
    "window in group": "SELECT 区县, sum(count(*)) OVER () AS n FROM visits GROUP BY 区县",
    "qualify": "SELECT 区县, count(*) AS n FROM visits GROUP BY 区县 QUALIFY row_number() OVER () < 3",
    "limit": "SELECT 区县, count(*) AS n FROM visits GROUP BY 区县 LIMIT 2",
    "offset": "SELECT 区县, count(*) AS n FROM visits GROUP BY 区县 OFFSET 1",
    "distinct": "SELECT DISTINCT 区县, 病种 FROM visits",
    "plain rows": "SELECT 区县, 金额 FROM visits",
    "star": "SELECT * FROM visits",
    "count star of star": "SELECT 区县, count(visits.*) AS n FROM visits GROUP BY 区县",
    "columns star": "SELECT count(COLUMNS(*)) FROM visits",
    "join": "SELECT a.区县, count(*) AS n FROM visits a JOIN visits b ON a.证件号 = b.证件号 GROUP BY 1",
    "cross join": "SELECT a.区县, count(*) AS n FROM visits a, visits b GROUP BY 1",
    "subquery": "SELECT 区县, count(*) AS n FROM (SELECT * FROM visits) GROUP BY 区县",
    "cte": "WITH v AS (SELECT * FROM visits) SELECT 区县, count(*) AS n FROM v GROUP BY 区县",
    "union": "SELECT 区县, count(*) AS n FROM visits GROUP BY 区县 UNION ALL SELECT '甲', 1",
    "exists": "SELECT 区县, count(*) AS n FROM visits WHERE EXISTS (SELECT 1) GROUP BY 区县",
    "two statements": "SELECT 区县, count(*) AS n FROM visits GROUP BY 区县; SELECT 1",
    "copy": "COPY visits TO '/tmp/x.csv'",
    "file read": "SELECT 区县, count(*) AS n FROM read_csv('/etc/passwd') GROUP BY 区县",
    "file as table": "SELECT count(*) AS n FROM '/etc/passwd'",
    "table function": "SELECT count(*) AS n FROM range(10)",
    "unknown table": "SELECT count(*) AS n FROM duckdb_settings",
    "pragma": "PRAGMA database_list",
    "values": "SELECT k, count(*) AS n FROM (VALUES ('甲')) AS t(k) GROUP BY k",
    "comment with payload": f"SELECT 区县, count(*) AS n FROM visits GROUP BY 区县 -- {SOME_NAME}",
    "block comment": "SELECT 区县, /* x */ count(*) AS n FROM visits GROUP BY 区县",
    "hint comment": "SELECT /*+ x */ 区县, count(*) AS n FROM visits GROUP BY 区县",
    "sample": "SELECT 区县, count(*) AS n FROM visits USING SAMPLE 10% GROUP BY 区县",
    "tablesample": "SELECT 区县, count(*) AS n FROM visits TABLESAMPLE 10% GROUP BY 区县",
    "rollup": "SELECT 区县, count(*) AS n FROM visits GROUP BY ROLLUP (区县)",
    "grouping sets": "SELECT 区县, count(*) AS n FROM visits GROUP BY GROUPING SETS ((区县), ())",
    "random": "SELECT 区县, count(*) AS n FROM visits WHERE random() < 0.5 GROUP BY 区县",
    "row number": "SELECT 区县, count(*) AS n FROM visits WHERE rowid < 10 GROUP BY 区县",
    "regexp": "SELECT 区县, count(*) AS n FROM visits WHERE regexp_matches(病种, '.*') GROUP BY 区县",
    "getenv": "SELECT getenv('HOME') AS k, count(*) AS n FROM visits GROUP BY 1",
    "macro": "CREATE MACRO f(x) AS x; SELECT 区县, count(*) AS n FROM visits GROUP BY 区县",
    "several branches pack counts": "SELECT 区县, sum(CASE 病种 WHEN '病种1' THEN 1 WHEN '病种2' THEN 100000 ELSE 0 END) AS n FROM visits GROUP BY 区县",
    "big weight packs counts": "SELECT 区县, sum(CASE WHEN 病种 = '病种1' THEN 1000000 ELSE 1 END) AS n FROM visits GROUP BY 区县",
    "power": "SELECT 区县, sum(金额 * 金额) AS n FROM visits GROUP BY 区县",
    "pow": "SELECT 区县, sum(pow(金额, 2)) AS n FROM visits GROUP BY 区县",
    "bent line": "SELECT 区县, sum(abs(金额 - 100)) AS n FROM visits GROUP BY 区县",
    "digits by floor": "SELECT 区县, sum(floor(金额 / 100)) AS n FROM visits GROUP BY 区县",
    "remainders": "SELECT 区县, sum(金额 % 100) AS n FROM visits GROUP BY 区县",
    "length of a name": "SELECT 区县, sum(length(姓名)) AS n FROM visits GROUP BY 区县",
    "length of anything": "SELECT 区县, sum(length(病种)) AS n FROM visits GROUP BY 区县",
    "sum distinct": "SELECT 区县, sum(DISTINCT 金额) AS n FROM visits GROUP BY 区县",
    "count distinct of two": "SELECT 区县, count(DISTINCT (证件号, 金额)) AS n FROM visits GROUP BY 区县",
    "count distinct of a piece of an id": "SELECT 区县, count(DISTINCT substr(证件号, 1, 6)) AS n FROM visits GROUP BY 区县",
    "case of an id in count distinct": f"SELECT 区县, count(DISTINCT CASE WHEN 证件号 = '{SOME_ID}' THEN 证件号 END) AS n FROM visits GROUP BY 区县",
    "key not shown": "SELECT count(*) AS n FROM visits GROUP BY 区县",
    "key shown twice, one missing": "SELECT 区县, count(*) AS n FROM visits GROUP BY 区县, 病种",
    "order inside an aggregate": "SELECT 区县, sum(金额 ORDER BY 姓名) AS n FROM visits GROUP BY 区县",
    "within group": "SELECT 区县, percentile_cont(0.5) WITHIN GROUP (ORDER BY 金额) AS n FROM visits GROUP BY 区县",
    "homoglyph column": "SELECT 区县, count(DISTINCT 证件号\u200b) AS n FROM visits GROUP BY 区县",
    "full-width name": "SELECT 区县, ｃｏｕｎｔ(*) AS n FROM visits GROUP BY 区县",
    "zero-width in alias": "SELECT 区县, count(*) AS n\u200d\u200b\u200d FROM visits GROUP BY 区县",
    "right to left": "SELECT 区县, count(*) AS \u202en FROM visits GROUP BY 区县",
    "decomposed literal": "SELECT 区县, count(*) AS n FROM visits WHERE 病种 <> 'e\u0301' GROUP BY 区县",
    "cast to a struct": "SELECT CAST(区县 AS STRUCT(a VARCHAR)) AS k, count(*) AS n FROM visits GROUP BY 1",
    "cast to json": "SELECT CAST(区县 AS JSON) AS k, count(*) AS n FROM visits GROUP BY 1",
    "list literal": "SELECT [区县] AS k, count(*) AS n FROM visits GROUP BY 1",
    "slice": "SELECT 证件号[1:6] AS k, count(*) AS n FROM visits GROUP BY 1",
    "collate": "SELECT 区县 COLLATE NOCASE AS k, count(*) AS n FROM visits GROUP BY 1",
    "interval": "SELECT CAST(就诊日期 AS DATE) + INTERVAL 1 DAY AS k, count(*) AS n FROM visits GROUP BY 1",
    "named id as label": f"SELECT CASE WHEN 病种 = '病种1' THEN '{SOME_NAME}' ELSE '乙' END AS k, count(*) AS n FROM visits GROUP BY 1",
    "name as a column name": f'SELECT 区县, count(*) AS "{SOME_NAME}" FROM visits GROUP BY 区县',
    "id as a column name": f'SELECT 区县, count(*) AS "{SOME_ID}" FROM visits GROUP BY 区县',
    "long label": f"SELECT CASE WHEN 病种 = '病种1' THEN '{'长' * 90}' ELSE '乙' END AS k, count(*) AS n FROM visits GROUP BY 1",
    "encoded label": "SELECT CASE WHEN 病种 = '病种1' THEN 'aGVsbG8gd29ybGQgdGhp' ELSE '乙' END AS k, count(*) AS n FROM visits GROUP BY 1",
    "encoded column name": "SELECT 病种, count(*) AS aGVsbG8gd29ybGQgdGhp FROM visits GROUP BY 1",
    "number as a label": "SELECT CASE WHEN 病种 = '病种1' THEN '510123456' ELSE '乙' END AS k, count(*) AS n FROM visits GROUP BY 1",
    "very many literals": "SELECT 区县, count(*) AS n FROM visits WHERE 病种 IN (" + ",".join(f"'{n}'" for n in range(600)) + ") GROUP BY 区县",
    "very deep": "SELECT 区县, count(*) AS n FROM visits WHERE " + "NOT (" * 300 + "病种 = '病种1'" + ")" * 300 + " GROUP BY 区县",
    "very long": "SELECT 区县, count(*) AS n FROM visits WHERE " + " OR ".join(["病种 = '病种1'"] * 2000) + " GROUP BY 区县",
    "infinite number": "SELECT 区县, sum(金额 * 1e400) AS n FROM visits GROUP BY 区县",
    "rare district by where": "SELECT 病种, count(*) AS n FROM visits WHERE 区县 <> '赤水市' GROUP BY 病种",
    "rare district shown": "SELECT 区县, count(*) AS n FROM visits GROUP BY 区县",
    "rare by its own filter": "SELECT count(*) AS n, count(*) FILTER (WHERE 区县 <> '赤水市') AS m FROM visits",
    "rare by case": "SELECT count(*) AS n, sum(CASE WHEN 区县 = '赤水市' THEN 1 ELSE 0 END) AS m FROM visits",
    "rare by average": "SELECT avg(CASE WHEN 区县 = '赤水市' THEN 1 ELSE 0 END) AS m FROM visits",
    "heavy payer": "SELECT 性别, sum(CAST(金额 AS DOUBLE)) AS s FROM visits GROUP BY 性别",
    "heavy payer by average": "SELECT 性别, avg(CAST(金额 AS DOUBLE)) AS s FROM visits GROUP BY 性别",
    "one day": "SELECT 就诊日期, 区县, count(*) AS n FROM visits GROUP BY 1, 2",
    "visits of few as rows of many": "SELECT 区县, count(DISTINCT 结算号) AS n FROM visits GROUP BY 区县",
}  # fmt: skip


def honest_result(sql: str) -> bytes:
    """Return what the SQL really gives in an unguarded engine, the best product an attacker could hand in."""
    engine = duckdb.connect()
    engine.register("visits", visits())
    try:
        return csv_of(engine.execute(sql).to_arrow_table())
    except (duckdb.Error, pa.ArrowException):
        return "区县,n\n红花岗区,372\n".encode()


@pytest.mark.parametrize("name", HOSTILE)
def test_no_hostile_claim_is_proven(name: str) -> None:
    sql = HOSTILE[name]
    product = Product("p.csv", honest_result(sql), claim=claim(sql))
    file = judge([product], [source()]).judgement.files[0]
    assert file.verdict is not Verdict.RELEASE, name
    assert file.proof is None


def test_the_author_cannot_choose_the_subject() -> None:
    sql = "SELECT 区县, count(*) AS n FROM visits GROUP BY 区县"
    for subject in ("结算号", "就诊日期", "金额"):
        product = Product("p.csv", honest_result(sql), claim=claim(sql, subject))
        assert judge([product], [source()]).judgement.files[0].verdict is Verdict.REFUSE


@pytest.mark.parametrize(
    "file",
    [
        b"", b"[]", b"null", b"{", b'{"sql": "SELECT 1"}', b"\xff\xfe",
        b'{"sql": 1, "subject": "a"}', b'{"sql": "SELECT count(*) FROM visits", "subject": ""}',
        b'{"sql": "SELECT count(*) FROM visits", "subject": "x"}',
        b'{"sql": "SELECT count(*) FROM visits", "sql": "SELECT 1", "subject": "x"}',
        json.dumps({"sql": "SELECT count(*) AS n FROM visits", "subject": "证件号", "note": "x"}).encode(),
        b'{"sql": "SELECT count(*) FROM visits", "subject": NaN}', b"[" * 100_000,
    ],
)  # fmt: skip
def test_a_broken_claim_file_proves_nothing(file: bytes) -> None:
    product = Product("p.csv", b"n\n1500\n", claim=file)
    assert judge([product], [source()]).judgement.files[0].verdict is not Verdict.RELEASE


@pytest.mark.parametrize("name", ["comment with payload", "id as a column name", "count of one id by filter"])
def test_what_hides_in_the_claim_file_never_comes_back_as_a_proof(name: str) -> None:
    product = Product("p.csv", b"n\n1500\n", claim=claim(HOSTILE[name]))
    assert judge([product], [source()]).judgement.files[0].proof is None
