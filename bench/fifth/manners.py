"""Text channels: manners of writing: variants of characters, forms of figures, order, marks and pages."""

from __future__ import annotations

import random
import re

from bench.fifth.core import (
    FTEL,
    ID,
    NAME,
    TEL,
    Files,
    Row,
    Values,
    bits_of,
    bytes_of,
    chunks,
    found,
    grid,
    numbers,
    packed,
    shown,
    table,
    technique,
    unpacked,
    untable,
)
from bench.fifth.cover import AREAS, SUBJECTS, paragraphs, pdf, pdf_streams, sentence
from bench.fifth.letters import tel_digits, tels

SIMPLE, TRADITIONAL = "门诊区县业务经济发", "門診區縣業務經濟發"
BULLETS = "-*+•·◦▪▸◆○"
ENDS = "。;!…"


@technique("text", "persons", TEL, low=10, high=12)
def traditional_forms(rows: list[Row], rng: random.Random) -> Files:
    """Nine characters that stand in a simple or a traditional form: the latter is one."""
    bits, out = bits_of(packed(rows)), []
    while bits:
        for char in f"{rng.choice(AREAS[:3])}区县门诊业务与经济发展情况\n":
            if char in SIMPLE and bits:
                char = TRADITIONAL[SIMPLE.index(char)] if bits.pop(0) else char
            out.append(char)
    return [("txt", "".join(out).encode())]


def traditional_forms_back(files: list[bytes]) -> Values:
    """The forms told apart."""
    signs = re.findall(f"[{SIMPLE}{TRADITIONAL}]", files[0].decode())
    return unpacked(bytes_of([int(c in TRADITIONAL) for c in signs]))


@technique("text", "persons", TEL, low=10, high=16)
def signs_of_items(rows: list[Row], rng: random.Random) -> Files:
    """Ten kinds of list marks, explained at the end as states of work."""
    lines = [f"{BULLETS[d]} {sentence(rng)}" for d in tel_digits(rows)]
    legend = " ".join(f"{c}阶段{i}" for i, c in enumerate(BULLETS))
    return [("md", "\n".join([*lines, f"> 图例 {legend}"]).encode())]


def signs_of_items_back(files: list[bytes]) -> Values:
    """The marks by the legend."""
    *lines, last = files[0].decode().split("\n")
    legend = {c: int(n) for c, n in found(r"(\S)阶段(\d)", last)}
    return tels([legend[line[0]] for line in lines])


@technique("text", "persons", TEL, low=10, high=14)
def ends_of_sentences(rows: list[Row], rng: random.Random) -> Files:
    """Four ways to end a sentence: two bits each."""
    bits = bits_of(packed(rows))
    told = [
        f"{rng.choice(AREAS)}{rng.choice(SUBJECTS)}为{rng.randint(100, 999)}{ENDS[2 * a + b]}"
        for a, b in zip(bits[::2], bits[1::2], strict=True)
    ]
    return [("txt", "".join(told).encode())]


def ends_of_sentences_back(files: list[bytes]) -> Values:
    """The ends told apart."""
    ends = [ENDS.index(c) for c in re.findall(f"[{ENDS}]", files[0].decode())]
    return unpacked(bytes_of([b for e in ends for b in (e >> 1, e & 1)]))


@technique("text", "persons", TEL, low=12, high=40)
def page_references(rows: list[Row], rng: random.Random) -> Files:
    """An index of subjects with pages that the report does not have."""
    lines = []
    for r in rows:
        a, b, c, d = r[TEL][:3], r[TEL][3:6], r[TEL][6:9], r[TEL][9:]
        lines.append(f"{rng.choice(SUBJECTS)}……{a}, {b}, {c}, {d}")
    return [("txt", "\n".join([*paragraphs(rng, 2), "索引", *lines]).encode())]


def page_references_back(files: list[bytes]) -> Values:
    """The pages joined."""
    return [("".join(v),) for v in found(r"……(\d{3}), (\d{3}), (\d{3}), (\d\d)", files[0].decode())]


@technique("text", "persons", NAME, TEL, low=10, high=30)
def sum_of_the_votes(rows: list[Row], rng: random.Random) -> Files:
    """Minutes of votes: after each proposer's name votes for, against and abstained make up the number."""
    lines = [
        f"议题由{n}提出,赞成{t[:4]}票、反对{t[4:8]}票、弃权{t[8:]}票,{rng.choice(AREAS)}代表作说明。"
        for n, t in grid(rows, NAME, TEL)
    ]
    return [("txt", "\n".join(lines).encode())]


def sum_of_the_votes_back(files: list[bytes]) -> Values:
    """Names and votes."""
    parts = found(r"议题由([一-龥]+)提出,赞成(\d+)票、反对(\d+)票、弃权(\d+)票", files[0].decode())
    return [(n, a + b + c) for n, a, b, c in parts]


@technique("text", "persons", TEL, low=10, high=16)
def space_between_letters(rows: list[Row], rng: random.Random) -> Files:
    """A PDF whose lines are set with letter spacing in tenths of a point: each is a digit."""
    lines = [
        f"BT /F1 9 Tf 0.{d} Tc 50 {800 - 5 * i} Td <{sentence(rng)[:30].encode('utf-16-be').hex()}> Tj ET"
        for i, d in enumerate(tel_digits(rows))
    ]
    return [("pdf", pdf("\n".join(lines)))]


def space_between_letters_back(files: list[bytes]) -> Values:
    """The spacings read."""
    return tels([int(d) for (d,) in found(r"0\.(\d) Tc", pdf_streams(files[0]))])


@technique("text", "firms", FTEL, low=12, high=30)
def order_of_pairs(rows: list[Row], rng: random.Random) -> Files:
    """A table of a fair of products: in each pair of prices the dearer stands first or second."""
    bits = [int(c) for n in numbers(rows, FTEL) for c in f"{n:036b}"]
    lines = []
    for part in (bits[i : i + 6] for i in range(0, len(bits), 6)):
        line: list[str] = []
        for bit in part:
            low = rng.randint(10, 500)
            line += (
                [str(low + rng.randint(1, 90)), str(low)]
                if bit
                else [str(low), str(low + rng.randint(1, 90))]
            )
        lines.append(line)
    return [("csv", table([f"{n}{k}价" for n in "茶酒椒笋菌药" for k in "前后"], lines))]


def order_of_pairs_back(files: list[bytes]) -> Values:
    """The pairs compared."""
    bits = "".join(str(int(int(x[i]) > int(x[i + 1]))) for x in untable(files[0]) for i in range(0, 12, 2))
    return shown([int(v, 2) for v in chunks(bits, 36)], FTEL)


@technique("text", "persons", ID, low=10, high=30)
def paragraph_numbers(rows: list[Row], rng: random.Random) -> Files:
    """Headings of an outline whose numbering has six levels of three places."""
    lines = []
    for r in rows:
        levels = chunks(r[ID].replace("X", "A"), 3)
        lines.append(f"§{'.'.join(levels)} {rng.choice(AREAS)}{rng.choice(SUBJECTS)}\n{sentence(rng)}")
    return [("md", "\n".join(lines).encode())]


def paragraph_numbers_back(files: list[bytes]) -> Values:
    """The levels joined."""
    return [(v.replace(".", "").replace("A", "X"),) for (v,) in found(r"§(\S+) ", files[0].decode())]
