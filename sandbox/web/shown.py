"""How values look on a page: dates as people in China write them, sizes, counts, short numbers.

Pure; the pages' filters.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from sandbox.kernel.message import Message
from sandbox.people.directory import CHINA
from sandbox.web.language import word

_UNITS = ("B", "KB", "MB", "GB", "TB")


def moment(value: datetime | str | None, language: str = "zh") -> str:
    """Return a moment in China's time as 2026年11月25日 15:04."""
    if value is None or value == "":
        return "—"
    when = datetime.fromisoformat(value) if isinstance(value, str) else value
    when = (when if when.tzinfo is not None else when.replace(tzinfo=UTC)).astimezone(CHINA)
    if language == "en":
        return f"{when.day} {when:%b %Y, %H:%M}"
    return f"{when.year}年{when.month}月{when.day}日 {when:%H:%M}"


def day(value: date | None, language: str = "zh") -> str:
    """Return a day as 2026年11月25日."""
    if value is None:
        return "—"
    return f"{value.day} {value:%b %Y}" if language == "en" else f"{value.year}年{value.month}月{value.day}日"


def count(value: int | None) -> str:
    """Return a whole number with separators; of nothing known, a dash."""
    return "—" if value is None else f"{value:,}"


def size(value: int) -> str:
    """Return a number of bytes in the unit that people read."""
    amount, unit = float(value), 0
    while amount >= 1024 and unit < len(_UNITS) - 1:
        amount, unit = amount / 1024, unit + 1
    return f"{value:,} B" if unit == 0 else f"{amount:,.1f} {_UNITS[unit]}"


def brief(identifier: str) -> str:
    """Return a record's number without its kind and leading zeros, as on a folder's back."""
    _, _, number = identifier.rpartition("-")
    return f"#{int(number)}" if number.isdecimal() else identifier


_PLACES = {
    "name": word("文件名或标题"),
    "text": word("正文"),
    "claim": word("声明"),
    "metadata": word("元数据"),
    "joined": word("各文件合在一起"),
    "sheet": word("工作表"),
    "definedName": word("定义的名称"),
    "sharedStrings": word("工作簿里没有显示的文字"),
}
_ROWS = re.compile(r"(?P<before>.*?)(?:^|(?<= ))rows? (?P<rows>[\d, …-]+)", re.DOTALL)


def place(where: str) -> Message | str:
    """Return where the gate found something, as people say it; what has no such words stays as it is."""
    known = _PLACES.get(where)
    if known is not None:
        return known
    rows = _ROWS.fullmatch(where)
    if rows is None:
        return where
    named = rows["rows"].replace("-", "–").replace(", ", "、")
    before = rows["before"].strip()
    return (
        word("{before} 第 {rows} 行", before=before, rows=named)
        if before
        else word("第 {rows} 行", rows=named)
    )


def digest(value: str) -> str:
    """Return the first twelve signs of a digest; the whole one stands beside it for copying."""
    return f"{value[:12]}…" if len(value) > 12 else value


def days_left(due: date, today: date) -> int:
    """Return the days until a due day; negative when it has passed."""
    return (due - today).days
