"""Data stores and models: the records lie in a file of a database, a column format or a trained model."""

from __future__ import annotations

import io
import json
import re
import sqlite3
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import feather, orc

from bench.held_out.core import (
    AMT,
    BIRTH,
    BOSS,
    CAP,
    DIST,
    FIRM,
    FTEL,
    HOSP,
    ID,
    NAME,
    QUASI,
    SICK,
    TEL,
    USCC,
    VISIT,
    WHO,
    Files,
    Values,
    aggregate,
    cents,
    day,
    day_text,
    grid,
    id_number,
    id_text,
    money,
    payload,
    person_bytes,
    person_values,
    technique,
    tuples,
    unpayload,
    zip_bytes,
)


def innocent(rng) -> pa.Table:
    """A table of counts by district."""
    lines = aggregate(rng)
    return pa.table({"区县": [x[0] for x in lines], "人次": [x[1] for x in lines]})


def parquet(data: pa.Table, **options) -> bytes:
    """The Parquet file of a table."""
    out = io.BytesIO()
    pq.write_table(data, out, **options)
    return out.getvalue()


@technique("persons", *WHO)
def parquet_key_value(rows, rng) -> Files:
    """The key-value metadata in the footer of a harmless Parquet file."""
    meta = {"pandas.attrs": payload(rows, *WHO).decode()}
    return [("parquet", parquet(innocent(rng).replace_schema_metadata(meta)))]


def parquet_key_value_back(files) -> Values:
    return unpayload(pq.read_schema(io.BytesIO(files[0])).metadata[b"pandas.attrs"])


@technique("persons", NAME, ID, BIRTH, TEL)
def parquet_blob_column(rows, _rng) -> Files:
    """A binary column called sketch, with a deflated record in every cell."""
    cells = [zlib.compress(payload([r], NAME, ID, BIRTH, TEL)) for r in rows]
    data = pa.table({"bucket": list(range(len(rows))), "sketch": pa.array(cells, pa.binary())})
    return [("parquet", parquet(data))]


def parquet_blob_column_back(files) -> Values:
    cells = pq.read_table(io.BytesIO(files[0]))["sketch"].to_pylist()
    return [unpayload(zlib.decompress(c))[0] for c in cells]


@technique("persons", ID, TEL, low=20, high=40)
def parquet_statistics(rows, _rng) -> Files:
    """One row group a record: the least and the greatest value of each column are the record."""
    data = pa.table({"lo": [r[ID] for r in rows], "hi": [int(r[TEL]) for r in rows]})
    return [("parquet", parquet(data, row_group_size=1, compression="zstd"))]


def parquet_statistics_back(files) -> Values:
    meta = pq.read_metadata(io.BytesIO(files[0]))
    groups = [meta.row_group(i) for i in range(meta.num_row_groups)]
    return [(g.column(0).statistics.min, str(g.column(1).statistics.max)) for g in groups]


@technique("persons", *QUASI)
def parquet_plain(rows, _rng) -> Files:
    """A typed Parquet table of dates, whole numbers and decimals with other column names."""
    data = pa.table(
        {
            "a": pa.array([day(r[BIRTH]) - 719163 for r in rows], pa.int32()).cast(pa.date32()),
            "b": pa.array([int(r[DIST]) for r in rows], pa.int32()),
            "c": pa.array([(day(r[VISIT]) - 719163) * 86400000 for r in rows], pa.timestamp("ms")),
            "d": pa.array([float(r[AMT]) for r in rows], pa.float64()),
        }
    )
    return [("parquet", parquet(data))]


def parquet_plain_back(files) -> Values:
    data = pq.read_table(io.BytesIO(files[0])).to_pylist()
    return [(x["a"].isoformat(), str(x["b"]), x["c"].date().isoformat(), f"{x['d']:.2f}") for x in data]


