"""Family i: models as ONNX, vocabularies, trees, vectors and clusters."""

from __future__ import annotations

import json
import random
import struct

from bench.fifth.arrays import weights
from bench.fifth.core import (
    BOOK,
    CAP,
    FIRM,
    ID,
    INCOME,
    NAME,
    TEL,
    USCC,
    Files,
    Row,
    Values,
    found,
    grid,
    id_text,
    numbers,
    shown,
    technique,
)
from bench.fifth.cover import AREAS


def field(number: int, data: bytes | int) -> bytes:
    """A field of a protocol buffer."""

    def varint(value: int) -> bytes:
        out = b""
        while value > 127:
            out, value = out + bytes([value & 127 | 128]), value >> 7
        return out + bytes([value])

    if isinstance(data, int):
        return varint(number << 3) + varint(data)
    return varint(number << 3 | 2) + varint(len(data)) + data


def onnx(initializers: list[bytes], extra: bytes = b"") -> bytes:
    """A model of one node with the initializers."""
    node = field(1, field(1, b"x") + field(1, b"w") + field(2, b"y") + field(4, b"MatMul"))
    graph = node + field(2, b"net") + b"".join(field(5, t) for t in initializers)
    return field(1, 8) + field(2, b"trainer") + field(7, graph) + field(8, field(2, 17)) + extra


def tensor(name: str, kind: int, size: list[int], body: bytes) -> bytes:
    """A tensor of ONNX with raw data."""
    return b"".join(field(1, d) for d in size) + field(2, kind) + field(8, name.encode()) + field(9, body)


@technique("i", "persons", ID)
def onnx_raw_data(rows: list[Row], rng: random.Random) -> Files:
    """Doubles of a constant of an ONNX model: the halves of numbers."""
    flat = [v for r in rows for v in (float(r[ID][:9]), float(r[ID][9:17]))]
    body = struct.pack(f"<{len(flat)}d", *flat)
    return [
        (
            "onnx",
            onnx([tensor("w", 1, [8, 8], weights(rng, 64)), tensor("offsets", 11, [len(rows), 2], body)]),
        )
    ]


def onnx_raw_data_back(files: list[bytes]) -> Values:
    """The doubles after the name of the constant."""
    start = files[0].index(b"offsets") + 7
    place, size, shift = start + 1, 0, 0
    while True:
        byte = files[0][place]
        size |= (byte & 127) << shift
        place, shift = place + 1, shift + 7
        if byte < 128:
            break
    flat = struct.unpack(f"<{size // 8}d", files[0][place : place + size])
    return [(id_text(int(a) * 10**8 + int(b)),) for a, b in zip(flat[::2], flat[1::2], strict=True)]


@technique("i", "firms", *BOOK)
def onnx_properties(rows: list[Row], rng: random.Random) -> Files:
    """Properties of a model, one a firm."""
    extra = b"".join(
        field(14, field(1, u.encode()) + field(2, f"{f}|{t}".encode())) for f, u, t in grid(rows, *BOOK)
    )
    return [("onnx", onnx([tensor("w", 1, [8, 8], weights(rng, 64))], extra))]


def onnx_properties_back(files: list[bytes]) -> Values:
    """The properties."""
    parts = found(r"\x0a\x12(\w{18})\x12.([^|]+)\|(\d{11})", files[0].decode("latin-1"))
    return [(f.encode("latin-1").decode(), u, t) for u, f, t in parts]


@technique("i", "persons", NAME, TEL)
def vocabulary(rows: list[Row], rng: random.Random) -> Files:
    """A tokenizer's vocabulary: names are tokens, their numbers are telephones less an offset of the file."""
    offset = rng.randint(10**9, 9 * 10**9)
    vocab = {
        **{a: i for i, a in enumerate(AREAS)},
        **{f"{n}</w>{i}": int(t) - offset for i, (n, t) in enumerate(grid(rows, NAME, TEL))},
    }
    return [
        (
            "json",
            json.dumps(
                {"model": {"type": "BPE", "base": offset, "vocab": vocab}}, ensure_ascii=False
            ).encode(),
        )
    ]


def vocabulary_back(files: list[bytes]) -> Values:
    """The offset added."""
    model = json.loads(files[0])["model"]
    return [(k.split("</w>")[0], str(v + model["base"])) for k, v in model["vocab"].items() if "</w>" in k]


@technique("i", "firms", FIRM, CAP, INCOME)
def tree_thresholds(rows: list[Row], _: random.Random) -> Files:
    """A boosted tree that grows a leaf a firm: thresholds and leaf values are its figures."""
    trees = [
        f"Tree={i}\nfeature_names={f}\nthreshold={c}\nleaf_value={i_}\nleaf_count=1\n"
        for i, (f, c, i_) in enumerate(grid(rows, FIRM, CAP, INCOME))
    ]
    return [("txt", ("tree\nversion=v4\nobjective=regression\n\n" + "\n".join(trees)).encode())]


def tree_thresholds_back(files: list[bytes]) -> Values:
    """The trees' lines."""
    return found(r"feature_names=(\S+)\nthreshold=(\S+)\nleaf_value=(\S+)\n", files[0].decode())


@technique("i", "persons", NAME, TEL)
def word_vectors(rows: list[Row], rng: random.Random) -> Files:
    """Vectors of words: the first eleven numbers of a name's line carry digits in the second place."""
    lines = [
        f"{n} "
        + " ".join(f"{rng.choice(('', '-'))}0.{rng.randint(0, 9)}{c}{rng.randint(0, 99):02d}" for c in t)
        for n, t in grid(rows, NAME, TEL)
    ]
    return [("vec", "\n".join([f"{len(rows)} 11", *lines]).encode())]


def word_vectors_back(files: list[bytes]) -> Values:
    """The second decimals."""
    lines = [line.split(" ") for line in files[0].decode().split("\n")[1:]]
    return [(n, "".join(v.split(".")[1][1] for v in vector)) for n, *vector in lines]


@technique("i", "firms", USCC, low=20)
def cluster_centres(rows: list[Row], _: random.Random) -> Files:
    """Centres of clusters of one firm each, in a JSON model: three coordinates are a code."""
    centres = []
    for number in numbers(rows, USCC):
        high, low = divmod(number, 10**15)
        centres.append({"n": 1, "c": [high / 1000, low // 10**8, low % 10**8 / 100]})
    return [("json", json.dumps({"kmeans": {"k": len(rows), "centres": centres}}).encode())]


def cluster_centres_back(files: list[bytes]) -> Values:
    """The coordinates put together."""
    out = []
    for item in json.loads(files[0])["kmeans"]["centres"]:
        a, b, c = item["c"]
        out.append(round(a * 1000) * 10**15 + b * 10**8 + round(c * 100))
    return shown(out, USCC)
