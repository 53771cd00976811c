"""Records in reports, letters, address books, calendars, notebooks and other things that people read."""

import base64
import re
from random import Random

from bench.exam.core import (
    OPENING,
    Rows,
    carries,
    core,
    found,
    grid,
    payload,
    prose,
    roles,
    technique,
)

FIVE = r"(.+?)\|(.+?)\|(.+?)\|(.+?)\|(.+?)"


def pieces(rows: Rows, *names: str) -> list[list[str]]:
    return grid(rows, [getattr(roles(rows[0]), name) for name in names])


@technique(
    "md",
    decoder=found(
        r"^其中，(.+?)（(\S+?)）于(\S+?)发生(\S+?)元，联系电话(\d+)。", "name", "id", "date", "money", "phone"
    ),
)
def report_one_by_one(rows: Rows, random: Random) -> bytes:
    """A report that mentions everybody in a sentence of its own."""
    lines = [f"其中，{a}（{b}）于{c}发生{d}元，联系电话{e}。{random.choice(prose(random))}"
             for a, b, c, d, e in pieces(rows, "name", "id", "date", "money", "phone")]  # fmt: skip
    return "\n".join(["# 专项报告", OPENING, *lines]).encode()


@technique("md", decoder=found(r"(?:：|、)([^、：，。]+)（([\d.]+)）", "name", "money"))
def report_in_brackets(rows: Rows, _: Random) -> bytes:
    """One long sentence in which names carry their amounts in brackets."""
    return ("涉及对象：" + "、".join(f"{a}（{b}）" for a, b in pieces(rows, "name", "money")) + "。").encode()


@technique("md", decoder=found(r"^\| (.+?) \| (.+?) \| (.+?) \| (.+?) \| (.+?) \|$"))
def markdown_table(rows: Rows, _: Random) -> bytes:
    """A table."""
    lines = [f"| {' | '.join(line)} |" for line in grid(rows, core(rows[0]))]
    return "\n".join(["| a | b |", "|---|---|", *lines]).encode()


@technique("md", decoder=found(r"^\[\^\d+\]: (.+?)；(.+?)；(.+)$", "name", "id", "phone"))
def footnotes(rows: Rows, random: Random) -> bytes:
    """Footnotes of a report."""
    text = "".join(f"{random.choice(prose(random))}[^{place}]" for place in range(len(rows)))
    notes = [
        f"[^{place}]: {a}；{b}；{c}" for place, (a, b, c) in enumerate(pieces(rows, "name", "id", "phone"))
    ]
    return "\n".join([text, "", *notes]).encode()


@technique("md", decoder=found(r'^\[//\]: # "(.+?)\|(.+?)\|(.+?)\|(.+?)\|(.+?)"$'))
def markdown_comments(rows: Rows, random: Random) -> bytes:
    """Link definitions that no reader shows."""
    lines = [f'[//]: # "{line}"' for line in payload(rows, separator="|").decode().split("\n")]
    return "\n".join([*prose(random), *lines]).encode()


@technique("txt", decoder=found(r"^([^\s：]+)：我的号码是(\d+)，上次是(\S+?)元$", "name", "phone", "money"))
def chat_transcript(rows: Rows, random: Random) -> bytes:
    """A conversation in which everybody tells his own data."""
    lines = []
    for a, b, c in pieces(rows, "name", "phone", "money"):
        lines += [f"客服：{random.choice(prose(random))}", f"{a}：我的号码是{b}，上次是{c}元"]
    return "\n".join(lines).encode()


@technique("md", decoder=found(r"^(?:问|答)：(\S+?)(?:的编号是什么？\n答：|→)(\S+)$", "name", "id"))
def questions_and_answers(rows: Rows, _: Random) -> bytes:
    """Frequent questions."""
    return "\n\n".join(f"问：{a}的编号是什么？\n答：{b}" for a, b in pieces(rows, "name", "id")).encode()


@technique("vcf", decoder=found(r"FN:(.+)\nTEL:(.+)\nBDAY:(.+)", "name", "phone", "date"))
def visiting_cards(rows: Rows, _: Random) -> bytes:
    """Visiting cards."""
    return "\n".join(
        f"BEGIN:VCARD\nVERSION:4.0\nFN:{a}\nTEL:{b}\nBDAY:{c}\nEND:VCARD"
        for a, b, c in pieces(rows, "name", "phone", "date")
    ).encode()


@technique("ics", decoder=lambda data, columns: [
    {roles(columns).date: f"{year}-{month}-{day}", roles(columns).name: name} for year, month, day, name in
    re.findall(r"DTSTART:(\d{4})(\d\d)(\d\d)\nSUMMARY:(.+)", data.decode())])  # fmt: skip
