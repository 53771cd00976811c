# ruff: noqa: ARG001, E501, RUF005 - the hand of another, kept as it came
"""Documents of practical formats in which the form of the writing carries the data."""

from __future__ import annotations

import email
import email.policy
import re
from fractions import Fraction
from math import factorial

from bench.second_exam.core import (
    AREAS,
    BOSS,
    FIRM,
    FTEL,
    ID,
    NAME,
    TEL,
    USCC,
    Files,
    Row,
    Values,
    bits_back,
    bits_of,
    id_number,
    id_text,
    packed,
    payload,
    technique,
    unpacked,
    unpayload,
)

SPARK = "▁▂▃▄▅▆▇█"
BRAILLE = "⠚⠁⠃⠉⠙⠑⠋⠛⠓⠊"
TRADES = [
    "白酒",
    "茶叶",
    "竹木",
    "辣椒",
    "烟草",
    "煤炭",
    "电力",
    "建材",
    "化工",
    "纺织",
    "家具",
    "物流",
    "餐饮",
    "旅游",
    "金融",
    "教育",
    "医药",
    "软件",
    "农机",
    "印刷",
]


@technique("persons", ID)
def sparkline_octal(rows: list[Row], rng) -> Files:
    """A text dashboard whose little bar charts are octal digits of the resident number."""
    lines = ["指标走势（近 19 期）"]
    for i, row in enumerate(rows, 1):
        lines.append(f"指标{i:02d} " + "".join(SPARK[int(c)] for c in f"{id_number(row[ID]):019o}"))
    return [("txt", "\n".join(lines).encode())]


def sparkline_octal_back(files: list[bytes]) -> Values:
    """Read the bars as octal digits."""
    lines = files[0].decode().split("\n")[1:]
    return [(id_text(int("".join(str(SPARK.index(c)) for c in line.split()[1]), 8)),) for line in lines]


@technique("persons", TEL)
def braille_signage(rows: list[Row], rng) -> Files:
    """An order of door signs whose braille inscription is a telephone number."""
    lines = ["<html><body><h1>无障碍标识清单</h1><ul>"]
    for row in rows:
        lines.append(f"<li>{rng.choice(AREAS)}门诊：⠼{''.join(BRAILLE[int(c)] for c in row[TEL])}</li>")
    return [("html", ("\n".join(lines) + "\n</ul></body></html>\n").encode())]


def braille_signage_back(files: list[bytes]) -> Values:
    """Read the cells after the number sign."""
    return [
        ("".join(str(BRAILLE.index(c)) for c in s),)
        for s in re.findall(f"⠼([{BRAILLE}]+)", files[0].decode())
    ]


