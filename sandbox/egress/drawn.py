"""What a picture shows as rows of signs: letters in any hand, cells in a few colours, and codes of bars.

A line of drawn letters is cut at its gaps and alike shapes are one sign; an enlarged picture is laid back to
one pixel a cell. Which sign is which digit is told by `isomorphs`. Bar and matrix codes are read by ZXing.
Bounded in pixels, lines and shapes; called by `channels` and `substituted`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sandbox.egress.isomorphs import Row

MAX_PIXELS = 6_000_000
MAX_LINES = 200
MAX_SHAPES = 64
MAX_CODES = 200
MAX_SMALL = 1 << 18
MAX_TILED = 1 << 20
MAX_CELL = 64
_SHAPE = (14, 10)
_ALIKE = (0.015, 0.05, 0.09)
_ALIKE_COLOURS = 24.0
_RULED = 40
_WORD_GAP = 0.45
_SHARP = 4.0
_LOOKED_AT = 128
Words = NDArray[np.uint64]
Grey = NDArray[np.float64]
Shape = NDArray[np.float64]


def codes_in(pixels: NDArray[Any]) -> list[str]:
    """Return what the bar codes and matrix codes of a picture say."""
    import zxingcpp

    grey = np.ascontiguousarray(greyed(pixels).clip(0, 255).astype(np.uint8))
    if grey.size > MAX_PIXELS or min(grey.shape) < 8:
        return []
    if grey.size <= MAX_SMALL:  # codes of one pixel a dot, with no ground around them
        grey = np.pad(np.repeat(np.repeat(grey, 3, axis=0), 3, axis=1), 12, constant_values=255)
    return [found.text for found in zxingcpp.read_barcodes(grey)[:MAX_CODES] if found.text]


def greyed(pixels: NDArray[Any]) -> Grey:
    """Return the lightness of every pixel, 0 to 255; transparent ones are white."""
    plain = pixels.astype(np.float64)
    if pixels.dtype.itemsize > 1 and plain.size and plain.max() > 255:
        plain = plain * (255.0 / plain.max())
    if plain.size and plain.max() <= 1:
        plain = plain * 255.0
    if pixels.ndim == 2:
        return plain
    if pixels.shape[2] in (2, 4):
        share = plain[:, :, -1:] / 255
        plain = plain[:, :, :-1] * share + 255 * (1 - share)
    return np.asarray(plain.mean(axis=2))


def reduced(pixels: NDArray[Any]) -> NDArray[Any]:
    """Return a picture whose cells are several pixels wide with one pixel a cell; the same if it is none."""
    down, across = (_step(pixels, axis) for axis in (0, 1))
    return pixels[down // 2 :: down, across // 2 :: across] if down > 1 or across > 1 else pixels


def _step(pixels: NDArray[Any], axis: int) -> int:
    """Return how many pixels wide cells are along an axis: edges stand only between them."""
    along = np.moveaxis(pixels, axis, 0)
    plain = along[:, :: max(along.shape[1] // _LOOKED_AT, 1)].astype(np.float64)
    steps = np.abs(np.diff(plain, axis=0))
    edges = steps.reshape(len(steps), -1).mean(axis=1)
    if not edges.size or not edges.any():
        return 1
    best, sharpest = 1, _SHARP
    for step in range(2, min(MAX_CELL, len(edges) // 2) + 1):
        between = np.zeros(len(edges), bool)
        between[step - 1 :: step] = True
        sharp = edges[between].mean() / max(edges[~between].mean(), 0.05)
        if sharp > sharpest and pixels.shape[axis] % step == 0:
            best, sharpest = step, sharp
    return best


def coloured(pixels: NDArray[Any]) -> Iterator[list[Row]]:
    """Yield the cells of a picture by their colours, row by row and column by column, where these are few."""
    small = reduced(pixels)
    if small.size > 1 << 16 or min(small.shape[:2]) < 5:
        return
    flat = small.reshape(-1, small.shape[2]).astype(np.float64)
    for near in (0.0, _ALIKE_COLOURS):
        signs = _alike(flat, near, 24)
        if signs is None:
            continue
        grid = signs.reshape(small.shape[:2])
        for turned in (grid, grid.T):
            yield [tuple(row.tolist()) for row in turned]


def _alike(values: NDArray[np.float64], near: float, most: int) -> NDArray[np.int64] | None:
    """Return the number of the group that each row of values is of; None if there are more than `most`."""
    kept: list[NDArray[np.float64]] = []
    found = np.full(len(values), -1, np.int64)
    while (left := np.flatnonzero(found < 0)).size:
        if len(kept) >= most:
            return None
        kept.append(values[left[0]])
        found[left[np.abs(values[left] - kept[-1]).max(axis=1) <= near / 2]] = len(kept) - 1
    return found


def lettered(pixels: NDArray[Any]) -> Iterator[list[Row]]:
    """Yield the words that are drawn in a picture, each a row of shapes, and its lines without their gaps."""
    grey = greyed(pixels)
    if grey.size > MAX_PIXELS or min(grey.shape) < 6:
        return
    ground = float(np.median(grey))
    off = np.abs(grey - ground)
    if off.max() < 40:
        return
    ink = off > off.max() / 2
    ink &= ~(_ruled(ink) | _ruled(ink.T).T)
    lines = [
        _cut(off[top:bottom] / off.max(), ink[top:bottom])
        for top, bottom in _runs(ink.any(axis=1))[:MAX_LINES]
        if bottom - top >= 4
    ]
    for near in _ALIKE:
        shapes: list[Shape] = []
        told = [[tuple(_sign(letter, shapes, near) for letter in word) for word in line] for line in lines]
        if len(shapes) <= MAX_SHAPES:
            yield [word for line in told for word in line]
            yield [tuple(sign for word in line for sign in word) for line in told]


def tiled(pixels: NDArray[Any]) -> Iterator[list[Row]]:
    """Yield the lines and words of a picture laid out in boxes of one size, as terminals show letters."""
    ink = greyed(pixels).astype(np.uint64)
    if ink.size > MAX_TILED:
        return
    weights = np.random.default_rng(1).integers(1, 1 << 62, (40, 24)).astype(np.uint64)
    for high in (one for one in range(5, 41) if ink.shape[0] % one == 0):
        for wide in (one for one in range(3, 25) if ink.shape[1] % one == 0):
            shape = (ink.shape[0] // high, high, ink.shape[1] // wide, wide)
            if shape[0] < 5 or not 10 <= shape[2] <= 200:
                continue
            boxes = ink.reshape(shape)
            if _few(_hashed(boxes[:: max(shape[0] // 8, 1)][:8], weights)):
                yield from _in_boxes(_hashed(boxes, weights), int((weights[:high, :wide] * ink.max()).sum()))


def _hashed(boxes: Words, weights: Words) -> Words:
    """Return a number for every box of a picture, the same for boxes that look the same."""
    weighed = np.einsum("lhpw,hw->lp", boxes, weights[: boxes.shape[1], : boxes.shape[3]])
    return np.asarray(weighed, np.uint64)


def _few(grid: Words) -> bool:
    kinds = len(np.unique(grid))
    return 5 <= kinds <= MAX_SHAPES // 2 and kinds * 3 < grid.size


def _in_boxes(grid: Words, white: int) -> Iterator[list[Row]]:
    if not _few(grid):
        return
    kinds, times = np.unique(grid, return_counts=True)
    pale = white & (1 << 64) - 1
    blank = pale if pale in kinds.tolist() else int(kinds[times.argmax()])
    lines = [[int(sign) for sign in line] for line in grid.tolist()]
    yield [word for line in lines for word in _words(line, blank)]
    yield [tuple(sign for sign in line if sign != blank) for line in lines]
    yield [tuple(line) for line in lines]


def _words(line: Sequence[int], blank: int) -> Iterator[Row]:
    for is_blank, word in groupby(line, key=lambda sign: sign == blank):
        if not is_blank:
            yield tuple(word)


def _ruled(ink: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the pixels of lines across: runs that are longer than any stroke of a letter."""
    if ink.shape[1] < _RULED:
        return np.zeros_like(ink)
    count = np.cumsum(ink, axis=1, dtype=np.int32)
    whole = np.zeros(ink.shape, bool)
    whole[:, _RULED:] = count[:, _RULED:] - count[:, :-_RULED] == _RULED
    ends = np.cumsum(whole[:, ::-1], axis=1, dtype=np.int32)[:, ::-1]
    after = np.zeros_like(ends)
    after[:, :-_RULED] = ends[:, _RULED:]
    return np.asarray(ends > after)


