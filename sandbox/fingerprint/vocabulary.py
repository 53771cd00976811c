"""Rows of tokens by number: each different token is read and hashed once, however many rows have it.

A reading of a file is rows of tokens, and most of its tokens stand in other readings as well. Rows are laid
out, cut and put together as numbers; what a number stands for is asked when an index is. Decides nothing;
called by `match` and by the readings of the gate.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, Final, TypeAlias

import numpy as np
import pyarrow as pa

from sandbox.fingerprint.canonical import canonical_array
from sandbox.fingerprint.cells import hash_forms
from sandbox.fingerprint.siphash import Words

Integers: TypeAlias = np.ndarray[Any, np.dtype[np.int64]]

MAX_TOKENS: Final = 64
"""Tokens of a row that is cut, at most; longer ones become parts that overlap by half."""
_PLACE: Final = MAX_TOKENS.bit_length() - 1


class _Numbers(dict[str | None, int]):
    """The number of each token, given when it is first asked for; None and the empty one have 0."""

    def __missing__(self, token: str | None) -> int:
        number = self[token] = len(self) - 1
        return number


class Vocabulary:
    """The different tokens of some readings, by their numbers."""

    def __init__(self) -> None:
        """Begin with no token."""
        self._numbers = _Numbers({None: 0, "": 0})
        self._forms: list[pa.Array] = []
        self._read = 1
        self._hashed: dict[bytes, tuple[int, Words]] = {}  # by the key of an index, in memory only

    def __len__(self) -> int:
        """Return how many numbers there are."""
        return len(self._numbers) - 1

    def numbers(self, tokens: Iterable[str | None]) -> Iterable[int]:
        """Return the number of each token, in turn."""
        return map(self._numbers.__getitem__, tokens)

    def rows(self, rows: Sequence[Sequence[str | None]]) -> Laid:
        """Return rows of tokens laid out."""
        lengths = np.fromiter(map(len, rows), np.int64, len(rows))
        code = np.fromiter(self.numbers(chain.from_iterable(rows)), np.int64, int(lengths.sum()))
        return Laid(self, code, lengths)

    def hashes(self, key: bytes) -> Words:
        """Return the hash of each token's canonical form, by its number, under the key of an index."""
        if self._read < len(self._numbers):
            fresh = [token or "" for token in islice(self._numbers, self._read, None)]
            self._forms.append(canonical_array(pa.array(fresh, pa.large_string())))
            self._read = len(self._numbers)
        held, words = self._hashed.get(key, (0, np.empty(0, np.uint64)))
        if held < len(self._forms):
            words = np.concatenate([words, *(hash_forms(one, key) for one in self._forms[held:])])
            self._hashed[key] = (len(self._forms), words)
        return words


@dataclass(frozen=True, slots=True, eq=False)
class Laid:
    """Rows of tokens laid out: the numbers of all, row after row, and how many each row has.

    Readings with one vocabulary share what is read and hashed; an index asks under its own key. `others` are
    canonical forms of all rows of a column read in another way, with the column's place.
    """

    words: Vocabulary
    code: Integers
    lengths: Integers
    others: Sequence[tuple[int, pa.Array]] = ()

    def columns(self, key: bytes) -> list[list[Words]]:
        """Return the hashes of each reading of each column, the plain one first; short rows are padded."""
        width = int(self.lengths.max(initial=0))
        grid = np.zeros((len(self.lengths), width), np.uint64)
        grid[np.arange(width) < self.lengths[:, None]] = self.words.hashes(key)[self.code]
        found = [[column] for column in np.ascontiguousarray(grid.T)]
        for place, forms in self.others:
            found[place].append(hash_forms(forms, key))
        return found

    def taken(self, starts: Integers, lengths: Integers) -> Laid:
        """Return rows of so many tokens each, from where they start among all of these."""
        return Laid(self.words, self.code[spans(starts, lengths)], lengths)

    def filled(self) -> Laid:
        """Return the rows without their empty tokens."""
        some = self.code != 0
        if some.all():
            return self
        return Laid(
            self.words, self.code[some], np.bincount(self._owner()[some], minlength=len(self.lengths))
        )

    def cut(self) -> Laid:
        """Return the rows with each token once, without empty ones, and long ones in overlapping parts."""
        rows = self.filled()
        if rows.lengths.max(initial=0) > MAX_TOKENS:
            half = MAX_TOKENS // 2
            long = rows.lengths > MAX_TOKENS
            parts = np.where(long, -(-(rows.lengths - half) // half), 1)
            first = half * (np.arange(parts.sum()) - np.repeat(np.cumsum(parts) - parts, parts))
            lengths = np.minimum(np.repeat(rows.lengths, parts) - first, MAX_TOKENS)
            rows = rows.taken(np.repeat(rows._starts(), parts) + first, lengths)
        return rows._different()

    def windows(self, width: int, step: int) -> Laid:
        """Return all tokens in a row, without empty ones, in windows of so many, a step apart."""
        code = self.code[self.code != 0]
        starts = np.arange(0, max(len(code) - 2, 1), step)
        return Laid(self.words, code, np.array([len(code)])).taken(
            starts, np.minimum(len(code) - starts, width)
        )

    def _starts(self) -> Integers:
        return np.cumsum(self.lengths) - self.lengths

    def _owner(self) -> Integers:
        """Return the row of each token."""
        return np.repeat(np.arange(len(self.lengths)), self.lengths)

    def _different(self) -> Laid:
        """Return rows of no more than `MAX_TOKENS` with each token where it stands first, and there alone.

        Row, token and place of each are one number: sorted, the same tokens of a row stand side by side.
        """
        owner, starts = self._owner(), self._starts()
        place = np.arange(len(self.code)) - starts[owner]
        token = len(self.words).bit_length()
        ranked = np.sort(((owner << token | self.code) << _PLACE) | place)
        again = ranked[1:][ranked[1:] >> _PLACE == ranked[:-1] >> _PLACE]
        if not len(again):
            return self
        row = again >> (token + _PLACE)
        kept = np.ones(len(self.code), np.bool_)
        kept[starts[row] + (again & (MAX_TOKENS - 1))] = False
        lengths = self.lengths - np.bincount(row, minlength=len(self.lengths))
        return Laid(self.words, self.code[kept], lengths)


def spans(starts: Integers, lengths: Integers) -> Integers:
    """Return the places of ranges one after the other, each from its start and so long."""
    before = np.cumsum(lengths) - lengths
    return np.repeat(starts - before, lengths) + np.arange(lengths.sum())


def laid(rows: Sequence[Sequence[str | None]]) -> Laid:
    """Return rows of tokens laid out, so that several indexes may be asked about them."""
    return Vocabulary().rows(rows)
