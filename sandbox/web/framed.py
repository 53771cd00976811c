"""Content that came out of a seat, for eyes only: a document without script, origin or address of its own.

Every cell is text; what a finding points at is marked with its number, and the rules are told below with
article and remedy. What may be a source record is blacked out. The answer carries a policy that forbids
everything but one fixed style and pictures within the document itself. Never asks who may look.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from starlette.responses import Response

from sandbox.files.types import FileType, sniff
from sandbox.kernel.findings import FindingKind
from sandbox.web import charts

STYLE = (
    "body{margin:12px;font:14px/1.6 'PingFang SC','Noto Sans CJK SC',sans-serif;color:#1a2230}"
    "table{border-collapse:collapse}th,td{border:1px solid #cfd6df;padding:4px 10px;text-align:left}"
    "th{background:#eef1f5}td.n{text-align:right;font-variant-numeric:tabular-nums}pre{white-space:pre-wrap}"
    "mark{background:#1a2230;color:#1a2230;border-radius:2px}td.m{background:#fde8e8}"
    "tr.m th{background:#fbd0d0}td.s,th.s{background:#fff3d6}"
    "sup{font-weight:600;color:#8a1c1c;margin-left:3px}li{margin:0 0 6px}"
    "ol{margin:12px 0 0;padding:8px 8px 8px 32px;border:1px solid #cfd6df;background:#f7f9fb}"
    "li span{color:#5a6472}li b{margin-right:6px}tr.gap td{text-align:center;color:#5a6472}"
    "img{max-width:100%}p{color:#5a6472;margin:0 0 8px}"
    "div{display:flex;flex-wrap:wrap;gap:16px;align-items:flex-start}"
    "figure{margin:0;flex:1 1 320px;max-width:640px}figcaption{color:#5a6472}"
)
_STYLE = Markup("{}").format(Markup(STYLE))  # noqa: S704  a constant of this file
_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = (
    f"sandbox; default-src 'none'; style-src 'sha256-{_HASH}'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'"
)
MOST_ROWS, MOST_COLUMNS, MOST_TEXT = 200, 60, 200_000
MOST_MEMBERS, MOST_MEMBER = 20, 4 << 20
_ROWS = re.compile(r"rows? (\d[\d, -]*)")
_RANGE = re.compile(r"(\d+)(?:-(\d+))?")
_NUMBER = re.compile(r"-?[\d,]+(\.\d+)?%?")
_PICTURES = {FileType.PNG: "image/png", FileType.JPEG: "image/jpeg", FileType.SVG: "image/svg+xml"}
Translate = Callable[..., str]


HIDDEN = frozenset(
    {FindingKind.SOURCE_RECORD, FindingKind.IDENTIFIER, FindingKind.CANARY, FindingKind.HIDDEN_CONTENT}
)
"""Kinds whose places may hold a record or what names somebody: blacked out for reviewers, too."""
COUNTS = frozenset({FindingKind.SMALL_GROUP, FindingKind.DOMINANCE})


@dataclass(frozen=True, slots=True)
class Pointer:
    """A finding as it is told beside the table: where it points, its rule, what is wrong and what to do.

    `smallest` is the least count that may be shown: in a column of small counts only those are marked.
    """

    where: str
    kind: FindingKind
    rule: str
    article: str
    message: str
    remedy: str
    smallest: int = 0

    @property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """Return the rows that it points at, from and to; the heading is row 1."""
        some = (part for rows in _ROWS.findall(self.where) for part in _RANGE.findall(rows))
        return tuple((int(first), int(last or first)) for first, last in some)

    @property
    def columns(self) -> frozenset[str]:
        """Return the columns that it points at where it names no rows."""
        if self.spans or not self.where:
            return frozenset()
        return frozenset(part.strip() for part in re.split(r"[,，、:：]", self.where)) | {self.where}

    def holds(self, column: str, cell: str) -> bool:
        """Return whether a cell of a column is meant."""
        if column not in self.columns:
            return False
        if self.kind not in COUNTS or not self.smallest:
            return True
        plain = cell.strip().replace(",", "")
        return plain.isascii() and plain.isdecimal() and 0 < int(plain) < self.smallest


@dataclass(frozen=True, slots=True)
class Marks:
    """Every finding of a file, in the order in which it is numbered.

    Rows are numbered as they were handed in. The gate writes them anew in another order: then no row is
    marked, and where rows may be records nothing at all is shown (`shut`).
    """

    pointers: tuple[Pointer, ...]
    as_handed_in: bool

    @property
    def shut(self) -> bool:
        """Return whether a row that may be a record stands somewhere in another order."""
        return not self.as_handed_in and any(one.kind in HIDDEN and one.spans for one in self.pointers)

    def row(self, line: int) -> tuple[int, ...]:
        """Return the numbers of the findings that point at a line of the file, its heading being line 1."""
        if not self.as_handed_in:
            return ()
        every = enumerate(self.pointers, 1)
        return tuple(n for n, one in every if any(first <= line <= last for first, last in one.spans))

    def column(self, name: str) -> tuple[int, ...]:
        """Return the numbers of the findings that point at a column."""
        return tuple(n for n, one in enumerate(self.pointers, 1) if name in one.columns)

    def cell(self, column: str, cell: str) -> tuple[int, ...]:
        """Return the numbers of the findings that mean this very cell."""
        return tuple(n for n, one in enumerate(self.pointers, 1) if one.holds(column, cell))

    def hidden(self, numbers: Sequence[int]) -> bool:
        """Return whether one of the findings may point at a record."""
        return any(self.pointers[n - 1].kind in HIDDEN for n in numbers)

    def lines(self, most: int) -> list[int]:
        """Return the lines that are pointed at, the first of them."""
        if not self.as_handed_in:
            return []
        found: set[int] = set()
        for first, last in (span for one in self.pointers for span in one.spans):
            found |= set(range(first, min(last, first + most) + 1))
        return sorted(found)[:most]


def answer(body: Markup) -> Response:
    """Return the document with the policy that shuts it in."""
    page = Markup(
        '<!doctype html><html lang="zh"><meta charset="utf-8"><title>·</title><style>{}</style><body>{}'
    )
    headers = {"Content-Security-Policy": POLICY, "X-Frame-Options": "SAMEORIGIN"}
    return Response(str(page.format(_STYLE, body)), media_type="text/html", headers=headers)


def document(name: str, data: bytes, found: Sequence[Pointer], t: Translate) -> Markup:
    """Return what a reviewer reads of a file that the gate wrote anew, its rows in an order of their own."""
    marks = Marks(tuple(found), as_handed_in=False)
    return _drawn(name, data, marks, t, open_to_read=True) + _legend(found, t)


def redacted(
    name: str, data: bytes, found: Sequence[Pointer], t: Translate, *, known: frozenset[str] = frozenset()
) -> Markup:
    """Return the shape of a refused file: what findings point at is marked, and every value blacked out.

    Of the first line only names of catalogued columns are shown: it may be a record itself.
    """
    marks = Marks(tuple(found), as_handed_in=True)
    return _drawn(name, data, marks, t, open_to_read=False, known=known) + _legend(found, t)


def _legend(found: Sequence[Pointer], t: Translate) -> Markup:
    """Return the findings by number: rule, what is wrong, article and remedy; nothing of the source."""
    line = Markup("<li><b>{}</b>{}<span>（{}）</span><br>{}{}</li>")
    said = Markup("").join(
        line.format(one.rule, one.message, one.article, t("改法：{remedy}", remedy=one.remedy), _rows(one, t))
        for one in found
    )
    return Markup("<ol>{}</ol>").format(said) if said else Markup("")


def _rows(one: Pointer, t: Translate) -> Markup:
    spans = t("、").join(f"{a}–{b}" if b > a else f"{a}" for a, b in one.spans)
    return (
        Markup("<br><span>{}</span>").format(t("提交的文件第 {rows} 行", rows=spans)) if spans else Markup("")
    )


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
    if not open_to_read and kind not in (FileType.CSV, FileType.TSV):
        return _note(t("被拒绝的图片不显示内容") if kind in _PICTURES else t("被拒绝的文件不显示内容"))
    if kind in _PICTURES:
        source = f"data:{_PICTURES[kind]};base64,{base64.b64encode(data).decode()}"
        return Markup('<img alt="{}" src="{}">').format(name, source)
    if kind is FileType.ZIP:
        return _packed(data, marks, t)
    try:
        text = data[:MOST_TEXT].decode("utf-8-sig", "replace" if len(data) > MOST_TEXT else "strict")
    except UnicodeDecodeError:
        return _note(t("这种文件不能在这里显示，请看发现和检查回执"))
    if kind in (FileType.CSV, FileType.TSV):
        rows = [row[:MOST_COLUMNS] for row in csv.reader(io.StringIO(text), delimiter=_mark(kind))]
        shown = known if not open_to_read else frozenset(rows[0] if rows else ())
        return _table(rows, shown, marks, t, open_to_read=open_to_read)
    return Markup("{}<pre>{}</pre>").format(_tree(text, t), text)


def _packed(data: bytes, marks: Marks, t: Translate) -> Markup:
    """Return the members of a package that the gate itself wrote, one below the other."""
    shown = []
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        for member in package.infolist()[:MOST_MEMBERS]:
            inner = package.read(member) if member.file_size <= MOST_MEMBER else b""
            body = (
                _note(t("同一模型的 ONNX 文件，{size} 字节，由闸口写出", size=len(inner)))
                if member.filename.endswith(".onnx")
                else _drawn(member.filename, inner, marks, t, open_to_read=True)
                if inner and sniff(inner, size=len(inner)) is not FileType.ZIP
                else _note(t("这种文件不能在这里显示，请看发现和检查回执"))
            )
            shown.append(Markup("<p><b>{}</b></p>{}").format(member.filename, body))
    return Markup("").join(shown)


def _tree(text: str, t: Translate) -> Markup:
    """Return a decision tree as the gate writes it in nested lines; nothing for any other document."""
    try:
        read = json.loads(text)
        if not isinstance(read, dict) or read.get("format") != "decision-tree/1":
            return Markup()
        return Markup("<ul>{}</ul>").format(_branch({one["id"]: one for one in read["nodes"]}, 0, t))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return Markup()


def _branch(nodes: dict[int, dict[str, Any]], at: int, t: Translate) -> Markup:
    node = nodes[at]
    if "column" not in node:
        told = "；".join(f"{name} {share}" for name, share in node.get("shares", {}).items())
        said = t("{n} 个对象", n=node["subjects"])
        return Markup("<li><b>{}</b> {} <span>{}</span></li>").format(node.get("class", ""), said, told)
    values = "、".join(node["in"]) if "in" in node else f"< {node['below']}"
    halves = (_branch(nodes, node["yes"], t), _branch(nodes, node["no"], t))
    line = Markup("<li><b>{}</b>{}<ul>{}</ul></li><li>{}<ul>{}</ul></li>")
    return line.format(node["column"], values, halves[0], t("其余"), halves[1])


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
        Markup('<th class="{}">{}{}</th>').format(
            "s" if marks.column(cell) else "",
            cell if cell in known else _blacked(cell),
            _notes(marks.column(cell)),
        )
        for cell in rows[0]
    )
    shown = [*range(2, min(len(rows), MOST_ROWS + 1) + 1)]
    beyond = [one for one in marks.lines(MOST_ROWS) if MOST_ROWS + 1 < one <= len(rows)]
    body = [_row(line, rows[line - 1], rows[0], marks, open_to_read) for line in shown]
    if beyond:
        body.append(Markup('<tr class="gap"><td colspan="{}">…</td></tr>').format(len(rows[0]) + 1))
        body += [_row(line, rows[line - 1], rows[0], marks, open_to_read) for line in beyond]
    notes = []
    if not open_to_read:
        told = t("被拒绝的文件：值已遮盖，红底是发现所指的地方；行号按提交的文件，标题是第 1 行")
        notes.append(_note(told))
    if len(rows) > MOST_ROWS + 1:
        notes.append(_note(t("只显示前 {count} 行和发现所指的行", count=MOST_ROWS)))
    table = Markup("<table><thead><tr><th>#</th>{}</tr></thead><tbody>{}</tbody></table>").format(
        head, Markup("").join(body)
    )
    beside = _beside(rows, marks, t) if open_to_read else Markup("")
    if beside:
        table = Markup("<div>{}{}</div>").format(table, beside)
    return Markup("").join(notes) + table


def _beside(rows: Sequence[Sequence[str]], marks: Marks, t: Translate) -> Markup:
    """Return the table drawn, beside it; nothing where it cannot be drawn, or a finding may mean a record."""
    if any(one.kind in HIDDEN for one in marks.pointers):
        return Markup("")
    drawing = charts.of_table(rows)
    if drawing is None:
        return Markup("")
    source = f"data:image/svg+xml;base64,{base64.b64encode(drawing).decode()}"
    figure = Markup('<figure><img alt="{}" src="{}"><figcaption>{}</figcaption></figure>')
    return figure.format(t("本表的图"), source, t("由本表画出，只供审查，不随产品放行"))


def _row(line: int, row: Sequence[str], head: Sequence[str], marks: Marks, open_to_read: bool) -> Markup:
    whole = marks.row(line)
    cells = []
    for place, cell in enumerate(row):
        own = marks.cell(head[place], cell) if place < len(head) else ()
        shut = not open_to_read or marks.shut or marks.hidden((*whole, *own))
        tone = "m" if whole or marks.hidden(own) else ("s" if own else "")
        right = " n" if _NUMBER.fullmatch(cell.strip()) else ""
        shown = _blacked(cell) if shut else cell
        cells.append(Markup('<td class="{}">{}{}</td>').format(tone + right, shown, _notes(own)))
    number = line if marks.as_handed_in else line - 1  # of a file in another order nobody else counts lines
    return Markup('<tr class="{}"><th>{}{}</th>{}</tr>').format(
        "m" if whole else "", number, _notes(whole), Markup("").join(cells)
    )


def _notes(numbers: Sequence[int]) -> Markup:
    """Return the numbers of findings as they stand beside what they point at."""
    return Markup("<sup>{}</sup>").format(" ".join(map(str, numbers))) if numbers else Markup("")


def _blacked(cell: str) -> Markup:
    return Markup("<mark>{}</mark>").format("█" * min(len(cell), 8))
