"""The gate's own rewriting: a new file made from what was read, and from nothing else.

One spelling per format: UTF-8, LF, least quoting, rows sorted by their keys, figures cut to ten
significant digits, no metadata. The same content always gives the same bytes. What has no
rewriting cannot leave. Pure; called by `judge`, which names the file by its digest.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
import unicodedata
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sandbox.egress.compare import Comparison
from sandbox.egress.content import Content, Document, Form, Number
from sandbox.egress.plots import draw
from sandbox.egress.recompute import Recomputed
from sandbox.files.types import FileType
from sandbox.fingerprint.buffers import large_buffers

SIGNIFICANT = 10
MOST_DIGITS = 17
"""A longer run of digits is a code, and is written as a text."""
_FIGURE = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?", re.ASCII)
_FLOAT = r"^[+-]?\d+\.\d+([eE][+-]?\d+)?$|^[+-]?\d+[eE][+-]?\d+$"
_CODE = re.compile(r"[+-]?0\d+[eE]", re.ASCII)
"""A code of digits and one E, not a figure: nobody writes 0006E4 for sixty thousand."""
_EPOCH = (1980, 1, 1, 0, 0, 0)
SUFFIXES: Mapping[FileType, str] = {
    FileType.CSV: ".csv", FileType.TSV: ".csv", FileType.JSON: ".json", FileType.NDJSON: ".json",
    FileType.XLSX: ".xlsx", FileType.PARQUET: ".parquet", FileType.TEXT: ".txt", FileType.PNG: ".png",
    FileType.EMPTY: ".txt",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rewriting:
    """A file as it may leave: its suffix and its bytes."""

    suffix: str
    data: bytes


def rewrite(content: Content) -> Rewriting | None:
    """Return the rewriting of unproven content, or None when there is none."""
    if content.form is Form.TABLE and content.sheets:
        return write_table(cut(ordered(content.sheets[0].table)), content.type)
    if content.form is Form.DOCUMENT and content.type is FileType.XLSX:
        return Rewriting(
            ".xlsx",
            _workbook(
                [(f"Sheet{n}", cut(ordered(sheet.table))) for n, sheet in enumerate(content.sheets, 1)]
            ),
        )
    if content.form is Form.DOCUMENT:
        text = json.dumps(_plain(content.document), ensure_ascii=False, indent=1, sort_keys=True)
        return Rewriting(".json", (text + "\n").encode())
    if content.form is Form.TEXT:
        return Rewriting(".txt", clean_text("".join(content.texts)).encode())
    if content.form is Form.PICTURE and content.picture is not None:
        return Rewriting(".png", content.picture)
    return _other(content)


def _other(content: Content) -> Rewriting | None:
    """Return the rewriting of a drawing, a page or notebook, or of a file with nothing in it."""
    if content.form is Form.CHART and content.picture is not None:
        return Rewriting(".svg", content.picture)
    if content.form is Form.PLOT and content.plot is not None:
        return Rewriting(".svg", draw(content.plot, cut(ordered(content.sheets[0].table))))
    if content.form is Form.PAGE:
        from sandbox.egress.publish import notebook, page  # they need what is defined here

        if content.type is FileType.NOTEBOOK:
            return Rewriting(".ipynb", notebook(content.blocks))
        return Rewriting(".html", page(content.blocks))
    return Rewriting(".txt", b"") if content.form is Form.NOTHING else None


def rewrite_proven(truth: Recomputed, comparison: Comparison, content: Content) -> Rewriting:
    """Return a proven product written from the gate's own figures, for the cells the author shows."""
    table = _proven(truth, comparison)
    if content.plot is not None:
        return Rewriting(".svg", draw(content.plot, table))
    return write_table(table, content.type)


def _proven(truth: Recomputed, comparison: Comparison) -> pa.Table:
    """Return the gate's own figures as a table of text cells, sorted by its keys."""
    shown = np.sort(comparison.cells)
    names, columns, keys = [], [], []
    for place, item in enumerate(truth.claim.items):
        if item.key is not None:
            texts = truth.keys[f"k{item.key}"].texts()
            column = [None if (text := texts[cell]) is None else _key_text(text) for cell in shown]
            keys.append(item.name)
        else:
            figures = truth.rounded(item)[shown]
            whole = item.aggregate is not None and item.aggregate.function in ("count", "count_distinct")
            column = [_figure(float(value), 0 if whole else comparison.decimals[place]) for value in figures]
        names.append(item.name)
        columns.append(pa.array(column, pa.string()))
    table = pa.Table.from_arrays(columns, names=names)
    if keys and table.num_rows:
        table = table.sort_by([(name, "ascending") for name in keys])
    return table


