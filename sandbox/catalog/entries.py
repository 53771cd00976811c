"""Catalogue entries: a department registers a dataset; its steward confirms the columns.

The steward's word makes classes, units and grade binding: discovery only proposes. What a
dataset's columns mean is decided here once, and masking, landing and gate all read it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from sandbox.catalog.metadata import checked_core
from sandbox.kernel.actors import Actor
from sandbox.kernel.dataset_records import Column, Dataset, Unit
from sandbox.kernel.entities import EntityType, IdentifierClass
from sandbox.kernel.errors import InputError, NotFoundError
from sandbox.kernel.grades import Grade
from sandbox.kernel.lifecycle import step
from sandbox.kernel.message import say
from sandbox.kernel.metadata import Exclusion
from sandbox.kernel.permits import require
from sandbox.kernel.records import Environment
from sandbox.people.directory import Directory, with_record
from sandbox.store.canonical import Json
from sandbox.store.changes import Change, Link, Stored

_CODE = re.compile(r"[a-z][a-z0-9-]{2,39}")
PRIVATE_TYPES = frozenset(
    {
        EntityType.CN_RESIDENT_ID,
        EntityType.CN_FOREIGNER_ID,
        EntityType.CN_MOBILE,
        EntityType.BIRTH_DATE,
        EntityType.MEDICAL_RECORD,
        EntityType.CN_SOCIAL_SECURITY_CARD,
        EntityType.HEALTH,
        EntityType.BIOMETRIC,
    }
)
"""Types that natural persons alone have: a column of one makes a dataset personal."""
UNIT_KINDS = ("person", "firm", "household")
"""个人、企业、户: what the gate counts instead of rows."""


def register(directory: Directory, actor: Actor, dataset: Dataset) -> Dataset:
    """Return the dataset as registered, with no column confirmed yet.

    The class digit of its resource code decides its library.
    """
    taken = directory.store.find(Dataset, environment=dataset.environment)
    if any(one.record.code == dataset.code for one in taken):
        raise InputError(say("数据集代码 {code} 已被使用", code=dataset.code))
    kept: Dataset = directory.store.write(actor, registration(directory, actor, dataset))[0].record
    return kept


def registration(
    directory: Directory, actor: Actor, dataset: Dataset, *, note: Mapping[str, Json] | None = None
) -> Change:
    """Return the change that registers the dataset, asked and checked; `note` goes into its fact."""
    if not is_code(dataset.code):
        raise InputError(say("数据集代码 {code} 只能用小写字母、数字和连字符", code=dataset.code))
    dataset = checked_core(dataset)
    environment = directory.store.load(Environment, dataset.environment).record
    situation = with_record(
        directory.situation(actor),
        record=dataset,
        dataset=dataset,
        environment=environment,
        inputs=_inputs(directory, dataset),
    )
    require(actor, step("dataset:register"), situation)
    sources = (Link("source", one) for one in dataset.derived_from)
    links = (Link("environment", environment.id), Link("provider", dataset.organisation), *sources)
    return Change(
        step("dataset:register"),
        dataset,
        links=links,
        names=(f"dataset:{dataset.environment}:{dataset.code}",),
        note=note or {},
    )


def is_code(text: str) -> bool:
    """Return whether the text can be a dataset's code: small letters, digits and hyphens, 3 to 40 places."""
    return _CODE.fullmatch(text) is not None


def _inputs(directory: Directory, dataset: Dataset) -> tuple[Dataset, ...]:
    return tuple(directory.store.load(Dataset, one).record for one in dataset.derived_from)


def describe(directory: Directory, actor: Actor, identifier: str, described: Dataset) -> Dataset:
    """Return the dataset with the title, metadata, origin, media and flags of `described`; the rest stays.

    The personal-privacy flag is never taken away here (第三条): a landed version lifts it by evidence.
    """
    stored = directory.store.load(Dataset, identifier)
    kept = stored.record
    changed = checked_core(
        replace(
            kept,
            title=described.title,
            core=described.core,
            media=described.media,
            origin=described.origin,
            exclusions=described.exclusions,
            delivered_by=described.delivered_by,
        )
    )
    name = "dataset:amend" if kept.state == "classified" else "dataset:describe"
    situation = with_record(
        directory.situation(actor), record=kept, dataset=changed, inputs=_inputs(directory, changed)
    )
    require(actor, step(name), situation)
    directory.store.write(actor, Change(step(name), changed, expected=stored.version))
    return changed


