"""Linear models that are handed in: fitted again by the gate as specified, and held against that fit.

Least squares, ridge (scikit-learn's alpha) or logistic regression of two classes (its C), by Newton's method.
Figures that do not follow from the data are refused; what leaves are the gate's own, rounded, so the file's
low digits carry nothing. Looks at who stands behind them as `fitting` does. Pure; called by `handed`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sandbox.egress.content import Handed, Issue, Model, Recipe, Weights
from sandbox.egress.fitting import (
    Design,
    Floats,
    area,
    design_of,
    few_behind,
    figure,
    half_of,
    leveraged,
    scale_of,
    solve,
    told_apart,
)
from sandbox.egress.graphing import linear_graph
from sandbox.egress.origin import Source
from sandbox.egress.units import Ids
from sandbox.kernel.errors import InputError
from sandbox.kernel.grades import Thresholds
from sandbox.kernel.message import say

FORMAT = "linear-model/1"
NEAR_ERROR, NEAR_FIGURE = 0.05, 1e-3
"""How far a figure may lie from the gate's own: in standard errors, and as a share of itself, added up."""
_ROUNDS = 60
_STILL = 1e-10
_SAMPLE = 200_000


@dataclass(frozen=True, slots=True)
class Refitted:
    """What the gate fitted: JSON and ONNX that may leave, and what speaks against them."""

    document: bytes = b""
    graph: bytes = b""
    issues: tuple[Issue, ...] = ()


@dataclass(frozen=True, slots=True)
class _Fit:
    """A fit over some rows: the scaled coefficients with what they rest on; `share` of the spread explained.

    `noise` is the variance that the inverse is to be multiplied by; `share` is -1 for classes.
    """

    design: Design
    scale: Floats
    penalty: Floats
    beta: Floats
    inverse: Floats
    noise: float
    share: float

    @property
    def figures(self) -> Floats:
        """Return the coefficients over the plain columns, the constant first."""
        return self.beta / self.scale

    @property
    def errors(self) -> Floats:
        """Return their standard errors."""
        return np.asarray(np.sqrt(np.maximum(np.diag(self.inverse) * self.noise, 0)) / self.scale)


def refit(handed: Handed, model: Weights, source: Source, units: Mapping[str, Ids], seen: Source) -> Refitted:
    """Return the model fitted over the source, and whether the file's figures are those over `seen`.

    `seen` is the source with the seat's canaries, over which the file was trained. Raises InputError where
    nothing can be fitted (`fitting.fit`), or where the file has other variables.
    """
    asked = Model(handed.table, handed.subject, handed.target, handed.features)
    logistic = handed.recipe is Recipe.LOGISTIC
    design = design_of(asked, source, units, classes=logistic)
    shown = design if seen is source else design_of(asked, seen, {}, classes=logistic)
    names = [term.name for term in shown.terms]
    if len(model.figures) != len(names) or names != [term.name for term in design.terms]:
        told, given = "、".join(names), len(model.figures)
        raise InputError(say("模型有 {given} 个变量，按说明应有：{names}", given=given, names=told))
    classes = tuple(design.places[handed.target]) if logistic else ()
    if tuple(model.classes) != classes:
        raise InputError(say("模型的类别须是 target 的取值，按文字排序：{names}", names="、".join(classes)))
    held = [*few_behind(design, source.thresholds)]
    if any(issue.check == "freedom" for issue in held):
        return Refitted(issues=tuple(held))
    fit = _fitted(handed, design)
    unlike = [*_unlike(model, fit if shown is design else _fitted(handed, shown), ["（常数）", *names])]
    held += [*(_of_classes if logistic else _of_figures)(fit, source.thresholds), *unlike]
    return Refitted(issues=tuple(held)) if unlike else _written(handed, fit, tuple(held), classes, source)


def _fitted(handed: Handed, design: Design) -> _Fit:
    """Return the fit that the specification describes."""
    scale = scale_of(design)
    penalty = _penalty(handed, design, scale)
    if handed.recipe is Recipe.LOGISTIC:
        beta, inverse = _newton(design, scale, penalty, np.ones(design.rows, np.bool_))
        return _Fit(design, scale, penalty, beta, inverse, 1.0, -1.0)
    inverse, beta, rss, tss = solve(design, scale, None, penalty)
    noise = rss / (design.rows - len(beta))
    return _Fit(design, scale, penalty, beta, inverse, noise, 1 - rss / tss if tss > 0 else 0.0)


def _penalty(handed: Handed, design: Design, scale: Floats) -> Floats:
    """Return what the square of each scaled coefficient costs; the constant costs nothing."""
    width = len(scale)
    if not handed.penalty:
        return np.zeros(width)
    spread = np.ones(width)
    if handed.scaled:
        total, square = np.zeros(width), np.zeros(width)
        for _, block, _ in design.blocks(scale):
            total, square = total + block.sum(axis=0), square + (block**2).sum(axis=0)
        spread = np.maximum(square / design.rows - (total / design.rows) ** 2, 0) * scale**2
    spread[0] = 0
    return np.asarray(handed.penalty * spread / scale**2)


def _of_figures(fit: _Fit, limits: Thresholds) -> Iterator[Issue]:
    """Yield what speaks against a model of figures."""
    yield from leveraged(fit.design, fit.scale, fit.inverse, limits)
    yield from told_apart(fit.design, fit.scale, fit.penalty)


