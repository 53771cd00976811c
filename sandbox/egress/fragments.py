"""What identifiers may be put together from: the runs of figures in every cell, in whatever writing.

A cell gives its days in figures, its numerals of any script, what stands on either side of stars or marks.
Columns whose runs are of one width are pieces; those of a row are put together to the width of an identifier
as long as their front can still be one. A table that holds the same key twice, in another
order, was two: the second is put in the order of the first. Bounded; pure; called by `pieces`.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations

import pyarrow as pa

from sandbox.fingerprint.canonical import canonical, canonical_array

MAX_COLUMNS = 28
MAX_CELLS = 40_000
MAX_FOUND = 160
MAX_STEPS = 20_000
MAX_PIECES = 5
MAX_DAY = 64
"""Signs of a cell that may be a day, in words and however many blanks: whole documents in a cell are none."""
_LEAST = 5
_SEEN = 16
_SHARED = 3
"""Width from which all rows may have the same piece: one area, one network."""
_MANY = 256
"""Cells whose forms are asked for together; of fewer each is quicker by itself."""
_MOSTLY = 0.8
_WIDTHS = (11, 17, 18)
_DIGITS = str.maketrans("〇零一二三四五六七八九壹贰叁肆伍陆柒捌玖貳參陸", "00123456789123456789236")
_RUN = re.compile(r"[0-9]+X?(?![A-Z])|(?<![0-9A-Z])X(?![0-9A-Z])")
_DAY = re.compile(r"\d{8}")
_FRONTS = {
    11: re.compile(r"1([3-9]\d*)?"),
    18: re.compile(
        r"[1-8](\d{0,5}|\d{5}(1|2|19|20|(19|20)\d|(19|20)\d\d"
        r"((0[1-9]?|1[0-2]?)(([0-2]\d?|3[01]?)(\d{0,3}[\dX]?)?)?)?))"
    ),
}  # fmt: skip

Piece = tuple[int, tuple[str, ...]]


def fragments(table: pa.Table) -> list[Piece]:
    """Return the columns of pieces of a table: runs of figures of one width in nearly all cells."""
    if not 0 < table.num_rows * table.num_columns <= MAX_CELLS:
        return []
    found: dict[Piece, None] = {}
    for column in table.columns:
        cells = _figures([cell or "" for cell in column.to_pylist()])
        if len(cells) < _LEAST:
            continue
        usual, count = Counter(map(len, cells)).most_common(1)[0]
        for at in range(usual) if count >= _MOSTLY * len(cells) else ():
            runs = tuple(cell[at] if len(cell) == usual else "" for cell in cells)
            width, same = Counter(map(len, runs)).most_common(1)[0]
            if 1 <= width <= 16 and same >= _MOSTLY * len(runs) and (width >= _SHARED or len(set(runs)) > 1):
                found[width, runs] = None
            if len(found) >= MAX_COLUMNS:
                return list(found)
    return list(found)[:MAX_COLUMNS]


def _figures(cells: Sequence[str]) -> list[list[str]]:
    """Return the runs of figures of each cell; a day is one of eight. Each different cell is read once."""
    different = list(dict.fromkeys(cells))
    plain = [unicodedata.normalize("NFKC", cell).strip().upper() for cell in different]
    figures = [one.translate(_DIGITS) for one in plain]
    asked = list(dict.fromkeys(one for one in (*plain, *figures) if len(one) <= MAX_DAY))
    if len(asked) > _MANY:
        told = canonical_array(pa.array(asked, pa.large_string())).to_pylist()
    else:
        told = list(map(canonical, asked))
    forms = dict(zip(asked, told, strict=True))
    read = {}
    for at, cell in enumerate(different):
        days = filter(_DAY.fullmatch, (forms.get(one, "") for one in (plain[at], figures[at])))
        day = next(days, "")
        read[cell] = [day] if day else _RUN.findall(figures[at])
    return [read[cell] for cell in cells]


def in_one_order(table: pa.Table) -> Iterator[pa.Table]:
    """Yield the table with the columns from the second of two equal keys on in the order of the first."""
    if not _LEAST <= table.num_rows <= MAX_CELLS or not 3 <= table.num_columns <= MAX_COLUMNS:
        return
    cells = [[cell or "" for cell in column.to_pylist()] for column in table.columns]
    keys = [at for at, column in enumerate(cells) if len(set(column)) >= table.num_rows - 1]
    for one, other in combinations(keys, 2):
        if cells[one] != cells[other] and set(cells[one]) == set(cells[other]):
            place = {cell: row for row, cell in enumerate(cells[other])}
            order = pa.array([place[cell] for cell in cells[one]])
            columns = [
                column.combine_chunks() if at < other else column.combine_chunks().take(order)
                for at, column in enumerate(table.columns)
            ]
            yield pa.table(columns, names=[str(at) for at in range(len(columns))])


def turned(table: pa.Table) -> Iterator[pa.Table]:
    """Yield a table of few rows on its side, its heading as what it is: the first cell of each column."""
    if 2 <= table.num_rows <= MAX_COLUMNS and _LEAST <= table.num_columns <= MAX_CELLS // table.num_rows:
        rows = zip(*(column.to_pylist() for column in table.columns), strict=True)
        whole = [list(map(str, table.column_names)), *(list(row) for row in rows)]
        names = [str(at) for at in range(len(whole))]
        yield pa.table([pa.array(row, pa.string()) for row in whole], names=names)


def tiled(pieces: Sequence[Piece]) -> Iterator[tuple[int, list[str]]]:
    """Yield what pieces of one row make at the widths of identifiers, while their fronts may be one."""
    steps = found = 0
    waiting: list[tuple[int, ...]] = [(at,) for at in range(len(pieces))]
    while waiting and steps < MAX_STEPS and found < MAX_FOUND:
        chosen = waiting.pop()
        steps += 1
        width = sum(pieces[at][0] for at in chosen)
        if width > max(_WIDTHS) or not _hopeful([pieces[at][1] for at in chosen], width):
            continue
        if width in _WIDTHS and len(chosen) > 1:
            found += 1
            rows = zip(*(pieces[at][1] for at in chosen), strict=True)
            yield len(pieces[chosen[0]][1]), ["".join(row) for row in rows]
        if len(chosen) < MAX_PIECES and width < max(_WIDTHS):
            rows_of = len(pieces[chosen[0]][1])
            waiting += [
                (*chosen, at)
                for at in range(len(pieces))
                if at not in chosen and len(pieces[at][1]) == rows_of
            ]


def _hopeful(columns: Sequence[Sequence[str]], width: int) -> bool:
    """Return whether the fronts of most rows may be that of an identifier."""
    fronts = ["".join(row) for row in zip(*(column[:_SEEN] for column in columns), strict=True)]
    whole = [front for front in fronts if len(front) == width]
    kinds = [front for size, front in _FRONTS.items() if width <= size]
    least = max(_LEAST - 2, _MOSTLY * len(whole))
    return any(sum(bool(kind.fullmatch(one)) for one in whole) >= least for kind in kinds)
