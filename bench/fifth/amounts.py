"""Family d: sums in other units and spellings."""

from __future__ import annotations

import random
import re
from decimal import Decimal

from bench.fifth.core import (
    AMT,
    CAP,
    FIRM,
    INCOME,
    MONEY,
    NAME,
    USCC,
    VISIT,
    Files,
    Row,
    Values,
    cents,
    found,
    grid,
    money,
    table,
    technique,
    untable,
)
from bench.fifth.cover import sentence, summary

CAPITAL = "零壹贰叁肆伍陆柒捌玖"
PAID = (NAME, VISIT, AMT)


def cheque(value: str) -> str:
    """A sum below a hundred million in the capitals of a cheque."""
    whole, part = value.split(".")
    out, gap = "", False
    for place, char in zip(range(len(whole) - 1, -1, -1), whole, strict=True):
        if char != "0":
            out += ("零" if gap and out else "") + CAPITAL[int(char)] + ["", "拾", "佰", "仟"][place % 4]
        gap = char == "0"
        if place == 4:
            out, gap = out + "万", False
    return f"{out}元{CAPITAL[int(part[0])]}角{CAPITAL[int(part[1])]}分"


def uncheque(value: str) -> str:
    """The sum of the capitals of a cheque."""
    whole, part = value.split("元")
    total = 0
    for block in whole.split("万"):
        section, digit = 0, 0
        for char in block:
            if char in "拾佰仟":
                section += digit * {"拾": 10, "佰": 100, "仟": 1000}[char]
                digit = 0
            else:
                digit = CAPITAL.index(char)
        total = total * 10000 + section + digit
    return f"{total}.{CAPITAL.index(part[0])}{CAPITAL.index(part[2])}"


def decimal(value: Decimal) -> str:
    """A number without an exponent or idle zeros."""
    return f"{value.normalize():f}"


@technique("d", "persons", *PAID)
def cheque_capitals(rows: list[Row], rng: random.Random) -> Files:
    """Receipts: sums in the capitals of cheques."""
    told = [f"兹收到{n}于{v}缴费{cheque(a)}整。{sentence(rng)}" for n, v, a in grid(rows, *PAID)]
    return [("txt", "\n".join(told).encode())]


def cheque_capitals_back(files: list[bytes]) -> Values:
    """The capitals read back."""
    parts = found(r"兹收到([一-龥]+?)于(\S{10})缴费(\S+?分)整", files[0].decode())
    return [(n, v, uncheque(a)) for n, v, a in parts]


@technique("d", "persons", *PAID)
def ten_thousands(rows: list[Row], _: random.Random) -> Files:
    """Sums in units of ten thousand."""
    lines = [[n, v, decimal(Decimal(a) / 10000) + "万元"] for n, v, a in grid(rows, *PAID)]
    return [("csv", table(["对象", "时点", "规模"], lines))]


def ten_thousands_back(files: list[bytes]) -> Values:
    """The units multiplied out."""
    return [(n, v, f"{Decimal(a[:-2]) * 10000:.2f}") for n, v, a in untable(files[0])]


@technique("d", "firms", *MONEY)
def hundred_millions(rows: list[Row], rng: random.Random) -> Files:
    """Capital in hundreds of millions, income in yuan with separators, under a district table."""
    lines = [
        [f, decimal(Decimal(c) / 10000) + "亿", f"{Decimal(i) * 10000:,.0f}元"]
        for f, c, i in grid(rows, *MONEY)
    ]
    return [("csv", table(["地区", "规模", "营收"], [*summary(rng), *lines]))]


def hundred_millions_back(files: list[bytes]) -> Values:
    """The units turned back."""
    return [
        (f, f"{Decimal(c[:-1]) * 10000:.2f}", f"{Decimal(i[:-1].replace(',', '')) / 10000:.2f}")
        for f, c, i in untable(files[0])[14:]
    ]


