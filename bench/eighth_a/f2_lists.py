"""Tables laid out anew: nested documents, triples, lists within cells of a summary, blocks of lines."""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Iterator
from typing import Any

from bench.eighth_a.honest import paragraphs, report, section, summary
from bench.eighth_a.numerals import FULL, halved
from bench.eighth_a.tables import csv_rows, csv_text, json_bytes, json_value, transposed
from bench.sixth.core import (
    AMT,
    BIRTH,
    BOOK,
    CARE,
    DIST,
    FIRM,
    FTEL,
    ID,
    MONEY,
    NAME,
    SEAT,
    TEL,
    TRADE,
    USCC,
    VISIT,
    WHO,
    Files,
    Row,
    Values,
    grid,
    technique,
)


@technique("F2+F1", "persons", *WHO)
def triples_full_width(rows: list[Row], rng: random.Random) -> Files:
    """Subject, predicate and object in random order, the objects full width, the subjects invented keys."""
    keys = rng.sample(range(0x1000, 0xFFFF), len(rows))
    lines = [
        [f"n{key:04x}", predicate, value.translate(FULL)]
        for key, row in zip(keys, grid(rows, *WHO), strict=True)
        for predicate, value in zip(("rdfs:label", "ex:cert", "ex:line"), row, strict=True)
    ]
    rng.shuffle(lines)
    return [("csv", csv_text([["s", "p", "o"], *lines]).encode())]


def triples_full_width_back(files: list[bytes]) -> Values:
    """Gather the triples by subject."""
    found: dict[str, dict[str, str]] = {}
    for subject, predicate, value in csv_rows(files[0].decode())[1:]:
        found.setdefault(subject, {})[predicate] = halved(value)
    return [(x["rdfs:label"], x["ex:cert"], x["ex:line"]) for x in found.values()]


@technique("F2", "persons", *CARE)
def calendar_tree(rows: list[Row], rng: random.Random) -> Files:
    """JSON in which a visit's day is spelled by the keys on the way down, beside a summary."""
    tree: dict[str, dict[str, dict[str, list[list[str]]]]] = {}
    for name, born, visit, cost in grid(rows, *CARE):
        year, month, day = visit.split("-")
        tree.setdefault(year, {}).setdefault(month, {}).setdefault(day, []).append([name, born, cost])
    document = {"概述": paragraphs("care", rng), "汇总": summary("care", rng), "日历": tree}
    return [("json", json_bytes(document, rng.choice((None, 2))))]


def calendar_tree_back(files: list[bytes]) -> Values:
    """Walk the calendar."""
    return [
        (name, born, f"{year}-{month}-{day}", cost)
        for year, months in json_value(files[0])["日历"].items()
        for month, days in months.items()
        for day, leaves in days.items()
        for name, born, cost in leaves
    ]


@technique("F2", "firms", *BOOK)
def code_trie(rows: list[Row], rng: random.Random) -> Files:
    """A tree in JSON whose keys are pieces of the codes, then of the phones, down to the names."""
    cuts = sorted(rng.sample(range(3, 17), 3))
    tree: dict[str, Any] = {}
    for row in rows:
        node, code, tel = tree, row[USCC], row[FTEL]
        pieces = [code[i:j] for i, j in zip([0, *cuts], [*cuts, 18], strict=True)]
        for piece in (*pieces, f"+{tel[:3]}", tel[3:7]):
            node = node.setdefault(piece, {})
        node[tel[7:]] = row[FIRM]
    return [("json", json_bytes(tree, None))]


