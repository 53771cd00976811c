"""The provider account, first part (第十条): what was done with a department's data, from the facts.

Nothing is kept beside the log: the account is read from it and so is never behind it. Rows
scanned are the rows laid open to a run, the most it can have read: what a seat says of itself
is not believed. Value is counted elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from threading import Lock
from typing import TypeVar

from sandbox.catalog.reading import of_authority, require_reader
from sandbox.kernel.actors import Actor, Role
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.application_records import Item
from sandbox.kernel.dataset_records import Dataset, Snapshot
from sandbox.kernel.records import Record
from sandbox.kernel.review_records import Release, Submission
from sandbox.kernel.seat_records import Seat
from sandbox.oversight.desk import OversightDesk
from sandbox.store.canonical import Json, instant
from sandbox.store.facts import PURGE, Header

R = TypeVar("R", bound=Record)
Payload = Mapping[str, Json] | None
Told = Sequence[tuple[Header, dict[str, Json] | None]]


class Metric(StrEnum):
    """What is counted."""

    LANDINGS = "landings"  # 落地次数
    ROWS_LANDED = "rows-landed"  # 落地行数
    SESSIONS = "sessions"  # 席位打开次数
    RUNS = "runs"  # 运行次数
    ROWS_SCANNED = "rows-scanned"  # 供运行读取的行数
    QUERIES = "queries"  # 席位里执行的单元数
    PRODUCTS = "products"  # 放行的产品
    RECALLS = "recalls"  # 召回的产品


@dataclass(frozen=True, slots=True)
class Used:
    """One row: the fact it stands on, whose data, in which agreement, how much of what."""

    seq: int
    at: str
    provider: str
    dataset: str
    agreement: str
    developer: str
    metric: Metric
    quantity: int


@dataclass(frozen=True, slots=True)
class Total:
    """The sum of one metric over one dataset."""

    provider: str
    dataset: str
    metric: Metric
    quantity: int


def account(
    desk: OversightDesk,
    actor: Actor,
    *,
    provider: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    kept: Kept | None = None,
) -> tuple[Used, ...]:
    """Return the rows of one provider, or of all, in log order; with `kept` only what is new is read.

    A department sees its own; the authority and supervisors see every one. Raises `RefusedError`.
    """
    directory = desk.directory
    whole = of_authority(directory, actor) or actor.has(Role.SUPERVISOR)
    wanted = provider or (None if whole else actor.organisation)
    body = directory.organisation(wanted or actor.organisation)
    parties = {actor.organisation} if whole else {body.id}
    require_reader(directory, actor, body, organisations=parties)
    if kept is None:
        rows = _read(desk, directory.store.told(verbs=_READERS, since=since, until=until))
        return tuple(row for row in rows if wanted in (None, row.provider))
    begin = instant(since) if since is not None else ""
    end = instant(until) if until is not None else "~"
    rows = iter(kept.now(desk))
    return tuple(row for row in rows if wanted in (None, row.provider) and begin <= row.at < end)


def _read(desk: OversightDesk, facts: Told) -> Iterator[Used]:
    books = _Books(desk)
    books.ahead([header.record_id for header, _ in facts])
    return (row for header, payload in facts for row in _READERS[header.verb](books, header, payload))


class Kept:
    """The account of one home as far as it was read: the log only grows, so that is read once.

    A removal of payloads changes what facts tell: then all is read anew.
    """

    def __init__(self) -> None:
        self._rows: list[Used] = []
        self._next, self._lock = 0, Lock()

    def now(self, desk: OversightDesk) -> tuple[Used, ...]:
        """Return every row up to now, in log order."""
        with self._lock:
            fresh = self._told(desk)
            if any(header.verb == PURGE for header, _ in fresh) and self._next:
                self._rows, self._next = [], 0
                fresh = self._told(desk)
            self._rows += _read(desk, tuple(one for one in fresh if one[0].verb != PURGE))
            self._next = fresh[-1][0].seq + 1 if fresh else self._next
            return tuple(self._rows)

    def _told(self, desk: OversightDesk) -> Told:
        return desk.directory.store.told(verbs=(*_READERS, PURGE), start=self._next)


def totals(rows: tuple[Used, ...]) -> tuple[Total, ...]:
    """Return the sums, by provider, dataset and metric."""
    sums: dict[tuple[str, str, Metric], int] = {}
    for row in rows:
        key = (row.provider, row.dataset, row.metric)
        sums[key] = sums.get(key, 0) + row.quantity
    order = list(Metric)
    keys = sorted(sums, key=lambda key: (key[0], key[1], order.index(key[2])))
    return tuple(Total(*key, sums[key]) for key in keys)


@dataclass(slots=True)
class _Books:
    """Records that the facts name, each loaded once."""

    desk: OversightDesk
    held: dict[str, Record] = field(default_factory=dict)

    def ahead(self, named: Iterable[str]) -> None:
        """Read at once what the facts are about, and what these records lead to."""
        every = self.desk.directory.store.lists.every
        by_kind: dict[str, set[str]] = {}
        for id in named:
            by_kind.setdefault(id.rpartition("-")[0], set()).add(id)

        def read(kind: type[R], ids: Iterable[str]) -> list[R]:
            found = every(kind, set(ids) - self.held.keys())
            self.held |= {id: one.record for id, one in found.items()}
            return [one.record for one in found.values()]

        seats = read(Seat, by_kind.get(Seat.KIND, ()))
        released = read(Release, by_kind.get(Release.KIND, ()))
        asked = read(Submission, (one.submission for one in released))
        handed = (id for one in asked for id in one.snapshots)
        read(Snapshot, {*by_kind.get(Snapshot.KIND, ()), *handed})
        agreed = read(ServiceAgreement, (one.agreement for one in seats))
        read(Item, (id for one in agreed for id in one.items))

    def load(self, kind: type[R], identifier: str) -> R:
        found = self.held.get(identifier)
        if not isinstance(found, kind):
            found = self.desk.directory.store.load(kind, identifier).record
            self.held[identifier] = found
        return found

    def snapshots(self, payload: Payload) -> tuple[Snapshot, ...]:
        """Return what a run was given; after the payload's retention, nothing is known of it."""
        record = (payload or {}).get("record")
        mounted = record.get("mounted") if isinstance(record, Mapping) else ()
        names = mounted if isinstance(mounted, list | tuple) else ()
        return tuple(self.load(Snapshot, str(one)) for one in names)

    def datasets(self, agreement: str) -> tuple[tuple[str, str], ...]:
        """Return provider and dataset of every item of an agreement."""
        items = (self.load(Item, one) for one in self.load(ServiceAgreement, agreement).items)
        return tuple(sorted({(self.provider(item.dataset), item.dataset) for item in items}))

    def provider(self, dataset: str) -> str:
        return self.load(Dataset, dataset).organisation


