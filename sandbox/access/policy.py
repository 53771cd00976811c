"""From an agreement and what it stands on to the one access policy, and back from its record.

Compiled when the developer accepts, compared when the operator signs, read ever after by its
digest: what does not fit its digest is refused. Agreements signed before policies were recorded are
compiled from what they name. Called by seats, gates, landing and oversight.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from sandbox.kernel.actors import SYSTEM
from sandbox.kernel.agreement_records import PolicyRecord, ServiceAgreement
from sandbox.kernel.application_records import Application, Item
from sandbox.kernel.boundary import Boundary, OutputForm, narrowed
from sandbox.kernel.dataset_records import Dataset
from sandbox.kernel.errors import InputError, TamperedError
from sandbox.kernel.extents import unheld
from sandbox.kernel.lifecycle import step
from sandbox.kernel.message import say
from sandbox.kernel.permits import require
from sandbox.kernel.policy import AccessPolicy, DatasetTerms, digest_of
from sandbox.kernel.records import Environment
from sandbox.people.directory import Directory, with_record
from sandbox.regulation.calendars import regions
from sandbox.regulation.regime import Regime
from sandbox.store.changes import Change, Link
from sandbox.store.codec import decode


@dataclass(frozen=True, slots=True)
class Grounds:
    """What an agreement stands on: its applications, the first one leading, its items and their datasets."""

    applications: tuple[Application, ...]
    items: tuple[Item, ...]
    datasets: Mapping[str, Dataset]
    environment: Environment
    regime: Regime


def compile_policy(agreement: ServiceAgreement, grounds: Grounds) -> AccessPolicy:
    """Return the policy of an agreement; `InputError` where what it names contradicts itself."""
    leading = grounds.applications[0]
    bound = _bound(one.boundary for one in grounds.items)
    parts = tuple(_part(agreement, grounds, dataset) for dataset in sorted(_by_dataset(grounds.items)))
    _check_joins(agreement, grounds.items)
    return AccessPolicy(
        agreement=agreement.id,
        lineage=agreement.lineage,
        organisation=agreement.organisation,
        operator=agreement.operator,
        environment=grounds.environment.id,
        environment_code=grounds.environment.code,
        regions=bound.regions,
        scenario=agreement.scenario,
        scenario_kinds=leading.scenario_kinds,
        regime=leading.regime,
        regime_digest=grounds.regime.digest,
        zone=agreement.zone,
        term_from=agreement.term_from,
        term_to=agreement.term_to,
        users=tuple(sorted(agreement.users)),
        seats=agreement.seats,
        hours=agreement.terms.hours,
        quotas=agreement.terms.quotas,
        datasets=parts,
        joins=tuple(sorted(agreement.terms.joins, key=lambda one: (one.first, one.second))),
        outputs=_outputs(bound.outputs, grounds.applications, agreement.terms.outputs),
        reviewers=agreement.terms.reviewers,
    )


def _by_dataset(items: Sequence[Item]) -> dict[str, list[Item]]:
    found: dict[str, list[Item]] = {}
    for one in items:
        found.setdefault(one.dataset, []).append(one)
    return found


def _part(agreement: ServiceAgreement, grounds: Grounds, dataset_id: str) -> DatasetTerms:
    dataset, items = grounds.datasets[dataset_id], _by_dataset(grounds.items)[dataset_id]
    if any(one.rows != items[0].rows for one in items):
        raise InputError(say("数据集 {code} 的几项需求行范围不同：请并为一项后重新申请", code=dataset.code))
    narrowings = {one.item: one for one in agreement.terms.narrowings}
    fewer = {item: one.columns for item, one in narrowings.items() if one.columns}
    ranges = [one for item in items if item.id in narrowings for one in narrowings[item.id].rows]
    columns = dict.fromkeys(
        column for one in items for column in one.columns if column in fewer.get(one.id, one.columns)
    )
    if not columns:
        raise InputError(say("协议里数据集 {code} 没有留下任何信息项", code=dataset.code))
    limits = grounds.regime.thresholds(dataset.grading.grade)
    smallest = max(limits.smallest, *(one.boundary.minimum_aggregation for one in items))
    return DatasetTerms(
        dataset=dataset.id,
        code=dataset.code,
        provider=dataset.organisation,
        grade=int(dataset.grading.grade),
        items=tuple(one.id for one in items),
        columns=tuple(columns),
        rows=tuple(dict.fromkeys((*items[0].rows, *ranges))),
        extents=tuple(dict.fromkeys(one.extent for one in items)),
        thresholds=replace(limits, smallest=smallest),
        conditions=tuple(dict.fromkeys(one.conditions for one in items if one.conditions.strip())),
    )


def _bound(boundaries: Iterable[Boundary]) -> Boundary:
    found = Boundary()
    for one in boundaries:
        # The smallest group and the most columns are each dataset's own.
        found = narrowed(found, replace(one, minimum_aggregation=0, most_columns=0))
    return found


def _outputs(
    bound: tuple[OutputForm, ...], applications: Sequence[Application], agreed: tuple[OutputForm, ...]
) -> tuple[OutputForm, ...]:
    """Return the forms that boundary, applications and agreement all allow; naming none allows all."""
    asked: set[OutputForm] = set().union(*(one.outputs for one in applications))
    if any(not one.outputs for one in applications):
        asked = set()
    left = set(OutputForm)
    for allowed in (set(bound), asked, set(agreed)):
        left &= allowed or set(OutputForm)
    if not left:
        raise InputError(say("产出形式没有交集：边界条件、申请和协议各自允许的形式不同"))
    return () if left == set(OutputForm) else tuple(one for one in OutputForm if one in left)


def _check_joins(agreement: ServiceAgreement, items: Sequence[Item]) -> None:
    banned = {one.dataset: set(one.boundary.joins_banned) for one in items}
    for join in agreement.terms.joins:
        for one, other in ((join.first, join.second), (join.second, join.first)):
            if one not in banned:
                raise InputError(say("许可关联的数据集 {name} 不在协议之内", name=one))
            if other in banned[one]:
                raise InputError(say("边界条件禁止数据集 {one} 与 {other} 关联使用", one=one, other=other))


def check_extents(directory: Directory, policy: AccessPolicy) -> None:
    """Raise `InputError` unless every extent asked for is put into ranges of rows that landing can hold."""
    for part in policy.datasets:
        dataset = directory.store.load(Dataset, part.dataset).record
        known = {one.name for one in dataset.columns}
        if foreign := [one.column for one in part.rows if one.column not in known]:
            raise InputError(
                say("数据集 {code} 没有信息项 {name}：请按目录填写", code=part.code, name=foreign[0])
            )
        if (wider := unheld(part, dataset.core, regions())) is not None:
            raise InputError(wider)


def grounds_of(directory: Directory, agreement: ServiceAgreement) -> Grounds:
    """Return what an agreement stands on; `TamperedError` when its regime is not at hand."""
    store = directory.store
    named = (agreement.application, *agreement.amendments)
    applications = tuple(store.load(Application, one).record for one in named)
    items = tuple(store.load(Item, one).record for one in agreement.items)
    regime = directory.regimes.get(applications[0].regime)
    if regime is None:
        raise TamperedError(say("找不到申请所依据的制度版本 {name}", name=applications[0].regime))
    return Grounds(
        applications=applications,
        items=items,
        datasets={one.dataset: store.load(Dataset, one.dataset).record for one in items},
        environment=store.load(Environment, agreement.environment).record,
        regime=regime,
    )


def compiled(directory: Directory, agreement: ServiceAgreement) -> AccessPolicy:
    """Return the policy as it would be compiled now."""
    return compile_policy(agreement, grounds_of(directory, agreement))


def record_policy(directory: Directory, policy: AccessPolicy) -> PolicyRecord:
    """Return the policy's record, written unless it already lies there."""
    store = directory.store
    for stored in store.find(PolicyRecord, linked=("agreement", policy.agreement)):
        if stored.record.digest == policy.digest:
            return stored.record
    made = PolicyRecord(
        state="in-force",
        organisation=policy.organisation,
        environment=policy.environment,
        agreement=policy.agreement,
        digest=policy.digest,
        text=policy.text,
    )
    require(SYSTEM, step("access-policy:record"), with_record(directory.situation(SYSTEM), record=made))
    change = Change(
        step("access-policy:record"),
        made,
        links=(Link("agreement", policy.agreement),),
        note={"policy": policy.digest},
    )
    kept: PolicyRecord = store.write(SYSTEM, change)[0].record
    return kept


