# ruff: noqa: E501, PT018 - statements and cases read best on one line
"""The judgement as a whole: what is released, what is not, and that every check leaves its receipt."""

from __future__ import annotations

import json

import duckdb
import pytest

from sandbox.egress.checks import CHECKS, PER_FILE
from sandbox.egress.claims import Claim
from sandbox.egress.judge import judge, judge_file, settle
from sandbox.egress.options import Options
from sandbox.egress.report import Product
from sandbox.kernel.findings import FileJudgement, FindingKind, Outcome, Verdict
from sandbox.kernel.message import say
from tests.egress.clinic import claim, csv_of, source, visits, without_index

PROVABLE = [
    "SELECT count(*) AS n FROM visits",
    "SELECT count(*) FROM visits",
    "SELECT 性别, count(1) FROM visits GROUP BY 性别",
    "SELECT 性别, 病种, count(*) c FROM visits v GROUP BY v.性别, v.病种",
    "SELECT 病种, count(*) AS n, count(DISTINCT 证件号) AS 人数 FROM visits GROUP BY 病种 ORDER BY 人数 DESC",
    "SELECT CASE WHEN 区县 IN ('赤水市', '仁怀市') THEN '其他' ELSE 区县 END AS 区县, count(*) AS n FROM visits GROUP BY 1",
    "SELECT year(CAST(就诊日期 AS DATE)) AS y, quarter(CAST(就诊日期 AS DATE)) AS q, count(*) AS n FROM visits GROUP BY ALL",
    "SELECT date_trunc('month', 就诊日期::DATE) AS m, count(*) AS n FROM visits GROUP BY 1",
    "SELECT strftime(就诊日期::DATE, '%Y-%m') AS m, count(*) AS n FROM visits GROUP BY m",
    "SELECT substr(就诊日期, 1, 7) AS m, count(*) AS n FROM visits GROUP BY m HAVING n > 5",
    "SELECT 病种, round(avg(CASE WHEN 性别 = '男' THEN 1.0 ELSE 0 END), 3) AS r FROM visits GROUP BY 病种",
    "SELECT 病种, count(*) FILTER (WHERE 性别 = '男') AS m, count(*) AS n FROM visits GROUP BY 病种",
    "SELECT 病种, avg(CAST(金额 AS DOUBLE)) AS a FROM visits WHERE 区县 IN ('红花岗区', '播州区') GROUP BY 病种",
]  # fmt: skip


def result_of(sql: str) -> bytes:
    engine = duckdb.connect()
    engine.register("visits", visits())
    return csv_of(engine.execute(sql).to_arrow_table())


def judged(product: Product, *, options: Options | None = None) -> FileJudgement:
    return judge([product], [source()], options).judgement.files[0]


@pytest.mark.parametrize("sql", PROVABLE)
def test_safe_aggregates_with_a_true_claim_are_released(sql: str) -> None:
    file = judged(Product("p.csv", result_of(sql), claim=claim(sql)))
    assert file.verdict is Verdict.RELEASE, [str(found.evidence) for found in file.findings]
    assert file.findings == () and json.loads(file.proof or "")["sql"] == sql


@pytest.mark.parametrize("sql", PROVABLE[4:6])
def test_the_same_tables_without_a_claim_go_to_people(sql: str) -> None:
    file = judged(Product("p.csv", result_of(sql)))
    assert file.verdict is Verdict.REVIEW
    assert FindingKind.UNVERIFIED in {found.kind for found in file.findings}
    assert file.rewritten is not None and file.proof is None


def test_a_wrong_product_is_a_mismatch() -> None:
    lines = result_of(PROVABLE[4]).decode().splitlines()
    data = "\n".join([*lines[:-1], lines[-1] + "1"]).encode()
    file = judged(Product("p.csv", data, claim=claim(PROVABLE[4])))
    assert file.verdict is Verdict.REFUSE
    assert FindingKind.CLAIM_MISMATCH in {found.kind for found in file.findings}


def test_every_check_has_a_receipt_on_the_files_own_digest() -> None:
    for data in (b"", b"a,b\n1,2\n", b"\x80\x04\x95", result_of(PROVABLE[4])):
        product = Product("p", data)
        file = judged(product)
        assert [receipt.check.split(".")[0] for receipt in file.receipts] == [
            check.code for check in PER_FILE
        ]
        assert {receipt.subject for receipt in file.receipts} == {product.digest}


