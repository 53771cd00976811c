"""Deliveries: received into quarantine, sealed, read strictly, reconciled, accepted by a steward.

The raw file is sealed with its dataset's key before anything reads it. Reading keeps every
bad row with number and reason; what was declared and what was counted stand side by side.
Nothing is repaired and nothing is dropped; landing is `publish`.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from sandbox.catalog.entries import by_code
from sandbox.files.opening import open_regular
from sandbox.files.readers import BadRow, TableSource, open_table
from sandbox.ingest.desk import IngestDesk
from sandbox.kernel.actors import SYSTEM, Actor
from sandbox.kernel.dataset_records import Dataset, Delivery
from sandbox.kernel.errors import InputError
from sandbox.kernel.lifecycle import step
from sandbox.kernel.message import say
from sandbox.kernel.permits import require
from sandbox.people.directory import with_record
from sandbox.store.changes import Change, Link
from sandbox.vault.sealed import create_sealed, open_sealed

CHUNK = 1 << 20
_ARRIVING_AT_MOST = timedelta(days=1)
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class BadRecord:
    """A quarantined record as a steward sees it: number, line, reason and its raw text."""

    row: int
    line: int | None
    reason: str
    raw: str


def receive(
    desk: IngestDesk,
    actor: Actor,
    code: str,
    path: Path,
    *,
    declared_rows: int | None = None,
    progress: Progress | None = None,
) -> Delivery:
    """Return the delivery after it was sealed and read: state `read`, or `failed` with the reason.

    Raises `InputError` for a file that was delivered before, that is no regular file, or that
    holds more rows than were declared.
    """
    dataset = by_code(desk.directory, code).record
    draft = _draft(dataset, path, declared_rows)
    situation = with_record(desk.directory.situation(actor), record=draft, dataset=dataset)
    require(actor, step("delivery:receive"), situation)
    delivery = _seal(desk, actor, dataset, draft, path, progress)
    return read(desk, delivery.id, progress=progress)


def _draft(dataset: Dataset, path: Path, declared_rows: int | None) -> Delivery:
    if declared_rows is not None and declared_rows < 1:
        raise InputError(say("申报行数须为正整数"))
    return Delivery(
        state="quarantined",
        organisation=dataset.organisation,
        environment=dataset.environment,
        dataset=dataset.id,
        file_name=path.name,
        digest="",
        size=0,
        declared_rows=declared_rows,
        key_id=f"quarantine-{dataset.id}",
    )


def _seal(
    desk: IngestDesk,
    actor: Actor,
    dataset: Dataset,
    draft: Delivery,
    path: Path,
    progress: Progress | None,
) -> Delivery:
    folder = desk.quarantine / dataset.id
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    arriving = folder / f".arriving-{desk.directory.entropy(8).hex()}"
    try:
        digest, size = _copy_sealed(desk, draft.key_id, path, arriving, progress)
        _refuse_duplicate(desk, dataset, digest)
        delivery = replace(draft, digest=digest, size=size)
        arriving.replace(_raw_path(desk, delivery))
    finally:
        arriving.unlink(missing_ok=True)
    change = Change(step("delivery:receive"), delivery, links=(Link("dataset", dataset.id),))
    kept: Delivery = desk.directory.store.write(actor, change)[0].record
    return kept


def _copy_sealed(
    desk: IngestDesk, key_id: str, path: Path, target: Path, progress: Progress | None
) -> tuple[str, int]:
    """Return digest and size of the file, whose sealed copy now lies at the target."""
    hashed, size = sha256(), 0
    with open_regular(path) as source, create_sealed(target, desk.key_of(key_id), name="delivery") as sealed:
        while chunk := source.read(CHUNK):
            hashed.update(chunk)
            sealed.write(chunk)
            size += len(chunk)
            if progress is not None:
                progress(0)
    return hashed.hexdigest(), size


def _refuse_duplicate(desk: IngestDesk, dataset: Dataset, digest: str) -> None:
    earlier = desk.directory.store.find(Delivery, linked=("dataset", dataset.id))
    for stored in earlier:
        if stored.record.digest == digest and stored.record.state not in ("refused", "failed"):
            raise InputError(
                say("这个文件已经交付过（批次 {id}）：内容完全相同，没有重复收取", id=stored.record.id)
            )


def sweep(desk: IngestDesk) -> int:
    """Remove copies whose receipt was killed; one that may still be arriving stays. Return how many."""
    oldest = (desk.directory.clock() - _ARRIVING_AT_MOST).timestamp()
    left = [one for one in desk.quarantine.glob("*/.arriving-*") if one.stat().st_mtime < oldest]
    for path in left:
        path.unlink(missing_ok=True)
    return len(left)


def read(desk: IngestDesk, identifier: str, *, progress: Progress | None = None) -> Delivery:
    """Return the delivery as read: rows counted, bad rows sealed beside the raw file.

    A file that is no readable table fails with its reason on record; nothing of it lands.
    """
    store = desk.directory.store
    stored = store.load(Delivery, identifier)
    try:
        changed = _count(desk, stored.record, progress)
    except InputError as error:
        failed = replace(stored.record, state="failed", reason=str(error.message))
        change = Change(step("delivery:fail"), failed, expected=stored.version)
        store.write(SYSTEM, change)
        raise
    situation = with_record(desk.directory.situation(SYSTEM), record=stored.record)
    require(SYSTEM, step("delivery:read"), situation)
    note = {"declared": changed.declared_rows, "counted": changed.counted_rows, "bad": changed.bad_rows}
    change = Change(step("delivery:read"), changed, expected=stored.version, note=note)
    kept: Delivery = store.write(SYSTEM, change)[0].record
    return kept


def _count(desk: IngestDesk, delivery: Delivery, progress: Progress | None) -> Delivery:
    bad_path = _bad_path(desk, delivery)
    bad_path.unlink(missing_ok=True)
    key = desk.key_of(delivery.key_id)
    with create_sealed(bad_path, key, name="bad-rows") as sink:

        def keep(row: BadRow) -> None:
            fields = {"row": row.row, "line": row.line, "reason": str(row.reason), "raw": row.raw}
            sink.write(json.dumps(fields, ensure_ascii=False).encode() + b"\n")

        with open_raw(desk, delivery, on_bad=keep) as source:
            for _, batch in source.batches():
                if progress is not None:
                    progress(batch.num_rows)
            shape, counted, bad = source.shape, source.rows_read, source.bad_count
    if delivery.declared_rows is not None and counted > delivery.declared_rows:
        raise InputError(
            say(
                "交付 {counted} 行，多于申报的 {declared} 行：请核对后重新交付",
                counted=counted,
                declared=delivery.declared_rows,
            )
        )
    return replace(
        delivery,
        state="read",
        counted_rows=counted,
        good_rows=counted - bad,
        bad_rows=bad,
        encoding=shape.encoding or "",
        columns=shape.columns,
    )


@contextlib.contextmanager
def open_raw(
    desk: IngestDesk, delivery: Delivery, *, on_bad: Callable[[BadRow], None] | None = None
) -> Iterator[TableSource]:
    """Yield the delivery as a table of strings, read through its seal."""
    sealed = open_sealed(_raw_path(desk, delivery), desk.key_of(delivery.key_id), name="delivery")
    with sealed, open_table(sealed, name=delivery.file_name, on_bad=on_bad) as source:  # type: ignore[arg-type]
        yield source


def bad_rows(desk: IngestDesk, delivery: Delivery, *, limit: int = 100) -> tuple[BadRecord, ...]:
    """Return the first quarantined records with their reasons; only the provider shows them."""
    found: list[BadRecord] = []
    with open_sealed(_bad_path(desk, delivery), desk.key_of(delivery.key_id), name="bad-rows") as sealed:
        for line in _lines(sealed.read()):
            if len(found) == limit:
                break
            found.append(BadRecord(**line))
    return tuple(found)


def _lines(data: bytes) -> Iterator[dict[str, Any]]:
    for line in data.splitlines():
        yield json.loads(line)


def accept(desk: IngestDesk, actor: Actor, identifier: str, *, explanation: str = "") -> Delivery:
    """Return the delivery as accepted; what does not reconcile needs the steward's explanation."""
    delivery = desk.directory.store.load(Delivery, identifier).record
    short = delivery.declared_rows is not None and delivery.counted_rows != delivery.declared_rows
    if short and not explanation.strip():
        raise InputError(
            say(
                "申报 {declared} 行，实收 {counted} 行，对不上：请说明原因后再接收",
                declared=delivery.declared_rows or 0,
                counted=delivery.counted_rows,
            )
        )
    _check_known(desk, delivery)
    return _answer(desk, actor, identifier, "delivery:accept", explanation)


