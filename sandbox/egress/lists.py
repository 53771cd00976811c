"""Which submissions a person may look at, said as a sieve that the database cuts its lists by.

It lets through all that `audience` lets him see and little else: whoever shows a list asks `audience` of
each one besides. A test holds the two against each other.
"""

from __future__ import annotations

from collections.abc import Sequence

from sandbox.access.lists import covering
from sandbox.catalog.reading import of_authority, registered
from sandbox.egress.desk import GateDesk
from sandbox.kernel.actors import Actor, Role
from sandbox.kernel.agreement_records import PolicyRecord, ServiceAgreement
from sandbox.kernel.application_records import Application, Item
from sandbox.kernel.dataset_records import Dataset, Snapshot
from sandbox.kernel.records import OrganisationRole
from sandbox.kernel.review_records import Assessment, Comment, Custody, Review, Submission
from sandbox.kernel.round_rules import REVIEWING
from sandbox.kernel.seat_records import Seat, Stoppage
from sandbox.store.lists import Sieve


def submissions(desk: GateDesk, actor: Actor) -> Sieve | None:
    """Return the sieve of the submissions that the actor may see, or None where that is none at all."""
    if not registered(desk.directory, actor):
        return None
    own = Sieve(partner=actor.account)
    others = _judged(desk, actor)
    return own if others is None else Sieve(any_of=(own, others))


OWN = 500
"""An author's latest submissions, whose states his list can be narrowed to."""


def states(desk: GateDesk, actor: Actor) -> list[str]:
    """Return the states that the actor's list can be narrowed to; of samples an author learns none."""
    seen = submissions(desk, actor)
    if seen is None:
        return []
    table = desk.directory.store.lists
    if _judged(desk, actor) is not None:
        return sorted(table.counted(Submission, seen))
    own = (one.record for one in table.cut(Submission, seen, limit=OWN))
    return sorted({one.state for one in own if not one.sample})


def _judged(desk: GateDesk, actor: Actor) -> Sieve | None:
    """Return the sieve of what others submitted and the actor may judge, release or follow."""
    body = desk.directory.organisation(actor.organisation)
    officer = of_authority(desk.directory, actor) and actor.has(Role.AUTHORITY_OFFICER)
    if OrganisationRole.OPERATOR in body.roles or not (officer or actor.has(*REVIEWING)):
        return None
    every = Sieve(outside=(actor.organisation,))
    if {OrganisationRole.AUTHORITY, OrganisationRole.THIRD_PARTY_REVIEWER} & set(body.roles):
        return every
    covered = ("agreement", ServiceAgreement.KIND, covering(desk.directory, actor.organisation))
    return Sieve(outside=(actor.organisation,), linking=(covered,))


def ahead(desk: GateDesk, found: Sequence[Submission]) -> None:
    """While a list is shown, read at once what `audience` asks about each of these submissions."""
    store, named = desk.directory.store, [one.id for one in found]
    store.ahead(Submission, named)
    store.ahead(Seat, (one.seat for one in found))
    for cls in (Review, Comment, Custody):
        store.ahead_linked(cls, "submission", named)
    store.ahead_linked(Custody, "submission", named, state="held")
    store.ahead_linked(Assessment, "submission", named, state="filed")
    store.ahead_linked(Stoppage, "seat", {one.seat for one in found})
    _agreements_ahead(desk, {one.agreement for one in found})
    store.ahead(Snapshot, {id for one in found for id in one.snapshots})


def _agreements_ahead(desk: GateDesk, named: set[str]) -> None:
    store = desk.directory.store
    store.ahead(ServiceAgreement, named)
    agreed = [store.load(ServiceAgreement, id).record for id in sorted(named)]
    every = {*named, *(id for one in agreed for id in one.lineage)}
    store.ahead(Application, (one.application for one in agreed))
    store.ahead_linked(PolicyRecord, "agreement", named)
    snapshots = store.ahead_linked(Snapshot, "agreement", every)
    items = {id for one in agreed for id in one.items}
    store.ahead(Item, items)
    datasets = {store.load(Item, id).record.dataset for id in items}
    store.ahead(Dataset, datasets | {one.record.dataset for one in snapshots})
