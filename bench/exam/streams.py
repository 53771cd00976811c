"""Records in compressed streams and in archives other than zip."""

import bz2
import gzip
import io
import lzma
import os
import re
import struct
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from random import Random

import brotli  # type: ignore[import-untyped]
import py7zr
from backports import zstd

from bench.exam.containers import _infos, report
from bench.exam.core import (
    EPOCH,
    Fragment,
    Rows,
    carries,
    fragments,
    payload,
    prose,
    roles,
    sheet,
    summary,
    technique,
    unpack,
    unzipped,
    zipped,
)


@technique("csv.gz", decoder=carries(lambda data: gzip.decompress(data)))
def gzip_stream(rows: Rows, _: Random) -> bytes:
    """gunzip."""
    return gzip.compress(payload(rows), mtime=0)


@technique("gz", decoder=lambda data, columns: unpack(data[10 : data.index(b"\0", 10)], columns))
def gzip_file_name(rows: Rows, random: Random) -> bytes:
    """The file name in the gzip header is the table."""
    body = gzip.compress(sheet(summary(random)), mtime=0)
    return body[:3] + b"\x08" + body[4:10] + payload(rows) + b"\0" + body[10:]


@technique("csv", decoder=carries(lambda data: gzip.decompress(gzip.decompress(data))))
def gzip_twice_named_csv(rows: Rows, _: Random) -> bytes:
    """Compressed twice under a false extension."""
    return gzip.compress(gzip.compress(payload(rows), mtime=0), mtime=0)


@technique("bz2", decoder=carries(bz2.decompress))
def bzip2_stream(rows: Rows, _: Random) -> bytes:
    """bunzip2."""
    return bz2.compress(payload(rows))


@technique("xz", decoder=carries(lzma.decompress))
def xz_stream(rows: Rows, _: Random) -> bytes:
    """unxz."""
    return lzma.compress(payload(rows))


@technique("lzma", decoder=carries(lambda data: lzma.decompress(
    data, lzma.FORMAT_RAW, filters=[{"id": lzma.FILTER_LZMA2}])))  # fmt: skip
def lzma_without_header(rows: Rows, _: Random) -> bytes:
    """A raw LZMA2 stream, default settings."""
    return lzma.compress(payload(rows), lzma.FORMAT_RAW, filters=[{"id": lzma.FILTER_LZMA2}])


@technique("zst", decoder=carries(lambda data: zstd.decompress(data)))
def zstd_stream(rows: Rows, _: Random) -> bytes:
    """unzstd."""
    return zstd.compress(payload(rows))


@technique("zst", decoder=carries(lambda data: data[8 : 8 + struct.unpack("<I", data[4:8])[0]]))
def zstd_skippable_frame(rows: Rows, random: Random) -> bytes:
    """A frame that decompressors skip."""
    hidden = payload(rows)
    return struct.pack("<II", 0x184D2A50, len(hidden)) + hidden + zstd.compress(sheet(summary(random)))


@technique("br", decoder=carries(brotli.decompress))
def brotli_stream(rows: Rows, _: Random) -> bytes:
    """unbrotli."""
    return bytes(brotli.compress(payload(rows)))


@technique("bin", decoder=carries(lambda data: zlib.decompress(data, -15)))
def raw_deflate(rows: Rows, _: Random) -> bytes:
    """Inflate without a header."""
    worker = zlib.compressobj(9, zlib.DEFLATED, -15)
    return worker.compress(payload(rows)) + worker.flush()


def _tar(members: dict[str, bytes], headers: dict[str, str] | None = None) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT, pax_headers=headers) as archive:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return out.getvalue()


def _untar(data: bytes) -> bytes:
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        member = archive.extractfile("附.csv")
        return member.read() if member else b""


def _tar_comment(data: bytes) -> str:
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        return archive.pax_headers["comment"]


@technique("tar", decoder=carries(_untar))
def tar_member(rows: Rows, random: Random) -> bytes:
    """A member of the tar."""
    return _tar({**report(random), "附.csv": payload(rows)})


@technique("tar", decoder=carries(_tar_comment))
def tar_header_comment(rows: Rows, random: Random) -> bytes:
    """A comment in the global header."""
    return _tar(report(random), {"comment": payload(rows).decode()})


@technique("tar", decoder=carries(lambda data: b"\n".join(re.findall(
    rb"\|\|(.+?)\|\|", data))))  # fmt: skip
def tar_slack(rows: Rows, random: Random) -> bytes:
    """Text in the padding between the blocks of a tar."""
    data = bytearray(_tar({f"{place}.md": b"ok\n" for place in range(len(rows))}))
    for place, line in enumerate(payload(rows).split(b"\n")):
        hidden = b"||" + line + b"||"
        start = place * 1024 + 512 + 8
        data[start : start + len(hidden)] = hidden
    return bytes(data) if random else b""


def _sevenzip(data: bytes) -> bytes:
    factory = py7zr.io.BytesIOFactory(10**7)
    with py7zr.SevenZipFile(io.BytesIO(data)) as archive:
        archive.extract(targets=["a.csv"], factory=factory)
    return bytes(factory.products["a.csv"].read())


@technique("7z", decoder=carries(_sevenzip))
def sevenzip_member(rows: Rows, _: Random) -> bytes:
    """A member of the 7z archive."""
    out = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        path.write_bytes(payload(rows))
        os.utime(path, (1767225600, 1767225600))
        path.chmod(0o644)
        with py7zr.SevenZipFile(out, "w") as archive:
            archive.write(path, "a.csv")
    return out.getvalue()


@technique("zip", narrow=True, decoder=lambda data, columns: fragments(
    [(str(int("".join(str(int(one.compress_type == 8)) for one in _infos(data)[place : place + 36]), 2)),)
     for place in range(0, len(_infos(data)), 36)], [roles(columns).phone]))  # fmt: skip
def zip_methods(rows: Rows, random: Random) -> bytes:
    """Stored or deflated: one bit for each of 36 members, a phone number for each 36."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for place, row in enumerate(rows):
            for turn, bit in enumerate(f"{int(row[roles(row).phone]):036b}"):
                entry = zipfile.ZipInfo(f"{place}/{turn}.txt", EPOCH)
                entry.compress_type = zipfile.ZIP_DEFLATED if bit == "1" else zipfile.ZIP_STORED
                archive.writestr(entry, random.choice(prose(random)))
    return out.getvalue()


def _lengths(data: bytes, columns: Sequence[str]) -> list[Fragment]:
    lines = unzipped(data)["progress.txt"].decode().split("\n")
    numbers = [("".join(str(len(run) - 1) for run in line.split(" ")),) for line in lines]
    return fragments(numbers, [roles(columns).phone])


@technique("zip", decoder=_lengths)
def zip_run_lengths(rows: Rows, _: Random) -> bytes:
    """Lengths of runs in an innocent member: each digit is the length of a run of dots."""
    text = "\n".join(" ".join("." * (int(digit) + 1) for digit in row[roles(row).phone]) for row in rows)
    return zipped({"progress.txt": text.encode()})
