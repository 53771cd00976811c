"""Subtracting from what was judged before, by the rows that the ledger keeps: nothing is computed again.

Differences across versions, agreements, refused products, complements, triples.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from sandbox.egress.claims import Claim
from sandbox.egress.judge import judge
from sandbox.egress.kept import Kept, Standing, unpack
from sandbox.egress.numbering import Numbered
from sandbox.egress.options import Judged, Options
from sandbox.egress.origin import Source
from sandbox.egress.report import Product
from sandbox.fingerprint.sidecar import UnitColumns, dense_units, row_words, unit_words
from sandbox.kernel.findings import Verdict
from tests.egress.clinic import KEY, claim, csv_of, source, visits

UNITS = [UnitColumns("person", ("证件号",))]
ALL = "SELECT count(*) AS n FROM visits"
LESS = "SELECT count(*) AS n FROM visits WHERE 区县 <> '赤水市'"
BY_SEX = "SELECT 性别, count(*) AS n FROM visits GROUP BY 性别"
PARTS = (
    "SELECT count(*) AS n FROM visits WHERE 区县 IN ('红花岗区', '汇川区')",
    "SELECT count(*) AS n FROM visits WHERE 区县 IN ('播州区', '仁怀市')",
)


def version(name: str, table: pa.Table) -> Source:
    """Return a table as a version of the data, its rows known in others."""
    units = dense_units(table, UNITS)
    numbered = Numbered(row_words(table, KEY), units, unit_words(table, UNITS, KEY))
    return replace(source(), table=table, units=units, snapshot=name, numbered=numbered)


@cache
def first() -> Source:
    return version("v1", visits())


def without(count: int) -> Source:
    """Return a second version, shuffled, in which the last persons are not."""
    table = visits()
    gone = table.column("证件号").unique().to_pylist()[-count:]
    kept = table.filter(pa.array([one not in gone for one in table.column("证件号").to_pylist()]))
    order = np.random.default_rng(3).permutation(kept.num_rows)
    return version("v2", kept.take(pa.array(order)))


def judged(sql: str, at: Source, *kept: Kept, **more: object) -> Judged:
    engine = duckdb.connect()
    engine.register("visits", at.table)
    product = Product("p.csv", csv_of(engine.execute(sql).to_arrow_table()), claim=claim(sql))
    return judge([product], [at], Options(kept=kept, **more))


def kept(sql: str, at: Source, owner: str = "14", standing: Standing = Standing.RELEASED) -> Kept:
    """Return what the ledger keeps of a product that was judged on a version."""
    cells = judged(sql, at).kept["p.csv"]
    return Kept(owner, cells.table, cells.snapshot, standing, unpack(cells.data), at.numbered)


def rules(found: Judged) -> set[str]:
    return {one.rule for one in found.judgement.set_findings}


def test_a_complement_is_refused_and_only_reviewers_read_with_which() -> None:
    found = judged(ALL, first(), kept(LESS, first()))
    assert found.judgement.verdict is Verdict.REFUSE
    (one,) = [each for each in found.judgement.set_findings if each.rule == "G31"]
    assert str(one.evidence) == "与放行 14 相减得到 3 人"
    assert "14" not in f"{one.message}{one.remedy}"


def test_a_triple_with_two_agreements_is_refused() -> None:
    found = judged(ALL, first(), kept(PARTS[0], first(), "a"), kept(PARTS[1], first(), "b"))
    assert "G31" in rules(found)
    assert found.judgement.verdict is Verdict.REFUSE


def test_the_same_table_on_a_version_that_one_person_left_is_refused() -> None:
    found = judged(BY_SEX, without(1), kept(BY_SEX, first()))
    assert found.judgement.verdict is Verdict.REFUSE
    assert any(str(one.evidence) == "与放行 14 相减得到 1 人" for one in found.judgement.set_findings)


def test_one_who_came_and_one_who_went_are_seen_although_the_count_is_the_same() -> None:
    table = without(1).table
    newcomer = dict.fromkeys(table.column_names, "新") | {"性别": "男", "金额": "10.00", "区县": "汇川区"}
    swapped = version("v3", pa.concat_tables([table, pa.Table.from_pylist([newcomer] * 2, table.schema)]))
    leaver = visits().column("性别").to_pylist()[599]
    assert leaver == "男"
    assert judged(BY_SEX, swapped, kept(BY_SEX, first())).judgement.verdict is Verdict.REFUSE


def test_a_version_that_many_left_or_nobody_is_no_secret() -> None:
    assert judged(BY_SEX, without(60), kept(BY_SEX, first())).judgement.verdict is Verdict.RELEASE
    same = version("v4", visits().take(pa.array(np.arange(visits().num_rows)[::-1])))
    assert judged(BY_SEX, same, kept(BY_SEX, first())).judgement.verdict is Verdict.RELEASE


def test_a_correction_that_moves_nobody_is_no_difference() -> None:
    table = visits()
    amounts = table.column("金额").to_pylist()
    corrected = table.set_column(7, "金额", pa.array(["1.00", *amounts[1:]]))
    assert (
        judged(BY_SEX, version("v5", corrected), kept(BY_SEX, first())).judgement.verdict is Verdict.RELEASE
    )


def test_one_who_moved_to_another_cell_is_seen() -> None:
    table = visits()
    sexes = table.column("性别").to_pylist()
    moved = ["男" if place % 600 == 0 else sex for place, sex in enumerate(sexes)]
    other = version("v6", table.set_column(8, "性别", pa.array(moved)))
    assert judged(BY_SEX, other, kept(BY_SEX, first())).judgement.verdict is Verdict.REFUSE


def test_what_never_left_is_shown_and_refuses_nothing() -> None:
    for at in (first(), without(1)):
        sql = ALL if at is first() else BY_SEX
        before = kept(LESS if at is first() else BY_SEX, first(), standing=Standing.DECLINED)
        found = judged(sql, at, before)
        assert found.judgement.verdict is Verdict.REVIEW
        assert rules(found) == {"G31"}


def test_rows_that_cannot_be_told_are_computed_again_and_refuse_where_that_fails() -> None:
    old = replace(kept(LESS, first()), numbered=None, snapshot="v0", claim=Claim(LESS, "证件号"))
    assert judged(ALL, first(), old).judgement.verdict is Verdict.REFUSE
    lost = replace(old, claim=Claim("SELECT count(*) AS n FROM visits WHERE 消失 = 1", "证件号"))
    assert judged(BY_SEX, first(), lost).judgement.verdict is Verdict.REFUSE
    stored = replace(kept(BY_SEX, first()), claim=lost.claim)
    assert judged(BY_SEX, first(), stored).judgement.verdict is Verdict.RELEASE


@pytest.mark.parametrize("sql", [ALL, BY_SEX])
def test_the_product_itself_again_is_nothing_new(sql: str) -> None:
    assert judged(sql, first(), kept(sql, first())).judgement.verdict is Verdict.RELEASE