@technique("d", "persons", *PAID)
def accountants_form(rows: list[Row], _: random.Random) -> Files:
    """Sums with separators, idle zeros and parentheses of the negative."""
    lines = [[v, f"({float(a):,.2f}00)", n] for n, v, a in grid(rows, *PAID)]
    return [("csv", table(["记账日", "贷方", "摘要"], lines))]


def accountants_form_back(files: list[bytes]) -> Values:
    """The dress taken off."""
    return [(n, v, a[1:-3].replace(",", "")) for v, a, n in untable(files[0])]


@technique("d", "persons", *PAID)
def continental_form(rows: list[Row], _: random.Random) -> Files:
    """A comma for the point and points for the separators, cells between semicolons."""
    swap = str.maketrans(",.", ".,")
    lines = [[n, v, f"{float(a):,.2f}".translate(swap)] for n, v, a in grid(rows, *PAID)]
    return [("csv", table(["a", "b", "c"], lines, ";"))]


def continental_form_back(files: list[bytes]) -> Values:
    """The marks changed back."""
    return [(n, v, a.replace(".", "").replace(",", ".")) for n, v, a in untable(files[0], ";")]


@technique("d", "firms", USCC, CAP, INCOME)
def exponents(rows: list[Row], _: random.Random) -> Files:
    """Scientific notation with all the places."""
    lines = [
        [f"{Decimal(c):.8E}", u.lower(), f"{float(i) / 1000:.8e}"]
        for u, c, i in grid(rows, USCC, CAP, INCOME)
    ]
    return [("csv", table(["theta", "node", "phi"], lines))]


def exponents_back(files: list[bytes]) -> Values:
    """The numbers written out."""
    return [(u.upper(), f"{Decimal(c):.2f}", f"{float(i) * 1000:.2f}") for c, u, i in untable(files[0])]


@technique("d", "persons", *PAID)
def yuan_jiao_fen(rows: list[Row], rng: random.Random) -> Files:
    """Sums told as yuan, jiao and fen in a Markdown list among sentences."""
    told = [f"* {v} {n} {a[:-3]}元{a[-2]}角{a[-1]}分\n\n{sentence(rng)}\n" for n, v, a in grid(rows, *PAID)]
    return [("md", "\n".join(told).encode())]


def yuan_jiao_fen_back(files: list[bytes]) -> Values:
    """The coins put together."""
    parts = found(r"\* (\S+) (\S+) (\d+)元(\d)角(\d)分", files[0].decode())
    return [(n, v, f"{y}.{j}{f}") for v, n, y, j, f in parts]


@technique("d", "persons", *PAID)
def other_radix(rows: list[Row], _: random.Random) -> Files:
    """Sums in cents in base sixteen and days as they stand."""
    lines = [[v, f"0x{cents(a):06x}", n] for n, v, a in grid(rows, *PAID)]
    return [("csv", table(["build", "addr", "symbol"], lines))]


def other_radix_back(files: list[bytes]) -> Values:
    """The base changed back."""
    return [(n, v, money(int(a, 16))) for v, a, n in untable(files[0])]


@technique("d", "firms", FIRM, CAP, INCOME)
def capital_decimals(rows: list[Row], _: random.Random) -> Files:
    """Sums digit by digit in Chinese numerals with a point."""
    han = str.maketrans("0123456789.", "〇一二三四五六七八九点")
    lines = [[f"{f}注册{c.translate(han)}万,营收{i.translate(han)}万"] for f, c, i in grid(rows, *MONEY)]
    return [("csv", table(["摘要"], lines))]


def capital_decimals_back(files: list[bytes]) -> Values:
    """The numerals read back."""
    han = str.maketrans("〇一二三四五六七八九点", "0123456789.")
    out: Values = []
    for (line,) in untable(files[0]):
        match = re.fullmatch("(.*)注册(.*)万,营收(.*)万", line)
        assert match
        out.append((match[1], match[2].translate(han), match[3].translate(han)))
    return out
