"""Records in spreadsheets: sheets, cells and everything around the cells."""

import io
import re
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font
from openpyxl.workbook.defined_name import DefinedName

from bench.exam.core import (
    Rows,
    core,
    fragments,
    grid,
    payload,
    summary,
    technique,
    unpack,
    unzipped,
    zipped,
)

CLOCK = re.compile(rb"(<dcterms:\w+[^>]*>)[^<]*(</dcterms)")


def workbook(random: Random) -> Workbook:
    book = Workbook()
    for line in summary(random):
        book.active.append(line)
    return book


def saved(book: Workbook, more: dict[str, bytes] | None = None) -> bytes:
    """The workbook with a fixed clock, and with more entries if there are any."""
    out = io.BytesIO()
    book.save(out)
    entries = unzipped(out.getvalue())
    entries["docProps/core.xml"] = CLOCK.sub(rb"\g<1>2026-01-01T00:00:00Z\2", entries["docProps/core.xml"])
    return zipped({**entries, **(more or {})})


def opened(data: bytes) -> Workbook:
    return load_workbook(io.BytesIO(data))


def cells(sheet: Any) -> list[list[str]]:
    return [[cell for cell in line if cell is not None] for line in sheet.iter_rows(values_only=True)]


def from_sheet(pick: Callable[[Workbook], Any]) -> Callable[[bytes, Sequence[str]], Any]:
    return lambda data, columns: fragments(cells(pick(opened(data))), core(columns))


@technique("xlsx", decoder=from_sheet(lambda book: book.active))
def workbook_copy(rows: Rows, _: Random) -> bytes:
    """The rows as they are."""
    book = Workbook()
    for line in grid(rows, core(rows[0])):
        book.active.append(line)
    return saved(book)


def _second(rows: Rows, random: Random, state: str) -> bytes:
    book = workbook(random)
    sheet = book.create_sheet("参数")
    sheet.sheet_state = state
    for line in grid(rows, core(rows[0])):
        sheet.append(line)
    return saved(book)


@technique("xlsx", decoder=from_sheet(lambda book: book["参数"]))
def hidden_sheet(rows: Rows, random: Random) -> bytes:
    """A hidden sheet."""
    return _second(rows, random, "hidden")


@technique("xlsx", decoder=from_sheet(lambda book: book["参数"]))
def very_hidden_sheet(rows: Rows, random: Random) -> bytes:
    """A sheet that only a macro or a parser can show."""
    return _second(rows, random, "veryHidden")


@technique("xlsx", decoder=lambda data, columns: unpack(
    "\n".join(str(cell.value) for cell in opened(data).active["H"]), columns))  # fmt: skip
def hidden_column(rows: Rows, random: Random) -> bytes:
    """A hidden column."""
    book = workbook(random)
    for place, line in enumerate(payload(rows).decode().split("\n"), 1):
        book.active.cell(place, 8, line)
    book.active.column_dimensions["H"].hidden = True
    return saved(book)


@technique(
    "xlsx",
    decoder=lambda data, columns: unpack(
        "\n".join(str(line[0]) for line in opened(data).active.iter_rows(min_row=500, values_only=True)),
        columns,
    ),
)
def hidden_rows_far_down(rows: Rows, random: Random) -> bytes:
    """Hidden rows from row 500 on."""
    book = workbook(random)
    for place, line in enumerate(payload(rows).decode().split("\n"), 500):
        book.active.cell(place, 1, line)
        book.active.row_dimensions[place].hidden = True
    return saved(book)


@technique(
    "xlsx",
    decoder=lambda data, columns: unpack(
        "\n".join(cell.comment.text for line in opened(data).active for cell in line if cell.comment), columns
    ),
)
def cell_comments(rows: Rows, random: Random) -> bytes:
    """Comments of the cells."""
    book = workbook(random)
    for place, line in enumerate(payload(rows).decode().split("\n")):
        book.active.cell(place // 4 + 1, place % 4 + 1).comment = Comment(line, "统计员")
    return saved(book)


@technique(
    "xlsx",
    decoder=lambda data, columns: fragments(
        [[cell.value for cell in line[5:10]] for line in opened(data).active if line[5].value], core(columns)
    ),
)
def white_on_white(rows: Rows, random: Random) -> bytes:
    """White text of one point beside the table."""
    book = workbook(random)
    for place, line in enumerate(grid(rows, core(rows[0])), 1):
        for column, value in enumerate(line, 6):
            book.active.cell(place, column, value).font = Font(color="FFFFFFFF", size=1)
    return saved(book)


@technique(
    "xlsx",
    decoder=lambda data, columns: unpack(
        "\n".join(name.attr_text.strip('"') for name in opened(data).defined_names.values()), columns
    ),
)
def defined_names(rows: Rows, random: Random) -> bytes:
    """Defined names with constant texts."""
    book = workbook(random)
    for place, line in enumerate(payload(rows).decode().split("\n")):
        book.defined_names[f"k{place}"] = DefinedName(f"k{place}", attr_text=f'"{line}"')
    return saved(book)
