"""Files of offices and of older systems: spreadsheets, text documents, slides, PDF, Stata, Arrow, SQLite, mainframe."""

from __future__ import annotations

import io
import os
import random
import re
import sqlite3
import tempfile
import zipfile
import zlib
from datetime import datetime
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import openpyxl
import pandas as pd
import pyarrow as pa
from openpyxl.worksheet.datavalidation import DataValidation

from bench.sixth.core import (
    ADDR,
    ALPHABET,
    AMT,
    BOSS,
    CAP,
    FIRM,
    FTEL,
    ID,
    INCOME,
    NAME,
    SICK,
    TEL,
    USCC,
    VISIT,
    Files,
    Row,
    Values,
    id_text,
    technique,
)

PLACES = [
    "红花岗区",
    "汇川区",
    "播州区",
    "桐梓县",
    "绥阳县",
    "正安县",
    "道真县",
    "务川县",
    "凤冈县",
    "湄潭县",
    "余庆县",
    "习水县",
    "赤水市",
    "仁怀市",
]
FILLER = [
    "本季度各县区工作总体平稳，重点指标完成情况良好。",
    "下一步将继续加强数据质量核查，完善共享目录。",
    "从区域分布看，中心城区占比略有上升。",
    "受季节因素影响，部分指标出现小幅波动。",
    "建议相关部门按月报送，并于次月五日前完成复核。",
    "与上年同期相比，增速回落但仍处于合理区间。",
    "各单位应明确专人负责，形成闭环管理。",
    "样本覆盖十四个县区，口径与年度统计一致。",
]


def cents(text: str) -> int:
    return int(text.replace(".", ""))


def money(number: int) -> str:
    return f"{number // 100}.{number % 100:02d}"


