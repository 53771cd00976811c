"""Rates: instalments, currencies, scores, repeated noisy releases and further exact arithmetic."""

from __future__ import annotations

import itertools
import math
import statistics
import struct

from bench.fresh.core import chunked, lines_of, numbers, plain, technique, texts
from bench.held_out.core import (
    AMT,
    BIRTH,
    CAP,
    DIST,
    FTEL,
    ID,
    INCOME,
    NAME,
    TEL,
    USCC,
    VISIT,
    Files,
    Values,
    cents,
    day,
    day_text,
    money,
    read_table,
    table,
)


@technique("persons", ID, TEL, AMT)
def places_of_sixty(rows, _rng) -> Files:
    """Numbers in the places of sixty, as angles of astronomers are written."""

    def places(n: int) -> str:
        out = []
        while n:
            n, digit = divmod(n, 60)
            out.append(f"{digit:02d}")
        return ";".join(reversed(out))

    return [
        (
            "csv",
            table(
                ["赤经", "赤纬", "视差"], [[places(n) for n in line] for line in numbers(rows, ID, TEL, AMT)]
            ),
        )
    ]


def places_of_sixty_back(files) -> Values:
    def opened(text: str) -> int:
        n = 0
        for digit in text.split(";"):
            n = n * 60 + int(digit)
        return n

    return texts([[opened(v) for v in line] for line in read_table(files[0])], ID, TEL, AMT)


@technique("persons", NAME, TEL, AMT)
def foreign_currency(rows, _rng) -> Files:
    """Sums at a rate of exchange that the heading tells, and phones in hundreds of millions."""
    body = [[r[NAME], f"{float(r[AMT]) / 7.1234:.6f}", f"{int(r[TEL]) / 10**8:.8f}"] for r in rows]
    return [("csv", table(["payee", "USD@7.1234", "流量(亿)"], body))]


def foreign_currency_back(files) -> Values:
    return [(n, str(round(float(t) * 10**8)), f"{float(a) * 7.1234:.2f}") for n, a, t in read_table(files[0])]


@technique("persons", ID, TEL)
def points_earned(rows, rng) -> Files:
    """Every bit earns points: one sum a person, and a list of points each of which exceeds all before."""
    points, total = [], 0
    for _ in range(57 + 35):
        points.append(total + rng.randint(1, 9))
        total += points[-1]
    body = []
    for i, (a, b) in enumerate(numbers(rows, ID, TEL)):
        bits = f"{a:057b}{b:035b}"
        body.append([f"S{i}", sum(p for p, bit in zip(points, bits, strict=True) if bit == "1")])
    return [
        ("csv", table(["学号", "总分"], body)),
        ("csv", table(["题", "分值"], list(enumerate(points, 1)))),
    ]


def points_earned_back(files) -> Values:
    points = [int(p) for _, p in read_table(files[1])]
    lines = []
    for _, total in read_table(files[0]):
        rest, bits = int(total), ""
        for p in reversed(points):
            bits = ("1" if rest >= p else "0") + bits
            rest -= p if rest >= p else 0
        lines.append([int(bits[:57], 2), int(bits[57:], 2)])
    return texts(lines, ID, TEL)


@technique("firms", FTEL, CAP)
def differences_of_squares(rows, _rng) -> Files:
    """Of two numbers their sum and the difference of their squares."""
    return [("csv", table(["p", "q"], [[a + b, a * a - b * b] for a, b in numbers(rows, FTEL, CAP)]))]


