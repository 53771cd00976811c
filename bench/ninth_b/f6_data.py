"""Data files and models: Parquet beside its columns, safetensors and ONNX beside honest weights."""

from __future__ import annotations

import base64
import io
import json
import lzma
import random
import struct
import zlib

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench.eighth_a.honest import Table, summary
from bench.ninth_b.footer import with_front_gap
from bench.ninth_b.kit import amount, cents, from_wan, in_wan, joined, parted, serial, unserial, xored
from bench.ninth_b.protobuf import (
    Array,
    field,
    onnx,
    onnx_arrays,
    onnx_graph,
    part,
    safe_arrays,
    safetensors,
    tensor,
)
from bench.sixth.core import (
    AMT,
    BIRTH,
    BOOK,
    BOSS,
    CAP,
    CARE,
    DIST,
    FIRM,
    FOUND,
    FTEL,
    ID,
    INCOME,
    NAME,
    SICK,
    STAFF,
    TEL,
    TRADE,
    USCC,
    VISIT,
    WEAK,
    WHO,
    Files,
    Row,
    Values,
    grid,
    id_text,
    technique,
)


def arrow(rows: Table) -> pa.Table:
    """A summary as a table of texts."""
    head, *body = rows
    return pa.table({name: [row[i] for row in body] for i, name in enumerate(head)})


def parquet(table: pa.Table, **options: object) -> bytes:
    """A Parquet file of a table."""
    buffer = io.BytesIO()
    with pa.PythonFile(buffer, mode="w") as sink:
        pq.write_table(table, sink, **options)
        return buffer.getvalue()


def weights(rng: random.Random, *shape: int) -> Array:
    """Honest weights of a layer."""
    return np.random.default_rng(rng.getrandbits(32)).normal(0, 0.05, shape).astype(np.float32)


@technique("F6+F2", "persons", *WHO)
def parquet_field_notes(rows: list[Row], rng: random.Random) -> Files:
    """The notes of each field of an aggregate: the fields hold a column of the records each, as JSON."""
    table = arrow(summary("who", rng))
    order = rng.sample(rows, len(rows))
    key = rng.choice(("comment", "description", "ARROW:note"))
    fields = list(table.schema)
    for i, column in enumerate(WHO):
        text = json.dumps({"unit": "", "categories": [row[column] for row in order]}, ensure_ascii=False)
        fields[i + 1] = fields[i + 1].with_metadata({key: text})
    return [("parquet", parquet(table.cast(pa.schema(fields))))]


def parquet_field_notes_back(files: list[bytes]) -> Values:
    """Put the notes of the fields side by side."""
    notes = [item.metadata or {} for item in pq.read_schema(io.BytesIO(files[0]))]
    found = [json.loads(text) for note in notes for text in note.values() if text[:1] == b"{"]
    return list(zip(*(item["categories"] for item in found), strict=True))


@technique("F6+F3", "persons", *CARE)
def parquet_front_gap(rows: list[Row], rng: random.Random) -> Files:
    """A gap between the first mark and the first page: the records under xz or zlib."""
    text = joined(grid(rows, *CARE), "|").encode()
    packed = rng.choice((lzma.compress, zlib.compress))(text)
    return [("parquet", with_front_gap(parquet(arrow(summary("care", rng))), packed))]


def parquet_front_gap_back(files: list[bytes]) -> Values:
    """Unpack what lies before the first page."""
    group = pq.ParquetFile(io.BytesIO(files[0])).metadata.row_group(0).column(0)
    first = group.dictionary_page_offset or group.data_page_offset
    packed = files[0][4:first]
    text = lzma.decompress(packed) if packed[:1] == b"\xfd" else zlib.decompress(packed)
    return parted(text.decode(), "|")


