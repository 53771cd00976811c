"""Archives and compressed files, alone or with honest members beside the records."""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import json
import lzma
import random
import re
import tarfile
import zipfile
from typing import IO, Any

import py7zr
from backports import zstd
from py7zr.helpers import ArchiveTimestamp
from py7zr.io import BytesIOFactory

from bench.eighth_a.honest import TITLES, paragraphs, report, summary, workbook, zipped
from bench.eighth_a.numerals import FULL, halved
from bench.eighth_a.tables import blocks, csv_rows, csv_text, transposed
from bench.sixth.core import BOOK, CARE, MONEY, TRADE, WEAK, WHO, Files, Row, Values, grid, technique

MOMENT = 1742261400


class StillArchive(py7zr.SevenZipFile):
    """A 7z archive whose members all have one time, so that its bytes depend on them only."""

    @staticmethod
    def _make_file_info_from_name(bio: IO[Any], size: int, arcname: str) -> Any:
        info = py7zr.SevenZipFile._make_file_info_from_name(bio, size, arcname)
        for key in ("creationtime", "lastwritetime", "lastaccesstime"):
            info[key] = ArchiveTimestamp.from_datetime(MOMENT)
        return info


def tarred(members: list[tuple[str, bytes]]) -> bytes:
    """A tar archive whose bytes depend on its members only."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(data), MOMENT
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def untarred(data: bytes) -> dict[str, bytes]:
    """The members of a tar archive, compressed or not."""
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        return {m.name: part.read() for m in archive.getmembers() if (part := archive.extractfile(m))}


@technique("F3+F1", "firms", *BOOK)
def gzip_utf16_wide(rows: list[Row], rng: random.Random) -> Files:
    """A table in UTF-16 with full-width codes and phones, compressed with gzip."""
    lines = [
        "\t".join((firm, code.translate(FULL), tel.translate(FULL))) for firm, code, tel in grid(rows, *BOOK)
    ]
    data = "\r\n".join(lines).encode(rng.choice(("utf-16", "utf-16-le", "utf-16-be")))
    return [("csv.gz", gzip.compress(data, mtime=0))]


def gzip_utf16_wide_back(files: list[bytes]) -> Values:
    """Unpack, find the byte order by the tabs, and narrow."""
    data = gzip.decompress(files[0])
    text = data.decode(
        "utf-16" if data[:2] == b"\xff\xfe" else "utf-16-le" if b"\t\x00" in data else "utf-16-be"
    )
    rows = (line.split("\t") for line in text.splitlines())
    return [(firm, halved(code), halved(tel)) for firm, code, tel in rows]


@technique("F3", "firms", *MONEY)
def bzip2_hex_tail(rows: list[Row], rng: random.Random) -> Files:
    """A summary in CSV that ends with a comment line, which is the table under bzip2 in hexadecimal."""
    packed = bz2.compress(csv_text(grid(rows, *MONEY)).encode()).hex()
    label = rng.choice(("# checksum=", "# sig:", "#trace "))
    return [("csv", f"{csv_text(summary('firm', rng))}{label}{packed}\n".encode())]


def bzip2_hex_tail_back(files: list[bytes]) -> Values:
    """Unpack the digits at the end."""
    found = re.search("[0-9a-f]{40,}$", files[0].decode().strip())
    assert found
    return [tuple(row) for row in csv_rows(bz2.decompress(bytes.fromhex(found[0])).decode())]


@technique("F3", "persons", *WHO)
def xz_data_uri(rows: list[Row], rng: random.Random) -> Files:
    """A page with a report and a link, whose address is the table under xz in base64."""
    packed = base64.b64encode(lzma.compress(csv_text(grid(rows, *WHO)).encode())).decode()
    kind = rng.choice(("application/x-xz", "application/octet-stream", "font/woff2"))
    prose = "".join(f"<p>{text}</p>\n" for text in paragraphs("who", rng))
    table = "".join(
        f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>\n" for row in summary("who", rng)
    )
    page = f'{prose}<table>\n{table}</table>\n<p><a href="data:{kind};base64,{packed}">字体</a></p>\n'
    return [("html", f'<!doctype html>\n<meta charset="utf-8">\n<h1>{TITLES["who"]}</h1>\n{page}'.encode())]


def xz_data_uri_back(files: list[bytes]) -> Values:
    """Unpack the link's address."""
    packed = files[0].decode().partition(";base64,")[2].partition('"')[0]
    return [tuple(row) for row in csv_rows(lzma.decompress(base64.b64decode(packed)).decode())]


