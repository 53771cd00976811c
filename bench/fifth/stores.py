"""Family i: Parquet, Arrow, SQLite and statistics files: metadata, gaps, leftovers, labels."""

from __future__ import annotations

import base64
import io
import random
import sqlite3
import struct
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat

from bench.fifth.core import (
    BOOK,
    FIRM,
    FTEL,
    ID,
    NAME,
    TEL,
    USCC,
    WHO,
    Files,
    Row,
    Values,
    found,
    grid,
    packed,
    technique,
    text,
    unpacked,
    untext,
)
from bench.fifth.cover import summary


def districts(rng: random.Random) -> Any:
    """A table of districts."""
    lines = summary(rng)
    return pa.table(
        {
            "地区": [x[0] for x in lines],
            "人次": [int(x[1]) for x in lines],
            "均费": [float(x[2]) for x in lines],
        }
    )


def parquet(value: Any, **options: Any) -> bytes:
    """A table as Parquet."""
    out = io.BytesIO()
    pq.write_table(value, out, **options)
    return out.getvalue()


def in_folder(name: str, write: Callable[[Path], None]) -> bytes:
    """The bytes of a file that a function writes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        write(path)
        return path.read_bytes()


@technique("i", "persons", *WHO)
def parquet_key_values(rows: list[Row], rng: random.Random) -> Files:
    """A note in the foot of a Parquet file of districts."""
    return [("parquet", parquet(districts(rng).replace_schema_metadata({"lineage": text(rows, *WHO)})))]


def parquet_key_values_back(files: list[bytes]) -> Values:
    """The note."""
    return untext(pq.read_schema(io.BytesIO(files[0])).metadata[b"lineage"].decode())


@technique("i", "firms", *BOOK)
def parquet_field_notes(rows: list[Row], rng: random.Random) -> Files:
    """Notes of each column, packed in base 85."""
    whole = districts(rng)
    fields = [
        f.with_metadata({"doc": base64.b85encode(text(rows[k::3], *BOOK).encode())})
        for k, f in enumerate(whole.schema)
    ]
    return [("parquet", parquet(whole.cast(pa.schema(fields))))]


def parquet_field_notes_back(files: list[bytes]) -> Values:
    """The notes of the columns."""
    schema = pq.read_schema(io.BytesIO(files[0]))
    return [v for f in schema for v in untext(base64.b85decode(f.metadata[b"doc"]).decode())]


@technique("i", "persons", TEL)
def parquet_gap(rows: list[Row], rng: random.Random) -> Files:
    """Bytes between the last page and the foot, which no offset points to."""
    whole = parquet(districts(rng), compression="none")
    size = int.from_bytes(whole[-8:-4], "little")
    gap = packed(rows)
    return [("parquet", whole[: -8 - size] + gap + len(gap).to_bytes(4, "big") + whole[-8 - size :])]


def parquet_gap_back(files: list[bytes]) -> Values:
    """The bytes before the foot."""
    end = len(files[0]) - 8 - int.from_bytes(files[0][-8:-4], "little")
    size = int.from_bytes(files[0][end - 4 : end], "big")
    return unpacked(files[0][end - 4 - size : end - 4])


@technique("i", "persons", NAME, TEL)
def unused_categories(rows: list[Row], rng: random.Random) -> Files:
    """Categories of a column that no line has."""
    values = [x[0] for x in summary(rng)]
    words = values + text(rows, NAME, TEL, sep="/").split("\n")
    column = pa.DictionaryArray.from_arrays(pa.array(range(14), pa.int32()), pa.array(words))
    out = io.BytesIO()
    whole = pa.table({"地区": column, "人次": [rng.randint(1, 99) for _ in values]})
    with pa.ipc.new_file(out, whole.schema) as writer:
        writer.write_table(whole)
    return [("arrow", out.getvalue())]


def unused_categories_back(files: list[bytes]) -> Values:
    """The dictionary from the fifteenth on."""
    column = pa.ipc.open_file(io.BytesIO(files[0])).read_all()["地区"].chunk(0)
    return [tuple(v.split("/")) for v in column.dictionary.to_pylist()[14:]]


@technique("i", "persons", *WHO)
def behind_nulls(rows: list[Row], rng: random.Random) -> Files:
    """Values of an Arrow column that the validity bits call missing."""
    data = pa.array(text(rows, *WHO).split("\n"))
    _, offsets, values = data.buffers()
    mask = pa.py_buffer(bytes(-(-len(rows) // 8)))
    column = pa.StringArray.from_buffers(len(rows), offsets, values, mask, len(rows), 0)
    whole = pa.table({"备注": column, "人次": [rng.randint(1, 99) for _ in rows]})
    out = io.BytesIO()
    with pa.ipc.new_file(out, whole.schema) as writer:
        writer.write_table(whole)
    return [("arrow", out.getvalue())]


def behind_nulls_back(files: list[bytes]) -> Values:
    """The buffers read without the bits."""
    column = pa.ipc.open_file(io.BytesIO(files[0])).read_all()["备注"].chunk(0)
    _, offsets, values = column.buffers()
    return [
        tuple(v.split("|")) for v in pa.StringArray.from_buffers(len(column), offsets, values).to_pylist()
    ]


@technique("i", "persons", NAME, ID)
def deleted_rows(rows: list[Row], rng: random.Random) -> Files:
    """A SQLite file from which the records were deleted: its free pages keep them."""

    def write(path: Path) -> None:
        link = sqlite3.connect(path)
        link.execute("pragma secure_delete=off")
        link.execute("create table stat(area text, n text, mean text)")
        link.executemany("insert into stat values(?,?,?)", summary(rng))
        link.execute("create table tmp(v text)")
        link.executemany("insert into tmp values(?)", [(f"<{n}|{z}>",) for n, z in grid(rows, NAME, ID)])
        link.commit()
        link.execute("drop table tmp")
        link.commit()
        link.close()

    return [("db", in_folder("x.db", write))]


def deleted_rows_back(files: list[bytes]) -> Values:
    """The bytes of the free pages."""
    return found(r"<([一-龥]+)\|(\w{18})>", files[0].decode("utf-8", "ignore"))


@technique("i", "firms", FIRM, FTEL)
def value_labels(rows: list[Row], rng: random.Random) -> Files:
    """Value labels of an SPSS file whose column is a district's number."""
    labels = {i: f + t for i, (f, t) in enumerate(grid(rows, FIRM, FTEL))}
    frame = pd.DataFrame({"area": range(14), "n": [rng.randint(1, 99) for _ in range(14)]})
    data = in_folder(
        "x.sav", lambda path: pyreadstat.write_sav(frame, str(path), variable_value_labels={"area": labels})
    )
    return [("sav", data[:92] + b"02 Mar 2609:30:00" + data[109:])]