@technique("F6+F2", "firms", FIRM, FOUND, CAP)
def parquet_frame_attributes(rows: list[Row], rng: random.Random) -> Files:
    """The attributes of a data frame in the file's notes: a tree by trade and year under the lineage."""
    tree: dict[str, dict[str, list[list[str]]]] = {}
    for row in rows:
        year, rest = row[FOUND][:4], row[FOUND][5:]
        tree.setdefault(row[TRADE], {}).setdefault(year, []).append([row[FIRM], rest, in_wan(row[CAP])])
    notes = {"lineage": {"job": f"agg-{rng.randint(10, 99)}", "inputs": tree}, "owner": "统计科"}
    table = arrow(summary("firm", rng)).replace_schema_metadata({"PANDAS_ATTRS": json.dumps(notes)})
    return [("parquet", parquet(table))]


def parquet_frame_attributes_back(files: list[bytes]) -> Values:
    """Walk the tree."""
    notes = pq.read_schema(io.BytesIO(files[0])).metadata[b"PANDAS_ATTRS"]
    tree = json.loads(notes)["lineage"]["inputs"]
    return [
        (name, f"{year}-{rest}", from_wan(capital))
        for years in tree.values()
        for year, leaves in years.items()
        for name, rest, capital in leaves
    ]


@technique("F6+F3", "firms", *BOOK)
def parquet_tail_gap(rows: list[Row], rng: random.Random) -> Files:
    """A gap between the last page and the footer: base 85 of the register, changed by one byte."""
    plain = parquet(arrow(summary("firm", rng)))
    (size,) = struct.unpack("<I", plain[-8:-4])
    text = joined(grid(rows, *BOOK), "\t").encode(rng.choice(("utf-8", "gb18030")))
    gap = base64.b85encode(xored(text, bytes((rng.randint(1, 255),))))
    cut = len(plain) - 8 - size
    return [("parquet", plain[:cut] + gap + plain[cut:])]


def parquet_tail_gap_back(files: list[bytes]) -> Values:
    """The end of the last page is known from the footer; the tabs tell the byte."""
    meta = pq.ParquetFile(io.BytesIO(files[0])).metadata
    group = meta.row_group(meta.num_row_groups - 1)
    ends = []
    for i in range(group.num_columns):
        column = group.column(i)
        ends.append((column.dictionary_page_offset or column.data_page_offset) + column.total_compressed_size)
    (size,) = struct.unpack("<I", files[0][-8:-4])
    data = base64.b85decode(files[0][max(ends) : -8 - size])
    for key in range(1, 256):
        text = xored(data, bytes((key,)))
        for code in ("utf-8", "gb18030"):
            try:
                found = parted(text.decode(code), "\t")
            except UnicodeDecodeError:
                continue
            if all(len(row) == 3 and row[2].isdecimal() and len(row[1]) == 18 for row in found):
                return found
    return []


@technique("F6+F1", "persons", *WEAK)
def parquet_quantiles_column(rows: list[Row], rng: random.Random) -> Files:
    """Lists within an aggregate: for each district a list of numbers for days and sums, scaled."""
    scale = rng.choice((0.01, 0.1, 0.5))
    groups: dict[str, list[list[float]]] = {}
    for row in rows:
        line = [float(serial(row[BIRTH])), float(serial(row[VISIT])), cents(row[AMT]) * scale]
        groups.setdefault(row[DIST], []).append(line)
    table = pa.table(
        {
            "行政区划": list(groups),
            "就诊人次": [rng.randint(400, 9000) for _ in groups],
            "分布": [[value for line in lines for value in line] for lines in groups.values()],
            "刻度": [scale] * len(groups),
        }
    )
    return [("parquet", parquet(table, compression="zstd"))]


def parquet_quantiles_column_back(files: list[bytes]) -> Values:
    """Cut the lists into threes."""
    values: Values = []
    for row in pq.read_table(io.BytesIO(files[0])).to_pylist():
        for born, visit, cost in zip(*[iter(row["分布"])] * 3, strict=True):
            values.append((unserial(int(born)), unserial(int(visit)), amount(round(cost / row["刻度"]))))
    return values


