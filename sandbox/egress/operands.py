"""The numbers of a PDF in order: what its drawing operators are given, place by place, and its arrays.

Heights of bars, ends of lines, colours of fillings, gaps between letters, widths of a font: a chart that is
drawn holds its data, and may hold any other. Sequences come out, as of the attributes of a drawing (ISO
32000-1, 8.5, 8.6, 9.4.3). Bounded; pure; called by `channels`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice

from sandbox.egress.papers import outside_of, streams_of
from sandbox.egress.sequences import of_values
from sandbox.egress.streams import Stream, stream

MAX_TEXT = 1 << 19
MAX_STREAMS = 60
MAX_NUMBERS = 1 << 14
MAX_ARRAYS = 40
LEAST = 12
_NUMBER = r"[-+]?(?:\d{1,12}(?:\.\d{0,9})?|\.\d{1,9})"
_OPERATOR = re.compile(
    rf"((?:(?:^|(?<=\s)){_NUMBER}\s+){{1,6}})(re|[lmcvywMd]|rg|RG|[kKgG]|Td|TD|Tm|cm|T[cwsLz]|sc|SC|scn|SCN)\b"
)
_ARRAY = re.compile(r"\[([^\[\]]{6,200000})\]")
_STRING = re.compile(r"\([^()]*\)|<[0-9A-Fa-f\s]*>")
_FIGURE = re.compile(rf"(?<![\w.]){_NUMBER}(?![\w.])")
_LETTERS = bytes(range(32, 127)) + b"\t\r\n"
_BINARY = 0.8
"""Share of the bytes of a stream that are plain letters from which it is read."""


def operands(data: bytes) -> list[Stream]:
    """Return the sequences of numbers in the pages and the objects of a PDF; empty for any other bytes."""
    if b"%PDF-" not in data[:1024]:
        return []
    text = "\n".join(_plain(data))
    return [*_of_operators(text), *_of_arrays(text)]


def _plain(data: bytes) -> Iterator[str]:
    """Yield what stands outside of streams, and the streams that are written in plain letters."""
    room = MAX_TEXT
    outside = outside_of(data)
    for body in (outside, *islice(streams_of(data), MAX_STREAMS)):
        head = body[:room]
        other = len(head[:4096].translate(None, _LETTERS))
        if head and (body is outside or other <= (1 - _BINARY) * len(head[:4096])):
            yield head.decode("latin-1")
            room -= len(head)
        if room <= 0:
            return


def _of_operators(text: str) -> Iterator[Stream]:
    held: dict[str, list[list[str]]] = defaultdict(list)
    for found in islice(_OPERATOR.finditer(text), MAX_NUMBERS):
        held[found[2]].append(found[1].split())
    for name, rows in held.items():
        size = max(map(len, rows))
        same = [row for row in rows if len(row) == size]
        if len(same) < LEAST:
            continue
        for place in range(size):
            yield from of_values(f"{name} {place}", [row[place] for row in same])
        yield from _together(name, same)


def _together(name: str, rows: Sequence[Sequence[str]]) -> Iterator[Stream]:
    """Yield all operands of an operator: as hundredths, and as parts of 255 where none is above one."""
    values = [[float(one) for one in row] for row in rows]
    if all(0 <= value <= 1 for row in values for value in row):
        yield stream(f"{name} of 255", [[round(value * 255) for value in row] for row in values])
        return
    yield from of_values(name, [one for row in rows for one in row])


def _of_arrays(text: str) -> Iterator[Stream]:
    for number, found in enumerate(islice(_ARRAY.finditer(text), MAX_ARRAYS)):
        figures = _FIGURE.findall(_STRING.sub(" ", found[1]))[:MAX_NUMBERS]
        if len(figures) >= LEAST:
            yield from of_values(f"array {number}", figures)
            if all(one.lstrip("-+").isdecimal() for one in figures):
                yield stream(f"array {number} without signs", [[abs(int(one)) for one in figures]])
