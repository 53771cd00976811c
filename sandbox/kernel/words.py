"""Words that people write into forms: kept as they are, or refused with the place named.

What is shown somewhere is escaped where it is shown; here only what no reader could see or bear
is refused: control characters, marks that turn the reading direction, texts without end.
"""

from __future__ import annotations

import dataclasses
import unicodedata
from collections.abc import Iterator

from sandbox.kernel.errors import InputError
from sandbox.kernel.message import Message, say

LONGEST = 4000
_PLAIN = frozenset("\n\t\r")
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def unreadable(record: object, where: str = "") -> Message | None:
    """Return what is wrong with the first text of a value, however deep, that cannot be read, or None."""
    for place, text in _texts(record, where):
        if len(text) > LONGEST:
            return say("“{where}”超过 {most} 字：请精简，详细内容放入附件", where=place, most=LONGEST)
        for sign in text:
            if sign in _TURNING or (unicodedata.category(sign) in ("Cc", "Cs") and sign not in _PLAIN):
                return say("“{where}”里有不可见的控制字符：请删去后重试", where=place)
    return None


def checked(text: str, *, where: str) -> str:
    """Return the text without blanks around it; `InputError` for what cannot be read as it stands."""
    if (wrong := unreadable(text, where)) is not None:
        raise InputError(wrong)
    return text.strip()


def needed(text: str, *, where: str) -> str:
    """Return the text; `InputError` when nothing was written."""
    found = checked(text, where=where)
    if not found:
        raise InputError(say("请写明“{where}”", where=where))
    return found


def check_record(record: object) -> None:
    """Raise `InputError` for the first text of a record, however deep, that cannot be read."""
    if (wrong := unreadable(record)) is not None:
        raise InputError(wrong)


def _texts(value: object, where: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, tuple):
        for one in value:
            yield from _texts(one, where)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            yield from _texts(getattr(value, field.name), field.name)
