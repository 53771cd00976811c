"""Encoded runs in a file are read to the bottom and are opaque by themselves, within bounds."""

from __future__ import annotations

import base64
import bz2
import gzip
import json
import lzma
from collections.abc import Callable

import pytest

from sandbox.egress import nested
from sandbox.egress.inside import MAX_CONTENTS, MAX_DEPTH, look_inside
from sandbox.egress.reading import read_content
from sandbox.egress.report import FileReport, Product
from sandbox.files.types import sniff
from tests.egress.clinic import csv_of, visits

TABLE = csv_of(visits().slice(0, 40).select(["结算号", "区县", "金额"]))
LINE = TABLE.decode().splitlines()[7].replace('"', "")


def looked(data: bytes, name: str = "p.txt") -> FileReport:
    report = FileReport(Product(name, data))
    report.contents.append(read_content(data, name=name, type=sniff(data, size=len(data))))
    report.own = tuple(report.contents)
    look_inside(report)
    return report


def said(report: FileReport) -> str:
    lines = []
    for content in report.contents:
        lines += [*content.texts, *content.stray]
        for sheet in content.sheets:
            rows = zip(*(column.to_pylist() for column in sheet.table.columns), strict=True)
            lines += [",".join(str(cell) for cell in row) for row in rows]
    return "\n".join(lines).replace('"', "")


RUNS: dict[str, Callable[[bytes], bytes]] = {
    "base16": base64.b16encode,
    "base32": base64.b32encode,
    "base64": base64.b64encode,
    "base64 for addresses": base64.urlsafe_b64encode,
    "base85": base64.b85encode,
    "ascii85": base64.a85encode,
    "backwards": lambda data: base64.b64encode(data)[::-1],
    "gzip": lambda data: base64.b64encode(gzip.compress(data)),
    "bzip2": lambda data: base64.b64encode(bz2.compress(data)),
    "xz": lambda data: base64.b64encode(lzma.compress(data)),
    "twice": lambda data: base64.b64encode(base64.b64encode(data)),
    "a key": lambda data: base64.b64encode(bytes(byte ^ 0x5A for byte in data)),
}


@pytest.mark.parametrize("name", RUNS)
def test_an_encoded_run_is_read_and_is_opaque(name: str) -> None:
    report = looked(RUNS[name](TABLE))
    assert LINE in said(report)
    assert report.has("opaque")


@pytest.mark.parametrize("name", ["base64", "base16", "gzip"])
def test_a_run_in_a_cell_of_a_table_or_a_document_is_read(name: str) -> None:
    run = RUNS[name](TABLE).decode()
    assert LINE in said(looked(f"a,b\n1,{run}\n2,x\n".encode(), "p.csv"))
    assert LINE in said(looked(json.dumps([{"a": 1, "b": run}]).encode(), "p.json"))


def test_a_run_cut_into_lines_is_joined() -> None:
    run = RUNS["gzip"](TABLE).decode()
    lines = "\n".join(run[at : at + 60] for at in range(0, len(run), 60))
    assert LINE in said(looked(lines.encode()))


def test_the_depth_and_the_number_of_contents_are_bounded() -> None:
    data = TABLE
    for _ in range(MAX_DEPTH + nested.MAX_DEPTH + 3):
        data = base64.b64encode(data)
    deep = looked(data)
    assert LINE not in said(deep)
    assert deep.has("opaque")
    many = "\n\n".join(
        base64.b64encode(gzip.compress(f"{one},x\n".encode() * 40)).decode() for one in range(300)
    )
    assert len(looked(many.encode()).contents) <= MAX_CONTENTS + MAX_CONTENTS


def test_plain_words_and_tokens_are_no_runs() -> None:
    tokens = "\n".join(f"{one * 7919 % 100003:020x},汇川区" for one in range(200))
    for text in ("全市共有企业八千余家，同比增长。\n" * 30, f"代号,区县\n{tokens}"):
        assert not looked(text.encode(), "p.csv" if "," in text else "p.txt").has("opaque")
