# ruff: noqa: E501 - statements and cases read best on one line
"""The accepted language of claims, and the strict reading of claim files."""

from __future__ import annotations

import pytest

from sandbox.egress.claims import Claim, TableScope, check_claim, read_claim
from sandbox.egress.expressions import Aggregate, Call, Case, Column, Kind, Literal
from sandbox.kernel.errors import InputError

SCOPE = {"source": TableScope("source", ("地区", "代码", "金额", "日期", "n"), frozenset({"代码"}))}


def checked(sql: str):
    return check_claim(Claim(sql, "代码"), SCOPE)


def test_a_plain_count_becomes_keys_and_aggregates() -> None:
    claim = checked("SELECT 地区, count(DISTINCT 代码) AS 企业数 FROM source GROUP BY 地区")
    assert claim.keys == (Column("地区"),)
    assert claim.aggregates == (Aggregate("count_distinct", Column("代码")),)
    assert [item.name for item in claim.items] == ["地区", "企业数"]


@pytest.mark.parametrize("group", ["地区", "1", "ALL", "source.地区", '"地区"'])
def test_every_usual_way_to_name_the_group(group: str) -> None:
    assert checked(f"select 地区, COUNT(*) from SOURCE group by {group}").keys == (Column("地区"),)


def test_an_alias_that_equals_a_column_means_the_column() -> None:
    claim = checked(
        "SELECT CASE WHEN 地区 IN ('甲') THEN '其他' ELSE 地区 END AS 地区, count(*) AS n FROM source GROUP BY 1"
    )
    assert claim.keys == (
        Case(
            ((Call("in", (Column("地区"), Literal(Kind.TEXT, "甲"))), Literal(Kind.TEXT, "其他")),),
            Column("地区"),
        ),
    )
    with pytest.raises(InputError):
        checked(
            "SELECT CASE WHEN 地区 IN ('甲') THEN '其他' ELSE 地区 END AS 地区, count(*) AS n FROM source GROUP BY 地区"
        )


def test_conditions_inside_counts_are_conditions() -> None:
    test = Call("eq", (Column("地区"), Literal(Kind.TEXT, "甲")))
    forms = (
        "count(*) FILTER (WHERE 地区 = '甲')", "count(CASE WHEN 地区 = '甲' THEN 1 END)",
    )  # fmt: skip
    for form in forms:
        assert checked(f"SELECT {form} AS k FROM source").aggregates == (Aggregate("count", None, test),)


def test_rounding_is_remembered() -> None:
    claim = checked("SELECT 地区, round(avg(金额), 2) AS m FROM source GROUP BY 地区")
    assert claim.aggregates[0].digits == 2


def test_arithmetic_over_aggregates_is_a_figure_and_its_aggregates_count_as_shown() -> None:
    claim = checked("SELECT 地区, round(100.0 * sum(金额) / count(*), 1) AS 人均 FROM source GROUP BY 地区")
    assert claim.aggregates == (Aggregate("sum", Column("金额")), Aggregate("count", None))
    assert len(claim.figures) == 1


@pytest.mark.parametrize(
    "figure",
    [
        "count(*) * 0 + 520302199001011",
        "count(*) + 1 + 2 + 3 + 4 + 5",
        "sum(金额) / length(地区)",
        "count(*) % 2",
        "avg(金额) + 金额",
    ],
)
def test_a_figure_carries_no_message_and_no_column(figure: str) -> None:
    with pytest.raises(InputError):
        checked(f"SELECT 地区, {figure} AS k FROM source GROUP BY 地区")


def test_an_ordered_limit_is_a_choice_of_rows_to_show() -> None:
    sql = "SELECT 地区, count(*) AS k FROM source GROUP BY 地区"
    assert checked(f"{sql} ORDER BY k DESC LIMIT 5") == checked(sql)
    for limit in ("LIMIT 5", "ORDER BY k LIMIT 5 OFFSET 2", "ORDER BY k LIMIT (SELECT 1)"):
        with pytest.raises(InputError):
            checked(f"{sql} {limit}")


def test_having_may_use_an_aggregate_or_its_alias() -> None:
    for having in ("count(*) >= 10", "k >= 10", "k BETWEEN 10 AND 20"):
        assert (
            checked(f"SELECT 地区, count(*) AS k FROM source GROUP BY 地区 HAVING {having}").having
            is not None
        )


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 地区, count(*) FROM source GROUP BY 地区 HAVING 金额 > 1",
        "SELECT 地区, count(*) + length(地区) AS k FROM source GROUP BY 地区",
        "SELECT 地区 FROM source GROUP BY 地区",
        "SELECT 地区, count(*) AS 地区 FROM source GROUP BY 1",
        "SELECT 没有, count(*) FROM source GROUP BY 1",
        "SELECT 地区, count(*) FROM source GROUP BY 99",
        "SELECT 地区, count(*) FROM source GROUP BY ²",
        "SELECT 地区, round(avg(金额), 99) FROM source GROUP BY 地区",
        "SELECT 地区, sum(count(*)) FROM source GROUP BY 地区",
        "SELECT 地区, count(*) FROM source WHERE count(*) > 1 GROUP BY 地区",
    ],
)
def test_what_is_outside_the_language_is_refused_with_a_sentence(sql: str) -> None:
    with pytest.raises(InputError) as refused:
        checked(sql)
    assert "声明" in str(refused.value)


def test_a_claim_file_has_two_texts_and_nothing_else() -> None:
    assert read_claim('{"sql": "SELECT 1", "subject": "代码"}'.encode()) == Claim("SELECT 1", "代码")
    for broken in (
        "{}",
        '{"sql": "x"}',
        '{"sql": "x", "subject": "y", "z": 1}',
        '{"sql": "x", "sql": "x", "subject": "y"}',
    ):
        with pytest.raises(InputError):
            read_claim(broken.encode())
    with pytest.raises(InputError):
        read_claim(b"x" * 40_000)
