"""The gate in the platform: a submission judged on the very snapshots that were mounted.

Hands frozen bytes, snapshots and sidecars to the isolated process, under the access
policy of the agreement, and with the ledger of everything judged before on the same data, so that a
difference between two releases shows. Whoever wants a table judged beside the ledger makes it a file of a
submission and calls `judge`: G19, G31 and G32 among the set findings are the ledger's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import BinaryIO, cast

import pyarrow.parquet as pq

from sandbox.access.policy import policy_named, policy_of
from sandbox.access.versions import versions
from sandbox.egress import judgements, ledger
from sandbox.egress.canary_safe import safe_of
from sandbox.egress.checks import check
from sandbox.egress.desk import GateDesk
from sandbox.egress.isolated import SnapshotSource, judge_isolated
from sandbox.egress.judgements import gate_key
from sandbox.egress.options import Judged, Options
from sandbox.egress.permitted import bounds_of
from sandbox.egress.report import Product
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.dataset_records import Dataset, Snapshot
from sandbox.kernel.entities import IdentifierClass
from sandbox.kernel.errors import TamperedError
from sandbox.kernel.findings import Judgement
from sandbox.kernel.grades import Thresholds
from sandbox.kernel.message import say
from sandbox.kernel.policy import AccessPolicy
from sandbox.kernel.review_records import Submission
from sandbox.vault.sealed import open_sealed

LEDGER = frozenset(check(name).code for name in ("set-differencing", "ledger", "ledger-unread"))
"""The rules that hold a product against the others of the same data."""


def judge(
    desk: GateDesk, submission: Submission, *, policy: AccessPolicy | None = None, last: bool = False
) -> Judged:
    """Return the judgement of every file of the submission, and the rewritings by digest.

    Another `policy` than the one it was made under is a trial: it is then held against what had
    been released before it, and nothing of it is kept. The `last` look before a release holds it against
    what has left or is about to, and nothing else.
    """
    products = [
        Product(one.name, desk.frozen.get(one.digest), desk.frozen.get(one.claim) if one.claim else None)
        for one in submission.files
    ]
    snapshots = [desk.directory.store.load(Snapshot, one).record for one in submission.snapshots]
    alone = len(snapshots) == 1
    trial = policy is not None
    policy = policy or policy_for(desk, submission)
    seat = "" if submission.ordered else submission.seat  # the gate itself saw no canaries when it wrote
    sources = [_source(desk, policy, one, alone=alone, seat=seat) for one in snapshots]
    for one in within_reach(desk, submission):
        if one.id not in submission.snapshots:
            hidden = desk.directory.entropy(16).hex()  # compared with; no claim can name it
            found = _source(desk, policy, one, alone=False, seat=seat)
            known = any(found.overlay == other.overlay for other in sources)  # canaries stay over versions
            sources.append(replace(found, name=hidden, overlay=b"" if known else found.overlay))
    before = ledger.before(desk, submission, trial=trial, last=last)
    options = Options(
        earlier=before.earlier,
        declined=before.declined,
        unread=before.unread,
        handed_in=_handed_in(desk, submission),
        words=submission.title,
        bounds=bounds_of(policy),
    )
    judged = judge_isolated(products, sources, options=options, limits=desk.limits, ledger=before.ledger)
    told = replace(judged.judgement, beside=before.names, untied=before.untied)
    named = {one.name for one in sources[: len(snapshots)]}  # of the others no table is kept: none has a name
    kept = {path: cells for path, cells in judged.kept.items() if cells.table in named}
    return replace(judged, judgement=told, kept=kept)


def again(desk: GateDesk, submission: Submission) -> Judgement | None:
    """Return the judgement of a product about to leave, where the ledger has learnt something since; or None.

    What it is then found to give together with another, and was not found before, stands among its findings.
    """
    known = judgements.load(desk, submission.judgement)
    if not ledger.news(desk, submission, known.beside):
        return None
    fresh = judge(desk, submission, last=True).judgement
    leaving = {file.name for file in submission.files if file.approved}
    new = [
        one for one in fresh.set_findings
        if one.rule in LEDGER and one not in known.set_findings and not leaving.isdisjoint(one.paths)
    ]  # fmt: skip
    return fresh if new else None


def sources_of(
    desk: GateDesk, policy: AccessPolicy, snapshots: Sequence[Snapshot], *, seat: str = ""
) -> tuple[SnapshotSource, ...]:
    """Return snapshots as the gate's process reads them, under the policy's limits, as a seat saw them."""
    alone = len(snapshots) == 1
    return tuple(_source(desk, policy, one, alone=alone, seat=seat) for one in snapshots)


def within_reach(desk: GateDesk, submission: Submission) -> tuple[Snapshot, ...]:
    """Return every snapshot that the agreement's seats may have had before the submission.

    What a seat once read it may have kept in its home: withdrawn and earlier versions count as inputs.
    """
    store = desk.directory.store
    made = store.load(Submission, submission.id).created_at
    agreement = store.load(ServiceAgreement, submission.agreement).record
    found = [one for each in versions(agreement) for one in store.find(Snapshot, linked=("agreement", each))]
    return tuple(one.record for one in found if one.created_at <= made)


def _source(
    desk: GateDesk, policy: AccessPolicy, snapshot: Snapshot, *, alone: bool, seat: str = ""
) -> SnapshotSource:
    dataset = desk.directory.store.load(Dataset, snapshot.dataset).record
    held = desk.pool.version(snapshot.series, snapshot.version)
    held.verify(digest=snapshot.manifest_digest)
    key = gate_key(desk)
    folder = desk.sidecars / snapshot.sidecar

    def open_stream(part: str) -> BinaryIO:
        return cast(BinaryIO, open_sealed(folder / part, key, name=f"{snapshot.sidecar}/{part}"))

    return SnapshotSource(
        name=dataset.code,
        parts=held.parquet_files,
        open_stream=open_stream,
        key=key.derive("gate/fingerprint", 16),
        identifiers=_identifiers(dataset, pq.read_schema(held.parquet_files[0]).names),
        thresholds=_thresholds(desk, policy, dataset),
        aliases=("source",) if alone else (),
        snapshot=snapshot.id,
        overlay=(safe_of(desk).read(snapshot.id, seat) or b"") if seat else b"",
        subjects=_subjects(dataset, held.manifest),
    )


def _subjects(dataset: Dataset, manifest: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """Return the landed columns that are tokens of the one column by which a kind of unit is known.

    A token is equal exactly where canonical values are, as a unit's number is: both tell the same rows apart.
    """
    listed = cast("list[dict[str, object]]", manifest.get("columns") or [])
    tokens = {one.get("name") for one in listed if one.get("technique") == "token"}
    return tuple(
        (unit.columns[0], unit.kind)
        for unit in dataset.units
        if len(unit.columns) == 1 and unit.columns[0] in tokens
    )


def _identifiers(dataset: Dataset, landed: list[str]) -> tuple[str, ...]:
    """Return the landed columns that name somebody: direct identifiers and the columns of units."""
    direct = {one.name for one in dataset.columns if one.identifier is IdentifierClass.DIRECT}
    units = {column for unit in dataset.units for column in unit.columns}
    return tuple(sorted((direct | units) & set(landed)))


def _thresholds(desk: GateDesk, policy: AccessPolicy, dataset: Dataset) -> Thresholds:
    """Return the limits for the dataset: those of the policy, or of the version that last had it.

    What no version names has no limits at all, and is not compared with.
    """
    part = policy.part(dataset.id)
    for each in reversed(policy.lineage if part is None else ()):
        earlier = desk.directory.store.load(ServiceAgreement, each).record
        part = part or policy_of(desk.directory, earlier).part(dataset.id)
    if part is None:
        raise TamperedError(say("数据集 {code} 不在协议的访问策略之内", code=dataset.code))
    return part.thresholds


def policy_for(desk: GateDesk, submission: Submission) -> AccessPolicy:
    """Return the policy that the submission was made under, by the digest that it names."""
    agreement = desk.directory.store.load(ServiceAgreement, submission.agreement).record
    if submission.policy and agreement.policy:
        return policy_named(desk.directory, agreement.id, submission.policy)
    return policy_of(desk.directory, agreement)


def _handed_in(desk: GateDesk, submission: Submission) -> int:
    """Return how many products of the same data the seat has handed in before."""
    store = desk.directory.store
    datasets = {store.load(Snapshot, one).record.dataset for one in submission.snapshots}
    made = store.load(Submission, submission.id).created_at
    count = 0
    for stored in store.find(Submission, linked=("seat", submission.seat)):
        other = stored.record
        same = not datasets.isdisjoint(store.load(Snapshot, one).record.dataset for one in other.snapshots)
        if other.id != submission.id and not other.sample and same and stored.created_at <= made:
            count += len(other.files)
        if same and not other.sample and stored.created_at <= made:
            count += sum(len(one.files) for one in other.past)  # what was sent back told something too
    return count
