"""Tells what a file really is, from its bytes and never from its name.

Answers one `FileType`, and in `also` the further formats that the same bytes can be read
as (a picture that is a zip as well): the egress gate treats those as hidden content. It
validates nothing beyond recognition; the readers and the gate's rewriters do.
"""

from __future__ import annotations

import io
import json
import pickletools
import re
import zipfile
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from sandbox.files.opening import open_regular

HEAD_BYTES = 1 << 18


class FileType(StrEnum):
    """The formats that are told apart; BINARY is everything unknown that is no text."""

    CSV = "csv"
    TSV = "tsv"
    JSON = "json"
    NDJSON = "ndjson"
    XLSX = "xlsx"
    XLS = "xls"
    PARQUET = "parquet"
    ZIP = "zip"
    GZIP = "gzip"
    BZIP2 = "bzip2"
    XZ = "xz"
    ZSTD = "zstd"
    SEVEN = "7z"
    TAR = "tar"
    PNG = "png"
    JPEG = "jpeg"
    PDF = "pdf"
    HTML = "html"
    SVG = "svg"
    XML = "xml"
    NOTEBOOK = "notebook"
    DOCX = "docx"
    PPTX = "pptx"
    PICKLE = "pickle"
    SQLITE = "sqlite"
    TEXT = "text"
    EMPTY = "empty"
    BINARY = "binary"


