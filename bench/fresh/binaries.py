"""Binaries: files of statistics packages, astronomers, stores and serializers, written by hand."""

from __future__ import annotations

import base64
import plistlib
import re
import struct
import zlib

from bench.fresh.core import chunked, dense, gz, plain, technique, undense
from bench.held_out.core import (
    AMT,
    BIRTH,
    CAP,
    DIST,
    FIRM,
    FTEL,
    ID,
    INCOME,
    NAME,
    QUASI,
    SICK,
    TEL,
    USCC,
    VISIT,
    Files,
    Values,
    tuples,
)


def _fixed(text: str, size: int) -> bytes:
    """A text in UTF-8, filled with blanks to a size in bytes."""
    return text.encode().ljust(size)


@technique("persons", NAME, ID, AMT)
def portable_statistics_file(rows, _rng) -> Files:
    """A system file of SPSS, not compressed: a dictionary of variables and cases of eight-byte pieces."""
    head = b"$FL2" + _fixed("@(#) SPSS DATA FILE", 60) + struct.pack("<iiiiid", 2, 6, 0, 0, len(rows), 100.0)
    out = head + b"05 Jan 2609:00:00" + b" " * 64 + b"\0\0\0"
    for name, width in (("XM", 16), ("ZJ", 24), ("JE", 0)):
        shape = (1 << 16 | width << 8) if width else (5 << 16 | 12 << 8 | 2)
        out += struct.pack("<iiiiii8s", 2, width, 0, 0, shape, shape, _fixed(name, 8))
        for _ in range(width // 8 - 1 if width else 0):
            out += struct.pack("<iiiiii8s", 2, -1, 0, 0, 0, 0, b" " * 8)
    out += struct.pack("<ii", 999, 0)
    return [
        (
            "sav",
            out
            + b"".join(
                _fixed(r[NAME], 16) + _fixed(r[ID], 24) + struct.pack("<d", float(r[AMT])) for r in rows
            ),
        )
    ]


def portable_statistics_file_back(files) -> Values:
    data = files[0][files[0].index(struct.pack("<ii", 999, 0)) + 8 :]
    out = []
    for case in chunked(data, 48):
        amount = struct.unpack("<d", case[40:])[0]
        out.append((case[:16].decode().strip(), case[16:40].decode().strip(), f"{amount:.2f}"))
    return out


def _mainframe(value: int) -> bytes:
    """A whole number as an eight-byte float of a mainframe."""
    digits = f"{value:x}"
    return bytes([64 + len(digits)]) + bytes.fromhex(digits.ljust(14, "0"))


@technique("persons", ID, TEL, SICK)
def transport_file(rows, _rng) -> Files:
    """A transport file of SAS: cards of eighty bytes and numbers as a mainframe's floats."""
    cards = [
        "HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!000000000000000000000000000000",
        "HEADER RECORD*******MEMBER  HEADER RECORD!!!!!!!000000000000000001600000000140",
        "HEADER RECORD*******NAMESTR HEADER RECORD!!!!!!!000000000300000000000000000000",
        "HEADER RECORD*******OBS     HEADER RECORD!!!!!!!000000000000000000000000000000",
    ]
    names = b"".join(
        struct.pack(">hhhh8s", kind, 0, size, i, _fixed(n, 8)).ljust(140, b"\0")
        for i, (n, kind, size) in enumerate((("K", 2, 18), ("T", 1, 8), ("D", 2, 24)), 1)
    )
    head = (
        b"".join(_fixed(c, 80) for c in cards[:3])
        + names.ljust(-(-len(names) // 80) * 80)
        + _fixed(cards[3], 80)
    )
    body = b"".join(_fixed(r[ID], 18) + _mainframe(int(r[TEL])) + _fixed(r[SICK], 24) for r in rows)
    return [("xpt", head + body.ljust(-(-len(body) // 80) * 80))]


def transport_file_back(files) -> Values:
    body = files[0][files[0].index(b"OBS     HEADER") - 20 + 80 :]
    out = []
    for line in chunked(body, 50):
        if line.strip() and len(line) == 50:
            size = line[18] - 64
            out.append(
                (line[:18].decode(), str(int(line[19:26].hex()[:size], 16)), line[26:].decode().strip())
            )
    return out


def _r_text(text: str) -> bytes:
    """A text in R's serialization."""
    data = text.encode()
    return struct.pack(">ii", 0x00008009, len(data)) + data


@technique("persons", NAME, ID, TEL, AMT)
def saved_object_of_r(rows, _rng) -> Files:
    """A saved object of R: a list of vectors, in the portable binary form, compressed."""
    out = b"X\n" + struct.pack(">iii", 2, 0x00040301, 0x00020300) + struct.pack(">ii", 19, 4)
    for c in (NAME, ID):
        out += struct.pack(">ii", 16, len(rows)) + b"".join(_r_text(r[c]) for r in rows)
    for c in (TEL, AMT):
        out += struct.pack(">ii", 14, len(rows)) + b"".join(struct.pack(">d", float(r[c])) for r in rows)
    return [("rds", gz(out))]


def saved_object_of_r_back(files) -> Values:
    data, at, columns = zlib.decompress(files[0], 31), 22, []
    while at < len(data):
        kind, count = struct.unpack_from(">ii", data, at)
        at, column = at + 8, []
        for _ in range(count):
            size = struct.unpack_from(">i", data, at + 4)[0] if kind == 16 else 8
            at += 8 if kind == 16 else 0
            column.append(
                data[at : at + size].decode() if kind == 16 else struct.unpack_from(">d", data, at)[0]
            )
            at += size
        columns.append(column)
    return [(n, k, f"{t:.0f}", f"{a:.2f}") for n, k, t, a in zip(*columns, strict=True)]


@technique("persons", *QUASI)
def workspace_of_octave(rows, _rng) -> Files:
    """A workspace of Octave as text: a matrix and two matrices of characters."""
    out = [
        "# Created by Octave 9.2.0, Mon Jan 05 09:00:00 2026 UTC",
        "# name: A",
        "# type: matrix",
        f"# rows: {len(rows)}",
        "# columns: 2",
    ]
    out += [f" {r[DIST]} {r[AMT]}" for r in rows]
    for name, c in (("B", BIRTH), ("V", VISIT)):
        out += ["", f"# name: {name}", "# type: string", f"# elements: {len(rows)}"]
        out += [line for r in rows for line in ("# length: 10", r[c])]
    return plain("oct", "\n".join(out) + "\n")


def workspace_of_octave_back(files) -> Values:
    text = files[0].decode()
    numbers = re.findall(r"(?m)^ (\d+) (\S+)$", text)
    births, visits = (re.findall(r"# length: 10\n(.+)", part) for part in text.split("# name: ")[2:])
    return [(b, d, v, a) for (d, a), b, v in zip(numbers, births, visits, strict=True)]


@technique("firms", USCC, CAP, INCOME)
def climate_grid(rows, _rng) -> Files:
    """A classic NetCDF file with a variable of characters and two of doubles."""

    def named(text: str) -> bytes:
        return struct.pack(">i", len(text)) + text.encode().ljust(-(-len(text) // 4) * 4, b"\0")

    count = len(rows)
    head = b"CDF\1\0\0\0\0" + struct.pack(">ii", 10, 2) + named("stn") + struct.pack(">i", count)
    head += named("len") + struct.pack(">i", 20) + struct.pack(">ii", 0, 0) + struct.pack(">ii", 11, 3)
    shapes = (("code", (0, 1), 2, 20 * count), ("t2m", (0,), 6, 8 * count), ("prc", (0,), 6, 8 * count))
    begin = len(head) + sum(len(named(n)) + 4 + 4 * len(d) + 8 + 12 for n, d, _, _ in shapes)
    for name, dims, kind, size in shapes:
        head += named(name) + struct.pack(f">i{len(dims)}i", len(dims), *dims) + struct.pack(">ii", 0, 0)
        head += struct.pack(">iii", kind, size, begin)
        begin += size
    body = b"".join(_fixed(r[USCC], 20) for r in rows)
    return [
        ("nc", head + body + b"".join(struct.pack(">d", float(r[c])) for c in (CAP, INCOME) for r in rows))
    ]


def climate_grid_back(files) -> Values:
    data = files[0]
    count = struct.unpack_from(">i", data, 24)[0]
    start = len(data) - count * 36
    codes = [c.decode().strip() for c in chunked(data[start : start + 20 * count], 20)]
    numbers = [f"{v:.2f}" for v in struct.unpack(f">{2 * count}d", data[start + 20 * count :])]
    return tuples(zip(codes, numbers[:count], numbers[count:], strict=True))


@technique("persons", ID, TEL, AMT)
def table_of_stars(rows, _rng) -> Files:
    """A binary table in FITS, blocks of 2880 bytes, with whole numbers and floats."""

    def block(*cards: str) -> bytes:
        text = "".join(c.ljust(80) for c in (*cards, "END"))
        return text.ljust(-(-len(text) // 2880) * 2880).encode()

    first = block(
        "SIMPLE  =                    T", "BITPIX  =                    8", "NAXIS   =                    0"
    )
    second = block(
        "XTENSION= 'BINTABLE'", "BITPIX  = 8", "NAXIS   = 2", "NAXIS1  = 24",
        f"NAXIS2  = {len(rows)}", "PCOUNT  = 0", "GCOUNT  = 1", "TFIELDS = 3",
        "TFORM1  = 'K'", "TFORM2  = 'K'", "TFORM3  = 'D'",
        "TTYPE1  = 'OBJID'",
    )  # fmt: skip
    tail = {c: 10 if c == "X" else int(c) for c in "0123456789X"}
    body = b"".join(
        struct.pack(">qqd", int(r[ID][:17]), int(r[TEL]) * 16 + tail[r[ID][17]], float(r[AMT])) for r in rows
    )
    return [("fits", first + second + body.ljust(-(-len(body) // 2880) * 2880, b"\0"))]


def table_of_stars_back(files) -> Values:
    count = int(re.search(rb"NAXIS2  = (\d+)", files[0])[1])
    out = []
    for number, mixed, amount in struct.iter_unpack(">qqd", files[0][5760 : 5760 + 24 * count]):
        out.append((f"{number}{'0123456789X'[mixed % 16]}", str(mixed // 16), f"{amount:.2f}"))
    return out


@technique("persons", NAME, ID, BIRTH, TEL)
def binary_property_list(rows, _rng) -> Files:
    """A binary property list of nested dictionaries with dates kept as days."""
    items = [
        {"a": r[NAME], "b": r[ID].encode(), "c": int(r[BIRTH].replace("-", "")), "d": float(r[TEL])}
        for r in rows
    ]
    return [("plist", plistlib.dumps({"cache": {"v": 3, "entries": items}}, fmt=plistlib.FMT_BINARY))]


def binary_property_list_back(files) -> Values:
    out = []
    for item in plistlib.loads(files[0])["cache"]["entries"]:
        day = str(item["c"])
        out.append((item["a"], item["b"].decode(), f"{day[:4]}-{day[4:6]}-{day[6:]}", f"{item['d']:.0f}"))
    return out


@technique("persons", NAME, ID, TEL)
def torrent_of_names(rows, _rng) -> Files:
    """A description of a download: paths are names, lengths phones and the pieces numbers."""

    def text(value: bytes) -> bytes:
        return b"%d:%b" % (len(value), value)

    files = b"".join(b"d6:lengthi%de4:pathl%bee" % (int(r[TEL]), text(r[NAME].encode())) for r in rows)
    pieces = b"".join(r[ID].encode() + b"\0\0" for r in rows)
    return [
        ("torrent", b"d4:infod5:filesl" + files + b"e12:piece lengthi16384e6:pieces" + text(pieces) + b"ee")
    ]


def torrent_of_names_back(files) -> Values:
    found = re.findall(rb"6:lengthi(\d+)e4:pathl\d+:(.+?)ee", files[0])
    pieces = re.search(rb"6:pieces\d+:(.+)ee$", files[0], re.S)[1]
    return [
        (n.decode(), k[:18].decode(), t.decode())
        for (t, n), k in zip(found, chunked(pieces, 20), strict=True)
    ]


@technique("firms", USCC, FIRM, FTEL, CAP)
def dumped_collection(rows, _rng) -> Files:
    """A dump of a document store: binary documents one behind another."""
    out = b""
    for r in rows:
        body = b""
        for key, c in ((b"u", USCC), (b"f", FIRM)):
            data = r[c].encode() + b"\0"
            body += b"\2" + key + b"\0" + struct.pack("<i", len(data)) + data
        body += b"\x12t\0" + struct.pack("<q", int(r[FTEL])) + b"\1c\0" + struct.pack("<d", float(r[CAP]))
        out += struct.pack("<i", len(body) + 5) + body + b"\0"
    return [("bson", out)]


def dumped_collection_back(files) -> Values:
    out, at = [], 0
    while at < len(files[0]):
        size = struct.unpack_from("<i", files[0], at)[0]
        body = files[0][at + 4 : at + size - 1]
        texts = re.match(rb"\x02u\0.{4}(.+?)\0\x02f\0.{4}(.+?)\0\x12t\0", body, re.S)
        phone, cap = struct.unpack("<q3xd", body[-19:])
        out.append((texts[1].decode(), texts[2].decode(), str(phone), f"{cap:.2f}"))
        at += size
    return out


def _head(kind: int, size: int) -> bytes:
    """The head of an item of CBOR."""
    if size < 24:
        return bytes([kind << 5 | size])
    width = next(w for w in (1, 2, 4, 8) if size < 256**w)
    return bytes([kind << 5 | 23 + {1: 1, 2: 2, 4: 3, 8: 4}[width]]) + size.to_bytes(width, "big")


@technique("persons", NAME, ID, TEL)
def compact_binary_objects(rows, _rng) -> Files:
    """A CBOR array of arrays in Base64 behind the name of a credential."""
    out = _head(4, len(rows))
    for r in rows:
        name = r[NAME].encode()
        out += (
            _head(4, 4)
            + _head(3, len(name))
            + name
            + _head(0, int(r[ID][:17]))
            + _head(3, 1)
            + r[ID][17].encode()
            + _head(0, int(r[TEL]))
        )
    return plain("txt", "attestationObject=" + base64.urlsafe_b64encode(out).decode().rstrip("="))


def _item(data: bytes, at: int):
    """An item of CBOR and the place behind it."""
    kind, size = data[at] >> 5, data[at] & 31
    at += 1
    if size > 23:
        width = 2 ** (size - 24)
        size, at = int.from_bytes(data[at : at + width], "big"), at + width
    if kind == 0:
        return size, at
    if kind == 3:
        return data[at : at + size].decode(), at + size
    items = []
    for _ in range(size):
        value, at = _item(data, at)
        items.append(value)
    return items, at


def compact_binary_objects_back(files) -> Values:
    text = files[0].decode().split("=")[1]
    items, _ = _item(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), 0)
    return [(n, f"{k}{c}", str(t)) for n, k, c, t in items]


@technique("persons", ID, TEL, AMT)
def training_records(rows, rng) -> Files:
    """Framed records of a training pipeline: lengths, sums and float features beside the bytes of records."""
    out = b""
    for r in rows:
        body = dense([r], ID, TEL, AMT) + struct.pack("<8f", *(rng.random() for _ in range(8)))
        out += (
            struct.pack("<QI", len(body), zlib.crc32(struct.pack("<Q", len(body))))
            + body
            + struct.pack("<I", zlib.crc32(body))
        )
    return [("tfrecord", out)]


def training_records_back(files) -> Values:
    out, at = [], 0
    while at < len(files[0]):
        size = struct.unpack_from("<Q", files[0], at)[0]
        out += undense(files[0][at + 12 : at + 12 + size - 32], ID, TEL, AMT)
        at += 16 + size
    return out
