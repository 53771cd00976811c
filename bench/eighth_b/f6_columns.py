"""Parquet, Arrow, SQLite and JSON lines: metadata, gaps, null slots, free pages, nested events."""

from __future__ import annotations

import io
import json
import random
import re
import sqlite3
import struct

import pyarrow as pa
import pyarrow.parquet as pq

from bench.eighth_b.honest import HEAD, aggregate
from bench.eighth_b.kit import csv_rows, csv_text, json_text
from bench.sixth.core import BOOK, CARE, MONEY, WEAK, WHO, Files, Row, Values, grid, technique


def summary(rng: random.Random, metadata: dict[str, str] | None = None) -> pa.Table:
    """The aggregate as an Arrow table."""
    columns = list(zip(*aggregate(rng), strict=True))
    arrays = [pa.array(columns[0]), pa.array([int(v) for v in columns[1]]), pa.array(columns[2])]
    return pa.table(arrays, names=HEAD).replace_schema_metadata(metadata)


def parquet(table: pa.Table) -> bytes:
    """A table as Parquet."""
    out = io.BytesIO()
    pq.write_table(table, out)
    return out.getvalue()


def arrow(table: pa.Table) -> bytes:
    """A table as an Arrow file."""
    out = io.BytesIO()
    with pa.ipc.new_file(out, table.schema) as writer:
        writer.write_table(table)
    return out.getvalue()


@technique("F6", "persons", *CARE)
def parquet_key_values(rows: list[Row], rng: random.Random) -> Files:
    """The metadata that stand beside the schema of an aggregate have one entry a record."""
    notes = {f"lineage.{i:03d}": json_text(row) for i, row in enumerate(grid(rows, *CARE))}
    return [("parquet", parquet(summary(rng, notes)))]


def parquet_key_values_back(files: list[bytes]) -> Values:
    """The entries of the metadata."""
    notes = pq.read_schema(io.BytesIO(files[0])).metadata or {}
    return [tuple(json.loads(value)) for key, value in notes.items() if key.startswith(b"lineage.")]


@technique("F6", "persons", *WHO)
def parquet_footer_gap(rows: list[Row], rng: random.Random) -> Files:
    """Lines lie between the last column of an aggregate and the footer, where no reader looks."""
    data = parquet(summary(rng))
    (length,) = struct.unpack_from("<I", data, len(data) - 8)
    place = len(data) - 8 - length
    return [("parquet", data[:place] + csv_text(grid(rows, *WHO)).encode() + data[place:])]


def parquet_footer_gap_back(files: list[bytes]) -> Values:
    """The lines between the last column and the footer."""
    data = files[0]
    meta = pq.read_metadata(io.BytesIO(data))
    chunks = [meta.row_group(0).column(i) for i in range(meta.num_columns)]
    start = max((c.dictionary_page_offset or c.data_page_offset) + c.total_compressed_size for c in chunks)
    (length,) = struct.unpack_from("<I", data, len(data) - 8)
    return csv_rows(data[start : len(data) - 8 - length].decode())


@technique("F6", "firms", *MONEY)
def arrow_field_notes(rows: list[Row], rng: random.Random) -> Files:
    """The notes on each field of an Arrow aggregate hold one column of the records."""
    table = summary(rng)
    fields = [
        field.with_metadata({"comment": "\x1f".join(row[column] for row in rows)})
        for field, column in zip(table.schema, MONEY, strict=True)
    ]
    return [("arrow", arrow(pa.table(table.columns, schema=pa.schema(fields))))]


def arrow_field_notes_back(files: list[bytes]) -> Values:
    """The columns in the notes."""
    schema = pa.ipc.open_file(io.BytesIO(files[0])).schema
    return list(zip(*((f.metadata or {})[b"comment"].decode().split("\x1f") for f in schema), strict=True))


@technique("F6", "firms", *BOOK)
def arrow_null_slots(rows: list[Row], rng: random.Random) -> Files:
    """Columns in which every value is null keep their bytes beneath the validity bits."""
    count = len(rows)
    arrays = [pa.array([f"第{i + 1}组" for i in range(count)])]
    arrays.append(pa.array([rng.randint(30, 900) for _ in rows]))
    for column in BOOK:
        full = pa.array([row[column] for row in rows])
        _, offsets, values = full.buffers()
        empty = pa.py_buffer(bytes((count + 7) // 8))
        arrays.append(pa.Array.from_buffers(pa.string(), count, [empty, offsets, values], null_count=count))
    return [("arrow", arrow(pa.table(arrays, names=["分组", "数量", "备注1", "备注2", "备注3"])))]


def arrow_null_slots_back(files: list[bytes]) -> Values:
    """The columns of nulls read without their validity bits."""
    batch = pa.ipc.open_file(io.BytesIO(files[0])).get_batch(0)
    columns = []
    for place in (2, 3, 4):
        _, offsets, values = batch.column(place).buffers()
        full = pa.Array.from_buffers(pa.string(), batch.num_rows, [None, offsets, values])
        columns.append(full.to_pylist())
    return list(zip(*columns, strict=True))


def database(rng: random.Random) -> sqlite3.Connection:
    """A database in memory with the aggregate."""
    base = sqlite3.connect(":memory:")
    base.execute("PRAGMA secure_delete=OFF")
    base.execute("CREATE TABLE summary(district TEXT, total INTEGER, share TEXT)")
    base.executemany("INSERT INTO summary VALUES(?,?,?)", aggregate(rng))
    return base


@technique("F6", "persons", *WHO)
def sqlite_free_pages(rows: list[Row], rng: random.Random) -> Files:
    """A table was dropped and its pages are free but not wiped."""
    base = database(rng)
    base.execute("CREATE TABLE tmp(a TEXT, b TEXT, c TEXT)")
    base.executemany("INSERT INTO tmp VALUES(?,?,?)", grid(rows, *WHO))
    base.commit()
    base.execute("DROP TABLE tmp")
    base.commit()
    return [("sqlite", base.serialize())]


def sqlite_free_pages_back(files: list[bytes]) -> Values:
    """The rows that are still on the free pages."""
    pattern = rb"((?:[\xe4-\xe9][\x80-\xbf]{2}){2,4})(\d{17}[\dX])(1\d{10})"
    return sorted({tuple(part.decode() for part in hit) for hit in re.findall(pattern, files[0])})


@technique("F6", "persons", *WEAK)
def jsonl_event_log(rows: list[Row], rng: random.Random) -> Files:
    """The events of a service's log carry the values deep in their payloads."""
    lines = []
    for birth, visit, money in grid(rows, *WEAK):
        trace = f"{rng.getrandbits(64):016x}"
        payload = {"subject": {"dob": birth}, "claim": {"on": visit, "paid": money, "currency": "CNY"}}
        event = {"level": "INFO", "logger": "settle.batch", "trace": trace, "ctx": {"payload": payload}}
        lines.append(json_text(event))
    return [("jsonl", ("\n".join(lines) + "\n").encode())]


def jsonl_event_log_back(files: list[bytes]) -> Values:
    """The payloads of the events."""
    loads = [json.loads(line)["ctx"]["payload"] for line in files[0].decode().splitlines()]
    return [(load["subject"]["dob"], load["claim"]["on"], load["claim"]["paid"]) for load in loads]
