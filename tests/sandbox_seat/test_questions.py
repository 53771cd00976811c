"""Products written as in pandas: the SQL they become is one that the gate can prove."""

from __future__ import annotations

import duckdb
import pytest

from sandbox.egress.judge import judge
from sandbox.egress.report import Product
from sandbox.kernel.errors import InputError
from sandbox.kernel.findings import Verdict
from sandbox_seat.products import table
from tests.egress.clinic import source, visits

QUESTIONS = [
    table("visits").group_by("病种").agg(人数=("证件号", "nunique"), 人次="size"),
    table("visits").where(性别="女", 病种=["病种1", "病种2"]).group_by("病种").agg(人次="size"),
    table("visits").where(区县=["红花岗区", "播州区"]).group_by("病种").agg(平均=("金额", "mean", 1)),
    table("visits").group_by("区县").agg(人数=("证件号", "nunique")),
]


@pytest.fixture
def connection():
    made = duckdb.connect()
    frame = visits()
    made.register("raw", frame)
    made.execute("CREATE TABLE visits AS SELECT * REPLACE (CAST(金额 AS DOUBLE) AS 金额) FROM raw")
    return made


@pytest.mark.parametrize("question", QUESTIONS[:3], ids=range(3))
def test_a_question_becomes_a_product_that_is_proven(question, connection, tmp_path):
    file, claim = question.save(connection, tmp_path / "p.csv", subject="证件号")
    judged = judge([Product("p.csv", file.read_bytes(), claim=claim.read_bytes())], [source()])
    assert judged.judgement.verdict is Verdict.RELEASE, judged.judgement.files[0].findings


def test_small_groups_are_left_out(connection, tmp_path):
    file, _ = QUESTIONS[3].save(connection, tmp_path / "p.csv", subject="证件号")
    assert "赤水市" not in file.read_text()
    assert "赤水市" in connection.execute(QUESTIONS[3].sql()).df()["区县"].tolist()


def test_a_lookup_names_both_tables():
    sql = table("a").join("b", on={"k": "j"}).group_by("b.类").agg(n="size").sql()
    assert sql == 'SELECT "b"."类", count(*) AS "n" FROM "a" JOIN "b" ON "a"."k" = "b"."j" GROUP BY "b"."类"'


def test_quotes_in_names_and_values_stay_quotes():
    sql = table('a"b').where(x="o'k").agg(n="size").sql()
    assert sql == 'SELECT count(*) AS "n" FROM "a""b" WHERE "x" = \'o\'\'k\''


WRONG = [
    lambda: table("a").sql(),
    lambda: table("a").agg(n=("x", "mode")),
    lambda: table("a").where(x=("LIKE", "y")),
    lambda: table("a").join("b", on={}),
]


@pytest.mark.parametrize("wrong", WRONG)
def test_what_cannot_be_said_is_refused(wrong):
    with pytest.raises(InputError):
        wrong()
