"""What the cells of one column look like: distinct values, shares of each shape, check digits.

Shapes are counted over every distinct value (RE2, vectorised); check digits and names are read on
an even sample of them. Sentinels and values of one repeated character count neither way. Says what
share of the cells fits which type; `columns` decides. Keeps no value beyond the call.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sandbox.discovery.lexicon import (
    DIAGNOSES,
    ETHNIC_GROUPS,
    ETHNIC_OTHER,
    ETHNIC_SHORT,
    RELIGIONS,
    SENTINEL_WORDS,
)
from sandbox.discovery.names import is_name
from sandbox.discovery.places import is_address, is_organization
from sandbox.discovery.shapes import HAN_SHAPES, SHAPES, Shape
from sandbox.discovery.text import narrow
from sandbox.kernel.entities import EntityType

MOST_DISTINCT = 1_000_000  # beyond it later values are taken by a stride
SAMPLE, CHECKED, WORD_SAMPLE, PROBE, HEAD = 20_000, 5_000, 4_000, 1_000, 5_000
LONGEST_SENTINEL = max(len(word.encode()) for word in SENTINEL_WORDS)
DATE = re.compile(
    r"(?P<year>(?:18|19|20)\d{2})(?:[\-/.年](?P<month>1[0-2]|0?[1-9])(?:[\-/.月](?P<day>3[01]|[12]\d|"
    r"0?[1-9])日?|月)?|"
    r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|年)(?:[T "
    r"]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+\-]\d{2}:?\d{2})?)?",
    re.ASCII,
)
NUMBER = re.compile(r"[\-+]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?", re.ASCII)
_MONEY = re.compile(
    r"[¥￥$]\s?-?[\d,]+(?:\.\d+)?(?:元|万元|万)?|-?[\d,]+(?:\.\d+)?\s?[(（]?(?:(?:百|千)?(?:万|亿)元?|元)"
    r"(?:整|人民币|美元|港元|港币|欧元|日元|RMB)?[)）]?|-?[\d,]+(?:\.\d+)?\s?(?:人民币|美元|港元|RMB|CNY|"
    r"USD)",
    re.ASCII,
)
_ILLNESS, _ICD = (
    re.compile(DIAGNOSES),
    re.compile(r"[A-TV-Z]\d{2}(?:\.[0-9xX]{1,5}(?:[+*†])?)?(?:[xX]\d{3})?", re.ASCII),
)
_SECRET = re.compile(
    r"\$(?:2[aby]|argon2id?|6|5|1)\$.{20,}|-----BEGIN .*|\{(?:SSHA|MD5|bcrypt|noop)\}.+|AKIA[0-9A-Z]{16}"
)
_BODY = re.compile(r"(?:data:image/\w+;base64,|/9j/4|iVBORw0KGgo).{16,}", re.DOTALL)


@cache
def _sentinels() -> pa.Array:
    """Return the words for nothing; made at first use, for making an array loads pandas."""
    return pa.array(sorted(SENTINEL_WORDS))


def _is_illness(text: str) -> bool:
    return len(text) <= 60 and (_ILLNESS.search(text) is not None or _ICD.fullmatch(text) is not None)


WORDS: Mapping[EntityType, Callable[[str], bool]] = {
    EntityType.PERSON: is_name,
    EntityType.ORGANIZATION: is_organization,
    EntityType.ADDRESS: is_address,
    EntityType.ETHNICITY: lambda text: text in ETHNIC_GROUPS or text in ETHNIC_SHORT or text in ETHNIC_OTHER,
    EntityType.RELIGION: lambda text: text in RELIGIONS,
    EntityType.HEALTH: _is_illness,
    EntityType.MONEY: lambda text: _MONEY.fullmatch(text) is not None,
    EntityType.ACCOUNT_SECRET: lambda text: _SECRET.match(text) is not None,
    EntityType.BIOMETRIC: lambda text: _BODY.match(text) is not None,
}


@dataclass(frozen=True, slots=True)
class Share:
    """How much of a column fits a type.

    `rows`, `distinct`: share of cells and of distinct values that have the shape and pass the check;
    `sure`: share of distinct values whose check leaves no doubt; `passed`: share of the shape's values
    that pass.
    """

    rows: float
    distinct: float
    sure: float
    passed: float


NONE = Share(0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Content:
    """One column's content: cells counted, shares by type, and an even sample of distinct values."""

    cells: int  # without nulls and sentinels
    distinct: int  # an upper estimate where hardly a value repeats
    shares: Mapping[EntityType, Share]
    sample: tuple[str, ...]
    weights: tuple[int, ...]  # cells that hold each value of the sample
    dates: float  # share of distinct values that are dates
    years: tuple[int, ...]  # of the dates in the sample
    numbers: float
    length: float  # mean length of the sampled values
    han: float  # share of sampled values with Han characters

    def share(self, kind: EntityType) -> Share:
        """Return the share of `kind`, nought if none was seen."""
        return self.shares.get(kind, NONE)


