"""Lists for offices: as a workbook or as CSV, so that no cell is ever taken for a formula.

A text that a spreadsheet would run (it begins with =, +, -, @, a tab or a line end, narrow or wide) is
written behind an apostrophe, and every text of a workbook is marked as text. Decides nothing.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import chain, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response, StreamingResponse

from sandbox.kernel.errors import InputError
from sandbox.web.language import word

Cell = str | int | date | None
_RUN = frozenset("=+-@\t\r\n＝＋－＠")
_WIDEST, _MEASURED, _PART = 60, 200, 65_536
"""Letters of the widest column; rows that are measured for it; letters of a text that go out together."""
_MOST_ROWS = 1_048_000
"""A workbook of Excel holds little more."""
CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def harmless(text: str) -> str:
    """Return the text as a cell that no spreadsheet runs; signs that no cell may hold are left out."""
    kept = "".join(sign for sign in text if sign >= " " or sign in "\t\n")
    kept = kept.encode("utf-8", "replace").decode("utf-8")
    return f"'{kept}" if text[:1] in _RUN or kept[:1] in _RUN else kept


def as_csv(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """Yield the table as CSV in UTF-8 with its mark, which Excel needs to see Chinese, a part at a time."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    out.write("\ufeff")
    writer.writerow([harmless(one) for one in head])
    for row in rows:
        writer.writerow([_plain(one) for one in row])
        if out.tell() > _PART:
            yield out.getvalue().encode("utf-8")
            out.seek(0)
            out.truncate()
    yield out.getvalue().encode("utf-8")


def as_xlsx(title: str, head: Sequence[str], rows: Iterable[Sequence[Cell]], path: Path) -> None:
    """Write the table as a workbook of one sheet, its head fixed, numbers and days as such.

    Rows go to the file as they come; columns are as wide as the first rows ask for.
    """
    from openpyxl import Workbook  # a large engine: only where a workbook is written
    from openpyxl.utils import get_column_letter

    lines = iter(rows)
    first = list(islice(lines, _MEASURED))
    book = Workbook(write_only=True)
    sheet = book.create_sheet("".join(one for one in title if one not in "[]:*?/\\")[:31] or "1")
    sheet.freeze_panes = "A2"
    for column in range(1, len(head) + 1):
        longest = max(len(str(row[column - 1] or "")) for row in [head, *first])
        sheet.column_dimensions[get_column_letter(column)].width = min(_WIDEST, 4 + 2 * longest)
    cells = _Cells(sheet)
    sheet.append([cells.of(one, bold=True) for one in head])
    for row in chain(first, islice(lines, _MOST_ROWS)):
        sheet.append([cells.of(one) for one in row])
    book.save(path)


class _Cells:
    """Makes cells of a sheet that is written row by row; every text is marked as text."""

    def __init__(self, sheet: Any) -> None:
        from openpyxl.styles import Alignment, Font

        self._sheet, self._bold = sheet, Font(bold=True)
        self._wrapped = Alignment(vertical="top", wrap_text=True)

    def of(self, value: Cell, *, bold: bool = False) -> Any:
        from openpyxl.cell import WriteOnlyCell

        cell = WriteOnlyCell(self._sheet, value=_plain(value))
        if isinstance(value, str):
            cell.data_type = "s"
        cell.alignment = self._wrapped
        if bold:
            cell.font = self._bold
        return cell


def _plain(cell: Cell) -> str | int | date | None:
    return harmless(cell) if isinstance(cell, str) else cell


def answer(
    name: str, title: str, head: Sequence[str], rows: Iterable[Sequence[Cell]], *, form: str
) -> Response:
    """Return the table as a file to be kept, in bounded memory however long it is.

    `InputError` for a form that there is none of.
    """
    headers = {"Content-Disposition": f'attachment; filename="{name}.{form}"'}
    if form == "csv":
        return StreamingResponse(as_csv(head, rows), media_type=CSV_TYPE, headers=headers)
    if form != "xlsx":
        raise InputError(word("列表只能导出为 Excel 或 CSV"))
    folder = TemporaryDirectory(prefix="export-")
    path = Path(folder.name) / f"{name}.xlsx"
    try:
        as_xlsx(title, head, rows, path)
    except BaseException:  # nobody will take the file: it goes, whatever happened
        folder.cleanup()
        raise
    return FileResponse(
        path, media_type=XLSX_TYPE, headers=headers, background=BackgroundTask(folder.cleanup)
    )
