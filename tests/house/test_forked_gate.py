"""The gate that forks says what the isolated one says, and nothing when a fork dies."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.egress import handover, process
from sandbox.egress.isolated import inspect_files, judge_isolated
from sandbox.egress.process import GateLimits
from sandbox.kernel.findings import Verdict
from sandbox.seats.isolation import probe
from tests import forked_gate
from tests.egress.clinic import csv_of, visits
from tests.egress.test_worker import good, raw

pytestmark = pytest.mark.skipif(not probe(), reason="this machine cannot isolate")


def test_a_fork_says_of_files_what_the_isolated_process_says(tmp_path: Path) -> None:
    made_from = tmp_path / "visits.csv"
    made_from.write_bytes(csv_of(visits()))
    products = [good(), raw()]
    isolated = inspect_files(products, [made_from])
    assert [file.verdict for file in isolated.judgement.files] == [Verdict.RELEASE, Verdict.REFUSE]
    with forked_gate.forked():
        assert inspect_files(products, [made_from]) == isolated


def test_what_no_fork_can_read_has_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def asked() -> bytes:
        with handover.Packing() as packing:
            return process.answer(packing, {"sources": "none"}, (), GateLimits(total_seconds=60))

    with forked_gate.forked():
        assert asked() == b""
        assert judge_isolated([raw()], []).judgement.verdict is Verdict.REFUSE  # the next one is as ever
