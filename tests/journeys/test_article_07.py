"""第七条: the demand with its five named elements, from the portal or the desk to the authority."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.access import application as applications
from sandbox.access import drafts, portal, reading
from sandbox.kernel.application_records import Application
from sandbox.kernel.errors import RefusedError
from sandbox.kernel.records import Organisation
from tests.access.hall import COLUMNS, REGIME, Hall, hall
from tests.access.test_attachments import pdf


@pytest.fixture
def town(tmp_path: Path) -> Hall:
    return hall(tmp_path)


WHOLE = {
    "scenario": "小微企业信贷辅助",
    "scenario_kinds": ["信用服务"],
    "scope": "遵义市范围，本单位内部使用",
    "security_controls": "专人专席，产品经出域审查",
    "outputs": ["aggregate", "index"],
    "contact": "林晓雨 0851-0000000",
    "requests": [
        {
            "dataset": "firms",
            "columns": list(COLUMNS[:2]),
            "justification": "",
            "reasons": {COLUMNS[0]: "按区县分组", COLUMNS[1]: "按行业分组"},
            "period_from": "2021-01-01",
            "period_to": "2025-12-31",
            "regions": ["520302", "520303"],
            "refresh": "每月",
        },
        {"dataset": "legal-persons", "columns": [COLUMNS[2]], "justification": "计算存续年限"},
    ],
}


@pytest.mark.parametrize(
    "missing",
    [{"requests": []}, {"scenario": " "}, {"scope": ""}, {"security_controls": ""}],
    ids=["source", "scenario", "scope", "security"],
)
def test_each_of_the_five_elements_is_asked_for(town: Hall, missing) -> None:
    with pytest.raises(RefusedError) as refused:
        town.submit(**(WHOLE | missing))
    assert "five-elements" in {one.code for one in refused.value.decision.refusals}
    assert all(one.article for one in refused.value.decision.refusals)
    assert town.store.find(Application) == ()


def test_the_term_is_asked_for_and_bounded(town: Hall) -> None:
    for term in ({"term_to": "2026-03-01"}, {"term_to": "2099-01-01"}):
        with pytest.raises(RefusedError, match="使用期限"):
            town.submit(**(WHOLE | term))


def test_an_item_without_a_reason_for_every_field_is_incomplete(town: Hall) -> None:
    bare = {"dataset": "firms", "columns": list(COLUMNS[:2]), "reasons": {COLUMNS[0]: "分组"}}
    with pytest.raises(RefusedError, match="逐项说明理由"):
        town.submit(**(WHOLE | {"requests": [bare]}))


def test_where_the_measure_asks_for_it_every_field_has_its_own_reason(town: Hall) -> None:
    """One reason for a dataset's fields is our setting; a city that wants one for each sets it so."""
    shared = {"dataset": "firms", "columns": list(COLUMNS[:2]), "justification": "分组"}
    own = shared | {"reasons": {COLUMNS[0]: "按区县分组", COLUMNS[1]: "按行业分组"}}
    assert town.submit(**(WHOLE | {"requests": [shared]})).state == "submitted"
    standing = town.desk.regimes[REGIME]
    rules = tuple(replace(one, value=True) if one.code == "field-reasons" else one for one in standing.rules)
    town.desk.regimes[REGIME] = replace(standing, rules=rules)
    with pytest.raises(RefusedError, match="逐项说明理由"):
        town.submit(**(WHOLE | {"requests": [shared]}))
    assert town.submit(**(WHOLE | {"requests": [own]})).state == "submitted"


def test_a_demand_from_draft_to_acceptance(town: Hall) -> None:
    """Written, papers added, handed in, sent back once, answered, accepted; every step on record."""
    desk, lin, chen = town.desk, town.actors["lin"], town.actors["chen"]
    made = drafts.draft(desk, lin, town.written(**(WHOLE | {"security_controls": ""})))
    paper = town.folder / "方案.pdf"
    paper.write_bytes(pdf(12))
    drafts.attach(desk, lin, made.id, [paper])
    with pytest.raises(RefusedError):
        drafts.hand_in(desk, lin, made.id)
    drafts.revise(desk, lin, made.id, town.written(**WHOLE))
    drafts.hand_in(desk, lin, made.id)
    applications.supplement(desk, chen, made.id, points=("请写明数据留存与销毁安排", "请附授权书"))
    letter = town.folder / "授权书.pdf"
    letter.write_bytes(pdf(1))
    answered = drafts.answer(desk, lin, made.id, town.written(**WHOLE), papers=[letter])
    assert [one.pages for one in answered.attachments] == [12, 1]
    kept = applications.accept(desk, chen, made.id, findings="需求明确", qualification="资质齐全")
    assert kept.requests[0].extent.regions == ("520302", "520303")
    assert [one.reason for one in kept.requests[0].reasons] == ["按区县分组", "按行业分组"]
    assert [one.verb.partition(":")[2] for one in town.store.facts(record=made.id)] == [
        "draft", "revise", "revise", "hand-in", "supplement", "answer", "accept",
    ]  # fmt: skip


def test_the_portals_number_stays_with_the_demand(town: Hall) -> None:
    code = town.store.load(Organisation, town.ids["firm"]).record.uscc
    entry = town.document(**WHOLE) | {
        "number": "ZYSJ-2026-0001",
        "applicant_uscc": code,
        "applicant_account": "lin",
    }
    (done,) = portal.bring_in(town.desk, town.actors["chen"], [entry], regime=REGIME)
    assert done.problem is None
    (seen,) = reading.applications(town.desk, town.actors["lin"])
    assert (seen.id, seen.portal_number) == (done.application, "ZYSJ-2026-0001")
