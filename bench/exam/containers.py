"""Records in archives and compressed streams, and in their margins."""

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

import brotli
import py7zr
from backports import zstd

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


def report(random: Random) -> dict[str, bytes]:
    return {"汇总.csv": sheet(summary(random)), "说明.md": "\n".join(prose(random)).encode()}


@technique("zip", decoder=carries(lambda data: unzipped(data)["附表.csv"]))
def zip_member(rows: Rows, random: Random) -> bytes:
    """A member of the archive."""
    return zipped({**report(random), "附表.csv": payload(rows)})


@technique("zip", decoder=carries(lambda data: unzipped(unzipped(unzipped(data)["a.zip"])["b.zip"])["c.txt"]))
def zip_in_zip(rows: Rows, random: Random) -> bytes:
    """An archive in an archive in an archive."""
    return zipped(
        {**report(random), "a.zip": zipped({"b.zip": zipped({"c.txt": payload(rows)})}, True)}, True
    )


@technique("zip", decoder=lambda data, columns: fragments(
    [name[:-4].split("_")[1:] for name in unzipped(data) if name.startswith("图")],
    [roles(columns).name, roles(columns).id]))  # fmt: skip
def zip_member_names(rows: Rows, random: Random) -> bytes:
    """Names of empty members."""
    role = roles(rows[0])
    return zipped({**report(random), **{f"图_{row[role.name]}_{row[role.id]}.png": b"" for row in rows}})


def _infos(data: bytes) -> list[zipfile.ZipInfo]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.infolist()


SPANS = (127, 12, 28, 24, 60, 30)


def _stamped(number: int) -> tuple[int, int, int, int, int, int]:
    parts = []
    for span in SPANS:
        number, part = divmod(number, span)
        parts.append(part)
    return parts[0] + 1980, parts[1] + 1, parts[2] + 1, parts[3], parts[4], parts[5] * 2


def _unstamped(stamp: Sequence[int]) -> int:
    number = 0
    parts = [stamp[0] - 1980, stamp[1] - 1, stamp[2] - 1, stamp[3], stamp[4], stamp[5] // 2]
    for part, span in reversed(list(zip(parts, SPANS, strict=True))):
        number = number * span + part
    return number


@technique("zip", decoder=lambda data, columns: [
    {roles(columns).phone: f"*{_unstamped(one.date_time):09d}"} for one in _infos(data)])  # fmt: skip
def zip_member_times(rows: Rows, random: Random) -> bytes:
    """The time of a member, in mixed radix, is the last nine places of a phone number."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for place, row in enumerate(rows):
            stamp = _stamped(int(row[roles(row).phone][2:]))
            archive.writestr(zipfile.ZipInfo(f"{place:03d}.txt", stamp), random.choice(prose(random)))
    return out.getvalue()


@technique("zip", decoder=carries(lambda data: zipfile.ZipFile(io.BytesIO(data)).comment))
def zip_comment(rows: Rows, random: Random) -> bytes:
    """The comment of the archive."""
    out = io.BytesIO(zipped(report(random)))
    with zipfile.ZipFile(out, "a") as archive:
        archive.comment = payload(rows[:300])
    return out.getvalue()


@technique("zip", decoder=carries(lambda data: b"\n".join(one.comment for one in _infos(data))))
def zip_member_comments(rows: Rows, random: Random) -> bytes:
    """Comments of the members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for place, line in enumerate(payload(rows).split(b"\n")):
            entry = zipfile.ZipInfo(f"{place}.txt", EPOCH)
            entry.comment = line
            archive.writestr(entry, random.choice(prose(random)))
    return out.getvalue()


@technique("zip", decoder=carries(lambda data: b"\n".join(one.extra[4:] for one in _infos(data))))
def zip_extra_fields(rows: Rows, random: Random) -> bytes:
    """Private extra fields of the members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for place, line in enumerate(payload(rows).split(b"\n")):
            entry = zipfile.ZipInfo(f"{place}.txt", EPOCH)
            entry.extra = struct.pack("<HH", 0x5A59, len(line)) + line
            archive.writestr(entry, random.choice(prose(random)))
    return out.getvalue()


@technique("zip", decoder=carries(lambda data: zlib.decompress(data[data.index(b"x\xda") :])))
def zip_unlisted_gap(rows: Rows, random: Random) -> bytes:
    """Compressed bytes before the archive, which readers of zip files skip."""
    return zlib.compress(payload(rows), 9) + zipped(report(random))


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
    return brotli.compress(payload(rows))


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
