"""Numbers of several files that make identifiers together: cell by cell as shares, or side by side as pieces.

Columns that look like noise in two or three tables are added and subtracted by every usual modulus, and by
exclusive or; columns of tables laid side by side are read as the figures of one number a row, also with a
mark before each piece, moved by a round number, or with rows of something else between. Only what most rows
of a reading name counts. Bounded; pure; called by `together` and
`sightings`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, combinations, islice

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sandbox.egress.channels import named
from sandbox.egress.content import Content, Form
from sandbox.egress.identities import namable, spelled
from sandbox.egress.pairings import moduli
from sandbox.egress.recognise import Recognised, recognise
from sandbox.egress.streams import PROBED, Column, said
from sandbox.files.types import FileType
from sandbox.fingerprint.index import RecordIndex

Grid = NDArray[np.int64]

LEAST_ROWS = 8
MAX_ROWS = 400
MAX_WIDTH = 40
MAX_GROUPS = 12
MAX_FIGURES = 240
_MOST = 0.8
_WIDEST = 10**18
_MARKED = (1, 2, 5, 9)
_LETTERS = 31
_FEATURES = 40
MAX_FEATURES = 512
_WIDTHS = {10: 10**10, 11: 0, 17: 0, 18: 0, 26: 0, 27: 0, 28: 0}
"""Figures of identifiers, and what is missing before them: a telephone may lack its first."""
_NOISE = 1.7
"""How far from evenly spread a column of noise may be, in units of the root of its rows (Kolmogorov)."""


def cancelled(
    tables: Mapping[str, pa.Table], indexes: Sequence[RecordIndex]
) -> tuple[tuple[str, ...], Recognised] | None:
    """Return the paths of two or three tables of noise that show records together, and the records."""
    noise: dict[tuple[int, int], dict[str, Grid]] = {}
    for path, table in tables.items():
        grid = _noise(table)
        if grid is not None:
            noise.setdefault(grid.shape, {})[path] = grid
    for alike in noise.values():
        groups = chain(combinations(alike, 2), combinations(alike, 3))
        for paths in islice(groups, MAX_GROUPS):
            seen = _searched(list(_mixed([alike[path] for path in paths])), indexes)
            if seen:
                return paths, seen
    return None


def _noise(table: pa.Table) -> Grid | None:
    """Return the columns of whole numbers that are spread evenly from nought to a usual modulus."""
    if table.num_rows < LEAST_ROWS:
        return None
    columns = [one for one in _whole(table) if (one >= 0).all() and _bounds(one)]
    return np.stack(columns, 1) if columns else None


def _whole(table: pa.Table) -> Iterator[Grid]:
    """Yield the front of the columns of whole numbers of a table."""
    for column in table.columns[:MAX_WIDTH]:
        cells = column.slice(0, MAX_ROWS).cast(pa.string())
        if not cells.null_count and pc.all(pc.match_substring_regex(cells, r"^-?\d{1,18}$")).as_py():
            yield np.array([int(cell) for cell in cells.to_pylist()], np.int64)


def _bounds(values: Grid) -> list[int]:
    """Return the usual moduli up to which numbers are spread evenly, as noise is and counts are not."""
    most = int(values.max())
    fitting = [one for one in dict.fromkeys([10 ** len(str(most)), *moduli(most)]) if one > most]
    places = (np.arange(len(values)) + 0.5) / len(values)
    found = []
    for bound in fitting:
        spread = (np.sort(values) + 0.5) / bound
        far = float(np.abs(spread - places).max()) - 0.5 / bound
        if far <= _NOISE / len(values) ** 0.5:
            found.append(bound)
    steps = np.diff(values)
    return found if most > 1 and not (steps == steps[0]).all() else []


def _mixed(grids: Sequence[Grid]) -> Iterator[Grid]:
    """Yield sums and differences of grids by each modulus that fits all of them, and their exclusive or."""
    least = np.stack(grids).reshape(-1)
    both = grids[0] ^ grids[1] if len(grids) == 2 else grids[0] ^ grids[1] ^ grids[2]
    yield both
    ways = [(1, 1), (1, -1)] if len(grids) == 2 else [(1, 1, 1), (1, 1, -1), (1, -1, 1), (1, -1, -1)]
    most = int(least.max())
    for bound in dict.fromkeys([10 ** len(str(most)), *moduli(most)]):
        if bound > most and bound < _WIDEST:
            for way in ways:
                total = sum(sign * (grid % bound) for sign, grid in zip(way, grids, strict=True))
                yield total % bound
                if -1 in way:
                    yield -total % bound


def _searched(grids: Sequence[Grid], indexes: Sequence[RecordIndex]) -> Recognised:
    columns: list[Column] = []
    texts: list[str] = []
    for grid in grids:
        columns += _readings(grid, [len(str(int(one))) for one in grid.max(axis=0)])
        if _LETTERS < grid.max() < 256:
            texts += said(np.ascontiguousarray(grid).astype(np.uint8).tobytes())
    seen = named(columns, (), indexes)
    if not seen and texts:
        seen = recognise([Content(FileType.BINARY, Form.UNREAD, stray=tuple(dict.fromkeys(texts)))], indexes)
    return seen


def sharded(table: pa.Table, indexes: Sequence[RecordIndex]) -> Recognised:
    """Return the records whose identifiers the columns of tables laid side by side make, row by row."""
    columns = [one for one in map(_pieces, table.columns[:MAX_WIDTH]) if one is not None]
    if not 2 <= len(columns) <= MAX_WIDTH or table.num_rows < LEAST_ROWS:
        return Recognised()
    found = [one for grid, widths in _kept(columns) for one in _readings(grid, widths)]
    return named(found, (), indexes)


def featured(tables: Sequence[pa.Table], indexes: Sequence[RecordIndex]) -> Recognised:
    """Return the records whose figures are four columns of noughts and ones each, as features of a model."""
    found: list[Column] = []
    for table in tables[:MAX_GROUPS]:
        if table.num_columns < _FEATURES or table.num_rows < LEAST_ROWS:
            continue
        cells = [column.slice(0, PROBED).cast(pa.string()).to_pylist() for column in table.columns]
        bits = [column for column in cells if {"0", "1"}.issuperset(column)][:MAX_FEATURES]
        if len(bits) >= _FEATURES:
            found += chain.from_iterable(map(_windows, _of_four(np.array(bits, np.int64).T)))
    return named(found, (), indexes) if found else Recognised()


def _of_four(bits: Grid) -> Iterator[Grid]:
    """Yield lines of bits as figures of four each, from each of the first places on."""
    for start in range(4):
        whole = bits[:, start : start + (bits.shape[1] - start) // 4 * 4]
        figures = whole.reshape(len(whole), -1, 4) @ np.array([8, 4, 2, 1])
        yield np.where(figures > 9, 0, figures)


def _pieces(column: pa.ChunkedArray) -> list[str] | None:
    """Return the front of a column most of whose cells are figures, mostly different."""
    cells = [(cell or "").strip() for cell in column.slice(0, MAX_ROWS).cast(pa.string()).to_pylist()]
    figures = [cell for cell in cells if cell.isdecimal() and cell.isascii() and len(cell) < 18]
    if len(figures) < _MOST * len(cells) or len(set(figures)) < LEAST_ROWS // 2:
        return None
    return cells


def _kept(columns: Sequence[Sequence[str]]) -> Iterator[tuple[Grid, list[int]]]:
    """Yield the rows whose cells are of the usual width in all columns, then those from a round number on."""
    widths = [max(set(map(len, cells)), key=list(map(len, cells)).count) for cells in columns]
    rows = list(zip(*columns, strict=True))
    plain = [row for row in rows if all(cell.isdecimal() for cell in row)]
    usual = [row for row in plain if [len(cell) for cell in row] == widths]
    if len(usual) >= max(LEAST_ROWS, len(rows) // 2):
        yield np.array([[int(cell) for cell in row] for row in usual], np.int64), widths
    if len(plain) < LEAST_ROWS:
        return
    grid = np.array([[int(cell) for cell in row] for row in plain], np.int64)
    if (grid >= 10**12).any():
        return
    low = np.quantile(grid, 0.15, axis=0)
    for mark in {one * 10**power for one in _MARKED for power in range(1, 9)}:
        if (low >= mark).all() and (low < 10 * mark).all():
            moved = grid - mark
            spans = [len(str(int(np.quantile(one, 0.9)))) for one in moved.T]
            fine = ((moved >= 0) & (moved < np.power(10, spans))).all(axis=1)
            if fine.mean() >= 1 - 2 * (1 - _MOST):
                yield moved[fine], spans


def _readings(grid: Grid, widths: Sequence[int]) -> Iterator[Column]:
    """Yield the identifiers that the figures of each row are at any place, also without marks of cells."""
    cells = [_figures(column, width) for column, width in zip(grid.T[:MAX_WIDTH], widths, strict=False)]
    bare = [one[:, 1:] if one.shape[1] > 2 and (one[:, 0] == one[0, 0]).all() else one for one in cells]
    lines = [np.concatenate(cells, 1)]
    if any(one is not other for one, other in zip(cells, bare, strict=True)):
        lines.append(np.concatenate(bare, 1))
    for line in lines:
        yield from _windows(line[:, :MAX_FIGURES])


def _figures(column: Grid, width: int) -> Grid:
    """Return numbers of at most so many figures as their figures, one line each."""
    powers = np.array([10**place for place in range(width - 1, -1, -1)], np.int64)
    return np.asarray(column[:, None] // powers % 10)


def _windows(line: Grid) -> Iterator[Column]:
    for width, lead in _WIDTHS.items():
        if line.shape[1] < width:
            return
        windows = np.lib.stride_tricks.sliding_window_view(line, width, axis=1)
        numbers = windows[:PROBED] @ 10.0 ** np.arange(width - 1, -1, -1) + lead
        fine = namable(numbers.reshape(-1)).reshape(numbers.shape).mean(axis=0)
        for start in np.flatnonzero(fine >= _MOST)[:MAX_GROUPS].tolist():
            texts = ["".join(map(str, row)) for row in windows[:, start].tolist()]
            yield Column(f"figures from {start}", spelled([int(text) + lead for text in texts]))
