"""Figures: numbers under arithmetic whose keys stand beside them or are known to everybody."""

from __future__ import annotations

import itertools
import math
import random
import re
from fractions import Fraction

from bench.fresh.core import chunked, lines_of, numbers, plain, technique, texts
from bench.held_out.core import (
    AMT,
    CAP,
    DIST,
    FTEL,
    ID,
    INCOME,
    QUASI,
    TEL,
    USCC,
    VISIT,
    Files,
    Values,
    read_table,
    table,
)


@technique("persons", TEL, AMT, DIST)
def reciprocals(rows, _rng) -> Files:
    """One divided by the number, with all its places."""
    body = [[repr(1 / n) for n in line] for line in numbers(rows, TEL, AMT, DIST)]
    return [("csv", table(["rate_a", "rate_b", "rate_c"], body))]


def reciprocals_back(files) -> Values:
    return texts([[round(1 / float(v)) for v in line] for line in read_table(files[0])], TEL, AMT, DIST)


@technique("persons", ID, TEL)
def continued_fractions(rows, _rng) -> Files:
    """The ratio of two numbers as a continued fraction, with their common divisor."""
    out = []
    for a, b in numbers(rows, ID, TEL):
        terms, common = [], math.gcd(a, b)
        while b:
            terms.append(a // b)
            a, b = b, a % b
        out.append(f"[{terms[0]}; {', '.join(map(str, terms[1:]))}] x {common}")
    return plain("txt", "\n".join(out))


def continued_fractions_back(files) -> Values:
    out = []
    for line in lines_of(files):
        *terms, common = (int(v) for v in re.findall(r"\d+", line))
        value = Fraction(terms[-1])
        for term in reversed(terms[:-1]):
            value = term + 1 / value
        out.append((value.numerator * common, value.denominator * common))
    return texts(out, ID, TEL)


@technique("persons", TEL, VISIT, AMT)
def prime_factors(rows, _rng) -> Files:
    """Every number as the product of its primes."""

    def factored(n: int) -> str:
        out, p = [], 2
        while p * p <= n:
            while n % p == 0:
                out.append(p)
                n //= p
            p += 1 if p == 2 else 2
        return "*".join(map(str, [*out, n]))

    return [
        (
            "csv",
            table(
                ["模", "基", "阶"], [[factored(n) for n in line] for line in numbers(rows, TEL, VISIT, AMT)]
            ),
        )
    ]


def prime_factors_back(files) -> Values:
    lines = [[math.prod(int(p) for p in v.split("*")) for v in line] for line in read_table(files[0])]
    return texts(lines, TEL, VISIT, AMT)


@technique("firms", USCC, FTEL)
def sums_of_fibonacci(rows, _rng) -> Files:
    """Numbers as the places of the Fibonacci numbers they are sums of."""
    series = [1, 2]
    while series[-1] < 31**17:
        series.append(series[-1] + series[-2])

    def places(n: int) -> str:
        out = []
        for i in range(len(series) - 1, -1, -1):
            if series[i] <= n:
                n -= series[i]
                out.append(str(i))
        return " ".join(out)

    return [
        (
            "csv",
            table(["bins_x", "bins_y"], [[places(n) for n in line] for line in numbers(rows, USCC, FTEL)]),
        )
    ]


def sums_of_fibonacci_back(files) -> Values:
    series = [1, 2]
    while len(series) < 200:
        series.append(series[-1] + series[-2])
    lines = [[sum(series[int(i)] for i in v.split()) for v in line] for line in read_table(files[0])]
    return texts(lines, USCC, FTEL)


@technique("persons", ID, TEL, AMT)
def factorial_digits(rows, _rng) -> Files:
    """Digits to the bases one, two, three and so on, as scores of many items."""

    def digits(n: int) -> list[int]:
        out, base = [], 2
        while n:
            n, digit = divmod(n, base)
            out.append(digit)
            base += 1
        return out

    body = []
    for line in numbers(rows, ID, TEL, AMT):
        for n in line:
            body.append(digits(n) + [0] * (19 - len(digits(n))))
    return [("csv", table([f"q{i}" for i in range(1, 20)], body))]


def factorial_digits_back(files) -> Values:
    numbers = [
        sum(int(v) * math.factorial(i) for i, v in enumerate(line, 1)) for line in read_table(files[0])
    ]
    return texts(chunked(numbers, 3), ID, TEL, AMT)


@technique("persons", *QUASI)
def pairs_of_pairs(rows, _rng) -> Files:
    """Four numbers paired into one by the diagonals of a grid."""

    def paired(a: int, b: int) -> int:
        return (a + b) * (a + b + 1) // 2 + b

    body = [[i, paired(paired(b, d), paired(v, a))] for i, (b, d, v, a) in enumerate(numbers(rows, *QUASI))]
    return [("csv", table(["序", "综合编码"], body))]


def _unpaired(n: int) -> tuple[int, int]:
    """The two numbers that a pairing holds."""
    w = (math.isqrt(8 * n + 1) - 1) // 2
    b = n - w * (w + 1) // 2
    return w - b, b


def pairs_of_pairs_back(files) -> Values:
    lines = []
    for _, n in read_table(files[0]):
        first, second = _unpaired(int(n))
        lines.append([*_unpaired(first), *_unpaired(second)])
    return texts(lines, *QUASI)


@technique("persons", ID, TEL)
def multiplied_modulo_a_prime(rows, rng) -> Files:
    """Numbers multiplied modulo a prime; factor and prime are in the heading."""
    prime, factor = (1 << 61) - 1, rng.randint(10**15, 10**17)
    body = [[n * factor % prime for n in line] for line in numbers(rows, ID, TEL)]
    return [("csv", table([f"h(a={factor})", f"h(p={prime})"], body))]


def multiplied_modulo_a_prime_back(files) -> Values:
    factor, prime = (int(v) for v in re.findall(r"[ap]=(\d+)", files[0].decode().split("\n")[0]))
    back = pow(factor, -1, prime)
    return texts([[int(v) * back % prime for v in line] for line in read_table(files[0])], ID, TEL)


@technique("firms", USCC, FTEL, CAP)
def masked_by_the_row_number(rows, rng) -> Files:
    """Numbers in which bits are turned by the row's number times a constant of a comment."""
    step = rng.randint(10**9, 10**10)
    body = [[i, *(n ^ (i * step) for n in line)] for i, line in enumerate(numbers(rows, USCC, FTEL, CAP), 1)]
    return [("csv", f"# step={step}\n".encode() + table(["row", "x", "y", "z"], body))]


def masked_by_the_row_number_back(files) -> Values:
    first, rest = files[0].split(b"\n", 1)
    step = int(first.split(b"=")[1])
    lines = [[int(v) ^ (int(line[0]) * step) for v in line[1:]] for line in read_table(rest)]
    return texts(lines, USCC, FTEL, CAP)


@technique("persons", ID, TEL)
def digits_in_another_order(rows, rng) -> Files:
    """The digits of every record in one other order, which the second line tells."""
    order = rng.sample(range(29), 29)
    body = ["".join((r[ID] + r[TEL])[i] for i in order) for r in rows]
    return plain("txt", "\n".join(["批次号", " ".join(map(str, order)), *body]))


def digits_in_another_order_back(files) -> Values:
    _, order, *body = lines_of(files)
    places = [int(v) for v in order.split()]
    out = []
    for line in body:
        text = "".join(c for _, c in sorted(zip(places, line, strict=True)))
        out.append((text[:18], text[18:]))
    return out


@technique("persons", ID, TEL, AMT)
def masks_of_a_known_generator(rows, rng) -> Files:
    """Numbers plus what Python's generator gives for the seed in the file's first line."""
    seed = rng.randint(1, 9999)
    stream = random.Random(seed)
    body = [[(n + stream.randrange(10**17)) % 10**17 for n in line] for line in numbers(rows, ID, TEL, AMT)]
    return [("csv", f"# random.seed({seed}); randrange(10**17)\n".encode() + table(["u", "v", "w"], body))]


def masks_of_a_known_generator_back(files) -> Values:
    first, rest = files[0].split(b"\n", 1)
    stream = random.Random(int(re.search(rb"seed\((\d+)", first)[1]))
    lines = [[(int(v) - stream.randrange(10**17)) % 10**17 for v in line] for line in read_table(rest)]
    return texts(lines, ID, TEL, AMT)


@technique("persons", ID, TEL)
def leading_differences(rows, _rng) -> Files:
    """Only the first of all differences, of differences of differences and so on, of two columns."""
    columns = []
    for column in zip(*numbers(rows, ID, TEL), strict=True):
        values, lead = list(column), []
        while values:
            lead.append(values[0])
            values = [b - a for a, b in itertools.pairwise(values)]
        columns.append(lead)
    return [
        ("csv", table(["阶", "Δx", "Δy"], [[i, *pair] for i, pair in enumerate(zip(*columns, strict=True))]))
    ]


def leading_differences_back(files) -> Values:
    lines = read_table(files[0])
    columns = []
    for column in (1, 2):
        lead = [int(line[column]) for line in lines]
        columns.append([sum(math.comb(n, k) * lead[k] for k in range(n + 1)) for n in range(len(lead))])
    return texts(zip(*columns, strict=True), ID, TEL)


@technique("persons", TEL, AMT)
def wavelet_levels(rows, _rng) -> Files:
    """A reversible wavelet of two columns: rounded means and differences, level by level."""
    out = []
    for column in zip(*numbers(rows, TEL, AMT), strict=True):
        values, details = list(column), []
        while len(values) > 1:
            odd = values[-1:] if len(values) % 2 else []
            pairs = list(zip(values[::2], values[1::2], strict=False))
            details.append([a - b for a, b in pairs])
            values = [(a + b) >> 1 for a, b in pairs] + odd
        out.append([str(values[0]), *(" ".join(map(str, level)) for level in reversed(details))])
    return [
        ("csv", table(["level", "s1", "s2"], [[i, *pair] for i, pair in enumerate(zip(*out, strict=True))]))
    ]


def wavelet_levels_back(files) -> Values:
    columns = []
    for at in (1, 2):
        values, *levels = ([int(v) for v in line[at].split()] for line in read_table(files[0]))
        for level in levels:
            pairs = []
            for mean, step in zip(values, level, strict=False):
                a = mean + ((step + 1) >> 1)
                pairs += [a, a - step]
            values = pairs + values[len(level) :]
        columns.append(values)
    return texts(zip(*columns, strict=True), TEL, AMT)


def _hadamard(values: list[int]) -> list[int]:
    """The transform of plus and minus ones."""
    if len(values) == 1:
        return values
    half = len(values) // 2
    a, b = values[:half], values[half:]
    both = list(zip(a, b, strict=True))
    return _hadamard([x + y for x, y in both]) + _hadamard([x - y for x, y in both])


@technique("persons", ID, TEL, AMT)
def contrasts(rows, _rng) -> Files:
    """Sums of all values with plus and minus ones, as many as there are values."""
    size = 1 << (len(rows) - 1).bit_length()
    columns = [
        _hadamard([*column, *([0] * (size - len(rows)))])
        for column in zip(*numbers(rows, ID, TEL, AMT), strict=True)
    ]
    return [("csv", table(["对比A", "对比B", "对比C"], list(zip(*columns, strict=True))))]


def contrasts_back(files) -> Values:
    columns = list(zip(*([int(v) for v in line] for line in read_table(files[0])), strict=True))
    lines = zip(*([v // len(c) for v in _hadamard(list(c))] for c in columns), strict=True)
    return texts([line for line in lines if line[0]], ID, TEL, AMT)


@technique("firms", FTEL, CAP, INCOME)
def odds(rows, _rng) -> Files:
    """Logarithms of odds of the numbers as shares of a power of ten."""
    body = []
    for line in numbers(rows, FTEL, CAP, INCOME):
        shares = [n / 10**s for n, s in zip(line, (12, 9, 9), strict=True)]
        body.append([repr(math.log(p / (1 - p))) for p in shares])
    return [("csv", table(["logit_12", "logit_9", "logit_9b"], body))]


def odds_back(files) -> Values:
    lines = []
    for line in read_table(files[0]):
        shares = [1 / (1 + math.exp(-float(v))) for v in line]
        lines.append([round(p * 10**s) for p, s in zip(shares, (12, 9, 9), strict=True)])
    return texts(lines, FTEL, CAP, INCOME)


@technique("persons", TEL, AMT)
def growth_factors(rows, _rng) -> Files:
    """The first values and the growth from each to the next."""
    found = numbers(rows, TEL, AMT)
    body = [list(map(str, found[0]))]
    body += [[repr(b / a) for a, b in zip(x, y, strict=True)] for x, y in itertools.pairwise(found)]
    return [("csv", table(["环比一", "环比二"], body))]


def growth_factors_back(files) -> Values:
    first, *rest = read_table(files[0])
    lines = [[int(v) for v in first]]
    for line in rest:
        lines.append([round(a * float(v)) for a, v in zip(lines[-1], line, strict=True)])
    return texts(lines, TEL, AMT)
