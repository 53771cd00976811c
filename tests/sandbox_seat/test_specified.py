"""What a seat asks the gate to make or to test: a description without figures, or rows under a name."""

import duckdb
import pytest

from sandbox.egress.reading import read_content
from sandbox.files.types import FileType
from sandbox.kernel.errors import InputError
from sandbox_seat.specified import codebook, service, synthetic, training_rows, tree


@pytest.fixture
def connection():
    with duckdb.connect() as opened:
        opened.execute(
            "CREATE TABLE firms AS "
            "SELECT '公司' AS 类型, 'u' || i AS 代码, i * 1.5 AS 资本 FROM range(200) t(i)"
        )
        yield opened


def read(file):
    return read_content(file.read_bytes(), name=file.name, type=FileType.JSON)


def test_a_tree_is_asked_for_and_nothing_is_grown(tmp_path):
    file = tree(
        tmp_path / "t.json", table="firms", subject="代码", target="资本", features=("类型",), leaf=30
    )
    content = read(file)
    assert content.issues == ()
    assert content.order is not None
    assert (content.order.leaf, content.order.depth) == (30, 3)
    with pytest.raises(InputError, match="json"):
        tree(tmp_path / "t.onnx", table="firms", subject="代码", target="资本", features=("类型",))


def test_a_codebook_is_asked_for_with_some_columns_or_all(tmp_path):
    assert read(codebook(tmp_path / "c.json", table="firms", subject="代码")).order.columns == ()
    one = codebook(tmp_path / "c.json", table="firms", subject="代码", columns=["类型"])
    assert read(one).order.columns == ("类型",)


def test_synthetic_rows_go_by_the_name_of_their_table(tmp_path, connection):
    file = synthetic(
        connection, tmp_path / "s.json", sql="SELECT 类型, 资本 FROM firms;", table="firms", subject="代码"
    )
    (sheet,) = read(file).sheets
    assert sheet.table.column_names == ["类型", "资本"]
    assert sheet.table.num_rows == 200
    with pytest.raises(InputError, match="SQL"):
        synthetic(connection, tmp_path / "s.json", sql="SELECT nothing", table="firms", subject="代码")


def test_a_service_is_shown_by_a_sample(tmp_path, connection):
    sql = "SELECT 代码 AS 问, 类型 AS 答 FROM firms"
    content = read(
        service(connection, tmp_path / "a.json", sql=sql, table="firms", subject="代码", inputs=["问"])
    )
    assert content.order.inputs == ("问",)
    assert content.sheets[0].table.num_rows == 200


def test_one_half_of_the_subjects_is_for_training(connection):
    kept = connection.execute(f"SELECT count(*) FROM ({training_rows('firms', subject='代码')})").fetchone()[
        0
    ]
    assert 60 < kept < 140
