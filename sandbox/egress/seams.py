"""Lines in which values stand with nothing between them: cut where a day, a number or a name begins or ends.

What a value is shows by its form: resident numbers, credit codes, days, telephones, words of Chinese signs,
figures. Codes of figures alone, whose days have no form of their own, are cut by `fused`. Nearly all lines
must be cut into as many parts. Evidence only, linear, bounded; pure; called by `layouts` and `fused`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

MAX_LINES = 4_000
MAX_PARTS = 24
LEAST_LINES = 5
_LONGEST = 300
_MOSTLY = 0.8
_DAY = (
    r"(?:19|20)\d\d(?:[-/.年]\d{1,2}[-/.月](?:3[01]|[12]\d|0?[1-9])日?"
    r"|(?:0[1-9]|1[0-2])(?:3[01]|[12]\d|0[1-9]))"
)
_RESIDENT = r"[1-8]\d{5}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]"
_CODE = r"9[1-3]\d{6}[0-9A-HJ-NPQRTUWXY]{10}"
_PHONE = r"1[3-9]\d{9}"
_VALUE = re.compile(
    rf"{_RESIDENT}|{_CODE}|{_DAY}|{_PHONE}(?!\.)|[\u3400-\u9fff（）()·]+|[A-Za-z]+(?:[ _-][A-Za-z]+)*"
    rf"|-?\d+?(?:\.\d{{1,2}})?(?=$|{_DAY}|[^\d.])|-?\d+(?:\.\d+)?"
)
_GLUED = re.compile(
    rf"(?:{_DAY}|{_RESIDENT}|{_CODE})(?=[\d\u3400-\u9fff])|[\d\u3400-\u9fff](?:{_RESIDENT}|{_DAY})"
)
"""A value of a form that touches another one."""


def seamed(lines: Sequence[str]) -> list[list[str]]:
    """Return the parts of lines whose values touch, a row each; nothing where they do not."""
    held = [line.strip() for line in lines[:MAX_LINES] if line.strip()]
    if len(held) < LEAST_LINES or max(map(len, held)) > _LONGEST:
        return []
    if sum(bool(_GLUED.search(line)) for line in held[:20]) < _MOSTLY * len(held[:20]):
        return []
    rows = [_VALUE.findall(line) for line in held]
    usual, count = Counter(map(len, rows)).most_common(1)[0]
    if not 2 <= usual <= MAX_PARTS or count < _MOSTLY * len(held):
        return []
    return [row for row in rows if len(row) == usual]
