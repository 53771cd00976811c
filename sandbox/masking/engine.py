"""One row-wise DuckDB question over Arrow columns, answered in order of the rows.

Each thread has its own locked in-memory connection: it can reach no file and keeps nothing
between questions. Used where Arrow has no kernel that compares two columns.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping

import duckdb
import numpy as np
import pyarrow as pa

from sandbox.pool.duck import locked_connection

_LOCAL = threading.local()


def ask(columns: Mapping[str, pa.Array], expression: str) -> np.ndarray:
    """Return the SQL expression over the named columns, one value per row; it yields no null."""
    connection = _connection()
    connection.register("cells", pa.table(dict(columns)))
    try:
        answer = connection.execute(f"SELECT {expression} AS answer FROM cells").to_arrow_table()
    finally:
        connection.unregister("cells")
    values: np.ndarray = answer.column("answer").combine_chunks().to_numpy(zero_copy_only=False)
    return values


def _connection() -> duckdb.DuckDBPyConnection:
    found: duckdb.DuckDBPyConnection | None = getattr(_LOCAL, "connection", None)
    if found is None:
        found = _LOCAL.connection = locked_connection(memory="1GB", threads=1)
    return found
