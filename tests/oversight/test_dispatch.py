"""Mail and webhooks against real servers of this machine: at least once, recognisable, never in the clear."""

from __future__ import annotations

import hmac
import json

import pytest

from sandbox.kernel.errors import InputError, RefusedError, StateError
from sandbox.kernel.oversight_records import Subscription
from sandbox.oversight import mail, subscriptions
from sandbox.oversight.desk import MailServer
from sandbox.oversight.dispatch import FIRST_WAIT, LONGEST_WAIT, Dispatcher, wait_after
from sandbox.store.outbox import pending
from tests.oversight.conftest import ask, desk_with
from tests.oversight.doubles import UnsafeMailServer, UnsafeReceiver, certificate

ADDRESS = "chen@data.example.cn"


def server(double, **more):
    given = {
        "host": "localhost",
        "port": double.port,
        "security": "none",
        "sender": "sandbox@data.example.cn",
    }
    return MailServer(**(given | {"seconds": 5.0} | more))


def waiting(place):
    return [one.kind for one in pending(place.platform.store) if one.kind.startswith("notice.")]


def test_mail_is_sent_once_and_again_after_a_failure(place):
    with UnsafeMailServer(fail=1).running() as double:
        desk = desk_with(place, mail=server(double), plain=True, console="https://console.example.cn")
        subscriptions.subscribe_mail(desk, place.actor("chen"), ADDRESS)
        grant = ask(place)
        place.platform.settle()
        assert waiting(place) == ["notice.mail"]
        sender = Dispatcher(desk)
        first = sender.round()
        assert (first.sent, len(first.failed)) == (0, 1)
        assert "没有收下" in str(first.failed[0][1].message)
        assert sender.round().failed == ()  # it rests
        assert double.received == []
        place.clock.move(seconds=int(FIRST_WAIT) + 1)
        assert sender.round().sent == 1
        assert sender.round().sent == 0
        (message,) = double.received
        assert message["To"] == ADDRESS
        assert message["Subject"] == "[zunyi-test] 有角色等待会签"
        assert grant.id in message.get_content()
        assert "演示环境" in message.get_content()
        assert "https://console.example.cn" in message.get_content()
        assert waiting(place) == []


def test_a_stop_after_sending_sends_the_same_message_again(place, monkeypatch):
    with UnsafeMailServer().running() as double:
        desk = desk_with(place, mail=server(double), plain=True)
        subscriptions.subscribe_mail(desk, place.actor("chen"), ADDRESS, language="en")
        ask(place)
        place.platform.settle()

        def killed(*_):
            raise KeyboardInterrupt

        monkeypatch.setattr("sandbox.oversight.dispatch.finish", killed)
        with pytest.raises(KeyboardInterrupt):
            Dispatcher(desk).round()
        monkeypatch.undo()
        assert Dispatcher(desk).round().sent == 1
        first, second = double.received
        assert first["Message-ID"] == second["Message-ID"]
        assert first.get_content() == second.get_content()
        assert "countersigned" in first["Subject"]


@pytest.mark.parametrize("implicit", [True, False])
def test_mail_goes_encrypted_and_only_to_whom_is_trusted(place, tmp_path, implicit):
    pem = certificate(tmp_path)
    with UnsafeMailServer(pem=pem, implicit=implicit).running() as double:
        security = "tls" if implicit else "starttls"
        stranger = desk_with(place, mail=server(double, security=security))
        subscriptions.subscribe_mail(stranger, place.actor("chen"), ADDRESS)
        ask(place)
        place.platform.settle()
        failed = Dispatcher(stranger).round().failed
        assert "SSLCertVerificationError" in str(failed[0][1].message)
        assert double.received == []
        trusted = desk_with(place, mail=server(double, security=security, authorities=str(pem)))
        assert Dispatcher(trusted).round().sent == 1
        assert double.encrypted == [True]


def test_a_production_home_sends_nothing_in_the_clear(place):
    from dataclasses import replace

    with UnsafeMailServer().running() as double:
        desk = desk_with(place, mail=server(double), plain=True)
        where = subscriptions.subscribe_mail(desk, place.actor("chen"), ADDRESS)
        ask(place)
        place.platform.settle()
        real = replace(desk, demo=False)
        failed = Dispatcher(real).round().failed
        assert "必须加密" in str(failed[0][1].message)
        assert double.envelopes == []
        assert where.state == "active"


def test_without_a_server_mail_waits_and_says_so(place):
    desk = desk_with(place)
    subscriptions.subscribe_mail(desk, place.actor("chen"), ADDRESS)
    ask(place)
    place.platform.settle()
    failed = Dispatcher(desk).round().failed
    assert "没有设置邮件服务器" in str(failed[0][1].message)
    assert waiting(place) == ["notice.mail"]
    assert isinstance(failed[0][1], StateError)


def test_a_webhook_is_signed_and_recognisable(place):
    with UnsafeReceiver(answers=[500]).running() as double:
        desk = desk_with(place, webhook_hosts=("127.0.0.1",), plain=True)
        url = f"http://127.0.0.1:{double.port}/hook?x=1"
        _, secret = subscriptions.subscribe_webhook(desk, place.actor("chen"), url)
        grant = ask(place)
        place.platform.settle()
        assert waiting(place) == ["notice.webhook"] * 2  # one for each officer of the organisation
        sender = Dispatcher(desk)
        assert len(sender.round().failed) == 1
        place.clock.move(minutes=1)
        assert sender.round().sent == 1
        (path, first, body), _, (_, again, same) = double.received
        assert path == "/hook?x=1"
        assert first["X-Sandbox-Delivery"] == again["X-Sandbox-Delivery"]
        assert body == same
        message = f"{first['X-Sandbox-Time']}.".encode() + body
        expected = hmac.new(secret.encode(), message, "sha256").hexdigest()
        assert first["X-Sandbox-Signature"] == f"sha256={expected}"
        assert grant.id in json.loads(body)["body"]