def _key_text(text: str) -> str:
    return text[:-2] if re.fullmatch(r"-?\d{1,15}\.0", text) else text.removesuffix(" 00:00:00")


def _figure(value: float, decimals: int) -> str | None:
    """Return a figure with the decimals shown, at most ten significant digits in all."""
    if np.isnan(value):
        return None
    whole = len(str(int(abs(value)))) if abs(value) >= 1 else 0
    return f"{value:.{max(0, min(decimals, SIGNIFICANT - whole))}f}"


def write_table(table: pa.Table, type: FileType) -> Rewriting:
    """Return a table of text cells in the canonical spelling of its format."""
    if type is FileType.PARQUET:
        return Rewriting(".parquet", _parquet(table))
    if type is FileType.XLSX:
        return Rewriting(".xlsx", _workbook([("Sheet1", table)]))
    if type in (FileType.JSON, FileType.NDJSON):
        rows = [{name: _typed(cell) for name, cell in row.items()} for row in table.to_pylist()]
        return Rewriting(".json", (json.dumps(rows, ensure_ascii=False, indent=1) + "\n").encode())
    return Rewriting(".csv", _csv(table))


def _csv(table: pa.Table) -> bytes:
    """Return the table as CSV (RFC 4180, quotes only where needed), byte for byte as Python writes it."""
    out = io.BytesIO()
    head = io.StringIO()
    csv.writer(head, lineterminator="\n").writerow(table.column_names)
    out.write(head.getvalue().encode())
    for batch in table.to_batches(max_chunksize=65_536):
        columns = [_quoted(column, alone=batch.num_columns == 1) for column in batch.columns]
        lines = pc.binary_join_element_wise(*columns, pa.scalar(",", pa.large_string()))
        ended = pc.binary_join_element_wise(lines, _empty(), pa.scalar("\n", pa.large_string()))
        out.write(large_buffers(ended)[1].tobytes())
    return out.getvalue()


@cache
def _empty() -> pa.Scalar:
    """Return the empty text; made at first use, for making a scalar loads pandas."""
    return pa.scalar("", pa.large_string())


def _quoted(column: pa.Array, *, alone: bool) -> pa.Array:
    """Return cells in quotes where they hold a separator; an empty cell that is a whole line, too."""
    cells = pc.fill_null(column.cast(pa.large_string()), "")
    special = pc.match_substring_regex(cells, '[,"\r\n]')
    if alone:
        special = pc.or_(special, pc.equal(cells, ""))
    if not pc.any(special, min_count=0).as_py():
        return cells
    mark = pa.scalar('"', pa.large_string())
    doubled = pc.replace_substring(cells.filter(special), '"', '""')
    return pc.replace_with_mask(cells, special, pc.binary_join_element_wise(mark, doubled, mark, _empty()))


def ordered(table: pa.Table) -> pa.Table:
    """Return the rows sorted by all columns from the left, so that row order carries nothing."""
    if not table.num_rows or not table.num_columns:
        return table
    return table.sort_by([(name, "ascending") for name in table.column_names])


def cut(table: pa.Table) -> pa.Table:
    """Return the table with every decimal figure cut to the significant digits, texts trimmed."""
    columns = []
    for column in table.columns:
        distinct = pc.unique(column).drop_null()
        long = distinct.filter(pc.greater(pc.utf8_length(distinct), SIGNIFICANT + 1))
        needed = bool(pc.any(pc.match_substring_regex(long, _FLOAT)).as_py())
        trimmed = pc.utf8_trim_whitespace(column)
        columns.append(_cut_column(trimmed) if needed else trimmed)
    return pa.Table.from_arrays(columns, names=[name.strip() for name in table.column_names])


