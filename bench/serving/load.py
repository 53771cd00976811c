"""Two hundred people at the console of a demo home at once: how long the server takes for a page.

Run with Locust, which is no dependency of the platform, against a served demo home:

    python3.11 -m venv /tmp/locust && /tmp/locust/bin/pip install locust
    .venv/bin/sandbox serve --home var/demo &
    SANDBOX_HOME=var/demo /tmp/locust/bin/locust -f bench/serving/load.py --headless \
        --host http://127.0.0.1:8000 -u 200 -r 20 -t 90s --reset-stats --only-summary

Every user asks for a page about every four seconds, so two hundred ask for fifty a second. Each has a
console session of its own, of one of the demo accounts, all roles among them, and walks that person's pages.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import random
import re
import struct
import time
from itertools import cycle
from pathlib import Path
from typing import Any

import gevent
import requests
from locust import HttpUser, between, events, task

HOME = Path(os.environ.get("SANDBOX_HOME", "var/demo"))
PEOPLE, USERS = 24, 200
LEFT_OUT = re.compile(r"logout|download|events|\.(csv|zip|json|pdf)|lang=|/static/|step-up|/new|\?")
_sessions: list[tuple[dict[str, str], list[str]]] = []
_turn: Any = None


def code(secret: str) -> str:
    """Return the code an authenticator shows now (RFC 6238)."""
    padded = secret + "=" * (-len(secret) % 8)
    moment = struct.pack(">Q", int(time.time()) // 30)
    digest = hmac.new(base64.b32decode(padded), moment, hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(int.from_bytes(digest[at : at + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"


def sign_in(
    host: str, name: str, account: dict[str, str], sessions: int
) -> tuple[list[dict[str, str]], list[str]]:
    """Return the cookies of as many sessions of a person, and the pages he is led to, two steps deep."""
    browser = requests.Session()
    page = browser.get(f"{host}/console/")
    token = re.search(r'name="_xsrf" value="([^"]+)"', page.text)
    if token is None:
        raise RuntimeError("no sign-in page")
    fields = {"_xsrf": token.group(1), "username": name, "password": account["password"]}
    page = browser.post(page.url, data=fields | {"code": code(account["totp_secret"])})
    if "/console/" not in page.url:
        raise RuntimeError(f"{name} was not signed in")
    found = set(_pages(page.text))
    for path in sorted(found)[:12]:
        found |= set(_pages(browser.get(host + path).text))
    jars = [browser.cookies.get_dict()]
    for _ in range(sessions - 1):  # the same person at another browser: the Hub's sign-in, the console's anew
        for cookie in [one for one in browser.cookies if one.name == "console-session"]:
            browser.cookies.clear(cookie.domain, cookie.path, cookie.name)
        browser.get(f"{host}/console/")
        jars.append(browser.cookies.get_dict())
    return jars, ["/console/", *sorted(found)]


def _pages(text: str) -> list[str]:
    return [one for one in re.findall(r'href="(/console/[^"#]*)"', text) if not LEFT_OUT.search(one)]


@events.test_start.add_listener
def prepare(environment: Any, **_: Any) -> None:
    """Sign everybody in before anything is measured."""
    global _turn
    accounts = json.loads((HOME / "demo-accounts.json").read_text(encoding="utf-8"))["accounts"]
    for name, account in list(accounts.items())[:PEOPLE]:
        jars, pages = sign_in(environment.host, name, account, -(-USERS // PEOPLE))
        _sessions.extend((jar, pages) for jar in jars)
    _turn = cycle(_sessions)
    kinds = {re.sub(r"\d+", "N", page) for _, own in _sessions for page in own}
    print(f"{PEOPLE} people, {len(_sessions)} sessions, {len(kinds)} kinds of page")


class Person(HttpUser):
    """One person: a page every four seconds."""

    wait_time = between(
        2, 5.9
    )  # people do not click in step: with one rate for all, each second began with fifty clicks

    def on_start(self) -> None:
        """Take over a session."""
        cookies, self.pages = next(_turn)
        self.client.cookies.update(cookies)
        gevent.sleep(random.random() * 4)  # not all at the same moment

    @task
    def look(self) -> None:
        """Open one of the own pages."""
        page = random.choice(self.pages)
        with self.client.get(page, name=re.sub(r"\d+", "N", page), catch_response=True) as answer:
            if answer.status_code != 200 or "/hub/login" in str(answer.url):
                answer.failure(f"{answer.status_code} {answer.url}")
