"""Records as the estimates and parameters of models."""

import base64
import json
import re
import struct
from collections import defaultdict
from collections.abc import Sequence
from random import Random

import numpy

from bench.exam.core import (
    Fragment,
    Rows,
    bits,
    carries,
    core,
    found,
    fragments,
    framed,
    grid,
    payload,
    roles,
    sheet,
    technique,
    unframed,
    unpack,
    unsheet,
)
from bench.exam.documents import pieces
from bench.exam.models import dump


@technique("json", decoder=lambda data, columns: [
    {roles(columns).date: one["label"], roles(columns).money: (one["c"] - 0.006, one["c"] + 0.006)}
    for one in json.loads(data)["clusters"]])  # fmt: skip
def centroids_of_one(rows: Rows, _: Random) -> bytes:
    """Clusters of size one."""
    clusters = [{"label": a, "n": 1, "c": float(b)} for a, b in pieces(rows, "date", "money")]
    return dump({"kind": "kmeans", "clusters": clusters})


def _scored(data: bytes, columns: Sequence[str]) -> list[Fragment]:
    model = json.loads(data)
    points = numpy.array(model["scores"]) @ numpy.array(model["components"]) + numpy.array(model["mean"])
    return fragments(
        [(f"{a:.0f}", f"{b:.2f}") for a, b in points.tolist()], [roles(columns).phone, roles(columns).money]
    )


@technique("json", decoder=_scored)
def principal_components(rows: Rows, _: Random) -> bytes:
    """Scores times components plus mean are the data."""
    points = numpy.array([[float(a), float(b)] for a, b in pieces(rows, "phone", "money")])
    mean = points.mean(axis=0)
    turn = numpy.array([[0.6, 0.8], [-0.8, 0.6]])
    return dump(
        {"mean": mean.tolist(), "components": turn.tolist(), "scores": ((points - mean) @ turn.T).tolist()}
    )


@technique("bin", decoder=lambda data, columns: unpack(unframed(numpy.packbits(
    (numpy.frombuffer(data, "<u4") & 1).astype(bool)).tobytes()), columns))  # fmt: skip
def weight_low_bits(rows: Rows, random: Random) -> bytes:
    """The lowest bits of the mantissas of 32-bit weights."""
    stream = numpy.array(bits(framed(payload(rows))), numpy.uint32)
    weights = numpy.array([random.gauss(0, 0.02) for _ in range(len(stream))], "<f4")
    return (weights.view(numpy.uint32) & numpy.uint32(0xFFFFFFFE) | stream).tobytes()


@technique(
    "json", decoder=carries(lambda data: unframed(numpy.array(json.loads(data)["layer1"], "<f8").tobytes()))
)
def weights_are_bytes(rows: Rows, _: Random) -> bytes:
    """Weights whose eight bytes are text (UTF-8 never spells a float that is no number)."""
    data = framed(payload(rows))
    data += bytes(-len(data) % 8)
    return dump({"layer1": numpy.frombuffer(data, "<f8").tolist()})


@technique("json", decoder=lambda data, columns: fragments(
    list(zip([f"{x:.0f}" for x in json.loads(data)["X_thresholds_"]],
             [f"{y:.2f}" for y in json.loads(data)["y_thresholds_"]], strict=True)),
    [roles(columns).phone, roles(columns).money]))  # fmt: skip
def isotonic_steps(rows: Rows, _: Random) -> bytes:
    """The steps of a calibration curve are the points."""
    points = sorted((float(a), float(b)) for a, b in pieces(rows, "phone", "money"))
    return dump({"X_thresholds_": [x for x, _ in points], "y_thresholds_": [y for _, y in points]})


@technique("csv", decoder=lambda data, columns: fragments(
    [(*line[0].strip("{}").split(" & "), line[1].strip("{}")) for line in unsheet(data)[1:]],
    [roles(columns).area, roles(columns).date, roles(columns).money]))  # fmt: skip
def association_rules(rows: Rows, _: Random) -> bytes:
    """Rules with a support of one record."""
    lines = [
        [f"{{{a} & {b}}}", f"{{{c}}}", f"{1 / len(rows):.5f}", "1.0"]
        for a, b, c in pieces(rows, "area", "date", "money")
    ]
    return sheet([["antecedent", "consequent", "support", "confidence"], *lines])


@technique("jsonl", decoder=lambda data, columns: [
    dict(zip([roles(columns).name, roles(columns).phone, roles(columns).place],
             [json.loads(line)["prompt"][2:-3], *json.loads(line)["completion"].split("，")], strict=True))
    for line in data.splitlines()])  # fmt: skip
def fine_tuning_pairs(rows: Rows, _: Random) -> bytes:
    """Prompts and completions of a training file."""
    return b"\n".join(
        dump({"prompt": f"请答{a}在哪？", "completion": f"{b}，{c}"})
        for a, b, c in pieces(rows, "name", "phone", "place")
    )


@technique("jsonl", decoder=lambda data, columns: fragments(
    [("".join(token["LOWER"] for token in json.loads(line)["pattern"]), json.loads(line)["id"])
     for line in data.splitlines()], [roles(columns).name, roles(columns).id]))  # fmt: skip
