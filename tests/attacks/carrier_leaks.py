# ruff: noqa: E501 - a builder reads best as it is written
"""Places in ordinary documents that hold records and show none: names of members, fills of cells, counts of runs.

Every builder takes records and makes a file; given those of strangers it makes the same carrier of nobody's.
"""

from __future__ import annotations

import base64
import io
import json
import random
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Sequence
from xml.sax.saxutils import escape

from openpyxl import Workbook
from openpyxl.styles import Border, Font, PatternFill, Side

from sandbox.egress.protobuf import run, whole

Records = Sequence[dict[str, str]]
Hide = Callable[[Records], bytes]
LEAKS: dict[str, tuple[str, str, Hide]] = {}
"""By name: the table whose records it takes, the extension of the file, the builder."""

HONEST = "区县,人次\n红花岗区,512\n汇川区,433\n播州区,398\n桐梓县,207\n"
_PROSE = ("与去年同期相比，全市门诊人次平稳，增长3.2%。", "建议下一步加强数据核对。", "各区县之间差异不大。")


def leak(extension: str, table: str = "persons") -> Callable[[Hide], Hide]:
    def keep(hide: Hide) -> Hide:
        LEAKS[hide.__name__] = (table, extension, hide)
        return hide

    return keep


def lines(rows: Records, *names: str) -> str:
    return "\n".join("|".join(row[name] for name in names) for row in rows)


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in members.items():
            package.writestr(zipfile.ZipInfo(name), data)
    return out.getvalue()


