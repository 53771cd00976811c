"""Records around the cells of a workbook: properties, formats, caches, colours."""

import re
from random import Random

from openpyxl import Workbook
from openpyxl.styles import Alignment, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation

from bench.exam.core import (
    Rows,
    carries,
    fragments,
    payload,
    roles,
    technique,
    unpack,
    unzipped,
)
from bench.exam.office import cells, opened, saved, workbook


@technique("xlsx", decoder=lambda data, columns: unpack(str(opened(data).properties.description), columns))
def document_properties(rows: Rows, random: Random) -> bytes:
    """The description in the properties."""
    book = workbook(random)
    book.properties.description = payload(rows).decode()
    return saved(book)


@technique(
    "xlsx",
    decoder=lambda data, columns: fragments(
        [
            word.split("-")
            for rule in opened(data).active.data_validations.dataValidation
            for word in rule.formula1.strip('"').split(",")
        ],
        [roles(columns).name, roles(columns).phone],
    ),
)
def validation_lists(rows: Rows, random: Random) -> bytes:
    """The choices of drop-down lists."""
    book, role = workbook(random), roles(rows[0])
    for place in range(0, len(rows), 8):
        words = ",".join(f"{row[role.name]}-{row[role.phone]}" for row in rows[place : place + 8])
        rule = DataValidation(type="list", formula1=f'"{words}"')
        rule.add(f"B{place + 2}")
        book.active.add_data_validation(rule)
    return saved(book)


@technique(
    "xlsx",
    decoder=lambda data, columns: unpack(
        "\n".join(cell.number_format.split('"')[1] for cell in opened(data).active["F"]), columns
    ),
    limit=120,
)
def number_formats(rows: Rows, random: Random) -> bytes:
    """Zeros whose number format is a literal text."""
    book = workbook(random)
    for place, line in enumerate(payload(rows).decode().split("\n"), 1):
        book.active.cell(place, 6, 0).number_format = f'"{line}"'
    return saved(book)


@technique(
    "xlsx",
    source="persons",
    decoder=lambda data, _: [
        dict(zip(["姓名", "身份证号", "病种", "金额"], line[-4:], strict=True))
        for line in cells(opened(data).active)[3:]
    ],
)
def ledger_with_merged_cells(rows: Rows, _: Random) -> bytes:
    """台账: title, two header rows, areas merged over their persons."""
    book = Workbook()
    sheet = book.active
    sheet.append(["城乡医疗救助对象台账"])
    sheet.merge_cells("A1:E1")
    sheet["A1"].alignment = Alignment(horizontal="center")
    sheet.append(["区划", "对象", None, "救助", None])
    sheet.append([None, "姓名", "证件号", "病种", "金额"])
    start, order = 4, sorted(rows, key=lambda row: row["行政区划"])
    for place, row in enumerate(order, 4):
        sheet.append([row["行政区划"], row["姓名"], row["身份证号"], row["病种"], row["金额"]])
        last = place - 4 == len(order) - 1 or order[place - 3]["行政区划"] != row["行政区划"]
        if last and place > start:
            sheet.merge_cells(start_row=start, end_row=place, start_column=1, end_column=1)
        start = place + 1 if last else start
    return saved(book)


@technique(
    "xlsx",
    decoder=lambda data, columns: unpack(
        re.sub(
            "<.*?>",
            "",
            "\n".join(
                re.findall('<s v="(.+?)"/>', unzipped(data)["xl/pivotCache/pivotCacheRecords1.xml"].decode())
            ),
        ),
        columns,
    ),
)
def pivot_cache(rows: Rows, random: Random) -> bytes:
    """The cached records of a pivot table whose sheet was deleted."""
    items = "".join(f'<r><s v="{line}"/></r>' for line in payload(rows).decode().split("\n"))
    xml = f'<pivotCacheRecords xmlns="urn:x" count="{len(rows)}">{items}</pivotCacheRecords>'
    return saved(workbook(random), {"xl/pivotCache/pivotCacheRecords1.xml": xml.encode()})


