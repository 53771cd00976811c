"""Documents: workbooks in older and other forms, letters, slides, boards and books."""

from __future__ import annotations

import html
import re
import struct
import zlib

from openpyxl import Workbook
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Font

from bench.fresh.core import chunked, gz, plain, technique
from bench.held_out.core import (
    ADDR,
    AMT,
    BIRTH,
    BOOK,
    BOSS,
    CAP,
    FIRM,
    FTEL,
    ID,
    NAME,
    SICK,
    TEL,
    USCC,
    WHO,
    Files,
    Values,
    aggregate,
    grid,
    tuples,
    unzip,
    workbook_bytes,
    zip_bytes,
)


@technique("persons", NAME, ID, BIRTH, TEL)
def workbook_of_2003(rows, _rng) -> Files:
    """A workbook in the one-file XML of 2003, the birth date a DateTime cell."""
    body = "\n".join(
        f'<Row><Cell><Data ss:Type="String">{r[NAME]}</Data></Cell><Cell ss:Index="3"><D'
        f'ata ss:Type="String">{r[ID]}'
        f'</Data></Cell><Cell><Data ss:Type="DateTime">{r[BIRTH]}T00:00:00.000</Data></Cell>'
        f'<Cell><Data ss:Type="Number">{r[TEL]}</Data></Cell></Row>'
        for r in rows
    )
    head = '<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n'
    sheet = (
        '<Workbook xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">\n<Worksheet ss:'
        'Name="表"><Table>\n'
    )
    return plain("xml", f"{head}{sheet}{body}\n</Table></Worksheet></Workbook>\n")


def workbook_of_2003_back(files) -> Values:
    cells = re.findall(r"<Data ss:Type=\"\w+\">(.+?)</Data>", files[0].decode())
    return [(n, k, b[:10], t) for n, k, b, t in chunked(cells, 4)]


@technique("firms", USCC, FIRM, BOSS, FTEL)
def symbolic_link_sheet(rows, _rng) -> Files:
    """A sheet in SYLK, in GBK."""
    out = ["ID;PWXL;N;E"]
    for y, line in enumerate(grid(rows, (USCC, FIRM, BOSS, FTEL)), 1):
        out += [f'C;Y{y};X{x};K"{v}"' for x, v in enumerate(line, 1)]
    return [("slk", "\r\n".join([*out, "E", ""]).encode("gbk"))]


def symbolic_link_sheet_back(files) -> Values:
    return tuples(chunked(re.findall(r'K"(.+?)"', files[0].decode("gbk")), 4))


@technique("persons", NAME, TEL, AMT)
def interchange_of_visicalc(rows, _rng) -> Files:
    """A sheet in DIF: vectors and tuples, texts and numbers on lines of their own."""
    out = [
        "TABLE",
        "0,1",
        '"EXCEL"',
        "VECTORS",
        f"0,{len(rows)}",
        '""',
        "TUPLES",
        "0,3",
        '""',
        "DATA",
        "0,0",
        '""',
    ]
    for r in rows:
        out += ["-1,0", "BOT", "1,0", f'"{r[NAME]}"', f"0,{r[TEL]}", "V", f"0,{r[AMT]}", "V"]
    return plain("dif", "\n".join([*out, "-1,0", "EOD", ""]))


def interchange_of_visicalc_back(files) -> Values:
    return re.findall(r'BOT\n1,0\n"(.+?)"\n0,(\d+)\nV\n0,(\S+)\nV', files[0].decode())


@technique("persons", NAME, ID, ADDR)
def page_called_workbook(rows, _rng) -> Files:
    """A web page with a workbook's name, as exports of old systems are, in GB 18030."""
    body = "\n".join(
        f'<tr><td x:str>{r[NAME]}</td><td style="mso-number-format:\\@">{r[ID]}</td><td>{r[ADDR]}</td></tr>'
        for r in rows
    )
    head = '<html xmlns:x="urn:schemas-microsoft-com:office:excel"><meta charset="gb18030"><table border=1>\n'
    return [("xls", f"{head}{body}\n</table></html>".encode("gb18030"))]


