"""Stores: databases, compiled modules and streams that keep rows where few look."""

from __future__ import annotations

import base64
import marshal
import re
import sqlite3
import struct

from bench.fresh.core import b64, plain, technique
from bench.held_out.core import (
    ADDR,
    BOSS,
    FTEL,
    ID,
    INCOME,
    NAME,
    TEL,
    USCC,
    WHO,
    Files,
    Values,
)


@technique("persons", *WHO)
def compiled_module(rows, _rng) -> Files:
    """A compiled module of Python: the constants of a function are people."""
    body = ", ".join(f'("{r[NAME]}", {int(r[TEL])}, "{r[ID]}")' for r in rows)
    code = compile(f"def weights(i):\n    return ({body},)[i]\n", "features.py", "exec", dont_inherit=True)
    return [("pyc", b"\xa7\r\r\n\0\0\0\0" + struct.pack("<II", 1767600000, 4096) + marshal.dumps(code, 2))]


def compiled_module_back(files) -> Values:
    code = marshal.loads(files[0][16:])  # noqa: S302
    function = next(c for c in code.co_consts if hasattr(c, "co_consts"))
    table = next(c for c in function.co_consts if isinstance(c, tuple))
    return [(n, k, str(t)) for n, t, k in table]


@technique("persons", NAME, ADDR, TEL)
def full_text_index(rows, _rng) -> Files:
    """A database with nothing but the tables of a full-text index."""
    base = sqlite3.connect(":memory:")
    base.execute("CREATE VIRTUAL TABLE docs USING fts4(a, b, c)")
    base.executemany("INSERT INTO docs VALUES (?, ?, ?)", [(r[ADDR], r[TEL], r[NAME]) for r in rows])
    base.commit()
    return [("db", base.serialize())]


def full_text_index_back(files) -> Values:
    base = sqlite3.connect(":memory:")
    base.deserialize(files[0])
    return [(n, a, t) for a, t, n in base.execute("SELECT c0a, c1b, c2c FROM docs_content")]


@technique("firms", USCC, BOSS, FTEL)
def trigger_of_a_database(rows, _rng) -> Files:
    """An empty table in a database, and a trigger that would fill it."""
    base = sqlite3.connect(":memory:")
    body = " ".join(f"INSERT INTO t VALUES('{r[USCC]}','{r[BOSS]}',{r[FTEL]});" for r in rows)
    base.execute("CREATE TABLE t (a, b, c)")
    base.execute(f"CREATE TRIGGER g AFTER DELETE ON t BEGIN {body} END")
    base.commit()
    return [("sqlite", base.serialize())]


def trigger_of_a_database_back(files) -> Values:
    base = sqlite3.connect(":memory:")
    base.deserialize(files[0])
    text = base.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger'").fetchone()[0]
    return re.findall(r"VALUES\('(\w+)','(.+?)',(\d+)\)", text)


@technique("firms", USCC, FTEL, INCOME)
def stream_of_a_votable(rows, _rng) -> Files:
    """A table of an observatory whose rows are one binary stream in Base64."""
    body = b"".join(r[USCC].encode() + struct.pack(">qd", int(r[FTEL]), float(r[INCOME])) for r in rows)
    fields = (
        '<FIELD name="id" datatype="char" arraysize="18"/><FIELD name="hid" datatype="long"'
        '/><FIELD name="mag" datatype="double"/>'
    )
    return plain(
        "vot",
        f'<VOTABLE><RESOURCE><TABLE>{fields}<DATA><BINARY><STREAM encoding="base64">\n'
        f"{b64(body)}\n</STREAM></BINARY></DATA></TABLE></RESOURCE></VOTABLE>",
    )


def stream_of_a_votable_back(files) -> Values:
    data = base64.b64decode(re.search(r'base64">\n(.+?)\n', files[0].decode())[1])
    return [(u.decode(), str(t), f"{v:.2f}") for u, t, v in struct.iter_unpack(">18sqd", data)]
