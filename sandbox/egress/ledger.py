"""The ledger of releases: the rows behind every table that was judged on a dataset, sealed.

Kept when a claim held, whatever became of the product; compared with everything judged later on the same
dataset, of any agreement and version. How a table stands is read from its submission at that time, which
names the digest of what is kept: what is missing or another stops the gate. Products from before the ledger
take part by their claims, those without any by name. Called by `intake` and `court`; decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, cast

from sandbox.egress.claims import Claim, read_declared
from sandbox.egress.desk import GateDesk
from sandbox.egress.handed import is_specification
from sandbox.egress.isolated import Ledger
from sandbox.egress.judgements import gate_key
from sandbox.egress.kept import Entry, Standing
from sandbox.egress.options import Judged
from sandbox.egress.wire import pack, text, unpack
from sandbox.kernel.dataset_records import Snapshot
from sandbox.kernel.errors import InputError, SandboxError, TamperedError
from sandbox.kernel.findings import Verdict
from sandbox.kernel.message import Message, say
from sandbox.kernel.review_records import Release, Submission, SubmittedFile
from sandbox.pool.disk import storage_errors
from sandbox.store import proofs
from sandbox.vault.sealed import create_sealed, open_sealed

MOST_DECLINED = 50
"""How many products that never left are compared with; the latest of them."""
_UNDER_WAY = ("in-review", "approved", "released")
_NEVER_LEFT = ("refused", "rejected", "withdrawn")
_DECIDED = ("approved", "released")
_BELIEVED = (Submission.KIND, Release.KIND, Snapshot.KIND)
"""What the ledger reads of others, and so must stand as it was written."""


@dataclass(frozen=True, slots=True)
class Before:
    """What a submission is judged beside: kept tables, and the claims of products that have none.

    `unread` have a claim that can be read no more, `untied` never had one: nothing is computed with them.
    `names` are all that have left or may yet, each with its bytes.
    """

    ledger: Ledger
    earlier: tuple[tuple[str, Claim], ...]
    declined: tuple[tuple[str, Claim], ...]
    unread: tuple[str, ...] = ()
    untied: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


@dataclass(slots=True)
class _Collected:
    snapshots: tuple[str, ...]
    entries: list[Entry] = field(default_factory=list)
    earlier: list[tuple[str, Claim]] = field(default_factory=list)
    declined: list[tuple[str, Claim]] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    untied: list[str] = field(default_factory=list)


def keep(desk: GateDesk, submission: Submission, judged: Judged) -> dict[str, str]:
    """Seal the rows behind every table of the submission whose claim held; harmless to repeat.

    Returns by file name the digest of what is kept, for the record of the submission.
    """
    digests: dict[str, str] = {}
    for file in submission.files:
        cells = judged.kept.get(file.name)
        if cells is None:
            continue
        path = _path(desk, submission, file)
        frame = pack({"table": cells.table, "snapshot": cells.snapshot}, [cells.data])
        with storage_errors():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            temporary = path.with_name(f".{path.name}-{desk.directory.entropy(8).hex()}")
            with create_sealed(temporary, gate_key(desk), name=path.name) as sealed:
                sealed.write(frame)
            temporary.replace(path)
        digests[file.name] = sha256(frame).hexdigest()
    return digests


def _path(desk: GateDesk, submission: Submission, file: SubmittedFile) -> Path:
    return desk.judgements.with_name("ledger") / f"{submission.id}-{file.digest[:32]}-{file.claim[:32]}"


def before(desk: GateDesk, submission: Submission, *, trial: bool, last: bool = False) -> Before:
    """Return everything judged on the same data that a submission is held against.

    What is still in review counts as what may leave before it. For a trial of another policy only what
    came before it counts, for the `last` look before a release only what has left or is about to.

    Raises `TamperedError` where a submission, a release, or a snapshot they were made on is not what the log
    says: what was written past it may hide what this one must be held against.
    """
    _as_written(desk)
    found, names = _Collected(submission.snapshots), []
    for other, file, standing in _products(desk, submission, trial=trial):
        if standing is not Standing.HELD:
            names.append(_name(other, file))
        if not (last and standing is Standing.HELD):
            _collect(desk, found, other, file, standing=standing)
    for other, file in () if last else _declined(desk, submission)[-MOST_DECLINED:]:
        _collect(desk, found, other, file, standing=Standing.DECLINED)
    others = {one.snapshot for one in found.entries} - set(submission.snapshots)
    opened = {one: opening for one in sorted(others) if (opening := _opened(desk, one)) is not None}
    return Before(
        Ledger(tuple(found.entries), opened),
        tuple(found.earlier),
        tuple(found.declined),
        unread=tuple(found.unread),
        untied=tuple(found.untied),
        names=tuple(names),
    )


def _as_written(desk: GateDesk) -> None:
    """Refuse to judge beside records that anything was written into, or taken from, past the log."""
    altered = [id for kind in _BELIEVED for id in proofs.altered(desk.directory.store, kind)]
    if altered:
        raise TamperedError(
            say(
                "{records} 的登记与日志不符，无法据此核对此前的放行：请先核查审计", records="、".join(altered)
            )
        )


def news(desk: GateDesk, submission: Submission, beside: tuple[str, ...]) -> bool:
    """Return whether anything has left, or is about to, that a judgement was not made beside.

    Raises `TamperedError` as `before` does.
    """
    _as_written(desk)
    return any(
        _name(other, file) not in beside
        for other, file, standing in _products(desk, submission, trial=False)
        if standing is not Standing.HELD
    )


def _name(submission: Submission, file: SubmittedFile) -> str:
    return f"{submission.id}/{file.digest[:32]}"


def _collect(
    desk: GateDesk, found: _Collected, other: Submission, file: SubmittedFile, *, standing: Standing
) -> None:
    """Add one product to what is compared: by its rows, else by its claim, else by its name alone."""
    entry, left = _entry(desk, other, file, standing), standing in (Standing.RELEASED, Standing.PENDING)
    called = _called(desk, other)
    if entry is not None:
        found.entries.append(entry)
        if left and entry.rounded and entry.snapshot not in found.snapshots:
            found.untied.append(f"{called} {file.name}")  # how closely it is known beside others: not told
        return
    claim = None
    if file.claim:
        try:
            claim, base = _declared(desk, file)
            claim = None if base else claim  # without its kept rows it is nothing to subtract
        except InputError:
            if left:
                found.unread.append(called)
    if claim is None and left and file.verdict is not Verdict.RELEASE:  # else there is nothing in it
        found.untied.append(f"{called} {file.name}")
    elif claim is not None and standing is Standing.DECLINED:
        found.declined.append((other.id, claim))
    elif claim is not None and left:
        found.earlier.append((called, claim))


def _products(
    desk: GateDesk, submission: Submission, *, trial: bool
) -> Iterator[tuple[Submission, SubmittedFile, Standing]]:
    """Yield the products on the same data that have left or may yet, with how they stand."""
    made = desk.directory.store.load(Submission, submission.id).created_at
    for stored in desk.directory.store.find(Submission, states=_UNDER_WAY):
        other = stored.record
        if other.id == submission.id or other.sample or (trial and stored.created_at > made):
            continue
        if not _same_data(desk, submission, other):
            continue
        for file in other.files:
            if file.approved or (file.approved is None and file.verdict is Verdict.RELEASE):
                left = other.state == "released" and file.approved
                yield other, file, Standing.RELEASED if left else Standing.PENDING
            elif file.approved is None and file.ledger and file.rewritten:
                yield other, file, Standing.HELD


def _declined(desk: GateDesk, submission: Submission) -> list[tuple[Submission, SubmittedFile]]:
    """Return the products on the same data that were refused, rejected or taken back before, in part too."""
    made = desk.directory.store.load(Submission, submission.id).created_at
    return [
        (stored.record, file)
        for stored in desk.directory.store.find(Submission, states=(*_NEVER_LEFT, *_DECIDED))
        if stored.record.id != submission.id and not stored.record.sample and stored.created_at <= made
        if _same_data(desk, submission, stored.record)
        for file in stored.record.files
        if file.claim and (stored.record.state in _NEVER_LEFT or file.approved is False)
    ]


def _same_data(desk: GateDesk, one: Submission, other: Submission) -> bool:
    store = desk.directory.store
    datasets = {store.load(Snapshot, each).record.dataset for each in one.snapshots}
    return any(store.load(Snapshot, each).record.dataset in datasets for each in other.snapshots)


def _entry(desk: GateDesk, submission: Submission, file: SubmittedFile, standing: Standing) -> Entry | None:
    """Return the kept table of a file, None where none was kept.

    Raises `TamperedError` for one that is damaged, is gone, or is not what its submission's record names.
    """
    frame = _frame(desk, submission, file)
    if frame is None:
        return None
    try:
        header, (data,) = unpack(frame)
        table, snapshot = text(header["table"]), text(header["snapshot"])
        claim, base = _declared(desk, file)
    except (ValueError, KeyError, InputError) as error:
        raise TamperedError(say("放行台账的一项不完整或已损坏，请从备份恢复")) from error
    return Entry(_called(desk, submission), table, snapshot, standing, data, claim, rounded=base > 0)


def _declared(desk: GateDesk, file: SubmittedFile) -> tuple[Claim | None, int]:
    """Return the claim beside a file and its rounding; a model's specification is no claim."""
    data = desk.frozen.get(file.claim) if file.claim else None
    return (None, 0) if data is None or is_specification(data) else read_declared(data)


