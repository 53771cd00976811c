"""Documents, presentations and PDF: text out of sight, attachments and properties."""

from __future__ import annotations

import base64
import gzip
import io
import lzma
import random
import re
import tarfile

from bench.eighth_a.honest import TITLES, Table, paragraphs, summary, zipped
from bench.eighth_a.tables import csv_rows, csv_text
from bench.ninth_b.kit import (
    CAPITAL,
    NARROW,
    WIDE,
    amount,
    attr,
    attrs,
    bars,
    cents,
    chinese_day,
    from_wan,
    in_wan,
    joined,
    parted,
    plain_day,
    texts,
    unzip,
    xored,
)
from bench.ninth_b.office import (
    OPEN,
    Part,
    core,
    docx,
    frame,
    para,
    pdf,
    pptx,
    shape,
    sheet,
    stream,
    streams,
    string,
    strings,
    word_part,
    word_table,
    xlsx,
)
from bench.sixth.core import (
    ADDR,
    BOOK,
    BOSS,
    CAP,
    CARE,
    FIRM,
    FOUND,
    FTEL,
    ID,
    INCOME,
    MONEY,
    NAME,
    SICK,
    TEL,
    USCC,
    VISIT,
    WEAK,
    WHO,
    Files,
    Row,
    Values,
    grid,
    technique,
)


def words(kind: str, rng: random.Random) -> str:
    """The honest body of a report in Word."""
    first, *others = [para(text) for text in paragraphs(kind, rng, 4)]
    return para(TITLES[kind]) + first + word_table(summary(kind, rng)) + "".join(others)


@technique("F4+F1", "persons", *CARE)
def docx_footnote_sources(rows: list[Row], rng: random.Random) -> Files:
    """Footnotes that look like references: days with 年月日, the sum in capital numerals by digit."""
    items, marks = "", ""
    for i, (name, born, visit, cost) in enumerate(grid(rows, *CARE), 2):
        told = "".join(CAPITAL[int(c)] if c != "." else "点" for c in cost)
        note = f"{name}.就诊情况[Z].{chinese_day(visit)}：{told}，生于{chinese_day(born)}。"
        items += f'<w:footnote w:id="{i}">{para(note)}</w:footnote>'
        marks += f'<w:r><w:footnoteReference w:id="{i}"/></w:r>'
    body = words("care", rng) + para("资料来源见脚注", marks)
    return [("docx", docx(body, word_part("footnotes", "footnotes", items)))]


def docx_footnote_sources_back(files: list[bytes]) -> Values:
    """Read the references."""
    values: Values = []
    for note in texts(unzip(files[0])["word/footnotes.xml"].decode(), "w:t"):
        name, rest = note.split(".就诊情况[Z].")
        visit, told, born = re.split("：|，生于", rest)
        cost = "".join("." if c == "点" else str(CAPITAL.index(c)) for c in told)
        values.append((name, plain_day(born), plain_day(visit), cost))
    return values


@technique("F4", "persons", *WHO)
def docx_alt_texts(rows: list[Row], rng: random.Random) -> Files:
    """The descriptions of small pictures in a report, some persons in each."""
    size, drawings = rng.choice((3, 4, 6)), ""
    mark = rng.choice("；;/")
    for i in range(0, len(rows), size):
        said = mark.join(" ".join(row) for row in grid(rows[i : i + size], *WHO))
        drawings += (
            f'<w:p><w:r><w:drawing><wp:inline><wp:extent cx="90000" cy="90000"/><wp:docPr id="{i + 1}" '
            f'name="图 {i // size + 1}" descr={attr(said)}/></wp:inline></w:drawing></w:r></w:p>'
        )
    return [("docx", docx(words("who", rng) + drawings))]


def docx_alt_texts_back(files: list[bytes]) -> Values:
    """Take the descriptions apart."""
    found = attrs(unzip(files[0])["word/document.xml"].decode(), "descr")
    return [tuple(part.split(" ")) for text in found for part in re.split("[；;/]", text)]


@technique("F4+F3", "firms", *BOOK)
def docx_packed_keywords(rows: list[Row], rng: random.Random) -> Files:
    """The keywords of a document's core properties: gzip in base 64 of the register in UTF-16."""
    packed = gzip.compress(joined(grid(rows, *BOOK), "|").encode("utf-16"), mtime=0)
    tag = rng.choice(("cp:keywords", "dc:description"))
    extra = f"<{tag}>{base64.b64encode(packed).decode()}</{tag}>"
    return [("docx", docx(words("firm", rng), core(TITLES["firm"], extra)))]