@technique("persons", NAME, TEL, SICK)
def arrow_unused_dictionary(rows, rng) -> Files:
    """A dictionary-coded column with three values in use and the people among the unused ones."""
    values = ["合计", "男", "女"] + [f"{r[NAME]}|{r[TEL]}|{r[SICK]}" for r in rows]
    column = pa.DictionaryArray.from_arrays(
        pa.array([i % 3 for i in range(30)], pa.int16()), pa.array(values)
    )
    data = pa.table({"组": column, "值": [rng.randint(100, 999) for _ in range(30)]})
    out = io.BytesIO()
    with pa.ipc.new_file(out, data.schema) as writer:
        writer.write_table(data)
    return [("arrow", out.getvalue())]


def arrow_unused_dictionary_back(files) -> Values:
    column = pa.ipc.open_file(io.BytesIO(files[0])).read_all()["组"].chunk(0)
    return [tuple(v.split("|")) for v in column.dictionary.to_pylist()[3:]]


@technique("persons", DIST, NAME, ID)
def feather_nested(rows, _rng) -> Files:
    """A Feather file with one row a district and a list of structures in a cell."""
    areas = sorted({r[DIST] for r in rows})
    people = [[{"n": r[NAME], "i": r[ID]} for r in rows if r[DIST] == a] for a in areas]
    out = io.BytesIO()
    feather.write_feather(pa.table({"区": areas, "样本": people}), out, compression="lz4")
    return [("feather", out.getvalue())]


def feather_nested_back(files) -> Values:
    data = feather.read_table(io.BytesIO(files[0])).to_pylist()
    return [(x["区"], p["n"], p["i"]) for x in data for p in x["样本"]]


@technique("firms", USCC, FIRM, BOSS, FTEL)
def orc_table(rows, _rng) -> Files:
    """An ORC table."""
    out = io.BytesIO()
    data = pa.table({f"_c{i}": [r[c] for r in rows] for i, c in enumerate((USCC, FIRM, BOSS, FTEL))})
    orc.write_table(data, out)
    return [("orc", out.getvalue())]


def orc_table_back(files) -> Values:
    data = orc.read_table(io.BytesIO(files[0]))
    return tuples(zip(*(c.to_pylist() for c in data.columns), strict=True))


def database(fill: Callable) -> bytes:
    """The file of an SQLite database that a function fills."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "x.db")
        link = sqlite3.connect(path)
        link.execute("PRAGMA secure_delete=OFF")
        fill(link)
        link.commit()
        link.close()
        return path.read_bytes()


def asked(data: bytes, sql: str) -> Values:
    """What a query says about a database."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "x.db")
        path.write_bytes(data)
        link = sqlite3.connect(path)
        out = link.execute(sql).fetchall()
        link.close()
    return tuples(out)


@technique("persons", NAME, ID, TEL)
def sqlite_view(rows, rng) -> Files:
    """A view whose text holds the records as constants, in a database of statistics."""
    lines = " UNION ALL ".join(f"SELECT '{r[NAME]}','{r[ID]}','{r[TEL]}'" for r in rows)

    def fill(link) -> None:
        link.execute("CREATE TABLE stat(area TEXT, n INTEGER, mean REAL)")
        link.executemany("INSERT INTO stat VALUES (?,?,?)", aggregate(rng))
        link.execute(f"CREATE VIEW v AS {lines}")

    return [("sqlite", database(fill))]


def sqlite_view_back(files) -> Values:
    return asked(files[0], "SELECT * FROM v")


@technique("persons", NAME, ID, TEL)
def sqlite_deleted_rows(rows, rng) -> Files:
    """Rows that were deleted and whose bytes are still in the pages."""

    def fill(link) -> None:
        link.execute("CREATE TABLE stat(area TEXT, n INTEGER, mean REAL)")
        link.executemany("INSERT INTO stat VALUES (?,?,?)", aggregate(rng))
        link.execute("CREATE TABLE tmp(a TEXT, b TEXT, c TEXT)")
        link.executemany("INSERT INTO tmp VALUES (?,?,?)", grid(rows, WHO))
        link.commit()
        link.execute("DELETE FROM tmp")

    return [("db", database(fill))]


