"""Landings: an approved item of one delivery becomes an immutable masked snapshot (第九条).

Only approved rows and columns are masked, with the key of the agreement, so that the data of
two agreements cannot be joined. Beside the snapshot lies the gate's sidecar, never mounted
anywhere. The record is written last: a killed landing leaves the last version in force.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, cast

from sandbox.access.policy import policy_of
from sandbox.access.transfer import in_force as in_force_transfer
from sandbox.access.versions import versions
from sandbox.catalog import impacts
from sandbox.catalog.consents import in_force, of_dataset
from sandbox.catalog.entries import by_code
from sandbox.fingerprint.columns import Columns
from sandbox.fingerprint.sidecar import Sidecar, UnitColumns, dense_units
from sandbox.ingest import batch
from sandbox.ingest.desk import GATE_KEY, IngestDesk
from sandbox.ingest.scope import Scoped, read_scoped
from sandbox.kernel.actors import SYSTEM, Actor
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.application_records import Item
from sandbox.kernel.dataset_records import Dataset, Delivery, LandingOrder, MaskingPolicy, Snapshot
from sandbox.kernel.entities import IdentifierClass
from sandbox.kernel.errors import InputError, RefusedError, SandboxError
from sandbox.kernel.lifecycle import step
from sandbox.kernel.message import Message, say
from sandbox.kernel.metadata import Clearance, Exclusion
from sandbox.kernel.permits import require
from sandbox.kernel.policy import AccessPolicy, DatasetTerms
from sandbox.kernel.situation import Situation
from sandbox.masking.policy_file import read_policy
from sandbox.masking.run import MaskJob, MaskResult, mask_source
from sandbox.masking.versions import confirmed_for, narrowed
from sandbox.people.directory import with_record
from sandbox.pool.disk import storage_errors
from sandbox.pool.snapshot import Snapshot as Version
from sandbox.regulation.calendars import regions
from sandbox.store.canonical import Json
from sandbox.store.changes import Change, Link
from sandbox.vault.keys import DataKey
from sandbox.vault.sealed import create_sealed

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Inputs:
    """The records that one landing is made from."""

    order: LandingOrder
    agreement: ServiceAgreement
    item: Item
    dataset: Dataset
    delivery: Delivery
    policy: MaskingPolicy
    access: AccessPolicy

    @property
    def terms(self) -> DatasetTerms:
        """What the agreement's policy says of the dataset; `InputError` if nothing."""
        found = self.access.part(self.dataset.id)
        if found is None:
            raise InputError(say("协议没有列入数据集 {code}", code=self.dataset.code))
        return found


def order(desk: IngestDesk, actor: Actor, *, agreement: str, dataset: str, delivery: str) -> LandingOrder:
    """Return the landing order for the agreement's item of a dataset, from an accepted delivery."""
    store = desk.directory.store
    service = store.load(ServiceAgreement, agreement).record
    entry = by_code(desk.directory, dataset).record
    part = policy_of(desk.directory, service).part(entry.id)
    if part is None:
        raise InputError(say("协议没有列入数据集 {code}", code=entry.code))
    made = LandingOrder(
        state="ordered",
        organisation=entry.organisation,
        environment=entry.environment,
        agreement=service.id,
        item=part.items[0],
        dataset=entry.id,
        delivery=delivery,
        policy=confirmed_for(desk.directory, entry.id).id,
        columns=part.columns,
    )
    inputs = _inputs(desk, made)
    require(actor, step("landing-order:order"), _situation(desk, actor, inputs))
    links = tuple(
        Link(role, to)
        for role, to in (
            ("agreement", service.id),
            ("item", part.items[0]),
            ("dataset", entry.id),
            ("delivery", delivery),
            ("policy", made.policy),
        )
    )
    kept: LandingOrder = store.write(actor, Change(step("landing-order:order"), made, links=links))[0].record
    return kept


def _inputs(desk: IngestDesk, made: LandingOrder) -> Inputs:
    store = desk.directory.store
    agreement = store.load(ServiceAgreement, made.agreement).record
    return Inputs(
        order=made,
        agreement=agreement,
        access=policy_of(desk.directory, agreement),
        item=store.load(Item, made.item).record,
        dataset=store.load(Dataset, made.dataset).record,
        delivery=store.load(Delivery, made.delivery).record,
        policy=store.load(MaskingPolicy, made.policy).record,
    )


