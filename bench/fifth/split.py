"""Family e: values run together, cut to widths, and cut apart over cells."""

from __future__ import annotations

import random

from bench.fifth.core import (
    ADDR,
    AMT,
    BIRTH,
    CARE,
    FIRM,
    FTEL,
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
    found,
    grid,
    table,
    technique,
    untable,
)
from bench.fifth.cover import AREAS, sentence


@technique("e", "persons", *WHO)
def remark_cell(rows: list[Row], rng: random.Random) -> Files:
    """A survey with scores whose remark is the record in one piece."""
    lines = [
        [rng.choice(AREAS), str(rng.randint(1, 5)), f"回访{n}/{i}/{t},表示满意"]
        for n, i, t in grid(rows, *WHO)
    ]
    return [("csv", table(["地区", "满意度", "备注"], lines))]


def remark_cell_back(files: list[bytes]) -> Values:
    """The remark taken apart."""
    return found(r"回访([^/]+)/(\w+)/(\d+)", files[0].decode())


@technique("e", "persons", ID, TEL, NAME)
def no_separator(rows: list[Row], rng: random.Random) -> Files:
    """One key a line: number, telephone and name without anything between."""
    lines = [[i + t + n, f"{rng.random():.5f}"] for i, t, n in grid(rows, ID, TEL, NAME)]
    return [("csv", table(["join_key", "weight"], lines))]


def no_separator_back(files: list[bytes]) -> Values:
    """Cut by width."""
    return [(k[:18], k[18:29], k[29:]) for k, _ in untable(files[0])]


@technique("e", "persons", *CARE)
def fixed_width(rows: list[Row], rng: random.Random) -> Files:
    """A mainframe's print file of fixed columns."""
    lines = [
        f"R{i:05d}{rng.randint(1, 99):02d}{v.replace('-', '')}"
        f"{int(a.replace('.', '')):010d}{b.replace('-', '')}{n:　<4}"
        for i, (n, b, v, a) in enumerate(grid(rows, *CARE))
    ]
    return [("prn", "\n".join(lines).encode("gb18030"))]


def fixed_width_back(files: list[bytes]) -> Values:
    """The columns cut out."""
    out: Values = []
    for line in files[0].decode("gb18030").split("\n"):
        v, a, b, n = line[8:16], line[16:26], line[26:34], line[34:].strip("　")
        dates = [f"{d[:4]}-{d[4:6]}-{d[6:]}" for d in (b, v)]
        out.append((n, dates[0], dates[1], f"{int(a) // 100}.{int(a) % 100:02d}"))
    return out


@technique("e", "firms", USCC, FTEL)
def endless_line(rows: list[Row], _: random.Random) -> Files:
    """One line without an end: eighteen signs and eleven, again and again."""
    return [("dat", "".join(u + t for u, t in grid(rows, USCC, FTEL)).encode())]


def endless_line_back(files: list[bytes]) -> Values:
    """Cut every 29 signs."""
    return [(v[:18], v[18:]) for v in chunks(files[0].decode(), 29)]


@technique("e", "persons", *WHO)
def values_in_pieces(rows: list[Row], rng: random.Random) -> Files:
    """Surname and given name, region, birth and serial, block and rest each in a column, in a loose order."""
    lines = [
        [t[3:7], i[14:], n[0], i[:6], f"{rng.random():.3f}", t[:3], n[1:], i[6:14], t[7:]]
        for n, i, t in grid(rows, *WHO)
    ]
    return [("csv", table([f"x{k}" for k in range(9)], lines))]


def values_in_pieces_back(files: list[bytes]) -> Values:
    """The pieces joined."""
    return [(x[2] + x[6], x[3] + x[7] + x[1], x[5] + x[0] + x[8]) for x in untable(files[0])]


@technique("e", "persons", NAME, ID)
def halves_in_two_files(rows: list[Row], rng: random.Random) -> Files:
    """The odd places of the number in one file and the even ones in the other, in the same order."""
    one = [[r[NAME], r[ID][::2], str(rng.randint(1, 9))] for r in rows]
    two = [[rng.choice(AREAS), r[ID][1::2]] for r in rows]
    return [("csv", table(["k", "a", "n"], one)), ("csv", table(["area", "b"], two))]


def halves_in_two_files_back(files: list[bytes]) -> Values:
    """The places put between each other."""
    out: Values = []
    for (name, odd, _), (_, even) in zip(untable(files[0]), untable(files[1]), strict=True):
        out.append((name, "".join(a + b for a, b in zip(odd, even, strict=True))))
    return out


@technique("e", "persons", *WHO)
def a_column_a_file(rows: list[Row], rng: random.Random) -> Files:
    """Names, numbers and telephones in three files under a common random key, each in an order of its own."""
    keys = rng.sample(range(100000, 999999), len(rows))
    out: Files = []
    for label in WHO:
        lines = [[str(k), r[label]] for k, r in zip(keys, rows, strict=True)]
        rng.shuffle(lines)
        out.append(("csv", table(["key", "value"], lines)))
    return out


def a_column_a_file_back(files: list[bytes]) -> Values:
    """The files joined by the key."""
    parts = [dict((k, v) for k, v in untable(data)) for data in files]
    return [tuple(part[k] for part in parts) for k in parts[0]]


@technique("e", "persons", NAME, TEL, ADDR)
def sliced_by_depth(rows: list[Row], _: random.Random) -> Files:
    """Three texts a line interleaved sign by sign, filled up with dots."""
    lines = []
    for line in grid(rows, NAME, TEL, ADDR):
        size = max(map(len, line))
        wide = [v.ljust(size, "·") for v in line]
        lines.append(["".join("".join(x) for x in zip(*wide, strict=True))])
    return [("csv", table(["token"], lines))]


def sliced_by_depth_back(files: list[bytes]) -> Values:
    """Every third sign."""
    return [tuple(v[k::3].rstrip("·") for k in range(3)) for (v,) in untable(files[0])]


@technique("e", "firms", FIRM, USCC)
def sentences_cut(rows: list[Row], rng: random.Random) -> Files:
    """A report whose list items break the code over the line's end and the next line's beginning."""
    told = [f"{f} 编码{u[:9]}\n{u[9:]} 已核。{sentence(rng)}" for f, u in grid(rows, FIRM, USCC)]
    return [("txt", "\n".join(told).encode())]


def sentences_cut_back(files: list[bytes]) -> Values:
    """The halves on both sides of the break."""
    parts = found(r"(\S+) 编码(\w{9})\n(\w{9}) 已核", files[0].decode())
    return [(f, a + b) for f, a, b in parts]


@technique("e", "persons", BIRTH, VISIT, AMT, low=20)
def one_big_number(rows: list[Row], _: random.Random) -> Files:
    """Birth, visit and amount as one decimal number a line of a measurement series."""
    lines = []
    for b, v, a in grid(rows, BIRTH, VISIT, AMT):
        lines.append([b.replace("-", "") + v[2:].replace("-", "") + "." + a.replace(".", "").zfill(8)])
    return [("csv", table(["measure"], lines))]


def one_big_number_back(files: list[bytes]) -> Values:
    """Cut by width."""
    out: Values = []
    for (x,) in untable(files[0]):
        a = int(x[15:])
        visit = f"20{x[8:10]}-{x[10:12]}-{x[12:14]}"
        out.append((f"{x[:4]}-{x[4:6]}-{x[6:8]}", visit, f"{a // 100}.{a % 100:02d}"))
    return out
