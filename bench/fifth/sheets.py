"""Family i: a workbook's places that a reader of the first sheet does not see."""

from __future__ import annotations

import io
import random
from typing import Any

from openpyxl import load_workbook
from openpyxl.comments import Comment
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Font
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

from bench.fifth.core import (
    AMT,
    BIRTH,
    BOOK,
    FIRM,
    FTEL,
    ID,
    NAME,
    TEL,
    USCC,
    WHO,
    Files,
    Row,
    Values,
    found,
    grid,
    technique,
    text,
    untext,
)
from bench.fifth.cover import add_part, book_bytes, new_book, sentence, unzipped


def opened(data: bytes) -> Any:
    """The workbook of the bytes."""
    return load_workbook(io.BytesIO(data))


@technique("i", "persons", *WHO)
def very_hidden_sheet(rows: list[Row], rng: random.Random) -> Files:
    """A sheet that the menu does not offer to show."""
    book = new_book(rng)
    sheet = book.create_sheet("_tmp")
    for line in grid(rows, *WHO):
        sheet.append(line)
    sheet.sheet_state = "veryHidden"
    return [("xlsx", book_bytes(book))]


def very_hidden_sheet_back(files: list[bytes]) -> Values:
    """The hidden sheet."""
    return [tuple(x) for x in opened(files[0])["_tmp"].iter_rows(values_only=True)]


@technique("i", "persons", *WHO)
def cell_comments(rows: list[Row], rng: random.Random) -> Files:
    """Comments of the district cells, some records in each."""
    book = new_book(rng)
    for k in range(14):
        part = text(rows[k::14], *WHO, sep=" ")
        if part:
            book.active.cell(k + 2, 2).comment = Comment(f"核对:\n{part}", "统计科")
    return [("xlsx", book_bytes(book))]


def cell_comments_back(files: list[bytes]) -> Values:
    """The comments' lines."""
    cells = [row[1] for row in opened(files[0]).active.iter_rows(min_row=2)]
    return [v for c in cells if c.comment for v in untext(c.comment.text.split("\n", 1)[1], " ")]


@technique("i", "firms", USCC, FTEL)
def defined_names(rows: list[Row], rng: random.Random) -> Files:
    """Names that stand for texts instead of areas."""
    book = new_book(rng)
    for i, (u, t) in enumerate(grid(rows, USCC, FTEL)):
        book.defined_names[f"_xl{i:03d}"] = DefinedName(f"_xl{i:03d}", attr_text=f'"{u}:{t}"', hidden=True)
    return [("xlsx", book_bytes(book))]


def defined_names_back(files: list[bytes]) -> Values:
    """The names' texts."""
    names = opened(files[0]).defined_names
    return [tuple(item.attr_text.strip('"').split(":")) for item in names.values()]


@technique("i", "persons", NAME, ID)
def choices_of_a_cell(rows: list[Row], rng: random.Random) -> Files:
    """Lists of allowed values, several cells with five each."""
    book = new_book(rng)
    for k in range(0, len(rows), 5):
        rule = DataValidation(type="list", formula1=f'"{text(rows[k : k + 5], NAME, ID, sep=":", end=",")}"')
        rule.add(f"E{k // 5 + 2}")
        book.active.add_data_validation(rule)
    return [("xlsx", book_bytes(book))]


def choices_of_a_cell_back(files: list[bytes]) -> Values:
    """The lists."""
    rules = opened(files[0]).active.data_validations.dataValidation
    return [v for rule in rules for v in untext(rule.formula1.strip('"'), ":", ",")]


@technique("i", "persons", TEL, NAME)
def conditional_formats(rows: list[Row], rng: random.Random) -> Files:
    """Rules of colouring that compare with records."""
    book = new_book(rng)
    for t, n in grid(rows, TEL, NAME):
        book.active.conditional_formatting.add("B2:B15", FormulaRule(formula=[f'$B2&"{n}"="{t}"']))
    return [("xlsx", book_bytes(book))]


def conditional_formats_back(files: list[bytes]) -> Values:
    """The formulas."""
    sheet = unzipped(files[0])["xl/worksheets/sheet1.xml"].decode().replace("&quot;", '"')
    return [(t, n) for n, t in found(r'\$B2&amp;"([^"]+)"="(\d+)"', sheet)]


