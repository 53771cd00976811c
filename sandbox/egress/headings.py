"""Values under numbered names, gathered by number: one long row, keys of a document, lines of settings.

dob_007, dos_007 and fee_007 are of one record wherever they stand, and however they were shuffled. Names that
share no number but an ending of letters are taken apart where that leaves few beginnings with as many endings
each. Knows no records. Bounded; pure; called by `disguises`, which has the tables searched.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice

import pyarrow as pa

from sandbox.egress.content import Content
from sandbox.egress.slots import Frame

LEAST = 5
MAX_NAMES = 20_000
MAX_ROWS = 50
MAX_CELLS = 60_000
MAX_WIDTH = 60
MAX_TABLES = 6
MAX_TEXT = 1 << 18
_OTHERS = 4
_LONGEST = 8
_FILLED = 0.6
_MOSTLY = 0.8
_NUMBER = re.compile(r"\d+")
_LETTERED = re.compile(r"[^\W\d_].{0,40}\d|\d.{0,40}[^\W\d_]")
_ENTRY = re.compile(
    r"^(?:[^\S\n]|[-*])*[\"']?([^\s=:\"',，：]{3,100}+)[\"']?\s*[=:：]\s*(\S.{0,80}?)[\s,;]*$", re.MULTILINE
)

Parts = Mapping[str, Mapping[str, int]]
"""The place of a value by the bare name and the number of its full one."""


def by_number(contents: Sequence[Content], every: Sequence[Frame] = ()) -> list[pa.Table]:
    """Return what stands under numbered names in contents, or beside them in lines of one frame, as tables.

    They have a row for each number.
    """
    found = chain.from_iterable(map(_of_content, contents[:50]))
    return list(islice(chain(found, chain.from_iterable(map(_of_frame, every[:_OTHERS]))), MAX_TABLES))


def _of_frame(frame: Frame) -> Iterator[pa.Table]:
    if len(frame.rows) < 2 * LEAST:
        return
    yield from _beside(list(zip(*frame.rows[:MAX_NAMES], strict=True)))


def _pairs(names: Sequence[str], values: Sequence[str]) -> Iterator[pa.Table]:
    yield from _gathered(names, [[value] for value in values])


def _beside(rows: Sequence[Sequence[str]]) -> Iterator[pa.Table]:
    """Yield what every other column says beside each column of numbered names."""
    columns = [one for one in rows if len(set(one)) > 1][:_LONGEST]
    for at, names in enumerate(columns):
        if any(map(_LETTERED.search, names[:LEAST])) and len(set(names)) == len(names):
            named = [place for place, name in enumerate(names) if _LETTERED.search(name)]
            for values in [one for place, one in enumerate(columns) if place != at][:_OTHERS]:
                if len(named) >= _MOSTLY * len(names):
                    yield from _gathered([names[one] for one in named], [[values[one]] for one in named])


def _of_content(content: Content) -> Iterator[pa.Table]:
    for sheet in content.sheets[:20]:
        table = sheet.table
        if 2 * LEAST <= table.num_columns <= MAX_NAMES and 0 < table.num_rows <= MAX_ROWS:
            columns = [column.to_pylist() for column in table.columns]
            yield from _gathered([str(name) for name in table.column_names], columns)
        elif 2 <= table.num_columns <= _LONGEST and 2 * LEAST <= table.num_rows <= MAX_NAMES:
            columns = [[cell or "" for cell in column.to_pylist()] for column in table.columns]
            yield from _beside(columns) if table.num_columns > 2 else _pairs(*columns)
    if not content.sheets:
        for text in content.texts[:_OTHERS]:
            entries = _ENTRY.findall(text[:MAX_TEXT])[:MAX_NAMES]
            found = [(name, value.strip("\"'")) for name, value in entries if _NUMBER.search(name)]
            if len(found) >= 2 * LEAST:
                yield from _gathered([name for name, _ in found], [[value] for _, value in found])


def _gathered(names: Sequence[str], columns: Sequence[Sequence[str | None]]) -> Iterator[pa.Table]:
    """Yield a table for every way in which names are a bare name and a number: a row a number and old row."""
    rows = len(columns[0])
    for parts in _parted(names):
        keys = list(dict.fromkeys(key for held in parts.values() for key in held))
        if len(keys) * rows * len(parts) > MAX_CELLS:
            continue
        held = {place for places in parts.values() for place in places.values()}
        cells: dict[str, list[str | None]] = {
            bare: [
                columns[at][row] if (at := places.get(key)) is not None else None
                for row in range(rows)
                for key in keys
            ]
            for bare, places in parts.items()
        }
        for place in [at for at in range(len(names)) if at not in held][:_OTHERS]:
            if rows > 1 or len(columns) > len(held):
                cells[f"{names[place]} "] = [columns[place][row] for row in range(rows) for _ in keys]
        yield pa.table({name: pa.array(column, pa.string()) for name, column in cells.items()})


def _parted(names: Sequence[str]) -> Iterator[Parts]:
    """Yield bare names with their numbers: by the last number of each name, by the first, by the letters."""
    numbers = [[(one.start(), one.end()) for one in _NUMBER.finditer(name)] for name in names]
    numbered = sum(map(bool, numbers))
    if numbered >= 2 * LEAST:
        last = [found[-1] if found else None for found in numbers]
        first = [found[0] if found else None for found in numbers]
        for cuts in [last] if first == last else [last, first]:
            parts = _fitting(
                (f"{name[: cut[0]]}#{name[cut[1] :]}", name[cut[0] : cut[1]], place)
                for place, (name, cut) in enumerate(zip(names, cuts, strict=True))
                if cut is not None
            )
            if parts:
                yield parts
    elif len(set(names)) == len(names) and not numbered:
        for size in range(1, _LONGEST):
            parts = _fitting(
                (name[:size], name[size:], place) for place, name in enumerate(names) if name[size:]
            )
            if parts and len(parts) * _OTHERS <= len(names):
                yield parts
                return


def _fitting(found: Iterator[tuple[str, str, int]]) -> Parts:
    """Return the bare names that have several numbers, if most of them have most of the numbers."""
    held: dict[str, dict[str, int]] = defaultdict(dict)
    for bare, key, place in found:
        held[bare].setdefault(key, place)
    several = {bare: keys for bare, keys in held.items() if len(keys) >= LEAST}
    every = {key for keys in several.values() for key in keys}
    filled = sum(map(len, several.values()))
    fits = 2 <= len(several) <= MAX_WIDTH and filled >= _FILLED * len(several) * len(every)
    return several if fits else {}
