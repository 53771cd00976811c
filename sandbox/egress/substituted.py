"""Records behind signs of somebody's own: the rows of signs in a file, read as a source's numbers repeat.

Gathers rows of signs from texts, and asks the index of records about what they may mean. Called last, by
`sightings`; finding nothing clears nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain, islice
from typing import Any

from numpy.typing import NDArray

from sandbox.egress import planes
from sandbox.egress.channels import named, text_of
from sandbox.egress.drawn import coloured, lettered, tiled
from sandbox.egress.isomorphs import Row, may_be_script, numbers_of, read_as
from sandbox.egress.offsets import completed, figures_in, moved_back
from sandbox.egress.origin import Source
from sandbox.egress.raster import dotted, rastered
from sandbox.egress.recognise import Recognised
from sandbox.egress.signs import signed

MAX_BYTES = 8 << 20
MAX_PARTS = 40
MAX_READINGS = 60
_LENGTHS = range(10, 25)


def substituted(parts: Sequence[bytes], sources: Sequence[Source]) -> Recognised:
    """Return the records that rows of signs in the files name."""
    shown = [part for part in parts[:MAX_PARTS] if part and len(part) <= MAX_BYTES]
    every = islice(chain.from_iterable(map(_rows, shown)), MAX_READINGS)
    readings = list(filter(may_be_script, every))
    figures = [found for part in shown if (found := figures_in(text_of(part)))]
    if not readings and not figures:
        return Recognised()
    wanted = {len(row) for rows in readings for row in rows}
    wanted |= {size for found in figures for least in found for size in range(least, _LENGTHS.stop)}
    numbers = numbers_of(sources, wanted | ({17} if 18 in wanted else set()))
    columns = [column for rows in readings for column in read_as(rows, numbers)]
    for found in figures:
        columns += [*moved_back(found, numbers), *completed(found, numbers)]
    indexes = [source.index for source in sources if source.index is not None]
    return named(columns, [], indexes)


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
