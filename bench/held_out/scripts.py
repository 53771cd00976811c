"""Code: the records are constants, comments or built strings of a program."""

from __future__ import annotations

import ast
import io
import json
import re

from bench.held_out.core import (
    ADDR,
    AMT,
    BIRTH,
    BOOK,
    BOSS,
    CAP,
    DIST,
    FIRM,
    FTEL,
    HOSP,
    ID,
    NAME,
    QUASI,
    SICK,
    TEL,
    USCC,
    VISIT,
    WHO,
    Files,
    Values,
    grid,
    payload,
    person_bytes,
    technique,
    tuples,
    unpayload,
)

START = "import pandas as pd\n\n\ndef rate(a, b):\n    return a / b\n\n\n"


@technique("persons", *WHO)
def python_tuples(rows, _rng) -> Files:
    """A list of tuples in a module of constants."""
    lines = "".join(f"    ({r[NAME]!r}, {r[ID]!r}, {r[TEL]}),\n" for r in rows)
    return [("py", f"{START}CASES = [\n{lines}]\n".encode())]


def python_tuples_back(files) -> Values:
    data = ast.literal_eval(files[0].decode().split("CASES = ")[1])
    return [(n, i, str(t)) for n, i, t in data]


@technique("persons", ID, NAME, SICK)
def python_mapping(rows, _rng) -> Files:
    """A dictionary that maps codes to labels, as for recoding a column."""
    lines = "".join(f'    {r[ID][:17]}: "{r[NAME]}@{r[SICK]}",  # {r[ID][17]}\n' for r in rows)
    return [("py", f"{START}RECODE = {{\n{lines}}}\n".encode())]


def python_mapping_back(files) -> Values:
    found = re.findall(r'(\d{17}): "(.+?)@(.+?)",  # (.)', files[0].decode())
    return [(i + c, n, s) for i, n, s, c in found]


@technique("persons", NAME, TEL)
def python_string_building(rows, _rng) -> Files:
    """Names from code points and numbers as sums of their halves."""
    lines = [
        "rows.append("
        + " + ".join(f"chr({ord(c)})" for c in r[NAME])
        + f" + str({r[TEL][:5]} * 10**6 + {int(r[TEL][5:])}))"
        for r in rows
    ]
    return [("py", (START + "rows = []\n" + "\n".join(lines) + "\n").encode())]


def python_string_building_back(files) -> Values:
    out = []
    for line in files[0].decode().split("\n"):
        if m := re.fullmatch(r"rows\.append\((.+) \+ str\((\d+) \* 10\*\*6 \+ (\d+)\)\)", line):
            name = "".join(chr(int(c)) for c in re.findall(r"chr\((\d+)\)", m[1]))
            out.append((name, str(int(m[2]) * 10**6 + int(m[3]))))
    return out


@technique("persons", NAME, BIRTH, DIST, TEL)
def comment_block(rows, rng) -> Files:
    """Comments behind the lines of an innocent script."""
    lines = [
        f"x{i} = {rng.randint(1, 99)}  # {r[NAME]} {r[BIRTH]} {r[DIST]} {r[TEL]}" for i, r in enumerate(rows)
    ]
    return [("py", (START + "\n".join(lines) + "\n").encode())]


def comment_block_back(files) -> Values:
    return re.findall(r"(?m)  # (\S+) (\S+) (\S+) (\S+)$", files[0].decode())


@technique("persons", NAME, ID, TEL)
def bytes_escapes(rows, _rng) -> Files:
    """A constant of escaped bytes called a test vector."""
    data = payload(rows, *WHO)
    parts = "".join(
        '    b"' + "".join(f"\\x{b:02x}" for b in data[i : i + 20]) + '"\n' for i in range(0, len(data), 20)
    )
    return [("py", f"{START}VECTOR = (\n{parts})\n".encode())]


def bytes_escapes_back(files) -> Values:
    return unpayload(ast.literal_eval(files[0].decode().split("VECTOR = ")[1]))


@technique("firms", USCC, FIRM, BOSS, FTEL)
def insert_statements(rows, _rng) -> Files:
    """A database script: one INSERT with many rows."""
    lines = ",\n".join("('" + "', '".join(line) + "')" for line in grid(rows, (USCC, FIRM, BOSS, FTEL)))
    return [
        (
            "sql",
            f"CREATE TABLE dim(a TEXT, b TEXT, c TEXT, d TEXT);\nINSERT INTO dim VALUES\n{lines};\n".encode(),
        )
    ]


def insert_statements_back(files) -> Values:
    return re.findall(r"\('(.+?)', '(.+?)', '(.+?)', '(.+?)'\)", files[0].decode())


@technique("persons", ID, AMT, VISIT)
def case_expression(rows, _rng) -> Files:
    """A query with a CASE branch for every person."""
    lines = "\n".join(
        f"    WHEN id = {r[ID][:17]}||'{r[ID][17]}' THEN {r[AMT]} /* {r[VISIT]} */" for r in rows
    )
    return [("sql", f"SELECT area, avg(CASE\n{lines}\n    ELSE 0 END) FROM t GROUP BY area;\n".encode())]


