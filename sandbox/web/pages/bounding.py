"""Boundary conditions in the browser: read as sentences, set by a form, narrowed with an approval (第八条).

The same fields serve a dataset's own conditions and what a reviewer adds to one item.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sandbox.access import boundaries
from sandbox.app import Platform
from sandbox.kernel.actors import Actor
from sandbox.kernel.boundary import Boundary, OutputForm
from sandbox.kernel.dataset_records import Dataset
from sandbox.kernel.message import Message
from sandbox.kernel.records import Environment
from sandbox.locale import words
from sandbox.regulation.calendars import regions
from sandbox.web.actions import Action, Call, Field, Form, Options
from sandbox.web.language import word
from sandbox.web.session import Outcome
from sandbox.web.visitor import Visitor

_BETWEEN = re.compile(r"[、，,;；\r\n]+")
Lines = tuple[tuple[Message, tuple[Message | str, ...]], ...]


def parted(text: str) -> tuple[str, ...]:
    """Return the entries of a text in which they stand between commas or on lines of their own."""
    return tuple(dict.fromkeys(one.strip() for one in _BETWEEN.split(text) if one.strip()))


def output_forms(_: Platform, __: Actor) -> Options:
    """Return in which form results may leave."""
    return tuple((one.value, words.term(f"output-{one.value}")) for one in OutputForm)


def counties(_: Platform, __: Actor) -> Options:
    """Return the city and its counties."""
    return tuple(regions().items())


def _datasets(platform: Platform, _: Actor) -> Options:
    return tuple((one.record.id, one.record.title) for one in platform.store.find(Dataset))


def _environments(platform: Platform, _: Actor) -> Options:
    return tuple((one.record.code, one.record.name) for one in platform.store.find(Environment))


_APART = word("几项之间用顿号或逗号分开")
FIELDS = (
    Field("allowed_scenarios", word("只允许的场景"), required=False, help=_APART),
    Field("forbidden_scenarios", word("禁止的场景"), required=False, help=_APART),
    Field("outputs", word("只允许的产出形式"), "checks", required=False, choices=output_forms),
    Field(
        "minimum_aggregation",
        word("最小分组"),
        "number",
        required=False,
        help=word("每格至少多少个统计单位；不填则按数据级别"),
    ),
    Field("most_columns", word("信息项最多几个"), "number", required=False),
    Field("longest_term_days", word("使用期限最长几天"), "number", required=False),
    Field("joins_banned", word("不得关联的数据集"), "checks", required=False, choices=_datasets),
    Field("regions", word("只限的地域"), "checks", required=False, choices=counties),
    Field("environments", word("只限的环境"), "checks", required=False, choices=_environments),
)
"""What can be bounded; an empty field restricts nothing."""


def boundary_in(platform: Platform, form: Form) -> Boundary:
    """Return the boundary that a form describes; `InputError` for what cannot be one."""
    numbers = {
        name: form.number(name, 0) or 0
        for name in ("minimum_aggregation", "most_columns", "longest_term_days")
    }
    texts = {name: list(parted(form.one(name))) for name in ("allowed_scenarios", "forbidden_scenarios")}
    lists = {name: list(form.many(name)) for name in ("outputs", "joins_banned", "regions", "environments")}
    return boundaries.boundary_of(platform.access, {**numbers, **texts, **lists})


def typed_of(boundary: Boundary) -> dict[str, tuple[str, ...]]:
    """Return the boundary as a form filled with it."""
    numbers = {
        name: getattr(boundary, name) for name in ("minimum_aggregation", "most_columns", "longest_term_days")
    }
    return {
        "allowed_scenarios": ("、".join(boundary.allowed_scenarios),),
        "forbidden_scenarios": ("、".join(boundary.forbidden_scenarios),),
        "outputs": tuple(one.value for one in boundary.outputs),
        "joins_banned": boundary.joins_banned,
        "regions": boundary.regions,
        "environments": boundary.environments,
        **{name: (str(value),) for name, value in numbers.items() if value},
    }


def in_words(visitor: Visitor, boundary: Boundary) -> Lines:
    """Return the conditions as lines to be read: what is bounded, and to what; nothing for no condition."""
    places = {one.record.code: one.record.name for one in visitor.platform.store.find(Environment)}
    lines: list[tuple[Message, tuple[Message | str, ...]]] = [
        (word("只允许的场景"), boundary.allowed_scenarios),
        (word("禁止的场景"), boundary.forbidden_scenarios),
        (word("只允许的产出形式"), tuple(words.term(f"output-{one.value}") for one in boundary.outputs)),
        (word("最小分组"), _number(boundary.minimum_aggregation, word("每格至少 {n} 个统计单位", n=0))),
        (word("信息项"), _number(boundary.most_columns, word("最多 {n} 个", n=0))),
        (word("使用期限"), _number(boundary.longest_term_days, word("最长 {n} 天", n=0))),
        (word("不得关联的数据集"), tuple(visitor.title_of(one) for one in boundary.joins_banned)),
        (word("只限的地域"), tuple(regions().get(one, one) for one in boundary.regions)),
        (word("只限的环境"), tuple(places.get(one, one) for one in boundary.environments)),
    ]
    return tuple((label, values) for label, values in lines if values)


def _number(value: int, sentence: Message) -> tuple[Message, ...]:
    return (Message(sentence.template, (("n", value),)),) if value else ()


def _bound(call: Call) -> Outcome:
    made = boundaries.set_boundary(
        call.platform.access, call.actor, call.id, boundary_in(call.platform, call.form)
    )
    return Outcome(f"/console/datasets/{made.id}", word("边界条件已设定，此后的审核都按它对照"))


def _look(visitor: Visitor, identifier: str, typed: Mapping[str, tuple[str, ...]]) -> Mapping[str, Any]:
    dataset = visitor.platform.store.load(Dataset, identifier).record
    shown = {"first": (), "bounds": FIELDS, "kept": (), "about": dataset.title}
    return shown if "who" in typed else {**shown, "typed": typed_of(dataset.boundary)}


BOUND = Action(
    "dataset:bound",
    "datasets",
    word("设定边界条件"),
    _bound,
    record=Dataset,
    fields=FIELDS,
    hint=word("本部门数据集的开发利用边界；空着的项不作限制。已同意的需求不受影响"),
    template="bounding.html",
    look=_look,
)
ACTIONS = (BOUND,)
