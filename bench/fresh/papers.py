"""Papers: PDF structures, books for readers, saved pages, plans, boards and notes."""

from __future__ import annotations

import base64
import json
import quopri
import re
import zlib
from urllib.parse import quote, unquote

from bench.fresh.core import b64, chunked, dense, plain, technique, undense
from bench.held_out.core import (
    ADDR,
    AMT,
    BIRTH,
    BOSS,
    CAP,
    DIST,
    FIRM,
    FOUND,
    FTEL,
    HOSP,
    ID,
    NAME,
    QUASI,
    SICK,
    TEL,
    USCC,
    VISIT,
    WHO,
    Files,
    Values,
    tuples,
    unzip,
    zip_bytes,
)


def _pdf(*objects: bytes) -> bytes:
    """A PDF file of objects, the first of which is the catalogue."""
    out, places = b"%PDF-1.7\n", []
    for i, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (i, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    tail = b"xref\n0 %d\n0000000000 65535 f \n%btrailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
    return out + tail % (size, table, size, len(out))


def _stream(data: bytes) -> bytes:
    """A compressed stream."""
    packed = zlib.compress(data, 9)
    return b"<</Length %d/Filter/FlateDecode>>stream\n%b\nendstream" % (len(packed), packed)


def _wide(text: str) -> bytes:
    """A text of PDF in hexadecimal UTF-16."""
    return b"<FEFF" + text.encode("utf-16-be").hex().upper().encode() + b">"


def _narrow(data: bytes) -> str:
    """The text of hexadecimal digits of UTF-16 after the mark."""
    return bytes.fromhex(data.decode()).decode("utf-16-be")


PAGES = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]%b>>"


@technique("persons", NAME, ID, TEL)
def bookmarks_of_a_paper(rows, _rng) -> Files:
    """A PDF of one empty page whose bookmarks are people."""
    first, count = 5, len(rows)
    objects = [b"<</Type/Catalog/Pages 2 0 R/Outlines 4 0 R>>", PAGES, PAGE % b""]
    objects.append(
        b"<</Type/Outlines/First %d 0 R/Last %d 0 R/Count %d>>" % (first, first + count - 1, count)
    )
    for i, r in enumerate(rows):
        follow = b"/Next %d 0 R" % (first + i + 1) if i + 1 < count else b""
        title = _wide(f"{r[NAME]} {r[ID]} {r[TEL]}")
        objects.append(b"<</Title %b/Parent 4 0 R%b/Dest[3 0 R/Fit]>>" % (title, follow))
    return [("pdf", _pdf(*objects))]


def bookmarks_of_a_paper_back(files) -> Values:
    return [tuple(_narrow(v).split(" ")) for v in re.findall(rb"/Title <FEFF(\w+)>", files[0])]


@technique("firms", FIRM, USCC, CAP)
def fields_of_a_paper(rows, _rng) -> Files:
    """A PDF form: the names, values and defaults of its fields."""
    kids = b" ".join(b"%d 0 R" % (5 + i) for i in range(len(rows)))
    objects = [b"<</Type/Catalog/Pages 2 0 R/AcroForm 4 0 R>>", PAGES, PAGE % b"", b"<</Fields[%b]>>" % kids]
    for r in rows:
        field = b"<</FT/Tx/T(%b)/V %b/DV(%b)/Rect[0 0 0 0]/F 2>>"
        objects.append(field % (r[USCC].encode(), _wide(r[FIRM]), r[CAP].encode()))
    return [("pdf", _pdf(*objects))]


def fields_of_a_paper_back(files) -> Values:
    found = re.findall(rb"/T\((\w+)\)/V <FEFF(\w+)>/DV\((.+?)\)", files[0])
    return [(_narrow(f), u.decode(), c.decode()) for u, f, c in found]


@technique("persons", ID, TEL, AMT, low=20, high=30)
def spacing_of_letters(rows, _rng) -> Files:
    """A PDF whose innocent words are spaced by the numbers of records, a byte between two letters."""
    words = "The quality of the collected data has been assessed by district and by quarter. " * 12
    values = dense(rows, ID, TEL, AMT)
    lines, at = [], 0
    for part in chunked(values, 60):
        shown = "".join(f"({words[(at + i) % len(words)]}){-v}" for i, v in enumerate(part))
        lines.append(f"[{shown}(.)] TJ T*")
        at += len(part)
    text = "BT /F1 9 Tf 11 TL 40 800 Td\n" + "\n".join(lines) + "\nET"
    font = b"/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>/Contents 4 0 R"
    return [("pdf", _pdf(b"<</Type/Catalog/Pages 2 0 R>>", PAGES, PAGE % font, _stream(text.encode())))]


