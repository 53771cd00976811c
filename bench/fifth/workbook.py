"""Family i: parts of a workbook's package: caches, orphans, drawings, themes."""

from __future__ import annotations

import base64
import random

from bench.fifth.core import (
    AMT,
    BOOK,
    CARE,
    FIRM,
    FTEL,
    ID,
    NAME,
    TEL,
    USCC,
    VISIT,
    WHO,
    Files,
    Row,
    Values,
    found,
    grid,
    packed,
    technique,
    text,
    unpacked,
    untext,
)
from bench.fifth.cover import HEAD, OFFICE, add_part, book_bytes, escape, new_book, unzipped

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def with_part(rng: random.Random, name: str, body: str, kind: str) -> bytes:
    """An honest workbook with one part more."""
    return book_bytes(new_book(rng), lambda parts: add_part(parts, name, (HEAD + body).encode(), kind))


def with_strings(rng: random.Random, items: str) -> bytes:
    """An honest workbook with a table of shared texts."""

    def edit(parts: dict[str, bytes]) -> None:
        body = f'{HEAD}<sst xmlns="{MAIN}">{items}</sst>'
        add_part(parts, "xl/sharedStrings.xml", body.encode(), f"{KIND}.sharedStrings+xml")
        link = f'<Relationship Id="rId99" Type="{OFFICE}/sharedStrings" Target="/xl/sharedStrings.xml"/>'
        rels = parts["xl/_rels/workbook.xml.rels"].decode()
        parts["xl/_rels/workbook.xml.rels"] = rels.replace(
            "</Relationships>", f"{link}</Relationships>"
        ).encode()

    return book_bytes(new_book(rng), edit)


@technique("i", "persons", *CARE)
def pivot_cache(rows: list[Row], rng: random.Random) -> Files:
    """The cached lines of a pivot table."""
    lines = "".join("<r>" + "".join(f'<s v="{v}"/>' for v in line) + "</r>" for line in grid(rows, *CARE))
    body = f'<pivotCacheRecords xmlns="{MAIN}" count="{len(rows)}">{lines}</pivotCacheRecords>'
    return [
        (
            "xlsx",
            with_part(rng, "xl/pivotCache/pivotCacheRecords1.xml", body, f"{KIND}.pivotCacheRecords+xml"),
        )
    ]


def pivot_cache_back(files: list[bytes]) -> Values:
    """The cached lines."""
    body = unzipped(files[0])["xl/pivotCache/pivotCacheRecords1.xml"].decode()
    return found(r'<r><s v="([^"]*)"/><s v="([^"]*)"/><s v="([^"]*)"/><s v="([^"]*)"/></r>', body)


@technique("i", "firms", *BOOK)
def link_cache(rows: list[Row], rng: random.Random) -> Files:
    """The cached cells of another workbook that this one cites."""
    lines = "".join(
        f'<row r="{i}">'
        + "".join(
            f'<cell r="{c}{i}" t="str"><v>{escape(v)}</v></cell>' for c, v in zip("ABC", line, strict=True)
        )
        + "</row>"
        for i, line in enumerate(grid(rows, *BOOK), 1)
    )
    data = f'<sheetDataSet><sheetData sheetId="0">{lines}</sheetData></sheetDataSet>'
    body = f'<externalLink xmlns="{MAIN}"><externalBook>'
    body += f'<sheetNames><sheetName val="a"/></sheetNames>{data}</externalBook></externalLink>'
    return [("xlsx", with_part(rng, "xl/externalLinks/externalLink1.xml", body, f"{KIND}.externalLink+xml"))]


def link_cache_back(files: list[bytes]) -> Values:
    """The cached cells, three a line."""
    flat = [
        v for (v,) in found("<v>(.*?)</v>", unzipped(files[0])["xl/externalLinks/externalLink1.xml"].decode())
    ]
    return [tuple(flat[i : i + 3]) for i in range(0, len(flat), 3)]


@technique("i", "persons", *WHO)
def orphan_strings(rows: list[Row], rng: random.Random) -> Files:
    """Shared texts that no cell refers to."""
    items = "".join(f"<si><t>{'&#9;'.join(line)}</t></si>" for line in grid(rows, *WHO))
    return [("xlsx", with_strings(rng, f"<si><t>地区</t></si>{items}"))]


def orphan_strings_back(files: list[bytes]) -> Values:
    """The texts with tabs."""
    body = unzipped(files[0])["xl/sharedStrings.xml"].decode()
    return [tuple(v.split("&#9;")) for (v,) in found("<t>([^<]*&#9;[^<]*)</t>", body)]


@technique("i", "persons", NAME, TEL)
def phonetic_guides(rows: list[Row], rng: random.Random) -> Files:
    """The reading aids of Japanese cells."""
    more = "".join(f'<rPh sb="0" eb="1"><t>{n}{t}</t></rPh>' for n, t in grid(rows, NAME, TEL))
    return [("xlsx", with_strings(rng, f"<si><t>地区</t>{more}</si>"))]


