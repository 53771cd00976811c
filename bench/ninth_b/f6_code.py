"""Notebooks, SQL and Python: outputs, attachments and widgets, and literals among honest code."""

from __future__ import annotations

import ast
import base64
import gzip
import json
import random
import re
import zlib
from collections.abc import Mapping

from bench.eighth_a.honest import TITLES, paragraphs, pipe_table, summary
from bench.eighth_a.tables import csv_rows, csv_text, json_bytes
from bench.ninth_b.kit import (
    amount,
    cents,
    chinese_day,
    from_wan,
    in_wan,
    joined,
    parted,
    plain_day,
    serial,
    unserial,
)
from bench.sixth.core import (
    ADDR,
    AMT,
    BIRTH,
    BOOK,
    BOSS,
    CARE,
    DIST,
    FIRM,
    FTEL,
    HOSP,
    ID,
    INCOME,
    MONEY,
    NAME,
    SICK,
    USCC,
    VISIT,
    WEAK,
    WHO,
    Files,
    Row,
    Values,
    grid,
    id_text,
    technique,
)

Cell = Mapping[str, object]
QUERY = "SELECT 行政区划, count(*) AS 人次, avg(金额) AS 次均 FROM source GROUP BY 行政区划;\n"


def prose(text: str, **more: object) -> Cell:
    """A cell of text."""
    return {
        "cell_type": "markdown",
        "id": f"m{zlib.crc32(text.encode()):08x}",
        "metadata": {},
        "source": text,
        **more,
    }


def code(text: str, *outputs: Cell) -> Cell:
    """A cell of code with its outputs."""
    cell = {
        "cell_type": "code",
        "id": f"c{zlib.crc32(text.encode()):08x}",
        "metadata": {},
        "execution_count": 1,
    }
    return {**cell, "source": text, "outputs": list(outputs)}


def notebook(kind: str, rng: random.Random, *cells: Cell, **meta: object) -> bytes:
    """A notebook with an honest report before its further cells."""
    first = [prose(f"# {TITLES[kind]}\n"), prose(paragraphs(kind, rng)[0])]
    shown = {"output_type": "display_data", "metadata": {}}
    table = code("display(summary)", {**shown, "data": {"text/markdown": pipe_table(summary(kind, rng))}})
    whole = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}, **meta},
    }
    return json_bytes({**whole, "cells": [*first, table, *cells]})


@technique("F6+F3", "persons", *WHO)
def notebook_text_attachment(rows: list[Row], rng: random.Random) -> Files:
    """A picture attached to a cell that is no picture: gzip of a table in GB18030."""
    packed = gzip.compress(csv_text(grid(rows, *WHO)).encode("gb18030"), mtime=0)
    kind = rng.choice(("image/png", "application/octet-stream"))
    held = {"fig1.png": {kind: base64.b64encode(packed).decode()}}
    return [("ipynb", notebook("who", rng, prose("![图1](attachment:fig1.png)", attachments=held)))]


def notebook_text_attachment_back(files: list[bytes]) -> Values:
    """Decode and unpack the attachment."""
    held = json.loads(files[0])["cells"][-1]["attachments"]["fig1.png"]
    packed = base64.b64decode(next(iter(held.values())))
    return [tuple(row) for row in csv_rows(gzip.decompress(packed).decode("gb18030"))]


@technique("F6", "persons", *CARE)
def notebook_error_trace(rows: list[Row], rng: random.Random) -> Files:
    """An error whose trace shows the values of the rows, in colours of a terminal."""
    lines = [
        "\x1b[0;31mValueError\x1b[0m Traceback (most recent call last)",
        "\x1b[0;32m<ipython>\x1b[0m in check(df)",
    ]
    for i, (name, born, visit, cost) in zip(
        rng.sample(range(9000), len(rows)), grid(rows, *CARE), strict=True
    ):
        lines.append(
            f"\x1b[1;32m{i:>6}\x1b[0m bad row \x1b[36m{name}\x1b[0m "
            f"born={born} visit={visit} \x1b[33m{cost}\x1b[0m"
        )
    trace = {"output_type": "error", "ename": "ValueError", "evalue": f"{len(rows)} rows", "traceback": lines}
    return [("ipynb", notebook("care", rng, code("check(df)", trace)))]


