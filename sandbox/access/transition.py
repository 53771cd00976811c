"""From one regime to the next: what still runs under which, and what its lapse means for it (第二十二条).

A report for the authority's desk. Nothing is moved: an application keeps the regime it was opened under.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sandbox.access.desk import AccessDesk
from sandbox.catalog.reading import require_reader
from sandbox.kernel.actors import Actor, Role
from sandbox.kernel.records import Application, Item, OperatingAgreement, ServiceAgreement
from sandbox.regulation.loader import Regime

_RUNNING = ("drafted", "accepted", "active", "suspended")
_OPEN = ("draft", "submitted", "returned", "accepted")


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


def transition(desk: AccessDesk, actor: Actor) -> Transition:
    """Return what runs under which regime; for officers of the authority and supervisors."""
    store, today = desk.directory.store, desk.directory.today()
    own = desk.directory.organisation(actor.organisation)
    require_reader(
        desk.directory,
        actor,
        own,
        organisations=[actor.organisation] if actor.has(Role.SUPERVISOR) else [],
        roles=frozenset({Role.AUTHORITY_OFFICER, Role.SUPERVISOR}),
    )
    known = {one.record.id: one.record for one in store.find(Application)}
    running = store.find(ServiceAgreement, states=_RUNNING)
    return Transition(
        day=today,
        regimes=tuple(sorted(desk.regimes.values(), key=lambda one: one.effective_from)),
        agreements=tuple(_agreement(desk, one.record, known[one.record.application]) for one in running),
        applications=tuple(_application(desk, one) for one in known.values() if one.state in _OPEN),
        operating=tuple(one.record for one in store.find(OperatingAgreement, state="active")),
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


def _application(desk: AccessDesk, one: Application) -> OpenApplication:
    regime = desk.regime(one.regime)
    found = desk.directory.store.find(Item, states=("pushed", "refused"), linked=("application", one.id))
    return OpenApplication(
        id=one.id,
        state=one.state,
        regime=one.regime,
        lapsed=desk.directory.today() > regime.valid_to,
        override=one.regime_override,
        changed=bool(one.regime_digest) and one.regime_digest != regime.digest,
        open_items=len(found),
    )