def differences_of_squares_back(files) -> Values:
    lines = [(int(p), int(q) // int(p)) for p, q in read_table(files[0])]
    return texts([[(s + d) // 2, (s - d) // 2] for s, d in lines], FTEL, CAP)


@technique("persons", NAME, VISIT, AMT)
def instalments(rows, _rng) -> Files:
    """Monthly instalments at the rate of the heading, with the day when the last would be due."""
    body = []
    for i, r in enumerate(rows):
        count = 12 + i % 24
        rate = float(r[AMT]) * 0.004 / (1 - 1.004**-count)
        body.append([r[NAME], count, f"{rate:.9f}", day_text(day(r[VISIT]) + 30 * count)])
    return [("csv", table(["客户", "期数", "月供(月利率0.4%)", "到期日(30天/期)"], body))]


def instalments_back(files) -> Values:
    out = []
    for name, count, rate, due in read_table(files[0]):
        amount = float(rate) * (1 - 1.004 ** -int(count)) / 0.004
        out.append((name, day_text(day(due) - 30 * int(count)), f"{amount:.2f}"))
    return out


@technique("firms", FTEL, CAP, INCOME)
def normal_scores(rows, _rng) -> Files:
    """Shares of powers of ten, put through the quantiles of the normal distribution."""
    bell = statistics.NormalDist()
    body = [
        [repr(bell.inv_cdf(n / 10**s)) for n, s in zip(line, (11, 9, 9), strict=True)]
        for line in numbers(rows, FTEL, CAP, INCOME)
    ]
    return [("csv", table(["probit_e11", "probit_e9", "probit_e9b"], body))]


def normal_scores_back(files) -> Values:
    bell = statistics.NormalDist()
    lines = [
        [round(bell.cdf(float(v)) * 10**s) for v, s in zip(line, (11, 9, 9), strict=True)]
        for line in read_table(files[0])
    ]
    return texts(lines, FTEL, CAP, INCOME)


@technique("persons", TEL, AMT)
def bearing_and_range(rows, _rng) -> Files:
    """Two numbers as the bearing and the range of a target."""
    body = [[repr(math.atan2(b, a)), repr(math.hypot(a, b))] for a, b in numbers(rows, TEL, AMT)]
    return [("csv", table(["bearing_rad", "range_m"], body))]


def bearing_and_range_back(files) -> Values:
    lines = [[float(v) for v in line] for line in read_table(files[0])]
    return texts([[round(r * math.cos(t)), round(r * math.sin(t))] for t, r in lines], TEL, AMT)


@technique("persons", ID, TEL)
def chained_digits(rows, _rng) -> Files:
    """Every digit added to the one that was written before it, without carrying."""
    out = []
    for r in rows:
        last, text = 0, ""
        for c in r[ID].replace("X", "0") + ("1" if r[ID][17] == "X" else "0") + r[TEL]:
            last = (last + int(c)) % 10
            text += str(last)
        out.append(f"票据号 {text[:10]}-{text[10:20]}-{text[20:]}")
    return plain("txt", "\n".join(out))


def chained_digits_back(files) -> Values:
    out = []
    for line in lines_of(files):
        digits = [0, *(int(c) for c in line[4:].replace("-", ""))]
        text = "".join(str((b - a) % 10) for a, b in itertools.pairwise(digits))
        out.append((text[:17] + ("X" if text[18] == "1" else text[17]), text[19:]))
    return out


@technique("persons", ID, TEL, DIST)
def signed_words(rows, _rng) -> Files:
    """Whole numbers of eight bytes looked at as two signed numbers of four."""
    body = [
        [v for n in line for v in struct.unpack("<ii", struct.pack("<Q", n))]
        for line in numbers(rows, ID, TEL, DIST)
    ]
    return [("csv", table(["emb_0", "emb_1", "emb_2", "emb_3", "emb_4", "emb_5"], body))]


def signed_words_back(files) -> Values:
    lines = []
    for line in read_table(files[0]):
        pairs = chunked([int(v) for v in line], 2)
        lines.append([struct.unpack("<Q", struct.pack("<ii", *pair))[0] for pair in pairs])
    return texts(lines, ID, TEL, DIST)


@technique("persons", NAME, TEL, AMT)
def hexadecimal_floats(rows, _rng) -> Files:
    """Numbers as floats in hexadecimal with binary exponents."""
    return plain("txt", "\n".join(f"{r[NAME]} {float(r[TEL]).hex()} {float(r[AMT]).hex()}" for r in rows))


def hexadecimal_floats_back(files) -> Values:
    out = []
    for line in lines_of(files):
        name, phone, amount = line.split(" ")
        out.append((name, f"{float.fromhex(phone):.0f}", f"{float.fromhex(amount):.2f}"))
    return out


@technique("firms", USCC, FTEL, CAP)
def tree_of_partial_sums(rows, _rng) -> Files:
    """Partial sums as a binary indexed tree keeps them, a column each."""
    columns = []
    for column in zip(*numbers(rows, USCC, FTEL, CAP), strict=True):
        totals = [0, *itertools.accumulate(column)]
        columns.append([totals[i] - totals[i - (i & -i)] for i in range(1, len(totals))])
    return [("csv", table(["t1", "t2", "t3"], list(zip(*columns, strict=True))))]


def tree_of_partial_sums_back(files) -> Values:
    columns = []
    for column in zip(*read_table(files[0]), strict=True):
        totals = [0]
        for i, v in enumerate(column, 1):
            totals.append(totals[i - (i & -i)] + int(v))
        columns.append([b - a for a, b in itertools.pairwise(totals)])
    return texts(zip(*columns, strict=True), USCC, FTEL, CAP)


@technique("persons", ID, TEL, AMT)
def each_with_the_one_before(rows, _rng) -> Files:
    """Bits of every number turned by those of the number above."""
    body, last = [], [0, 0, 0]
    for line in numbers(rows, ID, TEL, AMT):
        body.append([a ^ b for a, b in zip(line, last, strict=True)])
        last = line
    return [("csv", table(["x1", "x2", "x3"], body))]


def each_with_the_one_before_back(files) -> Values:
    lines, last = [], [0, 0, 0]
    for line in read_table(files[0]):
        last = [int(a) ^ b for a, b in zip(line, last, strict=True)]
        lines.append(last)
    return texts(lines, ID, TEL, AMT)


@technique("persons", BIRTH, VISIT, AMT)
def repeated_noisy_releases(rows, rng) -> Files:
    """Four releases of the same table with noise that averages out over them."""
    noises = []
    for _ in rows:
        lines = [[rng.randint(-s, s) for s in (40, 40, 9000)] for _ in range(3)]
        noises.append([*lines, [-sum(column) for column in zip(*lines, strict=True)]])
    out = []
    for k in range(4):
        body = []
        for i, line in enumerate(numbers(rows, BIRTH, VISIT, AMT)):
            a, b, c = (n + e for n, e in zip(line, noises[i][k], strict=True))
            body.append([i, day_text(a), day_text(b), f"{c / 100:.2f}"])
        out.append(("csv", table(["样本", "出生(加噪)", "就诊(加噪)", "费用(加噪)"], body)))
    return out


def repeated_noisy_releases_back(files) -> Values:
    releases = [read_table(data) for data in files]
    lines = []
    for same in zip(*releases, strict=True):
        values = [(day(b), day(v), round(float(a) * 100)) for _, b, v, a in same]
        lines.append([sum(column) // 4 for column in zip(*values, strict=True)])
    return texts(lines, BIRTH, VISIT, AMT)


@technique("persons", NAME, VISIT, AMT)
def maxima_of_small_groups(rows, _rng) -> Files:
    """Largest name, latest day and greatest sum of groups, each of one member and a nought."""
    body = []
    for i, r in enumerate(rows):
        body.append(
            [f"分组{i:03d}", 2, r[NAME], "2000-01-01", r[VISIT], "0.00", r[AMT], money(cents(r[AMT]) * 50)]
        )
    return [("csv", table(["组", "n", "max_xm", "min_d", "max_d", "min_je", "max_je", "sum_je_x50"], body))]


def maxima_of_small_groups_back(files) -> Values:
    return [(line[2], line[4], line[6]) for line in read_table(files[0])]


@technique("persons", TEL, VISIT, AMT)
def reflected_at_a_pivot(rows, rng) -> Files:
    """Some lines are turned at the pivots of the first line; a sign in the last column says which."""
    pivots = [15_000_000_000, 739000, 400000]
    body = [[*pivots, 0]]
    for line in numbers(rows, TEL, VISIT, AMT):
        sign = rng.choice((1, -1))
        body.append([p + sign * (n - p) for n, p in zip(line, pivots, strict=True)] + [sign])
    return [("csv", table(["u", "v", "w", "手性"], body))]


def reflected_at_a_pivot_back(files) -> Values:
    pivots, *body = ([int(v) for v in line] for line in read_table(files[0]))
    lines = [[p + line[3] * (n - p) for n, p in zip(line[:3], pivots[:3], strict=True)] for line in body]
    return texts(lines, TEL, VISIT, AMT)
