"""What a container holds that may be a file itself, one level deep, of whatever kind it is.

Pictures give what lies beside their pixels, papers their streams and pictures, packages their members,
columnar files and databases their cells of bytes, texts their encoded runs and documents; any other bytes
what begins somewhere in them as a known kind does. Evidence only, linear, bounded; pure; called by `nested`.
"""

from __future__ import annotations

import ast
import codecs
import html
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice

import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq

from sandbox.egress.blobs import decoded, looks_encoded
from sandbox.egress.carving import blobs_of, samples_of
from sandbox.egress.columnar import gaps, notes
from sandbox.egress.content import Sheet
from sandbox.egress.gridded import gridded, pivoted, pivots
from sandbox.egress.inlaid import beside_pixels, bodies
from sandbox.egress.lowest import lowest
from sandbox.egress.papers import streams_of
from sandbox.egress.planes import pictured
from sandbox.egress.plates import plates
from sandbox.egress.rejoined import BEGUN, rejoined
from sandbox.egress.threads import threads, whole
from sandbox.egress.unpressed import begun, embedded
from sandbox.egress.widened import alike, wide
from sandbox.files.types import FileType, sniff
from sandbox.files.unwrap import UnwrapLimits, unwrap

MAX_BYTES = 8 << 20
MAX_MEMBERS = 200
MAX_MARKS = 24
MAX_RUNS = 32
MAX_DOCUMENTS = 12
MAX_SPELLED = 4
MAX_TRIES = 40
MAX_MARKUP = 4 << 20
MAX_CELLS = 64
MAX_GROWN = 20_000
_LEAST_DOCUMENT = 80
_BROKEN = (zipfile.BadZipFile, zlib.error, ValueError, OSError, NotImplementedError, RuntimeError, EOFError)
_LIMITS = UnwrapLimits(max_total=16 << 20)
_OFFICE = (b"xl/", b"word/", b"ppt/", b"[Content_Types].xml")
_USUAL = re.compile(
    r"xl/worksheets/sheet\d+\.xml|xl/(?:styles|sharedStrings|metadata|calcChain)\.xml|.*/theme/.*|.*\.rels"
    r"|\[Content_Types\]\.xml|docProps/(?:app|core)\.xml|ppt/slide(?:Layouts|Masters)/.*|word/(?:styles|fontTable|settings)\.xml"
)
"""Parts of a package that hold no table of their own, or one that the reader of workbooks reads."""
_WITHIN = re.compile(
    rb"PK\x03\x04|PAR1|ARROW1\0\0|SQLite format 3\0|\x93NUMPY|ORC\x08|Obj\x01\x02|%PDF-|\x89PNG\r\n\x1a\n"
    rb"|\xff\xd8\xff[\xdb\xe0-\xef]|\xff{4}[\x00-\xff]{2}\0\0[\x04-\x40]\0\0\0|[^\0][\x00-\xff]{2}\0{5}\{\""
    rb"|\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1|7z\xbc\xaf\x27\x1c"
)
"""How files begin that may lie anywhere in bytes; compressed streams are found by `embedded`."""
_LONG = re.compile(r"[A-Za-z0-9+/_-]{40,}={0,2}")
_HEX = re.compile(r"(?:[0-9a-f]{2})+|(?:[0-9A-F]{2})+")
_JOINT = re.compile(r"(?:\\[nrt]|[\s\"'\\,;+|#>*().])*")
_BREAK = re.compile(r"\r?\n[ \t]*|(?:\\r)?\\n")
_SHORT = re.compile(r"[A-Za-z0-9+/_-]+={0,2}")
_WIDEST = 24
_PREFIX = re.compile(r"^0?[xX](?=[0-9A-Fa-f]{40,}$)")
"""What some languages write before hexadecimal."""
_LISTED = re.compile(
    r"(?<![\w.,-])(?:(?:0x[0-9A-Fa-f]{1,2}|[1-9]\d{0,2}|0),\s{0,9}){40,}(?:0x[0-9A-Fa-f]{1,2}|\d{1,3})"
)
"""The bytes of an array that a program writes down."""
_LITERAL = re.compile(r"""[bB]?(?:'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)")""")
_BETWEEN = re.compile(r"[\s+\\,()]*[bB]?")
_LEAST_ESCAPES = 8
MAX_LITERALS = 4000
_ESCAPED = re.compile(r"""=\s?(?:"\s{0,40}(&lt;[^"<>]{80,})"|'\s{0,40}(&lt;[^'<>]{80,})')""")
"""A page in an attribute of a page."""
_OPENING = re.compile(r"[\[{]\s{0,40}(?:[\[{]|\"|&quot;)")
MAX_PROGRAM = 1 << 17
_PROGRAM = re.compile(r"[\[{]\s{0,40}(?:[\[{(]\s{0,40}){0,3}'")
"""How lists and mappings of a program begin, which are no JSON for their quotes."""
_BRACKET = re.compile(r"'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\"|[\[{(]|[\]})]")


