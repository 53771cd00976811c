"""Arrays: safetensors, ONNX and NumPy with texts as code points, strings and structures."""

from __future__ import annotations

import io
import json
import random
import struct
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from bench.eighth_b.honest import aggregate
from bench.eighth_b.kit import unzipped, zipped
from bench.sixth.core import BOOK, CARE, MONEY, Files, Row, Values, grid, technique

NAMES = {"float32": "F32", "uint32": "U32", "uint8": "U8"}


def weights(rng: random.Random, *shape: int) -> NDArray[np.float32]:
    """Weights of a small model."""
    return np.random.default_rng(rng.getrandbits(32)).normal(0, 0.05, shape).astype(np.float32)


def safetensors(tensors: dict[str, NDArray[np.generic]], metadata: dict[str, str] | None = None) -> bytes:
    """Tensors in the safetensors layout."""
    head: dict[str, object] = {"__metadata__": {"format": "pt", **(metadata or {})}}
    body = b""
    for name, tensor in tensors.items():
        data = tensor.tobytes()
        ends = [len(body), len(body) + len(data)]
        head[name] = {"dtype": NAMES[str(tensor.dtype)], "shape": list(tensor.shape), "data_offsets": ends}
        body += data
    text = json.dumps(head).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + body


def safetensor(data: bytes, name: str) -> NDArray[np.generic]:
    """One tensor of a safetensors file."""
    (length,) = struct.unpack_from("<Q", data)
    entry = json.loads(data[8 : 8 + length])[name]
    kind = next(kind for kind, short in NAMES.items() if short == entry["dtype"])
    start, end = entry["data_offsets"]
    body = data[8 + length + start : 8 + length + end]
    return np.frombuffer(body, kind).reshape(entry["shape"])


@technique("F6", "persons", *CARE)
def safetensors_codepoints(rows: list[Row], rng: random.Random) -> Files:
    """Beside a model's weights, tensors of integers hold the code points of a column each."""
    tensors: dict[str, NDArray[np.generic]] = {"fc.weight": weights(rng, 64, 16), "fc.bias": weights(rng, 16)}
    for index, column in enumerate(CARE):
        texts = np.array([row[column] for row in rows])
        tensors[f"embed.{index}.ids"] = texts.view(np.uint32).reshape(len(rows), -1)
    return [("safetensors", safetensors(tensors))]


def safetensors_codepoints_back(files: list[bytes]) -> Values:
    """The texts that the integers spell."""
    columns = []
    for index in range(len(CARE)):
        codes = safetensor(files[0], f"embed.{index}.ids")
        columns.append(["".join(chr(int(c)) for c in line if c) for line in codes.tolist()])
    return list(zip(*columns, strict=True))


def varint(value: int) -> bytes:
    """An integer in groups of seven bits."""
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def field(number: int, value: int | bytes | str) -> bytes:
    """A field of a protocol buffer."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The fields of a protocol buffer of integers and byte strings."""
    place = 0

    def read() -> int:
        nonlocal place
        value = shift = 0
        while True:
            byte = data[place]
            place += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while place < len(data):
        key = read()
        if key & 7:
            length = read()
            yield key >> 3, data[place : place + length]
            place += length
        else:
            yield key >> 3, read()


def tensor(name: str, shape: tuple[int, ...], kind: int, content: bytes) -> bytes:
    """A tensor of an ONNX graph with ready content."""
    return b"".join(field(1, size) for size in shape) + field(2, kind) + content + field(8, name)


def info(name: str, kind: int, *shape: int) -> bytes:
    """The declaration of an input or output of an ONNX graph."""
    sizes = b"".join(field(1, field(1, size)) for size in shape)
    return field(1, name) + field(2, field(1, field(1, kind) + field(2, sizes)))


def model(rng: random.Random, initializers: list[bytes], properties: dict[str, str] | None = None) -> bytes:
    """An ONNX model that multiplies by a matrix, with more initializers and properties."""
    matrix = tensor("W", (8, 4), 1, field(9, weights(rng, 8, 4).tobytes()))
    node = field(1, "X") + field(1, "W") + field(2, "Y") + field(3, "mm") + field(4, "MatMul")
    graph = field(1, node) + field(2, "score") + b"".join(field(5, t) for t in [matrix, *initializers])
    graph += field(11, info("X", 1, 1, 8)) + field(12, info("Y", 1, 1, 4))
    notes = b"".join(field(14, field(1, k) + field(2, v)) for k, v in (properties or {}).items())
    return field(1, 8) + field(2, "pytorch") + field(7, graph) + field(8, field(2, 17)) + notes


@technique("F6", "firms", *BOOK)
def onnx_string_initializer(rows: list[Row], rng: random.Random) -> Files:
    """A tensor of strings that no node of a model uses is the table, row after row."""
    content = b"".join(field(6, value) for row in grid(rows, *BOOK) for value in row)
    return [("onnx", model(rng, [tensor("vocab", (len(rows), 3), 8, content)]))]


def onnx_string_initializer_back(files: list[bytes]) -> Values:
    """The strings of the tensor, three a record."""
    graph = next(v for n, v in fields(files[0]) if n == 7 and isinstance(v, bytes))
    initializers = [v for n, v in fields(graph) if n == 5 and isinstance(v, bytes)]
    texts = [v.decode() for n, v in fields(initializers[1]) if n == 6 and isinstance(v, bytes)]
    return [tuple(texts[i : i + 3]) for i in range(0, len(texts), 3)]


def npy(array: NDArray[np.generic]) -> bytes:
    """An array as an npy file."""
    out = io.BytesIO()
    np.save(out, array, allow_pickle=False)
    return out.getvalue()


@technique("F6", "firms", *MONEY)
def npz_structured_member(rows: list[Row], rng: random.Random) -> Files:
    """Among honest arrays an archive has a structured one with texts and floating sums."""
    totals = np.array([int(row[1]) for row in aggregate(rng)])
    width = max(len(row[MONEY[0]]) for row in rows)
    kind = np.dtype([("k", f"<U{width}"), ("a", "<f8"), ("b", "<f8")])
    table = np.array([(a, float(b), float(c)) for a, b, c in grid(rows, *MONEY)], kind)
    parts = {"totals.npy": npy(totals), "lookup.npy": npy(table), "weights.npy": npy(weights(rng, 12, 3))}
    return [("npz", zipped(parts))]


def npz_structured_member_back(files: list[bytes]) -> Values:
    """The fields of the structured array."""
    table = np.load(io.BytesIO(unzipped(files[0])["lookup.npy"]))
    return [(str(a), f"{b:.2f}", f"{c:.2f}") for a, b, c in table.tolist()]
