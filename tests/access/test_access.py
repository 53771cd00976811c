"""Applications, item reviews and agreements: what is missing is named, who may not is told why."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from sandbox.access import agreement as agreements
from sandbox.access import application as applications
from sandbox.access import reading, review
from sandbox.access.form import application_of, read_file
from sandbox.catalog.entries import by_code
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.application_records import Application, Item
from sandbox.kernel.errors import InputError, NotFoundError, RefusedError
from tests.journeys.homes import (
    CODE,
    DEVELOPER,
    MARKET,
    OFFICER,
    OPERATOR,
    OTHER_DEVELOPER,
    PROVIDER,
    Desk,
    Home,
    landed,
    told,
)

__all__ = ["landed", "told"]

SECOND_OFFICER = "luo.zhengyan"


def written(desk: Desk, **changes: object) -> dict[str, object]:
    """Return an application as a developer writes it."""
    today = desk.platform.directory.today()
    return {
        "environment": "520300",
        "regime": "zunyi-2022",
        "regime_override": "测试",
        "scenario": "分区统计",
        "scope": "本单位",
        "security_controls": "专席",
        "term_from": today.isoformat(),
        "term_to": (today + timedelta(days=300)).isoformat(),
        "requests": [{"dataset": CODE, "columns": ["行政区划"], "justification": "分组"}],
    } | changes


def apply(desk: Desk, document: dict[str, object], who: str = DEVELOPER) -> Application:
    """Submit an application."""
    actor = desk.actor(who)
    return applications.submit(
        desk.platform.access, actor, application_of(desk.platform.access, actor, document)
    )


def codes(error: pytest.ExceptionInfo[RefusedError]) -> set[str]:
    """Return the codes of all refusals."""
    return {one.code for one in error.value.decision.refusals}


def test_everything_that_is_missing_is_named_at_once(landed: Home) -> None:
    with landed.open() as desk:
        empty = written(
            desk, scenario=" ", regime_override="", term_from="2020-01-01", term_to="2019-01-01", requests=[]
        )
        with pytest.raises(RefusedError) as refused:
            apply(desk, empty)
        assert {"five-elements", "term", "regime"} <= codes(refused)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"environment": "999999"}, "没有开发利用环境"),
        ({"term_to": "明年"}, "YYYY-MM-DD"),
        ({"wish": "x"}, "wish"),
        ({"requests": "all"}, "一组表"),
        ({"requests": [{"dataset": "none", "columns": ["a"], "justification": "b"}]}, "没有数据集"),
        ({"requests": [{"dataset": CODE, "columns": "行政区划", "justification": "b"}]}, "文字列表"),
        ({"scenario": 5}, "文字"),
        ({"regime": "no-such"}, "制度版本"),
    ],
)
def test_a_form_that_cannot_be_read_is_one_sentence(landed: Home, changes, words) -> None:
    with landed.open() as desk, pytest.raises(InputError, match=words) as wrong:
        apply(desk, written(desk, **changes))
    assert len(str(wrong.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([{"column": "没有的列", "values": ["1"]}], "没有信息项 没有的列"),
        ([{"column": "行政区划"}], "没有写明起止"),
        ([{"column": "行政区划", "from": "1"}], "from"),
    ],
)
def test_row_ranges_are_checked_when_they_are_asked_for(landed: Home, rows, words) -> None:
    request = {"dataset": CODE, "columns": ["行政区划"], "justification": "分组", "rows": rows}
    with landed.open() as desk, pytest.raises(InputError, match=words):
        apply(desk, written(desk, requests=[request]))


def test_forms_in_toml_and_json(landed: Home, tmp_path) -> None:
    with landed.open() as desk:
        document = written(desk)
        (tmp_path / "a.json").write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
        lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in document.items()]
        text = "\n".join(lines[:-1]) + f'\n[[requests]]\ndataset = "{CODE}"\ncolumns = ["行政区划"]\n'
        (tmp_path / "a.toml").write_text(text + 'justification = "分组"\n', encoding="utf-8-sig")
        assert read_file(tmp_path / "a.json") == read_file(tmp_path / "a.toml") == document
    for data in (b"", b"[", b"\xff\xff", b"{"):
        (tmp_path / "b").write_bytes(data)
        if data:
            with pytest.raises(InputError):
                read_file(tmp_path / "b")
    with pytest.raises(InputError):
        read_file(tmp_path / "none")


def test_who_applies_reviews_and_signs(landed: Home) -> None:
    with landed.open() as desk:
        access = desk.platform.access
        for who in (OPERATOR, OFFICER, PROVIDER):
            with pytest.raises(RefusedError):
                apply(desk, written(desk), who)
        asked = apply(desk, written(desk))
        with pytest.raises(InputError, match="意见"):
            applications.accept(access, desk.actor(OFFICER), asked.id, findings=" ")
        with pytest.raises(RefusedError):
            review.push(access, desk.actor(OFFICER), asked.id)
        with pytest.raises(InputError, match="有效期"):
            applications.accept(access, desk.actor(OFFICER), asked.id, findings="好")
        applications.accept(access, desk.actor(OFFICER), asked.id, findings="好", confirm_override=True)
        (item,) = review.push(access, desk.actor(SECOND_OFFICER), asked.id)
        assert item.due_on > item.pushed_on
        for who, reasons in (
            (OPERATOR, {"role", "item-reviewer", "not-operator"}),
            ("shen.zhiyuan", {"item-reviewer"}),
            (OFFICER, {"item-reviewer", "different-person"}),
        ):
            with pytest.raises(RefusedError) as refused:
                review.approve(access, desk.actor(who), item.id)
            assert reasons <= codes(refused)
        with pytest.raises(InputError, match="理由"):
            review.refuse(access, desk.actor(PROVIDER), item.id, reason="")
        assert review.refuse(access, desk.actor(PROVIDER), item.id, reason="不需要").state == "refused"
        with pytest.raises(RefusedError):
            review.approve(access, desk.actor(PROVIDER), item.id)


def draft_from(desk: Desk, **changes: object) -> ServiceAgreement:
    """Draft an agreement like the first one, with changes."""
    held = desk.platform.store.load(ServiceAgreement, MARKET).record
    changed = replace(held, **({"id": "", "state": "drafted", "key_id": ""} | changes))
    return agreements.draft(desk.platform.access, desk.actor(OPERATOR), changed)


def test_an_agreement_stays_within_what_was_approved(landed: Home) -> None:
    with landed.open() as desk:
        store = desk.platform.store
        held = store.load(ServiceAgreement, MARKET).record
        stranger = desk.actor(OTHER_DEVELOPER)
        other_item = next(
            one.record for one in store.find(Item) if one.record.application != held.application
        )
        for changes, words in (
            ({"term_to": held.term_to + timedelta(days=1)}, "期限"),
            ({"users": (stranger.account,)}, "不是开发利用者的人员"),
            ({"users": ()}, "至少一个席位"),
            ({"seats": 0}, "至少一个席位"),
            ({"items": (other_item.id,)}, "不属于这项申请"),
            ({"organisation": stranger.organisation}, "不一致"),
        ):
            with pytest.raises(InputError, match=words):
                draft_from(desk, **changes)
        with pytest.raises(RefusedError, match="没有列入任何已批准"):
            draft_from(desk, items=())


def test_each_party_signs_for_itself_and_each_key_is_new(landed: Home) -> None:
    with landed.open() as desk:
        access = desk.platform.access
        made = draft_from(desk)
        with pytest.raises(RefusedError):
            agreements.accept(access, desk.actor(OTHER_DEVELOPER), made.id)
        with pytest.raises(RefusedError):
            agreements.sign(access, desk.actor(OPERATOR), made.id)
        agreements.accept(access, desk.actor(DEVELOPER), made.id)
        with pytest.raises(RefusedError):
            agreements.sign(access, desk.actor(DEVELOPER), made.id)
        signed = agreements.sign(access, desk.actor(OPERATOR), made.id)
        vault = desk.platform.vault
        first = desk.platform.store.load(ServiceAgreement, MARKET).record.key_id
        assert vault.open(signed.key_id).derive("x", 16) != vault.open(first).derive("x", 16)
        with pytest.raises(RefusedError):
            agreements.suspend(access, desk.actor("linghu.ping"), made.id, reason="x")


def test_lists_follow_the_parties(landed: Home) -> None:
    with landed.open() as desk:
        access = desk.platform.access
        assert len(reading.agreements(access, desk.actor(OFFICER))) == 5
        assert len(reading.agreements(access, desk.actor(OTHER_DEVELOPER))) == 3
        assert len(reading.applications(access, desk.actor(OPERATOR))) == 5
        assert len(reading.items(access, desk.actor(PROVIDER))) == 2
        assert reading.items_of(access, "application-000001")[0].application == "application-000001"
        with pytest.raises(RefusedError):
            reading.application(access, desk.actor(OTHER_DEVELOPER), "application-000001")
        with pytest.raises(NotFoundError):
            reading.application(access, desk.actor(OFFICER), "application-999999")
        assert by_code(desk.platform.directory, CODE).record.code == CODE
