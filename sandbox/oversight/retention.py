"""How long what the facts tell is kept, by the regimes; and removing what has outlived it.

A fact's term is fixed when it is written, in its header. Removal takes payloads and nothing
else in the log: header, leaf and tree stand, and the removal is a fact of its own. Sealed canary overlays
go with the record of their seat's end. Open incidents stop it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from sandbox.egress import outlived
from sandbox.egress.desk import GateDesk
from sandbox.kernel.actors import Actor
from sandbox.kernel.errors import StateError
from sandbox.kernel.lifecycle import step
from sandbox.kernel.message import say
from sandbox.kernel.oversight_records import Incident
from sandbox.kernel.permits import require
from sandbox.kernel.records import Home
from sandbox.oversight.desk import OversightDesk
from sandbox.people.directory import with_record
from sandbox.regulation.regime import Regime, RuleKind
from sandbox.store.canonical import Json
from sandbox.store.changes import Change
from sandbox.store.opener import spans

ACCESS, PROVISION, IMPACT, DECISION = "access-log", "provision-record", "impact-assessment", "decision"
CLASSES: dict[str, str] = {
    "account:sign-in": ACCESS,
    "account:sign-out": ACCESS,
    "account:miss": ACCESS,
    "account:lock": ACCESS,
    "account:unlock": ACCESS,
    "examination": ACCESS,
    "refused-attempt": ACCESS,
    "notice": ACCESS,
    "subscription": ACCESS,
    "delivery": PROVISION,
    "landing-order": PROVISION,
    "snapshot": PROVISION,
    "seat": PROVISION,
    "release:collect": PROVISION,
    "impact-assessment": IMPACT,
}
"""Which rule of the regime keeps which step or kind; everything else is a decision.

Runs of seats are the record of providing data, not only of access: the provider's account is
read from them. Enrolments are decisions: the keys in them prove signatures.
"""
_LONGEST_MONTH, _LONGEST_YEAR = 31, 366


@dataclass(frozen=True, slots=True)
class Due:
    """What a removal takes: how many facts of each step, their numbers as spans, how many sealed overlays."""

    count: int
    by_step: tuple[tuple[str, int], ...]
    spans: tuple[tuple[int, int], ...]
    overlays: int = 0


def class_of(name: str) -> str:
    """Return the class that keeps a step: its own row, that of its kind, or the decisions."""
    return CLASSES.get(name, CLASSES.get(name.partition(":")[0], DECISION))


def keep(regimes: Iterable[Regime]) -> tuple[tuple[str, timedelta], ...]:
    """Return how long each step or kind is kept: the longest that any of the regimes asks."""
    every = tuple(regimes)
    return tuple((name, _longest(every, code)) for name, code in CLASSES.items())


def keep_decisions(regimes: Iterable[Regime]) -> timedelta:
    """Return how long decisions are kept: the longest term of use and what the regime adds to it."""
    return _longest(tuple(regimes), DECISION)


def _longest(regimes: tuple[Regime, ...], code: str) -> timedelta:
    return max(term(one, code) for one in regimes)


def term(regime: Regime, code: str) -> timedelta:
    """Return the retention of a class, never short of the calendar's longest months and years."""
    rule = regime.rule(code)
    days = rule.number * (_LONGEST_YEAR if rule.unit == "years" else _LONGEST_MONTH)
    if rule.kind is RuleKind.RETENTION_AFTER_TERM:
        days += regime.longest_term_days
    return timedelta(days=days)


def due(desk: OversightDesk, gate: GateDesk) -> Due:
    """Return what a removal would take now."""
    seqs, steps = desk.directory.store.due_payloads(desk.directory.clock())
    numbers = tuple((first, last) for first, last in spans(seqs))
    overlays = len(outlived.outlived(gate, now=desk.directory.clock()))
    return Due(len(seqs), tuple(sorted(steps.items())), numbers, overlays)


def purge(desk: OversightDesk, gate: GateDesk, actor: Actor, *, dry_run: bool = False) -> Due:
    """Remove what has outlived its term and return what it was; `dry_run` only says what it would be.

    Only an officer of the authority may, in both cases; `RefusedError` while an incident is open.
    """
    store = desk.directory.store
    home = next(iter(store.find(Home)), None)
    if home is None:
        raise StateError(say("这里还没有数据库：请先执行 sandbox init"))
    opened = tuple(one.record for one in store.find(Incident, states=("open", "reported")))
    row = step("home:purge")
    require(actor, row, with_record(desk.directory.situation(actor), record=home.record, incidents=opened))
    found, overlays = due(desk, gate), outlived.outlived(gate, now=desk.directory.clock())
    if not dry_run and found.count:
        note: dict[str, Json] = {"count": found.count, "steps": dict(found.by_step), "article": row.article}
        note |= {"overlays": found.overlays} if found.overlays else {}
        store.purge(actor, Change(row, home.record, expected=home.version, note=note))
    if not dry_run:
        outlived.forget(gate, overlays)  # after the fact: a removal that was stopped is gone on with
    return found
