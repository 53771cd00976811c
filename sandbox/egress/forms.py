# ruff: noqa: E501 - a pattern reads best on one line
"""Days, amounts and numbers in a running text, in every form that people write them in.

Numerals and number words become figures first, line by line and sentence by sentence, so that a text and its
plain form are cut at the same places. Each value comes with every canonical form that it may mean: a day whose
order is open has two. Nothing is judged. Bounded; pure; called by `narrated`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

MAX_SIGNS = 60
SENTENCE = "\x1e"
"""What parts the sentences of a line in a plain text."""
_ENDS = re.compile(
    r"(?<=[。；;！!？?])(?=[^\n\x1e])|(?<=[a-z0-9)]\.) (?=[A-Z\u4e00-\u9fff])|(?<=[}\]])[\s,]+(?=[{\[])"
)
_MONTHS: Mapping[str, int] = {
    name: number % 12 + 1 for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"))
}  # fmt: skip
_MONTH = (
    r"(?P<{}>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_DIGITS: Mapping[str, int] = {
    **{sign: place for place, sign in enumerate("〇一二三四五六七八九")},
    **{sign: place for place, sign in enumerate("零壹贰叁肆伍陆柒捌玖")},
    "○": 0, "幺": 1, "弌": 1, "壱": 1, "两": 2, "兩": 2, "貳": 2, "弍": 2, "弐": 2, "叄": 3, "參": 3, "参": 3,
    "弎": 3, "陸": 6,
}  # fmt: skip
_TENS: Mapping[str, int] = {
    "十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000, "廿": 20, "卅": 30, "卌": 40,
}  # fmt: skip
_MYRIADS: Mapping[str, int] = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
_NUMERAL = "".join((*_DIGITS, *_TENS))
_HAN = re.compile(
    rf"[元正](?=月)|[{''.join(_DIGITS)}十拾廿卅卌][{_NUMERAL}{''.join(_MYRIADS)}]*(?:[点點][{''.join(_DIGITS)}]+)?"
)
_ONES: Mapping[str, int] = {
    "zero": 0, "oh": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14,
    "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19,
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90, "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6,
    "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12, "thirteenth": 13,
    "fourteenth": 14, "fifteenth": 15, "sixteenth": 16, "seventeenth": 17, "eighteenth": 18,
    "nineteenth": 19, "twentieth": 20, "thirtieth": 30,
}  # fmt: skip
_SCALES: Mapping[str, int] = {"hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9}
_WORD = "|".join(sorted((*_ONES, *_SCALES), key=len, reverse=True))
_WORDS = re.compile(
    rf"(?<![A-Za-z])(?:{_WORD})(?:(?:[ \-]|(?<=thousand), |(?<=million), )(?:and )?(?:{_WORD}))*"
    rf"(?: (?:point|dot)(?: (?:{_WORD}))+)?(?![A-Za-z])",
    re.IGNORECASE,
)
_LEAST_WORDS = re.compile("hundred|thousand|teen|twent|thirt|point|first|th of|th,", re.IGNORECASE)
_Y, _M, _D = r"(?P<{}>[12]\d{{3}})", r"(?P<{}>1[0-2]|0?[1-9])", r"(?P<{}>[12]\d|3[01]|0?[1-9])"
_YEAR = r"(?P<{}>[12]\d{{3}}|'?\d{{2}})"


@dataclass(frozen=True, slots=True)
class Value:
    """A value that a text tells: where it begins and ends, and what it may be as a canonical cell."""

    start: int
    end: int
    forms: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Plain:
    """A text in one width, its sentences parted, and the same with numerals and number words as figures.

    `steps` are, for each time that signs were replaced, the places up to which both run alike.
    """

    text: str
    read: str
    steps: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]

    def origin(self, places: Sequence[int]) -> NDArray[np.int64]:
        """Return where in `text` the places of `read` are."""
        out = np.asarray(places, np.float64)
        for before, after in reversed(self.steps):
            out = np.interp(out, after, before)
        return out.astype(np.int64)


def plain_of(text: str) -> Plain:
    """Return a text in one width, without invisible signs, and with figures for numerals and words."""
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    plain = _INVISIBLE.sub("", plain.replace("\r\n", "\n").replace(SENTENCE, " "))
    plain = _ENDS.sub(SENTENCE, plain)
    read, steps = plain, []
    ways: list[tuple[re.Pattern[str], Callable[[re.Match[str]], str]]] = []
    if not plain.isascii():
        ways.append((_HAN, _han))
    if _LEAST_WORDS.search(plain):
        ways.append((_WORDS, _english))
    for pattern, told in ways:
        read, before, after = _replaced(read, pattern, told)
        steps.append((before, after))
    return Plain(plain, read, tuple(steps))


_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufe00-\ufe0f]")


def _replaced(
    text: str, pattern: re.Pattern[str], told: Callable[[re.Match[str]], str]
) -> tuple[str, tuple[int, ...], tuple[int, ...]]:
    """Return a text with what was found replaced, and where both texts stand after each time."""
    parts: list[str] = []
    before, after, last, size = [0], [0], 0, 0
    for found in pattern.finditer(text):
        new = told(found)
        size += found.start() - last
        before.append(found.start())
        after.append(size)
        parts += [text[last : found.start()], new]
        size += len(new)
        last = found.end()
        before.append(last)
        after.append(size)
    parts.append(text[last:])
    before.append(len(text))
    after.append(size + len(text) - last)
    return "".join(parts), tuple(before), tuple(after)


def _han(found: re.Match[str]) -> str:
    if found.group() in "元正":  # the first month
        return "1"
    whole, _, part = found.group().replace("點", "点").partition("点")
    told = str(_numeral(whole)) if not set(whole).isdisjoint(_TENS) else ""
    if not told:
        tail = ""
        while whole and whole[-1] in _MYRIADS:
            whole, tail = whole[:-1], whole[-1] + tail
        if any(sign in _MYRIADS for sign in whole):
            told = str(_numeral(whole))
        else:
            told = "".join(str(_DIGITS[sign]) for sign in whole)
        told += tail if not part else ""
    return told + ("." + "".join(str(_DIGITS[sign]) for sign in part) if part else "")


def _numeral(run: str) -> int:
    """Return what a Chinese numeral with tens and myriads comes to."""
    total = section = digit = 0
    for sign in run:
        if sign in _DIGITS:
            digit = _DIGITS[sign]
        elif sign in "廿卅卌":
            section, digit = section + _TENS[sign], 0
        elif sign in _TENS:
            section, digit = section + (digit or 1) * _TENS[sign], 0
        else:
            scale, below = _MYRIADS[sign], section + digit
            total = (total + below) * scale if total < scale else total + below * scale
            section = digit = 0
    return total + section + digit


def _english(found: re.Match[str]) -> str:
    words = re.split(r"[ ,\-]+", found.group().lower())
    at = next((place for place, word in enumerate(words) if word in ("point", "dot")), len(words))
    values = [_ONES.get(word, -1) for word in words[:at] if word != "and"]
    if len(values) > 1 and all(0 <= one < 10 for one in values):
        told = "".join(map(str, values))
    else:
        told = str(_reckoned([word for word in words[:at] if word != "and"]))
    part = "".join(str(_ONES.get(word, "")) for word in words[at + 1 :])
    return told + ("." + part if part else "")


def _reckoned(words: list[str]) -> int:
    """Return what English words come to; years said in two halves (nineteen eighty-one) as such."""
    if not set(words) & set(_SCALES) and len(words) in (2, 3) and words[0] in ("nineteen", "twenty"):
        rest = sum(_ONES[word] for word in words[1:])
        if rest >= 10 or words[0] == "nineteen":
            return _ONES[words[0]] * 100 + rest
    total = part = 0
    for word in words:
        if word in _ONES:
            part += _ONES[word]
        elif word == "hundred":
            part = max(part, 1) * 100
        else:
            total, part = total + max(part, 1) * _SCALES[word], 0
    return total + part


_GAP = r"[\s,.\-/]{0,3}(?:of )?"
_NTH = r"(?:st|nd|rd|th)?"
_DAYS = re.compile(
    r"(?=[0-9'中民RJFMASOND])(?:"
    + "|".join(
        (
            r"(?P<era>中?华?民[国國]|ROC ?)(?P<y0>\d{1,3})[年./\-](?P<m0>1[0-2]|0?[1-9])[月./\-](?P<d0>[12]\d|3[01]|0?[1-9])",
            r"(?<!\d)(?P<y1>[12]\d{3}|'?\d{2,3})(?: ?年 ?)(?P<m1>1[0-2]|0?[1-9])(?: ?月份? ?)(?P<d1>[12]\d|3[01]|0?[1-9])",
            r"(?<![\d.])(?P<y2>[12]\d{3})(?P<s2> ?[\-/.·_—–,|] ?| )(?P<m2>1[0-2]|0?[1-9])(?P=s2)(?P<d2>[12]\d|3[01]|0?[1-9])(?![\d])",
            r"(?<![\d.])(?P<a3>\d{1,2})(?P<s3>[\-/. _])(?P<b3>\d{1,2})(?P=s3)(?P<y3>[12]\d{3}|'?\d{2})(?![\d])",
            r"(?<!\d)(?P<m4>1[0-2]|0?[1-9])月(?P<d4>[12]\d|3[01]|0?[1-9])[日号]?[,(\s]{0,2}(?P<y4>[12]\d{3})年?",
            r"(?<!\d)(?P<d5>[12]\d|3[01]|0?[1-9])[日号] ?(?P<m5>1[0-2]|0?[1-9])月,? ?(?P<y5>[12]\d{3})年?",
            r"(?<!\d)(?P<d6>[12]\d|3[01]|0?[1-9])"
            + _NTH
            + r"(?: day)?"
            + _GAP
            + _MONTH.format("m6")
            + r"[\s,.\-/]{0,3}(?P<y6>[12]\d{3}|'?\d{2})(?!\d)",
            r"(?<![a-z])"
            + _MONTH.format("m7")
            + r"[\s.\-/]{0,2}(?:the )?(?P<d7>[12]\d|3[01]|0?[1-9])"
            + _NTH
            + r"(?:[\s,.\-/]{1,3})(?:of )?(?P<y7>[12]\d{3}|'?\d{2})(?!\d)",
            r"(?<!\d)(?P<y8>[12]\d{3})[\s,.\-/]{0,3}"
            + _MONTH.format("m8")
            + r"[\s,.\-/]{0,2}(?P<d8>[12]\d|3[01]|0?[1-9])(?!\d)",
            r"(?<!\d)(?P<y9>(?:19|20)\d\d)(?:-?W(?P<w9>[0-5]\d)-?(?P<n9>[1-7])|年?第(?P<w14>[0-5]?\d)[周週],? ?(?:星期|周|週)?(?P<n14>[1-7日天]))(?!\d)",
            r"(?<!\d)(?P<y10>(?:19|20)\d\d)(?:[\-/](?=\d{3})|年的?第)(?P<j10>\d{1,3})(?=天|日|\D|$)(?![\d.]|[\-/]\d|月|年)",
            r"(?P<j11>\d{1,3})" + _NTH + r" day of (?P<y11>(?:19|20)\d\d)",
            r"(?<![\d.])(?P<c12>(?:19|20)\d\d[01]\d[0-3]\d)(?=T?\d{4,6}Z?(?!\d)|(?!\d))",
            r"(?<![\d.])(?P<e13>[0-3]\d[01]\d(?:19|20)\d\d)(?!\d)",
            r"(?<![\d.])(?P<r15>(?:0[3-9]|1[0-2])\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))(?![\d.])",
        )
    )
    + ")",
    re.IGNORECASE,
)
_UNIT = "千万|百万|十万|万|萬|千|亿|億|百|million|thousand|billion|mn|bn|k|m|w"
_AMOUNT = re.compile(
    r"(?<![\d.])(?P<minus>(?<![0-9A-Za-z)\]])[\-−])?(?P<n>\d{1,3}(?:[,、'’ \u00a0\u2009]\d{3})+(?!\d)(?:\.\d+)?"
    r"|\d{1,3}(?:\.\d{3})+,\d{1,4}(?!\d)|\d+(?:\.\d+|,\d{1,2}(?!\d|,\d))?(?:e[+\-]?\d{1,2}(?!\d))?)"
    rf"(?: ?(?P<u>{_UNIT})(?![a-z]))?(?P<more>(?: ?\d{{1,9}}(?:,\d{{3}})*(?:\.\d{{1,9}})? ?(?:{_UNIT})(?![a-z]))*"
    r"(?: ?\d{1,9}(?:,\d{3})*(?:\.\d{1,9})?(?= ?(?:[元圆圓块塊]|yuan|rmb|cny))|\d*(?:\.\d+)?))?"
    r"(?: ?(?P<yuan>[元圆圓块塊]|yuan|rmb|cny)(?: ?(?P<jiao>\d) ?[角毛](?: ?(?P<fen>\d)(?: ?分)?)?| ?(?:0|零)?(?P<only>\d{1,2}) ?分)?"
    r"|(?P<dots>[点點])(?P<after>\d+)|(?P<cents> ?(?:分|cents?|fen)(?![a-z别])))?",
    re.IGNORECASE,
)
_PARTS = re.compile(rf"(\d+(?:,\d{{3}})*(?:\.\d+)?) ?({_UNIT})?", re.IGNORECASE)
_WORTH: Mapping[str, int] = {
    "千万": 10**7, "百万": 10**6, "十万": 10**5, "万": 10**4, "萬": 10**4, "千": 10**3, "百": 100, "亿": 10**8,
    "億": 10**8, "million": 10**6, "thousand": 10**3, "billion": 10**9, "mn": 10**6, "bn": 10**9, "k": 10**3,
    "m": 10**6, "w": 10**4,
}  # fmt: skip
_GROUPED = re.compile(r"(?<![\dA-Za-z])\+?(?:\d[\dXx]{0,7}[ \-.·•*_/]{1,2}){1,10}[\dXx]{1,8}(?![\dA-Za-z])")
_PLACES = frozenset((11, 18))
_EPOCH = date(1970, 1, 1)
_OLDEST, _NEWEST = date(1900, 1, 1), date(2100, 1, 1)


def values(plain: str) -> Iterator[Value]:
    """Yield the days, amounts and numbers of a plain text, in the order that they stand in."""
    taken = 0
    free: list[tuple[int, int]] = []
    for found in _DAYS.finditer(plain):
        forms = tuple(dict.fromkeys(_days(found)))
        if forms:
            yield Value(found.start(), found.end(), forms)
            if found["r15"] is None:  # seven figures may be a number as well
                free.append((taken, found.start()))
                taken = found.end()
    free.append((taken, len(plain)))
    for start, end in free:
        for found in _AMOUNT.finditer(plain, start, end):
            forms = tuple(dict.fromkeys(_amounts(found)))
            if forms:
                yield Value(found.start(), found.end(), forms)
    for found in _GROUPED.finditer(plain):
        run = re.sub(r"[^\dXx]", "", found.group()).upper()
        for size in _PLACES & {len(run), len(run) - 2}:
            yield Value(found.start(), found.end(), (run[-size:],))


def _days(found: re.Match[str]) -> Iterator[str]:
    """Yield the days that a match may mean."""
    held = {name: text for name, text in found.groupdict().items() if text is not None}
    kind = next(name[1:] for name in held if name[0] in "ymdawjcer" and name[1:].isdigit())
    if kind == "9":
        with suppress(ValueError):
            week, number = held.get("w9") or held["w14"], held.get("n9") or held["n14"]
            weekday = 7 if number in "日天" else int(number)
            yield f"{date.fromisocalendar(int(held['y9']), int(week), weekday):%Y%m%d}"
        return
    if kind in ("10", "11"):
        number = int(held[f"j{kind}"])
        if 1 <= number <= 366:
            yield f"{date(int(held[f'y{kind}']), 1, 1) + timedelta(number - 1):%Y%m%d}"
        return
    if kind == "12":
        yield held["c12"]
        return
    if kind == "13":
        day, month, year = held["e13"][:2], held["e13"][2:4], held["e13"][4:]
        yield from _ordered(year, month, day)
        yield from _ordered(year, day, month)
        return
    if kind == "15":
        yield from _ordered(held["r15"][:3], held["r15"][3:5], held["r15"][5:])
        return
    if kind == "3":
        for first, second in ((held["a3"], held["b3"]), (held["b3"], held["a3"])):
            yield from _ordered(held["y3"], first, second)
        yield from _ordered(held["a3"].zfill(2), held["b3"], held["y3"].lstrip("'"))
        return
    month = held[f"m{kind}"]
    number_of = _MONTHS.get(month[:3].lower(), 0) or int(month)
    year = held[f"y{kind}"]
    yield from _ordered(f"{int(year) + 1911}" if kind == "0" else year, str(number_of), held[f"d{kind}"])


def _ordered(year: str, month: str, day: str) -> Iterator[str]:
    """Yield the day in every century that the year may mean, and in the era of the Republic."""
    short = year.lstrip("'")
    if len(day) > 2 or not 1 <= int(month) <= 12 or not 1 <= int(day) <= 31:
        return
    years = [int(short)] if len(short) == 4 else [int(short) + 1911]
    years += [1900 + int(short), 2000 + int(short)] if len(short) == 2 else []
    for one in years:
        with suppress(ValueError):
            yield f"{date(one, int(month), int(day)):%Y%m%d}"


def _amounts(found: re.Match[str]) -> Iterator[str]:
    """Yield the amounts that a match may mean: as written, in its unit, and in units of ten thousand."""
    written = found["n"]
    if found.end() - found.start() > MAX_SIGNS:
        return
    if found["dots"]:
        written += "." + found["after"]
    for plain in _written(written):
        value = Decimal(plain) + (0 if found["u"] or "." in plain else _minor(found))
        yield from (told for one in _meant(found, value) if len((told := _text(one)).strip("0.")) > 1)
        if value == value.to_integral_value() and not (found["u"] or found["yuan"]):
            yield from _counted(-int(value) if found["minus"] else int(value))


def _meant(found: re.Match[str], value: Decimal) -> Iterator[Decimal]:
    """Yield what a number of a match may mean by the unit behind it."""
    yield value
    if found["u"]:
        parts = [(f"{value}", found["u"]), *_PARTS.findall(found["more"] or "")]
        worth = [_WORTH.get(unit.lower(), 1) for _, unit in parts]
        amounts = [
            Decimal(number.replace(",", "")) * one for (number, _), one in zip(parts, worth, strict=True)
        ]
        if all(one > after for one, after in pairwise(worth)):  # else each is an amount of its own
            amounts = [sum(amounts, _minor(found))]
        yield from (one for amount in amounts for one in (amount, amount / 10000))
    elif found["yuan"] and value >= 10**4:
        yield value / 10000
    elif found["cents"]:
        yield value / 100


def _minor(found: re.Match[str]) -> Decimal:
    """Return what stands behind the yuan of a match: tenths and hundredths."""
    return Decimal(found["only"] or f"{found['jiao'] or 0}{found['fen'] or 0}") / 100


def _written(run: str) -> Iterator[str]:
    """Yield a run of figures as a decimal: separators out, a comma for the point where it may be one."""
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+,\d{1,4}", run):
        yield run.replace(".", "").replace(",", ".")
        return
    pointed = re.fullmatch(r"\d+,\d{1,2}|\d+,\d{4,}", run)
    yield run.replace(",", ".") if pointed else re.sub(r"[,、'’ \u00a0\u2009]", "", run)


def _text(value: Decimal) -> str:
    plain = f"{value:f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _counted(number: int) -> Iterator[str]:
    """Yield the days that a whole number may count to: of a sheet, of the epoch, Julian, in seconds."""
    size = len(str(abs(number)))
    days: list[int] = []
    if size == 5:
        days = [number - 25569, number, number - 40587]
    elif size == 6:
        days = [number - 719163]
    elif size == 7 and number > 2 * 10**6:
        days = [number - 2440588]
    elif 6 < size < 11:
        days = [number // 86400, (number + 28800) // 86400]
        days += [number // 86_400_000, (number + 28_800_000) // 86_400_000] if size > 9 else []
    elif 10 < size < 14:
        days = [number // 86_400_000, (number + 28_800_000) // 86_400_000]
    for one in days:
        if -25567 <= one <= 47482:
            yield f"{_EPOCH + timedelta(one):%Y%m%d}"
