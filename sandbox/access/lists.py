"""Which applications, items, agreements and seats a person may see, as sieves to cut lists by.

The same parties as `reading` asks for one record at a time; a test holds the two against each other.
"""

from __future__ import annotations

from dataclasses import replace

from sandbox.access.desk import AccessDesk
from sandbox.catalog.reading import of_authority, registered
from sandbox.kernel.actors import Actor, Role
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.dataset_records import Dataset
from sandbox.kernel.records import Environment, OrganisationRole
from sandbox.people.directory import Directory
from sandbox.store.changes import R, Stored
from sandbox.store.lists import Party, Sieve, Words


def applications(desk: AccessDesk, actor: Actor, *, words: Words | None = None) -> Sieve | None:
    """Return the sieve of the applications that the actor may see, or None where that is none at all.

    A draft is its own organisation's alone; all others are its parties' and the authority's.
    """
    if not registered(desk.directory, actor):
        return None
    own, store = actor.organisation, desk.directory.store
    party = None
    if not of_authority(desk.directory, actor):
        party = Party(
            own,
            environments=tuple(one.id for one in store.find(Environment, organisation=own)),
            datasets=tuple(one.id for one in store.find(Dataset, organisation=own)),
        )
    return Sieve(party=party, private=("draft", own), words=words)


def items(desk: AccessDesk, actor: Actor, *, words: Words | None = None) -> Sieve | None:
    """Return the sieve of the items that the actor's organisation reviews or asked for.

    All for the authority; None where the organisation may see nothing. An item of a base library is
    reviewed by the authority and stands in no department's list.
    """
    if not registered(desk.directory, actor):
        return None
    if of_authority(desk.directory, actor):
        return Sieve(words=words)
    own = desk.directory.organisation(actor.organisation)
    asking, giving = OrganisationRole.DEVELOPER in own.roles, OrganisationRole.PROVIDER in own.roles
    if asking and giving:
        return Sieve(any_of=(Sieve(organisation=own.id), Sieve(partner=own.id)), words=words)
    return Sieve(partner=own.id, words=words) if giving else Sieve(organisation=own.id, words=words)


def agreements(desk: AccessDesk, actor: Actor, *, words: Words | None = None) -> Sieve | None:
    """Return the sieve of the service agreements to which the actor's organisation is a party.

    All for the authority; a party is also who provides data that the agreement covers.
    """
    if not registered(desk.directory, actor):
        return None
    if of_authority(desk.directory, actor):
        return Sieve(words=words)
    own = actor.organisation
    return Sieve(
        any_of=(Sieve(organisation=own), Sieve(partner=own), covering(desk.directory, own)), words=words
    )


def covering(directory: Directory, provider: str) -> Sieve:
    """Return the sieve of the service agreements that cover data of this department."""
    return Sieve(items_on=tuple(one.id for one in directory.store.find(Dataset, organisation=provider)))


def seats(desk: AccessDesk, actor: Actor) -> Sieve | None:
    """Return the sieve of the actor's own seats and of those his organisation runs; all for the authority."""
    if not registered(desk.directory, actor):
        return None
    if of_authority(desk.directory, actor):
        return Sieve()
    run = ("agreement", ServiceAgreement.KIND, Sieve(partner=actor.organisation))
    return Sieve(any_of=(Sieve(partner=actor.account), Sieve(linking=(run,))))


def undertakings(desk: AccessDesk, actor: Actor) -> Sieve | None:
    """Return the sieve of the actor's own undertakings and of those under agreements that he may see.

    All for the authority and supervisors.
    """
    if actor.has(Role.SUPERVISOR) and registered(desk.directory, actor):
        return Sieve()
    seen = agreements(desk, actor)
    if seen is None or of_authority(desk.directory, actor):
        return seen
    under = Sieve(linking=(("agreement", ServiceAgreement.KIND, seen),))
    return Sieve(any_of=(Sieve(linked=("account", actor.account)), under))


def operating(desk: AccessDesk, actor: Actor) -> Sieve | None:
    """Return the sieve of the operating agreements of the actor's organisation; all for the authority."""
    if not registered(desk.directory, actor):
        return None
    if of_authority(desk.directory, actor):
        return Sieve()
    own = actor.organisation
    return Sieve(any_of=(Sieve(organisation=own), Sieve(partner=own)))


def owned(directory: Directory, actor: Actor) -> Sieve | None:
    """Return the sieve of what belongs to the actor's organisation; everything for the authority."""
    if not registered(directory, actor):
        return None
    return Sieve() if of_authority(directory, actor) else Sieve(organisation=actor.organisation)


def page(
    desk: AccessDesk, sieve: Sieve | None, cls: type[R], *, state: str, limit: int, offset: int = 0
) -> tuple[Stored[R], ...]:
    """Return a page of those records, newest first; of one state, or of all with the empty text."""
    if sieve is None:
        return ()
    cut = replace(sieve, states=(state,)) if state else sieve
    return desk.directory.store.lists.cut(cls, cut, limit=limit, offset=offset)


def counted(desk: AccessDesk, sieve: Sieve | None, cls: type[R]) -> dict[str, int]:
    """Return how many of those records there are in each state."""
    return {} if sieve is None else desk.directory.store.lists.counted(cls, sieve)