@technique("persons", TEL, low=20, high=30)
def csv_quoting_habit(rows: list[Row], rng) -> Files:
    """A table of district figures in which the presence of quotes around a cell is a bit."""
    bits = bits_of(packed(rows))
    bits += [0] * (-len(bits) % 6)
    lines = ["区县,门诊,住院,急诊,体检,均次"]
    for i in range(0, len(bits), 6):
        cells = [AREAS[i // 6 % 14]] + [str(rng.randrange(1000, 9000)) for _ in range(5)]
        lines.append(",".join(f'"{c}"' if b else c for c, b in zip(cells, bits[i : i + 6], strict=True)))
    return [("csv", "\n".join(lines).encode())]


def csv_quoting_habit_back(files: list[bytes]) -> Values:
    """Quoted is one, bare is zero."""
    cells = [c for line in files[0].decode().split("\n")[1:] for c in line.split(",")]
    return unpacked(bits_back([int(c.startswith('"')) for c in cells]))


@technique("persons", ID)
def ranking_order(rows: list[Row], rng) -> Files:
    """Ranking lists of twenty trades in which only the order of the trades means something."""
    lines = ["月份,行业景气排名（前二十）"]
    for i, row in enumerate(rows):
        number, left, order = id_number(row[ID]), list(TRADES), []
        for k in range(19, -1, -1):
            index, number = divmod(number, factorial(k))
            order.append(left.pop(index))
        lines.append(f"{2021 + i // 12}-{i % 12 + 1:02d}," + " ".join(order))
    return [("csv", "\n".join(lines).encode())]


def ranking_order_back(files: list[bytes]) -> Values:
    """The rank of the permutation is the number."""
    out = []
    for line in files[0].decode().split("\n")[1:]:
        left, number = list(TRADES), 0
        for k, trade in enumerate(line.split(",")[1].split(" ")):
            number += left.index(trade) * factorial(19 - k)
            left.remove(trade)
        out.append((id_text(number),))
    return out


@technique("firms", FIRM, BOSS, FTEL)
def contact_cards(rows: list[Row], rng) -> Files:
    """An address book of contact cards with quoted-printable names and grouped international numbers."""
    cards = []
    for row in rows:
        name, firm = ("".join(f"={b:02X}" for b in row[c].encode()) for c in (BOSS, FIRM))
        tel = row[FTEL]
        cards.append(
            "BEGIN:VCARD\r\nVERSION:2.1\r\n"
            f"FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:{name}\r\n"
            f"ORG;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:{firm}\r\n"
            f"TEL;CELL:+86 ({tel[:3]}) {tel[3:5]}-{tel[5:8]}.{tel[8:]}\r\nEND:VCARD\r\n"
        )
    return [("vcf", "".join(cards).encode())]


def contact_cards_back(files: list[bytes]) -> Values:
    """Undo quoted-printable and strip the punctuation of the number."""
    out = []
    for card in files[0].decode().split("END:VCARD")[:-1]:
        name, firm = (
            bytes.fromhex(x.replace("=", "")).decode() for x in re.findall(r"PRINTABLE:(\S+)", card)
        )
        out.append((firm, name, re.sub(r"\D", "", card.split("+86")[1])))
    return out


@technique("firms", USCC, BOSS)
def patch_removed_lines(rows: list[Row], rng) -> Files:
    """A source patch that anonymises a fixture: its removed lines still show what was there."""
    lines = ["--- a/tests/fixture.py", "+++ b/tests/fixture.py", f"@@ -1,{len(rows)} +1,{len(rows)} @@"]
    for i, row in enumerate(rows):
        key = "-".join(row[USCC][k : k + 3] for k in range(0, 18, 3))
        lines += [
            f"-    Firm(key={key!r}, head={'/'.join(row[BOSS])!r}),",
            f"+    Firm(key='FAKE{i:03d}', head='甲'),",
        ]
    return [("patch", ("\n".join(lines) + "\n").encode())]


def patch_removed_lines_back(files: list[bytes]) -> Values:
    """Read the lines that were taken out."""
    found = re.findall(r"^-    Firm\(key='(.+?)', head='(.+?)'", files[0].decode(), re.M)
    return [(key.replace("-", ""), head.replace("/", "")) for key, head in found]


@technique("persons", TEL)
def latex_lengths(rows: list[Row], rng) -> Files:
    """A LaTeX report whose spacing lengths hold the digits of telephone numbers."""
    body = []
    for i, row in enumerate(rows, 1):
        t = row[TEL]
        body.append(
            f"\\section*{{指标 {i}}}\\hspace{{{t[:2]}.{t[2:6]}pt}}较上年持平。\\vspace{{{int('1' + t[6:])}sp}}"
        )
    text = "\\documentclass{article}\n\\begin{document}\n" + "\n".join(body) + "\n\\end{document}\n"
    return [("tex", text.encode())]


def latex_lengths_back(files: list[bytes]) -> Values:
    """Join the two lengths of each section."""
    found = re.findall(r"\\hspace\{(\d\d)\.(\d{4})pt\}.*?\\vspace\{1(\d{5})sp\}", files[0].decode())
    return [("".join(parts),) for parts in found]


@technique("persons", NAME, ID, TEL)
def mail_utf7(rows: list[Row], rng) -> Files:
    """A saved e-mail whose harmless text has an alternative body in UTF-7, base64 encoded."""
    message = email.message.EmailMessage(policy=email.policy.SMTP)
    message["Subject"] = "Monthly summary"
    message["From"] = "analyst@example.org"
    message["To"] = "office@example.org"
    message.set_content("See the summary below.\n")
    message.add_alternative(payload(rows, NAME, ID, TEL).decode().encode("utf-7"), "text", "enriched")
    message.set_boundary("=-part-0001")
    return [("eml", message.as_bytes())]


def mail_utf7_back(files: list[bytes]) -> Values:
    """Take the second body and read it as UTF-7."""
    message = email.message_from_bytes(files[0], policy=email.policy.SMTP)
    body = message.get_payload()[1].get_payload(decode=True)
    return unpayload(body.decode("utf-7").encode())


@technique("persons", TEL)
def recipe_fractions(rows: list[Row], rng) -> Files:
    """A formula sheet of mixing ratios whose reduced fractions are telephone numbers over a known base."""
    lines = ["配方,比例"]
    for i, row in enumerate(rows, 1):
        ratio = Fraction(int(row[TEL]), 99999999999)
        lines.append(f"配方{i:02d},{ratio.numerator}∶{ratio.denominator - ratio.numerator}")
    return [("csv", "\n".join(lines).encode())]


def recipe_fractions_back(files: list[bytes]) -> Values:
    """Scale every ratio up to the base."""
    out = []
    for line in files[0].decode().split("\n")[1:]:
        a, b = map(int, line.split(",")[1].split("∶"))
        out.append((str(a * 99999999999 // (a + b)),))
    return out


@technique("firms", USCC, FIRM)
def subtitle_times(rows: list[Row], rng) -> Files:
    """A subtitle file of a training film: the times are the credit code, the text is the spread-out name."""

    def stamp(value: int) -> str:
        hours, rest = divmod(value, 3600000)
        minutes, rest = divmod(rest, 60000)
        return f"{hours:02d}:{minutes:02d}:{rest // 1000:02d},{rest % 1000:03d}"

    blocks = []
    for i, row in enumerate(rows):
        number = int.from_bytes(packed([row], USCC), "big")
        pieces = [number >> 24 * k & 0xFFFFFF for k in (3, 2, 1, 0)]
        name = row[FIRM]
        blocks.append(f"{2 * i + 1}\n{stamp(pieces[0])} --> {stamp(pieces[1])}\n{'、'.join(name[::2])}\n")
        blocks.append(f"{2 * i + 2}\n{stamp(pieces[2])} --> {stamp(pieces[3])}\n{'、'.join(name[1::2])}\n")
    return [("srt", "\n".join(blocks).encode())]


def subtitle_times_back(files: list[bytes]) -> Values:
    """Join the four times and lace the two halves of the name."""
    blocks = [b.split("\n") for b in files[0].decode().strip().split("\n\n")]
    out = []
    for first, second in zip(blocks[::2], blocks[1::2], strict=True):
        number = 0
        for h, m, s, ms in re.findall(r"(\d+):(\d+):(\d+),(\d+)", f"{first[1]} {second[1]}"):
            number = number << 24 | ((int(h) * 60 + int(m)) * 60 + int(s)) * 1000 + int(ms)
        even, odd = first[2].split("、"), second[2].split("、") + [""]
        name = "".join(a + b for a, b in zip(even, odd, strict=False))
        out.append((unpacked(number.to_bytes(11, "big"), USCC)[0][0], name))
    return out
