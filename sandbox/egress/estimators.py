"""skops files of scikit-learn's linear models and decision trees: a schema read as data, arrays beside it.

No class is imported or made. A type outside the list, an attribute its type does not have, an array that
nothing names: each is refused by its name. Pure; called by `handed` with the members of the package.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sandbox.egress.content import Branch, Branches, Weights
from sandbox.egress.graphs import MAX_BRANCHES, checked, folded
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import say

SCHEMA = "schema.json"
MAX_SCHEMA = 4 << 20
MAX_ARRAY = 1 << 20
MAX_DEPTH = 24
MAX_NAMES = 1_000
_ABOUT = {"n_features_in_", "feature_names_in_", "_sklearn_version"}
_TREE = {
    "criterion", "splitter", "max_depth", "min_samples_split", "min_samples_leaf", "n_outputs_", "tree_",
    "min_weight_fraction_leaf", "max_features", "max_leaf_nodes", "random_state", "min_impurity_decrease",
    "class_weight", "ccp_alpha", "monotonic_cst", "max_features_",
}  # fmt: skip
_HAVE: Mapping[str, frozenset[str]] = {
    "LinearRegression": frozenset(
        {"fit_intercept", "copy_X", "tol", "n_jobs", "positive", "coef_", "rank_", "singular_", "intercept_"}
    ),
    "Ridge": frozenset({
        "alpha", "fit_intercept", "copy_X", "max_iter", "tol", "solver", "positive", "random_state", "coef_",
        "n_iter_", "solver_", "intercept_",
    }),
    "LogisticRegression": frozenset({
        "penalty", "dual", "tol", "C", "fit_intercept", "intercept_scaling", "class_weight", "random_state",
        "solver", "max_iter", "multi_class", "verbose", "warm_start", "n_jobs", "l1_ratio", "classes_",
        "n_iter_", "coef_", "intercept_",
    }),
    "DecisionTreeRegressor": frozenset(_TREE),
    "DecisionTreeClassifier": frozenset(_TREE | {"classes_", "n_classes_"}),
    "Pipeline": frozenset({"steps", "transform_input", "memory", "verbose"}),
    "StandardScaler": frozenset(
        {"with_mean", "with_std", "copy", "n_samples_seen_", "mean_", "var_", "scale_"}
    ),
    "Tree": frozenset({"max_depth", "node_count", "nodes", "values"}),
}  # fmt: skip
_HOMES = ("sklearn.linear_model.", "sklearn.tree.", "sklearn.pipeline", "sklearn.preprocessing.")
_RECORDS = (
    "KNeighbors", "RadiusNeighbors", "NearestNeighbors", "SVC", "SVR", "NuSV", "OneClassSVM", "KernelRidge",
    "GaussianProcess", "KDTree", "BallTree", "KernelDensity", "LocalOutlierFactor",
)  # fmt: skip

Array = NDArray[np.generic]


@dataclass(frozen=True, slots=True)
class Made:
    """An object as the schema spells it out: its type's name and its attributes."""

    kind: str
    parts: Mapping[str, object]


@dataclass(slots=True)
class _Package:
    """The members of a package, and which arrays were named so far."""

    files: Mapping[str, bytes]
    named: set[str] = field(default_factory=set)


def is_package(names: Sequence[str]) -> bool:
    """Return whether an archive of these members is laid out as skops writes it."""
    return SCHEMA in names and all(name == SCHEMA or name.endswith(".npy") for name in names)


def kept_records(schema: bytes) -> str:
    """Return the first type of a schema that keeps the rows it was trained on; empty for none."""
    try:
        waiting: list[object] = [json.loads(schema)]
    except (ValueError, RecursionError):
        return ""
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            kind = str(node.get("__class__", ""))
            if any(part in kind for part in _RECORDS):
                return kind[:60]
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node
    return ""


