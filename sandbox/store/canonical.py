"""One spelling of JSON and of time, so that a digest means the same everywhere.

JSON: keys sorted by code point, no spaces, UTF-8 without escapes, no NaN. Time: UTC with six
decimals and a Z, of fixed width, so that text order is time order. Decides nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeAlias

from sandbox.kernel.errors import InputError, StateError, TamperedError
from sandbox.kernel.message import say

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"

_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def canonical(value: Json) -> str:
    """Return the one text of a JSON value; `InputError` for what UTF-8 or JSON cannot hold."""
    try:
        text = _ENCODER.encode(value)
        text.encode()
    except (ValueError, TypeError) as error:
        raise InputError(say("内容里有无法保存的字符或数值：请改正后重试")) from error
    return text


def parse(text: str) -> Json:
    """Return the value of a stored text; `TamperedError` if it is not JSON."""
    try:
        value: Json = json.loads(text)
    except ValueError as error:
        raise TamperedError(say("库中的一段内容不是 JSON：请用 sandbox audit verify 核对")) from error
    return value


def instant(moment: datetime) -> str:
    """Return the text of an aware moment; `StateError` for one without a time zone."""
    if moment.tzinfo is None:
        raise StateError(say("时间缺少时区：须使用带时区的时间"))
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def moment_of(text: str) -> datetime:
    """Return the moment of a stored text; `ValueError` if it is not in the one layout."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None or instant(moment) != text:
        raise ValueError(text)
    return moment.astimezone(UTC)
