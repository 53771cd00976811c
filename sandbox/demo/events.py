"""What the demonstration tells while it runs; the edge that shows it decides how it looks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sandbox.kernel.errors import RefusedError, SandboxError
from sandbox.kernel.message import Message, say


class EventKind(StrEnum):
    """What kind of line it is."""

    CHAPTER = "chapter"
    DONE = "done"
    REFUSED = "refused"
    WARNING = "warning"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Event:
    """One line or table of the story."""

    kind: EventKind
    text: Message
    columns: tuple[Message, ...] = ()
    rows: tuple[tuple[object, ...], ...] = ()


Tell = Callable[[Event], None]


class Narrator:
    """Tells events by their kinds."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell

    def chapter(self, text: Message) -> None:
        """Begin a chapter."""
        self._tell(Event(EventKind.CHAPTER, text))

    def done(self, text: Message) -> None:
        """Say what was done."""
        self._tell(Event(EventKind.DONE, text))

    def warn(self, text: Message) -> None:
        """Say what the reader should know."""
        self._tell(Event(EventKind.WARNING, text))

    def table(self, text: Message, columns: Sequence[Message], rows: Sequence[Sequence[object]]) -> None:
        """Show a small table."""
        self._tell(Event(EventKind.TABLE, text, tuple(columns), tuple(tuple(row) for row in rows)))

    def refused(self, what: Message, error: SandboxError) -> None:
        """Say what was refused and every reason."""
        reasons = [error.message] if getattr(error, "message", None) else []
        if isinstance(error, RefusedError):
            reasons = [
                say("{reason}（{article}）", reason=one.message, article=one.article)
                for one in error.decision.refusals
            ]
        for reason in reasons:
            self._tell(Event(EventKind.REFUSED, say("{what}：{reason}", what=what, reason=reason)))
