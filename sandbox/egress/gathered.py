"""What a file says, as bytes and as texts: the file itself, its members, cells by columns and by rows.

Gathers and judges nothing; what is too large is left out. Called by `disguises`, which reads all of it in
other alphabets.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyarrow as pa

from sandbox.egress.content import Form
from sandbox.egress.legible import LEAST_BYTES
from sandbox.egress.report import FileReport
from sandbox.egress.salvage import pieces
from sandbox.files.types import FileType
from sandbox.files.unwrap import UnwrapLimits, unwrap

MAX_BYTES = 1 << 20
MAX_CELLS = 60_000
LIMITS = UnwrapLimits(max_total=16 << 20)


def raw_of(report: FileReport) -> Iterator[bytes]:
    """Yield the bytes of the file and of its members that are of no known kind."""
    data = report.product.data
    if not report.archive:
        kinds = {content.type for content in report.contents}
        if kinds & {FileType.BINARY} or any(content.form is Form.UNREAD for content in report.contents):
            yield data
        return
    if any(content.type is FileType.BINARY for content in report.contents):
        yield from (
            part.data
            for part in unwrap(data, name="", limits=LIMITS).parts[:50]
            if part.type is FileType.BINARY
        )


def texts_of(report: FileReport) -> Iterator[str]:
    """Yield the file as a text, then everything that its contents show, columns and rows by themselves."""
    data = report.product.data
    if len(data) <= MAX_BYTES and not report.archive:
        yield plain_of(data)
    if len(data) <= MAX_BYTES and report.findings and data.startswith(b"PK"):
        yield from (
            piece.decode("utf-8", errors="ignore") for piece in pieces(data) if len(piece) <= MAX_BYTES
        )
    for content in report.contents[:50]:
        yield from content.stray[:20]
        if content.form is Form.UNREAD or report.archive or content.form is not Form.TEXT:
            yield "\n".join(content.texts[:10_000])[:MAX_BYTES]
        for sheet in content.sheets[:20]:
            yield from _columns(sheet.table)


def fronts_of(report: FileReport) -> list[str]:
    """Return the file as one text, or all that a package or a file of another kind says, as one."""
    data = report.product.data
    if len(data) > MAX_BYTES:
        return []
    found = [plain_of(data)]
    if report.findings and data.startswith(b"PK"):
        found.append("\n".join(piece.decode("utf-8", errors="ignore") for piece in pieces(data))[:MAX_BYTES])
    strays = [text for content in report.contents[:8] for text in content.stray[:40]]
    if not any(found):
        found.append("\n".join(strays)[:MAX_BYTES])
    return [text for text in found if len(text) >= LEAST_BYTES]


def different(texts: Iterable[str]) -> list[str]:
    """Return texts that are long enough, without those that stand in the first as they are."""
    first, *others = list(dict.fromkeys(texts)) or [""]
    return [
        text for text in (first, *(one for one in others if one not in first)) if len(text) >= LEAST_BYTES
    ]


def _columns(table: pa.Table) -> Iterator[str]:
    """Yield the cells of every column in a row, and of every row where most columns are figures."""
    if not 0 < table.num_rows * table.num_columns <= MAX_CELLS:
        return
    columns = [[cell or "" for cell in column.to_pylist()] for column in table.columns]
    for column in columns[:200]:
        yield "\n".join(column)
        if sum(map(len, column)) <= 3 * len(column):
            yield "".join(column)
    if 2 <= table.num_columns <= 200:
        yield "\n".join(",".join(row) for row in zip(*columns, strict=True))
    if all(sum(map(len, column)) <= 3 * len(column) for column in columns[1:]):
        yield "\n".join("".join(column) for column in columns)


def plain_of(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return "" if "\0" in text[:1000] else text
    return ""