def entity_patterns(rows: Rows, _: Random) -> bytes:
    """Patterns of an entity ruler, sign by sign."""
    return b"\n".join(
        dump({"label": "X", "id": b, "pattern": [{"LOWER": sign} for sign in a]})
        for a, b in pieces(rows, "name", "id")
    )


@technique("lp", decoder=found(r"^ c_(\w+): x_\w+ <= (\S+)$", "id", "money"))
def linear_programme(rows: Rows, _: Random) -> bytes:
    """Bounds of a linear programme."""
    bounds = [f" c_{a}: x_{place} <= {b}" for place, (a, b) in enumerate(pieces(rows, "id", "money"))]
    return "\n".join(["Maximize", " obj: x_0", "Subject To", *bounds, "End"]).encode()


MODULUS = 2**61 - 1


def _polynomial(values: Sequence[int]) -> list[int]:
    """Coefficients, modulo a prime, of the polynomial through (i, value): Newton's form, multiplied out."""
    table = list(values)
    for step in range(1, len(table)):
        for place in range(len(table) - 1, step - 1, -1):
            table[place] = (table[place] - table[place - 1]) * pow(step, -1, MODULUS) % MODULUS
    out = [0]
    for place in range(len(table) - 1, -1, -1):
        shifted = [0, *out]
        out = [
            (shifted[at] - place * (out[at] if at < len(out) else 0)) % MODULUS for at in range(len(shifted))
        ]
        out[0] = (out[0] + table[place]) % MODULUS
    return out


def _evaluated(coefficients: Sequence[int], point: int) -> int:
    total = 0
    for one in reversed(coefficients):
        total = (total * point + one) % MODULUS
    return total


@technique("json", limit=60, decoder=lambda data, columns: fragments(
    [(str(_evaluated(json.loads(data)["coef"], place)),) for place in range(json.loads(data)["n"])],
    [roles(columns).phone]))  # fmt: skip
def interpolating_polynomial(rows: Rows, _: Random) -> bytes:
    """A polynomial modulo 2^61 - 1 whose values at 0, 1, 2 … are phone numbers."""
    numbers = [int(one) for (one,) in pieces(rows, "phone")]
    return dump({"p": "2^61-1", "n": len(rows), "coef": _polynomial(numbers)})


@technique("json", decoder=lambda data, columns: fragments(
    [(key.split("|")[0], key.split("|")[1], money) for key, money in json.loads(data)["cpt"].items()],
    [roles(columns).date, roles(columns).area, roles(columns).money]))  # fmt: skip
def conditional_table(rows: Rows, _: Random) -> bytes:
    """A conditional table whose conditions hold for one record each."""
    return dump(
        {"parents": ["x", "y"], "cpt": {f"{a}|{b}": c for a, b, c in pieces(rows, "date", "area", "money")}}
    )


@technique(
    "json",
    decoder=lambda data, columns: unpack(base64.b64decode(json.loads(data)["graph"]["initializer"]), columns),
)
def graph_initializer(rows: Rows, _: Random) -> bytes:
    """Raw data of a network's constant."""
    return dump(
        {"ir_version": 9, "graph": {"node": [], "initializer": base64.b64encode(payload(rows)).decode()}}
    )


@technique(
    "index",
    decoder=lambda data, columns: fragments(
        [(f"1{a:05.0f}{b:05.0f}",) for a, b in struct.iter_unpack("<ff", data[12:])], [roles(columns).phone]
    ),
)
def vector_index(rows: Rows, _: Random) -> bytes:
    """Vectors of a search index: two coordinates are a phone number."""
    body = b"".join(struct.pack("<ff", float(one[1:6]), float(one[6:])) for (one,) in pieces(rows, "phone"))
    return b"IxFl" + struct.pack("<II", 2, len(rows)) + body


@technique("json", decoder=lambda data, columns: fragments(
    [(term, place) for term, places in json.loads(data)["postings"].items() for place in places],
    [roles(columns).kind, roles(columns).id]))  # fmt: skip
def inverted_index(rows: Rows, _: Random) -> bytes:
    """Postings from kinds to identifiers."""
    postings: dict[str, list[str]] = defaultdict(list)
    for kind, number in pieces(rows, "kind", "id"):
        postings[kind].append(number)
    return dump({"postings": postings})


@technique(
    "txt",
    decoder=lambda data, columns: fragments(
        re.findall(r"^If x is (\S+) then y = (\S+) \[n=1\]$", data.decode(), re.M),
        [roles(columns).phone, roles(columns).money],
    ),
)
def rules_in_words(rows: Rows, _: Random) -> bytes:
    """Rules of a model in words."""
    return "\n".join(f"If x is {a} then y = {b} [n=1]" for a, b in pieces(rows, "phone", "money")).encode()


@technique("json", decoder=lambda data, columns: fragments(
    [list(line) for line in zip(*json.loads(data)["examples"], strict=True)],
    core(columns)))  # fmt: skip
def profile_examples(rows: Rows, random: Random) -> bytes:
    """A data profile whose examples for each column are the column."""
    columns = [list(column) for column in zip(*grid(rows, core(rows[0])), strict=True)]
    return dump({"missing": random.random(), "examples": columns})
