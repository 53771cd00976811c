"""What lists of a record are asked by: its term, its second party, the words it is known by.

Derived from the body alone and kept beside it, so that a list of a hundred thousand is cut by the database
and not by reading them all. Never decided upon; `verify` compares it with the body. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

LONGEST = 400
"""Letters of the words that are kept for searching."""

COLUMNS = ("due", "partner", "label")

DUE: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("application", "submitted"): ("clock", "due"),
    ("application", "returned"): ("supplement", "answer_by", "due"),
    ("item", "pushed"): ("due_on",),
    ("consultation", "asked"): ("clock", "due"),
    ("coordination", "open"): ("clock", "due"),
    ("service-agreement", "active"): ("term_to",),
    ("service-agreement", "suspended"): ("term_to",),
    ("operating-agreement", "active"): ("term_to",),
    ("submission", "in-review"): ("clock", "due"),
}
"""Where the day lies on which something runs out, by kind and state; nothing runs in any other."""
PARTNER: Mapping[str, str] = {
    "application": "applicant",
    "item": "reviewer",
    "consultation": "asked_by",
    "coordination": "reviewer",
    "service-agreement": "operator",
    "operating-agreement": "authority",
    "submission": "author",
    "seat": "user",
    "grant": "deputy_for",
}
LABEL: Mapping[str, tuple[str, ...]] = {
    "application": ("scenario", "portal_number", "scope"),
    "dataset": ("title", "code"),
    "service-agreement": ("scenario",),
    "submission": ("title",),
    "account": ("display_name", "name"),
    "organisation": ("name",),
}


SINCE_FORMAT_4 = {"label": {"account", "organisation"}, "partner": {"grant"}, "due": {"submission"}}
"""What homes of an earlier format do not derive, by column and kind."""


def earlier(kind: str, state: str, body: Mapping[str, Any]) -> dict[str, str | None]:
    """Return the derived columns as they stand in a home of format 3."""
    found = derived(kind, state, body)
    return {name: None if kind in SINCE_FORMAT_4[name] else value for name, value in found.items()}


def derived(kind: str, state: str, body: Mapping[str, Any]) -> dict[str, str | None]:
    """Return the derived columns of a record of that kind and state, from its encoded body."""
    due: Any = body if (kind, state) in DUE else None
    for name in DUE.get((kind, state), ()):
        due = due.get(name) if isinstance(due, Mapping) else None
    partner = body.get(PARTNER.get(kind, ""))
    words = [str(body.get(name) or "") for name in LABEL.get(kind, ())]
    return {
        "due": due if isinstance(due, str) else None,
        "partner": partner if isinstance(partner, str) else None,
        "label": "\n".join(words)[:LONGEST].replace("\x00", "") if words else None,
    }
