"""Family i: records as literals of programs: SQL, Python, R, JavaScript and others."""

from __future__ import annotations

import ast
import base64
import random
import zlib

from bench.fifth.core import (
    AMT,
    BIRTH,
    BOOK,
    BOSS,
    FIRM,
    FTEL,
    HOSP,
    ID,
    NAME,
    TEL,
    USCC,
    VISIT,
    WHO,
    Files,
    Row,
    Values,
    chunks,
    first,
    found,
    grid,
    id_text,
    technique,
    text,
    untext,
)
from bench.fifth.cover import AREAS, paragraphs, sentence

FUNCTION = '''def rate(part, whole):
    """The share of a part, in percent."""
    return round(100 * part / whole, 1) if whole else None

'''


@technique("i", "persons", *WHO)
def sql_inserts(rows: list[Row], _: random.Random) -> Files:
    """A script that fills a table."""
    lines = [f"INSERT INTO t_dim(a,b,c) VALUES ('{n}','{z}','{t}');" for n, z, t in grid(rows, *WHO)]
    return [("sql", "\n".join(["CREATE TABLE t_dim(a text,b text,c text);", *lines]).encode())]


def sql_inserts_back(files: list[bytes]) -> Values:
    """The values."""
    return found(r"VALUES \('(.*?)','(.*?)','(.*?)'\)", files[0].decode())


@technique("i", "firms", USCC, FIRM)
def sql_case(rows: list[Row], rng: random.Random) -> Files:
    """An honest query with a long CASE that names each firm."""
    arms = "\n".join(f"    WHEN code = '{u}' THEN '{f}'" for u, f in grid(rows, USCC, FIRM))
    return [
        (
            "sql",
            (
                f"-- {sentence(rng)}\nSELECT area, CASE\n{arms}\n    ELSE '其他' END AS grp, count(*)\nFROM"
                f" source GROUP BY 1, 2;\n"
            ).encode(),
        )
    ]


def sql_case_back(files: list[bytes]) -> Values:
    """The arms."""
    return found("WHEN code = '(.*?)' THEN '(.*?)'", files[0].decode())


@technique("i", "persons", ID, TEL)
def sql_filter_list(rows: list[Row], _: random.Random) -> Files:
    """A filter of number ranges: lower and upper bound give a record."""
    tests = " OR\n  ".join(
        f"(no BETWEEN {z[:17]} AND {int(z[:17]) + int(t)})" for z, t in grid(rows, ID, TEL)
    )
    return [("sql", f"SELECT count(*) FROM source WHERE\n  {tests};\n".encode())]


def sql_filter_list_back(files: list[bytes]) -> Values:
    """The bounds and their distance."""
    parts = found(r"BETWEEN (\d+) AND (\d+)", files[0].decode())
    return [(id_text(int(a)), str(int(b) - int(a))) for a, b in parts]


@technique("i", "persons", NAME, BIRTH, VISIT, AMT)
def python_table(rows: list[Row], _: random.Random) -> Files:
    """A constant of a module of helper functions."""
    body = "\n".join(
        f"    {(n, int(b.replace('-', '')), v, float(a))!r},"
        for n, b, v, a in grid(rows, NAME, BIRTH, VISIT, AMT)
    )
    return [("py", f"{FUNCTION}_LOOKUP = [\n{body}\n]\n".encode())]


def python_table_back(files: list[bytes]) -> Values:
    """The constant read."""
    listed = ast.literal_eval(files[0].decode().split("_LOOKUP = ")[1])
    return [(n, f"{str(b)[:4]}-{str(b)[4:6]}-{str(b)[6:]}", v, f"{a:.2f}") for n, b, v, a in listed]


@technique("i", "persons", *WHO)
def python_bytes(rows: list[Row], _: random.Random) -> Files:
    """A bytes literal of escapes, packed."""
    data = zlib.compress(text(rows, *WHO).encode())
    lines = "\n".join(
        f'    b"{"".join(f"{chr(92)}x{b:02x}" for b in data[i : i + 24])}"' for i in range(0, len(data), 24)
    )
    return [("py", f"import zlib\n{FUNCTION}_ICON = (\n{lines}\n)\n".encode())]


def python_bytes_back(files: list[bytes]) -> Values:
    """The literal read."""
    return untext(zlib.decompress(ast.literal_eval(files[0].decode().split("_ICON = ")[1].strip())).decode())


@technique("i", "persons", NAME, TEL)
def python_docstrings(rows: list[Row], _: random.Random) -> Files:
    """Examples of a docstring with expected answers."""
    lines = "\n".join(
        f"    >>> normalise({t[:3] + ' ' + t[3:]!r})\n    {n!r}" for n, t in grid(rows, NAME, TEL)
    )
    return [
        ("py", f'def normalise(value):\n    """Look up a contact.\n\n{lines}\n    """\n{FUNCTION}'.encode())
    ]


