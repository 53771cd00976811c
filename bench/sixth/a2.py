"""Workbooks, documents, charts, pictures, databases: the records in corners of richer formats."""

from __future__ import annotations

import gzip
import html
import io
import os
import random
import re
import sqlite3
import struct
import tarfile
import tempfile
import zipfile
import zlib
from collections import Counter

import numpy as np

from bench.sixth.core import (
    AMT,
    BIRTH,
    BOSS,
    CAP,
    FIRM,
    FOUND,
    FTEL,
    ID,
    INCOME,
    NAME,
    SICK,
    TEL,
    TRADE,
    USCC,
    VISIT,
    Files,
    Row,
    Values,
    technique,
)

XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PKG = "http://schemas.openxmlformats.org/package/2006"
WML = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def packed(parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name, text in parts.items():
            z.writestr(zipfile.ZipInfo(name, (2024, 3, 1, 9, 0, 0)), text, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def member(data, name):
    with zipfile.ZipFile(io.BytesIO(data)) as z:
        return z.read(name).decode()


def cells(lines):
    body = ""
    for i, line in enumerate(lines, 1):
        row = ""
        for j, v in enumerate(line):
            ref = f"{chr(65 + j)}{i}"
            row += (
                f'<c r="{ref}"><v>{v}</v></c>'
                if isinstance(v, (int, float))
                else f'<c r="{ref}" t="inlineStr"><is><t>{html.escape(v)}</t></is></c>'
            )
        body += f'<row r="{i}">{row}</row>'
    return f'{XML}<worksheet xmlns="{MAIN}"><sheetData>{body}</sheetData></worksheet>'


def workbook(sheets, extra=None):
    """sheets: (name, state, lines)."""
    extra = extra or {}
    parts = {}
    over = "".join(
        f'<Override PartName="/xl/worksheets/sheet{i}.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
        for i in range(1, len(sheets) + 1)
    )
    if "xl/sharedStrings.xml" in extra:
        over += '<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/>'
    parts["[Content_Types].xml"] = (
        f'{XML}<Types xmlns="{PKG}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>{over}</Types>'
    )
    parts["_rels/.rels"] = (
        f'{XML}<Relationships xmlns="{PKG}/relationships"><Relationship Id="rId1" Type="{REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    )
    parts["xl/workbook.xml"] = (
        f'{XML}<workbook xmlns="{MAIN}" xmlns:r="{REL}"><sheets>'
        + "".join(
            f'<sheet name="{n}" sheetId="{i}" state="{s}" r:id="rId{i}"/>'
            for i, (n, s, _) in enumerate(sheets, 1)
        )
        + "</sheets></workbook>"
    )
    rels = "".join(
        f'<Relationship Id="rId{i}" Type="{REL}/worksheet" Target="worksheets/sheet{i}.xml"/>'
        for i in range(1, len(sheets) + 1)
    )
    if "xl/sharedStrings.xml" in extra:
        rels += f'<Relationship Id="rId99" Type="{REL}/sharedStrings" Target="sharedStrings.xml"/>'
    parts["xl/_rels/workbook.xml.rels"] = (
        f'{XML}<Relationships xmlns="{PKG}/relationships">{rels}</Relationships>'
    )
    for i, (_, _, lines) in enumerate(sheets, 1):
        parts[f"xl/worksheets/sheet{i}.xml"] = cells(lines)
    parts.update(extra)
    return packed(parts)


def document(body, extra=None):
    parts = {
        "[Content_Types].xml": f'{XML}<Types xmlns="{PKG}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
        "_rels/.rels": f'{XML}<Relationships xmlns="{PKG}/relationships"><Relationship Id="rId1" Type="{REL}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/document.xml": f'{XML}<w:document xmlns:w="{WML}"><w:body>{body}</w:body></w:document>',
    }
    parts.update(extra or {})
    return packed(parts)


def para(text, props=""):
    return f'<w:p><w:r>{f"<w:rPr>{props}</w:rPr>" if props else ""}<w:t xml:space="preserve">{html.escape(text)}</w:t></w:r></w:p>'


def png(pixels, chunks=()):
    """An 8-bit RGB picture of an array (height, width, 3)."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    h, w, _ = pixels.shape
    raw = b"".join(b"\0" + pixels[i].tobytes() for i in range(h))
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", w, h, 8, 2, 0, 0, 0))
        + b"".join(chunk(k, d) for k, d in chunks)
        + chunk(b"IDAT", zlib.compress(raw))
        + chunk(b"IEND", b"")
    )


def unpng(data):
    pos, idat, others = 8, b"", []
    while pos < len(data):
        n, kind = struct.unpack(">I4s", data[pos : pos + 8])
        body = data[pos + 8 : pos + 8 + n]
        pos += 12 + n
        if kind == b"IHDR":
            w, h = struct.unpack(">II", body[:8])
        elif kind == b"IDAT":
            idat += body
        else:
            others.append((kind, body))
    raw = np.frombuffer(zlib.decompress(idat), np.uint8).reshape(h, 1 + 3 * w)[:, 1:]
    return raw.reshape(h, w, 3), others


@technique("workbook", "firms", FIRM, USCC, FTEL)
def very_hidden_worksheet(rows: list[Row], rng: random.Random) -> Files:
    """A workbook of statistics with a veryHidden sheet that holds the list."""
    top = [["行业", "户数"], *[[k, n] for k, n in sorted(Counter(r[TRADE] for r in rows).items())]]
    return [
        (
            "xlsx",
            workbook(
                [("统计", "visible", top), ("cfg", "veryHidden", [[r[FIRM], r[USCC], r[FTEL]] for r in rows])]
            ),
        )
    ]


def very_hidden_worksheet_back(files: list[bytes]) -> Values:
    t = [html.unescape(x) for x in re.findall(r"<t>(.*?)</t>", member(files[0], "xl/worksheets/sheet2.xml"))]
    return [tuple(t[i : i + 3]) for i in range(0, len(t), 3)]


@technique("workbook", "persons", NAME, ID, TEL)
def orphaned_shared_strings(rows: list[Row], rng: random.Random) -> Files:
    """A workbook whose table of shared strings keeps the records, though no cell points to them any more."""
    strings = ["病种", "人次", *[f"{r[NAME]}_{r[ID]}_{r[TEL]}" for r in rows]]
    sst = (
        f'{XML}<sst xmlns="{MAIN}" count="2" uniqueCount="{len(strings)}">'
        + "".join(f"<si><t>{html.escape(s)}</t></si>" for s in strings)
        + "</sst>"
    )
    top = [["病种", "人次"], *[[k, n] for k, n in sorted(Counter(r[SICK] or "不详" for r in rows).items())]]
    return [("xlsx", workbook([("Sheet1", "visible", top)], {"xl/sharedStrings.xml": sst}))]


def orphaned_shared_strings_back(files: list[bytes]) -> Values:
    return [
        tuple(s.split("_")) for s in re.findall(r"<t>(.*?)</t>", member(files[0], "xl/sharedStrings.xml"))[2:]
    ]


@technique("document", "persons", NAME, BIRTH, VISIT, AMT)
def word_report_with_vanished_runs(rows: list[Row], rng: random.Random) -> Files:
    """A Word report between whose paragraphs stand runs with the property 'hidden'."""
    honest = ["本报告分析住院费用结构。", "费用总体平稳。", "老年人群占比较高。", "建议完善分级诊疗。"]
    body = para("医疗费用分析报告")
    for i, r in enumerate(rows):
        body += para(honest[i % 4]) + para(
            ";".join((r[NAME], r[BIRTH], r[VISIT], r[AMT])), '<w:vanish/><w:sz w:val="2"/>'
        )
    return [("docx", document(body))]


def word_report_with_vanished_runs_back(files: list[bytes]) -> Values:
    return [
        tuple(s.split(";"))
        for s in re.findall(r'<w:vanish/>.*?preserve">(.*?)</w:t>', member(files[0], "word/document.xml"))
    ]


@technique("document", "firms", BOSS, USCC, CAP)
def word_document_custom_xml_part(rows: list[Row], rng: random.Random) -> Files:
    """A Word document of one page with a customXml item that nobody sees, in which the records are elements."""
    item = (
        f"{XML}<settings>"
        + "".join(f'<o n="{r[BOSS]}" u="{r[USCC]}"><v>{r[CAP]}</v></o>' for r in rows)
        + "</settings>"
    )
    return [
        ("docx", document(para("数据字典说明") + para("字段含义见平台目录。"), {"customXml/item1.xml": item}))
    ]


def word_document_custom_xml_part_back(files: list[bytes]) -> Values:
    return re.findall(r'<o n="(.*?)" u="(.*?)"><v>(.*?)</v>', member(files[0], "customXml/item1.xml"))


@technique("chart", "firms", FIRM, CAP, INCOME)
def scatter_plot_with_tooltips(rows: list[Row], rng: random.Random) -> Files:
    """A vector scatter plot of capital and turnover whose every point has the firm as its tooltip."""
    dots = ""
    for r in rows:
        x, y = 40 + float(r[CAP]) ** 0.5 * 3, 380 - float(r[INCOME]) ** 0.5 * 3
        dots += f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="#36c"><title>{html.escape(r[FIRM])}\n注册资本 {r[CAP]} 万元\n营业收入 {r[INCOME]} 万元</title></circle>\n'
    return [
        (
            "svg",
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 400"><text x="200" y="20">资本与营收</text><path d="M40 20V380H590" stroke="#000" fill="none"/>{dots}</svg>'.encode(),
        )
    ]


def scatter_plot_with_tooltips_back(files: list[bytes]) -> Values:
    return [
        (html.unescape(a), b, c)
        for a, b, c in re.findall(
            r"<title>(.*?)\n注册资本 (\S+) 万元\n营业收入 (\S+) 万元</title>", files[0].decode()
        )
    ]


@technique("chart", "persons", BIRTH, VISIT, AMT)
def scatter_plot_whose_coordinates_are_exact(rows: list[Row], rng: random.Random) -> Files:
    """An unlabelled scatter plot: each point is a visit, x the date of birth, y the bill, radius the date of the visit, all to the last digit."""
    dots = ""
    for r in rows:
        x, v = int(r[BIRTH].replace("-", "")) - 19000000, int(r[VISIT].replace("-", "")) - 20000000
        dots += f'<circle cx="{x / 1000:.3f}" cy="{r[AMT]}" r="{v / 100000:.5f}"/>\n'
    return [
        (
            "svg",
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1300 60000"><g fill="#c33" fill-opacity=".4">{dots}</g></svg>'.encode(),
        )
    ]


def scatter_plot_whose_coordinates_are_exact_back(files: list[bytes]) -> Values:
    day = lambda n: f"{n // 10000:04d}-{n // 100 % 100:02d}-{n % 100:02d}"
    return [
        (day(round(float(x) * 1000) + 19000000), day(round(float(v) * 100000) + 20000000), y)
        for x, y, v in re.findall(r'cx="(\S+)" cy="(\S+)" r="(\S+)"', files[0].decode())
    ]


@technique("picture", "persons", NAME, ID, TEL)
def heatmap_picture_low_bits(rows: list[Row], rng: random.Random) -> Files:
    """A heat map as a PNG picture with the records in the lowest bit of every colour."""
    raw = "\n".join("|".join((r[NAME], r[ID], r[TEL])) for r in rows).encode()
    raw = struct.pack(">I", len(raw)) + raw
    bits = np.unpackbits(np.frombuffer(raw, np.uint8))
    side = int((bits.size / 3) ** 0.5) + 8
    y, x = np.mgrid[0:side, 0:side]
    pix = np.stack([128 + 100 * np.sin(x / 9), 128 + 100 * np.cos(y / 11), 60 + x * 100 / side], -1).astype(
        np.uint8
    )
    flat = pix.reshape(-1) & 0xFE
    flat[: bits.size] |= bits
    return [("png", png(flat.reshape(pix.shape)))]


def heatmap_picture_low_bits_back(files: list[bytes]) -> Values:
    raw = np.packbits(unpng(files[0])[0].reshape(-1) & 1).tobytes()
    n = struct.unpack(">I", raw[:4])[0]
    return [tuple(x.split("|")) for x in raw[4 : 4 + n].decode().split("\n")]


@technique("picture", "firms", FIRM, BOSS, FTEL)
def picture_text_chunk_as_software_note(rows: list[Row], rng: random.Random) -> Files:
    """A bar chart picture whose compressed text chunk 'Comment' is the contact list."""
    pix = np.full((120, 160, 3), 255, np.uint8)
    for i in range(8):
        pix[110 - rng.randint(10, 100) : 110, 10 + i * 18 : 22 + i * 18] = (70, 130, 180)
    raw = "\n".join("|".join((r[FIRM], r[BOSS], r[FTEL])) for r in rows).encode()
    note = (b"Software", b"Software\0Matplotlib version3.8.2")
    return [("png", png(pix, [(b"tEXt", note[1]), (b"zTXt", b"Comment\0\0" + zlib.compress(raw))]))]


def picture_text_chunk_as_software_note_back(files: list[bytes]) -> Values:
    body = dict(unpng(files[0])[1])[b"zTXt"]
    return [tuple(x.split("|")) for x in zlib.decompress(body[9:]).decode().split("\n")]


@technique("database", "firms", FIRM, USCC, INCOME)
def sqlite_with_deleted_rows_left_in_pages(rows: list[Row], rng: random.Random) -> Files:
    """A database with a table of totals, whose free pages still hold the rows of a table that was dropped."""
    with tempfile.TemporaryDirectory() as d:
        path = os.path.join(d, "x.db")
        db = sqlite3.connect(path)
        db.execute("PRAGMA secure_delete=OFF")
        db.execute("CREATE TABLE totals (trade TEXT, n INT)")
        db.executemany("INSERT INTO totals VALUES (?,?)", sorted(Counter(r[TRADE] for r in rows).items()))
        db.execute("CREATE TABLE tmp (s TEXT)")
        pad = "~" * 1500  # few rows a page, so that every page is freed whole
        db.executemany(
            "INSERT INTO tmp VALUES (?)", [(f"<<{r[FIRM]}|{r[USCC]}|{r[INCOME]}>>{pad}",) for r in rows]
        )
        db.commit()
        db.execute("DROP TABLE tmp")
        db.commit()
        db.close()
        with open(path, "rb") as f:
            return [("db", f.read())]


def sqlite_with_deleted_rows_left_in_pages_back(files: list[bytes]) -> Values:
    return sorted({tuple(m.decode().split("|")) for m in re.findall(rb"<<([^<>]+?)>>~~", files[0])})


@technique("archive", "firms", FIRM, USCC)
def tarball_of_empty_files_named_after_firms(rows: list[Row], rng: random.Random) -> Files:
    """An archive of empty log files: only the paths speak."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as t:
        for r in rows:
            info = tarfile.TarInfo(f"logs/{rng.randint(1, 12):02d}/{r[FIRM]}/{r[USCC]}.log")
            info.mtime = 1709280000
            t.addfile(info, io.BytesIO())
        note = "各企业处理日志,内容已清空。\n".encode()
        info = tarfile.TarInfo("logs/README")
        info.size = len(note)
        t.addfile(info, io.BytesIO(note))
    return [("tar.gz", gzip.compress(out.getvalue(), mtime=0))]


def tarball_of_empty_files_named_after_firms_back(files: list[bytes]) -> Values:
    with tarfile.open(fileobj=io.BytesIO(files[0])) as t:
        return [(n.split("/")[2], n.split("/")[3][:-4]) for n in t.getnames() if n.endswith(".log")]


@technique("map", "persons", NAME, TEL)
def geojson_points_made_of_phone_numbers(rows: list[Row], rng: random.Random) -> Files:
    """A map layer of service points: the telephone is the decimals of the coordinates, the name is the label's code points."""
    feats = []
    for r in rows:
        feats.append(
            f'{{"type":"Feature","properties":{{"site":"{"".join(f"{ord(c):x}" for c in r[NAME])}","beds":{rng.randint(5, 80)}}},"geometry":{{"type":"Point","coordinates":[106.{r[TEL][1:6]},27.{r[TEL][6:]}]}}}}'
        )
    return [("geojson", ('{"type":"FeatureCollection","features":[\n' + ",\n".join(feats) + "\n]}").encode())]


def geojson_points_made_of_phone_numbers_back(files: list[bytes]) -> Values:
    out = []
    for s, a, b in re.findall(r'"site":"(\w+)".*?\[106\.(\d{5}),27\.(\d{5})\]', files[0].decode()):
        out.append(("".join(chr(int(s[i : i + 4], 16)) for i in range(0, len(s), 4)), "1" + a + b))
    return out


@technique("diagram", "firms", FIRM, FOUND, BOSS)
def gantt_chart_of_foundations(rows: list[Row], rng: random.Random) -> Files:
    """A Mermaid project plan whose tasks are the firms, begun on the day of foundation, a section for each principal."""
    out = ["# 项目计划", "", "```mermaid", "gantt", "    dateFormat YYYY-MM-DD", "    title 企业服务推进计划"]
    for i, r in enumerate(rows):
        out += [f"    section {r[BOSS]}", f"    {r[FIRM]} :t{i}, {r[FOUND]}, {rng.randint(10, 90)}d"]
    return [("md", "\n".join([*out, "```", ""]).encode())]


def gantt_chart_of_foundations_back(files: list[bytes]) -> Values:
    return [(f, d, b) for b, f, d in re.findall(r"section (.*)\n    (.*?) :t\d+, (\S+),", files[0].decode())]


@technique("document", "persons", NAME, SICK, VISIT)
def calendar_of_visits(rows: list[Row], rng: random.Random) -> Files:
    """A calendar file of meetings: each visit is an appointment, with the illness as the place."""
    ev = "".join(
        f"BEGIN:VEVENT\r\nUID:{rng.getrandbits(64):016x}@dev\r\nDTSTART;VALUE=DATE:{r[VISIT].replace('-', '')}\r\nSUMMARY:与{r[NAME]}沟通\r\nLOCATION:{r[SICK]}\r\nEND:VEVENT\r\n"
        for r in rows
    )
    return [
        ("ics", f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//dev//cal//\r\n{ev}END:VCALENDAR\r\n".encode())
    ]


def calendar_of_visits_back(files: list[bytes]) -> Values:
    return [
        (n, s, f"{d[:4]}-{d[4:6]}-{d[6:]}")
        for d, n, s in re.findall(
            r"DTSTART;VALUE=DATE:(\d+)\r\nSUMMARY:与(.*)沟通\r\nLOCATION:(.*)\r\n", files[0].decode()
        )
    ]
