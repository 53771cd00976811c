"""Lists for offices: as a workbook or as CSV, so that no cell is ever taken for a formula.

A text that a spreadsheet would run (it begins with =, +, -, @, a tab or a line end, narrow or wide) is
written behind an apostrophe, and every text of a workbook is marked as text. Decides nothing.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from starlette.responses import Response

from sandbox.kernel.errors import InputError
from sandbox.web.language import word

Cell = str | int | date | None
_RUN = frozenset("=+-@\t\r\n＝＋－＠")
_WIDEST = 60
CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def harmless(text: str) -> str:
    """Return the text as a cell that no spreadsheet runs; signs that no cell may hold are left out."""
    kept = "".join(sign for sign in text if sign >= " " or sign in "\t\n")
    kept = kept.encode("utf-8", "replace").decode("utf-8")
    return f"'{kept}" if text[:1] in _RUN or kept[:1] in _RUN else kept


def as_csv(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return the table as CSV in UTF-8 with its mark, which Excel needs to see Chinese."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([harmless(one) for one in head])
    writer.writerows([_plain(one) for one in row] for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")


def as_xlsx(title: str, head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return the table as a workbook of one sheet, its head fixed, numbers and days as such."""
    from openpyxl import Workbook  # a large engine: only where a workbook is written
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet = book.active
    sheet.title = "".join(one for one in title if one not in "[]:*?/\\")[:31] or "1"
    body = [[_plain(one) for one in row] for row in rows]
    lines: list[list[Any]] = [[harmless(one) for one in head], *body]
    for place, row in enumerate(lines, start=1):
        for column, value in enumerate(row, start=1):
            cell = sheet.cell(row=place, column=column)
            cell.value = value
            if isinstance(value, str):
                cell.data_type = "s"
            cell.alignment = Alignment(vertical="top", wrap_text=True)
            if place == 1:
                cell.font = Font(bold=True)
    for column in range(1, len(head) + 1):
        longest = max(len(str(row[column - 1] or "")) for row in lines)
        sheet.column_dimensions[get_column_letter(column)].width = min(_WIDEST, 4 + 2 * longest)
    sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _plain(cell: Cell) -> str | int | date | None:
    return harmless(cell) if isinstance(cell, str) else cell


def answer(
    name: str, title: str, head: Sequence[str], rows: Iterable[Sequence[Cell]], *, form: str
) -> Response:
    """Return the table as a file to be kept; `InputError` for a form that there is none of."""
    if form == "xlsx":
        data, kind = as_xlsx(title, head, rows), XLSX_TYPE
    elif form == "csv":
        data, kind = as_csv(head, rows), CSV_TYPE
    else:
        raise InputError(word("列表只能导出为 Excel 或 CSV"))
    headers = {"Content-Disposition": f'attachment; filename="{name}.{form}"'}
    return Response(data, media_type=kind, headers=headers)