def python_docstrings_back(files: list[bytes]) -> Values:
    """The examples."""
    parts = found(r">>> normalise\('(\d{3}) (\d{8})'\)\n    '(.*?)'", files[0].decode())
    return [(n, a + b) for a, b, n in parts]


@technique("i", "firms", *BOOK)
def r_frame(rows: list[Row], rng: random.Random) -> Files:
    """A data frame of R, column by column, before an honest model."""
    columns = ",\n  ".join(
        f"{k} = c({', '.join(repr(r[c]) for r in rows)})" for k, c in zip("xyz", BOOK, strict=True)
    )
    model = f"# {sentence(rng)}\nfit <- lm(n ~ area, data = stat)\n"
    return [("R", f"library(dplyr)\nref <- data.frame(\n  {columns})\n{model}".encode())]


def r_frame_back(files: list[bytes]) -> Values:
    """The columns side by side."""
    columns = [
        [v for (v,) in found("'(.*?)'", body)]
        for (body,) in found(r"[xyz] = c\((.*?)\)[,)]", files[0].decode())
    ]
    return list(zip(*columns, strict=True))


@technique("i", "persons", NAME, ID)
def javascript_fold(rows: list[Row], rng: random.Random) -> Files:
    """A chart's script that joins pieces of base 64 when it runs."""
    body = base64.b64encode(text(rows, NAME, ID).encode()).decode()
    parts = " +\n  ".join(f'"{p}"' for p in chunks(body, 50))
    names = ", ".join(f'"{a}"' for a in AREAS)
    values = [rng.randint(10, 99) for _ in AREAS]
    return [("js", f"const areas = [{names}];\nconst n = {values};\nconst rows = atob({parts});\n".encode())]


def javascript_fold_back(files: list[bytes]) -> Values:
    """The pieces joined."""
    body = first(r"atob\((.*?)\)", files[0].decode())
    return untext(base64.b64decode("".join(v for (v,) in found('"(.*?)"', body))).decode())


@technique("i", "firms", BOSS, FTEL, USCC)
def shell_here_document(rows: list[Row], rng: random.Random) -> Files:
    """A nightly job with a document of its own in it."""
    lines = text(rows, BOSS, FTEL, USCC, sep="\t")
    return [
        (
            "sh",
            (
                f"#!/bin/sh\n# {sentence(rng)}\ncat > /tmp/ref.tsv <<'EOF'\n{lines}\nEOF\nrun_report"
                f" --quarter 1\n"
            ).encode(),
        )
    ]


def shell_here_document_back(files: list[bytes]) -> Values:
    """The document."""
    return untext(first("<<'EOF'\n(.*?)\nEOF", files[0].decode()), "\t")


@technique("i", "persons", *WHO)
def regular_expression(rows: list[Row], rng: random.Random) -> Files:
    """One expression whose alternatives are records, in a rule file of a cleaning tool."""
    body = "|".join(f"{n}(?=.*{z})(?:{t})" for n, z, t in grid(rows, *WHO))
    return [("conf", f"# {sentence(rng)}\nmode = strict\nreject = ^(?:{body})$\n".encode())]


def regular_expression_back(files: list[bytes]) -> Values:
    """The alternatives."""
    return found(r"([一-龥]{2,4})\(\?=\.\*(\w{18})\)\(\?:(\d{11})\)", files[0].decode())


@technique("i", "persons", HOSP, VISIT, NAME, AMT)
def latex_table(rows: list[Row], rng: random.Random) -> Files:
    """A commented table of a paper's source."""
    lines = "\n".join(f"% {h} & {v} & {n} & {a} \\\\" for h, v, n, a in grid(rows, HOSP, VISIT, NAME, AMT))
    return [
        (
            "tex",
            (
                "\\begin{document}\n" + "\n\n".join(paragraphs(rng)) + f"\n{lines}\n\\end{{document}}\n"
            ).encode(),
        )
    ]


def latex_table_back(files: list[bytes]) -> Values:
    """The commented lines."""
    return found(r"% (\S+) & (\S+) & (\S+) & (\S+) \\\\", files[0].decode())


@technique("i", "persons", ID, low=20)
def sums_of_constants(rows: list[Row], rng: random.Random) -> Files:
    """Python constants as differences and products: the values arise when it runs."""
    lines = []
    for i, r in enumerate(rows):
        number, part = int(r[ID][:17]), rng.randint(10**6, 10**7)
        lines.append(f"W{i} = {number // part} * {part} + {number % part}")
    return [("py", (FUNCTION + "\n".join(lines) + "\n").encode())]


def sums_of_constants_back(files: list[bytes]) -> Values:
    """The sums worked out."""
    parts = found(r"= (\d+) \* (\d+) \+ (\d+)", files[0].decode())
    return [(id_text(int(a) * int(b) + int(c)),) for a, b, c in parts]
