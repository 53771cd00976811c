"""Forms of cells that keep the value: digits, separators, units, sums in words. Coarse ones: coarse.py."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

Rewrite = Callable[[str, int], str]
Match = Callable[[str, str, int], bool]


@dataclass(frozen=True, slots=True)
class Cell:
    """A form of cells: the kinds of columns that it fits, how it writes and reads; `match` if it loses."""

    name: str
    kinds: frozenset[str]
    encode: Rewrite
    decode: Rewrite
    match: Match | None = None


CELLS: dict[str, Cell] = {}
DIGITS, WORDS, CAPITALS = "0123456789", "〇一二三四五六七八九", "零壹贰叁肆伍陆柒捌玖"
NUMERIC = "id phone birth day money count"
GHOSTS = ("\u200b", "\u200c", "\u200d", "\u2060")
SEPARATORS = (" ", "-", "·", ".", "\u2009", "/")


def cell(name: str, kinds: str, encode: Rewrite, decode: Rewrite, match: Match | None = None) -> None:
    """Put a form on the list."""
    CELLS[name] = Cell(name, frozenset(kinds.split()), encode, decode, match)


def plain(value: Decimal) -> str:
    """A number without exponent or useless zeros."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def money(value: Decimal) -> str:
    """A sum with two places."""
    return f"{value:.2f}"


def like(value: Decimal, text: str) -> str:
    """A number in the manner of the source: sums have two places, counts none."""
    return money(value) if "." in text else plain(value)


def shift(start: int) -> tuple[Rewrite, Rewrite]:
    """Put the printable ASCII characters to another block, and back."""
    table = {code: code + start for code in range(0x21, 0x7F)}
    back = {new: old for old, new in table.items()}
    return lambda v, _: v.translate(table), lambda v, _: v.translate(back)


def swap(letters: str) -> tuple[Rewrite, Rewrite]:
    """Put other figures for the digits, and back."""
    there, back = str.maketrans(DIGITS, letters), str.maketrans(letters, DIGITS)
    return lambda v, _: v.translate(there), lambda v, _: v.translate(back)


def grouped(value: str, key: int) -> str:
    """Separators between groups of characters; short values character by character."""
    size = 1 if len(value) < 6 else 3 + key % 2
    parts = [value[i : i + size] for i in range(0, len(value), size)]
    return SEPARATORS[key % len(SEPARATORS)].join(parts)


def ungrouped(value: str, key: int) -> str:
    """Take the separators out."""
    return value.replace(SEPARATORS[key % len(SEPARATORS)], "")


def haunted(value: str, key: int) -> str:
    """Characters of no width between those of the value."""
    return (
        "".join(c + (GHOSTS[(key + i) % 4] if i % 2 == key % 2 else "") for i, c in enumerate(value))
        + "\u200b"
    )


def unhaunted(value: str, _: int) -> str:
    """Take the characters of no width out."""
    return re.sub("[\u200b-\u200d\u2060]", "", value)


def unit(name: str, power: int) -> tuple[Rewrite, Rewrite]:
    """A sum in larger units, and back."""
    scale = Decimal(10) ** power
    return (
        lambda v, _: f"{plain(Decimal(v) / scale)}{name}",
        lambda v, _: money(Decimal(v.removesuffix(name)) * scale),
    )


def zeros(value: str, key: int) -> str:
    """Zeros at the end of a number, midnight after a day."""
    if "-" in value:
        return f"{value} 00:00:00"
    return value + ("" if "." in value else ".") + "0" * (2 + key % 3)


def unzeros(value: str, key: int) -> str:
    """Take the zeros or the midnight away."""
    if "-" in value:
        return value.partition(" ")[0]
    return value[: -(2 + key % 3)].removesuffix(".")


def sum_words(value: str, _: int) -> str:
    """A sum as on a cheque: 伍佰贰拾贰元捌角贰分."""
    whole, cents = value.split(".")
    text, gap = "", False
    for place, digit in zip(range(len(whole) - 1, -1, -1), whole, strict=True):
        if digit != "0":
            text += ("零" if gap and text else "") + CAPITALS[int(digit)] + ("", "拾", "佰", "仟")[place % 4]
        gap = digit == "0"
        if place % 4 == 0 and (place % 8 or not place):
            text += (
                "万"
                if place and whole[max(0, len(whole) - place - 4) : len(whole) - place].strip("0")
                else ""
            )
        elif place == 8:
            text += "亿"
    tail = CAPITALS[int(cents[0])] + "角" + CAPITALS[int(cents[1])] + "分"
    return f"{text or '零'}元{tail if cents != '00' else '整'}"


def section_value(text: str) -> int:
    """The value of the words of up to four places."""
    total, digit = 0, 0
    for char in text:
        if char in CAPITALS:
            digit = CAPITALS.index(char)
        else:
            total, digit = total + digit * {"拾": 10, "佰": 100, "仟": 1000}[char], 0
    return total + digit


def sum_back(text: str, _: int) -> str:
    """The sum of such words."""
    whole, tail = text.split("元")
    high, found, low = whole.partition("亿")
    if not found:
        high, low = "", whole
    middle, found, rest = low.partition("万")
    if not found:
        middle, rest = "", low
    value = section_value(high) * 10**8 + section_value(middle) * 10**4 + section_value(rest)
    cents = "00" if tail == "整" else f"{CAPITALS.index(tail[0])}{CAPITALS.index(tail[2])}"
    return f"{value}.{cents}"


FACTORS = ("2", "3", "1.5", "0.25", "7", "12", "1.13")


def affine(value: str, key: int) -> str:
    """A number times a factor plus a constant."""
    return plain(Decimal(value) * Decimal(FACTORS[key % len(FACTORS)]) + key)


def affine_back(kind: str) -> Rewrite:
    """Undo it, for sums or for counts."""

    def back(value: str, key: int) -> str:
        """The number before."""
        number = (Decimal(value) - key) / Decimal(FACTORS[key % len(FACTORS)])
        return money(number) if kind == "money" else plain(number)

    return back


def fill() -> None:
    """Put the forms of this module on the list."""
    cell("fullwidth", f"{NUMERIC} code place", *shift(0xFEE0))
    cell("han_digits", f"{NUMERIC} code", *swap(WORDS))
    cell("capital_digits", f"{NUMERIC} code", *swap(CAPITALS))
    cell("capital_sums", "money", sum_words, sum_back)
    cell("zero_width", f"{NUMERIC} code name title place", haunted, unhaunted)
    cell("separators", "id phone code name title", grouped, ungrouped)
    cell("thousands", "money", lambda v, _: f"{Decimal(v):,}", lambda v, _: v.replace(",", ""))
    cell("wan_units", "money", *unit("万", 4))
    cell("yi_units", "money", *unit("亿", 8))
    cell("lower_case", "code", lambda v, _: v.lower(), lambda v, _: v.upper())
    cell("trailing_zeros", "money count day birth", zeros, unzeros)
    cell("affine_sums", "money", affine, affine_back("money"))
    cell("affine_counts", "count", affine, affine_back("count"))


fill()
