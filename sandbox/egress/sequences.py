"""The choices that a text leaves open, in order: blanks, capitals, commas, unseen signs, numbers, colours.

Every kind of choice is one sequence, line by line; what it may spell is told by `streams`. Looks at the front
of a text alone, which is enough to see that something is hidden. Pure; called by `channels`.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from sandbox.egress.blobs import decoded, encoded_runs
from sandbox.egress.streams import Stream, said, stream

MAX_TEXT = 1 << 18
MAX_FLOATS = 20_000
_LEAST = 24
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_MARKS = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]")
_BLANKS = re.compile("[\u0009\u0020\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_TRAILING = re.compile("(?<![\t \u00a0\u2000-\u200a\u3000])[\t \u00a0\u2000-\u200a\u3000]+$")
_GAPS = re.compile(r"(?<=\S) +(?=\S)")
_LATIN = re.compile(r"[A-Za-z][A-Za-z'-]*")
_WORDS = re.compile(r"\S+")
_NUMBER = re.compile(
    r"(?<![\w.])([-+]?)(\d{1,18})(?:\.(\d{1,18}))?(?:[eE][-+]?\d+)?|(?<=[A-Za-z])(\d{1,9})\.(\d{1,18})"
)
_COLOUR = re.compile(r"(?:#|\b0x|=\"FF|=\"|')([0-9A-Fa-f]{6})\b")
_TAG = re.compile(r"<([A-Za-z][\w:.-]*)((?:\s+[\w:.-]+\s*=\s*(?:\"[^\"<]*\"|'[^'<]*'))*)\s*/?>")
_ATTRIBUTE = re.compile(r"(?<![\w:.-])([\w:.-]+)\s*=\s*(\"|')(.*?)\2", re.DOTALL)
_VARIANTS: Mapping[str, str] = {
    "commas": ",，", "stops": ".。", "semicolons": ";；", "colons": ":：", "brackets": "(（",
    "closing": ")）", "quotes": "'\"", "curled": '"“”', "dashes": "-–—", "pauses": "、，", "ends": "。；",
    "questions": "?？!！", "waves": "~～", "percents": "%％", "dots": "·・",
}  # fmt: skip
_SAYING = re.compile(r"\d{9}|[\u4e00-\u9fff].*\d{4}|[\u4e00-\u9fff]{5}")
_FORMULA = re.compile(r">([^<>]{9,8000})<")
_FLOAT = re.compile(r"[-+]?\d(?:\.\d+)?[eE][-+]\d{2,3}\b")
_CODED = re.compile(r"(?<=base64,)[A-Za-z0-9+/=]{40,}")
_WIDE = re.compile("[,，;；:：(（)）!！?？]")


def sequences(text: str) -> Iterator[Stream]:
    """Yield every sequence of choices that a text shows."""
    head = text[:MAX_TEXT]
    lines = head.replace("\r\n", "\n").split("\n")
    for one in (*_signs(head, lines), *_spacing(head, lines), *_letters(lines), *_figures(head, lines)):
        if one.values.size >= _LEAST or len(one.ends) >= 3:
            yield one


def bare(text: str) -> str:
    """Return the text without unseen signs and marks above letters, or nothing if it has none."""
    head = text[:MAX_TEXT]
    if not _UNSEEN.search(head) and not _MARKS.search(head):
        parted = unicodedata.normalize("NFD", head)
        return _MARKS.sub("", parted) if _MARKS.search(parted) else ""
    return unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFD", _UNSEEN.sub("", head))))


def _signs(head: str, lines: Sequence[str]) -> Iterator[Stream]:
    """Yield unseen signs, marks above letters, and which of like signs was chosen."""
    hidden = _UNSEEN.search(head) is not None
    unseen = [[_code(sign) for sign in _UNSEEN.findall(line)] for line in (lines if hidden else ())]
    yield stream("unseen", unseen)
    kinds = sorted({code for line in unseen for code in line})
    if 2 < len(kinds) <= 16:
        yield stream("unseen kinds", [[kinds.index(code) for code in line] for line in unseen])
    marked = lines if _MARKS.search(head) else ()
    yield stream("marks", [[ord(sign) for sign in _MARKS.findall(line)] for line in marked])
    for name, signs in _VARIANTS.items():
        if sum(sign in head for sign in signs) >= 2:
            found = re.compile(f"[{re.escape(signs)}]")
            yield stream(name, [[signs.index(sign) for sign in found.findall(line)] for line in lines])
    if not head.isascii():
        yield stream("wide", [[int(ord(sign) > 127) for sign in _WIDE.findall(line)] for line in lines])
        yield stream(
            "wide digits",
            [[int(ord(sign) > 127) for sign in re.findall("[0-9０-９]", line)] for line in lines],
        )


def _code(sign: str) -> int:
    code = ord(sign)
    if 0xFE00 <= code < 0xFE10:
        return code - 0xFE00
    if 0xE0100 <= code < 0xE01F0:
        return code - 0xE0100 + 16
    return code - 0xE0000 if code >= 0xE0000 else code


def _spacing(head: str, lines: Sequence[str]) -> Iterator[Stream]:
    """Yield blanks at the ends of lines and between words, the ends of lines and their lengths."""
    tails = [found.group() if (found := _TRAILING.search(line)) else "" for line in lines]
    yield stream("trailing", [[ord(sign) for sign in tail] for tail in tails])
    yield stream("trailing counts", [[len(tail)] for tail in tails])
    yield stream("gaps", [[len(gap) for gap in _GAPS.findall(line)] if " " in line else [] for line in lines])
    if not head.isascii():
        yield stream("blanks", [[ord(sign) for sign in _BLANKS.findall(line)] for line in lines])
    yield stream("indents", [[len(line) - len(line.lstrip(" \t"))] for line in lines])
    yield stream("lengths", [[len(line)] for line in lines])
    if "\r\n" in head:
        yield stream("line ends", [[int(part.endswith("\r"))] for part in head.split("\n")[:-1]])


def _letters(lines: Sequence[str]) -> Iterator[Stream]:
    """Yield capitals, the lengths of words and of runs, and which cells are quoted."""
    words = [_LATIN.findall(line) for line in lines]
    yield stream("capitals", [[int(word[0].isupper()) for word in line] for line in words])
    yield stream("cases", [[int(sign.isupper()) for word in line for sign in word] for line in words])
    spaced = [_WORDS.findall(line) for line in lines]
    yield stream("words", [[len(word) for word in line] for line in spaced])
    yield stream("word counts", [[len(line)] for line in spaced])
    cells = [line.split(",") for line in lines if "," in line]
    yield stream("quoted", [[int(cell.startswith('"')) for cell in line] for line in cells])
    yield stream("filled", [[int(bool(cell.strip())) for cell in line] for line in cells])


def _figures(head: str, lines: Sequence[str]) -> Iterator[Stream]:
    """Yield the numbers of every line or tag: whole parts, decimals, signs, last digits; and colours."""
    pieces = (
        [piece for piece in re.split(r"[<>]", head)] if head.count("<") > len(lines) // 2 else list(lines)
    )
    yield stream("colours", [[int(one, 16) for one in _COLOUR.findall(piece)] for piece in pieces])
    rows = [
        [(sign, whole or inner, rest or other) for sign, whole, rest, inner, other in _NUMBER.findall(piece)]
        for piece in pieces
    ]
    yield stream("whole parts", [[int(whole) for _, whole, _ in row] for row in rows])
    most = max((len(rest) for row in rows for _, _, rest in row), default=0)
    if most:
        yield stream("decimals", [[int(rest.ljust(most, "0")) for _, _, rest in row if rest] for row in rows])
        yield stream("decimals by width", [[int(rest) for _, _, rest in row if rest] for row in rows])
        yield stream("last decimals", [[int(rest[-1]) for _, _, rest in row if rest] for row in rows])
        numbers = [[whole + rest.ljust(most, "0") for _, whole, rest in row if rest] for row in rows]
        yield stream("scaled", [[int(one) for one in row if len(one) <= 18] for row in numbers])
        yield stream("shares", _shares(rows))
    yield stream("signs", [[int(sign == "-") for sign, _, _ in row] for row in rows])
    yield stream("parities", [[int((rest or whole)[-1]) % 2 for _, whole, rest in row] for row in rows])
    yield stream("last digits", [[int((rest or whole)[-1]) for _, whole, rest in row] for row in rows])


def _shares(rows: Sequence[Sequence[tuple[str, str, str]]]) -> list[list[int]]:
    """Return numbers from 0 to 1 as parts of 255, if all are such."""
    values = [[float(f"{whole}.{rest}") for _, whole, rest in row if rest] for row in rows]
    if any(value > 1 for row in values for value in row):
        return []
    return [[round(value * 255) for value in row] for row in values]


def written(text: str) -> str:
    """Return what attributes of a marked-up text say that is no setting, and what formulas join."""
    values = [html.unescape(value) for _, _, value in _ATTRIBUTE.findall(text)]
    said = [value for value in values if _SAYING.search(value)]
    formulas = [one for one in _FORMULA.findall(text) if "&" in one[:-8]]
    joined = [html.unescape(one).replace('"&"', "") for one in formulas]
    return "\n".join([*said, *joined])


def packed(text: str) -> Iterator[str]:
    """Yield what the bytes of floating-point numbers say that no measure has, and code inside of tags."""
    floats = [float(one) for one in _FLOAT.findall(text[: 4 * MAX_TEXT])[:MAX_FLOATS]]
    if len(floats) >= 3:
        for kind in ("<f8", ">f8"):
            yield from said(np.array(floats, kind).tobytes())
    for run in encoded_runs(_CODED.findall(text[: 16 * MAX_TEXT])) if "<" in text else ():
        for inner in decoded(run):
            yield from said(inner)


def attributes(text: str) -> Iterator[Stream]:
    """Yield the values of every attribute of a marked-up text by itself, in order."""
    held: dict[str, list[str]] = defaultdict(list)
    for tag, inner in _TAG.findall(text[: 4 * MAX_TEXT]):
        pairs = [(name, value) for name, _, value in _ATTRIBUTE.findall(inner)]
        for name, value in pairs:
            held[f"{tag} {name}"].append(value)
    for name, values in held.items():
        yield from of_values(name, values)


def of_values(name: str, values: Sequence[str]) -> Iterator[Stream]:
    """Yield what values of one name may count: two kinds, colours, numbers whole or by their decimals."""
    if len(values) < 3 or len(set(values)) < 2:
        return
    if len(set(values)) == 2:
        first = values[0]
        yield stream(name, [[int(value != first) for value in values]])
    if all(re.fullmatch(r"#?(?:[0-9A-Fa-f]{2})?[0-9A-Fa-f]{6}", value) for value in values):
        yield stream(f"{name} colours", [[int(value[-6:], 16) for value in values]])
    if all(re.fullmatch(r"[-+]?\d{1,12}(?:\.\d{1,17})?", value) for value in values):
        values = [_short(value) for value in values]
        most = max(len(value.partition(".")[2]) for value in values)
        yield stream(
            f"{name} decimals", [[int((value.partition(".")[2] or "0").ljust(most, "0")) for value in values]]
        )
        yield stream(f"{name} scaled", [[_scaled(value, most) for value in values]])
        yield stream(f"{name} parts", [[int(value.partition(".")[0]) for value in values]])


def _scaled(value: str, most: int) -> int:
    whole, _, rest = value.partition(".")
    return int(whole + rest.ljust(most, "0"))


def _short(value: str) -> str:
    """Return a number without the noise that binary fractions leave in the last of many digits."""
    return value if len(value) < 15 or "." not in value else f"{float(value):.12g}".partition("e")[0]
