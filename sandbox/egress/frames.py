"""A file's report as a frame: what its own process hands back to the worker, and how it is read again.

A child may hand back anything: the proof's truth and a rounding are recomputed here, never taken from it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from sandbox.egress.cells import Problem, judge_cells
from sandbox.egress.claims import read_claim
from sandbox.egress.compare import Comparison
from sandbox.egress.content import Content, Form, Sheet
from sandbox.egress.options import Options
from sandbox.egress.origin import Source
from sandbox.egress.proof import Proof, run_claim
from sandbox.egress.report import FileReport, Modelled, Product
from sandbox.egress.rewrite import Rewriting
from sandbox.egress.roundings import round_claim
from sandbox.egress.together import MAX_ROWS
from sandbox.egress.units import Sets
from sandbox.egress.wire import (
    Json,
    finding_in,
    finding_out,
    mapping,
    number,
    pack,
    sequence,
    text,
    unpack,
)
from sandbox.files.types import FileType
from sandbox.kernel.findings import Outcome
from sandbox.kernel.message import say

CANARIES_ALONE = say("有单元格里只有诱饵记录，没有统计对象")


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
