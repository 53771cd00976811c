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

from sqlalchemy import Connection, Engine, delete, insert, select, update

from sandbox.kernel import lifecycle
from sandbox.kernel.actors import Actor, Proof
from sandbox.kernel.errors import ConflictError, CredentialError, NotFoundError, StateError
from sandbox.kernel.message import say
from sandbox.kernel.records import Record
from sandbox.store import codec, facts, tables
from sandbox.store.canonical import Json, canonical, instant, moment_of
from sandbox.store.changes import ANNOUNCED, Change, Effect, Stored
from sandbox.store.db import writing
from sandbox.store.facts import Header
from sandbox.store.log import ABOUT_THE_LOG, SALT_BYTES, Entropy, Log, StoreSettings, Subject
from sandbox.store.reads import Reads

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
            write = _Write(connection, self, actor)
            *first, last = changes
            done = [write.apply(change) for change in first]
            # The effects are named in the last fact, so that none can vanish from the outbox unseen.
            done.append(write.apply(last, outbox=outbox, default=done[0].id if done else ""))
            write.log.flush()
        return tuple(done)

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
            write = _Write(connection, self, actor)
            done = write.apply(replace(change, note={**change.note, "purged": spans(seqs)}))
            write.log.flush()
        return done

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
    if last is None:
        connection.execute(insert(table), {"kind": kind, "n": 1})
    else:
        connection.execute(update(table).where(table.c.kind == kind).values(n=last + 1))
    return f"{kind}-{(last or 0) + 1:06d}"


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