def page_called_workbook_back(files) -> Values:
    cells = re.findall(r"<td[^>]*>(.+?)</td>", files[0].decode("gb18030"))
    return tuples(chunked(cells, 3))


@technique("firms", USCC, FIRM, CAP)
def flat_open_sheet(rows, _rng) -> Files:
    """An OpenDocument sheet in one flat XML file, the numbers only as attributes."""
    body = "\n".join(
        '<table:table-row><table:table-cell office:value-type="string"><text:p>'
        f"{r[FIRM]}</text:p></table:table-cell>"
        f'<table:table-cell office:value-type="float" office:value="{r[CAP]}"><text:p>**'
        "*</text:p></table:table-cell>"
        f'<table:table-cell office:value-type="string" office:string-value="{r[USCC]}"/></table:table-row>'
        for r in rows
    )
    head = '<office:document xmlns:office="urn:o" xmlns:table="urn:t" xmlns:text="urn:x"><office:body>\n'
    return plain("fods", f"{head}<table:table>\n{body}\n</table:table></office:body></office:document>\n")


def flat_open_sheet_back(files) -> Values:
    shape = r'<text:p>([^*]+?)</text:p>.+?office:value="(.+?)".+?string-value="(.+?)"'
    return [(u, f, c) for f, c, u in re.findall(shape, files[0].decode())]


@technique("persons", NAME, ID, TEL)
def compressed_gnumeric_sheet(rows, _rng) -> Files:
    """A workbook of Gnumeric: XML in GZIP."""
    cells = "".join(
        f'<gnm:Cell Row="{y}" Col="{x}" ValueType="60">{r[c]}</gnm:Cell>\n'
        for y, r in enumerate(rows)
        for x, c in enumerate(WHO)
    )
    return [
        (
            "gnumeric",
            gz(f'<gnm:Workbook xmlns:gnm="urn:g"><gnm:Cells>\n{cells}</gnm:Cells></gnm:Workbook>'.encode()),
        )
    ]


def compressed_gnumeric_sheet_back(files) -> Values:
    text = zlib.decompress(files[0], 31).decode()
    return tuples(chunked(re.findall(r'ValueType="60">(.+?)<', text), 3))


@technique("persons", NAME, ID, AMT)
def binary_sheet_of_1987(rows, _rng) -> Files:
    """A sheet in the first binary form of Excel: records of labels and numbers."""
    out = struct.pack("<HHHH", 9, 4, 2, 16)
    for y, r in enumerate(rows):
        for x, c in enumerate((NAME, ID)):
            data = r[c].encode("gbk")
            out += struct.pack("<HHHH3sB", 4, 8 + len(data), y, x, b"\0\0\0", len(data)) + data
        out += struct.pack("<HHHH3sd", 3, 15, y, 2, b"\0\0\0", float(r[AMT]))
    return [("xls", out + struct.pack("<HH", 10, 0))]


def binary_sheet_of_1987_back(files) -> Values:
    at, cells = 0, []
    while at < len(files[0]):
        kind, size = struct.unpack_from("<HH", files[0], at)
        body = files[0][at + 4 : at + 4 + size]
        if kind == 4:
            cells.append(body[8:].decode("gbk"))
        elif kind == 3:
            cells.append(f"{struct.unpack('<d', body[7:])[0]:.2f}")
        at += 4 + size
    return tuples(chunked(cells, 3))


