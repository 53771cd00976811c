"""What a file says once it is read in other alphabets, other code pages, as numbers for bytes, or unpressed.

Gathers what a file shows as texts and as bytes, asks every reading, keeps what is legible and reads what has
a known type. All of it is searched for records and nothing else: it is no finding by itself and nothing is
written from it. Bounded in size, number and depth. Pure; called by `inside`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain, groupby, islice

import pyarrow as pa

from sandbox.egress.alphabets import dots_in, lengthy, morse, packed
from sandbox.egress.chains import Room, unwound
from sandbox.egress.ciphers import broken, moved_bytes
from sandbox.egress.codepages import moved, paged, repaired, stripped, unshifted
from sandbox.egress.codewords import coded, listed_bytes
from sandbox.egress.content import Content, Form, Sheet
from sandbox.egress.declared import spelled_out, translated
from sandbox.egress.folding import folded
from sandbox.egress.foreseen import Foreseen, Unwound
from sandbox.egress.fused import unfused
from sandbox.egress.gathered import (
    LIMITS,
    MAX_BYTES,
    different,
    fronts_of,
    in_order,
    plain_of,
    raw_of,
    runs_of,
    said_anew,
    texts_of,
)  # fmt: skip
from sandbox.egress.glyphs import few, rare
from sandbox.egress.headings import by_number
from sandbox.egress.layouts import laid_out
from sandbox.egress.legible import LEAST_BYTES, certain, held_numbers, legible, said, speaks
from sandbox.egress.nested import opened
from sandbox.egress.numerals import branches, figures, sequences
from sandbox.egress.reading import read_content
from sandbox.egress.rejoined import BEGUN
from sandbox.egress.report import FileReport
from sandbox.egress.runs import nibbles
from sandbox.egress.salvage import salvaged
from sandbox.egress.scattered import scattered
from sandbox.egress.slots import Frame, beside, frames, lines_of, slots
from sandbox.egress.spoken import said_in_words
from sandbox.egress.strung import coded_runs, padded_rows, strung
from sandbox.egress.turnings import permuted
from sandbox.egress.unescape import rotated
from sandbox.egress.unpressed import begun, headless, unpressed
from sandbox.files.types import FileType, sniff
from sandbox.files.unwrap import unwrap

MAX_TEXTS = 400
MAX_NUMBERS = 20_000
MAX_DEPTH = 2
MAX_TRIED = 24
MAX_HELD = 20
MAX_STARTS = 12
MAX_CODED = 4
_FIRST = 4
_HALVED = 1 << 14
_APART = 64  # bytes of a record at most for each number that is written in halves of bytes
MAX_KEPT = 4 << 20
_PIECE = 1 << 17
_REACH = 64
"""Bytes of a head behind which deflated bytes may begin."""
_KNOWN = frozenset(
    {
        FileType.ZIP, FileType.GZIP, FileType.BZIP2, FileType.XZ, FileType.ZSTD, FileType.SEVEN, FileType.TAR,
        FileType.PARQUET, FileType.XLSX,
    }
)  # fmt: skip
_SEEN_ELSEWHERE = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"%PDF-")
"""How pictures and papers begin that are looked at by themselves."""
_BEGUN = (b"PK", b"\x1f\x8b", b"BZh", b"\xfd7z", b"\x28\xb5\x2f\xfd", b"7z", b"PAR1")
"""How the known types begin; an archive of tar alone has its mark behind its first name."""
_FAILURES = (ValueError, ArithmeticError, LookupError)
"""What a reading breaks with when the text is none of its own: then it says nothing."""
_TOKEN = re.compile(r"[!-~]{32,}")
_LEADING = re.compile(r"\s*(?:(?:#|//|--|;|%|\*|/\*|>|\d+[.:)]|[-+]\s)\s*)?[\"'(]*")
_TRAILING = "\"',;)\\+"
_CODED = re.compile(rb"[!-~\s]+")
_RUN = re.compile(r"[A-Za-z0-9+/_-]{40,}={0,2}")
_LONG = re.compile(r"[!-~]{16,}")
_BLANKS = re.compile(r"(?<![ \t])[ \t]+$", re.MULTILINE)
_QUOTED = re.compile(r"[\"'<>]")
_PREFIX = re.compile(r"^[\w.-]{1,20}\s*[=:]\s*")


@dataclass(slots=True)
class _Found:
    """What was found so far: texts, numbers, contents of known types, and how much was tried."""

    texts: dict[str, None] = field(default_factory=dict)
    numbers: dict[str, None] = field(default_factory=dict)
    contents: list[Content] = field(default_factory=list)
    held: list[bytes] = field(default_factory=list)
    """Bytes that hold contents, as far as they were opened."""
    kept: int = 0
    tried: int = 0
    seen: set[bytes] = field(default_factory=set)
    read: frozenset[str] = frozenset()
    """The text of the file itself, which is read anyway."""

    def add(self, text: str) -> bool:
        """Keep a text; False when it is known or there is no room."""
        if text in self.texts or self.kept + len(text) > MAX_KEPT:
            return False
        self.texts[text] = None
        self.kept += len(text)
        return True

    def lay(self, tables: Sequence[pa.Table]) -> None:
        """Keep tables that may be rows laid out anew."""
        sheets = tuple(Sheet("", table, plain=False) for table in tables)
        if sheets:
            self.contents.append(Content(FileType.BINARY, Form.UNREAD, sheets=sheets, guessed=True))

    def open(self, data: bytes) -> bool:
        """Keep the contents that bytes hold; False when they hold none."""
        inner = opened(data)
        self.contents += inner
        self.held += [data] if inner else []
        return bool(inner)

    def guess(self, numbers: list[str]) -> None:
        """Keep numbers that may be telephones or identity numbers by chance."""
        for number in numbers[: MAX_NUMBERS - len(self.numbers)]:
            self.numbers[number] = None


def disguised(report: FileReport, early: Foreseen) -> list[Content]:
    """Return what the file says under every reading, as contents that are only searched."""
    texts = different(texts_of(report))
    found = _Found(read=frozenset(texts[:1]))
    chains = partial(_unwound, report, texts, found.read)
    early.begin(chains, report.own)
    data, path = report.product.data, report.product.path
    if len(data) <= MAX_BYTES:
        _openly(report, found)
        for raw in raw_of(report):
            with suppress(*_FAILURES):
                _bytes(raw, path, found, depth=0)
    for text in texts[:MAX_TEXTS]:
        with suppress(*_FAILURES):
            _text(text[:MAX_BYTES], path, found, depth=0)
    _structured(report, found)
    ends = early.ends(chains)
    _unchained(_as_files(ends, path, found.read, said_anew(report, texts, ends.texts)), found)
    if found.texts:
        found.contents.append(Content(FileType.BINARY, Form.UNREAD, stray=tuple(found.texts)))
    if found.numbers:
        numbers = ("\n".join(found.numbers),)
        found.contents.append(Content(FileType.BINARY, Form.UNREAD, stray=numbers, guessed=True))
    return found.contents


def _structured(report: FileReport, found: _Found) -> None:
    """Read what stands at the same places of lines, and what documents hold in numbers and in codes."""
    _bytes(padded_rows(report.product.data), report.product.path, found, depth=0)
    found.lay([*by_number(report.contents), *unfused(report.contents, ())])
    for text in fronts_of(report):
        with suppress(*_FAILURES):
            _slotted(text, report.product.path, found)
    for content in report.contents[:50]:
        if content.document is not None:
            found.guess(list(islice(branches(content.document), MAX_NUMBERS)))
            for told in filter(legible, translated(content.document)):
                found.add(told)


def _starts(report: FileReport, texts: Sequence[str]) -> list[bytes]:
    """Return where chains of codings may begin: the longest runs of letters, and bytes of no known kind."""
    whole = len(report.product.data) <= MAX_BYTES
    starts = [raw for raw in raw_of(report) if len(raw) <= MAX_BYTES][:MAX_STARTS] if whole else []
    return in_order(runs_of(report, texts), starts)[: MAX_STARTS + MAX_CODED]


def _unwound(report: FileReport, texts: Sequence[str], read: frozenset[str]) -> Unwound:
    """Return what chains of codings come to in the end, whatever else of the file is known."""
    room, ends = Room(), _Found(read=read)
    for data in chain.from_iterable(unwound(start, room) for start in _starts(report, texts)):
        with suppress(*_FAILURES):
            _keep(data, report.product.path, ends, depth=MAX_DEPTH - 1)
    return Unwound(tuple(ends.texts), tuple(ends.numbers), tuple(ends.held))


def _as_files(told: Unwound, path: str, read: frozenset[str], anew: Sequence[str]) -> Unwound:
    """Return what chains end with, and what texts say as files: tables, documents, lines of one frame."""
    ends = _Found(read=read, contents=[one for data in told.held[:MAX_HELD] for one in opened(data)])
    for text in (*told.texts, *anew):
        ends.add(text)
    ends.guess(list(told.numbers))
    for text in dict.fromkeys((*told.texts[:_FIRST], *anew)):
        data = text[:_PIECE].encode("utf-8", "replace")
        content = read_content(data, name=path, type=sniff(data, size=len(data)), broken=False, inner=True)
        ends.contents += [content] if content.sheets else []
        with suppress(*_FAILURES):
            _slotted(text[:_PIECE], path, ends)
    ends.lay([*by_number(ends.contents), *unfused(ends.contents, ())])
    return Unwound(tuple(ends.texts), tuple(ends.numbers), contents=tuple(ends.contents))


def _unchained(ends: Unwound, found: _Found) -> None:
    """Keep what the ends of chains say and nothing before them did."""
    said_so = tuple(text for text in ends.texts if text not in found.texts)
    if said_so:  # guesses: searched for records, while a number in them may be one by chance
        found.contents.append(Content(FileType.BINARY, Form.UNREAD, stray=said_so, guessed=True))
    found.contents += [replace(one, guessed=True) for one in ends.contents]
    found.guess(list(ends.numbers))


def _slotted(text: str, path: str, found: _Found) -> None:
    """Read what stands at the same places of lines: codes of bytes, and columns that were written apart."""
    found.guess(strung(text))
    lines = lines_of(text)
    every = frames(lines)
    found.lay([*beside(every), *laid_out(text), *unfused((), every), *by_number((), every)])
    found.tried = 0
    for data in islice(_structures(text, lines, every), MAX_TRIED):
        _bytes(data, path, found, depth=0)


def _structures(text: str, lines: Sequence[str], every: Sequence[Frame]) -> Iterator[bytes]:
    yield from spelled_out(text)
    yield from listed_bytes(text)
    yield from coded_runs(text)
    yield from coded(slots(lines, every))


def _openly(report: FileReport, found: _Found) -> None:
    """Keep what headers of an archive or the parts of a refused package say, and every likely code page."""
    data = report.product.data
    if (report.archive and data[257:262] == b"ustar") or (report.findings and data.startswith(b"PK")):
        for text in salvaged(data):
            found.add(text)
    if report.archive:  # names of members may be rows, a value a folder
        found.add(report.words.replace("/", " "))
    for raw in raw_of(report):
        if not legible(plain_of(raw)):
            for text in paged(raw):
                found.add(text)


def _text(text: str, path: str, found: _Found, *, depth: int) -> None:
    """Read one text in every way; what is legible is kept, and read again as often as `MAX_DEPTH` says."""
    for way in (moved, stripped) if not speaks(text) else ():
        found.guess([new for new in way(text) if speaks(new)])
    for new in repaired(text) if not legible(text) else ():
        found.add(new)
    for new in unshifted(text):
        if found.add(new) and depth < MAX_DEPTH:
            _text(new[:_PIECE], path, found, depth=depth + 1)
    for new in morse(dots_in(text)):
        found.add(new)
    found.guess(figures(text))
    if depth:
        found.guess(strung(text))
        found.guess([new for new in (text[::-1], rotated(text)) if speaks(new)])
        found.guess([] if text.isascii() else [cell for one in said_in_words(text) for cell in one.cells])
    built = folded(text)
    if built:
        found.add(built)
    for data in _codes(text):
        _bytes(data, path, found, depth=depth)


def _codes(text: str) -> Iterator[bytes]:
    sparse = "".join(line for line in text.splitlines() if len(line) >= 20 and len(set(line)) <= 4)
    yield from islice(few(sparse), _FIRST) if 2 * len(sparse) > len(text) else ()
    yield from rare(text)
    yield from sequences(text)
    yield from lengthy(text)
    for run in dict.fromkeys(_runs(text)):
        yield from packed(run)
    yield from few("".join(_BLANKS.findall(text)))
    yield from few(sparse)


def _runs(text: str) -> Iterator[str]:
    """Yield the runs of printed signs: long tokens, and neighbouring lines without blanks taken together."""
    block: list[str] = []
    alone: list[str] = []
    for line in [*text.splitlines()[:50_000], ""]:
        if line.isascii() and line.count(" ") <= len(line) // 12 + 8 and len(set(line)) >= 4:
            block.append(line)
            continue
        if len(block) > 1:
            yield "\n".join(block)
            yield "\n".join(_bare(one) for one in block)
            yield from _folded(block)
        alone += [*block[: 2 - len(block)], line]
        block = []
    for token in _TOKEN.findall("\n".join(alone))[:200]:
        yield from (part for part in _QUOTED.split(token) if len(part) >= 32)
        yield token
    yield from _RUN.findall(text)[:200]


def _folded(block: Sequence[str]) -> Iterator[str]:
    """Yield the neighbouring lines that are one long token each, without what introduces them.

    Also without the first sign of each: in a binary patch it tells how long the line is.
    """
    bare = (line.strip() for line in block)
    for whole, lines in groupby(bare, key=lambda one: bool(_LONG.fullmatch(one))):
        told = list(lines) if whole else []
        if len(told) > 1 and len(told) < len(block):
            yield "\n".join(told)
        if len(told) > 1:
            yield "\n".join(one[1:] for one in told)


def _bare(line: str) -> str:
    """Return a line without the marks of a comment, a list, a string or a named value around it."""
    if line.isalnum():
        return line
    found = _LEADING.match(line)
    inner = line[found.end() :] if found else line
    return _PREFIX.sub("", inner.rstrip().rstrip(_TRAILING))


def _bytes(data: bytes, path: str, found: _Found, *, depth: int) -> None:
    """Keep what bytes say: as a text, as a file of a known type, unpressed, by a key, or as numbers."""
    if len(data) < LEAST_BYTES or data in found.seen:
        return
    found.seen.add(data)
    if data.startswith(_SEEN_ELSEWHERE):
        return
    if _keep(data, path, found, depth=depth) or found.tried >= MAX_TRIED or _poor(data):
        return
    found.tried += 1
    if any(_keep(out, path, found, depth=depth) for out in _opened(data[:_PIECE])):
        return
    numbers = held_numbers(data[:_PIECE])
    found.guess(numbers)
    found.guess([cell for one in scattered(data[:_PIECE]) for cell in one.cells])
    halves = [cell for one in nibbles(data[:_HALVED]) for cell in one.cells]
    found.guess(halves if _APART * len(halves) >= min(len(data), _HALVED) else [])
    found.guess([text for text in (moved_bytes(data[:_PIECE]), broken(data[:_PIECE])) if speaks(text)])


def _opened(data: bytes) -> Iterator[bytes]:
    """Yield what bytes unfold to as they are, and permuted, and what they unfold to then."""
    yield from unpressed(data)
    yield from headless(data, reach=_REACH)
    for other in permuted(data):
        yield other
        yield from begun(other)


def _poor(data: bytes) -> bool:
    """Return whether bytes are too few or too much alike to hold records that are packed or enciphered."""
    return len(data) < 3 * LEAST_BYTES or len(set(data[:4096])) < 12


def _keep(data: bytes, path: str, found: _Found, *, depth: int) -> bool:
    """Keep a legible text or a file of a known type, and look through it again.

    Returns whether it was one for certain; bytes that may be a text by chance are read in other ways, too.
    """
    text = said(data)
    if text:
        if found.add(text) and depth < MAX_DEPTH and text not in found.read:
            _text(text[:_PIECE], path, found, depth=depth + 1)
            if text[:1] in "[{<" and len(found.contents) < MAX_HELD:
                found.open(data)
        return certain(data)
    if depth < MAX_DEPTH and _printed(data):
        _text(data[:_PIECE].decode("ascii"), path, found, depth=depth + 1)
        return True
    if depth >= MAX_DEPTH or len(found.contents) >= MAX_HELD:
        return False
    known = _known(data)
    for part in unwrap(data, name=path, limits=LIMITS).parts[:20] if known else ():
        inner = said(part.data)
        if inner and found.add(inner):
            _text(inner[:_PIECE], path, found, depth=depth + 1)
    held = bool(known or BEGUN.match(data)) and found.open(data)
    return known or held


def _known(data: bytes) -> bool:
    """Return whether bytes are of a type that holds others, or a table."""
    begun = data.startswith(_BEGUN) or data[257:262] == b"ustar"
    return begun and sniff(data, size=len(data)) in _KNOWN


def _printed(data: bytes) -> bool:
    """Return whether bytes are letters of some alphabet, so that they may be a code of their own."""
    return len(data) >= 2 * LEAST_BYTES and data.isascii() and bool(_CODED.fullmatch(data))
