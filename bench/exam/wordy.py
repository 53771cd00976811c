"""Records in text and slide documents (Office Open XML, OpenDocument, RTF, PDF)."""

import html
import io
import re
import zlib
from collections.abc import Sequence
from random import Random

from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfgen.canvas import Canvas

from bench.exam.core import Decoder, Rows, carries, payload, prose, roles, technique, unpack, unzipped, zipped

TYPES = b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def paragraph(text: str, style: str = "") -> str:
    return f"<w:p><w:r><w:rPr>{style}</w:rPr><w:t>{html.escape(text)}</w:t></w:r></w:p>"


def document(random: Random, body: str, more: dict[str, bytes] | None = None) -> bytes:
    text = "".join(map(paragraph, prose(random, 6)))
    main = f'<?xml version="1.0"?><w:document xmlns:w="{WORD}"><w:body>{text}{body}</w:body></w:document>'
    return zipped({"[Content_Types].xml": TYPES, "word/document.xml": main.encode(), **(more or {})})


def lines(rows: Rows) -> list[str]:
    return payload(rows, separator="|").decode().split("\n")


def part(name: str, pattern: str) -> Decoder:
    return carries(lambda data: "\n".join(re.findall(pattern, unzipped(data)[name].decode(), re.S)))


@technique("docx", decoder=part("word/document.xml", r"<w:t>([^<]+\|[^<]+)</w:t>"))
def word_paragraphs(rows: Rows, random: Random) -> bytes:
    """A paragraph for each record."""
    return document(random, "".join(map(paragraph, lines(rows))))


@technique("docx", decoder=part("word/document.xml", r"<w:vanish/></w:rPr><w:t>(.+?)</w:t>"))
def word_hidden_runs(rows: Rows, random: Random) -> bytes:
    """Runs formatted as hidden."""
    return document(random, "".join(paragraph(line, "<w:vanish/>") for line in lines(rows)))


@technique("docx", decoder=part("word/document.xml", r"<w:delText>(.+?)</w:delText>"))
def word_tracked_deletions(rows: Rows, random: Random) -> bytes:
    """Deleted text that the tracking of changes keeps."""
    body = "".join(
        f"<w:p><w:del><w:r><w:delText>{line}</w:delText></w:r></w:del></w:p>" for line in lines(rows)
    )
    return document(random, body)


@technique("docx", decoder=part("word/comments.xml", r"<w:t>(.+?)</w:t>"))
def word_comments(rows: Rows, random: Random) -> bytes:
    """The reviewers' comments."""
    xml = f'<w:comments xmlns:w="{WORD}">{"".join(map(paragraph, lines(rows)))}</w:comments>'
    return document(random, "", {"word/comments.xml": xml.encode()})


@technique("docx", decoder=part("word/document.xml", r'descr="(.+?)"'))
def word_alternative_text(rows: Rows, random: Random) -> bytes:
    """The alternative texts of pictures."""
    return document(random, "".join(f'<w:p><wp:docPr id="1" descr="{line}"/></w:p>' for line in lines(rows)))


@technique("docx", decoder=part("word/document.xml", r'<w:instrText>ADDIN "(.+?)"</w:instrText>'))
def word_field_codes(rows: Rows, random: Random) -> bytes:
    """Field codes, which readers do not show."""
    return document(
        random, "".join(f'<w:p><w:r><w:instrText>ADDIN "{x}"</w:instrText></w:r></w:p>' for x in lines(rows))
    )


@technique("pptx", decoder=part("ppt/notesSlides/notesSlide1.xml", r"<a:t>(.+?)</a:t>"))
def slide_notes(rows: Rows, random: Random) -> bytes:
    """The speaker's notes."""
    notes = "".join(f"<a:p><a:r><a:t>{line}</a:t></a:r></a:p>" for line in lines(rows))
    slide = f"<p:sld><a:t>{prose(random)[0]}</a:t></p:sld>"
    return zipped({"[Content_Types].xml": TYPES, "ppt/slides/slide1.xml": slide.encode(),
                   "ppt/notesSlides/notesSlide1.xml": notes.encode()})  # fmt: skip


