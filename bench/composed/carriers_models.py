"""Carriers in safetensors and ONNX."""

from __future__ import annotations

import json
import random
import struct
from collections.abc import Iterator

import numpy as np

from bench.composed.carriers import carrier
from bench.composed.kinds import Around, pieces

Tensors = dict[str, tuple[str, list[int], bytes]]


def weights(company: Around, rng: random.Random) -> Tensors:
    """The honest arrays: a small layer, or a single number."""
    if company.alone:
        return {"scale": ("F32", [1], struct.pack("<f", 1.0))}
    values = np.random.default_rng(rng.randrange(2**32)).normal(0, 0.1, (16, 8)).astype("<f4")
    return {"fc.weight": ("F32", [16, 8], values.tobytes()), "fc.bias": ("F32", [16], bytes(64))}


def safe_file(tensors: Tensors, metadata: dict[str, str]) -> bytes:
    """A safetensors file."""
    head: dict[str, object] = {"__metadata__": metadata}
    body = b""
    for name, (kind, dims, data) in tensors.items():
        head[name] = {"dtype": kind, "shape": dims, "data_offsets": [len(body), len(body) + len(data)]}
        body += data
    text = json.dumps(head, ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + body


def safe_head(data: bytes) -> tuple[dict[str, dict[str, object]], bytes]:
    """Its header and its body."""
    (size,) = struct.unpack("<Q", data[:8])
    return json.loads(data[8 : 8 + size]), data[8 + size :]


def safe_array(data: bytes, company: Around, rng: random.Random) -> bytes:
    """The bytes of an array."""
    return safe_file({**weights(company, rng), "embed.table": ("U8", [len(data)], data)}, {"format": "pt"})


def safe_array_back(data: bytes) -> bytes:
    """The array."""
    head, body = safe_head(data)
    offsets = head["embed.table"]["data_offsets"]
    assert isinstance(offsets, list)
    return body[offsets[0] : offsets[1]]


def safe_metadata(data: bytes, company: Around, rng: random.Random) -> bytes:
    """A value of the metadata."""
    return safe_file(weights(company, rng), {"format": "pt", "notes": data.decode()})


def safe_metadata_back(data: bytes) -> bytes:
    """The value."""
    return str(safe_head(data)[0]["__metadata__"]["notes"]).encode()


def varint(value: int) -> bytes:
    """A number of a protocol buffer."""
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def member(number: int, value: int | bytes | str) -> bytes:
    """A field of a protocol buffer."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def members(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The fields of a protocol buffer of numbers and bytes."""
    place = 0

    def number() -> int:
        """The number that comes next."""
        nonlocal place
        value, turn = 0, 0
        while True:
            byte = data[place]
            place += 1
            value |= (byte & 127) << turn
            turn += 7
            if byte < 128:
                return value

    while place < len(data):
        tag = number()
        size = number()
        if tag & 7 == 0:
            yield tag >> 3, size
        else:
            yield tag >> 3, data[place : place + size]
            place += size


def tensor(name: str, kind: int, dims: list[int], data: bytes) -> bytes:
    """An array of an ONNX model."""
    return b"".join(member(1, size) for size in dims) + member(2, kind) + member(8, name) + member(9, data)


def value_info(name: str, dims: list[int]) -> bytes:
    """An input or output of floats."""
    shape = b"".join(member(1, member(1, size)) for size in dims)
    return member(1, name) + member(2, member(1, member(1, 1) + member(2, shape)))


def model(tensors: Tensors, metadata: dict[str, str]) -> bytes:
    """An ONNX model that hands its input on, with initializers."""
    graph = member(1, member(1, "x") + member(2, "y") + member(4, "Identity")) + member(2, "main")
    for name, (kind, dims, data) in tensors.items():
        graph += member(5, tensor(name, {"F32": 1, "U8": 2}[kind], dims, data))
    graph += member(11, value_info("x", [1, 8])) + member(12, value_info("y", [1, 8]))
    out = member(1, 8) + member(2, "stat") + member(7, graph) + member(8, member(2, 13))
    for key, text in metadata.items():
        out += member(14, member(1, key) + member(2, text))
    return out


def onnx_array(data: bytes, company: Around, rng: random.Random) -> bytes:
    """The bytes of an initializer."""
    return model({**weights(company, rng), "embed.table": ("U8", [len(data)], data)}, {})


def onnx_array_back(data: bytes) -> bytes:
    """The last initializer."""
    graph = next(value for number, value in members(data) if number == 7)
    assert isinstance(graph, bytes)
    arrays = [value for number, value in members(graph) if number == 5]
    assert isinstance(arrays[-1], bytes)
    found = dict(members(arrays[-1]))[9]
    assert isinstance(found, bytes)
    return found


def onnx_metadata(data: bytes, company: Around, rng: random.Random) -> bytes:
    """Values of the metadata."""
    parts = pieces(data.decode(), 4000)
    return model(weights(company, rng), {f"note{i}": part for i, part in enumerate(parts)})


def onnx_metadata_back(data: bytes) -> bytes:
    """The values in their order."""
    found = b""
    for number, value in members(data):
        if number == 14 and isinstance(value, bytes):
            text = dict(members(value)).get(2, b"")
            found += text if isinstance(text, bytes) else b""
    return found


carrier("safetensors_array", "models", "safetensors", safe_array, safe_array_back, True)
carrier("safetensors_metadata", "models", "safetensors", safe_metadata, safe_metadata_back)
carrier("onnx_array", "models", "onnx", onnx_array, onnx_array_back, True)
carrier("onnx_metadata", "models", "onnx", onnx_metadata, onnx_metadata_back)
