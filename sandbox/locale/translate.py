"""Messages in the reader's language: Chinese as they stand, English through a gettext catalogue.

The catalogue is the plain `en.po` beside this file, read when English is asked for; a
missing translation shows the Chinese sentence, and `make check` refuses missing ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from babel.messages.pofile import read_po

from sandbox.kernel.message import Message

LANGUAGES = ("zh", "en")


def render(message: Message, language: str = "zh") -> str:
    """Return the sentence in the language; messages inside messages are rendered too."""
    template = _catalogue(language).get(message.template, message.template)
    values = {
        name: render(value, language) if isinstance(value, Message) else str(value)
        for name, value in message.values
    }
    return template.format(**values)


@cache
def _catalogue(language: str) -> Mapping[str, str]:
    if language == "zh":
        return {}
    source = files("sandbox.locale").joinpath(f"{language}.po")
    with source.open("rb") as stream:
        catalogue = read_po(stream)
    return {str(entry.id): str(entry.string) for entry in catalogue if entry.id and entry.string}
