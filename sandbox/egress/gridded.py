"""Tables in the tags of markup: whatever element holds several values is a row, whatever the language.

Caches of linked workbooks, of pivot tables and of charts, tables of documents and slides, parts of custom
XML, records of an export: each keeps its cells as elements or attributes of one parent. Knows no language
but how a pivot table numbers its values. Evidence only, linear, bounded; pure; called by `nested`.
"""

from __future__ import annotations

import html
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from sandbox.egress.content import Sheet
from sandbox.egress.documents import unique_names

MAX_TEXT = 4 << 20
MAX_TAGS = 100_000
MAX_DEPTH = 64
MAX_ROWS = 20_000
MAX_WIDTH = 64
MAX_KINDS = 12
_LONGEST = 400
_LEAST_ROWS = 3
_WIDEST = 12
_PROBED = 1200
_ALIKE = 0.95
_KINDS = tuple(map(re.compile, (r"-?\d{1,8}", r"\d{9,}", r"-?\d+\.\d*", r"\d{4}[-/.]\d\d?[-/.]\d\d?.*")))
_TAG = re.compile(r"<(/?)([A-Za-z_][\w:.-]{0,80})((?:\s[^<>]{0,2000})?)(/?)>([^<]*)")
_VALUE = re.compile(r"""(?<![\w:])(?:\w+:)?(?:v|val|value|content)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_WRITTEN = re.compile(r"""(?<![\w:.-])[\w:.-]+\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_VOID = frozenset({"input", "br", "img", "hr", "meta", "link", "col", "source", "param", "wbr", "area"})
"""Elements of a page that have no end."""
_FIELD = re.compile(r"<(?:\w+:)?cacheField\b")
_SHARED = re.compile(r"<(?:\w+:)?[snbde]\b[^<>]{0,200}?\bv=\"([^\"]*)\"")
_RECORD = re.compile(r"<(?:\w+:)?r>")
_ITEM = re.compile(r"<(?:\w+:)?([xsnbdem])\b(?:[^<>]{0,200}?\bv=\"([^\"]*)\")?")


@dataclass(slots=True)
class _Node:
    """An element that is open: its name, the values in it, and the text before the first of them."""

    name: str
    values: list[str] = field(default_factory=list)
    own: str = ""


def gridded(text: str) -> tuple[Sheet, ...]:
    """Return the tables that a text in tags holds, those of most rows first."""
    rows: dict[str, list[list[str]]] = defaultdict(list)
    for name, values in _rows(text[:MAX_TEXT]):
        if len(rows[name]) < MAX_ROWS:
            rows[name].append(values)
    found = sorted(rows.items(), key=lambda one: len(one[1]), reverse=True)
    sheets = (_sheet(name, held) for name, held in found[:MAX_KINDS])
    return tuple(sheet for sheet in sheets if sheet is not None)


def pivoted(fields: str, records: str) -> tuple[Sheet, ...]:
    """Return the records of a pivot table's cache, whose values are numbered by the fields of its head."""
    shared = [[html.unescape(one) for one in _SHARED.findall(part)] for part in _FIELD.split(fields)[1:]]
    rows = []
    for record in _RECORD.split(records[:MAX_TEXT], MAX_ROWS)[1:]:
        items = _ITEM.findall(record)
        rows.append([_item(kind, value, shared, place) for place, (kind, value) in enumerate(items)])
    sheet = _sheet("cache", rows)
    return () if sheet is None else (sheet,)


def _item(kind: str, value: str, shared: Sequence[Sequence[str]], place: int) -> str:
    if kind != "x":
        return html.unescape(value)
    known = shared[place] if place < len(shared) else ()
    return known[int(value)] if value.isdecimal() and int(value) < len(known) else ""


def _rows(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each element that holds several values, by its name, in the order of their ends."""
    open_: list[_Node] = []
    for count, (closing, name, attributes, empty, after) in enumerate(_found(text)):
        if count >= MAX_TAGS:
            return
        if closing:
            yield from _ended(name, open_)
        else:
            yield from _begun(name, attributes, open_, empty=bool(empty))
        if after and open_ and not after.isspace():
            _say(open_[-1], html.unescape(after.strip()))


def _begun(name: str, attributes: str, open_: list[_Node], *, empty: bool) -> Iterator[tuple[str, list[str]]]:
    """Yield the attributes of a tag as a row, and open its element."""
    written = [one or other for one, other in _WRITTEN.findall(attributes)] if attributes else []
    if 2 <= len(written) <= MAX_WIDTH:
        yield f"@{name}", [html.unescape(one) for one in written]
    if empty or name.lower() in _VOID:
        _give(open_, _attribute(attributes))
    elif len(open_) < MAX_DEPTH:
        open_.append(_Node(name, own=_attribute(attributes)))


def _ended(name: str, open_: list[_Node]) -> Iterator[tuple[str, list[str]]]:
    """Yield what ends with a tag: its element, and those in it that were left open."""
    if all(node.name != name for node in open_[-3:]):
        return
    while True:
        node = open_.pop()
        yield from _closed(node, open_)
        if node.name == name:
            return


def _found(text: str) -> Iterator[tuple[str, str, str, str, str]]:
    for one in _TAG.finditer(text):
        attributes, empty = one[3], one[4]
        if attributes.endswith("/"):
            attributes, empty = attributes[:-1], "/"
        yield one[1], one[2], attributes, empty, one[5]


def _closed(node: _Node, open_: Sequence[_Node]) -> Iterator[tuple[str, list[str]]]:
    if len(node.values) > 1:
        yield node.name, node.values
    _give(open_, "".join(node.values) if node.values else node.own)


def _attribute(attributes: str) -> str:
    found = _VALUE.search(attributes) if attributes else None
    return html.unescape(found[1] or found[2] or "") if found else ""


def _give(open_: Sequence[_Node], value: str) -> None:
    if open_ and value and len(value) <= _LONGEST:
        open_[-1].values.append(value)


def _say(node: _Node, value: str) -> None:
    if len(value) <= _LONGEST:
        node.values.append(value)


def _sheet(name: str, rows: Sequence[Sequence[str]]) -> Sheet | None:
    """Return rows as a table; few long ones are its columns."""
    if 0 < len(rows) < _LEAST_ROWS and len(rows[0]) > MAX_WIDTH and (period := period_of(rows[0])):
        rows = [rows[0][at : at + period] for at in range(0, len(rows[0]), period)]
    width = max((len(row) for row in rows), default=0)
    if width > MAX_WIDTH and len(rows) <= MAX_WIDTH:
        most = min(width, MAX_ROWS)
        columns = [[*row[:most], *[None] * (most - len(row))] for row in rows]
    elif len(rows) >= _LEAST_ROWS and width:
        most = min(width, MAX_WIDTH)
        columns = [[row[place] if place < len(row) else None for row in rows] for place in range(most)]
    else:
        return None
    names = unique_names([f"c{place}" for place in range(len(columns))])
    table = pa.Table.from_arrays([pa.array(one, pa.string()) for one in columns], names=names)
    return Sheet(name, table, plain=False)


def period_of(values: Sequence[str]) -> int:
    """Return after how many values the same kinds of values come again; nought if they never do."""
    kinds = np.array([_kind(one) for one in values[:_PROBED]])
    for period in range(2, _WIDEST + 1):
        if len(values) % period == 0 and (kinds[period:] == kinds[:-period]).mean() >= _ALIKE:
            return period if len(set(kinds[:period].tolist())) > 1 else 0
    return 0


def _kind(value: str) -> int:
    """Return which kind of value a cell is: a whole number, one with a point, a day, or words."""
    return next((number for number, kind in enumerate(_KINDS) if kind.fullmatch(value)), len(_KINDS))


def pivots(parts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the heads and the records of the caches of pivot tables among the parts of a package."""
    for name, text in parts.items():
        if "pivotCacheRecords" in name:
            head = parts.get(name.replace("pivotCacheRecords", "pivotCacheDefinition"), "")
            yield head, text
