"""Notices: from an effect to inboxes and, for those who asked, to mail and webhooks.

An effect is posted with its cause; here it becomes one record for each listener, and in the
same transaction the effects that carry it out. Doing it twice makes no second notice. Called
by `app` (inboxes, at every close) and by the worker (see `dispatch`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sandbox.kernel.actors import SYSTEM, Actor, Role
from sandbox.kernel.errors import InputError, NotFoundError
from sandbox.kernel.lifecycle import step
from sandbox.kernel.message import Message, say
from sandbox.kernel.oversight_records import Notice, Subscription
from sandbox.kernel.permits import require
from sandbox.kernel.records import Account, Record
from sandbox.locale.translate import render
from sandbox.oversight.audience import holding, listeners, record_of, what_of
from sandbox.oversight.desk import OversightDesk
from sandbox.oversight.templates import VALUES, clean, filled, template
from sandbox.people.directory import with_record
from sandbox.store.canonical import Json
from sandbox.store.changes import ANNOUNCED, Change, Effect, Link, Stored
from sandbox.store.outbox import Pending

WANTED = "notice.wanted"
"""An effect any room may post: {template, organisation, role, once, values}; its record is the subject."""
CARRIED = {"mail": "notice.mail", "webhook": "notice.webhook"}
"""The effects that carry a notice out of the console, by channel."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A notice as it is read."""

    id: str
    state: str
    at: str
    title: Message
    body: Message
    subject: str


def announce(desk: OversightDesk, effect: Pending) -> tuple[Notice, ...]:
    """Return the notices that an announced step made; none for one without template or listener."""
    known = template(str(effect.payload.get("step", "")))
    if known is None:
        return ()
    record = record_of(desk.directory, effect.record_id)
    people = listeners(desk.directory, known.audience, record)
    others = [one for one in people if one.id != effect.payload.get("actor")]  # who did it knows
    values = {"what": what_of(desk.directory, record), "id": record.id}
    return _post(desk, known.code, record.id, others, values=values, once=str(effect.id))


def want(desk: OversightDesk, effect: Pending) -> tuple[Notice, ...]:
    """Return the notices that a room asked for: to the holders of a role in an organisation."""
    asked = effect.payload
    known = template(str(asked.get("template", "")))
    if known is None:
        return ()
    record = record_of(desk.directory, effect.record_id)
    role = Role(str(asked["role"]))
    people = [
        desk.directory.store.load(Account, one).record
        for one in holding(desk.directory, str(asked["organisation"]), role)
    ]
    given = asked.get("values")
    told = {str(k): str(v) for k, v in given.items()} if isinstance(given, Mapping) else {}
    values = {"what": what_of(desk.directory, record), "id": record.id, **told}
    once = str(asked.get("once") or effect.id)
    return _post(desk, known.code, record.id, people, values=values, once=once)


def tell(
    desk: OversightDesk, code: str, record: Record, *, values: Mapping[str, str], once: str
) -> tuple[Notice, ...]:
    """Return the notices of an occasion that is no step, to the audience of its template; told once."""
    known = template(code)
    if known is None:
        return ()
    people = listeners(desk.directory, known.audience, record)
    return _post(desk, code, record.id, people, values=values, once=once)


HANDLERS = {ANNOUNCED: announce, WANTED: want}


def _post(
    desk: OversightDesk,
    code: str,
    subject: str,
    people: Sequence[Account],
    *,
    values: Mapping[str, str],
    once: str,
) -> tuple[Notice, ...]:
    """Write one notice for each person in one transaction, with what carries it out; nobody is told twice."""
    row, base = step("notice:post"), desk.directory.situation(SYSTEM)
    told = tuple((name, clean(values[name])) for name in VALUES if name in values)
    changes: list[Change] = []
    effects: list[Effect] = []
    for person in people:
        name = f"notice:{code}:{once}:{person.id}"
        if desk.directory.store.holder(name) is not None:
            continue  # told before
        made = Notice(
            id=desk.directory.store.new_id(Notice.KIND),
            state="posted",
            organisation=person.organisation,
            account=person.id,
            template=code,
            subject=subject,
            values=told,
        )
        require(SYSTEM, row, with_record(base, record=made))
        changes.append(Change(row, made, links=(Link("account", person.id),), names=(name,)))
        effects += _carriers(desk, person, made.id)
    if not changes:
        return ()
    # Another process at the same moment makes this a conflict: the effect stays, and finds the names held.
    done = desk.directory.store.write(SYSTEM, *changes, outbox=effects)
    return tuple(one.record for one in done)


