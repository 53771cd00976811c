"""Which submissions a person may look at, said as a sieve that the database cuts its lists by.

It lets through all that `audience` lets him see and little else: whoever shows a list asks `audience` of
each one besides. A test holds the two against each other.
"""

from __future__ import annotations

from sandbox.access.lists import covering
from sandbox.catalog.reading import of_authority, registered
from sandbox.egress.audience import REVIEWING
from sandbox.egress.desk import GateDesk
from sandbox.kernel.actors import Actor, Role
from sandbox.kernel.records import OrganisationRole, ServiceAgreement
from sandbox.store.lists import Sieve


def submissions(desk: GateDesk, actor: Actor) -> Sieve | None:
    """Return the sieve of the submissions that the actor may see, or None where that is none at all."""
    if not registered(desk.directory, actor):
        return None
    own = Sieve(partner=actor.account)
    others = _judged(desk, actor)
    return own if others is None else Sieve(any_of=(own, others))


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
