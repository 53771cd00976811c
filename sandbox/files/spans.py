"""How far the cells of a sheet lie apart: the rows and columns that its parser will lay out as one full grid.

What a sheet says of its own dimension is not believed; the place of every cell is read, also of cells that
name none and stand where the last one ended. Sheets as common programs write them are looked through as bytes
(`Places`), any other is parsed (`parsed_extent`). Bytes in, numbers out; called by `package` only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from xml.parsers import expat

import numpy as np

OVERLAP = 4_096
MAX_TAG = 1 << 20
_REFERENCE_BYTES = 10
"""What the farthest place takes: XFD1048576."""
_SHEET = b"sheetData"
_OTHER_CELL = re.compile(rb'<c(?:[/>]|\s(?!r="))')
_PREFIXED_CELL = re.compile(rb"<[^<>/\s:\"'=]+:c[\s/>]")
_PLACE = re.compile(r"\$?([A-Za-z]{1,8})\$?([0-9]{1,20})")


class OddSheetError(Exception):
    """A sheet whose cells cannot be placed: broken markup, or a document type; never leaves this room."""


@dataclass(slots=True)
class Places:
    """What has been seen of one member of a package, text by text, each ending in a whole tag.

    `sheet` says whether it can be a sheet at all, `plain` whether `rows` and `columns` are all there is to
    it, `endless` whether it has a tag, or a text before one, that is longer than `MAX_TAG`: no sheet has.
    """

    rows: int = 0
    columns: int = 0
    sheet: bool = False
    plain: bool = True
    endless: bool = False

    def look(self, text: bytes) -> None:
        """Take in the places of one text."""
        self.sheet = self.sheet or _SHEET in text
        self.endless = self.endless or not text.endswith(b">")
        if self.plain:
            self.plain = _plain(text)
            rows, columns, whole = _places(text) if self.plain else (0, 0, True)
            self.rows, self.columns = max(self.rows, rows), max(self.columns, columns)
            self.plain = self.plain and whole


def _plain(text: bytes) -> bool:
    """Return whether every cell of the text is written `<c r="…`, as every common program does."""
    if text.count(b"<c") != text.count(b'<c r="') and _OTHER_CELL.search(text):
        return False
    return b":c" not in text or not _PREFIXED_CELL.search(text)


def _places(text: bytes) -> tuple[int, int, bool]:
    """Return the last row and column that a cell names, and whether every name was one."""
    marks = np.frombuffer(text, dtype=np.uint8)
    spots = np.flatnonzero(marks[:-5] == ord("<")) if len(marks) > 5 else np.empty(0, dtype=np.int64)
    for offset, mark in enumerate(b'c r="', start=1):
        spots = spots[marks[spots + offset] == mark]
    spots = spots + 6
    rows = np.zeros(len(spots), dtype=np.int64)
    columns = np.zeros(len(spots), dtype=np.int64)
    for _ in range(_REFERENCE_BYTES):
        found = marks[np.minimum(spots, len(marks) - 1)].astype(np.int64)
        letter = (found >= ord("A")) & (found <= ord("Z")) & (rows == 0)
        digit = (found >= ord("0")) & (found <= ord("9"))
        columns = np.where(letter, columns * 26 + found - 64, columns)
        rows = np.where(digit, rows * 10 + found - 48, rows)
        spots = np.where(letter | digit, spots + 1, spots)
    closed = marks[np.minimum(spots, len(marks) - 1)] == ord('"')
    whole = bool(np.all(closed & (rows > 0) & (columns > 0)))
    return int(rows.max(initial=0)), int(columns.max(initial=0)), whole


def parsed_extent(pieces: Iterable[bytes]) -> tuple[int, int]:
    """Return the last row and column of a sheet's cells, counted as its parser counts them.

    A row or cell that names no place follows the one before it. OddSheetError if the markup is broken.
    """
    counter = _Counter()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = counter.start
    parser.EndElementHandler = counter.end
    parser.StartDoctypeDeclHandler = counter.odd
    try:
        for piece in pieces:
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise OddSheetError from error
    return counter.rows, counter.columns


@dataclass(slots=True)
class _Counter:
    """Where the parser of the sheet stands: the row and column that a cell without a place would get."""

    row: int = 0
    column: int = 0
    rows: int = 0
    columns: int = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local not in ("row", "c"):
            return
        place = attributes.get("r")
        if local == "row":
            if place is not None:
                self.row = _numeral(place) - 1
            return
        row, self.column = (self.row, self.column) if place is None else _place(place)
        self.rows, self.columns = max(self.rows, row + 1), max(self.columns, self.column + 1)
        self.column += 1

    def end(self, name: str) -> None:
        if name.rpartition(":")[2] == "row":
            self.row, self.column = self.row + 1, 0

    def odd(self, *_: object) -> None:
        """A document type has no business in a sheet, and its entities would be read in two ways."""
        raise OddSheetError


def _numeral(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,20}", text):
        raise OddSheetError
    return max(int(text), 1)


def _place(text: str) -> tuple[int, int]:
    """Return row and column from 0 of a reference like B7."""
    found = _PLACE.fullmatch(text)
    if found is None:
        raise OddSheetError
    column = 0
    for letter in found[1].upper():
        column = column * 26 + ord(letter) - 64
    return _numeral(found[2]) - 1, column - 1