def case_expression_back(files) -> Values:
    found = re.findall(r"id = (\d{17})\|\|'(.)' THEN (\S+) /\* (\S+) \*/", files[0].decode())
    return [(a + b, c, d) for a, b, c, d in found]


@technique("persons", *QUASI)
def common_table_expression(rows, _rng) -> Files:
    """A query over constants: WITH t AS (VALUES ...)."""
    lines = ",\n".join(f"  (DATE '{r[BIRTH]}', {r[DIST]}, DATE '{r[VISIT]}', {r[AMT]})" for r in rows)
    return [
        ("sql", f"WITH t(a, b, c, d) AS (VALUES\n{lines}\n)\nSELECT b, avg(d) FROM t GROUP BY b;\n".encode())
    ]


def common_table_expression_back(files) -> Values:
    return re.findall(r"\(DATE '(.+?)', (\d+), DATE '(.+?)', (.+?)\)", files[0].decode())


@technique("persons", NAME, TEL, AMT)
def r_data_frame(rows, _rng) -> Files:
    """An R script that builds a data frame from vectors."""
    a = ", ".join(f'"{r[NAME]}"' for r in rows)
    b = ", ".join(r[TEL] for r in rows)
    c = ", ".join(r[AMT] for r in rows)
    return [
        (
            "R",
            f"d <- data.frame(\n  a = c({a}),\n  b = c({b}),\n  y = c({c})\n)\nsummary(lm(y ~ b))\n".encode(),
        )
    ]


def r_data_frame_back(files) -> Values:
    parts = [p.split(", ") for p in re.findall(r"c\(([^)]+)\)", files[0].decode())]
    return [(n.strip('"'), t, a) for n, t, a in zip(*parts, strict=True)]


@technique("persons", NAME, ID, TEL)
def javascript_objects(rows, _rng) -> Files:
    """A constant array of objects with bare keys in a page's script."""
    lines = "".join(f"  {{n:'{r[NAME]}',i:'{r[ID]}',t:{r[TEL]}n}},\n" for r in rows)
    return [
        (
            "js",
            f"export const seeds = [\n{lines}];\nexport const half = a => a.length / 2;\n".encode(),
        )
    ]


def javascript_objects_back(files) -> Values:
    return re.findall(r"\{n:'(.+?)',i:'(.+?)',t:(\d+)n\}", files[0].decode())


@technique("persons", NAME, TEL)
def character_codes(rows, _rng) -> Files:
    """A JavaScript call of String.fromCharCode with all characters."""
    codes = ",".join(str(ord(c)) for c in payload(rows, NAME, TEL).decode())
    return [("js", f"const pad = String.fromCharCode({codes});\n".encode())]


def character_codes_back(files) -> Values:
    codes = re.search(r"fromCharCode\((.+)\)", files[0].decode())[1]
    return unpayload("".join(chr(int(c)) for c in codes.split(",")).encode())


@technique("firms", *BOOK)
def here_document(rows, _rng) -> Files:
    """A shell script with a here-document."""
    body = payload(rows, *BOOK).decode()
    return [("sh", f"#!/bin/sh\nsort <<'EOF' | uniq -c\n{body}\nEOF\n".encode())]


def here_document_back(files) -> Values:
    return unpayload(files[0].split(b"uniq -c\n")[1].split(b"\nEOF")[0])


@technique("persons", NAME, ID, DIST)
def notebook_source(rows, _rng) -> Files:
    """A cell of a notebook that reads a table from a string."""
    text = person_bytes(rows, (NAME, ID, DIST)).decode()
    source = f'import io\nimport pandas as pd\nd = pd.read_csv(io.StringIO("""{text}"""))\nd.shape'
    cell = {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
        "source": source.splitlines(True),
    }
    tree = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    return [("ipynb", json.dumps(tree, ensure_ascii=False).encode())]


def notebook_source_back(files) -> Values:
    text = "".join(json.loads(files[0])["cells"][0]["source"]).split('"""')[1]
    return [tuple(line.split(",")) for line in io.StringIO(text).read().split("\n")[1:] if line]


@technique("persons", ID, TEL)
def doctest_examples(rows, _rng) -> Files:
    """Examples in a documentation string, with their results."""
    lines = "".join(f'    >>> mask("{r[ID]}")\n    {r[TEL]}\n' for r in rows)
    return [
        ("py", f'def mask(x):\n    """Mask a number.\n\n{lines}    """\n    return int(x[:11])\n'.encode())
    ]


def doctest_examples_back(files) -> Values:
    return re.findall(r'mask\("(\w+)"\)\n +(\d+)', files[0].decode())