def policy_of(directory: Directory, agreement: ServiceAgreement) -> AccessPolicy:
    """Return the policy in which the agreement is enforced.

    Raises `TamperedError` unless the recorded text is the one whose digest the parties signed.
    """
    if not agreement.policy:
        return compiled(directory, agreement)
    return policy_named(directory, agreement.id, agreement.policy)


def policy_named(directory: Directory, agreement: str, digest: str) -> AccessPolicy:
    """Return the recorded policy of that digest; `TamperedError` if there is none or it was changed."""
    for stored in directory.store.find(PolicyRecord, linked=("agreement", agreement)):
        if stored.record.digest == digest:
            return _read(stored.record)
    raise TamperedError(say("协议 {id} 的访问策略不在记录里：按不允许处理", id=agreement))


def _read(record: PolicyRecord) -> AccessPolicy:
    """Return the value of a record, held against its digest."""
    found = _value(record.text)
    if found is None or digest_of(record.text) != record.digest or found.agreement != record.agreement:
        raise TamperedError(say("协议 {id} 的访问策略与签署的摘要不符：按不允许处理", id=record.agreement))
    return found


@lru_cache(maxsize=512)
def _value(text: str) -> AccessPolicy | None:
    """Return the policy that this very text is the canonical form of, or None."""
    try:
        policy = decode(AccessPolicy, json.loads(text))
    except (ValueError, TamperedError):
        return None
    return policy if policy.text == text else None
