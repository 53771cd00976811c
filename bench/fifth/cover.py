"""Honest material of a city's office, in which records hide: sentences, tables, pictures, documents."""

from __future__ import annotations

import io
import random
import re
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

from openpyxl import Workbook
from PIL import Image, ImageDraw

AREAS = [
    "红花岗",
    "汇川",
    "播州",
    "桐梓",
    "绥阳",
    "正安",
    "道真",
    "务川",
    "凤冈",
    "湄潭",
    "余庆",
    "习水",
    "赤水",
    "仁怀",
]
SUBJECTS = [
    "门诊人次",
    "住院人次",
    "医保结算笔数",
    "新登记市场主体",
    "年报公示企业",
    "茶叶加工企业用电量",
    "道路货运量",
]
SENTENCES = (
    "{area}{subject}为{count}，同比增长{rate}%，增幅较上季度扩大{small}个百分点。",
    "从分布看，{area}{subject}占全市的{rate}%，其余地区变化不大。",
    "与去年同期相比，{area}的{subject}由降转升，累计{count}。",
    "受季节因素影响，{area}{subject}环比下降{small}%，总体平稳。",
    "调研组认为，{area}{subject}仍有提升空间，建议下一步加强数据核对。",
)
NS = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"


def sentence(rng: random.Random) -> str:
    """One sentence of a quarterly report, with figures of no person."""
    return rng.choice(SENTENCES).format(
        area=rng.choice(AREAS),
        subject=rng.choice(SUBJECTS),
        count=rng.randint(200, 90000),
        rate=f"{rng.uniform(1, 19):.1f}",
        small=f"{rng.uniform(0.1, 4):.1f}",
    )


def paragraphs(rng: random.Random, count: int = 4) -> list[str]:
    """Some paragraphs of a report."""
    return ["".join(sentence(rng) for _ in range(rng.randint(2, 4))) for _ in range(count)]


def summary(rng: random.Random) -> list[list[str]]:
    """A count and an average for each district."""
    return [[area, str(rng.randint(120, 9000)), f"{rng.uniform(800, 4000):.1f}"] for area in AREAS]


def zipped(members: list[tuple[str, bytes]], comment: bytes = b"") -> bytes:
    """A ZIP file with a fixed time."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.comment = comment
        for name, data in members:
            info = zipfile.ZipInfo(name, (2026, 3, 2, 9, 30, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, data)
    return out.getvalue()


def unzipped(data: bytes) -> dict[str, bytes]:
    """The members of a ZIP file."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def new_book(rng: random.Random) -> Any:
    """A workbook with one honest sheet."""
    book = Workbook()
    sheet = book.active
    sheet.title = "分县汇总"
    sheet.append(["地区", "件数", "均值"])
    for area, count, mean in summary(rng):
        sheet.append([area, int(count), float(mean)])
    return book


def book_bytes(book: Any, edit: Callable[[dict[str, bytes]], None] | None = None) -> bytes:
    """A workbook with fixed times, its parts changed by `edit`."""
    out = io.BytesIO()
    book.save(out)
    parts = unzipped(out.getvalue())
    core = parts["docProps/core.xml"].decode()
    core = re.sub(r"\d{4}-\d\d-\d\dT[\d:]+Z", "2026-03-02T09:30:00Z", core)
    parts["docProps/core.xml"] = core.encode()
    if edit:
        edit(parts)
    return zipped(list(parts.items()))


def add_part(parts: dict[str, bytes], name: str, data: bytes, kind: str) -> None:
    """Put a part into an office file and declare its content type."""
    parts[name] = data
    types = parts["[Content_Types].xml"].decode()
    entry = f'<Override PartName="/{name}" ContentType="{kind}"/></Types>'
    parts["[Content_Types].xml"] = types.replace("</Types>", entry).encode()


def escape(value: str) -> str:
    """A text for XML."""
    return value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def word_p(value: str, props: str = "") -> str:
    """A paragraph of a Word document."""
    return f'<w:p><w:r>{props}<w:t xml:space="preserve">{escape(value)}</w:t></w:r></w:p>'


def word_links(names: list[str]) -> str:
    """The relations of a document's further parts; what lies outside its folder has none."""
    kinds = {
        "embeddings": "package",
        "comments": "comments",
        "settings": "settings",
        "footnotes": "footnotes",
    }
    links = ""
    for number, name in enumerate(names, 1):
        if name.startswith("word/"):
            kind = kinds[name.split("/")[1].split(".")[0]]
            target = name.removeprefix("word/")
            links += f'<Relationship Id="rId{number}" Type="{OFFICE}/{kind}" Target="{target}"/>'
    return f'{HEAD}<Relationships xmlns="{RELS}">{links}</Relationships>'