def _cut_column(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return the column with its decimal figures cut, every different one of a chunk once."""
    chunks = []
    for chunk in column.chunks:
        figures = pc.fill_null(pc.match_substring_regex(chunk, _FLOAT), False)
        told = chunk.filter(figures).dictionary_encode()
        cut_ones = pa.array([_cut_cell(cell) for cell in told.dictionary.to_pylist()], column.type)
        chunks.append(pc.replace_with_mask(chunk, figures, cut_ones.take(told.indices)))
    return pa.chunked_array(chunks, column.type)


def _cut_cell(cell: str | None) -> str | None:
    if cell is None or not _FIGURE.fullmatch(cell) or cell.lstrip("+-").isdigit():
        return cell
    value = float(cell)
    if _CODE.match(cell) or not math.isfinite(value):
        return cell
    return f"{value:.{SIGNIFICANT}g}"


def _typed(cell: str | None) -> str | int | float | None:
    """Return a figure as a number and everything else as text; long digit runs stay text."""
    if (
        cell is None
        or not _FIGURE.fullmatch(cell)
        or len(cell) > MOST_DIGITS
        or re.match(r"[+-]?0\d|\+", cell)
    ):
        return cell
    if cell.lstrip("-").isdigit():
        return int(cell)
    return float(cell) if math.isfinite(float(cell)) else cell


def _parquet(table: pa.Table) -> bytes:
    columns, fields = [], []
    for name, column in zip(table.column_names, table.columns, strict=True):
        values = [_typed(cell) for cell in column.to_pylist()]
        kinds = {type(value) for value in values if value is not None}
        target = (
            pa.int64() if kinds == {int} else pa.float64() if kinds and kinds <= {int, float} else pa.string()
        )
        source = column.to_pylist() if target == pa.string() else values
        columns.append(pa.array(source, target))
        fields.append(pa.field(name, target))
    out = io.BytesIO()
    plain = pa.Table.from_arrays(columns, schema=pa.schema(fields))
    pq.write_table(plain, out, compression="zstd", store_schema=False, write_statistics=False)
    return out.getvalue()


def _workbook(sheets: Sequence[tuple[str, pa.Table]]) -> bytes:
    import openpyxl  # only where a workbook is written anew

    book = openpyxl.Workbook(write_only=True)
    for name, table in sheets:
        sheet = book.create_sheet(name)
        sheet.append(table.column_names)
        for row in table.to_pylist():
            sheet.append([_typed(cell) for cell in row.values()])
    out = io.BytesIO()
    book.save(out)
    return _undated(out.getvalue())


def _undated(package: bytes) -> bytes:
    """Return a package without its writing times: members in order, fixed dates, no properties."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist()):
            data = old.read(name)
            if name == "docProps/core.xml":
                data = re.sub(rb"<dcterms:(created|modified)[^>]*>[^<]*</dcterms:\1>", b"", data)
            new.writestr(zipfile.ZipInfo(name, _EPOCH), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _plain(document: Document) -> object:
    """Return the document for writing: numbers as numbers, figures cut, keys as they are."""
    if isinstance(document, Number):
        text = str(document)
        if text.lstrip("-").isdigit():
            return int(text) if len(text) <= MOST_DIGITS else text
        return float(f"{float(text):.{SIGNIFICANT}g}")
    if isinstance(document, Mapping):
        return {name: _plain(value) for name, value in document.items()}
    if isinstance(document, str) or document is None or isinstance(document, bool):
        return document
    return [_plain(value) for value in document]


def clean_text(text: str) -> str:
    """Return a text in NFC with LF line ends, no unseen characters and no blanks at line ends."""
    normal = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    seen = "".join(
        character for character in normal
        if character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cf", "Co", "Cs", "Cn")
    )  # fmt: skip
    return "\n".join(line.rstrip() for line in seen.split("\n")).strip("\n") + "\n"


def bundle(parts: Sequence[Rewriting]) -> Rewriting:
    """Return several rewritings as one archive: numbered names, fixed dates."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for number, part in enumerate(parts, start=1):
            package.writestr(
                zipfile.ZipInfo(f"{number:03d}{part.suffix}", _EPOCH), part.data, zipfile.ZIP_DEFLATED
            )
    return Rewriting(".zip", out.getvalue())
