"""HTML products read into blocks: headings, paragraphs, tables, embedded pictures, and nothing else.

What a page shows is kept as text and tables, from which the gate writes a page of its own. Scripts and
whatever fetches are active content; what is marked unseen is hidden content. Attributes, comments and styles
are dropped and searched. Pure; called by `reading` and for the parts of notebooks.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser

import pyarrow as pa

from sandbox.egress.content import Block, BlockKind, Issue
from sandbox.egress.documents import unique_names
from sandbox.egress.pictures import redraw, written
from sandbox.kernel.message import say

MAX_CELLS = 2_000_000
MAX_SPAN = 1_000
MAX_DEPTH = 256
_ACTIVE = frozenset({
    "script", "iframe", "object", "embed", "applet", "form", "base", "frame", "video", "audio",
    "foreignobject", "animate", "set", "portal",
})  # fmt: skip
_UNSEEN = frozenset({
    "template", "noscript", "datalist", "dialog", "param", "source", "track", "canvas",
})  # fmt: skip
_DROPPED = frozenset({
    "style", "title", "head",
})  # fmt: skip
_VOID = frozenset({
    "br", "hr", "img", "meta", "link", "input", "col", "wbr", "area", "base", "embed", "param",
    "source", "track",
})  # fmt: skip
_BLOCKS = frozenset({
    "p", "div", "li", "ul", "ol", "pre", "section", "article", "header", "footer", "main", "body",
    "html", "table", "caption", "dt", "dd", "dl", "blockquote", "figure", "figcaption", "br", "hr",
})  # fmt: skip
_HEADINGS = frozenset({
    "h1", "h2", "h3", "h4", "h5", "h6",
})  # fmt: skip
_HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|font-size\s*:\s*0|opacity\s*:\s*0(?:\.0*)?\s*(?:;|$)"
    r"|(?:width|height)\s*:\s*0(?:px)?\s*(?:;|$)|(?:left|top|text-indent)\s*:\s*-\d{3,}|color\s*:\s*(?:transparent|white|#fff)",
    re.IGNORECASE,
)
_FETCHING = re.compile(r"@import|url\s*\(|expression\s*\(|behavior\s*:", re.IGNORECASE)
_ADDRESSES = frozenset(
    {"src", "href", "xlink:href", "action", "formaction", "data", "poster", "background", "srcset"}
)
_QUIET = frozenset(
    {"class", "border", "colspan", "rowspan", "align", "valign", "scope", "style", "dir", "lang", "type"}
)
_PNG = re.compile(r"data:image/png;base64,([A-Za-z0-9+/=\s]+)$")


@dataclass(slots=True)
class Page:
    """What a page turned out to hold."""

    blocks: list[Block] = field(default_factory=list)
    stray: list[str] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)


def read_page(text: str) -> Page:
    """Return the blocks of an HTML text in order, what stands beside them, and the issues met."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    reader.finish()
    page = reader.page
    page.issues = list(dict.fromkeys(page.issues))
    return page


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self._open: list[str] = []
        self._unseen = 0  # depth at which something unseen began; 0 for none
        self._text: list[str] = []
        self._kind = BlockKind.TEXT
        self._grids: list[_Grid] = []

    # --- what the parser tells

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = {name: value or "" for name, value in attrs}
        self._attributes(tag, held)
        if tag == "img":
            self._image(held)
        self._start(tag, held)
        if tag not in _VOID:
            self._open.append(tag)
            hidden = tag in _UNSEEN or "hidden" in held or bool(_HIDING.search(held.get("style", "")))
            if hidden and not self._unseen:
                self._unseen = len(self._open)
                self.page.issues.append(Issue("hidden-content", where=tag))
        if len(self._open) > MAX_DEPTH:
            raise ValueError("nested too deeply")

    def _start(self, tag: str, held: dict[str, str]) -> None:
        if tag in _BLOCKS or tag in _HEADINGS:
            self._flush()
            self._kind = BlockKind.HEADING if tag in _HEADINGS else BlockKind.TEXT
        if tag == "table":
            self._grids.append(_Grid())
        elif self._grids and tag in ("tr", "td", "th"):
            grid = self._grids[-1]
            grid.row() if tag == "tr" else grid.cell(held, heading=tag == "th")

    def handle_endtag(self, tag: str) -> None:
        if tag not in self._open:
            return
        while self._open and self._open[-1] != tag:
            self._close(self._open.pop())
        self._close(self._open.pop())

    def _close(self, tag: str) -> None:
        if self._unseen > len(self._open):
            self._unseen = 0
        if tag == "table" and self._grids:
            table = self._grids.pop().table()
            if table is not None:
                self.page.blocks.append(Block(BlockKind.TABLE, table=table))
        elif tag in _BLOCKS or tag in _HEADINGS:
            self._flush()
            self._kind = BlockKind.TEXT

    def handle_data(self, data: str) -> None:
        if self._unseen or any(tag in _DROPPED or tag in _ACTIVE for tag in self._open):
            if "style" in self._open:
                self._style(data)
            if data.strip():
                self.page.stray.append(data)
        elif self._grids and self._grids[-1].started:
            self._grids[-1].add(data)
        elif "pre" in self._open:
            self._text.append(data)
        else:
            self._text.append(re.sub(r"[ \t\r\n\f]+", " ", data))

    def handle_comment(self, data: str) -> None:
        self.page.stray.append(data)
        if re.search(r"\[if|<", data):
            self.page.issues.append(Issue("hidden-content", evidence=say("网页中有注释掉的内容")))

    def handle_pi(self, data: str) -> None:
        self.page.stray.append(data)

    def unknown_decl(self, data: str) -> None:
        self.page.stray.append(data)
        self.page.issues.append(Issue("hidden-content"))

    # --- what becomes of it

    def finish(self) -> None:
        while self._open:
            self._close(self._open.pop())
        self._flush()

    def _flush(self) -> None:
        text = "".join(self._text).strip()
        self._text = []
        if text:
            self.page.blocks.append(Block(self._kind, text=text))

    def _style(self, text: str) -> None:
        if _FETCHING.search(text):
            self.page.issues.append(Issue("active-content", where="style"))
        if _HIDING.search(text) or "content:" in text.replace(" ", ""):
            self.page.issues.append(Issue("hidden-content", where="style"))

    def _attributes(self, tag: str, held: dict[str, str]) -> None:
        """Judge the attributes of a tag, and keep those that may say something for the search."""
        if tag in _ACTIVE or (tag == "meta" and "http-equiv" in held) or (tag == "link" and "href" in held):
            self.page.issues.append(Issue("active-content", where=tag))
        for name, value in held.items():
            picture = tag == "img" and name == "src" and value.startswith("data:image/png;base64,")
            fetches = name in _ADDRESSES and not value.startswith("#") and not picture
            if name.startswith("on") or fetches or "javascript:" in value.lower():
                self.page.issues.append(Issue("active-content", where=f"{tag} {name}"))
            if name == "style" and _FETCHING.search(value):
                self.page.issues.append(Issue("active-content", where=tag))
            if name not in _QUIET and value and not picture:
                self.page.stray.append(value)
        if tag == "input" and held.get("type", "") == "hidden":
            self.page.issues.append(Issue("hidden-content", where=tag))

    def _image(self, held: dict[str, str]) -> None:
        found = _PNG.match(held.get("src", ""))
        if found is None:
            return
        try:
            data = base64.b64decode(found[1])
        except (binascii.Error, ValueError):
            self.page.issues.append(Issue("readable", where="img"))
            return
        self._flush()
        add_picture(self.page, data)


