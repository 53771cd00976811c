"""Tables with small classes merged, and their claims."""

import json

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.kernel.errors import InputError
from sandbox_seat.products import OTHERS, _kept, chart, claim, merge_small, model, product, repaired, table


@pytest.fixture
def connection():
    with duckdb.connect() as opened:
        opened.execute("CREATE TABLE firms (类型 VARCHAR, 代码 VARCHAR)")
        for kind, count in {"公司": 40, "个体": 30, "合伙": 6, "O'合作社": 5, None: 3}.items():
            rows = [(kind, f"{kind}-{number}") for number in range(count)]
            opened.executemany("INSERT INTO firms VALUES (?, ?)", rows)
        opened.execute("CREATE VIEW source AS SELECT * FROM firms")
        yield opened


def test_small_classes_are_merged(connection):
    sql = merge_small(connection, group="类型", subject="代码", counted="企业数")
    assert sorted(connection.execute(sql).fetchall()) == sorted([("公司", 40), ("个体", 30), (OTHERS, 14)])


def test_a_small_rest_takes_the_next_class_with_it(connection):
    connection.execute("DELETE FROM firms WHERE 类型 = '合伙'")
    sql = merge_small(connection, group="类型", subject="代码", table="firms")
    assert sorted(connection.execute(sql).fetchall()) == sorted([("公司", 40), (OTHERS, 38)])


def test_nothing_to_merge_is_a_plain_count(connection):
    connection.execute("DELETE FROM firms WHERE 类型 NOT IN ('公司', '个体')")
    connection.execute("DELETE FROM firms WHERE 类型 IS NULL")
    sql = merge_small(connection, group="类型", subject="代码")
    assert "CASE" not in sql
    assert sorted(connection.execute(sql).fetchall()) == sorted([("公司", 40), ("个体", 30)])


def test_classes_too_small_altogether_are_said(connection):
    with pytest.raises(InputError, match="换一列"):
        merge_small(connection, group="类型", subject="代码", smallest=1000)


@given(st.lists(st.integers(1, 60), min_size=1, max_size=12), st.integers(2, 20))
@settings(max_examples=200, deadline=None)
def test_every_class_left_is_big_enough(counts, smallest):
    rows = sorted(((str(at), count) for at, count in enumerate(counts)), key=lambda row: -row[1])
    kept = _kept(rows, smallest)
    rest = sum(count for name, count in rows if name not in kept)
    assert all(count >= smallest for name, count in rows if name in kept)
    assert not kept or rest == 0 or rest >= smallest


def test_a_product_is_written_with_its_claim(connection, tmp_path):
    table, beside = product(
        connection,
        tmp_path / "a.csv",
        sql="SELECT 类型, count(*) AS 数 FROM firms GROUP BY 类型;",
        subject="代码",
    )
    assert table.read_text(encoding="utf-8").splitlines()[0] == "类型,数"
    assert json.loads(beside.read_text(encoding="utf-8"))["subject"] == "代码"
    assert beside.name == "a.csv.claim.json"


def test_what_cannot_be_made_is_said(connection, tmp_path):
    with pytest.raises(InputError, match="结尾"):
        product(connection, tmp_path / "a.exe", sql="SELECT 1", subject="代码")
    with pytest.raises(InputError, match="SQL"):
        product(connection, tmp_path / "a.csv", sql="SELEKT", subject="代码")
    with pytest.raises(InputError, match="没有找到"):
        claim(tmp_path / "none.csv", sql="SELECT 1", subject="代码")
    (tmp_path / "b.csv").write_text("a\n")
    with pytest.raises(InputError, match="subject"):
        claim(tmp_path / "b.csv", sql="SELECT 1", subject=" ")


def test_a_chart_is_written_with_its_rows_and_its_claim(connection, tmp_path):
    sql = merge_small(connection, group="类型", subject="代码", counted="企业数")
    file, beside = chart(connection, tmp_path / "p.json", sql=sql, subject="代码", x="类型类别", y="企业数")
    asked = json.loads(file.read_text(encoding="utf-8"))
    assert asked.keys() == {"chart", "x", "y", "rows"}
    assert sorted(row["企业数"] for row in asked["rows"]) == [14, 30, 40]
    assert json.loads(beside.read_text(encoding="utf-8"))["sql"] == sql
    assert sorted(one.name for one in tmp_path.iterdir()) == ["p.json", "p.json.claim.json"]
    with pytest.raises(InputError, match=r"\.json"):
        chart(connection, tmp_path / "p.png", sql=sql, subject="代码", x="类型类别", y="企业数")


def test_a_model_is_asked_for_and_nothing_is_fitted(tmp_path):
    file = model(tmp_path / "m.json", table="firms", subject="代码", target="资本", features=("类型",))
    assert json.loads(file.read_text(encoding="utf-8")) == {
        "model": "linear", "table": "firms", "subject": "代码", "target": "资本", "features": ["类型"],
    }  # fmt: skip
    with pytest.raises(InputError, match=r"\.json"):
        model(tmp_path / "m.pkl", table="firms", subject="代码", target="资本", features=("类型",))


def test_one_call_leaves_out_what_is_too_small_and_what_would_give_it_back(tmp_path) -> None:
    connection = duckdb.connect()
    connection.execute("CREATE TABLE 病人 (区县 VARCHAR, 证件号 VARCHAR)")
    sizes = {"甲": 40, "乙": 25, "丙": 12, "丁": 3}
    for place, (name, size) in enumerate(sizes.items()):
        connection.execute(f"INSERT INTO 病人 SELECT '{name}', '{place}-' || range FROM range({size})")
    question = table("病人").group_by("区县").agg(人数=("证件号", "nunique"))
    file, beside = repaired(connection, tmp_path / "p.csv", question=question, subject="证件号")
    assert sorted(file.read_text(encoding="utf-8").split()[1:]) == ["乙,25", "甲,40"]
    assert json.loads(beside.read_text(encoding="utf-8"))["sql"] == question.sql()
    with pytest.raises(InputError, match="更粗"):
        repaired(connection, tmp_path / "q.csv", question=question, subject="证件号", smallest=50)
