"""From the bytes of one file to its content: tables, texts or a picture, and every issue met.

The true type decides, never the name. What cannot be read wholly is an issue, and what could
be read of it is still handed on, so that records in a damaged file are found. Writes nothing
and judges nothing; called by `judge`.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sandbox.egress import plots, specified
from sandbox.egress.carving import carved
from sandbox.egress.columnar import parquet_issues, unseen
from sandbox.egress.content import Content, Document, Form, Issue, Sheet
from sandbox.egress.documents import parse_json, parse_lines, sheets_of, texts_of, unique_names
from sandbox.egress.drawings import redraw_svg
from sandbox.egress.literals import SOURCES, literal_issues
from sandbox.egress.notebooks import content_of, inner_sheets, read_notebook
from sandbox.egress.pages import read_page
from sandbox.egress.pictures import redraw, written
from sandbox.egress.salvage import deciphered, salvaged
from sandbox.egress.workbooks import workbook_issues
from sandbox.files.package import check_grids
from sandbox.files.readers import ReadLimits, read_table
from sandbox.files.types import FileType
from sandbox.kernel.errors import InputError, SandboxError
from sandbox.kernel.findings import Verdict
from sandbox.kernel.message import say

INDEX_COLUMN = "Unnamed: 0"
"""What a data frame's row numbers are called once they are read back; written out they have no name."""

LIMITS = ReadLimits(max_bytes=1 << 30, max_rows=20_000_000, first_column=INDEX_COLUMN)
MAX_SHEETS = 50
_INVISIBLE = r"[\p{Cc}\p{Cf}\p{Co}\p{Cs}\x{FE00}-\x{FE0F}\x{3164}\x{115F}\x{1160}\x{2800}]"
_BLANKS = r"^[\s\p{Z}]|[\s\p{Z}]$|[\x{2000}-\x{200A}\x{202F}\x{205F}\x{1680}]"
_FORMULA = r"^[\s]*[=@]|^[+\-][A-Za-z(=@+\"'|]|^\t"
_SALVAGED = frozenset({"opaque", "hidden-content"})
_SCRIPT = re.compile(
    r"<\s*(script|iframe|object|embed|applet|form|meta|link|base|foreignObject|use|animate|set)\b|\bon\w+\s*=|javascript:|@import"
    r"|(?:src|href|url)\s*[=(]\s*[\"']?\s*(?:https?:|//|data:|file:)", re.IGNORECASE
)  # fmt: skip
_MARKDOWN = re.compile(rb"\s*\|[^\r\n]*\|[ \t]*\r?\n\|[ :|-]*-[ :|-]*\|")
"""A table of a Markdown text: bars at both ends, and a line of dashes under the head."""
_LAYOUT = {9: 32, 10: 32, 13: 32}
_TAGS = re.compile(r"<[^<>]*>")
_MODELS = re.compile(rb"sklearn|torch|xgboost|lightgbm|keras|joblib")


def read_content(
    data: bytes, *, name: str, type: FileType, broken: bool = True, inner: bool = False
) -> Content:
    """Return the content of one file that is no archive; ciphers are `broken` where its kind is not known.

    Of what is only found `inner`, and searched, nobody is told what is odd about its cells: it never leaves.
    """
    reader = _READERS.get(type, _opaque)
    try:
        content = reader(data, name)
    except (SandboxError, UnicodeError, ValueError, RecursionError, pa.ArrowException, MemoryError) as error:
        evidence = error.message if isinstance(error, SandboxError) else None
        return Content(
            type, Form.UNREAD, issues=(Issue("readable", evidence=evidence),), texts=_raw_texts(data),
            stray=salvaged(data),
        )  # fmt: skip
    if any(issue.check in _SALVAGED for issue in content.issues):
        unknown = broken and content.type is FileType.BINARY
        found = deciphered(data) if unknown else salvaged(data)
        content = replace(content, stray=(*content.stray, *found), sheets=(*content.sheets, *carved(data)))
    content = _bounded(replace(content, type=type))
    if content.document is None:
        content = replace(content, sheets=tuple(_without_index(sheet) for sheet in content.sheets))
    odd = () if inner else _cell_issues(content)
    return replace(content, issues=tuple(dict.fromkeys([*content.issues, *odd])))


