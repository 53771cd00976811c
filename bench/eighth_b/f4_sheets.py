"""Workbooks: hidden sheets, comments, names, properties, caches and strings that no cell shows."""

from __future__ import annotations

import datetime
import io
import random
import re

from openpyxl import load_workbook
from openpyxl.chart import BarChart
from openpyxl.chart.data_source import (
    AxDataSource,
    NumData,
    NumDataSource,
    NumRef,
    NumVal,
    StrData,
    StrRef,
    StrVal,
)
from openpyxl.chart.series import Series
from openpyxl.comments import Comment
from openpyxl.packaging.custom import StringProperty
from openpyxl.workbook.defined_name import DefinedName

from bench.eighth_b.kit import (
    Parts,
    csv_rows,
    esc,
    found,
    labelled,
    number,
    threes,
    unlabelled,
    unzipped,
    zipped,
)
from bench.eighth_b.office import (
    KIND,
    OFFICE,
    SHEET,
    XML,
    add_part,
    add_relation,
    blank,
    saved,
    workbook,
    xlsx,
)
from bench.sixth.core import BOOK, CARE, MONEY, WEAK, WHO, Files, Row, Values, grid, technique

EPOCH = datetime.date(1899, 12, 30)


@technique("F4", "persons", *WHO)
def xlsx_very_hidden(rows: list[Row], rng: random.Random) -> Files:
    """A sheet that only the macro editor shows holds the records far from its first cell."""
    book, _ = workbook(rng)
    sheet = book.create_sheet("_xlcache")
    sheet.sheet_state = "veryHidden"
    for index, row in enumerate(grid(rows, *WHO)):
        for place, value in enumerate(row):
            sheet.cell(40 + index, 27 + place, value)
    return [("xlsx", xlsx(book))]


def xlsx_very_hidden_back(files: list[bytes]) -> Values:
    """The cells of the hidden sheet."""
    sheet = load_workbook(io.BytesIO(files[0]))["_xlcache"]
    return [tuple(str(v) for v in row) for row in sheet.iter_rows(min_row=40, min_col=27, values_only=True)]


@technique("F4", "persons", *CARE)
def xlsx_cell_comments(rows: list[Row], rng: random.Random) -> Files:
    """The comments on the cells of an aggregate name the persons behind them."""
    book, sheet = workbook(rng)
    notes: dict[str, list[str]] = {}
    for index, row in enumerate(grid(rows, *CARE)):
        notes.setdefault(f"{'BC'[index % 2]}{2 + index // 2 % 14}", []).append(labelled(CARE, row))
    for place, texts in notes.items():
        sheet[place].comment = Comment("复核：\n" + "\n".join(texts), "审核员")
    return [("xlsx", xlsx(book))]


def xlsx_cell_comments_back(files: list[bytes]) -> Values:
    """The lines of the comments."""
    sheet = next(iter(load_workbook(io.BytesIO(files[0]))))
    texts = [cell.comment.text for row in sheet.iter_rows() for cell in row if cell.comment]
    return [unlabelled(line) for text in texts for line in text.split("\n")[1:]]


@technique("F4", "firms", *BOOK)
def xlsx_defined_names(rows: list[Row], rng: random.Random) -> Files:
    """Hidden defined names are constants, one record each."""
    book, _ = workbook(rng)
    for index, row in enumerate(grid(rows, *BOOK)):
        name = f"_cfg{index:03d}"
        book.defined_names[name] = DefinedName(name, attr_text='"' + "|".join(row) + '"', hidden=True)
    return [("xlsx", xlsx(book))]


def xlsx_defined_names_back(files: list[bytes]) -> Values:
    """The constants of the names."""
    names = load_workbook(io.BytesIO(files[0])).defined_names
    return [tuple(str(name.attr_text).strip('"').split("|")) for name in names.values()]


@technique("F4", "persons", *WHO)
def xlsx_custom_props(rows: list[Row], _rng: random.Random) -> Files:
    """Custom properties of the workbook, one value each, hold the records."""
    book = blank()
    for index, row in enumerate(grid(rows, *WHO)):
        for place, value in enumerate(row):
            book.custom_doc_props.append(StringProperty(name=f"MSIP_Label_{index:03d}_{place}", value=value))
    return [("xlsx", xlsx(book))]