def add_picture(page: Page, data: bytes, *, shown_by: int = 0) -> None:
    """Add a PNG to a page as the gate draws it anew; what cannot be drawn is an issue."""
    drawn, issues = redraw(data)
    page.issues += issues
    page.stray += written(data)
    if drawn is not None:
        page.blocks.append(Block(BlockKind.PICTURE, data=drawn, shown_by=shown_by))


class _Grid:
    """The cells of one table, spans unfolded."""

    def __init__(self) -> None:
        self.started = False
        self._rows: list[dict[int, list[str]]] = []
        self._heads: list[bool] = []
        self._below: dict[int, tuple[int, list[str]]] = {}
        self._here: list[str] = []
        self._cells = 0

    def row(self) -> None:
        """Begin a row; cells that reach down from above take their places."""
        self._rows.append({})
        self._heads.append(True)
        self.started = False
        for place, (left, text) in list(self._below.items()):
            self._rows[-1][place] = text
            self._below[place] = (left - 1, text)
            if left <= 1:
                del self._below[place]

    def cell(self, held: dict[str, str], *, heading: bool) -> None:
        """Begin a cell, in as many columns and rows as it spans."""
        if not self._rows:
            self.row()
        across, down = (_span(held.get(name, "")) for name in ("colspan", "rowspan"))
        place = next(n for n in range(len(self._rows[-1]) + 1) if n not in self._rows[-1])
        self._here = []
        self._heads[-1] &= heading
        self.started = True
        self._cells += across * down
        if self._cells > MAX_CELLS:
            raise ValueError("too many cells")
        for column in range(place, place + across):
            self._rows[-1][column] = self._here
            if down > 1:
                self._below[column] = (down - 1, self._here)

    def add(self, data: str) -> None:
        """Add text to the cell under way."""
        self._here.append(data)

    def table(self) -> pa.Table | None:
        """Return the table, its first row of headings as names; None when it has no cells."""
        rows = [
            {place: " ".join("".join(text).split()) for place, text in row.items()}
            for row in self._rows
            if row
        ]
        heads = [head for head, row in zip(self._heads, self._rows, strict=True) if row]
        if not rows:
            return None
        width = max(max(row) for row in rows) + 1
        named = 0
        while named < len(rows) and heads[named]:
            named += 1
        names = _names(rows[:named], width)
        columns = [[row.get(place) or None for row in rows[named:]] for place in range(width)]
        return pa.Table.from_arrays(
            [pa.array(column, pa.string()) for column in columns], names=unique_names(names)
        )


def _names(rows: Sequence[dict[int, str]], width: int) -> list[str]:
    found = []
    for place in range(width):
        parts = dict.fromkeys(row.get(place, "") for row in rows)
        found.append(" ".join(part for part in parts if part) or f"c{place}")
    return found


def _span(text: str) -> int:
    return min(int(text), MAX_SPAN) if text.isascii() and text.isdigit() and int(text[:9]) else 1
