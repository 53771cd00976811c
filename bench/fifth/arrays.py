"""Family i: arrays and models: safetensors, NumPy, ONNX, vocabularies, trees."""

from __future__ import annotations

import io
import json
import random
import struct
import zipfile
from typing import Any

import numpy as np

from bench.fifth.core import (
    AMT,
    BIRTH,
    FIRM,
    FTEL,
    ID,
    NAME,
    TEL,
    VISIT,
    WHO,
    Files,
    Row,
    Values,
    cents,
    day,
    day_text,
    grid,
    id_text,
    packed,
    technique,
    text,
    unpacked,
    untext,
)
from bench.fifth.cover import zipped


def tensors(parts: dict[str, tuple[str, list[int], bytes]], notes: dict[str, str] | None = None) -> bytes:
    """A safetensors file of named arrays: type, shape, bytes."""
    head: dict[str, Any] = {"__metadata__": notes} if notes else {}
    place = 0
    for name, (kind, size, data) in parts.items():
        head[name] = {"dtype": kind, "shape": size, "data_offsets": [place, place + len(data)]}
        place += len(data)
    top = json.dumps(head, ensure_ascii=False).encode()
    top += b" " * (-len(top) % 8)
    return struct.pack("<Q", len(top)) + top + b"".join(data for _, _, data in parts.values())


def opened(data: bytes) -> tuple[dict[str, Any], bytes]:
    """The head and the arrays of a safetensors file."""
    size = int.from_bytes(data[:8], "little")
    return json.loads(data[8 : 8 + size]), data[8 + size :]


def weights(rng: random.Random, count: int) -> bytes:
    """Weights as a trained layer has them."""
    return struct.pack(f"<{count}f", *(rng.gauss(0, 0.05) for _ in range(count)))


@technique("i", "persons", *WHO)
def tensor_of_bytes(rows: list[Row], rng: random.Random) -> Files:
    """A byte array called a mask, beside honest weights."""
    body = text(rows, *WHO).encode()
    return [
        (
            "safetensors",
            tensors({"fc.weight": ("F32", [16, 8], weights(rng, 128)), "fc.mask": ("U8", [len(body)], body)}),
        )
    ]


def tensor_of_bytes_back(files: list[bytes]) -> Values:
    """The mask."""
    head, data = opened(files[0])
    start, end = head["fc.mask"]["data_offsets"]
    return untext(data[start:end].decode())


@technique("i", "persons", NAME, ID)
def tensor_notes(rows: list[Row], rng: random.Random) -> Files:
    """Notes in the head of a model."""
    notes = {"format": "pt", "labels": json.dumps(grid(rows, NAME, ID), ensure_ascii=False)}
    return [("safetensors", tensors({"w": ("F32", [64], weights(rng, 64))}, notes))]


def tensor_notes_back(files: list[bytes]) -> Values:
    """The notes."""
    return [tuple(x) for x in json.loads(opened(files[0])[0]["__metadata__"]["labels"])]


@technique("i", "persons", ID, TEL)
def tensor_of_integers(rows: list[Row], rng: random.Random) -> Files:
    """An index of whole numbers of 64 bits, two a person."""
    flat = [int(v) for z, t in grid(rows, ID, TEL) for v in (z[:17], t)]
    body = struct.pack(f"<{len(flat)}q", *flat)
    return [
        (
            "safetensors",
            tensors({"emb": ("F32", [256], weights(rng, 256)), "emb.index": ("I64", [len(rows), 2], body)}),
        )
    ]


def tensor_of_integers_back(files: list[bytes]) -> Values:
    """The numbers in pairs."""
    flat = struct.unpack(f"<{(len(opened(files[0])[1]) - 1024) // 8}q", opened(files[0])[1][1024:])
    return [(id_text(a), str(b)) for a, b in zip(flat[::2], flat[1::2], strict=True)]


@technique("i", "persons", TEL)
def low_bytes_of_weights(rows: list[Row], rng: random.Random) -> Files:
    """The lowest byte of each weight of a layer."""
    data = len(rows).to_bytes(2, "big") + packed(rows)
    body = bytearray(weights(rng, 512))
    for i, byte in enumerate(data):
        body[4 * i] = byte
    return [("safetensors", tensors({"layer1.weight": ("F32", [32, 16], bytes(body))}))]


def low_bytes_of_weights_back(files: list[bytes]) -> Values:
    """Every fourth byte."""
    data = opened(files[0])[1][::4]
    return unpacked(data[2 : 2 + 5 * int.from_bytes(data[:2], "big")])


@technique("i", "firms", FIRM, FTEL)
def names_of_tensors(rows: list[Row], rng: random.Random) -> Files:
    """One small array a firm, named by it."""
    return [
        (
            "safetensors",
            tensors({f"embed.{f}.{t}": ("F32", [4], weights(rng, 4)) for f, t in grid(rows, FIRM, FTEL)}),
        )
    ]


def names_of_tensors_back(files: list[bytes]) -> Values:
    """The names taken apart."""
    return [tuple(name.split(".")[1:]) for name in opened(files[0])[0]]


@technique("i", "persons", BIRTH, VISIT, AMT, low=20)
def numpy_archive(rows: list[Row], rng: random.Random) -> Files:
    """An archive of NumPy arrays: a matrix of days and cents beside predictions."""
    members = []
    matrix = np.array([[day(b), day(v), cents(a) / 100] for b, v, a in grid(rows, BIRTH, VISIT, AMT)])
    for name, array in (("y_hat", np.array([rng.random() for _ in rows])), ("X_val", matrix)):
        out = io.BytesIO()
        np.save(out, array)
        members.append((f"{name}.npy", out.getvalue()))
    return [("npz", zipped(members))]


def numpy_archive_back(files: list[bytes]) -> Values:
    """The matrix."""
    with zipfile.ZipFile(io.BytesIO(files[0])) as archive:
        matrix = np.load(io.BytesIO(archive.read("X_val.npy")))
    return [(day_text(int(b)), day_text(int(v)), f"{a:.2f}") for b, v, a in matrix]


@technique("i", "persons", *WHO)
def numpy_texts(rows: list[Row], _: random.Random) -> Files:
    """An array of texts of fixed length."""
    out = io.BytesIO()
    np.save(out, np.array(grid(rows, *WHO), dtype="<U18"))
    return [("npy", out.getvalue())]


def numpy_texts_back(files: list[bytes]) -> Values:
    """The texts."""
    return [tuple(str(v) for v in line) for line in np.load(io.BytesIO(files[0]))]
