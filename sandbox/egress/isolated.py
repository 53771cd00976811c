"""The door to the gate's own process: runs a judgement under isolation and checks what comes back.

Hands frozen products, sidecars and what they are held against over in memory (`handover`) to the gate's
process (`process`), and believes nothing it cannot check: paths, digests and receipts must fit, rewritings
are hashed anew. No isolation, no judgement: IsolationError. Called by the command line and by `release`'s
side of the room.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from sandbox.egress.checks import PER_FILE, VERSION, check
from sandbox.egress.handover import Packing, copied
from sandbox.egress.kept import Entry
from sandbox.egress.options import Judged, KeptCells, Options
from sandbox.egress.permitted import Bounds
from sandbox.egress.process import GateLimits, answer
from sandbox.egress.report import Product
from sandbox.egress.units import MANY_ROWS
from sandbox.egress.wire import Json, judgement_in, message_in, message_out, sequence, text, unpack
from sandbox.files.readers import read_table
from sandbox.fingerprint.scan import prepare
from sandbox.kernel.errors import InputError
from sandbox.kernel.findings import FileJudgement, Judgement, Outcome, Receipt, Verdict
from sandbox.kernel.grades import Thresholds
from sandbox.kernel.message import say
from sandbox.seats.isolation import Mount

COMPILED_FROM_BYTES = 4 << 20
"""Size of a product from which its search is worth compiled code."""
SIDECAR_STREAMS = ("rows.bin", "index.bin")
OVERLAY_STREAM = "overlay"


@dataclass(frozen=True, slots=True)
class SnapshotSource:
    """A snapshot that products were made from, with the sidecar only the gate may open.

    `open_stream` opens a plain (unsealed) sidecar stream by name; its bytes are passed on in
    memory and never written to disk. `overlay` are the seat's canaries, packed; empty for none.
    `subjects` are pairs of a column of tokens and the kind of unit that it stands for, one for one.
    """

    name: str
    parts: tuple[Path, ...]
    open_stream: Callable[[str], BinaryIO]
    key: bytes
    identifiers: tuple[str, ...]
    thresholds: Thresholds
    aliases: tuple[str, ...] = ()
    snapshot: str = ""
    overlay: bytes = b""
    subjects: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Ledger:
    """What was judged before: packed tables, and for other versions of the data how their rows are told.

    `versions` opens by snapshot the first stream of its sidecar, plain; what cannot be opened is left out.
    """

    entries: tuple[Entry, ...] = ()
    versions: Mapping[str, Callable[[], BinaryIO]] = field(default_factory=dict)


@dataclass(slots=True)
class _Job:
    """The job under construction: what goes over in memory, and what is too large and mounted."""

    packing: Packing
    copied: bool = True
    mounts: list[Mount] = field(default_factory=list)


def inspect_files(
    products: Sequence[Product],
    sources: Sequence[Path],
    masked: Sequence[Path] = (),
    *,
    options: Options | None = None,
    limits: GateLimits | None = None,
) -> Judged:
    """Return the judgement of products against source files, made in isolation.

    Raises IsolationError when this machine cannot isolate, InputError for an unreadable source.
    """
    few = copied((*sources, *masked))
    with Packing(large=not few) as packing:
        job = _Job(packing, copied=few)
        described = {
            "kind": "files",
            "raw": [_file(job, path, f"raw/{number}") for number, path in enumerate(sources)],
            "masked": [_file(job, path, f"masked/{number}") for number, path in enumerate(masked)],
        }
        return _judge(job, products, described, options or Options(), limits or GateLimits())


def judge_isolated(
    products: Sequence[Product],
    snapshots: Sequence[SnapshotSource],
    *,
    options: Options | None = None,
    limits: GateLimits | None = None,
    ledger: Ledger | None = None,
) -> Judged:
    """Return the judgement of frozen products against snapshots and their sidecars, in isolation.

    Raises IsolationError when this machine cannot isolate, InputError for a snapshot that does not
    fit its sidecar.
    """
    few = copied(_parts(snapshots))
    with Packing(large=not few) as packing:
        job = _Job(packing, copied=few)
        described = {
            "kind": "snapshots",
            "snapshots": [_snapshot(job, snapshot, number) for number, snapshot in enumerate(snapshots)],
            "ledger": _ledger(job, ledger or Ledger()),
        }
        return _judge(job, products, described, options or Options(), limits or GateLimits())


def answered(
    snapshots: Sequence[SnapshotSource],
    asked: Mapping[str, object],
    *,
    limits: GateLimits,
    product: Product | None = None,
    streams: Sequence[bytes] = (),
) -> bytes:
    """Return what the gate's process answers to a question; empty if it did not end well.

    The question is about snapshots, or about one product; `streams` are handed over in memory, in order.
    """
    few = copied(_parts(snapshots))
    with Packing(large=not few) as packing:
        job = _Job(packing, copied=few)
        entries = [_snapshot(job, snapshot, number) for number, snapshot in enumerate(snapshots)]
        document = {
            "sources": {"kind": "snapshots", "snapshots": entries},
            "product": None if product is None else _packed(job, product),
            "streams": [packing.add(one) for one in streams],
            **asked,
        }
        return answer(packing, document, job.mounts, limits)


def _parts(snapshots: Sequence[SnapshotSource]) -> list[Path]:
    return [part for snapshot in snapshots for part in snapshot.parts]


def _file(job: _Job, path: Path, place: str) -> Json:
    return {"name": path.name, "at": _shown(job, path, place)}


def _shown(job: _Job, path: Path, place: str) -> object:
    """Hand over one source file, or mount it; return its place in memory or its path inside.

    Never as a descriptor of the file itself: with that, who owns it may open it anew, to write.
    """
    if not path.is_file():
        raise InputError(say("数据来源 {name} 不存在或不是普通文件", name=path.name))
    if job.copied:
        with path.open("rb") as source:
            return job.packing.copy(source)
    target = f"/sources/{place}/{path.name}"
    job.mounts.append(Mount(path.resolve(), target))
    return target


def _snapshot(job: _Job, snapshot: SnapshotSource, number: int) -> Json:
    streams: dict[str, list[int]] = {}
    for name in SIDECAR_STREAMS:
        with snapshot.open_stream(name) as source:
            streams[name] = job.packing.copy(source)
    with suppress(pa.ArrowException, OSError):  # what cannot be read is refused where it is read, in there
        if sum(pq.read_metadata(part).num_rows for part in snapshot.parts) >= MANY_ROWS:
            _compiled()
    if snapshot.overlay:
        streams[OVERLAY_STREAM] = job.packing.add(snapshot.overlay)
    return {
        "name": snapshot.name,
        "snapshot": snapshot.snapshot,
        "aliases": list(snapshot.aliases),
        "parts": [_shown(job, part, f"{number}") for part in snapshot.parts],
        "streams": streams,
        "key": snapshot.key.hex(),
        "identifiers": list(snapshot.identifiers),
        "subjects": dict(snapshot.subjects),
        "thresholds": asdict(snapshot.thresholds),
    }


@cache
def _compiled() -> None:
    """Have the loops over many rows lie compiled beside their module, for `worker.warm_up`."""
    from sandbox.egress import unit_kernels

    unit_kernels.prepare()


def _ledger(job: _Job, ledger: Ledger) -> Json:
    """Return how the job names the ledger; every table and version is handed over in memory."""
    entries = [
        {
            "owner": one.owner,
            "table": one.table,
            "snapshot": one.snapshot,
            "standing": one.standing.value,
            "claim": None if one.claim is None else [one.claim.sql, one.claim.subject],
            "stream": job.packing.add(one.data),
        }
        for one in ledger.entries
    ]
    versions: dict[str, list[int]] = {}
    for snapshot, opened in ledger.versions.items():
        with opened() as source:
            versions[snapshot] = job.packing.copy(source)
    return {"entries": entries, "versions": versions}


def _judge(
    job: _Job,
    products: Sequence[Product],
    described: Mapping[str, object],
    options: Options,
    limits: GateLimits,
) -> Judged:
    read_table(io.BytesIO(b"a,b\n1,2\n"), name="warm-up")  # compiles the reader once, for `worker.warm_up`
    if any(len(product.data) > COMPILED_FROM_BYTES for product in products):
        prepare()
    document = {
        "sources": described,
        "products": [_packed(job, product) for product in products],
        "options": {
            "max_bytes": options.max_bytes,
            "canaries": sorted(options.canaries),
            "words": options.words,
            "earlier": [[owner, claim.sql, claim.subject] for owner, claim in options.earlier],
            "declined": [[owner, claim.sql, claim.subject] for owner, claim in options.declined],
            "unread": list(options.unread),
            "handed_in": options.handed_in,
            "bounds": _bounds_out(options.bounds),
        },
        "limits": {"file_seconds": limits.file_seconds, "file_memory": limits.file_memory},
    }
    return _believed(answer(job.packing, document, job.mounts, limits), products)


def _bounds_out(bounds: Bounds | None) -> Json | None:
    if bounds is None:
        return None
    return {"outputs": [one.value for one in bounds.outputs], "apart": [list(pair) for pair in bounds.apart]}


def _packed(job: _Job, product: Product) -> Json:
    """Hand over a product's bytes and return how the job names them."""
    return {
        "path": product.path,
        "data": job.packing.add(product.data),
        "claim": None if product.claim is None else job.packing.add(product.claim),
        "problem": message_out(product.problem),
    }


