"""Format 4: the records of a second party by their age; names, deputies and reviews are found by columns."""

import json

import sqlalchemy as sa
from alembic import op

from sandbox.store.migrations.versions.f0003_lists import with_guard

revision = "f0004"
down_revision = "f0003"
branch_labels = None
depends_on = None

INDEX = "record_by_partner_and_time"
LABEL = {"account": ("display_name", "name"), "organisation": ("name",)}
AT_ONCE = 5_000


def upgrade() -> None:
    with_guard(False)
    fill()
    with_guard(True)
    op.create_index(INDEX, "record", ["kind", "partner", "created_at", "id"])


def fill() -> None:
    """Derive what format 4 adds; no version goes up, so the guard of the records rests meanwhile."""
    connection = op.get_bind()
    query = sa.text(
        "SELECT id, kind, state, body FROM record WHERE kind IN ('account', 'organisation', 'grant', 'submission') "
        "AND id > :after ORDER BY id LIMIT :n"
    )
    after = ""
    while rows := connection.execute(query, {"after": after, "n": AT_ONCE}).all():
        for id_, kind, state, body in rows:
            for column, value in derived(kind, state, json.loads(body)).items():
                change = sa.text(f"UPDATE record SET {column} = :value WHERE id = :id")
                connection.execute(change, {"value": value, "id": id_})
        after = rows[-1][0]


def derived(kind: str, state: str, body: dict[str, object]) -> dict[str, str]:
    """Return what format 4 derives from a body besides what format 3 did."""
    if kind in LABEL:
        words = [str(body.get(name) or "") for name in LABEL[kind]]
        return {"label": "\n".join(words)[:400].replace("\x00", "")}
    partner = body.get("deputy_for") if kind == "grant" else None
    if isinstance(partner, str):
        return {"partner": partner}
    clock = body.get("clock") if (kind, state) == ("submission", "in-review") else None
    due = clock.get("due") if isinstance(clock, dict) else None
    return {"due": due} if isinstance(due, str) else {}


def downgrade() -> None:
    op.drop_index(INDEX, "record")
    with_guard(False)
    op.execute("UPDATE record SET label = NULL WHERE kind IN ('account', 'organisation')")
    op.execute("UPDATE record SET partner = NULL WHERE kind = 'grant'")
    op.execute("UPDATE record SET due = NULL WHERE kind = 'submission'")
    with_guard(True)
