"""The gate's own process, started inside the isolation: reads a job, judges, writes the result.

Loads the sources once, then judges every file in a child process of its own with limits on time
and memory, so that one hostile file costs only itself. Is handed its one job on a socket (`handover`),
and writes the result, one frame, to stdout.
Run as `python -m sandbox.egress.worker DESCRIPTOR`; `process` is the only caller.
"""

from __future__ import annotations

import gc
import os
import resource
import secrets
import select
import signal
import sys
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import replace
from functools import partial
from importlib.abc import MetaPathFinder
from pathlib import Path
from typing import BinaryIO, NoReturn

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sandbox.egress.backing import Backing
from sandbox.egress.cells import Problem, judge_cells
from sandbox.egress.claims import Claim, read_claim
from sandbox.egress.compare import Comparison
from sandbox.egress.content import Content, Form, Issue, Sheet
from sandbox.egress.handover import Handed, received
from sandbox.egress.judge import judge_file, settle
from sandbox.egress.kept import Kept, Standing
from sandbox.egress.kept import unpack as unpack_cells
from sandbox.egress.numbering import Numbered
from sandbox.egress.options import Options
from sandbox.egress.origin import Source
from sandbox.egress.overlaid import index_of
from sandbox.egress.permitted import Bounds
from sandbox.egress.proof import Proof, run_claim
from sandbox.egress.remedy import remedied
from sandbox.egress.report import FileReport, Modelled, Product
from sandbox.egress.rewrite import Rewriting
from sandbox.egress.roundings import round_claim
from sandbox.egress.scribe import written
from sandbox.egress.second import address_space, limit, quiet
from sandbox.egress.sources import SourceTable, build_sources, read_source
from sandbox.egress.spread import note_spread
from sandbox.egress.together import MAX_ROWS
from sandbox.egress.tracer import traced
from sandbox.egress.units import Sets
from sandbox.egress.warming import bring_compiled, load_compiled
from sandbox.egress.wire import (
    Json,
    finding_in,
    finding_out,
    judgement_out,
    mapping,
    message_in,
    message_out,
    number,
    pack,
    sequence,
    text,
    unpack,
)
from sandbox.files.types import FileType
from sandbox.fingerprint.index import RecordIndex
from sandbox.fingerprint.overlay import unpack as unpack_overlay
from sandbox.fingerprint.sidecar import Sidecar, load_names
from sandbox.kernel.boundary import OutputForm
from sandbox.kernel.errors import InputError, SandboxError
from sandbox.kernel.findings import Outcome
from sandbox.kernel.grades import Thresholds
from sandbox.kernel.message import say

MAX_FRAME = 1 << 30
LEAST_SECONDS, SECONDS_A_MIB = 40, 20
"""What a file is given of the processor: some ten times what the dearest honest files of a size take."""
_SHARES = (
    "largest_share", "two_largest_share", "p_percent", "advantage", "near_excess", "coverage_gap",
)  # fmt: skip
CANARIES_ALONE = say("有单元格里只有诱饵记录，没有统计对象")
CRASHED = say("检查这个文件时进程中止、超时或超出内存，不能放行")


def main() -> NoReturn:
    """Judge the one job handed over, write the result frame to stdout and leave with status 0 after that.

    Leaves at once: what the interpreter would take apart first ends with the process, in half a second less.
    """
    sys.meta_path.insert(0, _NoPandas())
    bring_compiled()
    result = os.dup(1)
    os.dup2(2, 1)  # whatever a library prints goes to stderr: stdout carries the frame alone
    frame = run_job(*received(int(sys.argv[1]), meanwhile=load_compiled))
    with os.fdopen(result, "wb") as out:
        out.write(frame)
    sys.stderr.flush()
    os._exit(0)