def classify(
    directory: Directory,
    actor: Actor,
    identifier: str,
    *,
    columns: tuple[Column, ...],
    units: tuple[Unit, ...],
) -> Dataset:
    """Return the dataset with the columns and units that its steward confirms.

    Raises `InputError` when a column is named twice, a unit names no column, or the grade is
    below what a column asks for (就高从严).
    """
    stored = directory.store.load(Dataset, identifier)
    situation = with_record(directory.situation(actor), record=stored.record, dataset=stored.record)
    require(actor, step("dataset:classify"), situation)
    checked_columns(columns, stored.record.grading.grade)
    checked_units(units, columns)
    changed = replace(
        stored.record,
        state="classified",
        columns=columns,
        units=units,
        exclusions=flagged(stored.record.exclusions, columns, units),
    )
    directory.store.write(actor, Change(step("dataset:classify"), changed, expected=stored.version))
    return changed


def flagged(
    exclusions: tuple[Exclusion, ...], columns: tuple[Column, ...], units: tuple[Unit, ...]
) -> tuple[Exclusion, ...]:
    """Return the flags with personal privacy added where persons or households can be told apart."""
    if not is_personal(columns, units) or Exclusion.PERSONAL_PRIVACY in exclusions:
        return exclusions
    return (*exclusions, Exclusion.PERSONAL_PRIVACY)


def is_personal(columns: tuple[Column, ...], units: tuple[Unit, ...]) -> bool:
    """Return whether persons or households can be told apart in such a dataset."""
    persons = any(unit.kind in ("person", "household") for unit in units)
    return persons or any(column.type in PRIVATE_TYPES for column in columns)


def checked_columns(columns: tuple[Column, ...], grade: Grade) -> None:
    """Raise `InputError` unless the columns can be confirmed under the dataset's grade."""
    names = [column.name for column in columns]
    if not names or len(set(names)) != len(names):
        raise InputError(say("信息项不能为空，也不能重名"))
    for column in columns:
        if column.level > grade:
            raise InputError(say("信息项 {name} 的级别高于数据集的级别：请按就高从严调整", name=column.name))
        if column.identifier is IdentifierClass.DIRECT and column.technique == "keep":
            raise InputError(say("直接标识符 {name} 不能原样保留", name=column.name))


def checked_units(units: tuple[Unit, ...], columns: tuple[Column, ...]) -> None:
    """Raise `InputError` unless every unit is of a known kind and names confirmed columns."""
    names = {column.name for column in columns}
    for unit in units:
        if unit.kind not in UNIT_KINDS:
            raise InputError(say("统计单位只能是 person、firm 或 household"))
        if not unit.columns or not set(unit.columns) <= names:
            raise InputError(say("统计单位 {kind} 须指明数据集里已有的信息项", kind=unit.kind))


def withdraw(directory: Directory, actor: Actor, identifier: str) -> Dataset:
    """Return the dataset withdrawn: nothing of it lands any more."""
    stored = directory.store.load(Dataset, identifier)
    require(actor, step("dataset:withdraw"), with_record(directory.situation(actor), record=stored.record))
    changed = replace(stored.record, state="withdrawn")
    directory.store.write(actor, Change(step("dataset:withdraw"), changed, expected=stored.version))
    return changed


def by_code(directory: Directory, code: str) -> Stored[Dataset]:
    """Return the dataset of that id or code; `NotFoundError` if there is none.

    A code is one environment's own; `InputError` where two environments have the same.
    """
    every = directory.store.find(Dataset)
    named = [one for one in every if code == one.record.id] or [
        one for one in every if code == one.record.code
    ]
    if len(named) > 1:
        ids = "、".join(one.record.id for one in named)
        raise InputError(say("代码 {code} 在几个环境里都有：请改用数据集编号（{ids}）", code=code, ids=ids))
    if named:
        return named[0]
    raise NotFoundError(say("没有数据集 {code}：用 sandbox land list 查看目录", code=code))
