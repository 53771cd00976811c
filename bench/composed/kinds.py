"""What the stages share: documents, surroundings, the kinds of columns and the test for text."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from typing import Any

from bench.eighth_a.honest import Table, log_line, paragraphs, pipe_table, summary
from bench.sixth.core import (
    ADDR,
    AMT,
    BIRTH,
    BOSS,
    CAP,
    DIST,
    FIRM,
    FOUND,
    FTEL,
    HOSP,
    ID,
    INCOME,
    NAME,
    SEAT,
    SICK,
    STAFF,
    TEL,
    TRADE,
    USCC,
    VISIT,
)

KIND = {
    NAME: "name",
    BOSS: "name",
    FIRM: "title",
    ID: "id",
    TEL: "phone",
    FTEL: "phone",
    USCC: "code",
    BIRTH: "birth",
    VISIT: "day",
    FOUND: "day",
    AMT: "money",
    CAP: "money",
    INCOME: "money",
    STAFF: "count",
    ADDR: "place",
    SEAT: "place",
    SICK: "label",
    HOSP: "label",
    DIST: "label",
    TRADE: "label",
}
SURROUNDINGS = ("table", "report", "chart", "log")
OPEN_MARK, CLOSE_MARK = "附：明细数据", "（以上为明细数据）"


@dataclass(frozen=True, slots=True)
class Grid:
    """A table with a head of different names."""

    head: list[str]
    rows: Table


@dataclass(frozen=True, slots=True)
class Tree:
    """A document of nested lists and objects."""

    value: Any


Doc = Grid | Tree


@dataclass(frozen=True, slots=True)
class Around:
    """The honest part of a file: its kind (`alone`: there is none), lines of text and a table."""

    kind: str
    lines: list[str]
    table: Table

    @property
    def alone(self) -> bool:
        """Whether the payload has no company."""
        return self.kind == "alone"


def around(kind: str, source: str, rng: random.Random) -> Around:
    """Invent the surroundings of a kind."""
    subject = "firm" if source == "firms" else rng.choice(("care", "who"))
    if kind == "alone":
        return Around(kind, [], [])
    if kind == "chart":
        months = [f"{month}月" for month in range(1, 13)]
        table = [["月份", "本年", "上年"]]
        table += [[m, str(rng.randint(900, 9000)), str(rng.randint(900, 9000))] for m in months]
        return Around(kind, ["图1 分月走势", *(" ".join(row) for row in table)], table)
    table = summary(subject, rng)
    if kind == "log":
        second = rng.randint(0, 40000)
        return Around(kind, [log_line(rng, second + 7 * i) for i in range(rng.randint(20, 40))], table)
    if kind == "table":
        return Around(kind, pipe_table(table).splitlines(), table)
    return Around(kind, ["一、总体情况", *paragraphs(subject, rng, 4)], table)


def is_text(data: bytes) -> bool:
    """Whether bytes are UTF-8 text without control characters."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return False
    return not re.search("[\x00-\x08\x0b-\x1f\x7f\ufeff\ufffe\uffff]", text)


def pieces(text: str, size: int) -> list[str]:
    """A text in pieces of one size, at least one."""
    return [text[i : i + size] for i in range(0, len(text), size)] or [""]


def marked(lines: list[str], company: Around) -> list[str]:
    """The lines of a payload among those of the surroundings."""
    if company.alone:
        return lines
    half = (len(company.lines) + 1) // 2
    return [*company.lines[:half], OPEN_MARK, *lines, CLOSE_MARK, *company.lines[half:]]


def unmarked(lines: list[str]) -> list[str]:
    """The lines of a payload without those of the surroundings."""
    if OPEN_MARK not in lines:
        return lines
    return lines[lines.index(OPEN_MARK) + 1 : lines.index(CLOSE_MARK)]