def laid_in(data: bytes) -> tuple[Sheet, ...]:
    """Return the tables that stand in the tags of a text, or of the parts of a package."""
    if data[:2] == b"PK" and any(mark in data for mark in _OFFICE):
        return tuple(_of_parts(data))
    front = data[:512].lstrip()
    if front.startswith(b"<") and b"<svg" not in front and b"<html" not in front.lower():
        return gridded(data[:MAX_MARKUP].decode("utf-8", errors="replace"))
    return ()


def _of_parts(data: bytes) -> Iterator[Sheet]:
    room = MAX_MARKUP
    parts: dict[str, str] = {}
    with suppress(*_BROKEN), zipfile.ZipFile(io.BytesIO(data)) as package:
        for one in package.infolist()[:MAX_MEMBERS]:
            if not _USUAL.fullmatch(one.filename) and one.filename.endswith(".xml") and room > 0:
                with package.open(one) as member:
                    parts[one.filename] = member.read(room).decode("utf-8", errors="replace")
                room -= len(parts[one.filename])
    for head, records in pivots(parts):
        yield from pivoted(head, records)
    for text in parts.values():
        yield from gridded(text)


def held_in(data: bytes) -> Iterator[bytes]:
    """Yield what one container holds."""
    if pictured(data):
        yield from _of_picture(data)
        yield from lowest(data)
    elif data.startswith(b"%PDF-"):
        yield from plates(data)
        yield from streams_of(data)
    elif data.startswith(b"PK\x03\x04"):
        yield from _of_package(data)
    elif data[:4] == b"PAR1" or data[:6] == b"ARROW1" or data[:4] == b"\xff\xff\xff\xff":
        yield from _of_columns(data)
    elif text := _text_of(data):
        yield from _of_text(text)
    else:
        yield from blobs_of(data)
        yield from samples_of(data)
        yield from lowest(data) if data.startswith((b"RIFF", b"\x93NUMPY")) else ()
        yield from _front(data)
        yield from wide(data)
        yield from _within(data)


def _front(data: bytes) -> Iterator[bytes]:
    """Yield the text that bytes begin with, up to a zero: behind it may be noise."""
    end = data.find(b"\0")
    if end >= _LEAST_DOCUMENT and _text_of(data[:end]):
        yield data[:end]


def _of_picture(data: bytes) -> Iterator[bytes]:
    for several in bodies(data):
        yield from rejoined(several)
    for run in beside_pixels(data):
        yield from wide(run)
        if _text_of(run):
            yield run
        else:
            yield from _within(run)


def _within(data: bytes) -> Iterator[bytes]:
    """Yield what unfolds in bytes, and what begins in them as a file of a known kind."""
    unpacked = list(begun(data))
    yield from unpacked
    if unpacked and len(data) <= len(unpacked[0]):
        return
    kind = sniff(data, size=len(data))
    if kind in (FileType.GZIP, FileType.TAR, FileType.SEVEN, FileType.XZ, FileType.BZIP2, FileType.ZSTD):
        yield from (part.data for part in unwrap(data, name="", limits=_LIMITS).parts)
    for one in islice(_WITHIN.finditer(data), MAX_MARKS):
        if one.start() or one.group()[3:8] == b"\0\0\0\0\0":
            yield data[one.start() : one.start() + MAX_BYTES]
    yield from embedded(data)