class _Write:
    """One writing transaction by one actor."""

    def __init__(self, connection: Connection, store: Store, actor: Actor) -> None:
        self._connection, self._actor = connection, actor
        self._now, self._entropy = store.clock(), store.entropy
        self._announced = store.settings.announced
        self.log = Log(connection, settings=store.settings, entropy=store.entropy, now=self._now)

    def apply(self, change: Change, *, outbox: Sequence[Effect] = (), default: str = "") -> Stored[Any]:
        if change.step.creates:
            record, version, created = self._identify(change.record), 1, instant(self._now)
        else:
            record = change.record
            version, created = self._current(change)
            version += 1
        row = self._row(record, version=version, created=created)
        self._attach(change, record.id)
        row["digest"] = facts.record_digest(
            self.log.digest, row["salt"], row, self._attached(record.id, row["salt"])
        )
        self._save(row)
        self._hold(change.names, record.id)
        payload: dict[str, Json] = {
            "note": dict(change.note),
            "state": record.state,
            "record": codec.encode(record),
        }
        effects = [self._post(effect, default or record.id) for effect in outbox]
        if change.step.name in self._announced:
            told: dict[str, Json] = {"step": change.step.name, "actor": self._actor.account}
            effects.append(self._post(Effect(ANNOUNCED, told), record.id))
        if effects:
            payload["effects"] = effects
        subject = Subject(id=record.id, version=version, digest=row["digest"])
        self.log.append(self._actor, verb=change.step.name, subject=subject, payload=payload)
        return Stored(
            record=record,
            version=version,
            created_at=moment_of(created),
            updated_at=moment_of(row["updated_at"]),
        )

    def _post(self, effect: Effect, default: str) -> Json:
        row: dict[str, Json] = {
            "kind": effect.kind,
            "record_id": effect.record_id or default,
            "payload": canonical(effect.payload),
        }
        rest = {"at": instant(self._now), "attempts": 0}
        result = self._connection.execute(insert(tables.outbox), {**row, **rest})
        key = result.inserted_primary_key
        return {**row, "id": int(key[0]) if key else 0}

    def _identify(self, record: Record) -> Record:
        if not record.id:
            return replace(record, id=next_id(self._connection, record.KIND))
        prefix, _, number = record.id.rpartition("-")
        issued = select(tables.counter.c.n).where(tables.counter.c.kind == record.KIND)
        last = self._connection.execute(issued).scalar() or 0
        if prefix != record.KIND or not number.isascii() or not number.isdigit() or int(number) > last:
            raise StateError(say("编号 {id} 不是系统发出的：新建时请留空", id=record.id))
        taken = select(_RECORD.c.id).where(_RECORD.c.id == record.id)
        if self._connection.execute(taken).first() is not None:
            raise ConflictError(say("编号 {id} 的记录已存在：请刷新后重试", id=record.id))
        return record

    def _current(self, change: Change) -> tuple[int, str]:
        id = change.record.id
        columns = (_RECORD.c.kind, _RECORD.c.version, _RECORD.c.state, _RECORD.c.created_at)
        row = self._connection.execute(select(*columns).where(_RECORD.c.id == id)).first()
        if row is None or row.kind != change.step.kind:
            raise NotFoundError(say("没有编号为 {id} 的 {kind}：请核对编号", id=id, kind=change.step.kind))
        if row.version != change.expected:
            raise ConflictError(say("记录 {id} 已被他人改动，这一步没有写入：请刷新后重试", id=id))
        if row.state not in change.step.sources:
            raise ConflictError(
                say(
                    "记录 {id} 现为 {state} 状态，不能再做 {step}",
                    id=id,
                    state=row.state,
                    step=change.step.name,
                )
            )
        return row.version, row.created_at

    def _row(self, record: Record, *, version: int, created: str) -> dict[str, Any]:
        return {
            "id": record.id,
            "kind": record.KIND,
            "version": version,
            "state": record.state,
            "organisation": getattr(record, "organisation", None),
            "environment": getattr(record, "environment", None),
            "body": canonical(codec.encode(record)),
            "salt": self._entropy(SALT_BYTES),
            "digest": b"",
            "created_at": created,
            "updated_at": instant(self._now),
        }

    def _hold(self, names: Sequence[str], id: str) -> None:
        held = tables.held_name
        for name in names:
            holder = self._connection.execute(select(held.c.record_id).where(held.c.name == name)).scalar()
            if holder is None:
                self._connection.execute(insert(held), {"name": name, "record_id": id})
            elif holder != id:
                word = name.partition(":")[2]
                raise ConflictError(
                    say("{name} 刚被别人用了，这一步没有写入：请换一个或刷新后重试", name=word)
                )

    def _attach(self, change: Change, id: str) -> None:
        self._secrets, self._links = dict(change.secrets), {(link.role, link.to_id) for link in change.links}
        self._old_links: set[tuple[str, str]] = set()
        self._old_secrets: dict[str, bytes] = {}
        if change.step.creates:
            return
        links, secrets = tables.link, tables.secret
        found = self._connection.execute(select(links.c.role, links.c.to_id).where(links.c.from_id == id))
        self._old_links = {(role, to_id) for role, to_id in found}
        kept = self._connection.execute(
            select(secrets.c.name, secrets.c.value).where(secrets.c.record_id == id)
        )
        self._old_secrets = {name: bytes(value) for name, value in kept}

    def _attached(self, id: str, salt: bytes) -> dict[str, Json]:
        for _, to_id in self._links - self._old_links:
            target = select(_RECORD.c.id).where(_RECORD.c.id == to_id)
            if to_id != id and self._connection.execute(target).first() is None:
                raise NotFoundError(say("没有编号为 {id} 的记录：请核对编号", id=to_id))
        secrets = {**self._old_secrets, **self._secrets}
        return facts.attached(self.log.digest, salt, list(self._links | self._old_links), secrets)

    def _save(self, row: Mapping[str, Any]) -> None:
        id, run = row["id"], self._connection.execute
        if row["version"] == 1:
            run(insert(_RECORD), dict(row))
        else:
            run(update(_RECORD).where(_RECORD.c.id == id).values(dict(row)))
        for role, to_id in sorted(self._links - self._old_links):
            run(insert(tables.link), {"from_id": id, "role": role, "to_id": to_id})
        table = tables.secret
        for name, value in self._secrets.items():
            if name in self._old_secrets:
                place = (table.c.record_id == id) & (table.c.name == name)
                run(update(table).where(place).values(value=value))
            else:
                run(insert(table), {"record_id": id, "name": name, "value": value})
