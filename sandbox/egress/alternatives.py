"""Which of a few signs or words stands at each place of a text, told by what stands around the place.

Whoever hides bits or figures in a text lets something vary where anything else would do as well: gaps, marks,
forms of a character, words of one sense, a word or none. Places are alike when the same stands before or
behind them. Only what varies about evenly is a choice that says much, so few places of an honest text are
asked further. Which sign means what is not known here: few kinds are yielded in every order. Looks at the
front of a text alone. Bounded; pure; called by `channels`.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from itertools import chain, islice, pairwise, permutations, product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sandbox.egress.streams import Stream

MAX_TEXT = 1 << 15
MAX_GROUPS = 24
MAX_STREAMS = 16
MAX_UNITS = 2000
MAX_TRIED = 192
MAX_KINDS = 36
_LEAST = 40
_LEAST_BITS = 240
_EVEN = {2: 0.94, 3: 0.97, 4: 0.92, 5: 0.88, 6: 0.88, 7: 0.88, 8: 0.86, 9: 0.86}
"""How even the kinds are at least, as a share of the most that so many kinds could tell."""
_STEPS = (3.0, 1.9)
_PROBED = 512
_PERIODS = 64
_AGAIN = 0.6
_COUNTED = 6
_ORDERED = 4
_SOLID = re.compile(r"[0-9]+(?:\.[0-9]+)?|[\u3400-\u9fff]+|[^\W\d_\u3400-\u9fff]+")
_FIGURES = re.compile(r"[0-9]+")
_FIGURE = re.compile(r"([-+]?)([0-9]{1,15})(?:\.([0-9]{1,12}))?")
_WORD = re.compile(r"[A-Za-z]{2,}")
_UNIT = re.compile(r"[。！？!?;；\n]|\.(?=\s)")
_TOKEN = re.compile(r"[\u3400-\u9fff]|[A-Za-z]+")
_SPELT = (("our", "or"), ("yse", "yze"), ("ise", "ize"), ("isa", "iza"), ("ogue", "og"), ("amme", "am"))
_RANKS = ("零一二三四五六七八九十", "〇一二三四五六七八九", "零壹贰叁肆伍陆柒捌玖", "甲乙丙丁戊己庚辛壬癸",
          "子丑寅卯辰巳午未申酉戌亥")  # fmt: skip

Ids = NDArray[np.int64]


def alternatives(text: str) -> Iterator[Stream]:
    """Yield every sequence of choices among a few things at places that are alike, in every likely order."""
    head = text[:MAX_TEXT]
    found: dict[bytes, tuple[str, Ids, Sequence[Hashable]]] = {}
    every: Iterator[tuple[str, Sequence[Hashable] | Ids]] = chain(
        _forms(head), _between(head), _of_figures(head), _around(head)
    )
    for name, values in every:
        for ids, kinds in _heaps(values):
            found.setdefault(ids.tobytes(), (name, ids, kinds))
    for name, ids, kinds in islice(found.values(), MAX_STREAMS):
        yield from (Stream(f"{name} of {len(kinds)}", one) for one in _orders(ids, kinds))
    yield from _of_one_sense(head)


def _heaps(values: Sequence[Hashable] | Ids) -> Iterator[tuple[Ids, Sequence[Hashable]]]:
    """Yield the places of the kinds that come about as often as one another, numbered by their frequency."""
    if isinstance(values, np.ndarray):
        kinds, ids, counts = np.unique(values, return_inverse=True, return_counts=True)
        names: Sequence[Hashable] = kinds.tolist()
    else:
        known: dict[Hashable, int] = {}
        ids = np.array([known.setdefault(one, len(known)) for one in values], np.int64)
        names, counts = list(known), np.bincount(ids, minlength=len(known))
    if len(names) < 2:
        return
    order = np.argsort(-counts, kind="stable")
    ranked = counts[order]
    for start, end in _apart(ranked):
        if not 2 <= end - start <= MAX_KINDS or not _tells(ranked[start:end]):
            continue
        place = np.full(len(names), -1)
        place[order[start:end]] = np.arange(end - start)
        told = place[ids]
        told = told[told >= 0]
        if not _returns(told, ranked[start:end]):
            yield told, [names[one] for one in order[start:end].tolist()]


def _apart(ranked: Ids) -> list[tuple[int, int]]:
    """Return from where to where counts, the largest first, lie near one another, by two measures of near."""
    found: dict[tuple[int, int], None] = {}
    for step in _STEPS:
        cuts = [0, *(np.flatnonzero(ranked[:-1] > step * ranked[1:]) + 1).tolist(), len(ranked)]
        found |= dict.fromkeys(pairwise(cuts))
    return list(found)


def _tells(counts: Ids) -> bool:
    """Return whether places of so many of each kind could tell a few numbers, and are even enough for it."""
    total = int(counts.sum())
    if total < _LEAST:
        return False
    shares = counts / total
    bits = float(-(shares * np.log2(shares)).sum())
    return total * bits >= _LEAST_BITS / 2 and bits >= _EVEN.get(len(counts), 0.85) * np.log2(len(counts))


def _returns(ids: Ids, counts: Ids) -> bool:
    """Return whether the same comes again after so many places far oftener than by chance, as in tables."""
    front = ids[:_PROBED]
    chance = float(((counts / counts.sum()) ** 2).sum())
    again = max(
        float((front[step:] == front[:-step]).mean()) for step in range(1, min(_PERIODS, len(front) // 3))
    )
    return again > chance + _AGAIN * (1 - chance)


def _orders(ids: Ids, kinds: Sequence[Hashable]) -> Iterator[Ids]:
    """Yield the places with their kinds numbered in each order that they may have."""
    count = len(kinds)
    if count == 2:
        yield ids
        return
    if count <= _ORDERED:
        every = [np.array(order, np.int64) for order in permutations(range(count))]
    else:
        first = np.unique(ids, return_index=True)[1]
        every = [_ranks(sorted(range(count), key=lambda one: _worth(kinds[one]))), _ranks(np.argsort(first))]
    unique = {order.tobytes(): order for order in every}
    yield from (order[ids] for order in unique.values())


def _ranks(order: Sequence[int] | Ids) -> Ids:
    ranks = np.empty(len(order), np.int64)
    ranks[np.array(order, np.int64)] = np.arange(len(order))
    return ranks


def _worth(kind: Hashable) -> tuple[float, str]:
    """Return what orders kinds: the number that a sign is, else how long it is and the sign itself."""
    text = chr(kind) if isinstance(kind, int) else str(kind)
    for row in _RANKS:
        if len(text) == 1 and text in row:
            return float(row.index(text)), text
    number = unicodedata.numeric(text, -1.0) if len(text) == 1 else -1.0
    return (number, text) if number >= 0 else (1e6 + len(text), text)


def _around(head: str) -> Iterator[tuple[str, Ids]]:
    """Yield the signs that stand at all places with the same signs before, behind, or on both sides."""
    plain = _FIGURES.sub("0", head)
    codes = np.frombuffer(f"\n\n{plain}\n\n".encode("utf-32-le", errors="replace"), np.uint32).astype(
        np.int64
    )
    middle = codes[2:-2]
    if middle.size < _LEAST:
        return
    before, behind = codes[1:-3], codes[3:-1]
    known = np.unique(codes)
    joint = np.zeros(int(known[-1]) + 1, np.bool_)
    joint[known] = [not chr(one).isalpha() for one in known.tolist()]
    inner = (before > 127) | (behind > 127) | joint[before] | joint[behind]  # and no letter within a word
    for name, keys, asked in (
        ("between two", before << 21 | behind, inner), ("behind two", codes[:-4] << 21 | before, inner),
        ("before two", behind << 21 | codes[4:], inner), ("behind one", before, joint[before]),
        ("before one", behind, joint[behind]),
    ):  # fmt: skip
        yield from _grouped(name, keys[asked], middle[asked])


def _grouped(name: str, keys: Ids, values: Ids) -> Iterator[tuple[str, Ids]]:
    order = np.argsort(keys, kind="stable")
    bounds = np.flatnonzero(np.diff(keys[order], prepend=-1, append=-1))
    sizes = np.diff(bounds)
    for group in np.argsort(-sizes)[:MAX_GROUPS].tolist():
        if sizes[group] < _LEAST:
            return
        yield name, values[order[bounds[group] : bounds[group + 1]]]


def _between(head: str) -> Iterator[tuple[str, Sequence[Hashable]]]:
    """Yield what stands between words and figures, all together and by what they are, and how much of it."""
    last, gaps, sides, words = 0, [], [], []
    for found in _SOLID.finditer(head):
        gaps.append(head[last : found.start()])
        sign = found.group()
        words.append(sign)
        sides.append("0" if sign[0] in "0123456789" else "字" if "\u3400" <= sign[0] <= "\u9fff" else "a")
        last = found.end()
    gaps.append(head[last:])
    if len(gaps) < _LEAST:
        return
    inner = gaps[1:-1]
    yield "gaps", inner
    around = list(pairwise(sides))
    kinds = set(around)
    for kind in kinds if len(kinds) > 1 else ():
        yield f"gaps {kind}", [gap for gap, side in zip(inner, around, strict=True) if side == kind]
    signs = Counter("".join(inner)).most_common(_COUNTED)
    for sign, times in signs:
        counts = [gap.count(sign) for gap in gaps if sign in gap]
        if times > len(counts) >= _LEAST:
            yield f"counts of {sign!r}", counts
    named = ["0" if side == "0" else word for word, side in zip(words, sides, strict=True)]
    near: dict[tuple[str, str], list[str]] = {}
    for before, word, behind in zip(gaps, named, gaps[1:], strict=False):
        near.setdefault((before, behind), []).append(word)
    for held in sorted(near.values(), key=len, reverse=True)[:MAX_GROUPS]:
        if len(held) >= _LEAST:
            yield "words between", held


def _forms(head: str) -> Iterator[tuple[str, Sequence[Hashable]]]:
    """Yield which of two forms words and signs have: plain or rare, small or large, old or new."""
    words = _WORD.findall(head)
    known: dict[str, set[str]] = {}
    for word, times in Counter(words).items():
        if times > 2:
            known.setdefault(_skeleton(word), set()).add(word)
    pairs = [forms for forms in known.values() if len(forms) == 2]
    place = {word: int(word != min(forms, key=_distance)) for forms in pairs for word in forms}
    yield "spellings", [place[word] for word in words if word in place] if place else []
    rare = [sign for sign in head if sign > "\u007f" and sign.isalpha() and not _usual(sign)]
    if len(rare) < _LEAST // 2:
        return
    twins = _twins(head, set(rare))
    forms = {**dict.fromkeys(twins, 1), **dict.fromkeys(twins.values(), 0)}
    told = [forms[sign] for sign in head[: max(map(head.rfind, twins), default=0) + 1] if sign in forms]
    yield "forms", told


def _skeleton(word: str) -> str:
    small = word.lower()
    for one, other in _SPELT:
        small = small.replace(one, other)
    small = re.sub(r"re$", "er", small)
    return re.sub(r"(.)\1", r"\1", small).replace("grey", "gray")


def _distance(word: str) -> tuple[bool, int, str]:
    """Return what orders two forms of a word: small letters and the shorter or newer spelling come first."""
    return word != word.lower(), len(word) + ("ys" in word or "is" in word), word


def _usual(sign: str) -> bool:
    """Return whether a letter is one of the simplified Chinese characters that a common text has."""
    if not "\u3400" <= sign <= "\u9fff":
        return False
    try:
        sign.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _twins(head: str, rare: set[str]) -> dict[str, str]:
    """Return for each rare sign the usual one that stands between the same signs most often."""
    places: dict[tuple[str, str], Counter[str]] = {}
    for before, sign, behind in zip(head, head[1:], head[2:], strict=False):
        if sign.isalpha():
            places.setdefault((before, behind), Counter())[sign] += 1
    shared: dict[str, Counter[str]] = {sign: Counter() for sign in rare}
    for held in places.values():
        for sign in held.keys() & rare:
            for other, times in held.items():
                if other not in rare:
                    shared[sign][other] += min(times, held[sign])
    return {sign: _likest(sign, likely) for sign, likely in shared.items() if likely}


def _likest(sign: str, likely: Counter[str]) -> str:
    plain = unicodedata.normalize("NFKD", sign)[:1]
    return plain if plain in likely else likely.most_common(1)[0][0]


def _of_figures(head: str) -> Iterator[tuple[str, Sequence[Hashable]]]:
    """Yield how numbers are written: with a nought in front, with decimals, and in which script."""
    found = _FIGURE.findall(head)
    if len(found) < _LEAST:
        return
    yield "noughts in front", [whole[0] == "0" for _, whole, _ in found if len(whole) <= 2]
    yield "decimals or none", [len(rest) for _, _, rest in found]
    yield "scripts", [sign < "a" for sign in re.findall(r"[0-9]+|[一二三四五六七八九十百两]+", head)]
    lines = [list(map(int, re.findall(r"[0-9]{1,15}", line))) for line in head.split("\n")]
    usual, times = Counter(map(len, lines)).most_common(1)[0]
    if usual > 1 and times >= 8:
        grid = np.array([line for line in lines if len(line) == usual], np.int64)
        for start in (0, 1):
            pairs = grid[:, start : start + (usual - start) // 2 * 2]
            yield "larger of two", (pairs[:, ::2] > pairs[:, 1::2]).reshape(-1).astype(np.int64).tolist()
        yield "larger than before", (grid[:, :-1] > grid[:, 1:]).reshape(-1).astype(np.int64).tolist()
    if 1 <= usual <= 8 and times >= _LEAST:
        grid = np.array([line for line in lines if len(line) == usual], np.int64)
        for place in range(usual):
            steps = np.diff(grid[:, place])
            yield "rising", (steps[steps != 0] > 0).astype(np.int64).tolist()


def _of_one_sense(head: str) -> Iterator[Stream]:
    """Yield which of two words each line or sentence has, where it has one of them and never both."""
    for units in (head.split("\n"), _UNIT.split(head)):
        rows = [found for unit in units[:MAX_UNITS] if len(found := _TOKEN.findall(unit)) > 1]
        if len(rows) < _LEAST:
            continue
        told = list(_paired(rows))
        yield from told
        if told:
            return


def _paired(rows: Sequence[Sequence[str]]) -> Iterator[Stream]:
    counts = Counter(token for row in rows for token in set(row))
    known = [one for one, times in counts.items() if 0.12 * len(rows) <= times <= 0.88 * len(rows)][:256]
    place = {token: at for at, token in enumerate(known)}
    grid = np.zeros((len(rows), len(known)), np.float32)
    where = np.full((len(rows), len(known)), -1, np.int64)
    for number, row in enumerate(rows):
        for at, token in enumerate(row):
            if (column := place.get(token)) is not None and not grid[number, column]:
                grid[number, column], where[number, column] = 1, at
    pairs = _complements(grid)
    if not pairs:
        yield from _present(grid)
        return
    pairs.sort(key=lambda pair: float(where[:, pair[0]].max(initial=0) + where[:, pair[1]].max(initial=0)))
    held = grid[:, [first for first, _ in pairs]].astype(np.int64)
    yield from _turned(held)


def _complements(grid: NDArray[np.float32]) -> list[tuple[int, int]]:
    """Return the columns of which nearly every row has one and no row has both, each pattern once."""
    total = len(grid)
    if not grid.size:
        return []
    both, each = grid.T @ grid, grid.sum(axis=0)
    fits = (both <= 0.004 * total) & (each[:, None] + each[None, :] >= 0.96 * total)
    found: dict[bytes, tuple[int, int]] = {}
    for first, second in zip(*np.nonzero(np.triu(fits, 1)), strict=True):
        column = grid[:, first] if grid[0, first] else 1 - grid[:, first]
        found.setdefault(column.tobytes(), (int(first), int(second)))
    return list(found.values())


def _present(grid: NDArray[np.float32]) -> Iterator[Stream]:
    """Yield which rows have a word that about half of them have."""
    shares = grid.mean(axis=0)
    if len(grid) >= 2 * _LEAST_BITS / 2:
        for column in np.argsort(np.abs(shares - 0.5))[:8].tolist():
            if abs(shares[column] - 0.5) < 0.1:
                yield Stream("a word or none", grid[:, column].astype(np.int64))


def _turned(held: NDArray[Any]) -> Iterator[Stream]:
    """Yield the choices of all rows in a row, in every order and sense that a few of them may have."""
    count = held.shape[1]
    if held.size < _LEAST_BITS:
        return
    orders = list(permutations(range(count))) if count <= _ORDERED else [tuple(range(count))]
    senses = [(0, *rest) for rest in islice(product((0, 1), repeat=count - 1), MAX_TRIED // len(orders) + 1)]
    for order in orders:
        for sense in senses:
            yield Stream("words of one sense", (held[:, order] ^ np.array(sense)).reshape(-1))
