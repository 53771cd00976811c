"""Amounts behind rounding, noise and transforms that are easily undone."""

import json
import math
import re
from collections.abc import Callable, Sequence
from random import Random

import numpy

from bench.exam.core import Fragment, Rows, fragments, roles, sheet, technique
from bench.exam.numbers import body


def money(
    data: bytes, columns: Sequence[str], read: Callable[[float], tuple[float, float]]
) -> list[Fragment]:
    role = roles(columns)
    out: list[Fragment] = []
    for line in body(data):
        low, high = read(float(line[2]))
        out.append({role.date: line[0], role.area: line[1], role.money: (low, high)})
    return out


def priced(rows: Rows, write: Callable[[float], str], header: str = "值") -> bytes:
    lines = [
        [row[roles(row).date], row[roles(row).area], write(float(row[roles(row).money]))] for row in rows
    ]
    return sheet([["期", "区划", header], *lines])


@technique(
    "csv", decoder=lambda data, columns: money(data, columns, lambda value: (value - 50.1, value + 50.1))
)
def rounded_to_hundreds(rows: Rows, _: Random) -> bytes:
    """Amounts rounded to hundreds beside exact dates and areas."""
    return priced(rows, lambda value: f"{round(value, -2):.0f}")


@technique(
    "csv", decoder=lambda data, columns: money(data, columns, lambda value: (value * 0.97, value * 1.03))
)
def two_percent_noise(rows: Rows, random: Random) -> bytes:
    """Amounts with two percent of noise beside exact dates and areas."""
    return priced(rows, lambda value: f"{value * random.uniform(0.98, 1.02):.2f}")


def exact(value: float) -> tuple[float, float]:
    return value - 0.006, value + 0.006


@technique(
    "csv", decoder=lambda data, columns: money(data, columns, lambda value: exact((value - 17.5) / 3.25))
)
def affine(rows: Rows, _: Random) -> bytes:
    """3.25 x + 17.5, as the header says."""
    return priced(rows, lambda value: f"{3.25 * value + 17.5:.6f}", "3.25x+17.5")


@technique("csv", decoder=lambda data, columns: money(data, columns, lambda value: exact(math.exp(value))))
def logarithms(rows: Rows, _: Random) -> bytes:
    """Natural logarithms."""
    return priced(rows, lambda value: f"{math.log(value):.12f}", "ln")


@technique("json", decoder=lambda data, columns: fragments(
    [(f"{score * json.loads(data)['sd'] + json.loads(data)['mean']:.2f}",)
     for score in json.loads(data)["z"]],
    [roles(columns).money]))  # fmt: skip
def standard_scores(rows: Rows, _: Random) -> bytes:
    """z-scores with their mean and standard deviation."""
    values = numpy.array([float(row[roles(row).money]) for row in rows])
    mean, spread = float(values.mean()), float(values.std())
    return json.dumps({"mean": mean, "sd": spread, "z": ((values - mean) / spread).tolist()}).encode()


@technique("json", decoder=lambda data, columns: fragments(
    [(f"{value:.2f}",) for value in numpy.fft.irfft(
        numpy.array(json.loads(data)["re"]) + 1j * numpy.array(json.loads(data)["im"]),
        json.loads(data)["n"])],
    [roles(columns).money]))  # fmt: skip
def fourier_coefficients(rows: Rows, _: Random) -> bytes:
    """The spectrum of the column; its inverse transform is the column."""
    spectrum = numpy.fft.rfft([float(row[roles(row).money]) for row in rows])
    out = {"n": len(rows), "re": spectrum.real.tolist(), "im": spectrum.imag.tolist()}
    return json.dumps(out).encode()


@technique("csv", decoder=lambda data, columns: fragments(
    [(f"{(float(line[0]) + sign * float(line[1])) / 2:.2f}",) for line in body(data) for sign in (1, -1)],
    [roles(columns).money]))  # fmt: skip
def sums_and_differences(rows: Rows, _: Random) -> bytes:
    """Sum and difference of neighbours."""
    values = [float(row[roles(row).money]) for row in rows]
    pairs = zip(values[::2], values[1::2], strict=False)
    return sheet([["两期合计", "两期差额"], *([f"{a + b:.2f}", f"{a - b:.2f}"] for a, b in pairs)])


@technique(
    "csv",
    decoder=lambda data, columns: fragments(
        [(f"{float(line[1]) + float(line[2]):.2f}",) for line in body(data)], [roles(columns).money]
    ),
)
def fitted_and_residual(rows: Rows, random: Random) -> bytes:
    """Fitted value plus residual is the observation."""
    lines = []
    for place, row in enumerate(rows):
        fitted = round(random.uniform(2000, 4000), 2)
        lines.append([str(place), f"{fitted:.2f}", f"{float(row[roles(row).money]) - fitted:.2f}"])
    return sheet([["obs", "fitted", "resid"], *lines])


CAPITAL = "零壹贰叁肆伍陆柒捌玖"


def capital(amount: str) -> str:
    """An amount in capital numerals, place by place."""
    whole, cents = amount.split(".")
    units = ["", "拾", "佰", "仟", "万", "拾万", "佰万", "仟万"]
    text = "".join(CAPITAL[int(sign)] + units[len(whole) - 1 - place] for place, sign in enumerate(whole))
    return f"{text}圆{CAPITAL[int(cents[0])]}角{CAPITAL[int(cents[1])]}分"


@technique("csv", decoder=lambda data, columns: fragments(
    [(line[0], re.sub("[^零壹贰叁肆伍陆柒捌玖圆]", "", line[1]).translate(
        str.maketrans(CAPITAL + "圆", "0123456789."))) for line in body(data)],
    [roles(columns).name, roles(columns).money]))  # fmt: skip
def capital_amounts(rows: Rows, _: Random) -> bytes:
    """Amounts in capital numerals with their units, as on a receipt."""
    return sheet(
        [["收款方", "人民币大写"], *([row[roles(row).name], capital(row[roles(row).money])] for row in rows)]
    )
