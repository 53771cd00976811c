"""Models written as ONNX by the gate: from its own values, in one spelling, without a note, name or date.

Opset 1 of ai.onnx.ml, figures of 32 bits, input `X` with one column an input in the order that the JSON
beside it lists. The same model always gives the same bytes. Pure; called by `refitting` and `replanting`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sandbox.egress.content import Weights
from sandbox.egress.protobuf import figures, run, whole, wholes

_FLOAT, _WHOLE, _TEXT, _FLOATS, _WHOLES, _TEXTS = 1, 2, 3, 6, 7, 8
_TENSOR_FLOAT, _TENSOR_TEXT = 1, 8
_IR, _OPSET, _ML = 8, 15, 1
_PRODUCER = "zunyi-sandbox"

Value = str | Sequence[float] | Sequence[int] | Sequence[str]


@dataclass(frozen=True, slots=True)
class Split:
    """A node as it is written: rows whose input is below (or at most) `at` go to `yes`; a leaf has values."""

    input: int = 0
    at: float = 0.0
    below: bool = False
    yes: int = 0
    no: int = 0
    values: tuple[float, ...] = ()


def linear_graph(model: Weights) -> bytes:
    """Return a linear model, or a model of two classes by the logistic function, as an ONNX file."""
    size = len(model.figures)
    if not model.classes:
        values: dict[str, Value] = {"coefficients": model.figures, "intercepts": [model.constant]}
        return _file("LinearRegressor", values, size, ())
    both = [*(-one for one in model.figures), *model.figures]
    values = {
        "coefficients": both, "intercepts": [-model.constant, model.constant],
        "classlabels_strings": model.classes, "post_transform": "LOGISTIC",
    }  # fmt: skip
    return _file("LinearClassifier", values, size, model.classes)


def tree_graph(nodes: Sequence[Split], inputs: int, classes: tuple[str, ...]) -> bytes:
    """Return one decision tree over so many inputs as an ONNX file."""
    numbers = list(range(len(nodes)))
    modes = ["LEAF" if one.values else "BRANCH_LT" if one.below else "BRANCH_LEQ" for one in nodes]
    side = "class" if classes else "target"
    leaves = [
        (place, kind, value)
        for place, one in enumerate(nodes)
        for kind, value in enumerate(_weights(one.values))
    ]
    values: dict[str, Value] = {
        "nodes_treeids": [0] * len(nodes), "nodes_nodeids": numbers, "nodes_modes": modes,
        "nodes_featureids": [one.input for one in nodes], "nodes_values": [float(one.at) for one in nodes],
        "nodes_truenodeids": [one.yes for one in nodes], "nodes_falsenodeids": [one.no for one in nodes],
        f"{side}_treeids": [0] * len(leaves), f"{side}_nodeids": [place for place, _, _ in leaves],
        f"{side}_ids": [kind for _, kind, _ in leaves],
        f"{side}_weights": [float(value) for _, _, value in leaves], "post_transform": "NONE",
    }  # fmt: skip
    if classes:
        return _file("TreeEnsembleClassifier", values | {"classlabels_strings": classes}, inputs, classes)
    return _file("TreeEnsembleRegressor", values | {"n_targets": [1]}, inputs, ())


def _weights(values: tuple[float, ...]) -> tuple[float, ...]:
    """Return what a leaf says as readers of ONNX take it: of two classes the share of the second alone."""
    return (values[1] / (sum(values) or 1),) if len(values) == 2 else values


def _file(kind: str, values: Mapping[str, Value], inputs: int, classes: tuple[str, ...]) -> bytes:
    answers = (
        [("label", _TENSOR_TEXT, None), ("scores", _TENSOR_FLOAT, len(classes))]
        if classes
        else [("figure", _TENSOR_FLOAT, 1)]
    )
    node = run(1, "X") + b"".join(run(2, name) for name, _, _ in answers) + run(4, kind)
    node += b"".join(run(5, _attribute(name, values[name])) for name in sorted(values))
    node += run(7, "ai.onnx.ml")
    graph = run(1, node) + run(2, "model") + run(11, _thing("X", _TENSOR_FLOAT, inputs))
    graph += b"".join(run(12, _thing(*one)) for one in answers)
    opsets = run(8, run(1, "") + whole(2, _OPSET)) + run(8, run(1, "ai.onnx.ml") + whole(2, _ML))
    return whole(1, _IR) + run(2, _PRODUCER) + run(7, graph) + opsets


def _thing(name: str, kind: int, width: int | None) -> bytes:
    """Return what goes in or comes out: rows in any number, of so many columns."""
    rows = run(1, run(2, "N"))
    columns = b"" if width is None else run(1, whole(1, width))
    return run(1, name) + run(2, run(1, whole(1, kind) + run(2, rows + columns)))


def _attribute(name: str, value: Value) -> bytes:
    head = run(1, name)
    if isinstance(value, str):
        return head + run(4, value) + whole(20, _TEXT)
    if all(isinstance(one, str) for one in value):
        return head + b"".join(run(9, str(one)) for one in value) + whole(20, _TEXTS)
    if name == "n_targets":
        return head + whole(3, int(value[0])) + whole(20, _WHOLE)
    if all(isinstance(one, int) for one in value):
        return head + wholes(8, (int(one) for one in value)) + whole(20, _WHOLES)
    return head + figures(7, (float(one) for one in value)) + whole(20, _FLOATS)
