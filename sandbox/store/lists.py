"""Lists cut by the database: a page of records, how many there are, a look at single fields of many.

A list asks for as much as it shows, however many records there are. Decides nothing: what somebody may
see is said by the sieve that the caller holds up. The other half of `reads`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    FromClause,
    Select,
    and_,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    text,
    tuple_,
)

from sandbox.store import tables
from sandbox.store.canonical import instant
from sandbox.store.changes import R, Stored
from sandbox.store.db import reading
from sandbox.store.derived import LABEL

_RECORD, _LINK = tables.record, tables.link
_SLICE, _RUN, _FEW = 500, 1_000, 1_000


class Order(Enum):
    """In which order a list is cut: by the time of making, or by the day on which something runs out."""

    NEWEST = "newest"
    OLDEST = "oldest"
    DUE = "due"


@dataclass(frozen=True, slots=True)
class Party:
    """Whose records are meant: an organisation's own, those in its environments, those on its data."""

    organisation: str
    environments: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Words:
    """What is searched for: in the words of a record, as its number, or as a name of somebody known by id."""

    text: str
    organisations: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sieve:
    """Which records of a kind: every condition given must hold.

    `unlinked` is (role, kind): no record of that kind links to it in that role. `all_linked` is (role,
    kind, state, others): one in that state does, and none that is in no state of these. `linked` is
    (role, id): it links in that role to that record; `linking` is (role, kind, sieve): to one of that kind
    which passes the other sieve; `items_on` are datasets: it has an item of one of them. `partnered`: it has
    a second party at all. `any_of` are sieves of which it must pass one. `private` is a state in which a
    record is shown to its own organisation alone, and to which. `after` and `before` are the time and id of
    a record between which it was made.
    """

    states: tuple[str, ...] = ()
    organisation: str | None = None
    partner: str | None = None
    partnered: bool = False
    party: Party | None = None
    environments: tuple[str, ...] | None = None
    outside: tuple[str, ...] = ()
    words: Words | None = None
    due_from: str | None = None
    due_until: str | None = None
    unlinked: tuple[str, str] | None = None
    all_linked: tuple[str, ...] | None = None
    linked: tuple[str, str] | None = None
    linking: tuple[tuple[str, str, Sieve], ...] = ()
    items_on: tuple[str, ...] | None = None
    any_of: tuple[Sieve, ...] = ()
    private: tuple[str, str] | None = None
    only: str | None = None
    after: tuple[str, str] | None = None
    before: tuple[str, str] | None = None