def value_labels_back(files: list[bytes]) -> Values:
    """The labels."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.sav"
        path.write_bytes(files[0])
        _, meta = pyreadstat.read_sav(str(path))
    return [(v[:-11], v[-11:]) for v in meta.variable_value_labels["area"].values()]


@technique("i", "firms", USCC, low=20)
def bloom_of_floats(rows: list[Row], rng: random.Random) -> Files:
    """A column of doubles whose sixteen lowest bits are pieces of codes, six lines a firm."""
    raw = b"".join(packed([r], USCC) + b"\0" for r in rows)
    column = []
    for i in range(0, len(raw), 2):
        body = bytearray(struct.pack(">d", rng.uniform(100, 9000)))
        body[6:8] = raw[i : i + 2]
        column.append(struct.unpack(">d", bytes(body))[0])
    return [("parquet", parquet(pa.table({"功率": column})))]


def bloom_of_floats_back(files: list[bytes]) -> Values:
    """The lowest bits joined."""
    column = pq.read_table(io.BytesIO(files[0]))["功率"].to_pylist()
    raw = b"".join(struct.pack(">d", v)[6:8] for v in column)
    return unpacked(b"".join(raw[i : i + 11] for i in range(0, len(raw), 12)), USCC)


@technique("i", "persons", *WHO)
def names_of_columns(rows: list[Row], rng: random.Random) -> Files:
    """A wide table of measures; each column's name is a record."""
    data = {f"{n}_{z}_{t}": [round(rng.random(), 3) for _ in range(3)] for n, z, t in grid(rows, *WHO)}
    return [("parquet", parquet(pa.table(data)))]


def names_of_columns_back(files: list[bytes]) -> Values:
    """The names taken apart."""
    return [tuple(n.split("_")) for n in pq.read_schema(io.BytesIO(files[0])).names]
