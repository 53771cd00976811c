"""The console's own words in the reader's language; sentences of the rules go through `locale`.

`word` marks a Chinese sentence of the console; its English lies in `en.po` beside this file. Pages
write the Chinese into `t(…)`. A test holds pages and catalogue against each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from babel.messages.pofile import read_po

from sandbox.kernel.message import Message, Value
from sandbox.locale.translate import LANGUAGES, render


def word(template: str, /, **values: Value) -> Message:
    """Return the message of a sentence that only the console says."""
    return Message(template, tuple(values.items()))


def text(message: Message, language: str) -> str:
    """Return the sentence in the language, by the console's catalogue or else the platform's."""
    known = _catalogue(language).get(message.template)
    values: dict[str, Value] = {
        name: text(value, language) if isinstance(value, Message) else value for name, value in message.values
    }
    if known is None:
        return render(Message(message.template, tuple(values.items())), language)
    return known.format(**{name: str(value) for name, value in values.items()})


def chosen(asked: str | None, remembered: str | None) -> str:
    """Return the language that was asked for, else remembered, else Chinese."""
    return next((one for one in (asked, remembered) if one in LANGUAGES), LANGUAGES[0])


@cache
def _catalogue(language: str) -> Mapping[str, str]:
    if language == LANGUAGES[0]:
        return {}
    source = files("sandbox.web").joinpath(f"{language}.po")
    with source.open("rb") as stream:
        return {str(one.id): str(one.string) for one in read_po(stream) if one.id and one.string}