def _row(
    header: Header, whose: tuple[str, str], where: Seat | Snapshot | Release, what: Metric, n: int
) -> Used:
    developer = where.organisation if not isinstance(where, Snapshot) else ""
    return Used(header.seq, header.at, whose[0], whose[1], where.agreement, developer, what, n)


def _landed(books: _Books, header: Header, _: Payload) -> Iterator[Used]:
    one = books.load(Snapshot, header.record_id)
    whose = (books.provider(one.dataset), one.dataset)
    yield _row(header, whose, one, Metric.LANDINGS, 1)
    yield _row(header, whose, one, Metric.ROWS_LANDED, one.rows)


def _opened(books: _Books, header: Header, _: Payload) -> Iterator[Used]:
    seat = books.load(Seat, header.record_id)
    for whose in books.datasets(seat.agreement):
        yield _row(header, whose, seat, Metric.SESSIONS, 1)


def _ran(books: _Books, header: Header, payload: Payload) -> Iterator[Used]:
    seat = books.load(Seat, header.record_id)
    given = books.snapshots(payload)
    if payload is None:
        for whose in books.datasets(seat.agreement):
            yield _row(header, whose, seat, Metric.RUNS, 1)
    for one in given:
        whose = (books.provider(one.dataset), one.dataset)
        yield _row(header, whose, seat, Metric.RUNS, 1)
        yield _row(header, whose, seat, Metric.ROWS_SCANNED, one.rows)


def _ended(books: _Books, header: Header, payload: Payload) -> Iterator[Used]:
    """Cells run in the browser: the lines of the transcript that the platform kept itself."""
    note = (payload or {}).get("note")
    transcript = note.get("transcript") if isinstance(note, Mapping) else None
    lines = transcript.get("lines") if isinstance(transcript, Mapping) else None
    if not isinstance(lines, int) or lines < 1:
        return
    seat = books.load(Seat, header.record_id)
    for one in books.snapshots(payload):
        yield _row(header, (books.provider(one.dataset), one.dataset), seat, Metric.QUERIES, lines)


def _left(books: _Books, header: Header, _: Payload) -> Iterator[Used]:
    made = books.load(Release, header.record_id)
    submission = books.load(Submission, made.submission)
    snapshots = (books.load(Snapshot, one) for one in submission.snapshots)
    metric = Metric.RECALLS if header.verb == "release:recall" else Metric.PRODUCTS
    for whose in sorted({(books.provider(one.dataset), one.dataset) for one in snapshots}):
        yield _row(header, whose, made, metric, len(made.files))


_READERS: dict[str, Callable[[_Books, Header, Payload], Iterator[Used]]] = {
    "snapshot:publish": _landed,
    "seat:open": _opened,
    "seat:run": _ran,
    "seat:finish": _ended,
    "release:issue": _left,
    "release:instantiate": _left,
    "release:recall": _left,
}
"""What each step adds to the account."""