def calendar(rows: Rows, _: Random) -> bytes:
    """Birthdays as events."""
    events = "\n".join(
        f"BEGIN:VEVENT\nDTSTART:{b.replace('-', '')}\nSUMMARY:{a}\nEND:VEVENT"
        for a, b in pieces(rows, "name", "date")
    )
    return f"BEGIN:VCALENDAR\n{events}\nEND:VCALENDAR".encode()


@technique(
    "eml",
    decoder=carries(lambda data: base64.b64decode(data.partition(b"base64\n\n")[2].partition(b"\n--")[0])),
)
def mail_attachment(rows: Rows, random: Random) -> bytes:
    """An attachment of a letter."""
    head = "From: a@example.cn\nSubject: report\nMIME-Version: 1.0\n"
    head += 'Content-Type: multipart/mixed; boundary="b"\n\n'
    part = "--b\nContent-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n\n"
    text = f"--b\nContent-Type: text/plain; charset=utf-8\n\n{prose(random)[0]}\n"
    return (head + text + part).encode() + base64.encodebytes(payload(rows)) + b"--b--\n"


@technique("eml", decoder=carries(lambda data: b"\n".join(
    base64.b64decode(line) for line in re.findall(rb"^X-Trace: (.+)$", data, re.M))))  # fmt: skip
def mail_headers(rows: Rows, random: Random) -> bytes:
    """Header lines of a letter."""
    lines = [b"X-Trace: " + base64.b64encode(line) for line in payload(rows).split(b"\n")]
    return b"\n".join([b"From: a@example.cn", b"Subject: ok", *lines, b"", prose(random)[0].encode()])


@technique("tex", decoder=found(r"^% (.+?)\|(.+?)\|(.+?)\|(.+?)\|(.+)$"))
def latex_comments(rows: Rows, random: Random) -> bytes:
    """Comments of a LaTeX text."""
    lines = [f"% {line}" for line in payload(rows, separator="|").decode().split("\n")]
    return "\n".join(
        [r"\documentclass{ctexart}\begin{document}", *prose(random), *lines, r"\end{document}"]
    ).encode()


@technique("tex", decoder=found(r"^(.+?) & (.+?) & (.+?) & (.+?) & (.+?) \\\\$"))
def latex_table(rows: Rows, _: Random) -> bytes:
    """A table in LaTeX."""
    lines = [" & ".join(line) + r" \\" for line in grid(rows, core(rows[0]))]
    return "\n".join([r"\begin{tabular}{lllll}", *lines, r"\end{tabular}"]).encode()


@technique(
    "bib",
    decoder=found(r"author = \{(.+?)\},\n  issn = \{(.+?)\},\n  year = \{(.+?)\}", "name", "id", "date"),
)
def bibliography(rows: Rows, _: Random) -> bytes:
    """A bibliography."""
    return "\n".join(
        f"@misc{{r{place},\n  author = {{{a}}},\n  issn = {{{b}}},\n  year = {{{c}}}\n}}"
        for place, (a, b, c) in enumerate(pieces(rows, "name", "id", "date"))
    ).encode()


@technique("ged", decoder=found(r"1 NAME (.+)\n1 REFN (.+)\n1 BIRT\n2 DATE (.+)", "name", "id", "date"))
def genealogy(rows: Rows, _: Random) -> bytes:
    """A genealogy (GEDCOM)."""
    people = "\n".join(
        f"0 @I{place}@ INDI\n1 NAME {a}\n1 REFN {b}\n1 BIRT\n2 DATE {c}"
        for place, (a, b, c) in enumerate(pieces(rows, "name", "id", "date"))
    )
    return f"0 HEAD\n{people}\n0 TRLR".encode()


@technique(
    "rss",
    decoder=found(
        r"<title>(.+?)</title><guid>(.+?)</guid><description>(.+?)</description>", "name", "id", "money"
    ),
)
def news_feed(rows: Rows, _: Random) -> bytes:
    """Items of a feed."""
    items = "".join(
        f"<item><title>{a}</title><guid>{b}</guid><description>{c}</description></item>\n"
        for a, b, c in pieces(rows, "name", "id", "money")
    )
    return f"<rss><channel>{items}</channel></rss>".encode()


@technique("po", decoder=found('^msgid "(.+)"\nmsgstr "(.+)"$', "id", "name"))
def translations(rows: Rows, _: Random) -> bytes:
    """A catalogue of translations."""
    return "\n\n".join(f'msgid "{b}"\nmsgstr "{a}"' for a, b in pieces(rows, "name", "id")).encode()


@technique(
    "org", decoder=found(r"^\*\* (.+)\n:PROPERTIES:\n:ID: (.+)\n:TEL: (.+)\n:END:", "name", "id", "phone")
)
def outline_properties(rows: Rows, _: Random) -> bytes:
    """Folded properties of an outline."""
    return "\n".join(
        f"** {a}\n:PROPERTIES:\n:ID: {b}\n:TEL: {c}\n:END:" for a, b, c in pieces(rows, "name", "id", "phone")
    ).encode()
