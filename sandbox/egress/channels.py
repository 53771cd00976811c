"""Records in the choices that a file leaves open: every sequence of choices, read in every usual way.

Called only where the plain search found nothing, with the file's own bytes. A reading counts when most of
its rows name a record, or when what it spells shows one as any text would; every reading that was tried costs
evidence. What is found is a finding; that nothing is found clears nothing. Called by `judge`.
"""

from __future__ import annotations

import io
import math
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import chain, islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sandbox.egress import planes, runs, sequences, spoken, sweeps, wording
from sandbox.egress.alternatives import alternatives
from sandbox.egress.beeps import beeped
from sandbox.egress.choices import chosen, coded, written_glyphs
from sandbox.egress.content import Content, Form
from sandbox.egress.deep import deep
from sandbox.egress.dense import bytes_laid, laid_densely
from sandbox.egress.drawn import codes_in, reduced
from sandbox.egress.enclosed import by_part, enclosed
from sandbox.egress.inlaid import beside_pixels, filters
from sandbox.egress.leftovers import parts
from sandbox.egress.legible import front, tells
from sandbox.egress.minted import minted
from sandbox.egress.namesakes import namesakes
from sandbox.egress.operands import operands
from sandbox.egress.packings import packed_bits, packings
from sandbox.egress.painted import painted
from sandbox.egress.radix import columns_of, run_of
from sandbox.egress.raster import dotted, heights, points_of, rastered
from sandbox.egress.recognise import Recognised, recognise
from sandbox.egress.scattered import scattered, unshuffled
from sandbox.egress.streams import LEAST_ROWS, MAX_TEXT, Column, Stream, bits_said, said, texts_of
from sandbox.egress.strung import strung
from sandbox.egress.tones import keys_pressed
from sandbox.egress.typed import typed
from sandbox.egress.unpressed import embedded, headless
from sandbox.files.members import head_of
from sandbox.files.types import FileType
from sandbox.fingerprint.index import RecordIndex
from sandbox.fingerprint.match import match
from sandbox.fingerprint.vocabulary import Vocabulary

MAX_BYTES = 8 << 20
MAX_STREAMS = 400
MAX_COLUMNS = 3000
MAX_TEXTS = 200
MAX_LETTERS = 1 << 16
MAX_PARTS = 40
MAX_PACKED = 24
MAX_PLANES = 8
MAX_SHOWN = 1 << 17
_MOST = 0.3
"""Share of the rows of a reading that name a record from which it is one."""
_TURNED = bytes(range(255, -1, -1))
_PACKAGED = re.compile(r"(?:xl|word|ppt)/.*\.xml|content\.xml|styles\.xml")


def hidden_in(files: Sequence[bytes], indexes: Sequence[RecordIndex]) -> tuple[Recognised, list[Stream]]:
    """Return the records that the choices in the files show, and the sequences of them that were read."""
    seen = Recognised()
    heard: list[Stream] = []
    for data in files[:MAX_PARTS]:
        if seen or not data or len(data) > MAX_BYTES:
            continue
        texts, streams, columns = _readings(data)
        heard += streams[:MAX_STREAMS]
        seen = named(columns, streams, indexes)
        text = "" if seen else text_of(data)
        varied = [] if seen else list(alternatives(text))
        heard += varied
        open_to = [*chosen(text), *varied]
        laid = [*chain.from_iterable(map(bytes_laid, open_to)), *coded(text)]
        numbers = [] if seen else list(laid_densely([*open_to, *streams], text))
        numbers += chain.from_iterable(map(run_of, varied))
        seen = seen or named([*numbers, *chain.from_iterable(map(packings, laid))], (), indexes)
        texts += chain.from_iterable(map(said, laid))
        for one in () if seen else islice((*open_to, *streams), MAX_STREAMS):
            texts += texts_of(one)
        sheets = points_of(text_of(data)) if not seen and b"<svg" in data[:4096] else ()
        if not seen and (texts or sheets):
            content = Content(FileType.BINARY, Form.UNREAD, sheets=sheets, stray=_bounded(texts))
            seen = recognise([content], indexes)
    return seen, heard


