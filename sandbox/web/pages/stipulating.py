"""What the parties agree on as a form of plain fields: users, seats, hours, joins, ranges, quotas, reviewers.

Reads the form into the values of an agreement and notes of every field what is wrong with it. Whether an
agreement may be drafted the use case says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from sandbox.access import reading
from sandbox.access.terms import hours_of, join_named, narrowings_of
from sandbox.app import Platform
from sandbox.kernel.actors import Actor
from sandbox.kernel.application_records import Application, Item
from sandbox.kernel.boundary import OutputForm
from sandbox.kernel.dataset_records import Dataset
from sandbox.kernel.errors import InputError
from sandbox.kernel.policy import AccessPolicy
from sandbox.kernel.terms import (
    LEAST_REVIEWERS,
    MOST_REVIEWERS,
    Hours,
    Join,
    Narrowing,
    Quotas,
    RowRange,
    Terms,
)
from sandbox.people.directory import Directory
from sandbox.web.actions import Faults, Form, Misfilled
from sandbox.web.language import word
from sandbox.web.pages.asking import MOST_RANGES
from sandbox.web.pages.bounding import parted

QUOTAS = ("run_bytes", "day_bytes", "run_seconds", "day_runs", "day_submissions")
DAYS = {
    1: word("周一"),
    2: word("周二"),
    3: word("周三"),
    4: word("周四"),
    5: word("周五"),
    6: word("周六"),
    7: word("周日"),
}
Typed = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Stipulated:
    """What the form comes to."""

    term_from: date
    term_to: date
    users: tuple[str, ...]
    seats: int
    terms: Terms


@dataclass(frozen=True, slots=True)
class Ground:
    """What a draft stands on: the application, its approved items, their datasets by id.

    `further` are the applications in which the additions of amendments were reviewed.
    """

    application: Application
    items: tuple[Item, ...]
    datasets: Mapping[str, Dataset]
    further: tuple[Application, ...] = ()

    @property
    def last(self) -> date:
        """Return the last day that the applications ask for."""
        return max(one.term_to for one in (self.application, *self.further))

    @property
    def ids(self) -> dict[str, str]:
        """Return the datasets' ids by code."""
        return {one.code: one.id for one in self.datasets.values()}

    def items_of(self, dataset: str) -> list[str]:
        """Return the ids of a dataset's items."""
        return [one.id for one in self.items if one.dataset == dataset]

    @property
    def outputs(self) -> tuple[OutputForm, ...]:
        """Return the forms that neither the application nor a boundary leaves out."""
        asked = [one.outputs for one in (self.application, *self.further)]
        together = tuple(dict.fromkeys(each for one in asked for each in one)) if all(asked) else ()
        named = [together, *(one.boundary.outputs for one in self.items)]
        return tuple(one for one in OutputForm if all(not each or one in each for each in named))

    @property
    def pairs(self) -> tuple[tuple[Dataset, Dataset, bool], ...]:
        """Return every two datasets, and whether a boundary forbids to join them."""
        banned = {(one.dataset, other) for one in self.items for other in one.boundary.joins_banned}
        return tuple(
            (one, other, bool({(one.id, other.id), (other.id, one.id)} & banned))
            for one, other in combinations(self.datasets.values(), 2)
        )


def ground_of(platform: Platform, actor: Actor, application: str) -> Ground:
    """Return what an agreement on the application would stand on; refuses who is no party to it."""
    store = platform.store
    asked = reading.application(platform.access, actor, application)
    approved = store.find(Item, state="approved", linked=("application", asked.id))
    items = tuple(one.record for one in approved)
    if not items:
        raise Misfilled({"application": word("申请 {id} 还没有批准的需求", id=asked.id)})
    datasets = {one.dataset: store.load(Dataset, one.dataset).record for one in items}
    return Ground(asked, items, datasets)


def stipulated(directory: Directory, form: Form, ground: Ground) -> Stipulated:
    """Return what a form says; `Misfilled` with everything that is wrong with it."""
    asked, faults = ground.application, Faults()
    nobody: tuple[str, ...] = ()
    found = Stipulated(
        term_from=faults.tried("term_from", _within, form, "term_from", ground, absent=asked.term_from),
        term_to=faults.tried("term_to", _within, form, "term_to", ground, absent=ground.last),
        users=faults.tried("users", _users, directory, form, asked.organisation, absent=nobody),
        seats=faults.tried("seats", _at_least_one, form, absent=1),
        terms=_terms(form, ground, faults),
    )
    if found.term_to < found.term_from:
        faults.found.setdefault("term_to", word("结束日期早于开始日期"))
    faults.settle()
    return found


def _within(form: Form, name: str, ground: Ground) -> date:
    first, last = ground.application.term_from, ground.last
    found = form.day(name, first if name == "term_from" else last)
    if not first <= found <= last:
        said = word("应在申请的使用期限 {first} 至 {last} 之内", first=str(first), last=str(last))
        raise InputError(said)
    return found


