"""What whole or real numbers may have been before some arithmetic was done to them.

Every usual way of writing a number as another one or two has its way back: a constant taken away or a
modulus, steps and totals, complements, bits and digits turned, roots and logarithms. Tells candidates and
nothing else, of one column; `pairings` does of several. `solved` and `workings` ask whether they are
anybody's. Pure.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate, pairwise
from statistics import NormalDist
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from sandbox.egress.matrices import Exact, Figures, Matrix, bits_of, exact, real_of, rounded

Candidate: TypeAlias = tuple[str, Exact]
_WIDTHS = (11, 17, 18)
_LARGE = 10**9
_PRIME = 10**7
_EPOCH = np.datetime64("1970-01-01")
_BITS = (34, 36, 40, 48, 56, 57, 60, 64)


def alone(held: Matrix) -> Iterator[Candidate]:
    """Yield what each column by itself may have been."""
    for one in held.columns:
        if one.whole is not None:
            yield from _of_whole(one.name, one.whole, held.constants)
        yield from of_real(one)


def _of_whole(name: str, whole: Exact, constants: Sequence[int]) -> Iterator[Candidate]:
    yield name, whole
    divisor = math.gcd(*(int(one) for one in whole))
    if divisor > 1:
        yield f"{name}: divided", whole // divisor
    yield from _in_order(name, whole)
    for constant in constants:
        yield from _by_constant(name, whole, constant)
    yield from _modular(name, whole, [one for one in constants if one > 1])
    if int(max(whole)) >= _LARGE // 10 and int(min(whole)) >= 0:
        yield from _turned(name, whole)


def _in_order(name: str, whole: Exact) -> Iterator[Candidate]:
    """Yield steps, totals, and both by exclusive or, as rows follow one another."""
    values = whole.tolist()
    steps = exact([b - a for a, b in pairwise(values)])
    yield f"{name}: steps", abs(steps)
    yield f"{name}: total", exact(list(accumulate(values)))
    yield from _totals(name, values)
    yield f"{name}: second steps", abs(exact([b - a for a, b in pairwise(steps.tolist())]))
    for row in (0, -1):
        yield f"{name}: beside row {row}", whole - whole[row]
        yield f"{name}: from row {row}", whole + whole[row]
    if min(values) >= 0:
        yield f"{name}: bits that change", exact([a ^ b for a, b in pairwise(values)])
        yield f"{name}: bits that changed", exact(list(accumulate(values, lambda a, b: a ^ b)))
    for width in _WIDTHS:
        yield f"{name}: total of {width}", exact([one % 10**width for one in accumulate(values)])


def _totals(name: str, values: Sequence[int]) -> Iterator[Candidate]:
    """Yield totals of totals, two and three deep, from nought or from the first values as they stand."""
    for deep in (2, 3):
        whole = list(values)
        for _ in range(deep):
            whole = list(accumulate(whole))
        yield f"{name}: total {deep} deep", exact(whole)
        begun = list(values)
        for start in range(deep - 1, -1, -1):
            begun[start:] = accumulate(begun[start:])
        yield f"{name}: total {deep} deep from the first", exact(begun)
        begun = [*_differences(values[:deep]), *values[deep:]]
        for start in range(deep - 1, -1, -1):
            begun[start:] = accumulate(begun[start:])
        yield f"{name}: total {deep} deep after the first", exact(begun)


def _differences(values: Sequence[int]) -> list[int]:
    """Return the first value, the first step, the first step of steps and so on."""
    found = list(values)
    for start in range(1, len(found)):
        found[start:] = [b - a for a, b in pairwise(found[start - 1 :])]
    return found


def _by_constant(name: str, whole: Exact, constant: int) -> Iterator[Candidate]:
    yield f"{name} + {constant}", whole + constant
    yield f"{name} - {constant}", whole - constant
    yield f"{constant} - {name}", constant - whole
    if constant > 1:
        yield f"{name} / {constant}", whole // constant
        yield f"{name} mod {constant}", whole % constant
    if int(min(whole)) >= 0:
        yield f"{name} ^ {constant}", whole ^ constant


def _modular(name: str, whole: Exact, constants: Sequence[int]) -> Iterator[Candidate]:
    """Yield what a multiple, a shift, an inverse or a power by a stated modulus was taken of."""
    for modulus in (one for one in constants if one >= _PRIME):
        yield f"{name}: negated", -whole % modulus
        yield f"{name}: inverse", _powers(whole, -1, modulus)
        others = [one for one in constants if one != modulus][:8]
        for factor in others:
            yield f"{name}: power", _powers(whole, factor, modulus)
            if math.gcd(factor, modulus) != 1:
                continue
            back = pow(factor, -1, modulus)
            yield f"{name}: factor {factor}", whole * back % modulus
            yield f"{name}: times {factor}", whole * factor % modulus
            if math.gcd(factor, modulus - 1) == 1:
                yield f"{name}: root", _powers(whole, pow(factor, -1, modulus - 1), modulus)
            for shift in (one for one in others if one != factor):
                yield f"{name}: {factor} and {shift}", (whole - shift) * back % modulus
                yield f"{name}: {shift} and {factor}", (whole * back - shift) % modulus


def _powers(whole: Exact, power: int, modulus: int) -> Exact:
    def one_of(one: int) -> int:
        return pow(one, power, modulus) if power >= 0 or math.gcd(one, modulus) == 1 else 0

    return exact([one_of(int(one)) for one in whole])


def _turned(name: str, whole: Exact) -> Iterator[Candidate]:
    """Yield complements, and digits and bits in another order."""
    values = [int(one) for one in whole]
    width = len(str(max(values)))
    for places in sorted({width, *(one for one in _WIDTHS if one >= width)}):
        yield f"{name}: tens of {places}", 10**places - whole
        yield f"{name}: nines of {places}", 10**places - 1 - whole
        yield f"{name}: backwards of {places}", exact([int(str(one).zfill(places)[::-1]) for one in values])
    yield from _moved(name, [str(one).zfill(width) for one in values], width)
    yield f"{name}: gray", exact([_ungrayed(one) for one in values])
    yield f"{name}: to gray", exact([one ^ one >> 1 for one in values])
    for bits in (one for one in _BITS if one >= max(values).bit_length()):
        yield f"{name}: bits of {bits}", exact([int(f"{one:0{bits}b}"[::-1], 2) for one in values])
        yield f"{name}: other bits of {bits}", (1 << bits) - 1 - whole
        if bits % 8 == 0:
            yield (
                f"{name}: bytes of {bits}",
                exact([int.from_bytes(one.to_bytes(bits // 8, "big"), "little") for one in values]),
            )
    yield f"{name}: square root", exact([math.isqrt(one) for one in values])
    for factor in range(2, 10):
        yield f"{name}: root of a {factor}th", exact([math.isqrt(one // factor) for one in values])
    for low in (*range(1, 17), 20, 24, 32):
        yield f"{name}: without {low} low bits", whole >> low
    reals = rounded(np.array([real_of(one) for one in values]))
    if reals is not None:
        yield f"{name}: real of bits", reals


def _moved(name: str, digits: Sequence[str], width: int) -> Iterator[Candidate]:
    """Yield digits begun at another place, and those of every other place before the rest."""
    for start in range(1, min(width, 20)):
        yield f"{name}: from place {start}", exact([int(one[start:] + one[:start]) for one in digits])
    yield f"{name}: parted", exact([int(one[::2] + one[1::2]) for one in digits])
    yield f"{name}: parted again", exact([int(one[1::2] + one[::2]) for one in digits])


def _ungrayed(one: int) -> int:
    step = 1
    while one >> step:
        one ^= one >> step
        step *= 2
    return one


def of_real(one: Figures) -> Iterator[Candidate]:
    """Yield what a function was taken of, in the power of ten that makes numbers of eleven digits of it."""
    for name, real in undone(one.real):
        for power in tens_of(real):
            found = rounded(real * 10.0**power)
            if found is not None:
                yield f"{one.name}: {name} e{power}", found
    for name, real in grown(one.real):
        for power in tens_of(real):
            found = rounded(real * 10.0**power)
            if found is not None:
                yield f"{one.name}: {name} e{power}", found
    if one.decimals or one.whole is None:
        yield f"{one.name}: bits", exact([bits_of(value) for value in one.real.tolist()])


def grown(real: NDArray[np.float64]) -> Iterator[tuple[str, NDArray[np.float64]]]:
    """Yield the values that a first one grows to by rates, shares or logarithms of each to the one before."""
    if len(real) < 3 or abs(float(real[0])) < 100 * max(float(np.abs(real[1:]).max()), 1e-9):
        return
    rest = real[1:]
    with np.errstate(all="ignore"):
        for name, factors in (
            ("chained", rest), ("by rates", 1 + rest), ("by hundredths", 1 + rest / 100),
            ("by logarithms", np.exp(rest)),
        ):  # fmt: skip
            values = real[0] * np.concatenate(([1.0], np.cumprod(factors)))
            if np.isfinite(values).all():
                yield name, values


def undone(real: NDArray[np.float64]) -> Iterator[tuple[str, NDArray[np.float64]]]:
    """Yield the numbers before each usual function, where all of them are finite and most differ."""
    with np.errstate(all="ignore"):
        for name, undo in _UNDO.items():
            found = undo(real)
            if np.isfinite(found).all() and float(found.max()) > float(found.min()):
                yield name, found


def tens_of(real: NDArray[np.float64]) -> tuple[int, ...]:
    """Return by which powers of ten numbers become telephones: those that lie between 1.3 and 2."""
    middle = abs(float(np.median(real)))
    if not 1e-30 < middle < 1e30:
        return ()
    power = 10 - math.floor(math.log10(middle))
    lead = np.abs(real) * 10.0**power / 1e10
    return (power,) if float(((lead >= 1.3) & (lead < 2)).mean()) >= 0.6 else ()


def _of_each(function: Callable[[float], float], real: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a function of each number; nothing finite where one lies outside of it."""
    try:
        return np.array([function(one) for one in real.tolist()])
    except (ValueError, ArithmeticError):
        return np.full(len(real), np.nan)


