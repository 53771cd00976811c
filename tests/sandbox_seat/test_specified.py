"""What a seat asks the gate to make or to test: a description without figures, or rows under a name."""

from dataclasses import replace

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from sandbox.egress.judge import judge
from sandbox.egress.reading import read_content
from sandbox.egress.report import Product
from sandbox.egress.tensors import read_tensors
from sandbox.files.types import FileType
from sandbox.kernel.errors import InputError
from sandbox_seat.specified import codebook, design, service, synthetic, trained, training_rows, tree, weights
from tests.egress.clinic import source, visits


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


def test_a_model_trained_in_a_seat_passes_as_the_seat_writes_it(tmp_path):
    with duckdb.connect() as clinic:
        clinic.register("visits", visits())
        named = {"table": "visits", "target": "数", "features": ["病种", "性别"]}
        clinic.execute(
            "CREATE TABLE v AS SELECT *, CAST('1' || substr(电话, 5, 3) AS DOUBLE) AS 数 FROM visits"
        )
        rows = clinic.execute(design(clinic, **named | {"table": "v"})).to_arrow_table()
    assert rows.column_names == [
        "病种=病种2",
        "病种=病种3",
        "病种=病种4",
        "病种=病种5",
        "病种=病种6",
        "性别=男",
        "数",
    ]
    columns = [np.asarray(column.to_pylist(), dtype=float) for column in rows.columns]
    inputs = np.column_stack([np.ones(rows.num_rows), *columns[:-1]])
    constant, *figures = np.linalg.lstsq(inputs, columns[-1], rcond=None)[0]
    file = weights(tmp_path / "m.safetensors", figures, constant)
    beside = trained(file, subject="证件号", **named)
    assert beside.name == "m.safetensors.claim.json"
    held = source()
    table = held.table.append_column(
        "数", pa.array(["1" + cell[4:7] for cell in held.table.column("电话").to_pylist()], pa.string())
    )
    over = replace(held, table=table)
    judged = judge([Product(file.name, file.read_bytes(), claim=beside.read_bytes())], [over]).judgement
    assert [(found.rule, str(found.evidence)) for found in judged.files[0].findings] == [
        ("G26", "闸口已在快照上重新拟合并核对，写出的系数是闸口算出的")
    ]
    with pytest.raises(InputError):
        trained(tmp_path / "none.onnx", subject="证件号", **named)


def test_a_scaler_goes_with_the_weights_and_every_category_on_request(tmp_path, connection):
    plain = read_tensors(weights(tmp_path / "a", [3.0, 4.0], 1.0).read_bytes())
    whole = weights(tmp_path / "b", [6.0, 2.0], 8.0, mean=[2.0, -3.0], scale=[2.0, 0.5]).read_bytes()
    assert read_tensors(whole).figures == plain.figures
    assert read_tensors(whole).constant == 8.0 - 3.0 * 2.0 + 4.0 * 3.0
    asked = {"table": "firms", "target": "资本", "features": ["类型"]}
    assert "公司" not in design(connection, **asked)
    assert "公司" in design(connection, **asked, every=True)