def _believed(frame: bytes, products: Sequence[Product]) -> Judged:
    """Return the worker's result as far as it can be checked; what does not fit is refused."""
    try:
        result, blobs = unpack(frame)
        if "source_error" in result:
            raise InputError(message_in(result["source_error"]) or say("数据来源无法读取，请检查文件后重试"))
        judgement = judgement_in(result["judgement"])
        told = [[text(part) for part in sequence(one)] for one in sequence(result.get("kept", ()))]
        blobs, cells = blobs[: len(blobs) - len(told)], blobs[len(blobs) - len(told) :]
        tables = {
            path: KeptCells(table, snapshot, data)
            for (path, table, snapshot), data in zip(told, cells, strict=True)
        }
    except (ValueError, KeyError, TypeError):
        return Judged(Judgement(tuple(_unjudged(product) for product in products)), {})
    if [(file.path, file.digest) for file in judgement.files] != [(one.path, one.digest) for one in products]:
        return Judged(Judgement(tuple(_unjudged(product) for product in products)), {})
    rewritings = {hashlib.sha256(blob).hexdigest(): blob for blob in blobs}
    files = tuple(
        _checked(file, product, judgement, rewritings)
        for file, product in zip(judgement.files, products, strict=True)
    )
    kept = {file.rewritten_digest for file in files if file.verdict is not Verdict.REFUSE}
    return Judged(
        Judgement(files, judgement.set_findings),
        {digest: blob for digest, blob in rewritings.items() if digest in kept},
        tables,
    )


