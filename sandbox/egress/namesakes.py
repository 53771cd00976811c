"""What stands under one name throughout a JSON document or notebook: counts of runs, names of cells, keys.

A program writes such values one by one and nobody looks at them: the number of a run beside every cell, the
name of a cell, the identity of a shape. Each path gives one sequence in the order of the document, also
without the small values of honest neighbours; hexadecimal names also give their bytes. Bounded; pure; called
by `channels`.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from sandbox.egress.streams import Stream, stream

MAX_TEXT = 1 << 19
MAX_LEAVES = 20_000
MAX_PATHS = 24
LEAST = 16
MAX_NAME, MAX_PATH = 40, 200
"""Signs of a name and of a path that are kept: a long name over many leaves would be as many long paths."""
_LARGE = 1000
_TOGETHER = (2, 3)
"""Values that may make one number together, a mark before each that keeps its noughts."""
_FEWEST_KINDS = 8
_FIGURES = re.compile(r"[0-9]{1,18}", re.ASCII)
_HEX = re.compile(r"(?:0x)?([0-9a-fA-F]{4,40})", re.ASCII)
_WORD = 15
"""Hexadecimal digits of a number that fits into a sequence."""


def namesakes(text: str) -> tuple[list[Stream], list[bytes]]:
    """Return the sequences of the whole numbers under each name, and the bytes of hexadecimal ones."""
    if text[:1] not in ("{", "[") or len(text) > MAX_TEXT:
        return [], []
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return [], []
    held: dict[str, list[int | str]] = defaultdict(list)
    for path, value in _leaves(document):
        held[path].append(value)
    streams: list[Stream] = []
    raw: list[bytes] = []
    likely = [(path, values) for path, values in held.items() if len(values) >= LEAST]
    for path, values in likely[:MAX_PATHS]:
        if len(set(values[: 4 * _FEWEST_KINDS])) >= _FEWEST_KINDS:
            streams += _numbers(path, values)
            raw += _spelled(values)
    return streams, raw


def _leaves(document: object) -> Iterator[tuple[str, int | str]]:
    """Yield whole numbers and short texts by the names that lead to them, in order."""
    waiting: list[tuple[str, object]] = [("", document)]
    count = 0
    while waiting and count < MAX_LEAVES:
        path, node = waiting.pop()
        if isinstance(node, dict):
            waiting += [(f"{path}.{name[:MAX_NAME]}"[-MAX_PATH:], node[name]) for name in reversed(node)]
        elif isinstance(node, list):
            waiting += [(path, inner) for inner in reversed(node)]
        elif isinstance(node, int | str) and not isinstance(node, bool):
            count += 1
            yield path, node


def _numbers(path: str, values: Sequence[int | str]) -> Iterator[Stream]:
    digits = [one if isinstance(one, int) else _figure(one) for one in values]
    whole = [one for one in digits if one is not None]
    if len(whole) < len(values):
        found = [_HEX.fullmatch(one) for one in values if isinstance(one, str)]
        whole = [int(one[1], 16) for one in found if one is not None and len(one[1]) <= _WORD]
    if len(whole) < len(values):
        return
    yield stream(path, [whole])
    large = [one for one in whole if abs(one) >= _LARGE]
    if len(large) < LEAST:
        return
    if len(large) < len(whole):
        yield stream(f"{path} without small ones", [large])
    for size in _TOGETHER:
        if len(large) % size == 0:
            yield stream(f"{path} by {size}", [large[at : at + size] for at in range(0, len(large), size)])


def _figure(text: str) -> int | None:
    return int(text) if _FIGURES.fullmatch(text) else None


def _spelled(values: Sequence[int | str]) -> Iterator[bytes]:
    found = [_HEX.fullmatch(one) if isinstance(one, str) else None for one in values]
    digits = [one[1] for one in found if one is not None and len(one[1]) % 2 == 0]
    if len(digits) == len(values):
        yield bytes.fromhex("".join(digits))
