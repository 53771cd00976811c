"""What is written in pictures: letters read by optical character recognition, line by line and cell by cell.

PP-OCR's models, which come with RapidOCR, find the lines of a picture and read them; lines side by side are a
row. Pictures are the file itself, those inside an office package, those of its pages. Bounded in pictures,
pixels and lines; what is read is searched and judged by its shape like any text, never written. Called by
`judge`; finding nothing clears nothing.
"""

from __future__ import annotations

import io
import os
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import islice
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sandbox.egress import planes
from sandbox.egress.content import Content, Form, Sheet
from sandbox.egress.drawn import greyed
from sandbox.egress.papers import drawn_pages
from sandbox.files.members import head_of
from sandbox.files.types import FileType

MAX_PICTURES = 8
MAX_PIXELS = 6_000_000
MAX_BYTES = 8 << 20
MAX_LINES = 500
MAX_WIDE = 40
_LEAST_SIDE = (12, 40)
_INK = (0.002, 0.45)
"""Share of pixels off the ground between which a picture may hold writing; noise has more, a blank less."""
_CONTRAST = 60
_SAME_LINE = 0.5
_SURE = 0.5
_MEDIA = re.compile(r"(?:xl|word|ppt)/media/[^/]+\.(?:png|jpe?g|gif|bmp|tiff?|webp)", re.IGNORECASE)

_SETTINGS = {
    "Global.use_cls": False,
    "Global.log_level": "critical",
    "Det.limit_type": "max",
    "Det.limit_side_len": 1600,
    "Det.max_candidates": MAX_LINES,
}
"""Pictures are made smaller where a side is longer, never larger; writing upside down is not looked for."""

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Written:
    """A stretch of writing: its middle, its left edge and its height in pixels, and what it says."""

    middle: float
    left: float
    height: float
    text: str


def read_off(parts: Sequence[bytes], contents: Sequence[Content]) -> list[Content]:
    """Return a content for every picture that has writing: its lines, and its cells as a table."""
    found = []
    lines = 0
    for pixels in islice(_pictures(parts, contents), MAX_PICTURES):
        rows = rows_of(planes.tried(partial(_read, pixels), []))[: MAX_LINES - lines]
        lines += len(rows)
        if rows:
            said = "\n".join(" ".join(row) for row in rows)
            found.append(Content(FileType.BINARY, Form.UNREAD, sheets=(_table(rows),), stray=(said,)))
        if lines >= MAX_LINES:
            break
    return found


def rows_of(written: Sequence[Written]) -> list[list[str]]:
    """Return what stands side by side as one row, from the top down and from the left to the right."""
    rows: list[list[Written]] = []
    for one in sorted(written, key=lambda each: each.middle):
        near = rows[-1][0] if rows else None
        if near is not None and abs(one.middle - near.middle) < _SAME_LINE * max(one.height, near.height):
            rows[-1].append(one)
        else:
            rows.append([one])
    return [[one.text for one in sorted(row, key=lambda each: each.left)] for row in rows]


def _table(rows: Sequence[Sequence[str]]) -> Sheet:
    wide = min(max(map(len, rows)), MAX_WIDE)
    columns = [
        pa.array([row[at] if at < len(row) else None for row in rows], pa.string()) for at in range(wide)
    ]
    return Sheet("picture", pa.table(columns, names=[str(at + 1) for at in range(wide)]), plain=False)


def _pictures(parts: Sequence[bytes], contents: Sequence[Content]) -> Iterator[Pixels]:
    """Yield the pixels of pictures that may hold writing."""
    room = MAX_PIXELS
    seen: set[bytes] = set()
    for data in _held(parts, contents):
        if len(data) > MAX_BYTES or data in seen:
            continue
        seen.add(data)
        for grey in planes.tried(partial(_frames, data), []):
            room -= grey.size
            if room < 0:
                return
            if lettered(grey):
                yield grey


def _frames(data: bytes) -> Sequence[Pixels]:
    """Return what is to be seen of a file: the frames of a picture, the pages of a PDF that are pictures."""
    if b"%PDF-" in data[:1024]:
        return drawn_pages(data)
    if not planes.pictured(data):
        return []
    coloured = planes.frames(data)
    shown = (planes.unindexed(pixels, palette) if palette else pixels for pixels, palette in coloured)
    return [greyed(one).clip(0, 255).astype(np.uint8) for one in shown]


def _held(parts: Sequence[bytes], contents: Sequence[Content]) -> Iterator[bytes]:
    for data in parts:
        yield data
        if data[:2] == b"PK":
            yield from planes.tried(partial(_media, data), [])
    for content in contents:
        yield from (block.data for block in content.blocks if block.data)


def _media(data: bytes) -> list[bytes]:
    """Return the pictures of an office package."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            named = [one for one in package.infolist() if _MEDIA.fullmatch(one.filename)][:MAX_PICTURES]
            return [head_of(package, one, MAX_BYTES) for one in named if one.file_size <= MAX_BYTES]
    except (zipfile.BadZipFile, zlib.error, ValueError, OSError, NotImplementedError, RuntimeError, EOFError):
        return []


def lettered(grey: Pixels) -> bool:
    """Return whether a picture may hold writing: large enough, and some of it off its ground."""
    if grey.shape[0] < _LEAST_SIDE[0] or grey.shape[1] < _LEAST_SIDE[1]:
        return False
    ground = np.bincount(grey.reshape(-1), minlength=256).argmax()
    share = (np.abs(grey.astype(np.int16) - ground) > _CONTRAST).mean()
    return bool(_INK[0] <= share <= _INK[1])


def _read(grey: Pixels) -> list[Written]:
    """Return every stretch of writing of a picture."""
    answer = _engine()(np.repeat(grey[:, :, None], 3, axis=2))
    if answer.boxes is None or answer.txts is None or answer.scores is None:
        return []
    found = []
    for box, text, sure in zip(answer.boxes, answer.txts, answer.scores, strict=True):
        if sure >= _SURE and text.strip():
            corners = np.asarray(box, np.float64)
            top, bottom = corners[:, 1].min(), corners[:, 1].max()
            middle = float(corners[:, 1].mean())
            found.append(Written(middle, float(corners[:, 0].min()), float(bottom - top), text.strip()))
    return found


@cache
def _engine() -> Any:
    """Return the reader with its models, made on first use: half a second and 300 MiB."""
    # The runtime below would note on disk what it is used for, and an identity of the machine, for its maker.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    from rapidocr import RapidOCR

    return RapidOCR(params=_SETTINGS)