class _NoPandas(MetaPathFinder):
    """Lets nothing import pandas: pyarrow would, to ask of every list whether it is one of its series.

    That is a fifth of what starting this process takes, and nothing here has a data frame.
    """

    def find_spec(self, fullname: str, *_: object) -> None:
        """Refuse pandas and its parts; know nothing of anything else."""
        if fullname.partition(".")[0] == "pandas":
            raise ModuleNotFoundError(name=fullname)


def run_job(job: Json, handed: Handed) -> bytes:
    """Return the result frame: the judgement and the rewritings in the order of their digests."""
    try:
        with _attended(handed.backing):
            sources = load_sources(mapping(job["sources"]), handed)
    except SandboxError as error:
        return pack({"source_error": message_out(error.message)}, [])
    if "trace" in job:
        return traced(job, _product(mapping(job["product"]), handed), handed)
    if "writings" in job:
        return written(job, sources)
    if "remedies" in job:
        return remedied(job, sources)
    kept = _kept_in(mapping(job["sources"]), handed)
    options = replace(options_in(mapping(job["options"])), kept=kept, cores=len(os.sched_getaffinity(0)))
    limits = mapping(job["limits"])
    gc.freeze()  # no child then counts, or copies, all that the modules and sources are made of
    gc.set_threshold(100_000, 50, 100)  # lists of words are many, and no circles
    alone = partial(_apart, sources=sources, options=options, limits=limits, backing=handed.backing)
    reports = [alone(_product(mapping(entry), handed)) for entry in sequence(job["products"])]
    note_spread(reports, alone)
    judged = settle(reports, sources, options)
    digests = sorted(judged.rewritings)
    header = {
        "judgement": judgement_out(judged.judgement),
        "digests": digests,
        "kept": [[path, cells.table, cells.snapshot] for path, cells in judged.kept.items()],
    }
    rewritten = [judged.rewritings[digest] for digest in digests]
    return pack(header, [*rewritten, *(cells.data for cells in judged.kept.values())])


@contextmanager
def _attended(backing: Backing | None) -> Iterator[None]:
    """Have a backing attended while the sources are laid in; nothing more is, after."""
    if backing is None:
        yield
        return
    with backing.attended():
        yield
    backing.seal()
    backing.rest()


def load_sources(described: Json, handed: Handed) -> tuple[Source, ...]:
    """Return the sources of a job: files to be inspected against, or snapshots with their sidecars."""
    if described["kind"] == "files":
        raw = [_file(mapping(entry), handed) for entry in sequence(described["raw"])]
        masked = [_file(mapping(entry), handed) for entry in sequence(described["masked"])]
        return build_sources(raw, masked, key=secrets.token_bytes(16), backing=handed.backing)
    return tuple(_snapshot(mapping(entry), handed) for entry in sequence(described["snapshots"]))


def _file(entry: Json, handed: Handed) -> SourceTable:
    place, name = entry["at"], text(entry["name"])
    if isinstance(place, str):
        return read_source(Path(place), name, handed.backing)
    return read_source(handed.opened(place), name)


def _part(place: object, handed: Handed) -> pa.Table:
    if not isinstance(place, str):
        return pq.read_table(pa.BufferReader(handed.held(place)))
    if handed.backing is None:
        return pq.read_table(place)
    with pq.ParquetFile(place) as part:
        return handed.backing.table(part.schema_arrow, part.iter_batches())


