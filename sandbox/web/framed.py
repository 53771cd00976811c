"""Content that came out of a seat, for eyes only: a document without script, origin or address of its own.

Every cell is text; what a finding points at is blacked out and marked. The answer carries a policy that
forbids everything but one fixed style and pictures within the document itself. Never asks who may look.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup
from starlette.responses import Response

from sandbox.files.types import FileType, sniff

STYLE = (
    "body{margin:12px;font:14px/1.6 'PingFang SC','Noto Sans CJK SC',sans-serif;color:#1a2230}"
    "table{border-collapse:collapse}th,td{border:1px solid #cfd6df;padding:4px 10px;text-align:left}"
    "th{background:#eef1f5}td.n{text-align:right;font-variant-numeric:tabular-nums}pre{white-space:pre-wrap}"
    "mark{background:#1a2230;color:#1a2230;border-radius:2px}td.m{background:#fde8e8}"
    "tr.m th{background:#fbd0d0}"
    "img{max-width:100%}p{color:#5a6472;margin:0 0 8px}"
)
_STYLE = Markup("{}").format(Markup(STYLE))  # noqa: S704  a constant of this file
_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = (
    f"sandbox; default-src 'none'; style-src 'sha256-{_HASH}'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'"
)
MOST_ROWS, MOST_COLUMNS, MOST_TEXT = 200, 60, 200_000
_ROWS = re.compile(r"rows? (\d+)(?:-(\d+))?")
_NUMBER = re.compile(r"-?[\d,]+(\.\d+)?%?")
_PICTURES = {FileType.PNG: "image/png", FileType.JPEG: "image/jpeg", FileType.SVG: "image/svg+xml"}
Translate = Callable[..., str]


@dataclass(frozen=True, slots=True)
class Marks:
    """Where findings point: rows from and to (1 is the first line of data), or whole columns."""

    spans: tuple[tuple[int, int], ...]
    columns: frozenset[str]

    @classmethod
    def of(cls, places: Sequence[str]) -> Marks:
        """Return the marks of findings' places."""
        spans: list[tuple[int, int]] = []
        names: set[str] = set()
        for place in places:
            rows = [(int(a), int(b or a)) for a, b in _ROWS.findall(place)]
            spans += rows
            if not rows:
                names |= {part.strip() for part in re.split(r"[,，、:：]", place)}
        return cls(tuple(spans), frozenset(names))

    def row(self, line: int) -> bool:
        """Return whether a line of the file, its heading being line 1, is pointed at."""
        return any(start <= line <= end for start, end in self.spans)


def answer(body: Markup) -> Response:
    """Return the document with the policy that shuts it in."""
    page = Markup(
        '<!doctype html><html lang="zh"><meta charset="utf-8"><title>·</title><style>{}</style><body>{}'
    )
    headers = {"Content-Security-Policy": POLICY, "X-Frame-Options": "SAMEORIGIN"}
    return Response(str(page.format(_STYLE, body)), media_type="text/html", headers=headers)


def document(name: str, data: bytes, places: Sequence[str], t: Translate) -> Markup:
    """Return what a reviewer reads of a rewritten file."""
    return _drawn(name, data, Marks.of(places), t, open_to_read=True)


def redacted(
    name: str, data: bytes, places: Sequence[str], t: Translate, *, known: frozenset[str] = frozenset()
) -> Markup:
    """Return the shape of a refused file: what findings point at is marked, and every value blacked out.

    Of the first line only names of catalogued columns are shown: it may be a record itself.
    """
    return _drawn(name, data, Marks.of(places), t, open_to_read=False, known=known)


def _drawn(
    name: str,
    data: bytes,
    marks: Marks,
    t: Translate,
    *,
    open_to_read: bool,
    known: frozenset[str] = frozenset(),
) -> Markup:
    kind = sniff(data[:65536], size=len(data))
    if kind in _PICTURES:
        if not open_to_read:
            return _note(t("被拒绝的图片不显示内容"))
        source = f"data:{_PICTURES[kind]};base64,{base64.b64encode(data).decode()}"
        return Markup('<img alt="{}" src="{}">').format(name, source)
    try:
        text = data[:MOST_TEXT].decode("utf-8-sig", "replace" if len(data) > MOST_TEXT else "strict")
    except UnicodeDecodeError:
        return _note(t("这种文件不能在这里显示，请看发现和检查回执"))
    if kind in (FileType.CSV, FileType.TSV):
        rows = [row[:MOST_COLUMNS] for row in csv.reader(io.StringIO(text), delimiter=_mark(kind))]
        shown = known if not open_to_read else frozenset(rows[0] if rows else ())
        return _table(rows, shown, marks, t, open_to_read=open_to_read)
    if not open_to_read:
        return _note(t("被拒绝的文件不显示内容"))
    return Markup("<pre>{}</pre>").format(text)


def _note(sentence: str) -> Markup:
    return Markup("<p>{}</p>").format(sentence)


def _mark(kind: FileType) -> str:
    return "\t" if kind is FileType.TSV else ","


def _table(
    rows: Sequence[Sequence[str]], known: frozenset[str], marks: Marks, t: Translate, *, open_to_read: bool
) -> Markup:
    if not rows:
        return _note(t("文件是空的"))
    head = Markup("").join(
        Markup("<th>{}</th>").format(cell if cell in known else _blacked(cell)) for cell in rows[0]
    )
    body = [
        _row(place, row, rows[0], marks, open_to_read) for place, row in enumerate(rows[1 : MOST_ROWS + 1], 2)
    ]
    notes = []
    if not open_to_read:
        notes.append(_note(t("被拒绝的文件：值已遮盖，红底是发现所指的地方")))
    if len(rows) > MOST_ROWS + 1:
        notes.append(_note(t("只显示前 {count} 行", count=MOST_ROWS)))
    frame = Markup("{}<table><thead><tr><th>#</th>{}</tr></thead><tbody>{}</tbody></table>")
    return frame.format(Markup("").join(notes), head, Markup("").join(body))


def _row(line: int, row: Sequence[str], head: Sequence[str], marks: Marks, open_to_read: bool) -> Markup:
    whole = marks.row(line)
    cells = []
    for place, cell in enumerate(row):
        hit = whole or (place < len(head) and head[place] in marks.columns)
        number = " n" if _NUMBER.fullmatch(cell.strip()) else ""
        shown = cell if open_to_read and not hit else _blacked(cell)
        cells.append(Markup('<td class="{}">{}</td>').format(("m" if hit else "") + number, shown))
    return Markup('<tr class="{}"><th>{}</th>{}</tr>').format(
        "m" if whole else "", line - 1, Markup("").join(cells)
    )


def _blacked(cell: str) -> Markup:
    return Markup("<mark>{}</mark>").format("█" * min(len(cell), 8))
