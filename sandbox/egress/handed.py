"""Trained models that are handed in as a file with a specification beside it: read, refused, written anew.

The file is safetensors, ONNX or skops; the specification stands where a table's claim does and says over what
and how it was fitted. Nothing of the file leaves: `refitting` and `replanting` fit and walk it again over the
snapshot. What keeps training rows, and what a model does not need, is refused. Pure; called by `judge`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from sandbox.egress.content import Content, Document, Form, Handed, Issue, Recipe, Weights
from sandbox.egress.documents import parse_json
from sandbox.egress.estimators import SCHEMA, is_package, kept_records, read_package
from sandbox.egress.fitting import MAX_FEATURES
from sandbox.egress.graphs import is_graph, keeps_records, read_graph
from sandbox.egress.origin import Source
from sandbox.egress.overlaid import as_seen
from sandbox.egress.refitting import refit
from sandbox.egress.replanting import replant
from sandbox.egress.report import Modelled
from sandbox.egress.rewrite import Rewriting, bundle
from sandbox.egress.tensors import is_tensors, read_tensors
from sandbox.egress.units import Ids
from sandbox.files.types import FileType
from sandbox.files.unwrap import Unwrapped
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import say

MAX_SPECIFICATION = 1 << 14
MAX_FILE = 4 << 20
PENALTY_DIGITS = 2
_NEEDED = frozenset({"model", "table", "subject", "target", "features"})
_MAY: Mapping[Recipe, frozenset[str]] = {
    Recipe.LINEAR: frozenset({"alpha", "scaled"}),
    Recipe.LOGISTIC: frozenset({"C", "scaled", "classes"}),
    Recipe.TREE: frozenset({"dummies"}),
}


def is_specification(claim: bytes | None) -> bool:
    """Return whether what stands beside a product specifies a model rather than claims a table."""
    if claim is None or len(claim) > MAX_SPECIFICATION:
        return False
    try:
        document = json.loads(claim)
    except (ValueError, RecursionError):
        return False
    return isinstance(document, dict) and "model" in document and "sql" not in document


def model_of(data: bytes, claim: bytes | None, opened: Unwrapped) -> Content | Issue | None:
    """Return the content of a file that holds a trained model, or why it is refused; None for other files.

    `opened` is the file taken apart: a package with problems is none.
    """
    parts = () if opened.problems else opened.parts
    members = {part.path.rsplit("!", 1)[-1]: part.data for part in parts if part.depth == 1}
    packed = is_package([*members])
    if not packed and not is_tensors(data) and not is_graph(data):
        return None
    if len(data) > MAX_FILE:
        return Issue("size")
    records = kept_records(members[SCHEMA]) if packed else "" if is_tensors(data) else keeps_records(data)
    if records:
        return Issue("model-records", evidence=say("模型的类型：{kind}", kind=records))
    try:
        handed = _read(data, claim, members if packed else None)
    except InputError as error:
        return Issue("model-file", evidence=error.message)
    return Content(FileType.BINARY, Form.MODEL, order=handed)


def _read(data: bytes, claim: bytes | None, members: Mapping[str, bytes] | None) -> Handed:
    if claim is None:
        raise InputError(say("模型文件旁边须有说明（<文件名>.claim.json），写明表、对象、变量和做法"))
    document, issues = parse_json(claim.decode("utf-8", errors="replace"))
    if issues or len(claim) > MAX_SPECIFICATION or not isinstance(document, Mapping):
        raise InputError(say("模型的说明不是规范的 JSON"))
    recipe, words = _recipe(document), _words(document)
    if members is not None:
        model = read_package(members)
    elif is_tensors(data):
        model = read_tensors(data, _classes(document) if recipe is Recipe.LOGISTIC else ())
    else:
        model = read_graph(data)
    if isinstance(model, Weights) is (recipe is Recipe.TREE):
        raise InputError(say("模型文件与说明里的 model 不是一种模型"))
    if isinstance(model, Weights) and bool(model.classes) is (recipe is Recipe.LINEAR):
        raise InputError(say("模型文件与说明里的 model 不是一种模型"))
    table, subject, target, *features = words
    return Handed(
        recipe, table, subject, target, tuple(features), model, penalty=_penalty(document, recipe),
        scaled=_yes(document.get("scaled"), (None, False), True),
        every=_yes(document.get("dummies"), (None, "first"), "all"),
    )  # fmt: skip


def _recipe(document: Mapping[str, Document]) -> Recipe:
    named = document.get("model")
    if not isinstance(named, str) or named not in [*Recipe]:
        raise InputError(say("说明里的 model 须是 linear、logistic 或 tree"))
    recipe = Recipe(named)
    extra = sorted(set(document) - _NEEDED - _MAY[recipe])
    if extra or not document.keys() >= _NEEDED:
        raise InputError(
            say("说明须有 model、table、subject、target、features，可有 {names}",
                names="、".join(sorted(_MAY[recipe])))
        )  # fmt: skip
    return recipe


def _words(document: Mapping[str, Document]) -> list[str]:
    """Return table, subject, target and features."""
    listed = document["features"]
    names = [document[name] for name in ("table", "subject", "target")]
    words = [*names, *(listed if isinstance(listed, Sequence) and not isinstance(listed, str) else [])]
    if not 3 < len(words) <= 3 + MAX_FEATURES or not all(isinstance(word, str) for word in words):
        raise InputError(say("模型的 features 须是 1 到 {most} 个列名", most=MAX_FEATURES))
    if len(set(map(str, words[2:]))) != len(words) - 2:
        raise InputError(say("模型的 target 和 features 不能有重复的列"))
    return [str(word) for word in words]


def _classes(document: Mapping[str, Document]) -> tuple[str, ...]:
    """Return the two classes of a file that cannot name them itself."""
    held = document.get("classes")
    if not isinstance(held, Sequence) or isinstance(held, str) or len(held) != 2:
        raise InputError(say("safetensors 的逻辑回归须在说明里写 classes：两类，按文字排序"))
    return tuple(str(one) for one in held)


def _penalty(document: Mapping[str, Document], recipe: Recipe) -> float:
    name = "C" if recipe is Recipe.LOGISTIC else "alpha"
    told = document.get(name, "1" if recipe is Recipe.LOGISTIC else "0")
    try:
        value = float(str(told))
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1e9 or 0 < value < 1e-9 or (name == "C" and not value):
        raise InputError(say("说明里的 {name} 须是 0 到 1e9 的数，至多两位有效数字", name=name))
    if value != float(f"{value:.{PENALTY_DIGITS}g}"):  # more digits would be a message that leaves
        raise InputError(say("说明里的 {name} 须是 0 到 1e9 的数，至多两位有效数字", name=name))
    return 1 / value if name == "C" else value


def _yes(value: Document, no: tuple[Document, ...], yes: Document) -> bool:
    if value not in (*no, yes) or (
        isinstance(yes, bool) and value is not None and not isinstance(value, bool)
    ):
        raise InputError(say("说明里的 scaled 须是 true 或 false，dummies 须是 first 或 all"))
    return value == yes


def remake(
    handed: Handed, source: Source, units: Mapping[str, Ids]
) -> tuple[list[Issue], Rewriting | None, Modelled]:
    """Return what is to be said of a model, what may leave of it, and what the ledger keeps.

    Raises InputError where the gate cannot fit it again.
    """
    columns = (handed.target, *handed.features)
    (seen,) = as_seen([source]) or (source,)
    if isinstance(handed.model, Weights):
        fitted = refit(handed, handed.model, source, units, seen)
        told = Issue("regression", evidence=say("闸口已在快照上重新拟合并核对，写出的系数是闸口算出的"))
        issues, made, leaves = fitted.issues, (fitted.document, fitted.graph), None
    else:
        grown = replant(handed, handed.model, source, units, seen)
        told = Issue("tree", evidence=say("闸口已在快照上重走并核对，写出的切分和叶子都是闸口算出的"))
        issues, made, leaves = grown.issues, (grown.document, grown.graph), grown.leaves
    if not made[0]:
        return [*issues], None, Modelled(source.name, columns, leaves)
    files = bundle([Rewriting(".json", made[0]), Rewriting(".onnx", made[1])])
    return [*issues, told], files, Modelled(source.name, columns, leaves)
