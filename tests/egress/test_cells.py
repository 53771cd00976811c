# ruff: noqa: E501, PT018 - statements and cases read best on one line
"""The rules for published cells, each with a table that breaks it alone."""

from __future__ import annotations

import numpy as np
import pytest

from sandbox.egress.cells import attributed, judge_cells
from sandbox.egress.claims import Claim, check_claim
from sandbox.egress.recompute import recompute
from sandbox.kernel.grades import Thresholds
from tests.egress.clinic import source, visits


def broken(sql: str, thresholds: Thresholds | None = None) -> set[str]:
    truth = recompute(check_claim(Claim(sql, "证件号"), {"visits": source().scope()}), visits())
    problems = judge_cells(truth, truth.shown, source().units, thresholds or Thresholds())
    return {problem.check for problem in problems}


FOUR = "区县 IN ('红花岗区', '汇川区', '播州区', '仁怀市')"


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT 病种, count(*) AS n FROM visits GROUP BY 病种", set()),
        ("SELECT 区县, count(*) AS n FROM visits GROUP BY 区县", {"small-group"}),
        ("SELECT 区县, count(*) AS n FROM visits GROUP BY 区县 HAVING count(*) >= 20", {"remainder"}),
        (f"SELECT count(*) AS n FROM visits WHERE {FOUR}", {"remainder"}),
        (f"SELECT count(*) AS n, count(*) FILTER (WHERE {FOUR}) AS m FROM visits", {"differencing"}),
        ("SELECT 性别, sum(金额) AS s FROM visits GROUP BY 性别", {"dominance"}),
        ("SELECT sum(CASE WHEN 金额 > 1000000 THEN 金额 ELSE 0 END) AS s FROM visits", {"small-group", "dominance"}),
        ("SELECT 病种, avg(CASE WHEN 金额 > 0 THEN 1 ELSE 0 END) AS s FROM visits GROUP BY 病种", {"class-disclosure"}),
        ("SELECT 病种, count(*) FILTER (WHERE 金额 < 0) AS n FROM visits GROUP BY 病种", {"class-disclosure"}),
        ("SELECT 病种, 100.0 * count(*) FILTER (WHERE 金额 < 0) / count(*) AS n FROM visits GROUP BY 病种", {"class-disclosure"}),
        ("SELECT 病种, count(*) AS n FROM visits GROUP BY 病种 HAVING count(*) FILTER (WHERE 金额 > 1000000) > 0", {"small-group"}),
    ],
)  # fmt: skip
def test_each_rule(sql: str, expected: set[str]) -> None:
    assert broken(sql) == expected


def test_thresholds_decide() -> None:
    sql = "SELECT 病种, count(*) AS n FROM visits GROUP BY 病种"
    assert broken(sql, Thresholds(smallest=500)) >= {"small-group"}
    assert broken("SELECT 区县, count(*) AS n FROM visits GROUP BY 区县", Thresholds(smallest=3)) == set()


def test_unknown_persons_are_no_units_and_no_units_at_all_is_refused() -> None:
    truth = recompute(
        check_claim(Claim("SELECT count(*) AS n FROM visits", "证件号"), {"visits": source().scope()}),
        visits(),
    )
    nobody = {"person": np.zeros(visits().num_rows, dtype=np.uint32)}
    assert {problem.check for problem in judge_cells(truth, truth.shown, nobody, Thresholds())} == {
        "small-group"
    }
    assert {problem.check for problem in judge_cells(truth, truth.shown, {}, Thresholds())} == {"small-group"}


def test_a_row_without_its_person_is_attributed_to_its_firm() -> None:
    persons = np.array([1, 0, 0, 2], dtype=np.uint32)
    firms = np.array([1, 2, 3, 0], dtype=np.uint32)
    by_person, by_firm = attributed({"person": persons, "firm": firms})
    assert len(set(by_person.tolist())) == 4 and by_person[0] == 1
    assert len(set(by_firm.tolist())) == 4 and by_firm[1] == 2
