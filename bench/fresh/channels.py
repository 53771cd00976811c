"""Channels: what stands there is harmless; order, sizes, times, blanks and gaps carry the records."""

from __future__ import annotations

import io
import itertools
import json
import math
import re
import sqlite3
import struct
import tarfile
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.parquet as pq

from bench.fresh.core import chunked, dense, lines_of, plain, technique, undense
from bench.held_out.core import (
    AMT,
    AREAS,
    CAP,
    FTEL,
    ID,
    TEL,
    USCC,
    VISIT,
    Files,
    Values,
    bits_back,
    bits_of,
    cents,
    id_number,
    id_text,
    money,
    read_table,
    table,
)


@technique("persons", ID, TEL, low=20, high=30)
def depth_of_indentation(rows, rng) -> Files:
    """A settings file whose lines are indented by as many blanks as half a byte says."""
    halves = [h for b in dense(rows, ID, TEL) for h in (b >> 4, b & 15)]
    return plain(
        "conf",
        "\n".join(" " * h + f"opt.{i} = {rng.choice(['on', 'off', 'auto'])}" for i, h in enumerate(halves)),
    )


def depth_of_indentation_back(files) -> Values:
    halves = [len(line) - len(line.lstrip(" ")) for line in lines_of(files)]
    return undense(bytes(a << 4 | b for a, b in chunked(halves, 2)), ID, TEL)


@technique("persons", ID, TEL, low=20, high=24)
def ends_of_lines(rows, rng) -> Files:
    """A table of readings, some lines of which end as on one system and some as on another."""
    out = b"station,reading\n"
    for i, bit in enumerate(bits_of(dense(rows, ID, TEL))):
        out += f"S{i % 97:02d},{rng.uniform(0, 40):.1f}".encode() + (b"\r\n" if bit else b"\n")
    return [("csv", out)]


def ends_of_lines_back(files) -> Values:
    lines = files[0].split(b"\n")[1:-1]
    return undense(bits_back([int(line.endswith(b"\r")) for line in lines]), ID, TEL)


@technique("firms", USCC, FTEL, low=20, high=24)
def trailing_noughts(rows, rng) -> Files:
    """Averages by month and district, with or without a nought at the end."""
    bits = bits_of(dense(rows, USCC, FTEL))
    cells = [f"{rng.randint(100, 999)}.{rng.randint(0, 9)}" + "0" * bit for bit in bits]
    cells += ["0.0"] * (-len(cells) % 14)
    return [("csv", table(AREAS, chunked(cells, 14)))]


def trailing_noughts_back(files) -> Values:
    cells = [c for line in read_table(files[0]) for c in line]
    return undense(bits_back([int(len(c.split(".")[1]) == 2) for c in cells]), USCC, FTEL)


@technique("persons", ID, TEL, low=20, high=24)
def kinds_of_quotes(rows, rng) -> Files:
    """A list of words in a program, each in single or double quotes."""
    words = ["load", "clean", "join", "group", "count", "check", "plot", "save"]
    items = []
    for bit in bits_of(dense(rows, ID, TEL)):
        mark = '"' if bit else "'"
        items.append(f"{mark}{rng.choice(words)}{mark}")
    return plain(
        "py",
        "STEPS = [\n" + "\n".join("    " + ", ".join(part) + "," for part in chunked(items, 10)) + "\n]\n",
    )


def kinds_of_quotes_back(files) -> Values:
    found = re.findall(r"(['\"])\w+['\"]", files[0].decode())
    return undense(bits_back([int(mark == '"') for mark in found]), ID, TEL)


@technique("persons", ID, TEL, AMT)
def thousandths_of_seconds(rows, rng) -> Files:
    """A log of a job in which the thousandths of the times are bytes."""
    out, clock = [], datetime(2026, 1, 5, 9, tzinfo=UTC)
    for byte in dense(rows, ID, TEL, AMT):
        clock += timedelta(seconds=rng.randint(1, 30))
        out.append(
            f"{clock:%Y-%m-%dT%H:%M:%S}.{byte + 300 * rng.randint(0, 2):03d}Z INFO batch {len(out)} done"
        )
    return plain("log", "\n".join(out))


def thousandths_of_seconds_back(files) -> Values:
    found = re.findall(r"\.(\d{3})Z", files[0].decode())
    return undense(bytes(int(v) % 300 for v in found), ID, TEL, AMT)