def spacing_of_letters_back(files) -> Values:
    data = re.search(rb"stream\n(.+?)\nendstream", files[0], re.S)[1]
    values = [int(v) for v in re.findall(rb"\)-?(\d+)", zlib.decompress(data))]
    return undense(bytes(values), ID, TEL, AMT)


@technique("persons", *WHO)
def font_that_translates(rows, _rng) -> Files:
    """A PDF whose page shows meaningless codes and whose font's map tells what they read as."""
    text = "\n".join("\t".join(r[c] for c in WHO) for r in rows)
    signs = sorted(set(text))
    codes = {c: 33 + i * 7 % 1999 for i, c in enumerate(signs)}
    shown = "".join(f"{codes[c]:04X}" for c in text)
    mapping = "\n".join(f"<{codes[c]:04X}> <{ord(c):04X}>" for c in signs)
    cmap = f"begincmap\n{len(signs)} beginbfchar\n{mapping}\nendbfchar\nendcmap"
    page = b"/Resources<</Font<</F1<</Type/Font/Subtype/Type0/BaseFont/X/ToUnicode 5 0 R>>>>>>/Contents 4 0 R"
    content = f"BT /F1 9 Tf 40 800 Td <{shown}> Tj ET".encode()
    root = b"<</Type/Catalog/Pages 2 0 R>>"
    return [("pdf", _pdf(root, PAGES, PAGE % page, _stream(content), _stream(cmap.encode())))]


def font_that_translates_back(files) -> Values:
    content, cmap = (
        zlib.decompress(v).decode() for v in re.findall(rb"stream\n(.+?)\nendstream", files[0], re.S)
    )
    known = {a: chr(int(b, 16)) for a, b in re.findall(r"<(\w{4})> <(\w{4})>", cmap)}
    text = "".join(known[c] for c in chunked(re.search(r"<(\w+)> Tj", content)[1], 4))
    return [tuple(line.split("\t")) for line in text.split("\n")]


@technique("persons", NAME, TEL, SICK)
def notes_on_a_paper(rows, _rng) -> Files:
    """A PDF with pop-up notes: author, subject and contents in three keys of an annotation."""
    kids = b" ".join(b"%d 0 R" % (4 + i) for i in range(len(rows)))
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", PAGES, PAGE % (b"/Annots[%b]" % kids)]
    for r in rows:
        note = b"<</Type/Annot/Subtype/Text/Rect[0 0 9 9]/T %b/Subj %b/Contents(%b)/F 2>>"
        objects.append(note % (_wide(r[NAME]), _wide(r[SICK]), r[TEL].encode()))
    return [("pdf", _pdf(*objects))]


def notes_on_a_paper_back(files) -> Values:
    found = re.findall(rb"/T <FEFF(\w+)>/Subj <FEFF(\w+)>/Contents\((\d+)\)", files[0])
    return [(_narrow(n), t.decode(), _narrow(s)) for n, s, t in found]


@technique("persons", NAME, HOSP, VISIT, TEL)
def book_for_readers(rows, _rng) -> Files:
    """An electronic book: a chapter a hospital, a paragraph a person."""
    members = [("mimetype", b"application/epub+zip")]
    for i, place in enumerate(sorted({r[HOSP] for r in rows})):
        body = "".join(
            f"<p>{r[VISIT]}，<em>{r[NAME]}</em>来电（{r[TEL]}）。</p>\n" for r in rows if r[HOSP] == place
        )
        page = f'<html xmlns="http://www.w3.org/1999/xhtml"><body><h1>{place}</h1>\n{body}</body></html>'
        members.append((f"OEBPS/ch{i}.xhtml", page.encode()))
    return [("epub", zip_bytes(members))]


def book_for_readers_back(files) -> Values:
    out = []
    for name, data in unzip(files[0]).items():
        if name.endswith(".xhtml"):
            place = re.search(r"<h1>(.+?)</h1>", data.decode())[1]
            out += [
                (n, place, v, t)
                for v, n, t in re.findall(r"<p>(.+?)，<em>(.+?)</em>来电（(\d+)）", data.decode())
            ]
    return out


