"""What an audit answers: problems with their places, losses that a restoration explains.

Values only. Made by the auditor; shown by `sandbox audit`, the demo and the offline verifier.
"""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.kernel.message import Message, say


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that does not hold: a stable code, the place, and the sentence."""

    code: str
    where: str
    message: Message


@dataclass(frozen=True, slots=True)
class Loss:
    """Facts that witnesses prove were there and a restoration from backup left out."""

    first: int
    last: int
    restored_at: str

    @property
    def message(self) -> Message:
        """The sentence for it."""
        return say(
            "从备份恢复时丢失了第 {first} 至 {last} 条日志（恢复于 {at}）",
            first=self.first,
            last=self.last,
            at=self.restored_at,
        )


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of an audit; true if nothing was found changed, cut or rewritten.

    `losses` are gaps that a recorded restoration explains: look at them even when true.
    `problems` holds the first of `problem_count`. `witnessed` is None where no witness was asked.
    """

    origin: str
    facts: int
    root: str
    problem_count: int
    problems: tuple[Problem, ...]
    losses: tuple[Loss, ...]
    checkpoints: int
    witnessed: int | None
    last_witnessed: int | None
    purged: int
    signatures: int
    unchecked_signatures: int

    def __bool__(self) -> bool:
        return not self.problem_count

    @property
    def whole(self) -> bool:
        """Whether besides nothing was lost."""
        return not self.problem_count and not self.losses


@dataclass(frozen=True, slots=True)
class Noted:
    """A checkpoint as the home keeps it: the columns and the note."""

    size: int
    root: bytes
    at: str
    note: str
