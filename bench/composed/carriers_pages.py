"""Carriers in PDF, SVG and HTML."""

from __future__ import annotations

import html
import json
import random
import re
import zlib

from bench.composed.carriers import attribute, between, carrier
from bench.composed.kinds import Around, marked, pieces, unmarked
from bench.eighth_a.honest import Table

MAP = (
    b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /U def /CMapType 2 def "
    b"1 begincodespacerange <0000> <FFFF> endcodespacerange 1 beginbfrange <0000> <FFFF> <0000> endbfrange "
    b"endcmap end end"
)

FONT = (
    b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UTF16-H"
    b" /DescendantFonts [5 0 R] /ToUnicode 6 0 R >>"
)
GLYPHS = (
    b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /DW 1000 /W [1 95 500]"
    b" /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> >>"
)


def stream(data: bytes, extra: bytes = b"") -> bytes:
    """A packed stream."""
    packed = zlib.compress(data)
    return b"<< /Length %d /Filter /FlateDecode %s>>\nstream\n%s\nendstream" % (len(packed), extra, packed)


def wide(text: str) -> bytes:
    """A text string of a PDF."""
    return b"<" + text.encode("utf-16-be").hex().encode() + b">"


def pdf(
    pages: list[list[str]], catalog: bytes = b"", info: bytes = b"", more: tuple[bytes, ...] = ()
) -> bytes:
    """A PDF with the lines of its pages; objects 7 and on are `more`."""
    first = 7 + len(more)
    kids = b" ".join(b"%d 0 R" % (first + 2 * i) for i in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R %s>>" % catalog,
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(pages)),
        b"<< /Producer (stat) %s>>" % info,
        FONT,
        GLYPHS,
        stream(MAP),
        *more,
    ]
    for i, lines in enumerate(pages):
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R"
            b" /Resources << /Font << /F1 4 0 R >> >> >>" % (first + 2 * i + 1)
        )
        objects.append(stream(page(lines)))
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    end = b"trailer << /Size %d /Root 1 0 R /Info 3 0 R >>\nstartxref\n%d\n%%%%EOF\n"
    return out + end % (len(objects) + 1, out.rindex(b"xref\n0 "))


def page(lines: list[str]) -> bytes:
    """The drawing of lines; what goes on from the line before is set in."""
    body, height = [b"BT /F1 6 Tf"], 800
    for line in lines:
        indent = 48 if line.startswith("\r") else 40
        body.append(b"1 0 0 1 %d %d Tm %s Tj" % (indent, height, wide(line.removeprefix("\r"))))
        height -= 10
    return b"\n".join([*body, b"ET"])


def sheets(lines: list[str]) -> list[list[str]]:
    """Lines as pages, long ones folded."""
    folded = [("\r" if i else "") + piece for line in lines for i, piece in enumerate(pieces(line, 84))]
    return [folded[i : i + 75] for i in range(0, len(folded), 75)]


def pdf_text(data: bytes, company: Around, _: random.Random) -> bytes:
    """The text of pages."""
    return pdf(sheets(marked(data.decode().split("\n"), company)))


def streams(data: bytes, mark: bytes = b"") -> list[bytes]:
    """The unpacked streams whose dictionaries hold a mark."""
    found = re.finditer(rb"<< /Length (\d+) /Filter /FlateDecode ([^\n]*)>>\nstream\n", data)
    return [zlib.decompress(data[m.end() : m.end() + int(m[1])]) for m in found if mark in m[2]]


def pdf_text_back(data: bytes) -> bytes:
    """The lines of the pages, the folded ones joined."""
    lines: list[str] = []
    for body in streams(data):
        for indent, code in re.findall(rb"1 0 0 1 (\d+) \d+ Tm <([0-9a-f]*)> Tj", body):
            text = bytes.fromhex(code.decode()).decode("utf-16-be")
            if indent == b"48":
                lines[-1] += text
            else:
                lines.append(text)
    return "\n".join(unmarked(lines)).encode()


def pdf_attachment(data: bytes, company: Around, _: random.Random) -> bytes:
    """A file inside the file."""
    entry = b"<< /Type /Filespec /F (data.bin) /UF (data.bin) /EF << /F 8 0 R >> >>"
    catalog = b"/Names << /EmbeddedFiles << /Names [(data.bin) 7 0 R] >> >> "
    more = (entry, stream(data, b"/Type /EmbeddedFile "))
    return pdf(sheets(company.lines or ["统计说明"]), catalog, more=more)


def pdf_info(data: bytes, company: Around, _: random.Random) -> bytes:
    """The keywords in the dictionary of the document."""
    return pdf(sheets(company.lines or ["统计说明"]), info=b"/Keywords %s " % wide("\ufeff" + data.decode()))


def pdf_info_back(data: bytes) -> bytes:
    """The keywords."""
    found = re.search(rb"/Keywords <feff([0-9a-f]*)>", data)
    assert found is not None
    return bytes.fromhex(found[1].decode()).decode("utf-16-be").encode()


def pdf_xmp(data: bytes, company: Around, _: random.Random) -> bytes:
    """The description in the XMP packet."""
    text = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:description><rdf:Alt>'
        f'<rdf:li xml:lang="x-default">{html.escape(data.decode())}</rdf:li></rdf:Alt></dc:description>'
        "</rdf:Description></rdf:RDF></x:xmpmeta>"
    )
    more = (stream(text.encode(), b"/Type /Metadata /Subtype /XML "),)
    return pdf(sheets(company.lines or ["统计说明"]), b"/Metadata 7 0 R ", more=more)