def _carriers(desk: OversightDesk, person: Account, notice: str) -> list[Effect]:
    """Return what carries the notice out: the person's own mail, his organisation's systems."""
    found = desk.directory.store.find(Subscription, state="active", organisation=person.organisation)
    wanted = [
        one.record for one in found if one.record.channel == "webhook" or one.record.account == person.id
    ]
    payload: list[tuple[str, dict[str, Json]]] = [
        (CARRIED[one.channel], {"subscription": one.id}) for one in wanted if one.channel in CARRIED
    ]
    return [Effect(kind, told, notice) for kind, told in payload]


def inbox(desk: OversightDesk, actor: Actor, *, unread: bool = False, limit: int = 100) -> tuple[Shown, ...]:
    """Return the actor's own notices, the latest first."""
    store = desk.directory.store
    states = ("posted",) if unread else ("posted", "read")
    found = store.find(
        Notice, linked=("account", actor.account), states=states, newest_first=True, limit=limit
    )
    return tuple(shown(one) for one in found)


def shown(stored: Stored[Notice]) -> Shown:
    """Return a notice as its reader sees it."""
    return _shown(stored.record, stored.created_at.isoformat())


def unread(desk: OversightDesk, actor: Actor, *, limit: int = 100) -> int:
    """Return how many notices the actor has not read, `limit` at most."""
    store = desk.directory.store
    return len(store.find(Notice, linked=("account", actor.account), states=("posted",), limit=limit))


def _shown(notice: Notice, at: str) -> Shown:
    title, body = sentences(notice)
    return Shown(notice.id, notice.state, at, title, body, notice.subject)


def sentences(notice: Notice) -> tuple[Message, Message]:
    """Return title and body of a notice."""
    known = template(notice.template)
    if known is None:
        return say("通知"), say("记录 {id} 有变化。", id=clean(notice.subject))
    values = dict(notice.values)
    return filled(known.title, values), filled(known.body, values)


def text_of(notice: Notice, language: str) -> tuple[str, str]:
    """Return title and body in a language."""
    title, body = sentences(notice)
    return render(title, language), render(body, language)


def read(desk: OversightDesk, actor: Actor, identifier: str) -> Shown:
    """Return the notice, now read; reading it again is harmless. Only its own account may."""
    stored = desk.directory.store.load(Notice, identifier)
    if stored.record.state == "read" and stored.record.account == actor.account:
        return _shown(stored.record, stored.created_at.isoformat())
    require(actor, step("notice:read"), with_record(desk.directory.situation(actor), record=stored.record))
    changed = replace(stored.record, state="read")
    desk.directory.store.write(actor, Change(step("notice:read"), changed, expected=stored.version))
    return _shown(changed, stored.created_at.isoformat())


def read_all(desk: OversightDesk, actor: Actor) -> int:
    """Mark every notice of the actor as read; return how many."""
    waiting = inbox(desk, actor, unread=True, limit=1000)
    for one in waiting:
        read(desk, actor, one.id)
    return len(waiting)


def subject_of(desk: OversightDesk, identifier: str) -> Notice:
    """Return a notice by id, for whoever carries it out; `NotFoundError` if there is none."""
    try:
        return desk.directory.store.load(Notice, identifier).record
    except NotFoundError:
        raise InputError(say("没有编号为 {id} 的通知", id=identifier)) from None