def docx_packed_keywords_back(files: list[bytes]) -> Values:
    """Decode and unpack the keywords."""
    text = unzip(files[0])["docProps/core.xml"].decode()
    found = texts(text, "cp:keywords") + texts(text, "dc:description")
    return parted(gzip.decompress(base64.b64decode(found[0])).decode("utf-16"), "|")


@technique("F4+F3", "persons", NAME, ID, ADDR)
def docx_embedded_archive(rows: list[Row], rng: random.Random) -> Files:
    """An embedded object that is a ZIP with a register in GB18030 under gzip, at times in base 64 as well."""
    packed = gzip.compress(csv_text(grid(rows, NAME, ID, ADDR)).encode("gb18030"), mtime=0)
    if rng.random() < 0.5:
        packed = base64.b64encode(packed)
    data = zipped([("明细.bin", packed)])
    part = Part("word/embeddings/oleObject1.bin", data, "", "oleObject", "word/document.xml")
    return [("docx", docx(words("who", rng), part))]


def docx_embedded_archive_back(files: list[bytes]) -> Values:
    """Unpack the object."""
    packed = unzip(unzip(files[0])["word/embeddings/oleObject1.bin"])["明细.bin"]
    packed = packed if packed[:2] == b"\x1f\x8b" else base64.b64decode(packed)
    return [tuple(row) for row in csv_rows(gzip.decompress(packed).decode("gb18030"))]


@technique("F4+F2", "persons", NAME, TEL, SICK)
def docx_comment_threads(rows: list[Row], rng: random.Random) -> Files:
    """Comments of reviewers as triples: the author holds the case and the attribute, the text the value."""
    triples = []
    for key, row in zip(rng.sample(range(100, 999), len(rows)), rows, strict=True):
        triples += [
            (f"校对{key}", tag, row[column]) for tag, column in (("A", NAME), ("B", TEL), ("C", SICK))
        ]
    rng.shuffle(triples)
    items = "".join(
        f'<w:comment w:id="{i}" w:author="{who}" w:initials="{tag}">{para(said)}</w:comment>'
        for i, (who, tag, said) in enumerate(triples)
    )
    return [("docx", docx(words("who", rng), word_part("comments", "comments", items)))]


def docx_comment_threads_back(files: list[bytes]) -> Values:
    """Gather what each author said."""
    text = unzip(files[0])["word/comments.xml"].decode()
    found: dict[str, dict[str, str]] = {}
    pairs = zip(attrs(text, "w:author"), attrs(text, "w:initials"), texts(text, "w:t"), strict=True)
    for who, tag, said in pairs:
        found.setdefault(who, {})[tag] = said
    return [(one["A"], one["B"], one["C"]) for one in found.values()]


@technique("F4+F1", "firms", *MONEY)
def pptx_table_off_slide(rows: list[Row], rng: random.Random) -> Files:
    """A table beyond the slide's left edge, sums in 万 and in full width; honest tables in sight."""
    table = [["企业", "资本(万)", "营收(万)"]]
    for name, capital, income in grid(rows, *MONEY):
        table.append([name, in_wan(capital).translate(WIDE), in_wan(income).translate(WIDE)])
    seen = shape(2, TITLES["firm"]) + frame(summary("firm", rng), 400000, 900000)
    hidden = frame(table, -rng.randint(20, 60) * 10**6, 0)
    slides = [shape(2, "\n".join(paragraphs("firm", rng))), seen + hidden]
    return [("pptx", pptx(slides))]


def pptx_table_off_slide_back(files: list[bytes]) -> Values:
    """Read the table outside."""
    text = unzip(files[0])["ppt/slides/slide2.xml"].decode().split('<a:off x="-')[1]
    found = texts(text, "a:t")[3:]
    pairs = zip(*[iter(found)] * 3, strict=True)
    return [(a, from_wan(b.translate(NARROW)), from_wan(c.translate(NARROW))) for a, b, c in pairs]


