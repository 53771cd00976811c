"""Notices come with their cause, to those concerned, once, and show hostile text as text."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sandbox.kernel.errors import RefusedError
from sandbox.kernel.lifecycle import STEPS, step
from sandbox.kernel.message import say
from sandbox.kernel.oversight_records import Notice
from sandbox.kernel.records import Home
from sandbox.locale.translate import render
from sandbox.oversight import audience, notices, templates
from sandbox.oversight.templates import ANNOUNCED, TEMPLATES, clean, filled
from sandbox.store.changes import ANNOUNCED as EFFECT
from sandbox.store.changes import Change, Effect
from sandbox.store.outbox import pending
from sandbox.store.verify import verify
from tests.oversight.conftest import ask, told


def test_every_template_is_a_step_with_an_audience_and_two_languages():
    steps = {row.name for row in STEPS}
    assert steps >= ANNOUNCED
    for one in TEMPLATES:
        assert one.audience in audience.AUDIENCES
        for sentence in (one.title, one.body):
            words = filled(sentence, {"what": "甲", "id": "x-1", "due": "2026-01-01", "days": "3"})
            assert render(words, "zh") != render(words, "en"), one.code


def test_a_step_tells_those_concerned_once(place):
    grant = ask(place)
    store = place.platform.store
    (effect,) = pending(store, kind=EFFECT)
    assert effect.record_id == grant.id
    fact = store.facts(record=grant.id)[0]
    assert [one["id"] for one in store.payload(fact.seq)["effects"]] == [effect.id]
    place.platform.settle()
    place.platform.settle()
    for officer in ("chen", "luo"):
        (notice,) = told(place, officer)
        assert grant.id in str(notice.body)
        assert notice.state == "posted"
    assert told(place, "liu") == told(place, "zhang") == ()
    assert notices.announce(place.platform.oversight, effect) == ()
    assert len(store.find(Notice)) == 2
    assert pending(store, kind=EFFECT) == ()


def test_a_stop_between_the_step_and_the_inbox_loses_nothing(place):
    ask(place)
    place.platform.store.engine.dispose()  # as if killed: nothing was settled
    place.platform.settle()
    assert len(told(place, "chen")) == 1


def test_a_busy_database_is_no_reason_to_forget(place, monkeypatch):
    from sandbox.kernel.errors import ConflictError

    ask(place)
    store = place.platform.store

    def busy(*_, **__):
        raise ConflictError(say("数据库正忙，这一步没有写入：请稍后重试"))

    monkeypatch.setattr(store, "write", busy)
    place.platform.settle()
    monkeypatch.undo()
    assert told(place, "chen") == ()
    place.platform.settle()
    assert len(told(place, "chen")) == 1


def test_only_the_own_inbox_is_read(place):
    ask(place)
    place.platform.settle()
    room = place.platform.oversight
    (notice,) = told(place, "chen")
    for other in ("luo", "liu"):
        with pytest.raises(RefusedError, match="本人收件箱"):
            notices.read(room, place.actor(other), notice.id)
    assert notices.read(room, place.actor("chen"), notice.id).state == "read"
    assert notices.read(room, place.actor("chen"), notice.id).state == "read"
    with pytest.raises(RefusedError):
        notices.read(room, place.actor("luo"), notice.id)
    assert notices.inbox(room, place.actor("chen"), unread=True) == ()
    assert len(notices.inbox(room, place.actor("chen"))) == 1
    assert notices.read_all(room, place.actor("luo")) == 1


def test_a_room_below_asks_for_a_reminder_once_a_day(place):
    store, room = place.platform.store, place.platform.oversight
    home = store.find(Home)[0]
    body = place.directory.organisation_named("某市大数据局").id
    wanted = Effect(
        notices.WANTED,
        {
            "template": "clock:due",
            "organisation": body,
            "role": "authority-officer",
            "once": "item-9:2026-02-25",
            "values": {"due": "2026-02-28", "days": "3", "other": "x"},
        },
    )
    for _ in range(2):
        home = store.find(Home)[0]
        change = Change(step("home:backup"), home.record, expected=home.version)
        from sandbox.kernel.actors import SYSTEM

        store.write(SYSTEM, change, outbox=(wanted,))
        place.platform.settle()
    (notice,) = told(place, "chen")
    assert "2026-02-28" in str(notice.body)
    assert "还有 3 个工作日" in str(notice.body)
    assert pending(store, kind=notices.WANTED) == ()
    assert room.home_name


def test_suspended_people_hear_nothing(place):
    from sandbox.people import accounts

    grant = ask(place)
    account = place.directory.account_named("luo").id
    accounts.suspend(place.directory, place.actor("chen"), account)
    record = place.platform.store.load(type(grant), grant.id).record
    found = audience.listeners(place.directory, "officers", record)
    assert [one.name for one in found] == ["chen"]


def test_what_no_program_knows_any_more_is_still_a_notice():
    old = Notice(id="notice-1", state="posted", organisation="o", account="a", template="gone", subject="x-1")
    title, body = notices.sentences(old)
    assert str(title) == "通知"
    assert "x-1" in str(body)
    assert templates.template("gone") is None


HOSTILE = [
    "甲\r\nBcc: victim@example.cn",
    "{what.__class__.__mro__}",
    "{0}{missing}",
    "\x1b[2J\x07红",
    "左\u202e右\u2066",
    "<script>alert(1)</script>",
    '=HYPERLINK("x")',
    "长" * 5000,
    "\ud800",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_text(text):
    shown = str(filled(say("“{what}”（{id}）"), {"what": text, "id": "x"}))
    assert "\n" not in shown
    assert "\r" not in shown
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert len(shown) < 140
    shown.encode()
    if "{" in text:
        assert text in shown
    assert clean(clean(text)) == clean(text)


def test_the_log_holds_with_announcements_in_it(place):
    ask(place)
    place.platform.settle()
    place.platform.checkpoint()
    report = verify(place.platform.store, key=place.platform.public_key, witness=place.platform.witnesses[0])
    assert report.problems == ()


def test_an_unknown_announcement_is_done_with(place):
    ask(place)
    (effect,) = pending(place.platform.store, kind=EFFECT)
    strange = replace(effect, payload={"step": "nothing:known"})
    assert notices.announce(place.platform.oversight, strange) == ()
    assert notices.want(place.platform.oversight, replace(effect, payload={"template": "?"})) == ()
