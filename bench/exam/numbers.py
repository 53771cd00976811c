"""Records as numbers: bases, calendars, transforms, rounding and noise."""

import math
import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

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


def phones(data: bytes, columns: Sequence[str], read: Callable[..., Any]) -> list[Fragment]:
    return fragments([(str(read(line)),) for line in body(data)], [roles(columns).phone])


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


def dated(rows: Rows, write: Callable[..., Any], header: str = "期") -> bytes:
    lines = [
        [write(date.fromisoformat(row[roles(row).date])), row[roles(row).area], row[roles(row).money]]
        for row in rows
    ]
    return sheet([[header, "区划", "值"], *lines])


def undated(data: bytes, columns: Sequence[str], read: Callable[..., Any]) -> list[Fragment]:
    lines = [(read(line[0]).isoformat(), line[1], line[2]) for line in body(data)]
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
