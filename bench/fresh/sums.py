"""Sums: averages, roots, projections, calendars and other units that keep every number exactly."""

from __future__ import annotations

import itertools
import math
import re
from datetime import date
from fractions import Fraction

from bench.fresh.core import lines_of, numbers, plain, technique, texts
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
    VISIT,
    Files,
    Values,
    cents,
    day_text,
    id_number,
    id_text,
    money,
    read_table,
    table,
)


@technique("persons", TEL, AMT, VISIT)
def moving_averages(rows, _rng) -> Files:
    """Averages of three neighbours, with the first two values as a start."""
    found = numbers(rows, TEL, AMT, VISIT)
    body = [["起", *line] for line in found[:2]]
    for a, b, c in zip(found, found[1:], found[2:], strict=False):
        body.append(["MA3", *(f"{(x + y + z) / 3:.4f}" for x, y, z in zip(a, b, c, strict=True))])
    return [("csv", table(["类", "x", "y", "z"], body))]


def moving_averages_back(files) -> Values:
    lines = read_table(files[0])
    out = [[int(v) for v in line[1:]] for line in lines[:2]]
    for line in lines[2:]:
        out.append([round(3 * float(v)) - a - b for v, a, b in zip(line[1:], out[-2], out[-1], strict=True)])
    return texts(out, TEL, AMT, VISIT)


@technique("firms", FTEL, CAP, INCOME)
def smoothed_series(rows, _rng) -> Files:
    """Exponential smoothing with the factor that the heading gives."""
    columns = []
    for column in zip(*numbers(rows, FTEL, CAP, INCOME), strict=True):
        level, out = Fraction(column[0]), []
        for value in column:
            level = (level + value) / 2
            out.append(f"{float(level):.4f}")
        columns.append(out)
    return [("csv", table(["ewm(alpha=0.5)_1", "ewm_2", "ewm_3"], list(zip(*columns, strict=True))))]


def smoothed_series_back(files) -> Values:
    columns = []
    for column in zip(*read_table(files[0]), strict=True):
        values = [float(v) for v in column]
        columns.append([round(values[0])] + [round(2 * b - a) for a, b in itertools.pairwise(values)])
    return texts(zip(*columns, strict=True), FTEL, CAP, INCOME)


@technique("persons", BIRTH, VISIT, AMT)
def accelerations(rows, _rng) -> Files:
    """Second differences of three columns, after a first value and a first step."""
    found = numbers(rows, BIRTH, VISIT, AMT)
    steps = [[b - a for a, b in zip(x, y, strict=True)] for x, y in itertools.pairwise(found)]
    body = [found[0], steps[0]] + [
        [b - a for a, b in zip(x, y, strict=True)] for x, y in itertools.pairwise(steps)
    ]
    return [("csv", table(["d2_1", "d2_2", "d2_3"], body))]


def accelerations_back(files) -> Values:
    first, step, *rest = ([int(v) for v in line] for line in read_table(files[0]))
    out, at = [first, [a + b for a, b in zip(first, step, strict=True)]], step
    for line in rest:
        at = [a + b for a, b in zip(at, line, strict=True)]
        out.append([a + b for a, b in zip(out[-1], at, strict=True)])
    return texts(out, BIRTH, VISIT, AMT)


@technique("persons", TEL, AMT)
def coefficients_of_parabolas(rows, _rng) -> Files:
    """Of two numbers only their sum and product, as coefficients of an equation."""
    return plain("txt", "\n".join(f"x^2 - {a + b} x + {a * b} = 0" for a, b in numbers(rows, TEL, AMT)))


