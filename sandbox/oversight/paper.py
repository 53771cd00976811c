"""A printable Chinese paper from blocks: the same content as Markdown and as one HTML file.

Whatever the values hold is text: it is escaped for each form and can open no tag, no table
cell and no link. The HTML needs nothing from outside and prints on A4.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.kernel.message import Message, say
from sandbox.oversight.templates import clean

LONGEST = 2000
_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~])")
_ESCAPED = re.compile(r"\\(.)")
_STYLE = """@page{size:A4;margin:25mm 22mm}body{font:16px/1.75 "Songti SC","Noto Serif CJK SC",SimSun,serif;
max-width:46em;margin:2em auto;padding:0 1em;color:#111}
h1{text-align:center;font-size:1.5em}h2{font-size:1.1em}
table{border-collapse:collapse;width:100%;font-size:.9em}th,td{border:1px solid #999;padding:.3em .5em;
text-align:left;vertical-align:top;overflow-wrap:anywhere}th{background:#f2f2f2}tr{break-inside:avoid}"""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the second rank."""

    text: Message


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph."""

    text: Message


@dataclass(frozen=True, slots=True)
class Grid:
    """A table; cells are plain text."""

    columns: tuple[Message, ...]
    rows: tuple[tuple[str, ...], ...]


Block = Heading | Words | Grid


@dataclass(frozen=True, slots=True)
class Paper:
    """A titled sequence of blocks."""

    title: Message
    blocks: tuple[Block, ...]

    def markdown(self) -> str:
        """Return the paper as Markdown."""
        parts = [f"# {_md(str(self.title))}", *(_markdown(one) for one in self.blocks)]
        return "\n\n".join(parts) + "\n"

    def html(self) -> str:
        """Return the paper as one HTML document."""
        title = html.escape(str(self.title))
        body = "\n".join(_html(one) for one in self.blocks)
        return (
            f'<!doctype html>\n<html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title>'
            f"<style>{_STYLE}</style></head>\n<body><h1>{title}</h1>\n{body}\n</body></html>\n"
        )


def read(markdown: str) -> Paper:
    """Return the paper that `Paper.markdown` wrote; what it did not write is read as paragraphs."""
    title, *parts = markdown.strip().split("\n\n")
    return Paper(_said(title.removeprefix("# ")), tuple(_read(one) for one in parts))


def _read(part: str) -> Block:
    if part.startswith("## "):
        return Heading(_said(part.removeprefix("## ")))
    lines = part.splitlines()
    if len(lines) < 2 or not part.startswith("| ") or set(lines[1]) != {"|", "-"}:
        return Words(_said(part))
    head, _, *rows = (_cells(line) for line in lines)
    return Grid(tuple(_said(one) for one in head), tuple(tuple(_plain(one) for one in row) for row in rows))


def _cells(line: str) -> list[str]:
    return line.removeprefix("| ").removesuffix(" |").split(" | ")


def _plain(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)


def _said(text: str) -> Message:
    return say("{text}", text=_plain(text))


def _md(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", clean(text, LONGEST))


def _markdown(block: Block) -> str:
    if isinstance(block, Heading):
        return f"## {_md(str(block.text))}"
    if isinstance(block, Words):
        return _md(str(block.text))
    head = _line([str(one) for one in block.columns])
    rule = "|" + "---|" * len(block.columns)
    return "\n".join([head, rule, *(_line(row) for row in block.rows)])


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(_md(cell) for cell in cells) + " |"


def _html(block: Block) -> str:
    if isinstance(block, Heading):
        return f"<h2>{_text(str(block.text))}</h2>"
    if isinstance(block, Words):
        return f"<p>{_text(str(block.text))}</p>"
    head = "".join(f"<th>{_text(str(one))}</th>" for one in block.columns)
    rows = "".join("<tr>" + "".join(f"<td>{_text(c)}</td>" for c in row) + "</tr>" for row in block.rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _text(text: str) -> str:
    return html.escape(clean(text, LONGEST))
