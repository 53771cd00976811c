"""JPEG pictures: comments, metadata, application segments, what follows the end."""

from __future__ import annotations

import gzip
import json
import random

from bench.eighth_b.f4_papers import xmp
from bench.eighth_b.kit import found, json_text, labelled, packed, unlabelled, unpacked
from bench.eighth_b.pictures import jpeg, jpeg_segments
from bench.sixth.core import BOOK, CARE, MONEY, WHO, Files, Row, Values, grid, technique

XAP = b"http://ns.adobe.com/xap/1.0/\0"


@technique("F5", "persons", *WHO)
def jpeg_comments(rows: list[Row], rng: random.Random) -> Files:
    """A chart has one comment segment a record."""
    texts = [labelled(WHO, row).encode() for row in grid(rows, *WHO)]
    return [("jpg", jpeg(rng, [(0xFE, text) for text in texts]))]


def jpeg_comments_back(files: list[bytes]) -> Values:
    """The texts of the comment segments."""
    return [unlabelled(data.decode()) for marker, data in jpeg_segments(files[0])[0] if marker == 0xFE]


@technique("F5", "firms", *BOOK)
def jpeg_xmp_keywords(rows: list[Row], rng: random.Random) -> Files:
    """The keywords in the metadata packet of a picture are the records."""
    packet = xmp(["|".join(row) for row in grid(rows, *BOOK)]).encode()
    return [("jpg", jpeg(rng, [(0xE1, XAP + packet)]))]


def jpeg_xmp_keywords_back(files: list[bytes]) -> Values:
    """The items of the bag."""
    packet = next(data for marker, data in jpeg_segments(files[0])[0] if marker == 0xE1)
    items = found(r"<rdf:li>(.*?)</rdf:li>", packet.removeprefix(XAP))
    return [tuple(item.split("|")) for item in items]


@technique("F5", "persons", *CARE)
def jpeg_split_segments(rows: list[Row], rng: random.Random) -> Files:
    """A compressed table is cut over application segments with their numbers."""
    data = packed(grid(rows, *CARE))
    step = len(data) // 4 + 1
    pieces = [data[i : i + step] for i in range(0, len(data), step)]
    head = b"ICC_NOTE\0"
    segments = [(0xEB, head + bytes([i, len(pieces)]) + piece) for i, piece in enumerate(pieces, 1)]
    return [("jpg", jpeg(rng, segments))]


def jpeg_split_segments_back(files: list[bytes]) -> Values:
    """The table of the joined segments."""
    pieces = sorted(data[9:] for marker, data in jpeg_segments(files[0])[0] if marker == 0xEB)
    return unpacked(b"".join(piece[2:] for piece in pieces))


@technique("F5", "firms", *MONEY)
def jpeg_after_end(rows: list[Row], rng: random.Random) -> Files:
    """A compressed JSON follows the end of the picture."""
    items = [{column: row[column] for column in MONEY} for row in rows]
    tail = gzip.compress(json_text(items).encode(), mtime=0)
    return [("jpg", jpeg(rng) + tail)]


def jpeg_after_end_back(files: list[bytes]) -> Values:
    """The JSON after the end."""
    items = json.loads(gzip.decompress(jpeg_segments(files[0])[1]))
    return [tuple(item[name] for name in MONEY) for item in items]