@technique("firms", FIRM, USCC, BOSS)
def saved_page(rows, _rng) -> Files:
    """A page saved by a browser with its parts, in quoted-printable, the table a second part."""
    body = "\n".join(f"<li title={r[USCC]}>{r[FIRM]}（{r[BOSS]}）" for r in rows)
    part = quopri.encodestring(body.encode()).decode()
    head = 'MIME-Version: 1.0\nContent-Type: multipart/related; boundary="b1"; type="text/html"\n\n'
    first = "--b1\nContent-Type: text/html\n\n<iframe src=cid:f1></iframe>\n"
    second = (
        "--b1\nContent-Type: text/html; charset=utf-8\nContent-ID: <f1>\nContent-Transfer-E"
        "ncoding: quoted-printable\n\n"
    )
    return plain("mhtml", f"{head}{first}{second}{part}\n--b1--\n")


def saved_page_back(files) -> Values:
    part = files[0].decode().split("quoted-printable\n\n")[1].split("\n--b1--")[0]
    text = quopri.decodestring(part.encode()).decode()
    return [(f, u, b) for u, f, b in re.findall(r"<li title=(\w+)>(.+?)（(.+?)）", text)]


@technique("persons", NAME, ID, BIRTH, VISIT)
def plan_of_tasks(rows, _rng) -> Files:
    """A plan of a project: a task a person, from birth to visit, a number as its code."""
    body = "\n".join(
        f"<Task><UID>{i}</UID><Name>{r[NAME]}</Name><WBS>{r[ID]}</WBS><Start>{r[BIRTH]}T08:00:00</Start>"
        f"<Finish>{r[VISIT]}T17:00:00</Finish></Task>"
        for i, r in enumerate(rows, 1)
    )
    return plain(
        "xml", f'<Project xmlns="http://schemas.microsoft.com/project"><Tasks>\n{body}\n</Tasks></Project>\n'
    )


def plan_of_tasks_back(files) -> Values:
    shape = r"<Name>(.+?)</Name><WBS>(.+?)</WBS><Start>(.+?)T.+?<Finish>(.+?)T"
    return re.findall(shape, files[0].decode())


@technique("persons", NAME, TEL, ADDR)
def drawn_boxes(rows, _rng) -> Files:
    """A drawing of boxes, its page deflated, percent-encoded and in Base64 as the editor keeps it."""
    cells = "".join(
        f'<mxCell id="{i}" value="{r[NAME]}&lt;br&gt;{r[TEL]}" tooltip="{r[ADDR]}"/>'
        for i, r in enumerate(rows)
    )
    engine = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = (
        engine.compress(quote(f"<mxGraphModel><root>{cells}</root></mxGraphModel>").encode()) + engine.flush()
    )
    return plain("drawio", f'<mxfile host="app"><diagram name="流程">{b64(packed)}</diagram></mxfile>\n')


def drawn_boxes_back(files) -> Values:
    packed = re.search(r'name="流程">(.+?)<', files[0].decode())[1]
    text = unquote(zlib.decompress(base64.b64decode(packed), -15).decode())
    return re.findall(r'value="(.+?)&lt;br&gt;(\d+)" tooltip="(.+?)"', text)


@technique("persons", DIST, SICK, NAME, ID)
def mind_map(rows, _rng) -> Files:
    """A mind map: districts, then diseases, then people with their numbers as labels."""
    tops = []
    for area in sorted({r[DIST] for r in rows}):
        kids = []
        for sick in sorted({r[SICK] for r in rows if r[DIST] == area}):
            group = [r for r in rows if (r[DIST], r[SICK]) == (area, sick)]
            leaves = [{"title": r[NAME], "labels": [r[ID]]} for r in group]
            kids.append({"title": sick, "children": {"attached": leaves}})
        tops.append({"title": area, "children": {"attached": kids}})
    sheet = [{"title": "画布", "rootTopic": {"title": "分析思路", "children": {"attached": tops}}}]
    return [("xmind", zip_bytes([("content.json", json.dumps(sheet).encode())]))]


def mind_map_back(files) -> Values:
    root = json.loads(unzip(files[0])["content.json"])[0]["rootTopic"]
    return [
        (top["title"], kid["title"], leaf["title"], leaf["labels"][0])
        for top in root["children"]["attached"]
        for kid in top["children"]["attached"]
        for leaf in kid["children"]["attached"]
    ]


