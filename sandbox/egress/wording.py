"""Choices of words and of order: synonyms, first letters, lists in one of many orders.

A text may say the same in two ways at every place, begin its lines with letters that read downwards, or list
the same names again and again in another order. Each becomes a sequence or a text; what it may spell is told
by `streams`. Bounded; pure; called by `channels`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from sandbox.egress.streams import Column, Stream, stream

MAX_LINES = 4000
MAX_KINDS = 6
_LEAST = 3
_PARTS = re.compile(r"[，,。；;、：:\s]+")
_FRAME = " \t-*•>#|"
_HEADED = re.compile(r"(?:^|\n)#+ ?")
_SENTENCE = re.compile(r"(?<=[。！？!?.])\s*|\n")


def acrostics(text: str) -> Iterator[str]:
    """Yield what first and last letters spell downwards, of lines and of sentences, block by block."""
    blocks = [block for block in re.split(r"\n\s*\n", text[: 1 << 18]) if block.strip()]
    if not 1 < len(blocks[:MAX_LINES]) <= MAX_LINES and text.count("\n") > MAX_LINES:
        return
    for place in (0, -1):
        for cut in (str.splitlines, _SENTENCE.split):
            words = []
            for block in blocks:
                lines = [line.strip(_FRAME) for line in cut(block)]
                words.append("".join(line[place] for line in lines if line))
            if len(words) >= _LEAST:
                yield "\n".join(word for word in words if len(word) > 1)
    headed = [block.split("\n") for block in _HEADED.split(text[: 1 << 18])[1:]]
    if len(headed) >= _LEAST:
        for place in (0, -1):
            spelt = [
                "".join(one[place] for line in block[1:] if (one := line.strip(_FRAME))) for block in headed
            ]
            yield "\n".join(f"{block[0]} {word}" for block, word in zip(headed, spelt, strict=True))


def choices(text: str) -> Iterator[Stream]:
    """Yield which of two words stands at each place, where lines are alike but for such choices."""
    lines = [_PARTS.split(line.strip()) for line in text[: 1 << 18].split("\n")[:MAX_LINES] if line.strip()]
    parts = [part for line in lines for part in line if part]
    kinds = sorted(set(parts))
    pairs = _pairs(lines, kinds) if 2 <= len(kinds) <= 2 * MAX_KINDS and len(parts) >= 60 else []
    for turns in product((0, 1), repeat=max(len(pairs) - 1, 0)) if pairs else ():
        value: dict[str, int] = {}
        for (first, second), turn in zip(pairs, (0, *turns), strict=True):
            value |= {first: turn, second: 1 - turn}
        yield stream(f"words {turns}", [[value[part] for part in line if part in value] for line in lines])


def _pairs(lines: Sequence[Sequence[str]], kinds: Sequence[str]) -> list[tuple[str, str]]:
    """Return the words that stand for one another: those that share their places in the lines."""
    usual = max(map(len, lines))
    places: dict[str, set[int]] = {kind: set() for kind in kinds}
    for line in lines:
        if len(line) == usual:
            for place, part in enumerate(line):
                if part:
                    places[part].add(place)
    found = []
    left = [kind for kind in kinds if places[kind]]
    while left:
        first = left.pop(0)
        same = [kind for kind in left if places[kind] & places[first]]
        if len(same) != 1:
            return []
        left.remove(same[0])
        found.append((first, same[0]))
    return found


def orders(text: str) -> Iterator[Column]:
    """Yield the numbers that orders of the same names stand for (Lehmer codes), block by block."""
    blocks = [
        [line.split(",")[0].split("\t")[0] for line in block.splitlines() if line.strip()]
        for block in re.split(r"\n\s*\n", text[: 1 << 18])
    ]
    for skip in (0, 1):
        yield from numbered([tuple(block[skip:]) for block in blocks if len(block) > skip])
    rows = [
        tuple(_PARTS.split(line.strip())) for line in text[: 1 << 18].split("\n")[:MAX_LINES] if line.strip()
    ]
    yield from numbered(rows)
    if text.lstrip()[:1] in ("{", "["):
        yield from numbered(_keys(text))


def numbered(lists: Sequence[tuple[str, ...]]) -> Iterator[Column]:
    """Yield the numbers of the orders, if all are of the same names; either end may be the high one."""
    fit = [one for one in lists if 8 <= len(one) <= 40 and len(set(one)) == len(one)]
    if len(fit) < _LEAST or len({frozenset(one) for one in fit}) > 1 or len(set(fit)) < _LEAST:
        return
    for base in (sorted(fit[0]), list(fit[0])):
        codes = [_code(one, base) for one in fit[:256]]
        size = len(base)
        spans = list(range(size, 0, -1))
        yield Column("orders", tuple(str(_number(code, spans)) for code in codes))
        yield Column("orders", tuple(str(_number(code[::-1], spans[::-1])) for code in codes))


def _code(order: Sequence[str], base: Sequence[str]) -> list[int]:
    left, places = list(base), []
    for name in order:
        places.append(left.index(name))
        left.remove(name)
    return places


def _number(places: Sequence[int], spans: Sequence[int]) -> int:
    """Return a number of mixed radix whose high place comes first."""
    value = 0
    for place, span in zip(places, spans, strict=True):
        value = value * span + place
    return value


def _keys(text: str) -> list[tuple[str, ...]]:
    """Return the keys of every object of a JSON text, in the order in which they stand."""
    found: list[tuple[str, ...]] = []

    def kept(pairs: Sequence[tuple[str, object]]) -> Mapping[str, object]:
        found.append(tuple(name for name, _ in pairs))
        return {}

    for line in [text[: 1 << 20]] if len(text) <= 1 << 20 else text[: 1 << 20].splitlines():
        try:
            json.loads(line, object_pairs_hook=kept)
        except (ValueError, RecursionError):
            break
    if not found:
        for line in text[: 1 << 18].splitlines():
            try:
                json.loads(line, object_pairs_hook=kept)
            except (ValueError, RecursionError):
                break
    return found
