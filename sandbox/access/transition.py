"""From one regime to the next: what still runs under which, and what its lapse means for it (第二十二条).

A report for the authority's desk. Nothing is moved: an application keeps the regime it was opened under.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sandbox.access.desk import AccessDesk
from sandbox.catalog.reading import require_reader
from sandbox.kernel.actors import Actor, Role
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.application_records import Application, Item
from sandbox.kernel.records import OperatingAgreement
from sandbox.regulation.loader import Regime
from sandbox.store.changes import Stored
from sandbox.store.lists import Order, Sieve

RUNNING = Sieve(states=("drafted", "accepted", "active", "suspended"))
UNDER_WAY = Sieve(states=("draft", "submitted", "returned", "accepted"))
"""Agreements that are not at their end, and applications that are not decided or are being divided."""
_UNDECIDED = ("pushed", "refused")


@dataclass(frozen=True, slots=True)
class RunningAgreement:
    """A service agreement that is not at its end, with the regime of its application."""

    id: str
    state: str
    developer: str
    scenario: str
    regime: str
    lapsed: bool
    override: str
    confirmed_by: str
    term_to: date
    outlives_regime: bool


@dataclass(frozen=True, slots=True)
class OpenApplication:
    """An application still under way; `changed` says that its regime's file is another than at the start."""

    id: str
    state: str
    regime: str
    lapsed: bool
    override: str
    changed: bool
    open_items: int


@dataclass(frozen=True, slots=True)
class Transition:
    """The report of one day."""

    day: date
    regimes: tuple[Regime, ...]
    agreements: tuple[RunningAgreement, ...]
    applications: tuple[OpenApplication, ...]
    operating: tuple[OperatingAgreement, ...]
    running: int
    under_way: int


def transition(desk: AccessDesk, actor: Actor, *, most: int | None = None, offset: int = 0) -> Transition:
    """Return what runs under which regime; for officers of the authority and supervisors.

    With `most`, so many agreements and so many applications after the first `offset` of each, the oldest
    first; `running` and `under_way` say how many there are in all.
    """
    store, today = desk.directory.store, desk.directory.today()
    own = desk.directory.organisation(actor.organisation)
    require_reader(
        desk.directory,
        actor,
        own,
        organisations=[actor.organisation] if actor.has(Role.SUPERVISOR) else [],
        roles=frozenset({Role.AUTHORITY_OFFICER, Role.SUPERVISOR}),
    )
    running = store.lists.cut(ServiceAgreement, RUNNING, limit=most, offset=offset, order=Order.OLDEST)
    opened = store.lists.cut(Application, UNDER_WAY, limit=most, offset=offset, order=Order.OLDEST)
    known = store.lists.every(Application, (one.record.application for one in running))
    parts = store.lists.hanging(Item, "application", (one.id for one in opened))
    return Transition(
        day=today,
        regimes=tuple(sorted(desk.regimes.values(), key=lambda one: one.effective_from)),
        agreements=tuple(
            _agreement(desk, one.record, known[one.record.application].record) for one in running
        ),
        applications=tuple(_application(desk, one.record, parts.get(one.id, ())) for one in opened),
        operating=tuple(one.record for one in store.find(OperatingAgreement, state="active")),
        running=sum(store.lists.counted(ServiceAgreement, RUNNING).values()),
        under_way=sum(store.lists.counted(Application, UNDER_WAY).values()),
    )


def _agreement(desk: AccessDesk, one: ServiceAgreement, asked: Application) -> RunningAgreement:
    regime, today = desk.regime(asked.regime), desk.directory.today()
    return RunningAgreement(
        id=one.id,
        state=one.state,
        developer=desk.directory.organisation(one.organisation).name,
        scenario=one.scenario,
        regime=asked.regime,
        lapsed=today > regime.valid_to,
        override=asked.regime_override,
        confirmed_by=_name(desk, asked.override_confirmed_by),
        term_to=one.term_to,
        outlives_regime=one.term_to > regime.valid_to,
    )


def _name(desk: AccessDesk, account: str) -> str:
    return desk.directory.account_named(account).display_name if account else ""


def _application(desk: AccessDesk, one: Application, parts: Sequence[Stored[Item]]) -> OpenApplication:
    regime = desk.regime(one.regime)
    return OpenApplication(
        id=one.id,
        state=one.state,
        regime=one.regime,
        lapsed=desk.directory.today() > regime.valid_to,
        override=one.regime_override,
        changed=bool(one.regime_digest) and one.regime_digest != regime.digest,
        open_items=sum(part.record.state in _UNDECIDED for part in parts),
    )