def sqlite_deleted_rows_back(files) -> Values:
    found = re.findall(rb"((?:[\xe4-\xe9][\x80-\xbf]{2}){2,3})(\d{17}[\dX])(\d{11})", files[0])
    return sorted({(n.decode(), i.decode(), t.decode()) for n, i, t in found})


@technique("firms", USCC, CAP, FTEL)
def sqlite_numbers(rows, _rng) -> Files:
    """A key-value table with blobs of packed numbers."""

    def fill(link) -> None:
        link.execute("CREATE TABLE cache(k TEXT PRIMARY KEY, v BLOB)")
        link.executemany(
            "INSERT INTO cache VALUES (?,?)",
            [(r[USCC], struct.pack(">QQ", cents(r[CAP]), int(r[FTEL]))) for r in rows],
        )

    return [("sqlite", database(fill))]


def sqlite_numbers_back(files) -> Values:
    out = []
    for key, blob in asked(files[0], "SELECT k, v FROM cache"):
        cap, tel = struct.unpack(">QQ", blob)
        out.append((key, money(cap), str(tel)))
    return out


def constants(lines: list[list]) -> str:
    """Rows as constants of a query."""
    return ", ".join(str(tuple(line)) for line in lines)


@technique("persons", NAME, ID, HOSP, low=20, high=60)
def duckdb_file(rows, rng) -> Files:
    """A DuckDB file with an innocent table and one in another schema."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "x.duckdb")
        link = duckdb.connect(str(path), config={"threads": 1})
        link.execute(
            f"CREATE TABLE stat AS SELECT * FROM (VALUES {constants(aggregate(rng))}) t(area, n, mean)"
        )
        link.execute("CREATE SCHEMA tmp_")
        people = constants(grid(rows, (NAME, ID, HOSP)))
        link.execute(f"CREATE TABLE tmp_.s AS SELECT * FROM (VALUES {people}) t(a, b, c)")
        link.execute("CHECKPOINT")
        link.close()
        return [("duckdb", path.read_bytes())]


def duckdb_file_back(files) -> Values:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "x.duckdb")
        path.write_bytes(files[0])
        link = duckdb.connect(str(path), read_only=True)
        out = link.execute("SELECT * FROM tmp_.s").fetchall()
        link.close()
    return tuples(out)


@technique("persons", ID, TEL, low=20, high=80)
def numpy_matrix(rows, _rng) -> Files:
    """A matrix of whole numbers, one line a person."""
    out = io.BytesIO()
    np.save(
        out, np.array([[id_number(r[ID]), int(r[TEL])] for r in rows], dtype=np.int64), allow_pickle=False
    )
    return [("npy", out.getvalue())]


def numpy_matrix_back(files) -> Values:
    data = np.load(io.BytesIO(files[0]), allow_pickle=False)
    return [(id_text(int(a)), str(b)) for a, b in data]


@technique("persons", NAME, BIRTH, TEL)
def numpy_archive(rows, rng) -> Files:
    """An archive of arrays of weights, with one of texts."""
    members = []
    arrays = {
        "w0": np.array([[rng.random() for _ in range(8)] for _ in range(8)]),
        "classes_": np.array(grid(rows, (NAME, BIRTH, TEL))),
    }
    for name, array in arrays.items():
        out = io.BytesIO()
        np.save(out, array, allow_pickle=False)
        members.append((name + ".npy", out.getvalue()))
    return [("npz", zip_bytes(members))]


def numpy_archive_back(files) -> Values:
    with zipfile.ZipFile(io.BytesIO(files[0])) as archive:
        data = np.load(io.BytesIO(archive.read("classes_.npy")), allow_pickle=False)
    return [tuple(str(x) for x in line) for line in data]


@technique("persons", *QUASI)
def float_columns_stata(rows, _rng) -> Files:
    """A Stata file of doubles with labels of variables."""
    data = pd.DataFrame(
        {
            "v1": [float(day(r[BIRTH]) - 715510) for r in rows],
            "v2": [int(r[DIST]) for r in rows],
            "v3": [float(day(r[VISIT]) - 715510) for r in rows],
            "v4": [float(r[AMT]) for r in rows],
        }
    )
    out = io.BytesIO()
    data.to_stata(out, write_index=False, version=118, time_stamp=pd.Timestamp("2026-01-05 09:00"))
    return [("dta", out.getvalue())]


def float_columns_stata_back(files) -> Values:
    data = pd.read_stata(io.BytesIO(files[0]))
    return [
        (day_text(int(a) + 715510), str(int(b)), day_text(int(c) + 715510), f"{d:.2f}")
        for a, b, c, d in data.itertuples(index=False)
    ]


@technique("firms", USCC, BOSS, FTEL)
def dbase_table(rows, _rng) -> Files:
    """A dBASE table in GB 18030."""
    fields = [("K", 18), ("B", 12), ("T", 11)]
    head = b"".join(
        n.encode().ljust(11, b"\0") + b"C" + b"\0" * 4 + bytes([w]) + b"\0" * 15 for n, w in fields
    )
    top = struct.pack("<BBBBIHH20x", 3, 126, 1, 5, len(rows), 32 + len(head) + 1, 42)
    body = b"".join(
        b" "
        + b"".join(
            r[c].encode("gb18030").ljust(w) for c, (_, w) in zip((USCC, BOSS, FTEL), fields, strict=True)
        )
        for r in rows
    )
    return [("dbf", top + head + b"\r" + body + b"\x1a")]


def dbase_table_back(files) -> Values:
    count, start, size = struct.unpack("<IHH", files[0][4:12])
    lines = [files[0][start + i * size + 1 : start + (i + 1) * size] for i in range(count)]
    return [tuple(p.decode("gb18030").strip() for p in (x[:18], x[18:30], x[30:])) for x in lines]


@technique("persons", TEL, AMT, DIST)
def matlab_matrix(rows, _rng) -> Files:
    """A MATLAB file, version 4, with a matrix of doubles called beta."""
    values = [float(r[c]) for c in (TEL, AMT, DIST) for r in rows]
    head = struct.pack("<5i", 0, len(rows), 3, 0, 5) + b"beta\0"
    return [("mat", head + struct.pack(f"<{len(values)}d", *values))]


def matlab_matrix_back(files) -> Values:
    count = struct.unpack("<i", files[0][4:8])[0]
    values = struct.unpack(f"<{3 * count}d", files[0][25:])
    return [
        (f"{values[i]:.0f}", f"{values[count + i]:.2f}", f"{values[2 * count + i]:.0f}") for i in range(count)
    ]


def tensors(entries: dict[str, tuple[str, list[int], bytes]], meta: dict[str, str]) -> bytes:
    """A safetensors file."""
    head: dict = {"__metadata__": meta}
    body = b""
    for name, (kind, shape, data) in entries.items():
        head[name] = {"dtype": kind, "shape": shape, "data_offsets": [len(body), len(body) + len(data)]}
        body += data
    text = json.dumps(head, ensure_ascii=False).encode()
    return struct.pack("<Q", len(text)) + text + body


def tensor_head(data: bytes) -> dict:
    """The head of a safetensors file."""
    return json.loads(data[8 : 8 + struct.unpack("<Q", data[:8])[0]])


@technique("persons", ID, low=20, high=80)
def embedding_rows(rows, rng) -> Files:
    """A tensor of whole numbers called position ids, beside a small one of floats."""
    ids = struct.pack(f"<{len(rows)}q", *(id_number(r[ID]) for r in rows))
    weights = struct.pack("<64f", *(rng.gauss(0, 0.1) for _ in range(64)))
    return [
        (
            "safetensors",
            tensors(
                {"embed.weight": ("F32", [8, 8], weights), "pos_ids": ("I64", [len(rows)], ids)},
                {"format": "pt"},
            ),
        )
    ]


def embedding_rows_back(files) -> Values:
    start, end = tensor_head(files[0])["pos_ids"]["data_offsets"]
    base = 8 + struct.unpack("<Q", files[0][:8])[0]
    return [
        (id_text(i),) for i in struct.unpack(f"<{(end - start) // 8}q", files[0][base + start : base + end])
    ]


@technique("persons", NAME, TEL, SICK)
def tensor_metadata(rows, rng) -> Files:
    """The free metadata of a safetensors file."""
    weights = struct.pack("<16f", *(rng.gauss(0, 0.1) for _ in range(16)))
    meta = {f"label_{i}": f"{r[NAME]},{r[TEL]},{r[SICK]}" for i, r in enumerate(rows)}
    return [("safetensors", tensors({"w": ("F32", [4, 4], weights)}, meta))]


def tensor_metadata_back(files) -> Values:
    return [tuple(v.split(",")) for v in tensor_head(files[0])["__metadata__"].values()]


@technique("persons", TEL, AMT)
def forest_thresholds(rows, _rng) -> Files:
    """A boosted forest: every stump splits at a telephone number and its leaf is that person's sum."""
    trees = [
        {
            "tree_id": i,
            "split_indices": [0],
            "split_conditions": [float(r[TEL])],
            "leaf": [0.0, float(r[AMT])],
        }
        for i, r in enumerate(rows)
    ]
    return [
        (
            "json",
            json.dumps({"learner": {"objective": "reg:squarederror", "trees": trees}}, indent=1).encode(),
        )
    ]


