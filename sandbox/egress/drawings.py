"""SVG products drawn anew: shapes, places and letters from an allow-list, and nothing that acts or hides.

Every element, attribute and style property is written by the gate from its parsed value; coordinates are
cut to a tenth, so that low digits carry nothing. Comments, titles, metadata and identifiers are dropped and
searched. Scripts, foreign objects and whatever fetches are active content. Pure; called by `reading`.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape

import pyarrow as pa

from sandbox.egress.content import Issue, Sheet
from sandbox.kernel.message import say

MAX_ELEMENTS = 50_000
MAX_DEPTH = 64
MANY_MARKS = 400
"""Marks of one kind from which a drawing looks like one mark a record."""
_SHAPES = frozenset({
    "svg", "g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "tspan",
    "defs", "clipPath", "use",
})  # fmt: skip
_QUIET = frozenset({
    "title", "desc", "metadata",
})  # fmt: skip
_ACTIVE = frozenset({
    "script", "foreignObject", "image", "a", "animate", "animateTransform", "animateMotion", "set",
    "handler", "iframe", "feImage", "style-sheet",
})  # fmt: skip
_NUMBERS = frozenset({
    "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "rx", "ry", "width", "height", "dx", "dy",
    "stroke-width", "font-size", "opacity", "fill-opacity", "stroke-opacity", "stroke-miterlimit",
    "stroke-dashoffset",
})  # fmt: skip
_LISTS = frozenset({
    "viewBox", "points", "d", "transform", "stroke-dasharray",
})  # fmt: skip
_WORDS: dict[str, re.Pattern[str]] = {
    name: re.compile(r"[A-Za-z-]{1,30}|#[0-9A-Fa-f]{3,8}|rgba?\([0-9., %]{1,40}\)")
    for name in (
        "fill", "stroke", "stroke-linecap", "stroke-linejoin", "text-anchor", "font-weight",
        "font-style", "fill-rule", "clip-rule", "dominant-baseline",
    )
}  # fmt: skip
_LINKED = ("id", "clip-path", "href", "fill")
_LOCAL = re.compile(r"url\(#([\w.-]{1,64})\)|#([\w.-]{1,64})")
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_PATH = re.compile(r"(?:[MmLlHhVvCcSsQqTtAaZz0-9eE.,+\-\s])*")
_TRANSFORM = re.compile(r"(?:\s*(?:translate|scale|rotate|matrix|skewX|skewY)\([-+0-9eE.,\s]*\)\s*,?)*")
_HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|(?<![a-z-])opacity\s*:\s*0(?:\.0*)?\s*(?:;|$)|font(?:-size)?\s*:\s*0",
    re.IGNORECASE,
)
_FETCHING = re.compile(r"@import|url\s*\(\s*['\"]?(?!#)|javascript:|data:", re.IGNORECASE)
_DECLARED = re.compile(r"<!(?:ENTITY|ELEMENT|ATTLIST|NOTATION)|<!DOCTYPE[^>]*\[", re.IGNORECASE)


@dataclass(slots=True)
class Drawing:
    """A drawing as the gate writes it (None when it cannot), what it says and what stood beside it."""

    data: bytes | None = None
    texts: list[str] = field(default_factory=list)
    stray: list[str] = field(default_factory=list)
    sheets: list[Sheet] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)


def redraw_svg(text: str) -> Drawing:
    """Return the drawing written anew; ValueError is never raised, what is no SVG has an issue."""
    drawing = Drawing(stray=[comment for comment in _comments(text) if comment.strip()])
    if _DECLARED.search(text):
        drawing.issues.append(Issue("active-content", evidence=say("图形文件声明了实体")))
        return drawing
    try:
        root = ET.fromstring(text)  # noqa: S314 - declarations of entities were refused above
    except (ET.ParseError, ValueError, RecursionError):
        drawing.issues.append(Issue("readable", evidence=say("不是完整的 SVG")))
        return drawing
    writer = _Writer(drawing)
    if _name(root) != "svg":
        drawing.issues.append(Issue("readable", evidence=say("不是完整的 SVG")))
        return drawing
    body = "".join(writer.element(root, 0))
    drawing.sheets = list(writer.marks())
    if any(sheet.table.num_rows >= MANY_MARKS for sheet in drawing.sheets):
        drawing.issues.append(Issue("row-level", evidence=say("图中的标记很多，像是一条记录一个标记")))
    drawing.issues = list(dict.fromkeys(drawing.issues))
    drawing.data = ('<?xml version="1.0" encoding="UTF-8"?>\n' + body + "\n").encode()
    return drawing


def _comments(text: str) -> Iterator[str]:
    """Yield what stands in comments, in one pass whatever is left open."""
    end = 0
    while (start := text.find("<!--", end)) >= 0 and (end := text.find("-->", start + 4)) >= 0:
        yield text[start + 4 : end]


def _name(node: ET.Element) -> str:
    return node.tag.rsplit("}", 1)[-1] if isinstance(node.tag, str) else ""


class _Writer:
    def __init__(self, drawing: Drawing) -> None:
        self._drawing = drawing
        self._ids: dict[str, str] = {}
        self._count = 0
        self._marks: dict[tuple[str, tuple[str, ...]], list[list[str]]] = {}

    def element(self, node: ET.Element, depth: int) -> Iterator[str]:
        """Yield an element and what is in it, as far as it is on the list."""
        name = _name(node)
        self._count += 1
        if self._count > MAX_ELEMENTS or depth > MAX_DEPTH:
            raise ValueError("a drawing of too many parts")
        if name not in _SHAPES:
            self._refused(node, name)
            return
        yield f"<{name}" + (' xmlns="http://www.w3.org/2000/svg"' if depth == 0 else "")
        yield from self._attributes(node, name)
        yield ">"
        if name in ("text", "tspan") and node.text and node.text.strip():
            self._drawing.texts.append(node.text.strip())
            yield escape(_plain(node.text), quote=False)
        elif node.text and node.text.strip():
            self._drawing.stray.append(node.text)
        for child in node:
            yield from self.element(child, depth + 1)
            if child.tail and child.tail.strip():
                self._drawing.stray.append(child.tail)
        yield f"</{name}>"

    def _refused(self, node: ET.Element, name: str) -> None:
        self._drawing.stray += [part for part in node.itertext() if part.strip()]
        self._drawing.stray += [value for inner in node.iter() for value in inner.attrib.values()]
        if name in _ACTIVE:
            self._drawing.issues.append(Issue("active-content", where=name))
        elif name == "style":
            text = "".join(node.itertext())
            if _FETCHING.search(text):
                self._drawing.issues.append(Issue("active-content", where=name))
            if _HIDING.search(text):
                self._drawing.issues.append(Issue("hidden-content", where=name))
        elif name not in _QUIET and not self._inside_quiet(node):
            self._drawing.issues.append(
                Issue("hidden-content", where=name, evidence=say("图中有不认识的部件"))
            )

    @staticmethod
    def _inside_quiet(node: ET.Element) -> bool:
        return not isinstance(node.tag, str)

    def _attributes(self, node: ET.Element, name: str) -> Iterator[str]:
        held: dict[str, str] = {}
        for full, value in node.attrib.items():
            key = full.rsplit("}", 1)[-1]
            if key == "style":
                held |= self._style(value)
            else:
                held.setdefault(key, value)
        shown = dict(self._shown(held, name))
        figures = {
            key: value for key, value in shown.items() if key in _NUMBERS and value.replace(".", "").isdigit()
        }
        places = tuple(key for key in figures if key in ("x", "y", "cx", "cy", "r", "width", "height"))
        if name in ("rect", "circle", "ellipse", "use") and len(places) >= 2:
            self._marks.setdefault((name, places), []).append([held[key] for key in places])
        for key, value in shown.items():
            yield f' {key}="{escape(value)}"'

    def _style(self, text: str) -> dict[str, str]:
        if _FETCHING.search(text):
            self._drawing.issues.append(Issue("active-content", where="style"))
        if _HIDING.search(text):
            self._drawing.issues.append(Issue("hidden-content", where="style"))
        pairs = (part.split(":", 1) for part in text.split(";") if ":" in part)
        return {key.strip(): value.strip() for key, value in pairs}

    def _shown(self, held: dict[str, str], name: str) -> Iterator[tuple[str, str]]:
        for key, value in held.items():
            if key in _NUMBERS and _NUMBER.fullmatch(value.removesuffix("px").removesuffix("pt").strip()):
                yield key, _cut(value)
            elif key in _LISTS and self._fits(key, value):
                yield key, _NUMBER.sub(lambda found: _tenth(found.group()), value)
            elif key in _WORDS and _WORDS[key].fullmatch(value):
                yield key, value
            elif key in ("id", "clip-path", "href", "fill") and (
                found := _LOCAL.fullmatch(value if key != "id" else f"#{value}")
            ):
                known = self._ids.setdefault(found[1] or found[2], f"i{len(self._ids)}")
                yield key, known if key == "id" else f"url(#{known})" if found[1] else f"#{known}"
            else:
                self._dropped(key, value, name)

    @staticmethod
    def _fits(key: str, value: str) -> bool:
        return bool((_TRANSFORM if key == "transform" else _PATH).fullmatch(value))

    def _dropped(self, key: str, value: str, name: str) -> None:
        self._drawing.stray.append(value)
        if (
            key.startswith("on")
            or _FETCHING.search(value)
            or (key in ("href", "src") and not value.startswith("#"))
        ):
            self._drawing.issues.append(Issue("active-content", where=f"{name} {key}"))
        if key in ("display", "visibility") and value in ("none", "hidden"):
            self._drawing.issues.append(Issue("hidden-content", where=name))

    def marks(self) -> Iterator[Sheet]:
        """Yield the places of the marks as tables: a mark may stand for a record."""
        for (name, places), rows in self._marks.items():
            if len(rows) >= 3:
                columns = [pa.array(list(column), pa.string()) for column in zip(*rows, strict=True)]
                yield Sheet(f"${name}", pa.Table.from_arrays(columns, names=list(places)), plain=False)


def _plain(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable() or letter == "\n")


def _tenth(number: str) -> str:
    value = round(float(number), 1)
    return f"{value:g}" if abs(value) < 1e6 else "0"


def _cut(value: str) -> str:
    number = value.strip().removesuffix("px").removesuffix("pt")
    precise = float(number)
    return f"{precise:.2g}" if abs(precise) <= 1 else _tenth(number)
