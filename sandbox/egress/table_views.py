"""The readings of one small table: on its side, backwards, decoded, neighbours joined, groups gathered.

Works on the different cells of the table and on the number that each has, not cell by cell: most tables say
the same few values over and over. Pure; called by `views`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, pairwise
from operator import add
from typing import Any, Final, TypeAlias

import numpy as np
import pyarrow as pa

from sandbox.egress.blobs import decoded_cell
from sandbox.fingerprint.readings import read_as, tokens
from sandbox.fingerprint.vocabulary import MAX_TOKENS, Integers, Laid, Vocabulary, spans

MARKS: Final = re.compile(r"[|;,，；、\t(){}（）\[\]&]|\s{2,}|\s?[:：=]\s?| - ")
WINDOW: Final = 12
_MOSTLY: Final = 0.5  # share of cells that decode to text from which a table is read decoded, too
_Reading: TypeAlias = tuple[str, Laid]


class TableViews:
    """A table of text as the places of its different cells, and each reading of it as rows of tokens."""

    def __init__(self, table: pa.Table, words: Vocabulary) -> None:
        """Find the different cells; what they are read as is asked later."""
        parts = [part.cast(pa.large_string()) for column in table.columns for part in column.chunks]
        cells = pa.concat_arrays(parts) if parts else pa.array([], pa.large_string())
        found = cells.dictionary_encode(null_encoding="encode")
        self._table, self._names, self._words = table, table.column_names, words
        self._cells: list[str | None] = found.dictionary.to_pylist()
        shape = (table.num_columns, table.num_rows)
        self._at: Integers = found.indices.to_numpy().astype(np.int64).reshape(shape)
        self._filled: np.ndarray[Any, np.dtype[np.bool_]] = self._each(bool).astype(np.bool_)
        self._code = self._coded(lambda cell: cell)

    def rows(self, kinds: Sequence[Sequence[str]]) -> Laid:
        """Return the rows as they are, and other readings of their columns beside."""
        others = [
            (place, read_as(column, kind))
            for place, column in enumerate(self._table.columns)
            for kind in kinds[place]
        ]
        return replace(self._grid(self._code[self._at]), others=others)

    def parts(self) -> Laid:
        """Return the rows as tokens, in parts where they are long."""
        return self._grid(self._code[self._at]).cut()

    def all(self) -> Iterator[_Reading]:
        """Yield every reading that is worth trying, with its name."""
        width, rows = self._at.shape
        if rows >= 2:
            # A table that lies on its side has no heading: what was read as one is its first cell.
            heads = np.fromiter(self._words.numbers(self._names), np.int64, width)[:, None]
            yield "columns", self._grid(np.hstack([heads, self._code[self._at]]).T).cut()
        yield "reversed", self._grid(self._coded(lambda cell: cell and cell[::-1])[self._at])
        yield from self._decoded()
        if width >= 2:
            yield "adjacent", self._adjacent().cut()
        yield from self._packed()
        if width <= 2:
            lines = zip(*self._columns(), strict=True)
            yield "words", self._words.rows([tokens(" ".join(filter(None, line))) for line in lines]).cut()
        if width >= 2:
            yield from self._groups()
        if width <= 3:
            yield "windows", self._grid(self._code[self._at]).windows(WINDOW, WINDOW // 3)

    def _each(self, asked: Callable[[str | None], object]) -> Integers:
        """Return what is asked of every different cell."""
        return np.array([asked(cell) for cell in self._cells], np.int64)

    def _coded(self, change: Callable[[str | None], str | None]) -> Integers:
        """Return the number of every different cell as a token, once it is changed."""
        return np.fromiter(self._words.numbers(map(change, self._cells)), np.int64, len(self._cells))

    def _grid(self, code: Integers) -> Laid:
        """Return a table of numbers, column after column, as rows."""
        return Laid(self._words, code.T.ravel(), np.full(code.shape[1], code.shape[0]))

    def _columns(self) -> list[list[str]]:
        cells = [cell or "" for cell in self._cells]
        return [[cells[at] for at in column] for column in self._at.tolist()]

    def _decoded(self) -> Iterator[_Reading]:
        plain = [decoded_cell(cell) if cell else None for cell in self._cells]
        told = np.array([one is not None for one in plain], np.bool_)
        if told[self._at].sum() >= _MOSTLY * self._filled[self._at].sum():
            code = np.fromiter(self._words.numbers(plain), np.int64, len(plain))
            yield "decoded", self._grid(code[self._at])

    def _adjacent(self) -> Laid:
        """Return values that may have been cut into cells: neighbours by two or three, and all of a row."""
        columns = self._columns()
        joined: list[list[str]] = []
        if len(columns) <= MAX_TOKENS:
            joined = [list(map(add, *pair)) for pair in pairwise(columns)]
            joined += [list(map(add, *both)) for both in zip(joined, columns[2:], strict=False)]
        joined.append(list(map("".join, zip(*columns, strict=True))))
        shape = (len(joined), len(joined[0]))
        code = np.fromiter(self._words.numbers(chain.from_iterable(joined)), np.int64, shape[0] * shape[1])
        return self._grid(code.reshape(shape))

    def _packed(self) -> Iterator[_Reading]:
        """Yield the rows with cells that hold several values taken apart."""
        if not any(map(MARKS.search, filter(None, self._cells))):
            return
        parts = [tuple(self._words.numbers(values_of(cell))) for cell in self._cells]
        counts = np.fromiter(map(len, parts), np.int64, len(parts))
        code = np.fromiter(chain.from_iterable(parts), np.int64, int(counts.sum()))
        number = counts[self._at].sum(axis=0)
        if (number > self._filled[self._at].sum(axis=0)).any():
            at, starts = self._at.T.ravel(), np.cumsum(counts) - counts
            yield "packed", Laid(self._words, code[spans(starts[at], counts[at])], number).cut()

    def _groups(self) -> Iterator[_Reading]:
        """Yield rows gathered by each column that repeats: the key of a key-and-value layout."""
        for place, keys in enumerate(self._at):
            found, first, group = np.unique(keys, return_index=True, return_inverse=True)
            if not 1 <= len(found) <= len(keys) / 2:
                continue
            ranks = np.empty_like(first)
            ranks[np.argsort(first)] = np.arange(len(first))  # as they come in the table
            gathered = self._gathered(place, ranks[group], self._code[found[np.argsort(first)]])
            if gathered.lengths.max() >= 3:
                yield f"by {self._names[place]}", gathered

    def _gathered(self, place: int, group: Integers, keys: Integers) -> Laid:
        """Return each key with the filled cells of its rows, until there are enough."""
        order = np.argsort(group, kind="stable")
        others = np.delete(self._at, place, axis=0)[:, order].T
        some, group = self._filled[others], group[order]
        number = some.sum(axis=1)
        before = np.cumsum(number) - number
        begin = np.searchsorted(group, np.arange(len(keys)))
        few = 1 + before - before[begin][group] < MAX_TOKENS
        lengths = 1 + np.bincount(group[few], number[few], len(keys)).astype(np.int64)
        code = np.empty(int(lengths.sum()), np.int64)
        head = np.zeros(len(code), np.bool_)
        head[np.cumsum(lengths) - lengths] = True
        code[head] = keys
        code[~head] = self._code[others[few]][some[few]]
        return Laid(self._words, code, lengths)


def values_of(cell: str | None) -> list[str]:
    """Return the values that a cell holds between marks."""
    if not cell:
        return []
    if cell.isalnum():  # no mark and no blank
        return [cell]
    return [part for part in map(str.strip, MARKS.split(cell)) if part]