def _situation(desk: IngestDesk, actor: Actor, inputs: Inputs) -> Situation:
    return with_record(
        desk.directory.situation(actor),
        record=inputs.order,
        order=inputs.order,
        agreement=inputs.agreement,
        access=inputs.access,
        items=(inputs.item,),
        dataset=inputs.dataset,
        delivery=inputs.delivery,
        policy=inputs.policy,
        consents=of_dataset(desk.directory, inputs.dataset),
        impacts=impacts.of_item(desk.directory, inputs.item.id),
        transfer=in_force_transfer(desk.directory, inputs.dataset, inputs.agreement.environment),
        region_names=regions(),
    )


def land(desk: IngestDesk, order_id: str, *, progress: Progress | None = None) -> Snapshot:
    """Return the published snapshot of an order; a landing that cannot be done stops, on record.

    Raises what stopped it. A landing killed in the middle is begun anew by `resume`.
    """
    store = desk.directory.store
    stored = store.load(LandingOrder, order_id)
    inputs = _inputs(desk, stored.record)
    try:
        require(SYSTEM, step("landing-order:land"), _situation(desk, SYSTEM, inputs))
    except RefusedError as error:
        # One whose columns are not those approved was changed behind us: it is left as it lies.
        if not {"state", "order-fits"} & {one.code for one in error.decision.refusals}:
            _stop(desk, stored.record, stored.version, error.decision.refusals[0].message)
        raise
    try:
        return _land(desk, inputs, stored.version, progress)
    except InputError as error:
        _stop(desk, stored.record, stored.version, error.message)
        raise


def _stop(desk: IngestDesk, made: LandingOrder, version: int, reason: Message) -> None:
    stopped = replace(made, state="stopped", reason=str(reason))
    desk.directory.store.write(SYSTEM, Change(step("landing-order:stop"), stopped, expected=version))


def _land(desk: IngestDesk, inputs: Inputs, version: int, progress: Progress | None) -> Snapshot:
    key = desk.vault.open(inputs.agreement.key_id)
    order_key = key.derive("ingest/order", 16)
    scoped = read_scoped(desk, inputs.delivery, inputs.terms.rows, progress, order=order_key)
    wanted = _units(inputs.dataset)
    numbers = dense_units(
        scoped.rows.columns().only([name for unit in wanted for name in unit.columns]), wanted
    )
    policy = narrowed(read_policy(inputs.policy.text), inputs.dataset.code, inputs.order.columns)
    floor = desk.floor(inputs.access, inputs.dataset)
    if policy.table(inputs.dataset.code).floor < floor:
        raise InputError(say("脱敏策略的 k 低于本环境的下限 {floor}：请数据管理员调整", floor=floor))
    first = versions(inputs.agreement)[0]  # later versions of the agreement go on in its series
    series = f"{inputs.agreement.environment}/{inputs.dataset.code}/{first}"
    with desk.pool.stage(series) as stage:
        job = MaskJob(policy, inputs.dataset.code, _masking_key(key, inputs), stage.path)
        result = mask_source(scoped.opened, job, units=numbers, progress=progress)
        del numbers  # what so many rows need no more is not kept beside what the sidecar needs
        raw = scoped.rows.kept(result.kept).columns()
        sidecar = _write_sidecar(desk, inputs, raw, (result, stage.path))
        committed = stage.commit(_manifest(inputs, scoped, result))
    return _record(desk, inputs, version, committed, result, sidecar)


def _masking_key(key: DataKey, inputs: Inputs) -> DataKey:
    """Return the key of the datasets that may be joined with this one: tokens of others never meet.

    Agreements from before policies were recorded go on with their one key.
    """
    if not inputs.agreement.policy:
        return key
    group = ",".join(inputs.access.group(inputs.dataset.id))
    return replace(key, secret=key.derive(f"masking/join/{group}"))