def _bounded(content: Content) -> Content:
    """Return the content without the tables that are too wide to be looked through, each an issue."""
    kept = tuple(sheet for sheet in content.sheets if sheet.table.num_columns <= LIMITS.max_columns)
    if len(kept) == len(content.sheets):
        return content
    issue = Issue("size", evidence=say("表的列数超过上限 {limit} 列", limit=LIMITS.max_columns))
    return replace(content, form=Form.UNREAD, sheets=kept, issues=(*content.issues, issue))


def _without_index(sheet: Sheet) -> Sheet:
    """Return the sheet without a first column that only numbers its rows from 0, in whatever order.

    It says nothing and is not written anew; any other first column needs a name.
    """
    table = sheet.table
    if table.num_columns < 2 or table.column_names[0] != INDEX_COLUMN:
        return sheet
    numbers = table.column(0).to_pylist()
    if sorted(numbers, key=str) != sorted(map(str, range(len(numbers)))):
        return sheet
    return replace(sheet, table=table.drop_columns([INDEX_COLUMN]))


def _raw_texts(data: bytes) -> tuple[str, ...]:
    """Return what a broken file says as text, so that what is in it is still looked at."""
    text = data[: 8 << 20].decode("utf-8", errors="ignore")
    return (text,) if text else ()


def _table(data: bytes, name: str) -> Content:
    if _MARKDOWN.match(data) and not name.lower().endswith((".csv", ".tsv")):
        return _text(data, name)
    try:
        table, bad = read_table(io.BytesIO(data), name=name, limits=LIMITS)
    except InputError as error:
        return _lenient(data, error)
    issues = [Issue("readable", where=f"row {row.row}", evidence=row.reason) for row in bad[:5]]
    stray = tuple(row.raw for row in bad)
    return Content(FileType.CSV, Form.TABLE, sheets=(Sheet("", table),), stray=stray, issues=tuple(issues))


def _lenient(data: bytes, error: InputError) -> Content:
    """Return a delimited text that breaks the rules as a ragged table, always with an issue.

    Header-only files are no error here: they have no rows to carry anything.
    """
    text = _decoded(data)
    delimiter = "\t" if text.count("\t") > text.count(",") else ","
    csv.field_size_limit(1 << 24)
    try:
        rows = [row for row in csv.reader(text.splitlines(keepends=True), delimiter=delimiter) if row]
    except csv.Error:
        rows = [line.split(delimiter) for line in text.splitlines() if line]
    if len(rows) == 1 and len(set(rows[0])) == len(rows[0]) and all(cell.strip() for cell in rows[0]):
        schema = pa.schema([(cell, pa.string()) for cell in rows[0]])
        return Content(FileType.CSV, Form.TABLE, sheets=(Sheet("", schema.empty_table()),))
    width = max((len(row) for row in rows), default=0)
    columns = [[row[place] if place < len(row) else None for row in rows] for place in range(width)]
    table = pa.table({f"c{place}": pa.array(column, pa.string()) for place, column in enumerate(columns)})
    sheet = Sheet("", table, plain=False)
    return Content(
        FileType.CSV, Form.UNREAD, sheets=(sheet,) if width else (), texts=(text,),
        issues=(Issue("readable", evidence=error.message),),
    )  # fmt: skip