def _users(directory: Directory, form: Form, organisation: str) -> tuple[str, ...]:
    names = form.one("users").replace("、", " ").replace("，", " ").split()
    if not names:
        raise InputError(word("请写明至少一名用户"))
    found = [directory.account_named(one) for one in dict.fromkeys(names)]
    for one in found:
        if one.organisation != organisation:
            raise InputError(word("{name} 不是开发利用者的人员", name=one.name))
    return tuple(one.id for one in found)


def _at_least_one(form: Form) -> int:
    seats = form.number("seats", 1)
    if not seats:
        raise InputError(word("至少一个席位"))
    return seats


def _terms(form: Form, ground: Ground, faults: Faults) -> Terms:
    hours: tuple[Hours, ...] = ()
    joins: tuple[Join, ...] = ()
    outputs: tuple[OutputForm, ...] = ()
    figures = {name: faults.tried(name, figure_in, form, name, absent=0) for name in QUOTAS}
    return Terms(
        hours=faults.tried("hours", hours_in, form, absent=hours),
        quotas=Quotas(**figures),
        joins=faults.tried("joins", _joins, form, ground, absent=joins),
        outputs=faults.tried("outputs", _outputs, form, ground, absent=outputs),
        narrowings=_narrowings(form, ground, faults),
        reviewers=faults.tried("reviewers", _reviewers, form, absent=LEAST_REVIEWERS),
    )


def figure_in(form: Form, name: str) -> int:
    """Return the figure of a field, zero for an empty one."""
    return form.number(name, 0) or 0


def pairs_of(policy: AccessPolicy) -> tuple[tuple[str, str], ...]:
    """Return every two datasets of a policy, by id, in the order in which a join names them."""
    return tuple(combinations(sorted(one.dataset for one in policy.datasets), 2))


def hours_in(form: Form) -> tuple[Hours, ...]:
    """Return the hours of the days that are ticked, and those written on lines of their own."""
    days, start, end = form.many("hours-days"), form.one("hours-start"), form.one("hours-end")
    ticked: tuple[str, ...] = ()
    if days and start and end:
        ticked = (f"{','.join(sorted(days))} {start}-{end}",)
    elif days or start or end:
        raise InputError(word("使用时段须选好星期，并写明起止时间"))
    written = (one.strip() for one in form.one("hours").replace("；", "\n").splitlines())
    return tuple(dict.fromkeys(hours_of(one) for one in (*ticked, *written) if one))


def _joins(form: Form, ground: Ground) -> tuple[Join, ...]:
    return tuple(dict.fromkeys(join_named(one, ground.ids) for one in form.many("joins")))


def _outputs(form: Form, ground: Ground) -> tuple[OutputForm, ...]:
    named, offered = form.many("outputs"), {one.value: one for one in ground.outputs}
    if set(named) - set(offered):
        raise InputError(word("申请和边界条件不允许这种产出形式：请从列出的里面选"))
    return tuple(offered[one] for one in dict.fromkeys(named))


def _reviewers(form: Form) -> int:
    found = form.number("reviewers", LEAST_REVIEWERS) or 0
    if not LEAST_REVIEWERS <= found <= MOST_REVIEWERS:
        raise InputError(word("审查人数为 {least} 到 {most} 人", least=LEAST_REVIEWERS, most=MOST_REVIEWERS))
    return found


def _narrowings(form: Form, ground: Ground, faults: Faults) -> tuple[Narrowing, ...]:
    """Return what is taken less than approved: from the lines of a program, or from each dataset's fields."""
    nothing: tuple[Narrowing, ...] = ()
    lines = [one.strip() for one in form.one("rows").splitlines() if one.strip()]
    by_code = {one.code: ground.items_of(one.id) for one in ground.datasets.values()}
    found = list(faults.tried("rows", narrowings_of, lines, by_code, absent=nothing))
    for dataset in ground.datasets.values():
        whole: tuple[RowRange, ...] = ()
        rows = faults.tried(f"rows:{dataset.id}", _ranges, form, dataset, absent=whole)
        if rows:
            found += [Narrowing(item=one, rows=rows) for one in ground.items_of(dataset.id)]
    return tuple(found)


def _ranges(form: Form, dataset: Dataset) -> tuple[RowRange, ...]:
    found, known = [], {one.name for one in dataset.columns}
    for place in range(MOST_RANGES):
        tail = f"{dataset.id}:{place}"
        column, values = form.one(f"row-column:{tail}"), parted(form.one(f"row-values:{tail}"))
        start, end = form.one(f"row-start:{tail}"), form.one(f"row-end:{tail}")
        if not (column or start or end or values):
            continue
        if column not in known:
            raise InputError(word("第 {n} 个范围：请选信息项", n=place + 1))
        if values and (start or end):
            raise InputError(word("第 {n} 个范围：起止和取值只填一样", n=place + 1))
        if not (values or start or end):
            raise InputError(word("第 {n} 个范围：请填起止或取值", n=place + 1))
        found.append(RowRange(column=column, start=start, end=end, values=values))
    return tuple(found)
