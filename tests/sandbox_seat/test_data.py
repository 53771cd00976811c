"""What a seat sees of its data, and a connection that reaches nothing else."""

import json

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sandbox.kernel.errors import NotFoundError
from sandbox_seat.data import catalog, connect, quoted


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "data" / "enterprise-registration"
    folder.mkdir(parents=True)
    for part in range(2):
        pq.write_table(
            pa.table({"代码": [f"T{part}{n}" for n in range(5)], "地区": ["汇川区"] * 5}),
            folder / f"part-{part}.parquet",
        )
    manifest = {
        "rows": {"out": 10},
        "columns": [
            {"name": "代码", "technique": "token", "class": "direct"},
            {"name": "地区", "technique": "region", "class": "quasi"},
            {"name": "姓名", "technique": "drop", "class": "direct"},
        ],
        "schema": [{"name": "代码", "type": "string"}, {"name": "地区", "type": "string"}],
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return tmp_path / "data"


def test_the_catalog_names_what_is_there(data):
    (dataset,) = catalog(data=data)
    assert (dataset.name, dataset.rows, dataset.table) == (
        "enterprise-registration",
        10,
        '"enterprise-registration"',
    )
    assert [(column.name, column.technique, column.groups) for column in dataset.columns] == [
        ("代码", "token", False),
        ("地区", "region", True),
    ]
    assert "地区" in repr(catalog(data=data))
    assert dataset.column("地区").type == "string"
    with pytest.raises(NotFoundError, match="地区"):
        dataset.column("街道")
    with pytest.raises(NotFoundError, match="enterprise-registration"):
        catalog(data=data).named("health")


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"columns": 3, "rows": 1}'])
def test_without_a_readable_description_the_columns_still_show(data, content):
    (data / "enterprise-registration" / "manifest.json").write_text(content)
    (dataset,) = catalog(data=data)
    assert [column.name for column in dataset.columns] == ["代码", "地区"]
    assert dataset.rows is None
    assert not any(column.groups for column in dataset.columns)


def test_an_empty_seat_says_so(tmp_path):
    assert repr(catalog(data=tmp_path / "none")) == "席位里没有数据集"


def test_views_cover_all_parts_and_a_lone_one_is_also_source(data, tmp_path):
    with connect(data=data, writable=(tmp_path,)) as connection:
        for name in ('"enterprise-registration"', "source"):
            assert connection.execute(f"SELECT count(*) FROM {name}").fetchone() == (10,)


def test_two_datasets_have_no_source(data, tmp_path):
    (data / "other").mkdir()
    pq.write_table(pa.table({"a": [1]}), data / "other" / "part-0.parquet")
    with connect(data=data, writable=(tmp_path / "home",)) as connection:
        assert connection.execute("SELECT count(*) FROM other").fetchone() == (1,)
        with pytest.raises(duckdb.Error):
            connection.execute("SELECT * FROM source")


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SET enable_external_access = true",
        "SET lock_configuration = false",
        "INSTALL httpfs",
        "LOAD httpfs",
        "ATTACH '/etc/x.db'",
        "COPY (SELECT 1) TO '/var/tmp/x.csv'",
    ],
)
def test_the_connection_reaches_nothing_else_and_stays_locked(data, tmp_path, statement):
    with connect(data=data, writable=(tmp_path / "home",)) as connection, pytest.raises(duckdb.Error):
        connection.execute(statement)


def test_names_are_quoted():
    assert quoted('a"b') == '"a""b"'
