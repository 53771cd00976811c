# ruff: noqa: E501 - a figure reads best on one line
"""The gate with the index at hand: snapshots and sidecars built once, every case judged in the real process."""

from __future__ import annotations

import atexit
import io
import shutil
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from bench.egress.world import Files, tables
from sandbox.egress.inspect import CLAIM_SUFFIX
from sandbox.egress.isolated import SnapshotSource, judge_isolated
from sandbox.egress.judge import judge
from sandbox.egress.origin import Source
from sandbox.egress.report import Product
from sandbox.egress.sources import SourceTable, build_sources
from sandbox.fingerprint.columns import Columns
from sandbox.fingerprint.sidecar import Sidecar, UnitColumns
from sandbox.kernel.findings import FindingKind, Judgement, Verdict
from sandbox.kernel.grades import Thresholds

KEY = bytes(range(16))
UNITS = {"居民": UnitColumns("person", ("身份证号",)), "企业": UnitColumns("firm", ("统一社会信用代码",))}
IDENTIFIERS = {"居民": ("姓名", "身份证号", "手机号"), "企业": ("企业名称", "法定代表人", "统一社会信用代码")}
NAMED = frozenset({FindingKind.SOURCE_RECORD, FindingKind.IDENTIFIER, FindingKind.CANARY})


@dataclass(frozen=True, slots=True)
class Answer:
    """What the gate said of one case."""

    verdict: Verdict
    kinds: frozenset[str]
    records: int
    where: str

    @property
    def recognised(self) -> bool:
        """Return whether something was named as a record or an identifier of the source."""
        return any(kind.value in self.kinds for kind in NAMED)

    @property
    def says_records(self) -> bool:
        """Return whether the gate says that source records can be found in it."""
        return FindingKind.SOURCE_RECORD.value in self.kinds


class _Kept(io.BytesIO):
    def close(self) -> None:
        """Stay open: the index is at hand for the next case."""


@cache
def snapshots() -> tuple[SnapshotSource, ...]:
    made = []
    for name in ("居民", "企业"):
        raw = pa.Table.from_pylist(tables()[name])
        masked = pa.Table.from_pylist(tables()["脱敏"]) if name == "居民" else raw
        made.append(snapshot(name, raw, masked, UNITS[name], IDENTIFIERS[name]))
    return tuple(made)


def snapshot(
    name: str, raw: pa.Table, masked: pa.Table, unit: UnitColumns, identifiers: tuple[str, ...]
) -> SnapshotSource:
    """Return a table as a snapshot whose sidecar is at hand."""
    streams: dict[str, _Kept] = {}
    Sidecar.write(
        lambda part: streams.setdefault(part, _Kept()),
        Columns.of(raw),
        Columns.of(masked),
        units=[unit],
        key=KEY,
        identifiers=identifiers,
    )
    folder = Path(tempfile.mkdtemp(prefix="bench-egress-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    part = folder / "0.parquet"
    pq.write_table(raw, part)

    def opened(stream: str) -> BinaryIO:
        return io.BytesIO(streams[stream].getvalue())

    return SnapshotSource(name, (part,), opened, KEY, identifiers, Thresholds())


@cache
def sources_of() -> tuple[Source, ...]:
    """Return the same tables as sources in this process."""
    raw = [SourceTable(name, pa.Table.from_pylist(tables()[name])) for name in ("居民", "企业")]
    return build_sources(raw, [SourceTable("脱敏", pa.Table.from_pylist(tables()["脱敏"]))], key=KEY)


def ask(files: Files, *, isolated: bool = True) -> Answer:
    """Return the gate's answer; `isolated` false is for tuning: the same judge in this process."""
    products = [
        Product(name, data, claim=files.get(name + CLAIM_SUFFIX))
        for name, data in files.items() if not name.endswith(CLAIM_SUFFIX)
    ]  # fmt: skip
    judged = judge_isolated(products, snapshots()) if isolated else judge(products, sources_of())
    return answer_of(judged.judgement)


def answer_of(judgement: Judgement) -> Answer:
    """Return the gate's answer in short."""
    found = [one for file in judgement.files for one in file.findings] + list(judgement.set_findings)
    records = [one for one in found if one.kind is FindingKind.SOURCE_RECORD]
    return Answer(
        judgement.verdict,
        frozenset(one.kind.value for one in found),
        max((one.records or 0 for one in records), default=0),
        records[0].where if records else "",
    )