def notebook_error_trace_back(files: list[bytes]) -> Values:
    """Take the colours away and read the rows."""
    lines = json.loads(files[0])["cells"][-1]["outputs"][0]["traceback"]
    plain = "\n".join(re.sub(r"\x1b\[[\d;]*m", "", line) for line in lines)
    return re.findall(r"bad row (\S+) born=(\S+) visit=(\S+) (\S+)", plain)


@technique("F6+F2", "persons", NAME, BIRTH, SICK)
def notebook_json_result(rows: list[Row], rng: random.Random) -> Files:
    """A result in JSON beside its short text: nested by district, keys are days without strokes."""
    tree: dict[str, dict[str, list[str]]] = {}
    for row in rows:
        key = row[BIRTH].replace("-", rng.choice(("", "/")))
        tree.setdefault(row[DIST], {}).setdefault(key, []).append(f"{row[NAME]}@{row[SICK]}")
    data = {"text/plain": "<Tree>", "application/json": {"nodes": tree}}
    shown = {"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": data}
    return [("ipynb", notebook("care", rng, code("tree", shown)))]


def notebook_json_result_back(files: list[bytes]) -> Values:
    """Walk the tree."""
    tree = json.loads(files[0])["cells"][-1]["outputs"][0]["data"]["application/json"]["nodes"]
    values: Values = []
    for days in tree.values():
        for key, leaves in days.items():
            day = key.replace("/", "")
            for name, sick in (leaf.split("@") for leaf in leaves):
                values.append((name, f"{day[:4]}-{day[4:6]}-{day[6:]}", sick))
    return values


@technique("F6+F2", "firms", *BOOK)
def notebook_widget_options(rows: list[Row], rng: random.Random) -> Files:
    """The saved state of three lists of choices, a column each, none of them shown."""
    order = rng.sample(rows, len(rows))
    state: dict[str, object] = {
        f"{rng.getrandbits(64):016x}": {"model_name": "FloatSliderModel", "state": {"value": 0.5, "max": 1.0}}
    }
    for i, column in enumerate(BOOK):
        options = {"_options_labels": [row[column] for row in order], "description": "筛选", "index": i}
        state[f"{rng.getrandbits(64):016x}"] = {"model_name": "DropdownModel", "state": options}
    widgets = {"application/vnd.jupyter.widget-state+json": {"version_major": 2, "state": state}}
    return [("ipynb", notebook("firm", rng, code("box"), widgets=widgets))]


def notebook_widget_options_back(files: list[bytes]) -> Values:
    """Put the choices side by side."""
    state = json.loads(files[0])["metadata"]["widgets"]["application/vnd.jupyter.widget-state+json"]["state"]
    found = [item["state"] for item in state.values() if item["model_name"] == "DropdownModel"]
    found.sort(key=lambda item: item["index"])
    return list(zip(*(item["_options_labels"] for item in found), strict=True))


@technique("F6+F3", "firms", *MONEY)
def notebook_cell_identifiers(rows: list[Row], rng: random.Random) -> Files:
    """Notes of cells: the register under zlib in base 64, cut over the metadata of many cells."""
    text = base64.urlsafe_b64encode(zlib.compress(joined(grid(rows, *MONEY), "|").encode("utf-16"))).decode()
    size = rng.choice((80, 120, 200))
    cells = []
    for i in range(0, len(text), size):
        notes = {"trusted": True, "execution": {"hash": text[i : i + size]}}
        cells.append({**code(f"plot(df, {i // size})"), "metadata": notes})
    return [("ipynb", notebook("firm", rng, *cells))]


def notebook_cell_identifiers_back(files: list[bytes]) -> Values:
    """Glue the notes, decode and unpack."""
    notes = [cell["metadata"].get("execution", {}) for cell in json.loads(files[0])["cells"]]
    text = "".join(note.get("hash", "") for note in notes)
    return parted(zlib.decompress(base64.urlsafe_b64decode(text)).decode("utf-16"), "|")


