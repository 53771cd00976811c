"""Whether one record still is what its person signed: row, fact and signature held against each other.

`verify` judges the whole log; this is the quick question before a record is relied upon, such
as a vote before a release. It trusts the account's public key as it stands. Decides nothing.
"""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import func, select

from sandbox.store import tables
from sandbox.store.db import reading
from sandbox.store.facts import Header, attached, record_digest
from sandbox.store.log import hasher
from sandbox.store.opener import Store
from sandbox.vault.signer import verify


def signed_by(store: Store, id: str, *, verb: str, account: str, public_key: str) -> bool:
    """Return whether the record stands exactly as the account signed it in the last fact of that verb."""
    header, standing = _last(store, id, verb=verb)
    if header is None or header.signature is None:
        return False
    if header.actor != account or header.record_digest != standing:
        return False
    try:
        key = bytes.fromhex(public_key)
    except ValueError:
        return False
    return verify(key, header.signing_input(), header.signature)


def stands(store: Store, id: str) -> bool:
    """Return whether the record is what the last fact about it says: nobody wrote past the log."""
    header, standing = _last(store, id)
    return header is not None and header.record_digest == standing


def altered(store: Store, kind: str) -> tuple[str, ...]:
    """Return the records of a kind that are not what the last fact about them says, or are gone, by id.

    The same question as `stands` for all of them at once: what is decided upon is also what is not there.
    """
    record, fact, link, secret = tables.record, tables.fact, tables.link, tables.secret
    of_kind = select(record.c.id).where(record.c.kind == kind)
    told = select(fact.c.record_id).where(fact.c.verb.startswith(f"{kind}:", autoescape=True))
    links: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    secrets: defaultdict[str, dict[str, bytes]] = defaultdict(dict)
    with reading(store.engine) as connection:
        run = connection.execute
        rows = {row["id"]: dict(row) for row in run(select(record).where(record.c.kind == kind)).mappings()}
        last = (
            select(func.max(fact.c.seq))
            .where(fact.c.record_id.in_(of_kind) | fact.c.record_id.in_(told))
            .group_by(fact.c.record_id)
        )
        chosen = select(fact.c.record_id, fact.c.record_digest).where(fact.c.seq.in_(last))
        known = {one.record_id: bytes(one.record_digest) for one in run(chosen)}
        for one in run(select(link).where(link.c.from_id.in_(of_kind))):
            links[one.from_id].append((one.role, one.to_id))
        for one in run(select(secret).where(secret.c.record_id.in_(of_kind))):
            secrets[one.record_id][one.name] = bytes(one.value)
    digest = hasher(store.settings.hash)
    found = known.keys() - rows.keys()
    for id, row in rows.items():
        salt = bytes(row["salt"])
        standing = record_digest(digest, salt, row, attached(digest, salt, links[id], secrets[id]))
        if known.get(id) != standing:
            found.add(id)
    return tuple(sorted(found))


def _last(store: Store, id: str, *, verb: str = "") -> tuple[Header | None, bytes]:
    """Return the last fact about the record, of that verb if one is given, and the digest of what stands."""
    record, fact, link, secret = tables.record, tables.fact, tables.link, tables.secret
    with reading(store.engine) as connection:
        run = connection.execute
        row = run(select(record).where(record.c.id == id)).mappings().first()
        wanted = select(fact).where(fact.c.record_id == id).order_by(fact.c.seq.desc()).limit(1)
        written = run(wanted.where(fact.c.verb == verb) if verb else wanted).mappings().first()
        links = [(one.role, one.to_id) for one in run(select(link).where(link.c.from_id == id))]
        secrets = {one.name: bytes(one.value) for one in run(select(secret).where(secret.c.record_id == id))}
    if row is None or written is None:
        return None, b""
    digest, salt = hasher(store.settings.hash), bytes(row["salt"])
    standing = record_digest(digest, salt, dict(row), attached(digest, salt, links, secrets))
    return Header.of_row(dict(written)), standing
