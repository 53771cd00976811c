"""Family i: Word and PowerPoint files: comments, notes, hidden text, embedded parts."""

from __future__ import annotations

import random

from bench.fifth.core import (
    BOOK,
    BOSS,
    FIRM,
    FTEL,
    HOSP,
    ID,
    NAME,
    TEL,
    VISIT,
    WHO,
    Files,
    Row,
    Values,
    found,
    grid,
    table,
    technique,
    text,
    tuples,
    untable,
    untext,
)
from bench.fifth.cover import (
    HEAD,
    NS,
    book_bytes,
    docx,
    escape,
    new_book,
    paragraphs,
    report,
    unzipped,
    word_p,
)


def part(data: bytes, name: str) -> str:
    """A part of an office file as text."""
    return unzipped(data)[name].decode()


@technique("i", "persons", *WHO)
def annex_table(rows: list[Row], rng: random.Random) -> Files:
    """A report with a table of persons as its annex."""
    lines = "".join(
        "<w:tr>" + "".join(f"<w:tc>{word_p(v)}</w:tc>" for v in line) + "</w:tr>" for line in grid(rows, *WHO)
    )
    return [("docx", docx(f"{report(rng)}<w:tbl>{lines}</w:tbl>"))]


def annex_table_back(files: list[bytes]) -> Values:
    """The cells, three a line."""
    body = part(files[0], "word/document.xml").split("<w:tbl>")[1]
    flat = [v for (v,) in found(r"<w:t [^>]*>(.*?)</w:t>", body)]
    return [tuple(flat[i : i + 3]) for i in range(0, len(flat), 3)]


@technique("i", "firms", *BOOK)
def word_comments(rows: list[Row], rng: random.Random) -> Files:
    """Comments on a draft."""
    items = "".join(
        f'<w:comment w:id="{i}" w:author="审稿">{word_p(text([r], *BOOK))}</w:comment>'
        for i, r in enumerate(rows)
    )
    return [
        (
            "docx",
            docx(report(rng), {"word/comments.xml": f"{HEAD}<w:comments {NS}>{items}</w:comments>".encode()}),
        )
    ]


def word_comments_back(files: list[bytes]) -> Values:
    """The comments."""
    return [
        tuple(v.split("|")) for (v,) in found(r"<w:t [^>]*>(.*?)</w:t>", part(files[0], "word/comments.xml"))
    ]


@technique("i", "persons", *WHO)
def vanished_text(rows: list[Row], rng: random.Random) -> Files:
    """Runs with the property of hidden text between the paragraphs."""
    hidden = "".join(word_p(text([r], *WHO, sep=" "), "<w:rPr><w:vanish/></w:rPr>") for r in rows)
    return [("docx", docx(report(rng, 3) + hidden + report(rng, 2)))]


def vanished_text_back(files: list[bytes]) -> Values:
    """The hidden runs."""
    parts = found(r"<w:vanish/></w:rPr><w:t [^>]*>(.*?)</w:t>", part(files[0], "word/document.xml"))
    return [tuple(v.split(" ")) for (v,) in parts]


@technique("i", "persons", NAME, ID)
def tracked_deletions(rows: list[Row], rng: random.Random) -> Files:
    """Deletions that nobody has accepted yet."""
    gone = "".join(
        f'<w:p><w:del w:id="{i}" w:author="a"><w:r><w:delText>{n},{z}</w:delText></w:r></w:del></w:p>'
        for i, (n, z) in enumerate(grid(rows, NAME, ID))
    )
    return [("docx", docx(report(rng) + gone))]


def tracked_deletions_back(files: list[bytes]) -> Values:
    """The deleted texts."""
    return found("<w:delText>([^<,]+),([^<]+)</w:delText>", part(files[0], "word/document.xml"))


@technique("i", "persons", ID, TEL)
def document_variables(rows: list[Row], rng: random.Random) -> Files:
    """Variables in the settings of a document."""
    items = "".join(
        f'<w:docVar w:name="v{i}" w:val="{a}{b}"/>' for i, (a, b) in enumerate(grid(rows, ID, TEL))
    )
    body = f"{HEAD}<w:settings {NS}><w:docVars>{items}</w:docVars></w:settings>"
    return [("docx", docx(report(rng), {"word/settings.xml": body.encode()}))]


