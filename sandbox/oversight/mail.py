"""The mail adapter: one plain-text message a notice, over SMTP with TLS.

The Message-ID is the notice's own, so that a second delivery is recognised as the same.
Without a configured server every message waits; certificates are always checked.
"""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from sandbox.kernel.errors import StateError
from sandbox.kernel.message import say
from sandbox.kernel.oversight_records import Notice, Subscription
from sandbox.locale.translate import render
from sandbox.oversight.desk import MailServer, OversightDesk
from sandbox.oversight.notices import text_of


def message(desk: OversightDesk, notice: Notice, where: Subscription) -> EmailMessage:
    """Return the message: fixed headers, cleaned text, no attachment, nothing to click but the console."""
    title, body = text_of(notice, where.language)
    made = EmailMessage(policy=SMTP)
    made["Subject"] = f"[{desk.home_name}] {title}"
    made["From"] = desk.channels.mail.sender
    made["To"] = where.address
    made["Date"] = format_datetime(desk.directory.clock())
    domain = desk.home_name if desk.home_name.isascii() else "sandbox"
    made["Message-ID"] = f"<{notice.id}.{where.id}@{domain}>"
    made["Auto-Submitted"] = "auto-generated"
    end = say("详情请登录控制台查看。此邮件由系统发出，请勿回复。")
    lines = [body, "", render(end, where.language), desk.channels.console, notice.id]
    if desk.demo:
        lines.insert(0, render(say("【演示环境】"), where.language))
    made.set_content("\n".join(lines))
    return made


def send(desk: OversightDesk, notice: Notice, where: Subscription) -> None:
    """Hand the message in; `StateError` with what to do when the server cannot be reached or declines."""
    server = desk.channels.mail
    if not server.host or not server.sender:
        raise StateError(say("没有设置邮件服务器：请设置 mail_host 和 mail_sender，邮件在此之前保留待发"))
    made = message(desk, notice, where)
    try:
        with _session(server, plain=desk.channels.plain and desk.demo) as session:
            if server.user:
                session.login(server.user, server.password)
            session.send_message(made)
    except (OSError, smtplib.SMTPException) as error:
        raise StateError(
            say("邮件服务器 {host} 没有收下（{kind}）：稍后再发", host=server.host, kind=type(error).__name__)
        ) from error


def _session(server: MailServer, *, plain: bool) -> smtplib.SMTP:
    """Return an open session; never without TLS but for a demonstration that asks for it."""
    if server.security == "none" and not plain:
        raise StateError(say("正式环境的邮件必须加密：请把 mail_security 设为 tls 或 starttls"))
    if server.security == "tls":
        return smtplib.SMTP_SSL(server.host, server.port, timeout=server.seconds, context=_trust(server))
    session = smtplib.SMTP(server.host, server.port, timeout=server.seconds)
    if server.security == "starttls":
        try:
            session.starttls(context=_trust(server))
        except BaseException:
            session.close()
            raise
    return session


def _trust(server: MailServer) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=server.authorities or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
