"""Serialisations: a document as text, and back."""

from __future__ import annotations

import ast
import html
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bench.composed.kinds import Doc, Grid, Tree
from bench.eighth_a.honest import pipe_table
from bench.eighth_a.tables import csv_rows, csv_text

Write = Callable[[Doc], str]
Read = Callable[[str, bool], Doc]


@dataclass(frozen=True, slots=True)
class Text:
    """A serialisation and its inverse, which is told whether the document is a tree."""

    name: str
    encode: Write
    decode: Read
    trees: bool


TEXTS: dict[str, Text] = {}


def text(name: str, encode: Write, decode: Read, trees: bool = False) -> None:
    """Put a serialisation on the list."""
    TEXTS[name] = Text(name, encode, decode, trees)


def lines_of(doc: Doc) -> list[list[str]]:
    """Head and rows of a grid."""
    assert isinstance(doc, Grid)
    return [doc.head, *doc.rows]


def objects(doc: Doc) -> Any:
    """A tree as it is, a grid as objects."""
    if isinstance(doc, Tree):
        return doc.value
    return [dict(zip(doc.head, row, strict=True)) for row in doc.rows]


def grid_of(records: list[dict[str, str]]) -> Doc:
    """Objects as a grid."""
    return Grid(list(records[0]), [list(one.values()) for one in records])


def rows_doc(rows: list[list[str]]) -> Doc:
    """Head and rows as a grid."""
    return Grid(list(rows[0]), [list(row) for row in rows[1:]])


def separated(mark: str) -> tuple[Write, Read]:
    """Values with a separator."""
    return lambda doc: csv_text(lines_of(doc), mark), lambda data, _: rows_doc(csv_rows(data, mark))


def json_back(data: str, tree: bool) -> Doc:
    """Read JSON."""
    value = json.loads(data)
    return Tree(value) if tree else grid_of(value)


def json_lines(doc: Doc) -> str:
    """An object a line; a tree whose top is an object gives a line a member."""
    value = objects(doc)
    items = [{name: inner} for name, inner in value.items()] if isinstance(value, dict) else value
    return "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in items)


def json_lines_back(data: str, tree: bool) -> Doc:
    """Read the lines."""
    items = [json.loads(line) for line in data.splitlines()]
    if not tree:
        return grid_of(items)
    if "attrs" in items[0]:
        return Tree(items)
    return Tree({name: inner for item in items for name, inner in item.items()})


def pipes_back(data: str, _: bool) -> Doc:
    """Read a Markdown table, blanks inside the cells kept."""
    rows = [line[2:-2].split(" | ") for line in data.splitlines()]
    return rows_doc([rows[0], *rows[2:]])


def html_table(doc: Doc) -> str:
    """A table in HTML."""
    rows = lines_of(doc)
    marks = ["th", *["td"] * (len(rows) - 1)]
    body = [
        "<tr>" + "".join(f"<{m}>{html.escape(v)}</{m}>" for v in row) + "</tr>"
        for m, row in zip(marks, rows, strict=True)
    ]
    return "\n".join(["<table>", *body, "</table>"])


def html_back(data: str, _: bool) -> Doc:
    """Read such a table."""
    rows = [re.findall("<t[hd]>(.*?)</t[hd]>", row) for row in re.findall("<tr>(.*?)</tr>", data)]
    return rows_doc([[html.unescape(v) for v in row] for row in rows])


def quoted(value: str) -> str:
    """A text in SQL."""
    return "'" + value.replace("'", "''") + "'"


def inserts(doc: Doc) -> str:
    """An INSERT for each row."""
    head, *rows = lines_of(doc)
    names = ", ".join(f'"{name}"' for name in head)
    return "".join(
        f"INSERT INTO t_result ({names}) VALUES ({', '.join(map(quoted, row))});\n" for row in rows
    )


def inserts_back(data: str, _: bool) -> Doc:
    """Read the statements."""
    lines = data.splitlines()
    head = re.findall('"([^"]*)"', lines[0].partition(") VALUES (")[0])
    rows = [re.findall("'((?:[^']|'')*)'", line.partition(") VALUES (")[2]) for line in lines]
    return Grid(head, [[v.replace("''", "'") for v in row] for row in rows])


def literal(doc: Doc) -> str:
    """A Python literal."""
    if isinstance(doc, Tree):
        return f"{doc.value!r}\n"
    return "[\n" + "".join(f"    {tuple(row)!r},\n" for row in lines_of(doc)) + "]\n"


def literal_back(data: str, tree: bool) -> Doc:
    """Read the literal."""
    value = ast.literal_eval(data)
    return Tree(value) if tree else rows_doc([list(row) for row in value])


def pairs(doc: Doc) -> str:
    """Lines of key=value, an empty line between the records."""
    return "\n".join("".join(f"{k}={v}\n" for k, v in one.items()) for one in objects(doc))


def pairs_back(data: str, _: bool) -> Doc:
    """Read the lines."""
    groups = [block.splitlines() for block in data.strip("\n").split("\n\n")]
    cut = [[line.partition("=") for line in group] for group in groups]
    return Grid([part[0] for part in cut[0]], [[part[2] for part in one] for one in cut])


text("csv", *separated(","))
text("tsv", *separated("\t"))
text("json", lambda doc: json.dumps(objects(doc), ensure_ascii=False, indent=1), json_back, trees=True)
text("jsonl", json_lines, json_lines_back, trees=True)
text("markdown", lambda doc: pipe_table(lines_of(doc)), pipes_back)
text("html", html_table, html_back)
text("sql", inserts, inserts_back)
text("python", literal, literal_back, trees=True)
text("pairs", pairs, pairs_back)
