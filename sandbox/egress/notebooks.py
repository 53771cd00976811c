"""Notebooks read into blocks, cell by cell and MIME part by MIME part.

Sources become code and text; of an output only kinds that the gate can write anew are kept: plain text, HTML
tables, PNG, SVG, JSON. Attachments, widget state and any other kind make the notebook unfit to leave. Names,
metadata and execution numbers are dropped and searched. Pure; called by `reading`.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping, Sequence

from sandbox.egress.content import Block, BlockKind, Content, Document, Form, Issue, Sheet
from sandbox.egress.documents import sheets_of
from sandbox.egress.drawings import redraw_svg
from sandbox.egress.literals import literal_issues
from sandbox.egress.pages import Page, add_picture, read_page
from sandbox.files.types import FileType
from sandbox.kernel.message import say

MAX_CELLS = 2_000
_USUAL = frozenset({"kernelspec", "language_info", "orig_nbformat", "toc", "colab", "vscode", "kernel_info"})
_KNOWN = frozenset({"text/plain", "text/html", "text/markdown", "text/latex", "image/png", "image/svg+xml",
                    "application/json"})  # fmt: skip
_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


def content_of(page: Page, type: FileType) -> Content:
    """Return the content of a page: its tables as sheets, its texts both to be shown and to be searched."""
    tables = [block.table for block in page.blocks if block.table is not None]
    sheets = tuple(Sheet(f"table {n}", table, plain=False) for n, table in enumerate(tables, 1))
    texts = tuple(block.text for block in page.blocks if block.text)
    return Content(
        type, Form.PAGE, sheets=sheets, texts=texts, stray=(*texts, *page.stray), blocks=tuple(page.blocks),
        issues=tuple(dict.fromkeys(page.issues)),
    )  # fmt: skip


def inner_sheets(document: Document) -> Iterator[Sheet]:
    """Yield the tables that a notebook's metadata and data parts hold, wherever they are."""
    if isinstance(document, Mapping):
        parts = [document.get("metadata")]
        for cell in _list(document.get("cells")):
            if isinstance(cell, Mapping):
                parts += [cell.get("metadata"), cell.get("attachments"), *_unknown(cell)]
        for part in parts:
            if isinstance(part, Mapping) and part:
                yield from (Sheet(sheet.name or "$", sheet.table, plain=False) for sheet in sheets_of(part))


def _unknown(cell: Mapping[str, Document]) -> Iterator[Document]:
    for output in _list(cell.get("outputs")):
        data = output.get("data") if isinstance(output, Mapping) else None
        if isinstance(data, Mapping):
            yield {mime: part for mime, part in data.items() if mime not in _KNOWN}


def read_notebook(document: Document) -> Page:
    """Return the blocks of a notebook in order, what stands beside them, and the issues met."""
    page = Page()
    if not isinstance(document, Mapping) or not _is_list(document.get("cells")):
        page.issues.append(Issue("readable", evidence=say("不是完整的笔记本")))
        return page
    metadata = document.get("metadata")
    if isinstance(metadata, Mapping) and set(metadata) - _USUAL:
        page.issues.append(
            Issue("hidden-content", where="metadata", evidence=say("笔记本的元数据中有附加内容"))
        )
    cells = _list(document["cells"])
    if len(cells) > MAX_CELLS:
        page.issues.append(Issue("size"))
    for number, cell in enumerate(cells[:MAX_CELLS], 1):
        if isinstance(cell, Mapping):
            _cell(page, cell, number)
        else:
            page.issues.append(Issue("readable", where=f"cell {number}"))
    return page


def _cell(page: Page, cell: Mapping[str, Document], number: int) -> None:
    where = f"cell {number}"
    if cell.get("attachments"):
        page.issues.append(Issue("hidden-content", where=where, evidence=say("笔记本的单元带有附件")))
    source = _text(cell.get("source"))
    code = cell.get("cell_type") == "code"
    if source.strip():
        page.blocks.append(Block(BlockKind.CODE if code else BlockKind.TEXT, text=source))
    if code:
        page.issues += literal_issues(source)
    for output in _list(cell.get("outputs")):
        if isinstance(output, Mapping):
            _output(page, output, number)


def _output(page: Page, output: Mapping[str, Document], number: int) -> None:
    kind = output.get("output_type")
    if kind == "stream":
        _shown(page, _text(output.get("text")), number)
    elif kind == "error":
        _shown(page, "\n".join(_text(line) for line in _list(output.get("traceback"))), number)
    else:
        data = output.get("data")
        for mime, part in data.items() if isinstance(data, Mapping) else ():
            _part(page, mime, part, number)


def _part(page: Page, mime: str, part: Document, number: int) -> None:
    where = f"cell {number} {mime}"
    if mime not in _KNOWN:
        check = "active-content" if "javascript" in mime else "opaque"
        page.issues.append(Issue(check, where=where, evidence=say("笔记本的输出中有闸口不能重写的种类")))
    elif mime == "text/html":
        inner = read_page(_text(part))
        page.blocks += [Block(one.kind, one.text, one.table, one.data, number) for one in inner.blocks]
        page.stray += inner.stray
        page.issues += inner.issues
    elif mime == "image/png":
        try:
            add_picture(page, base64.b64decode(_text(part)), shown_by=number)
        except (binascii.Error, ValueError):
            page.issues.append(Issue("readable", where=where))
    elif mime == "image/svg+xml":
        drawing = redraw_svg(_text(part))
        page.issues += drawing.issues
        page.stray += [*drawing.texts, *drawing.stray]
        if drawing.data is not None:
            page.blocks.append(Block(BlockKind.DRAWING, data=drawing.data, shown_by=number))
    else:
        _shown(
            page, _text(part) if mime != "application/json" else json.dumps(part, ensure_ascii=False), number
        )


def _shown(page: Page, text: str, number: int) -> None:
    plain = _COLOURS.sub("", text)
    if plain.strip():
        page.blocks.append(Block(BlockKind.TEXT, text=plain, shown_by=number))


def _text(value: Document) -> str:
    if isinstance(value, str):
        return value
    return "".join(part for part in _list(value) if isinstance(part, str))


def _is_list(value: Document) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _list(value: Document) -> Sequence[Document]:
    return value if isinstance(value, Sequence) and not isinstance(value, str) else ()
