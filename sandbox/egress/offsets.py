"""Numbers moved place by place by a key of digits, or without their first or last places, told by a source.

A key that is added to every number, digit by digit, is the difference of each with its own: of all
differences with the numbers of a source it alone comes again and again. A number of which some places are
missing is the end or the beginning of one. It proves nothing: `channels` asks the index of records. Bounded;
pure; called by `substituted`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from sandbox.egress.isomorphs import LEAST_ROWS, Numbers
from sandbox.egress.streams import Column

MAX_TEXT = 1 << 18
MAX_ASKED = 32
MAX_HELD = 1 << 17
MAX_CELLS = 400
_MOST_PLACES = 18
LEAST_PLACES = 8
_MOST_CHANCE = 0.02
"""Share of all numbers of so many places that a source may hold for a shortened one to mean anything."""
_RUN = re.compile(r"(?<![0-9A-Za-z.])\d{8,18}(?![0-9A-Za-z]|\.\d)", re.ASCII)
Digits = NDArray[np.int64]


def figures_in(text: str) -> Mapping[int, list[str]]:
    """Return the whole numbers of eight places and more that a text shows, by length, each once."""
    found: dict[int, dict[str, None]] = defaultdict(dict)
    for run in _RUN.findall(text[:MAX_TEXT]):
        found[len(run)][run] = None
    return {size: list(runs)[:MAX_CELLS] for size, runs in found.items() if len(runs) >= LEAST_ROWS}


def moved_back(
    shown: Mapping[int, Sequence[str]], numbers: Mapping[int, Sequence[Numbers]]
) -> Iterator[Column]:
    """Yield numbers without the key that was added to them, or taken from it, digit by digit."""
    for size, cells in shown.items():
        for own in {size, 17 if size == 18 else size}:
            for column in numbers.get(own, ()):
                held = _digits(column)[:MAX_HELD]
                asked = np.array([[int(digit) for digit in cell[:own]] for cell in cells], np.int64)
                for sign in (1, -1) if len(held) else ():
                    key = _key(asked[:MAX_ASKED], held, sign)
                    if key is not None:
                        back = sign * (asked - key) % 10
                        yield Column("moved digits", tuple("".join(map(str, row)) for row in back.tolist()))


def _digits(column: Numbers) -> Digits:
    """Return the numbers of a column that are digits alone, digit by digit."""
    cells = column.cells
    plain = cells[((cells >= 48) & (cells < 58)).all(axis=1)]
    return plain.astype(np.int64) - 48


def _key(asked: Digits, held: Digits, sign: int) -> Digits | None:
    """Return the difference that comes most often, if it comes for several numbers and is not nought."""
    weights = 10 ** np.arange(asked.shape[1], dtype=np.uint64)
    found = [(((row - sign * held) % 10).astype(np.uint64) * weights).sum(axis=1) for row in asked]
    values, times = np.unique(np.concatenate([np.unique(one) for one in found]), return_counts=True)
    best = int(times.argmax())
    if times[best] < max(3, len(asked) // 8) or not values[best]:
        return None
    return np.array([int(values[best]) // 10**place % 10 for place in range(asked.shape[1])], np.int64)


def completed(
    shown: Mapping[int, Sequence[str]], numbers: Mapping[int, Sequence[Numbers]]
) -> Iterator[Column]:
    """Yield numbers of which only the last or the first places are shown, as a source has them."""
    for size, cells in shown.items():
        if size > _MOST_PLACES:
            continue
        asked = np.unique(np.array([int(cell) for cell in cells], np.uint64))
        for own, columns in numbers.items():
            for column in columns if LEAST_PLACES <= size < own and own != 17 else ():
                held = _digits(column)
                if not len(held) or len(held) > _MOST_CHANCE * 10.0**size:
                    continue
                weights = 10 ** np.arange(size - 1, -1, -1, dtype=np.uint64)
                for part in (held[:, -size:], held[:, :size]):
                    values = (part.astype(np.uint64) * weights).sum(axis=1)
                    rows = np.flatnonzero(np.isin(values, asked))
                    _, first, times = np.unique(values[rows], return_index=True, return_counts=True)
                    once = rows[first[times == 1]]  # what several begin with names nobody
                    if len(once) >= max(LEAST_ROWS, len(asked) // 2):
                        cells_of = (
                            "".join(map(str, held[row].tolist())) for row in once[:MAX_CELLS].tolist()
                        )
                        yield Column("shortened", tuple(cells_of))