def test_a_check_that_did_not_run_refuses() -> None:
    sql = PROVABLE[4]
    product = Product("p.csv", result_of(sql), claim=claim(sql))
    for missing in ("identifier", "source-record", "small-group", "hidden-content"):
        report = judge_file(product, [source()], Options())
        del report.ran[missing]
        file = settle([report], [source()], Options()).judgement.files[0]
        assert file.verdict is Verdict.REFUSE and file.rewritten is None


def test_without_fingerprints_nothing_is_released() -> None:
    sql = PROVABLE[4]
    product = Product("p.csv", result_of(sql), claim=claim(sql))
    for sources in ([without_index()], []):
        file = judge([product], sources).judgement.files[0]
        assert file.verdict is Verdict.REFUSE
        assert Outcome.UNABLE in {receipt.outcome for receipt in file.receipts}


def test_an_empty_file_and_a_bare_header_carry_nothing() -> None:
    assert judged(Product("p.csv", b"")).verdict is Verdict.RELEASE
    assert judged(Product("p.csv", "区县,病种\n".encode())).verdict is Verdict.RELEASE
    assert judged(Product("p.csv", "区县,王小明\n".encode())).verdict is not Verdict.RELEASE


def test_an_unreadable_product_costs_only_itself() -> None:
    sql = PROVABLE[4]
    good = Product("good.csv", result_of(sql), claim=claim(sql))
    bad = Product("bad", b"", problem=say("不是普通文件"))
    files = judge([bad, good], [source()]).judgement.files
    assert [file.verdict for file in files] == [Verdict.REFUSE, Verdict.RELEASE]
    assert files[0].findings[0].kind is FindingKind.MALFORMED


def test_too_large_and_canary() -> None:
    assert FindingKind.TOO_LARGE in {
        found.kind for found in judged(Product("p.csv", b"a,b\n1,2\n"), options=Options(max_bytes=4)).findings
    }
    trap = judged(Product("p.csv", "a,b\nＺＺ9,2\n".encode()), options=Options(canaries=frozenset({"zz9"})))
    assert FindingKind.CANARY in {found.kind for found in trap.findings}


def test_an_earlier_release_takes_part_in_subtraction() -> None:
    every = "SELECT 性别, count(*) AS n FROM visits GROUP BY 性别"
    merged = "SELECT 病种, count(*) AS n FROM visits GROUP BY 病种"
    less = "SELECT count(*) AS n FROM visits WHERE 区县 <> '赤水市'"
    product = Product("p.csv", result_of(every), claim=claim(every))
    safe = Options(earlier=(("release 1", Claim(merged, "证件号")),))
    assert judged(product, options=safe).verdict is Verdict.RELEASE
    trap = Options(earlier=(("release 2", Claim(less, "证件号")),))
    result = judge([product], [source()], trap).judgement
    assert result.files[0].verdict is Verdict.REFUSE
    assert result.set_findings[0].kind is FindingKind.DIFFERENCING
    gone = Options(earlier=(("release 3", Claim("SELECT count(*) FROM old", "证件号")),))
    assert judged(product, options=gone).verdict is Verdict.REFUSE


def test_authors_words_hold_no_figures_and_do_not_say_what_matched() -> None:
    codes = [check.code for check in CHECKS]
    assert len(set(codes)) == len(codes) and len({check.name for check in CHECKS}) == len(codes)
    for check in CHECKS:
        assert not check.catches.values and not check.remedy.values
        for word in ("原始", "脱敏数据", "第 ", "行号"):
            assert word not in str(check.catches) + str(check.remedy)
    small = "SELECT 区县, count(*) AS n FROM visits GROUP BY 区县"
    for found in judged(Product("p.csv", result_of(small), claim=claim(small))).findings:
        assert not any(mark.isdigit() for mark in f"{found.message}{found.remedy}")


def test_what_is_guessed_to_be_a_table_is_not_judged_by_its_shape() -> None:
    lines = "\n".join(
        f"区{number % 15},2024-{number % 12 + 1:02},{4000 + 37 * number}" for number in range(200)
    )
    outputs = [{"output_type": "stream", "name": "stdout", "text": f"区县,月份,人次\n{lines}"}]
    cell = {"cell_type": "code", "metadata": {}, "source": "show()", "execution_count": 1, "outputs": outputs}
    data = json.dumps({"cells": [cell] * 10, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()
    (file,) = judge([Product("t.ipynb", data)], []).judgement.files
    assert FindingKind.ROW_LEVEL not in {finding.kind for finding in file.findings}