def _runs(held: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return where runs of true begin and end."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], held.astype(np.int8), [0]))))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _cut(line: Shape, ink: NDArray[np.bool_]) -> list[list[Shape]]:
    """Return the letters of one line, word by word, at the size at which shapes are compared."""
    found: list[list[Shape]] = [[]]
    before = 0
    for start, end in _runs(np.asarray(ink.any(axis=0))):
        if found[-1] and start - before > _WORD_GAP * line.shape[0]:
            found.append([])
        found[-1].append(_shape(line[:, start:end], ink[:, start:end]))
        before = end
    return [word for word in found if word]


def _shape(letter: Shape, ink: NDArray[np.bool_]) -> Shape:
    """Return a letter at one size, each place the mean of what lies under it, and its own size beside."""
    from PIL import Image

    rows = np.flatnonzero(ink.any(axis=1))
    tight = letter[rows[0] : rows[-1] + 1]
    image = Image.fromarray((tight * 255).clip(0, 255).astype(np.uint8))
    small = np.asarray(image.resize((_SHAPE[1], _SHAPE[0]), Image.Resampling.BOX), np.float64) / 255
    size = np.repeat([[tight.shape[0] / 64, tight.shape[1] / 64]], _SHAPE[0], axis=0)
    return np.concatenate((small, size), axis=1)


def _sign(shape: Shape, shapes: list[Shape], near: float) -> int:
    """Return the number of the shape that a letter is like, a new one if it is like none."""
    if shapes and len(shapes) <= MAX_SHAPES:
        off = np.abs(np.stack(shapes) - shape).mean(axis=(1, 2))
        if off.min() < near:
            return int(off.argmin())
    shapes.append(shape)
    return len(shapes) - 1
