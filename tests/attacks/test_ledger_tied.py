"""Tables that people let leave without a claim: what comes later is held against what their figures tell."""

from __future__ import annotations

import duckdb
import pytest

from sandbox.egress.judge import judge
from sandbox.egress.kept import Kept, Standing, unpack
from sandbox.egress.options import Judged, Options
from sandbox.egress.report import Product
from sandbox.kernel.findings import Verdict
from tests.attacks.test_ledger_sets import first
from tests.egress.clinic import claim, csv_of

LESS = "SELECT 性别, count(*) AS n FROM visits WHERE 区县 <> '赤水市' GROUP BY 性别"
BY_SEX = "SELECT 性别, count(*) AS n FROM visits GROUP BY 性别"


def made(sql: str, *, declared: bool, path: str = "p.csv") -> Product:
    engine = duckdb.connect()
    engine.register("visits", first().table)
    data = csv_of(engine.execute(sql).to_arrow_table())
    return Product(path, data, claim=claim(sql) if declared else None)


def judged(*products: Product, kept: tuple[Kept, ...] = ()) -> Judged:
    return judge(products, [first()], Options(kept=kept))


def ledger(found: Judged, standing: Standing = Standing.RELEASED) -> Kept:
    cells = found.kept["p.csv"]
    return Kept("14", cells.table, cells.snapshot, standing, unpack(cells.data), first().numbered)


@pytest.mark.parametrize(
    "sql",
    [
        BY_SEX,
        "SELECT 性别, count(DISTINCT 证件号) AS n FROM visits GROUP BY 性别",
        "SELECT 性别, count(*) AS n, count(DISTINCT 证件号) AS m FROM visits GROUP BY 性别",
        "SELECT count(*) AS n, 性别 FROM visits GROUP BY 性别",
        "SELECT 病种, 性别, count(*) AS n FROM visits GROUP BY 病种, 性别",
        "SELECT 区县, 病种, count(*) AS n FROM visits GROUP BY 区县, 病种 HAVING count(*) >= 30",
    ],
)
def test_a_table_without_a_claim_is_kept_as_the_one_with_it(sql: str) -> None:
    """People alone decide on it, as before; only what comes later knows what lies behind it."""
    undeclared, declared = judged(made(sql, declared=False)), judged(made(sql, declared=True))
    assert undeclared.judgement.verdict is Verdict.REVIEW
    mine, theirs = (ledger(one).parts for one in (undeclared, declared))
    assert {frozenset(one.sets.tolist().count(cell) for cell in set(one.sets.tolist())) for one in mine} <= {
        frozenset(one.sets.tolist().count(cell) for cell in set(one.sets.tolist())) for one in theirs
    }


def test_a_claim_that_differs_by_a_few_from_what_people_let_leave_is_refused() -> None:
    assert judged(made(LESS, declared=True)).judgement.verdict is Verdict.REVIEW  # few are left out of all
    before = ledger(judged(made(BY_SEX, declared=False)))
    found = judged(made(LESS, declared=True), kept=(before,))
    assert found.judgement.verdict is Verdict.REFUSE
    assert "G31" in {one.rule for one in found.judgement.set_findings}


def test_the_same_table_with_its_claim_afterwards_is_nothing_new() -> None:
    before = ledger(judged(made(BY_SEX, declared=False)))
    assert judged(made(BY_SEX, declared=True), kept=(before,)).judgement.verdict is Verdict.RELEASE


@pytest.mark.parametrize(
    "data",
    [
        "性别,n\n男,750\n女,749\n",  # a figure off by one
        "性别,n\n男,750\n不详,750\n",  # a value that the data do not have
        "性别,n\n男,750\n男,750\n",
        "性别,均值\n男,412.5\n女,398.1\n",
        "a,b\nx,y\n",
        "n\n1500\n",
    ],
)
def test_what_the_figures_do_not_tell_is_not_guessed(data: str) -> None:
    assert not judged(Product("p.csv", data.encode())).kept


def test_people_are_told_what_a_table_without_a_claim_gives_beside_an_earlier_one() -> None:
    everybody = "SELECT 病种, count(*) AS n FROM visits GROUP BY 病种"
    fewer = "SELECT 病种, count(*) AS n FROM visits WHERE 区县 <> '赤水市' GROUP BY 病种"
    before = ledger(judged(made(fewer, declared=True)))
    found = judged(made(everybody, declared=False), kept=(before,))
    assert found.judgement.verdict is Verdict.REVIEW
    (one,) = [one for one in found.judgement.set_findings if one.rule == "G31"]
    assert str(one.evidence) == "没有声明的表与 14 相减得到 1 人"
    same = ledger(judged(made(everybody, declared=True)))
    assert not judged(made(everybody, declared=False), kept=(same,)).judgement.set_findings


def test_two_tables_handed_in_together_meet_although_one_has_no_claim() -> None:
    everybody = "SELECT 病种, count(*) AS n FROM visits GROUP BY 病种"
    fewer = "SELECT 病种, count(*) AS n FROM visits WHERE 区县 <> '赤水市' GROUP BY 病种"
    found = judged(made(everybody, declared=False), made(fewer, declared=True, path="q.csv"))
    assert "G31" in {one.rule for one in found.judgement.set_findings}
    assert {one.verdict for one in found.judgement.files} == {Verdict.REVIEW}
