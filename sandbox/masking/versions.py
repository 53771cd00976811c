"""Masking policies as records: drafted for a dataset, confirmed by its steward, superseded.

A confirmed version is never changed; a new one takes its place. What an agreement lands is
the confirmed policy narrowed to the approved columns: the rest is dropped, but their
values are still known as direct identifiers, so that no other cell may carry them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from sandbox.kernel.actors import Actor
from sandbox.kernel.dataset_records import Dataset, MaskingPolicy
from sandbox.kernel.entities import IdentifierClass
from sandbox.kernel.errors import InputError
from sandbox.kernel.lifecycle import step
from sandbox.kernel.message import say
from sandbox.kernel.permits import require
from sandbox.kernel.situation import Situation
from sandbox.masking.policy import Policy, TablePolicy
from sandbox.masking.policy_file import read_policy, write_policy
from sandbox.masking.techniques import Drop, Keep
from sandbox.people.directory import Directory, with_record
from sandbox.store.changes import Change, Link


def draft(directory: Directory, actor: Actor, dataset: Dataset, text: str) -> MaskingPolicy:
    """Return the policy as drafted; `InputError` when it does not fit the confirmed columns."""
    policy = read_policy(text)
    _check_against(policy, dataset)
    earlier = directory.store.find(MaskingPolicy, linked=("dataset", dataset.id))
    record = MaskingPolicy(
        state="drafted",
        organisation=dataset.organisation,
        environment=dataset.environment,
        dataset=dataset.id,
        version=len(earlier) + 1,
        text=write_policy(policy),
        digest=policy.digest,
        zone=policy.zone,
    )
    require(actor, step("masking-policy:draft"), _situation(directory, actor, record, dataset))
    change = Change(step("masking-policy:draft"), record, links=(Link("dataset", dataset.id),))
    kept: MaskingPolicy = directory.store.write(actor, change)[0].record
    return kept


def _check_against(policy: Policy, dataset: Dataset) -> None:
    table = policy.table(dataset.code)
    table.check_columns([column.name for column in dataset.columns])
    for column in dataset.columns:
        masked = table.column(column.name)
        kept = isinstance(masked.technique, Keep)
        if column.identifier is IdentifierClass.DIRECT and masked.identifier is not IdentifierClass.DIRECT:
            raise InputError(say("目录中的直接标识符 {name} 在策略里须同样对待", name=column.name))
        if column.sensitive and kept and dataset.grading.grade < column.level:
            raise InputError(say("敏感信息项 {name} 不能原样保留", name=column.name))


def confirm(directory: Directory, actor: Actor, identifier: str) -> MaskingPolicy:
    """Return the policy as confirmed by the steward; an earlier confirmed one is superseded."""
    store = directory.store
    stored = store.load(MaskingPolicy, identifier)
    dataset = store.load(Dataset, stored.record.dataset).record
    require(actor, step("masking-policy:confirm"), _situation(directory, actor, stored.record, dataset))
    _check_against(read_policy(stored.record.text), dataset)
    confirmed = replace(stored.record, state="confirmed")
    changes = [Change(step("masking-policy:confirm"), confirmed, expected=stored.version)]
    for old in store.find(MaskingPolicy, state="confirmed", linked=("dataset", dataset.id)):
        superseded = replace(old.record, state="superseded")
        changes.append(Change(step("masking-policy:supersede"), superseded, expected=old.version))
    store.write(actor, *changes)
    return confirmed


def confirmed_for(directory: Directory, dataset: str) -> MaskingPolicy:
    """Return the dataset's confirmed policy; `InputError` if its steward confirmed none."""
    found = directory.store.find(MaskingPolicy, state="confirmed", linked=("dataset", dataset))
    if not found:
        raise InputError(say("数据集还没有确认的脱敏策略：请数据管理员先确认"))
    return found[-1].record


def narrowed(policy: Policy, code: str, columns: Collection[str]) -> Policy:
    """Return the policy of one table that lands only the given columns."""
    table = policy.table(code)
    kept = tuple(
        column if column.name in columns else replace(column, technique=Drop()) for column in table.columns
    )
    only: TablePolicy = replace(table, columns=kept)
    return replace(policy, tables=(only,))


def _situation(directory: Directory, actor: Actor, record: MaskingPolicy, dataset: Dataset) -> Situation:
    return with_record(directory.situation(actor), record=record, dataset=dataset, policy=record)
