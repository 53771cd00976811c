"""Where in a text the sensitive values stand: offsets in code points, a type and a score each.

Shapes are matched beside Han characters, checked, and weighed by the words around them: what
stands nearest before counts, for or against. Announced values come from `phrases`. Used for free
text cells, for `discover --text` and by the egress gate; reads one text at a time and keeps nothing.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from sandbox.discovery.phrases import names_in_row, phrases
from sandbox.discovery.shapes import ANY_PLAIN, HAN_SHAPES, LEAST, MARKS, SHAPES, Shape
from sandbox.kernel.entities import EntityType

_PERSONAL = frozenset({EntityType.CN_RESIDENT_ID, EntityType.CN_MOBILE, EntityType.BANK_CARD})
THRESHOLD = 0.5
BEFORE, AFTER, NEARNESS = 16, 6, 0.04
# Full-width forms of ASCII, one code point each, so that offsets stay.
_NARROW = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_AGAINST = re.compile(
    "订单|流水|单号|工单|批次|批号|版本|金额|总额|余额|货号|型号|序列|发票|票号|案号|文号|合同|项目|产品|商品|物料|快递|运单|积分|数量|面积|"
    "ISBN|条码|条形码|编码|编号|业务号|事项|受理号|交易号|资产|设备编|图号|标准|邮编|软件|固件|固定资产|[vV]er|第$|样本|代码|任务"
)
_QUANTITY = re.compile(r"\s?(?:元|万元|亿|吨|公斤|千克|件|个|台|平方|亩|米|%|条|次|人次|户次)")
_GAP = re.compile(r"[，。；,;！？!?]|.{7,}")


@dataclass(frozen=True, slots=True)
class Span:
    """One sensitive value in a text: [start, end) in code points."""

    start: int
    end: int
    type: EntityType
    score: float


@dataclass(frozen=True, slots=True)
class _Reader:
    shape: Shape
    pattern: re.Pattern[str]
    context: re.Pattern[str]

    def score(self, text: str, start: int, end: int) -> float:
        verdict = self.shape.check(text[start:end])
        if verdict is False:
            return 0.0
        base = self.shape.sure if verdict else self.shape.unsure
        before = text[max(0, start - BEFORE) : start]
        label, against = _last(self.context, before), _last(_AGAINST, before)
        if label >= 0 and label >= against:
            if self.shape.labelled and _GAP.search(before[label:]):
                return base
            near = NEARNESS * label / max(1, len(before))  # of two labels the nearer one wins
            return min(1.0, max(base, 0.85) + (0.1 if verdict else 0.0) + near)
        if against >= 0 or _QUANTITY.match(text, end):
            return base - (0.2 if verdict and self.shape.chance <= 0.1 else 0.45)
        lettered = not self.shape.labelled or not text[start].isdigit()
        if lettered and self.context.search(text[end : end + AFTER]):
            return max(base, 0.6 if self.shape.labelled else 0.8)
        return base


def _last(pattern: re.Pattern[str], before: str) -> int:
    """Return where the last match of `pattern` in `before` ends, or -1."""
    return max((found.end() for found in pattern.finditer(before)), default=-1)


def _readers(shapes: tuple[Shape, ...]) -> tuple[_Reader, ...]:
    return tuple(
        _Reader(shape, re.compile(shape.pattern, re.ASCII), re.compile(shape.context)) for shape in shapes
    )


_READERS, _HAN_READERS = _readers(SHAPES), _readers(HAN_SHAPES)
_ANY_PLAIN = re.compile(ANY_PLAIN, re.ASCII)
_RUN = re.compile(r"[!-~° 东北]{4,}")  # where an identifier of ASCII characters can stand
_DIGIT = re.compile("[0-9]")
_ENOUGH = max(max(one) for one in LEAST.values())
"""Digits and signs from which no shape asks for more."""


def narrow(text: str) -> str:
    """Return `text` with full-width digits, letters and marks made ASCII; its length stays."""
    return text.translate(_NARROW)


def _settle(found: Iterable[Span]) -> tuple[Span, ...]:
    """Return the spans that do not overlap, the higher score and then the longer one first."""
    starts: list[int] = []
    kept: list[Span] = []
    for span in sorted(found, key=lambda span: (-span.score, span.start - span.end, span.start)):
        place = bisect_left(starts, span.start)
        clear_before = place == 0 or kept[place - 1].end <= span.start
        if clear_before and (place == len(kept) or span.end <= starts[place]):
            starts.insert(place, span.start)
            kept.insert(place, span)
    return tuple(kept)


def identifier_spans(text: str) -> tuple[Span, ...]:
    """Return the identifiers in `text` (numbers, codes, network addresses), without overlaps."""
    return _settle(_shaped(narrow(text)))


def _scored(reader: _Reader, plain: str, start: int, end: int) -> Iterator[Span]:
    for found in reader.pattern.finditer(plain, start, end):
        score = reader.score(plain, found.start(), found.end())
        if score >= THRESHOLD:
            yield Span(found.start(), found.end(), reader.shape.type, round(score, 2))


@lru_cache(maxsize=4096)
def _able(digits: int, size: int) -> tuple[_Reader, ...]:
    """Return the readers whose shapes a run of so many digits and signs is long enough for."""
    return tuple(
        reader
        for reader in _READERS
        if digits >= LEAST[reader.shape.type][0] and size >= LEAST[reader.shape.type][1]
    )


def _possible(reader: _Reader, plain: str, start: int, end: int) -> bool:
    """Return whether the run plain[start:end], long enough, can hold the reader's shape at all; cheap."""
    marks = MARKS.get(reader.shape.type)
    if marks and not any(plain.find(mark, start, end) >= 0 for mark in marks):
        return False
    return (
        not reader.shape.labelled
        or reader.context.search(plain, max(0, start - BEFORE), end + AFTER) is not None
    )


def _shaped(plain: str) -> Iterator[Span]:
    """Yield every span of a known shape; overlaps are possible."""
    for run in _RUN.finditer(plain):
        start, end = run.span()
        digits = len(_DIGIT.findall(run.group()))
        plain_ones = _ANY_PLAIN.search(plain, start, end) is not None
        for reader in _able(min(digits, _ENOUGH), min(end - start, _ENOUGH)):
            if (plain_ones or reader.shape.labelled) and _possible(reader, plain, start, end):
                yield from _scored(reader, plain, start, end)
    if not plain.isascii() and _DIGIT.search(plain):  # each of these shapes has a Han character in it
        for reader in _HAN_READERS:
            yield from _scored(reader, plain, 0, len(plain))


def spans(text: str) -> tuple[Span, ...]:
    """Return every sensitive span of `text`, in order, without overlaps, values without their labels."""
    plain = narrow(text)
    shaped = list(_shaped(plain))
    announced = [Span(*found) for found in phrases(plain)]
    if any(span.type in _PERSONAL for span in shaped):
        announced.extend(Span(*found) for found in names_in_row(plain))
    return _settle([*shaped, *announced])