@technique("F3+F2", "persons", *WEAK)
def zstd_columns(rows: list[Row], rng: random.Random) -> Files:
    """JSON by columns with invented labels, in one Zstandard frame or in two."""
    columns = dict(zip(("x0", "x1", "y"), transposed(grid(rows, *WEAK)), strict=True))
    data = json.dumps(columns).encode()
    cut = len(data) // 2 if rng.random() < 0.5 else len(data)
    return [("zst", b"".join(zstd.compress(part, level=9) for part in (data[:cut], data[cut:]) if part))]


def zstd_columns_back(files: list[bytes]) -> Values:
    """Unpack all frames and put the columns side by side."""
    columns = json.loads(zstd.decompress(files[0]))
    return list(zip(columns["x0"], columns["x1"], columns["y"], strict=True))


@technique("F3", "persons", *CARE)
def zip_with_workbook(rows: list[Row], rng: random.Random) -> Files:
    """An archive of a workbook with a summary, a report, and deep in a folder the table."""
    detail = csv_text([["n", "b", "d", "a"], *grid(rows, *CARE)]).encode(rng.choice(("utf-8", "gb18030")))
    folder = rng.choice(("assets/fonts", "_cache/tmp", "附件/底稿"))
    members = [
        ("汇总表.xlsx", workbook(summary("care", rng))),
        ("说明.md", "\n\n".join(paragraphs("care", rng)).encode()),
        (f"{folder}/index.{rng.choice(('bin', 'csv', 'idx'))}", detail),
    ]
    return [("zip", zipped(members))]


def zip_with_workbook_back(files: list[bytes]) -> Values:
    """Read the last member."""
    with zipfile.ZipFile(io.BytesIO(files[0])) as archive:
        data = archive.read(archive.namelist()[-1])
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = data.decode("gb18030")
    return [tuple(row) for row in csv_rows(text)[1:]]


@technique("F3+F2", "firms", *BOOK)
def tar_by_trade(rows: list[Row], rng: random.Random) -> Files:
    """A compressed tar of a report and of one file for each trade, every one with its own summary on top."""
    members = [("README.md", report("firm", rng, "目录", "各行业文件见同名目录").encode())]
    for index, trade in enumerate(sorted({row[TRADE] for row in rows})):
        group = grid([row for row in rows if row[TRADE] == trade], *BOOK)
        text = f"{csv_text(summary('firm', rng)[:4])}\n{csv_text([list('abc'), *group])}"
        members.append((f"trade-{index:02d}/{trade}.csv", text.encode()))
    kind, pack = rng.choice((("xz", lzma.compress), ("bz2", bz2.compress), ("zst", zstd.compress)))
    return [(f"tar.{kind}", pack(tarred(members)))]


def tar_by_trade_back(files: list[bytes]) -> Values:
    """Read the second table of every member."""
    data = zstd.decompress(files[0]) if files[0].startswith(b"\x28\xb5\x2f\xfd") else files[0]
    members = untarred(data)
    tables = [blocks(data.decode())[1] for name, data in members.items() if name.endswith(".csv")]
    return [tuple(row) for table in tables for row in csv_rows(table)[1:]]


@technique("F3", "persons", *WHO)
def seven_zip(rows: list[Row], rng: random.Random) -> Files:
    """A 7z archive of a report and of the table, which bears the name of a font or of a picture."""
    buffer = io.BytesIO()
    with StillArchive(buffer, "w") as archive:
        archive.writestr(report("who", rng, "附件", "见压缩包").encode(), "report.md")
        data = csv_text(grid(rows, *WHO), "\t").encode("utf-16")
        archive.writestr(data, rng.choice(("img/logo.png", "fonts/main.ttf", "data.tsv")))
    return [("7z", buffer.getvalue())]


def seven_zip_back(files: list[bytes]) -> Values:
    """Read the member that is no report."""
    factory = BytesIOFactory(1 << 24)
    with py7zr.SevenZipFile(io.BytesIO(files[0])) as archive:
        archive.extractall(factory=factory)  # noqa: S202 - into memory
    (data,) = (part.read() for name, part in factory.products.items() if not name.endswith("report.md"))
    return [tuple(row) for row in csv_rows(data.decode("utf-16"), "\t")]
