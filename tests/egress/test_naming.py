"""Names and addresses in a report are pointed out to who reads it; an honest report has none."""

from __future__ import annotations

import pytest

from sandbox.egress.judge import judge
from sandbox.egress.naming import MAX_TEXT, named
from sandbox.egress.reading import read_content
from sandbox.egress.report import Product
from sandbox.files.types import sniff
from sandbox.kernel.findings import Verdict
from tests.egress.clinic import source

HONEST = (
    "2024年全市企业发展情况\n汇川区企业增长最快，同比增长5.2%，其中酒业占三成。\n"
    "红花岗区次之。各区县样本均不少于十户，合计8123户，户均产值32.5万元。\n"
)


def kinds(text: str, name: str = "p.txt") -> dict[str, str]:
    data = text.encode()
    content = read_content(data, name=name, type=sniff(data, size=len(data)))
    return {
        str(dict(issue.evidence.values)["kind"]): issue.where for issue in named([content]) if issue.evidence
    }


def test_an_honest_report_has_nothing_pointed_out() -> None:
    assert kinds(HONEST) == {}
    assert kinds(f"<html><body><h1>情况</h1><p>{HONEST}</p></body></html>", "p.html") == {}


@pytest.mark.parametrize(("sentence", "kind"), [
    ("负责人张建国表示，今年用水多。", "PERSON"),
    ("患者欧阳娜娜，经治疗好转。", "PERSON"),
    ("该户住播州区南白街道万寿北街12号。", "ADDRESS"),
    ("联系电话0851-28221234。", "CN_LANDLINE"),
    ("邮箱 zhang.jg@example.org。", "EMAIL_ADDRESS"),
    ("车牌号贵C12345。", "CN_PLATE"),
])  # fmt: skip
def test_what_speaks_of_one_person_is_pointed_out_by_its_line(sentence: str, kind: str) -> None:
    assert kinds(HONEST + sentence) == {kind: "line 4"}


def test_people_read_the_report_and_its_names() -> None:
    text = (HONEST + "负责人张建国表示赞同。\n").encode()
    file = judge([Product("p.txt", text)], [source()]).judgement.files[0]
    assert file.verdict is Verdict.REVIEW
    assert {"G08", "G41"} <= {found.rule for found in file.findings}


def test_a_table_of_figures_is_not_read_as_a_text() -> None:
    assert kinds("区县,负责人张建国\n汇川区,1\n", "p.csv") == {}


def test_a_text_beyond_the_bound_is_read_as_far_as_it() -> None:
    assert kinds("水" * MAX_TEXT + "，负责人张建国。") == {}
