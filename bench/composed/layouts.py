"""Layouts: how the cells of the records are arranged in one or several documents."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from bench.composed.kinds import Doc, Grid, Tree
from bench.eighth_a.honest import Table
from bench.eighth_a.tables import transposed

Lay = Callable[[list[str], Table, int], list[Doc]]
Lift = Callable[[list[Doc], int], Table]
JOINTS = ("｜", "; ", "~", "#", "^", "_")


@dataclass(frozen=True, slots=True)
class Layout:
    """An arrangement and its inverse; `tree` if it makes nested documents."""

    name: str
    encode: Lay
    decode: Lift
    tree: bool


LAYOUTS: dict[str, Layout] = {}


def layout(name: str, encode: Lay, decode: Lift, tree: bool = False) -> None:
    """Put an arrangement on the list."""
    LAYOUTS[name] = Layout(name, encode, decode, tree)


def cells_of(doc: Doc) -> Table:
    """The rows of a grid."""
    assert isinstance(doc, Grid)
    return doc.rows


def head_of(doc: Doc) -> list[str]:
    """The head of a grid."""
    assert isinstance(doc, Grid)
    return doc.head


def turned(head: list[str], rows: Table, _: int) -> list[Doc]:
    """Rows and columns exchanged."""
    body = [[name, *column] for name, column in zip(head, transposed(rows), strict=True)]
    return [Grid(["项目", *(f"r{i}" for i in range(1, len(rows) + 1))], body)]


def pivot(head: list[str], rows: Table, _: int) -> list[Doc]:
    """A cross table of the first column and the second; what is left stands in the crossing."""
    names = list(dict.fromkeys(row[1] for row in rows))
    labels = list(dict.fromkeys(row[0] for row in rows))
    body = {label: [""] * len(names) for label in labels}
    for label, name, *rest in rows:
        place, value = names.index(name), "｜".join(rest) or "1"
        body[label][place] += ("；" if body[label][place] else "") + value
    return [Grid(["＼".join(head), *names], [[label, *values] for label, values in body.items()])]


def pivot_back(docs: list[Doc], _: int) -> Table:
    """The crossings that hold something."""
    rows: Table = []
    for label, *values in cells_of(docs[0]):
        for name, value in zip(head_of(docs[0])[1:], values, strict=True):
            for part in value.split("；") if value else []:
                rows.append([label, name, *([] if part == "1" else part.split("｜"))])
    return rows


def entities(head: list[str], rows: Table, _: int) -> list[Doc]:
    """A row for each cell: which record, which attribute, what value."""
    body = [[str(i), name, v] for i, row in enumerate(rows, 1) for name, v in zip(head, row, strict=True)]
    return [Grid(["序号", "属性", "值"], body)]


def entities_back(docs: list[Doc], _: int) -> Table:
    """The values of each record."""
    found: dict[str, list[str]] = {}
    for number, _name, value in cells_of(docs[0]):
        found.setdefault(number, []).append(value)
    return list(found.values())


def nested(head: list[str], rows: Table, _: int) -> list[Doc]:
    """By the last column, then by the first; the rest are objects inside."""
    tree: dict[str, dict[str, list[dict[str, str]]]] = {}
    for row in rows:
        inner = tree.setdefault(row[-1], {}).setdefault(row[0], [])
        inner.append(dict(zip(head[1:-1], row[1:-1], strict=True)))
    return [Tree(tree)]


def nested_back(docs: list[Doc], _: int) -> Table:
    """Walk through the tree."""
    assert isinstance(docs[0], Tree)
    return [
        [first, *one.values(), last]
        for last, inner in docs[0].value.items()
        for first, many in inner.items()
        for one in many
    ]


def attributes(head: list[str], rows: Table, _: int) -> list[Doc]:
    """Each record a list of names and values."""
    return [
        Tree(
            [
                {"id": i, "attrs": [{"k": k, "v": v} for k, v in zip(head, row, strict=True)]}
                for i, row in enumerate(rows, 1)
            ]
        )
    ]


def attributes_back(docs: list[Doc], _: int) -> Table:
    """The values of each record."""
    assert isinstance(docs[0], Tree)
    return [[one["v"] for one in record["attrs"]] for record in docs[0].value]


def columnar(head: list[str], rows: Table, _: int) -> list[Doc]:
    """Each column a list of its own."""
    return [Tree(dict(zip(head, transposed(rows), strict=True)))]


def columnar_back(docs: list[Doc], _: int) -> Table:
    """The lists side by side."""
    assert isinstance(docs[0], Tree)
    return transposed(list(docs[0].value.values()))


def joined(head: list[str], rows: Table, key: int) -> list[Doc]:
    """All cells of a record in one."""
    joint = JOINTS[key % len(JOINTS)]
    return [Grid(["编号", joint.join(head)], [[str(i), joint.join(row)] for i, row in enumerate(rows, 1)])]


def joined_back(docs: list[Doc], key: int) -> Table:
    """Cut the cell."""
    return [row[1].split(JOINTS[key % len(JOINTS)]) for row in cells_of(docs[0])]


def batches(head: list[str], rows: Table, key: int) -> list[Doc]:
    """Several records in one cell."""
    joint, size = JOINTS[key % len(JOINTS)], 3 + key % 6
    texts = [joint.join(row) for row in rows]
    groups = [texts[i : i + size] for i in range(0, len(texts), size)]
    return [
        Grid(["批次", joint.join(head)], [[f"B{i}", "；".join(group)] for i, group in enumerate(groups, 1)])
    ]


def batches_back(docs: list[Doc], key: int) -> Table:
    """Cut the cells twice."""
    joint = JOINTS[key % len(JOINTS)]
    return [text.split(joint) for row in cells_of(docs[0]) for text in row[1].split("；")]


def fixed(head: list[str], rows: Table, _: int) -> list[Doc]:
    """Each record one line, the cells filled up with blanks."""
    widths = [max(len(v) for v in column) + 2 for column in transposed([head, *rows])]
    lines = ["".join(v.ljust(w) for v, w in zip(row, widths, strict=True)).rstrip() for row in [head, *rows]]
    return [Grid([lines[0]], [[line] for line in lines[1:]])]


def fixed_back(docs: list[Doc], _: int) -> Table:
    """Cut where there are two blanks or more."""
    return [re.split(" {2,}", row[0]) for row in cells_of(docs[0])]


def abreast(head: list[str], rows: Table, key: int) -> list[Doc]:
    """Two or three records in a row."""
    times, width = 2 + key % 2, len(head)
    body = [[v for row in rows[i : i + times] for v in row] for i in range(0, len(rows), times)]
    body = [row + [""] * (times * width - len(row)) for row in body]
    return [Grid([f"{name}{i}" for i in range(1, times + 1) for name in head], body)]


def abreast_back(docs: list[Doc], key: int) -> Table:
    """Cut the rows."""
    width = len(head_of(docs[0])) // (2 + key % 2)
    parts = [row[i : i + width] for row in cells_of(docs[0]) for i in range(0, len(row), width)]
    return [part for part in parts if any(part)]


def by_rows(head: list[str], rows: Table, key: int) -> list[Doc]:
    """The records split over two or three documents."""
    count = 2 + key % 2
    return [Grid(head, rows[i::count]) for i in range(count)]


def by_columns(head: list[str], rows: Table, _: int) -> list[Doc]:
    """The columns split over two documents that share the number of the row."""
    cut = len(head) // 2
    numbers = [str(i) for i in range(1, len(rows) + 1)]
    return [
        Grid(["行号", *head[:cut]], [[n, *row[:cut]] for n, row in zip(numbers, rows, strict=True)]),
        Grid(["行号", *head[cut:]], [[n, *row[cut:]] for n, row in zip(numbers, rows, strict=True)]),
    ]


def by_columns_back(docs: list[Doc], _: int) -> Table:
    """Join by the number."""
    right = {row[0]: row[1:] for row in cells_of(docs[1])}
    return [[*row[1:], *right[row[0]]] for row in cells_of(docs[0])]


layout("rows", lambda head, rows, _: [Grid(head, rows)], lambda docs, _: cells_of(docs[0]))
layout("transposed", turned, lambda docs, _: transposed([row[1:] for row in cells_of(docs[0])]))
layout("pivoted", pivot, pivot_back)
layout("entities", entities, entities_back)
layout("nested", nested, nested_back, tree=True)
layout("attributes", attributes, attributes_back, tree=True)
layout("columnar", columnar, columnar_back, tree=True)
layout("joined", joined, joined_back)
layout("batches", batches, batches_back)
layout("fixed_width", fixed, fixed_back)
layout("abreast", abreast, abreast_back)
layout("split_rows", by_rows, lambda docs, _: [row for doc in docs for row in cells_of(doc)])
layout("split_columns", by_columns, by_columns_back)