def _snapshot(entry: Json, handed: Handed) -> Source:
    streams = mapping(entry["streams"])

    def open_stream(name: str) -> BinaryIO:
        if name not in streams:
            raise InputError(say("旁档不完整，请重新落地该数据集"))
        return handed.opened(streams[name])

    key = bytes.fromhex(text(entry["key"]))
    sidecar = Sidecar.load(open_stream, key=key)
    parts = [_part(place, handed) for place in sequence(entry["parts"])]
    table = pa.concat_tables(parts)
    if table.num_rows != sidecar.rows:
        raise InputError(say("快照与旁档的行数不一致，请重新落地该数据集"))
    named = frozenset(text(name) for name in sequence(entry["identifiers"]))
    packed = None if "overlay" not in streams else handed.read(streams["overlay"])
    overlay, canaries = _overlay(packed, table, key, sorted(named))
    return Source(
        name=text(entry["name"]),
        table=table,
        units=sidecar.units,
        index=sidecar.index,
        identifiers=named,
        thresholds=thresholds_in(mapping(entry["thresholds"])),
        amounts={name: values for name, values in sidecar.amounts.items() if name in table.column_names},
        aliases=tuple(text(alias) for alias in sequence(entry["aliases"])),
        snapshot=text(entry["snapshot"]),
        numbered=Numbered(sidecar.words, sidecar.units, sidecar.names),
        overlay=overlay,
        canaries=canaries,
        subjects={name: text(kind) for name, kind in mapping(entry["subjects"]).items()},
    )


def _overlay(
    packed: bytes | None, table: pa.Table, key: bytes, identifiers: Sequence[str]
) -> tuple[pa.Table | None, RecordIndex | None]:
    """Return the canary rows that the seat saw in the table, and an index of them; None for none."""
    if packed is None:
        return None, None
    rows = unpack_overlay(packed).rows
    return rows, index_of(rows, table, key=key, identifiers=identifiers)


def _kept_in(described: Json, handed: Handed) -> tuple[Kept, ...]:
    """Return the tables of the ledger; the rows of other versions with the words that tell them."""
    if "ledger" not in described:
        return ()
    ledger = mapping(described["ledger"])
    versions = {
        snapshot: Numbered(*load_names(handed.opened(place)))
        for snapshot, place in mapping(ledger["versions"]).items()
    }
    return tuple(_table(mapping(entry), versions, handed) for entry in sequence(ledger["entries"]))


def _table(entry: Json, versions: Mapping[str, Numbered], handed: Handed) -> Kept:
    parts = unpack_cells(handed.read(entry["stream"]))
    claim = None if entry["claim"] is None else Claim(*(text(one) for one in sequence(entry["claim"])))
    snapshot = text(entry["snapshot"])
    return Kept(
        owner=text(entry["owner"]),
        table=text(entry["table"]),
        snapshot=snapshot,
        standing=Standing(text(entry["standing"])),
        parts=parts,
        numbered=versions.get(snapshot),
        claim=claim,
    )


def thresholds_in(entry: Json) -> Thresholds:
    """Return thresholds from JSON; ValueError outside their range."""
    smallest = number(entry["smallest"])
    shares = [value for name in _SHARES if isinstance(value := entry[name], int | float)]
    named = dict(zip(_SHARES, (float(value) for value in shares), strict=True))
    return Thresholds(smallest=smallest or 0, drip_products=number(entry["drip_products"]) or 0, **named)


def options_in(entry: Json) -> Options:
    """Return the options of a job."""
    canaries = frozenset(text(value) for value in sequence(entry["canaries"]))
    return Options(
        max_bytes=number(entry["max_bytes"]) or 0,
        canaries=canaries,
        earlier=_claims_in(entry["earlier"]),
        declined=_claims_in(entry["declined"]),
        unread=tuple(text(owner) for owner in sequence(entry["unread"])),
        handed_in=number(entry["handed_in"]) or 0,
        words=text(entry["words"]),
        bounds=_bounds_in(entry["bounds"]),
    )


def _claims_in(entry: object) -> tuple[tuple[str, Claim], ...]:
    return tuple(
        (text(owner), Claim(text(sql), text(subject)))
        for owner, sql, subject in (sequence(part) for part in sequence(entry))
    )


def _bounds_in(entry: object) -> Bounds | None:
    if entry is None:
        return None
    document = mapping(entry)
    apart = (sequence(pair) for pair in sequence(document["apart"]))
    return Bounds(
        tuple(OutputForm(text(one)) for one in sequence(document["outputs"])),
        tuple((text(one), text(other)) for one, other in apart),
    )