@technique("firms", FIRM, BOSS, FTEL, FOUND)
def exported_notes(rows, _rng) -> Files:
    """An export of a notebook for notes: title, author, time and a body with a list to tick."""
    body = "\n".join(
        f"<note><title>{r[FIRM]}</title><created>{r[FOUND].replace('-', '')}T000000Z</cr"
        "eated><content><![CDATA[<en-note>"
        f"<en-todo/>{r[FTEL]}</en-note>]]></content><note-attributes><author>{r[BOSS]}</author></note-attributes></note>"
        for r in rows
    )
    return plain("enex", f"<en-export>\n{body}\n</en-export>\n")


def exported_notes_back(files) -> Values:
    shape = r"<title>(.+?)</title><created>(\d{4})(\d\d)(\d\d)T.+?<en-todo/>(\d+)<.+?<author>(.+?)<"
    return [(f, b, t, f"{y}-{m}-{d}") for f, y, m, d, t, b in re.findall(shape, files[0].decode())]


def _slides(*pages: str) -> bytes:
    """The slides of a presentation."""
    space = (
        'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
        'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
    )
    kind = "application/vnd.openxmlformats-officedocument.presentationml"
    types = "".join(
        f'<Override PartName="/ppt/slides/slide{i}.xml" ContentType="{kind}.slide+xml"/>'
        for i in range(1, len(pages) + 1)
    )
    content = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><D'
        'efault Extension="xml" '
        f'ContentType="application/xml"/>{types}</Types>'
    )
    members = [("[Content_Types].xml", content.encode())]
    for i, page in enumerate(pages, 1):
        members.append(
            (
                f"ppt/slides/slide{i}.xml",
                f"<p:sld {space}><p:cSld><p:spTree>{page}</p:spTree></p:cSld></p:sld>".encode(),
            )
        )
    return zip_bytes(members)


@technique("persons", NAME, ID, AMT)
def tables_on_slides(rows, _rng) -> Files:
    """A presentation with a table of ten lines on a slide, the numbers cut into two runs."""
    pages = []
    for part in chunked(rows, 10):
        lines = "".join(
            "<a:tr>"
            + "".join(
                f"<a:tc><a:r><a:t>{a}</a:t></a:r><a:r><a:t>{b}</a:t></a:r></a:tc>" for a, b in _halves(r)
            )
            + "</a:tr>"
            for r in part
        )
        pages.append(f"<p:graphicFrame><a:graphic><a:tbl>{lines}</a:tbl></a:graphic></p:graphicFrame>")
    return [("pptx", _slides(*pages))]


def _halves(row) -> list[tuple[str, str]]:
    """The values of a person, each in two pieces."""
    return [(row[c][: len(row[c]) // 2], row[c][len(row[c]) // 2 :]) for c in (NAME, ID, AMT)]


def tables_on_slides_back(files) -> Values:
    out = []
    for name, data in sorted(unzip(files[0]).items()):
        if "slide" in name:
            cells = re.findall(r"<a:tc>(.+?)</a:tc>", data.decode())
            out += tuples(chunked(["".join(re.findall(r"<a:t>(.+?)</a:t>", c)) for c in cells], 3))
    return out


@technique("persons", *QUASI)
def boxes_on_slides(rows, _rng) -> Files:
    """Slides of empty boxes: their places and sizes are dates, districts and sums."""
    pages = []
    for part in chunked(rows, 15):
        shapes = []
        for r in part:
            days = [int(r[c].replace("-", "")) for c in (BIRTH, VISIT)]
            money = int(r[AMT].replace(".", ""))
            shapes.append(
                f'<p:sp><p:spPr><a:xfrm><a:off x="{days[0]}" y="{days[1]}"/><a:ext cx="'
                f'{money}" cy="{r[DIST]}"/></a:xfrm></p:spPr></p:sp>'
            )
        pages.append("".join(shapes))
    return [("pptx", _slides(*pages))]


def boxes_on_slides_back(files) -> Values:
    out = []
    for data in unzip(files[0]).values():
        for x, y, cx, cy in re.findall(r'x="(\d+)" y="(\d+)"/><a:ext cx="(\d+)" cy="(\d+)"', data.decode()):
            days = [f"{v[:4]}-{v[4:6]}-{v[6:]}" for v in (x, y)]
            out.append((days[0], cy, days[1], f"{cx[:-2]}.{cx[-2:]}"))
    return out
