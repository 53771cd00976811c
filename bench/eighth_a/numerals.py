"""Numbers and dates in the many ways that Chinese offices write them, and how they are read again."""

from __future__ import annotations

import datetime
import random
import re
from decimal import Decimal

PLAIN = "0123456789"
FULL = str.maketrans(
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ.-",
    "０１２３４５６７８９ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ．－",
)
HALF = {full: half for half, full in FULL.items()}
HAN, CAPITAL = "〇一二三四五六七八九", "零壹贰叁肆伍陆柒捌玖"
TO_HAN, TO_CAPITAL = str.maketrans(PLAIN, HAN), str.maketrans(PLAIN, CAPITAL)
ANY_DIGIT = {ord(char): PLAIN[i] for digits in (HAN, CAPITAL) for i, char in enumerate(digits)}
ANY_DIGIT |= {full: chr(half) for full, half in HALF.items()} | {ord("幺"): "1"}
INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff"
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
EPOCH = datetime.date(1899, 12, 30)


def halved(text: str) -> str:
    """The text with full-width digits, letters and signs made narrow."""
    return text.translate(HALF)


def digits(text: str) -> str:
    """The text with every numeral, whatever its script, as a plain digit."""
    return text.translate(ANY_DIGIT)


def cents(amount: str) -> int:
    """An amount with two places as a whole number of cents."""
    return int(amount.replace(".", ""))


def amount(value: int) -> str:
    """A whole number of cents as an amount with two places."""
    return f"{value // 100}.{value % 100:02d}"


def two_places(value: Decimal) -> str:
    """A decimal rounded to two places."""
    return str(value.quantize(Decimal("0.01")))


def number(day: str) -> int:
    """A day as its ordinal number."""
    return datetime.date.fromisoformat(day).toordinal()


def iso(ordinal: int) -> str:
    """The ordinal number of a day as its date."""
    return datetime.date.fromordinal(ordinal).isoformat()


def serial(day: str) -> int:
    """The serial number by which a spreadsheet knows a day."""
    return number(day) - EPOCH.toordinal()


def unserial(value: int) -> str:
    """The day of a spreadsheet's serial number."""
    return iso(value + EPOCH.toordinal())


def small_han(value: int) -> str:
    """A number up to 99 in words."""
    tens, ones = divmod(value, 10)
    head = ("" if tens == 1 else HAN[tens]) + "十" if tens else ""
    return head + (HAN[ones] if ones or not tens else "")


def small_back(text: str) -> int:
    """A number up to 99 read from words."""
    tens, ten, ones = text.rpartition("十")
    return (HAN.index(tens or "一") * 10 if ten else 0) + (HAN.index(ones) if ones else 0)


def han_date(day: str) -> str:
    """A day as 二〇二三年五月六日."""
    year, month, date = day.split("-")
    return f"{year.translate(TO_HAN)}年{small_han(int(month))}月{small_han(int(date))}日"


def han_date_back(text: str) -> str:
    """A day read from 二〇二三年五月六日."""
    year, month, date = re.split("[年月日]", text)[:3]
    return f"{digits(year)}-{small_back(month):02d}-{small_back(date):02d}"


def any_layout(day: str, rng: random.Random) -> str:
    """A day in one of many unmistakable layouts."""
    year, month, date = (int(part) for part in day.split("-"))
    return rng.choice(
        (
            f"{year}年{month}月{date}日",
            f"{year}.{month}.{date}",
            f"{year}/{month:02d}/{date:02d}",
            day.replace("-", ""),
            f"{date} {MONTHS[month - 1]} {year}",
            f"{MONTHS[month - 1]} {date}, {year}",
            f"民国{year - 1911}年{month}月{date}日",
            han_date(day),
        )
    )


def any_layout_back(text: str) -> str:
    """A day read from any of those layouts."""
    if re.fullmatch(f"[{HAN}]{{4}}年.*", text):
        return han_date_back(text)
    if re.fullmatch(r"\d{8}", text):
        return f"{text[:4]}-{text[4:6]}-{text[6:]}"
    if word := re.search("[A-Z][a-z]{2}", text):
        month = MONTHS.index(word[0]) + 1
        year, date = sorted((int(part) for part in re.findall(r"\d+", text)), reverse=True)
    else:
        year, month, date = (int(part) for part in re.findall(r"\d+", text))
        year += 1911 if text.startswith("民国") else 0
    return f"{year}-{month:02d}-{date:02d}"


def capital_sum(text: str) -> str:
    """An amount as a cheque has it, 壹仟贰佰叁拾肆元伍角陆分."""
    value = cents(text)
    whole, rest = divmod(value, 100)
    out, pending = "", False
    for power, unit in ((2, "亿"), (1, "万"), (0, "")):
        group = whole // 10 ** (4 * power) % 10**4
        part = ""
        for place, sign in ((3, "仟"), (2, "佰"), (1, "拾"), (0, "")):
            digit = group // 10**place % 10
            if digit:
                part += ("零" if pending and (out or part) else "") + CAPITAL[digit] + sign
            pending = not digit
        if part:
            out += part + unit
    out += "元"
    if not rest:
        return out + "整"
    out += f"{CAPITAL[rest // 10]}角" if rest >= 10 else "零"
    return out + (f"{CAPITAL[rest % 10]}分" if rest % 10 else "")


def capital_sum_back(text: str) -> str:
    """An amount read from its capital numerals."""
    whole, _, rest = text.partition("元")
    total = group = digit = 0
    for char in whole:
        if char in CAPITAL:
            digit = CAPITAL.index(char)
        elif char in "拾佰仟":
            group += digit * 10 ** ("拾佰仟".index(char) + 1)
            digit = 0
        else:
            total += (group + digit) * {"万": 10**4, "亿": 10**8}[char]
            group = digit = 0
    parts = {unit: CAPITAL.index(char) for char, unit in re.findall("(.)([角分])", rest)}
    return amount((total + group + digit) * 100 + parts.get("角", 0) * 10 + parts.get("分", 0))