def forest_thresholds_back(files) -> Values:
    trees = json.loads(files[0])["learner"]["trees"]
    return [(f"{t['split_conditions'][0]:.0f}", f"{t['leaf'][1]:.2f}") for t in trees]


@technique("persons", NAME, ID, TEL)
def vectoriser_vocabulary(rows, rng) -> Files:
    """The vocabulary of a text vectoriser that learned whole lines as words."""
    words = {f"{r[NAME]} {r[ID]} {r[TEL]}": i for i, r in enumerate(rows)}
    tree = {"ngram_range": [1, 3], "vocabulary_": words, "idf_": [round(rng.uniform(1, 8), 6) for _ in rows]}
    return [("json", json.dumps(tree, ensure_ascii=False).encode())]


def vectoriser_vocabulary_back(files) -> Values:
    return [tuple(w.split(" ")) for w in json.loads(files[0])["vocabulary_"]]


@technique("persons", *QUASI)
def neighbours_model(rows, _rng) -> Files:
    """A nearest-neighbour model, which is its training table."""
    points = [[day(r[BIRTH]), int(r[DIST]), day(r[VISIT])] for r in rows]
    tree = {
        "model": "KNeighborsRegressor",
        "n_neighbors": 3,
        "_fit_X": points,
        "_y": [float(r[AMT]) for r in rows],
    }
    return [("json", json.dumps(tree).encode())]


