"""How an agreement is printed: one HTML file that needs nothing from outside, and a PDF for the file.

Takes a document and its signatures and decides nothing. Every value is text: it opens no tag. The PDF
brings the glyphs it uses of the font it is given, so that it looks and prints the same everywhere; without a
font it names STSong-Light, which readers may bring along. Its Chinese text can be searched and copied.
"""

from __future__ import annotations

import html
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from sandbox.access.document import Document, Section, Signed
from sandbox.kernel.terms import Seal
from sandbox.vault.signers import key_id

NAMED = "STSong-Light"
DRAFT = "草案：尚未签署，不具效力"
_CSS = """@page{size:A4;margin:24mm 20mm 22mm}
body{font:15px/1.75 "Songti SC","Noto Serif CJK SC",SimSun,STSong,serif;max-width:46em;margin:2em auto;
padding:0 1em;color:#111;background:#fff}
h1{text-align:center;font-size:1.6em;margin:.4em 0 .2em;letter-spacing:.2em}
h2{font-size:1.08em;margin:1.5em 0 .4em;break-after:avoid}
p{margin:.35em 0;overflow-wrap:anywhere}.number{text-align:center;margin-bottom:1.6em}
.draft{text-align:center;border:1px solid #8a1f11;color:#8a1f11;padding:.3em}
ol{margin:.3em 0;padding-left:2em}.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;min-width:34em;font-size:.9em;margin:.6em 0}
th,td{border:1px solid #767676;padding:.35em .5em;text-align:left;vertical-align:top;overflow-wrap:anywhere}
th{background:#f2f2f2;font-weight:600;white-space:nowrap}tr{break-inside:avoid}
.signatures{break-inside:avoid;margin-top:2em}.digest{font-family:monospace;font-size:.85em;overflow-wrap:anywhere}
@media print{body{margin:0;max-width:none;padding:0}table{min-width:0}}"""


@dataclass(frozen=True, slots=True)
class Print:
    """What is printed: the text, the signatures and seals under it, and whether it stands."""

    document: Document
    signatures: tuple[Signed, ...]
    seals: tuple[Seal, ...]
    signed: bool


def _signature_rows(one: Print) -> tuple[tuple[str, ...], ...]:
    persons = tuple(
        (
            sign.side,
            f"{sign.body} {sign.name}",
            sign.at,
            sign.algorithm,
            sign.key or "—",
            f"第 {sign.fact} 条",
        )
        for sign in one.signatures
    )
    seals = tuple(
        ("平台签章", seal.name, "", seal.algorithm, key_id(seal.algorithm, bytes.fromhex(seal.public)), "")
        for seal in one.seals
    )
    return (*persons, *seals)


_SIGNATURES = ("签署", "单位与签署人", "时间", "算法", "密钥", "日志")


def as_html(one: Print) -> bytes:
    """Return the agreement as one HTML file, UTF-8."""
    text = html.escape
    document = one.document
    parts = [
        '<!doctype html>\n<html lang="zh-CN"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{text(document.title)} {text(document.number)}</title>",
        f"<style>{_CSS}</style></head><body><main>",
        f'<h1>{text(document.title)}</h1><p class="number">编号 {text(document.number)}</p>',
        "" if one.signed else f'<p class="draft">{DRAFT}</p>',
        *(_section(section) for section in document.sections),
        '<div class="signatures"><h2>签署</h2>',
        f'<p>文本摘要（SHA-256）：<span class="digest">{document.digest}</span></p>',
        _grid(_SIGNATURES, _signature_rows(one)),
        "</div></main></body></html>\n",
    ]
    return "\n".join(part for part in parts if part).encode()


def _section(one: Section) -> str:
    head = f"<section><h2>{html.escape(one.title)}</h2>"
    listed = "".join(f"<p>{html.escape(paragraph)}</p>" for paragraph in one.paragraphs)
    return head + listed + (_grid(one.columns, one.rows) if one.columns else "") + "</section>"


