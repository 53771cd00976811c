"""A fact of the log: its header, what is signed, what is hashed, and the row it lies in.

leaf = H(0x00 || canonical JSON of the header, signature included). The header commits to
the payload by H(salt || payload), so a payload can be purged and the tree still stands.
Called by the log, the reads and the auditor. Imports no database.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.store.canonical import Json, canonical
from sandbox.store.merkle import Digest, leaf_hash

FORM = "sandbox-fact-1"
LOG = "log"
"""Kind and record id of the facts about the log itself."""
BEGIN, RESTORE, UPGRADE = f"{LOG}:begin", f"{LOG}:restore", f"{LOG}:upgrade"
PURGE = "home:purge"
KEPT_FOR_EVER = frozenset({LOG, "home"})
"""Kinds whose payloads explain gaps in the log and so are never purged."""
TELLING = frozenset({BEGIN, RESTORE, PURGE})
"""Verbs whose notes an audit must read."""
FOR_EVER = "9999-12-31T23:59:59.999999Z"


@dataclass(frozen=True, slots=True)
class Header:
    """Everything the leaf commits to."""

    seq: int
    at: str
    actor: str
    organisation: str
    verb: str
    record_id: str
    record_version: int
    record_digest: bytes
    payload_commitment: bytes
    keep_until: str
    signature: bytes | None = None

    @property
    def kind(self) -> str:
        """The record kind of the verb."""
        return self.verb.partition(":")[0]

    def unsigned(self) -> dict[str, Json]:
        """Return the header as JSON without the signature."""
        return {
            "form": FORM,
            "seq": self.seq,
            "at": self.at,
            "actor": self.actor,
            "organisation": self.organisation,
            "verb": self.verb,
            "record_id": self.record_id,
            "record_version": self.record_version,
            "record_digest": self.record_digest.hex(),
            "payload_commitment": self.payload_commitment.hex(),
            "keep_until": self.keep_until,
        }

    def signing_input(self) -> bytes:
        """Return the bytes that the actor's own key signs."""
        return canonical(self.unsigned()).encode()

    def to_json(self) -> dict[str, Json]:
        """Return the whole header as JSON; digests in hexadecimal."""
        return {**self.unsigned(), "signature": self.signature.hex() if self.signature is not None else None}

    def leaf(self, digest: Digest) -> bytes:
        """Return the leaf hash of RFC 6962 over the canonical header."""
        return leaf_hash(digest, canonical(self.to_json()).encode())

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> Header:
        """Return the header of a row of the fact table."""
        signature = row["signature"]
        return cls(
            seq=row["seq"],
            at=row["at"],
            actor=row["actor"],
            organisation=row["organisation"],
            verb=row["verb"],
            record_id=row["record_id"],
            record_version=row["record_version"],
            record_digest=bytes(row["record_digest"]),
            payload_commitment=bytes(row["payload_commitment"]),
            keep_until=row["keep_until"],
            signature=None if signature is None else bytes(signature),
        )

    @classmethod
    def of_json(cls, body: Mapping[str, Any]) -> Header:
        """Return the header of an exported line; `KeyError`, `TypeError` or `ValueError` if it is none."""
        signature = body["signature"]
        return cls(
            seq=int(body["seq"]),
            at=str(body["at"]),
            actor=str(body["actor"]),
            organisation=str(body["organisation"]),
            verb=str(body["verb"]),
            record_id=str(body["record_id"]),
            record_version=int(body["record_version"]),
            record_digest=bytes.fromhex(body["record_digest"]),
            payload_commitment=bytes.fromhex(body["payload_commitment"]),
            keep_until=str(body["keep_until"]),
            signature=None if signature is None else bytes.fromhex(signature),
        )


def commitment(digest: Digest, salt: bytes, payload: str) -> bytes:
    """Return H(salt || payload)."""
    return digest(salt + payload.encode())


def record_digest(digest: Digest, salt: bytes, row: Mapping[str, Any], attached: Mapping[str, Json]) -> bytes:
    """Return the salted digest of a row of the record table with its links and secrets' digests."""
    body: dict[str, Json] = {
        name: row[name]
        for name in (
            "id",
            "kind",
            "version",
            "state",
            "organisation",
            "environment",
            "body",
            "created_at",
            "updated_at",
        )
    }
    return digest(salt + canonical({**body, **attached}).encode())


def attached(
    digest: Digest, salt: bytes, links: list[tuple[str, str]], secrets: Mapping[str, bytes]
) -> dict[str, Json]:
    """Return what hangs on a record, as its digest covers it: links, and the digests of secrets."""
    return {
        "links": [list(pair) for pair in sorted(links)],
        "secrets": {name: digest(salt + b"\x00" + value).hex() for name, value in secrets.items()},
    }
