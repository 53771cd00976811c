"""Which of a few things stands at each place of a text, line after line: the choices of its form.

Kinds of quotes, noughts at the end, orders of keys, one of a few words in a column, lengths of lists, parts
of colours, steps between growing numbers, signs of a block of characters, words to which a text itself gives
numbers; and the bytes that code in one column spells. What they say is asked by `dense` and `streams`. Only
places that vary and are many enough count. Bounded; pure; called by `channels`.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from itertools import pairwise, permutations

import numpy as np

from sandbox.egress.streams import Stream, stream

MAX_TEXT = 1 << 17
MAX_LINES = 4000
MAX_PLACES = 24
_LEAST = 60
_MOST_KINDS = 16
_MOST_PLACES = 8
_KEYS = range(3, 9)
_FEW_KEYS = 4
_QUOTED = re.compile(r"\"[^\"'\n]{0,40}\"|'[^\"'\n]{0,40}'")
_DECIMALS = re.compile(r"\d\.(\d+)(?![\d.])", re.ASCII)
_POWER = re.compile(r"\d[eE]([-+]?\d{1,3})\b", re.ASCII)
_BREAKS = re.compile(r"\n+")
_TAG = re.compile(r"<\w[\w:.-]*((?:\s+[\w:.-]+=(?:\"[^\"<]*\"|'[^'<]*')){3,8})\s*/?>")
_ATTRIBUTE = re.compile(r"\s([\w:.-]+)=")
_NUMBERS = re.compile(r"\d{1,17}", re.ASCII)
_COLOUR = re.compile(r"#([0-9A-Fa-f]{6})\b")
_PARTS = re.compile(r"[\s,;|]+")
_HEX = re.compile(r"[0-9a-f]+|[0-9A-F]+", re.ASCII)
_CODED = frozenset({4, 6, 8, 10, 12, 14, 16})
_GLYPH = re.compile(r"(?:uni|[uU]\+|\\u\{?|&#x)([0-9A-Fa-f]{4,5})(?![0-9A-Fa-f])")
_LEAST_GLYPHS = 24
_NAMED = re.compile(r"([^\W\d_]\w{0,7})\"?\s*[:=]\s*\"?(\d{1,3})(?!\d)")
_BLOCKS = (0x4E00, 0x3400, 0xAC00, 0x2800, 0x3041, 0x1F600, 0x1F000, 0x20000, 0x2600, 0x2500, 0xA000, 0x100)
_BLOCK = 1 << 13


def chosen(text: str) -> Iterator[Stream]:
    """Yield every sequence of choices of the form of a text that is long enough to say anything."""
    head = text[:MAX_TEXT]
    lines = [line for line in head.split("\n")[:MAX_LINES] if line.strip()]
    for one in (*_of_figures(head), *_of_columns(lines), *_of_keys(head), *_of_signs(head)):
        if one.values.size >= _LEAST and one.values.min() != one.values.max():
            yield one


def coded(text: str) -> Iterator[bytes]:
    """Yield the bytes that code of one length in one column of the lines spells, all lines together."""
    lines = [line.split() for line in text[:MAX_TEXT].split("\n")[:MAX_LINES]]
    for place in (0, 1, 2, -1):
        cells = [line[place] for line in lines if len(line) > max(place, 0)]
        codes = [
            cell for cell in cells if len(cell) % 2 == 0 and 4 <= len(cell) <= 16 and _HEX.fullmatch(cell)
        ]
        if len(codes) < 12 or len(codes) < 0.4 * len(cells):
            continue
        width, count = Counter(map(len, codes)).most_common(1)[0]
        whole = "".join(code for code in codes if len(code) == width)
        if count >= 12 and not whole.isdecimal():
            yield bytes.fromhex(whole)


def written_glyphs(text: str) -> str:
    """Return the characters whose numbers a text names one by one, such as /uni9075, line by line."""
    head = text[:MAX_TEXT]
    if len(_GLYPH.findall(head[: 1 << 14])) < _LEAST_GLYPHS:
        return ""
    found, last = [], 0
    for one in _GLYPH.finditer(head):
        apart = head[last : one.start()]
        found.append("\n" if apart.count("\n") > 1 or "moveto" in apart or len(apart) > 40 else "")
        found.append(chr(int(one.group(1), 16)))
        last = one.end()
    return "".join(found)


def _of_figures(head: str) -> Iterator[Stream]:
    quotes = _QUOTED.findall(head)
    yield stream("quotes of words", [[int(one[0] == "'") for one in quotes]])
    yield stream("lengths of decimals", [[len(one) for one in _DECIMALS.findall(head)]])
    yield stream("powers of ten", [[abs(int(one)) for one in _POWER.findall(head)]])
    yield stream("blank lines", [[len(one) - 1 for one in _BREAKS.findall(head)]])
    colours = _COLOUR.findall(head)
    yield stream("parts of colours", [[int(one[at : at + 2], 16) for one in colours for at in (0, 2, 4)]])
    named = dict(_NAMED.findall(head)) if head.count(":") + head.count("=") >= 16 else {}
    numbers = sorted(map(int, named.values()))
    if len(named) >= 16 and numbers == list(range(numbers[0], numbers[0] + len(numbers))):
        told = re.findall(rf"(?<!\w)({'|'.join(map(re.escape, named))})(?!\w)(?!\"?\s*[:=]\s*\"?\d)", head)
        yield stream("words with numbers", [[int(named[one]) for one in told]])


def _of_columns(lines: Sequence[str]) -> Iterator[Stream]:
    """Yield which of a few kinds stands in each column of lines of one form, and steps of what grows."""
    if len(lines) < _LEAST:
        return
    rows = [_PARTS.split(line.strip()) for line in lines]
    width, count = Counter(map(len, rows)).most_common(1)[0]
    if not 1 <= width <= MAX_PLACES or count < _LEAST or count < 0.8 * len(rows):
        return
    columns = list(zip(*(row for row in rows if len(row) == width), strict=True))
    for place, column in enumerate(columns):
        yield from _ranked(f"column {place}", column[1:] if column[0] not in column[1:] else column)
        body = [int(cell) for cell in column if cell.isascii() and cell.isdecimal() and len(cell) <= 17]
        steps = np.diff(np.array(body, np.int64)) if len(body) >= count - 1 else np.zeros(0, np.int64)
        if steps.size >= _LEAST and (steps >= 0).all() and int(steps.max()) < 1 << 16:
            yield stream(f"steps of {place}", [steps.tolist()])
    yield from _of_numbers(lines)
    if len(columns) > 1:
        yield from _ranked("cells", [cell for row in zip(*columns, strict=True) for cell in row])


def _of_numbers(lines: Sequence[str]) -> Iterator[Stream]:
    """Yield the numbers that vary from line to line, each place by itself, which is larger, bytes."""
    rows = [list(map(int, _NUMBERS.findall(line))) for line in lines]
    width, count = Counter(map(len, rows)).most_common(1)[0]
    if not 1 <= width <= MAX_PLACES or count < _LEAST:
        return
    grid = np.array([row for row in rows if len(row) == width], np.int64)
    varied = [place for place in range(width) if len(np.unique(grid[:256, place])) > 8]
    for place in varied[:_MOST_PLACES]:
        yield stream(f"numbers {place}", [grid[:, place].tolist()])
    for one, other in pairwise(varied[:_MOST_PLACES]):
        yield stream(f"larger of {one}", [(grid[:, one] > grid[:, other]).astype(np.int64).tolist()])
    small = [place for place in varied if int(grid[:, place].max()) < 256]
    if 1 < len(small) < width:
        yield stream("small numbers", [grid[:, small].reshape(-1).tolist()])


def _ranked(name: str, values: Sequence[Hashable]) -> Iterator[Stream]:
    """Yield the kinds of values as numbers, sorted and in the order in which they come."""
    kinds = list(dict.fromkeys(values))
    if not 2 <= len(kinds) <= _MOST_KINDS or len(values) < _LEAST:
        return
    orders: list[Sequence[Hashable]] = [sorted(kinds, key=str), kinds]
    if len(kinds) == _FEW_KEYS:
        orders = list(permutations(sorted(kinds, key=str)))
    for order in orders if len(kinds) > 2 else orders[:1]:
        place = {kind: at for at, kind in enumerate(order)}
        yield stream(name, [[place[one] for one in values]])


def _of_keys(head: str) -> Iterator[Stream]:
    """Yield the orders of the keys of objects or tags as numbers, and the lengths of lists, of a document."""
    if head.lstrip()[:1] == "<":
        yield from _orders([tuple(_ATTRIBUTE.findall(tag)) for tag in _TAG.findall(head)])
    if head.lstrip()[:1] not in ("{", "["):
        return
    keys: list[tuple[str, ...]] = []

    def kept(pairs: Sequence[tuple[str, object]]) -> Mapping[str, object]:
        keys.append(tuple(name for name, _ in pairs))
        return dict(pairs)

    try:
        document = json.loads(head, object_pairs_hook=kept)
    except (ValueError, RecursionError):
        return
    yield stream("lengths of lists", [_lengths(document)])
    yield from _orders(keys)


def _orders(keys: Sequence[tuple[str, ...]]) -> Iterator[Stream]:
    same = Counter(frozenset(one) for one in keys if len(one) in _KEYS).most_common(1)
    orders = [one for one in keys if frozenset(one) == same[0][0]] if same else []
    if len(orders) < _LEAST or len(set(orders)) < 2:
        return
    names = sorted(orders[0])
    bases = permutations(names) if len(names) <= _FEW_KEYS else [tuple(names), orders[0]]
    for base in bases:
        place = {name: at for at, name in enumerate(base)}
        yield stream("orders of keys", [[_rank([place[name] for name in one]) for one in orders]])


def _rank(order: Sequence[int]) -> int:
    """Return the number of an order among all orders as they are sorted."""
    rank = 0
    for at, one in enumerate(order):
        rank = rank * (len(order) - at) + sum(other < one for other in order[at + 1 :])
    return rank


def _lengths(document: object) -> list[int]:
    found: list[int] = []
    waiting = [document]
    while waiting and len(found) < MAX_LINES:
        one = waiting.pop(0)
        if isinstance(one, Mapping):
            waiting += list(one.values())
        elif isinstance(one, list):
            found.append(len(one))
            waiting += [cell for cell in one if isinstance(cell, (list, dict))]
    return found[1:]


def _of_signs(head: str) -> Iterator[Stream]:
    """Yield characters by their place in a block of characters."""
    if not head.isascii():
        codes = np.array([ord(sign) for sign in head if ord(sign) > 255][: 2 * MAX_LINES], np.int64)
        for start in _BLOCKS if codes.size >= _LEAST else ():
            held = codes[(codes >= start) & (codes < start + _BLOCK)] - start
            if held.size >= max(_LEAST, 0.8 * codes.size):
                yield stream(f"signs from {start:x}", [held.tolist()])
