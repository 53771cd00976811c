"""The ledger of releases: the rows behind every table that was judged on a dataset, sealed.

Kept when a claim held, whatever became of the product; compared with everything judged later on the same
dataset, of any agreement and version. How a table stands is read from its submission at that time. Products
from before the ledger take part by their claims. Called by `intake` and `court`; decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from sandbox.egress.claims import Claim, read_claim
from sandbox.egress.desk import GateDesk
from sandbox.egress.isolated import Ledger
from sandbox.egress.judge import Judged
from sandbox.egress.judgements import gate_key
from sandbox.egress.kept import Entry, Standing
from sandbox.egress.wire import pack, text, unpack
from sandbox.kernel.errors import InputError, TamperedError
from sandbox.kernel.findings import Verdict
from sandbox.kernel.message import say
from sandbox.kernel.records import Release, Snapshot, Submission, SubmittedFile
from sandbox.pool.disk import storage_errors
from sandbox.vault.sealed import create_sealed, open_sealed

MOST_DECLINED = 50
"""How many products that never left are compared with; the latest of them."""
_UNDER_WAY = ("in-review", "approved", "released")
_NEVER_LEFT = ("refused", "rejected", "withdrawn")


@dataclass(frozen=True, slots=True)
class Before:
    """What a submission is judged beside: kept tables, and the claims of products that have none."""

    ledger: Ledger
    earlier: tuple[tuple[str, Claim], ...]
    declined: tuple[tuple[str, Claim], ...]


def keep(desk: GateDesk, submission: Submission, judged: Judged) -> None:
    """Seal the rows behind every table of the submission whose claim held; harmless to repeat."""
    for file in submission.files:
        cells = judged.kept.get(file.name)
        if cells is None:
            continue
        path = _path(desk, submission, file)
        with storage_errors():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            temporary = path.with_name(f".{path.name}-{desk.directory.entropy(8).hex()}")
            with create_sealed(temporary, gate_key(desk), name=path.name) as sealed:
                sealed.write(pack({"table": cells.table, "snapshot": cells.snapshot}, [cells.data]))
            temporary.replace(path)


def _path(desk: GateDesk, submission: Submission, file: SubmittedFile) -> Path:
    return desk.judgements.with_name("ledger") / f"{submission.id}-{file.digest[:32]}-{file.claim[:32]}"


def before(desk: GateDesk, submission: Submission, *, trial: bool) -> Before:
    """Return everything judged on the same data that a submission is held against.

    What is still in review counts as what may leave before it. For a trial of another policy only what
    came before it counts.
    """
    entries: list[Entry] = []
    earlier: list[tuple[str, Claim]] = []
    for other, file, standing in _products(desk, submission, trial=trial):
        entry = _entry(desk, other, file, standing)
        if entry is not None:
            entries.append(entry)
        elif file.claim:
            with suppress(InputError):  # approved by people without a readable claim: not tied to any row
                earlier.append((_called(desk, other), read_claim(desk.frozen.get(file.claim))))
    declined: list[tuple[str, Claim]] = []
    for other, file in _declined(desk, submission)[-MOST_DECLINED:]:
        entry = _entry(desk, other, file, Standing.DECLINED)
        if entry is not None:
            entries.append(entry)
        elif file.claim:
            with suppress(InputError):
                declined.append((other.id, read_claim(desk.frozen.get(file.claim))))
    others = {one.snapshot for one in entries} - set(submission.snapshots)
    found = {one: opened for one in sorted(others) if (opened := _opened(desk, one)) is not None}
    return Before(Ledger(tuple(entries), found), tuple(earlier), tuple(declined))


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


def _declined(desk: GateDesk, submission: Submission) -> list[tuple[Submission, SubmittedFile]]:
    """Return the products on the same data that were refused, rejected or taken back before."""
    made = desk.directory.store.load(Submission, submission.id).created_at
    return [
        (stored.record, file)
        for stored in desk.directory.store.find(Submission, states=_NEVER_LEFT)
        if stored.record.id != submission.id and not stored.record.sample and stored.created_at <= made
        if _same_data(desk, submission, stored.record)
        for file in stored.record.files
        if file.claim
    ]


def _same_data(desk: GateDesk, one: Submission, other: Submission) -> bool:
    store = desk.directory.store
    datasets = {store.load(Snapshot, each).record.dataset for each in one.snapshots}
    return any(store.load(Snapshot, each).record.dataset in datasets for each in other.snapshots)


def _entry(desk: GateDesk, submission: Submission, file: SubmittedFile, standing: Standing) -> Entry | None:
    """Return the kept table of a file, None where none was kept; TamperedError for a damaged one."""
    path = _path(desk, submission, file)
    if not path.exists():
        return None
    with open_sealed(path, gate_key(desk), name=path.name) as sealed:
        frame = sealed.read()
    try:
        header, (data,) = unpack(frame)
        table, snapshot = text(header["table"]), text(header["snapshot"])
        claim = read_claim(desk.frozen.get(file.claim)) if file.claim else None
    except (ValueError, KeyError, InputError) as error:
        raise TamperedError(say("放行台账的一项不完整或已损坏，请从备份恢复")) from error
    return Entry(_called(desk, submission), table, snapshot, standing, data, claim)


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
