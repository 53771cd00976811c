"""The one way to write: an actor takes steps on records, and each leaves its fact.

One transaction holds the rows, links, secrets, facts, tree and outbox of a write: all of
them stand or none. Decides that a step is one of the table, starts from the state the
record is in and from the version the caller read; whether this actor may is `permits`' to
say, before. Called by every room.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, delete, select

from sandbox.kernel import lifecycle
from sandbox.kernel.actors import Actor, Proof
from sandbox.kernel.errors import CredentialError, StateError
from sandbox.kernel.message import say
from sandbox.store import facts, tables
from sandbox.store.canonical import Json, instant
from sandbox.store.changes import Change, Effect, Stored
from sandbox.store.db import writing
from sandbox.store.facts import Header
from sandbox.store.log import ABOUT_THE_LOG, Entropy, Log, StoreSettings
from sandbox.store.reads import Reads
from sandbox.store.transaction import Transaction, count, id_of

_RECORD = tables.record


class Store(Reads):
    """Records and the log of one home; made by `home.create` or `home.open_home`."""

    def __init__(
        self, engine: Engine, *, clock: Callable[[], datetime], entropy: Entropy, settings: StoreSettings
    ) -> None:
        super().__init__(engine)
        self.engine, self.settings = engine, settings
        self.clock, self.entropy = clock, entropy

    def write(self, actor: Actor, *changes: Change, outbox: Sequence[Effect] = ()) -> tuple[Stored[Any], ...]:
        """Write all changes with their facts, or nothing; return the records as they now stand.

        A creation with an empty id is given the next one of its kind. Raises `ConflictError`
        when the version or the state is not the one expected, `NotFoundError` for a record or
        link target that is not there, `StateError` for a step that does not fit the record,
        `StorageError` when the disk is full.
        """
        _check_actor(actor)
        if not changes:
            raise StateError(say("没有要写入的内容"))
        for change in changes:
            _check_step(change)
        with writing(self.engine) as connection:
            return tuple(self._transaction(connection, actor).run(changes, outbox))

    def new_id(self, kind: str) -> str:
        """Return a fresh id of a kind, for changes that must name each other; gaps do no harm."""
        with writing(self.engine) as connection:
            return next_id(connection, kind)

    def purge(self, actor: Actor, change: Change) -> Stored[Any] | None:
        """Remove the payloads whose retention has ended; None if there are none and nothing is written.

        `change` is the home's own step `home:purge`; its fact's note names what was removed.
        """
        _check_actor(actor)
        _check_step(change)
        if change.step.name != facts.PURGE:
            raise StateError(say("清理日志只能用步骤 {step}", step=facts.PURGE))
        table = tables.fact_payload
        with writing(self.engine) as connection:
            due = table.c.keep_until <= instant(self.clock())
            seqs = connection.execute(select(table.c.seq).where(due).order_by(table.c.seq)).scalars().all()
            if not seqs:
                return None
            connection.execute(delete(table).where(due))
            noted = replace(change, note={**change.note, "purged": spans(seqs)})
            return self._transaction(connection, actor).run((noted,))[0]

    def _transaction(self, connection: Connection, actor: Actor) -> Transaction:
        return Transaction(connection, actor, settings=self.settings, entropy=self.entropy, now=self.clock())

    def append_about_log(
        self, connection: Connection, actor: Actor, verb: str, note: Mapping[str, Json]
    ) -> Header:
        """Append a fact about the log itself within a writing transaction."""
        log = Log(connection, settings=self.settings, entropy=self.entropy, now=self.clock())
        header = log.append(actor, verb=verb, subject=ABOUT_THE_LOG, payload={"note": note})
        log.flush()
        return header


def spans(seqs: Iterable[int]) -> list[list[int]]:
    """Return sorted numbers as [first, last] spans."""
    found: list[list[int]] = []
    for seq in seqs:
        if found and found[-1][1] == seq - 1:
            found[-1][1] = seq
        else:
            found.append([seq, seq])
    return found


def next_id(connection: Connection, kind: str) -> str:
    """Return the next id of a kind ("dataset-000012") within a writing transaction."""
    table = tables.counter
    last = connection.execute(select(table.c.n).where(table.c.kind == kind)).scalar()
    count(connection, kind, (last or 0) + 1, known=last is not None)
    return id_of(kind, (last or 0) + 1)


def _check_actor(actor: Actor) -> None:
    if not isinstance(actor, Actor) or not actor.account or actor.proof is Proof.NONE:
        raise CredentialError(say("写入须有明确的操作人：请先登录或出示本人令牌"))


def _check_step(change: Change) -> None:
    step, record = change.step, change.record
    try:
        known = lifecycle.step(step.name) == step
    except KeyError:
        known = False
    if not known or step.kind != type(record).KIND:
        raise StateError(say("步骤 {step} 不适用于 {kind}", step=step.name, kind=type(record).KIND))
    if record.state != step.target:
        raise StateError(
            say(
                "步骤 {step} 之后的状态应为 {target}，不是 {state}",
                step=step.name,
                target=step.target,
                state=record.state,
            )
        )
    if step.creates != (change.expected is None):
        raise StateError(say("步骤 {step} 的预期版本写错了：新建不带版本，变更须带版本", step=step.name))