def _letter(body: str, **parts: str) -> bytes:
    """A small Word file with further parts under word/."""
    name = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    types = "".join(f'<Override PartName="/word/{p}.xml" ContentType="{kind}.{p}+xml"/>' for p in parts)
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    document = f'{head}<w:document xmlns:w="{name}"><w:body>{body}</w:body></w:document>'
    content = (
        f'{head}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-typ'
        'es"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
        'ContentType="application/xml"/><Override PartName="/word/document.xml" Content'
        f'Type="{kind}.document.main+xml"/>'
        f"{types}</Types>"
    )
    space = "http://schemas.openxmlformats.org"
    relation = (
        f'{head}<Relationships xmlns="{space}/package/2006/relationships"><Relationship Id="r1" '
        f'Type="{space}/officeDocument/2006/relationships/officeDocument" Target="word/d'
        'ocument.xml"/></Relationships>'
    )
    members = [("[Content_Types].xml", content), ("_rels/.rels", relation), ("word/document.xml", document)]
    members += [(f"word/{p}.xml", f"{head}{text}") for p, text in parts.items()]
    return zip_bytes([(n, t.encode()) for n, t in members])


@technique("persons", NAME, ID, TEL)
def variables_of_a_letter(rows, _rng) -> Files:
    """A letter of one sentence whose settings hold document variables."""
    body = "".join(
        f'<w:docVar w:name="v{i}" w:val="{"~".join(line)}"/>' for i, line in enumerate(grid(rows, WHO))
    )
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    settings = f'<w:settings xmlns:w="{space}"><w:docVars>{body}</w:docVars></w:settings>'
    return [("docx", _letter("<w:p><w:r><w:t>数据质量说明，另附。</w:t></w:r></w:p>", settings=settings))]


def variables_of_a_letter_back(files) -> Values:
    text = unzip(files[0])["word/settings.xml"].decode()
    return [tuple(v.split("~")) for v in re.findall(r'w:val="(.+?)"', text)]


@technique("firms", FIRM, USCC, FTEL)
def choices_of_a_form(rows, _rng) -> Files:
    """A form of Word with one drop-down list; what a choice shows is a firm, its value the rest."""
    items = "".join(f'<w:listItem w:displayText="{r[FIRM]}" w:value="{r[USCC]}{r[FTEL]}"/>' for r in rows)
    body = (
        f"<w:sdt><w:sdtPr><w:dropDownList>{items}</w:dropDownList></w:sdtPr><w:sdtContent><w"
        ":p><w:r><w:t>请选择</w:t></w:r></w:p></w:sdtContent></w:sdt>"
    )
    return [("docx", _letter(body))]


def choices_of_a_form_back(files) -> Values:
    text = unzip(files[0])["word/document.xml"].decode()
    return re.findall(r'displayText="(.+?)" w:value="(.{18})(.+?)"', text)


@technique("persons", NAME, SICK, TEL)
def letters_split_in_runs(rows, _rng) -> Files:
    """A notice of Word in which every character is a run of its own between marks of spelling."""
    text = "".join(f"{r[NAME]}患{r[SICK]}，电{r[TEL]}。" for r in rows)
    body = "".join(f'<w:proofErr w:type="spellStart"/><w:r><w:t>{c}</w:t></w:r>' for c in text)
    return [("docx", _letter(f"<w:p>{body}</w:p>"))]


def letters_split_in_runs_back(files) -> Values:
    text = "".join(re.findall(r"<w:t>(.)</w:t>", unzip(files[0])["word/document.xml"].decode()))
    return re.findall(r"([^。]+?)患([^，]+)，电(\d+)。", text)


def _summary(rng) -> Workbook:
    """A workbook with an innocent sheet."""
    book = Workbook()
    book.active.title = "汇总"
    for line in [["区县", "人次", "次均"], *aggregate(rng)]:
        book.active.append(line)
    return book


@technique("persons", NAME, ID, TEL)
def rules_of_conditional_format(rows, rng) -> Files:
    """A summary whose conditional formats compare with texts that are people."""
    book = _summary(rng)
    for i, r in enumerate(rows, 1):
        rule = FormulaRule(formula=[f'$A$1="{r[NAME]}|{r[ID]}|{r[TEL]}"'], font=Font(bold=True))
        book.active.conditional_formatting.add(f"B{i}", rule)
    return [("xlsx", workbook_bytes(book))]


def rules_of_conditional_format_back(files) -> Values:
    text = html.unescape(unzip(files[0])["xl/worksheets/sheet1.xml"].decode())
    return [tuple(v.split("|")) for v in re.findall(r'<formula>\$A\$1="(.+?)"</formula>', text)]


