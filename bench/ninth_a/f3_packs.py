"""Wrappings that are archives and compressed streams, in one another and over several files."""

from __future__ import annotations

import base64
import gzip
import io
import json
import random
import re
import tarfile
import zipfile
from unittest import mock
from urllib.parse import unquote

import py7zr
from backports import zstd
from py7zr.helpers import ArchiveTimestamp

from bench.eighth_a.honest import paragraphs, summary, zipped
from bench.eighth_a.tables import csv_text, transposed
from bench.ninth_a.f3_text import tuples
from bench.ninth_a.kit import CAPITAL, cut, digits_from, digits_in, narrow, wide
from bench.sixth.core import BOOK, CARE, MONEY, TRADE, WEAK, WHO, Files, Row, Values, grid, technique


def tarred(members: list[tuple[str, bytes]]) -> bytes:
    """A TAR archive whose bytes depend on its members only."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(data), 1742290200
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def members(data: bytes) -> dict[str, bytes]:
    """The files of a TAR archive."""
    found: dict[str, bytes] = {}
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        for info in archive.getmembers():
            handle = archive.extractfile(info)
            found[info.name] = handle.read() if handle else b""
    return found


@technique("F2+F3", "firms", *BOOK)
def tar_gz_in_zip(rows: list[Row], rng: random.Random) -> Files:
    """A delivery: a summary, a note, and "assets": a TAR in GZIP with a file for each trade and field."""
    inner: list[tuple[str, bytes]] = []
    for index, trade in enumerate(sorted({row[TRADE] for row in rows})):
        table = transposed(grid([row for row in rows if row[TRADE] == trade], *BOOK))
        for name, line in zip(("a", "b", "c"), table, strict=True):
            inner.append((f"tiles/{index:02d}/{name}.txt", "\n".join(line).encode()))
    packed = gzip.compress(tarred(rng.sample(inner, len(inner))), mtime=0)
    note = "\n\n".join(paragraphs("firm", rng)).encode()
    table_bytes = csv_text(summary("firm", rng)).encode("utf-8-sig")
    return [("zip", zipped([("汇总.csv", table_bytes), ("说明.txt", note), ("assets/tiles.bin", packed)]))]


def tar_gz_in_zip_back(files: list[bytes]) -> Values:
    """Open the assets and read the three files of each trade side by side."""
    with zipfile.ZipFile(io.BytesIO(files[0])) as archive:
        inner = members(gzip.decompress(archive.read("assets/tiles.bin")))
    values: Values = []
    for folder in sorted({name.rpartition("/")[0] for name in inner}):
        columns = [inner[f"{folder}/{name}.txt"].decode().split("\n") for name in "abc"]
        values.extend(zip(*columns, strict=True))
    return values


@technique("F1+F3", "firms", *MONEY)
def zstd_frames_in_events(rows: list[Row], rng: random.Random) -> Files:
    """Events of a pipeline in JSON lines; some carry a ZSTD frame in Base64 URL of a firm in full width."""
    lines = []
    for row in grid(rows, *MONEY):
        for _ in range(rng.randint(0, 2)):
            event = {"event": "batch", "rows": rng.randint(400, 9000), "ms": rng.randint(5, 900)}
            lines.append(json.dumps(event))
        text = wide(rng.choice("|;").join(row))
        state = base64.urlsafe_b64encode(zstd.compress(text.encode(), rng.randint(1, 9))).decode()
        lines.append(json.dumps({"event": "checkpoint", "state": state.rstrip("=")}))
    return [("jsonl", "\n".join(lines).encode())]


def zstd_frames_in_events_back(files: list[bytes]) -> Values:
    """Unpack the states and make them narrow."""
    values: Values = []
    for line in files[0].decode().splitlines():
        state = json.loads(line).get("state")
        if state:
            text = zstd.decompress(base64.urlsafe_b64decode(state + "=" * (-len(state) % 4))).decode()
            values.append(tuple(re.split("[|;]", narrow(text))))
    return values


@technique("F3", "persons", *CARE)
def second_gzip_member(rows: list[Row], rng: random.Random) -> Files:
    """A compressed summary; a second GZIP member after it holds the records, reversed byte by byte."""
    first = csv_text(summary("care", rng)).encode()
    second = csv_text(grid(rows, *CARE), rng.choice("\t;")).encode()[::-1]
    return [("csv.gz", gzip.compress(first, mtime=0) + gzip.compress(b"\n#" + second, mtime=0))]


def second_gzip_member_back(files: list[bytes]) -> Values:
    """Turn what stands after the mark."""
    text = gzip.decompress(files[0]).partition(b"\n#")[2][::-1].decode()
    return tuples(text, "\t" if "\t" in text else ";")


@technique("F2+F3", "persons", *WHO)
def zip_of_names(rows: list[Row], rng: random.Random) -> Files:
    """A page's icons in an archive: the records are the paths of small files beside a summary."""
    icon = b'<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><path d="M0 0h8v8z"/></svg>'
    paths = []
    for name, number, phone in grid(rows, *WHO):
        paths.append(f"icons/{number[:6]}/{number[6:]}/{phone}/{name}{rng.choice(('.svg', '@2x.svg'))}")
    first = [("汇总.csv", csv_text(summary("who", rng)).encode()), ("icons/default.svg", icon)]
    return [("zip", zipped([*first, *((path, icon) for path in rng.sample(paths, len(paths)))]))]


