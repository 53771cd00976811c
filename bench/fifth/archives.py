"""Family f: packed files and the corners of their containers."""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import lzma
import os
import random
import struct
import tarfile
import tempfile
import zipfile
import zlib
from pathlib import Path

import brotli
import py7zr
from backports import zstd

from bench.fifth.core import (
    AMT,
    BIRTH,
    BOOK,
    FIRM,
    FTEL,
    ID,
    NAME,
    TEL,
    USCC,
    VISIT,
    WHO,
    Files,
    Row,
    Values,
    first,
    grid,
    packed,
    table,
    technique,
    text,
    tuples,
    unpacked,
    untable,
    untext,
)
from bench.fifth.cover import paragraphs, summary, unzipped, zipped


def honest(rng: random.Random) -> bytes:
    """A table of districts."""
    return table(["地区", "人次", "均费"], summary(rng))


def tarred(members: list[tuple[str, bytes]], pax: dict[str, str] | None = None) -> bytes:
    """A tar file of fixed times."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(data), 1772442000
            info.pax_headers = pax or {}
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def untarred(data: bytes) -> dict[str, bytes]:
    """The members of a tar file."""
    out = {}
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        for info in archive:
            member = archive.extractfile(info)
            assert member
            out[info.name] = member.read()
    return out


@technique("f", "persons", *WHO)
def two_gzip_members(rows: list[Row], rng: random.Random) -> Files:
    """An honest table and, as a second member of the same stream, the records."""
    return [
        (
            "csv.gz",
            gzip.compress(honest(rng), mtime=0) + gzip.compress(text(rows, *WHO, sep=",").encode(), mtime=0),
        )
    ]


def two_gzip_members_back(files: list[bytes]) -> Values:
    """The lines after the districts."""
    return untext("\n".join(gzip.decompress(files[0]).decode().split("\n")[15:]), ",")


@technique("f", "persons", TEL)
def gzip_comment(rows: list[Row], rng: random.Random) -> Files:
    """A comment in the head of a packed table."""
    whole = gzip.compress(honest(rng), mtime=0)
    note = base64.b64encode(packed(rows)) + b"\0"
    return [("csv.gz", whole[:3] + b"\x10" + whole[4:10] + note + whole[10:])]


def gzip_comment_back(files: list[bytes]) -> Values:
    """The comment up to its zero."""
    return unpacked(base64.b64decode(files[0][10 : files[0].index(b"\0", 10)]))


@technique("f", "firms", *BOOK)
def bzip2_table(rows: list[Row], _: random.Random) -> Files:
    """A table packed by bzip2."""
    return [("csv.bz2", bz2.compress(table(["a", "b", "c"], grid(rows, *BOOK))))]


def bzip2_table_back(files: list[bytes]) -> Values:
    """The table."""
    return tuples(untable(bz2.decompress(files[0])))


@technique("f", "persons", *WHO)
def xz_streams(rows: list[Row], rng: random.Random) -> Files:
    """Three streams of xz, filled up with zeros between; the second holds the records."""
    fill = b"\0" * 8
    body = lzma.compress(text(rows, *WHO).encode())
    return [("xz", lzma.compress(honest(rng)) + fill + body + fill + lzma.compress(honest(rng)))]


def xz_streams_back(files: list[bytes]) -> Values:
    """The second stream."""
    start = files[0].index(b"\xfd7zXZ\0", 10)
    return untext(lzma.LZMADecompressor().decompress(files[0][start:]).decode())


@technique("f", "persons", *WHO)
def zstd_skippable(rows: list[Row], rng: random.Random) -> Files:
    """A skippable frame before a packed table."""
    body = zlib.compress(text(rows, *WHO).encode())
    return [("csv.zst", struct.pack("<II", 0x184D2A53, len(body)) + body + zstd.compress(honest(rng)))]


def zstd_skippable_back(files: list[bytes]) -> Values:
    """The frame that readers skip."""
    size = int.from_bytes(files[0][4:8], "little")
    return untext(zlib.decompress(files[0][8 : 8 + size]).decode())


@technique("f", "persons", NAME, BIRTH, VISIT, AMT)
def zstd_table(rows: list[Row], _: random.Random) -> Files:
    """A table packed by zstd under another ending."""
    return [("bin", bytes(zstd.compress(text(rows, NAME, BIRTH, VISIT, AMT).encode(), 19)))]


def zstd_table_back(files: list[bytes]) -> Values:
    """The table."""
    return untext(zstd.decompress(files[0]).decode())


@technique("f", "firms", USCC, FIRM)
def brotli_asset(rows: list[Row], _: random.Random) -> Files:
    """A script of a web page, packed by brotli."""
    return [("js.br", bytes(brotli.compress(f"var d=`{text(rows, USCC, FIRM)}`".encode())))]


def brotli_asset_back(files: list[bytes]) -> Values:
    """The text between the quotes."""
    return untext(first("`(.*)`", brotli.decompress(files[0]).decode()))


@technique("f", "persons", *WHO)
def zip_in_zip(rows: list[Row], rng: random.Random) -> Files:
    """An archive of an honest table and a thumbnails file, which is an archive too."""
    inner = zipped([("list.tsv", table(list(WHO), grid(rows, *WHO), "\t"))])
    return [("zip", zipped([("汇总.csv", honest(rng)), ("Thumbs.db", inner)]))]


def zip_in_zip_back(files: list[bytes]) -> Values:
    """The table of the inner archive."""
    return tuples(untable(unzipped(unzipped(files[0])["Thumbs.db"])["list.tsv"], "\t"))


@technique("f", "persons", ID)
def zip_remark(rows: list[Row], rng: random.Random) -> Files:
    """The comment at the end of an archive."""
    return [("zip", zipped([("汇总.csv", honest(rng))], packed(rows, ID)))]


def zip_remark_back(files: list[bytes]) -> Values:
    """The comment."""
    with zipfile.ZipFile(io.BytesIO(files[0])) as archive:
        return unpacked(archive.comment, ID)


@technique("f", "persons", NAME, TEL)
def member_names(rows: list[Row], rng: random.Random) -> Files:
    """Empty folders of an archive whose names are the records."""
    members = [(f"照片/{n}_{t}/", b"") for n, t in grid(rows, NAME, TEL)]
    return [("zip", zipped([("汇总.csv", honest(rng)), *members]))]


def member_names_back(files: list[bytes]) -> Values:
    """The folders' names."""
    names = [name.split("/")[1] for name in unzipped(files[0]) if name.startswith("照片/")]
    return [tuple(name.split("_")) for name in names]


