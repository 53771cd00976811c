"""Numbers whose digits stand in several places: neighbours joined, digits of a base, windows of bits.

A sequence of small numbers, line by line or in one run, may be the digits of identifiers in any base, the
high or the low one first, behind a header of any length. Knows neither file nor records: `channels` looks up
what comes out. Bounded by rows, widths and bases; pure.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import chain, islice, permutations

import numpy as np
from numpy.typing import NDArray

from sandbox.egress.identities import MOST, exact, may_be, mostly, namable, spelled
from sandbox.egress.streams import LEAST_ROWS, PROBED, Column, Stream, Values, lines_of, normal, parted, two

MOST_PLACES = 48
MAX_DIGITS = 2560
"""Digits of one run that are searched for identifiers at any place."""
_FRONT = 800
_MOST_COLUMNS = 60
_MOST_WINDOWS = 40
_MOST_STEP = 64
_NARROW, _LEAST_BARE, _ALL = 6e10, 10, 0.95
"""Numbers that digits may make which are telephones without their first figure, how many, and what share."""
_LONG_LINE = 24
_FIGURES_OF_FEW = 55
_FEW_KINDS = 5
_WIDTHS = (10, 11, 13, 15, 16, 17, 18)
"""Digits of the numbers that name somebody; ten are those of a telephone without its first."""
_LONGEST = 29.0
"""Decimal digits of the largest number that a reading may make: a credit code in base 36."""
_HEADS = (1, 12, 15, 2, 24, 25, 3, 36, 4, 5, 6, 7, 8, 9)
_SPANS = (10.15, 10.3, 16.05, 16.95, 24.8, 25.4, 26.3, 26.4, 28.0, 28.45)
_BITS = (34, 35, 36, 40, 48, 54, 56, 57, 60, 63, 64, 80, 84, 85, 88, 90, 93, 94, 96)
_NAMING = {
    11: re.compile(r"1[3-9]\d{9}|0\d{10}"), 12: re.compile(r"0\d{11}|5\d{11}"),
    13: re.compile(r"861[3-9]\d{9}"), 15: re.compile(r"[1-8]\d{7}[01]\d[0-3]\d{4}"),
    16: re.compile(r"[3-6]\d{15}"),
    19: re.compile(r"6\d{18}"),
    17: re.compile(r"[1-8]\d{5}(?:19|20)\d\d[01]\d[0-3]\d{4}"),
    18: re.compile(r"[1-8]\d{5}(?:19|20)\d\d[01]\d[0-3]\d{4}X|[1-8]\d{5}(?:19|20)\d\d[01]\d[0-3]\d{5}"
                   r"|9\d{17}|[0-9A-Z]{2}[1-8]\d{5}[0-9A-Z]{10}"),
}  # fmt: skip
"""Numbers by their length; what is of no such form is looked for only where it stands by itself."""


def columns_of(*streams: Stream) -> Iterator[Column]:
    """Yield columns of numbers that the values of each sequence make together, a few values each.

    A sequence that is like one before it, as the digits of numbers of one digit are, is not read again.
    """
    known: set[tuple[bytes, tuple[int, ...]]] = set()
    for one in streams:
        if one.values.size < LEAST_ROWS:
            continue
        for part in chain((one,), parted(one)):
            key = (part.values.tobytes(), part.ends)
            if part is not one and part.values.size * len(str(part.values.max())) < _FIGURES_OF_FEW:
                continue
            if key not in known:
                known.add(key)
                yield from _columns_of(part)


def run_of(one: Stream) -> Iterator[Column]:
    """Yield the numbers that a run of bits, of three kinds or of figures makes from any place on."""
    run = one.values[:_FRONT]
    base = int(run.max()) + 1 if run.size else 0
    if not 2 <= base <= 10 or base == 4 or int(run.min()) < 0:
        return
    size = base if base <= 3 else 10
    for digits in (run, size - 1 - run) if size == 2 else (run, run[::-1]) if size == 10 else (run,):
        for cells in islice(filter(may_name, _in_windows(digits, size)), _MOST_WINDOWS):
            yield Column(one.name, cells)


def _columns_of(one: Stream) -> Iterator[Column]:
    read: dict[bytes, list[tuple[str, ...]]] = {}
    for number, values in enumerate(_either_way(normal(one.values[: PROBED * MOST_PLACES]))):
        low, high = int(values.min()), int(values.max())
        if low < 0 or high >= 10**18:
            continue
        if high >= 10**8:
            yield Column(one.name, spelled(values[:PROBED].tolist()))
        grids = list(_grids(values, one.ends))
        figures = () if two(values) is not None else grids  # no number is written in two figures
        joined = chain.from_iterable(_joined(grid, anywhere=lined) for lined, grid in figures)
        based = chain.from_iterable(_in_base(grid, lined=lined) for lined, grid in grids)
        for cells in islice(filter(may_name, chain(joined, based)), _MOST_COLUMNS):
            yield Column(f"{one.name} {number}", cells)
        for cells in islice(filter(may_name, _windows(values, read)), _MOST_WINDOWS):
            yield Column(f"{one.name} {number} run", cells)


def _either_way(readings: Sequence[Values]) -> Iterator[Values]:
    """Yield readings, and of two kinds also the bits with the other kind for a one."""
    for values in readings:
        yield values
        if values.size and not int(values.min()) and int(values.max()) == 1:
            yield 1 - values


def may_name(cells: Sequence[str]) -> bool:
    """Return whether most cells look like numbers that name somebody: a telephone, a person, an account."""
    usual = Counter(map(len, cells)).most_common(1)[0][0]
    pattern = _NAMING.get(usual)
    if pattern is None or len(set(cells)) < _least_kinds(len(cells)):
        return False
    return sum(pattern.fullmatch(cell) is not None for cell in cells) >= 0.5 * len(cells)


def _least_kinds(rows: int) -> int:
    """Return how many different numbers a reading of so many rows has at least."""
    return max(LEAST_ROWS, rows // 8)


def _grids(values: Values, ends: Sequence[int]) -> Iterator[tuple[bool, Values]]:
    """Yield the values by their lines (true), if most are as long, and cut at every likely width (false)."""
    starts, sizes = lines_of(values, ends)
    if 0 < sizes.size < values.size:
        usual = int(np.bincount(np.minimum(sizes, MOST_PLACES + 1)).argmax())
        same = starts[sizes == usual]
        if same.size >= LEAST_ROWS and same.size >= 0.6 * sizes.size and usual <= MOST_PLACES:
            grid = values[same[:PROBED, None] + np.arange(usual)]
            yield True, grid
            yield from ((True, part) for part in _woven(grid, bits=two(values) is not None))
            if usual > 4 and same.size == sizes.size:
                return
    for width in (1, 11, 2, 10, 18, 3, 4, 5, 6, 7, 8, 9, 12, 15):
        rows = values.size // width
        if width == 2 and values.size % 2 and rows >= LEAST_ROWS:  # one is missing, or one too many
            yield False, np.lib.stride_tricks.sliding_window_view(values, width)[:PROBED]
        if rows >= LEAST_ROWS and (values.size % width == 0 or width in (2, 3, 4, 10, 11, 18)):
            yield False, values[: rows * width].reshape(rows, width)[:PROBED]


def _woven(grid: Values, *, bits: bool) -> Iterator[Values]:
    """Yield every second and third column of lines; of bits also every second line: two columns in turn."""
    for step in (2, 3):
        if grid.shape[1] % step == 0 and grid.shape[1] // step >= _WIDTHS[0]:
            yield from (grid[:, start::step] for start in range(step))
    if bits and grid.shape[1] >= _LONG_LINE:
        yield from (grid[start::2] for start in (0, 1))


def _joined(grid: Values, *, anywhere: bool) -> Iterator[tuple[str, ...]]:
    """Yield the numbers that all columns, or any neighbours, make, each digit behind digit at full width."""
    widths = [len(str(most)) for most in grid.max(axis=0).tolist()]
    if sum(widths) < _WIDTHS[0]:
        return
    for start in range(len(widths) if anywhere else 1):
        for end in range(start + 1 if anywhere else len(widths), len(widths) + 1):
            total = sum(widths[start:end])
            if total > _WIDTHS[-1]:
                break
            if total not in _WIDTHS:
                continue
            for turn in (1, -1) if end - start > 1 else (1,):
                pairs = list(zip(grid.T[start:end], widths[start:end], strict=True))[::turn]
                whole = _laid(pairs) + (10**10 if total == 10 else 0)
                if mostly(may_be(whole.astype(np.float64))):
                    yield _named(whole, total)
    if anywhere and grid.shape[1] <= 12:
        yield from _unmarked(grid, widths)


def _laid(pairs: Sequence[tuple[Values, int]]) -> Values:
    whole = np.zeros(len(pairs[0][0]), np.int64)
    for column, width in pairs:
        whole = whole * 10**width + column
    return whole


def _named(whole: Values, total: int) -> tuple[str, ...]:
    cells = tuple(f"{one:0{total}}" for one in whole.tolist())
    return spelled(whole.tolist()) if total == 17 else cells


def _unmarked(grid: Values, widths: Sequence[int]) -> Iterator[tuple[str, ...]]:
    """Yield the same without a first digit that all numbers of a column share, which only keeps zeros."""
    marks = [
        width > 1 and len(set((column // 10 ** (width - 1)).tolist())) == 1
        for column, width in zip(grid.T, widths, strict=True)
    ]
    every = [place for place, is_mark in enumerate(marks) if is_mark]
    together = {tuple(part) for part in (every, every[1:]) if len(part) > 1}
    for marked in (*((place,) for place in every), *sorted(together)):
        bare = [width - (place in marked) for place, width in enumerate(widths)]
        stripped = grid.copy()
        for place in marked:
            stripped[:, place] %= 10 ** bare[place]
        for start in range(marked[0] + 1):
            for end in range(marked[-1] + 1, len(bare) + 1):
                total = sum(bare[start:end])
                if total in (11, 17, 18):
                    whole = _laid(list(zip(stripped.T[start:end], bare[start:end], strict=True)))
                    if mostly(exact(whole.astype(np.float64))):
                        yield _named(whole, total)


@cache
def _bases(least: int) -> tuple[int, ...]:
    """Return the bases that somebody would choose for digits below `least`: round ones, powers, its own."""
    rounds = {head * 10**power for head in _HEADS for power in range(10)}
    powers = {base**power for base in (2, 7, 12, 20, 26, 31, 34, 36, 60) for power in range(1, 33)}
    other = {365, 366, 1440, 3600, 86_400, 36_525}
    most = max(8 * least, 64)
    return tuple(
        sorted({least, least + 1, *(one for one in rounds | powers | other if least <= one <= most)})
    )


def _in_base(grid: Values, *, lined: bool) -> Iterator[tuple[str, ...]]:
    """Yield the numbers whose digits of a base stand in the columns, the first one high or low.

    Of lines, the first and the last columns may be something else, such as numbers of the rows.
    """
    for part in _from_one(_inner(grid) if lined else (grid,)):
        places = part.shape[1]
        if len(set(map(bytes, part))) < _least_kinds(len(part)):
            continue
        least = int(part.max()) + 1
        if places < 2 or least < 2 or places * np.log10(max(least, 64)) < 10:
            continue
        sizes = [
            size
            for size in (_bases(least) if least > 2 else (2,))
            if 10 <= places * np.log10(size) <= _LONGEST + np.log10(size)
        ]
        weights = np.array(sizes, np.float64) ** np.arange(places - 1, -1, -1)[:, None]
        orders = (part, part[:, ::-1])
        known = [order @ weights for order in orders]
        fine = [_fitting(numbers) for numbers in known]
        for at, size in enumerate(sizes):
            for order in (one for one, told in zip(orders, fine, strict=True) if told[at]):
                yield spelled(_numbers(order, size))
            if lined and float(size) ** places < _NARROW:
                for order in (one for one, told in zip(orders, known, strict=True) if _bare(told[:, at])):
                    yield tuple(str(10**10 + number) for number in _numbers(order, size))


def _bare(numbers: NDArray[np.float64]) -> bool:
    """Return whether all numbers may be telephones without their first figure, as chance seldom has it."""
    return len(numbers) >= _LEAST_BARE and bool(((numbers >= 3e9) & (numbers < 1e10)).mean() >= _ALL)


def _fitting(numbers: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which columns are mostly numbers that may name somebody once they are spelled."""
    fine = np.asarray(may_be(numbers).mean(axis=0) >= MOST)
    if fine.any():
        fine[fine] = namable(numbers[:, fine]).mean(axis=0) >= MOST
    return fine


