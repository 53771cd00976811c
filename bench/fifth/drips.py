"""Family g: records that only come together from several files."""

from __future__ import annotations

import base64
import random
import zlib
from itertools import pairwise

from bench.fifth.core import (
    AMT,
    BIRTH,
    BOOK,
    FIRM,
    FTEL,
    HOSP,
    ID,
    NAME,
    TEL,
    USCC,
    VISIT,
    WHO,
    Files,
    Row,
    Values,
    cents,
    chunks,
    first,
    found,
    grid,
    money,
    numbers,
    shown,
    table,
    technique,
    text,
    untable,
    untext,
)
from bench.fifth.cover import AREAS, paragraphs, sentence, summary


@technique("g", "persons", *WHO, low=12, high=20)
def few_at_a_time(rows: list[Row], rng: random.Random) -> Files:
    """Five weekly tables, each with a handful of records under its total."""
    out: Files = []
    for k in range(5):
        lines = [*summary(rng), ["合计", "", ""], *grid(rows[k::5], *WHO)]
        out.append(("csv", table(["地区", "人次", "均费"], lines)))
    return out


def few_at_a_time_back(files: list[bytes]) -> Values:
    """The lines below the totals."""
    return [tuple(line) for data in files for line in untable(data)[15:]]


@technique("g", "persons", NAME, TEL, low=20)
def column_a_week(rows: list[Row], rng: random.Random) -> Files:
    """Three files in the same order: names with scores, then blocks, then the rest of the telephones."""
    one = [[r[NAME], f"{rng.uniform(1, 5):.1f}"] for r in rows]
    two = [[str(i), r[TEL][:6]] for i, r in enumerate(rows)]
    three = [[r[TEL][6:], rng.choice(AREAS)] for r in rows]
    heads = (["评委", "得分"], ["序", "代码"], ["流水", "地区"])
    return [("csv", table(h, x)) for h, x in zip(heads, (one, two, three), strict=True)]


def column_a_week_back(files: list[bytes]) -> Values:
    """The files side by side."""
    parts = [untable(data) for data in files]
    return [(a[0], b[1] + c[0]) for a, b, c in zip(*parts, strict=True)]


@technique("g", "persons", TEL, low=20)
def sum_of_two(rows: list[Row], rng: random.Random) -> Files:
    """Two columns of large counts in two reports; their sums are telephones."""
    one, two = [], []
    for i, number in enumerate(numbers(rows)):
        share = rng.randint(10**9, 9 * 10**9)
        one.append([f"K{i:02d}", str(share)])
        two.append([f"K{i:02d}", str(number - share)])
    rng.shuffle(two)
    return [("csv", table(["科目", "上半年"], one)), ("csv", table(["科目", "下半年"], two))]


def sum_of_two_back(files: list[bytes]) -> Values:
    """The sums by key."""
    one, two = ({k: int(v) for k, v in untable(data)} for data in files)
    return shown([one[k] + two[k] for k in one])


@technique("g", "persons", *WHO)
def xor_of_two(rows: list[Row], rng: random.Random) -> Files:
    """Two files of base 64 of which neither says anything alone."""
    data = zlib.compress(text(rows, *WHO).encode())
    pad = rng.randbytes(len(data))
    parts = (pad, bytes(a ^ b for a, b in zip(data, pad, strict=True)))
    return [
        ("txt", "\n".join([sentence(rng), *chunks(base64.b64encode(p).decode(), 76)]).encode()) for p in parts
    ]


def xor_of_two_back(files: list[bytes]) -> Values:
    """The two put together."""
    one, two = (base64.b64decode("".join(f.decode().split("\n")[1:])) for f in files)
    return untext(zlib.decompress(bytes(a ^ b for a, b in zip(one, two, strict=True))).decode())