def _of_package(data: bytes) -> Iterator[bytes]:
    """Yield the members of a package but those that the reader of its kind reads."""
    room = 2 * MAX_BYTES
    office = any(mark in data for mark in _OFFICE)
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        for one in package.infolist()[:MAX_MEMBERS]:
            if _USUAL.fullmatch(one.filename) or room <= 0:
                continue
            with package.open(one) as member:
                held = member.read(min(MAX_BYTES, room))
            room -= len(held)
            if one.filename.endswith(".xml") and office:  # its rows are read with those of its package
                yield from _of_text(_text_of(held))
            else:
                yield held
        yield package.comment


def _of_columns(data: bytes) -> Iterator[bytes]:
    """Yield the cells of bytes of a columnar file, and what stands beside its cells."""
    if data[:4] == b"PAR1":
        file = pq.ParquetFile(io.BytesIO(data))
        yield from notes(file)
        yield from gaps(data, file)
        yield from _grown(file)
        names = [one.name for one in file.schema_arrow if _bytes_within(one.type)]
        batches = file.iter_batches(MAX_CELLS, columns=names, use_threads=False) if names else iter(())
        yield from _cells(islice(batches, MAX_CELLS))
        return
    options = pa.ipc.IpcReadOptions(use_threads=False)
    if data[:6] == b"ARROW1":
        frames = pa.ipc.open_file(pa.py_buffer(data), options=options)
        schema = frames.schema
        read = iter([frames.get_batch(at) for at in range(min(frames.num_record_batches, MAX_CELLS))])
    else:
        stream = pa.ipc.open_stream(pa.py_buffer(data), options=options)
        schema, read = stream.schema, iter(islice(stream, MAX_CELLS))
    yield from (bytes(value) for value in (schema.metadata or {}).values())
    names = [one.name for one in schema if _bytes_within(one.type)]
    yield from _cells(batch.select(names) for batch in read if names)


def _grown(file: pq.ParquetFile) -> Iterator[bytes]:
    """Yield the columns of lists and of structures as a document: no table has them as cells."""
    names = [one.name for one in file.schema_arrow if pa.types.is_nested(one.type)]
    if names and file.metadata.num_rows <= MAX_GROWN:
        rows = file.read(columns=names, use_threads=False).to_pylist()
        yield json.dumps(rows, ensure_ascii=False, default=str)[:MAX_BYTES].encode("utf-8", "replace")


def _bytes_within(kind: pa.DataType) -> bool:
    """Return whether a type is bytes, or has them in it."""
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    fields = [kind.field(place).type for place in range(kind.num_fields)] if kind.num_fields else []
    return bool(
        pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind)
    ) or any(map(_bytes_within, fields))


def _cells(batches: Iterator[pa.RecordBatch]) -> Iterator[bytes]:
    """Yield the cells of bytes, those of a column put together first: one file may be cut into them."""
    held: dict[int, list[bytes]] = {}
    for batch in batches:
        batch.validate(full=True)
        for place, column in enumerate(batch.columns):
            held.setdefault(place, []).extend(_flat(column.slice(0, MAX_CELLS).to_pylist()))
    for cells in held.values():
        if len(cells) > 1 and BEGUN.match(cells[0]):
            yield b"".join(cells)
        yield from rejoined(cells)
        yield from cells


def _flat(value: object) -> Iterator[bytes]:
    if isinstance(value, bytes):
        yield value
    elif isinstance(value, dict):
        yield from (one for inner in value.values() for one in _flat(inner))
    elif isinstance(value, list):
        yield from (one for inner in value for one in _flat(inner))


def _text_of(data: bytes) -> str:
    """Return bytes as a text; nothing for what is none."""
    if b"\0" in data[:4096] or data[:3] == b"\xff\xd8\xff":
        return ""
    for encoding in ("utf-8-sig", "gb18030"):
        with suppress(UnicodeDecodeError):
            return data[:MAX_MARKUP].decode(encoding)
    return ""


