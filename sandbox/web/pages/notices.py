"""One's own notices in the browser, and where they go besides: mail, an organisation's own system."""

from __future__ import annotations

from starlette.responses import Response

from sandbox.app import Platform
from sandbox.kernel.actors import Actor
from sandbox.kernel.application_records import Item
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import Message
from sandbox.kernel.oversight_records import Notice, Subscription
from sandbox.locale import words
from sandbox.oversight import notices, subscriptions
from sandbox.store.lists import Sieve
from sandbox.web.actions import Action, Call, Field, Options
from sandbox.web.language import word
from sandbox.web.pages import pager
from sandbox.web.session import Outcome
from sandbox.web.visitor import Visitor

HERE = "/console/notices"
ALL = "all"
"""Stands for the number of a notice where every one is meant."""
_PLACES = {
    "application": "applications",
    "submission": "submissions",
    "release": "releases",
    "seat": "seats",
    "service-agreement": "service-agreements",
    "delivery": "deliveries",
    "dataset": "datasets",
    "incident": "incidents",
}
_LISTS = {
    "grant": "accounts#waiting",
    "account": "accounts",
    "organisation": "accounts#bodies",
    "landing-order": "landing-orders",
    "snapshot": "landing-orders",
    "operating-agreement": "agreements",
    "environment": "agreements",
    "consultation": "applications",
    "coordination": "applications",
}


def place(platform: Platform, subject: str) -> str:
    """Return the page on which a record is shown; nothing for one without a page."""
    kind = subject.rpartition("-")[0]
    if kind == Item.KIND:
        return f"/console/applications/{platform.store.load(Item, subject).record.application}"
    if kind in _PLACES:
        return f"/console/{_PLACES[kind]}/{subject}"
    return f"/console/{_LISTS[kind]}" if kind in _LISTS else ""


def _read(call: Call) -> Outcome:
    desk = call.platform.oversight
    if call.id == ALL:
        return Outcome(HERE, word("{n} 条通知已标为已读", n=notices.read_all(desk, call.actor)))
    notices.read(desk, call.actor, call.id)
    return Outcome(HERE)


def _add(call: Call) -> Outcome:
    form, desk = call.form, call.platform.oversight
    address, language = form.one("address"), form.one("language", "zh")
    if form.one("channel") == "mail":
        subscriptions.subscribe_mail(desk, call.actor, address, language=language)
        return Outcome(HERE, word("今后的通知同时发到这个邮箱"))
    if form.one("channel") != "webhook":
        raise InputError(word("通知只能发到邮箱或系统回调：请从列表中选择"))
    _, secret = subscriptions.subscribe_webhook(desk, call.actor, address, language=language)
    shown = word("回调消息的签名密钥（只显示这一次，请交给接收系统）")
    return Outcome(HERE, word("本单位今后的通知同时发到这个系统"), once=((shown, secret),))


def _cancel(call: Call) -> Outcome:
    subscriptions.cancel(call.platform.oversight, call.actor, call.id)
    return Outcome(HERE, word("已取消，等待发出的也不再发"))


def _channels(_: Platform, __: Actor) -> Options:
    return (("mail", word("邮件（本人的通知）")), ("webhook", word("系统回调（本单位的通知）")))


def _languages(_: Platform, __: Actor) -> Options:
    return (("zh", "中文"), ("en", "English"))


READ = Action("notice:read", "notices", word("标为已读"), _read)
ADD = Action(
    "subscription:add",
    "subscriptions",
    word("增加去向"),
    _add,
    fields=(
        Field("channel", word("方式"), "choice", choices=_channels),
        Field("address", word("地址"), help=word("邮箱，或以 https:// 开头的回调地址")),
        Field("language", word("语言"), "choice", choices=_languages, default="zh"),
    ),
    hint=word("通知只写明事项和编号，不含数据"),
)
CANCEL = Action(
    "subscription:cancel", "subscriptions", word("取消"), _cancel, record=Subscription, grave=True
)
ACTIONS = (READ, ADD, CANCEL)


def inbox(visitor: Visitor) -> Response:
    """Return the person's notices, the latest first, and the ways they go."""
    platform, actor = visitor.platform, visitor.actor
    only = visitor.request.query_params.get("unread") == "yes"
    states = ("posted",) if only else ("posted", "read")
    part = pager.part(visitor, Notice, Sieve(states=states, linked=("account", actor.account)))
    channels = platform.oversight.channels
    store = platform.store
    ways = subscriptions.own(platform.oversight, actor)
    return visitor.page(
        "notices.html",
        notices=[(notices.shown(one), place(platform, one.record.subject)) for one in part.found],
        part=part,
        only=only,
        ways=ways,
        versions={one.id: store.load(Subscription, one.id).version for one in ways},
        mail=bool(channels.mail.host and channels.mail.sender),
        hosts=channels.webhook_hosts,
        channel_name=_named,
        read=READ,
        add=ADD,
        cancel=CANCEL,
        all=ALL,
    )


def _named(channel: str) -> Message:
    return words.term(f"channel-{channel}")
