"""A leaked file read and held against every seat's canaries, inside the gate's own process.

Unwraps and decodes as the gate does for a product; looks at every table, and at the words of what is none.
Says whose canaries stand in it and how far beyond chance, nothing else. Called by `worker`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pyarrow as pa

from sandbox.egress.content import Content
from sandbox.egress.handover import Handed
from sandbox.egress.inside import look_inside
from sandbox.egress.reading import read_content
from sandbox.egress.report import FileReport, Product
from sandbox.egress.wire import Json, mapping, pack, sequence, text
from sandbox.files.unwrap import unwrap
from sandbox.fingerprint.overlay import unpack
from sandbox.fingerprint.trace import Evidence, Held, trace, words_table

MAX_TEXTS = 200_000


def traced(job: Json, product: Product, handed: Handed) -> bytes:
    """Return the answer to a job that asks for a trace."""
    streams = [handed.read(place) for place in sequence(job["streams"])]
    held = [_held(mapping(one), data) for one, data in zip(sequence(job["trace"]), streams, strict=True)]
    tables = list(_tables(_contents(product)))
    found = trace(tables, held)
    answer = {
        "seats": [_told(one) for one in found.seats],
        "pools": [_told(one) for one in found.pools],
        "cells": found.cells,
        "marks": found.marks,
        "read": sum(table.num_rows for table in tables),
    }
    return pack({"trace": answer}, [])


def _told(one: Evidence) -> list[object]:
    return [one.owner, one.bits, one.rows, dict(one.snapshots)]


def _held(entry: Mapping[str, object], data: bytes) -> Held:
    return Held(text(entry["pool"]), text(entry["snapshot"]), unpack(data), text(entry["seat"]))


def _contents(product: Product) -> Sequence[Content]:
    """Return everything that the file holds, whatever it is wrapped in."""
    report = FileReport(product)
    opened = unwrap(product.data, name=product.path)
    report.archive = any(part.depth for part in opened.parts)
    for part in opened.parts:
        report.contents.append(read_content(part.data, name=part.path, type=part.type))
    report.own = tuple(report.contents)
    look_inside(report)
    return report.contents


def _tables(contents: Sequence[Content]) -> Iterator[pa.Table]:
    for content in contents:
        for sheet in content.sheets:
            yield _with_header(sheet.table)
        texts = [*content.texts[:MAX_TEXTS], *content.stray[:MAX_TEXTS]]
        if texts:
            yield words_table(texts)


def _with_header(table: pa.Table) -> pa.Table:
    """Return the table with its header as one more row: a file without one begins with data."""
    names = [f"c{place}" for place in range(table.num_columns)]
    head = pa.table({name: [title] for name, title in zip(names, table.column_names, strict=True)})
    body = table.rename_columns(names).cast(pa.schema([pa.field(name, pa.string()) for name in names]))
    return pa.concat_tables([head.cast(body.schema), body])
