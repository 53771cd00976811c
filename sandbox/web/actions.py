"""What can be done from a page: one row for each step, with its fields and the use case that takes it.

A row serves the form in the page, the form on its own, and the call of the API. It holds no rule: which
states and roles a step has is read from `kernel.lifecycle`, whether it may be taken the use case says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from sandbox.app import Platform
from sandbox.kernel.actors import Actor
from sandbox.kernel.errors import InputError
from sandbox.kernel.lifecycle import Step, step
from sandbox.kernel.message import Message
from sandbox.kernel.records import Record
from sandbox.web.language import word
from sandbox.web.session import Outcome

NEW = "new"
"""Stands for the record's number in the path of a step that makes a record."""
Options = tuple[tuple[str, Message | str], ...]
Choices = Callable[[Platform, Actor], Options]
T = TypeVar("T")


class Misfilled(InputError):
    """Single fields of a form cannot be used; `wrong` says of each why, to be told beside it."""

    def __init__(self, wrong: Mapping[str, Message]) -> None:
        first, others = next(iter(wrong.values())), len(wrong) - 1
        super().__init__(
            word("有 {n} 处要改，各项下面写明了；第一处：{first}", n=others + 1, first=first)
            if others
            else first
        )
        self.wrong = dict(wrong)


@dataclass(slots=True)
class Faults:
    """Collects what is wrong with fields, so that all of it is told at once."""

    found: dict[str, Message] = field(default_factory=dict)

    def tried(self, name: str, make: Callable[..., T], *given: object, absent: T) -> T:
        """Return what `make` makes of what is given; note its `InputError` and return `absent`."""
        try:
            return make(*given)
        except Misfilled as error:
            self.found.update(error.wrong)
        except InputError as error:
            self.found[name] = error.message
        return absent

    def settle(self) -> None:
        """Raise `Misfilled` if anything was wrong."""
        if self.found:
            raise Misfilled(self.found)


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to be filled in.

    `shape` is text, area, date, number, choice, checks, code, moment, hidden or objects (for programs alone:
    JSON objects, each a text of its own). `choices` are asked for the person.
    """

    name: str
    label: Message
    shape: str = "text"
    required: bool = True
    help: Message | None = None
    choices: Choices | None = None
    default: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """What was filled in; every value is text as it came."""

    values: Mapping[str, tuple[str, ...]]

    def one(self, name: str, absent: str = "") -> str:
        """Return the value of a field."""
        return next((one.strip() for one in self.values.get(name, ()) if one.strip()), absent)

    def many(self, name: str) -> tuple[str, ...]:
        """Return the values of a field that takes several."""
        return tuple(one.strip() for one in self.values.get(name, ()) if one.strip())

    def day(self, name: str, absent: date | None = None) -> date:
        """Return a day; `InputError` when it cannot be read."""
        given = self.one(name)
        if not given and absent is not None:
            return absent
        try:
            return date.fromisoformat(given)
        except ValueError:
            said = word("日期 {text} 应写成 2026-11-25 的样子", text=given or "—")
            raise Misfilled({name: said}) from None

    def number(self, name: str, absent: int | None = None) -> int | None:
        """Return a whole number; `InputError` when it is none."""
        given = self.one(name)
        if not given:
            return absent
        if not given.isascii() or not given.isdecimal() or len(given) > 15:
            raise Misfilled({name: word("{text} 不是整数", text=given[:20])})
        return int(given)


@dataclass(frozen=True, slots=True)
class Call:
    """One use of an action: who, on which record, with what; `files` lie there until the step is done."""

    platform: Platform
    actor: Actor
    id: str
    form: Form
    files: tuple[Path, ...] = ()


Run = Callable[[Call], Outcome]
Look = Callable[[Any, str, Mapping[str, tuple[str, ...]]], Mapping[str, Any]]
"""What a form's own page shows: of the visitor, the record's number and what was typed so far."""


@dataclass(frozen=True, slots=True)
class Action:
    """One row. `record` is the class whose version the page saw, where a stale page can be told.

    A form of its own kind names its `template` and what that page shows; `files` says that it sends files.
    """

    name: str
    plural: str
    label: Message
    run: Run
    verb: str = ""
    fields: tuple[Field, ...] = ()
    record: type[Record] | None = None
    grave: bool = False
    hint: Message | None = None
    extra_states: frozenset[str] = field(default=frozenset())
    template: str = "form.html"
    look: Look | None = None
    files: bool = False

    @property
    def step(self) -> Step:
        """Return the row of the lifecycle."""
        return step(self.name)

    @property
    def word(self) -> str:
        """Return the last part of the path."""
        return self.verb or self.step.verb

    def path(self, identifier: str = NEW) -> str:
        """Return the path that the form is sent to."""
        return f"/console/{self.plural}/{identifier}/{self.word}"

    def offered(self, actor: Actor, state: str | None = None) -> bool:
        """Return whether the page shows the action: the table of steps has it for this state and role.

        Only a matter of what is shown; whether it may be taken, the use case decides.
        """
        states = self.extra_states or self.step.sources
        fits = state is None or not states or state in states
        return fits and (self.step.by_anyone or actor.has(*self.step.roles))


def reason_field() -> Field:
    """Return the field in which a reason is given."""
    return Field("reason", word("理由"), "area", help=word("写进日志，当事各方看得到"))
