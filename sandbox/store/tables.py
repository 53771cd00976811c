"""The tables of a home: records, links, names, secrets, the log, its tree and checkpoints, the outbox.

The shape that migrations lead to (a test compares them); nothing here is of one database
only. Times are text of fixed width (`canonical.instant`), digests are 32 bytes.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

metadata = MetaData()
_NUMBER = BigInteger().with_variant(Integer, "sqlite")

record = Table(
    "record",
    metadata,
    Column("id", String(80), primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("version", Integer, nullable=False),
    Column("state", String(40), nullable=False),
    Column("organisation", String(80)),
    Column("environment", String(80)),
    Column("body", Text, nullable=False),
    Column("salt", LargeBinary, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("created_at", String(27), nullable=False),
    Column("updated_at", String(27), nullable=False),
    Column("due", String(10)),
    Column("partner", String(80)),
    Column("label", String(400)),
    Index("record_by_time", "kind", "created_at", "id", "state", "organisation", "environment"),
    Index("record_by_change", "kind", "updated_at", "id"),
    Index("record_by_state_and_time", "kind", "state", "created_at", "id", "organisation", "environment"),
    Index("record_by_owner_and_time", "kind", "organisation", "created_at", "id"),
    Index("record_by_owner", "kind", "organisation", "state", "due", "id"),
    Index("record_by_term", "kind", "state", "due", "id"),
    Index("record_by_partner", "kind", "partner", "state", "due", "id"),
    Index("record_by_partner_and_time", "kind", "partner", "created_at", "id"),
    Index(
        "record_by_words",
        "kind",
        "label",
        "state",
        "organisation",
        "partner",
        "environment",
        "created_at",
        "id",
    ),
)

link = Table(
    "link",
    metadata,
    Column("from_id", String(80), ForeignKey("record.id"), primary_key=True),
    Column("role", String(40), primary_key=True),
    Column("to_id", String(80), ForeignKey("record.id"), primary_key=True),
    Index("link_backwards", "to_id", "role", "from_id"),
)

secret = Table(
    "secret",
    metadata,
    Column("record_id", String(80), ForeignKey("record.id"), primary_key=True),
    Column("name", String(80), primary_key=True),
    Column("value", LargeBinary, nullable=False),
)

held_name = Table(
    "held_name",
    metadata,
    Column("name", String(200), primary_key=True),
    Column("record_id", String(80), ForeignKey("record.id"), nullable=False),
)

counter = Table(
    "counter",
    metadata,
    Column("kind", String(40), primary_key=True),
    Column("n", _NUMBER, nullable=False),
)

fact = Table(
    "fact",
    metadata,
    Column("seq", _NUMBER, primary_key=True, autoincrement=False),
    Column("at", String(27), nullable=False),
    Column("actor", String(80), nullable=False),
    Column("organisation", String(80), nullable=False),
    Column("verb", String(80), nullable=False),
    Column("record_id", String(80), nullable=False),
    Column("record_version", Integer, nullable=False),
    Column("record_digest", LargeBinary, nullable=False),
    Column("payload_commitment", LargeBinary, nullable=False),
    Column("keep_until", String(27), nullable=False),
    Column("signature", LargeBinary),
    Column("leaf", LargeBinary, nullable=False),
    Index("fact_by_record", "record_id", "record_version"),
    Index("fact_by_actor", "actor", "seq"),
    Index("fact_by_verb", "verb", "seq"),
    Index("fact_by_time", "at"),
)

fact_payload = Table(
    "fact_payload",
    metadata,
    Column("seq", _NUMBER, ForeignKey("fact.seq"), primary_key=True, autoincrement=False),
    Column("salt", LargeBinary, nullable=False),
    Column("payload", Text, nullable=False),
    Column("keep_until", String(27), nullable=False),
    Index("payload_by_end", "keep_until"),
)

tree = Table(
    "tree",
    metadata,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False),
)

checkpoint = Table(
    "checkpoint",
    metadata,
    Column("size", _NUMBER, primary_key=True, autoincrement=False),
    Column("root", LargeBinary, nullable=False),
    Column("at", String(27), nullable=False),
    Column("note", Text, nullable=False),
    Column("frontier", Text, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", _NUMBER, primary_key=True, autoincrement=True),
    Column("at", String(27), nullable=False),
    Column("kind", String(80), nullable=False),
    Column("record_id", String(80), nullable=False),
    Column("payload", Text, nullable=False),
    Column("done_at", String(27)),
    Column("attempts", Integer, nullable=False),
    Index("outbox_open", "done_at", "id"),
)

meta = Table(
    "meta",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)