def read_package(files: Mapping[str, bytes]) -> Weights | Branches:
    """Return the model of a skops package; InputError with the reason for any other."""
    schema = files[SCHEMA]
    if len(schema) > MAX_SCHEMA:
        raise InputError(say("skops 的 schema.json 过大"))
    try:
        document = json.loads(schema.decode("utf-8"), object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise InputError(say("skops 的 schema.json 不是规范的 JSON")) from None
    package = _Package(files)
    extra = sorted(set(document) - _ROOT) if isinstance(document, dict) else [""]
    if extra:
        raise InputError(say("skops 中有多余的 {name}", name=extra[0][:40]))
    model = _model(_value({k: v for k, v in document.items() if k not in _VERSIONS}, package, 0))
    unused = sorted(set(files) - package.named - {SCHEMA})
    if unused:
        raise InputError(say("skops 中有模型用不到的数组 {name}", name=unused[0][:40]))
    return model


_VERSIONS = {"protocol", "_skops_version"}
_ROOT = _VERSIONS | {"__class__", "__module__", "__loader__", "__id__", "content"}


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("repeated key")
    return found


def _value(node: object, package: _Package, depth: int) -> object:
    """Return what a node of the schema says: a plain value, an array, or an object of the list."""
    if not isinstance(node, dict) or depth > MAX_DEPTH:
        raise InputError(say("skops 的 schema.json 不合规范"))
    loader, kind = str(node.get("__loader__")), str(node.get("__class__"))
    if loader == "JsonNode":
        return _plain(node)
    if loader == "NdArrayNode":
        return _held(node, package, depth)
    if (loader, kind) in _GROUPS:
        content = node.get("content")
        if set(node) - _DICT or not isinstance(content, dict if kind == "dict" else list):
            raise InputError(say("skops 的 schema.json 不合规范"))
        if isinstance(content, dict):
            return {name: _value(part, package, depth + 1) for name, part in content.items()}
        return [_value(part, package, depth + 1) for part in _list(node)]
    home = str(node.get("__module__"))
    if kind not in _HAVE or not home.startswith(_HOMES) or loader not in ("ObjectNode", "TreeNode"):
        raise InputError(say("skops 中的类型 {kind} 不在可收之列", kind=f"{home}.{kind}"[:80]))
    return _made(kind, node, package, depth)


def _held(node: Mapping[str, object], package: _Package, depth: int) -> Array:
    """Return an array that lies in a file of its own, or one of names that the schema spells out."""
    if node.get("type") == "numpy":
        return _array(str(node.get("file")), package)
    return _texts([_value(part, package, depth + 1) for part in _list(node)])


_GROUPS = {("DictNode", "dict"), ("ListNode", "list"), ("TupleNode", "tuple")}
_DICT = {"__class__", "__module__", "__loader__", "__id__", "content", "key_types"}


def _list(node: Mapping[str, object]) -> list[object]:
    content = node.get("content")
    return content if isinstance(content, list) else []


def _texts(values: list[object]) -> Array:
    """Return an array of names or classes that the schema spells out itself."""
    if len(values) > MAX_NAMES or not all(isinstance(one, str | int | float) for one in values):
        raise InputError(say("skops 的 schema.json 不合规范"))
    return np.asarray([str(one) for one in values])


def _made(kind: str, node: Mapping[str, object], package: _Package, depth: int) -> Made:
    reduced = node.get("__reduce__")
    if set(node) - _DICT - ({"__reduce__"} if kind == "Tree" else set()):
        raise InputError(say("skops 的 schema.json 不合规范"))
    if isinstance(reduced, dict):
        _value(reduced.get("args"), package, depth + 1)
    parts = _value(node.get("content"), package, depth + 1)
    if not isinstance(parts, dict):
        raise InputError(say("skops 的 schema.json 不合规范"))
    extra = sorted(set(parts) - _HAVE[kind] - _ABOUT)
    if extra:
        raise InputError(say("{kind} 不应有 {name}", kind=kind, name=extra[0][:40]))
    return Made(kind, parts)


def _plain(node: Mapping[str, object]) -> object:
    try:
        value: object = json.loads(str(node.get("content")))
    except (ValueError, RecursionError):
        raise InputError(say("skops 的 schema.json 不合规范")) from None
    if isinstance(value, (dict, list)) or len(str(value)) > 64:
        raise InputError(say("skops 的 schema.json 不合规范"))
    return value


def _array(name: str, package: _Package) -> Array:
    """Return an array of figures or of short texts, and nothing behind it in its file."""
    data = package.files.get(name)
    if data is None or len(data) > MAX_ARRAY:
        raise InputError(say("skops 的数组 {name} 不在包内或过大", name=name[:40]))
    package.named.add(name)
    stream = io.BytesIO(data)
    try:
        values: Array = np.lib.format.read_array(stream, allow_pickle=False, max_header_size=10_000)
    except (ValueError, EOFError, OSError, MemoryError, TypeError, SyntaxError):
        raise InputError(say("skops 的数组 {name} 不能读，或含序列化对象", name=name[:40])) from None
    if stream.read(1) or values.dtype.kind not in "fiubUV":
        raise InputError(say("skops 的数组 {name} 不能读，或含序列化对象", name=name[:40]))
    return values


def _model(value: object) -> Weights | Branches:
    """Return the model that an object is, scalers before it taken in."""
    if not isinstance(value, Made):
        raise InputError(say("skops 中没有模型"))
    if value.kind == "Pipeline":
        return _piped(value)
    if value.kind in ("LinearRegression", "Ridge", "LogisticRegression"):
        return _linear(value)
    if value.kind in ("DecisionTreeRegressor", "DecisionTreeClassifier"):
        return _tree(value)
    raise InputError(say("skops 中没有模型"))


def _piped(value: Made) -> Weights | Branches:
    steps = value.parts.get("steps")
    objects = [pair[1] for pair in steps if isinstance(pair, list) and len(pair) == 2] if isinstance(
        steps, list
    ) else []  # fmt: skip
    if len(objects) != 2 or not isinstance(objects[0], Made) or objects[0].kind != "StandardScaler":
        raise InputError(say("Pipeline 只收 StandardScaler 之后一个线性模型"))
    model = _model(objects[1])
    if not isinstance(model, Weights):
        raise InputError(say("Pipeline 只收 StandardScaler 之后一个线性模型"))
    size = len(model.figures)
    mean, scale = (_figures(objects[0], name, size) for name in ("mean_", "scale_"))
    if min(scale) <= 0:
        raise InputError(say("标准化的参数与模型的变量数不一致"))
    _figures(objects[0], "var_", size)
    return folded(model, mean, tuple(1 / one for one in scale))


def _figures(made: Made, name: str, size: int | None = None) -> tuple[float, ...]:
    """Return finite figures of an attribute, so many of them where that is known."""
    held = made.parts.get(name)
    values = np.asarray(held, np.float64).reshape(-1) if isinstance(held, np.ndarray | float | int) else None
    if values is None or not np.isfinite(values).all() or (size is not None and len(values) != size):
        raise InputError(say("{kind} 的 {name} 不是所要的数值", kind=made.kind, name=name))
    return tuple(float(one) for one in values)


def _linear(made: Made) -> Weights:
    figures = _figures(made, "coef_")
    if "singular_" in made.parts:
        _figures(made, "singular_", len(figures))
    if isinstance(made.parts.get("n_iter_"), np.ndarray):
        _figures(made, "n_iter_", 1)
    _names(made, len(figures))
    classes = _classes(made) if made.kind == "LogisticRegression" else ()
    if made.kind == "LogisticRegression" and len(classes) != 2:
        raise InputError(say("分类的线性模型须是两类的逻辑回归"))
    return Weights(figures, _figures(made, "intercept_", 1)[0], classes)


def _names(made: Made, size: int) -> None:
    names = made.parts.get("feature_names_in_")
    if names is not None and not (isinstance(names, np.ndarray) and names.size == size):
        raise InputError(say("{kind} 的 {name} 不是所要的数值", kind=made.kind, name="feature_names_in_"))


def _classes(made: Made) -> tuple[str, ...]:
    held = made.parts.get("classes_")
    if not isinstance(held, np.ndarray) or held.ndim != 1 or held.dtype.kind not in "Uiubf":
        raise InputError(say("{kind} 的 {name} 不是所要的数值", kind=made.kind, name="classes_"))
    return tuple(str(one) for one in held.tolist())


_NODE = ("left_child", "right_child", "feature", "threshold")


def _tree(made: Made) -> Branches:
    tree = made.parts.get("tree_")
    nodes = tree.parts.get("nodes") if isinstance(tree, Made) and tree.kind == "Tree" else None
    values = tree.parts.get("values") if isinstance(tree, Made) else None
    if not isinstance(nodes, np.ndarray) or not isinstance(values, np.ndarray) or nodes.dtype.names is None:
        raise InputError(say("{kind} 的 {name} 不是所要的数值", kind=made.kind, name="tree_"))
    classes = _classes(made) if made.kind == "DecisionTreeClassifier" else ()
    width = len(classes) or 1
    shaped = values.dtype.kind == "f" and values.shape == (len(nodes), 1, width) and nodes.ndim == 1
    if not shaped or not 1 < len(nodes) <= MAX_BRANCHES or not set(_NODE) <= set(nodes.dtype.names):
        raise InputError(say("{kind} 的 {name} 不是所要的数值", kind=made.kind, name="tree_"))
    left, right, inputs, upto = (nodes[name].tolist() for name in _NODE)
    found = []
    for place, told in enumerate(values[:, 0, :].astype(np.float64).tolist()):
        leaf = left[place] == -1 and right[place] == -1
        split = Branch(int(inputs[place]), float(upto[place]), int(left[place]), int(right[place]))
        found.append(Branch(values=tuple(told)) if leaf else split)
    return checked(Branches(tuple(found), classes))