def _from_one(parts: Iterable[Values]) -> Iterator[Values]:
    """Yield digits as they are, and counted from one where none is nought."""
    for part in parts:
        yield part
        if part.min() >= 1:
            yield part - 1


def _inner(grid: Values) -> Iterator[Values]:
    yield grid
    places = grid.shape[1]
    if places <= 24:
        for start, end in ((1, places), (0, places - 1), (2, places), (1, places - 1)):
            if end - start >= 2:
                yield grid[:, start:end]


def _numbers(rows: Values, base: int) -> list[int]:
    """Return the numbers whose digits of a base the rows are, the first the highest."""
    places = rows.shape[1]
    fit = places
    while fit > 1 and base**fit >= 1 << 63:
        fit -= 1
    weights = np.array([base**place for place in range(fit - 1, -1, -1)], np.int64)
    low: list[int] = (rows[:, places - fit :] @ weights).tolist()
    if fit == places:
        return low
    high = _numbers(rows[:, : places - fit], base)
    return [one * base**fit + other for one, other in zip(high, low, strict=True)]


def _windows(values: Values, read: dict[bytes, list[tuple[str, ...]]]) -> Iterator[tuple[str, ...]]:
    """Yield numbers of a fixed number of digits in one run of bits or small digits, from any place on.

    What is read of a run of bits is kept: a sequence of two kinds is read with either kind for a one.
    """
    bits = two(values)
    run = values[: MAX_DIGITS // 2] if bits is None else bits[:MAX_DIGITS].astype(np.int64)
    base = int(run.max()) + 1 if run.size else 0
    if not 2 <= base <= 256 or int(run.min()) < 0 or run.size * np.log10(max(base, 2)) < LEAST_ROWS * 10:
        return
    orders = [(run, 2)] if base == 2 else [(run, one) for one in sorted({base, *_rounded(base)})]
    if base == 2:
        orders += [(1 - run, 2)]
    elif base in (4, 8, 16, 32, 64, 128, 256) or base > 8:
        orders.append((_as_bits(run, (base - 1).bit_length())[:MAX_DIGITS], 2))
    for digits, size in orders:
        for turned in (digits, digits[::-1]):
            if size > 2:
                yield from _in_windows(turned, size)
                continue
            key = turned.tobytes()
            read[key] = read[key] if key in read else list(_in_windows(turned, size))
            yield from read[key]


def _rounded(base: int) -> set[int]:
    return {one for one in (4, 5, 6, 7, 8, 9, 10, 12, 16, 20, 26, 31, 32, 36, 60, 64, 100, 128, 256)
            if base <= one <= base + max(2, base // 4)}  # fmt: skip


def _as_bits(run: Values, size: int) -> Values:
    return (run[:, None] >> np.arange(size - 1, -1, -1) & 1).reshape(-1)


def _in_windows(digits: Values, base: int) -> Iterator[tuple[str, ...]]:
    for width, numbers in _running(digits.astype(np.float64), base):
        fine = exact(numbers[: PROBED * width])
        rows = fine.size // width
        if base == 10:
            yield from _in_steps(digits, fine, width)
        if rows < LEAST_ROWS or 2 * np.count_nonzero(fine) < min(rows, PROBED):
            continue
        shares = fine[: rows * width].reshape(rows, width)[:PROBED].mean(axis=0)
        for start in np.flatnonzero(shares >= 0.6)[:3].tolist():
            if mostly(namable(numbers[start::width][:PROBED])):  # or no reading of them is one
                places = np.arange(start, fine.size, width)[:PROBED, None] + np.arange(width)
                yield spelled(_numbers(digits[places], base))


def _running(digits: NDArray[np.float64], base: int) -> Iterator[tuple[int, NDArray[np.float64]]]:
    """Yield each likely width with the numbers that so many digits make from every place on."""
    numbers = digits
    reached = 1
    for width in _spans(base):
        if width * LEAST_ROWS > digits.size:
            return
        for size in range(reached, width):
            numbers = numbers[:-1] * base + digits[size:]
        reached = width
        yield width, numbers


def _in_steps(digits: Values, fine: NDArray[np.bool_], width: int) -> Iterator[tuple[str, ...]]:
    """Yield numbers of one width that stand in a step that is wider, with something else in between."""
    at = np.flatnonzero(fine)
    for step in range(width + 1, min(_MOST_STEP, fine.size // LEAST_ROWS) + 1):
        times = np.bincount(at % step, minlength=step)
        start = int(times.argmax())
        places = np.arange(start, fine.size, step)
        if times[start] >= 0.8 * len(places) and len(places) >= LEAST_ROWS:
            yield spelled(_numbers(digits[places[:PROBED, None] + np.arange(width)], 10))


@cache
def _spans(base: int) -> tuple[int, ...]:
    """Return how many digits of a base an identifier takes, with what fills up whole bytes."""
    if base == 2:
        return _BITS
    least = {int(np.ceil(span / np.log10(base))) for span in _SPANS}
    return tuple(sorted(least | {one + 1 for one in least}))


def of_kinds(grid: NDArray[np.int64]) -> Iterator[Column]:
    """Yield the numbers that a few kinds of cells write, whichever kind is which digit."""
    kinds = int(grid.max()) + 1
    if not 2 <= kinds <= _FEW_KINDS or len(grid) < LEAST_ROWS:
        return
    places = grid.shape[1]
    if not 10 <= places * np.log10(kinds) <= _LONGEST:
        return
    turns = np.array(list(permutations(range(kinds))), np.float64)
    for order in (grid[:PROBED], grid[:PROBED, ::-1]):
        weights = float(kinds) ** np.arange(places - 1, -1, -1)
        counted = np.stack([(order == kind) @ weights for kind in range(kinds)])
        fine = exact(turns @ counted)
        for turn in np.flatnonzero(fine.mean(axis=1) >= 0.6)[:8].tolist():
            value = turns[turn].astype(np.int64)
            cells = spelled(_numbers(value[order], kinds))
            if may_name(cells):
                yield Column("kinds", cells)