def _grid(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{html.escape(one)}</th>' for one in columns)
    body = "".join(f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{html.escape(columns[0])}">{table}</div>'
    )


def as_pdf(one: Print, *, font: Path | None = None) -> bytes:
    """Return the agreement as PDF on A4; the same print and font give the same bytes.

    `font` is a TrueType file whose glyphs are embedded; None names a font and embeds none.
    """
    styles = _styles(_registered(font))
    document, out = one.document, io.BytesIO()
    story: list[Flowable] = [
        Paragraph(_cell(document.title), styles["title"]),
        Paragraph(_cell(f"编号 {document.number}"), styles["number"]),
        *([] if one.signed else [Paragraph(DRAFT, styles["draft"])]),
    ]
    for section in document.sections:
        story += _flow(section, styles)
    story.append(Paragraph("签署", styles["head"]))
    story.append(Paragraph(f"文本摘要（SHA-256）：{document.digest}", styles["body"]))
    story.append(_table(_SIGNATURES, _signature_rows(one), (18, 50, 38, 18, 30, 16), styles))
    if points := lacking(one, font):
        story.append(Paragraph(f"字体中没有、印作空框的字：{points}（以网页文本为准）", styles["body"]))
    made = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=20 * mm,
        rightMargin=20 * mm,
        topMargin=22 * mm,
        bottomMargin=22 * mm,
        title=f"{document.title} {document.number}",
        author="",
        invariant=True,
        lang="zh-CN",
    )

    def foot(canvas: Canvas, _: object) -> None:
        canvas.setFont(styles["body"].fontName, 8)
        shown = f"{document.number}　文本摘要 {document.digest[:16]}…　第 {canvas.getPageNumber()} 页"
        canvas.drawCentredString(A4[0] / 2, 12 * mm, shown)

    made.build(story, onFirstPage=foot, onLaterPages=foot)
    return out.getvalue()


@cache
def _registered(font: Path | None) -> str:
    """Return the name under which a font is known to the engine, read once a process."""
    if font is None:
        pdfmetrics.registerFont(UnicodeCIDFont(NAMED))
        return NAMED
    pdfmetrics.registerFont(TTFont(font.stem, font))
    return font.stem


def lacking(one: Print, font: Path | None) -> str:
    """Return the code points of the text that a font has no glyph for; empty for none, or without a font."""
    face = pdfmetrics.getFont(_registered(font)).face
    glyphs = getattr(face, "charToGlyph", None)
    if glyphs is None:
        return ""
    document = one.document
    said = [document.title, document.number, *(cell for row in _signature_rows(one) for cell in row)]
    for section in document.sections:
        said += [section.title, *section.paragraphs, *section.columns]
        said += [cell for row in section.rows for cell in row]
    found = sorted({ord(sign) for sign in "".join(said) if not sign.isspace()} - set(glyphs))
    return "、".join(f"U+{point:04X}" for point in found)


@cache
def _styles(font: str) -> Mapping[str, ParagraphStyle]:
    def style(name: str, size: float, **more: object) -> ParagraphStyle:
        return ParagraphStyle(name, fontName=font, fontSize=size, leading=size * 1.6, wordWrap="CJK", **more)

    found = (
        style("title", 20, alignment=TA_CENTER, spaceAfter=6),
        style("number", 10, alignment=TA_CENTER, spaceAfter=12),
        style("draft", 10, alignment=TA_CENTER, textColor=HexColor("#8a1f11"), spaceAfter=8),
        style("head", 12, spaceBefore=10, spaceAfter=3, keepWithNext=True),
        style("body", 10.5, spaceAfter=2),
        style("cell", 9),
    )
    return {one.name: one for one in found}


def _flow(section: Section, styles: Mapping[str, ParagraphStyle]) -> list[Flowable]:
    story: list[Flowable] = [Paragraph(_cell(section.title), styles["head"])]
    story += [Paragraph(_cell(one), styles["body"]) for one in section.paragraphs]
    if section.columns:
        story += [Spacer(1, 3), _table(section.columns, section.rows, (), styles)]
    return story


def _table(
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    widths: Sequence[float],
    styles: Mapping[str, ParagraphStyle],
) -> Table:
    every = [columns, *rows]
    longest = [max(min(_width(row[place]), 56) for row in every) for place in range(len(columns))]
    shares = widths or [float(max(one, _width(name)) + 3) for one, name in zip(longest, columns, strict=True)]
    width = A4[0] - 40 * mm - 12  # the frame's own padding
    cells = [[Paragraph(_cell(cell), styles["cell"]) for cell in row] for row in every]
    made = Table(cells, colWidths=[width * one / sum(shares) for one in shares], repeatRows=1)
    made.setStyle(
        TableStyle(
            [
                ("GRID", (0, 0), (-1, -1), 0.5, HexColor("#767676")),
                ("BACKGROUND", (0, 0), (-1, 0), HexColor("#f2f2f2")),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ]
        )
    )
    return made


def _width(text: str) -> int:
    """Return about how wide a text is, in half Chinese characters."""
    return sum(2 if ord(one) > 255 else 1 for one in text)


def _cell(text: str) -> str:
    return escape(text)