def _product(entry: Json, handed: Handed) -> Product:
    claim = entry["claim"]
    return Product(
        path=text(entry["path"]),
        data=handed.read(entry["data"]),
        claim=None if claim is None else handed.read(claim),
        problem=message_in(entry["problem"]),
    )


# --- one child per file --------------------------------------------------------------------


def _apart(
    product: Product,
    sources: Sequence[Source],
    options: Options,
    limits: Json,
    *,
    backing: Backing | None = None,
) -> FileReport:
    """Return the report of a file, made in a child process; a child that fails is the file's refusal."""
    reader, writer = os.pipe()
    quiet()  # what another thread holds at the fork the child would wait for until its time is over
    child = os.fork()
    if child == 0:
        os.setpgid(0, 0)  # what it starts ends with it
        os.close(reader)
        with nullcontext() if backing is None else backing.attended():
            _child(product, sources, options, limits, writer)
    os.close(writer)
    frame = _collect(reader, child, seconds=float(number(limits["file_seconds"]) or 1))
    try:
        return report_in(frame, product, sources, options)
    except (ValueError, KeyError, TypeError, InputError, pa.ArrowException):
        # What a child hands back may be anything: whatever cannot be read is that file's refusal.
        report = FileReport(product)
        report.add(Issue("readable", evidence=CRASHED))
        return report


def _child(product: Product, sources: Sequence[Source], options: Options, limits: Json, writer: int) -> None:
    """Judge one file and leave; never returns to the parent's code."""
    status = 1
    try:
        seconds = number(limits["file_seconds"]) or 1
        limit(resource.RLIMIT_CPU, _processor(product, 2 * seconds))
        limit(resource.RLIMIT_AS, address_space() + (number(limits["file_memory"]) or 0))
        frame = report_out(judge_file(product, sources, options))
        with os.fdopen(writer, "wb") as out:
            out.write(frame)
        status = 0
    except BaseException:  # noqa: BLE001 - a process boundary: the cause goes to stderr, the parent refuses
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


def _processor(product: Product, most: int) -> int:
    """Return the seconds of the processor that a file is given: by its size, and all where a claim is run."""
    if product.claim is not None:
        return most
    return min(most, LEAST_SECONDS + SECONDS_A_MIB * (len(product.data) >> 20))


def _collect(reader: int, child: int, *, seconds: float) -> bytes:
    """Return what the child wrote, or nothing when it failed, took too long or wrote too much."""
    deadline = time.monotonic() + seconds
    chunks: list[bytes] = []
    size, ended = 0, False
    with os.fdopen(reader, "rb", buffering=0) as stream:
        while (left := deadline - time.monotonic()) > 0 and size <= MAX_FRAME:
            if not select.select([stream], [], [], left)[0]:
                break
            chunk = stream.read(1 << 20)
            if not chunk:
                ended = True
                break
            chunks.append(chunk)
            size += len(chunk)
    with suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL) if not ended else None
    _, status = os.waitpid(child, 0)
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    return b"".join(chunks) if ended and status == 0 else b""


def report_out(report: FileReport) -> bytes:
    """Return a report as a frame: findings, receipts, the proof's cells, its tables, its rewriting."""
    proof = report.proof
    others = [one for one in report.contents if not any(one is own for own in report.own)]
    openly, found = ([] if proof is not None else _tables(held) for held in (report.own, others))
    header = {
        "findings": [finding_out(found) for found in report.findings],
        "ran": {name: outcome.value for name, outcome in report.ran.items()},
        "details": report.details,
        "archive": report.archive,
        "own": len(openly),
        "column": report.column,
        "cells": None if proof is None else [int(cell) for cell in proof.comparison.cells],
        "problems": 0 if proof is None else len(proof.problems),
        "apart": [] if proof is None else [one.check for one in proof.apart],
        "suffix": None if report.rewriting is None else report.rewriting.suffix,
        "rounded": report.rounding is not None,
        "modelled": None if report.modelled is None else [report.modelled.table, *report.modelled.columns],
    }
    blobs = [_ipc(table) for table in (*openly, *found)]
    return pack(
        header, [*blobs, _leaves_out(report), b"" if report.rewriting is None else report.rewriting.data]
    )


