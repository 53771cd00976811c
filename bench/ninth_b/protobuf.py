"""The little of protobuf and of safetensors that models need."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.ninth_b.footer import varint

Fields = list[tuple[int, int | bytes]]
Array = NDArray[Any]
TYPES = {"float32": 1, "uint8": 2, "int8": 3, "uint16": 4, "int32": 6, "int64": 7, "float64": 11}
NAMES = {"F32": "float32", "F64": "float64", "I32": "int32", "I64": "int64", "U8": "uint8", "U16": "uint16"}


def field(number: int, value: int | str | bytes) -> bytes:
    """A field of a message."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    raw = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(raw)) + raw


def fields(data: bytes) -> Fields:
    """The fields of a message of numbers and byte strings."""
    place = 0
    found: Fields = []

    def take() -> int:
        nonlocal place
        number = shift = 0
        while True:
            byte = data[place]
            place += 1
            number |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return number

    while place < len(data):
        key = take()
        size = take()
        if key & 7 == 2:
            found.append((key >> 3, data[place : place + size]))
            place += size
        else:
            found.append((key >> 3, size))
    return found


def part(data: bytes, number: int) -> list[bytes]:
    """The byte strings of one field."""
    return [value for key, value in fields(data) if key == number and isinstance(value, bytes)]


def tensor(name: str, array: Array) -> bytes:
    """An initializer with raw data."""
    dims = b"".join(field(1, size) for size in array.shape)
    kind = field(2, TYPES[array.dtype.name])
    return field(5, dims + kind + field(8, name) + field(9, array.tobytes()))


def face(number: int, name: str, size: int) -> bytes:
    """An input or output of a graph: one line of so many floats."""
    shape = field(1, field(1, 1)) + field(1, field(1, size))
    return field(number, field(1, name) + field(2, field(1, field(1, 1) + field(2, shape))))


def onnx(weight: Array, initializers: bytes, note: str = "", nodes: bytes = b"") -> bytes:
    """A model in ONNX: one honest layer, further initializers and nodes, and a note."""
    layer = field(1, "x") + field(1, "w") + field(2, "y") + field(3, "dense") + field(4, "MatMul")
    graph = field(1, layer) + nodes + field(2, "risk") + tensor("w", weight) + initializers
    graph += (
        (field(10, note) if note else b"") + face(11, "x", weight.shape[0]) + face(12, "y", weight.shape[1])
    )
    opset = field(8, field(1, "") + field(2, 17))
    return field(1, 8) + field(2, "city-ml") + field(7, graph) + opset


def onnx_graph(data: bytes) -> bytes:
    """The graph of a model."""
    return part(data, 7)[0]


def onnx_arrays(data: bytes) -> dict[str, Array]:
    """The initializers of a model."""
    kinds = {code: name for name, code in TYPES.items()}
    found: dict[str, Array] = {}
    for one in part(onnx_graph(data), 5):
        parts = fields(one)
        dims = [value for key, value in parts if key == 1 and isinstance(value, int)]
        kind = next(value for key, value in parts if key == 2 and isinstance(value, int))
        found[part(one, 8)[0].decode()] = np.frombuffer(part(one, 9)[0], kinds[kind]).reshape(dims)
    return found


def safetensors(arrays: Mapping[str, Array], meta: dict[str, str], gap: bytes = b"") -> bytes:
    """A file of tensors with its head."""
    codes = {name: code for code, name in NAMES.items()}
    head: dict[str, object] = {"__metadata__": meta}
    body = b""
    for name, array in arrays.items():
        raw = array.tobytes()
        places = [len(body), len(body) + len(raw)]
        head[name] = {"dtype": codes[array.dtype.name], "shape": list(array.shape), "data_offsets": places}
        body += raw
    text = json.dumps(head, ensure_ascii=False).encode()
    return struct.pack("<Q", len(text)) + text + body + gap


def safe_arrays(data: bytes) -> tuple[dict[str, Array], dict[str, str]]:
    """The tensors of a file and its notes."""
    (size,) = struct.unpack("<Q", data[:8])
    head = json.loads(data[8 : 8 + size])
    meta = head.pop("__metadata__")
    found: dict[str, Array] = {}
    for name, item in head.items():
        first, last = item["data_offsets"]
        raw = data[8 + size + first : 8 + size + last]
        found[name] = np.frombuffer(raw, NAMES[item["dtype"]]).reshape(item["shape"])
    return found, meta