@technique("odt", decoder=part("content.xml", r'text:display="none">(.+?)<'))
def opendocument_hidden_text(rows: Rows, random: Random) -> bytes:
    """Hidden paragraphs."""
    body = "".join(f'<text:p text:display="none">{line}</text:p>' for line in lines(rows))
    content = f"<office:document-content><text:p>{prose(random)[0]}</text:p>{body}</office:document-content>"
    return zipped({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": content.encode()})


@technique("ods", decoder=part("content.xml", r'office:string-value="(.+?)"'))
def opendocument_cell_values(rows: Rows, _: Random) -> bytes:
    """The stored value of a cell differs from the shown one."""
    body = "".join(
        f'<table:table-cell office:string-value="{line}"><text:p>合计</text:p></table:table-cell>'
        for line in lines(rows)
    )
    return zipped(
        {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": body.encode()}
    )


def rtf(text: str) -> str:
    return "".join(sign if sign < "\x80" else f"\\u{(ord(sign) + 2**15) % 2**16 - 2**15}?" for sign in text)


def _rtf_back(text: str) -> str:
    return re.sub(r"\\u(-?\d+)\?", lambda hit: chr(int(hit[1]) % 2**16), text)


@technique(
    "rtf", decoder=carries(lambda data: _rtf_back("\n".join(re.findall(r"\\v (.+?)\\v0", data.decode()))))
)
def rtf_hidden_text(rows: Rows, random: Random) -> bytes:
    r"""Hidden text (\v) in escapes."""
    body = "".join(rf"{{\v {rtf(line)}\v0}}" + "\n" for line in lines(rows))
    return rf"{{\rtf1\ansi {rtf(prose(random)[0])}\par {body}}}".encode()


registerFont(UnicodeCIDFont("STSong-Light"))


def pdf(random: Random, shown: Sequence[str], *, mode: int = 0, colour: float = 0.0) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, invariant=1, pageCompression=1)
    for start in range(0, max(len(shown), 1), 40):
        canvas.setFont("STSong-Light", 9)
        canvas.drawString(40, 800, prose(random)[0])
        canvas.setFillGray(colour)
        for place, line in enumerate(shown[start : start + 40]):
            text = canvas.beginText(40, 780 - 18 * place)
            text.setTextRenderMode(mode)
            text.textOut(line)
            canvas.drawText(text)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _ascii85(stream: bytes) -> bytes:
    import base64

    return zlib.decompress(base64.a85decode(stream.strip().removesuffix(b"~>")))


def pdf_text(data: bytes) -> str:
    """The strings shown on the pages (UTF-16 with escapes, as the Chinese font has them)."""
    out = []
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", data, re.S):
        for shown in re.findall(rb"\((.*?)(?<!\\)\) Tj", _ascii85(stream), re.S):
            raw = re.sub(
                rb"\\([0-7]{3}|.)",
                lambda hit: bytes([int(hit[1], 8)]) if len(hit[1]) == 3 else hit[1],
                shown,
                flags=re.S,
            )
            out.append(raw.decode("utf-16-be", "replace"))
    return "\n".join(out)


@technique("pdf", decoder=carries(pdf_text))
def pdf_lines(rows: Rows, random: Random) -> bytes:
    """A line for each record."""
    return pdf(random, lines(rows))


@technique("pdf", decoder=carries(pdf_text))
def pdf_invisible_text(rows: Rows, random: Random) -> bytes:
    """Text of render mode 3, which is neither filled nor stroked."""
    return pdf(random, lines(rows), mode=3)


@technique("pdf", decoder=carries(pdf_text))
def pdf_white_text(rows: Rows, random: Random) -> bytes:
    """White text."""
    return pdf(random, lines(rows), colour=1.0)


@technique("pdf", decoder=carries(lambda data: data.rpartition(b"%%EOF\n")[2]))
def pdf_behind_its_end(rows: Rows, random: Random) -> bytes:
    """Lines behind the end mark."""
    return pdf(random, []) + b"%%EOF\n" + payload(rows)


@technique("pdf", decoder=carries(lambda data: bytes.fromhex(
    re.findall(rb"/Keywords <(.+?)>", data)[0].decode()).decode("utf-16-be")))  # fmt: skip
def pdf_keywords(rows: Rows, random: Random) -> bytes:
    """The keywords of an incremental update's information dictionary."""
    words = payload(rows).decode().encode("utf-16-be").hex()
    return pdf(random, []) + f"99 0 obj\n<< /Keywords <{words}> >>\nendobj\n%%EOF\n".encode()


@technique("pdf", decoder=lambda data, columns: unpack(b"\n".join(
    re.findall(rb"^% (.+)$", data, re.M)), columns))  # fmt: skip
def pdf_comments(rows: Rows, random: Random) -> bytes:
    """Comment lines between the objects."""
    head, _, rest = pdf(random, []).partition(b"\n2 0 obj")
    notes = b"".join(b"\n% " + line for line in payload(rows).split(b"\n"))
    return head + notes + b"\n2 0 obj" + rest


@technique("epub", decoder=part("OEBPS/p1.xhtml", r"<!--(.+?)-->"))
def book_comments(rows: Rows, random: Random) -> bytes:
    """Comments in a page of an electronic book."""
    page = f"<html><body>{prose(random)[0]}<!--{payload(rows).decode()}--></body></html>"
    assert roles(rows[0])
    return zipped({"mimetype": b"application/epub+zip", "OEBPS/p1.xhtml": page.encode()})
