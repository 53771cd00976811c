"""Appends facts inside the opener's transaction: header, signature, payload, tree.

Decides nothing about what may be written. Called by the opener and by the few steps of the
log itself (begin, purge, restore, upgrade).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection, func, insert, select, update

from sandbox.kernel.actors import Actor
from sandbox.store import tables
from sandbox.store.canonical import Json, canonical, instant
from sandbox.store.facts import FOR_EVER, KEPT_FOR_EVER, LOG, Header, commitment
from sandbox.store.merkle import Digest, Frontier
from sandbox.vault.digests import HashName, digest

SALT_BYTES = 16
DEFAULT_KEEP = timedelta(days=365 * 10)

Entropy = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """Chosen when a home is made: the log's name and hash; and how long payloads are kept.

    `keep` names the retention of facts by step or by record kind, the step first; a payload may be
    purged after it. `announced` are the steps for which an effect is posted with the fact.
    """

    origin: str
    hash: HashName = HashName.SHA256
    keep_by_default: timedelta = DEFAULT_KEEP
    keep: tuple[tuple[str, timedelta], ...] = ()
    announced: frozenset[str] = frozenset()

    def keep_until(self, verb: str, now: datetime) -> str:
        """Return until when the payload of a fact of this step, or about this kind, is kept."""
        kind, kept = verb.partition(":")[0], dict(self.keep)
        if kind in KEPT_FOR_EVER:
            return FOR_EVER
        try:
            return instant(now + kept.get(verb, kept.get(kind, self.keep_by_default)))
        except OverflowError:
            return FOR_EVER


@dataclass(frozen=True, slots=True)
class Subject:
    """What a fact is about: the record, its version and its salted digest."""

    id: str
    version: int
    digest: bytes


ABOUT_THE_LOG = Subject(id=LOG, version=0, digest=b"")


def hasher(name: HashName) -> Digest:
    """Return the hash of the log as a function of bytes."""
    return partial(digest, name)


def load_frontier(connection: Connection, function: Digest) -> Frontier:
    """Return the tree as it stands."""
    last = connection.execute(select(func.max(tables.fact.c.seq))).scalar()
    rows = connection.execute(select(tables.tree.c.level, tables.tree.c.hash))
    size = 0 if last is None else int(last) + 1
    return Frontier(function, size, {level: bytes(node) for level, node in rows})


class Log:
    """The tail of the log within one writing transaction."""

    def __init__(
        self, connection: Connection, *, settings: StoreSettings, entropy: Entropy, now: datetime
    ) -> None:
        self._connection = connection
        self._settings, self._entropy, self._now = settings, entropy, now
        self.digest = hasher(settings.hash)
        self._frontier = load_frontier(connection, self.digest)
        self._stored = set(self._frontier.levels)
        self._changed: set[int] = set()
        self._facts: list[dict[str, object]] = []
        self._payloads: list[dict[str, object]] = []

    @property
    def size(self) -> int:
        """How many facts there are."""
        return self._frontier.size

    def append(self, actor: Actor, *, verb: str, subject: Subject, payload: Mapping[str, Json]) -> Header:
        """Append one fact and return its header; it is written by `flush`, and stands with the commit."""
        text, salt = canonical(payload), self._entropy(SALT_BYTES)
        header = Header(
            seq=self._frontier.size,
            at=instant(self._now),
            actor=actor.account,
            organisation=actor.organisation,
            verb=verb,
            record_id=subject.id,
            record_version=subject.version,
            record_digest=subject.digest,
            payload_commitment=commitment(self.digest, salt, text),
            keep_until=self._settings.keep_until(verb, self._now),
        )
        if actor.sign is not None:
            header = replace(header, signature=actor.sign(header.signing_input()))
        leaf = header.leaf(self.digest)
        row = {name: getattr(header, name) for name in header.__dataclass_fields__}
        self._facts.append({**row, "leaf": leaf})
        told = {"seq": header.seq, "salt": salt, "payload": text, "keep_until": header.keep_until}
        self._payloads.append(told)
        self._changed.add(self._frontier.append(leaf))
        return header

    def flush(self) -> None:
        """Write the facts and the levels of the tree that changed."""
        if self._facts:
            self._connection.execute(insert(tables.fact), self._facts)
            self._connection.execute(insert(tables.fact_payload), self._payloads)
        self._facts, self._payloads = [], []
        for level in sorted(self._changed):
            node = self._frontier.levels[level]
            if level in self._stored:
                known = update(tables.tree).where(tables.tree.c.level == level)
                self._connection.execute(known.values(hash=node))
            else:
                self._connection.execute(insert(tables.tree), {"level": level, "hash": node})
        self._changed.clear()
