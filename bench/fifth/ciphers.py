"""Family f: weak ciphers whose key can be tried or lies in the file, and character sets."""

from __future__ import annotations

import base64
import random
from itertools import pairwise

from bench.fifth.core import (
    AMT,
    BIRTH,
    BOOK,
    FIRM,
    ID,
    NAME,
    TEL,
    USCC,
    VISIT,
    WHO,
    Files,
    Row,
    Values,
    chunks,
    first,
    grid,
    id_text,
    table,
    technique,
    text,
    untable,
    untext,
)
from bench.fifth.cover import AREAS, paragraphs, summary


@technique("f", "persons", *WHO)
def xor_one_byte(rows: list[Row], rng: random.Random) -> Files:
    """A binary file: a CSV under one byte."""
    key = rng.randint(1, 255)
    return [("bin", bytes(b ^ key for b in table(list(WHO), grid(rows, *WHO))))]


def xor_one_byte_back(files: list[bytes]) -> Values:
    """The key that makes the heading."""
    data = files[0]
    key = data[0] ^ NAME.encode()[0]
    return [tuple(line) for line in untable(bytes(b ^ key for b in data))]


@technique("f", "firms", *BOOK, low=30)
def xor_repeating(rows: list[Row], rng: random.Random) -> Files:
    """Base 64 of a text under a key of six bytes, in a settings file."""
    key, data = rng.randbytes(6), (",".join(BOOK) + "\n" + text(rows, *BOOK)).encode()
    body = base64.b64encode(bytes(b ^ key[i % 6] for i, b in enumerate(data))).decode()
    return [("ini", f"[cache]\nversion=3\nblob={body}\n".encode())]


def xor_repeating_back(files: list[bytes]) -> Values:
    """The key found from the known heading."""
    data = base64.b64decode(first("blob=(.*?)\n", files[0].decode()))
    head = ",".join(BOOK).encode()
    key = bytes(a ^ b for a, b in zip(data[:6], head[:6], strict=True))
    return untext(bytes(b ^ key[i % 6] for i, b in enumerate(data)).decode().split("\n", 1)[1])


@technique("f", "persons", ID, TEL)
def digits_turned(rows: list[Row], rng: random.Random) -> Files:
    """Every digit moved on by the same step, in columns called codes of goods."""
    step = rng.randint(1, 9)
    turn = str.maketrans("0123456789", "".join(str((d + step) % 10) for d in range(10)))
    lines = [[rng.choice(AREAS), i.translate(turn), t.translate(turn)] for i, t in grid(rows, ID, TEL)]
    return [("csv", table(["仓", "货号", "批号"], lines))]


def digits_turned_back(files: list[bytes]) -> Values:
    """The step that makes telephones begin with one."""
    lines = untable(files[0])
    step = int(lines[0][2][0]) - 1
    turn = str.maketrans("".join(str((d + step) % 10) for d in range(10)), "0123456789")
    return [(i.translate(turn), t.translate(turn)) for _, i, t in lines]


@technique("f", "persons", *WHO)
def code_points_moved(rows: list[Row], rng: random.Random) -> Files:
    """Every character replaced by the one some steps on, so that names become rare characters."""
    step = rng.randint(3, 40)
    lines = [["".join(chr(ord(c) + step) for c in v) for v in line] for line in grid(rows, *WHO)]
    return [("tsv", table(["词", "频", "项"], lines, "\t"))]


def code_points_moved_back(files: list[bytes]) -> Values:
    """The step that makes telephones begin with one."""
    lines = untable(files[0], "\t")
    step = ord(lines[0][2][0]) - ord("1")
    return [tuple("".join(chr(ord(c) - step) for c in v) for v in line) for line in lines]


@technique("f", "persons", ID, TEL)
def mirrored(rows: list[Row], rng: random.Random) -> Files:
    """Numbers from the back to the front beside an honest measure."""
    lines = [[i[::-1], f"{rng.uniform(0, 9):.2f}", t[::-1]] for i, t in grid(rows, ID, TEL)]
    return [("csv", table(["hash", "lag", "salt"], lines))]