def _frame(desk: GateDesk, submission: Submission, file: SubmittedFile) -> bytes | None:
    path = _path(desk, submission, file)
    if not path.exists():
        if file.ledger:
            raise TamperedError(
                say("放行台账缺少 {owner} 的一项，请从备份恢复：此前不得放行", owner=submission.id)
            )
        return None
    with open_sealed(path, gate_key(desk), name=path.name) as sealed:
        frame = sealed.read()
    if file.ledger and sha256(frame).hexdigest() != file.ledger:
        raise TamperedError(
            say("放行台账中 {owner} 的一项与登记的摘要不符，请从备份恢复：此前不得放行", owner=submission.id)
        )
    return frame


def damaged(desk: GateDesk) -> tuple[tuple[str, Message], ...]:
    """Return what is wrong with the ledger on disk: the submission, and what is missing or another."""
    found: list[tuple[str, Message]] = []
    for stored in desk.directory.store.find(Submission):
        for file in stored.record.files:
            try:
                if file.ledger:
                    _frame(desk, stored.record, file)
            except SandboxError as error:
                found.append((stored.id, error.message))
    return tuple(found)


def _called(desk: GateDesk, submission: Submission) -> str:
    """Return what reviewers know a product by: its release where there is one, else its submission."""
    released = desk.directory.store.find(Release, linked=("submission", submission.id))
    return released[0].id if released else submission.id


def _opened(desk: GateDesk, snapshot: str) -> Callable[[], BinaryIO] | None:
    """Return how the rows of another version are opened, None where its sidecar lies there no more."""
    name = desk.directory.store.load(Snapshot, snapshot).record.sidecar
    path = desk.sidecars / name / "rows.bin"
    if not path.is_file():
        return None
    return lambda: cast(BinaryIO, open_sealed(path, gate_key(desk), name=f"{name}/rows.bin"))
