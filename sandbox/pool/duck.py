"""DuckDB connections that can reach only what they are given.

Decides the settings of every query the platform runs: no network, no extension is fetched or
loaded, no file outside the listed directories, no Python variable, and the settings cannot be
changed back. `allowed_directories` permits writing too: mount read-only what must not change.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import duckdb

from sandbox.kernel.errors import InputError
from sandbox.kernel.message import say

if TYPE_CHECKING:
    from collections.abc import Sequence

_FIXED: Final[dict[str, str | bool | int | float | list[str]]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "allow_unsigned_extensions": False,
    "allow_persistent_secrets": False,
    "python_enable_replacements": False,
    "preserve_insertion_order": True,
    "temp_directory": "",  # nothing spills: a query over its memory fails instead of leaving rows on disk
    "TimeZone": "Asia/Shanghai",
}


def locked_connection(
    *, memory: str, threads: int, directories: Sequence[Path] = ()
) -> duckdb.DuckDBPyConnection:
    """Return an in-memory connection limited to `memory` (such as "1GB") and `threads`, locked.

    Files inside `directories` can be read; everything else on disk or network is refused by DuckDB.
    Raises `InputError` for an unusable limit.
    """
    if threads < 1:
        raise InputError(say("查询线程数必须不小于 1"))
    connection = duckdb.connect(":memory:")
    try:
        _configure(connection, memory=memory, threads=threads, directories=directories)
    except duckdb.Error as error:
        connection.close()
        raise InputError(say("查询引擎不接受设置：{reason}", reason=str(error))) from error
    return connection


def _configure(
    connection: duckdb.DuckDBPyConnection, *, memory: str, threads: int, directories: Sequence[Path]
) -> None:
    for name, value in _FIXED.items():
        connection.execute(f"SET {name} = {_literal(value)}")
    connection.execute(f"SET memory_limit = {_literal(memory)}")
    connection.execute(f"SET threads = {threads:d}")
    allowed = ", ".join(_literal(f"{directory.resolve()}/") for directory in directories)
    connection.execute(f"SET allowed_directories = [{allowed}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def _literal(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "'" + str(value).replace("'", "''") + "'"


def file_list(files: Sequence[Path]) -> str:
    """SQL list literal of paths, for `read_parquet(...)`; quotes are escaped."""
    return "[" + ", ".join(_literal(path.resolve()) for path in files) + "]"
