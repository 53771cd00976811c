"""Text channels: what stands between and around the words: spaces, breaks, marks, invisible signs, orders."""

from __future__ import annotations

import csv
import io
import json
import random
import re

from bench.fifth.core import (
    ID,
    NAME,
    TEL,
    USCC,
    Files,
    Row,
    Values,
    bits_of,
    bytes_of,
    found,
    grid,
    numbers,
    packed,
    shown,
    technique,
    text,
    unpacked,
    untext,
)
from bench.fifth.cover import AREAS, SUBJECTS, paragraphs, sentence

ENGLISH = [
    "The council noted steady progress in the first quarter",
    "Several offices reported more visits than before",
    "Costs per case remained close to the plan",
    "Data were checked against the registers of each county",
    "Further work on quality is planned for autumn",
    "Members agreed to meet again in the coming month",
    "",
][:-1]

COMMAS = ",\uff0c"


def english(rng: random.Random, count: int) -> list[str]:
    """Plain English sentences without their full stop."""
    return [rng.choice(ENGLISH) for _ in range(count)]


def tel_digits(rows: list[Row]) -> list[int]:
    """The digits of all telephones in turn."""
    return [int(c) for r in rows for c in r[TEL]]


def tels(digits: list[int]) -> Values:
    """The telephones of digits in turn."""
    flat = "".join(map(str, digits))
    return [(flat[i : i + 11],) for i in range(0, len(flat), 11)]


@technique("text", "persons", TEL, low=10, high=14)
def spaces_at_ends(rows: list[Row], rng: random.Random) -> Files:
    """The number of spaces at the end of each line is a digit."""
    return [("txt", "\n".join(sentence(rng) + " " * d for d in tel_digits(rows)).encode())]


def spaces_at_ends_back(files: list[bytes]) -> Values:
    """The spaces counted."""
    lines = files[0].decode().split("\n")
    return tels([len(line) - len(line.rstrip(" ")) for line in lines])


@technique("text", "persons", TEL, low=10, high=12)
def one_or_two_spaces(rows: list[Row], rng: random.Random) -> Files:
    """English minutes: one or two spaces after each sentence."""
    bits = bits_of(packed(rows))
    told = "".join(s + "." + " " * (1 + b) for s, b in zip(english(rng, len(bits)), bits, strict=True))
    return [("txt", (told + "End").encode())]


def one_or_two_spaces_back(files: list[bytes]) -> Values:
    """The gaps measured."""
    return unpacked(bytes_of([len(v) - 1 for (v,) in found(r"\.( +)", files[0].decode())]))


