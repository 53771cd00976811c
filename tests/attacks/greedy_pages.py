"""Small documents that ask for much: entities of entities, depth, signs tried again and again."""

from __future__ import annotations

import base64
import io
import json
import struct
import zlib

import pyarrow as pa

from tests.attacks.greedy_files import MIB, ZEROS, greedy, zipped

SVG = "<svg xmlns='http://www.w3.org/2000/svg'>"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


@greedy("laughs.svg")
def laughs() -> bytes:
    """Entities of entities, ten times ten."""
    lines = ['<!ENTITY a0 "1234567890">']
    lines += ["<!ENTITY a{} '{}'>".format(n, f"&a{n - 1};" * 10) for n in range(1, 10)]
    return f"<!DOCTYPE svg [{''.join(lines)}]>{SVG}<text>&a9;</text></svg>".encode()


@greedy("quadratic.docx")
def quadratic() -> bytes:
    """One long entity named a hundred thousand times."""
    head = '<!DOCTYPE d [<!ENTITY a "' + "x" * 100_000 + '">]>'
    text = "<w:body><w:p><w:r><w:t>" + "&a;" * 100_000 + "</w:t></w:r></w:p></w:body>"
    body = f"{head}<w:document xmlns:w='{WORD}'>{text}</w:document>"
    types = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
    return zipped({"[Content_Types].xml": types.encode(), "word/document.xml": body.encode()})


@greedy("uses.svg")
def uses() -> bytes:
    """Groups that use the group before ten times, twelve deep."""
    groups = ["<g id='g0'><text>12345</text></g>"]
    groups += ["<g id='g{}'>{}</g>".format(n, f"<use href='#g{n - 1}'/>" * 10) for n in range(1, 12)]
    return f"{SVG}<defs>{''.join(groups)}</defs><use href='#g11'/></svg>".encode()


@greedy("deep.svg")
def deep_svg() -> bytes:
    """A hundred thousand groups in one another."""
    return (SVG + "<g>" * 100_000 + "</g>" * 100_000 + "</svg>").encode()


@greedy("deep.html")
def deep_html() -> bytes:
    """A hundred thousand elements in one another."""
    return ("<html><body>" + "<div>" * 100_000 + "1" + "</div>" * 100_000 + "</body></html>").encode()


@greedy("spans.html")
def spans() -> bytes:
    """Cells that say they span a million columns and rows."""
    cell = '<td rowspan="1000000" colspan="1000000">1</td>'
    return ("<html><body><table>" + ("<tr>" + cell * 20 + "</tr>") * 50 + "</table></body></html>").encode()


@greedy("deep.json")
def deep_json() -> bytes:
    """A million lists in one another."""
    return b"[" * 1_000_000 + b"]" * 1_000_000


@greedy("digits.json")
def digits() -> bytes:
    """A number of two million places."""
    return b'{"a": ' + b"7" * 2_000_000 + b"}"


@greedy("wrapped.txt")
def wrapped() -> bytes:
    """Base64 of base64, twenty-five times."""
    data = b"520302199001011234,1234\n" * 4
    for _ in range(25):
        data = base64.b64encode(data)
    return data[: 4 * MIB]


@greedy("packed.txt")
def packed_text() -> bytes:
    """Fifty packed mebibytes in each of twenty lines."""
    line = base64.b64encode(zlib.compress(bytes(50 * MIB), 9))
    return b"\n".join([line] * 20)


@greedy("wide.csv")
def wide() -> bytes:
    """A hundred thousand columns, three rows."""
    row = ",".join(str(1000 + number) for number in range(100_000))
    return "\n".join([row, row, row, row]).encode()


@greedy("quote.csv")
def quote() -> bytes:
    """A quotation that is never closed, of 4 MiB."""
    return b'a,b\n"' + b"1,2\n" * MIB


@greedy("points.txt")
def points() -> bytes:
    """Signs that patterns try again from every place."""
    signs = ("1,", "-", "1.2", "年", "=", "{", "\u200b")
    return "\n".join(one * 100_000 for one in signs).encode()


@greedy("numerals.txt")
def numerals() -> bytes:
    """Chinese numerals without an end."""
    return ("亿万千百十" * 40_000 + "\n" + "壹拾" * 50_000 + "\n" + "〇" * 100_000).encode()


@greedy("brackets.py")
def brackets() -> bytes:
    """A literal of brackets within brackets, and a sum of sums."""
    return b"x = " + b"[" * 50_000 + b"]" * 50_000 + b"\ny = " + b"1+" * 200_000 + b"1\n"


@greedy("values.sql")
def values() -> bytes:
    """Two hundred thousand rows of nothing."""
    return b"INSERT INTO t VALUES " + b",".join([b"(((0)))"] * 200_000) + b";"