def phonetic_guides_back(files: list[bytes]) -> Values:
    """The aids."""
    return found(r'eb="1"><t>([^\d<]+)(\d{11})</t>', unzipped(files[0])["xl/sharedStrings.xml"].decode())


@technique("i", "persons", ID, TEL)
def custom_xml_item(rows: list[Row], rng: random.Random) -> Files:
    """A data item of the package in base 64."""
    data = base64.b64encode(text(rows, ID, TEL).encode()).decode()
    return [
        (
            "xlsx",
            with_part(
                rng, "customXml/item1.xml", f'<b:Sources xmlns:b="u">{data}</b:Sources>', "application/xml"
            ),
        )
    ]


def custom_xml_item_back(files: list[bytes]) -> Values:
    """The item."""
    ((data,),) = found(">([A-Za-z0-9+/=]+)</b:Sources>", unzipped(files[0])["customXml/item1.xml"].decode())
    return untext(base64.b64decode(data).decode())


@technique("i", "firms", FIRM, FTEL)
def chart_cache(rows: list[Row], rng: random.Random) -> Files:
    """The points that a chart remembers, names as categories and telephones as values."""
    names = "".join(f'<c:pt idx="{i}"><c:v>{escape(r[FIRM])}</c:v></c:pt>' for i, r in enumerate(rows))
    values = "".join(f'<c:pt idx="{i}"><c:v>{r[FTEL]}</c:v></c:pt>' for i, r in enumerate(rows))
    space = "http://schemas.openxmlformats.org/drawingml/2006/chart"
    body = f'<c:chartSpace xmlns:c="{space}"><c:cat><c:strCache>{names}</c:strCache></c:cat>'
    body += f"<c:val><c:numCache>{values}</c:numCache></c:val></c:chartSpace>"
    kind = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
    return [("xlsx", with_part(rng, "xl/charts/chart9.xml", body, kind))]


def chart_cache_back(files: list[bytes]) -> Values:
    """Categories and values by place."""
    flat = [v for (v,) in found("<c:v>(.*?)</c:v>", unzipped(files[0])["xl/charts/chart9.xml"].decode())]
    half = len(flat) // 2
    return list(zip(flat[:half], flat[half:], strict=True))


@technique("i", "persons", NAME, VISIT, AMT)
def theme_notes(rows: list[Row], rng: random.Random) -> Files:
    """Comments in the theme's XML."""

    def edit(parts: dict[str, bytes]) -> None:
        notes = "".join(f"<!-- {n} {v} {a} -->" for n, v, a in grid(rows, NAME, VISIT, AMT))
        body = parts["xl/theme/theme1.xml"].decode()
        parts["xl/theme/theme1.xml"] = body.replace("</a:theme>", notes + "</a:theme>").encode()

    return [("xlsx", book_bytes(new_book(rng), edit))]


def theme_notes_back(files: list[bytes]) -> Values:
    """The comments."""
    return found(r"<!-- (\S+) (\S+) (\S+) -->", unzipped(files[0])["xl/theme/theme1.xml"].decode())


@technique("i", "firms", USCC, FIRM)
def alternative_texts(rows: list[Row], rng: random.Random) -> Files:
    """Descriptions of shapes for the blind."""
    shapes = "".join(
        f'<xdr:cNvPr id="{i}" name="图形 {i}" descr="{escape(f)} {u}"/>'
        for i, (u, f) in enumerate(grid(rows, USCC, FIRM))
    )
    space = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
    kind = "application/vnd.openxmlformats-officedocument.drawing+xml"
    body = f'<xdr:wsDr xmlns:xdr="{space}">{shapes}</xdr:wsDr>'
    return [("xlsx", with_part(rng, "xl/drawings/drawing9.xml", body, kind))]


def alternative_texts_back(files: list[bytes]) -> Values:
    """The descriptions."""
    parts = found(r'descr="([^"]+) (\w{18})"', unzipped(files[0])["xl/drawings/drawing9.xml"].decode())
    return [(u, f) for f, u in parts]


@technique("i", "persons", TEL, low=20)
def colours_of_cells(rows: list[Row], rng: random.Random) -> Files:
    """A heat map: the fill colours of two cells a record are the bytes of a telephone."""
    from openpyxl.styles import PatternFill

    book = new_book(rng)
    for i, r in enumerate(rows):
        raw = packed([r]).hex() + "00"
        for c, colour in enumerate((raw[:6], raw[6:])):
            book.active.cell(20 + i, 2 + c, rng.randint(1, 99)).fill = PatternFill(
                "solid", fgColor="FF" + colour.upper()
            )
    return [("xlsx", book_bytes(book))]


def colours_of_cells_back(files: list[bytes]) -> Values:
    """The colours as bytes."""
    from bench.fifth.sheets import opened

    lines = opened(files[0]).active.iter_rows(min_row=20, min_col=2, max_col=3)
    return unpacked(
        b"".join(bytes.fromhex(a.fill.fgColor.rgb[2:] + b.fill.fgColor.rgb[2:6]) for a, b in lines)
    )