def _counted(cells: pa.Array | pa.ChunkedArray) -> tuple[pa.Array, np.ndarray]:
    """Return distinct values and their counts; where hardly a value repeats, all values, once each."""
    head = cells.slice(0, HEAD)
    if len(cells) > HEAD and pc.count_distinct(head).as_py() >= 0.95 * HEAD:
        values = cells.combine_chunks() if isinstance(cells, pa.ChunkedArray) else cells
        return values, np.ones(len(values), dtype=np.int64)
    counted = pc.value_counts(cells)
    return counted.field(0), counted.field(1).to_numpy(zero_copy_only=False)


@dataclass(slots=True)
class Collector:
    """Distinct values of one column with their counts, over any number of batches."""

    parts: list[tuple[pa.Array, np.ndarray]] = field(default_factory=list)
    held: int = 0
    stride: int = 1

    def add(self, cells: pa.Array | pa.ChunkedArray) -> None:
        """Count the values of one more batch; nulls are left out."""
        values, counts = _counted(cells.drop_null())
        if self.stride > 1:
            values, counts = values[:: self.stride], counts[:: self.stride] * self.stride
        self.parts.append((values, counts))
        self.held += len(values)
        if self.held > 2 * MOST_DISTINCT:
            self._merge()

    def _merge(self) -> None:
        values = pa.chunked_array([part for part, _ in self.parts], pa.string())
        table = pa.table({"value": values, "count": np.concatenate([count for _, count in self.parts])})
        merged = table.group_by("value").aggregate([("count", "sum")])
        values, counts = merged["value"].combine_chunks(), merged["count_sum"].to_numpy()
        if len(values) > MOST_DISTINCT:  # what is held is thinned as well: else every batch would merge again
            values, counts = values.take(pa.array(np.arange(0, len(values), 2))), counts[::2] * 2
            self.stride *= 2
        self.parts, self.held = [(values, counts)], len(values)

    def values(self) -> tuple[pa.Array, np.ndarray]:
        """Return the distinct values, trimmed and in NFKC, sentinels left out, and the cells of each."""
        if not self.parts:
            return pa.array([], pa.string()), np.zeros(0, dtype=np.int64)
        total = sum(int(counts.sum()) for _, counts in self.parts)
        if len(self.parts) > 1 and self.held < 0.9 * total:
            self._merge()
        values = pa.chunked_array([part for part, _ in self.parts], pa.string()).combine_chunks()
        counts = np.concatenate([count for _, count in self.parts])
        if not pc.all(pc.string_is_ascii(values), min_count=0).as_py():
            values = pc.utf8_normalize(values, form="NFKC")
        values = pc.utf8_trim_whitespace(values)
        lengths = pc.binary_length(values).to_numpy(zero_copy_only=False)
        keep = lengths > 0
        short = np.flatnonzero(keep & (lengths <= LONGEST_SENTINEL))
        if len(short):
            words = pc.utf8_lower(values.take(pa.array(short)))
            keep[short] = ~pc.is_in(words, value_set=_sentinels()).to_numpy(zero_copy_only=False)
        return (values, counts) if keep.all() else (values.filter(pa.array(keep)), counts[keep])


def _placeholder(text: str) -> bool:
    return len(text) >= 3 and len(set(text)) == 1


