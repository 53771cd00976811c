"""What the owner of the database can do: take the triggers away and write what he likes."""

from __future__ import annotations

from pathlib import Path

from tests.database import owned as database


def forge(home: Path, record: str, old: str, new: str, *, state: str | None = None) -> None:
    """Replace text in the body of a record, and its state if given."""
    with database(home) as connection:
        (body,) = connection.execute("SELECT body FROM record WHERE id = ?", (record,)).fetchone()
        assert old in body, body
        connection.execute("UPDATE record SET body = ? WHERE id = ?", (body.replace(old, new), record))
        if state is not None:
            connection.execute("UPDATE record SET state = ? WHERE id = ?", (state, record))
