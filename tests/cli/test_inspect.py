"""`inspect` as its users call it: where options stand, what is said, which status."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from sandbox.cli.main import main
from sandbox.seats.isolation import probe
from tests.egress.clinic import visits

pytestmark = pytest.mark.skipif(not probe(), reason="this machine cannot isolate a process")
SQL = "SELECT 性别, count(DISTINCT 证件号) AS 人数 FROM source GROUP BY 性别"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "visits.parquet"
    pq.write_table(visits(), path)
    return path


@pytest.fixture
def proven(tmp_path: Path) -> Path:
    people = {(row["证件号"], row["性别"]) for row in visits().to_pylist()}
    counts = {sex: sum(one == sex for _, one in people) for sex in sorted({sex for _, sex in people})}
    path = tmp_path / "proven.csv"
    path.write_text("性别,人数\n" + "".join(f"{sex},{count}\n" for sex, count in counts.items()), "utf-8")
    claim = {"sql": SQL, "subject": "证件号"}
    path.with_name("proven.csv.claim.json").write_text(json.dumps(claim, ensure_ascii=False), "utf-8")
    return path


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    path = tmp_path / "extract.parquet"
    pq.write_table(visits().slice(10, 20), path)
    return path


def _json(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, dict]:
    status = main([*map(str, arguments), "--json"])
    return status, json.loads(capsys.readouterr().out)


def test_the_worst_file_decides_the_status(
    capsys: pytest.CaptureFixture[str], source: Path, proven: Path, extract: Path, tmp_path: Path
) -> None:
    words = tmp_path / "words.csv"
    words.write_text("说明,数\n总体平稳,3\n", encoding="utf-8")
    status, shown = _json(capsys, "inspect", proven, words, "--source", source, extract)
    assert status == 20
    assert {Path(one["path"]).name: one["verdict"] for one in shown["files"]} == {
        "proven.csv": "release",
        "words.csv": "review",
        "extract.parquet": "refuse",
    }
    found = shown["files"][2]["findings"][0]
    assert (found["kind"], found["records"]) == ("source-record", 20)
    assert {"kind", "records", "where", "message"} <= found.keys()
    assert shown["set_findings"] == []


def test_proven_and_doubtful_files_have_their_own_status(
    capsys: pytest.CaptureFixture[str], source: Path, proven: Path
) -> None:
    assert _json(capsys, "inspect", "--source", source, "--masked", source, proven)[0] == 0
    proven.with_name("proven.csv.claim.json").unlink()
    assert _json(capsys, "inspect", proven, "--source", source)[0] == 10


def test_an_unreadable_source_is_a_wrong_call(
    capsys: pytest.CaptureFixture[str], source: Path, proven: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.csv"
    broken.write_bytes(b"")
    for given in (
        ["--source", broken],
        ["--source", tmp_path / "no.csv"],
        ["--source", source, "--masked", broken],
        [],
    ):
        assert main(["inspect", str(proven), *map(str, given)]) == 2
        shown = capsys.readouterr()
        assert shown.out == ""
        assert len(shown.err.strip().splitlines()) == 1


def test_an_unreadable_product_is_a_verdict(
    capsys: pytest.CaptureFixture[str], source: Path, proven: Path, tmp_path: Path
) -> None:
    status, shown = _json(capsys, "inspect", tmp_path / "gone.csv", tmp_path, proven, "--source", source)
    assert status == 20
    assert [one["verdict"] for one in shown["files"]] == ["refuse", "refuse", "release"]
    assert {one["findings"][0]["kind"] for one in shown["files"][:2]} == {"malformed"}


def test_people_see_verdict_reason_and_remedy(
    capsys: pytest.CaptureFixture[str], source: Path, extract: Path
) -> None:
    assert main(["inspect", str(extract), "--source", str(source)]) == 20
    shown = capsys.readouterr().out
    assert all(
        word in shown for word in ("拒绝", "source-record", "20 条源记录", "办法：", "依据：", "共 1 个文件")
    )
