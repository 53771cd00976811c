"""`sandbox egress fix`: a product and its claim, ready to be handed in."""

from __future__ import annotations

from pathlib import Path

import pyarrow.csv as pacsv
import pytest

from sandbox.egress.judge import judge
from sandbox.egress.report import Product
from sandbox.kernel.findings import Verdict
from tests.cli.test_inspect import _json
from tests.egress.clinic import claim, csv_of, source, visits

SQL = "SELECT 区县, count(*) AS n FROM visits GROUP BY 区县"


def test_a_product_is_written_anew_and_proven(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pacsv.write_csv(visits(), tmp_path / "visits.csv")
    (tmp_path / "p.csv").write_bytes(csv_of(visits().group_by("区县").aggregate([([], "count_all")])))
    (tmp_path / "p.csv.claim.json").write_bytes(claim(SQL))
    asked = (tmp_path / "p.csv", "--source", tmp_path / "visits.csv", "--out", tmp_path / "o")
    status, told = _json(capsys, "egress", "fix", *asked)
    assert status == 0
    assert (told["rows"], told["left_out"]) == (3, 2)
    assert told["ledger"] == "not-compared"  # there is no platform whose releases it could be held against
    data = (tmp_path / "o" / "p.csv").read_bytes()
    written = (tmp_path / "o" / "p.csv.claim.json").read_bytes()
    assert judge([Product("p.csv", data, claim=written)], [source()]).judgement.verdict is Verdict.RELEASE
