"""Evidence of an incident: the facts of everything it touches, frozen by digest with the log's root.

A frozen file outlives the removal of payloads. Votes still blind are left out, as in every
look at the log. Decides nothing; what was frozen when, by whom, is a fact.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from sandbox.kernel.actors import Actor
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.lifecycle import step
from sandbox.kernel.oversight_records import Incident
from sandbox.kernel.permits import require
from sandbox.kernel.review_records import Review, Submission
from sandbox.oversight.desk import OversightDesk
from sandbox.oversight.incident import incident as incident_of
from sandbox.people.directory import with_record
from sandbox.store.canonical import Json, canonical, instant
from sandbox.store.changes import Change
from sandbox.store.db import reading
from sandbox.store.facts import Header
from sandbox.store.log import hasher, load_frontier

FORM = "sandbox-evidence-1"
_APART = frozenset({"organisation", "account", "environment", "operating-agreement"})
"""Kinds through which everything hangs together: they are evidence, but lead no further."""
_DEPTH = 4


@dataclass(frozen=True, slots=True)
class Told:
    """One fact as evidence: its header, what it told, None where that was purged or is still blind."""

    header: Header
    payload: dict[str, Json] | None


def concerned(desk: OversightDesk, incident: Incident) -> frozenset[str]:
    """Return the ids of every record that hangs on the target, and of those stopped and recalled."""
    store = desk.directory.store
    found = {incident.id, incident.target, *incident.stopped, *incident.recalled}
    edge = set(found)
    for _ in range(_DEPTH):
        near = {other for one in edge for _, other in store.links_to(one)} - found
        found |= near
        edge = {one for one in near if one.rpartition("-")[0] not in _APART}
    # What an agreement was made from (application, items) is evidence too, though other things hang on it.
    agreed = [one for one in found if one.rpartition("-")[0] == ServiceAgreement.KIND]
    found |= {to for one in agreed for role, to in store.links(one) if role in ("application", "item")}
    return frozenset(one for one in found if not one.startswith("notice-"))


def facts_of(desk: OversightDesk, incident: Incident) -> tuple[Told, ...]:
    """Return the facts of the incident in log order, refused attempts on its records included."""
    store = desk.directory.store
    ids, blind = concerned(desk, incident), _blind(desk)
    tried = store.told(verbs=("refused-attempt:record",))
    found = [*store.told(records=ids), *(one for one in tried if _subject(one[1]) in ids)]
    return tuple(
        Told(header, None if header.record_id in blind else payload)
        for header, payload in sorted(found, key=lambda one: one[0].seq)
    )


def _subject(payload: dict[str, Json] | None) -> str:
    record: Any = (payload or {}).get("record") or {}
    return str(record.get("subject", ""))


def _blind(desk: OversightDesk) -> frozenset[str]:
    store = desk.directory.store
    waiting = (one.record.id for one in store.find(Submission, state="in-review"))
    votes = (vote for one in waiting for vote in store.find(Review, linked=("submission", one)))
    return frozenset(vote.record.id for vote in votes)


def freeze(desk: OversightDesk, actor: Actor, identifier: str) -> Incident:
    """Return the incident with the digest of its evidence as it stands now; earlier files stay."""
    stored = incident_of(desk, actor, identifier)
    base = desk.directory.situation(actor)
    require(actor, step("incident:freeze"), with_record(base, record=stored.record))
    found = facts_of(desk, stored.record)
    digest = desk.evidence.put(document(desk, stored.record, found))
    changed = replace(stored.record, state="open", evidence=digest)
    note: dict[str, Json] = {"evidence": digest, "facts": len(found)}
    change = Change(step("incident:freeze"), changed, expected=stored.version, note=note)
    desk.directory.store.write(actor, change)
    return changed


def document(desk: OversightDesk, incident: Incident, found: tuple[Told, ...]) -> bytes:
    """Return the evidence as JSON lines: a head with the log's size and root, then a fact a line."""
    store = desk.directory.store
    with reading(store.engine) as connection:
        tree = load_frontier(connection, hasher(store.settings.hash))
    head: dict[str, Json] = {
        "form": FORM,
        "incident": incident.id,
        "target": incident.target,
        "frozen_at": instant(desk.directory.clock()),
        "origin": store.settings.origin,
        "log_size": tree.size,
        "log_root": tree.root().hex(),
        "facts": len(found),
    }
    lines = [canonical(head)]
    lines += [canonical({"fact": one.header.to_json(), "payload": one.payload}) for one in found]
    return ("\n".join(lines) + "\n").encode()


def read(data: bytes) -> tuple[dict[str, Any], tuple[dict[str, Any], ...]]:
    """Return head and facts of a frozen document."""
    head, *rest = data.decode().splitlines()
    return dict(json.loads(head)), tuple(json.loads(line) for line in rest)
