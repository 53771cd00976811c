"""A small PDF writer and reader: pages of Chinese text, streams, attachments."""

from __future__ import annotations

import re
import zlib

FONT = (
    b"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[<</Type/Font"
    b"/Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)"
    b"/Supplement 4>>/DW 1000/FontDescriptor<</Type/FontDescriptor/FontName/STSong-Light"
    b"/Flags 6/FontBBox[-25 -254 1000 880]"
    b"/ItalicAngle 0/Ascent 880/Descent -120/CapHeight 880/StemV 93>>>>]>>"
)


def text(value: str) -> bytes:
    """A text as the hexadecimal string of a font in UTF-16."""
    return b"<" + value.encode("utf-16-be").hex().upper().encode() + b">"


def meta(value: str) -> bytes:
    """A text string of a dictionary, with its byte order mark."""
    return b"<FEFF" + text(value)[1:]


def lines(values: list[str], mode: int = 0, size: int = 11, top: int = 790) -> bytes:
    """The operators that show lines of text from the top of a page."""
    shown = b"".join(text(value) + b" Tj T*\n" for value in values)
    return f"BT /F1 {size} Tf {size + 4} TL {mode} Tr 50 {top} Td\n".encode() + shown + b"ET\n"


class Pdf:
    """Objects that become a file, the first three being catalogue, pages and font."""

    def __init__(self) -> None:
        """Begin with the places of catalogue, pages and font."""
        self.objects: list[bytes] = [b"", b"", FONT]
        self.pages: list[int] = []
        self.catalogue = b""
        self.trailer = b""

    def add(self, body: bytes) -> int:
        """Add an object; returns its number."""
        self.objects.append(body)
        return len(self.objects)

    def stream(self, data: bytes, entries: bytes = b"", pack: bool = True) -> int:
        """Add a stream, compressed unless told not to; returns its number."""
        if pack:
            data = zlib.compress(data, 9)
            entries += b"/Filter/FlateDecode"
        return self.add(b"<<" + entries + b"/Length %d>>\nstream\n" % len(data) + data + b"\nendstream")

    def page(self, content: bytes, entries: bytes = b"", resources: bytes = b"") -> None:
        """Add a page of operators."""
        number = self.stream(content)
        head = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents %d 0 R" % number
        head += b"/Resources<</Font<</F1 3 0 R>>" + resources + b">>"
        self.pages.append(self.add(head + entries + b">>"))

    def attach(self, name: str, data: bytes) -> None:
        """Attach a file to the document."""
        number = self.stream(data, b"/Type/EmbeddedFile")
        label = b"(" + name.encode() + b")"
        spec = self.add(b"<</Type/Filespec/F" + label + b"/UF" + label + b"/EF<</F %d 0 R>>>>" % number)
        self.catalogue += b"/Names<</EmbeddedFiles<</Names[" + label + b" %d 0 R]>>>>" % spec

    def built(self) -> bytes:
        """The bytes of the file."""
        kids = b" ".join(b"%d 0 R" % number for number in self.pages)
        self.objects[0] = b"<</Type/Catalog/Pages 2 0 R" + self.catalogue + b">>"
        self.objects[1] = b"<</Type/Pages/Kids[" + kids + b"]/Count %d>>" % len(self.pages)
        out, places = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", []
        for number, body in enumerate(self.objects, 1):
            places.append(len(out))
            out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
        table = b"".join(b"%010d 00000 n \n" % place for place in places)
        size = len(self.objects) + 1
        start = len(out)
        out += b"xref\n0 %d\n0000000000 65535 f \n" % size + table
        out += b"trailer\n<</Size %d/Root 1 0 R" % size + self.trailer + b">>\n"
        return out + b"startxref\n%d\n%%%%EOF\n" % start


def streams(data: bytes) -> list[tuple[bytes, bytes]]:
    """The streams of a file that `Pdf` wrote: the dictionary of each and its data, decompressed."""
    out = []
    for hit in re.finditer(rb"\d+ 0 obj\n(<<[^\n]*?/Length (\d+)>>)\nstream\n", data):
        body = data[hit.end() : hit.end() + int(hit[2])]
        out.append((hit[1], zlib.decompress(body) if b"/FlateDecode" in hit[1] else body))
    return out


def attachment(data: bytes) -> bytes:
    """The only attached file."""
    return next(body for head, body in streams(data) if b"/EmbeddedFile" in head)


def shown(content: bytes) -> list[str]:
    """The strings that the operators of a page show."""
    hits = re.findall(rb"<([0-9A-F]+)> Tj", content)
    return [bytes.fromhex(hit.decode()).decode("utf-16-be") for hit in hits]
