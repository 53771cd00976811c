"""Records as numbers: bases, calendars, transforms, rounding and noise."""

import json
import math
import re
from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

import numpy

from bench.exam.core import Fragment, Rows, fragments, roles, sheet, technique, unsheet

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
ROMAN = ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"),
         (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))  # fmt: skip


def in_base(number: int, base: int) -> str:
    out = ""
    while number:
        number, rest = divmod(number, base)
        out = DIGITS[rest] + out
    return out


def roman(number: int) -> str:
    out = ""
    for value, sign in ROMAN:
        out += sign * (number // value)
        number %= value
    return out


def arabic(text: str) -> int:
    values = {"M": 1000, "D": 500, "C": 100, "L": 50, "X": 10, "V": 5, "I": 1}
    out = 0
    for sign, following in zip(text, text[1:] + " ", strict=True):
        out += values[sign] if values[sign] >= values.get(following, 0) else -values[sign]
    return out


def body(data: bytes) -> list[list[str]]:
    return unsheet(data)[1:]


def phones(data: bytes, columns: Sequence[str], read: object) -> list[Fragment]:
    return fragments([(str(read(line)),) for line in body(data)], [roles(columns).phone])  # type: ignore[operator]


@technique("csv", decoder=lambda data, columns: phones(data, columns, lambda line: int(line[0], 36)))
def base36_keys(rows: Rows, random: Random) -> bytes:
    """Phone numbers in base 36."""
    lines = [[in_base(int(row[roles(row).phone]), 36), str(random.randint(1, 99))] for row in rows]
    return sheet([["键", "次数"], *lines])


@technique("csv", decoder=lambda data, columns: phones(data, columns, lambda line: int(line[0], 2)))
def binary_flags(rows: Rows, _: Random) -> bytes:
    """Phone numbers in binary, as "flags"."""
    return sheet([["标志位"], *([f"{int(row[roles(row).phone]):036b}"] for row in rows)])


@technique("csv", decoder=lambda data, columns: phones(data, columns, lambda line: int(line[1], 8)))
def octal_modes(rows: Rows, _: Random) -> bytes:
    """Phone numbers in octal."""
    return sheet(
        [["序", "mode"], *([str(place), f"{int(row[roles(row).phone]):o}"] for place, row in enumerate(rows))]
    )


@technique("csv", decoder=lambda data, columns: phones(data, columns, lambda line: int(float(line[1]))))
def scientific_notation(rows: Rows, _: Random) -> bytes:
    """Phone numbers as floats with an exponent."""
    lines = [[str(place), f"{int(row[roles(row).phone]):.10e}"] for place, row in enumerate(rows)]
    return sheet([["测点", "强度"], *lines])


@technique("csv", decoder=lambda data, columns: phones(
    data, columns, lambda line: round(float(line[1]) * 10**11)))  # fmt: skip
def probabilities(rows: Rows, _: Random) -> bytes:
    """Phone numbers divided by 10^11: "probabilities"."""
    lines = [[str(place), f"{int(row[roles(row).phone]) / 10**11:.11f}"] for place, row in enumerate(rows)]
    return sheet([["样本", "概率"], *lines])


@technique("csv", decoder=lambda data, columns: phones(
    data, columns, lambda line: (int(line[0].split("/")[0]) - int(line[0].split("/")[1])) // 7))  # fmt: skip
def fractions(rows: Rows, random: Random) -> bytes:
    """Numerator minus denominator is seven times a phone number."""
    lines = []
    for row in rows:
        below = random.randint(2, 9999)
        lines.append([f"{int(row[roles(row).phone]) * 7 + below}/{below}"])
    return sheet([["比值"], *lines])


PRIMES = (9973, 9967, 9949)


def _chinese(line: Sequence[str]) -> int:
    product = math.prod(PRIMES)
    return (
        sum(
            int(rest) * (product // prime) * pow(product // prime, -1, prime)
            for rest, prime in zip(line, PRIMES, strict=True)
        )
        % product
    )


@technique("csv", decoder=lambda data, columns: phones(data, columns, _chinese))
def residues(rows: Rows, _: Random) -> bytes:
    """Remainders by the three primes of the header; the Chinese remainder theorem gives the number."""
    lines = [[str(int(row[roles(row).phone]) % prime) for prime in PRIMES] for row in rows]
    return sheet([[f"mod{prime}" for prime in PRIMES], *lines])


def _clock(line: Sequence[str]) -> int:
    hours, minutes, seconds = map(int, line[1].split(":"))
    return hours * 3600 + minutes * 60 + seconds


@technique("csv", decoder=lambda data, columns: phones(data, columns, _clock))
def durations(rows: Rows, _: Random) -> bytes:
    """Phone numbers as seconds, written in hours, minutes and seconds."""
    lines = []
    for place, row in enumerate(rows):
        minutes, seconds = divmod(int(row[roles(row).phone]), 60)
        lines.append([str(place), f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}"])
    return sheet([["任务", "耗时"], *lines])


@technique("csv", decoder=lambda data, columns: phones(
    data, columns, lambda line: "1" + line[1].split(".")[1] + line[2].split(".")[1]))  # fmt: skip
def coordinates(rows: Rows, _: Random) -> bytes:
    """Five decimals of longitude and five of latitude are a phone number without its first place."""
    lines = []
    for place, row in enumerate(rows):
        number = row[roles(row).phone]
        lines.append([f"P{place}", f"{106 + place % 2}.{number[1:6]}", f"{27 + place % 2}.{number[6:]}"])
    return sheet([["点位", "经度", "纬度"], *lines])


def _dated(line: Sequence[str], day: date) -> tuple[str, str, str]:
    return day.isoformat(), line[1], line[2]


def dated(rows: Rows, write: object, header: str = "期") -> bytes:
    lines = [
        [write(date.fromisoformat(row[roles(row).date])), row[roles(row).area], row[roles(row).money]]  # type: ignore[operator]
        for row in rows
    ]
    return sheet([[header, "区划", "值"], *lines])


def undated(data: bytes, columns: Sequence[str], read: object) -> list[Fragment]:
    lines = [(read(line[0]).isoformat(), line[1], line[2]) for line in body(data)]  # type: ignore[operator]
    role = roles(columns)
    return fragments(lines, [role.date, role.area, role.money])


@technique("csv", decoder=lambda data, columns: undated(
    data, columns, lambda text: date(1899, 12, 30) + timedelta(days=int(text))))  # fmt: skip
def excel_serials(rows: Rows, _: Random) -> bytes:
    """Dates as the day numbers of a spreadsheet."""
    return dated(rows, lambda day: str((day - date(1899, 12, 30)).days))


@technique("csv", decoder=lambda data, columns: undated(
    data, columns, lambda text: date(1970, 1, 1) + timedelta(days=int(text) // 86400)))  # fmt: skip
def unix_seconds(rows: Rows, _: Random) -> bytes:
    """Dates as seconds since 1970."""
    return dated(rows, lambda day: str((day - date(1970, 1, 1)).days * 86400 + 3600), "timestamp")


@technique("csv", decoder=lambda data, columns: undated(
    data, columns, lambda text: date.fromordinal(int(float(text) - 1721424.5))))  # fmt: skip
def julian_days(rows: Rows, _: Random) -> bytes:
    """Dates as Julian days."""
    return dated(rows, lambda day: f"{day.toordinal() + 1721424.5}", "JD")


@technique("csv", decoder=lambda data, columns: undated(
    data, columns, lambda text: date(2026, 1, 1) - timedelta(days=int(text))))  # fmt: skip
def age_in_days(rows: Rows, _: Random) -> bytes:
    """Age in days on the first of January 2026."""
    return dated(rows, lambda day: str((date(2026, 1, 1) - day).days), "日龄")


@technique(
    "csv",
    decoder=lambda data, columns: undated(
        data,
        columns,
        lambda text: date(
            *[int(part) + add for part, add in zip(re.findall(r"-?\d+", text), (1911, 0, 0), strict=True)]
        ),
    ),
)
def republican_years(rows: Rows, _: Random) -> bytes:
    """Dates in 民国 years."""
    return dated(rows, lambda day: f"民国{day.year - 1911}年{day.month}月{day.day}日", "日期")


@technique("csv", decoder=lambda data, columns: undated(
    data, columns, lambda text: date(*map(arabic, text.split("·")))))  # fmt: skip
def roman_dates(rows: Rows, _: Random) -> bytes:
    """Dates in Roman numerals."""
    return dated(rows, lambda day: f"{roman(day.year)}·{roman(day.month)}·{roman(day.day)}", "卷")


@technique("csv", decoder=lambda data, columns: undated(data, columns, date.fromisoformat))
def week_dates(rows: Rows, _: Random) -> bytes:
    """Dates as year, week and weekday."""
    return dated(rows, lambda day: "{}-W{:02d}-{}".format(*day.isocalendar()), "周")


STEMS, BRANCHES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"


def _cycle(text: str) -> date:
    names = [STEMS[place % 10] + BRANCHES[place % 12] for place in range(60)]
    year = names.index(text[:2]) + 1924
    month, day = map(int, re.findall(r"\d+", text))
    return date(year + 60 * (year < 1940), month, day)


@technique("csv", source="persons", decoder=lambda data, columns: undated(data, columns, _cycle))
def sexagenary_years(rows: Rows, _: Random) -> bytes:
    """Years by stem and branch (of sixty; the years 1940 to 1999 come back exactly)."""
    kept = [row for row in rows if row["出生日期"] < "2000"]
    return dated(
        kept,
        lambda day: f"{STEMS[(day.year - 4) % 10]}{BRANCHES[(day.year - 4) % 12]}年{day.month}/{day.day}",
    )


def money(data: bytes, columns: Sequence[str], read: object) -> list[Fragment]:
    role, out = roles(columns), []
    for line in body(data):
        low, high = read(float(line[2]))  # type: ignore[operator]
        out.append({role.date: line[0], role.area: line[1], role.money: (low, high)})
    return list(out)


def priced(rows: Rows, write: object, header: str = "值") -> bytes:
    lines = [
        [row[roles(row).date], row[roles(row).area], write(float(row[roles(row).money]))] for row in rows
    ]  # type: ignore[operator]
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