def _of_text(text: str) -> Iterator[bytes]:
    """Yield what the long runs of a text decode to, and the documents that stand in it."""
    for run in dict.fromkeys((*_runs(text), *threads(text), *whole(text))):
        bare = _PREFIX.sub("", run)  # what is hexadecimal could be base 64 as well, and never is
        yield from islice(decoded(bare), 1 if _HEX.fullmatch(bare) else None)
    for run in alike(text):
        yield from decoded(run)
    for one in islice(_LISTED.finditer(text), MAX_DOCUMENTS):
        with suppress(ValueError):
            yield bytes(int(number, 0) for number in one.group().split(","))
    if text.count("\\x") >= _LEAST_ESCAPES:
        yield from _literals(text)
    for value in islice(_ESCAPED.finditer(text), MAX_DOCUMENTS):
        yield html.unescape(value[1] or value[2] or "").encode("utf-8", "replace")
    yield from _programs(text)
    start = text.lstrip()[:1]
    if start not in ("[", "{"):
        yield from _documents(html.unescape(text) if "&quot;" in text or "&#34;" in text else text)


def _programs(text: str) -> Iterator[bytes]:
    """Yield the lists and mappings of a program that stand in a text, as the same documents of JSON."""
    end = found = 0
    for one in islice(_PROGRAM.finditer(text), MAX_DOCUMENTS):
        if one.start() < end or found >= MAX_SPELLED:
            continue
        end = _closed(text, one.start())
        found += 1
        if end - one.start() >= _LEAST_DOCUMENT:
            with suppress(ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
                value = ast.literal_eval(text[one.start() : end])
                yield json.dumps(value, ensure_ascii=False, default=str).encode("utf-8", "replace")


def _closed(text: str, start: int) -> int:
    """Return where what a bracket opens is closed again; the beginning if it is not, or not soon."""
    depth = 0
    for one in _BRACKET.finditer(text, start, start + MAX_PROGRAM):
        sign = one.group()
        depth += (sign in "[{(") - (sign in "]})") if len(sign) == 1 else 0
        if not depth:
            return one.end()
    return start


def _literals(text: str) -> Iterator[bytes]:
    """Yield the bytes that literals of a program say, those that stand in a row as one."""
    held: list[bytes] = []
    end = 0
    for one in islice(_LITERAL.finditer(text), MAX_LITERALS):
        if held and not _BETWEEN.fullmatch(text, end, one.start()):
            yield b"".join(held)
            held = []
        with suppress(ValueError):
            held.append(codecs.escape_decode((one[1] or one[2] or "").encode("latin-1", "replace"))[0])
        end = one.end()
    if held:
        yield b"".join(held)


def _runs(text: str) -> Iterator[str]:
    """Yield the runs of letters that look like code, lines and cells on end as one."""
    end = count = 0
    for one in _LONG.finditer(text):
        if one.start() < end:
            continue
        run, end = _extended(text, one)
        whole = "".join(run)
        if looks_encoded(whole[:4096]):
            yield whole
            yield from run if 1 < len(run) <= MAX_RUNS else ()
            count += 1
        if count >= MAX_RUNS:
            return


def _extended(text: str, first: re.Match[str]) -> tuple[list[str], int]:
    """Return a long run with those of its length that follow, and the rest of the last line, and its end."""
    run, end, between = [first.group()], first.end(), ""
    size = len(first.group())
    while joint := _JOINT.match(text, end, end + _WIDEST):
        more = _SHORT.match(text, joint.end())
        if more is None or joint.end() == end:
            break
        whole = len(more.group()) >= size - 2
        if not whole and joint.group() != between and not _BREAK.fullmatch(joint.group()):
            break
        run.append(more.group())
        between, end = joint.group(), more.end()
        if not whole:
            break
    return run, end


def _documents(text: str) -> Iterator[bytes]:
    """Yield the documents of JSON that stand in a text: in scripts, in attributes, behind a name."""
    reader, end, found = json.JSONDecoder(), 0, 0
    for tried, one in enumerate(_OPENING.finditer(text)):
        if tried >= MAX_TRIES or found >= MAX_DOCUMENTS:
            return
        if one.start() < end:
            continue
        try:
            _, end = reader.raw_decode(text, one.start())
        except (ValueError, RecursionError):
            continue
        if end - one.start() >= _LEAST_DOCUMENT:
            found += 1
            yield text[one.start() : end].encode("utf-8", "replace")
