"""The incident switch, rehearsed: stop, recall, freeze, report, close; for each of its four targets."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from sandbox.egress import release
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.dataset_records import Dataset
from sandbox.kernel.errors import ConflictError, InputError, RefusedError
from sandbox.kernel.oversight_records import Incident
from sandbox.kernel.records import Organisation
from sandbox.kernel.review_records import Release
from sandbox.kernel.seat_records import Seat
from sandbox.oversight import evidence, incident, notices, reporting, retention
from sandbox.oversight.reporting import Findings
from sandbox.seats import seat as seats
from sandbox.store.verify import verify
from tests.journeys.homes import (
    CREDIT,
    DEVELOPER,
    MARKET,
    OFFICER,
    OPERATOR,
    SECURITY,
    STEWARD,
    Home,
    released,
    told,
)

__all__ = ["released", "told"]
SUPERVISOR, SECOND_OFFICER = "xie.mingjian", "luo.zhengyan"
FOUND = Findings(cause="口令外泄", harm="可能推知企业经营情况", advice="留意异常联系", contact="0851-0000000")
HOSTILE = "泄露<script>alert(1)</script>|x| [点](javascript:1)\n# 伪造标题"


def throw(desk, target, *, title="席位异常", reason="外部通报"):
    return incident.open_incident(
        desk.platform.oversight, desk.actor(OFFICER), target, title=title, reason=reason
    )


def test_the_whole_rehearsal(released: Home) -> None:
    with released.open() as desk:
        platform, room = desk.platform, desk.platform.oversight
        store = platform.store
        opened = throw(desk, MARKET)
        assert opened.report_due - opened.known_at == timedelta(hours=24)
        assert store.load(ServiceAgreement, MARKET).record.state == "suspended"
        (gone,) = store.find(Release)
        assert gone.record.state == "recalled"
        assert opened.recalled == (gone.record.id,)
        with pytest.raises(RefusedError, match="suspended"):
            seats.run(platform.seats, desk.actor(DEVELOPER), "demo", ["true"])
        with pytest.raises(InputError, match="冻结证据"):
            reporting.report(room, desk.actor(OFFICER), opened.id, FOUND)

        frozen = evidence.freeze(room, desk.actor(OFFICER), opened.id)
        head, facts = evidence.read(room.evidence.get(frozen.evidence))
        verbs = {one["fact"]["verb"] for one in facts}
        assert {"incident:open", "service-agreement:suspend", "release:recall", "release:collect"} <= verbs
        assert {"seat:run", "review:cast", "undertaking:sign", "snapshot:publish", "item:approve"} <= verbs
        assert head["facts"] == len(facts)
        assert all(one["payload"] is not None for one in facts)

        draft = reporting.draft(room, desk.actor(OFFICER), opened.id).markdown()
        assert draft.count("【待补充】") == 4
        with pytest.raises(InputError, match="危害"):
            reporting.report(room, desk.actor(OFFICER), opened.id, Findings(cause="x"))
        reported = reporting.report(room, desk.actor(OFFICER), opened.id, FOUND)
        text = room.evidence.get(reported.incident.report).decode()
        assert text == reported.paper.markdown()
        for part in (
            "口令外泄",
            "市场主体登记信息",
            frozen.evidence,
            "赵清和",
            "张凯",
            "谢明鉴",
            "林晓雨",
            "seat:run",
        ):
            assert part.replace("-", r"\-") in text, part
        assert "【待补充】" not in text
        assert str(gone.record.id).replace("-", r"\-") in text

        with pytest.raises(RefusedError, match="同一个人"):
            incident.close(room, desk.actor(OFFICER), opened.id, conclusion="已处置")
        with pytest.raises(RefusedError, match="尚未办结"):
            retention.purge(room, desk.platform.gate, desk.actor(OFFICER))
        with pytest.raises(InputError, match="结论"):
            incident.close(room, desk.actor(SECOND_OFFICER), opened.id, conclusion=" ")
        closed = incident.close(room, desk.actor(SECOND_OFFICER), opened.id, conclusion="已处置")
        assert closed.state == "closed"
        platform.settle()
        mine = [one.title.template for one in notices.inbox(room, desk.actor(SUPERVISOR))]
        assert mine == ["安全事件已办结", "安全事件已报告", "发生安全事件"]
        platform.checkpoint()
        found = verify(store, key=platform.public_key, witness=platform.witnesses[0])
        assert found.problems == ()


def test_a_seat_is_stopped_alone(released: Home) -> None:
    with released.open() as desk:
        store = desk.platform.store
        seat = seats.named(desk.platform.seats, "demo")
        made = throw(desk, seat.id)
        assert store.load(Seat, seat.id).record.state == "suspended"
        assert store.load(ServiceAgreement, MARKET).record.state == "active"
        assert made.stopped == (seat.id,)
        assert len(made.recalled) == 1
        again = throw(desk, seat.id)  # a second report of the same finds nothing left to stop
        assert (again.stopped, again.recalled) == ((), ())


def test_a_developer_is_stopped_everywhere(released: Home) -> None:
    with released.open() as desk:
        store = desk.platform.store
        firm = desk.actor(DEVELOPER).organisation
        throw(desk, firm)
        assert store.load(Organisation, firm).record.state == "suspended"
        own = store.find(ServiceAgreement, organisation=firm)
        assert {one.record.state for one in own} == {"suspended"}
        assert {one.record.state for one in store.find(Seat, organisation=firm)} == {"suspended"}
        others = [one.record for one in store.find(ServiceAgreement) if one.record.organisation != firm]
        assert {one.state for one in others} == {"active"}
        with pytest.raises(InputError, match="不是数据开发利用者"):
            throw(desk, desk.actor(OPERATOR).organisation)


def test_a_dataset_is_stopped_and_comes_back_by_the_authority_alone(released: Home) -> None:
    with released.open() as desk:
        store, room = desk.platform.store, desk.platform.oversight
        throw(desk, "dataset-000001")
        assert store.load(Dataset, "dataset-000001").record.state == "suspended"
        states = {one.record.id: one.record.state for one in store.find(ServiceAgreement)}
        assert states[MARKET] == "suspended"
        assert {states.pop(one) for one in (MARKET, CREDIT)} == {"suspended"}
        assert set(states.values()) == {"active"}
        for who in (STEWARD, OPERATOR, SECURITY):
            with pytest.raises(RefusedError):
                incident.reinstate_dataset(room, desk.actor(who), "dataset-000001", reason="好了")
        assert seats.current_snapshots(desk.platform.directory, MARKET) == ()
        back = incident.reinstate_dataset(room, desk.actor(OFFICER), "dataset-000001", reason="好了")
        assert back.state == "classified"
        assert len(seats.current_snapshots(desk.platform.directory, MARKET)) == 1


def test_who_may_throw_the_switch_and_look(released: Home) -> None:
    with released.open() as desk:
        room = desk.platform.oversight
        for who in (SUPERVISOR, OPERATOR, DEVELOPER, STEWARD, SECURITY):
            with pytest.raises(RefusedError):
                incident.open_incident(room, desk.actor(who), MARKET, title="x", reason="y")
        assert desk.platform.store.load(ServiceAgreement, MARKET).record.state == "active"
        assert desk.platform.store.find(Incident) == ()
        made = throw(desk, MARKET)
        assert incident.incidents(room, desk.actor(SUPERVISOR))[0].id == made.id
        for who in (OPERATOR, DEVELOPER, STEWARD):
            with pytest.raises(RefusedError):
                incident.incidents(room, desk.actor(who))
            with pytest.raises(RefusedError):
                incident.incident(room, desk.actor(who), made.id)


def test_wrong_calls_are_one_sentence(released: Home) -> None:
    with released.open() as desk:
        room, officer = desk.platform.oversight, desk.actor(OFFICER)
        for target in ("release-000001", "account-000001", "nonsense", "", "seat-999999"):
            with pytest.raises(InputError):
                incident.open_incident(room, officer, target, title="x", reason="y")
        for title, reason in (("", "y"), ("x", "  ")):
            with pytest.raises(InputError, match="写明"):
                incident.open_incident(room, officer, MARKET, title=title, reason=reason)
        later = desk.platform.clock() + timedelta(hours=1)
        with pytest.raises(InputError, match="晚于现在"):
            incident.open_incident(room, officer, MARKET, title="x", reason="y", known_at=later)


def test_the_clock_of_the_report_runs_from_what_was_known(released: Home) -> None:
    with released.open() as desk:
        room, officer = desk.platform.oversight, desk.actor(OFFICER)
        known = desk.platform.clock() - timedelta(hours=30)
        made = incident.open_incident(room, officer, MARKET, title="x", reason="y", known_at=known)
        evidence.freeze(room, officer, made.id)
        done = reporting.report(room, officer, made.id, FOUND)
        fact = desk.platform.store.facts(record=made.id, verb="incident:report")[0]
        assert desk.platform.store.payload(fact.seq)["note"]["late"] is True
        assert "是否逾期 | 是" in done.paper.markdown()


def test_somebody_else_at_the_same_moment_does_not_stop_the_switch(released: Home, monkeypatch) -> None:
    with released.open() as desk:
        store = desk.platform.store
        real, clashes = store.write, [2]

        def write(actor, *changes, **more):
            if changes[0].step.name == "incident:open" and clashes[0]:
                clashes[0] -= 1
                from sandbox.kernel.message import say

                raise ConflictError(say("数据库正忙，这一步没有写入：请稍后重试"))
            return real(actor, *changes, **more)

        monkeypatch.setattr(store, "write", write)
        assert throw(desk, MARKET).state == "open"
        clashes[0] = 99
        with pytest.raises(ConflictError, match="立即重试"):
            throw(desk, MARKET)


def test_hostile_words_stay_words_in_the_paper(released: Home) -> None:
    with released.open() as desk:
        room, officer = desk.platform.oversight, desk.actor(OFFICER)
        made = throw(desk, MARKET, title=HOSTILE, reason=HOSTILE)
        paper = reporting.draft(room, officer, made.id, Findings(cause=HOSTILE))
        page, text = paper.html(), paper.markdown()
        assert "<script" not in page
        assert "\n# 伪造标题" not in text
        assert "](javascript" not in text
        for line in text.splitlines():
            if line.startswith("| "):
                assert line.replace(r"\|", "").count("|") in (3, 4, 5, 6), line
        desk.platform.settle()
        (told_,) = notices.inbox(room, desk.actor(SUPERVISOR))
        assert "\n" not in str(told_.body)


def test_blind_votes_stay_blind_in_the_evidence(released: Home) -> None:
    with released.open() as desk:
        made = throw(desk, MARKET)
        store = desk.platform.store
        votes = {one.header.record_id for one in evidence.facts_of(desk.platform.oversight, made)}
        assert any(one.startswith("review-") for one in votes)
        assert store.find(Incident)[0].record.evidence == ""
        data = evidence.document(desk.platform.oversight, made, ())
        assert json.loads(data.splitlines()[0])["facts"] == 0
        with pytest.raises(RefusedError):
            release.hand_out(
                desk.platform.gate, desk.actor(DEVELOPER), made.recalled[0], desk.platform.layout.root / "out"
            )