def xlsx_custom_props_back(files: list[bytes]) -> Values:
    """The properties in the order of their names."""
    props = {p.name: str(p.value) for p in load_workbook(io.BytesIO(files[0])).custom_doc_props.props}
    return threes([props[name] for name in sorted(props)], 3)


@technique("F4", "persons", *CARE)
def xlsx_pivot_cache(rows: list[Row], rng: random.Random) -> Files:
    """The cache of a pivot table that was deleted keeps its source records."""
    parts = saved(workbook(rng)[0])
    table = grid(rows, *CARE)
    items = "".join(f'<s v="{esc(row[0])}"/>' for row in table)
    fields = f'<cacheField name="姓名"><sharedItems count="{len(table)}">{items}</sharedItems></cacheField>'
    fields += "".join(f'<cacheField name="{name}"><sharedItems/></cacheField>' for name in CARE[1:])
    source = '<cacheSource type="worksheet"><worksheetSource ref="A1:D61" sheet="明细"/></cacheSource>'
    head = f'xmlns="{SHEET}" xmlns:r="{OFFICE}" r:id="rId1" recordCount="{len(table)}"'
    cache = f'{XML}<pivotCacheDefinition {head}>{source}<cacheFields count="4">{fields}</cacheFields>'
    records = "".join(
        f'<r><x v="{i}"/><d v="{birth}T00:00:00"/><d v="{visit}T00:00:00"/><n v="{float(money)!r}"/></r>'
        for i, (_, birth, visit, money) in enumerate(table)
    )
    folder = "xl/pivotCache/pivotCache"
    kind = KIND + "spreadsheetml.pivotCache"
    add_part(parts, folder + "Definition1.xml", cache + "</pivotCacheDefinition>", kind + "Definition+xml")
    body = f'{XML}<pivotCacheRecords xmlns="{SHEET}" count="{len(table)}">{records}</pivotCacheRecords>'
    add_part(parts, folder + "Records1.xml", body, kind + "Records+xml")
    add_relation(parts, folder + "Definition1.xml", "rId1", "pivotCacheRecords", "pivotCacheRecords1.xml")
    target = "pivotCache/pivotCacheDefinition1.xml"
    add_relation(parts, "xl/workbook.xml", "rId90", "pivotCacheDefinition", target)
    entry = f'<pivotCaches><pivotCache cacheId="1" xmlns:r="{OFFICE}" r:id="rId90"/></pivotCaches></workbook>'
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(b"</workbook>", entry.encode())
    return [("xlsx", zipped(parts))]


def xlsx_pivot_cache_back(files: list[bytes]) -> Values:
    """The records of the cache with their shared items put in."""
    parts = unzipped(files[0])
    names = found(r'<s v="(.*?)"/>', parts["xl/pivotCache/pivotCacheDefinition1.xml"])
    pattern = r'<r><x v="(\d+)"/><d v="(.{10}).*?"/><d v="(.{10}).*?"/><n v="(.*?)"/></r>'
    hits = re.findall(pattern, parts["xl/pivotCache/pivotCacheRecords1.xml"].decode())
    return [(names[int(i)], birth, visit, number(money)) for i, birth, visit, money in hits]


@technique("F4", "firms", *MONEY)
def xlsx_chart_cache(rows: list[Row], rng: random.Random) -> Files:
    """The caches of a chart keep labels and figures of a sheet that is no longer there."""
    book, sheet = workbook(rng)
    table = grid(rows, *MONEY)
    chart = BarChart()
    labels = StrData(ptCount=len(table), pt=[StrVal(idx=i, v=row[0]) for i, row in enumerate(table)])
    for place in (1, 2):
        points = [NumVal(idx=i, v=row[place]) for i, row in enumerate(table)]
        cache = NumData(formatCode="General", ptCount=len(table), pt=points)
        series = Series(idx=place, order=place)
        series.val = NumDataSource(numRef=NumRef(f=f"'明细'!$B${place}:$B$60", numCache=cache))
        series.cat = AxDataSource(strRef=StrRef(f="'明细'!$A$2:$A$60", strCache=labels))
        chart.series.append(series)
    sheet.add_chart(chart, "F2")
    return [("xlsx", xlsx(book))]