def _decoded(data: bytes) -> str:
    """Return a text in UTF-8, UTF-16 with its mark, or GB18030; ValueError for anything else."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030")


def _json(data: bytes, _: str) -> Content:
    document, issues = parse_json(_decoded(data))
    if any(issue.check == "readable" for issue in issues) and document is None:
        return Content(FileType.JSON, Form.UNREAD, texts=_raw_texts(data), issues=issues)
    if specified.asked(document):
        return specified.read(document, issues)
    if plots.asked(document):
        return _plot(document, issues)
    if specified.trained(document):
        issues = (*issues, Issue("model", evidence=say("写成 JSON 的训练好的模型")))
    return Content(
        FileType.JSON, Form.DOCUMENT, sheets=sheets_of(document), texts=tuple(texts_of(document)),
        document=document, issues=issues,
    )  # fmt: skip


def _plot(document: Document, issues: tuple[Issue, ...]) -> Content:
    """Return a chart that is asked for; what asks wrongly is searched like any document."""
    texts = tuple(texts_of(document))
    try:
        plot, sheet = plots.read_plot(document)
    except InputError as error:
        unread = (*issues, Issue("readable", evidence=error.message))
        sheets = sheets_of(document)
        return Content(
            FileType.JSON, Form.UNREAD, sheets=sheets, texts=texts, document=document, issues=unread
        )
    return Content(
        FileType.JSON, Form.PLOT, sheets=(sheet,), texts=texts, document=document, plot=plot, issues=issues
    )


def _ndjson(data: bytes, _: str) -> Content:
    document, issues = parse_lines(_decoded(data))
    return Content(
        FileType.NDJSON, Form.DOCUMENT, sheets=sheets_of(document), texts=tuple(texts_of(document)),
        document=document, issues=issues,
    )  # fmt: skip


def _xlsx(data: bytes, name: str) -> Content:
    import python_calamine

    issues = list(workbook_issues(data))
    if any(issue.check in ("readable", "size") for issue in issues):
        return Content(FileType.XLSX, Form.UNREAD, issues=tuple(issues))
    check_grids(data, name=name)  # what lies between two cells the parser takes memory for, or dies
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = book.sheet_names
    except (python_calamine.CalamineError, OSError) as error:
        raise InputError(say("Excel 文件无法读取")) from error
    sheets: list[Sheet] = []
    stray: list[str] = []
    for sheet in names[:MAX_SHEETS]:
        rows = book.get_sheet_by_name(sheet).to_python(skip_empty_area=True)
        if not rows:
            continue
        try:
            table, bad = read_table(io.BytesIO(data), name=name, limits=LIMITS, sheet=sheet)
            stray += [row.raw for row in bad]
            issues += [
                Issue("readable", where=f"{sheet} row {row.row}", evidence=row.reason) for row in bad[:5]
            ]
        except InputError as error:
            issues.append(Issue("readable", where=sheet, evidence=error.message))
            table = _grid(rows)
        sheets.append(Sheet(sheet, table, plain=len(names) == 1))
    if len(names) > MAX_SHEETS:
        issues.append(Issue("size"))
    form = Form.TABLE if len(sheets) == 1 else Form.DOCUMENT
    return Content(
        FileType.XLSX,
        form,
        sheets=tuple(sheets),
        texts=tuple(names),
        stray=tuple(stray),
        issues=tuple(issues),
    )


def _grid(rows: list[list[object]]) -> pa.Table:
    width = max(len(row) for row in rows)
    columns = [[str(row[place]) if place < len(row) else None for row in rows] for place in range(width)]
    return pa.table({f"c{place}": pa.array(column, pa.string()) for place, column in enumerate(columns)})


def _parquet(data: bytes, name: str) -> Content:
    issues: list[Issue] = []
    try:
        file = pq.ParquetFile(io.BytesIO(data))
        issues += parquet_issues(file)
        hidden, texts = unseen(data, file)
        issues += hidden
        if file.metadata.num_rows == 0:
            empty = pa.schema([(column, pa.string()) for column in unique_names(file.schema_arrow.names)])
            return Content(
                FileType.PARQUET, Form.TABLE, sheets=(Sheet("", empty.empty_table()),), issues=tuple(issues)
            )
    except (pa.ArrowException, OSError) as error:
        raise InputError(say("Parquet 文件无法读取")) from error
    table, bad = read_table(io.BytesIO(data), name=name, limits=LIMITS)
    issues += [Issue("readable", where=f"row {row.row}", evidence=row.reason) for row in bad[:5]]
    stray = (*(row.raw for row in bad), *texts)
    return Content(
        FileType.PARQUET, Form.TABLE, sheets=(Sheet("", table),), stray=stray, issues=tuple(issues)
    )


def _text(data: bytes, name: str) -> Content:
    if name.lower().endswith((".csv", ".tsv")):
        return _table(data, name)
    text = _decoded(data)
    issues = []
    if any(_trailing(line) for line in text.splitlines()):
        issues.append(Issue("hidden-content", evidence=say("行尾有成串的空白")))
    if name.lower().endswith(SOURCES):
        issues += literal_issues(text)
    return Content(FileType.TEXT, Form.TEXT, texts=(text,), issues=tuple(issues))


def _trailing(line: str) -> bool:
    """Return whether a line ends in blanks that may spell something: three or more, or a tab among them."""
    blanks = line[len(line.rstrip(" \t")) :]
    return len(blanks) >= 3 or "\t" in blanks


def _markup(data: bytes, _: str) -> Content:
    text = _decoded(data)
    issues = [Issue("opaque", evidence=say("XML 不能由闸口重写，请改为纯文本或表格"))]
    if _SCRIPT.search(text):
        issues.append(Issue("active-content"))
    if "<!--" in text or re.search(
        r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0|\bhidden\b", text
    ):
        issues.append(Issue("hidden-content"))
    return Content(FileType.XML, Form.UNREAD, texts=(_TAGS.sub(" ", text), text), issues=tuple(issues))


def _html(data: bytes, _: str) -> Content:
    text = _decoded(data)
    content = content_of(read_page(text), FileType.HTML)
    return replace(content, stray=(*content.stray, _TAGS.sub(" ", text)))


def _svg(data: bytes, _: str) -> Content:
    drawing = redraw_svg(_decoded(data))
    return Content(
        FileType.SVG, Form.CHART if drawing.data else Form.UNREAD, sheets=tuple(drawing.sheets),
        texts=tuple(drawing.texts), stray=(*drawing.texts, *drawing.stray), picture=drawing.data,
        issues=tuple(drawing.issues),
    )  # fmt: skip


def _notebook(data: bytes, _: str) -> Content:
    document, issues = parse_json(_decoded(data))
    content = content_of(read_notebook(document), FileType.NOTEBOOK)
    return replace(
        content, stray=(*content.stray, *texts_of(document)),
        sheets=(*content.sheets, *inner_sheets(document)), issues=(*issues, *content.issues),
    )  # fmt: skip


def _picture(data: bytes, _: str) -> Content:
    drawn, issues = redraw(data)
    form = Form.PICTURE if drawn else Form.UNREAD
    return Content(FileType.PNG, form, stray=written(data), picture=drawn, issues=issues)


def _empty(_: bytes, __: str) -> Content:
    return Content(FileType.EMPTY, Form.NOTHING)


def _pickle(data: bytes, _: str) -> Content:
    found = [Issue("opaque", evidence=say("序列化对象不解开、不放行"))]
    if _MODELS.search(data):
        found.append(Issue("model"))
    return Content(FileType.PICKLE, Form.UNREAD, issues=tuple(found))


def _opaque(_: bytes, __: str) -> Content:
    return Content(FileType.BINARY, Form.UNREAD, issues=(Issue("opaque"),))


_READERS: Mapping[FileType, Callable[[bytes, str], Content]] = {
    FileType.CSV: _table, FileType.TSV: _table, FileType.JSON: _json, FileType.NDJSON: _ndjson,
    FileType.XLSX: _xlsx, FileType.PARQUET: _parquet, FileType.TEXT: _text, FileType.HTML: _html,
    FileType.SVG: _svg, FileType.XML: _markup, FileType.NOTEBOOK: _notebook, FileType.PNG: _picture,
    FileType.EMPTY: _empty, FileType.PICKLE: _pickle,
}  # fmt: skip


def _cell_issues(content: Content) -> list[Issue]:
    """Return issues of the visible cells and texts: unseen characters, outer blanks, formulas."""
    found: list[Issue] = []
    for sheet in content.sheets:
        names = pa.array(sheet.table.column_names, pa.string())
        for label, column in [
            ("header", names),
            *zip(sheet.table.column_names, sheet.table.columns, strict=True),
        ]:
            if content.document is not None and label == "header":
                continue
            found += _column_issues(label, column)
    if not content.sheets or content.document is not None:
        lines = [text.translate(_LAYOUT) for text in content.texts if content.form is not Form.UNREAD]
        if lines and _matches(pa.array(lines, pa.large_string()), _INVISIBLE):
            found.append(Issue("hidden-content", evidence=say("有不可见字符")))
    return found


def _column_issues(label: str, column: pa.Array | pa.ChunkedArray) -> list[Issue]:
    found: list[Issue] = []
    texts = pc.unique(column).drop_null()
    if not len(texts):
        return found
    if _matches(texts, _INVISIBLE):
        found.append(Issue("hidden-content", where=label, evidence=say("有不可见字符")))
    if _matches(texts, _BLANKS):
        found.append(
            Issue("hidden-content", where=label, evidence=say("单元格首尾有空白"), verdict=Verdict.REVIEW)
        )
    if _matches(texts, _FORMULA):
        found.append(Issue("active-content", where=label, evidence=say("单元格以公式符号开头")))
    return found


def _matches(texts: pa.Array, pattern: str) -> bool:
    return bool(pc.any(pc.match_substring_regex(texts, pattern)).as_py())
