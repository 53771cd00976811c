"""Files within a file, read as if they were handed in: whatever container holds them, in whatever it is held.

Attachments, cells of bytes, members, segments, chunks, streams and runs of base 64 are taken out level by
level and each is tried by every reader. Evidence only: what is found is compared with the sources and never
written. Bounded in depth, number and size; pure; called by `judge`, `inside` and `disguises`.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import islice

import pyarrow as pa

from sandbox.egress import inlaid
from sandbox.egress.carving import carved
from sandbox.egress.content import Content, Form, Sheet
from sandbox.egress.held import held_in, laid_in
from sandbox.egress.planes import pictured
from sandbox.egress.reading import read_content
from sandbox.egress.rejoined import BEGUN
from sandbox.egress.report import FileReport
from sandbox.egress.salvage import salvaged
from sandbox.egress.typed import figured
from sandbox.files.types import FileType, sniff
from sandbox.kernel.errors import SandboxError

MAX_DEPTH = 4
MAX_FILES = 96
MAX_CONTENTS = 24
MAX_PICTURES = 8
MAX_BYTES = 24 << 20
LEAST_BYTES = 32
MAX_FIGURED = 1 << 17
MAX_LOOSE = 6
MAX_LOOSE_BYTES = 1 << 18
MAX_TOLD = 4
MAX_TOLD_BYTES = 1 << 17
MAX_LINES = 4_000
MAX_HONEST = 40
MAX_PARTED = 4
OPENED = frozenset("[{")
_LEAST_LINES = 2
"""Ends of lines in a table of text; a sentence has commas, too."""
_READ = frozenset({
    FileType.JSON, FileType.NDJSON, FileType.XLSX, FileType.PARQUET, FileType.HTML, FileType.SVG,
    FileType.NOTEBOOK, FileType.DOCX, FileType.PPTX, FileType.PDF, FileType.CSV, FileType.TSV,
})  # fmt: skip
_TOLD = frozenset({
    FileType.JSON, FileType.NDJSON, FileType.HTML, FileType.SVG, FileType.CSV, FileType.TSV, FileType.TEXT,
})  # fmt: skip
"""What is written in lines or marks: its choices, figures and remarks are asked as those of the file are."""
_BROKEN = (
    SandboxError, ValueError, OSError, LookupError, ArithmeticError, EOFError, MemoryError, TypeError,
    RuntimeError, zlib.error, zipfile.BadZipFile, pa.ArrowException,
)  # fmt: skip
"""What a reader breaks with when the bytes are none of its own: then they say nothing."""


@dataclass(slots=True)
class Nested:
    """What was found in files: contents to be searched, and what is seen by its pixels or its bits.

    `loose` is what no reader knows, texts and bytes: it is read in other alphabets as the file itself is.
    `told` are texts that are read like files by themselves.
    """

    contents: list[Content] = field(default_factory=list)
    pictures: list[bytes] = field(default_factory=list)
    loose: list[bytes] = field(default_factory=list)
    told: list[bytes] = field(default_factory=list)
    _seen: set[bytes] = field(default_factory=set)
    _room: int = MAX_BYTES

    def fresh(self, data: bytes) -> bool:
        """Return whether bytes are long enough, new, and there is room for them."""
        if len(data) < LEAST_BYTES or data in self._seen or len(self._seen) >= MAX_FILES:
            return False
        self._room -= len(data)
        if self._room >= 0:
            self._seen.add(data)
        return self._room >= 0

    def loosen(self, data: bytes) -> None:
        """Keep what no reader knows, where there is room."""
        if len(data) <= MAX_LOOSE_BYTES and len(self.loose) < MAX_FILES:
            self.loose.append(data)


def inner_of(report: FileReport) -> list[Content]:
    """Keep the pictures inside of the file as parts of it, and what is said beside the pixels of any.

    Returns what the files in it show by their own readers.
    """
    written = [*islice(_spelled(report.contents), MAX_TOLD)]
    found, pictures = nested(report.parts, written), list[bytes]()
    for one in (*inlaid.pictures_in(report.parts), *found.pictures):
        # a run of base 64 may be taken to end too late
        again = any(known.startswith(one) for known in (*report.parts, *pictures))
        pictures += [] if again or len(pictures) >= inlaid.MAX_PICTURES else [one]
    report.parts += pictures
    report.parts += [one for one in found.told if not _seen(one, report.parts)]
    loose = [one for one in found.loose if not _seen(one, report.parts)]
    report.loose = sorted(loose, key=len, reverse=True)[:MAX_LOOSE]
    said = [text for data in report.parts for run in inlaid.beside_pixels(data) for text in salvaged(run)]
    if said:
        report.contents.append(Content(FileType.PNG, Form.PICTURE, stray=tuple(dict.fromkeys(said))))
    return found.contents


def _spelled(contents: Sequence[Content]) -> Iterator[bytes]:
    """Yield the documents that lines of a text or of a sheet are together, from the first that opens one."""
    for one in contents[:MAX_CONTENTS] if not any(one.document is not None for one in contents) else ():
        for sheet in one.sheets[:MAX_TOLD]:
            if any(map(_opens, _lines_of(sheet, MAX_HONEST))):
                yield from _from_opening(_lines_of(sheet, MAX_LINES))
        if not one.sheets and any(map(_opens, one.texts[:MAX_HONEST])):
            yield from _from_opening(one.texts[:MAX_LINES])


def _opens(line: str) -> bool:
    return line.lstrip()[:1] in OPENED


def _from_opening(lines: Sequence[str]) -> Iterator[bytes]:
    first = next(at for at, line in enumerate(lines) if _opens(line))
    yield "\n".join(lines[first:])[:MAX_TOLD_BYTES].encode("utf-8", "replace")


def _lines_of(sheet: Sheet, most: int) -> list[str]:
    """Return the rows of a narrow sheet as lines, the first of which may have been read as its head."""
    table = sheet.table.slice(0, most)
    if table.num_columns > MAX_PARTED:
        return []
    rows = zip(*(column.to_pylist() for column in table.columns), strict=True)
    return ["".join(map(str, table.column_names)), *("".join(filter(None, row)) for row in rows)]


def _seen(data: bytes, parts: Sequence[bytes]) -> bool:
    """Return whether bytes are one of the parts, or stand in a text among them, where they are read."""
    return any(data == known or (data in known and b"\0" not in known) for known in parts)


def nested(parts: Sequence[bytes], written: Sequence[bytes] = ()) -> Nested:
    """Return what lies in files that are read by themselves already, and in those that are not: `written`."""
    found = Nested()
    for data in filter(found.fresh, written):
        _read(data, found)
    for data in parts:
        if sniff(data, size=len(data)) is not FileType.HTML:  # a page's tables are its own reader's
            with suppress(*_BROKEN):
                _keep(laid_in(data), found)
    _follow(((data, 0) for data in (*parts, *written)), found)
    return found


def opened(data: bytes) -> list[Content]:
    """Return what bytes are that were unwrapped, under any reader, with what lies in them."""
    found = Nested()
    if found.fresh(data):
        _read(data, found)
        _follow([(data, MAX_DEPTH - 2)], found)
    return found.contents


def _follow(begun: Iterable[tuple[bytes, int]], found: Nested) -> None:
    """Take out level by level what lies in files, and read each."""
    level = list(begun)
    while level:
        deeper = []
        for data, depth in level:
            for inner in _held(data):
                if found.fresh(inner):
                    _read(inner, found)
                    deeper += [(inner, depth + 1)] if depth + 1 < MAX_DEPTH else []
        level = deeper


def _held(data: bytes) -> Iterator[bytes]:
    """Yield what bytes hold, as far as they can be taken apart."""
    steps = islice(held_in(data), MAX_FILES)
    while True:
        try:
            inner = next(steps, None)
        except _BROKEN:
            return
        if inner is None:
            return
        yield inner


def _read(data: bytes, found: Nested) -> None:
    """Keep what one file says under the reader of its kind."""
    if pictured(data) or (data.startswith(b"\x93NUMPY") and b"u1'" in data[:80]):
        found.pictures += [data] if len(found.pictures) < MAX_PICTURES else []
    if len(found.contents) >= MAX_CONTENTS:
        return
    with suppress(*_BROKEN):
        _by_kind(data, found)


def _by_kind(data: bytes, found: Nested) -> None:
    _keep(laid_in(data), found)
    kind = sniff(data, size=len(data))
    if kind in _TOLD and len(data) <= MAX_TOLD_BYTES and len(found.told) < MAX_TOLD:
        found.told.append(data)
    if kind is FileType.TEXT or (kind in (FileType.CSV, FileType.TSV) and data.count(b"\n") < _LEAST_LINES):
        found.loosen(data)
        if kind is FileType.TEXT and len(data) <= MAX_LOOSE_BYTES:
            content = read_content(data, name="", type=kind, broken=False, inner=True)
            _take(content, found) if content.sheets else None
    elif kind in _READ:
        _take(read_content(data, name="", type=kind, inner=True), found)
    else:
        plain = kind is FileType.BINARY and not BEGUN.match(data)
        sheets = carved(data) or (figured(data) if plain and len(data) <= MAX_FIGURED else ())
        _keep(sheets, found)
        if plain and not sheets:
            found.loosen(data)


def _take(content: Content, found: Nested) -> None:
    """Keep a content for the search alone, without what would be written of it."""
    if content.sheets or content.texts or content.stray:
        bare = replace(content, form=Form.UNREAD, blocks=(), picture=None, plot=None, order=None, issues=())
        found.contents.append(replace(bare, guessed=True))


def _keep(sheets: Sequence[Sheet], found: Nested) -> None:
    if sheets and len(found.contents) < MAX_CONTENTS:
        found.contents.append(Content(FileType.BINARY, Form.UNREAD, sheets=tuple(sheets), guessed=True))