@technique("f", "firms", FIRM, FTEL)
def zip_front_gap(rows: list[Row], rng: random.Random) -> Files:
    """Bytes before the first member, as an unpacking program has them."""
    body = text(rows, FIRM, FTEL).encode("gb18030")
    return [("zip", b"MZ\0\0" + len(body).to_bytes(4, "big") + body + zipped([("a.csv", honest(rng))]))]


def zip_front_gap_back(files: list[bytes]) -> Values:
    """The bytes before."""
    size = int.from_bytes(files[0][4:8], "big")
    return untext(files[0][8 : 8 + size].decode("gb18030"))


@technique("f", "persons", NAME, ID)
def tar_headers(rows: list[Row], rng: random.Random) -> Files:
    """An extended header of a tar member."""
    pax = {"comment": base64.b64encode(text(rows, NAME, ID).encode()).decode()}
    return [("tar", tarred([("summary.csv", honest(rng))], pax))]


def tar_headers_back(files: list[bytes]) -> Values:
    """The header."""
    with tarfile.open(fileobj=io.BytesIO(files[0])) as archive:
        return untext(base64.b64decode(archive.getmembers()[0].pax_headers["comment"]).decode())


@technique("f", "persons", TEL)
def tar_slack(rows: list[Row], rng: random.Random) -> Files:
    """The zeros that fill a tar file's last block, overwritten."""
    whole = bytearray(tarred([("summary.csv", honest(rng))]))
    body = packed(rows)
    whole[-400 : -400 + len(body)] = body
    whole[-404:-400] = len(body).to_bytes(4, "big")
    return [("tar", bytes(whole))]


def tar_slack_back(files: list[bytes]) -> Values:
    """The bytes near the end."""
    size = int.from_bytes(files[0][-404:-400], "big")
    return unpacked(files[0][-400 : -400 + size])


@technique("f", "persons", *WHO)
def seven_zip(rows: list[Row], rng: random.Random) -> Files:
    """A 7z archive of a report and a list."""
    with tempfile.TemporaryDirectory() as folder:
        parts = {"report.txt": "\n".join(paragraphs(rng)).encode(), "list.csv": text(rows, *WHO).encode()}
        target = Path(folder) / "x.7z"
        with py7zr.SevenZipFile(target, "w") as archive:
            for name, data in parts.items():
                path = Path(folder) / name
                path.write_bytes(data)
                path.chmod(0o644)
                os.utime(path, (1772442000, 1772442000))
                archive.write(path, name)
        return [("7z", target.read_bytes())]


def seven_zip_back(files: list[bytes]) -> Values:
    """The list."""
    with tempfile.TemporaryDirectory() as folder:
        with py7zr.SevenZipFile(io.BytesIO(files[0])) as archive:
            archive.extract(folder, ["list.csv"])
        return untext((Path(folder) / "list.csv").read_text(encoding="utf-8"))


@technique("f", "persons", NAME, TEL)
def ar_library(rows: list[Row], _: random.Random) -> Files:
    """A library of object files, as linkers read it."""
    out = b"!<arch>\n"
    for i, line in enumerate(grid(rows, NAME, TEL)):
        data = ",".join(line).encode()
        out += (
            f"m{i}.o/".ljust(16).encode()
            + b"0           0     0     100644  "
            + f"{len(data):<10d}`\n".encode()
        )
        out += data + b"\n" * (len(data) % 2)
    return [("a", out)]


def ar_library_back(files: list[bytes]) -> Values:
    """The members."""
    out, place, data = [], 8, files[0]
    while place < len(data):
        size = int(data[place + 48 : place + 58])
        out.append(tuple(data[place + 60 : place + 60 + size].decode().split(",")))
        place += 60 + size + size % 2
    return out