def _checked(
    file: FileJudgement, product: Product, judgement: Judgement, rewritings: Mapping[str, bytes]
) -> FileJudgement:
    """Return the file's judgement if its verdict follows from what it says and its rewriting is there."""
    expected = {f"{entry.code}.{VERSION}" for entry in PER_FILE}
    given = {receipt.check for receipt in file.receipts if receipt.subject == product.digest}
    across = [found for found in judgement.set_findings if file.path in found.paths]
    worse = any(found.verdict.rank > file.verdict.rank for found in (*file.findings, *across))
    if given != expected or worse:
        return _unjudged(product)
    if file.verdict is Verdict.REFUSE:
        return file
    unable = any(receipt.outcome is Outcome.UNABLE for receipt in file.receipts)
    if unable or file.rewritten is None or file.rewritten_digest not in rewritings:
        return _unjudged(product)
    return file


def _unjudged(product: Product) -> FileJudgement:
    """Return the refusal of a file that the gate's process did not judge."""
    found = check("readable").finding(evidence=say("出域检查进程没有完成，不能放行"))
    receipts = tuple(Receipt(f"{entry.code}.{VERSION}", Outcome.UNABLE, product.digest) for entry in PER_FILE)
    return FileJudgement(product.path, product.digest, Verdict.REFUSE, (found,), receipts)
