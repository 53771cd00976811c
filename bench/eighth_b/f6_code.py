"""Notebooks, SQL, Python and YAML: outputs, widgets, literals, anchors."""

from __future__ import annotations

import ast
import json
import random
import re
from typing import Any

import yaml

from bench.eighth_b.honest import DISTRICTS, code_cell, notebook
from bench.sixth.core import BOOK, CARE, MONEY, WHO, Files, Row, Values, grid, technique

WIDGETS = "application/vnd.jupyter.widget-state+json"


@technique("F6", "persons", *CARE)
def notebook_stream_output(rows: list[Row], rng: random.Random) -> Files:
    """The printed output of one cell of a report is a table."""
    shown = [f"{i:<4}{a}  {b}  {c}  {d:>10}\n" for i, (a, b, c, d) in enumerate(grid(rows, *CARE))]
    text = ["   ".join(CARE) + "\n", *shown]
    output: dict[str, object] = {"output_type": "stream", "name": "stdout", "text": text}
    return [("ipynb", notebook(rng, [code_cell("print(df.head(60).to_string())", [output])]))]


def notebook_stream_output_back(files: list[bytes]) -> Values:
    """The lines of the output."""
    lines = json.loads(files[0])["cells"][2]["outputs"][0]["text"]
    return [tuple(line.split()[1:]) for line in lines[1:]]


@technique("F6", "persons", *WHO)
def notebook_widget_state(rows: list[Row], rng: random.Random) -> Files:
    """The saved state of three selection lists of a report has a column each."""
    state = {}
    for column in WHO:
        labels = [row[column] for row in rows]
        inner = {"_model_name": "SelectModel", "_options_labels": labels, "index": 0, "description": "筛选"}
        module = {"model_name": "SelectModel", "model_module": "@jupyter-widgets/controls"}
        state[f"{rng.getrandbits(128):032x}"] = {**module, "model_module_version": "2.0.0", "state": inner}
    widgets = {WIDGETS: {"state": state, "version_major": 2, "version_minor": 0}}
    return [("ipynb", notebook(rng, [], {"widgets": widgets}))]


def notebook_widget_state_back(files: list[bytes]) -> Values:
    """The labels of the lists."""
    state = json.loads(files[0])["metadata"]["widgets"][WIDGETS]["state"]
    return list(zip(*(model["state"]["_options_labels"] for model in state.values()), strict=True))


@technique("F6", "firms", *BOOK)
def sql_insert_script(rows: list[Row], rng: random.Random) -> Files:
    """A script that seems to set up a test inserts the firms, some rows a statement."""
    out = ["-- 测试环境初始化脚本", "BEGIN;", "CREATE TABLE t_ref (k varchar(18), n text, c text);"]
    table = grid(rows, *BOOK)
    start = 0
    while start < len(table):
        step = rng.randint(2, 7)
        some = table[start : start + step]
        lines = ["('" + "', N'".join((b, a.replace("'", "''"), c)) + "')" for a, b, c in some]
        out.append("INSERT INTO t_ref (k, n, c) VALUES\n  " + ",\n  ".join(lines) + ";")
        start += step
    return [("sql", "\n".join([*out, "COMMIT;", ""]).encode())]


def sql_insert_script_back(files: list[bytes]) -> Values:
    """The tuples of the statements."""
    hits = re.findall(r"\('(.*?)', N'((?:[^']|'')*)', N'(.*?)'\)", files[0].decode())
    return [(name.replace("''", "'"), code, phone) for code, name, phone in hits]


@technique("F6", "persons", *WHO)
def python_fixture(rows: list[Row], rng: random.Random) -> Files:
    """A test module's constant is a list of calls with escaped literals."""
    body = "\n".join(
        f"    dict(key={b!r}, label={a!a}, contact=({c[:3]!r} {c[3:7]!r} {c[7:]!r})),"
        for a, b, c in grid(rows, *WHO)
    )
    seed = rng.randint(1, 999)
    code = f'"""结算模块的单元测试。"""\n\nSEED = {seed}\nCASES = [\n{body}\n]\n\n\n'
    code += "def test_cases() -> None:\n"
    return [("py", (code + "    assert len(CASES) > SEED % 2\n").encode())]


def python_fixture_back(files: list[bytes]) -> Values:
    """The arguments of the calls."""
    calls = [node for node in ast.walk(ast.parse(files[0])) if isinstance(node, ast.Call) and node.keywords]
    parts: list[dict[str, Any]] = [
        {str(k.arg): ast.literal_eval(k.value) for k in call.keywords} for call in calls
    ]
    return [(part["label"], part["key"], part["contact"]) for part in parts]


@technique("F6", "firms", *MONEY)
def yaml_anchored_config(rows: list[Row], rng: random.Random) -> Files:
    """The entries of a configuration inherit from an anchor and name the firms as overrides."""
    out = ["# 指标计算任务配置", "defaults: &base", "  unit: 万元", "  weight: 1"]
    out += ["  note: >-", "    仅供内部计算", "jobs:"]
    for index, (name, cap, income) in enumerate(grid(rows, *MONEY)):
        out += [f"  job_{index:03d}:", "    <<: *base", f"    region: {rng.choice(DISTRICTS)}"]
        quoted = json.dumps(name, ensure_ascii=False)
        out += [f"    target: {quoted}", f"    bounds: [!!str {cap}, !!str {income}]"]
    return [("yaml", ("\n".join(out) + "\n").encode())]


def yaml_anchored_config_back(files: list[bytes]) -> Values:
    """The overrides of the entries."""
    jobs = yaml.safe_load(files[0])["jobs"].values()
    return [(job["target"], *job["bounds"]) for job in jobs]
