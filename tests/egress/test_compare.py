# ruff: noqa: PT018
"""A product against the recomputed claim: what is accepted as equal, and what never is."""

from __future__ import annotations

import pytest

from sandbox.egress.claims import Claim, check_claim
from sandbox.egress.compare import canonical_key, compare
from sandbox.egress.recompute import Recomputed, recompute
from tests.egress.clinic import source, visits

SQL = "SELECT 性别, count(*) AS n, avg(金额) AS m FROM visits WHERE 区县 <> '仁怀市' GROUP BY 性别"


@pytest.fixture(scope="module")
def truth() -> Recomputed:
    return recompute(check_claim(Claim(SQL, "证件号"), {"visits": source().scope()}), visits())


def rows(truth: Recomputed) -> list[list[str]]:
    values = [truth.measures[part].values for part in truth.claim.aggregates]
    return [
        [str(key), f"{int(n)}", repr(float(m))]
        for key, n, m in zip(truth.keys["k0"].texts(), *values, strict=True)
    ]


def test_the_honest_table_in_any_row_and_column_order(truth: Recomputed) -> None:
    honest = rows(truth)
    assert compare(["性别", "n", "m"], honest, truth).mismatch is None
    turned = [[m, k, n] for k, n, m in reversed(honest)]
    result = compare(["m", "性别", "n"], turned, truth)
    assert result.mismatch is None and result.cells.tolist() == [1, 0]


def test_a_missing_row_is_suppression(truth: Recomputed) -> None:
    result = compare(["性别", "n", "m"], rows(truth)[:1], truth)
    assert result.mismatch is None and result.published(2).sum() == 1


def test_honest_rounding_is_equal_and_a_changed_digit_is_not(truth: Recomputed) -> None:
    honest = rows(truth)
    rounded = [[k, n, f"{float(m):.2f}"] for k, n, m in honest]
    assert compare(["性别", "n", "m"], rounded, truth).mismatch is None
    wrong = [[k, n, f"{float(m) + 0.011:.2f}"] for k, n, m in honest]
    assert compare(["性别", "n", "m"], wrong, truth).mismatch is not None


@pytest.mark.parametrize(
    "change", ["count", "extra", "repeated", "label", "column", "renamed", "text", "blank"]
)
def test_every_change_is_a_mismatch(truth: Recomputed, change: str) -> None:
    columns, table = ["性别", "n", "m"], rows(truth)
    if change == "count":
        table[0][1] = str(int(table[0][1]) + 1)
    elif change == "extra":
        table.append(["其他", "10", "1"])
    elif change == "repeated":
        table.append(list(table[0]))
    elif change == "label":
        table[0][0] += " "
    elif change == "column":
        columns, table = [*columns, "x"], [[*row, "1"] for row in table]
    elif change == "renamed":
        columns = ["性别", "人数", "m"]
    elif change == "text":
        table[0][1] = "约" + table[0][1]
    else:
        table[0][1] = ""
    assert compare(columns, table, truth).mismatch is not None


@pytest.mark.parametrize(
    ("one", "other"),
    [("1", "1.0"), ("2024-01-01", "2024-01-01 00:00:00"), ("True", "true"), ("", None), ("-0.50", "-0.5")],
)
def test_keys_have_one_spelling(one: str, other: str | None) -> None:
    assert canonical_key(one) == canonical_key(other)


def test_different_keys_stay_different() -> None:
    assert (
        len({canonical_key(key) for key in ("1", "01x", "甲", "甲 ", "NULL", None, "2024-01-01 00:00:01")})
        == 7
    )