def coefficients_of_parabolas_back(files) -> Values:
    lines = []
    for line in lines_of(files):
        total, product = (int(v) for v in re.findall(r"\d{3,}", line))
        root = math.isqrt(total * total - 4 * product)
        lines.append([(total + root) // 2, (total - root) // 2])
    return texts(lines, TEL, AMT)


@technique("persons", ID, TEL, AMT)
def sums_in_a_circle(rows, _rng) -> Files:
    """Of three numbers the sums of each two."""
    body = [[a + b, b + c, c + a] for a, b, c in numbers(rows, ID, TEL, AMT)]
    return [("csv", table(["甲乙", "乙丙", "丙甲"], body))]


def sums_in_a_circle_back(files) -> Values:
    lines = []
    for line in read_table(files[0]):
        ab, bc, ca = (int(v) for v in line)
        half = (ab + bc + ca) // 2
        lines.append([half - bc, half - ca, half - ab])
    return texts(lines, ID, TEL, AMT)


@technique("persons", TEL, AMT, DIST)
def orthogonal_factors(rows, _rng) -> Files:
    """A matrix of three columns as orthogonal columns and a triangle, in two files."""
    columns = [[float(v) for v in c] for c in zip(*numbers(rows, TEL, AMT, DIST), strict=True)]
    basis, triangle = [], []
    for column in columns:
        rest, coefficients = column, []
        for q in basis:
            part = sum(a * b for a, b in zip(q, rest, strict=True))
            coefficients.append(part)
            rest = [a - part * b for a, b in zip(rest, q, strict=True)]
        size = math.sqrt(sum(a * a for a in rest))
        basis.append([a / size for a in rest])
        triangle.append([*coefficients, size, *([0.0] * (2 - len(coefficients)))])
    first = [[repr(v) for v in line] for line in zip(*basis, strict=True)]
    return [("csv", table(["q1", "q2", "q3"], first)), ("csv", table(["r1", "r2", "r3"], triangle))]


def orthogonal_factors_back(files) -> Values:
    basis, triangle = ([[float(v) for v in line] for line in read_table(data)] for data in files)
    lines = [
        [round(sum(q * r for q, r in zip(line, column, strict=True))) for column in triangle]
        for line in basis
    ]
    return texts(lines, TEL, AMT, DIST)


@technique("persons", TEL, AMT)
def distances_to_three_masts(rows, rng) -> Files:
    """Points given by the squares of their distances to three masts whose places are told."""
    masts = [(rng.randint(0, 10**6), rng.randint(0, 10**6)) for _ in range(3)]
    body = [[(x - a) ** 2 + (y - b) ** 2 for a, b in masts] for x, y in numbers(rows, TEL, AMT)]
    return [("csv", table([f"mast@{a}:{b}" for a, b in masts], body))]


def distances_to_three_masts_back(files) -> Values:
    (a, b), (c, d), (e, f) = (map(int, m) for m in re.findall(r"@(\d+):(\d+)", files[0].decode()))
    lines = []
    for line in read_table(files[0]):
        p, q, r = (int(v) for v in line)
        u = p - q - (a * a + b * b) + (c * c + d * d)
        v = p - r - (a * a + b * b) + (e * e + f * f)
        m, n, s, t = 2 * (c - a), 2 * (d - b), 2 * (e - a), 2 * (f - b)
        area = m * t - n * s
        lines.append([(u * t - n * v) // area, (m * v - u * s) // area])
    return texts(lines, TEL, AMT)


@technique("persons", NAME, BIRTH, AMT)
def sums_with_tax(rows, _rng) -> Files:
    """Sums with thirteen per cent of tax, and ages in years, months and days on a day that is told."""
    body = []
    for r in rows:
        born, today = date.fromisoformat(r[BIRTH]), date(2026, 1, 31)
        months = (today.year - born.year) * 12 + today.month - born.month
        gross = cents(r[AMT]) * 113
        body.append(
            [
                r[NAME],
                f"{months // 12}岁{months % 12}月{today.day - born.day}天",
                f"{gross // 10000}.{gross % 10000:04d}",
            ]
        )
    return [("csv", table(["户名", "账龄（截至2026-01-31）", "价税合计"], body))]


def sums_with_tax_back(files) -> Values:
    out = []
    for name, age, gross in read_table(files[0]):
        years, months, days = (int(v) for v in re.findall(r"\d+", age))
        whole = 2026 * 12 - years * 12 - months
        born = date(whole // 12, whole % 12 + 1, 31 - days)
        out.append((name, born.isoformat(), money(int(gross.replace(".", "")) // 113)))
    return out


@technique("persons", NAME, BIRTH, VISIT)
def decimal_years(rows, _rng) -> Files:
    """Dates as years with five places."""

    def decimal(text: str) -> str:
        when = date.fromisoformat(text)
        first, after = date(when.year, 1, 1).toordinal(), date(when.year + 1, 1, 1).toordinal()
        return f"{when.year + (when.toordinal() - first) / (after - first):.5f}"

    return [
        ("csv", table(["站名", "t0", "t1"], [[r[NAME], decimal(r[BIRTH]), decimal(r[VISIT])] for r in rows]))
    ]


def decimal_years_back(files) -> Values:
    def opened(text: str) -> str:
        year, part = int(text[:4]), float("0" + text[4:])
        first, after = date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()
        return day_text(first + round(part * (after - first)))

    return [(n, opened(a), opened(b)) for n, a, b in read_table(files[0])]


@technique("persons", BIRTH, VISIT, DIST, AMT)
def long_counts(rows, _rng) -> Files:
    """Dates in the long count of the Maya and sums as scores of cowries."""

    def count(n: int) -> str:
        return f"{n // 144000}.{n // 7200 % 20}.{n // 360 % 20}.{n // 20 % 18}.{n % 20}"

    body = [
        [count(n + 1137142) for n in line[:2]] + [line[2], count(line[3])]
        for line in numbers(rows, BIRTH, VISIT, DIST, AMT)
    ]
    return [("csv", table(["长历一", "长历二", "区", "贝"], body))]


def long_counts_back(files) -> Values:
    def opened(text: str) -> int:
        return sum(int(v) * w for v, w in zip(text.split("."), (144000, 7200, 360, 20, 1), strict=True))

    lines = [
        [opened(a) - 1137142, opened(b) - 1137142, int(d), opened(m)] for a, b, d, m in read_table(files[0])
    ]
    return texts(lines, BIRTH, VISIT, DIST, AMT)


@technique("firms", FTEL, CAP, INCOME)
def normalised_to_the_range(rows, _rng) -> Files:
    """Values between nought and one, with the least and the greatest in two lines at the foot."""
    found = numbers(rows, FTEL, CAP, INCOME)
    ranges = [(min(c), max(c)) for c in zip(*found, strict=True)]
    body = [[f"{(v - a) / (b - a):.13f}" for v, (a, b) in zip(line, ranges, strict=True)] for line in found]
    body += [[a for a, _ in ranges], [b for _, b in ranges]]
    return [("csv", table(["f1", "f2", "f3"], body))]


def normalised_to_the_range_back(files) -> Values:
    *body, low, high = read_table(files[0])
    lines = []
    for line in body:
        lines.append(
            [round(float(v) * (int(b) - int(a))) + int(a) for v, a, b in zip(line, low, high, strict=True)]
        )
    return texts(lines, FTEL, CAP, INCOME)


@technique("persons", ID, TEL)
def balanced_ternary(rows, _rng) -> Files:
    """Numbers with the digits minus, nought and plus, as trends of indicators."""

    def digits(n: int) -> str:
        out = ""
        while n:
            out = "0+-"[n % 3] + out
            n = (n + 1) // 3
        return out

    return [
        ("csv", table(["趋势一", "趋势二"], [[digits(n) for n in line] for line in numbers(rows, ID, TEL)]))
    ]


def balanced_ternary_back(files) -> Values:
    def opened(text: str) -> int:
        n = 0
        for c in text:
            n = n * 3 + {"0": 0, "+": 1, "-": -1}[c]
        return n

    return texts([[opened(v) for v in line] for line in read_table(files[0])], ID, TEL)


@technique("persons", ID, TEL)
def addresses_of_cells(rows, _rng) -> Files:
    """Numbers as addresses of cells: letters of a column, and a row."""

    def address(n: int) -> str:
        column, row, out = n // 9973, n % 9973 + 1, ""
        while column:
            column, digit = divmod(column - 1, 26)
            out = chr(65 + digit) + out
        return f"{out}{row}"

    return plain("txt", "\n".join(f"=SUM({address(a)}:{address(b)})" for a, b in numbers(rows, ID, TEL)))


def addresses_of_cells_back(files) -> Values:
    lines = []
    for line in lines_of(files):
        pair = []
        for letters, row in re.findall(r"([A-Z]+)(\d+)", line[5:]):
            n = 0
            for c in letters:
                n = n * 26 + ord(c) - 64
            pair.append(n * 9973 + int(row) - 1)
        lines.append(pair)
    return texts(lines, ID, TEL)


@technique("firms", FTEL, CAP)
def impedances(rows, rng) -> Files:
    """Two numbers as a complex one, multiplied by another that the first line gives."""
    a, b = rng.randint(3, 99), rng.randint(3, 99)
    body = [f"{x * a - y * b}{x * b + y * a:+d}j" for x, y in numbers(rows, FTEL, CAP)]
    return plain("txt", "\n".join([f"Z0={a}+{b}j", *body]))


def impedances_back(files) -> Values:
    first, *body = lines_of(files)
    a, b = (int(v) for v in re.findall(r"\d+", first[3:]))
    lines = []
    for line in body:
        u, v = (int(x) for x in re.findall(r"[+-]?\d+", line))
        lines.append([(u * a + v * b) // (a * a + b * b), (v * a - u * b) // (a * a + b * b)])
    return texts(lines, FTEL, CAP)


NOTES = (10000, 5000, 2000, 1000, 500, 100, 50, 10, 1)


@technique("persons", NAME, DIST, AMT)
def notes_and_coins(rows, _rng) -> Files:
    """Sums as the counts of notes and coins in which they would be paid."""
    body = []
    for r in rows:
        rest, counts = cents(r[AMT]), []
        for note in NOTES:
            counts.append(rest // note)
            rest %= note
        body.append([r[NAME], int(r[DIST]) - 520000, *counts])
    return [("csv", table(["柜员", "网点", *(f"券{n}" for n in NOTES)], body))]


def notes_and_coins_back(files) -> Values:
    return [
        (n, str(int(d) + 520000), money(sum(int(c) * v for c, v in zip(counts, NOTES, strict=True))))
        for n, d, *counts in read_table(files[0])
    ]


@technique("persons", ID, AMT)
def price_times_quantity(rows, _rng) -> Files:
    """Sums as quantity times price plus carriage in one file, and ids as what two meters read in another."""
    first, second = [], []
    for i, r in enumerate(rows):
        total, amount = id_number(r[ID]), cents(r[AMT])
        count = 2 + i % 7
        first.append([i, count, money(amount // count), f"0.0{amount % count}"])
        second.append([i, total // 3, total - total // 3])
    return [("csv", table(["单", "数量", "单价", "运费"], first)), ("csv", table(["单", "峰", "谷"], second))]


def price_times_quantity_back(files) -> Values:
    meters = {line[0]: int(line[1]) + int(line[2]) for line in read_table(files[1])}
    return [(id_text(meters[i]), money(int(n) * cents(p) + cents(c))) for i, n, p, c in read_table(files[0])]
