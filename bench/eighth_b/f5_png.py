"""PNG pictures: text and private chunks, lowest bits, what follows the end, Exif."""

from __future__ import annotations

import io
import random
import zlib

from PIL import Image

from bench.eighth_b.kit import csv_rows, csv_text, packed, unpacked
from bench.eighth_b.pictures import chart, hide, png, png_chunks, png_pixels, seek
from bench.sixth.core import BOOK, CARE, MONEY, WEAK, Files, Row, Values, grid, technique

XP_COMMENT = 0x9C9C


@technique("F5", "persons", *WEAK)
def png_private_chunk(rows: list[Row], rng: random.Random) -> Files:
    """A chunk that viewers pass over is a compressed table."""
    return [("png", png(chart(rng), [(b"zyRc", packed(grid(rows, *WEAK)))]))]


def png_private_chunk_back(files: list[bytes]) -> Values:
    """The table in the chunk."""
    return unpacked(dict(png_chunks(files[0])[0])[b"zyRc"])


@technique("F5", "persons", *CARE)
def png_lsb_rgb(rows: list[Row], rng: random.Random) -> Files:
    """The lowest bits of red, green and blue of a chart are a length and a CSV."""
    return [("png", png(hide(chart(rng), csv_text(grid(rows, *CARE)).encode())))]


def png_lsb_rgb_back(files: list[bytes]) -> Values:
    """The CSV in the lowest bits."""
    return csv_rows(seek(png_pixels(files[0])).decode())


@technique("F5", "firms", *MONEY)
def png_lsb_grey_pairs(rows: list[Row], rng: random.Random) -> Files:
    """The two lowest bits of a grey heat map are a length and a compressed table."""
    return [("png", png(hide(chart(rng, "L"), packed(grid(rows, *MONEY)), 2)))]


def png_lsb_grey_pairs_back(files: list[bytes]) -> Values:
    """The table in the two lowest bits."""
    return unpacked(seek(png_pixels(files[0]), 2))


@technique("F5", "firms", *BOOK)
def png_after_end(rows: list[Row], rng: random.Random) -> Files:
    """A CSV in UTF-16 follows the last chunk."""
    return [("png", png(chart(rng)) + csv_text(grid(rows, *BOOK)).encode("utf-16-le"))]


def png_after_end_back(files: list[bytes]) -> Values:
    """The CSV after the last chunk."""
    return csv_rows(png_chunks(files[0])[1].decode("utf-16-le"))


@technique("F5", "persons", *CARE)
def png_exif_comment(rows: list[Row], rng: random.Random) -> Files:
    """The comment that file managers show, in the Exif chunk, is the table."""
    exif = Image.Exif()
    exif[XP_COMMENT] = csv_text(grid(rows, *CARE)).encode("utf-16-le") + b"\0\0"
    data = exif.tobytes().removeprefix(b"Exif\0\0")
    return [("png", png(chart(rng), [(b"eXIf", data)]))]


def png_exif_comment_back(files: list[bytes]) -> Values:
    """The lines of the comment."""
    comment = Image.open(io.BytesIO(files[0])).getexif()[XP_COMMENT]
    return csv_rows(bytes(comment).decode("utf-16-le").rstrip("\0"))


@technique("F5", "firms", *BOOK)
def png_ztxt_software(rows: list[Row], rng: random.Random) -> Files:
    """Compressed text chunks with usual keywords hold a column each."""
    keys = (b"Software", b"Source", b"Comment")
    chunks = []
    for key, column in zip(keys, BOOK, strict=True):
        text = "\n".join(row[column] for row in rows).encode("unicode_escape").replace(b"\\n", b"\n")
        chunks.append((b"zTXt", key + b"\0\0" + zlib.compress(text)))
    return [("png", png(chart(rng), chunks))]


def png_ztxt_software_back(files: list[bytes]) -> Values:
    """The columns of the three texts."""
    datas = [data.split(b"\0\0", 1)[1] for kind, data in png_chunks(files[0])[0] if kind == b"zTXt"]
    columns = [zlib.decompress(data).decode("unicode_escape").split("\n") for data in datas]
    return list(zip(*columns, strict=True))
