"""Texts whose signs stand one by one in a table, each beside the number of its place: an index of characters.

A list of the characters of a corpus that also says where each stands holds the corpus. A column of single
signs (or the keys of a document) is put in order by columns of whole numbers, one of which may name the text,
or by lists of places in one cell. Bounded; pure; called by `sightings`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice, permutations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sandbox.egress.content import Content, Form
from sandbox.egress.recognise import Recognised, recognise
from sandbox.egress.slots import shared
from sandbox.files.types import FileType
from sandbox.fingerprint.index import RecordIndex

MAX_SIGNS = 40_000
MAX_COLUMNS = 8
LEAST = 40
_SINGLE = 0.9
"""Share of the cells of a column that are one sign each."""
_ALIKE = 0.99
"""Share of the places that hold one sign, where places tell the order of a text."""
_PLACES = re.compile(r"\d{1,7}(?:[\s,;|、]+\d{1,7})*")
_NUMBER = re.compile(r"\d{1,7}")

Places = NDArray[np.int64]


def placed(tables: Sequence[pa.Table], indexes: Sequence[RecordIndex]) -> Recognised:
    """Return the records of the texts that tables of signs and places spell."""
    texts = list(dict.fromkeys(text for table in tables for text in spelt(table)))
    if not texts:
        return Recognised()
    return recognise([Content(FileType.BINARY, Form.UNREAD, stray=tuple(texts))], indexes)


def spelt(table: pa.Table) -> Iterator[str]:
    """Yield the texts that a table of signs and places spells, a line for each text that it numbers."""
    if not (0 < table.num_rows <= MAX_SIGNS and 2 <= table.num_columns <= MAX_COLUMNS):
        return
    columns = [[cell or "" for cell in column.to_pylist()] for column in table.columns]
    for at, column in enumerate(columns):
        signs = _signs(column)
        if signs:
            others = [other for number, other in enumerate(columns) if number != at]
            yield from _in_order(signs, others)
            return


def _signs(cells: Sequence[str]) -> list[str]:
    """Return the single signs of a column without what all begin with; nothing if it has others."""
    ahead = len(shared(cells)) if len(set(cells)) > 1 else 0
    for start in dict.fromkeys((0, ahead)):
        bare = [cell[start:] for cell in cells]
        if sum(len(cell) == 1 for cell in bare) >= _SINGLE * len(bare):
            return [cell[:1] for cell in bare]
    return []


def _in_order(signs: Sequence[str], others: Sequence[Sequence[str]]) -> Iterator[str]:
    numbered: list[Places] = []
    for column in others:
        if all(map(_NUMBER.fullmatch, column)):
            numbered.append(np.array(list(map(int, column)), np.int64))
        elif all(map(_PLACES.fullmatch, column)):
            pairs = (
                (int(place), sign)
                for sign, cell in zip(signs, column, strict=True)
                for place in _NUMBER.findall(cell)
            )
            held = list(islice(pairs, MAX_SIGNS + 1))
            yield from _text([place for place, _ in held], [sign for _, sign in held])
    for places in numbered:
        yield from _text(places.tolist(), signs)
    if len(signs) >= LEAST:
        for text, place in permutations(numbered[:4], 2):
            yield from _texts(text, place, signs)


def _text(places: Sequence[int], signs: Sequence[str]) -> Iterator[str]:
    """Yield the signs by their places, if nearly every place has one."""
    if LEAST <= len(places) <= MAX_SIGNS and _dense(places):
        yield "".join(sign for _, sign in sorted(zip(places, signs, strict=True)))


def _dense(places: Sequence[int]) -> bool:
    """Return whether places are nearly all different, and at least every second of their span is there."""
    return len(set(places)) >= _ALIKE * len(places) and max(places) - min(places) < 2 * len(places)


def _texts(text: Places, place: Places, signs: Sequence[str]) -> Iterator[str]:
    """Yield a line a text with its signs by their places, if a text has nearly one sign at each."""
    kinds = len(np.unique(text))
    pairs = len(np.unique(np.stack([text, place]), axis=1).T)
    if not 2 <= kinds <= len(signs) // 4 or pairs < _ALIKE * len(signs):
        return
    order = np.lexsort((place, text))
    breaks = np.flatnonzero(np.diff(text[order]) != 0) + 1
    yield "\n".join("".join(signs[one] for one in line.tolist()) for line in np.split(order, breaks))