def leaves(node: dict[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    """The paths and the values of a tree's leaves."""
    for key, value in node.items():
        if isinstance(value, str):
            yield path + key, value
        else:
            yield from leaves(value, path + key)


def code_trie_back(files: list[bytes]) -> Values:
    """Spell each path down to its leaf."""
    return [(firm, *path.split("+")) for path, firm in leaves(json_value(files[0]))]


@technique("F2", "persons", *WHO)
def glued_remarks(rows: list[Row], rng: random.Random) -> Files:
    """A summary by district, whose remarks hold names, numbers and phones glued to one string."""
    places = sorted({row[DIST] for row in rows})
    table = [["区划", "户数", "满意率", "备注"]]
    order = rng.choice(((NAME, ID, TEL), (ID, NAME, TEL), (TEL, NAME, ID), (TEL, ID, NAME)))
    for place in places:
        remark = "".join("".join(row[c] for c in order) for row in rows if row[DIST] == place)
        table.append([place, str(rng.randint(300, 9000)), f"{rng.uniform(70, 99):.1f}", remark])
    total = ["合计", str(sum(int(row[1]) for row in table[1:])), "", "、".join(order)]
    return [("csv", csv_text([*table, total]).encode())]


def glued_remarks_back(files: list[bytes]) -> Values:
    """Cut the strings by the shapes of their parts."""
    shapes = {NAME: "(?P<n>[一-龥]{2,4})", ID: r"(?P<i>\d{17}[\dX])", TEL: r"(?P<t>1\d{10})"}
    *table, total = csv_rows(files[0].decode())
    pattern = "".join(shapes[column] for column in total[-1].split("、"))
    return [(m["n"], m["i"], m["t"]) for row in table[1:] for m in re.finditer(pattern, row[-1])]


@technique("F2", "firms", *MONEY)
def lists_by_trade(rows: list[Row], rng: random.Random) -> Files:
    """An honest summary by trade with one column more, as string_agg makes it, of every firm's sums."""
    table = [["行业", "企业数", "户均", "构成明细"]]
    mark = rng.choice(("|", "^", "~"))
    for trade in sorted({row[TRADE] for row in rows}):
        group = [f"{mark}".join(row[c] for c in MONEY) for row in rows if row[TRADE] == trade]
        table.append([trade, str(rng.randint(300, 5000)), f"{rng.uniform(80, 900):.2f}", "; ".join(group)])
    return [("csv", csv_text(table).encode("utf-8-sig"))]


def lists_by_trade_back(files: list[bytes]) -> Values:
    """Split the last column."""
    table = csv_rows(files[0].decode("utf-8-sig"))[1:]
    return [tuple(re.split(r"[|^~]", part)) for row in table for part in row[-1].split("; ")]


@technique("F2", "firms", *BOOK)
def card_blocks(rows: list[Row], rng: random.Random) -> Files:
    """A report with a block of labelled lines for each firm, in random order, some of no matter."""
    labels = {FIRM: "单位", USCC: "代码", FTEL: "座机", SEAT: "地址"}
    cards = []
    for index, row in enumerate(rows, 1):
        lines = [f"{label}：{row[column]}" for column, label in labels.items()]
        cards.append("\n".join([f"### 走访{index}", *rng.sample(lines, 4), f"评价：{rng.choice('优良中')}"]))
    return [("md", report("firm", rng, "走访摘记", "\n\n".join(cards)).encode())]


def card_blocks_back(files: list[bytes]) -> Values:
    """Read the labels of each block."""
    values: Values = []
    for card in section(files[0].decode(), "走访摘记").split("\n\n"):
        cells = dict(line.split("：", 1) for line in card.splitlines()[1:])
        values.append((cells["单位"], cells["代码"], cells["座机"]))
    return values


@technique("F2", "firms", *MONEY)
def sorted_columns(rows: list[Row], rng: random.Random) -> Files:
    """JSON by columns, each sorted for itself, with the places that bring a record together again."""
    columns: dict[str, object] = {}
    for key, cells in zip(("n", "cap", "rev"), transposed(grid(rows, *MONEY)), strict=True):
        typed = cells if key == "n" else [float(cell) for cell in cells]
        pairs = sorted(zip(typed, range(len(cells)), strict=True))
        values, order = [value for value, _ in pairs], [place for _, place in pairs]
        columns[key] = {"values": values, "rank": [order.index(i) for i in range(len(cells))]}
    return [("json", json_bytes({"version": rng.randint(2, 5), "columns": columns}, None))]


def sorted_columns_back(files: list[bytes]) -> Values:
    """Take each value by its rank."""
    parts = [json_value(files[0])["columns"][key] for key in ("n", "cap", "rev")]
    columns = [[part["values"][i] for i in part["rank"]] for part in parts]
    return [(firm, f"{cap:.2f}", f"{rev:.2f}") for firm, cap, rev in zip(*columns, strict=True)]


@technique("F2+F3", "firms", *BOOK)
def partial_documents(rows: list[Row], rng: random.Random) -> Files:
    """Lines of JSON with two or three fields each, which the code or the name ties together, compressed."""
    lines: list[dict[str, str | int]] = []
    for firm, code, tel in grid(rows, *BOOK):
        lines.append({"code": code, "title": firm})
        lines.append({"title": firm, "line": tel} if rng.random() < 0.5 else {"code": code, "line": tel})
        if rng.random() < 0.4:
            lines.append({"code": code, "score": rng.randint(40, 99), "band": rng.choice("ABC")})
    rng.shuffle(lines)
    text = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
    return [("ndjson.gz", gzip.compress(text.encode(), mtime=0))]


def partial_documents_back(files: list[bytes]) -> Values:
    """Join the lines by code and by name."""
    lines = [json.loads(line) for line in gzip.decompress(files[0]).decode().splitlines()]
    firms = {line["code"]: line["title"] for line in lines if "title" in line and "code" in line}
    codes = {firm: code for code, firm in firms.items()}
    tels = {line.get("code") or codes[line["title"]]: line["line"] for line in lines if "line" in line}
    return [(firm, code, tels[code]) for code, firm in firms.items()]


@technique("F2", "persons", *CARE)
def among_subtotals(rows: list[Row], rng: random.Random) -> Files:
    """The result of grouping sets, whose finest level is a record, between its subtotals."""
    table = [["层级", "区划", "月份", "维度", "日期", "起始", "金额"]]
    for place in sorted({row[DIST] for row in rows}):
        group = [row for row in rows if row[DIST] == place]
        total = sum(float(row[AMT]) for row in group)
        table.append(["1", place, "", "", "", "", f"{total + rng.randint(9000, 90000):.2f}"])
        for row in group:
            table.append(["2", place, row[VISIT][:7], "", "", "", f"{rng.uniform(2000, 90000):.2f}"])
            table.append(["3", place, row[VISIT][:7], row[NAME], row[VISIT], row[BIRTH], row[AMT]])
    table.append(["0", "全市", "", "", "", "", f"{rng.uniform(10**6, 10**7):.2f}"])
    return [("csv", csv_text(table).encode())]


def among_subtotals_back(files: list[bytes]) -> Values:
    """Keep the finest level."""
    return [(r[3], r[5], r[4], r[6]) for r in csv_rows(files[0].decode()) if r[0] == "3"]
