"""Linear models asked for by a specification: fitted by the gate on the snapshot, written as a table.

Ordinary least squares (Greene, Econometric Analysis, ch. 3) over columns as they are; a text column becomes
one dummy a category. Nothing that a developer fitted is read. Looks at who stands behind the coefficients:
distinct units, units behind each dummy, leverage of one unit, and whether the fit tells members from others.
Pure; called by `judge`, which sends every model to people.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sandbox.egress.content import Document, Issue, Model
from sandbox.egress.expressions import Kind
from sandbox.egress.kinds import column_kind
from sandbox.egress.origin import Source
from sandbox.egress.units import Ids, smallest_units
from sandbox.kernel.errors import InputError
from sandbox.kernel.grades import Thresholds
from sandbox.kernel.message import say

MAX_FEATURES = 20
MAX_CATEGORIES = 30
MAX_ADVANTAGE = 0.1
"""How far above one half the chance may lie of telling a member from another unit by its residual."""
SIGNIFICANT = 4
_KEYS = frozenset({"model", "table", "subject", "target", "features"})
_BLOCK = 100_000
_TIES = 1e-9
_SAMPLE = 200_000

Floats = NDArray[np.float64]


def asked(document: Document) -> bool:
    """Return whether a document asks for a model, rightly or not."""
    return isinstance(document, Mapping) and "model" in document and "features" in document


def read_model(document: Document) -> Model:
    """Return the model that a document asks for.

    Raises InputError for another kind of model, further keys, repeated or too many columns.
    """
    if not isinstance(document, Mapping) or set(document) != _KEYS or document["model"] != "linear":
        raise InputError(
            say("模型的说明须有 model（linear）、table、subject、target 和 features 五项，不多也不少")
        )
    names, features = (document[name] for name in ("table", "subject", "target")), document["features"]
    listed = list(features) if isinstance(features, Sequence) and not isinstance(features, str) else []
    words = [*names, *listed]
    if not listed or len(listed) > MAX_FEATURES or not all(isinstance(word, str) for word in words):
        raise InputError(say("模型的 features 须是 1 到 {most} 个列名", most=MAX_FEATURES))
    table, subject, target, *columns = (str(word) for word in words)
    if len({target, *columns}) != len(columns) + 1:
        raise InputError(say("模型的 target 和 features 不能有重复的列"))
    return Model(table, subject, target, tuple(columns))


@dataclass(frozen=True, slots=True)
class Fitted:
    """What the gate fitted: the table that may leave, and what speaks against it."""

    table: pa.Table
    issues: tuple[Issue, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """One column of the design: the source column, and the category of a dummy (None for a figure)."""

    column: str
    category: str | None = None

    @property
    def name(self) -> str:
        """Return the name in the table that leaves."""
        return self.column if self.category is None else f"{self.column}={self.category}"


@dataclass(frozen=True, slots=True)
class Design:
    """The rows that the fit uses: figures and category codes by column, the target, units row for row."""

    terms: tuple[Term, ...]
    columns: Mapping[str, Floats]
    places: Mapping[str, Sequence[str]]
    target: Floats
    units: Mapping[str, Ids]

    @property
    def rows(self) -> int:
        """Return the number of rows."""
        return len(self.target)

    def blocks(
        self, scale: Floats, kept: NDArray[np.bool_] | None = None
    ) -> Iterator[tuple[slice, Floats, Floats]]:
        """Yield (rows, design, target) block by block, the design divided by `scale`; bounded memory."""
        for start in range(0, self.rows, _BLOCK):
            rows = slice(start, min(start + _BLOCK, self.rows))
            block = np.column_stack(
                [np.ones(rows.stop - start), *(self._term(term, rows) for term in self.terms)]
            )
            target = self.target[rows]
            if kept is not None:
                block, target = block[kept[rows]], target[kept[rows]]
            yield rows, block / scale, target

    def _term(self, term: Term, rows: slice) -> Floats:
        values = self.columns[term.column][rows]
        if term.category is None:
            return values
        return np.asarray(values == self.places[term.column].index(term.category), np.float64)


def fit(model: Model, source: Source, units: Mapping[str, Ids]) -> Fitted:
    """Return the model fitted over the source; `units` count, the subject's among them.

    Raises InputError for unknown or identifying columns, a target that holds no figures, too many categories
    or variables that determine each other.
    """
    design = design_of(model, source, units)
    limits = source.thresholds
    held = [*few_behind(design, limits)]
    if any(issue.check == "freedom" for issue in held):
        return Fitted(pa.table({}), tuple(held))
    scale = scale_of(design)
    inverse, beta, rss, tss = solve(design, scale)
    held += leveraged(design, scale, inverse, limits)
    held += told_apart(design, scale)
    return Fitted(_table(design, beta / scale, np.diag(inverse) / scale**2, rss, tss), tuple(held))


def design_of(model: Model, source: Source, units: Mapping[str, Ids], *, classes: bool = False) -> Design:
    """Return the rows that a fit uses; with `classes` the target is a column of two values, coded 0 and 1.

    Raises InputError as `fit` does.
    """
    named = (model.target, *model.features)
    for name in (*named, model.subject):
        if name not in source.table.column_names:
            raise InputError(say("表 {table} 没有列 {name}", table=source.name, name=name))
    if source.identifiers & set(named) or model.subject in named:
        raise InputError(say("能识别个人或企业的列不能作变量，请改用其他列"))
    kinds = {name: column_kind(source.table.column(name)) for name in named}
    if classes:
        kinds[model.target] = Kind.TEXT
    elif kinds[model.target] is not Kind.NUMBER:
        raise InputError(say("target 须是数值列，{name} 不是", name=model.target))
    present = _present(source.table.select(list(dict.fromkeys(named))))
    columns: dict[str, Floats] = {}
    places: dict[str, Sequence[str]] = {}
    terms: list[Term] = []
    for name in named:
        column = source.table.column(name).filter(present)
        if kinds[name] is Kind.NUMBER:
            columns[name] = pc.cast(column, pa.float64()).to_numpy(zero_copy_only=False)
            terms.append(Term(name))
            continue
        columns[name], places[name] = _coded(column, name)
        terms += [Term(name, category) for category in places[name][1:]]
    if classes and len(places[model.target]) != 2:
        raise InputError(say("target 须正好有两类，{name} 不是", name=model.target))
    kept = present.to_numpy(zero_copy_only=False)
    counted = {kind: ids[kept] for kind, ids in units.items()}
    return Design(tuple(terms[1:]), columns, places, columns[model.target], counted)


def _present(table: pa.Table) -> pa.ChunkedArray:
    """Return which rows have a value in every column."""
    present = pc.is_valid(table.column(0))
    for column in table.columns[1:]:
        present = pc.and_(present, pc.is_valid(column))
    return present


def _coded(column: pa.ChunkedArray, name: str) -> tuple[Floats, Sequence[str]]:
    """Return the categories of a column as codes, and their names in order; the first is the base."""
    text = pc.cast(column, pa.string())
    names = sorted(pc.unique(text).to_pylist())
    if not 2 <= len(names) <= MAX_CATEGORIES:
        raise InputError(say("列 {name} 须有 2 到 {most} 个类别，请先合并", name=name, most=MAX_CATEGORIES))
    codes = pc.index_in(text, value_set=pa.array(names, pa.string()))
    return codes.to_numpy(zero_copy_only=False).astype(np.float64), names


def few_behind(design: Design, limits: Thresholds) -> Iterator[Issue]:
    """Yield an issue when too few units stand behind the fit, or behind or beside a dummy."""
    whole = int(smallest_units(np.zeros(design.rows, np.int64), design.units, 1)[0])
    if whole - len(design.terms) - 1 < limits.smallest:
        yield Issue("freedom", evidence=say("统计对象减去参数后少于阈值"))
        return
    for name, names in design.places.items():
        sets = design.columns[name].astype(np.int64)
        counts = smallest_units(sets, design.units, len(names))
        if int(counts.min()) < limits.smallest:
            yield Issue("small-group", where=name, evidence=say("列 {name} 有类别的对象少于阈值", name=name))
    for term in design.terms:
        if term.category is None and _odd(design, design.columns[term.column]) < limits.smallest:
            evidence = say("列 {name} 几乎只有一个数值，等于给少数对象设了变量", name=term.column)
            yield Issue("small-group", where=term.column, evidence=evidence)


def _odd(design: Design, values: Floats) -> int:
    """Return how many units have another value than the commonest."""
    held, counts = np.unique(values, return_counts=True)
    sets = np.where(values == held[counts.argmax()], -1, 0)
    return int(smallest_units(sets.astype(np.int64), design.units, 1)[0])


def scale_of(design: Design) -> Floats:
    """Return by what each column of the design is divided, so that none drowns another."""
    sizes = [1.0]
    for term in design.terms:
        largest = float(np.abs(design.columns[term.column]).max()) if term.category is None else 1.0
        sizes.append(largest or 1.0)
    return np.asarray(sizes)


def solve(
    design: Design,
    scale: Floats,
    kept: NDArray[np.bool_] | None = None,
    penalty: Floats | float = 0.0,
) -> tuple[Floats, Floats, float, float]:
    """Return the inverse of X'X, the coefficients, and the residual and total sums of squares.

    `penalty` is what the square of each scaled coefficient costs (ridge), added to X'X.
    """
    width = len(design.terms) + 1
    gram, moment = np.zeros((width, width)), np.zeros(width)
    for _, block, target in design.blocks(scale, kept):
        gram += block.T @ block
        moment += block.T @ target
    mean = moment[0] / gram[0, 0]
    gram += np.diag(np.broadcast_to(penalty, width))
    if np.linalg.matrix_rank(gram, tol=_TIES * np.linalg.norm(gram, 2), hermitian=True) < width:
        raise InputError(say("变量之间有完全的线性关系，请去掉多余的变量"))
    inverse: Floats = np.linalg.inv(gram).astype(np.float64)
    beta = inverse @ moment
    rss = tss = 0.0
    for _, block, target in design.blocks(scale, kept):
        rss += float(((target - block @ beta) ** 2).sum())
        tss += float(((target - mean) ** 2).sum())
    return inverse, beta, rss, tss


def leveraged(design: Design, scale: Floats, inverse: Floats, limits: Thresholds) -> Iterator[Issue]:
    """Yield an issue when one unit pulls a coefficient by itself: its share of a row of the projection."""
    held = np.concatenate([((block @ inverse) * block).sum(axis=1) for _, block, _ in design.blocks(scale)])
    for ids in design.units.values():
        by_unit = np.bincount(ids, weights=held, minlength=1)
        if by_unit[1:].max(initial=0.0) > limits.largest_share or by_unit[0] > limits.largest_share:
            yield Issue("dominance", evidence=say("有一个对象对系数的杠杆超过上限"))
            return


def told_apart(design: Design, scale: Floats, penalty: Floats | float = 0.0) -> Iterator[Issue]:
    """Yield an issue when a fit over half of the units tells them from the other half by their residuals.

    The chance is the area under the ROC curve of absolute residuals (membership inference by loss,
    Yeom et al. 2018).
    """
    ids = next(iter(design.units.values()))
    half = half_of(ids)
    if not half.any() or half.all():
        return
    try:
        _, beta, _, _ = solve(design, scale, half, penalty)
    except InputError:
        yield Issue("model", evidence=say("去掉一半对象后模型无法拟合"))
        return
    lost = np.concatenate([np.abs(target - block @ beta) for _, block, target in design.blocks(scale)])
    step = max(1, design.rows // _SAMPLE)
    if area(lost[half][::step], lost[~half][::step]) > 0.5 + MAX_ADVANTAGE:
        yield Issue("model", evidence=say("由残差可以认出谁在数据里"))


def half_of(ids: Ids) -> NDArray[np.bool_]:
    """Return which rows belong to the units of one half, chosen by a fixed mixing of their numbers."""
    mixed = np.bitwise_count(ids.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15))
    return np.asarray(mixed & 1, np.bool_)


def area(inside: Floats, outside: Floats) -> float:
    """Return the chance that a member's residual is smaller than another's, ties counted by half."""
    ranked = np.sort(outside)
    below = np.searchsorted(ranked, inside, side="left")
    upto = np.searchsorted(ranked, inside, side="right")
    return float(1 - (below + upto).mean() / (2 * len(ranked)))


def _table(design: Design, beta: Floats, spread: Floats, rss: float, tss: float) -> pa.Table:
    """Return coefficients with standard errors, then fit and size; the size is cut to whole tens."""
    freedom = design.rows - len(beta)
    errors = np.sqrt(np.maximum(spread * rss / freedom, 0.0))
    names = ["（常数）", *(term.name for term in design.terms), "（决定系数）", "（样本数，取整到十）"]
    share = 1 - rss / tss if tss > 0 else 0.0
    values = [*map(figure, beta), figure(share), str(design.rows // 10 * 10)]
    return pa.table({
        "变量": pa.array(names, pa.string()),
        "系数": pa.array(values, pa.string()),
        "标准误": pa.array([*map(figure, errors), None, None], pa.string()),
    })  # fmt: skip


def figure(value: float) -> str:
    return f"{value:.{SIGNIFICANT}g}"
