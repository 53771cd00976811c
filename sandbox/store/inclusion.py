"""Facts with their proofs of inclusion: what somebody without the log needs to see that a fact is in it.

Made for a checkpoint that is kept and covers them (RFC 6962, section 2.1.1); one that does not exist yet
is signed. Checked by nothing but the proof itself and the platform's key. Called by release bundles.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from sandbox.kernel.errors import TamperedError
from sandbox.kernel.message import say
from sandbox.store import tables
from sandbox.store.canonical import Json
from sandbox.store.checkpoints import checkpoint, subtrees_at
from sandbox.store.db import reading
from sandbox.store.facts import Header, commitment
from sandbox.store.log import hasher
from sandbox.store.merkle import inclusion_proof, joined, root_of_inclusion
from sandbox.store.opener import Store
from sandbox.store.witness import Checkpoint
from sandbox.vault.digests import HashName
from sandbox.vault.signer import PublicKey, Signer, open_note

FORM = "sandbox-inclusion-1"


@dataclass(frozen=True, slots=True)
class Proven:
    """What a proof of inclusion shows: the checkpoint, the facts in it, and the payloads that came along."""

    checkpoint: Checkpoint
    facts: tuple[Header, ...]
    payloads: Mapping[int, str]


def prove_inclusion(store: Store, signer: Signer, told: int, *others: int) -> dict[str, Json]:
    """Return the facts of these numbers with their proofs, and the payload of the first, as JSON.

    The checkpoint is the smallest kept one that covers all of them, so that the same facts always have
    the same proof. A payload whose retention has ended is null.
    """
    wanted, table = sorted({told, *others}), tables.checkpoint
    query = select(table.c.size, table.c.note).where(table.c.size > wanted[-1]).order_by(table.c.size)
    with reading(store.engine) as connection:
        found = connection.execute(query.limit(1)).first()
    if found is None:
        checkpoint(store, signer)
        with reading(store.engine) as connection:
            found = connection.execute(query.limit(1)).one()
    paths = _paths(store, wanted, found.size)
    return {
        "form": FORM,
        "hash": store.settings.hash.value,
        "checkpoint": found.note,
        "facts": [
            {
                "fact": store.fact(seq).to_json(),
                "path": [one.hex() for one in paths[seq]],
                "payload": _payload(store, seq) if seq == told else None,
            }
            for seq in wanted
        ],
    }


def _paths(store: Store, seqs: Sequence[int], size: int) -> dict[int, tuple[bytes, ...]]:
    """Return each fact's proof in the first `size`; reads only leaves after the last checkpoint before."""
    digest, fact, table = hasher(store.settings.hash), tables.fact, tables.checkpoint
    earlier = select(table.c.size).where(table.c.size <= seqs[0]).order_by(table.c.size.desc()).limit(1)
    with reading(store.engine) as connection:
        start = connection.execute(earlier).scalar() or 0
        known = subtrees_at(connection, start, digest) if start else {}
        leaves = select(fact.c.leaf).where(fact.c.seq >= start, fact.c.seq < size).order_by(fact.c.seq)
        read = [bytes(one) for one in connection.execute(leaves).scalars()]
    subtree = joined(digest, known or {}, read, start=start)
    return {seq: inclusion_proof(seq, size, subtree) for seq in seqs}


def _payload(store: Store, seq: int) -> dict[str, Json] | None:
    table = tables.fact_payload
    with reading(store.engine) as connection:
        found = connection.execute(select(table.c.salt, table.c.payload).where(table.c.seq == seq)).first()
    return None if found is None else {"salt": bytes(found.salt).hex(), "text": found.payload}


def check_inclusion(proof: Mapping[str, Any], key: PublicKey) -> Proven:
    """Return what a proof shows; `TamperedError` where key, path or payload does not hold."""
    try:
        digest = hasher(HashName(proof["hash"]))
        note, entries = str(proof["checkpoint"]), list(proof["facts"])
        known = proof["form"] == FORM
        read = [(Header.of_json(one["fact"]), [bytes.fromhex(p) for p in one["path"]]) for one in entries]
        told = [one["payload"] for one in entries]
        texts = [None if one is None else (bytes.fromhex(one["salt"]), str(one["text"])) for one in told]
    except (KeyError, TypeError, ValueError, AttributeError):
        known = False
    if not known:
        raise TamperedError(say("日志的包含证明读不懂：内容被改动"))
    signed = Checkpoint.parse(open_note(note, key))
    payloads: dict[int, str] = {}
    for (header, path), text in zip(read, texts, strict=True):
        try:
            root = root_of_inclusion(digest, header.leaf(digest), header.seq, signed.size, path)
        except ValueError:
            root = b""
        if root != signed.root:
            raise TamperedError(
                say("日志第 {seq} 条的包含证明通不到检查点的根：它不在日志里", seq=header.seq)
            )
        if text is None:
            continue
        if commitment(digest, *text) != header.payload_commitment:
            raise TamperedError(say("日志第 {seq} 条的内容与它的承诺不符：内容被改动", seq=header.seq))
        payloads[header.seq] = text[1]
    return Proven(signed, tuple(header for header, _ in read), payloads)