class Lists:
    """The reads of a store that are bounded by what is shown."""

    def __init__(
        self,
        engine: Engine,
        *,
        once: Callable[[tuple[object, ...], Callable[[], Any]], Any],
        typed: Callable[[type[Any], Mapping[str, Any]], Stored[Any]],
    ) -> None:
        self._engine, self._once, self._typed = engine, once, typed
        self._postgresql = engine.dialect.name == "postgresql"

    def cut(
        self,
        cls: type[R],
        sieve: Sieve,
        *,
        limit: int | None,
        offset: int = 0,
        order: Order = Order.NEWEST,
    ) -> tuple[Stored[R], ...]:
        """Return at most `limit` records after the first `offset`, in that order; without one, all."""
        if order is Order.NEWEST and limit is not None and (few := self._few(cls, sieve)) is not None:
            fits = [id for id, state in few if not sieve.states or state in sieve.states]
            some = fits[offset : offset + limit]
            rows = self.every(cls, some)
            return tuple(rows[id] for id in some if id in rows)
        query = _ids(cls, sieve, order, postgresql=self._postgresql).limit(limit).offset(offset)
        key = (cls, sieve, limit, offset, order)
        return cast("tuple[Stored[R], ...]", self._once(key, lambda: self._fetched(cls, query)))

    def _fetched(self, cls: type[R], query: Select[Any]) -> tuple[Stored[R], ...]:
        # First the ids by an index alone, then the few bodies.
        with reading(self._engine) as connection:
            ids = connection.execute(query).scalars().all()
            rows = _by_id(connection, ids)
        return tuple(self._typed(cls, rows[id]) for id in ids)

    def counted(self, cls: type[R], sieve: Sieve) -> dict[str, int]:
        """Return how many records of each state there are."""
        if (few := self._few(cls, sieve)) is not None:
            return dict(Counter(state for _, state in few if not sieve.states or state in sieve.states))
        query = select(_RECORD.c.state, func.count()).where(
            *_conditions(cls, sieve, postgresql=self._postgresql)
        )
        query = query.group_by(_RECORD.c.state)

        def ask() -> dict[str, int]:
            with reading(self._engine) as connection:
                return {state: int(n) for state, n in connection.execute(query)}

        return dict(self._once((cls, sieve, "counted"), ask))

    def _few(self, cls: type[R], sieve: Sieve) -> tuple[tuple[str, str], ...] | None:
        """Return (id, state) of what a search finds, newest first; None if that is much, or no search.

        Words are looked for in every label: that is done once, not for the count and for the page.
        """
        if sieve.words is None:
            return None
        plain = replace(sieve, states=())
        query = select(_RECORD.c.created_at, _RECORD.c.id, _RECORD.c.state).limit(_FEW + 1)
        query = query.where(*_conditions(cls, plain, postgresql=self._postgresql))

        def ask() -> tuple[tuple[str, str], ...] | None:
            with reading(self._engine) as connection:
                rows = connection.execute(query).all()
            found = sorted((tuple(row) for row in rows), reverse=True)
            return tuple((id, state) for _, id, state in found) if len(found) <= _FEW else None

        return cast("tuple[tuple[str, str], ...] | None", self._once((cls, plain, "few"), ask))

    def run(self, cls: type[R], sieve: Sieve, *, most: int | None = None) -> Iterator[Stored[R]]:
        """Yield the records from the newest to the oldest, a thousand in memory at a time."""
        left = most
        while left is None or left > 0:
            limit = _RUN if left is None else min(_RUN, left)
            some = self._fetched(
                cls, _ids(cls, sieve, Order.NEWEST, postgresql=self._postgresql).limit(limit)
            )
            yield from some
            if len(some) < limit:
                return
            left = None if left is None else left - limit
            sieve = replace(sieve, before=(instant(some[-1].created_at), some[-1].id))

    def hanging(self, cls: type[R], role: str, ids: Iterable[str]) -> dict[str, list[Stored[R]]]:
        """Return the records of a kind that link in a role to these records, by the record they link to."""
        found: dict[str, list[Stored[R]]] = {}
        wanted = sorted(set(ids))
        named = _LINK.c.from_id.between(f"{cls.KIND}-", f"{cls.KIND}.")
        with reading(self._engine) as connection:
            for place in range(0, len(wanted), _SLICE):
                some = _LINK.c.to_id.in_(wanted[place : place + _SLICE])
                query = select(_LINK.c.to_id, _LINK.c.from_id).where(some, _LINK.c.role == role, named)
                pairs = connection.execute(query.order_by(_LINK.c.from_id)).all()
                rows = _by_id(connection, [from_id for _, from_id in pairs])
                for to_id, from_id in pairs:
                    found.setdefault(to_id, []).append(self._typed(cls, rows[from_id]))
        return found

    def every(self, cls: type[R], ids: Iterable[str]) -> dict[str, Stored[R]]:
        """Return the records of these ids by id; ids that are not there, or of another kind, are left out."""
        with reading(self._engine) as connection:
            rows = _by_id(connection, sorted(set(ids)))
        return {id: self._typed(cls, row) for id, row in rows.items() if row["kind"] == cls.KIND}

    def glance(
        self, cls: type[R], fields: Sequence[str], *, states: Sequence[str]
    ) -> list[tuple[str, str, tuple[Any, ...]]]:
        """Return (id, state, JSON of the fields) of every record in these states, undecoded.

        For what looks at single fields of very many records at once, like the nightly round.
        """
        if self._postgresql:
            parts = ", ".join(f"body::json->'{_plain(name)}'" for name in fields)
            shown = f"json_build_array({parts})::text"
        else:
            shown = (
                f"json_extract(body, {', '.join(repr('$.' + _plain(name)) for name in [*fields, fields[0]])})"
            )
        query = select(_RECORD.c.id, _RECORD.c.state, text(shown)).where(
            _RECORD.c.kind == cls.KIND, _RECORD.c.state.in_(sorted(states))
        )
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        return [(id, state, tuple(json.loads(found)[: len(fields)])) for id, state, found in rows]


