"""The gate's process: one child per file, and a boundary that believes nothing it cannot check."""

from __future__ import annotations

import io
import json
import os
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from sandbox.egress import isolated, worker
from sandbox.egress.isolated import SnapshotSource, judge_isolated
from sandbox.egress.judge import judge, judge_file
from sandbox.egress.options import Options
from sandbox.egress.report import Product
from sandbox.egress.wire import judgement_in, judgement_out, pack, unpack
from sandbox.fingerprint.columns import Columns
from sandbox.fingerprint.sidecar import Sidecar, UnitColumns
from sandbox.kernel.findings import Verdict
from sandbox.kernel.grades import Thresholds
from sandbox.seats.isolation import probe
from tests.egress.clinic import KEY, claim, csv_of, source, visits

LIMITS = {"file_seconds": 60, "file_memory": 4 << 30}
SQL = "SELECT 病种, count(*) AS n FROM visits GROUP BY 病种"


def good(path: str = "good.csv") -> Product:
    counts = visits().group_by("病种").aggregate([([], "count_all")]).rename_columns(["病种", "n"])
    return Product(path, csv_of(counts), claim=claim(SQL))


def raw(path: str = "raw.csv") -> Product:
    return Product(path, csv_of(visits().slice(0, 20)))


def test_a_judgement_survives_the_wire() -> None:
    judged = judge([good(), raw(), Product("x", b"\x00\x01")], [source()]).judgement
    assert judgement_in(json.loads(json.dumps(judgement_out(judged)))) == judged


def test_a_report_from_a_child_is_the_report_made_here() -> None:
    for product in (good(), raw()):
        here = judge_file(product, [source()], Options())
        apart = worker._apart(product, [source()], Options(), LIMITS)
        assert apart.findings == here.findings
        assert apart.ran == here.ran
        assert apart.rewriting == here.rewriting
        assert (apart.proof is None) == (here.proof is None)


@pytest.mark.parametrize(
    "fault",
    [
        lambda *_: os._exit(0),
        lambda *_: os.kill(os.getpid(), 9),
        lambda *_: time.sleep(60),
        lambda *_: bytearray(1 << 36),
        lambda *_: 1 / 0,
    ],
    ids=["silent", "killed", "hangs", "eats memory", "raises"],
)
def test_a_child_that_fails_costs_its_own_file(
    monkeypatch: pytest.MonkeyPatch, fault: Callable[..., object]
) -> None:
    monkeypatch.setattr(worker, "judge_file", fault)
    report = worker._apart(good(), [source()], Options(), {"file_seconds": 1, "file_memory": 1 << 30})
    assert [found.verdict for found in report.findings] == [Verdict.REFUSE]
    assert report.ran == {}


def test_a_child_cannot_talk_itself_into_a_proof() -> None:
    frame = worker.report_out(judge_file(good(), [source()], Options()))
    header, blobs = unpack(frame)
    small = "SELECT 区县, count(*) AS n FROM visits GROUP BY 区县"
    product = replace(good(), claim=claim(small))
    with pytest.raises(ValueError):
        worker.report_in(pack({**header, "problems": 0}, blobs), product, [source()], Options())
    with pytest.raises(ValueError):
        worker.report_in(frame[:-3], good(), [source()], Options())


def test_that_a_column_alone_shows_records_comes_back_from_the_child() -> None:
    amounts = Product("b.csv", csv_of(visits().slice(100, 12).select(["病种", "金额"])))
    report = judge_file(amounts, [source()], Options())
    assert report.column
    assert worker.report_in(worker.report_out(report), amounts, [source()], Options()).column
    plain = worker.report_out(judge_file(good(), [source()], Options()))
    assert not worker.report_in(plain, good(), [source()], Options()).column


def result(*products: Product) -> dict[str, object]:
    judged = judge(products, [source()])
    digests = sorted(judged.rewritings)
    return {
        "judgement": judgement_out(judged.judgement),
        "digests": digests,
        "blobs": [judged.rewritings[d] for d in digests],
    }


def believed(told: dict[str, object], *products: Product) -> list[Verdict]:
    frame = pack({"judgement": told["judgement"], "digests": told["digests"]}, told["blobs"])  # type: ignore[arg-type]
    return [file.verdict for file in isolated._believed(frame, products).judgement.files]


def test_the_outside_believes_only_what_fits() -> None:
    product = good()
    assert believed(result(product), product) == [Verdict.RELEASE]
    assert believed(result(product), replace(product, data=b"x")) == [Verdict.REFUSE]
    assert believed(result(product), product, raw()) == [Verdict.REFUSE, Verdict.REFUSE]
    assert believed({**result(product), "blobs": [b"other"]}, product) == [Verdict.REFUSE]
    assert [file.verdict for file in isolated._believed(b"", [product]).judgement.files] == [Verdict.REFUSE]
    assert [file.verdict for file in isolated._believed(b"\x00" * 30, [product]).judgement.files] == [
        Verdict.REFUSE
    ]


def test_a_missing_receipt_or_a_softened_verdict_is_refused_outside() -> None:
    for change in ("receipts", "verdict"):
        told = json.loads(json.dumps({"judgement": result(good(), raw())["judgement"]}))
        file = told["judgement"]["files"][1 if change == "verdict" else 0]
        if change == "receipts":
            file["receipts"].pop()
        else:
            file["verdict"] = "release"
        verdicts = believed({**result(good(), raw()), **told}, good(), raw())
        assert verdicts[1] is Verdict.REFUSE
        if change == "receipts":
            assert verdicts[0] is Verdict.REFUSE


@pytest.mark.skipif(not probe(), reason="this machine cannot isolate")
def test_snapshots_with_their_sidecars_are_judged_in_isolation(tmp_path) -> None:
    import pyarrow.parquet as pq

    streams: dict[str, bytes] = {}

    class Kept(io.BytesIO):
        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

        def close(self) -> None:
            streams[self.name] = self.getvalue()
            super().close()

    units = [UnitColumns("person", ("证件号",))]
    Sidecar.write(
        Kept, Columns.of(visits()), Columns.of(visits()), units=units, key=KEY, identifiers=("证件号",)
    )
    pq.write_table(visits(), tmp_path / "part-0.parquet")
    snapshot = SnapshotSource(
        name="visits",
        parts=(tmp_path / "part-0.parquet",),
        open_stream=lambda name: io.BytesIO(streams[name]),
        key=KEY,
        identifiers=("证件号", "姓名", "电话", "结算号"),
        thresholds=Thresholds(),
    )
    judged = judge_isolated([good(), raw()], [snapshot])
    assert [file.verdict for file in judged.judgement.files] == [Verdict.RELEASE, Verdict.REFUSE]
    strict = replace(snapshot, thresholds=Thresholds(smallest=400))
    assert judge_isolated([good()], [strict]).judgement.verdict is Verdict.REFUSE
