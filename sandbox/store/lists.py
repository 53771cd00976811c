"""Lists cut by the database: a page of records, how many there are, a look at single fields of many.

A list asks for as much as it shows, however many records there are. Decides nothing: what somebody may
see is said by the sieve that the caller holds up. The other half of `reads`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, cast

from sqlalchemy import ColumnElement, Connection, Engine, Select, and_, exists, func, or_, select, text

from sandbox.store import tables
from sandbox.store.changes import R, Stored
from sandbox.store.db import reading

_RECORD, _LINK = tables.record, tables.link
_SLICE = 500


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
    """What is searched for: in the words of a record, in ids, or as the name of somebody known by id."""

    text: str
    organisations: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sieve:
    """Which records of a kind: every condition given must hold.

    `unlinked` is (role, kind): no record of that kind links to it in that role. `all_linked` is (role,
    kind, state, others): one in that state does, and none that is in no state of these. `about` is (role,
    organisation): it links in that role to a record of the organisation. `private` is a state in which
    a record is shown to its own organisation alone, and to which.
    """

    states: tuple[str, ...] = ()
    organisation: str | None = None
    partner: str | None = None
    party: Party | None = None
    environments: tuple[str, ...] | None = None
    words: Words | None = None
    due_until: str | None = None
    unlinked: tuple[str, str] | None = None
    all_linked: tuple[str, ...] | None = None
    about: tuple[str, str] | None = None
    private: tuple[str, str] | None = None


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

    def cut(
        self,
        cls: type[R],
        sieve: Sieve,
        *,
        limit: int,
        offset: int = 0,
        order: Order = Order.NEWEST,
    ) -> tuple[Stored[R], ...]:
        """Return at most `limit` records after the first `offset`, in that order."""
        query = _ids(cls, sieve, order).limit(limit).offset(offset)
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
        query = select(_RECORD.c.state, func.count()).where(*_conditions(cls, sieve))
        query = query.group_by(_RECORD.c.state)

        def ask() -> dict[str, int]:
            with reading(self._engine) as connection:
                return {state: int(n) for state, n in connection.execute(query)}

        return dict(self._once((cls, sieve, "counted"), ask))

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
        if self._engine.dialect.name == "postgresql":
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


def _ids(cls: type[R], sieve: Sieve, order: Order) -> Select[Any]:
    query = select(_RECORD.c.id).where(*_conditions(cls, sieve))
    if order is Order.DUE:
        return query.order_by(_RECORD.c.due, _RECORD.c.id)
    columns = (_RECORD.c.created_at, _RECORD.c.id)
    return query.order_by(*(one.desc() if order is Order.NEWEST else one for one in columns))


def _conditions(cls: type[R], sieve: Sieve) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [_RECORD.c.kind == cls.KIND]
    if len(sieve.states) == 1:
        found.append(_RECORD.c.state == sieve.states[0])
    elif sieve.states:
        found.append(_RECORD.c.state.in_(sorted(sieve.states)))
    if sieve.organisation is not None:
        found.append(_RECORD.c.organisation == sieve.organisation)
    if sieve.partner is not None:
        found.append(_RECORD.c.partner == sieve.partner)
    if sieve.environments is not None:
        found.append(_RECORD.c.environment.in_(sieve.environments))
    if sieve.due_until is not None:
        found.append(_RECORD.c.due <= sieve.due_until)
    if sieve.private is not None:
        state, own = sieve.private
        found.append(or_(_RECORD.c.state != state, _RECORD.c.organisation == own))
    return found + _related(sieve)


def _related(sieve: Sieve) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if sieve.party is not None:
        found.append(_of_party(sieve.party))
    if sieve.words is not None:
        found.append(_worded(sieve.words))
    if sieve.unlinked is not None:
        found.append(~exists().where(_backwards(*sieve.unlinked)))
    if sieve.all_linked is not None:
        role, kind, state, *also = sieve.all_linked
        other = _RECORD.alias("other")
        linked = and_(_backwards(role, kind), other.c.id == _LINK.c.from_id)
        found.append(exists().where(linked, other.c.state == state))
        found.append(~exists().where(linked, other.c.state.not_in([state, *also])))
    if sieve.about is not None:
        role, organisation = sieve.about
        aim = _RECORD.alias("aim")
        forwards = and_(_LINK.c.from_id == _RECORD.c.id, _LINK.c.role == role, aim.c.id == _LINK.c.to_id)
        found.append(exists().where(forwards, aim.c.organisation == organisation))
    return found


def _backwards(role: str, kind: str) -> ColumnElement[bool]:
    named = _LINK.c.from_id.between(f"{kind}-", f"{kind}.")
    return and_(_LINK.c.to_id == _RECORD.c.id, _LINK.c.role == role, named)


def _on_data(datasets: Sequence[str]) -> ColumnElement[bool]:
    linked = (_LINK.c.from_id == _RECORD.c.id, _LINK.c.role == "dataset", _LINK.c.to_id.in_(datasets))
    return exists().where(*linked)


def _of_party(party: Party) -> ColumnElement[bool]:
    ways = [_RECORD.c.organisation == party.organisation]
    if party.environments:
        ways.append(_RECORD.c.environment.in_(party.environments))
    if party.datasets:
        ways.append(_on_data(party.datasets))
    return or_(*ways)


def _worded(words: Words) -> ColumnElement[bool]:
    ways: list[ColumnElement[bool]] = [
        _RECORD.c.label.icontains(words.text, autoescape=True),
        _RECORD.c.id.icontains(words.text, autoescape=True),
    ]
    if words.organisations:
        ways.append(_RECORD.c.organisation.in_(words.organisations))
    if words.partners:
        ways.append(_RECORD.c.partner.in_(words.partners))
    if words.datasets:
        ways.append(_on_data(words.datasets))
    return or_(*ways)