def book(wb: openpyxl.Workbook) -> bytes:
    raw, out = io.BytesIO(), io.BytesIO()
    wb.save(raw)
    with zipfile.ZipFile(raw) as a, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as b:
        for name in a.namelist():
            data = a.read(name)
            if name == "docProps/core.xml":
                data = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2025-06-03T09:00:00Z", data)
            b.writestr(zipfile.ZipInfo(name, (2025, 6, 3, 9, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def unbook(data: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(data))


def pack(parts: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name, text in parts.items():
            z.writestr(zipfile.ZipInfo(name, (2025, 6, 3, 9, 0, 0)), text.encode(), zipfile.ZIP_DEFLATED)
    return out.getvalue()


def part(data: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as z:
        return z.read(name).decode()


XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
OFFICE = "application/vnd.openxmlformats-officedocument."
RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def docx(body: str, extra: dict[str, str] | None = None) -> bytes:
    return pack(
        {
            "[Content_Types].xml": XML
            + '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/word/document.xml" ContentType="{OFFICE}wordprocessingml.document.main+xml"/></Types>',
            "_rels/.rels": XML
            + '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="rId1" Type="{RELS}/officeDocument" Target="word/document.xml"/></Relationships>',
            "word/document.xml": XML + f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>',
            **(extra or {}),
        }
    )


# 1 ------------------------------------------------------------------------------------------------------------
@technique("spreadsheet", "persons", NAME, TEL)
def number_formats(rows: list[Row], rng: random.Random) -> Files:
    """A sheet of counts in which the number format of a cell, not its value, holds the name and the telephone."""
    wb = openpyxl.Workbook()
    ws = wb.active
    ws.title = "分县区统计"
    ws.append(["县区", "一季度", "二季度", "三季度", "四季度"])
    left = list(rows)
    for i in range(max(14, (len(rows) + 3) // 4)):
        ws.append(
            [PLACES[i % 14] + ("" if i < 14 else "(续)"), *(rng.randrange(100, 4000) for _ in range(4))]
        )
        for cell in ws[ws.max_row][1:]:
            if left:
                row = left.pop()
                cell.number_format = f'#,##0"人";-#,##0"人";"{row[NAME]}";"{row[TEL]}"'
    return [("xlsx", book(wb))]


def number_formats_back(files: list[bytes]) -> Values:
    out = []
    for line in unbook(files[0]).active.iter_rows(min_row=2, min_col=2):
        for cell in line:
            if cell.number_format.startswith('#,##0"人"'):
                quoted = re.findall('"([^"]*)"', cell.number_format)
                out.append((quoted[2], quoted[3]))
    return out


# 2 ------------------------------------------------------------------------------------------------------------
@technique("spreadsheet", "persons", TEL, AMT)
def row_heights(rows: list[Row], rng: random.Random) -> Files:
    """A long questionnaire sheet whose row heights, in quarter points, are pairs of digits."""
    wb = openpyxl.Workbook()
    ws = wb.active
    ws.title = "指标说明"
    line = 1
    for row in rows:
        digits = row[TEL] + f"{cents(row[AMT]):011d}"
        for i in range(0, 22, 2):
            ws.cell(line, 1, line)
            ws.cell(line, 2, FILLER[rng.randrange(len(FILLER))])
            ws.row_dimensions[line].height = 14 + int(digits[i : i + 2]) / 4
            line += 1
    ws.column_dimensions["B"].width = 48
    return [("xlsx", book(wb))]


def row_heights_back(files: list[bytes]) -> Values:
    ws = unbook(files[0]).active
    pairs = [f"{round((ws.row_dimensions[i].height - 14) * 4):02d}" for i in range(1, ws.max_row + 1)]
    out = []
    for i in range(0, len(pairs), 11):
        digits = "".join(pairs[i : i + 11])
        out.append((digits[:11], money(int(digits[11:]))))
    return out


# 3 ------------------------------------------------------------------------------------------------------------
@technique("spreadsheet", "firms", USCC, FTEL, CAP)
def formula_model(rows: list[Row], rng: random.Random) -> Files:
    """A workbook without a single cached value: codes and numbers come into being when formulas over a parameter sheet are calculated."""
    wb = openpyxl.Workbook()
    ws, par = wb.active, wb.create_sheet("参数")
    ws.title = "测算"
    par["A1"] = ALPHABET
    ws.append(["编号", "系数", "基数", "比例"])
    for i, row in enumerate(rows, 2):
        a, b = rng.randrange(10**4, 10**5), rng.randrange(3, 60)
        par[f"B{i}"] = a
        par[f"C{i}"] = b
        spots = [ALPHABET.index(c) + 1 for c in row[USCC]]
        ws[f"A{i}"] = "=" + "&".join(f"MID(参数!$A$1,{s},1)" for s in spots)
        q, r = divmod(int(row[FTEL]), a)
        ws[f"B{i}"] = f"=参数!B{i}*{q}+{r}"
        ws[f"C{i}"] = f"=({cents(row[CAP]) * b + b * b}/参数!C{i}-参数!C{i})/100"
        ws[f"D{i}"] = f"=C{i}/SUM(C$2:C${len(rows) + 1})"
    return [("xlsx", book(wb))]


def formula_model_back(files: list[bytes]) -> Values:
    wb = unbook(files[0])
    ws, par = wb["测算"], wb["参数"]
    out = []
    for i in range(2, ws.max_row + 1):
        code = "".join(par["A1"].value[int(s) - 1] for s in re.findall(r",(\d+),1\)", ws[f"A{i}"].value))
        q, r = re.search(r"\*(\d+)\+(\d+)", ws[f"B{i}"].value).groups()
        b = par[f"C{i}"].value
        total = int(re.search(r"\((\d+)/", ws[f"C{i}"].value).group(1))
        out.append((code, str(par[f"B{i}"].value * int(q) + int(r)), money(total // b - b)))
    return out


# 4 ------------------------------------------------------------------------------------------------------------
@technique("spreadsheet", "firms", FIRM, BOSS, FTEL)
def entry_form(rows: list[Row], rng: random.Random) -> Files:
    """An empty entry form whose drop-down lists offer the firms, their heads and telephones as choices."""
    wb = openpyxl.Workbook()
    ws = wb.active
    ws.title = "填报模板"
    ws.append(["序号", "填报单位", "负责人", "联系方式", "是否达标"])
    for i, row in enumerate(rows, 2):
        ws.cell(i, 1, i - 1)
        for column, field in zip("BCD", (FIRM, BOSS, FTEL)):
            choice = DataValidation(type="list", formula1=f'"{row[field]},其他"', allow_blank=True)
            choice.add(f"{column}{i}")
            ws.add_data_validation(choice)
    yes = DataValidation(type="list", formula1='"是,否"', allow_blank=True)
    yes.add(f"E2:E{len(rows) + 1}")
    ws.add_data_validation(yes)
    return [("xlsx", book(wb))]


def entry_form_back(files: list[bytes]) -> Values:
    cells = {
        str(d.sqref): d.formula1.strip('"').split(",")[0]
        for d in unbook(files[0]).active.data_validations.dataValidation
    }
    return [tuple(cells[f"{c}{i}"] for c in "BCD") for i in range(2, len(cells) // 3 + 2)]


# 5 ------------------------------------------------------------------------------------------------------------
@technique("document", "persons", ID, TEL)
def revision_ids(rows: list[Row], rng: random.Random) -> Files:
    """A Word report whose paragraphs bear the usual revision identifiers (rsid), four of 24 bits each: a record a paragraph."""
    body = []
    for row in rows:
        number = int(row[ID][:17] + row[TEL][1:])
        parts = [f"00{number >> s & 0xFFFFFF:06X}" for s in (72, 48, 24, 0)]
        marks = " ".join(f'w:{k}="{v}"' for k, v in zip(("rsidR", "rsidRPr", "rsidRDefault", "rsidP"), parts))
        body.append(f"<w:p {marks}><w:r><w:t>{''.join(rng.sample(FILLER, 2))}</w:t></w:r></w:p>")
    return [("docx", docx("".join(body)))]


def revision_ids_back(files: list[bytes]) -> Values:
    out = []
    for p in ElementTree.fromstring(part(files[0], "word/document.xml")).iter(f"{{{WORD}}}p"):
        number = 0
        for k in ("rsidR", "rsidRPr", "rsidRDefault", "rsidP"):
            number = number << 24 | int(p.get(f"{{{WORD}}}{k}"), 16)
        digits = f"{number:027d}"
        out.append((id_text(int(digits[:17])), "1" + digits[17:]))
    return out


# 6 ------------------------------------------------------------------------------------------------------------
@technique("document", "persons", NAME, ADDR, VISIT)
def tracked_changes(rows: list[Row], rng: random.Random) -> Files:
    """A case report that was anonymised with track changes on: the deleted text is still there beside its replacement."""
    who = 'w:author="审核员" w:date="2025-06-03T09:00:00Z"'

    def change(n: int, old: str, new: str) -> str:
        return (
            f'<w:del w:id="{n}" {who}><w:r><w:delText>{escape(old)}</w:delText></w:r></w:del>'
            f'<w:ins w:id="{n + 1}" {who}><w:r><w:t>{new}</w:t></w:r></w:ins>'
        )

    def text(s: str) -> str:
        return f"<w:r><w:t>{s}</w:t></w:r>"

    body = []
    for i, row in enumerate(rows):
        body.append(
            f"<w:p>{text(f'案例{i + 1}：患者')}{change(6 * i, row[NAME], '某某')}{text('，家住')}"
            f"{change(6 * i + 2, row[ADDR], '本市')}{text('，于')}{change(6 * i + 4, row[VISIT], '近期')}"
            f"{text('就诊。' + rng.choice(FILLER))}</w:p>"
        )
    return [("docx", docx("".join(body)))]


def tracked_changes_back(files: list[bytes]) -> Values:
    root = ElementTree.fromstring(part(files[0], "word/document.xml"))
    return [tuple(d.text for d in p.iter(f"{{{WORD}}}delText")) for p in root.iter(f"{{{WORD}}}p")]


# 7 ------------------------------------------------------------------------------------------------------------
CHART = "http://schemas.openxmlformats.org/drawingml/2006/chart"
DRAW = "http://schemas.openxmlformats.org/drawingml/2006/main"


@technique("document", "firms", FIRM, CAP, INCOME)
def chart_cache(rows: list[Row], rng: random.Random) -> Files:
    """A slide with a scatter chart, whose cached points and point labels are one firm each."""

    def cache(kind: str, values: list[str]) -> str:
        pts = "".join(f'<c:pt idx="{i}"><c:v>{escape(v)}</c:v></c:pt>' for i, v in enumerate(values))
        return f'<c:{kind}><c:ptCount val="{len(values)}"/>{pts}</c:{kind}>'

    xs = f"<c:xVal><c:numRef><c:f>Sheet1!$B$2</c:f>{cache('numCache', [r[CAP] for r in rows])}</c:numRef></c:xVal>"
    ys = f"<c:yVal><c:numRef><c:f>Sheet1!$C$2</c:f>{cache('numCache', [r[INCOME] for r in rows])}</c:numRef></c:yVal>"
    labels = (
        "<c:dLbls>"
        + "".join(
            f'<c:dLbl><c:idx val="{i}"/><c:tx><c:rich><a:p><a:r><a:rPr sz="100"/><a:t>{escape(r[FIRM])}</a:t></a:r></a:p></c:rich></c:tx>'
            '<c:showVal val="0"/></c:dLbl>'
            for i, r in enumerate(rows)
        )
        + "</c:dLbls>"
    )
    chart = (
        XML + f'<c:chartSpace xmlns:c="{CHART}" xmlns:a="{DRAW}"><c:chart><c:plotArea><c:scatterChart>'
        f'<c:ser><c:idx val="0"/>{labels}{xs}{ys}</c:ser></c:scatterChart></c:plotArea></c:chart></c:chartSpace>'
    )
    pml = "http://schemas.openxmlformats.org/presentationml/2006/main"
    slide = (
        XML
        + f'<p:sld xmlns:p="{pml}" xmlns:a="{DRAW}" xmlns:r="{RELS}"><p:cSld><p:spTree><p:graphicFrame><a:graphic>'
        f'<a:graphicData uri="{CHART}"><c:chart xmlns:c="{CHART}" r:id="rId1"/></a:graphicData></a:graphic></p:graphicFrame>'
        "</p:spTree></p:cSld></p:sld>"
    )
    package = "http://schemas.openxmlformats.org/package/2006/"

    def rels(*items: tuple[str, str]) -> str:
        inner = "".join(
            f'<Relationship Id="rId{i}" Type="{RELS}/{t}" Target="{g}"/>' for i, (t, g) in enumerate(items, 1)
        )
        return XML + f'<Relationships xmlns="{package}relationships">{inner}</Relationships>'

    return [
        (
            "pptx",
            pack(
                {
                    "[Content_Types].xml": XML
                    + f'<Types xmlns="{package}content-types"><Default Extension="rels" '
                    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
                    f'<Override PartName="/ppt/presentation.xml" ContentType="{OFFICE}presentationml.presentation.main+xml"/>'
                    f'<Override PartName="/ppt/slides/slide1.xml" ContentType="{OFFICE}presentationml.slide+xml"/>'
                    f'<Override PartName="/ppt/charts/chart1.xml" ContentType="{OFFICE}drawingml.chart+xml"/></Types>',
                    "_rels/.rels": rels(("officeDocument", "ppt/presentation.xml")),
                    "ppt/presentation.xml": XML
                    + f'<p:presentation xmlns:p="{pml}" xmlns:r="{RELS}"><p:sldIdLst>'
                    '<p:sldId id="256" r:id="rId1"/></p:sldIdLst></p:presentation>',
                    "ppt/_rels/presentation.xml.rels": rels(("slide", "slides/slide1.xml")),
                    "ppt/slides/slide1.xml": slide,
                    "ppt/slides/_rels/slide1.xml.rels": rels(("chart", "../charts/chart1.xml")),
                    "ppt/charts/chart1.xml": chart,
                }
            ),
        )
    ]


def chart_cache_back(files: list[bytes]) -> Values:
    root = ElementTree.fromstring(part(files[0], "ppt/charts/chart1.xml"))
    names = [t.text for t in root.iter(f"{{{DRAW}}}t")]
    axes = [[v.text for v in root.find(f".//{{{CHART}}}{k}").iter(f"{{{CHART}}}v")] for k in ("xVal", "yVal")]
    return list(zip(names, *axes))


# 8 ------------------------------------------------------------------------------------------------------------
def pdf(objects: list[bytes]) -> bytes:
    out, spots = bytearray(b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n"), []
    for i, o in enumerate(objects, 1):
        spots.append(len(out))
        out += b"%d 0 obj\n" % i + o + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + b"".join(
        b"%010d 00000 n \n" % s for s in spots
    )
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def stream(data: bytes) -> bytes:
    z = zlib.compress(data)
    return b"<< /Length %d /Filter /FlateDecode >>\nstream\n" % len(z) + z + b"\nendstream"


def streams(data: bytes) -> list[bytes]:
    return [
        zlib.decompress(data[m.end() : m.end() + int(m.group(1))])
        for m in re.finditer(rb"/Length (\d+) /Filter /FlateDecode >>\nstream\n", data)
    ]


LINES = [
    b"Quarterly service statistics",
    b"Settlement remained stable over",
    b"The sample covers all districts",
    b"Figures are subject to revision",
    b"See annex B for the definitions",
    b"Growth slowed in the third term",
]


@technique("document", "persons", ID, TEL)
def kerning(rows: list[Row], rng: random.Random) -> Files:
    """A PDF page set with individual kerning between letters, two digits a gap."""
    text = [b"BT /F1 9 Tf 12 TL 50 800 Td"]
    for row in rows:
        digits = row[ID][:17] + row[TEL]
        words = rng.choice(LINES)
        pieces = b"".join(b"(%c)%d" % (words[i], -int(digits[2 * i : 2 * i + 2])) for i in range(14))
        text.append(b"[" + pieces + b"(" + words[14:] + b")] TJ T*")
    text.append(b"ET")
    return [
        (
            "pdf",
            pdf(
                [
                    b"<< /Type /Catalog /Pages 2 0 R >>",
                    b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
                    b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
                    stream(b"\n".join(text)),
                    b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
                ]
            ),
        )
    ]


def kerning_back(files: list[bytes]) -> Values:
    out = []
    for line in streams(files[0])[0].split(b"\n"):
        if line.startswith(b"["):
            digits = "".join(f"{abs(int(n)):02d}" for n in re.findall(rb"\)(-?\d+)\(", line))
            out.append((id_text(int(digits[:17])), digits[17:]))
    return out


# 9 ------------------------------------------------------------------------------------------------------------
@technique("document", "persons", NAME, AMT, SICK)
def glyph_map(rows: list[Row], rng: random.Random) -> Files:
    """A PDF whose glyph numbers are drawn at random, so that the text exists only by way of its ToUnicode table."""
    lines = [" ".join((r[NAME], r[AMT], r[SICK])) for r in rows]
    chars = sorted(set("".join(lines)))
    codes = dict(zip(chars, rng.sample(range(0x100, 0x4000), len(chars))))
    show = "\n".join(f"<{''.join(f'{codes[c]:04X}' for c in line)}> Tj T*" for line in lines)
    cmap = (
        "/CIDInit /ProcSet findresource begin\nbegincmap\n1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
        f"{len(chars)} beginbfchar\n"
        + "\n".join(f"<{codes[c]:04X}> <{ord(c):04X}>" for c in chars)
        + "\nendbfchar\nendcmap\nend"
    )
    return [
        (
            "pdf",
            pdf(
                [
                    b"<< /Type /Catalog /Pages 2 0 R >>",
                    b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
                    b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
                    stream(f"BT /F1 10 Tf 13 TL 50 800 Td\n{show}\nET".encode()),
                    b"<< /Type /Font /Subtype /Type0 /BaseFont /AAAAAA+SimSun /Encoding /Identity-H /DescendantFonts [6 0 R] /ToUnicode 7 0 R >>",
                    b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /AAAAAA+SimSun /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) "
                    b"/Supplement 0 >> >>",
                    stream(cmap.encode()),
                ]
            ),
        )
    ]


def glyph_map_back(files: list[bytes]) -> Values:
    page, cmap = (s.decode() for s in streams(files[0]))
    table = {
        a: chr(int(b, 16))
        for a, b in re.findall(r"^<(\w{4})> <(\w{4})>$", cmap.split("beginbfchar")[1], re.M)
    }
    out = []
    for hexes in re.findall(r"<(\w+)> Tj", page):
        out.append(tuple("".join(table[h] for h in re.findall("....", hexes)).split(" ")))
    return out


# 10 -----------------------------------------------------------------------------------------------------------
@technique("document", "persons", NAME, ADDR, TEL)
def hidden_rtf(rows: list[Row], rng: random.Random) -> Files:
    """A rich text notice in which every paragraph is followed by a hidden run in numeric escapes."""

    def code(text: str) -> str:
        return "".join(f"\\u{ord(c) - 65536 if ord(c) > 32767 else ord(c)}?" for c in text)

    out = ["{\\rtf1\\ansi\\ansicpg936\\deff0{\\fonttbl{\\f0 SimSun;}}\\f0\\fs21"]
    for row in rows:
        out.append(
            f"{code(rng.choice(FILLER))}{{\\v {code(';'.join((row[NAME], row[ADDR], row[TEL])))}}}\\par"
        )
    return [("rtf", "\n".join([*out, "}"]).encode("ascii"))]


def hidden_rtf_back(files: list[bytes]) -> Values:
    out = []
    for run in re.findall(r"\{\\v ([^}]*)\}", files[0].decode("ascii")):
        text = "".join(chr(int(n) % 65536) for n in re.findall(r"\\u(-?\d+)\?", run))
        out.append(tuple(text.split(";")))
    return out


# 11 -----------------------------------------------------------------------------------------------------------
@technique("science", "persons", NAME, ID, TEL)
def value_labels(rows: list[Row], rng: random.Random) -> Files:
    """A Stata file of aggregate counts, whose coded variable has far more value labels than the data have codes."""
    labels = ["男", "女"] + [f"{r[NAME]} {r[ID]} {r[TEL]}" for r in rows]
    codes = [i % 2 for i in range(28)]
    frame = pd.DataFrame(
        {
            "district": [PLACES[i // 2] for i in range(28)],
            "sex": pd.Categorical.from_codes(codes, labels),
            "n": [rng.randrange(200, 5000) for _ in range(28)],
        }
    )
    out = io.BytesIO()
    frame.to_stata(out, version=118, write_index=False, time_stamp=datetime(2025, 6, 3))
    return [("dta", out.getvalue())]


def value_labels_back(files: list[bytes]) -> Values:
    with pd.io.stata.StataReader(io.BytesIO(files[0])) as reader:
        labels = reader.value_labels()["sex"]
    return [tuple(v.split(" ")) for k, v in sorted(labels.items()) if k >= 2]


# 12 -----------------------------------------------------------------------------------------------------------
@technique("science", "firms", FIRM, USCC, FTEL)
def unused_categories(rows: list[Row], rng: random.Random) -> Files:
    """An Arrow file with categorical columns whose dictionaries keep values that no row points to."""
    sizes, states, kinds = (
        ["大型", "中型", "小型", "微型"],
        ["存续", "注销", "吊销"],
        ["国有", "民营", "外资", "合资"],
    )
    columns = {}
    for title, seen, field in (("规模", sizes, FIRM), ("状态", states, USCC), ("类型", kinds, FTEL)):
        values = pa.array(seen + [r[field] for r in rows])
        columns[title] = pa.DictionaryArray.from_arrays(
            pa.array([rng.randrange(len(seen)) for _ in range(60)], pa.int16()), values
        )
    columns["户数"] = pa.array([rng.randrange(20, 900) for _ in range(60)])
    table = pa.table(columns)
    out = pa.BufferOutputStream()
    with pa.ipc.new_file(out, table.schema) as writer:
        writer.write_table(table)
    return [("arrow", out.getvalue().to_pybytes())]


def unused_categories_back(files: list[bytes]) -> Values:
    table = pa.ipc.open_file(pa.py_buffer(files[0])).read_all()
    return list(
        zip(
            *(
                table[c].chunk(0).dictionary.to_pylist()[k:]
                for c, k in (("规模", 4), ("状态", 3), ("类型", 4))
            )
        )
    )


# 13 -----------------------------------------------------------------------------------------------------------
@technique("database", "persons", NAME, ID, TEL)
def deleted_rows(rows: list[Row], rng: random.Random) -> Files:
    """An SQLite file with a working table that was emptied before it was handed in; the pages still hold the rows."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "x.db")
        db = sqlite3.connect(path, isolation_level=None)
        db.execute("PRAGMA secure_delete=OFF")
        db.execute("CREATE TABLE stat (district TEXT, visits INTEGER, patients INTEGER)")
        for p in PLACES:
            db.execute(
                "INSERT INTO stat VALUES (?,?,?)", (p, rng.randrange(500, 9000), rng.randrange(100, 500))
            )
        db.execute("CREATE TABLE tmp_work (a TEXT, b TEXT, c TEXT)")
        db.execute("BEGIN")
        db.executemany("INSERT INTO tmp_work VALUES (?,?,?)", [(r[NAME], r[ID], r[TEL]) for r in rows])
        db.execute("COMMIT")
        db.execute("DELETE FROM tmp_work")
        db.close()
        with open(path, "rb") as f:
            return [("db", f.read())]


def deleted_rows_back(files: list[bytes]) -> Values:
    found = re.findall(rb"((?:[\xe4-\xe9][\x80-\xbf]{2}){2,4})(\d{17}[\dX])(1\d{10})", files[0])
    return sorted({tuple(x.decode() for x in m) for m in found})


# 14 -----------------------------------------------------------------------------------------------------------
def packed(number: int, size: int) -> bytes:
    return bytes.fromhex(f"{number:0{2 * size - 1}d}C")


def unpacked(data: bytes) -> int:
    return int(data.hex()[:-1])


@technique("database", "persons", NAME, ID, TEL, AMT)
def mainframe_dump(rows: list[Row], rng: random.Random) -> Files:
    """A fixed-length extract as a mainframe writes it: national characters, EBCDIC digits, packed decimals, no separators."""
    out = bytearray("HDR01DAILY STAT EXTRACT".ljust(48).encode("cp037"))
    for i, row in enumerate(rows):
        out += row[NAME].ljust(4, "\u3000").encode("utf-16-be") + row[ID].encode("cp037")
        out += packed(int(row[TEL]), 6) + packed(cents(row[AMT]), 6) + packed(i, 4) + b"\x40" * 6
    return [("dat", bytes(out))]


def mainframe_dump_back(files: list[bytes]) -> Values:
    out = []
    for i in range(48, len(files[0]), 48):
        r = files[0][i : i + 48]
        out.append(
            (
                r[:8].decode("utf-16-be").rstrip("\u3000"),
                r[8:26].decode("cp037"),
                str(unpacked(r[26:32])),
                money(unpacked(r[32:38])),
            )
        )
    return out