def _bounded(texts: Sequence[str]) -> tuple[str, ...]:
    """Return different texts, so many and so long that they are searched in a moment."""
    room = MAX_LETTERS
    found = []
    different = dict.fromkeys(text for text in texts if text)
    for text in sorted(different, key=tells, reverse=True):  # those that name somebody first
        found.append(front(text[: min(room, MAX_TEXT)]))
        room -= len(found[-1])
        if room <= 0 or len(found) >= MAX_TEXTS:
            break
    return tuple(found)


def named(columns: list[Column], streams: Sequence[Stream], indexes: Sequence[RecordIndex]) -> Recognised:
    """Return the records named by most rows of one reading as numbers."""
    every = chain(columns, columns_of(*streams))
    unique = {one.cells: one for one in islice(every, MAX_COLUMNS) if len(set(one.cells)) >= LEAST_ROWS}
    tried = list(unique.values())
    if not tried:
        return Recognised()
    rows = Vocabulary().rows([(cell,) for one in tried for cell in one.cells])
    ends = np.cumsum([len(one.cells) for one in tried])
    for number, index in enumerate(indexes):
        found = match(index, rows, penalty=math.log2(len(tried)))
        reading = np.searchsorted(ends, found.rows, side="right")
        for place in np.unique(reading).tolist():
            records = np.unique(found.records[reading == place])
            if len(records) >= max(LEAST_ROWS, _MOST * len(set(tried[place].cells))):
                shown = frozenset((number, record) for record in records.tolist())
                return Recognised(shown, tried[place].name, named=True, wholly=True)
    return Recognised()


def _readings(data: bytes) -> tuple[list[str], list[Stream], list[Column]]:
    """Return texts that a file spells by its bits, the sequences of choices in it, and numbers of orders."""
    text = text_of(data)
    texts, streams, columns = _of_text(text) if text else _of_bytes(data)
    return texts, [*typed(data, text), *streams], columns


def _of_text(text: str) -> tuple[list[str], list[Stream], list[Column]]:
    streams = [*sequences.sequences(text), *wording.choices(text), *runs.counted(text), *enclosed(text)]
    raw: list[bytes] = []
    for found, bodies in (namesakes(text), minted(text)):
        streams += found
        raw += bodies
    drawn = dotted(text)
    if "<" in text:
        streams += sequences.attributes(text)
        drawn = chain(drawn, rastered(text) if "<svg" in text[:4096] else ())
    told = chain.from_iterable(planes.tried(partial(codes_in, one), []) for one in drawn)
    texts = [
        *told,
        sequences.bare(text),
        written_glyphs(text),
        spoken.figured(text),
        *wording.acrostics(text),
        *sequences.packed(text),
        *chain.from_iterable(map(said, raw)),
    ]
    named_by = chain(
        wording.orders(text),
        runs.graded(text),
        runs.woven(text),
        runs.hexed(text),
        spoken.said_in_words(text),
        chain.from_iterable(map(packings, raw)),
    )
    return texts, streams, list(named_by)


def _of_bytes(data: bytes) -> tuple[list[str], list[Stream], list[Column]]:
    if planes.pictured(data):
        return _of_picture(data)
    texts: list[str] = []
    streams: list[Stream] = []
    if data[:2] == b"PK" or data[257:262] == b"ustar":
        raw, found = planes.of_archive(data)
        raw += painted(data)
        inner, more = _package(data)
        held_in = chain.from_iterable(map(packings, raw))
        return [*chain.from_iterable(map(said, raw)), *inner], [*found, *more], list(held_in)
    held: list[planes.Plane] = []
    if data[:4] == b"RIFF":
        held, streams = planes.tried(lambda: planes.of_sound(data), ([], []))
        keys, tones = planes.tried(lambda: keys_pressed(data), ("", []))
        spelt, pauses = planes.tried(partial(beeped, data), ([], []))
        texts += [keys, *spelt]
        streams += [*tones, *pauses]
    streams += parts(data)
    streams += operands(data)
    if data[:4] == b"MThd":
        streams = planes.tried(lambda: planes.of_notes(data), [])
    for piece in (data, *planes.tried(lambda: list(planes.tables(data)), [])):
        more_bits, more = planes.of_words(piece)
        held += more_bits
        streams += more
    texts += chain.from_iterable(map(bits_said, held))
    return texts, streams, [*runs.nibbles(data), *_numbers(data), *packings(data)]