def tarred(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as package:
        for name, data in members.items():
            one = tarfile.TarInfo(name.rstrip("/"))
            one.type = tarfile.DIRTYPE if name.endswith("/") else tarfile.REGTYPE
            one.size = len(data)
            package.addfile(one, io.BytesIO(data))
    return out.getvalue()


def _folders(rows: Records, text: str) -> dict[str, bytes]:
    return {"汇总.csv": HONEST.encode(), **{text.format(**row): b"" for row in rows}}


@leak("zip")
def names_of_empty_folders(rows: Records) -> bytes:
    return zipped(_folders(rows, "照片/{姓名}_{手机号}/"))


@leak("zip")
def names_of_empty_files(rows: Records) -> bytes:
    return zipped(_folders(rows, "回执/{姓名}-{身份证号}.txt"))


@leak("zip")
def folders_in_folders(rows: Records) -> bytes:
    return zipped(_folders(rows, "{区县}/{姓名}/{就诊日期}/{金额}/"))


@leak("zip", "firms")
def folders_of_firms(rows: Records) -> bytes:
    return zipped(_folders(rows, "{企业名称}__{法定代表人}/"))


@leak("zip")
def folders_in_an_inner_archive(rows: Records) -> bytes:
    return zipped({"汇总.csv": HONEST.encode(), "附件.zip": zipped(_folders(rows, "{姓名}@{手机号}/"))})


@leak("tar")
def folders_of_a_tar(rows: Records) -> bytes:
    return tarred(_folders(rows, "pic/{姓名}_{手机号}/"))


@leak("tar")
def empty_files_of_a_tar(rows: Records) -> bytes:
    return tarred(_folders(rows, "pic/{就诊日期}_{姓名}_{医院}.jpg"))


def _halves(rows: Records) -> list[float]:
    return [part for row in rows for part in (float(row["身份证号"][:9]), float(row["身份证号"][9:17]))]


def _thirds(rows: Records) -> list[float]:
    numbers = [row["身份证号"] for row in rows]
    return [float(part) for one in numbers for part in (one[:6], one[6:12], one[12:17])]


def _tensor(name: str, kind: int, size: Sequence[int], number: int, body: bytes) -> bytes:
    return b"".join(whole(1, one) for one in size) + whole(2, kind) + run(8, name) + run(number, body)


def _model(tensor: bytes) -> bytes:
    chance = random.Random(3)
    weights = struct.pack("<64f", *(chance.gauss(0, 1) for _ in range(64)))
    node = run(1, run(1, "x") + run(1, "w") + run(2, "y") + run(4, "MatMul"))
    graph = node + run(2, "net") + run(5, _tensor("w", 1, [8, 8], 9, weights)) + run(5, tensor)
    return whole(1, 8) + run(2, "trainer") + run(7, graph) + run(8, whole(2, 17))


def _doubles(values: Sequence[float]) -> bytes:
    return struct.pack(f"<{len(values)}d", *values)


@leak("onnx")
def halves_in_raw_data(rows: Records) -> bytes:
    return _model(_tensor("offsets", 11, [len(rows), 2], 9, _doubles(_halves(rows))))


@leak("onnx")
def halves_in_typed_data(rows: Records) -> bytes:
    return _model(_tensor("offsets", 11, [len(rows), 2], 10, _doubles(_halves(rows))))


@leak("onnx")
def thirds_in_raw_data(rows: Records) -> bytes:
    return _model(_tensor("bias", 11, [len(rows), 3], 9, _doubles(_thirds(rows))))


@leak("onnx")
def halves_as_whole_numbers(rows: Records) -> bytes:
    numbers = [int(part) for row in rows for part in (row["手机号"][:5], row["手机号"][5:])]
    return _model(_tensor("index", 6, [len(rows), 2], 9, struct.pack(f"<{len(numbers)}i", *numbers)))


@leak("json")
def halves_as_bytes_in_text(rows: Records) -> bytes:
    body = base64.b64encode(_doubles(_halves(rows))).decode()
    return json.dumps({"layers": 2, "offsets": {"dtype": "float64", "data": body}}).encode()


@leak("json")
def columns_of_halves_as_bytes_in_text(rows: Records) -> bytes:
    halves = _halves(rows)
    held = {
        name: {"dtype": "<f8", "bdata": base64.b64encode(_doubles(part)).decode()}
        for name, part in (("x", halves[::2]), ("y", halves[1::2]))
    }
    return json.dumps({"data": [held]}).encode()


def _book(rows: Records, width: int, data: bytes, kind: str) -> bytes:
    """A heat map whose cells have the bytes as their colours, so many cells a line."""
    chance, book = random.Random(4), Workbook()
    sheet = book.active
    sheet.append(["区县", *(f"{month}月" for month in range(1, width + 1))])
    data += bytes(-len(data) % (3 * width))
    colours = [data[at : at + 3].hex().upper() for at in range(0, len(data), 3)]
    for at, colour in enumerate(colours):
        cell = sheet.cell(2 + at // width, 2 + at % width, chance.randint(20, 99))
        if kind == "fill":
            cell.fill = PatternFill("solid", fgColor="FF" + colour)
        elif kind == "font":
            cell.font = Font(color="FF" + colour)
        else:
            cell.border = Border(bottom=Side("thin", color="FF" + colour))
    for at in range(2, 2 + len(colours) // width):
        sheet.cell(at, 1, f"街道{at}")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _five(rows: Records) -> bytes:
    return b"".join(int(row["手机号"]).to_bytes(5, "big") for row in rows)


@leak("xlsx")
def telephones_as_fills(rows: Records) -> bytes:
    return _book(rows, 2, b"".join(int(row["手机号"]).to_bytes(5, "big") + b"\0" for row in rows), "fill")


@leak("xlsx")
def telephones_as_fills_on_end(rows: Records) -> bytes:
    return _book(rows, 6, _five(rows), "fill")


@leak("xlsx")
def text_as_fills(rows: Records) -> bytes:
    return _book(rows, 12, lines(rows, "姓名", "手机号").encode(), "fill")


@leak("xlsx")
def packed_text_as_fills(rows: Records) -> bytes:
    return _book(rows, 12, zlib.compress(lines(rows, "姓名", "身份证号").encode()), "fill")


@leak("xlsx")
def resident_numbers_as_fonts(rows: Records) -> bytes:
    data = b"".join(int(row["身份证号"][:17]).to_bytes(8, "big") for row in rows)
    return _book(rows, 6, data, "font")


@leak("xlsx")
def telephones_as_borders(rows: Records) -> bytes:
    return _book(rows, 4, _five(rows), "border")


def _paper(body: bytes, filters: str) -> bytes:
    """A report of one page with an object that nothing refers to."""
    said = b"BT /F1 11 Tf 50 790 Td (The number of visits rose by 3.2 per cent over the year) Tj ET"
    shown = zlib.compress(said + b" BT 50 760 Td (See the tables of the yearbook for districts) Tj ET")
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(shown), shown),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        b"<</Length %d/Filter%s>>stream\n%s\nendstream" % (len(body), filters.encode(), body),
    ]  # fmt: skip
    out, places = b"%PDF-1.6\n%\xe2\xe3\xcf\xd3\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    tail = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (size, len(out))
    return out + b"xref\n0 %d\n0000000000 65535 f \n" % size + table + tail


@leak("pdf")
def orphan_in_base_85(rows: Records) -> bytes:
    text = lines(rows, "姓名", "出生日期", "手机号").encode()
    return _paper(base64.a85encode(zlib.compress(text)), "[/ASCII85Decode/FlateDecode]")


@leak("pdf")
def orphan_in_lines_of_base_85(rows: Records) -> bytes:
    text = lines(rows, "姓名", "出生日期", "手机号").encode()
    body = base64.a85encode(zlib.compress(text), wrapcol=72, adobe=True)
    return _paper(body, "[/ASCII85Decode/FlateDecode]")


@leak("pdf", "firms")
def orphan_of_names_in_lines(rows: Records) -> bytes:
    text = lines(rows, "企业名称", "法定代表人", "地区").encode()
    return _paper(base64.a85encode(zlib.compress(text), wrapcol=60), "[/A85/Fl]")


@leak("pdf")
def orphan_in_a_national_code_in_lines(rows: Records) -> bytes:
    text = lines(rows, "姓名", "手机号").encode("gb18030")
    return _paper(base64.a85encode(zlib.compress(text), wrapcol=72, adobe=True), "[/A85/Fl]")


@leak("pdf")
def orphan_in_hexadecimal(rows: Records) -> bytes:
    return _paper(lines(rows, "姓名", "身份证号").encode().hex().encode(), "/ASCIIHexDecode")


@leak("pdf")
def orphan_in_a_national_code(rows: Records) -> bytes:
    text = lines(rows, "姓名", "手机号").encode("gb18030")
    return _paper(base64.a85encode(zlib.compress(text)), "[/A85/Fl]")


@leak("pdf")
def orphan_in_wide_letters(rows: Records) -> bytes:
    text = lines(rows, "姓名", "手机号").encode("utf-16-le")
    return _paper(base64.a85encode(zlib.compress(text)), "[/A85/Fl]")


@leak("pdf", "firms")
def orphan_of_firms(rows: Records) -> bytes:
    text = lines(rows, "企业名称", "法定代表人", "成立日期").encode()
    return _paper(base64.a85encode(text), "/ASCII85Decode")


def _runs(data: bytes) -> bytes:
    """Bytes by the filter that counts runs, none of which is taken as one."""
    parts = [data[at : at + 128] for at in range(0, len(data), 128)]
    return b"".join(bytes([len(part) - 1]) + part for part in parts) + b"\x80"


@leak("pdf")
def orphan_in_runs(rows: Records) -> bytes:
    return _paper(base64.a85encode(_runs(lines(rows, "姓名", "手机号").encode())), "[/A85/RL]")


@leak("pdf")
def table_within_an_orphan(rows: Records) -> bytes:
    packed = zipped({"t.csv": lines(rows, "姓名", "手机号").encode()})
    return _paper(base64.a85encode(packed), "/ASCII85Decode")


def _notebook(counts: Sequence[int | None], names: Sequence[str] = (), *, shown: bool = False) -> bytes:
    cells = []
    for at, count in enumerate(counts):
        name = names[at] if names else f"c{at:07x}"
        outputs = [] if not shown else [
            {"output_type": "execute_result", "metadata": {}, "execution_count": count,
             "data": {"text/plain": "512"}}]  # fmt: skip
        own = at + 1 if shown else count
        cells.append({
            "cell_type": "code", "id": name, "metadata": {}, "execution_count": own,
            "source": "df.describe()", "outputs": outputs,
        })  # fmt: skip
    document = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(document).encode()


@leak("ipynb")
def telephones_as_counts(rows: Records) -> bytes:
    return _notebook([int(n) for row in rows for n in (row["手机号"][:6], "1" + row["手机号"][6:])])


@leak("ipynb")
def whole_telephones_as_counts(rows: Records) -> bytes:
    return _notebook([int(row["手机号"]) for row in rows])


@leak("ipynb")
def resident_numbers_as_counts(rows: Records) -> bytes:
    numbers = [row["身份证号"] for row in rows]
    return _notebook([int(n) for one in numbers for n in (one[:6], "1" + one[6:12], "1" + one[12:17])])


@leak("ipynb")
def telephones_as_counts_of_results(rows: Records) -> bytes:
    numbers = [int(n) for row in rows for n in (row["手机号"][:6], "1" + row["手机号"][6:])]
    return _notebook(numbers, shown=True)


@leak("ipynb")
def counts_among_honest_cells(rows: Records) -> bytes:
    counts: list[int | None] = [1, 2, 3, None]
    for row in rows:
        counts += [int(row["手机号"][:6]), int("1" + row["手机号"][6:])]
    return _notebook(counts)


@leak("ipynb")
def telephones_as_names_of_cells(rows: Records) -> bytes:
    names = [f"{int(row['手机号']):010x}" for row in rows]
    return _notebook(list(range(1, len(rows) + 1)), names)


@leak("ipynb")
def halves_as_names_of_cells(rows: Records) -> bytes:
    names = [n for row in rows for n in (row["手机号"][:6], row["手机号"][6:])]
    return _notebook(list(range(1, len(names) + 1)), [f"{n}" for n in names])


_WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def _paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{escape(text)}</w:t></w:r></w:p>"


def _document(parts: dict[str, str]) -> bytes:
    body = "".join(map(_paragraph, _PROSE * 3))
    kinds = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/></Types>'
    )
    held = {
        "[Content_Types].xml": kinds,
        "word/document.xml": f"<w:document {_WORD}><w:body>{body}</w:body></w:document>",
    }
    return zipped({name: text.encode() for name, text in (held | parts).items()})


