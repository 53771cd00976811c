# ruff: noqa: E501 - a case reads best on one line
"""Values in every form that people write them in, and the sentences, letters, tables and files they stand in.

Each form by each carrier is a leak of its own; what is honest beside it comes from the same hands.
"""

from __future__ import annotations

import html
import io
import json
import random
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Final, TypeAlias
from xml.sax.saxutils import escape

from openpyxl import Workbook

from tests.attacks.exam_source import DISTRICTS, Row

Told: TypeAlias = tuple[str, str, str, str]
"""Name, birth, visit, amount, each as it is written."""

MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip
HAN: Final = "〇一二三四五六七八九"
CAPITAL: Final = "零壹贰叁肆伍陆柒捌玖"
ONES: Final = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
TENS: Final = ["_", "_", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
ORDINALS: Final = [
    "_",
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
]


def numeral(value: int) -> str:
    """A number below a hundred as it is read in Chinese."""
    tens, ones = divmod(value, 10)
    return ("" if not tens else "十" if tens == 1 else HAN[tens] + "十") + (HAN[ones] if ones else "")


def short(value: int) -> str:
    """A number below forty with the old signs for twenty and thirty."""
    return (
        {2: "廿", 3: "卅"}[value // 10] + (HAN[value % 10] if value % 10 else "")
        if value >= 20
        else numeral(value)
    )


def digits(value: int | str, signs: str = HAN) -> str:
    """Every digit as a numeral."""
    return "".join(signs[int(one)] if one.isdigit() else "点" for one in str(value))


def capitals(value: int, signs: str = CAPITAL, steps: Sequence[str] = ("", "拾", "佰", "仟")) -> str:
    """A whole number in the capitals of a cheque."""
    out, gap = "", False
    text = str(value)
    for place, one in zip(range(len(text) - 1, -1, -1), text, strict=True):
        if one != "0":
            out += (signs[0] if gap and out else "") + signs[int(one)] + steps[place % 4]
        gap = one == "0"
        if place == 4:
            out, gap = out + "万", False
    return out or signs[0]


def words(value: int) -> str:
    """A whole number below a million in English words."""
    if value < 20:
        return ONES[value]
    if value < 100:
        return TENS[value // 10] + (f"-{ONES[value % 10]}" if value % 10 else "")
    scale, name = (1000, "thousand") if value >= 1000 else (100, "hundred")
    rest = value % scale
    return f"{words(value // scale)} {name}" + (f" {words(rest)}" if rest else "")


def nth(value: int) -> str:
    """A day of the month as an English ordinal."""
    return f"{value}{'th' if 10 < value < 14 else {1: 'st', 2: 'nd', 3: 'rd'}.get(value % 10, 'th')}"


def nth_word(value: int) -> str:
    """The same in words."""
    if value < 20:
        return ORDINALS[value]
    return {20: "twentieth", 30: "thirtieth"}.get(value, f"{TENS[value // 10]}-{ORDINALS[value % 10]}")


def year_words(value: int) -> str:
    """A year as it is said."""
    head, tail = divmod(value, 100)
    if head == 20 and tail < 10:
        return f"two thousand and {ONES[tail]}" if tail else "two thousand"
    return f"{words(head)} {words(tail) if tail >= 10 else 'hundred' if not tail else 'oh ' + ONES[tail]}"


def _stamp(one: date) -> int:
    return int(datetime(one.year, one.month, one.day, tzinfo=UTC).timestamp())


DATES: Final[Mapping[str, Callable[[date], str]]] = {
    "plain": lambda d: f"{d}",
    "slashes": lambda d: f"{d:%Y/%m/%d}",
    "dots": lambda d: f"{d.year}.{d.month}.{d.day}",
    "signs": lambda d: f"{d.year}年{d.month}月{d.day}日",
    "signs padded": lambda d: f"{d:%Y年%m月%d日}",
    "han": lambda d: f"{digits(d.year)}年{numeral(d.month)}月{numeral(d.day)}日",
    "han zero": lambda d: f"{digits(d.year).replace('〇', '零')}年{numeral(d.month)}月{numeral(d.day)}号",
    "han circle": lambda d: f"{digits(d.year).replace('〇', '○')}年{numeral(d.month)}月{numeral(d.day)}日",
    "han short": lambda d: (
        f"{digits(d.year)}年{'元' if d.month == 1 else numeral(d.month)}月{short(d.day)}日"
    ),
    "han digits": lambda d: f"{digits(d.year)}年{digits(d.month)}月{digits(d.day)}日",
    "capitals": lambda d: f"{digits(d.year, CAPITAL)}年{capitals(d.month)}月{capitals(d.day)}日",
    "capitals cheque": lambda d: f"{digits(d.year, CAPITAL)}年零{capitals(d.month)}月零{capitals(d.day)}日",
    "republic": lambda d: f"民國{d.year - 1911}年{d.month}月{d.day}日",
    "republic han": lambda d: (
        f"民国{numeral(d.year - 1911) if d.year < 2011 else '一百' + ('零' if d.year < 2021 else '') + numeral(d.year - 2011).removeprefix('') if d.year != 2021 else '一百一十'}年{numeral(d.month)}月{numeral(d.day)}日"
    ),
    "republic slashes": lambda d: f"民国{d.year - 1911}/{d.month:02}/{d.day:02}",
    "wide": lambda d: f"{d:%Y-%m-%d}".translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789-"}),
    "invisible": lambda d: "\u200b".join(f"{d:%Y-%m-%d}"),
    "two digits": lambda d: f"{d:%y}年{d.month}月{d.day}日",
    "weekday": lambda d: f"{d.year}年{d.month}月{d.day}日（星期{'一二三四五六日'[d.weekday()]}）",
    "month first zh": lambda d: f"{d.month}月{d.day}日（{d.year}年）",
    "english": lambda d: f"{MONTHS[d.month - 1]} {d.day}, {d.year}",
    "english short": lambda d: f"{MONTHS[d.month - 1][:3]} {d.day} {d.year}",
    "english of": lambda d: f"the {nth(d.day)} of {MONTHS[d.month - 1]} '{d:%y}",
    "english day": lambda d: f"{nth(d.day)} {MONTHS[d.month - 1]} {d.year}",
    "english weekday": lambda d: f"{d:%A}, {d.day} {MONTHS[d.month - 1]} {d.year}",
    "english words": lambda d: f"the {nth_word(d.day)} of {MONTHS[d.month - 1]}, {year_words(d.year)}",
    "english words us": lambda d: f"{MONTHS[d.month - 1]} {nth_word(d.day)}, {year_words(d.year)}",
    "oracle": lambda d: f"{d.day:02}-{MONTHS[d.month - 1][:3].upper()}-{d:%y}",
    "run together": lambda d: f"{d.day:02}{MONTHS[d.month - 1][:3]}{d.year}",
    "year month day en": lambda d: f"{d.year} {MONTHS[d.month - 1]} {d.day}",
    "day first": lambda d: f"{d:%d/%m/%Y}",
    "month first": lambda d: f"{d:%m/%d/%Y}",
    "day first short": lambda d: f"{d:%d.%m.%y}",
    "month first short": lambda d: f"{d.month}/{d.day}/{d:%y}",
    "compact": lambda d: f"{d:%Y%m%d}",
    "compact day first": lambda d: f"{d:%d%m%Y}",
    "stamp": lambda d: f"{d:%Y%m%d}T083000Z",
    "clock": lambda d: f"{d:%Y-%m-%d}T08:30:00",
    "seconds": lambda d: str(_stamp(d)),
    "millis": lambda d: str(1000 * _stamp(d)),
    "sheet": lambda d: str(d.toordinal() - 693594),
    "julian": lambda d: str(d.toordinal() + 1721425),
    "modified julian": lambda d: str(d.toordinal() - 678576),
    "rata die": lambda d: str(d.toordinal()),
    "week": lambda d: "{}-W{:02}-{}".format(*d.isocalendar()),
    "week zh": lambda d: "{}年第{}周星期{}".format(
        d.isocalendar()[0], d.isocalendar()[1], "一二三四五六日"[d.weekday()]
    ),
    "day of year": lambda d: f"{d:%Y-%j}",
    "day of year zh": lambda d: f"{d.year}年第{d.timetuple().tm_yday}天",
    "spaced": lambda d: f"{d.year} 年 {d.month} 月 {d.day} 日",
}
AMOUNTS: Final[Mapping[str, Callable[[str], str]]] = {
    "plain": lambda a: a,
    "yuan": lambda a: f"{a}元",
    "grouped": lambda a: f"¥{float(a):,.2f}",
    "grouped zh": lambda a: f"{float(a):,.2f}".replace(",", "，") + "元",
    "grouped enumeration": lambda a: f"{float(a):,.2f}".replace(",", "、"),
    "grouped blanks": lambda a: f"{float(a):,.2f}".replace(",", "\u00a0"),
    "apostrophes": lambda a: f"{float(a):,.2f}".replace(",", "'"),
    "continental": lambda a: f"{float(a):,.2f}".translate(str.maketrans(",.", ".,")),
    "zeros": lambda a: f"{a}00",
    "wide": lambda a: a.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789."}),
    "wan": lambda a: f"{float(a) / 10000:.6f}".rstrip("0") + "万元",
    "qian": lambda a: f"{float(a) / 1000:.5f}".rstrip("0") + "千元",
    "k": lambda a: f"{float(a) / 1000:.5f}".rstrip("0") + "k",
    "coins": lambda a: f"{a[:-3]}元{a[-2]}角{a[-1]}分",
    "coins han": lambda a: (
        f"{capitals(int(a[:-3]), HAN, ('', '十', '百', '千'))}元{HAN[int(a[-2])]}角{HAN[int(a[-1])]}分"
    ),
    "coins spoken": lambda a: f"{a[:-3]}块{a[-2]}毛{a[-1]}",
    "cheque": lambda a: f"人民币{capitals(int(a[:-3]))}元{CAPITAL[int(a[-2])]}角{CAPITAL[int(a[-1])]}分整",
    "cheque round": lambda a: f"{capitals(int(a[:-3]))}圆{CAPITAL[int(a[-2])]}角{CAPITAL[int(a[-1])]}分",
    "cheque old": lambda a: (
        f"{capitals(int(a[:-3])).translate(str.maketrans('贰叁陆万', '貳參陸萬'))}元{CAPITAL[int(a[-2])]}角{CAPITAL[int(a[-1])]}分"
    ),
    "point": lambda a: f"{digits(a)}元",
    "point read": lambda a: f"{capitals(int(a[:-3]), HAN, ('', '十', '百', '千'))}点{digits(a[-2:])}元",
    "cents": lambda a: f"{a.replace('.', '').lstrip('0')}分",
    "words": lambda a: f"{words(int(a[:-3]))} point {' '.join(ONES[int(one)] for one in a[-2:])} yuan",
    "words digits": lambda a: " ".join("point" if one == "." else ONES[int(one)] for one in a),
    "exponent": lambda a: f"{float(a):.8e}",
    "rmb": lambda a: f"RMB {float(a):,.2f}",
    "yuan fen": lambda a: f"{a[:-3]}元{a[-2:]}分",
    "wan qian": lambda a: (
        f"{int(a[:-3]) // 10000}万{int(a[:-3]) % 10000 // 1000}千{int(a[:-3]) % 1000}{a[-3:]}元"
    ),
    "qian coins": lambda a: f"{int(a[:-3]) // 1000}千{int(a[:-3]) % 1000}元{a[-2]}角{a[-1]}分",
    "qian bai blanks": lambda a: (
        f"{int(a[:-3]) // 1000} 千 {int(a[:-3]) % 1000 // 100} 百 {int(a[:-3]) % 100} 元 {a[-2]} 角 {a[-1]} 分"
    ),
}


def honest(rng: random.Random) -> str:
    """A sentence of a report that tells no record."""
    place, part = rng.choice(DISTRICTS), round(rng.uniform(0.5, 19), 1)
    return rng.choice(
        (
            f"与去年同期相比，{place}的门诊人次由降转升，累计{rng.randrange(9_000, 99_000)}。",
            f"受季节因素影响，{place}新登记市场主体环比下降{part}%，总体平稳。",
            f"{place}医保结算笔数为{rng.randrange(900, 39_000)}，同比增长{part}%。",
            f"会议认为，{place}要进一步加强数据核对，并于{rng.randrange(3, 11)}月{rng.randrange(1, 28)}日前反馈。",
        )
    )


def _zh(told: Told) -> str:
    return f"{told[0]}生于{told[1]}，{told[2]}来院就诊缴费{told[3]}。"


def _minutes(told: Told, number: int) -> str:
    return (
        f"（{number}）关于{told[0]}同志{told[2]}报销{told[3]}的申请，会议予以同意，其出生时间登记为{told[1]}"
    )


def _en(told: Told) -> str:
    return f"Patient {told[0]}, born {told[1]}, was seen on {told[2]} and paid {told[3]}."


def _xlsx(rows: Sequence[Sequence[str]]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    return "\n".join(",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows).encode()


def _lines(told: Sequence[Told], rng: random.Random, say: Callable[[Told], str]) -> str:
    return "\n".join(f"{say(one)}{honest(rng)}" for one in told)


Carrier: TypeAlias = Callable[[Sequence[Told], random.Random], tuple[str, bytes]]
CARRIERS: Final[Mapping[str, Carrier]] = {
    "sentences": lambda told, rng: ("report.txt", _lines(told, rng, _zh).encode()),
    "one paragraph": lambda told, rng: ("report.md", ("# 情况\n\n" + honest(rng) + "其中：" + "；".join(_zh(one).rstrip("。") for one in told) + "。\n").encode()),
    "minutes": lambda told, rng: ("minutes.txt", "\n".join([honest(rng), *(_minutes(one, at) + "。" + honest(rng) for at, one in enumerate(told, 1))]).encode()),
    "letter": lambda told, rng: ("letter.txt", ("Dear colleagues,\n\n" + " ".join(map(_en, told)) + "\n\nKind regards\n").encode()),
    "english lines": lambda told, rng: ("notes.md", "\n".join(f"- {_en(one)}" for one in told).encode()),
    "blocks": lambda told, rng: ("cards.txt", "\n\n".join(f"姓名：{n}\n出生：{b}\n就诊：{v}\n金额：{a}" for n, b, v, a in told).encode()),
    "headings": lambda told, rng: ("cards.md", "\n\n".join(f"## {n}\n\n{honest(rng)}出生日期为{b}，就诊日期为{v}。\n自付{a}，已结清。" for n, b, v, a in told).encode()),
    "column of sentences": lambda told, rng: ("summary.csv", _csv([("序号", "摘要"), *((str(at), _zh(one)) for at, one in enumerate(told, 1))])),
    "columns": lambda told, rng: ("table.csv", _csv([("x1", "x2", "x3", "x4"), *told])),
    "two columns": lambda told, rng: ("table.csv", _csv([("对象", "说明"), *((n, f"{b}出生，{v}就诊，{a}") for n, b, v, a in told)])),
    "sheet": lambda told, rng: ("book.xlsx", _xlsx([("序号", "说明"), *((str(at), _zh(one)) for at, one in enumerate(told, 1))])),
    "sheet columns": lambda told, rng: ("book.xlsx", _xlsx([("k", "p", "q", "r"), *told])),
    "json texts": lambda told, rng: ("notes.json", json.dumps({"title": honest(rng), "notes": [{"id": at, "text": _zh(one)} for at, one in enumerate(told)]}, ensure_ascii=False).encode()),
    "json keys": lambda told, rng: ("rows.json", json.dumps([dict(zip("abcd", one, strict=True)) for one in told], ensure_ascii=False).encode()),
    "json escaped": lambda told, rng: ("notes.json", json.dumps([_zh(one) for one in told]).encode()),
    "page": lambda told, rng: ("page.html", ("<html><body>" + "".join(f"<p>{html.escape(_zh(one))}{honest(rng)}</p>" for one in told) + "</body></html>").encode()),
    "mail": lambda told, rng: ("mail.eml", ("From: a@zy.example\nSubject: report\nContent-Type: text/plain; charset=utf-8\n\n" + _lines(told, rng, _zh)).encode()),
    "gb18030": lambda told, rng: ("report.txt", _lines(told, rng, _zh).encode("gb18030")),
    "markup": lambda told, rng: ("notes.xml", ("<?xml version='1.0' encoding='utf-8'?><notes>" + "".join(f"<n>{escape(_zh(one))}</n>" for one in told) + "</notes>").encode()),
}  # fmt: skip


def told(rows: Sequence[Row], day: str, amount: str) -> list[Told]:
    """Return the values of rows in a form of days and one of amounts."""
    days, sums = DATES[day], AMOUNTS[amount]
    return [
        (row["姓名"], days(date.fromisoformat(row["出生日期"])), days(date.fromisoformat(row["就诊日期"])), sums(row["金额"]))
        for row in rows
    ]  # fmt: skip
