"""Family d: identifiers whose digits and letters are written in other signs."""

from __future__ import annotations

import random
import re
import unicodedata

from bench.fifth.core import (
    BOSS,
    FIRM,
    FTEL,
    ID,
    NAME,
    TEL,
    USCC,
    WHO,
    Files,
    Row,
    Values,
    chunks,
    found,
    grid,
    table,
    technique,
    untable,
)
from bench.fifth.cover import sentence

CAPITAL = "零壹贰叁肆伍陆柒捌玖"
SPOKEN = "〇幺二三四五六七八九"
SUZHOU = "〇〡〢〣〤〥〦〧〨〩"
CIRCLED = "⓪①②③④⑤⑥⑦⑧⑨"
WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
PINYIN = ["ling", "yi", "er", "san", "si", "wu", "liu", "qi", "ba", "jiu"]


def signs(value: str, alphabet: str) -> str:
    """Digits in another alphabet; other characters stay."""
    return value.translate(str.maketrans("0123456789", alphabet))


def digits(value: str, alphabet: str) -> str:
    """Digits back from another alphabet."""
    return value.translate(str.maketrans(alphabet, "0123456789"))


@technique("d", "persons", *WHO)
def full_width(rows: list[Row], _: random.Random) -> Files:
    """Numbers in full-width digits, as old terminals print them."""
    wide = {c: c + 0xFEE0 for c in range(0x21, 0x7F)}
    return [
        ("csv", table(["户主", "证件", "联系"], [[v.translate(wide) for v in x] for x in grid(rows, *WHO)]))
    ]


def full_width_back(files: list[bytes]) -> Values:
    """Compatibility forms folded."""
    return [tuple(unicodedata.normalize("NFKC", v) for v in line) for line in untable(files[0])]


@technique("d", "persons", NAME, TEL)
def capital_numerals(rows: list[Row], rng: random.Random) -> Files:
    """Minutes in which telephone numbers stand in the capitals of cheques."""
    told = [f"{n}同志({signs(t, CAPITAL)})反映:{sentence(rng)}" for n, t in grid(rows, NAME, TEL)]
    return [("txt", "\n".join(["信访接待记录", *told]).encode())]


def capital_numerals_back(files: list[bytes]) -> Values:
    """The capitals read back."""
    return [(n, digits(t, CAPITAL)) for n, t in found(rf"(\S+?)同志\(([{CAPITAL}]+)\)", files[0].decode())]


@technique("d", "persons", ID, TEL)
def spoken_numerals(rows: list[Row], _: random.Random) -> Files:
    """A call centre's transcript: digits as spoken, one written as yao."""
    lines = [
        [str(i), f"我的证号{signs(a, SPOKEN)},电话{signs(b, SPOKEN)}"]
        for i, (a, b) in enumerate(grid(rows, ID, TEL))
    ]
    return [("csv", table(["话单", "转写"], lines))]


def spoken_numerals_back(files: list[bytes]) -> Values:
    """The spoken digits read back."""
    parts = found(rf"证号([{SPOKEN}X]+),电话([{SPOKEN}]+)", files[0].decode())
    return [(digits(a, SPOKEN), digits(b, SPOKEN)) for a, b in parts]


@technique("d", "firms", FIRM, FTEL)
def suzhou_numerals(rows: list[Row], rng: random.Random) -> Files:
    """A market's ledger in Suzhou numerals."""
    lines = [[f, signs(t, SUZHOU), f"{rng.randint(2, 80)}"] for f, t in grid(rows, FIRM, FTEL)]
    return [("csv", table(["字号", "号头", "斤"], lines))]


def suzhou_numerals_back(files: list[bytes]) -> Values:
    """The numerals read back."""
    return [(f, digits(t, SUZHOU)) for f, t, _ in untable(files[0])]


@technique("d", "persons", ID)
def circled_numbers(rows: list[Row], rng: random.Random) -> Files:
    """Item signs in circles before honest sentences: each run of them is a number."""
    lines = [f"{signs(r[ID], CIRCLED).replace('X', 'Ⓧ')} {sentence(rng)}" for r in rows]
    return [("md", "\n\n".join(lines).encode())]


def circled_numbers_back(files: list[bytes]) -> Values:
    """The circles read back."""
    parts = found(rf"([{CIRCLED}]{{17}}[{CIRCLED}Ⓧ])", files[0].decode())
    return [(digits(v, CIRCLED).replace("Ⓧ", "X"),) for (v,) in parts]


@technique("d", "persons", NAME, TEL)
def mathematical_digits(rows: list[Row], _: random.Random) -> Files:
    """Digits of mathematical fonts, a different font every line."""
    lines = []
    for i, (name, tel) in enumerate(grid(rows, NAME, TEL)):
        start = 0x1D7CE + 10 * (i % 5)
        lines.append([name, "".join(chr(start + int(c)) for c in tel)])
    return [("csv", table(["变量", "估计值"], lines))]


def mathematical_digits_back(files: list[bytes]) -> Values:
    """Compatibility forms folded."""
    return [(n, unicodedata.normalize("NFKC", t)) for n, t in untable(files[0])]


@technique("d", "persons", ID, TEL)
def foreign_digits(rows: list[Row], _: random.Random) -> Files:
    """Arabic-Indic, Devanagari and Thai digits in turn."""
    starts = (0x660, 0x966, 0xE50)
    lines = []
    for i, line in enumerate(grid(rows, ID, TEL)):
        alphabet = "".join(chr(starts[i % 3] + d) for d in range(10))
        lines.append([signs(v, alphabet) for v in line])
    return [("csv", table(["locale_a", "locale_b"], lines))]


