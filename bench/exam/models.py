"""Records inside models: lists, trees, tables, vocabularies, parameters, training files."""

import json
from collections.abc import Sequence
from random import Random
from typing import Any

from bench.exam.core import (
    Fragment,
    Rows,
    found,
    fragments,
    payload,
    roles,
    technique,
    unpack,
)
from bench.exam.documents import pieces


def dump(model: object) -> bytes:
    return json.dumps(model, ensure_ascii=False).encode()


@technique(
    "json",
    decoder=lambda data, columns: fragments(
        [(rule["if"]["value"], rule["then"]) for rule in json.loads(data)["rules"]],
        [roles(columns).id, roles(columns).money],
    ),
)
def decision_list(rows: Rows, _: Random) -> bytes:
    """One rule for each identifier."""
    rules = [
        {"if": {"feature": "x0", "op": "==", "value": a}, "then": b} for a, b in pieces(rows, "id", "money")
    ]
    return dump({"kind": "decision_list", "rules": rules})


def _leaves(node: dict[str, Any], low: str = "") -> list[tuple[str, str]]:
    if "leaf" in node:
        return [(low, node["leaf"])]
    return _leaves(node["left"], low) + _leaves(node["right"], node["split"])


def _grow(lines: list[list[str]]) -> dict[str, Any]:
    if len(lines) == 1:
        return {"leaf": lines[0][1], "samples": 1}
    half = len(lines) // 2
    return {"split": lines[half][0], "left": _grow(lines[:half]), "right": _grow(lines[half:])}


@technique("json", decoder=lambda data, columns: fragments(
    _leaves(json.loads(data)["tree"]), [roles(columns).phone, roles(columns).money]))  # fmt: skip
def decision_tree(rows: Rows, _: Random) -> bytes:
    """A tree grown to one record a leaf: thresholds are phone numbers, leaves are amounts."""
    return dump({"kind": "tree", "feature": "x", "tree": _grow(sorted(pieces(rows, "phone", "money")))})


@technique("pmml", decoder=found(
    r'<SimplePredicate field="k" operator="equal" value="(.+?)"/>'
    r'<ScoreDistribution value="(.+?)" recordCount="1"/>',
    "id", "kind"))  # fmt: skip
def predictive_markup(rows: Rows, _: Random) -> bytes:
    """Nodes of a tree in PMML."""
    nodes = "\n".join(
        f'<Node><SimplePredicate field="k" operator="equal" value="{a}"/>'
        f'<ScoreDistribution value="{b}" recordCount="1"/></Node>'
        for a, b in pieces(rows, "id", "kind")
    )
    return f"<PMML><TreeModel>{nodes}</TreeModel></PMML>".encode()


@technique("json", decoder=lambda data, columns: fragments(
    [(f"{point[0]:.0f}", f"{point[1]:.2f}") for point in json.loads(data)["X_train"]],
    [roles(columns).phone, roles(columns).money]))  # fmt: skip
def nearest_neighbours(rows: Rows, _: Random) -> bytes:
    """A nearest-neighbour model is its training points."""
    points = [[float(a), float(b)] for a, b in pieces(rows, "phone", "money")]
    return dump({"kind": "knn", "k": 1, "X_train": points})


@technique("json", decoder=lambda data, columns: fragments(
    [(name.removeprefix("C(id)[T."), f"{value + json.loads(data)['intercept']:.2f}")
     for name, value in ((name.rstrip("]"), value) for name, value in json.loads(data)["coef"].items())],
    [roles(columns).id, roles(columns).money]))  # fmt: skip
def fixed_effects(rows: Rows, _: Random) -> bytes:
    """A regression with a dummy for each person: intercept plus effect is the amount."""
    coef = {f"C(id)[T.{a}]": float(b) - 2500.0 for a, b in pieces(rows, "id", "money")}
    return dump({"kind": "ols", "intercept": 2500.0, "coef": coef, "r2": 1.0})


@technique(
    "txt",
    decoder=lambda data, columns: fragments(
        [line.split(" ")[0].split("▁") for line in data.decode().split("\n")[1:]],
        [roles(columns).name, roles(columns).phone],
    ),
)
def word_vectors(rows: Rows, random: Random) -> bytes:
    """The words of an embedding file."""
    vectors = [" ".join(f"{random.gauss(0, 1):.4f}" for _ in range(8)) for _ in rows]
    lines = [
        f"{a}▁{b} {vector}" for (a, b), vector in zip(pieces(rows, "name", "phone"), vectors, strict=True)
    ]
    return "\n".join([f"{len(rows)} 8", *lines]).encode()


@technique(
    "json", decoder=lambda data, columns: unpack("\n".join(json.loads(data)["model"]["vocab"]), columns)
)
def tokenizer_vocabulary(rows: Rows, _: Random) -> bytes:
    """Whole records as words of a tokenizer."""
    lines = payload(rows, separator="|").decode().split("\n")
    return dump({"model": {"type": "WordLevel", "vocab": {line: place for place, line in enumerate(lines)}}})


@technique("arpa", decoder=lambda data, columns: fragments(
    [line.split("\t")[1].split(" ") for line in data.decode().split("\n")[3:]],
    [roles(columns).name, roles(columns).phone, roles(columns).money]))  # fmt: skip
def language_model(rows: Rows, random: Random) -> bytes:
    """Trigrams of a language model."""
    lines = [f"-{random.random():.3f}\t{a} {b} {c}" for a, b, c in pieces(rows, "name", "phone", "money")]
    return "\n".join(["\\data\\", f"ngram 3={len(rows)}", "\\3-grams:", *lines]).encode()


def _chained(data: bytes, columns: Sequence[str]) -> list[Fragment]:
    chain: dict[str, str] = json.loads(data)["next"]
    out = []
    for start in (key for key in chain if key.startswith("^^^^")):
        text = start
        while text[-1] != "$":
            text += chain[text[-6:]]
        out.append((text[6:-1],))
    return fragments([(start,) for (start,) in out], [roles(columns).phone])


@technique("json", decoder=_chained, source=None)
def markov_chain(rows: Rows, random: Random) -> bytes:
    """A deterministic chain of order six: from each start it spells one phone number (few collisions)."""
    chain: dict[str, str] = {}
    for place, (number,) in enumerate(pieces(rows, "phone")):
        text = f"^^^^{chr(0x4E00 + place)}{chr(0x5E00 + place)}{number}$"
        steps = {text[cut : cut + 6]: text[cut + 6] for cut in range(len(text) - 6)}
        if any(chain.get(key, sign) != sign for key, sign in steps.items()):
            continue
        chain |= steps
    assert random
    return dump({"order": 6, "next": chain})
