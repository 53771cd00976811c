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
import select
import signal
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import replace
from functools import partial
from importlib.abc import MetaPathFinder
from typing import NoReturn

import pyarrow as pa

from sandbox.egress.backing import Backing
from sandbox.egress.content import Issue
from sandbox.egress.frames import report_in, report_out
from sandbox.egress.handover import Handed, received
from sandbox.egress.jobs import kept_in, load_sources, options_in, product_in
from sandbox.egress.judge import judge_file, settle
from sandbox.egress.options import Options
from sandbox.egress.origin import Source
from sandbox.egress.remedy import remedied
from sandbox.egress.report import FileReport, Product
from sandbox.egress.scribe import written
from sandbox.egress.second import address_space, limit, quiet
from sandbox.egress.spread import note_spread
from sandbox.egress.tracer import traced
from sandbox.egress.warming import bring_compiled, load_compiled
from sandbox.egress.wire import (
    Json,
    judgement_out,
    mapping,
    message_out,
    number,
    pack,
    sequence,
)
from sandbox.kernel.errors import InputError, SandboxError
from sandbox.kernel.message import say

MAX_FRAME = 1 << 30
LEAST_SECONDS, SECONDS_A_MIB = 40, 20
"""What a file is given of the processor: some ten times what the dearest honest files of a size take."""
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
        return traced(job, product_in(mapping(job["product"]), handed), handed)
    if "writings" in job:
        return written(job, sources)
    if "remedies" in job:
        return remedied(job, sources)
    kept = kept_in(mapping(job["sources"]), handed)
    options = replace(options_in(mapping(job["options"])), kept=kept, cores=len(os.sched_getaffinity(0)))
    limits = mapping(job["limits"])
    gc.freeze()  # no child then counts, or copies, all that the modules and sources are made of
    gc.set_threshold(100_000, 50, 100)  # lists of words are many, and no circles
    alone = partial(_apart, sources=sources, options=options, limits=limits, backing=handed.backing)
    reports = [alone(product_in(mapping(entry), handed)) for entry in sequence(job["products"])]
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


if __name__ == "__main__":
    main()
