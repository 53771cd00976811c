"""Forms of cells for days: layouts, calendars and counts from another day."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable

from bench.composed.cells import WORDS, cell

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
EXCEL = datetime.date(1899, 12, 30).toordinal()
EPOCH = datetime.date(1970, 1, 1).toordinal()
Day = datetime.date


def form(name: str, write: Callable[[Day], str], read: Callable[[str], Day]) -> None:
    """Put a form of days on the list."""
    cell(name, "day birth", lambda v, _: write(Day.fromisoformat(v)), lambda v, _: read(v).isoformat())


def numbers(text: str) -> list[int]:
    """The numbers in a text."""
    return [int(part) for part in re.findall(r"\d+", text)]


def small(number: int) -> str:
    """A number below a hundred in words: 二十五."""
    tens, ones = divmod(number, 10)
    head = "" if not tens else ("" if tens == 1 else WORDS[tens]) + "十"
    return head + (WORDS[ones] if ones else "")


def small_back(text: str) -> int:
    """The number of such words."""
    head, found, tail = text.rpartition("十")
    tens = (WORDS.index(head) if head else 1) if found else 0
    return tens * 10 + (WORDS.index(tail) if tail else 0)


def words(day: Day) -> str:
    """二〇二三年十二月二十五日."""
    year = "".join(WORDS[int(c)] for c in f"{day.year:04d}")
    return f"{year}年{small(day.month)}月{small(day.day)}日"


def words_back(text: str) -> Day:
    """The day of such words."""
    year, month, day = re.split("[年月]", text.removesuffix("日"))
    return Day(int("".join(str(WORDS.index(c)) for c in year)), small_back(month), small_back(day))


def roc_back(text: str) -> Day:
    """The day of a date of the Republic."""
    year, month, day = numbers(text)
    return Day(year + 1911, month, day)


def american_back(text: str) -> Day:
    """Month, day, year."""
    month, day, year = numbers(text)
    return Day(year, month, day)


def english_back(text: str) -> Day:
    """Day, name of the month, year."""
    day, month, year = text.split("-")
    return Day(int(year), MONTHS.index(month) + 1, int(day))


def week(day: Day) -> str:
    """Year, week and day of the week."""
    year, number, weekday = day.isocalendar()
    return f"{year}-W{number:02d}-{weekday}"


def ordinal_back(text: str) -> Day:
    """Year and day of the year."""
    year, count = numbers(text)
    return Day.fromordinal(Day(year, 1, 1).toordinal() + count - 1)


def compact_back(text: str) -> Day:
    """Year, month and day without separators."""
    return Day(int(text[:-4]), int(text[-4:-2]), int(text[-2:]))


def fill() -> None:
    """Put the forms of this module on the list."""
    form("han_days", lambda d: f"{d.year}年{d.month}月{d.day}日", lambda t: Day(*numbers(t)))
    form("roc_days", lambda d: f"民國{d.year - 1911}年{d.month}月{d.day}日", roc_back)
    form("roc_slashes", lambda d: f"{d.year - 1911:03d}/{d.month:02d}/{d.day:02d}", roc_back)
    form("american_days", lambda d: f"{d.month}/{d.day}/{d.year}", american_back)
    form("english_days", lambda d: f"{d.day:02d}-{MONTHS[d.month - 1]}-{d.year}", english_back)
    form("compact_days", lambda d: f"{d.year}{d.month:02d}{d.day:02d}", compact_back)
    form("serial_days", lambda d: str(d.toordinal() - EXCEL), lambda t: Day.fromordinal(int(t) + EXCEL))
    form(
        "epoch_days",
        lambda d: str((d.toordinal() - EPOCH) * 86400),
        lambda t: Day.fromordinal(int(t) // 86400 + EPOCH),
    )
    form("week_days", week, lambda t: Day.fromisocalendar(int(t[:4]), int(t[6:8]), int(t[9])))
    form("ordinal_days", lambda d: f"{d.year}-{d.timetuple().tm_yday:03d}", ordinal_back)
    form("word_days", words, words_back)


fill()
