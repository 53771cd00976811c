"""Format 2: names that only one record may hold, such as a login name or a credit code."""

import json

import sqlalchemy as sa
from alembic import op

revision = "f0002"
down_revision = "f0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    held = op.create_table(
        "held_name",
        sa.Column("name", sa.String(200), primary_key=True),
        sa.Column("record_id", sa.String(80), sa.ForeignKey("record.id"), nullable=False),
    )
    found: dict[str, str] = {}
    rows = op.get_bind().execute(sa.text("SELECT id, kind, body FROM record ORDER BY created_at, id"))
    for id_, kind, body in rows:
        for name in names_of(kind, json.loads(body)):
            found.setdefault(name, id_)  # the first holder keeps it
    if found:
        op.bulk_insert(held, [{"name": name, "record_id": id_} for name, id_ in found.items()])
    for statement in ("UPDATE", "DELETE"):
        guard(statement)


def guard(statement: str) -> None:
    head = f"CREATE TRIGGER held_name_no_{statement.lower()} BEFORE {statement} ON held_name "
    if op.get_bind().dialect.name == "postgresql":
        op.execute(head + "FOR EACH ROW EXECUTE FUNCTION append_only()")
    else:
        op.execute(head + f"BEGIN SELECT RAISE(ABORT, 'append-only: held_name {statement}'); END")


def names_of(kind: str, body: dict[str, object]) -> list[str]:
    """Return the names that a record of format 1 holds."""
    if kind == "account":
        return [f"login:{body['name']}"]
    if kind == "organisation" and body.get("uscc"):
        return [f"uscc:{body['uscc']}"]
    if kind == "dataset":
        return [f"dataset:{body['environment']}:{body['code']}"]
    if kind == "seat":
        return [f"seat:{body['name']}"]
    if kind == "review":
        return [f"vote:{body['submission']}:{body['person']}"]
    return []


def downgrade() -> None:
    op.drop_table("held_name")
