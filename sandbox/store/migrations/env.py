"""Runs the migrations on the connection that `store.home` hands over; no file, no address."""

from __future__ import annotations

from alembic import context

from sandbox.store.tables import metadata


def run() -> None:
    """Run on the caller's connection, inside the caller's transaction."""
    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=False,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
