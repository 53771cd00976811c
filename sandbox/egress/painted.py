"""The colours of the cells of a workbook: fills, fonts and borders as bytes of red, green and blue.

A heat map may have a colour a cell, and three bytes are as good as any. A cell names a style, a style a fill:
resolved in the order of the rows, and once more down the columns. Bounded; pure; called by `channels`, which
reads bytes as it reads those of pixels.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from itertools import islice

from sandbox.files.members import head_of

MAX_BYTES = 8 << 20
MAX_SHEETS = 8
MAX_CELLS = 20_000
LEAST = 12
"""Colours below which a workbook is painted as people paint."""
MAX_COLOURS = 6
"""Colours of one entry: a border has one a side."""
_CELL = re.compile(rb"<(?:\w{1,9}:)?c ([^<>]{0,200})>")
_PLACE = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')
_STYLED = re.compile(rb'\bs="([0-9]{1,6})"')
_STYLE = re.compile(rb"<(?:\w{1,9}:)?xf\b[^<>]*>")
_KINDS = (b"fill", b"font", b"border")
_COLOUR = re.compile(rb'<(?:\w{1,9}:)?(?:fgColor|color)\b[^<>]*?\brgb="(?:[0-9A-Fa-f]{2})?([0-9A-Fa-f]{6})"')
_BROKEN = (
    zipfile.BadZipFile, zlib.error, KeyError, ValueError, OSError, NotImplementedError, RuntimeError,
    EOFError,
)  # fmt: skip


def painted(data: bytes) -> list[bytes]:
    """Return the bytes that the colours of cells are, by kind and by rows or columns; empty for any other."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            if "xl/styles.xml" not in package.namelist():
                return []
            colours = _of_styles(_part(package, "xl/styles.xml"))
            sheets = sorted(name for name in package.namelist() if name.startswith("xl/worksheets/sheet"))
            return [] if not colours else list(_runs(package, sheets[:MAX_SHEETS], colours))
    except _BROKEN:
        return []


def _part(package: zipfile.ZipFile, name: str) -> bytes:
    return head_of(package, package.getinfo(name), MAX_BYTES)


def _of_styles(part: bytes) -> list[list[bytes]]:
    """Return the colours of every style, by kind, of the kinds that have many different ones."""
    styles = _STYLE.findall(_between(part, b"cellXfs"))
    found = []
    for name in _KINDS:
        entries = re.split(rb"<(?:\w{1,9}:)?%s\b" % name, _between(part, name + b"s"))[1:]
        colours = [b"".join(_COLOUR.findall(entry)[:MAX_COLOURS]) for entry in entries]
        if len(set(colours)) < LEAST:
            continue
        which = [re.search(rb'\b%sId="([0-9]{1,6})"' % name, style) for style in styles]
        places = [int(one[1]) if one else 0 for one in which]
        found.append([colours[at] if at < len(colours) else b"" for at in places])
    return found


def _between(part: bytes, name: bytes) -> bytes:
    """Return what the first element of a name holds; nothing if it is not there or never ends."""
    begin = re.search(rb"<(?:\w{1,9}:)?%s\b" % name, part)
    end = re.search(rb"</(?:\w{1,9}:)?%s>" % name, part)
    return part[begin.end() : end.start()] if begin and end else b""


def _runs(
    package: zipfile.ZipFile, sheets: Sequence[str], colours: Sequence[Sequence[bytes]]
) -> Iterator[bytes]:
    for sheet in sheets:
        cells = list(_cells(_part(package, sheet)))
        down = sorted(cells, key=lambda one: (one[0][1:], one[0][0]))
        for kind in colours:
            for order in (sorted(cells), down):
                yield bytes.fromhex(b"".join(kind[at] for _, at in order if at < len(kind)).decode("ascii"))


def _cells(part: bytes) -> Iterator[tuple[tuple[int, int, bytes], int]]:
    """Yield the place and the style of every cell that has one."""
    for cell in islice(_CELL.finditer(part), MAX_CELLS):
        place, style = _PLACE.search(cell[1]), _STYLED.search(cell[1])
        if place and style:
            yield (int(place[2]), len(place[1]), place[1]), int(style[1])
