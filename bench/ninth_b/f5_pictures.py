"""Pictures of honest charts: records in chunks, segments, lowest bits and after the end."""

from __future__ import annotations

import bz2
import codecs
import json
import random
import struct
import zlib

import numpy as np

from bench.eighth_a.honest import zipped
from bench.eighth_a.tables import csv_rows, csv_text
from bench.ninth_b.kit import (
    NARROW,
    WIDE,
    after_length,
    amount,
    cents,
    chinese_day,
    joined,
    length_first,
    parted,
    plain_day,
    serial,
    unserial,
    unzip,
    xored,
)
from bench.ninth_b.pictures import (
    chart,
    chunk,
    jpeg_bytes,
    jpeg_segments,
    jpeg_tail,
    low_bits,
    pixels_of,
    png_bytes,
    png_chunks,
    with_bits,
)
from bench.sixth.core import (
    ADDR,
    AMT,
    BIRTH,
    BOOK,
    BOSS,
    CARE,
    FIRM,
    HOSP,
    ID,
    MONEY,
    NAME,
    SICK,
    TEL,
    USCC,
    VISIT,
    WEAK,
    WHO,
    Files,
    Row,
    Values,
    grid,
    technique,
)


@technique("F5", "persons", *WHO)
def png_translated_keywords(rows: list[Row], rng: random.Random) -> Files:
    """A packed iTXt chunk a person: the name is the keyword's translation, the numbers are the text."""
    first = b""
    for name, number, tel in grid(rows, *WHO):
        text = zlib.compress(f"{number}{rng.choice(' ,;')}{tel}".encode())
        first += chunk(b"iTXt", b"Author\0\1\0zh\0" + name.encode() + b"\0" + text)
    return [("png", png_bytes(np.asarray(chart(rng)), first))]


def png_translated_keywords_back(files: list[bytes]) -> Values:
    """Read keyword and text of each chunk."""
    values: Values = []
    for kind, body in png_chunks(files[0])[0]:
        if kind == b"iTXt":
            name, _, text = body[len(b"Author\0\1\0zh\0") :].partition(b"\0")
            told = zlib.decompress(text).decode()
            values.append((name.decode(), told[:18], told[19:]))
    return values


@technique("F5+F3", "persons", *CARE)
def png_alpha_bits(rows: list[Row], rng: random.Random) -> Files:
    """The lowest bits of the alpha channel: their number, then the table packed with zlib or bzip2."""
    text = joined(grid(rows, *CARE), ",").encode()
    packed = rng.choice((zlib.compress, bz2.compress))(text)
    pixels = np.array(chart(rng, "RGBA"))
    alpha = pixels[:, :, 3]
    pixels[:, :, 3] = with_bits(alpha.ravel(), length_first(packed), rng).reshape(alpha.shape)
    return [("png", png_bytes(pixels))]


def png_alpha_bits_back(files: list[bytes]) -> Values:
    """Gather the bits and unpack."""
    packed = after_length(low_bits(pixels_of(files[0])[:, :, 3].ravel()))
    text = bz2.decompress(packed) if packed[:3] == b"BZh" else zlib.decompress(packed)
    return parted(text.decode(), ",")


@technique("F5", "firms", *BOOK)
def png_column_bits(rows: list[Row], rng: random.Random) -> Files:
    """The lowest bits of one colour, column after column, in GB18030 up to a zero."""
    data = joined(grid(rows, *BOOK), "|").encode("gb18030") + b"\0"
    pixels = np.array(chart(rng))
    side = pixels[:, :, rng.randint(0, 2)]
    side[:] = with_bits(side.T.ravel(), data, rng).reshape(side.T.shape).T
    return [("png", png_bytes(pixels))]


def png_column_bits_back(files: list[bytes]) -> Values:
    """Try the three colours; the right one gives text."""
    pixels = pixels_of(files[0])
    for i in range(3):
        data = low_bits(pixels[:, :, i].T.ravel()).partition(b"\0")[0]
        if data.count(b"|") > 9 and data.count(b"|") == 2 * (data.count(b"\n") + 1):
            return parted(data.decode("gb18030"), "|")
    return []


@technique("F5+F1", "persons", *WEAK)
def png_suggested_palette(rows: list[Row], rng: random.Random) -> Files:
    """A suggested palette of 16 bits, whose colours are days as serials and sums in cents of 32 bits."""
    entries = b""
    for born, visit, cost in grid(rows, *WEAK):
        entries += struct.pack(">HHIH", serial(born), serial(visit), cents(cost), rng.randint(1, 900))
    part = chunk(b"sPLT", rng.choice((b"Warm", b"Office", b"Print")) + b"\0\x10" + entries)
    return [("png", png_bytes(np.asarray(chart(rng)), part))]


