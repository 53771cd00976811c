"""What an author writes on a chart: a title, the names of its axes, the values that a template may take.

Beside each attack stands an honest chart, so that a gate which holds every chart is seen. A name among other
words is read by people who vote, or sign; a record, an identifier or a name alone stops the chart.
"""

from __future__ import annotations

import base64
import json

import duckdb
import pytest

from sandbox.egress.judge import judge
from sandbox.egress.options import Options
from sandbox.egress.report import Product
from sandbox.kernel.findings import FileJudgement, FindingKind, Verdict
from tests.egress.clinic import claim, source, visits

RECORD = visits().slice(100, 1).to_pylist()[0]
NAME, NUMBER = RECORD["姓名"], RECORD["证件号"]
TOLD = " ".join(str(cell) for cell in RECORD.values())


def charted(*, title: str = "", y: str = "人数", x: str = "病种") -> tuple[FileJudgement, bytes]:
    sql = f'SELECT 病种 AS "{x}", count(DISTINCT 证件号) AS "{y}" FROM visits GROUP BY 病种'
    with duckdb.connect() as engine:
        engine.register("visits", visits())
        rows = engine.sql(sql).to_arrow_table().to_pylist()
    asked = {"chart": "bar", "x": x, "y": [y], "rows": rows} | ({"title": title} if title else {})
    product = Product("p.json", json.dumps(asked, ensure_ascii=False).encode(), claim(sql))
    judged = judge([product], [source()], Options())
    return judged.judgement.files[0], b"".join(judged.rewritings.values())


def kinds(file: FileJudgement) -> set[FindingKind]:
    return {one.kind for one in file.findings}


def test_an_honest_chart_is_proven_and_drawn_by_the_gate() -> None:
    file, drawn = charted()
    assert file.verdict is Verdict.RELEASE, [one.rule for one in file.findings]
    assert b"<svg" in drawn


def test_an_honest_title_is_read_by_people_and_nothing_else_is_said() -> None:
    file, _ = charted(title="2024 年各病种就诊人数")
    assert file.verdict is Verdict.REVIEW
    assert {one.rule for one in file.findings} == {"G40"}


@pytest.mark.parametrize("words", [TOLD, NUMBER, f"见（{NUMBER}）"])
@pytest.mark.parametrize("place", ["title", "y", "x"])
def test_a_record_or_an_identifier_stops_the_chart_wherever_it_is_written(place: str, words: str) -> None:
    file, drawn = charted(**{place: words})
    assert file.verdict is Verdict.REFUSE
    assert kinds(file) & {FindingKind.SOURCE_RECORD, FindingKind.IDENTIFIER}
    assert drawn == b""


@pytest.mark.parametrize("place", ["y", "x"])
def test_a_person_of_the_source_is_no_name_of_an_axis(place: str) -> None:
    file, drawn = charted(**{place: NAME})
    assert file.verdict is Verdict.REFUSE
    assert drawn == b""


@pytest.mark.parametrize("hidden", [NUMBER.encode().hex(), base64.b64encode(NUMBER.encode()).decode()])
@pytest.mark.parametrize("place", ["y", "x"])
def test_an_axis_carries_no_code(place: str, hidden: str) -> None:
    file, _ = charted(**{place: hidden})
    assert file.verdict is not Verdict.RELEASE


def test_a_name_among_words_in_a_title_is_never_proven() -> None:
    file, _ = charted(title=f"{NAME}等人的就诊")
    assert file.verdict is not Verdict.RELEASE  # people read every title


@pytest.mark.parametrize("place", ["y", "x"])
def test_a_name_among_words_of_an_axis_is_never_proven(place: str) -> None:
    file, _ = charted(**{place: f"{NAME}患病种1"})
    assert file.verdict is not Verdict.RELEASE
    assert FindingKind.IDENTIFIER in kinds(file)
