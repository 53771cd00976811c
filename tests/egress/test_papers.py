"""The texts of a PDF, however its streams are folded and its strings written."""

from __future__ import annotations

import base64
import io
import zlib

import pytest
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from sandbox.egress.papers import texts_of_pdf

RECORD = "520302198905150011"
NAME = "沈磊涛"


def one(stream: bytes, head: bytes = b"") -> bytes:
    body = b"<<" + head + b"/Length %d>>\nstream\n" % len(stream)
    return b"%PDF-1.7\n1 0 obj\n" + body + stream + b"\nendstream\nendobj\n%%EOF"


SHOWN = f"BT ({RECORD}) Tj ET".encode()
FOLDED = {
    "plain": one(SHOWN),
    "flate": one(zlib.compress(SHOWN), b"/Filter/FlateDecode"),
    "ascii85": one(base64.a85encode(SHOWN) + b"~>", b"/Filter /ASCII85Decode "),
    "hex": one(SHOWN.hex().encode() + b">", b"/Filter/ASCIIHexDecode"),
    "both": one(
        base64.a85encode(zlib.compress(SHOWN)) + b"~>", b"/Filter[/ASCII85Decode/FlateDecode]/X<</Y 1>>"
    ),
    "hexadecimal string": one(b"BT <" + RECORD.encode().hex().encode() + b"> Tj ET"),
    "octal": one(b"BT (" + b"".join(b"\\%03o" % byte for byte in RECORD.encode()) + b") Tj ET"),
    "pieces": one(b"BT [(" + RECORD[:6].encode() + b") -20 (" + RECORD[6:].encode() + b")] TJ ET"),
    "note": b"%PDF-1.4\n2 0 obj<</Title(" + RECORD.encode() + b")>>endobj",
}  # fmt: skip


@pytest.mark.parametrize("name", FOLDED)
def test_a_number_is_read_wherever_it_is(name: str) -> None:
    assert RECORD in "\n".join(texts_of_pdf(FOLDED[name]))


@pytest.mark.parametrize("written", [
    b"<feff" + NAME.encode("utf-16-be").hex().encode() + b">",
    b"<" + NAME.encode("utf-16-be").hex().encode() + b">",
    b"(" + NAME.encode() + b")",
    b"(" + NAME.encode("gb18030") + b")",
])  # fmt: skip
def test_a_chinese_name_is_read_in_every_encoding(written: bytes) -> None:
    assert NAME in "\n".join(texts_of_pdf(one(b"BT " + written + b" Tj ET")))


def test_a_page_as_a_library_writes_it_is_read_line_by_line() -> None:
    out = io.BytesIO()
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    canvas = Canvas(out)
    canvas.setFont("STSong-Light", 12)
    for place in range(5):
        canvas.drawString(72, 700 - 20 * place, f"{NAME}{place},{RECORD}")
    canvas.save()
    lines = [line.strip() for text in texts_of_pdf(out.getvalue()) for line in text.splitlines()]
    assert {f"{NAME}{place},{RECORD}" for place in range(5)} <= set(lines)


def test_damaged_streams_cost_only_themselves() -> None:
    broken = one(zlib.compress(SHOWN)[4:], b"/Filter/FlateDecode")
    assert RECORD in "\n".join(texts_of_pdf(broken + FOLDED["plain"]))
    assert RECORD not in "\n".join(texts_of_pdf(broken))