def _manifest(inputs: Inputs, scoped: Scoped, result: MaskResult) -> dict[str, object]:
    rows = dict(cast("dict[str, int]", result.manifest["rows"]))
    rows["delivered"] = scoped.delivered
    rows["outside"] = scoped.outside
    accounted = rows["out"] + rows["quarantined"] + rows["suppressed"] + rows["outside"]
    if accounted != rows["delivered"]:
        raise InputError(
            say("落地的行数对不上：交付 {a} 行，有着落的 {b} 行", a=rows["delivered"], b=accounted)
        )
    return {
        **result.manifest,
        "rows": rows,
        "dataset": {"id": inputs.dataset.id, "code": inputs.dataset.code, "title": inputs.dataset.title},
        "agreement": inputs.agreement.id,
        "access_policy": inputs.access.digest,
        "order": inputs.order.id,
        "delivery": {"id": inputs.delivery.id, "sha256": inputs.delivery.digest},
        "article": "第九条",
    }


def _units(dataset: Dataset) -> tuple[UnitColumns, ...]:
    return tuple(UnitColumns(one.kind, one.columns, one.sentinels) for one in dataset.units)


def _write_sidecar(desk: IngestDesk, inputs: Inputs, raw: Columns, masked_in: tuple[MaskResult, Path]) -> str:
    """Return the name of the sealed sidecar, aligned row by row with the snapshot."""
    result, out = masked_in
    masked = Columns.of_parts([out / part.name for part in result.parts], sum(p.rows for p in result.parts))
    gate = desk.key_of(GATE_KEY)
    direct = [c.name for c in inputs.dataset.columns if c.identifier is IdentifierClass.DIRECT]
    name = f"{inputs.order.id}-{desk.directory.entropy(8).hex()}"
    folder = desk.sidecars / name
    folder.mkdir(mode=0o700, parents=True)
    Sidecar.write(
        lambda part: cast(BinaryIO, create_sealed(folder / part, gate, name=f"{name}/{part}")),
        raw,
        masked,
        units=_units(inputs.dataset),
        key=gate.derive("gate/fingerprint", 16),
        identifiers=direct,
    )
    return name


def _record(
    desk: IngestDesk,
    inputs: Inputs,
    version: int,
    committed: Version,
    result: MaskResult,
    sidecar: str,
) -> Snapshot:
    smallest, reason = _openness(desk, inputs, result)
    left, cleared = _flags(desk, inputs, committed, result)
    consent = in_force(desk.directory, inputs.dataset)
    snapshot = Snapshot(
        state="published",
        organisation=inputs.dataset.organisation,
        environment=inputs.agreement.environment,
        agreement=inputs.agreement.id,
        dataset=inputs.dataset.id,
        order=inputs.order.id,
        series=committed.series,
        version=committed.version,
        manifest_digest=committed.digest,
        sidecar=sidecar,
        rows=sum(part.rows for part in committed.parts),
        smallest_class=smallest,
        interactive=reason is None,
        reason=str(reason) if reason is not None else "",
        exclusions=left,
        cleared=cleared,
        delivered_by=inputs.dataset.delivered_by,
        consent=consent.id if consent is not None else "",
    )
    links = (
        Link("agreement", inputs.agreement.id),
        Link("dataset", inputs.dataset.id),
        Link("order", inputs.order.id),
    )
    landed = replace(inputs.order, state="landed")
    note: dict[str, Json] = {
        "rows": snapshot.rows,
        "smallest_class": smallest,
        "policy": result.policy.digest,
    }
    changes = (
        Change(step("snapshot:publish"), snapshot, links=links, note=note),
        Change(step("landing-order:land"), landed, expected=version),
    )
    kept: Snapshot = desk.directory.store.write(SYSTEM, *changes)[0].record
    return kept


def _flags(
    desk: IngestDesk, inputs: Inputs, committed: Version, result: MaskResult
) -> tuple[tuple[Exclusion, ...], tuple[Clearance, ...]]:
    """Return the flags that this version still bears, and those that its evidence lifts (第三条, 第六条).

    Personal privacy is lifted when no class is below the floor: a version without rows proves nothing.
    """
    flag = Exclusion.PERSONAL_PRIVACY
    smallest, floor = _smallest(result), desk.floor(inputs.access, inputs.dataset)
    if flag not in inputs.dataset.exclusions or smallest < floor:
        return inputs.dataset.exclusions, ()
    cleared = Clearance(
        flag=flag,
        manifest=committed.digest,
        policy=result.policy.digest,
        smallest_class=smallest,
        floor=floor,
    )
    return tuple(one for one in inputs.dataset.exclusions if one is not flag), (cleared,)


