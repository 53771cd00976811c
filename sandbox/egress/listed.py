"""Figures of documents and texts as columns: lists, what one key holds throughout, the n-th of every line.

A column of a table is no other thing than a list in JSON, the thresholds of a tree or the numbers that lines
of a report have in the same place. Bounded in figures and columns; pure; called by `sightings`.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import pyarrow as pa

from sandbox.egress.content import Content
from sandbox.egress.lattice import FEWEST
from sandbox.egress.spoken import figured

MAX_FIGURES = 5_000
MAX_COLUMNS = 12
MAX_TABLES = 8
MAX_LEAVES = 40_000
MAX_LINES = 5_000
MAX_TEXTS = 200
MAX_TEXT = 1 << 18
MAX_BESIDE = 8
_MOST_BESIDE = 2
_LABEL = 40
_REMARK = re.compile(r"^[^\S\n]*(?:[#%;*!]|//|--|REM\b|[^\W\d_]{1,12}\s*[:：=])", re.MULTILINE)
_NUMBER = re.compile(r"(?<![\w.])[-+]?\d{1,18}(?:\.\d{1,18})?(?![\w.]*\.\d)", re.ASCII)


def listed(contents: Sequence[Content]) -> list[pa.Table]:
    """Return the lists, keys and places of lines that hold enough figures, those of one length as one table.

    Texts of as many entries stand beside their figures: labels say what the figures are of.
    """
    columns: dict[str, list[str]] = {}
    for content in contents:
        if content.document is not None:
            columns |= _of_document(content.document)
        elif not content.sheets:
            columns |= _of_lines([figured(text) or text for text in content.texts[:MAX_TEXTS]])
    by_length: dict[int, dict[str, list[str]]] = defaultdict(dict)
    for name, cells in columns.items():
        if FEWEST <= len(cells) <= MAX_FIGURES and len(by_length[len(cells)]) < MAX_COLUMNS:
            by_length[len(cells)][name] = cells
    return [
        pa.table({name: pa.array(cells, pa.string()) for name, cells in same.items()})
        for same in list(by_length.values())[:MAX_TABLES]
    ]


def beside_remarks(texts: Sequence[str]) -> list[pa.Table]:
    """Return the columns of figures of texts that have remarks above, below or between their rows."""
    found = []
    for text in texts:
        head = text[:MAX_TEXT]
        rows = [line for line in head.splitlines()[:MAX_LINES] if line.strip() and not _REMARK.match(line)]
        if _REMARK.search(head) and len(rows) >= FEWEST:
            columns = _of_lines(["\n".join(rows)])
            found += [pa.table(columns)] if columns else []
    return found[:MAX_TABLES]


def listed_beside(contents: Sequence[Content]) -> list[pa.Table]:
    """Return the figures of what contents say beside their tables: attributes, properties, remarks."""
    found = []
    for content in contents[:MAX_BESIDE]:
        if content.sheets and len(content.stray) >= FEWEST:
            lines = "\n".join(content.stray)[:MAX_TEXT]
            columns = _of_lines([figured(lines) or lines])
            found += [pa.table(columns)] if columns else []
    return found[:_MOST_BESIDE]


def _of_document(document: object) -> dict[str, list[str]]:
    """Return the figures under every key, wherever it stands, in the order of the document."""
    held: dict[str, list[str]] = defaultdict(list)
    waiting: list[tuple[str, object]] = [("", document)]
    seen = 0
    while waiting and seen < MAX_LEAVES:
        name, one = waiting.pop()
        seen += 1
        if isinstance(one, Mapping):
            waiting += [(str(key), value) for key, value in reversed(list(one.items()))]
        elif isinstance(one, (list, tuple)):
            waiting += [(name, value) for value in reversed(one)]
        elif isinstance(one, (int, float)) and not isinstance(one, bool):
            held[name].append(repr(one))
        elif isinstance(one, str):
            held[name].append(one[:_LABEL])
    return held


def _of_lines(texts: Sequence[str]) -> dict[str, list[str]]:
    """Return the n-th numbers of the lines that have as many as most of those with numbers."""
    lines = [line for text in texts for line in text.splitlines()[:MAX_LINES]][:MAX_LINES]
    rows = [(*row, _NUMBER.sub("", line)[:_LABEL]) for line in lines if (row := _NUMBER.findall(line))]
    if len(rows) < FEWEST:
        return {}
    usual, count = Counter(map(len, rows)).most_common(1)[0]
    if count < FEWEST or usual > MAX_COLUMNS:
        return {}
    same = [row for row in rows if len(row) == usual]
    return {f"{place + 1}": [row[place] for row in same] for place in range(usual)}
