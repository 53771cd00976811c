"""The readings of a product under which a record could be seen: rows, columns, lines, groups.

A record may be transposed, cut into key and value, packed into one cell, or written as a
line of text. Each reading is a list of token rows for the fingerprint match; every further
reading costs evidence (log2 of their number). Small products get all readings, large ones the
plain table only. Pure; called by `recognise`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from sandbox.egress.blobs import decoded_cell
from sandbox.egress.content import Content, Sheet
from sandbox.egress.documents import LEAVES
from sandbox.fingerprint.match import Laid, laid_together
from sandbox.fingerprint.readings import tokens, windows

TokenRows = Sequence[Sequence[str | None]]
Read: TypeAlias = tuple[Content, tuple["View", ...]]
Lines: TypeAlias = dict[str, tuple[list[str | None], list[str]]]
"""What a line holds between marks, and word by word: the same lines come in several contents of a file."""

SMALL_CELLS = 60_000
MAX_TOKENS = 64
MAX_COLUMNS = 256
MAX_STRAY = 20_000
_MOSTLY = 0.5  # share of cells that decode to text from which a table is read decoded, too
WINDOW = 12
_MANY, _LEAST = 500, 2
_MARKS = re.compile(r"[|;,，；、\t(){}（）\[\]&]|\s{2,}|\s?[:：=]\s?| - ")


@dataclass(frozen=True, slots=True)
class View:
    """One reading: its name, the rows, and whether row i is data row i of the file's table.

    `least` is how many records it must show: of thousands of guesses one is somebody's by chance.
    """

    name: str
    rows: pa.Table | Laid | TokenRows
    aligned: bool
    least: int = 1


def views_of(content: Content, read: Lines | None = None) -> tuple[View, ...]:
    """Return every reading of the content that is worth trying, the plain tables first.

    `read` keeps what lines hold for the next content.
    """
    read = {} if read is None else read
    found: list[View] = []
    for sheet in content.sheets:
        label = f"{sheet.name}: " if sheet.name else ""
        if sheet.table.num_rows and sheet.table.num_columns:
            found.append(_plain(label, sheet))
        if sheet.table.num_columns >= 2:
            found.append(View(label + "header", [sheet.table.column_names], aligned=False))
        if 0 < sheet.table.num_rows * sheet.table.num_columns <= SMALL_CELLS:
            found += [View(label + name, rows, aligned=False) for name, rows in _small_views(sheet.table)]
    if not content.sheets or content.document is not None:
        lines = [
            line for text in content.texts[:10_000] for line in text[: 4 << 20].splitlines() if line.strip()
        ]
        if lines and (not content.sheets or sum(map(len, lines)) <= 1 << 20):
            found += [View(name, rows, aligned=False) for name, rows in _line_views(lines, read)]
        if lines and sum(map(len, lines)) <= 1 << 20:
            found.append(View("reversed", _cut([tokens(line[::-1]) for line in lines]), aligned=False))
    stray = [line for text in content.stray for line in text.splitlines() if line.strip()][:MAX_STRAY]
    if stray:
        least = _LEAST if content.guessed and len(stray) > _MANY else 1
        hidden = _line_views(stray, read)
        found += [View(f"hidden {name}", rows, aligned=False, least=least) for name, rows in hidden]
    return _laid([view for view in found if not isinstance(view.rows, list) or view.rows])


def views_of_all(contents: Sequence[Content], known: Sequence[Read] = ()) -> list[Read]:
    """Return each content with its readings; of one that is like another or a known one, those very same."""
    held: list[Read] = list(known)
    read: Lines = {}
    for content in contents:
        like = next((views for one, views in held if _alike(one, content)), None)
        held.append((content, views_of(content, read) if like is None else like))
    return held[len(known) :]


def _alike(one: Content, other: Content) -> bool:
    """Return whether two contents have the same readings."""
    if one is other:
        return True
    return (
        (one.document is None) == (other.document is None)
        and len(one.sheets) == len(other.sheets)
        and one.texts == other.texts
        and one.stray == other.stray
        and all(
            left.name == right.name and left.table.equals(right.table)
            for left, right in zip(one.sheets, other.sheets, strict=True)
        )
    )


def _laid(views: Sequence[View]) -> tuple[View, ...]:
    """Return the same with rows of tokens laid out once for all indexes."""
    rows = [view.rows for view in views if not isinstance(view.rows, pa.Table | Laid)]
    each = iter(laid_together(rows))
    return tuple(
        view if isinstance(view.rows, pa.Table | Laid) else replace(view, rows=next(each)) for view in views
    )


def _plain(label: str, sheet: Sheet) -> View:
    """Return the table as it is; few rows of very many columns as rows of tokens, which is far quicker."""
    table = sheet.table
    if table.num_columns > MAX_COLUMNS and table.num_rows * table.num_columns <= SMALL_CELLS:
        columns = [column.to_pylist() for column in table.columns]
        return View(label + "rows", _cut(list(zip(*columns, strict=True))), aligned=False)
    return View(label + "rows", table, aligned=sheet.name != LEAVES)


def _small_views(table: pa.Table) -> Iterator[tuple[str, list[list[str | None]]]]:
    columns: list[list[str | None]] = [column.to_pylist() for column in table.columns]
    rows = [list(row) for row in zip(*columns, strict=True)]
    if (
        table.num_rows >= 2
    ):  # a table that lies on its side has no heading: what was read as one is its first cell
        yield (
            "columns",
            _cut([[name, *cells] for name, cells in zip(table.column_names, columns, strict=True)]),
        )
    yield "reversed", [[cell and cell[::-1] for cell in row] for row in rows]
    plain = [[decoded_cell(cell) if cell else None for cell in row] for row in rows]
    if sum(cell is not None for row in plain for cell in row) >= _MOSTLY * sum(map(_filled, rows)):
        yield "decoded", plain
    if table.num_columns >= 2:
        yield "adjacent", _cut([_adjacent(row) for row in rows])
    if _MARKS.search("\0".join(cell for row in rows for cell in row if cell)):
        packed = [_tokens(row) for row in rows]
        if any(len(cut) > _filled(row) for cut, row in zip(packed, rows, strict=True)):
            yield "packed", _cut(packed)
    if table.num_columns <= 2:
        yield "words", _cut([tokens(" ".join(filter(None, row))) for row in rows])
    if table.num_columns >= 2:
        yield from _groups(table, columns)
    if table.num_columns <= 3:
        cells = [cell for row in rows for cell in row]
        yield "windows", _windows(cells)


def _adjacent(row: Sequence[str | None]) -> list[str]:
    """Return values that may have been cut into cells: two or three neighbours together, and all of them."""
    cells = [cell or "" for cell in row]
    if len(cells) > MAX_TOKENS:
        return ["".join(cells)]
    joined = ["".join(cells[at : at + size]) for size in (2, 3) for at in range(len(cells) - size + 1)]
    return [*joined, "".join(cells)]


def _filled(row: Sequence[str | None]) -> int:
    return sum(bool(cell) for cell in row)


def _groups(table: pa.Table, columns: list[list[str | None]]) -> Iterator[tuple[str, list[list[str | None]]]]:
    """Yield rows gathered by each column that repeats: the key of a key-and-value layout."""
    for place, name in enumerate(table.column_names):
        distinct = len(pc.unique(table.column(name)))
        if not 1 <= distinct <= table.num_rows / 2:
            continue
        groups: dict[str | None, list[str | None]] = {}
        for key, *others in zip(columns[place], *(columns[:place] + columns[place + 1 :]), strict=True):
            gathered = groups.setdefault(key, [key])
            if len(gathered) < MAX_TOKENS:
                gathered += [cell for cell in others if cell]
        if max(len(gathered) for gathered in groups.values()) >= 3:
            yield f"by {name}", list(groups.values())


def _windows(cells: Sequence[str | None]) -> list[list[str | None]]:
    filled: list[str | None] = [cell for cell in cells if cell]
    return [filled[start : start + WINDOW] for start in range(0, max(len(filled) - 2, 1), WINDOW // 3)]


def _tokens(cells: Sequence[str | None]) -> list[str | None]:
    found: list[str | None] = []
    for cell in cells:
        if not cell:
            continue
        if cell.isalnum():  # no mark and no blank
            found.append(cell)
            continue
        found += [part for part in map(str.strip, _MARKS.split(cell)) if part]
    return found


def _cut(rows: Iterable[Sequence[str | None]]) -> list[list[str | None]]:
    """Return the rows of tokens, long ones in overlapping parts."""
    found: list[list[str | None]] = []
    for row in rows:
        filled = [token for token in row if token]
        if len(filled) <= MAX_TOKENS:
            found.append(list(dict.fromkeys(filled)))
        else:
            found += [list(part) for _, part in windows([filled], width=MAX_TOKENS)]
    return found


def _line_views(lines: Sequence[str], read: Lines) -> Iterator[tuple[str, list[list[str | None]]]]:
    for line in lines:
        if line not in read:
            read[line] = (_tokens([line]), tokens(line))
    marked = [read[line][0] for line in lines]
    yield "lines", _cut(marked)
    yield "words", _cut(read[line][1] for line in lines)
    yield "windows", _windows([token for line in marked for token in line])