_BELL = NormalDist()
_UNDO: Mapping[str, Callable[[NDArray[np.float64]], NDArray[np.float64]]] = {
    "itself": lambda one: one, "square": np.square, "cube": lambda one: one**3, "root": np.sqrt,
    "cube root": np.cbrt, "fourth": lambda one: one**4,
    "exp": np.exp, "expm1": np.expm1, "2^": np.exp2, "10^": lambda one: np.power(10.0, one),
    "log": np.log, "log2": np.log2, "log10": np.log10, "reciprocal": np.reciprocal,
    "root of reciprocal": lambda one: one**-0.5, "square of reciprocal": lambda one: one**-2.0,
    "tan": np.tan, "tan of degrees": lambda one: np.tan(np.radians(one)), "tanh": np.arctanh,
    "arctan": np.arctan, "sin": np.arcsin, "cos": np.arccos, "radians": np.radians, "degrees": np.degrees,
    "sinh": np.arcsinh, "arsinh": np.sinh, "logistic": lambda one: np.log(one / (1 - one)),
    "logit": lambda one: 1 / (1 + np.exp(-one)), "decibel": lambda one: np.power(10.0, one / 10),
    "log1p": np.log1p, "artanh": np.tanh, "arcsin": np.sin, "arccos": np.cos,
    "cosh": np.arccosh, "arcosh": np.cosh,
    "arcsine of root": lambda one: np.sin(one) ** 2, "normal score": lambda one: _of_each(_BELL.cdf, one),
    "share of the bell": lambda one: _of_each(_BELL.inv_cdf, one), "error function": lambda one: (
        _of_each(_BELL.inv_cdf, (one + 1) / 2) / 2**0.5),
    "negative exp": lambda one: np.exp(-one), "negative log": lambda one: -np.log(one),
    "amplitude": lambda one: np.power(10.0, one / 20), "magnitude": lambda one: np.power(10.0, -0.4 * one),
    "acidity": lambda one: np.power(10.0, -one), "octaves": lambda one: np.power(2.0, one / 12),
    "complementary": lambda one: 1 - np.exp(-np.exp(one)),
    "doubly exponential": lambda one: np.exp(-np.exp(-one)),
    "twice logarithm": lambda one: np.exp(np.exp(one)), "three halves": lambda one: np.power(one, 2 / 3),
    "two thirds": lambda one: np.power(one, 1.5), "softplus": lambda one: np.log(np.expm1(one)),
    "power of a quarter, moved": lambda one: (one / 4 + 1) ** 4,
    "root, moved": lambda one: (one / 2 + 1) ** 2,
    "cube root, moved": lambda one: (one / 3 + 1) ** 3,
    "mel": lambda one: 700 * (np.power(10.0, one / 2595) - 1),
    "odds": lambda one: one / (1 + one), "share of odds": lambda one: one / (1 - one),
    "rationals": lambda one: (one - 1) / (one + 1), "Anscombe": lambda one: (one / 2) ** 2 - 3 / 8,
}  # fmt: skip