@technique("persons", NAME, BIRTH, AMT)
def parametrised_test(rows, _rng) -> Files:
    """Parameters of a test of an age function."""
    lines = "".join(f'        pytest.param("{r[BIRTH]}", {r[AMT]}, id="{r[NAME]}"),\n' for r in rows)
    text = f'import pytest\n\n\n@pytest.mark.parametrize(\n    ("born", "paid"),\n    [\n{lines}    ],\n)\n'
    return [("py", (text + "def test_age(born, paid):\n    assert paid > 0\n").encode())]


def parametrised_test_back(files) -> Values:
    return [(n, b, a) for b, a, n in re.findall(r'param\("(.+?)", (.+?), id="(.+?)"\)', files[0].decode())]


@technique("persons", TEL, ID)
def regular_expression(rows, _rng) -> Files:
    """An alternation that accepts exactly the numbers of these people."""
    text = "|".join(rf"(?:{r[TEL][:3]})\d{{0}}{r[TEL][3:]}:{r[ID]}" for r in rows)
    return [("txt", f"^(?:{text})$\n".encode())]


def regular_expression_back(files) -> Values:
    return [
        (a + b, c) for a, b, c in re.findall(r"\(\?:(\d{3})\)\\d\{0\}(\d{8}):(\w{18})", files[0].decode())
    ]


@technique("firms", USCC, BOSS, FTEL)
def version_diff(rows, _rng) -> Files:
    """A patch that removes the records from a file."""
    lines = "".join(f"-{r[USCC]},{r[BOSS]},{r[FTEL]}\n" for r in rows)
    return [("diff", f"--- a/data/seed.csv\n+++ /dev/null\n@@ -1,{len(rows)} +0,0 @@\n{lines}".encode())]


def version_diff_back(files) -> Values:
    return re.findall(r"(?m)^-(\w{18}),(\S+),(\d+)$", files[0].decode())


@technique("persons", NAME, TEL)
def environment_file(rows, _rng) -> Files:
    """Variables of an environment file, the name in the value and the number in the key."""
    return [("env", "".join(f'export T_{r[TEL]}="{r[NAME]}"\n' for r in rows).encode())]


def environment_file_back(files) -> Values:
    return [(n, t) for t, n in re.findall(r'T_(\d+)="(.+?)"', files[0].decode())]


@technique("persons", NAME, HOSP, SICK, TEL)
def graph_description(rows, _rng) -> Files:
    """A Graphviz drawing of flows between hospitals and diseases, one edge a person."""
    lines = "".join(f'  "{r[HOSP]}" -> "{r[SICK]}" [label="{r[NAME]}", weight={r[TEL]}];\n' for r in rows)
    return [("dot", f"digraph flow {{\n{lines}}}\n".encode())]


def graph_description_back(files) -> Values:
    found = re.findall(r'"(.+?)" -> "(.+?)" \[label="(.+?)", weight=(\d+)\]', files[0].decode())
    return [(n, h, s, t) for h, s, n, t in found]


@technique("persons", NAME, ID, ADDR)
def traceback_log(rows, _rng) -> Files:
    """A log of failed rows as a careless program prints them."""
    lines = [
        f"2026-01-05 09:{i // 60:02d}:{i % 60:02d} WARNING parse: KeyError in row "
        f"{{'xm': '{r[NAME]}', 'sfz': '{r[ID]}', 'dz': '{r[ADDR]}'}}"
        for i, r in enumerate(rows)
    ]
    return [("log", "\n".join(lines).encode())]


def traceback_log_back(files) -> Values:
    return re.findall(r"'xm': '(.+?)', 'sfz': '(.+?)', 'dz': '(.+?)'", files[0].decode())


@technique("firms", USCC, CAP, FTEL)
def c_structures(rows, _rng) -> Files:
    """A C header with an array of structures, the code as character constants."""
    lines = "".join(
        "  {{" + ",".join(f"'{c}'" for c in r[USCC]) + f"}}, {r[CAP]}, 0x{int(r[FTEL]):x}LL}},\n"
        for r in rows
    )
    return [
        (
            "h",
            f"static const struct {{ char k[18]; double w; long long t; }} T[] = {{\n{lines}}};\n".encode(),
        )
    ]


def c_structures_back(files) -> Values:
    found = re.findall(r"\{\{(.+?)\}, (\S+), 0x(\w+)LL", files[0].decode())
    return [(k.replace("'", "").replace(",", ""), c, str(int(t, 16))) for k, c, t in found]


@technique("persons", NAME, VISIT, DIST, TEL)
def function_names(rows, _rng) -> Files:
    """Functions whose names and defaults are people, dates and numbers."""
    lines = "\n\n".join(
        f"def {r[NAME]}_{r[VISIT].replace('-', '')}(区={r[DIST]}, 步={r[TEL]}):\n    return 区 % 步"
        for r in rows
    )
    return [("py", (lines + "\n").encode())]


def function_names_back(files) -> Values:
    found = re.findall(r"def (\S+?)_(\d{4})(\d\d)(\d\d)\(区=(\d+), 步=(\d+)\)", files[0].decode())
    return tuples((n, f"{y}-{m}-{d}", a, t) for n, y, m, d, a, t in found)