def _of_picture(data: bytes) -> tuple[list[str], list[Stream], list[Column]]:
    texts: list[str] = []
    columns: list[Column] = []
    streams = [*planes.delays(data), *planes.tried(partial(filters, data), [])]
    for run in beside_pixels(data):
        texts += said(run.translate(_TURNED))
        _say((run, *islice(embedded(run[::-1]), MAX_PACKED)), texts, columns)
    _say(deep(data), texts, columns)
    for pixels, palette in _frames(data):
        raw, bits, found = planes.of_picture(pixels, palette)
        texts += chain.from_iterable(map(said, raw))
        bits = [*sweeps.planes_of(pixels), *sweeps.telling(bits)]
        texts += chain.from_iterable(map(bits_said, bits))
        streams += found
        texts += planes.tried(partial(codes_in, pixels), [])
        columns += chain.from_iterable(map(packings, (*raw[:MAX_PLANES], palette)))
        columns += chain.from_iterable(map(packed_bits, bits[: sweeps.MAX_KEPT + MAX_PLANES]))
        columns += _column("heights", strung(planes.tried(partial(heights, pixels), "")))
        columns += scattered(pixels.tobytes()) if pixels.nbytes <= MAX_SHOWN else ()
        _say(chain.from_iterable(map(sweeps.stretches, raw)), texts, columns)
    return texts, streams, columns


def _say(pieces: Iterable[bytes], texts: list[str], columns: list[Column]) -> None:
    """Add what runs of bytes, and what is packed in them, say as texts and as numbers."""
    for run in pieces:
        for inner in (run, *islice(embedded(run), MAX_PACKED)):
            texts += said(inner)
            columns += chain(packings(inner), scattered(inner))


def _column(name: str, cells: Sequence[str]) -> list[Column]:
    return [Column(name, tuple(cells))] if cells else []


def _frames(data: bytes) -> Iterator[tuple[NDArray[Any], bytes]]:
    """Yield the frames of a picture and their palettes; of one that is enlarged, also with a pixel a cell."""
    for pixels, palette in planes.tried(lambda: list(planes.frames(data)), []):
        yield pixels, palette
        small = planes.tried(partial(reduced, pixels), pixels)
        if small.size < pixels.size:
            yield small, b""


def _numbers(data: bytes) -> Iterator[Column]:
    """Yield the numbers that stand anywhere in bytes, in what is packed in them, and behind a filter."""
    packed = list(islice(chain(embedded(data), headless(data)), MAX_PACKED))
    for piece in (data, *packed, *chain.from_iterable(map(unshuffled, packed))):
        yield from scattered(piece)


def _package(data: bytes) -> tuple[list[str], list[Stream]]:
    """Return the choices in the parts of an office package, and what its attributes and formulas say."""
    texts: list[str] = []
    streams: list[Stream] = []
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            held = [one for one in package.infolist() if _PACKAGED.fullmatch(one.filename)]
            alike: list[dict[str, Stream]] = []
            for one in sorted(held, key=lambda part: "/worksheets/" in part.filename)[:MAX_PARTS]:
                part = head_of(package, one, MAX_BYTES)
                texts.append(sequences.written(part.decode("utf-8", errors="replace")))
                own = list(sequences.attributes(part.decode("utf-8", errors="replace")))
                streams += own
                alike.append({one.name: one for one in own})
            streams += by_part(alike)
    except (zipfile.BadZipFile, zlib.error, ValueError, OSError, NotImplementedError, RuntimeError, EOFError):
        return texts, streams
    return texts, streams


def text_of(data: bytes) -> str:
    """Return what the bytes say as a text, or nothing if they are none."""
    if b"\0" in data[:4096]:
        return ""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data[: 4 << 20].decode(encoding)
        except UnicodeDecodeError:
            continue
    return ""
