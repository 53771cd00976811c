"""Figures that stand between tags, in brackets or in the parts of a package, each kind as one sequence.

Elevations of a track, lengths of notes, tiles of a map, widths of the columns of every sheet: what a program
writes one by one. Knows neither files nor records; `channels` reads the sequences. Bounded; pure.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from sandbox.egress.streams import Stream, stream

MAX_TEXT = 1 << 20
MAX_KINDS = 24
MAX_LISTS = 40
LEAST = 24
_LEAST_PARTS = 5
_ELEMENT = re.compile(r"<([A-Za-z][\w:.-]*)(?:\s[^<>]*)?>\s*(-?\d{1,12}(?:\.\d{1,6})?)\s*</\1>")
_LIST = re.compile(r"[\[({]\s*(-?\d{1,12}(?:\s*[,;\s]\s*-?\d{1,12}){23,})\s*,?\s*[\])}]")
_SIGN = re.compile(r"-?\d+")


def enclosed(text: str) -> Iterator[Stream]:
    """Yield the figures between tags of one name, and those of every long list in brackets."""
    head = text[:MAX_TEXT]
    if "</" in head:
        held: dict[str, list[int]] = defaultdict(list)
        for name, value in _ELEMENT.findall(head):
            held[name].append(_whole(value))
        for name, values in list(held.items())[:MAX_KINDS]:
            if len(values) >= LEAST:
                yield stream(f"between {name}", [values])
    for number, inner in enumerate(_LIST.findall(head)[:MAX_LISTS]):
        yield stream(f"list {number}", [[int(one) for one in _SIGN.findall(inner)]])


def by_part(parts: Sequence[Mapping[str, Stream]]) -> Iterator[Stream]:
    """Yield the sequences of one name in several parts of a package, every part as a line."""
    times = Counter(name for part in parts for name in part)
    for name in [name for name, count in times.items() if count >= _LEAST_PARTS][:MAX_KINDS]:
        yield stream(f"{name} of all parts", [part[name].values.tolist() for part in parts if name in part])


def _whole(value: str) -> int:
    return int(value.replace(".", "")) if "." in value else int(value)