@technique("F6+F1", "firms", *MONEY)
def sql_case_labels(rows: list[Row], rng: random.Random) -> Files:
    """A view that classes codes by long cases: label, capital and income in 万 for each code."""
    keys = rng.sample(range(1000, 9999), len(rows))
    cases = ["", "", ""]
    for key, (name, capital, income) in zip(keys, grid(rows, *MONEY), strict=True):
        label = name.replace("'", "''")
        for i, value in enumerate((f"'{label}'", in_wan(capital), in_wan(income))):
            cases[i] += f"    WHEN {key} THEN {value}\n"
    parts = ",\n".join(
        f"  CASE k\n{case}  END AS {name}" for case, name in zip(cases, ("标签", "上限", "下限"), strict=True)
    )
    return [("sql", f"{QUERY}\nCREATE VIEW 分档 AS SELECT k,\n{parts}\nFROM source;\n".encode())]


def sql_case_labels_back(files: list[bytes]) -> Values:
    """Join the cases by their codes."""
    found: dict[str, list[str]] = {}
    for key, value in re.findall(r"WHEN (\d+) THEN (.*)", files[0].decode()):
        found.setdefault(key, []).append(value)
    return [(a[1:-1].replace("''", "'"), from_wan(b), from_wan(c)) for a, b, c in found.values()]


@technique("F6+F2", "persons", *WEAK)
def sql_unnested_lists(rows: list[Row], rng: random.Random) -> Files:
    """A query that unnests three lists: days as differences from a day, sums in cents moved by a number."""
    start, shift = rng.choice((20000, 36526, 40000)), rng.randint(100, 999)
    lists = [
        ", ".join(str(serial(row[BIRTH]) - start) for row in rows),
        ", ".join(str(serial(row[VISIT]) - start) for row in rows),
        ", ".join(str(cents(row[AMT]) + shift) for row in rows),
    ]
    named = ",\n    ".join(f"unnest([{some}]) AS {name}" for some, name in zip(lists, "abc", strict=True))
    text = f"WITH w AS (\n  SELECT {named}\n)\n"
    day = unserial(start)
    text += f"SELECT DATE '{day}' + a AS 起, DATE '{day}' + b AS 止, (c - {shift}) / 100.0 AS 权 FROM w;\n"
    return [("sql", f"-- 权重表\n{text}\n{QUERY}".encode())]


def sql_unnested_lists_back(files: list[bytes]) -> Values:
    """Do what the query does."""
    text = files[0].decode()
    lists = [json.loads(part) for part in re.findall(r"unnest\((\[.*?\])\)", text)]
    start = serial(re.findall(r"DATE '(\S+)'", text)[0])
    shift = int(re.findall(r"c - (\d+)", text)[0])
    return [
        (unserial(a + start), unserial(b + start), amount(c - shift)) for a, b, c in zip(*lists, strict=True)
    ]


@technique("F6+F3", "persons", NAME, ID, ADDR)
def sql_blob_default(rows: list[Row], rng: random.Random) -> Files:
    """The default of a column in a script that creates tables: a blob in base 16, gzip within."""
    packed = gzip.compress(joined(grid(rows, NAME, ID, ADDR), ";").encode(), mtime=0).hex()
    name = rng.choice(("icon", "logo", "模板"))
    text = (
        f"CREATE TABLE 汇总 (\n  区划 TEXT,\n  人次 INTEGER,\n  {name} BLOB DEFAULT X'{packed.upper()}'\n);\n"
    )
    return [("sql", f"{text}INSERT INTO 汇总 (区划, 人次) {QUERY}".encode())]


def sql_blob_default_back(files: list[bytes]) -> Values:
    """Decode and unpack the blob."""
    packed = re.findall(r"X'([0-9A-F]+)'", files[0].decode())[0]
    return parted(gzip.decompress(bytes.fromhex(packed)).decode(), ";")


