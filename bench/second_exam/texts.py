# ruff: noqa: ARG001 - the hand of another, kept as it came
"""Text whose characters spell the data."""

from __future__ import annotations

import re

from bench.second_exam.core import (
    AREAS,
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
    packed,
    technique,
    unpacked,
)

HAN = "〇一二三四五六七八九"
STEMS = "甲乙丙丁戊己庚辛壬癸"
WORDS = [
    "Added",
    "Built",
    "Checked",
    "Designed",
    "Edited",
    "Fixed",
    "Grouped",
    "Handled",
    "Improved",
    "Joined",
]
SENTENCES = [
    ("本季度", "本期", "报告期内", "近三个月"),
    ("门诊量", "就诊人次", "接诊总量", "服务人次"),
    ("稳步", "平稳", "持续", "逐步"),
    ("上升", "增长", "提高", "攀升"),
]


@technique("persons", NAME, TEL)
def chinese_numeral_prose(rows: list[Row], rng) -> Files:
    """Interview notes in prose whose telephone numbers are written with Chinese numerals."""
    lines = ["# 满意度回访纪要", ""]
    for row in rows:
        spoken = "".join(HAN[int(c)] for c in row[TEL])
        place = rng.choice(AREAS)
        lines.append(
            f"在{place}走访时，{row[NAME]}同志表示满意，约定以后拨{spoken[:3]}、{spoken[3:7]}、{spoken[7:]}再谈。"
        )
    return [("md", "\n".join(lines).encode())]


def chinese_numeral_prose_back(files: list[bytes]) -> Values:
    """Read the name and the three groups of numerals of each sentence."""
    found = re.findall(f"时，(.+?)同志.*?拨([{HAN}]+)、([{HAN}]+)、([{HAN}]+)", files[0].decode())
    return [(name, "".join(str(HAN.index(c)) for c in a + b + d)) for name, a, b, d in found]


@technique("persons", TEL, low=20, high=30)
def changelog_initials(rows: list[Row], rng) -> Files:
    """A changelog in which the first letter of each entry, A to J, is a digit."""
    parts = [
        "chart colours",
        "district totals",
        "the legend",
        "rounding",
        "axis labels",
        "footnotes",
        "page width",
    ]
    lines = ["# Changelog"]
    for number, row in enumerate(rows, 1):
        lines.append(f"\n## 0.{number}")
        lines += [f"- {WORDS[int(c)]} {rng.choice(parts)}" for c in row[TEL]]
    return [("md", "\n".join(lines).encode())]


def changelog_initials_back(files: list[bytes]) -> Values:
    """Read the initials of every section."""
    sections = files[0].decode().split("\n## ")[1:]
    return [("".join(str(ord(c) - 65) for c in re.findall(r"^- (\w)", s, re.M)),) for s in sections]