def _plain(name: str) -> str:
    if not name.isidentifier() or not name.isascii():
        raise ValueError(name)
    return name


def _by_id(connection: Connection, ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    rows: dict[str, Mapping[str, Any]] = {}
    for place in range(0, len(ids), _SLICE):
        query = select(_RECORD).where(_RECORD.c.id.in_(ids[place : place + _SLICE]))
        for row in connection.execute(query).mappings():
            rows[row["id"]] = cast("Mapping[str, Any]", row)
    return rows


def _ids(cls: type[R], sieve: Sieve, order: Order, *, postgresql: bool) -> Select[Any]:
    query = select(_RECORD.c.id).where(*_conditions(cls, sieve, postgresql=postgresql))
    if order is Order.DUE:
        return query.order_by(_RECORD.c.due, _RECORD.c.id)
    columns = (_RECORD.c.created_at, _RECORD.c.id)
    return query.order_by(*(one.desc() if order is Order.NEWEST else one for one in columns))


def _conditions(cls: type[R], sieve: Sieve, *, postgresql: bool) -> list[ColumnElement[bool]]:
    return [_RECORD.c.kind == cls.KIND, *_passing(_Sought(_RECORD, postgresql, cls.KIND), sieve)]


@dataclass(frozen=True, slots=True)
class _Sought:
    """The table in which records of one kind are sought, under the name that it bears in the question."""

    table: FromClause
    postgresql: bool
    sort: str

    def __getattr__(self, column: str) -> ColumnElement[Any]:
        return self.table.c[column]

    def contains(self, column: ColumnElement[Any], text: str) -> ColumnElement[bool]:
        """Return whether a column holds the text, whatever the case of its Latin letters."""
        found = func.strpos if self.postgresql else func.instr
        folded = text.lower()
        cased = any(one.isascii() and one.isalpha() for one in text)
        return found(func.lower(column) if cased else column, folded) > 0


def _passing(at: _Sought, sieve: Sieve) -> list[ColumnElement[bool]]:
    """Return the conditions on the columns of the record itself, and then those on what hangs on it."""
    found: list[ColumnElement[bool]] = []
    if sieve.states:
        one = len(sieve.states) == 1
        found.append(at.state == sieve.states[0] if one else at.state.in_(sorted(sieve.states)))
    equal = ((at.organisation, sieve.organisation), (at.partner, sieve.partner), (at.id, sieve.only))
    found += [column == wanted for column, wanted in equal if wanted is not None]
    if sieve.partnered:
        found.append(at.partner > "")
    if sieve.environments is not None:
        found.append(at.environment.in_(sieve.environments))
    if sieve.outside:
        found.append(at.organisation.not_in(sieve.outside))
    if sieve.due_from is not None:
        found.append(at.due >= sieve.due_from)
    if sieve.due_until is not None:
        found.append(at.due <= sieve.due_until)
    return [*found, *_made(at, sieve), *_among(at, sieve), *_hanging(at, sieve)]


def _made(at: _Sought, sieve: Sieve) -> list[ColumnElement[bool]]:
    place = tuple_(at.created_at, at.id)
    found = [] if sieve.after is None else [place > tuple_(*map(literal, sieve.after))]
    return found if sieve.before is None else [*found, place < tuple_(*map(literal, sieve.before))]


def _among(at: _Sought, sieve: Sieve) -> list[ColumnElement[bool]]:
    """Return the conditions of which one of several must hold."""
    found: list[ColumnElement[bool]] = []
    if sieve.private is not None:
        state, own = sieve.private
        found.append(or_(at.state != state, at.organisation == own))
    if sieve.party is not None:
        found.append(_of_party(at, sieve.party))
    if sieve.words is not None:
        found.append(_worded(at, sieve.words))
    if sieve.any_of:
        found.append(or_(*(and_(*_passing(at, one)) for one in sieve.any_of)))
    return found


def _hanging(at: _Sought, sieve: Sieve) -> list[ColumnElement[bool]]:
    """Return the conditions on links, forwards and backwards."""
    found: list[ColumnElement[bool]] = []
    if sieve.linked is not None:
        role, id = sieve.linked
        found.append(at.id.in_(select(_LINK.c.from_id).where(_LINK.c.to_id == id, _LINK.c.role == role)))
    for role, kind, other in sieve.linking:
        link, aim = _LINK.alias(), _Sought(_RECORD.alias(), at.postgresql, kind)
        forwards = (link.c.from_id == at.id, link.c.role == role, aim.id == link.c.to_id, aim.kind == kind)
        found.append(_one_by_one(at, select(link.c.to_id).where(*forwards, *_passing(aim, other))))
    if sieve.items_on is not None:
        item, data = _LINK.alias(), _LINK.alias()
        through = and_(item.c.from_id == at.id, item.c.role == "item", data.c.from_id == item.c.to_id)
        on = select(item.c.to_id).where(through, data.c.role == "dataset", data.c.to_id.in_(sieve.items_on))
        found.append(_one_by_one(at, on))
    if sieve.unlinked is not None:
        found.append(~exists().where(_backwards(at, *sieve.unlinked)))
    if sieve.all_linked is not None:
        role, kind, state, *also = sieve.all_linked
        part = _RECORD.alias("part")
        linked = and_(_backwards(at, role, kind), part.c.id == _LINK.c.from_id)
        found.append(exists().where(linked, part.c.state == state))
        found.append(~exists().where(linked, part.c.state.not_in([state, *also])))
    return found


def _one_by_one(at: _Sought, query: Select[Any]) -> ColumnElement[bool]:
    """Return whether the question has an answer for a record, asked of each by itself.

    Databases would else join all links of the home to answer for few records.
    """
    return query.correlate(at.table).limit(1).scalar_subquery().is_not(None)


def _backwards(at: _Sought, role: str, kind: str) -> ColumnElement[bool]:
    named = _LINK.c.from_id.between(f"{kind}-", f"{kind}.")
    return and_(_LINK.c.to_id == at.id, _LINK.c.role == role, named)


def _on_data(at: _Sought, datasets: Sequence[str]) -> ColumnElement[bool]:
    named = _LINK.c.from_id.between(f"{at.sort}-", f"{at.sort}.")
    linked = (_LINK.c.role == "dataset", _LINK.c.to_id.in_(datasets), named)
    return at.id.in_(select(_LINK.c.from_id).where(*linked))


def _of_party(at: _Sought, party: Party) -> ColumnElement[bool]:
    ways = [at.organisation == party.organisation]
    if party.environments:
        ways.append(at.environment.in_(party.environments))
    if party.datasets:
        ways.append(_on_data(at, party.datasets))
    return or_(*ways)


def numbered(kind: str, text: str) -> str | None:
    """Return the id of a kind that the text names, written whole or as its number alone; None for neither."""
    number = text.lower().removeprefix(f"{kind}-")
    return (
        f"{kind}-{int(number):06d}" if number.isascii() and number.isdecimal() and len(number) < 16 else None
    )


def _worded(at: _Sought, words: Words) -> ColumnElement[bool]:
    ways = [at.contains(at.label, words.text)] if at.sort in LABEL else []
    if (id := numbered(at.sort, words.text)) is not None:
        ways.append(at.id == id)
    if words.organisations:
        ways.append(at.organisation.in_(words.organisations))
    if words.partners:
        ways.append(at.partner.in_(words.partners))
    if words.datasets:
        ways.append(_on_data(at, words.datasets))
    return or_(false(), *ways)