@technique("F4+F2", "persons", *WEAK)
def pptx_chart_workbook(rows: list[Row], rng: random.Random) -> Files:
    """A chart of district means whose embedded workbook holds far more: one line a district of visits."""
    series = bars(rng)
    table: Table = [["区县", "占比", *[f"s{i}" for i in range(len(rows) // len(series) + 1)]]]
    packs = [
        f"{born.replace('-', '')}{visit.replace('-', '')}{cents(cost)}"
        for born, visit, cost in grid(rows, *WEAK)
    ]
    for i, (name, value) in enumerate(series):
        table.append([name, str(value), *packs[i :: len(series)]])
    points = "".join(f"<c:pt><c:v>{name} {value}</c:v></c:pt>" for name, value in series)
    drawn = f'<c:chartSpace xmlns:c="{OPEN}/drawingml/2006/chart"><c:chart>{points}</c:chart></c:chartSpace>'
    path = "ppt/charts/chart1.xml"
    parts = [
        Part(
            path,
            drawn,
            "application/vnd.openxmlformats-officedocument.drawingml.chart+xml",
            "chart",
            "ppt/slides/slide1.xml",
        ),
        Part("ppt/embeddings/book1.xlsx", xlsx([("Sheet1", "", sheet(table))]), "", "package", path),
    ]
    return [("pptx", pptx([shape(2, "\n".join(paragraphs("care", rng)))], *parts))]


def pptx_chart_workbook_back(files: list[bytes]) -> Values:
    """Cut the long cells of the embedded workbook."""
    book = unzip(unzip(files[0])["ppt/embeddings/book1.xlsx"])["xl/worksheets/sheet1.xml"].decode()
    found = [text for text in texts(book, "t") if re.fullmatch(r"\d{17,}", text)]
    return [
        (f"{t[:4]}-{t[4:6]}-{t[6:8]}", f"{t[8:12]}-{t[12:14]}-{t[14:16]}", amount(int(t[16:]))) for t in found
    ]


@technique("F4", "firms", FIRM, BOSS, FTEL)
def pptx_layout_prompts(rows: list[Row], rng: random.Random) -> Files:
    """The prompts of a layout that no slide uses."""
    size = rng.choice((5, 8, 10))
    lines = ["、".join(row) for row in grid(rows, FIRM, BOSS, FTEL)]
    boxes = "".join(
        shape(10 + i, "单击此处编辑文本\n" + "\n".join(lines[i : i + size]))
        for i in range(0, len(lines), size)
    )
    slides = [shape(2, text) for text in paragraphs("firm", rng, 4)]
    return [("pptx", pptx(slides, layout=boxes))]


def pptx_layout_prompts_back(files: list[bytes]) -> Values:
    """Read the prompts that are no prompts."""
    found = texts(unzip(files[0])["ppt/slideLayouts/slideLayout1.xml"].decode(), "a:t")
    return [tuple(text.split("、")) for text in found if "、" in text]


@technique("F4", "persons", *WHO)
def pdf_sticky_notes(rows: list[Row], rng: random.Random) -> Files:
    """Hidden notes on a page of a report; title and content of each hold a person."""
    notes = []
    for i, (name, number, tel) in enumerate(grid(rows, *WHO)):
        place = f"[{30 + i * 5} 20 {40 + i * 5} 30]"
        said = f"{tel}{rng.choice((' / ', '  '))}{number}"
        notes.append(
            f"<</Type /Annot /Subtype /Text /F 2 /Rect {place} "
            f"/T {string(name)} /Contents {string(said)}>>".encode()
        )
    listed = " ".join(f"{8 + i} 0 R" for i in range(len(notes)))
    return [("pdf", pdf(paragraphs("who", rng, 5), notes, page=f"/Annots [{listed}]"))]


def pdf_sticky_notes_back(files: list[bytes]) -> Values:
    """Read title and content of the notes."""
    found = [re.split(r"\W+", text) for text in strings(files[0], "Contents")]
    return [(name, number, tel) for name, (tel, number) in zip(strings(files[0], "T"), found, strict=True)]


@technique("F4+F1", "firms", FIRM, FOUND, CAP)
def pdf_metadata_bag(rows: list[Row], rng: random.Random) -> Files:
    """The metadata stream of a PDF: a bag of subjects, days with 年月日 or as ROC, sums in 亿."""
    items = ""
    for name, day, capital in grid(rows, FIRM, FOUND, CAP):
        year, month, date = day.split("-")
        told = rng.choice((chinese_day(day), f"民國{int(year) - 1911}年{month}月{date}日"))
        whole, part = divmod(cents(capital), 10**10)
        said = f"{name}（{told}；{whole}.{part:010d}亿）".replace("&", "&amp;").replace("<", "&lt;")
        items += f"<rdf:li>{said}</rdf:li>"
    space = (
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    )
    bag = f"<rdf:Description><dc:subject><rdf:Bag>{items}</rdf:Bag></dc:subject></rdf:Description>"
    text = f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF {space}>{bag}</rdf:RDF></x:xmpmeta>'
    meta = stream(text.encode(), "/Type /Metadata /Subtype /XML")
    return [("pdf", pdf(paragraphs("firm", rng, 5), [meta], catalog="/Metadata 8 0 R"))]


def pdf_metadata_bag_back(files: list[bytes]) -> Values:
    """Read the bag."""
    values: Values = []
    for said in texts(streams(files[0], b"/Metadata")[0].decode(), "rdf:li"):
        name, _, rest = said[:-2].rpartition("（")
        day, told = rest.split("；")
        if day.startswith("民國"):
            year, tail = day[2:].split("年")
            day = f"{int(year) + 1911}年{tail}"
        values.append((name, plain_day(day), amount(int(told.replace(".", "")))))
    return values


@technique("F4+F3", "persons", *CARE)
def pdf_attached_tar(rows: list[Row], rng: random.Random) -> Files:
    """A file attached to a report: xz of a tar, changed by a short key, with a member for each year."""
    key = rng.randbytes(rng.choice((1, 1, 3)))
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for year in sorted({row[VISIT][:4] for row in rows}):
            some = [row for row in rows if row[VISIT][:4] == year]
            data = csv_text([list(CARE), *grid(some, *CARE)]).encode()
            info = tarfile.TarInfo(f"附表{year}.csv")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    held = stream(lzma.compress(xored(buffer.getvalue(), key)), "/Type /EmbeddedFile")
    spec = f"<</Type /Filespec /F (data.bin) /UF {string('附件.bin')} /EF <</F 8 0 R>>>>".encode()
    names = "/Names <</EmbeddedFiles <</Names [(data.bin) 9 0 R]>>>>"
    return [("pdf", pdf(paragraphs("care", rng, 5), [held, spec], catalog=names))]


def pdf_attached_tar_back(files: list[bytes]) -> Values:
    """Find the key in the zeros at the end of the archive, then unpack."""
    data = lzma.decompress(streams(files[0], b"/EmbeddedFile")[0])
    keys = [bytes(data[-size * 9 + (i - len(data)) % size] for i in range(size)) for size in (1, 3)]
    packed = next(text for key in keys if (text := xored(data, key))[257:262] == b"ustar")
    values: Values = []
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        for member in archive:
            held = archive.extractfile(member)
            told = held.read().decode() if held else ""
            values += [tuple(row) for row in csv_rows(told)[1:]]
    return values


@technique("F4+F2", "firms", USCC, FIRM, INCOME)
def pdf_form_defaults(rows: list[Row], rng: random.Random) -> Files:
    """The default values of form fields that no page shows, a field an attribute of a firm."""
    prefix = rng.choice(("f", "txt", "字段"))
    fields = [
        f"<</FT /Tx /T {string(f'{prefix}{i}.{n}')} /DV {string(value)}>>".encode()
        for i, row in enumerate(grid(rows, USCC, FIRM, INCOME))
        for n, value in enumerate(row)
    ]
    rng.shuffle(fields)
    listed = " ".join(f"{8 + i} 0 R" for i in range(len(fields)))
    return [("pdf", pdf(paragraphs("firm", rng, 5), fields, catalog=f"/AcroForm <</Fields [{listed}]>>"))]


def pdf_form_defaults_back(files: list[bytes]) -> Values:
    """Gather the values by the names of their fields."""
    found: dict[str, dict[str, str]] = {}
    for name, value in zip(strings(files[0], "T"), strings(files[0], "DV"), strict=True):
        key, _, place = name.partition(".")
        found.setdefault(key, {})[place] = value
    return [(one["0"], one["1"], one["2"]) for one in found.values()]
