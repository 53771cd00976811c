"""Boundary conditions of a dataset: set by its department, shown to whoever applies (第八条).

Every later review of the dataset is held to them; items already approved keep what stood on them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sandbox.access.desk import AccessDesk
from sandbox.catalog.entries import by_code
from sandbox.kernel.actors import Actor
from sandbox.kernel.boundary import Boundary, OutputForm
from sandbox.kernel.dataset_records import Dataset
from sandbox.kernel.errors import InputError
from sandbox.kernel.lifecycle import step
from sandbox.kernel.message import say
from sandbox.kernel.permits import require
from sandbox.kernel.words import check_record
from sandbox.people.directory import with_record
from sandbox.store.changes import Change

_LISTS = frozenset(
    {"allowed_scenarios", "forbidden_scenarios", "outputs", "joins_banned", "regions", "environments"}
)
_NUMBERS = frozenset({"minimum_aggregation", "most_columns", "longest_term_days"})


def set_boundary(desk: AccessDesk, actor: Actor, code: str, boundary: Boundary) -> Dataset:
    """Return the dataset with these boundary conditions in place of the earlier ones."""
    check_record(boundary)
    stored = by_code(desk.directory, code)
    situation = with_record(desk.directory.situation(actor), record=stored.record, dataset=stored.record)
    require(actor, step("dataset:bound"), situation)
    changed = replace(stored.record, boundary=boundary)
    desk.directory.store.write(actor, Change(step("dataset:bound"), changed, expected=stored.version))
    return changed


def boundary_of(desk: AccessDesk, document: Mapping[str, Any]) -> Boundary:
    """Return the boundary that a document describes; datasets by code, no key ignored."""
    for key, value in document.items():
        _check(key, value)
    given = dict(document)
    if "joins_banned" in given:
        given["joins_banned"] = [by_code(desk.directory, one).record.id for one in given["joins_banned"]]
    fields: dict[str, Any] = {key: tuple(value) if key in _LISTS else value for key, value in given.items()}
    if "outputs" in fields:
        fields["outputs"] = outputs_of(fields["outputs"])
    try:
        return Boundary(**fields)
    except ValueError:
        raise InputError(say("边界条件有空白、过长的条目或负数：请改正后重试")) from None


def _check(key: str, value: object) -> None:
    if key in _NUMBERS and type(value) is int:
        return
    if key in _LISTS and isinstance(value, list) and all(isinstance(one, str) for one in value):
        return
    if key in _LISTS | _NUMBERS:
        raise InputError(say("边界条件的“{key}”写法不对：列表写文字，上下限写整数", key=key))
    raise InputError(say("边界条件里没有“{key}”这一项", key=key))


def outputs_of(names: tuple[str, ...]) -> tuple[OutputForm, ...]:
    """Return the output forms of these names; `InputError` with the list of what can be named."""
    try:
        return tuple(OutputForm(one) for one in names)
    except ValueError:
        known = "、".join(one.value for one in OutputForm)
        raise InputError(say("产出形式只能是 {known}", known=known)) from None
