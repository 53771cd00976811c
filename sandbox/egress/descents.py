"""Documents whose names are values: a row for each innermost object, with the names that lead to it.

Where records are grouped by a cell, its values are the names of mappings; a reader of tables sees one small
table a group, and none of them has the cell. Knows no records; what it finds is searched and never written.
Bounded, linear; pure; called by `arrangements`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

import pyarrow as pa

from sandbox.egress.content import Document
from sandbox.egress.documents import unique_names

MAX_NODES = 40_000
MAX_LEVELS = 6
MAX_NAMES = 40
_LEAST = 8
Rows: TypeAlias = dict[tuple[int, tuple[str, ...]], list[tuple[str | None, ...]]]


def descended(document: Document) -> Iterator[pa.Table]:
    """Yield the rows of a document under different names, those that have as many and the same cells."""
    if not _may_name(document):
        return
    for (levels, names), rows in _rows(document).items():
        columns = list(zip(*rows, strict=True))
        if len(rows) < _LEAST or max(len(set(column)) for column in columns[:levels]) < _LEAST:
            continue
        heads = unique_names([*(f"k{at}" for at in range(levels)), *names])
        yield pa.table([pa.array(column, pa.string()) for column in columns], names=heads)


def _may_name(document: Document) -> bool:
    """Return whether a document begins with a mapping of many: it need not be walked through otherwise."""
    many = document
    for _ in range(MAX_LEVELS):
        if isinstance(many, Mapping):
            if len(many) >= _LEAST:
                return True
            many = next((one for one in many.values() if isinstance(one, Mapping | list | tuple)), None)
        elif isinstance(many, Sequence) and not isinstance(many, str) and many:
            if len(many) >= _LEAST and all(
                isinstance(one, Mapping) and len(one) == 1 for one in many[:_LEAST]
            ):
                return True
            many = many[0]
        else:
            return False
    return False


def _rows(document: Document) -> Rows:
    """Return the innermost objects as rows by how many names lead to them and by their own names."""
    found: Rows = defaultdict(list)
    waiting: list[tuple[tuple[str, ...], Document]] = [((), document)]
    for _ in range(MAX_NODES):
        if not waiting:
            break
        keys, node = waiting.pop()
        if isinstance(node, Mapping):
            own = {str(name): value for name, value in node.items() if _scalar(value)}
            inner = [(str(name), value) for name, value in node.items() if not _scalar(value)]
            if keys and not inner and len(own) <= MAX_NAMES:
                found[len(keys), tuple(own)].append((*keys, *map(_cell, own.values())))
            if len(keys) < MAX_LEVELS:
                for name, value in own.items() if keys else ():
                    found[len(keys) + 1, ("value",)].append((*keys, name, _cell(value)))
                waiting += [((*keys, name), value) for name, value in reversed(inner)]
        elif isinstance(node, Sequence) and not isinstance(node, str):
            waiting += [(keys, value) for value in reversed(node)]
        elif keys:
            found[len(keys), ("value",)].append((*keys, _cell(node)))
    return found


def _scalar(value: Document) -> bool:
    return value is None or isinstance(value, str | bool)


def _cell(value: Document) -> str | None:
    return None if value is None else str(value)
