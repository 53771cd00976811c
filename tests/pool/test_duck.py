"""What a locked connection can reach, and what it cannot."""

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sandbox.kernel.errors import InputError
from sandbox.pool.duck import file_list, locked_connection


@pytest.fixture
def data(tmp_path):
    inside = tmp_path / "in'side"
    inside.mkdir()
    (tmp_path / "outside").mkdir()
    for folder in (inside, tmp_path / "outside"):
        pq.write_table(pa.table({"n": [1, 2, 3]}), folder / "part-0.parquet")
    return tmp_path


def test_reads_only_the_directories_it_was_given(data):
    inside, outside = data / "in'side" / "part-0.parquet", data / "outside" / "part-0.parquet"
    with locked_connection(memory="200MB", threads=1, directories=[data / "in'side"]) as connection:
        query = "SELECT sum(n) FROM read_parquet({})"
        assert connection.execute(query.format(file_list([inside]))).fetchall() == [(6,)]
        with pytest.raises(duckdb.PermissionException):
            connection.execute(query.format(file_list([outside])))
        with pytest.raises(duckdb.Error):
            connection.execute(f"SELECT * FROM read_parquet('{data}/in''side/../outside/part-0.parquet')")


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM read_csv('http://127.0.0.1:1/x.csv')",
        "SELECT * FROM glob('/*')",
        "ATTACH '/tmp/other.duckdb'",
        "COPY (SELECT 1) TO '/tmp/pool-test.csv'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SET allowed_directories = ['/']",
        "SET threads = 64",
        "RESET lock_configuration",
        "SELECT * FROM a_python_variable",
    ],
)
def test_everything_else_is_refused(statement):
    a_python_variable = pa.table({"n": [1]})
    with locked_connection(memory="200MB", threads=1) as connection, pytest.raises(duckdb.Error):
        connection.execute(statement)
    assert a_python_variable.num_rows == 1


def test_unusable_limits_are_one_sentence():
    with pytest.raises(InputError):
        locked_connection(memory="a lot", threads=1)
    with pytest.raises(InputError):
        locked_connection(memory="1GB", threads=0)