def in_short(name: str, whole: Exact, constants: Sequence[int]) -> Iterator[Candidate]:
    """Yield what a column of small numbers may have been: divided, in steps or totals, by a constant."""
    yield name, whole
    values = whole.tolist()
    divisor = math.gcd(*values)
    if divisor > 1:
        yield f"{name}: divided", whole // divisor
    yield f"{name}: second steps", abs(np.diff(whole, n=2))
    if min(values) < 0:
        yield from _totals(name, values)
    for constant in constants:
        yield from _by_constant(name, whole, constant)
        if constant > 1:
            yield f"{name} by {constant}", whole // constant
    if min(values) > 0:
        yield f"{name}: square root", exact([math.isqrt(one) for one in values])
    yield from _dated(name, values)
    if min(values) >= 10**12:
        yield from _windows(name, values)


def _dated(name: str, values: Sequence[int]) -> Iterator[Candidate]:
    """Yield days since 1970 of numbers that are a year and a day in it: 2024001, or 24001."""
    for thousand, century in ((1000, 0), (1000, 1900), (1000, 2000)):
        years = [one // thousand + century for one in values]
        if all(1900 <= one < 2100 for one in years) and all(1 <= one % thousand <= 366 for one in values):
            first = [(np.datetime64(f"{year}-01-01") - _EPOCH).astype(int) for year in years]
            days = [int(day) + one % thousand - 1 for day, one in zip(first, values, strict=True)]
            yield f"{name}: day of the year {century}", exact(days)


def _windows(name: str, values: Sequence[int]) -> Iterator[Candidate]:
    """Yield what stands at each place of long numbers: fields that were laid together by tens."""
    width = len(str(max(values)))
    if width > 40:
        return
    for low in range(width):
        for places in range(4, 10):
            if low + places <= width:
                yield (
                    f"{name}: {places} places from {low}",
                    exact([one // 10**low % 10**places for one in values]),
                )