def foreign_digits_back(files: list[bytes]) -> Values:
    """Each sign's own decimal value."""
    return [
        tuple("".join(c if c == "X" else str(unicodedata.digit(c)) for c in v) for v in line)
        for line in untable(files[0])
    ]


@technique("d", "persons", TEL)
def english_words(rows: list[Row], rng: random.Random) -> Files:
    """A voice assistant's test set: numbers in words among other utterances."""
    lines = [f"call {' '.join(WORDS[int(c)] for c in r[TEL])} please" for r in rows]
    lines += [f"what is the figure of district {rng.randint(1, 14)}" for _ in rows]
    rng.shuffle(lines)
    return [("txt", "\n".join(lines).encode())]


def english_words_back(files: list[bytes]) -> Values:
    """The words read back."""
    return [
        ("".join(str(WORDS.index(w)) for w in v.split()),)
        for (v,) in found(r"call (.*?) please", files[0].decode())
    ]


@technique("d", "persons", NAME, TEL)
def pinyin_words(rows: list[Row], _: random.Random) -> Files:
    """Digits in pinyin joined by hyphens, as a key of a dictionary file."""
    lines = [f'  "{"-".join(PINYIN[int(c)] for c in t)}": "{n}"' for n, t in grid(rows, NAME, TEL)]
    return [("json", ("{\n" + ",\n".join(lines) + "\n}").encode())]


def pinyin_words_back(files: list[bytes]) -> Values:
    """The syllables read back."""
    parts = found(r'"([a-z-]+)": "([^"]+)"', files[0].decode())
    return [(n, "".join(str(PINYIN.index(w)) for w in v.split("-"))) for v, n in parts]


@technique("d", "persons", *WHO)
def zero_width(rows: list[Row], rng: random.Random) -> Files:
    """Joiners of no width between the characters of every value."""
    lines = [
        ["".join(c + rng.choice("\u200b\u200c\u2060\ufeff") for c in v) for v in x] for x in grid(rows, *WHO)
    ]
    return [("csv", table(["甲", "乙", "丙"], lines))]


def zero_width_back(files: list[bytes]) -> Values:
    """The joiners taken out."""
    return [tuple(re.sub("[\u200b\u200c\u2060\ufeff]", "", v) for v in line) for line in untable(files[0])]


@technique("d", "persons", ID, NAME)
def struck_through(rows: list[Row], _: random.Random) -> Files:
    """Deleted lines of a list: every digit carries a combining stroke."""
    lines = [f"- {''.join(c + chr(0x336) for c in i)} {n}(已删除)" for i, n in grid(rows, ID, NAME)]
    return [("md", "\n".join(["# 名单修订", *lines]).encode())]


def struck_through_back(files: list[bytes]) -> Values:
    """The strokes taken out."""
    return found(r"- (\w{18}) ([一-龥]+)\(已", files[0].decode().replace("\u0336", ""))


@technique("d", "firms", USCC, BOSS)
def look_alikes(rows: list[Row], _: random.Random) -> Files:
    """Latin letters of the codes replaced by their Cyrillic and Greek doubles."""
    doubles = str.maketrans("ABCEHKMPTXY", "АВСЕНКМРТХΥ")
    lines = [[u.translate(doubles), b] for u, b in grid(rows, USCC, BOSS)]
    return [("csv", table(["主体代码", "经办"], lines))]


def look_alikes_back(files: list[bytes]) -> Values:
    """The doubles turned back."""
    doubles = str.maketrans("АВСЕНКМРТХΥ", "ABCEHKMPTXY")
    return [(u.translate(doubles), b) for u, b in untable(files[0])]


@technique("d", "persons", ID, TEL)
def right_to_left(rows: list[Row], _: random.Random) -> Files:
    """Values written backwards behind a sign that turns the display round."""
    lines = [["\u202e" + v[::-1] + "\u202c" for v in line] for line in grid(rows, ID, TEL)]
    return [("csv", table(["编号", "批次"], lines))]


def right_to_left_back(files: list[bytes]) -> Values:
    """The values turned back."""
    return [tuple(v.strip("\u202e\u202c")[::-1] for v in line) for line in untable(files[0])]


@technique("d", "firms", USCC, FTEL)
def grouped_small_letters(rows: list[Row], _: random.Random) -> Files:
    """Codes in small letters and groups of unequal size, telephones with dots."""
    lines = []
    for u, t in grid(rows, USCC, FTEL):
        lines.append(["·".join((u[:2], u[2:8], u[8:17], u[17:])).lower(), ".".join(chunks(t, 3))])
    return [("csv", table(["sku", "ver"], lines))]


def grouped_small_letters_back(files: list[bytes]) -> Values:
    """The groups joined."""
    return [(a.replace("·", "").upper(), b.replace(".", "")) for a, b in untable(files[0])]


@technique("d", "persons", ID, TEL)
def thin_spaces(rows: list[Row], _: random.Random) -> Files:
    """Numbers grouped by thin and unbreakable spaces, telephones with the country's code."""
    lines = [
        ["\u2009".join((i[:6], i[6:14], i[14:])), f"(+86)\u00a0{t[:3]}\u2011{t[3:7]}\u2011{t[7:]}"]
        for i, t in grid(rows, ID, TEL)
    ]
    return [("csv", table(["A", "B"], lines))]


def thin_spaces_back(files: list[bytes]) -> Values:
    """What is no digit or X taken out, and the country's code."""
    return [(re.sub(r"[^\dX]", "", a), re.sub(r"\D", "", b)[2:]) for a, b in untable(files[0])]
