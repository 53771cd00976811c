"""A small demo home, told once, and a console over a copy of it, without Hub or browser."""

import json
import re
from pathlib import Path

import httpx
import pyotp
import pytest
from fastapi import APIRouter

from sandbox.app import open_platform
from sandbox.kernel.actors import Role
from sandbox.kernel.records import Account, Grant
from sandbox.seats import isolation
from sandbox.web import api
from sandbox.web.console import build
from sandbox.web.options import API, Options
from sandbox.web.signin import UnsafeSessionAuth
from tests.web.lived import copied, lived_in_home

ORIGIN = "http://127.0.0.1:8000"


@pytest.fixture(scope="session")
def told():
    lack = "" if isolation.probe() else "this machine cannot isolate a seat"
    if lack:
        pytest.skip(lack)
    return lived_in_home()


@pytest.fixture(scope="session")
def people(told):
    return json.loads((told / "demo-accounts.json").read_text())["accounts"]


class Site:
    """The console of one home, and visitors to it; its calls for programs are made when the first comes.

    They are most of what a console takes to make, and hardly a test of the pages calls them.
    """

    def __init__(self, home: Path, **clock) -> None:
        self.platform = open_platform(home, **clock)
        self.sign_in = UnsafeSessionAuth()
        with pytest.MonkeyPatch.context() as later:
            later.setattr(api, "router", lambda _: APIRouter())
            self.app = build(self.platform, Options((ORIGIN,), home / "assets"), self.sign_in)
        self._whole = False

    async def _answer(self, scope, receive, send):
        if not self._whole and scope["path"].startswith(API):
            self.app.include_router(api.router(self.platform), prefix=API)
            self._whole = True
        await self.app(scope, receive, send)

    def client(self, **more):
        transport = httpx.ASGITransport(app=self._answer)
        headers = {"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin", **more}
        return httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers=headers)

    def account(self, name):
        """Return the id of the account of that login name."""
        return self.platform.directory.account_named(name).id

    def officer_of(self, organisation):
        """Return an account officer of the body, by the token that the demo keeps for him."""
        store = self.platform.store
        grant = next(
            one.record
            for one in store.find(Grant, state="in-force", organisation=organisation)
            if one.record.role is Role.ORGANISATION_OFFICER
        )
        name = store.load(Account, grant.account).record.name
        return self.platform.by_token(self.people[name]["token"])

    @property
    def people(self):
        return json.loads((self.platform.layout.root / "demo-accounts.json").read_text())["accounts"]

    async def with_credential(self, name):
        """Return a visitor who has shown password and code."""
        client = await self.visitor(name)
        fields = await hidden(client, "/console/step-up")
        code = pyotp.TOTP(self.people[name]["totp_secret"]).at(int(self.platform.clock().timestamp()) + 30)
        given = {**fields, "password": self.people[name]["password"], "code": code}
        done = await client.post("/console/step-up", data=given)
        assert done.status_code == 303, done.text
        return client

    async def visitor(self, name):
        client = self.client()
        begun = await client.get("/console/")
        state = re.search("state=([^&]+)", begun.headers["location"])[1]
        done = await client.get(f"/console/oauth_callback?state={state}&code={name}")
        assert done.headers["location"] == "/console/"
        return client


@pytest.fixture(scope="session")
def shared(told):
    """One console that tests only look at."""
    return Site(told)


@pytest.fixture
def site(told, tmp_path):
    return Site(copied(tmp_path / "home"))


async def hidden(client, path):
    """Return the secret fields of the first form on a page that has them."""
    page = (await client.get(path)).text
    names = ("csrf", "key", "who", "seen")
    found = {name: re.search(rf'name="{name}" value="([^"]*)"', page) for name in names}
    return {name: match[1] for name, match in found.items() if match}
