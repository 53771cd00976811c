"""Texts found anywhere in a file, laid out as one that is handed in: rows of a frame, names with values.

Behind whatever coding or in whatever container a text lay, its lines are rows all the same: those of a table
in any marks, those of one frame, blocks of names with their values, lists and mappings of a program, and
cells of a column that are lines. Knows no records; bounded, linear; pure; called by `arrangements`
and, for what several files hold, by `together`.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice

import pyarrow as pa

from sandbox.egress.content import Content, Sheet
from sandbox.egress.documents import parse_json, sheets_of, unique_names
from sandbox.egress.reading import read_content
from sandbox.egress.slots import Frame, frames, lines_of
from sandbox.files.types import sniff
from sandbox.kernel.errors import SandboxError

MAX_TEXT = 1 << 17
MAX_TEXTS = 6
MAX_TABLES = 8
MAX_ROWS = 4_000
MAX_NAMES = 40
_LEAST = 8
_FRAMES = 2
_FEWEST = 4
_PAIR = re.compile(r"^\s*[\"']?([^\s=:：\"']{1,40})[\"']?\s*[=:：]\s*(\S.{0,200}?)[\s,;]*$")
_FIGURE = re.compile(r"\d+")
_NOUGHT = re.compile(r"(?<![\d.:/-])0\d")
"""How a figure begins that was mirrored: not months, minutes, or what stands behind a point."""
_ENOUGH = 100
_HEAD = 200
"""Signs by which a text may be shorter that is a file without its first line."""
_LITERAL = re.compile(r"[\[{(]\s{0,40}[\[{(\"']")
_STRUCTURED = re.compile(r"[{\[|=,;<\t:：]")
_BROKEN = (SandboxError, ValueError, TypeError, RecursionError, MemoryError, SyntaxError, pa.ArrowException)


def as_files(texts: Sequence[str]) -> list[pa.Table]:
    """Return the tables that texts are in lines, the first few that have enough of them."""
    likely = (text[:MAX_TEXT] for text in texts if _LITERAL.match(text) or text.count("\n") >= _FEWEST)
    found = (sheet for text in islice(dict.fromkeys(likely), MAX_TEXTS) for sheet in _of_text(text))
    return [sheet.table for sheet in islice(found, MAX_TABLES)]


def structured(texts: Iterable[str]) -> list[str]:
    """Return the texts whose first lines have marks within them: lists of bare numbers have none."""
    return [text for text in texts if _STRUCTURED.search(text[:_HEAD])]


def askew(text: str, whole: str) -> bool:
    """Return whether a text is a file mirrored, or its signs moved, and says no more than the file does.

    Without figures it has no days, amounts or numbers, and letters of other alphabets were not moved. What
    was mirrored begins some figures with noughts, for one in ten ends so; what it was before begins none.
    """
    text, whole = text.strip(), whole.strip()
    if not 0 <= len(whole) - len(text) <= _HEAD or len(_FIGURE.findall(whole)) < _ENOUGH:
        return False
    if not _FIGURE.search(text):
        return True
    return text in whole[::-1] and not _NOUGHT.search(whole) and len(_NOUGHT.findall(text)) >= _LEAST


def lines_in(contents: Sequence[Content]) -> Iterator[str]:
    """Yield the cells of columns that are lines of a text: what has marks within it, below one another."""
    for content in contents:
        for table in [sheet.table for sheet in content.sheets if 1 <= sheet.table.num_columns <= 2]:
            column = table.columns[-1].slice(0, MAX_ROWS).to_pylist()
            cells = [str(table.column_names[-1]), *filter(None, column)]
            if len(cells) >= _FEWEST and all(map(_STRUCTURED.search, cells[1:_LEAST])):
                yield "\n".join(cells[cells[1].startswith("<") :])  # a name is no part of a page


def _of_text(text: str) -> Iterator[Sheet]:
    with suppress(*_BROKEN):
        data = text.encode("utf-8", "replace")
        yield from read_content(data, name="", type=sniff(data, size=len(data)), broken=False).sheets
    with suppress(*_BROKEN):
        yield from _of_literal(text)
    lines = lines_of(text)
    tables = (*_barred(lines), *_blocks(lines), *_framed(frames(lines)))
    yield from (Sheet("", table, plain=False) for table in tables)


def _barred(lines: Sequence[str]) -> Iterator[pa.Table]:
    """Yield lines of as many cells between bars, the empty ones among them, under the first of them."""
    rows = [line.strip().strip("|").split("|") for line in lines[:MAX_ROWS] if line.count("|") > 1]
    head, *body = rows or [[]]
    same = [row for row in body if len(row) == len(head) and not set("".join(row)) <= set("-: ")]
    if len(same) >= _LEAST and 2 * len(same) >= len(rows):
        cells = [[cell.strip() or None for cell in column] for column in zip(*same, strict=True)]
        names = unique_names([name.strip() for name in head])
        yield pa.table([pa.array(column, pa.string()) for column in cells], names=names)


def _of_literal(text: str) -> Iterator[Sheet]:
    """Yield the tables of the lists and mappings of a program that a text is or begins a value with."""
    found = _LITERAL.search(text[:400])
    if found is None:
        return
    front = text[found.start() :].rstrip().rstrip(";")
    document = parse_json(json.dumps(ast.literal_eval(front), ensure_ascii=False, default=str))[0]
    if document is not None:
        yield from sheets_of(document)


def _blocks(lines: Sequence[str]) -> Iterator[pa.Table]:
    """Yield names and values below each other as rows: a name that comes again begins the next."""
    rows: list[dict[str, str]] = [{}]
    for found in filter(None, map(_PAIR.match, lines[: MAX_ROWS * _LEAST])):
        if found[1] in rows[-1]:
            rows.append({})
        rows[-1][found[1]] = found[2].strip("\"'")
    names = list(dict.fromkeys(name for row in rows for name in row))
    if len(rows) >= _LEAST and 2 <= len(names) <= MAX_NAMES:
        yield pa.table({name: pa.array([row.get(name) for row in rows], pa.string()) for name in names})


def _framed(every: Sequence[Frame]) -> Iterator[pa.Table]:
    """Yield the lines of the commonest frames as rows of their fields."""
    for one in every[:_FRAMES]:
        columns = [cells for cells in zip(*one.rows[:MAX_ROWS], strict=True) if len(set(cells)) > 1]
        if len(one.rows) >= _LEAST and 2 <= len(columns) <= MAX_NAMES:
            names = [f"c{at}" for at in range(len(columns))]
            yield pa.table([pa.array(column, pa.string()) for column in columns], names=names)
