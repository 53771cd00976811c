"""What was read of a home at one state of its log, kept while that state lasts.

No record changes without a fact, so the number of the last fact says whether what was read still holds.
Bounded; called by `reads` alone, for looking: what a step decides on is read anew.
"""

from __future__ import annotations

from collections.abc import Callable, Sized
from dataclasses import dataclass, field
from typing import TypeVar, cast

T = TypeVar("T")
HEAVIEST, HEAVIEST_TOGETHER = 2_000, 60_000
"""Records of one list, and of all lists, that are kept."""


@dataclass(slots=True, eq=False)
class Moment:
    """Everything read since the log's last fact: the answer of each question by its words."""

    head: object
    owner: object
    _kept: dict[tuple[object, ...], object] = field(default_factory=dict)
    _weight: int = 0

    def once(self, key: tuple[object, ...], read: Callable[[], T]) -> T:
        """Return the answer, asked of the database only the first time; a failure is not kept."""
        try:
            return cast("T", self._kept[key])
        except KeyError:
            answer = read()
        weight = 1 + (len(answer) if isinstance(answer, Sized) else 0)
        if weight <= HEAVIEST and self._weight + weight <= HEAVIEST_TOGETHER:
            self._kept[key] = answer
            self._weight += weight
        return answer

    def knows(self, key: tuple[object, ...]) -> bool:
        """Return whether the question was answered."""
        return key in self._kept


class Moments:
    """The latest moment of one store."""

    def __init__(self) -> None:
        self._latest = Moment(head=None, owner=self)

    def at(self, head: object) -> Moment:
        """Return the moment of that head: the one at hand, or a new and empty one."""
        latest = self._latest
        if latest.head != head or head is None:
            latest = self._latest = Moment(head=head, owner=self)
        return latest

    def owns(self, moment: Moment) -> bool:
        """Return whether the moment is of this store: another home has its own."""
        return moment.owner is self
