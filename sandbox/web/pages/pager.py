"""One page of a long list, cut by the database: its records, how many there are, and where it stands.

Decides nothing of who sees what: that is the sieve's. Called by the pages that are lists.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Generic

from sandbox.kernel.records import Record
from sandbox.store.canonical import instant
from sandbox.store.changes import R, Stored
from sandbox.store.lists import Sieve
from sandbox.web.visitor import Visitor

PAGE, EXAMINED = 50, 100
"""Lines of a page; records that are looked at for one where each has to be asked about: it may be short."""


@dataclass(frozen=True, slots=True)
class Part(Generic[R]):
    """The records of one page, how many the list has, which page it is, and of how many."""

    found: tuple[Stored[R], ...] = ()
    total: int = 0
    place: int = 1
    pages: int = 1

    @property
    def records(self) -> tuple[R, ...]:
        """Return the records alone."""
        return tuple(one.record for one in self.found)


def place_of(visitor: Visitor, name: str = "page") -> int:
    """Return the number of the page that was asked for; the first for what is no number."""
    given = visitor.request.query_params.get(name, "1")
    return max(1, int(given)) if given.isascii() and given.isdecimal() and len(given) < 7 else 1


def part(
    visitor: Visitor, cls: type[R], sieve: Sieve | None, *, size: int = PAGE, name: str = "page"
) -> Part[R]:
    """Return the page that was asked for, newest first; nothing without a sieve.

    `name` is what the address calls the page, where one page of the console holds several lists.
    """
    if sieve is None:
        return Part()
    lists, place = visitor.platform.store.lists, place_of(visitor, name)
    total = sum(lists.counted(cls, sieve).values())
    found = lists.cut(cls, sieve, limit=size, offset=(place - 1) * size) if total else ()
    return Part(found, total, place, max(1, -(-total // size)))


def older(
    visitor: Visitor,
    cls: type[R],
    sieve: Sieve,
    fits: Callable[[R], bool],
    *,
    ahead: Callable[[Sequence[R]], None],
) -> tuple[tuple[Stored[R], ...], str]:
    """Return a page of the records that fit, newest first, and the one before which the next begins, if any.

    For lists of which each record has to be asked about; `ahead` reads at once what is asked about some.
    `before` in the address says where to begin.
    """
    lists, asked = visitor.platform.store.lists, visitor.request.query_params.get("before", "")
    last: Stored[Record] | None = None
    if asked:
        last = next(iter(lists.cut(cls, replace(sieve, only=asked[:80]), limit=1)), None)
    if last is not None:
        sieve = replace(sieve, before=(instant(last.created_at), last.id))
    found: list[Stored[R]] = []
    seen = lists.cut(cls, sieve, limit=EXAMINED)
    for place in range(0, len(seen), PAGE):
        ahead([one.record for one in seen[place : place + PAGE]])
        for one in seen[place : place + PAGE]:
            if fits(one.record):
                found.append(one)
            if len(found) == PAGE:
                return tuple(found), one.id
    return tuple(found), seen[-1].id if len(seen) == EXAMINED else ""
