"""Are the published cells of a proven claim safe? Units, contributions, remainders, classes.

Takes the recomputed claim and who stands behind each row; answers with problems, each with the
code of its check. Thresholds come from the grade. Pure; called by `judge`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sandbox.egress.claims import CheckedClaim
from sandbox.egress.coding import grouped
from sandbox.egress.differencing import Published, exposures
from sandbox.egress.expressions import POSITIONS, SPREADS, Expression, columns_of
from sandbox.egress.measures import condition_of, is_indicator, shift_of
from sandbox.egress.overlaps import Searched, overlapping
from sandbox.egress.positions import ENDS, at_the_edge, few_degrees, spread_by_one, thinly_held
from sandbox.egress.recompute import Measured, Recomputed
from sandbox.egress.units import Ids, Sets, rows_per_set, shares_of_each, smallest_units
from sandbox.kernel.findings import Verdict
from sandbox.kernel.grades import Thresholds
from sandbox.kernel.message import Message, say

_TIME_OR_NUMBER = re.compile(r"[-+]?[0-9][-0-9./: 年月日季度周T]*")
_FLAGS = frozenset(("0", "1", "0.0", "1.0"))
"""Numbers that say whether something holds, and so are classes."""
_MIXED = 0.5
"""Share of cells in groups of several classes from which a group of one class stands out."""

COUNT = ""
"""The quantity of plain counts; other quantities are named by the column that is summed."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One rule that published cells break: the check's code, how many cells, what reviewers read.

    `verdict` replaces the check's own where the rule could not be looked at to the end.
    """

    check: str
    cells: tuple[int, ...]
    evidence: Message
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True)
class Examined:
    """Every rule that published cells break, and how far their combinations were searched, by quantity."""

    problems: tuple[Problem, ...]
    searched: tuple[Searched, ...] = ()

    @property
    def bounds(self) -> str:
        """Return how far combinations were searched, as the receipt of the check says it."""
        return "; ".join(dict.fromkeys(str(one) for one in self.searched))


@dataclass(frozen=True, slots=True)
class Family:
    """One quantity published over disjoint sets of rows of one table."""

    table: str
    quantity: str
    published: Published


def judge_cells(
    truth: Recomputed,
    shown: NDArray[np.bool_],
    units: Mapping[str, Ids],
    thresholds: Thresholds,
) -> tuple[Problem, ...]:
    """Return every rule broken by the cells for which `shown` holds; empty means all are safe."""
    return examine(truth, shown, units, thresholds).problems


def examine(
    truth: Recomputed,
    shown: NDArray[np.bool_],
    units: Mapping[str, Ids],
    thresholds: Thresholds,
) -> Examined:
    """Return every rule broken by the cells for which `shown` holds, and how far was searched."""
    if not units:
        return Examined((Problem("small-group", (), say("没有统计单位，无法计算每格的对象数")),))
    base = keep(truth.sets, shown)
    problems = [_small(base, truth.count, units, thresholds, say("单元格的统计对象数"))]
    for measure in truth.measures.values():
        if measure.aggregate in truth.claim.aggregates or _conditional(measure):
            problems += _judge_measure(measure, base, shown, units, thresholds)
    problems.append(_one_class(truth, shown))
    problems.append(_remainder(base, units, thresholds))
    published = families(truth, shown, owner="self")
    problems.append(_within(published, units, thresholds))
    searched = _searched(published, units, thresholds)
    if problems[-1] is None:
        problems.append(_overlapping(searched))
    return Examined(tuple(problem for problem in problems if problem is not None), searched)


def keep(sets: Sets, shown: NDArray[np.bool_]) -> Sets:
    """Return the sets with every cell that is not shown taken out."""
    if not shown.size:
        return np.full_like(sets, -1)
    if shown.all():
        return sets
    return np.where((sets >= 0) & shown[np.maximum(sets, 0)], sets, -1)


def _small(
    sets: Sets, count: int, units: Mapping[str, Ids], thresholds: Thresholds, what: Message
) -> Problem | None:
    """Return the sets that have rows but too few units of some kind."""
    rows = rows_per_set(sets, count)
    held = smallest_units(sets, units, count, most=thresholds.smallest)
    low = np.flatnonzero((rows > 0) & (held < thresholds.smallest))
    if not low.size:
        return None
    evidence = say(
        "{what}：{cells} 格低于阈值，最少为 {least}",
        what=what,
        cells=int(low.size),
        least=int(held[low].min()),
    )
    return Problem("small-group", tuple(int(cell) for cell in low), evidence)


def _judge_measure(
    measure: Measured,
    base: Sets,
    shown: NDArray[np.bool_],
    units: Mapping[str, Ids],
    thresholds: Thresholds,
) -> list[Problem | None]:
    sets, count = keep(measure.sets, shown), shown.size
    found: list[Problem | None] = []
    if sets is not base:  # the same rows were counted for the cells themselves
        found.append(_small(sets, count, units, thresholds, say("计入该项的统计对象数")))
    if measure.aggregate.function in POSITIONS:
        found += _position(measure, sets, count, units, thresholds)
    elif measure.amounts is not None and not is_indicator(measure.aggregate.argument):
        shift = shift_of(measure.aggregate.argument)
        for amounts in (measure.amounts, *([measure.amounts - shift] if shift else [])):
            giving = ~np.isnan(amounts) & (amounts != 0)
            if not giving.all():
                contributing = np.where(giving, sets, -1)
                what = say("对合计有贡献的统计对象数")
                found.append(_small(contributing, count, units, thresholds, what))
            found.append(_dominated(amounts, sets, count, units, thresholds))
    if measure.aggregate.function in SPREADS:
        found += _spread(measure, sets, count, units, thresholds)
    if _conditional(measure):
        found.append(_whole_class(sets, base, count))
    return found


def _position(
    measure: Measured, sets: Sets, count: int, units: Mapping[str, Ids], thresholds: Thresholds
) -> list[Problem | None]:
    """Return the cells whose position tells what one unit has, or lies at the end of the cell."""
    thin = thinly_held(measure, sets, count, units, thresholds)
    held = say("{cells} 格的数值由少于阈值的对象持有", cells=int(thin.size))
    if measure.aggregate.function in ENDS:
        return [_problem("extremes", thin, held)]
    edge = at_the_edge(measure, sets, count, units, thresholds)
    evidence = say("{cells} 格的分位数一侧对象少于阈值", cells=int(edge.size))
    return [_problem("quantile", thin, held), _problem("extremes", edge, evidence)]


def _spread(
    measure: Measured, sets: Sets, count: int, units: Mapping[str, Ids], thresholds: Thresholds
) -> list[Problem | None]:
    """Return the cells whose spread has too few degrees of freedom or comes from one or two units."""
    few = few_degrees(sets, count, units, thresholds)
    one = spread_by_one(measure, sets, count, attributed(units), thresholds)
    return [
        _problem("freedom", few, say("{cells} 格的自由度低于阈值", cells=int(few.size))),
        _problem("dominance", one, say("{cells} 格的离差主要来自一两个对象", cells=int(one.size))),
    ]


def _problem(check: str, cells: NDArray[np.int64], evidence: Message) -> Problem | None:
    return Problem(check, tuple(int(cell) for cell in cells), evidence) if cells.size else None


def _conditional(measure: Measured) -> bool:
    """Return whether a measure counts only some rows of a cell.

    In HAVING such a measure decides which cells are seen, and so says of a few whether they exist.
    """
    argument = measure.aggregate.argument
    return measure.aggregate.condition is not None or condition_of(argument) is not None


def _dominated(
    amounts: NDArray[np.float64], sets: Sets, count: int, units: Mapping[str, Ids], thresholds: Thresholds
) -> Problem | None:
    """Return the cells in which one or two units make up too much, or could estimate each other."""
    bad = np.zeros(count, dtype=bool)
    for part in shares_of_each(sets, attributed(units), amounts, count):
        two = part.largest + part.second
        bad |= part.largest >= thresholds.largest_share * part.total
        bad |= two >= thresholds.two_largest_share * part.total
        bad |= part.total - two < thresholds.p_percent * part.largest
        bad &= part.total > 0
    cells = np.flatnonzero(bad)
    if not cells.size:
        return None
    evidence = say("{cells} 格中少数对象占比过大", cells=int(cells.size))
    return Problem("dominance", tuple(int(cell) for cell in cells), evidence)


def attributed(units: Mapping[str, Ids]) -> list[Ids]:
    """Return the ids of every kind, a missing one replaced by the row's unit of another kind.

    A firm whose legal person is unknown still is its own contributor; rows of nobody at all
    stay together as 0, the cautious reading.
    """
    completed = []
    for kind, ids in units.items():
        whole = ids.copy()
        shift = np.uint32(int(ids.max(initial=0)))
        for other, fallback in units.items():
            missing = (whole == 0) & (fallback != 0)
            if other != kind and missing.any():
                whole[missing] = fallback[missing] + shift
                shift = np.uint32(int(whole.max(initial=0)))
        completed.append(whole)
    return completed


def _whole_class(sets: Sets, base: Sets, count: int) -> Problem | None:
    """Return the cells in which a condition holds for nobody or for everybody."""
    inside, all_rows = rows_per_set(sets, count), rows_per_set(base, count)
    cells = np.flatnonzero((all_rows > 0) & ((inside == 0) | (inside == all_rows)))
    if not cells.size:
        return None
    evidence = say("{cells} 格中条件对全体成立或全不成立", cells=int(cells.size))
    return Problem("class-disclosure", tuple(int(cell) for cell in cells), evidence)


def _one_class(truth: Recomputed, shown: NDArray[np.bool_]) -> Problem | None:
    """Return the cells of groups that lie wholly in one class of a key, where other groups do not.

    A count by district and status says of a district with one status only what status everybody in
    it has. Keys that follow from the others in every group (a district from its town) say nothing,
    and times are no classes.
    """
    keys = truth.keys
    if not keys or not shown.any():
        return None
    bad = np.zeros(shown.size, dtype=bool)
    for place, name in enumerate(keys):
        values = {text for text in keys[name].texts() if text is not None}
        if all(_TIME_OR_NUMBER.fullmatch(text) for text in values) and not values <= _FLAGS:
            continue
        if len(values) < 2:
            bad |= _chosen_elsewhere(truth.claim, truth.claim.keys[place])
            continue
        rest = [key for other, key in keys.items() if other != name]
        if not rest:
            continue
        groups = grouped(rest)
        classes = np.bincount(groups)[groups]
        if (classes > 1).mean() >= _MIXED:
            bad |= classes == 1
    found = np.flatnonzero(bad & shown)
    if not found.size:
        return None
    evidence = say("{cells} 格所在的分组全部属于同一类", cells=int(found.size))
    return Problem("class-disclosure", tuple(int(cell) for cell in found), evidence)


def _chosen_elsewhere(claim: CheckedClaim, key: Expression) -> bool:
    """Return whether WHERE picks rows by other columns than those of a key that has one value only."""
    return claim.where is not None and not columns_of(claim.where) & columns_of(key)


def _remainder(base: Sets, units: Mapping[str, Ids], thresholds: Thresholds) -> Problem | None:
    """Return a problem when the rows in no published cell are few: they follow from the total."""
    outside = base < 0
    if not outside.any():
        return None
    rest = np.where(outside, 0, -1)
    held = int(smallest_units(rest, units, 1, most=thresholds.smallest)[0])
    if held >= thresholds.smallest:
        return None
    evidence = say("未公布部分只有 {units} 个统计对象，可由总数减出", units=held)
    return Problem("remainder", (), evidence)


def families(truth: Recomputed, shown: NDArray[np.bool_], *, owner: str) -> tuple[Family, ...]:
    """Return the sets of rows over which the claim publishes counts and sums, by quantity."""
    table, found = truth.claim.table, []
    for aggregate in truth.claim.aggregates:
        measure = truth.measures[aggregate]
        sets = keep(measure.sets, shown)
        if measure.amounts is None:
            found.append(Family(table, COUNT, Published(owner, sets)))
        elif is_indicator(aggregate.argument):
            found.append(Family(table, COUNT, Published(owner, keep(truth.sets, shown))))
            found.append(Family(table, COUNT, Published(owner, sets)))
        else:
            column = min(columns_of(aggregate.argument)) if aggregate.argument is not None else COUNT
            found.append(Family(table, column, Published(owner, sets)))
            if shift_of(aggregate.argument):  # so many rows times the constant are in it
                found.append(Family(table, COUNT, Published(owner, sets)))
    unique: list[Family] = []
    for family in found:
        if not any(
            family.quantity == other.quantity and np.array_equal(family.published.sets, other.published.sets)
            for other in unique
        ):
            unique.append(family)
    return tuple(unique)


def _within(published: Sequence[Family], units: Mapping[str, Ids], thresholds: Thresholds) -> Problem | None:
    """Return a problem when the cells of the one claim give a small set by subtraction."""
    for quantity in sorted({family.quantity for family in published}):
        parts = [family.published for family in published if family.quantity == quantity]
        try:
            exposed = exposures(parts, units, smallest=thresholds.smallest)
        except ValueError:
            return Problem("differencing", (), say("单元格过多，无法逐一核算相减的结果"))
        if exposed:
            least = min(exposure.units for exposure in exposed)
            evidence = say(
                "{sets} 组对象可由公布的单元格相减得出，最少 {least} 个", sets=len(exposed), least=least
            )
            return Problem("differencing", (), evidence)
    return None


def _searched(
    published: Sequence[Family], units: Mapping[str, Ids], thresholds: Thresholds
) -> tuple[Searched, ...]:
    """Return what a few figures of one cell leave, for each quantity by itself."""
    by_quantity: dict[str, list[Sets]] = {}
    for family in published:
        by_quantity.setdefault(family.quantity, []).append(family.published.sets)
    return tuple(overlapping(one, units, smallest=thresholds.smallest) for one in by_quantity.values())


def _overlapping(searched: Sequence[Searched]) -> Problem | None:
    found = [one for part in searched for one in part.found]
    if found:
        least = min(held for _, held in found)
        evidence = say(
            "{sets} 组对象可由同一格的几项相加减得出，最少 {least} 个", sets=len(found), least=least
        )
        return Problem("differencing", (), evidence)
    if all(part.whole for part in searched):
        return None
    evidence = say("同一格的项目过多，无法逐一核算几项相加减的结果")
    return Problem("differencing", (), evidence, Verdict.REVIEW)