@technique("F6+F1", "persons", *WEAK)
def safetensors_scaled_bias(rows: list[Row], rng: random.Random) -> Files:
    """A bias of doubles beside honest weights: columns scaled and moved as the head's notes say."""
    slopes = [rng.choice((0.001, 0.0005, 0.002)) for _ in range(3)]
    shifts = [rng.randint(-20, 20) for _ in range(3)]
    lines = [[serial(born), serial(visit), cents(cost)] for born, visit, cost in grid(rows, *WEAK)]
    bias = np.array(lines, np.float64) * slopes + shifts
    arrays = {
        "encoder.weight": weights(rng, 16, 24),
        "encoder.bias": bias,
        "head.weight": weights(rng, 24, 3),
    }
    meta = {"format": "pt", "scale": json.dumps(slopes), "zero_point": json.dumps(shifts)}
    return [("safetensors", safetensors(arrays, meta))]


def safetensors_scaled_bias_back(files: list[bytes]) -> Values:
    """Undo scale and shift."""
    arrays, meta = safe_arrays(files[0])
    lines = (arrays["encoder.bias"] - np.array(json.loads(meta["zero_point"]))) / json.loads(meta["scale"])
    return [(unserial(a), unserial(b), amount(c)) for a, b, c in np.rint(lines).astype(int).tolist()]


@technique("F6+F2", "firms", FIRM, BOSS, FTEL)
def safetensors_vocabulary(rows: list[Row], rng: random.Random) -> Files:
    """A vocabulary in the notes of a model: its entries are the cells, an array of ids gives the rows."""
    cells = [value for row in grid(rows, FIRM, BOSS, FTEL) for value in row]
    words = sorted(set(cells))
    rng.shuffle(words)
    places = {word: i for i, word in enumerate(words)}
    ids = np.array([places[value] for value in cells], np.int32).reshape(len(rows), 3)
    arrays = {"embed.weight": weights(rng, len(words), 8), "embed.pairs": ids}
    return [("safetensors", safetensors(arrays, {"vocab": json.dumps(words, ensure_ascii=False)}))]


def safetensors_vocabulary_back(files: list[bytes]) -> Values:
    """Look the ids up."""
    arrays, meta = safe_arrays(files[0])
    words = json.loads(meta["vocab"])
    return [tuple(words[i] for i in line) for line in arrays["embed.pairs"].tolist()]


@technique("F6", "persons", *WHO)
def safetensors_number_columns(rows: list[Row], rng: random.Random) -> Files:
    """Whole numbers of 64 bits: the first places of resident numbers, the phones, the names' code points."""
    names = np.array([[ord(c) for c in row[NAME].ljust(4)] for row in rows], np.int64)
    numbers = np.array([[int(row[ID][:17]), int(row[TEL])] for row in rows], np.int64)
    first, second = rng.choice((("token_ids", "position_ids"), ("edge_index", "edge_attr")))
    arrays = {"layer.0.weight": weights(rng, 12, 12), first: names, second: numbers}
    return [("safetensors", safetensors(arrays, {"format": "np", "keys": f"{first},{second}"}))]


def safetensors_number_columns_back(files: list[bytes]) -> Values:
    """Turn the numbers into text."""
    arrays, meta = safe_arrays(files[0])
    names, numbers = (arrays[key].tolist() for key in meta["keys"].split(","))
    told = ("".join(map(chr, line)).rstrip() for line in names)
    return [(name, id_text(a), str(b)) for name, (a, b) in zip(told, numbers, strict=True)]


@technique("F6+F1", "firms", USCC, CAP, INCOME)
def onnx_tree_thresholds(rows: list[Row], rng: random.Random) -> Files:
    """Thresholds of a forest: credit codes as bytes, sums scaled in two columns of doubles."""
    codes = np.array([list(row[USCC].encode()) for row in rows], np.uint8)
    factor = rng.choice((1.0, 0.5, 0.25))
    sums = np.array([[cents(row[CAP]) * factor, cents(row[INCOME]) * factor] for row in rows], np.float64)
    data = tensor_list({"nodes_featureids": codes, "nodes_values": sums})
    data += tensor_list({"factor": np.array([factor], np.float64)})
    return [("onnx", onnx(weights(rng, 10, 6), data))]