def _smallest(result: MaskResult) -> int:
    risk = cast("dict[str, dict[str, int]]", result.manifest["risk"])["after"]
    return int(risk["smallest_class"])


def _openness(desk: IngestDesk, inputs: Inputs, result: MaskResult) -> tuple[int, Message | None]:
    """Return the smallest class of the result, and why no interactive seat may open it, if so."""
    smallest, floor = _smallest(result), desk.floor(inputs.access, inputs.dataset)
    if not inputs.dataset.grading.interactive:
        return smallest, say(
            "第 {grade} 级数据只落地、不开放交互席位", grade=int(inputs.dataset.grading.grade)
        )
    if 0 < smallest < floor:
        return smallest, say("最小等价类低于 {floor}，有再识别风险", floor=floor)
    return smallest, None


def reopen(desk: IngestDesk, actor: Actor, order_id: str) -> LandingOrder:
    """Return a stopped order, ordered again under the policy that is confirmed now."""
    store = desk.directory.store
    stored = store.load(LandingOrder, order_id)
    policy = confirmed_for(desk.directory, stored.record.dataset).id
    inputs = _inputs(desk, replace(stored.record, policy=policy))
    require(actor, step("landing-order:resume"), _situation(desk, actor, inputs))
    changed = replace(inputs.order, state="ordered", reason="")
    links = () if policy == stored.record.policy else (Link("policy", policy),)
    change = Change(step("landing-order:resume"), changed, expected=stored.version, links=links)
    store.write(actor, change)
    return changed


def withdraw(desk: IngestDesk, actor: Actor, snapshot_id: str, *, reason: str) -> Snapshot:
    """Return the snapshot, withdrawn: no seat mounts it any more; what was made on it stays on record."""
    if not reason.strip():
        raise InputError(say("撤回快照须写明理由"))
    stored = desk.directory.store.load(Snapshot, snapshot_id)
    require(
        actor, step("snapshot:withdraw"), with_record(desk.directory.situation(actor), record=stored.record)
    )
    changed = replace(stored.record, state="withdrawn", reason=reason)
    change = Change(step("snapshot:withdraw"), changed, expected=stored.version, note={"reason": reason})
    desk.directory.store.write(actor, change)
    return changed


def resume(desk: IngestDesk, *, failed: Callable[[str, SandboxError], None]) -> tuple[Snapshot, ...]:
    """Clean what killed receipts and landings left, finish reading, land what was ordered."""
    batch.sweep(desk)
    desk.pool.sweep()
    for quarantined in desk.directory.store.find(Delivery, state="quarantined"):
        try:
            batch.read(desk, quarantined.record.id)
        except SandboxError as error:
            failed(quarantined.record.id, error)
    done: list[Snapshot] = []
    for stored in desk.directory.store.find(LandingOrder, state="ordered"):
        try:
            done.append(land(desk, stored.record.id))
        except SandboxError as error:
            failed(stored.record.id, error)
    _sweep_sidecars(desk)
    return tuple(done)


def _sweep_sidecars(desk: IngestDesk) -> None:
    """Remove sidecars that no snapshot names, of orders that no landing can be working on any more."""
    store = desk.directory.store
    named = {stored.record.sidecar for stored in store.find(Snapshot)}
    settled = {stored.record.id for stored in store.find(LandingOrder, states=("landed", "stopped"))}
    with storage_errors():
        for folder in desk.sidecars.iterdir() if desk.sidecars.is_dir() else ():
            if folder.name not in named and folder.name.rpartition("-")[0] in settled:
                shutil.rmtree(folder)


def sidecar_folder(desk: IngestDesk, snapshot: Snapshot) -> Path:
    """Return where the sealed sidecar of a snapshot lies."""
    return desk.sidecars / snapshot.sidecar