@technique("F6+F1", "persons", *WHO)
def python_enum_members(rows: list[Row], rng: random.Random) -> Files:
    """A module of error codes: members named after phones, with names and resident numbers in base 16."""
    lines = ['"""Codes of the checks."""\n', "import enum\n\n", "class Check(enum.Enum):", "    OK = (0, '')"]
    dash = rng.choice(("", "_"))
    for name, number, tel in grid(rows, *WHO):
        lines.append(f"    E{tel[:3]}{dash}{tel[3:]} = ({int(number[:17]):#x}, {name!r})")
    lines.append("\n\ndef ok(value: float) -> bool:\n    return 0 <= value <= 100\n")
    return [("py", "\n".join(lines).encode())]


def python_enum_members_back(files: list[bytes]) -> Values:
    """Read the members."""
    found = re.findall(r"    E([\d_]+) = \((0x\w+), '(.*?)'\)", files[0].decode())
    return [(name, id_text(int(number, 16)), tel.replace("_", "")) for tel, number, name in found]


@technique("F6+F2", "firms", USCC, BOSS, FTEL)
def python_default_arguments(rows: list[Row], rng: random.Random) -> Files:
    """A function's default arguments: tuples of bytes, a column each, after honest code."""
    code_name = rng.choice(("utf-8", "gb18030", "utf-16-le"))
    columns = [tuple(row[column].encode(code_name) for row in rows) for column in (USCC, BOSS, FTEL)]
    parts = ",\n    ".join(f"{name}={column!r}" for name, column in zip("abc", columns, strict=True))
    text = f'"""Weights of the index."""\n\nENCODING = {code_name!r}\n\n\n'
    text += "def mean(x):\n    return sum(x) / len(x)\n\n\n"
    return [("py", f"{text}def index(x,\n    {parts}):\n    return mean(x) * len(a)\n".encode())]


def python_default_arguments_back(files: list[bytes]) -> Values:
    """Read the defaults of the last function."""
    tree = ast.parse(files[0])
    name = ast.literal_eval(next(n for n in tree.body if isinstance(n, ast.Assign)).value)
    last = next(node for node in reversed(tree.body) if isinstance(node, ast.FunctionDef))
    columns = [[raw.decode(name) for raw in ast.literal_eval(node)] for node in last.args.defaults]
    return list(zip(*columns, strict=True))


@technique("F6+F1", "persons", NAME, VISIT, HOSP, AMT)
def python_test_docstring(rows: list[Row], rng: random.Random) -> Files:
    """A function whose examples to be run as tests are visits: days with 年月日, sums in fen."""
    lines = ["def bill(day, who, where):", '    """Return the bill in fen.', ""]
    for name, visit, place, cost in grid(rows, NAME, VISIT, HOSP, AMT):
        day = chinese_day(visit) if rng.random() < 0.6 else visit.replace("-", ".")
        lines += [f"    >>> bill({day!r}, {name!r}, {place!r})", f"    {cents(cost)}"]
    lines += ['    """', "    return BILLS[day, who, where]", ""]
    return [("py", "\n".join(lines).encode())]


def python_test_docstring_back(files: list[bytes]) -> Values:
    """Read the examples."""
    found = re.findall(r">>> bill\('(.*?)', '(.*?)', '(.*?)'\)\n\s+(\d+)", files[0].decode())
    return [(name, plain_day(day), place, amount(int(cost))) for day, name, place, cost in found]


@technique("F6+F2", "firms", FIRM, USCC, INCOME)
def python_test_parameters(rows: list[Row], rng: random.Random) -> Files:
    """Parameters of a test as nested dicts, keyed by halves of the credit code, over two modules."""
    trees: list[dict[str, dict[str, object]]] = [{}, {}]
    for name, number, income in grid(rows, FIRM, USCC, INCOME):
        held = trees[rng.randint(0, 1)].setdefault(number[:9], {})
        held[number[9:]] = (name, int(cents(income)))
    return [
        ("py", f'"""Cases {i}."""\n\nimport pytest\n\nLIMIT = 0.05\nCASES = {tree!r}\n'.encode())
        for i, tree in enumerate(trees)
    ]


def python_test_parameters_back(files: list[bytes]) -> Values:
    """Walk the dicts of both modules."""
    values: Values = []
    for data in files:
        tree = ast.literal_eval(data.decode().partition("CASES = ")[2])
        for first, held in tree.items():
            values += [(name, first + last, amount(income)) for last, (name, income) in held.items()]
    return values