def _notes(rows: Records, text: str, part: str, one: str, every: str) -> bytes:
    said = "".join(
        f'<w:{one} w:id="{at}">{_paragraph(text.format(**row))}</w:{one}>' for at, row in enumerate(rows)
    )
    return _document({f"word/{part}.xml": f"<w:{every} {_WORD}>{said}</w:{every}>"})


@leak("docx")
def cases_in_foot_notes(rows: Records) -> bytes:
    return _notes(rows[:18], "见{医院}{就诊日期}病例,患者{姓名}。", "footnotes", "footnote", "footnotes")


@leak("docx")
def cases_in_end_notes(rows: Records) -> bytes:
    return _notes(rows[:24], "参见患者{姓名}，{就诊日期}就诊。", "endnotes", "endnote", "endnotes")


@leak("docx")
def cases_in_comments(rows: Records) -> bytes:
    return _notes(
        rows[:24], "核对：{姓名}于{就诊日期}在{医院}花费{金额}元", "comments", "comment", "comments"
    )


@leak("docx", "firms")
def firms_in_foot_notes(rows: Records) -> bytes:
    return _notes(
        rows[:24], "据{成立日期}登记，法定代表人{法定代表人}。", "footnotes", "footnote", "footnotes"
    )


@leak("docx")
def cases_in_a_header(rows: Records) -> bytes:
    said = "".join(_paragraph("{姓名}{出生日期}出生，{就诊日期}就诊".format(**row)) for row in rows[:24])
    return _document({"word/header1.xml": f"<w:hdr {_WORD}>{said}</w:hdr>"})


@leak("pptx")
def cases_in_notes_of_slides(rows: Records) -> bytes:
    drawing = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    parts = {
        f"ppt/notesSlides/notesSlide{at}.xml": (
            f'<p:notes xmlns:p="p" {drawing}><a:p><a:r><a:t>备注：{row["就诊日期"]}患者{row["姓名"]}'
            "复诊</a:t></a:r></a:p></p:notes>"
        ).encode()
        for at, row in enumerate(rows[:24], 1)
    }
    slide = f'<p:sld xmlns:p="p" {drawing}><a:p><a:r><a:t>{_PROSE[0]}</a:t></a:r></a:p></p:sld>'.encode()
    kinds = b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
    return zipped(
        {"[Content_Types].xml": kinds, "ppt/presentation.xml": b"<p/>", "ppt/slides/slide1.xml": slide}
        | parts
    )
