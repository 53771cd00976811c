"""How much of a program is data: literals beyond a budget make code a carrier of records.

A rule of thumb over strings and numbers as most languages write them; docstrings and comments count as well,
for records hide there too. Code is read by people either way. Pure; called by `reading` and `notebooks`.
"""

from __future__ import annotations

import re

from sandbox.egress.content import Issue
from sandbox.kernel.message import say

SOURCES = (
    ".py",
    ".sql",
    ".r",
    ".jl",
    ".js",
    ".ts",
    ".scala",
    ".java",
    ".do",
    ".sas",
    ".sh",
    ".c",
    ".h",
    ".go",
    ".rs",
)
MAX_LITERALS = 1_000
MAX_CHARACTERS = 20_000
MAX_LINE = 2_000
_LITERAL = re.compile(r"'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\"|(?<![\w.])\d+(?:\.\d+)?")


def literal_issues(source: str) -> tuple[Issue, ...]:
    """Return an issue when the literals of a source pass the budget, or a line is overlong."""
    found = _LITERAL.findall(source)
    longest = max((len(line) for line in source.splitlines()), default=0)
    if len(found) > MAX_LITERALS or sum(map(len, found)) > MAX_CHARACTERS or longest > MAX_LINE:
        return (Issue("row-level", where="code", evidence=say("代码中写入的数据超过预算")),)
    return ()