def document_variables_back(files: list[bytes]) -> Values:
    """The variables cut by width."""
    return found(r'w:val="(\w{18})(\d{11})"', part(files[0], "word/settings.xml"))


@technique("i", "persons", NAME, HOSP, VISIT)
def foot_notes(rows: list[Row], rng: random.Random) -> Files:
    """Foot notes of a report that tell of cases."""
    items = "".join(
        f'<w:footnote w:id="{i}">{word_p(f"见{h}{v}病例,患者{n}。")}</w:footnote>'
        for i, (n, h, v) in enumerate(grid(rows, NAME, HOSP, VISIT))
    )
    return [
        (
            "docx",
            docx(
                report(rng), {"word/footnotes.xml": f"{HEAD}<w:footnotes {NS}>{items}</w:footnotes>".encode()}
            ),
        )
    ]


def foot_notes_back(files: list[bytes]) -> Values:
    """The notes."""
    parts = found(r"见(\S+?)(\d{4}-\d\d-\d\d)病例,患者(\S+?)。", part(files[0], "word/footnotes.xml"))
    return [(n, h, v) for h, v, n in parts]


@technique("i", "persons", *WHO)
def embedded_workbook(rows: list[Row], rng: random.Random) -> Files:
    """The workbook behind a chart of a document, with a second sheet."""
    book = new_book(rng)
    sheet = book.create_sheet("源")
    for line in grid(rows, *WHO):
        sheet.append(line)
    return [("docx", docx(report(rng), {"word/embeddings/Microsoft_Excel_Sheet1.xlsx": book_bytes(book)}))]


def embedded_workbook_back(files: list[bytes]) -> Values:
    """The second sheet of the inner workbook."""
    from bench.fifth.sheets import opened

    inner = opened(unzipped(files[0])["word/embeddings/Microsoft_Excel_Sheet1.xlsx"])
    return [tuple(x) for x in inner["源"].iter_rows(values_only=True)]


@technique("i", "firms", BOSS, FIRM, FTEL)
def bookmark_names(rows: list[Row], rng: random.Random) -> Files:
    """Bookmarks around sentences; their names are records."""
    body = "".join(
        (
            f'<w:bookmarkStart w:id="{i}" w:name="{escape("_".join(x))}"/>'
            f'{word_p(paragraphs(rng, 1)[0])}<w:bookmarkEnd w:id="{i}"/>'
        )
        for i, x in enumerate(grid(rows, BOSS, FIRM, FTEL))
    )
    return [("docx", docx(body))]


def bookmark_names_back(files: list[bytes]) -> Values:
    """The names taken apart."""
    return found('w:name="([^"_]+)_([^"_]+)_([^"_]+)"', part(files[0], "word/document.xml"))


@technique("i", "persons", *WHO)
def csv_in_package(rows: list[Row], rng: random.Random) -> Files:
    """A part without a relation: a table under the name of a thumbnail."""
    return [("docx", docx(report(rng), {"docProps/thumbnail.jpeg": table(list(WHO), grid(rows, *WHO))}))]


def csv_in_package_back(files: list[bytes]) -> Values:
    """The table."""
    return tuples(untable(unzipped(files[0])["docProps/thumbnail.jpeg"]))


@technique("i", "firms", FIRM, FTEL)
def field_codes(rows: list[Row], rng: random.Random) -> Files:
    """Instructions of fields whose shown outcome is a date."""
    body = "".join(
        f'<w:p><w:fldSimple w:instr=" QUOTE {escape(text([r], FIRM, FTEL))} ">'
        f"<w:r><w:t>2026年3月</w:t></w:r></w:fldSimple></w:p>"
        for r in rows
    )
    return [("docx", docx(report(rng) + body))]


def field_codes_back(files: list[bytes]) -> Values:
    """The instructions."""
    return [
        v for (p,) in found('instr=" QUOTE (.*?) "', part(files[0], "word/document.xml")) for v in untext(p)
    ]
