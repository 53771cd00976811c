"""safetensors files of linear models: a JSON head, then the numbers; read strictly, nothing else kept.

What a model may have: `coef`, `intercept`, and `mean` with `scale` where inputs were scaled. Any further
tensor, note or byte is refused by name. Pure; called by `handed`.
"""

from __future__ import annotations

import json
import struct

import numpy as np
from numpy.typing import NDArray

from sandbox.egress.carving import is_tensors
from sandbox.egress.content import Weights
from sandbox.egress.graphs import folded
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import say

MAX_HEAD = 1 << 16
MAX_FIGURES = 10_000
_KINDS = {"F64": "<f8", "F32": "<f4", "F16": "<f2"}
_NEEDED, _KNOWN = {"coef", "intercept"}, {"coef", "intercept", "mean", "scale"}
__all__ = ["is_tensors", "read_tensors"]

Figures = NDArray[np.float64]


def read_tensors(data: bytes, classes: tuple[str, ...] = ()) -> Weights:
    """Return the linear model of a file, over `classes` in its specification; InputError for any other."""
    held = _tensors(data)
    figures = _row(held["coef"])
    constant = _row(held["intercept"])
    if len(constant) != 1:
        raise InputError(say("线性模型须正好预测一个数值"))
    model = Weights(figures, constant[0], classes)
    if not {"mean", "scale"} & held.keys():
        return model
    if not {"mean", "scale"} <= held.keys() or (held["scale"] <= 0).any():
        raise InputError(say("标准化须同时有 mean 和大于 0 的 scale"))
    return folded(model, _row(held["mean"]), tuple(1 / one for one in _row(held["scale"])))


def _tensors(data: bytes) -> dict[str, Figures]:
    (size,) = struct.unpack("<Q", data[:8])
    if size > min(MAX_HEAD, len(data) - 8):
        raise InputError(say("safetensors 的头部过大或不完整"))
    try:
        head = json.loads(data[8 : 8 + size].decode("utf-8"), object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise InputError(say("safetensors 的头部不是规范的 JSON")) from None
    extra = sorted(set(head) - _KNOWN) if isinstance(head, dict) else [""]
    if extra or not head.keys() >= _NEEDED:
        name = extra[0][:40] if extra else sorted(_NEEDED - head.keys())[0]
        raise InputError(
            say("safetensors 只能有 coef、intercept（以及 mean、scale），多了或少了 {name}", name=name)
        )
    body = data[8 + size :]
    places = {name: _place(entry) for name, entry in head.items()}
    at = 0
    for start, end, *_ in sorted(places.values()):
        if start != at:
            raise InputError(say("safetensors 中有不属于任何张量的内容，或张量相互重叠"))
        at = end
    if at != len(body) or data[8 + size - 1 : 8 + size] not in (b"}", b" ") or b"  " * 8 in data[: 8 + size]:
        raise InputError(say("safetensors 中有不属于任何张量的内容，或张量相互重叠"))
    return {name: _figures(body[start:end], kind) for name, (start, end, kind) in places.items()}


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("repeated key")
    return found


def _place(entry: object) -> tuple[int, int, str]:
    """Return where a tensor starts and ends, and how its numbers are laid out."""
    wrong = InputError(say("safetensors 的张量须是 F64、F32 或 F16，且形状与长度相符"))
    if not isinstance(entry, dict) or set(entry) != {"dtype", "shape", "data_offsets"}:
        raise wrong
    kind, shape, offsets = _KINDS.get(str(entry["dtype"])), entry["shape"], entry["data_offsets"]
    if kind is None or not isinstance(shape, list) or not isinstance(offsets, list) or len(offsets) != 2:
        raise wrong
    if not all(type(one) is int and 0 <= one <= 1 << 31 for one in (*shape, *offsets)) or len(shape) > 2:
        raise wrong
    count = int(np.prod(shape, dtype=np.int64)) if shape else 1
    if count > MAX_FIGURES or offsets[1] - offsets[0] != count * np.dtype(kind).itemsize:
        raise wrong
    return offsets[0], offsets[1], kind


def _figures(data: bytes, kind: str) -> Figures:
    found = np.frombuffer(data, kind).astype(np.float64)
    if not np.isfinite(found).all():
        raise InputError(say("模型中有不是有限数值的参数"))
    return found


def _row(values: Figures) -> tuple[float, ...]:
    return tuple(float(one) for one in values)