def _of_classes(fit: _Fit, limits: Thresholds) -> Iterator[Issue]:
    """Yield what speaks against a model of classes; members are told by their loss (Yeom et al. 2018)."""
    yield from _pure(fit.design)
    yield from _weighed(fit, limits)
    half = half_of(next(iter(fit.design.units.values())))
    if half.any() and not half.all():
        lost = _losses(fit.design, fit.scale, _newton(fit.design, fit.scale, fit.penalty, half)[0])
        step = max(1, fit.design.rows // _SAMPLE)
        if area(lost[half][::step], lost[~half][::step]) > 0.5 + limits.advantage:
            yield Issue("membership", evidence=say("由残差可以认出谁在数据里"))


def _newton(design: Design, scale: Floats, penalty: Floats, kept: np.ndarray) -> tuple[Floats, Floats]:
    """Return the coefficients of a penalised logistic regression over some rows, and the inverse Hessian."""
    beta = np.zeros(len(scale))
    for _ in range(_ROUNDS):
        slope, bend = penalty * beta, np.diag(penalty).astype(np.float64)
        for _, block, target in design.blocks(scale, kept):
            chance = _chance(block @ beta)
            slope = slope + block.T @ (chance - target)
            bend += (block * (chance * (1 - chance))[:, None]).T @ block
        if np.linalg.matrix_rank(bend, hermitian=True) < len(beta):
            raise InputError(say("变量之间有完全的线性关系，请去掉多余的变量"))
        inverse = np.linalg.inv(bend)
        step = inverse @ slope
        beta = beta - step / max(1.0, float(np.abs(step).max()) / 5)
        if float(np.abs(step).max()) < _STILL * (1 + float(np.abs(beta).max())):
            return beta, np.asarray(inverse, np.float64)
    raise InputError(say("逻辑回归没有收敛：两类可能被完全分开，请加大惩罚（减小 C）"))


def _chance(scores: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(scores, -500, 500))), np.float64)


def _losses(design: Design, scale: Floats, beta: Floats) -> Floats:
    """Return the log loss of every row."""
    lost = []
    for _, block, target in design.blocks(scale):
        lost.append(np.logaddexp(0, np.where(target > 0, -1, 1) * (block @ beta)))
    return np.concatenate(lost)


def _pure(design: Design) -> Iterator[Issue]:
    """Yield a note where all rows of a category are of one class: its coefficient says so."""
    for name, names in design.places.items():
        codes = design.columns[name].astype(np.int64)
        ones = np.bincount(codes, weights=design.target, minlength=len(names))
        alike = (ones == 0) | (ones == np.bincount(codes, minlength=len(names)))
        if design.columns[name] is not design.target and alike.any():
            yield Issue("class-disclosure", where=name, evidence=say("列 {name} 有类别全属一类", name=name))


def _weighed(fit: _Fit, limits: Thresholds) -> Iterator[Issue]:
    """Yield an issue when one unit pulls a coefficient by itself (leverage by the rows' weights)."""
    parts = []
    for _, block, _ in fit.design.blocks(fit.scale):
        chance = _chance(block @ fit.beta)
        parts.append(((block @ fit.inverse) * block).sum(axis=1) * chance * (1 - chance))
    held = np.concatenate(parts)
    for ids in fit.design.units.values():
        if np.bincount(ids, weights=held, minlength=1).max(initial=0.0) > limits.largest_share:
            yield Issue("dominance", evidence=say("有一个对象对系数的杠杆超过上限"))
            return


def _unlike(model: Weights, found: _Fit, names: Sequence[str]) -> Iterator[Issue]:
    """Yield an issue that names the figures of the file which do not follow from the data."""
    given = np.asarray([model.constant, *model.figures])
    room = NEAR_ERROR * found.errors + NEAR_FIGURE * np.abs(found.figures) + 1e-12
    apart = [name for name, far in zip(names, np.abs(given - found.figures) > room, strict=True) if far]
    if apart:
        yield Issue("model-numbers", evidence=say("与闸口重算不符的系数：{names}", names="、".join(apart)))


def _written(
    handed: Handed, fit: _Fit, issues: tuple[Issue, ...], classes: tuple[str, ...], source: Source
) -> Refitted:
    """Return the gate's figures to four digits as JSON and as ONNX, which say the same.

    Inputs stand in the order of the table's columns: which the author named first tells nothing.
    """
    columns, terms = source.table.column_names, fit.design.terms
    order = sorted(range(len(terms)), key=lambda place: (columns.index(terms[place].column), place))
    line = [0, *(place + 1 for place in order)]
    shown, errors = ([float(figure(one)) for one in part[line]] for part in (fit.figures, fit.errors))
    document: dict[str, object] = {
        "format": FORMAT, "recipe": handed.recipe.value, "table": handed.table, "target": handed.target,
        "penalty": float(figure(handed.penalty)), "scaled": handed.scaled, "rows": fit.design.rows // 10 * 10,
        "constant": shown[0], "constant_error": errors[0],
        "inputs": [
            {"name": terms[place].name, "figure": value, "error": error}
            for place, value, error in zip(order, shown[1:], errors[1:], strict=True)
        ],
    }  # fmt: skip
    document |= {"classes": [*classes]} if classes else {"explained": float(figure(fit.share))}
    data = (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()
    return Refitted(data, linear_graph(Weights(tuple(shown[1:]), shown[0], classes)), issues)
