"""Format 3: what lists are asked by stands beside the body: the term, the second party, the words."""

import json

import sqlalchemy as sa
from alembic import op

revision = "f0003"
down_revision = "f0002"
branch_labels = None
depends_on = None

INDICES = (
    ("record_by_time", "record", ["kind", "created_at", "id", "state", "organisation", "environment"]),
    ("record_by_change", "record", ["kind", "updated_at", "id"]),
    (
        "record_by_state_and_time",
        "record",
        ["kind", "state", "created_at", "id", "organisation", "environment"],
    ),
    ("link_backwards", "link", ["to_id", "role", "from_id"]),
    ("record_by_owner_and_time", "record", ["kind", "organisation", "created_at", "id"]),
    ("record_by_owner", "record", ["kind", "organisation", "state", "due", "id"]),
    ("record_by_term", "record", ["kind", "state", "due", "id"]),
    ("record_by_partner", "record", ["kind", "partner", "state", "due", "id"]),
    (
        "record_by_words",
        "record",
        ["kind", "label", "state", "organisation", "partner", "environment", "created_at", "id"],
    ),
    ("fact_by_time", "fact", ["at"]),
    ("fact_by_verb", "fact", ["verb", "seq"]),
    ("fact_by_actor", "fact", ["actor", "seq"]),
)
COLUMNS = (("due", 10), ("partner", 80), ("label", 400))
DUE = {
    ("application", "submitted"): ("clock", "due"),
    ("application", "returned"): ("supplement", "answer_by", "due"),
    ("item", "pushed"): ("due_on",),
    ("consultation", "asked"): ("clock", "due"),
    ("coordination", "open"): ("clock", "due"),
    ("service-agreement", "active"): ("term_to",),
    ("service-agreement", "suspended"): ("term_to",),
    ("operating-agreement", "active"): ("term_to",),
}
PARTNER = {
    "application": "applicant",
    "item": "reviewer",
    "consultation": "asked_by",
    "coordination": "reviewer",
    "service-agreement": "operator",
    "operating-agreement": "authority",
    "submission": "author",
    "seat": "user",
}
LABEL = {
    "application": ("scenario", "portal_number", "scope"),
    "dataset": ("title", "code"),
    "service-agreement": ("scenario",),
    "submission": ("title",),
}
AT_ONCE = 5_000


def upgrade() -> None:
    for name, length in COLUMNS:
        op.add_column("record", sa.Column(name, sa.String(length)))
    fill()
    op.drop_index("record_by_state", "record")
    op.drop_index("record_by_organisation", "record")
    op.drop_index("link_backwards", "link")
    op.drop_index("fact_by_verb", "fact")
    op.drop_index("fact_by_actor", "fact")
    for name, table, columns in INDICES:
        op.create_index(name, table, columns)


def fill() -> None:
    """Derive the columns; no version goes up, so the guard of the records rests meanwhile."""
    connection = op.get_bind()
    with_guard(False)
    after = ""
    query = sa.text("SELECT id, kind, state, body FROM record WHERE id > :after ORDER BY id LIMIT :n")
    change = sa.text("UPDATE record SET due = :due, partner = :partner, label = :label WHERE id = :id")
    while rows := connection.execute(query, {"after": after, "n": AT_ONCE}).all():
        found = [{"id": id_, **derived(kind, state, json.loads(body))} for id_, kind, state, body in rows]
        if told := [one for one in found if one["due"] or one["partner"] or one["label"] is not None]:
            connection.execute(change, told)
        after = rows[-1][0]
    with_guard(True)


def with_guard(stands: bool) -> None:
    condition = "NEW.version <> OLD.version + 1 OR NEW.id <> OLD.id OR NEW.kind <> OLD.kind"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE record {'ENABLE' if stands else 'DISABLE'} TRIGGER record_guard_update")
    elif stands:
        op.execute(
            f"CREATE TRIGGER record_guard_update BEFORE UPDATE ON record WHEN {condition} "
            "BEGIN SELECT RAISE(ABORT, 'append-only: record UPDATE'); END"
        )
    else:
        op.execute("DROP TRIGGER record_guard_update")


def derived(kind: str, state: str, body: dict[str, object]) -> dict[str, str | None]:
    """Return what format 3 derives from a body."""
    due: object = body if (kind, state) in DUE else None
    for name in DUE.get((kind, state), ()):
        due = due.get(name) if isinstance(due, dict) else None
    partner = body.get(PARTNER.get(kind, ""))
    words = [str(body.get(name) or "") for name in LABEL.get(kind, ())]
    return {
        "due": due if isinstance(due, str) else None,
        "partner": partner if isinstance(partner, str) else None,
        "label": "\n".join(words)[:400].replace("\x00", "") if words else None,
    }


def downgrade() -> None:
    for name, table, _ in INDICES:
        op.drop_index(name, table)
    op.create_index("link_backwards", "link", ["to_id", "role"])
    op.create_index("fact_by_actor", "fact", ["actor"])
    op.create_index("fact_by_verb", "fact", ["verb"])
    op.create_index("record_by_organisation", "record", ["kind", "organisation"])
    op.create_index("record_by_state", "record", ["kind", "state"])
    for name, _ in COLUMNS:
        op.drop_column("record", name)
