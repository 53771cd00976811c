"""Effects outside the database: what is still to be done, done at least once, in order.

The opener posts them in the transaction of their cause; handlers, wired by `app`, must bear
being called twice. Decides nothing about what an effect does.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import select, update

from sandbox.kernel.errors import SandboxError
from sandbox.store import tables
from sandbox.store.canonical import Json, instant, moment_of, parse
from sandbox.store.db import reading, writing
from sandbox.store.opener import Store

_TABLE = tables.outbox


@dataclass(frozen=True, slots=True)
class Pending:
    """One effect still to be done; `attempts` counts the failures so far."""

    id: int
    at: datetime
    kind: str
    record_id: str
    payload: Mapping[str, Json]
    attempts: int


@dataclass(frozen=True, slots=True)
class Drained:
    """How many effects were done, and which were left with what error (None: no handler)."""

    done: int
    left: tuple[tuple[Pending, SandboxError | None], ...]


def pending(
    store: Store, *, kind: str | None = None, kinds: Collection[str] | None = None, limit: int = 100
) -> tuple[Pending, ...]:
    """Return the open effects in the order they were posted, of one kind or of several if so asked."""
    query = select(_TABLE).where(_TABLE.c.done_at.is_(None)).order_by(_TABLE.c.id).limit(limit)
    if kind is not None:
        query = query.where(_TABLE.c.kind == kind)
    if kinds is not None:
        query = query.where(_TABLE.c.kind.in_(sorted(kinds)))
    with reading(store.engine) as connection:
        rows = connection.execute(query).all()
    return tuple(
        Pending(
            id=row.id,
            at=moment_of(row.at),
            kind=row.kind,
            record_id=row.record_id,
            payload=cast("Mapping[str, Json]", parse(row.payload)),
            attempts=row.attempts,
        )
        for row in rows
    )


def finish(store: Store, effect: Pending) -> None:
    """Mark an effect done; repeating it is harmless."""
    with writing(store.engine) as connection:
        place = update(_TABLE).where(_TABLE.c.id == effect.id, _TABLE.c.done_at.is_(None))
        connection.execute(place.values(done_at=instant(store.clock())))


def postpone(store: Store, effect: Pending) -> None:
    """Count a failed attempt; the effect stays open."""
    with writing(store.engine) as connection:
        place = update(_TABLE).where(_TABLE.c.id == effect.id, _TABLE.c.done_at.is_(None))
        connection.execute(place.values(attempts=_TABLE.c.attempts + 1))


def drain(
    store: Store,
    handlers: Mapping[str, Callable[[Pending], object]],
    *,
    kinds: Collection[str] | None = None,
    limit: int = 100,
) -> Drained:
    """Do what is open, each once; a failure is counted and stops neither the others nor the caller.

    `kinds` leaves everything else to whoever does it.
    """
    done, left = 0, []
    for effect in pending(store, kinds=kinds, limit=limit):
        handler = handlers.get(effect.kind)
        error: SandboxError | None = None
        try:
            if handler is not None:
                handler(effect)
        except SandboxError as raised:
            error = raised
        if handler is None or error is not None:
            postpone(store, effect)
            left.append((effect, error))
            continue
        finish(store, effect)
        done += 1
    return Drained(done=done, left=tuple(left))
