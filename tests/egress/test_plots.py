"""Charts drawn by the gate: what is asked for, what is refused, and that nothing of the author's is drawn."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.egress.content import Mark, Plot
from sandbox.egress.drawings import redraw_svg
from sandbox.egress.judge import judge
from sandbox.egress.plots import MAX_PLACES, draw, read_plot
from sandbox.egress.report import Product
from sandbox.kernel.errors import InputError
from sandbox.kernel.findings import FileJudgement, Verdict
from tests.egress.clinic import claim, source, visits
from tests.egress.examples import BY_KIND, plotted

BY_DAY = "SELECT 就诊日期, count(*) AS n FROM visits GROUP BY 就诊日期"
RARE = "SELECT 区县, count(*) AS n FROM visits GROUP BY 区县"


def looked_at(products: list[Product]) -> tuple[FileJudgement, dict[str, bytes]]:
    judged = judge(products, [source()])
    return judged.judgement.files[0], dict(judged.rewritings)


def rules(file: FileJudgement) -> set[str]:
    return {found.rule for found in file.findings}


def changed(**more: object) -> list[Product]:
    (product,) = plotted(BY_KIND)
    document = json.loads(product.data) | more
    return [Product("p.json", json.dumps(document, ensure_ascii=False).encode(), claim=product.claim)]


def test_a_chart_of_a_proven_table_leaves_as_the_gate_draws_it() -> None:
    file, drawn = looked_at(plotted(BY_KIND))
    assert file.verdict is Verdict.RELEASE
    assert str(file.rewritten).endswith(".svg")
    (svg,) = drawn.values()
    root = ET.fromstring(svg)  # noqa: S314 - drawn here
    words = {node.text for node in root.iter() if node.tag.endswith("text")}
    assert {"病种", "n"} <= words
    assert {f"病种{number}" for number in range(1, 7)} <= words
    bars = [node for node in root.iter() if node.tag.endswith("rect") and node.get("height") != "12"]
    assert len(bars) == 1 + 6  # the ground, and a bar for each
    assert looked_at(plotted(BY_KIND))[1] == drawn


def test_what_the_gate_draws_is_on_its_own_list_of_shapes() -> None:
    (svg,) = looked_at(plotted(BY_KIND))[1].values()
    again = redraw_svg(svg.decode())
    assert again.issues == []
    assert again.data is not None


@pytest.mark.parametrize("mark", list(Mark))
def test_every_mark_is_drawn(mark: Mark) -> None:
    table = pa.table({"月": ["1", "2", "3"], "人": ["10", None, "-4.5"], "企": ["1e3", "20", "0"]})
    svg = draw(Plot(mark, "月", ("人", "企")), table).decode()
    assert svg.count("<rect") == 1 + 2 + (5 if mark is Mark.BAR else 0)
    assert svg.count("<circle") == (0 if mark is Mark.BAR else 5)
    assert svg.count("<polyline") == (1 if mark is Mark.LINE else 0)  # 人 has no two neighbours


def test_a_title_is_read_by_people() -> None:
    file, drawn = looked_at(plotted(BY_KIND, title="各病种<script>alert(1)</script>"))
    assert file.verdict is Verdict.REVIEW
    assert "G40" in rules(file)
    assert b"<script" not in b"".join(drawn.values())


def test_a_title_that_names_somebody_is_refused() -> None:
    whose = visits().column("证件号")[9].as_py()
    assert looked_at(plotted(BY_KIND, title=f"含 {whose}"))[0].verdict is Verdict.REFUSE


def test_a_changed_figure_or_a_small_group_is_refused() -> None:
    (product,) = plotted(BY_KIND)
    document = json.loads(product.data)
    document["rows"][0]["n"] += 1
    false = Product("p.json", json.dumps(document).encode(), claim=product.claim)
    assert "G09" in rules(looked_at([false])[0])
    assert "G10" in rules(looked_at(plotted(RARE))[0])


def test_records_asked_for_as_a_chart_are_records() -> None:
    rows = visits().slice(5, 40).select(["结算号", "金额"]).to_pylist()
    asked = {"chart": "point", "x": "结算号", "y": ["金额"], "rows": rows}
    data = json.dumps(asked, ensure_ascii=False).encode()
    file, _ = looked_at([Product("p.json", data, claim=claim(BY_DAY))])
    assert file.verdict is Verdict.REFUSE
    assert looked_at([Product("p.json", data)])[0].verdict is Verdict.REFUSE


def test_without_a_claim_people_look_at_the_chart() -> None:
    (product,) = plotted(BY_KIND)
    file, drawn = looked_at([Product("p.json", product.data)])
    assert file.verdict is Verdict.REVIEW
    assert [data[:5] for data in drawn.values()] == [b"<?xml"]


@pytest.mark.parametrize(
    "more",
    [
        {"chart": "pie"}, {"chart": ["bar"]}, {"note": "x"}, {"x": "n"}, {"y": []}, {"y": ["n", "n"]},
        {"y": ["m"]}, {"title": {"a": 1}}, {"rows": []}, {"rows": {}}, {"rows": [1, 2]},
        {"rows": [{"病种": "a", "n": "很多"}]}, {"rows": [{"病种": "a", "n": "1e999"}]},
        {"rows": [{"病种": {"深": 1}, "n": 1}]},
        {"rows": [{"病种": str(one), "n": 1} for one in range(MAX_PLACES + 1)]},
        {"rows": [{"病种": "a", "n": 1}, {"病种": "b", "m": 1}]},
    ],
)  # fmt: skip
def test_what_is_no_chart_is_refused_with_a_sentence(more: dict[str, object]) -> None:
    file, drawn = looked_at(changed(**more))
    assert file.verdict is Verdict.REFUSE
    assert any(found.evidence is not None for found in file.findings)
    assert drawn == {}


CELLS = st.one_of(
    st.none(), st.floats(-1e15, 1e15).map(repr), st.integers(-(10**12), 10**12).map(str), st.just("1e-300")
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.text(max_size=40), CELLS, CELLS), min_size=1, max_size=MAX_PLACES),
    st.sampled_from(list(Mark)),
)
def test_whatever_is_drawn_stays_on_the_sheet(
    rows: list[tuple[str, str | None, str | None]], mark: Mark
) -> None:
    names = ("名", "甲", "乙")
    asked = {
        "chart": str(mark),
        "x": "名",
        "y": ["甲", "乙"],
        "rows": [dict(zip(names, row, strict=True)) for row in rows],
    }
    try:
        plot, sheet = read_plot(asked)
    except InputError:
        return
    svg = draw(plot, sheet.table).decode("utf-8", "replace")
    kept = "".join(letter for letter in svg if letter.isprintable() or letter == "\n")
    for node in ET.fromstring(kept).iter():  # noqa: S314 - drawn here
        for name in ("x", "y", "cx", "cy", "height", "width"):
            assert -30 <= float(node.get(name, "0")) <= 801