def _shape_share(shape: Shape, values: pa.Array, counts: np.ndarray, texts: Sequence[str]) -> Share:
    """Return the share of one shape: every distinct value by RE2, its checks on the sample."""
    whole = re.compile(shape.body, re.ASCII)
    verdicts = Counter(shape.check(text) for text in texts if whole.fullmatch(text))
    seen = sum(verdicts.values())
    passed = (verdicts[True] + verdicts[None]) / seen if seen else 0.0
    if not passed:
        return Share(0.0, 0.0, 0.0, 0.0)
    hits = pc.match_substring_regex(values, shape.re2).to_numpy(zero_copy_only=False)
    rows = float(counts[hits].sum() / max(counts.sum(), 1))
    distinct = float(hits.mean())
    return Share(rows * passed, distinct * passed, distinct * verdicts[True] / seen, passed)


def _shape_shares(values: pa.Array, counts: np.ndarray, texts: Sequence[str]) -> dict[EntityType, Share]:
    probe = texts[:: max(1, len(texts) // PROBE)]
    checked = texts[:: max(1, len(texts) // CHECKED)]
    shares: dict[EntityType, Share] = {}
    for shape in (*SHAPES, *HAN_SHAPES):
        whole = re.compile(shape.body, re.ASCII)
        if not any(whole.fullmatch(text) for text in probe):
            continue
        share, before = _shape_share(shape, values, counts, checked), shares.get(shape.type, NONE)
        shares[shape.type] = Share(
            min(1.0, share.rows + before.rows),
            min(1.0, share.distinct + before.distinct),
            min(1.0, share.sure + before.sure),
            max(share.passed, before.passed),
        )
    return shares


def _word_shares(texts: Sequence[str], weights: Sequence[int]) -> dict[EntityType, Share]:
    total = sum(weights) or 1
    shares = {}
    for kind, accepts in WORDS.items():
        hits = [weight for text, weight in zip(texts, weights, strict=True) if accepts(text)]
        if hits:
            distinct = len(hits) / len(texts)
            shares[kind] = Share(sum(hits) / total, distinct, distinct, 1.0)
    return shares


def _sampled(values: pa.Array, counts: np.ndarray) -> tuple[list[str], list[int]]:
    """Return an even sample of the values, placeholders left out, and the cells of each."""
    places = np.arange(len(values))
    if len(values) > SAMPLE:
        places = np.linspace(0, len(values) - 1, SAMPLE).astype(np.int64)
    texts = [narrow(text) for text in values.take(pa.array(places)).to_pylist()]
    kept = [place for place, text in enumerate(texts) if not _placeholder(text)]
    weights = counts[places].tolist()
    return [texts[place] for place in kept], [weights[place] for place in kept]


def read_content(collector: Collector) -> Content:
    """Return what the collected cells look like."""
    values, counts = collector.values()
    texts, weights = _sampled(values, counts)
    step = max(1, len(texts) // WORD_SAMPLE)
    few = texts[::step]
    dated = [found for found in map(DATE.fullmatch, few) if found]
    return Content(
        cells=int(counts.sum()),
        distinct=len(values),
        shares=_word_shares(few, weights[::step]) | _shape_shares(values, counts, texts),
        sample=tuple(texts),
        weights=tuple(weights),
        dates=len(dated) / max(len(few), 1),
        years=tuple(int(found["year"]) for found in dated),
        numbers=sum(NUMBER.fullmatch(text) is not None for text in few) / max(len(few), 1),
        length=sum(map(len, few)) / max(len(few), 1),
        han=sum(re.search(r"[\u4e00-\u9fff]", text) is not None for text in few) / max(len(few), 1),
    )


def collect(batches: Iterable[pa.RecordBatch | pa.Table]) -> list[tuple[str, Collector]]:
    """Return every column's name and its collected values, in order; other types are read as text."""
    collected: list[tuple[str, Collector]] = []
    for batch in batches:
        if not collected:
            collected = [(name, Collector()) for name in batch.schema.names]
        for place, (_, collector) in enumerate(collected):
            cells = batch.column(place)
            collector.add(cells if pa.types.is_string(cells.type) else cells.cast(pa.string()))
    return collected
