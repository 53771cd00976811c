"""Family d: dates in every layout."""

from __future__ import annotations

import random
import re
from datetime import UTC, date, datetime, timedelta

from bench.fifth.core import (
    AMT,
    BIRTH,
    BOSS,
    CARE,
    FIRM,
    FOUND,
    NAME,
    VISIT,
    WEAK,
    Files,
    Row,
    Values,
    day,
    day_text,
    found,
    grid,
    table,
    technique,
    untable,
)
from bench.fifth.cover import paragraphs, sentence

MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
HAN = "〇一二三四五六七八九"


def han_number(value: int) -> str:
    """A number up to 31 as it is read."""
    tens, ones = divmod(value, 10)
    return ("" if tens == 0 else "十" if tens == 1 else HAN[tens] + "十") + (HAN[ones] if ones else "")


def han_value(value: str) -> int:
    """The number that is read so."""
    if "十" not in value:
        return HAN.index(value)
    tens, ones = value.split("十")
    return 10 * (HAN.index(tens) if tens else 1) + (HAN.index(ones) if ones else 0)


def han_date(value: str) -> str:
    """A date in Chinese numerals."""
    year, month, number = value.split("-")
    return f"{''.join(HAN[int(c)] for c in year)}年{han_number(int(month))}月{han_number(int(number))}日"


def han_back(value: str) -> str:
    """The date of Chinese numerals."""
    year, month, number = re.split("[年月日]", value)[:3]
    return f"{''.join(str(HAN.index(c)) for c in year)}-{han_value(month):02d}-{han_value(number):02d}"


@technique("d", "persons", *CARE)
def roc_dates(rows: list[Row], _: random.Random) -> Files:
    """Years of the Republic, as an exchange with Taiwan would want them."""

    def roc(value: str) -> str:
        year, month, number = map(int, value.split("-"))
        return f"民國{year - 1911}年{month}月{number}日"

    lines = [[n, roc(b), roc(v), a] for n, b, v, a in grid(rows, *CARE)]
    return [("csv", table(["姓氏", "生辰", "就醫", "費用"], lines))]


def roc_dates_back(files: list[bytes]) -> Values:
    """The years of our era."""

    def back(value: str) -> str:
        year, month, number = map(int, re.findall(r"\d+", value))
        return f"{year + 1911}-{month:02d}-{number:02d}"

    return [(n, back(b), back(v), a) for n, b, v, a in untable(files[0])]


@technique("d", "persons", NAME, BIRTH, VISIT)
def han_dates(rows: list[Row], rng: random.Random) -> Files:
    """Dates in Chinese numerals within a narrative."""
    told = [
        f"{n}生于{han_date(b)},{han_date(v)}来院。{sentence(rng)}"
        for n, b, v in grid(rows, NAME, BIRTH, VISIT)
    ]
    return [("txt", "\n".join(told).encode())]


def han_dates_back(files: list[bytes]) -> Values:
    """The numerals read back."""
    parts = found(r"(?:^|\n)([一-龥]{2,4}?)生于(\S+?日),(\S+?日)来院", files[0].decode())
    return [(n, han_back(b), han_back(v)) for n, b, v in parts]


@technique("d", "persons", *CARE)
def unpadded_dates(rows: list[Row], _: random.Random) -> Files:
    """Year, month and day with their signs, not filled up with zeros; visits with slashes."""
    lines = []
    for n, b, v, a in grid(rows, *CARE):
        x, y = map(int, v[5:].split("-"))
        p, q = map(int, b[5:].split("-"))
        lines.append([f"{v[:4]}/{x}/{y}", a, f"{b[:4]}年{p}月{q}日", n])
    return [("csv", table(["日期", "数值", "基期", "备注"], lines))]


def unpadded_dates_back(files: list[bytes]) -> Values:
    """The dates filled up."""

    def back(value: str) -> str:
        year, month, number = map(int, re.findall(r"\d+", value))
        return f"{year}-{month:02d}-{number:02d}"

    return [(n, back(b), back(v), a) for v, a, b, n in untable(files[0])]


@technique("d", "persons", *WEAK, low=20)
def english_dates(rows: list[Row], _: random.Random) -> Files:
    """Dates as English letters write them, with amounts behind a currency's sign."""

    def long(value: str) -> str:
        return f"{MONTHS[int(value[5:7]) - 1]} {int(value[8:])}, {value[:4]}"

    lines = [
        [long(b), long(v)[:3] + long(v)[long(v).index(" ") :], f"¥{float(a):,.2f}"]
        for b, v, a in grid(rows, *WEAK)
    ]
    return [("csv", table(["cohort", "event", "paid"], lines))]


def english_dates_back(files: list[bytes]) -> Values:
    """The months looked up."""

    def back(value: str) -> str:
        month, number, year = value.replace(",", "").split()
        place = [m[:3] for m in MONTHS].index(month[:3]) + 1
        return f"{year}-{place:02d}-{int(number):02d}"

    return [(back(b), back(v), a[1:].replace(",", "")) for b, v, a in untable(files[0])]


