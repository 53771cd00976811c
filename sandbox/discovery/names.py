"""Whether a short text reads as a person's name, by surname, given-name characters and length.

Han names of 2-4 characters, names of other peoples written with a middle dot, and nothing else;
Latin names are left to column names and labels. Lists decide, no model: recall on names of
peoples without Han surnames and without a dot is low. Called by `columns` and `text`.
"""

from __future__ import annotations

import re

from sandbox.discovery.lexicon import COMMON_SURNAMES, COMPOUND_SURNAMES, GIVEN, NOT_NAMES, SURNAMES

HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff"
DOTS = "·•‧・．"
_HAN_NAME = re.compile(f"[{HAN}]{{2,4}}")
_DOTTED = re.compile(f"[{HAN}]{{1,8}}(?:[{DOTS}][{HAN}]{{1,10}}){{1,4}}")
_PLACE_END = re.compile("[省市县区镇乡村路街道店厂组队局站校院所园山湖河江桥费率额量数]$")
_DOT_PLACE = re.compile("(?:小区|花园|广场|公馆|国际|公司|大厦|中心|酒店|系列|城)$")
_WORK_END = re.compile("(?:工程|管理|服务|业|类|型|科|员|师|长|费|品|税|款|金|病|炎|癌)$")


def surname_of(name: str) -> str:
    """Return the surname that a Han name begins with, compound first, or ""."""
    if name[:2] in COMPOUND_SURNAMES and len(name) > 2:
        return name[:2]
    return name[:1] if name[:1] in SURNAMES else ""


def is_dotted_name(text: str) -> bool:
    """Return whether `text` is a transliterated name: Han parts joined by middle dots."""
    return _DOTTED.fullmatch(text) is not None and _DOT_PLACE.search(text) is None


def name_score(text: str) -> float:
    """Return how much `text` reads as a person's name, from 0 (no) to 1 (surname and given name known)."""
    if is_dotted_name(text):
        return 1.0
    if _HAN_NAME.fullmatch(text) is None or text in NOT_NAMES:
        return 0.0
    surname = surname_of(text)
    given = text[len(surname) :]
    if not surname or not 1 <= len(given) <= (2 if len(surname) == 2 else 3):
        return 0.0
    known = sum(char in GIVEN for char in given) / len(given)
    score = 0.3 + 0.5 * known + (0.2 if surname in COMMON_SURNAMES or len(surname) == 2 else 0.1)
    if len(text) >= 3 and (_PLACE_END.search(text) or _WORK_END.search(text)):
        score -= 0.25
    return score - (0.25 if len(text) == 4 and len(surname) == 1 else 0.0)


def is_name(text: str) -> bool:
    """Return whether `text` is more likely a person's name than not."""
    return name_score(text) >= 0.6