@technique("g", "firms", *BOOK)
def parts_of_a_block(rows: list[Row], rng: random.Random) -> Files:
    """One block of base 64 cut into four reports."""
    body = base64.b64encode(zlib.compress(text(rows, *BOOK).encode())).decode()
    parts = chunks(body, -(-len(body) // 4))
    return [("md", f"{chr(10).join(paragraphs(rng, 2))}\n\n校验:{p}\n".encode()) for p in parts]


def parts_of_a_block_back(files: list[bytes]) -> Values:
    """The parts joined."""
    body = "".join(first("校验:(.*)\n", f.decode()) for f in files)
    return untext(zlib.decompress(base64.b64decode(body)).decode())


@technique("g", "persons", NAME, AMT, low=10, high=16)
def with_and_without(rows: list[Row], rng: random.Random) -> Files:
    """Monthly totals of one ward; from file to file one named patient more is within."""
    total, out, base = rng.randint(10**6, 10**7), [], summary(rng)
    out.append(("csv", table(["科室", "说明", "费用合计"], [*base, ["内一科", "期初", money(total)]])))
    for i, (name, amount) in enumerate(grid(rows, NAME, AMT), 1):
        total += cents(amount)
        line = ["内一科", f"第{i}日(增{name})", money(total)]
        out.append(("csv", table(["科室", "说明", "费用合计"], [*base, line])))
    return out


def with_and_without_back(files: list[bytes]) -> Values:
    """The differences of neighbouring files."""
    lines = [untable(f)[-1] for f in files]
    return [(first(r"增([一-龥]+)", b[1]), money(cents(b[2]) - cents(a[2]))) for a, b in pairwise(lines)]


@technique("g", "persons", BIRTH, VISIT, AMT, low=12, high=24)
def daily_maxima(rows: list[Row], rng: random.Random) -> Files:
    """Six reports of the day's largest bills, each with date and birth of who paid it."""
    out: Files = []
    for k in range(6):
        told = [
            f"{v}最高单笔{a}元(患者{b}生)。{sentence(rng)}" for b, v, a in grid(rows[k::6], BIRTH, VISIT, AMT)
        ]
        out.append(("txt", "\n".join([*paragraphs(rng, 1), *told]).encode()))
    return out


def daily_maxima_back(files: list[bytes]) -> Values:
    """The sentences of the maxima."""
    parts = [m for f in files for m in found(r"(\S{10})最高单笔([\d.]+)元\(患者(\S{10})生\)", f.decode())]
    return [(b, v, a) for v, a, b in parts]


@technique("g", "persons", TEL, low=15)
def remainders(rows: list[Row], rng: random.Random) -> Files:
    """Three quality reports of remainders modulo three primes, from which numbers follow."""
    out: Files = []
    for prime in (9973, 9967, 9949):
        lines = [[f"{i:02d}", str(n % prime), rng.choice(AREAS)] for i, n in enumerate(numbers(rows))]
        out.append(("csv", table(["批次", f"余量(模{prime})", "地区"], lines)))
    return out


def remainders_back(files: list[bytes]) -> Values:
    """The Chinese remainder theorem."""
    primes = [int(first(r"模(\d+)", f.decode())) for f in files]
    whole = primes[0] * primes[1] * primes[2]
    out = [0] * len(untable(files[0]))
    for data, prime in zip(files, primes, strict=True):
        rest = whole // prime
        for i, line in enumerate(untable(data)):
            out[i] += int(line[1]) * rest * pow(rest, -1, prime)
    return shown([n % whole for n in out])


@technique("g", "persons", NAME, ID, HOSP)
def code_book_apart(rows: list[Row], rng: random.Random) -> Files:
    """A table of tokens and hospitals in one file, the code book of tokens in two others."""
    tokens = rng.sample(range(10**6, 10**7), len(rows))
    one = [[str(t), r[HOSP], str(rng.randint(1, 9))] for t, r in zip(tokens, rows, strict=True)]
    two = [[str(t), r[NAME]] for t, r in zip(tokens, rows, strict=True)]
    three = [[r[ID], f"{t:x}"] for t, r in zip(tokens, rows, strict=True)]
    rng.shuffle(two)
    rng.shuffle(three)
    heads = (["token", "unit", "n"], ["token", "label"], ["code", "hex"])
    return [("csv", table(h, x)) for h, x in zip(heads, (one, two, three), strict=True)]


def code_book_apart_back(files: list[bytes]) -> Values:
    """The files joined by the token."""
    names = {t: n for t, n in untable(files[1])}
    codes = {str(int(h, 16)): c for c, h in untable(files[2])}
    return [(names[t], codes[t], h) for t, h, _ in untable(files[0])]


@technique("g", "firms", USCC, FTEL, low=10, high=14)
def one_a_file(rows: list[Row], rng: random.Random) -> Files:
    """A letter to each of some firms, with its code and telephone at the foot."""
    return [
        ("txt", f"{chr(10).join(paragraphs(rng, 2))}\n\n抄送单位代码 {u} 电话 {t}\n".encode())
        for u, t in grid(rows, USCC, FTEL)
    ]


def one_a_file_back(files: list[bytes]) -> Values:
    """The feet of the letters."""
    return [m for f in files for m in found(r"代码 (\w{18}) 电话 (\d{11})", f.decode())]


@technique("g", "firms", FIRM, FTEL)
def digits_by_quarter(rows: list[Row], rng: random.Random) -> Files:
    """Four quarterly tables by firm; the last three digits of each count make up the telephone."""
    out: Files = []
    for k in range(4):
        lines = [[r[FIRM], f"{rng.randint(1, 9)}{r[FTEL].zfill(12)[3 * k : 3 * k + 3]}"] for r in rows]
        out.append(("csv", table(["企业", f"第{k + 1}季度用电量"], lines)))
    return out


def digits_by_quarter_back(files: list[bytes]) -> Values:
    """The digits joined."""
    parts = [{k: v for k, v in untable(f)} for f in files]
    return [(name, "".join(part[name][1:] for part in parts)[1:]) for name in parts[0]]