@technique("d", "persons", *WEAK, low=20)
def compact_dates(rows: list[Row], rng: random.Random) -> Files:
    """Days first and without a separator, visits as months and days joined to a time of day."""
    lines = [
        [
            b[8:] + b[5:7] + b[:4],
            f"{v.replace('-', '')}T{rng.randint(8, 17):02d}{rng.randint(0, 59):02d}00Z",
            a,
        ]
        for b, v, a in grid(rows, *WEAK)
    ]
    return [("csv", table(["seq", "ts", "val"], lines))]


def compact_dates_back(files: list[bytes]) -> Values:
    """The parts put in order."""
    return [(f"{b[4:]}-{b[2:4]}-{b[:2]}", f"{v[:4]}-{v[4:6]}-{v[6:8]}", a) for b, v, a in untable(files[0])]


@technique("d", "persons", *CARE)
def iso_weeks(rows: list[Row], _: random.Random) -> Files:
    """ISO weeks for births and ordinal days of the year for visits."""
    lines = []
    for n, b, v, a in grid(rows, *CARE):
        year, week, weekday = date.fromisoformat(b).isocalendar()
        lines.append([n, f"{year}-W{week:02d}-{weekday}", date.fromisoformat(v).strftime("%Y-%j"), a])
    return [("csv", table(["队列", "周次", "年日", "值"], lines))]


def iso_weeks_back(files: list[bytes]) -> Values:
    """The calendar dates."""
    out: Values = []
    for n, b, v, a in untable(files[0]):
        seen = date(int(v[:4]), 1, 1) + timedelta(int(v[5:]) - 1)
        out.append((n, date.fromisoformat(b).isoformat(), seen.isoformat(), a))
    return out


@technique("d", "persons", *CARE)
def serial_days(rows: list[Row], _: random.Random) -> Files:
    """The serial numbers of spreadsheets, amounts in cents."""
    lines = [
        [n, str(day(b) - 693594), str(day(v) - 693594), a.replace(".", "")]
        for n, b, v, a in grid(rows, *CARE)
    ]
    return [("csv", table(["key", "x1", "x2", "x3"], lines))]


def serial_days_back(files: list[bytes]) -> Values:
    """The dates of the serial numbers."""
    return [
        (n, day_text(int(b) + 693594), day_text(int(v) + 693594), f"{a[:-2]}.{a[-2:]}")
        for n, b, v, a in untable(files[0])
    ]


@technique("d", "firms", FIRM, BOSS, FOUND)
def epoch_times(rows: list[Row], rng: random.Random) -> Files:
    """Milliseconds of the epoch with an hour of the day added, in a line a firm."""
    lines = []
    for f, b, d in grid(rows, FIRM, BOSS, FOUND):
        start = datetime.fromisoformat(d).replace(tzinfo=UTC) + timedelta(seconds=rng.randint(0, 86399))
        lines.append(f'{{"t":{int(start.timestamp() * 1000)},"owner":"{b}","host":"{f}"}}')
    return [("jsonl", "\n".join(lines).encode())]


def epoch_times_back(files: list[bytes]) -> Values:
    """The days of the times."""
    parts = found(r'"t":(-?\d+),"owner":"([^"]+)","host":"([^"]+)"', files[0].decode())
    return [(f, b, datetime.fromtimestamp(int(t) / 1000, UTC).date().isoformat()) for t, b, f in parts]


@technique("d", "persons", BIRTH, VISIT, AMT, low=20)
def months_apart(rows: list[Row], _: random.Random) -> Files:
    """Year, month and day of both dates as six columns of a design matrix, the amount last."""
    lines = [[*b.split("-"), *v.split("-"), a] for b, v, a in grid(rows, BIRTH, VISIT, AMT)]
    return [("csv", table(["y0", "m0", "d0", "y1", "m1", "d1", "y"], lines))]


def months_apart_back(files: list[bytes]) -> Values:
    """The parts joined."""
    return [("-".join(x[:3]), "-".join(x[3:6]), x[6]) for x in untable(files[0])]


@technique("d", "persons", BIRTH, VISIT, AMT, low=20)
def age_in_days(rows: list[Row], rng: random.Random) -> Files:
    """Visits as days since a stated day, births as the age in days at the visit."""
    lines = "\n".join(f"{day(v) - day('2023-12-31')};{day(v) - day(b)};{a}" for b, v, a in grid(rows, *WEAK))
    head = "\n".join(paragraphs(rng, 2))
    return [("txt", f"{head}\n起点:2023-12-31\n天;龄;元\n{lines}\n".encode())]


def age_in_days_back(files: list[bytes]) -> Values:
    """The days counted back."""
    out: Values = []
    for v, b, a in found(r"\n(\d+);(\d+);([\d.]+)", files[0].decode()):
        seen = day("2023-12-31") + int(v)
        out.append((day_text(seen - int(b)), day_text(seen), a))
    return out
