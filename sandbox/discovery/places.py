"""Whether a cell is an address (a place one can find a door by) or the name of one organisation.

A mere region (a city, a district) is no address, and a kind of enterprise is no organisation.
Reads suffixes and unit words only; no gazetteer, no geocoding. Called by `columns` and `text`.
"""

from __future__ import annotations

import re

from sandbox.discovery.lexicon import ORG_KIND_WORDS, ORG_SUFFIXES, STRONG_ORG_SUFFIXES

_DETAIL = re.compile(
    r"(?:[\u4e00-\u9fff0-9]{1,12}(?:大道|大街|路|街|巷|弄|胡同|里弄|道(?!真|办)|村(?!镇)|组|社区|小区|花园|公寓|新村|家园|苑|城|"
    r"工业园|园区|开发区|农贸市场|市场|广场|大厦|国道|省道|公路))|"
    r"[0-9０-９一二三四五六七八九十]+(?:号|栋|幢|座|楼|层|单元|室|组|户|附)|(?:旁|对面|交叉口|隔壁)$",
    re.ASCII,
)
_REGION = re.compile(
    r"[\u4e00-\u9fff]{2,}(?:省|自治区|自治州|市|州|盟|县|区|旗|镇|乡|街道|街道办|办事处|新区|村|居)"
)
_TOWN = re.compile(
    r"^[\u4e00-\u9fff]{2,}[市县区旗][\u4e00-\u9fff]{1,8}(?:镇|乡|街道|办事处|新区)(?!$|人民政府|政府$)|[市县区][\u4e00-\u9fff]{1,6}[镇乡]$"
)
_SENTENCE = re.compile(r"[。；;！？!?]|(?:的|了|经营|销售|服务|生产|加工|许可)")
_ORG = re.compile(rf"(?P<stem>.{{2,60}}?)(?:{ORG_SUFFIXES})(?:[(（][^)）]*[)）])?")
_STRONG_ORG = re.compile(rf"(?P<stem>.{{2,60}}?)(?:{STRONG_ORG_SUFFIXES})(?:[(（][^)）]*[)）])?")
_KIND = re.compile(ORG_KIND_WORDS)
_NOISE = re.compile(r"[\s()（）,，、.·\-—0-9A-Za-z]+")


def is_address(text: str) -> bool:
    """Return whether `text` names a region and something below it, such as a road, a village or a number."""
    if not 5 <= len(text) <= 120 or _SENTENCE.search(text):
        return False
    if _TOWN.search(text) is not None:
        return True
    details = len(_DETAIL.findall(text))
    return details >= 2 or (details == 1 and _REGION.match(text) is not None)


def is_organization(text: str) -> bool:
    """Return whether `text` is the name of one organisation: a stem of its own before a known suffix."""
    if not 4 <= len(text) <= 60 or re.search(r"[。；;！？]", text):
        return False
    found = (_STRONG_ORG if len(text) < 6 else _ORG).fullmatch(text)
    if found is None:
        return False
    return len(_KIND.sub("", _NOISE.sub("", found["stem"]))) >= 2