@technique("text", "persons", NAME, TEL)
def bits_of_no_width(rows: list[Row], rng: random.Random) -> Files:
    """Two signs of no width are nought and one, spread between the characters of a report."""
    bits, body = bits_of(text(rows, NAME, TEL).encode("gb18030")), "\n".join(paragraphs(rng, 6))
    share = -(-len(bits) // len(body))
    signs = ["".join("\u200b\u200c"[b] for b in bits[i * share : (i + 1) * share]) for i in range(len(body))]
    return [("txt", "".join(c + s for c, s in zip(body, signs, strict=True)).encode())]


def bits_of_no_width_back(files: list[bytes]) -> Values:
    """The signs gathered."""
    signs = re.findall("[\u200b\u200c]", files[0].decode())
    return untext(bytes_of(["\u200b\u200c".index(c) for c in signs]).decode("gb18030"))


@technique("text", "persons", ID)
def variation_selectors(rows: list[Row], rng: random.Random) -> Files:
    """After the full stops stand selectors of variants, one a byte."""
    data, out = packed(rows, ID), ""
    for i in range(0, len(data), 8):
        marks = "".join(chr(0xFE00 + b if b < 16 else 0xE0100 + b - 16) for b in data[i : i + 8])
        out += sentence(rng) + marks + "\n"
    return [("md", out.encode())]


def variation_selectors_back(files: list[bytes]) -> Values:
    """The selectors as bytes."""
    out = bytearray()
    for char in files[0].decode():
        if 0xFE00 <= ord(char) <= 0xFE0F:
            out.append(ord(char) - 0xFE00)
        elif 0xE0100 <= ord(char) <= 0xE01EF:
            out.append(ord(char) - 0xE0100 + 16)
    return unpacked(bytes(out), ID)


@technique("text", "persons", ID, TEL)
def tag_characters(rows: list[Row], rng: random.Random) -> Files:
    """Invisible tags spell the values after the words of a caption file."""
    lines = [
        f"{sentence(rng)}{''.join(chr(0xE0000 + ord(c)) for c in z + '/' + t)}"
        for z, t in grid(rows, ID, TEL)
    ]
    return [("srt", "\n\n".join(lines).encode())]


def tag_characters_back(files: list[bytes]) -> Values:
    """The tags as letters."""
    lines = files[0].decode().split("\n\n")
    spelt = ["".join(chr(ord(c) - 0xE0000) for c in line if ord(c) > 0xE0000) for line in lines]
    return [tuple(v.split("/")) for v in spelt]


@technique("text", "persons", TEL, low=10, high=14)
def blank_lines(rows: list[Row], rng: random.Random) -> Files:
    """The blank lines between list items are digits."""
    return [("md", "".join("- " + sentence(rng) + "\n" * (1 + d) for d in tel_digits(rows)).encode())]


def blank_lines_back(files: list[bytes]) -> Values:
    """The breaks counted."""
    return tels([len(v) - 1 for (v,) in found(r"[^\n](\n+)", files[0].decode())])


@technique("text", "persons", TEL, low=10, high=14)
def depth_of_indent(rows: list[Row], rng: random.Random) -> Files:
    """The indent of each line of an outline is a digit."""
    lines = [" " * d + f"{rng.choice(AREAS)}:{rng.choice(SUBJECTS)}" for d in tel_digits(rows)]
    return [("yaml.txt", "\n".join(lines).encode())]


def depth_of_indent_back(files: list[bytes]) -> Values:
    """The indents measured."""
    return tels([len(line) - len(line.lstrip(" ")) for line in files[0].decode().split("\n")])


@technique("text", "persons", TEL, low=10, high=12)
def width_of_commas(rows: list[Row], rng: random.Random) -> Files:
    """Narrow and wide commas in Chinese sentences are bits."""
    bits = bits_of(packed(rows))
    parts = [
        rng.choice(AREAS) + rng.choice(SUBJECTS) + rng.choice(("平稳", "向好", "略降", "持平")) for _ in bits
    ]
    return [
        ("txt", ("".join(p + COMMAS[b] for p, b in zip(parts, bits, strict=True)) + "总体正常。").encode())
    ]


def width_of_commas_back(files: list[bytes]) -> Values:
    """The commas told apart."""
    return unpacked(bytes_of([COMMAS.index(c) for c in re.findall(f"[{COMMAS}]", files[0].decode())]))


@technique("text", "persons", TEL, low=10, high=12)
def tabs_and_spaces(rows: list[Row], rng: random.Random) -> Files:
    """A table of figures whose gaps are tabs or pairs of spaces."""
    bits = bits_of(packed(rows))
    bits += [0] * (-len(bits) % 8)
    lines = [
        "".join(str(rng.randint(10, 99)) + ("\t" if b else "  ") for b in bits[i : i + 8]) + "0"
        for i in range(0, len(bits), 8)
    ]
    return [("txt", "\n".join(lines).encode())]


def tabs_and_spaces_back(files: list[bytes]) -> Values:
    """The gaps told apart."""
    return unpacked(bytes_of([int(v == "\t") for v in re.findall("\t|  ", files[0].decode())]))


@technique("text", "persons", TEL, low=12, high=20)
def quoted_or_not(rows: list[Row], rng: random.Random) -> Files:
    """A CSV in which some cells are quoted without need: a quoted one is one."""
    bits, lines = bits_of(packed(rows)), []
    bits += [0] * (-len(bits) % 6)
    for i in range(0, len(bits), 6):
        cells = [str(rng.randint(100, 999)) for _ in range(6)]
        lines.append(",".join(f'"{c}"' if b else c for c, b in zip(cells, bits[i : i + 6], strict=True)))
    return [("csv", "\n".join(["a,b,c,d,e,f", *lines]).encode())]


def quoted_or_not_back(files: list[bytes]) -> Values:
    """The marks told apart."""
    lines = files[0].decode().split("\n")[1:]
    assert len(next(csv.reader(io.StringIO(lines[0])))) == 6
    return unpacked(bytes_of([int(c[0] == '"') for line in lines for c in line.split(",")]))


@technique("text", "persons", TEL, low=12, high=20)
def idle_zeros(rows: list[Row], rng: random.Random) -> Files:
    """Rates with one or two places, the second always nought: two places are one."""
    bits, lines = bits_of(packed(rows)), []
    bits += [0] * (-len(bits) % 7)
    for i in range(0, len(bits), 7):
        lines.append(",".join(f"{rng.randint(1, 99)}.{rng.randint(1, 9)}" + "0" * b for b in bits[i : i + 7]))
    return [("csv", "\n".join(["mon,tue,wed,thu,fri,sat,sun", *lines]).encode())]


def idle_zeros_back(files: list[bytes]) -> Values:
    """The places counted."""
    cells = [c for line in files[0].decode().split("\n")[1:] for c in line.split(",")]
    return unpacked(bytes_of([len(c.split(".")[1]) - 1 for c in cells]))


@technique("text", "persons", TEL, low=10, high=40)
def order_of_districts(rows: list[Row], rng: random.Random) -> Files:
    """A ranking of fourteen districts each month: the order is a telephone in the base of factorials."""
    lines = []
    for month, number in enumerate(numbers(rows)):
        pool, names = sorted(AREAS), []
        for size in range(14, 0, -1):
            number, place = divmod(number, size)
            names.append(pool.pop(place))
        lines.append(f"第{month + 1}期满意度排名:{'、'.join(names)}。{sentence(rng)}")
    return [("txt", "\n".join(lines).encode())]


def order_of_districts_back(files: list[bytes]) -> Values:
    """The orders as numbers."""
    out = []
    for (names,) in found("排名:(.*?)。", files[0].decode()):
        pool, places = sorted(AREAS), []
        for name in names.split("、"):
            places.append(pool.index(name))
            pool.remove(name)
        number = 0
        for size, place in zip(range(1, 15), reversed(places), strict=True):
            number = number * size + place
        out.append(number)
    return shown(out)


@technique("text", "firms", USCC, low=10, high=20)
def order_of_keys(rows: list[Row], rng: random.Random) -> Files:
    """Objects of the same twenty-four keys: the order of keys is a code."""
    keys = sorted(a + s[:2] for a in AREAS[:12] for s in SUBJECTS[:2])
    listed = []
    for number in numbers(rows, USCC):
        pool, one = list(keys), {}
        for size in range(len(keys), 0, -1):
            number, place = divmod(number, size)
            one[pool.pop(place)] = rng.randint(10, 999)
        if number:
            one["溢出"] = number
        listed.append(one)
    return [("json", json.dumps(listed, ensure_ascii=False, indent=1).encode())]


def order_of_keys_back(files: list[bytes]) -> Values:
    """The orders as numbers."""
    listed, out = json.loads(files[0]), []
    for one in listed:
        number = one.pop("溢出", 0)
        pool, places = sorted(one), []
        for key in one:
            places.append(pool.index(key))
            pool.remove(key)
        for size, place in zip(range(1, len(places) + 1), reversed(places), strict=True):
            number = number * size + place
        out.append(number)
    return shown(out, USCC)
