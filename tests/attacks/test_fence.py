"""The bound plan: whatever slips past the grammar is stopped by what the engine understood."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from sandbox.egress import recompute, rowwise
from sandbox.egress.expressions import FUNCTIONS, Call, Column, Kind, Literal, Names, emit
from sandbox.egress.fence import check_bound
from sandbox.kernel.errors import InputError
from sandbox.pool.duck import locked_connection

TABLE = pa.table(
    {"c0": ["a", "1"], "c1": [1.5, 2.0], "c2": pa.array([0, 1], pa.timestamp("us")), "r": [0, 1]}
)


@pytest.fixture
def engine() -> duckdb.DuckDBPyConnection:
    connection = locked_connection(memory="200MB", threads=1)
    connection.register("t", TABLE)
    return connection


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT list(c0) FROM t",
        "SELECT row_number() OVER () FROM t",
        "SELECT unnest([c0]) FROM t",
        "SELECT c0 FROM t UNION ALL SELECT c0 FROM t",
        "SELECT c0 FROM t, t AS u",
        "SELECT (SELECT max(c0) FROM t) FROM t",
        "SELECT c0 FROM t LIMIT 1",
        "SELECT DISTINCT c0 FROM t",
        "SELECT c0 FROM t TABLESAMPLE 50%",
        "PIVOT t ON c0",
        "UNPIVOT t ON c0, r INTO NAME n VALUE v",
        "SELECT * FROM 'x.csv'",
        "SELECT * FROM read_csv('x.csv')",
        "SELECT * FROM range(3)",
        "SELECT * FROM duckdb_settings()",
        "SELECT getenv('HOME') FROM t",
        "SELECT hash(c0) FROM t",
        "SELECT regexp_replace(c0, 'a', 'b') FROM t",
        "SELECT random() FROM t",
        "SELECT current_setting('threads') FROM t",
        "SELECT list_transform([c0], x -> x || 'a') FROM t",
        "SELECT {'a': c0} FROM t",
        "SELECT COLUMNS('c.*')::VARCHAR || string_agg(c0, ',') OVER () FROM t",
        "SELECT md5(COLUMNS(* EXCLUDE (r))::VARCHAR) FROM t",
        "SELECT 1; SELECT 2",
        "CREATE MACRO upper(x) AS md5(x)",
        "INSTALL httpfs",
    ],
)
def test_what_is_on_no_list_is_refused(engine: duckdb.DuckDBPyConnection, sql: str) -> None:
    with pytest.raises((InputError, duckdb.Error)):
        check_bound(engine, sql)


def test_a_macro_and_a_view_under_a_harmless_name_are_seen_through(engine: duckdb.DuckDBPyConnection) -> None:
    engine.execute("CREATE TEMP MACRO trim(x) AS md5(x)")
    engine.execute("CREATE TEMP VIEW v AS SELECT list(c0) AS c0 FROM t")
    for sql in ("SELECT trim(c0) FROM t", "SELECT c0 FROM v"):
        with pytest.raises(InputError):
            check_bound(engine, sql)


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_every_function_of_the_language_is_on_the_lists(engine: duckdb.DuckDBPyConnection, name: str) -> None:
    columns = {Kind.NUMBER: Column("n"), Kind.TEXT: Column("s"), Kind.DATE: Column("d")}
    takes = FUNCTIONS[name].takes or (Kind.TEXT, Kind.TEXT)
    truth = Call("is_null", (Column("s"),))
    arguments = tuple(columns.get(kind, truth if kind is Kind.TRUTH else Column("s")) for kind in takes)
    if name == "date_trunc":
        arguments = (Literal(Kind.TEXT, "month"), Column("d"))
    if name == "strftime":
        arguments = (Column("d"), Literal(Kind.TEXT, "%Y"))
    names = Names(
        {"n": '"c1"', "s": '"c0"', "d": '"c2"'}, {"n": Kind.NUMBER, "s": Kind.TEXT, "d": Kind.DATE}, {}
    )
    check_bound(engine, f"SELECT {emit(Call(name, arguments), names)} FROM t")


def test_a_text_read_as_a_date_is_on_the_lists(engine: duckdb.DuckDBPyConnection) -> None:
    names = Names({"s": '"c0"'}, {"s": Kind.TEXT}, {})
    check_bound(engine, f"SELECT {emit(Call('month', (Column('s'),)), names)} FROM t")
    with pytest.raises(InputError):
        check_bound(engine, "SELECT [c0] FROM t")


def test_recomputing_goes_through_the_fence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from sandbox.egress.claims import Claim
    from sandbox.egress.proof import run_claim
    from sandbox.egress.rowwise import Budget
    from tests.egress.clinic import source

    asked: list[str] = []
    for module in (recompute, rowwise):
        monkeypatch.setattr(module, "check_bound", lambda _, sql: asked.append(sql))
    sql = "SELECT 病种, count(*) * 1.0 / sum(1) AS q FROM visits GROUP BY 病种 HAVING count(*) > 1"
    run_claim(Claim(sql.replace("sum(1)", "count(证件号)"), "证件号"), [source()], budget=Budget())
    assert len(asked) == 4