def png_suggested_palette_back(files: list[bytes]) -> Values:
    """Read the colours."""
    body = next(data for kind, data in png_chunks(files[0])[0] if kind == b"sPLT")
    entries = struct.iter_unpack(">HHIH", body.partition(b"\0")[2][1:])
    return [(unserial(a), unserial(b), amount(c)) for a, b, c, _ in entries]


@technique("F5+F3", "firms", *MONEY)
def png_zip_tail(rows: list[Row], rng: random.Random) -> Files:
    """A ZIP after the picture's end, with an honest note and a file a column in GB18030."""
    order = rng.sample(rows, len(rows))
    members = [("说明.txt", "图表原始数据，内部使用".encode())]
    for i, column in enumerate(MONEY):
        members.append((f"列{i}.txt", "\n".join(row[column] for row in order).encode("gb18030")))
    return [("png", png_bytes(np.asarray(chart(rng))) + zipped(members))]


def png_zip_tail_back(files: list[bytes]) -> Values:
    """Unzip and put the columns side by side."""
    members = unzip(png_chunks(files[0])[1])
    columns = [members[f"列{i}.txt"].decode("gb18030").split("\n") for i in range(3)]
    return list(zip(*columns, strict=True))


@technique("F5+F3", "persons", NAME, TEL, ADDR)
def png_tail_one_byte(rows: list[Row], rng: random.Random) -> Files:
    """A table in UTF-16 after the picture's end, every byte changed by the same one."""
    text = csv_text([["姓名", "电话", "地址"], *grid(rows, NAME, TEL, ADDR)])
    key = bytes((rng.randint(1, 255),))
    return [("png", png_bytes(np.asarray(chart(rng))) + xored(text.encode("utf-16-le"), key))]


def png_tail_one_byte_back(files: list[bytes]) -> Values:
    """Find the byte by the head of the table."""
    tail = png_chunks(files[0])[1]
    text = xored(tail, bytes((tail[0] ^ "姓".encode("utf-16-le")[0],))).decode("utf-16-le")
    return [tuple(row) for row in csv_rows(text)[1:]]


@technique("F5+F2", "persons", *WHO)
def png_scattered_texts(rows: list[Row], rng: random.Random) -> Files:
    """A tEXt chunk of JSON a column before the data and after it, lists in one order."""
    order = rng.sample(rows, len(rows))
    parts = [
        chunk(b"tEXt", f"{tag}\0".encode() + json.dumps([row[column] for row in order]).encode())
        for tag, column in zip(("Title", "Source", "Comment"), WHO, strict=True)
    ]
    cut = rng.randint(1, 2)
    return [("png", png_bytes(np.asarray(chart(rng)), b"".join(parts[:cut]), b"".join(parts[cut:])))]


def png_scattered_texts_back(files: list[bytes]) -> Values:
    """Put the lists side by side."""
    bodies = [data for kind, data in png_chunks(files[0])[0] if kind == b"tEXt"]
    return list(zip(*(json.loads(body.partition(b"\0")[2]) for body in bodies), strict=True))


@technique("F5", "firms", USCC, FIRM, BOSS)
def jpeg_colour_profile(rows: list[Row], rng: random.Random) -> Files:
    """Segments of a colour profile in several parts, in which the profile's description is a register."""
    text = joined(grid(rows, USCC, FIRM, BOSS), ";")
    body = b"lcms\x02\x10\0\0mntrRGB XYZ " + rng.randbytes(100) + b"desc" + text.encode("utf-16-be")
    size = rng.choice((600, 900, 1500))
    pieces = [body[i : i + size] for i in range(0, len(body), size)]
    segments = [
        (0xE2, b"ICC_PROFILE\0" + bytes((i, len(pieces))) + piece) for i, piece in enumerate(pieces, 1)
    ]
    return [("jpg", jpeg_bytes(chart(rng), segments))]


def jpeg_colour_profile_back(files: list[bytes]) -> Values:
    """Join the parts and read the description."""
    body = b"".join(part[14:] for part in jpeg_segments(files[0], 0xE2))
    return parted(body[120 + 4 :].decode("utf-16-be"), ";")