def mirrored_back(files: list[bytes]) -> Values:
    """Turned again."""
    return [(i[::-1], t[::-1]) for i, _, t in untable(files[0])]


@technique("f", "persons", *WHO)
def whole_file_mirrored(rows: list[Row], rng: random.Random) -> Files:
    """A report whose last page is a whole text from back to front."""
    body = "\n".join(paragraphs(rng))
    return [("txt", f"{body}\n\f{text(rows, *WHO, sep=' ')[::-1]}".encode())]


def whole_file_mirrored_back(files: list[bytes]) -> Values:
    """The last page turned."""
    return untext(files[0].decode().split("\f")[1][::-1], " ")


@technique("f", "persons", ID)
def running_differences(rows: list[Row], _: random.Random) -> Files:
    """Each digit as its step from the digit before, modulo ten, the check digit left off."""
    lines = []
    for r in rows:
        body = r[ID][:17]
        steps = [int(body[0])] + [(int(b) - int(a)) % 10 for a, b in pairwise(body)]
        lines.append(["".join(map(str, steps))])
    return [("csv", table(["sequence"], lines))]


def running_differences_back(files: list[bytes]) -> Values:
    """The steps summed up."""
    out: Values = []
    for (steps,) in untable(files[0]):
        total, body = 0, ""
        for step in steps:
            total = (total + int(step)) % 10
            body += str(total)
        out.append((id_text(int(body)),))
    return out


@technique("f", "persons", ID, TEL)
def affine_digits(rows: list[Row], rng: random.Random) -> Files:
    """Digits times three or seven plus a step; the rule is in a comment of the file."""
    factor, step = rng.choice((3, 7)), rng.randint(0, 9)
    turn = str.maketrans("0123456789", "".join(str((factor * d + step) % 10) for d in range(10)))
    lines = "\n".join(f"{i.translate(turn)} {t.translate(turn)}" for i, t in grid(rows, ID, TEL))
    return [("txt", f"# y = {factor}x + {step} mod 10\n{lines}\n".encode())]


def affine_digits_back(files: list[bytes]) -> Values:
    """The rule turned round."""
    data = files[0].decode()
    factor, step = int(first(r"y = (\d)x", data)), int(first(r"\+ (\d) mod", data))
    turn = str.maketrans("".join(str((factor * d + step) % 10) for d in range(10)), "0123456789")
    return [tuple(line.translate(turn).split(" ")) for line in data.strip().split("\n")[1:]]


@technique("f", "persons", *WHO)
def swapped_nibbles(rows: list[Row], _: random.Random) -> Files:
    """A binary file whose bytes have their halves exchanged."""
    return [("dat", bytes((b >> 4) | (b & 15) << 4 for b in text(rows, *WHO).encode()))]


def swapped_nibbles_back(files: list[bytes]) -> Values:
    """The halves exchanged again."""
    return untext(bytes((b >> 4) | (b & 15) << 4 for b in files[0]).decode())


@technique("f", "persons", *WHO)
def rot47_block(rows: list[Row], rng: random.Random) -> Files:
    """A block of base 64 turned by 47 among paragraphs."""
    body = base64.b64encode(text(rows, *WHO).encode()).decode()
    turned = "".join(chr(33 + (ord(c) - 33 + 47) % 94) for c in body)
    return [
        ("txt", ("\n".join(paragraphs(rng)) + "\n<<<\n" + "\n".join(chunks(turned, 64)) + "\n>>>\n").encode())
    ]


def rot47_block_back(files: list[bytes]) -> Values:
    """The block turned back."""
    turned = first("\n<<<\n(.*)\n>>>\n", files[0].decode()).replace("\n", "")
    body = "".join(chr(33 + (ord(c) - 33 + 47) % 94) for c in turned)
    return untext(base64.b64decode(body).decode())


@technique("f", "persons", TEL, low=24, high=24)
def rail_of_columns(rows: list[Row], rng: random.Random) -> Files:
    """All digits in one line, the columns of a rectangle read off; twelve widths can be tried."""
    flat = "".join(r[TEL] for r in rows)
    width = rng.choice((2, 3, 4, 6, 8, 12))
    body = "".join(flat[k::width] for k in range(width))
    return [("txt", "\n".join(chunks(body, 60)).encode())]


