"""Tables found anywhere in a file, arranged anew: stood upright, gathered by number, cut into their fields.

Whatever reader or coding a table came from, these ways of laying out rows are asked of it; what the file
openly holds has been asked by `disguises`. Knows no records; what it finds is searched and never written.
Bounded; pure; called by `judge` and `sightings`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from itertools import islice

import numpy as np
import pyarrow as pa

from sandbox.egress.content import Content, Document, Form, Sheet
from sandbox.egress.descents import descended
from sandbox.egress.documents import unique_names
from sandbox.egress.fused import unfused
from sandbox.egress.gathered import plain_of
from sandbox.egress.headings import by_number
from sandbox.egress.legible import legible
from sandbox.egress.measured import figure
from sandbox.egress.worded import as_files, askew, lines_in
from sandbox.files.types import FileType

MAX_LINES = 12
MAX_CELLS = 60_000
MAX_CONTENTS = 12
MAX_NAME = 40
MAX_NODES = 40_000
MAX_TABLES = 6
MAX_FIGURES = 20_000
_LEAST = 8
_WIDEST = 8
_SPARSE = 0.6
MAX_WIDTH = 40
_IN_NUMBERS = "-."
_MOSTLY = 0.8
_UNITS = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
_UNIT = re.compile(rf"\s*[¥￥]?(\d{{1,12}}(?:\.\d{{1,12}})?)\s?([{''.join(_UNITS)}])元?\s*")


def arranged(
    own: Sequence[Content], found: Sequence[Content], loose: Sequence[bytes], whole: bytes = b""
) -> list[Content]:
    """Return what was found in a file, once it is laid out as rows, gathered by number or cut into fields.

    The tables that it has of its `own` were asked that already, and so was the `whole` file where a reader
    made tables of it. `loose` are parts that no reader knows.
    """
    said = [text for one in found if not one.guessed for text in one.stray]
    plain = ["\n".join(one.texts[:MAX_NODES]) for one in own if not one.sheets]
    texts = [*filter(None, map(plain_of, loose)), *lines_in([*own, *found]), *filter(legible, said)]
    known, open_text = {text for one in own for text in one.stray}, plain_of(whole)
    known |= {open_text} if any(one.sheets for one in own) else set()
    new = (text for text in texts if text not in known and not askew(text, open_text))
    had = [sheet.table for one in (*own, *found) for sheet in one.sheets]
    laid = different(as_files([*plain, *new]), had)
    found = [*found, Content(FileType.BINARY, Form.UNREAD, sheets=_sheets(laid), guessed=True)]
    some = [one for one in found if one.sheets][-MAX_CONTENTS:]
    documents = [one.document for one in (*own, *found) if one.document is not None][-MAX_CONTENTS:]
    lists = [*islice((table for one in documents for table in _in_turn(one)), MAX_TABLES)]
    lists += islice((table for one in documents for table in descended(one)), MAX_TABLES)
    tables = [sheet.table for one in (*own, *some) for sheet in one.sheets if sheet.table.num_rows]
    anew = list(islice((new for one in tables for new in (*_unjoined(one), *_crossed(one))), MAX_TABLES))
    anew += islice((new for one in (*anew, *tables) for new in _counted_out(one)), MAX_TABLES)
    every = _sheets(different((*laid, *by_number(some), *unfused(some, ()), *lists, *anew), had))
    return [Content(FileType.BINARY, Form.UNREAD, sheets=every, guessed=True)] if every else []


def _sheets(tables: Iterable[pa.Table]) -> tuple[Sheet, ...]:
    return tuple(Sheet("", table, plain=False) for table in tables)


def different(tables: Iterable[pa.Table], known: Iterable[pa.Table]) -> list[pa.Table]:
    """Return the tables with a column that no table has as well which is `known` or before them.

    A head that was read as the first line is no column anew, nor is a line that was read as the head, a name
    that stands beside each value, or marks.
    """
    held = [(table.num_rows, cache(partial(_cells_of, table))) for table in known]
    found = []
    for table in tables:
        cells = {_column(column) for column in table.columns}
        cells = {one for one in cells if len(set(one)) > 1 or any(map(str.isalnum, "".join(one[:1])))}
        if not any(abs(rows - table.num_rows) <= 1 and cells <= shown() for rows, shown in held):
            held.append((table.num_rows, cache(partial(_cells_of, table))))
            found.append(table)
    return found


def _cells_of(table: pa.Table) -> set[tuple[str, ...]]:
    """Return the columns of a table: as they are, with the name for the first cell or all, and below it."""
    columns = zip(map(str, table.column_names), map(_column, table.columns), strict=True)
    forms = ((cells, (name, *cells), cells[1:], (name,) * len(cells)) for name, cells in columns)
    return {one for four in forms for one in four}


def _column(column: pa.ChunkedArray) -> tuple[str, ...]:
    return tuple(cell or "" for cell in column.to_pylist())


def _in_turn(document: Document) -> Iterator[pa.Table]:
    """Yield lists in which values of several kinds come by turns, those of one name below each other."""
    held: dict[str, list[list[str]]] = defaultdict(list)
    waiting: list[tuple[str, Document]] = [("", document)]
    for _ in range(MAX_NODES):
        if not waiting:
            break
        name, one = waiting.pop()
        if isinstance(one, Mapping):
            waiting += [(str(key), value) for key, value in one.items()]
        elif isinstance(one, Sequence) and not isinstance(one, str):
            if one and not any(isinstance(cell, Mapping | list | tuple) for cell in one[:MAX_FIGURES]):
                held[name].append([str(cell) for cell in one[:MAX_FIGURES]])
            else:
                waiting += [(name, inner) for inner in reversed(one[:MAX_NODES])]
    for lists in held.values():
        yield from _by_turns([cell for cells in lists for cell in cells][:MAX_FIGURES], lists)


def _by_turns(cells: Sequence[str], lists: Sequence[Sequence[str]]) -> Iterator[pa.Table]:
    """Yield figures by as many columns as there are kinds: one is always below the other."""
    parsed = [figure(cell) for cell in cells]
    if len(cells) < 2 * _LEAST or any(one is None for one in parsed):
        return
    values = np.array([one[0] for one in parsed if one is not None])
    for width in range(2, _WIDEST + 1):
        grid = values[: values.size // width * width].reshape(-1, width)
        if len(grid) < _LEAST or any(len(one) % width for one in lists):
            continue
        low, high = np.sort(grid.min(axis=0)), np.sort(grid.max(axis=0))
        if (low[1:] > high[:-1]).any():
            columns = [pa.array(cells[at::width], pa.string()) for at in range(width)]
            yield pa.table(columns, names=[f"c{at}" for at in range(width)])
            return


def _unjoined(table: pa.Table) -> Iterator[pa.Table]:
    """Yield a table whose cells are several values with one and the same sign between them, taken apart."""
    if table.num_rows < _LEAST or table.num_rows * table.num_columns > MAX_CELLS:
        return
    columns: list[list[str]] = []
    apart = False
    for column in table.columns[:MAX_WIDTH]:
        cells = [cell or "" for cell in column.to_pylist()]
        sign = next((one for one in _signs(cells[0]) if _parts(cells, one)), "")
        apart |= bool(sign)
        columns += (
            [list(one) for one in zip(*(cell.split(sign) for cell in cells), strict=True)]
            if sign
            else [cells]
        )
    if apart:
        names = [f"c{at}" for at in range(len(columns))]
        yield pa.table([pa.array(column, pa.string()) for column in columns], names=names)


def _signs(cell: str) -> list[str]:
    """Return the signs of a cell that may part values: all but letters, figures, and what numbers have."""
    return [one for one in dict.fromkeys(cell) if not one.isalnum() and one not in _IN_NUMBERS][:_WIDEST]


def _parts(cells: Sequence[str], sign: str) -> bool:
    """Return whether a sign parts all cells into as many values."""
    count = cells[0].count(sign)
    return 0 < count < _WIDEST and all(cell.count(sign) == count for cell in cells)


def _crossed(table: pa.Table) -> Iterator[pa.Table]:
    """Yield what stands where lines and columns of a table with many empty cells meet, a row a cell."""
    if table.num_columns < 4 or not _LEAST <= table.num_rows * table.num_columns <= MAX_CELLS:
        return
    first, *others = (column.to_pylist() for column in table.columns)
    cells = [
        (line, str(name), cell)
        for name, column in zip(table.column_names[1:], others, strict=True)
        for line, cell in zip(first, column, strict=True)
        if cell
    ]
    if _LEAST <= len(cells) <= _SPARSE * table.num_rows * len(others):
        columns = [pa.array(column, pa.string()) for column in zip(*cells, strict=True)]
        yield pa.table(columns, names=["line", "column", "cell"])


def _counted_out(table: pa.Table) -> Iterator[pa.Table]:
    """Yield a table with plain figures where the cells of columns count in 万 or 亿."""
    if not _LEAST <= table.num_rows <= MAX_CELLS // max(table.num_columns, 1):
        return
    columns: dict[str, list[str | None]] = {}
    counted = False
    for name, column in zip(table.column_names, table.columns, strict=True):
        cells = column.to_pylist()
        found = [_UNIT.fullmatch(cell or "") for cell in cells]
        units = sum(one is not None for one in found) >= _MOSTLY * len(cells)
        counted |= units
        columns[name] = [_worth(one) for one in found] if units else cells
    if counted:
        yield pa.table({name: pa.array(cells, pa.string()) for name, cells in columns.items()})


def _worth(found: re.Match[str] | None) -> str | None:
    """Return what a figure with its unit comes to, without zeros that say nothing."""
    return f"{float(found[1]) * _UNITS[found[2]]:.2f}" if found else None


def upright(table: pa.Table) -> list[pa.Table]:
    """Return a table that lies on its side as it was before, a line a column; none for any other.

    The first cell of a line is its name; the old headings are a column as well, for they may be a line.
    """
    rows, width = table.num_rows, table.num_columns
    if not 1 <= rows <= MAX_LINES or width < max(_LEAST, 2 * rows) or rows * width > MAX_CELLS:
        return []
    columns = [column.to_pylist() for column in table.columns]
    lines = [list(map(str, table.column_names)), *map(list, zip(*columns, strict=True))]
    names = unique_names([str(line[0] or "")[:MAX_NAME] for line in lines])
    return [
        pa.table({name: pa.array(line[1:], pa.string()) for name, line in zip(names, lines, strict=True)})
    ]
