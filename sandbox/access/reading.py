"""Which applications, items and agreements a person may see: the parties', and all for the authority.

Cities and counties, firms and departments see nothing of each other by these lists. Looks only.
"""

from __future__ import annotations

from sandbox.access.desk import AccessDesk
from sandbox.catalog.reading import is_party, require_reader
from sandbox.kernel.actors import Actor
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.application_records import Application, Consultation, Coordination, Item
from sandbox.kernel.dataset_records import Dataset
from sandbox.kernel.records import Environment, OperatingAgreement


def applications(desk: AccessDesk, actor: Actor) -> tuple[Application, ...]:
    """Return the applications of the actor's organisation, on its data or in its environment."""
    every = (stored.record for stored in desk.directory.store.find(Application))
    return tuple(
        one for one in every if is_party(desk.directory, actor, _applied(desk, one)) and _seen(actor, one)
    )


def _seen(actor: Actor, one: Application) -> bool:
    """A draft is nobody's business but the own organisation's."""
    return one.state != "draft" or one.organisation == actor.organisation


def application(desk: AccessDesk, actor: Actor, identifier: str) -> Application:
    """Return one application; `RefusedError` for who is no party to it."""
    found = desk.directory.store.load(Application, identifier).record
    own = found.state == "draft"
    parties = {found.organisation} if own else _applied(desk, found)
    require_reader(desk.directory, actor, found, organisations=parties, authority=not own)
    return found


def items(desk: AccessDesk, actor: Actor) -> tuple[Item, ...]:
    """Return the items that the actor's organisation asked for or reviews."""
    every = (stored.record for stored in desk.directory.store.find(Item))
    return tuple(one for one in every if is_party(desk.directory, actor, (one.organisation, one.reviewer)))


def consultations(desk: AccessDesk, actor: Actor) -> tuple[Consultation, ...]:
    """Return the consultations that the actor's organisation asked or was asked in."""
    every = (stored.record for stored in desk.directory.store.find(Consultation))
    return tuple(one for one in every if is_party(desk.directory, actor, (one.organisation, one.asked_by)))


def coordinations(desk: AccessDesk, actor: Actor) -> tuple[Coordination, ...]:
    """Return the coordination cases about the actor's organisation's demand or refusal."""
    every = (stored.record for stored in desk.directory.store.find(Coordination))
    return tuple(one for one in every if is_party(desk.directory, actor, (one.organisation, one.reviewer)))


def items_of(desk: AccessDesk, application_id: str) -> tuple[Item, ...]:
    """Return the items that an application was divided into."""
    found = desk.directory.store.find(Item, linked=("application", application_id))
    return tuple(stored.record for stored in found)


def agreements(desk: AccessDesk, actor: Actor) -> tuple[ServiceAgreement, ...]:
    """Return the service agreements to which the actor's organisation is a party or provides data."""
    every = (stored.record for stored in desk.directory.store.find(ServiceAgreement))
    return tuple(one for one in every if is_party(desk.directory, actor, _agreed(desk, one)))


def agreement(desk: AccessDesk, actor: Actor, identifier: str) -> ServiceAgreement:
    """Return one service agreement; `RefusedError` for who is no party to it."""
    found = desk.directory.store.load(ServiceAgreement, identifier).record
    require_reader(desk.directory, actor, found, organisations=_agreed(desk, found))
    return found


def operating(desk: AccessDesk, actor: Actor) -> tuple[OperatingAgreement, ...]:
    """Return the operating agreements of the actor's organisation, all for the authority."""
    every = (stored.record for stored in desk.directory.store.find(OperatingAgreement))
    return tuple(one for one in every if is_party(desk.directory, actor, (one.organisation, one.authority)))


def _applied(desk: AccessDesk, one: Application) -> set[str]:
    store = desk.directory.store
    providers = {store.load(Dataset, request.dataset).record.organisation for request in one.requests}
    return {one.organisation, store.load(Environment, one.environment).record.organisation, *providers}


def _agreed(desk: AccessDesk, one: ServiceAgreement) -> set[str]:
    store = desk.directory.store
    datasets = {store.load(Item, item).record.dataset for item in one.items}
    providers = {store.load(Dataset, dataset).record.organisation for dataset in datasets}
    return {one.organisation, one.operator, *providers}
