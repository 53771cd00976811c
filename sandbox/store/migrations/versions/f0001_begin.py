"""Format 1: records, links, secrets, the log with its guards, checkpoints, the outbox."""

import sqlalchemy as sa
from alembic import op

revision = "f0001"
down_revision = None
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TIME = sa.String(27)

# table → (statement, condition on OLD/NEW in SQLite, in PostgreSQL); the message names table and statement
NEVER = (
    ("fact", "UPDATE"),
    ("fact", "DELETE"),
    ("checkpoint", "UPDATE"),
    ("checkpoint", "DELETE"),
    ("fact_payload", "UPDATE"),
    ("link", "UPDATE"),
    ("link", "DELETE"),
    ("record", "DELETE"),
)
ONLY_IF = (
    (
        "fact_payload",
        "DELETE",
        "OLD.keep_until > strftime('%Y-%m-%dT%H:%M:%fZ', 'now')",
        "OLD.keep_until > to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')",
    ),
    (
        "record",
        "UPDATE",
        "NEW.version <> OLD.version + 1 OR NEW.id <> OLD.id OR NEW.kind <> OLD.kind",
        "NEW.version <> OLD.version + 1 OR NEW.id <> OLD.id OR NEW.kind <> OLD.kind",
    ),
    (
        "fact",
        "INSERT",
        "NEW.seq <> (SELECT count(*) FROM (SELECT 1 FROM fact WHERE seq = NEW.seq - 1)) * NEW.seq"
        " OR EXISTS (SELECT 1 FROM fact WHERE seq = NEW.seq)",
        "NEW.seq <> (SELECT count(*) FROM fact WHERE seq = NEW.seq - 1) * NEW.seq"
        " OR EXISTS (SELECT 1 FROM fact WHERE seq = NEW.seq)",
    ),
    (
        "checkpoint",
        "INSERT",
        "EXISTS (SELECT 1 FROM checkpoint WHERE size >= NEW.size)",
        "EXISTS (SELECT 1 FROM checkpoint WHERE size >= NEW.size)",
    ),
)
TRUNCATABLE = ("fact", "fact_payload", "checkpoint", "record", "link")


def upgrade() -> None:
    create_tables()
    if op.get_bind().dialect.name == "postgresql":
        guard_postgresql()
    else:
        guard_sqlite()


def create_tables() -> None:
    op.create_table(
        "record",
        sa.Column("id", sa.String(80), primary_key=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("organisation", sa.String(80)),
        sa.Column("environment", sa.String(80)),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("salt", sa.LargeBinary, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
    )
    op.create_index("record_by_state", "record", ["kind", "state"])
    op.create_index("record_by_organisation", "record", ["kind", "organisation"])
    op.create_table(
        "link",
        sa.Column("from_id", sa.String(80), sa.ForeignKey("record.id"), primary_key=True),
        sa.Column("role", sa.String(40), primary_key=True),
        sa.Column("to_id", sa.String(80), sa.ForeignKey("record.id"), primary_key=True),
    )
    op.create_index("link_backwards", "link", ["to_id", "role"])
    op.create_table(
        "secret",
        sa.Column("record_id", sa.String(80), sa.ForeignKey("record.id"), primary_key=True),
        sa.Column("name", sa.String(80), primary_key=True),
        sa.Column("value", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "counter",
        sa.Column("kind", sa.String(40), primary_key=True),
        sa.Column("n", NUMBER, nullable=False),
    )
    op.create_table(
        "fact",
        sa.Column("seq", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("organisation", sa.String(80), nullable=False),
        sa.Column("verb", sa.String(80), nullable=False),
        sa.Column("record_id", sa.String(80), nullable=False),
        sa.Column("record_version", sa.Integer, nullable=False),
        sa.Column("record_digest", sa.LargeBinary, nullable=False),
        sa.Column("payload_commitment", sa.LargeBinary, nullable=False),
        sa.Column("keep_until", TIME, nullable=False),
        sa.Column("signature", sa.LargeBinary),
        sa.Column("leaf", sa.LargeBinary, nullable=False),
    )
    op.create_index("fact_by_record", "fact", ["record_id", "record_version"])
    op.create_index("fact_by_actor", "fact", ["actor"])
    op.create_index("fact_by_verb", "fact", ["verb"])
    op.create_table(
        "fact_payload",
        sa.Column("seq", NUMBER, sa.ForeignKey("fact.seq"), primary_key=True, autoincrement=False),
        sa.Column("salt", sa.LargeBinary, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("keep_until", TIME, nullable=False),
    )
    op.create_index("payload_by_end", "fact_payload", ["keep_until"])
    op.create_table(
        "tree",
        sa.Column("level", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "checkpoint",
        sa.Column("size", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("root", sa.LargeBinary, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("frontier", sa.Text, nullable=False),
    )
    op.create_table(
        "outbox",
        sa.Column("id", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("at", TIME, nullable=False),
        sa.Column("kind", sa.String(80), nullable=False),
        sa.Column("record_id", sa.String(80), nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("done_at", TIME),
        sa.Column("attempts", sa.Integer, nullable=False),
    )
    op.create_index("outbox_open", "outbox", ["done_at", "id"])
    op.create_table(
        "meta",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )


def guard_sqlite() -> None:
    for table, statement in NEVER:
        op.execute(
            f"CREATE TRIGGER {table}_no_{statement.lower()} BEFORE {statement} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, 'append-only: {table} {statement}'); END"
        )
    for table, statement, condition, _ in ONLY_IF:
        op.execute(
            f"CREATE TRIGGER {table}_guard_{statement.lower()} BEFORE {statement} ON {table} "
            f"WHEN {condition} BEGIN SELECT RAISE(ABORT, 'append-only: {table} {statement}'); END"
        )


def guard_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'append-only: % %', TG_TABLE_NAME, TG_OP; END $$"
    )
    for table, statement in NEVER:
        op.execute(
            f"CREATE TRIGGER {table}_no_{statement.lower()} BEFORE {statement} ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION append_only()"
        )
    for table, statement, _, condition in ONLY_IF:
        # A trigger's WHEN may hold no subquery, so the condition stands in a function of its own.
        given = "OLD" if statement == "DELETE" else "NEW"
        op.execute(
            f"CREATE FUNCTION {table}_guard_{statement.lower()}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN IF {condition} THEN RAISE EXCEPTION 'append-only: {table} {statement}'; END IF; "
            f"RETURN {given}; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {table}_guard_{statement.lower()} BEFORE {statement} ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_guard_{statement.lower()}()"
        )
    for table in TRUNCATABLE:
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
        )


def downgrade() -> None:
    for table in (
        "meta",
        "outbox",
        "checkpoint",
        "tree",
        "fact_payload",
        "fact",
        "counter",
        "secret",
        "link",
        "record",
    ):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        for table, statement, _, _ in ONLY_IF:
            op.execute(f"DROP FUNCTION {table}_guard_{statement.lower()}()")
        op.execute("DROP FUNCTION append_only()")