def tensor_list(arrays: dict[str, Array]) -> bytes:
    """Initializers one after another."""
    return b"".join(tensor(name, array) for name, array in arrays.items())


def onnx_tree_thresholds_back(files: list[bytes]) -> Values:
    """Read the bytes and divide the sums."""
    arrays = onnx_arrays(files[0])
    sums = np.rint(arrays["nodes_values"] / arrays["factor"]).astype(np.int64).tolist()
    values: Values = []
    for digits, (capital, income) in zip(arrays["nodes_featureids"].tolist(), sums, strict=True):
        values.append((bytes(digits).decode(), amount(capital), amount(income)))
    return values


@technique("F6+F3", "persons", NAME, TEL, SICK)
def onnx_embedding_bytes(rows: list[Row], rng: random.Random) -> Files:
    """An embedding table of 16 bits: each line a record in UTF-16, padded; some honest lines of weights."""
    lines = ["\x1f".join(row) for row in grid(rows, NAME, TEL, SICK)]
    width = max(map(len, lines)) + rng.randint(1, 5)
    table = np.array([[ord(c) for c in line.ljust(width, "\0")] for line in lines], np.uint16)
    data = tensor_list({"vocab_embed": table, "out": weights(rng, 8)})
    return [("onnx", onnx(weights(rng, 20, 8), data))]


def onnx_embedding_bytes_back(files: list[bytes]) -> Values:
    """Read the lines of the table as text."""
    lines = onnx_arrays(files[0])["vocab_embed"].tolist()
    return [tuple("".join(map(chr, line)).rstrip("\0").split("\x1f")) for line in lines]


@technique("F6", "persons", *CARE)
def onnx_node_notes(rows: list[Row], rng: random.Random) -> Files:
    """The notes and names of nodes that compute nothing of use."""
    nodes = b""
    for i, (name, born, visit, cost) in enumerate(grid(rows, *CARE)):
        node = field(3, f"n_{born}_{visit}")
        node += field(1, f"t{i}" if i else "y") + field(2, f"t{i + 1}") + field(4, "Identity")
        nodes += field(1, node + field(6, f"{name}:{cost}"))
    return [("onnx", onnx(weights(rng, 30, 12), b"", rng.choice(("", "risk model")), nodes))]


def onnx_node_notes_back(files: list[bytes]) -> Values:
    """Read names and notes of the nodes."""
    values: Values = []
    for node in part(onnx_graph(files[0]), 1):
        for note in part(node, 6):
            _, born, visit = part(node, 3)[0].decode().split("_")
            name, _, cost = note.decode().partition(":")
            values.append((name, born, visit, cost))
    return values


@technique("F6+F1", "firms", FIRM, STAFF, CAP)
def parquet_dictionary_order(rows: list[Row], rng: random.Random) -> Files:
    """Categories whose dictionary holds the firms; their staff and capital as indices, scaled and moved."""
    slope, order = rng.randint(3, 9), rng.sample(rows, len(rows))
    head = {"scale": str(slope), "unit": "index"}
    table = pa.table(
        {
            "类目": pa.array([row[FIRM] for row in order]).dictionary_encode(),
            "人员指数": [int(row[STAFF]) * slope + 100 for row in order],
            "资本指数": [cents(row[CAP]) * slope + 100 for row in order],
        }
    )
    return [("parquet", parquet(table.replace_schema_metadata(head), row_group_size=rng.choice((7, 20))))]


def parquet_dictionary_order_back(files: list[bytes]) -> Values:
    """Undo the scale of the indices."""
    table = pq.read_table(io.BytesIO(files[0]))
    slope = int(table.schema.metadata[b"scale"])
    return [
        (row["类目"], str((row["人员指数"] - 100) // slope), amount((row["资本指数"] - 100) // slope))
        for row in table.to_pylist()
    ]