def xlsx_chart_cache_back(files: list[bytes]) -> Values:
    """The labels and the points of both series."""
    chart = unzipped(files[0])["xl/charts/chart1.xml"].decode()
    names = found(r"<v>(.*?)</v>", re.findall(r"<strCache>(.*?)</strCache>", chart, re.DOTALL)[0])
    caches = re.findall(r"<numCache>(.*?)</numCache>", chart, re.DOTALL)
    caps, incomes = ([number(v) for v in found(r"<v>(.*?)</v>", cache)] for cache in caches)
    return list(zip(names, caps, incomes, strict=True))


@technique("F4", "persons", *WEAK)
def xlsx_external_cache(rows: list[Row], _rng: random.Random) -> Files:
    """The cached cells of a linked workbook hold dates as serial numbers and sums."""
    parts = saved(blank())
    lines = []
    for index, (birth, visit, money) in enumerate(grid(rows, *WEAK), 1):
        days = [str((datetime.date.fromisoformat(day) - EPOCH).days) for day in (birth, visit)]
        cells = zip("ABC", [*days, money], strict=True)
        inner = "".join(f'<cell r="{place}{index}"><v>{value}</v></cell>' for place, value in cells)
        lines.append(f'<row r="{index}">{inner}</row>')
    data = f'<sheetDataSet><sheetData sheetId="0">{"".join(lines)}</sheetData></sheetDataSet>'
    names = '<sheetNames><sheetName val="台账"/></sheetNames>'
    inner = f'<externalBook xmlns:r="{OFFICE}" r:id="rId1">{names}{data}'
    body = f'{XML}<externalLink xmlns="{SHEET}">{inner}</externalBook></externalLink>'
    name = "xl/externalLinks/externalLink1.xml"
    add_part(parts, name, body, KIND + "spreadsheetml.externalLink+xml")
    add_relation(parts, name, "rId1", "externalLinkPath", "file:///D:/2026/Q1.xlsx")
    add_relation(parts, "xl/workbook.xml", "rId91", "externalLink", "externalLinks/externalLink1.xml")
    entry = f'<externalReference xmlns:r="{OFFICE}" r:id="rId91"/>'
    entry = f"</sheets><externalReferences>{entry}</externalReferences>"
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(b"</sheets>", entry.encode())
    return [("xlsx", zipped(parts))]


def xlsx_external_cache_back(files: list[bytes]) -> Values:
    """The cached cells, three a row."""
    cells = threes(found(r"<v>(.*?)</v>", unzipped(files[0])["xl/externalLinks/externalLink1.xml"]), 3)
    days = [[(EPOCH + datetime.timedelta(int(d))).isoformat() for d in cell[:2]] for cell in cells]
    return [(*pair, number(cell[2])) for pair, cell in zip(days, cells, strict=True)]


def with_strings(parts: Parts, texts: list[str]) -> bytes:
    """A workbook whose cells share their strings, with more strings than the cells use."""
    shared: list[str] = []

    def share(hit: re.Match[str]) -> str:
        shared.append(hit[1])
        return f't="s"><v>{len(shared) - 1}</v></c>'

    name = "xl/worksheets/sheet1.xml"
    sheet = re.sub(r't="inlineStr"><is><t>(.*?)</t></is></c>', share, parts[name].decode())
    parts[name] = sheet.encode()
    items = "".join(f"<si><t>{text}</t></si>" for text in shared + [esc(text) for text in texts])
    body = f'{XML}<sst xmlns="{SHEET}" count="{len(shared)}">{items}</sst>'
    add_part(parts, "xl/sharedStrings.xml", body, KIND + "spreadsheetml.sharedStrings+xml")
    add_relation(parts, "xl/workbook.xml", "rId93", "sharedStrings", "sharedStrings.xml")
    return zipped(parts)


@technique("F4", "firms", *BOOK)
def xlsx_orphan_strings(rows: list[Row], rng: random.Random) -> Files:
    """Shared strings that no cell refers to remain of deleted rows."""
    texts = [",".join(row) for row in grid(rows, *BOOK)]
    return [("xlsx", with_strings(saved(workbook(rng)[0]), texts))]


def xlsx_orphan_strings_back(files: list[bytes]) -> Values:
    """The shared strings with commas."""
    texts = found(r"<t>(.*?)</t>", unzipped(files[0])["xl/sharedStrings.xml"])
    return csv_rows("\n".join(text for text in texts if "," in text))
