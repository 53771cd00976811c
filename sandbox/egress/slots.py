"""What stands at the same place of lines that are built alike, a column for each place: the slots of a text.

Knows no format: the marks of a line are its frame, and lines of one frame are rows. Blocks of as many rows
are one table, column beside column, for a format may write a column at a time. Pure and bounded; called by
`disguises`, which has the slots decoded (`codewords`) and the tables searched.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa

MAX_TEXT = 1 << 18
MAX_LINES = 20_000
MAX_CELLS = 4_000
MAX_WIDTH = 60
LEAST_ROWS = 4
_LONG_LINE = 2_000
_FIELD = re.compile(r"(?:[^\s,;|\"'<>(){}\[\]^~=]|=(?=[=\s,;|\"'<>)}\]]|$))+")
_QUOTED = re.compile(r"\"((?:[^\"\\\n]|\\.){8,})\"|'((?:[^'\\\n]|\\.){8,})'")
_NUMBER = re.compile(r"\d{1,6}$")
_ENDS = re.compile(r"(?<=[}\];>])\s*|,\s*(?=[\"{\[])")
_CAPITALS = re.compile(r"[A-Z0-9 $%*+./:-]{12,}")
_FEW = 40
"""A column in which a value comes back more often than this on average is no code."""
_BLANKS = re.compile(r"\s+")
_WORD = re.compile(r"(?:0x)?[0-9A-Fa-f]{4,16}[uUlLhH]*")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})+")
_FRAME = "\0"
_GAP = 2.0
"""A block of lines ends where so many times the usual number of other lines follow."""
_BOUNDARY = ":=#|@-_./ "


@dataclass(frozen=True, slots=True)
class Frame:
    """Lines of one frame: the numbers of the lines, and their fields line by line."""

    places: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]


def lines_of(text: str) -> list[str]:
    """Return the lines of the front of a text; one that is a whole document is cut at its brackets."""
    found: list[str] = []
    for line in text[:MAX_TEXT].splitlines():
        found += _ENDS.split(line) if len(line) > _LONG_LINE else [line]
        if len(found) >= MAX_LINES:
            break
    return found[:MAX_LINES]


def frames(lines: Sequence[str]) -> list[Frame]:
    """Return the groups of lines with the same marks around their fields, the largest first."""
    held: dict[str, tuple[list[int], list[tuple[str, ...]]]] = defaultdict(lambda: ([], []))
    for place, line in enumerate(lines):
        fields = _FIELD.findall(line)
        if 0 < len(fields) <= MAX_WIDTH:
            frame = _BLANKS.sub(" ", _FIELD.sub(_FRAME, line)).strip()
            if len(fields) == 1 and _HEX.fullmatch(fields[0]):
                frame = f"{frame}{len(fields[0])}"
            places, rows = held[frame]
            places.append(place)
            rows.append(tuple(fields))
    found = [Frame(tuple(places), tuple(rows)) for places, rows in held.values() if len(rows) >= LEAST_ROWS]
    return sorted(found, key=lambda one: -len(one.rows))


def slots(lines: Sequence[str], every: Sequence[Frame]) -> Iterator[tuple[str, ...]]:
    """Yield the columns of all frames whose cells differ, then whole lines in capitals, and what is quoted.

    Columns of hexadecimal digits of one width are one column; a column that numbers its rows puts the others
    in its order, too.
    """
    for one in every:
        columns = list(zip(*one.rows[:MAX_CELLS], strict=True))
        fit = [one for one in columns if len(set(one)) >= max(LEAST_ROWS, len(one) // _FEW)]
        yield from _in_turn(fit)
        yield from _in_order(fit)
        yield from fit
    quoted = tuple(one or other for one, other in _QUOTED.findall("\n".join(lines[:MAX_CELLS])))
    if len(quoted) >= LEAST_ROWS:
        yield quoted
    whole = tuple(line.strip() for line in lines[:MAX_CELLS] if line.strip())
    if len(whole) >= LEAST_ROWS and all(map(_CAPITALS.fullmatch, whole)):
        yield whole


def _in_turn(columns: Sequence[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """Yield columns of hexadecimal digits of one width as one, row by row."""
    by_width: dict[int, list[tuple[str, ...]]] = defaultdict(list)
    for column in columns:
        if all(map(_WORD.fullmatch, column[:64])):
            by_width[len(column[0])].append(column)
    for same in by_width.values():
        if len(same) >= 2:
            yield tuple(cell for row in zip(*same, strict=True) for cell in row)


def _in_order(columns: Sequence[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """Yield the other columns in the order of one that numbers the rows, if the rows are in another."""
    for column in columns:
        ends = [_NUMBER.search(cell) for cell in column]
        numbers = [int(end.group()) for end in ends if end]
        if len(numbers) < len(column) or numbers == sorted(numbers):
            continue
        if max(numbers) - min(numbers) == len(set(numbers)) - 1 == len(numbers) - 1:
            order = sorted(range(len(numbers)), key=numbers.__getitem__)
            yield from (tuple(one[at] for at in order) for one in columns if one is not column)
            return


def blocks(every: Sequence[Frame]) -> Iterator[Frame]:
    """Yield every frame cut where its lines are interrupted for longer than they usually are."""
    for one in every:
        steps = [after - before for before, after in zip(one.places, one.places[1:], strict=False)]
        usual = sorted(steps)[len(steps) // 2]
        start = 0
        for at, step in enumerate([*steps, usual * 1_000]):
            if step > _GAP * usual:
                if at + 1 - start >= LEAST_ROWS:
                    yield Frame(one.places[start : at + 1], one.rows[start : at + 1])
                start = at + 1


def beside(every: Sequence[Frame]) -> list[pa.Table]:
    """Return the blocks of as many rows side by side, where there are several."""
    by_rows: dict[int, list[Frame]] = defaultdict(list)
    for block in blocks(every):
        by_rows[len(block.rows)].append(block)
    found = []
    for rows, same in by_rows.items():
        columns = [
            column
            for block in sorted(same, key=lambda one: one.places)
            for column in zip(*block.rows, strict=True)
            if len(set(column)) > 1
        ]
        if len(same) >= 2 and rows <= MAX_CELLS and 2 <= len(columns) <= MAX_WIDTH:
            names = [f"c{place}" for place in range(len(columns))]
            found.append(pa.table([pa.array(column, pa.string()) for column in columns], names=names))
    return found[:8]


def trimmed(cells: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the cells as they are, and without what all of them begin and end with, up to a boundary."""
    ahead = shared(cells)
    behind = shared([cell[::-1] for cell in cells])
    front = max((place + 1 for place, sign in enumerate(ahead) if sign in _BOUNDARY), default=0)
    back = max((place + 1 for place, sign in enumerate(behind) if sign in _BOUNDARY), default=0)
    first = next((place + 1 for place, sign in enumerate(ahead) if sign in _BOUNDARY), 0)
    return list(
        dict.fromkeys(tuple(cell[start : len(cell) - back] for cell in cells) for start in (front, first))
    )


def shared(cells: Sequence[str]) -> str:
    """Return what all cells begin with."""
    low, high = min(cells), max(cells)
    differ = (at for at, (one, other) in enumerate(zip(low, high, strict=False)) if one != other)
    return low[: next(differ, min(len(low), len(high)))]