def _tables(contents: Sequence[Content]) -> list[pa.Table]:
    """Return the tables of contents that are small enough to be handed over."""
    tables = (sheet.table for content in contents for sheet in content.sheets)
    return [table for table in tables if table.num_rows <= MAX_ROWS]


def _leaves_out(report: FileReport) -> bytes:
    """Return the leaf of every row, in two bytes each; nothing where no tree was grown."""
    leaves = None if report.modelled is None else report.modelled.leaves
    return b"" if leaves is None else leaves.astype("<i2").tobytes()


def _ipc(table: pa.Table) -> bytes:
    out = pa.BufferOutputStream()
    with pa.ipc.new_stream(out, table.schema) as stream:
        stream.write_table(table)
    return bytes(out.getvalue())


def report_in(frame: bytes, product: Product, sources: Sequence[Source], options: Options) -> FileReport:
    """Return the report of a frame; the proof's truth is recomputed here, never taken from the child."""
    header, blobs = unpack(frame)
    report = FileReport(product)
    report.findings = [finding_in(found) for found in sequence(header["findings"])]
    report.ran = {name: Outcome(text(outcome)) for name, outcome in mapping(header["ran"]).items()}
    report.details = {name: text(detail) for name, detail in mapping(header["details"]).items()}
    report.archive, report.column = bool(header["archive"]), bool(header["column"])
    if header["suffix"] is not None:
        report.rewriting = Rewriting(text(header["suffix"]), blobs[-1])
    sheets = tuple(Sheet("", pa.ipc.open_stream(blob).read_all()) for blob in blobs[:-2])
    own = number(header["own"]) or 0
    if not 0 <= own <= len(sheets):
        raise ValueError("own")
    report.own = (Content(FileType.BINARY, Form.UNREAD, sheets=sheets[:own]),)
    report.contents = [*report.own, Content(FileType.BINARY, Form.UNREAD, sheets=sheets[own:])]
    if header["modelled"] is not None:
        table, *columns = (text(one) for one in sequence(header["modelled"]))
        known = {one.name: one.table for one in sources}
        if not columns or table not in known or not set(columns) <= set(known[table].column_names):
            raise ValueError("modelled")
        report.modelled = Modelled(table, tuple(columns), _leaves_in(blobs[-2], known[table].num_rows))
    if header["rounded"] and product.claim is not None:
        report.rounding = round_claim(product.claim, sources, budget=options.budget)[0]
        if report.rewriting is not None and report.rewriting.data != report.rounding.data:
            raise ValueError("rounded")
    if header["cells"] is not None and product.claim is not None:
        report.proof = _proof_again(product.claim, header, sources, options)
    return report


def _leaves_in(data: bytes, rows: int) -> Sets | None:
    leaves = np.frombuffer(data, "<i2").astype(np.int64) if data else None
    if leaves is not None and (leaves.size != rows or leaves.min(initial=-1) < -1):
        raise ValueError("leaves")
    return leaves


def _proof_again(claim: bytes, header: Json, sources: Sequence[Source], options: Options) -> Proof:
    source, truth, units = run_claim(read_claim(claim), sources, budget=options.budget)
    cells = np.asarray([number(cell) for cell in sequence(header["cells"])], dtype=np.int64)
    if cells.size and not (cells.min() >= 0 and cells.max() < truth.count):
        raise ValueError("cells")
    comparison = Comparison(cells=cells, decimals=())
    problems = judge_cells(truth, comparison.published(truth.count), units, source.thresholds)
    if len(problems) != header["problems"]:
        raise ValueError("problems")
    apart = tuple(Problem(text(one), (), CANARIES_ALONE) for one in sequence(header["apart"]))
    return Proof(source, truth, comparison, problems, units, apart)


if __name__ == "__main__":
    main()