@technique("firms", *BOOK)
def scenarios_of_a_sheet(rows, rng) -> Files:
    """A summary with what-if scenarios: their names, comments and input values."""
    book = _summary(rng)
    body = "".join(
        f'<scenario name="{r[FIRM]}" count="1" comment="{r[USCC]}"><inputCells r="B2" va'
        f'l="{r[FTEL]}"/></scenario>'
        for r in rows
    )

    def edit(parts: dict[str, bytes]) -> None:
        sheet = parts["xl/worksheets/sheet1.xml"].decode()
        added = f'</sheetData><scenarios current="0">{body}</scenarios>'
        parts["xl/worksheets/sheet1.xml"] = sheet.replace("</sheetData>", added).encode()

    return [("xlsx", workbook_bytes(book, edit))]


def scenarios_of_a_sheet_back(files) -> Values:
    text = unzip(files[0])["xl/worksheets/sheet1.xml"].decode()
    return [
        (u, f, t) for f, u, t in re.findall(r'name="(.+?)" count="1" comment="(.+?)">.+?val="(\d+)"', text)
    ]


@technique("persons", NAME, ID, AMT)
def cache_of_a_linked_book(rows, rng) -> Files:
    """A summary with a link to another workbook, whose cells are kept in the link."""
    book = _summary(rng)
    cells = "".join(
        f'<row r="{i}"><cell r="A{i}" t="str"><v>{r[NAME]}</v></cell><cell r="B{i}" t="s'
        f'tr"><v>{r[ID]}</v></cell>'
        f'<cell r="C{i}"><v>{r[AMT]}</v></cell></row>'
        for i, r in enumerate(rows, 1)
    )
    link = (
        '<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><externalBook><sheetNames>'
        f'<sheetName val="S"/></sheetNames><sheetDataSet><sheetData sheetId="0">{cells}<'
        "/sheetData></sheetDataSet>"
        "</externalBook></externalLink>"
    )

    def edit(parts: dict[str, bytes]) -> None:
        parts["xl/externalLinks/externalLink1.xml"] = link.encode()

    return [("xlsx", workbook_bytes(book, edit))]


def cache_of_a_linked_book_back(files) -> Values:
    text = unzip(files[0])["xl/externalLinks/externalLink1.xml"].decode()
    return tuples(chunked(re.findall(r"<v>(.+?)</v>", text), 3))


@technique("persons", NAME, BIRTH, AMT)
def cache_of_a_chart(rows, rng) -> Files:
    """A summary with a chart whose kept series are people: names as categories, sums and dates as values."""
    book = _summary(rng)

    def points(values) -> str:
        return "".join(f'<c:pt idx="{i}"><c:v>{v}</c:v></c:pt>' for i, v in enumerate(values))

    chart = (
        '<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"><c:chart><c:plotArea><c:bubbleChart>'
        f"<c:ser><c:cat><c:strCache>{points(r[NAME] for r in rows)}</c:strCache></c:cat>"
        f"<c:xVal><c:numCache>{points(r[BIRTH].replace('-', '') for r in rows)}</c:numCache></c:xVal>"
        f"<c:yVal><c:numCache>{points(r[AMT] for r in rows)}</c:numCache></c:yVal></c:ser>"
        "</c:bubbleChart></c:plotArea></c:chart></c:chartSpace>"
    )

    def edit(parts: dict[str, bytes]) -> None:
        parts["xl/charts/chart1.xml"] = chart.encode()

    return [("xlsx", workbook_bytes(book, edit))]


def cache_of_a_chart_back(files) -> Values:
    values = re.findall(r"<c:v>(.+?)</c:v>", unzip(files[0])["xl/charts/chart1.xml"].decode())
    names, days, sums = chunked(values, len(values) // 3)
    return [(n, f"{b[:4]}-{b[4:6]}-{b[6:]}", a) for n, b, a in zip(names, days, sums, strict=True)]
