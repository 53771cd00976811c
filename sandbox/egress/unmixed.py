"""Tables whose columns were mixed by a matrix, or turned into a spectrum, as they were before.

A file that holds scores beside the loadings, the mean and the scale holds the data. Every square of numbers
that fits is tried, as it is, turned and inverted, with every list as the mean or the scale; so are the usual
transforms of a list. What comes out is kept where its figures are round to the hundredth, as data are and
chance is not. Decides nothing about records. Pure; called by `sightings`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice, permutations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sandbox.egress.content import Content
from sandbox.egress.measured import figure

Reals = NDArray[np.float64]

LEAST_ROWS = 8
MAX_ROWS = 2_000
MAX_WIDTH = 8
MAX_HELD = 12
MAX_TABLES = 6
MAX_TRIED = 1_500
MAX_LEAVES = 60_000
_ROUND = 0.95
_WAVES = 256
_NEAR = 1e-3
_PRECISE = 2e-13


@dataclass(slots=True)
class _Held:
    """What a file holds: lists of numbers, tables of them as wide as they are, and squares."""

    lists: list[Reals] = field(default_factory=list)
    tables: list[Reals] = field(default_factory=list)
    squares: list[Reals] = field(default_factory=list)

    def add(self, one: Reals) -> None:
        if one.ndim == 1:
            self._kept(self.lists, one)
            width = round(len(one) ** 0.5)
            if 2 <= width <= MAX_WIDTH and width * width == len(one):
                self._kept(self.squares, one.reshape(width, width))
        elif one.ndim == 2 and 2 <= one.shape[1] <= MAX_WIDTH:
            if one.shape[0] == one.shape[1]:
                self._kept(self.squares, one)
            elif one.shape[0] >= LEAST_ROWS:
                self._kept(self.tables, one[:MAX_ROWS])
        elif one.ndim == 2 and 2 <= one.shape[0] <= MAX_WIDTH:
            self._kept(self.tables, one.T[:MAX_ROWS])

    @staticmethod
    def _kept(kept: list[Reals], one: Reals) -> None:
        if len(kept) < MAX_HELD:
            kept.append(one)


def unmixed(contents: Sequence[Content], tables: Sequence[pa.Table]) -> list[pa.Table]:
    """Return the tables that numbers were before a matrix or a transform, if any come out round."""
    held = _Held()
    for content in contents:
        for one in islice(_arrays(content.document), 4 * MAX_HELD):
            held.add(one)
    for table in tables[:MAX_TABLES]:
        _of_table(table, held)
    found = (_round(one) for one in islice(chain(_unturned(held), _untransformed(held)), MAX_TRIED))
    return list(islice((one for one in found if one is not None), MAX_TABLES))


def _arrays(document: object) -> Iterator[Reals]:
    """Yield every list of numbers of a document, and every list of as long lists, the outer ones first."""
    waiting = [document]
    seen = 0
    while waiting and seen < MAX_LEAVES:
        one = waiting.pop(0)
        seen += 1
        if isinstance(one, Mapping):
            waiting += list(one.values())
        elif isinstance(one, (list, tuple)) and one:
            found = _numbers(one)
            if found is not None:
                seen += found.size
                yield found
            elif isinstance(one[0], (list, tuple, Mapping)):
                waiting += list(one[:1000])


def _numbers(one: Sequence[object]) -> Reals | None:
    """Return a list of numbers, or of as long lists of numbers, as an array; None for anything else."""
    nested = isinstance(one[0], (list, tuple))
    rows = [row for row in one if isinstance(row, (list, tuple))] if nested else [one]
    if len(one) > MAX_LEAVES or (nested and len(rows) < len(one)) or len({len(row) for row in rows}) != 1:
        return None
    try:
        found = np.array([[float(str(cell)) for cell in row] for row in rows])
    except ValueError:
        return None
    if not np.isfinite(found).all() or found.size < 2:
        return None
    return found if nested else found[0]


def _of_table(table: pa.Table, held: _Held) -> None:
    """Add the figures of a table: its columns side by side, and its first or last rows as a square."""
    square = 2 <= table.num_rows == table.num_columns <= MAX_WIDTH
    if not (square or LEAST_ROWS <= table.num_rows <= 10 * MAX_ROWS):
        return
    columns = []
    for column in table.columns[: 2 * MAX_WIDTH]:
        parsed = [figure(cell) for cell in column.slice(0, MAX_ROWS).cast(pa.string()).to_pylist()]
        if all(one is not None for one in parsed):
            columns.append([one[0] for one in parsed if one is not None])
    if square and len(columns) == table.num_columns:
        held.add(np.array(columns).T)
        return
    for one in columns:
        held.add(np.array(one))
    width = len(columns)
    if not 2 <= width <= MAX_WIDTH or len(columns[0]) < LEAST_ROWS + width:
        return
    whole = np.array(columns).T
    for rows, square in ((whole[:-width], whole[-width:]), (whole[width:], whole[:width])):
        held.add(rows)
        held.add(square)
    held.add(whole)


def _unturned(held: _Held) -> Iterator[Reals]:
    """Yield tables times squares, scaled and moved by lists; nothing that is a table already."""
    for table in held.tables:
        if all(_decimals(column) is not None for column in table.T):
            continue
        width = table.shape[1]
        lists = [one for one in held.lists if len(one) == width][:4]
        squares = [one for one in held.squares if len(one) == width][:6]
        turned = list(chain.from_iterable(_turned(table, one) for one in squares))
        for one in turned:
            yield one
        for one in (*turned, table):
            for move in lists:
                yield one + move
                yield one - move
            for scale, move in permutations(lists, 2):
                yield one * scale + move
                yield (one + move) * scale
        for scale, square in ((scale, square) for scale in lists for square in squares):
            for one in _turned(table * scale, square):
                yield one
                yield from (one + move for move in lists)


def _turned(table: Reals, square: Reals) -> Iterator[Reals]:
    with np.errstate(all="ignore"):
        yield table @ square
        yield table @ square.T
        if abs(np.linalg.det(square)) > 1e-12:
            inverse = np.linalg.inv(square)
            yield table @ inverse
            yield table @ inverse.T


def _untransformed(held: _Held) -> Iterator[Reals]:
    """Yield what the lists are spectra or other transforms of."""
    long = [one[:MAX_ROWS] for one in held.lists if len(one) >= LEAST_ROWS]
    lists = [one for one in long if _decimals(one) is None]
    for one, other in permutations(lists[:6], 2):
        if len(one) == len(other):
            for spectrum in (one + 1j * other, one * np.exp(1j * other)):
                for rows in (2 * len(one) - 1, 2 * len(one) - 2):
                    yield from _scaled(np.fft.irfft(spectrum, rows))
                yield from _scaled(np.fft.ifft(spectrum).real)
    for one in lists[:6]:
        yield from _of_one(one)


def _of_one(one: Reals) -> Iterator[Reals]:
    """Yield what a list is the cosine, Hartley, Walsh or Haar transform of."""
    rows = len(one)
    place = np.arange(rows)
    if rows <= _WAVES:
        waves = np.cos(np.pi * (place[:, None] + 0.5) * place[None, :] / rows)
        halved = np.concatenate([[one[0] / 2], one[1:]])
        back = (waves @ halved)[:, None] / rows
        yield back
        yield 2 * back
        yield (waves @ np.concatenate([[one[0] / np.sqrt(2)], one[1:]]))[:, None] * np.sqrt(2 / rows)
    spectrum = np.fft.fft(one)
    yield from _scaled((spectrum.real - spectrum.imag) / rows)
    if rows & (rows - 1) == 0:
        yield from _scaled(_walsh(one) / rows)


def _walsh(one: Reals) -> Reals:
    step = 1
    out = one.copy()
    while step < len(out):
        pairs = out.reshape(-1, 2, step)
        out = np.stack([pairs[:, 0] + pairs[:, 1], pairs[:, 0] - pairs[:, 1]], 1).reshape(-1)
        step *= 2
    return out


def _scaled(found: Reals) -> Iterator[Reals]:
    """Yield a list as a table, also with the factor that the transform may have had."""
    rows = len(found)
    for factor in (1.0, rows, np.sqrt(rows), 1 / np.sqrt(rows)):
        yield (found * factor)[:, None]


def _round(found: Reals) -> pa.Table | None:
    """Return a table whose figures are nearly all round to the hundredth; None where they are not."""
    if not np.isfinite(found).all() or np.abs(found).max(initial=0.0) >= 1e15:
        return None
    columns = {}
    for place, column in enumerate(found.T):
        decimals = _decimals(column)
        if decimals is None or len(np.unique(np.round(column, 2))) < LEAST_ROWS // 2:
            return None
        columns[f"c{place}"] = pa.array([f"{value:.{decimals}f}" for value in column.tolist()], pa.string())
    return pa.table(columns)


def _decimals(column: Reals) -> int | None:
    off = max(_NEAR, float(np.abs(column).max()) * 100 * _PRECISE)
    if off > 0.05:
        off = 0.05
    for decimals in (0, 2):
        scaled = column * 10.0**decimals
        if float((np.abs(scaled - np.rint(scaled)) < off).mean()) >= _ROUND:
            return decimals
    return None