@technique("i", "persons", *WHO)
def number_formats(rows: list[Row], rng: random.Random) -> Files:
    """Custom formats of numbers that show a text: the cells hold noughts."""
    book = new_book(rng)
    for i, line in enumerate(grid(rows, *WHO)):
        cell = book.active.cell(20 + i, 30, 0)
        cell.number_format = f'"{" ".join(line)}"'
    return [("xlsx", book_bytes(book))]


def number_formats_back(files: list[bytes]) -> Values:
    """The formats."""
    cells = opened(files[0]).active.iter_rows(min_row=20, min_col=30, max_col=30)
    return [tuple(c.number_format.strip('"').split(" ")) for (c,) in cells]


@technique("i", "persons", NAME, BIRTH, AMT)
def white_and_folded(rows: list[Row], rng: random.Random) -> Files:
    """Rows folded away and written in white below the table."""
    book = new_book(rng)
    for i, line in enumerate(grid(rows, NAME, BIRTH, AMT), 40):
        for c, value in enumerate(line, 1):
            book.active.cell(i, c, value).font = Font(color="FFFFFFFF", size=1)
        book.active.row_dimensions[i].hidden = True
    return [("xlsx", book_bytes(book))]


def white_and_folded_back(files: list[bytes]) -> Values:
    """The hidden rows."""
    return [tuple(x) for x in opened(files[0]).active.iter_rows(min_row=40, max_col=3, values_only=True)]


@technique("i", "firms", *BOOK)
def heads_and_feet(rows: list[Row], rng: random.Random) -> Files:
    """Printed heads and feet of ten sheets."""
    book = new_book(rng)
    for k in range(0, len(rows), 6):
        sheet = book.create_sheet(f"图{k // 6 + 1}")
        sheet.append([sentence(rng)])
        sheet.oddFooter.center.text = text(rows[k : k + 3], *BOOK, sep="/", end=";")
        sheet.oddHeader.right.text = text(rows[k + 3 : k + 6], *BOOK, sep="/", end=";") or None
    return [("xlsx", book_bytes(book))]


def heads_and_feet_back(files: list[bytes]) -> Values:
    """The heads and feet."""
    out: Values = []
    for sheet in opened(files[0]).worksheets[1:]:
        for part in (sheet.oddFooter.center.text, sheet.oddHeader.right.text):
            out += untext(part or "", "/", ";")
    return out


@technique("i", "persons", *WHO)
def custom_properties(rows: list[Row], rng: random.Random) -> Files:
    """Properties of the file that the program's own dialogue hides well."""
    items = "".join(
        f'<property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="{i + 2}" name="MSIP_{i:03d}">'
        f"<vt:lpwstr>{'|'.join(line)}</vt:lpwstr></property>"
        for i, line in enumerate(grid(rows, *WHO))
    )
    head = (
        '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" '
        'xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">'
    )
    kind = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
    body = f"{head}{items}</Properties>".encode()
    return [
        ("xlsx", book_bytes(new_book(rng), lambda parts: add_part(parts, "docProps/custom.xml", body, kind)))
    ]


def custom_properties_back(files: list[bytes]) -> Values:
    """The properties."""
    parts = found("<vt:lpwstr>(.*?)</vt:lpwstr>", unzipped(files[0])["docProps/custom.xml"].decode())
    return [tuple(v.split("|")) for (v,) in parts]


@technique("i", "firms", FIRM, USCC)
def names_of_sheets(rows: list[Row], rng: random.Random) -> Files:
    """One near-empty sheet a firm, its title a code; the firm is the print area's title."""
    book = new_book(rng)
    for f, u in grid(rows, FIRM, USCC):
        sheet = book.create_sheet(u)
        sheet.sheet_properties.codeName = f
        sheet["A1"] = rng.randint(1, 99)
    return [("xlsx", book_bytes(book))]


def names_of_sheets_back(files: list[bytes]) -> Values:
    """The titles and code names."""
    return [(s.sheet_properties.codeName, s.title) for s in opened(files[0]).worksheets[1:]]
