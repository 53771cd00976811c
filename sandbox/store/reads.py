"""Reading records, links, secrets and facts: typed, never writing, never deciding who may.

Called by every room through `Store`, which adds the one way to write.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from itertools import pairwise
from typing import Any, TypeVar, cast

from sqlalchemy import ColumnElement, Connection, Engine, Select, func, select

from sandbox.kernel.errors import NotFoundError, TamperedError
from sandbox.kernel.message import say
from sandbox.store import codec, tables
from sandbox.store.canonical import Json, instant, moment_of, parse
from sandbox.store.changes import R, Stored
from sandbox.store.db import reading
from sandbox.store.facts import Header
from sandbox.store.lists import Lists
from sandbox.store.moments import Moment, Moments

_RECORD, _LINK, _FACT = tables.record, tables.link, tables.fact
T = TypeVar("T", bound=object)
_SLICE = 500  # names in one question: databases bound them
_HEAD = select(func.max(_FACT.c.seq))
_SEEN: ContextVar[Moment | None] = ContextVar("seen", default=None)


@lru_cache(maxsize=8192)
def _decoded(cls: type[Any], body: str) -> object:
    """Return the frozen record of a body; the same body is the same record."""
    return codec.decode(cls, parse(body))


def stored(cls: type[R], row: Mapping[str, Any]) -> Stored[R]:
    """Return the typed record of a row; `TamperedError` if columns and body disagree."""
    record = cast("R", _decoded(cast("Any", cls), row["body"]))
    if (record.id, record.state) != (row["id"], row["state"]) or row["kind"] != cls.KIND:
        raise TamperedError(say("记录 {id} 前后不一致：请用 sandbox audit verify 核对", id=str(row["id"])))
    return Stored(
        record=record,
        version=row["version"],
        created_at=moment_of(row["created_at"]),
        updated_at=moment_of(row["updated_at"]),
    )


def _itself(answer: T) -> T:
    return answer


def _asking(
    cls: type[R],
    equals: Mapping[str, str | None],
    states: tuple[str, ...] | None,
    linked: tuple[str, str] | None,
    newest_first: bool,
) -> Select[Any]:
    query = select(_RECORD).where(_RECORD.c.kind == cls.KIND)
    for name, value in equals.items():
        if value is not None:
            query = query.where(_RECORD.c[name] == value)
    if states is not None:
        query = query.where(_RECORD.c.state.in_(states))
    if linked is not None:
        role, to_id = linked
        joint = (_LINK.c.from_id == _RECORD.c.id) & (_LINK.c.role == role) & (_LINK.c.to_id == to_id)
        named = _LINK.c.from_id.between(f"{cls.KIND}-", f"{cls.KIND}.")  # ids begin with their kind
        query = query.join(_LINK, joint & named)
    order = (_RECORD.c.created_at, _RECORD.c.id)
    return query.order_by(*(column.desc() for column in order) if newest_first else order)


@dataclass(frozen=True, slots=True)
class Search:
    """Which facts: every condition given must hold; `before` is the number that theirs lie below."""

    record: str | None = None
    actor: str | None = None
    verb: str | None = None
    since: datetime | None = None
    before: int | None = None


def _equal(asked: Search) -> list[ColumnElement[bool]]:
    equals = {"record_id": asked.record, "actor": asked.actor, "verb": asked.verb}
    return [_FACT.c[name] == value for name, value in equals.items() if value is not None]


def _end(connection: Connection) -> int:
    """Return the number of the next fact to come: how many there are."""
    last = connection.execute(_HEAD).scalar()
    return 0 if last is None else int(last) + 1


def _first_since(connection: Connection, moment: datetime) -> int:
    """Return the number of the first fact at or after the moment; of the next one to come if none is."""
    query = select(_FACT.c.seq).where(_FACT.c.at >= instant(moment)).order_by(_FACT.c.at, _FACT.c.seq)
    first = connection.execute(query.limit(1)).scalar()
    return _end(connection) if first is None else int(first)


def _count(connection: Connection, where: Sequence[ColumnElement[bool]], start: int, end: int) -> int:
    """Count the facts from one number up to another; all of them stand there, for the log has no gap."""
    if not where:
        return max(0, end - start)
    within = (_FACT.c.seq >= start, _FACT.c.seq < end)
    return int(connection.execute(select(func.count(_FACT.c.seq)).where(*where, *within)).scalar() or 0)


class Reads:
    """The reading half of the store."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._moments = Moments()
        self.lists = Lists(engine, once=self._once, typed=stored)

    def moment(self) -> Moment:
        """Return what is known of the home as its log stands now: nothing is written without a fact."""
        with reading(self._engine) as connection:
            return self._moments.at(connection.execute(_HEAD).scalar())

    @contextmanager
    def looking(self, moment: Moment | None = None) -> Iterator[None]:
        """While something is shown, read no record or list twice, nor what others read since the last fact.

        For looking only: a step reads anew what it decides on.
        """
        mark = _SEEN.set(moment or self.moment())
        try:
            yield
        finally:
            _SEEN.reset(mark)

    def _once(self, key: tuple[object, ...], read: Callable[[], T]) -> T:
        seen = _SEEN.get()
        return read() if seen is None or not self._moments.owns(seen) else seen.once(key, read)

    def load(self, cls: type[R], id: str) -> Stored[R]:
        """Return one record of the class; `NotFoundError` if there is none of that id and kind."""
        return self._once((cls, id), lambda: self._load(cls, id))

    def _load(self, cls: type[R], id: str) -> Stored[R]:
        with reading(self._engine) as connection:
            row = connection.execute(select(_RECORD).where(_RECORD.c.id == id)).mappings().first()
        if row is None or row["kind"] != cls.KIND:
            raise NotFoundError(say("没有编号为 {id} 的 {kind}：请核对编号", id=id, kind=cls.KIND))
        return stored(cls, cast("Mapping[str, Any]", row))

    def find(
        self,
        cls: type[R],
        *,
        state: str | None = None,
        states: Iterable[str] | None = None,
        organisation: str | None = None,
        environment: str | None = None,
        linked: tuple[str, str] | None = None,
        limit: int | None = None,
        newest_first: bool = False,
    ) -> tuple[Stored[R], ...]:
        """Return the records of the class that meet every condition given, in order of making.

        `linked` is (role, id): records that link in that role to that record.
        """
        held = None if states is None else tuple(sorted(states))
        equals = {"state": state, "organisation": organisation, "environment": environment}
        asked = (cls, *equals.values(), held, linked, limit, newest_first)  # as `ahead_linked` puts it
        return self._once(
            asked, lambda: self._found(cls, _asking(cls, equals, held, linked, newest_first).limit(limit))
        )

    def ahead(self, cls: type[R], ids: Iterable[str]) -> None:
        """While something is shown, read the records of these ids at once: `load` then has each at hand."""
        if (seen := _SEEN.get()) is None or not self._moments.owns(seen):
            return
        wanted = {id for id in ids if not seen.knows((cls, id))}
        for id, one in self.lists.every(cls, wanted).items() if wanted else ():
            seen.once((cls, id), partial(_itself, one))

    def ahead_linked(
        self, cls: type[R], role: str, ids: Iterable[str], *, state: str | None = None
    ) -> tuple[Stored[R], ...]:
        """While something is shown, read at once what links to these: `find` by each then has it at hand.

        Returns all of it, whatever its state.
        """
        wanted = sorted(set(ids))
        hanging = self.lists.hanging(cls, role, wanted) if wanted else {}
        seen = _SEEN.get()
        for id in wanted if seen is not None and self._moments.owns(seen) else ():
            found = sorted(hanging.get(id, ()), key=lambda one: (one.created_at, one.id))
            fits = tuple(one for one in found if state in (None, one.record.state))
            cast("Moment", seen).once(
                (cls, state, None, None, None, (role, id), None, False), partial(_itself, fits)
            )
        return tuple(one for each in hanging.values() for one in each)

    def _found(self, cls: type[R], query: Select[Any]) -> tuple[Stored[R], ...]:
        with reading(self._engine) as connection:
            rows = connection.execute(query).mappings().all()
        return tuple(stored(cls, cast("Mapping[str, Any]", row)) for row in rows)

    def bodies(self, cls: type[R], *, since: str = "") -> tuple[tuple[str, str], ...]:
        """Return (time of change, JSON) of records of the class changed at or after `since`, oldest first.

        For what reads all of a kind at once, like a search; nothing is checked against its columns.
        """
        query = select(_RECORD.c.updated_at, _RECORD.c.body).where(_RECORD.c.kind == cls.KIND)
        query = query.where(_RECORD.c.updated_at >= since).order_by(_RECORD.c.updated_at, _RECORD.c.id)
        with reading(self._engine) as connection:
            return tuple((at, body) for at, body in connection.execute(query))

    def links(self, id: str) -> tuple[tuple[str, str], ...]:
        """Return (role, id) of every record that this one links to, sorted."""
        query = select(_LINK.c.role, _LINK.c.to_id).where(_LINK.c.from_id == id)
        with reading(self._engine) as connection:
            return tuple(sorted((role, to_id) for role, to_id in connection.execute(query)))

    def links_to(self, id: str, role: str | None = None) -> tuple[tuple[str, str], ...]:
        """Return (role, id) of every record that links to this one, sorted."""
        query = select(_LINK.c.role, _LINK.c.from_id).where(_LINK.c.to_id == id)
        if role is not None:
            query = query.where(_LINK.c.role == role)
        with reading(self._engine) as connection:
            return tuple(sorted((name, from_id) for name, from_id in connection.execute(query)))

    def secret(self, id: str, name: str) -> bytes:
        """Return a secret kept beside a record; `NotFoundError` if there is none."""
        table = tables.secret
        query = select(table.c.value).where(table.c.record_id == id, table.c.name == name)
        with reading(self._engine) as connection:
            value = connection.execute(query).scalar()
        if value is None:
            raise NotFoundError(say("记录 {id} 没有名为 {name} 的凭据", id=id, name=name))
        return bytes(value)

    def holder(self, name: str) -> str | None:
        """Return the record that holds a name which only one may hold; None while nobody does."""
        table = tables.held_name
        with reading(self._engine) as connection:
            found = connection.execute(select(table.c.record_id).where(table.c.name == name)).scalar()
        return None if found is None else str(found)

    def has_secret(self, id: str, name: str) -> bool:
        """Return whether a secret of that name is kept beside the record."""
        try:
            self.secret(id, name)
        except NotFoundError:
            return False
        return True

    def facts(
        self,
        *,
        record: str | None = None,
        actor: str | None = None,
        verb: str | None = None,
        since: datetime | None = None,
        limit: int | None = None,
        newest_first: bool = False,
    ) -> tuple[Header, ...]:
        """Return the headers of the facts that meet every condition given, in log order."""
        query: Select[Any] = select(_FACT)
        equals = {"record_id": record, "actor": actor, "verb": verb}
        for name, value in equals.items():
            if value is not None:
                query = query.where(_FACT.c[name] == value)
        if since is not None:
            query = query.where(_FACT.c.at >= instant(since))
        query = query.order_by(_FACT.c.seq.desc() if newest_first else _FACT.c.seq).limit(limit)
        with reading(self._engine) as connection:
            rows = connection.execute(query).mappings().all()
        return tuple(Header.of_row(cast("Mapping[str, Any]", row)) for row in rows)

    def search(self, asked: Search, *, limit: int, offset: int = 0) -> tuple[Header, ...]:
        """Return the headers of at most `limit` facts after the newest `offset`, newest first."""
        with reading(self._engine) as connection:
            seqs = self._sought(connection, asked, limit, offset)
            rows = connection.execute(select(_FACT).where(_FACT.c.seq.in_(seqs))).mappings().all()
        found = [Header.of_row(cast("Mapping[str, Any]", row)) for row in rows]
        return tuple(sorted(found, key=lambda one: -one.seq))

    def _sought(self, connection: Connection, asked: Search, limit: int, offset: int) -> Sequence[int]:
        start = 0 if asked.since is None else _first_since(connection, asked.since)
        end = _end(connection) if asked.before is None else asked.before
        where = _equal(asked)
        if not where:  # the log has no gap: numbers need no counting
            return range(max(start, end - offset - limit), max(start, end - offset))
        bounded = select(_FACT.c.seq).where(*where, _FACT.c.seq >= start, _FACT.c.seq < end)
        query = bounded.order_by(_FACT.c.seq.desc()).limit(limit).offset(offset)
        return connection.execute(query).scalars().all()

    def count_facts(self, asked: Search, bounds: Sequence[datetime] = ()) -> tuple[int, tuple[int, ...]]:
        """Return how many facts there are, and how many in each span between the moments given.

        Time in the log only goes forward: a span of time is a span of numbers.
        """
        with reading(self._engine) as connection:
            start = 0 if asked.since is None else _first_since(connection, asked.since)
            end = _end(connection)
            where = _equal(asked)
            total = _count(connection, where, start, end)
            edges = [max(start, _first_since(connection, one)) for one in bounds]
            spans = tuple(_count(connection, where, a, b) for a, b in pairwise(edges))
        return total, spans

    def fact(self, seq: int) -> Header:
        """Return the header of one fact; `NotFoundError` if the log is shorter."""
        with reading(self._engine) as connection:
            row = connection.execute(select(_FACT).where(_FACT.c.seq == seq)).mappings().first()
        if row is None:
            raise NotFoundError(say("日志里没有第 {seq} 条", seq=seq))
        return Header.of_row(cast("Mapping[str, Any]", row))

    def told(
        self,
        *,
        verbs: Iterable[str] | None = None,
        records: Iterable[str] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        start: int = 0,
    ) -> tuple[tuple[Header, dict[str, Json] | None], ...]:
        """Return facts with what they tell, in log order; None where the payload was purged.

        `start` is the number of the first fact that is asked for.
        """
        told = tables.fact_payload
        base: Select[Any] = select(_FACT, told.c.payload).outerjoin(told, told.c.seq == _FACT.c.seq)
        if verbs is not None:
            base = base.where(_FACT.c.verb.in_(sorted(verbs)))
        if start:
            base = base.where(_FACT.c.seq >= start)
        if since is not None:
            base = base.where(_FACT.c.at >= instant(since))
        if until is not None:
            base = base.where(_FACT.c.at < instant(until))
        wanted = None if records is None else sorted(set(records))
        slices = [None] if wanted is None else [wanted[n : n + _SLICE] for n in range(0, len(wanted), _SLICE)]
        rows: list[Mapping[str, Any]] = []
        with reading(self._engine) as connection:
            for some in slices:
                query = base if some is None else base.where(_FACT.c.record_id.in_(some))
                rows += cast("list[Mapping[str, Any]]", connection.execute(query).mappings().all())
        rows.sort(key=lambda row: int(row["seq"]))
        return tuple(
            (Header.of_row(row), None if row["payload"] is None else cast("Any", parse(row["payload"])))
            for row in rows
        )

    def due_payloads(self, now: datetime) -> tuple[tuple[int, ...], dict[str, int]]:
        """Return the numbers of the facts whose payload is still there and whose retention has ended.

        And how many of each step they are.
        """
        told, steps = tables.fact_payload, Counter[str]()
        ended = select(told.c.seq).where(told.c.keep_until <= instant(now))
        by_step = select(_FACT.c.verb, func.count()).group_by(_FACT.c.verb)
        with reading(self._engine) as connection:
            seqs = tuple(sorted(connection.execute(ended).scalars()))
            for place in range(0, len(seqs), _SLICE):
                some = by_step.where(_FACT.c.seq.in_(seqs[place : place + _SLICE]))
                steps.update({verb: int(n) for verb, n in connection.execute(some)})
        return seqs, dict(steps)

    def payload(self, seq: int) -> dict[str, Json] | None:
        """Return a fact's note, state and record as they were written; None if purged."""
        table = tables.fact_payload
        with reading(self._engine) as connection:
            known = connection.execute(select(_FACT.c.seq).where(_FACT.c.seq == seq)).scalar()
            text = connection.execute(select(table.c.payload).where(table.c.seq == seq)).scalar()
        if known is None:
            raise NotFoundError(say("日志里没有第 {seq} 条", seq=seq))
        return None if text is None else cast("dict[str, Json]", parse(text))
