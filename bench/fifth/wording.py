"""Text channels: the words, figures and letters themselves: acrostics, choices, lengths, times, sources."""

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
    id_text,
    packed,
    table,
    technique,
    unpacked,
    untable,
)
from bench.fifth.cover import AREAS, SUBJECTS, docx, escape, paragraphs, sentence, unzipped
from bench.fifth.letters import english, tel_digits, tels

HAN = "零一二三四五六七八九"
OPENERS = [
    "零售业方面",
    "一季度以来",
    "二产方面",
    "三产方面",
    "四季度预计",
    "五县统计",
    "六月以来",
    "七成受访者表示",
    "八县合计",
    "九月起",
]
BY_LENGTH = ["a", "on", "the", "city", "plans", "county", "reports", "services", "districts", "government"]
PAIRS = (("增长", "上升"), ("约", "近"), ("同比", "较上年"), ("平稳", "稳定"))
DOUBLES = {"a": "а", "e": "е", "o": "о", "p": "р", "c": "с"}
NOTES = "CDEFGABcde"
CLOCKS = "🕛🕐🕑🕒🕓🕔🕕🕖🕗🕘"


@technique("text", "persons", TEL, low=10, high=16)
def first_characters(rows: list[Row], rng: random.Random) -> Files:
    """Every sentence begins with a numeral: read downwards they are telephones."""
    return [("txt", "\n".join(f"{OPENERS[d]},{sentence(rng)}" for d in tel_digits(rows)).encode())]


def first_characters_back(files: list[bytes]) -> Values:
    """The first characters."""
    return tels([HAN.index(line[0]) for line in files[0].decode().split("\n")])


@technique("text", "persons", TEL, low=10, high=16)
def last_characters(rows: list[Row], rng: random.Random) -> Files:
    """Every item of a list ends in a numeral, as the number of measures taken."""
    lines = [
        f"{i}. {rng.choice(AREAS)}{rng.choice(SUBJECTS)}整改事项{HAN[d]}"
        for i, d in enumerate(tel_digits(rows), 1)
    ]
    return [("md", "\n".join(lines).encode())]


def last_characters_back(files: list[bytes]) -> Values:
    """The last characters."""
    return tels([HAN.index(line[-1]) for line in files[0].decode().split("\n")])


