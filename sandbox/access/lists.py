"""Which applications and items a person may see, said as a sieve that the database cuts its lists by.

The same parties as `reading` asks for one record at a time; a test holds the two against each other.
"""

from __future__ import annotations

from dataclasses import replace

from sandbox.access.desk import AccessDesk
from sandbox.catalog.reading import of_authority, registered
from sandbox.kernel.actors import Actor
from sandbox.kernel.records import Dataset, Environment, OrganisationRole
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
    """Return the sieve of the items that the actor's department reviews, of a developer those it asked for.

    All for the authority; None where the organisation may see nothing. An item of a base library is
    reviewed by the authority and stands in no department's list.
    """
    if not registered(desk.directory, actor):
        return None
    if of_authority(desk.directory, actor):
        return Sieve(words=words)
    own = desk.directory.organisation(actor.organisation)
    if OrganisationRole.PROVIDER in own.roles:
        return Sieve(partner=own.id, words=words)
    return Sieve(organisation=own.id, words=words)


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
