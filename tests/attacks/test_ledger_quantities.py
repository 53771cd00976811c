"""A figure under another name: sums of several columns, counts as sums, sums levelled by a constant."""

from __future__ import annotations

import pytest

from sandbox.kernel.findings import Verdict
from tests.attacks.test_ledger_sets import first, judged, kept, rules

MONEY = "CAST(金额 AS DOUBLE)"
LESS = "WHERE 区县 <> '赤水市'"
BOTH = f"SELECT sum({MONEY} + length(病种)) AS s FROM visits"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"SELECT sum({MONEY}) AS s FROM visits {LESS}", BOTH),
        (f"SELECT sum(length(病种)) AS s FROM visits {LESS}", BOTH),
        (f"SELECT count(*) AS n FROM visits {LESS}", f"SELECT sum({MONEY} - {MONEY} + 1) AS n FROM visits"),
        (f"SELECT count(*) AS n FROM visits {LESS}", f"SELECT sum({MONEY} * 0 + 1) AS n FROM visits"),
        (f"SELECT count(*) AS n FROM visits {LESS}", "SELECT sum(1) AS n FROM visits"),
        (f"SELECT count(*) AS n FROM visits {LESS}", "SELECT sum(2.5) AS n FROM visits"),
    ],
)  # fmt: skip
def test_a_figure_of_several_columns_is_each_of_them(before: str, after: str) -> None:
    alone = judged(after, first()).judgement
    if alone.verdict is Verdict.RELEASE:  # else it does not leave by itself in any case
        found = judged(after, first(), kept(before, first()))
        assert found.judgement.verdict is Verdict.REFUSE
        assert "G31" in rules(found)


@pytest.mark.parametrize(
    "shifted", [f"{MONEY} + 1000000000", f"2000000000 - {MONEY}", f"({MONEY} - 5000000) / 2"]
)
def test_a_constant_added_to_every_row_hides_no_dominance(shifted: str) -> None:
    """Less so many times the constant it is the plain sum, in which one person has nearly all."""
    assert "G11" in {
        one.rule
        for one in judged(f"SELECT sum({MONEY}) AS s FROM visits", first()).judgement.files[0].findings
    }
    sql = f"SELECT sum({shifted}) AS s, count(*) AS n FROM visits"
    (file,) = judged(sql, first()).judgement.files
    assert file.verdict is Verdict.REFUSE
    assert "G11" in {one.rule for one in file.findings}
