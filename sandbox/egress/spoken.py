"""Numbers that a text writes in words: Chinese numerals, English number words, braille, letters of a keypad.

Read digit by digit, whatever small signs stand between, and as one number. What comes out is looked up by
`channels`; it proves nothing. Bounded; pure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

from sandbox.egress.identities import spelled
from sandbox.egress.legible import joined_places
from sandbox.egress.streams import Column

MAX_TEXT = 1 << 18
_LEAST = 3
_ONES: Mapping[str, int] = {
    "zero": 0, "oh": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14,
    "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19,
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90,
}  # fmt: skip
_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12, "quadrillion": 10**15}
_WORD = "|".join(sorted((*_ONES, *_SCALES, "hundred", *("double", "triple")), key=len, reverse=True))
_ENGLISH = re.compile(rf"\b(?:{_WORD})(?:[\s,\-]+(?:and[\s]+)?(?:{_WORD}))*\b", re.IGNORECASE)
_TIMES = {"double": 2, "triple": 3}
_PINYIN = {
    "ling": "0", "yi": "1", "yao": "1", "er": "2", "liang": "2", "san": "3", "si": "4", "wu": "5", "liu": "6",
    "qi": "7", "ba": "8", "jiu": "9", "dong": "0", "guai": "7", "gou": "9",
}  # fmt: skip
_SAID = re.compile(rf"\b(?:{'|'.join(_PINYIN)})(?:[\s,\-]+(?:{'|'.join(_PINYIN)})){{9,20}}\b", re.IGNORECASE)
_SAYS: Mapping[str, str] = {
    **_PINYIN, "dian": ".", "point": ".", "dot": ".", "oh": "0", "nine": "9", "niner": "9", "fife": "5",
    **{word: str(digit) for digit, word in enumerate(
        ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"))},
    **{sign: str(digit) for digit, sign in enumerate("〇一二三四五六七八九")},
    **{sign: str(digit) for digit, sign in enumerate("零壹贰叁肆伍陆柒捌玖")},
    "点": ".",
}  # fmt: skip
_SAYING = "|".join(sorted(_SAYS, key=len, reverse=True))
_FIGURED = re.compile(
    rf"(?<![A-Za-z])(?:{_SAYING})(?:[\s,\-]+(?:{_SAYING})){{3,24}}(?![A-Za-z])", re.IGNORECASE
)
_DAY = re.compile(r"(\d{2})[月/.-](\d{2})日?\s*[（(,，]\s*((?:19|20)\d\d)年?[)）]?")
_KEYS = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999")
_TYPED = re.compile(r"(?<![0-9A-Za-z])(?=[0-9]*[A-Za-z])[0-9A-Za-z]{10,18}(?![0-9A-Za-z])")
_ROMAN_VALUES = {"N": 0, "I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
_ROMAN = re.compile(r"(?<![A-Za-z])(?:[IVXLCDM]{1,15}|N)(?![A-Za-z])")
_HAN: Mapping[str, int] = {
    **{sign: place for place, sign in enumerate("〇一二三四五六七八九")},
    **{sign: place for place, sign in enumerate("零壹贰叁肆伍陆柒捌玖")},
    "○": 0, "洞": 0, "幺": 1, "两": 2, "弍": 2, "弐": 2, "貳": 2, "叄": 3, "參": 3, "陸": 6, "拐": 7, "勾": 9,
}  # fmt: skip
_TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_MYRIADS = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8, "兆": 10**12}
_NUMERAL = "".join(_HAN)
_BY_DIGIT = re.compile(rf"[{_NUMERAL}0-9](?:[\s、，,·・\-—.]?[{_NUMERAL}0-9]){{9,20}}")
_AS_VALUE = re.compile(rf"[{_NUMERAL}{''.join(_TENS)}{''.join(_MYRIADS)}]{{8,60}}")
_MONEY = re.compile(
    rf"([{_NUMERAL}{''.join(_TENS)}{''.join(_MYRIADS)}]{{2,40}})(?:[圆元]|点)"
    rf"(?:([{_NUMERAL}])角?)?(?:([{_NUMERAL}])分?)?整?"
)
_BRAILLE = {
    chr(0x2800 + dots): str(digit) for digit, dots in enumerate((26, 1, 3, 9, 25, 17, 11, 27, 19, 10))
}
_LOWERED = {
    chr(0x2800 + dots): str(digit) for digit, dots in enumerate((52, 2, 6, 18, 50, 34, 22, 54, 38, 20))
}
_DOTS = re.compile("[\u2800-\u28ff]+")


def said_in_words(text: str) -> Iterator[Column]:
    """Yield the numbers that a text writes in words or in numerals that are no figures."""
    head = text[:MAX_TEXT]
    readings: list[tuple[str, list[str]]] = []
    if any(word in head or word.title() in head for word in ("four", "eight", "seven", "zero")):
        readings += _english(head)
    readings.append(("pinyin", ["".join(_PINYIN[one] for one in _parts(run)) for run in _SAID.findall(head)]))
    readings.append(("keypad", [run.upper().translate(_KEYS) for run in _TYPED.findall(head)]))
    romans = _roman_rows(head)
    readings.append(("roman", joined_places(romans) if len(romans) >= _LEAST else []))
    if not head.isascii():
        readings += _chinese(head)
        readings += _braille(head)
    for name, found in readings:
        if len(found) >= _LEAST:
            yield Column(name, tuple(found[:4000]))


def figured(text: str) -> str:
    """Return a text with number words as figures and days with the year first; nothing if it has none."""
    head = text[:MAX_TEXT]
    plain = _FIGURED.sub(_figure_of, head)
    if not head.isascii():
        plain = _MONEY.sub(_amount_of, plain)
    plain = _DAY.sub(r"\3-\1-\2", plain)
    return plain if plain != head else ""


def _amount_of(found: re.Match[str]) -> str:
    """Return an amount in capitals as figures; as it stands where it is too long to be one."""
    whole, tens, ones = found.groups()
    return f"{_han_value(whole)}.{_HAN.get(tens or '零', 0)}{_HAN.get(ones or '零', 0)}"


def _figure_of(found: re.Match[str]) -> str:
    return "".join(_SAYS.get(part, "") for part in _parts(found.group()))


def _roman_rows(head: str) -> list[list[int]]:
    """Return the Roman numerals of every line that has several, as the numbers that they are."""
    rows = [[_roman(one) for one in _ROMAN.findall(line)] for line in head.splitlines()[:4000]]
    return [row for row in rows if 2 <= len(row) <= 18]


def _roman(numeral: str) -> int:
    values = [_ROMAN_VALUES[sign] for sign in numeral]
    return sum(-one if one < after else one for one, after in zip(values, [*values[1:], 0], strict=True))


def _parts(run: str) -> list[str]:
    return [part for part in re.split(r"[\s,\-]+", run.lower()) if part != "and"]


def _english(head: str) -> list[tuple[str, list[str]]]:
    runs = [_parts(found.group()) for found in _ENGLISH.finditer(head)]
    values = [value for run in runs if (value := _value(run)) >= 10**9]
    digits = [text for run in runs if len(text := _digit_by_digit(run)) >= 10]
    return [("number words", list(spelled(values))), ("digit words", digits)]


def _value(run: Sequence[str]) -> int:
    total = part = 0
    for word in run:
        if word in _ONES:
            part += _ONES[word]
        elif word == "hundred":
            part *= 100
        elif word in _SCALES:
            total, part = total + max(part, 1) * _SCALES[word], 0
    return total + part


def _digit_by_digit(run: Sequence[str]) -> str:
    """Return the digits of numbers below a hundred that are said one after another."""
    text, times, tens = "", 1, False
    for word in run:
        if word in _TIMES:
            times = _TIMES[word]
            continue
        value = _ONES.get(word, -1)
        if value < 0:
            return ""
        text = text[:-1] + str(value) if tens and 0 < value < 10 else text + str(value) * times
        times, tens = 1, value >= 20
    return text


def _chinese(head: str) -> list[tuple[str, list[str]]]:
    plain = unicodedata.normalize("NFKC", head)
    digits = [_figures(run) for run in _BY_DIGIT.findall(plain) if any(sign in _HAN for sign in run)]
    values = [value for run in _AS_VALUE.findall(plain) if (value := _han_value(run)) >= 10**9]
    return [("numerals", digits), ("numeral values", list(spelled(values)))]


def _figures(run: str) -> str:
    return "".join(
        str(_HAN[sign]) if sign in _HAN else sign for sign in run if sign in _HAN or sign.isdigit()
    )


def _han_value(run: str) -> int:
    total = section = digit = 0
    for sign in run:
        if sign in _HAN:
            digit = _HAN[sign]
        elif sign in _TENS:
            section, digit = section + (digit or 1) * _TENS[sign], 0
        else:
            scale = _MYRIADS[sign]
            below = section + digit
            total = (total + below) * scale if scale > 10**4 and total < scale else total + below * scale
            section = digit = 0
    return total + section + digit


def _braille(head: str) -> list[tuple[str, list[str]]]:
    runs = _DOTS.findall(head)
    found = []
    for name, table in (("braille", _BRAILLE), ("lowered braille", _LOWERED)):
        cells = ["".join(table.get(sign, "") for sign in run) for run in runs]
        found.append((name, [cell for cell in cells if len(cell) >= 10]))
    return found
