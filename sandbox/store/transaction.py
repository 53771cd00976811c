"""One writing transaction by one actor: what it touches is read at once, and written at once.

Every change is judged in its order against what then stands, the changes before it included; nothing
reaches the database before all of them stood, and then each kind of row goes in one statement. So a step
on ten thousand records costs what the rows cost. Called by the opener alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection, Table, bindparam, func, insert, select, text, update

from sandbox.kernel.actors import Actor
from sandbox.kernel.errors import ConflictError, NotFoundError, StateError
from sandbox.kernel.message import say
from sandbox.kernel.records import Record
from sandbox.kernel.unalterable import KINDS, altered
from sandbox.store import codec, facts, tables
from sandbox.store.canonical import Json, canonical, instant, moment_of, parse
from sandbox.store.changes import ANNOUNCED, Change, Effect, Stored
from sandbox.store.derived import derived
from sandbox.store.log import SALT_BYTES, Entropy, Log, StoreSettings, Subject

_RECORD, _LINK, _SECRET, _HELD = tables.record, tables.link, tables.secret, tables.held_name
_SLICE = 500  # values in one question: databases bound them


@dataclass(slots=True)
class _Standing:
    """A record as this transaction sees it: what was read, and what its own changes made of it."""

    kind: str
    version: int
    state: str
    created: str
    links: set[tuple[str, str]] = field(default_factory=set)
    secrets: dict[str, bytes] = field(default_factory=dict)


class Transaction:
    """Changes on their way into the database; `flush` writes them."""

    def __init__(
        self,
        connection: Connection,
        actor: Actor,
        *,
        settings: StoreSettings,
        entropy: Entropy,
        now: datetime,
    ) -> None:
        self._connection, self._actor = connection, actor
        self._entropy, self._now, self._announced = entropy, now, settings.announced
        self.log = Log(connection, settings=settings, entropy=entropy, now=now)
        self._standing: dict[str, _Standing] = {}
        self._there: set[str] = set()
        self._holders: dict[str, str] = {}
        self._counted: dict[str, int] = {}
        self._counters: dict[str, int] = {}
        self._secrets: dict[tuple[str, str], bytes] = {}
        self._kept: set[tuple[str, str]] = set()
        self._new: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        self._updates: list[dict[str, Any]] = []
        self._effects: Iterator[int] = iter(())

    def run(self, changes: Sequence[Change], outbox: Sequence[Effect] = ()) -> list[Stored[Any]]:
        """Take all changes and write them; the effects are named in the last fact.

        So none of them can vanish from the outbox unseen.
        """
        self._read(changes)
        self._number_effects(sum(one.step.name in self._announced for one in changes) + len(outbox))
        *first, last = changes
        done = [self._apply(change) for change in first]
        done.append(self._apply(last, outbox=outbox, default=done[0].id if done else ""))
        self._flush()
        return done

    def _read(self, changes: Sequence[Change]) -> None:
        changed = {one.record.id for one in changes if not one.step.creates}
        named = {one.record.id for one in changes if one.step.creates and one.record.id}
        columns = (_RECORD.c.id, _RECORD.c.kind, _RECORD.c.version, _RECORD.c.state, _RECORD.c.created_at)
        for row in self._rows(select(*columns), _RECORD.c.id, changed | named):
            self._standing[row.id] = _Standing(row.kind, row.version, row.state, row.created_at)
        for row in self._rows(select(_LINK), _LINK.c.from_id, changed):
            self._standing[row.from_id].links.add((row.role, row.to_id))
        for row in self._rows(select(_SECRET), _SECRET.c.record_id, changed):
            self._standing[row.record_id].secrets[row.name] = bytes(row.value)
            self._kept.add((row.record_id, row.name))
        aims = {link.to_id for one in changes for link in one.links}
        self._there = {row.id for row in self._rows(select(_RECORD.c.id), _RECORD.c.id, aims)}
        names = {name for one in changes for name in one.names}
        self._holders = {row.name: row.record_id for row in self._rows(select(_HELD), _HELD.c.name, names)}
        kinds = {one.record.KIND for one in changes if one.step.creates}
        counter = tables.counter
        self._counted = {row.kind: row.n for row in self._rows(select(counter), counter.c.kind, kinds)}
        self._counters = dict(self._counted)

    def _rows(self, query: Any, column: Any, wanted: Iterable[str]) -> Iterator[Any]:
        ordered = sorted(wanted)
        for place in range(0, len(ordered), _SLICE):
            yield from self._connection.execute(query.where(column.in_(ordered[place : place + _SLICE])))

    def _number_effects(self, count: int) -> None:
        """Know the numbers of the effects beforehand: the facts name them."""
        if not count:
            return
        if self._connection.dialect.name == "postgresql":
            query = text("SELECT nextval(pg_get_serial_sequence('outbox', 'id')) FROM generate_series(1, :n)")
            self._effects = iter(self._connection.execute(query, {"n": count}).scalars().all())
        else:
            last = self._connection.execute(select(func.max(tables.outbox.c.id))).scalar() or 0
            self._effects = iter(range(last + 1, last + count + 1))

    def _apply(self, change: Change, *, outbox: Sequence[Effect] = (), default: str = "") -> Stored[Any]:
        if change.step.creates:
            record = self._identify(change.record)
            standing = _Standing(record.KIND, 0, "", instant(self._now))
        else:
            record, standing = change.record, self._expected(change)
        self._attach(change, record.id, standing)
        body = codec.encode(record)
        self._hold_fast(change, body)
        row = self._row(record, body, version=standing.version + 1, created=standing.created)
        hung = facts.attached(self.log.digest, row["salt"], list(standing.links), standing.secrets)
        row["digest"] = facts.record_digest(self.log.digest, row["salt"], row, hung)
        standing.version, standing.state = row["version"], record.state
        self._standing[record.id] = standing
        self._there.add(record.id)
        if change.step.creates:
            self._new["record"].append(row)
        else:
            self._updates.append({**row, "of": record.id})
        self._hold(change.names, record.id)
        effects = [self._post(one, default or record.id) for one in outbox]
        self._tell(change, row, body, effects)
        return Stored(
            record=record,
            version=standing.version,
            created_at=moment_of(standing.created),
            updated_at=moment_of(row["updated_at"]),
        )

    def _tell(self, change: Change, row: Mapping[str, Any], body: Json, effects: list[Json]) -> None:
        payload: dict[str, Json] = {"note": dict(change.note), "state": row["state"], "record": body}
        if change.step.name in self._announced:
            told: dict[str, Json] = {"step": change.step.name, "actor": self._actor.account}
            effects.append(self._post(Effect(ANNOUNCED, told), row["id"]))
        if effects:
            payload["effects"] = effects
        subject = Subject(id=row["id"], version=row["version"], digest=row["digest"])
        self.log.append(self._actor, verb=change.step.name, subject=subject, payload=payload)

    def _post(self, effect: Effect, default: str) -> Json:
        row: dict[str, Json] = {
            "kind": effect.kind,
            "record_id": effect.record_id or default,
            "payload": canonical(effect.payload),
            "id": next(self._effects),
        }
        self._new["outbox"].append({**row, "at": instant(self._now), "attempts": 0})
        return row

    def _identify(self, record: Record) -> Record:
        last = self._counters.get(record.KIND, 0)
        if not record.id:
            self._counters[record.KIND] = last + 1
            return replace(record, id=id_of(record.KIND, last + 1))
        prefix, _, number = record.id.rpartition("-")
        if prefix != record.KIND or not number.isascii() or not number.isdigit() or int(number) > last:
            raise StateError(say("编号 {id} 不是系统发出的：新建时请留空", id=record.id))
        if record.id in self._standing:
            raise ConflictError(say("编号 {id} 的记录已存在：请刷新后重试", id=record.id))
        return record

    def _expected(self, change: Change) -> _Standing:
        id, step = change.record.id, change.step
        found = self._standing.get(id)
        if found is None or found.kind != step.kind:
            raise NotFoundError(say("没有编号为 {id} 的 {kind}：请核对编号", id=id, kind=step.kind))
        if found.version != change.expected:
            raise ConflictError(say("记录 {id} 已被他人改动，这一步没有写入：请刷新后重试", id=id))
        if found.state not in step.sources:
            raise ConflictError(
                say("记录 {id} 现为 {state} 状态，不能再做 {step}", id=id, state=found.state, step=step.name)
            )
        return found

    def _hold_fast(self, change: Change, body: Json) -> None:
        """Refuse to change what no step may change once it stands."""
        if change.step.creates or change.step.kind not in KINDS or not isinstance(body, dict):
            return
        found = self._connection.execute(select(_RECORD.c.body).where(_RECORD.c.id == change.record.id))
        before = codec.encode(codec.decode(type(change.record), parse(str(found.scalar()))))
        if names := altered(change.step.name, before, body):
            raise StateError(
                say(
                    "记录 {id} 已成文，不得改动 {names}：请另立新的一版",
                    id=change.record.id,
                    names="、".join(names),
                )
            )

    def _row(self, record: Record, body: Json, *, version: int, created: str) -> dict[str, Any]:
        return {
            "id": record.id,
            "kind": record.KIND,
            "version": version,
            "state": record.state,
            "organisation": getattr(record, "organisation", None),
            "environment": getattr(record, "environment", None),
            "body": canonical(body),
            "salt": self._entropy(SALT_BYTES),
            "digest": b"",
            "created_at": created,
            "updated_at": instant(self._now),
            **derived(record.KIND, record.state, cast("Mapping[str, Any]", body)),
        }

    def _hold(self, names: Sequence[str], id: str) -> None:
        for name in names:
            holder = self._holders.get(name)
            if holder is None:
                self._holders[name] = id
                self._new["held_name"].append({"name": name, "record_id": id})
            elif holder != id:
                word = name.partition(":")[2]
                raise ConflictError(
                    say("{name} 刚被别人用了，这一步没有写入：请换一个或刷新后重试", name=word)
                )

    def _attach(self, change: Change, id: str, standing: _Standing) -> None:
        for role, to_id in sorted({(link.role, link.to_id) for link in change.links} - standing.links):
            if to_id != id and to_id not in self._there:
                raise NotFoundError(say("没有编号为 {id} 的记录：请核对编号", id=to_id))
            standing.links.add((role, to_id))
            self._new["link"].append({"from_id": id, "role": role, "to_id": to_id})
        for name, value in change.secrets.items():
            standing.secrets[name] = value
            self._secrets[id, name] = value

    def _flush(self) -> None:
        """Write everything, parents before what hangs on them; a record's versions in their order."""
        run = self._connection.execute
        self._insert(_RECORD)
        if self._updates:
            changed: dict[str, Any] = {name: bindparam(name) for name in self._updates[0] if name != "of"}
            run(update(_RECORD).where(_RECORD.c.id == bindparam("of")).values(changed), self._updates)
        self._save_secrets()
        self._save_counters()
        for table in (_LINK, _SECRET, _HELD, tables.outbox):
            self._insert(table)
        self.log.flush()

    def _insert(self, table: Table) -> None:
        if rows := self._new[table.name]:
            self._connection.execute(insert(table), rows)

    def _save_secrets(self) -> None:
        for (id, name), value in self._secrets.items():
            if (id, name) in self._kept:
                place = (_SECRET.c.record_id == id) & (_SECRET.c.name == name)
                self._connection.execute(update(_SECRET).where(place).values(value=value))
            else:
                self._new["secret"].append({"record_id": id, "name": name, "value": value})

    def _save_counters(self) -> None:
        for kind, n in self._counters.items():
            if n != self._counted.get(kind):
                count(self._connection, kind, n, known=kind in self._counted)


def id_of(kind: str, number: int) -> str:
    """Return the id of a kind's record of that number ("dataset-000012")."""
    return f"{kind}-{number:06d}"


def count(connection: Connection, kind: str, n: int, *, known: bool) -> None:
    """Keep how many ids of a kind were given out."""
    table = tables.counter
    if known:
        connection.execute(update(table).where(table.c.kind == kind).values(n=n))
    else:
        connection.execute(insert(table), {"kind": kind, "n": n})