@technique(
    "xlsx",
    decoder=lambda data, columns: unpack(
        "\n".join(re.findall("<t>(§.+?)</t>", unzipped(data)["xl/sharedStrings.xml"].decode())).replace(
            "§", ""
        ),
        columns,
    ),
)
def unused_shared_strings(rows: Rows, random: Random) -> bytes:
    """Shared strings that no cell refers to."""
    items = "".join(f"<si><t>§{line}</t></si>" for line in payload(rows).decode().split("\n"))
    return saved(workbook(random), {"xl/sharedStrings.xml": f'<sst xmlns="urn:x">{items}</sst>'.encode()})


@technique(
    "xlsx",
    decoder=lambda data, columns: unpack(
        "\n".join("".join(re.findall('"(.*?)"', str(cell.value))) for cell in opened(data).active["F"]),
        columns,
    ),
)
def formulas_with_literals(rows: Rows, random: Random) -> bytes:
    """Formulas that join pieces of text."""
    book = workbook(random)
    for place, line in enumerate(payload(rows).decode().split("\n"), 1):
        book.active.cell(
            place, 6, "=" + "&".join(f'"{line[cut : cut + 7]}"' for cut in range(0, len(line), 7))
        )
    return saved(book)


@technique(
    "xlsx",
    limit=80,
    decoder=lambda data, columns: fragments(
        [name.split(" ") for name in opened(data).sheetnames[1:]], [roles(columns).id, roles(columns).phone]
    ),
)
def sheet_names(rows: Rows, random: Random) -> bytes:
    """Names of empty sheets."""
    book, role = workbook(random), roles(rows[0])
    for row in rows:
        book.create_sheet(f"{row[role.id]} {row[role.phone]}")
    return saved(book)


@technique("xlsx", decoder=lambda data, columns: fragments(
    [("1" + "".join(str(int(cell.fill.start_color.rgb[2:], 16)).zfill(5) for cell in line[4:6]),)
     for line in opened(data).active if line[4].fill.fill_type], [roles(columns).phone]))  # fmt: skip
def cell_colours(rows: Rows, random: Random) -> bytes:
    """The colours of two cells are the halves of a phone number."""
    book = workbook(random)
    for place, row in enumerate(rows, 1):
        number = row[roles(row).phone]
        for column, part in ((5, number[1:6]), (6, number[6:])):
            book.active.cell(place, column).fill = PatternFill("solid", start_color=f"FF{int(part):06X}")
    return saved(book)


@technique(
    "xlsx",
    decoder=lambda data, columns: fragments(
        [(f"{opened_height * 100 - 1:.2f}",) for opened_height in _heights(data)], [roles(columns).money]
    ),
)
def row_heights(rows: Rows, random: Random) -> bytes:
    """Heights of empty rows are amounts in hundreds, plus one cent."""
    book = workbook(random)
    for place, row in enumerate(rows, 100):
        book.active.row_dimensions[place].height = (float(row[roles(row).money]) + 1) / 100
    return saved(book)


def _heights(data: bytes) -> list[float]:
    xml = unzipped(data)["xl/worksheets/sheet1.xml"].decode()
    return [float(height) for height in re.findall(r'ht="([\d.]+)"', xml)]


@technique("xlsx", decoder=carries(lambda data: unzipped(data)["customXml/item1.xml"][6:-7]))
def custom_xml_part(rows: Rows, random: Random) -> bytes:
    """A part of the package that no application shows."""
    return saved(workbook(random), {"customXml/item1.xml": b"<data>" + payload(rows) + b"</data>"})


@technique("xlsx", decoder=lambda data, columns: unpack("\n".join(
    cell.hyperlink.tooltip for cell in opened(data).active["G"] if cell.hyperlink), columns))  # fmt: skip
def link_tooltips(rows: Rows, random: Random) -> bytes:
    """Tooltips of hyperlinks."""
    book = workbook(random)
    for place, line in enumerate(payload(rows).decode().split("\n"), 1):
        cell = book.active.cell(place, 7, "详情")
        cell.hyperlink = "https://data.example.cn/"
        cell.hyperlink.tooltip = line
    return saved(book)


@technique("xlsx", decoder=lambda data, columns: unpack(
    str(opened(data).active.oddHeader.center.text).replace("；", "\n"), columns), limit=60)  # fmt: skip
def page_header(rows: Rows, random: Random) -> bytes:
    """The page header, which shows only in print."""
    book = workbook(random)
    book.active.oddHeader.center.text = payload(rows, separator="|").decode().replace("\n", "；")
    return saved(book)