def docx(body: str, extra: dict[str, bytes] | None = None) -> bytes:
    """A Word document of a body and further parts."""
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    kinds = {
        "rels": "application/vnd.openxmlformats-package.relationships+xml",
        "xml": "application/xml",
        "jpeg": "image/jpeg",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }
    types = "".join(f'<Default Extension="{k}" ContentType="{v}"/>' for k, v in kinds.items())
    named = {"word/document.xml": f"{word}.document.main+xml"}
    for name in extra or {}:
        if name.startswith("word/") and name.count("/") == 1:
            named[name] = f"{word}.{name[5:-4]}+xml"
    types += "".join(f'<Override PartName="/{k}" ContentType="{v}"/>' for k, v in named.items())
    rels = (
        f'{HEAD}<Relationships xmlns="{RELS}"><Relationship Id="rId1" Type="{OFFICE}/officeDocument" '
        'Target="word/document.xml"/></Relationships>'
    )
    parts = {
        "[Content_Types].xml": f'{HEAD}<Types xmlns="{TYPES}">{types}</Types>'.encode(),
        "_rels/.rels": rels.encode(),
        "word/document.xml": f"{HEAD}<w:document {NS}><w:body>{body}</w:body></w:document>".encode(),
        "word/_rels/document.xml.rels": word_links(list(extra or {})).encode(),
        **(extra or {}),
    }
    return zipped(list(parts.items()))


def report(rng: random.Random, count: int = 5) -> str:
    """The body of an honest report."""
    return word_p("2025年度卫生健康与市场监管运行情况") + "".join(word_p(p) for p in paragraphs(rng, count))


def chart(rng: random.Random, size: tuple[int, int] = (320, 200)) -> Image.Image:
    """A bar chart of invented figures."""
    image = Image.new("RGB", size, (255, 255, 255))
    draw = ImageDraw.Draw(image)
    width, height = size
    for i in range(10):
        x, y = 20 + i * (width - 40) // 10, rng.randint(20, height - 60)
        shade = (40 + 9 * i, 90 + 5 * i, 180 - 6 * i)
        draw.rectangle((x, y, x + (width - 40) // 14, height - 20), fill=shade)
    draw.line((15, height - 20, width - 15, height - 20), fill=(0, 0, 0))
    return image


def png(image: Image.Image, **options: Any) -> bytes:
    """An image as PNG."""
    out = io.BytesIO()
    image.save(out, "PNG", **options)
    return out.getvalue()


def pdf_show(value: str, x: int, y: int, mode: int = 0, size: int = 11) -> str:
    """The operators that show a Chinese text."""
    return f"BT /F1 {size} Tf {mode} Tr {x} {y} Td <{value.encode('utf-16-be').hex()}> Tj ET"


def pdf(content: str, objects: list[bytes] | None = None, catalog: str = "", trailer: str = "") -> bytes:
    """A PDF of one page; further objects are numbered from 8."""
    stream = zlib.compress(content.encode())
    whole = [
        f"<</Type/Catalog/Pages 2 0 R{catalog}>>".encode(),
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        f"<</Length {len(stream)}/Filter/FlateDecode>>stream\n".encode() + stream + b"\nendstream",
        b"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[6 0 R]>>",
        b"<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo 7 0 R>>",
        b"<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>",
        *(objects or []),
    ]
    out, places = bytearray(b"%PDF-1.6\n"), []
    for number, body in enumerate(whole, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(whole) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
    out += f"trailer<</Size {len(whole) + 1}/Root 1 0 R{trailer}>>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)


def pdf_report(rng: random.Random, lines: int = 12) -> str:
    """The operators of an honest page."""
    return "\n".join(pdf_show(sentence(rng)[:44], 50, 790 - 20 * i) for i in range(lines))


def pdf_streams(data: bytes) -> str:
    """The packed streams of a PDF, unpacked and joined."""
    found = re.findall(rb"FlateDecode>>stream\n(.*?)\nendstream", data, re.S)
    return "\n".join(zlib.decompress(part).decode("latin-1") for part in found)


def pdf_texts(content: str, mode: int = 0) -> list[str]:
    """The texts that a page shows in one rendering mode."""
    shown = re.findall(rf"Tf {mode} Tr [^<]*<([0-9a-f]*)> Tj", content)
    return [bytes.fromhex(part).decode("utf-16-be") for part in shown]