def _check_known(desk: IngestDesk, delivery: Delivery) -> None:
    """Raise `InputError` when the file has other columns than the steward confirmed."""
    dataset = desk.directory.store.load(Dataset, delivery.dataset).record
    if dataset.state != "classified":
        return
    confirmed = {column.name for column in dataset.columns}
    if unknown := sorted(set(delivery.columns) - confirmed):
        raise InputError(
            say("交付的文件多了目录里没有的信息项 {name}：请先确认分类，再接收", name="、".join(unknown))
        )
    if missing := sorted(confirmed - set(delivery.columns)):
        raise InputError(say("交付的文件缺少信息项 {name}：请核对后重新交付", name="、".join(missing)))


def refuse(desk: IngestDesk, actor: Actor, identifier: str, *, reason: str) -> Delivery:
    """Return the delivery as refused by its steward, with the reason on record."""
    if not reason.strip():
        raise InputError(say("退回交付批次须写明理由"))
    return _answer(desk, actor, identifier, "delivery:refuse", reason)


def _answer(desk: IngestDesk, actor: Actor, identifier: str, name: str, words: str) -> Delivery:
    stored = desk.directory.store.load(Delivery, identifier)
    require(actor, step(name), with_record(desk.directory.situation(actor), record=stored.record))
    changed = replace(stored.record, state=step(name).target, reason=words)
    change = Change(step(name), changed, expected=stored.version, note={"words": words})
    desk.directory.store.write(actor, change)
    return changed


def _raw_path(desk: IngestDesk, delivery: Delivery) -> Path:
    return desk.quarantine / delivery.dataset / f"{delivery.digest}.sealed"


def _bad_path(desk: IngestDesk, delivery: Delivery) -> Path:
    return desk.quarantine / delivery.dataset / f"{delivery.digest}.bad.sealed"
