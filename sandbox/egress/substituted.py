"""Records behind signs of somebody's own: the rows of signs in a file, read as a source's numbers repeat.

Gathers rows of signs from texts, and asks the index of records about what they may mean. Called last, by
`sightings`; finding nothing clears nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain, islice
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sandbox.egress import planes
from sandbox.egress.abutted import MAX_GROUPS, groups_of, pieced_from
from sandbox.egress.channels import named, text_of
from sandbox.egress.drawn import coloured, lettered, tiled
from sandbox.egress.isomorphs import Row, may_be_script, numbers_of, read_as
from sandbox.egress.offsets import completed, figures_in, moved_back
from sandbox.egress.origin import Source
from sandbox.egress.placewise import by_length, grids_of, read_by_place, windows
from sandbox.egress.raster import dotted, rastered
from sandbox.egress.recognise import Recognised
from sandbox.egress.signs import MAX_COLUMNS, MAX_LINES, MAX_TEXT, signed
from sandbox.egress.streams import Stream

MAX_BYTES = 8 << 20
MAX_PARTS = 40
MAX_READINGS = 60
MAX_TABLES = 6
_LENGTHS = range(10, 25)
_KINDS = range(7, 14)


def substituted(
    parts: Sequence[bytes], tables: Sequence[pa.Table], heard: Sequence[Stream], sources: Sequence[Source]
) -> Recognised:
    """Return the records that rows of signs in the files name; `heard` are sequences read in them."""
    shown = [part for part in parts[:MAX_PARTS] if part and len(part) <= MAX_BYTES]
    every = islice(chain.from_iterable(map(_rows, shown)), MAX_READINGS)
    readings = list(filter(may_be_script, chain(every, islice(_runs(heard), MAX_READINGS))))
    figures = [found for part in shown if (found := figures_in(text_of(part)))]
    placed = windows(_grids(shown, tables, heard))
    beside = list(islice(chain.from_iterable(map(groups_of, _lines(shown, tables))), MAX_GROUPS))
    if not (readings or figures or placed or beside):
        return Recognised()
    wanted = {len(row) for rows in readings for row in rows} | {part.shape[1] for part in placed}
    wanted |= {11} if 10 in wanted else set()
    wanted |= set(_LENGTHS) if beside else set()
    wanted |= {size for found in figures for least in found for size in range(least, _LENGTHS.stop)}
    numbers = numbers_of(sources, wanted | ({17} if 18 in wanted else set()))
    columns = [column for rows in readings for column in read_as(rows, numbers)]
    columns += [*read_by_place(placed, numbers), *pieced_from(beside, numbers)]
    for found in figures:
        columns += [*moved_back(found, numbers), *completed(found, numbers)]
    indexes = [source.index for source in sources if source.index is not None]
    return named(columns, [], indexes)


def _grids(
    parts: Sequence[bytes], tables: Sequence[pa.Table], heard: Sequence[Stream]
) -> Iterator[NDArray[np.int64]]:
    """Yield rows of signs that may have an alphabet for each place: lines, cells, rows, sequences."""
    for text in filter(None, map(text_of, parts)):
        yield from by_length([line.rstrip() for line in text[:MAX_TEXT].splitlines()[:MAX_LINES]])
    for table in tables[:MAX_TABLES]:
        columns = [
            [cell or "" for cell in one.slice(0, MAX_LINES).to_pylist()]
            for one in table.columns[:MAX_COLUMNS]
        ]
        for cells in columns:
            yield from by_length(cells)
        yield from by_length(list(zip(*columns, strict=True)))
    for one in heard:
        yield from grids_of(one)


def _runs(heard: Sequence[Stream]) -> Iterator[list[Row]]:
    """Yield rows of signs cut from sequences of about ten kinds, so long that a place never changes."""
    for one in heard:
        if len(np.unique(one.values[:MAX_LINES])) in _KINDS:
            yield from (
                list(map(tuple, grid.tolist())) for grid in grids_of(one) if grid.shape[1] in _LENGTHS
            )


def _lines(parts: Sequence[bytes], tables: Sequence[pa.Table]) -> Iterator[list[str]]:
    """Yield the lines of texts, and the rows of tables as lines."""
    for text in filter(None, map(text_of, parts)):
        yield text[:MAX_TEXT].splitlines()[:MAX_LINES]
    for table in tables[:MAX_TABLES]:
        columns = [one.slice(0, MAX_LINES).to_pylist() for one in table.columns[:MAX_COLUMNS]]
        yield [" ".join(cell or "" for cell in row) for row in zip(*columns, strict=True)]


def _rows(data: bytes) -> Iterator[list[Row]]:
    if planes.pictured(data):
        for pixels, palette in planes.tried(lambda: list(planes.frames(data)), []):
            shown = planes.unindexed(pixels, palette) if palette else pixels
            yield from planes.tried(partial(_of_pixels, shown), [])
        return
    text = text_of(data)
    if text:
        yield from signed(text, _LENGTHS)
        for dots in chain(dotted(text), rastered(text) if "<svg" in text[:4096] else ()):
            yield from planes.tried(partial(_of_dots, dots), [])


def _of_dots(dots: NDArray[Any]) -> list[list[Row]]:
    return list(lettered(dots))


def _of_pixels(pixels: NDArray[Any]) -> list[list[Row]]:
    return [*coloured(pixels), *lettered(pixels), *tiled(pixels)]