_MAGIC: tuple[tuple[bytes, FileType], ...] = (
    (b"PAR1", FileType.PARQUET),
    (b"\x1f\x8b\x08", FileType.GZIP),
    (b"\xfd7zXZ\x00", FileType.XZ),
    (b"\x28\xb5\x2f\xfd", FileType.ZSTD),
    (b"7z\xbc\xaf\x27\x1c", FileType.SEVEN),
    (b"\x89PNG\r\n\x1a\n", FileType.PNG),
    (b"\xff\xd8\xff", FileType.JPEG),
    (b"%PDF-", FileType.PDF),
    (b"SQLite format 3\x00", FileType.SQLITE),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OFFICE = ((b"xl/", FileType.XLSX), (b"word/", FileType.DOCX), (b"ppt/", FileType.PPTX))
_OPENINGS = (b"(", b"c", b"I", b"S", b"V", b"F", b"L", b"]", b"}", b")", b"N")
_TEXT_ENCODINGS = ("utf-8", "gb18030")


def sniff(head: bytes, *, size: int) -> FileType:
    """Return the type of a file of `size` bytes that starts with `head` (best: `HEAD_BYTES` of it)."""
    if size == 0 or not head:
        return FileType.EMPTY
    whole = len(head) >= size
    kind = _binary_kind(head, size=size)
    if kind is not None:
        return kind
    text = _as_text(head, whole=whole)
    return FileType.BINARY if text is None else _text_kind(text, whole=whole)


def _binary_kind(head: bytes, *, size: int) -> FileType | None:
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _zip_kind(_zip_names(head, size=size))
    if head.startswith(_OLE):
        return _ole_kind(head)
    return _framed_kind(head, whole=len(head) >= size)


def _framed_kind(head: bytes, *, whole: bool) -> FileType | None:
    if re.match(rb"BZh[1-9](1AY&SY|\x17\x72\x45\x38\x50\x90)", head):
        return FileType.BZIP2
    if head[257:262] == b"ustar":
        return FileType.TAR
    return FileType.PICKLE if _is_pickle(head, whole=whole) else None


def sniff_file(source: BinaryIO) -> FileType:
    """Return the type of an open seekable file and leave it at position 0."""
    size = source.seek(0, io.SEEK_END)
    source.seek(0)
    head = source.read(HEAD_BYTES)
    source.seek(0)
    kind = sniff(head, size=size)
    if size > len(head) and kind is FileType.ZIP:
        kind = _zip_kind(_names_of(source))
    if size > len(head) and head.startswith(_OLE) and kind is FileType.BINARY and size <= 256 << 20:
        source.seek(0)
        kind = _ole_kind(source.read())
    source.seek(0)
    return kind


def sniff_path(path: Path) -> FileType:
    """Return the type of the regular file at `path`; errors as `open_regular`."""
    with open_regular(path) as source:
        return sniff_file(source)


def also(data: bytes) -> tuple[FileType, ...]:
    """Return the further formats that a reader would accept `data` as, beside `sniff(data)`.

    Looks for an end-of-central-directory record behind other content, a PDF header in the
    first KiB, a Parquet footer, and script or markup at the front of a binary format.
    """
    main = sniff(data, size=len(data))
    found: list[FileType] = []
    zips = (FileType.ZIP, FileType.XLSX, FileType.DOCX, FileType.PPTX)
    if main not in zips and zipfile.is_zipfile(io.BytesIO(data)):
        found.append(_zip_kind(_zip_names(data, size=len(data))))
    if main is not FileType.PDF and b"%PDF-" in data[:1024]:
        found.append(FileType.PDF)
    if main is not FileType.PARQUET and data[-4:] == b"PAR1":
        found.append(FileType.PARQUET)
    if main is not FileType.TAR and data[257:262] == b"ustar":
        found.append(FileType.TAR)
    binary = (FileType.PNG, FileType.JPEG, FileType.PARQUET, FileType.SQLITE)
    if main in binary and re.search(rb"<(?:script|html|svg|iframe)\b", data, re.IGNORECASE):
        found.append(FileType.HTML)
    return tuple(found)


def _zip_names(data: bytes, *, size: int) -> list[bytes]:
    if len(data) >= size:
        return _names_of(io.BytesIO(data))
    names = []
    for match in re.finditer(rb"PK\x03\x04.{22}(..)..", data, re.DOTALL):
        length = int.from_bytes(match[1], "little")
        names.append(data[match.end() : match.end() + length])
    return names


def _names_of(source: BinaryIO) -> list[bytes]:
    try:
        with zipfile.ZipFile(source) as archive:
            return [name.encode("utf-8", "replace") for name in archive.namelist()]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return []


def _zip_kind(names: list[bytes]) -> FileType:
    for prefix, kind in _OFFICE:
        if any(name.startswith(prefix) for name in names):
            return kind
    return FileType.ZIP


def _ole_kind(data: bytes) -> FileType:
    entries = ("Workbook", "Book")
    marked = any(entry.encode("utf-16-le") + b"\x00\x00" in data for entry in entries)
    return FileType.XLS if marked and "EncryptedPackage".encode("utf-16-le") not in data else FileType.BINARY


def _is_pickle(head: bytes, *, whole: bool) -> bool:
    if head[:1] == b"\x80" and 2 <= head[1] <= 5 if len(head) > 2 else False:
        return head[1] < 4 or head[2:3] == b"\x95" or head[-1:] == b"."
    # Protocols 0 and 1 are text, but no text runs through the machine to its stop.
    if head[:1] not in _OPENINGS:
        return False
    steps = 0
    try:
        for steps, _ in enumerate(pickletools.genops(head)):  # noqa: B007
            pass
    except Exception:  # noqa: BLE001  the disassembler raises what it likes; either way it is no pickle
        return steps > 200 and not whole
    return steps > 0 and head.rstrip().endswith(b".")


def _as_text(head: bytes, *, whole: bool) -> str | None:
    if head[:4] in (b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff"):
        return None
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return head.decode("utf-16", "replace")
    if _looks_binary(head):
        return None
    for encoding in _TEXT_ENCODINGS:
        try:
            return (head if whole else head[:-4]).decode(encoding).removeprefix("\ufeff")
        except UnicodeDecodeError as error:
            if not whole and error.start >= len(head) - 8:
                return head[: error.start].decode(encoding).removeprefix("\ufeff")
    return _mostly_text(head)


def _mostly_text(head: bytes) -> str | None:
    # A few undecodable bytes do not make a delivery unreadable: its readers quarantine those rows.
    texts = [head.decode(encoding, "replace") for encoding in _TEXT_ENCODINGS]
    best = min(texts, key=lambda text: text.count("\ufffd"))
    return best if best.count("\ufffd") * 4 <= max(1, best.count("\n")) * 3 else None


def _looks_binary(head: bytes) -> bool:
    """Whether control characters are more than a few strays (whose rows the readers quarantine)."""
    controls = len(head.translate(None, bytes(range(32, 256)) + b"\t\n\r\x0b\x0c\x1b"))
    return controls * 50 > len(head) and (controls > 3 or controls * 4 > len(head))


def _text_kind(text: str, *, whole: bool) -> FileType:
    start = text.lstrip()
    lowered = start[:512].lower()
    if not start:
        return FileType.TEXT
    if start[0] in "[{":
        kind = _json_kind(start, whole=whole)
        if kind is not None:
            return kind
    if lowered.startswith("<"):
        return _markup_kind(lowered)
    return _delimited_kind(start)


def _json_kind(start: str, *, whole: bool) -> FileType | None:
    if start[0] == "[":
        return FileType.JSON if re.match(r"\[\s*[\[{\"\]\d\-tfn]", start) else None
    notebook = '"nbformat"' in start and '"cells"' in start
    if notebook or (not whole and re.match(r'\{\s*"cells"\s*:', start)):
        return FileType.NOTEBOOK
    first, _, rest = start.partition("\n")
    if rest.lstrip().startswith("{") and _is_json(first):
        return FileType.NDJSON
    return FileType.JSON if re.match(r"\{\s*(\"|\})", start) else None


def _is_json(line: str) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def _markup_kind(lowered: str) -> FileType:
    if "<!doctype html" in lowered or re.match(r"<(html|head|body|script|table|div)\b", lowered):
        return FileType.HTML
    if "<svg" in lowered:
        return FileType.SVG
    if lowered.startswith("<?xml") or re.match(r"<[a-z_][\w.:-]*[\s>/]", lowered):
        return FileType.XML
    return FileType.TEXT


def _delimited_kind(start: str) -> FileType:
    lines = [line for line in start[:65_536].splitlines()[:20] if line.strip()]
    for mark, kind in (("\t", FileType.TSV), (",", FileType.CSV), (";", FileType.CSV), ("|", FileType.CSV)):
        if lines and mark in lines[0]:
            same = sum(line.count(mark) >= lines[0].count(mark) for line in lines)
            if same * 2 >= len(lines):
                return kind
    return FileType.TEXT
