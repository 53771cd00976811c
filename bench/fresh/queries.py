"""Queries: dumps, constraints, comments and tests of databases and their models."""

from __future__ import annotations

import json
import re

import yaml

from bench.fresh.core import chunked, lines_of, plain, technique
from bench.held_out.core import (
    AMT,
    BOSS,
    FIRM,
    FTEL,
    HOSP,
    ID,
    NAME,
    SICK,
    TEL,
    USCC,
    WHO,
    Files,
    Values,
    grid,
    tuples,
)


@technique("persons", NAME, ID, TEL)
def dump_in_copy_form(rows, _rng) -> Files:
    """A dump of a PostgreSQL table, the values between tabs after COPY."""
    body = "\n".join("\t".join(line) for line in grid(rows, WHO))
    head = (
        "--\n-- PostgreSQL database dump\n--\nSET client_encoding = 'UTF8';\n\nCREATE TABLE"
        " public.gr (xm text, zj text, sj text);\n\n"
    )
    return plain("sql", f"{head}COPY public.gr (xm, zj, sj) FROM stdin;\n{body}\n\\.\n\n-- dump complete\n")


def dump_in_copy_form_back(files) -> Values:
    body = files[0].decode().split("FROM stdin;\n")[1].split("\n\\.")[0]
    return [tuple(line.split("\t")) for line in body.split("\n")]


@technique("firms", USCC, BOSS, FTEL)
def check_constraint(rows, _rng) -> Files:
    """A table whose check constraint lists the allowed triples."""
    body = ",\n    ".join(f"('{r[USCC]}', '{r[BOSS]}', {r[FTEL]})" for r in rows)
    return plain(
        "sql", f"ALTER TABLE rpt ADD CONSTRAINT ck_rpt CHECK (\n  (k, p, t) IN (\n    {body}\n  )\n);\n"
    )


def check_constraint_back(files) -> Values:
    return re.findall(r"\('(\w{18})', '(.+?)', (\d+)\)", files[0].decode())


@technique("persons", NAME, ID, SICK)
def comments_on_columns(rows, _rng) -> Files:
    """Comments on the columns of an empty table."""
    out = ["CREATE TABLE feat (" + ", ".join(f"f{i} numeric" for i in range(len(rows))) + ");"]
    out += [f"COMMENT ON COLUMN feat.f{i} IS '{r[SICK]}/{r[NAME]}/{r[ID]}';" for i, r in enumerate(rows)]
    return plain("sql", "\n".join(out) + "\n")


def comments_on_columns_back(files) -> Values:
    return [(n, k, s) for s, n, k in re.findall(r"IS '(.+?)/(.+?)/(.+?)';", files[0].decode())]


@technique("persons", ID, TEL, AMT)
def deleting_predicates(rows, _rng) -> Files:
    """A cleaning script: one DELETE for each record, its predicates the record."""
    out = [
        f"DELETE FROM t WHERE zj = '{r[ID]}' AND sj <> '{r[TEL]}' AND je BETWEEN {r[AMT]} AND {r[AMT]};"
        for r in rows
    ]
    return plain("sql", "BEGIN;\n" + "\n".join(out) + "\nROLLBACK;\n")


def deleting_predicates_back(files) -> Values:
    return re.findall(r"zj = '(\w+)' AND sj <> '(\d+)' AND je BETWEEN (\S+) AND", files[0].decode())


@technique("firms", FIRM, USCC, FTEL)
def accepted_values(rows, _rng) -> Files:
    """The tests of a data model: the accepted values of three columns, in the same order."""
    columns = []
    for name, c in (("qymc", FIRM), ("xydm", USCC), ("dh", FTEL)):
        columns.append({"name": name, "data_tests": [{"accepted_values": {"values": [r[c] for r in rows]}}]})
    tree = {"version": 2, "models": [{"name": "stg_rpt", "columns": columns}]}
    return plain("yml", yaml.safe_dump(tree, allow_unicode=True, sort_keys=False))


def accepted_values_back(files) -> Values:
    columns = yaml.safe_load(files[0])["models"][0]["columns"]
    return tuples(zip(*(c["data_tests"][0]["accepted_values"]["values"] for c in columns), strict=True))


@technique("persons", NAME, ID, TEL)
def bulk_index_lines(rows, _rng) -> Files:
    """A bulk request to a search engine: action and document by turns, the number the document's key."""
    out = []
    for r in rows:
        out.append(json.dumps({"index": {"_index": "rpt-2025", "_id": r[ID]}}))
        out.append(json.dumps({"suggest": {"input": [r[NAME], r[TEL]], "weight": 1}}))
    return plain("ndjson", "\n".join(out) + "\n")


def bulk_index_lines_back(files) -> Values:
    items = [json.loads(line) for line in lines_of(files) if line]
    return [
        (b["suggest"]["input"][0], a["index"]["_id"], b["suggest"]["input"][1]) for a, b in chunked(items, 2)
    ]


@technique("persons", NAME, ID, TEL)
def append_only_commands(rows, _rng) -> Files:
    """The log of commands of a key-value store with the lengths of their parts."""
    out = b""
    for r in rows:
        parts = [b"HSET", b"u:" + r[ID].encode(), b"n", r[NAME].encode(), b"t", r[TEL].encode()]
        out += b"*6\r\n" + b"".join(b"$%d\r\n%b\r\n" % (len(p), p) for p in parts)
    return [("aof", out)]


def append_only_commands_back(files) -> Values:
    found = re.findall(
        r"u:(\w+)\r\n\$1\r\nn\r\n\$\d+\r\n(.+?)\r\n\$1\r\nt\r\n\$11\r\n(\d+)", files[0].decode()
    )
    return [(n, k, t) for k, n, t in found]


@technique("persons", NAME, ID, HOSP)
def validation_results(rows, _rng) -> Files:
    """The results of a data quality tool: the unexpected values of two expectations by index."""
    results = []
    for column in (NAME, ID, HOSP):
        index = [{"i": i, column: r[column]} for i, r in enumerate(rows)]
        results.append(
            {"expectation": f"not_null({column})", "success": False, "unexpected_index_list": index}
        )
    return plain(
        "json", json.dumps({"results": results, "statistics": {"success_percent": 0.0}}, ensure_ascii=False)
    )


def validation_results_back(files) -> Values:
    lists = [item["unexpected_index_list"] for item in json.loads(files[0])["results"]]
    return [(a[NAME], b[ID], c[HOSP]) for a, b, c in zip(*lists, strict=True)]
