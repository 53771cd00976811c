"""Signs what the log is, keeps it, and hands it to the witnesses.

At most one checkpoint a size; the signature is made inside the writing transaction, so the
size and root signed are the ones that stand. Does not verify the log: `verify` does.
Called by `app` on its clock and after every release.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

from sqlalchemy import Connection, insert, select

from sandbox.kernel.errors import SandboxError
from sandbox.store import tables
from sandbox.store.canonical import Json, canonical, instant, moment_of, parse
from sandbox.store.db import reading, writing
from sandbox.store.log import hasher, load_frontier
from sandbox.store.merkle import Digest, Frontier, consistency_proof, joined
from sandbox.store.opener import Store
from sandbox.store.witness import Checkpoint, hand_over
from sandbox.vault.signer import PublicKey, Signer

MAX_AGE = timedelta(seconds=60)
_TABLE = tables.checkpoint


def checkpoint(store: Store, signer: Signer, witnesses: Sequence[Path] = ()) -> Checkpoint:
    """Sign the log as it stands, keep the note and hand it to every witness folder.

    Every witness is tried; the first refusal is then raised (`TamperedError` for a log that
    does not continue what the witness has, `StorageError` for a folder out of reach).
    """
    digest = hasher(store.settings.hash)
    with writing(store.engine) as connection:
        frontier = load_frontier(connection, digest)
        note = connection.execute(select(_TABLE.c.note).where(_TABLE.c.size == frontier.size)).scalar()
        found = connection.execute(select(_TABLE.c.at).where(_TABLE.c.size == frontier.size)).scalar()
        made = Checkpoint(
            origin=store.settings.origin,
            size=frontier.size,
            root=frontier.root(),
            at=found or instant(store.clock()),
        )
        if note is None:
            note = signer.sign_note(made.text())
            connection.execute(insert(_TABLE), _row(made, note, frontier))
    key = PublicKey(name=signer.name, public=signer.public)
    failures: list[SandboxError] = []
    for folder in witnesses:
        try:
            hand_over(
                folder, note, made, key=key, digest=digest, proof=lambda old, new: prove(store, old, new)
            )
        except SandboxError as error:
            failures.append(error)
    if failures:
        raise failures[0]
    return made


def checkpoint_if_due(
    store: Store,
    signer: Signer,
    witnesses: Sequence[Path] = (),
    *,
    now: datetime,
    max_age: timedelta = MAX_AGE,
) -> Checkpoint | None:
    """Checkpoint if there are new facts and the last checkpoint is of `max_age`; else None."""
    query = select(_TABLE.c.size, _TABLE.c.at).order_by(_TABLE.c.size.desc()).limit(1)
    with reading(store.engine) as connection:
        size = load_frontier(connection, hasher(store.settings.hash)).size
        last = connection.execute(query).first()
    if last is not None and (last.size == size or now - moment_of(last.at) < max_age):
        return None
    return checkpoint(store, signer, witnesses)


def last_checkpoint(store: Store) -> tuple[int, datetime] | None:
    """Return size and time of the last checkpoint kept, None if there is none."""
    query = select(_TABLE.c.size, _TABLE.c.at).order_by(_TABLE.c.size.desc()).limit(1)
    with reading(store.engine) as connection:
        row = connection.execute(query).first()
    return None if row is None else (row.size, moment_of(row.at))


def prove(store: Store, old: int, new: int) -> tuple[bytes, ...]:
    """Return the consistency proof from the first `old` facts to the first `new`.

    Reads only the new leaves where a checkpoint of the old size was kept.
    """
    digest = hasher(store.settings.hash)
    fact = tables.fact
    with reading(store.engine) as connection:
        known = subtrees_at(connection, old, digest)
        start = 0 if known is None else old
        query = select(fact.c.leaf).where(fact.c.seq >= start, fact.c.seq < new).order_by(fact.c.seq)
        leaves = [bytes(leaf) for leaf in connection.execute(query).scalars()]
    return consistency_proof(old, new, joined(digest, known or {}, leaves, start=start))


def _row(made: Checkpoint, note: str, frontier: Frontier) -> dict[str, object]:
    levels: dict[str, Json] = {
        str(level): node.hex() for level, node in frontier.levels.items() if frontier.size >> level & 1
    }
    return {
        "size": made.size,
        "root": made.root,
        "at": made.at,
        "note": note,
        "frontier": canonical(levels),
    }


def subtrees_at(connection: Connection, size: int, digest: Digest) -> dict[tuple[int, int], bytes] | None:
    """Return the complete subtrees of the first `size` facts; None where no such checkpoint is kept."""
    text = connection.execute(select(_TABLE.c.frontier).where(_TABLE.c.size == size)).scalar()
    if text is None:
        return None
    levels = cast("dict[str, str]", parse(text))
    return Frontier(
        digest, size, {int(level): bytes.fromhex(node) for level, node in levels.items()}
    ).subtrees()
