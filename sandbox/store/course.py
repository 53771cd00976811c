"""Whether a log's facts follow the table of steps: who may have taken which, from which state.

The program asks the rules before it writes; whoever owns the database and the keys can write
past it. What he then writes must still be a course that the table allows, signed where it
decides on others. Holds only from the founding by the platform itself; fed by the auditor.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from sandbox.kernel.actors import SYSTEM
from sandbox.kernel.lifecycle import Step, step
from sandbox.kernel.message import Message, say
from sandbox.store.facts import LOG, Header

_FOUND = "home:found"
_FOUNDING = frozenset({_FOUND, "organisation:register", "account:invite", "grant:found"})
"""What the platform itself writes while a home is founded, and the last two for people never again."""
_BY_OTHERS = frozenset({"account:enrol"})
"""Steps without a role that a person takes: by his one-time code."""


@dataclass(slots=True)
class Course:
    """The state of every record as the verbs alone tell it; purged payloads do not matter."""

    founded: bool = False
    founding: bool = False
    states: dict[str, str] = field(default_factory=dict)

    def follow(self, header: Header) -> Iterator[Message]:
        """Take the next fact and yield what the table of steps has against it."""
        if header.kind == LOG:
            return
        if header.verb == _FOUND and header.actor == SYSTEM.account and not self.states:
            self.founded = self.founding = True
        self.founding = self.founding and header.verb in _FOUNDING
        before = self.states.get(header.record_id, "")
        try:
            row = step(header.verb)
        except KeyError:
            if self.founded:
                yield say("第 {seq} 条日志的步骤 {verb} 不在制度之内", seq=header.seq, verb=header.verb)
            return
        self.states[header.record_id] = row.target
        if not self.founded:
            return
        if before not in (row.sources or {""}):
            yield say(
                "第 {seq} 条日志：{state} 状态下不能有 {verb}", seq=header.seq, state=before, verb=row.name
            )
        if not self._by_whom(row, header):
            yield say(
                "第 {seq} 条日志：{verb} 不由 {actor} 办理", seq=header.seq, verb=row.name, actor=header.actor
            )

    def _by_whom(self, row: Step, header: Header) -> bool:
        """Return whether the platform or a person took the step, as the table says."""
        if row.name in _BY_OTHERS:
            return header.actor == header.record_id
        by_platform = header.actor == SYSTEM.account
        if by_platform and row.name in _FOUNDING:
            return self.founding
        return by_platform == row.by_system

    def must_be_signed(self, header: Header) -> bool:
        """Return whether the fact, taken last, stands only with its person's signature."""
        if not self.founded or header.kind == LOG or header.actor == SYSTEM.account:
            return False
        try:
            return step(header.verb).signed
        except KeyError:
            return False