@technique("text", "persons", NAME, TEL, low=10, high=16)
def names_downwards(rows: list[Row], rng: random.Random) -> Files:
    """A poem-like slogan list: first characters are a name, the counts in the lines its telephone."""
    out = []
    for name, tel in grid(rows, NAME, TEL):
        pieces = chunks(tel, -(-11 // len(name)))
        out.append("\n".join(f"{c}字组完成走访1{p}户" for c, p in zip(name, pieces, strict=True)))
    return [("txt", f"\n\n{sentence(rng)}\n\n".join(out).encode())]


def names_downwards_back(files: list[bytes]) -> Values:
    """First characters and counts, block by block."""
    blocks = files[0].decode().split("\n\n")[::2]
    out: Values = []
    for block in blocks:
        parts = found(r"(?:^|\n)(.)字组完成走访1(\d+)户", block)
        out.append(("".join(c for c, _ in parts), "".join(p for _, p in parts)))
    return out


@technique("text", "persons", TEL, low=10, high=12)
def choice_of_words(rows: list[Row], rng: random.Random) -> Files:
    """Four pairs of words of the same sense in every sentence: four bits."""
    bits = bits_of(packed(rows))
    told = []
    for i in range(0, len(bits), 4):
        a, b, c, d = (pair[bit] for pair, bit in zip(PAIRS, bits[i : i + 4], strict=True))
        told.append(f"{rng.choice(AREAS)}{rng.choice(SUBJECTS)}{c}{a}{b}{rng.randint(2, 19)}%,运行{d}。")
    return [("txt", "\n".join(told).encode())]


def choice_of_words_back(files: list[bytes]) -> Values:
    """The words looked for."""
    order = (2, 0, 1, 3)
    pattern = "".join(f"({'|'.join(PAIRS[k])})" + ("" if k != 1 else r"\d+%,运行") for k in order)
    bits = []
    for groups in found(pattern, files[0].decode()):
        word = dict(zip(order, groups, strict=True))
        bits += [PAIRS[k].index(word[k]) for k in range(4)]
    return unpacked(bytes_of(bits))


@technique("text", "persons", TEL, low=10, high=12)
def capital_letters(rows: list[Row], rng: random.Random) -> Files:
    """A report in English with some words in capitals: a capital is one."""
    bits = bits_of(packed(rows))
    words = " ".join(english(rng, len(bits))).split()[: len(bits)]
    told = " ".join(w.capitalize() if b else w.lower() for w, b in zip(words, bits, strict=True))
    return [("txt", re.sub(r"((?:\S+ ){11}\S+) ", r"\1\n", told).encode())]


def capital_letters_back(files: list[bytes]) -> Values:
    """The first letters told apart."""
    return unpacked(bytes_of([int(w[0].isupper()) for w in files[0].decode().split()]))


@technique("text", "persons", TEL, low=10, high=14)
def doubles_in_english(rows: list[Row], rng: random.Random) -> Files:
    """Letters of an English report that have a Cyrillic double: the double is one."""
    bits, out = bits_of(packed(rows)), []
    body = ". ".join(english(rng, len(bits) // 6))
    for char in body:
        if char in DOUBLES and bits:
            char = DOUBLES[char] if bits.pop(0) else char
        out.append(char)
    assert not bits
    return [("md", "".join(out).encode())]


def doubles_in_english_back(files: list[bytes]) -> Values:
    """The letters told apart."""
    back = {v: k for k, v in DOUBLES.items()}
    return unpacked(bytes_of([int(c in back) for c in files[0].decode() if c in DOUBLES or c in back]))


@technique("text", "persons", TEL, low=10, high=14)
def lengths_of_words(rows: list[Row], rng: random.Random) -> Files:
    """English notes in which the length of every word is a digit, ten for nought."""
    words = [BY_LENGTH[(d - 1) % 10] for d in tel_digits(rows)]
    lines = [" ".join(words[i : i + 11]) for i in range(0, len(words), 11)]
    return [("txt", f"\n{'-' * rng.randint(12, 30)}\n".join(lines).encode())]


def lengths_of_words_back(files: list[bytes]) -> Values:
    """The words measured."""
    return tels([len(w) % 10 for w in re.findall("[a-z]+", files[0].decode())])


@technique("text", "persons", TEL, low=10, high=16)
def lengths_of_lines(rows: list[Row], rng: random.Random) -> Files:
    """A text in lines of forty to forty-nine characters: the last figure of the length is a digit."""
    flow, lines = "", []
    for d in tel_digits(rows):
        while len(flow) < 60:
            flow += sentence(rng)
        lines.append(flow[: 40 + d])
        flow = flow[40 + d :]
    return [("txt", "\n".join(lines).encode())]


def lengths_of_lines_back(files: list[bytes]) -> Values:
    """The lines measured."""
    return tels([len(line) - 40 for line in files[0].decode().split("\n")])


@technique("text", "persons", TEL, low=14, high=40)
def last_figures(rows: list[Row], rng: random.Random) -> Files:
    """A table of eleven indices a month, plausible in front: the last figure is a telephone's digit."""
    lines = [
        [f"{2015 + i // 12}-{i % 12 + 1:02d}", *(f"{rng.randint(95, 108)}.{c}" for c in r[TEL])]
        for i, r in enumerate(rows)
    ]
    return [("csv", table(["月份", *(f"指数{k}" for k in range(1, 12))], lines))]


def last_figures_back(files: list[bytes]) -> Values:
    """The last figures joined."""
    return [("".join(v[-1] for v in line[1:]),) for line in untable(files[0])]


@technique("text", "persons", TEL, low=14, high=40)
def durations(rows: list[Row], rng: random.Random) -> Files:
    """A log of jobs: hours, minutes, seconds and milliseconds taken together are telephones."""
    lines = [
        f"{rng.choice(AREAS)}同步 完成 用时 {r[TEL][:3]}时{r[TEL][3:5]}分{r[TEL][5:7]}秒 行数 {r[TEL][7:]}"
        for r in rows
    ]
    return [("log", "\n".join(lines).encode())]


def durations_back(files: list[bytes]) -> Values:
    """The figures joined."""
    return [("".join(v),) for v in found(r"用时 (\d+)时(\d+)分(\d+)秒 行数 (\d+)", files[0].decode())]


@technique("text", "persons", ID, low=12, high=40)
def bibliography(rows: list[Row], rng: random.Random) -> Files:
    """Sources of a paper that do not exist: volume, number and pages are pieces of numbers."""
    lines = [
        f"[{i}] {rng.choice(AREAS)}统计年鉴编委会. {rng.choice(SUBJECTS)}研究[J]. "
        f"统计与决策, {z[6:10]}, {z[:6]}({z[10:14]}): {z[14:16]}-{z[16]}."
        for i, z in enumerate((r[ID] for r in rows), 1)
    ]
    return [("txt", "\n".join([*paragraphs(rng, 2), "参考文献", *lines]).encode())]


def bibliography_back(files: list[bytes]) -> Values:
    """The pieces put in order, the check digit worked out."""
    parts = found(r", (\d{4}), (\d{6})\((\d{4})\): (\d\d)-(\d)\.", files[0].decode())
    return [(id_text(int(b + a + c + d + e)),) for a, b, c, d, e in parts]


@technique("text", "persons", TEL, low=10, high=30)
def melody(rows: list[Row], _: random.Random) -> Files:
    """A folk song in letters: eleven notes a bar."""
    bars = " | ".join("".join(NOTES[int(c)] for c in r[TEL]) for r in rows)
    return [("abc", f"X:1\nT:遵义小调\nM:11/8\nL:1/8\nN:{NOTES}\nK:C\n{bars} |\n".encode())]


def melody_back(files: list[bytes]) -> Values:
    """The notes by the scale in the head."""
    body = files[0].decode()
    scale = found("N:(.*?)\n", body)[0][0]
    return [("".join(str(scale.index(c)) for c in v),) for (v,) in found(r"([A-Ga-e]{11}) \|", body)]


@technique("text", "persons", TEL, low=10, high=30)
def clock_faces(rows: list[Row], rng: random.Random) -> Files:
    """A duty roster with clock faces: the hours are digits, twelve for nought."""
    lines = [f"{rng.choice(AREAS)} {''.join(CLOCKS[int(c)] for c in r[TEL])}" for r in rows]
    return [("md", "\n\n".join(["# 值班安排", *lines]).encode())]


def clock_faces_back(files: list[bytes]) -> Values:
    """The hours read."""
    return [
        ("".join(str(CLOCKS.index(c)) for c in v),)
        for (v,) in found(f"([{CLOCKS}]{{11}})", files[0].decode())
    ]


@technique("text", "firms", FTEL, low=10, high=14)
def nearly_black(rows: list[Row], rng: random.Random) -> Files:
    """A Word report whose sentences have colours that are nearly black: each is three bytes."""
    data = len(rows).to_bytes(2, "big") + b"".join(int(r[FTEL]).to_bytes(5, "big") for r in rows)
    nibbles = [n for b in data for n in (b >> 4, b & 15)]
    runs = "".join(
        f'<w:r><w:rPr><w:color w:val="0{a:x}0{b:x}00"/></w:rPr><w:t>{escape(sentence(rng))}</w:t></w:r>'
        for a, b in zip(nibbles[::2], nibbles[1::2], strict=True)
    )
    return [("docx", docx(f"<w:p>{runs}</w:p>"))]


def nearly_black_back(files: list[bytes]) -> Values:
    """The colours as halves of bytes."""
    body = unzipped(files[0])["word/document.xml"].decode()
    data = bytes(int(a + b, 16) for a, b in found(r'w:val="0(\w)0(\w)00"', body))
    return unpacked(data[2 : 2 + 5 * int.from_bytes(data[:2], "big")])
