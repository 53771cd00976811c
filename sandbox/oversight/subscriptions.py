"""Where notices go besides the console: a person's own mail, an organisation's own system.

An address is checked when it is given: mail by its form, a webhook against the hosts that
the installation allows, over TLS. A webhook's secret is made here and shown once.
"""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import urlsplit

from sandbox.kernel.actors import Actor
from sandbox.kernel.errors import InputError
from sandbox.kernel.lifecycle import step
from sandbox.kernel.message import say
from sandbox.kernel.oversight_records import Subscription
from sandbox.kernel.permits import require
from sandbox.locale.translate import LANGUAGES
from sandbox.oversight.desk import OversightDesk
from sandbox.people.directory import with_record
from sandbox.store.changes import Change, Link

SECRET = "webhook-secret"
_SECRET_BYTES = 32
_MAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){1,8}")
_LONGEST = 500
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def subscribe_mail(desk: OversightDesk, actor: Actor, address: str, *, language: str = "zh") -> Subscription:
    """Return the subscription of the actor's own notices to his mail."""
    if not _MAIL.fullmatch(address) or len(address) > _LONGEST:
        raise InputError(say("邮件地址的写法不对：请写成 姓名@单位域名"))
    return _add(desk, actor, "mail", (address, language))[0]


def subscribe_webhook(
    desk: OversightDesk, actor: Actor, address: str, *, language: str = "zh"
) -> tuple[Subscription, str]:
    """Return the subscription of an organisation's system, and the secret its messages are signed with.

    The secret is in hexadecimal and told only now. Raises `InputError` for a host that the installation
    does not allow, or a way without TLS.
    """
    check_webhook(desk, address)
    return _add(desk, actor, "webhook", (address, language))


def check_webhook(desk: OversightDesk, address: str) -> None:
    """Raise `InputError` unless the address may be called: asked when given, and again at every call."""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise InputError(say("回调地址的写法不对：请写成 https://主机/路径")) from None
    odd = bool(parts.username or parts.password or parts.fragment) or len(address) > _LONGEST
    if odd or not host or not address.isascii() or not address.isprintable() or " " in address:
        raise InputError(say("回调地址的写法不对：请写成 https://主机/路径"))
    near = desk.channels.plain and desk.demo and host in _LOOPBACK
    if parts.scheme != "https" and not (parts.scheme == "http" and near):
        raise InputError(say("回调地址须以 https:// 开头"))
    if host not in desk.channels.webhook_hosts:
        raise InputError(
            say("主机 {host} 不在允许的回调主机之列：请让平台管理员加进设置 webhook_hosts", host=host)
        )


def _add(desk: OversightDesk, actor: Actor, channel: str, where: tuple[str, str]) -> tuple[Subscription, str]:
    address, language = where
    if language not in LANGUAGES:
        raise InputError(say("通知的语言只能是 zh 或 en"))
    made = Subscription(
        state="active",
        organisation=actor.organisation,
        account=actor.account,
        channel=channel,
        address=address,
        language=language,
    )
    require(actor, step("subscription:add"), with_record(desk.directory.situation(actor), record=made))
    secret = desk.directory.entropy(_SECRET_BYTES).hex()
    change = Change(
        step("subscription:add"),
        made,
        links=(Link("account", actor.account),),
        secrets={SECRET: secret.encode()} if channel == "webhook" else {},
    )
    kept: Subscription = desk.directory.store.write(actor, change)[0].record
    return kept, secret


def cancel(desk: OversightDesk, actor: Actor, identifier: str) -> Subscription:
    """Return the subscription, cancelled: nothing more goes there, not even what waits."""
    stored = desk.directory.store.load(Subscription, identifier)
    situation = with_record(desk.directory.situation(actor), record=stored.record)
    require(actor, step("subscription:cancel"), situation)
    changed = replace(stored.record, state="cancelled")
    desk.directory.store.write(actor, Change(step("subscription:cancel"), changed, expected=stored.version))
    return changed


def own(desk: OversightDesk, actor: Actor) -> tuple[Subscription, ...]:
    """Return the actor's subscriptions and those of his organisation's systems."""
    found = desk.directory.store.find(Subscription, state="active", organisation=actor.organisation)
    return tuple(
        one.record for one in found if one.record.account == actor.account or one.record.channel == "webhook"
    )
