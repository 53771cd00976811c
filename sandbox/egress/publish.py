"""Pages and notebooks as the gate writes them: from blocks, with no byte of the developer's file.

One spelling: texts cleaned and escaped, figures cut, pictures as drawn anew, no scripts, links, styles or
metadata. Pure; called by `rewrite`.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from html import escape

import pyarrow as pa

from sandbox.egress.content import Block, BlockKind
from sandbox.egress.rewrite import clean_text, cut

_HEAD = '<!DOCTYPE html>\n<html lang="zh-CN">\n<head><meta charset="utf-8"></head>\n<body>\n'


def page(blocks: Sequence[Block]) -> bytes:
    """Return the blocks as an HTML page."""
    return (_HEAD + "".join(_html(block) + "\n" for block in blocks) + "</body>\n</html>\n").encode()


def notebook(blocks: Sequence[Block]) -> bytes:
    """Return the blocks as a notebook (nbformat 4.5): outputs under the code that shows them."""
    cells: list[dict[str, object]] = []
    for block in blocks:
        last = cells[-1] if cells else None
        if block.shown_by or block.kind in (BlockKind.PICTURE, BlockKind.TABLE, BlockKind.DRAWING):
            if last is None or last["cell_type"] != "code":
                last = _cell(len(cells), "code", "")
                cells.append(last)
            outputs = last["outputs"]
            if isinstance(outputs, list):
                outputs.append({"output_type": "display_data", "metadata": {}, "data": _data(block)})
        else:
            kind = "code" if block.kind is BlockKind.CODE else "markdown"
            cells.append(_cell(len(cells), kind, clean_text(block.text).rstrip("\n")))
    made = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return (json.dumps(made, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _cell(number: int, kind: str, source: str) -> dict[str, object]:
    cell: dict[str, object] = {"cell_type": kind, "id": f"c{number}", "metadata": {}, "source": source}
    return cell | {"execution_count": None, "outputs": []} if kind == "code" else cell


def _data(block: Block) -> dict[str, str]:
    if block.kind is BlockKind.PICTURE:
        return {"image/png": base64.b64encode(block.data).decode("ascii")}
    if block.kind is BlockKind.DRAWING:
        return {"image/svg+xml": block.data.decode()}
    if block.kind is BlockKind.TABLE:
        return {"text/html": _html(block)}
    return {"text/plain": clean_text(block.text).rstrip("\n")}


def _html(block: Block) -> str:
    if block.kind is BlockKind.TABLE and block.table is not None:
        return _table(cut(block.table))
    if block.kind is BlockKind.PICTURE:
        return f'<img alt="" src="data:image/png;base64,{base64.b64encode(block.data).decode("ascii")}">'
    if block.kind is BlockKind.DRAWING:
        return block.data.decode().split("?>\n", 1)[-1].rstrip()
    text = escape(clean_text(block.text).rstrip("\n"), quote=False)
    tag = {BlockKind.HEADING: "h2", BlockKind.CODE: "pre"}.get(block.kind, "pre" if "\n" in text else "p")
    return f"<{tag}>{text}</{tag}>"


def _table(table: pa.Table) -> str:
    head = "".join(f"<th>{escape(clean_text(name).strip(), quote=False)}</th>" for name in table.column_names)
    rows = [f"<tr>{head}</tr>"]
    for row in zip(*(column.to_pylist() for column in table.columns), strict=True):
        cells = (escape(clean_text(cell or "").strip(), quote=False) for cell in row)
        rows.append("<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>")
    return "<table>\n" + "\n".join(rows) + "\n</table>"
