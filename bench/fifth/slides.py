"""Family i: PowerPoint files: notes, descriptions, boxes beyond the edge."""

from __future__ import annotations

import random

from bench.fifth.core import (
    FIRM,
    NAME,
    TEL,
    USCC,
    WHO,
    Files,
    Row,
    Values,
    found,
    grid,
    technique,
    text,
)
from bench.fifth.cover import (
    HEAD,
    OFFICE,
    RELS,
    TYPES,
    escape,
    paragraphs,
    unzipped,
    zipped,
)
from bench.fifth.papers import part

DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
SLIDES = "http://schemas.openxmlformats.org/presentationml/2006/main"


def pptx(slides: list[str], extra: dict[str, bytes] | None = None) -> bytes:
    """A PowerPoint file of the slides' texts and further parts."""
    names = [f"ppt/slides/slide{i}.xml" for i in range(1, len(slides) + 1)]
    types = (
        f'{HEAD}<Types xmlns="{TYPES}"><Default Extension="rels"'
        f' ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default'
        f' Extension="xml" ContentType="application/xml"/></Types>'
    )
    links = "".join(
        f'<Relationship Id="rId{i}" Type="{OFFICE}/slide" Target="slides/slide{i}.xml"/>'
        for i in range(1, len(slides) + 1)
    )
    ids = "".join(f'<p:sldId id="{255 + i}" r:id="rId{i}"/>' for i in range(1, len(slides) + 1))
    parts = {
        "[Content_Types].xml": types,
        "_rels/.rels": (
            f'{HEAD}<Relationships xmlns="{RELS}"><Relationship Id="rId1" Type="{OFFICE}/officeDocument"'
            f' Target="ppt/presentation.xml"/></Relationships>'
        ),
        "ppt/presentation.xml": (
            f'{HEAD}<p:presentation xmlns:p="{SLIDES}" xmlns:r="{OFFICE}"><p:sldIdLst>{ids}'
            f"</p:sldIdLst></p:presentation>"
        ),
        "ppt/_rels/presentation.xml.rels": f'{HEAD}<Relationships xmlns="{RELS}">{links}</Relationships>',
        **{
            n: (
                f'{HEAD}<p:sld xmlns:p="{SLIDES}" xmlns:a="{DRAWING}"><p:cSld><p:spTree>{s}</p:spTree>'
                f"</p:cSld></p:sld>"
            )
            for n, s in zip(names, slides, strict=True)
        },
    }
    return zipped([(n, v.encode()) for n, v in parts.items()] + list((extra or {}).items()))


def shape(value: str, description: str = "") -> str:
    """A shape with a text."""
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="2" name="文本" descr="{escape(description)}"/></p:nvSpPr>'
        f"<p:txBody><a:p><a:r><a:t>{escape(value)}</a:t></a:r></a:p></p:txBody></p:sp>"
    )


@technique("i", "persons", *WHO)
def speaker_notes(rows: list[Row], rng: random.Random) -> Files:
    """Notes for the speaker under three slides."""
    slides = [shape(p) for p in paragraphs(rng, 3)]
    notes = {
        f"ppt/notesSlides/notesSlide{k + 1}.xml": (
            f'{HEAD}<p:notes xmlns:p="{SLIDES}" xmlns:a="{DRAWING}">'
            + "".join(shape(text([r], *WHO, sep="、")) for r in rows[k::3])
            + "</p:notes>"
        ).encode()
        for k in range(3)
    }
    return [("pptx", pptx(slides, notes))]


def speaker_notes_back(files: list[bytes]) -> Values:
    """The notes' texts."""
    parts = [
        v
        for k in (1, 2, 3)
        for v in found("<a:t>(.*?)</a:t>", part(files[0], f"ppt/notesSlides/notesSlide{k}.xml"))
    ]
    return [tuple(v.split("、")) for (v,) in parts]


@technique("i", "firms", USCC, FIRM)
def slide_descriptions(rows: list[Row], rng: random.Random) -> Files:
    """Alternative texts of the shapes on slides, and slides that are not shown."""
    slides = [
        shape(p, text([r], USCC, FIRM, sep=" "))
        for p, r in zip(paragraphs(rng, len(rows)), rows, strict=True)
    ]
    return [("pptx", pptx(slides))]


def slide_descriptions_back(files: list[bytes]) -> Values:
    """The descriptions."""
    names = [n for n in unzipped(files[0]) if n.startswith("ppt/slides/")]
    return [v for n in names for v in found(r'descr="(\w{18}) ([^"]+)"', part(files[0], n))]


@technique("i", "persons", NAME, TEL)
def slide_table_beyond(rows: list[Row], rng: random.Random) -> Files:
    """Text boxes far outside the slide's edge."""
    boxes = "".join(
        f'<p:sp><p:spPr><a:xfrm><a:off x="99000000" y="{i}00"/></a:xfrm></p:spPr>{shape(n + " " + t)}</p:sp>'
        for i, (n, t) in enumerate(grid(rows, NAME, TEL))
    )
    return [("pptx", pptx([shape(paragraphs(rng, 1)[0]) + boxes]))]


def slide_table_beyond_back(files: list[bytes]) -> Values:
    """The boxes' texts."""
    return found(r"<a:t>([^<\d ]+) (\d{11})</a:t>", part(files[0], "ppt/slides/slide1.xml"))