def test_no_redirect_is_followed(place):
    with UnsafeReceiver(answers=[302, 302]).running() as double:
        desk = desk_with(place, webhook_hosts=("127.0.0.1",), plain=True)
        subscriptions.subscribe_webhook(desk, place.actor("chen"), f"http://127.0.0.1:{double.port}/hook")
        ask(place)
        place.platform.settle()
        assert len(Dispatcher(desk).round().failed) == 2
        assert {path for path, _, _ in double.received} == {"/hook"}


def test_what_was_cancelled_or_is_no_longer_allowed_goes_nowhere(place):
    with UnsafeReceiver().running() as double:
        desk = desk_with(place, webhook_hosts=("127.0.0.1",), plain=True)
        url = f"http://127.0.0.1:{double.port}/hook"
        subscriptions.subscribe_webhook(desk, place.actor("chen"), url)
        mine = subscriptions.subscribe_mail(desk, place.actor("chen"), ADDRESS)
        ask(place)
        place.platform.settle()
        subscriptions.cancel(desk, place.actor("chen"), mine.id)
        done = Dispatcher(desk_with(place, webhook_hosts=())).round()
        assert (done.sent, done.dropped, done.failed) == (0, 3, ())
        assert double.received == []


BAD_HOOKS = [
    "http://hooks.example.cn/x",
    "https://elsewhere.example.cn/x",
    "https://hooks.example.cn.evil.cn/x",
    "https://user:pw@hooks.example.cn/x",
    "https://hooks.example.cn@evil.cn/x",
    "https://hooks.example.cn/x#y",
    "https://hooks.example.cn:port/x",
    "https://hooks.example.cn/a b",
    "https://hooks.example.cn/\r\nX: y",
    "https://钩子.cn/x",
    "file:///etc/passwd",
    "ftp://hooks.example.cn/x",
    "//hooks.example.cn/x",
    "http://127.0.0.1:80/x",
    "",
]


@pytest.mark.parametrize("address", BAD_HOOKS)
def test_a_webhook_goes_only_where_the_installation_allows(place, address):
    desk = desk_with(place, webhook_hosts=("hooks.example.cn",))
    with pytest.raises(InputError):
        subscriptions.subscribe_webhook(desk, place.actor("chen"), address)
    assert subscriptions.subscribe_webhook(desk, place.actor("chen"), "https://hooks.example.cn/x")


BAD_MAIL = [
    "",
    "chen",
    "chen@",
    "a@b",
    "a@b.cn\r\nBcc: c@d.cn",
    "a@b.cn, c@d.cn",
    "<a@b.cn>",
    "张@b.cn",
    " a@b.cn",
]


@pytest.mark.parametrize("address", BAD_MAIL)
def test_an_address_is_one_address(place, address):
    with pytest.raises(InputError):
        subscriptions.subscribe_mail(desk_with(place), place.actor("chen"), address)


def test_who_may_subscribe_what(place):
    desk = desk_with(place, webhook_hosts=("hooks.example.cn",))
    place.join("liu", "某市卫健委", "wang", 31)
    with pytest.raises(RefusedError):  # no role, no officer
        subscriptions.subscribe_webhook(desk, place.actor("wang"), "https://hooks.example.cn/x")
    hook, _ = subscriptions.subscribe_webhook(desk, place.actor("liu"), "https://hooks.example.cn/x")
    mine = subscriptions.subscribe_mail(desk, place.actor("liu"), "liu@data.example.cn")
    for other in ("chen", "zhang"):
        for one in (hook, mine):
            with pytest.raises(RefusedError):
                subscriptions.cancel(desk, place.actor(other), one.id)
    assert {one.id for one in subscriptions.own(desk, place.actor("liu"))} == {hook.id, mine.id}
    assert subscriptions.own(desk, place.actor("chen")) == ()
    body = place.platform.store.load(Subscription, hook.id)
    assert "secret" not in str(body.record)
    with pytest.raises(InputError, match="zh"):
        subscriptions.subscribe_mail(desk, place.actor("liu"), "liu@data.example.cn", language="fr")


def test_waits_double_and_are_bounded():
    waits = [wait_after(n) for n in range(1, 40)]
    assert waits[:4] == [5.0, 10.0, 20.0, 40.0]
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_WAIT


def test_a_header_cannot_be_added(place):
    desk = desk_with(place, mail=MailServer(host="x", sender="sandbox@data.example.cn"))
    from sandbox.kernel.oversight_records import Notice

    notice = Notice(
        id="notice-000001", state="posted", organisation="o", account="a", template="seat:provision",
        subject="seat-1", values=(("what", "甲\r\nBcc: v@x.cn\r\n\r\n<b>"), ("id", "seat-1")),
    )  # fmt: skip
    where = Subscription(
        id="subscription-000001",
        state="active",
        organisation="o",
        account="a",
        channel="mail",
        address=ADDRESS,
    )
    made = mail.message(desk, notice, where)
    assert made["Bcc"] is None
    assert made.get_content_type() == "text/plain"
    assert b"\nBcc:" not in made.as_bytes()