def pdf_xmp_back(data: bytes) -> bytes:
    """The description."""
    return between(streams(data, b"/Metadata")[0].decode(), '<rdf:li xml:lang="x-default">', "</rdf:li>")[
        0
    ].encode()


def bars(table: Table) -> str:
    """The bars of a chart."""
    lines = []
    for i, row in enumerate(table[1:]):
        high = round(float(row[1]) % 997 / 5) + 10
        lines.append(f'<rect class="bar" x="{30 + 44 * i}" y="{240 - high}" width="30" height="{high}"/>')
        lines.append(f'<text class="label" x="{30 + 44 * i}" y="255" font-size="9">{row[0]}</text>')
    return "\n".join(lines)


def drawing(company: Around, inner: str) -> bytes:
    """An SVG picture with something in it."""
    head = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 1200">'
    return f"{head}\n{bars(company.table)}\n{inner}\n</svg>\n".encode()


def svg_text(data: bytes, company: Around, _: random.Random) -> bytes:
    """Texts in the picture."""
    lines = enumerate(data.decode().split("\n"))
    texts = (f'<text x="8" y="{280 + 12 * i}" xml:space="preserve">{html.escape(v)}</text>' for i, v in lines)
    return drawing(company, "\n".join(texts))


def svg_attributes(data: bytes, company: Around, _: random.Random) -> bytes:
    """Attributes of circles."""
    lines = enumerate(data.decode().split("\n"))
    dots = (
        f'<circle cx="{i % 60 * 10}" cy="{280 + i // 60 * 9}" r="2" data-v={attribute(v)}/>' for i, v in lines
    )
    return drawing(company, "\n".join(dots))


def svg_metadata(data: bytes, company: Around, _: random.Random) -> bytes:
    """The metadata element."""
    return drawing(company, f"<metadata>{html.escape(data.decode())}</metadata>")


def html_page(company: Around, inner: str, comment: str = "") -> bytes:
    """A page with something in it, among paragraphs of a report."""
    texts = "\n".join(f"<p>{html.escape(line)}</p>" for line in company.lines)
    rows = "\n".join("<li>" + " ".join(map(html.escape, row)) + "</li>" for row in company.table)
    head = '<!DOCTYPE html>\n<html lang="zh"><head><meta charset="utf-8"><title>统计</title></head><body>'
    return f"{head}{comment}\n{texts}\n<ul>{rows}</ul>\n{inner}\n</body></html>\n".encode()


def html_text(data: bytes, company: Around, _: random.Random) -> bytes:
    """A table if the payload is one, else text as it stands."""
    text = data.decode()
    if text.startswith("<table>") and text.endswith("</table>"):
        return html_page(company, f"<div>{text}</div>")
    return html_page(company, f"<pre>\n{html.escape(text)}</pre>")


def html_text_back(data: bytes) -> bytes:
    """The table or the text."""
    text = data.decode()
    found = re.search("<div>(.*)</div>", text, re.DOTALL)
    return (found[1] if found else between(text, "<pre>\n", "</pre>")[0]).encode()


def html_comment(data: bytes, company: Around, _: random.Random) -> bytes:
    """A comment."""
    return html_page(company, "", "<!--" + data.decode().replace("-->", "--&gt;") + "-->")


def html_comment_back(data: bytes) -> bytes:
    """The comment."""
    return data.decode().partition("<!--")[2].partition("-->")[0].replace("--&gt;", "-->").encode()


def html_script(data: bytes, company: Around, _: random.Random) -> bytes:
    """A list of lines in a script."""
    value = json.dumps(data.decode().split("\n"), ensure_ascii=False).replace("</", "<\\/")
    return html_page(company, f"<script>const series = {value};</script>")


def html_script_back(data: bytes) -> bytes:
    """The lines of the list."""
    value = data.decode().partition("<script>const series = ")[2].partition(";</script>")[0]
    return "\n".join(json.loads(value)).encode()


def html_data(data: bytes, company: Around, _: random.Random) -> bytes:
    """Data attributes of elements."""
    spans = (f"<span data-v={attribute(line)}></span>" for line in data.decode().split("\n"))
    return html_page(company, "\n".join(spans))


def data_back(data: bytes) -> bytes:
    """The attributes in their order."""
    return "\n".join(between(data.decode(), ' data-v="', '"')).encode()


carrier("pdf_text", "pages", "pdf", pdf_text, pdf_text_back)
carrier("pdf_attachment", "pages", "pdf", pdf_attachment, lambda d: streams(d, b"/EmbeddedFile")[0], True)
carrier("pdf_info", "pages", "pdf", pdf_info, pdf_info_back)
carrier("pdf_xmp", "pages", "pdf", pdf_xmp, pdf_xmp_back)
carrier(
    "svg_text",
    "pictures",
    "svg",
    svg_text,
    lambda d: "\n".join(between(d.decode(), ' xml:space="preserve">', "</text>")).encode(),
)
carrier("svg_attributes", "pictures", "svg", svg_attributes, data_back)
carrier(
    "svg_metadata",
    "pictures",
    "svg",
    svg_metadata,
    lambda d: between(d.decode(), "<metadata>", "</metadata>")[0].encode(),
)
carrier("html_text", "pages", "html", html_text, html_text_back)
carrier("html_comment", "pages", "html", html_comment, html_comment_back)
carrier("html_script", "pages", "html", html_script, html_script_back)
carrier("html_data", "pages", "html", html_data, data_back)
