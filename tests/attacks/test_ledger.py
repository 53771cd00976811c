"""What was released or refused before counts: pairs and triples with it, and very many products."""

from __future__ import annotations

import duckdb

from sandbox.egress.claims import Claim
from sandbox.egress.judge import judge
from sandbox.egress.options import Judged, Options
from sandbox.egress.report import Product
from sandbox.kernel.findings import Verdict
from tests.egress.clinic import claim, csv_of, source, visits

ALL = "SELECT count(*) AS n FROM visits"
LESS = "SELECT count(*) AS n FROM visits WHERE 区县 <> '赤水市'"
PARTS = (
    "SELECT count(*) AS n FROM visits WHERE 区县 IN ('红花岗区', '汇川区')",
    "SELECT count(*) AS n FROM visits WHERE 区县 IN ('播州区', '仁怀市')",
)


def product(sql: str) -> Product:
    engine = duckdb.connect()
    engine.register("visits", visits())
    return Product("p.csv", csv_of(engine.execute(sql).to_arrow_table()), claim=claim(sql))


def asked(sql: str, **options: object) -> Judged:
    return judge([product(sql)], [source()], Options(**options))


def earlier(*statements: str) -> tuple[tuple[str, Claim], ...]:
    return tuple((f"release-{place}", Claim(sql, "证件号")) for place, sql in enumerate(statements, 14))


def test_a_release_and_its_complement_are_refused_and_reviewers_read_with_which():
    assert asked(ALL).judgement.verdict is Verdict.RELEASE
    judgement = asked(ALL, earlier=earlier(LESS)).judgement
    assert judgement.verdict is Verdict.REFUSE
    found = next(one for one in judgement.set_findings if one.rule == "G31")
    assert "release-14" in str(found.evidence)
    assert "release-14" not in f"{found.message}{found.remedy}"


def test_a_triple_with_two_releases_is_refused():
    judgement = asked(ALL, earlier=earlier(*PARTS)).judgement
    assert judgement.verdict is Verdict.REFUSE
    assert {one.rule for one in judgement.set_findings} >= {"G31"}


def test_what_was_refused_before_is_shown_and_refuses_nothing():
    judgement = asked(ALL, declined=earlier(LESS)).judgement
    assert judgement.verdict is Verdict.REVIEW
    assert [one.rule for one in judgement.set_findings] == ["G31"]


def test_a_refused_claim_that_no_longer_runs_stops_nobody():
    assert asked(ALL, declined=earlier("SELECT count(*) AS n FROM gone")).judgement.verdict is Verdict.RELEASE


def test_very_many_small_products_of_one_seat_are_looked_at_as_a_whole():
    assert asked(ALL, handed_in=29).judgement.verdict is Verdict.RELEASE
    judgement = asked(ALL, handed_in=30).judgement
    assert judgement.verdict is Verdict.REVIEW
    assert [one.rule for one in judgement.set_findings] == ["G32"]
