"""Controlled rounding: counts with their margins, every figure to a multiple of a base, still adding up.

The constructive procedure of Cox (1987, "A constructive procedure for unbiased controlled rounding", JASA
82): figures that are no multiples yet lie on cycles through lines and columns, and are pushed up and down
along one until one of them is done. Nothing moves by a whole base, multiples stay, the expectation is the
figure itself. Which way a cycle goes is drawn from a key. `widths` audits what can be worked out from the
result. Pure; called by `fixing`.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Grid = NDArray[np.int64]
MAX_CELLS = 2_500


@dataclass(frozen=True, slots=True)
class Rounded:
    """The figures inside, and the totals of lines and columns, which are their sums."""

    inside: Grid

    @property
    def lines(self) -> Grid:
        """Return the total of each line."""
        return np.asarray(self.inside.sum(axis=1))

    @property
    def columns(self) -> Grid:
        """Return the total of each column."""
        return np.asarray(self.inside.sum(axis=0))


def rounded(table: Grid, base: int, *, key: bytes) -> Rounded:
    """Return the table with every figure and every margin rounded to a multiple of the base beside it.

    ValueError for a base below 2, a negative figure or more cells than are rounded.
    """
    if base < 2 or table.size > MAX_CELLS or (table.size and int(table.min()) < 0):
        raise ValueError("not a table of counts that can be rounded")
    whole = _with_margins(table)
    low = whole // base * base
    draws = _draws(key)
    while True:
        open_cells = whole != low
        open_cells &= whole != low + base
        if not open_cells.any():
            return Rounded(whole[:-1, :-1].copy())
        cycle = _cycle(open_cells)
        signs = np.where(np.arange(len(cycle)) % 2 == 0, 1, -1)
        at = tuple(np.asarray(cycle).T)
        above, below = low[at] + base - whole[at], whole[at] - low[at]
        up = int(np.where(signs > 0, above, below).min())
        down = int(np.where(signs > 0, below, above).min())
        whole[at] += signs * (up if next(draws) * (up + down) < down << 64 else -down)


def _with_margins(table: Grid) -> Grid:
    """Return the table with its margins taken from it: every line and every column adds up to nothing."""
    whole = np.zeros((table.shape[0] + 1, table.shape[1] + 1), dtype=np.int64)
    whole[:-1, :-1] = table
    whole[:-1, -1], whole[-1, :-1] = -table.sum(axis=1), -table.sum(axis=0)
    whole[-1, -1] = table.sum()
    return whole


def _draws(key: bytes) -> Iterator[int]:
    number = 0
    while True:
        yield int.from_bytes(hmac.digest(key, number.to_bytes(8, "big"), hashlib.sha256)[:8], "big")
        number += 1


def _cycle(open_cells: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return the cells of a cycle that goes along a line, then along a column, in turn.

    There is one: what adds up to nothing cannot have a single figure that is no multiple of the base.
    """
    line = int(np.flatnonzero(open_cells.any(axis=1))[0])
    path: list[tuple[int, int]] = []
    seen: dict[tuple[str, int], int] = {}
    while ("line", line) not in seen:
        seen["line", line] = len(path)
        taken = path[-1][1] if path else -1
        column = int(next(one for one in np.flatnonzero(open_cells[line]) if one != taken))
        path.append((line, column))
        if ("column", column) in seen:
            return path[seen["column", column] :]
        seen["column", column] = len(path)
        line = int(next(one for one in np.flatnonzero(open_cells[:, column]) if one != line))
        path.append((line, column))
    return path[seen["line", line] :]


def widths(table: Grid, made: Rounded, base: int, cells: NDArray[np.bool_], *, enough: int) -> Grid:
    """Return how far apart two figures can lie that a cell may have, for all that is published; -1 unasked.

    Exact: the largest flow that changes the cell and leaves every published figure what it is. What is at
    least `enough` is not looked at further.
    """
    found = np.full(table.shape, -1, dtype=np.int64)
    for line, column in np.argwhere(cells):
        room = _Room(table, made, base)
        up = room.push(int(line), int(column), enough, up=True)
        down = _Room(table, made, base).push(int(line), int(column), enough - up, up=False)
        found[line, column] = up + down
    return found


class _Room:
    """By how much each figure may change without a change of what is published: a network of residuals."""

    def __init__(self, table: Grid, made: Rounded, base: int) -> None:
        lines, columns = table.shape
        self.lines, self.end = lines, lines + columns
        start = self.end + 1  # takes the grand total from the end, gives each line its own
        self.left = np.zeros((start + 1, start + 1), dtype=np.int64)
        grand, whole = int(made.inside.sum()), int(table.sum())
        self.left[self.end, start] = grand + base - 1 - whole
        self.left[start, self.end] = whole - max(grand - base + 1, 0)
        self.left[:lines, lines : self.end] = made.inside + base - 1 - table
        self.left[lines : self.end, :lines] = (table - np.maximum(made.inside - base + 1, 0)).T
        for at, (true, shown) in enumerate(zip(table.sum(axis=1), made.lines, strict=True)):
            self.left[start, at] = shown + base - 1 - true
            self.left[at, start] = true - max(int(shown) - base + 1, 0)
        for at, (true, shown) in enumerate(zip(table.sum(axis=0), made.columns, strict=True), lines):
            self.left[at, self.end] = shown + base - 1 - true
            self.left[self.end, at] = true - max(int(shown) - base + 1, 0)

    def push(self, line: int, column: int, most: int, *, up: bool) -> int:
        """Return by how much a cell can be raised (or lowered) at most, up to `most`."""
        source, sink = (self.lines + column, line) if up else (line, self.lines + column)
        limit = min(most, int(self.left[sink, source]))
        self.left[line, self.lines + column] = self.left[self.lines + column, line] = 0
        done = 0
        while done < limit and (path := self._path(source, sink)):
            least = min(limit - done, *(int(self.left[one, two]) for one, two in path))
            for one, two in path:
                self.left[one, two] -= least
                self.left[two, one] += least
            done += least
        return done

    def _path(self, source: int, sink: int) -> list[tuple[int, int]]:
        came = {source: source}
        waiting = deque([source])
        while waiting and sink not in came:
            one = waiting.popleft()
            for two in np.flatnonzero(self.left[one] > 0):
                if int(two) not in came:
                    came[int(two)] = one
                    waiting.append(int(two))
        path: list[tuple[int, int]] = []
        while sink in came and sink != source:
            path.append((came[sink], sink))
            sink = came[sink]
        return path
