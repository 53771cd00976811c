"""Records told in running text: the days, amounts, numbers and names of one person near each other.

Values are read in every form (`forms`) and asked of the index; beside one that it holds every run of Chinese
signs is asked as a name, so that names need no separator. What is near each other must agree in one record
more often than chance, in bits over the whole text, and far more often than with values of other places put
beside (the decoy). Called by `sightings` and, for files together, by `together`. Pure.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from sandbox.egress.content import Content
from sandbox.egress.forms import SENTENCE, Plain, Value, plain_of, values
from sandbox.egress.recognise import Recognised
from sandbox.fingerprint.canonical import canonical_array
from sandbox.fingerprint.cells import hash_forms
from sandbox.fingerprint.index import RARE, RAW, RecordIndex

MAX_TEXT = 1 << 18
MAX_ROWS = 4_000
MAX_COLUMNS = 40
MAX_VALUES = 20_000
MAX_HOLDERS = 4_096
MAX_PAIRS = 1 << 20
MAX_NEAR = 64
"""Values of one place at most."""
CROWD = 5
BEYOND = 14.0
"""Bits beyond chance, after the readings that were tried, from which a text shows records."""
_REACH = 48
_NAMES_REACH = 96
_STEPS = (6.0, 9.0, 12.0, 16.0, 20.0, 26.0)
_BY_CHANCE = 0.34
_SAMPLE = 64
_ODD_SHARE = 0.3
_COMMON = 1 / 24
_NUMBERED = 11
_OF_NUMBERS = 33.0
"""Bits of a number of so many places: one of the source stands nowhere by chance."""
_BODY = re.compile(
    "公司|企业|合作社|银行|中心|医院|学院|学校|商店|超市|门市部|经营部|工作室|研究所|事务所|[厂店社馆院场行站铺]"
)
_RUN = re.compile("[0-9A-Za-z\u3400-\u9fff〇]{5,60}")
_JOINT = " ¦ "
_NUMERALS = "〇○零一二三四五六七八九十廿卅百千万壹贰叁肆伍陆柒捌玖拾佰仟"
_MONTHS = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
_MONTHLY = (
    f"(?:^|[^a-z0-9+/=]){_MONTHS}[a-z]{{0,6}}[ .,/-]{{1,3}}'?[0-9]"
    f"|(?:^|[^a-z0-9+/=])[0-9]{{1,4}}(?:st|nd|rd|th)?[ ,./-]{{0,2}}(?:of )?{_MONTHS}[a-z]{{0,6}}[ ,.'/0-9-]"
    "|(?:th|st|nd|rd) of [a-z]{3}"
)
_SAID = "(?:zero|one|two|three|four|five|six|seven|eight|nine)"
_ODD = (
    f"[{_NUMERALS}]{{3}}|年 ?[^\n]{{1,3}}月 ?[0-9{_NUMERALS}]|(?:民[国國]|ROC)[^\n]{{1,4}}[年/.-]"
    f"|(?i:{_MONTHLY}|(?:hundred|thousand) [a-z])|{_SAID} {_SAID}"
    "|[0-9]-?W[0-5][0-9]-?[1-7]|[0-9]年?第[0-9]|[0-9] ?[元圆块]|[¥￥][0-9]|[０-９\u200b-\u200f]|RMB"
)
"""Values in forms that no other search reads."""
_STRONG = (
    "[12][0-9]{3}[年./-][01]?[0-9][月./-][0-3]?[0-9]|[0-9][./][01]?[0-9][./]'?[0-9]{2}|[0-9]{7}"
    "|[0-9]{2}\\.[0-9]{1,2}(?:[^0-9%]|$)|[0-9] ?[万亿千kK]|[0-9][,、'][0-9]{3}|[0-9]{5}[^\n]*[^0-9\n][0-9]{5}"
)
"""Values of a record in forms that are read anyway, ..."""
_PROSE = (
    "[\u4e00-\u9fff]{2}[ :：(（]?[0-9]|[0-9][ )）]?[\u4e00-\u9fff]{2}|[\u4e00-\u9fff]{6}|(?:[A-Za-z]{2,} ){3}"
)
"""... beside words from which a name cannot be told apart."""
_BESIDE = 60
_SHORT = 12
"""Signs below which a line may stand in several places and mean something new in each."""
_ABOVE, _BELOW = 3, 2

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class _Told:
    """What a text tells of an index: entries of it by the place in the text where each begins."""

    at: Integers
    entry: Integers

    def within(self, low: Integers, high: Integers) -> tuple[Integers, Integers]:
        """Return the numbers of the places (low to high) and the entries that each holds."""
        first, last = np.searchsorted(self.at, low), np.searchsorted(self.at, high)
        size = np.minimum(last - first, MAX_NEAR)
        place = np.repeat(np.arange(len(low)), size)
        within = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
        return place, self.entry[np.repeat(first, size) + within]


@dataclass(frozen=True, slots=True, eq=False)
class _Agreed:
    """The record that the values of a place agree in best, place by place, and its bits beyond chance."""

    record: Integers
    bits: Floats
    places: int


def told_by(contents: Sequence[Content]) -> list[str]:
    """Return the lines of contents that may tell records in sentences, and rows with values in odd forms."""
    found: list[str] = []
    known: set[tuple[str, str]] = set()
    room = MAX_TEXT
    for content in contents:
        if content.guessed or room <= 0:
            continue
        texts = [*content.texts, *content.stray] if not content.sheets or content.document is not None else []
        told = _telling("\n".join(_once(dict.fromkeys(texts), known))[:room])
        found += [told] if told else []
        found += [row for sheet in content.sheets for row in _rows(sheet.table)]
        found = list(dict.fromkeys(found))
        room = MAX_TEXT - sum(map(len, found))
    return found


def _once(texts: Iterable[str], known: set[tuple[str, str]]) -> Iterator[str]:
    """Yield texts without the long lines that earlier ones have behind the same line, and make theirs known.

    A file tells the same in several readings: put beside itself it would be a decoy that agrees, too. What
    one text says twice it says of two people.
    """
    before = ""
    for text in texts:
        fresh, own = [], set()
        for line in text.split("\n"):
            plain = line.strip()
            if len(plain) < _SHORT or (before, plain) not in known:
                fresh.append(line)
            if plain:
                own.add((before, plain))
                before = plain
        known |= own
        yield "\n".join(fresh)


def _telling(text: str) -> str:
    """Return the lines of a text that tell values in words or in odd forms, and short ones around them."""
    lines = text.split("\n")
    telling: NDArray[np.bool_] = np.asarray(_tell(pa.array(lines, pa.large_string())))
    if not telling.any():
        return ""
    wide = np.concatenate([np.zeros(_BELOW, np.bool_), telling, np.zeros(_ABOVE, np.bool_)])
    near: list[bool] = sliding_window_view(wide, _ABOVE + _BELOW + 1).max(axis=1).tolist()
    return "\n".join(
        line
        for line, tells, by in zip(lines, telling.tolist(), near, strict=True)
        if tells or (by and len(line) < _BESIDE)
    )


def _tell(cells: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """Return which cells or lines tell values in words or in odd forms."""
    prose = pc.and_(pc.match_substring_regex(cells, _PROSE), pc.match_substring_regex(cells, _STRONG))
    return pc.or_(prose, pc.match_substring_regex(cells, _ODD))


def _rows(table: pa.Table) -> list[str]:
    """Return the rows of a table that has a column of values in odd forms or sentences, as one text."""
    if not 0 < table.num_rows <= MAX_ROWS or table.num_columns > MAX_COLUMNS:
        return []
    heads = [column.slice(0, _SAMPLE).drop_null() for column in table.columns]
    if not any(len(cells) and pc.mean(_tell(cells).cast(pa.int8())).as_py() > _ODD_SHARE for cells in heads):
        return []
    every = [[cell or "" for cell in column.to_pylist()] for column in table.columns]
    return ["\n".join(_JOINT.join(row).replace("\n", " ") for row in zip(*every, strict=True))]


def narrated(texts: Sequence[str], indexes: Sequence[RecordIndex], *, readings: int = 1) -> Recognised:
    """Return the records that running texts tell; `readings` is how many such texts are asked about."""
    whole = "\n".join(texts)[:MAX_TEXT]
    if not whole.strip():
        return Recognised()
    plain = plain_of(whole)
    told = list(islice(values(plain.read), MAX_VALUES))
    forms = list(dict.fromkeys(form for one in told for form in one.forms))
    if not forms:
        return Recognised()
    asked = pa.array(forms, pa.large_string())
    for which, index in enumerate(indexes):
        seen = _of_index(index, plain, told, asked, readings * len(indexes))
        if seen:
            return replace(seen, records=frozenset((which, record) for _, record in seen.records))
    return Recognised()


def _of_index(
    index: RecordIndex, plain: Plain, told: Sequence[Value], asked: pa.Array, readings: int
) -> Recognised:
    number = {form: at for at, form in enumerate(asked.to_pylist())}
    form = np.array([number[one] for each in told for one in each.forms], np.int64)
    at = np.repeat(plain.origin([one.start for one in told]), [len(one.forms) for one in told])
    real = [place for place, one in enumerate(index.columns) if not one.virtual and one.origin == RAW]
    hashes = hash_forms(asked, index.key)[form]
    pieces = [_looked_up(index, column, hashes, at) for column in real]
    hits = _joined(pieces)
    long = np.array([len(one) >= _NUMBERED and one.isalnum() for one in asked.to_pylist()])[form]
    sure = np.unique(_joined([_looked_up(index, column, hashes[long], at[long]) for column in real]).entry)
    if not len(hits.at):
        return Recognised()
    strong = [
        place
        for place in real
        if index.columns[place].traits.strong or index.columns[place].traits.identifier
    ]
    held = _joined([hits, *_named(index, strong, plain.text, np.unique(hits.at))])
    ways = list(_places(plain.text, np.unique(hits.at)))
    for name, low, high in ways:
        records = _shown(index, *held.within(low, high), len(low), readings * len(ways), sure)
        if records:
            return Recognised(frozenset((0, one) for one in records), name, wholly=True)
    return Recognised()


def _looked_up(index: RecordIndex, column: int, hashes: NDArray[np.uint64], at: Integers) -> _Told:
    """Return where a text tells a value of a column that not too many records hold."""
    entry = index.lookup(column, hashes)
    known = np.flatnonzero(entry >= 0)
    known = known[index.count_of(entry[known]) <= max(_COMMON * index.records, 1)]
    return _Told(at[known], entry[known])


def _joined(parts: Sequence[_Told]) -> _Told:
    at, entry = (np.concatenate([getattr(one, name) for one in parts]) for name in ("at", "entry"))
    order = np.argsort(at, kind="stable")
    return _Told(at[order], entry[order])


def _places(text: str, hits: Integers) -> Iterator[tuple[str, Integers, Integers]]:
    """Yield the places in which values may belong together: sentences, lines, what is near a value."""
    signs = np.frombuffer(text.encode("utf-32-le"), np.uint32)
    size = len(signs)
    line = np.flatnonzero(signs == ord("\n"))
    sentence = np.flatnonzero((signs == ord("\n")) | (signs == ord(SENTENCE)))
    for name, ends in (("sentences", sentence), ("lines", line)):
        which = np.unique(np.searchsorted(ends, hits))
        begin, end = np.concatenate([[0], ends]), np.concatenate([ends, [size]])
        yield name, begin[which], end[which]
    yield "near", np.maximum(hits - _REACH, 0), hits + _REACH


def _named(index: RecordIndex, columns: Sequence[int], text: str, hits: Integers) -> Iterator[_Told]:
    """Yield where runs of signs near what was found are names of the source."""
    signs = np.frombuffer(text.encode("utf-32-le"), np.uint32)
    near = np.zeros(len(signs) + 1, np.int64)
    np.add.at(near, np.maximum(hits - _NAMES_REACH, 0), 1)
    np.add.at(near, np.minimum(hits + _NAMES_REACH, len(signs)), -1)
    close = np.cumsum(near)[:-1] > 0
    plain = np.concatenate([[0], np.cumsum(~(close & (signs >= 0x3400) & (signs <= 0x9FFF)))])
    for size in (2, 3, 4):
        if len(signs) < size:
            continue
        at = np.flatnonzero(plain[size:] == plain[:-size])
        runs = np.ascontiguousarray(sliding_window_view(signs, size)[at]).view(f"<U{size}").ravel()
        different, which = np.unique(runs, return_inverse=True)
        hashes = hash_forms(pa.array(different.tolist(), pa.large_string()), index.key)[which]
        yield from (_looked_up(index, column, hashes, at) for column in columns)
    longer = _long_names(text, close)
    if longer:
        at = np.array([start for start, _ in longer], np.int64)
        hashes = hash_forms(
            canonical_array(pa.array([run for _, run in longer], pa.large_string())), index.key
        )
        yield from (_looked_up(index, column, hashes, at) for column in columns)


def _long_names(text: str, close: NDArray[np.bool_]) -> list[tuple[int, str]]:
    """Return what may be the name of a body or an address: runs, and what ends as such names do."""
    found: list[tuple[int, str]] = []
    for run in _RUN.finditer(text):
        start, end = run.span()
        if not close[start:end].any():
            continue
        found.append((start, run.group()))
        for body in _BODY.finditer(text, start, end):
            found += [
                (at, text[at : body.end()]) for at in range(max(start, body.end() - 30), body.end() - 4)
            ]
    return found[: 4 * MAX_VALUES]


def _shown(
    index: RecordIndex, place: Integers, entry: Integers, places: int, readings: int, sure: Integers
) -> list[int]:
    """Return the records that places tell, if more of them agree than chance and the decoy allow."""
    seen = _agreeing(index, place, entry, places, sure)
    best, shown, least = 0.0, np.empty(0, np.int64), 0.0
    for step in _STEPS:
        records = np.unique(seen.record[seen.bits >= step])
        worth = _worth(len(records), step, seen.places) - math.log2(len(_STEPS) * readings)
        if worth > best:
            best, shown, least = worth, records, step
    if best < BEYOND:
        return []
    other = _agreeing(index, _turned(index, place, entry, places), entry, places, sure[:0])
    by_chance = len(np.unique(other.record[other.bits >= least])) if places > 2 else 0
    return shown.tolist() if by_chance <= _BY_CHANCE * len(shown) else []


def _worth(records: int, step: float, places: int) -> float:
    """Return the bits by which so many places agree beyond chance."""
    if not records:
        return 0.0
    return records * (step - math.log2(math.e * max(places / records, 1.0)))


def _turned(index: RecordIndex, place: Integers, entry: Integers, places: int) -> Integers:
    """Return the places with the values of each column taken from another place: the decoy."""
    _, rank = np.unique(index.column_of(entry), return_inverse=True)
    stride = max(places // (int(rank.max(initial=0)) + 2), 1)
    return np.asarray((place + rank * stride) % places)


def _agreeing(index: RecordIndex, place: Integers, entry: Integers, places: int, sure: Integers) -> _Agreed:
    """Return the record that each place agrees in best."""
    keys = np.unique(place * len(index.hashes) + entry)
    place, entry = np.divmod(keys, len(index.hashes))
    column = index.column_of(entry)
    share = np.zeros((places, len(index.columns)))
    np.add.at(share, (place, column), index.count_of(entry) / index.records)
    several = (share > 0).sum(axis=1) >= 2
    pairs = _pairs(index, place, entry)
    agree = np.zeros((len(pairs[0]), len(index.columns)), np.bool_)
    size = np.bincount(place, minlength=places)
    first = np.cumsum(size) - size
    each = np.repeat(np.arange(len(pairs[0])), size[pairs[0]])
    within = np.arange(len(each)) - np.repeat(np.cumsum(size[pairs[0]]) - size[pairs[0]], size[pairs[0]])
    asked = entry[first[pairs[0]][each] + within]
    same = index.holds(asked, pairs[1][each])
    agree[each[same], index.column_of(asked[same])] = True
    fresh = _fresh(index, agree)
    bits = (-np.log2(np.minimum(share[pairs[0]], 1), where=fresh, out=np.zeros(fresh.shape))).sum(axis=1)
    choices = np.maximum((share[pairs[0]] > 0).sum(axis=1), 1)
    bits = bits - math.log2(index.records) - np.log2(choices)
    named = np.zeros(len(pairs[0]), np.bool_)
    named[each[same & np.isin(asked, sure)]] = True
    bits = np.where(named, np.maximum(bits, _OF_NUMBERS - math.log2(index.records)), bits)
    able = (fresh.sum(axis=1) >= 2) | named
    return _best(pairs[0][able], pairs[1][able], bits[able], int(several.sum()))


def _best(place: Integers, record: Integers, bits: Floats, places: int) -> _Agreed:
    """Return the best record of each place, but for places that a crowd of records explains as well."""
    order = np.lexsort((record, -bits, place))
    place, record, bits = place[order], record[order], bits[order]
    first = np.concatenate([[True], place[1:] != place[:-1]]) if len(place) else np.empty(0, np.bool_)
    group = np.cumsum(first) - 1
    tied = (
        np.bincount(group[bits >= bits[first][group] - 0.01], minlength=int(first.sum()))
        if len(place)
        else first
    )
    alone = np.flatnonzero(first)[tied < CROWD]
    return _Agreed(record[alone], bits[alone], max(places, 1))


def _pairs(index: RecordIndex, place: Integers, entry: Integers) -> tuple[Integers, Integers]:
    """Return places with the records that hold a rare value of them, or else the rarest that they have."""
    count = index.count_of(entry)
    rarest = np.full(int(place.max(initial=-1)) + 1, MAX_HOLDERS + 1, np.int64)
    np.minimum.at(rarest, place, count)
    chosen = np.flatnonzero((count <= RARE) | ((count == rarest[place]) & (count <= MAX_HOLDERS)))
    chosen = chosen[np.cumsum(count[chosen]) <= MAX_PAIRS]
    count = count[chosen]
    within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    record = index.rows[np.repeat(index.start[entry[chosen]].astype(np.int64), count) + within].astype(
        np.int64
    )
    keys = np.unique(np.repeat(place[chosen], count) * index.records + record)
    return np.divmod(keys, index.records)


def _fresh(index: RecordIndex, agree: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the agreements that tell something new: not what another column that agrees implies."""
    fresh = agree.copy()
    order = np.argsort([-one.traits.distinct for one in index.columns], kind="stable")
    for at, column in enumerate(order):
        finer = order[:at][index.implies[order[:at], column]]
        if len(finer):
            fresh[:, column] &= ~fresh[:, finer].any(axis=1)
    return fresh
