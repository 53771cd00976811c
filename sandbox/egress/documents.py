"""JSON products: a strict reading, and the tables that a document holds in any usual layout.

Repeated keys, constants that are no JSON, and depth beyond the cap are issues. Numbers keep
their digits. Record lists, column lists, pandas layouts and nested lists all become tables, so
that records are found however they are laid out. Pure; called by `reading`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence

import pyarrow as pa

from sandbox.egress.content import Document, Issue, Number, Sheet
from sandbox.kernel.message import say

LEAVES = "$leaves"
"""The table of all scalars of a document by their path: a reading, none of its own tables."""
MAX_DEPTH = 64
MAX_LEAVES = 20_000_000


def parse_json(text: str) -> tuple[Document, tuple[Issue, ...]]:
    """Return the document and its issues; a text that is no JSON gives a malformed issue."""
    issues: list[Issue] = []

    def pairs(items: Sequence[tuple[str, Document]]) -> dict[str, Document]:
        found = dict(items)
        if len(found) != len(items):
            issues.append(Issue("hidden-content", evidence=say("JSON 中有重复的键")))
            for name, value in items:
                if found[name] != value:
                    found[f"{name} (2)"] = value
        return found

    def figure(text: str) -> Number:
        if not math.isfinite(float(text)):
            issues.append(Issue("readable", evidence=say("JSON 中有不合规范的数值")))
        return Number(text)

    def constant(name: str) -> Document:
        issues.append(Issue("readable", evidence=say("JSON 中有不合规范的数值")))
        return name

    try:
        document: Document = json.loads(
            text, object_pairs_hook=pairs, parse_float=figure, parse_int=Number, parse_constant=constant
        )
    except (ValueError, RecursionError):
        return None, (Issue("readable", evidence=say("不是完整的 JSON")),)
    return document, tuple(dict.fromkeys(issues))


def parse_lines(text: str) -> tuple[Document, tuple[Issue, ...]]:
    """Return newline-delimited JSON as one list document."""
    documents: list[Document] = []
    issues: list[Issue] = []
    for line in text.splitlines():
        if line.strip():
            document, found = parse_json(line)
            documents.append(document)
            issues += found
    return documents, tuple(dict.fromkeys(issues))


def sheets_of(document: Document) -> tuple[Sheet, ...]:
    """Return every table found in the document; the first is `plain` if it is all there is."""
    whole = _table(document)
    if whole is not None and _flat(document):
        return (Sheet("", _arrow(*whole)),)
    found: list[Sheet] = []
    for path, node in _nodes(document, "$", 0):
        table = _table(node)
        if table is not None:
            found.append(Sheet(path, _arrow(*table), plain=False))
    leaves = [(path, _cell(leaf)) for path, leaf in _leaves(document, "$", 0)]
    if leaves:
        names, values = zip(*leaves, strict=True)
        found.append(Sheet(LEAVES, _arrow(["path", "value"], [list(names), list(values)]), plain=False))
    return tuple(found)


def texts_of(document: Document) -> Iterator[str]:
    """Yield every text of the document, keys included."""
    if isinstance(document, str):
        yield document
    elif isinstance(document, Mapping):
        for name, value in document.items():
            yield name
            yield from texts_of(value)
    elif isinstance(document, Sequence):
        for value in document:
            yield from texts_of(value)


def _scalar(value: Document) -> bool:
    return value is None or isinstance(value, str | bool)


def _cell(value: Document) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _flat(document: Document) -> bool:
    """Return whether the whole document is one table of scalars with the same columns throughout."""
    if isinstance(document, Mapping):
        return True
    if not isinstance(document, Sequence) or isinstance(document, str):
        return False
    rows = [row for row in document if isinstance(row, Mapping)]
    return len(rows) == len(document) and all(
        list(row) == list(rows[0]) and all(_scalar(value) for value in row.values()) for row in rows
    )


def _table(node: Document) -> tuple[list[str], list[list[str | None]]] | None:
    """Return (columns, column values) if the node by itself is a table in a known layout."""
    if isinstance(node, Mapping):
        return _mapping_table(node)
    if isinstance(node, str) or not isinstance(node, Sequence) or not node:
        return None
    if all(isinstance(row, Mapping) for row in node):
        return _record_table([_flattened(row) for row in node if isinstance(row, Mapping)])
    if all(isinstance(row, Sequence) and not isinstance(row, str) for row in node):
        return _list_table([row for row in node if isinstance(row, Sequence)])
    return None


def _flattened(row: Mapping[str, Document], prefix: str = "", depth: int = 0) -> dict[str, Document]:
    flat: dict[str, Document] = {}
    for name, value in row.items():
        if isinstance(value, Mapping) and depth < 4:
            flat.update(_flattened(value, f"{prefix}{name}.", depth + 1))
        else:
            flat[prefix + name] = value
    return flat


def _record_table(rows: Sequence[Mapping[str, Document]]) -> tuple[list[str], list[list[str | None]]] | None:
    names = list(dict.fromkeys(name for row in rows for name in row))
    return (names, [[_cell(row.get(name)) for row in rows] for name in names]) if names else None


def _list_table(rows: Sequence[Sequence[Document]]) -> tuple[list[str], list[list[str | None]]] | None:
    width = max((len(row) for row in rows), default=0)
    if not width or width > 5000:
        return None
    columns = [[_cell(row[place]) if place < len(row) else None for row in rows] for place in range(width)]
    return [f"c{place}" for place in range(width)], columns


def _mapping_table(node: Mapping[str, Document]) -> tuple[list[str], list[list[str | None]]] | None:
    """Return a table for the column-wise layouts: lists by name, pandas split, nested mappings."""
    if set(node) >= {"columns", "data"} and set(node) <= {"columns", "data", "index", "schema"}:
        return _split_table(node)
    values = list(node.values())
    if not values:
        return None
    if all(isinstance(value, Sequence) and not isinstance(value, str) for value in values):
        lists = [value for value in values if isinstance(value, Sequence)]
        if len({len(value) for value in lists}) == 1 and all(
            _scalar(cell) for value in lists for cell in value
        ):
            return list(node), [[_cell(cell) for cell in value] for value in lists]
    if all(isinstance(value, Mapping) for value in values):
        return _nested_table(node)
    if all(_scalar(value) for value in values):
        return list(node), [[_cell(value)] for value in values]
    return None


def _split_table(node: Mapping[str, Document]) -> tuple[list[str], list[list[str | None]]] | None:
    names, data = _list(node["columns"]), _list(node["data"])
    rows = [row for row in map(_list, data) if len(row) == len(names)]
    if not names or len(rows) != len(data):
        return None
    return [str(name) for name in names], [[_cell(row[place]) for row in rows] for place in range(len(names))]


def _list(node: Document) -> Sequence[Document]:
    """Return a node that is a list; anything else as an empty one."""
    return node if isinstance(node, Sequence) and not isinstance(node, str) else []


def _nested_table(node: Mapping[str, Document]) -> tuple[list[str], list[list[str | None]]] | None:
    """Return {column: {row: value}} (the default of pandas) as a table, rows in order of their keys."""
    inner = [value for value in node.values() if isinstance(value, Mapping)]
    rows = list(dict.fromkeys(name for value in inner for name in value))
    if not rows or not all(_scalar(cell) for value in inner for cell in value.values()):
        return None
    return list(node), [[_cell(value.get(row)) for row in rows] for value in inner]


def _nodes(node: Document, path: str, depth: int) -> Iterator[tuple[str, Document]]:
    """Yield the node and every list or mapping inside it that may be a table of its own.

    The members of a list are its rows and no tables; what lies inside them may be.
    """
    yield path, node
    if depth >= MAX_DEPTH:
        return
    for name, value in _inner(node):
        if isinstance(node, Mapping) or not isinstance(value, Mapping):
            yield from _nodes(value, f"{path}.{name}", depth + 1)
        else:
            for inner, deeper in _inner(value):
                yield from _nodes(deeper, f"{path}.{name}.{inner}", depth + 1)


def _inner(node: Document) -> Iterator[tuple[str, Document]]:
    """Yield the members of a list or mapping that are lists or mappings themselves."""
    if isinstance(node, Mapping):
        yield from ((name, value) for name, value in node.items() if not _scalar(value))
    elif isinstance(node, Sequence) and not isinstance(node, str):
        yield from ((f"[{place}]", value) for place, value in enumerate(node) if not _scalar(value))


def _leaves(node: Document, path: str, depth: int) -> Iterator[tuple[str, Document]]:
    if _scalar(node):
        yield path, node
    elif isinstance(node, Mapping) and depth < MAX_DEPTH:
        for name, value in node.items():
            yield from _leaves(value, f"{path}.{name}", depth + 1)
    elif isinstance(node, Sequence) and not isinstance(node, str) and depth < MAX_DEPTH:
        for value in node:
            yield from _leaves(value, path, depth + 1)


def _arrow(names: Sequence[str], columns: Sequence[Sequence[str | None]]) -> pa.Table:
    return pa.Table.from_arrays(
        [pa.array(column, type=pa.string()) for column in columns], names=unique_names(names)
    )


def unique_names(names: Sequence[str]) -> list[str]:
    """Return column names made distinct by a number behind repeated ones."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return found
