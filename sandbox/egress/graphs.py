"""ONNX files of linear models and single decision trees, read as data into the gate's own values.

One input, at most a scaler before it, one model, labels and probabilities behind: every other operator,
domain, constant, note or outside file is refused with its reason. Nothing runs. The operators are those of
ai.onnx.ml (onnx.ai/onnx/operators). Pure; called by `handed`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sandbox.egress.content import Branch, Branches, Weights
from sandbox.egress.protobuf import Field, fields
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import say

MAX_NODES = 12
MAX_BRANCHES = 4_000
_DOMAINS = ("", "ai.onnx", "ai.onnx.ml")
_BEFORE = frozenset({"Cast", "Identity", "Scaler"})
_BEHIND = frozenset({"Cast", "Identity", "Normalizer", "ZipMap"})
_RECORDS = frozenset({"SVMClassifier", "SVMRegressor", "TopK", "ArrayFeatureExtractor"})
_NAME = re.compile(r"[\w .()/:-]{1,64}", re.ASCII)
_TELLING = re.compile(r"\d{6,}")
_TOLD = {5: "initializer", 10: "doc_string", 14: "quantization_annotation", 15: "sparse_initializer",
         13: "value_info", 16: "metadata_props"}  # fmt: skip
_ABOUT = {6: "doc_string", 14: "metadata_props", 20: "training_info", 25: "functions", 26: "configuration"}

Values = Mapping[str, Sequence[float] | Sequence[int] | Sequence[str]]


@dataclass(frozen=True, slots=True)
class Step:
    """One operator of a graph: what it does, from what, to what, with which values."""

    kind: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    values: Values

    def figures(self, name: str) -> list[float]:
        """Return finite figures of that name, none when there are none."""
        found = [float(one) for one in self.values.get(name, ())]
        if not all(map(math.isfinite, found)):
            raise InputError(say("模型中有不是有限数值的参数"))
        return found

    def wholes(self, name: str) -> list[int]:
        """Return whole numbers of that name."""
        return [int(one) for one in self.values.get(name, ())]

    def texts(self, name: str) -> list[str]:
        """Return texts of that name."""
        return [str(one) for one in self.values.get(name, ())]


def refused(kind: str) -> InputError:
    """Return the refusal of an operator."""
    return InputError(say("ONNX 中的 {kind} 不在可收的算子之列", kind=kind))


def is_graph(data: bytes) -> bool:
    """Return whether bytes are laid out as an ONNX model: a version, then a graph with operators."""
    if data[:1] != b"\x08":
        return False
    try:
        return any(field.number == 7 for field in fields(data))
    except InputError:
        return False


def keeps_records(data: bytes) -> str:
    """Return the first operator that works on rows it keeps (neighbours, support vectors); empty for none."""
    try:
        kinds = (step.kind for step in _steps(_graph(data, strict=False), strict=False))
        return next((kind for kind in kinds if kind in _RECORDS), "")
    except InputError:
        return ""


def read_graph(data: bytes) -> Weights | Branches:
    """Return the model that an ONNX file holds; InputError with the reason for any other file."""
    parts = _graph(data, strict=True)
    steps = _steps(parts, strict=True)
    given = [field for field in parts if field.number == 11]
    if len(given) != 1:
        raise InputError(say("ONNX 须正好有一个输入"))
    main = [place for place, step in enumerate(steps) if step.kind not in _BEFORE | _BEHIND]
    if len(main) != 1:
        raise refused(steps[main[1]].kind) if len(main) > 1 else InputError(say("ONNX 中没有模型"))
    _in_order(steps, main[0], _named(given[0].run()))
    before = [step for step in steps[: main[0]] if step.kind == "Scaler"]
    step = steps[main[0]]
    if step.kind == "LinearRegressor":
        return scaled(_regressor(step), before)
    if step.kind == "LinearClassifier":
        return scaled(_classifier(step), before)
    if step.kind in ("TreeEnsembleRegressor", "TreeEnsembleClassifier"):
        return _unscaled(_tree(step), before)
    raise refused(step.kind)


def _graph(data: bytes, *, strict: bool) -> list[Field]:
    graph: list[Field] = []
    for field in fields(data):
        if field.number == 7:
            graph += fields(field.run())
        elif strict and field.number in _ABOUT and field.value:
            raise InputError(say("ONNX 中有 {name}，请去掉", name=_ABOUT[field.number]))
        elif strict and field.number in (2, 3, 4):
            _plain(field)
    for field in graph if strict else ():
        if field.number in _TOLD and field.value:
            raise InputError(say("ONNX 中有 {name}，请去掉", name=_TOLD[field.number]))
        if field.number == 2:
            _plain(field)
    return graph


def _plain(field: Field) -> str:
    """Return a name; a long one, or one that spells numbers, is no name."""
    text = field.text()
    if text and (not _NAME.fullmatch(text) or _TELLING.search(text)):
        raise InputError(say("ONNX 中的名称只能是不超过 64 个字母、数字和下划线"))
    return text


def _named(data: bytes) -> str:
    """Return the name of an input; it has a shape and nothing told about it."""
    told = list(fields(data))
    if any(field.number not in (1, 2) for field in told):
        raise InputError(say("ONNX 中有 {name}，请去掉", name="doc_string"))
    return next((_plain(field) for field in told if field.number == 1), "")


def _steps(graph: Sequence[Field], *, strict: bool) -> list[Step]:
    found = [_step(field.run(), strict=strict) for field in graph if field.number == 1]
    if strict and len(found) > MAX_NODES:
        raise InputError(say("ONNX 的算子过多"))
    for field in graph if strict else ():
        if field.number == 12:
            _named(field.run())
    return found


def _step(data: bytes, *, strict: bool) -> Step:
    held = list(fields(data))
    named = {4: "", 7: ""} | {field.number: field.text() for field in held if field.number in (4, 7)}
    inputs, outputs = (tuple(field.text() for field in held if field.number == at) for at in (1, 2))
    if not strict:
        return Step(named[4], inputs, outputs, {})
    values: dict[str, Sequence[float] | Sequence[int] | Sequence[str]] = {}
    for field in held:
        if field.number in (1, 2, 3):
            _plain(field)
        elif field.number == 5:
            name, found = _attribute(field.run())
            if name in values:
                raise InputError(say("ONNX 中有重复的属性 {name}", name=name))
            values[name] = found
        elif field.number not in (4, 7) and field.value:
            raise InputError(say("ONNX 中有 {name}，请去掉", name="doc_string"))
    if named[7] not in _DOMAINS or not re.fullmatch(r"\w{1,40}", named[4], re.ASCII):
        raise refused(named[4][:40])
    return Step(named[4], inputs, outputs, values)


def _attribute(data: bytes) -> tuple[str, Sequence[float] | Sequence[int] | Sequence[str]]:
    name, figures, wholes, texts = "", [], [], []
    for field in fields(data):
        if field.number == 1:
            name = _plain(field)
        elif field.number in (2, 7):
            figures += field.figures()
        elif field.number in (3, 8):
            wholes += field.wholes()
        elif field.number in (4, 9):
            texts.append(field.text())
        elif field.number != 20:
            raise InputError(say("ONNX 的属性 {name} 中有张量、子图或注释，不收", name=name))
    if sum(map(bool, (figures, wholes, texts))) > 1:
        raise InputError(say("ONNX 的属性 {name} 不合规范", name=name))
    return name, figures or wholes or texts


def _in_order(steps: Sequence[Step], main: int, start: str) -> None:
    """Hold that one thing leads to the next, from the input through scalers to the model and its answers."""
    at = start
    for place, step in enumerate(steps):
        if step.kind not in (_BEFORE if place < main else _BEHIND) and place != main:
            raise refused(step.kind)
        if place <= main and step.inputs != (at,):
            raise InputError(say("ONNX 的算子须从输入一个接一个到模型"))
        allowed = _ALLOWED.get(step.kind, frozenset())
        extra = sorted(set(step.values) - allowed)
        if extra:
            raise InputError(say("ONNX 的 {kind} 有多余的属性 {name}", kind=step.kind, name=extra[0]))
        at = step.outputs[0] if step.outputs else ""


_SPLITS = frozenset({
    "nodes_falsenodeids", "nodes_featureids", "nodes_hitrates", "nodes_missing_value_tracks_true",
    "nodes_modes", "nodes_nodeids", "nodes_treeids", "nodes_truenodeids", "nodes_values", "post_transform",
})  # fmt: skip
_ALLOWED = {
    "Cast": frozenset({"to", "saturate"}),
    "Scaler": frozenset({"offset", "scale"}),
    "Normalizer": frozenset({"norm"}),
    "ZipMap": frozenset({"classlabels_strings", "classlabels_int64s"}),
    "LinearRegressor": frozenset({"coefficients", "intercepts", "targets", "post_transform"}),
    "LinearClassifier": frozenset({
        "classlabels_ints", "classlabels_strings", "coefficients", "intercepts", "multi_class",
        "post_transform",
    }),
    "TreeEnsembleRegressor": _SPLITS | {
        "aggregate_function", "n_targets", "target_ids", "target_nodeids", "target_treeids", "target_weights",
    },
    "TreeEnsembleClassifier": _SPLITS | {
        "class_ids", "class_nodeids", "class_treeids", "class_weights", "classlabels_int64s",
        "classlabels_strings",
    },
}  # fmt: skip


def scaled(model: Weights, scalers: Sequence[Step]) -> Weights:
    """Return the linear model over the inputs before they were scaled: (x - offset) * scale taken in."""
    for step in reversed(scalers):
        model = folded(model, step.figures("offset"), step.figures("scale"))
    return model


def folded(model: Weights, offset: Sequence[float], scale: Sequence[float]) -> Weights:
    """Return the model over x for one over (x - offset) * scale; InputError for another number of them."""
    size = len(model.figures)
    if len(offset) != size or len(scale) != size:
        raise InputError(say("标准化的参数与模型的变量数不一致"))
    figures = tuple(figure * factor for figure, factor in zip(model.figures, scale, strict=True))
    constant = model.constant - sum(one * shift for one, shift in zip(figures, offset, strict=True))
    return Weights(figures, constant, model.classes)


def _regressor(step: Step) -> Weights:
    figures, constants = step.figures("coefficients"), step.figures("intercepts") or [0.0]
    plain = step.wholes("targets") in ([], [1]) and step.texts("post_transform") in ([], ["NONE"])
    if not figures or len(constants) != 1 or not plain:
        raise InputError(say("线性模型须正好预测一个数值"))
    return Weights(tuple(figures), constants[0])


def labels_of(step: Step) -> tuple[str, ...]:
    """Return the classes that a classifier tells apart, as texts."""
    wholes = step.wholes("classlabels_ints") or step.wholes("classlabels_int64s")
    return tuple(step.texts("classlabels_strings") or map(str, wholes))


def _classifier(step: Step) -> Weights:
    """Return a model of two classes; one row of figures each must be the other turned round."""
    classes, figures = labels_of(step), step.figures("coefficients")
    constants, size = step.figures("intercepts"), len(figures) // 2
    turned = all(math.isclose(-one, two) for one, two in zip(figures[:size], figures[size:], strict=False))
    plain = step.texts("post_transform") in (["LOGISTIC"], ["SOFTMAX"], ["NONE"])
    if len(classes) != 2 or len(constants) != 2 or len(figures) % 2 or not size or not turned or not plain:
        raise InputError(say("分类的线性模型须是两类的逻辑回归"))
    if step.texts("post_transform") == ["SOFTMAX"]:
        raise InputError(say("分类的线性模型须是两类的逻辑回归"))
    return Weights(tuple(figures[size:]), constants[1], classes)


def _unscaled(tree: Branches, scalers: Sequence[Step]) -> Branches:
    """Return the tree over the inputs before they were scaled."""
    nodes = tree.nodes
    for step in reversed(scalers):
        offset, scale = step.figures("offset"), step.figures("scale")
        if any(one.input >= min(len(offset), len(scale)) for one in nodes) or min(scale, default=0) <= 0:
            raise InputError(say("标准化的参数与模型的变量数不一致"))
        nodes = tuple(
            one if one.input < 0
            else Branch(one.input, one.upto / scale[one.input] + offset[one.input], one.yes, one.no)
            for one in nodes
        )  # fmt: skip
    return Branches(nodes, tree.classes)


def _tree(step: Step) -> Branches:
    """Return the one tree of an ensemble."""
    numbers, trees = step.wholes("nodes_nodeids"), step.wholes("nodes_treeids")
    if not 1 < len(numbers) <= MAX_BRANCHES or set(trees) != {0} or numbers != list(range(len(numbers))):
        raise InputError(say("只收一棵决策树；随机森林和提升树请改交说明（tree）"))
    classes = labels_of(step) if step.kind == "TreeEnsembleClassifier" else ()
    side = "class" if step.kind == "TreeEnsembleClassifier" else "target"
    leaves = _leaves(step, side, len(numbers), len(classes) or 1)
    modes, upto = step.texts("nodes_modes"), step.figures("nodes_values")
    inputs, yes, no = (step.wholes(f"nodes_{name}") for name in ("featureids", "truenodeids", "falsenodeids"))
    if (
        {len(one) for one in (trees, modes, upto, inputs, yes, no)} != {len(numbers)}
        or any(step.wholes("nodes_missing_value_tracks_true"))
        or len(set(step.figures("nodes_hitrates"))) > 1
    ):
        raise InputError(say("决策树的各项长度不一致，或对缺失值另有规定"))
    if step.texts("post_transform") not in ([], ["NONE"]) or step.texts("aggregate_function") not in (
        [], ["SUM"]
    ):  # fmt: skip
        raise InputError(say("决策树的输出不能再作变换"))
    nodes = []
    for place, mode in enumerate(modes):
        if mode not in ("LEAF", "BRANCH_LEQ") or (mode == "LEAF") != (place in leaves):
            raise InputError(say("决策树的切分须是“不大于”（BRANCH_LEQ）"))
        split = Branch(inputs[place], upto[place], yes[place], no[place])
        nodes.append(Branch(values=leaves[place]) if mode == "LEAF" else split)
    return checked(Branches(tuple(nodes), classes))


def _leaves(step: Step, side: str, count: int, width: int) -> dict[int, tuple[float, ...]]:
    """Return what the leaves say; two classes may be told by the weight of the second alone."""
    at, kinds = step.wholes(f"{side}_nodeids"), step.wholes(f"{side}_ids")
    held, trees = step.figures(f"{side}_weights"), step.wholes(f"{side}_treeids")
    found: dict[int, list[float]] = {}
    if {len(at), len(kinds), len(trees)} != {len(held)} or len(held) > count * width:
        raise InputError(say("决策树的各项长度不一致，或对缺失值另有规定"))
    for node, kind, value in zip(at, kinds, held, strict=True):
        if not (0 <= node < count and 0 <= kind < width):
            raise InputError(say("决策树的各项长度不一致，或对缺失值另有规定"))
        found.setdefault(node, [0.0] * width)[kind] += value
    if width == 2 and len(set(kinds)) == 1:
        return {node: (1 - values[kinds[0]], values[kinds[0]]) for node, values in found.items()}
    return {node: tuple(values) for node, values in found.items()}


def checked(tree: Branches) -> Branches:
    """Return a tree whose nodes form one tree from the root, every one met once; InputError otherwise."""
    met = [0] * len(tree.nodes)
    waiting: list[int] = [0]
    while waiting:
        place = waiting.pop()
        if not 0 <= place < len(tree.nodes) or met[place]:
            raise InputError(say("决策树的节点不成一棵树"))
        met[place] = 1
        node = tree.nodes[place]
        waiting += [node.yes, node.no] if node.input >= 0 else []
    if not all(met) or not all(math.isfinite(one.upto) for one in tree.nodes):
        raise InputError(say("决策树的节点不成一棵树"))
    return tree
