"""What data a seat was given, and a DuckDB connection over it that reaches nothing else.

Every row and column mounted is granted; the views are a convenience. The connection's
settings are locked so that a slip stays inside the seat; the seat's walls are outside.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.kernel.errors import NotFoundError
from sandbox.kernel.message import say

if TYPE_CHECKING:
    import duckdb

DATA = Path("/data")
ALONE = "source"
"""What a lone data set is also called, in queries and in claims."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column as it was landed: how it was masked and what it is to re-identification."""

    name: str
    type: str
    technique: str
    identifier: str

    @property
    def groups(self) -> bool:
        """Return whether the column may head a table: no token, no direct identifier, not dropped."""
        return self.technique not in ("token", "drop", "") and self.identifier != "direct"


@dataclass(frozen=True, slots=True)
class Dataset:
    """One data set: its folder name is its name in queries (quoted, when it holds a hyphen)."""

    name: str
    folder: Path
    rows: int | None
    columns: tuple[Column, ...]

    @property
    def table(self) -> str:
        """Return the name as SQL wants it."""
        return quoted(self.name)

    def column(self, name: str) -> Column:
        """Return one column; NotFoundError names the columns there are."""
        for column in self.columns:
            if column.name == name:
                return column
        names = "、".join(column.name for column in self.columns)
        raise NotFoundError(
            say("数据集 {name} 没有列 {column}，有的列是：{names}", name=self.name, column=name, names=names)
        )

    def __repr__(self) -> str:
        lines = [f"{self.name}（{'?' if self.rows is None else self.rows} 行）"]
        lines += [f"  {column.name}  {column.type}  {column.technique}" for column in self.columns]
        return "\n".join(lines)


class Catalog(tuple[Dataset, ...]):
    """The data sets of the seat, in order of name; found by name with square brackets."""

    __slots__ = ()

    def named(self, name: str) -> Dataset:
        """Return one data set; NotFoundError names those there are."""
        for dataset in self:
            if dataset.name == name:
                return dataset
        names = "、".join(dataset.name for dataset in self) or "-"
        raise NotFoundError(say("席位里没有数据集 {name}，有的是：{names}", name=name, names=names))

    def __repr__(self) -> str:
        return "\n".join(repr(dataset) for dataset in self) or "席位里没有数据集"


def catalog(*, data: Path = DATA) -> Catalog:
    """Return what is mounted for this seat, from each data set's own description."""
    return Catalog(_described(data))


def connect(*, data: Path = DATA, writable: Sequence[Path] | None = None) -> duckdb.DuckDBPyConnection:
    """Return a DuckDB connection with one view a data set; a lone data set is also called `source`.

    Files can be read and written in the home, the outbox and /tmp only; settings are locked.
    """
    import duckdb

    allowed = [data, *(writable if writable is not None else (Path.home(), Path("/outbox"), Path("/tmp")))]  # noqa: S108
    connection = duckdb.connect(":memory:")
    for setting in (
        "autoinstall_known_extensions",
        "autoload_known_extensions",
        "allow_community_extensions",
    ):
        connection.execute(f"SET {setting} = false")
    connection.execute("SET TimeZone = 'Asia/Shanghai'")
    connection.execute(f"SET temp_directory = {_text(str(allowed[-1] / 'duckdb'))}")
    folders = ", ".join(_text(f"{folder.resolve()}/") for folder in allowed)
    connection.execute(f"SET allowed_directories = [{folders}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    found = catalog(data=data)
    for dataset in found:
        _view(connection, dataset.table, dataset.folder)
    if len(found) == 1 and found[0].name != ALONE:
        _view(connection, ALONE, found[0].folder)
    return connection


def quoted(name: str) -> str:
    """Return a name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def _described(data: Path) -> Iterator[Dataset]:
    for folder in sorted(data.iterdir()) if data.is_dir() else ():
        if any(folder.glob("*.parquet")):
            yield _dataset(folder)


def _dataset(folder: Path) -> Dataset:
    """Return one data set; without a readable description, the columns' names and types alone."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        types = {field["name"]: field["type"] for field in manifest.get("schema", ())}
        columns = tuple(
            Column(
                name=str(column["name"]),
                type=str(types.get(column["name"], "")),
                technique=str(column.get("technique") or ""),
                identifier=str(column.get("class") or ""),
            )
            for column in manifest["columns"]
            if not types or column["name"] in types
        )
        return Dataset(folder.name, folder, int(manifest["rows"]["out"]), columns)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Dataset(folder.name, folder, None, _parquet_columns(folder))


def _parquet_columns(folder: Path) -> tuple[Column, ...]:
    import duckdb

    query = f"DESCRIBE SELECT * FROM read_parquet({_text(str(folder / '*.parquet'))})"
    with duckdb.connect(":memory:") as connection:
        rows = connection.execute(query).fetchall()
    return tuple(Column(str(row[0]), str(row[1]), "", "") for row in rows)


def _view(connection: duckdb.DuckDBPyConnection, table: str, folder: Path) -> None:
    files = ", ".join(_text(str(part.resolve())) for part in sorted(folder.glob("*.parquet")))
    connection.execute(f"CREATE VIEW {table} AS SELECT * FROM read_parquet([{files}])")


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
