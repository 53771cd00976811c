"""Small services of this half: sums in cents, days as numbers, numerals, ways to write a text."""

from __future__ import annotations

import datetime
import random
import re

HAN = "〇一二三四五六七八九"
CAPITAL = "零壹贰叁肆伍陆柒捌玖"
WIDE = {ord(" "): "\u3000", **{code: chr(code + 0xFEE0) for code in range(0x21, 0x7F)}}
NARROW = {ord(wide): chr(code) for code, wide in WIDE.items()}
HIDDEN = "\u200b\u200c\u200d\u2060\ufeff"
PLACES = ["", "拾", "佰", "仟"]


def cents(text: str) -> int:
    """A sum with two decimals, as cents."""
    whole, _, rest = text.partition(".")
    return int(whole) * 100 + int((rest + "00")[:2])


def amount(value: int) -> str:
    """Cents as a sum with two decimals."""
    return f"{value // 100}.{value % 100:02d}"


def scaled(value: int, digits: int) -> str:
    """Cents in a unit of ten to the given power of yuan, exactly, no zeros at the end."""
    text = str(value).zfill(digits + 3)
    return f"{text[: -digits - 2]}.{text[-digits - 2 :]}".rstrip("0").rstrip(".")


def unscaled(text: str, digits: int) -> str:
    """The sum that stands in such a unit."""
    whole, _, rest = text.partition(".")
    return amount(int(whole + (rest + "0" * 12)[: digits + 2]))


def serial(day: str) -> int:
    """A day as the number of days since the first of the calendar."""
    return datetime.date.fromisoformat(day).toordinal()


def iso(number: int) -> str:
    """The day of such a number."""
    return datetime.date.fromordinal(number).isoformat()


def wide(text: str) -> str:
    """A text in full width."""
    return text.translate(WIDE)


def narrow(text: str) -> str:
    """A text in half width."""
    return text.translate(NARROW)


def digits_in(text: str, numerals: str) -> str:
    """A text with its digits in the numerals given."""
    return text.translate({ord("0") + i: char for i, char in enumerate(numerals)})


def digits_from(text: str, numerals: str) -> str:
    """A text with such numerals turned back into digits."""
    return text.translate({ord(char): str(i) for i, char in enumerate(numerals)})


def sprinkled(text: str, rng: random.Random) -> str:
    """A text with invisible characters between its characters."""
    return "".join(char + rng.choice(HIDDEN) * rng.randint(0, 2) for char in text)


def plain(text: str) -> str:
    """A text without invisible characters."""
    return re.sub(f"[{HIDDEN}]", "", text)


def cut(text: str, size: int) -> list[str]:
    """A text in pieces of a size."""
    return [text[i : i + size] for i in range(0, len(text), size)]


def capital_sum(value: int) -> str:
    """Cents as a sum in Chinese capitals."""
    yuan, rest = divmod(value, 100)
    words = ""
    for index, part in enumerate(reversed(cut(str(yuan).zfill(-(-len(str(yuan)) // 4) * 4), 4))):
        words = capital_group(part) + ("", "万", "亿")[index] * (int(part) > 0) + words
    words = re.sub("零+", "零", words).strip("零") + "元"
    return words + (f"{CAPITAL[rest // 10]}角{CAPITAL[rest % 10]}分" if rest else "整")


def capital_group(part: str) -> str:
    """Four digits in capitals with their places."""
    return (
        "".join(CAPITAL[int(c)] + (PLACES[3 - i] if c != "0" else "") for i, c in enumerate(part)).rstrip(
            "零"
        )
        or "零"
    )


def capital_back(text: str) -> str:
    """The sum that is written in Chinese capitals."""
    whole, _, rest = text.partition("元")
    total = group = digit = 0
    for char in whole:
        if char in CAPITAL:
            digit = CAPITAL.index(char)
        elif char in PLACES[1:]:
            group, digit = group + digit * 10 ** PLACES.index(char), 0
        else:
            total, group, digit = total + (group + digit) * {"万": 10**4, "亿": 10**8}[char], 0, 0
    tail = digits_from(rest, CAPITAL).replace("整", "")
    return amount((total + group + digit) * 100 + int(re.sub("[角分]", "", tail) or 0))