def neighbours_model_back(files) -> Values:
    tree = json.loads(files[0])
    return [
        (day_text(b), str(d), day_text(v), f"{a:.2f}")
        for (b, d, v), a in zip(tree["_fit_X"], tree["_y"], strict=True)
    ]


@technique("persons", NAME, ID, AMT)
def fixed_effects(rows, rng) -> Files:
    """A regression with a dummy for every person: names of coefficients and their estimates."""
    lines = [f"C(id)[T.{r[NAME]}_{r[ID]}]  {r[AMT]:>12}  {rng.uniform(0.1, 9):.3f}  0.000" for r in rows]
    return [
        (
            "txt",
            (
                "OLS Regression Results\n" + "=" * 60 + "\nIntercept  0.00  0.1  1.000\n" + "\n".join(lines)
            ).encode(),
        )
    ]


def fixed_effects_back(files) -> Values:
    return re.findall(r"\[T\.(\S+?)_(\w+)\] +(\S+)", files[0].decode())


def varint(number: int) -> bytes:
    """A number in groups of seven bits."""
    out = b""
    while number > 127:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


def field(number: int, value: int | bytes) -> bytes:
    """A field of a protocol buffer."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def fields(data: bytes) -> list[tuple[int, int | bytes]]:
    """The fields of a protocol buffer of numbers and byte strings."""
    out, at = [], 0

    def number() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(data):
        key = number()
        if key & 7:
            size = number()
            out.append((key >> 3, data[at : at + size]))
            at += size
        else:
            out.append((key >> 3, number()))
    return out


@technique("persons", ID, TEL)
def onnx_initialiser(rows, _rng) -> Files:
    """An ONNX model of one addition whose constant is a matrix of whole numbers."""
    raw = b"".join(struct.pack("<qq", id_number(r[ID]), int(r[TEL])) for r in rows)
    tensor = field(1, len(rows)) + field(1, 2) + field(2, 7) + field(8, b"B") + field(9, raw)
    node = field(1, b"X") + field(1, b"B") + field(2, b"Y") + field(4, b"Add")
    shape = b"".join(field(1, field(1, n)) for n in (len(rows), 2))
    kind = field(2, field(1, field(1, 7) + field(2, shape)))
    ends = field(11, field(1, b"X") + kind) + field(12, field(1, b"Y") + kind)
    graph = field(1, node) + field(2, b"g") + field(5, tensor) + ends
    model = field(1, 8) + field(2, b"trainer") + field(7, graph) + field(8, field(1, b"") + field(2, 13))
    return [("onnx", model)]


def onnx_initialiser_back(files) -> Values:
    graph = dict(fields(files[0]))[7]
    raw = dict(fields(dict(fields(graph))[5]))[9]
    return [(id_text(a), str(b)) for a, b in struct.iter_unpack("<qq", raw)]


def zigzag(number: int) -> bytes:
    """A number as Avro writes it."""
    return varint(number << 1)


def block(data: bytes) -> bytes:
    """A byte string as Avro writes it."""
    return zigzag(len(data)) + data


@technique("firms", USCC, FIRM, FTEL)
def avro_container(rows, _rng) -> Files:
    """An Avro container without compression."""
    schema = {"type": "record", "name": "r", "fields": [{"name": n, "type": "string"} for n in "abc"]}
    sync = bytes(range(16))
    head = b"Obj\1" + zigzag(2) + block(b"avro.schema") + block(json.dumps(schema).encode())
    head += block(b"avro.codec") + block(b"null") + b"\0" + sync
    body = b"".join(block(r[c].encode()) for r in rows for c in (USCC, FIRM, FTEL))
    return [("avro", head + zigzag(len(rows)) + block(body) + sync)]


def avro_container_back(files) -> Values:
    sync = bytes(range(16))
    data = files[0].split(sync)[1]
    at = 0

    def number() -> int:
        nonlocal at
        value = shift = 0
        while data[at] > 127:
            value |= (data[at] & 127) << shift
            shift += 7
            at += 1
        value |= data[at] << shift
        at += 1
        return value >> 1

    count, _ = number(), number()
    out = []
    for _ in range(count * 3):
        size = number()
        out.append(data[at : at + size].decode())
        at += size
    return tuples(zip(*[iter(out)] * 3, strict=True))


@technique("persons", NAME, TEL, BIRTH)
def message_pack(rows, _rng) -> Files:
    """MessagePack: an array of arrays of short strings."""

    def text(value: str) -> bytes:
        data = value.encode()
        return bytes([0xA0 | len(data)]) + data

    body = b"".join(b"\x93" + b"".join(text(r[c]) for c in (NAME, TEL, BIRTH)) for r in rows)
    return [("msgpack", b"\xdc" + struct.pack(">H", len(rows)) + body)]


def message_pack_back(files) -> Values:
    data, at, out = files[0], 3, []
    for _ in range(struct.unpack(">H", data[1:3])[0]):
        at += 1
        line = []
        for _ in range(3):
            size = data[at] & 31
            line.append(data[at + 1 : at + 1 + size].decode())
            at += 1 + size
        out.append(tuple(line))
    return out


@technique("persons", NAME, TEL)
def token_list_gguf(rows, _rng) -> Files:
    """The token list in the metadata of a language model file."""

    def text(value: str) -> bytes:
        data = value.encode()
        return struct.pack("<Q", len(data)) + data

    tokens = ["<s>", "</s>"] + [r[NAME] + r[TEL] for r in rows]
    body = (
        b"GGUF"
        + struct.pack("<IQQ", 3, 0, 1)
        + text("tokenizer.ggml.tokens")
        + struct.pack("<IIQ", 9, 8, len(tokens))
    )
    return [("gguf", body + b"".join(text(t) for t in tokens))]


def token_list_gguf_back(files) -> Values:
    found = re.findall(r"([一-龥]{2,3})(\d{11})", files[0][24:].decode("utf-8", "replace"))
    return tuples(found)


@technique("persons", BIRTH, DIST, VISIT, AMT)
def markup_model(rows, _rng) -> Files:
    """A PMML model of nearest neighbours with its training instances in a table."""
    lines = "".join(
        f"<row><a>{r[BIRTH]}</a><b>{r[DIST]}</b><c>{r[VISIT]}</c><y>{r[AMT]}</y></row>\n" for r in rows
    )
    text = (
        '<PMML version="4.4" xmlns="http://www.dmg.org/PMML-4_4"><NearestNeighborModel '
        f'functionName="regression" numberOfNeighbors="1"><TrainingInstances>'
        f"<InlineTable>\n{lines}</InlineTable></TrainingInstances>"
        "</NearestNeighborModel></PMML>"
    )
    return [("pmml", text.encode())]


def markup_model_back(files) -> Values:
    return re.findall("<a>(.+?)</a><b>(.+?)</b><c>(.+?)</c><y>(.+?)</y>", files[0].decode())


@technique("persons", NAME, ID, TEL)
def map_features(rows, rng) -> Files:
    """A GeoJSON map whose points have people as properties."""
    features = [
        {
            "type": "Feature",
            "geometry": {
                "type": "Point",
                "coordinates": [round(rng.uniform(106, 108), 4), round(rng.uniform(27, 29), 4)],
            },
            "properties": {"title": r[NAME], "a": r[ID], "b": int(r[TEL])},
        }
        for r in rows
    ]
    return [
        (
            "geojson",
            json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False).encode(),
        )
    ]


def map_features_back(files) -> Values:
    items = [f["properties"] for f in json.loads(files[0])["features"]]
    return [(p["title"], p["a"], str(p["b"])) for p in items]


@technique("firms", USCC, FIRM, CAP)
def dump_in_member(rows, _rng) -> Files:
    """A database dump inside a Python wheel of statistics code."""
    members = [
        ("stats/__init__.py", b'"""Statistics."""\n'),
        ("stats/data/ref.csv", person_bytes(rows, (USCC, FIRM, CAP))),
        ("stats-1.0.dist-info/METADATA", b"Metadata-Version: 2.1\nName: stats\nVersion: 1.0\n"),
    ]
    return [("whl", zip_bytes(members))]


def dump_in_member_back(files) -> Values:
    with zipfile.ZipFile(io.BytesIO(files[0])) as archive:
        return person_values(archive.read("stats/data/ref.csv"))