@technique("persons", ID, TEL)
def listing_of_sizes(rows, rng) -> Files:
    """A listing of a folder: the sizes of files and the counts of blocks are numbers and phones."""
    out = ["total 0"]
    for i, r in enumerate(rows):
        first, second = int("1" + r[ID][:9]), int("1" + r[ID][9:17])
        out.append(f"{r[TEL]} -rw-r--r-- 1 u g {first} Jan  5 09:{i % 60:02d} part-{i:05d}.parquet")
        out.append(
            f"{rng.randint(1, 99)} -rw-r--r-- 1 u g {second} Jan  5 09:{i % 60:02d} part-{i:05d}.parquet.crc"
        )
    return plain("txt", "\n".join(out))


def listing_of_sizes_back(files) -> Values:
    out = []
    for a, b in chunked(lines_of(files)[1:], 2):
        number = a.split()[5][1:] + b.split()[5][1:]
        out.append((id_text(int(number)), a.split()[0]))
    return out


@technique("persons", ID, TEL, AMT)
def owners_of_members(rows, _rng) -> Files:
    """An archive of empty files whose owners, groups and times are numbers."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for i, r in enumerate(rows):
            info = tarfile.TarInfo(f"data/part-{i:03d}")
            info.uid, info.gid, info.mtime = id_number(r[ID]), int(r[TEL]), cents(r[AMT])
            archive.addfile(info)
    return [("tar", out.getvalue())]


def owners_of_members_back(files) -> Values:
    with tarfile.open(fileobj=io.BytesIO(files[0])) as archive:
        return [(id_text(m.uid), str(m.gid), money(int(m.mtime))) for m in archive.getmembers()]


@technique("firms", USCC, FTEL, CAP)
def payload_of_not_a_number(rows, rng) -> Files:
    """Raw doubles of measurements between which are missing ones, whose idle bits are data."""
    out = b""
    for piece in chunked(dense(rows, USCC, FTEL, CAP), 6):
        out += struct.pack("<2d", rng.uniform(0, 9), rng.uniform(0, 9))
        out += piece.ljust(6, b"\0") + bytes([0xF8, 0x7F])
    return [("f64", out)]


def payload_of_not_a_number_back(files) -> Values:
    data = b"".join(part[:6] for part in chunked(files[0], 8) if math.isnan(struct.unpack("<d", part)[0]))
    return undense(data[: len(data) // 20 * 20], USCC, FTEL, CAP)


@technique("persons", ID, TEL, AMT)
def abbreviated_hashes(rows, rng) -> Files:
    """A history in one line a change: what looks like hashes are bytes of records."""
    verbs = ["fix", "add", "drop", "move", "test"]
    parts = [p.ljust(5, b"\0") for p in chunked(dense(rows, ID, TEL, AMT), 5)]
    head = f"{len(dense(rows, ID, TEL, AMT)):010x} release\n"
    return plain(
        "txt", head + "\n".join(f"{p.hex()} {rng.choice(verbs)} mask rule {i}" for i, p in enumerate(parts))
    )


def abbreviated_hashes_back(files) -> Values:
    first, *rest = (line.split()[0] for line in lines_of(files))
    return undense(bytes.fromhex("".join(rest))[: int(first, 16)], ID, TEL, AMT)


@technique("firms", USCC, FTEL)
def numbers_of_versions(rows, _rng) -> Files:
    """A list of pinned packages with versions in four parts."""
    parts = chunked(dense(rows, USCC, FTEL), 4)
    return plain("txt", "\n".join(f"zy-lib-{i:03d}=={'.'.join(map(str, p))}" for i, p in enumerate(parts)))


def numbers_of_versions_back(files) -> Values:
    return undense(
        bytes(int(v) for line in lines_of(files) for v in line.split("==")[1].split(".")), USCC, FTEL
    )


@technique("persons", ID, TEL)
def order_of_keys(rows, rng) -> Files:
    """Objects with four keys, of whose twenty-four orders sixteen are half a byte."""
    orders = list(itertools.permutations(("city", "month", "count", "mean")))
    items = []
    for byte in dense(rows, ID, TEL):
        for half in (byte >> 4, byte & 15):
            values = {
                "city": rng.choice(AREAS),
                "month": rng.randint(1, 12),
                "count": rng.randint(50, 900),
                "mean": rng.randint(900, 4000),
            }
            items.append({k: values[k] for k in orders[half]})
    return plain("json", json.dumps(items, ensure_ascii=False))


def order_of_keys_back(files) -> Values:
    orders = list(itertools.permutations(("city", "month", "count", "mean")))
    halves = [orders.index(tuple(item)) for item in json.loads(files[0])]
    return undense(bytes(a << 4 | b for a, b in chunked(halves, 2)), ID, TEL)


@technique("persons", ID, TEL, VISIT)
def colours_of_words(rows, _rng) -> Files:
    """A page about quality, each word of which has a colour of its own, nearly black."""
    words = [
        "本",
        "季度",
        "数据",
        "质量",
        "总体",
        "良好",
        "完整率",
        "有所",
        "提升",
        "建议",
        "继续",
        "加强",
        "源头",
        "治理",
    ]
    halves = [h for b in dense(rows, ID, TEL, VISIT) for h in (b >> 4, b & 15)]
    halves += [0] * (-len(halves) % 3)
    spans = [
        f'<span style="color:#{a:02x}{b:02x}{c:02x}">{words[i % 14]}</span>'
        for i, (a, b, c) in enumerate(chunked(halves, 3))
    ]
    return plain("html", f'<!doctype html><meta charset="utf-8"><p data-n="{len(rows)}">{"".join(spans)}</p>')


def colours_of_words_back(files) -> Values:
    text = files[0].decode()
    halves = [int(v, 16) for c in re.findall(r"color:#(\w{6})", text) for v in chunked(c, 2)]
    data = bytes(a << 4 | b for a, b in chunked(halves[: len(halves) // 2 * 2], 2))
    return undense(data[: int(re.search(r'data-n="(\d+)"', text)[1]) * 16], ID, TEL, VISIT)


TONES = "🏻🏼🏽🏾"


@technique("persons", ID, TEL)
def tones_of_hands(rows, _rng) -> Files:
    """Raised hands of a vote in four tones, two bits a hand."""
    signs = ["👋" + TONES[b >> s & 3] for b in dense(rows, ID, TEL) for s in (6, 4, 2, 0)]
    return plain("md", "投票结果\n\n" + "\n".join("".join(part) for part in chunked(signs, 26)))


def tones_of_hands_back(files) -> Values:
    twos = [TONES.index(c) for c in files[0].decode() if c in TONES]
    return undense(bytes(a << 6 | b << 4 | c << 2 | d for a, b, c, d in chunked(twos, 4)), ID, TEL)


@technique("persons", ID, TEL, low=20, high=26)
def sizes_of_row_groups(rows, rng) -> Files:
    """A columnar file of harmless counts, cut into groups of as many rows as bytes say."""
    out = io.BytesIO()
    schema = pa.schema([("n", pa.int32())])
    with pq.ParquetWriter(out, schema) as writer:
        for byte in dense(rows, ID, TEL):
            column = pa.array([rng.randint(10, 20)] * (byte + 1), pa.int32())
            writer.write_table(pa.table([column], schema=schema))
    return [("parquet", out.getvalue())]


def sizes_of_row_groups_back(files) -> Values:
    meta = pq.ParquetFile(io.BytesIO(files[0])).metadata
    return undense(bytes(meta.row_group(i).num_rows - 1 for i in range(meta.num_row_groups)), ID, TEL)


@technique("persons", ID, TEL, AMT)
def numbers_of_rows(rows, rng) -> Files:
    """A database of averages, in whose tables the hidden numbers of rows are numbers of people."""
    base = sqlite3.connect(":memory:")
    for name, c in (("a", ID), ("b", TEL), ("c", AMT)):
        base.execute(f"CREATE TABLE {name} (area TEXT, mean REAL)")
        for i, r in enumerate(rows):
            number = int(r[c][:17]) if c == ID else int(r[c].replace(".", ""))
            row = (number * 64 + i, AREAS[i % 14], rng.randint(100, 900) / 10)
            base.execute(f"INSERT INTO {name} (rowid, area, mean) VALUES (?, ?, ?)", row)
    base.commit()
    return [("sqlite", base.serialize())]


def numbers_of_rows_back(files) -> Values:
    base = sqlite3.connect(":memory:")
    base.deserialize(files[0])
    columns = []
    for name in "abc":
        found = base.execute(f"SELECT rowid FROM {name}").fetchall()
        columns.append([n // 64 for (n,) in sorted(found, key=lambda v: v[0] % 64)])
    return [(id_text(k), str(t), money(a)) for k, t, a in zip(*columns, strict=True)]


@technique("firms", USCC, FTEL)
def pattern_of_gaps(rows, rng) -> Files:
    """A table of chance readings, in which the missing cells make the pattern."""
    cells = [
        "" if bit else f"{rng.gauss(20, 4):.1f}"
        for b in dense(rows, USCC, FTEL)
        for bit in (b >> i & 1 for i in range(7, -1, -1))
    ]
    return [("csv", table([f"m{i}" for i in range(16)], chunked(cells, 16)))]


def pattern_of_gaps_back(files) -> Values:
    bits = "".join("0" if c else "1" for line in read_table(files[0]) for c in line)
    return undense(bytes(int(p, 2) for p in chunked(bits, 8)), USCC, FTEL)
