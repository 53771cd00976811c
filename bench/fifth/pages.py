"""Family i: PDF files: shown and unseen text, attachments, metadata, gaps."""

from __future__ import annotations

import base64
import random
import re
import zlib

from bench.fifth.core import (
    BIRTH,
    BOOK,
    CARE,
    FIRM,
    FTEL,
    ID,
    NAME,
    TEL,
    USCC,
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
from bench.fifth.cover import pdf, pdf_report, pdf_show, pdf_streams, pdf_texts


def stream(data: bytes, extra: str = "") -> bytes:
    """A packed stream object."""
    body = zlib.compress(data)
    return f"<<{extra}/Length {len(body)}/Filter/FlateDecode>>stream\n".encode() + body + b"\nendstream"


def utf16(value: str) -> str:
    """A text string of PDF in base 16."""
    return f"<feff{value.encode('utf-16-be').hex()}>"


def strings(data: bytes) -> list[str]:
    """All text strings of PDF with a mark."""
    return [
        bytes.fromhex(v).decode("utf-16-be") for (v,) in found("<feff([0-9a-f]+)>", data.decode("latin-1"))
    ]


@technique("i", "persons", *CARE)
def pdf_table(rows: list[Row], rng: random.Random) -> Files:
    """A page that shows the table below its sentences."""
    lines = "\n".join(
        pdf_show(text([r], *CARE, sep="  "), 50, 560 - 9 * i, size=8) for i, r in enumerate(rows)
    )
    return [("pdf", pdf(pdf_report(rng, 8) + "\n" + lines))]


def pdf_table_back(files: list[bytes]) -> Values:
    """The lines with three gaps."""
    return [tuple(v.split("  ")) for v in pdf_texts(pdf_streams(files[0])) if v.count("  ") == 3]


@technique("i", "persons", *WHO)
def pdf_unseen_text(rows: list[Row], rng: random.Random) -> Files:
    """Text in the mode of search layers, which paints nothing."""
    lines = "\n".join(pdf_show(text([r], *WHO, sep=" "), 50, 700, 3, 1) for r in rows)
    return [("pdf", pdf(pdf_report(rng) + "\n" + lines))]


def pdf_unseen_text_back(files: list[bytes]) -> Values:
    """What mode three shows."""
    return [tuple(v.split(" ")) for v in pdf_texts(pdf_streams(files[0]), 3)]


@technique("i", "firms", *BOOK)
def pdf_attachment(rows: list[Row], rng: random.Random) -> Files:
    """A file attached to the document."""
    extra = [
        stream(text(rows, *BOOK).encode(), "/Type/EmbeddedFile"),
        b"<</Type/Filespec/F(a.csv)/EF<</F 8 0 R>>>>",
    ]
    return [("pdf", pdf(pdf_report(rng), extra, "/Names<</EmbeddedFiles<</Names[(a.csv) 9 0 R]>>>>"))]


def pdf_attachment_back(files: list[bytes]) -> Values:
    """The attached stream."""
    data = files[0].split(b"/Type/EmbeddedFile")[1]
    body = data.split(b"stream\n", 1)[1].split(b"\nendstream")[0]
    return untext(zlib.decompress(body).decode())


@technique("i", "persons", NAME, ID)
def pdf_keywords(rows: list[Row], rng: random.Random) -> Files:
    """The keywords of the document's information."""
    info = f"<</Title{utf16('运行情况')}/Keywords{utf16(text(rows, NAME, ID))}>>".encode()
    return [("pdf", pdf(pdf_report(rng), [info], trailer="/Info 8 0 R"))]


def pdf_keywords_back(files: list[bytes]) -> Values:
    """The keywords."""
    return untext(strings(files[0])[1])


@technique("i", "persons", *WHO)
def pdf_xmp(rows: list[Row], rng: random.Random) -> Files:
    """An unpacked packet of metadata with a bag of subjects."""
    items = "".join(f"<rdf:li>{text([r], *WHO, sep=' ')}</rdf:li>" for r in rows)
    body = f"<x:xmpmeta><dc:subject><rdf:Bag>{items}</rdf:Bag></dc:subject></x:xmpmeta>".encode()
    part = f"<</Type/Metadata/Subtype/XML/Length {len(body)}>>stream\n".encode() + body + b"\nendstream"
    return [("pdf", pdf(pdf_report(rng), [part], "/Metadata 8 0 R"))]


def pdf_xmp_back(files: list[bytes]) -> Values:
    """The subjects."""
    body = files[0].split(b"<x:xmpmeta>")[1].split(b"</x:xmpmeta>")[0].decode()
    return [tuple(v.split(" ")) for (v,) in found("<rdf:li>(.*?)</rdf:li>", body)]


@technique("i", "firms", FIRM, FTEL)
def pdf_annotations(rows: list[Row], rng: random.Random) -> Files:
    """Invisible notes."""
    notes = [
        f"<</Type/Annot/Subtype/Text/F 2/Rect[0 0 0 0]/Contents{utf16(text([r], FIRM, FTEL))}>>".encode()
        for r in rows
    ]
    return [("pdf", pdf(pdf_report(rng), notes))]


def pdf_annotations_back(files: list[bytes]) -> Values:
    """The notes' contents."""
    return [tuple(v.split("|")) for v in strings(files[0])]


@technique("i", "persons", TEL)
def pdf_after_end(rows: list[Row], rng: random.Random) -> Files:
    """Bytes after the end of the file."""
    return [("pdf", pdf(pdf_report(rng)) + zlib.compress(packed(rows)))]


def pdf_after_end_back(files: list[bytes]) -> Values:
    """What follows the end."""
    return unpacked(zlib.decompress(files[0].split(b"%%EOF\n", 1)[1]))


@technique("i", "persons", NAME, BIRTH, TEL)
def pdf_orphan(rows: list[Row], rng: random.Random) -> Files:
    """An object that nothing refers to, in base 85."""
    body = base64.a85encode(zlib.compress(text(rows, NAME, BIRTH, TEL).encode()))
    part = (
        f"<</Length {len(body)}/Filter[/ASCII85Decode/FlateDecode]>>stream\n".encode() + body + b"\nendstream"
    )
    return [("pdf", pdf(pdf_report(rng), [part]))]


def pdf_orphan_back(files: list[bytes]) -> Values:
    """The unpacked object."""
    body = files[0].split(b"ASCII85Decode")[1].split(b"stream\n", 1)[1].split(b"\nendstream")[0]
    return untext(zlib.decompress(base64.a85decode(body)).decode())


@technique("i", "firms", USCC, FIRM)
def pdf_form_fields(rows: list[Row], rng: random.Random) -> Files:
    """Fields of a form with default values; the field's name is the code."""
    fields = [f"<</FT/Tx/T({u})/DV{utf16(f)}/F 2>>".encode() for u, f in grid(rows, USCC, FIRM)]
    refs = " ".join(f"{8 + i} 0 R" for i in range(len(rows)))
    return [("pdf", pdf(pdf_report(rng), fields, f"/AcroForm<</Fields[{refs}]>>"))]


def pdf_form_fields_back(files: list[bytes]) -> Values:
    """Names and defaults."""
    names = re.findall(rb"/T\((\w{18})\)", files[0])
    return [(n.decode(), f) for n, f in zip(names, strings(files[0]), strict=True)]


@technique("i", "persons", ID, TEL)
def pdf_positions(rows: list[Row], rng: random.Random) -> Files:
    """A scatter plot drawn in small squares: coordinates are the digits of numbers, in thousandths."""
    squares = "\n".join(
        (
            f"{int(i[:6]) / 1000:.3f} {int(i[6:12]) / 1000:.3f} {int(i[12:17]) / 1000:.3f} "
            f"{int(t) / 10**7:.7f} re f"
        )
        for i, t in grid(rows, ID, TEL)
    )
    return [("pdf", pdf(f"{pdf_report(rng, 6)}\n{squares}"))]


def pdf_positions_back(files: list[bytes]) -> Values:
    """The squares' numbers."""
    from bench.fifth.core import id_text

    out: Values = []
    for x, y, w, h in found(r"([\d.]+) ([\d.]+) ([\d.]+) ([\d.]+) re f", pdf_streams(files[0])):
        body = x.replace(".", "").zfill(6) + y.replace(".", "").zfill(6) + w.replace(".", "").zfill(5)
        out.append((id_text(int(body[-17:])), h.replace(".", "")))
    return out