def rail_of_columns_back(files: list[bytes]) -> Values:
    """The width at which every eleventh digit is a one and the next at least three."""
    body = files[0].decode().replace("\n", "")
    for width in (2, 3, 4, 6, 8, 12):
        size = len(body) // width
        flat = "".join(body[k::size] for k in range(size))
        tels = chunks(flat, 11)
        if all(t[0] == "1" and t[1] > "2" for t in tels):
            return [(t,) for t in tels]
    raise ValueError("no width fits")


@technique("f", "persons", *WHO)
def utf16_table(rows: list[Row], rng: random.Random) -> Files:
    """A table in UTF-16 without a mark, the high byte first, below honest lines."""
    lines = [*summary(rng), *grid(rows, *WHO)]
    return [("csv", table(["地区", "人次", "均费"], lines).decode().encode("utf-16-be"))]


def utf16_table_back(files: list[bytes]) -> Values:
    """The lines below the districts."""
    return [tuple(x) for x in untable(files[0].decode("utf-16-be").encode())[14:]]


@technique("f", "firms", FIRM, USCC)
def utf32_words(rows: list[Row], _: random.Random) -> Files:
    """Four bytes a character."""
    return [("dat", text(rows, FIRM, USCC).encode("utf-32-le"))]


def utf32_words_back(files: list[bytes]) -> Values:
    """The characters read."""
    return untext(files[0].decode("utf-32-le"))


@technique("f", "persons", BIRTH, VISIT, AMT, low=20)
def host_computer(rows: list[Row], _: random.Random) -> Files:
    """A host's file: EBCDIC digits in lines of forty."""
    lines = "".join(f"{b} {v} {a}".ljust(40) for b, v, a in grid(rows, BIRTH, VISIT, AMT))
    return [("ebc", lines.encode("cp037"))]


def host_computer_back(files: list[bytes]) -> Values:
    """The lines read."""
    return [tuple(line.split()) for line in chunks(files[0].decode("cp037"), 40)]


@technique("f", "persons", *WHO)
def gb18030_table(rows: list[Row], rng: random.Random) -> Files:
    """A table in GB18030 that is followed by an honest one in UTF-8."""
    return [
        (
            "csv",
            text(rows, *WHO, sep=",").encode("gb18030") + b"\n\n" + table(["area", "n", "m"], summary(rng)),
        )
    ]


def gb18030_table_back(files: list[bytes]) -> Values:
    """The first block."""
    return untext(files[0].split(b"\n\n")[0].decode("gb18030"), ",")


@technique("f", "persons", NAME, ID)
def mojibake(rows: list[Row], _: random.Random) -> Files:
    """Text read in the wrong character set and kept so: UTF-8 bytes as Latin signs."""
    lines = [[v.encode().decode("latin-1") for v in line] for line in grid(rows, NAME, ID)]
    return [("csv", table(["ï»¿x", "y"], lines))]


def mojibake_back(files: list[bytes]) -> Values:
    """The wrong reading undone."""
    return [tuple(v.encode("latin-1").decode() for v in line) for line in untable(files[0])]


@technique("f", "firms", USCC)
def shifted_alphabet(rows: list[Row], rng: random.Random) -> Files:
    """Codes turned through the 36 signs by a step; the right step makes them begin with nine."""
    signs, step = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", rng.randint(1, 35)
    lines = [
        ["".join(signs[(signs.index(c) + step) % 36] for c in r[USCC]), f"{rng.random():.3f}"] for r in rows
    ]
    return [("csv", table(["part_no", "yield"], lines))]


def shifted_alphabet_back(files: list[bytes]) -> Values:
    """The step tried until all check digits hold."""
    from bench.fifth.core import ALPHABET, uscc_number, uscc_text

    signs = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    codes = [v for v, _ in untable(files[0])]
    for step in range(1, 36):
        back = ["".join(signs[(signs.index(c) - step) % 36] for c in v) for v in codes]
        if all(set(v) <= set(ALPHABET) and uscc_text(uscc_number(v)) == v for v in back):
            return [(v,) for v in back]
    raise ValueError("no step fits")