@greedy("claimed.arrow")
def claimed_arrow() -> bytes:
    """A stream whose batch says it has 2**60 rows."""
    table = pa.table({"a": pa.array([123456789], pa.int64())})
    out = io.BytesIO()
    with pa.ipc.new_file(out, table.schema) as file:
        file.write_table(table)
    return out.getvalue().replace(struct.pack("<q", 1), struct.pack("<q", 1 << 60))


@greedy("chunks.png")
def chunks() -> bytes:
    """A picture of one point with a hundred packed texts of 20 MiB."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    long = b"k\0\0" + zlib.compress(bytes(20 * MIB), 9)
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    body = chunk(b"zTXt", long) * 100 + chunk(b"iCCP", b"p\0\0" + zlib.compress(bytes(100 * MIB), 9))
    return b"\x89PNG\r\n\x1a\n" + head + body + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


@greedy("frames.gif")
def frames() -> bytes:
    """Thirty thousand frames of one point."""
    head = b"GIF89a" + struct.pack("<HHBBB", 4000, 4000, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    frame = b"\x21\xf9\x04\0\0\0\0\0" + b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\0"
    return head + frame * 30_000 + b";"


@greedy("pages.pdf")
def pages() -> bytes:
    """A hundred thousand pages that are one and the same."""
    kids = b"3 0 R " * 100_000
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[" + kids + b"]/Count 100000>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R>>",
        b"<</Length 30>>stream\nBT (1234567890123) Tj ET     \nendstream",
    ]
    return _pdf(objects)


@greedy("letters.pdf")
def letters() -> bytes:
    """18 MB of text on one page, packed."""
    text = zlib.compress(b"BT /F 1 Tf " + b"(123456789012345678) Tj " * MIB + b"ET", 9)
    font = b"/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R" + font,
        b"<</Length %d/Filter/FlateDecode>>stream\n" % len(text) + text + b"\nendstream",
    ]
    return _pdf(objects)


@greedy("raster.pdf")
def raster() -> bytes:
    """An image of 60,000 by 60,000 points of one bit."""
    packer = zlib.compressobj(9)
    data = b"".join([*(packer.compress(ZEROS) for _ in range(430)), packer.flush()])
    image = b"<</Type/XObject/Subtype/Image/Width 60000/Height 60000/BitsPerComponent 1/ColorSpace/DeviceGray"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 5 0 R/Resources<</XObject<</X 4 0 R>>>>>>",
        image + b"/Length %d/Filter/FlateDecode>>stream\n" % len(data) + data + b"\nendstream",
        b"<</Length 27>>stream\n200 0 0 200 0 0 cm /X Do   \nendstream",
    ]
    return _pdf(objects)


def _pdf(objects: list[bytes]) -> bytes:
    written = [b"%d 0 obj%s endobj\n" % (number, body) for number, body in enumerate(objects, 1)]
    return b"%PDF-1.7\n" + b"".join(written) + b"trailer<</Root 1 0 R>>\n%%EOF"


@greedy("outputs.ipynb")
def many_outputs() -> bytes:
    """Twenty thousand outputs, each a notebook of its own."""
    inner = json.dumps({"cells": [], "nbformat": 4, "nbformat_minor": 5, "metadata": {}})
    shown = {"application/json": inner, "text/plain": "1"}
    outputs = [{"output_type": "display_data", "metadata": {}, "data": shown}] * 20_000
    cell = {"cell_type": "code", "source": "", "metadata": {}, "execution_count": 1, "outputs": outputs}
    return json.dumps({"cells": [cell], "nbformat": 4, "nbformat_minor": 5, "metadata": {}}).encode()


@greedy("attribute.svg")
def one_attribute() -> bytes:
    """One attribute of two hundred thousand letters, which might be the names of others."""
    return f'{SVG}<path d="{"x" * 200_000}"/><rect fill="{"x" * 200_000}"/></svg>'.encode()


@greedy("remarks.html")
def remarks() -> bytes:
    """A hundred thousand remarks that begin, one that ends."""
    return b"<html><body>" + b"<!--" * 100_000 + b"1234567890123 --></body></html>"


@greedy("blanks.txt")
def blank_lines() -> bytes:
    """A text of empty lines, and blanks in brackets."""
    return b"\n" * 200_000 + b"a = [" + b" " * 200_000 + b"]\n" + b"# " + b" " * 200_000 + b"x\n"


@greedy("letters.csv")
def long_cells() -> bytes:
    """Codes of fifty thousand letters without a figure."""
    return b"code,n\n" + b"".join(b"%s,%d\n" % (b"x" * 50_000, at) for at in range(12))