@technique("persons", ID)
def zero_width_report(rows: list[Row], rng) -> Files:
    """A short report with invisible zero-width characters between its visible ones."""
    text = "2025年全市医疗服务总体平稳，门诊与住院结构继续优化，基层就诊占比提高，群众满意度保持较高水平。"
    marks = [("\u200b", "\u200c")[bit] for bit in bits_of(packed(rows, ID))]
    step = -(-len(marks) // len(text))
    out = "".join(c + "".join(marks[i * step : i * step + step]) for i, c in enumerate(text))
    return [("txt", out.encode())]


def zero_width_report_back(files: list[bytes]) -> Values:
    """Collect the invisible characters as bits."""
    bits = ["\u200b\u200c".index(c) for c in files[0].decode() if c in "\u200b\u200c"]
    return unpacked(bits_back(bits), ID)


@technique("firms", USCC)
def trailing_blanks_config(rows: list[Row], rng) -> Files:
    """A YAML configuration whose lines end in blanks and tabs that are bits."""
    bits = bits_of(packed(rows, USCC))
    bits += [0] * (-len(bits) % 12)
    lines = []
    for i in range(0, len(bits), 12):
        tail = "".join(" \t"[b] for b in bits[i : i + 12])
        lines.append(f"panel_{i // 12:03d}: {{chart: bar, width: {rng.randrange(4, 12) * 40}}}{tail}")
    return [("yaml", ("\n".join(lines) + "\n").encode())]


def trailing_blanks_config_back(files: list[bytes]) -> Values:
    """Read the blanks after the closing brace."""
    bits = [" \t".index(c) for line in files[0].decode().splitlines() for c in line.split("}")[1]]
    return unpacked(bits_back(bits), USCC)


@technique("persons", TEL, low=20, high=40)
def synonym_choice(rows: list[Row], rng) -> Files:
    """District paragraphs in which the choice among four synonyms carries two bits each."""
    bits = bits_of(packed(rows))
    bits += [0] * (-len(bits) % 8)
    lines = []
    for i in range(0, len(bits), 8):
        pairs = [bits[i + 2 * k] * 2 + bits[i + 2 * k + 1] for k in range(4)]
        a, b, c, d = (SENTENCES[k][pair] for k, pair in enumerate(pairs))
        lines.append(f"{a}{AREAS[i // 8 % 14]}{b}{c}{d}。")
    return [("txt", "\n".join(lines).encode())]


def synonym_choice_back(files: list[bytes]) -> Values:
    """Look up which synonym each slot holds."""
    bits = []
    for line in files[0].decode().splitlines():
        for slot in SENTENCES:
            choice = next(i for i, word in enumerate(slot) if word in line)
            bits += [choice >> 1, choice & 1]
    return unpacked(bits_back(bits))


@technique("persons", ID, NAME)
def heavenly_stem_files(rows: list[Row], rng) -> Files:
    """An archive index whose shelf marks are resident numbers in heavenly stems."""
    lines = ["卷宗目录（按入库先后）"]
    for i, row in enumerate(rows, 1):
        mark = "".join("子" if c == "X" else STEMS[int(c)] for c in row[ID])
        lines.append(f"第{i}卷\t{mark[:6]}·{mark[6:14]}·{mark[14:]}\t{' '.join(row[NAME])}")
    return [("txt", "\n".join(lines).encode())]


def heavenly_stem_files_back(files: list[bytes]) -> Values:
    """Turn the stems into digits and close the name up."""
    out = []
    for line in files[0].decode().split("\n")[1:]:
        _, mark, name = line.split("\t")
        digits = "".join("X" if c == "子" else str(STEMS.index(c)) for c in mark.replace("·", ""))
        out.append((digits, name.replace(" ", "")))
    return out


@technique("firms", USCC, FTEL)
def foreign_script_digits(rows: list[Row], rng) -> Files:
    """A product list whose numbers use the digits of Devanagari, Arabic, Thai and mathematical script."""
    zeros = [0x0966, 0x0660, 0x0E50, 0x1D7CE, 0xFF10]
    lines = ["product;batch;line"]
    for row in rows:
        cells = []
        for column in (USCC, FTEL):
            cells.append(
                "".join(
                    chr(rng.choice(zeros) + int(c)) if c.isdigit() else chr(ord(c) + 0xFEE0)
                    for c in row[column]
                )
            )
        lines.append(f"白酒;{cells[0]};{cells[1]}")
    return [("csv", "\n".join(lines).encode())]


def foreign_script_digits_back(files: list[bytes]) -> Values:
    """Every digit of any script has its numeric value."""
    out = []
    for line in files[0].decode().split("\n")[1:]:
        cells = line.split(";")[1:]
        out.append(
            tuple("".join(str(int(c)) if c.isdigit() else chr(ord(c) - 0xFEE0) for c in x) for x in cells)
        )
    return out


@technique("persons", NAME, ID)
def right_to_left(rows: list[Row], rng) -> Files:
    """A text written backwards between direction marks, so that it shows in the right order."""
    lines = [f"\u202e{(row[NAME] + ' ' + row[ID])[::-1]}\u202c" for row in rows]
    return [("txt", ("服务对象座谈名单\n" + "\n".join(lines)).encode())]


def right_to_left_back(files: list[bytes]) -> Values:
    """Strip the marks and reverse."""
    return [tuple(line[1:-1][::-1].split(" ")) for line in files[0].decode().split("\n")[1:]]


@technique("persons", TEL)
def english_number_words(rows: list[Row], rng) -> Files:
    """An English summary that writes each telephone number as a cardinal number in words."""
    lines = ["Equipment inventory, counted values in words:"]
    lines += [f"Item {i}: {cardinal(int(row[TEL]))} cycles." for i, row in enumerate(rows, 1)]
    return [("txt", "\n".join(lines).encode())]


UNITS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
TENS = ["-", "-", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


def cardinal(number: int) -> str:
    """A number below a million millions in English words."""
    for size, word in ((10**9, "billion"), (10**6, "million"), (1000, "thousand"), (100, "hundred")):
        if number >= size:
            head = f"{cardinal(number // size)} {word}"
            return head + (f" {cardinal(number % size)}" if number % size else "")
    if number < 20:
        return UNITS[number]
    return TENS[number // 10] + (f" {UNITS[number % 10]}" if number % 10 else "")


def english_number_words_back(files: list[bytes]) -> Values:
    """Add the words up."""
    out = []
    for line in files[0].decode().split("\n")[1:]:
        total = part = 0
        for word in line.split(": ")[1].replace(" cycles.", "").split():
            if word in UNITS:
                part += UNITS.index(word)
            elif word in TENS:
                part += 10 * TENS.index(word)
            elif word == "hundred":
                part *= 100
            else:
                total += part * {"thousand": 1000, "million": 10**6, "billion": 10**9}[word]
                part = 0
        out.append((str(total + part),))
    return out
