"""What the owner of the database can do: take the triggers away and write what he likes."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def database(home: Path) -> Iterator[sqlite3.Connection]:
    """Yield the home's database with every trigger dropped; commits at the end."""
    connection = sqlite3.connect(home / "records.db")
    try:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
        yield connection
        connection.commit()
    finally:
        connection.close()


def forge(home: Path, record: str, old: str, new: str, *, state: str | None = None) -> None:
    """Replace text in the body of a record, and its state if given."""
    with database(home) as connection:
        (body,) = connection.execute("SELECT body FROM record WHERE id = ?", (record,)).fetchone()
        assert old in body, body
        connection.execute("UPDATE record SET body = ? WHERE id = ?", (body.replace(old, new), record))
        if state is not None:
            connection.execute("UPDATE record SET state = ? WHERE id = ?", (state, record))
