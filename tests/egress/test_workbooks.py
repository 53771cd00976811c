"""A workbook's package is looked through part by part: plain cells pass, everything beside them is named."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import openpyxl
import pytest
from openpyxl.chart import BarChart
from openpyxl.comments import Comment
from openpyxl.workbook import Workbook
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

from sandbox.egress.workbooks import workbook_issues


def saved(change: Callable[[Workbook], object] | None = None) -> bytes:
    book = openpyxl.Workbook()
    for row in (("区县", "人数"), ("汇川区", 120), ("播州区", 340)):
        book.active.append(row)
    if change is not None:
        change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def repacked(data: bytes, change: Callable[[str, bytes], bytes], **added: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
        for name, part in added.items():
            new.writestr(name, part)
    return out.getvalue()


def found(data: bytes) -> set[str]:
    return {issue.check for issue in workbook_issues(data)}


def comment(book: Workbook) -> None:
    book.active["A1"].comment = Comment("x", "y")


def hidden_row(book: Workbook) -> None:
    book.active.row_dimensions[2].hidden = True


def hidden_column(book: Workbook) -> None:
    book.active.column_dimensions["B"].hidden = True


def hidden_sheet(book: Workbook) -> None:
    book.create_sheet("z").sheet_state = "veryHidden"


def named(book: Workbook) -> None:
    book.defined_names["x"] = DefinedName("x", attr_text="Sheet!$A$1")


def titled(book: Workbook) -> None:
    book.properties.title = "沈磊涛"


def validated(book: Workbook) -> None:
    rule = DataValidation(type="list", formula1='"沈磊涛,周敏"')
    book.active.add_data_validation(rule)
    rule.add("A2")


def headed(book: Workbook) -> None:
    book.active.oddHeader.center.text = "沈磊涛"


def drawn(book: Workbook) -> None:
    book.active.add_chart(BarChart(), "D2")


def formula(book: Workbook) -> None:
    book.active["C2"] = "=SUM(B2:B3)"


def linked(book: Workbook) -> None:
    book.active["A2"].hyperlink = "https://example.org/"


@pytest.mark.parametrize(
    "change",
    [comment, hidden_row, hidden_column, hidden_sheet, named, titled, validated, headed, drawn],
    ids=lambda change: change.__name__,
)
def test_what_is_not_seen_in_the_cells_is_hidden(change: Callable[[Workbook], None]) -> None:
    assert "hidden-content" in found(saved(change))


@pytest.mark.parametrize("change", [formula, linked], ids=lambda change: change.__name__)
def test_what_acts_is_active(change: Callable[[Workbook], None]) -> None:
    assert "active-content" in found(saved(change))


def test_plain_cells_have_no_issue() -> None:
    assert found(saved()) == set()
    assert found(saved(lambda book: book.create_sheet("二"))) == set()


def test_macros_and_parts_of_ones_own_are_named() -> None:
    assert found(repacked(saved(), lambda _, data: data, **{"xl/vbaProject.bin": b"x"})) == {"active-content"}
    assert found(repacked(saved(), lambda _, data: data, **{"custom/x.xml": b"x"})) == {"hidden-content"}


def test_a_string_that_no_cell_shows_is_hidden() -> None:
    strings = "<sst><si><t>沈磊涛</t></si></sst>".encode()
    assert found(repacked(saved(), lambda _, data: data, **{"xl/sharedStrings.xml": strings})) == {
        "hidden-content"
    }


@pytest.mark.parametrize("piece", [b"<!-- x -->", b"<!DOCTYPE x>", b"<?mso y?>"])
def test_notes_in_the_xml_are_hidden(piece: bytes) -> None:
    def noted(name: str, data: bytes) -> bytes:
        return data.replace(b"<sheetData>", piece + b"<sheetData>") if "sheet1" in name else data

    assert found(repacked(saved(), noted)) == {"hidden-content"}


@pytest.mark.parametrize("keep", [0, 30, 500])
def test_a_workbook_cut_short_is_not_readable(keep: int) -> None:
    assert found(saved()[:keep]) == {"readable"}


def test_a_comment_on_the_package_is_hidden() -> None:
    out = io.BytesIO(saved())
    with zipfile.ZipFile(out, "a") as package:
        package.comment = b"x"
    assert found(out.getvalue()) == {"hidden-content"}