def zip_of_names_back(files: list[bytes]) -> Values:
    """Read the paths."""
    with zipfile.ZipFile(io.BytesIO(files[0])) as archive:
        parts = [name.split("/") for name in archive.namelist() if name.count("/") == 4]
    return [(name.partition(".")[0].partition("@")[0], a + b, phone) for _, a, b, phone, name in parts]


@technique("F1+F3", "persons", *WHO)
def seven_zip_hex_lines(rows: list[Row], rng: random.Random) -> Files:
    """A list of "hashes": the lines of a 7Z archive in hexadecimal digits; digits in it are capitals."""
    lines = [(name, *(digits_in(value, CAPITAL) for value in rest)) for name, *rest in grid(rows, *WHO)]
    text = "\n".join("\t".join(line) for line in rng.sample(lines, len(lines)))
    buffer = io.BytesIO()
    fixed = ArchiveTimestamp.from_datetime(1742290200)
    with (
        mock.patch.object(ArchiveTimestamp, "from_now", return_value=fixed),
        py7zr.SevenZipFile(buffer, "w") as archive,
    ):
        archive.writestr(text.encode("gb18030"), "weights.bin")
    width = rng.choice((32, 40, 64))
    sums = [f"{line}  part-{i:04d}" for i, line in enumerate(cut(buffer.getvalue().hex(), width))]
    return [("sha", "\n".join(sums).encode())]


def seven_zip_hex_lines_back(files: list[bytes]) -> Values:
    """Join the digits, open the archive and turn the capitals back."""
    data = bytes.fromhex("".join(line.partition("  ")[0] for line in files[0].decode().splitlines()))
    factory = py7zr.io.BytesIOFactory(1 << 20)
    with py7zr.SevenZipFile(io.BytesIO(data)) as archive:
        archive.extractall(factory=factory)  # noqa: S202 - into memory, what was made here
    text = factory.products["weights.bin"].read().decode("gb18030")
    lines = [line.split("\t") for line in text.split("\n")]
    return [(name, *(digits_from(value, CAPITAL) for value in rest)) for name, *rest in lines]


@technique("F2+F3", "persons", *WEAK)
def base64_over_three_files(rows: list[Row], rng: random.Random) -> Files:
    """Three notes with a text each; the "signatures" at their ends are thirds of the Base64 of ZSTD."""
    columns = "\n".join(",".join(column) for column in zip(*grid(rows, *WEAK), strict=True))
    code = base64.b64encode(zstd.compress(columns.encode(), 9)).decode()
    pieces = cut(code, -(-len(code) // 3))
    files: Files = []
    for number, piece in enumerate(pieces, 1):
        text = "\n\n".join(paragraphs("care", rng, rng.randint(2, 4)))
        files.append(("md", f"{text}\n\nsignature {number}/{len(pieces)}: {piece}\n".encode()))
    return files


def base64_over_three_files_back(files: list[bytes]) -> Values:
    """Join the signatures in their order, unpack and turn."""
    found = [re.findall(r"signature (\d)/\d: (\S+)", data.decode())[0] for data in files]
    columns = zstd.decompress(base64.b64decode("".join(code for _, code in sorted(found)))).decode()
    return list(zip(*(line.split(",") for line in columns.split("\n")), strict=True))


@technique("F2+F3", "firms", *MONEY)
def firm_files_in_tar_in_zstd(rows: list[Row], rng: random.Random) -> Files:
    """A backup in TAR and ZSTD: honest sheets by quarter, and a URL-encoded form a firm among the caches."""
    inner = [
        (f"report/2024Q{quarter}.csv", csv_text(summary("firm", rng)).encode()) for quarter in range(1, 5)
    ]
    for row in rows:
        form = "&".join(f"p{i}={percent(row[column], rng)}" for i, column in enumerate(MONEY))
        inner.append((f"cache/{rng.getrandbits(48):012x}", form.encode()))
    return [("tar.zst", zstd.compress(tarred(rng.sample(inner, len(inner))), rng.randint(3, 12)))]


def percent(text: str, rng: random.Random) -> str:
    """A text in percent code, some harmless characters coded as well."""
    return "".join(
        "".join(f"%{byte:02X}" for byte in char.encode()) if ord(char) > 127 or rng.random() < 0.3 else char
        for char in text
    )


def firm_files_in_tar_in_zstd_back(files: list[bytes]) -> Values:
    """Read the forms among the caches."""
    values: Values = []
    for name, data in members(zstd.decompress(files[0])).items():
        if name.startswith("cache/"):
            values.append(tuple(unquote(part.partition("=")[2]) for part in data.decode().split("&")))
    return values
