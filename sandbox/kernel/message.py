"""A sentence for a person, kept apart from the language it is shown in.

A message is a Chinese template with its values; the edges render it, in Chinese as it
stands or in English through the catalogue (`sandbox/locale`). Rules return messages,
never formatted strings, so that one refusal reads well in both languages.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

Value: TypeAlias = "str | int | Message"


@dataclass(frozen=True, slots=True)
class Message:
    """A translatable template (the Chinese text is the key) and the values it names."""

    template: str
    values: tuple[tuple[str, Value], ...] = ()

    def __post_init__(self) -> None:
        if not self.template:
            raise ValueError("a message needs a template")

    def __str__(self) -> str:
        return self.template.format(**{name: str(value) for name, value in self.values})


def say(template: str, /, **values: Value) -> Message:
    """Return the message of `template`; the name marks the string for the catalogue."""
    return Message(template, tuple(values.items()))
