"""The readings of a product under which a record could be seen: rows, columns, lines, groups.

A record may be transposed, cut into key and value, packed into one cell, or written as a
line of text. Each reading is a list of token rows for the fingerprint match; every further
reading costs evidence (log2 of their number). Small products get all readings, large ones the
plain table only. Pure; called by `recognise`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import TypeAlias

import numpy as np
import pyarrow as pa

from sandbox.egress.content import Content
from sandbox.egress.documents import LEAVES
from sandbox.egress.table_views import WINDOW, TableViews, values_of
from sandbox.fingerprint.readings import kinds_of, tokens
from sandbox.fingerprint.vocabulary import Laid, Vocabulary

TokenRows = Sequence[Sequence[str | None]]
Read: TypeAlias = tuple[Content, tuple["View", ...]]

SMALL_CELLS = 60_000
MAX_COLUMNS = 256
MAX_STRAY = 20_000
_MANY, _LEAST = 500, 2


@dataclass(frozen=True, slots=True)
class Written:
    """What readings have in common: their tokens, and of each line what it holds between marks and by words.

    The same lines come in several contents of a file.
    """

    words: Vocabulary = field(default_factory=Vocabulary)
    lines: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class View:
    """One reading: its name, the rows, and whether row i is data row i of the file's table.

    `least` is how many records it must show: of thousands of guesses one is somebody's by chance.
    """

    name: str
    rows: pa.Table | Laid | TokenRows
    aligned: bool
    least: int = 1


def views_of(content: Content, read: Written | None = None) -> tuple[View, ...]:
    """Return every reading of the content that is worth trying, the plain tables first.

    `read` keeps tokens and what lines hold for the next content.
    """
    read = read or Written()
    words = read.words
    found = list(_table_views(content, words))
    if not content.sheets or content.document is not None:
        lines = [
            line for text in content.texts[:10_000] for line in text[: 4 << 20].splitlines() if line.strip()
        ]
        if lines and (not content.sheets or sum(map(len, lines)) <= 1 << 20):
            found += [View(name, rows, aligned=False) for name, rows in _line_views(lines, read)]
        if lines and sum(map(len, lines)) <= 1 << 20:
            found.append(
                View("reversed", words.rows([tokens(line[::-1]) for line in lines]).cut(), aligned=False)
            )
    stray = [line for text in content.stray for line in text.splitlines() if line.strip()][:MAX_STRAY]
    if stray:
        least = _LEAST if content.guessed and len(stray) > _MANY else 1
        hidden = _line_views(stray, read)
        found += [View(f"hidden {name}", rows, aligned=False, least=least) for name, rows in hidden]
    return tuple(view for view in found if not isinstance(view.rows, Laid) or len(view.rows.lengths))


def views_of_all(contents: Sequence[Content], known: Sequence[Read] = ()) -> list[Read]:
    """Return each content with its readings; of one that is like another or a known one, those very same."""
    held: list[Read] = list(known)
    read = Written()
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


def _table_views(content: Content, words: Vocabulary) -> Iterator[View]:
    """Yield every reading of the tables of a content; what their columns may be read as is asked together."""
    tables = [
        one.table for one in content.sheets if _small(one.table) and one.table.num_columns <= MAX_COLUMNS
    ]
    kinds = iter(kinds_of([column for table in tables for column in table.columns]) if tables else ())
    for sheet in content.sheets:
        label, table = f"{sheet.name}: " if sheet.name else "", sheet.table
        read = TableViews(table, words) if _small(table) else None
        if read is not None and table.num_columns > MAX_COLUMNS:  # rows of tokens are far quicker
            yield View(label + "rows", read.parts(), aligned=False)
        elif table.num_rows and table.num_columns:
            rows = table if read is None else read.rows(list(islice(kinds, table.num_columns)))
            yield View(label + "rows", rows, aligned=sheet.name != LEAVES)
        if table.num_columns >= 2:
            yield View(label + "header", words.rows([table.column_names]), aligned=False)
        for name, found in read.all() if read is not None else ():
            yield View(label + name, found, aligned=False)


def _small(table: pa.Table) -> bool:
    return bool(0 < table.num_rows * table.num_columns <= SMALL_CELLS)


def _line_views(lines: Sequence[str], read: Written) -> Iterator[tuple[str, Laid]]:
    """Yield lines by what they hold between marks, word by word, and what is between marks in windows."""
    numbers = read.words.numbers
    for line in lines:
        if line not in read.lines:
            read.lines[line] = (tuple(numbers(values_of(line))), tuple(numbers(tokens(line))))
    marked, words = zip(*map(read.lines.__getitem__, lines), strict=True)
    found = _of_numbers(read.words, marked)
    yield "lines", found.cut()
    yield "words", _of_numbers(read.words, words).cut()
    yield "windows", found.windows(WINDOW, WINDOW // 3)


def _of_numbers(words: Vocabulary, rows: Sequence[Sequence[int]]) -> Laid:
    lengths = np.fromiter(map(len, rows), np.int64, len(rows))
    return Laid(words, np.fromiter(chain.from_iterable(rows), np.int64, int(lengths.sum())), lengths)
