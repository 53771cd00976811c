"""Drawings and blocks of signs laid out as dots, so that codes and letters in them are read like a picture's.

Rectangles and straight paths of an SVG as filled or stroked dots; lines of block elements, noughts and ones,
hashes or stars as one dot a sign. No curves, no clipping: what is drawn anew is `drawings`. And the points
of paths as rows: a line may plot one record a point. Bounded; pure; called by `channels` and `substituted`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sandbox.egress.content import Sheet

MAX_TEXT = 4 << 20
MAX_MARKS = 60_000
MAX_SIDE = 2000
MAX_PATHS = 12
MAX_POINTS = 5000
LEAST_SIDE = 8
_DOT = 3
_FEWEST_BARS = 60
_WIDEST_BAR = 24
_SAMPLED = 256
_LEAST_NUMBERS = 16
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_RECT = re.compile(r"<(?:\w+:)?rect\b([^<>]*)>")
_PATH = re.compile(r"<(?:\w+:)?(?:path|polyline|polygon)\b([^<>]*)>")
_HELD = re.compile(r"(?<![\w:-])([\w:-]+)\s*=\s*[\"']([^\"']*)[\"']")
_STEP = re.compile(r"([MmLlHhVvZz])([^A-Za-z]*)")
_CURVED = re.compile(r"[CcSsQqTtAa]")
_PALE = re.compile(r"#f{3,8}|white|none|rgb\(255,\s*255,\s*255\)", re.IGNORECASE)
_HALVES: Mapping[str, tuple[int, int]] = {
    "█": (1, 1),
    "▀": (1, 0),
    "▄": (0, 1),
    " ": (0, 0),
    "\u00a0": (0, 0),
}
_BLANK = frozenset(" .·\u3000\u00a0_0□⬜░")
Dots = NDArray[np.uint8]
Box = tuple[float, float, float, float]
Point = tuple[float, float]


def rastered(text: str) -> Iterator[Dots]:
    """Yield a drawing as dots: ink 0, ground 255."""
    boxes = list(_boxes(text[:MAX_TEXT]))[:MAX_MARKS]
    if len(boxes) < LEAST_SIDE:
        return
    corners = np.array(boxes)
    left, top = corners[:, 0].min(), corners[:, 1].min()
    width, height = corners[:, 2].max() - left, corners[:, 3].max() - top
    sides = np.minimum(corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1])
    thin = float(sides[sides > 0].min(initial=1.0))
    scale = min(_DOT / max(thin, 1e-6), MAX_SIDE / max(width, height, 1e-6))
    dots = np.full((int(height * scale) + 8 * _DOT, int(width * scale) + 8 * _DOT), 255, np.uint8)
    places = np.rint((corners - [left, top, left, top]) * scale).astype(np.int64) + 4 * _DOT
    for x, y, right, bottom in places.tolist():
        dots[y : max(bottom, y + 1), x : max(right, x + 1)] = 0
    yield dots


def _boxes(text: str) -> Iterator[Box]:
    for found in _RECT.finditer(text):
        held = dict(_HELD.findall(found[1]))
        values = [_figure(held.get(name, "0")) for name in ("x", "y", "width", "height")]
        if not _PALE.fullmatch(held.get("fill", "")) and values[2] > 0 and values[3] > 0:
            yield values[0], values[1], values[0] + values[2], values[1] + values[3]
    for found in _PATH.finditer(text):
        held = dict(_HELD.findall(found[1]))
        line = held.get("d", "")
        if line and not _CURVED.search(line) and not _PALE.fullmatch(held.get("fill", "")):
            yield from _of_path(line, float(_figure(held.get("stroke-width", "1"))) / 2)


def _figure(text: str) -> float:
    found = _NUMBER.match(text.strip())
    return float(found.group()) if found and len(found.group()) < 32 else 0.0


def _of_path(line: str, half: float) -> Iterator[Box]:
    """Yield the boxes of a path: a closed part as what it spans, an open line along an axis by its width."""
    for points, closed in _parts(line):
        across, down = [x for x, _ in points], [y for _, y in points]
        if closed and len(points) > 2:
            yield min(across), min(down), max(across), max(down)
            continue
        for (x, y), (other, below) in pairwise(points):
            if y == below:
                yield min(x, other), y - half, max(x, other), y + half
            elif x == other:
                yield x - half, min(y, below), x + half, max(y, below)


def _parts(line: str) -> Iterator[tuple[list[Point], bool]]:
    """Yield the points of every part of a path of straight lines, and whether it is closed."""
    here, points = (0.0, 0.0), list[Point]()
    for step, rest in _STEP.findall(line[:MAX_TEXT]):
        if step in "Zz":
            if points:
                yield points, True
                here, points = points[0], []
            continue
        if step in "Mm" and points:
            yield points, False
            points = []
        for x, y in _moves(step, [float(one) for one in _NUMBER.findall(rest) if len(one) < 32]):
            base = here if step.islower() else (0.0, 0.0)
            here = (here[0] if x is None else base[0] + x, here[1] if y is None else base[1] + y)
            points.append(here)
    if points:
        yield points, False


def _moves(step: str, values: Sequence[float]) -> list[tuple[float | None, float | None]]:
    if step in "Hh":
        return [(one, None) for one in values]
    if step in "Vv":
        return [(None, one) for one in values]
    return [(x, y) for x, y in zip(values[::2], values[1::2], strict=False)]


def dotted(text: str) -> Iterator[Dots]:
    """Yield blocks of lines that draw with signs as dots: block elements, or two kinds of signs."""
    for block in re.split(r"\n\s*\n", text[: 1 << 18]):
        lines = [line for line in block.splitlines() if line]
        if len(lines) < 3 or max(map(len, lines)) < LEAST_SIDE or len(lines) > 400:
            continue
        width = min(max(map(len, lines)), 1000)
        signs = set("".join(lines))
        if signs <= set(_HALVES) and signs & set("▀▄"):
            rows = [
                [_HALVES[sign][half] for sign in line.ljust(width)[:width]]
                for line in lines
                for half in (0, 1)
            ]
        elif len(signs - _BLANK) <= 3 and len(signs) <= 6:
            rows = [[int(sign not in _BLANK) for sign in line.ljust(width)[:width]] for line in lines]
        else:
            continue
        grid = np.array(rows, bool)
        yield from (_framed(one) for one in ((grid, grid[:, ::2]) if width % 2 == 0 else (grid,)))


def _framed(grid: NDArray[np.bool_]) -> Dots:
    dots = np.where(np.pad(grid, 4), 0, 255).astype(np.uint8)
    return np.repeat(np.repeat(dots, _DOT, axis=0), _DOT, axis=1)


def points_of(text: str) -> tuple[Sheet, ...]:
    """Return the points of every path as rows, and those of paths of as many points side by side."""
    found: list[list[tuple[str, ...]]] = []
    for held in _PATH.findall(text[:MAX_TEXT]):
        values = dict(_HELD.findall(held))
        line = values.get("d", "") or values.get("points", "")
        numbers = (
            () if _CURVED.search(line) else _NUMBER.findall(line)[: 2 * MAX_POINTS]
        )  # no letter of a font
        if len(numbers) >= _LEAST_NUMBERS and len(found) < MAX_PATHS:
            found.append(list(zip(numbers[::2], numbers[1::2], strict=False)))
    sheets = [_sheet(rows) for rows in found]
    for size in {len(rows) for rows in found}:
        same = [rows for rows in found if len(rows) == size][:4]
        if len(same) > 1:
            sheets.append(_sheet([sum(parts, ()) for parts in zip(*same, strict=True)]))
    return tuple(sheets)


def _sheet(rows: Sequence[tuple[str, ...]]) -> Sheet:
    columns = [pa.array(list(column), pa.string()) for column in zip(*rows, strict=True)]
    return Sheet(
        "$path",
        pa.Table.from_arrays(columns, names=[f"c{place}" for place in range(len(columns))]),
        plain=False,
    )


def heights(pixels: NDArray[np.generic]) -> str:
    """Return the heights of bars side by side as digits, each as wide as the highest; nothing for no bars."""
    weights = 256 ** np.arange(min(pixels.shape[2], 3)) if pixels.ndim == 3 else None
    codes = pixels if weights is None else pixels[..., : len(weights)].astype(np.int64) @ weights
    shades, often = np.unique(codes[:: max(1, len(codes) // _SAMPLED)], return_counts=True)
    colour = shades[often.argmax()]
    counts = (codes != colour).sum(axis=0)
    if counts.size < _FEWEST_BARS or np.unique(counts).size < 10:
        return ""
    for step in range(2, _WIDEST_BAR):
        for start in range(step):
            if not counts[start::step].any() and counts.size >= step * _FEWEST_BARS:
                bars = counts[(start + 1) % step :: step]
                return "".join(str(one).zfill(len(str(bars.max()))) for one in bars.tolist())
    return "".join(str(one).zfill(len(str(counts.max()))) for one in counts.tolist())