@technique("F5+F1", "persons", NAME, VISIT, SICK, HOSP)
def jpeg_exif_user_comment(rows: list[Row], rng: random.Random) -> Files:
    """An Exif block whose user comment in UTF-16 is a note with days of 年月日 in full width."""
    told = "。".join(
        f"{chinese_day(visit).translate(WIDE)}{name}在{place}因{sick}"
        for name, visit, sick, place in grid(rows, NAME, VISIT, SICK, HOSP)
    )
    note = b"UNICODE\0" + f"图注{rng.randint(1, 9)}。{told}".encode("utf-16-be")
    head = b"MM\0*\0\0\0\x08" + struct.pack(">HHHIII", 1, 0x8769, 4, 1, 26, 0)
    block = head + struct.pack(">HHHIII", 1, 0x9286, 7, len(note), 44, 0) + note
    return [("jpg", jpeg_bytes(chart(rng), [(0xE1, b"Exif\0\0" + block)]))]


def jpeg_exif_user_comment_back(files: list[bytes]) -> Values:
    """Take the sentences of the note apart."""
    block = jpeg_segments(files[0], 0xE1)[0][6:]
    values: Values = []
    for said in block[52:].decode("utf-16-be").split("。")[1:]:
        day, rest = said.split("日", 1)
        name, rest = rest.split("在", 1)
        place, sick = rest.split("因", 1)
        values.append((name, plain_day(day.translate(NARROW)), sick, place))
    return values


@technique("F5", "persons", *WHO)
def jpeg_press_captions(rows: list[Row], rng: random.Random) -> Files:
    """A press block of records: by-line, reference and keyword a person, honest caption first."""
    data = b"\x1c\x02\x78" + struct.pack(">H", 18) + "遵义市图表".encode() + b"\0\0\0"
    for row in grid(rows, *WHO):
        for mark, value in zip((0x50, 0x67, 0x19), row, strict=True):
            raw = value.encode()
            data += bytes((0x1C, 2, mark)) + struct.pack(">H", len(raw)) + raw
    block = b"Photoshop 3.0\x008BIM\x04\x04\0\0" + struct.pack(">I", len(data)) + data
    return [("jpg", jpeg_bytes(chart(rng), [(0xED, block)]))]


def jpeg_press_captions_back(files: list[bytes]) -> Values:
    """Read the records of the block."""
    data = jpeg_segments(files[0], 0xED)[0][26:]
    found = []
    while data:
        (size,) = struct.unpack(">H", data[3:5])
        found.append((data[2], data[5 : 5 + size].decode()))
        data = data[5 + size :]
    return list(zip(*(tuple(v for mark, v in found if mark == m) for m in (0x50, 0x67, 0x19)), strict=True))


@technique("F5+F3", "persons", NAME, ID, AMT)
def jpeg_tail_turned(rows: list[Row], rng: random.Random) -> Files:
    """After the picture's end a table in base 64, turned by 13 places and written from its end."""
    text = joined(grid(rows, NAME, ID, AMT), "\t")
    code = codecs.encode(codecs.encode(text.encode(), "base64").decode().replace("\n", ""), "rot13")
    tail = code[::-1] if rng.random() < 0.7 else code
    return [("jpg", jpeg_bytes(chart(rng), []) + tail.encode())]


def jpeg_tail_turned_back(files: list[bytes]) -> Values:
    """Turn back; the padding, or the text itself, shows the direction."""
    tail = codecs.decode(jpeg_tail(files[0]).decode(), "rot13")
    for text in (tail, tail[::-1]):
        try:
            found = parted(codecs.decode(text.encode(), "base64").decode(), "\t")
        except ValueError:
            continue
        if all(len(row) == 3 for row in found):
            return found
    return []


@technique("F5+F1", "persons", *WEAK)
def png_grey_series(rows: list[Row], rng: random.Random) -> Files:
    """The lowest bits of a grey chart hold series of numbers: serials and cents, all moved by one number."""
    shift = rng.randint(1, 3000)
    columns = [[serial(row[BIRTH]), serial(row[VISIT]), cents(row[AMT])] for row in rows]
    series = [[value + shift for value in column] for column in zip(*columns, strict=True)]
    data = json.dumps({"offset": shift, "series": series}).encode() + b"\0"
    pixels = np.array(chart(rng, "L"))
    return [("png", png_bytes(with_bits(pixels.ravel(), data, rng).reshape(pixels.shape)))]


def png_grey_series_back(files: list[bytes]) -> Values:
    """Read the series and take the number away."""
    held = json.loads(low_bits(pixels_of(files[0]).ravel()).partition(b"\0")[0])
    lines = [[value - held["offset"] for value in line] for line in zip(*held["series"], strict=True)]
    return [(unserial(born), unserial(visit), amount(cost)) for born, visit, cost in lines]
